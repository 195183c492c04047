/* A penalty comes and goes, and is put to work on the coordinates that are penalised. */
#include "penalty.h"

lgd_status lgd_penalty_create_sized(lgd_penalty **out, const lgd_penalty_ops *ops, size_t ops_size, void *ctx)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "penalty: out is NULL, a place for the penalty is accepted");
    *out = NULL;
    lgd_penalty_ops own;
    lgd_status status = lgd_take_struct("penalty ops", &own, sizeof own, ops, ops_size);
    if (status)
        return status;
    if (!own.name || !own.value || !own.prox)
        return lgd_fail(LGD_EINVAL, "penalty: ops.%s is NULL, a penalty needs name, value and prox",
                        !own.name    ? "name"
                        : !own.value ? "value"
                                     : "prox");
    lgd_penalty *p = lgd_alloc(own.name, 1, sizeof *p);
    if (!p)
        return LGD_ENOMEM;
    *p = (lgd_penalty){own, ctx};
    *out = p;
    return LGD_OK;
}

lgd_status lgd_penalty_of(lgd_penalty **out, const lgd_penalty_ops *ops, const void *numbers, size_t size)
{
    if (out)
        *out = NULL;
    void *ctx = lgd_alloc(ops->name, 1, size);
    if (!ctx)
        return LGD_ENOMEM;
    memcpy(ctx, numbers, size);
    return lgd_penalty_over(out, ops, ctx);
}

lgd_status lgd_penalty_over(lgd_penalty **out, const lgd_penalty_ops *ops, void *block)
{
    lgd_penalty_ops own = *ops;
    own.free = lgd_release;
    const lgd_status status = lgd_penalty_create(out, &own, block);
    if (status)
        lgd_release(block);
    return status;
}

lgd_status lgd_penalty_strength(const char *penalty, const char *quantity, double value)
{
    return value >= 0 ? LGD_OK
                      : lgd_fail(LGD_EINVAL, "%s: %s is %g, a number at least 0 is accepted", penalty, quantity, value);
}

int lgd_penalty_say(char *text, size_t size, const char *before, double x, const char *after)
{
    lgd_words t = {text, size, 0};
    lgd_say(&t, "%s", before);
    lgd_say_number(&t, x);
    lgd_say(&t, "%s", after);
    return (int)t.length;
}

lgd_status lgd_penalty_no_point(const char *penalty, const char *quantity, double value, double bound)
{
    return lgd_fail(
        LGD_EINVAL,
        "%s: %s of the coordinates that do not move is %.17g, which leaves no point within; at most %.17g is accepted",
        penalty, quantity, value, bound);
}

double lgd_largest_rate(size_t n, const double *eta_each)
{
    double largest = eta_each ? 0 : 1;
    for (size_t j = 0; j < n && eta_each; j++)
        largest = eta_each[j] > largest ? eta_each[j] : largest;
    return largest;
}

void lgd_penalty_free(lgd_penalty *p)
{
    if (p && p->ops.free)
        p->ops.free(p->ctx);
    lgd_release(p);
}

const char *lgd_penalty_name(const lgd_penalty *p)
{
    return p ? p->ops.name : "";
}

void lgd_penalty_coordinates(const lgd_penalty *p, size_t n, double *l1, double *l2, double *lower, double *upper)
{
    if (p->ops.coordinates) {
        p->ops.coordinates(p->ctx, n, l1, l2, lower, upper);
        return;
    }
    for (size_t j = 0; j < n; j++) {
        l1[j] = l2[j] = 0;
        lower[j] = -INFINITY;
        upper[j] = INFINITY;
    }
    if (p->ops.l1)
        p->ops.l1(p->ctx, n, l1);
    if (p->ops.bounds)
        p->ops.bounds(p->ctx, n, lower, upper);
}

/* ---- at work */

static size_t work_of(const lgd_penalty *p, size_t n)
{
    return p->ops.work ? p->ops.work(p->ctx, n) : 0;
}

lgd_status lgd_penalty_check(const lgd_penalty *p, size_t n)
{
    const unsigned errors = lgd_error_count();
    const int code = p->ops.check ? (int)p->ops.check(p->ctx, n) : LGD_OK;
    return code ? lgd_failed_in(p->ops.name, "check", code, errors) : LGD_OK;
}

lgd_status lgd_penalised_create(lgd_penalised *p, const lgd_penalty *penalty, size_t dim, size_t spare_first,
                                size_t spare_count)
{
    *p = (lgd_penalised){penalty, dim, dim - spare_count, spare_count ? spare_first : dim, spare_count, NULL, NULL};
    const lgd_status status = lgd_penalty_check(penalty, p->n);
    if (status)
        return status;
    const bool split = spare_count && spare_first && spare_first + spare_count < dim;
    const size_t packed = split ? lgd_mul(2, lgd_padded(p->n)) : 0, work = work_of(penalty, p->n);
    if (!packed && !work)
        return LGD_OK;
    p->work = lgd_alloc(penalty->ops.name, lgd_add(packed, work), sizeof *p->work);
    if (!p->work)
        return LGD_ENOMEM;
    p->packed = split ? p->work + work : NULL;
    return LGD_OK;
}

void lgd_penalised_free(lgd_penalised *p)
{
    lgd_release(p->work);
    *p = (lgd_penalised){0};
}

