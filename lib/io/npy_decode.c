#include "io/npy.h"
#include <math.h>

/* For each word of a type: loaded, its bytes turned, and stored. */
#define SWAP(type, turned)                                                                                             \
    for (size_t i = 0; i < count; i++) {                                                                               \
        type x;                                                                                                        \
        memcpy(&x, bytes + i * sizeof x, sizeof x);                                                                    \
        x = (type)(turned);                                                                                            \
        memcpy(bytes + i * sizeof x, &x, sizeof x);                                                                    \
    }

void lgd_npy_swap(size_t width, unsigned char *bytes, size_t count)
{
    const uint64_t odd = UINT64_C(0x00FF00FF00FF00FF), pairs = UINT64_C(0x0000FFFF0000FFFF);
    if (width == 8)
        SWAP(uint64_t,
             (x = (x >> 8 & odd) | (x & odd) << 8, x = (x >> 16 & pairs) | (x & pairs) << 16, x >> 32 | x << 32))
    else if (width == 4)
        SWAP(uint32_t, x >> 24 | (x >> 8 & 0xFF00U) | (x & 0xFF00U) << 8 | x << 24)
    else if (width == 2)
        SWAP(uint16_t, x >> 8 | x << 8)
}

/* Each number of a type as a double. */
#define DECODE(type, number)                                                                                           \
    for (size_t i = 0; i < count; i++) {                                                                               \
        type x;                                                                                                        \
        memcpy(&x, from + i * sizeof x, sizeof x);                                                                     \
        to[i] = number;                                                                                                \
    }

#define TYPE(kind, width) (16 * (size_t)(kind) + (width))

void lgd_npy_decode(const lgd_npy *a, unsigned char *from, size_t count, double *to)
{
    const int64_t most = INT64_C(1) << 53;
    if (a->swapped)
        lgd_npy_swap(a->width, from, count);
    switch (TYPE(a->kind, a->width)) {
    case TYPE('f', 8):
        memcpy(to, from, count * sizeof *to);
        break;
    case TYPE('f', 4):
        DECODE(float, x)
        break;
    case TYPE('b', 1):
        DECODE(unsigned char, x != 0)
        break;
    case TYPE('i', 1):
        DECODE(int8_t, x)
        break;
    case TYPE('i', 2):
        DECODE(int16_t, x)
        break;
    case TYPE('i', 4):
        DECODE(int32_t, x)
        break;
    case TYPE('i', 8):
        DECODE(int64_t, x > most || x < -most ? NAN : (double)x)
        break;
    case TYPE('u', 1):
        DECODE(uint8_t, x)
        break;
    case TYPE('u', 2):
        DECODE(uint16_t, x)
        break;
    case TYPE('u', 4):
        DECODE(uint32_t, x)
        break;
    default:
        DECODE(uint64_t, x > (uint64_t)most ? NAN : (double)x)
    }
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
