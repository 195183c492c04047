/* One gradient over all rows of a matrix larger than any cache, against two calls of gemv and against reading the matrix
 * once: is X read only once? */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAME_GRADIENT 1e-10
enum { PROBE_NUMBERS = 32 << 20 }; /* 256 MiB */

static double run_read(void *ctx, size_t repeats)
{
    gradient_cell *c = ctx;
    const problem *p = &c->gradient->problem;
    double seconds = 0;
    for (size_t i = 0; i < repeats; i++)
        seconds += lgd_stream_read(p->X, p->rows * p->cols, c->streams, c->threads);
    return seconds / (double)repeats;
}

static double run_gemv(void *ctx, size_t repeats)
{
    gradient_cell *c = ctx;
    const gradient *owner = c->gradient;
    variants_blas_threads(c->threads);
    double begun = now();
    for (size_t i = 0; i < repeats; i++)
        variants_gradient_gemv(&owner->problem, owner->w, owner->g, owner->residual);
    return (now() - begun) / (double)repeats;
}

static double run_libgd(void *ctx, size_t repeats)
{
    gradient_cell *c = ctx;
    const gradient *owner = c->gradient;
    char threads[32];
    snprintf(threads, sizeof threads, "%zu", c->threads);
    setenv("LGD_NUM_THREADS", threads, 1);
    lgd_status st = LGD_OK;
    double begun = now();
    for (size_t i = 0; !st && i < repeats; i++) {
        double value;
        st = lgd_objective_eval(c->single ? owner->single : owner->problem.f, NULL, owner->w, &value, owner->g);
    }
    double seconds = (now() - begun) / (double)repeats;
    unsetenv("LGD_NUM_THREADS");
    return st ? -1 : seconds;
}

static gradient_cell *add_cell(gradient *g, const char *name, size_t streams, size_t threads)
{
    gradient_cell *c = &g->cell[g->cells++];
    *c = (gradient_cell){.streams = streams,
                         .threads = threads,
                         .gradient = g,
                         .seconds = {NAN, NAN, NAN, NAN},
                         .to_gemv = {NAN, NAN, NAN},
                         .to_read = {NAN, NAN, NAN},
                         .gbytes = NAN};
    snprintf(c->name, sizeof c->name, "%s", name);
    c->sample = calloc(g->rounds, sizeof *c->sample);
    return c->sample ? c : NULL;
}

static bool add_cells(gradient *g, const settings *s)
{
    static const size_t streams[] = {1, 4, 8, 16};
    bool ok = true;
    for (size_t t = 0; ok && t < s->thread_counts; t++) {
        for (size_t i = 0; ok && i < sizeof streams / sizeof *streams; i++) {
            char name[NAME_SIZE];
            snprintf(name, sizeof name, "read, %zu stream%s", streams[i], streams[i] > 1 ? "s" : "");
            ok = add_cell(g, name, streams[i], s->thread[t]) != NULL;
        }
        if (ok && !g->only_read) {
            gradient_cell *gemv = add_cell(g, "gemv, twice", 0, s->thread[t]);
            gradient_cell *own = gemv ? add_cell(g, "libgd", 0, s->thread[t]) : NULL;
            gradient_cell *single = own ? add_cell(g, "libgd, floats", 0, s->thread[t]) : NULL;
            ok = single != NULL;
            if (ok)
                gemv->gemv = single->single = true;
        }
    }
    return ok;
}

/* The numbers are floats, in double too. */
static bool make_floats(gradient *g, const problem *p, size_t count, lgd_matrix **A)
{
    g->floats = malloc(count * sizeof *g->floats);
    for (size_t i = 0; g->floats && i < count; i++)
        g->X[i] = g->floats[i] = (float)g->X[i];
    return g->floats && !lgd_matrix_dense_f32(A, p->rows, p->cols, g->floats, p->cols) &&
           !lgd_glm_create(&g->single, *A, p->y, lgd_loss_half_squared(), NULL);
}

static bool make_problem(gradient *g, const settings *s, lgd_matrix **A, lgd_matrix **B)
{
    size_t count = g->only_read ? PROBE_NUMBERS : s->gradient_rows * s->gradient_cols;
    problem *p = &g->problem;
    *p = (problem){.rows = g->only_read ? 1 : s->gradient_rows, .cols = count, .seed = s->seed};
    p->cols /= p->rows;
    g->X = malloc(count * sizeof *g->X);
    if (!g->X)
        return false;
    lgd_uniform(s->seed, 0, count, g->X);
    p->X = g->X;
    if (g->only_read)
        return true;
    p->y = g->y = malloc(p->rows * sizeof *g->y);
    g->residual = malloc(p->rows * sizeof *g->residual);
    g->w = malloc(p->cols * sizeof *g->w);
    g->g = malloc(p->cols * sizeof *g->g);
    if (!g->y || !g->residual || !g->w || !g->g)
        return false;
    lgd_uniform(s->seed, count, p->rows, g->y);
    lgd_uniform(s->seed, count + p->rows, p->cols, g->w);
    return make_floats(g, p, count, B) && !lgd_matrix_dense(A, p->rows, p->cols, p->X, p->cols) &&
           !lgd_glm_create(&p->f, *A, p->y, lgd_loss_half_squared(), NULL);
}

