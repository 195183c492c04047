/* The kinds that rise and fall, and those of other libraries: against closed forms in long double, at their seams, against
 * what PyTorch's schedulers made of them, and asked in any order. */
#include "reference/schedules.h"
#include "schedules.h"
#include <float.h>
#include <string.h>

/* ---- closed forms; cycles are walked here */

static long double cosine(long double u)
{
    return (1 + cosl(acosl(-1) * u)) / 2;
}

static long double restarts(long double t)
{
    long double T = 10;
    for (; t >= T; t -= T, T *= 1.5L)
        ;
    return 0.125L + 0.875L * cosine(t / T);
}

static long double equal_restarts(long double t)
{
    return cosine(fmodl(t, 12) / 12);
}

static long double one_cycle(long double t)
{
    if (t >= 40)
        return 1.0L / 32 / 10000;
    return t < 10 ? 1.0L / 32 + 31.0L / 32 * cosine(1 - t / 10)
                  : 1.0L / 32 / 10000 + (1 - 1.0L / 32 / 10000) * cosine((t - 10) / 30);
}

static long double triangle(long double t, long double shrink)
{
    long double height = 1;
    for (; t >= 16; t -= 16)
        height *= shrink;
    return height * (t < 4 ? t / 4 : (16 - t) / 12);
}

static long double triangular(long double t)
{
    return 0.25L + 0.75L * triangle(t, 1);
}

static long double triangular2(long double t)
{
    return 0.25L + 0.75L * triangle(t, 0.5L);
}

static long double exp_range(long double t)
{
    return 0.25L + 0.75L * triangle(t, 1) * powl(0.9375L, t);
}

static long double trapezoid(long double t)
{
    return t <= 30 ? 1 : t >= 40 ? 0.0625L : 0.0625L + 0.9375L * powl((40 - t) / 10, 2);
}

static long double optimal(long double t)
{
    const long double alpha = 1.0L / 256, e0 = 4, t0 = 1 / (alpha * e0); /* alpha^(-1/4) = 4 */
    return 1 / (alpha * (t0 + t));
}

static long double vw_power(long double t)
{
    return powl(0.75L, t) * powl(3 / (3 + t + 1), 0.5L); /* its epoch is t too */
}

static const struct {
    lgd_schedule schedule;
    long double (*exact)(long double t);
} forms[] = {
    {{.kind = LGD_WARM_RESTARTS, .period = 10, .factor = 1.5, .floor = 0.125}, restarts},
    {{.kind = LGD_WARM_RESTARTS, .period = 12}, equal_restarts},
    {{.kind = LGD_ONE_CYCLE, .period = 40, .rise = 0.25, .start = 1.0 / 32}, one_cycle},
    {{.kind = LGD_TRIANGULAR, .period = 16, .rise = 0.25, .floor = 0.25}, triangular},
    {{.kind = LGD_TRIANGULAR2, .period = 16, .rise = 0.25, .floor = 0.25}, triangular2},
    {{.kind = LGD_EXP_RANGE, .period = 16, .rise = 0.25, .floor = 0.25, .factor = 0.9375}, exp_range},
    {{.kind = LGD_TRAPEZOID, .period = 40, .fall = 0.25, .power = 2, .floor = 0.0625}, trapezoid},
    {{.kind = LGD_OPTIMAL, .factor = 1.0 / 256}, optimal},
    {{.kind = LGD_VW_POWER, .period = 3, .factor = 0.75}, vw_power},
};
enum { FORMS = sizeof forms / sizeof *forms };

START_TEST(kinds_any_t_those_of_their_closed_forms)
{
    for (size_t i = 0; i < FORMS; i++)
        for (uint64_t t = 0; t < 1000; t++)
            ck_assert_double_eq_tol(at_both(&forms[i].schedule, t), (double)forms[i].exact(t), 4 * DBL_EPSILON);
}
END_TEST

