/* The door to BLAS. Some functions of BLAS are defined here once more: by default they call the loaded ones, on demand
 * they err, so that what guards against such a BLAS is seen to work. */
#include "suite.h"
#include "blas/blas.h"
#include "blas/guard.h"
#include <dlfcn.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- the functions between the library and its BLAS */

static bool wrong_gemm, wrong_dot, deaf;
static int other_kind = -1;
static _Thread_local int gemm_calls, seen_omp, seen_blas; /* calls of this thread, thread settings in the last one */

static int call_get(const char *name)
{
    int (*get)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, name);
    return get ? get() : 0;
}

static void call_set(const char *name, int n)
{
    void (*set)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, name);
    if (set)
        set(n);
}

void cblas_dgemm(int order, int transa, int transb, int m, int n, int k, double alpha, const double *a, int lda,
                 const double *b, int ldb, double beta, double *c, int ldc);
void cblas_dgemm(int order, int transa, int transb, int m, int n, int k, double alpha, const double *a, int lda,
                 const double *b, int ldb, double beta, double *c, int ldc)
{
    void (*next)(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
    next = (void (*)(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *,
                     int))dlsym(RTLD_NEXT, "cblas_dgemm");
    gemm_calls++;
    seen_omp = call_get("omp_get_max_threads");
    seen_blas = call_get("openblas_get_num_threads");
    next(order, transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    if (wrong_gemm && m > 30)
        c[0] += 1e-9;
}

double cblas_ddot(int n, const double *x, int incx, const double *y, int incy);
double cblas_ddot(int n, const double *x, int incx, const double *y, int incy)
{
    double (*next)(int, const double *, int, const double *, int) =
        (double (*)(int, const double *, int, const double *, int))dlsym(RTLD_NEXT, "cblas_ddot");
    return next(n, x, incx, y, incy) + (wrong_dot && n == 13 ? 1e-9 : 0);
}

/* Is the loaded BLAS an OpenBLAS? */
static bool openblas(void)
{
    return dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
}

/* Where it is not, these two may be seen all the same and say nothing. */
int openblas_get_num_threads(void);
int openblas_get_num_threads(void)
{
    int (*next)(void) = (int (*)(void))dlsym(RTLD_NEXT, "openblas_get_num_threads");
    return !next ? 0 : deaf ? 4 : next();
}

int openblas_get_parallel(void);
int openblas_get_parallel(void)
{
    int (*next)(void) = (int (*)(void))dlsym(RTLD_NEXT, "openblas_get_parallel");
    return !next ? -1 : other_kind >= 0 ? other_kind : next();
}

/* ---- products */

static void fill(uint64_t seed, size_t count, double *x)
{
    lgd_uniform(seed, 0, count, x);
    for (size_t i = 0; i < count; i++)
        x[i] = 2 * x[i] - 1;
}

/* Z = X W (adjoint: G += X^T R) by definition; op(X) is [rows x terms]; out holds the start values. The answer may be
 * off by 4 n eps of the sum of magnitudes; padding is to be left alone. */
static void expect_product(size_t m, size_t n, size_t k, const double *X, size_t ld, bool by_columns, bool adjoint,
                           const double *in, size_t ldi, const double *start, const double *out, size_t ldo)
{
    size_t rows = adjoint ? n : m, terms = adjoint ? m : n;
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < ldo; c++) {
            if (c >= k) {
                ck_assert_mem_eq(out + i * ldo + c, start + i * ldo + c, sizeof *out);
                continue;
            }
            long double sum = adjoint ? start[i * ldo + c] : 0, magnitude = fabsl(sum);
            for (size_t j = 0; j < terms; j++) {
                long double e = (long double)(by_columns != adjoint ? X[i + j * ld] : X[i * ld + j]) * in[j * ldi + c];
                sum += e;
                magnitude += fabsl(e);
            }
            ck_assert_msg(fabsl(out[i * ldo + c] - sum) <= 4 * (long double)(terms + 1) * DBL_EPSILON * magnitude,
                          "%zu x %zu, %zu outputs, columns %d, adjoint %d: %.17g is not %.17Lg", m, n, k, by_columns,
                          adjoint, out[i * ldo + c], sum);
        }
}

static void try_product(size_t m, size_t n, size_t k, size_t pad, bool by_columns, bool adjoint)
{
    size_t ld = (by_columns ? m : n) + pad, ldi = k + pad, ldo = k + 2 * pad, terms = adjoint ? m : n;
    size_t lines = by_columns ? n : m, rows = adjoint ? n : m;
    ld += ld == 0;
    double *X = lgd_alloc("test", lines * ld + 1, 8), *in = lgd_alloc("test", terms * ldi + 1, 8);
    double *out = lgd_alloc("test", rows * ldo + 1, 8), *start = lgd_alloc("test", rows * ldo + 1, 8);
    fill(m * 100 + n, lines * ld, X);
    fill(n * 100 + k, terms * ldi, in);
    fill(k * 100 + m, rows * ldo, start);
    for (size_t i = 0; i < rows * ldo; i++)
        if (!adjoint || i % ldo >= k)
            start[i] = NAN;
    memcpy(out, start, rows * ldo * sizeof *out);
    if (adjoint)
        lgd_blas_adjoint(m, n, k, X, ld, by_columns, in, ldi, out, ldo);
    else
        lgd_blas_forward(m, n, k, X, ld, by_columns, in, ldi, out, ldo);
    expect_product(m, n, k, X, ld, by_columns, adjoint, in, ldi, start, out, ldo);
    lgd_release(X);
    lgd_release(in);
    lgd_release(out);
    lgd_release(start);
}

START_TEST(products_sizes_0_to_9_match_long_double)
{
    for (size_t m = 0; m <= 9; m++)
        for (size_t n = 0; n <= 9; n++)
            for (size_t k = 0; k <= 4; k++)
                for (size_t pad = 0; pad <= 3; pad++)
                    for (int way = 0; way < 4; way++)
                        try_product(m, n, k, pad, way & 1, way & 2);
}
END_TEST

START_TEST(products_larger_sizes_match_long_double)
{
    static const size_t sizes[] = {16, 61, 130, 515};
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++)
            for (size_t k = 1; k <= 9; k += 4)
                for (int way = 0; way < 4; way++)
                    try_product(sizes[i], sizes[j], k, i == j ? 1 : 0, way & 1, way & 2);
}
END_TEST

