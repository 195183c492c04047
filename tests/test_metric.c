#include "optimizer/optimizer.h"
#include "problems.h"
#include <stdio.h>

/* What a step tells of its rate, what becomes of it, and a penalty that is set, lent, changed and given back. */

enum { DIM = 4 };

/* ---- a penalty that writes down the rates it is asked at; it moves nothing, or adds `add` */
typedef struct spy {
    double eta[DIM];
    size_t calls, fail_at; /* fails in that call */
    double add;
} spy;

static double spy_value(const void *ctx, size_t n, const double *w)
{
    (void)ctx, (void)n, (void)w;
    return 0;
}

static lgd_status spy_prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    spy *s = (spy *)(uintptr_t)ctx;
    (void)work;
    if (++s->calls == s->fail_at)
        return lgd_set_error(LGD_EUSER, "spy: told to fail");
    for (size_t j = 0; j < n; j++) {
        s->eta[j] = eta_each ? eta_each[j] : eta;
        w[j] += s->eta[j] > 0 ? s->add : 0;
    }
    return LGD_OK;
}

static lgd_status spy_check(const void *ctx, size_t n)
{
    (void)ctx;
    return n > DIM ? lgd_set_error(LGD_EINVAL, "spy: at most 4 coordinates are accepted") : LGD_OK;
}

static lgd_penalty *spying(spy *s)
{
    lgd_penalty *p = NULL;
    const lgd_penalty_ops ops = {.name = "spy", .value = spy_value, .prox = spy_prox, .check = spy_check};
    ck_ok(lgd_penalty_create(&p, &ops, s));
    return p;
}

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_assert_msg(!lgd_optimizer_parse(&opt, text), "%s: %s", text, lgd_last_error());
    return opt;
}

/* ---- exact from the first step on: how far w moves where every gradient is 1, since a mean of ones is 1 */

static const char *const means[] = {"sgd:lr=0.1",
                                    "momentum",
                                    "momentum:form=pytorch",
                                    "momentum:form=pytorch,dampening=0.3",
                                    "nesterov",
                                    "nesterov:form=pytorch",
                                    "polyak:lr=0.1,f_min=-9",
                                    "lars:trust_coefficient=0.1",
                                    "lars:trust_coefficient=0.1,form=optax",
                                    "lion",
                                    "adagrad",
                                    "rmsprop",
                                    "rmsprop:centered=true,eps=0.1",
                                    "adam",
                                    "adam:eps_root=0.1",
                                    "adamw:weight_decay=0",
                                    "amsgrad",
                                    "amsgrad:form=optax,eps_root=0.1",
                                    "amsgrad:form=paper",
                                    "adamax",
                                    "nadam",
                                    "nadam:form=paper,eps_root=0.1",
                                    "radam",
                                    "radam:form=optax",
                                    "ftrl",
                                    "yogi",
                                    "yogi:form=corrected",
                                    "adabelief:eps=0.1",
                                    "asgd:lambd=0",
                                    "adadelta",
                                    "prodigy:d0=0.01",
                                    "lamb",
                                    "adagrad:eps_root=0.1",
                                    "amsgrad:eps_root=0.1",
                                    "ftrl:l2=0.5",
                                    "rmsprop:alpha=0,momentum=0.9"};

START_TEST(every_mean_steady_gradient_rate_is_how_far_w_moves)
{
    for (size_t i = 0; i < sizeof means / sizeof *means; i++) {
        spy s = {.add = 0};
        lgd_penalty *p = spying(&s);
        lgd_optimizer *opt = parsed(means[i]);
        double w[DIM] = {3, -1, 0.5, 8};
        ck_ok(lgd_optimizer_penalty(opt, p));
        for (int t = 0; t < 40; t++) {
            double g[DIM] = {1, 1, 1, 1}, before[DIM];
            const double factor = t < 20 ? 1 : 0.1;
            if (t >= 30 && opt->takes_momentum)
                ck_ok(lgd_optimizer_momentum(opt, 0.5));
            memcpy(before, w, sizeof w);
            ck_ok(lgd_optimizer_step(opt, DIM, w, g, 1, factor));
            /* Adam's correction 1/(1 - beta1^t) takes beta1 for constant: what it lacks is in the rate too */
            for (size_t j = 0; j < DIM; j++)
                ck_assert_msg(fabs(before[j] - w[j] - s.eta[j]) <= 1e-13 * fabs(s.eta[j]) + 4e-15,
                              "%s: rate %.17g, moved by %.17g in step %d", means[i], s.eta[j], before[j] - w[j], t + 1);
        }
        lgd_optimizer_free(opt);
        lgd_penalty_free(p);
    }
}
END_TEST

