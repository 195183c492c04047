/* Rates side by side: each goes as its own run would, in full batch and in batches, for as long as it has not ended. */
#include "base/base.h"
#include "ledger.h"
#include "problems.h"
#include <stdio.h>

enum { ROWS = 600, COLS = 12, MOST = 17 * 3, RATES = 7, STEPS = 50 };
static const double rates[RATES] = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1};

static lgd_optimizer *at_rate(const char *method, double lr)
{
    char text[120];
    lgd_optimizer *opt = NULL;
    snprintf(text, sizeof text, "%s%slr=%.17g", method, strchr(method, ':') ? "," : ":", lr);
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

/* The largest |x - y| over the largest |y|; 0 where they are the same. */
static double apart(size_t n, const double *x, const double *y)
{
    double size = 0, off = 0;
    for (size_t i = 0; i < n; i++) {
        size = fmax(size, fabs(y[i]));
        off = fmax(off, fabs(x[i] - y[i]));
    }
    return off > 0 ? off / size : 0;
}

/* What a run was at each of its steps: the callback of a single one, and of one beside others. */
typedef struct trace {
    const double *W; /* where the columns lie; NULL: one alone */
    size_t dim, count[RATES], only;
    double w[RATES][STEPS][MOST], f[RATES][STEPS];
} trace;

static int keep(void *ctx, const lgd_progress *p)
{
    trace *t = ctx;
    const size_t c = t->W ? (size_t)(p->w - t->W) / t->dim : t->only, step = t->count[c]++;
    ck_assert(c < RATES && step < STEPS && p->dim == t->dim);
    memcpy(t->w[c][step], p->w, t->dim * sizeof *p->w);
    t->f[c][step] = p->f;
    return 0;
}

static trace beside, alone;

/* Of column c before the step after `step`. */
static double value_at(const trace *t, size_t c, uint64_t step, double last)
{
    return step < t->count[c] ? t->f[c][step] : last;
}

/* All rates of a method at once against each of them alone. */
static void compare(lgd_objective *f, const char *method, lgd_minimize_options o, double tolerance)
{
    const size_t dim = lgd_objective_dim(f);
    double W[RATES * MOST], w[MOST];
    lgd_report reports[RATES], own;
    lgd_optimizer *opt = at_rate(method, 0.05);
    fill(91, RATES * dim, -0.5, 0.5, W);
    memset(&beside, 0, sizeof beside);
    memset(&alone, 0, sizeof alone);
    beside.W = W;
    beside.dim = alone.dim = dim;
    o.callback = keep;
    o.callback_ctx = &beside;
    ck_ok(lgd_minimize_rates(f, opt, rates, RATES, W, &o, reports, NULL));
    ck_assert(lgd_optimizer_steps(opt) == 0);
    lgd_optimizer_free(opt);
    o.callback_ctx = &alone;
    for (alone.only = 0; alone.only < RATES; alone.only++) {
        const size_t c = alone.only;
        double starts[RATES * MOST];
        fill(91, RATES * dim, -0.5, 0.5, starts);
        memcpy(w, starts + c * dim, dim * sizeof *w);
        opt = at_rate(method, rates[c]);
        const lgd_status status = lgd_minimize(f, opt, w, &o, &own);
        ck_assert_msg(own.stop == reports[c].stop, "%s at %g: %s, alone %s", method, rates[c],
                      lgd_stop_string(reports[c].stop), lgd_stop_string(own.stop));
        ck_assert(status == LGD_OK || own.stop == LGD_STOP_DIVERGED);
        ck_assert(own.steps == reports[c].steps && own.epochs == reports[c].epochs);
        ck_assert(own.evaluations == reports[c].evaluations || own.stop == LGD_STOP_DIVERGED);
        ck_assert(own.clipped == reports[c].clipped);
        if (own.best_step != reports[c].best_step) /* of two values that differ by rounding either is the lower */
            ck_near(value_at(&alone, c, reports[c].best_step, own.f), value_at(&alone, c, own.best_step, own.f), 1e-14);
        ck_assert(beside.count[c] == alone.count[c]);
        for (size_t i = 0; i < alone.count[c]; i++)
            ck_assert_msg(apart(dim, beside.w[c][i], alone.w[c][i]) <= tolerance, "%s at %g, step %zu: %g apart",
                          method, rates[c], i, apart(dim, beside.w[c][i], alone.w[c][i]));
        ck_assert(apart(alone.count[c], beside.f[c], alone.f[c]) <= tolerance);
        ck_assert(apart(dim, W + c * dim, w) <= tolerance);
        ck_near(reports[c].f, own.f, tolerance);
        ck_near(reports[c].best_f, own.best_f, tolerance);
        ck_near(reports[c].grad_norm, own.grad_norm, 1e-11);
        ck_assert((isnan(own.f_average) && isnan(reports[c].f_average)) ||
                  fabs(own.f_average - reports[c].f_average) <= tolerance);
        lgd_optimizer_free(opt);
    }
}

static const char *const methods[] = {"sgd",
                                      "momentum:momentum=0.8",
                                      "nesterov",
                                      "adam",
                                      "adamw:weight_decay=0.01",
                                      "adagrad",
                                      "rmsprop",
                                      "nesterov_convex",
                                      "ftrl",
                                      "asgd",
                                      "amsgrad",
                                      "adamax",
                                      "lion",
                                      "yogi",
                                      "schedule_free_sgd"};
enum { METHODS = sizeof methods / sizeof *methods };

/* features: 57 */
START_TEST(rates_full_batch_each_as_its_own_run)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 3);
    for (int i = 0; i < METHODS; i++)
        compare(m.f, methods[i], (lgd_minimize_options){.max_steps = STEPS}, 1e-12);
    model_free(&m);
}
END_TEST

