/* The reader from outside: options, the order of the passes, the table and its notes. */
#define _POSIX_C_SOURCE 200809L
#include "io.h"
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static bool separates(char c)
{
    return c == '\t' || (c >= ' ' && c < 127 && !strchr("\".+-", c) && !(c >= '0' && c <= '9') &&
                         !((c | 32) >= 'a' && (c | 32) <= 'z'));
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
    if (o->delimiter && !separates(o->delimiter))
        return lgd_fail(LGD_EINVAL,
                        "csv: delimiter is the character %d, a tab, a blank or a mark that is in no number is "
                        "accepted, but not a quote",
                        (unsigned char)o->delimiter);
    if (o->delimiter == ',' && o->decimal_comma)
        return lgd_fail(LGD_EINVAL, "csv: delimiter is ',', another mark is accepted beside decimal_comma");
    if (o->no_target && (o->target || o->binary || o->classes))
        return lgd_fail(LGD_EINVAL, "csv: no_target is true, beside it no target, binary or classes is accepted");
    if (o->binary && o->classes)
        return lgd_fail(LGD_EINVAL, "csv: binary and classes are both true, one of them is accepted");
    lgd_status st = lgd_check_size("csv", "skip_lines", o->skip_lines, true);
    st = st ? st : lgd_check_size("csv", "max_bytes", o->max_bytes, true);
    return st ? st : lgd_check_size("csv", "max_row_bytes", o->max_row_bytes, true);
}

size_t lgd_default_max_bytes(void)
{
    size_t most = PTRDIFF_MAX;
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0 && lgd_mul((size_t)pages, (size_t)page) < most)
        most = (size_t)pages * (size_t)page;
    struct rlimit limit;
    if (!getrlimit(RLIMIT_AS, &limit) && limit.rlim_cur < most)
        most = (size_t)limit.rlim_cur;
    return most / 5 * 4;
}

lgd_status lgd_csv_note(lgd_reader *r, const char *format, ...)
{
    enum { MOST = 20 };
    if (r->column_notes++ >= MOST)
        return LGD_OK;
    char line[256];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    return lgd_text_print(&r->notes, "%s", line);
}

static lgd_status note_table(lgd_reader *r)
{
    char n[LGD_SHOWN], mark[4] = {'\'', r->scan.delimiter, '\'', 0};
    const char *delimiter = r->scan.delimiter == '\t' ? "tab" : mark;
    lgd_status st = lgd_text_print(&r->notes, "%s: %zu rows, %zu columns, delimiter %s %s, ", r->scan.path,
                                   r->rows + r->dropped, r->count, delimiter, r->scan.delimiter_by);
    st = st ? st : lgd_text_print(&r->notes, r->header ? "names in line %zu\n" : "no header\n", r->first_line);
    if (!st && r->target < r->count) {
        const char *target = r->columns[r->target].name;
        st = lgd_text_print(&r->notes, "target: \"%s\", column %zu, %s\n", lgd_shown(n, target, strlen(target)),
                            r->target + 1, r->options.target ? "as asked" : "the last, as none was named");
    }
    if (!st && r->dropped)
        st =
            lgd_text_print(&r->notes, "%zu row%s dropped for a missing cell\n", r->dropped, r->dropped == 1 ? "" : "s");
    for (size_t i = 0; i < r->count && !st; i++) {
        const lgd_column *c = r->columns + i;
        const char *why = c->asked ? "as asked" : "it holds words";
        lgd_shown(n, c->name, strlen(c->name));
        if (c->kind == LGD_COLUMN_IGNORED)
            st = lgd_csv_note(r, "column \"%s\": ignored, %s\n", n, why);
        else if (c->kind == LGD_COLUMN_WORDS && i != r->target)
            st = lgd_csv_note(r, "column \"%s\": one-hot in %zu columns, %s\n", n, c->levels->count, why);
    }
    return st;
}

/* The names of the table's columns and of the target: pointers, and the text they point to behind them. */
static lgd_status name_columns(const lgd_reader *r, lgd_table *t, size_t bytes)
{
    const char **names = lgd_alloc("csv: names", bytes, 1);
    if (!names)
        return LGD_ENOMEM;
    t->names = names;
    char *text = (char *)(names + t->cols);
    for (size_t i = 0; i < r->count; i++) {
        const lgd_column *c = r->columns + i;
        const size_t length = strlen(c->name);
        if (i == r->target) {
            t->target = memcpy(text, c->name, length + 1);
            text += length + 1;
        } else if (c->kind == LGD_COLUMN_NUMBERS) {
            names[c->first] = memcpy(text, c->name, length + 1);
            text += length + 1;
        } else if (c->kind == LGD_COLUMN_WORDS) {
            for (size_t l = 0; l < c->levels->count; l++) {
                const lgd_level *level = c->levels->item[l];
                names[c->first + l] = memcpy(text, c->name, length);
                text[length] = '=';
                memcpy(text + length + 1, level->text, level->length);
                text += length + level->length + 2; /* the 0 is there */
            }
        }
    }
    return LGD_OK;
}

