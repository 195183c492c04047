/* What losses share whose outputs are independent of one another: the loops over rows and outputs. */
#include "loss.h"
#include <float.h>
#include <math.h>

const double lgd_loss_ones[LGD_LANES] = {1, 1, 1, 1, 1, 1, 1, 1};

/* Scores that do not lie together, or whose weights are not one to each, by blocks that do. */
static void apart(lgd_loss_loop *loop, const double *parameter, size_t m, size_t k, double *Z, size_t ldz,
                  const double *y, const double *weight, double *s)
{
    enum { BLOCK = 64 };
    double z[BLOCK], omega[BLOCK];
    for (size_t first = 0, row = 0, c = 0; first < m * k; first += BLOCK) {
        const size_t n = m * k - first < BLOCK ? m * k - first : BLOCK;
        double *at[BLOCK];
        for (size_t i = 0; i < n; i++) {
            at[i] = Z + row * ldz + c;
            z[i] = *at[i];
            omega[i] = weight ? weight[row] : 1;
            c = c + 1 == k ? 0 : c + 1;
            row += c == 0;
        }
        loop(parameter, n, z, y + first, omega, s);
        for (size_t i = 0; i < n; i++)
            *at[i] = z[i];
    }
}

double lgd_loss_each(lgd_loss_loop *loop, const double *parameter, size_t m, size_t k, double *Z, size_t ldz,
                     const double *y, const double *weight)
{
    double s[LGD_LANES] = {0};
    if (ldz == k && (k == 1 || !weight))
        loop(parameter, m * k, Z, y, weight, s);
    else
        apart(loop, parameter, m, k, Z, ldz, y, weight, s);
    return lgd_lanes(s);
}

double lgd_loss_each_fenchel(double (*left)(const double *parameter, double z, double y, double u),
                             const double *parameter, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                             const double *weight, const double *U, size_t ldu)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1;
        for (size_t c = 0; c < k && omega > 0; c++)
            sum += omega * left(parameter, Z[i * ldz + c], y[i * k + c], U[i * ldu + c] / omega);
    }
    return sum;
}

void lgd_loss_each_hessian(double (*second)(const double *parameter, double z, double y), const double *parameter,
                           size_t m, size_t k, const double *Z, size_t ldz, const double *y, const double *weight,
                           double *C)
{
    lgd_loss_diagonal(m, k, 1, weight, C);
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < k; c++)
            C[(i * k + c) * k + c] *= second(parameter, Z[i * ldz + c], y[i * k + c]);
}

void lgd_loss_diagonal(size_t m, size_t k, double value, const double *weight, double *C)
{
    memset(C, 0, m * k * k * sizeof *C);
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < k; c++)
            C[(i * k + c) * k + c] = value * (weight ? weight[i] : 1);
}

size_t lgd_loss_one_each(const void *ctx, size_t k)
{
    (void)ctx;
    return k;
}

size_t lgd_loss_labels(const void *ctx, size_t m, size_t k, const double *y, const char **accepted)
{
    (void)ctx;
    *accepted = "0 or 1 is accepted";
    for (size_t i = 0; i < m * k; i++)
        if (y[i] != 0 && y[i] != 1)
            return i;
    return m * k;
}

LGD_WIDEST static void exponentials(size_t n, double *z)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        z[i] = lgd_exp(z[i]);
}

void lgd_loss_exp_link(const void *ctx, size_t m, size_t k, double *Z, size_t ldz)
{
    (void)ctx;
    if (ldz == k)
        exponentials(m * k, Z);
    else
        for (size_t i = 0; i < m; i++)
            exponentials(k, Z + i * ldz);
}

bool lgd_loss_within(double *u, double low, double high)
{
    const double rounding = 4 * DBL_EPSILON * fmax(fabs(low), fabs(high));
    if (!(*u >= low - rounding && *u <= high + rounding))
        return false;
    *u = fmin(fmax(*u, low), high);
    return true;
}

double lgd_loss_divergence(double p, double mean, double log_mean)
{
    if (p == 0)
        return mean;
    const double d = log_mean - log(p);
    if (d > 1)
        return (mean - p) - p * d;
    if (fabs(d) > 0.5)
        return p * (expm1(d) - d);
    double series = 1;
    for (int i = 17; i > 2; i--)
        series = 1 + series * d / i;
    return p * (d * d / 2 * series);
}

double lgd_loss_odds_divergence(double s, double p, double q)
{
    const double softplus = lgd_log1p(lgd_exp(-fabs(s)));
    return lgd_loss_divergence(p, lgd_sigmoid(s), fmin(s, 0) - softplus) +
           lgd_loss_divergence(q, lgd_sigmoid(-s), fmin(-s, 0) - softplus);
}
