/* max(0, 1 - s z)^2 for y in {0, 1}, s = 2 y - 1: by t = 1 - s z, how far the row is from its margin of 1. */
#include "loss.h"
#include <math.h>

LGD_INLINE double point(double none, double z, double y, double *slope)
{
    (void)none;
    const double sign = lgd_either(y == 1, 1, -1), any = 1 - sign * z, t = lgd_either(any <= 0, 0, any);
    *slope = -2 * sign * t;
    return t * t;
}

LGD_LOSS_LOOP(loop, point)

static double hinge_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                         const double *weight)
{
    return lgd_loss_each(loop, ctx, m, k, Z, ldz, y, weight);
}

/* 2 within the margin, 0 beyond */
static double hinge_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 2;
}

/* With a = s u, loss*(u) = a + a^2/4 for a <= 0 and infinite above: what is left is a square within the margin, and
 * beyond it a t + a^2/4, of which no part is negative either. */
static double left(const double *none, double z, double y, double u)
{
    (void)none;
    const double sign = y == 1 ? 1 : -1, t = 1 - sign * z, a = sign * u;
    if (!(a <= 0))
        return INFINITY;
    return t > 0 ? (t + a / 2) * (t + a / 2) : a * t + a * a / 4;
}

static double hinge_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                            const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

/* The second derivative jumps at the margin, where that of the side beyond is taken. */
static double second(const double *none, double z, double y)
{
    (void)none;
    return 1 - (y == 1 ? z : -z) > 0 ? 2 : 0;
}

static void hinge_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                          const double *weight, double *C)
{
    lgd_loss_each_hessian(second, ctx, m, k, Z, ldz, y, weight, C);
}

const lgd_loss *lgd_loss_squared_hinge(void)
{
    static const lgd_loss loss = {.ops = {.name = "squared_hinge",
                                          .flags = LGD_CLASSES,
                                          .targets = lgd_loss_one_each,
                                          .eval = hinge_eval,
                                          .check = lgd_loss_labels,
                                          .curvature = hinge_curvature,
                                          .fenchel = hinge_fenchel,
                                          .hessian = hinge_hessian}};
    return &loss;
}