/* The velocity still holds gradients at the rate before: a rate that falls by 100 does not let zeros go. */
START_TEST(momentum_rate_falls_at_once_zeros_stay)
{
    static const char *const texts[] = {"momentum:lr=0.05", "nesterov:lr=0.05", "momentum:lr=0.05,form=pytorch",
                                        "lars:lr=0.5,trust_coefficient=0.1"};
    lgd_penalty *p = NULL;
    ck_ok(lgd_penalty_l1_create(&p, 0.5));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lgd_optimizer *opt = parsed(texts[i]);
        double w[DIM] = {1, 1, 1, 1};
        ck_ok(lgd_optimizer_penalty(opt, p));
        for (int t = 0; t < 400; t++) {
            double g[DIM] = {w[0] - 0.49, w[1] - 2, w[2] + 0.49, w[3] - 0.4};
            if (t == 300 && i < 3) /* cut anew, which is no reason to forget */
                ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 1, .count = 2, .lr_scale = 1}, 1));
            ck_ok(lgd_optimizer_step(opt, DIM, w, g, 0, t < 300 ? 1 : 0.01));
            if (t > 290)
                ck_assert_msg(w[0] == 0 && w[2] == 0 && w[3] == 0, "%s: %g %g %g in step %d", texts[i], w[0], w[2],
                              w[3], t);
        }
        ck_assert(fabs(w[1] - 1.5) < 1e-3);
        lgd_optimizer_free(opt);
    }
    lgd_penalty_free(p);
}
END_TEST

/* ---- rates at the ends of their range */

static double told[DIM];

static lgd_status tell(lgd_step *s)
{
    for (size_t j = 0; j < s->dim && s->eta_each; j++)
        s->eta_each[j] = told[j];
    return LGD_OK;
}

static lgd_status tell_one(lgd_step *s)
{
    s->eta = told[0];
    return LGD_OK;
}

static lgd_status tell_none(lgd_step *s)
{
    (void)s;
    return LGD_OK;
}

static lgd_optimizer *telling(lgd_status (*step)(lgd_step *))
{
    lgd_optimizer *opt = NULL;
    const lgd_optimizer_ops ops = {.name = "own", .flags = LGD_TELLS_RATE, .step = step};
    ck_ok(lgd_optimizer_create(&opt, &ops, NULL, 0));
    return opt;
}

START_TEST(rates_without_end_and_next_to_none_are_held_no_numbers_refused_by_index)
{
    static const double bad[] = {NAN, -1, -INFINITY};
    spy s = {.add = 1};
    lgd_penalty *p = spying(&s);
    double w[DIM] = {0}, g[DIM] = {0};
    lgd_optimizer *opt = telling(tell);
    memcpy(told, (double[DIM]){INFINITY, 5e-324, 0, 2}, sizeof told);
    ck_ok(lgd_optimizer_penalty(opt, p));
    ck_ok(lgd_optimizer_step(opt, DIM, w, g, 0, 1));
    ck_assert(s.eta[0] == 0x1p511 && s.eta[1] == 0x1p-511 && s.eta[2] == 0 && s.eta[3] == 2);
    ck_assert(w[0] == 1 && w[1] == 1 && w[2] == 0 && w[3] == 1);
    lgd_optimizer_free(opt);
    opt = telling(tell_one);
    ck_ok(lgd_optimizer_penalty(opt, p));
    ck_ok(lgd_optimizer_step(opt, DIM, w, g, 0, 1));
    ck_assert(s.eta[0] == 0x1p511 && s.eta[3] == 0x1p511);
    told[0] = 0;
    memset(w, 0, sizeof w);
    ck_ok(lgd_optimizer_step(opt, DIM, w, g, 0, 1));
    ck_assert(s.eta[0] == 0 && w[0] == 0 && w[3] == 0);
    lgd_optimizer_free(opt);
    for (size_t i = 0; i < 3; i++) {
        opt = telling(tell);
        memcpy(told, (double[DIM]){1, 1, bad[i], 1}, sizeof told);
        ck_ok(lgd_optimizer_penalty(opt, p));
        ck_fails(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_EINVAL, "for w[2], a number at least 0 is accepted");
        ck_fails(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_EINVAL, "half done");
        lgd_optimizer_free(opt);
    }
    opt = telling(tell_none);
    ck_ok(lgd_optimizer_penalty(opt, p));
    ck_fails(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_EINVAL, "own: its step tells a rate of nan for w[0]");
    lgd_optimizer_free(opt);
    lgd_penalty_free(p);
}
END_TEST