START_TEST(kinds_after_a_warmup_begin_at_their_zero)
{
    for (size_t i = 0; i < FORMS; i++) {
        lgd_schedule s = forms[i].schedule;
        s.warmup = 8;
        for (uint64_t t = 0; t < 8; t++)
            ck_assert_double_eq(at_both(&s, t), (double)(t + 1) / 8);
        for (uint64_t t = 0; t < 100; t++)
            ck_assert_double_eq(at_both(&s, t + 8), at_both(&forms[i].schedule, t));
    }
}
END_TEST

/* ---- seams */

START_TEST(warm_restarts_begin_at_one_and_end_near_the_floor)
{
    static const double factors[] = {1, 2, 3, 9, 10}; /* of the last two the logarithms round to a restart too few */
    for (size_t k = 0; k < sizeof factors / sizeof *factors; k++) {
        const double r = factors[k];
        const lgd_schedule s = {.kind = LGD_WARM_RESTARTS, .period = 10, .factor = r, .floor = 0.5};
        double begin = 0, length = 10;
        for (int i = 0; begin + length < 0x1p52 && i < 10000; i++, begin += length, length *= r) {
            const double last = sin(M_PI / 2 / length);
            ck_assert_double_eq(at(&s, (uint64_t)begin), 1);
            ck_assert_double_eq_tol(at(&s, (uint64_t)(begin + length) - 1), 0.5 + 0.5 * last * last, 1e-15);
            ck_assert_double_eq_tol(at(&s, (uint64_t)(begin + length / 2)), 0.75, DBL_EPSILON);
        }
    }
}
END_TEST

/* The formula of where a restart lies, (r^i - 1)/(r - 1), loses its digits there. */
START_TEST(warm_restarts_of_a_factor_barely_above_one_where_walking_comes_to)
{
    for (double more = 1e-3; more > 1e-15; more /= 10) {
        const lgd_schedule s = {.kind = LGD_WARM_RESTARTS, .period = 7.5, .factor = 1 + more};
        long double begin = 0, length = 7.5L;
        for (uint64_t t = 0; t < 1000; t++) {
            for (; (long double)t >= begin + length; length *= s.factor)
                begin += length;
            const long double u = ((long double)t - begin) / length;
            if (u < 1 - 1e-9L) /* nearer to the next it may as well be there */
                ck_assert_double_eq_tol(at(&s, t), (double)cosine(u), 1e-12);
        }
    }
}
END_TEST

START_TEST(one_cycle_start_peak_end_exact)
{
    const lgd_schedule s = {.kind = LGD_ONE_CYCLE, .period = 10};
    ck_assert_double_eq(at(&s, 0), 1.0 / 25);
    ck_assert_double_eq(at(&s, 3), 1);
    for (uint64_t t = 10; t < 30; t++)
        ck_assert_double_eq(at(&s, t), 1.0 / 25 / 1e4);
    for (uint64_t t = 0; t < 10; t++)
        ck_assert(t < 3 ? at(&s, t) < at(&s, t + 1) : at(&s, t) > at(&s, t + 1));
    const lgd_schedule from_zero = {.kind = LGD_ONE_CYCLE, .period = 10, .start = LGD_ZERO, .floor = LGD_ZERO};
    ck_assert_double_eq(at(&from_zero, 0), 0);
    ck_assert_double_eq(at(&from_zero, 3), 1);
    ck_assert_double_eq(at(&from_zero, 10), 0);
}
END_TEST

START_TEST(triangles_floor_peak_and_halves_exact)
{
    const lgd_schedule plain = {.kind = LGD_TRIANGULAR, .period = 10}, halved = {.kind = LGD_TRIANGULAR2, .period = 10},
                       shrunk = {.kind = LGD_EXP_RANGE, .period = 10, .factor = 0.5};
    for (uint64_t i = 0; i < 60; i++) {
        ck_assert_double_eq(at(&plain, 10 * i), 0);
        ck_assert_double_eq(at(&plain, 10 * i + 5), 1);
        ck_assert_double_eq(at(&halved, 10 * i), 0);
        ck_assert_double_eq(at(&halved, 10 * i + 5), ldexp(1, -(int)i));
        ck_assert_double_eq(at(&shrunk, 10 * i + 5), ldexp(1, -(int)(10 * i + 5)));
    }
    const lgd_schedule broken = {.kind = LGD_TRIANGULAR, .period = 13.7},
                       broken_halved = {.kind = LGD_TRIANGULAR2, .period = 13.7};
    for (uint64_t t = 0; t < 10000; t++)
        ck_assert_double_eq(at(&broken_halved, t), ldexp(at(&broken, t), -(int)floorl((long double)t / 13.7)));
}
END_TEST

