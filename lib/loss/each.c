/* What losses share whose outputs are independent of one another: the loops over rows and outputs. */
#include "loss.h"
#include <float.h>
#include <math.h>

/* s += values of elements of which the first is a multiple of LGD_LANES. */
LGD_WIDE static void add(size_t n, const double *restrict value, double s[LGD_LANES])
{
    size_t i = 0;
    for (; i + LGD_LANES <= n; i += LGD_LANES)
        for (size_t l = 0; l < LGD_LANES; l++)
            s[l] += value[i + l];
    for (; i < n; i++)
        s[i % LGD_LANES] += value[i];
}

static void next(size_t *row, size_t *c, size_t k)
{
    const bool ends = *c + 1 == k;
    *row += ends;
    *c = ends ? 0 : *c + 1;
}

/* Scores z, from an element in row `row` and column c on, out of Z. */
static void take(size_t n, size_t k, const double *restrict Z, size_t ldz, size_t row, size_t c, double *restrict z)
{
    for (size_t i = 0; k == 1 && i < n; i++) /* one output of a model at several points */
        z[i] = Z[(row + i) * ldz];
    for (size_t i = 0; k != 1 && i < n; i++, next(&row, &c, k))
        z[i] = Z[row * ldz + c];
}

/* Back, times the weights, which are NULL where they are 1; the values too. */
static void give(size_t n, size_t k, double *restrict Z, size_t ldz, size_t row, size_t c, const double *weight,
                 const double *z, double *restrict value)
{
    for (size_t i = 0; k == 1 && !weight && i < n; i++)
        Z[(row + i) * ldz] = z[i];
    for (size_t i = 0; (k != 1 || weight) && i < n; i++, next(&row, &c, k)) {
        const double omega = weight ? weight[row] : 1;
        value[i] *= omega;
        Z[row * ldz + c] = omega * z[i];
    }
}

double lgd_loss_each(lgd_loss_block *block, const double *parameter, size_t m, size_t k, double *Z, size_t ldz,
                     const double *y, const double *weight)
{
    double value[LGD_LOSS_BLOCK], apart[LGD_LOSS_BLOCK], s[LGD_LANES] = {0};
    for (size_t first = 0; first < m * k; first += LGD_LOSS_BLOCK) {
        const size_t n = m * k - first < LGD_LOSS_BLOCK ? m * k - first : LGD_LOSS_BLOCK;
        double *z = ldz == k ? Z + first : apart;
        if (z == apart)
            take(n, k, Z, ldz, first / k, first % k, z);
        block(parameter, n, z, y + first, value);
        if (weight || z == apart)
            give(n, k, Z, ldz, first / k, first % k, weight, z, value);
        add(n, value, s);
    }
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

LGD_WIDE static void exponentials(size_t n, double *z)
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
