/* Medians and slopes that single values do not sway. */
#include "diagnose.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t lgd_trend_finite(size_t count, const double *x, double *values, size_t *entry)
{
    size_t kept = 0;
    for (size_t i = 0; x && i < count; i++)
        if (isfinite(x[i])) {
            values[kept] = x[i];
            entry[kept++] = i;
        }
    return kept;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double lgd_trend_median(size_t count, const double *x, double *room)
{
    if (!count)
        return NAN;
    memmove(room, x, count * sizeof *x);
    qsort(room, count, sizeof *room, compare);
    return 0.5 * (room[(count - 1) / 2] + room[count / 2]);
}

double lgd_trend_change(size_t count, const double *x, double *noise, double *room)
{
    const size_t apart = count / 2, pairs = count - apart;
    if (noise)
        *noise = 0;
    if (count < 2)
        return 0;
    for (size_t i = 0; i < pairs; i++)
        room[i] = (x[i + apart] - x[i]) / (double)apart;
    const double slope = lgd_trend_median(pairs, room, room + count);
    if (noise) {
        for (size_t i = 0; i < count; i++)
            room[i] = x[i] - slope * (double)i;
        const double middle = lgd_trend_median(count, room, room + count);
        for (size_t i = 0; i < count; i++)
            room[i] = fabs(room[i] - middle);
        *noise = lgd_trend_median(count, room, room + count);
    }
    return slope * (double)(count - 1);
}
