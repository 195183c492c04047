/* Residuals of the caller's as an objective of one term, f = c^2/2 sum rho(omega r^2/c^2).
 *
 * For Gauss-Newton methods rho is taken to first order: rows of J and r are scaled by sqrt(omega rho'), so that J^T r is the gradient
 * and J^T J, which is never indefinite, leaves out what rho'' takes from the Hessian. The Jacobian of the last gradient is kept: a step
 * asks for it at the same point again. */
#include "blas/blas.h"
#include "lgd/least_squares.h"
#include "objective.h"
#include <float.h>
#include <math.h>
#include <string.h>

typedef struct residual {
    lgd_residual fn;
    void *ctx;
    size_t dim, count;
    lgd_residual_options o;
    double *r, *J, *size; /* [count], [count x dim] and [count]: scaled residuals, J, and what they are scaled by */
    double *at, *probe;   /* [dim] where J is, and a point beside */
    double *other, *more; /* [count] each: residuals elsewhere */
    bool kept;            /* r, J and size are those of `at` */
    bool plain;           /* no robust loss */
    bool sets;            /* fn has been seen to set a Jacobian */
} residual;

static lgd_status call(const residual *p, const double *w, double *r, double *J)
{
    const unsigned errors = lgd_error_count();
    const int code = (int)p->fn(p->ctx, p->dim, p->count, w, r, J);
    return code ? lgd_failed_in("residual", "fn", code, errors) : LGD_OK;
}

static lgd_status call_on(residual *p, const double *w, double zero)
{
    for (size_t i = 0; i < p->count * p->dim; i++)
        p->J[i] = zero;
    return call(p, w, p->r, p->J);
}

/* Is J as it came? */
static bool is_left(const residual *p, double zero)
{
    for (size_t i = 0; i < p->count * p->dim; i++)
        if (p->J[i] != 0 || signbit(p->J[i]) != signbit(zero))
            return false;
    return true;
}

/* The Jacobian as fn has it. That it leaves it as it comes, for w in its domain, would end every run at its start, converged: the first
 * time it comes as -0, which no sum and no product tells from 0; where fn may have set just that, once more as 0. */
static lgd_status given(residual *p, const double *w)
{
    lgd_status status = call_on(p, w, p->sets ? 0 : -0.0);
    if (status || p->sets)
        return status;
    bool left = is_left(p, -0.0);
    if (left && lgd_first_not_finite(p->count, p->r) < p->count)
        return LGD_OK;
    if (left) {
        status = call_on(p, w, 0);
        left = !status && is_left(p, 0);
    }
    if (left)
        return lgd_fail(
            LGD_EINVAL,
            "residual: fn has set no element of the Jacobian, one that does is accepted (one that has none: "
            "jacobian = LGD_JACOBIAN_CENTRAL)");
    p->sets = !status;
    return status;
}

/* ---- the Jacobian by differences */

/* Column j: (r(w + h e_j) - r(w - h e_j)) / 2h, or from r(w). */
static lgd_status difference(residual *p, const double *w, size_t j)
{
    const bool central = p->o.jacobian == LGD_JACOBIAN_CENTRAL;
    const double size = w[j] != 0 ? fabs(w[j]) : 1, h = (central ? cbrt(DBL_EPSILON) : sqrt(DBL_EPSILON)) * size;
    const volatile double right = w[j] + h, left = central ? w[j] - h : w[j]; /* what the sums really are */
    const double *below = central ? p->more : p->r;
    p->probe[j] = right;
    lgd_status status = call(p, p->probe, p->other, NULL);
    p->probe[j] = left;
    if (!status && central)
        status = call(p, p->probe, p->more, NULL);
    p->probe[j] = w[j];
    for (size_t i = 0; i < p->count && !status; i++)
        p->J[i * p->dim + j] = (p->other[i] - below[i]) / (right - left);
    return status;
}

static lgd_status differences(residual *p, const double *w)
{
    lgd_status status = call(p, w, p->r, NULL);
    memcpy(p->probe, w, p->dim * sizeof *w);
    for (size_t j = 0; j < p->dim && !status; j++)
        status = difference(p, w, j);
    return status;
}

/* ---- weights and robust losses */

/* c^2/2 rho(x^2/c^2) and the root of rho', for any c and x that are numbers without an overflow on the way. */
static double robust(lgd_robust kind, double c, double x, double *root)
{
    const double size = fabs(x), u = size / c;
    *root = 1;
    switch (kind) {
    case LGD_ROBUST_HUBER:
        if (!(u > 1))
            break;
        *root = sqrt(c / size);
        return c * (size - 0.5 * c);
    case LGD_ROBUST_CAUCHY:
        *root = c / hypot(c, size);
        return 0.5 * c * (c * (u < 1e100 ? log1p(u * u) : 2 * (log(size) - log(c))));
    case LGD_ROBUST_SOFT_L1:
        *root = sqrt(c / hypot(c, size));
        return size * (size / (1 + hypot(1, u)));
    case LGD_ROBUST_NONE:
        break;
    }
    return 0.5 * (size * size);
}

