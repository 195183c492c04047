/* A matrix: rows in, scores out, and back.
 *
 * The data matrix A [rows x cols] is only ever used as an operator over a set of its rows:
 *     forward   Z  = A[rows,:] W             W [cols x k], Z [count x k]
 *     adjoint   G += A[rows,:]^T R           R [count x k], G [cols x k]
 * so that every storage, and your own, serves every model. W, Z, R, G are stored by rows with leading dimensions
 * ldw, ldz, ldr, ldg >= k.
 */
#ifndef LGD_MATRIX_H
#define LGD_MATRIX_H
#include "status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The data matrix, of any storage. */
typedef struct lgd_matrix lgd_matrix;

/* A set of rows: first .. first+count-1, or, with an index, index[first] .. index[first+count-1] in that order. */
typedef struct lgd_rows {
    size_t first, count; /* where the set begins, and how many rows it has */
    const size_t *index; /* borrowed; NULL: the rows in their order */
} lgd_rows;

/* Flag of ops: they may be called from several threads at once. The library then calls them so, and holds BLAS to one
 * thread meanwhile, since threads over a BLAS with threads of its own are slower than either. Without it they are called
 * by one thread at a time, the caller's, and find BLAS as the host has set it. */
enum { LGD_CONCURRENT = 1 };

/* What a storage has to offer. ctx is the caller's; rows are always within bounds, k >= 1.
 *   name               for messages; NULL: "matrix"
 *   forward, adjoint   the products at the top of this header; a status other than LGD_OK ends the run and is passed through
 *   panel              optional: how many rows are best taken at a time for k outputs, so that forward and adjoint meet
 *                      the same rows in cache; 0 or absent: the library chooses
 *   moments            optional: mean[j] and population standard deviation[j] of each column over all rows, for
 *                      lgd_matrix_standardized; absent: by `gather`
 *   free               optional: called once by lgd_matrix_free
 *   gather             optional, used with LGD_CONCURRENT: copies the rows, as dense rows, into X [count x cols]. Where rows
 *                      are scattered, forward and adjoint then share one copy instead of finding each row twice */
typedef struct lgd_matrix_ops {
    const char *name;
    unsigned flags; /* LGD_CONCURRENT or 0 */
    lgd_status (*forward)(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                          size_t ldz);
    lgd_status (*adjoint)(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                          size_t ldg);
    size_t (*panel)(void *ctx, size_t k);
    void (*free)(void *ctx);
    lgd_status (*moments)(void *ctx, double *mean, double *deviation);
    lgd_status (*gather)(void *ctx, const lgd_rows *rows, double *X);
} lgd_matrix_ops;

/* Dense, by rows: element (i, j) at data[i*ld + j], ld >= cols. Borrows data. Any alignment of a double is accepted.
 * Errors: LGD_EINVAL for NULL, ld < cols, cols 0, a NaN or Inf (its row and column are named); LGD_ERANGE for cols or
 * ld beyond the BLAS integer. 0 rows are legal. Cost: one read of the data, to find what is not finite. */
LGD_API lgd_status lgd_matrix_dense(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld);

/* Dense, by columns: element (i, j) at data[i + j*ld], ld >= rows. Otherwise as lgd_matrix_dense. */
LGD_API lgd_status lgd_matrix_dense_columns(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld);

/* (A - 1 shift^T) diag(1/scale), never formed: shift[cols], scale[cols] > 0 are copied, A is borrowed. NULL shift:
 * zeros; NULL scale: ones. Costs two passes over W per panel more than A. A column whose shift is large beside its
 * scale loses the digits that A*w/scale - shift*w/scale cancels. */
LGD_API lgd_status lgd_matrix_scaled(lgd_matrix **out, const lgd_matrix *A, const double *shift, const double *scale);

/* The same with each column's mean and population standard deviation, as measured (constant columns: scale 1).
 * LGD_EUNSUPPORTED if A's ops have neither moments nor `gather`. Two passes over A. */
LGD_API lgd_status lgd_matrix_standardized(lgd_matrix **out, const lgd_matrix *A);

