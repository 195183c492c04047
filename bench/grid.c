/* Variants x batch sizes: each cell is checked against the scalar reference, then timed beside the others of its batch
 * size. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_EPOCHS = 2 };
#define SAME_WEIGHTS 1e-10

double difference(size_t n, const double *a, const double *b)
{
    double far = 0, size = 0;
    for (size_t j = 0; j < n; j++) {
        if (!isfinite(a[j]) || !isfinite(b[j]))
            return INFINITY;
        far = fmax(far, fabs(a[j] - b[j]));
        size = fmax(size, fabs(b[j]));
    }
    return size > 0 ? far / size : far;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- an epoch without libgd. The order of rows is libgd's, so that the weights can be compared. */

static void epoch_by_hand(const grid_cell *c, uint64_t epoch, double *w)
{
    const problem *p = &c->grid->problem;
    const variant *v = c->variant;
    size_t *index = c->batch ? c->grid->index : NULL, batch = c->batch ? c->batch : p->rows, n = p->cols;
    double *g = c->grid->g;
    if (index)
        lgd_permutation(p->seed, epoch, p->rows, index);
    for (size_t first = 0; first < p->rows; first += batch) {
        size_t count = smaller(batch, p->rows - first);
        double rate = p->lr / (double)count;
        if (v->direct || count == 1) { /* every score is known before w moves */
            v->descend(p, index ? index + first : NULL, count, w, rate, w, c->grid->scratch);
            continue;
        }
        memset(g, 0, n * sizeof *g);
        v->descend(p, index ? index + first : NULL, count, w, rate, g, c->grid->scratch);
        for (size_t j = 0; j < n; j++)
            w[j] += g[j];
    }
}

static double run_by_hand(void *ctx, size_t epochs)
{
    grid_cell *c = ctx;
    variants_blas_threads(c->threads);
    memset(c->w, 0, c->grid->problem.cols * sizeof *c->w);
    double begun = now();
    for (size_t e = 0; e < epochs; e++)
        epoch_by_hand(c, e, c->w);
    return (now() - begun) / (double)epochs;
}

/* ---- an epoch by lgd_minimize. Its set-up counts, its closing evaluation over all rows does not. */

static double run_by_libgd(void *ctx, size_t epochs)
{
    grid_cell *c = ctx;
    double ended = 0;
    lgd_report report;
    lgd_minimize_options options = {.batch_size = c->batch,
                                    .max_epochs = epochs,
                                    .grad_tol = LGD_ZERO,
                                    .seed = c->grid->problem.seed,
                                    .threads = c->threads,
                                    .callback = note_time,
                                    .callback_ctx = &ended};
    double begun = now();
    memset(c->w, 0, c->grid->problem.cols * sizeof *c->w);
    lgd_optimizer_reset(c->opt);
    if (lgd_minimize(c->grid->problem.f, c->opt, c->w, &options, &report))
        return -1;
    return (ended - begun) / (double)report.epochs;
}

/* ---- the check */

/* The mean of half squares over rows of a batch, for the methods that use it. */
static double batch_value(const problem *p, const size_t *index, size_t count, const double *w)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t row = index ? index[i] : i;
        double residual = -p->y[row];
        for (size_t j = 0; j < p->cols; j++)
            residual += p->X[row * p->cols + j] * w[j];
        sum += residual * residual / 2;
    }
    return sum / (double)count;
}

/* Scalar gradients, and the update rule by lgd_optimizer_step: what remains for lgd_minimize to get wrong is everything
 * about rows, batches and panels. */
static lgd_status reference_optimizer(const grid_cell *c, double *w)
{
    const problem *p = &c->grid->problem;
    const variant *scalar = &c->grid->variant[0];
    size_t batch = c->batch ? c->batch : p->rows, *index = c->batch ? c->grid->index : NULL;
    lgd_status st = LGD_OK;
    lgd_optimizer_reset(c->opt);
    for (uint64_t e = 0; !st && e < CHECK_EPOCHS; e++) {
        if (index)
            lgd_permutation(p->seed, e, p->rows, index);
        for (size_t first = 0; !st && first < p->rows; first += batch) {
            size_t count = smaller(batch, p->rows - first);
            memset(c->grid->g, 0, p->cols * sizeof *w);
            scalar->descend(p, index ? index + first : NULL, count, w, -1 / (double)count, c->grid->g, NULL);
            const double value = batch_value(p, index ? index + first : NULL, count, w);
            st = lgd_optimizer_step(c->opt, p->cols, w, c->grid->g, value, 1);
        }
    }
    lgd_optimizer_reset(c->opt);
    return st;
}

