/* Inside of least squares at once:
 *   least_squares.c          options, solvers, reports
 *   least_squares_factor.c   the triangle of the rows, scaled; its condition and its inverses
 *   least_squares_refine.c   residuals against the rows in twice the precision
 *   least_squares_errors.c   covariance, standard errors
 *   least_squares_reduced.c  the same from a reduction
 *
 * All of it is in scaled columns and targets: S_j 2^-e_j and R 2^-e_R, of a norm in [1/2, 1), so that no unit matters; then
 * x_j = w_j 2^(e_j - e_R). The scales are powers of two and exact. */
#ifndef LGD_LEAST_SQUARES_INSIDE_H
#define LGD_LEAST_SQUARES_INSIDE_H
#include "lgd/least_squares.h"
#include "objective.h"
#include "reduction.h"

/* A fit.
 *   n, k, width    columns of S, or parameters; outputs; n + k
 *   residuals      how many there are
 *   T              [width x width] triangle of the scaled rows [S R], R the targets' negatives or the residuals at a point
 *   F, q           [n x n] and [n x k], the same with rows for l2 beneath: F x = -q is the solution
 *   inverse        [n x n] of F; where its rank is less than n, the pseudo-inverse
 *   ridge          [n] squares of the rows for l2
 *   x, g, low      [k x n]: the solution, and the gradient with what it is short of
 *   power          [n + 1] e_j and, last, e_R
 *   squares        sum of squares at the solution, in scaled targets
 *   deficient      the first column that depends on those before it; n: none does
 *   pseudo         the inverse is by singular values, and stands for F where one has to be solved with
 *   told           a report is wanted */
typedef struct lgd_fit {
    lgd_objective *f;
    size_t n, k, width, residuals, threads, rank, deficient;
    double l2, rcond, condition, squares;
    double *T, *F, *q, *inverse, *ridge, *x, *g, *low, *dx;
    int *power;
    bool pseudo, told;
    lgd_reduction *reduced;
} lgd_fit;

/* ---- least_squares_factor.c */

/* Room for n parameters and k outputs. */
lgd_status lgd_fit_create(lgd_fit **out, lgd_objective *f, size_t n, size_t k, size_t residuals, double rcond);
void lgd_fit_free(lgd_fit *fit);

/* T, F, q and what they say of rank and condition, from the rows: of the design, or at w of [J r]. */
lgd_status lgd_fit_triangle(lgd_fit *fit, const double *w);

/* rank, deficient and condition of F. */
void lgd_fit_examine(lgd_fit *fit);

/* F is refused if its rank is less than n: names the column. */
lgd_status lgd_fit_refuse(const lgd_fit *fit);

/* The inverse; by singular values, which tell rank and condition anew, where the rank is less than n or `svd` says so. */
lgd_status lgd_fit_invert(lgd_fit *fit, bool svd);

/* x = F^-1 F^-T g, by the inverse where there is one. */
void lgd_fit_normal(const lgd_fit *fit, const double *g, double *x);
void lgd_fit_back(size_t n, const double *F, double *x);    /* x = F^-1 x */
void lgd_fit_forward(size_t n, const double *F, double *x); /* x = F^-T x */

/* Sum of squares at x, from T, in scaled targets; that of the targets about their mean, or 0 without an intercept. */
double lgd_fit_squares(const lgd_fit *fit, const double *x);
double lgd_fit_total(const lgd_fit *fit);

/* Are the coordinates that f spares an intercept, the last row of W? */
static inline bool lgd_fit_has_intercept(const lgd_fit *fit)
{
    return fit->f->slopes && fit->f->spare_count == fit->k && fit->f->spare_first == fit->f->dim - fit->k;
}

/* ---- least_squares_refine.c */

/* g + low = the gradient at x of half the sum of squares, rows for l2 included, from the rows of f, to twice the precision. *squares is
 * that sum without them. */
lgd_status lgd_fit_gradient(lgd_fit *fit, double *squares);

/* At most `most` corrections of x. */
lgd_status lgd_fit_refine(lgd_fit *fit, size_t most, lgd_least_squares_report *report, double *squares);

/* ---- least_squares_errors.c */

/* sigma of the report. */
double lgd_fit_sigma(const lgd_fit *fit, const lgd_least_squares_options *o, double freedom);

/* freedom and sigma of the report, then errors and covariance, of a fit that has its triangle. */
lgd_status lgd_fit_errors(lgd_fit *fit, const lgd_least_squares_options *o, lgd_least_squares_report *report);

/* ---- least_squares_reduced.c */

/* x from the reduction of f, instead of a triangle, and corrections of it; freedom and r_squared of the report. */
lgd_status lgd_fit_reduce(lgd_fit *fit);
void lgd_fit_reduced_normal(const lgd_fit *fit, const double *g, const double *low, double *x);
void lgd_fit_reduced_report(lgd_fit *fit, double squares, lgd_least_squares_report *report);

#endif
