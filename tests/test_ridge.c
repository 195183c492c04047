/* Ridge paths: against solves in long double of every strength, every row left out by solving without it, and scikit-learn. */
#include "datasets.h"
#include "objective/objective.h"
#include "problems.h"
#include "reference/ridge.h"
#include <stddef.h>

enum { ROWS = 23, COLS = 4, OUTPUTS = 3, MOST = 11, STRENGTHS = 70 }; /* more strengths than are computed at once */

/* ---- references */

/* Rows of [x 1] and the targets less their offsets, in long double, with the weights that a loss gives them. */
typedef struct sums {
    size_t n, intercept, outputs;
    real A[MOST][MOST], b[MOST][OUTPUTS];
} sums;

static void add_row(sums *s, real weight, const double *x, const real *target)
{
    for (size_t i = 0; i < s->n + s->intercept; i++) {
        const real own = weight * (i < s->n ? x[i] : 1);
        for (size_t j = 0; j < s->n + s->intercept; j++)
            s->A[i][j] += own * (j < s->n ? x[j] : 1);
        for (size_t c = 0; c < s->outputs; c++)
            s->b[i][c] += own * target[c];
    }
}

/* (A + ridge I) x = b, intercept spared, by elimination: A + ridge I is positive definite. */
static void solve(const sums *of, real ridge, real x[MOST][OUTPUTS])
{
    static sums s;
    s = *of;
    const size_t n = s.n + s.intercept;
    for (size_t j = 0; j < s.n; j++)
        s.A[j][j] += ridge;
    for (size_t k = 0; k < n; k++)
        for (size_t i = k + 1; i < n; i++) {
            const real by = s.A[i][k] / s.A[k][k];
            for (size_t j = k; j < n; j++)
                s.A[i][j] -= by * s.A[k][j];
            for (size_t c = 0; c < s.outputs; c++)
                s.b[i][c] -= by * s.b[k][c];
        }
    for (size_t i = n; i-- > 0;)
        for (size_t c = 0; c < s.outputs; c++) {
            x[i][c] = s.b[i][c];
            for (size_t j = i + 1; j < n; j++)
                x[i][c] -= s.A[i][j] * x[j][c];
            x[i][c] /= s.A[i][i];
        }
}

/* What lgd_ridge_path has to find, of rows of d. */
typedef struct expected {
    size_t rows, dim, outputs;
    real w[MOST * OUTPUTS], error[OUTPUTS], gcv[OUTPUTS], freedom;
} expected;

typedef struct plain_ridge {
    const data *d;
    lgd_glm_options o;
    real curvature; /* of the loss */
} plain_ridge;

static real weight_of(const plain_ridge *p, size_t i)
{
    return p->curvature * (p->o.weights ? p->o.weights[i] : 1);
}

static void targets_of(const plain_ridge *p, size_t i, real *target)
{
    for (size_t c = 0; c < p->d->outputs; c++)
        target[c] = (real)p->d->y[i * p->d->outputs + c] - (p->o.offset ? p->o.offset[i * p->d->outputs + c] : 0);
}

static real residual(const plain_ridge *p, size_t i, real x[MOST][OUTPUTS], size_t c)
{
    real target[OUTPUTS], fit = p->o.intercept ? x[p->d->cols][c] : 0;
    targets_of(p, i, target);
    for (size_t j = 0; j < p->d->cols; j++)
        fit += p->d->X[i * p->d->cols + j] * x[j][c];
    return fit - target[c];
}

