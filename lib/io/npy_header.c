/* The header of a .npy: a literal of Python of one shape,
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (100, 3), }
 * in any order of its keys, and nothing else. */
#include "io/io.h"
#include "io/npy.h"
#include <stdio.h>

typedef struct parser {
    const char *name; /* for messages */
    const char *s, *end;
} parser;

static lgd_status broken(const parser *p, const char *expected)
{
    char shown[LGD_SHOWN];
    return lgd_fail(LGD_EFORMAT, "%s: the header is broken at \"%s\", %s is expected", p->name,
                    lgd_shown(shown, p->s, (size_t)(p->end - p->s)), expected);
}

static void skip_blanks(parser *p)
{
    while (p->s < p->end && (*p->s == ' ' || *p->s == '\t' || *p->s == '\n' || *p->s == '\r'))
        p->s++;
}

/* The character c, behind blanks; takes it if it is there. */
static bool take(parser *p, char c)
{
    skip_blanks(p);
    const bool there = p->s < p->end && *p->s == c;
    p->s += there;
    return there;
}

static bool take_word(parser *p, const char *word)
{
    const size_t length = strlen(word);
    skip_blanks(p);
    const bool there = (size_t)(p->end - p->s) >= length && !memcmp(p->s, word, length);
    p->s += there ? length : 0;
    return there;
}

/* A text in quotes of either kind, without escapes. */
static bool take_text(parser *p, const char **text, size_t *length)
{
    const char quote = take(p, '\'') ? '\'' : take(p, '"') ? '"' : 0;
    const char *close = quote ? memchr(p->s, quote, (size_t)(p->end - p->s)) : NULL;
    if (!close || memchr(p->s, '\\', (size_t)(close - p->s)))
        return false;
    *text = p->s;
    *length = (size_t)(close - p->s);
    p->s = close + 1;
    return true;
}

/* What a type is called that is none of ours. */
static const char *type_name(char kind)
{
    switch (kind) {
    case 'c':
        return "complex numbers";
    case 'f':
        return "floating point of another precision";
    case 'S':
    case 'a':
    case 'U':
        return "words";
    case 'O':
        return "objects of Python";
    case 'M':
    case 'm':
        return "times";
    case 'V':
        return "structures";
    default:
        return "of a type that is not known here";
    }
}

static lgd_status take_descr(parser *p, lgd_npy *to)
{
    const uint16_t one = 1;
    const bool little = *(const unsigned char *)&one == 1;
    const char *text;
    size_t n;
    skip_blanks(p);
    if (p->s < p->end && *p->s == '[')
        return lgd_fail(LGD_EUNSUPPORTED, "%s: its elements are structures, numbers are accepted", p->name);
    if (!take_text(p, &text, &n))
        return broken(p, "a type such as '<f8'");
    const char order = n ? text[0] : 0, kind = n > 1 ? text[1] : 0;
    to->kind = kind;
    to->width = n == 3 && text[2] >= '1' && text[2] <= '8' ? (size_t)(text[2] - '0') : 0;
    to->swapped = to->width > 1 && order == (little ? '>' : '<');
    const bool ordered = order == '<' || order == '>' || (to->width == 1 && order == '|');
    const bool one_two_four_eight = to->width && (to->width & (to->width - 1)) == 0;
    if (ordered && ((kind == 'f' && to->width >= 4 && one_two_four_eight) || (kind == 'b' && to->width == 1) ||
                    ((kind == 'i' || kind == 'u') && one_two_four_eight)))
        return LGD_OK;
    char shown[LGD_SHOWN];
    return lgd_fail(LGD_EUNSUPPORTED, "%s: its elements are \"%s\" (%s), f8, f4, integers and booleans are accepted",
                    p->name, lgd_shown(shown, text, n), type_name(kind));
}

