/* The verb: minimize an objective by an optimizer, and report why it ended. */
#ifndef LGD_MINIMIZE_H
#define LGD_MINIMIZE_H
#include "batches.h"
#include "objective.h"
#include "optimizer.h"
#include "penalty.h"
#include "schedule.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The text of a reason, "not run" for 0, "unknown reason" for a value that is none. Never NULL; static storage. */
LGD_API const char *lgd_stop_string(lgd_stop stop);

/* What becomes of a run over all rows whose gradient is within a tolerance (LGD_STOP_GRAD_TOL), where the Hessian may still have a
 * curvature below 0. Other than LGD_SADDLE_UNCHECKED the smallest curvature is then looked for among the coordinates that move, as
 * lgd_objective_curvature does, with at most 200 products; it is in the report. Below -1e-6 of the largest |curvature| it is taken for
 * one. An objective that is known to be convex (models whose loss has `fenchel`) is not looked at. With batches and with a penalty
 * LGD_EUNSUPPORTED.
 *   LGD_SADDLE_UNCHECKED   nothing: the gradient alone is judged
 *   LGD_SADDLE_STOP        the run ends as LGD_STOP_SADDLE
 *   LGD_SADDLE_ESCAPE      w goes on along the direction of that curvature, to the side to which f falls, from a thousandth of the
 *                          largest |w| of the path twice as far as long as the value falls, then nearer to the lowest; by some
 *                          thirty values
 *   LGD_SADDLE_PERTURB     w goes on from a random point near it, as in perturbed gradient descent: uniform in a ball of a thousandth of
 *                          the largest |w| of the path, or larger where that is needed for a gradient of ten times its tolerance
 *                          along that direction. C. Jin, R. Ge, P. Netrapalli, S. Kakade, M. Jordan, "How to escape saddle
 *                          points efficiently", ICML 2017
 * After either the method begins anew, counters and averages go on, and a rate that was measured is measured again, at most 1/(2c) for a
 * curvature of -c. Where no value is lower, or ten have not let f fall, the run ends as LGD_STOP_SADDLE at its best point. By seed,
 * whatever the threads; a continued run goes the same way. */
typedef enum lgd_saddle { LGD_SADDLE_UNCHECKED, LGD_SADDLE_STOP, LGD_SADDLE_ESCAPE, LGD_SADDLE_PERTURB } lgd_saddle;

/* A metric of yours, as the map P from a gradient r to its representative P r at w (a Riesz map, a preconditioner): linear in
 * r, symmetric and positive definite. A return other than LGD_OK ends the run. */
typedef lgd_status (*lgd_precondition)(void *ctx, const double *w, const double *r, double *pr);

/* What a callback sees after each epoch (full batch: after each step). Signs are the user's.
 *   step       steps taken since the optimizer's reset
 *   epoch      epochs finished, first_epoch included
 *   f          the value before the step in full batch; in mini-batch the mean of the epoch's batch values, each before its
 *              update
 *   grad_norm  of that gradient in full batch; in mini-batch of the last full check, NaN before one
 *   lr         the rate used in the epoch's first step
 *   seconds    since the start of the run
 *   dim        length of w
 *   w          [dim] the current point */
typedef struct lgd_progress {
    uint64_t step, epoch;
    double f, grad_norm, lr, seconds;
    size_t dim;
    const double *w;
} lgd_progress;

/* A function of yours that watches a run, and may end it. It returns 0: go on; > 0: stop, the current point is kept;
 * < 0: an error, which lgd_minimize returns. */
typedef int (*lgd_callback)(void *ctx, const lgd_progress *p);

