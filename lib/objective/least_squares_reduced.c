/* Least squares from the reduction of its rows: the centred, scaled Gram matrix C with l2 on its diagonal is F^T F by Cholesky, and its
 * intercept stands apart, b + mean^T W. F has the condition of the columns about their means; what is solved with it has the square of that,
 * which corrections by the rows undo as long as it is well below 1/eps. */
#include "least_squares.h"
#include "blas/blas.h"
#include <math.h>
#include <string.h>

/* What sums over rows, without the factor of a loss, are divided by in C. */
static double total_of(const lgd_fit *fit)
{
    return fit->reduced->total / fit->f->factor;
}

/* Scales by which the diagonal of C with l2 is near 1, l2 in them, and F. That C is positive definite is known. */
static lgd_status factor(lgd_fit *fit)
{
    const lgd_reduction *r = fit->reduced;
    const size_t n = r->cols;
    double *F = fit->F;
    size_t good = 0;
    for (size_t j = 0; j < n; j++) {
        const double ridge = fmin(lgd_reduction_ridge(r, r->l2, j), 0x1p1000), size = r->C[j * r->ld + j] + ridge;
        int own = 0, unit = 0;
        frexp(r->scale[j], &own);
        frexp(sqrt(size), &unit);
        fit->power[j] = own - 1 + unit; /* scale_j is 2^(own - 1) */
        fit->ridge[j] = total_of(fit) * ldexp(ridge, -2 * unit);
        for (size_t i = 0; i < n; i++)
            F[i * n + j] = ldexp(r->C[i * r->ld + j], -unit);
        F[j * n + j] = ldexp(size, -unit);
        fit->low[j] = ldexp(1, -unit);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            F[i * n + j] *= fit->low[i];
    const lgd_status status = n ? lgd_lapack_factor(n, F, n, &good) : LGD_OK;
    for (size_t i = 0; i < n && !status; i++)
        for (size_t j = i + 1; j < n; j++) {
            F[i * n + j] = F[j * n + i];
            F[j * n + i] = 0;
        }
    return status;
}

/* x = F^-1 F^-T g of the columns without the intercept. */
static void solve(const lgd_fit *fit, double *x)
{
    lgd_fit_forward(fit->reduced->cols, fit->F, x);
    lgd_fit_back(fit->reduced->cols, fit->F, x);
}

/* What mean^T W is in scaled columns. */
static double along_means(const lgd_fit *fit, const double *x)
{
    double sum = 0;
    for (size_t j = 0; j < fit->reduced->cols; j++)
        sum += ldexp(fit->reduced->mean[j], -fit->power[j]) * x[j];
    return sum;
}

lgd_status lgd_fit_reduce(lgd_fit *fit)
{
    lgd_objective *f = fit->f;
    lgd_reduction_report found = {.condition = NAN};
    double *w = fit->dx, largest = 0;
    lgd_status status = lgd_reduction_create(&fit->reduced, f, 0);
    if (!status)
        status = lgd_reduction_solve(fit->reduced, NULL, 0, 0, w, &found);
    fit->rank = found.rank;
    fit->condition = sqrt(found.condition);
    if (!status)
        status = factor(fit);
    if (status)
        return status;
    const lgd_reduction *r = fit->reduced;
    fit->l2 = f->l2 * total_of(fit);
    for (size_t c = 0; c < r->outputs; c++)
        largest = fmax(largest, hypot(sqrt(r->squares[c]), r->target[c]));
    if (largest > 0)
        frexp(largest, &fit->power[fit->n]);
    for (size_t j = 0; j < fit->n; j++)
        for (size_t c = 0; c < fit->k; c++)
            fit->x[c * fit->n + j] = ldexp(w[j * fit->k + c], fit->power[j] - fit->power[fit->n]);
    return LGD_OK;
}

/* The gradient in columns about their means is a difference, taken before it is rounded. */
void lgd_fit_reduced_normal(const lgd_fit *fit, const double *g, const double *low, double *x)
{
    const lgd_reduction *r = fit->reduced;
    const size_t n = r->cols;
    const double total = total_of(fit), of_b = r->intercept ? g[n] : 0, more = r->intercept ? low[n] : 0;
    for (size_t j = 0; j < n; j++) {
        const double mean = ldexp(r->mean[j], -fit->power[j]);
        x[j] = (fma(-mean, of_b, g[j]) + (low[j] - more * mean)) / total;
    }
    solve(fit, x);
    if (r->intercept)
        x[n] = of_b / total / r->weight - along_means(fit, x);
}

void lgd_fit_reduced_report(lgd_fit *fit, double squares, lgd_least_squares_report *report)
{
    const lgd_reduction *r = fit->reduced;
    const double total = total_of(fit);
    double all = 0, trace = (double)fit->n;
    for (size_t c = 0; c < r->outputs; c++)
        all += ldexp(ldexp(total * r->squares[c], -fit->power[fit->n]), -fit->power[fit->n]);
    report->r_squared = all > 0 ? 1 - squares / all : NAN;
    for (size_t j = 0; j < r->cols && fit->l2 > 0; j++) { /* n less the trace of (C + l2)^-1 l2 */
        double *x = fit->dx;
        memset(x, 0, r->cols * sizeof *x);
        x[j] = 1;
        lgd_fit_forward(r->cols, fit->F, x);
        trace -= fit->ridge[j] / total * lgd_dot(r->cols, x, x);
    }
    report->freedom = (double)fit->residuals - trace * (double)r->outputs;
}