static lgd_status take_order(parser *p, lgd_npy *to)
{
    to->by_columns = take_word(p, "True");
    return to->by_columns || take_word(p, "False") ? LGD_OK : broken(p, "True or False");
}

/* The text of the shape, for messages. */
static lgd_status refuse_shape(const parser *p, const char *from, const char *accepted)
{
    char shown[LGD_SHOWN];
    const char *close = memchr(from, ')', (size_t)(p->end - from));
    return lgd_fail(LGD_EFORMAT, "%s: its shape is %s, %s", p->name,
                    lgd_shown(shown, from, close ? (size_t)(close - from) + 1 : (size_t)(p->end - from)), accepted);
}

static lgd_status take_shape(parser *p, lgd_npy *to)
{
    size_t size[2] = {1, 1}, count = 0;
    skip_blanks(p);
    const char *from = p->s;
    if (!take(p, '('))
        return broken(p, "a shape such as (100, 3)");
    for (bool more = true; more && !take(p, ')'); count++) {
        skip_blanks(p);
        const char *digit = p->s;
        size_t n = 0;
        for (; p->s < p->end && *p->s >= '0' && *p->s <= '9'; p->s++)
            n = lgd_add(lgd_mul(n, 10), (size_t)(*p->s - '0'));
        if (p->s == digit)
            return broken(p, "a number of the shape");
        if (n > PTRDIFF_MAX)
            return lgd_fail(LGD_ERANGE, "%s: a number of its shape is beyond what an address can reach", p->name);
        if (count < 2)
            size[count] = n;
        p->s += p->s < p->end && *p->s == 'L'; /* as Python 2 wrote it */
        more = take(p, ',');
        if (!more && count == 0) /* (3) is a number in parentheses */
            return broken(p, "a comma of the shape");
        if (!more && !take(p, ')'))
            return broken(p, "the end of the shape");
    }
    if (count < 1 || count > 2)
        return refuse_shape(p, from, "one or two dimensions are accepted");
    if (size[0] == 0 || size[1] == 0)
        return refuse_shape(p, from, "at least one row and one column are accepted");
    to->rows = size[0];
    to->cols = size[1];
    return LGD_OK;
}

lgd_status lgd_npy_parse(const char *name, const char *text, size_t length, lgd_npy *to)
{
    enum { DESCR = 1, ORDER = 2, SHAPE = 4, ALL = 7 };
    parser p = {name, text, text + length};
    int seen = 0;
    if (!take(&p, '{'))
        return broken(&p, "a dictionary");
    while (!take(&p, '}')) {
        const char *key, *at = p.s;
        size_t n;
        if (!take_text(&p, &key, &n))
            return broken(&p, "a key in quotes");
        const int which = n == 5 && !memcmp(key, "descr", n)            ? DESCR
                          : n == 13 && !memcmp(key, "fortran_order", n) ? ORDER
                          : n == 5 && !memcmp(key, "shape", n)          ? SHAPE
                                                                        : 0;
        if (!which || seen & which) {
            p.s = at;
            return broken(&p, "each of descr, fortran_order and shape once");
        }
        seen |= which;
        if (!take(&p, ':'))
            return broken(&p, "a colon");
        const lgd_status st = which == DESCR   ? take_descr(&p, to)
                              : which == ORDER ? take_order(&p, to)
                                               : take_shape(&p, to);
        if (st)
            return st;
        if (!take(&p, ',')) {
            if (!take(&p, '}'))
                return broken(&p, "a comma or the end of the dictionary");
            break;
        }
    }
    skip_blanks(&p);
    if (p.s < p.end)
        return broken(&p, "the end of the header");
    if (seen != ALL)
        return lgd_fail(LGD_EFORMAT, "%s: the header says nothing of %s", name,
                        !(seen & DESCR) ? "descr"
                        : seen & ORDER  ? "shape"
                                        : "fortran_order");
    to->by_columns = to->by_columns && to->rows > 1 && to->cols > 1; /* one column lies as it would by rows */
    if (lgd_npy_bytes(to) > PTRDIFF_MAX)
        return lgd_fail(LGD_ERANGE, "%s: %zu x %zu numbers are more than an address can reach", name, to->rows,
                        to->cols);
    return LGD_OK;
}

