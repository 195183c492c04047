/* Residuals of the user's as an objective: values, gradients and Jacobians against long double, differences, robust losses, and what
 * goes wrong in the middle of a run. */
#include "problems.h"
#include "lgd/least_squares.h"
#include "objective/objective.h"
#include <float.h>
#include <stddef.h>
#include <stdio.h>

enum { ROWS = 23, DIM = 3 };

/* ---- a decay y = w0 exp(-w1 x) + w2 */

typedef struct decay {
    double x[ROWS], y[ROWS];
    size_t calls, bad_call;      /* from 1; 0: none */
    bool forever;                /* and all after it */
    int code;                    /* what the bad call returns; 0: a residual that is NaN */
    size_t wrong_row, wrong_col; /* an element of J that is not the derivative; ROWS: none */
    bool no_jacobian, silent;    /* J must be NULL; it is left as it comes */
} decay;

static decay decay_create(void)
{
    decay d = {.wrong_row = ROWS};
    double noise[ROWS];
    fill(11, ROWS, -0.02, 0.02, noise);
    for (size_t i = 0; i < ROWS; i++) {
        d.x[i] = (double)i / 8;
        d.y[i] = 2 * exp(-1.5 * d.x[i]) + 0.25 + noise[i];
    }
    return d;
}

static lgd_status decay_fn(void *ctx, size_t dim, size_t count, const double *w, double *r, double *J)
{
    decay *d = ctx;
    const size_t call = ++d->calls;
    bool zeroed = true;
    for (size_t i = 0; i < ROWS; i++) {
        const double e = exp(-w[1] * d->x[i]);
        r[i] = w[0] * e + w[2] - d->y[i];
        for (size_t j = 0; J && j < DIM; j++)
            zeroed &= J[i * DIM + j] == 0;
        if (!J || d->silent)
            continue;
        J[i * DIM] = e;
        J[i * DIM + 1] = -w[0] * d->x[i] * e;
        J[i * DIM + 2] = 1;
        if (i == d->wrong_row)
            J[i * DIM + d->wrong_col] *= 1.001;
    }
    ck_assert(dim == DIM && count == ROWS && zeroed && !(d->no_jacobian && J));
    if (!d->bad_call || call < d->bad_call || (call > d->bad_call && !d->forever))
        return LGD_OK;
    r[ROWS / 2] = NAN;
    if (J && !d->silent)
        J[ROWS / 2 * DIM + 1] = NAN;
    return (lgd_status)d->code;
}

/* c^2/2 rho(omega r^2/c^2) and rho', in long double. */
static real rho(lgd_robust kind, real z, real *slope)
{
    switch (kind) {
    case LGD_ROBUST_HUBER:
        *slope = z <= 1 ? 1 : 1 / sqrtl(z);
        return z <= 1 ? z : 2 * sqrtl(z) - 1;
    case LGD_ROBUST_CAUCHY:
        *slope = 1 / (1 + z);
        return log1pl(z);
    case LGD_ROBUST_SOFT_L1:
        *slope = 1 / sqrtl(1 + z);
        return 2 * z / (1 + sqrtl(1 + z));
    case LGD_ROBUST_NONE:
        break;
    }
    *slope = 1;
    return z;
}

static real decay_exact(const decay *d, const lgd_residual_options *o, const double *w, real *g, real *J)
{
    const real c = o->scale != 0 ? o->scale : 1;
    real f = 0;
    memset(g, 0, DIM * sizeof *g);
    for (size_t i = 0; i < ROWS; i++) {
        const real e = expl(-(real)w[1] * d->x[i]), r = w[0] * e + w[2] - d->y[i],
                   omega = o->weights ? o->weights[i] : 1;
        const real row[DIM] = {e, -w[0] * d->x[i] * e, 1};
        real slope;
        f += c * c / 2 * rho(o->robust, omega * r * r / (c * c), &slope);
        for (size_t j = 0; j < DIM; j++) {
            g[j] += omega * slope * r * row[j];
            J[i * DIM + j] = sqrtl(omega * slope) * row[j];
        }
    }
    return f;
}

static lgd_objective *decay_objective(decay *d, const lgd_residual_options *o)
{
    lgd_objective *f = NULL;
    ck_ok(lgd_residual_create_with(&f, DIM, ROWS, decay_fn, d, o));
    return f;
}

static const double point[DIM] = {1.25, 0.75, -0.5}, start[DIM] = {1, 1, 0};

static const lgd_robust robusts[] = {LGD_ROBUST_NONE, LGD_ROBUST_HUBER, LGD_ROBUST_CAUCHY, LGD_ROBUST_SOFT_L1};
enum { ROBUSTS = sizeof robusts / sizeof *robusts };

/* ---- values, gradients, Jacobians */

