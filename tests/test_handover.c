/* lgd_optimizer_follow: another method goes on where one is. */
#include "datasets.h"
#include "optimizer/optimizer.h"
#include "problems.h"
#include <stdio.h>

enum { DIM = CANCER_COLS + 1 };

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

/* Logistic regression on the breast cancer data. */
typedef struct task {
    double X[CANCER_ROWS * CANCER_COLS], y[CANCER_ROWS];
    lgd_matrix *A;
    lgd_objective *f;
} task;

static task *task_create(void)
{
    task *t = calloc(1, sizeof *t);
    dataset_breast_cancer(t->X, t->y);
    ck_ok(lgd_matrix_dense(&t->A, CANCER_ROWS, CANCER_COLS, t->X, CANCER_COLS));
    ck_ok(lgd_glm_create(&t->f, t->A, t->y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = 0.01}));
    return t;
}

static void task_free(task *t)
{
    lgd_objective_free(t->f);
    lgd_matrix_free(t->A);
    free(t);
}

/* Every step and epoch that a run shows is one more than the last. */
typedef struct shown {
    uint64_t step, epoch;
    size_t calls;
} shown;

static int note(void *ctx, const lgd_progress *p)
{
    shown *last = ctx;
    ck_assert_uint_gt(p->step, last->step);
    ck_assert_uint_eq(p->epoch, last->epoch + 1);
    *last = (shown){p->step, p->epoch, last->calls + 1};
    return 0;
}

/* features: 35 */
START_TEST(handover_from_batches_to_all_rows_keeps_w_counters_and_history)
{
    const char *second[] = {"lbfgs", "fista", "sgd:lr=auto", "adam"};
    task *t = task_create();
    for (size_t i = 0; i < 4; i++) {
        double w[DIM] = {0}, at[DIM], f_before;
        shown last = {0};
        size_t count;
        lgd_history *h;
        lgd_report r[2];
        lgd_optimizer *a = parsed("adam:lr=0.01"), *b = parsed(second[i]);
        ck_ok(lgd_history_create(&h));
        lgd_minimize_options o = {
            .batch_size = 64, .max_epochs = 5, .history = h, .callback = note, .callback_ctx = &last};
        ck_ok(lgd_minimize(t->f, a, w, &o, &r[0]));
        memcpy(at, w, sizeof w);
        ck_ok(lgd_objective_eval(t->f, NULL, w, &f_before, NULL));
        ck_ok(lgd_optimizer_follow(b, a));
        ck_assert_mem_eq(at, w, sizeof w);
        ck_assert_uint_eq(lgd_optimizer_steps(b), 45);
        o = (lgd_minimize_options){
            .max_epochs = 30, .first_epoch = r[0].epochs, .history = h, .callback = note, .callback_ctx = &last};
        ck_ok(lgd_minimize(t->f, b, w, &o, &r[1]));
        ck_assert_uint_eq(lgd_optimizer_steps(b), 45 + r[1].steps);
        ck_assert_uint_eq(lgd_optimizer_steps(a), 45);
        ck_assert_uint_eq(last.step, 45 + r[1].steps);
        ck_assert_uint_eq(last.epoch, 5 + r[1].epochs);
        const double *loss = lgd_history_series(h, "loss", &count);
        ck_assert_uint_eq(count, 5 + r[1].epochs);
        ck_assert_uint_eq(last.calls, count);
        ck_assert_double_eq_tol(loss[5], f_before, 1e-14); /* the second run begins where the first ended */
        ck_assert_double_lt(r[1].f, r[0].f);
        lgd_history_free(h);
        lgd_optimizer_free(a);
        lgd_optimizer_free(b);
    }
    task_free(t);
}
END_TEST

