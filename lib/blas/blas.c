/* The calls themselves. Sizes reach BLAS as int: where its integer is wider, the prototype widens it. */
#include "guard.h"
#include LGD_CBLAS_HEADER
#include <limits.h>
#include <string.h>

lgd_status lgd_blas_fits(const char *object, const char *quantity, size_t size)
{
    if (size > INT_MAX)
        return lgd_fail(LGD_ERANGE, "%s: %s is %zu, at most %d is accepted by BLAS", object, quantity, size, INT_MAX);
    return LGD_OK;
}

/* beta = 0 does not clear a NaN in every BLAS (OpenBLAS #929 and others), so the output is cleared before. */
static void clear(size_t m, size_t k, double *Z, size_t ldz)
{
    if (m && ldz == k) { /* one score a row: a call for each would take as long as a tenth of the product */
        memset(Z, 0, m * k * sizeof *Z);
        return;
    }
    for (size_t i = 0; i < m; i++)
        memset(Z + i * ldz, 0, k * sizeof *Z);
}

void lgd_blas_forward(size_t m, size_t n, size_t k, const double *X, size_t ld, bool by_columns, const double *W,
                      size_t ldw, double *Z, size_t ldz)
{
    clear(m, k, Z, ldz);
    if (m == 0 || n == 0 || k == 0)
        return;
    int before = lgd_blas_enter();
    if (k == 1)
        cblas_dgemv(by_columns ? CblasColMajor : CblasRowMajor, CblasNoTrans, (int)m, (int)n, 1, X, (int)ld, W,
                    (int)ldw, 0, Z, (int)ldz);
    else
        cblas_dgemm(CblasRowMajor, by_columns ? CblasTrans : CblasNoTrans, CblasNoTrans, (int)m, (int)k, (int)n, 1, X,
                    (int)ld, W, (int)ldw, 0, Z, (int)ldz);
    lgd_blas_leave(before);
}

void lgd_blas_adjoint(size_t m, size_t n, size_t k, const double *X, size_t ld, bool by_columns, const double *R,
                      size_t ldr, double *G, size_t ldg)
{
    if (m == 0 || n == 0 || k == 0)
        return;
    int before = lgd_blas_enter();
    if (k == 1)
        cblas_dgemv(by_columns ? CblasColMajor : CblasRowMajor, CblasTrans, (int)m, (int)n, 1, X, (int)ld, R, (int)ldr,
                    1, G, (int)ldg);
    else
        cblas_dgemm(CblasRowMajor, by_columns ? CblasNoTrans : CblasTrans, CblasNoTrans, (int)n, (int)k, (int)m, 1, X,
                    (int)ld, R, (int)ldr, 1, G, (int)ldg);
    lgd_blas_leave(before);
}

void lgd_blas_gemm(bool turn_A, bool turn_B, size_t m, size_t n, size_t k, const double *A, size_t lda, const double *B,
                   size_t ldb, double *C, size_t ldc)
{
    if (m == 0 || n == 0 || k == 0)
        return;
    int before = lgd_blas_enter();
    cblas_dgemm(CblasRowMajor, turn_A ? CblasTrans : CblasNoTrans, turn_B ? CblasTrans : CblasNoTrans, (int)m, (int)n,
                (int)k, 1, A, (int)lda, B, (int)ldb, 1, C, (int)ldc);
    lgd_blas_leave(before);
}

void lgd_blas_gemm_single(bool turn_A, bool turn_B, size_t m, size_t n, size_t k, const float *A, size_t lda,
                          const float *B, size_t ldb, float *C, size_t ldc)
{
    if (m == 0 || n == 0 || k == 0)
        return;
    int before = lgd_blas_enter();
    cblas_sgemm(CblasRowMajor, turn_A ? CblasTrans : CblasNoTrans, turn_B ? CblasTrans : CblasNoTrans, (int)m, (int)n,
                (int)k, 1, A, (int)lda, B, (int)ldb, 1, C, (int)ldc);
    lgd_blas_leave(before);
}

void lgd_blas_syrk(size_t m, size_t n, double a, const double *S, size_t lds, double *H, size_t ldh)
{
    if (m == 0 || n == 0)
        return;
    int before = lgd_blas_enter();
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)n, (int)m, a, S, (int)lds, 1, H, (int)ldh);
    lgd_blas_leave(before);
}

double lgd_blas_dot(size_t n, const double *x, const double *y)
{
    int before = lgd_blas_enter();
    double dot = cblas_ddot((int)n, x, 1, y, 1);
    lgd_blas_leave(before);
    return dot;
}

void lgd_blas_axpy(size_t n, double a, const double *x, double *y)
{
    int before = lgd_blas_enter();
    cblas_daxpy((int)n, a, x, 1, y, 1);
    lgd_blas_leave(before);
}
