/* How near a fit is to the targets. */
#include "cli.h"
#include <math.h>
#include <stdlib.h>

/* Scores [rows x outputs], with the columns and coefficients of the file. */
static double *scores(const fit *a, const data *d)
{
    const size_t k = a->outputs;
    double *z = memory_of(d->rows * k, sizeof *z);
    if (z && lgd_matrix_forward(d->A, NULL, k, a->w, k, z, k)) {
        refuse_last();
        free(z);
        return NULL;
    }
    for (size_t i = 0; z && i < d->rows * k; i++)
        z[i] += a->settings->intercept ? a->w[d->cols * k + i % k] : 0;
    return z;
}

/* The class of a row of k scores: the largest, or, of one, its sign. */
static size_t class_of(const double *z, size_t k)
{
    size_t at = 0;
    for (size_t c = 1; c < k; c++)
        at = z[c] > z[at] ? c : at;
    return k > 1 ? at : z[0] > 0;
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

typedef struct tally {
    double rss, right, count;
    size_t rows; /* of weight above 0 */
} tally;

static bool count(const fit *a, const data *d, tally *t)
{
    const size_t k = a->outputs;
    double *z = scores(a, d);
    *t = (tally){0};
    if (!z)
        return false;
    for (size_t i = 0; i < d->rows; i++) {
        const double r = z[i * k] - d->y[i];
        t->rss += weight(d, i) * r * r;
        t->right += weight(d, i) * ((double)class_of(z + i * k, k) == d->y[i]);
        t->count += weight(d, i);
        t->rows += weight(d, i) > 0;
    }
    free(z);
    return true;
}

bool fit_judge(fit *a)
{
    tally t;
    if (!count(a, &a->data, &t))
        return false;
    if (!a->covariance) {
        const size_t rank = a->rank ? a->rank : a->dim;
        a->freedom = t.rows > rank ? (double)(t.rows - rank) : 0;
    }
    a->sigma = a->freedom > 0 ? sqrt(t.rss / a->freedom) : NAN;
    a->r2 = share_of_variance(a, t.rss);
    a->accuracy = t.right / t.count;
    if (!a->held.rows)
        return true;
    if (!count(a, &a->held, &t))
        return false;
    a->held_accuracy = t.right / t.count;
    return !lgd_objective_eval(a->held_f, NULL, a->at, &a->held_loss, NULL) || refuse_last();
}
