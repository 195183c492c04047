/* Classic functions for methods of minimisation, with starts and minima: the 35 problems of J. J. More, B. S. Garbow,
 * K. E. Hillstrom, "Testing unconstrained optimization software", ACM Trans. Math. Softw. 7 (1981), 17-41, and others that are
 * often met. Each in double and, from the same lines, in long double. */
#ifndef LGD_TESTS_CLASSIC_H
#define LGD_TESTS_CLASSIC_H
#include <stdbool.h>
#include <stddef.h>

enum { CLASSIC_DIM = 12, CLASSIC_ROWS = 99, CLASSIC_ENTRIES = 720, MGH_PROBLEMS = 35 };

/* A value that a method may end at, and a point where it is: for a minimum at infinity one far out. */
typedef struct classic_minimum {
    int problem; /* from 1 */
    long double f;
    bool far;
    double x[CLASSIC_DIM];
} classic_minimum;

struct classic_point;
struct classic_point_exact;

/* A function of n variables: the sum of the squares of m residuals, as the paper has it without a half; m = 0: no such sum.
 * `once`: there is no start at 10 times the standard one (x = 0, or a gradient of 0 there). */
typedef struct classic {
    const char *name;
    int n, m;
    bool once;
    void (*fill)(const struct classic_point *);
    void (*fill_exact)(const struct classic_point_exact *);
    double (*start)(int n, int j); /* j from 1 */
    int given;
    double first[CLASSIC_DIM]; /* without `start`: the first ones, which then come again */
} classic;

extern const classic mgh_problems[MGH_PROBLEMS];
extern const classic classic_functions[]; /* the others */
extern const size_t classic_function_count;

/* The standard start times a factor, in x[n]. */
void classic_start(const classic *p, double factor, double *x);

/* f at x[n], and the gradient in g[n] unless it is NULL. */
double classic_eval(const classic *p, const double *x, double *g);
long double classic_eval_exact(const classic *p, const double *x, long double *g);

/* The residuals r[m] at x[n] and, unless it is NULL, their Jacobian J[m x n] by rows, of a p with m > 0. */
void classic_residuals(const classic *p, const double *x, double *r, double *J);

/* The minima known, one after another. */
const classic_minimum *classic_minima(const classic *p, size_t *count);

/* Whether f is within 1e-5, relative, of a minimum known; of 0 within 1e-10 min(f0, 1e4), f0 being the value at the start. */
bool classic_solved(const classic *p, double f0, double f);

/* Evaluations made, and which was the first whose value was solved (0: none); begins with all but p zero. */
typedef struct classic_count {
    const classic *p;
    double f0;
    size_t evaluations, solved;
} classic_count;

/* As classic_eval, counted; the first one is that of the start. */
double classic_counted(classic_count *count, const double *x, double *g);

/* |g| at x[n] by long double. */
double classic_grad_norm(const classic *p, const double *x);

#endif
