/* Every schedule at the points where its value is known exactly, and every member where it is refused. */
#include "schedules.h"
#include <float.h>
#include <string.h>

START_TEST(constant_zeroed_or_null_is_one)
{
    double factor = 0;
    ck_assert_int_eq(lgd_schedule_factor(NULL, 5, 6, &factor), LGD_OK);
    ck_assert_double_eq(factor, 1);
    const lgd_schedule zero = {0};
    ck_assert_double_eq(at(&zero, 0), 1);
    ck_assert_double_eq(at(&zero, UINT64_MAX), 1);
}
END_TEST

/* features: 40 */
START_TEST(step_decay_around_its_boundaries_exact)
{
    const lgd_schedule s = {.kind = LGD_STEP_DECAY};
    ck_assert_double_eq(at(&s, 0), 1);
    ck_assert_double_eq(at(&s, 99), 1);
    ck_assert_double_eq(at(&s, 100), 0.5);
    ck_assert_double_eq(at(&s, 199), 0.5);
    ck_assert_double_eq(at(&s, 200), 0.25);
    for (int period = 1; period < 50; period++)
        for (int k = 1; k < 200; k++) {
            const lgd_schedule every = {.kind = LGD_STEP_DECAY, .period = period, .factor = 0.5};
            ck_assert_double_eq(at(&every, (uint64_t)(k * period - 1)), ldexp(1, 1 - k));
            ck_assert_double_eq(at(&every, (uint64_t)(k * period)), ldexp(1, -k));
        }
}
END_TEST

START_TEST(multi_step_around_milestones_exact)
{
    static const double milestones[] = {0, 30, 80.5};
    const lgd_schedule s = {.kind = LGD_MULTI_STEP, .factor = 0.5, .milestones = milestones, .milestone_count = 3};
    ck_assert_double_eq(at(&s, 0), 0.5);
    ck_assert_double_eq(at(&s, 29), 0.5);
    ck_assert_double_eq(at(&s, 30), 0.25);
    ck_assert_double_eq(at(&s, 80), 0.25);
    ck_assert_double_eq(at(&s, 81), 0.125);
    ck_assert_double_eq(at(&s, 1000), 0.125);
    const lgd_schedule preset = {.kind = LGD_MULTI_STEP, .milestones = milestones + 1, .milestone_count = 1};
    ck_assert_double_eq(at(&preset, 30), 0.1);
}
END_TEST

/* features: 41 */
START_TEST(exponential_any_epoch_equals_pow)
{
    const lgd_schedule s = {.kind = LGD_EXPONENTIAL}, slow = {.kind = LGD_EXPONENTIAL, .factor = 0.3, .period = 7};
    for (int e = 0; e < 2000; e++) {
        ck_assert_double_eq(at(&s, (uint64_t)e), pow(0.95, e));
        ck_assert_double_eq(at(&slow, (uint64_t)e), pow(0.3, e / 7.0));
    }
    ck_assert_double_eq(at(&s, 1000000), 0);
}
END_TEST

/* features: 42 */
START_TEST(cosine_start_middle_end)
{
    for (int period = 2; period <= 3000; period += period < 50 ? 2 : 50) {
        const lgd_schedule s = {.kind = LGD_COSINE, .period = period};
        ck_assert_double_eq(at(&s, 0), 1);
        ck_assert_double_eq(at(&s, (uint64_t)period / 2), 0.5);
        ck_assert_double_lt(at(&s, (uint64_t)period), 1e-17);
        ck_assert_double_eq(at(&s, (uint64_t)period + 1), 0);
        for (int t = 0; t < period; t++) {
            const long double exact = (1 + cosl(acosl(-1) * t / period)) / 2; /* in double 3e-16 off itself */
            ck_assert_double_eq_tol(at(&s, (uint64_t)t), (double)exact, 3e-16);
            ck_assert_double_gt(at(&s, (uint64_t)t), at(&s, (uint64_t)t + 1));
        }
        const double last = sin(M_PI / 2 / period); /* not lost by cancellation */
        ck_assert_double_eq_tol(at(&s, (uint64_t)period - 1) / (last * last), 1, 1e-12);
    }
}
END_TEST

