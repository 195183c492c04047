/* The statistics of lgd-bench. */
#include "suite.h"
#include "../bench/bench.h"
#include <math.h>

START_TEST(quartiles_known_numbers_between_neighbours)
{
    const double five[] = {5, 1, 4, 2, 3}, four[] = {40, 10, 30, 20}, one[] = {7};
    quartiles q = quartiles_of(5, five);
    ck_assert(q.min == 1 && q.q1 == 2 && q.median == 3 && q.q3 == 4);
    q = quartiles_of(4, four);
    ck_assert(q.min == 10 && q.q1 == 17.5 && q.median == 25 && q.q3 == 32.5);
    q = quartiles_of(1, one);
    ck_assert(q.min == 7 && q.q1 == 7 && q.median == 7 && q.q3 == 7);
    ck_assert_double_nan(quartiles_of(0, one).median);
    ck_assert(five[0] == 5 && five[4] == 3);
}
END_TEST

/* Rounds that drift together do not widen a ratio. */
START_TEST(ratio_drifting_rounds_exact)
{
    double reference[11], x[11];
    for (size_t i = 0; i < 11; i++) {
        x[i] = 1 + (double)i;
        reference[i] = 2 * x[i];
    }
    interval r = ratio_of(11, reference, x, 1);
    ck_assert(r.median == 2 && r.low == 2 && r.high == 2);
    ck_assert_double_nan(ratio_of(0, reference, x, 1).median);
}
END_TEST

/* For the median of 25 numbers the order statistics 8 and 18 bound an interval of 95.7 %; the bootstrap is near them. */
START_TEST(ratio_scattered_rounds_interval_of_the_median)
{
    double reference[25], x[25];
    for (size_t i = 0; i < 25; i++) {
        reference[i] = 1 + (double)((i * 7) % 25);
        x[i] = 1;
    }
    interval r = ratio_of(25, reference, x, 3), same = ratio_of(25, reference, x, 3);
    ck_assert(r.median == 13);
    ck_assert(r.low >= 6 && r.low <= 10 && r.high >= 16 && r.high <= 20);
    ck_assert(r.low == same.low && r.high == same.high);
}
END_TEST

typedef struct fake {
    size_t calls, turns[64], *turn;
    double seconds;
} fake;

static double run_fake(void *ctx, size_t repeats)
{
    fake *f = ctx;
    (void)repeats;
    if (f->calls < 64)
        f->turns[f->calls] = (*f->turn)++;
    f->calls++;
    return f->seconds;
}

START_TEST(measure_two_cells_repeats_to_the_floor_and_mixed)
{
    enum { ROUNDS = 20 };
    size_t turn = 0, first = 0;
    double sample[2][ROUNDS] = {{0}};
    fake f[2] = {{.turn = &turn, .seconds = 0.3}, {.turn = &turn, .seconds = 2}};
    timed item[2] = {{run_fake, &f[0], 0, sample[0]}, {run_fake, &f[1], 0, sample[1]}};
    progress bar;
    progress_begin(&bar, "test", ROUNDS);
    ck_assert(measure(item, 2, ROUNDS, 1, 5, &bar));
    ck_assert_uint_eq(item[0].repeats, 4); /* the first power of 2 with 0.3 repeats >= 1 */
    ck_assert_uint_eq(item[1].repeats, 1);
    ck_assert_uint_eq(f[0].calls, 4 + ROUNDS); /* warm-up, 1, 2, 4 */
    ck_assert_uint_eq(f[1].calls, 2 + ROUNDS);
    for (size_t r = 0; r < ROUNDS; r++) {
        ck_assert(sample[0][r] == 0.3 && sample[1][r] == 2);
        first += f[0].turns[4 + r] < f[1].turns[2 + r];
    }
    ck_assert(first > 2 && first < ROUNDS - 2);
    ck_assert_uint_eq(bar.done, ROUNDS);
}
END_TEST

START_TEST(measure_failing_cell_ends_the_rounds)
{
    size_t turn = 0;
    double sample[3] = {0};
    fake f = {.turn = &turn, .seconds = -1};
    timed item = {run_fake, &f, 0, sample};
    progress bar;
    progress_begin(&bar, "test", 3);
    ck_assert(!measure(&item, 1, 3, 1, 5, &bar));
    ck_assert_uint_eq(bar.done, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("measure");
    CASE(s, quartiles_known_numbers_between_neighbours);
    CASE(s, ratio_drifting_rounds_exact);
    CASE(s, ratio_scattered_rounds_interval_of_the_median);
    CASE(s, measure_two_cells_repeats_to_the_floor_and_mixed);
    CASE(s, measure_failing_cell_ends_the_rounds);
    return suite_run(s);
}
