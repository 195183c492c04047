/* log(sum_c exp(z_c)) - z_y for one class y to a row. All is taken from the largest score of the row: exp(z_c - z_max) is at most 1, and the
 * loss log(1 + the other exponentials) + (z_max - z_y), of which no part is negative. D. Boehning, "Multinomial logistic regression
 * algorithm", Ann. Inst. Stat. Math. 44 (1992), has the bound on the Hessian. */
#include "loss.h"
#include <float.h>
#include <math.h>

enum { FEW = 64 }; /* classes, at most, of rows that go side by side */

LGD_WIDEST static void exponentials(size_t n, double *z)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        z[i] = lgd_exp(z[i]);
}

/* In place exp(z_c - z_max); returns where z_max is, with a NaN anywhere NaN at the end. */
static size_t less_largest(size_t k, double *z, double *largest)
{
    size_t at = 0;
    for (size_t c = 1; c < k; c++)
        if (z[c] > z[at])
            at = c;
    *largest = z[at];
    for (size_t c = 0; c < k; c++)
        z[c] -= *largest;
    return at;
}

static double sum_without(size_t k, const double *e, size_t at)
{
    double sum = 0;
    for (size_t c = 0; c < k; c++)
        sum += c == at ? 0 : e[c];
    return sum;
}

/* Eight rows at once, a lane each, at scores T [k x LGD_LANES], which become slopes, and at classes `own`: to `value`. */
LGD_INLINE void eight(size_t k, double *restrict T, const double *restrict own, const double *restrict weight,
                      double *restrict value)
{
    double largest[LGD_LANES], at[LGD_LANES] = {0}, mine[LGD_LANES], first[LGD_LANES] = {0};
    double others[LGD_LANES] = {0}, missed[LGD_LANES] = {0};
#pragma omp simd
    for (size_t l = 0; l < LGD_LANES; l++)
        largest[l] = mine[l] = T[l];
    for (size_t c = 1; c < k; c++)
#pragma omp simd
        for (size_t l = 0; l < LGD_LANES; l++) {
            const double z = T[c * LGD_LANES + l];
            at[l] = lgd_either(z > largest[l], (double)c, at[l]);
            largest[l] = lgd_either(z > largest[l], z, largest[l]);
            mine[l] = lgd_either(own[l] == (double)c, z, mine[l]);
        }
    for (size_t c = 0; c < k; c++)
#pragma omp simd
        for (size_t l = 0; l < LGD_LANES; l++) {
            const double e = lgd_exp(T[c * LGD_LANES + l] - largest[l]);
            T[c * LGD_LANES + l] = e;
            others[l] += lgd_either(at[l] == (double)c, 0, e);
            first[l] += lgd_either(at[l] == (double)c, e, 0);
            missed[l] += lgd_either(own[l] == (double)c, 0, e);
        }
#pragma omp simd
    for (size_t l = 0; l < LGD_LANES; l++) {
        value[l] = weight[l] * (lgd_log1p(others[l]) + (largest[l] - mine[l]));
        first[l] += others[l]; /* the total */
    }
    for (size_t c = 0; c < k; c++)
#pragma omp simd
        for (size_t l = 0; l < LGD_LANES; l++) {
            const double part = lgd_either(own[l] == (double)c, -missed[l], T[c * LGD_LANES + l]);
            T[c * LGD_LANES + l] = weight[l] * (part / first[l]);
        }
}

/* Few classes: rows side by side. */
LGD_WIDEST static double narrow(size_t m, size_t k, double *restrict Z, size_t ldz, const double *restrict y,
                                const double *restrict weight)
{
    double sum = 0, T[FEW * LGD_LANES], own[LGD_LANES], omega[LGD_LANES], value[LGD_LANES];
    for (size_t first = 0; first < m; first += LGD_LANES) {
        const size_t n = m - first < LGD_LANES ? m - first : LGD_LANES;
        for (size_t l = 0; l < LGD_LANES; l++) { /* what is left over is filled up with its first row */
            const size_t i = first + (l < n ? l : 0);
            const double *z = Z + i * ldz;
            for (size_t c = 0; c < k; c++)
                T[c * LGD_LANES + l] = z[c];
            own[l] = y[i];
            omega[l] = weight ? weight[i] : 1;
        }
        eight(k, T, own, omega, value);
        for (size_t l = 0; l < n; l++) {
            double *z = Z + (first + l) * ldz;
            for (size_t c = 0; c < k; c++)
                z[c] = T[c * LGD_LANES + l];
            sum += value[l];
        }
    }
    return sum;
}