static void check_cell(grid_cell *c)
{
    size_t n = c->grid->problem.cols;
    double *expected = calloc(n, sizeof *expected);
    lgd_status st = expected ? LGD_OK : LGD_ENOMEM;
    bool plain = !strncmp(c->variant->optimizer, "sgd:", 4);
    if (!st && c->opt && !plain) {
        st = reference_optimizer(c, expected);
    } else if (!st) {
        grid_cell scalar = *c;
        scalar.variant = &c->grid->variant[0];
        for (uint64_t e = 0; e < CHECK_EPOCHS; e++)
            epoch_by_hand(&scalar, e, expected);
    }
    if (!st && (c->opt ? run_by_libgd : run_by_hand)(c, CHECK_EPOCHS) < 0)
        st = LGD_EUNSUPPORTED;
    c->verdict = st ? FAILED : OK;
    if (st) {
        utf8_text(c->why, sizeof c->why, expected ? lgd_last_error() : "out of memory");
    } else {
        c->error = difference(n, c->w, expected);
        if (isinf(c->error) && c->variant == &c->grid->variant[0]) {
            c->verdict = FAILED; /* the reference can only fail to have a result */
            snprintf(c->why, sizeof c->why, "its weights are not finite");
        } else if (!(c->error <= SAME_WEIGHTS)) {
            c->verdict = WRONG;
        }
    }
    free(expected);
}

/* ---- one batch size */

static void judge(grid *g, grid_cell *c, const grid_cell *reference)
{
    double work = (double)g->problem.rows * (double)g->problem.cols;
    c->seconds = quartiles_of(g->rounds, c->sample);
    if (c == reference)
        c->ratio = (interval){1, 1, 1};
    else if (reference->verdict == OK)
        c->ratio = ratio_of(g->rounds, reference->sample, c->sample, g->problem.seed);
    c->gflops = 4e-9 * work / c->seconds.median;
    c->gbytes = 8e-9 * work / c->seconds.median;
    c->streaming = 1e9 * c->gbytes / lgd_streaming_rate(c->threads);
    c->noisy = c->seconds.q3 - c->seconds.q1 > 0.1 * c->seconds.median;
}

/* Of those that do the same work: plain descent. */
static void mark_best(grid_cell *c, size_t count)
{
    grid_cell *best = NULL;
    for (size_t i = 0; i < count; i++) {
        bool plain = c[i].variant->descend || !strncmp(c[i].variant->optimizer, "sgd:", 4);
        if (plain && c[i].verdict == OK && (!best || c[i].seconds.median < best->seconds.median))
            best = &c[i];
    }
    if (best)
        best->best = true;
}

/* The cells c[0 .. count-1] of one batch size, the reference first. */
static bool run_batch(grid *g, grid_cell *c, size_t count, double floor, progress *bar)
{
    timed *t = calloc(count, sizeof *t);
    size_t sound = 0;
    if (!t)
        return false;
    for (size_t i = 0; i < count; i++) {
        check_cell(&c[i]);
        if (c[i].verdict == OK)
            t[sound++] = (timed){c[i].opt ? run_by_libgd : run_by_hand, &c[i], 0, c[i].sample};
    }
    bool ok = measure(t, sound, g->rounds, floor, g->problem.seed, bar);
    for (size_t i = 0; ok && i < sound; i++) {
        grid_cell *timed_cell = t[i].ctx;
        timed_cell->repeats = t[i].repeats;
        judge(g, timed_cell, c);
    }
    mark_best(c, count);
    free(t);
    return ok;
}

/* ---- the grid */

static bool add_cell(grid *g, const variant *v, size_t batch, size_t threads)
{
    grid_cell *c = &g->cell[g->cells++];
    *c = (grid_cell){.variant = v,
                     .grid = g,
                     .batch = batch,
                     .threads = threads,
                     .seconds = {NAN, NAN, NAN, NAN},
                     .ratio = {NAN, NAN, NAN},
                     .gflops = NAN,
                     .gbytes = NAN,
                     .streaming = NAN};
    c->w = calloc(g->problem.cols, sizeof *c->w);
    c->sample = calloc(g->rounds, sizeof *c->sample);
    if (!v->descend && lgd_optimizer_parse(&c->opt, v->optimizer)) {
        fprintf(stderr, "lgd-bench: %s\n", lgd_last_error());
        return false;
    }
    return c->w && c->sample;
}

static bool wanted(const settings *s, const variant *v, const char *where)
{
    return s->only ? settings_choose(s, v->name, where) : v->usual;
}

