/* Second derivatives of losses, models and objectives: against sums in long double, and what the checker says of them. */
#include "problems.h"
#include "blas/blas.h"
#include "objective/objective.h"

enum { ROWS = 61, COLS = 4, MOST = 15 }; /* numbers in w */

static const lgd_loss *(*const losses[])(void) = {lgd_loss_half_squared, lgd_loss_squared, lgd_loss_logistic,
                                                  lgd_loss_squared_hinge};
enum { LOSSES = sizeof losses / sizeof *losses };

/* The second derivative of the i-th loss at a score. */
static real curvature(int loss, real z, real y)
{
    switch (loss) {
    case 0:
        return 1;
    case 1:
        return 2;
    case 2:
        return 1 / (2 + expl(z) + expl(-z));
    default:
        return 1 - (2 * y - 1) * z > 0 ? 2 : 0;
    }
}

/* Element (a, b) of the mean Hessian with l2 = 0.3, of w as lgd/glm.h has it. */
static real element(const data *d, int loss, const lgd_glm_options *o, const double *w, size_t a, size_t b)
{
    const size_t k = o->outputs, n = d->cols;
    real sum = 0, weights = 0;
    for (size_t i = 0; i < d->rows; i++) {
        const real weight = o->weights ? d->weights[i] : 1;
        weights += weight;
        if (a % k != b % k)
            continue;
        real z = o->offset ? d->offset[i * k + a % k] : 0;
        for (size_t j = 0; j < n + o->intercept; j++)
            z += (j < n ? d->X[i * n + j] : 1) * (real)w[j * k + a % k];
        sum += weight * curvature(loss, z, d->y[i * k + a % k]) * (a / k < n ? d->X[i * n + a / k] : 1) *
               (b / k < n ? d->X[i * n + b / k] : 1);
    }
    return sum / weights + (a == b && a / k < n ? 0.3L : 0);
}

static void compare(lgd_objective *f, const data *d, int loss, const lgd_glm_options *o)
{
    const size_t dim = lgd_objective_dim(f);
    double w[MOST], v[MOST], H[MOST * (MOST + 2)], g[MOST], own[MOST], hv[MOST], value, own_value;
    const size_t ld = dim + 2;
    ck_assert_uint_le(dim, MOST);
    fill(71, dim, -1, 1, w);
    fill(72, dim, -1, 1, v);
    for (size_t i = 0; i < dim * ld; i++)
        H[i] = 7;
    ck_ok(lgd_objective_eval(f, NULL, w, &own_value, own));
    const size_t threads = lgd_objective_begin(f, 1);
    ck_ok(lgd_objective_hessian(f, threads, w, &value, g, H, ld));
    ck_ok(lgd_objective_product(f, threads, w, v, hv));
    lgd_objective_end(f);
    ck_near(value, own_value, 1e-14); /* of an evaluation, which visits the rows in another order */
    for (size_t a = 0; a < dim; a++) {
        real product = 0;
        ck_near(g[a], own[a], 1e-14);
        for (size_t b = 0; b < dim; b++) {
            const real expected = element(d, loss, o, w, a, b);
            product += expected * v[b];
            if (b <= a)
                ck_near(H[a * ld + b], expected, 1e-14);
            else
                ck_assert_double_eq(H[a * ld + b], 7); /* the upper triangle is left alone */
        }
        ck_near(hv[a], product, 1e-14);
    }
}

enum { DENSE, COLUMNS, SCALED, USER, STORAGES };

