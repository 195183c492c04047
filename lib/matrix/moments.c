/* Mean and deviation of columns over a set of rows, a few of which are at hand at a time. */
#include "matrix/matrix.h"
#include <math.h>

enum { PANEL = 4096 }; /* numbers at hand: 32 KB */

/* Where the rows come from, and what is summed of them.
 *   origin   [cols] their first row, which the first pass is shifted by, so that the deviation of a constant column is exactly 0
 *   factor   [cols] first the largest distance from there, then the power of two that keeps squares in range
 *   rest     [cols] what the mean of the first pass leaves */
typedef struct sums {
    size_t cols;
    double *mean, *deviation, *origin, *factor, *rest;
} sums;

static void add_values(sums *s, size_t count, const double *X)
{
    for (size_t i = 0; i < count; i++, X += s->cols)
        for (size_t j = 0; j < s->cols; j++) {
            const double e = X[j] - s->origin[j];
            s->mean[j] += e;
            s->factor[j] = fabs(e) > s->factor[j] ? fabs(e) : s->factor[j];
        }
}

static void add_squares(sums *s, size_t count, const double *X)
{
    for (size_t i = 0; i < count; i++, X += s->cols)
        for (size_t j = 0; j < s->cols; j++) {
            const double e = (X[j] - s->mean[j]) * s->factor[j];
            s->rest[j] += e;
            s->deviation[j] += e * e;
        }
}

/* Between the passes, and after them. */
static void take_mean(sums *s, double n)
{
    for (size_t j = 0; j < s->cols; j++) {
        int exponent = 0;
        frexp(s->factor[j], &exponent);
        exponent = exponent < -1000 ? -1000 : exponent > 1000 ? 1000 : exponent; /* no subnormal factor */
        s->factor[j] = ldexp(1, -exponent);
        s->mean[j] = s->origin[j] + s->mean[j] / n;
    }
}

static void take_deviation(sums *s, double n)
{
    for (size_t j = 0; j < s->cols; j++) {
        const double variance = (s->deviation[j] - s->rest[j] * s->rest[j] / n) / n;
        s->mean[j] += s->rest[j] / n / s->factor[j];
        s->deviation[j] = sqrt(variance > 0 ? variance : 0) / s->factor[j];
    }
}

/* By the corrected two-pass algorithm: T. Chan, G. Golub, R. LeVeque, The American Statistician 37 (1983). */
lgd_status lgd_matrix_moments(const char *name, size_t cols, const lgd_rows *rows, lgd_gather gather, void *ctx,
                              double *mean, double *deviation)
{
    const size_t panel = cols < PANEL ? PANEL / cols : 1;
    double *block = lgd_alloc(name, lgd_mul(cols, lgd_add(panel, 3)), sizeof *block);
    if (!block)
        return LGD_ENOMEM;
    double *X = block + 3 * cols;
    sums s = {cols, mean, deviation, block, block + cols, block + 2 * cols};
    const double n = (double)rows->count;
    for (size_t j = 0; j < cols; j++)
        mean[j] = deviation[j] = 0;
    lgd_status status = LGD_OK;
    for (int pass = 0; pass < 2 && !status; pass++) {
        for (size_t done = 0; done < rows->count && !status; done += panel) {
            const size_t left = rows->count - done, count = left < panel ? left : panel;
            status = gather(ctx, &(lgd_rows){rows->first + done, count, rows->index}, X);
            for (size_t j = 0; j < cols && !pass && !done; j++)
                s.origin[j] = X[j];
            if (!status)
                (pass ? add_squares : add_values)(&s, count, X);
        }
        (pass ? take_deviation : take_mean)(&s, n);
    }
    lgd_release(block);
    return status;
}
