/* Inside of a run: its parts are
 *   minimize.c   sets up, reports
 *   options.c    takes the options, and refuses what cannot be
 *   loop.c       what both loops do, and the one over all rows
 *   epochs.c     the one over batches
 *   order.c      in which order these have the rows
 *   sparse.c     steps that touch only what a batch does
 *   descend.c    and of batches of one, where the objective makes the steps
 *   update.c     one update of w
 *   estimator.c  what stands for the gradient of all rows in a step on a batch; svrg.c, saga.c
 *   lend.c       what a step may ask for beyond w and g
 *   lend_penalty.c  and of the penalty
 *   penalise.c   the penalty: its value, its prox, what |g| is with it
 *   gap.c        the duality gap, a bound on F(w) - min F; gap_balance.c
 *   judge.c      what ends a run: tolerances, limits, divergence
 *   noise.c      the noise of batches, and batches that grow with it
 *   validate.c   its value on other rows, which ends it when patience does
 *   saddle.c     what becomes of a run whose gradient is within a tolerance, and f curves down still
 *   sample.c     a beginning on a sample of the rows
 *   rates.c      several rates side by side
 *   rate.c       rates from the curvature: one that is found before the run, one that would hold after divergence
 *   history.c    series of numbers
 *   parts.c      gradients by parts of w, for them
 *   profile.c    what a run costs, and where its time goes
 * Values inside a run carry the sign of minimisation (run.sign); the user's sign is put back on the way out. */
#ifndef LGD_RUN_H
#define LGD_RUN_H
#include "base/base.h"
#include "estimator.h"
#include "gap.h"
#include "lgd/minimize.h"
#include "objective/objective.h"
#include "optimizer/optimizer.h"
#include "profile.h"
#include "sparse.h"

struct lgd_history {
    double *series[7]; /* loss, running, lr, grad_norm, seconds, gap, validation */
    size_t count, room;
    size_t parts; /* further series, behind these */
    bool descent; /* each entry is one step of plain descent over all rows */
};

/* What w consists of, with a history: where each part begins, and |g| of it at the first step of an entry. */
typedef struct lgd_gradient_parts {
    size_t count, *first;
    double *norm;
} lgd_gradient_parts;

/* The rows a step's oracle evaluates: those of the step. */
typedef struct lgd_lent {
    struct lgd_run *run;
    lgd_rows rows;
    size_t divide_by;
} lgd_lent;

/* What the oracle keeps for the length of a run; made when first asked for. */
typedef struct lgd_lending {
    lgd_oracle oracle;
    double *Z, *T;       /* [terms x slopes] scores of w and of d, the point and the direction of a line */
    const double *w, *d; /* those */
    double *at, *other;  /* [dim] for differences of gradients */
    double *unit;        /* [2 dim] for a Hessian of products */
    double size;         /* at least which a difference of gradients takes |w| for; 0: nothing is known */
    double *each;        /* l1, or lower and upper, or all that there is of the penalty */
    bool *frozen;        /* [dim] what is; NULL where nothing is */
    double *curves;      /* [padded dim + terms] a point, and second derivatives of the terms there, */
    bool curves_known;   /* which they are */
} lgd_lending;

/* The sample that a run is over, in the place of all rows. */
typedef struct lgd_sample {
    lgd_objective *all; /* NULL: the run is over all rows */
    size_t terms;       /* of it */
    size_t *order;      /* [terms] of which a prefix is in the sample, */
    size_t *rows;       /* [terms] and those in storage order */
    double *mean, *part;
} lgd_sample;

struct lgd_run {
    lgd_objective *f;
    lgd_optimizer *opt;
    double *w;
    lgd_minimize_options o; /* presets filled in */
    size_t dim, terms, threads;
    double sign, lr, started;
    size_t batch; /* rows a step; 0: all */

    /* one block: vectors of dim, and the order of an epoch (NULL: storage order) */
    double *g, *w_old, *w_epoch, *w_best;
    double *unit; /* 1 where w moves, 0 where it is frozen; NULL where nothing is, and without a penalty */
    size_t *index;
    lgd_estimate estimate; /* of the gradient, from a batch */
    lgd_touching touching;
    lgd_lending lending;
    lgd_sample sample;

