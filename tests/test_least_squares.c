/* Linear least squares at once, and standard errors: NIST's certified values, references in long double, and every way in which a
 * solution may not exist. */
#include "nist.h"
#include "problems.h"
#include "blas/blas.h"
#include "reference/least_squares.h"
#include <float.h>
#include <stdio.h>

static nist get(const nist_model *from)
{
    nist set;
    const char *wrong = nist_read(&set, from, SOURCE_ROOT "/bench/data/nist");
    ck_assert_msg(!wrong, "%s: %s", from->name, wrong);
    return set;
}

/* A set as a model: with an intercept, or with a column of 1, then the other regressors. */
typedef struct linear {
    nist set;
    double X[NIST_ROWS * NIST_DIM];
    lgd_matrix *matrix;
    lgd_objective *f;
    bool intercept;
} linear;

static void linear_create(linear *l, const nist_model *from, bool intercept)
{
    l->set = get(from);
    nist_design(&l->set, l->X);
    l->intercept = intercept;
    ck_ok(lgd_matrix_dense(&l->matrix, l->set.rows, from->dim - intercept, l->X + intercept, from->dim));
    ck_ok(lgd_glm_create(&l->f, l->matrix, l->set.y, lgd_loss_half_squared(),
                         &(lgd_glm_options){.intercept = intercept}));
}

static void linear_free(linear *l)
{
    lgd_objective_free(l->f);
    lgd_matrix_free(l->matrix);
}

/* Parameters or errors in the order of the file. */
static void in_order(const linear *l, double *w)
{
    const size_t last = l->set.model->dim - 1;
    if (!l->intercept)
        return;
    const double constant = w[last];
    memmove(w + 1, w, last * sizeof *w);
    w[0] = constant;
}

static double solved(linear *l, const lgd_least_squares_options *options, lgd_least_squares_report *report)
{
    double w[NIST_DIM];
    ck_ok(lgd_least_squares_solve(l->f, w, options, report));
    in_order(l, w);
    return nist_digits(l->set.model->dim, w, l->set.certified, 16);
}

/* What dgelsd makes of all rows, by columns, as NumPy's lstsq does; b becomes the solution. */
static size_t by_dgelsd(size_t m, size_t n, const double *X, double *b)
{
    double *A = malloc(m * n * sizeof *A), *S = malloc((m + n) * sizeof *S);
    size_t rank;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            A[i + j * m] = X[i * n + j];
    ck_ok(lgd_lapack_gelsd(m, n, 1, A, m, b, m > n ? m : n, S, DBL_EPSILON, &rank));
    free(A);
    free(S);
    return rank;
}

/* ---- NIST's certified values */

START_TEST(nist_linear_every_solver_certified_digits)
{
    static const double least[NIST_LINEAR] = {12, 12, 12, 9, 12, 9}; /* of a reduction after two corrections */
    for (size_t i = 0; i < NIST_LINEAR; i++) {
        linear l;
        double b[NIST_ROWS], plain_digits[2];
        lgd_least_squares_report r;
        linear_create(&l, &nist_linear[i], false);
        memcpy(b, l.set.y, sizeof b);
        ck_assert_uint_eq(by_dgelsd(l.set.rows, l.set.model->dim, l.X, b), l.set.model->dim);
        const double dgelsd = nist_digits(l.set.model->dim, b, l.set.certified, 16);
        for (int svd = 0; svd < 2; svd++) {
            lgd_least_squares_options o = {.solver = svd ? LGD_SOLVER_SVD : LGD_SOLVER_QR, .plain = true};
            plain_digits[svd] = solved(&l, &o, &r);
            ck_assert_uint_eq(r.refinements, 0);
            ck_assert_double_eq(r.digits, 0);
            o.plain = false;
            const double digits = solved(&l, &o, &r);
            ck_assert_msg(digits >= dgelsd - 0.5 && digits >= 13, "%s: %.1f digits, dgelsd %.1f", l.set.model->name,
                          digits, dgelsd);
            ck_assert_uint_eq(r.solver, o.solver);
            ck_assert_uint_eq(r.rank, l.set.model->dim);
            ck_assert_uint_ge(r.refinements, 1);
            ck_assert_double_ge(r.digits, 12);
        }
        ck_assert_double_ge(plain_digits[0], dgelsd - 0.5);
        linear_free(&l);
        linear_create(&l, &nist_linear[i], true);
        const double reduced = solved(&l, &(lgd_least_squares_options){.solver = LGD_SOLVER_REDUCTION}, &r);
        ck_assert_double_ge(reduced, least[i]);
        ck_assert_double_ge(solved(&l, NULL, &r), 13);
        printf("# %-8s digits: dgelsd %4.1f, qr %4.1f, svd %4.1f without corrections; reduction with two %4.1f\n",
               l.set.model->name, dgelsd, plain_digits[0], plain_digits[1], reduced);
        linear_free(&l);
    }
}
END_TEST

START_TEST(nist_linear_errors_and_report_as_certified)
{
    for (size_t i = 0; i < NIST_LINEAR; i++)
        for (int solver = LGD_SOLVER_QR; solver <= LGD_SOLVER_REDUCTION; solver++) {
            linear l;
            double errors[NIST_DIM], again[NIST_DIM], w[NIST_DIM], covariance[NIST_DIM * NIST_DIM];
            const size_t n = nist_linear[i].dim;
            lgd_least_squares_options o = {.solver = (lgd_solver)solver, .errors = errors, .covariance = covariance};
            lgd_least_squares_report r, at;
            linear_create(&l, &nist_linear[i], true);
            ck_ok(lgd_least_squares_solve(l.f, w, &o, &r));
            for (size_t j = 0; j < n; j++)
                ck_near(sqrt(covariance[j * n + j]), errors[j], 1e-12);
            o.errors = again;
            ck_ok(lgd_least_squares_errors(l.f, w, &o, &at));
            in_order(&l, errors);
            in_order(&l, again);
            ck_assert_double_eq(r.freedom, (double)l.set.freedom);
            ck_assert_double_eq(at.freedom, r.freedom);
            if (l.set.rss > 0) {
                ck_assert_double_ge(nist_digits(n, errors, l.set.errors, 16), 9);
                ck_assert_double_ge(nist_digits(n, again, l.set.errors, 16), 9);
                ck_near(r.rss / l.set.rss, 1, 1e-11);
                ck_near(at.rss / l.set.rss, 1, 1e-9);
                ck_near(r.sigma / l.set.sigma, 1, 1e-11);
            } else { /* an exact fit: what rounding of the targets leaves */
                double largest = 0;
                for (size_t j = 0; j < l.set.rows; j++)
                    largest = fmax(largest, fabs(l.set.y[j]));
                ck_assert_double_le(r.sigma, DBL_EPSILON * largest);
            }
            linear_free(&l);
        }
}
END_TEST

