/* From bytes to cells. libcsv knows about quotes; what it does not know is added here: which line a cell stands in, the
 * limits, bytes that cannot be text, and memory by the library's hook.
 *
 * The bytes are taken line by line, so that `line` is right whenever libcsv calls back. A row in a line without quotes, which most are,
 * never gets there: it is cut in place, or taken as a whole by who wants it so. */
#include "io.h"
#include <csv.h>

enum { BUFFER = 2 * LGD_IO_BUFFER, LARGEST_BUFFER = 1 << 23, MOST_CELLS = 1 << 24 };

bool lgd_csv_has_tabs(const char *path, bool packed)
{
    size_t n = strlen(path);
    const char *dot = packed ? strrchr(path, '.') : NULL;
    n = dot ? (size_t)(dot - path) : n;
    return n >= 4 && (!memcmp(path + n - 4, ".tsv", 4) || !memcmp(path + n - 4, ".tab", 4));
}

/* The rule of the public header, by the marks of the first line that stand outside quotes. The comma that
 * numbers are written with is none of them: by it 1,5;2,5 would be three cells. */
static void find_delimiter(lgd_scan *scan, const char *path, bool decimal_comma, const char *s, size_t n)
{
    size_t i = 0;
    for (size_t line = 0; line < scan->skip_lines && i < n; line++) {
        while (i < n && s[i] != '\n' && s[i] != '\r')
            i++;
        i += i + 1 < n && s[i] == '\r' && s[i + 1] == '\n' ? 2 : i < n;
    }
    for (size_t at = i; at < n && memchr(" \t\n\r", s[at], 4); at++) /* empty lines */
        if (s[at] == '\n' || s[at] == '\r')
            i = at + 1;
    bool comma = false, tab = false, semicolon = false;
    for (bool quoted = false; i < n && (quoted || (s[i] != '\n' && s[i] != '\r')); i++) {
        quoted ^= s[i] == '"'; /* a doubled one leaves it as it is */
        comma |= !quoted && s[i] == ',' && !decimal_comma;
        tab |= !quoted && s[i] == '\t';
        semicolon |= !quoted && s[i] == ';';
    }
    const bool named = lgd_csv_has_tabs(path, lgd_input_is_packed(scan->input));
    scan->delimiter = named || (tab && !comma) ? '\t' : decimal_comma || (semicolon && !comma) ? ';' : ',';
    scan->delimiter_by = named ? "by the name of the file" : "by the first line";
}

/* Passes over a byte order mark. */
static lgd_status check_start(lgd_scan *scan, size_t n)
{
    const char *s = scan->buffer;
    if (n >= 3 && !memcmp(s, "\xEF\xBB\xBF", 3))
        scan->start = 3;
    if (n >= 2 && (!memcmp(s, "\xFF\xFE", 2) || !memcmp(s, "\xFE\xFF", 2)))
        return lgd_fail(LGD_EFORMAT, "%s: the text is UTF-16, UTF-8 or ASCII is accepted", scan->path);
    if (n == scan->start)
        return lgd_fail(LGD_EFORMAT, "%s: the file is empty, a row of cells or more is accepted", scan->path);
    return LGD_OK;
}

lgd_status lgd_scan_open(lgd_scan *scan, const char *path, const lgd_csv_options *options)
{
    scan->skip_lines = options->skip_lines;
    scan->max_row_bytes = options->max_row_bytes ? options->max_row_bytes : (size_t)256 << 20;
    size_t n = 0;
    lgd_status st = lgd_input_open(&scan->input, "csv", path);
    st = st ? st : lgd_input_rewind(scan->input); /* a pipe is refused before anything waits for its writer */
    if (st)
        return st;
    scan->path = lgd_input_name(scan->input);
    scan->room = BUFFER;
    scan->buffer = lgd_alloc("csv: buffer", scan->room, 1);
    if (!scan->buffer)
        return LGD_ENOMEM;
    st = lgd_input_read(scan->input, scan->buffer, BUFFER, &n);
    st = st ? st : check_start(scan, n);
    if (!st)
        find_delimiter(scan, path, options->decimal_comma, scan->buffer + scan->start, n - scan->start);
    if (options->delimiter) {
        scan->delimiter = options->delimiter;
        scan->delimiter_by = "as asked";
    }
    return st;
}

void lgd_scan_close(lgd_scan *scan)
{
    lgd_input_close(scan->input);
    lgd_release(scan->buffer);
    scan->buffer = NULL;
    scan->input = NULL;
}

