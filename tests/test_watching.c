#include "problems.h"
#include <stdio.h>

static const double curvature[3] = {1, 4, 9}, at[3] = {1, -2, 3};

static lgd_objective *quadratic_create(quadratic *q)
{
    lgd_objective *f;
    *q = (quadratic){curvature, at, 0};
    ck_ok(lgd_function_create(&f, 3, quadratic_eval, q));
    return f;
}

static lgd_optimizer *sgd(double lr)
{
    lgd_optimizer *opt;
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = lr}));
    return opt;
}

static const double *series(const lgd_history *h, const char *name, size_t expected)
{
    size_t count;
    const double *s = lgd_history_series(h, name, &count);
    ck_assert_ptr_nonnull(s);
    ck_assert_uint_eq(count, expected);
    return s;
}

/* ---- history */

/* features: 45 */
START_TEST(history_full_batch_values_before_each_step)
{
    quadratic q;
    lgd_objective *f = quadratic_create(&q);
    lgd_optimizer *opt = sgd(0.05);
    lgd_history *h;
    lgd_report report;
    double w[3] = {0}, own[3] = {0}, value, g[3];
    ck_ok(lgd_history_create(&h));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 30, .history = h}, &report));
    const double *loss = series(h, "loss", 30), *running = series(h, "running", 30), *lr = series(h, "lr", 30),
                 *grad_norm = series(h, "grad_norm", 30), *seconds = series(h, "seconds", 30);
    for (size_t k = 0; k < 30; k++) { /* entry 0 is F at the start */
        ck_ok(lgd_objective_eval(f, NULL, own, &value, g));
        ck_assert(loss[k] == value && running[k] == value && lr[k] == 0.05);
        ck_near(grad_norm[k], sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]), 1e-14);
        ck_assert(seconds[k] >= (k ? seconds[k - 1] : 0) && seconds[k] <= report.seconds);
        for (size_t j = 0; j < 3; j++)
            own[j] -= 0.05 * g[j];
    }
    ck_assert(report.f < loss[29]);

    /* A second run goes on where the first ended, in the same history. */
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 12, .history = h}, NULL));
    ck_assert(series(h, "loss", 42)[30] == report.f);
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

