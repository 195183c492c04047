/* Data sets reduced to quadratics, and quadratics given: against sums over rows in long double. */
#include "nist.h"
#include "problems.h"
#include "objective/quadratic.h"

enum { ROWS = 700, COLS = 6, MOST_OUTPUTS = 9, MOST = (COLS + 1) * MOST_OUTPUTS };
enum { DENSE, COLUMNS, SCALED, USER, STORAGES };

/* A model of d in some storage; `raw` is what a scaled matrix scales. */
typedef struct stored {
    data d;
    lgd_matrix *raw, *X;
    lgd_objective *f;
    double by_columns[ROWS * COLS];
} stored;

static void stored_create(stored *s, int storage, size_t rows, const lgd_loss *loss, const lgd_glm_options *o)
{
    static const double shift[COLS] = {0.5, -0.25, 0, 1, 0.125, -2}, scale[COLS] = {2, 0.5, 1, 3, 7, 0.1};
    s->d = data_create(rows, COLS, o->outputs ? o->outputs : 1, false, 31);
    s->raw = NULL;
    lgd_glm_options with = *o;
    with.weights = o->weights ? s->d.weights : NULL;
    with.offset = o->offset ? s->d.offset : NULL;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < COLS; j++)
            s->by_columns[i + j * rows] = s->d.X[i * COLS + j];
    if (storage == DENSE)
        ck_ok(lgd_matrix_dense(&s->X, rows, COLS, s->d.X, COLS));
    else if (storage == COLUMNS)
        ck_ok(lgd_matrix_dense_columns(&s->X, rows, COLS, s->by_columns, rows));
    else if (storage == USER)
        ck_ok(lgd_matrix_create(&s->X, rows, COLS, &user_matrix, &s->d));
    else {
        ck_ok(lgd_matrix_dense(&s->raw, rows, COLS, s->d.X, COLS));
        ck_ok(lgd_matrix_scaled(&s->X, s->raw, shift, scale));
        for (size_t i = 0; i < rows; i++) /* what sums over rows see */
            for (size_t j = 0; j < COLS; j++)
                s->by_columns[i + j * rows] = (s->d.X[i * COLS + j] - shift[j]) / scale[j];
    }
    ck_ok(lgd_glm_create(&s->f, s->X, s->d.y, loss, &with));
}

static void stored_free(stored *s)
{
    lgd_objective_free(s->f);
    lgd_matrix_free(s->X);
    lgd_matrix_free(s->raw);
    data_free(&s->d);
}

/* Value and gradient of f at w by sums over rows in long double; R of them: curvature of the loss c. */
static real sums(const stored *s, const lgd_glm_options *o, double c, const lgd_rows *rows, const double *w, real *g)
{
    const size_t n = COLS + (size_t)o->intercept, k = o->outputs ? o->outputs : 1, m = s->d.rows,
                 count = rows ? rows->count : m;
    real value = 0, weights = 0;
    memset(g, 0, n * k * sizeof *g);
    for (size_t at = 0; at < count; at++) {
        const size_t i = rows && rows->index ? rows->index[rows->first + at] : (rows ? rows->first : 0) + at;
        const real weight = o->weights ? s->d.weights[i] : 1;
        weights += weight;
        for (size_t e = 0; e < k; e++) {
            real z = (o->offset ? s->d.offset[i * k + e] : 0) + (o->intercept ? w[COLS * k + e] : 0);
            for (size_t j = 0; j < COLS; j++)
                z += (real)s->by_columns[i + j * m] * w[j * k + e];
            const real r = z - s->d.y[i * k + e];
            value += weight * c * r * r / 2;
            for (size_t j = 0; j < n; j++)
                g[j * k + e] += weight * c * r * (j < COLS ? s->by_columns[i + j * m] : 1);
        }
    }
    value /= weights;
    for (size_t j = 0; j < n * k; j++) {
        g[j] /= weights;
        if (j < COLS * k) {
            value += (real)o->l2 / 2 * w[j] * w[j];
            g[j] += (real)o->l2 * w[j];
        }
    }
    return value;
}

static void compare(lgd_objective *f, const stored *s, const lgd_glm_options *o, double c, const lgd_rows *rows)
{
    const size_t dim = lgd_objective_dim(f);
    lgd_objective *q = NULL;
    double w[MOST], g[MOST], value;
    real expected[MOST];
    lgd_gradient_check check;
    ck_ok(lgd_quadratic_create(&q, f));
    ck_assert_uint_eq(lgd_objective_dim(q), dim);
    ck_assert_uint_eq(lgd_objective_terms(q), 1);
    for (uint64_t seed = 61; seed < 63; seed++) {
        fill(seed, dim, -2, 2, w);
        ck_ok(lgd_objective_eval(q, NULL, w, &value, g));
        const real sum = sums(s, o, c, rows, w, expected);
        ck_near(value, sum, 1e-14);
        ck_assert_double_le(difference(dim, g, expected), 1e-14);
        ck_ok(lgd_objective_eval(q, NULL, w, &value, NULL));
        ck_near(value, sum, 1e-14);
        ck_ok(lgd_objective_check_product(q, w, 1, &check));
        ck_assert_double_le(check.error, 1e-9);
    }
    size_t first[2], count[2];
    lgd_objective_unpenalised(f, &first[0], &count[0]);
    lgd_objective_unpenalised(q, &first[1], &count[1]);
    ck_assert_uint_eq(count[0], count[1]);
    ck_assert(!count[0] || first[0] == first[1]);
    lgd_objective_free(q);
}

START_TEST(quadratic_every_option_and_storage_sums_over_rows)
{
    static const double some = 1; /* stands for the data's own */
    for (int storage = 0; storage < STORAGES; storage++)
        for (unsigned bits = 0; bits < 16; bits++)
            for (size_t k = 1; k <= MOST_OUTPUTS; k = 3 * k) {
                const lgd_glm_options o = {.intercept = bits & 1,
                                           .weights = bits & 2 ? &some : NULL,
                                           .offset = bits & 4 ? &some : NULL,
                                           .l2 = bits & 8 ? 0.3 : 0,
                                           .outputs = k};
                stored s;
                stored_create(&s, storage, bits & 1 ? 45 : ROWS, k > 1 ? lgd_loss_squared() : lgd_loss_half_squared(),
                              &o);
                compare(s.f, &s, &o, k > 1 ? 2 : 1, NULL);
                stored_free(&s);
            }
}
END_TEST

