/* The loops over rows: one source, compiled for registers of LGD_WIDTH bytes under the name LGD_ROW_KERNELS. Eight lanes are one such
 * register or several; only how many rows are taken at a time differs, which no result depends on. */
#include "rows.h"
#if LGD_WIDTH == 64
#include <immintrin.h>
#endif

#ifndef __GNUC__
#error "loops over rows are written with the vectors of gcc and clang"
#endif
#define UNROLL _Pragma("GCC unroll 8")
#define INLINE static inline __attribute__((always_inline))
typedef double reg __attribute__((vector_size(LGD_WIDTH)));
typedef double reg_there __attribute__((vector_size(LGD_WIDTH), aligned(8), may_alias));
typedef float single_there __attribute__((vector_size(LGD_WIDTH / 2), aligned(4), may_alias));
typedef double four __attribute__((vector_size(32)));
typedef double four_there __attribute__((vector_size(32), aligned(8), may_alias));
typedef float four_single_there __attribute__((vector_size(16), aligned(4), may_alias));

enum { LANES = LGD_LANES, PER = LGD_WIDTH / 8, REGS = LANES / PER, AT_ONCE = PER, LINE = 16, NARROW = 48 };

/* Numbers of a row from the j-th on, in double. */
INLINE reg load(const void *row, size_t j, bool single)
{
#if LGD_WIDTH == 64 /* the built-in goes by halves */
    if (single)
        return (reg)_mm512_cvtps_pd(_mm256_loadu_ps((const float *)row + j));
#else
    if (single)
        return __builtin_convertvector(*(const single_there *)(const void *)((const float *)row + j), reg);
#endif
    return *(const reg_there *)(const void *)((const double *)row + j);
}

INLINE four load_four(const void *row, size_t j, bool single)
{
    if (single)
        return __builtin_convertvector(*(const four_single_there *)(const void *)((const float *)row + j), four);
    return *(const four_there *)(const void *)((const double *)row + j);
}

INLINE double load_one(const void *row, size_t j, bool single)
{
    return single ? (double)((const float *)row)[j] : ((const double *)row)[j];
}

/* Asks for the line of the j-th number. */
INLINE void ask(const void *next, size_t j, bool single)
{
    lgd_prefetch((const char *)next + j * (single ? sizeof(float) : sizeof(double)));
}

/* In a loop over steps of LINE columns, half of the lines of a row are one a step for doubles, one every second step for floats. */
INLINE void ask_half(const void *next, size_t from, size_t j, bool single)
{
    if (!single || j % (2 * LINE) == 0)
        ask(next, from + j / 2, single);
}

/* The tree of lgd_lanes by halves. */
INLINE double sum_of(const double t[LANES])
{
    four a, b;
    memcpy(&a, t, sizeof a);
    memcpy(&b, t + 4, sizeof b);
    a += b;
    return (a[0] + a[2]) + (a[1] + a[3]);
}

/* Where a register holds all lanes: the last n % 8 columns from j on, 0 in the other lanes, which no sum is changed by, since none is
 * ever -0; and the sums of the lanes of eight rows, by the tree of lgd_lanes for all of them at once. */
#if LGD_WIDTH == 64
INLINE reg load_last(const void *row, size_t j, size_t n, bool single)
{
    const __mmask8 some = (__mmask8)((1U << (n - j)) - 1);
    return single ? (reg)_mm512_cvtps_pd(_mm256_maskz_loadu_ps(some, (const float *)row + j))
                  : (reg)_mm512_maskz_loadu_pd(some, (const double *)row + j);
}

INLINE reg pick(reg a, const long long from[LANES], reg b)
{
    return (reg)_mm512_permutex2var_pd((__m512d)a, _mm512_loadu_si512(from), (__m512d)b);
}

INLINE reg fold(reg a, reg b, const long long first[LANES], const long long second[LANES])
{
    return pick(a, first, b) + pick(a, second, b);
}

INLINE void sums_of_eight(const reg s[AT_ONCE][REGS], double *z)
{
    static const long long low[] = {0, 1, 2, 3, 8, 9, 10, 11}, high[] = {4, 5, 6, 7, 12, 13, 14, 15};
    static const long long first[] = {0, 1, 4, 5, 8, 9, 12, 13}, last[] = {2, 3, 6, 7, 10, 11, 14, 15};
    static const long long even[] = {0, 2, 4, 6, 8, 10, 12, 14}, odd[] = {1, 3, 5, 7, 9, 11, 13, 15};
    const reg a = fold(s[0][0], s[1][0], low, high), b = fold(s[2][0], s[3][0], low, high);
    const reg c = fold(s[4][0], s[5][0], low, high), d = fold(s[6][0], s[7][0], low, high);
    *(reg_there *)(void *)z = fold(fold(a, b, first, last), fold(c, d, first, last), even, odd);
}
#endif

