/* Dense storage, by rows or by columns, borrowed. Consecutive rows go to BLAS where they lie, scattered ones are
 * gathered into a buffer on the stack first. */
#include "blas/blas.h"
#include "matrix/matrix.h"
#include <string.h>

typedef struct dense {
    const double *data;
    size_t rows, cols, ld;
    bool by_columns;
} dense;

enum {
    GATHER = 4096,     /* numbers in the buffer: 32 KB */
    AT_ONCE = 1 << 20, /* rows in one call of BLAS, whose integer may end at 2^31 */
};

static const double *at(const dense *d, size_t i, size_t j)
{
    return d->data + (d->by_columns ? i + j * d->ld : i * d->ld + j);
}

/* Some of the rows, as BLAS takes them. */
typedef struct piece {
    size_t count, ld;
    const double *X;
    bool by_columns;
} piece;

/* Copies count rows into the buffer by rows. Scattered rows miss every cache, so each is asked for a few rows ahead: up to
 * the `known` rows of the index, beyond this piece too. */
static void gather(const dense *d, const size_t *index, size_t count, size_t known, double *restrict buffer)
{
    enum { AHEAD = 8, LINE = 64 / sizeof(double) };
    for (size_t r = 0; r < count; r++, buffer += d->cols) {
        if (d->by_columns) {
            for (size_t j = 0; j < d->cols; j++)
                buffer[j] = *at(d, index[r], j);
            continue;
        }
        if (r + AHEAD < known)
            for (size_t j = 0; j < d->cols; j += LINE)
                lgd_prefetch(at(d, index[r + AHEAD], j));
        memcpy(buffer, at(d, index[r], 0), d->cols * sizeof *buffer);
    }
}

/* The next piece of the rows from the i-th on. Rows are gathered only where fewer of them lie together than the buffer
 * holds, so the pieces of an index that happens to be a range are those of the range. */
static piece next_piece(const dense *d, const lgd_rows *rows, size_t i, double buffer[GATHER])
{
    size_t left = rows->count - i, room = d->cols < GATHER ? GATHER / d->cols : 1;
    if (left > AT_ONCE)
        left = AT_ONCE;
    if (!rows->index)
        return (piece){left, d->ld, at(d, rows->first + i, 0), d->by_columns};
    const size_t *index = rows->index + rows->first + i;
    size_t run = 1;
    while (run < left && index[run] == index[0] + run)
        run++;
    if (run == left || run >= room)
        return (piece){run, d->ld, at(d, index[0], 0), d->by_columns};
    piece p = {left < room ? left : room, d->cols, buffer, false};
    gather(d, index, p.count, left, buffer);
    return p;
}

static lgd_status dense_gather(void *ctx, const lgd_rows *rows, double *X)
{
    const dense *d = ctx;
    if (rows->index)
        gather(d, rows->index + rows->first, rows->count, rows->count, X);
    for (size_t i = 0; !rows->index && !d->by_columns && i < rows->count; i++)
        memcpy(X + i * d->cols, at(d, rows->first + i, 0), d->cols * sizeof *X);
    for (size_t j = 0; !rows->index && d->by_columns && j < d->cols; j++)
        for (size_t i = 0; i < rows->count; i++)
            X[i * d->cols + j] = *at(d, rows->first + i, j);
    return LGD_OK;
}

static lgd_status fits(size_t k, size_t ldi, size_t ldo)
{
    lgd_status status = lgd_blas_fits("dense", "k", k);
    if (!status)
        status = lgd_blas_fits("dense", "a leading dimension", ldi > ldo ? ldi : ldo);
    return status;
}

static lgd_status dense_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                                size_t ldz)
{
    const dense *d = ctx;
    _Alignas(64) double buffer[GATHER];
    lgd_status status = fits(k, ldw, ldz);
    for (size_t i = 0; i < rows->count && !status;) {
        piece p = next_piece(d, rows, i, buffer);
        if (p.count == 1 && k == 1 && ldw == 1 && !p.by_columns)
            Z[i * ldz] = lgd_blas_dot(d->cols, p.X, W);
        else
            lgd_blas_forward(p.count, d->cols, k, p.X, p.ld, p.by_columns, W, ldw, Z + i * ldz, ldz);
        i += p.count;
    }
    return status;
}

