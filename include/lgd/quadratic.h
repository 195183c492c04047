/* Quadratics: a function given by its Hessian, and a data set of least squares reduced to one.
 *
 *     q(w) = 1/2 w^T Q w + b^T w + c
 *
 * A step on the reduction of m rows and n columns costs n^2, whatever m is; reducing reads the rows once.
 */
#ifndef LGD_QUADRATIC_H
#define LGD_QUADRATIC_H
#include "least_squares.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The objective f, which is quadratic, over the same w, as one term: f is a linear model with the loss half_squared or squared, with
 * weights, offset, intercept, outputs and l2 as they are, a subset of one, or an objective of your own with `design`. q(w) is f(w) to
 * rounding, and so are gradient, products, Hessian, and the coordinates that it spares. Nothing of f is needed afterwards.
 *
 * It is kept centred: with an intercept in f, the Gram matrix of columns and targets about their means, and the means apart, so columns
 * far from 0 lose nothing. (Without one there is no mean to take off, and a column of ones in X is a column like any.)
 *
 * Reads each row once, for m (n + k + 1)^2 flops with n columns and k outputs (m n (n + 2 k) where k is above n); the same bits for any
 * number of threads. Memory: n (n + k), and while it is made (n + k)^2 for each group of rows, at most 128 MB or one group. An evaluation
 * costs 2 n^2 k flops.
 * Errors: LGD_EINVAL for NULL, no rows, a column or target whose squares are not finite; LGD_EUNSUPPORTED where f is not quadratic. */
LGD_API lgd_status lgd_quadratic_create(lgd_objective **out, lgd_objective *f);

/* The quadratic of a symmetric Q [dim x dim, ld >= dim], of which the lower triangle is read, Q[i*ld + j] for j <= i, b [dim] and c; it is
 * copied. b NULL: 0. Q need not be positive; what ends a run down an indefinite one is divergence. LGD_EINVAL for NULL, dim 0, an ld that
 * is too small, and the first number that is not finite. */
LGD_API lgd_status lgd_quadratic_create_dense(lgd_objective **out, size_t dim, const double *Q, size_t ld,
                                              const double *b, double c);

/* What a refinement found. A zeroed member was not reached.
 *   digits      of w: -log10 |last correction|/|w|, in centred columns of like size; what is left of the error is smaller still
 *   condition   an estimate of that of the reduced matrix, l2 included
 *   limit       the largest that is accepted: 4.5e12
 *   rank        columns that are independent, the intercept among them
 *   passes      over the rows of f */
typedef struct lgd_refinement {
    double digits, condition, limit;
    size_t rank, passes;
} lgd_refinement;

/* w -= H^-1 grad f(w), `steps` [0: 2] times: Newton's steps with the gradient over all rows of f and the reduced Hessian, which leaves of
 * an error about its condition times 1e-16. For a w found on q, whose matrix is rounded, to all the digits of the data; a penalty is
 * not seen. q is of lgd_quadratic_create, f what it was made of, w [dim]. report may be NULL, and is there after a refusal too. Each step
 * reads the rows once, 4 m n k flops; n^3/3 before. LGD_EINVAL for another f, a w that is not finite, a rank that is not full, or a
 * condition above the limit, by name, and w is untouched. */
LGD_API lgd_status lgd_quadratic_refine_sized(const lgd_objective *q, lgd_objective *f, double *w, size_t steps,
                                              lgd_refinement *report, size_t report_size);
static inline lgd_status lgd_quadratic_refine(const lgd_objective *q, lgd_objective *f, double *w, size_t steps,
                                              lgd_refinement *report)
{
    return lgd_quadratic_refine_sized(q, f, w, steps, report, sizeof *report);
}

/* ---- which way */

/* How least squares may be gone about.
 *   LGD_WAY_AUTO     the cheapest way that gives what is wanted
 *   LGD_WAY_STREAM   every step reads all rows
 *   LGD_WAY_REDUCE   the rows are read once, and steps are those of the reduction; for the optimum two corrections follow
 *   LGD_WAY_DIRECT   the optimum at once by QR, which takes any condition */
typedef enum lgd_way { LGD_WAY_AUTO, LGD_WAY_STREAM, LGD_WAY_REDUCE, LGD_WAY_DIRECT } lgd_way;

/* What is to be done.
 *   rows, cols  m and n, the intercept among the columns
 *   outputs     k [1]
 *   steps       of descent, each a gradient over all rows; 0: none, the optimum is wanted at once
 *   optimum     it is wanted whatever the steps, so a solution at once may take their place
 *   condition   of the centred, scaled columns where it is known; above 2.1e6 the reduction is not taken for an optimum [1]
 *   way         forces one [LGD_WAY_AUTO: the cheapest that gives what is wanted] */
typedef struct lgd_plan_options {
    size_t rows, cols, outputs, steps;
    bool optimum;
    double condition;
    lgd_way way;
} lgd_plan_options;

/* What a way takes.
 *   flops   floating-point operations
 *   bytes   read from memory
 *   time    both, in units of an operation of a matrix product */
typedef struct lgd_plan_cost {
    double flops, bytes, time;
} lgd_plan_cost;

/* The plan.
 *   way         never LGD_WAY_AUTO
 *   cost        [4] of each way, by lgd_way; INFINITY where it cannot give what is wanted
 *   break_even  steps from which on reducing is the cheaper
 *   text        a sentence for people: the way, and the figures that said so */
typedef struct lgd_plan {
    lgd_way way;
    lgd_plan_cost cost[4];
    double break_even;
    char text[240];
} lgd_plan;

/* Plans least squares of m rows and n columns, by counts and ratios alone; nothing is measured, so a plan is the same everywhere.
 * With W = n + k: a step over the rows m (4 n k flops, 8 n bytes), a reduction m (W^2, 8 n), a step on it (2 n^2 k, 0), QR m (2 W^2, 8 n).
 * As time a flop of a product counts 1, of QR 2, of a matrix by a vector 2 in cache; a byte 3; a row 600 each step and 1200 where it is
 * copied (measured on machines with AVX2 and OpenBLAS, where these ratios hold within a factor of two). LGD_EINVAL for NULL, no rows or
 * columns, a condition below 1, or a forced way that cannot give what is wanted. */
LGD_API lgd_status lgd_least_squares_plan_sized(const lgd_plan_options *options, size_t options_size, lgd_plan *plan,
                                                size_t plan_size);
static inline lgd_status lgd_least_squares_plan(const lgd_plan_options *options, lgd_plan *plan)
{
    return lgd_least_squares_plan_sized(options, sizeof *options, plan, sizeof *plan);
}

#ifdef __cplusplus
}
#endif
#endif
