/* Diagnosis: each label on the histories of runs that are so, by what they are made of; and what is no number, too short, not there. */
#include "problems.h"
#include <stdio.h>

enum { ROWS = 300, COLS = 8, EACH = 5, MOST = 2000 };

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

static lgd_history *history(void)
{
    lgd_history *h = NULL;
    ck_ok(lgd_history_create(&h));
    return h;
}

static void expect(const lgd_diagnosis *d, lgd_diagnosis_label label, const char *what, int i)
{
    ck_assert_msg(d->label == label, "%s, %d of %s: %s, since %s; %s", what, i, lgd_diagnosis_string(label),
                  lgd_diagnosis_string(d->label), d->evidence, d->remedy);
    ck_assert(strlen(d->evidence) > 10 && strpbrk(d->evidence, "0123456789"));
    ck_assert(strlen(d->remedy) > 10 && strpbrk(d->remedy, "0123456789"));
}

/* A run of f from w by a method, and what its history looks like. */
static lgd_diagnosis run(lgd_objective *f, const char *method, double *w, lgd_minimize_options o)
{
    lgd_history *h = history();
    lgd_optimizer *opt = parsed(method);
    lgd_report r;
    lgd_diagnosis d;
    o.history = h;
    o.grad_tol = o.grad_tol ? o.grad_tol : LGD_ZERO;
    const lgd_status status = lgd_minimize(f, opt, w, &o, &r);
    ck_assert_msg(status == LGD_OK || status == LGD_EDIVERGED, "%s", lgd_last_error());
    ck_ok(lgd_diagnose(h, &(lgd_diagnose_options){.stop = r.stop, .maximize = o.maximize}, &d));
    lgd_optimizer_free(opt);
    lgd_history_free(h);
    return d;
}

static double curvature(lgd_objective *f, const double *w)
{
    lgd_curvature c;
    ck_ok(lgd_objective_curvature(f, w, NULL, &c));
    return c.largest;
}

/* C where a model has its minimum. */
static double least_curvature(lgd_objective *f)
{
    double w[COLS] = {0};
    lgd_optimizer *opt = parsed("lbfgs");
    ck_ok(lgd_minimize(f, opt, w, NULL, NULL));
    lgd_optimizer_free(opt);
    return curvature(f, w);
}

/* Plain descent at a share of 1/C on a model of data. */
static lgd_diagnosis descend(const lgd_loss *loss, double share, uint64_t steps, uint64_t seed, double *rate)
{
    model m = model_create(ROWS, COLS, loss, &(lgd_glm_options){.l2 = loss == lgd_loss_logistic() ? 0.1 : 0}, seed);
    double w[COLS];
    char text[60];
    fill(seed + 50, COLS, -2, 2, w);
    *rate = share / least_curvature(m.f);
    snprintf(text, sizeof text, "sgd:lr=%.17g", *rate);
    const lgd_diagnosis d = run(m.f, text, w, (lgd_minimize_options){.max_steps = steps});
    model_free(&m);
    return d;
}

/* ---- by the rate of plain descent */

/* features: 55 */
START_TEST(diagnosis_of_a_rate_that_suits_is_converging)
{
    const double shares[EACH] = {0.3, 0.5, 0.7, 0.9, 1};
    for (int i = 0; i < EACH; i++)
        for (int l = 0; l < 2; l++) {
            double rate;
            const lgd_diagnosis d =
                descend(l ? lgd_loss_logistic() : lgd_loss_half_squared(), shares[i], 40, 100 + (uint64_t)i, &rate);
            expect(&d, LGD_DIAGNOSIS_CONVERGING, l ? "logistic" : "half_squared", i);
            ck_assert(isnan(d.lr_better) && d.lr == rate);
        }
}
END_TEST

