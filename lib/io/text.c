#include "io.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for `more` bytes and the 0 behind them. */
static lgd_status reserve(lgd_text *text, size_t more)
{
    size_t need = lgd_add(text->length, lgd_add(more, 1));
    if (need <= text->room)
        return LGD_OK;
    size_t room = need < 2 * text->room ? 2 * text->room : need;
    char *bytes = lgd_alloc("csv", room, 1);
    if (!bytes)
        return LGD_ENOMEM;
    if (text->length)
        memcpy(bytes, text->bytes, text->length);
    lgd_release(text->bytes);
    text->bytes = bytes;
    text->room = room;
    return LGD_OK;
}

lgd_status lgd_text_append(lgd_text *text, const char *bytes, size_t length)
{
    lgd_status st = reserve(text, length);
    if (st)
        return st;
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
    return LGD_OK;
}

lgd_status lgd_text_print(lgd_text *text, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    size_t n = length < 0 ? 0 : (size_t)length;
    return lgd_text_append(text, line, n < sizeof line ? n : sizeof line - 1);
}

void lgd_text_free(lgd_text *text)
{
    lgd_release(text->bytes);
    *text = (lgd_text){0};
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80; /* a byte of a UTF-8 character other than its first */
}

const char *lgd_shown(char out[LGD_SHOWN], const char *text, size_t length)
{
    enum { MOST = 48 };
    size_t n = length;
    if (n > MOST)
        for (n = MOST; n > MOST - 4 && continues(text[n]); n--)
            continue;
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)text[i] < ' ' || text[i] == 127 ? '?' : text[i];
    memcpy(out + n, n < length ? "..." : "", n < length ? 4 : 1);
    return out;
}