START_TEST(rates_batches_each_as_its_own_run)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 4);
    for (int i = 0; i < METHODS; i++)
        if (strcmp(methods[i], "nesterov_convex"))
            compare(m.f, methods[i],
                    (lgd_minimize_options){.max_epochs = 5, .batch_size = 64, .seed = 7, .check_every = i % 3 ? 2 : 0},
                    1e-12);
    model_free(&m);
}
END_TEST

/* Several outputs, weights of which one is 0, an offset; batches with replacement, scaled, dropped; a schedule, clipping, coordinates
 * with rates of their own. */
START_TEST(rates_all_that_a_model_and_a_run_have_each_as_its_own_run)
{
    enum { K = 3 };
    data d = data_create(ROWS, COLS, K, false, 5);
    double scale[MOST];
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    d.weights[3] = d.weights[ROWS - 1] = 0;
    fill(92, MOST, 0, 1, scale);
    scale[5] = 0;
    ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_glm_create(
        &f, X, d.y, lgd_loss_half_squared(),
        &(lgd_glm_options){.l2 = 0.02, .intercept = true, .outputs = K, .weights = d.weights, .offset = d.offset}));
    const lgd_minimize_options runs[] = {
        {.max_steps = 40, .lr_scale = scale, .clip_norm = 0.5, .schedule = {.kind = LGD_COSINE, .period = 40}},
        {.max_epochs = 3, .batch_size = 37, .order = LGD_REPLACEMENT, .last = LGD_LAST_SCALE, .clip_value = 0.1},
        {.max_epochs = 3,
         .batch_size = 70,
         .last = LGD_LAST_SCALE,
         .schedule = {.kind = LGD_COSINE, .period = 20, .per_step = true}},
        {.max_epochs = 4, .batch_size = 41, .last = LGD_LAST_DROP, .order = LGD_SEQUENTIAL, .first_epoch = 2},
        {.max_steps = 20, .batch_size = 100, .check_every = 1, .maximize = false, .threads = 2}};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        compare(f, "momentum", runs[i], 1e-12);
        compare(f, "adam", runs[i], 1e-12);
    }
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

/* Penalties, and averages beside. */
START_TEST(rates_penalty_and_average_each_as_its_own_run)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}, 6);
    lgd_penalty *l1 = NULL;
    ck_ok(lgd_penalty_l1_create(&l1, 0.02));
    compare(m.f, "sgd", (lgd_minimize_options){.max_steps = 30, .penalty = l1}, 1e-12);
    compare(m.f, "adam", (lgd_minimize_options){.max_epochs = 3, .batch_size = 50, .penalty = l1}, 1e-12);
    compare(m.f, "asgd", (lgd_minimize_options){.max_epochs = 3, .batch_size = 50}, 1e-12);
    lgd_penalty_free(l1);
    model_free(&m);
}
END_TEST

/* How often was the matrix read, and to how many scores? */
typedef struct tally {
    const double *X;
    size_t products, numbers;
} tally;

