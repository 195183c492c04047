/* The formulas of the schedules, in closed form: none needs the values before it. */
#include "schedule.h"
#include <math.h>

static const double PI = 3.14159265358979323846;

/* (1 + cos(pi u))/2; beyond 1/2, where it is exact, as a square that keeps its digits down to 0. */
static double half_cosine(double u)
{
    const double root = sin(0.5 * PI * (1 - u));
    return u <= 0.5 ? 0.5 + 0.5 * cos(PI * u) : root * root;
}

/* 1 at height 1, `low` at 0. */
static double above(double low, double height)
{
    return low + (1 - low) * height;
}

static double constant(const lgd_terms *s, const lgd_place *at)
{
    (void)s, (void)at;
    return 1;
}

static double step_decay(const lgd_terms *s, const lgd_place *at)
{
    return pow(s->r, floor(at->t / s->T));
}

static double multi_step(const lgd_terms *s, const lgd_place *at)
{
    size_t passed = 0;
    while (passed < s->given->milestone_count && s->given->milestones[passed] <= at->t)
        passed++;
    return pow(s->r, (double)passed);
}

static double exponential(const lgd_terms *s, const lgd_place *at)
{
    return pow(s->r, at->t / s->T);
}

static double cosine(const lgd_terms *s, const lgd_place *at)
{
    return above(s->e, at->t < s->T ? half_cosine(at->t / s->T) : 0);
}

static double inverse_time(const lgd_terms *s, const lgd_place *at)
{
    return 1 / (1 + s->r * at->t);
}

static double inverse_scaling(const lgd_terms *s, const lgd_place *at)
{
    return pow(at->t + 1, -s->p);
}

static double polynomial(const lgd_terms *s, const lgd_place *at)
{
    return at->t < s->T ? above(s->e, pow(1 - at->t / s->T, s->p)) : s->e;
}

static double user(const lgd_terms *s, const lgd_place *at)
{
    return s->given->fn(s->given->ctx, at->step, at->epoch);
}

/* Where cosine i begins, in units of the first: (r^i - 1)/(r - 1). Near r = 1 the difference would lose its digits. */
static double restart(double r, double i)
{
    return (r < 1.001 ? expm1(i * log1p(r - 1)) : pow(r, i) - 1) / (r - 1);
}

static double warm_restarts(const lgd_terms *s, const lgd_place *at)
{
    if (s->r == 1)
        return above(s->e, half_cosine(fmod(at->t, s->T) / s->T));
    const double x = at->t / s->T;
    double i = floor(log1p(x * (s->r - 1)) / log1p(s->r - 1)); /* one too many or too few, by rounding */
    if (x < restart(s->r, i))
        i--;
    else if (x >= restart(s->r, i + 1))
        i++;
    return above(s->e, half_cosine(fmin((x - restart(s->r, i)) / pow(s->r, i), 1)));
}

static double one_cycle_height(const lgd_terms *s, const lgd_place *at)
{
    const double u = at->t / s->T;
    if (u < s->rise)
        return half_cosine(1 - u / s->rise);
    return u < 1 ? half_cosine((u - s->rise) / (1 - s->rise)) : 0;
}

static double one_cycle(const lgd_terms *s, const lgd_place *at)
{
    return above(at->t / s->T < s->rise ? s->start : s->e, one_cycle_height(s, at));
}

static double triangle(const lgd_terms *s, const lgd_place *at)
{
    const double u = fmod(at->t, s->T) / s->T;
    return u < s->rise ? u / s->rise : (1 - u) / (1 - s->rise);
}

static double halved_triangle(const lgd_terms *s, const lgd_place *at)
{
    return triangle(s, at) * exp2(-round((at->t - fmod(at->t, s->T)) / s->T));
}

static double shrunk_triangle(const lgd_terms *s, const lgd_place *at)
{
    return triangle(s, at) * pow(s->r, at->t);
}

static double cyclic(const lgd_terms *s, const lgd_place *at)
{
    return above(s->e, s->kind->height(s, at));
}

static double trapezoid(const lgd_terms *s, const lgd_place *at)
{
    const double left = (s->T - at->t) / (s->fall * s->T);
    return at->t < s->T ? above(s->e, pow(fmin(left, 1), s->p)) : s->e;
}

static double plateau(const lgd_terms *s, const lgd_place *at)
{
    (void)at;
    return s->given->plateau ? pow(s->r, (double)s->given->plateau->cuts) : 1;
}

/* 1/(r(t0 + t)) with t0 = 1/(r e0). */
static double optimal(const lgd_terms *s, const lgd_place *at)
{
    return 1 / (pow(s->r, 0.25) + s->r * at->t);
}

static double vw_power(const lgd_terms *s, const lgd_place *at)
{
    return pow(s->r, (double)at->epoch) * pow(s->T / (s->T + at->t + 1), s->p);
}

static const lgd_kind kinds[] = {
    [LGD_CONSTANT] = {.value = constant},
    [LGD_STEP_DECAY] = {.period = 100, .factor = 0.5, .value = step_decay},
    [LGD_MULTI_STEP] = {.factor = 0.1, .value = multi_step},
    [LGD_EXPONENTIAL] = {.period = 1, .factor = 0.95, .value = exponential},
    [LGD_COSINE] = {.period = NAN, .value = cosine},
    [LGD_INVERSE_TIME] = {.factor = NAN, .value = inverse_time},
    [LGD_INVERSE_SCALING] = {.power = 0.25, .value = inverse_scaling},
    [LGD_POLYNOMIAL] = {.period = NAN, .power = 1, .value = polynomial},
    [LGD_USER_SCHEDULE] = {.value = user},
    [LGD_WARM_RESTARTS] = {.period = NAN, .factor = 1, .factor_from = 1, .value = warm_restarts},
    [LGD_ONE_CYCLE] = {.period = NAN, .value = one_cycle, .height = one_cycle_height},
    [LGD_TRIANGULAR] = {.period = NAN, .value = cyclic, .height = triangle},
    [LGD_TRIANGULAR2] = {.period = NAN, .value = cyclic, .height = halved_triangle},
    [LGD_EXP_RANGE] = {.period = NAN, .factor = NAN, .value = cyclic, .height = shrunk_triangle},
    [LGD_TRAPEZOID] = {.period = NAN, .power = 1, .value = trapezoid},
    [LGD_PLATEAU] = {.factor = 0.1, .value = plateau},
    [LGD_OPTIMAL] = {.factor = NAN, .factor_above = true, .value = optimal},
    [LGD_VW_POWER] = {.period = 1, .factor = 1, .power = 0.5, .value = vw_power},
};

const lgd_kind *lgd_schedule_kind_of(lgd_schedule_kind kind)
{
    return (unsigned)kind < sizeof kinds / sizeof *kinds ? &kinds[kind] : NULL;
}