    uint64_t epochs;  /* finished in this run */
    uint64_t first_t; /* the optimizer's count before it */
    uint64_t evaluations, clipped, best_step, unchanged, indefinite;
    double rows_seen;
    double f_all, g_all; /* last full evaluation: F and |g|; NaN before one */
    double f_smooth;     /* and F without the penalty */
    bool all_is_current; /* it belongs to w */
    lgd_gap gap;         /* with gap_tol */
    double gap_all;      /* at w; NaN where it was not computed */
    bool judged;         /* a value of this run was */
    bool wants_minimum;  /* grad_tol is not off, and neither a target nor patience given */
    double attained;     /* a lower F shows that there is no minimum, see `attained` of ops; 0: nothing does */
    double f_before;     /* the full evaluation before that */
    double validation;   /* at w, where it was taken; NaN */
    double best_f;       /* lowest full evaluation, of validation if there is one; w_best is its point, */
    bool best_is_here;   /* or still w, to be copied before it moves */
    double best_running; /* lowest mean of an epoch; without full evaluations w_best is where it began */
    double lr_factor, momentum, f_average;
    double step_rate;          /* what the last step told of its rate; NaN */
    double smallest_curvature; /* where it was looked for; NaN */
    uint64_t left_at;          /* the optimizer's count + 1 where a saddle point was left last, 0 before */
    lgd_plateau_state plateau; /* what a schedule by plateaus has seen; the optimizer keeps it from run to run */
    bool at_any_rate;          /* what made it diverge is there whatever the rate */
    lgd_engaged own;           /* what the optimizer had for a penalty while that of the run is lent to it */
    bool lent, begun;
    bool restored; /* after divergence w is the best point already */
    lgd_gradient_parts parts;
    lgd_profile profile;
    bool factors;       /* it had a Hessian or a triangle, whose flops are not counted */
    uint64_t descended; /* steps that the objective made itself */
    lgd_stop stop;
    char why[96], accepted[128]; /* divergence in words */
};

/* ---- minimize.c: close follows open also where that failed, finish all that began */

lgd_status lgd_run_open(lgd_run *run, lgd_objective *f, lgd_optimizer *opt, double *w,
                        const lgd_minimize_options *options, size_t options_size);

/* The rate, and the rows that the run begins on; then to its end. */
lgd_status lgd_run_begin(lgd_run *run);
lgd_status lgd_run_go(lgd_run *run);

/* After divergence: w becomes the best point, and is yet to be evaluated. */
void lgd_run_restore(lgd_run *run);

/* The figures of the returned point; status is that of the run. */
lgd_status lgd_run_finish(lgd_run *run, lgd_status status, lgd_report *r);
void lgd_run_close(lgd_run *run);

/* A report before there is a run. */
lgd_report lgd_report_of_nothing(void);

/* ---- options.c */

/* Presets in the place of zeros, each number by itself; then what the options, the method and the objective say together, which
 * leaves lr_factor of the first step. */
lgd_status lgd_run_take(lgd_run *run, const lgd_minimize_options *options, size_t size);
lgd_status lgd_run_check(lgd_run *run);

/* ---- loop.c */

/* Value and gradient (into run->g) over rows; the sign of the run, frozen coordinates 0. */
lgd_status lgd_run_eval(lgd_run *run, const lgd_rows *rows, size_t divide_by, const double *w, double *f, double *g);

/* From the user's sign to that of the run, frozen coordinates 0; g may be NULL. */
void lgd_run_orient(const lgd_run *run, double *f, double *g);

/* Full evaluation at w: f_all, g_all, best; the gradient is left in run->g. */
lgd_status lgd_run_eval_all(lgd_run *run);

/* The same of a value f, without the penalty, and a gradient run->g that are known. */
lgd_status lgd_run_know_all(lgd_run *run, double f);

/* Before w moves: w_best is the best point, also where that was w. */
void lgd_run_keep_best(lgd_run *run);

/* The factor of the next step, by the schedule. */
lgd_status lgd_run_set_rate(lgd_run *run);

/* Shows a value to a schedule by plateaus. Only ever one that a step follows: a run that goes on from here meets those it
 * was not stepped from again. */
lgd_status lgd_run_observe(lgd_run *run, double f);

/* After an epoch (full batch: a step) with value f: one entry, one call. loss, grad_norm and gap are of its first point. */
lgd_status lgd_run_record(lgd_run *run, double loss, double f, double lr, double grad_norm, double gap, bool call);

/* All rows: judges an evaluation at w and makes the step from there. *fresh: f and g were left by the step before, and then: *f and g
 * are already those of the new w. */
lgd_status lgd_run_turn(lgd_run *run, bool *fresh, double *f);
lgd_status lgd_run_full(lgd_run *run);

/* ---- epochs.c */

/* An epoch of batches.
 *   draws, done           rows that it visits, and those it has visited
 *   sum, seen, mean       of batch values; the mean is over the rows seen
 *   loss, grad_norm, gap  where all rows were evaluated before it, else NaN
 *   lr, first_step        the rate, and the optimizer's count, where it began
 *   finished              no limit cut it short */
typedef struct lgd_epoch {
    size_t draws, done;
    double sum, seen, mean, loss, grad_norm, gap, lr;
    uint64_t first_step;
    bool finished, fresh;
} lgd_epoch;

/* Are all rows evaluated before the next epoch? */
bool lgd_run_checks(const lgd_run *run);

