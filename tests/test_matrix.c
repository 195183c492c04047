#include "suite.h"
#include "blas/blas.h"
#include "matrix/matrix.h"
#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static double *numbers(uint64_t seed, size_t count)
{
    double *x = lgd_alloc("test", count + 1, sizeof *x);
    lgd_uniform(seed, 0, count, x);
    for (size_t i = 0; i < count; i++)
        x[i] = 2 * x[i] - 1;
    return x;
}

#define OK(call) ck_assert_msg((call) == LGD_OK, "%s", lgd_last_error())

/* Fails unless the call returned the status with this in its sentence. */
#define REFUSED(call, status, text)                                                                                    \
    do {                                                                                                               \
        ck_assert_int_eq(call, status);                                                                                \
        ck_assert_msg(strstr(lgd_last_error(), text) != NULL, "'%s' lacks '%s'", lgd_last_error(), text);              \
    } while (0)

/* ---- products against their definition */

/* What the matrix ought to be: element (i, j) at x[i*cols + j]. */
typedef struct plain {
    size_t rows, cols;
    const double *x;
} plain;

static size_t row_at(const lgd_rows *rows, size_t i)
{
    return rows->index ? rows->index[rows->first + i] : rows->first + i;
}

static void expect_close(double is, long double sum, long double magnitude, size_t terms)
{
    ck_assert_msg(fabsl(is - sum) <= 4 * (long double)(terms + 1) * DBL_EPSILON * magnitude, "%.17g is not %.17Lg", is,
                  sum);
}

/* Both products over some rows: outputs of NaN are overwritten or, for adjoint, added to; padding keeps its NaN. */
static void expect_products(const lgd_matrix *A, const plain *p, const lgd_rows *rows, size_t k, size_t pad)
{
    size_t m = rows->count, n = p->cols, ldi = k + pad, ldo = k + 2 * pad;
    double *W = numbers(7, n * ldi), *R = numbers(8, m * ldi), *Z = numbers(9, m * ldo), *G = numbers(10, n * ldo);
    for (size_t i = 0; i < m * ldo; i++)
        Z[i] = NAN;
    for (size_t j = 0; j < n * ldo; j++)
        G[j] = j % ldo < k ? 0.25 : NAN;
    OK(lgd_matrix_forward(A, rows, k, W, ldi, Z, ldo));
    OK(lgd_matrix_adjoint(A, rows, k, R, ldi, G, ldo));
    for (size_t c = 0; c < ldo; c++) {
        for (size_t i = 0; i < m; i++) {
            long double sum = 0, magnitude = 0;
            for (size_t j = 0; j < n && c < k; j++) {
                long double e = (long double)p->x[row_at(rows, i) * n + j] * W[j * ldi + c];
                sum += e, magnitude += fabsl(e);
            }
            if (c < k)
                expect_close(Z[i * ldo + c], sum, magnitude, n);
            else
                ck_assert_double_nan(Z[i * ldo + c]);
        }
        for (size_t j = 0; j < n; j++) {
            long double sum = 0.25L, magnitude = 0.25L;
            for (size_t i = 0; i < m && c < k; i++) {
                long double e = (long double)p->x[row_at(rows, i) * n + j] * R[i * ldi + c];
                sum += e, magnitude += fabsl(e);
            }
            if (c < k)
                expect_close(G[j * ldo + c], sum, magnitude, m);
            else
                ck_assert_double_nan(G[j * ldo + c]);
        }
    }
    lgd_release(W);
    lgd_release(R);
    lgd_release(Z);
    lgd_release(G);
}

/* A dense matrix of either storage with `pad` numbers of NaN between its lines. *data is to be released. */
static lgd_matrix *dense(const plain *p, bool by_columns, size_t pad, double **data)
{
    size_t lines = by_columns ? p->cols : p->rows, ld = (by_columns ? p->rows : p->cols) + pad;
    *data = numbers(0, lines * ld);
    for (size_t i = 0; i < lines * ld; i++)
        (*data)[i] = NAN;
    for (size_t i = 0; i < p->rows; i++)
        for (size_t j = 0; j < p->cols; j++)
            (*data)[by_columns ? i + j * ld : i * ld + j] = p->x[i * p->cols + j];
    lgd_matrix *A;
    OK((by_columns ? lgd_matrix_dense_columns : lgd_matrix_dense)(&A, p->rows, p->cols, *data, ld));
    return A;
}

/* All rows, a range, and by an index: mixed, reversed, repeated, entered in the middle. */
static void try_dense(size_t rows, size_t cols, size_t k, size_t pad, bool by_columns)
{
    plain p = {rows, cols, numbers(rows * 10 + cols, rows * cols)};
    double *data;
    lgd_matrix *A = dense(&p, by_columns, pad, &data);
    ck_assert_uint_eq(lgd_matrix_rows(A), rows);
    ck_assert_uint_eq(lgd_matrix_cols(A), cols);
    size_t *index = lgd_alloc("test", 2 * rows + 3, sizeof *index);
    lgd_permutation(1, 2, rows, index);
    for (size_t i = 0; i < rows; i++)
        index[rows + i] = rows - 1 - i;
    index[2 * rows] = index[2 * rows + 1] = rows ? rows - 1 : 0;
    expect_products(A, &p, &(lgd_rows){0, rows, NULL}, k, pad);
    expect_products(A, &p, &(lgd_rows){rows / 3, rows - rows / 2, NULL}, k, pad);
    expect_products(A, &p, &(lgd_rows){0, rows, index}, k, pad);
    expect_products(A, &p, &(lgd_rows){rows / 2, rows ? rows + 2 : 0, index}, k, pad);
    lgd_matrix_free(A);
    lgd_release(index);
    lgd_release(data);
    lgd_release((void *)(uintptr_t)p.x);
}

START_TEST(dense_sizes_0_to_9_match_long_double)
{
    for (size_t rows = 0; rows <= 9; rows++)
        for (size_t cols = 1; cols <= 9; cols++)
            for (size_t k = 1; k <= 3; k++)
                for (size_t pad = 0; pad <= 2; pad++)
                    for (int by_columns = 0; by_columns < 2; by_columns++)
                        try_dense(rows, cols, k, pad, by_columns);
}
END_TEST