START_TEST(residual_losses_and_weights_sums_in_long_double)
{
    double weights[ROWS];
    fill(12, ROWS, 0.1, 3, weights);
    weights[4] = 0;
    for (int k = 0; k < ROBUSTS; k++)
        for (int form = 0; form < 4; form++) {
            decay d = decay_create();
            const lgd_residual_options o = {
                .robust = robusts[k], .weights = form & 1 ? weights : NULL, .scale = form & 2 ? 0.4 : 0};
            lgd_objective *f = decay_objective(&d, &o);
            double value, alone, g[DIM], r[ROWS], J[ROWS * (DIM + 2)];
            real exact[DIM], rows[ROWS * DIM], along[DIM] = {0};
            const real expected = decay_exact(&d, &o, point, exact, rows);
            ck_ok(lgd_objective_eval(f, NULL, point, &value, g));
            ck_ok(lgd_objective_eval(f, NULL, point, &alone, NULL));
            ck_assert(value == alone);
            ck_near(value, expected, 2e-15);
            ck_assert_double_lt(difference(DIM, g, exact), 1e-14);
            const size_t calls = d.calls;
            for (size_t i = 0; i < ROWS * (DIM + 2); i++)
                J[i] = 7;
            ck_ok(f->ops.jacobian(f->ctx, &(lgd_rows){0, 1, NULL}, point, r, J, DIM + 2));
            ck_assert_uint_eq(d.calls, calls); /* it was kept, though a value alone came between */
            for (size_t i = 0; i < ROWS; i++) {
                ck_assert_double_eq(J[i * (DIM + 2) + DIM], 7);
                for (size_t j = 0; j < DIM; j++) {
                    ck_near(J[i * (DIM + 2) + j], rows[i * DIM + j], 2e-15);
                    along[j] += (real)J[i * (DIM + 2) + j] * r[i];
                }
            }
            ck_assert_double_lt(difference(DIM, g, along), 1e-14);
            lgd_gradient_check c;
            ck_ok(lgd_objective_check_gradient(f, point, &c));
            ck_assert_double_lt(c.error, 1e-9);
            lgd_objective_free(f);
        }
}
END_TEST

/* r = w alone, at sizes from where rho is a square to where one would overflow; both signs. */
static lgd_status identity_fn(void *ctx, size_t dim, size_t count, const double *w, double *r, double *J)
{
    (void)ctx, (void)dim, (void)count;
    r[0] = w[0];
    if (J)
        J[0] = 1;
    return LGD_OK;
}

START_TEST(residual_robust_losses_limits_to_the_last_digits)
{
    const double sizes[] = {0, 1e-12, 1e-3, 1 - DBL_EPSILON, 1, 1 + DBL_EPSILON, 30, 1e90, 1e110, 1e150, 1e300};
    const double scales[] = {1, 1e-3, 1e3, 0x1p-200, 0x1p20};
    for (int k = 0; k < ROBUSTS; k++)
        for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
            lgd_objective *f;
            const double c = scales[s];
            ck_ok(lgd_residual_create_with(&f, 1, 1, identity_fn, NULL,
                                           &(lgd_residual_options){.robust = robusts[k], .scale = c}));
            for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
                const double w = (i & 1 ? -1 : 1) * sizes[i / 2] * c;
                double value, g;
                real slope;
                const real expected = (real)c * c / 2 * rho(robusts[k], (real)w * w / ((real)c * c), &slope);
                if (!isfinite(w))
                    continue;
                ck_ok(lgd_objective_eval(f, NULL, &w, &value, &g));
                if (expected > (real)DBL_MAX)
                    ck_assert(isinf(value) && value > 0);
                else if (expected > (real)DBL_MIN)
                    ck_near((double)((value - expected) / expected), 0, 1e-15);
                if (w == 0 || fabsl(slope * w) > (real)DBL_MIN)
                    ck_assert(w == 0 ? g == 0 : fabsl((g - slope * w) / (slope * w)) < 2e-15L);
            }
            lgd_objective_free(f);
        }
}
END_TEST

/* Rows that count nothing need no value. */
START_TEST(residual_weight_of_zero_not_looked_at)
{
    decay d = decay_create(), clean = decay_create();
    double weights[ROWS], value[2], g[2][DIM], bend[2][DIM] = {{0}};
    fill(12, ROWS, 0.1, 3, weights);
    weights[ROWS / 2] = 0;
    d.bad_call = 1, d.forever = true;
    for (int i = 0; i < 2; i++) {
        lgd_objective *f = decay_objective(i ? &clean : &d, &(lgd_residual_options){.weights = weights});
        ck_ok(lgd_objective_eval(f, NULL, point, &value[i], g[i]));
        ck_ok(lgd_objective_bend(f, 1, point, start, bend[i]));
        lgd_objective_free(f);
    }
    ck_assert(value[0] == value[1] && !memcmp(g[0], g[1], sizeof g[0]));
    ck_assert(!memcmp(bend[0], bend[1], sizeof bend[0]) && isfinite(bend[0][1]) && bend[0][1] != 0);
}
END_TEST

