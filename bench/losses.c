/* An epoch of descent in batches by the logistic loss, beside one by half the squared error: rows in storage order, so that what is between
 * the two is the loss. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EPOCHS = 4 };
#define RATE 0.05

static void describe(race *r, const char *name, const char *title, size_t batch)
{
    const runner runners[] = {{.name = "half_squared", .optimizer = "sgd:lr=0.05", .batch = batch},
                              {.name = "logistic", .optimizer = "sgd:lr=0.05", .batch = batch}};
    r->name = name;
    r->where = "memory";
    r->title = title;
    r->timed = "one epoch of four";
    r->must = "the weights after 4 epochs are those of plain loops to 1e-10";
    r->tolerance = 1e-10;
    r->rows = 100000;
    r->quick_rows = 20000;
    r->cols = 100;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
}

static void describe_8(race *r)
{
    describe(r, "losses_8", "An epoch by the logistic loss, batches of 8", 8);
}

static void describe_32(race *r)
{
    describe(r, "losses_32", "An epoch by the logistic loss, batches of 32", 32);
}

static void describe_64(race *r)
{
    describe(r, "losses_64", "An epoch by the logistic loss, batches of 64", 64);
}

static void describe_1024(race *r)
{
    describe(r, "losses_1024", "An epoch by the logistic loss, batches of 1024", 1024);
}

static bool make(race *r)
{
    lgd_uniform(r->seed, 0, r->rows * r->cols, r->X);
    for (size_t i = 0; i < r->rows * r->cols; i++)
        r->X[i] -= 0.5;
    race_targets(r);
    for (size_t i = 0; i < r->rows; i++)
        r->y[i] = r->y[i] > 0;
    return true;
}

/* ---- the same by plain loops */

static void step(const runner *k, size_t first, size_t count, double *w, double *g)
{
    const race *r = k->race;
    memset(g, 0, r->cols * sizeof *g);
    for (size_t i = first; i < first + count; i++) {
        const double *x = r->X + i * r->cols;
        double z = 0;
        for (size_t j = 0; j < r->cols; j++)
            z += x[j] * w[j];
        const double slope = (strcmp(k->name, "logistic") ? z : 1 / (1 + exp(-z))) - r->y[i];
        for (size_t j = 0; j < r->cols; j++)
            g[j] += slope * x[j];
    }
    for (size_t j = 0; j < r->cols; j++)
        w[j] -= RATE * (g[j] / (double)count);
}

/* ---- the race */

/* Its set-up counts, its closing evaluation over all rows does not. */
static double run(void *ctx, size_t repeats)
{
    runner *k = ctx;
    const race *r = k->race;
    double ended = 0;
    lgd_objective *f = NULL;
    lgd_report report;
    const lgd_minimize_options options = {.batch_size = k->batch,
                                          .order = LGD_SEQUENTIAL,
                                          .max_epochs = EPOCHS * repeats,
                                          .grad_tol = LGD_ZERO,
                                          .threads = 1,
                                          .callback = note_time,
                                          .callback_ctx = &ended};
    if (lgd_glm_create(&f, r->A, r->y, lgd_loss_find(k->name), NULL))
        return -1;
    memset(k->w, 0, r->cols * sizeof *k->w);
    lgd_optimizer_reset(k->opt);
    const double begun = now();
    const lgd_status failed = lgd_minimize(f, k->opt, k->w, &options, &report);
    lgd_objective_free(f);
    if (failed)
        return -1;
    k->steps = report.steps / (EPOCHS * repeats);
    k->passes = (report.passes - 1) / (double)(EPOCHS * repeats);
    race_costs(k, &report, k->passes / report.passes);
    return (ended - begun) / (double)(EPOCHS * repeats);
}

static void check(race *r, runner *k)
{
    double *w = calloc(2 * r->cols, sizeof *w);
    if (!w) {
        snprintf(k->why, sizeof k->why, "out of memory");
        return;
    }
    for (size_t e = 0; e < EPOCHS; e++)
        for (size_t first = 0; first < r->rows; first += k->batch)
            step(k, first, r->rows - first < k->batch ? r->rows - first : k->batch, w, w + r->cols);
    if (run(k, 1) < 0) {
        utf8_text(k->why, sizeof k->why, lgd_last_error());
    } else {
        k->error = difference(r->cols, k->w, w);
        k->verdict = OK;
    }
    free(w);
}

const race_ops race_of_losses_8 = {describe_8, make, check, run}, race_of_losses_32 = {describe_32, make, check, run},
               race_of_losses_64 = {describe_64, make, check, run},
               race_of_losses_1024 = {describe_1024, make, check, run};