/* The same gradient as the scalar loops? Reads have nothing to check. */
static bool check_cells(gradient *g)
{
    double *expected = g->only_read ? NULL : malloc(g->problem.cols * sizeof *expected);
    if (g->only_read || !expected)
        return g->only_read;
    variants_gradient_scalar(&g->problem, g->w, expected);
    for (size_t i = 0; i < g->cells; i++) {
        gradient_cell *c = &g->cell[i];
        if (c->streams)
            continue;
        if ((c->gemv ? run_gemv : run_libgd)(c, 1) < 0) {
            c->verdict = FAILED;
            c->error = NAN;
            continue;
        }
        c->error = difference(g->problem.cols, g->g, expected);
        c->verdict = c->error <= SAME_GRADIENT ? OK : WRONG;
    }
    free(expected);
    return true;
}

static const gradient_cell *find(const gradient *g, size_t threads, bool gemv)
{
    for (size_t i = 0; i < g->cells; i++) {
        const gradient_cell *c = &g->cell[i];
        if (c->threads == threads && c->verdict == OK && (gemv ? c->gemv : c->streams == 8))
            return c;
    }
    return NULL;
}

static bool time_cells(gradient *g, progress *bar)
{
    timed item[MAX_GRADIENT_CELLS];
    size_t sound = 0;
    for (size_t i = 0; i < g->cells; i++) {
        gradient_cell *c = &g->cell[i];
        if (c->verdict == OK)
            item[sound++] = (timed){c->streams ? run_read : c->gemv ? run_gemv : run_libgd, c, 0, c->sample};
    }
    if (!measure(item, sound, g->rounds, 1e-2, g->problem.seed, bar))
        return false;
    for (size_t i = 0; i < sound; i++) {
        gradient_cell *c = item[i].ctx;
        const gradient_cell *gemv = find(g, c->threads, true), *read = find(g, c->threads, false);
        c->repeats = item[i].repeats;
        c->seconds = quartiles_of(g->rounds, c->sample);
        c->gbytes = 8e-9 * (double)g->problem.rows * (double)g->problem.cols / c->seconds.median;
        c->to_gemv = gemv ? ratio_of(g->rounds, gemv->sample, c->sample, g->problem.seed) : (interval){NAN, NAN, NAN};
        c->to_read = read ? ratio_of(g->rounds, read->sample, c->sample, g->problem.seed) : (interval){NAN, NAN, NAN};
    }
    return true;
}

bool memory_suffices(double bytes)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages < 0 || size < 0 || 2 * bytes <= (double)pages * (double)size;
}

bool gradient_run(gradient *g, const settings *s)
{
    *g = (gradient){.rounds = s->rounds, .only_read = !s->full_gradient};
    double bytes = 8.0 * (g->only_read ? (double)PROBE_NUMBERS : (double)s->gradient_rows * (double)s->gradient_cols);
    lgd_matrix *A = NULL, *B = NULL;
    progress bar;
    if (!memory_suffices(1.5 * bytes)) {
        snprintf(g->note, sizeof g->note, "left out: a matrix of %.0f MB is more than half of this machine's memory",
                 1e-6 * bytes);
        return true;
    }
    progress_begin(&bar, g->only_read ? "memory" : "full gradient", s->rounds);
    bool ok = make_problem(g, s, &A, &B) && add_cells(g, s) && check_cells(g) && time_cells(g, &bar);
    progress_end(&bar);
    if (!ok)
        fprintf(stderr, "lgd-bench: the full gradient could not be measured: %s\n",
                *lgd_last_error() ? lgd_last_error() : "out of memory");
    lgd_objective_free(g->problem.f);
    lgd_objective_free(g->single);
    g->problem.f = g->single = NULL;
    lgd_matrix_free(A);
    lgd_matrix_free(B);
    free(g->floats);
    g->floats = NULL;
    free(g->X);
    free(g->y);
    free(g->w);
    free(g->g);
    free(g->residual);
    g->X = g->y = g->w = g->g = g->residual = NULL;
    return ok;
}

void gradient_free(gradient *g)
{
    for (size_t i = 0; i < g->cells; i++)
        free(g->cell[i].sample);
}
