#define _POSIX_C_SOURCE 200809L
#include "io.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
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

/* strtod knows only the point of the C locale. */
static double slow(char *text, char point)
{
    char *at = point == '.' ? NULL : strchr(text, point);
    if (!at)
        return strtod(text, NULL);
    *at = '.';
    double x = strtod(text, NULL);
    *at = point;
    return x;
}

lgd_cell_kind lgd_cell_number(char *text, size_t length, char point, double *value)
{
    char *s = text, *end = text + length;
    while (s < end && is_blank(*s))
        s++;
    while (end > s && is_blank(end[-1]))
        end--;
    if (s == end)
        return LGD_CELL_EMPTY;
    char *begin = s;

    /* sign? digits? (point digits?)? (e sign? digits)?, with a digit before the e; the digits as an integer below 2^53
     * if they fit */
    const bool negative = *s == '-';
    s += *s == '-' || *s == '+';
    uint64_t m = 0;
    bool exact = FLT_EVAL_METHOD == 0;
    long digits = 0, fraction = 0, exponent = 0;
    for (bool behind = false; s < end && (is_digit(*s) || (*s == point && !behind)); s++) {
        if (*s == point) {
            behind = true;
            continue;
        }
        if (m < 900719925474099) /* then 10 m + 9 < 2^53 */
            m = 10 * m + (uint64_t)(*s - '0');
        else
            exact = false;
        digits++;
        fraction += behind;
    }
    if (digits && s < end && (*s == 'e' || *s == 'E')) {
        s++;
        const bool below = s < end && *s == '-';
        s += s < end && (*s == '-' || *s == '+');
        if (s == end)
            return LGD_CELL_WORD;
        for (; s < end && is_digit(*s); s++)
            exponent = exponent < 100000 ? 10 * exponent + (*s - '0') : exponent;
        exponent = below ? -exponent : exponent;
    }
    if (!digits || s < end)
        return names_no_number(begin, end) ? LGD_CELL_NOT_FINITE : LGD_CELL_WORD;

    /* Two exact operands and one rounding give the nearest double: Clinger (1990), section 3. */
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const long scale = exponent - fraction;
    double x;
    if (exact && scale >= -22 && scale <= 22) {
        x = scale < 0 ? (double)m / power[-scale] : (double)m * power[scale];
        x = negative ? -x : x;
    } else {
        x = slow(begin, point);
    }
    if (!isfinite(x))
        return LGD_CELL_NOT_FINITE;
    *value = x;
    return LGD_CELL_NUMBER;
}