/* count numbers that end where the readable memory ends */
static double *at_the_edge(size_t count)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (count * sizeof(double) + page - 1) / page * page;
    char *p = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    ck_assert_int_eq(mprotect(p + size, page, PROT_NONE), 0);
    double *x = (double *)(void *)(p + size) - count;
    fill(count, count, x);
    return x;
}

START_TEST(products_operands_at_a_guard_page_no_read_beyond)
{
    for (size_t m = 1; m <= 19; m += 3)
        for (size_t n = 1; n <= 19; n += 2) {
            double *X = at_the_edge(m * n), *in = at_the_edge((m > n ? m : n) * 3), *start, *out;
            for (int way = 0; way < 8; way++) {
                size_t k = way & 4 ? 3 : 1, rows = way & 2 ? n : m, ld = way & 1 ? m : n;
                double *W = in + ((m > n ? m : n) - (way & 2 ? m : n)) * 3 + (k == 1 ? 2 * (way & 2 ? m : n) : 0);
                start = at_the_edge(rows * k);
                out = at_the_edge(rows * k);
                if (way & 2)
                    lgd_blas_adjoint(m, n, k, X, ld, way & 1, W, k, out, k);
                else
                    lgd_blas_forward(m, n, k, X, ld, way & 1, W, k, out, k);
                expect_product(m, n, k, X, ld, way & 1, way & 2, W, k, start, out, k);
            }
            double *x = at_the_edge(n), *y = at_the_edge(n), dot = 0;
            for (size_t i = 0; i < n; i++)
                dot += x[i] * y[i];
            ck_assert_double_eq_tol(lgd_blas_dot(n, x, y), dot, 1e-14);
            lgd_blas_axpy(n, 2, x, y);
            ck_assert_double_eq_tol(y[n - 1], 3 * x[n - 1], 1e-15); /* both edges hold the same numbers */
        }
}
END_TEST