/* Gradients that are 0, next to nothing, and as large as numbers get. */
START_TEST(every_method_extreme_gradients_rates_are_numbers)
{
    for (size_t i = 0; lgd_optimizer_builtin(i); i++) {
        const lgd_optimizer_ops *ops = lgd_optimizer_builtin(i);
        if (!(ops->flags & LGD_TELLS_RATE))
            continue;
        for (int no_eps = 0; no_eps < 2; no_eps++) {
            char text[64];
            lgd_optimizer *opt = NULL;
            snprintf(text, sizeof text, no_eps ? "%s:eps=0" : "%s", ops->name);
            if (lgd_optimizer_parse(&opt, text))
                continue; /* it has no eps, or none of 0 */
            spy s = {.add = 0};
            lgd_penalty *p = spying(&s);
            double w[DIM] = {1, -1, 0, 2};
            ck_ok(lgd_optimizer_penalty(opt, p));
            for (int t = 0; t < 5; t++) {
                double g[DIM] = {0, 5e-324, -1e-200, t == 2 ? 1e150 : 1};
                const lgd_status status = lgd_optimizer_step(opt, DIM, w, g, 1, 1);
                if (status == LGD_EINVAL && lgd_first_not_finite(DIM, w) < DIM)
                    break; /* a rate far too large for 1e150 */
                ck_assert_msg(!status, "%s: %s", text, lgd_last_error());
                for (size_t j = 0; j < DIM; j++)
                    ck_assert_msg(s.eta[j] >= 0 && s.eta[j] <= 0x1p511, "%s: %g", text, s.eta[j]);
            }
            ck_assert_uint_gt(s.calls, 0);
            lgd_optimizer_free(opt);
            lgd_penalty_free(p);
        }
    }
}
END_TEST

/* ---- a penalty that is lent for a run */

static lgd_status bowl(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx;
    *f = 0;
    for (size_t j = 0; j < dim; j++) {
        *f += 0.5 * (w[j] - 1) * (w[j] - 1);
        if (g)
            g[j] = w[j] - 1;
    }
    return LGD_OK;
}

typedef struct scene {
    spy own, lent;
    lgd_penalty *p_own, *p_lent;
    lgd_optimizer *opt;
    lgd_objective *f;
    double w[DIM];
} scene;

static lgd_status open_scene(scene *s, const char *method)
{
    const lgd_penalty_ops ops = {.name = "spy", .value = spy_value, .prox = spy_prox, .check = spy_check};
    *s = (scene){.w = {3, -1, 2, 5}};
    lgd_status status = lgd_penalty_create(&s->p_own, &ops, &s->own);
    if (!status)
        status = lgd_penalty_create(&s->p_lent, &ops, &s->lent);
    if (!status)
        status = lgd_optimizer_parse(&s->opt, method);
    if (!status)
        status = lgd_function_create(&s->f, DIM, bowl, NULL);
    return status ? status : lgd_optimizer_penalty(s->opt, s->p_own);
}