/* Digits of differences: truncation h^2 or h, rounding eps |r|/h, relative to what the coordinate's own size changes. */
START_TEST(residual_differences_digits_of_the_jacobian)
{
    static const struct {
        double w[DIM];
    } points[] = {{{1.25, 0.75, -0.5}}, {{0, 0, 0}}, {{1.25, 0, 0}}, {{1e8, 1e-2, 1e8}}, {{1e-8, 0.5, 1e-8}}};
    for (size_t p = 0; p < sizeof points / sizeof *points; p++)
        for (int kind = LGD_JACOBIAN_CENTRAL; kind <= LGD_JACOBIAN_FORWARD; kind++) {
            const bool central = kind == LGD_JACOBIAN_CENTRAL;
            const double relative = central ? cbrt(DBL_EPSILON) : sqrt(DBL_EPSILON), *w = points[p].w;
            decay d = decay_create();
            const lgd_residual_options o = {.jacobian = (lgd_jacobian)kind};
            double r[ROWS], J[ROWS * DIM], size = 0, value, g[DIM];
            real exact[DIM], rows[ROWS * DIM];
            d.no_jacobian = true;
            lgd_objective *f = decay_objective(&d, &o);
            ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
            ck_assert_uint_eq(d.calls, 1 + (central ? 2 : 1) * DIM);
            ck_ok(f->ops.jacobian(f->ctx, &(lgd_rows){0, 1, NULL}, w, r, J, DIM));
            ck_assert_uint_eq(d.calls, 1 + (central ? 2 : 1) * DIM);
            decay_exact(&d, &o, w, exact, rows);
            for (size_t i = 0; i < ROWS; i++)
                size = fmax(size, fabs(r[i]) + fabs(d.y[i]));
            for (size_t j = 0; j < DIM; j++) {
                const double h = relative * (w[j] != 0 ? fabs(w[j]) : 1);
                for (size_t i = 0; i < ROWS; i++) {
                    /* third, second derivative in w1: w0 x^3 e, w0 x^2 e; x < 3 */
                    const double bend = j == 1 ? fabs(w[0]) * (central ? 27 * h * h / 6 : 9 * h / 2) : 0;
                    const double bound = bend + 4 * DBL_EPSILON * size / h;
                    ck_assert_double_le(fabs(J[i * DIM + j] - (double)rows[i * DIM + j]), bound);
                }
            }
            lgd_objective_free(f);
        }
}
END_TEST

START_TEST(residual_named_more_than_once_counts_as_often)
{
    decay d = decay_create();
    lgd_objective *f = decay_objective(&d, NULL), *twice;
    const size_t index[2] = {0, 0};
    const lgd_rows both = {0, 2, index};
    double value[2], g[2][DIM], T[2][(DIM + 1) * (DIM + 1)], bent[2][DIM];
    ck_ok(lgd_objective_subset(&twice, f, &both));
    ck_ok(lgd_objective_eval(f, NULL, point, &value[0], g[0]));
    ck_ok(lgd_objective_eval(twice, NULL, point, &value[1], g[1]));
    ck_ok(lgd_objective_gauss_newton(f, 1, point, NULL, T[0], DIM + 1));
    ck_ok(lgd_objective_gauss_newton(twice, 1, point, NULL, T[1], DIM + 1));
    ck_ok(lgd_objective_bend(f, 1, point, point, bent[0]));
    ck_ok(lgd_objective_bend(twice, 1, point, point, bent[1]));
    ck_near(value[1], value[0], 1e-15);
    for (size_t j = 0; j < DIM; j++) {
        ck_near(g[1][j], g[0][j], 1e-15);
        ck_near(bent[1][j], bent[0][j], 1e-14);
    }
    for (size_t i = 0; i < (DIM + 1) * (DIM + 1); i++)
        ck_near(fabs(T[1][i]), fabs(T[0][i]), 1e-14);
    lgd_objective_free(twice);
    lgd_objective_free(f);
}
END_TEST

static lgd_status half_square(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = w[0] * w[0] / 2;
    if (g)
        g[0] = w[0];
    return LGD_OK;
}

