/* A schedule: a pure function of the step or epoch that multiplies the rate. */
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
 *   LGD_COSINE           e + (1-e)(1 + cos(pi t/T))/2, then e;  T required
 *   LGD_INVERSE_TIME     1/(1 + r t);  r required
 *   LGD_INVERSE_SCALING  1/(t+1)^p;  p [0.25]
 *   LGD_POLYNOMIAL       e + (1-e)(1 - t/T)^p, then e;  T required, p [1]
 *   LGD_USER_SCHEDULE    fn(ctx, step, epoch), finite and >= 0
 * T > 0, r >= 0, p >= 0, 0 <= e <= 1. The floor holds every kind but constant and user from below. Cosine: Loshchilov
 * and Hutter (2017). */
typedef enum lgd_schedule_kind {
    LGD_CONSTANT,
    LGD_STEP_DECAY,
    LGD_MULTI_STEP,
    LGD_EXPONENTIAL,
    LGD_COSINE,
    LGD_INVERSE_TIME,
    LGD_INVERSE_SCALING,
    LGD_POLYNOMIAL,
    LGD_USER_SCHEDULE
} lgd_schedule_kind;

/* How the rate changes. A zeroed struct is the constant 1. With warmup W > 0 the first W epochs (steps) rise linearly,
 * warmup_start + (1 - warmup_start)(t+1)/W, and the schedule itself begins at t = W as its 0; a user's fn then receives
 * the epoch (step) counted from W. 0 members mean the presets of lgd_schedule_kind; LGD_ZERO is 0.
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
 *   fn, ctx           your function, of LGD_USER_SCHEDULE, and what it is handed */
typedef struct lgd_schedule {
    lgd_schedule_kind kind;
    double period, factor, floor, warmup, warmup_start, power;
    bool per_step;
    const double *milestones;
    size_t milestone_count;
    double (*fn)(const void *ctx, uint64_t step, uint64_t epoch);
    const void *ctx;
    double reserved[4]; /* 0: room, since the struct lies inside lgd_minimize_options */
} lgd_schedule;

/* The factor at a step and epoch, both from 0. LGD_EINVAL names the member out of range. Exact powers, not running
 * products, so that a run continued elsewhere cannot drift. NULL schedule: 1. */
LGD_API lgd_status lgd_schedule_factor(const lgd_schedule *schedule, uint64_t step, uint64_t epoch, double *factor);

#ifdef __cplusplus
}
#endif
#endif
