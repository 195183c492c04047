/* What the numbers that a run left behind say of it: does it converge, and if not, what should change? */
#ifndef LGD_DIAGNOSE_H
#define LGD_DIAGNOSE_H
#include "minimize.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What a run looks like. They are tried in the order of the table in docs/guide/diagnosis.md, and the first that holds is told.
 *   LGD_DIAGNOSIS_NONE   too few numbers to tell: fewer than 8, of a run that did not diverge
 *   LGD_DIAGNOSIS_CONVERGING    values and gradients fall, at a rate that suits, or have fallen as far as they can
 *   LGD_DIAGNOSIS_SLOW          they fall, but far slower than they could, or too slowly to arrive
 *   LGD_DIAGNOSIS_OSCILLATING   steps are so long that they cross the valley again and again
 *   LGD_DIAGNOSIS_DIVERGING     values rise far above where they began, or are no numbers any more
 *   LGD_DIAGNOSIS_PLATEAU       values stand still while the gradient does not go to 0, or as far as the noise of batches lets them
 *   LGD_DIAGNOSIS_OVERFITTING   values on other rows have begun to rise again, while those of the rows that are learnt from fall
 *   LGD_DIAGNOSIS_VANISHING     the gradient of the first layers is next to nothing beside that of the last
 *   LGD_DIAGNOSIS_EXPLODING     gradients so large, or growing so fast, that no rate near this one would hold */
typedef enum lgd_diagnosis_label {
    LGD_DIAGNOSIS_NONE,
    LGD_DIAGNOSIS_CONVERGING,
    LGD_DIAGNOSIS_SLOW,
    LGD_DIAGNOSIS_OSCILLATING,
    LGD_DIAGNOSIS_DIVERGING,
    LGD_DIAGNOSIS_PLATEAU,
    LGD_DIAGNOSIS_OVERFITTING,
    LGD_DIAGNOSIS_VANISHING,
    LGD_DIAGNOSIS_EXPLODING
} lgd_diagnosis_label;

/* The word of a label ("oscillating"), "unknown" for a value that is none. Never NULL; static storage. */
LGD_API const char *lgd_diagnosis_string(lgd_diagnosis_label label);

/* How a history is read. A zeroed struct, or NULL: of a run that minimised, whose end is not known.
 *   stop      why the run ended, as its report says: LGD_STOP_DIVERGED, and reasons for which it has converged, are taken for what they are
 *   maximize  the run did: values are to rise */
typedef struct lgd_diagnose_options {
    lgd_stop stop;
    bool maximize;
} lgd_diagnose_options;

/* Numbers of a loop of one's own, one per entry, an epoch or a step; borrowed. What there is not is NULL, and NaN what was not measured.
 * Only where more values are NaN at the end than ever between two numbers, they are taken for what a run that diverged is left with.
 *   count       entries
 *   loss        value over all rows before the first step of the entry
 *   running     mean of the values of its batches
 *   validation  value on other rows
 *   lr          rate of its first step
 *   grad_norm   |g| at the point of loss
 *   parts       [part_count] series of |g| over one part of w each (a layer), the first layer first
 *   part_count  how many
 *   descent     each entry is one step w -= lr g over all rows: then loss, lr and grad_norm tell the curvature along it. With a
 *               history this is known */
typedef struct lgd_series {
    size_t count;
    const double *loss, *running, *validation, *lr, *grad_norm;
    const double *const *parts;
    size_t part_count;
    bool descent;
} lgd_series;

/* What was found.
 *   label      the word for it
 *   epoch      the entry that it speaks of, from 0: where validation was lowest, a gradient jumped, a plateau or divergence began
 *   lr         rate of the last entry that has one; NaN without
 *   lr_better  the rate that is advised in its place; NaN where another rate is no remedy
 *   clip_norm  that is advised, with LGD_DIAGNOSIS_EXPLODING; else NaN
 *   part       the part with the smallest gradient (LGD_DIAGNOSIS_VANISHING), or the largest (LGD_DIAGNOSIS_EXPLODING), from 0
 *   ratio      the number that decided, see the table in docs/guide/diagnosis.md
 *   evidence   a sentence with the numbers that decided
 *   remedy     a sentence with what to do, and by how much */
typedef struct lgd_diagnosis {
    lgd_diagnosis_label label;
    size_t epoch, part;
    double lr, lr_better, clip_norm, ratio;
    char evidence[192], remedy[192];
} lgd_diagnosis;

/* Says what a history, of one run, looks like. Slopes are medians, so that single values, and the noise of batches, do not decide. LGD_EINVAL
 * for NULL, LGD_ENOMEM. Costs count log count operations. H. Theil, "A rank-invariant method of linear and polynomial regression
 * analysis" (1950). */
LGD_API lgd_status lgd_diagnose_sized(const lgd_history *history, const lgd_diagnose_options *options,
                                      size_t options_size, lgd_diagnosis *out, size_t out_size);
static inline lgd_status lgd_diagnose(const lgd_history *history, const lgd_diagnose_options *options,
                                      lgd_diagnosis *out)
{
    return lgd_diagnose_sized(history, options, sizeof *options, out, sizeof *out);
}

/* The same of numbers of a loop of one's own. */
LGD_API lgd_status lgd_diagnose_series_sized(const lgd_series *series, size_t series_size,
                                             const lgd_diagnose_options *options, size_t options_size,
                                             lgd_diagnosis *out, size_t out_size);
static inline lgd_status lgd_diagnose_series(const lgd_series *series, const lgd_diagnose_options *options,
                                             lgd_diagnosis *out)
{
    return lgd_diagnose_series_sized(series, sizeof *series, options, sizeof *options, out, sizeof *out);
}

#ifdef __cplusplus
}
#endif
#endif
