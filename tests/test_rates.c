/* Schedules inside a run: what lgd_minimize makes of plateaus, of momentum, of chains; and that a run's rates are those that
 * lgd_schedule_factor gives when asked at once. */
#include "problems.h"

enum { N = 3, STEPS = 24 };

/* Values that a test prescribes, one a call, beyond the last the last; the gradient is 1 everywhere. */
typedef struct told {
    const double *value;
    size_t count, calls;
} told;

static lgd_status told_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    told *t = ctx;
    (void)w;
    *f = t->value[t->calls < t->count ? t->calls : t->count - 1];
    t->calls += g != NULL;
    for (size_t j = 0; g && j < dim; j++)
        g[j] = 1;
    return LGD_OK;
}

/* In so many runs, each going on where the one before it ended. With the gradient always 1, w travels what the rates say. */
static void rates_of_run(const double *value, size_t count, const lgd_schedule *schedule, const char *method,
                         uint64_t pieces, double rate[STEPS])
{
    told t = {value, count, 0};
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_history *h;
    double w[N] = {0}, travelled = 0;
    size_t entries;
    ck_ok(lgd_function_create(&f, N, told_eval, &t));
    ck_ok(lgd_optimizer_parse(&opt, method));
    ck_ok(lgd_history_create(&h));
    for (uint64_t piece = 0; piece < pieces; piece++) {
        const lgd_minimize_options o = {.max_epochs = STEPS / pieces,
                                        .first_epoch = piece * (STEPS / pieces),
                                        .grad_tol = LGD_ZERO,
                                        .schedule = *schedule,
                                        .history = h,
                                        .divergence_factor = 1e300};
        ck_ok(lgd_minimize(f, opt, w, &o, NULL));
    }
    const double *lr = lgd_history_series(h, "lr", &entries);
    ck_assert_uint_eq(entries, STEPS);
    memcpy(rate, lr, STEPS * sizeof *rate);
    for (size_t i = 0; i < STEPS; i++)
        travelled -= rate[i];
    ck_assert_double_eq(w[0], travelled);
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}

START_TEST(rates_of_a_run_in_one_piece_and_in_two_those_sampled_at_once)
{
    static const double milestones[] = {3, 9};
    static const lgd_schedule then = {.kind = LGD_EXPONENTIAL};
    static const lgd_schedule schedules[] = {
        {.kind = LGD_STEP_DECAY, .period = 5},
        {.kind = LGD_MULTI_STEP, .milestones = milestones, .milestone_count = 2},
        {.kind = LGD_COSINE, .period = 20, .warmup = 4},
        {.kind = LGD_INVERSE_TIME, .factor = 0.1},
        {.kind = LGD_WARM_RESTARTS, .period = 3, .factor = 2, .floor = 0.1},
        {.kind = LGD_ONE_CYCLE, .period = STEPS},
        {.kind = LGD_TRIANGULAR, .period = 6, .rise = 0.3},
        {.kind = LGD_TRIANGULAR2, .period = 6, .floor = 0.1},
        {.kind = LGD_EXP_RANGE, .period = 6, .factor = 0.9},
        {.kind = LGD_TRAPEZOID, .period = STEPS, .warmup = 5},
        {.kind = LGD_OPTIMAL, .factor = 0.01},
        {.kind = LGD_VW_POWER, .factor = 0.9},
        {.kind = LGD_TRAPEZOID, .period = 4, .floor = 0.5, .next = &then, .until = 7},
    };
    const double falling = 1;
    for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++)
        for (uint64_t k = 0; k < 4; k++) {
            lgd_schedule s = schedules[i], next = then;
            double rate[STEPS];
            s.per_step = next.per_step = k % 2;
            s.next = s.next ? &next : NULL;
            rates_of_run(&falling, 1, &s, "sgd:lr=0.5", 1 + k / 2, rate);
            for (uint64_t t = STEPS; t-- > 0;) { /* backwards: a schedule has no memory */
                double factor;
                ck_ok(lgd_schedule_factor(&s, t, t, &factor));
                ck_assert_double_eq(rate[t], 0.5 * factor);
            }
        }
}
END_TEST

/* Bad values: at steps 2 to 4 (cut, since more than 2 in a row), then 2 of rest, then 7 to 9 (cut). */
/* features: 61 */
START_TEST(plateau_in_full_batch_cuts_where_values_say)
{
    static const double value[] = {5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 2, 1};
    const lgd_schedule s = {.kind = LGD_PLATEAU, .factor = 0.5, .patience = 2, .cooldown = 2};
    double rate[STEPS];
    rates_of_run(value, sizeof value / sizeof *value, &s, "sgd:lr=1", 1, rate);
    for (size_t t = 0; t < 14; t++)
        ck_assert_double_eq(rate[t], t < 4 ? 1 : t < 9 ? 0.5 : 0.25);
}
END_TEST

