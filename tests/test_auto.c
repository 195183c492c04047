/* lr = LGD_AUTO: the rate against curvatures found another way, that no run diverges at it, and what it is part of. */
#include "datasets.h"
#include "loss/loss.h"
#include "problems.h"
#include <stdatomic.h>
#include <stdio.h>

/* ---- curvatures, by the eigenvalues of a dense Hessian */

enum { MOST = 40 };

/* The largest eigenvalue of a symmetric A [n x n, MOST a row], which is destroyed: Jacobi's rotations, by rows. */
static double largest_eigenvalue(size_t n, double A[MOST][MOST])
{
    double largest = -INFINITY;
    for (int sweep = 0; sweep < 60; sweep++)
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++) {
                if (A[p][q] == 0)
                    continue;
                const double theta = (A[q][q] - A[p][p]) / (2 * A[p][q]);
                const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + hypot(theta, 1)), c = 1 / hypot(t, 1), s = t * c;
                for (size_t k = 0; k < n; k++) {
                    const double x = A[k][p], y = A[k][q];
                    A[k][p] = c * x - s * y;
                    A[k][q] = s * x + c * y;
                }
                for (size_t k = 0; k < n; k++) {
                    const double x = A[p][k], y = A[q][k];
                    A[p][k] = c * x - s * y;
                    A[q][k] = s * x + c * y;
                }
                A[p][q] = A[q][p] = 0;
            }
    for (size_t j = 0; j < n; j++)
        largest = fmax(largest, A[j][j]);
    return largest;
}

/* A model and what it is made of. */
typedef struct task {
    const char *name;
    size_t m, n;
    double *X, *y, *weights;
    double steepest, l2; /* of the loss */
    lgd_matrix *A;
    lgd_objective *f;
    double all, term; /* C and Lmax */
} task;

static void know_curvatures(task *t)
{
    static double H[MOST][MOST];
    double omega = 0;
    for (size_t i = 0; i < t->m; i++)
        omega += (t->weights ? t->weights[i] : 1) / (double)t->m;
    memset(H, 0, sizeof H);
    t->term = 0;
    for (size_t i = 0; i < t->m; i++) {
        double x[MOST], squares = 0;
        const double weight = (t->weights ? t->weights[i] : 1) / omega;
        for (size_t j = 0; j <= t->n; j++) {
            x[j] = j < t->n ? t->X[i * t->n + j] : 1;
            squares += x[j] * x[j];
        }
        t->term = fmax(t->term, t->steepest * weight * squares + t->l2);
        for (size_t j = 0; j <= t->n; j++)
            for (size_t k = 0; k <= t->n; k++)
                H[j][k] += t->steepest * weight * x[j] * x[k] / (double)t->m;
    }
    t->all = largest_eigenvalue(t->n + 1, H) + t->l2;
}

static task task_create(const char *name, size_t m, size_t n, const lgd_loss *loss, double l2, bool weighted)
{
    task t = {.name = name, .m = m, .n = n, .l2 = l2};
    t.steepest = loss == lgd_loss_logistic() ? 0.25 : loss == lgd_loss_half_squared() ? 1 : 2;
    t.X = malloc(m * n * sizeof *t.X);
    t.y = malloc(m * sizeof *t.y);
    t.weights = weighted ? malloc(m * sizeof *t.weights) : NULL;
    return t;
}

static void task_finish(task *t, const lgd_loss *loss)
{
    ck_ok(lgd_matrix_dense(&t->A, t->m, t->n, t->X, t->n));
    ck_ok(lgd_glm_create(&t->f, t->A, t->y, loss,
                         &(lgd_glm_options){.intercept = true, .l2 = t->l2, .weights = t->weights}));
    know_curvatures(t);
}

static task breast_cancer(void)
{
    task t = task_create("breast cancer", CANCER_ROWS, CANCER_COLS, lgd_loss_logistic(), 0.01, false);
    dataset_breast_cancer(t.X, t.y);
    task_finish(&t, lgd_loss_logistic());
    return t;
}

/* Columns as files have them: means far from 0, units that differ by 10^4. */
static task raw(const lgd_loss *loss, bool weighted)
{
    const bool labels = loss == lgd_loss_logistic() || loss == lgd_loss_squared_hinge();
    task t = task_create(labels ? "raw labels" : "raw squares", 203, 6, loss, labels ? 0.001 : 0, weighted);
    data d = data_create(t.m, t.n, 1, labels, 5);
    for (size_t i = 0; i < t.m; i++) {
        t.y[i] = d.y[i];
        for (size_t j = 0; j < t.n; j++)
            t.X[i * t.n + j] = (d.X[i * t.n + j] + (j % 2 ? 3 : 0)) * pow(10, (double)j - 3);
        if (weighted)
            t.weights[i] = d.weights[i] * d.weights[i];
    }
    data_free(&d);
    task_finish(&t, loss);
    return t;
}

static void task_free(task *t)
{
    lgd_objective_free(t->f);
    lgd_matrix_free(t->A);
    free(t->X);
    free(t->y);
    free(t->weights);
}

