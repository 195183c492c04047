/* The time of an epoch over all rows against the bytes of its rows, for shapes from narrow to wide. */
#include "model.h"
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAME_WEIGHTS 1e-10
#define RATE 1e-3
enum { STREAMS = 8, MOST = 500000000, MOST_QUICK = 3000000, MOST_ROWS = 10000000, MOST_COLS = 10000 };

bool model_choose(const settings *s)
{
    return s->only && settings_choose(s, "model", "memory");
}

bool model_is_off(const model_cell *c)
{
    return c->verdict == OK && c->beyond_cache && !(fabs(c->ratio.median - 1) <= 0.2);
}

/* Bytes of the last-level cache; 0 where the system does not tell. */
static size_t cache_bytes(void)
{
#ifdef _SC_LEVEL3_CACHE_SIZE
    const long third = sysconf(_SC_LEVEL3_CACHE_SIZE), second = sysconf(_SC_LEVEL2_CACHE_SIZE);
    return third > 0 ? (size_t)third : second > 0 ? (size_t)second : 0;
#else
    return 0;
#endif
}

/* ---- what is timed */

/* The closing evaluation is no part of the epochs. */
static double run_epochs(void *ctx, size_t epochs)
{
    model_cell *c = ctx;
    double ended = 0;
    lgd_report report;
    const lgd_minimize_options options = {.max_epochs = epochs,
                                          .grad_tol = LGD_ZERO,
                                          .threads = c->threads,
                                          .callback = note_time,
                                          .callback_ctx = &ended};
    memset(c->model->w, 0, c->cols * sizeof *c->model->w);
    const double begun = now();
    if (lgd_minimize(c->f, c->opt, c->model->w, &options, &report))
        return -1;
    c->bytes = report.bytes / (double)(epochs + 1); /* that evaluation reads as much */
    c->flops = report.flops / (double)(epochs + 1);
    return (ended - begun) / (double)epochs;
}

static double run_read(void *ctx, size_t repeats)
{
    const model_cell *c = ctx;
    double seconds = 0;
    for (size_t i = 0; i < repeats; i++)
        seconds += lgd_stream_read(c->model->X, c->rows * c->cols, STREAMS, c->threads);
    return seconds / (double)repeats;
}

/* ---- shapes */

static bool add_cell(model *m, size_t rows, size_t cols, size_t threads)
{
    model_cell *c = &m->cell[m->cells];
    if (m->cells == MAX_MODEL_CELLS)
        return true;
    *c = (model_cell){.rows = rows,
                      .cols = cols,
                      .threads = threads,
                      .model = m,
                      .error = NAN,
                      .seconds = {NAN, NAN, NAN, NAN},
                      .reading = {NAN, NAN, NAN, NAN},
                      .ratio = {NAN, NAN, NAN},
                      .bytes = NAN,
                      .flops = NAN,
                      .rate = NAN};
    c->beyond_cache = sizeof(double) * rows * cols >= 2 * m->cache;
    c->sample = calloc(m->rounds, sizeof *c->sample);
    c->read = calloc(m->rounds, sizeof *c->read);
    m->cells++;
    return c->sample && c->read;
}

static bool add_cells(model *m, const settings *s)
{
    bool ok = true;
    for (size_t t = 0; t < s->thread_counts; t++)
        for (size_t cols = 10, half = 0; cols <= MOST_COLS; cols = half ? cols / 3 * 10 : 3 * cols, half = !half)
            for (size_t rows = 10000, odd = 0; rows <= MOST_ROWS; rows = odd ? rows / 3 * 10 : 3 * rows, odd = !odd)
                if (ok && rows * cols <= m->most)
                    ok = add_cell(m, rows, cols, s->thread[t]);
    return ok;
}

/* The gradient at 0 by plain loops, as the weights after a step. */
static void expect(const model *m, size_t rows, size_t cols)
{
    memset(m->expected, 0, cols * sizeof *m->expected);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            m->expected[j] += RATE * m->y[i] / (double)rows * m->X[i * cols + j];
}

