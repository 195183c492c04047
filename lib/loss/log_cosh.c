/* log(cosh(e)) for e = z - y. cosh(a) - 1 = x^2/(2 (1 + x)) for x = exp(a) - 1, of which no digit is lost for small a = |e|; above 32 one
 * more is one more. */
#include "loss.h"
#include <math.h>

LGD_INLINE double point(double none, double z, double y, double *slope)
{
    (void)none;
    const double e = z - y, size = fabs(e), a = lgd_either(size > 32, 32, size), x = lgd_expm1(a);
    *slope = lgd_tanh(e);
    return lgd_log1p(x / (1 + x) * x * 0.5) + (size - a);
}

LGD_LOSS_LOOP(loop, point)

static double log_cosh_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                            const double *weight)
{
    return lgd_loss_each(loop, ctx, m, k, Z, ldz, y, weight);
}

static double log_cosh_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 1;
}

/* loss*(u) = ((1 + u) log(1 + u) + (1 - u) log(1 - u))/2 + u y for |u| <= 1: tanh(e) is 2 P - 1 for the probability P of a score of 2 e,
 * and what is left is the divergence of probabilities. */
static double left(const double *none, double z, double y, double u)
{
    (void)none;
    return lgd_loss_within(&u, -1, 1) ? lgd_loss_odds_divergence(2 * (z - y), (1 + u) / 2, (1 - u) / 2) : INFINITY;
}

static double log_cosh_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                               const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

static double second(const double *none, double z, double y)
{
    (void)none;
    const double e = lgd_exp(-2 * fabs(z - y));
    return 4 * e / ((1 + e) * (1 + e));
}

static void log_cosh_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                             const double *weight, double *C)
{
    lgd_loss_each_hessian(second, ctx, m, k, Z, ldz, y, weight, C);
}

const lgd_loss *lgd_loss_log_cosh(void)
{
    static const lgd_loss loss = {.ops = {.name = "log_cosh",
                                          .targets = lgd_loss_one_each,
                                          .eval = log_cosh_eval,
                                          .curvature = log_cosh_curvature,
                                          .fenchel = log_cosh_fenchel,
                                          .hessian = log_cosh_hessian}};
    return &loss;
}