/* The last n % 8 columns, from j on, into the lanes. */
INLINE void tail(size_t n, size_t j, const void *row, const double *w, bool single, double t[LANES])
{
    size_t l = 0;
    if (n - j >= 4) {
        four s;
        memcpy(&s, t, sizeof s);
        s += load_four(row, j, single) * *(const four_there *)(const void *)(w + j);
        memcpy(t, &s, sizeof s);
        l = 4;
    }
    for (; l < n - j; l++)
        t[l] += load_one(row, j + l, single) * w[j + l];
}

INLINE void scores_of(size_t count, bool single, size_t n, const void *const *row, const void *const *next,
                      const double *w, bool whole, double *z)
{
    reg s[AT_ONCE][REGS];
    size_t j = 0;
    UNROLL for (size_t r = 0; r < count; r++) UNROLL for (size_t v = 0; v < REGS; v++) s[r][v] = (reg){0};
    for (; j + LINE <= n; j += LINE) {
        UNROLL for (size_t r = 0; r < count; r++)
        {
            ask_half(next[r], 0, j, single);
            if (whole)
                ask_half(next[r], n / 2, j, single);
        }
        UNROLL for (size_t v = 0; v < LINE / PER; v++)
        {
            const reg a = *(const reg_there *)(const void *)(w + j + v * PER);
            UNROLL for (size_t r = 0; r < count; r++) s[r][v % REGS] += load(row[r], j + v * PER, single) * a;
        }
    }
    for (; j + LANES <= n; j += LANES)
        UNROLL for (size_t v = 0; v < REGS; v++)
        {
            const reg a = *(const reg_there *)(const void *)(w + j + v * PER);
            UNROLL for (size_t r = 0; r < count; r++) s[r][v] += load(row[r], j + v * PER, single) * a;
        }
    if (n < LINE)
        UNROLL for (size_t r = 0; r < count; r++) ask(next[r], n - 1, single);
#if LGD_WIDTH == 64
    if (j < n) {
        const reg a = load_last(w, j, n, false);
        UNROLL for (size_t r = 0; r < count; r++) s[r][0] += load_last(row[r], j, n, single) * a;
        j = n;
    }
    if (count == LANES) {
        sums_of_eight(s, z);
        return;
    }
#endif
    UNROLL for (size_t r = 0; r < count; r++)
    {
        double t[LANES];
        UNROLL for (size_t v = 0; v < REGS; v++) * (reg_there *)(void *)(t + v * PER) = s[r][v];
        if (j < n)
            tail(n, j, row[r], w, single, t);
        z[r] = sum_of(t);
    }
}

INLINE void update_of(size_t count, bool single, size_t n, const void *const *row, const void *const *next,
                      const double *slope, double *g)
{
    size_t j = 0;
    for (; j + LINE <= n; j += LINE) {
        UNROLL for (size_t r = 0; r < count; r++) ask_half(next[r], n / 2, j, single);
        UNROLL for (size_t v = 0; v < LINE / PER; v++)
        {
            reg_there *at = (reg_there *)(void *)(g + j + v * PER);
            reg a = *at;
            UNROLL for (size_t r = 0; r < count; r++) a += slope[r] * load(row[r], j + v * PER, single);
            *at = a;
        }
    }
    for (; j + 4 <= n; j += 4) {
        four_there *at = (four_there *)(void *)(g + j);
        four a = *at;
        UNROLL for (size_t r = 0; r < count; r++) a += slope[r] * load_four(row[r], j, single);
        *at = a;
    }
    for (; j < n; j++)
        UNROLL for (size_t r = 0; r < count; r++) g[j] += slope[r] * load_one(row[r], j, single);
}

/* Of rows so short that their part of g stays in registers: all of them go by for eight columns, then for the next. */
INLINE void update_narrow(size_t count, bool single, size_t n, const void *const *row, const void *const *next,
                          const double *slope, double *g)
{
    size_t j = 0;
    for (; j + LANES <= n; j += LANES) {
        reg a[REGS];
        UNROLL for (size_t v = 0; v < REGS; v++) a[v] = *(const reg_there *)(const void *)(g + j + v * PER);
        for (size_t r = 0; r < count; r++) {
            if (j % (2 * LANES) == 0)
                ask(next[r], j / 2 + n / 2, single);
            UNROLL for (size_t v = 0; v < REGS; v++) a[v] += slope[r] * load(row[r], j + v * PER, single);
        }
        UNROLL for (size_t v = 0; v < REGS; v++) * (reg_there *)(void *)(g + j + v * PER) = a[v];
    }
#if LGD_WIDTH == 64
    if (j < n) {
        reg a = load_last(g, j, n, false);
        for (size_t r = 0; r < count; r++)
            a += slope[r] * load_last(row[r], j, n, single);
        _mm512_mask_storeu_pd(g + j, (__mmask8)((1U << (n - j)) - 1), (__m512d)a);
        return;
    }
#endif
    if (j + 4 <= n) {
        four a = *(const four_there *)(const void *)(g + j);
        for (size_t r = 0; r < count; r++)
            a += slope[r] * load_four(row[r], j, single);
        *(four_there *)(void *)(g + j) = a;
        j += 4;
    }
    for (; j < n; j++) {
        double a = g[j];
        for (size_t r = 0; r < count; r++)
            a += slope[r] * load_one(row[r], j, single);
        g[j] = a;
    }
}

