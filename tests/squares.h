/* Runs on sums of squares |r(w)|^2, with evaluations counted: the classic functions that are such sums, and NIST's sets. */
#ifndef LGD_TESTS_SQUARES_H
#define LGD_TESTS_SQUARES_H
#include "classic_run.h"
#include "nist.h"

/* A sum of squares from a start, and what has been asked of it. Of `classic` or `nist` one is NULL.
 *   evaluations   points at which r was asked for; r and J at a point in turn are one, as are r and r again
 *   jacobians     calls for J
 *   finished      what is asked for afterwards is not counted
 *   solved        the evaluation that was the first to solve a classic function; 0: none */
typedef struct squares {
    const classic *classic;
    const nist *nist;
    size_t dim, count;
    double start[CLASSIC_DIM];
    size_t evaluations, jacobians, solved;
    bool finished;
    double f0, last[CLASSIC_DIM];
} squares;

squares squares_classic(const classic *p, double factor);
squares squares_nist(const nist *set, size_t start);

/* Residuals for lgd_residual_create; ctx is a squares. */
lgd_status squares_residual(void *ctx, size_t dim, size_t count, const double *w, double *r, double *jacobian);

/* How a run ended, and the standard errors of w where there are more residuals than parameters. */
typedef struct squares_result {
    double w[CLASSIC_DIM], errors[CLASSIC_DIM];
    lgd_status status;
    lgd_report report;
} squares_result;

/* method: as for lgd_optimizer_parse. Until it ends by itself, or after CLASSIC_MOST evaluations. */
squares_result squares_run(squares *s, const char *method);

#endif
