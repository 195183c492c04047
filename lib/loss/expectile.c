/* c e^2 for e = z - y with c = 1 - tau above and tau below. W. K. Newey, J. L. Powell, "Asymmetric least squares estimation and testing",
 * Econometrica 55 (1987). */
#include "loss.h"
#include <math.h>

LGD_INLINE double point(double tau, double z, double y, double *slope)
{
    const double e = z - y, pull = lgd_either(e > 0, 1 - tau, tau) * e;
    *slope = 2 * pull;
    return pull * e;
}

LGD_LOSS_LOOP(loop, point)

static double expectile_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                             const double *weight)
{
    return lgd_loss_each(loop, ctx, m, k, Z, ldz, y, weight);
}

static double expectile_curvature(const void *ctx, size_t k)
{
    const lgd_loss_parameter *tau = ctx;
    (void)k;
    return 2 * fmax(tau->value, 1 - tau->value);
}

/* loss*(u) = u^2/(4 c) + u y, c that of the side on which u is the slope: a square is left where z is on it too. u = 0 is of neither. */
static double left(const double *tau, double z, double y, double u)
{
    const double e = z - y, of_e = e > 0 ? 1 - *tau : *tau, of_u = u > 0 ? 1 - *tau : *tau, v = u / (2 * of_u);
    if (isnan(u))
        return INFINITY;
    return e * u <= 0 ? of_e * e * e + of_u * v * v - e * u : of_u * (e - v) * (e - v);
}

static double expectile_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                                const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

static double second(const double *tau, double z, double y)
{
    return 2 * (z > y ? 1 - *tau : *tau);
}

static void expectile_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                              const double *weight, double *C)
{
    lgd_loss_each_hessian(second, ctx, m, k, Z, ldz, y, weight, C);
}

static const lgd_loss_parameter standard = {0.5, "expectile", "tau"};
static const lgd_loss loss = {.ops = {.name = "expectile",
                                      .targets = lgd_loss_one_each,
                                      .eval = expectile_eval,
                                      .curvature = expectile_curvature,
                                      .fenchel = expectile_fenchel,
                                      .hessian = expectile_hessian,
                                      .describe = lgd_loss_describe_parameter},
                              .ctx = (void *)&standard};

const lgd_loss *lgd_loss_expectile(void)
{
    return &loss;
}

lgd_status lgd_loss_expectile_create(lgd_loss **out, double tau)
{
    return lgd_loss_with(out, &loss, tau, tau > 0 && tau < 1, "a number between 0 and 1");
}