static double smoothness(const task *t, size_t batch, lgd_order order)
{
    const double m = (double)t->m, B = (double)batch;
    if (order == LGD_REPLACEMENT)
        return (B - 1) / B * t->all + t->term / B;
    return m * (B - 1) / (B * (m - 1)) * t->all + (m - B) / (B * (m - 1)) * t->term;
}

/* ---- the rate */

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

static double rate_of(const lgd_optimizer *opt)
{
    double lr = NAN;
    ck_ok(lgd_optimizer_option(opt, "lr", &lr));
    return lr;
}

/* A run from 0 at the rate that is found: it ends well, and at a value that is no worse than a few times the first. */
static double rate_of_run(const task *t, const char *method, const lgd_minimize_options *o)
{
    double w[MOST] = {0}, start;
    lgd_optimizer *opt = parsed(method);
    lgd_report report;
    ck_assert_double_eq(rate_of(opt), LGD_AUTO);
    ck_ok(lgd_objective_eval(t->f, NULL, w, &start, NULL));
    const lgd_status status = lgd_minimize(t->f, opt, w, o, &report);
    ck_assert_msg(!status && report.f <= 2 * start,
                  "%s, %s, batch %zu, order %d, estimator %d, seed %d: f %g of %g; %s", t->name, method, o->batch_size,
                  (int)o->order, (int)o->estimator, (int)o->seed, report.f, start, status ? lgd_last_error() : "");
    const double lr = rate_of(opt);
    lgd_optimizer_free(opt);
    return lr;
}

static const struct {
    const char *text;
    double share; /* of 1/L(B), where there is noise */
} methods[] = {
    {"sgd:lr=auto", 1},        {"momentum:lr=auto", 0.1},        {"momentum:lr=auto,momentum=0.99,form=pytorch", 0.01},
    {"nesterov:lr=auto", 0.1}, {"schedule_free_sgd:lr=auto", 1}, {"asgd:lr=auto", 1}};
enum { METHODS = sizeof methods / sizeof *methods };

static void check_task(task t)
{
    const size_t batches[] = {1, 8, 64, t.m};
    for (size_t b = 0; b < 4; b++)
        for (lgd_order order = LGD_SHUFFLE; order <= LGD_REPLACEMENT; order += LGD_REPLACEMENT)
            for (size_t i = 0; i < METHODS; i++)
                for (lgd_estimator e = LGD_MINIBATCH; e <= (i < 2 ? LGD_SARAH : LGD_MINIBATCH); e++)
                    for (uint64_t seed = 0; seed < (e == LGD_MINIBATCH ? 4 : 2); seed++) {
                        const lgd_minimize_options o = {.batch_size = batches[b],
                                                        .max_epochs = 4,
                                                        .order = order,
                                                        .estimator = e,
                                                        .seed = 10 * seed + b};
                        const bool noisy = batches[b] < t.m || order == LGD_REPLACEMENT;
                        const double lr = rate_of_run(&t, methods[i].text, &o);
                        const double most = (noisy ? methods[i].share : 1) / smoothness(&t, batches[b], order);
                        ck_assert_msg(lr >= 0.3 * most && lr <= most * (1 + 1e-12),
                                      "%s, %s, batch %zu, order %d: lr %g, 1/L(B) %g", t.name, methods[i].text,
                                      batches[b], (int)order, lr, most);
                    }
    task_free(&t);
}

START_TEST(rate_on_breast_cancer_holds_and_is_near_the_largest)
{
    check_task(breast_cancer());
}
END_TEST

START_TEST(rate_on_raw_columns_and_squares_holds_and_is_near_the_largest)
{
    check_task(raw(lgd_loss_half_squared(), true));
    check_task(raw(lgd_loss_squared(), false));
}
END_TEST

START_TEST(rate_on_raw_columns_and_labels_holds_and_is_near_the_largest)
{
    check_task(raw(lgd_loss_logistic(), true));
}
END_TEST

/* features: 44 */
START_TEST(rate_full_batch_of_every_loss_is_one_over_curvature)
{
    const char *texts[] = {"sgd:lr=auto", "momentum:lr=auto", "nesterov:lr=auto", "nesterov_convex:lr=auto"};
    const lgd_loss *losses[] = {lgd_loss_half_squared(), lgd_loss_squared(), lgd_loss_logistic(),
                                lgd_loss_squared_hinge()};
    for (size_t l = 0; l <= 8; l++) {
        task t = l == 8 ? breast_cancer() : raw(losses[l % 4], l >= 4);
        for (size_t i = 0; i < 4; i++) {
            const double lr = rate_of_run(&t, texts[i], &(lgd_minimize_options){.max_epochs = 50});
            ck_assert_msg(lr >= 0.9 / t.all && lr <= 1.2 / t.all, "%s, %s: lr %g, 1/C %g", t.name, texts[i], lr,
                          1 / t.all);
        }
        task_free(&t);
    }
}
END_TEST

