#include "guard.h"
#ifdef LGD_LAPACKE
#include <lapacke.h>
#else
/* gfortran passes the length of a character argument at the end. */
extern void dposv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, double *b,
                   const int *ldb, int *info, size_t uplo_length);
extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t uplo_length);
#endif

static lgd_status check(size_t n, size_t lda)
{
    lgd_status status = lgd_blas_fits("cholesky", "n", n);
    if (!status)
        status = lgd_blas_fits("cholesky", "lda", lda);
    if (!status && lda < n)
        status = lgd_fail(LGD_EINVAL, "cholesky: lda is %zu, at least n = %zu is accepted", lda, n);
    return status;
}

/* How many pivots LAPACK left above 0. */
static size_t sound_pivots(size_t n, const double *A, size_t lda, int info)
{
    size_t good = info > 0 ? (size_t)info - 1 : n;
    for (size_t i = 0; i < good; i++) /* a NaN passes some versions (OpenBLAS 0.3.21) */
        if (!(A[i * lda + i] > 0))
            good = i;
    return good;
}

/* Our rows are LAPACK's columns, so our lower triangle is its upper one. _work: without LAPACKE's own search for NaN, whose indices
 * overflow from n = 46341 on. */
lgd_status lgd_lapack_factor(size_t n, double *A, size_t lda, size_t *good)
{
    const lgd_status status = check(n, lda);
    *good = 0;
    if (status || n == 0)
        return status;
    int before = lgd_blas_enter();
#ifdef LGD_LAPACKE
    int info = (int)LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', (int)n, A, (int)lda);
#else
    int size = (int)n, leading = (int)lda, info = 0;
    dpotrf_("U", &size, A, &leading, &info, 1);
#endif
    lgd_blas_leave(before);
    *good = sound_pivots(n, A, lda, info);
    return LGD_OK;
}

lgd_status lgd_lapack_posv(size_t n, double *A, size_t lda, double *b)
{
    const lgd_status status = n ? check(n, lda) : LGD_OK;
    if (status || n == 0)
        return status;
    int before = lgd_blas_enter();
#ifdef LGD_LAPACKE
    int info = (int)LAPACKE_dposv_work(LAPACK_COL_MAJOR, 'U', (int)n, 1, A, (int)lda, b, (int)n);
#else
    int size = (int)n, one = 1, leading = (int)lda, info = 0;
    dposv_("U", &size, &one, A, &leading, b, &size, &info, 1);
#endif
    lgd_blas_leave(before);
    const size_t good = sound_pivots(n, A, lda, info);
    if (good < n)
        return lgd_fail(LGD_EINVAL,
                        "cholesky: pivot %zu of %zu is not positive, a positive definite matrix is accepted", good + 1,
                        n);
    return LGD_OK;
}
