/* Rows that are read from a file as they are needed, beside reading the file and nothing else: does training keep the pace of reading? */
#include "bench.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHECK_EPOCHS = 2, AT_ONCE = 256 << 10 };

static FILE *file; /* of the rows; the stream closes it */

static void describe(race *r)
{
    static const struct {
        const char *name;
        size_t batch;
    } way[] = {{"read", 1}, {"batches_64", 64}, {"batches_1024", 1024}, {"full", 0}};
    r->name = "stream";
    r->where = "disk";
    r->title = "Rows streamed from a file, beside reading it";
    r->timed = "one pass over the rows";
    r->must = "the weights after 2 epochs have the bits of rows in memory";
    r->rows = 375000; /* 300 MB */
    r->quick_rows = 20000;
    r->cols = 100;
    r->runners = sizeof way / sizeof *way;
    for (size_t i = 0; i < r->runners; i++)
        r->runner[i] = (runner){.name = way[i].name, .optimizer = "sgd:lr=0.05", .batch = way[i].batch};
}

static lgd_status read_rows(void *ctx, size_t first, size_t count, void *to)
{
    const race *r = ctx;
    char *at = to;
    size_t left = count * r->cols * sizeof(double);
    off_t from = (off_t)(first * r->cols * sizeof(double));
    while (left) {
        const ssize_t got = pread(fileno(file), at, left, from);
        if (got <= 0)
            return lgd_set_error(LGD_EIO, "stream: the file ends too early");
        at += got;
        from += got;
        left -= (size_t)got;
    }
    return LGD_OK;
}

static void close_file(void *ctx)
{
    (void)ctx;
    fclose(file);
}

static bool make(race *r)
{
    lgd_uniform(r->seed, 0, r->rows * r->cols, r->X);
    for (size_t i = 0; i < r->rows * r->cols; i++)
        r->X[i] -= 0.5;
    race_targets(r);
    const lgd_stream from = {.rows = r->rows, .cols = r->cols, .read = read_rows, .ctx = r, .free = close_file};
    file = tmpfile();
    if (!file)
        return false;
    if (fwrite(r->X, r->cols * sizeof *r->X, r->rows, file) == r->rows && !fflush(file) &&
        !lgd_matrix_stream(&r->copy, &from))
        return !lgd_glm_create(&r->copy_f, r->copy, r->y, lgd_loss_half_squared(), NULL);
    fclose(file);
    return false;
}

static double run_read(const race *r, size_t passes)
{
    char *room = malloc(AT_ONCE);
    double seconds = room ? 0 : -1;
    for (size_t p = 0; p < passes && seconds >= 0; p++) {
        const double begun = now();
        size_t left = r->rows * r->cols * sizeof(double);
        ssize_t got = lseek(fileno(file), 0, SEEK_SET) == 0;
        while (left && got > 0 && (got = read(fileno(file), room, AT_ONCE)) > 0)
            left -= (size_t)got;
        seconds = left ? -1 : seconds + now() - begun;
    }
    free(room);
    return seconds / (double)passes;
}

static double run_full(const race *r, const lgd_objective *f, size_t passes, double *g)
{
    double value, *w = calloc(r->cols, sizeof *w);
    lgd_status status = w ? LGD_OK : LGD_ENOMEM;
    const double begun = now();
    for (size_t p = 0; p < passes && !status; p++)
        status = lgd_objective_eval((lgd_objective *)f, NULL, w, &value, g);
    free(w);
    return status ? -1 : (now() - begun) / (double)passes;
}

static double run_on(runner *k, lgd_objective *f, size_t epochs)
{
    const race *r = k->race;
    double ended = 0;
    lgd_report report;
    const lgd_minimize_options options = {.batch_size = k->batch,
                                          .order = LGD_BLOCKS,
                                          .block_rows = lgd_matrix_block_rows(r->copy),
                                          .max_epochs = epochs,
                                          .grad_tol = LGD_ZERO,
                                          .seed = r->seed,
                                          .threads = 1,
                                          .callback = note_time,
                                          .callback_ctx = &ended};
    if (!k->batch)
        return run_full(r, f, epochs, k->w);
    memset(k->w, 0, r->cols * sizeof *k->w);
    lgd_optimizer_reset(k->opt);
    const double begun = now();
    if (lgd_minimize(f, k->opt, k->w, &options, &report))
        return -1;
    k->steps = report.steps / epochs;
    k->passes = (report.passes - 1) / (double)epochs;
    return (ended - begun) / (double)epochs;
}

/* Its set-up counts, its closing evaluation over all rows does not. */
static double run(void *ctx, size_t epochs)
{
    runner *k = ctx;
    const race *r = k->race;
    k->bytes = (double)(r->rows * r->cols * sizeof(double));
    k->passes = 1;
    variants_blas_threads(1);
    return strcmp(k->name, "read") ? run_on(k, r->copy_f, epochs) : run_read(r, epochs);
}

static void check(race *r, runner *k)
{
    double *w = malloc(r->cols * sizeof *w);
    if (!strcmp(k->name, "read")) {
        k->error = run_read(r, 1) >= 0 ? 0 : 1;
        k->verdict = OK;
    } else if (w && run_on(k, r->f, CHECK_EPOCHS) >= 0) {
        memcpy(w, k->w, r->cols * sizeof *w);
        if (run_on(k, r->copy_f, CHECK_EPOCHS) >= 0) {
            k->error = memcmp(w, k->w, r->cols * sizeof *w) ? 1 : 0;
            k->verdict = OK;
        }
    }
    if (k->verdict != OK)
        utf8_text(k->why, sizeof k->why, lgd_last_error());
    free(w);
}

const race_ops race_of_stream = {describe, make, check, run};