/* In batches it is shown the mean of each epoch; with check_every the full evaluations, and only those. */
START_TEST(plateau_in_batches_sees_epochs_or_checks)
{
    model m = model_create(64, N, lgd_loss_squared(), NULL, 7);
    for (uint64_t check_every = 0; check_every <= 2; check_every += 2) {
        lgd_optimizer *opt;
        lgd_history *h;
        double w[N] = {0}, cut = 1;
        size_t entries;
        ck_ok(lgd_optimizer_parse(&opt, "sgd:lr=1e-9")); /* so small that no value is good after the first */
        ck_ok(lgd_history_create(&h));
        ck_ok(lgd_minimize(m.f, opt, w,
                           &(lgd_minimize_options){.batch_size = 16,
                                                   .max_epochs = 12,
                                                   .check_every = check_every,
                                                   .grad_tol = LGD_ZERO,
                                                   .history = h,
                                                   .schedule = {.kind = LGD_PLATEAU, .patience = 1}},
                           NULL));
        const double *lr = lgd_history_series(h, "lr", &entries);
        ck_assert_uint_eq(entries, 12);
        for (size_t e = 0; e < 12; e++) {
            /* means: of epochs 0, 1, ...: bad from 1 on, a cut after every second; checks: before epochs 0, 2, ... */
            if (check_every ? e >= 4 && e % 4 == 0 : e >= 3 && e % 2)
                cut *= 0.1;
            ck_near(lr[e], 1e-9 * cut, 1e-14 * 1e-9);
        }
        lgd_history_free(h);
        lgd_optimizer_free(opt);
    }
    model_free(&m);
}
END_TEST

/* A schedule's momentum in a run is the momentum of one's own loop. */
START_TEST(momentum_of_a_schedule_lent_to_every_method_that_has_one)
{
    const lgd_schedule s = {.kind = LGD_ONE_CYCLE, .period = STEPS, .momentum_high = 0.9, .momentum_low = 0.6};
    const double curvature[N] = {1, 2, 3}, at[N] = {1, -1, 2};
    size_t followed = 0;
    for (size_t i = 0; function_method(i); i++) {
        lgd_optimizer *run = builtin(i, 0.01), *own = builtin(i, 0.01);
        quadratic q = {curvature, at, 0};
        lgd_objective *f;
        double w[N] = {0}, v[N] = {0}, g[N], value, option;
        const bool has = (!lgd_optimizer_option(run, "momentum", &option) && option > 0) ||
                         !lgd_optimizer_option(run, "beta1", &option);
        const lgd_minimize_options o = {.max_steps = STEPS, .grad_tol = LGD_ZERO, .schedule = s};
        ck_ok(lgd_function_create(&f, N, quadratic_eval, &q));
        if (has) {
            ck_ok(lgd_minimize(f, run, w, &o, NULL));
            for (uint64_t t = 0; t < STEPS; t++) {
                double factor, momentum;
                ck_ok(lgd_schedule_factor(&s, t, t, &factor));
                ck_ok(lgd_schedule_momentum(&s, t, t, &momentum));
                ck_ok(quadratic_eval(&q, N, v, &value, g));
                ck_ok(lgd_optimizer_momentum(own, momentum));
                ck_ok(lgd_optimizer_step(own, N, v, g, value, factor));
            }
            ck_assert_msg(!memcmp(w, v, sizeof w), "%s", lgd_optimizer_name(run));
            followed++;
        } else {
            ck_fails(lgd_minimize(f, run, w, &o, NULL), LGD_EUNSUPPORTED, "it has no momentum");
            ck_fails(lgd_optimizer_momentum(own, 0.5), LGD_EUNSUPPORTED, "momentum is 0.5, none is accepted");
            ck_assert_uint_eq(lgd_optimizer_steps(run), 0);
        }
        lgd_objective_free(f);
        lgd_optimizer_free(run);
        lgd_optimizer_free(own);
    }
    ck_assert_uint_ge(followed, 12);
}
END_TEST

START_TEST(schedule_bad_in_a_later_link_refused_before_the_run)
{
    const double curvature[N] = {1, 2, 3}, at[N] = {1, -1, 2};
    quadratic q = {curvature, at, 0};
    lgd_objective *f;
    lgd_optimizer *opt;
    double w[N] = {0};
    const lgd_schedule bad = {.kind = LGD_COSINE}, cycle = {.kind = LGD_ONE_CYCLE, .period = 5, .momentum_low = 0.5};
    lgd_minimize_options o = {.schedule = {.next = &bad, .until = 100}};
    ck_ok(lgd_function_create(&f, N, quadratic_eval, &q));
    ck_ok(lgd_optimizer_parse(&opt, "sgd"));
    ck_fails(lgd_minimize(f, opt, w, &o, NULL), LGD_EINVAL, "period is 0");
    o.schedule.next = &cycle;
    ck_fails(lgd_minimize(f, opt, w, &o, NULL), LGD_EUNSUPPORTED, "it has no momentum");
    ck_assert_uint_eq(q.calls, 0);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rates");
    CASE(s, rates_of_a_run_in_one_piece_and_in_two_those_sampled_at_once);
    CASE(s, plateau_in_full_batch_cuts_where_values_say);
    CASE(s, plateau_in_batches_sees_epochs_or_checks);
    CASE(s, momentum_of_a_schedule_lent_to_every_method_that_has_one);
    CASE(s, schedule_bad_in_a_later_link_refused_before_the_run);
    return suite_run(s);
}
