/* By t = 1 - s z, y in {0, 1} and s = 2 y - 1: 0 for t <= 0, t^2 up to t = 2, 4 (t - 1) beyond. With r = t cut to [0, 2] all three are
 * r (2 t - r), and the slope is -2 s r. T. Zhang, "Solving large scale linear prediction problems using stochastic gradient descent
 * algorithms", ICML (2004). */
#include "loss.h"
#include <math.h>

LGD_INLINE double point(double none, double z, double y, double *slope)
{
    (void)none;
    const double sign = lgd_either(y == 1, 1, -1), any = 1 - sign * z, t = lgd_either(any <= 0, 0, any);
    const double r = lgd_either(t > 2, 2, t);
    *slope = -2 * sign * r;
    return r * (t + (t - r));
}

LGD_LOSS_LOOP(loop, point)

static double modified_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                            const double *weight)
{
    return lgd_loss_each(loop, ctx, m, k, Z, ldz, y, weight);
}

static double modified_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 2;
}

/* With a = s u, loss*(u) = a + a^2/4 for -4 <= a <= 0: a square is left between the kinks, and sums of two parts beyond. */
static double left(const double *none, double z, double y, double u)
{
    (void)none;
    const double sign = y == 1 ? 1 : -1, t = 1 - sign * z;
    double a = sign * u;
    if (!lgd_loss_within(&a, -4, 0))
        return INFINITY;
    if (t > 2)
        return (4 + a) * ((t - 2) + (4 + a) / 4);
    return t > 0 ? (t + a / 2) * (t + a / 2) : a * t + a * a / 4;
}

static double modified_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                               const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

/* It jumps twice; there that of the straight side is taken. */
static double second(const double *none, double z, double y)
{
    (void)none;
    const double t = 1 - (y == 1 ? z : -z);
    return t > 0 && t < 2 ? 2 : 0;
}

static void modified_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                             const double *weight, double *C)
{
    lgd_loss_each_hessian(second, ctx, m, k, Z, ldz, y, weight, C);
}

const lgd_loss *lgd_loss_modified_huber(void)
{
    static const lgd_loss loss = {.ops = {.name = "modified_huber",
                                          .flags = LGD_CLASSES,
                                          .targets = lgd_loss_one_each,
                                          .eval = modified_eval,
                                          .check = lgd_loss_labels,
                                          .curvature = modified_curvature,
                                          .fenchel = modified_fenchel,
                                          .hessian = modified_hessian}};
    return &loss;
}