/* But for what is judged, the path is that of an optimizer which has just been made. */
START_TEST(handover_method_begins_as_a_new_one)
{
    task *t = task_create();
    for (size_t i = 0; function_method(i); i++) {
        const lgd_optimizer_ops *ops = function_method(i);
        double w[DIM] = {0}, v[DIM];
        lgd_report r[2];
        lgd_optimizer *first = parsed("momentum"), *next, *made;
        ck_ok(lgd_minimize(t->f, first, w, &(lgd_minimize_options){.max_steps = 3}, NULL));
        memcpy(v, w, sizeof w);
        ck_ok(lgd_optimizer_create(&next, ops, NULL, 0));
        ck_ok(lgd_optimizer_create(&made, ops, NULL, 0));
        ck_ok(lgd_optimizer_follow(next, first));
        const lgd_minimize_options o = {.max_steps = 7, .grad_tol = LGD_ZERO, .grad_tol_abs = LGD_ZERO};
        ck_ok(lgd_minimize(t->f, next, w, &o, &r[0]));
        ck_ok(lgd_minimize(t->f, made, v, &o, &r[1]));
        ck_assert_msg(!memcmp(w, v, sizeof w) && r[0].steps == r[1].steps, "%s: %g and %g", ops->name, w[0], v[0]);
        ck_assert_uint_eq(lgd_optimizer_steps(next), 3 + r[0].steps);
        lgd_optimizer_free(first);
        lgd_optimizer_free(next);
        lgd_optimizer_free(made);
    }
    task_free(t);
}
END_TEST

START_TEST(handover_tolerances_refer_to_the_whole_path)
{
    const double curvature[] = {1, 2};
    quadratic q = {.curvature = curvature};
    lgd_objective *f;
    ck_ok(lgd_function_create(&f, 2, quadratic_eval, &q));
    for (int follow = 0; follow <= 1; follow++) {
        double w[2] = {1, 1};
        lgd_optimizer *a = parsed("sgd:lr=0.5"), *b = parsed("sgd:lr=0.25");
        lgd_report r;
        ck_ok(lgd_minimize(f, a, w, &(lgd_minimize_options){.grad_tol = 1e-3}, &r));
        ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
        if (follow)
            ck_ok(lgd_optimizer_follow(b, a));
        ck_ok(lgd_minimize(f, b, w, &(lgd_minimize_options){.grad_tol = 1e-3}, &r));
        ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
        ck_assert_int_eq(r.steps == 0, follow); /* it is there already */
        lgd_optimizer_free(a);
        lgd_optimizer_free(b);
    }
    lgd_objective_free(f);
}
END_TEST

START_TEST(handover_schedule_per_step_goes_on_and_a_found_rate_does_not)
{
    const double curvature[] = {1, 4};
    quadratic q = {.curvature = curvature};
    const lgd_schedule steps = {.kind = LGD_COSINE, .period = 40, .per_step = true};
    lgd_objective *f;
    lgd_history *h;
    size_t count;
    double w[2] = {1, 1}, rate;
    lgd_optimizer *a = parsed("sgd:lr=auto"), *b = parsed("sgd:lr=0.125"), *c = parsed("sgd:lr=auto");
    ck_ok(lgd_function_create(&f, 2, quadratic_eval, &q));
    ck_ok(lgd_history_create(&h));
    const lgd_minimize_options o = {.max_steps = 6, .grad_tol = LGD_ZERO, .schedule = steps, .history = h};
    ck_ok(lgd_minimize(f, a, w, &o, NULL));
    ck_ok(lgd_optimizer_follow(b, a));
    ck_ok(lgd_minimize(f, b, w, &o, NULL));
    const double *lr = lgd_history_series(h, "lr", &count);
    ck_assert_uint_eq(count, 12);
    for (uint64_t t = 0; t < 12; t++) {
        double factor;
        ck_ok(lgd_schedule_factor(&steps, t, 0, &factor));
        ck_ok(lgd_optimizer_option(t < 6 ? a : b, "lr", &rate));
        ck_assert_double_eq(lr[t], rate * factor);
    }
    ck_ok(lgd_optimizer_follow(c, a));
    ck_ok(lgd_optimizer_option(c, "lr", &rate));
    ck_assert_double_eq(rate, LGD_AUTO);
    lgd_history_free(h);
    lgd_optimizer_free(a);
    lgd_optimizer_free(b);
    lgd_optimizer_free(c);
    lgd_objective_free(f);
}
END_TEST

