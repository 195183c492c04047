/* The double nearest to a decimal number, halves to even. The product of digits and power of ten, cut off to 128 bits, decides nearly
 * always, since what is cut off is known to be small: the idea of Lemire, Number parsing at a gigabyte per second, Software: Practice
 * and Experience 51 (2021). Where a half lies within what was cut off, whole numbers of any length are compared. */
#include "io.h"
#include <float.h>

typedef struct wide {
    uint64_t high, low;
} wide;

static wide product(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    const unsigned __int128 p = (unsigned __int128)a * b;
    return (wide){(uint64_t)(p >> 64), (uint64_t)p};
#else
    const uint64_t half = 0xFFFFFFFF, a0 = a & half, a1 = a >> 32, b0 = b & half, b1 = b >> 32;
    const uint64_t cross = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (cross & half);
    return (wide){a1 * b1 + (cross >> 32) + (other >> 32), a * b};
#endif
}

static int leading_zeros(uint64_t x) /* of an x that is not 0 */
{
#ifdef __GNUC__
    return __builtin_clzll(x);
#else
    int n = 0;
    for (; !(x >> 63); x <<= 1)
        n++;
    return n;
#endif
}

/* ---- powers of five, 27 of them at a time */

enum { EACH = 27, LEAST = -13, MOST = 11 };

/* 5^(27 k), k from LEAST: its first 128 bits. */
static const wide coarse[MOST - LEAST + 1] = {
    {0x8049A4AC0C5811AE, 0x205B896D777D6278}, {0xCF42894A5DCE35EA, 0x52064CAC828675B9},
    {0xA76C582338ED2621, 0xAF2AF2B80AF6F24E}, {0x873E4F75E2224E68, 0x5A7744A6E804A291},
    {0xDA7F5BF590966848, 0xAF39A475506A899E}, {0xB080392CC4349DEC, 0xBD8D794D96AACFB3},
    {0x8E938662882AF53E, 0x547EB47B7282EE9C}, {0xE65829B3046B0AFA, 0x0CB4A5A3112A5112},
    {0xBA121A4650E4DDEB, 0x92F34D62616CE413}, {0x964E858C91BA2655, 0x3A6A07F8D510F86F},
    {0xF2D56790AB41C2A2, 0xFAE27299423FB9C3}, {0xC428D05AA4751E4C, 0xAA97E14C3C26B886},
    {0x9E74D1B791E07E48, 0x775EA264CF55347D}, {0x8000000000000000, 0x0000000000000000},
    {0xCECB8F27F4200F3A, 0x0000000000000000}, {0xA70C3C40A64E6C51, 0x999090B65F67D924},
    {0x86F0AC99B4E8DAFD, 0x69A028BB3DED71A3}, {0xDA01EE641A708DE9, 0xE80E6F4820CC9495},
    {0xB01AE745B101E9E4, 0x5EC05DCFF72E7F8F}, {0x8E41ADE9FBEBC27D, 0x14588F13BE847307},
    {0xE5D3EF282A242E81, 0x8F1668C8A86DA5FA}, {0xB9A74A0637CE2EE1, 0x6D953E2BD7173692},
    {0x95F83D0A1FB69CD9, 0x4ABDAF101564F98E}, {0xF24A01A73CF2DCCF, 0xBC633B39673C8CEC},
    {0xC3B8358109E84F07, 0x0A862F80EC4700C8},
};

/* And those below, exact. */
static const uint64_t fine[EACH] = {1,
                                    5,
                                    25,
                                    125,
                                    625,
                                    3125,
                                    15625,
                                    78125,
                                    390625,
                                    1953125,
                                    9765625,
                                    48828125,
                                    244140625,
                                    1220703125,
                                    6103515625,
                                    30517578125,
                                    152587890625,
                                    762939453125,
                                    3814697265625,
                                    19073486328125,
                                    95367431640625,
                                    476837158203125,
                                    2384185791015625,
                                    11920928955078125,
                                    59604644775390625,
                                    298023223876953125,
                                    1490116119384765625};

/* floor(log2(5^27k)) for the k above. What is shifted is above 0. */
static int exponent_of_coarse(int k)
{
    return ((EACH * k * 152170 + (1000 << 16)) >> 16) - 1000;
}

/* digits 10^power, power in -342 .. 308, is at least bits 2^exponent and less than (bits + cut) 2^exponent. */
typedef struct estimate {
    wide bits; /* at least 2^125 */
    int exponent;
    unsigned cut; /* 0: it is exact */
} estimate;

static estimate multiply(uint64_t digits, int power)
{
    const int k = (power - EACH * LEAST) / EACH + LEAST, r = power - EACH * k;
    const int zeros = leading_zeros(digits), zeros_of_five = leading_zeros(fine[r]);
    const wide a = product(digits << zeros, fine[r] << zeros_of_five);
    const int exponent = power - zeros - zeros_of_five;
    if (k == 0)
        return (estimate){a, exponent, 0};
    const wide c = coarse[k - LEAST], top = product(a.high, c.high);
    const uint64_t x = product(a.high, c.low).high, y = product(a.low, c.high).high;
    const uint64_t low = top.low + x, sum = low + y;
    /* Three products lose less than 1 each in the last place, and so do the bits of 5^27k that are not there. */
    return (estimate){{top.high + (low < x) + (sum < y), sum}, exponent + exponent_of_coarse(k) + 1, 4};
}

/* ---- rounding */

/* A double below or at the number: m 2^exponent, the next being (m + 1) 2^exponent. Where is the number beside the middle of both? */
typedef enum side { BELOW, MIDDLE, ABOVE, UNDECIDED } side;

