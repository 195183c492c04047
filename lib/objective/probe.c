/* The curvature of an objective at a point: the two ends of the spectrum of its Hessian, by products alone. */
#include "lanczos.h"
#include "objective.h"
#include <float.h>
#include <math.h>

static const double TOL = 1e-6;
enum { MOST_PRODUCTS = 200 };

typedef struct probe {
    lgd_objective *f;
    const double *w;
    size_t threads, products;
    double apart, *at, *other; /* without products: how far gradients are apart, and room for two vectors */
} probe;

/* What the step of a difference is compared with: |w|, at w = 0 what f and g say. */
static lgd_status measure(probe *p)
{
    const size_t n = p->f->dim;
    double size = lgd_norm2(n, p->w), f = 0;
    if (!(size > 0)) {
        const lgd_status status =
            lgd_objective_mean(p->f, &(lgd_rows){0, p->f->terms, NULL}, p->f->terms, p->threads, p->w, &f, p->other);
        if (status)
            return status;
        size = fabs(f) / lgd_norm2(n, p->other);
        size = size > 0 && isfinite(size) ? size : 1;
    }
    p->apart = cbrt(DBL_EPSILON) * size;
    return LGD_OK;
}

static lgd_status product(void *ctx, const double *v, double *hv)
{
    probe *p = ctx;
    const size_t n = p->f->dim;
    p->products++;
    if (!p->at)
        return lgd_objective_product(p->f, p->threads, p->w, v, hv);
    const lgd_rows all = {0, p->f->terms, NULL};
    double f;
    for (size_t j = 0; j < n; j++)
        p->at[j] = p->w[j] + p->apart * v[j];
    lgd_status status = lgd_objective_mean(p->f, &all, p->f->terms, p->threads, p->at, &f, hv);
    for (size_t j = 0; j < n; j++)
        p->at[j] = p->w[j] - p->apart * v[j];
    if (!status)
        status = lgd_objective_mean(p->f, &all, p->f->terms, p->threads, p->at, &f, p->other);
    for (size_t j = 0; j < n; j++)
        hv[j] = (hv[j] - p->other[j]) / (2 * p->apart);
    return status;
}

static lgd_status by_lanczos(probe *p, const lgd_curvature_options *o, double *v, lgd_curvature *r)
{
    lgd_lanczos l = {.object = "curvature",
                     .n = p->f->dim,
                     .most = o->max_products,
                     .room = LGD_LANCZOS_ROOM,
                     .low = true,
                     .high = true,
                     .tol = o->tol,
                     .product = product,
                     .ctx = p,
                     .start = v,
                     .lowest = o->smallest_vector,
                     .highest = o->largest_vector};
    const lgd_status status = lgd_lanczos_find(&l);
    r->largest = l.largest;
    r->smallest = l.smallest;
    r->error = fmax(l.smallest_error, l.largest_error);
    return status;
}

/* Power iteration on H - shift, from v of length 1, which becomes the vector: *value is the eigenvalue of H farthest from shift. */
static lgd_status by_power(probe *p, double shift, double tol, size_t most, double *v, double *hv, double *value,
                           double *error)
{
    const size_t n = p->f->dim;
    double scale = fabs(shift);
    for (size_t i = 0; i < most; i++) {
        const lgd_status status = product(p, v, hv);
        if (status)
            return status;
        const size_t bad = lgd_first_not_finite(n, hv);
        if (bad < n)
            return lgd_fail(LGD_EDIVERGED, "curvature: product[%zu] of the Hessian is %g, finite numbers are accepted",
                            bad, hv[bad]);
        *value = lgd_dot(n, v, hv);
        scale = fmax(scale, fabs(*value));
        for (size_t j = 0; j < n; j++)
            hv[j] -= *value * v[j];
        *error = lgd_norm2(n, hv);
        if (*error <= tol * scale)
            break;
        for (size_t j = 0; j < n; j++)
            hv[j] += (*value - shift) * v[j];
        const double norm = lgd_norm2(n, hv);
        for (size_t j = 0; j < n; j++)
            v[j] = hv[j] / norm;
    }
    return LGD_OK;
}

