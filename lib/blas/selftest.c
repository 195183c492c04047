/* Is the loaded BLAS right on this machine? Kernels that are wrong on one kind of processor have been shipped (OpenBLAS
 * #2187, #2986, #3454), and no program notices until its results are. */
#include "guard.h"
#include <float.h>
#include <math.h>
#include <stdio.h>

enum { CASES = 200, MOST = 40, OUTPUTS = 4, LD = MOST + 3 };

typedef struct numbers {
    uint64_t next;
    double X[LD * LD], in[LD * (OUTPUTS + 2)], out[LD * (OUTPUTS + 2)];
} numbers;

static void fill(numbers *t, size_t count, double *x)
{
    lgd_uniform(1, t->next, count, x);
    t->next += count;
    for (size_t i = 0; i < count; i++)
        x[i] = 2 * x[i] - 1;
}

/* 0 .. most, the small ones as often as the large */
static size_t draw(numbers *t, size_t most)
{
    double u;
    lgd_uniform(1, t->next++, 1, &u);
    return (size_t)(u * u * (double)(most + 1));
}

/* One product against its definition. Rounding errors of n terms below 1: n eps each way. */
static lgd_status compare(numbers *t, size_t m, size_t n, size_t k, bool by_columns, bool adjoint)
{
    size_t ld = (by_columns ? m : n) + draw(t, 3), ldi = k + draw(t, 2), ldo = k + draw(t, 2);
    size_t rows = adjoint ? n : m, terms = adjoint ? m : n;
    double start[MOST * OUTPUTS];
    ld += ld == 0; /* BLAS wants at least 1 */
    fill(t, LD * LD, t->X);
    fill(t, sizeof t->in / sizeof *t->in, t->in);
    fill(t, MOST * OUTPUTS, start);
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < ldo; c++)
            t->out[i * ldo + c] = adjoint && c < k ? start[i * OUTPUTS + c] : NAN;
    if (adjoint)
        lgd_blas_adjoint(m, n, k, t->X, ld, by_columns, t->in, ldi, t->out, ldo);
    else
        lgd_blas_forward(m, n, k, t->X, ld, by_columns, t->in, ldi, t->out, ldo);
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < k; c++) {
            double sum = adjoint ? start[i * OUTPUTS + c] : 0, got = t->out[i * ldo + c];
            for (size_t j = 0; j < terms; j++)
                sum += (by_columns != adjoint ? t->X[i + j * ld] : t->X[i * ld + j]) * t->in[j * ldi + c];
            if (!(fabs(got - sum) <= 4 * DBL_EPSILON * (double)(terms + 1)))
                return lgd_fail(LGD_EUNSUPPORTED,
                                "selftest: %s of %s gives %.17g at (%zu, %zu) for %s %zu x %zu stored by %s, %zu "
                                "outputs; plain loops give %.17g",
                                k == 1 ? "cblas_dgemv" : "cblas_dgemm", LGD_BLAS_NAME, got, i, c,
                                adjoint ? "the adjoint of" : "the product with", m, n, by_columns ? "columns" : "rows",
                                k, sum);
        }
    return LGD_OK;
}

static lgd_status compare_vectors(numbers *t, size_t n)
{
    double *x = t->X, *y = t->in, sum = 0, before[MOST];
    fill(t, n, x);
    fill(t, n, y);
    for (size_t i = 0; i < n; i++)
        sum += x[i] * y[i], before[i] = y[i];
    double dot = lgd_blas_dot(n, x, y);
    if (!(fabs(dot - sum) <= 4 * DBL_EPSILON * (double)(n + 1)))
        return lgd_fail(LGD_EUNSUPPORTED,
                        "selftest: cblas_ddot of %s gives %.17g for %zu numbers, a plain loop gives %.17g",
                        LGD_BLAS_NAME, dot, n, sum);
    lgd_blas_axpy(n, 0.7, x, y);
    for (size_t i = 0; i < n; i++)
        if (!(fabs(y[i] - (before[i] + 0.7 * x[i])) <= 4 * DBL_EPSILON))
            return lgd_fail(LGD_EUNSUPPORTED,
                            "selftest: cblas_daxpy of %s gives %.17g at %zu of %zu numbers, a plain loop gives %.17g",
                            LGD_BLAS_NAME, y[i], i, n, before[i] + 0.7 * x[i]);
    return LGD_OK;
}

