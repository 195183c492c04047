/* exp(z) - y z for y >= 0. P. McCullagh, J. A. Nelder, "Generalized linear models", 2nd ed. (1989), chapter 6. */
#include "loss.h"
#include <float.h>
#include <math.h>

LGD_INLINE double point(double none, double z, double y, double *slope)
{
    (void)none;
    const double mean = lgd_exp(z);
    *slope = mean - y;
    return mean - lgd_either(mean > DBL_MAX, 0, y * z); /* Inf where both are */
}

LGD_LOSS_LOOP(loop, point)

static double poisson_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                           const double *weight)
{
    return lgd_loss_each(loop, ctx, m, k, Z, ldz, y, weight);
}

static size_t poisson_check(const void *ctx, size_t m, size_t k, const double *y, const char **accepted)
{
    (void)ctx;
    *accepted = "a number >= 0 is accepted";
    for (size_t i = 0; i < m * k; i++)
        if (!(y[i] >= 0))
            return i;
    return m * k;
}

static double poisson_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return INFINITY;
}

/* loss*(u) = p log p - p for the mean p = u + y >= 0 whose slope u is: the divergence of p from exp(z) is left. */
static double left(const double *none, double z, double y, double u)
{
    (void)none;
    const double p = u + y, rounding = 4 * DBL_EPSILON * y;
    return p >= -rounding ? lgd_loss_divergence(fmax(p, 0), lgd_exp(z), z) : INFINITY;
}

static double poisson_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                              const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

static double second(const double *none, double z, double y)
{
    (void)none, (void)y;
    return lgd_exp(z);
}

static void poisson_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                            const double *weight, double *C)
{
    lgd_loss_each_hessian(second, ctx, m, k, Z, ldz, y, weight, C);
}

const lgd_loss *lgd_loss_poisson(void)
{
    static const lgd_loss loss = {.ops = {.name = "poisson",
                                          .targets = lgd_loss_one_each,
                                          .eval = poisson_eval,
                                          .link = lgd_loss_exp_link,
                                          .check = poisson_check,
                                          .curvature = poisson_curvature,
                                          .fenchel = poisson_fenchel,
                                          .hessian = poisson_hessian}};
    return &loss;
}
