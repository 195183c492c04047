#include "base/base.h"
#include "problems.h"
#include <stdio.h>

/* ---- a quadratic whose value or gradient breaks at chosen calls, or from some of them on */

enum { DIM = 3 };

typedef struct broken {
    size_t calls, at; /* the call that breaks, from 1 */
    bool for_good;    /* all later ones too */
    double value;     /* what is put there */
    int coordinate;   /* of the gradient, -1: f */
} broken;

static lgd_status broken_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    broken *b = ctx;
    const bool now = ++b->calls == b->at || (b->for_good && b->calls > b->at);
    *f = 1;
    for (size_t j = 0; j < dim; j++) {
        *f += 0.5 * (w[j] - 1) * (w[j] - 1);
        if (g)
            g[j] = w[j] - 1;
    }
    if (now && b->coordinate < 0)
        *f = b->value;
    else if (now && g)
        g[b->coordinate] = b->value;
    return LGD_OK;
}

static double distance(const double *w)
{
    double sum = 0;
    for (size_t j = 0; j < DIM; j++)
        sum += (w[j] - 1) * (w[j] - 1);
    return sqrt(sum);
}

START_TEST(value_not_finite_never_ok_and_best_point_returned)
{
    static const double values[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; function_method(i); i++)
        /* A method that looks before it steps meets them nowhere but at the start: see test_fista.c. */
        for (size_t call = 1; call <= (function_method(i)->flags & LGD_NEEDS_EVAL ? 1 : 12); call++)
            for (int coordinate = -1; coordinate < DIM; coordinate++)
                for (size_t how = 0; how < 4; how++) {
                    broken b = {0, call, how & 1, values[call % 3], coordinate};
                    lgd_objective *f;
                    lgd_optimizer *opt = builtin(i, 0.01);
                    lgd_report report;
                    double w[DIM] = {3, -1, 0}, best[DIM];
                    char words[64];
                    ck_ok(lgd_function_create(&f, DIM, broken_eval, &b));
                    snprintf(words, sizeof words, "after step %zu (epoch %zu)", call - 1, call - 1);
                    const bool batches = !(function_method(i)->flags & LGD_FULL_BATCH);
                    const lgd_minimize_options o = {
                        .max_epochs = 100, .w_best = best, .batch_size = batches ? how / 2 : 0};
                    ck_fails(lgd_minimize(f, opt, w, &o, &report), LGD_EDIVERGED, words);
                    ck_assert_ptr_nonnull(strstr(lgd_last_error(), coordinate < 0 ? "f is " : "gradient["));
                    const bool rate = !(function_method(i)->flags & LGD_FINDS_STEP);
                    ck_assert((strstr(lgd_last_error(), "at rate 0.01") != NULL) == rate);
                    ck_assert_int_eq(report.stop, LGD_STOP_DIVERGED);
                    ck_assert_uint_eq(report.steps, call - 1);
                    ck_assert_mem_eq(w, best, sizeof w);
                    for (size_t j = 0; j < DIM; j++)
                        ck_assert(isfinite(w[j]));
                    ck_assert_uint_eq(report.best_step, call > 1 ? call - 2 : 0);
                    /* All methods here descend: the best point is the last one seen whole, step 0 the start. */
                    const double start[DIM] = {3, -1, 0};
                    ck_assert(call <= 2 ? distance(w) == distance(start) : distance(w) < distance(start));
                    lgd_optimizer_free(opt);
                    lgd_objective_free(f);
                }
}
END_TEST