START_TEST(quadratic_of_few_rows_sums_over_rows)
{
    static const size_t few[] = {1, 2, COLS - 1, COLS, 33};
    for (size_t i = 0; i < sizeof few / sizeof *few; i++)
        for (unsigned bits = 0; bits < 2; bits++) {
            const lgd_glm_options o = {.intercept = bits, .l2 = 0.3};
            stored s;
            stored_create(&s, DENSE, few[i], lgd_loss_half_squared(), &o);
            compare(s.f, &s, &o, 1, NULL);
            stored_free(&s);
        }
}
END_TEST

START_TEST(quadratic_of_a_subset_sums_over_its_rows)
{
    static const double some = 1;
    const lgd_glm_options o = {.intercept = true, .weights = &some, .l2 = 0.1, .outputs = 3};
    size_t index[200];
    for (size_t i = 0; i < 200; i++)
        index[i] = i * 379 % ROWS;
    const lgd_rows range = {17, 300, NULL}, scattered = {5, 190, index};
    stored s;
    stored_create(&s, DENSE, ROWS, lgd_loss_half_squared(), &o);
    for (int i = 0; i < 2; i++) {
        lgd_objective *part = NULL;
        ck_ok(lgd_objective_subset(&part, s.f, i ? &scattered : &range));
        compare(part, &s, &o, 1, i ? &scattered : &range);
        lgd_objective_free(part);
    }
    stored_free(&s);
}
END_TEST

/* ---- an objective of one's own: rows [S R], the first two coordinates spared */

typedef struct own {
    size_t rows;
    const double *S, *R;
} own;

static void own_unpenalised(void *ctx, size_t *first, size_t *count)
{
    (void)ctx;
    *first = 0;
    *count = 2;
}

static void own_linear(void *ctx, size_t *slopes, double *l2)
{
    (void)ctx;
    *slopes = 1;
    *l2 = 0.5;
}

static lgd_status own_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const own *o = ctx;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t row = rows->index ? rows->index[rows->first + i] : rows->first + i;
        double r = o->R[row];
        for (size_t j = 0; j < COLS; j++)
            r += o->S[row * COLS + j] * w[j];
        *f += r * r / 2;
        for (size_t j = 0; j < COLS && g; j++)
            g[j] += r * o->S[row * COLS + j];
    }
    return LGD_OK;
}

static lgd_status own_difference(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *R)
{
    (void)R;
    return own_eval(ctx, rows, w, f, g);
}

static lgd_status own_smooth(void *ctx, const double *w, double *f, double *g)
{
    (void)ctx;
    for (size_t j = 2; j < COLS; j++) {
        *f += 0.25 * w[j] * w[j];
        if (g)
            g[j] += 0.5 * w[j];
    }
    return LGD_OK;
}

static lgd_status own_design(void *ctx, const lgd_rows *rows, double *S, size_t lds, double *R)
{
    const own *o = ctx;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t row = rows->index ? rows->index[rows->first + i] : rows->first + i;
        memcpy(S + i * lds, o->S + row * COLS, COLS * sizeof *S);
        R[i] = o->R[row];
    }
    return LGD_OK;
}

START_TEST(quadratic_of_an_objective_of_ones_own_equal)
{
    const lgd_objective_ops ops = {.name = "own",
                                   .eval = own_eval,
                                   .smooth = own_smooth,
                                   .unpenalised = own_unpenalised,
                                   .linear = own_linear,
                                   .difference = own_difference,
                                   .design = own_design};
    data d = data_create(ROWS, COLS, 1, false, 41);
    own o = {ROWS, d.X, d.y};
    lgd_objective *f = NULL, *q = NULL;
    double w[COLS], g[2][COLS], value[2];
    ck_ok(lgd_objective_create(&f, COLS, ROWS, &ops, &o));
    ck_ok(lgd_quadratic_create(&q, f));
    size_t first, count;
    lgd_objective_unpenalised(q, &first, &count);
    ck_assert(first == 0 && count == 2);
    fill(45, COLS, -2, 2, w);
    ck_ok(lgd_objective_eval(f, NULL, w, &value[0], g[0]));
    ck_ok(lgd_objective_eval(q, NULL, w, &value[1], g[1]));
    ck_near(value[1], value[0], 1e-13);
    ck_assert_double_le(difference_of(COLS, g[1], g[0]), 1e-13);
    ck_ok(lgd_quadratic_refine(q, f, w, 0, NULL));
    ck_ok(lgd_objective_eval(f, NULL, w, NULL, g[0]));
    for (size_t j = 0; j < COLS; j++)
        ck_assert_double_le(fabs(g[0][j]), 1e-13);
    lgd_objective_free(q);
    lgd_objective_free(f);
    data_free(&d);
}
END_TEST

/* ---- the reduction itself */

/* A reduction of X [rows x cols] and y, with an intercept. */
static lgd_reduction *reduce(size_t rows, size_t cols, const double *X, const double *y, size_t threads)
{
    lgd_matrix *A = NULL;
    lgd_objective *f = NULL;
    lgd_reduction *r = NULL;
    ck_ok(lgd_matrix_dense(&A, rows, cols, X, cols));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_reduction_create(&r, f, threads));
    lgd_objective_free(f);
    lgd_matrix_free(A);
    return r;
}