/* The same with the moments of some of the rows, by which all are scaled: those a model is fitted on. rows NULL: all of them, which is
 * the call above. Of some rows LGD_EUNSUPPORTED if A's ops have no `gather`; LGD_EINVAL for no rows, or one out of bounds. */
LGD_API lgd_status lgd_matrix_standardized_on(lgd_matrix **out, const lgd_matrix *A, const lgd_rows *rows);

/* What a scaled or standardised matrix does to its columns: shift[cols] and scale[cols], and which ones were standardised although they
 * are constant, so that their scale is 1 and what is left of them is 0 where they were measured. Any of the three may be NULL. */
LGD_API lgd_status lgd_matrix_scaling(const lgd_matrix *scaled, double *shift, double *scale, bool *constant);

/* Dense, by rows, as lgd_matrix_dense, but that a NaN is a missing cell: it counts as the mean of the cells of its column that are
 * there in the rows `fit` (NULL: in all rows). data is borrowed and stays as it is; fit is not kept. LGD_EINVAL for a column that
 * has no number in those rows, by its index, for Inf, and as lgd_matrix_dense. Rows are copied for each product: one more pass
 * over them in cache. */
LGD_API lgd_status lgd_matrix_imputed(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld,
                                      const lgd_rows *fit);

/* The matrix of the same data with the means of other rows, for an A that lgd_matrix_imputed has made; A may be freed before it. */
LGD_API lgd_status lgd_matrix_imputed_on(lgd_matrix **out, const lgd_matrix *A, const lgd_rows *fit);

/* Weights fitted on a scaled matrix, as weights on the matrix below it. For each of the k outputs, c,
 *     raw[j*k + c] = w[j*k + c] / scale[j]
 *     raw[cols*k + c] = w[cols*k + c] - sum_j shift[j] raw[j*k + c]
 * so that predictions agree to rounding (the sum is compensated). w and raw hold (cols + 1)*outputs numbers if
 * `intercept`, else cols*outputs; raw may be w. LGD_EINVAL if a shift would need an intercept that is not there. */
LGD_API lgd_status lgd_matrix_unscale(const lgd_matrix *scaled, size_t outputs, bool intercept, const double *w,
                                      double *raw);

/* Your own storage. ops are copied (their name must outlive the matrix), ctx is yours until free.
 * LGD_EINVAL if forward or adjoint is missing. */
LGD_API lgd_status lgd_matrix_create_sized(lgd_matrix **out, size_t rows, size_t cols, const lgd_matrix_ops *ops,
                                           size_t ops_size, void *ctx);
static inline lgd_status lgd_matrix_create(lgd_matrix **out, size_t rows, size_t cols, const lgd_matrix_ops *ops,
                                           void *ctx)
{
    return lgd_matrix_create_sized(out, rows, cols, ops, sizeof *ops, ctx);
}

/* Does the matrix keep its word? Random W and R (from seed): <R, A W> against <A^T R, W>, an index against the same
 * range, one row against many, adjoint adding and not overwriting. *error receives the largest difference relative to
 * the sum of magnitudes; below 1e-12 is sound. LGD_EINVAL names the first promise broken (error above 1e-8). */
LGD_API lgd_status lgd_matrix_check(const lgd_matrix *A, uint64_t seed, double *error);

/* How many rows and columns A has; 0 for NULL. */
LGD_API size_t lgd_matrix_rows(const lgd_matrix *A);
LGD_API size_t lgd_matrix_cols(const lgd_matrix *A);

/* The two products, checked, for your own models. rows NULL: all rows. */
LGD_API lgd_status lgd_matrix_forward(const lgd_matrix *A, const lgd_rows *rows, size_t k, const double *W, size_t ldw,
                                      double *Z, size_t ldz);
LGD_API lgd_status lgd_matrix_adjoint(const lgd_matrix *A, const lgd_rows *rows, size_t k, const double *R, size_t ldr,
                                      double *G, size_t ldg);

/* Frees a matrix, not the data it borrowed nor the matrix below a scaled one; NULL is accepted. */
LGD_API void lgd_matrix_free(lgd_matrix *A);

#ifdef __cplusplus
}
#endif
#endif
