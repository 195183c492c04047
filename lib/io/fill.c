/* The pass that reads the numbers: row by row into r->x, its target behind them, and then to who takes it. */
#include "io.h"
#include <float.h>
#include <math.h>

/* ---- refusals */

static bool is_hexadecimal(const char *s)
{
    s += *s == '+' || *s == '-';
    return s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
}

static const char *word_hint(const lgd_reader *r, const lgd_cell *cell)
{
    double x;
    if (lgd_cell_number(cell->text, cell->length, r->options.decimal_comma ? '.' : ',', &x) == LGD_CELL_NUMBER)
        return r->options.decimal_comma   ? "decimal points? decimal_comma is set"
               : r->scan.delimiter == ',' ? "decimal commas? decimal_comma accepts them, with another delimiter"
                                          : "decimal commas? set decimal_comma";
    if (cell->column == r->target)
        return "two labels? set binary; several? set classes; another target? name it, the last column is taken "
               "otherwise";
    if (is_hexadecimal(cell->text))
        return "hexadecimal numbers are not accepted";
    if (r->options.text == LGD_TEXT_REFUSE)
        return "a text column? text = LGD_TEXT_ONE_HOT or LGD_TEXT_IGNORE, or name it in one_hot or ignore; a mark of "
               "missing cells? set missing_text";
    return "the column begins with a number; name it in one_hot or ignore; a mark of missing cells? set missing_text";
}

static lgd_status refuse_cell(const lgd_reader *r, const lgd_cell *cell, lgd_cell_kind kind)
{
    char text[LGD_SHOWN], name[LGD_SHOWN];
    lgd_shown(text, cell->text, cell->length);
    lgd_shown(name, r->columns[cell->column].name, strlen(r->columns[cell->column].name));
    const char *target = cell->column == r->target ? ", the target" : "";
    const char *path = r->scan.path;
    const size_t line = cell->line, column = cell->column + 1;
    if (kind == LGD_CELL_EMPTY)
        return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the cell is missing (column \"%s\"%s); hint: missing = %s", path,
                        line, column, name, target,
                        *target ? "LGD_MISSING_DROP leaves its row out"
                                : "LGD_MISSING_DROP leaves its row out, LGD_MISSING_MEAN fills it");
    if (kind == LGD_CELL_NOT_FINITE)
        return lgd_fail(
            LGD_EFORMAT,
            "%s:%zu:%zu: \"%s\" is not a finite number (column \"%s\"%s); hint: a mark of missing cells? set "
            "missing_text",
            path, line, column, text, name, target);
    return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: \"%s\" is not a number (column \"%s\"%s); hint: %s", path, line, column,
                    text, name, target, word_hint(r, cell));
}

static lgd_status changed(const lgd_reader *r)
{
    return lgd_fail(LGD_EIO, "%s: the file has changed while it was read", r->scan.path);
}

/* ---- cells */

static lgd_status fill_words(lgd_reader *r, const lgd_cell *cell, const lgd_column *c)
{
    const bool target = cell->column == r->target;
    size_t level;
    if (!target)
        memset(r->x + c->first, 0, c->levels->count * sizeof *r->x);
    if (!lgd_cell_missing(r, cell->text, cell->length)) {
        level = lgd_levels_find(c->levels, cell->text, cell->length);
    } else if (r->options.missing == LGD_MISSING_MEAN && !target) {
        level = lgd_levels_find(c->levels, "", 0);
    } else {
        r->incomplete = true;
        return r->options.missing == LGD_MISSING_DROP ? LGD_OK : refuse_cell(r, cell, LGD_CELL_EMPTY);
    }
    if (level == c->levels->count)
        r->stray = true; /* right only in a row that is dropped */
    else if (target)
        r->x[c->first] = (double)level;
    else
        r->x[c->first + level] = 1;
    return LGD_OK;
}

/* The largest number that is finite as it will be kept: a float is rounded to from below this. */
static double largest(const lgd_reader *r)
{
    return r->options.single ? nextafter(0x1.ffffffp127, 0) : DBL_MAX;
}