START_TEST(reduction_any_number_of_threads_same_bits)
{
    enum { MANY = 20011 };
    data d = data_create(MANY, COLS, 1, false, 51);
    lgd_reduction *one = reduce(MANY, COLS, d.X, d.y, 1);
    for (size_t threads = 2; threads <= 4; threads++) {
        lgd_reduction *r = reduce(MANY, COLS, d.X, d.y, threads);
        ck_assert_mem_eq(r->C, one->C, COLS * one->ld * sizeof *r->C);
        ck_assert_mem_eq(r->c, one->c, COLS * sizeof *r->c);
        ck_assert_mem_eq(r->mean, one->mean, COLS * sizeof *r->mean);
        ck_assert_mem_eq(r->scale, one->scale, COLS * sizeof *r->scale);
        ck_assert_mem_eq(r->squares, one->squares, sizeof *r->squares);
        ck_assert_mem_eq(r->target, one->target, sizeof *r->target);
        lgd_reduction_free(r);
    }
    lgd_reduction_free(one);
    data_free(&d);
}
END_TEST

/* Columns of deviation 1/sqrt(12) about 1e8, 1e4, 1, .. and targets about 1e8. */
START_TEST(reduction_columns_far_from_zero_lose_nothing)
{
    data d = data_create(ROWS, COLS, 1, false, 61);
    fill(67, ROWS * COLS, 0, 1, d.X);
    for (size_t i = 0; i < ROWS; i++) {
        d.X[i * COLS] += 1e8;
        d.X[i * COLS + 1] -= 1e4;
        d.y[i] += 1e8;
    }
    lgd_reduction *r = reduce(ROWS, COLS, d.X, d.y, 1);
    real mean[COLS + 1] = {0};
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j <= COLS; j++)
            mean[j] += (j < COLS ? d.X[i * COLS + j] : d.y[i]) / (real)ROWS;
    for (size_t a = 0; a <= COLS; a++)
        for (size_t b = 0; b < COLS; b++) {
            real sum = 0;
            for (size_t i = 0; i < ROWS; i++)
                sum += ((a < COLS ? d.X[i * COLS + a] : d.y[i]) - mean[a]) * (d.X[i * COLS + b] - mean[b]);
            sum /= ROWS;
            const double got = a < COLS ? r->C[a * r->ld + b] * r->scale[a] : r->c[b];
            ck_near(got * r->scale[b], sum, 1e-15 * (a == COLS ? 1e2 : 1));
        }
    for (size_t j = 0; j < COLS; j++) {
        const double size = r->C[j * r->ld + j];
        ck_assert(0.25 <= size && size < 1);
        ck_near(r->mean[j], mean[j], 1e-15);
    }
    ck_near(r->target[0], mean[COLS], 1e-15);
    lgd_reduction_free(r);
    data_free(&d);
}
END_TEST

/* Units are powers of two, also such whose squares overflow or vanish. */
START_TEST(reduction_columns_in_other_units_same_bits)
{
    static const int power[COLS] = {700, -700, 3, 0, -1, 511};
    data d = data_create(ROWS, COLS, 1, false, 71);
    lgd_reduction *r = reduce(ROWS, COLS, d.X, d.y, 1);
    for (size_t i = 0; i < ROWS * COLS; i++)
        d.X[i] = ldexp(d.X[i], power[i % COLS]);
    lgd_reduction *other = reduce(ROWS, COLS, d.X, d.y, 1);
    ck_assert_mem_eq(r->C, other->C, COLS * r->ld * sizeof *r->C);
    ck_assert_mem_eq(r->c, other->c, COLS * sizeof *r->c);
    for (size_t j = 0; j < COLS; j++) {
        ck_assert_double_eq(ldexp(r->scale[j], power[j]), other->scale[j]);
        ck_assert_double_eq(ldexp(r->mean[j], power[j]), other->mean[j]);
    }
    lgd_reduction_free(other);
    lgd_reduction_free(r);
    data_free(&d);
}
END_TEST

START_TEST(reduction_not_finite_names_the_column)
{
    data d = data_create(ROWS, COLS, 1, false, 81);
    lgd_matrix *A = NULL;
    lgd_objective *f = NULL, *q = (lgd_objective *)1;
    ck_ok(lgd_matrix_dense(&A, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_glm_create(&f, A, d.y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}));
    d.X[400 * COLS + 4] = NAN;
    ck_fails(lgd_quadratic_create(&q, f), LGD_EINVAL, "squares of column 4 is nan, a finite number is accepted");
    ck_assert_ptr_null(q);
    d.X[400 * COLS + 4] = 1e300;
    ck_fails(lgd_quadratic_create(&q, f), LGD_EINVAL, "squares of column 4 is inf");
    d.X[400 * COLS + 4] = 0;
    d.y[3] = 1e300;
    ck_fails(lgd_quadratic_create(&q, f), LGD_EINVAL, "squares of target 0 is inf");
    lgd_objective_free(f);
    lgd_matrix_free(A);
    data_free(&d);
}
END_TEST

/* ---- solutions */

/* Solves for X and y with l2; the status, and w and *report. */
static lgd_status solve(size_t rows, size_t cols, const double *X, const double *y, double l2, size_t refinements,
                        double *w, lgd_reduction_report *report)
{
    lgd_matrix *A = NULL;
    lgd_objective *f = NULL;
    lgd_reduction *r = NULL;
    ck_ok(lgd_matrix_dense(&A, rows, cols, X, cols));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true, .l2 = l2}));
    ck_ok(lgd_reduction_create(&r, f, 0));
    const lgd_status status = lgd_reduction_solve(r, f, 0, refinements, w, report);
    lgd_reduction_free(r);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    return status;
}

