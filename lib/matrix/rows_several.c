/* Products of rows with several vectors, each output a sum of its own, in an order that says nothing of panels, cores or registers:
 *     z_ic  = sum over the columns j in their order of x_ij W_jc
 *     G_jc += x_ij r_ic for one row after another
 * with every product rounded, so that sparse rows, which leave the zeros out, have the same bits. Eight sums go side by side, of eight rows
 * in the first and eight columns in the second; the rest of a block is filled up with zeros. */
#include "rows.h"

enum { EIGHT = 8, FOUR = 4, COLUMNS = 256, ROWS = 32 };
typedef double eight __attribute__((vector_size(64)));

typedef struct job {
    const lgd_row_storage *s;
    const lgd_rows *rows;
    size_t k;
} job;

static const char *row_at(const job *b, size_t i)
{
    const lgd_rows *rows = b->rows;
    return b->s->data + (rows->index ? rows->index[rows->first + i] : rows->first + i) * b->s->stride;
}

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Columns from j on, n of them, of a row. */
static void take(const job *b, size_t i, size_t j, size_t n, size_t step, double *restrict to)
{
    const char *row = row_at(b, i);
    if (b->s->kernels->single)
        for (size_t e = 0; e < n; e++)
            to[e * step] = ((const float *)(const void *)row)[j + e];
    else
        for (size_t e = 0; e < n; e++)
            to[e * step] = ((const double *)(const void *)row)[j + e];
}

/* Z += X W for `width` of the outputs: z[c] are those of eight rows, X has n columns of eight. */
LGD_INLINE void scores_of(size_t width, size_t n, const eight *X, const double *W, size_t ldw, eight z[FOUR])
{
    eight s[FOUR];
    for (size_t c = 0; c < width; c++)
        s[c] = z[c];
    for (size_t j = 0; j < n; j++)
        for (size_t c = 0; c < width; c++)
            s[c] += X[j] * W[j * ldw + c];
    for (size_t c = 0; c < width; c++)
        z[c] = s[c];
}

LGD_WIDEST static void scores(size_t width, size_t n, const eight *X, const double *W, size_t ldw, eight z[FOUR])
{
    if (width == FOUR)
        scores_of(FOUR, n, X, W, ldw, z);
    else
        scores_of(width, n, X, W, ldw, z);
}

/* Eight rows from the i-th on; sums wait in Z while the columns of a block go by. */
static void forward_eight(const job *b, size_t i, const double *W, size_t ldw, double *Z, size_t ldz)
{
    eight X[COLUMNS], z[FOUR];
    double *const x = (double *)X, *const sums = (double *)z;
    const size_t count = min(EIGHT, b->rows->count - i), cols = b->s->cols;
    memset(X, 0, sizeof X);
    for (size_t first = 0; first < cols; first += COLUMNS) {
        const size_t n = min(COLUMNS, cols - first);
        for (size_t r = 0; r < count; r++)
            take(b, i + r, first, n, EIGHT, x + r);
        for (size_t c = 0; c < b->k; c += FOUR) {
            const size_t width = min(FOUR, b->k - c);
            memset(z, 0, sizeof z);
            for (size_t e = 0; first && e < width * count; e++)
                sums[e / count * EIGHT + e % count] = Z[(i + e % count) * ldz + c + e / count];
            scores(width, n, X, W + first * ldw + c, ldw, z);
            for (size_t e = 0; e < width * count; e++)
                Z[(i + e % count) * ldz + c + e / count] = sums[e / count * EIGHT + e % count];
        }
    }
}

void lgd_rows_forward_several(const lgd_row_storage *s, const lgd_rows *rows, size_t k, const double *W, size_t ldw,
                              double *Z, size_t ldz)
{
    const job b = {s, rows, k};
    for (size_t i = 0; i < rows->count; i += EIGHT)
        forward_eight(&b, i, W, ldw, Z, ldz);
}

/* G += X^T R of eight columns for `width` of the outputs: X has `count` rows of eight. */
LGD_INLINE void update_of(size_t width, size_t count, const double *X, size_t ldx, const double *R, size_t ldr,
                          eight g[FOUR])
{
    eight s[FOUR];
    for (size_t c = 0; c < width; c++)
        s[c] = g[c];
    for (size_t i = 0; i < count; i++) {
        eight x;
        memcpy(&x, X + i * ldx, sizeof x);
        for (size_t c = 0; c < width; c++)
            s[c] += x * R[i * ldr + c];
    }
    for (size_t c = 0; c < width; c++)
        g[c] = s[c];
}

LGD_WIDEST static void update(size_t width, size_t count, const double *X, size_t ldx, const double *R, size_t ldr,
                              eight g[FOUR])
{
    if (width == FOUR)
        update_of(FOUR, count, X, ldx, R, ldr, g);
    else
        update_of(width, count, X, ldx, R, ldr, g);
}

/* Rows from the i-th on, as many as a block has, whose columns are copied block by block. */
static void adjoint_rows(const job *b, size_t i, const double *R, size_t ldr, double *G, size_t ldg)
{
    enum { WIDE = COLUMNS / EIGHT };
    double X[ROWS][WIDE];
    eight g[FOUR];
    double *const sums = (double *)g;
    const size_t count = min(ROWS, b->rows->count - i), cols = b->s->cols;
    memset(X, 0, sizeof X);
    for (size_t first = 0; first < cols; first += WIDE) {
        const size_t n = min(WIDE, cols - first);
        for (size_t r = 0; r < count; r++)
            take(b, i + r, first, n, 1, X[r]);
        for (size_t j = 0; j < n; j += EIGHT)
            for (size_t c = 0; c < b->k; c += FOUR) {
                const size_t width = min(FOUR, b->k - c), some = min(EIGHT, n - j);
                double *at = G + (first + j) * ldg + c;
                memset(g, 0, sizeof g);
                for (size_t e = 0; e < width * some; e++)
                    sums[e % width * EIGHT + e / width] = at[e / width * ldg + e % width];
                update(width, count, X[0] + j, WIDE, R + i * ldr + c, ldr, g);
                for (size_t e = 0; e < width * some; e++)
                    at[e / width * ldg + e % width] = sums[e % width * EIGHT + e / width];
            }
    }
}

void lgd_rows_adjoint_several(const lgd_row_storage *s, const lgd_rows *rows, size_t k, const double *R, size_t ldr,
                              double *G, size_t ldg)
{
    const job b = {s, rows, k};
    for (size_t i = 0; i < rows->count; i += ROWS)
        adjoint_rows(&b, i, R, ldr, G, ldg);
}