static bool make_cell(model *m, model_cell *c)
{
    char words[NAME_SIZE];
    snprintf(words, sizeof words, "sgd:lr=%g", RATE);
    if (lgd_matrix_dense(&c->A, c->rows, c->cols, m->X, c->cols) ||
        lgd_glm_create(&c->f, c->A, m->y, lgd_loss_half_squared(), NULL) || lgd_optimizer_parse(&c->opt, words)) {
        utf8_text(c->why, sizeof c->why, lgd_last_error());
        c->verdict = FAILED;
        return false;
    }
    return true;
}

static void free_cell(model_cell *c)
{
    lgd_optimizer_free(c->opt);
    lgd_objective_free(c->f);
    lgd_matrix_free(c->A);
    c->opt = NULL;
    c->f = NULL;
    c->A = NULL;
}

static void check_cell(const model *m, model_cell *c)
{
    expect(m, c->rows, c->cols);
    c->verdict = run_epochs(c, 1) < 0 ? FAILED : OK;
    if (c->verdict == FAILED) {
        utf8_text(c->why, sizeof c->why, lgd_last_error());
        return;
    }
    c->error = difference(c->cols, m->w, m->expected);
    c->verdict = c->error <= SAME_WEIGHTS ? OK : WRONG;
}

/* Shape by shape: an epoch and a read of the same memory, which is then what is in the caches, in the same rounds. */
static bool time_cell(model *m, model_cell *c, progress *bar)
{
    timed pair[] = {{run_epochs, c, 0, c->sample}, {run_read, c, 0, c->read}};
    if (c->verdict != OK)
        return true;
    if (!measure(pair, 2, m->rounds, 1e-3, m->seed, bar))
        return false;
    c->repeats = pair[0].repeats;
    c->reads = pair[1].repeats;
    c->seconds = quartiles_of(m->rounds, c->sample);
    c->reading = quartiles_of(m->rounds, c->read);
    const double read = sizeof(double) * (double)c->rows * (double)c->cols;
    c->rate = read / c->reading.median;
    c->ratio = ratio_of(m->rounds, c->sample, c->read, m->seed); /* of the numbers; to it come targets */
    c->ratio.median *= read / c->bytes;
    c->ratio.low *= read / c->bytes;
    c->ratio.high *= read / c->bytes;
    return true;
}

static bool make_data(model *m)
{
    m->X = malloc(m->most * sizeof *m->X);
    m->y = malloc(MOST_ROWS * sizeof *m->y);
    m->w = malloc(MOST_COLS * sizeof *m->w);
    m->expected = malloc(MOST_COLS * sizeof *m->expected);
    if (!m->X || !m->y || !m->w || !m->expected)
        return false;
    lgd_uniform(m->seed, 0, m->most, m->X);
    lgd_uniform(m->seed + 1, 0, MOST_ROWS, m->y);
    return true;
}

bool model_run(model *m, const settings *s)
{
    progress bar;
    *m = (model){.rounds = s->rounds, .seed = s->seed, .most = s->quick ? MOST_QUICK : MOST, .cache = cache_bytes()};
    if (!memory_suffices(sizeof(double) * ((double)m->most + MOST_ROWS))) {
        snprintf(m->note, sizeof m->note, "left out: %.0f MB are more than half of this machine's memory",
                 1e-6 * sizeof(double) * (double)m->most);
        return true;
    }
    bool ok = make_data(m) && add_cells(m, s);
    progress_begin(&bar, "cost model", m->cells * m->rounds);
    for (size_t i = 0; ok && i < m->cells; i++) {
        model_cell *c = &m->cell[i];
        if (make_cell(m, c)) {
            check_cell(m, c);
            ok = time_cell(m, c, &bar);
        }
        free_cell(c);
    }
    progress_end(&bar);
    if (!ok)
        fprintf(stderr, "lgd-bench: the cost model could not be measured: %s\n",
                *lgd_last_error() ? lgd_last_error() : "out of memory");
    free(m->X);
    free(m->y);
    free(m->w);
    free(m->expected);
    m->X = m->y = m->w = m->expected = NULL;
    return ok;
}

void model_free(model *m)
{
    for (size_t i = 0; i < m->cells; i++) {
        free(m->cell[i].sample);
        free(m->cell[i].read);
    }
}