/* R^2 of Longley's data, which NIST certifies; without an intercept it is about 0. */
START_TEST(r_squared_about_the_mean_where_there_is_an_intercept)
{
    for (int solver = LGD_SOLVER_QR; solver <= LGD_SOLVER_REDUCTION; solver++) {
        linear l;
        lgd_least_squares_report r;
        const lgd_least_squares_options o = {.solver = (lgd_solver)solver};
        real squares = 0;
        linear_create(&l, &nist_linear[2], true);
        solved(&l, &o, &r);
        ck_near(r.r_squared, 0.995479004577296L, 1e-12);
        linear_free(&l);
        linear_create(&l, &nist_linear[2], false);
        solved(&l, &o, &r);
        for (size_t i = 0; i < l.set.rows; i++)
            squares += (real)l.set.y[i] * l.set.y[i];
        ck_near(r.r_squared, 1 - l.set.rss / squares, 1e-14);
        linear_free(&l);
    }
}
END_TEST

/* At the certified parameters of nonlinear sets, which have eleven digits. */
START_TEST(nist_nonlinear_errors_as_certified)
{
    for (size_t i = 0; i < NIST_NONLINEAR; i++) {
        nist set = get(&nist_nonlinear[i]);
        lgd_objective *f;
        double errors[NIST_DIM];
        lgd_least_squares_report r;
        ck_ok(lgd_residual_create(&f, set.model->dim, set.rows, nist_residual, &set));
        ck_ok(lgd_least_squares_errors(f, set.certified, &(lgd_least_squares_options){.errors = errors}, &r));
        ck_assert_msg(nist_digits(set.model->dim, errors, set.errors, 16) >= 7, "%s: %.1f digits", set.model->name,
                      nist_digits(set.model->dim, errors, set.errors, 16));
        ck_near(r.rss / set.rss, 1, 1e-9);
        ck_near(r.sigma / set.sigma, 1, 1e-9);
        ck_assert_double_eq(r.freedom, (double)set.freedom);
        ck_assert_uint_eq(r.rank, set.model->dim);
        ck_assert_double_nan(r.r_squared);
        lgd_objective_free(f);
    }
}
END_TEST

/* ---- polynomials in exact arithmetic */

enum { MOST_ROWS = 31, MOST_COLS = 10 };

typedef struct fitted {
    const polynomial *p;
    double X[MOST_ROWS * MOST_COLS], y[2 * MOST_ROWS], weights[MOST_ROWS], offset[2 * MOST_ROWS];
    lgd_matrix *matrix;
    lgd_objective *f;
} fitted;

/* The integers of record_least_squares.py. */
static void fitted_create(fitted *d, const polynomial *p)
{
    const size_t n = p->degree + 1;
    d->p = p;
    for (size_t i = 0; i < p->rows; i++) {
        double power = 1, sum = 1;
        const long k = (long)i;
        for (size_t j = 0; j < p->degree; j++)
            sum += d->X[i * n + j] = power *= (double)i;
        d->X[i * n + p->degree] = 1;
        d->weights[i] = (double)(1 + 5 * k % 7);
        for (long c = 0; c < (long)p->outputs; c++) {
            const size_t at = i * p->outputs + (size_t)c;
            d->y[at] = (double)(c + 1) * sum + 1000 * (double)((37 * k * k + 11 * (c + 3) * k + 5) % 41 - 20);
            d->offset[at] = (double)((3 * k + c) % 5 - 2);
        }
    }
    const lgd_glm_options o = {.l2 = p->l2,
                               .intercept = p->intercept,
                               .outputs = p->outputs,
                               .weights = p->weighted ? d->weights : NULL,
                               .offset = p->offset ? d->offset : NULL};
    ck_ok(lgd_matrix_dense(&d->matrix, p->rows, n - p->intercept, d->X, n));
    ck_ok(lgd_glm_create(&d->f, d->matrix, d->y, p->squared ? lgd_loss_squared() : lgd_loss_half_squared(), &o));
}

static void fitted_free(fitted *d)
{
    lgd_objective_free(d->f);
    lgd_matrix_free(d->matrix);
}

enum { POLYNOMIALS = sizeof polynomials / sizeof *polynomials };

START_TEST(weights_offsets_l2_outputs_exact_to_the_last_digits)
{
    for (size_t i = 0; i < POLYNOMIALS; i++)
        for (int solver = LGD_SOLVER_AUTO; solver <= LGD_SOLVER_REDUCTION; solver++) {
            const polynomial *p = &polynomials[i];
            const size_t dim = (p->degree + 1) * p->outputs;
            double w[POLYNOMIAL_MOST], errors[POLYNOMIAL_MOST];
            const lgd_least_squares_options o = {.solver = (lgd_solver)solver, .errors = errors};
            lgd_least_squares_report r;
            fitted d;
            fitted_create(&d, p);
            const lgd_status status = lgd_least_squares_solve(d.f, w, &o, &r);
            if (solver == LGD_SOLVER_REDUCTION && p->degree == 9) { /* of a condition of 1e7, which it squares */
                ck_fails(status, LGD_EINVAL, "the condition of its Gram matrix is");
                ck_assert_double_gt(r.condition, 1e6);
            } else {
                ck_ok(status);
                const double digits = nist_digits(dim, w, p->w, 16),
                             of_errors = nist_digits(dim, errors, p->errors, 16);
                ck_assert_msg(digits >= 15, "%s, solver %d: %.1f digits", p->name, solver, digits);
                ck_assert_msg(of_errors >= 9, "%s, solver %d: errors to %.1f digits", p->name, solver, of_errors);
                ck_near(r.rss / p->rss, 1, 1e-14);
                ck_near(r.freedom / p->freedom, 1, 1e-10);
                ck_assert_double_ge(r.digits, 14);
                ck_ok(lgd_least_squares_solve(
                    d.f, w, &(lgd_least_squares_options){.solver = (lgd_solver)solver, .plain = true}, &r));
                ck_assert_uint_eq(r.refinements, 0);
                ck_assert_double_ge(nist_digits(dim, w, p->w, 16), 5); /* of each output */
            }
            fitted_free(&d);
        }
}
END_TEST

/* What digits says is no more than there are. */
START_TEST(digits_one_correction_no_more_than_there_are)
{
    for (size_t i = 0; i < POLYNOMIALS; i++)
        for (int solver = LGD_SOLVER_QR; solver <= LGD_SOLVER_REDUCTION; solver++) {
            const polynomial *p = &polynomials[i];
            const lgd_least_squares_options o = {.solver = (lgd_solver)solver, .refinements = 1};
            double w[POLYNOMIAL_MOST];
            lgd_least_squares_report r;
            fitted d;
            if (solver == LGD_SOLVER_REDUCTION && p->degree == 9) /* it is refused */
                continue;
            fitted_create(&d, p);
            ck_ok(lgd_least_squares_solve(d.f, w, &o, &r));
            ck_assert_uint_eq(r.refinements, 1);
            ck_assert_double_gt(r.digits, 0);
            ck_assert_double_le(r.digits, nist_digits((p->degree + 1) * p->outputs, w, p->w, 16));
            fitted_free(&d);
        }
}
END_TEST

