/* A matrix as its users see it: ops and their context, and the checks that ops need not make. */
#include "matrix/matrix.h"
#include "blas/blas.h"

lgd_status lgd_matrix_create_sized(lgd_matrix **out, size_t rows, size_t cols, const lgd_matrix_ops *ops,
                                   size_t ops_size, void *ctx)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "matrix: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    if (!ops)
        return lgd_fail(LGD_EINVAL, "matrix: ops is NULL, a table with forward and adjoint is accepted");
    lgd_matrix_ops known;
    lgd_status status = lgd_take_struct("matrix", &known, sizeof known, ops, ops_size);
    if (status)
        return status;
    if (!known.name)
        known.name = "matrix";
    if (!known.forward || !known.adjoint)
        return lgd_fail(LGD_EINVAL, "%s: ops.%s is NULL, a function is accepted", known.name,
                        known.forward ? "adjoint" : "forward");
    status = lgd_check_size(known.name, "rows", rows, true);
    if (!status)
        status = lgd_check_size(known.name, "cols", cols, false);
    if (status)
        return status;
    lgd_matrix *A = lgd_alloc(known.name, 1, sizeof *A);
    if (!A)
        return LGD_ENOMEM;
    *A = (lgd_matrix){.rows = rows, .cols = cols, .ops = known, .ctx = ctx};
    *out = A;
    return LGD_OK;
}

void lgd_matrix_free(lgd_matrix *A)
{
    if (A && A->ops.free)
        A->ops.free(A->ctx);
    if (A && A->free_owned)
        A->free_owned(A->owned);
    lgd_release(A);
}

size_t lgd_matrix_rows(const lgd_matrix *A)
{
    return A ? A->rows : 0;
}

size_t lgd_matrix_cols(const lgd_matrix *A)
{
    return A ? A->cols : 0;
}

lgd_status lgd_rows_check(const char *object, const lgd_rows *rows, size_t count)
{
    if (!rows)
        return LGD_OK;
    lgd_status status = lgd_check_size(object, "rows.first", rows->first, true);
    if (!status)
        status = lgd_check_size(object, "rows.count", rows->count, true);
    if (status)
        return status;
    size_t end = rows->first + rows->count; /* both below SIZE_MAX/2 */
    if (!rows->index)
        return end <= count ? LGD_OK
                            : lgd_fail(LGD_EINVAL, "%s: rows.first + rows.count is %zu, at most %zu is accepted",
                                       object, end, count);
    for (size_t i = rows->first; i < end; i++)
        if (rows->index[i] >= count)
            return lgd_fail(LGD_EINVAL, "%s: rows.index[%zu] is %zu, a number below %zu is accepted", object, i,
                            rows->index[i], count);
    return LGD_OK;
}

static _Thread_local struct {
    const size_t *from, *end;
} known;

void lgd_rows_known(const size_t *from, size_t count)
{
    known.from = from;
    known.end = from ? from + count : NULL;
}

size_t lgd_rows_ahead(const lgd_rows *rows)
{
    const size_t *end = rows->index + rows->first + rows->count;
    const bool inside = (uintptr_t)end >= (uintptr_t)known.from && (uintptr_t)end < (uintptr_t)known.end;
    return known.from && inside ? (size_t)(known.end - end) : 0;
}

size_t lgd_matrix_panel(const lgd_matrix *A, size_t k)
{
    /* What forward has read, adjoint shall find in the second-level cache: 256 KB of the matrix or of its scores, in rows
     * by eights. Few rows to a panel cost calls, so four are taken as long as they fit in 2 MB. */
    enum { ELEMENTS = 32768, MOST = 1024, LEAST = 4, WIDE = 65536 };
    size_t rows = A->ops.panel ? A->ops.panel(A->ctx, k) : 0, width = A->cols > k ? A->cols : k;
    if (!rows) {
        rows = ELEMENTS / width;
        if (rows > MOST)
            rows = MOST;
        else if (rows >= 8)
            rows -= rows % 8;
        else if (rows < LEAST)
            rows = width <= WIDE ? LEAST : 1;
    }
    return rows;
}

lgd_status lgd_matrix_call_forward(const lgd_matrix *A, const lgd_rows *rows, size_t k, const double *W, size_t ldw,
                                   double *Z, size_t ldz)
{
    unsigned errors = lgd_error_count();
    int code = (int)A->ops.forward(A->ctx, rows, k, W, ldw, Z, ldz);
    return code ? lgd_failed_in(A->ops.name, "forward", code, errors) : LGD_OK;
}

lgd_status lgd_matrix_call_adjoint(const lgd_matrix *A, const lgd_rows *rows, size_t k, const double *R, size_t ldr,
                                   double *G, size_t ldg)
{
    unsigned errors = lgd_error_count();
    int code = (int)A->ops.adjoint(A->ctx, rows, k, R, ldr, G, ldg);
    return code ? lgd_failed_in(A->ops.name, "adjoint", code, errors) : LGD_OK;
}

lgd_status lgd_matrix_call_squares(const lgd_matrix *A, const lgd_rows *rows, size_t k, const double *R, size_t ldr,
                                   double *G, size_t ldg)
{
    unsigned errors = lgd_error_count();
    int code = (int)A->ops.squares(A->ctx, rows, k, R, ldr, G, ldg);
    return code ? lgd_failed_in(A->ops.name, "squares", code, errors) : LGD_OK;
}