static lgd_status fill_cell(void *ctx, const lgd_cell *cell)
{
    lgd_reader *r = ctx;
    if (r->in_header || (cell->column >= r->count && !r->counted))
        return LGD_OK; /* a row of too many cells is refused at its end */
    if (cell->column >= r->count)
        return changed(r);
    const lgd_column *c = r->columns + cell->column;
    if (c->kind == LGD_COLUMN_IGNORED)
        return LGD_OK;
    if (c->kind == LGD_COLUMN_WORDS)
        return fill_words(r, cell, c);

    double value = NAN;
    lgd_cell_kind kind = LGD_CELL_EMPTY;
    if (!lgd_cell_missing(r, cell->text, cell->length))
        kind = lgd_cell_number(cell->text, cell->length, r->options.decimal_comma ? ',' : '.', &value);
    if (kind == LGD_CELL_NUMBER && cell->column != r->target && fabs(value) > largest(r))
        kind = LGD_CELL_NOT_FINITE;
    if (kind == LGD_CELL_EMPTY) {
        r->incomplete = true;
        if (r->options.missing == LGD_MISSING_REFUSE ||
            (r->options.missing == LGD_MISSING_MEAN && cell->column == r->target))
            return refuse_cell(r, cell, kind);
        if (r->mean)
            r->mean[c->first].missing++;
    } else if (kind != LGD_CELL_NUMBER) {
        return refuse_cell(r, cell, kind);
    }
    r->x[c->first] = value;
    return LGD_OK;
}

static lgd_status fill_row(void *ctx, size_t line, size_t cells, bool *stop)
{
    (void)stop;
    lgd_reader *r = ctx;
    if (cells != r->count)
        return r->counted ? changed(r) : lgd_csv_wrong_length(r, line, cells);
    if (r->in_header) {
        r->in_header = false;
        return LGD_OK;
    }
    lgd_status st = LGD_OK;
    if (lgd_csv_keeps(r)) {
        st = (r->counted && r->row == r->rows) || r->stray ? changed(r) : r->take(r, line);
        r->row++;
    } else {
        r->left_out++;
    }
    r->incomplete = r->stray = false;
    return st;
}

static const char *over_blanks(const char *s, const char *end, char delimiter)
{
    while (s < end && (*s == ' ' || *s == '\t') && *s != delimiter)
        s++;
    return s;
}

/* A row of numbers alone, as nearly all rows are: each number ends where the next begins. Whatever else is in it, and be it a word, leaves
 * the row to be taken cell by cell. */
static lgd_status fill_line(void *ctx, const lgd_line *line, bool *taken, bool *stop)
{
    lgd_reader *r = ctx;
    const char point = r->options.decimal_comma ? ',' : '.', delimiter = line->delimiter, *const end = line->end;
    const char *missing = r->options.missing_text, *s = line->text;
    const size_t missing_length = missing ? strlen(missing) : 0;
    const double most = largest(r);
    if (r->in_header || r->has_words)
        return LGD_OK;
    for (const lgd_column *c = r->columns, *behind = c + r->count; c < behind; c++) {
        s = over_blanks(s, end, delimiter);
        if (c->kind == LGD_COLUMN_IGNORED) {
            const char *found = memchr(s, delimiter, (size_t)(end - s));
            s = found ? found : end;
        } else {
            double value;
            const char *begin = s;
            s = lgd_number(begin, line->readable, point, &value);
            if (s == begin || !(fabs(value) <= most))
                return LGD_OK;
            if (missing && (size_t)(s - begin) == missing_length && !memcmp(begin, missing, missing_length))
                return LGD_OK;
            r->x[c->first] = value;
            s = over_blanks(s, end, delimiter);
        }
        if (c + 1 == behind ? s != end : s == end || *s++ != delimiter)
            return LGD_OK;
    }
    *taken = true;
    return fill_row(ctx, line->line, r->count, stop);
}

lgd_status lgd_csv_fill(lgd_reader *r, lgd_status (*take)(lgd_reader *r, size_t line))
{
    static const lgd_visitor fill = {fill_line, fill_cell, fill_row};
    r->take = take;
    lgd_csv_begin(r);
    lgd_status st = lgd_scan_pass(&r->scan, &fill, r);
    if (!st && r->counted && r->row != r->rows)
        st = changed(r);
    return st ? st : lgd_csv_end(r);
}