START_TEST(hessian_every_loss_and_storage_sums_in_long_double)
{
    for (size_t k = 1; k <= 3; k++) {
        data d = data_create(ROWS, COLS, k, true, 5);
        double turned[ROWS * COLS], shift[COLS], scale[COLS], wide[ROWS * COLS];
        fill(73, COLS, -1, 1, shift);
        fill(74, COLS, 0.5, 2, scale);
        for (size_t i = 0; i < ROWS; i++)
            for (size_t j = 0; j < COLS; j++) {
                turned[i + j * ROWS] = d.X[i * COLS + j];
                wide[i * COLS + j] = d.X[i * COLS + j] * scale[j] + shift[j];
            }
        for (int storage = 0; storage < STORAGES; storage++) {
            lgd_matrix *X = NULL, *below = NULL;
            if (storage == DENSE)
                ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
            else if (storage == COLUMNS)
                ck_ok(lgd_matrix_dense_columns(&X, ROWS, COLS, turned, ROWS));
            else if (storage == USER)
                ck_ok(lgd_matrix_create(&X, ROWS, COLS, &user_matrix, &d));
            else {
                ck_ok(lgd_matrix_dense(&below, ROWS, COLS, wide, COLS));
                ck_ok(lgd_matrix_scaled(&X, below, shift, scale));
            }
            for (int i = 0; i < LOSSES; i++)
                for (int form = 0; form < 4; form++) {
                    const lgd_glm_options o = {.l2 = 0.3,
                                               .outputs = k,
                                               .intercept = form & 1,
                                               .weights = form & 2 ? d.weights : NULL,
                                               .offset = form & 2 ? d.offset : NULL};
                    lgd_objective *f;
                    ck_ok(lgd_glm_create(&f, X, d.y, losses[i](), &o));
                    compare(f, &d, i, &o);
                    lgd_objective_free(f);
                }
            lgd_matrix_free(X);
            lgd_matrix_free(below);
        }
        data_free(&d);
    }
}
END_TEST

/* Rows in several chunks and panels; the Hessian of a subset is that of the rows gathered, each as often as it is named. */
START_TEST(hessian_threads_and_scattered_rows_same_bits_and_sums)
{
    enum { MANY = 9000, N = 9, SOME = 4000 };
    model m = model_create(MANY, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.1, .intercept = true}, 8);
    static size_t index[SOME];
    double *picked = malloc(SOME * N * sizeof *picked), *y = malloc(SOME * sizeof *y);
    double w[N + 1], v[N + 1], H[2][(N + 1) * (N + 1)], g[2][N + 1], hv[2][N + 1], value[2];
    const size_t threads[] = {1, 2, 3, 8}, n = N + 1;
    fill(75, n, -1, 1, w);
    fill(76, n, -1, 1, v);
    for (size_t t = 0; t < 4; t++) {
        const size_t now = t > 0;
        const size_t granted = lgd_objective_begin(m.f, threads[t]);
        ck_ok(lgd_objective_hessian(m.f, granted, w, &value[now], g[now], H[now], n));
        ck_ok(lgd_objective_product(m.f, granted, w, v, hv[now]));
        lgd_objective_end(m.f);
        ck_assert(!now || value[0] == value[1]);
        ck_assert(!now || (!memcmp(g[0], g[1], sizeof g[0]) && !memcmp(hv[0], hv[1], sizeof hv[0])));
        for (size_t i = 0; i < n; i++)
            ck_assert(!now || !memcmp(H[0] + i * n, H[1] + i * n, (i + 1) * sizeof(double)));
    }
    for (size_t i = 0; i < SOME; i++) {
        index[i] = lgd_random_below(lgd_random(3, 0, 0, i), MANY);
        memcpy(picked + i * N, m.d.X + index[i] * N, N * sizeof *picked);
        y[i] = m.d.y[index[i]];
    }
    lgd_matrix *X;
    lgd_objective *f[2];
    ck_ok(lgd_matrix_dense(&X, SOME, N, picked, N));
    ck_ok(lgd_glm_create(&f[0], X, y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.1, .intercept = true}));
    ck_ok(lgd_objective_subset(&f[1], m.f, &(lgd_rows){0, SOME, index}));
    for (int s = 0; s < 2; s++) {
        const size_t granted = lgd_objective_begin(f[s], 1);
        ck_ok(lgd_objective_hessian(f[s], granted, w, &value[s], g[s], H[s], n));
        ck_ok(lgd_objective_product(f[s], granted, w, v, hv[s]));
        lgd_objective_end(f[s]);
    }
    ck_near(value[1], value[0], 1e-13);
    for (size_t i = 0; i < n; i++) {
        ck_near(g[1][i], g[0][i], 1e-13);
        ck_near(hv[1][i], hv[0][i], 1e-13);
        for (size_t j = 0; j <= i; j++)
            ck_near(H[1][i * n + j], H[0][i * n + j], 1e-13);
    }
    for (int s = 0; s < 2; s++)
        lgd_objective_free(f[s]);
    lgd_matrix_free(X);
    model_free(&m);
    free(picked);
    free(y);
}
END_TEST

