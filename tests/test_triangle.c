/* The triangle of sums of squares: R^T R, R^T q and the length of the residual against sums in long double, over models, rows of a
 * user's and subsets of both. */
#include "problems.h"
#include "blas/blas.h"
#include "objective/objective.h"

enum { BEYOND = 7 }; /* what no element becomes */

/* ---- references: J^T J, J^T r and r^T r of the mean, l2 included */

typedef struct sums {
    size_t dim;
    real *gram, *g, squares;
} sums;

static sums sums_create(size_t dim)
{
    return (sums){dim, calloc(dim * dim, sizeof(real)), calloc(dim, sizeof(real)), 0};
}

static void sums_add(sums *s, const real *row, real r, real weight)
{
    s->squares += weight * r * r;
    for (size_t a = 0; a < s->dim; a++) {
        s->g[a] += weight * row[a] * r;
        for (size_t b = 0; b < s->dim; b++)
            s->gram[a * s->dim + b] += weight * row[a] * row[b];
    }
}

/* T is a triangle that has these; f's value and gradient belong to it. Frees s. */
static void compare(sums *s, const double *T, size_t ld, double tolerance)
{
    const size_t n = s->dim;
    real squares = 0;
    bool triangle = true;
    for (size_t i = 0; i <= n; i++) {
        squares += (real)T[i * ld + n] * T[i * ld + n];
        for (size_t j = 0; j < i; j++)
            triangle &= T[i * ld + j] == 0;
        for (size_t j = n + 1; j < ld; j++)
            triangle &= T[i * ld + j] == BEYOND;
    }
    ck_assert(triangle);
    ck_near((double)squares, s->squares, tolerance);
    for (size_t a = 0; a < n; a++) {
        real g = 0;
        for (size_t i = 0; i <= a; i++)
            g += (real)T[i * ld + a] * T[i * ld + n];
        ck_near((double)g, s->g[a], tolerance);
        for (size_t b = 0; b < n; b++) {
            real element = 0;
            for (size_t i = 0; i <= a && i <= b; i++)
                element += (real)T[i * ld + a] * T[i * ld + b];
            ck_near((double)element, s->gram[a * n + b], tolerance);
        }
    }
    free(s->gram);
    free(s->g);
}

/* T [dim + 1 x dim + 1, ld] at w, the rest of it untouched; to be freed. */
static double *triangle_at(lgd_objective *f, const double *w, size_t threads, size_t ld)
{
    const size_t n = lgd_objective_dim(f) + 1;
    double *T = malloc(n * ld * sizeof *T);
    for (size_t i = 0; i < n * ld; i++)
        T[i] = i % ld < n ? NAN : BEYOND;
    const size_t granted = lgd_objective_begin(f, threads);
    ck_ok(lgd_objective_gauss_newton(f, granted, w, NULL, T, ld));
    lgd_objective_end(f);
    return T;
}

/* Value and gradient of the objective are those of its triangle. */
static void compare_eval(lgd_objective *f, const double *w, const double *T, size_t ld, double tolerance)
{
    const size_t n = lgd_objective_dim(f);
    double value, *g = malloc(n * sizeof *g);
    real squares = 0;
    ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
    for (size_t j = 0; j <= n; j++) {
        real along = 0;
        squares += (real)T[j * ld + n] * T[j * ld + n];
        for (size_t i = 0; i <= j && j < n; i++)
            along += (real)T[i * ld + j] * T[i * ld + n];
        if (j < n)
            ck_near(g[j], along, tolerance);
    }
    ck_near(value, squares / 2, tolerance);
    free(g);
}

/* ---- models */

