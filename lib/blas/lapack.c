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

/* ---- the triangle of a QR factorisation */

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

/* ---- with scratch of its own, as much as LAPACK asks for when lwork is -1 */

/* Scratch as LAPACK asks for it: its lengths in the first numbers of `work` and `iwork`, which are then blocks of that length. */
typedef struct scratch {
    double first, *work;
    int first_integer, *iwork, size, integers;
} scratch;

static lgd_status make_scratch(const char *object, scratch *s)
{
    if (s->first > INT_MAX)
        return lgd_fail(LGD_ERANGE, "%s: its scratch is %g numbers, at most %d is accepted by LAPACK", object, s->first,
                        INT_MAX);
    s->size = (int)s->first;
    s->integers = s->first_integer;
    s->work = lgd_alloc(object, (size_t)s->size, sizeof *s->work);
    s->iwork = lgd_alloc(object, (size_t)s->integers + 1, sizeof *s->iwork);
    return s->work && s->iwork ? LGD_OK : LGD_ENOMEM;
}

static void free_scratch(scratch *s)
{
    if (s->work != &s->first)
        lgd_release(s->work);
    if (s->iwork != &s->first_integer)
        lgd_release(s->iwork);
}

/* Asks for scratch, then calls: call(ctx, s) returns LAPACK's info. */
static lgd_status with_scratch(const char *object, int (*call)(void *ctx, const scratch *s), void *ctx, int *info)
{
    scratch s = {.size = -1, .integers = -1};
    s.work = &s.first;
    s.iwork = &s.first_integer;
    const int before = lgd_blas_enter();
    *info = call(ctx, &s);
    lgd_status status = *info ? LGD_OK : make_scratch(object, &s);
    if (!status && !*info)
        *info = call(ctx, &s);
    lgd_blas_leave(before);
    free_scratch(&s);
    return status;
}

typedef struct svd {
    int m, n, k, lda, ldb, rank;
    double *A, *B, *S, rcond;
} svd;

static int call_svd(void *ctx, const scratch *s)
{
    svd *p = ctx;
#ifdef LGD_LAPACKE
    return (int)LAPACKE_dgelsd_work(LAPACK_COL_MAJOR, p->m, p->n, p->k, p->A, p->lda, p->B, p->ldb, p->S, p->rcond,
                                    &p->rank, s->work, s->size, s->iwork);
#else
    int info = 0;
    dgelsd_(&p->m, &p->n, &p->k, p->A, &p->lda, p->B, &p->ldb, p->S, &p->rcond, &p->rank, s->work, &s->size, s->iwork,
            &info);
    return info;
#endif
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
    svd p = {(int)m, (int)n, (int)k, (int)lda, (int)ldb, 0, A, B, S, rcond};
    int info = 0;
    status = with_scratch("svd", call_svd, &p, &info);
    if (!status && info < 0)
        status = lgd_fail(LGD_EINVAL, "svd: LAPACK refuses argument %d of dgelsd", -info);
    if (!status && info > 0)
        status = lgd_fail(LGD_EDIVERGED, "svd: %d off-diagonals of dgelsd do not converge to 0", info);
    *rank = status ? 0 : (size_t)p.rank;
    return status;
}

typedef struct eigen {
    int n, lda;
    double *A, *values;
} eigen;

static int call_eigen(void *ctx, const scratch *s)
{
    const eigen *p = ctx;
#ifdef LGD_LAPACKE
    return (int)LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', p->n, p->A, p->lda, p->values, s->work, s->size,
                                    s->iwork, s->integers);
#else
    int info = 0;
    dsyevd_("V", "U", &p->n, p->A, &p->lda, p->values, s->work, &s->size, s->iwork, &s->integers, &info, 1, 1);
    return info;
#endif
}

lgd_status lgd_lapack_eigen(size_t n, double *A, size_t lda, double *values)
{
    lgd_status status = n ? check(n, lda) : LGD_OK;
    if (status || n == 0)
        return status;
    eigen p = {(int)n, (int)lda, A, values};
    int info = 0;
    status = with_scratch("eigenvalues", call_eigen, &p, &info);
    if (!status && info)
        status = lgd_fail(LGD_EDIVERGED, "eigenvalues: dsyevd does not converge (%d)", info);
    return status;
}