/* ---- what it is part of */

static void check_equal(const double *v, const double *w, size_t n)
{
    ck_assert_mem_eq(v, w, n * sizeof *w);
}

START_TEST(rate_saved_and_resumed_same_bits)
{
    task t = breast_cancer();
    const lgd_minimize_options all = {.batch_size = 8, .max_epochs = 4}, half = {.batch_size = 8, .max_epochs = 2},
                               rest = {.batch_size = 8, .max_epochs = 2, .first_epoch = 2};
    double whole[MOST] = {0}, w[MOST] = {0};
    lgd_optimizer *a = parsed("momentum:lr=auto"), *b = parsed("momentum:lr=auto"), *c = parsed("momentum:lr=auto");
    unsigned char bytes[4096];
    size_t size = sizeof bytes;
    ck_ok(lgd_minimize(t.f, a, whole, &all, NULL));
    ck_ok(lgd_minimize(t.f, b, w, &half, NULL));
    ck_ok(lgd_optimizer_save(b, bytes, &size));
    ck_ok(lgd_optimizer_load(c, bytes, size));
    ck_assert_double_eq(rate_of(c), rate_of(a));
    ck_ok(lgd_minimize(t.f, c, w, &rest, NULL));
    check_equal(w, whole, t.n + 1);
    lgd_optimizer_reset(c); /* forgets the rate */
    ck_assert_double_eq(rate_of(c), LGD_AUTO);
    ck_assert_double_eq(rate_of(a), rate_of(b));

    size = sizeof bytes; /* before it is known there is none to save */
    ck_ok(lgd_optimizer_save(c, bytes, &size));
    ck_ok(lgd_optimizer_load(b, bytes, size));
    ck_assert_double_eq(rate_of(b), LGD_AUTO);

    lgd_optimizer *number = parsed("momentum:lr=0.5");
    ck_fails(lgd_optimizer_load(number, bytes, size), LGD_EINVAL, "lr of the saved state is auto, a number as in this");
    ck_assert_double_eq(rate_of(number), 0.5);
    size = sizeof bytes;
    ck_ok(lgd_optimizer_save(number, bytes, &size));
    const double found = rate_of(a);
    ck_fails(lgd_optimizer_load(a, bytes, size), LGD_EINVAL, "lr of the saved state is a number, auto as in this");
    ck_assert_double_eq(rate_of(a), found);
    lgd_optimizer_free(number);
    lgd_optimizer_free(a);
    lgd_optimizer_free(b);
    lgd_optimizer_free(c);
    task_free(&t);
}
END_TEST

START_TEST(rate_found_once_and_told_by_history_and_schedule_on_top)
{
    task t = raw(lgd_loss_half_squared(), false);
    double w[MOST] = {0}, v[MOST] = {0};
    lgd_optimizer *opt = NULL, *fixed = NULL;
    lgd_history *h = NULL;
    ck_ok(lgd_history_create(&h));
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = LGD_AUTO}));
    const lgd_schedule half = {.kind = LGD_COSINE, .period = 8, .warmup = 1};
    const lgd_minimize_options o = {.batch_size = 8, .max_epochs = 2, .history = h, .schedule = half};
    ck_ok(lgd_minimize(t.f, opt, w, &o, NULL));
    const double lr = rate_of(opt);
    for (uint64_t epoch = 0; epoch < 2; epoch++) {
        double factor;
        ck_ok(lgd_schedule_factor(&half, 0, epoch, &factor));
        ck_assert_double_eq(lgd_history_series(h, "lr", NULL)[epoch], lr * factor);
    }
    /* The same as that number from the beginning. */
    ck_ok(lgd_sgd_create(&fixed, &(lgd_sgd_options){.lr = lr}));
    ck_ok(lgd_minimize(t.f, fixed, v, &o, NULL));
    check_equal(v, w, t.n + 1);
    /* It stays with another number of rows a step, and a loop of one's own goes on with it. */
    ck_ok(lgd_minimize(t.f, opt, w, &(lgd_minimize_options){.max_epochs = 1}, NULL));
    ck_assert_double_eq(rate_of(opt), lr);
    double g[MOST] = {0};
    g[0] = 1;
    v[0] = w[0];
    ck_ok(lgd_optimizer_step(opt, t.n + 1, w, g, 0, 1));
    ck_assert_double_eq(w[0], v[0] - lr);
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    lgd_optimizer_free(fixed);
    task_free(&t);
}
END_TEST