START_TEST(value_not_finite_in_the_last_figures_is_divergence)
{
    for (size_t batch = 0; batch < 2; batch++) {
        broken b = {.at = 6, .value = NAN, .coordinate = -1}; /* five steps, then f at their end */
        lgd_objective *f;
        lgd_optimizer *opt;
        lgd_report report;
        double w[DIM] = {3, -1, 0}, start[DIM] = {3, -1, 0};
        ck_ok(lgd_function_create(&f, DIM, broken_eval, &b));
        ck_ok(lgd_sgd_create(&opt, NULL));
        ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 5, .batch_size = batch}, &report),
                 LGD_EDIVERGED, "f is nan after step 5");
        ck_assert_uint_eq(report.best_step, 4);
        ck_assert(report.f == report.best_f && distance(w) < distance(start));
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(value_not_finite_at_the_start_no_rate_to_blame)
{
    broken b = {.at = 1, .for_good = true, .value = NAN, .coordinate = -1};
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_report report;
    double w[DIM] = {3, -1, 0}, before[DIM] = {3, -1, 0};
    ck_ok(lgd_function_create(&f, DIM, broken_eval, &b));
    ck_ok(lgd_sgd_create(&opt, NULL));
    ck_fails(lgd_minimize(f, opt, w, NULL, &report), LGD_EDIVERGED, "f is nan after step 0");
    ck_assert_ptr_null(strstr(lgd_last_error(), "would hold"));
    ck_assert(report.lr_hold == 0 && report.steps == 0);
    ck_assert_mem_eq(w, before, sizeof w);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

START_TEST(gradient_not_finite_its_coordinate_named)
{
    broken b = {.at = 4, .value = -INFINITY, .coordinate = 2};
    for (int maximize = 0; maximize < 2; maximize++) {
        lgd_objective *f;
        lgd_optimizer *opt;
        double w[DIM] = {1.5, 1.5, 1.5};
        b.calls = 0;
        ck_ok(lgd_function_create(&f, DIM, broken_eval, &b));
        ck_ok(lgd_sgd_create(&opt, NULL));
        ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.maximize = maximize}, NULL), LGD_EDIVERGED,
                 "gradient[2] is -inf after step 3"); /* the user's sign */
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* NaN at the second call, a failure at the third, where the best point is looked at again. */
static lgd_status broken_twice(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    size_t *calls = ctx;
    broken b = {.calls = *calls, .at = 2, .value = NAN, .coordinate = -1};
    return ++*calls == 3 ? LGD_EUSER : broken_eval(&b, dim, w, f, g);
}

START_TEST(value_unknown_at_the_best_point_told_as_nan)
{
    size_t calls = 0;
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_report report;
    double w[DIM] = {3, -1, 0}, start[DIM] = {3, -1, 0};
    ck_ok(lgd_function_create(&f, DIM, broken_twice, &calls));
    ck_ok(lgd_sgd_create(&opt, NULL));
    ck_fails(lgd_minimize(f, opt, w, NULL, &report), LGD_EDIVERGED, "f is nan after step 1");
    ck_assert(isnan(report.f) && isnan(report.grad_norm) && report.lr_hold == 0);
    ck_assert_mem_eq(w, start, sizeof w);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* ---- w runs away while f and g look well: slope 1e308 in a coordinate that f does not know */

static lgd_status blind(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = w[0] * w[0];
    if (g) {
        g[0] = 2 * w[0];
        g[1] = 1e308;
    }
    return LGD_OK;
}

START_TEST(point_not_finite_is_divergence)
{
    for (int stopped = 0; stopped < 2; stopped++) {
        lgd_objective *f;
        lgd_optimizer *opt;
        lgd_report report;
        double w[2] = {1, 0};
        ck_ok(lgd_function_create(&f, 2, blind, NULL));
        ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.5}));
        ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = stopped ? 4 : 100}, &report),
                 LGD_EDIVERGED, "w[1] is -inf after step 4");
        ck_assert(isfinite(w[0]) && isfinite(w[1]));
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* ---- divergence by growth */