/* Every row is left out in turn, and the rest solved anew. */
static expected expect(const plain_ridge *p, double strength)
{
    static sums all, rest;
    const size_t n = p->d->cols, k = p->d->outputs, width = n + p->o.intercept;
    expected e = {.dim = width * k, .outputs = k};
    real x[MOST][OUTPUTS], target[OUTPUTS], weights = 0, rss[OUTPUTS] = {0};
    all = (sums){.n = n, .intercept = p->o.intercept, .outputs = k};
    for (size_t i = 0; i < p->d->rows; i++) {
        targets_of(p, i, target);
        add_row(&all, weight_of(p, i), p->d->X + i * n, target);
        weights += p->o.weights ? p->o.weights[i] : 1;
        e.rows += weight_of(p, i) > 0;
    }
    solve(&all, weights * strength, x);
    for (size_t j = 0; j < width; j++)
        for (size_t c = 0; c < k; c++)
            e.w[j * k + c] = x[j][c];
    for (size_t i = 0; i < p->d->rows; i++) {
        real out[MOST][OUTPUTS];
        targets_of(p, i, target);
        rest = all;
        add_row(&rest, -weight_of(p, i), p->d->X + i * n, target);
        solve(&rest, weights * strength, out);
        for (size_t c = 0; c < k; c++) {
            const real off = residual(p, i, out, c), with = residual(p, i, x, c);
            e.error[c] += weight_of(p, i) * off * off / weights;
            rss[c] += weight_of(p, i) * with * with / weights;
        }
    }
    for (size_t j = 0; j < width; j++) { /* the trace of (A + ridge)^-1 A, column by column */
        static sums unit;
        unit = all;
        unit.outputs = 1;
        for (size_t i = 0; i < width; i++)
            unit.b[i][0] = all.A[i][j];
        solve(&unit, weights * strength, x);
        e.freedom += x[j][0];
    }
    for (size_t c = 0; c < k; c++)
        e.gcv[c] = rss[c] / powl(1 - e.freedom / (real)e.rows, 2);
    return e;
}

/* ---- the path of it */

typedef struct found {
    double W[STRENGTHS * MOST * OUTPUTS], error[STRENGTHS * OUTPUTS], gcv[STRENGTHS * OUTPUTS], freedom[STRENGTHS];
    lgd_ridge_report report;
} found;

static void find(lgd_objective *f, size_t count, const double *strengths, found *to)
{
    const lgd_ridge_options o = {.error = to->error, .gcv = to->gcv, .freedom = to->freedom};
    ck_ok(lgd_ridge_path(f, count, strengths, to->W, &o, &to->report));
}

/* 0 and then from 1e-6 to 1e3, not in their order. */
static void spread(double strengths[STRENGTHS])
{
    for (size_t l = 0; l < STRENGTHS; l++) {
        const size_t k = l * 13 % STRENGTHS;
        strengths[l] = k ? pow(10, -6 + 9 * (double)k / (STRENGTHS - 1)) : 0;
    }
}

static void compare(const plain_ridge *p, lgd_objective *f, double tolerance)
{
    static found got;
    double strengths[STRENGTHS], least[2] = {INFINITY, INFINITY};
    spread(strengths);
    find(f, STRENGTHS, strengths, &got);
    for (size_t l = 0; l < STRENGTHS; l++) {
        const expected e = expect(p, strengths[l]);
        double error = 0, gcv = 0;
        ck_assert_uint_eq(e.dim, lgd_objective_dim(f));
        ck_assert_double_le(difference(e.dim, got.W + l * e.dim, e.w), tolerance);
        ck_near(got.freedom[l], e.freedom, tolerance);
        for (size_t c = 0; c < e.outputs; c++) {
            const size_t at = l * e.outputs + c;
            ck_assert_double_le(fabs(got.error[at] / (double)e.error[c] - 1), tolerance);
            ck_assert_double_le(fabs(got.gcv[at] / (double)e.gcv[c] - 1), tolerance);
            error += got.error[at];
            gcv += got.gcv[at];
        }
        if (l == got.report.best)
            ck_assert_double_eq(got.report.error, error);
        if (l == got.report.best_gcv)
            ck_assert_double_eq(got.report.gcv, gcv);
        least[0] = fmin(least[0], error);
        least[1] = fmin(least[1], gcv);
    }
    ck_assert_double_eq(got.report.error, least[0]);
    ck_assert_double_eq(got.report.gcv, least[1]);
}