START_TEST(rate_groups_and_scales_take_the_largest)
{
    task t = raw(lgd_loss_half_squared(), false);
    const lgd_minimize_options o = {.batch_size = 8, .max_epochs = 1};
    const double lr = rate_of_run(&t, "sgd:lr=auto", &o);
    double w[MOST] = {0}, scale[MOST];
    lgd_optimizer *opt = parsed("sgd:lr=auto");
    const lgd_group groups[] = {{.first = 0, .count = 2, .lr_scale = 4}, {.first = 3, .count = 2, .lr_scale = 0.5}};
    for (size_t j = 0; j <= t.n; j++)
        scale[j] = j ? 1 : 0.5;
    ck_ok(lgd_optimizer_groups(opt, groups, 2));
    ck_ok(lgd_minimize(t.f, opt, w, &o, NULL));
    ck_assert_double_eq_tol(rate_of(opt), lr / 4, 1e-15 * lr);
    lgd_optimizer_reset(opt);
    scale[1] = 2;
    lgd_minimize_options scaled = o;
    scaled.lr_scale = scale;
    ck_ok(lgd_minimize(t.f, opt, w, &scaled, NULL));
    ck_assert_double_eq_tol(rate_of(opt), lr / 8, 1e-15 * lr);
    /* A decay adds to every curvature. */
    lgd_optimizer_reset(opt);
    ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 0, .count = 7, .decay = 1 / lr}, 1));
    ck_ok(lgd_minimize(t.f, opt, w, &o, NULL));
    ck_assert_double_eq_tol(rate_of(opt), lr / 2, 1e-12 * lr);
    lgd_optimizer_free(opt);
    task_free(&t);
}
END_TEST

START_TEST(rate_of_subset_is_that_of_its_rows)
{
    task t = raw(lgd_loss_half_squared(), true);
    size_t index[50];
    for (size_t i = 0; i < 50; i++)
        index[i] = (i * 37 + 11) % t.m;
    const lgd_rows some = {0, 50, index};
    lgd_objective *f;
    task own = task_create("rows", 50, t.n, lgd_loss_half_squared(), 0, true);
    for (size_t i = 0; i < 50; i++) {
        memcpy(own.X + i * t.n, t.X + index[i] * t.n, t.n * sizeof *t.X);
        own.y[i] = t.y[index[i]];
        own.weights[i] = t.weights[index[i]];
    }
    task_finish(&own, lgd_loss_half_squared());
    ck_ok(lgd_objective_subset(&f, t.f, &some));
    for (size_t batch = 0; batch <= 16; batch += 8) {
        const lgd_minimize_options o = {.batch_size = batch, .max_epochs = 1};
        double w[MOST] = {0};
        lgd_optimizer *opt = parsed("sgd:lr=auto");
        ck_ok(lgd_minimize(f, opt, w, &o, NULL));
        const double lr = rate_of_run(&own, "sgd:lr=auto", &o);
        ck_assert_double_eq_tol(rate_of(opt), lr, 1e-12 * lr);
        lgd_optimizer_free(opt);
    }
    lgd_objective_free(f);
    task_free(&own);
    task_free(&t);
}
END_TEST

/* A matrix that notes whether another thread works on it. */
static _Thread_local bool is_caller;
static atomic_size_t from_others, calls;

static lgd_status noting_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                                 size_t ldg)
{
    atomic_fetch_add(&calls, 1);
    if (!is_caller)
        atomic_fetch_add(&from_others, 1);
    return user_matrix.adjoint(ctx, rows, k, R, ldr, G, ldg);
}

static void rate_on_threads(lgd_objective *f, size_t threads, double seconds)
{
    double w[MOST] = {0};
    lgd_optimizer *opt = parsed("sgd:lr=auto");
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 1, .threads = threads, .max_seconds = seconds},
                       NULL));
    lgd_optimizer_free(opt);
}

START_TEST(rate_is_found_on_the_threads_and_in_the_time_of_the_run)
{
    enum { ROWS = 4000, COLS = 40 };
    data d = data_create(ROWS, COLS, 1, true, 3);
    lgd_matrix_ops ops = user_matrix;
    lgd_matrix *A;
    lgd_objective *f;
    is_caller = true;
    ops.adjoint = noting_adjoint;
    ck_ok(lgd_matrix_create(&A, ROWS, COLS, &ops, &d));
    ck_ok(lgd_glm_create(&f, A, d.y, lgd_loss_logistic(), NULL));
    setenv("LGD_NUM_THREADS", "4", 1);
    rate_on_threads(f, 1, 0);
    ck_assert_uint_eq(atomic_load(&from_others), 0);
    atomic_store(&calls, 0);
    rate_on_threads(f, 1, 1e-9);
    const size_t late = atomic_load(&calls) - ROWS; /* each row was looked at, and then the clock */
    double w[COLS] = {0}, value, g[COLS];           /* the run has given back what it lent */
    for (int i = 0; i < 1000 && !atomic_load(&from_others); i++)
        ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
    ck_assert_uint_gt(atomic_load(&from_others), 0);
    setenv("LGD_NUM_THREADS", "1", 1);
    atomic_store(&calls, 0);
    ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
    ck_assert_uint_eq(late, atomic_load(&calls)); /* the figures of the end */
    atomic_store(&from_others, 0);
    for (int i = 0; i < 100 && !atomic_load(&from_others); i++)
        rate_on_threads(f, 4, 0);
    ck_assert_uint_gt(atomic_load(&from_others), 0);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    data_free(&d);
}
END_TEST