/* Column 5 is column 4 and a little of another. Each correction of a reduction multiplies what is left by about n condition^2 eps, and
 * digits says no more than there are after each; as many as are needed are made, and all solvers agree. */
START_TEST(corrections_as_many_as_the_condition_needs)
{
    enum { NEAR_ROWS = 300, NEAR_COLS = 6 };
    static const double near[] = {1e-3, 1e-5, 3e-6};
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        data d = data_create(NEAR_ROWS, NEAR_COLS, 1, false, 71);
        double w[2][NEAR_COLS], last = 0;
        lgd_matrix *X;
        lgd_objective *f;
        lgd_least_squares_report r, qr, svd;
        for (size_t row = 0; row < NEAR_ROWS; row++)
            d.X[row * NEAR_COLS + 5] =
                d.X[row * NEAR_COLS + 4] + near[i] * d.X[row * NEAR_COLS + 3] * d.X[row * NEAR_COLS];
        ck_ok(lgd_matrix_dense(&X, NEAR_ROWS, NEAR_COLS, d.X, NEAR_COLS));
        ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_half_squared(), NULL));
        ck_ok(lgd_least_squares_solve(f, w[0], &(lgd_least_squares_options){.solver = LGD_SOLVER_QR, .refinements = 9},
                                      &qr));
        ck_assert_double_ge(qr.digits, 15);
        ck_ok(lgd_least_squares_solve(f, w[1], &(lgd_least_squares_options){.solver = LGD_SOLVER_SVD, .refinements = 9},
                                      &svd));
        ck_assert_double_ge(nist_digits(NEAR_COLS, w[1], w[0], 16), 15);
        ck_assert(0.9 * svd.condition <= qr.condition && qr.condition <= 1.000001 * svd.condition);
        for (size_t most = 1; most <= 9; most++) {
            const lgd_least_squares_options o = {.solver = LGD_SOLVER_REDUCTION, .refinements = most};
            ck_ok(lgd_least_squares_solve(f, w[1], &o, &r));
            const double digits = nist_digits(NEAR_COLS, w[1], w[0], 16);
            ck_assert_uint_le(r.refinements, most);
            ck_assert_double_le(r.digits, digits + 0.3); /* those of w[0] are 15.7 */
            ck_assert_double_ge(digits, last - 0.3);
            last = digits;
        }
        ck_assert_double_ge(last, 15);
        ck_assert_double_ge(r.digits, 15);
        ck_assert(i == 0 || r.refinements > 1);
        lgd_objective_free(f);
        lgd_matrix_free(X);
        data_free(&d);
    }
}
END_TEST

/* All terms as a subset, in another order, and the rows of weight 0 that a model leaves out. */
START_TEST(subset_and_rows_of_weight_0_as_the_rows_that_are_left)
{
    const polynomial *p = &polynomials[2];
    size_t index[MOST_ROWS];
    double w[3][POLYNOMIAL_MOST], weights[MOST_ROWS], more[2 * MOST_ROWS] = {0};
    lgd_objective *reversed;
    lgd_least_squares_report r;
    fitted d;
    fitted_create(&d, p);
    for (size_t i = 0; i < p->rows; i++)
        index[i] = p->rows - 1 - i;
    ck_ok(lgd_objective_subset(&reversed, d.f, &(lgd_rows){0, p->rows, index}));
    ck_ok(lgd_least_squares_solve(reversed, w[0], NULL, &r));
    ck_assert_double_ge(nist_digits(12, w[0], p->w, 16), 15);
    ck_assert_double_eq_tol(r.freedom, p->freedom, 1e-9);
    lgd_objective_free(reversed);
    for (size_t i = 0; i < p->rows; i++) { /* the first five rows, by weights and as a subset of those */
        weights[i] = i < 5 ? d.weights[i] : 0;
        memcpy(more, d.offset, sizeof more);
    }
    lgd_objective *some;
    ck_ok(lgd_objective_subset(&some, d.f, &(lgd_rows){0, 5, NULL}));
    ck_ok(lgd_least_squares_solve(some, w[1], NULL, NULL));
    lgd_objective_free(some);
    ck_ok(lgd_glm_create(
        &some, d.matrix, d.y, lgd_loss_half_squared(),
        &(lgd_glm_options){.l2 = p->l2, .intercept = true, .outputs = 2, .weights = weights, .offset = more}));
    ck_ok(lgd_least_squares_solve(some, w[2], NULL, NULL));
    ck_assert_mem_eq(w[1], w[2], sizeof w[1]);
    lgd_objective_free(some);
    fitted_free(&d);
}
END_TEST

/* ---- an objective of the caller's: rows that are functions of their number */

typedef struct own {
    size_t cols;
    double bad;            /* in row 7 */
    size_t calls, failing; /* of design, and the first that fails; 0: none does */
} own;

static lgd_status own_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx, (void)rows, (void)w, (void)f, (void)g;
    return LGD_OK;
}

static lgd_status own_difference(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *R)
{
    (void)ctx, (void)rows, (void)w, (void)f, (void)g, (void)R;
    return LGD_OK;
}

static void own_linear(void *ctx, size_t *slopes, double *l2)
{
    (void)ctx;
    *slopes = 1;
    *l2 = 0;
}

static lgd_status own_design(void *ctx, const lgd_rows *rows, double *S, size_t lds, double *R)
{
    own *o = ctx;
    if (++o->calls >= o->failing && o->failing)
        return LGD_EUSER;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t row = rows->index ? rows->index[rows->first + i] : rows->first + i;
        for (size_t j = 0; j < o->cols; j++)
            S[i * lds + j] = cos((double)(row * j) / 10);
        R[i] = sin((double)row) + (row == 7 ? o->bad : 0);
    }
    return LGD_OK;
}

static const lgd_objective_ops own_ops = {
    .name = "waves", .eval = own_eval, .linear = own_linear, .difference = own_difference, .design = own_design};

