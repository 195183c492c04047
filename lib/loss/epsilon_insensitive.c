/* By t = |z - y| - epsilon: 0 for t <= 0, t and t^2 beyond. H. Drucker, C. J. C. Burges, L. Kaufman, A. Smola, V. Vapnik, "Support vector
 * regression machines", NIPS (1996). */
#include "loss.h"
#include <math.h>

LGD_INLINE double point(double epsilon, double z, double y, double *slope)
{
    const double e = z - y, t = fabs(e) - epsilon;
    *slope = copysign(lgd_either(t <= 0, 0, 1), e);
    return lgd_either(t <= 0, 0, t);
}

LGD_LOSS_LOOP(loop, point)

LGD_INLINE double point_of_square(double epsilon, double z, double y, double *slope)
{
    const double e = z - y, any = fabs(e) - epsilon, t = lgd_either(any <= 0, 0, any);
    *slope = copysign(2 * t, e);
    return t * t;
}

LGD_LOSS_LOOP(loop_of_squares, point_of_square)

static double insensitive_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                               const double *weight)
{
    return lgd_loss_each(loop, ctx, m, k, Z, ldz, y, weight);
}

static double squared_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                           const double *weight)
{
    return lgd_loss_each(loop_of_squares, ctx, m, k, Z, ldz, y, weight);
}

static double squared_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 2;
}

/* loss*(u) = epsilon |u| + u y for |u| <= 1, and with u^2/4 more for any u of the square. What is left beside the part of t: a
 * residual of the sign of u makes good for |u| t of it, one of the other costs |u| (|e| + epsilon). */
static double left(const double *epsilon, double z, double y, double u)
{
    const double e = z - y, t = fabs(e) - *epsilon;
    if (!lgd_loss_within(&u, -1, 1))
        return INFINITY;
    if (e * u < 0)
        return (t > 0 ? t : 0) + fabs(u) * (fabs(e) + *epsilon);
    return t > 0 ? (1 - fabs(u)) * t : fabs(u) * -t;
}

static double left_of_squares(const double *epsilon, double z, double y, double u)
{
    const double e = z - y, t = fabs(e) - *epsilon, half = fabs(u) / 2;
    if (isnan(u))
        return INFINITY;
    if (e * u < 0)
        return (t > 0 ? t * t : 0) + half * half + 2 * half * (fabs(e) + *epsilon);
    return t > 0 ? (t - half) * (t - half) : half * half + 2 * half * -t;
}

static double insensitive_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                                  const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

static double squared_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                              const double *weight, const double *U, size_t ldu)
{
    return lgd_loss_each_fenchel(left_of_squares, ctx, m, k, Z, ldz, y, weight, U, ldu);
}

static double second(const double *epsilon, double z, double y)
{
    return fabs(z - y) > *epsilon ? 2 : 0;
}

static void squared_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                            const double *weight, double *C)
{
    lgd_loss_each_hessian(second, ctx, m, k, Z, ldz, y, weight, C);
}

/* An epsilon that rounding does not see beside the target leaves one kink. */
static size_t insensitive_kinks(const void *ctx, double y, double kink[2], double slope[3])
{
    const lgd_loss_parameter *epsilon = ctx;
    kink[0] = y - epsilon->value;
    kink[1] = y + epsilon->value;
    const bool two = kink[0] < kink[1];
    slope[0] = -1;
    slope[1] = two ? 0 : 1;
    slope[2] = 1;
    return two ? 2 : 1;
}

static const lgd_loss_parameter standard = {0.1, "epsilon_insensitive", "epsilon"};
static const lgd_loss loss = {.ops = {.name = "epsilon_insensitive",
                                      .targets = lgd_loss_one_each,
                                      .eval = insensitive_eval,
                                      .fenchel = insensitive_fenchel,
                                      .kinks = insensitive_kinks,
                                      .describe = lgd_loss_describe_parameter},
                              .ctx = (void *)&standard};

static const lgd_loss_parameter standard_of_squares = {0.1, "squared_epsilon_insensitive", "epsilon"};
static const lgd_loss squared = {.ops = {.name = "squared_epsilon_insensitive",
                                         .targets = lgd_loss_one_each,
                                         .eval = squared_eval,
                                         .curvature = squared_curvature,
                                         .fenchel = squared_fenchel,
                                         .hessian = squared_hessian,
                                         .describe = lgd_loss_describe_parameter},
                                 .ctx = (void *)&standard_of_squares};

const lgd_loss *lgd_loss_epsilon_insensitive(void)
{
    return &loss;
}

const lgd_loss *lgd_loss_squared_epsilon_insensitive(void)
{
    return &squared;
}

lgd_status lgd_loss_epsilon_insensitive_create(lgd_loss **out, double epsilon)
{
    return lgd_loss_with(out, &loss, epsilon, epsilon >= 0 && isfinite(epsilon), "a finite number >= 0");
}

lgd_status lgd_loss_squared_epsilon_insensitive_create(lgd_loss **out, double epsilon)
{
    return lgd_loss_with(out, &squared, epsilon, epsilon >= 0 && isfinite(epsilon), "a finite number >= 0");
}
