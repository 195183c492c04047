/* Penalties on ranges of w, each by itself. */
#include "penalty.h"

typedef struct ranges {
    size_t count;
    lgd_span span[];
} ranges;

static double value(const void *ctx, size_t n, const double *w)
{
    const ranges *r = ctx;
    double sum = 0;
    (void)n;
    for (const lgd_span *s = r->span; s < r->span + r->count; s++)
        sum += s->penalty->ops.value(s->penalty->ctx, s->count, w + s->first);
    return sum;
}

static lgd_status prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    const ranges *r = ctx;
    (void)n;
    for (const lgd_span *s = r->span; s < r->span + r->count; s++) {
        const lgd_penalty *p = s->penalty;
        const unsigned errors = lgd_error_count();
        const int code =
            (int)p->ops.prox(p->ctx, s->count, eta, eta_each ? eta_each + s->first : NULL, w + s->first, work);
        if (code)
            return lgd_failed_in(p->ops.name, "prox", code, errors);
    }
    return LGD_OK;
}

static lgd_status check(const void *ctx, size_t n)
{
    const ranges *r = ctx;
    lgd_status status = lgd_spans_within("ranges", "range", r->span, r->count, n);
    for (const lgd_span *s = r->span; s < r->span + r->count && !status; s++)
        status = lgd_penalty_check(s->penalty, s->count);
    return status;
}

static size_t work_of(const void *ctx, size_t n)
{
    const ranges *r = ctx;
    size_t most = 0;
    (void)n;
    for (const lgd_span *s = r->span; s < r->span + r->count; s++) {
        const size_t one = s->penalty->ops.work ? s->penalty->ops.work(s->penalty->ctx, s->count) : 0;
        most = one > most ? one : most;
    }
    return most;
}

/* Of the smallest scale that a part needs. A part that could do with more is convex and 0 at 0, so it is at most its share of
 * what it is there: for support functions and indicators just that, for others a bound. */
static double conjugate(const void *ctx, size_t n, const double *v, double *scale)
{
    const ranges *r = ctx;
    double sum = 0, own;
    *scale = lgd_spans_cover(r->span, r->count, n, v) ? 1 : 0;
    for (const lgd_span *s = r->span; s < r->span + r->count; s++) {
        s->penalty->ops.conjugate(s->penalty->ctx, s->count, v + s->first, &own);
        *scale = fmin(*scale, own);
    }
    for (const lgd_span *s = r->span; s<r->span + r->count && * scale> 0; s++) {
        const double part = s->penalty->ops.conjugate(s->penalty->ctx, s->count, v + s->first, &own);
        sum += *scale < own ? *scale / own * part : part;
    }
    return sum;
}

/* Of constraints that are all boxes; what is in no range has no bounds. */
static void bounds(const void *ctx, size_t n, double *lower, double *upper)
{
    const ranges *r = ctx;
    for (size_t j = 0; j < n; j++) {
        lower[j] = -INFINITY;
        upper[j] = INFINITY;
    }
    for (const lgd_span *s = r->span; s < r->span + r->count; s++)
        s->penalty->ops.bounds(s->penalty->ctx, s->count, lower + s->first, upper + s->first);
}

/* What is in no range is free. */
static void coordinates(const void *ctx, size_t n, double *l1, double *l2, double *lower, double *upper)
{
    const ranges *r = ctx;
    for (size_t j = 0; j < n; j++) {
        l1[j] = l2[j] = 0;
        lower[j] = -INFINITY;
        upper[j] = INFINITY;
    }
    for (const lgd_span *s = r->span; s < r->span + r->count; s++)
        lgd_penalty_coordinates(s->penalty, s->count, l1 + s->first, l2 + s->first, lower + s->first, upper + s->first);
}

/* Of L1 norms. */
static void l1_of(const void *ctx, size_t n, double *l1)
{
    const ranges *r = ctx;
    memset(l1, 0, n * sizeof *l1);
    for (const lgd_span *s = r->span; s < r->span + r->count; s++)
        s->penalty->ops.l1(s->penalty->ctx, s->count, l1 + s->first);
}