START_TEST(growth_beyond_the_factor_is_divergence)
{
    static const double factors[] = {0, 1e3, 1e12}; /* 0: 1e6 */
    const double steep[1] = {1};
    for (size_t i = 0; i < 3; i++) {
        quadratic q = {steep, NULL, 0};
        lgd_objective *f;
        lgd_optimizer *opt;
        lgd_report report;
        lgd_history *h;
        double w = 1;
        size_t count;
        ck_ok(lgd_function_create(&f, 1, quadratic_eval, &q));
        ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 2.2})); /* w *= -1.2 */
        ck_ok(lgd_history_create(&h));
        ck_fails(
            lgd_minimize(f, opt, &w, &(lgd_minimize_options){.divergence_factor = factors[i], .history = h}, &report),
            LGD_EDIVERGED, "f is ");
        const double *loss = lgd_history_series(h, "loss", &count);
        const double limit = (factors[i] == 0 ? 1e6 : factors[i]) * loss[9]; /* the largest of the first ten */
        ck_assert_uint_eq(count, report.steps);
        ck_assert(loss[count - 1] <= limit && loss[count - 1] * 1.44 > limit);
        ck_assert(w == 1 && report.f == 0.5 && report.best_step == 0); /* the start was the best */
        ck_near(report.lr_hold, 1, 1e-6);
        lgd_history_free(h);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(rate_that_holds_full_batch_then_converges)
{
    static const char *const methods[] = {"sgd", "momentum", "nesterov"};
    model m = model_create(200, 6, lgd_loss_squared(), &(lgd_glm_options){.intercept = true}, 1);
    for (size_t i = 0; i < 3; i++) {
        char text[64];
        lgd_optimizer *opt;
        lgd_report report;
        double w[7] = {0}, start, at_w;
        ck_ok(lgd_objective_eval(m.f, NULL, w, &start, NULL));
        snprintf(text, sizeof text, "%s:lr=50", methods[i]);
        ck_ok(lgd_optimizer_parse(&opt, text));
        ck_fails(lgd_minimize(m.f, opt, w, NULL, &report), LGD_EDIVERGED, "would hold");
        lgd_optimizer_free(opt);
        ck_ok(lgd_objective_eval(m.f, NULL, w, &at_w, NULL));
        ck_assert(at_w <= start && at_w == report.f);
        snprintf(text, sizeof text, "%s:lr=%.17g", methods[i], report.lr_hold);
        ck_ok(lgd_optimizer_parse(&opt, text));
        ck_ok(lgd_minimize(m.f, opt, w, NULL, &report));
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        lgd_optimizer_free(opt);
    }
    model_free(&m);
}
END_TEST

