/* lgd predict: numbers of a model, a row each. */
#include "reading.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum id { CLASSES, PROBABILITIES, OUT, FORCE, QUIET, HELP };

typedef struct predict_settings {
    const char *model, *path, *out;
    reading how;
    bool force, quiet, help, classes, probabilities;
} predict_settings;

static const argument lines[] = {
    {CLASSES, 0, "classes", no_argument, "", "prints the names of classes (as usual where there are more than two)"},
    {PROBABILITIES, 0, "probabilities", no_argument, "",
     "prints those of all classes in their order, commas between them"},
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
    case CLASSES:
        return s->classes = true;
    case PROBABILITIES:
        return s->probabilities = true;
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
          "Prints one number, or the name of a class, for each row of DATA, in any format of lgd fit: what MODEL "
          "predicts,\n"
          "which lgd fit -o has written.\n"
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
    if (s->classes && s->probabilities)
        return refuse("--classes and --probabilities are both there, one of them is accepted");
    s->model = argv[rest];
    s->path = argv[rest + 1];
    return reading_suits(&s->how, s->path, false);
}

/* The table of the model's columns, with the target too if that is there and can be read; classes are then numbered in the order of
 * their own names. */
static bool read_text(data *d, const model *m, predict_settings *s)
{
    lgd_csv_options *csv = &s->how.csv;
    const char **names = memory_of(m->cols + 2, sizeof *names);
    if (!names)
        return false;
    memcpy(names, m->names, m->cols * sizeof *names);
    names[m->cols] = m->class_count ? NULL : m->target;
    csv->no_target = !m->class_count;
    csv->classes = m->class_count;
    csv->target = m->class_count ? m->target : NULL;
    csv->only = names;
    const bool both = !s->quiet && data_try(d, s->path, &s->how);
    names[m->cols] = NULL;
    csv->no_target = true;
    csv->classes = false;
    csv->target = NULL;
    if (!both)
        data_free(d);
    const bool ok = both || data_read(d, s->path, &s->how, true);
    free(names);
    csv->only = NULL;
    return ok;
}

/* What the first column is called, where they are called by their numbers in order, as those of LIBSVM's format are. */
static bool model_numbered(const model *m, const char *path, lgd_index_base *base)
{
    char number[24];
    const size_t first = strcmp(m->names[0], "0") != 0;
    for (size_t j = 0; j < m->cols; j++) {
        snprintf(number, sizeof number, "%zu", first + j);
        if (strcmp(number, m->names[j]))
            return refuse("%s: columns of LIBSVM's format have numbers, column %zu of the model is \"%s\"", path, j + 1,
                          m->names[j]);
    }
    const lgd_index_base is = first ? LGD_INDEX_1 : LGD_INDEX_0;
    if (*base && *base != is)
        return refuse("%s: --index-base is %d, the first column of the model is \"%s\"", path, *base == LGD_INDEX_1,
                      m->names[0]);
    *base = is;
    return true;
}

/* A table of another format, with the target too if that is there. */
static bool read_numbered(data *d, const model *m, predict_settings *s)
{
    reading *how = &s->how;
    const bool sparse = how->format == FORMAT_LIBSVM, apart = how->target_file || how->target_dataset;
    how->cols = sparse ? m->cols : 0;
    if (sparse && !model_numbered(m, s->path, &how->base))
        return false;
    if (!sparse && !apart && !how->csv.target && m->class_count &&
        strspn(m->target, "0123456789") == strlen(m->target)) {
        how->csv.target = m->target;
        how->column = (size_t)strtoull(m->target, NULL, 10);
    }
    how->csv.classes = m->class_count;
    if ((sparse || apart || how->column) && data_try(d, s->path, how))
        return true;
    data_free(d);
    if (apart)
        return refuse_last();
    how->csv.classes = false;
    how->csv.no_target = true;
    return data_read(d, s->path, how, true);
}

