/* The simplex, and the ball of the L1 norm, whose faces are simplices. The nearest point in a diagonal metric is
 * u_j = max(w_j - eta_j theta, 0); theta is the root of a convex, falling, piecewise linear function, which Newton's steps from
 * the left reach after finitely many: C. Michelot, "A finite algorithm for finding the projection of a point onto the canonical
 * simplex of R^n", J. Optim. Theory Appl. 50 (1986); for the ball J. Duchi, S. Shalev-Shwartz, Y. Singer, T. Chandra, "Efficient
 * projections onto the l1-ball for learning in high dimensions" (2008). */
#include "penalty.h"

/* Is x/p larger than y/q? Both quotients may leave the range of numbers. */
static bool exceeds(double x, double p, double y, double q)
{
    const double a = x / p, b = y / q;
    return isinf(a) && a == b ? x * q > y * p : a > b;
}

static double size_of(double w, bool signs)
{
    return signs ? fabs(w) : w;
}

/* The moving coordinates, shrunk, become v_j = w_j - theta q_j at the largest theta of which it is known that it is not
 * beyond the root: where one of them alone has the total. None is then larger than the total, and what is cut off at 0 is 0
 * in the end. So numbers that are large beside the total lose nothing that counts. */
static void shift(size_t n, const double *eta_each, double largest, double total, double shrink, bool signs, double *w)
{
    double top = 0, top_rate = 0;
    for (size_t j = 0; j < n; j++) {
        const double q = lgd_rate(eta_each, largest, j), x = size_of(w[j], signs) * shrink;
        if (q > 0 && (top_rate == 0 || exceeds(x - total, q, top - total, top_rate))) {
            top = x;
            top_rate = q;
        }
    }
    const lgd_twofold above = lgd_two_sum(top, -total);
    for (size_t j = 0; j < n; j++) {
        const double ratio = lgd_rate(eta_each, largest, j) / top_rate;
        if (ratio == 0)
            continue;
        const double v = fma(-ratio, above.hi, size_of(w[j], signs) * shrink),
                     rest = isinf(v) ? v : v - ratio * above.lo;
        w[j] = copysign(rest > 0 ? fmin(rest, total) : 0, signs ? w[j] : 1);
    }
}

/* The moving coordinates become those of the sum `total` that are nearest, in size where `signs`. */
static void share(size_t n, const double *eta_each, double largest, double total, bool signs, double *w)
{
    const double shrink = total > 0x1p500 ? 0x1p-524 : 1;
    double theta = 0;
    total *= shrink;
    shift(n, eta_each, largest, total, shrink, signs, w);
    for (size_t count = 0, before = SIZE_MAX; total > 0; before = count) {
        lgd_twofold beyond = {-total, 0}, rates = {0, 0};
        count = 0;
        for (size_t j = 0; j < n; j++) {
            const double q = lgd_rate(eta_each, largest, j);
            if (q > 0 && fabs(w[j]) > q * theta) {
                lgd_accumulate(&beyond, fabs(w[j]));
                lgd_accumulate(&rates, q);
                count++;
            }
        }
        if (!count || count == before)
            break;
        theta = fmax(theta, (beyond.hi + beyond.lo) / (rates.hi + rates.lo));
    }
    for (size_t j = 0; j < n; j++) {
        const double q = lgd_rate(eta_each, largest, j), u = fma(-q, theta, fabs(w[j]));
        if (q > 0)
            w[j] = u > 0 ? copysign(u / shrink, w[j]) : 0;
    }
}

static lgd_status project(const char *name, size_t n, const double *eta_each, double total, bool signs, double *w)
{
    const double largest = lgd_largest_rate(n, eta_each);
    lgd_twofold rest = {total, 0}, all = {0, 0};
    bool inside = true;
    if (largest == 0)
        return LGD_OK;
    for (size_t j = 0; j < n; j++) {
        const double x = size_of(w[j], signs);
        const bool stays = eta_each && eta_each[j] == 0;
        if (stays && x < 0)
            return lgd_fail(LGD_EINVAL, "%s: w[%zu] does not move and is %g, a number at least 0 is accepted", name, j,
                            x);
        inside = inside && x >= 0;
        lgd_accumulate(&all, x);
        if (stays)
            lgd_accumulate(&rest, -x);
    }
    const double sum = all.hi + all.lo, left = rest.hi + rest.lo;
    if (inside && lgd_within(sum, total, n) && (signs || lgd_within(total, sum, n)))
        return LGD_OK;
    if (!lgd_within(total - left, total, n))
        return lgd_penalty_no_point(name, signs ? "|w|_1" : "the sum", total - left, total);
    share(n, eta_each, largest, fmax(left, 0), signs, w);
    return LGD_OK;
}