static void close_scene(scene *s)
{
    lgd_optimizer_free(s->opt);
    lgd_objective_free(s->f);
    lgd_penalty_free(s->p_own);
    lgd_penalty_free(s->p_lent);
}

static lgd_status run(scene *s, uint64_t steps)
{
    const lgd_minimize_options o = {.max_steps = steps, .grad_tol = LGD_ZERO, .penalty = s->p_lent};
    return lgd_minimize(s->f, s->opt, s->w, &o, NULL);
}

/* The optimizer's own is back, and at work. */
static void check_own(scene *s)
{
    double g[DIM] = {1, 1, 1, 1};
    const size_t own = s->own.calls, lent = s->lent.calls;
    ck_assert_ptr_eq(s->opt->penalty, s->p_own);
    ck_ok(lgd_optimizer_step(s->opt, DIM, s->w, g, 0, 1));
    ck_assert(s->own.calls == own + 1 && s->lent.calls == lent);
}

START_TEST(lent_penalty_comes_back_after_a_run_and_after_a_failure)
{
    scene s;
    ck_ok(open_scene(&s, "adam"));
    ck_ok(run(&s, 5));
    ck_assert(s.own.calls == 0 && s.lent.calls > 5);
    check_own(&s);
    close_scene(&s);

    ck_ok(open_scene(&s, "adam"));
    s.lent.fail_at = 4;
    ck_fails(run(&s, 5), LGD_EUSER, "spy: told to fail");
    lgd_optimizer_reset(s.opt);
    check_own(&s);
    close_scene(&s);

    ck_ok(open_scene(&s, "adam"));
    lgd_objective *wide = NULL;
    double w[DIM + 1] = {1, 2, 3, 4, 5};
    ck_ok(lgd_function_create(&wide, DIM + 1, bowl, NULL));
    ck_ok(lgd_optimizer_penalty(s.opt, NULL));
    ck_fails(lgd_minimize(wide, s.opt, w, &(lgd_minimize_options){.penalty = s.p_lent}, NULL), LGD_EINVAL,
             "spy: at most 4 coordinates");
    ck_assert(w[0] == 1 && w[4] == 5 && !s.opt->penalty);
    ck_ok(lgd_minimize(wide, s.opt, w, NULL, NULL));
    ck_assert_uint_eq(s.lent.calls, 0);
    lgd_objective_free(wide);
    close_scene(&s);
}
END_TEST

START_TEST(lent_penalty_each_allocation_failing_comes_back)
{
    scene s;
    memory_watch(0);
    ck_ok(open_scene(&s, "adam"));
    const size_t before = memory_made();
    ck_ok(run(&s, 2));
    const size_t after = memory_made();
    close_scene(&s);
    ck_assert_uint_eq(memory_live(), 0);
    memory_unwatch();
    ck_assert_uint_gt(after, before + 3);
    for (size_t k = before + 1; k <= after; k++) {
        memory_watch(k);
        ck_ok(open_scene(&s, "adam"));
        ck_assert_int_eq(run(&s, 2), LGD_ENOMEM);
        ck_assert(s.w[0] == 3 && s.lent.calls == 0);
        check_own(&s);
        close_scene(&s);
        ck_assert_uint_eq(memory_live(), 0);
        memory_unwatch();
    }
}
END_TEST

/* A prox is called once for |g| before a step and once after it: w is where the last whole step led. */
START_TEST(prox_fails_w_is_the_last_point_and_no_step_follows)
{
    static const char *const texts[] = {"sgd",      "adam", "nesterov_convex", "schedule_free_sgd:lr=0.1",
                                        "adadelta", "asgd"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t fail_at = 3; fail_at < 9; fail_at++) {
            scene s, whole;
            double g[DIM] = {0};
            ck_ok(open_scene(&s, texts[i]));
            ck_ok(open_scene(&whole, texts[i]));
            s.lent.fail_at = fail_at;
            ck_fails(run(&s, 20), LGD_EUSER, "spy: told to fail");
            ck_ok(run(&whole, (fail_at - 1) / 2));
            ck_assert_msg(!memcmp(s.w, whole.w, sizeof s.w), "%s, call %d", texts[i], (int)fail_at);
            if (fail_at % 2 == 0)
                ck_fails(lgd_optimizer_step(s.opt, DIM, s.w, g, 0, 1), LGD_EINVAL, "half done");
            close_scene(&s);
            close_scene(&whole);
        }
}
END_TEST

