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

/* How the products of a matrix are computed.
 *   LGD_KERNEL_AUTO  the storage chooses: with one vector rows where numbers of a row lie together, with several gemm
 *   LGD_KERNEL_ROWS  row by row, with loops of the library's own. The score of a row is the same whichever rows it comes with, so
 *                    its bits do not depend on how rows are grouped, gathered or stored, nor on the width of the machine's registers.
 *                    So are the products with several vectors, which take longer than gemm: a sum to each output, over the columns in
 *                    their order for a score, over the rows in theirs for a gradient. A linear model of one or several outputs on
 *                    sparse rows has then the bits of the same model on dense ones, gradients over all rows and steps included
 *                    (but steps of sgd with l2 or clip_norm, which are the same to rounding)
 *   LGD_KERNEL_BLAS  gemv, and gemm */
typedef enum lgd_kernel { LGD_KERNEL_AUTO, LGD_KERNEL_ROWS, LGD_KERNEL_BLAS } lgd_kernel;

/* What turns scores into slopes in the middle of a sweep over rows: Z [count] are the scores of the rows at the given positions of
 * the set of rows, from 0, and become their slopes. */
typedef lgd_status (*lgd_slopes)(void *ctx, size_t count, const size_t *position, double *Z);

/* A step of plain descent on one row x: with its slope s, w_j -= lr (s x_j / by + l2 w_j), in this order of operations.
 *   lr  the rate
 *   by  the mean weight of all rows; 1 where they have none
 *   l2  the strength of the smooth part
 *   smooth  NULL, or where a number below 0 is. A storage that keeps count of l2/2 |w|^2 from step to step leaves it here before it asks
 *           for the slope of a row; then nobody looks at w until descend returns, and it may hold anything meanwhile */
typedef struct lgd_row_step {
    double lr, by, l2;
    double *smooth;
} lgd_row_step;

/* What a storage has to offer. ctx is the caller's; rows are always within bounds, k >= 1.
 *   name               for messages; NULL: "matrix"
 *   forward, adjoint   the products at the top of this header; a status other than LGD_OK ends the run and is passed through
 *   panel              optional: how many rows are best taken at a time for k outputs, so that forward and adjoint meet
 *                      the same rows in cache; 0 or absent: the library chooses
 *   moments            optional: mean[j] and population standard deviation[j] of each column over all rows, for
 *                      lgd_matrix_standardized; absent: by `gather`
 *   free               optional: called once by lgd_matrix_free
 *   gather             optional, used with LGD_CONCURRENT: copies the rows, as dense rows, into X [count x cols]. Where rows
 *                      are scattered, forward and adjoint then share one copy instead of finding each row twice
 *   fused              optional, for one output: g += A[rows,:]^T r for the slopes r that `slopes` makes of A[rows,:] w, in one sweep,
 *                      while rows are in the first-level cache. Each row is visited once, in an order that follows the count of rows
 *                      alone; slopes is called for at most 64 rows at a time, in that order. g NULL: the scores alone are wanted
 *   descend            optional, beside fused: for each row in turn its score, its slope by `slopes`, of that row alone, and a step, see
 *                      lgd_row_step; a sparse storage may take the smooth part of many steps at once
 *   use                optional: takes a kernel, for lgd_matrix_set_kernel; fused and descend are then only called if the kernel is
 *                      one of rows
 *   kernel             optional: what computes the products with k vectors, in words
 *   squares            optional: as adjoint, with the square of each element of A in its place. For the diagonals of Hessians
 *   stored             optional: how many numbers A has in memory, where that is not rows x cols: rows are sparse, and never copied as
 *                      dense ones for a product
 *   bytes              optional: of memory to a row as it is stored, on the average; absent: 8 cols
 *   touched            optional, beside stored: which columns the rows have numbers in. Writes to column[0], column[1], .. each of them that
 *                      seen [cols] is false for, in any order, and makes it true; the count of those, or SIZE_MAX where that is
 *                      above `room`, and then column[0..room) are some of them, and seen is true for no other */
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
    lgd_status (*fused)(void *ctx, const lgd_rows *rows, const double *w, lgd_slopes slopes, void *slopes_ctx,
                        double *g);
    lgd_status (*descend)(void *ctx, const lgd_rows *rows, const lgd_row_step *step, lgd_slopes slopes,
                          void *slopes_ctx, double *w);
    lgd_status (*use)(void *ctx, lgd_kernel kernel);
    const char *(*kernel)(void *ctx, size_t k);
    lgd_status (*squares)(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                          size_t ldg);
    size_t (*stored)(void *ctx);
    double (*bytes)(void *ctx);
    size_t (*touched)(void *ctx, const lgd_rows *rows, bool *seen, size_t *column, size_t room);
} lgd_matrix_ops;

