/* lgd convert: a table in another format. */
#include "progress.h"
#include "reading.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum id { TARGET, TO, TARGET_OUT, SINGLE, MISSING, FORCE, QUIET, HELP };

typedef struct convert_settings {
    const char *path, *out, *target_out;
    reading how;
    file_format to;
    bool archive; /* an .npz */
    bool single, force, quiet, help;
} convert_settings;

static const argument lines[] = {
    {TARGET, 0, "target", required_argument, " COL", "the column that is the target, by name or number from 1"},
    {TO, 0, "to", required_argument, " WORD", "the format of FILE: csv, libsvm, npy or hdf5 (by its name)"},
    {TARGET_OUT, 0, "target-out", required_argument, " FILE",
     "a .npy for the target (the last column, where there is one)"},
    {SINGLE, 0, "single", no_argument, "", "numbers in single precision, in .npy and HDF5"},
    {MISSING, 0, "missing", required_argument, " WORD", "missing cells: refuse, drop their rows, mean (refuse)"},
    READING_LINES,
    {FORCE, 0, "force", no_argument, "", "replaces a FILE that is there"},
    {QUIET, 'q', "quiet", no_argument, "", "no notes about DATA, no figures"},
    {HELP, 'h', "help", no_argument, "", "prints this"},
};

static bool take(void *ctx, int id, const char *value);
static const arguments known = {"lgd", "lgd convert", lines, sizeof lines / sizeof *lines, take};