START_TEST(own_design_as_its_rows_as_a_model)
{
    enum { OWN_ROWS = 40, OWN_COLS = 5 };
    own o = {.cols = OWN_COLS};
    double X[OWN_ROWS * OWN_COLS], y[OWN_ROWS], w[2][OWN_COLS];
    lgd_matrix *matrix;
    lgd_objective *f[2];
    ck_ok(lgd_objective_create(&f[0], OWN_COLS, OWN_ROWS, &own_ops, &o));
    ck_ok(own_design(&o, &(lgd_rows){0, OWN_ROWS, NULL}, X, OWN_COLS, y));
    for (size_t i = 0; i < OWN_ROWS; i++)
        y[i] = -y[i];
    ck_ok(lgd_matrix_dense(&matrix, OWN_ROWS, OWN_COLS, X, OWN_COLS));
    ck_ok(lgd_glm_create(&f[1], matrix, y, lgd_loss_half_squared(), NULL));
    for (int i = 0; i < 2; i++)
        ck_ok(lgd_least_squares_solve(f[i], w[i], NULL, NULL));
    ck_assert_double_le(difference_of(OWN_COLS, w[0], w[1]), DBL_EPSILON);
    o.bad = NAN;
    const double before = w[0][0];
    for (int solver = LGD_SOLVER_AUTO; solver <= LGD_SOLVER_REDUCTION; solver++)
        ck_fails(lgd_least_squares_solve(f[0], w[0], &(lgd_least_squares_options){.solver = (lgd_solver)solver}, NULL),
                 LGD_EINVAL, "target 0 is");
    o.failing = 1;
    ck_fails(lgd_least_squares_solve(f[0], w[0], NULL, NULL), LGD_EUSER, "waves");
    ck_assert_double_eq(w[0][0], before); /* written on success alone */
    for (int i = 0; i < 2; i++)
        lgd_objective_free(f[i]);
    lgd_matrix_free(matrix);
}
END_TEST

/* Whatever way was chosen, it ends with the first call that fails, and no other is tried. */
START_TEST(own_design_failing_at_any_call_ends_with_it)
{
    enum { OWN_ROWS = 500, OWN_COLS = 60 };
    own o = {.cols = OWN_COLS};
    lgd_objective *f;
    lgd_least_squares_report r;
    double w[OWN_COLS];
    ck_ok(lgd_objective_create(&f, OWN_COLS, OWN_ROWS, &own_ops, &o));
    for (int solver = LGD_SOLVER_AUTO; solver <= LGD_SOLVER_REDUCTION; solver++) {
        const lgd_least_squares_options options = {.solver = (lgd_solver)solver};
        o.calls = o.failing = 0;
        ck_ok(lgd_least_squares_solve(f, w, &options, &r));
        ck_assert_int_eq(r.solver, solver == LGD_SOLVER_AUTO ? LGD_SOLVER_REDUCTION : (lgd_solver)solver);
        for (size_t calls = o.calls, k = 1; k <= calls; k += 1 + calls / 16) {
            o.calls = 0;
            o.failing = k;
            ck_fails(lgd_least_squares_solve(f, w, &options, NULL), LGD_EUSER, "waves");
            ck_assert_uint_eq(o.calls, k);
        }
    }
    lgd_objective_free(f);
}
END_TEST

/* ---- where there is no solution, or more than one */

enum { ROWS = 12, COLS = 4 };

typedef struct small {
    double X[ROWS * COLS], y[ROWS];
    lgd_matrix *matrix;
    lgd_objective *f;
} small;

/* Columns 1, 2, 3 of random numbers behind an intercept or column 0. */
static void small_fill(small *d)
{
    fill(11, ROWS * COLS, -1, 1, d->X);
    fill(12, ROWS, -1, 1, d->y);
}

static void small_create(small *d, size_t rows, size_t cols, const lgd_glm_options *o)
{
    ck_ok(lgd_matrix_dense(&d->matrix, rows, cols, d->X, COLS));
    ck_ok(lgd_glm_create(&d->f, d->matrix, d->y, lgd_loss_half_squared(), o));
}

static void small_free(small *d)
{
    lgd_objective_free(d->f);
    lgd_matrix_free(d->matrix);
}

/* The column that is refused, and the solution of least |w| where that is taken, with errors of what is determined. */
static void expect_deficient(small *d, size_t cols, bool intercept, const char *refused, const char *reduction,
                             const bool *open)
{
    const size_t n = cols + intercept;
    double w[COLS + 1] = {7}, errors[COLS + 1], covariance[(COLS + 1) * (COLS + 1)], b[ROWS], X[ROWS * (COLS + 1)];
    lgd_least_squares_options o = {.solver = LGD_SOLVER_QR};
    lgd_least_squares_report r;
    small_create(d, ROWS, cols, &(lgd_glm_options){.intercept = intercept});
    ck_fails(lgd_least_squares_solve(d->f, w, &o, &r), LGD_EINVAL, refused);
    ck_assert_uint_eq(r.rank, n - 1);
    ck_assert_double_eq(w[0], 7);
    o.solver = LGD_SOLVER_REDUCTION;
    ck_fails(lgd_least_squares_solve(d->f, w, &o, &r), LGD_EINVAL, reduction);
    ck_assert_double_eq(w[0], 7);
    for (size_t i = 0; i < ROWS; i++) {
        memcpy(X + i * n, d->X + i * COLS, cols * sizeof *X);
        if (intercept)
            X[i * n + cols] = 1;
        b[i] = d->y[i];
    }
    ck_assert_uint_eq(by_dgelsd(ROWS, n, X, b), n - 1);
    for (int solver = 0; solver < 2; solver++) {
        o = (lgd_least_squares_options){
            .solver = solver ? LGD_SOLVER_SVD : LGD_SOLVER_AUTO, .errors = errors, .covariance = covariance};
        ck_ok(lgd_least_squares_solve(d->f, w, &o, &r));
        ck_assert_uint_eq(r.solver, LGD_SOLVER_SVD);
        ck_assert_uint_eq(r.rank, n - 1);
        ck_assert_double_eq(r.freedom, (double)(ROWS - n + 1));
        ck_assert_double_lt(r.condition, 100);
        ck_assert_double_le(difference_of(n, w, b), 1e-14);
        for (size_t j = 0; j < n; j++) {
            ck_assert_int_eq(isinf(errors[j]) != 0, open[j]);
            ck_assert_int_eq(isinf(covariance[j * n + j]) != 0, open[j]);
            for (size_t i = 0; i < j; i++)
                ck_assert_int_eq(isnan(covariance[j * n + i]) != 0, open[i] || open[j]);
        }
    }
    double again[COLS + 1];
    o = (lgd_least_squares_options){.errors = again};
    ck_ok(lgd_least_squares_errors(d->f, w, &o, &r));
    for (size_t j = 0; j < n; j++)
        ck_assert(open[j] ? isinf(again[j]) : fabs(again[j] - errors[j]) <= 1e-13 * errors[j]);
    small_free(d);
}

START_TEST(column_of_zeros_named_or_weight_0)
{
    small d;
    double w[COLS];
    small_fill(&d);
    for (size_t i = 0; i < ROWS; i++)
        d.X[i * COLS + 1] = 0;
    expect_deficient(&d, COLS, false, "column 1 is 0 in all rows", "column 1 is 0",
                     (bool[]){false, true, false, false});
    small_create(&d, ROWS, COLS, NULL);
    ck_ok(lgd_least_squares_solve(d.f, w, NULL, NULL));
    ck_assert_double_eq(w[1], 0);
    small_free(&d);
}
END_TEST