static lgd_status counted_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                                  size_t ldz)
{
    tally *c = ctx;
    c->products++;
    c->numbers += k * rows->count;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t row = rows->index ? rows->index[rows->first + i] : rows->first + i;
        for (size_t e = 0; e < k; e++) {
            double sum = 0;
            for (size_t j = 0; j < COLS; j++)
                sum += c->X[row * COLS + j] * W[j * ldw + e];
            Z[i * ldz + e] = sum;
        }
    }
    return LGD_OK;
}

static lgd_status counted_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                                  size_t ldg)
{
    const tally *c = ctx;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t row = rows->index ? rows->index[rows->first + i] : rows->first + i;
        for (size_t e = 0; e < k; e++)
            for (size_t j = 0; j < COLS; j++)
                G[j * ldg + e] += c->X[row * COLS + j] * R[i * ldr + e];
    }
    return LGD_OK;
}

START_TEST(rates_that_diverge_are_frozen_at_their_best_and_cost_nothing)
{
    const double four[4] = {0.1, 50, 0.2, 1000};
    data d = data_create(ROWS, COLS, 1, false, 7);
    tally c = {.X = d.X};
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    lgd_optimizer *opt = at_rate("sgd", 1);
    double W[4 * COLS] = {0}, best[4 * COLS], average[4 * COLS];
    lgd_report reports[4];
    ck_ok(lgd_matrix_create(
        &X, ROWS, COLS, &(lgd_matrix_ops){.name = "counted", .forward = counted_forward, .adjoint = counted_adjoint},
        &c));
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_half_squared(), NULL));
    const size_t panels = (ROWS + lgd_objective_terms(f) - 1) / ROWS;
    ck_assert(panels == 1);
    ck_ok(lgd_minimize_rates(
        f, opt, four, 4, W,
        &(lgd_minimize_options){.max_steps = 200, .grad_tol = LGD_ZERO, .w_best = best, .w_average = average}, reports,
        NULL));
    ck_assert(reports[0].stop == LGD_STOP_STEPS && reports[2].stop == LGD_STOP_STEPS);
    ck_assert(reports[1].stop == LGD_STOP_DIVERGED && reports[3].stop == LGD_STOP_DIVERGED);
    ck_assert(reports[1].steps < 20 && reports[3].steps < reports[1].steps && reports[1].lr_hold == 0);
    ck_assert(reports[1].f == reports[1].best_f && isfinite(reports[1].grad_norm));
    for (size_t j = 0; j < COLS; j++)
        ck_assert(W[COLS + j] == 0 && W[3 * COLS + j] == 0 && best[COLS + j] == 0); /* no step led lower */
    ck_assert(!memcmp(best + 2 * COLS, W + 2 * COLS, COLS * sizeof *W) && !memcmp(average, W, sizeof average));
    /* The two others alone: scores beyond theirs are those before divergence, and the look at the best points. */
    const size_t together = c.numbers;
    memset(W, 0, sizeof W);
    c.numbers = 0;
    ck_ok(lgd_minimize_rates(f, opt, (const double[]){0.1, 0.2}, 2, W,
                             &(lgd_minimize_options){.max_steps = 200, .grad_tol = LGD_ZERO}, reports, NULL));
    ck_assert_msg(together > c.numbers && together - c.numbers < c.numbers / 6, "%zu, %zu", together, c.numbers);
    /* All of them: the status says so. */
    memset(W, 0, sizeof W);
    ck_fails(lgd_minimize_rates(f, opt, (const double[]){50, 1000}, 2, W, NULL, reports, NULL), LGD_EDIVERGED,
             "at rate");
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

START_TEST(rates_histories_each_its_own_and_any_number_of_threads_the_same_bits)
{
    model m = model_create(4000, 20, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01}, 8);
    double W[2][RATES * 20] = {{0}};
    lgd_history *h[RATES] = {NULL};
    lgd_optimizer *opt = at_rate("momentum", 1);
    lgd_report reports[RATES];
    for (size_t c = 1; c < RATES; c++)
        ck_ok(lgd_history_create(&h[c]));
    for (size_t t = 0; t < 2; t++)
        ck_ok(lgd_minimize_rates(m.f, opt, rates, RATES, W[t],
                                 &(lgd_minimize_options){.max_steps = 12, .threads = 1 + 2 * t}, reports, h));
    ck_assert(!memcmp(W[0], W[1], sizeof W[0]));
    for (size_t c = 1; c < RATES; c++) {
        size_t count;
        const double *loss = lgd_history_series(h[c], "loss", &count), *lr = lgd_history_series(h[c], "lr", NULL);
        ck_assert(count == 24 && lr[3] == rates[c] && loss[0] == loss[12] && loss[11] == loss[23]);
        ck_assert(loss[11] < loss[0]);
        lgd_history_free(h[c]);
    }
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

