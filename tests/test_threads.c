#include "problems.h"
#include "blas/guard.h"
#include "objective/objective.h"
#include <pthread.h>

static const size_t numbers_of_threads[] = {1, 2, 3, 4, 7};
enum { NUMBERS = sizeof numbers_of_threads / sizeof *numbers_of_threads, ROWS = 3000, COLS = 40, DIM = COLS + 1 };

/* Runs with every number of threads end at the same w and f, bit for bit. The rows make four chunks. */
static void same_with_any_threads(lgd_objective *f, size_t i, lgd_minimize_options o)
{
    double w1[DIM], f1 = 0;
    for (size_t t = 0; t < NUMBERS; t++) {
        lgd_optimizer *opt = builtin(i, 0.02);
        lgd_report report;
        double w[DIM] = {0};
        o.threads = numbers_of_threads[t];
        o.max_epochs = 3;
        ck_ok(lgd_minimize(f, opt, w, &o, &report));
        if (t == 0) {
            memcpy(w1, w, sizeof w);
            f1 = report.f;
        }
        ck_assert_msg(!memcmp(w, w1, sizeof w) && report.f == f1, "%s with %zu threads, batch %zu, order %d",
                      lgd_optimizer_name(opt), o.threads, o.batch_size, (int)o.order);
        lgd_optimizer_free(opt);
    }
}

static void every_method_and_order(const lgd_loss *loss)
{
    model m = model_create(ROWS, COLS, loss, &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 1);
    for (size_t i = 0; function_method(i); i++) {
        same_with_any_threads(m.f, i, (lgd_minimize_options){.threads = 0});
        for (int order = LGD_SHUFFLE; order <= LGD_REPLACEMENT; order++)
            for (size_t batch = 100; batch <= ROWS && !(function_method(i)->flags & LGD_FULL_BATCH); batch += 1400)
                same_with_any_threads(
                    m.f, i, (lgd_minimize_options){.batch_size = batch, .order = (lgd_order)order, .check_every = 2});
    }
    model_free(&m);
}

START_TEST(threads_any_number_same_bits_squared)
{
    every_method_and_order(lgd_loss_squared());
}
END_TEST

START_TEST(threads_any_number_same_bits_logistic)
{
    every_method_and_order(lgd_loss_logistic());
}
END_TEST

