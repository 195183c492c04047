/* Learning-rate schedules as pure functions of the step or epoch. */
#include "lgd/schedule.h"
#include "base/base.h"
#include <math.h>

static const double PI = 3.14159265358979323846;

/* What a zero member means, by kind; NaN: it must be given. */
static const struct {
    double period, factor, power;
} preset[] = {
    [LGD_CONSTANT] = {1, 1, 1},           [LGD_STEP_DECAY] = {100, 0.5, 1}, [LGD_MULTI_STEP] = {1, 0.1, 1},
    [LGD_EXPONENTIAL] = {1, 0.95, 1},     [LGD_COSINE] = {NAN, 1, 1},       [LGD_INVERSE_TIME] = {1, NAN, 1},
    [LGD_INVERSE_SCALING] = {1, 1, 0.25}, [LGD_POLYNOMIAL] = {NAN, 1, 1},   [LGD_USER_SCHEDULE] = {1, 1, 1},
};

/* What the member means: the preset for 0, 0 for LGD_ZERO. *status is set if that is not in 0..high (`above`: 0 itself is
 * excluded); members after the first bad one are not judged. */
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

static lgd_status count_milestones(const lgd_schedule *s, double t, double *passed)
{
    if (!s->milestones || !s->milestone_count)
        return lgd_fail(LGD_EINVAL, "schedule: milestones are missing (%s is %s), at least one is accepted",
                        s->milestones ? "milestone_count" : "milestones", s->milestones ? "0" : "NULL");
    *passed = 0;
    for (size_t i = 0; i < s->milestone_count; i++) {
        const double before = i ? s->milestones[i - 1] : -1;
        if (!(s->milestones[i] > before && (i || s->milestones[0] >= 0)))
            return lgd_fail(LGD_EINVAL, "schedule: milestones[%zu] is %g, %s %g is accepted", i, s->milestones[i],
                            i ? "a number above" : "a number at least", i ? before : 0);
        *passed += s->milestones[i] <= t;
    }
    return LGD_OK;
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
    const double W = member(&status, "warmup", s->warmup, 0, false, INFINITY);
    const double start = member(&status, "warmup_start", s->warmup_start, 0, false, 1);
    if (status)
        return status;

    double t = (double)(s->per_step ? step : epoch);
    if (t < W) {
        *factor = start + (1 - start) * fmin((t + 1) / W, 1); /* W need not be whole */
        return LGD_OK;
    }
    t -= W;

    double value = 1, passed = 0, c;
    switch (s->kind) {
    case LGD_CONSTANT:
        break;
    case LGD_STEP_DECAY:
        value = fmax(pow(r, floor(t / T)), e);
        break;
    case LGD_MULTI_STEP:
        status = count_milestones(s, t, &passed);
        if (status)
            return status;
        value = fmax(pow(r, passed), e);
        break;
    case LGD_EXPONENTIAL:
        value = fmax(pow(r, t / T), e);
        break;
    case LGD_COSINE:
        c = cos(0.5 * PI * (t / T)); /* (1 + cos x)/2 = cos(x/2)^2 keeps its digits where it is small */
        value = t < T ? e + (1 - e) * (c * c) : e;
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
        if (!s->fn)
            return lgd_fail(LGD_EINVAL, "schedule: fn is NULL, a function is accepted");
        value = s->fn(s->ctx, s->per_step ? (uint64_t)t : step, s->per_step ? epoch : (uint64_t)t);
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