/* What runs leave behind: series of numbers, to which a run appends one entry per epoch (full batch: per step; an epoch
 * cut short has one too).
 *   "loss"       F over all rows before the epoch's first update; mini-batch: only where a full check fell (check_every),
 *                else NaN
 *   "running"    mean over the epoch's rows of the batch values, each before its update (full batch: equals loss)
 *   "lr"         the rate used in its first step
 *   "grad_norm"  of the same evaluation as loss
 *   "seconds"    since the start of the run, at its end
 *   "gap"        the duality gap at the point of loss, where one was computed (gap_tol), else NaN
 *   "part 0"     |g| of the gradient of the epoch's first step, before any clipping, over the first part of w, and so on for as many
 *                parts as the objective has (`parts` of its ops: layers); NaN in entries of runs of others
 *   "validation" the value of `validation` at the point of loss, where it was taken, else NaN */
typedef struct lgd_history lgd_history;

/* An empty history, for lgd_minimize_options. */
LGD_API lgd_status lgd_history_create(lgd_history **out);

/* One of the series by its name, as lgd_history lists them. Entries so far in *count (may be NULL); valid until the next
 * run or free. NULL for an unknown name. */
LGD_API const double *lgd_history_series(const lgd_history *h, const char *name, size_t *count);

/* Frees a history and its series; NULL is accepted. */
LGD_API void lgd_history_free(lgd_history *h);