START_TEST(rate_that_holds_adaptive_method_a_tenth)
{
    model m = model_create(50, 3, lgd_loss_squared(), NULL, 1);
    lgd_optimizer *opt;
    lgd_report report;
    double w[3] = {0};
    ck_ok(lgd_adam_create(&opt, &(lgd_adam_options){.lr = 1e300}));
    ck_fails(lgd_minimize(m.f, opt, w, NULL, &report), LGD_EDIVERGED, "adam ran at rate 1e+300");
    ck_assert(report.lr_hold == 1e299);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

START_TEST(rate_that_holds_mini_batch_then_holds)
{
    static const char *const methods[] = {"sgd", "momentum", "nesterov"};
    static const size_t batches[] = {1, 16};
    model m = model_create(500, 8, lgd_loss_squared(), &(lgd_glm_options){.intercept = true}, 2);
    for (size_t i = 0; i < 3; i++)
        for (size_t b = 0; b < 2; b++) {
            char text[64];
            lgd_optimizer *opt;
            lgd_report report;
            double w[9] = {0}, start;
            ck_ok(lgd_objective_eval(m.f, NULL, w, &start, NULL));
            snprintf(text, sizeof text, "%s:lr=10", methods[i]);
            ck_ok(lgd_optimizer_parse(&opt, text));
            const lgd_minimize_options o = {.batch_size = batches[b], .max_epochs = 300};
            ck_fails(lgd_minimize(m.f, opt, w, &o, &report), LGD_EDIVERGED, "would hold");
            lgd_optimizer_free(opt);
            ck_assert(report.f <= start && report.f == report.best_f);
            snprintf(text, sizeof text, "%s:lr=%.17g", methods[i], report.lr_hold);
            ck_ok(lgd_optimizer_parse(&opt, text));
            ck_ok(lgd_minimize(m.f, opt, w, &o, &report));
            ck_assert_double_lt(report.f, start);
            lgd_optimizer_free(opt);
        }
    model_free(&m);
}
END_TEST

/* The best point of a mini-batch run: by full checks, or else where its best epoch began. */
START_TEST(mini_batch_divergence_best_epoch_returned)
{
    for (uint64_t check = 0; check <= 1; check++) {
        model m = model_create(60, 3, lgd_loss_squared(), NULL, 3);
        lgd_optimizer *opt;
        lgd_history *h;
        lgd_report report;
        double w[3] = {0}, again[3] = {0}, f;
        size_t count, best = 0;
        ck_ok(lgd_history_create(&h));
        /* the rate grows by 1.5 an epoch: it converges first, then leaves */
        const lgd_minimize_options o = {.batch_size = 20,
                                        .history = h,
                                        .check_every = check,
                                        .max_epochs = 100,
                                        .schedule = {.kind = LGD_EXPONENTIAL, .factor = 1.5}};
        ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.05}));
        ck_fails(lgd_minimize(m.f, opt, w, &o, &report), LGD_EDIVERGED, "sgd ran at rate");
        lgd_optimizer_free(opt);
        const double *series = lgd_history_series(h, check ? "loss" : "running", &count);
        for (size_t e = 0; e < count; e++)
            if (series[e] < series[best])
                best = e;
        ck_assert(best > 0 && best + 3 < count);
        ck_assert_uint_eq(report.best_step, 3 * best);
        ck_assert(report.f == report.best_f);
        lgd_minimize_options shorter = o;
        shorter.max_epochs = best;
        shorter.history = NULL;
        ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.05}));
        ck_ok(lgd_minimize(m.f, opt, again, &shorter, NULL));
        ck_assert_mem_eq(w, again, sizeof w);
        ck_ok(lgd_objective_eval(m.f, NULL, w, &f, NULL));
        ck_assert(f == report.f);
        lgd_optimizer_free(opt);
        lgd_history_free(h);
        model_free(&m);
    }
}
END_TEST

/* ---- errors of the caller's functions, in the middle of a run */

typedef struct failing {
    quadratic q;
    size_t at;
    int code;
} failing;

static lgd_status failing_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    failing *q = ctx;
    lgd_status status = quadratic_eval(&q->q, dim, w, f, g);
    return q->q.calls == q->at ? (lgd_status)q->code : status;
}

START_TEST(error_of_the_objective_passed_through_with_the_last_point)
{
    static const double curvature[DIM] = {1, 2, 3};
    static const int codes[][2] = {{LGD_EIO, LGD_EIO}, {5, LGD_EUSER}, {LGD_EUSER, LGD_EUSER}};
    for (size_t c = 0; c < 3; c++)
        for (size_t call = 1; call <= 6; call++) {
            failing q = {{curvature, NULL, 0}, call, codes[c][0]};
            lgd_objective *f, *sound;
            lgd_optimizer *opt;
            lgd_report report;
            double w[DIM] = {1, 1, 1}, expected[DIM] = {1, 1, 1};
            ck_ok(lgd_function_create(&f, DIM, failing_eval, &q));
            ck_ok(lgd_sgd_create(&opt, NULL));
            ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 5}, &report),
                     (lgd_status)codes[c][1], "function: fn returned");
            ck_assert_int_eq(report.stop, LGD_STOP_ERROR);
            ck_assert_uint_eq(report.steps, call - 1);
            ck_assert(isnan(report.f) && isnan(report.grad_norm)); /* not known at this point */
            lgd_optimizer_reset(opt);
            if (call > 1) {
                q.at = 0;
                ck_ok(lgd_function_create(&sound, DIM, failing_eval, &q));
                ck_ok(lgd_minimize(sound, opt, expected, &(lgd_minimize_options){.max_steps = call - 1}, NULL));
                lgd_objective_free(sound);
            }
            ck_assert_mem_eq(w, expected, sizeof w);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

