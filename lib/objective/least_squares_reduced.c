/* Least squares from the reduction of its rows: the centred, scaled Gram matrix C with l2 on its diagonal is F^T F by Cholesky, and its
 * intercept stands apart, b + mean^T W. F has the condition of the columns about their means; what is solved with it has the square of that,
 * which corrections by the rows undo as long as it is well below 1/eps. */
#include "least_squares.h"
#include "blas/blas.h"
#include <math.h>
#include <string.h>

/* F from C, which is known to be positive definite. */
static lgd_status factor(lgd_fit *fit)
{
    const lgd_reduction *r = fit->reduced;
    const size_t n = r->cols;
    double *F = fit->F;
    size_t good = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(F + i * n, r->C + i * r->ld, n * sizeof *F);
        F[i * n + i] += lgd_reduction_ridge(r, r->l2, i);
    }
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
static double along_means(const lgd_reduction *r, const double *x)
{
    double sum = 0;
    for (size_t j = 0; j < r->cols; j++)
        sum += r->mean[j] * r->inverse[j] * x[j];
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
    fit->l2 = f->l2 * r->total / f->factor;
    for (size_t c = 0; c < r->outputs; c++)
        largest = fmax(largest, hypot(sqrt(r->squares[c]), r->target[c]));
    if (largest > 0)
        frexp(largest, &fit->power[fit->n]);
    for (size_t j = 0; j < r->cols; j++) {
        frexp(r->scale[j], &fit->power[j]);
        fit->power[j]--; /* scale_j is 2^e_j */
        fit->ridge[j] = r->total / f->factor * lgd_reduction_ridge(r, f->l2, j);
    }
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
    const double total = r->total / fit->f->factor, of_b = r->intercept ? g[n] : 0;
    for (size_t j = 0; j < n; j++) {
        const double mean = r->mean[j] * r->inverse[j];
        const double more = (r->intercept ? low[n] : 0) * mean;
        x[j] = (fma(-mean, of_b, g[j]) + (low[j] - more)) / total;
    }
    solve(fit, x);
    if (r->intercept)
        x[n] = of_b / total / r->weight - along_means(r, x);
}

void lgd_fit_reduced_report(lgd_fit *fit, double squares, lgd_least_squares_report *report)
{
    const lgd_reduction *r = fit->reduced;
    const double total = r->total / fit->f->factor;
    double all = 0, trace = (double)fit->n;
    for (size_t c = 0; c < r->outputs; c++)
        all += ldexp(ldexp(total * r->squares[c], -fit->power[fit->n]), -fit->power[fit->n]);
    report->r_squared = all > 0 ? 1 - squares / all : NAN;
    for (size_t j = 0; j < r->cols && fit->l2 > 0; j++) { /* n less the trace of (C + l2)^-1 l2 */
        double *x = fit->dx;
        memset(x, 0, r->cols * sizeof *x);
        x[j] = 1;
        lgd_fit_forward(r->cols, fit->F, x);
        trace -= lgd_reduction_ridge(r, r->l2, j) * lgd_dot(r->cols, x, x);
    }
    report->freedom = (double)fit->residuals - trace * (double)r->outputs;
}
