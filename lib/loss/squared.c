/* e^2/2 and e^2, e = z - y. One is the other at twice the rate, bit for bit: the factor is a power of two. */
#include "loss.h"

/* returns sum_i weight_i sum_c e_ic^2 and leaves factor weight_i e_ic in Z */
static double squares(size_t m, size_t k, double *restrict Z, size_t ldz, const double *restrict y,
                      const double *restrict weight, double factor)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        double omega = weight ? weight[i] : 1;
        for (size_t c = 0; c < k; c++) {
            double e = Z[i * ldz + c] - y[i * k + c];
            sum += omega * (e * e);
            Z[i * ldz + c] = factor * (omega * e);
        }
    }
    return sum;
}

static double half_squared_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                                const double *weight)
{
    (void)ctx;
    return 0.5 * squares(m, k, Z, ldz, y, weight, 1);
}

static double squared_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                           const double *weight)
{
    (void)ctx;
    return squares(m, k, Z, ldz, y, weight, 2);
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

const lgd_loss *lgd_loss_half_squared(void)
{
    static const lgd_loss loss = {.ops = {.name = "half_squared",
                                          .targets = lgd_loss_one_each,
                                          .eval = half_squared_eval,
                                          .curvature = half_squared_curvature}};
    return &loss;
}

const lgd_loss *lgd_loss_squared(void)
{
    static const lgd_loss loss = {.ops = {.name = "squared",
                                          .targets = lgd_loss_one_each,
                                          .eval = squared_eval,
                                          .curvature = squared_curvature}};
    return &loss;
}