static bool read_data(data *d, const model *m, predict_settings *s)
{
    return s->how.format == FORMAT_CSV ? read_text(d, m, s) : read_numbered(d, m, s);
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
static double *gather(data *d, const model *m)
{
    double *X = data_widen(d) ? memory_of(d->rows * m->cols, sizeof *X) : NULL;
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

/* The matrix of the model's columns, of X if that is not NULL afterwards. */
static bool make_matrix(data *d, const model *m, double **X, lgd_matrix **A)
{
    if (d->sparse.row_start)
        return !lgd_matrix_csr(A, &d->sparse) || refuse_last();
    return (*X = gather(d, m)) && (!lgd_matrix_dense(A, d->rows, m->cols, *X, m->cols) || refuse_last());
}

/* Predictions [rows x outputs]. The targets of the model that predicts are not looked at: 1 is legal for every loss. */
static bool predict(const model *m, const lgd_matrix *A, double *out)
{
    const size_t rows = lgd_matrix_rows(A);
    double *ones = memory_of(rows, sizeof *ones);
    lgd_objective *f = NULL;
    const lgd_glm_options options = {.intercept = m->intercept, .outputs = m->outputs};
    for (size_t i = 0; ones && i < rows; i++)
        ones[i] = 1;
    const bool ok =
        ones && ((!lgd_glm_create(&f, A, ones, m->loss, &options) && !lgd_glm_predict(f, A, m->w, out, m->outputs)) ||
                 refuse_last());
    lgd_objective_free(f);
    free(ones);
    return ok;
}

/* The class of a row's predictions: the largest, or, of one, whether it is above the cut. */
static size_t class_of(const model *m, const double *z)
{
    size_t at = 0;
    for (size_t c = 1; c < m->outputs; c++)
        at = z[c] > z[at] ? c : at;
    return m->outputs > 1 ? at : z[0] > m->kind->cut;
}

/* ---- how near they are, where the target is there */

/* The target's column; NULL if it is not there. */
static const double *target_of(const data *d, const model *m)
{
    const size_t j = column_of(d, m->target, m->cols);
    return d->X && j < d->cols ? d->X + j : NULL;
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

/* By the names of classes; those of the file are in an order of their own. */
static void judge_classes(const model *m, const data *d, const double *z)
{
    size_t right = 0;
    for (size_t i = 0; i < d->rows; i++) {
        const char *name = d->table->class_names[(size_t)d->y[i]];
        right += !strcmp(name, m->classes[class_of(m, z + i * m->outputs)]);
    }
    fprintf(stderr, "%zu rows: %.2f %% of the labels right\n", d->rows, 100 * (double)right / (double)d->rows);
}

/* ---- the command */

static void write_row(FILE *to, const predict_settings *s, const model *m, const double *z)
{
    const bool named = s->classes || (m->outputs > 1 && !s->probabilities);
    if (named)
        fprintf(to, "%s", m->classes[class_of(m, z)]);
    else if (s->probabilities && m->outputs == 1)
        fprintf(to, "%.17g,%.17g", 1 - z[0], z[0]);
    else
        for (size_t c = 0; c < m->outputs; c++)
            fprintf(to, c ? ",%.17g" : "%.17g", z[c]);
    putc('\n', to);
}

static bool write_all(const predict_settings *s, const model *m, size_t rows, const double *z)
{
    output o;
    if (!output_open(&o, s->out))
        return false;
    for (size_t i = 0; i < rows; i++)
        write_row(o.file, s, m, z + i * m->outputs);
    return output_finish(&o);
}

/* Does the model know of what is asked for? */
static bool model_suits(const predict_settings *s, const model *m)
{
    if (s->classes && !m->class_count)
        return refuse("%s: --classes is about classes, the loss of the model is %s", m->path, m->kind->name);
    if (s->probabilities && !m->kind->classes && strcmp(m->kind->name, "logistic"))
        return refuse("%s: --probabilities goes with logistic or softmax, the loss of the model is %s", m->path,
                      m->kind->name);
    return true;
}

static bool predict_all(predict_settings *s)
{
    model m = {0};
    data d = {0};
    double *X = NULL, *z = NULL;
    lgd_matrix *A = NULL;
    bool ok =
        output_allowed(s->out, s->force) && model_read(&m, s->model) && model_suits(s, &m) && read_data(&d, &m, s);
    ok = ok && make_matrix(&d, &m, &X, &A) && (z = memory_of(d.rows * m.outputs, sizeof *z)) && predict(&m, A, z);
    ok = ok && write_all(s, &m, d.rows, z);
    const double *y = !ok || s->quiet || m.class_count ? NULL : d.y ? d.y : target_of(&d, &m);
    if (ok && !s->quiet && m.class_count && d.y)
        judge_classes(&m, &d, z);
    else if (y)
        judge_numbers(d.rows, z, y, d.y ? 1 : d.cols);
    lgd_matrix_free(A);
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