/* The cells of one batch size: the reference always, the others as asked. */
static bool add_batch(grid *g, size_t batch, const settings *s)
{
    char where[NAME_SIZE];
    bool any = false, ok = true;
    batch_name(where, batch);
    for (size_t i = 0; i < g->variants; i++)
        any = any || wanted(s, &g->variant[i], where);
    if (!any)
        return true;
    ok = add_cell(g, &g->variant[0], batch, 1);
    for (size_t i = 1; i < g->variants; i++) {
        const variant *v = &g->variant[i];
        bool possible = !(v->flags & LGD_NEEDS_EVAL) && (!batch || !(v->flags & LGD_FULL_BATCH));
        for (size_t t = 0; ok && possible && t < s->thread_counts; t++)
            if (wanted(s, v, where) && (s->thread[t] == 1 || v->threaded))
                ok = add_cell(g, v, batch, s->thread[t]);
    }
    return ok;
}

static void note(grid *g, const char *text)
{
    size_t used = strlen(g->note);
    snprintf(g->note + used, sizeof g->note - used, "%s%s", used ? "; " : "", text);
}

static bool make_problem(grid *g, const dataset *d, const settings *s, lgd_matrix **X)
{
    double all, worst;
    dataset_curvature(d, &all, &worst);
    g->problem = (problem){.rows = d->rows, .cols = d->cols, .X = d->Z, .y = d->y, .lr = 0.1 / worst, .seed = s->seed};
    g->variants = variants_list(g->variant, g->problem.lr);
    char text[sizeof g->note] = "";
    size_t used = 0;
    for (size_t i = 0; i < g->variants; i++)
        if (g->variant[i].flags & LGD_NEEDS_EVAL && s->only && settings_choose(s, g->variant[i].name, "full") &&
            used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, used ? ", %s" : "%s", g->variant[i].name);
    if (used) {
        note(g, text);
        note(g, "these ask for values elsewhere than at w, so that an epoch is more than a pass");
    }
    if (lgd_matrix_dense(X, d->rows, d->cols, d->Z, d->cols) ||
        lgd_glm_create(&g->problem.f, *X, d->y, lgd_loss_half_squared(), NULL)) {
        fprintf(stderr, "lgd-bench: %s\n", lgd_last_error());
        return false;
    }
    return true;
}

bool grid_run(grid *g, const dataset *d, const settings *s)
{
    *g = (grid){.name = d->name, .rounds = s->rounds};
    lgd_matrix *X = NULL;
    size_t largest = 0, groups = 0;
    char large[256] = "", text[sizeof large + NAME_SIZE];
    progress bar;
    bool ok = make_problem(g, d, s, &X);
    g->cell = calloc(s->batches * MAX_VARIANTS * s->thread_counts, sizeof *g->cell);
    ok = ok && g->cell;
    for (size_t b = 0; ok && b < s->batches; b++) {
        if (s->batch[b] > d->rows) {
            size_t used = strlen(large);
            snprintf(large + used, sizeof large - used, "%s%zu", used ? ", " : "", s->batch[b]);
            continue;
        }
        size_t before = g->cells;
        ok = add_batch(g, s->batch[b], s);
        groups += g->cells > before;
        size_t room = variants_scratch(&g->problem, s->batch[b]);
        largest = room > largest ? room : largest;
    }
    if (large[0]) {
        snprintf(text, sizeof text, "batch %s (more than there are rows)", large);
        note(g, text);
    }
    if (!s->only)
        note(g, "libgd's other optimizers (--only 'libgd/*' times all; the steps below tell what they differ by)");
    g->index = malloc(d->rows * sizeof *g->index);
    g->g = malloc(d->cols * sizeof *g->g);
    g->scratch = malloc((largest ? largest : 1) * sizeof *g->scratch);
    ok = ok && g->index && g->g && g->scratch;
    progress_begin(&bar, "grid", groups * s->rounds);
    for (size_t i = 0; ok && i < g->cells;) {
        size_t count = 1;
        while (i + count < g->cells && g->cell[i + count].batch == g->cell[i].batch)
            count++;
        ok = run_batch(g, &g->cell[i], count, s->quick ? 2e-3 : 2e-2, &bar);
        i += count;
    }
    progress_end(&bar);
    if (!ok)
        fprintf(stderr, "lgd-bench: the grid could not be finished: %s\n",
                *lgd_last_error() ? lgd_last_error() : "out of memory");
    lgd_objective_free(g->problem.f);
    g->problem.f = NULL;
    lgd_matrix_free(X);
    return ok;
}

void grid_free(grid *g)
{
    for (size_t i = 0; i < g->cells; i++) {
        lgd_optimizer_free(g->cell[i].opt);
        free(g->cell[i].w);
        free(g->cell[i].sample);
    }
    free(g->cell);
    free(g->index);
    free(g->g);
    free(g->scratch);
}