START_TEST(history_more_entries_than_reserved)
{
    quadratic q;
    lgd_objective *f = quadratic_create(&q);
    lgd_optimizer *opt = sgd(1e-9);
    lgd_history *h;
    double w[3] = {0};
    ck_ok(lgd_history_create(&h));
    const lgd_minimize_options o = {.max_seconds = 3600, .max_epochs = 70000, .history = h, .grad_tol = LGD_ZERO};
    ck_ok(lgd_minimize(f, opt, w, &o, NULL));
    const double *loss = series(h, "loss", 70000);
    for (size_t k = 1; k < 70000; k++)
        ck_assert(loss[k] < loss[k - 1]); /* none lost where the room grew */
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* The mean of the batch values as w moves, and the loss at a point of rest, are two things. */
/* features: 45 */
START_TEST(history_mini_batch_running_and_loss_apart)
{
    enum { M = 90, N = 4, B = 25, EPOCHS = 6 };
    model m = model_create(M, N, lgd_loss_squared(), NULL, 1);
    lgd_optimizer *opt = sgd(0.05);
    lgd_history *h;
    lgd_report report;
    double w[N] = {0}, own[N] = {0}, value, g[N];
    size_t index[M];
    ck_ok(lgd_history_create(&h));
    const lgd_minimize_options o = {.batch_size = B, .max_epochs = EPOCHS, .history = h, .check_every = 2, .seed = 3};
    ck_ok(lgd_minimize(m.f, opt, w, &o, &report));
    const double *loss = series(h, "loss", EPOCHS), *running = series(h, "running", EPOCHS),
                 *grad_norm = series(h, "grad_norm", EPOCHS);
    for (uint64_t e = 0; e < EPOCHS; e++) {
        double sum = 0;
        ck_ok(lgd_objective_eval(m.f, NULL, own, &value, NULL));
        ck_assert(e % 2 ? isnan(loss[e]) && isnan(grad_norm[e]) : loss[e] == value && grad_norm[e] > 0);
        lgd_permutation(3, e, M, index);
        for (size_t first = 0; first < M; first += B) {
            const lgd_rows rows = {first, M - first < B ? M - first : B, index};
            ck_ok(lgd_objective_eval(m.f, &rows, own, &value, g));
            sum += value * (double)rows.count;
            for (size_t j = 0; j < N; j++)
                own[j] -= 0.05 * g[j];
        }
        ck_near(running[e], sum / M, 1e-15);
        ck_assert(e % 2 || running[e] != loss[e]);
    }
    ck_assert_mem_eq(w, own, sizeof w);
    ck_assert_uint_eq(report.evaluations, 4 * EPOCHS + 3 + 1); /* checks before epochs 0, 2, 4; the last figures */
    ck_near(report.passes, EPOCHS + 3 + 1, 1e-12);
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* features: 4 */
START_TEST(history_frozen_parameters_running_twice_the_half_loss)
{
    const double frozen[5] = {0, 0, 0, 0, 0};
    double first[2];
    for (int half = 0; half < 2; half++)
        for (int last = LGD_LAST_DIVIDE; last <= LGD_LAST_SCALE; last++) {
            model m = model_create(90, 4, half ? lgd_loss_half_squared() : lgd_loss_squared(),
                                   &(lgd_glm_options){.intercept = true}, 2);
            lgd_optimizer *opt = sgd(0.05);
            lgd_history *h;
            lgd_report report;
            double w[5] = {1, 2, 3, 4, 5};
            const double before[5] = {1, 2, 3, 4, 5};
            ck_ok(lgd_history_create(&h));
            ck_ok(lgd_minimize(
                m.f, opt, w,
                &(lgd_minimize_options){
                    .batch_size = 25, .max_epochs = 2, .lr_scale = frozen, .history = h, .last = (lgd_last)last},
                &report));
            ck_assert_mem_eq(w, before, sizeof w);
            first[half] = series(h, "running", 2)[0];
            ck_near(first[half] / report.f, 1, 1e-14);
            lgd_history_free(h);
            lgd_optimizer_free(opt);
            model_free(&m);
        }
    ck_near(first[0] / first[1], 2, 1e-14);
}
END_TEST

/* Where nothing moves every epoch's mean is F, the L2 and the penalty in it once, whatever a short batch is divided by. */
START_TEST(history_steps_too_short_to_move_running_is_the_value)
{
    lgd_penalty *l1;
    ck_ok(lgd_penalty_l1_create(&l1, 0.5));
    for (int last = LGD_LAST_DIVIDE; last <= LGD_LAST_SCALE; last++)
        for (int maximize = 0; maximize < 2; maximize++)
            for (int estimator = LGD_MINIBATCH; estimator <= LGD_SARAH; estimator++) {
                model m = model_create(90, 4, lgd_loss_squared(), &(lgd_glm_options){.intercept = true, .l2 = 2}, 2);
                lgd_optimizer *opt = sgd(1e-30);
                lgd_history *h;
                lgd_report report;
                double w[5] = {1, 2, 3, 4, 5};
                ck_ok(lgd_history_create(&h));
                ck_ok(lgd_minimize(m.f, opt, w,
                                   &(lgd_minimize_options){.batch_size = 25,
                                                           .max_steps = 4,
                                                           .history = h,
                                                           .last = (lgd_last)last,
                                                           .maximize = maximize,
                                                           .grad_tol = LGD_ZERO,
                                                           .penalty = l1,
                                                           .estimator = (lgd_estimator)estimator},
                                   &report));
                ck_near(series(h, "running", 1)[0] / report.f, 1, 1e-14);
                lgd_history_free(h);
                lgd_optimizer_free(opt);
                model_free(&m);
            }
    lgd_penalty_free(l1);
}
END_TEST

/* ---- the rate: a function of the epoch from 0, used before the update */

static double sawtooth(const void *ctx, uint64_t step, uint64_t epoch)
{
    (void)ctx;
    return 1 / (1 + (double)(epoch % 3)) + 0.001 * (double)step;
}

/* features: 43 */
START_TEST(schedule_of_the_epoch_first_update_uses_epoch_zero)
{
    const double milestones[2] = {2, 5};
    const lgd_schedule schedules[] = {
        {.kind = LGD_STEP_DECAY, .period = 3},
        {.kind = LGD_EXPONENTIAL},
        {.kind = LGD_COSINE, .period = 8},
        {.kind = LGD_MULTI_STEP, .milestones = milestones, .milestone_count = 2},
        {.kind = LGD_INVERSE_TIME, .factor = 0.3},
        {.kind = LGD_INVERSE_SCALING, .warmup = 3},
        {.kind = LGD_EXPONENTIAL, .per_step = true},
        {.kind = LGD_USER_SCHEDULE, .fn = sawtooth},
    };
    model m = model_create(100, 3, lgd_loss_squared(), NULL, 3);
    for (size_t batch = 0; batch <= 40; batch += 40)
        for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++) {
            enum { EPOCHS = 8, FIRST = 2 };
            const size_t steps = batch ? 3 : 1;
            lgd_optimizer *opt = sgd(0.1), *single = sgd(0.1);
            lgd_history *h;
            double w[3] = {0}, one[3] = {0}, g[3], factor;
            ck_ok(lgd_history_create(&h));
            lgd_minimize_options o = {.batch_size = batch,
                                      .max_epochs = EPOCHS,
                                      .first_epoch = FIRST,
                                      .schedule = schedules[i],
                                      .history = h};
            ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
            const double *lr = series(h, "lr", EPOCHS);
            for (size_t e = 0; e < EPOCHS; e++) {
                ck_ok(lgd_schedule_factor(&schedules[i], e * steps, FIRST + e, &factor));
                ck_assert(lr[e] == 0.1 * factor);
            }
            o = (lgd_minimize_options){.max_steps = 1, .schedule = schedules[i]}; /* and the step really is that long */
            ck_ok(lgd_minimize(m.f, single, one, &o, NULL));
            ck_ok(lgd_schedule_factor(&schedules[i], 0, 0, &factor));
            ck_ok(lgd_objective_eval(m.f, NULL, (double[3]){0}, NULL, g));
            for (size_t j = 0; j < 3; j++)
                ck_assert(one[j] == -(0.1 * factor) * g[j]);
            lgd_history_free(h);
            lgd_optimizer_free(opt);
            lgd_optimizer_free(single);
        }
    model_free(&m);
}
END_TEST

/* ---- callbacks */

typedef struct listener {
    char text[1024];
    size_t length, calls;
    int answer;
    bool speaks; /* leaves a sentence of its own */
} listener;

static int every_hundred(void *ctx, const lgd_progress *p)
{
    listener *l = ctx;
    if (p->epoch % 100 == 0)
        l->length += (size_t)snprintf(l->text + l->length, sizeof l->text - l->length, "Epoch %llu: Loss = %.4f\n",
                                      (unsigned long long)p->epoch, p->f);
    return 0;
}

/* features: 46 */
START_TEST(callback_progress_line_every_hundred_epochs)
{
    quadratic q;
    lgd_objective *f = quadratic_create(&q);
    lgd_optimizer *opt = sgd(0.001);
    listener l = {.length = 0};
    char expected[1024];
    size_t length = 0;
    double w[3] = {0};
    ck_ok(lgd_minimize(
        f, opt, w, &(lgd_minimize_options){.max_epochs = 350, .callback = every_hundred, .callback_ctx = &l}, NULL));
    for (int epoch = 100; epoch <= 300; epoch += 100) { /* (1 - lr c)^k, one step before */
        double loss = 0;
        for (size_t j = 0; j < 3; j++)
            loss += 0.5 * curvature[j] * pow(at[j] * pow(1 - 0.001 * curvature[j], epoch - 1), 2);
        length += (size_t)snprintf(expected + length, sizeof expected - length, "Epoch %d: Loss = %.4f\n", epoch, loss);
    }
    ck_assert_str_eq(l.text, expected);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

static int fifth(void *ctx, const lgd_progress *p)
{
    listener *l = ctx;
    ck_assert_uint_eq(p->dim, 3);
    ck_assert(p->lr == 0.01 && p->seconds >= 0);
    if (++l->calls < 5)
        return 0;
    return l->speaks ? (int)lgd_set_error((lgd_status)l->answer, "panel: the red button") : l->answer;
}

START_TEST(callback_positive_stops_negative_fails)
{
    static const int cases[][2] = {
        {1, LGD_OK}, {77, LGD_OK}, {LGD_EUSER, LGD_EUSER}, {LGD_EIO, LGD_EIO}, {-500, LGD_EUSER}};
    model m = model_create(60, 3, lgd_loss_squared(), NULL, 4);
    for (size_t batch = 0; batch <= 20; batch += 20)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            for (int speaks = 0; speaks < 2; speaks++) {
                listener l = {.answer = cases[i][0], .speaks = speaks};
                lgd_optimizer *opt = sgd(0.01), *plain_opt = sgd(0.01);
                lgd_report report;
                double w[3] = {0}, expected[3] = {0};
                lgd_minimize_options o = {.batch_size = batch, .callback = fifth, .callback_ctx = &l};
                lgd_status status = lgd_minimize(m.f, opt, w, &o, &report);
                if (cases[i][1])
                    ck_fails(status, (lgd_status)cases[i][1],
                             speaks ? "panel: the red button" : "minimize: callback returned");
                ck_assert_int_eq(status, cases[i][1]);
                ck_assert_int_eq(report.stop, status ? LGD_STOP_ERROR : LGD_STOP_CALLBACK);
                ck_assert_uint_eq(report.epochs, 5);
                ck_assert_uint_eq(l.calls, 5);
                ck_assert(status ? isnan(report.f) : report.f == report.best_f);
                o = (lgd_minimize_options){.batch_size = batch, .max_epochs = 5};
                ck_ok(lgd_minimize(m.f, plain_opt, expected, &o, NULL));
                ck_assert_mem_eq(w, expected, sizeof w); /* the current point is kept */
                lgd_optimizer_free(opt);
                lgd_optimizer_free(plain_opt);
            }
    model_free(&m);
}
END_TEST

/* ---- steps held back */

/* features: 20 */
START_TEST(lr_scale_zero_keeps_bits_and_half_is_half)
{
    const double scale[4] = {1, 0, 0.5, 1}, zero_or_one[4] = {1, 0, 1, 1};
    model m = model_create(80, 3, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}, 5);
    for (size_t i = 0; function_method(i); i++)
        for (size_t batch = 0; batch <= 16; batch += 16) {
            const unsigned flags = function_method(i)->flags;
            lgd_optimizer *opt = builtin(i, 0.01);
            const double start[4] = {0.1, 1.0 / 3, 0.2, 0};
            double w[4] = {0.1, 1.0 / 3, 0.2, 0};
            lgd_minimize_options o = {
                .batch_size = flags & LGD_FULL_BATCH ? 0 : batch, .max_epochs = 20, .lr_scale = scale};
            if (flags & LGD_OWN_POINTS) {
                ck_fails(lgd_minimize(m.f, opt, w, &o, NULL), LGD_EUNSUPPORTED, "lr_scale[2] is 0.5, 0 or 1 ");
                ck_assert_mem_eq(w, start, sizeof w);
                o.lr_scale = zero_or_one;
            }
            ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
            ck_assert_mem_eq(&w[1], &start[1], sizeof *w);
            ck_assert(w[0] != start[0] && w[2] != start[2] && w[3] != start[3]);
            lgd_optimizer_free(opt);
        }
    /* of plain descent: half the step; and what is frozen has no part in |g| */
    lgd_optimizer *opt = sgd(0.1);
    lgd_report report;
    double w[4] = {0}, g[4];
    ck_ok(lgd_objective_eval(m.f, NULL, w, NULL, g));
    ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.max_steps = 1, .lr_scale = scale}, NULL));
    ck_assert(w[0] == -0.1 * g[0] && w[1] == 0 && w[2] == 0.5 * (-0.1 * g[2]) && w[3] == -0.1 * g[3]);
    ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.max_epochs = 50000, .lr_scale = scale}, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
    ck_ok(lgd_objective_eval(m.f, NULL, w, NULL, g));
    ck_assert_double_gt(fabs(g[1]), 1e3 * report.grad_norm);
    ck_near(report.grad_norm, sqrt(g[0] * g[0] + g[2] * g[2] + g[3] * g[3]), 1e-15);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* features: 65 */
