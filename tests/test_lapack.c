/* The door to LAPACK: what comes through it against its definition in long double, in every small shape, and what it refuses. By
 * LAPACKE or by the Fortran symbols, as the library was built. */
#include "problems.h"
#include "blas/blas.h"
#include <float.h>

enum { LARGEST = 9, PAD = 3 };

/* Numbers in -1 .. 1, of which every element beyond the first `used` of a line is a 7. */
static double *numbers(uint64_t seed, size_t lines, size_t used, size_t ld)
{
    double *x = malloc((lines * ld + 1) * sizeof *x);
    fill(seed, lines * ld + 1, -1, 1, x);
    for (size_t i = 0; i < lines * ld; i++)
        if (i % ld >= used)
            x[i] = 7;
    return x;
}

static void expect_padding(const double *x, size_t lines, size_t used, size_t ld)
{
    for (size_t i = 0; i < lines * ld; i++)
        ck_assert(i % ld < used || x[i] == 7);
}

/* ---- triangles */

/* G [n x n] += X^T X, element (i, j) of X [m x n] at X[i*row + j*column] */
static void add_gram(size_t m, size_t n, const double *X, size_t row, size_t column, bool upper, real *G)
{
    for (size_t i = 0; i < m; i++)
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n; b++)
                if (!upper || (i <= a && i <= b))
                    G[a * n + b] += (real)X[i * row + a * column] * X[i * row + b * column];
}

static void expect_gram(size_t m, size_t n, const real *G, const real *expected)
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            const real size = sqrtl(expected[a * n + a] * expected[b * n + b]);
            ck_assert_msg(fabsl(G[a * n + b] - expected[a * n + b]) <= 4 * (real)(m + n) * DBL_EPSILON * size,
                          "%zu x %zu: element (%zu, %zu) of R^T R is %.17Lg, not %.17Lg", m, n, a, b, G[a * n + b],
                          expected[a * n + b]);
        }
}

/* [R; B] by columns, with what is not read or written a NaN or a 7. */
static void try_stack(size_t m, size_t n, bool upper, size_t pad)
{
    const size_t ldr = n + pad, ldb = m + pad;
    double *R = numbers(m * 100 + n, n, n, ldr), *B = numbers(n * 100 + m, n, m, ldb);
    double *work = malloc((lgd_lapack_stack_work(n) + 1) * sizeof *work);
    real *expected = calloc(n * n + 1, sizeof *expected), *G = calloc(n * n + 1, sizeof *G);
    add_gram(n, n, R, 1, ldr, true, expected);
    add_gram(m, n, B, 1, ldb, upper, expected);
    for (size_t j = 0; j < n; j++) {
        for (size_t i = j + 1; i < n; i++)
            R[i + j * ldr] = 7;
        for (size_t i = j + 1; i < m && upper; i++)
            B[i + j * ldb] = NAN;
    }
    ck_ok(lgd_lapack_stack(m, n, upper, R, ldr, B, ldb, work));
    add_gram(n, n, R, 1, ldr, true, G);
    expect_gram(m + n, n, G, expected);
    for (size_t j = 0; j < n; j++)
        for (size_t i = j + 1; i < ldr; i++)
            ck_assert_double_eq(R[i + j * ldr], 7);
    free(R);
    free(B);
    free(work);
    free(expected);
    free(G);
}

START_TEST(stack_every_shape_has_both_gram_matrices)
{
    for (size_t n = 1; n <= LARGEST; n++)
        for (size_t m = 0; m <= LARGEST; m++)
            for (size_t pad = 1; pad <= PAD; pad += PAD - 1) {
                try_stack(m, n, false, pad);
                if (m <= n)
                    try_stack(m, n, true, pad);
            }
    try_stack(256, 70, false, 1);
    try_stack(70, 70, true, 1);
}
END_TEST

/* ---- singular values */

/* x with M x = b for a regular M [n x n], by elimination with pivots. */
static void eliminate(size_t n, real *M, real *x)
{
    for (size_t k = 0; k < n; k++) {
        size_t p = k;
        for (size_t i = k + 1; i < n; i++)
            p = fabsl(M[i * n + k]) > fabsl(M[p * n + k]) ? i : p;
        for (size_t j = 0; j < n; j++) {
            const real other = M[p * n + j];
            M[p * n + j] = M[k * n + j];
            M[k * n + j] = other;
        }
        const real other = x[p];
        x[p] = x[k];
        x[k] = other;
        for (size_t i = k + 1; i < n; i++) {
            const real by = M[i * n + k] / M[k * n + k];
            for (size_t j = k; j < n; j++)
                M[i * n + j] -= by * M[k * n + j];
            x[i] -= by * x[k];
        }
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t j = i + 1; j < n; j++)
            x[i] -= M[i * n + j] * x[j];
        x[i] /= M[i * n + i];
    }
}

