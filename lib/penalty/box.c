/* Bounds for each coordinate: the nearest point is found coordinate by coordinate, in any diagonal metric. */
#include "penalty.h"

typedef struct box {
    size_t count; /* 1: the same for all */
    const double *low, *high;
} box;

static double low_of(const box *b, size_t j)
{
    return b->low ? b->low[b->count == 1 ? 0 : j] : -INFINITY;
}

static double high_of(const box *b, size_t j)
{
    return b->high ? b->high[b->count == 1 ? 0 : j] : INFINITY;
}

static double value(const void *ctx, size_t n, const double *w)
{
    for (size_t j = 0; j < n; j++)
        if (!(w[j] >= low_of(ctx, j) && w[j] <= high_of(ctx, j)))
            return INFINITY;
    return 0;
}

static lgd_status prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    (void)eta, (void)work;
    for (size_t j = 0; j < n; j++) {
        const double low = low_of(ctx, j), high = high_of(ctx, j);
        if (!eta_each || eta_each[j] > 0)
            w[j] = w[j] < low ? low : w[j] > high ? high : w[j];
    }
    return LGD_OK;
}

static lgd_status check(const void *ctx, size_t n)
{
    const box *b = ctx;
    return b->count == 1 || b->count == n
               ? LGD_OK
               : lgd_fail(
                     LGD_EINVAL,
                     "box: count is %zu, %zu or 1 is accepted: that many coordinates are penalised (an unpenalised "
                     "intercept is not among them)",
                     b->count, n);
}

/* sum_j max(low_j v_j, high_j v_j); infinite where v asks for a side without a bound. */
static double conjugate(const void *ctx, size_t n, const double *v, double *scale)
{
    double sum = 0;
    *scale = 1;
    for (size_t j = 0; j < n; j++)
        sum += v[j] == 0 ? 0 : v[j] * (v[j] > 0 ? high_of(ctx, j) : low_of(ctx, j));
    if (sum < INFINITY)
        return sum;
    for (size_t j = 0; j < n; j++)
        if (v[j] != 0 && isinf(v[j] > 0 ? high_of(ctx, j) : low_of(ctx, j)))
            *scale = 0;
    return *scale > 0 ? sum : 0;
}

static void bounds(const void *ctx, size_t n, double *lower, double *upper)
{
    for (size_t j = 0; j < n; j++) {
        lower[j] = low_of(ctx, j);
        upper[j] = high_of(ctx, j);
    }
}

void lgd_box_say(lgd_words *t, size_t count, const double *lower, const double *upper)
{
    const box b = {count, lower, upper};
    if (count > 1) {
        lgd_say(t, "lower_j <= w_j <= upper_j by %zu pairs", count);
        return;
    }
    if (isfinite(low_of(&b, 0))) {
        lgd_say_number(t, low_of(&b, 0));
        lgd_say(t, " <= ");
    }
    lgd_say(t, "w_j");
    if (isfinite(high_of(&b, 0))) {
        lgd_say(t, " <= ");
        lgd_say_number(t, high_of(&b, 0));
    }
}

static int describe(const void *ctx, char *text, size_t size)
{
    const box *b = ctx;
    lgd_words t = {text, size, 0};
    lgd_box_say(&t, b->count, b->low, b->high);
    return (int)t.length;
}

static lgd_status create(lgd_penalty **out, const char *name, box b)
{
    const lgd_penalty_ops ops = {.name = name,
                                 .flags = LGD_SEPARABLE | LGD_CONSTRAINT,
                                 .value = value,
                                 .prox = prox,
                                 .check = check,
                                 .conjugate = conjugate,
                                 .bounds = bounds,
                                 .describe = describe};
    return lgd_penalty_of(out, &ops, &b, sizeof b);
}

lgd_status lgd_box_check(const char *penalty, size_t count, const double *lower, const double *upper)
{
    const box b = {count, lower, upper};
    for (size_t j = 0; j < count; j++) {
        const double low = low_of(&b, j), high = high_of(&b, j);
        if (!(low < INFINITY) || !(high > -INFINITY)) {
            const bool at_low = !(low < INFINITY);
            return lgd_fail(LGD_EINVAL, "%s: %s[%zu] is %g, a number %s infinity is accepted", penalty,
                            at_low ? "low" : "high", j, at_low ? low : high, at_low ? "below" : "above minus");
        }
        if (low > high)
            return lgd_fail(LGD_EINVAL, "%s: low[%zu] is %.17g, at most high[%zu], which is %.17g, is accepted",
                            penalty, j, low, j, high);
    }
    return LGD_OK;
}

lgd_status lgd_penalty_box_create(lgd_penalty **out, size_t count, const double *low, const double *high)
{
    const box b = {count, low, high};
    if (out)
        *out = NULL;
    lgd_status status = lgd_check_size("box", "count", count, false);
    if (!status)
        status = lgd_box_check("box", count, low, high);
    return status ? status : create(out, "box", b);
}

lgd_status lgd_penalty_non_negative_create(lgd_penalty **out)
{
    static const double zero = 0;
    return create(out, "non_negative", (box){1, &zero, NULL});
}
