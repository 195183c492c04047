/* The elastic net within bounds, coordinate by coordinate: of a convex function of one number the minimum within an interval is the
 * point of it that is nearest to the minimum without. */
#include "penalty.h"

typedef struct elastic_box {
    double l1, l2;
    size_t count; /* of bounds; 1: the same for all */
    const double *low, *high;
} elastic_box;

static double clip(const elastic_box *b, size_t j, double x)
{
    const size_t i = b->count == 1 ? 0 : j;
    const double low = b->low ? b->low[i] : -INFINITY, high = b->high ? b->high[i] : INFINITY;
    return x < low ? low : x > high ? high : x;
}

static double value(const void *ctx, size_t n, const double *w)
{
    const elastic_box *b = ctx;
    for (size_t j = 0; j < n; j++)
        if (clip(b, j, w[j]) != w[j])
            return INFINITY;
    return lgd_elastic_value(b->l1, b->l2, n, w);
}

/* clip(soft(w_j, eta_j l1) / (1 + eta_j l2)) */
static lgd_status prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    const elastic_box *b = ctx;
    (void)work;
    for (size_t j = 0; j < n; j++) {
        const double rate = eta_each ? eta_each[j] : eta;
        if (rate > 0)
            w[j] = clip(b, j, lgd_elastic_prox(b->l1, b->l2, rate, w[j]));
    }
    return LGD_OK;
}

static lgd_status check(const void *ctx, size_t n)
{
    const elastic_box *b = ctx;
    return b->count == 1 || b->count == n
               ? LGD_OK
               : lgd_fail(LGD_EINVAL,
                          "elastic_box: count is %zu, %zu or 1 is accepted: that many coordinates are penalised (an "
                          "unpenalised intercept is not among them)",
                          b->count, n);
}

/* sup_u v u - l1 |u| - l2/2 u^2 within the bounds, which is taken on at a clipped soft(v, l1)/l2; without l2 at the bound that v
 * points to, or as near to 0 as it can be where |v| is not beyond l1. */
static double conjugate_of(const elastic_box *b, size_t j, double v)
{
    const double beyond = lgd_soft(v, b->l1);
    double u = clip(b, j, 0);
    if (beyond != 0)
        u = clip(b, j, b->l2 > 0 ? beyond / b->l2 : copysign(INFINITY, v));
    const double size = lgd_times(b->l1, fabs(u));
    return u == 0 ? 0 : isinf(u) ? INFINITY : v * u - size - lgd_times(b->l2 / 2 * u, u);
}

/* Is the conjugate infinite where v goes beyond l1? */
static bool endless(const elastic_box *b, size_t j, double v)
{
    return b->l2 == 0 && isinf(clip(b, j, copysign(INFINITY, v)));
}

static double conjugate(const void *ctx, size_t n, const double *v, double *scale)
{
    const elastic_box *b = ctx;
    double sum = 0;
    *scale = 1;
    for (size_t j = 0; j < n; j++)
        if (fabs(v[j]) > b->l1 && endless(b, j, v[j]))
            *scale = fmin(*scale, b->l1 / fabs(v[j]));
    for (size_t j = 0; j < n; j++) {
        const double x = *scale * v[j]; /* which is not beyond l1 but by rounding, where there is no bound */
        sum += conjugate_of(b, j, endless(b, j, x) ? copysign(fmin(fabs(x), b->l1), x) : x);
    }
    return sum;
}

static void coordinates(const void *ctx, size_t n, double *l1, double *l2, double *lower, double *upper)
{
    const elastic_box *b = ctx;
    for (size_t j = 0; j < n; j++) {
        l1[j] = b->l1;
        l2[j] = b->l2;
        lower[j] = clip(b, j, -INFINITY);
        upper[j] = clip(b, j, INFINITY);
    }
}

bool lgd_elastic_box_project(const lgd_penalty *p, size_t n, const double *eta_each, double *w)
{
    if (p->ops.prox != prox)
        return false;
    for (size_t j = 0; j < n; j++)
        if (!eta_each || eta_each[j] > 0)
            w[j] = clip(p->ctx, j, w[j]);
    return true;
}

static int describe(const void *ctx, char *text, size_t size)
{
    const elastic_box *b = ctx;
    lgd_words t = {text, size, 0};
    lgd_say_number(&t, b->l1);
    lgd_say(&t, " |w|_1 + ");
    lgd_say_number(&t, b->l2);
    lgd_say(&t, "/2 |w|^2, ");
    lgd_box_say(&t, b->count, b->low, b->high);
    return (int)t.length;
}

lgd_status lgd_penalty_elastic_box_create(lgd_penalty **out, double l1, double l2, size_t count, const double *low,
                                          const double *high)
{
    const elastic_box b = {l1, l2, count, low, high};
    const lgd_penalty_ops ops = {.name = "elastic_box",
                                 .flags = LGD_SEPARABLE,
                                 .value = value,
                                 .prox = prox,
                                 .check = check,
                                 .conjugate = conjugate,
                                 .coordinates = coordinates,
                                 .describe = describe};
    if (out)
        *out = NULL;
    lgd_status status = lgd_penalty_strength("elastic_box", "l1", l1);
    if (!status)
        status = lgd_penalty_strength("elastic_box", "l2", l2);
    if (!status)
        status = lgd_check_size("elastic_box", "count", count, false);
    if (!status)
        status = lgd_box_check("elastic_box", count, low, high);
    return status ? status : lgd_penalty_of(out, &ops, &b, sizeof b);
}