START_TEST(path_every_model_solves_and_refits_in_long_double)
{
    for (unsigned bits = 0; bits < 32; bits++) {
        data d = data_create(ROWS, COLS, bits & 1 ? OUTPUTS : 1, false, 31);
        lgd_matrix *X;
        lgd_objective *f;
        if (bits & 8)
            d.weights[5] = d.weights[22] = 0;
        const plain_ridge p = {.d = &d,
                               .o = {.l2 = 0.7, /* plays no part */
                                     .intercept = bits & 2,
                                     .outputs = d.outputs,
                                     .weights = bits & 8 ? d.weights : NULL,
                                     .offset = bits & 4 ? d.offset : NULL},
                               .curvature = bits & 16 ? 2 : 1};
        ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
        ck_ok(lgd_glm_create(&f, X, d.y, bits & 16 ? lgd_loss_squared() : lgd_loss_half_squared(), &p.o));
        compare(&p, f, 1e-12);
        lgd_objective_free(f);
        lgd_matrix_free(X);
        data_free(&d);
    }
}
END_TEST

START_TEST(path_subset_and_storage_of_the_users_same_numbers)
{
    enum { HALF = 12 };
    data d = data_create(ROWS, COLS, 1, false, 31), half = data_create(ROWS, COLS, 1, false, 31);
    size_t index[HALF];
    lgd_matrix *X;
    lgd_objective *f, *some;
    for (size_t i = 0; i < HALF; i++) {
        index[i] = 2 * i;
        memcpy(half.X + i * COLS, d.X + 2 * i * COLS, COLS * sizeof *d.X);
        half.y[i] = d.y[2 * i];
    }
    half.rows = HALF;
    ck_ok(lgd_matrix_create(&X, ROWS, COLS, &user_matrix, &d));
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_objective_subset(&some, f, &(lgd_rows){0, HALF, index}));
    compare(&(plain_ridge){.d = &half, .o = {.intercept = true}, .curvature = 1}, some, 1e-12);
    lgd_objective_free(some);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
    data_free(&half);
}
END_TEST

/* An origin far away costs nothing; unlike units cost eigenvalues, and the leverages with them, digits, but the weights none. */
START_TEST(path_origin_far_away_and_unlike_units_weights_keep_their_digits)
{
    static const double units[COLS] = {1, 3e4, 1e-3, 20}, strengths[] = {1e-6, 1e-3, 1};
    static found got;
    data d = data_create(ROWS, COLS, 1, false, 31);
    lgd_matrix *X;
    lgd_objective *f;
    for (size_t i = 0; i < ROWS * COLS; i++)
        d.X[i] = (double)(float)(units[i % COLS] * (d.X[i] + 256));
    ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}));
    find(f, 3, strengths, &got);
    for (size_t l = 0; l < 3; l++) {
        const expected e = expect(&(plain_ridge){.d = &d, .o = {.intercept = true}, .curvature = 1}, strengths[l]);
        for (size_t j = 0; j <= COLS; j++)
            ck_assert_double_le(fabs(got.W[l * (COLS + 1) + j] / (double)e.w[j] - 1), 1e-9);
        ck_assert_double_le(fabs(got.error[l] / (double)e.error[0] - 1),
                            COLS * 2.2e-16 * got.report.largest / strengths[l]);
    }
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

