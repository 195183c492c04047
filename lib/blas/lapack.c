#include "guard.h"
#include <limits.h>
#include <string.h>
#ifdef LGD_LAPACKE
#include <lapacke.h>
#else
/* gfortran passes the length of a character argument at the end. */
extern void dposv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, double *b,
                   const int *ldb, int *info, size_t uplo_length);
extern void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t uplo_length);
extern void dgelqf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work, const int *lwork,
                    int *info);
extern void dtpqrt_(const int *m, const int *n, const int *l, const int *nb, double *a, const int *lda, double *b,
                    const int *ldb, double *t, const int *ldt, double *work, int *info);
extern void dgelsd_(const int *m, const int *n, const int *nrhs, double *a, const int *lda, double *b, const int *ldb,
                    double *s, const double *rcond, int *rank, double *work, const int *lwork, int *iwork, int *info);
extern void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
                    double *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t jobz_length,
                    size_t uplo_length);
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

/* ---- with scratch of its own, as much as LAPACK asks for when lwork is -1 */

static void call_lq(const int *n, const int *m, double *A, const int *lda, double *tau, double *work, const int *lwork,
                    int *info)
{
#ifdef LGD_LAPACKE
    *info = (int)LAPACKE_dgelqf_work(LAPACK_COL_MAJOR, *n, *m, A, *lda, tau, work, *lwork);
#else
    dgelqf_(n, m, A, lda, tau, work, lwork, info);
#endif
}

size_t lgd_lapack_triangle_work(size_t m, size_t n)
{
    if (m == 0 || n == 0 || m > INT_MAX || n > INT_MAX)
        return 0;
    const int rows = (int)m, cols = (int)n, query = -1;
    int info = 0;
    double work = 0;
    const int before = lgd_blas_enter();
    call_lq(&cols, &rows, &work, &cols, &work, &work, &query, &info);
    lgd_blas_leave(before);
    return lgd_add(m < n ? m : n, info || !(work > 1) ? n : (size_t)work);
}

/* By rows A is, in LAPACK's columns, A^T = L Q, and L^T is the triangle. */
lgd_status lgd_lapack_triangle(size_t m, size_t n, double *A, size_t lda, double *work, size_t work_size)
{
    lgd_status status = lgd_blas_fits("qr", "rows", m);
    if (!status)
        status = lgd_blas_fits("qr", "lda", lda);
    if (status || m == 0 || n == 0)
        return status;
    const size_t least = m < n ? m : n;
    const size_t left = work_size - least > INT_MAX ? INT_MAX : work_size - least;
    const int rows = (int)m, cols = (int)n, leading = (int)lda, size = (int)left;
    int info = 0;
    const int before = lgd_blas_enter();
    call_lq(&cols, &rows, A, &leading, work, work + least, &size, &info);
    lgd_blas_leave(before);
    for (size_t i = 1; i < m && !info; i++)
        memset(A + i * lda, 0, (i < n ? i : n) * sizeof *A);
    return info ? lgd_fail(LGD_EINVAL, "qr: LAPACK refuses argument %d of dgelqf", -info) : LGD_OK;
}

/* Columns whose reflections are applied together: what is fastest for rows that fit the cache. */
static int block_of(size_t n)
{
    const size_t block = n / 16 < 8 ? 8 : n / 16 > 32 ? 32 : n / 16;
    return (int)(block < n ? block : n);
}

size_t lgd_lapack_stack_work(size_t n)
{
    return lgd_mul(n, 2 * (size_t)block_of(n));
}

lgd_status lgd_lapack_stack(size_t m, size_t n, bool upper, double *R, size_t ldr, double *B, size_t ldb, double *work)
{
    lgd_status status = lgd_blas_fits("qr", "ldr", ldr);
    if (!status)
        status = lgd_blas_fits("qr", "ldb", ldb);
    if (status || m == 0 || n == 0)
        return status;
    const int rows = (int)m, cols = (int)n, l = upper ? rows : 0, block = block_of(n), lead = (int)ldr,
              below = (int)ldb;
    double *rest = work + n * (size_t)block;
    lgd_blas_hold(); /* whoever calls: the bits are the same whatever the host has set */
    const int before = lgd_blas_enter();
#ifdef LGD_LAPACKE
    const int info =
        (int)LAPACKE_dtpqrt_work(LAPACK_COL_MAJOR, rows, cols, l, block, R, lead, B, below, work, block, rest);
#else
    int info = 0;
    dtpqrt_(&rows, &cols, &l, &block, R, &lead, B, &below, work, &block, rest, &info);
#endif
    lgd_blas_leave(before);
    lgd_blas_release();
    return info ? lgd_fail(LGD_EINVAL, "qr: LAPACK refuses argument %d of dtpqrt", -info) : LGD_OK;
}

