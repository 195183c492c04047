/* The ball |w|_2 <= radius. In a diagonal metric the nearest point is u_j = w_j / (1 + eta_j theta), and |u| = radius is a
 * secular equation for theta; with one rate for all it is w radius / |w|. */
#include "penalty.h"

static double value(const void *ctx, size_t n, const double *w)
{
    return lgd_within(lgd_norm2(n, w), *(const double *)ctx, n) ? 0 : INFINITY;
}

/* Norm of what moves, or of what does not, times the unit, which is made for it. */
static double norm_of(size_t n, const double *eta_each, bool moving, const double *w, double *unit)
{
    double largest = 0, sum = 0;
    for (size_t j = 0; j < n; j++)
        if ((!eta_each || eta_each[j] > 0) == moving)
            largest = fmax(largest, fabs(w[j]));
    *unit = lgd_unit(largest);
    for (size_t j = 0; j < n; j++)
        if ((!eta_each || eta_each[j] > 0) == moving)
            sum += w[j] * *unit * (w[j] * *unit);
    return sqrt(sum);
}

/* The moving coordinates become those of the norm `radius` that are nearest. The limit of theta without end is taken where
 * that differs by less than a rounding from what a number can hold. */
static void shorten(size_t n, const double *eta_each, double radius, double norm, double unit, double *w)
{
    const double largest = lgd_largest_rate(n, eta_each), target = radius * unit;
    double smallest = INFINITY, theta = 0, far = 0;
    for (size_t j = 0; j < n; j++) {
        const double q = lgd_rate(eta_each, largest, j);
        smallest = q > 0 ? fmin(smallest, q) : smallest;
        far += q > 0 ? w[j] * unit / q * (w[j] * unit / q) : 0;
    }
    far = sqrt(far);
    const bool limit = target < 0x1p-460, uniform = smallest >= 1;
    if (!uniform && !limit) {
        const lgd_secular s = {n, w, eta_each, unit, target, NAN, largest};
        theta = lgd_secular_root(&s, 0, far / target);
        norm = lgd_secular_norm(&s, theta);
    }
    for (size_t j = 0; j < n; j++) {
        const double q = lgd_rate(eta_each, largest, j);
        if (q > 0)
            w[j] = limit ? w[j] * unit / q / far * radius : w[j] / (1 + q * theta) * (target / norm);
    }
}

static lgd_status prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    const double radius = *(const double *)ctx;
    double unit, fixed_unit;
    (void)eta, (void)work;
    const double norm = norm_of(n, eta_each, true, w, &unit);
    const double fixed = norm_of(n, eta_each, false, w, &fixed_unit) / fixed_unit;
    if (norm == 0 || lgd_within(hypot(norm / unit, fixed), radius, n))
        return LGD_OK;
    if (!lgd_within(fixed, radius, n))
        return lgd_penalty_no_point("l2_ball", "|w|_2", fixed, radius);
    const double left = fixed < radius ? radius * sqrt((radius - fixed) / radius * (1 + fixed / radius)) : 0;
    if (left > 0)
        shorten(n, eta_each, left, norm, unit, w);
    for (size_t j = 0; j < n && left == 0; j++)
        if (!eta_each || eta_each[j] > 0)
            w[j] = 0;
    return LGD_OK;
}

/* radius |v| */
static double conjugate(const void *ctx, size_t n, const double *v, double *scale)
{
    const double radius = *(const double *)ctx, norm = lgd_norm2(n, v);
    *scale = isinf(radius) && norm > 0 ? 0 : 1;
    return *scale > 0 ? lgd_times(radius, norm) : 0;
}

static int describe(const void *ctx, char *text, size_t size)
{
    return lgd_penalty_say(text, size, "|w|_2 <= ", *(const double *)ctx, "");
}

lgd_status lgd_penalty_l2_ball_create(lgd_penalty **out, double radius)
{
    static const lgd_penalty_ops ops = {.name = "l2_ball",
                                        .flags = LGD_CONSTRAINT,
                                        .value = value,
                                        .prox = prox,
                                        .conjugate = conjugate,
                                        .describe = describe};
    if (out)
        *out = NULL;
    const lgd_status status = lgd_penalty_strength("l2_ball", "radius", radius);
    return status ? status : lgd_penalty_of(out, &ops, &radius, sizeof radius);
}
