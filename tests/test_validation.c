#include "datasets.h"
#include "optimizer/optimizer.h"
#include "problems.h"
#include <stdio.h>

/* Few rows and many columns to fit, others to validate: a model that is fitted for long fits noise. */
enum { ROWS = 120, COLS = 20, FITTED = 40, DIM = COLS + 1, MOST = 400 };

typedef struct scene {
    data d;
    lgd_matrix *X;
    lgd_objective *all, *f, *v;
} scene;

static scene scene_create(void)
{
    scene s = {.d = data_create(ROWS, COLS, 1, true, 5)};
    ck_ok(lgd_matrix_dense(&s.X, ROWS, COLS, s.d.X, COLS));
    ck_ok(lgd_glm_create(&s.all, s.X, s.d.y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_objective_subset(&s.f, s.all, &(lgd_rows){0, FITTED, NULL}));
    ck_ok(lgd_objective_subset(&s.v, s.all, &(lgd_rows){FITTED, ROWS - FITTED, NULL}));
    return s;
}

static void scene_free(scene *s)
{
    lgd_objective_free(s->v);
    lgd_objective_free(s->f);
    lgd_objective_free(s->all);
    lgd_matrix_free(s->X);
    data_free(&s->d);
}

static lgd_optimizer *method(const char *text)
{
    lgd_optimizer *opt;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

/* The points of a run: w[0] its start, w[k] after epoch k (full batch: step); where the method makes another of them, that. */
typedef struct path {
    const lgd_optimizer *opt;
    size_t count;
    double w[MOST][DIM];
    uint64_t step[MOST];
} path;

static int walk(void *ctx, const lgd_progress *p)
{
    path *at = ctx;
    ck_assert_uint_lt(at->count, MOST);
    double w[DIM];
    memcpy(w, p->w, sizeof w);
    ck_ok(lgd_optimizer_result(at->opt, w, at->w[at->count]));
    at->step[at->count++] = p->step;
    return 0;
}

static const double *series(const lgd_history *h, const char *name, size_t expected)
{
    size_t count;
    const double *s = lgd_history_series(h, name, &count);
    ck_assert_ptr_nonnull(s);
    ck_assert_uint_eq(count, expected);
    return s;
}

/* Runs until patience ends it, and looks whether all is as its points say: taken every `every` epochs. */
static void ends_at_its_best(const char *text, const lgd_average *average, lgd_minimize_options o)
{
    static path p;
    scene s = scene_create();
    lgd_optimizer *opt = method(text);
    double w[DIM] = {0}, w_best[DIM], w_average[DIM], value[MOST], best = INFINITY;
    size_t best_at = 0, bad = 0, k;
    lgd_history *h;
    lgd_report report;
    const uint64_t every = o.check_every ? o.check_every : 1;
    if (average)
        ck_ok(lgd_optimizer_average(opt, average));
    p = (path){.opt = opt, .count = 1};
    ck_ok(lgd_history_create(&h));
    o.validation = s.v;
    o.history = h;
    o.callback = walk;
    o.callback_ctx = &p;
    o.w_best = w_best;
    o.w_average = w_average;
    o.max_epochs = MOST - 1;
    ck_ok(lgd_minimize(s.f, opt, w, &o, &report));
    ck_assert_msg(report.stop == LGD_STOP_PATIENCE, "%s: %s", text, lgd_stop_string(report.stop));
    for (k = 0; k < p.count && bad < o.patience; k += every) {
        ck_ok(lgd_objective_eval(s.v, NULL, p.w[k], &value[k], NULL));
        bad = value[k] < best ? 0 : bad + 1;
        best_at = value[k] < best ? k : best_at;
        best = fmin(best, value[k]);
    }
    ck_assert_msg(bad == o.patience && p.count - 1 == k - every, "%s: %zu bad of %zu", text, bad, p.count);
    ck_assert(best_at > 0 && !memcmp(w, p.w[best_at], sizeof w) && !memcmp(w, w_best, sizeof w));
    ck_assert(!memcmp(w, w_average, sizeof w) && isnan(report.f_average));
    ck_assert(report.best_f == best && report.f_validation == best && report.best_step == p.step[best_at]);
    ck_assert_uint_eq(report.epochs, p.count - 1);

    double f, g[DIM], square = 0;
    ck_ok(lgd_objective_eval(s.f, NULL, w, &f, g));
    for (size_t j = 0; j < DIM; j++)
        square += g[j] * g[j];
    ck_assert(report.f == f); /* the figures are those of the point that is returned */
    ck_near(report.grad_norm, sqrt(square), 1e-14);
    const double *taken = series(h, "validation", p.count - 1);
    for (size_t i = 0; i + 1 < p.count; i++)
        ck_assert(i % every ? isnan(taken[i]) : taken[i] == value[i]);

    /* A continued run has no more patience than the one before; after a reset it has. */
    lgd_report again;
    const lgd_minimize_options on = {
        .validation = s.v, .patience = o.patience, .batch_size = o.batch_size, .max_epochs = 1};
    if (!lgd_optimizer_has_result(opt)) { /* else its own points are those of the last step, not of w */
        ck_ok(lgd_minimize(s.f, opt, w, &on, &again));
        ck_assert(again.stop == LGD_STOP_PATIENCE && again.steps == 0 && !memcmp(w, w_best, sizeof w));
    }
    lgd_optimizer_reset(opt);
    ck_ok(lgd_minimize(s.f, opt, w, &on, &again));
    ck_assert(again.stop == LGD_STOP_EPOCHS && again.epochs == 1);
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    scene_free(&s);
}

/* features: 66 */
START_TEST(patience_ends_full_batch_at_the_best_point)
{
    ends_at_its_best("sgd:lr=0.5", NULL, (lgd_minimize_options){.patience = 5});
    ends_at_its_best("adam:lr=0.05", NULL, (lgd_minimize_options){.patience = 1});
    ends_at_its_best("adam:lr=0.05", NULL, (lgd_minimize_options){.patience = 3, .check_every = 4});
}
END_TEST

START_TEST(patience_ends_batches_at_the_best_point)
{
    ends_at_its_best("adam:lr=0.02", NULL, (lgd_minimize_options){.patience = 4, .batch_size = 16});
    ends_at_its_best("momentum:lr=0.05", NULL,
                     (lgd_minimize_options){.patience = 2, .batch_size = 7, .check_every = 3});
    ends_at_its_best("sgd:lr=0.1", NULL,
                     (lgd_minimize_options){.patience = 2, .batch_size = 10, .estimator = LGD_SVRG});
}
END_TEST

START_TEST(patience_judges_the_point_that_the_method_makes)
{
    ends_at_its_best("schedule_free_sgd:lr=1", NULL, (lgd_minimize_options){.patience = 4, .batch_size = 16});
    ends_at_its_best("adam:lr=0.05", &(lgd_average){.kind = LGD_AVERAGE_EMA, .decay = 0.9},
                     (lgd_minimize_options){.patience = 3});
}
END_TEST

START_TEST(validation_leaves_the_run_as_it_is)
{
    for (int batches = 0; batches < 2; batches++) {
        scene s = scene_create();
        lgd_optimizer *opt[2] = {method("adam"), method("adam")};
        double w[2][DIM] = {{0}};
        lgd_report r[2];
        for (int c = 0; c < 2; c++) {
            const lgd_minimize_options o = {
                .max_epochs = 20, .batch_size = batches ? 16 : 0, .validation = c ? s.v : NULL};
            ck_ok(lgd_minimize(s.f, opt[c], w[c], &o, &r[c]));
            lgd_optimizer_free(opt[c]);
        }
        ck_assert(!memcmp(w[0], w[1], sizeof *w) && r[0].f == r[1].f && r[0].grad_norm == r[1].grad_norm);
        ck_assert(r[0].evaluations == r[1].evaluations && r[0].passes == r[1].passes && r[0].stop == r[1].stop);
        double at_end;
        ck_ok(lgd_objective_eval(s.v, NULL, w[1], &at_end, NULL));
        ck_assert(isnan(r[0].f_validation) && r[1].f_validation == at_end && r[1].best_f <= at_end);
        scene_free(&s);
    }
}
END_TEST

START_TEST(validation_threads_same_bits)
{
    double w[2][DIM] = {{0}};
    lgd_report r[2];
    for (size_t c = 0; c < 2; c++) {
        scene s = scene_create();
        lgd_optimizer *opt = method("adam:lr=0.05");
        const lgd_minimize_options o = {.validation = s.v, .patience = 3, .threads = 1 + 3 * c};
        ck_ok(lgd_minimize(s.f, opt, w[c], &o, &r[c]));
        lgd_optimizer_free(opt);
        scene_free(&s);
    }
    ck_assert(!memcmp(w[0], w[1], sizeof *w) && r[0].f_validation == r[1].f_validation && r[0].steps == r[1].steps);
}
END_TEST

/* ---- interrupted */

/* Epochs first to last of the run by a new optimizer that has read `bytes`, which become those of its end. */
static lgd_report part_of(scene *s, const char *text, lgd_minimize_options o, uint64_t first, uint64_t last, double *w,
                          void **bytes, size_t *size)
{
    lgd_report report;
    lgd_optimizer *opt = method(text);
    if (*bytes)
        ck_ok(lgd_optimizer_load(opt, *bytes, *size));
    free(*bytes);
    o.first_epoch = first;
    o.max_epochs = last - first;
    ck_ok(lgd_minimize(s->f, opt, w, &o, &report));
    ck_ok(lgd_optimizer_save(opt, NULL, size));
    *bytes = malloc(*size);
    ck_assert_ptr_nonnull(*bytes);
    ck_ok(lgd_optimizer_save(opt, *bytes, size));
    lgd_optimizer_free(opt);
    return report;
}

START_TEST(patience_of_an_interrupted_run_ends_where_the_whole_one_does)
{
    const lgd_minimize_options cases[] = {
        {.patience = 6}, {.patience = 6, .batch_size = 16}, {.patience = 3, .batch_size = 16, .check_every = 3}};
    for (size_t c = 0; c < 3; c++) {
        scene s = scene_create();
        lgd_minimize_options o = cases[c];
        o.validation = s.v;
        double w[DIM] = {0};
        void *bytes = NULL;
        size_t size, whole_size;
        const lgd_report whole = part_of(&s, "adam:lr=0.05", o, 0, MOST, w, &bytes, &whole_size);
        void *whole_bytes = bytes;
        ck_assert_int_eq(whole.stop, LGD_STOP_PATIENCE);
        for (uint64_t cut = 1; cut < whole.epochs; cut++) {
            double v[DIM] = {0}, best[DIM];
            bytes = NULL;
            o.w_best = best;
            lgd_report one = part_of(&s, "adam:lr=0.05", o, 0, cut, v, &bytes, &size);
            ck_assert_int_eq(one.stop, LGD_STOP_EPOCHS);
            double kept[DIM];
            memcpy(kept, best, sizeof kept);
            const lgd_report two = part_of(&s, "adam:lr=0.05", o, cut, MOST, v, &bytes, &size);
            ck_assert(two.stop == LGD_STOP_PATIENCE && one.epochs + two.epochs == whole.epochs);
            ck_assert(size == whole_size && !memcmp(bytes, whole_bytes, size)); /* the state, bit for bit */
            const bool before = one.best_f < two.best_f;
            ck_assert(fmin(one.best_f, two.best_f) == whole.best_f);
            ck_assert(!memcmp(before ? kept : v, w, sizeof w));
            free(bytes);
        }
        free(whole_bytes);
        scene_free(&s);
    }
}
END_TEST

/* ---- functions */

static const double curvature[2] = {1, 1}, here[2] = {4, 0}, there[2] = {2, 1};

typedef struct pair {
    quadratic f, v;
    double sign, nan_beyond; /* v is no number where w_0 is beyond */
    lgd_status fails;
    size_t calls;
    lgd_objective *objective, *validation;
} pair;

static lgd_status pair_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    pair *p = ctx;
    const lgd_status status = quadratic_eval(&p->f, dim, w, f, g);
    *f *= p->sign;
    for (size_t j = 0; g && j < dim; j++)
        g[j] *= p->sign;
    return status;
}

static lgd_status pair_validate(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    pair *p = ctx;
    const lgd_status status = quadratic_eval(&p->v, dim, w, f, g);
    p->calls++;
    *f *= p->sign;
    if (w[0] > p->nan_beyond)
        *f = NAN;
    return p->fails ? lgd_set_error(p->fails, "pair: no validation today") : status;
}

static void pair_create(pair *p, double sign)
{
    *p = (pair){{curvature, here, 0}, {curvature, there, 0}, sign, INFINITY, LGD_OK, 0, NULL, NULL};
    ck_ok(lgd_function_create(&p->objective, 2, pair_eval, p));
    ck_ok(lgd_function_create(&p->validation, 2, pair_validate, p));
}

static void pair_free(pair *p)
{
    lgd_objective_free(p->objective);
    lgd_objective_free(p->validation);
}

START_TEST(validation_maximize_is_minimize_of_the_negative)
{
    double w[2][2] = {{0, 0}, {0, 0}};
    lgd_report r[2];
    for (int c = 0; c < 2; c++) {
        pair p;
        pair_create(&p, c ? -1 : 1);
        lgd_optimizer *opt = method("sgd:lr=0.1");
        const lgd_minimize_options o = {.validation = p.validation, .patience = 2, .maximize = c};
        ck_ok(lgd_minimize(p.objective, opt, w[c], &o, &r[c]));
        lgd_optimizer_free(opt);
        pair_free(&p);
    }
    ck_assert(r[0].stop == LGD_STOP_PATIENCE && r[1].stop == LGD_STOP_PATIENCE && r[0].steps == r[1].steps);
    ck_assert(!memcmp(w[0], w[1], sizeof *w) && r[0].f_validation == -r[1].f_validation && r[0].best_f == -r[1].best_f);
    /* The path is (4 (1 - 0.9^t), 0): nearest to (2, 1) at t = 7. */
    ck_assert_uint_eq(r[0].best_step, 7);
    ck_assert_uint_eq(r[0].steps, 9);
}
END_TEST

START_TEST(plateau_looks_at_the_validation)
{
    const lgd_schedule plateau = {.kind = LGD_PLATEAU, .patience = 2, .factor = 0.5};
    for (int c = 0; c < 2; c++) {
        pair p;
        pair_create(&p, 1);
        lgd_optimizer *opt = method("sgd:lr=0.1");
        lgd_history *h;
        double w[2] = {0};
        ck_ok(lgd_history_create(&h));
        const lgd_minimize_options o = {
            .validation = c ? p.validation : NULL, .schedule = plateau, .max_epochs = 12, .history = h};
        ck_ok(lgd_minimize(p.objective, opt, w, &o, NULL));
        const double *lr = series(h, "lr", 12);
        for (size_t k = 0; k < 12; k++) /* the values of steps 8, 9 and 10 are bad; f itself falls throughout */
            ck_assert(lr[k] == (c && k >= 10 ? 0.05 : 0.1));
        lgd_history_free(h);
        lgd_optimizer_free(opt);
        pair_free(&p);
    }
}
END_TEST

START_TEST(validation_no_number_is_divergence_at_the_best_point)
{
    pair p;
    pair_create(&p, 1);
    lgd_optimizer *opt = method("sgd:lr=0.1");
    double w[2] = {0}, best;
    lgd_report report;
    p.nan_beyond = 1.9; /* steps 1 to 6 are before it */
    const lgd_minimize_options o = {.validation = p.validation};
    ck_fails(lgd_minimize(p.objective, opt, w, &o, &report), LGD_EDIVERGED,
             "minimize: validation is nan after step 7 (epoch 7), a finite number is accepted");
    ck_assert(report.stop == LGD_STOP_DIVERGED && report.best_step == 6);
    ck_near(w[0], 4 * (1 - powl(0.9L, 6)), 1e-14);
    ck_ok(lgd_objective_eval(p.validation, NULL, w, &best, NULL));
    ck_assert(report.f_validation == best && report.best_f == best);
    lgd_optimizer_reset(opt);
    w[0] = 3;
    ck_fails(lgd_minimize(p.objective, opt, w, &o, &report), LGD_EDIVERGED, "validation is nan after step 0");
    ck_assert(w[0] == 3 && report.lr_hold == 0 && isnan(report.f_validation) && isnan(report.best_f));

    /* At the end only: a value is taken there too. */
    lgd_optimizer_reset(opt);
    memset(w, 0, sizeof w);
    ck_fails(lgd_minimize(p.objective, opt, w, &(lgd_minimize_options){.validation = p.validation, .max_epochs = 7},
                          &report),
             LGD_EDIVERGED, "validation is nan after step 7");
    ck_assert_uint_eq(report.best_step, 6);
    lgd_optimizer_free(opt);
    pair_free(&p);
}
END_TEST

START_TEST(validation_error_of_its_own_ends_the_run)
{
    pair p;
    pair_create(&p, 1);
    lgd_optimizer *opt = method("sgd:lr=0.1");
    double w[2] = {0};
    lgd_report report;
    p.fails = LGD_EUSER;
    ck_fails(lgd_minimize(p.objective, opt, w, &(lgd_minimize_options){.validation = p.validation}, &report), LGD_EUSER,
             "no validation today");
    ck_assert(report.stop == LGD_STOP_ERROR && w[0] == 0 && isnan(report.f_validation));
    lgd_optimizer_free(opt);
    pair_free(&p);
}
END_TEST

START_TEST(validation_of_divergence_the_best_validated_point)
{
    pair p;
    pair_create(&p, 1);
    lgd_optimizer *opt = method("sgd:lr=2.5"); /* |w - here| grows by half with each step */
    double w[2] = {3.9, 0};
    lgd_report report;
    ck_fails(lgd_minimize(p.objective, opt, w, &(lgd_minimize_options){.validation = p.validation}, &report),
             LGD_EDIVERGED, "would hold");
    ck_assert(report.best_step > 0); /* oscillating about 4 it has come nearer to 2 than at its start */
    double best;
    ck_ok(lgd_objective_eval(p.validation, NULL, w, &best, NULL));
    ck_assert(report.f_validation == best && report.best_f == best && best < 2.305);
    lgd_optimizer_free(opt);
    pair_free(&p);
}
END_TEST

START_TEST(validation_bad_input_named)
{
    pair p;
    pair_create(&p, 1);
    scene s = scene_create();
    lgd_objective *none;
    lgd_optimizer *opt = method("sgd");
    double w[DIM] = {0};
    ck_ok(lgd_objective_subset(&none, s.all, &(lgd_rows){0, 0, NULL}));
    ck_fails(lgd_minimize(s.f, opt, w, &(lgd_minimize_options){.validation = p.validation}, NULL), LGD_EINVAL,
             "minimize: dim of validation is 2, 21 as of the");
    ck_fails(lgd_minimize(s.f, opt, w, &(lgd_minimize_options){.validation = none}, NULL), LGD_EINVAL,
             "number of rows of validation is 0");
    ck_fails(lgd_minimize(s.f, opt, w, &(lgd_minimize_options){.patience = 3}, NULL), LGD_EINVAL,
             "patience is 3 without validation, 0 is accepted");
    ck_fails(lgd_minimize(s.f, opt, w, &(lgd_minimize_options){.validation = s.v, .patience = UINT64_MAX}, NULL),
             LGD_EINVAL, "patience is 18446744073709551615");
    lgd_objective_free(none);
    lgd_optimizer_free(opt);
    scene_free(&s);
    pair_free(&p);
}
END_TEST

START_TEST(validation_memory_each_request_failing_clean)
{
    data d = data_create(ROWS, COLS, 1, true, 5);
    size_t failures = 0;
    for (size_t k = 1;; k++) {
        scene s = {.d = d};
        lgd_optimizer *opt = NULL;
        lgd_history *h = NULL;
        double w[DIM] = {0};
        memory_watch(k);
        lgd_status status = lgd_matrix_dense(&s.X, ROWS, COLS, d.X, COLS);
        if (!status)
            status = lgd_glm_create(&s.f, s.X, d.y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true});
        if (!status)
            status = lgd_objective_subset(&s.v, s.f, &(lgd_rows){3, 50, NULL});
        if (!status)
            status = lgd_history_create(&h);
        if (!status)
            status = lgd_optimizer_parse(&opt, "schedule_free_sgd:lr=1");
        if (!status)
            status = lgd_minimize(
                s.f, opt, w, &(lgd_minimize_options){.validation = s.v, .patience = 1, .max_epochs = 3, .history = h},
                NULL);
        lgd_optimizer_free(opt);
        lgd_history_free(h);
        lgd_objective_free(s.v);
        lgd_objective_free(s.f);
        lgd_matrix_free(s.X);
        ck_assert_uint_eq(memory_live(), 0);
        memory_unwatch();
        if (!status)
            break;
        failures++;
        ck_assert_int_eq(status, LGD_ENOMEM);
    }
    ck_assert_uint_ge(failures, 8);
    data_free(&d);
}
END_TEST

