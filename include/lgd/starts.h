/* Runs from several starts, of which the best is kept: for functions with more than one minimum. */
#ifndef LGD_STARTS_H
#define LGD_STARTS_H
#include "minimize.h"
#ifdef __cplusplus
extern "C" {
#endif

/* How starts are drawn from a box.
 *   LGD_DRAW_LATIN     a Latin hypercube: each side of the box in as many strata as there are starts, one start in each. M. D. McKay,
 *                      R. J. Beckman, W. J. Conover, Technometrics 21 (1979)
 *   LGD_DRAW_UNIFORM   each by itself: the first ones are the same however many there are */
typedef enum lgd_draw { LGD_DRAW_LATIN, LGD_DRAW_UNIFORM } lgd_draw;

/* Where runs start.
 *   starts   how many, at least 1
 *   W0       [starts x dim] borrowed: the points; NULL: they are drawn from
 *   lower    [dim] and
 *   upper    [dim] borrowed: a box of finite sides, lower_j <= upper_j
 *   draw     see lgd_draw
 *   seed     of what is drawn
 *   same     two runs have ended in one minimum if in no coordinate they are further apart than this times the range of the starts
 *            there (where they do not differ, times the larger |w_j|) [1e-3; LGD_ZERO: 0]
 *   W        [starts x dim] receives the points at which runs ended, where they failed the best they had seen, and
 *            the starts of those that were not made; NULL: not wanted */
typedef struct lgd_starts_options {
    size_t starts;
    const double *W0, *lower, *upper;
    lgd_draw draw;
    uint64_t seed;
    double same;
    double *W;
} lgd_starts_options;

/* What became of them.
 *   best     the start whose run won, from 0
 *   runs     that were made, `starts` unless one of them reached f_target
 *   failed   of those: they diverged, or the objective had an error there
 *   minima   places at which the others ended, see `same`
 *   f        the value at the best point */
typedef struct lgd_starts_report {
    size_t best, runs, failed, minima;
    double f;
} lgd_starts_report;

/* W [starts x dim] receives the starts: W0, or what is drawn. LGD_EINVAL as below. */
LGD_API lgd_status lgd_starts_draw_sized(size_t dim, const lgd_starts_options *starts, size_t starts_size, double *W);
static inline lgd_status lgd_starts_draw(size_t dim, const lgd_starts_options *starts, double *W)
{
    return lgd_starts_draw_sized(dim, starts, sizeof *starts, W);
}

/* Runs lgd_minimize from each start with the same options, each with opt reset: a run has the bits that it has by itself. They go
 * side by side, one to a thread, where f may be evaluated by several threads (models, ops with LGD_CONCURRENT) and there is neither a
 * history nor a penalty, a metric, a validation, a callback or a schedule of yours, else one after another; what comes out is the
 * same. w[dim], of which nothing is read, receives the end of the run with the lowest f (maximize: the highest; of equals the
 * first), and w_best and w_average of the options are of that run too; opt is left as the last run leaves it, and a history has all
 * of them. reports [starts], unless NULL, receives the report of each; those of runs that were not made are 0. A run whose f is at
 * f_target, or that is stopped by its callback, is the last one.
 *
 * A run that fails is none of the candidates, and no error as long as another one ends at a number; where none does, w stays as it is and
 * the status is that of the first, whose sentence is told. LGD_EINVAL, LGD_EUNSUPPORTED and LGD_ENOMEM of a run, and an error of
 * its callback, do not depend on where it starts, and end all. LGD_EINVAL for a bad start or side of the box by index and value. Memory:
 * starts (dim + 1) and 3 dim numbers beside those of a run and 3 dim for each that goes side by side. */
LGD_API lgd_status lgd_minimize_starts_sized(lgd_objective *f, lgd_optimizer *opt, double *w,
                                             const lgd_starts_options *starts, size_t starts_size,
                                             const lgd_minimize_options *options, size_t options_size,
                                             lgd_report *reports, size_t one_report_size, lgd_starts_report *report,
                                             size_t report_size);
static inline lgd_status lgd_minimize_starts(lgd_objective *f, lgd_optimizer *opt, double *w,
                                             const lgd_starts_options *starts, const lgd_minimize_options *options,
                                             lgd_report *reports, lgd_starts_report *report)
{
    return lgd_minimize_starts_sized(f, opt, w, starts, sizeof *starts, options, sizeof *options, reports,
                                     sizeof *reports, report, sizeof *report);
}

#ifdef __cplusplus
}
#endif
#endif
