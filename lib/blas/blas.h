/* The only door to BLAS and LAPACK. What passes it is checked: sizes that fit the BLAS integer, initialised outputs. */
#ifndef LGD_BLAS_H
#define LGD_BLAS_H
#include "base/base.h"

/* Largest size, leading dimension or stride the BLAS integer can hold; LGD_ERANGE naming object and quantity beyond it. */
lgd_status lgd_blas_fits(const char *object, const char *quantity, size_t size);

/* The guard: holds BLAS to one thread from the first hold to the last release, then restores what the host had set.
 * Counted and locked; may be nested and called from several threads. The host's OpenMP setting is the same before,
 * during and after: an OpenBLAS built with OpenMP is held within each call below instead (see guard.c). */
void lgd_blas_hold(void);
void lgd_blas_release(void);

/* How many of our threads may call the held BLAS at once: wanted, or 1 where one thread could not be enforced or the
 * library was built without locks. */
size_t lgd_blas_concurrency(size_t wanted);

/* Which BLAS and LAPACK are in use, and how BLAS is held: their files and configuration, in one line. And the BLAS alone, as it names
 * itself. */
void lgd_blas_info(char *text, size_t size);
const char *lgd_blas_name(void);

/* X [m x n], element (i, j) at X[i*ld + j], by_columns: X[i + j*ld].
 *     forward  Z [m x k, ldz]  = X W,      W [n x k, ldw]
 *     adjoint  G [n x k, ldg] += X^T R,    R [m x k, ldr]
 * k = 1 by gemv, else gemm. Z need not be initialised. m, n, k and the leading dimensions must fit. 2 m n k flops. */
void lgd_blas_forward(size_t m, size_t n, size_t k, const double *X, size_t ld, bool by_columns, const double *W,
                      size_t ldw, double *Z, size_t ldz);
void lgd_blas_adjoint(size_t m, size_t n, size_t k, const double *X, size_t ld, bool by_columns, const double *R,
                      size_t ldr, double *G, size_t ldg);

/* C [m x n, ldc] += op(A) op(B), all by rows: op(A) [m x k] is A, or with turn_A the transpose of A [k x m, lda]; op(B) [k x n] is B, or with
 * turn_B the transpose of B [n x k, ldb]. 2 m n k flops. The same in float. */
void lgd_blas_gemm(bool turn_A, bool turn_B, size_t m, size_t n, size_t k, const double *A, size_t lda, const double *B,
                   size_t ldb, double *C, size_t ldc);
void lgd_blas_gemm_single(bool turn_A, bool turn_B, size_t m, size_t n, size_t k, const float *A, size_t lda,
                          const float *B, size_t ldb, float *C, size_t ldc);

/* Lower triangle of H [n x n, ldh] += a S^T S for S [m x n, lds] by rows. The upper one is not touched. m n^2 flops. */
void lgd_blas_syrk(size_t m, size_t n, double a, const double *S, size_t lds, double *H, size_t ldh);

/* One row: dot and axpy on contiguous vectors. */
double lgd_blas_dot(size_t n, const double *x, const double *y);
void lgd_blas_axpy(size_t n, double a, const double *x, double *y);

/* Solves A x = b for a symmetric positive definite A [n x n] by Cholesky, in place: b becomes x, the lower triangle of A
 * its factor. LGD_EINVAL if A is not positive definite. n^3/3 flops. */
lgd_status lgd_lapack_posv(size_t n, double *A, size_t lda, double *b);

/* The factor alone, A = L L^T in the lower triangle; *good is the number of pivots above 0, n if A is positive definite. */
lgd_status lgd_lapack_factor(size_t n, double *A, size_t lda, size_t *good);

/* R [n x n, ldr], upper triangular, becomes the triangle of the QR factorisation of [R; B] for B [m x n, ldb], which is destroyed. All BY
 * COLUMNS. Diagonal elements have either sign. What R has below its diagonal is not touched. With `upper`, m <= n, B is upper triangular too and what lies below is
 * not read. `work` has lgd_lapack_stack_work(n) numbers. 2 m n^2 flops, with upper a third of them. */
size_t lgd_lapack_stack_work(size_t n);
lgd_status lgd_lapack_stack(size_t m, size_t n, bool upper, double *R, size_t ldr, double *B, size_t ldb, double *work);

/* The X of least |X| that minimises |A X - B|, by the singular values S[min(m, n)] of A [m x n, lda], of which those above
 * rcond max S are its rank. By COLUMNS: element (i, j) of A at A[i + j*lda]; B [m x k, ldb >= max(m, n)] becomes X [n x k]. A is
 * destroyed. */
lgd_status lgd_lapack_gelsd(size_t m, size_t n, size_t k, double *A, size_t lda, double *B, size_t ldb, double *S,
                            double rcond, size_t *rank);

/* Eigenvalues of a symmetric A [n x n], whose lower triangle is read, in ascending order; row i of A becomes the i-th eigenvector. */
lgd_status lgd_lapack_eigen(size_t n, double *A, size_t lda, double *values);

#endif