START_TEST(diagnosis_of_other_methods_that_converge_is_converging)
{
    static const char *const methods[EACH] = {"lbfgs", "momentum:lr=0.3,momentum=0.5", "adam:lr=0.03", "newton", "cg"};
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.1}, 200);
    for (int i = 0; i < EACH; i++) {
        double w[COLS] = {0};
        const lgd_diagnosis d = run(m.f, methods[i], w, (lgd_minimize_options){.max_steps = 200, .grad_tol = 1e-8});
        expect(&d, LGD_DIAGNOSIS_CONVERGING, methods[i], i);
    }
    /* Batches, of which only the running mean is known, whose rate falls. */
    for (uint64_t seed = 0; seed < EACH; seed++) {
        double w[COLS];
        fill(250 + seed, COLS, -4, 4, w);
        const lgd_diagnosis d =
            run(m.f, "sgd:lr=0.02", w, (lgd_minimize_options){.max_epochs = 14, .batch_size = 10, .seed = seed});
        expect(&d, LGD_DIAGNOSIS_CONVERGING, "batches", (int)seed);
    }
    model_free(&m);
}
END_TEST

/* features: 55 */
START_TEST(diagnosis_of_a_rate_that_is_low_is_slow_and_names_a_better)
{
    const double shares[EACH] = {0.005, 0.01, 0.015, 0.02, 0.03};
    for (int i = 0; i < EACH; i++)
        for (int l = 0; l < 2; l++) {
            double rate;
            const lgd_diagnosis d =
                descend(l ? lgd_loss_logistic() : lgd_loss_half_squared(), shares[i], 60, 300 + (uint64_t)i, &rate);
            expect(&d, LGD_DIAGNOSIS_SLOW, l ? "logistic" : "half_squared", i);
            ck_assert_msg(d.lr_better > 0.5 * rate / shares[i] && d.lr_better < 3 * rate / shares[i], "%g, 1/C is %g",
                          d.lr_better, rate / shares[i]);
        }
    /* Others than plain descent, and batches. */
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.1}, 310);
    static const char *const methods[EACH] = {"adam:lr=1e-3", "momentum:lr=1e-3", "rmsprop:lr=1e-3", "lion:lr=1e-3",
                                              "sgd:lr=1e-4"};
    for (int i = 0; i < EACH; i++) {
        double w[COLS];
        fill(311, COLS, -2, 2, w);
        const lgd_diagnosis d = run(
            m.f, methods[i], w, (lgd_minimize_options){.max_epochs = i == 4 ? 40 : 60, .batch_size = i == 4 ? 10 : 0});
        expect(&d, LGD_DIAGNOSIS_SLOW, methods[i], i);
        ck_assert(d.lr_better > d.lr);
    }
    model_free(&m);
}
END_TEST

/* features: 55 */
START_TEST(diagnosis_of_a_rate_near_its_edge_is_oscillating_and_names_a_better)
{
    const double shares[EACH] = {1.5, 1.7, 1.9, 1.95, 1.99};
    for (int i = 0; i < EACH; i++)
        for (int l = 0; l < 2; l++) {
            double rate;
            const lgd_diagnosis d =
                descend(l ? lgd_loss_logistic() : lgd_loss_half_squared(), shares[i], 60, 400 + (uint64_t)i, &rate);
            expect(&d, LGD_DIAGNOSIS_OSCILLATING, l ? "logistic" : "half_squared", i);
            ck_assert_msg(d.lr_better < rate / 1.1 && d.lr_better > 0.3 * rate, "%g, was %g", d.lr_better, rate);
        }
    /* A velocity that overshoots: by the values alone. */
    for (uint64_t seed = 0; seed < EACH; seed++) {
        model m = model_create(ROWS, COLS, lgd_loss_half_squared(), NULL, 410 + seed);
        double w[COLS];
        fill(420 + seed, COLS, -2, 2, w);
        const lgd_diagnosis d = run(m.f, "momentum:lr=1.5,momentum=0.97", w, (lgd_minimize_options){.max_steps = 80});
        expect(&d, LGD_DIAGNOSIS_OSCILLATING, "momentum", (int)seed);
        model_free(&m);
    }
}
END_TEST