START_TEST(cosine_floor_from_one_to_floor_and_stays)
{
    const lgd_schedule s = {.kind = LGD_COSINE, .period = 10, .floor = 0.25};
    ck_assert_double_eq(at(&s, 0), 1);
    ck_assert_double_eq_tol(at(&s, 5), 0.625, DBL_EPSILON);
    for (uint64_t t = 10; t < 40; t++)
        ck_assert_double_eq(at(&s, t), 0.25);
}
END_TEST

START_TEST(inverse_time_known_values)
{
    const lgd_schedule s = {.kind = LGD_INVERSE_TIME, .factor = 0.5},
                       none = {.kind = LGD_INVERSE_TIME, .factor = LGD_ZERO};
    ck_assert_double_eq(at(&s, 0), 1);
    ck_assert_double_eq(at(&s, 2), 0.5);
    ck_assert_double_eq(at(&s, 6), 0.25);
    ck_assert_double_eq(at(&none, 6), 1);
}
END_TEST

START_TEST(inverse_scaling_known_values)
{
    const lgd_schedule s = {.kind = LGD_INVERSE_SCALING}, half = {.kind = LGD_INVERSE_SCALING, .power = 0.5};
    ck_assert_double_eq(at(&s, 0), 1);
    ck_assert_double_eq(at(&s, 15), 0.5);
    ck_assert_double_eq(at(&half, 15), 0.25);
}
END_TEST

START_TEST(polynomial_known_values_then_floor)
{
    const lgd_schedule line = {.kind = LGD_POLYNOMIAL, .period = 4},
                       curve = {.kind = LGD_POLYNOMIAL, .period = 4, .power = 2, .floor = 0.5};
    static const double on_line[] = {1, 0.75, 0.5, 0.25, 0, 0, 0};
    static const double on_curve[] = {1, 0.78125, 0.625, 0.53125, 0.5, 0.5, 0.5};
    for (uint64_t t = 0; t < 7; t++) {
        ck_assert_double_eq(at(&line, t), on_line[t]);
        ck_assert_double_eq(at(&curve, t), on_curve[t]);
    }
}
END_TEST

START_TEST(floor_falling_kinds_held_from_below)
{
    static const double milestones[] = {1, 2, 3, 4};
    const lgd_schedule falling[] = {
        {.kind = LGD_STEP_DECAY, .period = 1, .floor = 0.3},
        {.kind = LGD_MULTI_STEP, .milestones = milestones, .milestone_count = 4, .floor = 0.3},
        {.kind = LGD_EXPONENTIAL, .factor = 0.5, .floor = 0.3},
        {.kind = LGD_INVERSE_TIME, .factor = 1, .floor = 0.3},
        {.kind = LGD_INVERSE_SCALING, .power = 1, .floor = 0.3},
    };
    for (size_t i = 0; i < sizeof falling / sizeof *falling; i++) {
        ck_assert_double_eq(at(&falling[i], 0), 1);
        ck_assert_double_eq(at(&falling[i], 1000), 0.3);
    }
}
END_TEST

START_TEST(warmup_linear_then_schedule_from_its_zero)
{
    const lgd_schedule s = {.kind = LGD_STEP_DECAY, .period = 2, .warmup = 4, .warmup_start = 0.5, .floor = 0.9};
    static const double expected[] = {0.625, 0.75, 0.875, 1, 1, 1, 0.9, 0.9};
    for (uint64_t t = 0; t < 8; t++)
        ck_assert_double_eq(at(&s, t), expected[t]);
    const lgd_schedule only = {.warmup = 4};
    for (uint64_t t = 0; t < 8; t++)
        ck_assert_double_eq(at(&only, t), t < 4 ? (double)(t + 1) / 4 : 1);
    const lgd_schedule cosine = {.kind = LGD_COSINE, .period = 6, .warmup = 4},
                       bare = {.kind = LGD_COSINE, .period = 6};
    for (uint64_t t = 0; t < 8; t++)
        ck_assert_double_eq(at(&cosine, t + 4), at(&bare, t));
    const lgd_schedule broken = {.warmup = 2.5}; /* not a whole number: never above 1 */
    ck_assert_double_eq(at(&broken, 0), 0.4);
    ck_assert_double_eq(at(&broken, 1), 0.8);
    ck_assert_double_eq(at(&broken, 2), 1);
    ck_assert_double_eq(at(&broken, 3), 1);
}
END_TEST

