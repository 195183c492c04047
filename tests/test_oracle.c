#include "problems.h"

/* Methods of the caller's: what a run lends to a step, and what a step may say. */

enum { M = 120, N = 4, DIM = N + 1 };

typedef struct rate {
    double lr;
} rate;

static const lgd_option rate_options[] = {
    {.name = "lr", .offset = 0, .type = LGD_DOUBLE, .preset = 0.1, .low = 0, .high = 10, .help = "rate"}, {0}};

static lgd_optimizer *create(const lgd_optimizer_ops *ops)
{
    lgd_optimizer *opt;
    ck_ok(lgd_optimizer_create(&opt, ops, NULL, 0));
    return opt;
}

static void vectors(const void *options, size_t dim, size_t *count, size_t *state_size)
{
    (void)options, (void)dim, (void)state_size;
    *count = 2;
}

/* The extragradient method (Korpelevich 1976): the gradient at w - lr g decides. */
static lgd_status extragradient_step(lgd_step *s)
{
    const double lr = ((const rate *)s->options)->lr * s->lr_factor;
    double f;
    for (size_t j = 0; j < s->dim; j++)
        s->vec[0][j] = s->w[j] - lr * s->g[j];
    lgd_status status = s->oracle->eval(s->oracle_ctx, s->vec[0], &f, s->vec[1]);
    for (size_t j = 0; j < s->dim && !status; j++)
        s->w[j] -= lr * s->vec[1][j];
    return status;
}

static const lgd_optimizer_ops extragradient = {.name = "extragradient",
                                                .options = rate_options,
                                                .options_size = sizeof(rate),
                                                .flags = LGD_NEEDS_EVAL,
                                                .layout = vectors,
                                                .step = extragradient_step};

START_TEST(oracle_same_rows_sign_and_frozen_coordinates_as_the_step)
{
    const double frozen[DIM] = {1, 1, 0, 1, 1};
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.1, .intercept = true}, 1);
    for (size_t batch = 25; batch <= M; batch += M - 25)
        for (int freeze = 0; freeze < 2; freeze++) {
            lgd_optimizer *opt = create(&extragradient);
            lgd_report report;
            double w[DIM] = {0}, own[DIM] = {0}, at[DIM], g[DIM], f;
            size_t index[M];
            ck_ok(lgd_minimize(m.f, opt, w,
                               &(lgd_minimize_options){
                                   .batch_size = batch, .max_epochs = 3, .seed = 2, .lr_scale = freeze ? frozen : NULL},
                               &report));
            for (uint64_t e = 0; e < 3; e++) {
                lgd_permutation(2, e, M, index);
                for (size_t first = 0; first < M; first += batch) {
                    const lgd_rows rows = {first, M - first < batch ? M - first : batch, index};
                    ck_ok(lgd_objective_eval(m.f, &rows, own, &f, g));
                    for (size_t j = 0; j < DIM; j++)
                        at[j] = own[j] - 0.1 * (freeze && j == 2 ? 0 : g[j]);
                    ck_ok(lgd_objective_eval(m.f, &rows, at, &f, g));
                    for (size_t j = 0; j < DIM; j++)
                        own[j] -= 0.1 * (freeze && j == 2 ? 0 : g[j]);
                }
            }
            ck_assert_mem_eq(w, own, sizeof w);
            ck_assert_uint_eq(report.evaluations, 2 * report.steps + 1); /* the oracle's are counted */
            lgd_optimizer_free(opt);
        }
    model_free(&m);
}
END_TEST

/* Plain descent that leaves f and g of its new point behind. */
static lgd_status fresh_step(lgd_step *s)
{
    for (size_t j = 0; j < s->dim; j++)
        s->w[j] -= ((const rate *)s->options)->lr * s->g[j];
    s->fresh = true;
    return s->oracle->eval(s->oracle_ctx, s->w, &s->f, s->g);
}

static const lgd_optimizer_ops fresh = {.name = "fresh",
                                        .options = rate_options,
                                        .options_size = sizeof(rate),
                                        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH,
                                        .step = fresh_step};

static int remember(void *ctx, const lgd_progress *p)
{
    double *sum = ctx;
    *sum = 0.7 * *sum + p->f + p->grad_norm + p->w[0];
    return 0;
}