/* features: 55, 62 */
START_TEST(diagnosis_of_a_rate_beyond_its_edge_is_diverging_and_names_one_that_holds)
{
    const double shares[EACH] = {2.1, 2.5, 4, 10, 50};
    for (int i = 0; i < EACH; i++) {
        double rate;
        const lgd_diagnosis d = descend(lgd_loss_half_squared(), shares[i], 200, 500 + (uint64_t)i, &rate);
        expect(&d, LGD_DIAGNOSIS_DIVERGING, "half_squared", i);
        ck_assert_msg(d.lr_better < 2 * rate / shares[i], "%g, 1/C is %g", d.lr_better, rate / shares[i]);
    }
    for (uint64_t seed = 0; seed < EACH; seed++) { /* in batches, and of a method whose values only say so */
        model m = model_create(ROWS, COLS, lgd_loss_half_squared(), NULL, 510 + seed);
        double w[COLS];
        fill(520 + seed, COLS, -2, 2, w);
        const lgd_diagnosis d =
            run(m.f, "sgd:lr=20", w, (lgd_minimize_options){.max_epochs = 20, .batch_size = 10, .seed = seed});
        expect(&d, LGD_DIAGNOSIS_DIVERGING, "batches", (int)seed);
        ck_assert(d.lr_better < d.lr);
        model_free(&m);
    }
}
END_TEST

/* ---- plateaus */

/* The square of how far a saturated unit is from 1. */
static lgd_status tail_fn(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx;
    *f = 0;
    for (size_t j = 0; j < dim; j++) {
        const double s = 1 / (1 + exp(-w[j]));
        *f += (s - 1) * (s - 1);
        if (g)
            g[j] = 2 * (s - 1) * s * (1 - s);
    }
    return LGD_OK;
}

/* features: 55, 61 */
START_TEST(diagnosis_of_values_that_stand_still_is_plateau)
{
    for (int i = 0; i < EACH; i++) { /* in the tail of a sigmoid */
        lgd_objective *f = NULL;
        double w[2] = {-9 - i, -10 - 2 * i};
        ck_ok(lgd_function_create(&f, 2, tail_fn, NULL));
        const lgd_diagnosis d = run(f, "sgd:lr=0.1", w, (lgd_minimize_options){.max_steps = 50 + 40 * (uint64_t)i});
        expect(&d, LGD_DIAGNOSIS_PLATEAU, "tail", i);
        ck_assert(d.lr_better > d.lr);
        lgd_objective_free(f);
    }
    for (uint64_t seed = 0; seed < EACH; seed++) { /* in the noise of batches at a constant rate */
        model m = model_create(ROWS, COLS, lgd_loss_half_squared(), NULL, 600 + seed);
        double w[COLS];
        fill(610 + seed, COLS, -2, 2, w);
        const lgd_diagnosis d =
            run(m.f, "sgd:lr=0.2", w,
                (lgd_minimize_options){.max_epochs = 60, .batch_size = 5, .seed = seed, .check_every = seed % 2});
        expect(&d, LGD_DIAGNOSIS_PLATEAU, "noise", (int)seed);
        ck_assert(d.lr_better < d.lr);
        model_free(&m);
    }
}
END_TEST

/* ---- validation */