START_TEST(dense_gathered_rows_match_long_double)
{
    static const size_t shapes[][2] = {{500, 50}, {9000, 1}, {5, 4095}, {6, 4096}, {4, 4097}, {7, 5000}, {40, 1500}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (size_t k = 1; k <= 3; k += 2)
            for (int by_columns = 0; by_columns < 2; by_columns++)
                try_dense(shapes[i][0], shapes[i][1], k, i % 2, by_columns);
}
END_TEST

START_TEST(dense_index_that_is_a_range_same_bits)
{
    enum { M = 300, N = 37 };
    for (int by_columns = 0; by_columns < 2; by_columns++)
        for (size_t first = 0; first < M; first += 77) {
            plain p = {M, N, numbers(4, M * N)};
            double *data, *W = numbers(5, N), *R = numbers(6, M), Z[2][M], G[2][N] = {{0}};
            lgd_matrix *A = dense(&p, by_columns, 3, &data);
            size_t index[M];
            for (size_t i = 0; i < M; i++)
                index[i] = i;
            for (int way = 0; way < 2; way++) {
                lgd_rows rows = {first, M - first, way ? index : NULL};
                OK(lgd_matrix_forward(A, &rows, 1, W, 1, Z[way], 1));
                OK(lgd_matrix_adjoint(A, &rows, 1, R, 1, G[way], 1));
            }
            ck_assert_mem_eq(Z[0], Z[1], (M - first) * sizeof(double));
            ck_assert_mem_eq(G[0], G[1], sizeof G[0]);
            lgd_matrix_free(A);
            lgd_release(data);
            lgd_release(W);
            lgd_release(R);
            lgd_release((void *)(uintptr_t)p.x);
        }
}
END_TEST

START_TEST(dense_rows_null_all_rows)
{
    double x[6] = {1, 2, 3, 4, 5, 6}, w[2] = {1, 10}, z[3], g[2] = {0};
    lgd_matrix *A;
    OK(lgd_matrix_dense(&A, 3, 2, x, 2));
    OK(lgd_matrix_forward(A, NULL, 1, w, 1, z, 1));
    OK(lgd_matrix_adjoint(A, NULL, 1, z, 1, g, 1));
    ck_assert(z[0] == 21 && z[1] == 43 && z[2] == 65);
    ck_assert(g[0] == 21 + 3 * 43 + 5 * 65 && g[1] == 2 * 21 + 4 * 43 + 6 * 65);
    lgd_matrix_free(A);
}
END_TEST

#ifndef __SANITIZE_ADDRESS__ /* with it a minute, and nothing there that it could see */
/* One file mapped again and again stands for 2^31 rows of 1; the rows after them are 5. */
START_TEST(dense_rows_beyond_2_31_all_reached)
{
    size_t block = (size_t)1 << 23, blocks = ((size_t)1 << 31) / (block / 8), page = (size_t)sysconf(_SC_PAGESIZE);
    size_t rows = ((size_t)1 << 31) + page / 8;
    int file = memfd_create("ones", 0);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(ftruncate(file, (off_t)block), 0);
    char *base = mmap(NULL, rows * 8, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert_ptr_ne(base, MAP_FAILED);
    for (size_t b = 0; b < blocks; b++)
        ck_assert_ptr_ne(mmap(base + b * block, block, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0),
                         MAP_FAILED);
    ck_assert_int_eq(mprotect(base + blocks * block, page, PROT_READ | PROT_WRITE), 0);
    double *x = (double *)(void *)base, w = 2, z[4], g = 0;
    for (size_t i = 0; i < block / 8; i++)
        x[i] = 1;
    for (size_t i = (size_t)1 << 31; i < rows; i++)
        x[i] = 5;
    lgd_matrix *A;
    OK(lgd_matrix_dense(&A, rows, 1, x, 1));
    OK(lgd_matrix_forward(A, &(lgd_rows){((size_t)1 << 31) - 2, 4, NULL}, 1, &w, 1, z, 1));
    ck_assert(z[0] == 2 && z[1] == 2 && z[2] == 10 && z[3] == 10);
    OK(lgd_matrix_adjoint(A, NULL, 1, x, 1, &g, 1));
    ck_assert_double_eq(g, 0x1p31 + 25 * (double)(page / 8));
    lgd_matrix_free(A);
    munmap(base, rows * 8);
    close(file);
}
END_TEST
#endif

START_TEST(dense_any_alignment_of_a_double_same_values)
{
    double *buffer = numbers(1, 40), w[3] = {1, -2, 3};
    for (size_t offset = 0; offset < 8; offset++) {
        double z[5];
        lgd_matrix *A;
        OK(lgd_matrix_dense(&A, 5, 3, buffer + offset, 3));
        OK(lgd_matrix_forward(A, NULL, 1, w, 1, z, 1));
        for (size_t i = 0; i < 5; i++) {
            const double *x = buffer + offset + 3 * i;
            ck_assert_double_eq_tol(z[i], x[0] - 2 * x[1] + 3 * x[2], 1e-15);
        }
        lgd_matrix_free(A);
    }
    lgd_release(buffer);
}
END_TEST

START_TEST(dense_not_finite_row_and_column_named)
{
    enum { M = 40, N = 30, LD = 33 };
    lgd_matrix *A = NULL;
    double *x = numbers(2, M * LD);
    x[7 * LD + 31] = NAN; /* between the rows */
    OK(lgd_matrix_dense(&A, M, N, x, LD));
    lgd_matrix_free(A);
    x[17 * LD + 29] = -INFINITY;
    REFUSED(lgd_matrix_dense(&A, M, N, x, LD), LGD_EINVAL, "row 17, column 29 (from 0) is -inf");
    ck_assert_ptr_null(A);
    REFUSED(lgd_matrix_dense_columns(&A, N, M, x, LD), LGD_EINVAL, "row 29, column 17");
    REFUSED(lgd_matrix_dense(&A, M, LD, x, LD), LGD_EINVAL, "row 7, column 31 (from 0) is nan"); /* without gaps */
    REFUSED(lgd_matrix_dense_columns(&A, LD, M, x, LD), LGD_EINVAL, "row 31, column 7");
    lgd_release(x);
}
END_TEST

START_TEST(dense_bad_arguments_refused)
{
    double x[4] = {0};
    size_t negative = (size_t)-3, large = (size_t)INT_MAX + 1;
    for (int by_columns = 0; by_columns < 2; by_columns++) {
        lgd_status (*create)(lgd_matrix **, size_t, size_t, const double *, size_t) =
            by_columns ? lgd_matrix_dense_columns : lgd_matrix_dense;
        lgd_matrix *A = (lgd_matrix *)(void *)x;
        REFUSED(create(NULL, 2, 2, x, 2), LGD_EINVAL, "out is NULL");
        REFUSED(create(&A, 2, 2, NULL, 2), LGD_EINVAL, "data is NULL");
        ck_assert_ptr_null(A);
        REFUSED(create(&A, 2, 0, x, 2), LGD_EINVAL, "cols is 0");
        REFUSED(create(&A, negative, 2, x, 2), LGD_EINVAL, "negative number");
        REFUSED(create(&A, 2, negative, x, 2), LGD_EINVAL, "negative number");
        REFUSED(create(&A, 2, 2, x, negative), LGD_EINVAL, "negative number");
        REFUSED(create(&A, 2, 2, x, 1), LGD_EINVAL, "ld is 1, at least");
        REFUSED(create(&A, 1, large, x, large), LGD_ERANGE, "cols is 2147483648");
        REFUSED(create(&A, 2, 2, x, large), LGD_ERANGE, "ld is 2147483648");
        OK(create(&A, 0, 2, NULL, 2));
        double w[2] = {1, 2}, g[2] = {3, 4};
        OK(lgd_matrix_forward(A, NULL, 1, w, 1, x, 1));
        OK(lgd_matrix_adjoint(A, NULL, 1, x, 1, g, 1));
        ck_assert(g[0] == 3 && g[1] == 4);
        lgd_matrix_free(A);
    }
    lgd_matrix *A;
    REFUSED(lgd_matrix_dense(&A, (size_t)1 << 40, 1 << 20, x, 1 << 30), LGD_ERANGE, "more than an address");
    REFUSED(lgd_matrix_dense(&A, (size_t)1 << 40, 1 << 20, x, 1 << 20), LGD_ERANGE, "more than an address");
    lgd_matrix_free(NULL);
    ck_assert_uint_eq(lgd_matrix_rows(NULL), 0);
    ck_assert_uint_eq(lgd_matrix_cols(NULL), 0);
}
END_TEST

START_TEST(products_bad_arguments_refused)
{
    double x[6] = {1, 2, 3, 4, 5, 6}, w[9] = {0}, z[9] = {0};
    size_t index[3] = {0, 3, 2};
    lgd_matrix *A;
    OK(lgd_matrix_dense(&A, 3, 2, x, 2));
    for (int adjoint = 0; adjoint < 2; adjoint++) {
        lgd_status (*product)(const lgd_matrix *, const lgd_rows *, size_t, const double *, size_t, double *, size_t) =
            adjoint ? lgd_matrix_adjoint : lgd_matrix_forward;
        REFUSED(product(NULL, NULL, 1, w, 1, z, 1), LGD_EINVAL, "A is NULL");
        REFUSED(product(A, NULL, 1, NULL, 1, z, 1), LGD_EINVAL, adjoint ? "R is NULL" : "W is NULL");
        REFUSED(product(A, NULL, 1, w, 1, NULL, 1), LGD_EINVAL, adjoint ? "G is NULL" : "Z is NULL");
        REFUSED(product(A, NULL, 0, w, 1, z, 1), LGD_EINVAL, "k is 0");
        REFUSED(product(A, NULL, (size_t)-1, w, 1, z, 1), LGD_EINVAL, "negative number");
        REFUSED(product(A, NULL, 2, w, 1, z, 2), LGD_EINVAL, adjoint ? "dimension of R is 1" : "dimension of W is 1");
        REFUSED(product(A, NULL, 2, w, 2, z, 1), LGD_EINVAL, adjoint ? "dimension of G is 1" : "dimension of Z is 1");
        REFUSED(product(A, NULL, 1, w, (size_t)1 << 40, z, 1), LGD_ERANGE, "leading dimension");
        REFUSED(product(A, NULL, (size_t)1 << 40, w, (size_t)1 << 40, z, (size_t)1 << 40), LGD_ERANGE, "k is");
        REFUSED(product(A, &(lgd_rows){2, 2, NULL}, 1, w, 1, z, 1), LGD_EINVAL, "rows.first + rows.count is 4");
        REFUSED(product(A, &(lgd_rows){(size_t)-1, 2, NULL}, 1, w, 1, z, 1), LGD_EINVAL, "rows.first");
        REFUSED(product(A, &(lgd_rows){0, (size_t)-1, NULL}, 1, w, 1, z, 1), LGD_EINVAL, "rows.count");
        REFUSED(product(A, &(lgd_rows){1, 2, index}, 1, w, 1, z, 1), LGD_EINVAL, "rows.index[1] is 3");
        OK(product(A, &(lgd_rows){2, 1, index}, 1, w, 1, z, 1));
        OK(product(A, &(lgd_rows){3, 0, NULL}, 1, w, 1, z, 1));
    }
    lgd_matrix_free(A);
}
END_TEST

/* ---- scaled */

START_TEST(scaled_products_match_explicit_matrix)
{
    enum { M = 23, N = 6 };
    for (int by_columns = 0; by_columns < 2; by_columns++) {
        plain p = {M, N, numbers(3, M * N)}, q = {M, N, numbers(3, M * N)};
        double *data, *y = (double *)(uintptr_t)q.x, shift[N], scale[N];
        size_t index[M];
        lgd_permutation(4, 4, M, index);
        for (size_t j = 0; j < N; j++) {
            shift[j] = (double)j - 2.5;
            scale[j] = 0.5 + (double)j;
            for (size_t i = 0; i < M; i++)
                y[i * N + j] = (p.x[i * N + j] - shift[j]) / scale[j];
        }
        lgd_matrix *A = dense(&p, by_columns, 1, &data), *S, *same;
        OK(lgd_matrix_scaled(&S, A, shift, scale));
        OK(lgd_matrix_scaled(&same, A, NULL, NULL));
        double W[N * 3], Z[M * 5], z[M], G[N * 4], g[N];
        memset(g, 0, sizeof g);
        lgd_uniform(1, 0, N * 3, W);
        for (size_t l = 0; l < 2; l++) {
            lgd_rows rows = {l * 5, M - l * 5, l ? index : NULL};
            for (size_t i = 0; i < M * 5; i++)
                Z[i] = NAN;
            OK(lgd_matrix_forward(S, &rows, 2, W, 3, Z, 5));
            for (size_t i = 0; i < rows.count; i++)
                for (size_t c = 0; c < 2; c++) {
                    double sum = 0;
                    for (size_t j = 0; j < N; j++)
                        sum += y[row_at(&rows, i) * N + j] * W[j * 3 + c];
                    ck_assert_double_eq_tol(Z[i * 5 + c], sum, 1e-13);
                }
            for (size_t j = 0; j < N * 4; j++)
                G[j] = 1;
            OK(lgd_matrix_adjoint(S, &rows, 2, Z, 5, G, 4));
            for (size_t j = 0; j < N; j++)
                for (size_t c = 0; c < 4; c++) {
                    double sum = 1;
                    for (size_t i = 0; i < rows.count && c < 2; i++)
                        sum += y[row_at(&rows, i) * N + j] * Z[i * 5 + c];
                    ck_assert_double_eq_tol(G[j * 4 + c], sum, 1e-12);
                }
        }
        OK(lgd_matrix_forward(same, NULL, 1, W, 3, z, 1));
        OK(lgd_matrix_forward(A, NULL, 1, W, 3, Z, 1));
        for (size_t i = 0; i < M; i++)
            ck_assert_double_eq_tol(z[i], Z[i], 1e-15);
        lgd_matrix_free(same);
        lgd_matrix_free(S);
        lgd_matrix_free(A);
        lgd_release(data);
        lgd_release(y);
        lgd_release((void *)(uintptr_t)p.x);
    }
}
END_TEST

START_TEST(scaled_bad_arguments_refused)
{
    double x[4] = {1, 2, 3, 4}, zero[2] = {1, 0}, nan[2] = {NAN, 1}, negative[2] = {1, -1}, inf[2] = {1, INFINITY};
    lgd_matrix *A, *S;
    OK(lgd_matrix_dense(&A, 2, 2, x, 2));
    REFUSED(lgd_matrix_scaled(NULL, A, NULL, NULL), LGD_EINVAL, "out is NULL");
    REFUSED(lgd_matrix_scaled(&S, NULL, NULL, NULL), LGD_EINVAL, "A is NULL");
    REFUSED(lgd_matrix_scaled(&S, A, NULL, zero), LGD_EINVAL, "scale[1] is 0");
    REFUSED(lgd_matrix_scaled(&S, A, NULL, negative), LGD_EINVAL, "scale[1] is -1");
    REFUSED(lgd_matrix_scaled(&S, A, NULL, nan), LGD_EINVAL, "scale[0] is nan");
    REFUSED(lgd_matrix_scaled(&S, A, inf, NULL), LGD_EINVAL, "shift[1] is inf");
    ck_assert_ptr_null(S);
    REFUSED(lgd_matrix_standardized(NULL, A), LGD_EINVAL, "out is NULL");
    REFUSED(lgd_matrix_standardized(&S, NULL), LGD_EINVAL, "A is NULL");
    lgd_matrix_free(A);
    OK(lgd_matrix_dense(&A, 0, 2, NULL, 2));
    REFUSED(lgd_matrix_standardized(&S, A), LGD_EINVAL, "rows is 0");
    lgd_matrix_free(A);
}
END_TEST

/* Column j of the matrix, by a unit vector. */
static void column(const lgd_matrix *A, size_t j, double *z)
{
    double *e = lgd_alloc("test", lgd_matrix_cols(A), sizeof *e);
    e[j] = 1;
    OK(lgd_matrix_forward(A, NULL, 1, e, 1, z, 1));
    lgd_release(e);
}

/* features: 70 */
START_TEST(standardized_columns_mean_0_deviation_1)
{
    enum { M = 1000, N = 5 };
    for (int by_columns = 0; by_columns < 2; by_columns++) {
        plain p = {M, N, numbers(11, M * N)};
        double *data, *x = (double *)(uintptr_t)p.x, z[M];
        for (size_t i = 0; i < M; i++) {
            x[i * N + 1] = 0.1;                                       /* constant, and not a binary number */
            x[i * N + 2] = 1e8 + 1.5e-8 * (double)(i % 2);            /* constant but for rounding */
            x[i * N + 3] = 1e6 + (double)(i % 2);                     /* mean 1e6 + 1/2, deviation 1/2 */
            x[i * N + 4] = 1e-200 * (i == 0 ? 1e3 : (double)(i % 3)); /* tiny, and the first is far off */
        }
        lgd_matrix *A = dense(&p, by_columns, 2, &data), *S, *again;
        OK(lgd_matrix_standardized(&S, A));
        static const double tolerance[N] = {1e-13, 0, 1e-7, 1e-8, 1e-13};
        for (size_t j = 0; j < N; j++) {
            long double mean = 0, squares = 0;
            column(S, j, z);
            for (size_t i = 0; i < M; i++)
                mean += z[i] / (long double)M;
            for (size_t i = 0; i < M; i++)
                squares += (z[i] - mean) * (z[i] - mean) / M;
            ck_assert_double_le(fabs((double)mean), tolerance[j]);
            ck_assert_double_le(fabs(sqrt((double)squares) - (j == 1 || j == 2 ? 0 : 1)), tolerance[j]);
        }
        /* standardized once more: moments pass through, and nothing is left to do */
        OK(lgd_matrix_standardized(&again, S));
        double w[N] = {1, 2, 0, 3, 4}, y[M];
        OK(lgd_matrix_forward(S, NULL, 1, w, 1, z, 1));
        OK(lgd_matrix_forward(again, NULL, 1, w, 1, y, 1));
        for (size_t i = 0; i < M; i++)
            ck_assert_double_eq_tol(y[i], z[i], 1e-7);
        lgd_matrix_free(again);
        lgd_matrix_free(S);
        lgd_matrix_free(A);
        lgd_release(data);
        lgd_release(x);
    }
}
END_TEST

START_TEST(standardized_moments_match_long_double)
{
    enum { M = 5000, N = 3 };
    for (int by_columns = 0; by_columns < 2; by_columns++) {
        plain p = {M, N, numbers(12, M * N)};
        double *data, *x = (double *)(uintptr_t)p.x, mean[N], deviation[N];
        for (size_t i = 0; i < M; i++) {
            x[i * N + 1] += 1e7;
            x[i * N + 2] = i == 0 ? 1e9 : x[i * N + 2];
        }
        lgd_matrix *A = dense(&p, by_columns, 0, &data);
        OK(A->ops.moments(A->ctx, mean, deviation));
        for (size_t j = 0; j < N; j++) {
            long double m = 0, s = 0;
            for (size_t i = 0; i < M; i++)
                m += (long double)x[i * N + j] / M;
            for (size_t i = 0; i < M; i++)
                s += (x[i * N + j] - m) * (x[i * N + j] - m) / M;
            s = sqrtl(s);
            ck_assert_double_le((double)fabsl(mean[j] - m), (double)(2 * DBL_EPSILON * (fabsl(m) + s)));
            ck_assert_double_le((double)fabsl(deviation[j] - s), (double)(1e-12L * s));
        }
        lgd_matrix_free(A);
        lgd_release(data);
        lgd_release(x);
    }
}
END_TEST

START_TEST(standardized_overflowing_column_named)
{
    double x[4] = {1, 1e308, 2, -1e308};
    lgd_matrix *A, *S;
    OK(lgd_matrix_dense(&A, 2, 2, x, 2));
    REFUSED(lgd_matrix_standardized(&S, A), LGD_EINVAL, "[1] is ");
    ck_assert_ptr_null(S);
    lgd_matrix_free(A);
}
END_TEST

/* features: 70 */
START_TEST(unscale_fitted_weights_same_predictions)
{
    enum { M = 50, N = 4, K = 3 };
    plain p = {M, N, numbers(13, M * N)};
    double *data, *x = (double *)(uintptr_t)p.x, w[(N + 1) * K], raw[(N + 1) * K], Z[M * K], Y[M * K];
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++)
            x[i * N + j] = 100 * (double)j + x[i * N + j] * pow(10, (double)j - 1);
    lgd_matrix *A = dense(&p, false, 0, &data), *S;
    OK(lgd_matrix_standardized(&S, A));
    lgd_uniform(1, 0, (N + 1) * K, w);
    OK(lgd_matrix_unscale(S, K, true, w, raw));
    OK(lgd_matrix_forward(S, NULL, K, w, K, Z, K));
    OK(lgd_matrix_forward(A, NULL, K, raw, K, Y, K));
    for (size_t i = 0; i < M * K; i++)
        ck_assert_double_eq_tol(Z[i] + w[N * K + i % K], Y[i] + raw[N * K + i % K], 1e-11);
    OK(lgd_matrix_unscale(S, K, true, w, w)); /* in place */
    ck_assert_mem_eq(w, raw, sizeof w);
    lgd_matrix_free(S);
    lgd_matrix_free(A);
    lgd_release(data);
    lgd_release(x);
}
END_TEST

/* The intercept is a sum of shift*w that nearly cancels: 1e16 - 1e16 + 1. */
START_TEST(unscale_cancelling_shifts_sum_exact)
{
    double x[3] = {0}, shift[3] = {1e16, 1, -1e16}, scale[3] = {1, 1, 1}, w[4] = {1, 1, 1, 0}, raw[4];
    lgd_matrix *A, *S;
    OK(lgd_matrix_dense(&A, 1, 3, x, 3));
    OK(lgd_matrix_scaled(&S, A, shift, scale));
    OK(lgd_matrix_unscale(S, 1, true, w, raw));
    ck_assert_double_eq(raw[3], -1);
    lgd_matrix_free(S);
    lgd_matrix_free(A);
}
END_TEST

START_TEST(unscale_nested_one_level_at_a_time)
{
    double x[4] = {1, 2, 3, 5}, shift[2] = {1, 2}, scale[2] = {2, 4}, w[3] = {1, 2, 3}, once[3], twice[3];
    lgd_matrix *A, *S, *T;
    OK(lgd_matrix_dense(&A, 2, 2, x, 2));
    OK(lgd_matrix_scaled(&S, A, shift, scale));
    OK(lgd_matrix_scaled(&T, S, scale, shift));
    OK(lgd_matrix_unscale(T, 1, true, w, once));
    OK(lgd_matrix_unscale(S, 1, true, once, twice));
    const lgd_matrix *level[3] = {T, S, A};
    const double *weights[3] = {w, once, twice};
    double z[3][2];
    for (size_t l = 0; l < 3; l++) {
        OK(lgd_matrix_forward(level[l], NULL, 1, weights[l], 1, z[l], 1));
        for (size_t i = 0; i < 2; i++)
            ck_assert_double_eq_tol(z[l][i] + weights[l][2], z[0][i] + w[2], 1e-14);
    }
    lgd_matrix_free(T);
    lgd_matrix_free(S);
    lgd_matrix_free(A);
}
END_TEST

START_TEST(unscale_bad_arguments_refused)
{
    double x[4] = {1, 2, 3, 5}, shift[2] = {0, 2}, scale[2] = {2, 4}, w[3] = {6, 8, 3}, raw[3] = {0};
    lgd_matrix *A, *S, *T;
    OK(lgd_matrix_dense(&A, 2, 2, x, 2));
    OK(lgd_matrix_scaled(&S, A, shift, scale));
    OK(lgd_matrix_scaled(&T, A, NULL, scale));
    REFUSED(lgd_matrix_unscale(NULL, 1, true, w, raw), LGD_EINVAL, "matrix is NULL");
    REFUSED(lgd_matrix_unscale(A, 1, true, w, raw), LGD_EINVAL, "matrix is dense");
    REFUSED(lgd_matrix_unscale(S, 0, true, w, raw), LGD_EINVAL, "outputs is 0");
    REFUSED(lgd_matrix_unscale(S, (size_t)-1, true, w, raw), LGD_EINVAL, "negative number");
    REFUSED(lgd_matrix_unscale(S, 1, true, NULL, raw), LGD_EINVAL, "w is NULL");
    REFUSED(lgd_matrix_unscale(S, 1, true, w, NULL), LGD_EINVAL, "raw is NULL");
    REFUSED(lgd_matrix_unscale(S, 1, false, w, raw), LGD_EINVAL, "shift[1] is 2");
    ck_assert_double_eq(raw[0], 0);
    OK(lgd_matrix_unscale(T, 1, false, w, raw));
    ck_assert(raw[0] == 3 && raw[1] == 2 && raw[2] == 0);
    lgd_matrix_free(T);
    lgd_matrix_free(S);
    lgd_matrix_free(A);
}
END_TEST

typedef struct shared {
    const lgd_matrix *A;
    const double *W;
    double *Z; /* [64 x rows] */
} shared;

static lgd_status forward_once(void *ctx, size_t i)
{
    shared *s = ctx;
    return s->A->ops.forward(s->A->ctx, &(lgd_rows){0, s->A->rows, NULL}, 1, s->W, 1, s->Z + i * s->A->rows, 1);
}

START_TEST(scaled_several_threads_same_bits)
{
    enum { M = 60, N = 90 };
    plain p = {M, N, numbers(14, M * N)};
    double *data, *W = numbers(15, N), *Z = numbers(0, 64 * M);
    lgd_matrix *A = dense(&p, false, 0, &data), *S;
    OK(lgd_matrix_standardized(&S, A));
    ck_assert_uint_eq(S->ops.flags, LGD_CONCURRENT);
    lgd_blas_hold();
    OK(lgd_parallel(64, 4, forward_once, &(shared){S, W, Z}));
    lgd_blas_release();
    for (size_t i = 1; i < 64; i++)
        ck_assert_mem_eq(Z, Z + i * M, M * sizeof *Z);
    lgd_matrix_free(S);
    lgd_matrix_free(A);
    lgd_release(data);
    lgd_release(W);
    lgd_release(Z);
    lgd_release((void *)(uintptr_t)p.x);
}
END_TEST

/* ---- matrices of the user's own */

typedef enum fault {
    NONE,
    OVERWRITES,
    NOT_TRANSPOSED,
    FORWARD_ADDS,
    INDEX_IGNORED,
    FIRST_IGNORED,
    INDEX_FIRST_IGNORED,
    ONE_ROW_WRONG,
    PADDING_WRITTEN,
    ADJOINT_INDEX_IGNORED,
    MEAN_WRONG,
    DEVIATION_WRONG,
    GATHER_INDEX_IGNORED,
    GATHER_ONE_SHORT,
    SQUARES_OF_SLOPES,
    SWEEP_TWICE,
    SWEEP_OTHER_SCORES,
    SWEEP_OTHER_SLOPES,
    SWEEP_OVERWRITES,
    SWEEP_BEYOND,
    SWEEP_MANY,
    TOUCHED_ONE_SHORT,
    TOUCHED_TWICE,
    TOUCHED_UNTOLD,
    TOUCHED_BEYOND_ROOM,
    NOT_A_NUMBER,
    OWN_ERROR,
    FAULTS
} fault;

/* A square matrix with x[i][j] = i + 2j + 1, with one fault. */
enum { SIDE = 5 };
typedef struct own {
    fault fault;
    int freed;
    size_t panel;
} own;

static double element(size_t i, size_t j)
{
    return (double)(i + 2 * j + 1) / 10;
}

static size_t own_row(const own *o, const lgd_rows *rows, size_t i, fault ignored)
{
    bool ignore = o->fault == FIRST_IGNORED || (o->fault == INDEX_FIRST_IGNORED && rows->index);
    size_t first = ignore ? 0 : rows->first;
    return rows->index && o->fault != ignored ? rows->index[first + i] : first + i;
}

static lgd_status own_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                              size_t ldz)
{
    own *o = ctx;
    if (o->fault == OWN_ERROR)
        return lgd_fail(LGD_EUSER, "own: the disk is on fire");
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < k; c++) {
            size_t row = own_row(o, rows, i, INDEX_IGNORED);
            double sum = o->fault == FORWARD_ADDS ? Z[i * ldz + c] : o->fault == NOT_A_NUMBER && row == 3 ? NAN : 0;
            for (size_t j = 0; j < SIDE; j++)
                sum += element(row, j) * W[j * ldw + c];
            Z[i * ldz + c] = o->fault == ONE_ROW_WRONG && rows->count == 1 ? sum + 1e-3 : sum;
            if (o->fault == PADDING_WRITTEN && ldz > k)
                Z[i * ldz + k] = 0;
        }
    return LGD_OK;
}

