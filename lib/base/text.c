#define _GNU_SOURCE /* newlocale, strtod_l */
#include "base.h"
#include <locale.h>
#include <stdlib.h>
#include <string.h>

double lgd_strtod(const char *text, char **end)
{
    /* A new C locale costs less than a microsecond, and no global keeps it. */
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return strtod(text, end);
    double x = strtod_l(text, end, c);
    freelocale(c);
    return x;
}

void lgd_say_number(lgd_words *t, double x)
{
    enum { EXACT = 17 };
    char digits[40];
    for (int precision = EXACT - 2; precision <= EXACT; precision++) {
        lgd_format(digits, sizeof digits, "%.*g", precision, x);
        if (!(lgd_strtod(digits, NULL) != x))
            break;
    }
    lgd_say(t, "%s", digits);
}

void lgd_say_by(lgd_words *t, int (*describe)(const void *ctx, char *text, size_t size), const void *ctx,
                const char *name)
{
    size_t size;
    char *rest = lgd_words_rest(t, &size);
    const int length = describe ? describe(ctx, rest, size) : 0;
    t->length += length > 0 ? (size_t)length : 0;
    if (!describe)
        lgd_say(t, "%s", name);
}

/* Edits (insert, delete, replace, swap of neighbours) between two words of at most 63 letters; SIZE_MAX for longer ones. */
static size_t distance(const char *a, const char *b)
{
    enum { MOST = 64 };
    size_t n = strlen(a), m = strlen(b), row[3][MOST + 1];
    if (n >= MOST || m >= MOST)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[1][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *two = row[(i + 2) % 3], *one = row[i % 3], *now = row[(i + 1) % 3]; /* rows i-2, i-1, i */
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = one[j - 1] + (a[i - 1] != b[j - 1]);
            if (one[j] + 1 < best)
                best = one[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && two[j - 2] + 1 < best)
                best = two[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[(n + 1) % 3][m];
}

const char *lgd_nearest(const char *text, const char *(*name)(const void *ctx, size_t i), const void *ctx)
{
    const char *nearest = NULL;
    size_t least = strlen(text) / 2 + 1; /* half the letters wrong is another word */
    for (size_t i = 0; name(ctx, i); i++) {
        size_t d = distance(text, name(ctx, i));
        if (d < least) {
            least = d;
            nearest = name(ctx, i);
        }
    }
    return nearest;
}

uint32_t lgd_crc32c(uint32_t crc, const void *bytes, size_t size)
{
    /* What four bits leave, by the reversed Castagnoli polynomial 0x82F63B78. */
    static const uint32_t left[16] = {0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
                                      0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
                                      0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75};
    const unsigned char *p = bytes;
    crc = ~crc;
    while (size--) {
        crc ^= *p++;
        crc = crc >> 4 ^ left[crc & 15];
        crc = crc >> 4 ^ left[crc & 15];
    }
    return ~crc;
}
