/* Beside the factor: the momentum that goes with it, the memory of a plateau, and schedules one after another. */
#include "schedules.h"
#include <string.h>

static void refused(const lgd_schedule *s, const char *message)
{
    double factor = 5, momentum = 5;
    ck_assert_msg(lgd_schedule_factor(s, 0, 0, &factor) == LGD_EINVAL, "%s: taken", message);
    ck_assert_msg(strstr(lgd_last_error(), message) != NULL, "%s", lgd_last_error());
    ck_assert_double_eq(factor, 1);
    ck_assert_int_eq(lgd_schedule_momentum(s, 0, 0, &momentum), LGD_EINVAL);
    ck_assert(strstr(lgd_last_error(), message) && isnan(momentum));
}

/* ---- momentum */

START_TEST(momentum_of_a_schedule_that_says_nothing_nan)
{
    const lgd_schedule zero = {0}, cycle = {.kind = LGD_ONE_CYCLE, .period = 10};
    double momentum = 0;
    ck_assert_int_eq(lgd_schedule_momentum(NULL, 0, 0, &momentum), LGD_OK);
    ck_assert(isnan(momentum));
    ck_assert(isnan(momentum_at(&zero, 3)) && isnan(momentum_at(&cycle, 3)));
    ck_assert_int_eq(lgd_schedule_momentum(&zero, 0, 0, NULL), LGD_EINVAL);
    ck_assert(strstr(lgd_last_error(), "momentum is NULL"));
}
END_TEST

START_TEST(momentum_moves_against_the_rate)
{
    const lgd_schedule cycle = {.kind = LGD_ONE_CYCLE, .period = 10, .momentum_high = 0.95},
                       halved = {.kind = LGD_TRIANGULAR2, .period = 4, .momentum_low = LGD_ZERO, .momentum_high = 0.5},
                       grows = {.kind = LGD_EXP_RANGE, .period = 4, .factor = 2, .momentum_low = 0.5},
                       warm = {.kind = LGD_TRIANGULAR, .period = 4, .warmup = 3, .momentum_low = 0.5};
    ck_assert_double_eq(momentum_at(&cycle, 0), 0.95);
    ck_assert_double_eq(momentum_at(&cycle, 3), 0.85);
    for (uint64_t t = 0; t < 10; t++)
        ck_assert(t < 3 ? momentum_at(&cycle, t) > momentum_at(&cycle, t + 1)
                        : momentum_at(&cycle, t) < momentum_at(&cycle, t + 1));
    for (uint64_t t = 10; t < 20; t++)
        ck_assert_double_eq(momentum_at(&cycle, t), 0.95);
    static const double expected[] = {0.5, 0.25, 0, 0.25, 0.5, 0.375, 0.25, 0.375, 0.5};
    for (uint64_t t = 0; t < 9; t++)
        ck_assert_double_eq(momentum_at(&halved, t), expected[t]);
    ck_assert_double_eq(at_both(&grows, 2), 4); /* while the momentum stays where it may be */
    ck_assert_double_eq(momentum_at(&grows, 2), 0.5);
    for (uint64_t t = 0; t < 3; t++)
        ck_assert_double_eq(momentum_at(&warm, t), 0.95);
    ck_assert_double_eq(momentum_at(&warm, 5), 0.5);
}
END_TEST

