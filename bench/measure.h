/* lgd-bench: timing, its progress, and what a check says. */
#ifndef LGD_BENCH_MEASURE_H
#define LGD_BENCH_MEASURE_H
#include "../cli/progress.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- measure (measure.c) */

typedef struct quartiles {
    double min, q1, median, q3;
} quartiles;
quartiles quartiles_of(size_t n, const double *x);

/* The median of n per-round ratios reference/x (above 1: x is faster), with the 95 % interval of 1000 bootstrap samples. */
typedef struct interval {
    double median, low, high;
} interval;
interval ratio_of(size_t n, const double *reference, const double *x, uint64_t seed);

/* Something to time. run does its work `repeats` times over and returns the seconds of one, negative on failure. */
typedef struct timed {
    double (*run)(void *ctx, size_t repeats);
    void *ctx;
    size_t repeats;
    double *sample; /* [rounds] */
} timed;

/* Warms up; doubles each cell's repeats until a timing takes `floor` seconds; then `rounds` times all cells in an order of
 * lgd_permutation(seed, round). False if a run failed. */
bool measure(timed *cell, size_t count, size_t rounds, double floor, uint64_t seed, progress *bar);

/* A callback of runs: when it was called last, to *(double *)ctx. What a run does after its last epoch is then left out. */
struct lgd_progress;
int note_time(void *ctx, const struct lgd_progress *at);

/* ---- results. A cell is checked before it is timed; one that fails has no time. */

typedef enum verdict { OK, WRONG, FAILED } verdict;

/* Largest |a_j - b_j| relative to the largest |b_j|. */
double difference(size_t n, const double *a, const double *b);

#endif
