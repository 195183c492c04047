/* (A - 1 shift^T) diag(1/scale) as an operator, and the way back for the weights fitted on it.
 *
 *     forward   V = diag(1/scale) W,   Z  = A V - 1 (shift^T V)
 *     adjoint   T = A^T R,             G += diag(1/scale) (T - shift (1^T R))
 *     fused     both, with the slopes that are made of Z in the place of R
 */
#include "matrix/matrix.h"
#include "blas/blas.h"
#include <float.h>
#include <math.h>

typedef struct scaled {
    const lgd_matrix *A;
    lgd_pool *pool; /* V or T [cols x k], then k sums */
    double *shift, *scale;
    bool *constant; /* [cols] standardised, and constant in the rows it was measured on */
} scaled;

static lgd_status scaled_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                                 size_t ldz)
{
    const scaled *s = ctx;
    size_t cols = s->A->cols;
    double *V = lgd_pool_take(s->pool, lgd_mul(lgd_mul(lgd_add(cols, 1), k), sizeof *V));
    if (!V)
        return LGD_ENOMEM;
    double *offset = V + cols * k;
    for (size_t c = 0; c < k; c++)
        offset[c] = 0;
    for (size_t j = 0; j < cols; j++)
        for (size_t c = 0; c < k; c++) {
            V[j * k + c] = W[j * ldw + c] / s->scale[j];
            offset[c] += s->shift[j] * V[j * k + c];
        }
    lgd_status status = lgd_matrix_call_forward(s->A, rows, k, V, k, Z, ldz);
    for (size_t i = 0; i < rows->count && !status; i++)
        for (size_t c = 0; c < k; c++)
            Z[i * ldz + c] -= offset[c];
    lgd_pool_give(s->pool, V);
    return status;
}

static lgd_status scaled_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                                 size_t ldg)
{
    const scaled *s = ctx;
    size_t cols = s->A->cols;
    double *T = lgd_pool_take(s->pool, lgd_mul(lgd_mul(lgd_add(cols, 1), k), sizeof *T));
    if (!T)
        return LGD_ENOMEM;
    double *sum = T + cols * k;
    for (size_t i = 0; i < (cols + 1) * k; i++)
        T[i] = 0;
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < k; c++)
            sum[c] += R[i * ldr + c];
    lgd_status status = lgd_matrix_call_adjoint(s->A, rows, k, R, ldr, T, k);
    for (size_t j = 0; j < cols && !status; j++)
        for (size_t c = 0; c < k; c++)
            G[j * ldg + c] += (T[j * k + c] - s->shift[j] * sum[c]) / s->scale[j];
    lgd_pool_give(s->pool, T);
    return status;
}

/* Slopes of the scaled scores, in the middle of a sweep over A. */
typedef struct sweep {
    double offset, sum; /* shift^T V, and of all slopes */
    lgd_slopes slopes;
    void *slopes_ctx;
} sweep;

static lgd_status shifted_slopes(void *ctx, size_t count, const size_t *position, double *Z)
{
    sweep *to = ctx;
    for (size_t i = 0; i < count; i++)
        Z[i] -= to->offset;
    const lgd_status status = to->slopes(to->slopes_ctx, count, position, Z);
    for (size_t i = 0; i < count; i++)
        to->sum += Z[i];
    return status;
}

static lgd_status scaled_fused(void *ctx, const lgd_rows *rows, const double *w, lgd_slopes slopes, void *slopes_ctx,
                               double *g)
{
    const scaled *s = ctx;
    const size_t cols = s->A->cols;
    sweep to = {.slopes = slopes, .slopes_ctx = slopes_ctx};
    double *V = lgd_pool_take(s->pool, lgd_mul(lgd_mul(cols, 2), sizeof *V));
    if (!V)
        return LGD_ENOMEM;
    double *T = V + cols;
    for (size_t j = 0; j < cols; j++) {
        V[j] = w[j] / s->scale[j];
        to.offset += s->shift[j] * V[j];
        T[j] = 0;
    }
    const lgd_status status = lgd_matrix_call_fused(s->A, rows, V, shifted_slopes, &to, g ? T : NULL);
    for (size_t j = 0; j < cols && g && !status; j++)
        g[j] += (T[j] - s->shift[j] * to.sum) / s->scale[j];
    lgd_pool_give(s->pool, V);
    return status;
}