/* A polynomial of degree 15 through 20 points of a sine with noise, and what it says of others. */
/* features: 55 */
START_TEST(diagnosis_of_validation_that_rises_again_is_overfitting_and_names_the_epoch)
{
    enum { TRAIN = 20, POWERS = 16 };
    for (uint64_t seed = 0; seed < EACH; seed++) {
        double x[2 * TRAIN], noise[2 * TRAIN], P[2 * TRAIN * POWERS], y[2 * TRAIN], w[POWERS] = {0};
        lgd_matrix *X[2] = {NULL, NULL};
        lgd_objective *f = NULL, *validation = NULL;
        size_t count;
        fill(700 + seed, 2 * TRAIN, -1, 1, x);
        fill(710 + seed, 2 * TRAIN, -1.2, 1.2, noise);
        for (size_t i = 0; i < 2 * TRAIN; i++) {
            y[i] = sin(3 * x[i]) + noise[i];
            for (size_t j = 0; j < POWERS; j++) /* Chebyshev's, which descent can follow */
                P[i * POWERS + j] = cos((double)j * acos(x[i]));
        }
        for (size_t k = 0; k < 2; k++)
            ck_ok(lgd_matrix_dense(&X[k], TRAIN, POWERS, P + k * TRAIN * POWERS, POWERS));
        ck_ok(lgd_glm_create(&f, X[0], y, lgd_loss_half_squared(), NULL));
        ck_ok(lgd_glm_create(&validation, X[1], y + TRAIN, lgd_loss_half_squared(), NULL));
        lgd_history *h = history();
        lgd_optimizer *opt = parsed("sgd:lr=auto");
        ck_ok(lgd_minimize(
            f, opt, w,
            &(lgd_minimize_options){.max_steps = MOST, .grad_tol = LGD_ZERO, .history = h, .validation = validation},
            NULL));
        lgd_diagnosis d;
        ck_ok(lgd_diagnose(h, NULL, &d));
        expect(&d, LGD_DIAGNOSIS_OVERFITTING, "polynomial", (int)seed);
        const double *value = lgd_history_series(h, "validation", &count);
        ck_assert(value && count > d.epoch);
        for (size_t i = 0; i < count; i++)
            ck_assert(!(value[i] < value[d.epoch]));
        ck_assert(d.epoch < MOST / 2);
        lgd_optimizer_free(opt);
        lgd_history_free(h);
        lgd_objective_free(validation);
        lgd_objective_free(f);
        for (size_t k = 0; k < 2; k++)
            lgd_matrix_free(X[k]);
    }
}
END_TEST

/* ---- deep networks */

enum { DEEP = 20, WIDE = 6 };

/* A network of 19 hidden layers, whose first weights are `gain` times those of Glorot. */
static lgd_diagnosis deep(lgd_activation activation, double gain, const char *method, uint64_t seed,
                          lgd_minimize_options o)
{
    data d = data_create(ROWS, WIDE, 1, false, seed);
    size_t hidden[DEEP - 1];
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    static double w[DEEP * WIDE * (WIDE + 1)];
    for (int l = 0; l < DEEP - 1; l++)
        hidden[l] = WIDE;
    ck_ok(lgd_matrix_dense(&X, ROWS, WIDE, d.X, WIDE));
    ck_ok(lgd_mlp_create(&f, X, d.y, lgd_loss_half_squared(),
                         &(lgd_mlp_options){.hidden = hidden, .hidden_count = DEEP - 1, .activation = activation}));
    ck_assert(lgd_objective_dim(f) <= sizeof w / sizeof *w);
    ck_ok(lgd_mlp_initialise(f, LGD_INIT_GLOROT, seed, w));
    for (size_t j = 0; j < lgd_objective_dim(f); j++)
        w[j] *= gain;
    const lgd_diagnosis found = run(f, method, w, o);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
    return found;
}

/* features: 55, 64 */
START_TEST(diagnosis_of_twenty_sigmoid_layers_is_vanishing)
{
    static const char *const methods[EACH] = {"sgd:lr=0.1", "momentum:lr=0.05", "adam:lr=0.001", "sgd:lr=0.01",
                                              "adam:lr=0.001"};
    for (int i = 0; i < EACH; i++) {
        const lgd_diagnosis d = deep(LGD_SIGMOID, 1, methods[i], 800 + (uint64_t)i,
                                     (lgd_minimize_options){.max_epochs = 12, .batch_size = i > 2 ? 50 : 0});
        expect(&d, LGD_DIAGNOSIS_VANISHING, methods[i], i);
        ck_assert(d.part == 0 && d.ratio < 1e-5);
    }
}
END_TEST

