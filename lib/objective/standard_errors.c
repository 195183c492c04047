/* Standard errors by second derivatives. With A, D and g_i of the header, and columns scaled so that A has the diagonal 1,
 *
 *     covariance = A^-1 M A^-1,   M = dispersion D, or sum_i g_i g_i^T,   A = L L^T
 *
 * over the coordinates that are not frozen. A pivot of L is the part of its column that those before it leave. */
#include "lgd/standard_errors.h"
#include "blas/blas.h"
#include "objective.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { ROWS = 64 }; /* gradients that are gathered for an update */

typedef struct errors {
    lgd_objective *f;
    const double *w;
    lgd_standard_errors_options o;
    size_t dim, n, threads;
    size_t *at;            /* [n] the coordinates that are not frozen */
    double *scale;         /* [n] roots of the diagonal of A */
    double *H, *S;         /* [dim x dim] the Hessian of f, that of its smooth part */
    double *A, *M, *P, *C; /* [n x n] */
    double *G, *g;         /* [ROWS x n], [dim] */
} errors;

static bool has_smooth(const lgd_objective *f)
{
    return f->slopes ? f->l2 > 0 : f->ops.smooth != NULL;
}

/* The lower triangle of the Hessian, by products where there is nothing else. */
static lgd_status take_hessian(errors *e)
{
    const size_t n = e->dim;
    double value;
    if (lgd_objective_has_hessian(e->f))
        return lgd_objective_hessian(e->f, e->threads, e->w, &value, e->g, e->H, n);
    double *unit = e->S, *column = e->S + n; /* not taken yet; dim 1: see the room */
    lgd_status status = LGD_OK;
    for (size_t j = 0; j < n && !status; j++) {
        memset(unit, 0, n * sizeof *unit);
        unit[j] = 1;
        status = lgd_objective_product(e->f, e->threads, e->w, unit, column);
        for (size_t i = j; i < n && !status; i++)
            e->H[i * n + j] = column[i];
    }
    return status;
}

/* A in units of its diagonal, and its Cholesky factor in place. */
static lgd_status factor(errors *e)
{
    const size_t n = e->n;
    const double total = (double)e->f->terms * e->f->mean_weight;
    size_t good;
    for (size_t i = 0; i < n; i++) {
        const size_t j = e->at[i];
        const double curvature = e->H[j * e->dim + j];
        if (!(curvature > 0) || !isfinite(curvature))
            return lgd_fail(LGD_EINVAL,
                            "standard errors: curvature of the %s in w[%zu] is %g, a positive number is accepted",
                            e->f->ops.name, j, curvature);
        e->scale[i] = sqrt(curvature) * sqrt(total);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t l = 0; l <= i; l++)
            e->A[i * n + l] = e->H[e->at[i] * e->dim + e->at[l]] / (e->scale[i] / total) / e->scale[l];
    lgd_status status = lgd_blas_fits("standard errors", "number of parameters", n);
    if (!status)
        status = lgd_lapack_factor(n, e->A, n, &good);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        const double pivot = i < good ? e->A[i * n + i] * e->A[i * n + i] : 0;
        if (!(pivot > 16 * (double)n * DBL_EPSILON))
            return lgd_fail(LGD_EINVAL,
                            "standard errors: w[%zu] has %.2g of its curvature left beside the coordinates before it, "
                            "above %.2g is accepted: the rows do not determine it, or w is no minimum (see frozen)",
                            e->at[i], pivot, 16 * (double)n * DBL_EPSILON);
    }
    return LGD_OK;
}

/* P = A^-1 = L^-T L^-1, by L^-1 in C. */
static void invert(errors *e)
{
    const size_t n = e->n;
    memset(e->C, 0, n * n * sizeof *e->C);
    memset(e->P, 0, n * n * sizeof *e->P);
    for (size_t j = 0; j < n; j++) {
        e->C[j * n + j] = 1;
        for (size_t i = j; i < n; i++) {
            double *row = e->C + i * n;
            row[j] /= e->A[i * n + i];
            for (size_t l = i + 1; l < n; l++)
                e->C[l * n + j] -= e->A[l * n + i] * row[j];
        }
    }
    lgd_blas_syrk(n, n, 1, e->C, n, e->P, n);
}