static bool take(void *ctx, int id, const char *value)
{
    convert_settings *s = ctx;
    if (id >= READ_IGNORE)
        return reading_take(&s->how, &known, id, value);
    switch ((enum id)id) {
    case TARGET:
        s->how.csv.target = value;
        return true;
    case TO:
        return format_take(&known, "to", value, &s->to);
    case TARGET_OUT:
        s->target_out = value;
        return true;
    case SINGLE:
        return s->single = true;
    case MISSING:
        return reading_missing(&s->how, &known, value);
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
    fputs("usage: lgd convert DATA FILE [option...]\n"
          "Writes DATA, in any format of lgd fit, as FILE: CSV, LIBSVM's format (.svm, .libsvm), NumPy's (.npy,\n"
          "or .npz of X and y) or HDF5 (.h5), packed where its name ends in .gz, .zst or .xz. A table in text\n"
          "becomes a .npy in bounded memory, however long it is, if its target, where it has one, goes to another\n"
          "(--target-out). Without --target a table has no target, and each column is one; lines of LIBSVM's format\n"
          "begin with theirs, which they need.\n\n",
          stdout);
    arguments_help(&known, stdout);
    fputs("\nExit: 0 done, 1 data, a file or memory, 2 usage.\n", stdout);
}

static bool parse(convert_settings *s, int argc, char **argv)
{
    int rest;
    *s = (convert_settings){0};
    if (!arguments_parse(&known, argc, argv, s, &rest))
        return false;
    if (s->help)
        return true;
    if (rest + 2 != argc)
        return refuse("two files are needed: lgd convert DATA FILE   (lgd convert --help)");
    s->path = argv[rest];
    s->out = argv[rest + 1];
    if (!strcmp(s->path, "-") || !strcmp(s->out, "-"))
        return refuse("-: files are needed, which have a name   (lgd convert --help)");
    s->to = s->to ? s->to : format_of(s->out);
    s->archive = s->to == FORMAT_NPY && format_is_archive(s->out);
    const bool has_target = s->how.csv.target || s->how.target_file || s->how.target_dataset;
    if (!reading_suits(&s->how, s->path, false))
        return false;
    s->how.csv.no_target = !has_target && s->how.format != FORMAT_LIBSVM;
    s->how.nameless = s->how.plain = true;
    if (s->to == FORMAT_LIBSVM && s->how.csv.no_target)
        return refuse("%s: a line of LIBSVM's format begins with its label: --target=COLUMN says which that is",
                      s->out);
    if (s->target_out && s->how.csv.no_target)
        return refuse("--target-out is about a target, and none is named: --target=COLUMN is accepted");
    if (s->target_out && output_same(s->target_out, s->out))
        return refuse("%s: --target-out is FILE itself, another file is accepted", s->out);
    if (s->target_out && (s->to != FORMAT_NPY || s->archive))
        return refuse("--target-out goes with a .npy as FILE; the others have room for the target");
    return !s->single || s->to == FORMAT_NPY || s->to == FORMAT_HDF5 ||
           refuse("--single is about .npy and HDF5, the file is %s", format_title(s->to));
}

/* ---- writing what is in memory */

/* X [rows x cols], and with y a column more. */
static double *dense(const data *d, const double *y)
{
    const size_t cols = d->cols + (y != NULL);
    double *X = d->rows > SIZE_MAX / sizeof *X / cols ? NULL : memory_of(d->rows * cols, sizeof *X);
    if (!X && d->rows > SIZE_MAX / sizeof *X / cols)
        refuse("%s: %zu x %zu numbers are more than memory can hold", d->path, d->rows, cols);
    const lgd_csr *s = &d->sparse;
    for (size_t i = 0; X && i < d->rows; i++) {
        double *row = X + i * cols;
        if (d->X)
            memcpy(row, d->X + i * d->cols, d->cols * sizeof *row);
        for (size_t e = d->X ? 0 : s->row_start[i]; e < (d->X ? 0 : s->row_start[i + 1]); e++)
            row[s->column ? (size_t)s->column[e] : (size_t)s->column_i64[e]] = s->value[e];
        if (y)
            row[d->cols] = y[i];
    }
    return X;
}

static float *floats(const char *path, size_t count, const double *X)
{
    float *x = memory_of(count, sizeof *x);
    for (size_t i = 0; x && i < count; i++)
        if (!isfinite(x[i] = (float)X[i])) {
            refuse("%s: %.17g is beyond the largest number in single precision", path, X[i]);
            free(x);
            return NULL;
        }
    return x;
}

/* Does the file have no place for y but behind the columns of X? */
static bool has_target_column(const convert_settings *s, const data *d)
{
    return d->y && s->to == FORMAT_NPY && !s->archive && !s->target_out;
}

static lgd_status write_array(const convert_settings *s, const data *d, const double *X, const float *x,
                              const double *y)
{
    const size_t cols = d->cols + has_target_column(s, d);
    if (s->archive)
        return x ? lgd_npz_write_f32(s->out, d->rows, cols, x, cols, y)
                 : lgd_npz_write(s->out, d->rows, cols, X, cols, y);
    if (s->to == FORMAT_HDF5)
        return x ? lgd_hdf5_write_f32(s->out, d->rows, cols, x, cols, y)
                 : lgd_hdf5_write(s->out, d->rows, cols, X, cols, y);
    lgd_status st =
        x ? lgd_npy_write_f32(s->out, d->rows, cols, x, cols) : lgd_npy_write(s->out, d->rows, cols, X, cols);
    return st || !s->target_out ? st : lgd_npy_write(s->target_out, d->rows, 0, y, 1);
}

/* Columns of a text without names are called by their numbers, and a line of these would be read as a row. */
static bool has_names(const data *d)
{
    const lgd_table *t = d->table;
    const size_t most = t->cols + t->columns_ignored + (t->y != NULL);
    unsigned long long last = 0;
    for (size_t j = 0; t->names && j < t->cols; j++) {
        char *end = NULL;
        const unsigned long long number = strtoull(t->names[j], &end, 10);
        if (strspn(t->names[j], "0123456789") == 0 || *end || number <= last || number > most)
            return true;
        last = number;
    }
    return false;
}

static lgd_status write_text(const convert_settings *s, const data *d, const double *X)
{
    const bool named = has_names(d);
    const lgd_csv_write_options options = {.y = d->y, .target = d->y ? d->table->target : NULL};
    return lgd_csv_write(s->out, d->rows, d->cols, X, d->cols, named ? (const char *const *)d->names : NULL, &options);
}

/* The numbers of X that are not 0. */
static bool write_lines(const convert_settings *s, const data *d, const double *X)
{
    size_t *row_start = memory_of(d->rows + 1, sizeof *row_start), count = 0, n = 0;
    for (size_t i = 0; i < d->rows * d->cols; i++)
        count += X[i] != 0;
    int64_t *column = memory_of(count, sizeof *column);
    double *value = memory_of(count, sizeof *value);
    const bool room = row_start && column && value;
    for (size_t i = 0; room && i < d->rows; i++) {
        for (size_t j = 0; j < d->cols; j++)
            if (X[i * d->cols + j] != 0) {
                column[n] = (int64_t)j;
                value[n++] = X[i * d->cols + j];
            }
        row_start[i + 1] = n;
    }
    const lgd_csr csr = {
        .rows = d->rows, .cols = d->cols, .row_start = row_start, .column_i64 = column, .value = value};
    const bool ok = room && (!lgd_libsvm_write(s->out, &csr, d->y, LGD_INDEX_1) || refuse_last());
    free(row_start);
    free(column);
    free(value);
    return ok;
}

static bool write_data(const convert_settings *s, data *d)
{
    const double *y = d->y, *beside = has_target_column(s, d) ? y : NULL;
    if (s->to == FORMAT_LIBSVM && d->sparse.row_start)
        return !lgd_libsvm_write(s->out, &d->sparse, y, d->table->first_index ? LGD_INDEX_1 : LGD_INDEX_0) ||
               refuse_last();
    const float *as_they_are = !beside && (s->to == FORMAT_NPY || s->to == FORMAT_HDF5) ? d->table->X_f32 : NULL;
    if (as_they_are)
        return !write_array(s, d, NULL, as_they_are, y) || refuse_last();
    double *X = data_widen(d) ? dense(d, beside) : NULL;
    float *x = X && s->single ? floats(d->path, d->rows * (d->cols + (beside != NULL)), X) : NULL;
    bool ok = X && (x || !s->single);
    if (ok && s->to == FORMAT_LIBSVM)
        ok = write_lines(s, d, X);
    else if (ok)
        ok = !(s->to == FORMAT_CSV ? write_text(s, d, X) : write_array(s, d, X, x, y)) || refuse_last();
    free(X);
    free(x);
    return ok;
}

/* ---- the command */

/* Text to arrays, which memory need not hold. */
static bool stream(convert_settings *s, lgd_table **t)
{
    reading cut;
    if (!reading_cut(&s->how, &cut))
        return false;
    cut.csv.single = s->single;
    const lgd_status st = lgd_csv_convert(t, s->path, s->out, s->target_out, &cut.csv);
    reading_uncut(&s->how, &cut);
    return !st || refuse_table(&s->how);
}

static size_t size_of(const char *path)
{
    struct stat there;
    return stat(path, &there) ? 0 : (size_t)there.st_size;
}

static bool convert(convert_settings *s)
{
    const double begun = now();
    data d = {0};
    lgd_table *t = NULL;
    if (!output_allowed(s->out, s->force) || (s->target_out && !output_allowed(s->target_out, s->force)))
        return false;
    const bool streamed =
        s->how.format == FORMAT_CSV && s->to == FORMAT_NPY && !s->archive && (s->how.csv.no_target || s->target_out);
    bool ok = streamed ? stream(s, &t) : data_read(&d, s->path, &s->how, s->quiet) && write_data(s, &d);
    if (ok && !s->quiet) {
        const double seconds = now() - begun, read = (double)size_of(s->path);
        if (t)
            fputs(t->notes, stderr);
        fprintf(stderr, "%s: %zu rows, %zu columns, %zu bytes, in %.2f s, %.0f MB/s\n", s->out, t ? t->rows : d.rows,
                t ? t->cols : d.cols, size_of(s->out), seconds, 1e-6 * read / (seconds > 0 ? seconds : 1));
    }
    lgd_table_free(t);
    data_free(&d);
    return ok;
}

int convert_main(int argc, char **argv)
{
    convert_settings s;
    int status = EXIT_USAGE;
    if (parse(&s, argc, argv)) {
        if (s.help)
            print_help();
        status = (s.help ? stdout_finish() : convert(&s)) ? EXIT_OK : EXIT_FAILED;
    }
    reading_free(&s.how);
    return status;
}