START_TEST(clip_by_norm_and_value_events_counted)
{
    quadratic q;
    lgd_objective *f = quadratic_create(&q); /* gradient at 0: -1, 8, -27 */
    const struct {
        double norm, value, step[3]; /* what becomes of the gradient */
    } cases[] = {
        {0, 5, {-1, 5, -5}},
        {sqrt(794) / 4, 0, {-0.25, 2, -6.75}},
        {sqrt(51) / 2, 5, {-0.5, 2.5, -2.5}}, /* value first, then norm */
        {100, 30, {-1, 8, -27}},
    };
    for (size_t i = 0; i < 4; i++) {
        lgd_optimizer *opt = sgd(0.01);
        lgd_report report;
        double w[3] = {0};
        lgd_minimize_options o = {.clip_norm = cases[i].norm, .clip_value = cases[i].value, .max_steps = 1};
        ck_ok(lgd_minimize(f, opt, w, &o, &report));
        for (size_t j = 0; j < 3; j++)
            ck_near(w[j] / -0.01, cases[i].step[j], 1e-14);
        ck_assert_uint_eq(report.clipped, i < 3);
        o.max_steps = 0;
        o.max_epochs = 5000;
        ck_ok(lgd_minimize(f, opt, w, &o, &report));
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL); /* near the optimum nothing is clipped */
        ck_assert(i == 3 ? report.clipped == 0 : report.clipped > 3 && report.clipped < report.steps);
        lgd_optimizer_free(opt);
    }
    lgd_objective_free(f);
}
END_TEST

