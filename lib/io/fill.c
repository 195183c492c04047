/* The second and the third pass: how many rows, and their numbers. */
#include "io.h"
#include <math.h>
#include <string.h>

static bool is_kept(const lgd_reader *r)
{
    return !(r->incomplete && r->options.missing == LGD_MISSING_DROP);
}

/* ---- count */

static lgd_status count_cell(void *ctx, const lgd_cell *cell)
{
    lgd_reader *r = ctx;
    if (r->in_header || cell->column >= r->count)
        return LGD_OK;
    lgd_column *c = r->columns + cell->column;
    if (c->kind == LGD_COLUMN_IGNORED)
        return LGD_OK;
    const bool missing = lgd_cell_missing(r, cell->text, cell->length);
    r->incomplete |= missing;
    if (c->kind != LGD_COLUMN_WORDS)
        return LGD_OK;
    lgd_status st = LGD_OK;
    c->levels->last = NULL;
    if (!missing)
        st = lgd_levels_add(c->levels, cell->text, cell->length);
    else if (r->options.missing == LGD_MISSING_MEAN && cell->column != r->target)
        st = lgd_levels_add(c->levels, "", 0);
    char n[LGD_SHOWN];
    if (!st && c->levels->count > LGD_MOST_LEVELS)
        st = lgd_fail(LGD_ERANGE, "%s:%zu:%zu: column \"%s\" has more than %d levels, the most that one-hot accepts",
                      r->scan.path, cell->line, cell->column + 1, lgd_shown(n, c->name, strlen(c->name)),
                      (int)LGD_MOST_LEVELS);
    return st;
}

static lgd_status count_row(void *ctx, size_t line, size_t cells, bool *stop)
{
    (void)stop;
    lgd_reader *r = ctx;
    if (cells != r->count)
        return lgd_fail(LGD_EFORMAT, "%s:%zu: %zu cell%s found, %zu are expected as in line %zu%s", r->scan.path, line,
                        cells, cells == 1 ? " is" : "s are", r->count, r->first_line,
                        r->rows + r->dropped ? "" : "; hint: a line before the table? skip_lines passes over it");
    if (r->in_header) {
        r->in_header = false;
        return LGD_OK;
    }
    if (is_kept(r)) {
        r->rows++;
    } else {
        r->dropped++;
        for (size_t i = 0; i < r->count; i++)
            if (r->columns[i].levels && r->columns[i].levels->last)
                r->columns[i].levels->last->uses--;
    }
    r->incomplete = false;
    return LGD_OK;
}

lgd_status lgd_csv_count(lgd_reader *r, size_t *cols)
{
    static const lgd_visitor count = {NULL, count_cell, count_row};
    r->in_header = r->header;
    lgd_status st = lgd_scan_pass(&r->scan, &count, r);
    if (st)
        return st;
    if (r->rows == 0 && r->dropped)
        return lgd_fail(LGD_EFORMAT, "%s: a cell is missing in each of %zu rows, none is left", r->scan.path,
                        r->dropped);
    if (r->rows == 0)
        return lgd_fail(LGD_EFORMAT, "%s: there is no row beside the header in line %zu", r->scan.path, r->first_line);
    *cols = 0;
    for (size_t i = 0; i < r->count; i++) {
        lgd_column *c = r->columns + i;
        c->first = *cols;
        if (c->levels)
            lgd_levels_prune(c->levels);
        if (i != r->target)
            *cols += c->kind == LGD_COLUMN_NUMBERS ? 1 : c->kind == LGD_COLUMN_WORDS ? c->levels->count : 0;
    }
    if (*cols == 0)
        return lgd_fail(LGD_EFORMAT, "%s: there is no column%s that is not ignored", r->scan.path,
                        r->options.no_target ? "" : " beside the target");
    return LGD_OK;
}

/* ---- fill */

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

static lgd_status fill_words(lgd_reader *r, const lgd_cell *cell, const lgd_column *c, double *x)
{
    size_t level;
    if (!lgd_cell_missing(r, cell->text, cell->length)) {
        level = lgd_levels_find(c->levels, cell->text, cell->length);
    } else if (r->options.missing == LGD_MISSING_MEAN && cell->column != r->target) {
        level = lgd_levels_find(c->levels, "", 0);
    } else {
        r->incomplete = true;
        return r->options.missing == LGD_MISSING_DROP ? LGD_OK : refuse_cell(r, cell, LGD_CELL_EMPTY);
    }
    if (level == c->levels->count)
        r->stray = true; /* right only in a row that is dropped */
    else if (x && cell->column == r->target)
        r->table->y[r->row] = (double)level;
    else if (x)
        x[c->first + level] = 1;
    return LGD_OK;
}