/* Dense, by rows: element (i, j) at data[i*ld + j], ld >= cols. Borrows data. Any alignment of a double is accepted.
 * Errors: LGD_EINVAL for NULL, ld < cols, cols 0, a NaN or Inf (its row and column are named); LGD_ERANGE for cols or
 * ld beyond the BLAS integer. 0 rows are legal. Cost: one read of the data, to find what is not finite. */
LGD_API lgd_status lgd_matrix_dense(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld);

/* Dense, by columns: element (i, j) at data[i + j*ld], ld >= rows. Otherwise as lgd_matrix_dense. */
LGD_API lgd_status lgd_matrix_dense_columns(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld);

/* Dense, by rows, in single precision: element (i, j) is the float data[i*ld + j]. Half the memory and half the traffic; numbers are
 * converted in registers, and all sums are in double: what comes out are the bits of lgd_matrix_dense on the same values with
 * LGD_KERNEL_ROWS. With several outputs panels are converted for gemm. Otherwise as lgd_matrix_dense. */
LGD_API lgd_status lgd_matrix_dense_f32(lgd_matrix **out, size_t rows, size_t cols, const float *data, size_t ld);

/* The same as lgd_matrix_dense, of a copy that the matrix owns, without gaps and on huge pages where the system has them: rows in
 * random order then cost less, since fewer of their addresses have to be looked up. data may be freed. LGD_ENOMEM. */
LGD_API lgd_status lgd_matrix_dense_copy(lgd_matrix **out, size_t rows, size_t cols, const double *data, size_t ld);

/* Sparse rows, compressed: the numbers of row i are those from row_start[i] up to row_start[i+1], each in the column beside it, in
 * ascending order; what has none is 0.
 *   rows, cols          the size of the matrix
 *   row_start           [rows + 1], none below the one before
 *   column, column_i64  [row_start[rows]] one of them, counted from 0
 *   value, value_f32    [row_start[rows]] and one of these; sums are in double
 * All arrays are borrowed. */
typedef struct lgd_csr {
    size_t rows, cols;
    const size_t *row_start;
    const int32_t *column;
    const int64_t *column_i64;
    const double *value;
    const float *value_f32;
} lgd_csr;

/* A sparse matrix. A product costs what its numbers do, 2 flops each, whatever cols is; what is read are 12 bytes of a number with column
 * and value, 8 with column and value_f32. Plain descent on single rows costs what their numbers do also with l2, which is then taken
 * together for many steps: the same to rounding.
 *
 * With one output scores, and gradients of what fits one chunk, have the bits that lgd_matrix_dense has of the same matrix, zeros
 * included, wherever the vector is finite. With LGD_KERNEL_ROWS, asked for on both, all else has, see there: rows are then cut
 * as dense ones are, which gives more chunks to fewer numbers.
 *
 * Errors: LGD_EINVAL for NULL, both or neither of two arrays, a row_start below the one before, a column that is out of range or not above
 * the one before it in its row, a NaN or Inf, each by its place; LGD_ERANGE for more numbers than an address can reach. 0 rows, and rows
 * without numbers, are legal. Cost: one read of the arrays. */
LGD_API lgd_status lgd_matrix_csr_sized(lgd_matrix **out, const lgd_csr *data, size_t data_size);
static inline lgd_status lgd_matrix_csr(lgd_matrix **out, const lgd_csr *data)
{
    return lgd_matrix_csr_sized(out, data, sizeof *data);
}

