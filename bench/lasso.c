/* Time to solve a lasso, until a duality gap proves the value to be within 1e-6 of the lowest. That one is found by another road,
 * coordinate descent, with a gap of its own. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR 1e-6
#define CORRELATION 0.8 /* of neighbouring columns */
#define SHARE 0.02      /* of the least strength that keeps nothing */

static void describe(race *r)
{
    static const runner runners[] = {{.name = "sgd", .optimizer = "sgd:lr=auto"},
                                     {.name = "proximal_gradient", .optimizer = "proximal_gradient"},
                                     {.name = "fista", .optimizer = "fista"},
                                     {.name = "saga", .optimizer = "sgd:lr=auto", .batch = 64, .estimator = LGD_SAGA}};
    r->name = "lasso";
    r->where = "memory";
    r->title = "A lasso, to a duality gap of 1e-6";
    r->timed = "a whole run";
    r->must = "the value is within 1e-6 of the lowest, that coordinate descent finds";
    r->tolerance = NEAR;
    r->rows = r->quick_rows = 1000;
    r->cols = 200;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
}

/* ---- the lowest value, of |X w - y|^2/(2m) + strength |w|_1 */

/* Residual y - X w and the columns of X in one piece each. */
typedef struct coordinates {
    double *columns, *square, *residual, *w;
} coordinates;

static double dot(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void sweep(const race *r, const coordinates *c)
{
    const size_t m = r->rows;
    for (size_t j = 0; j < r->cols; j++) {
        const double *x = c->columns + j * m;
        const double along = dot(m, x, c->residual) / (double)m + c->square[j] * c->w[j];
        const double w = copysign(fmax(fabs(along) - r->strength, 0), along) / c->square[j], moved = w - c->w[j];
        for (size_t i = 0; i < m && moved != 0; i++)
            c->residual[i] -= moved * x[i];
        c->w[j] = w;
    }
}

/* F and how far it may be above the lowest: the residual, scaled until no column leans on it by more than the strength, is a
 * point of the dual problem. */
static double gap(const race *r, const coordinates *c, double *value)
{
    const double m = (double)r->rows;
    double size = 0, steepest = 0;
    for (size_t j = 0; j < r->cols; j++) {
        size += fabs(c->w[j]);
        steepest = fmax(steepest, fabs(dot(r->rows, c->columns + j * r->rows, c->residual)) / m);
    }
    const double scale = steepest > r->strength ? r->strength / steepest : 1;
    const double squares = dot(r->rows, c->residual, c->residual) / m;
    *value = squares / 2 + r->strength * size;
    return *value - (scale * dot(r->rows, c->residual, r->y) / m - scale * scale * squares / 2);
}

static bool lowest(race *r)
{
    const size_t m = r->rows, n = r->cols;
    double *block = calloc(m * n + 2 * n + m, sizeof *block);
    if (!block)
        return false;
    coordinates c = {
        .columns = block, .square = block + m * n, .w = block + m * n + n, .residual = block + m * n + 2 * n};
    memcpy(c.residual, r->y, m * sizeof *r->y);
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < m; i++)
            c.columns[j * m + i] = r->X[i * n + j];
        c.square[j] = dot(m, c.columns + j * m, c.columns + j * m) / (double)m;
        r->strength = fmax(r->strength, SHARE * fabs(dot(m, c.columns + j * m, r->y)) / (double)m);
    }
    for (size_t k = 0; k < 10000; k++) {
        sweep(r, &c);
        if (gap(r, &c, &r->lowest) <= 1e-3 * NEAR * r->lowest)
            break;
    }
    const bool found = gap(r, &c, &r->lowest) <= 1e-3 * NEAR * r->lowest;
    free(block);
    if (!found)
        lgd_set_error(LGD_EDIVERGED, "coordinate descent did not come to the lowest value of the lasso");
    return found;
}

/* Columns of unit variance, each like the one before it. */
static bool make(race *r)
{
    const double own = sqrt(12 * (1 - CORRELATION * CORRELATION));
    lgd_uniform(r->seed, 0, r->rows * r->cols, r->X);
    for (size_t i = 0; i < r->rows; i++)
        for (size_t j = 0; j < r->cols; j++) {
            double *x = r->X + i * r->cols + j;
            *x = j ? CORRELATION * x[-1] + own * (*x - 0.5) : sqrt(12) * (*x - 0.5);
        }
    race_targets(r);
    return lowest(r) && !lgd_penalty_l1_create(&r->penalty, r->strength);
}

/* ---- the race */

static double run(void *ctx, size_t repeats)
{
    runner *k = ctx;
    const race *r = k->race;
    const lgd_minimize_options options = {.batch_size = k->batch,
                                          .estimator = k->estimator,
                                          .check_every = k->batch ? 5 : 0,
                                          .max_epochs = 20000,
                                          .grad_tol = LGD_ZERO,
                                          .gap_tol = NEAR,
                                          .penalty = r->penalty,
                                          .seed = r->seed,
                                          .threads = 1};
    lgd_report report;
    const double begun = now();
    for (size_t i = 0; i < repeats; i++) {
        memset(k->w, 0, r->cols * sizeof *k->w);
        lgd_optimizer_reset(k->opt);
        if (lgd_minimize(r->f, k->opt, k->w, &options, &report))
            return -1;
        if (report.stop != LGD_STOP_GAP_TOL)
            return lgd_set_error(LGD_EDIVERGED, lgd_stop_string(report.stop));
    }
    k->steps = report.steps;
    k->passes = report.passes;
    race_costs(k, &report, 1);
    return (now() - begun) / (double)repeats;
}

static void check(race *r, runner *k)
{
    double squares = 0, size = 0;
    if (run(k, 1) < 0) {
        utf8_text(k->why, sizeof k->why, lgd_last_error());
        return;
    }
    for (size_t i = 0; i < r->rows; i++) {
        const double residual = r->y[i] - dot(r->cols, r->X + i * r->cols, k->w);
        squares += residual * residual;
    }
    for (size_t j = 0; j < r->cols; j++)
        size += fabs(k->w[j]);
    k->error = (squares / (2 * (double)r->rows) + r->strength * size) / r->lowest - 1;
    k->verdict = OK;
}

const race_ops race_of_lasso = {describe, make, check, run};