static lgd_status own_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                              size_t ldg)
{
    own *o = ctx;
    for (size_t j = 0; j < SIDE && o->fault == OVERWRITES; j++)
        for (size_t c = 0; c < k; c++)
            G[j * ldg + c] = 0;
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < k; c++)
            for (size_t j = 0; j < SIDE; j++) {
                size_t row = own_row(o, rows, i, ADJOINT_INDEX_IGNORED);
                G[j * ldg + c] += (o->fault == NOT_TRANSPOSED ? element(j, row) : element(row, j)) * R[i * ldr + c];
            }
    return LGD_OK;
}

static lgd_status own_moments(void *ctx, double *mean, double *deviation)
{
    own *o = ctx;
    for (size_t j = 0; j < SIDE; j++) {
        mean[j] = element(2, j) + (o->fault == MEAN_WRONG ? 0.01 : 0);
        deviation[j] = sqrt(o->fault == DEVIATION_WRONG ? 2.5 : 2) / 10; /* of 0..4, by n and not by n - 1 */
    }
    return LGD_OK;
}

static void own_free(void *ctx)
{
    ((own *)ctx)->freed++;
}

static size_t own_panel(void *ctx, size_t k)
{
    return ((own *)ctx)->panel * k;
}

static lgd_status own_gather(void *ctx, const lgd_rows *rows, double *X)
{
    const own *o = ctx;
    for (size_t i = 0; i < rows->count - (o->fault == GATHER_ONE_SHORT && rows->count > 1); i++)
        for (size_t j = 0; j < SIDE; j++)
            X[i * SIDE + j] = element(own_row(o, rows, i, GATHER_INDEX_IGNORED), j);
    return LGD_OK;
}

