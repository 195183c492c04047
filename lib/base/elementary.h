/* exp, expm1, log(1 + x), sigmoid and tanh for loops over arrays, and the first and the last two in float: without branch, table or
 * call, so that a compiler does as many at once as a register holds, and elementwise in a written order without FMA, so that a number
 * gives the same bits wherever it stands, whatever the width. In loops that count, within LGD_WIDE functions.
 *
 * x = n log 2 + r with |r| <= log(2)/2, exp(r) = 1 + r + r^2 q(r) by its Taylor series to the last bit, and 1 + r added up with what
 * rounding takes of it (P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic",
 * ACM Trans. Math. Softw. 15 (1989), has this order of operations). log(1 + x) as FDLIBM divides it up: x + 1 = 2^k (1 + f) and
 * log(1 + f) = 2 atanh(f/(2 + f)).
 *
 * Largest errors seen in units of the last place, of all results, denormal ones included (tests/test_elementary.c holds them):
 * exp 0.8, expm1 1.1, log1p 0.9, sigmoid 2.3, tanh 2.2; in float exp 0.8, sigmoid 2.4, tanh 2.4. */
#ifndef LGD_ELEMENTARY_H
#define LGD_ELEMENTARY_H
#include "base.h"
#include <float.h>
#include <math.h>

LGD_INLINE uint64_t lgd_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

LGD_INLINE double lgd_of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* yes ? a : b without the branch that a compiler may make of it, which would keep a loop from the registers */
LGD_INLINE double lgd_either(bool yes, double a, double b)
{
    const uint64_t mask = -(uint64_t)yes;
    return lgd_of_bits((lgd_bits(a) & mask) | (lgd_bits(b) & ~mask));
}

/* A whole number |n| < 2^51 added to this has its last bits in the last ones of the sum. */
#define LGD_WHOLE 0x1.8p52

/* 2^n for whole n from -1022 to 1023 */
LGD_INLINE double lgd_power2(double n)
{
    return lgd_of_bits((lgd_bits(n + LGD_WHOLE) + 1023) << 52);
}

/* exp(r + rest) - 1 - r for x = n log 2 + r + rest, of which n and r are left */
LGD_INLINE double lgd_exp_tail(double x, double *n, double *r)
{
    const double whole = (x * 0x1.71547652b82fep0 + LGD_WHOLE) - LGD_WHOLE;
    const double high = x - whole * 0x1.62e42feep-1, low = whole * 0x1.a39ef35793c76p-33; /* log 2 in two parts */
    const double s = high - low, rest = (high - s) - low, s2 = s * s, s4 = s2 * s2;
    const double a = (0x1p-1 + s * 0x1.5555555555555p-3) + (0x1.5555555555555p-5 + s * 0x1.1111111111111p-7) * s2;
    const double b =
        (0x1.6c16c16c16c17p-10 + s * 0x1.a01a01a01a01ap-13) + (0x1.a01a01a01a01ap-16 + s * 0x1.71de3a556c734p-19) * s2;
    const double c =
        (0x1.27e4fb7789f5cp-22 + s * 0x1.ae64567f544e4p-26) + (0x1.1eed8eff8d898p-29 + s * 0x1.6124613a86d09p-33) * s2;
    *n = whole;
    *r = s;
    return s2 * (a + (b + c * s4) * s4) + (rest + rest * s);
}

/* exp(x): 0 and Inf where libm has them, and denormal results rounded once. */
LGD_INLINE double lgd_exp(double x)
{
    double n, r;
    x = lgd_either(x > 710, 710, x); /* NaN stays */
    x = lgd_either(x < -746, -746, x);
    const double tail = lgd_exp_tail(x, &n, &r), sum = 1 + r;
    const double half = (n * 0.5 + LGD_WHOLE) - LGD_WHOLE; /* 2^n may be beyond the range of exponents */
    return (sum + (((1 - sum) + r) + tail)) * lgd_power2(half) * lgd_power2(n - half);
}

/* exp(-x) for x >= 0, with fewer operations; the bits are those of lgd_exp. */
LGD_INLINE double lgd_exp_minus(double x)
{
    double n, r;
    const double tail = lgd_exp_tail(-lgd_either(x > 746, 746, x), &n, &r), sum = 1 + r;
    return (sum + (((1 - sum) + r) + tail)) * lgd_power2(n + 64) * 0x1p-64; /* 2^n may be denormal */
}

/* exp(x) - 1 for |x| <= 700 */
LGD_INLINE double lgd_expm1(double x)
{
    double n, r;
    const double tail = lgd_exp_tail(x, &n, &r);
    const double lead = 1 - lgd_power2(-n), sum = lead + r; /* 2^n (exp(r) - 2^-n) */
    return (sum + (((lead - sum) + r) + tail)) * lgd_power2(n);
}