START_TEST(threads_any_number_same_bits_weights_outputs_scaled)
{
    enum { K = 3, N = 12 };
    data d = data_create(ROWS, N, K, false, 2);
    for (size_t i = 0; i < ROWS; i += 5)
        d.weights[i] = 0;
    lgd_matrix *X, *standardized;
    lgd_objective *f, *subset;
    size_t index[ROWS];
    ck_ok(lgd_matrix_dense(&X, ROWS, N, d.X, N));
    ck_ok(lgd_matrix_standardized(&standardized, X));
    ck_ok(
        lgd_glm_create(&f, standardized, d.y, lgd_loss_half_squared(),
                       &(lgd_glm_options){.intercept = true, .outputs = K, .weights = d.weights, .offset = d.offset}));
    lgd_permutation(1, 0, lgd_objective_terms(f), index);
    ck_ok(lgd_objective_subset(&subset, f, &(lgd_rows){10, lgd_objective_terms(f) - 20, index}));
    lgd_objective *objectives[] = {f, subset};
    for (size_t o = 0; o < 2; o++) {
        double w[(N + 1) * K], f1 = 0, g1[(N + 1) * K], value, g[(N + 1) * K];
        fill(101, (N + 1) * K, -1, 1, w);
        for (size_t t = 0; t < NUMBERS; t++) {
            setenv("LGD_NUM_THREADS", (const char *[]){"1", "2", "3", "4", "7"}[t], 1);
            ck_ok(lgd_objective_eval(objectives[o], NULL, w, &value, g));
            if (t == 0) {
                f1 = value;
                memcpy(g1, g, sizeof g);
            }
            ck_assert(value == f1);
            ck_assert_mem_eq(g, g1, sizeof g);
        }
    }
    lgd_objective_free(subset);
    lgd_objective_free(f);
    lgd_matrix_free(standardized);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

/* Each row adds to a few coordinates of very many, so that adding up the chunks is most of the work, and is shared. */
enum { WIDE = 5003, FEW = 8 };

static lgd_status scattered(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx;
    for (size_t i = rows->first; i < rows->first + rows->count; i++)
        for (size_t k = 0; k < FEW; k++) {
            const size_t j = (i * 97 + k * 613) % WIDE;
            const double x = 1 / (double)(3 + i % 11 + k);
            *f += x * w[j];
            if (g)
                g[j] += x;
        }
    return LGD_OK;
}

START_TEST(threads_add_many_coordinates_same_bits)
{
    static const char *const number[NUMBERS] = {"1", "2", "3", "4", "7"};
    static double w[WIDE], g1[WIDE], g[WIDE];
    const lgd_objective_ops ops = {.name = "scattered", .flags = LGD_CONCURRENT, .eval = scattered};
    const size_t terms = 64 * 64;
    lgd_objective *f;
    double f1 = 0, value;
    ck_ok(lgd_objective_create(&f, WIDE, terms, &ops, NULL));
    ck_assert_uint_eq(lgd_objective_chunks(f, terms), 64);
    fill(103, WIDE, -1, 1, w);
    for (size_t t = 0; t < NUMBERS; t++) {
        setenv("LGD_NUM_THREADS", number[t], 1);
        memset(g, 0xff, sizeof g);
        ck_ok(lgd_objective_eval(f, NULL, w, &value, t ? g : g1));
        if (t == 0)
            f1 = value;
        ck_assert(value == f1);
        ck_assert(t == 0 || !memcmp(g, g1, sizeof g));
    }
    double once = 0;
    memset(g, 0, sizeof g);
    ck_ok(scattered(NULL, &(lgd_rows){0, terms, NULL}, w, &once, g));
    for (size_t j = 0; j < WIDE; j++)
        ck_near(g1[j] * (double)terms, g[j], 1e-13);
    lgd_objective_free(f);
}
END_TEST

START_TEST(threads_by_environment_same_bits_as_by_option)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}, 3);
    double w[2][DIM] = {{0}};
    for (size_t run = 0; run < 2; run++) {
        lgd_optimizer *opt = builtin(0, 0.1);
        setenv("LGD_NUM_THREADS", run ? "1" : "4", 1);
        ck_ok(lgd_minimize(m.f, opt, w[run], &(lgd_minimize_options){.max_epochs = 5, .threads = run ? 3 : 0}, NULL));
        lgd_optimizer_free(opt);
    }
    ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
    model_free(&m);
}
END_TEST

/* A storage that does not say it may be called by several threads is called by one, the caller's. */
static pthread_t caller;

static lgd_status alone_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                                size_t ldz)
{
    return pthread_equal(pthread_self(), caller) ? user_matrix.forward(ctx, rows, k, W, ldw, Z, ldz) : LGD_EUSER;
}

START_TEST(threads_one_for_a_storage_that_allows_no_more)
{
    data d = data_create(20000, 8, 1, false, 5);
    const lgd_matrix_ops ops = {.name = "alone", .forward = alone_forward, .adjoint = user_matrix.adjoint};
    lgd_matrix *X, *scaled;
    lgd_objective *f;
    lgd_optimizer *opt = builtin(0, 0.1);
    double w[9] = {0};
    caller = pthread_self();
    ck_ok(lgd_matrix_create(&X, 20000, 8, &ops, &d));
    ck_ok(lgd_matrix_scaled(&scaled, X, NULL, NULL));
    for (int i = 0; i < 2; i++) {
        ck_ok(lgd_glm_create(&f, i ? scaled : X, d.y, lgd_loss_squared(), &(lgd_glm_options){.intercept = true}));
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 3, .threads = 4}, NULL));
        lgd_objective_free(f);
    }
    lgd_optimizer_free(opt);
    lgd_matrix_free(scaled);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

/* ---- several threads of the host, each with a run of its own */

enum { HOSTS = 4 };

typedef struct host {
    model m;
    size_t method, threads;
    double w[DIM];
    lgd_report report;
    lgd_status status;
} host;

