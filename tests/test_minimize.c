#include "problems.h"
#include <time.h>

/* ---- why a run ends: each reason, and what holds when it is given */

static const double curvature[3] = {1, 4, 9}, at[3] = {1, -2, 3};

typedef struct descent {
    quadratic q;
    lgd_objective *f;
    lgd_optimizer *opt;
    double w[3];
    lgd_report report;
} descent;

/* Plain descent from 0 on the quadratic above; its optimum is `at`, its value there 0. */
static descent begin(double lr)
{
    descent d = {.q = {curvature, at, 0}, .w = {0, 0, 0}};
    ck_ok(lgd_sgd_create(&d.opt, &(lgd_sgd_options){.lr = lr}));
    return d;
}

static void end(descent *d)
{
    lgd_optimizer_free(d->opt);
    lgd_objective_free(d->f);
}

/* The objective refers to d->q, so it is made where d has come to rest. */
static void run(descent *d, const lgd_minimize_options *o, lgd_stop stop)
{
    if (!d->f)
        ck_ok(lgd_function_create(&d->f, 3, quadratic_eval, &d->q));
    d->q.calls = 0;
    ck_ok(lgd_minimize(d->f, d->opt, d->w, o, &d->report));
    ck_assert_msg(d->report.stop == stop, "stopped: %s", lgd_stop_string(d->report.stop));
    ck_assert_uint_eq(d->report.evaluations, d->q.calls);
    double f, g[3], norm = 0;
    ck_ok(lgd_objective_eval(d->f, NULL, d->w, &f, g));
    for (size_t j = 0; j < 3; j++)
        norm += g[j] * g[j];
    ck_assert(f == d->report.f); /* the figures are those of the returned point */
    ck_near(d->report.grad_norm, sqrt(norm), 1e-15);
    ck_assert(d->report.best_f <= d->report.f);
}

/* features: 21, 54 */
START_TEST(stop_epochs_limit_reached)
{
    descent d = begin(0.01);
    run(&d, &(lgd_minimize_options){.max_epochs = 7}, LGD_STOP_EPOCHS);
    ck_assert_uint_eq(d.report.epochs, 7);
    ck_assert_uint_eq(d.report.steps, 7);
    ck_assert_uint_eq(d.report.evaluations, 8);
    ck_assert(d.report.passes == 8);
    end(&d);
}
END_TEST

START_TEST(stop_no_limit_given_thousand_epochs)
{
    descent d = begin(1e-6);
    run(&d, NULL, LGD_STOP_EPOCHS);
    ck_assert_uint_eq(d.report.epochs, 1000);
    end(&d);
}
END_TEST

START_TEST(stop_steps_limit_reached)
{
    descent d = begin(0.01);
    for (uint64_t ran = 5; ran <= 10; ran += 5) { /* each run counts its own */
        run(&d, &(lgd_minimize_options){.max_steps = 5}, LGD_STOP_STEPS);
        ck_assert_uint_eq(d.report.steps, 5);
        ck_assert_uint_eq(lgd_optimizer_steps(d.opt), ran);
    }
    end(&d);
}
END_TEST

START_TEST(stop_steps_in_the_middle_of_an_epoch)
{
    model m = model_create(100, 3, lgd_loss_squared(), NULL, 1);
    lgd_optimizer *opt;
    lgd_history *h;
    lgd_report report;
    double w[3] = {0};
    size_t count;
    ck_ok(lgd_sgd_create(&opt, NULL));
    ck_ok(lgd_history_create(&h));
    const lgd_minimize_options o = {.batch_size = 30, .max_steps = 6, .history = h}; /* 4 steps an epoch */
    ck_ok(lgd_minimize(m.f, opt, w, &o, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_STEPS);
    ck_assert_uint_eq(report.steps, 6);
    ck_assert_uint_eq(report.epochs, 1); /* finished ones */
    ck_assert_uint_eq(report.evaluations, 7);
    ck_near(report.passes, 1 + 0.6 + 1, 1e-15);
    lgd_history_series(h, "running", &count);
    ck_assert_uint_eq(count, 2); /* the epoch that was cut short has its entry */
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

static lgd_status slow(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    nanosleep(&(struct timespec){0, 2000000}, NULL);
    return quadratic_eval(ctx, dim, w, f, g);
}

START_TEST(stop_seconds_limit_reached)
{
    quadratic q = {curvature, at, 0};
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_report report;
    double w[3] = {0};
    ck_ok(lgd_function_create(&f, 3, slow, &q));
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 1e-6}));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_seconds = 0.05}, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_SECONDS);
    ck_assert(report.seconds >= 0.05 && report.seconds < 5);
    ck_assert(report.steps > 0 && report.steps <= 25);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* features: 54 */