static int stop_third(void *ctx, const lgd_progress *p)
{
    const double *W = ctx;
    return (p->w - W) / COLS == 2 && p->step == 4;
}

/* Each rate stops where its own validation no longer falls, at its own best point. */
START_TEST(rates_validation_and_patience_each_as_its_own_run)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), NULL, 11);
    model other = model_create(200, COLS, lgd_loss_logistic(), NULL, 12);
    const lgd_minimize_options runs[] = {
        {.max_steps = 40, .patience = 5, .validation = other.f},
        {.max_epochs = 12, .batch_size = 50, .patience = 2, .check_every = 2, .validation = other.f}};
    for (size_t i = 0; i < 2; i++) {
        double W[RATES * COLS], w[COLS];
        lgd_report reports[RATES], own;
        lgd_optimizer *opt = at_rate("momentum", 1);
        size_t patient = 0;
        fill(93, RATES * COLS, -0.5, 0.5, W);
        ck_ok(lgd_minimize_rates(m.f, opt, rates, RATES, W, &runs[i], reports, NULL));
        lgd_optimizer_free(opt);
        for (size_t c = 0; c < RATES; c++) {
            double starts[RATES * COLS];
            fill(93, RATES * COLS, -0.5, 0.5, starts);
            memcpy(w, starts + c * COLS, sizeof w);
            opt = at_rate("momentum", rates[c]);
            ck_ok(lgd_minimize(m.f, opt, w, &runs[i], &own));
            ck_assert(own.stop == reports[c].stop && own.steps == reports[c].steps);
            ck_assert(apart(COLS, W + c * COLS, w) <= 1e-12);
            ck_near(reports[c].f_validation, own.f_validation, 1e-12);
            patient += own.stop == LGD_STOP_PATIENCE;
            lgd_optimizer_free(opt);
        }
        ck_assert(patient > 0);
    }
    model_free(&other);
    model_free(&m);
}
END_TEST

START_TEST(rates_callback_ends_its_own)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01}, 9);
    double W[RATES * COLS] = {0};
    lgd_report reports[RATES];
    lgd_optimizer *opt = at_rate("sgd", 1);
    ck_ok(lgd_minimize_rates(m.f, opt, rates, RATES, W,
                             &(lgd_minimize_options){.max_steps = 9, .callback = stop_third, .callback_ctx = W},
                             reports, NULL));
    for (size_t c = 0; c < RATES; c++)
        ck_assert(reports[c].steps == (c == 2 ? 4 : 9) &&
                  reports[c].stop == (c == 2 ? LGD_STOP_CALLBACK : LGD_STOP_STEPS));
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

START_TEST(rates_what_cannot_be_is_refused_by_name)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), NULL, 10);
    double W[2 * COLS] = {0};
    const double two[2] = {0.1, 0.2};
    lgd_optimizer *sgd = at_rate("sgd", 1), *lbfgs = NULL, *own = NULL;
    lgd_objective *part = NULL;
    lgd_history *h = NULL;
    lgd_report reports[2];
    ck_ok(lgd_optimizer_parse(&lbfgs, "lbfgs"));
    ck_ok(lgd_optimizer_parse(&own, "sgd:lr=auto"));
    ck_ok(lgd_objective_subset(&part, m.f, &(lgd_rows){0, 10, NULL}));
    ck_ok(lgd_history_create(&h));