/* What name_columns needs; SIZE_MAX if it does not fit. */
static size_t name_bytes(const lgd_reader *r, size_t cols)
{
    size_t bytes = lgd_mul(cols, sizeof(char *));
    for (size_t i = 0; i < r->count; i++) {
        const lgd_column *c = r->columns + i;
        const size_t length = strlen(c->name);
        if (i == r->target || c->kind == LGD_COLUMN_NUMBERS)
            bytes = lgd_add(bytes, length + 1);
        else if (c->kind == LGD_COLUMN_WORDS)
            for (size_t l = 0; l < c->levels->count; l++)
                bytes = lgd_add(bytes, length + c->levels->item[l]->length + 2);
    }
    return bytes;
}

static lgd_status make_table(lgd_reader *r, size_t cols)
{
    const size_t names = name_bytes(r, cols);
    const size_t bytes = lgd_add(lgd_mul(lgd_mul(r->rows, lgd_add(cols, 1)), sizeof(double)), names);
    const size_t most = r->options.max_bytes ? r->options.max_bytes : lgd_default_max_bytes();
    if (bytes > most)
        return lgd_fail(LGD_ERANGE, "%s: the table of %zu x %zu numbers takes %zu bytes, %s allows %zu", r->scan.path,
                        r->rows, cols, bytes, r->options.max_bytes ? "max_bytes" : "this machine's memory", most);
    lgd_table *t = r->table = lgd_alloc("csv: table", 1, sizeof *t);
    if (!t)
        return LGD_ENOMEM;
    t->rows = r->rows;
    t->cols = cols;
    t->rows_dropped = r->dropped;
    for (size_t i = 0; i < r->count; i++) {
        t->columns_one_hot += i != r->target && r->columns[i].kind == LGD_COLUMN_WORDS;
        t->columns_ignored += r->columns[i].kind == LGD_COLUMN_IGNORED;
    }
    t->X = lgd_alloc("csv: X", lgd_mul(t->rows, t->cols), sizeof(double));
    t->y = t->X && !r->options.no_target ? lgd_alloc("csv: y", t->rows, sizeof(double)) : NULL;
    return t->X && (t->y || r->options.no_target) ? name_columns(r, t, names) : LGD_ENOMEM;
}

static lgd_status finish_notes(lgd_reader *r)
{
    lgd_status st = LGD_OK;
    if (r->column_notes > 20)
        st = lgd_text_print(&r->notes, "and %zu more such columns\n", r->column_notes - 20);
    r->table->notes = r->notes.bytes;
    return st;
}

static void reader_free(lgd_reader *r)
{
    lgd_scan_close(&r->scan);
    lgd_text_free(&r->first);
    for (size_t i = 0; i < r->count; i++)
        lgd_levels_free(r->columns[i].levels);
    lgd_release(r->columns);
    lgd_text_free(&r->names);
}

static lgd_status read_table(lgd_reader *r, const char *path)
{
    size_t cols = 0;
    lgd_status st = lgd_scan_open(&r->scan, path, &r->options);
    st = st ? st : lgd_csv_look(r);
    st = st ? st : lgd_csv_count(r, &cols);
    st = st ? st : lgd_csv_check_words(r);
    st = st ? st : make_table(r, cols);
    st = st ? st : note_table(r);
    st = st ? st : lgd_csv_fill(r);
    if (!st && (r->options.binary || r->options.classes))
        st = lgd_csv_map_labels(r);
    return st ? st : finish_notes(r);
}

lgd_status lgd_csv_read_sized(lgd_table **out, const char *path, const lgd_csv_options *options, size_t options_size)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "csv: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    if (!path)
        return lgd_fail(LGD_EINVAL, "csv: path is NULL, a file name is accepted");
    lgd_reader r = {.count = 0};
    lgd_status st = lgd_take_struct("csv: options", &r.options, sizeof r.options, options, options_size);
    st = st ? st : check_options(&r.options);
    if (st)
        return st;
    /* The decimal point is a matter of this thread's locale, so the C locale is lent to it. */
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return lgd_fail(LGD_ENOMEM, "csv: the C locale cannot be had");
    locale_t before = uselocale(c);
    st = read_table(&r, path);
    uselocale(before);
    freelocale(c);
    if (st) {
        if (r.table)
            r.table->notes = r.notes.bytes;
        else
            lgd_text_free(&r.notes);
        lgd_table_free(r.table);
        r.table = NULL;
    }
    *out = r.table;
    reader_free(&r);
    return st;
}

lgd_status lgd_table_matrix(lgd_matrix **out, const lgd_table *t)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "table: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    if (!t)
        return lgd_fail(LGD_EINVAL, "table: table is NULL, one that was read is accepted");
    if (t->sparse)
        return lgd_matrix_csr(out, t->sparse);
    if (t->X_f32)
        return lgd_matrix_dense_f32(out, t->rows, t->cols, t->X_f32, t->cols);
    return lgd_matrix_dense(out, t->rows, t->cols, t->X, t->cols);
}

void lgd_table_free(lgd_table *table)
{
    if (!table)
        return;
    if (table->sparse) {
        lgd_release((void *)table->sparse->row_start);
        lgd_release((void *)table->sparse->column);
        lgd_release((void *)table->sparse->column_i64);
        lgd_release((void *)table->sparse->value);
        lgd_release((void *)table->sparse->value_f32);
        lgd_release((void *)table->sparse);
    }
    lgd_release(table->X_f32);
    lgd_release(table->X);
    lgd_release(table->y);
    lgd_release((void *)table->names);
    lgd_release((void *)table->class_names);
    lgd_release((void *)table->notes);
    lgd_release(table);
}
