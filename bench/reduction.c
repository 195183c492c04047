/* Many steps of descent on linear least squares: each over all rows, or on their reduction, and the optimum at once. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 1000, TIMED = 20, BLOCK = 1024 };
#define RATE 0.1
#define CORRELATION 0.8 /* of neighbouring columns */

static void describe(race *r)
{
    static const runner runners[] = {
        {.name = "stream", .optimizer = "sgd:lr=0.1"},      {.name = "reduce_alone", .optimizer = "sgd:lr=0.1"},
        {.name = "reduce", .optimizer = "sgd:lr=0.1"},      {.name = "reduce_refine", .optimizer = "sgd:lr=0.1"},
        {.name = "steps_alone", .optimizer = "sgd:lr=0.1"}, {.name = "refine_alone", .optimizer = "sgd:lr=0.1"},
        {.name = "direct", .optimizer = "sgd:lr=0.1"}};
    r->name = "reduction";
    r->where = "memory";
    r->title = "A thousand steps of descent on least squares, or none";
    r->timed =
        "from the rows to the weights; of stream 20 steps, times 50; steps_alone and refine_alone on what is reduced";
    r->must = "weights, of reduce_alone the gradient, are those of plain loops to 1e-10";
    r->tolerance = 1e-10;
    r->rows = 1000000;
    r->quick_rows = 20000;
    r->cols = 100;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
}

/* ---- the same by plain loops */

/* Sums of blocks of rows are added, so that a million of them cost no digits. H and b are means. */
static void add_rows(const race *r, double *H, double *b, double *part)
{
    const size_t n = r->cols;
    const double m = (double)r->rows;
    for (size_t first = 0; first < r->rows; first += BLOCK) {
        memset(part, 0, (n * n + n) * sizeof *part);
        for (size_t i = first; i < r->rows && i < first + BLOCK; i++) {
            const double *x = r->X + i * n;
            for (size_t j = 0; j < n; j++) {
                const double own = x[j];
                double *row = part + j * n;
                for (size_t k = 0; k <= j; k++)
                    row[k] += own * x[k];
                part[n * n + j] += own * r->y[i];
            }
        }
        for (size_t j = 0; j < n * n; j++)
            H[j] += part[j] / m;
        for (size_t j = 0; j < n; j++)
            b[j] += part[n * n + j] / m;
    }
    for (size_t j = 0; j < n; j++)
        for (size_t k = j + 1; k < n; k++)
            H[j * n + k] = H[k * n + j];
}

static void slope(size_t n, const double *H, const double *b, const double *w, double *g)
{
    for (size_t j = 0; j < n; j++) {
        g[j] = -b[j];
        for (size_t k = 0; k < n; k++)
            g[j] += H[j * n + k] * w[k];
    }
}

/* w += L^-T L^-1 (b - H w), and again; L takes n*n numbers. */
static void minimum(size_t n, const double *H, const double *b, double *w, double *L, double *g)
{
    memcpy(L, H, n * n * sizeof *L);
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n; i++) {
            for (size_t k = 0; k < j; k++)
                L[i * n + j] -= L[i * n + k] * L[j * n + k];
            L[i * n + j] = i == j ? sqrt(L[j * n + j]) : L[i * n + j] / L[j * n + j];
        }
    memset(w, 0, n * sizeof *w);
    for (int again = 0; again < 3; again++) {
        slope(n, H, b, w, g);
        for (size_t i = 0; i < n; i++) {
            for (size_t k = 0; k < i; k++)
                g[i] -= L[i * n + k] * g[k];
            g[i] /= L[i * n + i];
        }
        for (size_t i = n; i-- > 0;) {
            for (size_t k = i + 1; k < n; k++)
                g[i] -= L[k * n + i] * g[k];
            g[i] /= L[i * n + i];
            w[i] -= g[i];
        }
    }
}

/* What is expected, each [cols]. */
enum { OF_STREAM, OF_REDUCED, OF_GRADIENT, OF_OPTIMUM, EXPECTED };

static bool expect(race *r)
{
    const size_t n = r->cols;
    double *block = calloc(2 * n * n + 4 * n, sizeof *block);
    r->expected = calloc(EXPECTED * n, sizeof *r->expected);
    if (!block || !r->expected) {
        free(block);
        return false;
    }
    double *H = block, *b = H + n * n, *g = b + n, *w = g + n, *part = w + n;
    add_rows(r, H, b, part);
    for (size_t t = 0; t < STEPS; t++) {
        slope(n, H, b, w, g);
        for (size_t j = 0; j < n; j++)
            w[j] -= RATE * g[j];
        if (t == TIMED)
            memcpy(r->expected + OF_STREAM * n, w, n * sizeof *w);
    }
    memcpy(r->expected + OF_REDUCED * n, w, n * sizeof *w);
    for (size_t j = 0; j < n; j++)
        w[j] = 1;
    slope(n, H, b, w, r->expected + OF_GRADIENT * n);
    minimum(n, H, b, r->expected + OF_OPTIMUM * n, part, g);
    free(block);
    return true;
}

