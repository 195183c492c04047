/* An epoch with each estimator of the gradient, beside one of momentum on mini-batches, on rows that lie in memory. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_EPOCHS = 2, BATCH = 64 };
#define RATE 0.05

static void describe(race *r)
{
    static const runner runners[] = {
        {.name = "momentum", .optimizer = "momentum:lr=0.05", .batch = BATCH},
        {.name = "sgd", .optimizer = "sgd:lr=0.05", .batch = BATCH},
        {.name = "saga", .optimizer = "sgd:lr=0.05", .batch = BATCH, .estimator = LGD_SAGA},
        {.name = "svrg", .optimizer = "sgd:lr=0.05", .batch = BATCH, .estimator = LGD_SVRG},
        {.name = "sarah", .optimizer = "sgd:lr=0.05", .batch = BATCH, .estimator = LGD_SARAH}};
    r->name = "epochs";
    r->where = "memory";
    r->title = "An epoch with each estimator of the gradient";
    r->timed = "one epoch";
    r->must = "the weights after 2 epochs are those of plain loops to 1e-10";
    r->tolerance = 1e-10;
    r->rows = 100000;
    r->quick_rows = 20000;
    r->cols = 100;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
}

static bool make(race *r)
{
    lgd_uniform(r->seed, 0, r->rows * r->cols, r->X);
    for (size_t i = 0; i < r->rows * r->cols; i++)
        r->X[i] -= 0.5;
    race_targets(r);
    return true;
}

/* ---- the same by plain loops */

typedef struct loops {
    const race *race;
    size_t *index;
    double *slope, *block;                            /* [rows] as last seen; what the vectors lie in */
    double *g, *mean, *velocity, *w, *w_epoch, *last; /* [cols] each */
} loops;

static double slope_at(const race *r, size_t i, const double *w)
{
    double slope = -r->y[i];
    for (size_t j = 0; j < r->cols; j++)
        slope += r->X[i * r->cols + j] * w[j];
    return slope;
}

static void add_row(const race *r, size_t i, double a, double *g)
{
    for (size_t j = 0; j < r->cols; j++)
        g[j] += a * r->X[i * r->cols + j];
}

/* l->mean is the gradient over all rows at w. */
static void full(const loops *l)
{
    const race *r = l->race;
    memset(l->mean, 0, r->cols * sizeof *l->mean);
    for (size_t i = 0; i < r->rows; i++)
        add_row(r, i, slope_at(r, i, l->w) / (double)r->rows, l->mean);
}

/* l->g is the estimate from the batch, first: the first of its epoch. Of the three with a memory each adds to its mean what the
 * batch tells beyond it. */
static void estimate(const loops *l, lgd_estimator way, bool first, const size_t *batch, size_t count)
{
    const race *r = l->race;
    const size_t n = r->cols;
    memset(l->g, 0, n * sizeof *l->g);
    for (size_t i = 0; i < count && !(way == LGD_SARAH && first); i++) {
        const size_t row = batch[i];
        const double now = slope_at(r, row, l->w);
        const double before = way == LGD_SVRG    ? slope_at(r, row, l->w_epoch)
                              : way == LGD_SARAH ? slope_at(r, row, l->last)
                              : way == LGD_SAGA  ? l->slope[row]
                                                 : 0;
        l->slope[row] = now;
        add_row(r, row, (now - before) / (double)count, l->g);
    }
    for (size_t j = 0; j < n && way != LGD_MINIBATCH; j++) {
        const double beyond = l->g[j];
        l->g[j] += l->mean[j];
        if (way == LGD_SAGA)
            l->mean[j] += beyond * (double)count / (double)r->rows;
        if (way == LGD_SARAH)
            l->mean[j] = l->g[j];
    }
    memcpy(l->last, l->w, n * sizeof *l->w);
}

static void epoch(const loops *l, const runner *k, uint64_t number)
{
    const race *r = l->race;
    const double kept = strncmp(k->optimizer, "momentum", 8) ? 0 : 0.9;
    lgd_permutation(r->seed, number, r->rows, l->index);
    memcpy(l->w_epoch, l->w, r->cols * sizeof *l->w);
    if (k->estimator == LGD_SVRG || k->estimator == LGD_SARAH)
        full(l);
    for (size_t first = 0; first < r->rows; first += BATCH) {
        estimate(l, k->estimator, !first, l->index + first, r->rows - first < BATCH ? r->rows - first : BATCH);
        for (size_t j = 0; j < r->cols; j++) {
            l->velocity[j] = kept * l->velocity[j] - RATE * l->g[j];
            l->w[j] += l->velocity[j];
        }
    }
}

/* ---- the race */

/* Its set-up counts, its closing evaluation over all rows does not. */
static double run(void *ctx, size_t epochs)
{
    runner *k = ctx;
    double ended = 0;
    lgd_report report;
    const lgd_minimize_options options = {.batch_size = k->batch,
                                          .estimator = k->estimator,
                                          .max_epochs = epochs,
                                          .grad_tol = LGD_ZERO,
                                          .seed = k->race->seed,
                                          .threads = 1,
                                          .callback = note_time,
                                          .callback_ctx = &ended};
    memset(k->w, 0, k->race->cols * sizeof *k->w);
    lgd_optimizer_reset(k->opt);
    const double begun = now();
    if (lgd_minimize(k->race->f, k->opt, k->w, &options, &report))
        return -1;
    k->steps = report.steps / epochs;
    k->passes = (report.passes - 1) / (double)epochs;
    race_costs(k, &report, k->passes / report.passes);
    return (ended - begun) / (double)epochs;
}

static void check(race *r, runner *k)
{
    const size_t n = r->cols;
    loops l = {.race = r, .index = malloc(r->rows * sizeof *l.index), .block = calloc(r->rows + 6 * n, sizeof(double))};
    if (l.index && l.block) {
        l.slope = l.block;
        l.g = l.slope + r->rows;
        l.mean = l.g + n;
        l.velocity = l.mean + n;
        l.w = l.velocity + n;
        l.w_epoch = l.w + n;
        l.last = l.w_epoch + n;
        for (uint64_t e = 0; e < CHECK_EPOCHS; e++)
            epoch(&l, k, e);
        if (run(k, CHECK_EPOCHS) < 0) {
            utf8_text(k->why, sizeof k->why, lgd_last_error());
        } else {
            k->error = difference(n, k->w, l.w);
            k->verdict = OK;
        }
    } else {
        snprintf(k->why, sizeof k->why, "out of memory");
    }
    free(l.index);
    free(l.block);
}

const race_ops race_of_epochs = {describe, make, check, run};
