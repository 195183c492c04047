/* max(0, 1 - s z) for y in {0, 1}, s = 2 y - 1: by t = 1 - s z, how far the row is from its margin of 1. */
#include "loss.h"
#include <math.h>

LGD_INLINE double point(double none, double z, double y, double *slope)
{
    (void)none;
    const double sign = lgd_either(y == 1, 1, -1), t = 1 - sign * z;
    *slope = lgd_either(t <= 0, 0, -sign);
    return lgd_either(t <= 0, 0, t);
}

LGD_LOSS_LOOP(loop, point)

static double hinge_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                         const double *weight)
{
    return lgd_loss_each(loop, ctx, m, k, Z, ldz, y, weight);
}

/* With a = s u, loss*(u) = a for -1 <= a <= 0: (1 + a) t is left within the margin and a t beyond. */
static double left(const double *none, double z, double y, double u)
{
    (void)none;
    const double sign = y == 1 ? 1 : -1, t = 1 - sign * z;
    double a = sign * u;
    if (!lgd_loss_within(&a, -1, 0))
        return INFINITY;
    return t > 0 ? (1 + a) * t : a * t;
}

static double hinge_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                            const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

static size_t hinge_kinks(const void *ctx, double y, double kink[2], double slope[3])
{
    (void)ctx;
    kink[0] = y == 1 ? 1 : -1;
    slope[0] = y == 1 ? -1 : 0;
    slope[1] = y == 1 ? 0 : 1;
    return 1;
}

const lgd_loss *lgd_loss_hinge(void)
{
    static const lgd_loss loss = {.ops = {.name = "hinge",
                                          .flags = LGD_CLASSES,
                                          .targets = lgd_loss_one_each,
                                          .eval = hinge_eval,
                                          .check = lgd_loss_labels,
                                          .fenchel = hinge_fenchel,
                                          .kinks = hinge_kinks}};
    return &loss;
}