START_TEST(function_named_more_than_once_counts_as_often)
{
    const size_t index[3] = {0, 0, 0};
    const lgd_rows rows = {0, 3, index};
    for (int differences = 0; differences < 2; differences++) {
        lgd_objective *f;
        double value, g;
        ck_ok(differences ? lgd_function_create_differences(&f, 1, half_square, NULL)
                          : lgd_function_create(&f, 1, half_square, NULL));
        ck_ok(lgd_objective_eval(f, &rows, &(double){3}, &value, &g));
        ck_near(value, 4.5L, 1e-15);
        ck_near(g, 3, 1e-9);
        lgd_objective_free(f);
    }
}
END_TEST

/* J^T r'' of the decay along v, with rows scaled as those of J: by a difference of step h, whose error h/3 r''' and 4 eps |r|/h^2. */
START_TEST(residual_bend_second_derivative_in_long_double)
{
    const double v[DIM] = {0.3, 0.2, -0.1};
    double weights[ROWS], g[DIM];
    fill(12, ROWS, 0.1, 3, weights);
    for (int k = 0; k < ROBUSTS; k++)
        for (int kind = LGD_JACOBIAN_GIVEN; kind <= LGD_JACOBIAN_CENTRAL; kind++) {
            decay d = decay_create();
            const lgd_residual_options o = {
                .robust = robusts[k], .weights = weights, .scale = 0.3, .jacobian = (lgd_jacobian)kind};
            lgd_objective *f = decay_objective(&d, &o);
            real exact[DIM], rows[ROWS * DIM], expected[DIM] = {0}, third[DIM] = {0};
            decay_exact(&d, &o, point, exact, rows);
            for (size_t i = 0; i < ROWS; i++) {
                const real x = d.x[i], scale = rows[i * DIM + 2], t = -v[1] * x, e = expl(-point[1] * x);
                const real second = (2 * v[0] * t + point[0] * t * t) * e;
                for (size_t j = 0; j < DIM; j++) {
                    expected[j] += rows[i * DIM + j] * scale * second;
                    third[j] += fabsl(rows[i * DIM + j] * scale * (3 * v[0] * t * t + point[0] * t * t * t) * e);
                }
            }
            ck_ok(lgd_objective_eval(f, NULL, point, NULL, g));
            const size_t calls = d.calls;
            ck_ok(lgd_objective_bend(f, 1, point, v, g));
            ck_assert_uint_eq(d.calls, calls + 1);
            for (size_t j = 0; j < DIM; j++)
                ck_assert_double_le(fabs(g[j] - (double)expected[j]), (double)third[j] / 64 / 3 * 1.1 + 1e-9);
            d.bad_call = d.calls + 1;
            ck_ok(lgd_objective_bend(f, 1, point, v, g)); /* where the model has no value it has none either */
            ck_assert(isnan(g[0]) && isnan(g[1]) && isnan(g[2]));
            d.bad_call = d.calls + 1, d.code = LGD_ERANGE;
            ck_fails(lgd_objective_bend(f, 1, point, v, g), LGD_ERANGE, "residual: fn");
            lgd_objective_free(f);
        }
}
END_TEST

/* ---- the check of a Jacobian */

START_TEST(check_jacobian_each_wrong_element_found_and_named)
{
    double weights[ROWS];
    fill(12, ROWS, 0.1, 3, weights);
    for (int k = 0; k < ROBUSTS; k++) {
        decay d = decay_create();
        lgd_objective *f =
            decay_objective(&d, &(lgd_residual_options){.robust = robusts[k], .weights = weights, .scale = 0.3});
        lgd_jacobian_check c;
        double value, again, g[DIM];
        ck_ok(lgd_objective_eval(f, NULL, point, &value, g)); /* J is kept, as it is scaled */
        ck_ok(lgd_objective_check_jacobian(f, point, &c));
        ck_assert_double_lt(c.error, 1e-8);
        for (size_t i = 0; i < ROWS; i++)
            for (size_t j = 0; j < DIM; j++) {
                if (i == 0 && j == 1)
                    continue; /* it is 0 at x = 0 */
                d.wrong_row = i, d.wrong_col = j;
                ck_ok(lgd_objective_check_jacobian(f, point, &c));
                ck_assert(c.row == i && c.column == j);
                ck_assert(c.error > 1e-4 && c.error < 1.1e-3);
                ck_near(c.analytic, 1.001 * c.numeric, 1e-7);
            }
        ck_ok(lgd_objective_eval(f, NULL, point, &again, NULL));
        ck_assert_double_eq(value, again); /* robust again */
        d.bad_call = d.calls + 2;          /* the first difference */
        ck_ok(lgd_objective_check_jacobian(f, point, &c));
        ck_assert(isnan(c.error) && c.row == ROWS / 2 && c.column == 0);
        d.bad_call = d.calls + 4, d.code = 5;
        ck_fails(lgd_objective_check_jacobian(f, point, &c), LGD_EUSER, "residual: fn returned 5");
        ck_ok(lgd_objective_eval(f, NULL, point, &again, NULL));
        ck_assert_double_eq(value, again);
        lgd_objective_free(f);
    }
}
END_TEST

