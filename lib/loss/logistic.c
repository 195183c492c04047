/* log(1 + exp(z)) - y z for y in {0, 1}. With s = z for y = 0 and -z for y = 1 it is log(1 + exp(s)), its slope in s the
 * sigmoid of s: one formula for both labels, nothing cancels, and exp is only taken of -|s|. */
#include "loss.h"
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

static size_t logistic_check(const void *ctx, size_t m, size_t k, const double *y, const char **accepted)
{
    (void)ctx;
    *accepted = "0 or 1 is accepted";
    for (size_t i = 0; i < m * k; i++)
        if (y[i] != 0 && y[i] != 1)
            return i;
    return m * k;
}

/* The slope is P - y, and P (1 - P) is at most a quarter. */
static double logistic_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 0.25;
}

const lgd_loss *lgd_loss_logistic(void)
{
    static const lgd_loss loss = {.ops = {.name = "logistic",
                                          .targets = lgd_loss_one_each,
                                          .eval = logistic_eval,
                                          .link = logistic_link,
                                          .check = logistic_check,
                                          .curvature = logistic_curvature}};
    return &loss;
}
