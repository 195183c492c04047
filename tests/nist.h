/* Sets of NIST's Statistical Reference Datasets with their certified values, read from bench/data/nist, and their models. */
#ifndef LGD_TESTS_NIST_H
#define LGD_TESTS_NIST_H
#include "lgd.h"
#include <stdbool.h>
#include <stddef.h>

enum { NIST_ROWS = 214, NIST_COLS = 6, NIST_DIM = 7, NIST_LINEAR = 6, NIST_NONLINEAR = 5 };

struct nist;

/* model(x; b) and its derivatives in slope[dim]. */
typedef double nist_curve(const double *b, double x, double *slope);

/* Of a linear set the regressors are 1, x, .., x^degree, or with degree 0 a column of 1 and those of the file. */
typedef struct nist_model {
    const char *name; /* of the file, without .dat */
    size_t dim;
    size_t degree;
    nist_curve *curve; /* NULL: linear */
} nist_model;

extern const nist_model nist_linear[NIST_LINEAR], nist_nonlinear[NIST_NONLINEAR];

/* A file. `certified` are the parameters, `errors` their standard deviations; starts are there for nonlinear sets alone. */
typedef struct nist {
    const nist_model *model;
    size_t rows, cols;
    double y[NIST_ROWS], x[NIST_ROWS * NIST_COLS];
    double starts[2][NIST_DIM], certified[NIST_DIM], errors[NIST_DIM];
    double rss, sigma; /* residual sum of squares and standard deviation */
    size_t freedom;
} nist;

/* Reads folder/NAME.dat. NULL, or what is wrong with it. */
const char *nist_read(nist *set, const nist_model *model, const char *folder);

/* Residuals model(x_i; w) - y_i and their Jacobian for lgd_residual_create; ctx is a nist. */
lgd_status nist_residual(void *ctx, size_t dim, size_t count, const double *w, double *r, double *jacobian);

/* The regressors of a linear set, X [rows x dim]. */
void nist_design(const nist *set, double *X);

/* Digits of the worst of dim numbers, min_j -log10(|w_j - exact_j| / |exact_j|), at most `most`; for exact_j = 0 without the divisor. */
double nist_digits(size_t dim, const double *w, const double *exact, double most);

#endif