#define REFUSED(f, opt, rates, count, status, words, ...)                                                              \
    ck_fails(lgd_minimize_rates(f, opt, rates, count, W, &(lgd_minimize_options){__VA_ARGS__}, reports, NULL), status, \
             words)
    REFUSED(NULL, sgd, two, 2, LGD_EINVAL, "rates: f is NULL", .max_steps = 1);
    REFUSED(m.f, NULL, two, 2, LGD_EINVAL, "rates: opt is NULL", .max_steps = 1);
    REFUSED(m.f, sgd, NULL, 2, LGD_EINVAL, "rates: rates is NULL", .max_steps = 1);
    REFUSED(m.f, sgd, two, 0, LGD_EINVAL, "rates: count is 0", .max_steps = 1);
    REFUSED(m.f, sgd, ((const double[]){0.1, -1}), 2, LGD_EINVAL, "rates[1]: lr is -1", .max_steps = 1);
    REFUSED(m.f, sgd, ((const double[]){NAN, 1}), 2, LGD_EINVAL, "rates[0]: lr is nan", .max_steps = 1);
    REFUSED(m.f, lbfgs, two, 2, LGD_EUNSUPPORTED, "rates: lbfgs asks", .max_steps = 1);
    REFUSED(part, sgd, two, 2, LGD_EUNSUPPORTED, "rates: f is another objective", .max_steps = 1);
    REFUSED(m.f, sgd, two, 2, LGD_EUNSUPPORTED, "rates: estimator is set", .batch_size = 10, .estimator = LGD_SAGA);
    REFUSED(m.f, sgd, two, 2, LGD_EUNSUPPORTED, "rates: norm_test is set", .batch_size = 10, .norm_test = 0.5);
    REFUSED(m.f, sgd, two, 2, LGD_EUNSUPPORTED, "rates: start_rows is set", .start_rows = 10);
    REFUSED(m.f, sgd, two, 2, LGD_EUNSUPPORTED, "rates: saddle is set", .saddle = LGD_SADDLE_STOP);
    REFUSED(m.f, sgd, two, 2, LGD_EUNSUPPORTED, "rates: profile is set", .profile = true);
    REFUSED(m.f, sgd, two, 2, LGD_EUNSUPPORTED, "rates: history is set", .history = h);
    REFUSED(m.f, sgd, two, 2, LGD_EINVAL, "batch_size is 601", .batch_size = 601);
    W[COLS + 3] = INFINITY;
    REFUSED(m.f, sgd, two, 2, LGD_EINVAL, "w[3] is inf", .max_steps = 1);
    for (size_t c = 0; c < 2; c++)
        ck_assert(reports[c].stop == LGD_STOP_ERROR && isnan(reports[c].f));
    W[COLS + 3] = 0;
    /* A rate that is to be found is replaced as any other, and so it is by one who knows an older report. */
    ck_ok(lgd_minimize_rates_sized(m.f, own, two, 2, W, &(lgd_minimize_options){.max_steps = 3},
                                   sizeof(lgd_minimize_options), reports, sizeof *reports, NULL));
    ck_assert(reports[1].steps == 3 && isnan(reports[1].bytes) && reports[1].flops > 0 && !*reports[1].kernel);
    lgd_history_free(h);
    lgd_objective_free(part);
    lgd_optimizer_free(own);
    lgd_optimizer_free(lbfgs);
    lgd_optimizer_free(sgd);
    model_free(&m);
}
END_TEST

/* One number in each row. */
typedef struct diagonal {
    size_t *start;
    int32_t *column;
    double *value, *y;
    lgd_matrix *X;
    lgd_objective *f;
} diagonal;

static diagonal diagonal_create(size_t rows, size_t cols)
{
    diagonal d = {lgd_alloc("test", rows + 1, sizeof(size_t)),
                  lgd_alloc("test", rows, sizeof(int32_t)),
                  lgd_alloc("test", rows, sizeof(double)),
                  lgd_alloc("test", rows, sizeof(double)),
                  NULL,
                  NULL};
    for (size_t i = 0; i < rows; i++) {
        d.start[i + 1] = i + 1;
        d.column[i] = (int32_t)(i % cols);
        d.value[i] = 1;
        d.y[i] = (double)(i % 3 == 0);
    }
    ck_ok(lgd_matrix_csr(&d.X, &(lgd_csr){rows, cols, d.start, d.column, NULL, d.value, NULL}));
    ck_ok(lgd_glm_create(&d.f, d.X, d.y, lgd_loss_logistic(), NULL));
    return d;
}

static void diagonal_free(diagonal *d)
{
    lgd_objective_free(d->f);
    lgd_matrix_free(d->X);
    lgd_release(d->start);
    lgd_release(d->column);
    lgd_release(d->value);
    lgd_release(d->y);
}

/* lazy_adam on sparse batches is no adam: not one for the other. In full batch, and on dense rows, they are the same. */
START_TEST(rates_of_lazy_steps_refused_where_they_would_be_others)
{
    enum { LONG = 900 };
    static double W[2 * LONG];
    diagonal d = diagonal_create(50, LONG);
    lgd_optimizer *lazy;
    lgd_minimize_options o = {.batch_size = 5, .max_epochs = 1};
    ck_ok(lgd_optimizer_parse(&lazy, "lazy_adam"));
    ck_fails(lgd_minimize_rates(d.f, lazy, rates, 2, W, &o, NULL, NULL), LGD_EUNSUPPORTED,
             "rates: lazy_adam moves only what a batch touches");
    o.batch_size = 0;
    ck_ok(lgd_minimize_rates(d.f, lazy, rates, 2, W, &o, NULL, NULL));
    lgd_optimizer_free(lazy);
    diagonal_free(&d);
}
END_TEST

