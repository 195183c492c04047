/* A schedule: a pure function of the step or epoch that multiplies the rate, and may lend a momentum with it. */
#ifndef LGD_SCHEDULE_H
#define LGD_SCHEDULE_H
#include "status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The kinds of schedule, by the formula of the factor. There t is the 0-based epoch, or step if per_step, T the period,
 * r the factor, p the power, e the floor.
 *   LGD_CONSTANT         1
 *   LGD_STEP_DECAY       r^floor(t/T);  T [100], r [0.5]
 *   LGD_MULTI_STEP       r^(number of milestones <= t);  r [0.1], milestones ascend from 0 or later
 *   LGD_EXPONENTIAL      r^(t/T);  T [1], r [0.95]
 *   LGD_COSINE           e + (1-e)(1 + cos(pi t/T))/2, then e;  T required. Loshchilov and Hutter (2017)
 *   LGD_INVERSE_TIME     1/(1 + r t);  r required
 *   LGD_INVERSE_SCALING  1/(t+1)^p;  p [0.25]
 *   LGD_POLYNOMIAL       e + (1-e)(1 - t/T)^p, then e;  T required, p [1]
 *   LGD_USER_SCHEDULE    fn(ctx, step, epoch), finite and >= 0
 *   LGD_WARM_RESTARTS    that cosine again and again, number i = 0, 1, ... over T r^i;  T required, r >= 1 [1].
 *                        Loshchilov and Hutter (2017)
 *   LGD_ONE_CYCLE        by cosines from `start` [1/25] up to 1 at rise T, down to e [start/1e4] at T, then e;
 *                        T required, rise [0.3]. Smith and Topin (2018), with the cosines of fastai
 *   LGD_TRIANGULAR       by lines from e up to 1 at rise T, down to e at T, and again;  T required, rise [0.5]. Smith
 *                        (2017)
 *   LGD_TRIANGULAR2      that, 1 - e halved with each cycle
 *   LGD_EXP_RANGE        that, 1 - e times r^t;  T and r required
 *   LGD_TRAPEZOID        1, over the last share `fall` [0.2] of T down to e as ((T - t)/(fall T))^p, then e;  T required,
 *                        p [1]
 *   LGD_PLATEAU          r^(cuts of `plateau`), see lgd_plateau_state;  r [0.1], patience [10], tol [1e-4], cooldown [0]
 *   LGD_OPTIMAL          1/(r(t0 + t)) with t0 = 1/(r e0), e0 = r^(-1/4);  r > 0 required: the strength of the L2 penalty.
 *                        For an optimizer of rate 1. Bottou (2012)
 *   LGD_VW_POWER         r^epoch (T/(T + t + 1))^p;  r [1], T [1], p [0.5]. The rate of Vowpal Wabbit
 * T > 0, r >= 0, p >= 0, 0 <= e <= 1, 0 < rise < 1. The floor e [0] holds every kind but the user's from below. */
typedef enum lgd_schedule_kind {
    LGD_CONSTANT,
    LGD_STEP_DECAY,
    LGD_MULTI_STEP,
    LGD_EXPONENTIAL,
    LGD_COSINE,
    LGD_INVERSE_TIME,
    LGD_INVERSE_SCALING,
    LGD_POLYNOMIAL,
    LGD_USER_SCHEDULE,
    LGD_WARM_RESTARTS,
    LGD_ONE_CYCLE,
    LGD_TRIANGULAR,
    LGD_TRIANGULAR2,
    LGD_EXP_RANGE,
    LGD_TRAPEZOID,
    LGD_PLATEAU,
    LGD_OPTIMAL,
    LGD_VW_POWER
} lgd_schedule_kind;

/* What LGD_PLATEAU remembers of the values it was shown; zeroed: none yet. A value is good if it is below best - tol |best|,
 * and the first is; more than `patience` bad ones in a row cut the rate, after which `cooldown` values count as neither.
 *   best   the last good value
 *   seen   values so far
 *   bad    of them the bad ones in a row
 *   rest   of the cooldown, what is left
 *   cuts   so far */
