#include "lines.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 999 };

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double quantile(size_t count, double *x, double q)
{
    if (!count)
        return NAN;
    qsort(x, count, sizeof *x, ascending);
    const double at = q * (double)(count - 1);
    const size_t before = (size_t)at, after = before + 1 < count ? before + 1 : before;
    return x[before] + (at - (double)before) * (x[after] - x[before]);
}

void lines_begin(void)
{
    printf("work\tbatch\tquantity\tunit\tours\tpeer\tversion\tours_median\tpeer_median\tratio\tlow\thigh\trounds\t"
           "checked\n");
}

void lines_add(const line *l, size_t rounds, const double *mine, const double *theirs)
{
    double x[MOST_ROUNDS];
    rounds = rounds < MOST_ROUNDS ? rounds : MOST_ROUNDS;
    memcpy(x, mine, rounds * sizeof *x);
    const double ours = quantile(rounds, x, 0.5);
    memcpy(x, theirs, rounds * sizeof *x);
    const double peer = quantile(rounds, x, 0.5);
    for (size_t i = 0; i < rounds; i++)
        x[i] = theirs[i] / mine[i];
    printf("%s\t-\t%s\t%s\t%s\t%s\t%s\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%zu\t%s\n", l->work, l->quantity, l->unit, l->ours,
           l->peer, l->version, ours, peer, quantile(rounds, x, 0.5), quantile(rounds, x, 0.25),
           quantile(rounds, x, 0.75), rounds, l->checked);
}