START_TEST(fits_around_the_blas_integer_erange_beyond)
{
    ck_assert_int_eq(lgd_blas_fits("dense", "cols", INT_MAX), LGD_OK);
    ck_assert_int_eq(lgd_blas_fits("dense", "cols", (size_t)INT_MAX + 1), LGD_ERANGE);
    ck_assert_str_eq(lgd_last_error(), "dense: cols is 2147483648, at most 2147483647 is accepted by BLAS");
}
END_TEST

/* ---- Cholesky */

enum { N = 7, LDA = 9 };

/* A = B B^T + I below and on the diagonal, NaN elsewhere */
static void definite(double A[N * LDA], double full[N * N])
{
    double B[N * N];
    fill(5, N * N, B);
    for (size_t i = 0; i < N * LDA; i++)
        A[i] = NAN;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            full[i * N + j] = i == j;
            for (size_t l = 0; l < N; l++)
                full[i * N + j] += B[i * N + l] * B[j * N + l];
            if (j <= i)
                A[i * LDA + j] = full[i * N + j];
        }
}

START_TEST(posv_definite_matrix_solved_from_lower_triangle)
{
    double A[N * LDA], full[N * N], b[N], x[N];
    definite(A, full);
    fill(6, N, x);
    for (size_t i = 0; i < N; i++) {
        b[i] = 0;
        for (size_t j = 0; j < N; j++)
            b[i] += full[i * N + j] * x[j];
    }
    ck_assert_int_eq(lgd_lapack_posv(N, A, LDA, b), LGD_OK);
    for (size_t i = 0; i < N; i++)
        ck_assert_double_eq_tol(b[i], x[i], 1e-13);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < LDA; j++) {
            if (j > i) {
                ck_assert_double_nan(A[i * LDA + j]);
                continue;
            }
            double sum = 0; /* L L^T = A */
            for (size_t l = 0; l <= j; l++)
                sum += A[i * LDA + l] * A[j * LDA + l];
            ck_assert_double_eq_tol(sum, full[i * N + j], 1e-13);
        }
}
END_TEST

START_TEST(posv_not_definite_einval)
{
    double A[N * LDA], full[N * N], b[N] = {1};
    definite(A, full);
    A[3 * LDA + 3] = -1;
    ck_assert_int_eq(lgd_lapack_posv(N, A, LDA, b), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(),
                     "cholesky: pivot 4 of 7 is not positive, a positive definite matrix is accepted");
    definite(A, full);
    A[2 * LDA] = NAN; /* not every LAPACK notices */
    ck_assert_int_eq(lgd_lapack_posv(N, A, LDA, b), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "pivot 3 of 7"));
}
END_TEST

START_TEST(posv_extreme_sizes_nothing_or_erange)
{
    double a = 4, b = 8;
    ck_assert_int_eq(lgd_lapack_posv(0, &a, 1, &b), LGD_OK);
    ck_assert_int_eq(lgd_lapack_posv((size_t)1 << 31, &a, 1, &b), LGD_ERANGE);
    ck_assert_int_eq(lgd_lapack_posv(1, &a, (size_t)1 << 31, &b), LGD_ERANGE);
    ck_assert_int_eq(lgd_lapack_posv(2, &a, 1, &b), LGD_EINVAL);
    ck_assert_int_eq(lgd_lapack_posv(1, &a, 1, &b), LGD_OK);
    ck_assert_double_eq(b, 2);
}
END_TEST

/* ---- the guard */

static double cpu_seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A product large enough that every BLAS with two threads would use them; how much processor time went to other
 * threads meanwhile, as a fraction of ours. */
