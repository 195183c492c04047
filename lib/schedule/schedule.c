/* Learning-rate schedules as pure functions of the step or epoch. */
#include "lgd/schedule.h"
#include "base/base.h"
#include <math.h>

static const double PI = 3.14159265358979323846;
static const double MOST_WARMUP = 0x1p53; /* beyond it steps are no longer exact as doubles */

/* What a zero member means, by kind; NaN: it must be given. */
static const struct {
    double period, factor, power;
} preset[] = {
    [LGD_CONSTANT] = {1, 1, 1},           [LGD_STEP_DECAY] = {100, 0.5, 1}, [LGD_MULTI_STEP] = {1, 0.1, 1},
    [LGD_EXPONENTIAL] = {1, 0.95, 1},     [LGD_COSINE] = {NAN, 1, 1},       [LGD_INVERSE_TIME] = {1, NAN, 1},
    [LGD_INVERSE_SCALING] = {1, 1, 0.25}, [LGD_POLYNOMIAL] = {NAN, 1, 1},   [LGD_USER_SCHEDULE] = {1, 1, 1},
};

/* What the member means: the preset for 0, 0 for LGD_ZERO. *status is set if that is not in 0..high (`above`: 0 itself
 * is excluded); members after the first bad one are not judged. */
static double member(lgd_status *status, const char *name, double given, double otherwise, bool above, double high)
{
    const double x = given == 0 ? otherwise : (given == LGD_ZERO ? 0 : given);
    if (*status || (x >= 0 && x <= high && isfinite(x) && !(above && x == 0)))
        return x;
    if (given == 0)
        *status =
            lgd_fail(LGD_EINVAL, "schedule: %s is 0, a number above 0 is accepted: this kind has no preset", name);
    else if (isinf(high))
        *status = lgd_fail(LGD_EINVAL, "schedule: %s is %g, a finite number %s 0 is accepted", name, x,
                           above ? "above" : "at least");
    else
        *status =
            lgd_fail(LGD_EINVAL, "schedule: %s is %g, a number at least 0 and at most %g is accepted", name, x, high);
    return x;
}

static lgd_status check_milestones(const double *milestones, size_t count)
{
    if (!milestones || !count)
        return lgd_fail(LGD_EINVAL, "schedule: milestones are missing (%s), at least one is accepted",
                        milestones ? "milestone_count is 0" : "milestones is NULL");
    if (!(milestones[0] >= 0))
        return lgd_fail(LGD_EINVAL, "schedule: milestones[0] is %g, a number at least 0 is accepted", milestones[0]);
    for (size_t i = 1; i < count; i++)
        if (!(milestones[i] > milestones[i - 1]))
            return lgd_fail(LGD_EINVAL, "schedule: milestones[%zu] is %g, a number above %g is accepted", i,
                            milestones[i], milestones[i - 1]);
    return LGD_OK;
}

static double milestones_passed(const lgd_schedule *s, double t)
{
    size_t passed = 0;
    while (passed < s->milestone_count && s->milestones[passed] <= t)
        passed++;
    return (double)passed;
}

/* (1 + cos(pi u))/2; beyond 1/2, where it is exact, as a square that keeps its digits down to 0. */
static double half_cosine(double u)
{
    const double root = sin(0.5 * PI * (1 - u));
    return u <= 0.5 ? 0.5 + 0.5 * cos(PI * u) : root * root;
}

lgd_status lgd_schedule_factor(const lgd_schedule *schedule, uint64_t step, uint64_t epoch, double *factor)
{
    if (!factor)
        return lgd_fail(LGD_EINVAL, "lgd_schedule_factor: factor is NULL, a pointer is accepted");
    *factor = 1;
    if (!schedule)
        return LGD_OK;
    const lgd_schedule *s = schedule;
    if ((unsigned)s->kind >= sizeof preset / sizeof *preset)
        return lgd_fail(LGD_EINVAL, "schedule: kind is %d, one of lgd_schedule_kind is accepted", (int)s->kind);

    lgd_status status = LGD_OK;
    const double T = member(&status, "period", s->period, preset[s->kind].period, true, INFINITY);
    const double r = member(&status, "factor", s->factor, preset[s->kind].factor, false, INFINITY);
    const double p = member(&status, "power", s->power, preset[s->kind].power, false, INFINITY);
    const double e = member(&status, "floor", s->floor, 0, false, 1);
    const double W = member(&status, "warmup", s->warmup, 0, false, MOST_WARMUP);
    const double start = member(&status, "warmup_start", s->warmup_start, 0, false, 1);
    if (!status && s->kind == LGD_MULTI_STEP)
        status = check_milestones(s->milestones, s->milestone_count);
    if (!status && s->kind == LGD_USER_SCHEDULE && !s->fn)
        status = lgd_fail(LGD_EINVAL, "schedule: fn is NULL, a function is accepted");
    if (status)
        return status;

    uint64_t count = s->per_step ? step : epoch;
    double t = (double)count;
    if (t < W) {
        *factor = start + (1 - start) * fmin((t + 1) / W, 1); /* W need not be whole */
        return LGD_OK;
    }
    t -= W;
    count -= (uint64_t)ceil(W);

    double value = 1;
    switch (s->kind) {
    case LGD_CONSTANT:
        break;
    case LGD_STEP_DECAY:
        value = fmax(pow(r, floor(t / T)), e);
        break;
    case LGD_MULTI_STEP:
        value = fmax(pow(r, milestones_passed(s, t)), e);
        break;
    case LGD_EXPONENTIAL:
        value = fmax(pow(r, t / T), e);
        break;
    case LGD_COSINE:
        value = t < T ? e + (1 - e) * half_cosine(t / T) : e;
        break;
    case LGD_INVERSE_TIME:
        value = fmax(1 / (1 + r * t), e);
        break;
    case LGD_INVERSE_SCALING:
        value = fmax(pow(t + 1, -p), e);
        break;
    case LGD_POLYNOMIAL:
        value = t < T ? e + (1 - e) * pow(1 - t / T, p) : e;
        break;
    case LGD_USER_SCHEDULE:
        value = s->fn(s->ctx, s->per_step ? count : step, s->per_step ? epoch : count);
        break;
    }
    if (!(value >= 0) || isinf(value))
        return lgd_fail(
            LGD_EINVAL,
            "schedule: %s makes the factor %g at step %llu, epoch %llu, a finite one at least 0 is accepted",
            s->kind == LGD_USER_SCHEDULE ? "fn" : "factor", value, (unsigned long long)step, (unsigned long long)epoch);
    *factor = value;
    return LGD_OK;
}