START_TEST(reduction_of_nist_sets_has_the_digits)
{
    static const double least[NIST_LINEAR][2] = {{12, 12}, {11, 12}, {11, 12}, {5.5, 9}, {9, 12}, {5.5, 9}};
    for (size_t i = 0; i < NIST_LINEAR; i++) {
        nist set;
        double X[NIST_ROWS * NIST_DIM], w[NIST_DIM], b[NIST_DIM];
        const char *wrong = nist_read(&set, &nist_linear[i], SOURCE_ROOT "/bench/data/nist");
        ck_assert_msg(!wrong, "%s", wrong);
        const size_t n = set.model->dim - 1;
        nist_design(&set, X); /* the first column is 1 */
        for (size_t row = 0; row < set.rows; row++)
            memmove(X + row * n, X + row * (n + 1) + 1, n * sizeof *X);
        for (size_t refinements = 0; refinements <= 2; refinements += 2) {
            lgd_reduction_report report;
            ck_ok(solve(set.rows, n, X, set.y, 0, refinements, w, &report));
            b[0] = w[n];
            memcpy(b + 1, w, n * sizeof *w);
            const double digits = nist_digits(n + 1, b, set.certified, 16);
            ck_assert_msg(digits >= least[i][refinements / 2], "%s: %.2f digits with %zu refinements", set.model->name,
                          digits, refinements);
            ck_assert_uint_eq(report.rank, n + 1);
            ck_assert_uint_eq(report.passes, refinements);
            if (refinements)
                ck_near(report.rss, set.rss, 1e-12);
        }
    }
}
END_TEST

/* A zero column, a constant, one that repeats another: refused by name, and accepted with l2. */
START_TEST(reduction_of_dependent_columns_tells_the_rank)
{
    static const char *const words[] = {"the rank is 6 of 7 columns (column 2 is a constant)",
                                        "the rank is 6 of 7 columns (column 2 is a constant)",
                                        "the rank is 6 of 7 columns, all independent are accepted"};
    data d = data_create(ROWS, COLS, 1, false, 91);
    for (int kind = 0; kind < 3; kind++) {
        lgd_reduction_report report;
        double w[COLS + 1] = {7};
        for (size_t i = 0; i < ROWS; i++)
            d.X[i * COLS + 2] = kind == 0 ? 0 : kind == 1 ? 0.1 : d.X[i * COLS] - 2 * d.X[i * COLS + 1];
        ck_fails(solve(ROWS, COLS, d.X, d.y, 0, 2, w, &report), LGD_EINVAL, words[kind]);
        ck_assert_uint_eq(report.rank, COLS);
        ck_assert(isinf(report.condition));
        ck_assert_double_eq(w[0], 7);
        ck_ok(solve(ROWS, COLS, d.X, d.y, 0.1, 2, w, &report));
        ck_assert_uint_eq(report.rank, COLS + 1);
        ck_assert(kind == 2 || w[2] == 0);
    }
    lgd_reduction_report report;
    double w[COLS + 1];
    ck_fails(solve(COLS - 2, COLS, d.X, d.y, 0, 2, w, &report), LGD_EINVAL, "the rank is 4 of 7 columns");
    ck_fails(solve(1, COLS, d.X, d.y, 0, 2, w, &report), LGD_EINVAL,
             "the rank is 1 of 7 columns (column 0 is a constant)");
    ck_ok(solve(1, COLS, d.X, d.y, 1, 2, w, &report));
    for (size_t j = 0; j < COLS; j++)
        ck_assert_double_eq(w[j], 0);
    ck_assert_double_eq(w[COLS], d.y[0]);
    data_free(&d);
}
END_TEST

/* Two columns that differ by a share e of themselves have a condition of about 4/e^2. */
START_TEST(reduction_too_ill_conditioned_refused_by_name)
{
    data d = data_create(ROWS, COLS, 1, false, 101);
    double e[ROWS], w[COLS + 1];
    lgd_reduction_report report;
    fill(107, ROWS, -1, 1, e);
    for (size_t i = 0; i < ROWS; i++)
        d.X[i * COLS + 3] = d.X[i * COLS] + 1e-7 * e[i];
    ck_fails(solve(ROWS, COLS, d.X, d.y, 0, 2, w, &report), LGD_EINVAL, "at most 4.5e+12 is accepted");
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "the condition of its Gram matrix is"));
    ck_assert_double_gt(report.condition, report.limit);
    ck_assert_double_lt(report.condition, 1e17);
    for (size_t i = 0; i < ROWS; i++)
        d.X[i * COLS + 3] = d.X[i * COLS] + 1e-4 * e[i];
    ck_ok(solve(ROWS, COLS, d.X, d.y, 0, 2, w, &report));
    ck_assert(1e7 < report.condition && report.condition < 1e11);
    ck_assert_double_gt(report.digits, 9);
    data_free(&d);
}
END_TEST

/* Targets that are linear in the columns leave nothing, and never less than that. */
/* |A|_1 |A^-1|_1 of the Gram matrix A [n x n], the inverse by elimination in long double. */
static double condition_of(size_t n, const double *A, size_t ld)
{
    real M[COLS][2 * COLS] = {{0}}, norm = 0, inverse = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            M[i][j] = A[i * ld + j];
        M[i][n + i] = 1;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t other = 0; other < n; other++) {
            const real by = other == i ? 0 : M[other][i] / M[i][i];
            for (size_t j = 0; j < 2 * n; j++)
                M[other][j] -= by * M[i][j];
        }
    for (size_t j = 0; j < n; j++) {
        real sum = 0, of_inverse = 0;
        for (size_t i = 0; i < n; i++) {
            sum += fabs(A[i * ld + j]);
            of_inverse += fabsl(M[i][n + j] / M[i][i]);
        }
        norm = fmaxl(norm, sum);
        inverse = fmaxl(inverse, of_inverse);
    }
    return (double)(norm * inverse);
}

/* The condition in the 1-norm is estimated from below, and mostly it is what it is. */
START_TEST(reduction_condition_estimated_to_a_few_percent)
{
    size_t exact = 0, all = 0;
    for (size_t cols = 1; cols <= COLS; cols++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            data d = data_create(cols + 4, cols, 1, false, 200 + seed);
            lgd_reduction *r = reduce(cols + 4, cols, d.X, d.y, 1);
            double w[COLS + 1];
            lgd_reduction_report report;
            ck_ok(lgd_reduction_solve(r, NULL, 1, 0, w, &report));
            const double true_one = condition_of(cols, r->C, r->ld);
            ck_assert_double_le(report.condition, true_one * (1 + 1e-9));
            ck_assert_double_ge(report.condition, true_one / 3);
            exact += report.condition > true_one * 0.97;
            all++;
            lgd_reduction_free(r);
            data_free(&d);
        }
    ck_assert_uint_gt(exact, all * 9 / 10);
}
END_TEST

