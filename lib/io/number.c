/* The grammar of numbers. What they are worth is found in decimal.c. */
#define _POSIX_C_SOURCE 200809L
#include "io.h"
#include <float.h>
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

/* Eight characters from s on, the first in the lowest byte: how many of them are digits before another comes, and their value. Nothing in
 * it depends on how many there are, so that numbers of changing length cost no wrong guess. */
enum { AT_ONCE = 8 };

static size_t digits_of_eight(const char *s, uint64_t *value)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = UINT64_C(0x0101010101010101), pairs = UINT64_C(0x00FF00FF00FF00FF),
                   fours = UINT64_C(0x0000FFFF0000FFFF);
    uint64_t x;
    memcpy(&x, s, sizeof x);
    x ^= '0' * ones;                                                               /* digits are 0 to 9 now */
    const uint64_t others = (((x & 0x7F * ones) + 0x76 * ones) | x) & 0x80 * ones; /* the upper bit of what is not */
    const unsigned bits = others ? (unsigned)__builtin_ctzll(others) - 7 : 64;
    x = bits ? x << (64 - bits) : 0; /* zeros before the first */
    /* Pairs, then fours, then all: each product puts a sum of two neighbours into the upper of both. */
    x = x * (10 << 8 | 1) >> 8;
    x = (x & pairs) * (UINT64_C(100) << 16 | 1) >> 16;
    *value = (x & fours) * (UINT64_C(10000) << 32 | 1) >> 32;
    return bits / 8;
#else
    size_t n = 0;
    for (*value = 0; n < AT_ONCE && is_digit(s[n]); n++)
        *value = 10 * *value + (uint64_t)(s[n] - '0');
    return n;
#endif
}

/* Digits from s on, behind those that *value has; in 64 bits, so that it is right while there are at most 19. */
static inline const char *take_digits(const char *s, const char *end, uint64_t *value)
{
    static const uint64_t power[AT_ONCE + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    uint64_t v = *value, part;
    while (end - s >= AT_ONCE) {
        const size_t n = digits_of_eight(s, &part);
        v = v * power[n] + part;
        s += n;
        if (n < AT_ONCE) {
            *value = v;
            return s;
        }
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

enum { MOST = 19 }; /* digits that 64 bits hold */

/* Two exact operands and one rounding give the nearest double: Clinger, How to read floating point numbers accurately (1990), section 3. */
static const double exact_power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                     1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* More digits than that: the first ones that count, and whether others follow. */
static void shorten(lgd_decimal *d)
{
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
    const char *first = s;
    uint64_t digits = 0;
    int64_t power = 0;
    if (end - s > 1 && s[1] == point && is_digit(*s)) /* most often there is one */
        digits = (uint64_t)(*s++ - '0');
    else
        s = take_digits(s, end, &digits);
    ptrdiff_t count = s - first;
    if (s < end && *s == point) {
        const char *fraction = s + 1;
        s = take_digits(fraction, end, &digits);
        power = fraction - s;
        count += s - fraction;
    }
    if (count == 0)
        return begin;
    const char *last = s;
    s = take_exponent(s, end, &power);
    double x;
    if (FLT_EVAL_METHOD == 0 && count <= MOST && digits < UINT64_C(1) << DBL_MANT_DIG && power >= -22 && power <= 22) {
        x = power < 0 ? (double)digits / exact_power[-power] : (double)digits * exact_power[power];
    } else {
        lgd_decimal d = {digits, power, false, first, last, power};
        if (count > MOST)
            shorten(&d);
        x = lgd_nearest_double(&d);
    }
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
