/* The checkers of gradients and of second derivatives: Richardson extrapolation of central differences, error O(h^4). */
#include "objective.h"
#include <math.h>
#include <string.h>

/* (f(w + h e_j) - f(w - h e_j)) / 2h; w is left as it was */
static lgd_status difference(lgd_objective *f, double *w, size_t j, double h, double *slope)
{
    const double middle = w[j];
    volatile double right = middle + h, left = middle - h;
    double above, below;
    w[j] = right;
    lgd_status status = lgd_objective_eval(f, NULL, w, &above, NULL);
    w[j] = left;
    if (!status)
        status = lgd_objective_eval(f, NULL, w, &below, NULL);
    w[j] = middle;
    if (!status)
        *slope = (above - below) / (right - left);
    return status;
}

/* Of some of the terms: is index [count] a list of coordinates, each once, outside of which g is 0? */
static lgd_status look_at_support(const lgd_objective *f, const double *g, bool *seen, size_t count,
                                  const size_t *index)
{
    const char *name = f->ops.name;
    for (size_t j = 0; j < f->dim; j++)
        if (seen[j])
            return lgd_fail(LGD_EINVAL, "%s: ops.support leaves seen[%zu] true, false as before is accepted", name, j);
    for (size_t i = 0; i < count; i++) {
        if (index[i] >= f->dim || seen[index[i]])
            return lgd_fail(LGD_EINVAL, "%s: ops.support gives coordinate %zu%s, each below %zu once is accepted", name,
                            index[i], index[i] < f->dim ? " again" : "", f->dim);
        seen[index[i]] = true;
    }
    for (size_t j = 0; j < f->dim; j++)
        if (!seen[j] && g[j] != 0)
            return lgd_fail(LGD_EINVAL, "%s: ops.support leaves out coordinate %zu, where g is %g, 0 is accepted", name,
                            j, g[j]);
    return LGD_OK;
}

static lgd_status check_support(lgd_objective *f, const double *w, double *g)
{
    const size_t n = f->dim, third = f->terms / 3;
    const lgd_rows sets[] = {{0, 1, NULL}, {third, f->terms - 2 * third, NULL}, {0, f->terms, NULL}};
    bool *seen = lgd_alloc("check", n, sizeof *seen);
    size_t *index = lgd_alloc("check", n, sizeof *index);
    lgd_status status = seen && index ? LGD_OK : LGD_ENOMEM;
    for (size_t i = 0; i < sizeof sets / sizeof *sets && !status && f->terms; i++) {
        double value;
        const size_t threads = lgd_objective_begin(f, 0);
        status = lgd_objective_sum(f, &sets[i], threads, w, &value, g, NULL);
        lgd_objective_end(f);
        memset(seen, 0, n * sizeof *seen);
        const size_t count = status ? 0 : f->ops.support(f->ctx, &sets[i], seen, index, n);
        if (!status && count > n)
            status = lgd_fail(LGD_EINVAL, "%s: ops.support gives %zu coordinates, at most %zu are accepted",
                              f->ops.name, count, n);
        if (!status)
            status = look_at_support(f, g, seen, count, index);
        memset(seen, 0, n * sizeof *seen);
        if (!status && count && f->ops.support(f->ctx, &sets[i], seen, index, count - 1) != SIZE_MAX)
            status = lgd_fail(LGD_EINVAL, "%s: ops.support finds room for %zu coordinates in %zu, SIZE_MAX is accepted",
                              f->ops.name, count, count - 1);
    }
    lgd_release(seen);
    lgd_release(index);
    return status;
}

lgd_status lgd_objective_check_gradient_sized(lgd_objective *f, const double *w, lgd_gradient_check *result,
                                              size_t result_size)
{
    if (!f || !w || !result)
        return lgd_fail(LGD_EINVAL, "check: %s is NULL, an argument is accepted", !f ? "f" : !w ? "w" : "result");
    const size_t n = f->dim;
    lgd_gradient_check r = {0, 0, 0, 0};
    double *block = lgd_alloc("check", lgd_mul(n, 3), sizeof *block);
    if (!block)
        return LGD_ENOMEM;
    double *at = block, *analytic = block + n, *numeric = block + 2 * n, scale = 0;
    for (size_t j = 0; j < n; j++)
        at[j] = w[j];
    lgd_status status = f->ops.support ? check_support(f, w, analytic) : LGD_OK;
    if (!status)
        status = lgd_objective_eval(f, NULL, w, NULL, analytic);
    for (size_t j = 0; j < n && !status; j++) {
        double h = 1e-3 * fmax(fabs(w[j]), 1), coarse, fine;
        status = difference(f, at, j, h, &coarse);
        if (!status)
            status = difference(f, at, j, h / 2, &fine);
        if (status)
            break;
        numeric[j] = (4 * fine - coarse) / 3;
        scale = fmax(scale, 1e-3 * fabs(numeric[j]));
    }
    for (size_t j = 0; j < n && !status; j++) {
        double size = fmax(fmax(fabs(analytic[j]), fabs(numeric[j])), scale);
        double error = size > 0 ? fabs(analytic[j] - numeric[j]) / size : 0;
        if (j == 0 || !(error <= r.error)) /* a NaN is the worst there is */
            r = (lgd_gradient_check){j, analytic[j], numeric[j], error};
        if (isnan(error))
            break;
    }
    lgd_release(block);
    if (!status)
        lgd_give_struct(result, result_size, &r, sizeof r);
    return status;
}

