/* The second pass: how many rows, and the levels of columns of words; and where the columns go. */
#include "io.h"

bool lgd_csv_keeps(const lgd_reader *r)
{
    return !(r->incomplete && r->options.missing == LGD_MISSING_DROP);
}

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

lgd_status lgd_csv_wrong_length(const lgd_reader *r, size_t line, size_t cells)
{
    return lgd_fail(LGD_EFORMAT, "%s:%zu: %zu cell%s found, %zu are expected as in line %zu%s", r->scan.path, line,
                    cells, cells == 1 ? " is" : "s are", r->count, r->first_line,
                    r->row + r->left_out ? "" : "; hint: a line before the table? skip_lines passes over it");
}

static lgd_status count_row(void *ctx, size_t line, size_t cells, bool *stop)
{
    (void)stop;
    lgd_reader *r = ctx;
    if (cells != r->count)
        return lgd_csv_wrong_length(r, line, cells);
    if (r->in_header) {
        r->in_header = false;
        return LGD_OK;
    }
    if (lgd_csv_keeps(r)) {
        r->row++;
    } else {
        r->left_out++;
        for (size_t i = 0; i < r->count; i++)
            if (r->columns[i].levels && r->columns[i].levels->last)
                r->columns[i].levels->last->uses--;
    }
    r->incomplete = false;
    return LGD_OK;
}

/* How often c stands in s up to end, eight at a time: a byte that is equal leaves 0, and then its upper bit alone. */
static size_t count_of(char c, const char *s, const char *end)
{
    enum { AT_ONCE = 8 };
    const uint64_t ones = UINT64_C(0x0101010101010101), low = 0x7F * ones, wanted = (unsigned char)c * ones;
    size_t n = 0;
    for (uint64_t x; end - s >= AT_ONCE; s += AT_ONCE) {
        memcpy(&x, s, sizeof x);
        x ^= wanted;
        x = ~(((x & low) + low) | x | low);
        n += (size_t)((x >> 7) * ones >> 56);
    }
    for (; s < end; s++)
        n += *s == c;
    return n;
}

/* Where there are neither levels nor rows to leave out, a row is as many cells as it has delimiters and one. */
static lgd_status count_line(void *ctx, const lgd_line *line, bool *taken, bool *stop)
{
    lgd_reader *r = ctx;
    const char *s = line->text;
    while (s < line->end && (*s == ' ' || *s == '\t') && *s != line->delimiter)
        s++;
    if (s == line->end || r->has_words || r->options.missing == LGD_MISSING_DROP)
        return LGD_OK;
    const size_t cells = count_of(line->delimiter, s, line->end) + 1;
    *taken = cells == r->count;
    return *taken ? count_row(ctx, line->line, cells, stop) : LGD_OK;
}

void lgd_csv_begin(lgd_reader *r)
{
    r->in_header = r->header;
    r->row = r->left_out = 0;
    r->incomplete = r->stray = false;
    for (size_t j = 0; r->mean && j < r->cols; j++)
        r->mean[j].missing = 0;
}

lgd_status lgd_csv_end(lgd_reader *r)
{
    r->counted = true;
    r->rows = r->row;
    r->dropped = r->left_out;
    if (r->rows == 0 && r->dropped)
        return lgd_fail(LGD_EFORMAT, "%s: a cell is missing in each of %zu rows, none is left", r->scan.path,
                        r->dropped);
    if (r->rows == 0)
        return lgd_fail(LGD_EFORMAT, "%s: there is no row beside the header in line %zu", r->scan.path, r->first_line);
    return LGD_OK;
}

lgd_status lgd_csv_count(lgd_reader *r)
{
    static const lgd_visitor count = {count_line, count_cell, count_row};
    lgd_csv_begin(r);
    const lgd_status st = lgd_scan_pass(&r->scan, &count, r);
    return st ? st : lgd_csv_end(r);
}

lgd_status lgd_csv_place(lgd_reader *r)
{
    r->cols = 0;
    for (size_t i = 0; i < r->count; i++) {
        lgd_column *c = r->columns + i;
        c->first = r->cols;
        if (c->levels)
            lgd_levels_prune(c->levels);
        if (i != r->target)
            r->cols += c->kind == LGD_COLUMN_NUMBERS ? 1 : c->kind == LGD_COLUMN_WORDS ? c->levels->count : 0;
    }
    if (r->cols == 0)
        return lgd_fail(LGD_EFORMAT, "%s: there is no column%s that is not ignored", r->scan.path,
                        r->options.no_target ? "" : " beside the target");
    if (r->target < r->count)
        r->columns[r->target].first = r->cols;
    r->x = lgd_alloc("csv: row", lgd_add(r->cols, 1), sizeof *r->x);
    if (r->options.missing == LGD_MISSING_MEAN && r->x)
        r->mean = lgd_alloc("csv: means", r->cols, sizeof *r->mean);
    return r->x && (r->mean || r->options.missing != LGD_MISSING_MEAN) ? LGD_OK : LGD_ENOMEM;
}
