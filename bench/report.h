/* The report: what its tables and its checks share. */
#ifndef LGD_BENCH_REPORT_H
#define LGD_BENCH_REPORT_H
#include "bench.h"

enum { ILL_SIZE = 400 };

/* What to say of a cell that is not OK. */
char *ill_method(char text[ILL_SIZE], const method *m);
char *ill_cell(char text[ILL_SIZE], const grid_cell *c);
char *ill_gradient(char text[ILL_SIZE], const gradient_cell *c);
char *ill_step(char text[ILL_SIZE], const step_cell *c);
char *ill_runner(char text[ILL_SIZE], const runner *k);

/* A table wider than the screen scrolls in a box of its own, which the keyboard reaches too. Heads of text begin with
 * a space to stand left; the others stand over figures. */
void report_begin(FILE *to, const char *kind, const char *part, const char *caption, const char *const *heads);
void report_end(FILE *to);

#endif