/* Rows (1 + i) w0^2 w1 of several terms and residuals each; w0 is small and w1 large. */
static lgd_status many_jacobian(void *ctx, const lgd_rows *rows, const double *w, double *r, double *J, size_t ld)
{
    for (size_t i = 0; i < 3 * rows->count; i++) {
        const double a = (double)(1 + 3 * rows->first + i);
        r[i] = a * w[0] * w[0] * w[1];
        J[i * ld] = 2 * a * w[0] * w[1];
        J[i * ld + 1] = a * w[0] * w[0] * (3 * rows->first + i == *(const size_t *)ctx ? -1 : 1);
    }
    return LGD_OK;
}

static lgd_status many_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx, (void)rows, (void)w, (void)f, (void)g;
    return LGD_OK;
}

static size_t three(void *ctx)
{
    (void)ctx;
    return 3;
}

START_TEST(check_jacobian_many_terms_of_small_coordinates)
{
    const lgd_objective_ops ops = {.name = "many", .eval = many_eval, .jacobian = many_jacobian, .residuals = three};
    const double w[2] = {1e-5, 1e7};
    const size_t wrong[] = {3 * 300, 0, 254, 255, 256, 899};
    for (size_t i = 0; i < 6; i++) {
        size_t place = wrong[i];
        lgd_objective *f;
        lgd_jacobian_check c;
        ck_ok(lgd_objective_create(&f, 2, 300, &ops, &place));
        ck_ok(lgd_objective_check_jacobian(f, w, &c));
        if (i)
            ck_assert(c.row == place && c.column == 1 && fabs(c.error - 2) < 1e-9);
        else
            ck_assert_double_lt(c.error, 1e-9);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(check_jacobian_bad_input_named)
{
    decay d = decay_create();
    lgd_objective *f = decay_objective(&d, NULL), *empty;
    const lgd_objective_ops ops = {.name = "many", .eval = many_eval, .jacobian = many_jacobian};
    model other = model_create(9, 2, lgd_loss_half_squared(), NULL, 3);
    lgd_jacobian_check c;
    ck_fails(lgd_objective_check_jacobian(NULL, point, &c), LGD_EINVAL, "check: f is NULL");
    ck_fails(lgd_objective_check_jacobian(f, NULL, &c), LGD_EINVAL, "check: w is NULL");
    ck_fails(lgd_objective_check_jacobian(f, point, NULL), LGD_EINVAL, "check: result is NULL");
    ck_fails(lgd_objective_check_jacobian(other.f, point, &c), LGD_EUNSUPPORTED, "has no jacobian");
    ck_ok(lgd_objective_create(&empty, 2, 0, &ops, NULL));
    ck_fails(lgd_objective_check_jacobian(empty, point, &c), LGD_EINVAL, "number of rows of the many is 0");
    lgd_objective_free(empty);
    struct { /* of an older header, and of a newer one */
        lgd_jacobian_check known;
        double more;
    } newer = {.more = 5};
    c.analytic = 5;
    ck_ok(lgd_objective_check_jacobian_sized(f, point, &c, offsetof(lgd_jacobian_check, analytic)));
    ck_ok(lgd_objective_check_jacobian_sized(f, point, &newer.known, sizeof newer));
    ck_assert(c.analytic == 5 && newer.more == 0 && c.row == newer.known.row && newer.known.error < 1e-8);
    lgd_objective_free(f);
    model_free(&other);
}
END_TEST

/* ---- bad input */

START_TEST(residual_bad_input_named)
{
    decay d = decay_create();
    lgd_objective *f = (lgd_objective *)&d;
    double weights[ROWS] = {0};
    const size_t negative = (size_t)-3, wide = (size_t)1 << 31;
    ck_fails(lgd_residual_create(NULL, DIM, ROWS, decay_fn, &d), LGD_EINVAL, "residual: out is NULL");
    ck_fails(lgd_residual_create(&f, DIM, ROWS, NULL, &d), LGD_EINVAL, "residual: fn is NULL");
    ck_assert_ptr_null(f);
    ck_fails(lgd_residual_create(&f, 0, ROWS, decay_fn, &d), LGD_EINVAL, "residual: dim is 0");
    ck_fails(lgd_residual_create(&f, DIM, 0, decay_fn, &d), LGD_EINVAL, "residual: count is 0");
    ck_fails(lgd_residual_create(&f, negative, ROWS, decay_fn, &d), LGD_EINVAL, "residual: dim is");
    ck_fails(lgd_residual_create(&f, DIM, negative, decay_fn, &d), LGD_EINVAL, "residual: count is");
    ck_fails(lgd_residual_create(&f, DIM, wide, decay_fn, &d), LGD_ERANGE, "residual: count is 2147483648");
    ck_fails(lgd_residual_create(&f, wide, ROWS, decay_fn, &d), LGD_ERANGE, "residual: dim is 2147483648");
    ck_fails(lgd_residual_create(&f, wide - 2, wide - 1, decay_fn, &d), LGD_ENOMEM, "residual: ");
    const double scales[] = {-1, NAN, INFINITY, LGD_ZERO};
    for (int i = 0; i < 4; i++)
        ck_fails(lgd_residual_create_with(&f, DIM, ROWS, decay_fn, &d, &(lgd_residual_options){.scale = scales[i]}),
                 LGD_EINVAL, i == 3 ? "residual: scale is 0, a finite number above 0" : "residual: scale is ");
    ck_fails(lgd_residual_create_with(&f, DIM, ROWS, decay_fn, &d, &(lgd_residual_options){.robust = (lgd_robust)4}),
             LGD_EINVAL, "residual: robust is 4, 0 (LGD_ROBUST_NONE) to 3");
    ck_fails(lgd_residual_create_with(&f, DIM, ROWS, decay_fn, &d, &(lgd_residual_options){.robust = (lgd_robust)-1}),
             LGD_EINVAL, "residual: robust is -1");
    ck_fails(
        lgd_residual_create_with(&f, DIM, ROWS, decay_fn, &d, &(lgd_residual_options){.jacobian = (lgd_jacobian)3}),
        LGD_EINVAL, "residual: jacobian is 3, 0 (LGD_JACOBIAN_GIVEN) to 2");
    const double bad[] = {-0.5, NAN, INFINITY};
    for (int i = 0; i < 3; i++) {
        weights[7] = bad[i];
        ck_fails(lgd_residual_create_with(&f, DIM, ROWS, decay_fn, &d, &(lgd_residual_options){.weights = weights}),
                 LGD_EINVAL, "residual: weights[7] is ");
    }
    struct {
        lgd_residual_options known;
        double later;
    } newer = {.later = 1};
    ck_fails(lgd_residual_create_with_sized(&f, DIM, ROWS, decay_fn, &d, &newer.known, sizeof newer), LGD_EUNSUPPORTED,
             "residual options");
    ck_assert_uint_eq(d.calls, 0);
}
END_TEST

START_TEST(residual_without_its_jacobian_refused)
{
    decay d = decay_create();
    double value, g[DIM];
    d.silent = true;
    lgd_objective *f = decay_objective(&d, NULL);
    for (int i = 0; i < 2; i++)
        ck_fails(lgd_objective_eval(f, NULL, point, &value, g), LGD_EINVAL, "fn has set no element of the Jacobian");
    d.bad_call = d.calls + 1;
    ck_ok(lgd_objective_eval(f, NULL, point, &value, g)); /* it has no value there */
    ck_assert(isnan(value));
    d.silent = false;
    ck_ok(lgd_objective_eval(f, NULL, point, &value, g));
    d.silent = true;
    ck_ok(lgd_objective_eval(f, NULL, point, &value, g)); /* it may well be 0 in places */
    for (size_t j = 0; j < DIM; j++)
        ck_assert_double_eq(g[j], 0);
    lgd_objective_free(f);
}
END_TEST

/* r = 1 - w^2, 2 - w^2: J = -2 w is -0 at w = 0, where f has a maximum. */
static lgd_status even_fn(void *ctx, size_t dim, size_t count, const double *w, double *r, double *J)
{
    (void)dim;
    *(size_t *)ctx += 1;
    for (size_t i = 0; i < count; i++) {
        r[i] = (double)(i + 1) - w[0] * w[0];
        if (J)
            J[i] = -2 * w[0];
    }
    return LGD_OK;
}

START_TEST(residual_jacobian_of_minus_zero_is_one)
{
    lgd_objective *f = NULL;
    double value, g, at = 0;
    size_t calls = 0;
    ck_ok(lgd_residual_create(&f, 1, 2, even_fn, &calls));
    for (size_t i = 0; i < 2; i++) {
        ck_ok(lgd_objective_eval(f, NULL, &at, &value, &g));
        ck_assert(value == 2.5 && g == 0);
        ck_assert_uint_eq(calls, 2 + i); /* it is asked again once */
    }
    at = -1;
    ck_ok(lgd_objective_eval(f, NULL, &at, &value, &g));
    ck_assert(value == 0.5 && g == 2);
    lgd_objective_free(f);
}
END_TEST

/* What an error leaves of J at another point is not taken for that of a point before. */
START_TEST(residual_error_elsewhere_jacobian_as_before)
{
    decay d = decay_create();
    lgd_objective *f = decay_objective(&d, NULL);
    double r[2][ROWS], J[2][ROWS * DIM], value, g[DIM];
    ck_ok(lgd_objective_eval(f, NULL, point, &value, g));
    for (size_t i = 0; i < 2; i++) {
        ck_ok(f->ops.jacobian(f->ctx, &(lgd_rows){0, 1, NULL}, point, r[i], J[i], DIM));
        d.bad_call = d.calls + 1, d.code = 5;
        ck_fails(lgd_objective_eval(f, NULL, start, &value, g), LGD_EUSER, "fn returned 5");
    }
    ck_assert(!memcmp(r[0], r[1], sizeof r[0]) && !memcmp(J[0], J[1], sizeof J[0]));
    lgd_objective_free(f);
}
END_TEST

/* exp(w/unit): steps of differences go by the size of w, large or small. */
static lgd_status steep_fn(void *ctx, size_t dim, size_t count, const double *w, double *r, double *J)
{
    (void)dim, (void)count, (void)J;
    r[0] = exp(w[0] / *(double *)ctx);
    return LGD_OK;
}

START_TEST(residual_differences_steps_of_the_size_of_w)
{
    for (int kind = LGD_JACOBIAN_CENTRAL; kind <= LGD_JACOBIAN_FORWARD; kind++)
        for (double unit = 1e-12; unit < 1e13; unit *= 1e4) {
            lgd_objective *f = NULL;
            double r, J;
            ck_ok(lgd_residual_create_with(&f, 1, 1, steep_fn, &unit,
                                           &(lgd_residual_options){.jacobian = (lgd_jacobian)kind}));
            ck_ok(f->ops.jacobian(f->ctx, &(lgd_rows){0, 1, NULL}, &unit, &r, &J, 1));
            ck_near(J * unit, exp(1), kind == LGD_JACOBIAN_CENTRAL ? 1e-10 : 3e-8);
            lgd_objective_free(f);
        }
}
END_TEST

START_TEST(residual_memory_each_request_failing_clean)
{
    decay d = decay_create();
    size_t failures = 0;
    for (size_t k = 1;; k++) {
        lgd_objective *f = NULL;
        double value, g[DIM];
        memory_watch(k);
        const lgd_status status = lgd_residual_create(&f, DIM, ROWS, decay_fn, &d);
        if (!status) {
            const size_t made = memory_made();
            ck_ok(lgd_objective_eval(f, NULL, point, &value, g));
            ck_assert_uint_eq(memory_made(), made);
        } else {
            failures++;
            ck_assert_int_eq(status, LGD_ENOMEM);
            ck_assert_ptr_null(f);
        }
        lgd_objective_free(f);
        ck_assert_uint_eq(memory_live(), 0);
        memory_unwatch();
        if (!status)
            break;
    }
    ck_assert_uint_eq(failures, 3);
    ck_assert_uint_eq(d.calls, 1);
}
END_TEST

/* ---- in runs */

/* The value at w by a decay of its own, that nothing is wrong with. */
static double value_at(const double *w)
{
    decay d = decay_create();
    real g[DIM], rows[ROWS * DIM];
    return (double)decay_exact(&d, &(lgd_residual_options){0}, w, g, rows);
}

/* Every method there is takes it, but for those that are for quadratics alone; those that find the length of their steps end at the
 * minimum. */
START_TEST(residual_every_optimizer_fits_a_decay)
{
    const double f0 = value_at(start), least = 0.0012939047219115;
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) != NULL; i++) {
        const bool finds = ops->flags & LGD_FINDS_STEP;
        decay d = decay_create();
        lgd_objective *f = decay_objective(&d, NULL);
        lgd_optimizer *opt;
        double w[DIM] = {start[0], start[1], start[2]};
        char text[64];
        snprintf(text, sizeof text, finds ? "%s" : "%s:lr=0.02", ops->name);
        ck_ok(lgd_optimizer_parse(&opt, text));
        const lgd_status status = lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 300}, NULL);
        if (ops->flags & LGD_NEEDS_QUADRATIC)
            ck_assert_int_eq(status, LGD_EUNSUPPORTED);
        else
            ck_assert_msg(!status, "%s: %s", text, lgd_last_error());
        if (!status)
            ck_assert_msg(value_at(w) < (finds ? least * (1 + 1e-6) : 0.9 * f0), "%s: %.17g of %g", text, value_at(w),
                          f0);
        lgd_objective_free(f);
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* A residual is NaN at call k, or from there on, for each k there is: the run ends for a reason that is true, at a point that is finite
 * and no worse than the start. */
