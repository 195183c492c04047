/* max(0, 1 - s z)^2 for y in {0, 1}, s = 2 y - 1: by t = 1 - s z, how far the row is from its margin of 1. */
#include "loss.h"
#include <math.h>

static double hinge_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                         const double *weight)
{
    (void)ctx;
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1;
        for (size_t c = 0; c < k; c++) {
            const double sign = y[i * k + c] == 1 ? 1 : -1, t = fmax(1 - sign * Z[i * ldz + c], 0);
            sum += omega * (t * t);
            Z[i * ldz + c] = -2 * sign * (omega * t);
        }
    }
    return sum;
}

/* 2 within the margin, 0 beyond */
static double hinge_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 2;
}

/* With a = s u, loss*(u) = a + a^2/4 for a <= 0 and infinite above: what is left is a square within the margin, and
 * beyond it a t + a^2/4, of which no part is negative either. */
static double remainder_of(double t, double a)
{
    if (!(a <= 0))
        return INFINITY;
    return t > 0 ? (t + a / 2) * (t + a / 2) : a * t + a * a / 4;
}

static double hinge_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                            const double *weight, const double *U, size_t ldu)
{
    (void)ctx;
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1;
        for (size_t c = 0; c < k && omega > 0; c++) {
            const double sign = y[i * k + c] == 1 ? 1 : -1;
            sum += omega * remainder_of(1 - sign * Z[i * ldz + c], sign * U[i * ldu + c] / omega);
        }
    }
    return sum;
}

/* The second derivative jumps at the margin, where that of the side beyond is taken. */
static void hinge_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                          const double *weight, double *C)
{
    (void)ctx;
    lgd_loss_diagonal(m, k, 2, weight, C);
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < k; c++) {
            const double sign = y[i * k + c] == 1 ? 1 : -1;
            if (1 - sign * Z[i * ldz + c] <= 0)
                C[(i * k + c) * k + c] = 0;
        }
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