static lgd_status fill_cell(void *ctx, const lgd_cell *cell)
{
    lgd_reader *r = ctx;
    if (r->in_header)
        return LGD_OK;
    if (cell->column >= r->count)
        return changed(r);
    lgd_column *c = r->columns + cell->column;
    if (c->kind == LGD_COLUMN_IGNORED)
        return LGD_OK;
    /* behind the last row that is kept, rows may still be dropped */
    double *x = r->row < r->rows ? r->table->X + r->row * r->table->cols : NULL;
    if (c->kind == LGD_COLUMN_WORDS)
        return fill_words(r, cell, c, x);

    double value = NAN;
    lgd_cell_kind kind = LGD_CELL_EMPTY;
    if (!lgd_cell_missing(r, cell->text, cell->length))
        kind = lgd_cell_number(cell->text, cell->length, r->options.decimal_comma ? ',' : '.', &value);
    if (kind == LGD_CELL_EMPTY) {
        r->incomplete = true;
        if (r->options.missing == LGD_MISSING_REFUSE ||
            (r->options.missing == LGD_MISSING_MEAN && cell->column == r->target))
            return refuse_cell(r, cell, kind);
        c->missing++;
    } else if (kind != LGD_CELL_NUMBER) {
        return refuse_cell(r, cell, kind);
    }
    if (x && cell->column == r->target)
        r->table->y[r->row] = value;
    else if (x)
        x[c->first] = value;
    return LGD_OK;
}

/* Remembers the values of a binary target. */
static lgd_status see_label(lgd_reader *r, size_t line, double y)
{
    const double *label = r->labels.value;
    if (lgd_labels_see(&r->labels, y))
        return LGD_OK;
    return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the target is %g beside %g and %g, a binary one has two values",
                    r->scan.path, line, r->target + 1, y, label[0], label[1]);
}

static lgd_status fill_row(void *ctx, size_t line, size_t cells, bool *stop)
{
    (void)stop;
    lgd_reader *r = ctx;
    lgd_status st = cells == r->count ? LGD_OK : changed(r);
    if (r->in_header) {
        r->in_header = false;
        return st;
    }
    if (is_kept(r)) {
        if (!st && (r->row == r->rows || r->stray))
            st = changed(r);
        if (!st && r->options.binary)
            st = see_label(r, line, r->table->y[r->row]);
        r->row++;
    } else if (r->row < r->rows) {
        memset(r->table->X + r->row * r->table->cols, 0, r->table->cols * sizeof(double));
    }
    r->incomplete = r->stray = false;
    return st;
}

/* The mean of the numbers among n, `stride` apart: Neumaier's sum, or, where that overflows, one of quotients. */
static double mean_of(const double *x, size_t n, size_t stride, size_t numbers)
{
    double sum = 0, rest = 0, quotients = 0;
    for (size_t i = 0; i < n; i++) {
        const double v = x[i * stride];
        if (isnan(v))
            continue;
        const double s = sum + v;
        rest += fabs(sum) >= fabs(v) ? (sum - s) + v : (v - s) + sum;
        sum = s;
        quotients += v / (double)numbers;
    }
    const double mean = (sum + rest) / (double)numbers;
    return isfinite(mean) ? mean : quotients;
}

static lgd_status fill_missing(lgd_reader *r)
{
    lgd_table *t = r->table;
    for (size_t i = 0; i < r->count; i++) {
        const lgd_column *c = r->columns + i;
        if (c->missing == 0)
            continue;
        char n[LGD_SHOWN];
        lgd_shown(n, c->name, strlen(c->name));
        if (c->missing == t->rows)
            return lgd_fail(LGD_EFORMAT,
                            "%s: column \"%s\" has no number in %zu rows, its mean cannot be taken; hint: "
                            "name it in ignore",
                            r->scan.path, n, t->rows);
        const double mean = mean_of(t->X + c->first, t->rows, t->cols, t->rows - c->missing);
        for (size_t row = 0; row < t->rows; row++)
            if (isnan(t->X[row * t->cols + c->first]))
                t->X[row * t->cols + c->first] = mean;
        t->cells_filled += c->missing;
        lgd_status st = lgd_csv_note(r, "column \"%s\": %zu missing cell%s filled with the mean %.6g\n", n, c->missing,
                                     c->missing == 1 ? "" : "s", mean);
        if (st)
            return st;
    }
    return LGD_OK;
}

lgd_status lgd_csv_fill(lgd_reader *r)
{
    static const lgd_visitor fill = {NULL, fill_cell, fill_row};
    r->in_header = r->header;
    lgd_status st = lgd_scan_pass(&r->scan, &fill, r);
    if (!st && r->row != r->rows)
        st = changed(r);
    if (!st && r->options.missing == LGD_MISSING_MEAN)
        st = fill_missing(r);
    return st;
}
