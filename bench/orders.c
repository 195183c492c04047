/* An epoch of descent in batches in each order of the rows, beside two gemv for each batch in storage order: what the order costs. Adam
 * beside plain descent: what a step costs. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_EPOCHS = 2 };
#define RATE 0.05

/* What a runner's name stands for. */
typedef struct way {
    const char *name, *optimizer;
    lgd_order order;
    bool gemv, copy; /* by BLAS alone; rows are on huge pages where the system has them */
} way;

static const way ways[] = {{"gemv", "sgd:lr=0.05", LGD_SEQUENTIAL, true, false},
                           {"sequential", "sgd:lr=0.05", LGD_SEQUENTIAL, false, false},
                           {"blocks", "sgd:lr=0.05", LGD_BLOCKS, false, false},
                           {"interleaved", "sgd:lr=0.05", LGD_INTERLEAVED, false, false},
                           {"window", "sgd:lr=0.05", LGD_WINDOW, false, false},
                           {"permutation", "sgd:lr=0.05", LGD_SHUFFLE, false, false},
                           {"permutation_copy", "sgd:lr=0.05", LGD_SHUFFLE, false, true}};
static const way methods[] = {{"sgd", "sgd:lr=0.05", LGD_SHUFFLE, false, false},
                              {"adam", "adam:lr=0.001", LGD_SHUFFLE, false, false}};

static const way *way_of(const runner *k)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (!strcmp(k->name, methods[i].name))
            return &methods[i];
    size_t i = 0;
    while (strcmp(k->name, ways[i].name))
        i++;
    return &ways[i];
}

static void describe(race *r, const char *name, const char *title, size_t batch, const way *of, size_t count)
{
    r->name = name;
    r->where = "memory";
    r->title = title;
    r->timed = "one epoch";
    r->must = "the weights after 2 epochs are those of plain loops to 1e-10";
    r->tolerance = 1e-10;
    r->rows = 100000;
    r->quick_rows = 20000;
    r->cols = 100;
    r->runners = count;
    for (size_t i = 0; i < count; i++)
        r->runner[i] = (runner){.name = of[i].name, .optimizer = of[i].optimizer, .batch = batch};
}

static bool make(race *r)
{
    lgd_uniform(r->seed, 0, r->rows * r->cols, r->X);
    for (size_t i = 0; i < r->rows * r->cols; i++)
        r->X[i] -= 0.5;
    race_targets(r);
    for (size_t i = 0; i < r->runners; i++)
        if (way_of(&r->runner[i])->copy && !r->copy_f)
            return !lgd_matrix_dense_copy(&r->copy, r->rows, r->cols, r->X, r->cols) &&
                   !lgd_glm_create(&r->copy_f, r->copy, r->y, lgd_loss_half_squared(), NULL);
    return true;
}

/* ---- the same by plain loops */

typedef struct loops {
    size_t *index;
    double *g, *w, *mean, *square; /* [cols] each */
} loops;

static void mean_gradient(const race *r, const size_t *row, size_t count, const double *w, double *g)
{
    memset(g, 0, r->cols * sizeof *g);
    for (size_t i = 0; i < count; i++) {
        const double *x = r->X + row[i] * r->cols;
        double slope = -r->y[row[i]];
        for (size_t j = 0; j < r->cols; j++)
            slope += x[j] * w[j];
        for (size_t j = 0; j < r->cols; j++)
            g[j] += slope / (double)count * x[j];
    }
}

static void step(const loops *l, size_t n, bool adam, double t)
{
    for (size_t j = 0; j < n; j++) {
        l->mean[j] = 0.9 * l->mean[j] + 0.1 * l->g[j];
        l->square[j] = 0.999 * l->square[j] + 0.001 * l->g[j] * l->g[j];
        l->w[j] -= adam ? 0.001 * (l->mean[j] / (1 - pow(0.9, t))) / (sqrt(l->square[j] / (1 - pow(0.999, t))) + 1e-8)
                        : RATE * l->g[j];
    }
}