/* Where the next byte of a kind is, or the end of the buffer: looked for again only behind it. */
typedef struct mark {
    char kind;
    char *at;
} mark;

static char *next(mark *m, char *s, char *end)
{
    if (!m->at || m->at < s) {
        char *found = memchr(s, m->kind, (size_t)(end - s));
        m->at = found ? found : end;
    }
    return m->at;
}

typedef struct pass {
    const lgd_scan *scan;
    const lgd_visitor *visitor;
    void *ctx;
    struct csv_parser parser;
    size_t line;      /* now, from 1 */
    size_t cell_line; /* the next cell begins in */
    size_t row_line;  /* the row began in */
    size_t cells, row_bytes;
    bool stop;
    lgd_status status; /* of the visitor: libcsv cannot be stopped from within */
} pass;

static void on_cell(void *text, size_t length, void *ctx)
{
    pass *p = ctx;
    if (p->status || p->stop)
        return;
    const lgd_cell cell = {text, length, p->cell_line, p->cells};
    if (p->cells == 0)
        p->row_line = p->cell_line;
    p->cell_line = p->line;
    if (p->cells++ == MOST_CELLS)
        p->status = lgd_fail(LGD_ERANGE, "%s:%zu: the row has more than %d cells, the most that is accepted",
                             p->scan->path, p->row_line, (int)MOST_CELLS);
    else
        p->status = p->visitor->cell(p->ctx, &cell);
}

static void on_row(int terminator, void *ctx)
{
    (void)terminator;
    pass *p = ctx;
    if (p->status || p->stop)
        return;
    p->status = p->visitor->row(p->ctx, p->row_line, p->cells, &p->stop);
    p->cells = 0;
}

/* libcsv has stopped: at a quote, the only thing it does not take. */
static lgd_status broken(const pass *p)
{
    return lgd_fail(LGD_EFORMAT,
                    "%s:%zu:%zu: a quote in the middle of a cell that began in line %zu, only doubled quotes within a "
                    "cell in quotes are accepted",
                    p->scan->path, p->line, p->cells + 1, p->cell_line);
}

/* Room in libcsv's buffer for n more bytes, so that it never has to grow it: it would take less where memory has run
 * out, and copy a long cell every 128 bytes. */
static lgd_status make_room(struct csv_parser *parser, size_t n)
{
    const size_t need = lgd_add(parser->entry_pos, lgd_add(n, 2)); /* a 0 behind, and libcsv looks one ahead */
    if (need <= parser->entry_size)
        return LGD_OK;
    const size_t room = need < 2 * parser->entry_size ? 2 * parser->entry_size : need;
    unsigned char *larger = lgd_alloc("csv: cell", room, 1);
    if (!larger)
        return LGD_ENOMEM;
    if (parser->entry_pos)
        memcpy(larger, parser->entry_buf, parser->entry_pos);
    lgd_release(parser->entry_buf);
    parser->entry_buf = larger;
    parser->entry_size = room;
    return LGD_OK;
}

static void *never(void *old, size_t size)
{
    (void)old;
    (void)size;
    return NULL;
}

static bool is_blank(const pass *p, char c)
{
    return (c == ' ' || c == '\t') && c != p->scan->delimiter;
}

/* A row in a line without quotes, s up to `end`, is cut in place: what libcsv would do, several times faster. */
static void split(pass *p, char *s, char *end)
{
    const char delimiter = p->scan->delimiter;
    while (s < end && is_blank(p, *s))
        s++;
    if (s == end)
        return; /* an empty line */
    for (char *stop; s <= end; s = stop + 1) {
        while (s < end && is_blank(p, *s))
            s++;
        for (stop = s; stop < end && *stop != delimiter; stop++)
            continue;
        char *last = stop;
        while (last > s && is_blank(p, last[-1]))
            last--;
        *last = 0;
        on_cell(s, (size_t)(last - s), p);
    }
    on_row(0, p);
}

/* The same row, as a whole if the visitor takes it so. */
static lgd_status feed_row(pass *p, char *s, char *end, const char *readable)
{
    bool taken = false;
    if (p->visitor->line) {
        const lgd_line row = {s, end, readable, p->scan->delimiter, p->line};
        const lgd_status st = p->visitor->line(p->ctx, &row, &taken, &p->stop);
        if (st || taken)
            return st;
    }
    split(p, s, end);
    return p->status;
}