/* f from r as fn has it; r becomes scaled. What it is multiplied by is left in size, unless that is NULL. */
static double weigh(const residual *p, double *r, double *size)
{
    double f[LGD_LANES] = {0};
    for (size_t i = 0; i < p->count; i++) {
        const double sigma = p->o.weights ? sqrt(p->o.weights[i]) : 1;
        double root = 0;
        if (sigma > 0) /* else it may have no value there */
            f[i % LGD_LANES] += robust(p->plain ? LGD_ROBUST_NONE : p->o.robust, p->o.scale, sigma * r[i], &root);
        r[i] = sigma > 0 ? sigma * root * r[i] : 0;
        if (size)
            size[i] = sigma * root;
    }
    return lgd_lanes(f);
}

/* Rows of J as they are scaled; where a weight is 0 they may have no value. */
static void weigh_rows(residual *p)
{
    for (size_t i = 0; i < p->count; i++) {
        double *row = p->J + i * p->dim;
        if (p->size[i] == 0)
            memset(row, 0, p->dim * sizeof *row);
        for (size_t j = 0; p->size[i] != 1 && j < p->dim; j++)
            row[j] *= p->size[i];
    }
}

/* r and J at w, weighed. */
static lgd_status look(residual *p, const double *w, double *f)
{
    p->kept = false;
    const lgd_status status = p->o.jacobian == LGD_JACOBIAN_GIVEN ? given(p, w) : differences(p, w);
    if (status)
        return status;
    *f = weigh(p, p->r, p->size);
    weigh_rows(p);
    memcpy(p->at, w, p->dim * sizeof *w);
    p->kept = true;
    return LGD_OK;
}

/* ---- the objective */

/* g += a J^T r */
LGD_WIDE static void adjoint(size_t count, size_t dim, const double *restrict J, const double *restrict r, double a,
                             double *restrict g)
{
    for (size_t i = 0; i < count; i++) {
        const double *row = J + i * dim, x = a * r[i];
#pragma omp simd
        for (size_t j = 0; j < dim; j++)
            g[j] += x * row[j];
    }
}

static lgd_status residual_whole(void *ctx, const double *w, double *f, double *g)
{
    residual *p = ctx;
    lgd_status status;
    if (!g) {
        status = call(p, w, p->other, NULL);
        if (!status)
            *f = weigh(p, p->other, NULL);
        return status;
    }
    status = look(p, w, f);
    if (status)
        return status;
    memset(g, 0, p->dim * sizeof *g);
    adjoint(p->count, p->dim, p->J, p->r, 1, g);
    return LGD_OK;
}

/* There is one term; rows may name it more than once. */
static lgd_status residual_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    residual *p = ctx;
    double value = 0;
    const lgd_status status = residual_whole(ctx, w, &value, g ? p->probe : NULL);
    if (status)
        return status;
    *f += (double)rows->count * value;
    for (size_t j = 0; g && j < p->dim; j++)
        g[j] += (double)rows->count * p->probe[j];
    return LGD_OK;
}

/* r, J and size at w: those that are kept, if they are of w. */
static lgd_status look_again(residual *p, const double *w)
{
    double f;
    return p->kept && !memcmp(p->at, w, p->dim * sizeof *w) ? LGD_OK : look(p, w, &f);
}

static lgd_status residual_jacobian(void *ctx, const lgd_rows *rows, const double *w, double *r, double *J, size_t ld)
{
    residual *p = ctx;
    const lgd_status status = look_again(p, w);
    for (size_t i = 0; i < rows->count * p->count && !status; i++) {
        r[i] = p->r[i % p->count];
        memcpy(J + i * ld, p->J + i % p->count * p->dim, p->dim * sizeof *J);
    }
    return status;
}

/* r'' = 2/h ((r(w + h v) - r(w))/h - J v), with the scaling held: M. K. Transtrum, J. P. Sethna, arXiv:1201.5885 (2012). The third
 * derivative costs h/3 of it, rounding 4 eps |r|/h^2. */