static void mirror(size_t n, double *x)
{
    for (size_t i = 0; i < n; i++)
        for (size_t l = 0; l < i; l++)
            x[l * n + i] = x[i * n + l];
}

/* M = D, the Hessian of the terms alone. */
static lgd_status terms_hessian(errors *e)
{
    const size_t n = e->n, dim = e->dim;
    const double total = (double)e->f->terms * e->f->mean_weight;
    memset(e->S, 0, dim * dim * sizeof *e->S);
    const lgd_status status = lgd_objective_smooth_hessian(e->f, e->w, e->S, dim);
    for (size_t i = 0; i < n && !status; i++)
        for (size_t l = 0; l <= i; l++) {
            const size_t place = e->at[i] * dim + e->at[l];
            e->M[i * n + l] = (e->H[place] - e->S[place]) / (e->scale[i] / total) / e->scale[l];
        }
    return status;
}

/* M = sum_i g_i g_i^T. */
static lgd_status outer_products(errors *e)
{
    const size_t n = e->n, m = e->f->terms;
    const double correction = e->o.kind == LGD_ERRORS_HC1 ? sqrt((double)m / (double)(m - n)) : 1;
    lgd_status status = LGD_OK;
    memset(e->M, 0, n * n * sizeof *e->M);
    for (size_t first = 0, held = 0; first < m && !status; first++) {
        double value;
        status = lgd_objective_sum(e->f, &(lgd_rows){first, 1, NULL}, 1, e->w, &value, e->g, NULL);
        for (size_t i = 0; i < n; i++)
            e->G[held * n + i] = correction * (e->g[e->at[i]] / e->scale[i]);
        held++;
        if (!status && (held == ROWS || first + 1 == m)) {
            lgd_blas_syrk(held, n, 1, e->G, n, e->M, n);
            held = 0;
        }
    }
    return status;
}

/* P becomes the covariance in the units of A. */
static lgd_status spread(errors *e)
{
    const size_t n = e->n;
    const bool model = e->o.kind == LGD_ERRORS_MODEL;
    mirror(n, e->P);
    if (model && !has_smooth(e->f))
        return LGD_OK;
    const lgd_status status = model ? terms_hessian(e) : outer_products(e);
    if (status)
        return status;
    mirror(n, e->M);
    lgd_blas_forward(n, n, n, e->P, n, false, e->M, n, e->C, n);
    lgd_blas_forward(n, n, n, e->C, n, false, e->P, n, e->M, n);
    memcpy(e->P, e->M, n * n * sizeof *e->P);
    return LGD_OK;
}

static lgd_status give(const errors *e, double *out, double *covariance)
{
    const size_t n = e->n, dim = e->dim;
    const double dispersion = e->o.kind == LGD_ERRORS_MODEL ? e->o.dispersion : 1;
    size_t bad = lgd_first_not_finite(n * n, e->P);
    if (bad < n * n)
        return lgd_fail(LGD_EDIVERGED,
                        "standard errors: the covariance of w[%zu] and w[%zu] is %g, a finite number is accepted",
                        e->at[bad / n], e->at[bad % n], e->P[bad]);
    if (out)
        memset(out, 0, dim * sizeof *out);
    if (covariance)
        memset(covariance, 0, dim * dim * sizeof *covariance);
    for (size_t i = 0; i < n; i++) {
        if (out)
            out[e->at[i]] = sqrt(dispersion * e->P[i * n + i]) / e->scale[i];
        for (size_t l = 0; covariance && l <= i; l++) {
            const double both = dispersion * (e->P[i * n + l] / e->scale[i] / e->scale[l]);
            covariance[e->at[i] * dim + e->at[l]] = covariance[e->at[l] * dim + e->at[i]] = both;
        }
    }
    return LGD_OK;
}