/* A+ b by its definition for a full rank: (A^T A)^-1 A^T b, or A^T (A A^T)^-1 b. */
static void pseudo(size_t m, size_t n, const double *A, size_t lda, const double *b, real *x)
{
    const size_t r = m < n ? m : n;
    real M[LARGEST * LARGEST] = {0}, z[LARGEST] = {0};
    for (size_t i = 0; i < r; i++)
        for (size_t j = 0; j < r; j++)
            for (size_t l = 0; l < (m < n ? n : m); l++)
                M[i * r + j] += m < n ? (real)A[i + l * lda] * A[j + l * lda] : (real)A[l + i * lda] * A[l + j * lda];
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < (m < n ? 1 : n); j++)
            z[m < n ? i : j] += m < n ? b[i] : (real)A[i + j * lda] * b[i];
    eliminate(r, M, z);
    for (size_t j = 0; j < n; j++) {
        x[j] = m < n ? 0 : z[j];
        for (size_t i = 0; i < m && m < n; i++)
            x[j] += (real)A[i + j * lda] * z[i];
    }
}

static void try_gelsd(size_t m, size_t n, size_t k, size_t pad)
{
    const size_t r = m < n ? m : n, lda = m + pad, ldb = (m > n ? m : n) + pad;
    double *A = numbers(m * 100 + n, n, m, lda), *B = numbers(n * 100 + k, k, ldb - pad, ldb), S[LARGEST];
    real expected[LARGEST * LARGEST], squares = 0, of_values = 0;
    size_t rank;
    for (size_t i = 0; i < r; i++) /* far from singular */
        A[i + i * lda] += 6;
    for (size_t c = 0; c < k; c++)
        pseudo(m, n, A, lda, B + c * ldb, expected + c * n);
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < m; i++)
            squares += (real)A[i + j * lda] * A[i + j * lda];
    ck_ok(lgd_lapack_gelsd(m, n, k, A, lda, B, ldb, S, 1e-12, &rank));
    ck_assert_uint_eq(rank, r);
    for (size_t c = 0; c < k; c++) /* singular values are above 2, and right sides at most 3 long */
        for (size_t j = 0; j < n; j++)
            ck_assert_double_le(fabs((double)(B[j + c * ldb] - expected[c * n + j])), 16 * DBL_EPSILON);
    for (size_t i = 0; i < r; i++) {
        of_values += (real)S[i] * S[i];
        ck_assert(i == 0 || S[i] <= S[i - 1]);
    }
    ck_near((double)of_values, squares, 1e-13);
    expect_padding(A, n, m, lda);
    expect_padding(B, k, ldb - pad, ldb);
    free(A);
    free(B);
}

START_TEST(gelsd_every_shape_is_the_pseudo_inverse)
{
    for (size_t m = 1; m <= LARGEST; m++)
        for (size_t n = 1; n <= LARGEST; n++)
            for (size_t k = 1; k <= 3; k++)
                for (size_t pad = 0; pad <= PAD; pad += PAD)
                    try_gelsd(m, n, k, pad);
}
END_TEST

/* Columns 0 and 2 are equal: the least solution shares between them. */
START_TEST(gelsd_dependent_columns_rank_and_least_norm)
{
    double A[] = {1, 2, 3, 4, /**/ 1, -1, 2, 5, /**/ 1, 2, 3, 4}, B[] = {3, 3, 8, 13}, S[3];
    size_t rank;
    ck_ok(lgd_lapack_gelsd(4, 3, 1, A, 4, B, 4, S, 1e-12, &rank)); /* 2 column 0 + column 1 */
    ck_assert_uint_eq(rank, 2);
    ck_near(B[0], 1, 1e-14);
    ck_near(B[1], 1, 1e-14);
    ck_near(B[2], 1, 1e-14);
    ck_assert_double_le(S[2], 1e-14 * S[0]);
    double tiny[] = {1, 0, 0, 1e-9}, b[] = {2, 1e-9}, s[2]; /* and rcond says what is none */
    ck_ok(lgd_lapack_gelsd(2, 2, 1, tiny, 2, b, 2, s, 1e-8, &rank));
    ck_assert_uint_eq(rank, 1);
    ck_near(b[0], 2, 1e-15);
    ck_assert_double_eq(b[1], 0);
}
END_TEST

/* ---- eigenvalues */