/* The beginning or the rest of a line for libcsv; `ended`, if it ends here. */
static lgd_status parse(pass *p, char *s, size_t n, bool ended)
{
    p->row_bytes += n;
    lgd_status st = make_room(&p->parser, n);
    if (st)
        return st;
    const size_t done = csv_parse(&p->parser, s, n, on_cell, on_row, p);
    if (ended && p->cells == 0 && !p->parser.quoted)
        p->row_bytes = 0; /* the row has ended, or there is none yet */
    return p->status ? p->status : done < n ? broken(p) : LGD_OK;
}

/* Cuts a buffer into lines. *rest: bytes behind the last end of a line, to come once more with what follows them; all of them ask for a
 * larger buffer. A CR at the end is among them, since an LF behind it belongs to the same line, or cell. */
static lgd_status feed_lines(pass *p, char *s, size_t n, bool last, size_t *rest)
{
    const size_t held = !last && n > 1 && s[n - 1] == '\r';
    char *const begin = s, *const end = s + n - held;
    mark lf = {'\n', NULL}, cr = {'\r', NULL}, quote = {'"', NULL}, nul = {0, NULL};
    lgd_status st = LGD_OK;
    *rest = held;
    while (s < end && !st && !p->stop) {
        const bool by_cr = next(&cr, s, end) < next(&lf, s, end);
        char *stop = by_cr ? cr.at : lf.at;
        const bool ended = stop < end;
        if (next(&nul, s, end) < stop)
            return lgd_fail(LGD_EFORMAT, "%s:%zu: a NUL byte, only text is accepted", p->scan->path, p->line);
        const bool whole = s == begin; /* the buffer is too small for the line; that of one without quotes may grow */
        if (!ended && !last &&
            (!whole || (n < LARGEST_BUFFER && n <= p->scan->max_row_bytes && p->row_bytes == 0 &&
                        p->line > p->scan->skip_lines && next(&quote, s, end) == end))) {
            *rest = (size_t)(end - s) + held;
            return LGD_OK;
        }
        char *following = stop + ended + (by_cr && stop + 1 < end && stop[1] == '\n');
        const size_t length = (size_t)(following - s);
        if (p->line > p->scan->skip_lines) {
            if (p->cells == 0 && !p->parser.quoted)
                p->cell_line = p->line;
            if (length > p->scan->max_row_bytes - p->row_bytes)
                st =
                    lgd_fail(LGD_ERANGE, "%s:%zu: the row is longer than %zu bytes, the most that max_row_bytes allows",
                             p->scan->path, p->cells ? p->row_line : p->cell_line, p->scan->max_row_bytes);
            else if (ended && p->row_bytes == 0 && next(&quote, s, end) >= stop)
                st = feed_row(p, s, stop, end);
            else
                st = parse(p, s, length, ended);
        }
        p->line += ended;
        s = following;
    }
    return st;
}

static lgd_status grow(lgd_scan *scan)
{
    char *larger = lgd_alloc("csv: buffer", 2 * scan->room, 1);
    if (!larger)
        return LGD_ENOMEM;
    memcpy(larger, scan->buffer, scan->room);
    lgd_release(scan->buffer);
    scan->buffer = larger;
    scan->room *= 2;
    return LGD_OK;
}

lgd_status lgd_scan_pass(lgd_scan *scan, const lgd_visitor *visitor, void *ctx)
{
    pass p = {.scan = scan, .visitor = visitor, .ctx = ctx, .line = 1, .cell_line = 1, .row_line = 1};
    size_t got, rest = 0;
    lgd_status st = lgd_input_rewind(scan->input);
    st = st ? st : lgd_input_read(scan->input, scan->buffer, scan->start, &got);
    csv_init(&p.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
    csv_set_delim(&p.parser, (unsigned char)scan->delimiter);
    csv_set_realloc_func(&p.parser, never);
    csv_set_free_func(&p.parser, lgd_release);
    for (bool last = false; !st && !p.stop && !last;) {
        const size_t room = scan->room - rest;
        st = lgd_input_read(scan->input, scan->buffer + rest, room, &got);
        last = got < room;
        const size_t n = rest + got;
        if (!st)
            st = feed_lines(&p, scan->buffer, n, last, &rest);
        if (!st && rest == scan->room)
            st = grow(scan);
        else
            memmove(scan->buffer, scan->buffer + n - rest, rest);
    }
    if (!st && !p.stop && csv_fini(&p.parser, on_cell, on_row, &p))
        st = lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the quote opened here is never closed", scan->path, p.cell_line,
                      p.cells + 1);
    st = st ? st : p.status;
    csv_free(&p.parser);
    return st;
}
