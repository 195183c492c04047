/* Epochs over sparse rows, one at a time, by plain descent with l2: what a row costs is what its numbers do, in each order of the rows. The
 * data are those of sparse.c. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 0.1
#define L2 1e-6
enum { BLOCK = 50 };

static void describe(race *r)
{
    static const runner runners[] = {{.name = "sequential", .optimizer = "sgd:lr=0.1", .batch = 1},
                                     {.name = "blocks", .optimizer = "sgd:lr=0.1", .batch = 1},
                                     {.name = "permutation", .optimizer = "sgd:lr=0.1", .batch = 1}};
    race_of_sparse.describe(r);
    r->name = "sparse_sgd";
    r->title = "An epoch over sparse rows, one at a time, in each order";
    r->timed = "one epoch, its order included";
    r->must = "the weights after an epoch are those of plain loops, to 1e-10";
    r->rows = 100000;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
}

static bool make(race *r)
{
    if (!race_of_sparse.make(r))
        return false;
    lgd_objective_free(r->f);
    r->f = NULL;
    snprintf(r->remark, sizeof r->remark, "%zu rows of %zu columns with %.0f numbers each; blocks are of %d rows",
             r->rows, lgd_matrix_cols(r->A), (double)sparse_start(r)[r->rows] / (double)r->rows, BLOCK);
    return !lgd_glm_create(&r->f, r->A, r->y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = L2});
}

static lgd_minimize_options options_of(const runner *k, size_t epochs)
{
    const bool blocks = !strcmp(k->name, "blocks"), shuffled = !strcmp(k->name, "permutation");
    return (lgd_minimize_options){.batch_size = 1,
                                  .order = blocks     ? LGD_BLOCKS
                                           : shuffled ? LGD_SHUFFLE
                                                      : LGD_SEQUENTIAL,
                                  .block_rows = blocks ? BLOCK : 0,
                                  .max_epochs = epochs,
                                  .grad_tol = LGD_ZERO,
                                  .seed = k->race->seed,
                                  .threads = 1};
}

/* Its set-up counts, its closing evaluation over all rows does not. */
static double run(void *ctx, size_t epochs)
{
    runner *k = ctx;
    const race *r = k->race;
    double ended = 0, *w = sparse_point(r, 1);
    lgd_report report;
    lgd_minimize_options options = options_of(k, epochs);
    options.callback = note_time;
    options.callback_ctx = &ended;
    memset(w, 0, lgd_matrix_cols(r->A) * sizeof *w);
    lgd_optimizer_reset(k->opt);
    const double begun = now();
    if (lgd_minimize(r->f, k->opt, w, &options, &report))
        return -1;
    k->steps = report.steps / epochs;
    k->passes = (report.passes - 1) / (double)epochs;
    race_costs(k, &report, k->passes / report.passes);
    return (ended - begun) / (double)epochs;
}

/* w = a v, since l2 makes all of w smaller at each step. */
static void plain_epoch(const race *r, const size_t *index, double *v)
{
    double a = 1;
    const size_t cols = lgd_matrix_cols(r->A);
    memset(v, 0, cols * sizeof *v);
    for (size_t i = 0; i < r->rows; i++) {
        const size_t row = index[i], begin = sparse_start(r)[row], end = sparse_start(r)[row + 1];
        double z = 0;
        for (size_t e = begin; e < end; e++)
            z += r->X[e] * v[sparse_column(r)[e]];
        const double slope = 1 / (1 + exp(-a * z)) - r->y[row];
        a *= 1 - RATE * L2;
        for (size_t e = begin; e < end; e++)
            v[sparse_column(r)[e]] -= RATE * slope / a * r->X[e];
    }
    for (size_t j = 0; j < cols; j++)
        v[j] *= a;
}

static void check(race *r, runner *k)
{
    const lgd_minimize_options options = options_of(k, 1);
    size_t *index = malloc((r->rows + 1) * sizeof *index), draws;
    if (index && !lgd_minimize_order(&options, 0, r->rows, index, &draws) && run(k, 1) >= 0) {
        plain_epoch(r, index, sparse_point(r, 2));
        k->error = difference(lgd_matrix_cols(r->A), sparse_point(r, 1), sparse_point(r, 2));
        k->verdict = OK;
    } else {
        utf8_text(k->why, sizeof k->why, lgd_last_error());
    }
    free(index);
}

const race_ops race_of_sparse_sgd = {describe, make, check, run};