/* ---- what it is for */

/* Breast cancer, 60 rows fitted with products of columns beside the columns: without l2 the fit is perfect there and poor elsewhere. */
START_TEST(overfitting_gap_closes_with_l2_and_early_stopping)
{
    enum { FEW = 60, BOTH = 2 * CANCER_COLS, ALL = BOTH + 1 };
    static double X[CANCER_ROWS * CANCER_COLS], more[CANCER_ROWS * BOTH], y[CANCER_ROWS];
    static const double strengths[3] = {0, 0.01, 0.1};
    double gap[3], held[3];
    size_t order[2 * CANCER_ROWS], first[3];
    lgd_split split = {CANCER_ROWS, 2, order, first};
    lgd_rows train, test;
    lgd_matrix *A, *S;
    dataset_breast_cancer(X, y);
    for (size_t i = 0; i < CANCER_ROWS; i++)
        for (size_t j = 0; j < CANCER_COLS; j++) {
            const double x = X[i * CANCER_COLS + j];
            more[i * BOTH + j] = x;
            more[i * BOTH + CANCER_COLS + j] = x * X[i * CANCER_COLS + (j + 1) % CANCER_COLS];
        }
    ck_ok(lgd_split_draw(&split, (double[]){FEW, CANCER_ROWS - FEW}, &(lgd_split_options){.seed = 1, .classes = y}));
    ck_ok(lgd_split_rows(&split, 0, &train, &test));
    ck_ok(lgd_matrix_dense(&A, CANCER_ROWS, BOTH, more, BOTH));
    ck_ok(lgd_matrix_standardized_on(&S, A, &train));
    lgd_objective *bare, *fit, *other;
    ck_ok(lgd_glm_create(&bare, S, y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_objective_subset(&fit, bare, &train));
    ck_ok(lgd_objective_subset(&other, bare, &test));
    for (size_t c = 0; c < 3; c++) {
        lgd_objective *f, *sub;
        lgd_optimizer *opt = method("adam:lr=0.05");
        double w[ALL] = {0}, loss;
        ck_ok(lgd_glm_create(&f, S, y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = strengths[c], .intercept = true}));
        ck_ok(lgd_objective_subset(&sub, f, &train));
        ck_ok(lgd_minimize(sub, opt, w, &(lgd_minimize_options){.max_epochs = 500, .grad_tol = LGD_ZERO}, NULL));
        ck_ok(lgd_objective_eval(fit, NULL, w, &loss, NULL));
        ck_ok(lgd_objective_eval(other, NULL, w, &held[c], NULL));
        gap[c] = held[c] - loss;
        lgd_optimizer_free(opt);
        lgd_objective_free(sub);
        lgd_objective_free(f);
    }
    ck_assert_msg(gap[1] < 0.8 * gap[0] && gap[2] < 0.8 * gap[1], "%g %g %g", gap[0], gap[1], gap[2]);

    /* Early stopping without l2: as good as that, from the same run. */
    lgd_optimizer *opt = method("adam:lr=0.05");
    double w[ALL] = {0}, loss;
    lgd_report report;
    /* a model that tells all rows apart has no minimum to end at, and does not end there */
    const lgd_minimize_options o = {.max_epochs = 500, .validation = other, .patience = 20};
    ck_ok(lgd_minimize(fit, opt, w, &o, &report));
    ck_ok(lgd_objective_eval(other, NULL, w, &loss, NULL));
    ck_assert(report.stop == LGD_STOP_PATIENCE && report.steps == report.best_step + 20);
    ck_assert(report.f_validation == loss && loss < held[0] && loss - report.f < 0.5 * gap[0]);
    lgd_optimizer_free(opt);
    lgd_objective_free(other);
    lgd_objective_free(fit);
    lgd_objective_free(bare);
    lgd_matrix_free(S);
    lgd_matrix_free(A);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("validation");
    CASE(s, patience_ends_full_batch_at_the_best_point);
    CASE(s, patience_ends_batches_at_the_best_point);
    CASE(s, patience_judges_the_point_that_the_method_makes);
    CASE(s, validation_leaves_the_run_as_it_is);
    CASE(s, validation_threads_same_bits);
    CASE(s, patience_of_an_interrupted_run_ends_where_the_whole_one_does);
    CASE(s, validation_maximize_is_minimize_of_the_negative);
    CASE(s, plateau_looks_at_the_validation);
    CASE(s, validation_no_number_is_divergence_at_the_best_point);
    CASE(s, validation_error_of_its_own_ends_the_run);
    CASE(s, validation_of_divergence_the_best_validated_point);
    CASE(s, validation_bad_input_named);
    CASE(s, validation_memory_each_request_failing_clean);
    CASE(s, overfitting_gap_closes_with_l2_and_early_stopping);
    return suite_run(s);
}