START_TEST(stop_gradient_fallen_by_the_tolerance)
{
    static const double tolerances[] = {0, 1e-3, 1e-12}; /* 0: the preset 1e-6 */
    for (size_t i = 0; i < 3; i++) {
        descent d = begin(0.1);
        run(&d, &(lgd_minimize_options){.grad_tol = tolerances[i]}, LGD_STOP_GRAD_TOL);
        const double largest = sqrt(1 + 64 + 27 * 27), limit = tolerances[i] == 0 ? 1e-6 : tolerances[i];
        ck_assert_double_le(d.report.grad_norm, limit * largest);
        ck_assert_double_gt(d.report.grad_norm, 0.5 * limit * largest); /* and no later than that */
        end(&d);
    }
}
END_TEST

START_TEST(stop_gradient_below_the_absolute_tolerance)
{
    descent d = begin(0.1);
    run(&d, &(lgd_minimize_options){.grad_tol = LGD_ZERO, .grad_tol_abs = 1e-9}, LGD_STOP_GRAD_TOL);
    ck_assert(d.report.grad_norm <= 1e-9 && d.report.grad_norm > 0.5e-9);
    end(&d);
}
END_TEST

START_TEST(stop_start_at_the_minimum_one_evaluation)
{
    descent d = begin(0.1);
    memcpy(d.w, at, sizeof at);
    run(&d, &(lgd_minimize_options){.grad_tol = LGD_ZERO}, LGD_STOP_GRAD_TOL);
    ck_assert_uint_eq(d.report.evaluations, 1);
    ck_assert_uint_eq(d.report.steps, 0);
    ck_assert_mem_eq(d.w, at, sizeof at);
    ck_assert(d.report.f == 0 && d.report.grad_norm == 0 && d.report.best_f == 0);
    end(&d);
}
END_TEST

/* A second run judges by the largest gradient since the optimizer was reset, not by its own first. */
START_TEST(stop_second_run_keeps_the_scale_of_the_first)
{
    descent d = begin(0.1);
    run(&d, NULL, LGD_STOP_GRAD_TOL);
    run(&d, NULL, LGD_STOP_GRAD_TOL);
    ck_assert_uint_eq(d.report.steps, 0);
    lgd_optimizer_reset(d.opt);
    run(&d, NULL, LGD_STOP_GRAD_TOL);
    ck_assert_uint_gt(d.report.steps, 50); /* another million times smaller */
    end(&d);
}
END_TEST

START_TEST(stop_value_changes_less_than_its_tolerance)
{
    descent d = begin(0.1);
    lgd_history *h;
    size_t count;
    ck_ok(lgd_history_create(&h));
    run(&d, &(lgd_minimize_options){.f_tol = 0.3, .history = h}, LGD_STOP_F_TOL);
    const double *loss = lgd_history_series(h, "loss", &count);
    ck_assert_uint_ge(count, 2);
    ck_assert_double_le(fabs(loss[count - 1] - d.report.f), 0.3 * loss[count - 1]);
    for (size_t k = 1; k < count; k++)
        ck_assert_double_gt(fabs(loss[k] - loss[k - 1]), 0.3 * loss[k - 1]); /* the first such change */
    lgd_history_free(h);
    end(&d);
}
END_TEST