/* ---- second derivatives */

enum { DIRECTIONS = 2 };

/* What the check works with: [dim] each, but H. */
typedef struct second {
    lgd_objective *f;
    const double *w;
    double *at, *v, *above, *numeric, *coarse, *hv, *H;
    size_t threads;
} second;

/* (g(w + h v) - g(w - h v)) / 2h into `out` */
static lgd_status along(const second *s, double h, double *out)
{
    const size_t n = s->f->dim;
    for (size_t j = 0; j < n; j++)
        s->at[j] = s->w[j] + h * s->v[j];
    lgd_status status = lgd_objective_eval(s->f, NULL, s->at, NULL, s->above);
    for (size_t j = 0; j < n; j++)
        s->at[j] = s->w[j] - h * s->v[j];
    if (!status)
        status = lgd_objective_eval(s->f, NULL, s->at, NULL, out);
    for (size_t j = 0; j < n && !status; j++)
        out[j] = (s->above[j] - out[j]) / (2 * h);
    return status;
}

static void compare(const second *s, lgd_gradient_check *worst)
{
    double scale = 0;
    for (size_t j = 0; j < s->f->dim; j++)
        scale = fmax(scale, fmax(fabs(s->hv[j]), fabs(s->numeric[j])));
    for (size_t j = 0; j < s->f->dim && !isnan(worst->error); j++) {
        const double error = scale > 0 ? fabs(s->hv[j] - s->numeric[j]) / scale : s->hv[j] - s->numeric[j];
        if (!(error <= worst->error)) /* a NaN is the worst there is */
            *worst = (lgd_gradient_check){j, s->hv[j], s->numeric[j], error};
    }
}

/* hv = H v from the lower triangle */
static void multiply(const second *s)
{
    const size_t n = s->f->dim;
    for (size_t i = 0; i < n; i++) {
        s->hv[i] = 0;
        for (size_t j = 0; j < n; j++)
            s->hv[i] += (j <= i ? s->H[i * n + j] : s->H[j * n + i]) * s->v[j];
    }
}

static lgd_status check_direction(const second *s, uint64_t seed, uint64_t k, lgd_gradient_check *worst)
{
    const size_t n = s->f->dim;
    lgd_uniform(seed, k * n, n, s->v);
    for (size_t j = 0; j < n; j++)
        s->v[j] = (2 * s->v[j] - 1) * fmax(fabs(s->w[j]), 1);
    lgd_status status = along(s, 1e-3, s->coarse);
    if (!status)
        status = along(s, 0.5e-3, s->numeric);
    for (size_t j = 0; j < n && !status; j++)
        s->numeric[j] = (4 * s->numeric[j] - s->coarse[j]) / 3;
    if (!status && lgd_objective_has_product(s->f)) {
        status = lgd_objective_product(s->f, s->threads, s->w, s->v, s->hv);
        if (!status)
            compare(s, worst);
    }
    if (!status && s->H) {
        multiply(s);
        compare(s, worst);
    }
    return status;
}

lgd_status lgd_objective_check_product_sized(lgd_objective *f, const double *w, uint64_t seed,
                                             lgd_gradient_check *result, size_t result_size)
{
    if (!f || !w || !result)
        return lgd_fail(LGD_EINVAL, "check: %s is NULL, an argument is accepted", !f ? "f" : !w ? "w" : "result");
    if (f->terms == 0)
        return lgd_fail(LGD_EINVAL, "check: number of rows of the %s is 0, at least 1 is accepted", f->ops.name);
    const size_t n = f->dim;
    const bool has = lgd_objective_has_hessian(f);
    if (!has && !lgd_objective_has_product(f))
        return lgd_fail(LGD_EUNSUPPORTED, "check: the %s has neither product nor hessian, one of them is accepted",
                        f->ops.name);
    lgd_gradient_check worst = {0, 0, 0, -1};
    double *block = lgd_alloc("check", lgd_mul(n, lgd_add(6, has ? n : 0)), sizeof *block), value;
    if (!block)
        return LGD_ENOMEM;
    second s = {.f = f,
                .w = w,
                .at = block,
                .v = block + n,
                .above = block + 2 * n,
                .numeric = block + 3 * n,
                .coarse = block + 4 * n,
                .hv = block + 5 * n,
                .H = has ? block + 6 * n : NULL};
    s.threads = lgd_objective_begin(f, 0);
    lgd_status status = has ? lgd_objective_hessian(f, s.threads, w, &value, s.at, s.H, n) : LGD_OK;
    for (uint64_t k = 0; k < DIRECTIONS && !status; k++)
        status = check_direction(&s, seed, k, &worst);
    lgd_objective_end(f);
    lgd_release(block);
    if (!status)
        lgd_give_struct(result, result_size, &worst, sizeof worst);
    return status;
}