static double others_share(bool by_the_library)
{
    enum { SIZE = 700 };
    double *X = lgd_alloc("test", SIZE * SIZE, 8), *Z = lgd_alloc("test", SIZE * SIZE, 8), process, own;
    fill(1, SIZE * SIZE, X);
    for (int i = 0; i < 100; i++) { /* fresh threads of BLAS spin for a while before they sleep */
        process = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
        usleep(20000);
        if (cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - process < 0.001)
            break;
    }
    process = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    own = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < 4; i++)
        if (by_the_library)
            lgd_blas_forward(SIZE, SIZE, SIZE, X, SIZE, false, X, SIZE, Z, SIZE);
        else
            cblas_dgemm(101, 111, 111, SIZE, SIZE, SIZE, 1, X, SIZE, X, SIZE, 0, Z, SIZE);
    own = cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - own;
    process = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - process;
    lgd_release(X);
    lgd_release(Z);
    return (process - own) / own;
}

/* Threads that spin before they sleep, and a busy machine, blur a single measure; whether others can be idle at all, or
 * can work at all, shows in one of many. */
enum { TRIES = 50 };

START_TEST(guard_large_product_one_thread_works)
{
    double least = 1;
    call_set("openblas_set_num_threads", 2);
    lgd_blas_hold();
    ck_assert(lgd_blas_held());
    for (int i = 0; i < TRIES && least >= 0.02; i++)
        least = fmin(least, others_share(true));
    lgd_blas_release();
    ck_assert_double_lt(least, 0.02);
}
END_TEST

/* The measure of the test above can fail: outside of the library two threads work, unless this BLAS has but one. */
START_TEST(guard_not_held_two_threads_work)
{
    double most = 0;
    call_set("openblas_set_num_threads", 2);
    for (int i = 0; i < (openblas() ? TRIES : 1) && most <= 0.4; i++)
        most = fmax(most, others_share(false));
    if (openblas())
        ck_assert_double_gt(most, 0.4);
    else
        ck_assert_double_lt(most, 0.05);
}
END_TEST

START_TEST(guard_nested_holds_host_settings_restored)
{
    double X[4] = {1, 2, 3, 4}, Z[4];
    call_set("openblas_set_num_threads", 3);
    call_set("omp_set_num_threads", 5);
    int omp = call_get("omp_get_max_threads"), blas = call_get("openblas_get_num_threads");
    bool per_call = strstr(lgd_blas_held_how(), "each call");
    ck_assert_int_eq(blas, openblas() ? 3 : 0);
    for (int round = 0; round < 3; round++) {
        lgd_blas_hold();
        lgd_blas_hold();
        lgd_blas_release();
        ck_assert_int_eq(call_get("omp_get_max_threads"), omp); /* a callback's own loops keep their threads */
        lgd_blas_forward(2, 2, 2, X, 2, false, X, 2, Z, 2);
        ck_assert_int_eq(seen_omp, per_call ? 1 : omp);
        ck_assert_int_eq(seen_blas, !openblas() ? 0 : per_call ? blas : 1);
        lgd_blas_release();
        ck_assert(!lgd_blas_held());
        ck_assert_int_eq(call_get("omp_get_max_threads"), omp);
        ck_assert_int_eq(call_get("openblas_get_num_threads"), blas);
    }
    ck_assert_int_eq(gemm_calls, 3);
}
END_TEST

/* An OpenBLAS that says it was built with OpenMP asks omp_get_max_threads() at each call. */
START_TEST(guard_openmp_kind_one_thread_in_each_call)
{
    double X[4] = {1, 2, 3, 4}, Z[4];
    other_kind = 2;
    call_set("omp_set_num_threads", 5);
    int omp = call_get("omp_get_max_threads");
    bool expected = openblas() && omp;
    ck_assert_int_eq(strstr(lgd_blas_held_how(), "each call") != NULL, expected);
    lgd_blas_forward(2, 2, 2, X, 2, false, X, 2, Z, 2);
    ck_assert_int_eq(seen_omp, expected ? 1 : omp);
    ck_assert_int_eq(call_get("omp_get_max_threads"), omp);
    ck_assert_uint_eq(lgd_blas_concurrency(7), 7);
}
END_TEST