START_TEST(momentum_out_of_range_refused_by_name)
{
    const struct {
        lgd_schedule schedule;
        const char *message;
    } bad[] = {
        {{.kind = LGD_COSINE, .period = 3, .momentum_low = 0.5},
         "momentum_low is 0.5, 0 is accepted: only LGD_ONE_CYCLE"},
        {{.momentum_high = 0.5}, "momentum_high is 0.5, 0 is accepted: only LGD_ONE_CYCLE"},
        {{.kind = LGD_ONE_CYCLE, .period = 3, .momentum_high = 1},
         "momentum_high is 1, a number at least 0 and below 1"},
        {{.kind = LGD_ONE_CYCLE, .period = 3, .momentum_low = -1},
         "momentum_low is -1, a number at least 0 and below 1"},
        {{.kind = LGD_ONE_CYCLE, .period = 3, .momentum_low = NAN}, "momentum_low is"},
        {{.kind = LGD_ONE_CYCLE, .period = 3, .momentum_high = INFINITY}, "momentum_high is inf"},
        {{.kind = LGD_TRIANGULAR, .period = 3, .momentum_low = 0.9, .momentum_high = 0.8},
         "momentum_low is 0.9, at most momentum_high, 0.8, is accepted"},
        {{.kind = LGD_TRIANGULAR, .period = 3, .momentum_high = 0.8},
         "momentum_low is 0.85, at most momentum_high, 0.8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(&bad[i].schedule, bad[i].message);
}
END_TEST

/* ---- plateau */

/* The cuts after so many values, each as often as it stands there. */
static uint64_t cuts_after(const lgd_schedule *s, lgd_plateau_state *state, const double *f, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(lgd_schedule_observe(s, state, f[i]) == LGD_OK, "%s", lgd_last_error());
    return state->cuts;
}

/* features: 61 */
START_TEST(plateau_more_bad_values_than_patience_cut_the_rate)
{
    const lgd_schedule preset = {.kind = LGD_PLATEAU}, none = {.kind = LGD_PLATEAU, .patience = LGD_ZERO};
    lgd_plateau_state state = {0}, at_once = {0};
    const double f = 1, better = 0.5;
    ck_assert_uint_eq(cuts_after(&preset, &state, &f, 1), 0); /* the first is good */
    for (int i = 0; i < 10; i++)
        ck_assert_uint_eq(cuts_after(&preset, &state, &f, 1), 0);
    ck_assert_uint_eq(cuts_after(&preset, &state, &f, 1), 1);
    for (int i = 0; i < 10; i++)
        ck_assert_uint_eq(cuts_after(&preset, &state, &f, 1), 1);
    ck_assert_uint_eq(cuts_after(&preset, &state, &better, 1), 1); /* begins to count anew */
    for (int i = 0; i < 10; i++)
        ck_assert_uint_eq(cuts_after(&preset, &state, &better, 1), 1);
    ck_assert_uint_eq(cuts_after(&preset, &state, &better, 1), 2);
    ck_assert_uint_eq(state.seen, 34);
    ck_assert_double_eq(state.best, 0.5);
    for (uint64_t i = 0; i < 10; i++)
        ck_assert_uint_eq(cuts_after(&none, &at_once, &f, 1), i);
}
END_TEST

START_TEST(plateau_factor_an_exact_power_down_to_the_floor)
{
    lgd_plateau_state state = {0};
    const lgd_schedule s = {.kind = LGD_PLATEAU, .plateau = &state},
                       tenth = {.kind = LGD_PLATEAU, .floor = 1e-5, .plateau = &state}, new = {.kind = LGD_PLATEAU};
    for (state.cuts = 0; state.cuts < 300; state.cuts++) {
        ck_assert_double_eq(at(&s, 7), pow(0.1, (double)state.cuts));
        ck_assert_double_eq(at(&tenth, 7), fmax(pow(0.1, (double)state.cuts), 1e-5));
        ck_assert_double_eq(at(&new, 7), 1);
    }
}
END_TEST

START_TEST(plateau_cooldown_values_count_as_neither)
{
    /* a cut, three that rest, one borne; a good one uses up a rest as well, and of half a value the whole one rests */
    const struct {
        double cooldown, f[13];
        uint64_t cuts[13];
    } series[] = {
        {3, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3}},
        {3, {9, 9, 9, 8, 7, 7, 7, 7, 7, 7, 6, 6, 6}, {0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3}},
        {2.5, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3}},
    };
    for (size_t k = 0; k < sizeof series / sizeof *series; k++) {
        const lgd_schedule s = {.kind = LGD_PLATEAU, .patience = 1, .cooldown = series[k].cooldown};
        lgd_plateau_state state = {0};
        for (size_t i = 0; i < 13; i++)
            ck_assert_msg(cuts_after(&s, &state, &series[k].f[i], 1) == series[k].cuts[i], "series %zu, value %zu", k,
                          i);
    }
}
END_TEST

