/* Tables to text that reads back as they are. */
#define _POSIX_C_SOURCE 200809L
#include "io.h"
#include "unpack.h"
#include <locale.h>
#include <math.h>

typedef struct writer {
    lgd_output *out;
    lgd_csv_write_options options;
    lgd_text line;
    bool empty; /* nothing is in the line yet, not even an empty cell */
} writer;

static lgd_status separate(writer *w)
{
    const bool first = w->empty;
    w->empty = false;
    return first ? LGD_OK : lgd_text_append(&w->line, &w->options.delimiter, 1);
}

/* Would a file that begins so be taken for another kind: with a byte order mark, in UTF-16, packed? */
static bool misleads(const char *s, size_t n)
{
    return !strncmp(s, "\xEF\xBB\xBF", 3) || !strncmp(s, "\xFF\xFE", 2) || !strncmp(s, "\xFE\xFF", 2) ||
           lgd_packing_of_bytes((const unsigned char *)s, n) != LGD_PLAIN;
}

static bool needs_quotes(const char *s, char delimiter)
{
    const size_t n = strlen(s);
    const char marks[] = {'"', '\n', '\r', delimiter, 0};
    return n == 0 || s[0] == ' ' || s[0] == '\t' || s[n - 1] == ' ' || s[n - 1] == '\t' || strpbrk(s, marks) ||
           misleads(s, n);
}

static lgd_status put_name(writer *w, const char *s)
{
    lgd_status st = separate(w);
    if (st || !needs_quotes(s, w->options.delimiter))
        return st ? st : lgd_text_append(&w->line, s, strlen(s));
    st = lgd_text_append(&w->line, "\"", 1);
    for (size_t n; *s && !st; s += n) { /* up to a quote and with it, which is doubled */
        const char *quote = strchr(s, '"');
        n = quote ? (size_t)(quote - s) + 1 : strlen(s);
        st = lgd_text_append(&w->line, s, n);
        if (!st && quote)
            st = lgd_text_append(&w->line, "\"", 1);
    }
    return st ? st : lgd_text_append(&w->line, "\"", 1);
}

/* A NaN is a cell that is missing. */
static lgd_status put_number(writer *w, double x, bool single)
{
    char digits[LGD_DIGITS];
    lgd_status st = separate(w);
    if (st || isnan(x))
        return st;
    const size_t length = lgd_digits(digits, x, single);
    char *point = w->options.decimal_comma ? memchr(digits, '.', length) : NULL;
    if (point)
        *point = ',';
    return lgd_text_append(&w->line, digits, length);
}

static lgd_status end_line(writer *w)
{
    const lgd_status st = lgd_text_append(&w->line, "\n", 1);
    const size_t length = w->line.length;
    w->line.length = 0;
    w->empty = true;
    return st ? st : lgd_output_write(w->out, w->line.bytes, length);
}

/* Everything to the file. A line that would be empty, of one missing cell, would be none when it is read. */
static lgd_status put_all(writer *w, size_t rows, size_t cols, const double *X, size_t ld, const char *const *names)
{
    const double *y = w->options.y;
    lgd_status st = LGD_OK;
    for (size_t j = 0; names && j < cols && !st; j++)
        st = put_name(w, names[j]);
    if (!st && names && y)
        st = put_name(w, w->options.target ? w->options.target : "y");
    if (!st && names)
        st = end_line(w);
    for (size_t i = 0; i < rows && !st; i++) {
        for (size_t j = 0; j < cols && !st; j++)
            st = isinf(X[i * ld + j]) ? lgd_fail(LGD_EINVAL, "csv: X[%zu][%zu] is %g, a number or a NaN is accepted", i,
                                                 j, X[i * ld + j])
                                      : put_number(w, X[i * ld + j], w->options.single);
        if (!st && y)
            st = isinf(y[i]) ? lgd_fail(LGD_EINVAL, "csv: y[%zu] is %g, a number or a NaN is accepted", i, y[i])
                             : put_number(w, y[i], false);
        if (!st && w->line.length == 0)
            st = lgd_text_append(&w->line, "\"\"", 2);
        st = st ? st : end_line(w);
    }
    return st;
}

static lgd_status check(const writer *w, size_t rows, size_t cols, const double *X, size_t ld, const char *const *names)
{
    lgd_status st = lgd_check_size("csv", "rows", rows, true);
    st = st ? st : lgd_check_size("csv", "cols", cols, false);
    st = st ? st : lgd_check_size("csv", "ld", ld, true);
    if (st)
        return st;
    if (!X && rows)
        return lgd_fail(LGD_EINVAL, "csv: X is NULL, an array is accepted");
    if (ld < cols)
        return lgd_fail(LGD_EINVAL, "csv: ld is %zu, at least %zu is accepted", ld, cols);
    if (lgd_mul(lgd_mul(rows, ld), sizeof *X) > PTRDIFF_MAX)
        return lgd_fail(LGD_ERANGE, "csv: rows*ld is %zu*%zu, more than an address can reach", rows, ld);
    for (size_t j = 0; names && j < cols; j++)
        if (!names[j])
            return lgd_fail(LGD_EINVAL, "csv: names[%zu] is NULL, a name is accepted", j);
    return lgd_csv_check_delimiter(w->options.delimiter, w->options.decimal_comma);
}

lgd_status lgd_csv_write_sized(const char *path, size_t rows, size_t cols, const double *X, size_t ld,
                               const char *const *names, const lgd_csv_write_options *options, size_t options_size)
{
    writer w = {.empty = true};
    if (!path)
        return lgd_fail(LGD_EINVAL, "csv: path is NULL, a file name is accepted");
    lgd_status st = lgd_take_struct("csv: options", &w.options, sizeof w.options, options, options_size);
    st = st ? st : check(&w, rows, cols, X, ld, names);
    if (st)
        return st;
    if (!w.options.delimiter)
        w.options.delimiter = lgd_csv_has_tabs(path, lgd_packing_of_name(path) != LGD_PLAIN) ? '\t'
                              : w.options.decimal_comma                                      ? ';'
                                                                                             : ',';
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return lgd_fail(LGD_ENOMEM, "csv: the C locale cannot be had");
    locale_t before = uselocale(c);
    st = lgd_output_open(&w.out, "csv", path);
    st = st ? st : put_all(&w, rows, cols, X, ld, names);
    st = st ? st : lgd_output_commit(w.out);
    uselocale(before);
    freelocale(c);
    lgd_output_close(w.out);
    lgd_text_free(&w.line);
    return st;
}
