/* By e = z - y: (1 - tau) e above, -tau e below, that is e times the slope. R. Koenker, G. Bassett, "Regression quantiles", Econometrica 46
 * (1978). */
#include "loss.h"
#include <math.h>

LGD_INLINE double point(double tau, double z, double y, double *slope)
{
    const double e = z - y;
    *slope = lgd_either(e > 0, 1 - tau, lgd_either(e < 0, -tau, 0));
    return e * *slope;
}

LGD_LOSS_LOOP(loop, point)

static double quantile_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                            const double *weight)
{
    return lgd_loss_each(loop, ctx, m, k, Z, ldz, y, weight);
}

/* loss*(u) = u y for -tau <= u <= 1 - tau: what u lacks to the slope at z, times the residual. */
static double left(const double *tau, double z, double y, double u)
{
    const double e = z - y;
    if (!lgd_loss_within(&u, -*tau, 1 - *tau))
        return INFINITY;
    return e > 0 ? (1 - *tau - u) * e : (*tau + u) * -e;
}

static double quantile_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                               const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

static size_t quantile_kinks(const void *ctx, double y, double kink[2], double slope[3])
{
    const lgd_loss_parameter *tau = ctx;
    kink[0] = y;
    slope[0] = -tau->value;
    slope[1] = 1 - tau->value;
    return 1;
}

static const lgd_loss_parameter standard = {0.5, "quantile", "tau"};
static const lgd_loss loss = {.ops = {.name = "quantile",
                                      .targets = lgd_loss_one_each,
                                      .eval = quantile_eval,
                                      .fenchel = quantile_fenchel,
                                      .kinks = quantile_kinks,
                                      .describe = lgd_loss_describe_parameter},
                              .ctx = (void *)&standard};

const lgd_loss *lgd_loss_quantile(void)
{
    return &loss;
}

lgd_status lgd_loss_quantile_create(lgd_loss **out, double tau)
{
    return lgd_loss_with(out, &loss, tau, tau > 0 && tau < 1, "a number between 0 and 1");
}