/* scikit-learn's errors have the digits of the kernel of the rows, whose condition at the smallest strength is 1e5. */
START_TEST(path_diabetes_weights_and_errors_of_refits_and_sklearn)
{
    static double X[DIABETES_ROWS * DIABETES_COLS], y[DIABETES_ROWS], W[RIDGE_STRENGTHS * (DIABETES_COLS + 1)];
    double error[RIDGE_STRENGTHS];
    data d = {.rows = DIABETES_ROWS, .cols = DIABETES_COLS, .outputs = 1, .X = X, .y = y};
    lgd_matrix *A;
    lgd_objective *f;
    lgd_ridge_report report;
    dataset_diabetes(X, y);
    ck_ok(lgd_matrix_dense(&A, DIABETES_ROWS, DIABETES_COLS, X, DIABETES_COLS));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_ridge_path(f, RIDGE_STRENGTHS, ridge_strengths, W, &(lgd_ridge_options){.error = error}, &report));
    ck_assert_uint_eq(report.best, RIDGE_BEST);
    for (size_t l = 0; l < RIDGE_STRENGTHS; l++) {
        ck_assert_double_le(difference_of(DIABETES_COLS + 1, W + l * (DIABETES_COLS + 1), ridge_weights[l]), 1e-10);
        ck_assert_double_le(fabs(error[l] / ridge_errors[l] - 1), 1e-10);
        const expected e =
            expect(&(plain_ridge){.d = &d, .o = {.intercept = true}, .curvature = 1}, ridge_strengths[l]);
        ck_assert_double_le(difference(e.dim, W + l * e.dim, e.w), 1e-13);
        ck_assert_double_le(fabs(error[l] / (double)e.error[0] - 1), 1e-13);
    }
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

/* ---- what has no single answer */

/* Columns of d become: one that is 0, one that is another twice, and fewer rows than columns. */
static void fit_of(data *d, bool intercept, size_t count, const double *strengths, found *got, lgd_status status,
                   const char *words)
{
    lgd_matrix *X;
    lgd_objective *f;
    ck_ok(lgd_matrix_dense(&X, d->rows, d->cols, d->X, d->cols));
    ck_ok(lgd_glm_create(&f, X, d->y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = intercept}));
    if (status)
        ck_fails(lgd_ridge_path(f, count, strengths, got->W, NULL, &got->report), status, words);
    else
        find(f, count, strengths, got);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}

START_TEST(strength_0_columns_that_depend_refused_by_number_above_0_solved)
{
    static const double with_0[] = {1, 0.1, 0}, above[] = {1, 0.1, 1e-3};
    static found got;
    for (int kind = 0; kind < 4; kind++)
        for (int intercept = 0; intercept < 2; intercept++) {
            if (kind == 3 && !intercept)
                continue; /* a constant column is no matter without an intercept */
            data d = data_create(kind == 2 ? 3 : ROWS, COLS, 1, false, 31);
            for (size_t i = 0; i < d.rows; i++)
                if (kind == 0)
                    d.X[i * COLS + 1] = 0;
                else if (kind == 1)
                    d.X[i * COLS + 3] = d.X[i * COLS];
                else if (kind == 3)
                    d.X[i * COLS + 2] = 0.1;
            got.W[0] = 7;
            fit_of(&d, intercept, 3, with_0, &got, LGD_EINVAL, "ridge: strength 2 is 0, above ");
            fit_of(&d, intercept, 1, with_0 + 2, &got, LGD_EINVAL, "ridge: strength 0 is 0, above ");
            ck_assert_double_eq(got.W[0], 7); /* as it was */
            fit_of(&d, intercept, 3, above, &got, LGD_OK, NULL);
            for (size_t l = 0; l < 3; l++) {
                const plain_ridge p = {.d = &d, .o = {.intercept = intercept}, .curvature = 1};
                const expected e = expect(&p, above[l]);
                const double *w = got.W + l * e.dim;
                ck_assert_double_le(difference(e.dim, w, e.w), 1e-12);
                ck_assert_double_le(fabs(got.error[l] / (double)e.error[0] - 1), 1e-11);
                if (kind == 0)
                    ck_assert_double_eq(w[1], 0);
                if (kind == 3)
                    ck_assert_double_eq(w[2], 0);
            }
            data_free(&d);
        }
}
END_TEST

/* A column that is 0 but for one row: at strength 0 that row determines its weight, and nothing is known of it without. */
START_TEST(error_row_that_others_say_nothing_of_infinite)
{
    static const double strengths[] = {0, 0.01};
    static found got;
    data d = data_create(ROWS, COLS, 1, false, 31);
    for (size_t i = 0; i < ROWS; i++)
        d.X[i * COLS + 2] = i == 7;
    fit_of(&d, true, 2, strengths, &got, LGD_OK, NULL);
    ck_assert(isinf(got.error[0]));
    ck_assert_uint_eq(got.report.best, 1);
    const expected e = expect(&(plain_ridge){.d = &d, .o = {.intercept = true}, .curvature = 1}, 0.01);
    ck_assert_double_le(fabs(got.error[1] / (double)e.error[0] - 1), 1e-12);
    data_free(&d);
}
END_TEST

