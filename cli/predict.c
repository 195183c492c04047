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

static const char *name_of(const void *ctx, size_t i)
{
    const data *d = ctx;
    return i < d->cols ? d->names[i] : NULL;
}

static bool find_column(const data *d, const char *name, size_t *column)
{
    size_t found = 0;
    for (size_t j = 0; j < d->cols; j++)
        if (!strcmp(d->names[j], name) && !found++)
            *column = j;
    if (found > 1)
        return refuse("%s: %zu columns are called \"%s\", one is accepted", d->path, found, name);
    if (found)
        return true;
    const char *near = argument_nearest(name, name_of, d);
    return refuse("%s: column \"%s\" of the model is not there, or holds words%s%s%s", d->path, name,
                  near ? "; there is \"" : "", near ? near : "", near ? "\"" : "");
}

/* X [rows x cols of the model] in its order; NULL after a sentence. */
static double *gather(const data *d, const model *m)
{
    double *X = memory_of(d->rows * m->cols, sizeof *X);
    for (size_t k = 0; X && k < m->cols; k++) {
        size_t j = 0;
        if (!find_column(d, m->names[k], &j)) {
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

/* The target's column; NULL if it is not there, or holds words, or twice. */
static const double *target_of(const data *d, const model *m)
{
    const double *y = NULL;
    for (size_t j = 0; j < d->cols; j++)
        if (!strcmp(d->names[j], m->target))
            y = y ? NULL : d->X + j;
    return y;
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
    s->how.csv.text = LGD_TEXT_IGNORE;
    s->how.csv.no_target = true;
    bool ok = output_allowed(s->out, s->force) && model_read(&m, s->model) && data_read(&d, s->path, &s->how, true);
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