lgd_status lgd_matrix_call_gather(const lgd_matrix *A, const lgd_rows *rows, double *X)
{
    unsigned errors = lgd_error_count();
    int code = (int)A->ops.gather(A->ctx, rows, X);
    return code ? lgd_failed_in(A->ops.name, "gather", code, errors) : LGD_OK;
}

lgd_status lgd_matrix_call_moments(const lgd_matrix *A, double *mean, double *deviation)
{
    unsigned errors = lgd_error_count();
    int code = (int)A->ops.moments(A->ctx, mean, deviation);
    return code ? lgd_failed_in(A->ops.name, "moments", code, errors) : LGD_OK;
}

lgd_status lgd_matrix_call_fused(const lgd_matrix *A, const lgd_rows *rows, const double *w, lgd_slopes slopes,
                                 void *slopes_ctx, double *g)
{
    unsigned errors = lgd_error_count();
    int code = (int)A->ops.fused(A->ctx, rows, w, slopes, slopes_ctx, g);
    return code ? lgd_failed_in(A->ops.name, "fused", code, errors) : LGD_OK;
}

lgd_status lgd_matrix_set_kernel(lgd_matrix *A, lgd_kernel kernel)
{
    if (!A)
        return lgd_fail(LGD_EINVAL, "matrix: A is NULL, a matrix is accepted");
    if ((unsigned)kernel > LGD_KERNEL_BLAS)
        return lgd_fail(LGD_EINVAL, "%s: kernel is %d, 0 (LGD_KERNEL_AUTO) to %d is accepted", A->ops.name, (int)kernel,
                        LGD_KERNEL_BLAS);
    if (!A->ops.use)
        return kernel == LGD_KERNEL_AUTO
                   ? LGD_OK
                   : lgd_fail(LGD_EUNSUPPORTED, "%s: kernel is %s, auto is accepted: its ops have no `use`",
                              A->ops.name, kernel == LGD_KERNEL_ROWS ? "rows" : "blas");
    const unsigned errors = lgd_error_count();
    const int code = (int)A->ops.use(A->ctx, kernel);
    if (code)
        return lgd_failed_in(A->ops.name, "use", code, errors);
    A->by_blas = kernel == LGD_KERNEL_BLAS;
    A->by_rows = kernel == LGD_KERNEL_ROWS;
    return LGD_OK;
}

const char *lgd_matrix_kernel(const lgd_matrix *A, size_t k)
{
    return !A ? "none" : A->ops.kernel ? A->ops.kernel(A->ctx, k) : "its own";
}

/* What both products check. in is W or R, out is Z or G. */
static lgd_status check(const lgd_matrix *A, const lgd_rows *rows, size_t k, const char *in_name, const double *in,
                        size_t ldi, const char *out_name, const double *out, size_t ldo)
{
    if (!A)
        return lgd_fail(LGD_EINVAL, "matrix: A is NULL, a matrix is accepted");
    const char *name = A->ops.name;
    lgd_status status = lgd_rows_check(name, rows, A->rows);
    if (!status)
        status = lgd_check_size(name, "k", k, false);
    if (status)
        return status;
    if (!in || !out)
        return lgd_fail(LGD_EINVAL, "%s: %s is NULL, an array is accepted", name, in ? out_name : in_name);
    if (ldi < k || ldi > PTRDIFF_MAX || ldo < k || ldo > PTRDIFF_MAX)
        return lgd_fail(LGD_EINVAL, "%s: the leading dimension of %s is %zu, at least k = %zu is accepted", name,
                        ldi < k || ldi > PTRDIFF_MAX ? in_name : out_name, ldi < k || ldi > PTRDIFF_MAX ? ldi : ldo, k);
    return LGD_OK;
}

/* One of the two products over rows, or all of them, as the library calls it for the world outside. */
static lgd_status
product(lgd_status (*call)(const lgd_matrix *, const lgd_rows *, size_t, const double *, size_t, double *, size_t),
        const lgd_matrix *A, const lgd_rows *rows, size_t k, const double *in, size_t ldi, double *out, size_t ldo)
{
    const lgd_rows all = {0, A->rows, NULL};
    const bool hold = A->ops.flags & LGD_CONCURRENT;
    rows = rows ? rows : &all;
    if (rows->count == 0)
        return LGD_OK;
    if (hold)
        lgd_blas_hold();
    lgd_status status = call(A, rows, k, in, ldi, out, ldo);
    if (hold)
        lgd_blas_release();
    return status;
}

lgd_status lgd_matrix_forward(const lgd_matrix *A, const lgd_rows *rows, size_t k, const double *W, size_t ldw,
                              double *Z, size_t ldz)
{
    lgd_status status = check(A, rows, k, "W", W, ldw, "Z", Z, ldz);
    return status ? status : product(lgd_matrix_call_forward, A, rows, k, W, ldw, Z, ldz);
}

lgd_status lgd_matrix_adjoint(const lgd_matrix *A, const lgd_rows *rows, size_t k, const double *R, size_t ldr,
                              double *G, size_t ldg)
{
    lgd_status status = check(A, rows, k, "R", R, ldr, "G", G, ldg);
    return status ? status : product(lgd_matrix_call_adjoint, A, rows, k, R, ldr, G, ldg);
}

double lgd_matrix_bytes(const lgd_matrix *A)
{
    return A->ops.bytes ? A->ops.bytes(A->ctx) : 8.0 * (double)A->cols;
}