/* features: 55, 65 */
START_TEST(diagnosis_of_deep_layers_of_gain_two_is_exploding_and_names_a_clip)
{
    static const double lr[EACH] = {0.1, 0.01, 0.001, 1, 0.03};
    for (int i = 0; i < EACH; i++) {
        char method[40];
        snprintf(method, sizeof method, "sgd:lr=%g", lr[i]);
        const lgd_diagnosis d =
            deep(LGD_IDENTITY, 2.5, method, 900 + (uint64_t)i, (lgd_minimize_options){.max_steps = 30});
        expect(&d, LGD_DIAGNOSIS_EXPLODING, method, i);
        ck_assert(d.clip_norm > 0 && isfinite(d.clip_norm));
    }
    /* A loop of one's own, in which a recurrence throws |g| up now and then. */
    double loss[40], g[40];
    for (int i = 0; i < 40; i++) {
        loss[i] = 1 + 1.0 / (i + 1);
        g[i] = i == 23 ? 4e4 : 0.3 + 0.01 * (i % 3);
    }
    lgd_diagnosis d;
    ck_ok(lgd_diagnose_series(&(lgd_series){.count = 40, .loss = loss, .grad_norm = g}, NULL, &d));
    expect(&d, LGD_DIAGNOSIS_EXPLODING, "spike", 0);
    ck_assert(d.epoch == 23 && d.clip_norm >= 0.3 && d.clip_norm <= 0.32);
    /* And layers of which the first has by far the most. */
    double first[10], last[10];
    for (int i = 0; i < 10; i++) {
        first[i] = 1e7;
        last[i] = 2;
    }
    ck_ok(lgd_diagnose_series(
        &(lgd_series){.count = 10, .loss = loss, .parts = (const double *const[]){first, last}, .part_count = 2}, NULL,
        &d));
    expect(&d, LGD_DIAGNOSIS_EXPLODING, "layers", 1);
    ck_assert(d.part == 0 && d.clip_norm == 2);
}
END_TEST

/* Layers that learn, of the same depth as those that do not: no false alarm. */
START_TEST(diagnosis_of_layers_that_learn_is_neither_vanishing_nor_exploding)
{
    for (uint64_t seed = 0; seed < EACH; seed++) {
        const lgd_diagnosis d =
            deep(LGD_TANH, 1, "adam:lr=0.003", 950 + seed, (lgd_minimize_options){.max_epochs = 20, .batch_size = 50});
        ck_assert_msg(d.label != LGD_DIAGNOSIS_VANISHING && d.label != LGD_DIAGNOSIS_EXPLODING, "%s", d.evidence);
    }
}
END_TEST

/* ---- what is handed in */

START_TEST(diagnosis_of_few_numbers_and_of_none)
{
    const double few[5] = {5, 4, 3, 2, 1}, bad[9] = {1, 1, 1, 1, 1, 1, 1, 1, NAN},
                 up[12] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048};
    lgd_diagnosis d;
    ck_ok(lgd_diagnose_series(&(lgd_series){.count = 5, .loss = few}, NULL, &d));
    ck_assert(d.label == LGD_DIAGNOSIS_NONE && strstr(d.evidence, "5 values") && strstr(d.remedy, "3 more"));
    ck_ok(lgd_diagnose_series(&(lgd_series){.count = 5, .loss = few},
                              &(lgd_diagnose_options){.stop = LGD_STOP_DIVERGED}, &d));
    ck_assert(d.label == LGD_DIAGNOSIS_DIVERGING && strstr(d.evidence, "rose far above 1"));
    ck_ok(lgd_diagnose_series(&(lgd_series){.count = 9, .loss = bad}, NULL, &d));
    ck_assert(d.label == LGD_DIAGNOSIS_DIVERGING);
    ck_ok(lgd_diagnose_series(&(lgd_series){.count = 12, .loss = up}, NULL, &d));
    ck_assert(d.label == LGD_DIAGNOSIS_DIVERGING && isnan(d.lr));
    ck_ok(lgd_diagnose_series(&(lgd_series){.count = 0}, NULL, &d));
    ck_assert(d.label == LGD_DIAGNOSIS_NONE);
    /* Of who maximises the same numbers are good ones. */
    ck_ok(lgd_diagnose_series(&(lgd_series){.count = 12, .loss = up}, &(lgd_diagnose_options){.maximize = true}, &d));
    ck_assert(d.label != LGD_DIAGNOSIS_DIVERGING);
    ck_assert(!strcmp(lgd_diagnosis_string(LGD_DIAGNOSIS_SLOW), "slow"));
    ck_assert(!strcmp(lgd_diagnosis_string((lgd_diagnosis_label)99), "unknown"));
}
END_TEST