static void *own_run(void *ctx)
{
    host *h = ctx;
    lgd_optimizer *opt = NULL;
    const lgd_optimizer_ops *ops = function_method(h->method);
    memset(h->w, 0, sizeof h->w);
    h->status = lgd_optimizer_create(&opt, ops, NULL, 0);
    if (!h->status)
        h->status = lgd_minimize(
            h->m.f, opt, h->w,
            &(lgd_minimize_options){
                .batch_size = h->method % 2 ? 0 : 500, .max_epochs = 8, .threads = h->threads, .seed = h->method},
            &h->report);
    lgd_optimizer_free(opt);
    return NULL;
}

START_TEST(threads_of_the_host_each_its_own_run)
{
    static host serial[HOSTS], together[HOSTS];
    for (size_t threads = 1; threads <= 2; threads++) {
        pthread_t thread[HOSTS];
        for (size_t i = 0; i < HOSTS; i++) {
            const lgd_loss *loss = i % 2 ? lgd_loss_squared() : lgd_loss_logistic();
            serial[i].m = model_create(ROWS, COLS, loss, &(lgd_glm_options){.intercept = true}, 10 * i);
            serial[i].method = i;
            serial[i].threads = 1;
            together[i] = serial[i];
            together[i].m = model_create(ROWS, COLS, loss, &(lgd_glm_options){.intercept = true}, 10 * i);
            together[i].threads = threads;
            own_run(&serial[i]);
        }
        for (size_t i = 0; i < HOSTS; i++)
            ck_assert_int_eq(pthread_create(&thread[i], NULL, own_run, &together[i]), 0);
        for (size_t i = 0; i < HOSTS; i++)
            ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
        for (size_t i = 0; i < HOSTS; i++) {
            ck_assert_int_eq(serial[i].status, LGD_OK);
            ck_assert_int_eq(together[i].status, LGD_OK);
            ck_assert_mem_eq(serial[i].w, together[i].w, sizeof serial[i].w);
            ck_assert(serial[i].report.f == together[i].report.f);
            model_free(&serial[i].m);
            model_free(&together[i].m);
        }
    }
}
END_TEST

/* ---- the host's setting of BLAS */

typedef int get_threads(void);
typedef void set_threads(int n);

START_TEST(threads_of_blas_as_the_host_had_set_them)
{
    get_threads *get = (get_threads *)lgd_blas_symbol("openblas_get_num_threads");
    set_threads *set = (set_threads *)lgd_blas_symbol("openblas_set_num_threads");
    model m = model_create(ROWS, COLS, lgd_loss_squared(), NULL, 4);
    for (int n = 1; n <= 2; n++) {
        set(n);
        const int before = get(); /* fewer where it was built for fewer */
        for (size_t batch = 0; batch <= 100; batch += 100) {
            lgd_optimizer *opt = builtin(0, 0.1);
            double w[COLS] = {0}, wrong[COLS] = {0};
            const lgd_minimize_options o = {.batch_size = batch, .max_epochs = 2, .threads = 3};
            ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
            ck_assert_int_eq(get(), before);
            lgd_optimizer_free(opt);
            opt = builtin(0, 1e6); /* and after a failure */
            ck_fails(lgd_minimize(m.f, opt, wrong, &(lgd_minimize_options){.threads = 3}, NULL), LGD_EDIVERGED, "f is");
            ck_assert_int_eq(get(), before);
            lgd_optimizer_free(opt);
        }
    }
    model_free(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("threads");
    CASE(s, threads_any_number_same_bits_squared);
    CASE(s, threads_any_number_same_bits_logistic);
    CASE(s, threads_any_number_same_bits_weights_outputs_scaled);
    CASE(s, threads_add_many_coordinates_same_bits);
    CASE(s, threads_by_environment_same_bits_as_by_option);
    CASE(s, threads_one_for_a_storage_that_allows_no_more);
    CASE(s, threads_of_the_host_each_its_own_run);
    if (lgd_blas_symbol("openblas_set_num_threads")) /* other libraries have no setting, or another */
        CASE(s, threads_of_blas_as_the_host_had_set_them);
    return suite_run(s);
}
