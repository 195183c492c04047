/* Runs of libgd's methods for sums of squares and of GSL's on the same sums, side by side. */
#ifndef LGD_BENCH_PEERS_LEAST_SQUARES_H
#define LGD_BENCH_PEERS_LEAST_SQUARES_H
#include "../../tests/squares.h"

/* Where a run has ended, the standard errors there, and why. */
typedef struct outcome {
    double w[CLASSIC_DIM], errors[CLASSIC_DIM];
    const char *reason;
} outcome;

/* When GSL stops, as its test of convergence has them; zero: not before two steps in turn were of no use. */
typedef struct tolerances {
    double x, g;
} tolerances;

enum { GSL_LM, GSL_LMACCEL, GSL_DOGLEG };

/* GSL's multifit_nlinear with its default parameters but for the kind of step. */
outcome run_gsl(squares *s, int kind, tolerances tol);

#endif
