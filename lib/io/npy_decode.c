#include "io/npy.h"
#include <math.h>

void lgd_npy_swap(size_t width, unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++, bytes += width)
        for (size_t b = 0; b < width / 2; b++) {
            const unsigned char x = bytes[b];
            bytes[b] = bytes[width - 1 - b];
            bytes[width - 1 - b] = x;
        }
}

/* The bits of a number as an integer of its width. */
static inline uint64_t bits_of(const lgd_npy *a, const unsigned char *from)
{
    unsigned char own[8];
    memcpy(own, from, a->width);
    if (a->swapped)
        lgd_npy_swap(a->width, own, 1);
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (a->width) {
    case 1:
        return own[0];
    case 2:
        return memcpy(&two, own, sizeof two), two;
    case 4:
        return memcpy(&four, own, sizeof four), four;
    default:
        return memcpy(&eight, own, sizeof eight), eight;
    }
}

/* An integer, if a double holds each one as large. */
static double whole(const lgd_npy *a, uint64_t bits)
{
    const uint64_t most = UINT64_C(1) << 53, sign = a->kind == 'i' ? UINT64_C(1) << (8 * a->width - 1) : 0;
    const bool negative = (bits & sign) != 0;
    const uint64_t size = !negative ? bits : a->width == 8 ? 0 - bits : 2 * sign - bits;
    return size > most ? NAN : negative ? -(double)size : (double)size;
}

static double one(const lgd_npy *a, const unsigned char *from)
{
    const uint64_t bits = bits_of(a, from);
    if (a->kind == 'b')
        return bits != 0;
    if (a->kind != 'f')
        return whole(a, bits);
    const uint32_t low = (uint32_t)bits;
    float single;
    double x;
    memcpy(&single, &low, sizeof single);
    memcpy(&x, &bits, sizeof x);
    return a->width == sizeof single ? (double)single : x;
}

void lgd_npy_decode(const lgd_npy *a, const unsigned char *from, size_t count, double *to)
{
    if (a->kind == 'f' && !a->swapped && a->width == sizeof(double))
        memcpy(to, from, count * sizeof *to);
    else if (a->kind == 'f' && !a->swapped)
        for (size_t i = 0; i < count; i++) {
            float x;
            memcpy(&x, from + i * sizeof x, sizeof x);
            to[i] = x;
        }
    else
        for (size_t i = 0; i < count; i++)
            to[i] = one(a, from + i * a->width);
}

void lgd_npy_leave_out(const lgd_npy *a, size_t target, size_t count, const double *numbers, void *to, size_t at)
{
    const size_t skip = target != 0, left = skip ? target - 1 : a->cols, kept = a->cols - skip;
    float *single = lgd_npy_is_single(a) ? (float *)to + at * kept : NULL;
    double *wide = single ? NULL : (double *)to + at * kept;
    for (size_t i = 0; i < count; i++, numbers += a->cols)
        for (size_t j = 0; j < kept; j++)
            if (single)
                *single++ = (float)numbers[j < left ? j : j + 1];
            else
                *wide++ = numbers[j < left ? j : j + 1];
}