static void sums_of_model(sums *s, const data *d, const lgd_glm_options *o, double factor, const lgd_rows *rows,
                          const double *w)
{
    const size_t k = o->outputs ? o->outputs : 1, n = d->cols;
    real total = 0, *row = calloc(s->dim, sizeof *row);
    for (size_t t = 0; t < rows->count; t++) {
        const size_t i = rows->index ? rows->index[rows->first + t] : rows->first + t;
        const real weight = o->weights ? d->weights[i] : 1;
        total += weight;
        for (size_t c = 0; c < k; c++) {
            real r = (o->offset ? (real)d->offset[i * k + c] : 0) - d->y[i * k + c];
            memset(row, 0, s->dim * sizeof *row);
            for (size_t j = 0; j < n + o->intercept; j++) {
                row[j * k + c] = j < n ? d->X[i * n + j] : 1;
                r += row[j * k + c] * w[j * k + c];
            }
            sums_add(s, row, r, factor * weight);
        }
    }
    s->squares /= total;
    for (size_t a = 0; a < s->dim; a++)
        s->g[a] /= total;
    for (size_t a = 0; a < s->dim * s->dim; a++)
        s->gram[a] /= total;
    const real root = sqrtl(o->l2);
    for (size_t a = 0; a < n * k && root > 0; a++) {
        memset(row, 0, s->dim * sizeof *row);
        row[a] = root;
        sums_add(s, row, root * w[a], 1);
    }
    free(row);
}

START_TEST(triangle_models_sums_in_long_double)
{
    enum { ROWS = 61, COLS = 4, MOST = 15 };
    for (size_t k = 1; k <= 3; k++)
        for (int form = 0; form < 16; form++) {
            data d = data_create(ROWS, COLS, k, false, 5);
            const lgd_glm_options o = {.outputs = k,
                                       .intercept = form & 1,
                                       .weights = form & 2 ? d.weights : NULL,
                                       .offset = form & 2 ? d.offset : NULL,
                                       .l2 = form & 4 ? 0.3 : 0};
            const bool whole = form & 8; /* the loss without the half */
            const size_t some[] = {60, 3, 3, 17, 0, 59, 17, 1};
            const lgd_rows all = {0, ROWS, NULL}, few = {1, 7, some};
            lgd_matrix *X;
            lgd_objective *f, *part;
            double w[MOST];
            ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
            ck_ok(lgd_glm_create(&f, X, d.y, whole ? lgd_loss_squared() : lgd_loss_half_squared(), &o));
            ck_ok(lgd_objective_subset(&part, f, &few));
            fill(71, MOST, -1, 1, w);
            for (int sub = 0; sub < 2; sub++) {
                const size_t dim = lgd_objective_dim(f), ld = dim + 3;
                sums s = sums_create(dim);
                sums_of_model(&s, &d, &o, whole ? 2 : 1, sub ? &few : &all, w);
                double *T = triangle_at(sub ? part : f, w, 1, ld);
                compare_eval(sub ? part : f, w, T, ld, 2e-14);
                compare(&s, T, ld, 2e-14);
                free(T);
            }
            lgd_objective_free(part);
            lgd_objective_free(f);
            lgd_matrix_free(X);
            data_free(&d);
        }
}
END_TEST

/* [S R], not divided, whatever w and l2. */
START_TEST(triangle_of_design_sums_in_long_double)
{
    enum { ROWS = 700, COLS = 3, K = 2, WIDTH = COLS + 1 + K, LD = WIDTH + 1 };
    data d = data_create(ROWS, COLS, K, false, 9);
    lgd_matrix *X;
    lgd_objective *f;
    double T[WIDTH * LD];
    for (size_t i = 0; i < WIDTH * LD; i++)
        T[i] = BEYOND;
    ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_glm_create(
        &f, X, d.y, lgd_loss_half_squared(),
        &(lgd_glm_options){.outputs = K, .intercept = true, .weights = d.weights, .offset = d.offset, .l2 = 5}));
    const size_t threads = lgd_objective_begin(f, 1);
    ck_ok(lgd_objective_triangle(f, threads, T, LD));
    lgd_objective_end(f);
    for (size_t a = 0; a < WIDTH; a++)
        for (size_t b = 0; b < WIDTH; b++) {
            real sum = 0, own = 0;
            for (size_t i = 0; i < ROWS; i++) {
                real row[WIDTH] = {[COLS] = 1};
                for (size_t j = 0; j < COLS; j++)
                    row[j] = d.X[i * COLS + j];
                for (size_t c = 0; c < K; c++)
                    row[COLS + 1 + c] = (real)d.offset[i * K + c] - d.y[i * K + c];
                sum += d.weights[i] * row[a] * row[b];
            }
            for (size_t i = 0; i <= a && i <= b; i++)
                own += (real)T[i * LD + a] * T[i * LD + b];
            ck_near((double)own, sum, 2e-14);
            ck_assert(b >= a || T[a * LD + b] == 0);
        }
    for (size_t a = 0; a < WIDTH; a++)
        ck_assert_double_eq(T[a * LD + WIDTH], BEYOND);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

