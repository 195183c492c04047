/* Learning-rate schedules as pure functions of the step or epoch: presets, checks, and which schedule of a chain holds. */
#include "schedule.h"
#include "base/base.h"
#include <math.h>

static const double MOST_COUNT = 0x1p53; /* beyond it steps are no longer exact as doubles */
enum { LONGEST_CHAIN = 64 };

/* What is being read, and the first complaint about it: members after the first bad one are not judged. */
typedef struct reading {
    lgd_status status;
    const char *object;
} reading;

/* From low to high; `above`, `below`: the end itself is excluded. */
typedef struct range {
    double low, high;
    bool above, below;
} range;

static const range POSITIVE = {0, INFINITY, true, false}, FROM_ZERO = {0, INFINITY, false, false},
                   SHARE = {0, 1, false, false}, BELOW_ONE = {0, 1, false, true};

/* A member that was given, or must be. */
static double judged(reading *in, const char *name, double given, double x, range r)
{
    if (in->status)
        return x;
    if (given == 0)
        in->status = lgd_fail(LGD_EINVAL, "%s: %s is 0, a number above 0 is accepted: this kind has no preset",
                              in->object, name);
    else if (!(x >= r.low && x <= r.high && isfinite(x)) || (r.above && x == r.low) || (r.below && x == r.high))
        in->status = isinf(r.high)
                         ? lgd_fail(LGD_EINVAL, "%s: %s is %g, a finite number %s %g is accepted", in->object, name, x,
                                    r.above ? "above" : "at least", r.low)
                         : lgd_fail(LGD_EINVAL, "%s: %s is %g, a number %s %g and %s %g is accepted", in->object, name,
                                    x, r.above ? "above" : "at least", r.low, r.below ? "below" : "at most", r.high);
    return x;
}

/* What the member means: the preset for 0 (NaN: it must be given), 0 for LGD_ZERO. Inline, since a step asks for all. */
static inline double member(reading *in, const char *name, double given, double preset, range r)
{
    if (given == 0 && !isnan(preset))
        return preset;
    return judged(in, name, given, given == LGD_ZERO ? 0 : given, r);
}

static lgd_status check_milestones(const char *object, const double *milestones, size_t count)
{
    if (!milestones || !count)
        return lgd_fail(LGD_EINVAL, "%s: milestones are missing (%s), at least one is accepted", object,
                        milestones ? "milestone_count is 0" : "milestones is NULL");
    if (!(milestones[0] >= 0))
        return lgd_fail(LGD_EINVAL, "%s: milestones[0] is %g, a number at least 0 is accepted", object, milestones[0]);
    for (size_t i = 1; i < count; i++)
        if (!(milestones[i] > milestones[i - 1]))
            return lgd_fail(LGD_EINVAL, "%s: milestones[%zu] is %g, a number above %g is accepted", object, i,
                            milestones[i], milestones[i - 1]);
    return LGD_OK;
}

/* Both or none; a momentum that nobody would follow is refused rather than forgotten. */
static void read_momentum(reading *in, lgd_terms *x)
{
    const lgd_schedule *s = x->given;
    x->momentum_low = x->momentum_high = NAN;
    if (in->status || (s->momentum_low == 0 && s->momentum_high == 0))
        return;
    if (!x->kind->height) {
        in->status =
            lgd_fail(LGD_EINVAL, "%s: %s is %g, 0 is accepted: only LGD_ONE_CYCLE and the triangular kinds have one",
                     in->object, s->momentum_high == 0 ? "momentum_low" : "momentum_high",
                     s->momentum_high == 0 ? s->momentum_low : s->momentum_high);
        return;
    }
    x->momentum_low = member(in, "momentum_low", s->momentum_low, 0.85, BELOW_ONE);
    x->momentum_high = member(in, "momentum_high", s->momentum_high, 0.95, BELOW_ONE);
    if (!in->status && x->momentum_low > x->momentum_high)
        in->status = lgd_fail(LGD_EINVAL, "%s: momentum_low is %g, at most momentum_high, %g, is accepted", in->object,
                              x->momentum_low, x->momentum_high);
}

