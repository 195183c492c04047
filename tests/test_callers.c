/* Several threads of the host that call at once, and calls from inside its parallel region: the bits of calls one after another, an end
 * in every case, and BLAS and OpenMP set as the host has set them. */
#include "problems.h"
#include "blas/guard.h"
#include <pthread.h>
#include <unistd.h>

enum { CALLERS = 8, ROWS = 1500, COLS = 48, DIM = COLS + 1, KINDS = 4, ROUNDS = 2 };

/* What a caller does: its own run on its own data, of a kind that takes BLAS, or not, in full batch, or small ones. */
typedef struct caller {
    model m;
    size_t kind, threads;
    double w[4 * DIM];
    lgd_status status;
    lgd_report report;
} caller;

static caller alone[CALLERS], together[CALLERS];

static size_t outputs(size_t kind)
{
    return kind == 3 ? 3 : 1;
}

static void prepare(caller *c, size_t i, size_t threads)
{
    const lgd_loss *const losses[KINDS] = {lgd_loss_half_squared(), lgd_loss_logistic(), lgd_loss_half_squared(),
                                           lgd_loss_half_squared()};
    const size_t kind = i % KINDS;
    c->kind = kind;
    c->threads = threads;
    c->m =
        model_create(ROWS, COLS, losses[kind], &(lgd_glm_options){.intercept = true, .outputs = outputs(kind)}, 20 * i);
    if (kind == 2)
        ck_ok(lgd_matrix_set_kernel(c->m.X, LGD_KERNEL_BLAS));
}

static void *work(void *ctx)
{
    caller *c = ctx;
    lgd_optimizer *opt = NULL;
    memset(c->w, 0, sizeof c->w);
    c->status = lgd_optimizer_parse(&opt, c->kind % 2 ? "adam:lr=0.01" : "momentum:lr=0.01");
    const lgd_minimize_options o = {.batch_size = c->kind < 2 ? 32 : 0,
                                    .max_epochs = c->kind < 2 ? 2 : 40,
                                    .threads = c->threads,
                                    .seed = c->kind,
                                    .grad_tol = LGD_ZERO};
    if (!c->status)
        c->status = lgd_minimize(c->m.f, opt, c->w, &o, &c->report);
    lgd_optimizer_free(opt);
    return NULL;
}

/* ---- the host's settings */

typedef int get_threads(void);
typedef void set_threads(int n);

static int blas_threads(void)
{
    get_threads *get = (get_threads *)lgd_blas_symbol("openblas_get_num_threads");
    return get ? get() : 0;
}

static int omp_threads(void)
{
    get_threads *get = (get_threads *)lgd_blas_symbol("omp_get_max_threads");
    return get ? get() : 0;
}

static void host_sets(int n)
{
    set_threads *set = (set_threads *)lgd_blas_symbol("openblas_set_num_threads");
    if (set)
        set(n);
    set = (set_threads *)lgd_blas_symbol("omp_set_num_threads");
    if (set)
        set(n);
}

/* ---- */

/* All of them in one process that is ended by an alarm, should they wait for one another. */
static void compare(size_t threads, void (*call_all)(void))
{
    for (size_t i = 0; i < CALLERS; i++) {
        prepare(&alone[i], i, 1);
        prepare(&together[i], i, threads);
        work(&alone[i]);
        ck_assert_msg(alone[i].status == LGD_OK, "%s", lgd_last_error());
    }
    for (int n = 1; n <= 2; n++)
        for (int round = 0; round < ROUNDS; round++) {
            host_sets(n);
            const int blas = blas_threads(), omp = omp_threads();
            alarm(60);
            call_all();
            alarm(0);
            ck_assert_int_eq(blas_threads(), blas);
            ck_assert_int_eq(omp_threads(), omp);
            for (size_t i = 0; i < CALLERS; i++) {
                ck_assert_int_eq(together[i].status, LGD_OK);
                ck_assert_msg(!memcmp(alone[i].w, together[i].w, sizeof alone[i].w), "caller %zu", i);
                ck_assert(alone[i].report.f == together[i].report.f);
            }
        }
    for (size_t i = 0; i < CALLERS; i++) {
        model_free(&alone[i].m);
        model_free(&together[i].m);
    }
}

static void by_threads(void)
{
    pthread_t thread[CALLERS];
    for (size_t i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, work, &together[i]), 0);
    for (size_t i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
}

START_TEST(callers_of_one_thread_each_same_bits)
{
    compare(1, by_threads);
}
END_TEST

START_TEST(callers_of_several_threads_each_same_bits)
{
    compare(3, by_threads);
}
END_TEST

#ifdef _OPENMP
static void by_region(void)
{
#pragma omp parallel for num_threads(CALLERS) schedule(static, 1)
    for (size_t i = 0; i < CALLERS; i++)
        work(&together[i]);
}

START_TEST(callers_in_a_parallel_region_same_bits)
{
    compare((size_t)_i, by_region);
}
END_TEST
#endif

/* The same matrix and data for all, each with an objective of its own. */
static void *share(void *ctx)
{
    caller *c = ctx;
    lgd_objective *f = NULL, *own = c->m.f;
    c->status = lgd_glm_create(&f, alone[0].m.X, alone[0].m.d.y, lgd_loss_half_squared(),
                               &(lgd_glm_options){.intercept = true});
    c->m.f = f;
    if (!c->status)
        work(c);
    c->m.f = own;
    lgd_objective_free(f);
    return NULL;
}

START_TEST(callers_on_one_matrix_same_bits)
{
    pthread_t thread[CALLERS];
    prepare(&alone[0], 0, 1);
    work(&alone[0]);
    for (size_t i = 0; i < CALLERS; i++)
        together[i] = (caller){.threads = 2};
    alarm(60);
    for (size_t i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, share, &together[i]), 0);
    for (size_t i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
    alarm(0);
    for (size_t i = 0; i < CALLERS; i++) {
        ck_assert_int_eq(together[i].status, LGD_OK);
        ck_assert(!memcmp(alone[0].w, together[i].w, sizeof alone[0].w));
    }
    model_free(&alone[0].m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("callers");
    CASE(s, callers_of_one_thread_each_same_bits);
    CASE(s, callers_of_several_threads_each_same_bits);
#ifdef _OPENMP
    TCase *region = tcase_create("callers_in_a_parallel_region_same_bits");
    tcase_set_timeout(region, 120);
    tcase_add_loop_test(region, callers_in_a_parallel_region_same_bits, 1, 3);
    suite_add_tcase(s, region);
#endif
    CASE(s, callers_on_one_matrix_same_bits);
    return suite_run(s);
}