/* So many columns that there is not room for a matrix of each chunk: several chunks are added to one. */
START_TEST(hessian_of_many_columns_same_bits_and_that_of_products)
{
    enum { MANY = 1600, N = 900 };
    model m = model_create(MANY, N, lgd_loss_logistic(), NULL, 8);
    double *w = malloc(4 * N * sizeof *w), *v = w + N, *g = w + 2 * N, *hv = w + 3 * N, value;
    double *H = calloc(2 * N * N, sizeof *H);
    fill(78, N, -0.1, 0.1, w);
    fill(79, N, -1, 1, v);
    ck_assert_uint_gt(lgd_objective_chunks(m.f, MANY), 1);
    for (size_t t = 0; t < 2; t++) {
        const size_t granted = lgd_objective_begin(m.f, t ? 3 : 1);
        ck_ok(lgd_objective_hessian(m.f, granted, w, &value, g, H + t * N * N, N));
        ck_ok(lgd_objective_product(m.f, granted, w, v, hv));
        lgd_objective_end(m.f);
    }
    ck_assert(!memcmp(H, H + N * N, N * N * sizeof *H));
    for (size_t i = 0; i < N; i++) {
        double sum = 0;
        for (size_t j = 0; j < N; j++)
            sum += H[i > j ? i * N + j : j * N + i] * v[j];
        ck_near(hv[i], sum, 1e-12);
    }
    free(w);
    free(H);
    model_free(&m);
}
END_TEST

/* ---- a loss whose outputs meet, with curvatures of either sign: sin(z_0) z_1 + cos(3 z_1) */

static double meeting_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                           const double *weight)
{
    double sum = 0;
    (void)ctx, (void)y, (void)k;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1, a = Z[i * ldz], b = Z[i * ldz + 1];
        sum += omega * (sin(a) * b + cos(3 * b));
        Z[i * ldz] = omega * cos(a) * b;
        Z[i * ldz + 1] = omega * (sin(a) - 3 * sin(3 * b));
    }
    return sum;
}

static void meeting_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                            const double *weight, double *C)
{
    (void)ctx, (void)y, (void)k;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1, a = Z[i * ldz], b = Z[i * ldz + 1];
        C[4 * i] = -omega * sin(a) * b;
        C[4 * i + 1] = C[4 * i + 2] = omega * cos(a);
        C[4 * i + 3] = -9 * omega * cos(3 * b);
    }
}

/* cos(2 z) */
static double wave_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                        const double *weight)
{
    double sum = 0;
    (void)ctx, (void)y, (void)k;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1, z = Z[i * ldz];
        sum += omega * cos(2 * z);
        Z[i * ldz] = -2 * omega * sin(2 * z);
    }
    return sum;
}

static void wave_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                         const double *weight, double *C)
{
    (void)ctx, (void)y, (void)k;
    for (size_t i = 0; i < m; i++)
        C[i] = -4 * (weight ? weight[i] : 1) * cos(2 * Z[i * ldz]);
}

