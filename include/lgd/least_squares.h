/* Sums of squares: residuals of your own as an objective.
 *
 *     f(w) = 1/2 sum_i omega_i r_i(w)^2,   in general   c^2/2 sum_i rho(omega_i r_i(w)^2 / c^2)
 *
 * Such an objective goes into every optimizer; those of gauss_newton.h use that it is a sum of squares.
 */
#ifndef LGD_LEAST_SQUARES_H
#define LGD_LEAST_SQUARES_H
#include "glm.h"
#ifdef __cplusplus
extern "C" {
#endif

/* r [count] and, unless it is NULL, its Jacobian J [count x dim] at w [dim]: jacobian[i*dim + j] = d r_i / d w_j. It SETS both; J
 * comes zeroed. A non-zero return ends the run as LGD_EUSER (a lgd_status is passed through); where the model has no value it may
 * set NaN instead, and a trial there counts as too long. */
typedef lgd_status (*lgd_residual)(void *ctx, size_t dim, size_t count, const double *w, double *r, double *jacobian);

/* What a large residual counts, with z = omega r^2 / c^2; all are z to first order.
 *   LGD_ROBUST_NONE      rho = z
 *   LGD_ROBUST_HUBER     rho = z for z <= 1, else 2 sqrt(z) - 1: P. J. Huber, Ann. Math. Statist. 35 (1964)
 *   LGD_ROBUST_CAUCHY    rho = log(1 + z), which is not convex
 *   LGD_ROBUST_SOFT_L1   rho = 2 (sqrt(1 + z) - 1), a smooth Huber: P. Charbonnier et al., IEEE Trans. Image Process. 6 (1997) */
typedef enum lgd_robust { LGD_ROBUST_NONE, LGD_ROBUST_HUBER, LGD_ROBUST_CAUCHY, LGD_ROBUST_SOFT_L1 } lgd_robust;

/* Where the Jacobian comes from.
 *   LGD_JACOBIAN_GIVEN     fn
 *   LGD_JACOBIAN_CENTRAL   central differences with h_j = cbrt(eps) |w_j| (w_j = 0: cbrt(eps)): 2 dim calls, about ten digits
 *   LGD_JACOBIAN_FORWARD   forward differences with h_j = sqrt(eps) |w_j| (w_j = 0: sqrt(eps)): dim calls, about seven digits */
typedef enum lgd_jacobian { LGD_JACOBIAN_GIVEN, LGD_JACOBIAN_CENTRAL, LGD_JACOBIAN_FORWARD } lgd_jacobian;

/* Options of residuals. A zeroed struct, or NULL: what lgd_residual_create makes.
 *   weights    [count] >= 0, borrowed, omega_i: 1/sigma_i^2 for a standard deviation sigma_i; NULL: all 1
 *   robust     see lgd_robust
 *   scale      c > 0, the size of |r| sqrt(omega) from which on it counts less [1]
 *   jacobian   see lgd_jacobian; unless given, fn is called with jacobian NULL always */
typedef struct lgd_residual_options {
    const double *weights;
    lgd_robust robust;
    double scale;
    lgd_jacobian jacobian;
} lgd_residual_options;

/* A sum of squares of count >= 1 residuals as an objective of one term, f = 1/2 sum_i r_i^2 (a sum, and no mean). With g, r and J
 * are asked for at once, and kept for the step that follows. A fn that sets no element of its first Jacobian, where r is finite, is
 * refused as LGD_EINVAL. Memory: count (dim + 4) + 2 dim numbers. */
LGD_API lgd_status lgd_residual_create(lgd_objective **out, size_t dim, size_t count, lgd_residual fn, void *ctx);

/* The same with options. LGD_EINVAL names the weight or the option that is out of range. */
LGD_API lgd_status lgd_residual_create_with_sized(lgd_objective **out, size_t dim, size_t count, lgd_residual fn,
                                                  void *ctx, const lgd_residual_options *options, size_t options_size);
static inline lgd_status lgd_residual_create_with(lgd_objective **out, size_t dim, size_t count, lgd_residual fn,
                                                  void *ctx, const lgd_residual_options *options)
{
    return lgd_residual_create_with_sized(out, dim, count, fn, ctx, options, sizeof *options);
}

/* ---- ridge regressions of many strengths */

/* What is wanted of a path beside its weights; NULL: not that.
 *   error     [count x outputs] the leave-one-out error: the mean over rows of the squared residual of each row from the fit to all
 *             others. INFINITY where a row determines what the others leave open, and the fit without it is not known
 *   gcv       [count x outputs] generalised cross-validation, the mean of squared residuals over (1 - freedom/m)^2
 *   freedom   [count] effective degrees of freedom of each output: the trace of the map from its targets to its fit */
typedef struct lgd_ridge_options {
    double *error, *gcv, *freedom;
} lgd_ridge_options;

/* What a path found.
 *   best, best_gcv     the strengths, by number, of the least error and gcv, summed over outputs; the first of equal ones
 *   error, gcv         those sums there
 *   largest, smallest  eigenvalues of the Hessian of f without its l2, what an intercept takes taken off: a strength acts on directions
 *                      whose eigenvalue is about as large or smaller */
typedef struct lgd_ridge_report {
    size_t best, best_gcv;
    double error, gcv, largest, smallest;
} lgd_ridge_report;

/* W [count x dim]: for each strength the w that minimises f with that l2 in the place of its own, for a model with a squared loss, or an
 * objective of yours with ops.design. Weights and offsets are those of f; intercepts are not penalised. The residual of a row is that
 * whose half square is the row's term in f: z - y for half_squared, sqrt(2) (z - y) for squared. A row is left out with the strength
 * kept as a share of the sum, that is terms times it: G. H. Golub, M. Heath, G. Wahba, Technometrics 21 (1979).
 *
 * Rows are read twice: for a reduction, of which one eigendecomposition serves every strength, m n^2 + 9 n^3 flops; and for the leverage
 * of each row, m n (2 n + 4 count) flops (of one output), unless error, gcv and report are all NULL. Memory: 2 n^2 and count n
 * (outputs + 1) numbers, sums of at most 32 MB or one each, and panels. The bits do not depend on threads. Eigenvalues are known to
 * rounding of the largest: error, gcv and freedom to n eps largest/(smallest + strength), so that columns of like sizes serve them best.
 * Weights do not suffer from that.
 * LGD_EINVAL for NULL, a strength by number that is below 0 or not finite, or so small, as 0 is, that columns which depend on each
 * other have no single minimiser; one row alone where it is to be left out. LGD_EUNSUPPORTED where f has no ops.design, or other
 * coordinates than an intercept are not penalised. W is then as it was. */
LGD_API lgd_status lgd_ridge_path_sized(lgd_objective *f, size_t count, const double *strength, double *W,
                                        const lgd_ridge_options *options, size_t options_size, lgd_ridge_report *report,
                                        size_t report_size);
static inline lgd_status lgd_ridge_path(lgd_objective *f, size_t count, const double *strength, double *W,
                                        const lgd_ridge_options *options, lgd_ridge_report *report)
{
    return lgd_ridge_path_sized(f, count, strength, W, options, sizeof *options, report, sizeof *report);
}

/* ---- at once: linear sums of squares, and error bars of any */

/* How a linear sum of squares is solved.
 *   LGD_SOLVER_AUTO       qr; where a column depends on others, svd; where lgd_least_squares_plan says that it is quicker, the condition
 *                         is at most 10^4, and neither errors nor plain are asked for, reduction, with the same digits
 *   LGD_SOLVER_QR         a QR factorisation of all rows, panel by panel, and back substitution. Dependent columns are refused
 *   LGD_SOLVER_SVD        singular values of its triangle: among all solutions that of least |w|. Any rank; fewer rows than columns
 *   LGD_SOLVER_REDUCTION  the Gram matrix of centred columns by Cholesky: the quickest, at the square of the condition, and refused
 *                         where that leaves too little */
typedef enum lgd_solver { LGD_SOLVER_AUTO, LGD_SOLVER_QR, LGD_SOLVER_SVD, LGD_SOLVER_REDUCTION } lgd_solver;

/* Options of least squares. A zeroed struct, or NULL: every default.
 *   solver       see lgd_solver
 *   rcond        > 0: a column of which less than rcond is left beside the others, and a singular value below rcond times the largest,
 *                count as 0; columns have been scaled to norms of about 1 before; not for reduction [16 n eps]
 *   refinements  corrections at most, see lgd_least_squares_solve [2]
 *   plain        no correction
 *   sigma        known standard deviation of a residual of weight 1, as with weights 1/sigma_i^2, where it is 1; 0: from the residuals
 *   errors       [dim] receives the standard errors of w; NULL: not wanted
 *   covariance   [dim x dim] receives the covariance of w; NULL: not wanted */
typedef struct lgd_least_squares_options {
    lgd_solver solver;
    double rcond;
    size_t refinements;
    bool plain;
    double sigma;
    double *errors, *covariance;
} lgd_least_squares_options;

/* What is known of a fit.
 *   solver       the one that was used
 *   rank         of the columns; the outputs share them
 *   condition    of the scaled columns, largest by smallest singular value: an estimate from below, but by svd, which leaves out those
 *                that count as 0
 *   rss          sum omega_i r_i^2, without l2
 *   freedom      number of residuals less that of parameters they determine; with l2 less the trace of the hat matrix
 *   sigma        sqrt(rss/freedom), the standard deviation of a residual of weight 1, or the one that was given
 *   r_squared    1 - rss/(the same about the mean; without an intercept about 0); NaN where it has no meaning
 *   digits       how many decimal digits the worst parameter has, for the numbers as they are given: what the last correction changed,
 *                times what is left of an error by one, n condition^2 eps; where the rank is not full no more than n condition eps leaves; 0
 *                without one
 *   refinements  corrections that were made */
typedef struct lgd_least_squares_report {
    lgd_solver solver;
    size_t rank;
    double condition, rss, freedom, sigma, r_squared, digits;
    size_t refinements;
} lgd_least_squares_report;

/* w [dim] = the minimum of a linear sum of squares: a model with a squared loss, weights, offsets, intercept, l2, any outputs; a subset of
 * one; or an objective of yours with ops.design. No start is needed.
 *
 *     min_W sum_i omega_i |S_i W + R_i|^2 + total l2 |W|^2,   total = sum_i omega_i
 *
 * Rows are read once for the factorisation and once more for each correction: residuals r and S^T r are then computed from the rows in
 * twice the precision, and R^T R d = S^T r for the triangle R corrects w (A. Bjorck, "Stability analysis of the method of seminormal
 * equations", Linear Algebra Appl. 88/89, 1987; T. Ogita, S. Rump, S. Oishi, SIAM J. Sci. Comput. 26, 2005). One correction is enough up to
 * a condition of about 10^4, and two up to 10^6: w is right to the last digits, which no factorisation in double precision alone
 * makes it. Further ones are made only where they are needed.
 *
 * LGD_EUNSUPPORTED where f is none of these; LGD_EINVAL for NULL, no rows, options out of range, rows that are not finite and, by
 * number, a column that depends on others (qr), or a condition too large (reduction). w is written on success alone, the report also where
 * columns are refused. 2 m (n + k)^2 flops; the bits do not depend on threads. Memory: about 5 (n + k)^2 numbers, and (n + k)^2 for each
 * group of rows, at most 64 MB or one group (a reduction: 128 MB). */
LGD_API lgd_status lgd_least_squares_solve_sized(lgd_objective *f, double *w, const lgd_least_squares_options *options,
                                                 size_t options_size, lgd_least_squares_report *report,
                                                 size_t report_size);
static inline lgd_status lgd_least_squares_solve(lgd_objective *f, double *w, const lgd_least_squares_options *options,
                                                 lgd_least_squares_report *report)
{
    return lgd_least_squares_solve_sized(f, w, options, sizeof *options, report, sizeof *report);
}

/* Standard errors of a fit w [dim] of any sum of squares, linear or not, that has been found by whatever means:
 *
 *     covariance = sigma^2 (J^T J)^-1,   errors_j = sqrt(covariance_jj),   sigma^2 = rss/freedom
 *
 * with J the Jacobian at w, weights in; one sigma for all residuals and outputs. For nonlinear models this is the linear approximation, for
 * robust losses that of the residuals as they are weighed at w. With l2, M = J^T J + total l2 I: the variance of what is estimated,
 * sigma^2 M^-1 J^T J M^-1, without its bias, and freedom = residuals - trace(M^-1 J^T J) (A. E. Hoerl, R. W. Kennard, Technometrics 12,
 * 1970). A parameter that the residuals do not determine has an infinite error, and NaN as covariance with others; where no freedom
 * is left and no sigma given, all are NaN. solver, refinements and plain of the options mean nothing here; digits of the report are 0.
 *
 * LGD_EUNSUPPORTED where f is no sum of squares; LGD_EINVAL for NULL, options out of range, a w or a Jacobian that is not finite.
 * One pass and 2 residuals dim^2 flops (for models of several outputs as if they had one); memory as above, with dim for n. */
LGD_API lgd_status lgd_least_squares_errors_sized(lgd_objective *f, const double *w,
                                                  const lgd_least_squares_options *options, size_t options_size,
                                                  lgd_least_squares_report *report, size_t report_size);
static inline lgd_status lgd_least_squares_errors(lgd_objective *f, const double *w,
                                                  const lgd_least_squares_options *options,
                                                  lgd_least_squares_report *report)
{
    return lgd_least_squares_errors_sized(f, w, options, sizeof *options, report, sizeof *report);
}

#ifdef __cplusplus
}
#endif
#endif