/* How a run goes. A zeroed struct, or NULL, is full batch for at most 1000 epochs or until |g| has fallen by 1e6.
 *
 * Batches
 *   batch_size      rows a step; 0: all, in storage order. More than there are is LGD_EINVAL
 *   order           in which an epoch visits the rows, see lgd_order
 *   block_rows      of a block of LGD_BLOCKS, LGD_INTERLEAVED, LGD_WINDOW, at most all [64, or all]; LGD_EINVAL with another order
 *   window          LGD_WINDOW: rows of a window, block_rows to all; the blocks are divided equally into as many windows as have that
 *                   many [the fewest with which the factor of lgd_order is at most 1.1 at rho = 1, for batches of at least 64]
 *   last            what becomes of a short last batch, see lgd_last
 *   seed            of order and noise
 *   norm_test       batches grow: before each epoch batch_size becomes the smallest B with sigma^2/B (m-B)/(m-1) <= norm_test^2
 *                   |g|^2, with replacement sigma^2/B, if that is more than it was; 0.5 to 0.9 are usual [off]. Where each
 *                   row is visited once B is then rounded up, so that the last batch is not a short one. |g| (with a
 *                   penalty that of w - prox(w - g)) and sigma^2, the variance of the gradient of one row, are estimated from
 *                   the epoch's first rows, max(batch_size, 64) of them, in 32 parts. The optimizer keeps the size and saves
 *                   it. LGD_MINIBATCH only, else LGD_EUNSUPPORTED. Byrd, Chin, Nocedal and Wu (2012)
 *   first_epoch     number of the first epoch, for runs continued: order and schedule follow it
 *
 * Limits; with none of the three: 1000 epochs
 *   max_epochs      passes over the rows, in full batch steps
 *   max_steps       steps of this call
 *   max_seconds     wall time
 *
 * Tolerances, judged on evaluations over all rows: every step in full batch, every check_every epochs otherwise (without
 * check_every, batches accept only f_tol and grad_tol = LGD_ZERO)
 *   grad_tol        |g|_2 <= grad_tol * (largest |g|_2 so judged since the optimizer's reset) [1e-6; LGD_ZERO: off]. Unless it is off,
 *                   a value that shows that f has no minimum (`attained` of the objective's ops: a model that tells all rows apart)
 *                   ends the run too, as LGD_STOP_SEPARABLE; without f_target, patience, penalty and decay
 *   grad_tol_abs    |g|_2 <= grad_tol_abs [off]
 *   f_tol           |f - previous f| <= f_tol max(|f|, |previous f|) [off]; in mini-batch without check_every: the mean of
 *                   an epoch has not fallen by f_tol |lowest so far| for 5 epochs (LGD_STOP_STALLED)
 *   f_target        f <= f_target (maximize: >=) [off; LGD_ZERO: 0]
 *   gap_tol         duality gap <= gap_tol |f|, the gap being a bound on f - min f (lgd_duality_gap) [off]. A gap costs up to
 *                   three evaluations of all rows: in full batch it is asked for before every check_every-th step [10]. Where
 *                   none can be had, LGD_EUNSUPPORTED; also with maximize and with frozen coordinates
 *   step_tol        |w - previous w|_2 <= step_tol |w|_2, full batch [off]
 *   check_every     mini-batch: a full evaluation before every epoch whose number is a multiple of it
 *                   [never; LGD_SVRG, LGD_SARAH: 1]
 *
 * Safety
 *   divergence_factor  diverged if f (mini-batch: the epoch's mean) exceeds this times the largest |f| among the first ten
 *                      values and the best [1e6]; a value that is not finite is always divergence
 *   clip_value         g_j = min(max(g_j, -c), c) [off]
 *   clip_norm          then g *= min(1, c/|g|_2) [off]; steps in which a clip acted are counted in the report
 *
 * Shape of the problem
 *   maximize        ascend f instead, with a penalty f - h; all values keep the user's sign
 *   lr_scale        [dim] borrowed: w = w_old + lr_scale_j (w_new - w_old) after each step; 0 keeps the bits of w_old, and
 *                   such a coordinate has no part in |g|. Methods with LGD_OWN_POINTS take 0 and 1 only. For ranges see
 *                   lgd_optimizer_groups
 *   schedule        of the rate
 *   penalty         borrowed: F = f + h is minimised, reported and judged, and |g| is then |w - prox(w - g)|_2 at eta = 1,
 *                   which is 0 exactly where F has a minimum in w (for convex f), and |g|_2 without a penalty. Applied after
 *                   each step in the metric of the optimizer (LGD_TELLS_RATE). w never leaves a constraint; a start outside
 *                   moves to the nearest point first. NULL: that of lgd_optimizer_penalty, if there is one
 *   estimator       of the gradient, see lgd_estimator
 *   precondition    a metric: methods that are linear in g step along P g, and those with LGD_PRECONDITIONED build on it; |g|
 *                   stays the Euclidean norm. LGD_EUNSUPPORTED with other methods and with a penalty
 *   precondition_ctx  what precondition is handed
 *   validation      of the same dim, borrowed: an objective on other rows. Its value, without penalty and noise, is taken before every
 *                   check_every-th epoch (full batch: step) and at the end [1], at w or at the point that the method makes of it
 *                   (lgd_optimizer_result). best_f, best_step and w_best are then of its lowest (maximize: highest) value, and not of
 *                   F, and LGD_PLATEAU looks at it. A value that is not finite is divergence. It is not among evaluations and
 *                   passes. LGD_EINVAL for another dim and for no rows
 *   patience        with validation: so many of its values in a row that are not better than the best end the run as
 *                   LGD_STOP_PATIENCE, and w is then the best point of the run, w_average too. The best value and the count are the
 *                   optimizer's, which saves them, so a run that is continued ends where one that was not would; the best point is
 *                   not: if it was before, keep w_best of that run. The value at the end does not count [off]
 *   saddle          what to do at a saddle point, see lgd_saddle
 *   start_rows      full batch: begins on so many rows, drawn by seed, and takes 4 times as many, half of all at most and then all,
 *                   whenever the gradient there is lost in the noise of the sample: |g|^2 is at most a quarter of the variance of
 *                   g, which as many rows that are not in the sample tell, at each step, in 32 parts. Tolerances, the target and
 *                   the best point are judged on all rows only, and until then f of a callback and "running" are those of the sample,
 *                   "loss" is NaN; the largest |g| that grad_tol refers to counts those of samples. The optimizer saves the size.
 *                   LGD_EINVAL with batches, beyond the rows there are, and where there is one term [0: all from the start]
 *
 * Watching
 *   w_best          [dim] receives the point of report.best_f
 *   w_average       [dim] receives the point of report.f_average: lgd_optimizer_result at the end; w where there is none
 *   history         series are appended to it
 *   callback        called after each epoch (full batch: step)
 *   callback_ctx    what callback is handed
 *   threads         0: LGD_NUM_THREADS, then OMP_NUM_THREADS, then 1. The bits do not depend on it
 *   profile         the report says where the time went, and how near the run came to the rate at which memory can be read, which is
 *                   then measured if it is not known (lgd_streaming_rate: a third of a second, no part of report.seconds). Of small
 *                   evaluations, steps and panels every 61st is timed and stands for the others, so that a run is less than 2 % slower.
 *                   w has the same bits */
