/* Coordinate descent on a convex quadratic and what penalises each of its coordinates by itself:
 *
 *     F(w) = 1/2 w.Hw - b.w + sum_j [l1_j |w_j| + l2_j/2 w_j^2],   lower_j <= w_j <= upper_j
 *
 * J. Friedman, T. Hastie, R. Tibshirani, "Regularization paths for generalized linear models via coordinate descent", J. Stat. Softw. 33
 * (2010). b is known by the gradient of the quadratic, g = H w - b, which a change of w_j carries on by a column of H. */
#ifndef LGD_CD_H
#define LGD_CD_H
#include "base/base.h"

/* A problem, and where it stands.
 *   H                         [n x n, ld] both triangles, no diagonal element below 0
 *   l1, l2, lower, upper      [n], or all NULL: nothing penalises
 *   frozen                    [n] what does not move; NULL: nothing is
 *   w, g                      [n] the point, within bounds, and H w - b there
 *   d, e, list                [n] scratch
 *   M, rows                   [n x n, ld], [n] the factor of the equations of `factored` coordinates, those of `rows`; M NULL: sweeps alone
 *   factored, changes         rows of the factor, 0 where H or l2 are others than they were; how many came and went since it was made
 *   sweeps                    over all coordinates, so far
 *   spent                     flops of sweeps since equations were last tried
 *   unbounded                 F falls without bound along one coordinate */
typedef struct lgd_cd {
    size_t n, ld;
    const double *H, *l1, *l2, *lower, *upper;
    const bool *frozen;
    double *w, *g, *d, *e, *M;
    size_t *list, *rows, factored, changes;
    uint64_t sweeps;
    double spent;
    bool unbounded;
} lgd_cd;

/* A sweep over all coordinates; then, as long as that pays, sweeps over those that are not 0 and the equations that hold while no sign
 * changes and no bound is met. Returns the largest H_jj (change of w_j)^2 of the sweep over all: twice what F fell by there. */
double lgd_cd_round(lgd_cd *p);

/* The largest H_jj w_j^2. */
double lgd_cd_size(const lgd_cd *p);

/* The upper triangle of H from the lower one. */
void lgd_cd_mirror(size_t n, double *H, size_t ld);

#endif
