/* From a CSV file to arrays of NumPy: the reader's passes, with a file in the place of memory for the rows. Where the number of rows is
 * only known at the end, the head of the array is written once more. */
#define _POSIX_C_SOURCE 200809L
#include "io.h"
#include "npy.h"
#include <math.h>

typedef struct converter {
    lgd_reader r; /* first, since the passes hand back a pointer to it */
    const char *X_path, *y_path;
    lgd_output *X, *y;
    double *value; /* [count] the labels that are numbers, ascending; and what each becomes */
    double *label;
    size_t count;
} converter;

/* ---- labels: all of them are needed before the first is written */

/* The place of the first value that is not below y. */
static size_t place(const converter *c, double y)
{
    size_t low = 0;
    for (size_t high = c->count; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (c->value[middle] < y)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static lgd_status measure(lgd_reader *r, size_t line)
{
    converter *c = (converter *)r;
    const lgd_status st = lgd_csv_measure(r, line);
    if (st || !c->value)
        return st;
    const double y = r->x[r->cols];
    const size_t i = place(c, y);
    if (i < c->count && c->value[i] == y)
        return LGD_OK;
    if (c->count == LGD_MOST_LEVELS)
        return lgd_fail(LGD_ERANGE,
                        "%s:%zu:%zu: the target has more than %d values, at most as many classes are accepted",
                        r->scan.path, line, r->target + 1, (int)LGD_MOST_LEVELS);
    memmove(c->value + i + 1, c->value + i, (c->count - i) * sizeof *c->value);
    c->value[i] = y;
    c->count++;
    return LGD_OK;
}

/* The labels as the reader would map them, by a table of one row for each. */
static lgd_status map_labels(converter *c)
{
    lgd_reader *r = &c->r;
    if (!c->value)
        return lgd_csv_map_labels(r);
    memcpy(c->label, c->value, c->count * sizeof *c->value);
    lgd_table each = {.rows = c->count, .y = c->label};
    r->labels.path = r->scan.path;
    r->labels.table = &each;
    r->labels.notes = &r->notes;
    const lgd_status st = lgd_labels_map(&r->labels, r->options.classes);
    r->table->class_count = each.class_count;
    r->table->class_names = each.class_names;
    return st;
}

/* ---- rows */

static lgd_status write_floats(lgd_output *out, const double *x, size_t count)
{
    enum { AT_ONCE = 1024 };
    float part[AT_ONCE];
    lgd_status st = LGD_OK;
    for (size_t n; count && !st; count -= n, x += n) {
        n = count < AT_ONCE ? count : AT_ONCE;
        for (size_t i = 0; i < n; i++)
            part[i] = (float)x[i];
        st = lgd_output_write(out, part, n * sizeof *part);
    }
    return st;
}

static lgd_status write_row(lgd_reader *r, size_t line)
{
    (void)line;
    converter *c = (converter *)r;
    for (size_t j = 0; r->mean && j < r->cols; j++)
        if (isnan(r->x[j]))
            r->x[j] = r->mean[j].value;
    if (c->count) {
        const double label = c->label[place(c, r->x[r->cols])];
        r->table->labels_mapped += label != r->x[r->cols];
        r->x[r->cols] = label;
    }
    lgd_status st =
        r->options.single ? write_floats(c->X, r->x, r->cols) : lgd_output_write(c->X, r->x, r->cols * sizeof *r->x);
    return st || !c->y ? st : lgd_output_write(c->y, r->x + r->cols, sizeof *r->x);
}

/* The heads of both files, for the rows that are known. `write` is lgd_output_write, or again what puts it over the first. */
static lgd_status write_heads(const converter *c, bool again)
{
    const lgd_reader *r = &c->r;
    char head[LGD_NPY_HEAD];
    lgd_npy_make_head(head, r->rows, r->cols, r->options.single);
    lgd_status st = again ? lgd_output_again(c->X, 0, head, sizeof head) : lgd_output_write(c->X, head, sizeof head);
    if (st || !c->y)
        return st;
    lgd_npy_make_head(head, r->rows, 0, false);
    return again ? lgd_output_again(c->y, 0, head, sizeof head) : lgd_output_write(c->y, head, sizeof head);
}

/* ---- the passes */

static lgd_status refuse_y_path(const char *y_path)
{
    char shown[LGD_PATH_SHOWN];
    return lgd_fail(LGD_EINVAL, "csv: y_path is \"%s\", as X_path is, a file of its own is accepted",
                    lgd_path_shown(shown, y_path));
}

static lgd_status open_outputs(converter *c, bool *again)
{
    lgd_status st = lgd_output_open(&c->X, "csv", c->X_path);
    if (!st && c->y_path)
        st = lgd_output_open(&c->y, "csv", c->y_path);
    if (!st && c->y && lgd_output_same(c->X, c->y))
        return refuse_y_path(c->y_path);
    *again = !st && !lgd_output_again(c->X, 0, "", 0) && !(c->y && lgd_output_again(c->y, 0, "", 0));
    return st;
}

/* What the notes say once rows are counted, and before they are written. */
static lgd_status settle(converter *c)
{
    lgd_reader *r = &c->r;
    r->table->rows = r->rows;
    r->table->rows_dropped = r->dropped;
    lgd_status st = lgd_csv_note_table(r);
    st = st ? st : lgd_csv_take_means(r);
    return st || !(r->options.binary || r->options.classes) ? st : map_labels(c);
}

static lgd_status convert(lgd_reader *r)
{
    converter *c = (converter *)r;
    bool again = false;
    lgd_status st = lgd_csv_look(r);
    if (!st && r->has_words)
        st = lgd_csv_count(r);
    st = st ? st : lgd_csv_place(r);
    st = st ? st : lgd_csv_check_words(r);
    st = st ? st : lgd_csv_make_table(r);
    st = st ? st : open_outputs(c, &again);
    const bool labels = !st && (r->options.binary || r->options.classes) && !r->columns[r->target].levels;
    if (labels) {
        c->value = lgd_alloc("csv: labels", 2 * LGD_MOST_LEVELS, sizeof *c->value);
        if (!c->value)
            return LGD_ENOMEM;
        c->label = c->value + LGD_MOST_LEVELS;
    }
    if (!st && (labels || r->mean))
        st = lgd_csv_fill(r, measure);
    else if (!st && !again && !r->counted)
        st = lgd_csv_count(r);
    const bool known = r->counted;
    if (!st && known)
        st = settle(c);
    st = st ? st : write_heads(c, false);
    st = st ? st : lgd_csv_fill(r, write_row);
    if (!st && !known)
        st = settle(c);
    if (!st && !known)
        st = write_heads(c, true);
    st = st ? st : lgd_input_rewind(r->scan.input); /* which tells whether it is still the same file */
    st = st ? st : lgd_csv_finish_notes(r);
    st = st ? st : lgd_output_commit(c->X);
    return st || !c->y ? st : lgd_output_commit(c->y);
}

lgd_status lgd_csv_convert_sized(lgd_table **out, const char *path, const char *X_path, const char *y_path,
                                 const lgd_csv_options *options, size_t options_size)
{
    if (out)
        *out = NULL;
    if (!X_path)
        return lgd_fail(LGD_EINVAL, "csv: X_path is NULL, a file name is accepted");
    if (y_path && options && options_size > offsetof(lgd_csv_options, no_target) && options->no_target)
        return lgd_fail(LGD_EINVAL, "csv: no_target is true, beside it no y_path is accepted");
    if (y_path && !strcmp(y_path, X_path))
        return refuse_y_path(y_path);
    converter c = {.r = {.file = path}, .X_path = X_path, .y_path = y_path};
    const lgd_status st = lgd_csv_run(&c.r, out, options, options_size, convert);
    lgd_output_close(c.X);
    lgd_output_close(c.y);
    lgd_release(c.value);
    return st;
}
