/* Dense storage by rows in which a NaN is a missing cell, taken for the mean of its column in the rows the means were fitted on. */
#include "blas/blas.h"
#include "matrix/matrix.h"
#include <math.h>
#include <string.h>

typedef struct imputed {
    const double *data;
    size_t rows, cols, ld, panel; /* panel: rows that are copied at a time */
    double *fill;                 /* [cols] */
    lgd_pool *pool;
} imputed;

enum { PANEL = 4096 }; /* numbers of a copy: 32 KB */

static size_t row_of(const lgd_rows *rows, size_t i)
{
    return rows->index ? rows->index[rows->first + i] : rows->first + i;
}

static lgd_status imputed_gather(void *ctx, const lgd_rows *rows, double *X)
{
    const imputed *m = ctx;
    for (size_t i = 0; i < rows->count; i++, X += m->cols) {
        const double *x = m->data + row_of(rows, i) * m->ld;
        for (size_t j = 0; j < m->cols; j++)
            X[j] = isnan(x[j]) ? m->fill[j] : x[j];
    }
    return LGD_OK;
}

/* The next rows of `rows` from the i-th on, copied to X. */
static size_t copy(imputed *m, const lgd_rows *rows, size_t i, double *X)
{
    const size_t left = rows->count - i, count = left < m->panel ? left : m->panel;
    imputed_gather(m, &(lgd_rows){rows->first + i, count, rows->index}, X);
    return count;
}

static lgd_status fits(size_t k, size_t ldi, size_t ldo)
{
    const lgd_status status = lgd_blas_fits("imputed", "k", k);
    return status ? status : lgd_blas_fits("imputed", "a leading dimension", ldi > ldo ? ldi : ldo);
}

static lgd_status imputed_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                                  size_t ldz)
{
    imputed *m = ctx;
    const lgd_status status = fits(k, ldw, ldz);
    double *X = status ? NULL : lgd_pool_take(m->pool, m->panel * m->cols * sizeof *X);
    if (!X)
        return status ? status : LGD_ENOMEM;
    for (size_t i = 0; i < rows->count;) {
        const size_t count = copy(m, rows, i, X);
        lgd_blas_forward(count, m->cols, k, X, m->cols, false, W, ldw, Z + i * ldz, ldz);
        i += count;
    }
    lgd_pool_give(m->pool, X);
    return LGD_OK;
}

static lgd_status imputed_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                                  size_t ldg)
{
    imputed *m = ctx;
    const lgd_status status = fits(k, ldr, ldg);
    double *X = status ? NULL : lgd_pool_take(m->pool, m->panel * m->cols * sizeof *X);
    if (!X)
        return status ? status : LGD_ENOMEM;
    for (size_t i = 0; i < rows->count;) {
        const size_t count = copy(m, rows, i, X);
        lgd_blas_adjoint(count, m->cols, k, X, m->cols, false, R + i * ldr, ldr, G, ldg);
        i += count;
    }
    lgd_pool_give(m->pool, X);
    return LGD_OK;
}

static lgd_status imputed_moments(void *ctx, double *mean, double *deviation)
{
    imputed *m = ctx;
    return lgd_matrix_moments("imputed", m->cols, &(lgd_rows){0, m->rows, NULL}, imputed_gather, m, mean, deviation);
}

static void imputed_free(void *ctx)
{
    imputed *m = ctx;
    lgd_pool_free(m->pool);
    lgd_release(m->fill);
    lgd_release(m);
}

/* The mean of what there is of column j: about its first number, then corrected by what that leaves. */
static lgd_status fit_column(imputed *m, const lgd_rows *fit, size_t j)
{
    size_t seen = 0;
    double first = 0, sum = 0, rest = 0;
    for (size_t i = 0; i < fit->count; i++) {
        const double x = m->data[row_of(fit, i) * m->ld + j];
        if (isnan(x))
            continue;
        first = seen++ ? first : x;
        sum += x - first;
    }
    if (!seen)
        return lgd_fail(LGD_EINVAL,
                        "imputed: column %zu (from 0) has 0 numbers in the %zu rows of fit, at least 1 is accepted", j,
                        fit->count);
    const double mean = first + sum / (double)seen;
    for (size_t i = 0; i < fit->count; i++) {
        const double x = m->data[row_of(fit, i) * m->ld + j];
        rest += isnan(x) ? 0 : x - mean;
    }
    m->fill[j] = mean + rest / (double)seen;
    return isfinite(m->fill[j])
               ? LGD_OK
               : lgd_fail(LGD_EINVAL, "imputed: the mean of column %zu is %g, a finite number is accepted", j,
                          m->fill[j]);
}

