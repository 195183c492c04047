/* What a step is compared with, apart because it is compiled with the library's flags. */
#ifndef LGD_BENCH_LOOPS_H
#define LGD_BENCH_LOOPS_H
#include <stddef.h>
#include <stdint.h>

enum { LOOP_VECTORS = 6 };

/* What no step of a method with that many vectors, at most LOOP_VECTORS, can do without: reads w, g and the vectors,
 * writes w and the vectors. With x = g: x = v = v/2 + x for each vector in turn, then w -= x/1000. */
void loop_move(size_t dim, size_t vectors, double *w, const double *g, double *const *vec);

/* The least that comes before it where a step needs sums over all coordinates: reads w and g. The sum of w g. */
double loop_read(size_t dim, const double *w, const double *g);

/* f = sum_i (x_i.w - y_i)^2/2 over the rows x_i of X [rows x n], and g += its gradient, each row read once. */
double loop_rows(size_t rows, size_t n, const double *X, const double *y, const double *w, double *g);

/* Step t, from 1, of a method with its presets, as its formula is written; NULL if there is none of that name. */
typedef void loop_of_method(size_t dim, double *w, const double *g, double *const *vec, uint64_t t);
loop_of_method *loop_find(const char *name);

#endif