static const char *scaled_kernel(void *ctx, size_t k)
{
    const scaled *s = ctx;
    return lgd_matrix_kernel(s->A, k);
}

const lgd_matrix *lgd_matrix_below(const lgd_matrix *A)
{
    return A->ops.forward == scaled_forward ? ((const scaled *)A->ctx)->A : NULL;
}

static size_t scaled_panel(void *ctx, size_t k)
{
    const scaled *s = ctx;
    return lgd_matrix_panel(s->A, k);
}

static lgd_status scaled_moments(void *ctx, double *mean, double *deviation)
{
    const scaled *s = ctx;
    lgd_status status = lgd_matrix_call_moments(s->A, mean, deviation);
    for (size_t j = 0; j < s->A->cols && !status; j++) {
        mean[j] = (mean[j] - s->shift[j]) / s->scale[j];
        deviation[j] /= s->scale[j];
    }
    return status;
}

static void scaled_free(void *ctx)
{
    scaled *s = ctx;
    if (!s)
        return;
    lgd_pool_free(s->pool);
    lgd_release(s->shift);
    lgd_release(s->scale);
    lgd_release(s->constant);
    lgd_release(s);
}

/* A scaled context with shift and scale still to be filled in. */
static lgd_status allocate(scaled **out, const lgd_matrix *A)
{
    scaled *s = *out = lgd_alloc("scaled", 1, sizeof *s);
    if (!s)
        return LGD_ENOMEM;
    s->A = A;
    s->shift = lgd_alloc("scaled", A->cols, sizeof *s->shift);
    s->scale = s->shift ? lgd_alloc("scaled", A->cols, sizeof *s->scale) : NULL;
    s->constant = s->scale ? lgd_alloc("scaled", A->cols, sizeof *s->constant) : NULL;
    return s->constant ? lgd_pool_create(&s->pool, "scaled") : LGD_ENOMEM;
}

static double scaled_bytes(void *ctx)
{
    return lgd_matrix_bytes(((const scaled *)ctx)->A);
}

static size_t scaled_stored(void *ctx)
{
    const lgd_matrix *A = ((const scaled *)ctx)->A;
    return A->ops.stored(A->ctx);
}

static lgd_status finish(lgd_matrix **out, scaled *s)
{
    for (size_t j = 0; j < s->A->cols; j++) {
        if (!isfinite(s->shift[j]))
            return lgd_fail(LGD_EINVAL, "scaled: shift[%zu] is %g, a finite number is accepted", j, s->shift[j]);
        if (!(s->scale[j] > 0) || !isfinite(s->scale[j]))
            return lgd_fail(LGD_EINVAL, "scaled: scale[%zu] is %g, a finite number above 0 is accepted", j,
                            s->scale[j]);
    }
    lgd_matrix_ops ops = {.name = "scaled",
                          .flags = s->A->ops.flags & LGD_CONCURRENT,
                          .forward = scaled_forward,
                          .adjoint = scaled_adjoint,
                          .panel = scaled_panel,
                          .fused = lgd_matrix_is_fused(s->A) ? scaled_fused : NULL,
                          .free = scaled_free,
                          .moments = s->A->ops.moments ? scaled_moments : NULL,
                          .kernel = scaled_kernel,
                          .stored = s->A->ops.stored ? scaled_stored : NULL,
                          .bytes = scaled_bytes};
    const lgd_status status = lgd_matrix_create(out, s->A->rows, s->A->cols, &ops, s);
    if (!status)
        (*out)->by_rows = s->A->by_rows;
    return status;
}

static lgd_status check(lgd_matrix **out, const lgd_matrix *A)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "scaled: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    return A ? LGD_OK : lgd_fail(LGD_EINVAL, "scaled: A is NULL, a matrix is accepted");
}

lgd_status lgd_matrix_scaled(lgd_matrix **out, const lgd_matrix *A, const double *shift, const double *scale)
{
    lgd_status status = check(out, A);
    if (status)
        return status;
    scaled *s;
    status = allocate(&s, A);
    if (status)
        goto done;
    for (size_t j = 0; j < A->cols; j++) {
        s->shift[j] = shift ? shift[j] : 0;
        s->scale[j] = scale ? scale[j] : 1;
    }
    status = finish(out, s);
done:
    if (status)
        scaled_free(s);
    return status;
}

