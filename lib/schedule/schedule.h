/* Inside of a schedule: its members with the presets filled in, and the table of kinds. */
#ifndef LGD_LIB_SCHEDULE_H
#define LGD_LIB_SCHEDULE_H
#include "lgd/schedule.h"

/* A schedule with its presets filled in, by the letters of lgd_schedule_kind; NaN momenta: none. */
typedef struct lgd_terms {
    const lgd_schedule *given;
    const struct lgd_kind *kind;
    double T, r, p, e, W, warmup_start, rise, fall, start, patience, tol, cooldown, momentum_low, momentum_high;
} lgd_terms;

/* Where a schedule is asked: t counts from its begin, or once it is warm from there; so does one of the two counts. */
typedef struct lgd_place {
    double t;
    bool warm;
    uint64_t step, epoch;
} lgd_place;

/* What makes a kind. Members it has no use for are left 0.
 *   period, factor, power   their presets; NaN: must be given
 *   factor_from             the least factor, which factor_above excludes
 *   value                   the factor once warm; the floor is held by who calls
 *   height                  of a kind whose momentum may move against the rate: 0 at its lowest, 1 at its highest */
typedef struct lgd_kind {
    double period, factor, power, factor_from;
    bool factor_above;
    double (*value)(const lgd_terms *s, const lgd_place *at);
    double (*height)(const lgd_terms *s, const lgd_place *at);
} lgd_kind;

/* NULL for a number that is no kind. */
const lgd_kind *lgd_schedule_kind_of(lgd_schedule_kind kind);

#endif