typedef struct lgd_minimize_options {
    size_t batch_size;
    uint64_t max_epochs, max_steps, check_every;
    double max_seconds, grad_tol, grad_tol_abs, f_tol, step_tol, f_target, divergence_factor, clip_norm, clip_value;
    lgd_order order;
    lgd_last last;
    uint64_t seed, first_epoch;
    lgd_schedule schedule;
    bool maximize;
    const double *lr_scale;
    double *w_best, *w_average;
    size_t threads;
    lgd_history *history;
    lgd_callback callback;
    void *callback_ctx;
    const lgd_penalty *penalty;
    lgd_estimator estimator;
    double gap_tol, norm_test;
    lgd_precondition precondition;
    void *precondition_ctx;
    size_t start_rows;
    lgd_saddle saddle;
    lgd_objective *validation;
    uint64_t patience;
    bool profile;
    size_t block_rows, window;
} lgd_minimize_options;

/* What happened in a run.
 *   stop          why it ended
 *   steps         steps taken
 *   epochs        epochs finished, of this call
 *   evaluations   calls of the objective
 *   passes        rows evaluated, over rows there are
 *   f, grad_norm  F and |g|_2 at the returned w, over all rows (with a penalty see there)
 *   best_f        the lowest (maximize: highest) F of any full evaluation, the last one included; with validation its lowest value
 *   seconds       wall time
 *   best_step     the step count where best_f was
 *   clipped       steps in which a clip acted
 *   f_average     F at the averaged point, see lgd_optimizer_average; NaN without one and after LGD_STOP_PATIENCE. Costs an evaluation over all rows
 *   gap           the duality gap at the returned w, with gap_tol; else NaN
 *   lr_hold       after divergence, a rate that would hold (0: not known, or the method has none); finding it costs at most as
 *                 many rows again as the run did or 40 passes, within max_seconds
 *   batch_size    rows a step at the end, which norm_test may have raised; 0: all
 *   indefinite    steps at which the Hessian was found not to be positive definite (newton, newton_cg, trust_region)
 *   smallest_curvature  of the Hessian of what is minimised (with maximize of -f) where the run ended, or where it last looked,
 *                       with saddle; else NaN
 *   f_validation  the value of `validation` at the returned w, or at the point that the method makes of it; NaN without one
 *   bytes         moved between memory and the processor, by a model in which nothing is left in a cache: the data of a row for each row
 *                 that passes counts (of a linear model 8 cols + 8 targets, or as the matrix stores it), and w and g read, w written,
 *                 the state of the method read and written for each step, 24 dim + 2 lgd_optimizer_state_bytes, or of sparse
 *                 steps the share that they touch; steps that the objective makes itself (`descend`) move what its rows say. NaN where
 *                 the objective does not tell (`cost` of its ops)
 *   flops         by the same model: 4 cols outputs for a row of a linear model, and dim (2 + 4 v) a step for v vectors of state. NaN
 *                 where the objective does not tell, and after steps from a Hessian or a triangle, which are dearer
 *   streaming     bytes/seconds over the rate at which memory can be read (lgd_streaming_rate), with profile; else NaN. Above 1 where data
 *                 stay in a cache
 *   seconds_loss, seconds_matrix, seconds_optimizer  with profile: of `seconds`, those in the loss, in the rest of evaluations, that is
 *                                                    in products with the matrix, and in updates of w, clipping and penalty included.
 *                                                    Else NaN; where an objective does not tell its loss apart seconds_loss is NaN, and
 *                                                    seconds_matrix has it. Threads are told as the time that went by
 *   kernel        what computes the products, see lgd_matrix_kernel; "" where the objective does not tell. Static storage
 *   machine       lgd_machine()
 *   updates       of an objective whose batches touch few coordinates (`support` of its ops): "sparse" where steps moved these alone,
 *                 else "dense: " and why all of w had to. Both: with clip_norm, and l2 for sgd, they are the same to rounding, else bit
 *                 for bit (see LGD_SPARSE). "" of other objectives, in full batch, and of rates side by side. Static storage */