/* ---- set, changed and taken away */

START_TEST(penalty_changed_between_steps_every_method_goes_on)
{
    static const double low[1] = {0.5}, high[1] = {2};
    lgd_penalty *l1 = NULL, *box = NULL;
    ck_ok(lgd_penalty_l1_create(&l1, 0.1));
    ck_ok(lgd_penalty_box_create(&box, 1, low, high));
    for (size_t i = 0; lgd_optimizer_builtin(i); i++) {
        const lgd_optimizer_ops *ops = lgd_optimizer_builtin(i);
        const bool tells = ops->flags & LGD_TELLS_RATE;
        if (ops->flags & LGD_NEEDS_EVAL)
            continue;
        lgd_optimizer *opt = NULL;
        double w[DIM] = {3, -1, 2, 5}, g[DIM], f;
        ck_ok(lgd_optimizer_create(&opt, ops, NULL, 0));
        for (int t = 0; t < 60; t++) {
            if (t % 10 == 0) {
                const lgd_penalty *const in_turn[] = {NULL, tells ? l1 : box, box};
                ck_ok(lgd_optimizer_penalty(opt, in_turn[t / 10 % 3]));
            }
            bowl(NULL, DIM, w, &f, g);
            ck_ok(lgd_optimizer_step(opt, DIM, w, g, f, 1));
            for (size_t j = 0; j < DIM; j++)
                ck_assert_msg(t / 10 % 3 < 2 ? fabs(w[j]) < 9 : w[j] >= 0.5 && w[j] <= 2, "%s: w[%zu] is %.17g",
                              ops->name, j, w[j]);
        }
        lgd_optimizer_free(opt);
    }
    lgd_penalty_free(l1);
    lgd_penalty_free(box);
}
END_TEST

START_TEST(spared_range_changes_penalty_follows_or_all_stays)
{
    spy s = {.add = 1};
    lgd_penalty *p = spying(&s);
    lgd_optimizer *opt = parsed("sgd");
    double w[DIM + 1] = {0}, g[DIM + 1] = {0};
    ck_ok(lgd_optimizer_penalty(opt, p)); /* for four coordinates at most */
    ck_fails(lgd_optimizer_step(opt, DIM + 1, w, g, 0, 1), LGD_EINVAL, "spy: at most 4 coordinates");
    ck_ok(lgd_optimizer_spare(opt, DIM + 1, 4, 1));
    ck_ok(lgd_optimizer_step(opt, DIM + 1, w, g, 0, 1));
    ck_ok(lgd_optimizer_spare(opt, DIM + 1, 1, 2));
    ck_ok(lgd_optimizer_step(opt, DIM + 1, w, g, 0, 1));
    ck_fails(lgd_optimizer_spare(opt, DIM + 1, 0, 0), LGD_EINVAL, "spy: at most 4 coordinates");
    ck_ok(lgd_optimizer_step(opt, DIM + 1, w, g, 0, 1));
    ck_assert(w[0] == 3 && w[1] == 1 && w[2] == 1 && w[3] == 3 && w[4] == 2);
    lgd_optimizer_reset(opt);
    ck_ok(lgd_optimizer_spare(opt, 2, 0, 0)); /* it is still set */
    ck_ok(lgd_optimizer_step(opt, 2, w, g, 0, 1));
    ck_assert(w[0] == 4 && w[1] == 2 && w[2] == 1);
    lgd_optimizer_free(opt);
    lgd_penalty_free(p);
}
END_TEST

static lgd_status own_prox_step(lgd_step *s)
{
    (void)s;
    return LGD_OK;
}

