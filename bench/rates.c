/* Sixteen rates at once, beside a run of one: a logistic regression by momentum, in full batch. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RATES = 16, STEPS = 5 };
#define MOMENTUM 0.9
#define L2 0.01
#define LOWEST_RATE 0.1

static void describe(race *r)
{
    static const runner runners[] = {{.name = "one", .optimizer = "momentum:lr=0.1"},
                                     {.name = "sixteen", .optimizer = "momentum:lr=0.1"}};
    r->name = "rates_tall";
    r->where = "memory";
    r->title = "Sixteen rates at once, a logistic regression of 100 columns";
    r->timed =
        "a run of 5 steps, or of 16 runs side by side, in processor time: the ratio is what 16 cost in runs of one";
    r->must = "at each step the weights, of one those of plain loops, of sixteen those of 16 runs of one, to 1e-12";
    r->tolerance = 1e-12;
    r->rows = 200000;
    r->quick_rows = 20000;
    r->cols = 100;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
}

static void describe_wide(race *r)
{
    describe(r);
    r->name = "rates_wide";
    r->title = "Sixteen rates at once, a logistic regression of 500 columns";
    r->rows = 20000;
    r->quick_rows = 2000;
    r->cols = 500;
}

/* ---- weights before each step, [RATES x STEPS x cols]: of runs alone, and side by side; then those of the runs themselves */

static double *alone(const race *r, size_t rate)
{
    return r->expected + rate * STEPS * r->cols;
}

static double *beside(const race *r, size_t rate)
{
    return alone(r, RATES + rate);
}

static double *weights(const race *r)
{
    return beside(r, RATES);
}

static bool make(race *r)
{
    lgd_uniform(r->seed, 0, r->rows * r->cols, r->X);
    for (size_t i = 0; i < r->rows * r->cols; i++)
        r->X[i] -= 0.5;
    race_targets(r);
    for (size_t i = 0; i < r->rows; i++)
        r->y[i] = r->y[i] > 0;
    r->expected = calloc((2 * STEPS + 1) * RATES * r->cols, sizeof *r->expected);
    return r->expected && !lgd_matrix_dense(&r->A, r->rows, r->cols, r->X, r->cols) &&
           !lgd_glm_create(&r->f, r->A, r->y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = L2});
}

/* ---- the race */

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool is_one(const runner *k)
{
    return !strcmp(k->name, "one");
}

/* The i-th rate of those side by side; that of the run of one is the first. */
static double rate(size_t i)
{
    return LOWEST_RATE * (double)(i + 1);
}

/* Where what a callback is told goes: at[RATES x STEPS x cols]. */
typedef struct trace {
    const double *W;
    double *at;
} trace;

static int keep(void *ctx, const lgd_progress *p)
{
    const trace *t = ctx;
    const size_t c = (size_t)(p->w - t->W) / p->dim;
    if (p->step < STEPS)
        memcpy(t->at + (c * STEPS + p->step) * p->dim, p->w, p->dim * sizeof *p->w);
    return 0;
}

/* A run from 0 by an optimizer with its rate, or all of them by one whose rate is not used. */
static lgd_status descend(const runner *k, bool all, lgd_optimizer *opt, trace *t, lgd_report report[RATES])
{
    const race *r = k->race;
    double *W = weights(r), rates[RATES];
    lgd_minimize_options options = {.max_epochs = STEPS, .grad_tol = LGD_ZERO, .threads = 1};
    if (t) {
        t->W = W;
        options.callback = keep;
        options.callback_ctx = t;
    }
    for (size_t i = 0; i < RATES; i++)
        rates[i] = rate(i);
    memset(W, 0, RATES * r->cols * sizeof *W);
    lgd_optimizer_reset(opt);
    return all ? lgd_minimize_rates(r->f, opt, rates, RATES, W, &options, report, NULL)
               : lgd_minimize(r->f, opt, W, &options, report);
}

