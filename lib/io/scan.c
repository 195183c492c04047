/* From bytes to cells. libcsv knows about quotes; what it does not know is added here: which line a cell stands in, the
 * limits, bytes that cannot be text, and memory by the library's hook.
 *
 * The bytes are taken line by line, so that `line` is right whenever libcsv calls back. */
#define _POSIX_C_SOURCE 200809L
#include "io.h"
#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 18, MOST_CELLS = 1 << 24 };

static lgd_status system_failure(const char *path, int error)
{
    char text[128];
    if (strerror_r(error, text, sizeof text))
        text[0] = 0;
    return lgd_fail(LGD_EIO, "%s: %s", path, text);
}

/* Fills the buffer as far as the file goes; *n bytes. */
static lgd_status fill_buffer(const lgd_scan *scan, size_t *n)
{
    *n = 0;
    while (*n < BUFFER) {
        ssize_t got = read(scan->file, scan->buffer + *n, BUFFER - *n);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return system_failure(scan->path, errno);
        if (got > 0)
            *n += (size_t)got;
    }
    return LGD_OK;
}

static bool ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
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
    while (i < n && (s[i] == '\n' || s[i] == '\r')) /* empty lines */
        i++;
    bool comma = false, tab = false, semicolon = false;
    for (bool quoted = false; i < n && (quoted || (s[i] != '\n' && s[i] != '\r')); i++) {
        quoted ^= s[i] == '"'; /* a doubled one leaves it as it is */
        comma |= !quoted && s[i] == ',' && !decimal_comma;
        tab |= !quoted && s[i] == '\t';
        semicolon |= !quoted && s[i] == ';';
    }
    const bool named = ends_in(path, ".tsv") || ends_in(path, ".tab");
    scan->delimiter = named || (tab && !comma) ? '\t' : decimal_comma || (semicolon && !comma) ? ';' : ',';
    scan->delimiter_by = named ? "by the name of the file" : "by the first line";
}

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

static void show_path(char shown[160], const char *path)
{
    enum { MOST = 159 };
    size_t length = strlen(path), dots = length > MOST ? 3 : 0, n = dots ? MOST - dots : length;
    memcpy(shown, "...", dots);
    for (size_t i = 0; i < n; i++) {
        char c = path[length - n + i];
        shown[dots + i] = (unsigned char)c < ' ' || c == 127 ? '?' : c; /* messages are one line */
    }
    shown[dots + n] = 0;
}

lgd_status lgd_scan_open(lgd_scan *scan, const char *path, const lgd_csv_options *options)
{
    scan->file = -1;
    show_path(scan->path, path);
    scan->skip_lines = options->skip_lines;
    scan->max_row_bytes = options->max_row_bytes ? options->max_row_bytes : (size_t)256 << 20;
    scan->file =
        open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a pipe must not block before it is refused */
    struct stat about;
    if (scan->file < 0 || fstat(scan->file, &about))
        return system_failure(scan->path, errno);
    if (S_ISDIR(about.st_mode))
        return lgd_fail(LGD_EIO, "%s: this is a directory, a file is accepted", scan->path);
    if (!S_ISREG(about.st_mode))
        return lgd_fail(LGD_EIO,
                        "%s: this is no regular file, and it would have to be read more than once; save it first",
                        scan->path);
    scan->buffer = lgd_alloc("csv: buffer", BUFFER, 1);
    if (!scan->buffer)
        return LGD_ENOMEM;
    size_t n;
    lgd_status st = fill_buffer(scan, &n);
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
    if (scan->file >= 0)
        close(scan->file);
    lgd_release(scan->buffer);
    scan->buffer = NULL;
    scan->file = -1;
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
    bool after_cr, stop;
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

/* A row on one line without quotes, most of most files, is cut in place: what libcsv would do, several times faster. */
static void split(pass *p, char *s, size_t n)
{
    char *end = s + n - 1; /* the line's end */
    while (s < end && is_blank(p, *s))
        s++;
    if (s == end)
        return; /* an empty line */
    for (char *stop; s <= end; s = stop + 1) {
        while (s < end && is_blank(p, *s))
            s++;
        for (stop = s; stop < end && *stop != p->scan->delimiter; stop++)
            continue;
        char *last = stop;
        while (last > s && is_blank(p, last[-1]))
            last--;
        *last = 0;
        on_cell(s, (size_t)(last - s), p);
    }
    on_row(0, p);
}

/* A line, whole or not. */
static lgd_status feed(pass *p, char *s, size_t n, bool ended)
{
    if (p->cells == 0 && !p->parser.quoted)
        p->cell_line = p->line;
    if (n > p->scan->max_row_bytes - p->row_bytes)
        return lgd_fail(LGD_ERANGE, "%s:%zu: the row is longer than %zu bytes, the most that max_row_bytes allows",
                        p->scan->path, p->cells ? p->row_line : p->cell_line, p->scan->max_row_bytes);
    if (ended && p->row_bytes == 0 && !memchr(s, '"', n)) {
        split(p, s, n);
        return p->status;
    }
    p->row_bytes += n;
    lgd_status st = make_room(&p->parser, n);
    if (st)
        return st;
    size_t done = csv_parse(&p->parser, s, n, on_cell, on_row, p);
    if (ended && p->cells == 0 && !p->parser.quoted)
        p->row_bytes = 0; /* the row has ended, or there is none yet */
    return p->status ? p->status : done < n ? broken(p) : LGD_OK;
}

/* Cuts a buffer into lines. */
static lgd_status feed_lines(pass *p, char *s, size_t n)
{
    lgd_status st = LGD_OK;
    for (size_t i = 0, end; i < n && !st && !p->stop; i = end) {
        for (end = i; end < n && s[end] != '\n' && s[end] != '\r' && s[end]; end++)
            continue;
        if (end < n && !s[end])
            return lgd_fail(LGD_EFORMAT, "%s:%zu: a NUL byte, only text is accepted", p->scan->path, p->line);
        const bool ended = end < n, cr = ended && s[end] == '\r';
        const bool rest_of_crlf = ended && !cr && p->after_cr && end == i;
        end += ended;
        if (p->line > p->scan->skip_lines)
            st = feed(p, s + i, end - i, ended);
        p->after_cr = cr;
        p->line += ended && !rest_of_crlf;
    }
    return st;
}

lgd_status lgd_scan_pass(lgd_scan *scan, const lgd_visitor *visitor, void *ctx)
{
    pass p = {.scan = scan, .visitor = visitor, .ctx = ctx, .line = 1, .cell_line = 1, .row_line = 1};
    if (lseek(scan->file, (off_t)scan->start, SEEK_SET) < 0)
        return system_failure(scan->path, errno);
    csv_init(&p.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
    csv_set_delim(&p.parser, (unsigned char)scan->delimiter);
    csv_set_realloc_func(&p.parser, never);
    csv_set_free_func(&p.parser, lgd_release);
    lgd_status st;
    size_t n;
    do {
        st = fill_buffer(scan, &n);
        if (!st)
            st = feed_lines(&p, scan->buffer, n);
    } while (!st && !p.stop && n == BUFFER);
    if (!st && !p.stop && csv_fini(&p.parser, on_cell, on_row, &p))
        st = lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the quote opened here is never closed", scan->path, p.cell_line,
                      p.cells + 1);
    st = st ? st : p.status;
    csv_free(&p.parser);
    return st;
}