START_TEST(method_with_a_prox_of_its_own_single_step_refuses_a_penalty)
{
    const lgd_optimizer_ops ops = {.name = "own", .flags = LGD_OWN_PROX, .step = own_prox_step};
    spy s = {.add = 1};
    lgd_penalty *p = spying(&s);
    lgd_optimizer *opt = NULL;
    double w[DIM] = {0}, g[DIM] = {0};
    ck_ok(lgd_optimizer_create(&opt, &ops, NULL, 0));
    ck_ok(lgd_optimizer_step(opt, DIM, w, g, 0, 1));
    ck_ok(lgd_optimizer_penalty(opt, p));
    ck_fails(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_EUNSUPPORTED,
             "own: penalty is spy, which lgd_minimize lends");
    lgd_optimizer_free(opt);
    lgd_penalty_free(p);
}
END_TEST

/* ---- averages see the point after the prox */

START_TEST(averages_sampled_after_the_prox_lookahead_within_the_box)
{
    static const double low[DIM] = {0.1, 0.2, 0.3, 0.7}, high[DIM] = {0.1 + 0.2, 0.9, 0.3, 1.1};
    lgd_penalty *box = NULL;
    ck_ok(lgd_penalty_box_create(&box, DIM, low, high));
    for (int kind = LGD_AVERAGE_UNIFORM; kind <= LGD_LOOKAHEAD; kind++) {
        lgd_optimizer *opt = parsed("momentum:lr=0.3");
        double w[DIM] = {3, -1, 2, 5}, g[DIM], sum[DIM] = {0}, mean[DIM], f;
        ck_ok(lgd_optimizer_average(opt, &(lgd_average){.kind = (lgd_average_kind)kind, .decay = 0.9}));
        ck_ok(lgd_optimizer_penalty(opt, box));
        for (int t = 1; t <= 30; t++) {
            bowl(NULL, DIM, w, &f, g);
            for (size_t j = 0; j < DIM; j++)
                g[j] *= t % 3 ? 1 : -2;
            ck_ok(lgd_optimizer_step(opt, DIM, w, g, f, 1));
            ck_ok(lgd_optimizer_result(opt, w, mean));
            for (size_t j = 0; j < DIM; j++) {
                sum[j] += w[j];
                ck_assert_msg(w[j] >= low[j] && w[j] <= high[j], "w[%zu] is %.17g in step %d", j, w[j], t);
                ck_assert(kind == LGD_LOOKAHEAD || (mean[j] >= low[j] - 1e-15 && mean[j] <= high[j] + 1e-15));
                if (kind == LGD_AVERAGE_UNIFORM)
                    ck_near(mean[j], sum[j] / t, 1e-14);
            }
        }
        lgd_optimizer_free(opt);
    }
    lgd_penalty_free(box);
}
END_TEST

/* A projection of no numbers would be numbers; a method that has not settled has its points in each other's places. */
START_TEST(diverged_step_is_neither_hidden_nor_continued)
{
    static const char *const texts[] = {"sgd:lr=1e300", "nesterov_convex:lr=1e300", "schedule_free_sgd:lr=1e300",
                                        "asgd:lr=1e300"};
    lgd_penalty *simplex = NULL;
    ck_ok(lgd_penalty_simplex_create(&simplex, 1));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lgd_optimizer *opt = parsed(texts[i]);
        double w[DIM] = {0.25, 0.25, 0.25, 0.25}, g[DIM] = {1e200, -1e200, 0, 0};
        if (!(opt->ops.flags & LGD_OWN_POINTS))
            ck_ok(lgd_optimizer_average(opt, &(lgd_average){.kind = LGD_LOOKAHEAD, .period = 1}));
        ck_ok(lgd_optimizer_penalty(opt, simplex));
        ck_ok(lgd_optimizer_step(opt, DIM, w, g, 0, 1));
        ck_assert_msg(lgd_first_not_finite(DIM, w) < DIM, "%s", texts[i]);
        memcpy(w, (double[DIM]){1}, sizeof w);
        memset(g, 0, sizeof g);
        if (opt->ops.settle)
            ck_fails(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_EINVAL, "half done");
        lgd_optimizer_reset(opt);
        ck_ok(lgd_optimizer_step(opt, DIM, w, g, 0, 1));
        ck_assert(lgd_first_not_finite(DIM, w) == DIM);
        lgd_optimizer_free(opt);
    }
    lgd_penalty_free(simplex);
}
END_TEST