enum { LONG = 40 };

static lgd_diagnosis told(lgd_series s, lgd_stop stop)
{
    lgd_diagnosis d;
    s.count = LONG;
    ck_ok(lgd_diagnose_series(&s, &(lgd_diagnose_options){.stop = stop}, &d));
    return d;
}

/* NaN is what was not measured, unless nothing comes after it. */
START_TEST(diagnosis_of_values_measured_now_and_then_is_that_of_the_values)
{
    double x[LONG], g[LONG];
    for (int every = 1; every <= 5; every++)
        for (int good = 0; good < 2; good++) {
            for (int i = 0; i < LONG; i++) {
                x[i] = i % every ? NAN : good ? 1 + pow(0.8, i) : 1 + i;
                g[i] = pow(0.8, i);
            }
            const lgd_diagnosis d = told((lgd_series){.loss = x, .grad_norm = good ? g : NULL}, LGD_STOP_NONE);
            expect(&d, good ? LGD_DIAGNOSIS_CONVERGING : LGD_DIAGNOSIS_DIVERGING, "every", every);
            for (int i = LONG - 6; i < LONG; i++)
                x[i] = NAN;
            ck_assert(told((lgd_series){.loss = x}, LGD_STOP_NONE).label == LGD_DIAGNOSIS_DIVERGING);
        }
    for (int i = 0; i < LONG; i++)
        x[i] = NAN;
    ck_assert(told((lgd_series){.loss = x}, LGD_STOP_NONE).label == LGD_DIAGNOSIS_DIVERGING);
    ck_assert(strstr(told((lgd_series){.loss = x}, LGD_STOP_NONE).evidence, "none of 40 values is a number"));
    ck_assert(told((lgd_series){.loss = g, .running = x}, LGD_STOP_NONE).label != LGD_DIAGNOSIS_DIVERGING);
    x[3] = INFINITY;
    ck_assert(told((lgd_series){.loss = g, .running = x}, LGD_STOP_NONE).label == LGD_DIAGNOSIS_DIVERGING);
    ck_assert(told((lgd_series){.validation = g}, LGD_STOP_NONE).label == LGD_DIAGNOSIS_NONE);
    ck_assert(told((lgd_series){.grad_norm = g}, LGD_STOP_NONE).label == LGD_DIAGNOSIS_NONE);
}
END_TEST

/* Gradients and values of 0, of rounding, and values that begin beside 0: none of them explodes. */
START_TEST(diagnosis_of_numbers_near_zero_is_of_the_others)
{
    double x[LONG], g[LONG], lr[LONG], zero[LONG] = {0};
    lgd_diagnosis d;
    for (int i = 0; i < LONG; i++)
        lr[i] = 0.2;
    d = told((lgd_series){.loss = lr, .grad_norm = zero}, LGD_STOP_NONE);
    expect(&d, LGD_DIAGNOSIS_CONVERGING, "no gradient", 0);
    ck_assert(d.ratio == 0 && !strstr(d.evidence, "nan"));
    d = told((lgd_series){.loss = zero}, LGD_STOP_NONE);
    expect(&d, LGD_DIAGNOSIS_PLATEAU, "0 everywhere", 0);
    ck_assert(!strstr(d.evidence, "-0") && strstr(d.remedy, "unless it has arrived"));
    d = told((lgd_series){.loss = zero, .grad_norm = lr}, LGD_STOP_NONE);
    expect(&d, LGD_DIAGNOSIS_PLATEAU, "0 everywhere", 1);
    ck_assert(strstr(d.remedy, "no minimum"));
    for (int i = 0; i < LONG; i++) { /* down to rounding, and about there */
        x[i] = 1 + pow(0.01, i);
        g[i] = i < 8 ? pow(0.1, i) : i % 2 ? 1e-13 : 1e-17;
    }
    d = told((lgd_series){.loss = x, .grad_norm = g}, LGD_STOP_NONE);
    expect(&d, LGD_DIAGNOSIS_CONVERGING, "rounding", 0);
    for (int i = 0; i < LONG; i++) { /* w^2/2 - 1/2 from w next to 1 */
        const double w = pow(0.8, i) * (1 - 1e-6);
        x[i] = w * w / 2 - 0.5;
        g[i] = w;
    }
    d = told((lgd_series){.loss = x, .grad_norm = g, .lr = lr, .descent = true}, LGD_STOP_NONE);
    expect(&d, LGD_DIAGNOSIS_CONVERGING, "from 0", 0);
}
END_TEST

