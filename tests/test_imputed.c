#include "matrix/matrix.h"
#include "problems.h"
#include <float.h>

enum { M = 41, N = 5, LD = 7 };

/* Numbers with holes, NaN at random cells; the columns are about 0, 10, 100, ... */
static void holes(double *x, double share)
{
    double u[M * LD];
    fill(5, M * LD, -1, 1, x);
    fill(6, M * LD, 0, 1, u);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < LD; j++) {
            x[i * LD + j] += j ? pow(10, (double)j) : 0;
            if (u[i * LD + j] < share)
                x[i * LD + j] = NAN;
        }
}

static const size_t some[15] = {40, 3, 5, 7, 8, 13, 14, 15, 16, 21, 22, 0, 30, 31, 39};
static const lgd_rows train = {1, 13, some};

/* What it stands for: cells that are there, else means over rows in long double. */
static void filled(const double *x, const lgd_rows *fit, double *out)
{
    for (size_t j = 0; j < N; j++) {
        real sum = 0, n = 0;
        for (size_t i = 0; i < (fit ? fit->count : M); i++) {
            const double cell = x[(fit ? fit->index[fit->first + i] : i) * LD + j];
            sum += isnan(cell) ? 0 : cell;
            n += !isnan(cell);
        }
        for (size_t i = 0; i < M; i++)
            out[i * N + j] = isnan(x[i * LD + j]) ? (double)(sum / n) : x[i * LD + j];
    }
}

START_TEST(imputed_products_of_the_filled_table)
{
    double x[M * LD], own[M * N], W[N * 3], Z[M * 3], Y[M * 3], G[N * 3] = {0}, H[N * 3] = {0}, error;
    holes(x, 0.2);
    for (int subset = 0; subset < 2; subset++) {
        const lgd_rows *fit = subset ? &train : NULL;
        lgd_matrix *A, *B;
        filled(x, fit, own);
        ck_ok(lgd_matrix_imputed(&A, M, N, x, LD, fit));
        ck_ok(lgd_matrix_dense(&B, M, N, own, N));
        ck_assert(lgd_matrix_rows(A) == M && lgd_matrix_cols(A) == N);
        ck_ok(lgd_matrix_check(A, 1, &error));
        ck_assert(error < 1e-12);
        fill(9, N * 3, -1, 1, W);
        fill(10, M * 3, -1, 1, Z);
        ck_ok(lgd_matrix_adjoint(A, NULL, 3, Z, 3, G, 3));
        ck_ok(lgd_matrix_adjoint(B, NULL, 3, Z, 3, H, 3));
        ck_assert(difference_of(N * 3, G, H) < 1e-14);
        ck_ok(lgd_matrix_forward(A, &train, 3, W, 3, Z, 3));
        ck_ok(lgd_matrix_forward(B, &train, 3, W, 3, Y, 3));
        ck_assert(difference_of(13 * 3, Z, Y) < 1e-14);
        lgd_matrix_free(A);
        lgd_matrix_free(B);
    }
    double again[M * LD];
    holes(again, 0.2);
    ck_assert(!memcmp(x, again, sizeof x)); /* the caller's table is as it was */
}
END_TEST

START_TEST(imputed_means_of_the_fit_to_the_last_digits)
{
    double x[M * LD], own[M * N], cells[M * N];
    holes(x, 0.5);
    lgd_matrix *A, *B;
    ck_ok(lgd_matrix_imputed(&A, M, N, x, LD, NULL));
    ck_ok(lgd_matrix_imputed_on(&B, A, &train));
    lgd_matrix_free(A); /* it lends nothing */
    filled(x, &train, own);
    ck_ok(B->ops.gather(B->ctx, &(lgd_rows){0, M, NULL}, cells));
    for (size_t i = 0; i < M * N; i++)
        ck_assert(fabs(cells[i] - own[i]) <= 2 * DBL_EPSILON * fabs(own[i]));
    lgd_matrix_free(B);

    /* A column of one number has exactly that number as its mean. */
    double constant[12] = {0.1, NAN, NAN, 0.1, 0.1, NAN, 0.1, NAN, 0.1, 0.1, 0.1, 0.1};
    ck_ok(lgd_matrix_imputed(&A, 12, 1, constant, 1, NULL));
    ck_ok(A->ops.gather(A->ctx, &(lgd_rows){0, 12, NULL}, cells));
    for (size_t i = 0; i < 12; i++)
        ck_assert(cells[i] == 0.1);
    lgd_matrix_free(A);
}
END_TEST