/* ---- points of a method's own, settled after the prox: paths by plain loops, of 1/2 sum h (w - a)^2 + 0.3 |w|_1 */

static const real h_of[DIM] = {1, 10, 100, 3}, a_of[DIM] = {4, -2, 3, 0.05L};

static real soft(real w, real t)
{
    return fabsl(w) > t ? w - copysignl(t, w) : 0;
}

static void gradient_of(const double *w, double *g)
{
    for (size_t j = 0; j < DIM; j++)
        g[j] = (double)(h_of[j] * (w[j] - a_of[j]));
}

START_TEST(nesterov_convex_path_and_restarts_as_the_papers)
{
    for (int never = 0; never < 2; never++) {
        lgd_penalty *p = NULL;
        ck_ok(lgd_penalty_l1_create(&p, 0.3));
        lgd_optimizer *opt = parsed(never ? "nesterov_convex:lr=0.009,restart=never" : "nesterov_convex:lr=0.009");
        ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.count = 2, .lr_scale = 0.25}, 1));
        ck_ok(lgd_optimizer_penalty(opt, p));
        double w[DIM] = {3, -1, 2, 5}, g[DIM];
        real x[DIM] = {3, -1, 2, 5}, z[DIM] = {3, -1, 2, 5}, t = 1;
        size_t restarts = 0;
        for (int step = 1; step <= 150; step++) {
            real against = 0, y[DIM];
            for (size_t j = 0; j < DIM; j++) {
                const real lr = j < 2 ? 0.009L / 4 : 0.009L, before = x[j];
                y[j] = x[j] + (z[j] - x[j]) / t;
                z[j] = soft(z[j] - t * lr * h_of[j] * (y[j] - a_of[j]), 0.3L * t * lr);
                x[j] += (z[j] - x[j]) / t;
                against += (y[j] - x[j]) * (x[j] - before) / lr;
            }
            t = (1 + sqrtl(1 + 4 * t * t)) / 2;
            gradient_of(w, g);
            ck_ok(lgd_optimizer_step(opt, DIM, w, g, 0, 1));
            for (size_t j = 0; j < DIM; j++) {
                y[j] = x[j] + (z[j] - x[j]) / t;
                ck_assert_msg(fabsl(w[j] - y[j]) < 1e-11L, "step %d: w[%zu] is %.17g, not %.17Lg", step, j, w[j], y[j]);
            }
            if (against > 0 && !never) { /* the next step begins anew where it takes its gradient */
                restarts++;
                memcpy(x, y, sizeof x);
                memcpy(z, y, sizeof z);
                t = 1;
            }
        }
        ck_assert_msg(never || restarts > 1, "%zu restarts", restarts);
        lgd_optimizer_free(opt);
        lgd_penalty_free(p);
    }
}
END_TEST

START_TEST(schedule_free_path_and_average_as_the_paper)
{
    lgd_penalty *p = NULL;
    ck_ok(lgd_penalty_l1_create(&p, 0.3));
    lgd_optimizer *opt = parsed("schedule_free_sgd:lr=0.01,beta=0.8,power=1");
    ck_ok(lgd_optimizer_penalty(opt, p));
    double w[DIM] = {3, -1, 2, 5}, g[DIM], mean[DIM];
    real x[DIM] = {3, -1, 2, 5}, z[DIM] = {3, -1, 2, 5}, sum = 0;
    for (int t = 1; t <= 60; t++) {
        sum += t;
        gradient_of(w, g);
        ck_ok(lgd_optimizer_step(opt, DIM, w, g, 0, 1));
        ck_ok(lgd_optimizer_result(opt, w, mean));
        for (size_t j = 0; j < DIM; j++) {
            const real y = 0.2L * z[j] + 0.8L * x[j];
            z[j] = soft(z[j] - 0.01L * h_of[j] * (y - a_of[j]), 0.3L * 0.01L);
            x[j] += t / sum * (z[j] - x[j]);
            ck_assert(fabsl(w[j] - (0.2L * z[j] + 0.8L * x[j])) < 1e-13L && fabsl(mean[j] - x[j]) < 1e-13L);
        }
    }
    lgd_optimizer_free(opt);
    lgd_penalty_free(p);
}
END_TEST