static double shared_X[90 * 70], shared_Z[90 * 3];

static void *multiply_often(void *failed)
{
    double Z[90 * 3];
    for (int i = 0; i < 500; i++) {
        lgd_blas_hold();
        if (!lgd_blas_held())
            *(bool *)failed = true;
        lgd_blas_forward(90, 70, 3, shared_X, 70, false, shared_X, 3, Z, 3);
        lgd_blas_release();
        if (memcmp(Z, shared_Z, sizeof Z))
            *(bool *)failed = true;
    }
    return NULL;
}

START_TEST(guard_eight_threads_same_bits_and_setting_restored)
{
    pthread_t thread[8];
    bool failed[8] = {false};
    call_set("openblas_set_num_threads", 3);
    fill(3, 90 * 70, shared_X);
    lgd_blas_forward(90, 70, 3, shared_X, 70, false, shared_X, 3, shared_Z, 3);
    for (size_t i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, multiply_often, &failed[i]), 0);
    for (size_t i = 0; i < 8; i++) {
        pthread_join(thread[i], NULL);
        ck_assert(!failed[i]);
    }
    ck_assert_int_eq(call_get("openblas_get_num_threads"), openblas() ? 3 : 0);
    ck_assert(!lgd_blas_held());
}
END_TEST

START_TEST(concurrency_sound_blas_as_wanted)
{
    ck_assert_uint_eq(lgd_blas_concurrency(1), 1);
    ck_assert_uint_eq(lgd_blas_concurrency(7), 7);
}
END_TEST

START_TEST(concurrency_setting_ignored_one)
{
    deaf = true;
    bool by_setting = !strcmp(lgd_blas_held_how(), "openblas_set_num_threads");
    ck_assert_uint_eq(lgd_blas_concurrency(7), by_setting ? 1 : 7);
    ck_assert_int_eq(lgd_selftest(), by_setting ? LGD_EUNSUPPORTED : LGD_OK);
    ck_assert(!by_setting || strstr(lgd_last_error(), "held to one thread"));
}
END_TEST

START_TEST(concurrency_sequential_build_without_locks_one)
{
    other_kind = 0;
    bool locks = strstr(lgd_blas_config(), "USE_LOCKING");
    ck_assert_uint_eq(lgd_blas_concurrency(7), openblas() && !locks ? 1 : 7);
}
END_TEST

/* ---- self-test and build information */

START_TEST(selftest_loaded_blas_ok)
{
    ck_assert_msg(lgd_selftest() == LGD_OK, "%s", lgd_last_error());
    ck_assert(!lgd_blas_held());
}
END_TEST

START_TEST(selftest_wrong_kernel_routine_named)
{
    wrong_gemm = true;
    ck_assert_int_eq(lgd_selftest(), LGD_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "cblas_dgemm"));
    wrong_gemm = false;
    wrong_dot = true;
    ck_assert_int_eq(lgd_selftest(), LGD_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "cblas_ddot"));
    ck_assert(!lgd_blas_held());
}
END_TEST

#ifndef __SANITIZE_THREAD__ /* which has no threads after a fork */
static atomic_bool held_beside, enough;

static void *hold_until_told(void *unused)
{
    lgd_blas_hold();
    atomic_store(&held_beside, true);
    while (!atomic_load(&enough))
        ;
    lgd_blas_release();
    return unused;
}

static void *hold_and_release(void *unused)
{
    while (!atomic_load(&enough)) {
        lgd_blas_hold();
        lgd_blas_release();
    }
    return unused;
}

static int ending_of_child(int (*body)(void))
{
    int ended = -1;
    const pid_t child = fork();
    if (!child) {
        alarm(20); /* ends one that waits for ever */
        _exit(body());
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &ended, 0), child);
    return ended;
}

static int hold_once(void)
{
    lgd_blas_hold();
    const bool held = lgd_blas_held();
    lgd_blas_release();
    return !held;
}