START_TEST(one_row_fits_and_is_not_left_out)
{
    static const double strength[] = {0.5};
    double w[2], freedom;
    lgd_ridge_report report;
    model m = model_create(1, 1, lgd_loss_half_squared(), &(lgd_glm_options){0}, 31);
    ck_ok(lgd_ridge_path(m.f, 1, strength, w, &(lgd_ridge_options){.freedom = &freedom}, NULL));
    const real x = m.d.X[0];
    ck_near(w[0], x * m.d.y[0] / (x * x + 0.5L), 1e-15);
    ck_near(freedom, x * x / (x * x + 0.5L), 1e-15);
    ck_fails(lgd_ridge_path(m.f, 1, strength, w, NULL, &report), LGD_EINVAL,
             "ridge: number of rows is 1, at least 2 are accepted");
    model_free(&m);
    m = model_create(1, 1, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 31);
    ck_ok(lgd_ridge_path(m.f, 1, strength, w, NULL, NULL));
    ck_assert_double_eq(w[0], 0);
    ck_assert_double_eq(w[1], m.d.y[0]);
    model_free(&m);
}
END_TEST

START_TEST(argument_out_of_range_named)
{
    static const double below[] = {1, -0.5}, none[] = {NAN}, most[] = {2, 1, INFINITY};
    double w[MOST] = {7};
    model m = model_create(ROWS, COLS, lgd_loss_half_squared(), NULL, 31);
    ck_fails(lgd_ridge_path(NULL, 1, below, w, NULL, NULL), LGD_EINVAL, "ridge: f is NULL");
    ck_fails(lgd_ridge_path(m.f, 1, NULL, w, NULL, NULL), LGD_EINVAL, "ridge: strength is NULL");
    ck_fails(lgd_ridge_path(m.f, 1, below, NULL, NULL, NULL), LGD_EINVAL, "ridge: W is NULL");
    ck_fails(lgd_ridge_path(m.f, 0, below, w, NULL, NULL), LGD_EINVAL, "ridge: number of strengths is 0");
    ck_fails(lgd_ridge_path(m.f, 2, below, w, NULL, NULL), LGD_EINVAL,
             "ridge: strength 1 is -0.5, a finite number >= 0 is accepted");
    ck_fails(lgd_ridge_path(m.f, 1, none, w, NULL, NULL), LGD_EINVAL, "ridge: strength 0 is nan");
    ck_fails(lgd_ridge_path(m.f, 3, most, w, NULL, NULL), LGD_EINVAL, "ridge: strength 2 is inf");
    m.d.X[5 * COLS + 2] = NAN;
    ck_fails(lgd_ridge_path(m.f, 1, below, w, NULL, NULL), LGD_EINVAL, "column 2");
    ck_assert_double_eq(w[0], 7);
    model_free(&m);
    m = model_create(ROWS, COLS, lgd_loss_logistic(), NULL, 31);
    ck_fails(lgd_ridge_path(m.f, 1, below, w, NULL, NULL), LGD_EUNSUPPORTED, "ops.design");
    model_free(&m);
}
END_TEST

/* ---- an objective of the user's: half squares of x_i w - y_i, whose design fails from the fail_at-th call on */

typedef struct own {
    data d;
    size_t spared, calls, fail_at;
} own;

static lgd_status own_difference(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *R)
{
    (void)ctx, (void)rows, (void)w, (void)f, (void)g, (void)R;
    return LGD_EUNSUPPORTED; /* nobody asks */
}

static lgd_status own_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    return own_difference(ctx, rows, w, f, g, NULL);
}

static void own_linear(void *ctx, size_t *slopes, double *l2)
{
    (void)ctx;
    *slopes = 1;
    *l2 = 0;
}

