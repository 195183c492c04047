/* Numbers as text that reads back as they are. */
#include "io.h"
#include <float.h>
#include <math.h>
#include <stdio.h>

static bool reads_back(const char *text, size_t length, double x, bool single)
{
    double y = 0;
    lgd_number(text, text + length, '.', &y);
    return single ? (float)y == (float)x : y == x;
}

/* digits / 10^fraction, of digits below 10^15. */
static size_t put_decimal(char *to, bool negative, uint64_t digits, int fraction)
{
    char turned[LGD_DIGITS];
    size_t n = 0, length = 0;
    for (; digits || n <= (size_t)fraction; digits /= 10) { /* one digit before the point at least */
        if (fraction && n == (size_t)fraction)
            turned[length++] = '.';
        turned[length++] = (char)('0' + digits % 10);
        n++;
    }
    if (negative)
        turned[length++] = '-';
    for (size_t i = 0; i < length; i++)
        to[i] = turned[length - 1 - i];
    to[length] = 0;
    return length;
}

size_t lgd_digits(char to[LGD_DIGITS], double x, bool single)
{
    enum { FRACTION = 6 };
    static const double power[FRACTION + 1] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    const double size = fabs(x);
    /* Most numbers in most files are whole, or have few digits behind the point: both sides of the quotient are exact, so it is the
     * nearest to what the digits say, and with fewer of them it would have been found before. */
    if (size < 1e9 && !(x == 0 && signbit(x)))
        for (int k = 0; k <= FRACTION; k++) {
            const double whole = nearbyint(size * power[k]), near = whole / power[k];
            if (single ? (float)near == (float)size : near == size)
                return put_decimal(to, x < 0, (uint64_t)whole, k);
        }
    const bool subnormal =
        size < (single ? (double)FLT_MIN : DBL_MIN); /* others tell all numbers of 6 or 15 digits apart */
    for (int digits = subnormal ? 1 : single ? 6 : 15;; digits++) {
        const size_t length = (size_t)snprintf(to, LGD_DIGITS, "%.*g", digits, x);
        if (digits >= (single ? 9 : 17) || reads_back(to, length, x, single))
            return length;
    }
}
