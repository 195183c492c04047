#include "suite.h"
#include "base/base.h"
#include <fenv.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Known answers of Random123's kat_vectors for philox4x32 with 10 rounds. */
START_TEST(philox_known_counters_known_blocks)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } kat[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof kat / sizeof *kat; i++) {
        uint32_t out[4];
        lgd_philox(kat[i].counter, kat[i].key, out);
        ck_assert_mem_eq(out, kat[i].out, sizeof out);
    }
}
END_TEST

START_TEST(permutation_any_count_each_row_once)
{
    for (size_t n = 0; n < 70; n++) {
        size_t index[70];
        unsigned char seen[70] = {0};
        lgd_permutation(7, n, n, index);
        for (size_t i = 0; i < n; i++) {
            ck_assert_uint_lt(index[i], n);
            ck_assert(!seen[index[i]]);
            seen[index[i]] = 1;
        }
    }
}
END_TEST

START_TEST(permutation_two_epochs_differ)
{
    size_t a[50], b[50], c[50];
    lgd_permutation(1, 0, 50, a);
    lgd_permutation(1, 1, 50, b);
    lgd_permutation(2, 0, 50, c);
    ck_assert(memcmp(a, b, sizeof a) && memcmp(a, c, sizeof a));
}
END_TEST

START_TEST(permutation_many_epochs_uniform)
{
    enum { N = 6, EPOCHS = 36000 };
    size_t hits[N][N] = {{0}}, index[N];
    for (size_t e = 0; e < EPOCHS; e++) {
        lgd_permutation(3, e, N, index);
        for (size_t i = 0; i < N; i++)
            hits[i][index[i]]++;
    }
    double chi2 = 0, expected = (double)EPOCHS / N;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            chi2 += ((double)hits[i][j] - expected) * ((double)hits[i][j] - expected) / expected;
    ck_assert_double_lt(chi2, 52.6); /* 25 degrees of freedom, p = 0.001 */
}
END_TEST

START_TEST(uniform_any_start_same_numbers)
{
    double all[64], part[10];
    lgd_uniform(5, 0, 64, all);
    lgd_uniform(5, 17, 10, part);
    ck_assert_mem_eq(all + 17, part, sizeof part);
    for (size_t i = 0; i < 64; i++)
        ck_assert(all[i] >= 0 && all[i] < 1);
}
END_TEST

START_TEST(random_below_extremes_in_range)
{
    ck_assert_uint_eq(lgd_random_below(UINT64_MAX, 10), 9);
    ck_assert_uint_eq(lgd_random_below(0, 10), 0);
    ck_assert_uint_eq(lgd_random_below(UINT64_MAX, SIZE_MAX), SIZE_MAX - 1);
    ck_assert_uint_eq(lgd_random_below((uint64_t)1 << 63, (size_t)1 << 40), (size_t)1 << 39);
}
END_TEST

START_TEST(fail_number_in_any_locale_decimal_point)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        setlocale(LC_ALL, "C");
    lgd_fail(LGD_EINVAL, "x: lr is %g", 0.5);
    ck_assert_str_eq(lgd_last_error(), "x: lr is 0.5");
    char *end;
    ck_assert_double_eq(lgd_strtod("1.5e3", &end), 1500);
    ck_assert(!*end);
}
END_TEST

START_TEST(alloc_overflowing_product_erange)
{
    ck_assert_ptr_null(lgd_alloc("x", SIZE_MAX / 2, 8));
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "more than an address"));
    void *p = lgd_alloc("x", 0, 8);
    ck_assert_ptr_nonnull(p);
    lgd_release(p);
}
END_TEST