/* The lower triangle of H - a S^T S, and whether the other one is left alone. */
static lgd_status compare_update(numbers *t, size_t m, size_t n)
{
    const size_t lds = n + draw(t, 3), ldh = n + draw(t, OUTPUTS - 1);
    const double a = m % 2 ? 1 : -1;
    double *S = t->X, before[MOST * LD];
    fill(t, LD * LD, S);
    fill(t, n * ldh, before);
    double *H = lgd_alloc("selftest", MOST * LD, sizeof *H);
    if (!H)
        return LGD_ENOMEM;
    memcpy(H, before, n * ldh * sizeof *H);
    lgd_blas_syrk(m, n, a, S, lds, H, ldh);
    lgd_status status = LGD_OK;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n && !status; j++) {
            double sum = before[i * ldh + j];
            for (size_t l = 0; j <= i && l < m; l++)
                sum += a * S[l * lds + i] * S[l * lds + j];
            if (!(fabs(H[i * ldh + j] - sum) <= (j <= i ? 4 * DBL_EPSILON * (double)(m + 1) : 0)))
                status = lgd_fail(LGD_EUNSUPPORTED,
                                  "selftest: cblas_dsyrk of %s gives %.17g at (%zu, %zu) for %zu x %zu, plain loops "
                                  "give %.17g",
                                  LGD_BLAS_NAME, H[i * ldh + j], i, j, m, n, sum);
        }
    lgd_release(H);
    return status;
}

/* A = B B^T + n I is well conditioned; is A x = b solved, that is, the x that made b found? */
static lgd_status compare_solve(numbers *t, size_t n)
{
    double *A = t->X, *b = t->out, *x = t->in, B[MOST * MOST];
    size_t ld = n + 1;
    fill(t, n * n, B);
    fill(t, n, x);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = i == j ? (double)n : 0;
            for (size_t l = 0; l < n; l++)
                sum += B[i * n + l] * B[j * n + l];
            A[i * ld + j] = sum;
        }
        b[i] = 0;
        for (size_t j = 0; j < n; j++)
            b[i] += A[i * ld + j] * x[j];
    }
    size_t good = 0;
    double L[MOST * (MOST + 1)], residual = 0;
    memcpy(L, A, n * ld * sizeof *L);
    lgd_status status = lgd_lapack_factor(n, L, ld, &good);
    for (size_t i = 0; i < n && !status && good == n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = A[i * ld + j];
            for (size_t l = 0; l <= j; l++)
                sum -= L[i * ld + l] * L[j * ld + l];
            residual = fmax(residual, fabs(sum));
        }
    if (status || good < n || !(residual <= 100 * DBL_EPSILON * (double)(n * n)))
        return lgd_fail(LGD_EUNSUPPORTED, "selftest: dpotrf by %s leaves %.3g of a definite matrix of %zu rows",
                        LGD_LAPACK_NAME, good < n ? NAN : residual, n);
    status = lgd_lapack_posv(n, A, ld, b);
    if (status)
        return lgd_fail(LGD_EUNSUPPORTED, "selftest: dposv by %s refuses a definite matrix of %zu rows",
                        LGD_LAPACK_NAME, n);
    for (size_t i = 0; i < n; i++)
        if (!(fabs(b[i] - x[i]) <= 100 * DBL_EPSILON * (double)n))
            return lgd_fail(LGD_EUNSUPPORTED, "selftest: dposv by %s gives %.17g at %zu of %zu, the solution is %.17g",
                            LGD_LAPACK_NAME, b[i], i, n, x[i]);
    return LGD_OK;
}

lgd_status lgd_selftest(void)
{
    numbers *t = lgd_alloc("selftest", 1, sizeof *t);
    if (!t)
        return LGD_ENOMEM;
    lgd_status status = LGD_OK;
    lgd_blas_hold();
    if (!lgd_blas_held())
        status = lgd_fail(LGD_EUNSUPPORTED, "selftest: BLAS is %s, it could not be held to one thread (%s)",
                          LGD_BLAS_NAME, lgd_blas_held_how());
    for (size_t i = 0; i < CASES && !status; i++) {
        size_t m = draw(t, MOST), n = draw(t, MOST), k = i % 2 ? 1 : 1 + draw(t, OUTPUTS - 1);
        status = compare(t, m, n, k, i & 2, i & 4);
    }
    for (size_t n = 0; n <= MOST && !status; n++)
        status = compare_vectors(t, n);
    for (size_t i = 0; i < CASES / 4 && !status; i++)
        status = compare_update(t, draw(t, MOST), draw(t, MOST));
    for (size_t n = 0; n <= MOST && !status; n += 5)
        status = compare_solve(t, n);
    lgd_blas_release();
    lgd_release(t);
    return status;
}
