/* Dense storage, by rows or by columns, in double or single precision, borrowed or a copy. Products of rows with one vector are those of
 * rows.c. For BLAS consecutive rows of doubles are taken where they lie, all others are gathered into a buffer first. */
#include "blas/blas.h"
#include "matrix/rows.h"
#include <math.h>
#include <string.h>

typedef struct dense {
    const double *data;
    const float *single; /* instead of data */
    size_t rows, cols, ld;
    bool by_columns, by_blas;
    bool by_rows;            /* products with several vectors too */
    double *own;             /* data, where it is a copy */
    lgd_row_storage storage; /* where it is by rows */
    lgd_pool *pool;          /* of buffers for floats */
} dense;

enum {
    GATHER = 4096,     /* numbers in a buffer on the stack: 32 KB */
    CONVERT = 32768,   /* and in one of the pool, for floats */
    AT_ONCE = 1 << 20, /* rows in one call of BLAS, whose integer may end at 2^31 */
};

static const double *at(const dense *d, size_t i, size_t j)
{
    return d->data + (d->by_columns ? i + j * d->ld : i * d->ld + j);
}

static void copy_row(const dense *d, size_t i, double *restrict to)
{
    const float *single = d->single ? d->single + i * d->ld : NULL;
    for (size_t j = 0; single && j < d->cols; j++)
        to[j] = single[j];
    for (size_t j = 0; d->by_columns && j < d->cols; j++)
        to[j] = *at(d, i, j);
    if (!single && !d->by_columns)
        memcpy(to, at(d, i, 0), d->cols * sizeof *to);
}

/* Copies rows into the buffer by rows. Scattered rows miss every cache, so each is asked for a few rows ahead: also those behind the
 * `count` that are copied, as far as the set goes. */
static void gather(const dense *d, const lgd_rows *rows, size_t first, size_t count, double *restrict buffer)
{
    enum { AHEAD = 8, LINE = 64 / sizeof(double) };
    const size_t *index = rows->index ? rows->index + rows->first : NULL;
    for (size_t r = first; r < first + count; r++, buffer += d->cols) {
        if (index && !d->by_columns && !d->single && r + AHEAD < rows->count)
            for (size_t j = 0; j < d->cols; j += LINE)
                lgd_prefetch(at(d, index[r + AHEAD], j));
        copy_row(d, index ? index[r] : rows->first + r, buffer);
    }
}

static lgd_status dense_gather(void *ctx, const lgd_rows *rows, double *X)
{
    const dense *d = ctx;
    if (!d->by_columns || rows->index) {
        gather(d, rows, 0, rows->count, X);
        return LGD_OK;
    }
    for (size_t j = 0; j < d->cols; j++)
        for (size_t i = 0; i < rows->count; i++)
            X[i * d->cols + j] = *at(d, rows->first + i, j);
    return LGD_OK;
}

/* Some of the rows, as BLAS takes them. */
typedef struct piece {
    size_t count, ld;
    const double *X;
    bool by_columns;
} piece;

/* The next piece of the rows from the i-th on. Rows are gathered only where fewer of them lie together than the buffer
 * holds, so the pieces of an index that happens to be a range are those of the range. */
static piece next_piece(const dense *d, const lgd_rows *rows, size_t i, size_t size, double *buffer)
{
    size_t left = rows->count - i, room = d->cols < size ? size / d->cols : 1;
    if (left > AT_ONCE)
        left = AT_ONCE;
    if (!d->single) {
        const size_t *index = rows->index ? rows->index + rows->first + i : NULL;
        size_t run = index ? 1 : left;
        while (run < left && index[run] == index[0] + run)
            run++;
        if (run == left || run >= room)
            return (piece){run, d->ld, at(d, index ? index[0] : rows->first + i, 0), d->by_columns};
    }
    piece p = {left < room ? left : room, d->cols, buffer, false};
    gather(d, rows, i, p.count, buffer);
    return p;
}

static lgd_status fits(size_t k, size_t ldi, size_t ldo)
{
    lgd_status status = lgd_blas_fits("dense", "k", k);
    if (!status)
        status = lgd_blas_fits("dense", "a leading dimension", ldi > ldo ? ldi : ldo);
    return status;
}

/* A product over rows by BLAS, piece by piece: of X with W to Z, or of X^T with R onto G. */
typedef void (*piece_product)(const piece *p, size_t cols, size_t k, const double *in, size_t ldi, size_t i,
                              double *out, size_t ldo);

static void forward_piece(const piece *p, size_t cols, size_t k, const double *W, size_t ldw, size_t i, double *Z,
                          size_t ldz)
{
    if (p->count == 1 && k == 1 && ldw == 1 && !p->by_columns)
        Z[i * ldz] = lgd_blas_dot(cols, p->X, W);
    else
        lgd_blas_forward(p->count, cols, k, p->X, p->ld, p->by_columns, W, ldw, Z + i * ldz, ldz);
}