static lgd_status residual_bend(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *g)
{
    static const double H = 1.0 / 64;
    residual *p = ctx;
    lgd_status status = look_again(p, w);
    for (size_t j = 0; j < p->dim; j++)
        p->probe[j] = w[j] + H * v[j];
    if (!status)
        status = call(p, p->probe, p->other, NULL);
    for (size_t i = 0; i < p->count && !status; i++) {
        const double change = p->size[i] * p->other[i] - p->r[i];
        p->other[i] = p->size[i] > 0 ? 2 / H * (change / H - lgd_dot(p->dim, p->J + i * p->dim, v)) : 0;
    }
    if (!status)
        adjoint(p->count, p->dim, p->J, p->other, (double)rows->count, g);
    return status;
}

static void residual_plain(void *ctx, bool on)
{
    residual *p = ctx;
    p->plain = on;
    p->kept = false;
}

static size_t residual_count(void *ctx)
{
    return ((const residual *)ctx)->count;
}

static void residual_free(void *ctx)
{
    residual *p = ctx;
    if (p)
        lgd_release(p->r);
    lgd_release(p);
}

static const lgd_objective_ops ops = {
    .name = "residual",
    .eval = residual_eval,
    .free = residual_free,
    .jacobian = residual_jacobian,
    .residuals = residual_count,
    .bend = residual_bend,
};

static lgd_status check(size_t dim, size_t count, lgd_residual fn, lgd_residual_options *o)
{
    lgd_status status = lgd_check_size("residual", "dim", dim, false);
    if (!status)
        status = lgd_check_size("residual", "count", count, false);
    if (!status)
        status = lgd_blas_fits("residual", "count", count);
    if (!status)
        status = lgd_blas_fits("residual", "dim", dim);
    if (status)
        return status;
    if (!fn)
        return lgd_fail(LGD_EINVAL, "residual: fn is NULL, a function of w is accepted");
    if (o->scale == 0)
        o->scale = 1;
    if (!(o->scale > 0) || !isfinite(o->scale))
        return lgd_fail(LGD_EINVAL, "residual: scale is %g, a finite number above 0 is accepted",
                        o->scale == LGD_ZERO ? 0 : o->scale);
    if ((unsigned)o->robust > LGD_ROBUST_SOFT_L1)
        return lgd_fail(LGD_EINVAL, "residual: robust is %d, 0 (LGD_ROBUST_NONE) to %d is accepted", (int)o->robust,
                        LGD_ROBUST_SOFT_L1);
    if ((unsigned)o->jacobian > LGD_JACOBIAN_FORWARD)
        return lgd_fail(LGD_EINVAL, "residual: jacobian is %d, 0 (LGD_JACOBIAN_GIVEN) to %d is accepted",
                        (int)o->jacobian, LGD_JACOBIAN_FORWARD);
    for (size_t i = 0; i < count && o->weights; i++)
        if (!(o->weights[i] >= 0) || !isfinite(o->weights[i]))
            return lgd_fail(LGD_EINVAL, "residual: weights[%zu] is %g, a finite number >= 0 is accepted", i,
                            o->weights[i]);
    return LGD_OK;
}

lgd_status lgd_residual_create_with_sized(lgd_objective **out, size_t dim, size_t count, lgd_residual fn, void *ctx,
                                          const lgd_residual_options *options, size_t options_size)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "residual: out is NULL, a place for the objective is accepted");
    *out = NULL;
    lgd_residual_options o;
    lgd_status status = lgd_take_struct("residual options", &o, sizeof o, options, options_size);
    if (!status)
        status = check(dim, count, fn, &o);
    if (status)
        return status;
    residual *p = lgd_alloc("residual", 1, sizeof *p);
    if (!p)
        return LGD_ENOMEM;
    *p = (residual){.fn = fn, .ctx = ctx, .dim = dim, .count = count, .o = o};
    const size_t of_count = lgd_padded(count), of_dim = lgd_padded(dim);
    p->r = lgd_alloc("residual", lgd_add(lgd_mul(count, dim), lgd_add(lgd_mul(4, of_count), lgd_mul(2, of_dim))),
                     sizeof *p->r);
    if (!p->r)
        status = LGD_ENOMEM;
    if (!status) {
        p->size = p->r + of_count;
        p->other = p->size + of_count;
        p->more = p->other + of_count;
        p->at = p->more + of_count;
        p->probe = p->at + of_dim;
        p->J = p->probe + of_dim;
        status = lgd_objective_create(out, dim, 1, &ops, p);
    }
    if (status) {
        residual_free(p);
        return status;
    }
    (*out)->whole = residual_whole;
    (*out)->plain = residual_plain;
    return LGD_OK;
}

lgd_status lgd_residual_create(lgd_objective **out, size_t dim, size_t count, lgd_residual fn, void *ctx)
{
    return lgd_residual_create_with_sized(out, dim, count, fn, ctx, NULL, 0);
}