static side cut_to_double(const estimate *e, uint64_t *m, int *exponent)
{
    enum { LEAST_EXPONENT = DBL_MIN_EXP - DBL_MANT_DIG };
    int drop = 128 - leading_zeros(e->bits.high) - DBL_MANT_DIG;
    if (e->exponent + drop < LEAST_EXPONENT)
        drop = LEAST_EXPONENT - e->exponent;
    *exponent = e->exponent + drop;
    *m = 0;
    if (drop > 128)
        return BELOW;
    const int shift = drop - 64; /* 8 at least: 125 bits less 53 */
    *m = shift == 64 ? 0 : e->bits.high >> shift;
    const uint64_t half = UINT64_C(1) << (shift - 1), rest = e->bits.high & (half + (half - 1));
    if (rest == half && e->bits.low == 0)
        return e->cut ? UNDECIDED : MIDDLE;
    if (rest >= half)
        return ABOVE;
    return rest == half - 1 && e->bits.low > UINT64_MAX - e->cut ? UNDECIDED : BELOW;
}

static double assemble(uint64_t m, int exponent, side where)
{
    enum { BIASED = 1 - (DBL_MIN_EXP - DBL_MANT_DIG), TOP = 2 * DBL_MAX_EXP - 1 };
    const uint64_t infinite = (uint64_t)TOP << (DBL_MANT_DIG - 1);
    uint64_t bits = infinite;
    if (exponent + BIASED <
        TOP) /* m has the bit that the format leaves out, where there is one: the exponent is less by one */
        bits = ((uint64_t)(exponent + BIASED - 1) << (DBL_MANT_DIG - 1)) + m;
    if (bits < infinite)
        bits += where == ABOVE || (where == MIDDLE && (m & 1));
    double x;
    memcpy(&x, bits < infinite ? &bits : &infinite, sizeof x);
    return x;
}

/* ---- whole numbers of any length, for what stays undecided */

/* What can be between two doubles ends within so many digits; beyond them it only counts whether there is more. */
enum { MOST_DIGITS = 800, LIMBS = 128 };

typedef struct whole {
    uint32_t limb[LIMBS]; /* the lowest first */
    size_t count;
} whole;

static void multiply_add(whole *n, uint32_t by, uint32_t plus)
{
    uint64_t carry = plus;
    for (size_t i = 0; i < n->count; i++, carry >>= 32) {
        carry += (uint64_t)n->limb[i] * by;
        n->limb[i] = (uint32_t)carry;
    }
    if (carry)
        n->limb[n->count++] = (uint32_t)carry;
}

static void times_five(whole *n, int64_t power)
{
    for (; power > 13; power -= 13)
        multiply_add(n, 1220703125, 0);
    multiply_add(n, (uint32_t)fine[power], 0);
}

static void times_two(whole *n, int64_t power)
{
    const size_t limbs = (size_t)power / 32;
    multiply_add(n, UINT32_C(1) << power % 32, 0);
    memmove(n->limb + limbs, n->limb, n->count * sizeof *n->limb);
    memset(n->limb, 0, limbs * sizeof *n->limb);
    n->count += limbs;
}

static side compare(const whole *a, const whole *b)
{
    if (a->count != b->count)
        return a->count > b->count ? ABOVE : BELOW;
    for (size_t i = a->count; i-- > 0;)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] > b->limb[i] ? ABOVE : BELOW;
    return MIDDLE;
}

/* The number against (2 m + 1) 2^(exponent - 1), both times what makes them whole. They are nearly equal, so that neither is longer than
 * 800 digits, or 5^1142, need. */
static side compare_all(const lgd_decimal *d, uint64_t m, int exponent)
{
    whole number = {.count = 0}, middle = {.count = 0};
    size_t taken = 0;
    const char *s = d->first;
    for (; s < d->last && taken < MOST_DIGITS; s++)
        if (*s >= '0' && *s <= '9') {
            multiply_add(&number, 10, (uint32_t)(*s - '0'));
            taken += number.count > 0;
        }
    bool more = false;
    int64_t power = d->last_power;
    for (; s < d->last; s++)
        if (*s >= '0' && *s <= '9') {
            more |= *s != '0';
            power++;
        }
    const uint64_t odd = 2 * m + 1;
    multiply_add(&middle, 0, (uint32_t)(odd >> 32));
    if (middle.count) { /* times 2^32 */
        middle.limb[1] = middle.limb[0];
        middle.limb[0] = (uint32_t)odd;
        middle.count = 2;
    } else {
        multiply_add(&middle, 0, (uint32_t)odd);
    }
    times_five(power < 0 ? &middle : &number, power < 0 ? -power : power);
    const int64_t two = power - (exponent - 1);
    times_two(two < 0 ? &middle : &number, two < 0 ? -two : two);
    const side where = compare(&number, &middle);
    return where == MIDDLE && more ? ABOVE : where;
}

double lgd_nearest_double(const lgd_decimal *d)
{
    if (d->digits == 0 || d->power < -342) /* at most 19 digits are less than half of the least double */
        return 0;
    if (d->power > 308)
        return assemble(0, DBL_MAX_EXP, ABOVE);
    uint64_t m, other;
    int exponent, above;
    estimate e = multiply(d->digits, (int)d->power);
    side where = cut_to_double(&e, &m, &exponent);
    if (d->more && where != UNDECIDED) { /* nothing is decided that the next number of as many digits would not be */
        e = multiply(d->digits + 1, (int)d->power);
        const side next = cut_to_double(&e, &other, &above);
        where = next == where && where != MIDDLE && other == m && above == exponent ? where : UNDECIDED;
    }
    if (where == UNDECIDED)
        where = compare_all(d, m, exponent);
    return assemble(m, exponent, where);
}