static int setting_comes_back(void)
{
    return lgd_blas_held() || hold_once() || call_get("openblas_get_num_threads") != (openblas() ? 3 : 0);
}

static int own_setting_stays(void)
{
    call_set("openblas_set_num_threads", 2);
    return hold_once() || call_get("openblas_get_num_threads") != (openblas() ? 2 : 0);
}

static int still_held(void)
{
    const bool held = lgd_blas_held();
    lgd_blas_release();
    return !held || lgd_blas_held() || call_get("openblas_get_num_threads") != (openblas() ? 3 : 0);
}

/* A child has the holds of the thread that it comes from, and no lock that a thread of its parent's has. */
START_TEST(guard_after_a_fork_the_child_s)
{
    enum { FORKS = 200 };
    pthread_t other;
    call_set("openblas_set_num_threads", 3);
    ck_assert_int_eq(pthread_create(&other, NULL, hold_until_told, NULL), 0);
    while (!atomic_load(&held_beside))
        ;
    ck_assert_int_eq(ending_of_child(setting_comes_back), 0);
    ck_assert_int_eq(ending_of_child(own_setting_stays), 0);
    atomic_store(&enough, true);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
    lgd_blas_hold();
    ck_assert_int_eq(ending_of_child(still_held), 0);
    lgd_blas_release();
    ck_assert_int_eq(call_get("openblas_get_num_threads"), openblas() ? 3 : 0);
    atomic_store(&enough, false);
    ck_assert_int_eq(pthread_create(&other, NULL, hold_and_release, NULL), 0);
    for (int i = 0; i < FORKS; i++) {
        const int ended = ending_of_child(hold_once);
        ck_assert_msg(ended == 0, "fork %d: %d", i, ended);
    }
    atomic_store(&enough, true);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
}
END_TEST
#endif

START_TEST(build_info_loaded_files_named)
{
    const char *info = lgd_build_info();
    char file[PATH_MAX];
    ck_assert_int_eq(lgd_version(), LGD_VERSION_NUMBER);
    ck_assert_ptr_nonnull(strstr(info, "libgd " LGD_VERSION ", "));
    ck_assert_ptr_nonnull(realpath(lgd_blas_file(dlsym(RTLD_DEFAULT, "cblas_dgemv")), file));
    ck_assert_ptr_nonnull(strstr(info, file));
    ck_assert_ptr_nonnull(realpath(lgd_blas_file(dlsym(RTLD_DEFAULT, "dposv_")), file));
    ck_assert_ptr_nonnull(strstr(info, file));
    ck_assert_ptr_nonnull(strstr(info, lgd_blas_held_how()));
    ck_assert_ptr_null(strchr(info, '\n'));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("blas");
    CASE(s, products_sizes_0_to_9_match_long_double);
    CASE(s, products_larger_sizes_match_long_double);
    CASE(s, products_operands_at_a_guard_page_no_read_beyond);
    CASE(s, fits_around_the_blas_integer_erange_beyond);
    CASE(s, posv_definite_matrix_solved_from_lower_triangle);
    CASE(s, posv_not_definite_einval);
    CASE(s, posv_extreme_sizes_nothing_or_erange);
    CASE(s, guard_large_product_one_thread_works);
    CASE(s, guard_not_held_two_threads_work);
    CASE(s, guard_nested_holds_host_settings_restored);
    CASE(s, guard_openmp_kind_one_thread_in_each_call);
    CASE(s, guard_eight_threads_same_bits_and_setting_restored);
#ifndef __SANITIZE_THREAD__
    CASE(s, guard_after_a_fork_the_child_s);
#endif
    CASE(s, concurrency_sound_blas_as_wanted);
    CASE(s, concurrency_setting_ignored_one);
    CASE(s, concurrency_sequential_build_without_locks_one);
    CASE(s, selftest_loaded_blas_ok);
    CASE(s, selftest_wrong_kernel_routine_named);
    CASE(s, build_info_loaded_files_named);
    return suite_run(s);
}
