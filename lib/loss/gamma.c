/* y exp(-z) + z for y > 0. exp(-z) is taken as the square of exp(-z/2), so that its product with y is beyond the range of double only where
 * the loss is. P. McCullagh, J. A. Nelder, "Generalized linear models", 2nd ed. (1989), chapter 8. */
#include "loss.h"
#include <float.h>
#include <math.h>

LGD_INLINE double ratio(double z, double y)
{
    const double root = lgd_exp(-0.5 * z);
    return y * root * root;
}

LGD_INLINE double point(double none, double z, double y, double *slope)
{
    (void)none;
    const double r = ratio(z, y);
    *slope = 1 - r;
    return r + z;
}

LGD_LOSS_LOOP(loop, point)

static double gamma_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                         const double *weight)
{
    return lgd_loss_each(loop, ctx, m, k, Z, ldz, y, weight);
}

static size_t gamma_check(const void *ctx, size_t m, size_t k, const double *y, const char **accepted)
{
    (void)ctx;
    *accepted = "a number > 0 is accepted";
    for (size_t i = 0; i < m * k; i++)
        if (!(y[i] > 0))
            return i;
    return m * k;
}

static double gamma_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return INFINITY;
}

/* loss*(u) = -q log(y/q) - q for q = 1 - u >= 0: the divergence of q from y exp(-z) is left. */
static double left(const double *none, double z, double y, double u)
{
    (void)none;
    const double q = 1 - u;
    return q >= -4 * DBL_EPSILON ? lgd_loss_divergence(fmax(q, 0), ratio(z, y), log(y) - z) : INFINITY;
}

static double gamma_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                            const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

static double second(const double *none, double z, double y)
{
    (void)none;
    return ratio(z, y);
}

static void gamma_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                          const double *weight, double *C)
{
    lgd_loss_each_hessian(second, ctx, m, k, Z, ldz, y, weight, C);
}

const lgd_loss *lgd_loss_gamma(void)
{
    static const lgd_loss loss = {.ops = {.name = "gamma",
                                          .targets = lgd_loss_one_each,
                                          .eval = gamma_eval,
                                          .link = lgd_loss_exp_link,
                                          .check = gamma_check,
                                          .curvature = gamma_curvature,
                                          .fenchel = gamma_fenchel,
                                          .hessian = gamma_hessian}};
    return &loss;
}
