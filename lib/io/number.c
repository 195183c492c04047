/* The grammar of numbers. What they are worth is found in decimal.c. */
#define _POSIX_C_SOURCE 200809L
#include "io.h"
#include <math.h>
#include <strings.h>

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

enum { AT_ONCE = 8 };

/* Eight characters at once, the first in the lowest byte. Where bytes lie the other way round, digits are taken one by one. */
static bool are_digits(uint64_t eight)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t high = UINT64_C(0xF0F0F0F0F0F0F0F0), six = UINT64_C(0x0606060606060606);
    return ((eight & high) | ((eight + six) & high) >> 4) == UINT64_C(0x3333333333333333);
#else
    (void)eight;
    return false;
#endif
}

/* Pairs, then fours, then all: each product puts a sum of two neighbours into the upper of both. */
static uint64_t value_of_eight(uint64_t eight)
{
    const uint64_t pairs = UINT64_C(0x00FF00FF00FF00FF), fours = UINT64_C(0x0000FFFF0000FFFF);
    eight = (eight & UINT64_C(0x0F0F0F0F0F0F0F0F)) * (10 * 256 + 1) >> 8;
    eight = (eight & pairs) * (UINT64_C(100) * 65536 + 1) >> 16;
    return (eight & fours) * (UINT64_C(10000) * (UINT64_C(1) << 32) + 1) >> 32;
}

/* Digits from s on, behind those that *value has; in 64 bits, so that it is right while there are at most 19. */
static const char *take_digits(const char *s, const char *end, uint64_t *value)
{
    uint64_t v = *value, eight;
    for (; end - s >= AT_ONCE; s += AT_ONCE) {
        memcpy(&eight, s, sizeof eight);
        if (!are_digits(eight))
            break;
        v = 100000000 * v + value_of_eight(eight);
    }
    for (; s < end && is_digit(*s); s++)
        v = 10 * v + (uint64_t)(*s - '0');
    *value = v;
    return s;
}

/* (e sign? digits)? at s; s where there is none of it. */
static const char *take_exponent(const char *s, const char *end, int64_t *power)
{
    const char *e = s;
    if (e == end || (*e != 'e' && *e != 'E'))
        return s;
    e++;
    const bool below = e < end && *e == '-';
    e += e < end && (*e == '-' || *e == '+');
    if (e == end || !is_digit(*e))
        return s;
    int64_t exponent = 0;
    for (; e < end && is_digit(*e); e++)
        if (exponent < INT64_C(1000000000000000)) /* more than any file has digits */
            exponent = 10 * exponent + (*e - '0');
    *power += below ? -exponent : exponent;
    return e;
}

/* More than 19 digits: the first ones that count, and whether others follow. */
static void shorten(lgd_decimal *d)
{
    enum { MOST = 19 };
    const char *s = d->first;
    int taken = 0;
    d->digits = 0;
    for (; s < d->last && taken < MOST; s++)
        if (is_digit(*s)) {
            d->digits = 10 * d->digits + (uint64_t)(*s - '0');
            taken += d->digits > 0;
        }
    for (; s < d->last; s++)
        if (is_digit(*s)) {
            d->power++;
            d->more |= *s != '0';
        }
}

const char *lgd_number(const char *begin, const char *end, char point, double *value)
{
    const char *s = begin;
    const bool negative = s < end && *s == '-';
    s += s < end && (*s == '-' || *s == '+');
    lgd_decimal d = {.first = s};
    s = take_digits(s, end, &d.digits);
    ptrdiff_t digits = s - d.first;
    if (s < end && *s == point) {
        const char *fraction = s + 1;
        s = take_digits(fraction, end, &d.digits);
        d.power = fraction - s;
        digits += s - fraction;
    }
    if (digits == 0)
        return begin;
    d.last = s;
    s = take_exponent(s, end, &d.power);
    d.last_power = d.power;
    if (digits > 19)
        shorten(&d);
    const double x = lgd_nearest_double(&d);
    *value = negative ? -x : x;
    return s;
}

/* sign? (nan | inf | infinity), as strtod would take it */
static bool names_no_number(const char *s, const char *end)
{
    static const char *const words[] = {"nan", "inf", "infinity"};
    s += s < end && (*s == '+' || *s == '-');
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if ((size_t)(end - s) == strlen(words[i]) && !strncasecmp(s, words[i], (size_t)(end - s)))
            return true;
    return false;
}

lgd_cell_kind lgd_cell_number(const char *text, size_t length, char point, double *value)
{
    const char *s = text, *end = text + length;
    while (s < end && is_blank(*s))
        s++;
    while (end > s && is_blank(end[-1]))
        end--;
    if (s == end)
        return LGD_CELL_EMPTY;
    double x;
    if (lgd_number(s, end, point, &x) < end)
        return names_no_number(s, end) ? LGD_CELL_NOT_FINITE : LGD_CELL_WORD;
    if (isinf(x))
        return LGD_CELL_NOT_FINITE;
    *value = x;
    return LGD_CELL_NUMBER;
}