/* ---- Jacobians */

/* All residuals of f: [rows] each, and J of some terms at once. */
typedef struct jacobian {
    lgd_objective *f;
    size_t rows, at_once;
    double *at, *below, *analytic, *coarse, *numeric, *J;
} jacobian;

/* r [rows] at w, and column j of J unless `column` is NULL. */
static lgd_status look(const jacobian *c, const double *w, double *r, size_t j, double *column)
{
    const lgd_objective *f = c->f;
    const size_t each = f->residuals;
    for (size_t first = 0; first < f->terms; first += c->at_once) {
        const lgd_rows part = {first, f->terms - first < c->at_once ? f->terms - first : c->at_once, NULL};
        const unsigned errors = lgd_error_count();
        const int code = (int)f->ops.jacobian(f->ctx, &part, w, r + first * each, c->J, f->dim);
        if (code)
            return lgd_failed_in(f->ops.name, "jacobian", code, errors);
        for (size_t i = 0; column && i < part.count * each; i++)
            column[first * each + i] = c->J[i * f->dim + j];
    }
    return LGD_OK;
}

/* (r(w + h e_j) - r(w - h e_j)) / 2h */
static lgd_status difference_column(const jacobian *c, size_t j, double h, double *out)
{
    const double middle = c->at[j];
    const volatile double right = middle + h, left = middle - h;
    c->at[j] = right;
    lgd_status status = look(c, c->at, out, j, NULL);
    c->at[j] = left;
    if (!status)
        status = look(c, c->at, c->below, j, NULL);
    c->at[j] = middle;
    for (size_t i = 0; i < c->rows && !status; i++)
        out[i] = (out[i] - c->below[i]) / (right - left);
    return status;
}

static lgd_status check_column(const jacobian *c, size_t j, lgd_jacobian_check *worst)
{
    const double h = 1e-3 * (c->at[j] != 0 ? fabs(c->at[j]) : 1);
    double scale = 0;
    lgd_status status = look(c, c->at, c->below, j, c->analytic);
    if (!status)
        status = difference_column(c, j, h, c->coarse);
    if (!status)
        status = difference_column(c, j, h / 2, c->numeric);
    for (size_t i = 0; i < c->rows && !status; i++) {
        c->numeric[i] = (4 * c->numeric[i] - c->coarse[i]) / 3;
        scale = fmax(scale, 1e-3 * fabs(c->numeric[i]));
    }
    for (size_t i = 0; i < c->rows && !status && !isnan(worst->error); i++) {
        const double a = c->analytic[i], n = c->numeric[i], size = fmax(fmax(fabs(a), fabs(n)), scale);
        const double error = size > 0 ? fabs(a - n) / size : fabs(a - n); /* of NaN a NaN */
        if (!(error <= worst->error))                                     /* a NaN is the worst there is */
            *worst = (lgd_jacobian_check){i, j, a, n, error};
    }
    return status;
}

lgd_status lgd_objective_check_jacobian_sized(lgd_objective *f, const double *w, lgd_jacobian_check *result,
                                              size_t result_size)
{
    enum { ROWS = 256 };
    if (!f || !w || !result)
        return lgd_fail(LGD_EINVAL, "check: %s is NULL, an argument is accepted", !f ? "f" : !w ? "w" : "result");
    if (!f->ops.jacobian)
        return lgd_fail(LGD_EUNSUPPORTED, "check: the %s has no jacobian, an objective with ops.jacobian is accepted",
                        f->ops.name);
    if (f->terms == 0)
        return lgd_fail(LGD_EINVAL, "check: number of rows of the %s is 0, at least 1 is accepted", f->ops.name);
    jacobian c = {.f = f, .rows = lgd_mul(f->terms, f->residuals)};
    c.at_once = f->residuals < ROWS ? ROWS / f->residuals : 1;
    const size_t some = lgd_mul(c.at_once < f->terms ? c.at_once : f->terms, f->residuals);
    lgd_jacobian_check worst = {.error = -1};
    double *block =
        lgd_alloc("check", lgd_add(lgd_add(f->dim, lgd_mul(c.rows, 4)), lgd_mul(some, f->dim)), sizeof *block);
    if (!block)
        return LGD_ENOMEM;
    c.at = block;
    c.below = c.at + f->dim;
    c.analytic = c.below + c.rows;
    c.coarse = c.analytic + c.rows;
    c.numeric = c.coarse + c.rows;
    c.J = c.numeric + c.rows;
    memcpy(c.at, w, f->dim * sizeof *w);
    if (f->plain)
        f->plain(f->ctx, true);
    lgd_status status = LGD_OK;
    for (size_t j = 0; j < f->dim && !status && !isnan(worst.error); j++)
        status = check_column(&c, j, &worst);
    if (f->plain)
        f->plain(f->ctx, false);
    lgd_release(block);
    if (!status)
        lgd_give_struct(result, result_size, &worst, sizeof worst);
    return status;
}