START_TEST(quadratic_where_nothing_is_left_not_below_zero)
{
    const lgd_glm_options o = {.intercept = true};
    for (size_t rows = 100; rows <= 400; rows += 20) {
        stored s;
        lgd_objective *q = NULL;
        double w[COLS + 1], value;
        stored_create(&s, DENSE, rows, lgd_loss_half_squared(), &o);
        for (size_t i = 0; i < rows; i++) {
            s.d.y[i] = 100;
            for (size_t j = 0; j < COLS; j++)
                s.d.y[i] += (double)(j + 1) * s.d.X[i * COLS + j];
        }
        ck_ok(lgd_quadratic_create(&q, s.f));
        fill(rows, COLS + 1, -1e-9, 1e-9, w);
        for (size_t j = 0; j <= COLS; j++)
            w[j] += j < COLS ? (double)(j + 1) : 100;
        ck_ok(lgd_objective_eval(q, NULL, w, &value, NULL));
        ck_assert(0 <= value && value < 1e-13);
        lgd_objective_free(q);
        stored_free(&s);
    }
}
END_TEST

/* ---- methods on a quadratic */

/* |grad f| by sums in long double, next to what its terms add up to. */
static double residual_of(const stored *s, const lgd_glm_options *o, const double *w)
{
    real g[MOST], none[MOST], largest = 0, size = 0;
    const double zero[MOST] = {0};
    sums(s, o, 1, NULL, w, g);
    sums(s, o, 1, NULL, zero, none);
    for (size_t j = 0; j < COLS + (size_t)o->intercept; j++) {
        largest = fmaxl(largest, fabsl(g[j]));
        size = fmaxl(size, fabsl(none[j]));
    }
    return (double)(largest / size);
}

START_TEST(quadratic_every_kind_of_method_same_optimum_refined)
{
    static const char *const methods[] = {"sgd:lr=auto",
                                          "momentum:lr=auto",
                                          "nesterov:lr=auto",
                                          "cg",
                                          "bb",
                                          "lbfgs",
                                          "newton",
                                          "newton_cg",
                                          "trust_region",
                                          "fista",
                                          "proximal_gradient",
                                          "bfgs"};
    static const double some = 1;
    const lgd_glm_options o = {.intercept = true, .weights = &some, .l2 = 0.01};
    stored s;
    lgd_objective *q = NULL;
    double exact[COLS + 1];
    lgd_refinement report;
    const bool takes = takes_hold();
    stored_create(&s, DENSE, ROWS, lgd_loss_half_squared(), &o);
    ck_ok(lgd_quadratic_create(&q, s.f));
    memset(exact, 0, sizeof exact);
    ck_ok(lgd_quadratic_refine(q, s.f, exact, 1, &report));
    ck_assert_double_le(fabs(report.digits), 1e-9); /* all of w was the correction */
    memset(exact, 0, sizeof exact);
    ck_ok(lgd_quadratic_refine(q, s.f, exact, 3, &report)); /* Newton's method from 0 */
    ck_assert_double_le(residual_of(&s, &o, exact), 1e-15);
    ck_assert_uint_eq(report.passes, 3);
    ck_assert_uint_eq(report.rank, COLS + 1);
    ck_assert_double_gt(report.digits, 14);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        lgd_optimizer *opt = NULL;
        double w[COLS + 1] = {0};
        ck_ok(lgd_optimizer_parse(&opt, methods[i]));
        ck_ok(lgd_minimize(q, opt, w, &(lgd_minimize_options){.max_steps = 1000, .grad_tol = LGD_ZERO}, NULL));
        ck_assert_msg(difference_of(COLS + 1, w, exact) <= 1e-6, "%s", methods[i]);
        ck_ok(lgd_quadratic_refine(q, s.f, w, 0, &report));
        ck_assert_msg(difference_of(COLS + 1, w, exact) <= 1e-10, "%s", methods[i]);
        ck_assert_uint_eq(report.passes, 2);
        lgd_optimizer_free(opt);
    }
    ck_assert_int_eq(takes_hold(), takes);
    lgd_objective_free(q);
    stored_free(&s);
}
END_TEST

/* With penalties the runs on f and on its reduction end in the same point. */
/* Several outputs, each of which is corrected by its own residuals: nothing is left of the gradient of any. */
START_TEST(quadratic_of_several_outputs_each_refined)
{
    enum { OUTPUTS = 3, DIM = (COLS + 1) * OUTPUTS };
    model m = model_create(ROWS, COLS, lgd_loss_half_squared(),
                           &(lgd_glm_options){.intercept = true, .outputs = OUTPUTS, .l2 = 0.01}, 61);
    lgd_objective *q = NULL;
    lgd_refinement report;
    double w[DIM] = {0}, g[2][DIM];
    ck_ok(lgd_objective_eval(m.f, NULL, w, NULL, g[0]));
    ck_ok(lgd_quadratic_create(&q, m.f));
    ck_ok(lgd_quadratic_refine(q, m.f, w, 2, &report));
    ck_ok(lgd_objective_eval(m.f, NULL, w, NULL, g[1]));
    for (size_t j = 0; j < DIM; j++)
        ck_assert_double_le(fabs(g[1][j]), 1e-14 * fabs(lgd_norm2(DIM, g[0])));
    ck_assert_double_ge(report.digits, 14);
    lgd_objective_free(q);
    model_free(&m);
}
END_TEST

