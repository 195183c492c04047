/* log(1 + exp(z)) - y z for y in {0, 1}. With s = z for y = 0 and -z for y = 1 it is log(1 + exp(s)), its slope in s the
 * sigmoid of s: one formula for both labels, nothing cancels, and exp is only taken of -|s|. */
#include "loss.h"
#include <float.h>
#include <math.h>

static double logistic_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                            const double *weight)
{
    (void)ctx;
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        double omega = weight ? weight[i] : 1;
        for (size_t c = 0; c < k; c++) {
            double sign = y[i * k + c] == 1 ? -1 : 1, s = sign * Z[i * ldz + c];
            double e = exp(-fabs(s));
            sum += omega * (s > 0 ? s + log1p(e) : log1p(e));
            Z[i * ldz + c] = sign * omega * ((s > 0 ? 1 : e) / (1 + e));
        }
    }
    return sum;
}

static void logistic_link(const void *ctx, size_t m, size_t k, double *Z, size_t ldz)
{
    (void)ctx;
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < k; c++) {
            double z = Z[i * ldz + c], e = exp(-fabs(z));
            Z[i * ldz + c] = (z > 0 ? 1 : e) / (1 + e);
        }
}

/* loss*(u) is the negative entropy of the probability P = u + y, and the term the divergence of P from that of the score.
 * In s as above and a = u or -u, the probability of the other label, all of it is near 0 where the row is well told:
 *     log(1 + exp(s)) - a s + a log a + (1 - a) log(1 - a). */
static double divergence(double s, double a)
{
    const double rounding = 4 * DBL_EPSILON, e = exp(-fabs(s));
    if (!(a >= -rounding && a <= 1 + rounding))
        return INFINITY;
    a = fmin(fmax(a, 0), 1);
    const double entropy = (a > 0 ? a * log(a) : 0) + (a < 1 ? (1 - a) * log1p(-a) : 0);
    return fmax(log1p(e) + (s > 0 ? (1 - a) * s : -a * s) + entropy, 0);
}

static double logistic_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                               const double *weight, const double *U, size_t ldu)
{
    (void)ctx;
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1;
        for (size_t c = 0; c < k && omega > 0; c++) {
            const double sign = y[i * k + c] == 1 ? -1 : 1;
            sum += omega * divergence(sign * Z[i * ldz + c], sign * U[i * ldu + c] / omega);
        }
    }
    return sum;
}

/* The slope is P - y, and P (1 - P) is at most a quarter. */
static double logistic_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 0.25;
}

/* P (1 - P) = e/(1 + e)^2 for e = exp(-|z|): without the cancellation of 1 - P. */
static void logistic_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                             const double *weight, double *C)
{
    (void)ctx, (void)y;
    if (k > 1)
        lgd_loss_diagonal(m, k, 0, NULL, C);
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < k; c++) {
            const double e = exp(-fabs(Z[i * ldz + c]));
            C[(i * k + c) * k + c] = (weight ? weight[i] : 1) * (e / ((1 + e) * (1 + e)));
        }
}

/* Below log 2 the score has the sign of the label. */
static double logistic_attained(const void *ctx)
{
    (void)ctx;
    return log(2);
}

const lgd_loss *lgd_loss_logistic(void)
{
    static const lgd_loss loss = {.ops = {.name = "logistic",
                                          .flags = LGD_CLASSES,
                                          .targets = lgd_loss_one_each,
                                          .eval = logistic_eval,
                                          .link = logistic_link,
                                          .check = lgd_loss_labels,
                                          .curvature = logistic_curvature,
                                          .fenchel = logistic_fenchel,
                                          .hessian = logistic_hessian,
                                          .attained = logistic_attained}};
    return &loss;
}
