/* What the programs in C beside this file found, in the form that peers.py describes: text in columns, tabs between. */
#ifndef LGD_BENCH_PEERS_LINES_H
#define LGD_BENCH_PEERS_LINES_H
#include <stddef.h>

/* A pair of ways that did the same work: how that was checked, what of it counts and in what unit. */
typedef struct line {
    const char *work, *quantity, *unit, *ours, *peer, *version, *checked;
} line;

/* The names of the columns. */
void lines_begin(void);

/* One line, of both in each of `rounds` rounds, at most 999: medians, and the quartiles of theirs[i] / mine[i]. */
void lines_add(const line *l, size_t rounds, const double *mine, const double *theirs);

/* The q-quantile, from 0 to 1, of x, which it sorts; between two it is linear. NaN of nothing. */
double quantile(size_t count, double *x, double q);

#endif