/* A line through centred data: the gradient of its intercept is what rounding leaves of 0. */
START_TEST(diagnosis_of_an_intercept_that_has_nothing_to_do_is_not_exploding)
{
    data d = data_create(ROWS, 2, 1, false, 960);
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    double w[3] = {0}, mean[3] = {0};
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < 3; j++)
            mean[j] += (j < 2 ? d.X[2 * i + j] : d.y[i]) / ROWS;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < 3; j++)
            *(j < 2 ? &d.X[2 * i + j] : &d.y[i]) -= mean[j];
    ck_ok(lgd_matrix_dense(&X, ROWS, 2, d.X, 2));
    ck_ok(lgd_mlp_create(&f, X, d.y, lgd_loss_half_squared(), NULL));
    const lgd_diagnosis is = run(f, "sgd:lr=0.5", w, (lgd_minimize_options){.max_steps = 60});
    ck_assert_msg(is.label == LGD_DIAGNOSIS_CONVERGING, "%s: %s", lgd_diagnosis_string(is.label), is.evidence);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

/* Where the run has found that there is no minimum no rate is advised. */
START_TEST(diagnosis_of_a_run_without_a_minimum_advises_l2)
{
    static const lgd_stop stops[] = {LGD_STOP_SEPARABLE, LGD_STOP_UNBOUNDED};
    double x[LONG], lr[LONG];
    for (int i = 0; i < LONG; i++) {
        x[i] = 1.0 / (1 + i);
        lr[i] = 0.5;
    }
    for (int s = 0; s < 2; s++)
        for (size_t count = 0; count <= LONG; count += LONG / 2) {
            lgd_diagnosis d;
            ck_ok(lgd_diagnose_series(&(lgd_series){.count = count, .loss = x, .lr = lr},
                                      &(lgd_diagnose_options){.stop = stops[s]}, &d));
            expect(&d, LGD_DIAGNOSIS_SLOW, lgd_stop_string(stops[s]), (int)count);
            ck_assert(strstr(d.evidence, lgd_stop_string(stops[s])) && strstr(d.remedy, "l2") && isnan(d.lr_better));
        }
}
END_TEST

START_TEST(diagnosis_bad_input_is_named)
{
    lgd_diagnosis d;
    lgd_history *h = history();
    ck_fails(lgd_diagnose(NULL, NULL, &d), LGD_EINVAL, "diagnose: history is NULL");
    ck_fails(lgd_diagnose(h, NULL, NULL), LGD_EINVAL, "diagnose: out is NULL");
    ck_fails(lgd_diagnose_series(NULL, NULL, &d), LGD_EINVAL, "diagnose: series is NULL");
    ck_fails(lgd_diagnose_series(&(lgd_series){.count = 1, .part_count = 2}, NULL, &d), LGD_EINVAL, "parts is NULL");
    ck_ok(lgd_diagnose_sized(h, NULL, 0, &d, sizeof d));
    ck_assert(d.label == LGD_DIAGNOSIS_NONE);
    ck_ok(lgd_diagnose_series_sized(&(lgd_series){0}, sizeof(lgd_series), NULL, 0, &d, sizeof d));
    lgd_history_free(h);
}
END_TEST