START_TEST(trapezoid_constant_then_a_line_to_the_floor)
{
    const lgd_schedule s = {.kind = LGD_TRAPEZOID, .period = 20},
                       all = {.kind = LGD_TRAPEZOID, .period = 20, .fall = 1};
    static const double end[] = {1, 1, 0.75, 0.5, 0.25, 0, 0};
    for (uint64_t t = 0; t < 22; t++) {
        ck_assert_double_eq(at(&s, t), t < 15 ? 1 : end[t - 15]);
        ck_assert_double_eq_tol(at(&all, t), t < 20 ? 1 - (double)t / 20 : 0, DBL_EPSILON);
    }
}
END_TEST

START_TEST(optimal_is_an_inverse_time_of_another_rate)
{
    const double alpha = 0.001, e0 = pow(alpha, -0.25);
    const lgd_schedule s = {.kind = LGD_OPTIMAL, .factor = alpha},
                       same = {.kind = LGD_INVERSE_TIME, .factor = alpha * e0};
    for (uint64_t t = 0; t < 100000; t = 2 * t + 1)
        ck_assert_double_eq_tol(at(&s, t) / (e0 * at(&same, t)), 1, 1e-14);
    const lgd_schedule held = {.kind = LGD_OPTIMAL, .factor = alpha, .floor = 0.5};
    ck_assert_double_eq(at(&held, 1000000), 0.5);
}
END_TEST

START_TEST(vw_power_counts_this_row_and_passes)
{
    const lgd_schedule s = {.kind = LGD_VW_POWER, .per_step = true},
                       d = {.kind = LGD_VW_POWER, .factor = 0.5, .per_step = true};
    double first, later;
    ck_assert_double_eq_tol(at(&s, 0), sqrt(0.5), DBL_EPSILON); /* l/2^p, not l */
    ck_assert_double_eq(at(&s, 2), 0.5);
    ck_assert_int_eq(lgd_schedule_factor(&d, 14, 0, &first), LGD_OK);
    ck_assert_int_eq(lgd_schedule_factor(&d, 14, 3, &later), LGD_OK);
    ck_assert_double_eq(first, 0.25);
    ck_assert_double_eq(later, 0.25 / 8);
}
END_TEST

/* ---- what PyTorch made of them */

static const double milestones[] = {5, 12, 30};
static const lgd_schedule linear = {.warmup = 5, .warmup_start = 0.0625}, /* 1/4 to 1 in four steps */
    then = {.kind = LGD_EXPONENTIAL, .factor = 0.9, .next = &linear, .until = 18};