static lgd_status by_powers(probe *p, const lgd_curvature_options *o, double *v, lgd_curvature *r)
{
    const size_t n = p->f->dim, half = o->max_products / 2 + o->max_products % 2;
    double value[2] = {0, 0}, error[2] = {0, 0}, *x = lgd_alloc("curvature", lgd_mul(n, 3), sizeof *x);
    if (!x)
        return LGD_ENOMEM;
    double *hv = x + n, *first = x + 2 * n;
    const double norm = lgd_norm2(n, v);
    for (size_t j = 0; j < n; j++)
        x[j] = v[j] /= norm;
    lgd_status status = by_power(p, 0, o->tol, half, x, hv, &value[0], &error[0]);
    memcpy(first, x, n * sizeof *x);
    memcpy(x, v, n * sizeof *x);
    if (!status && p->products < o->max_products)
        status = by_power(p, value[0], o->tol, o->max_products - p->products, x, hv, &value[1], &error[1]);
    else
        value[1] = value[0];
    const bool rising = value[0] >= value[1];
    r->largest = fmax(value[0], value[1]);
    r->smallest = fmin(value[0], value[1]);
    r->error = fmax(error[0], error[1]);
    if (!status && o->largest_vector)
        memcpy(o->largest_vector, rising ? first : x, n * sizeof *x);
    if (!status && o->smallest_vector)
        memcpy(o->smallest_vector, rising ? x : first, n * sizeof *x);
    lgd_release(x);
    return status;
}

static lgd_status check(const lgd_objective *f, const double *w, lgd_curvature_options *o)
{
    if (!f || !w)
        return lgd_fail(LGD_EINVAL, "curvature: %s is NULL, %s is accepted", f ? "w" : "f",
                        f ? "a point of dim numbers" : "an objective");
    if (f->terms == 0)
        return lgd_fail(LGD_EINVAL, "curvature: number of rows of the %s is 0, at least 1 is accepted", f->ops.name);
    o->tol = o->tol == LGD_ZERO ? 0 : o->tol == 0 ? TOL : o->tol;
    if (!(o->tol >= 0) || isinf(o->tol))
        return lgd_fail(LGD_EINVAL, "curvature: tol is %g, a finite number >= 0 is accepted", o->tol);
    if (o->max_products > PTRDIFF_MAX)
        return lgd_fail(LGD_EINVAL, "curvature: max_products is %zu, at most %zu is accepted", o->max_products,
                        (size_t)PTRDIFF_MAX);
    o->max_products = o->max_products ? o->max_products : MOST_PRODUCTS;
    const size_t bad = lgd_first_not_finite(f->dim, w);
    return bad < f->dim ? lgd_fail(LGD_EINVAL, "curvature: w[%zu] is %g, a finite number is accepted", bad, w[bad])
                        : LGD_OK;
}

lgd_status lgd_objective_curvature_sized(lgd_objective *f, const double *w, const lgd_curvature_options *options,
                                         size_t options_size, lgd_curvature *result, size_t result_size)
{
    lgd_curvature r = {.largest = NAN, .smallest = NAN, .condition = NAN, .error = NAN};
    lgd_curvature_options o;
    lgd_give_struct(result, result_size, &r, sizeof r);
    lgd_status status = lgd_take_struct("curvature options", &o, sizeof o, options, options_size);
    if (!status && !result)
        status = lgd_fail(LGD_EINVAL, "curvature: result is NULL, a place for it is accepted");
    if (!status)
        status = check(f, w, &o);
    if (status)
        return status;
    const size_t n = f->dim;
    const bool exact = lgd_objective_has_product(f);
    double *v = lgd_alloc("curvature", lgd_mul(n, exact ? 1 : 3), sizeof *v);
    if (!v)
        return LGD_ENOMEM;
    probe p = {.f = f, .w = w, .at = exact ? NULL : v + n, .other = exact ? NULL : v + 2 * n};
    lgd_random_direction(o.seed, n, v);
    p.threads = lgd_objective_begin(f, 0);
    status = exact ? LGD_OK : measure(&p);
    if (!status)
        status = o.power ? by_powers(&p, &o, v, &r) : by_lanczos(&p, &o, v, &r);
    lgd_objective_end(f);
    lgd_release(v);
    if (status)
        return status;
    /* What rounding leaves of products, and of differences of gradients. */
    const double size = fmax(fabs(r.largest), fabs(r.smallest));
    r.error += size * (exact ? 16 * DBL_EPSILON : pow(DBL_EPSILON, 2.0 / 3));
    r.condition = r.smallest > r.error ? r.largest / r.smallest : r.smallest < -r.error || size == 0 ? NAN : INFINITY;
    r.products = p.products;
    r.exact = exact;
    lgd_give_struct(result, result_size, &r, sizeof r);
    return LGD_OK;
}
