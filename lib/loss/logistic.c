/* log(1 + exp(z)) - y z for y in {0, 1}. With s = z for y = 0 and -z for y = 1 it is log(1 + exp(s)), its slope in s the
 * sigmoid of s: one formula for both labels, nothing cancels, and exp is only taken of -|s|. */
#include "loss.h"
#include <math.h>

LGD_INLINE double point(double none, double z, double y, double *slope)
{
    (void)none;
    const double sign = lgd_either(y == 1, -1, 1), s = sign * z, e = lgd_exp_minus(fabs(z));
    *slope = sign * (lgd_either(s > 0, 1, e) / (1 + e));
    return lgd_either(s > 0, s, 0) + lgd_log1p_unit(e);
}

LGD_LOSS_LOOP(loop, point)

static double logistic_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                            const double *weight)
{
    return lgd_loss_each(loop, ctx, m, k, Z, ldz, y, weight);
}

LGD_WIDEST static void probabilities(size_t n, double *z)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        z[i] = lgd_sigmoid(z[i]);
}

static void logistic_link(const void *ctx, size_t m, size_t k, double *Z, size_t ldz)
{
    (void)ctx;
    for (size_t i = 0; i < (ldz == k ? 1 : m); i++)
        probabilities(ldz == k ? m * k : k, Z + i * ldz);
}

/* loss*(u) is the negative entropy of the probability P = u + y: in s as above and a = u or -u, the probability of the other label,
 * the divergence of probabilities is left. */
static double left(const double *none, double z, double y, double u)
{
    (void)none;
    double a = y == 1 ? -u : u;
    return lgd_loss_within(&a, 0, 1) ? lgd_loss_odds_divergence(y == 1 ? -z : z, a, 1 - a) : INFINITY;
}

static double logistic_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                               const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

/* The slope is P - y, and P (1 - P) is at most a quarter. */
static double logistic_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 0.25;
}

/* P (1 - P) = e/(1 + e)^2 for e = exp(-|z|): without the cancellation of 1 - P. */
static double second(const double *none, double z, double y)
{
    (void)none, (void)y;
    const double e = lgd_exp(-fabs(z));
    return e / ((1 + e) * (1 + e));
}

static void logistic_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                             const double *weight, double *C)
{
    lgd_loss_each_hessian(second, ctx, m, k, Z, ldz, y, weight, C);
}

/* Below log 2 the score has the sign of the label. */
static double logistic_attained(const void *ctx)
{
    (void)ctx;
    return log(2);
}

const lgd_loss *lgd_loss_logistic(void)
{
    static const lgd_loss loss = {.ops = {.name = "logistic",
                                          .flags = LGD_CLASSES,
                                          .targets = lgd_loss_one_each,
                                          .eval = logistic_eval,
                                          .link = logistic_link,
                                          .check = lgd_loss_labels,
                                          .curvature = logistic_curvature,
                                          .fenchel = logistic_fenchel,
                                          .hessian = logistic_hessian,
                                          .attained = logistic_attained}};
    return &loss;
}