START_TEST(rate_does_not_depend_on_threads)
{
    enum { ROWS = 4000, COLS = 40 };
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), NULL, 3);
    double lr[2];
    for (int i = 0; i < 2; i++) {
        double w[COLS] = {0};
        lgd_optimizer *opt = parsed("sgd:lr=auto");
        setenv("LGD_NUM_THREADS", i ? "3" : "1", 1);
        ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.batch_size = 64, .max_steps = 1}, NULL));
        lr[i] = rate_of(opt);
        lgd_optimizer_free(opt);
    }
    ck_assert_mem_eq(&lr[0], &lr[1], sizeof lr[0]);
    model_free(&m);
}
END_TEST

/* Objectives that know no bound: what is measured at the start. */
START_TEST(rate_of_function_is_local_curvature)
{
    const double curvature[] = {3, 0.5, 40};
    double w[3] = {1, -2, 3};
    quadratic q = {curvature, NULL, 0};
    lgd_objective *f;
    lgd_optimizer *opt = parsed("sgd:lr=auto");
    lgd_report report;
    ck_ok(lgd_function_create(&f, 3, quadratic_eval, &q));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 1000}, &report));
    ck_assert_double_eq_tol(rate_of(opt), 1.0 / 40, 1e-3);
    ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
    ck_assert_uint_gt(report.evaluations, report.steps + 1); /* the measurement counts */
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* One that fails from its `left`-th call on. */
typedef struct failing {
    size_t calls, left;
} failing;

static lgd_status failing_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    failing *it = ctx;
    quadratic q = {.curvature = (const double[]){1, 2, 3}};
    it->calls++;
    if (it->calls > it->left)
        return lgd_set_error(LGD_EUSER, "failing: not today");
    return quadratic_eval(&q, dim, w, f, g);
}

START_TEST(rate_search_that_fails_ends_the_run_and_finds_none)
{
    for (size_t batch = 0; batch <= 1; batch++)
        for (size_t left = 0; left < 6; left++) { /* three products are all there is to know */
            failing it = {0, left};
            double w[3] = {1, 2, 3};
            lgd_objective *f;
            lgd_optimizer *opt = parsed("sgd:lr=auto");
            ck_ok(lgd_function_create(&f, 3, failing_eval, &it));
            ck_fails(lgd_minimize(
                         f, opt, w,
                         &(lgd_minimize_options){.batch_size = batch, .order = LGD_REPLACEMENT, .max_epochs = 1}, NULL),
                     LGD_EUSER, "failing: not today");
            ck_assert_uint_eq(it.calls, left + 1);
            ck_assert_double_eq(rate_of(opt), LGD_AUTO);
            ck_assert(w[0] == 1 && w[1] == 2 && w[2] == 3);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

/* Measured or bounded: what a search that the clock ended has seen is no curvature yet. */
START_TEST(rate_search_out_of_time_takes_no_step_and_finds_none)
{
    const double curvature[] = {3, 0.5, 40};
    quadratic q = {curvature, NULL, 0};
    task t = raw(lgd_loss_half_squared(), false);
    lgd_objective *fs[2] = {t.f};
    ck_ok(lgd_function_create(&fs[1], 3, quadratic_eval, &q));
    for (int i = 0; i < 2; i++)
        for (size_t batch = 0; batch <= 1; batch++) {
            double w[MOST] = {1, 1, 1}, start[MOST] = {1, 1, 1};
            const lgd_minimize_options no_time = {.batch_size = batch, .order = LGD_REPLACEMENT, .max_seconds = 1e-9};
            const lgd_minimize_options time = {.batch_size = batch, .order = LGD_REPLACEMENT, .max_steps = 1};
            lgd_optimizer *opt = parsed("sgd:lr=auto"), *other = parsed("sgd:lr=auto");
            lgd_report r;
            ck_ok(lgd_minimize(fs[i], opt, w, &no_time, &r));
            ck_assert_int_eq(r.stop, LGD_STOP_SECONDS);
            ck_assert_uint_eq(r.steps, 0);
            ck_assert_uint_le(r.evaluations, 2); /* no search, and f of the report */
            ck_assert_mem_eq(w, start, sizeof w);
            ck_assert_double_eq(rate_of(opt), LGD_AUTO);
            ck_ok(lgd_minimize(fs[i], opt, w, &time, &r));
            ck_ok(lgd_minimize(fs[i], other, start, &time, &r));
            ck_assert_double_eq(rate_of(opt), rate_of(other));
            lgd_optimizer_free(opt);
            lgd_optimizer_free(other);
        }
    lgd_objective_free(fs[1]);
    task_free(&t);
}
END_TEST

/* What the optimizer adds to g curves as well, measured or bounded. */
START_TEST(rate_decay_of_the_optimizer_adds_to_the_curvature)
{
    static const struct {
        const char *method;
        lgd_group group;
        double decay;
    } cases[] = {{"schedule_free_sgd:lr=auto,weight_decay=60", {.count = 3}, 60},
                 {"asgd:lr=auto,lambd=60", {.count = 3}, 60},
                 {"asgd:lr=auto,lambd=60", {.count = 3, .decay = 100}, 160},
                 {"schedule_free_sgd:lr=auto,weight_decay=60", {.count = 3, .lr_scale = 4}, 60}};
    const double curvature[] = {3, 0.5, 40};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double scale = cases[i].group.lr_scale > 0 ? cases[i].group.lr_scale : 1;
        double w[3] = {1, -2, 3};
        quadratic q = {curvature, NULL, 0};
        lgd_objective *f;
        lgd_optimizer *opt = parsed(cases[i].method);
        ck_ok(lgd_optimizer_groups(opt, &cases[i].group, 1));
        ck_ok(lgd_function_create(&f, 3, quadratic_eval, &q));
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 500}, NULL));
        ck_assert_double_eq_tol(rate_of(opt) * scale * (40 + cases[i].decay), 1, 1e-3);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
    /* And where there are bounds. */
    task t = raw(lgd_loss_half_squared(), false);
    double w[MOST] = {0};
    lgd_optimizer *opt = parsed("asgd:lr=auto,lambd=0");
    const lgd_minimize_options o = {.max_epochs = 1};
    ck_ok(lgd_minimize(t.f, opt, w, &o, NULL));
    const double lr = rate_of(opt);
    lgd_optimizer_free(opt);
    char text[64];
    snprintf(text, sizeof text, "asgd:lr=auto,lambd=%.17g", 1 / lr);
    opt = parsed(text);
    ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 0, .count = 7, .decay = 1 / lr}, 1));
    ck_ok(lgd_minimize(t.f, opt, w, &o, NULL));
    ck_assert_double_eq_tol(rate_of(opt), lr / 3, 1e-12 * lr);
    lgd_optimizer_free(opt);
    task_free(&t);
}
END_TEST