static lgd_status dense_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                                size_t ldg)
{
    const dense *d = ctx;
    _Alignas(64) double buffer[GATHER];
    lgd_status status = fits(k, ldr, ldg);
    for (size_t i = 0; i < rows->count && !status;) {
        piece p = next_piece(d, rows, i, buffer);
        if (p.count == 1 && k == 1 && ldg == 1 && !p.by_columns)
            lgd_blas_axpy(d->cols, R[i * ldr], p.X, G);
        else
            lgd_blas_adjoint(p.count, d->cols, k, p.X, p.ld, p.by_columns, R + i * ldr, ldr, G, ldg);
        i += p.count;
    }
    return status;
}

static lgd_status dense_moments(void *ctx, double *mean, double *deviation)
{
    const dense *d = ctx;
    return lgd_matrix_moments("dense", d->cols, &(lgd_rows){0, d->rows, NULL}, dense_gather, ctx, mean, deviation);
}

/* Storage is `lines` runs of `length` numbers, ld apart: rows, or columns. Without gaps it is one run. */
static lgd_status find_not_finite(const dense *d, const char *name, size_t lines, size_t length)
{
    bool gaps = d->ld != length;
    size_t runs = gaps ? lines : 1, run = gaps ? length : lines * length;
    for (size_t i = 0; i < runs; i++) {
        size_t at_line = i, j = lgd_first_not_finite(run, d->data + i * d->ld);
        if (j == run)
            continue;
        if (!gaps)
            at_line = j / length, j %= length;
        return lgd_fail(LGD_EINVAL, "%s: the number in row %zu, column %zu (from 0) is %g, finite ones are accepted",
                        name, d->by_columns ? j : at_line, d->by_columns ? at_line : j, d->data[at_line * d->ld + j]);
    }
    return LGD_OK;
}

static lgd_status create(lgd_matrix **out, const lgd_matrix_ops *ops, const dense *d)
{
    const char *name = ops->name;
    if (!out)
        return lgd_fail(LGD_EINVAL, "%s: out is NULL, the address of a pointer is accepted", name);
    *out = NULL;
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
    if (lgd_mul(lines, d->ld) > PTRDIFF_MAX / sizeof(double))
        return lgd_fail(LGD_ERANGE, "%s: %s*ld is %zu*%zu, more than an address can reach", name,
                        d->by_columns ? "cols" : "rows", lines, d->ld);
    if (!d->data && d->rows)
        return lgd_fail(LGD_EINVAL, "%s: data is NULL, an array is accepted", name);
    status = d->rows ? find_not_finite(d, name, lines, length) : LGD_OK;
    if (status)
        return status;
    dense *ctx = lgd_alloc(name, 1, sizeof *ctx);
    if (!ctx)
        return LGD_ENOMEM;
    *ctx = *d;
    status = lgd_matrix_create(out, d->rows, d->cols, ops, ctx);
    if (status)
        lgd_release(ctx);
    return status;
}

#define OPS(text)                                                                                                      \
    {                                                                                                                  \
        .name = text, .flags = LGD_CONCURRENT, .forward = dense_forward, .adjoint = dense_adjoint,                     \
        .free = lgd_release, .moments = dense_moments, .gather = dense_gather                                          \
    }

lgd_status lgd_matrix_dense(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld)
{
    static const lgd_matrix_ops ops = OPS("dense");
    return create(out, &ops, &(dense){data, rows, cols, ld, false});
}

lgd_status lgd_matrix_dense_columns(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld)
{
    static const lgd_matrix_ops ops = OPS("dense_columns");
    return create(out, &ops, &(dense){data, rows, cols, ld, true});
}