/* An average of the one that follows takes its own points only, as that of an optimizer that has just been made. */
START_TEST(handover_average_begins_anew)
{
    const lgd_average averages[] = {{.kind = LGD_AVERAGE_UNIFORM},
                                    {.kind = LGD_AVERAGE_EMA, .decay = 0.5, .start = 2, .period = 3},
                                    {.kind = LGD_LOOKAHEAD}};
    for (size_t i = 0; i < 3; i++) {
        const double curvature[] = {1, 4};
        double w[2][2] = {{1, 1}, {1, 1}}, mean[2][2], g[2];
        lgd_optimizer *first = parsed("sgd:lr=0.05"), *opt[2] = {parsed("sgd:lr=0.05"), parsed("sgd:lr=0.05")};
        for (int t = 0; t < 4; t++) {
            quadratic q = {.curvature = curvature};
            double f;
            quadratic_eval(&q, 2, w[0], &f, g);
            ck_ok(lgd_optimizer_step(first, 2, w[0], g, f, 1));
        }
        memcpy(w[1], w[0], sizeof w[0]);
        for (int k = 0; k < 2; k++)
            ck_ok(lgd_optimizer_average(opt[k], &averages[i]));
        ck_ok(lgd_optimizer_follow(opt[0], first));
        ck_ok(lgd_optimizer_result(opt[0], w[0], mean[0])); /* no sample yet */
        ck_assert_mem_eq(mean[0], w[0], sizeof w[0]);
        for (int t = 0; t < 20; t++)
            for (int k = 0; k < 2; k++) {
                quadratic q = {.curvature = curvature};
                double f;
                quadratic_eval(&q, 2, w[k], &f, g);
                ck_ok(lgd_optimizer_step(opt[k], 2, w[k], g, f, 1));
            }
        for (int k = 0; k < 2; k++)
            ck_ok(lgd_optimizer_result(opt[k], w[k], mean[k]));
        ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
        ck_assert_mem_eq(mean[0], mean[1], sizeof mean[0]);
        ck_assert(memcmp(mean[0], w[0], sizeof w[0]) || averages[i].kind == LGD_LOOKAHEAD);
        lgd_optimizer_free(first);
        lgd_optimizer_free(opt[0]);
        lgd_optimizer_free(opt[1]);
    }
}
END_TEST

START_TEST(handover_saved_and_loaded_same_bits)
{
    task *t = task_create();
    double w[DIM] = {0}, v[DIM];
    unsigned char bytes[8192];
    size_t size = sizeof bytes;
    lgd_optimizer *a = parsed("adam:lr=0.01"), *b = parsed("fista"), *c = parsed("fista");
    lgd_report r[2];
    ck_ok(lgd_minimize(t->f, a, w, &(lgd_minimize_options){.batch_size = 64, .max_epochs = 2}, NULL));
    memcpy(v, w, sizeof w);
    ck_ok(lgd_optimizer_follow(b, a));
    ck_ok(lgd_optimizer_save(b, bytes, &size)); /* before its first step */
    ck_ok(lgd_optimizer_load(c, bytes, size));
    ck_assert_uint_eq(lgd_optimizer_steps(c), 18);
    ck_assert_mem_eq(&c->judged, &b->judged, sizeof b->judged);
    const lgd_minimize_options o = {.max_epochs = 200, .first_epoch = 2};
    ck_ok(lgd_minimize(t->f, b, w, &o, &r[0]));
    ck_ok(lgd_minimize(t->f, c, v, &o, &r[1]));
    ck_assert_mem_eq(w, v, sizeof w);
    ck_assert_uint_eq(r[0].steps, r[1].steps);
    lgd_optimizer_free(a);
    lgd_optimizer_free(b);
    lgd_optimizer_free(c);
    task_free(t);
}
END_TEST

static lgd_status half_step(lgd_step *s)
{
    s->w[0] += 1;
    return s->decay == 0 ? lgd_set_error(LGD_EUSER, "half: not today") : LGD_OK;
}