START_TEST(norm2_extreme_scales_no_overflow)
{
    double big[3] = {3e200, 4e200, 0}, tiny[2] = {3e-320, 4e-320}, nan[2] = {1, NAN}, inf[2] = {1, -INFINITY};
    ck_assert_double_eq_tol(lgd_norm2(3, big), 5e200, 1e186);
    ck_assert_double_eq_tol(lgd_norm2(2, tiny), 5e-320, 1e-323);
    ck_assert_double_nan(lgd_norm2(2, nan));
    ck_assert_double_infinite(lgd_norm2(2, inf));
    ck_assert_double_eq(lgd_norm2(0, big), 0);
}
END_TEST

START_TEST(dot_and_norm1_every_length_as_long_double)
{
    double x[45], y[45];
    lgd_uniform(1, 0, 45, x);
    lgd_uniform(2, 0, 45, y);
    for (size_t n = 0; n <= 45; n++) {
        long double dot = 0, norm1 = 0;
        for (size_t i = 0; i < n; i++) {
            x[i] = (i % 2 ? -1 : 1) * fabs(x[i]);
            dot += (long double)x[i] * y[i];
            norm1 += fabsl(x[i]);
        }
        ck_assert_double_eq_tol(lgd_dot(n, x, y), (double)dot, 1e-14);
        ck_assert_double_eq_tol(lgd_norm1(n, x), (double)norm1, 1e-14);
    }
}
END_TEST

START_TEST(first_not_finite_every_position_found)
{
    double x[600];
    for (size_t n = 0; n < 600; n++)
        x[n] = 1e308;
    ck_assert_uint_eq(lgd_first_not_finite(600, x), 600);
    for (size_t i = 0; i < 600; i += 37) {
        x[i] = i % 2 ? NAN : -INFINITY;
        ck_assert_uint_eq(lgd_first_not_finite(600, x), i);
        x[i] = 0;
    }
}
END_TEST

START_TEST(crc32c_known_text_known_value)
{
    ck_assert_uint_eq(lgd_crc32c(0, "123456789", 9), 0xE3069283U);
    ck_assert_uint_eq(lgd_crc32c(lgd_crc32c(0, "1234", 4), "56789", 5), 0xE3069283U);
}
END_TEST

static const char *word(const void *ctx, size_t i)
{
    const char *const *words = ctx;
    return words[i];
}

START_TEST(nearest_misspelt_word_found)
{
    const char *words[] = {"adam", "adamw", "momentum", "lr", NULL};
    ck_assert_str_eq(lgd_nearest("momentun", word, words), "momentum");
    ck_assert_str_eq(lgd_nearest("adma", word, words), "adam");
    ck_assert_ptr_null(lgd_nearest("zzzzzz", word, words));
}
END_TEST

static lgd_status square(void *ctx, size_t i)
{
    ((size_t *)ctx)[i] = i * i;
    return i == 13 || i == 40 ? lgd_fail(LGD_EINVAL, "item %zu", i) : LGD_OK;
}

START_TEST(parallel_two_failures_lowest_reported)
{
    for (size_t threads = 1; threads <= 7; threads++) {
        size_t out[64] = {0};
        ck_assert_int_eq(lgd_parallel(64, threads, square, out), LGD_EINVAL);
        ck_assert_str_eq(lgd_last_error(), "item 13");
        ck_assert_int_eq(lgd_parallel(10, threads, square, out), LGD_OK);
        for (size_t i = 0; i < 10; i++)
            ck_assert_uint_eq(out[i], i * i);
    }
}
END_TEST

/* Each waits until so many are here, which ends only if they are at once. */
typedef struct meeting {
    size_t count;
    atomic_size_t here;
} meeting;

static lgd_status meet(void *ctx, size_t i)
{
    meeting *m = ctx;
    (void)i;
    atomic_fetch_add(&m->here, 1);
    while (atomic_load(&m->here) < m->count)
        sched_yield();
    return LGD_OK;
}

static void *have_meeting(void *count)
{
    meeting m = {.count = (size_t)count};
    return lgd_parallel(m.count, m.count, meet, &m) || atomic_load(&m.here) != m.count ? count : NULL;
}