/* In this order: a judgement before it, with `checked` of an evaluation over all rows; its beginning; its order, after which batches may
 * have grown (with replacement an epoch has then other draws, with the same beginning); for each of its batches the rows, and a step
 * from their value f and gradient run->g; its end. A run that has stopped has no further batch, and an end all the same. */
lgd_status lgd_epoch_judge(lgd_run *run, lgd_epoch *e, bool checked);
lgd_status lgd_epoch_begin(lgd_run *run, lgd_epoch *e);
lgd_status lgd_epoch_draw(lgd_run *run, size_t *draws);
bool lgd_epoch_next(lgd_run *run, lgd_epoch *e, lgd_lent *l);
lgd_status lgd_epoch_step(lgd_run *run, lgd_epoch *e, lgd_lent *l, double f);
lgd_status lgd_epoch_end(lgd_run *run, const lgd_epoch *e);
void lgd_epoch_stepped(lgd_run *run, lgd_epoch *e);
lgd_status lgd_run_batches(lgd_run *run);

/* ---- order.c */

/* LGD_EINVAL for what is no order of so many rows. */
lgd_status lgd_order_check(const lgd_minimize_options *o, size_t terms);

/* Numbers that an index needs, more than draws; 0 where rows are visited as they are stored. And the order of an epoch into it; how many
 * draws it has. */
size_t lgd_order_room(const lgd_minimize_options *o, size_t terms);
size_t lgd_order_draw(const lgd_minimize_options *o, size_t batch, uint64_t epoch, size_t terms, size_t *index);

/* Rows of a block, and of the largest window, with the presets in the place of 0. */
size_t lgd_order_block(const lgd_minimize_options *o, size_t terms);
size_t lgd_order_window(const lgd_minimize_options *o, size_t batch, size_t terms);

/* The variance of the gradient of `rows` of an epoch of batches over that in a full permutation, where gradients of rows of a block
 * have the correlation rho; 1 for other orders. */
double lgd_order_noise(const lgd_minimize_options *o, size_t batch, size_t rows, size_t terms, double rho);

/* ---- descend.c */

/* Are steps on batches of one those of `descend` of the objective? Then a stretch of the rows that l begins, with the bits of a step
 * for each. */
bool lgd_run_descends(const lgd_run *run);
lgd_status lgd_epoch_descend(lgd_run *run, lgd_epoch *e, lgd_lent *l);

/* ---- update.c */

/* Clips g [n], all of the gradient that is not 0. */
void lgd_run_clip(lgd_run *run, size_t n, double *g);

/* One update of w from run->g, whose value is f over l->rows, and a look at where it led. *fresh: f and g were left by the step
 * before, and then: they are already those of the new w. */
lgd_status lgd_run_step(lgd_run *run, lgd_lent *l, double *f, bool keep_old, bool *fresh);

/* ---- lend.c */

lgd_status lgd_lend_create(lgd_run *run);
void lgd_lend_free(lgd_run *run);

/* The penalty of the run as numbers for each coordinate, for a method that takes it so. */
lgd_status lgd_lend_penalty(lgd_run *run);

/* hv = H v at w over the rows of the lgd_lent ctx; with g the gradient there, a difference needs one evaluation and not two. */
lgd_status lgd_lend_product(void *ctx, const double *w, const double *g, const double *v, double *hv);

/* For a method that is linear in g, with a metric of the user's: run->g becomes P g. */
lgd_status lgd_lend_metric(lgd_lent *l);

/* ---- penalise.c; without a penalty it costs nothing */

/* After the optimizer was prepared: what moves, and a start within constraints. */
lgd_status lgd_run_penalise(lgd_run *run);

/* Does w[j] stay where it is? */
bool lgd_run_is_frozen(const lgd_run *run, size_t j);

/* h(w), 0 without a penalty. */
double lgd_run_penalty(const lgd_run *run, const double *w);

/* w = prox(w) at a rate eta; *h (unless NULL) its value there. */
lgd_status lgd_run_prox(lgd_run *run, double eta, double *w, double *h);

/* Moves w back into constraints: a mean of points within them may lie outside by its rounding. */
lgd_status lgd_run_stay_within(lgd_run *run, double *w);

/* |w - prox(w - g)|_2 at eta = 1 for the gradient run->g at run->w; |g|_2 without a penalty. w_old is scratch. */
lgd_status lgd_run_residual(lgd_run *run, double *norm);

/* ---- gap.c; without gap_tol all do nothing */

/* LGD_EUNSUPPORTED where gap_tol is asked for and no gap can be had. */
lgd_status lgd_run_gap_check(const lgd_run *run);
lgd_status lgd_run_gap_create(lgd_run *run);

/* gap_all at w, unless it is there already. */
lgd_status lgd_run_gap(lgd_run *run);