START_TEST(handover_bad_input_refused_by_name)
{
    double w[3] = {1, 1, 1}, g[3] = {1, 1, 1};
    lgd_optimizer *a = parsed("sgd"), *b = parsed("adam"), *half;
    ck_fails(lgd_optimizer_follow(NULL, a), LGD_EINVAL, "opt is NULL");
    ck_fails(lgd_optimizer_follow(a, NULL), LGD_EINVAL, "before is NULL");
    ck_ok(lgd_optimizer_follow(b, a)); /* nothing to hand over yet */
    ck_assert_uint_eq(b->dim, 0);
    ck_ok(lgd_optimizer_spare(a, 3, 1, 2));
    ck_ok(lgd_optimizer_step(a, 3, w, g, 0, 1));
    ck_fails(lgd_optimizer_follow(a, a), LGD_EINVAL,
             "sgd: it has taken 1 steps, none is accepted before it follows sgd");
    ck_ok(lgd_optimizer_spare(b, 2, 0, 0));
    ck_fails(lgd_optimizer_follow(b, a), LGD_EINVAL, "adam: its dim is 2, 3 as of sgd is accepted");
    lgd_optimizer_reset(b);
    ck_ok(lgd_optimizer_follow(b, a));
    ck_assert(b->dim == 3 && b->t == 1 && b->spare_first == 1 && b->spare_count == 2);
    ck_ok(lgd_optimizer_step(b, 3, w, g, 0, 1));
    ck_assert_uint_eq(lgd_optimizer_steps(b), 2);
    ck_assert_double_eq_tol(w[0], 1 - 0.01 - 0.001, 1e-9); /* Adam's first step is as long as its rate */
    lgd_optimizer_reset(b);
    ck_assert_uint_eq(lgd_optimizer_steps(b), 0);
    /* One whose last step failed half done is at no point. */
    const lgd_optimizer_ops ops = {.name = "half", .flags = LGD_SLICED, .step = half_step};
    ck_ok(lgd_optimizer_create(&half, &ops, NULL, 0));
    ck_ok(lgd_optimizer_spare(half, 3, 1, 2));
    ck_fails(lgd_optimizer_step(half, 3, w, g, 0, 1), LGD_EUSER, "half: not today");
    ck_fails(lgd_optimizer_follow(b, half), LGD_EINVAL, "its last step failed half done");
    ck_assert_uint_eq(b->dim, 0);
    lgd_optimizer_free(half);
    lgd_optimizer_free(a);
    lgd_optimizer_free(b);
}
END_TEST

START_TEST(handover_without_memory_leaves_the_optimizer_as_it_was)
{
    double w[3] = {1, 1, 1}, g[3] = {1, 1, 1};
    for (size_t k = 1;; k++) {
        memory_watch(0);
        lgd_optimizer *a = parsed("sgd"), *b = parsed("adam");
        ck_ok(lgd_optimizer_step(a, 3, w, g, 0, 1));
        const size_t made = memory_made();
        lgd_optimizer_free(a);
        lgd_optimizer_free(b);
        memory_unwatch();
        memory_watch(made + k);
        a = parsed("sgd"), b = parsed("adam");
        ck_ok(lgd_optimizer_step(a, 3, w, g, 0, 1));
        const lgd_status status = lgd_optimizer_follow(b, a);
        ck_assert(status == LGD_OK || status == LGD_ENOMEM);
        ck_assert_uint_eq(lgd_optimizer_steps(b), status == LGD_OK);
        lgd_optimizer_free(a);
        lgd_optimizer_free(b);
        memory_unwatch();
        if (status == LGD_OK) {
            ck_assert_uint_gt(k, 1);
            break;
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("handover");
    CASE(s, handover_from_batches_to_all_rows_keeps_w_counters_and_history);
    CASE(s, handover_method_begins_as_a_new_one);
    CASE(s, handover_tolerances_refer_to_the_whole_path);
    CASE(s, handover_schedule_per_step_goes_on_and_a_found_rate_does_not);
    CASE(s, handover_average_begins_anew);
    CASE(s, handover_saved_and_loaded_same_bits);
    CASE(s, handover_bad_input_refused_by_name);
    CASE(s, handover_without_memory_leaves_the_optimizer_as_it_was);
    return suite_run(s);
}