static void try_eigen(size_t n, size_t pad)
{
    const size_t ld = n + pad;
    double *A = numbers(n, n, n, ld), *before = malloc((n * n + 1) * sizeof *before),
           *values = malloc((n + 1) * sizeof *values);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            before[i * n + j] = before[j * n + i] = A[i * ld + j];
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            A[i * ld + j] = NAN; /* is not read */
    ck_ok(lgd_lapack_eigen(n, A, ld, values));
    for (size_t i = 0; i < n; i++) {
        ck_assert(i == 0 || values[i] >= values[i - 1]);
        for (size_t j = 0; j < n; j++) {
            real along = 0, av = 0;
            for (size_t l = 0; l < n; l++) {
                along += (real)A[i * ld + l] * A[j * ld + l];
                av += (real)before[j * n + l] * A[i * ld + l];
            }
            ck_near((double)along, i == j, 1e-13);
            ck_near((double)av, (real)values[i] * A[i * ld + j], 1e-13);
        }
    }
    expect_padding(A, n, n, ld);
    free(A);
    free(before);
    free(values);
}

START_TEST(eigen_every_size_vectors_in_rows_ascending)
{
    for (size_t n = 1; n <= LARGEST; n++)
        for (size_t pad = 0; pad <= PAD; pad += PAD)
            try_eigen(n, pad);
    try_eigen(60, 1);
}
END_TEST

/* ---- what is refused */

START_TEST(sizes_0_nothing_to_do)
{
    double a = 3, b = 4, s = 5, work[4];
    size_t rank = 9;
    ck_ok(lgd_lapack_stack(0, 1, false, &a, 1, &b, 1, work));
    ck_ok(lgd_lapack_stack(1, 0, false, &a, 1, &b, 1, work));
    ck_ok(lgd_lapack_gelsd(0, 1, 1, &a, 1, &b, 1, &s, 0.1, &rank));
    ck_assert_uint_eq(rank, 0);
    rank = 9;
    ck_ok(lgd_lapack_gelsd(1, 0, 1, &a, 1, &b, 1, &s, 0.1, &rank));
    ck_assert_uint_eq(rank, 0);
    ck_ok(lgd_lapack_eigen(0, &a, 1, &s));
    ck_assert(a == 3 && b == 4 && s == 5);
}
END_TEST

START_TEST(sizes_beyond_the_integer_erange)
{
    const size_t beyond = (size_t)1 << 31;
    double a = 3, b = 4, s = 5, work[4];
    size_t rank;
    ck_fails(lgd_lapack_stack(1, 1, false, &a, beyond, &b, 1, work), LGD_ERANGE, "qr: ldr is 2147483648");
    ck_fails(lgd_lapack_stack(1, 1, false, &a, 1, &b, beyond, work), LGD_ERANGE, "qr: ldb is 2147483648");
    ck_fails(lgd_lapack_gelsd(1, 1, 1, &a, beyond, &b, 1, &s, 0.1, &rank), LGD_ERANGE, "svd: lda is 2147483648");
    ck_fails(lgd_lapack_gelsd(1, 1, 1, &a, 1, &b, beyond, &s, 0.1, &rank), LGD_ERANGE, "svd: ldb is 2147483648");
    ck_fails(lgd_lapack_gelsd(1, 1, beyond, &a, 1, &b, 1, &s, 0.1, &rank), LGD_ERANGE, "svd: outputs is 2147483648");
    ck_fails(lgd_lapack_eigen(2, &a, beyond, &s), LGD_ERANGE, "lda is 2147483648");
    ck_fails(lgd_lapack_eigen(2, &a, 1, &s), LGD_EINVAL, "lda is 1, at least n = 2 is accepted");
}
END_TEST

START_TEST(scratch_each_allocation_failing_enomem)
{
    for (int eigen = 0; eigen < 2; eigen++)
        for (size_t k = 1;; k++) {
            double A[] = {2, 1, 1, 3}, b[] = {1, 1}, s[2];
            size_t rank;
            memory_watch(k);
            const lgd_status status =
                eigen ? lgd_lapack_eigen(2, A, 2, s) : lgd_lapack_gelsd(2, 2, 1, A, 2, b, 2, s, 1e-9, &rank);
            const bool done = memory_made() < k;
            ck_assert_uint_eq(memory_live(), 0);
            memory_unwatch();
            ck_assert_int_eq(status, done ? LGD_OK : LGD_ENOMEM);
            if (done) {
                ck_assert_uint_eq(k, 3);
                break;
            }
        }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lapack");
    CASE(s, stack_every_shape_has_both_gram_matrices);
    CASE(s, gelsd_every_shape_is_the_pseudo_inverse);
    CASE(s, gelsd_dependent_columns_rank_and_least_norm);
    CASE(s, eigen_every_size_vectors_in_rows_ascending);
    CASE(s, sizes_0_nothing_to_do);
    CASE(s, sizes_beyond_the_integer_erange);
    CASE(s, scratch_each_allocation_failing_enomem);
    return suite_run(s);
}