/* ---- the simplex */

static double simplex_value(const void *ctx, size_t n, const double *w)
{
    const double total = *(const double *)ctx, sum = lgd_norm1(n, w);
    for (size_t j = 0; j < n; j++)
        if (!(w[j] >= 0))
            return INFINITY;
    return lgd_within(sum, total, n) && lgd_within(total, sum, n) ? 0 : INFINITY;
}

static lgd_status simplex_prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    (void)eta, (void)work;
    return project("simplex", n, eta_each, *(const double *)ctx, false, w);
}

static lgd_status simplex_check(const void *ctx, size_t n)
{
    return n ? LGD_OK
             : lgd_fail(LGD_EINVAL,
                        "simplex: 0 coordinates are penalised, one or more is accepted: no numbers have the sum %g",
                        *(const double *)ctx);
}

static double simplex_conjugate(const void *ctx, size_t n, const double *v, double *scale)
{
    double largest = -INFINITY;
    for (size_t j = 0; j < n; j++)
        largest = fmax(largest, v[j]);
    *scale = 1;
    return *(const double *)ctx * largest;
}

static int simplex_describe(const void *ctx, char *text, size_t size)
{
    return lgd_penalty_say(text, size, "w_j >= 0, sum_j w_j = ", *(const double *)ctx, "");
}

lgd_status lgd_penalty_simplex_create(lgd_penalty **out, double total)
{
    static const lgd_penalty_ops ops = {.name = "simplex",
                                        .flags = LGD_CONSTRAINT,
                                        .value = simplex_value,
                                        .prox = simplex_prox,
                                        .check = simplex_check,
                                        .conjugate = simplex_conjugate,
                                        .describe = simplex_describe};
    if (out)
        *out = NULL;
    if (!(total > 0) || isinf(total))
        return lgd_fail(LGD_EINVAL, "simplex: total is %g, a finite number above 0 is accepted", total);
    return lgd_penalty_of(out, &ops, &total, sizeof total);
}

/* ---- the ball */

static double ball_value(const void *ctx, size_t n, const double *w)
{
    return lgd_within(lgd_norm1(n, w), *(const double *)ctx, n) ? 0 : INFINITY;
}

static lgd_status ball_prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    const double radius = *(const double *)ctx;
    (void)eta, (void)work;
    return isinf(radius) ? LGD_OK : project("l1_ball", n, eta_each, radius, true, w);
}

static double ball_conjugate(const void *ctx, size_t n, const double *v, double *scale)
{
    const double radius = *(const double *)ctx;
    double largest = 0;
    for (size_t j = 0; j < n; j++)
        largest = fmax(largest, fabs(v[j]));
    *scale = isinf(radius) && largest > 0 ? 0 : 1;
    return *scale > 0 ? lgd_times(radius, largest) : 0;
}

static int ball_describe(const void *ctx, char *text, size_t size)
{
    return lgd_penalty_say(text, size, "|w|_1 <= ", *(const double *)ctx, "");
}

lgd_status lgd_penalty_l1_ball_create(lgd_penalty **out, double radius)
{
    static const lgd_penalty_ops ops = {.name = "l1_ball",
                                        .flags = LGD_CONSTRAINT,
                                        .value = ball_value,
                                        .prox = ball_prox,
                                        .conjugate = ball_conjugate,
                                        .describe = ball_describe};
    if (out)
        *out = NULL;
    const lgd_status status = lgd_penalty_strength("l1_ball", "radius", radius);
    return status ? status : lgd_penalty_of(out, &ops, &radius, sizeof radius);
}