static lgd_status own_squares(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                              size_t ldg)
{
    const own *o = ctx;
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < k; c++)
            for (size_t j = 0; j < SIDE; j++) {
                const double x = element(own_row(o, rows, i, FAULTS), j), r = R[i * ldr + c];
                G[j * ldg + c] += o->fault == SQUARES_OF_SLOPES ? x * r * r : x * x * r;
            }
    return LGD_OK;
}

static lgd_status own_fused(void *ctx, const lgd_rows *rows, const double *w, lgd_slopes slopes, void *slopes_ctx,
                            double *g)
{
    const own *o = ctx;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t at = o->fault == SWEEP_TWICE && i == 4 ? 0 : i, row = own_row(o, rows, at, FAULTS);
        double z = o->fault == SWEEP_OTHER_SCORES ? 1e-3 : 0;
        for (size_t j = 0; j < SIDE; j++)
            z += element(row, j) * w[j];
        const size_t told = o->fault == SWEEP_BEYOND ? at + 1 : at, asked = o->fault == SWEEP_MANY ? 65 : 1;
        const lgd_status status = slopes(slopes_ctx, asked, &told, &z);
        if (status)
            return status;
        for (size_t j = 0; j < SIDE && g; j++)
            g[j] = (o->fault == SWEEP_OVERWRITES && i == 0 ? 0 : g[j]) +
                   element(row, o->fault == SWEEP_OTHER_SLOPES ? 0 : j) * z;
    }
    return LGD_OK;
}