START_TEST(parallel_as_many_at_once_as_asked)
{
    for (size_t count = 1; count <= 16; count++)
        for (int times = 0; times < 5; times++)
            ck_assert_ptr_null(have_meeting((void *)count));
}
END_TEST

static void *have_loop(void *unused)
{
    size_t out[64];
    (void)unused;
    for (int times = 0; times < 50; times++) {
        memset(out, 0, sizeof out);
        if (lgd_parallel(12, 3, square, out) || out[11] != 121)
            return (void *)(size_t)1;
    }
    return NULL;
}

START_TEST(parallel_many_callers_at_once_all_end)
{
    enum { CALLERS = 8 };
    pthread_t thread[CALLERS];
    for (int times = 0; times < 20; times++) {
        size_t out[CALLERS][64];
        memset(out, 0, sizeof out);
        for (size_t i = 0; i < CALLERS; i++)
            ck_assert_int_eq(pthread_create(&thread[i], NULL, have_loop, NULL), 0);
        for (size_t i = 0; i < CALLERS; i++) {
            ck_assert_int_eq(lgd_parallel(12, 1 + i, square, out[i]), LGD_OK);
            for (size_t j = 0; j < 12; j++)
                ck_assert_uint_eq(out[i][j], j * j);
        }
        for (size_t i = 0; i < CALLERS; i++) {
            void *failed;
            ck_assert_int_eq(pthread_join(thread[i], &failed), 0);
            ck_assert_ptr_null(failed);
        }
    }
}
END_TEST

/* A loop within a loop: the inner ones are helped by whoever is free. */
static lgd_status loop_within(void *ctx, size_t i)
{
    size_t out[10];
    const lgd_status status = lgd_parallel(10, 3, square, out);
    ((size_t *)ctx)[i] = out[9];
    return status;
}

START_TEST(parallel_within_parallel_all_done)
{
    size_t out[40] = {0};
    ck_assert_int_eq(lgd_parallel(40, 4, loop_within, out), LGD_OK);
    for (size_t i = 0; i < 40; i++)
        ck_assert_uint_eq(out[i], 81);
}
END_TEST

/* A child has none of its parent's threads, and hires its own. */
START_TEST(parallel_after_a_fork_as_before)
{
    int status = -1;
    ck_assert_ptr_null(have_meeting((void *)(size_t)3));
    const pid_t child = fork();
    if (child == 0)
        _exit(have_meeting((void *)(size_t)4) != NULL);
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ck_assert_ptr_null(have_meeting((void *)(size_t)4));
}
END_TEST

typedef struct rounding {
    meeting m; /* so that each is of another thread */
    int mode[4];
} rounding;

static lgd_status note_rounding(void *ctx, size_t i)
{
    rounding *r = ctx;
    r->mode[i] = fegetround();
    return meet(&r->m, i);
}

/* The arithmetic of a loop is its caller's, whoever computes: helpers were there before it was set. */
START_TEST(parallel_rounding_of_the_caller)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TONEAREST};
    for (size_t k = 0; k < 4; k++) {
        rounding r = {.m = {.count = 4}};
        fesetround(modes[k]);
        const lgd_status status = lgd_parallel(4, 4, note_rounding, &r);
        fesetround(FE_TONEAREST);
        ck_assert_int_eq(status, LGD_OK);
        for (size_t i = 0; i < 4; i++)
            ck_assert_int_eq(r.mode[i], modes[k]);
    }
}
END_TEST

typedef struct signals {
    meeting m;
    pthread_t caller;
    atomic_size_t of_helpers, open, blocked; /* SIGSEGV, SIGUSR1 */
} signals;