static void lose_a_residual(const char *method, lgd_jacobian kind, bool forever)
{
    const lgd_minimize_options o = {.max_steps = 20};
    const double f0 = value_at(start);
    for (size_t k = 0, calls = 0; k <= calls; k++) { /* 0: nothing is wrong */
        decay d = decay_create();
        d.bad_call = k;
        d.forever = forever;
        lgd_objective *f = decay_objective(&d, &(lgd_residual_options){.jacobian = kind});
        lgd_optimizer *opt;
        double w[DIM] = {start[0], start[1], start[2]};
        lgd_report r;
        ck_ok(lgd_optimizer_parse(&opt, method));
        const lgd_status status = lgd_minimize(f, opt, w, &o, &r);
        lgd_objective_free(f);
        lgd_optimizer_free(opt);
        if (!k) {
            ck_assert_msg(!status, "%s: %s", method, lgd_last_error());
            calls = d.calls;
        }
        ck_assert_msg(status == (r.stop == LGD_STOP_DIVERGED ? LGD_EDIVERGED : LGD_OK), "%s, call %zu: %s", method, k,
                      lgd_last_error());
        ck_assert_msg(lgd_first_not_finite(DIM, w) == DIM && value_at(w) <= f0, "%s, call %zu: w is %g %g %g", method,
                      k, w[0], w[1], w[2]);
        ck_assert(r.stop != LGD_STOP_NONE && r.stop != LGD_STOP_ERROR);
        ck_assert_msg(isfinite(r.best_f) ? r.best_f <= f0 * (1 + 1e-14) : r.stop == LGD_STOP_DIVERGED,
                      "%s, call %zu: best_f is %g, %s", method, k, r.best_f, lgd_stop_string(r.stop));
        if (status)
            ck_assert_ptr_nonnull(strstr(lgd_last_error(), "minimize: "));
        else
            ck_assert_double_eq(r.f, r.f); /* a number */
    }
}

