/* Choosing a model by rows it was not fitted on: splits, cross-validation, and a search over settings. */
#ifndef LGD_CHOOSE_H
#define LGD_CHOOSE_H
#include "glm.h"
#include "minimize.h"
#ifdef __cplusplus
extern "C" {
#endif

/* ---- rows in parts */

/* A split of rows (terms) 0 .. terms-1 into parts, each row in exactly one. The memory is the caller's.
 *   terms   how many rows there are
 *   parts   into how many parts, at least 1
 *   index   [2 terms] receives the rows, those of part 0 first, ascending in each part; then all once more, so that the rows
 *           outside a part lie together as well
 *   first   [parts + 1] receives where each part begins: part i is index[first[i]] .. index[first[i + 1] - 1] */
typedef struct lgd_split {
    size_t terms, parts;
    size_t *index, *first;
} lgd_split;

/* How rows are dealt to parts. A zeroed struct, or NULL: at random.
 *   seed         of what is drawn, by lgd_permutation
 *   contiguous   each part is a range of rows in storage order (series in time); not beside classes and groups
 *   classes      [terms] finite, borrowed: stratified; rows of one number are dealt to all parts in proportion
 *   groups       [terms] finite, borrowed: rows of one number stay in one part; not beside classes */
typedef struct lgd_split_options {
    uint64_t seed;
    bool contiguous;
    const double *classes, *groups;
} lgd_split_options;

/* Deals the rows. Part i has the share shares[i] / sum of shares of them, rounded so that the remainders are the largest and the
 * first of equals comes first: {0.6, 0.2, 0.2} is as good as {3, 1, 1}, and counts that add up to terms come out as they are. shares
 * NULL: equal ones, sizes differ by 1 at most, and the parts are folds. Of a class of c rows part i gets less than one row more or
 * less than its share of c where shares are equal, less than two otherwise (R. Tijdeman, "The chairman assignment problem", Discrete
 * Math. 32, 1980). Groups go, the largest first, to the part that is furthest below its share, so sizes are only about right.
 * The same seed gives the same parts everywhere. LGD_EINVAL for NULL; shares that are not finite and above 0; a part that would
 * have no row; a class of fewer rows than parts; fewer groups than parts; numbers that are not finite. O(terms log terms), with
 * classes and shares O(terms parts); allocates 3 terms numbers. */
LGD_API lgd_status lgd_split_draw_sized(lgd_split *split, const double *shares, const lgd_split_options *options,
                                        size_t options_size);
static inline lgd_status lgd_split_draw(lgd_split *split, const double *shares, const lgd_split_options *options)
{
    return lgd_split_draw_sized(split, shares, options, sizeof *options);
}

/* The rows of part i, and all others; either may be NULL. They borrow split->index. */
LGD_API lgd_status lgd_split_rows(const lgd_split *split, size_t i, lgd_rows *part, lgd_rows *others);

/* ---- cross-validation */

/* One fold, of yours: fits a model on the rows `train` and sets *score from the rows `test`. LGD_OK, or the fold has failed; so it
 * has with a score that is not finite. */
typedef lgd_status (*lgd_fold)(void *ctx, size_t fold, const lgd_rows *train, const lgd_rows *test, double *score);

/* What came out of the folds.
 *   mean              of their scores; NaN if one failed, since the others say nothing of it
 *   standard_error    deviation of the scores (with folds - 1) over the root of their number; NaN where mean is, and of one fold
 *   failed            folds that failed
 *   accuracy          mean share of right answers, of lgd_cross_validate_glm for classes; else NaN
 *   accuracy_error    and its standard error */
typedef struct lgd_cv_report {
    double mean, standard_error;
    size_t failed;
    double accuracy, accuracy_error;
} lgd_cv_report;

/* Each part of the split in turn is the rows of the test, and all others those of the fit; one after another, in order. scores
 * [parts] receives the score of each, NaN where it failed; NULL: not wanted. A fold that fails is no error as long as another does
 * not; where all fail, the status is that of the first, whose sentence is told. LGD_EINVAL, LGD_EUNSUPPORTED, LGD_ERANGE
 * and LGD_ENOMEM of a fold end all. LGD_EINVAL for NULL and fewer than 2 parts. */
LGD_API lgd_status lgd_cross_validate_sized(const lgd_split *split, lgd_fold fold, void *ctx, double *scores,
                                            lgd_cv_report *report, size_t report_size);
static inline lgd_status lgd_cross_validate(const lgd_split *split, lgd_fold fold, void *ctx, double *scores,
                                            lgd_cv_report *report)
{
    return lgd_cross_validate_sized(split, fold, ctx, scores, report, sizeof *report);
}

/* How generalised linear models are cross-validated. A zeroed struct, or NULL: by L-BFGS from 0, columns as they are.
 *   optimizer     for lgd_optimizer_parse, made anew for each fold [lbfgs]
 *   standardize   columns are scaled by mean and deviation of the rows of the fit
 *   scores        [parts] receives the mean loss on the test rows of each fold, without l2 and penalty
 *   accuracies    [parts] receives the share of right answers there. Right is z > 0 for the target 1 and z <= 0 for 0; where one target is
 *                 a class among outputs, the largest score (the first of equals). LGD_EINVAL with a loss that is not of classes
 *   W             [parts x dim] receives the weights of each fold, on the columns as they were scaled
 * What is NULL is not wanted. */
typedef struct lgd_cv_glm_options {
    const char *optimizer;
    bool standardize;
    double *scores, *accuracies, *W;
} lgd_cv_glm_options;

/* The same with a model of lgd_glm_create(X, y, loss, glm) fitted by lgd_minimize(run) on the rows of each fit. Nothing is seen of a
 * fold's test rows before its score: means and deviations are of the rows of the fit, and so are the numbers that an X by
 * lgd_matrix_imputed puts where cells are missing. (Weights of classes are of all rows.) What each fold does has the bits of
 * lgd_matrix_imputed_on, lgd_matrix_standardized_on, lgd_objective_subset and lgd_minimize in that order. report->accuracy is
 * told for losses of classes. LGD_EINVAL for rows of weight 0, a split of another number of rows, a `validation` or a w_average in
 * run (W is in its place); what else fails, as above. */
LGD_API lgd_status lgd_cross_validate_glm_sized(const lgd_split *split, const lgd_matrix *X, const double *y,
                                                const lgd_loss *loss, const lgd_glm_options *glm, size_t glm_size,
                                                const lgd_minimize_options *run, size_t run_size,
                                                const lgd_cv_glm_options *options, size_t options_size,
                                                lgd_cv_report *report, size_t report_size);
static inline lgd_status lgd_cross_validate_glm(const lgd_split *split, const lgd_matrix *X, const double *y,
                                                const lgd_loss *loss, const lgd_glm_options *glm,
                                                const lgd_minimize_options *run, const lgd_cv_glm_options *options,
                                                lgd_cv_report *report)
{
    return lgd_cross_validate_glm_sized(split, X, y, loss, glm, sizeof *glm, run, sizeof *run, options, sizeof *options,
                                        report, sizeof *report);
}

/* ---- settings */

/* One setting that is searched over: listed values, or a range.
 *   name      letters, digits and _, as it stands in braces in the optimizer's text
 *   values    [count] finite, borrowed; NULL: from
 *   low       to
 *   high      finite, low <= high, both in the grid
 *   count     of the values; of a range the points of the grid on it, at least 1 (1: low), without use where points are drawn
 *   log       a range is divided, and drawn from, evenly in its logarithm; low > 0 */
typedef struct lgd_axis {
    const char *name;
    const double *values;
    double low, high;
    size_t count;
    bool log;
} lgd_axis;

/* How settings are chosen. A zeroed struct, or NULL: the whole grid, the lowest score.
 *   draws       so many points at random, each by itself, so that the first ones are the same however many there are; 0: the grid, in
 *               which the last axis runs fastest
 *   seed        of the draws
 *   maximize    the highest score is best
 *   optimizer   text for lgd_optimizer_parse with {name} where the value of an axis goes, "adam:lr={lr}"; NULL: none
 *   points      [candidates x axes] receives the candidates
 *   scores      [candidates] receives the score of each, NaN where it failed
 *   errors      [candidates] receives the error of each
 * What is NULL is not wanted. */
typedef struct lgd_choose_options {
    size_t draws;
    uint64_t seed;
    bool maximize;
    const char *optimizer;
    double *points, *scores, *errors;
} lgd_choose_options;

/* One candidate, of yours: sets *score and, if it is known, *error, its standard error, for point[axes] and the optimizer's text
 * with these values (NULL where there is none). LGD_OK, or it has failed; so it has with a score that is not finite. */
typedef lgd_status (*lgd_candidate)(void *ctx, const char *optimizer, const double *point, double *score,
                                    double *error);

/* What was chosen.
 *   candidates   tried
 *   failed       of those
 *   best         the one with the best score, of equals the first, from 0
 *   within       the first whose score is no more than the error of the best behind it (L. Breiman et al., "Classification and
 *                Regression Trees", 1984): the simplest model that is as good, where simpler ones come first; best if no error is known
 *   score        of the best
 *   error        of the best; NaN if it is not known */
typedef struct lgd_choose_report {
    size_t candidates, failed, best, within;
    double score, error;
} lgd_choose_report;

/* Tries all candidates, one after another, and tells the best. point [axes], unless NULL, receives its settings. The same axes,
 * options and seed try the same candidates. One that fails (its run diverged) is none of those compared, and no error as long as
 * another does not; where all fail, the status is that of the first, whose sentence is told. LGD_EINVAL, LGD_EUNSUPPORTED, LGD_ERANGE
 * and LGD_ENOMEM of a candidate end all: they are of the settings, not of the data. LGD_EINVAL for NULL, no axis, an axis out of
 * range, a {name} that is none; LGD_ERANGE for more candidates than there are numbers. */
LGD_API lgd_status lgd_choose_sized(const lgd_axis *axes, size_t axis_size, size_t count, lgd_candidate try_one,
                                    void *ctx, const lgd_choose_options *options, size_t options_size, double *point,
                                    lgd_choose_report *report, size_t report_size);
static inline lgd_status lgd_choose(const lgd_axis *axes, size_t count, lgd_candidate try_one, void *ctx,
                                    const lgd_choose_options *options, double *point, lgd_choose_report *report)
{
    return lgd_choose_sized(axes, sizeof *axes, count, try_one, ctx, options, sizeof *options, point, report,
                            sizeof *report);
}

/* The text with the values of point[count] in the place of {name}s, in as few digits as tell them apart: what a candidate is handed, and
 * what makes the optimizer of the best. text [size] receives it; LGD_ERANGE if it is longer. */
LGD_API lgd_status lgd_choose_text_sized(const lgd_axis *axes, size_t axis_size, size_t count, const double *point,
                                         const char *optimizer, char *text, size_t size);
static inline lgd_status lgd_choose_text(const lgd_axis *axes, size_t count, const double *point, const char *optimizer,
                                         char *text, size_t size)
{
    return lgd_choose_text_sized(axes, sizeof *axes, count, point, optimizer, text, size);
}

#ifdef __cplusplus
}
#endif
#endif
