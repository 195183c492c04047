/* Linear models whose loss is piecewise linear, to their exact minimum: hinge, epsilon-insensitive, quantile.
 *
 *     f(w) = 1/(m omega) sum_i omega_i loss(x_i^T W + b + offset_i, y_i) + l2/2 |W|^2
 *
 * f has no gradient at its minimum: rows lie at kinks of the loss. What shows that a point is the minimum is a slope for every row,
 * its multiplier, between those that the loss has left and right of it.
 */
#ifndef LGD_PIECEWISE_H
#define LGD_PIECEWISE_H
#include "minimize.h"
#ifdef __cplusplus
extern "C" {
#endif

/* How the minimum is looked for. A zeroed struct, or NULL, asks for the presets.
 *   gap_tol      the minimum is found where the duality gap <= gap_tol |f| [1e-10]. Rounds go on from there as long as the gap still
 *                falls, to rounding in most cases
 *   max_rounds   at most so many widths [100]
 *   multipliers  [terms x outputs] receives the slopes u_i that the gap is computed from, without the weights of rows, each within
 *                those of the loss; NULL: not wanted
 *   threads      0: LGD_NUM_THREADS, then OMP_NUM_THREADS, then 1. The bits do not depend on it */
typedef struct lgd_piecewise_options {
    double gap_tol;
    size_t max_rounds;
    double *multipliers;
    size_t threads;
} lgd_piecewise_options;

/* What was found.
 *   stop     LGD_STOP_GAP_TOL; LGD_STOP_ROUNDING where the gap does not fall any more and is still above it (as where the minimum is
 *            0); LGD_STOP_STEPS for max_rounds
 *   f        at the returned w
 *   gap      f - min f at most
 *   kinks    scores at a kink of the loss: those whose multiplier is strictly between the slopes on both sides
 *   rounds   widths that were solved for
 *   steps    of Newton's method in all of them
 *   width    the last one, in units of a score over a slope */
typedef struct lgd_piecewise_report {
    lgd_stop stop;
    double f, gap;
    size_t kinks, rounds;
    uint64_t steps;
    double width;
} lgd_piecewise_report;

/* Moves w[dim] from where it is to the minimum of f: a model of lgd_glm_create, with weights, offset, intercept, outputs and l2 >= 0 as
 * they are, or a subset of one, whose loss has `kinks`.
 *
 * In round r each loss is replaced by phi(z) = max_u u z - loss*(u) - mu_r/2 (u - u_i)^2, with u_i the multiplier of the round before:
 * its slope u_i + (z - kink)/mu_r, cut off at those left and right of the kink, is continuous. Newton's method finds the minimum, and
 * the slopes there are the new multipliers; mu_r shrinks. This is the proximal point method on the dual problem, whatever rows depend on
 * others: for a linear program it ends after finitely many rounds, for a quadratic one its errors fall by a factor that is the smaller
 * the smaller mu is. R. T. Rockafellar, "Augmented Lagrangians and applications of the proximal point algorithm in convex programming",
 * Math. Oper. Res. 1 (1976).
 *
 * The gap is that of the multipliers, as in lgd_duality_gap: row by row, without cancellation, with |g|^2/(2 l2) for what is left of the
 * gradient g of the smooth problem. Where nothing penalises w_j, as in an intercept and in all w without l2, multipliers have to be
 * orthogonal to the column, which they are to rounding: g_j counts by |g_j| (|w_j| + f/s_j), s_j being the mean of |x_ij| times the
 * steepest slope, and the gap holds for minima no further away than that.
 *
 * Without l2 the minimum may not be unique: then w is one of its points, and f alone says how good it is. With l2 > 0 W is unique, an
 * intercept need not be.
 *
 * Errors: LGD_EUNSUPPORTED for another objective and for a loss without `kinks`, by name; LGD_EINVAL for NULL, no rows, a w that is not
 * finite, a gap_tol that is no number above 0; LGD_EDIVERGED where f has no minimum. Then w is as it was.
 * Cost: a step is one of Newton's method, two reads of the rows, 4 dim flops a row, dim^2 for one near a kink, and dim^3/3; some 20 to
 * 100 steps. A round ends in at most five corrections of the multipliers, some 9 dim^3 each. Memory: dim^2 + 8 dim numbers and 6 for
 * each row and output beside that of lgd_newton_create; LGD_ENOMEM where that cannot be had. */
LGD_API lgd_status lgd_minimize_piecewise_sized(lgd_objective *f, double *w, const lgd_piecewise_options *options,
                                                size_t options_size, lgd_piecewise_report *report, size_t report_size);
static inline lgd_status lgd_minimize_piecewise(lgd_objective *f, double *w, const lgd_piecewise_options *options,
                                                lgd_piecewise_report *report)
{
    return lgd_minimize_piecewise_sized(f, w, options, sizeof *options, report, sizeof *report);
}

#ifdef __cplusplus
}
#endif
#endif
