/* The reader from outside: options, the order of the passes, the numbers. */
#define _POSIX_C_SOURCE 200809L
#include "io.h"
#include <locale.h>
#include <math.h>

static bool separates(char c)
{
    return c == '\t' || (c >= ' ' && c < 127 && !strchr("\".+-", c) && !(c >= '0' && c <= '9') &&
                         !((c | 32) >= 'a' && (c | 32) <= 'z'));
}

lgd_status lgd_csv_check_delimiter(char delimiter, bool decimal_comma)
{
    if (delimiter && !separates(delimiter))
        return lgd_fail(LGD_EINVAL,
                        "csv: delimiter is the character %d, a tab, a blank or a mark that is in no number is "
                        "accepted, but not a quote",
                        (unsigned char)delimiter);
    if (delimiter == ',' && decimal_comma)
        return lgd_fail(LGD_EINVAL, "csv: delimiter is ',', another mark is accepted beside decimal_comma");
    return LGD_OK;
}

static lgd_status check_options(const lgd_csv_options *o)
{
    const struct {
        const char *name;
        int value;
    } choices[] = {{"header", (int)o->header}, {"missing", (int)o->missing}, {"text", (int)o->text}};
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (choices[i].value < 0 || choices[i].value > 2)
            return lgd_fail(LGD_EINVAL, "csv: %s is %d, one of its three choices, 0 to 2, is accepted", choices[i].name,
                            choices[i].value);
    lgd_status st = lgd_csv_check_delimiter(o->delimiter, o->decimal_comma);
    if (st)
        return st;
    if (o->no_target && (o->target || o->binary || o->classes))
        return lgd_fail(LGD_EINVAL, "csv: no_target is true, beside it no target, binary or classes is accepted");
    if (o->binary && o->classes)
        return lgd_fail(LGD_EINVAL, "csv: binary and classes are both true, one of them is accepted");
    st = lgd_check_size("csv", "skip_lines", o->skip_lines, true);
    st = st ? st : lgd_check_size("csv", "max_bytes", o->max_bytes, true);
    return st ? st : lgd_check_size("csv", "max_row_bytes", o->max_row_bytes, true);
}

static void reader_free(lgd_reader *r)
{
    lgd_scan_close(&r->scan);
    lgd_text_free(&r->first);
    for (size_t i = 0; i < r->count; i++)
        lgd_levels_free(r->columns[i].levels);
    lgd_release(r->columns);
    lgd_release(r->by_name);
    lgd_release(r->x);
    lgd_release(r->mean);
    lgd_text_free(&r->names);
    lgd_text_free(&r->notes);
    lgd_table_free(r->table);
}

lgd_status lgd_csv_run(lgd_reader *r, lgd_table **out, const lgd_csv_options *options, size_t options_size,
                       lgd_status (*work)(lgd_reader *r))
{
    if (!r->file)
        return lgd_fail(LGD_EINVAL, "csv: path is NULL, a file name is accepted");
    lgd_status st = lgd_take_struct("csv: options", &r->options, sizeof r->options, options, options_size);
    st = st ? st : check_options(&r->options);
    if (st)
        return st;
    /* What is printed into notes has the point of this thread's locale, so the C locale is lent to it. */
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return lgd_fail(LGD_ENOMEM, "csv: the C locale cannot be had");
    locale_t before = uselocale(c);
    st = lgd_scan_open(&r->scan, r->file, &r->options);
    st = st ? st : work(r);
    uselocale(before);
    freelocale(c);
    if (!st && out) {
        *out = r->table;
        r->table = NULL;
    }
    reader_free(r);
    return st;
}

/* ---- reading into memory */

/* Room for the numbers, if the table with them is no larger than it may be. */
static lgd_status make_room(lgd_reader *r)
{
    const size_t width = r->options.single ? sizeof(float) : sizeof(double);
    const size_t X = lgd_mul(lgd_mul(r->rows, r->cols), width), y = lgd_mul(r->rows, sizeof(double));
    const size_t bytes = lgd_add(lgd_add(X, y), lgd_csv_name_bytes(r));
    const size_t most = r->options.max_bytes ? r->options.max_bytes : lgd_default_max_bytes();
    if (bytes > most)
        return lgd_fail(LGD_ERANGE, "%s: the table of %zu x %zu numbers takes %zu bytes, %s allows %zu", r->scan.path,
                        r->rows, r->cols, bytes, r->options.max_bytes ? "max_bytes" : "this machine's memory", most);
    const lgd_status st = lgd_csv_make_table(r);
    lgd_table *t = r->table;
    if (st)
        return st;
    t->rows = r->rows;
    t->rows_dropped = r->dropped;
    if (r->options.single)
        t->X_f32 = lgd_alloc("csv: X", lgd_mul(t->rows, t->cols), sizeof *t->X_f32);
    else
        t->X = lgd_alloc("csv: X", lgd_mul(t->rows, t->cols), sizeof *t->X);
    if (t->X || t->X_f32)
        t->y = r->options.no_target ? NULL : lgd_alloc("csv: y", t->rows, sizeof *t->y);
    return (t->X || t->X_f32) && (t->y || r->options.no_target) ? LGD_OK : LGD_ENOMEM;
}

static lgd_status keep(lgd_reader *r, size_t line)
{
    lgd_table *t = r->table;
    const size_t at = r->row * t->cols;
    for (size_t j = 0; t->X_f32 && j < t->cols; j++)
        t->X_f32[at + j] = (float)r->x[j];
    if (t->X)
        memcpy(t->X + at, r->x, t->cols * sizeof *r->x);
    if (t->y)
        t->y[r->row] = r->x[t->cols];
    return lgd_csv_measure(r, line);
}

/* Where cells were missing, NaN stands. */
static void fill_missing(lgd_reader *r)
{
    lgd_table *t = r->table;
    for (size_t j = 0; r->mean && j < t->cols; j++)
        for (size_t at = j; r->mean[j].missing && at < t->rows * t->cols; at += t->cols) {
            if (t->X && isnan(t->X[at]))
                t->X[at] = r->mean[j].value;
            else if (t->X_f32 && isnan(t->X_f32[at]))
                t->X_f32[at] = (float)r->mean[j].value;
        }
}

static lgd_status read_table(lgd_reader *r)
{
    lgd_status st = lgd_csv_look(r);
    st = st ? st : lgd_csv_count(r);
    st = st ? st : lgd_csv_place(r);
    st = st ? st : lgd_csv_check_words(r);
    st = st ? st : make_room(r);
    st = st ? st : lgd_csv_note_table(r);
    st = st ? st : lgd_csv_fill(r, keep);
    st = st ? st : lgd_csv_take_means(r);
    if (st)
        return st;
    fill_missing(r);
    if (r->options.binary || r->options.classes)
        st = lgd_csv_map_labels(r);
    return st ? st : lgd_csv_finish_notes(r);
}

lgd_status lgd_csv_read_sized(lgd_table **out, const char *path, const lgd_csv_options *options, size_t options_size)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "csv: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    lgd_reader r = {.file = path};
    return lgd_csv_run(&r, out, options, options_size, read_table);
}
