/* An epoch of a factorisation entry by entry, beside a plain loop: 50 ratings to a row and 500 to a column, at places drawn at random. */
#include "bench.h"
#include <stdlib.h>
#include <string.h>

enum { RANK = 8, BY_ROW = 50, BY_COLUMN = 500 };
#define RATE 0.01
#define L2 0.02

static void describe(race *r)
{
    static const runner runners[] = {{.name = "loop", .optimizer = "sgd:lr=0.01", .batch = 1},
                                     {.name = "entries", .optimizer = "sgd:lr=0.01", .batch = 1},
                                     {.name = "loop_in_order", .optimizer = "sgd:lr=0.01", .batch = 1},
                                     {.name = "entries_in_order", .optimizer = "sgd:lr=0.01", .batch = 1}};
    r->name = "factorization";
    r->where = "memory";
    r->title = "An epoch of a factorisation of rank 8, entry by entry";
    r->timed = "one epoch, its order included: shuffled, or that of storage";
    r->must = "the weights after an epoch are those of the plain loop to 1e-10";
    r->counted = "ratings";
    r->tolerance = 1e-10;
    r->rows = 5000000;
    r->quick_rows = 200000;
    r->cols = RANK;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
}

/* ---- what lies where: places in the room of X, and three points and an order in that of what is expected */

static size_t *row_of(const race *r)
{
    return (size_t *)(void *)r->X;
}

static size_t *column_of(const race *r)
{
    return row_of(r) + r->rows;
}

static double *point(const race *r, size_t i)
{
    return r->expected + i * lgd_objective_dim(r->f);
}

static size_t *order(const race *r)
{
    return (size_t *)(void *)point(r, 2);
}

static bool make(race *r)
{
    const size_t rows = r->rows / BY_ROW, cols = r->rows / BY_COLUMN;
    double u[3];
    for (size_t t = 0; t < r->rows; t++) {
        lgd_uniform(r->seed, 3 * t, 3, u);
        row_of(r)[t] = (size_t)(u[0] * (double)rows);
        column_of(r)[t] = (size_t)(u[1] * (double)cols);
        r->y[t] = 1 + 4 * u[2];
    }
    if (lgd_factorization_create(
            &r->f, rows, cols, r->rows, row_of(r), column_of(r), r->y,
            &(lgd_factorization_options){.rank = RANK, .l2 = L2, .biases = true, .low = 1, .high = 5}))
        return false;
    const size_t dim = lgd_objective_dim(r->f);
    r->expected = malloc((2 * dim + r->rows) * sizeof *r->expected);
    snprintf(
        r->remark, sizeof r->remark,
        "%zu ratings of %zu columns by %zu rows, %zu parameters: %zu KB. A rating is %d flops and moves 24 bytes "
        "of its own, in a shuffled order 8 more and a place in each of three arrays, %d bytes of factors both ways",
        r->rows, cols, rows, dim, dim / 128, 12 * RANK + 16, 16 * (2 * RANK + 2));
    return r->expected != NULL;
}

/* ---- the race */

static bool shuffled(const runner *k)
{
    return !strstr(k->name, "in_order");
}

/* The formula as it stands. */
static void loop(const race *r, const size_t *index, double mean, double *w)
{
    const size_t rows = r->rows / BY_ROW, cols = r->rows / BY_COLUMN;
    double *U = w, *V = U + rows * RANK, *b = V + cols * RANK, *c = b + rows;
    for (size_t i = 0; i < r->rows; i++) {
        const size_t t = index ? index[i] : i, row = row_of(r)[t], column = column_of(r)[t];
        double *u = U + row * RANK, *v = V + column * RANK, e = mean + b[row] + c[column] - r->y[t];
        for (size_t l = 0; l < RANK; l++)
            e += u[l] * v[l];
        for (size_t l = 0; l < RANK; l++) {
            const double own = u[l];
            u[l] -= RATE * (e * v[l] + L2 * own);
            v[l] -= RATE * (e * own + L2 * v[l]);
        }
        b[row] -= RATE * (e + L2 * b[row]);
        c[column] -= RATE * (e + L2 * c[column]);
    }
}

static bool epochs_of_loop(const runner *k, size_t epochs, double *w)
{
    const race *r = k->race;
    lgd_factors at;
    if (lgd_factorization_factors(r->f, &at))
        return false;
    for (size_t epoch = 0; epoch < epochs; epoch++) {
        if (shuffled(k))
            lgd_permutation(r->seed, epoch, r->rows, order(r));
        loop(r, shuffled(k) ? order(r) : NULL, at.mean, w);
    }
    return true;
}

/* Of a run its set-up counts, its closing evaluation over all rows does not. */
static double run(void *ctx, size_t epochs)
{
    runner *k = ctx;
    const race *r = k->race;
    double *w = point(r, 0), ended = 0;
    if (lgd_factorization_initialise(r->f, 0, r->seed, w))
        return -1;
    const lgd_minimize_options options = {.batch_size = 1,
                                          .order = shuffled(k) ? LGD_SHUFFLE : LGD_SEQUENTIAL,
                                          .max_epochs = epochs,
                                          .grad_tol = LGD_ZERO,
                                          .seed = r->seed,
                                          .threads = 1,
                                          .callback = note_time,
                                          .callback_ctx = &ended};
    const double begun = now();
    k->steps = r->rows;
    k->passes = 1;
    if (!strncmp(k->name, "loop", 4))
        return epochs_of_loop(k, epochs, w) ? (now() - begun) / (double)epochs : -1;
    lgd_optimizer_reset(k->opt);
    lgd_report report;
    if (lgd_minimize(r->f, k->opt, w, &options, &report))
        return -1;
    race_costs(k, &report, 1 / report.passes);
    return (ended - begun) / (double)epochs;
}

static void check(race *r, runner *k)
{
    double *expected = point(r, 1);
    if (lgd_factorization_initialise(r->f, 0, r->seed, expected) || !epochs_of_loop(k, 1, expected) || run(k, 1) < 0) {
        utf8_text(k->why, sizeof k->why, lgd_last_error());
        return;
    }
    k->error = difference(lgd_objective_dim(r->f), point(r, 0), expected);
    k->verdict = OK;
}

const race_ops race_of_factorization = {describe, make, check, run};