START_TEST(columns_equal_later_one_named_or_halves)
{
    small d;
    double w[COLS];
    small_fill(&d);
    for (size_t i = 0; i < ROWS; i++)
        d.X[i * COLS + 3] = d.X[i * COLS + 1];
    expect_deficient(&d, COLS, false, "column 3 depends on others", "reduction: the rank is 3 of 4 columns",
                     (bool[]){false, true, false, true});
    small_create(&d, ROWS, COLS, NULL);
    ck_ok(lgd_least_squares_solve(d.f, w, NULL, NULL));
    ck_assert_double_eq_tol(w[1], w[3], 1e-15);
    small_free(&d);
}
END_TEST

/* A column for each of three groups, and an intercept, which is their sum. */
START_TEST(groups_and_intercept_intercept_named)
{
    small d;
    small_fill(&d);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < 3; j++)
            d.X[i * COLS + j] = i % 3 == j;
    expect_deficient(&d, COLS, true, "column 4, the intercept, depends on others",
                     "reduction: the rank is 4 of 5 columns", (bool[]){true, true, true, false, true});
}
END_TEST

/* The same with l2: each solver has the same one solution, though the rows alone do not. */
START_TEST(columns_equal_with_l2_every_solver_the_same)
{
    small d;
    double w[4][COLS + 1];
    small_fill(&d);
    for (size_t i = 0; i < ROWS; i++)
        d.X[i * COLS + 3] = d.X[i * COLS + 1];
    small_create(&d, ROWS, COLS, &(lgd_glm_options){.l2 = 0.01, .intercept = true});
    for (int solver = LGD_SOLVER_AUTO; solver <= LGD_SOLVER_REDUCTION; solver++) {
        lgd_least_squares_report r;
        ck_ok(lgd_least_squares_solve(d.f, w[solver], &(lgd_least_squares_options){.solver = (lgd_solver)solver}, &r));
        ck_assert_uint_eq(r.rank, COLS + 1);
        ck_assert_double_le(difference_of(COLS + 1, w[solver], w[0]), 4 * DBL_EPSILON);
        ck_assert_double_gt(r.freedom, ROWS - COLS);
    }
    small_free(&d);
}
END_TEST

START_TEST(fewer_rows_than_columns_least_norm_no_freedom)
{
    for (size_t m = 1; m <= COLS; m++) {
        small d;
        double w[COLS], b[COLS], errors[COLS], X[COLS * COLS];
        lgd_least_squares_options o = {.errors = errors};
        lgd_least_squares_report r;
        small_fill(&d);
        small_create(&d, m, COLS, NULL);
        memcpy(X, d.X, m * COLS * sizeof *X);
        memcpy(b, d.y, m * sizeof *b);
        ck_assert_uint_eq(by_dgelsd(m, COLS, X, b), m);
        ck_ok(lgd_least_squares_solve(d.f, w, &o, &r));
        ck_assert_double_le(difference_of(COLS, w, b), 1e-13);
        ck_assert_uint_eq(r.rank, m);
        ck_assert_double_eq(r.freedom, 0);
        ck_assert_double_le(r.rss, 1e-28);
        ck_assert_double_nan(r.sigma);
        for (size_t j = 0; j < COLS; j++)
            ck_assert(m < COLS ? isinf(errors[j]) : isnan(errors[j]));
        o.sigma = 0.5; /* with a known one there is an error all the same */
        ck_ok(lgd_least_squares_solve(d.f, w, &o, &r));
        ck_assert_double_eq(r.sigma, 0.5);
        for (size_t j = 0; j < COLS; j++)
            ck_assert(m < COLS ? isinf(errors[j]) : errors[j] > 0 && isfinite(errors[j]));
        o.solver = LGD_SOLVER_QR;
        if (m < COLS)
            ck_fails(lgd_least_squares_solve(d.f, w, &o, &r), LGD_EINVAL, "depends on others");
        small_free(&d);
    }
}
END_TEST

START_TEST(one_row_one_column_no_row_clear_outcomes)
{
    small d = {.X = {4}, .y = {10}};
    double w = 7;
    lgd_least_squares_report r;
    for (int solver = LGD_SOLVER_AUTO; solver <= LGD_SOLVER_REDUCTION; solver++) {
        small_create(&d, 1, 1, NULL);
        ck_ok(lgd_least_squares_solve(d.f, &w, &(lgd_least_squares_options){.solver = (lgd_solver)solver}, &r));
        ck_assert_double_eq(w, 2.5);
        ck_assert_double_eq(r.rss, 0);
        ck_assert_double_eq(r.freedom, 0);
        ck_assert_double_eq(r.condition, 1);
        small_free(&d);
        small_create(&d, 0, 1, NULL);
        ck_fails(lgd_least_squares_solve(d.f, &w, &(lgd_least_squares_options){.solver = (lgd_solver)solver}, &r),
                 LGD_EINVAL, "number of rows is 0");
        ck_fails(lgd_least_squares_errors(d.f, &w, NULL, NULL), LGD_EINVAL, "number of rows is 0");
        small_free(&d);
    }
    d.X[0] = 0; /* of rank 0 */
    small_create(&d, 1, 1, NULL);
    ck_ok(lgd_least_squares_solve(d.f, &w, NULL, &r));
    ck_assert_double_eq(w, 0);
    ck_assert_uint_eq(r.rank, 0);
    ck_assert_double_eq(r.rss, 100);
    small_free(&d);
    d.y[0] = 0; /* and with targets of 0 alone */
    small_create(&d, 1, 1, NULL);
    ck_ok(lgd_least_squares_solve(d.f, &w, NULL, &r));
    ck_assert_double_eq(w, 0);
    ck_assert_double_nan(r.r_squared);
    small_free(&d);
}
END_TEST

/* W. Kahan's triangle (1966): nearly singular, and no element of its diagonal is small. */
START_TEST(kahan_no_small_diagonal_refused)
{
    enum { N = 100 };
    static double X[N * N], y[N], w[N];
    const double c = cos(1.2), s = sin(1.2);
    lgd_matrix *matrix;
    lgd_objective *f;
    lgd_least_squares_report r;
    for (size_t i = 0; i < N; i++) {
        y[i] = 1;
        for (size_t j = i; j < N; j++)
            X[i * N + j] = pow(s, (double)i) * (i == j ? 1 : -c);
    }
    ck_assert_double_gt(X[N * N - 1], 1e-4);
    ck_ok(lgd_matrix_dense(&matrix, N, N, X, N));
    ck_ok(lgd_glm_create(&f, matrix, y, lgd_loss_half_squared(), NULL));
    ck_fails(lgd_least_squares_solve(f, w, &(lgd_least_squares_options){.solver = LGD_SOLVER_QR}, &r), LGD_EINVAL,
             "column 0 depends on others");
    ck_assert_uint_eq(r.rank, N - 1);
    ck_ok(lgd_least_squares_solve(f, w, NULL, &r));
    ck_assert_uint_eq(r.solver, LGD_SOLVER_SVD);
    ck_assert_uint_eq(r.rank, N - 1);
    lgd_objective_free(f);
    lgd_matrix_free(matrix);
}
END_TEST

