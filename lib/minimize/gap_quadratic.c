/* The duality gap of a quadratic, from its value and gradient alone. With R = s r for the residuals r at w the brackets of gap.c are
 * (1 - s)^2 |r|^2/2 for f, which is what f lies above 0; in general it is (1 - s)^2 D for what f lies above its minimum at most, D. A
 * quadratic of data is not below 0, one of a matrix alone has D = 1/2 g.Q^-1 g. Intercepts are set to where f is least for the W there
 * is: then their slopes add up to 0, and f is that much lower. */
#include "blas/blas.h"
#include "gap.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool lgd_gap_quadratic_lacks(const lgd_objective *f, const lgd_penalty *h, size_t size, char *what)
{
    const lgd_reduction *q = lgd_quadratic_reduction(f);
    if (q->spare_count && !q->intercept)
        snprintf(what, size, "the %s leaves %zu coordinates unpenalised that are no intercepts", f->ops.name,
                 q->spare_count);
    else if (!h && q->l2 == 0)
        snprintf(what, size, "there is neither a penalty nor an l2");
    else if (h && q->l2 == 0 && !h->ops.conjugate)
        snprintf(what, size, "the penalty %.40s has no ops.conjugate, and l2 is 0", h->ops.name);
    else
        return false;
    return true;
}

lgd_status lgd_gap_quadratic_create(lgd_gap *gap)
{
    const lgd_reduction *q = gap->q;
    size_t good = 0;
    gap->l2 = q->l2;
    if (q->terms) /* of data */
        return LGD_OK;
    gap->L = lgd_alloc("gap", lgd_mul(q->cols, q->ld), sizeof *gap->L);
    if (!gap->L)
        return LGD_ENOMEM;
    memcpy(gap->L, q->C, q->cols * q->ld * sizeof *gap->L);
    const lgd_status status = lgd_lapack_factor(q->cols, gap->L, q->ld, &good);
    for (size_t i = 0; i < good && !status; i++) {
        const double pivot = gap->L[i * q->ld + i];
        if (!(pivot * pivot > (double)q->cols * DBL_EPSILON * q->C[i * q->ld + i]))
            good = i;
    }
    if (!status && good < q->cols)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "gap: Q of the quadratic is not positive definite in %zu of its %zu pivots, so that its least "
                        "value is not known; one that is positive definite, or a quadratic of data, is accepted",
                        q->cols - good, q->cols);
    return status;
}

lgd_status lgd_gap_quadratic_slopes(lgd_gap *gap, size_t threads, const double *w, double *value, double *above)
{
    const lgd_reduction *q = gap->q;
    const size_t n = q->cols, k = q->outputs;
    const lgd_rows all = {0, gap->f->terms, NULL};
    double *v = gap->v;
    lgd_status status = lgd_objective_mean(gap->f, &all, gap->f->terms, threads, w, value, v);
    *above = 0;
    if (status)
        return status;
    for (size_t j = 0; q->l2 > 0 && j < n * k; j++) {
        *value -= q->l2 / 2 * w[j] * w[j];
        v[j] -= q->l2 * w[j];
    }
    for (size_t c = 0; q->intercept && q->weight > 0 && c < k; c++) {
        const double slope = v[n * k + c]; /* weight (b + mean.W - target) */
        *above += 0.5 * slope * slope / q->weight;
        for (size_t j = 0; j < n; j++)
            v[j * k + c] -= slope * q->mean[j];
        v[n * k + c] = 0;
    }
    *value -= *above;
    for (size_t j = 0; j < gap->f->dim; j++)
        v[j] = -v[j];
    return LGD_OK;
}

double lgd_gap_quadratic_height(const lgd_gap *gap, double value)
{
    double sum = 0;
    if (!gap->L)
        return fmax(value, 0);
    for (size_t i = 0; i < gap->q->cols; i++) {
        const double *row = gap->L + i * gap->q->ld;
        gap->u[i] = (gap->v[i] - lgd_dot(i, row, gap->u)) / row[i];
        sum += gap->u[i] * gap->u[i];
    }
    return 0.5 * sum;
}