/* ---- rows of a user's: residuals s + s^2/2 - y of s = a.w, `each` of them to a term, of weight omega */

typedef struct rows_of_mine {
    size_t dim, each;
    const double *a, *y, *omega;
    size_t bad; /* the term that has no value, or that fails with `code` */
    int code;
} rows_of_mine;

static size_t term_of(const lgd_rows *rows, size_t i)
{
    return rows->index ? rows->index[rows->first + i] : rows->first + i;
}

static lgd_status mine_jacobian(void *ctx, const lgd_rows *rows, const double *w, double *r, double *J, size_t ld)
{
    const rows_of_mine *m = ctx;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t term = term_of(rows, i);
        if (term == m->bad && m->code)
            return (lgd_status)m->code;
        for (size_t c = 0; c < m->each; c++) {
            const double *a = m->a + (term * m->each + c) * m->dim, root = sqrt(m->omega[term]);
            double s = 0, *row = J + (i * m->each + c) * ld;
            for (size_t j = 0; j < m->dim; j++)
                s += a[j] * w[j];
            r[i * m->each + c] = root * (s + s * s / 2 - m->y[term * m->each + c]);
            for (size_t j = 0; j < m->dim; j++)
                row[j] = term == m->bad ? NAN : root * (1 + s) * a[j];
        }
    }
    return LGD_OK;
}

static lgd_status mine_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const rows_of_mine *m = ctx;
    double r[8], J[8 * 48];
    if (m->each > 8 || m->dim > 48)
        return LGD_ERANGE;
    for (size_t i = 0; i < rows->count; i++) {
        const lgd_rows one = {term_of(rows, i), 1, NULL};
        const lgd_status status = mine_jacobian(ctx, &one, w, r, J, m->dim);
        if (status)
            return status;
        for (size_t c = 0; c < m->each; c++) {
            *f += r[c] * r[c] / 2;
            for (size_t j = 0; g && j < m->dim; j++)
                g[j] += J[c * m->dim + j] * r[c];
        }
    }
    return LGD_OK;
}

static lgd_status mine_bend(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *g)
{
    const rows_of_mine *m = ctx;
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < m->each; c++) {
            const size_t term = term_of(rows, i);
            const double *a = m->a + (term * m->each + c) * m->dim;
            double s = 0, along = 0;
            for (size_t j = 0; j < m->dim; j++) {
                s += a[j] * w[j];
                along += a[j] * v[j];
            }
            for (size_t j = 0; j < m->dim; j++)
                g[j] += m->omega[term] * (1 + s) * a[j] * along * along;
        }
    return LGD_OK;
}

static size_t mine_residuals(void *ctx)
{
    return ((const rows_of_mine *)ctx)->each;
}

static double mine_weight(void *ctx, const lgd_rows *rows)
{
    double sum = 0;
    for (size_t i = 0; i < rows->count; i++)
        sum += ((const rows_of_mine *)ctx)->omega[term_of(rows, i)];
    return sum;
}

static const lgd_objective_ops mine_ops = {.name = "mine",
                                           .flags = LGD_CONCURRENT,
                                           .eval = mine_eval,
                                           .weight = mine_weight,
                                           .jacobian = mine_jacobian,
                                           .residuals = mine_residuals,
                                           .bend = mine_bend};

enum { NO_TERM = -1 };

static rows_of_mine mine_create(size_t terms, size_t each, size_t dim)
{
    double *a = malloc(terms * each * dim * sizeof *a), *y = malloc(terms * each * sizeof *y),
           *omega = malloc(terms * sizeof *omega);
    fill(31, terms * each * dim, -1, 1, a);
    fill(32, terms * each, -1, 1, y);
    fill(33, terms, 0.5, 2, omega);
    return (rows_of_mine){dim, each, a, y, omega, (size_t)NO_TERM, 0};
}

static void mine_free(const rows_of_mine *m)
{
    free((void *)m->a);
    free((void *)m->y);
    free((void *)m->omega);
}