/* ---- units */

/* Columns and targets in units that are powers of two apart: the same bits, in these units. */
START_TEST(units_powers_of_two_same_bits)
{
    static const int powers[][COLS + 1] = {
        {498, -498, 0, 3, 0}, {-498, -498, -498, -498, -498}, {498, 498, 498, 498, 498}, {0, 1, 2, 3, 400}};
    small d, other;
    double w[4][COLS], errors[4][COLS], rss[4], v[COLS], e[COLS];
    lgd_least_squares_report r;
    small_fill(&d);
    small_create(&d, ROWS, COLS, NULL);
    for (int solver = LGD_SOLVER_AUTO; solver <= LGD_SOLVER_REDUCTION; solver++) {
        ck_ok(lgd_least_squares_solve(
            d.f, w[solver], &(lgd_least_squares_options){.solver = (lgd_solver)solver, .errors = errors[solver]}, &r));
        rss[solver] = r.rss;
    }
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++) {
        for (size_t j = 0; j < ROWS * COLS; j++)
            other.X[j] = ldexp(d.X[j], powers[i][j % COLS]);
        for (size_t j = 0; j < ROWS; j++)
            other.y[j] = ldexp(d.y[j], powers[i][COLS]);
        small_create(&other, ROWS, COLS, NULL);
        for (int solver = LGD_SOLVER_AUTO; solver <= LGD_SOLVER_REDUCTION; solver++) {
            ck_ok(lgd_least_squares_solve(other.f, v,
                                          &(lgd_least_squares_options){.solver = (lgd_solver)solver, .errors = e}, &r));
            for (size_t j = 0; j < COLS; j++) {
                const int unit = powers[i][COLS] - powers[i][j];
                ck_assert_double_le(fabs(v[j] - ldexp(w[solver][j], unit)), 2 * DBL_EPSILON * fabs(v[j]));
                ck_near(e[j] / ldexp(errors[solver][j], unit), 1, 1e-13);
            }
            ck_near(r.rss / ldexp(rss[solver], 2 * powers[i][COLS]), 1, 1e-13);
        }
        small_free(&other);
    }
    small_free(&d);
}
END_TEST

/* Squares of all numbers are beyond the range, and errors are not. */
START_TEST(units_whose_squares_have_no_number_same_errors)
{
    static const int powers[] = {-560, 530};
    small d, other;
    double w[COLS], errors[COLS], covariance[COLS * COLS], v[COLS], e[COLS], c[COLS * COLS];
    lgd_least_squares_report given, r;
    small_fill(&d);
    small_create(&d, ROWS, COLS, NULL);
    ck_ok(lgd_least_squares_solve(d.f, w, &(lgd_least_squares_options){.errors = errors, .covariance = covariance},
                                  &given));
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++) {
        for (size_t j = 0; j < ROWS * COLS; j++)
            other.X[j] = ldexp(d.X[j], powers[i]);
        for (size_t j = 0; j < ROWS; j++)
            other.y[j] = ldexp(d.y[j], powers[i]);
        small_create(&other, ROWS, COLS, NULL);
        for (int solver = LGD_SOLVER_AUTO; solver <= LGD_SOLVER_SVD; solver++) {
            const lgd_least_squares_options o = {.solver = (lgd_solver)solver, .errors = e, .covariance = c};
            ck_ok(lgd_least_squares_solve(other.f, v, &o, &r));
            ck_near(ldexp(r.sigma, -powers[i]) / given.sigma, 1, 1e-13);
            for (size_t j = 0; j < COLS; j++) {
                ck_assert_double_le(fabs(v[j] - w[j]), 2 * DBL_EPSILON * fabs(v[j]));
                ck_near(e[j] / errors[j], 1, 1e-13);
                for (size_t l = 0; l < COLS; l++)
                    ck_near(c[j * COLS + l], covariance[j * COLS + l], 1e-12 * errors[j] * errors[l]);
            }
        }
        small_free(&other);
    }
    small_free(&d);
}
END_TEST

/* ---- what is refused */

START_TEST(options_out_of_range_named)
{
    small d;
    double w[COLS] = {0};
    small_fill(&d);
    small_create(&d, ROWS, COLS, NULL);
    ck_fails(lgd_least_squares_solve(NULL, w, NULL, NULL), LGD_EINVAL, "f is NULL");
    ck_fails(lgd_least_squares_solve(d.f, NULL, NULL, NULL), LGD_EINVAL, "w is NULL");
    ck_fails(lgd_least_squares_errors(d.f, NULL, NULL, NULL), LGD_EINVAL, "w is NULL");
    ck_fails(lgd_least_squares_solve(d.f, w, &(lgd_least_squares_options){.solver = (lgd_solver)4}, NULL), LGD_EINVAL,
             "solver is 4");
    ck_fails(lgd_least_squares_solve(d.f, w, &(lgd_least_squares_options){.rcond = 1}, NULL), LGD_EINVAL, "rcond is 1");
    ck_fails(lgd_least_squares_solve(d.f, w, &(lgd_least_squares_options){.rcond = NAN}, NULL), LGD_EINVAL,
             "rcond is nan");
    ck_fails(lgd_least_squares_solve(d.f, w, &(lgd_least_squares_options){.sigma = -1}, NULL), LGD_EINVAL,
             "sigma is -1");
    w[2] = INFINITY;
    ck_fails(lgd_least_squares_errors(d.f, w, NULL, NULL), LGD_EINVAL, "w[2] is inf");
    small_free(&d);
}
END_TEST

/* Structs of a caller whose header ends before `rcond` and before `condition`. */
START_TEST(structs_of_an_older_header_taken_and_filled_so_far)
{
    small d;
    double w[2][COLS], errors[COLS];
    lgd_least_squares_options o = {.solver = LGD_SOLVER_SVD, .rcond = -1};
    lgd_least_squares_report r = {.condition = 7};
    small_fill(&d);
    small_create(&d, ROWS, COLS, NULL);
    ck_ok(lgd_least_squares_solve_sized(d.f, w[0], &o, offsetof(lgd_least_squares_options, rcond), &r,
                                        offsetof(lgd_least_squares_report, condition)));
    ck_assert_uint_eq(r.solver, LGD_SOLVER_SVD);
    ck_assert_uint_eq(r.rank, COLS);
    ck_assert_double_eq(r.condition, 7);
    o = (lgd_least_squares_options){.solver = LGD_SOLVER_SVD};
    ck_ok(lgd_least_squares_solve(d.f, w[1], &o, &r));
    ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
    o.errors = errors;
    r = (lgd_least_squares_report){.condition = 7};
    ck_ok(lgd_least_squares_errors_sized(d.f, w[0], &o, sizeof o, &r, offsetof(lgd_least_squares_report, condition)));
    ck_assert_uint_eq(r.rank, COLS);
    ck_assert_double_eq(r.condition, 7);
    ck_assert_double_gt(errors[0], 0);
    small_free(&d);
}
END_TEST