static lgd_status note_signals(void *ctx, size_t i)
{
    signals *s = ctx;
    sigset_t now;
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    if (!pthread_equal(pthread_self(), s->caller)) {
        atomic_fetch_add(&s->of_helpers, 1);
        atomic_fetch_add(&s->open, !sigismember(&now, SIGSEGV));
        atomic_fetch_add(&s->blocked, (size_t)sigismember(&now, SIGUSR1));
    }
    return meet(&s->m, i);
}

/* A host's handler is called for what a helper does, and by threads of the host for all else. */
START_TEST(parallel_signals_left_to_the_host)
{
    signals s = {.m = {.count = 4}, .caller = pthread_self()};
    ck_assert_int_eq(lgd_parallel(4, 4, note_signals, &s), LGD_OK);
    ck_assert_uint_eq(atomic_load(&s.of_helpers), 3);
    ck_assert_uint_eq(atomic_load(&s.open), 3);
    ck_assert_uint_eq(atomic_load(&s.blocked), 3);
}
END_TEST

START_TEST(thread_count_option_then_environment)
{
    setenv("LGD_NUM_THREADS", "3", 1);
    setenv("OMP_NUM_THREADS", "5,2", 1);
    ck_assert_uint_eq(lgd_thread_count(2), 2);
    ck_assert_uint_eq(lgd_thread_count(0), 3);
    unsetenv("LGD_NUM_THREADS");
    ck_assert_uint_eq(lgd_thread_count(0), 5);
    setenv("OMP_NUM_THREADS", "-4", 1);
    ck_assert_uint_eq(lgd_thread_count(0), 1);
}
END_TEST

START_TEST(take_struct_other_sizes_copied_or_refused)
{
    struct {
        double a, b;
    } ours, theirs = {1, 2};
    ck_assert_int_eq(lgd_take_struct("x", &ours, sizeof ours, &theirs, sizeof theirs.a), LGD_OK);
    ck_assert(ours.a == 1 && ours.b == 0);
    ck_assert_int_eq(lgd_take_struct("x", &ours, sizeof ours.a, &theirs, sizeof theirs), LGD_EUNSUPPORTED);
    theirs.b = 0;
    ck_assert_int_eq(lgd_take_struct("x", &ours, sizeof ours.a, &theirs, sizeof theirs), LGD_OK);
}
END_TEST

START_TEST(strerror_every_status_has_text)
{
    for (int s = 0; s >= LGD_EFORMAT; s--)
        ck_assert_str_ne(lgd_strerror((lgd_status)s), "unknown status");
    ck_assert_str_eq(lgd_strerror((lgd_status)-99), "unknown status");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("base");
    CASE(s, philox_known_counters_known_blocks);
    CASE(s, permutation_any_count_each_row_once);
    CASE(s, permutation_two_epochs_differ);
    CASE(s, permutation_many_epochs_uniform);
    CASE(s, uniform_any_start_same_numbers);
    CASE(s, random_below_extremes_in_range);
    CASE(s, fail_number_in_any_locale_decimal_point);
    CASE(s, alloc_overflowing_product_erange);
    CASE(s, norm2_extreme_scales_no_overflow);
    CASE(s, dot_and_norm1_every_length_as_long_double);
    CASE(s, first_not_finite_every_position_found);
    CASE(s, crc32c_known_text_known_value);
    CASE(s, nearest_misspelt_word_found);
    CASE(s, parallel_two_failures_lowest_reported);
    CASE(s, parallel_as_many_at_once_as_asked);
    CASE(s, parallel_many_callers_at_once_all_end);
    CASE(s, parallel_within_parallel_all_done);
#ifndef __SANITIZE_THREAD__ /* which lets no child of several threads have threads */
    CASE(s, parallel_after_a_fork_as_before);
#endif
    CASE(s, parallel_rounding_of_the_caller);
    CASE(s, parallel_signals_left_to_the_host);
    CASE(s, thread_count_option_then_environment);
    CASE(s, take_struct_other_sizes_copied_or_refused);
    CASE(s, strerror_every_status_has_text);
    return suite_run(s);
}
