/* Rates: several at once, and the range in which a rate works. */
#ifndef LGD_RATES_H
#define LGD_RATES_H
#include "minimize.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Minimizes a linear model f by the same method at `count` rates side by side, so that each step, or batch, reads X once for all of
 * them: scores and gradients are products with count x outputs columns. Row c of W [count x dim] is the start of rate c, and
 * receives its end, as w of lgd_minimize; reports[c], unless reports is NULL, is its report, and histories[c], unless histories or that is
 * NULL, receives its series. Each rate goes as a run of its own with the same options would, in the same order of batches, and ends
 * by itself: one that has converged, diverged (W then holds its best point) or was stopped costs nothing any more. Values and points are
 * those of that run but for rounding, since sums are taken in another order.
 *
 * opt is not used, and stays as it is: each rate has an optimizer of its own with the method, options, groups,
 * average, momentum and penalty of opt, lr replaced. options are those of lgd_minimize; of them history is not
 * accepted (see histories), w_best and w_average have room for [count x dim], and a callback is called for each rate
 * in turn, whose number is (p->w - W)/dim. lr_hold of the reports is 0: the other rates tell what holds; bytes are
 * NaN and kernel is "", since rows are read for all of them. What a rate asks for beside f and its gradient
 * (validation, gap_tol, averages) it pays for by itself.
 *
 * LGD_OK where one rate at least has not diverged, LGD_EDIVERGED where all have, and the error of the first that had
 * one, which ends all.
 * LGD_EINVAL for NULL, count 0 and a rate that is not a finite number within the range of the method's lr, by its
 * number.
 * LGD_EUNSUPPORTED, by name, for an f that lgd_glm_create has not made, a method without lr or one that asks for more
 * than a gradient (LGD_NEEDS_EVAL and its like), batches of sparse rows for one with LGD_LAZY, since steps are on all
 * of w, estimators other than LGD_MINIBATCH, norm_test, start_rows, saddle
 * and profile. Memory: that of count runs, and three times count x dim numbers. 4 m n outputs count flops a step for
 * m rows of n columns. */
LGD_API lgd_status lgd_minimize_rates_sized(lgd_objective *f, const lgd_optimizer *opt, const double *rates,
                                            size_t count, double *W, const lgd_minimize_options *options,
                                            size_t options_size, lgd_report *reports, size_t one_report_size,
                                            lgd_history *const *histories);
static inline lgd_status lgd_minimize_rates(lgd_objective *f, const lgd_optimizer *opt, const double *rates,
                                            size_t count, double *W, const lgd_minimize_options *options,
                                            lgd_report *reports, lgd_history *const *histories)
{
    return lgd_minimize_rates_sized(f, opt, rates, count, W, options, sizeof *options, reports, sizeof *reports,
                                    histories);
}

/* How a range of rates is tried. A zeroed struct, or NULL: 100 steps over all rows, from 1e-7 to 10 times the rate at which one step
 * raises f.
 *   low, high    rates of the first and the last step, 0 < low < high [0: 1e-7 and 10 times the smallest power of two at which a first
 *                step from w, over all rows, raises f: as many evaluations as it is powers of two away from the preset of the
 *                method, 2200 at most. It has the unit of a rate of this method on this f, whatever the scale of the data]
 *   steps        [100]
 *   batch_size   rows a step, in an order by seed; 0: all
 *   smoothing    so many losses on either side are averaged with each before the lowest is looked for [full batch 0, batches 3]
 *   seed         of the order of rows
 *   divergence   the test ends at the first loss which is above the lowest by more than this times the first (or lowest) |loss|, or no
 *                number [4]
 *   rates        [steps] receives the rate of each step; NULL: not wanted
 *   losses       [steps] receives F over the rows of each step before it; NULL: not wanted */
typedef struct lgd_rate_range_options {
    double low, high;
    uint64_t steps;
    size_t batch_size, smoothing;
    uint64_t seed;
    double divergence;
    double *rates, *losses;
} lgd_rate_range_options;

/* What was found.
 *   suggestion     a tenth of rate_lowest; 0 where no step lowered the (smoothed) loss
 *   rate_lowest    the rate at which the (smoothed) loss was lowest
 *   loss_lowest    that loss
 *   rate_diverged  the rate of the step that ended the test by divergence; 0: it came to its end
 *   steps          entries in rates and losses */
typedef struct lgd_rate_range_report {
    double suggestion, rate_lowest, loss_lowest, rate_diverged;
    uint64_t steps;
} lgd_rate_range_report;

/* The learning-rate range test: from w[dim] steps of opt's method whose rate grows geometrically from low to high, until the loss
 * diverges. The loss falls faster and faster, has its lowest value where the rate begins to be too large, and climbs; a tenth of the rate
 * there is suggested. In full batch by plain descent that is above 0.1/C and below 2/C for quadratics of any condition, C their largest
 * curvature. w stays as it is, and so does opt: the steps are those of a fresh optimizer with its method, options,
 * groups, momentum and penalty. L. N. Smith, "Cyclical learning rates for training neural networks", WACV 2017, 3.3.
 *
 * LGD_EINVAL for NULL, options out of range by name and value, a w or an f there that is not finite; LGD_EUNSUPPORTED for methods
 * without lr and for those that need an oracle. Costs an evaluation a step, and those of low and high. */
LGD_API lgd_status lgd_rate_range_sized(lgd_objective *f, const lgd_optimizer *opt, const double *w,
                                        const lgd_rate_range_options *options, size_t options_size,
                                        lgd_rate_range_report *report, size_t report_size);
static inline lgd_status lgd_rate_range(lgd_objective *f, const lgd_optimizer *opt, const double *w,
                                        const lgd_rate_range_options *options, lgd_rate_range_report *report)
{
    return lgd_rate_range_sized(f, opt, w, options, sizeof *options, report, sizeof *report);
}

#ifdef __cplusplus
}
#endif
#endif
