/* e^2/2 and e^2, e = z - y. One is the other at twice the rate, bit for bit: the factor is a power of two. */
#include "loss.h"

static const double one = 1, two = 2;

/* The sum of e^2, with factor e for a slope. */
LGD_INLINE double point(double factor, double z, double y, double *slope)
{
    const double e = z - y;
    *slope = factor * e;
    return e * e;
}

LGD_LOSS_LOOP(loop, point)

static double half_squared_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                                const double *weight)
{
    (void)ctx;
    return 0.5 * lgd_loss_each(loop, &one, m, k, Z, ldz, y, weight);
}

static double squared_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                           const double *weight)
{
    (void)ctx;
    return lgd_loss_each(loop, &two, m, k, Z, ldz, y, weight);
}

static double half_squared_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 1;
}

static double squared_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 2;
}

/* sum_i weight_i sum_c (z_ic - v_ic)^2 for the score v_ic = y_ic + u_ic / factor whose slope is u_ic: with
 * loss*(u) = u^2/2 + u y, of the full square u^2/4 + u y, half of this or all of it is what Fenchel's inequality leaves. */
static double from_slopes(size_t m, size_t k, const double *Z, size_t ldz, const double *y, const double *weight,
                          const double *U, size_t ldu, double factor)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1;
        for (size_t c = 0; c < k && omega > 0; c++) {
            const double e = (Z[i * ldz + c] - y[i * k + c]) - U[i * ldu + c] / (factor * omega);
            sum += omega * (e * e);
        }
    }
    return sum;
}

static double half_squared_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                                   const double *weight, const double *U, size_t ldu)
{
    (void)ctx;
    return 0.5 * from_slopes(m, k, Z, ldz, y, weight, U, ldu, 1);
}

static double squared_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                              const double *weight, const double *U, size_t ldu)
{
    (void)ctx;
    return from_slopes(m, k, Z, ldz, y, weight, U, ldu, 2);
}

static void half_squared_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                                 const double *weight, double *C)
{
    (void)ctx, (void)Z, (void)ldz, (void)y;
    lgd_loss_diagonal(m, k, 1, weight, C);
}

static void squared_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                            const double *weight, double *C)
{
    (void)ctx, (void)Z, (void)ldz, (void)y;
    lgd_loss_diagonal(m, k, 2, weight, C);
}

const lgd_loss *lgd_loss_half_squared(void)
{
    static const lgd_loss loss = {.ops = {.name = "half_squared",
                                          .flags = LGD_SQUARES,
                                          .targets = lgd_loss_one_each,
                                          .eval = half_squared_eval,
                                          .curvature = half_squared_curvature,
                                          .fenchel = half_squared_fenchel,
                                          .hessian = half_squared_hessian}};
    return &loss;
}

const lgd_loss *lgd_loss_squared(void)
{
    static const lgd_loss loss = {.ops = {.name = "squared",
                                          .flags = LGD_SQUARES,
                                          .targets = lgd_loss_one_each,
                                          .eval = squared_eval,
                                          .curvature = squared_curvature,
                                          .fenchel = squared_fenchel,
                                          .hessian = squared_hessian}};
    return &loss;
}