START_TEST(other_objectives_unsupported)
{
    data d = data_create(20, 2, 1, true, 3);
    lgd_matrix *X;
    lgd_objective *f;
    nist set = get(&nist_nonlinear[0]);
    double w[3] = {0};
    ck_ok(lgd_matrix_dense(&X, d.rows, d.cols, d.X, d.cols));
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), NULL));
    ck_fails(lgd_least_squares_solve(f, w, NULL, NULL), LGD_EUNSUPPORTED, "glm has no ops.design");
    ck_fails(lgd_least_squares_errors(f, w, NULL, NULL), LGD_EUNSUPPORTED, "glm is no sum of squares");
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
    ck_ok(lgd_residual_create(&f, set.model->dim, set.rows, nist_residual, &set));
    ck_fails(lgd_least_squares_solve(f, w, NULL, NULL), LGD_EUNSUPPORTED, "residual has no ops.design");
    lgd_objective_free(f);
}
END_TEST

/* ---- errors at a point */

typedef struct line {
    double at[ROWS], y[ROWS];
    bool useless; /* a third parameter that does nothing */
} line;

static lgd_status line_residual(void *ctx, size_t dim, size_t count, const double *w, double *r, double *J)
{
    const line *l = ctx;
    for (size_t i = 0; i < count; i++) {
        r[i] = w[0] + w[1] * l->at[i] - l->y[i];
        if (J) {
            J[i * dim] = 1;
            J[i * dim + 1] = l->at[i];
        }
    }
    return LGD_OK;
}

/* A line through points of known standard deviations: the textbook's formula. */
START_TEST(errors_known_deviations_as_the_formula)
{
    line l;
    double weights[ROWS], errors[3], covariance[9];
    const double w[3] = {0.5, -2, 1};
    lgd_objective *f;
    lgd_least_squares_report r;
    real s = 0, sx = 0, sxx = 0, rss = 0;
    for (size_t i = 0; i < ROWS; i++) {
        const real deviation = 1 + (real)i / 4;
        l.at[i] = (double)i;
        l.y[i] = 1.0 / (double)(i + 1);
        weights[i] = (double)(1 / (deviation * deviation));
        s += weights[i];
        sx += (real)weights[i] * l.at[i];
        sxx += (real)weights[i] * l.at[i] * l.at[i];
        const real e = w[0] + (real)w[1] * l.at[i] - l.y[i];
        rss += weights[i] * e * e;
    }
    const real determinant = s * sxx - sx * sx;
    const real expected[] = {sxx / determinant, -sx / determinant, s / determinant};
    for (size_t dim = 2; dim <= 3; dim++) { /* 3: one parameter is of no effect */
        ck_ok(lgd_residual_create_with(&f, dim, ROWS, line_residual, &l, &(lgd_residual_options){.weights = weights}));
        for (int known = 0; known < 2; known++) {
            const lgd_least_squares_options o = {.sigma = known, .errors = errors, .covariance = covariance};
            const real by = known ? 1 : rss / (ROWS - 2);
            ck_ok(lgd_least_squares_errors(f, w, &o, &r));
            ck_assert_uint_eq(r.rank, 2);
            ck_assert_double_eq(r.freedom, ROWS - 2);
            ck_near(r.rss, rss, 1e-14);
            ck_near(covariance[0], by * expected[0], 1e-13);
            ck_near(covariance[1], by * expected[1], 1e-13);
            ck_assert_double_eq(covariance[1], covariance[dim]);
            ck_near(covariance[dim + 1], by * expected[2], 1e-13);
            ck_near(errors[0], sqrtl(by * expected[0]), 1e-13);
            ck_near(errors[1], sqrtl(by * expected[2]), 1e-13);
            ck_assert(dim == 2 || isinf(errors[2]));
            ck_assert(dim == 2 || isnan(covariance[2]));
        }
        lgd_objective_free(f);
    }
}
END_TEST

/* ---- what is chosen */

enum { CHOSEN_ROWS = 500, CHOSEN_COLS = 60 };

/* Many columns of a small condition are reduced, to the digits of a QR factorisation; a condition that is not small, corrections that
 * are not wanted and errors that are lead to the triangle, a rank that is not full to singular values. */
START_TEST(auto_reduces_where_it_is_quicker_and_as_good)
{
    data d = data_create(CHOSEN_ROWS, CHOSEN_COLS, 1, false, 41);
    double w[3][CHOSEN_COLS + 1], errors[CHOSEN_COLS + 1];
    const double near[] = {1, 1e-3, 1e-9, 0}; /* how far column 5 is from column 4 */
    const lgd_solver expected[] = {LGD_SOLVER_REDUCTION, LGD_SOLVER_REDUCTION, LGD_SOLVER_QR, LGD_SOLVER_SVD};
    for (size_t k = 0; k < sizeof near / sizeof *near; k++) {
        lgd_matrix *X;
        lgd_objective *f;
        lgd_least_squares_report r;
        for (size_t i = 0; i < CHOSEN_ROWS && k; i++)
            d.X[i * CHOSEN_COLS + 5] =
                d.X[i * CHOSEN_COLS + 4] + near[k] * d.X[i * CHOSEN_COLS + 3] * d.X[i * CHOSEN_COLS];
        ck_ok(lgd_matrix_dense(&X, CHOSEN_ROWS, CHOSEN_COLS, d.X, CHOSEN_COLS));
        ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}));
        ck_ok(lgd_least_squares_solve(f, w[0], NULL, &r));
        ck_assert_int_eq(r.solver, expected[k]);
        ck_assert_uint_eq(r.rank, CHOSEN_COLS + 1 - (near[k] == 0));
        if (near[k] > 0) {
            ck_ok(lgd_least_squares_solve(f, w[1], &(lgd_least_squares_options){.solver = LGD_SOLVER_QR}, NULL));
            ck_assert_double_le(difference_of(CHOSEN_COLS + 1, w[0], w[1]), 2 * DBL_EPSILON);
            ck_ok(lgd_least_squares_solve(f, w[2], &(lgd_least_squares_options){.errors = errors}, &r));
            ck_assert_int_eq(r.solver, LGD_SOLVER_QR);
            ck_assert_mem_eq(w[1], w[2], sizeof w[1]);
            ck_ok(lgd_least_squares_solve(f, w[2], &(lgd_least_squares_options){.plain = true}, &r));
            ck_assert_int_eq(r.solver, LGD_SOLVER_QR);
        }
        lgd_objective_free(f);
        lgd_matrix_free(X);
    }
    data_free(&d);
}
END_TEST