START_TEST(quadratic_with_penalties_same_optimum)
{
    const lgd_glm_options o = {.intercept = true, .l2 = 0.01};
    stored s;
    lgd_objective *q = NULL;
    stored_create(&s, DENSE, ROWS, lgd_loss_half_squared(), &o);
    ck_ok(lgd_quadratic_create(&q, s.f));
    for (int kind = 0; kind < 2; kind++) {
        lgd_penalty *h = NULL;
        double w[2][COLS + 1] = {{0}};
        ck_ok(kind ? lgd_penalty_non_negative_create(&h) : lgd_penalty_l1_create(&h, 0.2));
        for (int i = 0; i < 2; i++) {
            lgd_optimizer *opt = NULL;
            ck_ok(lgd_optimizer_parse(&opt, "fista"));
            ck_ok(lgd_minimize(i ? q : s.f, opt, w[i],
                               &(lgd_minimize_options){.max_steps = 2000, .grad_tol = 1e-12, .penalty = h}, NULL));
            lgd_optimizer_free(opt);
        }
        size_t zeros = 0;
        for (size_t j = 0; j < COLS; j++) {
            ck_assert_int_eq(w[0][j] == 0, w[1][j] == 0);
            zeros += w[0][j] == 0;
        }
        ck_assert_uint_gt(zeros, 0);
        ck_assert_double_le(difference_of(COLS + 1, w[1], w[0]), 1e-10);
        lgd_penalty_free(h);
    }
    lgd_objective_free(q);
    stored_free(&s);
}
END_TEST

/* ---- a quadratic by its matrix */

START_TEST(quadratic_dense_by_its_formula)
{
    enum { DIM = 5, LD = 7 };
    double Q[DIM * LD], b[DIM], w[DIM], g[DIM], value;
    lgd_objective *q = NULL;
    lgd_gradient_check check;
    fill(111, DIM * LD, -1, 1, Q);
    fill(112, DIM, -1, 1, b);
    fill(113, DIM, -1, 1, w);
    for (size_t i = 0; i < DIM; i++)
        for (size_t j = i + 1; j < LD; j++)
            Q[i * LD + j] = NAN; /* not read */
    for (int i = 0; i < 2; i++) {
        ck_ok(lgd_quadratic_create_dense(&q, DIM, Q, LD, i ? b : NULL, 0.75));
        ck_ok(lgd_objective_eval(q, NULL, w, &value, g));
        real sum = 0.75L;
        for (size_t a = 0; a < DIM; a++) {
            real row = 0;
            for (size_t c = 0; c < DIM; c++)
                row += (real)(c <= a ? Q[a * LD + c] : Q[c * LD + a]) * w[c];
            sum += w[a] * row / 2 + (i ? b[a] * w[a] : 0);
            ck_near(g[a], row + (i ? b[a] : 0), 1e-15);
        }
        ck_near(value, sum, 1e-15);
        ck_ok(lgd_objective_check_product(q, w, 1, &check));
        ck_assert_double_le(check.error, 1e-9);
        lgd_objective_free(q);
    }
    Q[0] = 3;
    ck_ok(lgd_quadratic_create_dense(&q, 1, Q, LD, b, 0));
    const lgd_reduction *r = lgd_quadratic_reduction(q);
    Q[0] = b[0] = NAN; /* it was copied */
    ck_ok(lgd_objective_eval(q, NULL, w, &value, g));
    ck_assert(isfinite(value) && r->cols == 1);
    lgd_objective_free(q);
}
END_TEST

/* The bound on the largest eigenvalue, for the rates that are found: of -1, 2 and of 1, 3. */
START_TEST(quadratic_curvature_bounds_the_largest_eigenvalue)
{
    static const double Q[2][4] = {{0.5, 0, 1.5, 0.5}, {2, 0, 1, 2}}, largest[2] = {2, 3};
    for (int i = 0; i < 2; i++) {
        lgd_objective *q = NULL;
        double all, term;
        ck_ok(lgd_quadratic_create_dense(&q, 2, Q[i], 2, NULL, 0));
        ck_ok(q->ops.curvature(q->ctx, &(lgd_rows){0, 1, NULL}, &all, &term));
        ck_assert_double_eq(all, term);
        ck_assert(largest[i] <= all && all <= 1.001 * largest[i]);
        lgd_objective_free(q);
    }
}
END_TEST

START_TEST(quadratic_bad_input_named)
{
    const double Q[4] = {1, 0, INFINITY, 1}, b[2] = {1, NAN};
    double w[2] = {0};
    lgd_objective *q = NULL, *other = NULL;
    model m = model_create(30, 3, lgd_loss_logistic(), NULL, 5);
    ck_fails(lgd_quadratic_create(NULL, m.f), LGD_EINVAL, "quadratic: out is NULL");
    ck_fails(lgd_quadratic_create(&q, NULL), LGD_EINVAL, "quadratic: f is NULL");
    ck_fails(lgd_quadratic_create(&q, m.f), LGD_EUNSUPPORTED, "reduction: glm has no ops.design");
    ck_fails(lgd_quadratic_create_dense(&q, 2, NULL, 2, NULL, 0), LGD_EINVAL, "quadratic: Q is NULL");
    ck_fails(lgd_quadratic_create_dense(&q, 0, Q, 2, NULL, 0), LGD_EINVAL, "quadratic: dim is 0");
    ck_fails(lgd_quadratic_create_dense(&q, 2, Q, 1, NULL, 0), LGD_EINVAL, "quadratic: ld is 1, at least dim = 2");
    ck_fails(lgd_quadratic_create_dense(&q, 2, Q, 2, NULL, 0), LGD_EINVAL, "quadratic: Q[1][0] is inf");
    ck_fails(lgd_quadratic_create_dense(&q, 1, Q, 2, b + 1, 0), LGD_EINVAL, "quadratic: b[0] is nan");
    ck_fails(lgd_quadratic_create_dense(&q, 1, Q, 2, b, INFINITY), LGD_EINVAL, "quadratic: c is inf");
    ck_assert_ptr_null(q);
    ck_ok(lgd_quadratic_create_dense(&q, 1, Q, 2, b, 0));
    ck_fails(lgd_quadratic_refine(q, m.f, w, 1, NULL), LGD_EINVAL, "quadratic: q is a quadratic without rows");
    ck_fails(lgd_quadratic_refine(m.f, m.f, w, 1, NULL), LGD_EINVAL, "quadratic: q is a glm");
    ck_fails(lgd_quadratic_refine(NULL, m.f, w, 1, NULL), LGD_EINVAL, "quadratic: q is NULL");
    lgd_objective_free(q);
    model_free(&m);
    m = model_create(30, 1, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 5);
    ck_ok(lgd_quadratic_create(&q, m.f));
    ck_fails(lgd_quadratic_refine(q, NULL, w, 1, NULL), LGD_EINVAL, "quadratic: f is NULL");
    ck_fails(lgd_quadratic_refine(q, m.f, NULL, 1, NULL), LGD_EINVAL, "quadratic: w is NULL");
    ck_fails(lgd_quadratic_refine_sized(q, m.f, NULL, 1, NULL, 0), LGD_EINVAL, "quadratic: w is NULL");
    w[1] = NAN;
    ck_fails(lgd_quadratic_refine(q, m.f, w, 1, NULL), LGD_EINVAL, "quadratic: w[1] is nan");
    w[1] = 0;
    ck_ok(lgd_objective_subset(&other, m.f, &(lgd_rows){0, 20, NULL}));
    ck_fails(lgd_quadratic_refine(q, other, w, 1, NULL), LGD_EINVAL,
             "has 2 coordinates, 20 terms and an l2 of 0, that of 2, 30");
    lgd_objective_free(other);
    ck_ok(lgd_objective_subset(&other, m.f, &(lgd_rows){0, 0, NULL}));
    lgd_objective *none = NULL;
    ck_fails(lgd_quadratic_create(&none, other), LGD_EINVAL, "number of rows is 0");
    lgd_objective_free(other);
    lgd_objective_free(q);
    model_free(&m);
}
END_TEST