lgd_status lgd_penalty_project(const lgd_penalty *p, size_t n, const double *eta_each, double *w, double *work)
{
    lgd_status status = LGD_OK;
    if (p->ops.prox == prox) {
        const ranges *r = p->ctx;
        for (const lgd_span *s = r->span; s < r->span + r->count && !status; s++)
            status =
                lgd_penalty_project(s->penalty, s->count, eta_each ? eta_each + s->first : NULL, w + s->first, work);
        return status;
    }
    if (lgd_elastic_box_project(p, n, eta_each, w))
        return LGD_OK;
    if (!(p->ops.flags & LGD_CONSTRAINT) || isfinite(p->ops.value(p->ctx, n, w)))
        return LGD_OK;
    const unsigned errors = lgd_error_count();
    const int code = (int)p->ops.prox(p->ctx, n, 1, eta_each, w, work);
    return code ? lgd_failed_in(p->ops.name, "prox", code, errors) : LGD_OK;
}

static lgd_status take(ranges *r, const lgd_penalty_range *from, size_t size, lgd_penalty_ops *ops)
{
    for (size_t i = 0; i < r->count; i++) {
        lgd_penalty_range one;
        const lgd_status status = lgd_take_struct("ranges", &one, sizeof one, (const char *)from + i * size, size);
        if (status)
            return status;
        if (!one.penalty)
            return lgd_fail(LGD_EINVAL, "ranges: penalty of range %zu is NULL, a penalty is accepted", i);
        ops->flags &= one.penalty->ops.flags;
        ops->conjugate = one.penalty->ops.conjugate ? ops->conjugate : NULL;
        ops->l1 = one.penalty->ops.l1 ? ops->l1 : NULL;
        ops->bounds = one.penalty->ops.bounds ? ops->bounds : NULL;
        ops->coordinates = lgd_penalty_has_coordinates(one.penalty) ? ops->coordinates : NULL;
        r->span[i] = (lgd_span){one.first, one.count, 0, one.penalty};
    }
    return lgd_spans_sort("ranges", "range", r->span, r->count);
}

static int describe(const void *ctx, char *text, size_t size)
{
    const ranges *r = ctx;
    lgd_words t = {text, size, 0};
    for (size_t i = 0; i < r->count; i++) {
        const lgd_span *s = &r->span[i];
        lgd_say(&t, "%sof w[%zu .. %zu]: ", i ? "; " : "", s->first, s->first + s->count - 1);
        lgd_say_by(&t, s->penalty->ops.describe, s->penalty->ctx, s->penalty->ops.name);
    }
    return (int)t.length;
}

lgd_status lgd_penalty_ranges_create_sized(lgd_penalty **out, const lgd_penalty_range *from, size_t count,
                                           size_t range_size)
{
    lgd_penalty_ops ops = {.name = "ranges",
                           .flags = LGD_SEPARABLE | LGD_CONSTRAINT,
                           .value = value,
                           .prox = prox,
                           .check = check,
                           .work = work_of,
                           .conjugate = conjugate,
                           .l1 = l1_of,
                           .bounds = bounds,
                           .coordinates = coordinates,
                           .describe = describe};
    if (out)
        *out = NULL;
    if (!from || !count)
        return lgd_fail(LGD_EINVAL, "ranges: %s, one range or more is accepted",
                        from ? "count is 0" : "ranges is NULL");
    ranges *r = lgd_alloc("ranges", lgd_add(sizeof *r, lgd_mul(count, sizeof *r->span)), 1);
    if (!r)
        return LGD_ENOMEM;
    r->count = count;
    const lgd_status status = take(r, from, range_size, &ops);
    if (!status)
        return lgd_penalty_over(out, &ops, r);
    lgd_release(r);
    return status;
}
