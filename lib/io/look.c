/* The first pass: what the columns are. It ends as soon as every column has met a cell, most often in the second row. */
#include "io.h"
#include <stdlib.h>
#include <string.h>

bool lgd_cell_missing(const lgd_reader *r, const char *text, size_t length)
{
    while (length && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    const char *word = r->options.missing_text;
    return length == 0 || (word && strlen(word) == length && !memcmp(word, text, length));
}

static const char *name_of(const void *ctx, size_t i)
{
    const lgd_reader *r = ctx;
    return i < r->count ? r->columns[i].name : NULL;
}

/* Of one name the first column is the first. */
static int compare_names(const void *a, const void *b)
{
    const lgd_column *x = *(const lgd_column *const *)a, *y = *(const lgd_column *const *)b;
    const int order = strcmp(x->name, y->name);
    return order ? order : (x > y) - (x < y);
}

/* A list may name each of a million columns. */
static lgd_status sort_names(lgd_reader *r)
{
    r->by_name = lgd_alloc("csv: names", r->count, sizeof *r->by_name);
    if (!r->by_name)
        return LGD_ENOMEM;
    for (size_t i = 0; i < r->count; i++)
        r->by_name[i] = r->columns + i;
    qsort(r->by_name, r->count, sizeof *r->by_name, compare_names);
    return LGD_OK;
}

/* How many columns have this name, and the first of them. */
static size_t count_named(const lgd_reader *r, const char *name, size_t *column)
{
    size_t low = 0, count = 0;
    for (size_t high = r->count; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(r->by_name[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + count < r->count && !strcmp(r->by_name[low + count]->name, name))
        count++;
    if (count)
        *column = (size_t)(r->by_name[low] - r->columns);
    return count;
}

/* The column the caller means by a name or a number from 1. */
static lgd_status find_column(const lgd_reader *r, const char *role, const char *wanted, size_t *column)
{
    char w[LGD_SHOWN], n[LGD_SHOWN];
    lgd_shown(w, wanted, strlen(wanted));
    const size_t found = count_named(r, wanted, column);
    if (found > 1)
        return lgd_fail(LGD_EINVAL, "%s: %s is \"%s\", %zu columns have this name; take the number of one",
                        r->scan.path, role, w, found);
    if (found == 1)
        return LGD_OK;
    size_t number = 0, digits = strspn(wanted, "0123456789");
    for (size_t i = 0; i < digits && number <= r->count; i++)
        number = 10 * number + (size_t)(wanted[i] - '0');
    if (digits && !wanted[digits] && number >= 1 && number <= r->count) {
        *column = number - 1;
        return LGD_OK;
    }
    const char *near = lgd_nearest(wanted, name_of, r);
    if (near)
        return lgd_fail(LGD_EINVAL, "%s: %s is \"%s\", there is no such column; did you mean \"%s\"?", r->scan.path,
                        role, w, lgd_shown(n, near, strlen(near)));
    return lgd_fail(LGD_EINVAL,
                    "%s: %s is \"%s\", there is no such column; a name %s or a number from 1 to %zu is accepted",
                    r->scan.path, role, w, r->header ? "in the header" : "(there is no header)", r->count);
}

static lgd_status mark(lgd_reader *r, const char *role, const char *const *wanted, lgd_column_kind kind)
{
    for (; wanted && *wanted; wanted++) {
        size_t i = 0;
        lgd_status st = find_column(r, role, *wanted, &i);
        if (st)
            return st;
        char w[LGD_SHOWN];
        lgd_shown(w, *wanted, strlen(*wanted));
        if (i == r->target)
            return lgd_fail(LGD_EINVAL, "%s: %s holds \"%s\", which is the target", r->scan.path, role, w);
        if (r->columns[i].asked && r->columns[i].kind != kind)
            return lgd_fail(LGD_EINVAL, "%s: %s holds \"%s\", which is to be one-hot as well", r->scan.path, role, w);
        r->unknown -= r->columns[i].kind == LGD_COLUMN_UNKNOWN;
        r->columns[i].kind = kind;
        r->columns[i].asked = true;
    }
    return LGD_OK;
}

/* What is not among `only` is left out. */
static lgd_status keep(lgd_reader *r)
{
    for (const char *const *wanted = r->options.only; *wanted; wanted++) {
        size_t i = 0;
        const lgd_status st = find_column(r, "only", *wanted, &i);
        if (st)
            return st;
        r->columns[i].kept = true;
    }
    for (size_t i = 0; i < r->count; i++) {
        lgd_column *c = r->columns + i;
        if (c->kept || i == r->target || c->kind == LGD_COLUMN_IGNORED)
            continue;
        r->unknown -= c->kind == LGD_COLUMN_UNKNOWN;
        c->kind = LGD_COLUMN_IGNORED;
        c->asked = true;
    }
    return LGD_OK;
}

/* A cell tells what its column is, if that is still open. Words in a column that may have none are found and refused
 * where they stand by the third pass. */
static void settle(lgd_reader *r, size_t i, char *text, size_t length)
{
    lgd_column *c = r->columns + i;
    if (c->kind != LGD_COLUMN_UNKNOWN || lgd_cell_missing(r, text, length))
        return;
    double x;
    c->kind = LGD_COLUMN_NUMBERS;
    if (lgd_cell_number(text, length, r->options.decimal_comma ? ',' : '.', &x) == LGD_CELL_WORD) {
        if (i == r->target ? r->options.binary || r->options.classes : r->options.text == LGD_TEXT_ONE_HOT)
            c->kind = LGD_COLUMN_WORDS;
        else if (i != r->target && r->options.text == LGD_TEXT_IGNORE)
            c->kind = LGD_COLUMN_IGNORED;
    }
    r->unknown--;
}

static lgd_status find_header(lgd_reader *r, size_t line)
{
    r->header = r->options.header == LGD_HEADER_YES;
    if (r->options.header != LGD_HEADER_AUTO)
        return LGD_OK;
    if (r->first_numbers && r->first_words)
        return lgd_fail(
            LGD_EFORMAT,
            "%s:%zu: %zu cells are numbers and %zu are not, names or data cannot be told; hint: say whether "
            "line %zu holds names (header yes or no), or skip the lines before the table",
            r->scan.path, line, r->first_numbers, r->first_words, line);
    r->header = r->first_words > 0;
    return LGD_OK;
}

static lgd_status name_columns(lgd_reader *r)
{
    lgd_status st = LGD_OK;
    for (size_t i = 0; i < r->count && !st && !r->header; i++) {
        st = lgd_text_print(&r->names, "%zu", i + 1);
        st = st ? st : lgd_text_append(&r->names, "", 1);
    }
    if (st)
        return st;
    if (r->header) {
        r->names = r->first;
        r->first = (lgd_text){0};
    }
    const char *name = r->names.bytes;
    for (size_t i = 0; i < r->count; i++, name += strlen(name) + 1)
        r->columns[i].name = name;
    return LGD_OK;
}

/* The first row has ended. */
static lgd_status begin(lgd_reader *r, size_t line, size_t cells)
{
    char d[4] = {'\'', r->scan.delimiter, '\'', 0};
    if (cells < 2 && !r->options.no_target)
        return lgd_fail(LGD_EFORMAT,
                        "%s:%zu: 1 column is found with the delimiter %s, a target and one more are needed",
                        r->scan.path, line, r->scan.delimiter == '\t' ? "tab" : d);
    lgd_status st = find_header(r, line);
    if (st)
        return st;
    r->columns = lgd_alloc("csv: columns", cells, sizeof *r->columns);
    if (!r->columns)
        return LGD_ENOMEM;
    r->count = r->unknown = cells;
    r->first_line = line;
    r->target = r->options.no_target ? cells : cells - 1; /* cells: of no column */
    const lgd_csv_options *o = &r->options;
    st = name_columns(r);
    if (!st && (o->target || o->one_hot || o->ignore || o->only))
        st = sort_names(r);
    if (!st && o->target)
        st = find_column(r, "target", o->target, &r->target);
    st = st ? st : mark(r, "one_hot", o->one_hot, LGD_COLUMN_WORDS);
    st = st ? st : mark(r, "ignore", o->ignore, LGD_COLUMN_IGNORED);
    if (!st && o->only)
        st = keep(r);
    lgd_release(r->by_name);
    r->by_name = NULL;
    if (st || r->header)
        return st;
    char *text = r->first.bytes;
    for (size_t i = 0; i < cells; i++, text += strlen(text) + 1)
        settle(r, i, text, strlen(text));
    lgd_text_free(&r->first);
    return LGD_OK;
}

static lgd_status look_cell(void *ctx, const lgd_cell *cell)
{
    lgd_reader *r = ctx;
    if (r->columns) {
        if (cell->column < r->count)
            settle(r, cell->column, cell->text, cell->length);
        return LGD_OK;
    }
    double x;
    if (!lgd_cell_missing(r, cell->text, cell->length)) {
        const char point = r->options.decimal_comma ? ',' : '.';
        const bool word = lgd_cell_number(cell->text, cell->length, point, &x) == LGD_CELL_WORD;
        r->first_words += word;
        r->first_numbers += !word;
    }
    return lgd_text_append(&r->first, cell->text, cell->length + 1);
}

static lgd_status look_row(void *ctx, size_t line, size_t cells, bool *stop)
{
    lgd_reader *r = ctx;
    lgd_status st = r->columns ? LGD_OK : begin(r, line, cells);
    *stop = r->unknown == 0;
    return st;
}

lgd_status lgd_csv_look(lgd_reader *r)
{
    static const lgd_visitor look = {NULL, look_cell, look_row};
    lgd_status st = lgd_scan_pass(&r->scan, &look, r);
    if (st)
        return st;
    if (!r->columns)
        return lgd_fail(LGD_EFORMAT, "%s: there is no row of cells%s", r->scan.path,
                        r->options.skip_lines ? " behind the lines skipped" : "");
    for (size_t i = 0; i < r->count; i++) {
        lgd_column *c = r->columns + i;
        if (c->kind == LGD_COLUMN_UNKNOWN) /* no cell at all */
            c->kind = LGD_COLUMN_NUMBERS;
        if (c->kind == LGD_COLUMN_WORDS && !(c->levels = lgd_alloc("csv: levels", 1, sizeof *c->levels)))
            return LGD_ENOMEM;
        r->has_words |= c->kind == LGD_COLUMN_WORDS;
    }
    return LGD_OK;
}