lgd_status lgd_lapack_gelsd(size_t m, size_t n, size_t k, double *A, size_t lda, double *B, size_t ldb, double *S,
                            double rcond, size_t *rank)
{
    *rank = 0;
    lgd_status status = lgd_blas_fits("svd", "lda", lda);
    if (!status)
        status = lgd_blas_fits("svd", "ldb", ldb);
    if (!status)
        status = lgd_blas_fits("svd", "outputs", k);
    if (status || m == 0 || n == 0)
        return status;
    const int rows = (int)m, cols = (int)n, rhs = (int)k, leading = (int)lda, leading_b = (int)ldb;
    int info = 0, found = 0, size = -1, integer = 0, *iwork = &integer;
    double number = 0, *work = &number;
    for (int pass = 0; pass < 2 && !info && !status; pass++) {
        const int before = lgd_blas_enter();
#ifdef LGD_LAPACKE
        info = (int)LAPACKE_dgelsd_work(LAPACK_COL_MAJOR, rows, cols, rhs, A, leading, B, leading_b, S, rcond, &found,
                                        work, size, iwork);
#else
        dgelsd_(&rows, &cols, &rhs, A, &leading, B, &leading_b, S, &rcond, &found, work, &size, iwork, &info);
#endif
        lgd_blas_leave(before);
        if (pass || info)
            break;
        if (number > INT_MAX)
            return lgd_fail(LGD_ERANGE, "svd: its scratch is %g numbers, at most %d is accepted by LAPACK", number,
                            INT_MAX);
        size = (int)number;
        work = lgd_alloc("svd", (size_t)size, sizeof *work);
        iwork = lgd_alloc("svd", (size_t)integer + 1, sizeof *iwork);
        if (!work || !iwork)
            status = LGD_ENOMEM;
    }
    if (work != &number)
        lgd_release(work);
    if (iwork != &integer)
        lgd_release(iwork);
    if (status)
        return status;
    if (info < 0)
        return lgd_fail(LGD_EINVAL, "svd: LAPACK refuses argument %d of dgelsd", -info);
    if (info > 0)
        return lgd_fail(LGD_EDIVERGED, "svd: %d off-diagonals of dgelsd do not converge to 0", info);
    *rank = (size_t)found;
    return LGD_OK;
}

lgd_status lgd_lapack_eigen(size_t n, double *A, size_t lda, double *values)
{
    lgd_status status = n ? check(n, lda) : LGD_OK;
    if (status || n == 0)
        return status;
    const int order = (int)n, leading = (int)lda;
    int info = 0, size = -1, integers = -1, integer = 0, *iwork = &integer;
    double number = 0, *work = &number;
    for (int pass = 0; pass < 2 && !info && !status; pass++) {
        const int before = lgd_blas_enter();
#ifdef LGD_LAPACKE
        info = (int)LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', order, A, leading, values, work, size, iwork,
                                        integers);
#else
        dsyevd_("V", "U", &order, A, &leading, values, work, &size, iwork, &integers, &info, 1, 1);
#endif
        lgd_blas_leave(before);
        if (pass || info)
            break;
        if (number > INT_MAX)
            return lgd_fail(LGD_ERANGE, "eigenvalues: scratch is %g numbers, at most %d is accepted by LAPACK", number,
                            INT_MAX);
        size = (int)number;
        integers = integer;
        work = lgd_alloc("eigenvalues", (size_t)size, sizeof *work);
        iwork = lgd_alloc("eigenvalues", (size_t)integers, sizeof *iwork);
        if (!work || !iwork)
            status = LGD_ENOMEM;
    }
    if (work != &number)
        lgd_release(work);
    if (iwork != &integer)
        lgd_release(iwork);
    if (!status && info)
        status = lgd_fail(LGD_EDIVERGED, "eigenvalues: dsyevd does not converge (%d)", info);
    return status;
}