START_TEST(stop_step_shorter_than_its_tolerance)
{
    descent d = begin(0.1);
    run(&d, &(lgd_minimize_options){.step_tol = 1e-4, .grad_tol = LGD_ZERO}, LGD_STOP_STEP_TOL);
    double step = 0, size = 0;
    for (size_t j = 0; j < 3;
         j++) { /* the step before: w - at shrinks by 1 - 0.1 c, so it was 0.1 c/(1 - 0.1 c) of it */
        const double c = curvature[j], s = (d.w[j] - at[j]) * 0.1 * c / (1 - 0.1 * c);
        step += s * s;
        size += d.w[j] * d.w[j];
    }
    ck_assert_double_le(sqrt(step), 1e-4 * sqrt(size) * (1 + 1e-9));
    ck_assert_double_gt(sqrt(step), 0.8e-4 * sqrt(size));
    end(&d);
}
END_TEST

/* features: 54 */
START_TEST(stop_target_value_reached)
{
    descent d = begin(0.1);
    run(&d, &(lgd_minimize_options){.f_target = 1e-3}, LGD_STOP_F_TARGET);
    ck_assert(d.report.f <= 1e-3 && d.report.f > 0.5e-3);
    end(&d);
}
END_TEST

/* slope (w + 1): 0 is reached and passed, from above or, with a negative slope, from below */
static lgd_status falling(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)dim;
    *f = *(const double *)ctx * (w[0] + 1);
    if (g)
        g[0] = *(const double *)ctx;
    return LGD_OK;
}

START_TEST(stop_target_zero_and_maximize)
{
    for (int maximize = 0; maximize < 2; maximize++) {
        double slope = maximize ? -1 : 1, w = 0;
        lgd_objective *f;
        lgd_optimizer *opt;
        lgd_report report;
        ck_ok(lgd_function_create(&f, 1, falling, &slope));
        ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.25}));
        lgd_minimize_options o = {.f_target = LGD_ZERO, .maximize = maximize, .max_epochs = 50};
        ck_ok(lgd_minimize(f, opt, &w, &o, &report));
        ck_assert_int_eq(report.stop, LGD_STOP_F_TARGET);
        ck_assert(report.f == 0 && w == -1 && report.steps == 4);
        o.f_target = maximize ? 2 : -2;
        ck_ok(lgd_minimize(f, opt, &w, &o, &report));
        ck_assert(report.stop == LGD_STOP_F_TARGET && report.f == o.f_target && report.best_f == o.f_target);
        o.f_target = 0; /* off */
        ck_ok(lgd_minimize(f, opt, &w, &o, &report));
        ck_assert_int_eq(report.stop, LGD_STOP_EPOCHS);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(stop_no_progress_at_rounding_level)
{
    descent d = begin(0.01);
    run(&d, &(lgd_minimize_options){.grad_tol = LGD_ZERO, .max_epochs = 100000}, LGD_STOP_ROUNDING);
    ck_assert_uint_lt(d.report.steps, 10000);
    for (size_t j = 0; j < 3; j++)
        ck_near(d.w[j], at[j], 1e-13);
    end(&d);
}
END_TEST

/* Moves at every tenth step only. */
static lgd_status pausing_step(lgd_step *s)
{
    for (size_t j = 0; j < s->dim && s->t % 10 == 0; j++)
        s->w[j] -= 0.2 * s->g[j];
    return LGD_OK;
}

START_TEST(stop_pause_of_a_few_steps_is_no_rounding)
{
    static const lgd_optimizer_ops ops = {.name = "pausing", .step = pausing_step};
    descent d = begin(0.1);
    lgd_optimizer_free(d.opt);
    ck_ok(lgd_optimizer_create(&d.opt, &ops, NULL, 0));
    run(&d, NULL, LGD_STOP_GRAD_TOL);
    end(&d);
}
END_TEST

START_TEST(stop_rate_of_zero_is_no_rounding)
{
    descent d = begin(0.01);
    run(&d, &(lgd_minimize_options){.schedule = {.kind = LGD_COSINE, .period = 5}, .max_epochs = 50}, LGD_STOP_EPOCHS);
    ck_assert_uint_eq(d.report.epochs, 50);
    end(&d);
}
END_TEST