START_TEST(imputed_wide_rows_and_without_holes_the_dense_one)
{
    enum { WIDE = 5000 };
    static double x[6 * WIDE], w[WIDE], g[WIDE], h[WIDE];
    double z[6], y[6], error;
    lgd_matrix *A, *B;
    fill(3, 6 * WIDE, -1, 1, x);
    fill(4, WIDE, -1, 1, w);
    ck_ok(lgd_matrix_imputed(&A, 6, WIDE, x, WIDE, NULL));
    ck_ok(lgd_matrix_dense(&B, 6, WIDE, x, WIDE));
    ck_ok(lgd_matrix_check(A, 1, &error));
    ck_ok(lgd_matrix_forward(A, NULL, 1, w, 1, z, 1));
    ck_ok(lgd_matrix_forward(B, NULL, 1, w, 1, y, 1));
    ck_ok(lgd_matrix_adjoint(A, NULL, 1, z, 1, g, 1));
    ck_ok(lgd_matrix_adjoint(B, NULL, 1, z, 1, h, 1));
    ck_assert(difference_of(6, z, y) < 1e-14 && difference_of(WIDE, g, h) < 1e-14);
    lgd_matrix_free(A);
    lgd_matrix_free(B);
}
END_TEST

START_TEST(imputed_bad_input_named)
{
    double x[6] = {1, NAN, 2, NAN, NAN, 7};
    lgd_matrix *A = NULL, *B;
    ck_fails(lgd_matrix_imputed(NULL, 3, 2, x, 2, NULL), LGD_EINVAL, "out is NULL");
    ck_fails(lgd_matrix_imputed(&A, 0, 2, x, 2, NULL), LGD_EINVAL, "rows is 0");
    ck_fails(lgd_matrix_imputed(&A, 3, 0, x, 2, NULL), LGD_EINVAL, "cols is 0");
    ck_fails(lgd_matrix_imputed(&A, 3, 2, x, 1, NULL), LGD_EINVAL, "ld is 1, at least cols = 2");
    ck_fails(lgd_matrix_imputed(&A, 3, 2, NULL, 2, NULL), LGD_EINVAL, "data is NULL");
    ck_fails(lgd_matrix_imputed(&A, PTRDIFF_MAX, 2, x, 2, NULL), LGD_ERANGE, "rows*ld is");
    ck_fails(lgd_matrix_imputed(&A, 3, 2, x, 2, &(lgd_rows){0, 2, NULL}), LGD_EINVAL,
             "column 1 (from 0) has 0 numbers in the 2 rows of fit");
    ck_fails(lgd_matrix_imputed(&A, 3, 2, x, 2, &(lgd_rows){0, 0, NULL}), LGD_EINVAL, "column 0 (from 0) has 0");
    ck_fails(lgd_matrix_imputed(&A, 3, 2, x, 2, &(lgd_rows){2, 2, NULL}), LGD_EINVAL, "rows.first + rows.count is 4");
    ck_assert_ptr_null(A);
    ck_ok(lgd_matrix_imputed(&A, 3, 2, x, 2, NULL));
    ck_fails(lgd_matrix_imputed_on(NULL, A, NULL), LGD_EINVAL, "out is NULL");
    ck_fails(lgd_matrix_imputed_on(&B, NULL, NULL), LGD_EINVAL, "the matrix is NULL");
    ck_fails(lgd_matrix_imputed_on(&B, A, &(lgd_rows){1, 1, NULL}), LGD_EINVAL, "column 1 (from 0) has 0");
    ck_ok(lgd_matrix_imputed_on(&B, A, NULL));
    lgd_matrix_free(B);
    lgd_matrix_free(A);
    x[1] = INFINITY;
    ck_fails(lgd_matrix_imputed(&A, 3, 2, x, 2, NULL), LGD_EINVAL, "row 0, column 1 (from 0) is inf");
    x[1] = NAN;
    x[0] = x[2] = DBL_MAX;
    x[4] = -DBL_MAX;
    ck_fails(lgd_matrix_imputed(&A, 3, 2, x, 2, NULL), LGD_EINVAL, "the mean of column 0 is ");
    const double dense[4] = {1, 2, 3, 4};
    ck_ok(lgd_matrix_dense(&A, 2, 2, dense, 2));
    ck_fails(lgd_matrix_imputed_on(&B, A, NULL), LGD_EINVAL, "the matrix is dense");
    ck_assert_ptr_null(B);
    lgd_matrix_free(A);
}
END_TEST