/* Every row has numbers in all columns. */
static size_t own_touched(void *ctx, const lgd_rows *rows, bool *seen, size_t *column, size_t room)
{
    const own *o = ctx;
    size_t count = 0;
    (void)rows;
    if (room < SIDE && o->fault == TOUCHED_BEYOND_ROOM)
        return room;
    for (size_t j = 0; j < SIDE - (o->fault == TOUCHED_ONE_SHORT); j++) {
        if (seen[j])
            continue;
        seen[j] = true;
        if (j == SIDE - 1 && o->fault == TOUCHED_UNTOLD)
            continue;
        if (count == room)
            return SIZE_MAX;
        column[count++] = o->fault == TOUCHED_TWICE && j == 1 ? 0 : j;
    }
    return count;
}

static const lgd_matrix_ops own_ops = {.name = "own",
                                       .forward = own_forward,
                                       .adjoint = own_adjoint,
                                       .panel = own_panel,
                                       .free = own_free,
                                       .moments = own_moments,
                                       .gather = own_gather,
                                       .fused = own_fused,
                                       .squares = own_squares,
                                       .touched = own_touched};

START_TEST(check_built_in_matrices_sound)
{
    static const size_t shapes[][2] = {{1, 1}, {2, 1}, {1, 7}, {9, 4}, {300, 20}, {11, 4500}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int by_columns = 0; by_columns < 2; by_columns++) {
            size_t m = shapes[s][0], n = shapes[s][1];
            plain p = {m, n, numbers(s, m * n)};
            double *data, error = -1, *shift = numbers(1, n), *scale = numbers(2, n);
            for (size_t j = 0; j < n; j++)
                scale[j] = fabs(scale[j]) + 0.1;
            lgd_matrix *A = dense(&p, by_columns, s % 3, &data), *B, *C, *D;
            OK(lgd_matrix_scaled(&B, A, shift, scale));
            OK(lgd_matrix_standardized(&C, A));
            OK(lgd_matrix_scaled(&D, C, NULL, scale));
            const lgd_matrix *all[] = {A, B, C, D};
            size_t count = m > 1 ? 4 : 2; /* one row standardized is 0 but for rounding: no scale to compare with */
            for (size_t i = 0; i < count; i++)
                for (uint64_t seed = 1; seed <= 3; seed++) {
                    OK(lgd_matrix_check(all[i], seed, &error));
                    ck_assert_double_le(error, 1e-12);
                    OK(lgd_matrix_check(all[i], seed, NULL));
                }
            lgd_matrix_free(D);
            lgd_matrix_free(C);
            lgd_matrix_free(B);
            lgd_matrix_free(A);
            lgd_release(shift);
            lgd_release(scale);
            lgd_release(data);
            lgd_release((void *)(uintptr_t)p.x);
        }
    double error = -1;
    lgd_matrix *empty;
    OK(lgd_matrix_dense(&empty, 0, 3, NULL, 3));
    OK(lgd_matrix_check(empty, 1, &error));
    ck_assert_double_eq(error, 0);
    lgd_matrix_free(empty);
    REFUSED(lgd_matrix_check(NULL, 1, &error), LGD_EINVAL, "A is NULL");
}
END_TEST