typedef struct lgd_report {
    lgd_stop stop;
    uint64_t steps, epochs, evaluations;
    double passes, f, grad_norm, best_f, seconds;
    uint64_t best_step, clipped;
    double lr_hold, f_average, gap;
    size_t batch_size;
    uint64_t indefinite;
    double smallest_curvature;
    double f_validation;
    double bytes, flops, streaming, seconds_loss, seconds_matrix, seconds_optimizer;
    const char *kernel, *machine, *updates;
} lgd_report;

/* A bound on F(w) - min F for F = f + h (h NULL: none), without knowing the minimum: the duality gap at w[dim]. It is at
 * least F(w) - min F, up to rounding in the last places of F, and goes to 0 where w goes to a minimum (without l2 only if h* is
 * finite around 0: norms, balls, boxes with both bounds, but no lower bound alone, and no coordinates that h leaves free). With
 * slopes R at w, balanced where there are intercepts and scaled where h asks for it, it is
 *     1/(m omega) sum_i [F_i(A_i w) + F_i*(R_i) - R_i A_i w] + [h+(w) + h+*(v) - w v],   v = -A^T R/(m omega),
 * with h+ = h + l2/2 |w|^2 and * the convex conjugate. Needed are `difference` and `fenchel` of f (models have them where the
 * loss has `fenchel`), and l2 > 0 or a `conjugate` of h; else LGD_EUNSUPPORTED, what is missing is named. Of a quadratic of
 * lgd/quadratic.h a value and a gradient are enough: slopes scaled by s cost (1 - s)^2 of what f lies above its minimum, which for
 * one of data is at most f, and for one of a matrix alone asks for a positive definite one. INFINITY where w is outside a
 * constraint. With `kinks` in the loss the slope of a row at a kink is one of many, and the gap need not go to 0:
 * lgd_minimize_piecewise chooses it. LGD_EINVAL for NULL and for a w that is not finite. Costs one evaluation of all rows, two where h scales, three
 * with intercepts. Allocates [terms x slopes] and 2 dim numbers. Threads as lgd_objective_eval, the bits do not
 * depend on them. S. Boyd, L. Vandenberghe, "Convex Optimization" (2004), 5.1. */
LGD_API lgd_status lgd_duality_gap(lgd_objective *f, const lgd_penalty *h, const double *w, double *gap);