/* A strength that is far above the columns, in their units, or far below. */
START_TEST(l2_of_any_size_every_solver_the_same)
{
    const double sizes[] = {1e-290, 1e-20, 1e20, 1e290};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        small d;
        double w[4][COLS];
        small_fill(&d);
        small_create(&d, ROWS, COLS, &(lgd_glm_options){.l2 = sizes[i]});
        for (int solver = LGD_SOLVER_AUTO; solver <= LGD_SOLVER_REDUCTION; solver++) {
            lgd_least_squares_report r;
            const lgd_least_squares_options o = {.solver = (lgd_solver)solver};
            ck_ok(lgd_least_squares_solve(d.f, w[solver], &o, &r));
            ck_assert_double_le(difference_of(COLS, w[solver], w[0]), 4 * DBL_EPSILON);
            ck_assert(w[solver][0] != 0);
            ck_near(r.freedom, sizes[i] < 1 ? ROWS - COLS : ROWS, 1e-14);
        }
        small_free(&d);
    }
}
END_TEST

/* ---- threads and memory */

enum { MANY = 20000, WIDE = 11 };

/* Weights of any size that is the same for all rows: the solution without them, and its errors. */
START_TEST(weights_of_any_size_every_solver_as_without)
{
    const double sizes[] = {1e305, 1e300, 1e-300, 1e-305};
    small d;
    double weights[ROWS], w[COLS], errors[COLS], v[COLS], e[COLS];
    small_fill(&d);
    small_create(&d, ROWS, COLS, NULL);
    ck_ok(lgd_least_squares_solve(d.f, w, &(lgd_least_squares_options){.errors = errors}, NULL));
    small_free(&d);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t row = 0; row < ROWS; row++)
            weights[row] = sizes[i];
        small_create(&d, ROWS, COLS, &(lgd_glm_options){.weights = weights});
        for (int solver = LGD_SOLVER_AUTO; solver <= LGD_SOLVER_REDUCTION; solver++) {
            lgd_least_squares_report r;
            ck_ok(lgd_least_squares_solve(d.f, v,
                                          &(lgd_least_squares_options){.solver = (lgd_solver)solver, .errors = e}, &r));
            ck_assert_double_le(difference_of(COLS, v, w), 2 * DBL_EPSILON);
            ck_assert_double_le(difference_of(COLS, e, errors), 1e-13);
            ck_assert_double_ge(r.digits, 15);
            ck_assert_uint_ge(r.refinements, 1);
        }
        small_free(&d);
    }
}
END_TEST

START_TEST(threads_any_number_same_bits)
{
    data d = data_create(MANY, WIDE, 2, false, 31);
    lgd_matrix *X;
    lgd_objective *f;
    const bool takes = takes_hold();
    ck_ok(lgd_matrix_dense(&X, MANY, WIDE, d.X, WIDE));
    ck_ok(lgd_glm_create(
        &f, X, d.y, lgd_loss_half_squared(),
        &(lgd_glm_options){.intercept = true, .outputs = 2, .l2 = 0.01, .weights = d.weights, .offset = d.offset}));
    for (int solver = LGD_SOLVER_QR; solver <= LGD_SOLVER_REDUCTION; solver++) {
        double w[3][2 * (WIDE + 1)], errors[3][2 * (WIDE + 1)];
        static const char *const threads[] = {"1", "2", "5"};
        for (int i = 0; i < 3; i++) {
            lgd_least_squares_report r;
            setenv("LGD_NUM_THREADS", threads[i], 1);
            ck_ok(lgd_least_squares_solve(
                f, w[i], &(lgd_least_squares_options){.solver = (lgd_solver)solver, .errors = errors[i]}, &r));
            ck_assert_mem_eq(w[i], w[0], sizeof w[0]);
            ck_assert_mem_eq(errors[i], errors[0], sizeof errors[0]);
        }
    }
    ck_assert_int_eq(takes_hold(), takes);
    unsetenv("LGD_NUM_THREADS");
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

START_TEST(allocations_each_failing_enomem_w_untouched)
{
    for (int variant = 0; variant < 5; variant++)
        for (size_t k = 1;; k++) {
            fitted d;
            double w[POLYNOMIAL_MOST] = {7}, errors[POLYNOMIAL_MOST];
            const lgd_solver solver = variant < 4 ? (lgd_solver)variant : LGD_SOLVER_AUTO;
            const lgd_least_squares_options o = {.solver = solver, .errors = errors};
            memory_watch(0);
            fitted_create(&d, &polynomials[2]);
            memory_watch(k);
            const lgd_status status = variant < 4 ? lgd_least_squares_solve(d.f, w, &o, NULL)
                                                  : lgd_least_squares_errors(d.f, polynomials[2].w, &o, NULL);
            const bool done = memory_made() < k;
            fitted_free(&d);
            memory_unwatch();
            ck_assert_msg(status == (done ? LGD_OK : LGD_ENOMEM), "variant %d, allocation %zu: %s", variant, k,
                          lgd_last_error());
            if (done) {
                ck_assert_uint_gt(k, 3);
                break;
            }
            ck_assert_double_eq(w[0], 7);
        }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("least_squares");
    CASE(s, nist_linear_every_solver_certified_digits);
    CASE(s, nist_linear_errors_and_report_as_certified);
    CASE(s, r_squared_about_the_mean_where_there_is_an_intercept);
    CASE(s, nist_nonlinear_errors_as_certified);
    CASE(s, weights_offsets_l2_outputs_exact_to_the_last_digits);
    CASE(s, digits_one_correction_no_more_than_there_are);
    CASE(s, corrections_as_many_as_the_condition_needs);
    CASE(s, subset_and_rows_of_weight_0_as_the_rows_that_are_left);
    CASE(s, own_design_as_its_rows_as_a_model);
    CASE(s, own_design_failing_at_any_call_ends_with_it);
    CASE(s, column_of_zeros_named_or_weight_0);
    CASE(s, columns_equal_later_one_named_or_halves);
    CASE(s, groups_and_intercept_intercept_named);
    CASE(s, columns_equal_with_l2_every_solver_the_same);
    CASE(s, fewer_rows_than_columns_least_norm_no_freedom);
    CASE(s, one_row_one_column_no_row_clear_outcomes);
    CASE(s, kahan_no_small_diagonal_refused);
    CASE(s, units_powers_of_two_same_bits);
    CASE(s, units_whose_squares_have_no_number_same_errors);
    CASE(s, options_out_of_range_named);
    CASE(s, structs_of_an_older_header_taken_and_filled_so_far);
    CASE(s, other_objectives_unsupported);
    CASE(s, errors_known_deviations_as_the_formula);
    CASE(s, auto_reduces_where_it_is_quicker_and_as_good);
    CASE(s, l2_of_any_size_every_solver_the_same);
    CASE(s, weights_of_any_size_every_solver_as_without);
    CASE(s, threads_any_number_same_bits);
    CASE(s, allocations_each_failing_enomem_w_untouched);
    return suite_run(s);
}