static sums sums_of_mine(const rows_of_mine *m, const lgd_rows *rows, const double *w)
{
    sums s = sums_create(m->dim);
    real total = 0, *row = calloc(m->dim, sizeof *row);
    for (size_t i = 0; i < rows->count; i++) {
        const size_t term = term_of(rows, i);
        total += m->omega[term];
        for (size_t c = 0; c < m->each; c++) {
            real along = 0;
            for (size_t j = 0; j < m->dim; j++)
                along += (real)m->a[(term * m->each + c) * m->dim + j] * w[j];
            for (size_t j = 0; j < m->dim; j++)
                row[j] = (1 + along) * m->a[(term * m->each + c) * m->dim + j];
            sums_add(&s, row, along + along * along / 2 - m->y[term * m->each + c], m->omega[term]);
        }
    }
    s.squares /= total;
    for (size_t a = 0; a < m->dim; a++)
        s.g[a] /= total;
    for (size_t a = 0; a < m->dim * m->dim; a++)
        s.gram[a] /= total;
    free(row);
    return s;
}

/* Few rows and many, fewer than columns, and on either side of the 256 of a panel. */
START_TEST(triangle_rows_of_a_user_sums_in_long_double)
{
    const size_t terms[] = {1, 2, 5, 85, 86, 128, 129, 170, 171, 256, 257, 513}, each[] = {1, 2, 3, 7};
    enum { DIM = 6, FIRST = 3 };
    double w[DIM];
    fill(34, DIM, -0.3, 0.3, w);
    for (size_t t = 0; t < sizeof terms / sizeof *terms; t++)
        for (size_t e = 0; e < sizeof each / sizeof *each; e++) {
            rows_of_mine m = mine_create(terms[t], each[e], DIM);
            lgd_objective *f, *part;
            const lgd_rows all = {0, terms[t], NULL}, last = {terms[t] - 1, 1, NULL};
            ck_ok(lgd_objective_create(&f, DIM, terms[t], &mine_ops, &m));
            ck_ok(lgd_objective_subset(&part, f, &last));
            for (int sub = 0; sub < 2; sub++) {
                sums s = sums_of_mine(&m, sub ? &last : &all, w);
                double *T = triangle_at(sub ? part : f, w, 1, DIM + 1);
                compare_eval(sub ? part : f, w, T, DIM + 1, 2e-14);
                compare(&s, T, DIM + 1, 2e-14);
                free(T);
            }
            lgd_objective_free(part);
            lgd_objective_free(f);
            mine_free(&m);
        }
}
END_TEST

/* Chunks of rows on several threads, and more residuals to a term than a panel has rows. */
START_TEST(triangle_threads_same_bits)
{
    enum { DIM = 40, TERMS = 2600, ONE = 700 };
    double w[DIM];
    fill(34, DIM, -0.1, 0.1, w);
    for (int wide = 0; wide < 2; wide++) {
        rows_of_mine m = mine_create(wide ? 3 : TERMS, wide ? ONE : 2, DIM);
        lgd_objective *f;
        double *T[4];
        ck_ok(lgd_objective_create(&f, DIM, wide ? 3 : TERMS, &mine_ops, &m));
        for (size_t threads = 1; threads <= 4; threads++) {
            T[threads - 1] = triangle_at(f, w, threads, DIM + 1);
            ck_assert(!memcmp(T[0], T[threads - 1], (DIM + 1) * (DIM + 1) * sizeof(double)));
        }
        sums s = sums_of_mine(&m, &(lgd_rows){0, wide ? 3 : TERMS, NULL}, w);
        compare(&s, T[0], DIM + 1, 2e-14);
        for (int i = 0; i < 4; i++)
            free(T[i]);
        lgd_objective_free(f);
        mine_free(&m);
    }
}
END_TEST

/* So many columns that there is no room for a triangle of each chunk: several chunks go into one. */
START_TEST(triangle_of_many_columns_same_bits_and_gradient)
{
    enum { COLS = 380, ROWS = 64 * 64 };
    model m = model_create(ROWS, COLS, lgd_loss_half_squared(), &(lgd_glm_options){.l2 = 0.125}, 8);
    double *w = malloc(COLS * sizeof *w), *T[2];
    fill(35, COLS, -1, 1, w);
    for (size_t threads = 1; threads <= 2; threads++)
        T[threads - 1] = triangle_at(m.f, w, threads, COLS + 1);
    ck_assert(!memcmp(T[0], T[1], (COLS + 1) * (COLS + 1) * sizeof(double)));
    compare_eval(m.f, w, T[0], COLS + 1, 1e-13);
    free(T[0]);
    free(T[1]);
    free(w);
    model_free(&m);
}
END_TEST