/* Many classes: those of a row side by side. */
static double wide(size_t m, size_t k, double *Z, size_t ldz, const double *y, const double *weight)
{
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        double *z = Z + i * ldz, largest;
        const size_t own = (size_t)y[i];
        const double mine = z[own], omega = weight ? weight[i] : 1;
        const size_t at = less_largest(k, z, &largest);
        exponentials(k, z);
        const double others = sum_without(k, z, at), total = z[at] + others;
        const double missed = own == at ? others : sum_without(k, z, own);
        sum += omega * (lgd_log1p(others) + (largest - mine));
        for (size_t c = 0; c < k; c++)
            z[c] = omega * (z[c] / total);
        z[own] = -omega * (missed / total);
    }
    return sum;
}

static double softmax_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                           const double *weight)
{
    (void)ctx;
    return k <= FEW && m > 2 ? narrow(m, k, Z, ldz, y, weight) : wide(m, k, Z, ldz, y, weight);
}

static void softmax_link(const void *ctx, size_t m, size_t k, double *Z, size_t ldz)
{
    (void)ctx;
    for (size_t i = 0; i < m; i++) {
        double *z = Z + i * ldz, largest;
        const size_t at = less_largest(k, z, &largest);
        exponentials(k, z);
        const double total = z[at] + sum_without(k, z, at);
        for (size_t c = 0; c < k; c++)
            z[c] /= total;
    }
}

static size_t softmax_check(const void *ctx, size_t m, size_t k, const double *y, const char **accepted)
{
    (void)ctx;
    static _Thread_local char text[64]; /* the range has as many classes as there are outputs */
    for (size_t i = 0; i < m; i++)
        if (!(y[i] >= 0 && y[i] < (double)k && y[i] == floor(y[i]))) {
            lgd_format(text, sizeof text,
                       k > 1 ? "a whole number from 0 to %zu is accepted" : "%zu, the class of 1 output, is accepted",
                       k - 1);
            *accepted = text;
            return i;
        }
    return m;
}

static double softmax_curvature(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 0.5;
}

/* loss*(u) = sum_c p_c log p_c for p = u + e_y, probabilities: the divergence of p from those of the scores is left. */
static double left(size_t k, const double *z, size_t own, const double *u, double omega)
{
    size_t at = 0;
    double sum = 0, others = 0, all = 0;
    for (size_t c = 1; c < k; c++)
        if (z[c] > z[at])
            at = c;
    for (size_t c = 0; c < k; c++)
        others += c == at ? 0 : lgd_exp(z[c] - z[at]);
    for (size_t c = 0; c < k; c++) {
        double p = u[c] / omega + (c == own);
        const double log_of_mean = (z[c] - z[at]) - lgd_log1p(others);
        if (!lgd_loss_within(&p, 0, 1))
            return INFINITY;
        sum += lgd_loss_divergence(p, lgd_exp(log_of_mean), log_of_mean);
        all += p;
    }
    return fabs(all - 1) <= 4 * (double)k * DBL_EPSILON ? sum : INFINITY;
}

static double softmax_fenchel(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                              const double *weight, const double *U, size_t ldu)
{
    (void)ctx;
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1;
        if (omega > 0)
            sum += omega * left(k, Z + i * ldz, (size_t)y[i], U + i * ldu, omega);
    }
    return sum;
}

/* diag(P) - P P^T: of the diagonal, P_c (1 - P_c) by the probabilities of the others. */
static void softmax_hessian(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                            const double *weight, double *C)
{
    (void)y;
    for (size_t i = 0; i < m; i++) {
        const double omega = weight ? weight[i] : 1;
        double *row = C + i * k * k, *p = row + (k - 1) * k; /* the last row is overwritten last */
        memcpy(p, Z + i * ldz, k * sizeof *p);
        softmax_link(ctx, 1, k, p, k);
        for (size_t c = 0; c < k; c++) {
            const double own = p[c], others = sum_without(k, p, c);
            for (size_t d = 0; d < k; d++)
                row[c * k + d] = omega * own * (c == d ? others : -p[d]);
        }
    }
}

/* Below log 2 the class has more than half of the probability, and the largest score by itself. */
static double softmax_attained(const void *ctx)
{
    (void)ctx;
    return log(2);
}

const lgd_loss *lgd_loss_softmax(void)
{
    static const lgd_loss loss = {.ops = {.name = "softmax",
                                          .flags = LGD_CLASSES,
                                          .eval = softmax_eval,
                                          .link = softmax_link,
                                          .check = softmax_check,
                                          .curvature = softmax_curvature,
                                          .fenchel = softmax_fenchel,
                                          .hessian = softmax_hessian,
                                          .attained = softmax_attained}};
    return &loss;
}