static lgd_status take(errors *e, const lgd_standard_errors_options *options, size_t size)
{
    lgd_standard_errors_options *o = &e->o;
    lgd_status status = lgd_take_struct("standard errors options", o, sizeof *o, options, size);
    if (status)
        return status;
    if ((unsigned)o->kind > LGD_ERRORS_HC1)
        return lgd_fail(LGD_EINVAL, "standard errors: kind is %d, 0 (LGD_ERRORS_MODEL) to %d is accepted", (int)o->kind,
                        LGD_ERRORS_HC1);
    if (o->dispersion != 0 && o->kind != LGD_ERRORS_MODEL)
        return lgd_fail(LGD_EINVAL, "standard errors: dispersion is %g with a sandwich, 0 is accepted: it needs none",
                        o->dispersion);
    if (o->dispersion == 0)
        o->dispersion = 1;
    if (!(o->dispersion > 0) || !isfinite(o->dispersion))
        return lgd_fail(LGD_EINVAL, "standard errors: dispersion is %g, a finite number above 0 is accepted",
                        o->dispersion);
    if (!lgd_objective_has_hessian(e->f) && !lgd_objective_has_product(e->f))
        return lgd_fail(LGD_EUNSUPPORTED,
                        "standard errors: the %s, or its loss, has neither ops.hessian nor ops.product, one of them is "
                        "accepted",
                        e->f->ops.name);
    const size_t bad = lgd_first_not_finite(e->dim, e->w);
    if (bad < e->dim)
        return lgd_fail(LGD_EINVAL, "standard errors: w[%zu] is %g, a finite number is accepted", bad, e->w[bad]);
    for (size_t j = 0; j < e->dim; j++)
        e->n += !(o->frozen && o->frozen[j]);
    if (e->f->terms == 0)
        return lgd_fail(LGD_EINVAL, "standard errors: number of rows is 0, at least 1 is accepted");
    if (o->kind == LGD_ERRORS_HC1 && e->f->terms <= e->n)
        return lgd_fail(LGD_EINVAL,
                        "standard errors: number of terms is %zu, more than the %zu parameters is accepted with HC1",
                        e->f->terms, e->n);
    return LGD_OK;
}

static lgd_status allocate(errors *e)
{
    const size_t all = lgd_mul(e->dim, e->dim), squares = lgd_mul(e->n, e->n);
    const size_t numbers = lgd_add(lgd_add(lgd_mul(2, all), lgd_mul(4, squares)), lgd_mul(ROWS + 3, e->dim));
    double *block = lgd_alloc("standard errors", lgd_add(numbers, 1), sizeof *block);
    e->at = lgd_alloc("standard errors", e->n, sizeof *e->at);
    e->H = block;
    if (!block || !e->at)
        return LGD_ENOMEM;
    e->S = e->H + all;
    e->A = e->S + all + 1; /* S is two columns, too, for dim 1 */
    e->M = e->A + squares;
    e->P = e->M + squares;
    e->C = e->P + squares;
    e->G = e->C + squares;
    e->g = e->G + ROWS * e->dim;
    e->scale = e->g + e->dim;
    for (size_t j = 0, i = 0; j < e->dim; j++)
        if (!(e->o.frozen && e->o.frozen[j]))
            e->at[i++] = j;
    return LGD_OK;
}

lgd_status lgd_standard_errors_sized(lgd_objective *f, const double *w, const lgd_standard_errors_options *options,
                                     size_t options_size, double *out, double *covariance)
{
    if (!f || !w)
        return lgd_fail(LGD_EINVAL, "standard errors: %s is NULL, %s is accepted", f ? "w" : "f",
                        f ? "a point of dim numbers" : "an objective");
    errors e = {.f = f, .w = w, .dim = f->dim};
    lgd_status status = take(&e, options, options_size);
    if (!status)
        status = allocate(&e);
    if (!status) {
        e.threads = lgd_objective_begin(f, 0);
        lgd_blas_hold();
        status = take_hessian(&e);
        if (!status)
            status = factor(&e);
        if (!status) {
            invert(&e);
            status = spread(&e);
        }
        lgd_blas_release();
        lgd_objective_end(f);
    }
    if (!status)
        status = give(&e, out, covariance);
    lgd_release(e.H);
    lgd_release(e.at);
    return status;
}
