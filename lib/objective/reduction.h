/* A data set of least squares, reduced in one pass over its rows to what any fit of it needs: the Gram matrix of its columns.
 *
 * For an objective with `design`, of n columns and k outputs, with S_i = rho_i [x_i 1] where it has an intercept, that is where the
 * coordinates it spares are the last row of W:
 *
 *     f(W, b) = 1/2 sum_c (v_c^T C v_c - 2 c_c^T v_c + squares_c) + weight/2 sum_c (b_c + mean^T W_c - target_c)^2 + l2/2 |W|^2
 *     v_jc    = scale_j W_jc
 *
 * Columns and targets are centred on their weighted means while they are summed, and the columns are scaled by powers of two, so that
 * diagonal elements of C are in [1/4, 1): C has the condition of the problem and not that of its units or its origin. */
#ifndef LGD_REDUCTION_H
#define LGD_REDUCTION_H
#include "objective.h"
#include <float.h>

/* What is kept, and nothing of the objective.
 *   cols, outputs  n without the intercept, and k; w has (cols + intercept) outputs numbers
 *   total          what sums over rows are divided by: terms times their mean weight
 *   weight         sum of rho_i^2 over total; 0 without an intercept
 *   l2             of f, which spares coordinates spare_first .. spare_first + spare_count - 1 of w
 *   C              [cols x cols, ld] both triangles, of scaled columns; a column that is constant (without an intercept: 0) has only 0
 *   c              [cols x outputs] with the targets, which are not scaled
 *   squares        [outputs] mean squares of targets about their mean
 *   mean, scale    [cols]; without an intercept the means are 0
 *   target         [outputs] means of targets, 0 without an intercept
 *   inverse        [cols] 1/scale
 *   pool           scratch for passes over rows */
typedef struct lgd_reduction {
    size_t cols, outputs, terms, spare_first, spare_count, ld;
    bool intercept;
    double total, weight, l2;
    double *C, *c, *squares, *mean, *scale, *inverse, *target;
    lgd_pool *pool;
} lgd_reduction;

/* Reads every row of f once, in m (n + k + 1)^2 flops, or with k above n in m n (n + 2 k); the bits do not depend on threads (0: by the
 * environment). *out is the caller's.
 * LGD_EUNSUPPORTED where f has no `design`, or spares some outputs of a row of W and not others; LGD_EINVAL without rows, and for a
 * column or a target whose squares are not finite, by number. */
lgd_status lgd_reduction_create(lgd_reduction **out, lgd_objective *f, size_t threads);
void lgd_reduction_free(lgd_reduction *r);

/* Room for cols, outputs and ld of r, of zeros but scales of 1. */
lgd_status lgd_reduction_allocate(lgd_reduction *r);

/* Does l2 leave column j alone? */
static inline bool lgd_reduction_spares(const lgd_reduction *r, size_t j)
{
    const size_t at = j * r->outputs;
    return at >= r->spare_first && at - r->spare_first < r->spare_count;
}

/* What a strength l2 adds to the j-th diagonal element of C. */
static inline double lgd_reduction_ridge(const lgd_reduction *r, double l2, size_t j)
{
    return lgd_reduction_spares(r, j) ? 0 : l2 / r->scale[j] / r->scale[j];
}

/* Rows of f by panels: visit(ctx, count, P, ld, done) for P [count x cols + intercept + outputs, ld]: the columns, centred and scaled as
 * those of C, rho where there is an intercept, and the targets, centred too. `done` rows came before. */
typedef lgd_status (*lgd_reduction_visit)(void *ctx, size_t count, double *P, size_t ld, size_t done);
lgd_status lgd_reduction_walk(const lgd_reduction *r, const lgd_objective *f, const lgd_rows *rows,
                              lgd_reduction_visit visit, void *ctx);

/* Bytes of a block of the pool, which has room for the targets' columns of a panel too. */
size_t lgd_reduction_block(const lgd_reduction *r);

/* The largest condition of C that is accepted: what a correction leaves of an error is about 1e-3. */
#define LGD_REDUCTION_LIMIT (1e-3 / DBL_EPSILON)

/* What a solution was worth.
 *   rank       columns of which none is a constant or depends on those before it, the intercept among them; less than all is an error
 *   condition  an estimate of that of C + l2/scale^2 with a diagonal near 1, in the 1-norm, and `limit`, the largest that is accepted
 *   passes     over the rows
 *   rss        sum of omega (residual)^2 at w, of the last pass; 0 without one
 *   digits     -log10 |last correction|/|w| of scaled, centred coordinates; 0 without a pass */
typedef struct lgd_reduction_report {
    size_t rank, passes;
    double condition, limit, rss, digits;
} lgd_reduction_report;

/* The minimum of f at w [(cols + intercept) outputs], by Cholesky of C + l2/scale^2, and then `refinements` corrections of it by the
 * gradient over all rows of f, each a pass, which make up for the squared condition. f is NULL for none, or what r was made of. LGD_EINVAL,
 * by name, where the condition is above the limit or the rank not full, with both in the report. n^3/3 flops, and 4 m n k for a pass. */
lgd_status lgd_reduction_solve(const lgd_reduction *r, lgd_objective *f, size_t threads, size_t refinements, double *w,
                               lgd_reduction_report *report);

/* Corrections of any w alone. */
lgd_status lgd_reduction_refine(const lgd_reduction *r, lgd_objective *f, size_t threads, size_t steps, double *w,
                                lgd_reduction_report *report);

#endif
