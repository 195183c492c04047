/* Reductions with their order of operations written out: eight lanes, then a fixed tree. */
#define _POSIX_C_SOURCE 200809L
#include "base.h"
#include <float.h>
#include <math.h>
#include <string.h>
#include <time.h>

/* scale^2 * result is the sum of squares of (x - y)*1/scale; y NULL: of x */
LGD_WIDE static double squares_of(size_t n, const double *x, double factor)
{
    double s[LGD_LANES] = {0};
    size_t i = 0;
    for (; i + LGD_LANES <= n; i += LGD_LANES)
        for (size_t l = 0; l < LGD_LANES; l++)
            s[l] += (x[i + l] * factor) * (x[i + l] * factor);
    for (; i < n; i++)
        s[i % LGD_LANES] += (x[i] * factor) * (x[i] * factor);
    return lgd_lanes(s);
}

static double squares(size_t n, const double *x, const double *y, double factor)
{
    double s[LGD_LANES] = {0};
    size_t i = 0;
    if (!y)
        return squares_of(n, x, factor);
    for (; i + LGD_LANES <= n; i += LGD_LANES)
        for (size_t l = 0; l < LGD_LANES; l++) {
            double e = (x[i + l] - y[i + l]) * factor;
            s[l] += e * e;
        }
    for (; i < n; i++) {
        double e = (x[i] - y[i]) * factor;
        s[i % LGD_LANES] += e * e;
    }
    return lgd_lanes(s);
}

double lgd_norm2_diff(size_t n, const double *x, const double *y)
{
    double s = squares(n, x, y, 1);
    if (s > DBL_MIN / DBL_EPSILON && s <= DBL_MAX)
        return sqrt(s);
    double largest = 0; /* out of the safe range: divide by the largest first */
    for (size_t i = 0; i < n; i++) {
        double e = fabs(y ? x[i] - y[i] : x[i]);
        if (!(e <= largest))
            largest = e;
    }
    if (!(largest > 0) || !(largest <= DBL_MAX))
        return largest; /* 0, Inf or NaN */
    int exponent;
    frexp(largest, &exponent);
    if (exponent < -1000) /* 2^-exponent would overflow; such numbers are scaled in two steps */
        return ldexp(sqrt(squares(n, x, y, 0x1p1000)), -1000);
    return ldexp(sqrt(squares(n, x, y, ldexp(1, -exponent))), exponent);
}

double lgd_norm2(size_t n, const double *x)
{
    return lgd_norm2_diff(n, x, NULL);
}

LGD_WIDE static double sizes(size_t n, const double *x)
{
    double s[LGD_LANES] = {0};
    size_t i = 0;
    for (; i + LGD_LANES <= n; i += LGD_LANES)
        for (size_t l = 0; l < LGD_LANES; l++)
            s[l] += fabs(x[i + l]);
    for (; i < n; i++)
        s[i % LGD_LANES] += fabs(x[i]);
    return lgd_lanes(s);
}

double lgd_norm1(size_t n, const double *x)
{
    return sizes(n, x);
}

LGD_WIDE static double products(size_t n, const double *x, const double *y)
{
    double s[LGD_LANES] = {0};
    size_t i = 0;
    for (; i + LGD_LANES <= n; i += LGD_LANES)
        for (size_t l = 0; l < LGD_LANES; l++)
            s[l] += x[i + l] * y[i + l];
    for (; i < n; i++)
        s[i % LGD_LANES] += x[i] * y[i];
    return lgd_lanes(s);
}

double lgd_dot(size_t n, const double *x, const double *y)
{
    return products(n, x, y);
}

double lgd_dot_exact(size_t n, const double *x, size_t incx, const double *y)
{
    /* Ogita, Rump, Oishi (2005), Algorithm 5.3, with fma for the product's error */
    double sum = 0, error = 0;
    for (size_t i = 0; i < n; i++) {
        double p = x[i * incx] * y[i], pe = fma(x[i * incx], y[i], -p);
        double s = sum + p, z = s - sum;
        error += ((sum - (s - z)) + (p - z)) + pe;
        sum = s;
    }
    return sum + error;
}

LGD_WIDEST static uint64_t any_not_finite(size_t n, const double *x)
{
    uint64_t any = 0;
#pragma omp simd reduction(| : any)
    for (size_t j = 0; j < n; j++)
        any |= lgd_not_finite(x[j]);
    return any >> 63;
}

size_t lgd_first_not_finite(size_t n, const double *x)
{
    enum { BLOCK = 2048 };
    for (size_t i = 0; i < n; i += BLOCK) {
        const size_t end = i + BLOCK < n ? i + BLOCK : n;
        if (!any_not_finite(end - i, x + i))
            continue;
        for (size_t j = i; j < end; j++)
            if (!isfinite(x[j]))
                return j;
    }
    return n;
}

double lgd_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