/* One cycle of PyTorch's over n steps has its peak at pct_start n - 1 and ends at n - 1. */
static const struct {
    const char *name;
    lgd_schedule schedule;
} ours[] = {
    {"step", {.kind = LGD_STEP_DECAY, .period = 7, .factor = 0.3}},
    {"multi_step", {.kind = LGD_MULTI_STEP, .factor = 0.5, .milestones = milestones, .milestone_count = 3}},
    {"exponential", {.kind = LGD_EXPONENTIAL, .factor = 0.9}},
    {"cosine", {.kind = LGD_COSINE, .period = 40, .floor = 0.05}},
    {"polynomial", {.kind = LGD_POLYNOMIAL, .period = 30, .power = 2}},
    {"restarts", {.kind = LGD_WARM_RESTARTS, .period = 9, .floor = 0.05}},
    {"restarts_twice_as_long", {.kind = LGD_WARM_RESTARTS, .period = 5, .factor = 2}},
    {"one_cycle",
     {.kind = LGD_ONE_CYCLE,
      .period = SCHEDULE_STEPS - 1,
      .rise = (0.3 * SCHEDULE_STEPS - 1) / (SCHEDULE_STEPS - 1),
      .momentum_low = 0.85}},
    {"one_cycle_everything",
     {.kind = LGD_ONE_CYCLE,
      .period = SCHEDULE_STEPS - 1,
      .rise = (0.4 * SCHEDULE_STEPS - 1) / (SCHEDULE_STEPS - 1),
      .start = 0.1,
      .floor = 0.1 / 50,
      .momentum_low = 0.7,
      .momentum_high = 0.9}},
    {"triangular",
     {.kind = LGD_TRIANGULAR, .period = 10, .rise = 0.4, .floor = 0.1, .momentum_low = 0.8, .momentum_high = 0.9}},
    {"triangular2",
     {.kind = LGD_TRIANGULAR2, .period = 10, .rise = 0.4, .floor = 0.1, .momentum_low = 0.8, .momentum_high = 0.9}},
    {"exp_range",
     {.kind = LGD_EXP_RANGE,
      .period = 10,
      .rise = 0.4,
      .floor = 0.1,
      .factor = 0.97,
      .momentum_low = 0.8,
      .momentum_high = 0.9}},
    {"plateau", {.kind = LGD_PLATEAU, .factor = 0.5, .patience = 2, .tol = 1e-3, .cooldown = 3, .floor = 0.1}},
    {"chain", {.kind = LGD_WARM_RESTARTS, .period = 8, .next = &then, .until = 12}},
};
enum { OURS = sizeof ours / sizeof *ours };
_Static_assert(OURS == sizeof schedule_traces / sizeof *schedule_traces, "a trace without a schedule");

START_TEST(pytorch_recorded_schedulers_followed)
{
    for (size_t i = 0; i < OURS; i++) {
        lgd_schedule s = ours[i].schedule;
        lgd_plateau_state seen = {0};
        ck_assert_str_eq(ours[i].name, schedule_traces[i].name);
        if (s.kind == LGD_PLATEAU)
            s.plateau = &seen;
        for (uint64_t t = 0; t < SCHEDULE_STEPS; t++) {
            const double momentum = momentum_at(&s, t);
            ck_assert_double_eq_tol(at_both(&s, t), schedule_traces[i].factor[t], 1e-14);
            ck_assert_double_eq_tol(isnan(momentum) ? 0 : momentum, schedule_traces[i].momentum[t], 1e-14);
            if (s.kind == LGD_PLATEAU)
                ck_assert_int_eq(lgd_schedule_observe(&s, &seen, schedule_values[t]), LGD_OK);
        }
    }
}
END_TEST

/* ---- a value, not a sequence */

START_TEST(kinds_asked_in_any_order_the_same_bits)
{
    enum { LENGTH = 500 };
    static double in_order[OURS][LENGTH];
    uint64_t state = 1;
    for (size_t i = 0; i < OURS; i++)
        for (uint64_t t = 0; t < LENGTH; t++)
            in_order[i][t] = at_both(&ours[i].schedule, t);
    for (int k = 0; k < 20000; k++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const size_t i = (size_t)(state >> 33) % OURS;
        const uint64_t t = (state >> 40) % LENGTH;
        ck_assert_double_eq(at_both(&ours[i].schedule, t), in_order[i][t]);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cycles");
    CASE(s, kinds_any_t_those_of_their_closed_forms);
    CASE(s, kinds_after_a_warmup_begin_at_their_zero);
    CASE(s, warm_restarts_begin_at_one_and_end_near_the_floor);
    CASE(s, warm_restarts_of_a_factor_barely_above_one_where_walking_comes_to);
    CASE(s, one_cycle_start_peak_end_exact);
    CASE(s, triangles_floor_peak_and_halves_exact);
    CASE(s, trapezoid_constant_then_a_line_to_the_floor);
    CASE(s, optimal_is_an_inverse_time_of_another_rate);
    CASE(s, vw_power_counts_this_row_and_passes);
    CASE(s, pytorch_recorded_schedulers_followed);
    CASE(s, kinds_asked_in_any_order_the_same_bits);
    return suite_run(s);
}