static void read_next(reading *in, const lgd_schedule *s)
{
    if (in->status)
        return;
    if (!s->next) {
        if (s->until != 0)
            in->status =
                lgd_fail(LGD_EINVAL, "%s: until is %g, 0 is accepted where next is NULL", in->object, s->until);
    } else if (!(s->until > 0 && s->until <= MOST_COUNT)) {
        in->status = lgd_fail(LGD_EINVAL, "%s: until is %g, a number above 0 and at most %g is accepted", in->object,
                              s->until, MOST_COUNT);
    } else if (s->next->per_step != s->per_step) {
        in->status = lgd_fail(LGD_EINVAL, "%s: per_step of next is %d, %d is accepted: a chain counts one unit",
                              in->object, s->next->per_step, s->per_step);
    }
}

/* One schedule with its presets filled in, `first` in its chain. */
static lgd_status read_terms(const lgd_schedule *s, bool first, lgd_terms *x)
{
    reading in = {LGD_OK, first ? "schedule" : "next of schedule"};
    const lgd_kind *kind = lgd_schedule_kind_of(s->kind);
    if (!kind)
        return lgd_fail(LGD_EINVAL, "%s: kind is %d, one of lgd_schedule_kind is accepted", in.object, (int)s->kind);
    x->given = s;
    x->kind = kind;
    x->T = member(&in, "period", s->period, kind->period, POSITIVE);
    x->r =
        member(&in, "factor", s->factor, kind->factor, (range){kind->factor_from, INFINITY, kind->factor_above, false});
    x->p = member(&in, "power", s->power, kind->power, FROM_ZERO);
    x->start = member(&in, "start", s->start, 1.0 / 25, SHARE);
    x->e = member(&in, "floor", s->floor, s->kind == LGD_ONE_CYCLE ? x->start / 1e4 : 0, SHARE);
    x->W = member(&in, "warmup", s->warmup, 0, (range){0, MOST_COUNT, false, false});
    x->warmup_start = member(&in, "warmup_start", s->warmup_start, 0, SHARE);
    x->rise = member(&in, "rise", s->rise, s->kind == LGD_ONE_CYCLE ? 0.3 : 0.5, (range){0, 1, true, true});
    x->fall = member(&in, "fall", s->fall, 0.2, (range){0, 1, true, false});
    x->patience = member(&in, "patience", s->patience, 10, FROM_ZERO);
    x->tol = member(&in, "tol", s->tol, 1e-4, BELOW_ONE);
    x->cooldown = member(&in, "cooldown", s->cooldown, 0, (range){0, MOST_COUNT, false, false});
    read_momentum(&in, x);
    read_next(&in, s);
    for (size_t i = 0; !in.status && i < sizeof s->reserved / sizeof *s->reserved; i++)
        if (s->reserved[i] != 0) /* what a later library means by it, this one would forget */
            in.status = lgd_fail(LGD_EINVAL, "%s: reserved[%zu] is %g, 0 is accepted", in.object, i, s->reserved[i]);
    if (!in.status && s->kind == LGD_MULTI_STEP)
        in.status = check_milestones(in.object, s->milestones, s->milestone_count);
    if (!in.status && s->kind == LGD_USER_SCHEDULE && !s->fn)
        in.status = lgd_fail(LGD_EINVAL, "%s: fn is NULL, a function is accepted", in.object);
    if (!in.status && s->kind == LGD_PLATEAU && (s->next || !first))
        in.status =
            lgd_fail(LGD_EINVAL, "%s: kind is LGD_PLATEAU in a chain, another is accepted: it stands alone", in.object);
    return in.status;
}

/* The schedule that holds at a step and epoch, and the place as it counts. All of the chain is checked, so that what is
 * wrong is found at the first call, not when the epoch comes where it matters. */