START_TEST(oracle_fresh_values_same_run_without_evaluating_twice)
{
    const double scale[DIM] = {1, 0.5, 1, 0, 1};
    model m = model_create(M, N, lgd_loss_squared(), &(lgd_glm_options){.intercept = true}, 2);
    for (int how = 0; how < 6; how++) {
        lgd_optimizer *opt[2] = {create(&fresh), builtin(0, 0.1)}; /* the other is sgd */
        lgd_history *h[2];
        lgd_report report[2];
        double w[2][DIM] = {{0}}, best[2][DIM], heard[2] = {0};
        for (int i = 0; i < 2; i++) {
            ck_assert(i == 0 || !strcmp(lgd_optimizer_name(opt[1]), "sgd"));
            ck_ok(lgd_history_create(&h[i]));
            lgd_minimize_options o = {
                .max_epochs = 60, .w_best = best[i], .history = h[i], .callback = remember, .callback_ctx = &heard[i]};
            o.lr_scale = how == 1 ? scale : NULL;
            o.f_tol = how == 2 ? 1e-2 : 0;
            o.clip_norm = how == 3 ? 0.3 : 0;
            o.grad_tol = how == 4 ? 0.1 : 0;
            o.f_target = how == 5 ? 0.2 : 0;
            ck_ok(lgd_minimize(m.f, opt[i], w[i], &o, &report[i]));
        }
        size_t count[2];
        const double *loss[2] = {lgd_history_series(h[0], "loss", &count[0]),
                                 lgd_history_series(h[1], "loss", &count[1])};
        ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
        ck_assert_mem_eq(best[0], best[1], sizeof best[0]);
        ck_assert_uint_eq(count[0], count[1]);
        ck_assert_mem_eq(loss[0], loss[1], count[0] * sizeof(double));
        ck_assert(heard[0] == heard[1]);
        ck_assert(report[0].stop == report[1].stop && report[0].f == report[1].f);
        ck_assert(report[0].grad_norm == report[1].grad_norm && report[0].best_f == report[1].best_f);
        ck_assert_uint_eq(report[0].best_step, report[1].best_step);
        ck_assert_uint_eq(report[1].evaluations, report[1].steps + 1);
        ck_assert_uint_eq(report[0].evaluations, how == 1 ? 2 * report[0].steps + 1 : report[0].steps + 1);
        for (int i = 0; i < 2; i++) {
            lgd_history_free(h[i]);
            lgd_optimizer_free(opt[i]);
        }
    }
    model_free(&m);
}
END_TEST

START_TEST(oracle_ascent_is_descent_of_the_negative)
{
    const double curvature[DIM] = {-1, -2, -3, -4, -5};
    quadratic q = {curvature, NULL, 0};
    lgd_objective *f;
    lgd_optimizer *opt = create(&extragradient);
    lgd_report report;
    double w[DIM] = {1, 1, 1, 1, 1};
    ck_ok(lgd_function_create(&f, DIM, quadratic_eval, &q));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.maximize = true, .grad_tol = 1e-12}, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
    ck_near(report.f, 0, 1e-20);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

START_TEST(oracle_where_there_is_none_refused_by_name)
{
    model m = model_create(M, N, lgd_loss_squared(), NULL, 3);
    lgd_optimizer *needs = create(&extragradient), *full = create(&fresh);
    double w[N] = {0}, g[N] = {1};
    ck_fails(lgd_optimizer_step(needs, N, w, g, 1, 1), LGD_EUNSUPPORTED, "extragradient");
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "lgd_minimize"));
    ck_fails(lgd_minimize(m.f, full, w, &(lgd_minimize_options){.batch_size = 10}, NULL), LGD_EUNSUPPORTED,
             "minimize: batch_size is 10, 0 is accepted by fresh: it needs all rows");
    ck_assert(w[0] == 0);
    lgd_optimizer_free(needs);
    lgd_optimizer_free(full);
    model_free(&m);
}
END_TEST

/* ---- a method that ends the run at its third step, one that fails, and one that makes noise */

static lgd_status three_steps(lgd_step *s)
{
    for (size_t j = 0; j < s->dim; j++)
        s->w[j] -= 0.01 * s->g[j];
    s->stop = s->t == 3;
    return LGD_OK;
}

static int stop_at_three(void *ctx, const lgd_progress *p)
{
    (void)ctx;
    return p->step == 3;
}

START_TEST(step_may_end_the_run)
{
    static const lgd_optimizer_ops ops = {.name = "three", .step = three_steps};
    model m = model_create(M, 3, lgd_loss_squared(), NULL, 4);
    for (size_t batch = 0; batch <= 10; batch += 10) {
        lgd_optimizer *opt = create(&ops);
        lgd_report report;
        double w[3] = {0};
        ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.batch_size = batch, .callback = stop_at_three},
                           &report));
        ck_assert_int_eq(report.stop, LGD_STOP_OPTIMIZER); /* which was first */
        ck_assert_uint_eq(report.steps, 3);
        ck_assert_uint_eq(report.epochs, batch ? 0 : 3);
        lgd_optimizer_free(opt);
    }
    model_free(&m);
}
END_TEST