START_TEST(asgd_averages_what_the_prox_made)
{
    lgd_penalty *p = NULL;
    ck_ok(lgd_penalty_l1_create(&p, 0.5));
    lgd_optimizer *opt = parsed("asgd:lr=0.3,t0=0");
    double w[DIM] = {3, -1, 2, 5}, g[DIM], sum[DIM] = {0}, mean[DIM], f;
    ck_ok(lgd_optimizer_penalty(opt, p));
    for (int t = 1; t <= 20; t++) {
        bowl(NULL, DIM, w, &f, g);
        ck_ok(lgd_optimizer_step(opt, DIM, w, g, f, 1));
        ck_ok(lgd_optimizer_result(opt, w, mean));
        for (size_t j = 0; j < DIM && t > 1; j++) { /* the first share is 1, and so is the second */
            sum[j] += w[j];
            ck_near(mean[j], sum[j] / (t - 1), 1e-14);
        }
    }
    lgd_optimizer_free(opt);
    lgd_penalty_free(p);
}
END_TEST

/* The averaged point has a value: it does not lie outside by its rounding. */
START_TEST(average_of_a_run_within_the_box_has_a_value)
{
    static const double low[DIM] = {0.1, 0.2, 0.3, 0.7}, high[DIM] = {0.1 + 0.2, 0.9, 0.3, 1.1};
    static const char *const texts[] = {"schedule_free_sgd", "schedule_free_sgd:beta=0.1", "schedule_free_adamw",
                                        "asgd", "asgd:t0=0"};
    lgd_penalty *box = NULL;
    lgd_objective *f = NULL;
    ck_ok(lgd_penalty_box_create(&box, DIM, low, high));
    ck_ok(lgd_function_create(&f, DIM, bowl, NULL));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (uint64_t steps = 1; steps < 40; steps++) {
            lgd_optimizer *opt = parsed(texts[i]);
            double w[DIM] = {3, -1, 2, 5}, mean[DIM];
            lgd_report r;
            const lgd_minimize_options o = {
                .max_steps = steps, .grad_tol = LGD_ZERO, .penalty = box, .w_average = mean};
            ck_ok(lgd_minimize(f, opt, w, &o, &r));
            ck_assert_msg(isfinite(r.f) && isfinite(r.f_average), "%s: %g, %g", texts[i], r.f, r.f_average);
            for (size_t j = 0; j < DIM; j++)
                ck_assert(mean[j] >= low[j] && mean[j] <= high[j]);
            lgd_optimizer_free(opt);
        }
    lgd_objective_free(f);
    lgd_penalty_free(box);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metric");
    CASE(suite, every_mean_steady_gradient_rate_is_how_far_w_moves);
    CASE(suite, momentum_rate_falls_at_once_zeros_stay);
    CASE(suite, rates_without_end_and_next_to_none_are_held_no_numbers_refused_by_index);
    CASE(suite, every_method_extreme_gradients_rates_are_numbers);
    CASE(suite, lent_penalty_comes_back_after_a_run_and_after_a_failure);
    CASE(suite, lent_penalty_each_allocation_failing_comes_back);
    CASE(suite, prox_fails_w_is_the_last_point_and_no_step_follows);
    CASE(suite, penalty_changed_between_steps_every_method_goes_on);
    CASE(suite, spared_range_changes_penalty_follows_or_all_stays);
    CASE(suite, method_with_a_prox_of_its_own_single_step_refuses_a_penalty);
    CASE(suite, averages_sampled_after_the_prox_lookahead_within_the_box);
    CASE(suite, diverged_step_is_neither_hidden_nor_continued);
    CASE(suite, nesterov_convex_path_and_restarts_as_the_papers);
    CASE(suite, schedule_free_path_and_average_as_the_paper);
    CASE(suite, asgd_averages_what_the_prox_made);
    CASE(suite, average_of_a_run_within_the_box_has_a_value);
    return suite_run(suite);
}
