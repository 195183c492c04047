/* lgd predict: numbers of a model, a row each. */
#include "reading.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum id { OUT, FORCE, QUIET, HELP };

typedef struct predict_settings {
    const char *model, *path, *out;
    reading how;
    bool force, quiet, help;
} predict_settings;

static const argument lines[] = {
    READING_LINES,
    {OUT, 'o', "out", required_argument, " FILE", "where the predictions go (standard output)"},
    {FORCE, 0, "force", no_argument, "", "replaces a FILE that is there"},
    {QUIET, 'q', "quiet", no_argument, "", "no notes about DATA, no figures"},
    {HELP, 'h', "help", no_argument, "", "prints this"},
};

static bool take(void *ctx, int id, const char *value);
static const arguments known = {"lgd", "lgd predict", lines, sizeof lines / sizeof *lines, take};

static bool take(void *ctx, int id, const char *value)
{
    predict_settings *s = ctx;
    if (id >= READ_IGNORE)
        return reading_take(&s->how, &known, id, value);
    switch ((enum id)id) {
    case OUT:
        s->out = value;
        return true;
    case FORCE:
        return s->force = true;
    case QUIET:
        return s->quiet = true;
    case HELP:
        return s->help = true;
    }
    return false;
}

static void print_help(void)
{
    fputs("usage: lgd predict MODEL DATA [option...]\n"
          "Prints one number for each row of DATA, a file of CSV or TSV: what MODEL, which lgd fit -o has written, "
          "predicts.\n"
          "Columns are found by their names; others than those of the model are not looked at. Where the target is "
          "among\n"
          "them, how near the predictions are is told on stderr.\n\n",
          stdout);
    arguments_help(&known, stdout);
    fputs("\nExit: 0 done, 1 data, a file or memory, 2 usage.\n", stdout);
}

static bool parse(predict_settings *s, int argc, char **argv)
{
    int rest;
    *s = (predict_settings){.out = "-"};
    if (!arguments_parse(&known, argc, argv, s, &rest))
        return false;
    if (s->help)
        return true;
    if (rest + 2 != argc)
        return refuse("a model and a file are needed: lgd predict MODEL DATA   (lgd predict --help)");
    s->model = argv[rest];
    s->path = argv[rest + 1];
    return true;
}

/* The table of the model's columns, with the target too if that is there and can be read. */
static bool read_data(data *d, const model *m, predict_settings *s)
{
    const char **names = memory_of(m->cols + 2, sizeof *names);
    if (!names)
        return false;
    memcpy(names, m->names, m->cols * sizeof *names);
    names[m->cols] = m->target;
    s->how.csv.no_target = true;
    s->how.csv.only = names;
    const bool both = !s->quiet && data_try(d, s->path, &s->how);
    names[m->cols] = NULL;
    if (!both)
        data_free(d);
    const bool ok = both || data_read(d, s->path, &s->how, true);
    free(names);
    s->how.csv.only = NULL;
    return ok;
}

/* The place of a column that has been read by its name; a file without names has numbers for them. From `guess` on it is looked for,
 * so that columns in the order of the model are found at once. */
static size_t column_of(const data *d, const char *name, size_t guess)
{
    for (size_t i = 0; i < d->cols; i++) {
        const size_t j = (guess + i) % d->cols;
        if (!strcmp(d->names[j], name))
            return j;
    }
    return d->cols;
}

/* X [rows x cols of the model] in its order; NULL after a sentence. */
static double *gather(const data *d, const model *m)
{
    double *X = memory_of(d->rows * m->cols, sizeof *X);
    for (size_t k = 0; X && k < m->cols; k++) {
        const size_t j = column_of(d, m->names[k], k);
        if (j == d->cols) { /* a number was the name of a model's column, and this file has names */
            refuse("%s: column \"%s\" of the model is not there", d->path, m->names[k]);
            free(X);
            return NULL;
        }
        for (size_t i = 0; i < d->rows; i++)
            X[i * m->cols + k] = d->X[i * d->cols + j];
    }
    return X;
}