/* The moments of some rows are those of a matrix of these rows, to the last bit, and all rows are scaled by them. */
START_TEST(standardized_on_rows_bits_of_a_copy_of_them)
{
    double x[M * LD], copy[13 * N], shift[N], scale[N], expected_shift[N], expected_scale[N];
    bool constant[N], expected_constant[N];
    for (int c = 0; c < 3; c++) { /* by rows, by columns, with holes */
        lgd_matrix *A, *S, *B, *T;
        holes(x, c == 2 ? 0.2 : 0);
        for (size_t i = 0; i < M; i++)
            x[i * LD + 2] = i == 12 ? 4 : 0.1; /* constant but for a row that is not among those */
        if (c == 1) {
            static double by_columns[N * M];
            for (size_t i = 0; i < M; i++)
                for (size_t j = 0; j < N; j++)
                    by_columns[j * M + i] = x[i * LD + j];
            ck_ok(lgd_matrix_dense_columns(&A, M, N, by_columns, M));
        } else if (c == 2) {
            ck_ok(lgd_matrix_imputed(&A, M, N, x, LD, &train));
        } else {
            ck_ok(lgd_matrix_dense(&A, M, N, x, LD));
        }
        ck_ok(lgd_matrix_standardized_on(&S, A, &train));
        ck_ok(A->ops.gather(A->ctx, &train, copy));
        ck_ok(lgd_matrix_dense(&B, 13, N, copy, N));
        ck_ok(lgd_matrix_standardized(&T, B));
        ck_ok(lgd_matrix_scaling(S, shift, scale, constant));
        ck_ok(lgd_matrix_scaling(T, expected_shift, expected_scale, expected_constant));
        ck_assert(!memcmp(shift, expected_shift, sizeof shift) && !memcmp(scale, expected_scale, sizeof scale));
        for (size_t j = 0; j < N; j++) {
            ck_assert(constant[j] == expected_constant[j] && constant[j] == (j == 2));
            ck_assert((scale[j] == 1) == (j == 2));
        }

        /* Row 12, which had no part in it, as (x - mean)/deviation. */
        double w[N], z, sum = 0, size = 0;
        fill(8, N, -1, 1, w);
        double row[N];
        ck_ok(A->ops.gather(A->ctx, &(lgd_rows){12, 1, NULL}, row));
        ck_ok(lgd_matrix_forward(S, &(lgd_rows){12, 1, NULL}, 1, w, 1, &z, 1));
        for (size_t j = 0; j < N; j++) {
            sum += (row[j] - shift[j]) / scale[j] * w[j];
            size += fabs(row[j] / scale[j] * w[j]);
        }
        ck_assert(fabs(z - sum) <= 8 * DBL_EPSILON * size);
        lgd_matrix_free(T);
        lgd_matrix_free(B);
        lgd_matrix_free(S);
        lgd_matrix_free(A);
    }
}
END_TEST