/* The same where it is due, after a full evaluation at w, and what it says about stopping. */
lgd_status lgd_judge_gap(lgd_run *run);

/* ---- judge.c: each returns the reason to stop, or LGD_STOP_NONE */

lgd_stop lgd_judge_finite(lgd_run *run, double f, const double *g); /* a batch; g may be NULL */
lgd_stop lgd_judge_point(lgd_run *run);                             /* w after a step, an epoch */
lgd_stop lgd_judge_value(lgd_run *run, double f,
                         const double *g);          /* divergence as well: a full value, an epoch's mean */
lgd_stop lgd_judge_all(lgd_run *run);               /* tolerances, after a full evaluation at w */
lgd_stop lgd_judge_running(lgd_run *run, double f); /* after an epoch of batches with mean f */
lgd_stop lgd_judge_step(lgd_run *run);              /* full batch: after a step from w_old to w */
lgd_stop lgd_judge_limits(const lgd_run *run);      /* epochs, steps, seconds */
lgd_stop lgd_judge_method(lgd_run *run, int stop);  /* what a step said of its end */
bool lgd_judge_wants_old(const lgd_run *run);       /* does lgd_judge_step need w_old next? */

/* What run->attained is, before the first step; and where a method saw no way on, or had come as far as rounding lets it: was it because
 * there is no minimum? */
double lgd_judge_attained(const lgd_run *run);
lgd_stop lgd_judge_end(const lgd_run *run);

/* ---- validate.c; without validation all do nothing */

lgd_status lgd_validate_check(const lgd_run *run);

/* The point that the method makes of w, which may be another, into to[dim]. */
lgd_status lgd_run_result(lgd_run *run, double *to);

/* Where a step follows: run->validation, NaN unless it is due. It may be the best of the run, and out of patience the run ends, at
 * its best point. w_old is scratch. */
lgd_status lgd_run_validate(lgd_run *run);

/* And of the point that is returned. */
lgd_status lgd_run_validate_end(lgd_run *run);

/* ---- saddle.c */

lgd_status lgd_saddle_check(const lgd_run *run);

/* The gradient run->g at w is within a tolerance, and stop says so: it stays, or becomes LGD_STOP_SADDLE, or w goes on from another
 * point and it is LGD_STOP_NONE. w_old is scratch. */
lgd_status lgd_run_saddle(lgd_run *run, lgd_lent *l);

/* ---- noise.c */

/* From the first rows of the epoch's order, at w: the variance of the gradient of one row, summed over coordinates, and |g| of
 * their mean. Uses g and w_old. */
lgd_status lgd_noise_measure(lgd_run *run, double *variance, double *norm);

/* With norm_test: as many rows to the batch as the noise asks for, once the order of the epoch is drawn. */
lgd_status lgd_run_grow(lgd_run *run);

/* ---- sample.c; without start_rows all do nothing */

lgd_status lgd_sample_check(const lgd_run *run);
lgd_status lgd_sample_begin(lgd_run *run); /* f and terms of the run become those of the sample */
void lgd_sample_end(lgd_run *run);

/* After an evaluation of a sample at w, in the place of tolerances: is its gradient lost in its noise? */
lgd_status lgd_sample_judge(lgd_run *run, bool *lost);

/* Would the run end here for a reason that is one of the sample alone? It then goes on. */
bool lgd_sample_is_done(lgd_run *run);

/* f and terms become those of more rows. */
lgd_status lgd_sample_grow(lgd_run *run);

/* ---- rate.c */

/* Before the first step: the rate of an optimizer whose lr is LGD_AUTO, if it is not known yet. */
lgd_status lgd_rate_find(lgd_run *run);

/* A rate at which the run would hold, from the curvature at w; 0 if it cannot be told. */
double lgd_rate_that_holds(lgd_run *run);

/* ---- parts.c; without a history, or without parts, all do nothing */

lgd_status lgd_run_parts_create(lgd_run *run);
void lgd_run_parts_free(lgd_run *run);

/* |g| of each part, for the next entry. */
void lgd_run_measure_parts(lgd_run *run);

/* ---- history.c */

/* A series, quietly: NULL where there is none, or no entry. And that of a part. */
const double *lgd_history_at(const lgd_history *h, const char *name);
const double *lgd_history_at_part(const lgd_history *h, size_t part);

/* Has series for so many parts from now on; those of other entries are NaN. */
lgd_status lgd_history_part(lgd_history *h, size_t parts);

/* Those of the entry that was added last. */
void lgd_history_put_parts(lgd_history *h, size_t parts, const double *norm);

lgd_status lgd_history_reserve(lgd_history *h, uint64_t more);
lgd_status lgd_history_add(lgd_history *h, double loss, double running, double lr, double grad_norm, double seconds,
                           double gap, double validation);

#endif