static double run(void *ctx, size_t repeats)
{
    runner *k = ctx;
    lgd_report report[RATES];
    const double begun = processor_seconds();
    for (size_t i = 0; i < repeats; i++)
        if (descend(k, !is_one(k), k->opt, NULL, report))
            return -1;
    k->steps = report->steps;
    k->passes = report->passes;
    return (processor_seconds() - begun) / (double)repeats;
}

/* ---- the same by plain loops */

/* Adds the slopes of rows [first, end). */
static void add_rows(const race *r, size_t first, size_t end, const double *w, double *g)
{
    for (size_t i = first; i < end; i++) {
        const double *x = r->X + i * r->cols;
        double z = 0;
        for (size_t j = 0; j < r->cols; j++)
            z += x[j] * w[j];
        const double slope = 1 / (1 + exp(-z)) - r->y[i];
        for (size_t j = 0; j < r->cols; j++)
            g[j] += slope * x[j];
    }
}

/* Weights before each step of the first rate, at[STEPS x cols]; `room` has 3 cols numbers. */
static void plain_loop(const race *r, double *at, double *room)
{
    enum { BLOCK = 1024 }; /* sums of blocks are added, which costs no digits */
    const size_t n = r->cols;
    double *g = room, *part = g + n, *v = part + n;
    memset(room, 0, 3 * n * sizeof *room);
    for (size_t t = 0; t + 1 < STEPS; t++) {
        const double *w = at + t * n;
        double *next = at + (t + 1) * n;
        memset(g, 0, n * sizeof *g);
        for (size_t first = 0; first < r->rows; first += BLOCK) {
            memset(part, 0, n * sizeof *part);
            add_rows(r, first, first + BLOCK < r->rows ? first + BLOCK : r->rows, w, part);
            for (size_t j = 0; j < n; j++)
                g[j] += part[j];
        }
        for (size_t j = 0; j < n; j++) {
            v[j] = MOMENTUM * v[j] + g[j] / (double)r->rows + L2 * w[j];
            next[j] = w[j] - rate(0) * v[j];
        }
    }
}

/* The largest of the differences at each step after the first, where all are 0. */
static double apart(const race *r, const double *x, const double *y)
{
    double most = 0;
    for (size_t t = 1; t < STEPS; t++) {
        const double off = difference(r->cols, x + t * r->cols, y + t * r->cols);
        most = off > most || isnan(off) ? off : most;
    }
    return most;
}

static lgd_status trace_alone(race *r, const runner *k)
{
    lgd_status status = LGD_OK;
    for (size_t i = 0; i < RATES && !status; i++) {
        char text[64];
        lgd_optimizer *opt = NULL;
        lgd_report report[RATES];
        trace t = {.at = alone(r, i)};
        snprintf(text, sizeof text, "momentum:lr=%.17g", rate(i));
        status = lgd_optimizer_parse(&opt, text);
        if (!status)
            status = descend(k, false, opt, &t, report);
        lgd_optimizer_free(opt);
    }
    return status;
}

static void check(race *r, runner *k)
{
    lgd_report report[RATES];
    trace t = {.at = beside(r, 0)};
    if (is_one(k) ? trace_alone(r, k) : descend(k, true, k->opt, &t, report)) {
        utf8_text(k->why, sizeof k->why, lgd_last_error());
        return;
    }
    k->error = 0;
    if (is_one(k)) {
        plain_loop(r, beside(r, 0), weights(r));
        k->error = apart(r, alone(r, 0), beside(r, 0));
    }
    for (size_t i = 0; i < RATES && !is_one(k); i++) {
        const double off = apart(r, beside(r, i), alone(r, i));
        k->error = off > k->error || isnan(off) ? off : k->error;
    }
    k->verdict = OK;
}

const race_ops race_of_rates_tall = {describe, make, check, run};
const race_ops race_of_rates_wide = {describe_wide, make, check, run};
