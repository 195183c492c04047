/* With e = z - y and r = |e| cut to delta both parts are r (|e| - r/2), and the slope is e cut to +-delta. P. J. Huber, "Robust estimation
 * of a location parameter", Ann. Math. Stat. 35 (1964). */
#include "loss.h"
#include <math.h>

LGD_INLINE double point(double delta, double z, double y, double *slope)
{
    const double e = z - y, size = fabs(e), r = lgd_either(size > delta, delta, size);
    *slope = copysign(r, e);
    return r * (size - r / 2);
}

LGD_LOSS_LOOP(loop, point)

static double huber_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                         const double *weight)
{
    return lgd_loss_each(loop, ctx, m, k, Z, ldz, y, weight);
}

static double huber_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 1;
}

/* loss*(u) = u^2/2 + u y for |u| <= delta: half a square is left inside, beyond it, with what u lacks to delta, two parts. */
static double left(const double *delta, double z, double y, double u)
{
    const double e = z - y;
    if (!lgd_loss_within(&u, -*delta, *delta))
        return INFINITY;
    if (fabs(e) <= *delta)
        return (e - u) * (e - u) / 2;
    const double lacks = *delta - copysign(1, e) * u;
    return lacks * ((fabs(e) - *delta) + lacks / 2);
}

static double huber_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                            const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

static double second(const double *delta, double z, double y)
{
    return fabs(z - y) < *delta;
}

static void huber_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                          const double *weight, double *C)
{
    lgd_loss_each_hessian(second, ctx, m, k, Z, ldz, y, weight, C);
}

static const lgd_loss_parameter standard = {1.35, "huber", "delta"};
static const lgd_loss loss = {.ops = {.name = "huber",
                                      .targets = lgd_loss_one_each,
                                      .eval = huber_eval,
                                      .curvature = huber_curvature,
                                      .fenchel = huber_fenchel,
                                      .hessian = huber_hessian,
                                      .describe = lgd_loss_describe_parameter},
                              .ctx = (void *)&standard};

const lgd_loss *lgd_loss_huber(void)
{
    return &loss;
}

lgd_status lgd_loss_huber_create(lgd_loss **out, double delta)
{
    return lgd_loss_with(out, &loss, delta, delta > 0 && isfinite(delta), "a finite number > 0");
}