START_TEST(standardized_on_all_rows_is_standardized)
{
    double x[M * LD], a[2 * N], b[2 * N];
    lgd_matrix *A, *S, *T;
    holes(x, 0);
    ck_ok(lgd_matrix_dense(&A, M, N, x, LD));
    ck_ok(lgd_matrix_standardized(&S, A));
    ck_ok(lgd_matrix_standardized_on(&T, A, &(lgd_rows){0, M, NULL}));
    ck_ok(lgd_matrix_scaling(S, a, a + N, NULL));
    ck_ok(lgd_matrix_scaling(T, b, b + N, NULL));
    ck_assert(!memcmp(a, b, sizeof a));
    lgd_matrix_free(S);
    lgd_matrix_free(T);

    /* Given numbers are no constants, whatever they are. */
    bool constant[N];
    ck_ok(lgd_matrix_scaled(&S, A, NULL, NULL));
    ck_ok(lgd_matrix_scaling(S, a, a + N, constant));
    for (size_t j = 0; j < N; j++)
        ck_assert(a[j] == 0 && a[N + j] == 1 && !constant[j]);
    ck_fails(lgd_matrix_scaling(NULL, a, a, NULL), LGD_EINVAL, "the matrix is NULL");
    ck_fails(lgd_matrix_scaling(A, a, a, NULL), LGD_EINVAL, "the matrix is dense");
    ck_fails(lgd_matrix_standardized_on(&T, A, &(lgd_rows){0, 0, NULL}), LGD_EINVAL, "rows.count is 0");
    ck_fails(lgd_matrix_standardized_on(&T, A, &(lgd_rows){0, M + 1, NULL}), LGD_EINVAL, "rows.first + rows.count");
    ck_fails(lgd_matrix_standardized_on(&T, S, &train), LGD_EUNSUPPORTED, "gather of scaled is NULL");
    ck_fails(lgd_matrix_standardized_on(&T, NULL, &train), LGD_EINVAL, "A is NULL");
    ck_fails(lgd_matrix_standardized_on(NULL, A, &train), LGD_EINVAL, "out is NULL");
    lgd_matrix_free(S);
    lgd_matrix_free(A);
}
END_TEST

/* A model on it is a model on the filled table, with any number of threads. */
START_TEST(imputed_model_fitted_like_the_filled_table)
{
    double x[M * LD], own[M * N], y[M], w[N + 1] = {0}, v[N + 1] = {0};
    holes(x, 0.2);
    fill(2, M, -1, 1, y);
    filled(x, &train, own);
    lgd_matrix *A[4];
    ck_ok(lgd_matrix_imputed(&A[0], M, N, x, LD, &train));
    ck_ok(lgd_matrix_dense(&A[1], M, N, own, N));
    for (size_t i = 0; i < 2; i++) {
        lgd_objective *f;
        lgd_optimizer *opt;
        ck_ok(lgd_matrix_standardized_on(&A[2 + i], A[i], &train));
        ck_ok(lgd_glm_create(&f, A[2 + i], y, lgd_loss_squared(), &(lgd_glm_options){.l2 = 0.1, .intercept = true}));
        ck_ok(lgd_lbfgs_create(&opt, NULL));
        ck_ok(lgd_minimize(f, opt, i ? v : w, &(lgd_minimize_options){.grad_tol = 1e-12, .threads = 1 + 2 * i}, NULL));
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
    ck_assert(difference_of(N + 1, w, v) < 1e-9);
    for (size_t i = 4; i--;)
        lgd_matrix_free(A[i]);
}
END_TEST

START_TEST(imputed_memory_each_request_failing_clean)
{
    double x[M * LD], w[N] = {1, 2, 3, 4, 5}, z[M];
    size_t failures = 0;
    holes(x, 0.2);
    for (size_t k = 1;; k++) {
        lgd_matrix *A = NULL, *B = NULL, *S = NULL;
        memory_watch(k);
        lgd_status status = lgd_matrix_imputed(&A, M, N, x, LD, NULL);
        if (!status)
            status = lgd_matrix_imputed_on(&B, A, &train);
        if (!status)
            status = lgd_matrix_standardized_on(&S, B, &train);
        if (!status)
            status = lgd_matrix_forward(S, NULL, 1, w, 1, z, 1);
        if (!status)
            status = lgd_matrix_adjoint(S, NULL, 1, z, 1, w, 1);
        lgd_matrix_free(S);
        lgd_matrix_free(B);
        lgd_matrix_free(A);
        ck_assert_uint_eq(memory_live(), 0);
        memory_unwatch();
        if (!status)
            break;
        failures++;
        ck_assert_int_eq(status, LGD_ENOMEM);
    }
    ck_assert_uint_ge(failures, 12);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("imputed");
    CASE(s, imputed_products_of_the_filled_table);
    CASE(s, imputed_means_of_the_fit_to_the_last_digits);
    CASE(s, imputed_wide_rows_and_without_holes_the_dense_one);
    CASE(s, imputed_bad_input_named);
    CASE(s, standardized_on_rows_bits_of_a_copy_of_them);
    CASE(s, standardized_on_all_rows_is_standardized);
    CASE(s, imputed_model_fitted_like_the_filled_table);
    CASE(s, imputed_memory_each_request_failing_clean);
    return suite_run(s);
}