/* Columns of unit variance, each like the one before it; what the plan says. */
static bool make(race *r)
{
    const double own = sqrt(12 * (1 - CORRELATION * CORRELATION));
    lgd_plan plan;
    lgd_uniform(r->seed, 0, r->rows * r->cols, r->X);
    for (size_t i = 0; i < r->rows; i++)
        for (size_t j = 0; j < r->cols; j++) {
            double *x = r->X + i * r->cols + j;
            *x = j ? CORRELATION * x[-1] + own * (*x - 0.5) : sqrt(12) * (*x - 0.5);
        }
    race_targets(r);
    setenv("LGD_NUM_THREADS", "1", 1); /* for what has no option for it */
    if (lgd_least_squares_plan(&(lgd_plan_options){.rows = r->rows, .cols = r->cols, .steps = STEPS}, &plan))
        return false;
    snprintf(r->remark, sizeof r->remark, "The plan for %d steps: %s", STEPS, plan.text);
    return expect(r);
}

/* ---- the race */

/* Time of the first step, and of the last. */
typedef struct clocked {
    double first, last;
} clocked;

static int note_steps(void *ctx, const lgd_progress *at)
{
    clocked *c = ctx;
    c->last = now();
    if (at->step == 1)
        c->first = c->last;
    return 0;
}

/* False after a failure of the library's. */
static bool descend(runner *k, lgd_objective *f, size_t steps, clocked *c)
{
    const lgd_minimize_options options = {
        .max_epochs = steps, .grad_tol = LGD_ZERO, .threads = 1, .callback = c ? note_steps : NULL, .callback_ctx = c};
    lgd_report report;
    memset(k->w, 0, k->race->cols * sizeof *k->w);
    lgd_optimizer_reset(k->opt);
    if (lgd_minimize(f, k->opt, k->w, &options, &report))
        return false;
    return report.steps == steps || !lgd_set_error(LGD_EDIVERGED, lgd_stop_string(report.stop));
}

static double stream(runner *k)
{
    clocked c;
    if (!descend(k, k->race->f, TIMED + 1, &c))
        return -1;
    k->steps = STEPS;
    k->passes = STEPS;
    return (c.last - c.first) / TIMED * STEPS;
}

static bool is(const runner *k, const char *name)
{
    return !strcmp(k->name, name);
}

/* The reduction, steps on it, and corrections by the rows. What steps_alone and refine_alone leave out is made, but not timed: each of
 * them takes less than what the time of a reduction varies by. */
static double reduce(runner *k)
{
    const bool steps_alone = is(k, "steps_alone"), refine_alone = is(k, "refine_alone");
    double begun = now();
    lgd_objective *f = k->race->f, *q;
    if (lgd_quadratic_create(&q, f))
        return -1;
    bool ok = true;
    k->steps = 0;
    k->passes = steps_alone || refine_alone ? 0 : 1;
    if (is(k, "reduce_alone")) {
        for (size_t j = 0; j < k->race->cols; j++)
            k->w[j] = 1;
    } else {
        if (steps_alone)
            begun = now();
        k->steps = refine_alone ? 0 : STEPS;
        ok = descend(k, q, STEPS, NULL);
    }
    if (ok && (refine_alone || is(k, "reduce_refine"))) {
        if (refine_alone)
            begun = now();
        lgd_refinement refined;
        ok = !lgd_quadratic_refine(q, f, k->w, 0, &refined);
        k->passes += (double)refined.passes;
    }
    const double seconds = now() - begun;
    if (ok && is(k, "reduce_alone")) { /* what is checked */
        double *g = calloc(k->race->cols, sizeof *g);
        ok = g && !lgd_objective_eval(q, NULL, k->w, NULL, g);
        if (ok)
            memcpy(k->w, g, k->race->cols * sizeof *g);
        free(g);
    }
    lgd_objective_free(q);
    return ok ? seconds : -1;
}

static double direct(runner *k)
{
    lgd_least_squares_report report;
    const double begun = now();
    if (lgd_least_squares_solve(k->race->f, k->w, NULL, &report))
        return -1;
    k->steps = 0;
    k->passes = 1 + (double)report.refinements;
    return now() - begun;
}

static double run(void *ctx, size_t repeats)
{
    double sum = 0;
    for (size_t i = 0; i < repeats; i++) {
        const double seconds = is(ctx, "stream") ? stream(ctx) : is(ctx, "direct") ? direct(ctx) : reduce(ctx);
        if (seconds < 0)
            return -1;
        sum += seconds;
    }
    return sum / (double)repeats;
}

static void check(race *r, runner *k)
{
    const size_t n = r->cols;
    const bool stepped = is(k, "reduce") || is(k, "steps_alone");
    const size_t of = is(k, "stream")         ? OF_STREAM
                      : stepped               ? OF_REDUCED
                      : is(k, "reduce_alone") ? OF_GRADIENT
                                              : OF_OPTIMUM;
    if (run(k, 1) < 0) {
        utf8_text(k->why, sizeof k->why, *lgd_last_error() ? lgd_last_error() : "out of memory");
        return;
    }
    k->error = difference(n, k->w, r->expected + of * n);
    k->verdict = OK;
}

const race_ops race_of_reduction = {describe, make, check, run};