/* Minimizes f by opt: moves w[dim] from where it is. opt keeps its state: a second call goes on. LGD_OK means w is usable
 * and report.stop says why the run ended. LGD_EDIVERGED: w is the best point (w as given, if there was none better;
 * batches without check_every: where the epoch of the lowest mean began), lgd_last_error() names the step, the rate and
 * one that would hold. On LGD_EUSER and callback errors w is the last finite point; where the method itself failed, some
 * ranges of w may have moved on. On errors found before the run (LGD_EINVAL, LGD_ENOMEM, LGD_EUNSUPPORTED) w is untouched.
 *
 * Where the rate of opt is LGD_AUTO, the first run finds it before its first step; opt keeps it, saves it, tells it as its option
 * lr, and forgets it at lgd_optimizer_reset. It is 1/C on all rows, C the largest curvature of f, else (1 - mu)/L(B) with the
 * expected smoothness of a batch of B of m rows, L(B) = m(B-1)/(B(m-1)) C + (m-B)/(B(m-1)) Lmax, with replacement
 * (B-1)/B C + Lmax/B, Lmax being the largest curvature of one row, and mu the largest momentum of the run; a third of it for the
 * estimators that reduce the noise. A short last batch that is divided by its own count enters L by its share of the steps. C
 * and Lmax are bounds that hold at every w where the objective has them (ops `curvature`; models, some thirty passes over
 * the rows); else they are measured at the start, with at most 40 passes, and hold near it. Where max_seconds end the search no
 * step is taken, and the next run searches anew. Rates of groups and lr_scale divide it by the largest of them, decay adds to
 * C; a schedule comes on top. 0 curvature: the preset. LGD_EUNSUPPORTED where no finite number comes out, and in
 * batches for methods with LGD_NOISE_GROWS (nesterov_convex). R. Gower et al., SGD: general analysis and improved rates (2019).
 *
 * Memory beside the data, bytes: 24 dim, with batches 32 dim; with an order that is not sequential 8 (terms + batch_size), of blocks
 * 8 (terms + terms/block_rows), with norm_test at most 16 terms; the state, lgd_optimizer_state_bytes; for sparse steps (3 + v/3) dim with v
 * vectors of the method, 9 dim more with l2, and (49 + 8 v) dim for a method with LGD_LAZY; where the rows are more than one
 * chunk (the objective's, LGD_CONCURRENT) 8 dim for each of the at most 64 chunks, of 32768/dim rows or more, and a multiple of 512 of them, from
 * 512 columns on of 64; and for each thread the scratch of a panel, for models of rows below 512 KB. What
 * estimators, saddle, gap_tol, start_rows, histories and methods that ask for more add is said where they are.
 *
 * options NULL: the defaults; report NULL: not wanted. A step allocates nothing, but that with several threads scratch
 * grows until as many blocks are there as ever were used at once, and a history beyond 65536 entries. */
LGD_API lgd_status lgd_minimize_sized(lgd_objective *f, lgd_optimizer *opt, double *w,
                                      const lgd_minimize_options *options, size_t options_size, lgd_report *report,
                                      size_t report_size);
static inline lgd_status lgd_minimize(lgd_objective *f, lgd_optimizer *opt, double *w,
                                      const lgd_minimize_options *options, lgd_report *report)
{
    return lgd_minimize_sized(f, opt, w, options, sizeof *options, report, sizeof *report);
}

/* The order in which lgd_minimize visits so many rows with these options in the epoch of that number, counted from 0: index receives
 * *draws of them, batch after batch. It has room for rows + batch_size numbers; batches are those of batch_size, whatever norm_test
 * does. LGD_EINVAL for NULL, and as lgd_minimize; LGD_ENOMEM. */
LGD_API lgd_status lgd_minimize_order_sized(const lgd_minimize_options *options, size_t options_size, uint64_t epoch,
                                            size_t rows, size_t *index, size_t *draws);
static inline lgd_status lgd_minimize_order(const lgd_minimize_options *options, uint64_t epoch, size_t rows,
                                            size_t *index, size_t *draws)
{
    return lgd_minimize_order_sized(options, sizeof *options, epoch, rows, index, draws);
}

/* What lgd_minimize would do with these, in words and with every number, to text [size], as lgd_objective_describe does: F with its
 * penalty, the method with the values of all its options in the form that lgd_optimizer_parse takes, batches, order, schedule, and what
 * ends the run. A line each. 0 with a sentence where an argument is NULL or an option is refused. */
LGD_API size_t lgd_minimize_describe_sized(const lgd_objective *f, const lgd_optimizer *opt,
                                           const lgd_minimize_options *options, size_t options_size, char *text,
                                           size_t size);
static inline size_t lgd_minimize_describe(const lgd_objective *f, const lgd_optimizer *opt,
                                           const lgd_minimize_options *options, char *text, size_t size)
{
    return lgd_minimize_describe_sized(f, opt, options, sizeof *options, text, size);
}