/* The condition of J is not squared: what tells two columns apart is below the rounding of J^T J. */
START_TEST(triangle_near_collinear_columns_told_apart)
{
    enum { ROWS = 300, COLS = 2 };
    static double X[ROWS * COLS], y[ROWS], e[ROWS];
    const double tiny = 0x1p-30, w[COLS] = {1, -1};
    lgd_matrix *A;
    lgd_objective *f;
    real mean = 0, square = 0;
    fill(36, ROWS, -1, 1, e);
    for (size_t i = 0; i < ROWS; i++) {
        X[i * COLS] = 1;
        X[i * COLS + 1] = 1 + tiny * e[i];
        mean += (X[i * COLS + 1] - 1) / (real)ROWS;
    }
    for (size_t i = 0; i < ROWS; i++)
        square += (X[i * COLS + 1] - 1 - mean) * (X[i * COLS + 1] - 1 - mean);
    ck_ok(lgd_matrix_dense(&A, ROWS, COLS, X, COLS));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_half_squared(), NULL));
    double *T = triangle_at(f, w, 1, COLS + 1);
    const real expected = sqrtl(square / ROWS);
    ck_assert_double_lt(fabs(fabs(T[COLS + 2]) / (double)expected - 1), 1e-6);
    free(T);
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

/* Units of X and y that a square of would not be a number in. */
START_TEST(triangle_units_of_rows_same_digits)
{
    enum { ROWS = 300, COLS = 3, N = COLS + 1 };
    const double units[] = {1, 0x1p600, 0x1p-600}, w[COLS] = {0.5, -0.25, 1};
    double *first = NULL;
    for (int u = 0; u < 3; u++) {
        data d = data_create(ROWS, COLS, 1, false, 4);
        lgd_matrix *X;
        lgd_objective *f;
        for (size_t i = 0; i < ROWS * COLS; i++)
            d.X[i] *= units[u];
        for (size_t i = 0; i < ROWS; i++)
            d.y[i] *= units[u];
        ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
        ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_half_squared(), NULL));
        double *T = triangle_at(f, w, 1, N);
        for (size_t i = 0; i < N * N && first; i++)
            ck_near(T[i] / units[u], first[i], 1e-15);
        if (first)
            free(T);
        else
            first = T;
        lgd_objective_free(f);
        lgd_matrix_free(X);
        data_free(&d);
    }
    free(first);
}
END_TEST

/* ---- what goes wrong */

START_TEST(triangle_no_numbers_and_errors_of_a_row_told)
{
    enum { DIM = 3, TERMS = 600 };
    rows_of_mine m = mine_create(TERMS, 2, DIM);
    const double w[DIM] = {0.1, 0.2, -0.1}, v[DIM] = {1, 0, 0};
    double T[(DIM + 1) * (DIM + 1)], g[DIM];
    lgd_objective *f;
    ck_ok(lgd_objective_create(&f, DIM, TERMS, &mine_ops, &m));
    const size_t bad[] = {0, 255, 599};
    for (int i = 0; i < 3; i++) {
        m.bad = bad[i];
        m.code = 0;
        ck_ok(lgd_objective_gauss_newton(f, 1, w, NULL, T, DIM + 1));
        bool found = false;
        for (size_t j = 0; j < (DIM + 1) * (DIM + 1); j++)
            found |= isnan(T[j]);
        ck_assert(found);
        m.code = LGD_ERANGE;
        ck_fails(lgd_objective_gauss_newton(f, 1, w, NULL, T, DIM + 1), LGD_ERANGE, "mine: jacobian");
        m.code = 77;
        ck_fails(lgd_objective_gauss_newton(f, 1, w, NULL, T, DIM + 1), LGD_EUSER, "mine: jacobian returned 77");
    }
    m.bad = (size_t)NO_TERM;
    double *again = triangle_at(f, w, 1, DIM + 1);
    sums s = sums_of_mine(&m, &(lgd_rows){0, TERMS, NULL}, w);
    compare(&s, again, DIM + 1, 2e-14); /* what went wrong left nothing behind */
    free(again);
    ck_ok(lgd_objective_bend(f, 1, w, v, g));
    lgd_objective_free(f);
    mine_free(&m);
}
END_TEST