START_TEST(check_each_broken_promise_named)
{
    static const char *const promise[FAULTS] = {
        [OVERWRITES] = "adjoint does not add",
        [NOT_TRANSPOSED] = "<A^T R, W> is not <R, A W>",
        [FORWARD_ADDS] = "<A^T R, W> is not <R, A W>: at 0 it is",
        [INDEX_IGNORED] = "forward of rows by an index",
        [FIRST_IGNORED] = "forward of the last half",
        [INDEX_FIRST_IGNORED] = "forward by an index from rows.first",
        [ONE_ROW_WRONG] = "forward of one row",
        [PADDING_WRITTEN] = "forward writes to Z[0*ldz + 1]",
        [ADJOINT_INDEX_IGNORED] = "adjoint of rows by an index",
        [MEAN_WRONG] = "the mean is not",
        [DEVIATION_WRONG] = "the deviation is not",
        [GATHER_INDEX_IGNORED] = "gathered rows times W",
        [GATHER_ONE_SHORT] = "gathered rows times W",
        [SQUARES_OF_SLOPES] = "squares of a column, and of its scores",
        [SWEEP_TWICE] = "5 rows of 5 are visited, some twice",
        [SWEEP_OTHER_SCORES] = "scores of a sweep are not those of forward",
        [SWEEP_OTHER_SLOPES] = "what a sweep adds is not adjoint",
        [SWEEP_OVERWRITES] = "what a sweep adds is not adjoint",
        [SWEEP_BEYOND] = "a slope is asked for of position 5, one below 5 is accepted",
        [SWEEP_MANY] = "of 65 rows at a time, at most 64 is accepted",
        [TOUCHED_ONE_SHORT] = "touched does not give column 4",
        [TOUCHED_TWICE] = "touched gives column 0, one below 5 that seen is true for",
        [TOUCHED_UNTOLD] = "touched has seen column 4, which it does not give",
        [TOUCHED_BEYOND_ROOM] = "with room for 4 columns gives no SIZE_MAX",
        [NOT_A_NUMBER] = "<A^T R, W> is not <R, A W>",
        [OWN_ERROR] = "the disk is on fire",
    };
    for (fault f = NONE; f < FAULTS; f++) {
        own o = {f, 0, 3};
        lgd_matrix *A;
        double error = 0;
        OK(lgd_matrix_create(&A, SIDE, SIDE, &own_ops, &o));
        ck_assert_msg(!f == !promise[f], "fault %d has no promise", (int)f);
        if (f == NONE) {
            OK(lgd_matrix_check(A, 5, &error));
            ck_assert_double_le(error, 1e-14);
        } else if (f == OWN_ERROR) {
            REFUSED(lgd_matrix_check(A, 5, &error), LGD_EUSER, promise[f]);
        } else {
            REFUSED(lgd_matrix_check(A, 5, &error), LGD_EINVAL, promise[f]);
            ck_assert(f == PADDING_WRITTEN || f == SWEEP_TWICE || f == SWEEP_BEYOND || f == SWEEP_MANY ||
                      (f >= TOUCHED_ONE_SHORT && f <= TOUCHED_BEYOND_ROOM) || !(error <= 1e-8));
        }
        lgd_matrix_free(A);
        ck_assert_int_eq(o.freed, 1);
    }
}
END_TEST