START_TEST(residual_nan_at_each_call_ends_at_a_point)
{
    const lgd_optimizer_ops *ops;
    for (int forever = 0; forever < 2; forever++) {
        for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) != NULL; i++)
            if (ops->flags & LGD_FINDS_STEP && !(ops->flags & LGD_NEEDS_QUADRATIC))
                lose_a_residual(ops->name, LGD_JACOBIAN_GIVEN, forever);
        lose_a_residual("sgd:lr=0.02", LGD_JACOBIAN_GIVEN, forever);
        lose_a_residual("lbfgs", LGD_JACOBIAN_CENTRAL, forever);
    }
}
END_TEST

START_TEST(residual_code_of_fn_passed_through)
{
    const struct {
        int code;
        lgd_status status;
        const char *words;
    } cases[] = {{42, LGD_EUSER, "residual: fn returned 42"}, {LGD_ERANGE, LGD_ERANGE, "residual: fn"}};
    for (int c = 0; c < 2; c++)
        for (size_t k = 1; k <= 12; k++) {
            decay d = decay_create();
            lgd_optimizer *opt;
            ck_ok(lgd_lbfgs_create(&opt, NULL));
            double w[DIM] = {start[0], start[1], start[2]};
            lgd_report r;
            d.bad_call = k, d.code = cases[c].code;
            lgd_objective *f = decay_objective(&d, NULL);
            ck_fails(lgd_minimize(f, opt, w, NULL, &r), cases[c].status, cases[c].words);
            ck_assert_int_eq(r.stop, LGD_STOP_ERROR);
            ck_assert_uint_eq(d.calls, k);
            ck_assert(lgd_first_not_finite(DIM, w) == DIM && value_at(w) <= value_at(start));
            lgd_objective_free(f);
            lgd_optimizer_free(opt);
        }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("residual");
    CASE(s, residual_losses_and_weights_sums_in_long_double);
    CASE(s, residual_robust_losses_limits_to_the_last_digits);
    CASE(s, residual_weight_of_zero_not_looked_at);
    CASE(s, residual_differences_digits_of_the_jacobian);
    CASE(s, residual_named_more_than_once_counts_as_often);
    CASE(s, function_named_more_than_once_counts_as_often);
    CASE(s, residual_bend_second_derivative_in_long_double);
    CASE(s, check_jacobian_each_wrong_element_found_and_named);
    CASE(s, check_jacobian_many_terms_of_small_coordinates);
    CASE(s, check_jacobian_bad_input_named);
    CASE(s, residual_bad_input_named);
    CASE(s, residual_without_its_jacobian_refused);
    CASE(s, residual_jacobian_of_minus_zero_is_one);
    CASE(s, residual_error_elsewhere_jacobian_as_before);
    CASE(s, residual_differences_steps_of_the_size_of_w);
    CASE(s, residual_memory_each_request_failing_clean);
    CASE(s, residual_every_optimizer_fits_a_decay);
    CASE(s, residual_nan_at_each_call_ends_at_a_point);
    CASE(s, residual_code_of_fn_passed_through);
    return suite_run(s);
}