/* How a path of the lasso is gone. A zeroed struct, or NULL: 100 strengths from the largest down to a thousandth of it.
 *   count        of strengths [100]
 *   ratio        of the last strength to the first, in (0, 1) [0.001]
 *   strengths    [count] >= 0, borrowed, used as they are, best from large to small; NULL: a geometric grid from the smallest strength
 *                at which all coordinates are 0
 *   l1_ratio     rho in (0, 1], the share of L1 [1; with strengths LGD_ZERO is ridge]
 *   lower, upper bounds [bounds], with 0 within them, borrowed, as lgd_penalty_box_create has them; NULL: none on that side
 *   bounds       1: the same pair for every coordinate that is penalised, else one for each
 *   gap_tol      a strength is done where its duality gap <= gap_tol F [1e-10; LGD_ZERO: rounding]
 *   max_sweeps   over all coordinates for one strength, at most [10000]
 *   on_data      F and gap of each point are then evaluated once more, by lgd_duality_gap on f as it was given, some passes over its
 *                rows: so they hold whatever rounding did to the reduction
 *   threads      0: LGD_NUM_THREADS, then OMP_NUM_THREADS, then 1. The bits do not depend on it */
typedef struct lgd_lasso_path_options {
    size_t count;
    double ratio;
    const double *strengths;
    double l1_ratio;
    const double *lower, *upper;
    size_t bounds;
    double gap_tol;
    uint64_t max_sweeps;
    bool on_data;
    size_t threads;
} lgd_lasso_path_options;

/* A point of a path.
 *   strength   lambda
 *   f          F = f + lambda (rho |w|_1 + (1 - rho)/2 |w|^2) at w
 *   gap        F - min F at most: the duality gap, to rounding. At strength 0 it is F itself unless the columns are independent
 *   nonzeros   coordinates that are penalised and not 0
 *   sweeps     over all coordinates
 *   stop       LGD_STOP_GAP_TOL, LGD_STOP_ROUNDING (no coordinate moves any more), or LGD_STOP_STEPS for max_sweeps */
typedef struct lgd_lasso_point {
    double strength, f, gap;
    size_t nonzeros;
    uint64_t sweeps;
    lgd_stop stop;
} lgd_lasso_point;

/* The lasso, the elastic net and both within bounds for a path of strengths lambda: W [count x dim] receives in row i the minimum of
 *
 *     F(w) = f(w) + lambda_i (rho |w|_1 + (1 - rho)/2 |w|^2),   lower_j <= w_j <= upper_j,
 *
 * and points [count] how it went; either may be NULL. Intercepts are not penalised. f is of least squares (a linear model with the loss
 * half_squared or squared, weights, offset, outputs and l2 as they are, any objective with `design`), which is reduced first, one pass
 * over its rows, as lgd_quadratic_create does it; or a quadratic that this or lgd_quadratic_create_dense made, which is not read again.
 * Then the rows do not matter: coordinate descent on the centred, scaled Gram matrix, see lgd_cd_options, begins each strength where
 * the one before ended, intercepts are eliminated. A sweep costs 2 n (n + coordinates that move) flops for n columns.
 * LGD_EINVAL for options out of range, by name, and bounds beyond 0; LGD_EUNSUPPORTED where f is another objective, spares coordinates
 * that are no intercepts, or is a dense quadratic that is not positive definite, whose least value is then not known. J. Friedman, T.
 * Hastie, R. Tibshirani, J. Stat. Softw. 33 (2010). */
LGD_API lgd_status lgd_lasso_path_sized(lgd_objective *f, double *W, lgd_lasso_point *points, size_t point_size,
                                        const lgd_lasso_path_options *options, size_t options_size);
static inline lgd_status lgd_lasso_path(lgd_objective *f, double *W, lgd_lasso_point *points,
                                        const lgd_lasso_path_options *options)
{
    return lgd_lasso_path_sized(f, W, points, sizeof *points, options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
