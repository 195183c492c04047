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
    double *r, *J;        /* [count] and [count x dim], as fn has them until `weigh` */
    double *at, *probe;   /* [dim] where J is, and a point beside */
    double *other, *more; /* [count] each */
    bool kept;            /* r and J are those of `at` */
} residual;

static lgd_status call(const residual *p, const double *w, double *r, double *J)
{
    const unsigned errors = lgd_error_count();
    if (J)
        memset(J, 0, p->count * p->dim * sizeof *J);
    const int code = (int)p->fn(p->ctx, p->dim, p->count, w, r, J);
    return code ? lgd_failed_in("residual", "fn", code, errors) : LGD_OK;
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

/* c^2/2 rho(u^2) of u = sqrt(omega) r/c, and the root of rho'. */
static double robust(lgd_robust kind, double c, double u, double *root)
{
    const double size = fabs(u);
    *root = 1;
    switch (kind) {
    case LGD_ROBUST_HUBER:
        if (!(size > 1))
            break;
        *root = sqrt(1 / size);
        return 0.5 * c * c * (2 * size - 1);
    case LGD_ROBUST_CAUCHY:
        *root = 1 / hypot(1, size);
        return 0.5 * c * c * (size < 1e100 ? log1p(size * size) : 2 * log(size));
    case LGD_ROBUST_SOFT_L1:
        *root = sqrt(1 / hypot(1, size));
        return c * c * size * (size / (1 + hypot(1, size)));
    case LGD_ROBUST_NONE:
        break;
    }
    return 0.5 * (c * size) * (c * size);
}

/* f from r as fn has it; r, and J unless it is NULL, are scaled. */
static double weigh(const residual *p, double *r, double *J)
{
    const double c = p->o.scale;
    double f = 0;
    for (size_t i = 0; i < p->count; i++) {
        const double omega = p->o.weights ? p->o.weights[i] : 1, sigma = sqrt(omega);
        double root;
        if (omega == 0) { /* it may have no value there */
            r[i] = 0;
            if (J)
                memset(J + i * p->dim, 0, p->dim * sizeof *J);
            continue;
        }
        f += robust(p->o.robust, c, sigma * r[i] / c, &root);
        r[i] *= sigma * root;
        for (size_t j = 0; J && sigma * root != 1 && j < p->dim; j++)
            J[i * p->dim + j] *= sigma * root;
    }
    return f;
}

/* r and J at w, weighed. */
static lgd_status look(residual *p, const double *w, double *f)
{
    p->kept = false;
    const lgd_status status = p->o.jacobian == LGD_JACOBIAN_GIVEN ? call(p, w, p->r, p->J) : differences(p, w);
    if (status)
        return status;
    *f = weigh(p, p->r, p->J);
    memcpy(p->at, w, p->dim * sizeof *w);
    p->kept = true;
    return LGD_OK;
}

/* ---- the objective */

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
    lgd_blas_adjoint(p->count, p->dim, 1, p->J, p->dim, false, p->r, 1, g, 1);
    return LGD_OK;
}

static lgd_status residual_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    residual *p = ctx;
    double value = 0;
    (void)rows; /* the one term there is */
    const lgd_status status = residual_whole(ctx, w, &value, g ? p->probe : NULL);
    if (status)
        return status;
    *f += value;
    for (size_t j = 0; g && j < p->dim; j++)
        g[j] += p->probe[j];
    return LGD_OK;
}

static lgd_status residual_jacobian(void *ctx, const lgd_rows *rows, const double *w, double *r, double *J, size_t ld)
{
    residual *p = ctx;
    double f;
    (void)rows;
    if (!p->kept || memcmp(p->at, w, p->dim * sizeof *w) != 0) {
        const lgd_status status = look(p, w, &f);
        if (status)
            return status;
    }
    memcpy(r, p->r, p->count * sizeof *r);
    for (size_t i = 0; i < p->count; i++)
        memcpy(J + i * ld, p->J + i * p->dim, p->dim * sizeof *J);
    return LGD_OK;
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
    p->r = lgd_alloc("residual", lgd_add(lgd_mul(count, dim), lgd_add(lgd_mul(3, of_count), lgd_mul(2, of_dim))),
                     sizeof *p->r);
    if (!p->r)
        status = LGD_ENOMEM;
    if (!status) {
        p->other = p->r + of_count;
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
    return LGD_OK;
}

lgd_status lgd_residual_create(lgd_objective **out, size_t dim, size_t count, lgd_residual fn, void *ctx)
{
    return lgd_residual_create_with_sized(out, dim, count, fn, ctx, NULL, 0);
}
