/* What the suites of schedules ask of one. */
#ifndef LGD_TESTS_SCHEDULES_H
#define LGD_TESTS_SCHEDULES_H
#include "lgd/schedule.h"
#include "suite.h"
#include <math.h>

/* The factor at t of the unit that s counts; it is the same function of the other. For chains of one only. */
static inline double at(const lgd_schedule *s, uint64_t t)
{
    double factor[2] = {NAN, NAN};
    lgd_schedule other = *s;
    other.per_step = !s->per_step;
    ck_assert_msg(lgd_schedule_factor(s, s->per_step ? t : 12345, s->per_step ? 12345 : t, &factor[0]) == LGD_OK, "%s",
                  lgd_last_error());
    ck_assert_int_eq(lgd_schedule_factor(&other, s->per_step ? 12345 : t, s->per_step ? t : 12345, &factor[1]), LGD_OK);
    ck_assert(factor[0] == factor[1]);
    return factor[0];
}

/* The same, asked at step and epoch t. */
static inline double at_both(const lgd_schedule *s, uint64_t t)
{
    double factor = NAN;
    ck_assert_msg(lgd_schedule_factor(s, t, t, &factor) == LGD_OK, "%s", lgd_last_error());
    return factor;
}

static inline double momentum_at(const lgd_schedule *s, uint64_t t)
{
    double momentum = -1;
    ck_assert_msg(lgd_schedule_momentum(s, t, t, &momentum) == LGD_OK, "%s", lgd_last_error());
    return momentum;
}

#endif