/* By a share of best, PyTorch's rule, a negative value would have to rise. */
START_TEST(plateau_good_is_below_by_a_share_of_the_absolute_value)
{
    const lgd_schedule s = {.kind = LGD_PLATEAU, .tol = 0.125};
    const struct {
        double before, then;
        bool good;
    } pairs[] = {
        {8, 7, false}, {8, 6.9, true},   {-8, -9, false},         {-8, -9.1, true},     {-8, -7, false},
        {0, 0, false}, {0, -1e-9, true}, {INFINITY, 1e300, true}, {1, INFINITY, false}, {-INFINITY, -1e300, false}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        lgd_plateau_state state = {0};
        cuts_after(&s, &state, &pairs[i].before, 1);
        cuts_after(&s, &state, &pairs[i].then, 1);
        ck_assert_uint_eq(state.bad > (isinf(pairs[i].before) && pairs[i].before > 0), !pairs[i].good);
        ck_assert_double_eq(state.best, pairs[i].good ? pairs[i].then : pairs[i].before);
    }
}
END_TEST

START_TEST(plateau_presets_a_ten_thousandth_and_none_that_rest)
{
    const lgd_schedule s = {.kind = LGD_PLATEAU, .patience = LGD_ZERO};
    const double f[] = {1, 0.99991, 0.99989, 0.9998, 0.9997};
    static const uint64_t cuts[] = {0, 1, 1, 2, 2};
    lgd_plateau_state state = {0};
    for (size_t i = 0; i < 5; i++)
        ck_assert_uint_eq(cuts_after(&s, &state, &f[i], 1), cuts[i]);
    ck_assert_double_eq(state.best, 0.9997);
}
END_TEST

START_TEST(plateau_what_cannot_be_observed_refused)
{
    const lgd_schedule s = {.kind = LGD_PLATEAU}, other = {.kind = LGD_COSINE, .period = 3},
                       bad = {.kind = LGD_PLATEAU, .tol = 2};
    lgd_plateau_state state = {.best = 3, .seen = 1}, before = state;
    const struct {
        const lgd_schedule *schedule;
        lgd_plateau_state *state;
        double f;
        const char *message;
    } calls[] = {{NULL, &state, 1, "schedule is NULL"},
                 {&s, NULL, 1, "state is NULL"},
                 {&s, &state, NAN, "value observed is"},
                 {&other, &state, 1, "kind is 4, 15 (LGD_PLATEAU) is accepted"},
                 {&bad, &state, 1, "tol is 2"}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        ck_assert_int_eq(lgd_schedule_observe(calls[i].schedule, calls[i].state, calls[i].f), LGD_EINVAL);
        ck_assert_msg(strstr(lgd_last_error(), calls[i].message) != NULL, "%s", lgd_last_error());
        ck_assert(!memcmp(&state, &before, sizeof state));
    }
}
END_TEST

/* ---- one after another */

START_TEST(chain_constant_then_a_line_is_the_trapezoid)
{
    const lgd_schedule whole = {.kind = LGD_TRAPEZOID, .period = 40, .fall = 0.25, .warmup = 8, .floor = 0.125},
                       line = {.kind = LGD_POLYNOMIAL, .period = 10, .floor = 0.125},
                       chain = {.warmup = 8, .next = &line, .until = 38};
    for (uint64_t t = 0; t < 100; t++)
        ck_assert_double_eq_tol(at_both(&chain, t), at_both(&whole, t), 1e-15);
}
END_TEST

START_TEST(chain_each_counts_from_its_own_begin)
{
    const lgd_schedule last = {.kind = LGD_INVERSE_TIME, .factor = 1},
                       cycle = {.kind = LGD_TRIANGULAR, .period = 4, .momentum_low = 0.5, .next = &last, .until = 8},
                       first = {.kind = LGD_EXPONENTIAL, .factor = 0.5, .warmup = 2, .next = &cycle, .until = 4};
    static const double expected[] = {0.5, 1, 1, 0.5, 0, 0.5, 1, 0.5, 0, 0.5, 1, 0.5, 1, 0.5, 1.0 / 3, 0.25};
    for (uint64_t t = 0; t < 16; t++) {
        ck_assert_double_eq(at_both(&first, t), expected[t]);
        ck_assert(isnan(momentum_at(&first, t)) == (t < 4 || t >= 12));
    }
    ck_assert_double_eq(momentum_at(&first, 6), 0.5);
}
END_TEST

static double told(const void *ctx, uint64_t step, uint64_t epoch)
{
    (void)ctx;
    return (double)step + 1000 * (double)epoch;
}