/* All numbers are finite or NaN. */
static lgd_status check_cells(const imputed *m)
{
    for (size_t i = 0; i < m->rows; i++)
        for (size_t j = 0; j < m->cols; j++)
            if (isinf(m->data[i * m->ld + j]))
                return lgd_fail(LGD_EINVAL,
                                "imputed: the number in row %zu, column %zu (from 0) is %g, finite ones and nan are "
                                "accepted",
                                i, j, m->data[i * m->ld + j]);
    return LGD_OK;
}

/* A matrix of checked data with the means of the rows `fit`. */
static lgd_status create(lgd_matrix **out, const imputed *data, const lgd_rows *fit)
{
    static const lgd_matrix_ops ops = {.name = "imputed",
                                       .flags = LGD_CONCURRENT,
                                       .forward = imputed_forward,
                                       .adjoint = imputed_adjoint,
                                       .free = imputed_free,
                                       .moments = imputed_moments,
                                       .gather = imputed_gather};
    const lgd_rows all = {0, data->rows, NULL};
    fit = fit ? fit : &all;
    lgd_status status = lgd_rows_check("imputed", fit, data->rows);
    if (status)
        return status;
    imputed *m = lgd_alloc("imputed", 1, sizeof *m);
    if (!m)
        return LGD_ENOMEM;
    *m = *data;
    m->pool = NULL;
    m->fill = lgd_alloc("imputed", m->cols, sizeof *m->fill);
    status = m->fill ? lgd_pool_create(&m->pool, "imputed") : LGD_ENOMEM;
    for (size_t j = 0; j < m->cols && !status; j++)
        status = fit_column(m, fit, j);
    if (!status)
        status = lgd_matrix_create(out, m->rows, m->cols, &ops, m);
    if (status)
        imputed_free(m);
    return status;
}

lgd_status lgd_matrix_imputed(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld,
                              const lgd_rows *fit)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "imputed: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    lgd_status status = lgd_check_size("imputed", "rows", rows, false);
    if (!status)
        status = lgd_check_size("imputed", "cols", cols, false);
    if (!status)
        status = lgd_check_size("imputed", "ld", ld, true);
    if (!status && ld < cols)
        status = lgd_fail(LGD_EINVAL, "imputed: ld is %zu, at least cols = %zu is accepted", ld, cols);
    if (!status)
        status = lgd_blas_fits("imputed", "cols", cols);
    if (!status && lgd_mul(rows, ld) > PTRDIFF_MAX / sizeof(double))
        status = lgd_fail(LGD_ERANGE, "imputed: rows*ld is %zu*%zu, more than an address can reach", rows, ld);
    if (!status && !data)
        status = lgd_fail(LGD_EINVAL, "imputed: data is NULL, an array is accepted");
    const imputed m = {data, rows, cols, ld, cols < PANEL ? PANEL / (cols ? cols : 1) : 1, NULL, NULL};
    if (!status)
        status = check_cells(&m);
    return status ? status : create(out, &m, fit);
}

bool lgd_matrix_is_imputed(const lgd_matrix *A)
{
    return A->ops.forward == imputed_forward;
}

lgd_status lgd_matrix_imputed_on(lgd_matrix **out, const lgd_matrix *A, const lgd_rows *fit)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "imputed: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    if (!A || !lgd_matrix_is_imputed(A))
        return lgd_fail(LGD_EINVAL, "imputed: the matrix is %s, one by lgd_matrix_imputed is accepted",
                        A ? A->ops.name : "NULL");
    return create(out, A->ctx, fit);
}