START_TEST(own_matrix_scaled_and_standardized_sound)
{
    own o = {NONE, 0, 0};
    lgd_matrix *A, *S;
    double error;
    OK(lgd_matrix_create(&A, SIDE, SIDE, &own_ops, &o));
    OK(lgd_matrix_standardized(&S, A));
    ck_assert_uint_eq(S->ops.flags, 0); /* no more concurrent than what is below */
    OK(lgd_matrix_check(S, 1, &error));
    ck_assert_double_le(error, 1e-12);
    o.fault = OWN_ERROR;
    double w[SIDE] = {0}, z[SIDE];
    REFUSED(lgd_matrix_forward(S, NULL, 1, w, 1, z, 1), LGD_EUSER, "on fire");
    lgd_matrix_free(S);
    ck_assert_int_eq(o.freed, 0);
    lgd_matrix_free(A);
    ck_assert_int_eq(o.freed, 1);

    lgd_matrix_ops plain_ops = {.forward = own_forward, .adjoint = own_adjoint};
    OK(lgd_matrix_create(&A, SIDE, SIDE, &plain_ops, &o));
    REFUSED(lgd_matrix_standardized(&S, A), LGD_EUNSUPPORTED, "moments of matrix is NULL");
    lgd_matrix_free(A);
    ck_assert_int_eq(o.freed, 1);
}
END_TEST