/* The coordinates before and after the spared range, one after the other. */
static void pack(const lgd_penalised *p, const double *w, double *packed)
{
    const size_t end = p->spare_first + p->spare_count;
    memcpy(packed, w, p->spare_first * sizeof *w);
    memcpy(packed + p->spare_first, w + end, (p->dim - end) * sizeof *w);
}

static void unpack(const lgd_penalised *p, const double *packed, double *w)
{
    const size_t end = p->spare_first + p->spare_count;
    memcpy(w, packed, p->spare_first * sizeof *w);
    memcpy(w + end, packed + p->spare_first, (p->dim - end) * sizeof *w);
}

/* Where the penalised coordinates begin, if they are one range. */
static size_t offset(const lgd_penalised *p)
{
    return p->spare_first == 0 ? p->spare_count : 0;
}

double lgd_penalised_value(const lgd_penalised *p, const double *w)
{
    const double *at = w + offset(p);
    if (p->packed) {
        pack(p, w, p->packed);
        at = p->packed;
    }
    return p->n ? p->penalty->ops.value(p->penalty->ctx, p->n, at) : 0;
}

double lgd_penalised_conjugate(const lgd_penalised *p, const double *v, double *scale)
{
    const double *at = v + offset(p);
    *scale = 1;
    if (p->packed) {
        pack(p, v, p->packed);
        at = p->packed;
    }
    return p->n ? p->penalty->ops.conjugate(p->penalty->ctx, p->n, at, scale) : 0;
}

/* The prox, or where `project` only the constraints that the penalty is made of. */
static lgd_status apply(const lgd_penalised *p, bool project, double eta, const double *eta_each, double *w)
{
    const lgd_penalty *penalty = p->penalty;
    double *at = w + offset(p);
    const double *each = eta_each ? eta_each + offset(p) : NULL;
    if (p->packed) {
        pack(p, w, p->packed);
        at = p->packed;
        if (eta_each) {
            pack(p, eta_each, p->packed + lgd_padded(p->n));
            each = p->packed + lgd_padded(p->n);
        }
    }
    if (!p->n)
        return LGD_OK;
    const unsigned errors = lgd_error_count();
    const int code = (int)(project ? lgd_penalty_project(penalty, p->n, each, at, p->work)
                                   : penalty->ops.prox(penalty->ctx, p->n, eta, each, at, p->work));
    if (code)
        return lgd_failed_in(penalty->ops.name, "prox", code, errors);
    if (p->packed)
        unpack(p, p->packed, w);
    return LGD_OK;
}

lgd_status lgd_penalised_prox(const lgd_penalised *p, double eta, const double *eta_each, double *w)
{
    return apply(p, false, eta, eta_each, w);
}

lgd_status lgd_penalised_nearest(const lgd_penalised *p, const double *eta_each, double *w)
{
    return isfinite(lgd_penalised_value(p, w)) ? LGD_OK : apply(p, true, 1, eta_each, w);
}

lgd_status lgd_penalised_enter(const lgd_penalised *p, const double *eta_each, double *w)
{
    const lgd_penalty *penalty = p->penalty;
    lgd_status status = lgd_penalised_nearest(p, eta_each, w);
    if (!status && !isfinite(lgd_penalised_value(p, w)))
        status = lgd_fail(LGD_EINVAL, "%s: its value at the start is %g, a start where it is finite is accepted",
                          penalty->ops.name, lgd_penalised_value(p, w));
    return status;
}

/* ---- by itself */

static lgd_status check_point(const lgd_penalty *p, size_t n, const double *w)
{
    if (!p || !w)
        return lgd_fail(LGD_EINVAL, "penalty: %s is NULL, %s is accepted", p ? "w" : "p",
                        p ? "a point of n numbers" : "a penalty");
    const lgd_status status = lgd_check_size(p->ops.name, "n", n, false);
    const size_t bad = status ? n : lgd_first_not_finite(n, w);
    return bad < n ? lgd_fail(LGD_EINVAL, "%s: w[%zu] is %g, a finite number is accepted", p->ops.name, bad, w[bad])
                   : status;
}

lgd_status lgd_penalty_value(const lgd_penalty *p, size_t n, const double *w, double *value)
{
    lgd_penalised all;
    lgd_status status = check_point(p, n, w);
    if (!status && !value)
        status = lgd_fail(LGD_EINVAL, "%s: value is NULL, a place for a number is accepted", p->ops.name);
    if (status)
        return status;
    status = lgd_penalised_create(&all, p, n, 0, 0);
    if (!status)
        *value = lgd_penalised_value(&all, w);
    lgd_penalised_free(&all);
    return status;
}

lgd_status lgd_penalty_prox(const lgd_penalty *p, size_t n, double eta, const double *eta_each, double *w)
{
    lgd_penalised all;
    lgd_status status = check_point(p, n, w);
    if (!status && !eta_each && (!(eta > 0) || !isfinite(eta)))
        status = lgd_fail(LGD_EINVAL, "%s: eta is %g, a finite number above 0 is accepted", p->ops.name, eta);
    for (size_t j = 0; j < n && !status && eta_each; j++)
        if (!(eta_each[j] >= 0) || isinf(eta_each[j]))
            status = lgd_fail(LGD_EINVAL, "%s: eta_each[%zu] is %g, a finite number at least 0 is accepted",
                              p->ops.name, j, eta_each[j]);
    if (status)
        return status;
    status = lgd_penalised_create(&all, p, n, 0, 0);
    if (!status)
        status = lgd_penalised_prox(&all, eta, eta_each, w);
    lgd_penalised_free(&all);
    return status;
}
