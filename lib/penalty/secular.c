/* The secular equation |t(theta)| = target, t_j = x_j / (c_j + e_j theta): one number, from which a ball or a group in a
 * diagonal metric follows. 1/|t| is concave and grows in theta, so a step of Newton on 1/|t| = 1/target never passes the root:
 * J. J. More, D. C. Sorensen, "Computing a trust region step", SIAM J. Sci. Stat. Comput. 4 (1983). Where c and e lie many
 * orders apart such steps can be short; then the middle of what is left, by exponents, comes before the next. */
#include "penalty.h"

/* t_j; *share is e_j / (c_j + e_j theta). */
static inline double term(const lgd_secular *s, size_t j, double theta, double *share)
{
    const double x = s->w[j] * s->unit;
    *share = 0;
    if (x == 0)
        return 0;
    if (isnan(s->strength)) {
        const double e = lgd_rate(s->eta_each, s->largest, j), d = 1 + e * theta;
        *share = e / d;
        return e > 0 ? x / d : 0;
    }
    const double d = lgd_times(s->strength, s->eta_each[j]) * s->unit + theta;
    *share = 1 / d;
    return x / d;
}

double lgd_secular_norm(const lgd_secular *s, double theta)
{
    double sum = 0, share;
    for (size_t j = 0; j < s->n; j++) {
        const double t = term(s, j, theta, &share);
        sum += t * t;
    }
    return sqrt(sum);
}

/* - d log |t| / d theta */
static double decay(const lgd_secular *s, double theta, double norm)
{
    double sum = 0, share;
    for (size_t j = 0; j < s->n; j++) {
        const double t = term(s, j, theta, &share) / norm;
        sum += t * t * share;
    }
    return sum;
}

double lgd_secular_root(const lgd_secular *s, double low, double high)
{
    double theta = low;
    for (int round = 0; round < 200; round++) {
        const double norm = lgd_secular_norm(s, theta), slope = decay(s, theta, norm);
        const double next = theta + (norm - s->target) / s->target / slope;
        if (norm < s->target)
            high = fmin(high, theta);
        const bool rounding = !(fabs(next - theta) > 2 * DBL_EPSILON * theta) || (theta == low && next < low);
        if (rounding || !(next < high))
            return fmin(fmax(next, low), high);
        const bool slow = next > 1.1 * theta && next < 4 * theta && 4 * next < high;
        low = fmax(low, next);
        theta = slow ? sqrt(low) * sqrt(high) : low;
    }
    return theta;
}
