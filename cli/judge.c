/* How near a fit is to the targets. */
#include "cli.h"
#include <math.h>
#include <stdlib.h>

/* Scores of all rows, with the columns and coefficients of the file. */
static double *scores(const fit *a)
{
    const data *d = &a->data;
    double *z = memory_of(d->rows, sizeof *z);
    if (z && lgd_matrix_forward(d->A, NULL, 1, a->w, 1, z, 1)) {
        refuse_last();
        free(z);
        return NULL;
    }
    for (size_t i = 0; z && i < d->rows; i++)
        z[i] += a->settings->intercept ? a->w[d->cols] : 0;
    return z;
}

static double weight(const data *d, size_t i)
{
    return d->weights ? d->weights[i] : 1;
}

/* 1 - rss/tss, where tss is about the mean only if there is an intercept. */
static double share_of_variance(const fit *a, double rss)
{
    const data *d = &a->data;
    double sum = 0, count = 0, tss = 0;
    for (size_t i = 0; i < d->rows && a->settings->intercept; i++) {
        sum += weight(d, i) * d->y[i];
        count += weight(d, i);
    }
    const double mean = count > 0 ? sum / count : 0;
    for (size_t i = 0; i < d->rows; i++)
        tss += weight(d, i) * (d->y[i] - mean) * (d->y[i] - mean);
    return tss > 0 ? 1 - rss / tss : NAN;
}

bool fit_judge(fit *a)
{
    const data *d = &a->data;
    double *z = scores(a), rss = 0, right = 0, count = 0;
    size_t rows = 0;
    if (!z)
        return false;
    for (size_t i = 0; i < d->rows; i++) {
        const double r = z[i] - d->y[i];
        rss += weight(d, i) * r * r;
        right += weight(d, i) * ((z[i] > 0) == (d->y[i] > 0.5));
        count += weight(d, i);
        rows += weight(d, i) > 0;
    }
    free(z);
    if (!a->covariance) {
        const size_t rank = a->rank ? a->rank : a->dim;
        a->freedom = rows > rank ? (double)(rows - rank) : 0;
    }
    a->sigma = a->freedom > 0 ? sqrt(rss / a->freedom) : NAN;
    a->r2 = share_of_variance(a, rss);
    a->accuracy = right / count;
    return true;
}