static void wrong_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                          const double *weight, double *C)
{
    wave_hessian(ctx, m, k, Z, ldz, y, weight, C);
    C[0] = -C[0];
}

START_TEST(check_product_losses_of_either_sign_sound_and_wrong_ones_found)
{
    const lgd_loss_ops ops[] = {{.name = "wave", .eval = wave_eval, .hessian = wave_hessian},
                                {.name = "meeting", .eval = meeting_eval, .hessian = meeting_hessian},
                                {.name = "wrong", .eval = wave_eval, .hessian = wrong_hessian},
                                {.name = "none", .eval = wave_eval}};
    data d = data_create(500, COLS, 1, false, 5);
    lgd_matrix *X;
    ck_ok(lgd_matrix_dense(&X, 500, COLS, d.X, COLS));
    for (size_t i = 0; i < 4; i++) {
        const size_t k = i == 1 ? 2 : 1;
        lgd_loss *loss;
        lgd_objective *f;
        lgd_gradient_check c = {.error = -1};
        double w[10];
        fill(77, 10, -1, 1, w);
        ck_ok(lgd_loss_create(&loss, &ops[i], NULL));
        const lgd_glm_options o = {.outputs = k, .intercept = true, .weights = d.weights};
        ck_ok(lgd_glm_create(&f, X, d.y, loss, &o));
        if (i == 3) {
            ck_fails(lgd_objective_check_product(f, w, 1, &c), LGD_EUNSUPPORTED, "neither product nor hessian");
        } else {
            ck_ok(lgd_objective_check_product(f, w, 1, &c));
            ck_assert_msg(i == 2 ? c.error > 1e-3 : (c.error >= 0 && c.error < 1e-8), "%s: %g", ops[i].name, c.error);
        }
        lgd_objective_free(f);
        lgd_loss_free(loss);
    }
    lgd_matrix_free(X);
    data_free(&d);
    ck_fails(lgd_objective_check_product_sized(NULL, NULL, 1, NULL, 0), LGD_EINVAL, "f is NULL");
}
END_TEST

/* ---- an objective of one's own: sum_j w_j^4/4 over the terms, and a smooth part |w|^2 w_0/6 or so */

static lgd_status quartic_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t j = rows->index ? rows->index[rows->first + i] : rows->first + i;
        *f += w[j] * w[j] * w[j] * w[j] / 4;
        if (g)
            g[j] += w[j] * w[j] * w[j];
    }
    return LGD_OK;
}

static lgd_status quartic_hessian(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *H,
                                  size_t ld)
{
    for (size_t i = 0; i < rows->count; i++) {
        const size_t j = rows->index ? rows->index[rows->first + i] : rows->first + i;
        H[j * ld + j] += 3 * w[j] * w[j];
    }
    return quartic_eval(ctx, rows, w, f, g);
}

static lgd_status quartic_product(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *hv)
{
    (void)ctx;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t j = rows->index ? rows->index[rows->first + i] : rows->first + i;
        hv[j] += 3 * w[j] * w[j] * v[j];
    }
    return LGD_OK;
}

static lgd_status cubic_smooth(void *ctx, const double *w, double *f, double *g)
{
    (void)ctx;
    *f += w[0] * w[1] * w[2];
    if (g) {
        g[0] += w[1] * w[2];
        g[1] += w[0] * w[2];
        g[2] += w[0] * w[1];
    }
    return LGD_OK;
}

static lgd_status cubic_product(void *ctx, const double *w, const double *v, double *hv)
{
    (void)ctx;
    hv[0] += w[2] * v[1] + w[1] * v[2];
    hv[1] += w[2] * v[0] + w[0] * v[2];
    hv[2] += w[1] * v[0] + w[0] * v[1];
    return LGD_OK;
}