static void adjoint_piece(const piece *p, size_t cols, size_t k, const double *R, size_t ldr, size_t i, double *G,
                          size_t ldg)
{
    if (p->count == 1 && k == 1 && ldg == 1 && !p->by_columns)
        lgd_blas_axpy(cols, R[i * ldr], p->X, G);
    else
        lgd_blas_adjoint(p->count, cols, k, p->X, p->ld, p->by_columns, R + i * ldr, ldr, G, ldg);
}

static lgd_status product(const dense *d, piece_product of_piece, const lgd_rows *rows, size_t k, const double *in,
                          size_t ldi, double *out, size_t ldo)
{
    _Alignas(64) double small[GATHER];
    double *buffer = small;
    const size_t size = d->single ? (d->cols > CONVERT ? d->cols : CONVERT) : GATHER;
    if (d->single && !(buffer = lgd_pool_take(d->pool, size * sizeof *buffer)))
        return LGD_ENOMEM;
    for (size_t i = 0; i < rows->count;) {
        const piece p = next_piece(d, rows, i, size, buffer);
        of_piece(&p, d->cols, k, in, ldi, i, out, ldo);
        i += p.count;
    }
    if (buffer != small)
        lgd_pool_give(d->pool, buffer);
    return LGD_OK;
}

/* One vector, without gaps, on rows: then it is the loops of rows.c. */
static bool is_sweep(const dense *d, size_t k, size_t ld)
{
    return k == 1 && ld == 1 && !d->by_blas;
}

static lgd_status dense_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                                size_t ldz)
{
    const dense *d = ctx;
    const lgd_status status = fits(k, ldw, ldz);
    if (status)
        return status;
    if (is_sweep(d, k, ldw))
        lgd_rows_forward(&d->storage, rows, W, Z, ldz);
    else if (d->by_rows)
        lgd_rows_forward_several(&d->storage, rows, k, W, ldw, Z, ldz);
    else
        return product(d, forward_piece, rows, k, W, ldw, Z, ldz);
    return LGD_OK;
}

static lgd_status dense_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                                size_t ldg)
{
    const dense *d = ctx;
    const lgd_status status = fits(k, ldr, ldg);
    if (status)
        return status;
    if (is_sweep(d, k, ldg))
        lgd_rows_adjoint(&d->storage, rows, R, ldr, G);
    else if (d->by_rows)
        lgd_rows_adjoint_several(&d->storage, rows, k, R, ldr, G, ldg);
    else
        return product(d, adjoint_piece, rows, k, R, ldr, G, ldg);
    return LGD_OK;
}

static lgd_status dense_fused(void *ctx, const lgd_rows *rows, const double *w, lgd_slopes slopes, void *slopes_ctx,
                              double *g)
{
    const dense *d = ctx;
    return lgd_rows_fused(&d->storage, rows, w, slopes, slopes_ctx, g);
}

static lgd_status dense_descend(void *ctx, const lgd_rows *rows, const lgd_row_step *step, lgd_slopes slopes,
                                void *slopes_ctx, double *w)
{
    const dense *d = ctx;
    return lgd_rows_descend(&d->storage, rows, step, slopes, slopes_ctx, w);
}

static lgd_status dense_use(void *ctx, lgd_kernel kernel)
{
    dense *d = ctx;
    if (kernel == LGD_KERNEL_ROWS && d->by_columns)
        return lgd_fail(LGD_EUNSUPPORTED, "dense_columns: kernel is rows, blas is accepted: rows do not lie together");
    d->by_blas = kernel == LGD_KERNEL_BLAS || d->by_columns;
    d->by_rows = kernel == LGD_KERNEL_ROWS;
    return LGD_OK;
}

static const char *dense_kernel(void *ctx, size_t k)
{
    const dense *d = ctx;
    return k > 1 ? d->by_rows ? "rows" : "gemm" : d->by_blas ? "gemv" : d->storage.kernels->name;
}

static lgd_status dense_moments(void *ctx, double *mean, double *deviation)
{
    const dense *d = ctx;
    return lgd_matrix_moments("dense", d->cols, &(lgd_rows){0, d->rows, NULL}, dense_gather, ctx, mean, deviation);
}

static void dense_free(void *ctx)
{
    dense *d = ctx;
    if (!d)
        return;
    lgd_pool_free(d->pool);
    lgd_release(d->own);
    lgd_release(d);
}

/* ---- creation */

static size_t first_not_finite(const dense *d, size_t count, size_t from)
{
    if (!d->single)
        return lgd_first_not_finite(count, d->data + from);
    size_t j = 0;
    while (j < count && isfinite(d->single[from + j]))
        j++;
    return j;
}