static double asked(const lgd_minimize_options *o, double value, size_t rows, size_t cols)
{
    double *X = calloc(rows * cols, sizeof *X), *y = calloc(rows, sizeof *y), w[4] = {0};
    X[0] = value;
    y[0] = 1;
    lgd_matrix *A;
    lgd_objective *f;
    lgd_optimizer *opt = parsed("sgd:lr=auto");
    ck_ok(lgd_matrix_dense(&A, rows, cols, X, cols));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_half_squared(), NULL));
    const lgd_status status = lgd_minimize(f, opt, w, o, NULL);
    const double lr = rate_of(opt);
    ck_assert_int_eq(status, lr == LGD_AUTO ? LGD_EUNSUPPORTED : LGD_OK);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    free(X);
    free(y);
    return lr;
}

START_TEST(rate_without_curvature_is_the_preset_and_extremes_hold)
{
    const lgd_minimize_options full = {.max_epochs = 3}, one = {.batch_size = 1, .max_epochs = 3};
    ck_assert_double_eq(asked(&full, 0, 5, 2), 0.01); /* X = 0: nothing curves, any rate holds */
    ck_assert_double_eq(asked(&one, 0, 5, 2), 0.01);
    ck_assert_double_eq_tol(asked(&one, 2, 1, 1), 0.25, 1e-8); /* a row that is all there is */
    ck_assert_double_eq_tol(asked(&full, 2, 1, 3), 0.25, 1e-8);
    ck_assert_double_eq_tol(asked(&full, 1e140, 4, 1), 4e-280, 1e-288); /* rank one: exact */
    ck_assert_double_eq_tol(asked(&full, 1e-140, 4, 1), 4e280, 1e272);
    ck_assert_double_eq(asked(&full, 1e-160, 4, 1), 0.01); /* below what a rate can answer */
    ck_assert_double_eq(asked(&full, 1e160, 4, 1), LGD_AUTO);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "curvature of the glm is inf"));
}
END_TEST

/* 65 rows in batches of 64: every second step is one row. What the steps of an epoch do adds up, so their mean smoothness counts,
 * and a batch that is left out or divided by 64 does not. */
START_TEST(rate_with_a_row_left_over_holds)
{
    task t = task_create("left over", 65, 6, lgd_loss_half_squared(), 0, false);
    data d = data_create(t.m, t.n, 1, false, 9);
    memcpy(t.X, d.X, t.m * t.n * sizeof *t.X);
    memcpy(t.y, d.y, t.m * sizeof *t.y);
    data_free(&d);
    task_finish(&t, lgd_loss_half_squared());
    const double whole = smoothness(&t, 64, LGD_SHUFFLE), mean = (whole + t.term) / 2;
    for (lgd_last last = LGD_LAST_DIVIDE; last <= LGD_LAST_DROP; last++)
        for (uint64_t seed = 0; seed < 10; seed++) {
            const lgd_minimize_options o = {.batch_size = 64, .max_epochs = 200, .last = last, .seed = seed};
            const double lr = rate_of_run(&t, "sgd:lr=auto", &o);
            const double most = 1 / (last == LGD_LAST_DIVIDE ? mean : whole);
            ck_assert_msg(lr <= most && lr >= 0.9 * most, "last %d: %g, not %g", (int)last, lr, most);
        }
    task_free(&t);
}
END_TEST