/* step + 1000 epoch, and what it was told */
static double told(const void *ctx, uint64_t step, uint64_t epoch)
{
    return *(const double *)ctx * ((double)step + 1000 * (double)epoch);
}

START_TEST(user_schedule_receives_context_step_and_epoch)
{
    const double ctx = 2;
    lgd_schedule s = {.kind = LGD_USER_SCHEDULE, .fn = told, .ctx = &ctx};
    double factor;
    ck_assert_int_eq(lgd_schedule_factor(&s, 7, 3, &factor), LGD_OK);
    ck_assert_double_eq(factor, 2 * 3007);
    s.warmup = 2; /* the counter in use begins at 0 after it */
    ck_assert_int_eq(lgd_schedule_factor(&s, 7, 3, &factor), LGD_OK);
    ck_assert_double_eq(factor, 2 * 1007);
    s.per_step = true;
    ck_assert_int_eq(lgd_schedule_factor(&s, 7, 3, &factor), LGD_OK);
    ck_assert_double_eq(factor, 2 * 3005);
    s.warmup = 2.5;
    ck_assert_int_eq(lgd_schedule_factor(&s, 7, 3, &factor), LGD_OK);
    ck_assert_double_eq(factor, 2 * 3004);
}
END_TEST

static double given(const void *ctx, uint64_t step, uint64_t epoch)
{
    (void)step, (void)epoch;
    return *(const double *)ctx;
}

START_TEST(user_schedule_bad_value_refused_with_it)
{
    static const double bad[] = {-1, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 4; i++) {
        const lgd_schedule s = {.kind = LGD_USER_SCHEDULE, .fn = given, .ctx = &bad[i]};
        double factor;
        ck_assert_int_eq(lgd_schedule_factor(&s, 7, 3, &factor), LGD_EINVAL);
        ck_assert_msg(strstr(lgd_last_error(), "schedule: fn") && strstr(lgd_last_error(), "at step 7, epoch 3"), "%s",
                      lgd_last_error());
        ck_assert_double_eq(factor, 1);
    }
    const lgd_schedule grows = {.kind = LGD_EXPONENTIAL, .factor = 10};
    double factor;
    ck_assert_int_eq(lgd_schedule_factor(&grows, 0, 300, &factor), LGD_OK);
    ck_assert_double_eq(factor, 1e300);
    ck_assert_int_eq(lgd_schedule_factor(&grows, 0, 400, &factor), LGD_EINVAL);
}
END_TEST

