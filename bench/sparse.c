/* Epochs over sparse rows, 50,000 columns and some 72 numbers a row, in batches of 8: steps that touch what a batch does, beside steps of the
 * same method on all of w. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLS = 50000, DRAWS = 75, BATCH = 8 };
#define POWER (-0.8)

static void describe(race *r)
{
    static const runner runners[] = {{.name = "adam_all", .optimizer = "adam", .batch = BATCH},
                                     {.name = "lazy_adam", .optimizer = "lazy_adam", .batch = BATCH},
                                     {.name = "adagrad_all", .optimizer = "adagrad", .batch = BATCH},
                                     {.name = "adagrad", .optimizer = "adagrad", .batch = BATCH},
                                     {.name = "ftrl_all", .optimizer = "ftrl", .batch = BATCH},
                                     {.name = "ftrl", .optimizer = "ftrl", .batch = BATCH},
                                     {.name = "sgd_all", .optimizer = "sgd", .batch = BATCH},
                                     {.name = "sgd", .optimizer = "sgd", .batch = BATCH}};
    r->name = "sparse";
    r->where = "memory";
    r->title = "An epoch over sparse rows, by steps that touch what a batch of 8 does";
    r->timed = "one epoch, shuffled, its order included";
    r->must = "the weights after an epoch are those of plain loops, to 1e-10";
    r->counted = "rows";
    r->tolerance = 1e-10;
    r->rows = 20000;
    r->quick_rows = 800;
    r->cols = DRAWS;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
}

/* ---- data: values in X, and behind four points of COLS where rows begin, and columns */

double *sparse_point(const race *r, size_t i)
{
    return r->expected + i * COLS;
}

size_t *sparse_start(const race *r)
{
    return (size_t *)(void *)sparse_point(r, 4);
}

int32_t *sparse_column(const race *r)
{
    return (int32_t *)(void *)(sparse_start(r) + r->rows + 1);
}

static int ascending(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* The first column whose share of the draws, added up, is above u; shares lie in a point. */
static int32_t draw(const double *share, double u)
{
    size_t low = 0, high = COLS - 1;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (share[middle] > u * share[COLS - 1])
            high = middle;
        else
            low = middle + 1;
    }
    return (int32_t)low;
}

/* A row: columns drawn, those drawn twice once with both numbers, the whole of length 1. */
static size_t make_row(const race *r, size_t i, size_t begin)
{
    int32_t drawn[DRAWS], *column = sparse_column(r);
    double u[2 * DRAWS], squares = 0;
    size_t e = begin;
    lgd_uniform(r->seed, i * 2 * DRAWS, 2 * DRAWS, u);
    for (size_t k = 0; k < DRAWS; k++)
        drawn[k] = draw(sparse_point(r, 0), u[k]);
    qsort(drawn, DRAWS, sizeof *drawn, ascending);
    for (size_t k = 0; k < DRAWS; k++) {
        const bool again = k && drawn[k] == drawn[k - 1];
        e += again ? 0 : 1;
        column[e - 1] = drawn[k];
        r->X[e - 1] = (again ? r->X[e - 1] : 0) + u[DRAWS + k];
    }
    for (size_t k = begin; k < e; k++)
        squares += r->X[k] * r->X[k];
    for (size_t k = begin; k < e; k++)
        r->X[k] /= sqrt(squares);
    return e;
}

static bool make(race *r)
{
    r->expected = calloc((4 * COLS + r->rows + 1 + r->rows * DRAWS) * sizeof(double), 1);
    if (!r->expected)
        return false;
    double sum = 0, *share = sparse_point(r, 0);
    for (size_t j = 0; j < COLS; j++)
        share[j] = sum += pow((double)j + 1, POWER);
    for (size_t i = 0; i < r->rows; i++) {
        sparse_start(r)[i + 1] = make_row(r, i, sparse_start(r)[i]);
        lgd_uniform(r->seed + 1, i, 1, &r->y[i]);
        r->y[i] = r->y[i] < 0.5 ? 0 : 1;
    }
    const lgd_csr csr = {
        .rows = r->rows, .cols = COLS, .row_start = sparse_start(r), .column = sparse_column(r), .value = r->X};
    snprintf(r->remark, sizeof r->remark,
             "%zu rows of %d columns with %.0f numbers each; what is called `all` moves every weight at each step",
             r->rows, COLS, (double)sparse_start(r)[r->rows] / (double)r->rows);
    return !lgd_matrix_csr(&r->A, &csr) && !lgd_glm_create(&r->f, r->A, r->y, lgd_loss_logistic(), NULL);
}

