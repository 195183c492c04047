/* Tables, and their columns of weights. */
#include "arguments.h"
#include "cli.h"
#include <stdlib.h>
#include <string.h>

bool reading_ignore(reading *how, const char *columns)
{
    const size_t before = how->ignored ? strlen(how->ignored) : 0;
    char *longer = realloc(how->ignored, before + strlen(columns) + 2);
    if (!longer)
        return refuse("out of memory");
    how->ignored = longer;
    sprintf(longer + before, before ? ",%s" : "%s", columns);
    return true;
}

/* The names of --ignore as the reader takes them. */
static bool cut_ignored(reading *how)
{
    size_t count = 1;
    if (!how->ignored || how->csv.ignore)
        return true;
    for (const char *c = how->ignored; *c; c++)
        count += *c == ',';
    const char **list = memory_of(count + 1, sizeof *list);
    if (!list)
        return false;
    size_t i = 0;
    for (char *at = how->ignored, *next; at; at = next) {
        if ((next = strchr(at, ',')))
            *next++ = 0;
        list[i++] = at;
    }
    how->csv.ignore = list;
    return true;
}

bool reading_cut(const reading *how, reading *cut)
{
    *cut = *how;
    return cut_ignored(cut);
}

void reading_uncut(const reading *how, reading *cut)
{
    if (cut->csv.ignore != how->csv.ignore)
        free((void *)cut->csv.ignore);
}

void reading_free(reading *how)
{
    free((void *)how->csv.ignore);
    free(how->ignored);
    *how = (reading){0};
}

static const char *name_of(const void *ctx, size_t i)
{
    const data *d = ctx;
    return i < d->table->cols ? d->names[i] : NULL;
}

/* Takes the column of weights out of X. */
static bool take_weights(data *d, const char *name)
{
    lgd_table *t = d->table;
    size_t j = 0;
    while (j < t->cols && strcmp(d->names[j], name))
        j++;
    if (j == t->cols) {
        const char *near = argument_nearest(name, name_of, d);
        if (t->target && !strcmp(t->target, name))
            return refuse("%s: the weights are \"%s\", which is the target", d->path, name);
        if (near)
            return refuse("%s: the weights are \"%s\", there is no such column; did you mean \"%s\"?", d->path, name,
                          near);
        return refuse("%s: the weights are \"%s\", there is no such column", d->path, name);
    }
    if (t->cols == 1)
        return refuse("%s: there is no column beside the target and the weights", d->path);
    d->cols = t->cols - 1;
    if (!(d->weights = memory_of(d->rows, sizeof *d->weights)))
        return false;
    for (size_t i = 0; i < d->rows; i++) {
        double *row = d->X + i * t->cols;
        d->weights[i] = row[j];
        memmove(d->X + i * d->cols, row, j * sizeof *row);
        memmove(d->X + i * d->cols + j, row + j + 1, (t->cols - j - 1) * sizeof *row);
        if (d->weights[i] < 0)
            return refuse("%s: the weight in row %zu is %g (column \"%s\"), a number at least 0 is accepted", d->path,
                          i + 1, d->weights[i], name);
    }
    memmove(d->names + j, d->names + j + 1, (t->cols - j - 1) * sizeof *d->names);
    return true;
}

/* Those that stand in a file of their own. */
static bool read_weights(data *d, const char *path)
{
    data w = {0};
    reading how = {.csv = {.no_target = true}};
    bool ok = reading_suits(&how, path, false);
    how.csv.header = how.format == FORMAT_CSV ? LGD_HEADER_NO : LGD_HEADER_AUTO;
    ok = ok && data_read(&w, path, &how, true) && data_widen(&w);
    if (ok && d->table->rows_dropped)
        ok = refuse("%s: %zu rows are left out for a missing cell, and weights of a file are those of all rows",
                    d->path, d->table->rows_dropped);
    if (ok && (w.rows != d->rows || w.cols != 1 || !w.X))
        ok = refuse("%s: there are %zu x %zu weights, one for each of the %zu rows of %s is accepted", path, w.rows,
                    w.cols, d->rows, d->path);
    if (ok && (d->weights = memory_of(d->rows, sizeof *d->weights)))
        memcpy(d->weights, w.X, d->rows * sizeof *d->weights);
    for (size_t i = 0; ok && d->weights && i < d->rows; i++)
        ok = d->weights[i] >= 0 ||
             refuse("%s: weight %zu is %g, a number at least 0 is accepted", path, i + 1, d->weights[i]);
    data_free(&w);
    return ok && d->weights;
}

/* Rows are left out of a fit, never of predictions; labels are numbered by a loss, which only a fit has. */
bool refuse_table(const reading *how)
{
    const char *said = lgd_last_error(), *hint = strstr(said, "; hint: missing ="),
               *labels = strstr(said, "two labels?");
    if (how->plain && labels)
        return refuse("%.*sanother target? --target=COLUMN; words are numbered by lgd fit alone", (int)(labels - said),
                      said);
    if (!how->csv.no_target || !hint)
        return refuse_last();
    return refuse("%.*s; hint: --ignore=COLUMN leaves out one that the model does not have", (int)(hint - said), said);
}

/* The table into d; false without a sentence of our own. */
static bool read_table(data *d, const char *path, const reading *how)
{
    *d = (data){.path = path};
    if (how->stream)
        return data_stream(d, how);
    reading cut;
    if (!reading_cut(how, &cut))
        return false;
    const lgd_status st =
        how->format == FORMAT_CSV ? lgd_csv_read(&d->table, path, &cut.csv) : format_read(&d->table, path, how);
    reading_uncut(how, &cut);
    return !st;
}

static bool take_table(data *d, const reading *how)
{
    lgd_table *t = d->table;
    d->rows = t->rows;
    d->cols = d->A ? lgd_matrix_cols(d->A) : t->cols;
    d->X = t->X;
    d->y = t->y;
    if ((t->names || !how->nameless) && !(d->names = memory_of(d->cols, sizeof *d->names)))
        return false;
    if (t->names && !d->A)
        memcpy(d->names, t->names, t->cols * sizeof *d->names);
    else if (d->names && !data_number(d, how))
        return false;
    if (t->sparse)
        d->sparse = *t->sparse;
    if (how->weights && (!data_widen(d) || !take_weights(d, how->weights)))
        return false;
    if (how->weights_file && !read_weights(d, how->weights_file))
        return false;
    if (d->A)
        return true;
    const lgd_status st = d->X ? lgd_matrix_dense(&d->A, d->rows, d->cols, d->X, d->cols) : lgd_table_matrix(&d->A, t);
    return !st || refuse_last();
}

bool data_try(data *d, const char *path, const reading *how)
{
    return read_table(d, path, how) && take_table(d, how);
}

bool data_read(data *d, const char *path, const reading *how, bool quiet)
{
    if (!strcmp(path, "-"))
        return refuse("-: a table is read more than once, so that a file is needed");
    if (!read_table(d, path, how))
        return refuse_table(how);
    if (!quiet)
        fputs(d->table->notes, stderr);
    return take_table(d, how);
}

void data_free(data *d)
{
    lgd_matrix_free(d->A);
    if (!d->copy) {
        lgd_table_free(d->table);
        free(d->names);
        free(d->numbers);
        free(d->weights);
        free(d->wide);
    } else {
        free((void *)d->sparse.row_start);
        free((void *)d->sparse.column);
        free((void *)d->sparse.column_i64);
        free((void *)d->sparse.value);
        free((void *)d->sparse.value_f32);
    }
    free(d->copy);
    *d = (data){0};
}