START_TEST(stop_running_loss_no_longer_falls)
{
    model m = model_create(400, 5, lgd_loss_squared(), NULL, 2);
    lgd_optimizer *opt;
    lgd_history *h;
    lgd_report report;
    double w[5] = {0}, lowest = INFINITY;
    size_t count, flat = 0;
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.02}));
    ck_ok(lgd_history_create(&h));
    ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.batch_size = 10, .f_tol = 1e-3, .history = h}, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_STALLED);
    const double *running = lgd_history_series(h, "running", &count);
    for (size_t e = 0; e < count; e++) {
        ck_assert_uint_lt(flat, 5); /* it ends with the fifth epoch in a row that brought nothing */
        flat = running[e] < lowest * (1 - 1e-3) ? 0 : flat + 1;
        lowest = fmin(lowest, running[e]);
    }
    ck_assert_uint_eq(flat, 5);
    ck_ok(lgd_minimize(m.f, opt, w,
                       &(lgd_minimize_options){.batch_size = 10, .f_tol = 1e-3, .check_every = 40, .max_epochs = 30},
                       &report));
    ck_assert_int_eq(report.stop, LGD_STOP_EPOCHS); /* with full checks those are judged instead */
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* Batches with full checks: the same tolerances, and never a word of convergence from a batch. */
START_TEST(stop_mini_batch_converges_by_full_checks_only)
{
    model m = model_create(64, 3, lgd_loss_half_squared(), NULL, 3);
    double y[64] = {0}, w[3] = {1, 1, 1}, g[3], start, norm;
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_report report;
    ck_ok(lgd_glm_create(&f, m.X, y, lgd_loss_half_squared(), NULL)); /* every row agrees on w = 0 */
    ck_ok(lgd_objective_eval(f, NULL, w, NULL, g));
    start = sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]);
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.5}));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.batch_size = 8, .check_every = 3}, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
    ck_assert_uint_eq(report.epochs % 3, 0);
    ck_ok(lgd_objective_eval(f, NULL, w, NULL, g));
    norm = sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]);
    ck_assert_double_le(norm, 1e-6 * start);
    ck_near(report.grad_norm / norm, 1, 1e-12);
    w[0] = 1;
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.batch_size = 8, .max_epochs = 90}, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_EPOCHS); /* without checks it cannot know */
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    model_free(&m);
}
END_TEST

START_TEST(stop_strings_all_different)
{
    for (int a = LGD_STOP_NONE; a <= LGD_STOP_ERROR + 1; a++)
        for (int b = LGD_STOP_NONE; b < a; b++)
            ck_assert_str_ne(lgd_stop_string((lgd_stop)a), lgd_stop_string((lgd_stop)b));
    ck_assert_str_eq(lgd_stop_string((lgd_stop)-1), "unknown reason");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("minimize");
    CASE(s, stop_epochs_limit_reached);
    CASE(s, stop_no_limit_given_thousand_epochs);
    CASE(s, stop_steps_limit_reached);
    CASE(s, stop_steps_in_the_middle_of_an_epoch);
    CASE(s, stop_seconds_limit_reached);
    CASE(s, stop_gradient_fallen_by_the_tolerance);
    CASE(s, stop_gradient_below_the_absolute_tolerance);
    CASE(s, stop_start_at_the_minimum_one_evaluation);
    CASE(s, stop_second_run_keeps_the_scale_of_the_first);
    CASE(s, stop_value_changes_less_than_its_tolerance);
    CASE(s, stop_step_shorter_than_its_tolerance);
    CASE(s, stop_target_value_reached);
    CASE(s, stop_target_zero_and_maximize);
    CASE(s, stop_no_progress_at_rounding_level);
    CASE(s, stop_pause_of_a_few_steps_is_no_rounding);
    CASE(s, stop_rate_of_zero_is_no_rounding);
    CASE(s, stop_running_loss_no_longer_falls);
    CASE(s, stop_mini_batch_converges_by_full_checks_only);
    CASE(s, stop_strings_all_different);
    return suite_run(s);
}