/* As many rows at a time as there are registers for, then halves of that. */
INLINE void all_scores(bool single, size_t n, size_t count, const void *const *row, const void *const *next,
                       const double *w, bool whole, double *z)
{
    size_t i = 0;
    for (; i + AT_ONCE <= count; i += AT_ONCE)
        scores_of(AT_ONCE, single, n, row + i, next + i, w, whole, z + i);
    if (AT_ONCE > 4 && i + 4 <= count) {
        scores_of(4 % AT_ONCE, single, n, row + i, next + i, w, whole, z + i);
        i += 4;
    }
    for (; i < count; i++)
        scores_of(1, single, n, row + i, next + i, w, whole, z + i);
}

INLINE void all_updates(bool single, size_t n, size_t count, const void *const *row, const void *const *next,
                        const double *slope, double *g)
{
    size_t i = 0;
    if (n <= NARROW && count >= LANES) {
        update_narrow(count, single, n, row, next, slope, g);
        return;
    }
    for (; i + AT_ONCE <= count; i += AT_ONCE)
        update_of(AT_ONCE, single, n, row + i, next + i, slope + i, g);
    if (AT_ONCE > 4 && i + 4 <= count) {
        update_of(4 % AT_ONCE, single, n, row + i, next + i, slope + i, g);
        i += 4;
    }
    for (; i < count; i++)
        update_of(1, single, n, row + i, next + i, slope + i, g);
}

INLINE void step_of(bool single, bool plain, size_t n, const void *row, const void *next, double slope,
                    const lgd_row_step *step, double *w)
{
    const double lr = step->lr, by = step->by, l2 = step->l2;
    size_t j = 0;
    for (; j + LINE <= n; j += LINE) {
        ask_half(next, n / 2, j, single);
        UNROLL for (size_t v = 0; v < LINE / PER; v++)
        {
            reg_there *at = (reg_there *)(void *)(w + j + v * PER);
            reg a = *at, g = slope * load(row, j + v * PER, single);
            *at = a - lr * (plain ? g : g / by + l2 * a);
        }
    }
    for (; j + 4 <= n; j += 4) {
        four_there *at = (four_there *)(void *)(w + j);
        four a = *at, g = slope * load_four(row, j, single);
        *at = a - lr * (plain ? g : g / by + l2 * a);
    }
    for (; j < n; j++) {
        const double g = slope * load_one(row, j, single);
        w[j] -= lr * (plain ? g : g / by + l2 * w[j]);
    }
}

static void scores(size_t n, size_t count, const void *const *row, const void *const *next, const double *w, bool whole,
                   double *z)
{
    if (whole)
        all_scores(false, n, count, row, next, w, true, z);
    else
        all_scores(false, n, count, row, next, w, false, z);
}

static void scores_single(size_t n, size_t count, const void *const *row, const void *const *next, const double *w,
                          bool whole, double *z)
{
    all_scores(true, n, count, row, next, w, whole, z);
}

static void update(size_t n, size_t count, const void *const *row, const void *const *next, const double *slope,
                   double *g)
{
    all_updates(false, n, count, row, next, slope, g);
}

static void update_single(size_t n, size_t count, const void *const *row, const void *const *next, const double *slope,
                          double *g)
{
    all_updates(true, n, count, row, next, slope, g);
}

static void make_step(size_t n, const void *row, const void *next, double slope, const lgd_row_step *step, double *w)
{
    if (step->by == 1 && step->l2 == 0)
        step_of(false, true, n, row, next, slope, step, w);
    else
        step_of(false, false, n, row, next, slope, step, w);
}

static void step_single(size_t n, const void *row, const void *next, double slope, const lgd_row_step *step, double *w)
{
    step_of(true, step->by == 1 && step->l2 == 0, n, row, next, slope, step, w);
}

const lgd_row_kernels LGD_ROW_KERNELS[2] = {
    {.name = "rows, " LGD_ROW_KERNELS_NAME, .scores = scores, .update = update, .step = make_step},
    {.name = "rows of floats, " LGD_ROW_KERNELS_NAME,
     .single = true,
     .scores = scores_single,
     .update = update_single,
     .step = step_single},
};