static lgd_status gather_from(void *ctx, const lgd_rows *rows, double *X)
{
    return lgd_matrix_call_gather(ctx, rows, X);
}

/* Of all rows as the matrix knows them itself, of some as they lie. */
static lgd_status measure(const lgd_matrix *A, const lgd_rows *rows, double *mean, double *deviation)
{
    if (!rows && A->ops.moments)
        return lgd_matrix_call_moments(A, mean, deviation);
    return lgd_matrix_moments("standardized", A->cols, rows ? rows : &(lgd_rows){0, A->rows, NULL}, gather_from,
                              (void *)(uintptr_t)A, mean, deviation);
}

lgd_status lgd_matrix_standardized_on(lgd_matrix **out, const lgd_matrix *A, const lgd_rows *rows)
{
    lgd_status status = check(out, A);
    if (status)
        return status;
    if (!A->ops.gather && (rows || !A->ops.moments))
        return lgd_fail(LGD_EUNSUPPORTED, "standardized: %s of %s is NULL, a matrix whose ops have %s is accepted",
                        rows ? "gather" : "moments", A->ops.name, rows ? "it" : "moments or gather");
    status = lgd_rows_check("standardized", rows, A->rows);
    if (status)
        return status;
    if (rows ? rows->count == 0 : A->rows == 0)
        return lgd_fail(LGD_EINVAL, "standardized: %s is 0, at least 1 is accepted", rows ? "rows.count" : "rows");
    scaled *s;
    status = allocate(&s, A);
    if (!status)
        status = measure(A, rows, s->shift, s->scale);
    for (size_t j = 0; j < A->cols && !status; j++) {
        s->constant[j] = s->scale[j] <= 8 * DBL_EPSILON * fabs(s->shift[j]); /* but for rounding */
        if (s->constant[j])
            s->scale[j] = 1;
    }
    if (!status)
        status = finish(out, s);
    if (status)
        scaled_free(s);
    return status;
}

lgd_status lgd_matrix_standardized(lgd_matrix **out, const lgd_matrix *A)
{
    return lgd_matrix_standardized_on(out, A, NULL);
}

lgd_status lgd_matrix_scaling(const lgd_matrix *matrix, double *shift, double *scale, bool *constant)
{
    if (!matrix || matrix->ops.forward != scaled_forward)
        return lgd_fail(LGD_EINVAL,
                        "scaling: the matrix is %s, one by lgd_matrix_scaled or lgd_matrix_standardized is accepted",
                        matrix ? matrix->ops.name : "NULL");
    const scaled *s = matrix->ctx;
    for (size_t j = 0; j < matrix->cols; j++) {
        if (shift)
            shift[j] = s->shift[j];
        if (scale)
            scale[j] = s->scale[j];
        if (constant)
            constant[j] = s->constant[j];
    }
    return LGD_OK;
}

/* One level: of a scaled matrix that is scaled again, the outer one comes first, then the inner. */
lgd_status lgd_matrix_unscale(const lgd_matrix *matrix, size_t outputs, bool intercept, const double *w, double *raw)
{
    if (!matrix || matrix->ops.forward != scaled_forward)
        return lgd_fail(LGD_EINVAL,
                        "unscale: the matrix is %s, one by lgd_matrix_scaled or lgd_matrix_standardized is "
                        "accepted",
                        matrix ? matrix->ops.name : "NULL");
    lgd_status status = lgd_check_size("unscale", "outputs", outputs, false);
    if (status)
        return status;
    if (!w || !raw)
        return lgd_fail(LGD_EINVAL, "unscale: %s is NULL, an array is accepted", w ? "raw" : "w");
    const scaled *s = matrix->ctx;
    size_t cols = matrix->cols, k = outputs;
    for (size_t j = 0; j < cols && !intercept; j++)
        if (s->shift[j] != 0)
            return lgd_fail(LGD_EINVAL,
                            "unscale: intercept is false and shift[%zu] is %g, only shifts of 0 are accepted "
                            "without an intercept",
                            j, s->shift[j]);
    for (size_t j = 0; j < cols; j++)
        for (size_t c = 0; c < k; c++)
            raw[j * k + c] = w[j * k + c] / s->scale[j];
    for (size_t c = 0; c < k && intercept; c++)
        raw[cols * k + c] = w[cols * k + c] - lgd_dot_exact(cols, raw + c, k, s->shift);
    return LGD_OK;
}
