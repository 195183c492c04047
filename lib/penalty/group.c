/* The norm of groups: M. Yuan, Y. Lin, "Model selection and estimation in regression with grouped variables", J. R. Stat. Soc.
 * B 68 (2006). In a diagonal metric u_j = w_j r / (r + eta_j lambda) where r = |u|, which is the root of a secular equation. */
#include "penalty.h"

typedef struct groups {
    double strength;
    size_t count;
    lgd_span span[];
} groups;

static double value(const void *ctx, size_t n, const double *w)
{
    const groups *g = ctx;
    double sum = 0;
    (void)n;
    for (const lgd_span *s = g->span; s < g->span + g->count; s++)
        sum += lgd_times(lgd_times(g->strength, s->weight), lgd_norm2(s->count, w + s->first));
    return sum;
}

/* r / (r + b) of w; exact zeros are +0. */
static double shrunk(double w, double r, double b)
{
    const double left = r / (r + b);
    return left > 0 ? w * left : 0;
}

/* One group with one rate: w (1 - eta lambda / |w|)_+. */
static void prox_uniform(size_t n, double threshold, double unit, double *w)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += w[j] * unit * (w[j] * unit);
    const double r = sqrt(sum) - threshold * unit;
    for (size_t j = 0; j < n; j++)
        w[j] = r > 0 ? w[j] * (r / sqrt(sum)) : 0;
}

/* One group, each coordinate with a rate of its own. |u| below 2^-200 of the largest w_j is none. */
static void prox_each(size_t n, double lambda, const double *eta_each, double unit, double *w)
{
    const lgd_secular s = {n, w, eta_each, unit, 1, lambda, 1};
    double low = 0, high = 0;
    for (size_t j = 0; j < n; j++) {
        low = fmax(low, fabs(w[j]) * unit - lgd_times(lambda, eta_each[j]) * unit);
        high += fabs(w[j]) * unit;
    }
    const double r =
        lgd_secular_norm(&s, fmax(low, 0x1p-200)) > 1 ? lgd_secular_root(&s, fmax(low, 0x1p-200), high) : low;
    for (size_t j = 0; j < n; j++)
        if (eta_each[j] > 0)
            w[j] = r > 0 ? shrunk(w[j], r, lgd_times(lambda, eta_each[j]) * unit) : 0;
}

static lgd_status prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    const groups *g = ctx;
    (void)n, (void)work;
    for (const lgd_span *s = g->span; s < g->span + g->count; s++) {
        const double lambda = lgd_times(g->strength, s->weight);
        double largest = 0;
        for (size_t j = s->first; j < s->first + s->count; j++)
            largest = fmax(largest, fabs(w[j]));
        if (lambda == 0 || largest == 0)
            continue;
        if (eta_each)
            prox_each(s->count, lambda, eta_each + s->first, lgd_unit(largest), w + s->first);
        else
            prox_uniform(s->count, lambda * eta, lgd_unit(largest), w + s->first);
    }
    return LGD_OK;
}

static lgd_status check(const void *ctx, size_t n)
{
    const groups *g = ctx;
    return lgd_spans_within("group_l1", "group", g->span, g->count, n);
}

/* 0 as long as no |v| of a group exceeds its lambda; v must be 0 where there is no group. */
static double conjugate(const void *ctx, size_t n, const double *v, double *scale)
{
    const groups *g = ctx;
    *scale = lgd_spans_cover(g->span, g->count, n, v) ? 1 : 0;
    for (const lgd_span *s = g->span; s < g->span + g->count; s++) {
        const double lambda = lgd_times(g->strength, s->weight), norm = lgd_norm2(s->count, v + s->first);
        if (norm > lambda)
            *scale = fmin(*scale, lambda / norm);
    }
    return 0;
}

static lgd_status take(groups *g, const lgd_penalty_group *from, size_t size)
{
    for (size_t i = 0; i < g->count; i++) {
        lgd_penalty_group one;
        const lgd_status status = lgd_take_struct("group_l1", &one, sizeof one, (const char *)from + i * size, size);
        if (status)
            return status;
        if (one.weight != LGD_ZERO && (!(one.weight >= 0) || isinf(one.weight)))
            return lgd_fail(
                LGD_EINVAL,
                "group_l1: weight of group %zu is %g, a finite number at least 0 is accepted (0: the root of "
                "its count, LGD_ZERO: 0)",
                i, one.weight);
        one.weight = one.weight == 0 ? sqrt((double)one.count) : one.weight == LGD_ZERO ? 0 : one.weight;
        g->span[i] = (lgd_span){one.first, one.count, one.weight, NULL};
    }
    return lgd_spans_sort("group_l1", "group", g->span, g->count);
}

static int describe(const void *ctx, char *text, size_t size)
{
    const groups *g = ctx;
    lgd_words t = {text, size, 0};
    lgd_say_number(&t, g->strength);
    lgd_say(&t, " sum_g weight_g |w_g|_2 over %zu group%s", g->count, g->count == 1 ? "" : "s");
    return (int)t.length;
}

lgd_status lgd_penalty_group_l1_create_sized(lgd_penalty **out, double strength, const lgd_penalty_group *from,
                                             size_t count, size_t group_size)
{
    const lgd_penalty_ops ops = {.name = "group_l1",
                                 .flags = isinf(strength) ? LGD_CONSTRAINT : 0,
                                 .value = value,
                                 .prox = prox,
                                 .check = check,
                                 .conjugate = conjugate,
                                 .describe = describe};
    if (out)
        *out = NULL;
    lgd_status status = lgd_penalty_strength("group_l1", "strength", strength);
    if (!status && (!from || !count))
        status =
            lgd_fail(LGD_EINVAL, "group_l1: %s, one group or more is accepted", from ? "count is 0" : "groups is NULL");
    if (status)
        return status;
    groups *g = lgd_alloc("group_l1", lgd_add(sizeof *g, lgd_mul(count, sizeof *g->span)), 1);
    if (!g)
        return LGD_ENOMEM;
    g->strength = strength;
    g->count = count;
    status = take(g, from, group_size);
    if (!status)
        return lgd_penalty_over(out, &ops, g);
    lgd_release(g);
    return status;
}