static void own_unpenalised(void *ctx, size_t *first, size_t *count)
{
    *first = 0;
    *count = ((const own *)ctx)->spared;
}

static lgd_status own_design(void *ctx, const lgd_rows *rows, double *S, size_t lds, double *R)
{
    own *o = ctx;
    if (o->fail_at && ++o->calls >= o->fail_at)
        return lgd_set_error(LGD_EUSER, "no rows today");
    for (size_t i = 0; i < rows->count; i++) {
        const size_t row = rows->index ? rows->index[rows->first + i] : rows->first + i;
        memcpy(S + i * lds, o->d.X + row * o->d.cols, o->d.cols * sizeof *S);
        R[i] = -o->d.y[row];
    }
    return LGD_OK;
}

START_TEST(own_objective_found_and_what_its_design_fails_with_passed_through)
{
    static const double strengths[] = {0.01, 1};
    static const lgd_objective_ops ops = {.name = "own",
                                          .eval = own_eval,
                                          .linear = own_linear,
                                          .difference = own_difference,
                                          .unpenalised = own_unpenalised,
                                          .design = own_design};
    static found got;
    own o = {.d = data_create(ROWS, COLS, 1, false, 31)};
    lgd_objective *f;
    ck_ok(lgd_objective_create(&f, COLS, ROWS, &ops, &o));
    find(f, 2, strengths, &got);
    const expected e = expect(&(plain_ridge){.d = &o.d, .curvature = 1}, 0.01);
    ck_assert_double_le(difference(COLS, got.W, e.w), 1e-13);
    ck_assert_double_le(fabs(got.error[0] / (double)e.error[0] - 1), 1e-13);
    bool failed = true;
    for (o.fail_at = 1; failed; o.fail_at++) { /* in the reduction, and in the pass after it */
        lgd_ridge_report report = {0};
        o.calls = 0;
        got.W[0] = 7;
        const lgd_status status = lgd_ridge_path(f, 2, strengths, got.W, NULL, &report);
        failed = status != LGD_OK;
        if (failed) {
            ck_fails(status, LGD_EUSER, "no rows today");
            ck_assert_double_eq(got.W[0], 7);
        }
    }
    ck_assert_uint_gt(o.fail_at, 3);
    lgd_objective_free(f);
    o.fail_at = 0;
    o.spared = 2;
    ck_ok(lgd_objective_create(&f, COLS, ROWS, &ops, &o));
    ck_fails(lgd_ridge_path(f, 2, strengths, got.W, NULL, NULL), LGD_EUNSUPPORTED,
             "ridge: coordinates 0 + 2 are not penalised");
    lgd_objective_free(f);
    data_free(&o.d);
}
END_TEST

/* ---- promises */

START_TEST(structs_of_other_sizes_what_both_know_crosses)
{
    static const double strengths[] = {0.01, 1};
    double W[2 * COLS], error[2] = {0}, freedom[2] = {-1, -1};
    struct {
        lgd_ridge_options known;
        double later;
    } options = {.known = {.error = error, .freedom = freedom}};
    struct {
        lgd_ridge_report known;
        double later;
    } report = {.later = 7};
    model m = model_create(ROWS, COLS, lgd_loss_half_squared(), NULL, 31);
    ck_ok(lgd_ridge_path_sized(m.f, 2, strengths, W, &options.known, offsetof(lgd_ridge_options, freedom),
                               &report.known, sizeof report));
    ck_assert_double_eq(freedom[0], -1); /* an older header does not know it */
    ck_assert_double_eq(report.known.error, error[report.known.best]);
    ck_assert_double_eq(report.later, 0);
    report.known.smallest = 7;
    ck_ok(lgd_ridge_path_sized(m.f, 2, strengths, W, &options.known, sizeof options, &report.known,
                               offsetof(lgd_ridge_report, smallest)));
    ck_assert_double_gt(freedom[0], freedom[1]);
    ck_assert_double_eq(report.known.smallest, 7);
    options.later = 1;
    ck_fails(lgd_ridge_path_sized(m.f, 2, strengths, W, &options.known, sizeof options, NULL, 0), LGD_EUNSUPPORTED,
             "ridge options: its struct has 32 bytes");
    model_free(&m);
}
END_TEST