START_TEST(chain_function_of_the_user_counts_from_its_own_begin)
{
    lgd_schedule own = {.kind = LGD_USER_SCHEDULE, .fn = told, .warmup = 0.5}, first = {.next = &own, .until = 2.5};
    double factor;
    ck_assert_int_eq(lgd_schedule_factor(&first, 7, 3, &factor), LGD_OK);
    ck_assert_double_eq(factor, 7);
    ck_assert_int_eq(lgd_schedule_factor(&first, 7, 5, &factor), LGD_OK);
    ck_assert_double_eq(factor, 2007);
    own.per_step = first.per_step = true;
    ck_assert_int_eq(lgd_schedule_factor(&first, 7, 5, &factor), LGD_OK);
    ck_assert_double_eq(factor, 5004);
}
END_TEST

START_TEST(chain_of_sixty_four_holds_and_a_longer_one_is_refused)
{
    lgd_schedule chain[65];
    for (size_t i = 0; i < 65; i++)
        chain[i] = (lgd_schedule){
            .kind = LGD_EXPONENTIAL, .factor = 0.5, .next = i < 64 ? &chain[i + 1] : NULL, .until = i < 64 ? 2 : 0};
    for (uint64_t t = 0; t < 128; t++)
        ck_assert_double_eq(at_both(&chain[1], t), t < 127 && t % 2 ? 0.5 : t == 127 ? 0.5 : 1);
    refused(&chain[0], "next leads on after 64 schedules, at most 64 are accepted (a loop?)");
    chain[3].next = &chain[1];
    refused(&chain[1], "(a loop?)");
    chain[1].next = &chain[1];
    refused(&chain[1], "(a loop?)");
}
END_TEST

START_TEST(chain_that_cannot_hold_refused_at_the_first_call)
{
    const lgd_schedule end = {0}, steps = {.per_step = true}, plateau = {.kind = LGD_PLATEAU},
                       bad = {.kind = LGD_COSINE}, second = {.next = &bad, .until = 5};
    const struct {
        lgd_schedule schedule;
        const char *message;
    } chains[] = {
        {{.until = 3}, "schedule: until is 3, 0 is accepted where next is NULL"},
        {{.next = &end}, "schedule: until is 0, a number above 0"},
        {{.next = &end, .until = LGD_ZERO}, "schedule: until is"},
        {{.next = &end, .until = -1}, "schedule: until is -1, a number above 0"},
        {{.next = &end, .until = NAN}, "schedule: until is"},
        {{.next = &end, .until = INFINITY}, "schedule: until is inf"},
        {{.next = &steps, .until = 3}, "per_step of next is 1, 0 is accepted: a chain counts one unit"},
        {{.next = &plateau, .until = 3}, "next of schedule: kind is LGD_PLATEAU in a chain"},
        {{.kind = LGD_PLATEAU, .next = &end, .until = 3}, "schedule: kind is LGD_PLATEAU in a chain"},
        {{.next = &second, .until = 1e6}, "next of schedule: period is 0"},
    };
    for (size_t i = 0; i < sizeof chains / sizeof *chains; i++)
        refused(&chains[i].schedule, chains[i].message);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("chains");
    CASE(s, momentum_of_a_schedule_that_says_nothing_nan);
    CASE(s, momentum_moves_against_the_rate);
    CASE(s, momentum_out_of_range_refused_by_name);
    CASE(s, plateau_more_bad_values_than_patience_cut_the_rate);
    CASE(s, plateau_factor_an_exact_power_down_to_the_floor);
    CASE(s, plateau_cooldown_values_count_as_neither);
    CASE(s, plateau_good_is_below_by_a_share_of_the_absolute_value);
    CASE(s, plateau_presets_a_ten_thousandth_and_none_that_rest);
    CASE(s, plateau_what_cannot_be_observed_refused);
    CASE(s, chain_constant_then_a_line_is_the_trapezoid);
    CASE(s, chain_each_counts_from_its_own_begin);
    CASE(s, chain_function_of_the_user_counts_from_its_own_begin);
    CASE(s, chain_of_sixty_four_holds_and_a_longer_one_is_refused);
    CASE(s, chain_that_cannot_hold_refused_at_the_first_call);
    return suite_run(s);
}