START_TEST(quadratic_each_allocation_failing_leaves_nothing)
{
    const double Q[4] = {2, 0, 1, 2};
    data d = data_create(ROWS, COLS, 1, false, 121);
    lgd_status status = LGD_ENOMEM;
    for (size_t k = 1; status == LGD_ENOMEM; k++) {
        lgd_matrix *A = NULL;
        lgd_objective *f = NULL, *q = NULL, *dense = NULL;
        double w[COLS + 1] = {7}, g[COLS + 1];
        memory_watch(k);
        status = lgd_matrix_dense(&A, ROWS, COLS, d.X, COLS);
        if (!status)
            status = lgd_glm_create(&f, A, d.y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true});
        if (!status) {
            q = (lgd_objective *)1;
            status = lgd_quadratic_create(&q, f);
            ck_assert(!status == !!q);
        }
        if (!status)
            status = lgd_quadratic_refine(q, f, w, 2, NULL);
        ck_assert(!status || w[0] == 7);
        if (!status)
            status = lgd_quadratic_create_dense(&dense, 2, Q, 2, NULL, 0);
        const size_t made = memory_made();
        for (int i = 0; i < 3 && !status; i++) { /* no step allocates */
            ck_ok(lgd_objective_eval(q, NULL, w, NULL, g));
            ck_ok(lgd_objective_eval(dense, NULL, w, NULL, g));
            ck_assert_uint_eq(memory_made(), made);
        }
        lgd_objective_free(dense);
        lgd_objective_free(q);
        lgd_objective_free(f);
        lgd_matrix_free(A);
        ck_assert_uint_eq(memory_live(), 0);
        ck_assert_int_eq(status, memory_made() < k ? LGD_OK : LGD_ENOMEM);
    }
    memory_unwatch();
    data_free(&d);
}
END_TEST

/* ---- the plan */

START_TEST(plan_takes_the_cheapest_way_and_says_so)
{
    static const struct {
        lgd_plan_options o;
        lgd_way way;
    } cases[] = {{{.rows = 1000000, .cols = 100, .steps = 1000}, LGD_WAY_REDUCE},
                 {{.rows = 1000000, .cols = 100, .steps = 2}, LGD_WAY_STREAM},
                 {{.rows = 1000000, .cols = 100}, LGD_WAY_REDUCE},
                 {{.rows = 1000000, .cols = 100, .condition = 1e8}, LGD_WAY_DIRECT},
                 {{.rows = 1000000, .cols = 100, .steps = 1000, .condition = 1e8}, LGD_WAY_REDUCE},
                 {{.rows = 50, .cols = 100}, LGD_WAY_DIRECT},
                 {{.rows = 100000, .cols = 20000, .steps = 100}, LGD_WAY_STREAM},
                 {{.rows = 1000, .cols = 10, .steps = 500, .optimum = true}, LGD_WAY_DIRECT},
                 {{.rows = 1000000, .cols = 100, .steps = 1000, .way = LGD_WAY_STREAM}, LGD_WAY_STREAM}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lgd_plan plan;
        ck_ok(lgd_least_squares_plan(&cases[i].o, &plan));
        ck_assert_msg(plan.way == cases[i].way, "case %zu: %s", i, plan.text);
        for (int way = LGD_WAY_STREAM; way <= LGD_WAY_DIRECT && !cases[i].o.way; way++)
            ck_assert_double_le(plan.cost[plan.way].time, plan.cost[way].time);
    }
}
END_TEST