static lgd_status plain_sphere(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx;
    *f = 0;
    for (size_t j = 0; j < dim; j++) {
        *f += w[j] * w[j] / 2;
        if (g)
            g[j] = w[j];
    }
    return LGD_OK;
}

static lgd_status smooth_of_mine(void *ctx, const double *w, double *f, double *g)
{
    (void)ctx, (void)w, (void)f, (void)g;
    return LGD_OK;
}

static size_t none(void *ctx)
{
    (void)ctx;
    return 0;
}

START_TEST(triangle_objectives_that_have_none_refused)
{
    rows_of_mine m = mine_create(4, 1, 2);
    lgd_objective_ops ops = mine_ops;
    double T[9], w[2] = {0};
    lgd_objective *f;
    ck_ok(lgd_function_create(&f, 2, plain_sphere, NULL));
    ck_assert(!lgd_objective_has_residuals(f));
    ck_fails(lgd_objective_gauss_newton(f, 1, w, NULL, T, 3), LGD_EUNSUPPORTED, "function: it is no sum of squares");
    lgd_objective_free(f);
    model logistic = model_create(9, 2, lgd_loss_logistic(), NULL, 3);
    ck_fails(lgd_objective_gauss_newton(logistic.f, 1, w, NULL, T, 3), LGD_EUNSUPPORTED, "it is no sum of squares");
    model_free(&logistic);
    ck_ok(lgd_objective_create(&f, 2, 0, &ops, &m));
    ck_fails(lgd_objective_gauss_newton(f, 1, w, NULL, T, 3), LGD_EINVAL, "mine: number of rows is 0");
    lgd_objective_free(f);
    ops.smooth = smooth_of_mine;
    ck_ok(lgd_objective_create(&f, 2, 4, &ops, &m));
    ck_fails(lgd_objective_gauss_newton(f, 1, w, NULL, T, 3), LGD_EUNSUPPORTED, "and no smooth part but l2");
    lgd_objective_free(f);
    ops.residuals = none;
    ck_fails(lgd_objective_create(&f, 2, 4, &ops, &m), LGD_EINVAL, "mine: ops.residuals is 0, at least 1");
    mine_free(&m);
}
END_TEST

/* The k-th allocation fails for each k: an error, nothing lost; the objective goes on. Later calls allocate nothing. */
START_TEST(triangle_memory_each_request_failing_clean)
{
    enum { DIM = 40, TERMS = 1700 };
    rows_of_mine m = mine_create(TERMS, 1, DIM);
    double w[DIM], *T = malloc((DIM + 1) * (DIM + 1) * sizeof *T), *own = malloc((DIM + 1) * (DIM + 1) * sizeof *own);
    data d = data_create(TERMS, DIM - 1, 1, false, 4);
    fill(34, DIM, -0.1, 0.1, w);
    for (int kind = 0; kind < 2; kind++) {
        size_t k = 1, failures = 0;
        for (bool done = false; !done; k++) {
            lgd_matrix *X = NULL;
            lgd_objective *f = NULL;
            memory_watch(k);
            lgd_status status = kind ? lgd_matrix_dense(&X, TERMS, DIM - 1, d.X, DIM - 1) : LGD_OK;
            if (!status)
                status = kind ? lgd_glm_create(&f, X, d.y, lgd_loss_half_squared(),
                                               &(lgd_glm_options){.intercept = true, .l2 = 0.1})
                              : lgd_objective_create(&f, DIM, TERMS, &mine_ops, &m);
            if (!status) {
                status = lgd_objective_gauss_newton(f, 1, w, NULL, T, DIM + 1);
                done = !status;
                if (status) {
                    failures++;
                    ck_assert_int_eq(status, LGD_ENOMEM);
                    ck_ok(lgd_objective_gauss_newton(f, 1, w, NULL, T, DIM + 1));
                }
                const size_t made = memory_made();
                ck_ok(lgd_objective_gauss_newton(f, 1, w, NULL, own, DIM + 1));
                ck_assert_uint_eq(memory_made(), made);
                ck_assert(!memcmp(T, own, (DIM + 1) * (DIM + 1) * sizeof *T));
            }
            lgd_objective_free(f);
            lgd_matrix_free(X);
            ck_assert_uint_eq(memory_live(), 0);
            memory_unwatch();
        }
        ck_assert_uint_ge(failures, 3); /* the pool, its block and the triangles */
    }
    data_free(&d);
    mine_free(&m);
    free(T);
    free(own);
}
END_TEST

