/* Sparse storage by rows: what it is made of, and what it tells of itself. */
#include "csr.h"
#include <math.h>
#include <string.h>

typedef lgd_csr_matrix csr;

static lgd_status csr_gather(void *ctx, const lgd_rows *rows, double *X)
{
    const csr *A = ctx;
    memset(X, 0, rows->count * A->d.cols * sizeof *X);
    for (size_t i = 0; i < rows->count; i++)
        A->loops->copy(&A->d, lgd_csr_row(rows, i), X + i * A->d.cols);
    return LGD_OK;
}

static size_t csr_touched(void *ctx, const lgd_rows *rows, bool *seen, size_t *column, size_t room)
{
    const csr *A = ctx;
    size_t count = 0;
    for (size_t i = 0; i < rows->count && count != SIZE_MAX; i++)
        count = A->loops->touched(&A->d, lgd_csr_row(rows, i), seen, column, count, room);
    return count;
}

/* ---- moments */

/* By the corrected two-pass algorithm: T. Chan, G. Golub, R. LeVeque, The American Statistician 37 (1983); the zeros between the numbers
 * take part by how many there are. The deviation of a constant column is exactly 0. */
static lgd_status csr_moments(void *ctx, double *mean, double *deviation)
{
    const csr *A = ctx;
    const size_t cols = A->d.cols;
    const double m = (double)A->d.rows;
    double *block = lgd_alloc("csr", lgd_mul(cols, 5), sizeof *block);
    if (!block)
        return LGD_ENOMEM;
    lgd_csr_columns s = {mean, deviation, block, block + cols, block + 2 * cols, block + 3 * cols, block + 4 * cols};
    for (size_t j = 0; j < cols; j++) {
        mean[j] = deviation[j] = 0;
        s.low[j] = INFINITY;
        s.high[j] = -INFINITY;
    }
    A->loops->sums(&A->d, &s);
    for (size_t j = 0; j < cols; j++) {
        const bool full = s.count[j] == m;
        int exponent = 0;
        s.low[j] = full ? s.low[j] : fmin(s.low[j], 0);
        s.high[j] = full ? s.high[j] : fmax(s.high[j], 0);
        mean[j] = s.low[j] == s.high[j] ? s.low[j] : mean[j] / m;
        frexp(s.high[j] - s.low[j], &exponent);
        exponent = exponent < -1000 ? -1000 : exponent > 1000 ? 1000 : exponent; /* no subnormal factor */
        s.factor[j] = ldexp(1, -exponent);
    }
    A->loops->squares(&A->d, &s);
    for (size_t j = 0; j < cols; j++) {
        const double zeros = m - s.count[j], off = mean[j] * s.factor[j], rest = s.rest[j] - zeros * off;
        const double variance = (deviation[j] + zeros * off * off - rest * rest / m) / m;
        deviation[j] = s.low[j] == s.high[j] ? 0 : sqrt(fmax(variance, 0)) / s.factor[j];
        mean[j] += s.low[j] == s.high[j] ? 0 : rest / m / s.factor[j];
    }
    lgd_release(block);
    return LGD_OK;
}

/* ---- creation */

static size_t numbers(const lgd_csr *d)
{
    return d->row_start[d->rows] - d->row_start[0];
}

static size_t csr_stored(void *ctx)
{
    return numbers(&((const csr *)ctx)->d);
}

/* Rows whose numbers are as many as those of the dense rows of a panel. */
static size_t csr_panel(void *ctx, size_t k)
{
    enum { ELEMENTS = 32768, MOST = 1024 };
    const csr *A = ctx;
    const lgd_csr *d = &A->d;
    if (A->as_dense)
        return 0;
    const size_t per_row = d->rows ? numbers(d) / d->rows + k : k, rows = ELEMENTS / per_row;
    return rows < 1 ? 1 : rows > MOST ? MOST : rows;
}

/* Rows to a panel of one output. What a panel is made of decides on the order in which values are added up. */
static size_t rows_each(const csr *A)
{
    enum { NUMBERS = 2048, LINES = 8 }; /* of a panel, 24 KB */
    const size_t each = NUMBERS / (A->d.rows ? numbers(&A->d) / A->d.rows + 1 : 1);
    return A->as_dense ? lgd_rows_panel(A->d.cols) : each < LINES ? LINES : each < LGD_ROWS_MOST ? each : LGD_ROWS_MOST;
}