START_TEST(check_product_objective_with_smooth_part_of_its_own_sound)
{
    lgd_objective_ops ops = {.name = "quartic",
                             .eval = quartic_eval,
                             .smooth = cubic_smooth,
                             .hessian = quartic_hessian,
                             .product = quartic_product,
                             .smooth_product = cubic_product};
    const double w[3] = {1.5, -0.75, 2};
    const size_t some[] = {2, 0, 2};
    lgd_objective *f, *part;
    lgd_gradient_check c;
    ck_ok(lgd_objective_create(&f, 3, 3, &ops, NULL));
    ck_ok(lgd_objective_subset(&part, f, &(lgd_rows){0, 3, some}));
    ck_ok(lgd_objective_check_product(f, w, 1, &c));
    ck_assert_double_lt(c.error, 1e-9);
    ck_ok(lgd_objective_check_product(part, w, 2, &c));
    ck_assert_double_lt(c.error, 1e-9);
    lgd_objective_free(part);
    lgd_objective_free(f);
    ck_ok(lgd_objective_create(&f, 3, 0, &ops, NULL));
    ck_fails(lgd_objective_check_product(f, w, 1, &c), LGD_EINVAL, "number of rows of the quartic is 0");
    lgd_objective_free(f);
    ops.smooth_product = NULL;
    ck_fails(lgd_objective_create(&f, 3, 3, &ops, NULL), LGD_EINVAL, "smooth_product");
    ops.hessian = NULL;
    ck_fails(lgd_objective_create(&f, 3, 3, &ops, NULL), LGD_EINVAL, "smooth_product");
}
END_TEST

/* Each chunk of rows belongs to the group that one thread computes: else two would write to one matrix. */
START_TEST(group_of_a_chunk_is_the_one_that_computes_it)
{
    enum { WIDE = 512, CHUNKS = 37, LONG = 64 * CHUNKS };
    data d = data_create(LONG, WIDE, 1, true, 3);
    lgd_matrix *X;
    lgd_objective *f;
    ck_ok(lgd_matrix_dense(&X, LONG, WIDE, d.X, WIDE));
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), NULL));
    ck_assert_uint_eq(lgd_objective_chunks(f, LONG), CHUNKS);
    for (size_t groups = 1; groups <= CHUNKS; groups++)
        for (size_t group = 0; group < groups; group++)
            for (size_t i = group * CHUNKS / groups; i < (group + 1) * CHUNKS / groups; i++)
                ck_assert_uint_eq(lgd_objective_group_of(f, LONG, groups, i * 64), group);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

START_TEST(factor_pivots_counted)
{
    double A[9] = {4, 9, 9, 2, 5, 9, 1, 3, 6}, B[4] = {1, 0, 2, 1}, one[1] = {NAN};
    size_t good;
    ck_ok(lgd_lapack_factor(3, A, 3, &good));
    ck_assert_uint_eq(good, 3);
    ck_assert(A[0] == 2 && A[3] == 1 && A[4] == 2 && A[6] == 0.5 && A[7] == 1.25);
    ck_near(A[8], sqrtl(6 - 0.25L - 1.5625L), 1e-15);
    ck_ok(lgd_lapack_factor(2, B, 2, &good));
    ck_assert_uint_eq(good, 1);
    ck_ok(lgd_lapack_factor(1, one, 1, &good));
    ck_assert_uint_eq(good, 0);
    ck_fails(lgd_lapack_factor(2, B, 1, &good), LGD_EINVAL, "lda is 1");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("hessian");
    CASE(s, hessian_every_loss_and_storage_sums_in_long_double);
    CASE(s, hessian_threads_and_scattered_rows_same_bits_and_sums);
    CASE(s, hessian_of_many_columns_same_bits_and_that_of_products);
    CASE(s, check_product_losses_of_either_sign_sound_and_wrong_ones_found);
    CASE(s, check_product_objective_with_smooth_part_of_its_own_sound);
    CASE(s, group_of_a_chunk_is_the_one_that_computes_it);
    CASE(s, factor_pivots_counted);
    return suite_run(s);
}