typedef struct lgd_plateau_state {
    double best;
    uint64_t seen, bad, rest, cuts;
} lgd_plateau_state;

/* How the rate changes. A zeroed struct is the constant 1. With warmup W > 0 the first W epochs (steps) rise linearly,
 * warmup_start + (1 - warmup_start)(t+1)/W, and the schedule itself begins at t = W as its 0; a user's fn then receives
 * the epoch (step) counted from W, and so does the r^epoch of LGD_VW_POWER. 0 members mean the presets of
 * lgd_schedule_kind; LGD_ZERO is 0. A member that the kind has no use for must be in range, and changes nothing.
 *   kind              which formula
 *   period            T > 0, in epochs or steps
 *   factor            r >= 0
 *   floor             e in [0, 1]
 *   warmup            W >= 0, in epochs or steps
 *   warmup_start      in [0, 1], what the rise begins from
 *   power             p >= 0
 *   per_step          t counts steps instead of epochs
 *   milestones        [milestone_count] borrowed, of LGD_MULTI_STEP
 *   milestone_count   how many there are
 *   fn, ctx           your function, of LGD_USER_SCHEDULE, and what it is handed
 *   rise              in (0, 1), the share of T that climbs
 *   fall              in (0, 1], the share of T that falls
 *   start             in [0, 1], the first factor of LGD_ONE_CYCLE
 *   patience          >= 0, the bad values in a row that LGD_PLATEAU bears
 *   tol               in [0, 1), by how much of itself a value must fall
 *   cooldown          >= 0, the values after a cut that do not count
 *   momentum_low      in [0, 1), of LGD_ONE_CYCLE and the triangular kinds: the momentum where the rate is 1; 0 while
 *                     momentum_high is given: 0.85
 *   momentum_high     in [momentum_low, 1), the momentum where the rate is lowest; 0 while momentum_low is given: 0.95. Both
 *                     0: the schedule has none
 *   plateau           borrowed, what LGD_PLATEAU remembers; NULL: nothing yet. lgd_minimize puts the optimizer's there
 *   next              borrowed: the schedule from t = until on, whose own t counts from there, in the same unit. At most 64
 *                     in a row; LGD_PLATEAU stands alone
 *   until             > 0, in epochs or steps, warm-up included; 0 without next */
typedef struct lgd_schedule {
    lgd_schedule_kind kind;
    double period, factor, floor, warmup, warmup_start, power;
    bool per_step;
    const double *milestones;
    size_t milestone_count;
    double (*fn)(const void *ctx, uint64_t step, uint64_t epoch);
    const void *ctx;
    double rise, fall, start, patience, tol, cooldown, momentum_low, momentum_high;
    const lgd_plateau_state *plateau;
    const struct lgd_schedule *next;
    double until;
    double reserved[4]; /* 0: room, since the struct lies inside lgd_minimize_options */
} lgd_schedule;

/* The factor at a step and epoch, both from 0. LGD_EINVAL names the member out of range, of any schedule of the chain. Exact
 * powers, not running products, so that a run continued elsewhere cannot drift. NULL schedule: 1. */
LGD_API lgd_status lgd_schedule_factor(const lgd_schedule *schedule, uint64_t step, uint64_t epoch, double *factor);

/* The momentum there; NaN if the schedule says nothing of it. During a warm-up it is momentum_high. */
LGD_API lgd_status lgd_schedule_momentum(const lgd_schedule *schedule, uint64_t step, uint64_t epoch, double *momentum);

/* Shows one value, lower being better, to the memory of a schedule of kind LGD_PLATEAU. NaN is LGD_EINVAL, and then *state
 * is as before. lgd_minimize does it by itself: each value in full batch; in batches the mean of each epoch, or with
 * check_every each full evaluation; with validation each of its values instead. */
LGD_API lgd_status lgd_schedule_observe(const lgd_schedule *schedule, lgd_plateau_state *state, double f);

#ifdef __cplusplus
}
#endif
#endif