/* |g| of parts in a history: those of lgd_objective_eval, by ranges; a subset has them too. */
START_TEST(history_parts_are_the_norms_of_the_gradient_by_ranges)
{
    enum { HIDDEN = 3, DIM = COLS * HIDDEN + HIDDEN + HIDDEN + 1 };
    data d = data_create(ROWS, COLS, 1, false, 970);
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL, *part = NULL;
    ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_mlp_create(&f, X, d.y, lgd_loss_half_squared(),
                         &(lgd_mlp_options){.hidden = (const size_t[]){HIDDEN}, .hidden_count = 1}));
    ck_assert(lgd_objective_dim(f) == DIM);
    ck_ok(lgd_objective_subset(&part, f, &(lgd_rows){10, 100, NULL}));
    for (int s = 0; s < 2; s++) {
        lgd_history *h = history();
        lgd_optimizer *opt = parsed("sgd:lr=0.01");
        double w[DIM], g[DIM];
        const size_t end[] = {COLS * HIDDEN, COLS * HIDDEN + HIDDEN, DIM};
        size_t count;
        ck_ok(lgd_mlp_initialise(f, LGD_INIT_AUTO, 3, w));
        ck_ok(lgd_objective_eval(s ? part : f, NULL, w, NULL, g));
        ck_ok(lgd_minimize(s ? part : f, opt, w, &(lgd_minimize_options){.max_steps = 70, .history = h}, NULL));
        for (size_t p = 0, first = 0; p < 3; first = end[p++]) {
            char name[20];
            double square = 0;
            snprintf(name, sizeof name, "part %zu", p);
            const double *norm = lgd_history_series(h, name, &count);
            for (size_t j = first; j < end[p]; j++)
                square += g[j] * g[j];
            ck_assert(norm && count == 70);
            ck_near(norm[0], sqrtl(square), 1e-13);
            ck_assert(norm[69] > 0 && norm[69] < 1e3);
        }
        ck_assert(lgd_history_series(h, "part 3", &count) == NULL && count == 0);
        ck_assert(strstr(lgd_last_error(), "there are 3 parts"));
        ck_assert(lgd_history_series(h, "part x", NULL) == NULL);
        lgd_optimizer_free(opt);
        lgd_history_free(h);
    }
    lgd_objective_free(part);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("diagnose");
    CASE(s, diagnosis_of_a_rate_that_suits_is_converging);
    CASE(s, diagnosis_of_other_methods_that_converge_is_converging);
    CASE(s, diagnosis_of_a_rate_that_is_low_is_slow_and_names_a_better);
    CASE(s, diagnosis_of_a_rate_near_its_edge_is_oscillating_and_names_a_better);
    CASE(s, diagnosis_of_a_rate_beyond_its_edge_is_diverging_and_names_one_that_holds);
    CASE(s, diagnosis_of_values_that_stand_still_is_plateau);
    CASE(s, diagnosis_of_validation_that_rises_again_is_overfitting_and_names_the_epoch);
    CASE(s, diagnosis_of_twenty_sigmoid_layers_is_vanishing);
    CASE(s, diagnosis_of_deep_layers_of_gain_two_is_exploding_and_names_a_clip);
    CASE(s, diagnosis_of_layers_that_learn_is_neither_vanishing_nor_exploding);
    CASE(s, diagnosis_of_few_numbers_and_of_none);
    CASE(s, diagnosis_of_values_measured_now_and_then_is_that_of_the_values);
    CASE(s, diagnosis_of_numbers_near_zero_is_of_the_others);
    CASE(s, diagnosis_of_an_intercept_that_has_nothing_to_do_is_not_exploding);
    CASE(s, diagnosis_of_a_run_without_a_minimum_advises_l2);
    CASE(s, diagnosis_bad_input_is_named);
    CASE(s, history_parts_are_the_norms_of_the_gradient_by_ranges);
    return suite_run(s);
}