static lgd_status failing_step(lgd_step *s)
{
    s->w[0] += 1;
    return s->t == 4 ? lgd_set_error(LGD_EUSER, "gearbox: a tooth is missing") : LGD_OK;
}

START_TEST(step_that_fails_ends_the_run_in_its_words)
{
    static const lgd_optimizer_ops ops = {.name = "gearbox", .step = failing_step};
    model m = model_create(M, N, lgd_loss_squared(), NULL, 4);
    for (size_t batch = 0; batch <= 50; batch += 50) {
        lgd_optimizer *opt = create(&ops);
        lgd_report report;
        double w[N] = {0};
        ck_fails(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.batch_size = batch}, &report), LGD_EUSER,
                 "gearbox: a tooth is missing");
        ck_assert_int_eq(report.stop, LGD_STOP_ERROR);
        ck_assert_uint_eq(report.steps, 3); /* the step that failed does not count */
        lgd_optimizer_free(opt);
    }
    model_free(&m);
}
END_TEST

/* Langevin dynamics in its plainest form: descent, and uniform noise from the run's key */
static lgd_status noisy_step(lgd_step *s)
{
    double noise[DIM];
    lgd_uniform(s->key, 0, s->dim, noise);
    for (size_t j = 0; j < s->dim; j++)
        s->w[j] += 0.01 * (noise[j] - 0.5) - 0.05 * s->g[j];
    return LGD_OK;
}

START_TEST(step_noise_belongs_to_seed_and_step)
{
    static const lgd_optimizer_ops whole = {.name = "noisy", .step = noisy_step},
                                   sliced = {.name = "noisy", .step = noisy_step, .flags = LGD_SLICED};
    model m = model_create(M, N, lgd_loss_squared(), &(lgd_glm_options){.intercept = true}, 5);
    for (int kind = 0; kind < 2; kind++) {
        double w[4][DIM] = {{0}};
        for (size_t run = 0; run < 4; run++) {
            lgd_optimizer *opt = create(kind ? &sliced : &whole);
            lgd_minimize_options o = {.max_epochs = run == 2 ? 10 : 20, .seed = run == 3};
            ck_ok(lgd_minimize(m.f, opt, w[run], &o, NULL));
            o.first_epoch = 10;
            if (run == 2)
                ck_ok(lgd_minimize(m.f, opt, w[run], &o, NULL));
            lgd_optimizer_free(opt);
        }
        ck_assert_mem_eq(w[0], w[1], sizeof w[0]); /* the same again */
        ck_assert_mem_eq(w[0], w[2], sizeof w[0]); /* in two parts */
        ck_assert_mem_ne(w[0], w[3], sizeof w[0]); /* another seed */
    }
    model_free(&m);
}
END_TEST

/* ---- what the objective spares */

START_TEST(weight_decay_spares_the_intercept_in_subsets_too)
{
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}, 6);
    lgd_objective *subset;
    ck_ok(lgd_objective_subset(&subset, m.f, &(lgd_rows){20, 70, NULL}));
    lgd_objective *objectives[] = {m.f, subset};
    for (int i = 0; i < 2; i++) {
        lgd_optimizer *adam, *adamw;
        double a[DIM] = {1, 1, 1, 1, 1}, b[DIM] = {1, 1, 1, 1, 1};
        ck_ok(lgd_optimizer_parse(&adam, "adam:lr=0.01"));
        ck_ok(lgd_optimizer_parse(&adamw, "adamw:lr=0.01,weight_decay=5"));
        ck_ok(lgd_minimize(objectives[i], adam, a, &(lgd_minimize_options){.max_steps = 1}, NULL));
        ck_ok(lgd_minimize(objectives[i], adamw, b, &(lgd_minimize_options){.max_steps = 1}, NULL));
        for (size_t j = 0; j < N; j++)
            ck_near(b[j], a[j] - 0.05, 1e-15);
        ck_assert(b[N] == a[N]);
        lgd_optimizer_free(adam);
        lgd_optimizer_free(adamw);
    }
    lgd_objective_free(subset);
    model_free(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("oracle");
    CASE(s, oracle_same_rows_sign_and_frozen_coordinates_as_the_step);
    CASE(s, oracle_fresh_values_same_run_without_evaluating_twice);
    CASE(s, oracle_ascent_is_descent_of_the_negative);
    CASE(s, oracle_where_there_is_none_refused_by_name);
    CASE(s, step_may_end_the_run);
    CASE(s, step_that_fails_ends_the_run_in_its_words);
    CASE(s, step_noise_belongs_to_seed_and_step);
    CASE(s, weight_decay_spares_the_intercept_in_subsets_too);
    return suite_run(s);
}