static bool go(const runner *k, const loops *l)
{
    const race *r = k->race;
    const way *how = way_of(k);
    const lgd_minimize_options o = {.batch_size = k->batch, .order = how->order, .seed = r->seed};
    double t = 0;
    for (uint64_t epoch = 0; epoch < CHECK_EPOCHS; epoch++) {
        size_t draws;
        if (lgd_minimize_order(&o, epoch, r->rows, l->index, &draws))
            return false;
        for (size_t first = 0; first < draws; first += k->batch) {
            mean_gradient(r, l->index + first, draws - first < k->batch ? draws - first : k->batch, l->w, l->g);
            step(l, r->cols, !strcmp(k->name, "adam"), ++t);
        }
    }
    return true;
}

/* ---- the race */

static double run_gemv(runner *k, size_t epochs)
{
    const race *r = k->race;
    const problem p = {.rows = r->rows, .cols = r->cols, .X = r->X, .y = r->y};
    double *scores = malloc(k->batch * sizeof *scores);
    if (!scores)
        return -1;
    const double begun = now();
    for (size_t e = 0; e < epochs; e++)
        variants_epoch_gemv(&p, k->batch, RATE, k->w, scores);
    const double seconds = (now() - begun) / (double)epochs;
    free(scores);
    k->steps = (r->rows + k->batch - 1) / k->batch;
    k->passes = 1;
    return seconds;
}

/* Its set-up counts, its closing evaluation over all rows does not. */
static double run(void *ctx, size_t epochs)
{
    runner *k = ctx;
    const way *how = way_of(k);
    double ended = 0;
    lgd_report report;
    const lgd_minimize_options options = {.batch_size = k->batch,
                                          .order = how->order,
                                          .max_epochs = epochs,
                                          .grad_tol = LGD_ZERO,
                                          .seed = k->race->seed,
                                          .threads = 1,
                                          .callback = note_time,
                                          .callback_ctx = &ended};
    memset(k->w, 0, k->race->cols * sizeof *k->w);
    variants_blas_threads(1);
    if (how->gemv)
        return run_gemv(k, epochs);
    lgd_optimizer_reset(k->opt);
    const double begun = now();
    if (lgd_minimize(how->copy ? k->race->copy_f : k->race->f, k->opt, k->w, &options, &report))
        return -1;
    k->steps = report.steps / epochs;
    k->passes = (report.passes - 1) / (double)epochs;
    return (ended - begun) / (double)epochs;
}

static void check(race *r, runner *k)
{
    const size_t n = r->cols;
    loops l = {.index = malloc((r->rows + k->batch) * sizeof *l.index), .g = calloc(4 * n, sizeof *l.g)};
    if (l.index && l.g) {
        l.w = l.g + n;
        l.mean = l.w + n;
        l.square = l.mean + n;
        if (!go(k, &l) || run(k, CHECK_EPOCHS) < 0) {
            utf8_text(k->why, sizeof k->why, lgd_last_error());
        } else {
            k->error = difference(n, k->w, l.w);
            k->verdict = OK;
        }
    } else {
        snprintf(k->why, sizeof k->why, "out of memory");
    }
    free(l.index);
    free(l.g);
}

#define RACE(of, batch, title, list)                                                                                   \
    static void describe_##of##_##batch(race *r)                                                                       \
    {                                                                                                                  \
        describe(r, #of "_" #batch, title " of " #batch, batch, list, sizeof list / sizeof *list);                     \
    }                                                                                                                  \
    const race_ops race_of_##of##_##batch = {describe_##of##_##batch, make, check, run};

RACE(orders, 1, "An epoch in each order of the rows, batches", ways)
RACE(orders, 8, "An epoch in each order of the rows, batches", ways)
RACE(orders, 32, "An epoch in each order of the rows, batches", ways)
RACE(orders, 64, "An epoch in each order of the rows, batches", ways)
RACE(orders, 256, "An epoch in each order of the rows, batches", ways)
RACE(orders, 1024, "An epoch in each order of the rows, batches", ways)
RACE(orders, 4096, "An epoch in each order of the rows, batches", ways)
RACE(adam, 8, "An epoch of Adam beside plain descent, shuffled batches", methods)
RACE(adam, 32, "An epoch of Adam beside plain descent, shuffled batches", methods)