START_TEST(create_bad_arguments_refused_and_context_kept)
{
    own o = {NONE, 0, 0};
    lgd_matrix *A = (lgd_matrix *)(void *)&o;
    lgd_matrix_ops ops = own_ops;
    REFUSED(lgd_matrix_create(NULL, 1, 1, &ops, &o), LGD_EINVAL, "out is NULL");
    REFUSED(lgd_matrix_create(&A, 1, 1, NULL, &o), LGD_EINVAL, "ops is NULL");
    ck_assert_ptr_null(A);
    REFUSED(lgd_matrix_create(&A, 1, 0, &ops, &o), LGD_EINVAL, "own: cols is 0");
    REFUSED(lgd_matrix_create(&A, (size_t)-1, 1, &ops, &o), LGD_EINVAL, "negative number");
    ops.adjoint = NULL;
    REFUSED(lgd_matrix_create(&A, 1, 1, &ops, &o), LGD_EINVAL, "own: ops.adjoint is NULL");
    ops.forward = NULL;
    REFUSED(lgd_matrix_create(&A, 1, 1, &ops, &o), LGD_EINVAL, "own: ops.forward is NULL");
    struct {
        lgd_matrix_ops ops;
        size_t tail;
    } newer = {own_ops, 0};
    OK(lgd_matrix_create_sized(&A, SIDE, SIDE, &newer.ops, sizeof newer, &o));
    lgd_matrix_free(A);
    o.freed = 0;
    newer.tail = 1;
    REFUSED(lgd_matrix_create_sized(&A, SIDE, SIDE, &newer.ops, sizeof newer, &o), LGD_EUNSUPPORTED, "older");
    OK(lgd_matrix_create_sized(&A, SIDE, SIDE, &own_ops, offsetof(lgd_matrix_ops, panel), &o)); /* an older header's */
    ck_assert_uint_eq(lgd_matrix_panel(A, 1), 1024);
    lgd_matrix_free(A);
    ck_assert_int_eq(o.freed, 0);
}
END_TEST

START_TEST(panel_by_columns_256_kilobytes)
{
    static const size_t expected[][2] = {{1, 1024},  {32, 1024}, {33, 992},   {64, 512}, {500, 64},
                                         {784, 40},  {4096, 8},  {5000, 6},   {8192, 4}, {40000, 4},
                                         {65536, 4}, {65537, 1}, {1000000, 1}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        lgd_matrix *A, *S;
        OK(lgd_matrix_dense(&A, 0, expected[i][0], NULL, expected[i][0]));
        OK(lgd_matrix_scaled(&S, A, NULL, NULL));
        ck_assert_uint_eq(lgd_matrix_panel(A, 1), expected[i][1]);
        ck_assert_uint_eq(lgd_matrix_panel(S, 1), expected[i][1]);
        lgd_matrix_free(S);
        lgd_matrix_free(A);
    }
    own o = {NONE, 0, 11};
    lgd_matrix *A;
    OK(lgd_matrix_create(&A, SIDE, SIDE, &own_ops, &o));
    ck_assert_uint_eq(lgd_matrix_panel(A, 2), 22);
    lgd_matrix_free(A);
}
END_TEST

/* ---- memory */

static size_t allocations, live, fail_at;

static void *count_allocate(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
    if (++allocations == fail_at)
        return NULL;
    void *memory = aligned_alloc(alignment, size);
    live += memory != NULL;
    return memory;
}

static void count_release(void *ctx, void *memory)
{
    (void)ctx;
    live--;
    free(memory);
}

static lgd_status create_all(void)
{
    static double x[6] = {1, 2, 3, 4, 5, 7}, w[3] = {1, 1, 1}, z[2];
    lgd_matrix *A, *S = NULL, *T = NULL;
    double error;
    lgd_status status = lgd_matrix_dense(&A, 3, 2, x, 2);
    if (!status)
        status = lgd_matrix_standardized(&S, A);
    if (!status)
        status = lgd_matrix_scaled(&T, S, x, w);
    if (!status)
        status = lgd_matrix_forward(T, &(lgd_rows){0, 2, NULL}, 1, w, 1, z, 1);
    if (!status)
        status = lgd_matrix_adjoint(T, &(lgd_rows){0, 2, NULL}, 1, w, 1, z, 1);
    if (!status)
        status = lgd_matrix_check(T, 1, &error);
    lgd_matrix_free(T);
    lgd_matrix_free(S);
    lgd_matrix_free(A);
    return status;
}

START_TEST(memory_each_allocation_failing_enomem_and_no_leak)
{
    lgd_set_memory(&(lgd_memory){count_allocate, count_release, NULL});
    for (fail_at = 1;; fail_at++) {
        allocations = 0;
        lgd_status status = create_all();
        ck_assert_uint_eq(live, 0);
        if (status == LGD_OK)
            break;
        ck_assert_int_eq(status, LGD_ENOMEM);
    }
    ck_assert_uint_gt(fail_at, 10);
    lgd_set_memory(NULL);
}
END_TEST

START_TEST(memory_products_after_the_first_no_allocation)
{
    double x[6] = {1, 2, 3, 4, 5, 7}, w[3] = {1, 1, 1}, z[3];
    lgd_matrix *A, *S;
    lgd_set_memory(&(lgd_memory){count_allocate, count_release, NULL});
    OK(lgd_matrix_dense(&A, 3, 2, x, 2));
    OK(lgd_matrix_standardized(&S, A));
    for (int i = 0; i < 10; i++) {
        OK(lgd_matrix_forward(S, NULL, 1, w, 1, z, 1));
        OK(lgd_matrix_adjoint(S, NULL, 1, z, 1, w, 1));
        if (i == 0)
            allocations = 0;
    }
    ck_assert_uint_eq(allocations, 0);
    lgd_matrix_free(S);
    lgd_matrix_free(A);
    ck_assert_uint_eq(live, 0);
    lgd_set_memory(NULL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("matrix");
    CASE(s, dense_sizes_0_to_9_match_long_double);
    CASE(s, dense_gathered_rows_match_long_double);
    CASE(s, dense_index_that_is_a_range_same_bits);
    CASE(s, dense_rows_null_all_rows);
#ifndef __SANITIZE_ADDRESS__
    CASE(s, dense_rows_beyond_2_31_all_reached);
#endif
    CASE(s, dense_any_alignment_of_a_double_same_values);
    CASE(s, dense_not_finite_row_and_column_named);
    CASE(s, dense_bad_arguments_refused);
    CASE(s, products_bad_arguments_refused);
    CASE(s, scaled_products_match_explicit_matrix);
    CASE(s, scaled_bad_arguments_refused);
    CASE(s, scaled_several_threads_same_bits);
    CASE(s, standardized_columns_mean_0_deviation_1);
    CASE(s, standardized_moments_match_long_double);
    CASE(s, standardized_overflowing_column_named);
    CASE(s, unscale_fitted_weights_same_predictions);
    CASE(s, unscale_cancelling_shifts_sum_exact);
    CASE(s, unscale_nested_one_level_at_a_time);
    CASE(s, unscale_bad_arguments_refused);
    CASE(s, check_built_in_matrices_sound);
    CASE(s, check_each_broken_promise_named);
    CASE(s, own_matrix_scaled_and_standardized_sound);
    CASE(s, create_bad_arguments_refused_and_context_kept);
    CASE(s, panel_by_columns_256_kilobytes);
    CASE(s, memory_each_allocation_failing_enomem_and_no_leak);
    CASE(s, memory_products_after_the_first_no_allocation);
    return suite_run(s);
}
