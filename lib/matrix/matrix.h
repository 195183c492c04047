/* Inside of a matrix. */
#ifndef LGD_MATRIX_INSIDE_H
#define LGD_MATRIX_INSIDE_H
#include "base/base.h"
#include "lgd/matrix.h"

struct lgd_matrix {
    size_t rows, cols;
    lgd_matrix_ops ops;
    void *ctx;
    bool by_blas; /* fused and descend are not to be called */
    bool by_rows; /* rows were asked for: all products are row by row, and chunks are those of dense rows */
    void (*free_owned)(void *owned);
    void *owned; /* what it stands on, if that goes with it; see lgd_matrix_owns */
};

/* What A has borrowed goes with it: lgd_matrix_free ends with free_owned(owned). */
static inline void lgd_matrix_owns(lgd_matrix *A, void (*free_owned)(void *owned), void *owned)
{
    A->free_owned = free_owned;
    A->owned = owned;
}

/* Are products with one vector one sweep? */
static inline bool lgd_matrix_is_fused(const lgd_matrix *A)
{
    return A->ops.fused && !A->by_blas;
}

/* Are the rows within 0..count-1, count and first sane? LGD_EINVAL names object, position and row. O(count) if there is an
 * index. Also used for the terms of an objective. */
lgd_status lgd_rows_check(const char *object, const lgd_rows *rows, size_t count);

/* The ops of a matrix whose arguments are known to be right, BLAS being held by the caller: a failure is a status with a
 * sentence, whoever's ops they are. */
lgd_status lgd_matrix_call_forward(const lgd_matrix *A, const lgd_rows *rows, size_t k, const double *W, size_t ldw,
                                   double *Z, size_t ldz);
lgd_status lgd_matrix_call_adjoint(const lgd_matrix *A, const lgd_rows *rows, size_t k, const double *R, size_t ldr,
                                   double *G, size_t ldg);
lgd_status lgd_matrix_call_squares(const lgd_matrix *A, const lgd_rows *rows, size_t k, const double *R, size_t ldr,
                                   double *G, size_t ldg);
lgd_status lgd_matrix_call_gather(const lgd_matrix *A, const lgd_rows *rows, double *X);
lgd_status lgd_matrix_call_moments(const lgd_matrix *A, double *mean, double *deviation);

lgd_status lgd_matrix_call_fused(const lgd_matrix *A, const lgd_rows *rows, const double *w, lgd_slopes slopes,
                                 void *slopes_ctx, double *g);

/* Mean and population deviation of each column over rows that gather(ctx) copies. Allocates a panel. */
typedef lgd_status (*lgd_gather)(void *ctx, const lgd_rows *rows, double *X);
lgd_status lgd_matrix_moments(const char *name, size_t cols, const lgd_rows *rows, lgd_gather gather, void *ctx,
                              double *mean, double *deviation);

/* Bytes of memory to a row, see `bytes` of the ops. */
double lgd_matrix_bytes(const lgd_matrix *A);

/* What is below a scaled matrix; NULL of another one. */
const lgd_matrix *lgd_matrix_below(const lgd_matrix *A);

/* Was it made by lgd_matrix_imputed? */
bool lgd_matrix_is_imputed(const lgd_matrix *A);

/* On this thread: the `count` numbers of an index that begins at `from` may be read, also beyond the sets of rows that are cut from it, so
 * that rows are asked for before their set comes. NULL before the index goes away. */
void lgd_rows_known(const size_t *from, size_t count);

/* How many numbers of its index may be read behind those of the set. */
size_t lgd_rows_ahead(const lgd_rows *rows);

/* Rows to take at a time for k outputs: what the ops say, else about 256 KB of the matrix; at least 1. */
size_t lgd_matrix_panel(const lgd_matrix *A, size_t k);

#endif
