/* Timing: rounds in random order, quartiles, ratios within rounds. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The p-quantile of n >= 1 sorted numbers, linear between neighbours (type 7 of Hyndman and Fan, 1996). */
static double quantile(size_t n, const double *sorted, double p)
{
    double at = p * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

quartiles quartiles_of(size_t n, const double *x)
{
    quartiles q = {NAN, NAN, NAN, NAN};
    double *sorted = n ? malloc(n * sizeof *sorted) : NULL;
    if (!sorted)
        return q;
    memcpy(sorted, x, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    q = (quartiles){sorted[0], quantile(n, sorted, 0.25), quantile(n, sorted, 0.5), quantile(n, sorted, 0.75)};
    free(sorted);
    return q;
}

/* A ratio is taken inside a round, where both sides met the same neighbours; its interval by the percentile bootstrap (Efron
 * 1979). */
interval ratio_of(size_t n, const double *reference, const double *x, uint64_t seed)
{
    enum { SAMPLES = 1000 };
    interval r = {NAN, NAN, NAN};
    double *each = n ? malloc((3 * n + SAMPLES) * sizeof *each) : NULL;
    if (!each)
        return r;
    double *drawn = each + n, *uniform = drawn + n, *median = uniform + n;
    for (size_t i = 0; i < n; i++)
        each[i] = reference[i] / x[i];
    r.median = quartiles_of(n, each).median;
    for (size_t s = 0; s < SAMPLES; s++) {
        lgd_uniform(seed, s * n, n, uniform);
        for (size_t i = 0; i < n; i++)
            drawn[i] = each[(size_t)(uniform[i] * (double)n)];
        qsort(drawn, n, sizeof *drawn, by_value);
        median[s] = quantile(n, drawn, 0.5);
    }
    qsort(median, SAMPLES, sizeof *median, by_value);
    r.low = quantile(SAMPLES, median, 0.025);
    r.high = quantile(SAMPLES, median, 0.975);
    free(each);
    return r;
}

/* Repeats until one timing is long enough for the clock and for what the machine does beside it. */
static bool calibrate(timed *item, double floor)
{
    enum { MOST = 1 << 24 };
    double seconds = item->run(item->ctx, 1); /* warm-up */
    for (item->repeats = 1; seconds >= 0; item->repeats *= 2) {
        seconds = item->run(item->ctx, item->repeats);
        if (seconds * (double)item->repeats >= floor || item->repeats >= MOST)
            break;
    }
    return seconds >= 0;
}

bool measure(timed *item, size_t count, size_t rounds, double floor, uint64_t seed, progress *bar)
{
    size_t *order = malloc((count ? count : 1) * sizeof *order);
    bool ok = order != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = calibrate(&item[i], floor);
    for (size_t r = 0; ok && r < rounds; r++) {
        lgd_permutation(seed, r, count, order);
        for (size_t i = 0; ok && i < count; i++) {
            timed *c = &item[order[i]];
            c->sample[r] = c->run(c->ctx, c->repeats);
            ok = c->sample[r] >= 0;
        }
        progress_step(bar);
    }
    free(order);
    return ok;
}

int note_time(void *ctx, const lgd_progress *at)
{
    (void)at;
    *(double *)ctx = now();
    return 0;
}
