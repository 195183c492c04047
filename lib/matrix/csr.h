/* Inside of a sparse matrix by rows:
 *   csr.c        checks, creation, moments
 *   csr_rows.c   products, and steps of plain descent
 *   csr_loops.c  the loops over the numbers of rows, csr_loops.h once for each kind of them */
#ifndef LGD_CSR_INSIDE_H
#define LGD_CSR_INSIDE_H
#include "rows.h"

/* What is summed of the columns, for their moments. */
typedef struct lgd_csr_columns {
    double *mean, *deviation, *low, *high, *count, *rest, *factor; /* [cols] each */
} lgd_csr_columns;

/* Loops for one kind of indices and values. next, or next[r], is a row that is asked for: its columns where a score is computed, with `whole`
 * its values too, and those in a step; d->rows is none.
 *   scores           z[r] = score of row[r], with the bits of a dense row
 *   update           g += slope[r] row[r] for r = 0, 1, ..; with `squares` of the square of each number
 *   step             w_j -= lr (slope x_j / by) of one row
 *   product, move    x v and |x|^2 of one row; v -= c x
 *   forward, adjoint of one row for k outputs, a sum to each: z = x W, G += x^T r
 *   copy             the numbers of a row to where they are in a dense one, which is 0
 *   sums, squares    of all rows: sums, extremes and counts of each column; then sums of what is left of the mean, and of its squares
 *   check            the columns and numbers of a row whose place is known
 *   touched          the columns of a row that are not seen yet, behind the `count` that are there; SIZE_MAX where there is no room */
typedef struct lgd_csr_loops {
    void (*scores)(const lgd_csr *d, size_t count, const size_t *row, const size_t *next, bool whole, const double *w,
                   double *z);
    void (*update)(const lgd_csr *d, size_t count, const size_t *row, const double *slope, bool squares, double *g);
    void (*step)(const lgd_csr *d, size_t row, size_t next, double slope, const lgd_row_step *step, double *w);
    double (*product)(const lgd_csr *d, size_t row, size_t next, const double *v, double *squares);
    void (*move)(const lgd_csr *d, size_t row, size_t next, double c, double *v);
    void (*forward)(const lgd_csr *d, size_t row, size_t k, const double *W, size_t ldw, double *z);
    void (*adjoint)(const lgd_csr *d, size_t row, size_t k, const double *r, bool squares, double *G, size_t ldg);
    void (*copy)(const lgd_csr *d, size_t row, double *x);
    void (*sums)(const lgd_csr *d, lgd_csr_columns *s);
    void (*squares)(const lgd_csr *d, lgd_csr_columns *s);
    lgd_status (*check)(const lgd_csr *d, size_t row);
    size_t (*touched)(const lgd_csr *d, size_t row, bool *seen, size_t *column, size_t count, size_t room);
} lgd_csr_loops;

/* By [indices of 64 bits][values of single precision]. */
extern const lgd_csr_loops *const lgd_csr_loops_of[2][2];

typedef struct lgd_csr_matrix {
    lgd_csr d;
    const lgd_csr_loops *loops;
    size_t each;   /* rows to a panel */
    bool as_dense; /* panels and chunks as those of dense rows, and so the bits of all there is */
} lgd_csr_matrix;

static inline size_t lgd_csr_row(const lgd_rows *rows, size_t position)
{
    return rows->index ? rows->index[rows->first + position] : rows->first + position;
}

/* The ops, ctx being an lgd_csr_matrix. */
lgd_status lgd_csr_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                           size_t ldz);
lgd_status lgd_csr_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                           size_t ldg);
lgd_status lgd_csr_squares(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                           size_t ldg);
lgd_status lgd_csr_fused(void *ctx, const lgd_rows *rows, const double *w, lgd_slopes slopes, void *slopes_ctx,
                         double *g);
lgd_status lgd_csr_descend(void *ctx, const lgd_rows *rows, const lgd_row_step *step, lgd_slopes slopes,
                           void *slopes_ctx, double *w);

#endif