START_TEST(plan_costs_are_counts)
{
    lgd_plan plan;
    lgd_plan_options o = {.rows = 1000000, .cols = 100, .steps = 1000};
    ck_ok(lgd_least_squares_plan(&o, &plan));
    ck_assert_double_eq(plan.cost[LGD_WAY_STREAM].flops, 4e11);
    ck_assert_double_eq(plan.cost[LGD_WAY_STREAM].bytes, 8e11);
    ck_assert_double_eq(plan.cost[LGD_WAY_REDUCE].flops, 1e6 * 101 * 101 + 1000 * 2 * 1e4);
    ck_assert_double_eq(plan.cost[LGD_WAY_REDUCE].bytes, 8e8);
    ck_assert(isinf(plan.cost[LGD_WAY_DIRECT].time)); /* which finds the optimum, and steps are wanted */
    ck_assert_str_eq(plan.text,
                     "reduce: 1.02e+10 flops and 0.8 GB; stream would take 4e+11 flops and 800 GB; reducing pays "
                     "from 5 steps on");
    o.steps = (size_t)plan.break_even;
    ck_ok(lgd_least_squares_plan(&o, &plan));
    ck_assert_int_eq(plan.way, LGD_WAY_REDUCE);
    o.steps--;
    ck_ok(lgd_least_squares_plan(&o, &plan));
    ck_assert_int_eq(plan.way, LGD_WAY_STREAM);
    o.way = LGD_WAY_REDUCE;
    ck_ok(lgd_least_squares_plan(&o, &plan));
    ck_assert_ptr_nonnull(strstr(plan.text, "reduce (forced): "));
    ck_ok(lgd_least_squares_plan(&(lgd_plan_options){.rows = 1000000, .cols = 100, .outputs = 3}, &plan));
    ck_assert_double_eq(plan.cost[LGD_WAY_REDUCE].flops, 1e6 * 103 * 103 + 1e6 / 3 + 2 * 12e8);
    ck_assert_double_eq(plan.cost[LGD_WAY_REDUCE].bytes, 3 * 8e8); /* and two corrections */
    ck_assert_double_eq(plan.cost[LGD_WAY_DIRECT].flops, 2e6 * 103 * 103 + 3e4);
    ck_assert_double_eq(plan.cost[LGD_WAY_DIRECT].bytes, 8e8);
    ck_assert(isinf(plan.cost[LGD_WAY_STREAM].time));
    ck_ok(lgd_least_squares_plan(&(lgd_plan_options){.rows = 4, .cols = 2, .steps = 10}, &plan));
    ck_assert_str_eq(plan.text,
                     "stream: 320 flops and 0.64 kB; reduce would take 116 flops and 64 bytes; over so few rows "
                     "a step is as quick");
    const lgd_plan_options wide = {
        .rows = SIZE_MAX / 2, .cols = SIZE_MAX / 2, .outputs = SIZE_MAX / 2, .steps = SIZE_MAX / 2};
    ck_ok(lgd_least_squares_plan(&wide, &plan));
    ck_assert_uint_lt(strlen(plan.text), sizeof plan.text);
}
END_TEST

START_TEST(plan_bad_input_named)
{
    lgd_plan plan;
    ck_fails(lgd_least_squares_plan(&(lgd_plan_options){.cols = 1}, &plan), LGD_EINVAL, "plan: rows is 0");
    ck_fails(lgd_least_squares_plan(&(lgd_plan_options){.rows = 1}, &plan), LGD_EINVAL, "plan: cols is 0");
    ck_fails(lgd_least_squares_plan(NULL, &plan), LGD_EINVAL, "plan: rows is 0");
    ck_fails(lgd_least_squares_plan_sized(&(lgd_plan_options){.rows = 1, .cols = 1}, sizeof(lgd_plan_options), NULL, 0),
             LGD_EINVAL, "plan: plan is NULL");
    ck_fails(lgd_least_squares_plan(&(lgd_plan_options){.rows = 1, .cols = 1, .condition = 0.5}, &plan), LGD_EINVAL,
             "plan: condition is 0.5, a number at least 1");
    ck_fails(lgd_least_squares_plan(&(lgd_plan_options){.rows = 1, .cols = 1, .way = (lgd_way)4}, &plan), LGD_EINVAL,
             "plan: way is 4");
    ck_fails(lgd_least_squares_plan(&(lgd_plan_options){.rows = 1, .cols = 1, .way = LGD_WAY_STREAM}, &plan),
             LGD_EINVAL, "plan: way is stream and steps is 0");
    ck_fails(
        lgd_least_squares_plan(&(lgd_plan_options){.rows = 1, .cols = 1, .steps = 3, .way = LGD_WAY_DIRECT}, &plan),
        LGD_EINVAL, "plan: way is direct with 3 steps");
    ck_fails(lgd_least_squares_plan(&(lgd_plan_options){.rows = 1, .cols = 2, .way = LGD_WAY_REDUCE}, &plan),
             LGD_EINVAL, "of 1 rows and 2 columns");
    ck_fails(lgd_least_squares_plan(&(lgd_plan_options){.rows = 9, .cols = 2, .condition = 1e7, .way = LGD_WAY_REDUCE},
                                    &plan),
             LGD_EINVAL, "at a condition of 1e+07, at most 2.1e+06");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quadratic");
    CASE(suite, quadratic_every_option_and_storage_sums_over_rows);
    CASE(suite, quadratic_of_few_rows_sums_over_rows);
    CASE(suite, quadratic_of_a_subset_sums_over_its_rows);
    CASE(suite, quadratic_of_an_objective_of_ones_own_equal);
    CASE(suite, reduction_any_number_of_threads_same_bits);
    CASE(suite, reduction_columns_far_from_zero_lose_nothing);
    CASE(suite, reduction_columns_in_other_units_same_bits);
    CASE(suite, reduction_not_finite_names_the_column);
    CASE(suite, reduction_of_nist_sets_has_the_digits);
    CASE(suite, reduction_of_dependent_columns_tells_the_rank);
    CASE(suite, reduction_too_ill_conditioned_refused_by_name);
    CASE(suite, reduction_condition_estimated_to_a_few_percent);
    CASE(suite, quadratic_where_nothing_is_left_not_below_zero);
    CASE(suite, quadratic_every_kind_of_method_same_optimum_refined);
    CASE(suite, quadratic_of_several_outputs_each_refined);
    CASE(suite, quadratic_with_penalties_same_optimum);
    CASE(suite, quadratic_dense_by_its_formula);
    CASE(suite, quadratic_curvature_bounds_the_largest_eigenvalue);
    CASE(suite, quadratic_bad_input_named);
    CASE(suite, quadratic_each_allocation_failing_leaves_nothing);
    CASE(suite, plan_takes_the_cheapest_way_and_says_so);
    CASE(suite, plan_costs_are_counts);
    CASE(suite, plan_bad_input_named);
    return suite_run(suite);
}