/* 2 atanh(s) - 2 s over s for s = f/(2 + f), z = s^2 */
LGD_INLINE double lgd_log_series(double z)
{
    const double z2 = z * z, z4 = z2 * z2;
    const double a =
        (0x1.5555555555555p-1 + z * 0x1.999999999999ap-2) + (0x1.2492492492492p-2 + z * 0x1.c71c71c71c71cp-3) * z2;
    const double b =
        (0x1.745d1745d1746p-3 + z * 0x1.3b13b13b13b14p-3) + (0x1.1111111111111p-3 + z * 0x1.e1e1e1e1e1e1ep-4) * z2;
    const double c = 0x1.af286bca1af28p-4 + z * 0x1.8618618618618p-4;
    return z * (a + (b + c * z4) * z4);
}

/* log(1 + x) for x >= 0 */
LGD_INLINE double lgd_log1p(double x)
{
    /* 1 + f from sqrt(1/2) on */
    const uint64_t k = ((lgd_bits(1 + x) + (UINT64_C(0x3ff0000000000000) - UINT64_C(0x3fe6a09e667f3bcd))) >> 52) - 1023;
    const double n = lgd_of_bits(k | UINT64_C(0x4330000000000000)) - 0x1p52;
    const double first = lgd_of_bits((1023 - (k >> 1)) << 52), second = lgd_of_bits((1023 - (k - (k >> 1))) << 52);
    /* f = x/2^k - (1 - 1/2^k), and what rounding takes of it */
    const double scaled = x * first * second, less = 1 - first * second;
    const double f = scaled - less, back = f - scaled, lost = (scaled - (f - back)) - (less + back);
    const double s = f / (2 + f), square = 0.5 * f * f, series = lgd_log_series(s * s);
    const double low = n * 0x1.a39ef35793c76p-33 + (lost - lost * f);
    const double log = n * 0x1.62e42feep-1 - ((square - (s * (square + series) + low)) - f);
    return lgd_either(x > DBL_MAX, x, log);
}

/* log(1 + x) for 0 <= x <= 1: 1 + x = 2^k (1 + f) with f exact, k = 1 from x = 1/2 on */
LGD_INLINE double lgd_log1p_unit(double x)
{
    const double n = lgd_either(x >= 0.5, 1, 0), f = lgd_either(x >= 0.5, 0.5 * (x - 1), x);
    const double s = f / (2 + f), square = 0.5 * f * f;
    return n * 0x1.62e42feep-1 - ((square - (s * (square + lgd_log_series(s * s)) + n * 0x1.a39ef35793c76p-33)) - f);
}

/* 1/(1 + exp(-x)) */
LGD_INLINE double lgd_sigmoid(double x)
{
    const double e = lgd_exp_minus(fabs(x));
    return lgd_either(x > 0, 1, e) / (1 + e);
}

LGD_INLINE double lgd_tanh(double x)
{
    const double size = fabs(x), e = lgd_expm1(2 * lgd_either(size > 22, 22, size));
    return copysign(e / (e + 2), x);
}

/* ---- float */

LGD_INLINE float lgd_eitherf(bool yes, float a, float b)
{
    const uint32_t mask = -(uint32_t)yes;
    uint32_t of_a, of_b;
    memcpy(&of_a, &a, sizeof a);
    memcpy(&of_b, &b, sizeof b);
    of_a = (of_a & mask) | (of_b & ~mask);
    memcpy(&a, &of_a, sizeof a);
    return a;
}

LGD_INLINE float lgd_power2f(float n)
{
    const float shifted = n + 0x1.8p23f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

LGD_INLINE float lgd_exp_tailf(float x, float *n, float *r)
{
    const float whole = (x * 0x1.715476p0f + 0x1.8p23f) - 0x1.8p23f;
    const float high = x - whole * 0x1.62e4p-1f, low = whole * 0x1.7f7d1cp-20f;
    const float s = high - low, rest = (high - s) - low, s2 = s * s;
    const float a = 0x1p-1f + s * 0x1.555556p-3f, b = 0x1.555556p-5f + s * 0x1.111112p-7f;
    const float c = 0x1.6c16c2p-10f + s * 0x1.a01a02p-13f;
    *n = whole;
    *r = s;
    return s2 * (a + (b + c * s2) * s2) + (rest + rest * s);
}

LGD_INLINE float lgd_expf(float x)
{
    float n, r;
    x = lgd_eitherf(x > 89, 89, x);
    x = lgd_eitherf(x < -104, -104, x);
    const float tail = lgd_exp_tailf(x, &n, &r), sum = 1 + r;
    const float half = (n * 0.5f + 0x1.8p23f) - 0x1.8p23f;
    return (sum + (((1 - sum) + r) + tail)) * lgd_power2f(half) * lgd_power2f(n - half);
}

LGD_INLINE float lgd_sigmoidf(float x)
{
    const float e = lgd_expf(-fabsf(x));
    return lgd_eitherf(x > 0, 1, e) / (1 + e);
}

LGD_INLINE float lgd_tanhf(float x)
{
    float n, r;
    const float size = fabsf(x), tail = lgd_exp_tailf(2 * lgd_eitherf(size > 10, 10, size), &n, &r);
    const float lead = 1 - lgd_power2f(-n), sum = lead + r;
    const float e = (sum + (((lead - sum) + r) + tail)) * lgd_power2f(n);
    return copysignf(e / (e + 2), x);
}

#endif
