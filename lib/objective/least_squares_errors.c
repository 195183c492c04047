/* Standard errors. With X the inverse of F, (F^T F)^-1 = X X^T, and with rows R of the data alone, where F has rows for l2 beneath,
 *
 *     covariance = sigma^2 C C^T,   C = X B^T,   B = R X,   trace of the hat matrix = |B|^2
 *
 * Without l2 R is F, and C is X. */
#include "least_squares.h"
#include "blas/blas.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* C [n x n]; *trace is that of the hat matrix. */
static void spread(const lgd_fit *fit, double *C, double *turned, double *trace)
{
    const size_t n = fit->n;
    const double *X = fit->inverse;
    *trace = (double)fit->rank;
    if (!(fit->l2 > 0)) {
        memcpy(C, X, n * n * sizeof *C);
        return;
    }
    double *R = C, *B = fit->F; /* F is of no use any more */
    for (size_t i = 0; i < n; i++)
        memcpy(R + i * n, fit->T + i * fit->width, n * sizeof *R);
    lgd_blas_forward(n, n, n, R, n, false, X, n, B, n);
    *trace = 0;
    for (size_t i = 0; i < n; i++) {
        *trace += lgd_dot(n, B + i * n, B + i * n);
        for (size_t j = 0; j < n; j++)
            turned[j * n + i] = B[i * n + j];
    }
    lgd_blas_forward(n, n, n, X, n, false, turned, n, C, n);
}

/* Which parameters the residuals do not determine: e_j is not within the rows of F. */
static bool undetermined(const lgd_fit *fit, size_t j)
{
    const size_t n = fit->n;
    double within = 0;
    if (!fit->pseudo || fit->rank == n)
        return false;
    for (size_t i = 0; i <= j; i++)
        within += fit->inverse[j * n + i] * fit->F[i * n + j];
    return !(within > 1 - 16 * (double)n * DBL_EPSILON * fmax(fit->condition, 1));
}

/* sigma = s 2^e: powers of two come last and together, since for sigma = 1 a number may be beyond the range that it is in with it. */
typedef struct deviation {
    double s;
    int e;
} deviation;

/* Element (i, j) of the covariance in the columns' own units. */
static double element(const lgd_fit *fit, const double *C, const bool *open, deviation sigma, size_t i, size_t j)
{
    if (open[i] || open[j])
        return i == j ? INFINITY : NAN;
    const double scaled = sigma.s * sigma.s * lgd_dot(fit->n, C + i * fit->n, C + j * fit->n);
    return ldexp(scaled, 2 * sigma.e - fit->power[i] - fit->power[j]);
}

static void give(const lgd_fit *fit, const double *C, const bool *open, double sigma,
                 const lgd_least_squares_options *o)
{
    const size_t n = fit->n, k = fit->k, dim = n * k;
    deviation parts = {.e = 0};
    parts.s = isfinite(sigma) ? frexp(sigma, &parts.e) : sigma;
    for (size_t i = 0; i < n && o->errors; i++) {
        const double size = parts.s * lgd_norm2(n, C + i * n);
        for (size_t c = 0; c < k; c++)
            o->errors[i * k + c] = open[i] ? INFINITY : ldexp(size, parts.e - fit->power[i]);
    }
    if (!o->covariance)
        return;
    memset(o->covariance, 0, dim * dim * sizeof *o->covariance);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            const double both = element(fit, C, open, parts, i, j);
            for (size_t c = 0; c < k; c++) {
                const size_t a = i * k + c, b = j * k + c;
                o->covariance[a * dim + b] = o->covariance[b * dim + a] = both;
            }
        }
}

/* From scaled residuals: their squares may be beyond the range of numbers where they are not. */
double lgd_fit_sigma(const lgd_fit *fit, const lgd_least_squares_options *o, double freedom)
{
    if (o->sigma > 0)
        return o->sigma;
    return freedom > 0 ? ldexp(sqrt(fit->squares / freedom), fit->power[fit->n]) : NAN;
}

lgd_status lgd_fit_errors(lgd_fit *fit, const lgd_least_squares_options *o, lgd_least_squares_report *report)
{
    const size_t n = fit->n, square = n * n;
    double trace = (double)fit->rank, *C = NULL;
    bool *open = NULL;
    if (o->errors || o->covariance || fit->l2 > 0) {
        C = lgd_alloc("least squares", lgd_add(lgd_mul(square, 2), n), sizeof *C);
        if (!C)
            return LGD_ENOMEM;
        open = (bool *)(C + 2 * square);
        for (size_t j = 0; j < n; j++)
            open[j] = undetermined(fit, j);
        spread(fit, C, C + square, &trace);
    }
    report->freedom = (double)fit->residuals - trace * (double)fit->k;
    report->sigma = lgd_fit_sigma(fit, o, report->freedom);
    if (C)
        give(fit, C, open, report->sigma, o);
    lgd_release(C);
    return LGD_OK;
}