/* Of sparse rows a run has one chunk where dense ones of that length would have 64, and so have several rates. */
START_TEST(rates_on_sparse_rows_take_the_memory_of_their_points)
{
    enum { LONG = 3000 };
    double *W = lgd_alloc("test", RATES * LONG, sizeof *W);
    diagonal d = diagonal_create(8000, LONG);
    lgd_optimizer *sgd = at_rate("sgd", 1);
    ledger = (struct ledger){0};
    lgd_set_memory(&counted);
    ck_ok(lgd_minimize_rates(d.f, sgd, rates, RATES, W, &(lgd_minimize_options){.max_epochs = 2}, NULL, NULL));
    lgd_set_memory(NULL);
    ck_assert_msg(ledger.peak < 8 * RATES * LONG * sizeof(double), "%zu", ledger.peak);
    lgd_optimizer_free(sgd);
    diagonal_free(&d);
    lgd_release(W);
}
END_TEST

/* Three rates of which one diverges, a range test, and what a diagnosis says of one. */
static lgd_status use_all(const data *d, size_t batch)
{
    const double three[3] = {0.1, 1, 1e300};
    double W[3 * COLS] = {0}, w[COLS] = {0};
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    lgd_history *h[3] = {NULL, NULL, NULL};
    lgd_report reports[3];
    lgd_diagnosis found;
    lgd_status status = lgd_matrix_dense(&X, ROWS, COLS, d->X, COLS);
    if (!status)
        status = lgd_glm_create(&f, X, d->y, lgd_loss_half_squared(), NULL);
    if (!status)
        status = lgd_optimizer_parse(&opt, "momentum");
    if (!status)
        status = lgd_history_create(&h[1]);
    if (!status)
        status = lgd_minimize_rates(
            f, opt, three, 3, W,
            &(lgd_minimize_options){.max_epochs = 9, .batch_size = batch, .grad_tol = LGD_ZERO, .threads = 1}, reports,
            h);
    if (!status) {
        ck_assert(reports[2].stop == LGD_STOP_DIVERGED && reports[0].stop == LGD_STOP_EPOCHS);
        status = lgd_rate_range(f, opt, w, &(lgd_rate_range_options){.batch_size = batch}, NULL);
    }
    if (!status)
        status = lgd_diagnose(h[1], NULL, &found);
    lgd_history_free(h[1]);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    return status;
}

START_TEST(rates_each_allocation_failing_clean_error)
{
    data d = data_create(ROWS, COLS, 1, false, 13);
    for (size_t batch = 0; batch <= 100; batch += 100)
        for (size_t k = 1;; k++) {
            memory_watch(k);
            const lgd_status status = use_all(&d, batch);
            ck_assert_msg(memory_live() == 0, "batch_size %zu, allocation %zu: %zu", batch, k, memory_live());
            if (memory_made() < k) {
                ck_assert_msg(status == LGD_OK, "%s", lgd_last_error());
                ck_assert_uint_gt(k, 40);
                break;
            }
            ck_assert_msg(status == LGD_ENOMEM, "allocation %zu: %d", k, (int)status);
        }
    memory_unwatch();
    data_free(&d);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rate_sweep");
    CASE(s, rates_full_batch_each_as_its_own_run);
    CASE(s, rates_batches_each_as_its_own_run);
    CASE(s, rates_all_that_a_model_and_a_run_have_each_as_its_own_run);
    CASE(s, rates_penalty_and_average_each_as_its_own_run);
    CASE(s, rates_that_diverge_are_frozen_at_their_best_and_cost_nothing);
    CASE(s, rates_histories_each_its_own_and_any_number_of_threads_the_same_bits);
    CASE(s, rates_validation_and_patience_each_as_its_own_run);
    CASE(s, rates_callback_ends_its_own);
    CASE(s, rates_of_lazy_steps_refused_where_they_would_be_others);
    CASE(s, rates_on_sparse_rows_take_the_memory_of_their_points);
    CASE(s, rates_each_allocation_failing_clean_error);
    CASE(s, rates_what_cannot_be_is_refused_by_name);
    return suite_run(s);
}