/* The largest momentum there will be counts, not the first. */
START_TEST(rate_momentum_of_schedule_counts)
{
    task t = raw(lgd_loss_half_squared(), false);
    double w[MOST] = {0};
    lgd_optimizer *opt = parsed("momentum:lr=auto");
    lgd_minimize_options o = {.batch_size = 8, .max_epochs = 1};
    ck_ok(lgd_minimize(t.f, opt, w, &o, NULL));
    const double lr = rate_of(opt);
    lgd_optimizer_reset(opt);
    o.schedule = (lgd_schedule){.kind = LGD_ONE_CYCLE, .period = 10, .momentum_low = 0.5, .momentum_high = 0.98};
    ck_ok(lgd_minimize(t.f, opt, w, &o, NULL));
    ck_assert_double_eq_tol(rate_of(opt), lr / 5, 1e-12 * lr);
    lgd_optimizer_free(opt);
    task_free(&t);
}
END_TEST

/* Another storage, a scaled matrix and more outputs have the curvature of the same numbers lying dense; a loss that knows no bound
 * leaves it to be measured, which for squares comes to the same. */
static double unbounded(const void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return INFINITY;
}

START_TEST(rate_of_other_matrices_outputs_and_losses_is_the_same)
{
    enum { M = 60, N = 3, K = 2 };
    data d = data_create(M, N, K, false, 11);
    double shifted[M * N], shift[N] = {1, -2, 0.5}, scale[N] = {2, 0.25, 1}, lr[5];
    for (size_t i = 0; i < (size_t)M * N; i++)
        shifted[i] = (d.X[i] - shift[i % N]) / scale[i % N];
    lgd_matrix *raw_one, *A[4];
    lgd_loss *loss;
    lgd_loss_ops measured = {.name = "measured", .curvature = unbounded};
    ck_ok(lgd_matrix_dense(&raw_one, M, N, d.X, N));
    ck_ok(lgd_matrix_dense(&A[0], M, N, shifted, N));
    ck_ok(lgd_matrix_scaled(&A[1], raw_one, shift, scale));
    data moved = d;
    moved.X = shifted;
    ck_ok(lgd_matrix_create(&A[2], M, N, &user_matrix, &moved));
    measured.targets = lgd_loss_half_squared()->ops.targets;
    measured.eval = lgd_loss_half_squared()->ops.eval;
    ck_ok(lgd_loss_create(&loss, &measured, NULL));
    A[3] = A[0];
    for (size_t batch = 0; batch <= 4; batch += 4) {
        for (size_t i = 0; i < 4; i++) {
            double w[(N + 1) * K] = {0};
            lgd_objective *f;
            lgd_optimizer *opt = parsed("sgd:lr=auto");
            ck_ok(lgd_glm_create(&f, A[i], d.y, i == 3 ? loss : lgd_loss_half_squared(),
                                 &(lgd_glm_options){.intercept = true, .outputs = K, .weights = d.weights}));
            ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.batch_size = batch, .max_epochs = 1}, NULL));
            lr[i] = rate_of(opt);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
        ck_assert_double_eq_tol(lr[1], lr[0], 1e-10 * lr[0]);
        ck_assert_double_eq_tol(lr[2], lr[0], 1e-10 * lr[0]);
        ck_assert_double_eq_tol(lr[3], lr[0], 0.1 * lr[0]); /* without what is added for safety */
        ck_assert_double_ge(lr[3], lr[0]);
    }
    lgd_loss_free(loss);
    for (size_t i = 0; i < 3; i++)
        lgd_matrix_free(A[i]);
    lgd_matrix_free(raw_one);
    data_free(&d);
}
END_TEST

/* ---- who takes it */

static lgd_status odd_curvature(void *ctx, const lgd_rows *rows, double *all, double *term)
{
    (void)rows;
    *all = *term = *(double *)ctx;
    return *all == 7 ? lgd_set_error(LGD_EUSER, "odd: no bound today") : LGD_OK;
}

static lgd_status odd_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx;
    *f += 0.5 * w[0] * w[0] * (double)rows->count;
    if (g)
        g[0] += w[0] * (double)rows->count;
    return LGD_OK;
}