/* Rows that are read as they are needed, from a file or made by a function, in bounded memory.
 *   rows, cols   the size of the matrix
 *   read         writes the rows first .. first+count-1, count >= 1, to `to`, without gaps: count x cols doubles, or floats with `single`.
 *                It is called by one thread at a time: the stream's own, which reads ahead, or one that computes. A status other than
 *                LGD_OK ends the call that needed the rows, and is passed through; they are asked for again when they are needed again.
 *                What fails while it is read ahead is no failure yet: it is read once more when it is needed
 *   ctx          of read and free
 *   free         optional: called once by lgd_matrix_free, not where creation fails
 *   single       numbers are floats; sums are in double, as those of lgd_matrix_dense_f32
 *   block_rows   rows are read by blocks of so many, each beginning at a multiple of it; 0: the largest power of two of rows in 512 KB,
 *                at least 1, at most all. lgd_matrix_block_rows tells it
 *   memory       bytes for blocks, at least two of them; 0: 4 MB, which caches hold, or two blocks where these are more. Blocks stay
 *                until others need their place; those of all rows are read once
 *   synchronous  no thread of the stream's own: rows are read within a product, by a thread that computes, which is the caller's where a
 *                run has one thread */
typedef struct lgd_stream {
    size_t rows, cols;
    lgd_status (*read)(void *ctx, size_t first, size_t count, void *to);
    void *ctx;
    void (*free)(void *ctx);
    bool single;
    size_t block_rows;
    size_t memory;
    bool synchronous;
} lgd_stream;

/* A matrix by rows whose numbers are never in memory as a whole. What comes of it has the bits of lgd_matrix_dense of the same numbers
 * (with `single` of lgd_matrix_dense_f32), in every order and with any number of threads; but with several outputs lgd_matrix_forward and
 * lgd_matrix_adjoint of more than 2 MB of rows at once agree to rounding. Resident are `memory` and, for each thread that computes, a copy
 * of rows where not all of their blocks can be held, of 2 MB, or of one row if that is more. LGD_KERNEL_BLAS is LGD_EUNSUPPORTED.
 *
 * Epochs run at the pace of reading where rows that come one after another are of one block: LGD_SEQUENTIAL, full batches, and LGD_BLOCKS
 * with the `block_rows` of lgd_matrix_block_rows. LGD_INTERLEAVED wants memory for sixteen blocks, LGD_WINDOW for two windows. In the
 * order LGD_SHUFFLE, and wherever blocks are met for few of their rows, rows are read one by one, which is correct and slow.
 *
 * Threads that compute side by side are on blocks of their own: memory for fewer than two blocks a thread has some read more than once.
 * Rows of more than 4096 columns are read as they come, not ahead.
 *
 * The thread that reads ahead begins with the first product, sleeps when nothing is wanted, and ends with the matrix, which waits for a
 * call of read to return; where the system has no thread for it, reading is synchronous. After a fork the child reads with a thread of its
 * own, by the ctx of its copy.
 *
 * Creation reads nothing: a NaN or Inf is LGD_EINVAL, by row and column, in the first call that needs it, and ends a run there.
 * Errors here: LGD_EINVAL for NULL, cols 0, memory for less than two blocks; LGD_ERANGE for cols beyond the BLAS integer and for blocks
 * beyond what an address can reach; LGD_ENOMEM. 0 rows are legal. */
LGD_API lgd_status lgd_matrix_stream_sized(lgd_matrix **out, const lgd_stream *stream, size_t stream_size);
static inline lgd_status lgd_matrix_stream(lgd_matrix **out, const lgd_stream *stream)
{
    return lgd_matrix_stream_sized(out, stream, sizeof *stream);
}

/* How many rows of A are read together, for `block_rows` of lgd_minimize_options; 0 where A is no stream, nor a scaled one above it. */
LGD_API size_t lgd_matrix_block_rows(const lgd_matrix *A);

/* Chooses how products are computed, before anything is made on A: models, scaled matrices and twins ask once, when they
 * are created. LGD_EINVAL for NULL and for no kernel that there is, LGD_EUNSUPPORTED where the storage has no choice, by name. */
LGD_API lgd_status lgd_matrix_set_kernel(lgd_matrix *A, lgd_kernel kernel);

/* What computes the products with k vectors, in words: "rows, avx512", "gemv", "gemm", "rows", "sparse rows"; "its own" of a
 * storage that does not tell. Static storage; "none" for NULL. */
LGD_API const char *lgd_matrix_kernel(const lgd_matrix *A, size_t k);

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
 * range, one row against many, adjoint adding and not overwriting; moments, gather, fused, squares and touched, where they are, against the
 * products. *error receives the largest difference relative to the sum of magnitudes; below 1e-12 is sound. LGD_EINVAL names the
 * first promise broken (error above 1e-8). */
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