/* Predictions of all rows. The targets of the model that predicts are not looked at: 0 is legal for every loss. */
static bool predict(const model *m, size_t rows, const double *X, double *out)
{
    double *zeros = memory_of(rows, sizeof *zeros);
    lgd_matrix *A = NULL;
    lgd_objective *f = NULL;
    const lgd_glm_options options = {.intercept = m->intercept};
    const bool ok =
        zeros && ((!lgd_matrix_dense(&A, rows, m->cols, X, m->cols) &&
                   !lgd_glm_create(&f, A, zeros, m->kind->loss(), &options) && !lgd_glm_predict(f, A, m->w, out, 1)) ||
                  refuse_last());
    lgd_objective_free(f);
    lgd_matrix_free(A);
    free(zeros);
    return ok;
}

/* ---- how near they are, where the target is there */

/* The target's column; NULL if it is not there. */
static const double *target_of(const data *d, const model *m)
{
    const size_t j = column_of(d, m->target, m->cols);
    return j < d->cols ? d->X + j : NULL;
}

static void judge_numbers(size_t rows, const double *z, const double *y, size_t stride)
{
    double mean = 0, rss = 0, tss = 0;
    for (size_t i = 0; i < rows; i++)
        mean += y[i * stride] / (double)rows;
    for (size_t i = 0; i < rows; i++) {
        rss += (z[i] - y[i * stride]) * (z[i] - y[i * stride]);
        tss += (y[i * stride] - mean) * (y[i * stride] - mean);
    }
    fprintf(stderr, "%zu rows: root of the mean squared error %.6g", rows, sqrt(rss / (double)rows));
    if (tss > 0)
        fprintf(stderr, ", R^2 %.6g", 1 - rss / tss);
    fputs("\n", stderr);
}

/* Labels are {0, 1} or {-1, 1}; which of others is which the model does not say. */
static void judge_labels(const model *m, size_t rows, const double *z, const double *y, size_t stride)
{
    size_t right = 0;
    for (size_t i = 0; i < rows; i++) {
        const double label = y[i * stride];
        if (label != 0 && label != 1 && label != -1)
            return;
        right += (z[i] > m->kind->cut) == (label > 0);
    }
    fprintf(stderr, "%zu rows: %.2f %% of the labels right\n", rows, 100 * (double)right / (double)rows);
}

/* ---- the command */

static bool write_all(const char *path, size_t rows, const double *z)
{
    output o;
    if (!output_open(&o, path))
        return false;
    for (size_t i = 0; i < rows; i++)
        fprintf(o.file, "%.17g\n", z[i]);
    return output_finish(&o);
}

static bool predict_all(predict_settings *s)
{
    model m = {0};
    data d = {0};
    double *X = NULL, *z = NULL;
    bool ok = output_allowed(s->out, s->force) && model_read(&m, s->model) && read_data(&d, &m, s);
    ok = ok && (X = gather(&d, &m)) && (z = memory_of(d.rows, sizeof *z)) && predict(&m, d.rows, X, z);
    ok = ok && write_all(s->out, d.rows, z);
    const double *y = ok && !s->quiet ? target_of(&d, &m) : NULL;
    if (y && m.kind->labels)
        judge_labels(&m, d.rows, z, y, d.cols);
    else if (y)
        judge_numbers(d.rows, z, y, d.cols);
    free(X);
    free(z);
    data_free(&d);
    model_free(&m);
    return ok;
}

int predict_main(int argc, char **argv)
{
    predict_settings s;
    int status = EXIT_USAGE;
    if (parse(&s, argc, argv)) {
        if (s.help)
            print_help();
        status = (s.help ? stdout_finish() : predict_all(&s)) ? EXIT_OK : EXIT_FAILED;
    }
    reading_free(&s.how);
    return status;
}