/* ---- the best point */

/* features: 62 */
START_TEST(best_point_of_an_overshooting_run_kept)
{
    for (size_t i = 0; function_method(i); i++) {
        quadratic q;
        lgd_objective *f = quadratic_create(&q);
        lgd_optimizer *opt = builtin(i, 0.15);
        lgd_history *h;
        lgd_report report;
        double w[3] = {0}, best_w[3], value;
        size_t best = 0;
        ck_ok(lgd_history_create(&h));
        const lgd_minimize_options o = {.max_epochs = 23, .w_best = best_w, .history = h};
        ck_ok(lgd_minimize(f, opt, w, &o, &report));
        const size_t steps = (size_t)report.steps; /* fewer where a method is there by then */
        ck_assert(steps == 23 || (steps < 23 && function_method(i)->flags & LGD_FINDS_STEP));
        const double *loss = series(h, "loss", steps);
        for (size_t k = 0; k < steps; k++)
            if (loss[k] < loss[best])
                best = k;
        const bool last = report.f < loss[best];
        ck_assert(report.best_f == (last ? report.f : loss[best]));
        ck_assert_uint_eq(report.best_step, last ? steps : best);
        ck_ok(lgd_objective_eval(f, NULL, best_w, &value, NULL));
        ck_assert(value == report.best_f);
        lgd_history_free(h);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("watching");
    CASE(s, history_full_batch_values_before_each_step);
    CASE(s, history_more_entries_than_reserved);
    CASE(s, history_mini_batch_running_and_loss_apart);
    CASE(s, history_frozen_parameters_running_twice_the_half_loss);
    CASE(s, history_steps_too_short_to_move_running_is_the_value);
    CASE(s, schedule_of_the_epoch_first_update_uses_epoch_zero);
    CASE(s, callback_progress_line_every_hundred_epochs);
    CASE(s, callback_positive_stops_negative_fails);
    CASE(s, lr_scale_zero_keeps_bits_and_half_is_half);
    CASE(s, clip_by_norm_and_value_events_counted);
    CASE(s, best_point_of_an_overshooting_run_kept);
    return suite_run(s);
}