static lgd_status find(const lgd_schedule *s, uint64_t step, uint64_t epoch, lgd_terms *holds, lgd_place *at)
{
    lgd_terms x;
    const uint64_t count = s->per_step ? step : epoch;
    double begin = 0; /* of s */
    bool found = false;
    size_t length = 0;
    for (const lgd_schedule *link = s; link; link = link->next) {
        if (length++ == LONGEST_CHAIN)
            return lgd_fail(LGD_EINVAL, "schedule: next leads on after %d schedules, at most %d are accepted (a loop?)",
                            LONGEST_CHAIN, LONGEST_CHAIN);
        lgd_status status = read_terms(link, link == s && length == 1, &x);
        if (status)
            return status;
        if (found)
            continue;
        *holds = x;
        at->t = (double)count - begin;
        found = !link->next || at->t < link->until;
        if (!found)
            begin += link->until;
    }
    at->warm = at->t >= holds->W;
    if (at->warm) {
        at->t -= holds->W;
        begin += holds->W;
    }
    const double whole = ceil(begin);
    const uint64_t own = whole < (double)count ? count - (uint64_t)whole : 0;
    at->step = s->per_step ? own : step;
    at->epoch = s->per_step ? epoch : own;
    return LGD_OK;
}

lgd_status lgd_schedule_factor(const lgd_schedule *schedule, uint64_t step, uint64_t epoch, double *factor)
{
    if (!factor)
        return lgd_fail(LGD_EINVAL, "lgd_schedule_factor: factor is NULL, a pointer is accepted");
    *factor = 1;
    if (!schedule)
        return LGD_OK;
    lgd_terms s;
    lgd_place at;
    lgd_status status = find(schedule, step, epoch, &s, &at);
    if (status)
        return status;
    if (!at.warm) {
        *factor = s.warmup_start + (1 - s.warmup_start) * fmin((at.t + 1) / s.W, 1); /* W need not be whole */
        return LGD_OK;
    }
    const bool user = s.given->kind == LGD_USER_SCHEDULE;
    const double value = s.kind->value(&s, &at);
    if (!(value >= 0) || isinf(value))
        return lgd_fail(
            LGD_EINVAL,
            "schedule: %s makes the factor %g at step %llu, epoch %llu, a finite one at least 0 is accepted",
            user ? "fn" : "factor", value, (unsigned long long)step, (unsigned long long)epoch);
    *factor = user ? value : fmax(value, s.e);
    return LGD_OK;
}

lgd_status lgd_schedule_momentum(const lgd_schedule *schedule, uint64_t step, uint64_t epoch, double *momentum)
{
    if (!momentum)
        return lgd_fail(LGD_EINVAL, "lgd_schedule_momentum: momentum is NULL, a pointer is accepted");
    *momentum = NAN;
    if (!schedule)
        return LGD_OK;
    lgd_terms s;
    lgd_place at;
    lgd_status status = find(schedule, step, epoch, &s, &at);
    if (status || isnan(s.momentum_high))
        return status;
    const double height = at.warm ? fmin(s.kind->height(&s, &at), 1) : 0; /* r^t may grow */
    *momentum = s.momentum_low * height + s.momentum_high * (1 - height); /* exact at both ends */
    return LGD_OK;
}

lgd_status lgd_schedule_observe(const lgd_schedule *schedule, lgd_plateau_state *state, double f)
{
    lgd_terms s;
    if (!schedule || !state)
        return lgd_fail(LGD_EINVAL, "lgd_schedule_observe: %s is NULL, a pointer is accepted",
                        schedule ? "state" : "schedule");
    if (schedule->kind != LGD_PLATEAU)
        return lgd_fail(LGD_EINVAL, "schedule: kind is %d, %d (LGD_PLATEAU) is accepted where values are observed",
                        (int)schedule->kind, (int)LGD_PLATEAU);
    lgd_status status = read_terms(schedule, true, &s);
    if (status)
        return status;
    if (isnan(f))
        return lgd_fail(LGD_EINVAL, "schedule: value observed is %g, a number is accepted", f);
    /* Of a negative value the share must be subtracted too; Inf less a share of Inf would be none. */
    const double best = state->seen ? state->best : INFINITY;
    const bool good = f < (isinf(best) ? best : best - s.tol * fabs(best));
    state->seen++;
    state->best = good ? f : best;
    state->bad = good || state->rest ? 0 : state->bad + 1;
    state->rest -= state->rest > 0;
    if ((double)state->bad > s.patience) {
        state->cuts++;
        state->bad = 0;
        state->rest = (uint64_t)ceil(s.cooldown);
    }
    return LGD_OK;
}