/* Storage is `lines` runs of `length` numbers, ld apart: rows, or columns. Without gaps it is one run. */
static lgd_status find_not_finite(const dense *d, const char *name, size_t lines, size_t length)
{
    bool gaps = d->ld != length;
    size_t runs = gaps ? lines : 1, run = gaps ? length : lines * length;
    for (size_t i = 0; i < runs; i++) {
        size_t at_line = i, j = first_not_finite(d, run, i * d->ld);
        if (j == run)
            continue;
        if (!gaps)
            at_line = j / length, j %= length;
        const size_t where = at_line * d->ld + j;
        return lgd_fail(LGD_EINVAL, "%s: the number in row %zu, column %zu (from 0) is %g, finite ones are accepted",
                        name, d->by_columns ? j : at_line, d->by_columns ? at_line : j,
                        d->single ? (double)d->single[where] : d->data[where]);
    }
    return LGD_OK;
}

static lgd_status check(const char *name, const dense *d)
{
    const size_t number = d->single ? sizeof *d->single : sizeof *d->data;
    lgd_status status = lgd_check_size(name, "rows", d->rows, true);
    if (!status)
        status = lgd_check_size(name, "cols", d->cols, false);
    if (!status)
        status = lgd_check_size(name, "ld", d->ld, true);
    if (status)
        return status;
    size_t lines = d->by_columns ? d->cols : d->rows, length = d->by_columns ? d->rows : d->cols;
    if (d->ld < length)
        return lgd_fail(LGD_EINVAL, "%s: ld is %zu, at least %s = %zu is accepted", name, d->ld,
                        d->by_columns ? "rows" : "cols", length);
    status = lgd_blas_fits(name, "cols", d->cols);
    if (!status)
        status = lgd_blas_fits(name, "ld", d->ld);
    if (status)
        return status;
    if (lgd_mul(lines, d->ld) > PTRDIFF_MAX / number)
        return lgd_fail(LGD_ERANGE, "%s: %s*ld is %zu*%zu, more than an address can reach", name,
                        d->by_columns ? "cols" : "rows", lines, d->ld);
    if (!d->data && !d->single && d->rows)
        return lgd_fail(LGD_EINVAL, "%s: data is NULL, an array is accepted", name);
    return d->rows ? find_not_finite(d, name, lines, length) : LGD_OK;
}

/* d->data becomes a copy without gaps. */
static lgd_status take_copy(dense *d)
{
    d->own = lgd_alloc("dense", lgd_mul(d->rows, d->cols), sizeof *d->own);
    if (!d->own)
        return LGD_ENOMEM;
    for (size_t i = 0; i < d->rows; i++)
        memcpy(d->own + i * d->cols, d->data + i * d->ld, d->cols * sizeof *d->own);
    d->data = d->own;
    d->ld = d->cols;
    return LGD_OK;
}

static double dense_bytes(void *ctx)
{
    const dense *d = ctx;
    return (double)d->cols * (double)(d->single ? sizeof *d->single : sizeof *d->data);
}

static lgd_status create(lgd_matrix **out, const char *name, const dense *given, bool copy)
{
    lgd_matrix_ops ops = {.name = name,
                          .flags = LGD_CONCURRENT,
                          .forward = dense_forward,
                          .adjoint = dense_adjoint,
                          .free = dense_free,
                          .moments = dense_moments,
                          .gather = dense_gather,
                          .use = dense_use,
                          .kernel = dense_kernel,
                          .bytes = dense_bytes};
    if (!out)
        return lgd_fail(LGD_EINVAL, "%s: out is NULL, the address of a pointer is accepted", name);
    *out = NULL;
    lgd_status status = check(name, given);
    if (status)
        return status;
    dense *d = lgd_alloc(name, 1, sizeof *d);
    if (!d)
        return LGD_ENOMEM;
    *d = *given;
    d->by_blas = d->by_columns;
    if (copy)
        status = take_copy(d);
    if (!status && d->single)
        status = lgd_pool_create(&d->pool, name);
    d->storage = (lgd_row_storage){d->single ? (const char *)d->single : (const char *)d->data, d->rows, d->cols,
                                   d->ld * (d->single ? sizeof *d->single : sizeof *d->data),
                                   lgd_row_kernels_best(d->single != NULL)};
    if (!d->by_columns) {
        ops.fused = dense_fused;
        ops.descend = dense_descend;
    }
    if (!status)
        status = lgd_matrix_create(out, d->rows, d->cols, &ops, d);
    if (status)
        dense_free(d);
    return status;
}

lgd_status lgd_matrix_dense(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld)
{
    return create(out, "dense", &(dense){.data = data, .rows = rows, .cols = cols, .ld = ld}, false);
}

lgd_status lgd_matrix_dense_columns(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld)
{
    return create(out, "dense_columns",
                  &(dense){.data = data, .rows = rows, .cols = cols, .ld = ld, .by_columns = true}, false);
}

lgd_status lgd_matrix_dense_f32(lgd_matrix **out, size_t rows, size_t cols, const float *data, size_t ld)
{
    static const float none;
    return create(out, "dense_f32",
                  &(dense){.single = data || rows ? data : &none, .rows = rows, .cols = cols, .ld = ld}, false);
}

lgd_status lgd_matrix_dense_copy(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld)
{
    return create(out, "dense", &(dense){.data = data, .rows = rows, .cols = cols, .ld = ld}, true);
}