/* A search that the clock has ended, before it began even, has found nothing. */
static int wait_past_the_end(void *ctx, const lgd_progress *p)
{
    const double until = lgd_seconds() + *(double *)ctx;
    (void)p;
    while (lgd_seconds() < until)
        ;
    return 0;
}

/* A momentum that nears 1 adds up the noise of batches whatever the rate; over all rows there is none. */
START_TEST(rate_that_holds_where_noise_grows_none_in_batches)
{
    enum { ROWS = 40 };
    double X[ROWS], y[ROWS];
    lgd_matrix *A;
    lgd_objective *f;
    for (size_t i = 0; i < ROWS; i++) {
        X[i] = 1 + (double)(i % 3);
        y[i] = (double)(i % 5);
    }
    ck_ok(lgd_matrix_dense(&A, ROWS, 1, X, 1));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_half_squared(), NULL));
    for (size_t batch = 0; batch <= 8; batch += 8) {
        double w[1] = {0};
        lgd_optimizer *opt = NULL;
        lgd_report report;
        ck_ok(lgd_nesterov_convex_create(&opt, &(lgd_nesterov_convex_options){.lr = 1000}));
        ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.batch_size = batch}, &report), LGD_EDIVERGED,
                 "nesterov_convex ran at rate");
        ck_assert_int_eq(report.lr_hold > 0, batch == 0);
        ck_assert_int_eq(strstr(lgd_last_error(), "would hold") != NULL, batch == 0);
        lgd_optimizer_free(opt);
    }
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

START_TEST(rate_that_holds_out_of_time_not_known)
{
    double seconds = 0.2;
    broken b = {.at = 0};
    lgd_objective *f;
    lgd_report report = {.stop = LGD_STOP_SECONDS};
    ck_ok(lgd_function_create(&f, DIM, broken_eval, &b));
    while (report.stop == LGD_STOP_SECONDS) { /* a machine that was busy elsewhere before the first step */
        double w[DIM] = {2, 3, 4};
        lgd_optimizer *opt = NULL;
        ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 1e200}));
        const lgd_status status = lgd_minimize(
            f, opt, w,
            &(lgd_minimize_options){.max_seconds = seconds, .callback = wait_past_the_end, .callback_ctx = &seconds},
            &report);
        if (report.stop != LGD_STOP_SECONDS)
            check_failure(status, LGD_EDIVERGED, "f is inf", "minimize", __FILE__, __LINE__);
        lgd_optimizer_free(opt);
    }
    ck_assert_uint_eq(report.steps, 1);
    ck_assert_double_eq(report.lr_hold, 0);
    ck_assert_ptr_null(strstr(lgd_last_error(), "would hold"));
    lgd_objective_free(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("divergence");
    CASE(s, value_not_finite_never_ok_and_best_point_returned);
    CASE(s, value_not_finite_in_the_last_figures_is_divergence);
    CASE(s, value_not_finite_at_the_start_no_rate_to_blame);
    CASE(s, value_unknown_at_the_best_point_told_as_nan);
    CASE(s, gradient_not_finite_its_coordinate_named);
    CASE(s, point_not_finite_is_divergence);
    CASE(s, growth_beyond_the_factor_is_divergence);
    CASE(s, rate_that_holds_full_batch_then_converges);
    CASE(s, rate_that_holds_adaptive_method_a_tenth);
    CASE(s, rate_that_holds_mini_batch_then_holds);
    CASE(s, mini_batch_divergence_best_epoch_returned);
    CASE(s, error_of_the_objective_passed_through_with_the_last_point);
    CASE(s, rate_that_holds_where_noise_grows_none_in_batches);
    CASE(s, rate_that_holds_out_of_time_not_known);
    return suite_run(s);
}