/* ---- second derivatives along a step */

START_TEST(bend_sums_in_long_double_and_zero_without_one)
{
    enum { DIM = 40, TERMS = 1700 };
    rows_of_mine m = mine_create(TERMS, 2, DIM);
    lgd_objective_ops ops = mine_ops;
    lgd_objective *f, *part;
    double w[DIM], v[DIM], g[DIM], first[DIM];
    real expected[DIM] = {0}, total = 0;
    fill(34, DIM, -0.1, 0.1, w);
    fill(37, DIM, -1, 1, v);
    for (size_t i = 0; i < TERMS; i++)
        total += m.omega[i];
    for (size_t i = 0; i < TERMS * m.each; i++) {
        real s = 0, along = 0;
        for (size_t j = 0; j < DIM; j++) {
            s += (real)m.a[i * DIM + j] * w[j];
            along += (real)m.a[i * DIM + j] * v[j];
        }
        for (size_t j = 0; j < DIM; j++)
            expected[j] += m.omega[i / m.each] * (1 + s) * m.a[i * DIM + j] * along * along / total;
    }
    ck_ok(lgd_objective_create(&f, DIM, TERMS, &ops, &m));
    ck_ok(lgd_objective_subset(&part, f, &(lgd_rows){0, TERMS, NULL}));
    for (size_t threads = 1; threads <= 3; threads++) {
        const size_t granted = lgd_objective_begin(f, threads);
        ck_ok(lgd_objective_bend(threads == 3 ? part : f, granted, w, v, g));
        lgd_objective_end(f);
        ck_assert_double_lt(difference(DIM, g, expected), 1e-13);
        ck_assert(threads == 1 || !memcmp(g, first, sizeof g));
        memcpy(first, g, sizeof g);
    }
    lgd_objective_free(part);
    lgd_objective_free(f);
    ops.bend = NULL;
    ck_ok(lgd_objective_create(&f, DIM, TERMS, &ops, &m));
    ck_ok(lgd_objective_bend(f, 1, w, v, g));
    for (size_t j = 0; j < DIM; j++)
        ck_assert_double_eq(g[j], 0);
    lgd_objective_free(f);
    mine_free(&m);
}
END_TEST

/* ---- LAPACK's part */

START_TEST(stack_sizes_beyond_lapack_refused)
{
    double one[16] = {1}, work[64];
    const size_t beyond = (size_t)1 << 31;
    ck_fails(lgd_lapack_stack(1, 1, false, one, beyond, one, 1, work), LGD_ERANGE, "qr: ldr");
    ck_fails(lgd_lapack_stack(1, 1, false, one, 1, one, beyond, work), LGD_ERANGE, "qr: ldb");
    ck_ok(lgd_lapack_stack(0, 1, false, one, 1, one, 1, work));
    ck_assert_double_eq(one[0], 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("triangle");
    CASE(s, triangle_models_sums_in_long_double);
    CASE(s, triangle_of_design_sums_in_long_double);
    CASE(s, triangle_rows_of_a_user_sums_in_long_double);
    CASE(s, triangle_threads_same_bits);
    CASE(s, triangle_of_many_columns_same_bits_and_gradient);
    CASE(s, triangle_near_collinear_columns_told_apart);
    CASE(s, triangle_units_of_rows_same_digits);
    CASE(s, triangle_no_numbers_and_errors_of_a_row_told);
    CASE(s, triangle_objectives_that_have_none_refused);
    CASE(s, triangle_memory_each_request_failing_clean);
    CASE(s, bend_sums_in_long_double_and_zero_without_one);
    CASE(s, stack_sizes_beyond_lapack_refused);
    return suite_run(s);
}