/* ---- the race */

static bool moves_all(const runner *k)
{
    return strstr(k->name, "_all");
}

static lgd_minimize_options options_of(const runner *k, size_t epochs)
{
    return (lgd_minimize_options){
        .batch_size = BATCH, .max_epochs = epochs, .grad_tol = LGD_ZERO, .seed = k->race->seed, .threads = 1};
}

/* Its set-up counts, its closing evaluation over all rows does not. */
static double run(void *ctx, size_t epochs)
{
    runner *k = ctx;
    const race *r = k->race;
    double ended = 0;
    lgd_report report;
    lgd_minimize_options options = options_of(k, epochs);
    options.callback = note_time;
    options.callback_ctx = &ended;
    memset(sparse_point(r, 1), 0, COLS * sizeof(double));
    lgd_optimizer_reset(k->opt);
    const double begun = now();
    if (lgd_minimize(r->f, k->opt, sparse_point(r, 1), &options, &report))
        return -1;
    k->steps = report.steps / epochs;
    k->passes = (report.passes - 1) / (double)epochs;
    race_costs(k, &report, k->passes / report.passes);
    return (ended - begun) / (double)epochs;
}

/* w moves by g: all of it, by the library's own step; or where one of the rows has a number, by the formula of Adam as it stands. */
static bool move(const runner *k, lgd_optimizer *opt, const lgd_rows *rows, double t, double *w, double *g)
{
    const race *r = k->race;
    static double m[COLS], v[COLS];
    if (strcmp(k->name, "lazy_adam"))
        return !lgd_optimizer_step(opt, COLS, w, g, 0, 1);
    if (t == 1)
        memset(m, 0, sizeof m), memset(v, 0, sizeof v);
    for (size_t i = 0; i < rows->count; i++)
        for (size_t row = rows->index[rows->first + i], e = sparse_start(r)[row]; e < sparse_start(r)[row + 1]; e++) {
            const size_t j = (size_t)sparse_column(r)[e];
            if (isnan(g[j]))
                continue;
            m[j] = 0.9 * m[j] + 0.1 * g[j];
            v[j] = 0.999 * v[j] + 0.001 * g[j] * g[j];
            w[j] -= 0.001 * m[j] / (1 - pow(0.9, t)) / (sqrt(v[j] / (1 - pow(0.999, t))) + 1e-8);
            g[j] = NAN; /* once for a column */
        }
    return true;
}

static bool plain_epoch(const runner *k, lgd_optimizer *opt, size_t *index, double *w, double *g)
{
    const race *r = k->race;
    const lgd_minimize_options options = options_of(k, 1);
    size_t draws;
    if (lgd_minimize_order(&options, 0, r->rows, index, &draws))
        return false;
    memset(w, 0, COLS * sizeof *w);
    for (size_t first = 0; first < draws; first += BATCH) {
        const lgd_rows rows = {first, draws - first < BATCH ? draws - first : BATCH, index};
        if (lgd_objective_eval(r->f, &rows, w, NULL, g) || !move(k, opt, &rows, (double)(first / BATCH + 1), w, g))
            return false;
    }
    return true;
}

static void check(race *r, runner *k)
{
    lgd_optimizer *opt = NULL;
    lgd_optimizer_ops ops = {.name = NULL};
    for (size_t i = 0; lgd_optimizer_builtin(i); i++)
        if (!strcmp(lgd_optimizer_builtin(i)->name, k->optimizer))
            ops = *lgd_optimizer_builtin(i);
    ops.flags &= moves_all(k) ? ~(unsigned)LGD_SPARSE : ~0U;
    lgd_optimizer_free(k->opt);
    k->opt = NULL;
    size_t *index = malloc((r->rows + BATCH) * sizeof *index);
    const bool ok = index && !lgd_optimizer_create(&k->opt, &ops, NULL, 0) &&
                    !lgd_optimizer_parse(&opt, k->optimizer) &&
                    plain_epoch(k, opt, index, sparse_point(r, 2), sparse_point(r, 3)) && run(k, 1) >= 0;
    if (ok) {
        k->error = difference(COLS, sparse_point(r, 1), sparse_point(r, 2));
        k->verdict = OK;
    } else {
        utf8_text(k->why, sizeof k->why, lgd_last_error());
    }
    lgd_optimizer_free(opt);
    free(index);
}

const race_ops race_of_sparse = {describe, make, check, run};