START_TEST(member_out_of_range_refused_by_name)
{
    static const double not_ascending[] = {3, 5, 5}, negative[] = {-1, 5}, nan[] = {1, NAN, 5}, nan_first[] = {NAN};
    const struct {
        lgd_schedule schedule;
        const char *message;
    } bad[] = {
        {{.kind = (lgd_schedule_kind)18}, "kind is 18"},
        {{.kind = (lgd_schedule_kind)-1}, "kind is -1"},
        {{.kind = LGD_STEP_DECAY, .period = -1}, "period is -1, a finite number above 0"},
        {{.kind = LGD_STEP_DECAY, .period = LGD_ZERO}, "period is 0, a finite number above 0"},
        {{.kind = LGD_STEP_DECAY, .period = NAN}, "period is"},
        {{.kind = LGD_STEP_DECAY, .period = INFINITY}, "period is inf"},
        {{.kind = LGD_STEP_DECAY, .factor = -0.5}, "factor is -0.5, a finite number at least 0"},
        {{.kind = LGD_EXPONENTIAL, .factor = INFINITY}, "factor is inf"},
        {{.kind = LGD_EXPONENTIAL, .floor = 2}, "floor is 2, a number at least 0 and at most 1"},
        {{.kind = LGD_EXPONENTIAL, .floor = -1}, "floor is -1"},
        {{.kind = LGD_EXPONENTIAL, .floor = NAN}, "floor is"},
        {{.kind = LGD_COSINE}, "period is 0, a number above 0 is accepted: this kind has no preset"},
        {{.kind = LGD_POLYNOMIAL}, "period is 0, a number above 0 is accepted: this kind has no preset"},
        {{.kind = LGD_POLYNOMIAL, .period = 3, .power = -1}, "power is -1"},
        {{.kind = LGD_INVERSE_TIME}, "factor is 0, a number above 0 is accepted: this kind has no preset"},
        {{.kind = LGD_INVERSE_SCALING, .power = NAN}, "power is"},
        {{.warmup = -1}, "warmup is -1"},
        {{.warmup = INFINITY}, "warmup is inf"},
        {{.warmup = 3, .warmup_start = 2}, "warmup_start is 2"},
        {{.warmup = 3, .warmup_start = -2}, "warmup_start is -2"},
        {{.kind = LGD_USER_SCHEDULE}, "fn is NULL"},
        {{.kind = LGD_MULTI_STEP}, "milestones are missing"},
        {{.kind = LGD_MULTI_STEP, .milestones = negative}, "milestone_count is 0"},
        {{.kind = LGD_MULTI_STEP, .milestone_count = 2}, "milestones is NULL"},
        {{.kind = LGD_MULTI_STEP, .milestones = not_ascending, .milestone_count = 3},
         "milestones[2] is 5, a number above 5"},
        {{.kind = LGD_MULTI_STEP, .milestones = negative, .milestone_count = 2}, "milestones[0] is -1"},
        {{.kind = LGD_MULTI_STEP, .milestones = nan, .milestone_count = 3}, "milestones[1] is"},
        {{.kind = LGD_MULTI_STEP, .milestones = nan_first, .milestone_count = 1}, "milestones[0] is"},
        {{.kind = LGD_WARM_RESTARTS}, "period is 0, a number above 0 is accepted: this kind has no preset"},
        {{.kind = LGD_WARM_RESTARTS, .period = 3, .factor = 0.5}, "factor is 0.5, a finite number at least 1"},
        {{.kind = LGD_WARM_RESTARTS, .period = 3, .factor = LGD_ZERO}, "factor is 0, a finite number at least 1"},
        {{.kind = LGD_ONE_CYCLE}, "period is 0, a number above 0 is accepted: this kind has no preset"},
        {{.kind = LGD_ONE_CYCLE, .period = 3, .rise = 1}, "rise is 1, a number above 0 and below 1"},
        {{.kind = LGD_ONE_CYCLE, .period = 3, .rise = LGD_ZERO}, "rise is 0, a number above 0 and below 1"},
        {{.kind = LGD_ONE_CYCLE, .period = 3, .rise = -0.5}, "rise is -0.5"},
        {{.kind = LGD_ONE_CYCLE, .period = 3, .rise = NAN}, "rise is"},
        {{.kind = LGD_ONE_CYCLE, .period = 3, .start = 2}, "start is 2, a number at least 0 and at most 1"},
        {{.kind = LGD_TRIANGULAR}, "period is 0"},
        {{.kind = LGD_TRIANGULAR2, .period = NAN}, "period is"},
        {{.kind = LGD_EXP_RANGE, .period = 3}, "factor is 0, a number above 0 is accepted: this kind has no preset"},
        {{.kind = LGD_TRAPEZOID}, "period is 0"},
        {{.kind = LGD_TRAPEZOID, .period = 3, .fall = 1.5}, "fall is 1.5, a number above 0 and at most 1"},
        {{.kind = LGD_TRAPEZOID, .period = 3, .fall = LGD_ZERO}, "fall is 0, a number above 0 and at most 1"},
        {{.kind = LGD_PLATEAU, .factor = -1}, "factor is -1"},
        {{.kind = LGD_PLATEAU, .patience = -1}, "patience is -1, a finite number at least 0"},
        {{.kind = LGD_PLATEAU, .patience = INFINITY}, "patience is inf"},
        {{.kind = LGD_PLATEAU, .tol = 1}, "tol is 1, a number at least 0 and below 1"},
        {{.kind = LGD_PLATEAU, .tol = -1e-4}, "tol is -0.0001"},
        {{.kind = LGD_PLATEAU, .cooldown = -2}, "cooldown is -2"},
        {{.kind = LGD_PLATEAU, .cooldown = 1e300}, "cooldown is 1e+300, a number at least 0 and at most 9.0"},
        {{.warmup = 1e17}, "warmup is 1e+17, a number at least 0 and at most 9.0"},
        {{.reserved = {0, 0, 0, 1}}, "reserved[3] is 1, 0 is accepted"},
        {{.kind = LGD_OPTIMAL}, "factor is 0, a number above 0 is accepted: this kind has no preset"},
        {{.kind = LGD_OPTIMAL, .factor = LGD_ZERO}, "factor is 0, a finite number above 0 is accepted"},
        {{.kind = LGD_OPTIMAL, .factor = -1}, "factor is -1, a finite number above 0 is accepted"},
        {{.kind = LGD_VW_POWER, .period = LGD_ZERO}, "period is 0, a finite number above 0 is accepted"},
        {{.kind = LGD_VW_POWER, .power = -0.5}, "power is -0.5"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double factor;
        ck_assert_msg(lgd_schedule_factor(&bad[i].schedule, 50, 50, &factor) == LGD_EINVAL, "%s: taken",
                      bad[i].message);
        ck_assert_msg(strstr(lgd_last_error(), bad[i].message) != NULL, "%s", lgd_last_error());
    }
    ck_assert_int_eq(lgd_schedule_factor(NULL, 0, 0, NULL), LGD_EINVAL);
}
END_TEST

/* Found out at the first call, not when the epoch comes where it matters. */
START_TEST(member_out_of_range_refused_during_warmup)
{
    static const double not_ascending[] = {3, 2};
    const lgd_schedule late[] = {
        {.kind = LGD_MULTI_STEP, .milestones = not_ascending, .milestone_count = 2, .warmup = 5},
        {.kind = LGD_MULTI_STEP, .milestones = not_ascending, .milestone_count = 2},
        {.kind = LGD_USER_SCHEDULE, .warmup = 5},
        {.kind = LGD_COSINE, .warmup = 5},
    };
    for (size_t i = 0; i < sizeof late / sizeof *late; i++) {
        double factor;
        ck_assert_int_eq(lgd_schedule_factor(&late[i], 0, 0, &factor), LGD_EINVAL);
    }
}
END_TEST

START_TEST(factor_zero_and_power_zero_meant)
{
    const lgd_schedule off = {.kind = LGD_STEP_DECAY, .period = 2, .factor = LGD_ZERO};
    ck_assert_double_eq(at(&off, 1), 1);
    ck_assert_double_eq(at(&off, 2), 0);
    const lgd_schedule flat = {.kind = LGD_POLYNOMIAL, .period = 2, .power = LGD_ZERO, .floor = 0.5};
    ck_assert_double_eq(at(&flat, 1), 1);
    ck_assert_double_eq(at(&flat, 2), 0.5);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("schedule");
    CASE(s, constant_zeroed_or_null_is_one);
    CASE(s, step_decay_around_its_boundaries_exact);
    CASE(s, multi_step_around_milestones_exact);
    CASE(s, exponential_any_epoch_equals_pow);
    CASE(s, cosine_start_middle_end);
    CASE(s, cosine_floor_from_one_to_floor_and_stays);
    CASE(s, inverse_time_known_values);
    CASE(s, inverse_scaling_known_values);
    CASE(s, polynomial_known_values_then_floor);
    CASE(s, floor_falling_kinds_held_from_below);
    CASE(s, warmup_linear_then_schedule_from_its_zero);
    CASE(s, user_schedule_receives_context_step_and_epoch);
    CASE(s, user_schedule_bad_value_refused_with_it);
    CASE(s, member_out_of_range_refused_by_name);
    CASE(s, member_out_of_range_refused_during_warmup);
    CASE(s, factor_zero_and_power_zero_meant);
    return suite_run(s);
}