/* Exactly `room` bytes more. */
static lgd_status take_bytes(lgd_input *in, void *to, size_t room)
{
    size_t got;
    const lgd_status st = lgd_input_read(in, to, room, &got);
    if (st || got == room)
        return st;
    return lgd_fail(LGD_EFORMAT, "%s: the file ends within its header", lgd_input_name(in));
}

lgd_status lgd_npy_head(lgd_input *in, lgd_npy *to)
{
    enum { MOST = 1 << 16 };
    unsigned char start[12];
    const char *name = lgd_input_name(in);
    *to = (lgd_npy){0};
    size_t got;
    lgd_status st = lgd_input_read(in, start, 8, &got);
    if (!st && got >= 4 && !memcmp(start, "PK\3\4", 4)) /* what reads members has been asked before */
        return lgd_fail(LGD_EUNSUPPORTED,
                        "%s: this is packed, as .npz is, and its rows cannot be read one by one; unpack it first",
                        name);
    if (!st && (got < 8 || memcmp(start, "\x93NUMPY", 6)))
        return lgd_fail(LGD_EFORMAT, "%s: this is no array of NumPy, which begins with \\x93NUMPY", name);
    if (!st && (start[6] < 1 || start[6] > 3 || start[7]))
        return lgd_fail(LGD_EUNSUPPORTED, "%s: the version of the format is %d.%d, 1.0 to 3.0 are accepted", name,
                        start[6], start[7]);
    const size_t bytes = st || start[6] == 1 ? 2 : 4;
    st = st ? st : take_bytes(in, start + 8, bytes);
    size_t length = 0;
    for (size_t i = bytes; i-- > 0;)
        length = length << 8 | start[8 + i];
    if (!st && length > MOST)
        return lgd_fail(LGD_EFORMAT, "%s: the header is said to have %zu bytes, at most %d are accepted", name, length,
                        (int)MOST);
    char *text = st ? NULL : lgd_alloc("npy: header", length, 1);
    if (!text)
        return st ? st : LGD_ENOMEM;
    st = take_bytes(in, text, length);
    st = st ? st : lgd_npy_parse(name, text, length, to);
    lgd_release(text);
    to->data = 8 + bytes + length;
    const size_t size = lgd_input_is_packed(in) ? 0 : lgd_input_size(in), wanted = lgd_add(to->data, lgd_npy_bytes(to));
    if (!st && size && size != wanted)
        st = lgd_fail(LGD_EFORMAT, "%s: the file has %zu bytes, %zu is what %zu x %zu numbers of %zu bytes take", name,
                      size, wanted, to->rows, to->cols, to->width);
    return st;
}

void lgd_npy_make_head(char head[LGD_NPY_HEAD], size_t rows, size_t cols, bool single)
{
    const uint16_t one = 1;
    const char order = *(const unsigned char *)&one == 1 ? '<' : '>';
    char shape[64];
    if (cols)
        snprintf(shape, sizeof shape, "(%zu, %zu)", rows, cols);
    else
        snprintf(shape, sizeof shape, "(%zu,)", rows);
    memset(head, ' ', LGD_NPY_HEAD);
    memcpy(head, "\x93NUMPY\1\0", 8);
    head[8] = LGD_NPY_HEAD - 10;
    head[9] = 0;
    char text[LGD_NPY_HEAD];
    const int n = snprintf(text, sizeof text, "{'descr': '%cf%d', 'fortran_order': False, 'shape': %s, }", order,
                           single ? 4 : 8, shape);
    memcpy(head + 10, text, (size_t)n);
    head[LGD_NPY_HEAD - 1] = '\n';
}
