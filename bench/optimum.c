/* The least value of F, found by another road than the methods that are compared with it: Newton's method, each step by
 * conjugate gradients on the Hessian (Nocedal and Wright 2006, chapter 7). Columns that depend on each other do no harm. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double dot(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += a[j] * b[j];
    return sum;
}

static void axpy(size_t n, double a, const double *x, double *y)
{
    for (size_t j = 0; j < n; j++)
        y[j] += a * x[j];
}

/* ---- the Hessian H = [A 1]^T D [A 1] / m + l2 (intercept spared), D the curvature of the loss at each score */

typedef struct hessian {
    const dataset *d;
    double l2;
    double *curvature, *score; /* [rows] */
} hessian;

static bool scores(const dataset *d, const double *w, double *z)
{
    if (lgd_matrix_forward(d->A, NULL, 1, w, 1, z, 1))
        return false;
    for (size_t i = 0; i < d->rows; i++)
        z[i] += w[d->cols];
    return true;
}

static bool hessian_at(hessian *h, const double *w)
{
    if (!scores(h->d, w, h->score))
        return false;
    for (size_t i = 0; i < h->d->rows; i++) {
        double p = 1 / (1 + exp(-h->score[i]));
        h->curvature[i] = h->d->logistic ? p * (1 - p) : 1;
    }
    return true;
}

static bool hessian_times(const hessian *h, const double *v, double *out)
{
    const dataset *d = h->d;
    if (!scores(d, v, h->score))
        return false;
    memset(out, 0, (d->cols + 1) * sizeof *out);
    for (size_t i = 0; i < d->rows; i++) {
        h->score[i] *= h->curvature[i] / (double)d->rows;
        out[d->cols] += h->score[i];
    }
    if (lgd_matrix_adjoint(d->A, NULL, 1, h->score, 1, out, 1))
        return false;
    axpy(d->cols, h->l2, v, out);
    return true;
}

/* ---- step = -H^-1 g to six digits: more would follow rounding into directions along which F is flat. r, q, v: workspace */

static bool newton_step(const hessian *h, const double *g, double *step, double *r, double *q, double *v)
{
    size_t n = h->d->cols + 1;
    memset(step, 0, n * sizeof *step);
    for (size_t j = 0; j < n; j++)
        v[j] = r[j] = -g[j];
    double rr = dot(n, r, r), enough = 1e-12 * rr;
    for (size_t k = 0; k < 20 * n && rr > enough; k++) {
        if (!hessian_times(h, v, q))
            return false;
        double bend = dot(n, v, q);
        if (!(bend > 0))
            break;
        double a = rr / bend, before = rr;
        axpy(n, a, v, step);
        axpy(n, -a, q, r);
        rr = dot(n, r, r);
        for (size_t j = 0; j < n; j++)
            v[j] = r[j] + rr / before * v[j];
    }
    return true;
}

bool optimum_find(const dataset *d, lgd_objective *f, double l2, double *w, double *value)
{
    size_t n = d->cols + 1;
    double *space = calloc(6 * n + 2 * d->rows, sizeof *space);
    if (!space)
        return false;
    double *g = space, *step = g + n, *r = step + n, *q = r + n, *v = q + n, *next = v + n;
    hessian h = {d, l2, next + n, next + n + d->rows};
    memset(w, 0, n * sizeof *w);
    bool ok = !lgd_objective_eval(f, NULL, w, value, g);
    double first = sqrt(dot(n, g, g)), norm = first;
    for (int k = 0; ok && k < 100 && norm > 1e-12 * first; k++) { /* smaller ones are of rounding */
        double before = *value, t = 1;
        ok = hessian_at(&h, w) && newton_step(&h, g, step, r, q, v);
        for (; ok && t > 1e-10; t /= 2) { /* to the first value that is not worse */
            memcpy(next, w, n * sizeof *w);
            axpy(n, t, step, next);
            ok = !lgd_objective_eval(f, NULL, next, value, NULL);
            if (*value <= before)
                break;
        }
        if (!ok || !(*value <= before)) { /* rounding */
            *value = before;
            break;
        }
        memcpy(w, next, n * sizeof *w);
        ok = !lgd_objective_eval(f, NULL, w, value, g);
        norm = sqrt(dot(n, g, g));
    }
    free(space);
    return ok && norm <= 1e-9 * first;
}