START_TEST(threads_any_number_same_bits)
{
    enum { LARGE = 9000, WIDE = 7 };
    static double W[2][STRENGTHS * (WIDE + 1)], error[2][STRENGTHS], gcv[STRENGTHS], freedom[STRENGTHS];
    double strengths[STRENGTHS];
    lgd_ridge_report report[2];
    const bool takes = takes_hold();
    model m = model_create(LARGE, WIDE, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 31);
    spread(strengths);
    for (int t = 0; t < 4; t++) {
        setenv("LGD_NUM_THREADS", (const char *[]){"1", "2", "3", "5"}[t], 1);
        ck_ok(lgd_ridge_path(m.f, STRENGTHS, strengths, W[t > 0], &(lgd_ridge_options){error[t > 0], gcv, freedom},
                             &report[t > 0]));
        ck_assert_mem_eq(W[t > 0], W[0], sizeof *W);
        ck_assert_mem_eq(error[t > 0], error[0], sizeof *error);
        ck_assert_uint_eq(report[t > 0].best, report[0].best);
    }
    for (size_t l = 0; l < STRENGTHS; l++) { /* of all groups of rows; so many rows, none of which is worth much */
        double f;
        const double *w = W[0] + l * (WIDE + 1), left = 1 - freedom[l] / LARGE;
        ck_ok(lgd_objective_eval(m.f, NULL, w, &f, NULL));
        ck_near(gcv[l] * left * left / (2 * f), 1, 1e-12);
        ck_near(error[0][l] / gcv[l], 1, 1e-4);
    }
    ck_assert_int_eq(takes_hold(), takes);
    unsetenv("LGD_NUM_THREADS");
    model_free(&m);
}
END_TEST

START_TEST(memory_each_allocation_failing_weights_as_they_were)
{
    static const double strengths[] = {0.01, 1};
    data d = data_create(ROWS, COLS, 1, false, 31);
    lgd_status status = LGD_ENOMEM;
    size_t k = 0;
    while (status) {
        double w[2 * (COLS + 1)] = {7};
        lgd_ridge_report report = {.best = 5};
        lgd_matrix *X = NULL;
        lgd_objective *f = NULL;
        memory_watch(++k);
        status = lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS);
        if (!status)
            status = lgd_glm_create(&f, X, d.y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true});
        if (!status)
            status = lgd_ridge_path(f, 2, strengths, w, NULL, &report);
        lgd_objective_free(f);
        lgd_matrix_free(X);
        ck_assert_uint_eq(memory_live(), 0);
        ck_assert_int_eq(status, memory_made() < k ? LGD_OK : LGD_ENOMEM);
        ck_assert(!status || (w[0] == 7 && report.best == 5));
    }
    memory_unwatch();
    ck_assert_uint_gt(k, 10);
    data_free(&d);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ridge");
    CASE(s, path_every_model_solves_and_refits_in_long_double);
    CASE(s, path_subset_and_storage_of_the_users_same_numbers);
    CASE(s, path_origin_far_away_and_unlike_units_weights_keep_their_digits);
    CASE(s, path_diabetes_weights_and_errors_of_refits_and_sklearn);
    CASE(s, strength_0_columns_that_depend_refused_by_number_above_0_solved);
    CASE(s, error_row_that_others_say_nothing_of_infinite);
    CASE(s, one_row_fits_and_is_not_left_out);
    CASE(s, argument_out_of_range_named);
    CASE(s, own_objective_found_and_what_its_design_fails_with_passed_through);
    CASE(s, structs_of_other_sizes_what_both_know_crosses);
    CASE(s, threads_any_number_same_bits);
    CASE(s, memory_each_allocation_failing_weights_as_they_were);
    return suite_run(s);
}
