/* The table: names, counts and notes; its matrix; its end. */
#define _POSIX_C_SOURCE 200809L
#include "io.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

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

lgd_status lgd_csv_note_table(lgd_reader *r)
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

size_t lgd_csv_name_bytes(const lgd_reader *r)
{
    size_t bytes = lgd_mul(r->cols, sizeof(char *));
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

lgd_status lgd_csv_make_table(lgd_reader *r)
{
    lgd_table *t = r->table = lgd_alloc("csv: table", 1, sizeof *t);
    if (!t)
        return LGD_ENOMEM;
    t->cols = r->cols;
    for (size_t i = 0; i < r->count; i++) {
        t->columns_one_hot += i != r->target && r->columns[i].kind == LGD_COLUMN_WORDS;
        t->columns_ignored += r->columns[i].kind == LGD_COLUMN_IGNORED;
    }
    return name_columns(r, t, lgd_csv_name_bytes(r));
}

lgd_status lgd_csv_finish_notes(lgd_reader *r)
{
    lgd_status st = LGD_OK;
    if (r->column_notes > 20)
        st = lgd_text_print(&r->notes, "and %zu more such columns\n", r->column_notes - 20);
    r->table->notes = r->notes.bytes;
    r->notes = (lgd_text){0};
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