static lgd_status csr_use(void *ctx, lgd_kernel kernel)
{
    csr *A = ctx;
    if (kernel == LGD_KERNEL_BLAS)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "csr: kernel is blas, rows is accepted: numbers of a column do not lie in step");
    A->as_dense = kernel == LGD_KERNEL_ROWS;
    A->each = rows_each(A);
    return LGD_OK;
}

static const char *csr_kernel(void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return "sparse rows";
}

static double csr_bytes(void *ctx)
{
    const lgd_csr *d = &((const csr *)ctx)->d;
    const size_t index = d->column ? sizeof *d->column : sizeof *d->column_i64,
                 value = d->value ? sizeof *d->value : sizeof *d->value_f32;
    return d->rows ? sizeof(double) + (double)numbers(d) * (double)(index + value) / (double)d->rows : 0;
}

static lgd_status check_place(const lgd_csr *d, size_t row)
{
    if (d->row_start[row] > d->row_start[row + 1])
        return lgd_fail(LGD_EINVAL, "csr: row_start[%zu] is %zu, at least row_start[%zu] = %zu is accepted", row + 1,
                        d->row_start[row + 1], row, d->row_start[row]);
    return LGD_OK;
}

/* The arrays that are there: all of row_start before any of what it leads to. */
static lgd_status check(const lgd_csr *d, const lgd_csr_loops *loops)
{
    lgd_status status = LGD_OK;
    for (size_t row = 0; row < d->rows && !status; row++)
        status = check_place(d, row);
    if (!status && d->row_start[d->rows] > PTRDIFF_MAX / sizeof(double))
        status = lgd_fail(LGD_ERANGE, "csr: row_start[%zu] is %zu, more numbers than an address can reach", d->rows,
                          d->row_start[d->rows]);
    if (!status && numbers(d) && (!d->column == !d->column_i64 || !d->value == !d->value_f32)) {
        const bool columns = !d->column == !d->column_i64, none = columns ? !d->column : !d->value;
        return lgd_fail(LGD_EINVAL, "csr: %s and %s are %s, one of them is accepted", columns ? "column" : "value",
                        columns ? "column_i64" : "value_f32", none ? "NULL" : "both there");
    }
    for (size_t row = 0; row < d->rows && !status; row++)
        status = loops->check(d, row);
    return status;
}

lgd_status lgd_matrix_csr_sized(lgd_matrix **out, const lgd_csr *data, size_t data_size)
{
    static const lgd_matrix_ops ops = {.name = "csr",
                                       .flags = LGD_CONCURRENT,
                                       .forward = lgd_csr_forward,
                                       .adjoint = lgd_csr_adjoint,
                                       .panel = csr_panel,
                                       .free = lgd_release,
                                       .moments = csr_moments,
                                       .gather = csr_gather,
                                       .fused = lgd_csr_fused,
                                       .descend = lgd_csr_descend,
                                       .use = csr_use,
                                       .kernel = csr_kernel,
                                       .squares = lgd_csr_squares,
                                       .stored = csr_stored,
                                       .bytes = csr_bytes,
                                       .touched = csr_touched};
    lgd_csr d;
    if (!out)
        return lgd_fail(LGD_EINVAL, "csr: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    if (!data)
        return lgd_fail(LGD_EINVAL, "csr: data is NULL, a description of the arrays is accepted");
    lgd_status status = lgd_take_struct("csr", &d, sizeof d, data, data_size);
    if (!status)
        status = lgd_check_size("csr", "rows", d.rows, true);
    if (!status)
        status = lgd_check_size("csr", "cols", d.cols, false);
    if (!status && !d.row_start)
        status = lgd_fail(LGD_EINVAL, "csr: row_start is NULL, an array of rows + 1 numbers is accepted");
    if (status)
        return status;
    const lgd_csr_loops *loops = lgd_csr_loops_of[d.column_i64 != NULL][d.value_f32 != NULL];
    status = check(&d, loops);
    csr *A = status ? NULL : lgd_alloc("csr", 1, sizeof *A);
    if (!A)
        return status ? status : LGD_ENOMEM;
    *A = (csr){.d = d, .loops = loops};
    A->each = rows_each(A);
    status = lgd_matrix_create(out, d.rows, d.cols, &ops, A);
    if (status)
        lgd_release(A);
    return status;
}