START_TEST(auto_elsewhere_refused_by_name)
{
    lgd_optimizer *opt = NULL;
    ck_fails(lgd_optimizer_parse(&opt, "adam:lr=auto"), LGD_EINVAL,
             "adam: lr is auto, a finite number above 0 is accepted");
    ck_fails(lgd_adam_create(&opt, &(lgd_adam_options){.lr = LGD_AUTO}), LGD_EINVAL, "adam: lr is auto");
    ck_fails(lgd_optimizer_parse(&opt, "momentum:momentum=auto"), LGD_EINVAL,
             "momentum: momentum is auto, a number at least 0 and below 1 is accepted");
    ck_fails(lgd_optimizer_parse(&opt, "sgd:lr=automatic"), LGD_EINVAL,
             "sgd: lr is \"automatic\", a number is accepted");
    ck_fails(lgd_optimizer_parse(&opt, "momentum:form=auto"), LGD_EINVAL, "one of classical|pytorch");
    for (size_t i = 0; lgd_optimizer_builtin(i); i++) {
        const lgd_optimizer_ops *ops = lgd_optimizer_builtin(i);
        char text[64];
        bool rate = false;
        for (const lgd_option *o = ops->options; o && o->name; o++)
            rate = rate || !strcmp(o->name, "lr");
        snprintf(text, sizeof text, "%s:lr=auto", ops->name);
        const lgd_status status = lgd_optimizer_parse(&opt, text);
        ck_assert_msg((status == LGD_OK) == (rate && ops->flags & LGD_LINEAR), "%s: %s", text, lgd_last_error());
        lgd_optimizer_free(opt);
    }
    /* A loop of one's own has no objective to look at. */
    double w[1] = {3}, g[1] = {1};
    opt = parsed("sgd:lr=auto");
    ck_fails(lgd_optimizer_step(opt, 1, w, g, 0, 1), LGD_EUNSUPPORTED, "only lgd_minimize");
    ck_assert_double_eq(w[0], 3);
    /* Momentum that grows without end meets noise that grows with it. */
    task t = raw(lgd_loss_half_squared(), false);
    double v[MOST] = {0};
    lgd_optimizer *convex = parsed("nesterov_convex:lr=auto");
    ck_fails(lgd_minimize(t.f, convex, v, &(lgd_minimize_options){.batch_size = 8}, NULL), LGD_EUNSUPPORTED,
             "lr of nesterov_convex is auto in batches");
    /* A start outside of a constraint stays there too. */
    lgd_penalty *box;
    const double low[7] = {1, 1, 1, 1, 1, 1, 1}, high[7] = {2, 2, 2, 2, 2, 2, 2};
    ck_ok(lgd_penalty_box_create(&box, 6, low, high));
    ck_fails(lgd_minimize(t.f, convex, v, &(lgd_minimize_options){.batch_size = 8, .penalty = box}, NULL),
             LGD_EUNSUPPORTED, "lr of nesterov_convex is auto in batches");
    for (size_t j = 0; j < 7; j++)
        ck_assert_double_eq(v[j], 0);
    lgd_penalty_free(box);
    task_free(&t);
    lgd_optimizer_free(convex);

    /* Bounds of one's own: taken, refused where they are none, passed through where they fail. */
    double bound = 4;
    lgd_objective *f;
    ck_ok(lgd_objective_create(
        &f, 1, 3, &(lgd_objective_ops){.name = "odd", .eval = odd_eval, .curvature = odd_curvature}, &bound));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 2}, NULL));
    ck_assert_double_eq(rate_of(opt), 0.25);
    lgd_optimizer_reset(opt);
    bound = -1;
    ck_fails(lgd_minimize(f, opt, w, NULL, NULL), LGD_EUNSUPPORTED, "curvature of the odd is -1");
    bound = NAN;
    ck_fails(lgd_minimize(f, opt, w, NULL, NULL), LGD_EUNSUPPORTED, "curvature of the odd is nan");
    bound = 7;
    ck_fails(lgd_minimize(f, opt, w, NULL, NULL), LGD_EUSER, "odd: no bound today");
    ck_assert_double_eq(rate_of(opt), LGD_AUTO);
    lgd_objective_free(f);
    lgd_optimizer_free(opt);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("auto");
    CASE(s, rate_on_breast_cancer_holds_and_is_near_the_largest);
    CASE(s, rate_on_raw_columns_and_squares_holds_and_is_near_the_largest);
    CASE(s, rate_on_raw_columns_and_labels_holds_and_is_near_the_largest);
    CASE(s, rate_full_batch_of_every_loss_is_one_over_curvature);
    CASE(s, rate_saved_and_resumed_same_bits);
    CASE(s, rate_found_once_and_told_by_history_and_schedule_on_top);
    CASE(s, rate_groups_and_scales_take_the_largest);
    CASE(s, rate_of_subset_is_that_of_its_rows);
    CASE(s, rate_does_not_depend_on_threads);
    CASE(s, rate_is_found_on_the_threads_and_in_the_time_of_the_run);
    CASE(s, rate_of_function_is_local_curvature);
    CASE(s, rate_search_that_fails_ends_the_run_and_finds_none);
    CASE(s, rate_search_out_of_time_takes_no_step_and_finds_none);
    CASE(s, rate_decay_of_the_optimizer_adds_to_the_curvature);
    CASE(s, rate_without_curvature_is_the_preset_and_extremes_hold);
    CASE(s, rate_with_a_row_left_over_holds);
    CASE(s, rate_momentum_of_schedule_counts);
    CASE(s, rate_of_other_matrices_outputs_and_losses_is_the_same);
    CASE(s, auto_elsewhere_refused_by_name);
    return suite_run(s);
}
