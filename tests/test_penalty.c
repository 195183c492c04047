#include "penalty/penalty.h"
#include "problems.h"
#include <float.h>

/* Penalties as objects: what is refused and how it is said, values, where a strength ends, numbers at the ends of their range,
 * bits that stay, memory that fails. That a prox is the minimum of its definition: suite prox. */

enum { N = 6 };

static const double inf = INFINITY;

/* Every built-in penalty for N coordinates, with this strength (total, radius) where it has one. NULL beyond the last. */
static lgd_penalty *made(size_t kind, double strength)
{
    static const double low[N] = {-1, 0, -2, -1e300, 0, -0.5}, high[N] = {1, 0, 3, 1e300, 0.25, 0.5};
    static const lgd_penalty_group groups[] = {{4, 2, 0}, {0, 3, 0.5}};
    lgd_penalty *p = NULL;
    ck_ok(kind == 0   ? lgd_penalty_l1_create(&p, strength)
          : kind == 1 ? lgd_penalty_elastic_net_create(&p, strength, strength)
          : kind == 2 ? lgd_penalty_group_l1_create(&p, strength, groups, 2)
          : kind == 3 ? lgd_penalty_total_variation_create(&p, strength)
          : kind == 4 ? lgd_penalty_l1_ball_create(&p, strength)
          : kind == 5 ? lgd_penalty_l2_ball_create(&p, strength)
          : kind == 6 ? lgd_penalty_box_create(&p, N, low, high)
          : kind == 7 ? lgd_penalty_non_negative_create(&p)
          : kind == 8 ? lgd_penalty_simplex_create(&p, strength)
          : kind == 9 ? lgd_penalty_elastic_box_create(&p, strength, strength, N, low, high)
                      : LGD_OK);
    return p;
}

static double value_at(const lgd_penalty *p, size_t n, const double *w)
{
    double value = NAN;
    ck_ok(lgd_penalty_value(p, n, w, &value));
    return value;
}

static double conjugate_at(const lgd_penalty *p, size_t n, const double *v, double *scale)
{
    return p->ops.conjugate(p->ctx, n, v, scale);
}

/* ---- what is refused */

START_TEST(create_bad_numbers_refused_by_value)
{
    lgd_penalty *p = (lgd_penalty *)1;
#define REFUSED(call, words)                                                                                           \
    do {                                                                                                               \
        p = (lgd_penalty *)1;                                                                                          \
        ck_fails(call, LGD_EINVAL, words);                                                                             \
        ck_assert_ptr_null(p);                                                                                         \
    } while (0)
    const lgd_penalty_group one = {0, 2, 0};
    REFUSED(lgd_penalty_l1_create(&p, -1), "l1: strength is -1, a number at least 0 is accepted");
    REFUSED(lgd_penalty_l1_create(&p, NAN), "l1: strength is nan, a number at least 0 is accepted");
    REFUSED(lgd_penalty_elastic_net_create(&p, -2, 1), "elastic_net: l1 is -2, a number at least 0");
    REFUSED(lgd_penalty_elastic_net_create(&p, 2, NAN), "elastic_net: l2 is nan, a number at least 0");
    REFUSED(lgd_penalty_group_l1_create(&p, -3, &one, 1), "group_l1: strength is -3, a number at least 0");
    REFUSED(lgd_penalty_group_l1_create(&p, NAN, &one, 1), "group_l1: strength is nan");
    REFUSED(lgd_penalty_total_variation_create(&p, -4), "total_variation: strength is -4, a number at least 0");
    REFUSED(lgd_penalty_total_variation_create(&p, NAN), "total_variation: strength is nan");
    REFUSED(lgd_penalty_l1_ball_create(&p, -5), "l1_ball: radius is -5, a number at least 0");
    REFUSED(lgd_penalty_l1_ball_create(&p, NAN), "l1_ball: radius is nan");
    REFUSED(lgd_penalty_l2_ball_create(&p, -6), "l2_ball: radius is -6, a number at least 0");
    REFUSED(lgd_penalty_l2_ball_create(&p, NAN), "l2_ball: radius is nan");
    REFUSED(lgd_penalty_simplex_create(&p, 0), "simplex: total is 0, a finite number above 0 is accepted");
    REFUSED(lgd_penalty_simplex_create(&p, -1), "simplex: total is -1");
    REFUSED(lgd_penalty_simplex_create(&p, inf), "simplex: total is inf");
    REFUSED(lgd_penalty_simplex_create(&p, NAN), "simplex: total is nan");
}
END_TEST

START_TEST(box_bad_bounds_refused_by_index)
{
    const double low[] = {0, 1, 2, -inf}, high[] = {0, 1.5, 1, inf}, none[] = {0, NAN}, up[] = {0, inf},
                 down[] = {0, -inf};
    lgd_penalty *p;
    REFUSED(lgd_penalty_box_create(&p, 4, low, high), "box: low[2] is 2, at most high[2], which is 1, is accepted");
    REFUSED(lgd_penalty_box_create(&p, 2, none, NULL), "box: low[1] is nan, a number below infinity is accepted");
    REFUSED(lgd_penalty_box_create(&p, 2, NULL, none),
            "box: high[1] is nan, a number above minus infinity is accepted");
    REFUSED(lgd_penalty_box_create(&p, 2, up, NULL), "box: low[1] is inf");
    REFUSED(lgd_penalty_box_create(&p, 2, NULL, down), "box: high[1] is -inf");
    REFUSED(lgd_penalty_box_create(&p, 0, NULL, NULL), "box: count is 0");
    ck_ok(lgd_penalty_box_create(&p, 3, low, low)); /* low = high is a point */
    lgd_penalty_free(p);
    ck_ok(lgd_penalty_box_create(&p, 4, NULL, NULL));
    lgd_penalty_free(p);
}
END_TEST

START_TEST(elastic_box_bad_numbers_refused)
{
    const double low[] = {0, 1, 2}, high[] = {0, 1.5, 1};
    lgd_penalty *p;
    double value;
    REFUSED(lgd_penalty_elastic_box_create(&p, -1, 0, 3, low, NULL), "elastic_box: l1 is -1, a number at least 0");
    REFUSED(lgd_penalty_elastic_box_create(&p, 1, NAN, 3, low, NULL), "elastic_box: l2 is nan");
    REFUSED(lgd_penalty_elastic_box_create(&p, 1, 1, 3, low, high), "elastic_box: low[2] is 2, at most high[2]");
    REFUSED(lgd_penalty_elastic_box_create(&p, 1, 1, 0, NULL, NULL), "elastic_box: count is 0");
    ck_ok(lgd_penalty_elastic_box_create(&p, 1, 1, 3, low, NULL));
    ck_fails(lgd_penalty_value(p, 2, low, &value), LGD_EINVAL, "elastic_box: count is 3, 2 or 1 is accepted");
    lgd_penalty_free(p);
}
END_TEST

/* Value, prox and conjugate of one coordinate against a search in long double. */
static real of_box(real u, real v, double l1, double l2)
{
    return l1 * fabsl(u) + l2 / 2 * u * u - v * u;
}

static real lowest_within(real low, real high, real v, double l1, double l2)
{
    real best = low;
    for (int side = 0; side < 2; side++) { /* where it is convex and smooth */
        real a = side ? fmaxl(low, 0) : low, b = side ? high : fminl(high, 0);
        for (int i = 0; i < 300 && a <= b; i++) {
            const real x = a + (b - a) / 3, z = b - (b - a) / 3;
            *(of_box(x, v, l1, l2) < of_box(z, v, l1, l2) ? &b : &a) =
                of_box(x, v, l1, l2) < of_box(z, v, l1, l2) ? z : x;
        }
        if (a <= b + 1e-15L && of_box(a, v, l1, l2) < of_box(best, v, l1, l2))
            best = a;
    }
    return best;
}

START_TEST(elastic_box_prox_and_conjugate_by_search)
{
    for (uint64_t i = 0; i < 400; i++) {
        double u[5], scale;
        lgd_penalty *p;
        fill(1000 + i, 5, -2, 2, u);
        const double low = fmin(u[0], u[1]), high = fmax(u[0], u[1]), l1 = i % 3 ? fabs(u[2]) : 0,
                     l2 = i % 4 ? fabs(u[3]) : 0, eta = 0.7;
        ck_ok(lgd_penalty_elastic_box_create(&p, l1, l2, 1, &low, &high));
        /* prox: eta h(u) + (u - w)^2/2 = eta l1 |u| + (eta l2 + 1)/2 u^2 - w u + ... */
        double w = 2 * u[4];
        const real near = lowest_within(low, high, w, eta * l1, eta * l2 + 1);
        ck_ok(lgd_penalty_prox(p, 1, eta, NULL, &w));
        ck_assert_msg(fabsl(w - near) < 1e-8L, "%g, not %Lg", w, near); /* a value hardly changes near its minimum */
        ck_near(value_at(p, 1, &w), l1 * fabsl((real)w) + l2 / 2 * (real)w * w, 1e-15);
        const double conjugate = conjugate_at(p, 1, &u[4], &scale);
        const real at = lowest_within(low, high, u[4], l1, l2);
        ck_near(conjugate, -of_box(at, u[4], l1, l2), 1e-12);
        ck_assert(scale == 1);
        lgd_penalty_free(p);
    }
}
END_TEST

START_TEST(elastic_box_without_a_bound_conjugate_scaled)
{
    const double low[] = {0, -1}, v[] = {4, -7}, w[] = {-3, 0.5};
    double scale, x[] = {-3, 0.5}, l1[2], l2[2], lower[2], upper[2];
    lgd_penalty *p;
    lgd_penalised at_work;
    ck_ok(lgd_penalty_elastic_box_create(&p, 2, 0, 2, low, NULL));
    ck_near(conjugate_at(p, 2, v, &scale), 3.5 - 2, 1e-15); /* of (2, -3.5) */
    ck_assert(scale == 0.5);
    ck_assert(conjugate_at(p, 2, (const double[]){-9, 2}, &scale) == 0 && scale == 1);
    ck_assert(value_at(p, 2, w) == inf);
    ck_ok(lgd_penalised_create(&at_work, p, 2, 0, 0)); /* a start outside goes to the nearest point, not to the prox */
    ck_ok(lgd_penalised_enter(&at_work, NULL, x));
    ck_assert(x[0] == 0 && x[1] == 0.5);
    lgd_penalised_free(&at_work);
    lgd_penalty_coordinates(p, 2, l1, l2, lower, upper);
    ck_assert(l1[1] == 2 && l2[1] == 0 && lower[0] == 0 && lower[1] == -1 && upper[0] == inf);
    lgd_penalty_free(p);
    ck_ok(lgd_penalty_box_create(&p, 2, low, NULL)); /* what l1 and bounds say is enough */
    lgd_penalty_coordinates(p, 2, l1, l2, lower, upper);
    ck_assert(l1[1] == 0 && lower[1] == -1 && upper[1] == inf);
    lgd_penalty_free(p);
}
END_TEST

START_TEST(box_other_count_refused_with_the_number_penalised)
{
    const double low[5] = {0}, w[5] = {1, 1, 1, 1, 1};
    double value;
    lgd_penalty *p;
    lgd_penalised at_work;
    ck_ok(lgd_penalty_box_create(&p, 5, low, NULL));
    ck_assert_double_eq(value_at(p, 5, w), 0);
    ck_fails(lgd_penalty_value(p, 4, w, &value), LGD_EINVAL,
             "box: count is 5, 4 or 1 is accepted: that many coordinates are penalised (an unpenalised intercept is "
             "not among "
             "them)");
    ck_fails(lgd_penalised_create(&at_work, p, 5, 4, 1), LGD_EINVAL, "box: count is 5, 4 or 1 is accepted");
    lgd_penalty_free(p);
    ck_ok(lgd_penalty_box_create(&p, 1, low, NULL)); /* one pair for all */
    ck_assert_double_eq(value_at(p, 5, w), 0);
    lgd_penalty_free(p);
}
END_TEST

START_TEST(groups_and_ranges_that_meet_or_are_empty_refused)
{
    const double zeros[3] = {0};
    lgd_penalty *p, *l1, *box;
    ck_ok(lgd_penalty_l1_create(&l1, 1));
    ck_ok(lgd_penalty_box_create(&box, 3, zeros, NULL));
    const lgd_penalty_group meet[] = {{5, 3, 0}, {0, 2, 0}, {1, 4, 0}}, empty[] = {{0, 2, 0}, {7, 0, 0}},
                            heavy[] = {{0, 2, 1}, {2, 2, inf}}, light[] = {{0, 2, -1}},
                            fine[] = {{3, 2, LGD_ZERO}, {0, 3, 2}};
    const lgd_penalty_range met[] = {{l1, 2, 3}, {l1, 4, 1}}, void_[] = {{l1, 1, 0}},
                            null[] = {{l1, 0, 1}, {NULL, 1, 1}}, far[] = {{l1, 3, 2}},
                            wrong[] = {{l1, 0, 1}, {box, 1, 2}}, huge[] = {{l1, SIZE_MAX, 2}};
    const double w[4] = {1, 2, 3, 4};
    double value;
    REFUSED(lgd_penalty_group_l1_create(&p, 1, meet, 3),
            "group_l1: the group 1 + 4 overlaps the group 0 + 2, ranges apart are accepted");
    REFUSED(lgd_penalty_group_l1_create(&p, 1, empty, 2),
            "group_l1: group 1 is 7 + 0, a range of at least one coordinate is accepted");
    REFUSED(lgd_penalty_group_l1_create(&p, 1, heavy, 2),
            "group_l1: weight of group 1 is inf, a finite number at least 0");
    REFUSED(lgd_penalty_group_l1_create(&p, 1, light, 1), "group_l1: weight of group 0 is -1");
    REFUSED(lgd_penalty_group_l1_create(&p, 1, NULL, 1), "group_l1: groups is NULL, one group or more is accepted");
    REFUSED(lgd_penalty_group_l1_create(&p, 1, fine, 0), "group_l1: count is 0");
    REFUSED(lgd_penalty_ranges_create(&p, met, 2),
            "ranges: the range 4 + 1 overlaps the range 2 + 3, ranges apart are accepted");
    REFUSED(lgd_penalty_ranges_create(&p, void_, 1), "ranges: range 0 is 1 + 0, a range of at least one");
    REFUSED(lgd_penalty_ranges_create(&p, huge, 1), "ranges: range 0 is 18446744073709551615 + 2");
    REFUSED(lgd_penalty_ranges_create(&p, null, 2), "ranges: penalty of range 1 is NULL, a penalty is accepted");
    REFUSED(lgd_penalty_ranges_create(&p, NULL, 1), "ranges: ranges is NULL, one range or more is accepted");
    REFUSED(lgd_penalty_ranges_create(&p, met, 0), "ranges: count is 0");
    ck_ok(lgd_penalty_ranges_create(&p, far, 1)); /* how many there are is known at work */
    ck_fails(lgd_penalty_value(p, 4, w, &value), LGD_EINVAL,
             "ranges: a range is 3 + 2, a range within the 4 coordinates that are penalised is accepted");
    lgd_penalty_free(p);
    ck_ok(lgd_penalty_ranges_create(&p, wrong, 2));
    ck_fails(lgd_penalty_value(p, 4, w, &value), LGD_EINVAL, "box: count is 3, 2 or 1 is accepted");
    lgd_penalty_free(p);
    ck_ok(lgd_penalty_group_l1_create(&p, 1, fine, 2)); /* touching, in any order, one without a weight */
    ck_fails(lgd_penalty_value(p, 4, w, &value), LGD_EINVAL,
             "group_l1: a group is 3 + 2, a range within the 4 coordinates");
    lgd_penalty_free(p);
    lgd_penalty_free(l1);
    lgd_penalty_free(box);
}
END_TEST

START_TEST(structs_of_an_older_and_a_newer_header_taken)
{
    typedef struct longer {
        lgd_penalty_group group;
        double beyond;
    } longer;
    const longer groups[] = {{{0, 1, 1}, 0}, {{1, 1, 1}, 0}}, set[] = {{{0, 1, 1}, 3}};
    lgd_penalty *p;
    const double w[2] = {3, -4};
    ck_ok(lgd_penalty_group_l1_create_sized(&p, 2, &groups[0].group, 2, sizeof *groups));
    ck_assert_double_eq(value_at(p, 2, w), 14);
    lgd_penalty *part = p;
    ck_fails(lgd_penalty_group_l1_create_sized(&p, 2, &set[0].group, 1, sizeof *set), LGD_EUNSUPPORTED,
             "older than the header");
    ck_assert_ptr_null(p);
    ck_ok(lgd_penalty_ranges_create_sized(&p, &(lgd_penalty_range){part, 0, 2}, 1, sizeof(lgd_penalty_range)));
    ck_assert_double_eq(value_at(p, 2, w), 14);
    lgd_penalty_free(p);
    lgd_penalty_free(part);
}
END_TEST

START_TEST(value_and_prox_bad_arguments_refused_w_untouched)
{
    for (size_t kind = 0; kind < 9; kind++) {
        lgd_penalty *p = made(kind, 0.5);
        double w[N] = {1, 2, 3, 4, 5, 6}, each[N] = {1, 1, 1, 1, 1, 1}, value;
        const double before[N] = {1, 2, 3, 4, 5, 6};
        ck_fails(lgd_penalty_prox(p, N, 0, NULL, w), LGD_EINVAL, "eta is 0, a finite number above 0 is accepted");
        ck_fails(lgd_penalty_prox(p, N, -1, NULL, w), LGD_EINVAL, "eta is -1");
        ck_fails(lgd_penalty_prox(p, N, NAN, NULL, w), LGD_EINVAL, "eta is nan");
        ck_fails(lgd_penalty_prox(p, N, inf, NULL, w), LGD_EINVAL, "eta is inf");
        const double bad[] = {-1, NAN, inf};
        for (size_t i = 0; i < 3; i++) {
            each[4] = bad[i];
            ck_fails(lgd_penalty_prox(p, N, 1, each, w), LGD_EINVAL, "eta_each[4] is ");
        }
        ck_assert_mem_eq(w, before, sizeof w);
        w[3] = NAN;
        ck_fails(lgd_penalty_prox(p, N, 1, NULL, w), LGD_EINVAL, ": w[3] is nan, a finite number is accepted");
        ck_fails(lgd_penalty_value(p, N, w, &value), LGD_EINVAL, ": w[3] is nan, a finite number is accepted");
        w[3] = -inf;
        ck_fails(lgd_penalty_prox(p, N, 1, NULL, w), LGD_EINVAL, ": w[3] is -inf, a finite number is accepted");
        ck_assert_double_eq(w[2], 3);
        ck_fails(lgd_penalty_prox(p, N, 1, NULL, NULL), LGD_EINVAL, "w is NULL");
        ck_fails(lgd_penalty_prox(NULL, N, 1, NULL, w), LGD_EINVAL, "p is NULL");
        ck_fails(lgd_penalty_value(p, N, before, NULL), LGD_EINVAL, "value is NULL");
        ck_fails(lgd_penalty_value(p, 0, w, &value), LGD_EINVAL, "n is 0");
        lgd_penalty_free(p);
    }
    lgd_penalty_free(NULL);
}
END_TEST

START_TEST(simplex_of_no_coordinates_refused)
{
    lgd_penalised at_work;
    lgd_penalty *p = made(8, 1), *ball = made(4, 1);
    ck_fails(lgd_penalised_create(&at_work, p, 1, 0, 1), LGD_EINVAL,
             "simplex: 0 coordinates are penalised, one or more is accepted: no numbers have the sum 1");
    ck_ok(lgd_penalised_create(&at_work, ball, 1, 0, 1)); /* nothing is within any ball */
    ck_assert_double_eq(lgd_penalised_value(&at_work, (const double[]){9}), 0);
    lgd_penalised_free(&at_work);
    lgd_penalty_free(p);
    lgd_penalty_free(ball);
}
END_TEST

START_TEST(names_as_the_functions_say)
{
    static const char *const names[] = {"l1",      "elastic_net", "group_l1",     "total_variation", "l1_ball",
                                        "l2_ball", "box",         "non_negative", "simplex",         "elastic_box"};
    for (size_t kind = 0; kind < 10; kind++) {
        lgd_penalty *p = made(kind, 1), *r;
        ck_assert_str_eq(lgd_penalty_name(p), names[kind]);
        ck_ok(lgd_penalty_ranges_create(&r, &(lgd_penalty_range){p, 0, N}, 1));
        ck_assert_str_eq(lgd_penalty_name(r), "ranges");
        lgd_penalty_free(r);
        lgd_penalty_free(p);
    }
    ck_assert_str_eq(lgd_penalty_name(NULL), "");
}
END_TEST

/* ---- values */

START_TEST(values_as_the_formulas_say)
{
    const double w[N] = {3, -4, 0, 1, -2, 2};
    const double norms[] = {2 * 12, 2 * 12 + 34, 2 * (sqrt(2) * sqrt(8) + 0.5 * 5), 2 * (7 + 4 + 1 + 3 + 4)};
    for (size_t kind = 0; kind < 4; kind++) {
        lgd_penalty *p = made(kind, 2);
        ck_near(value_at(p, N, w), norms[kind], 1e-15);
        lgd_penalty_free(p);
    }
    for (size_t kind = 4; kind < 9; kind++) {
        lgd_penalty *p = made(kind, 2);
        ck_assert_double_eq(value_at(p, N, w), inf);
        lgd_penalty_free(p);
    }
    const struct {
        size_t kind;
        double strength, w[N], value;
    } at[] = {
        {4, 12, {3, -4, 0, 1, -2, 2}, 0},
        {4, 12 - 1e-12, {3, -4, 0, 1, -2, 2}, inf},
        {5, sqrt(34), {3, -4, 0, 1, -2, 2}, 0},
        {5, sqrt(34) - 1e-12, {3, -4, 0, 1, -2, 2}, inf},
        {6, 1, {-1, 0, 3, 1e300, 0.25, 0.5}, 0},
        {6, 1, {-1, 0, 3, 1e300, 0.25, 0.5 + 1e-15}, inf},
        {6, 1, {-1, -1e-300, 3, 1e300, 0.25, 0.5}, inf},
        {7, 1, {0, -0.0, 1, 1, 1, 1}, 0},
        {7, 1, {0, 0, 0, 0, 0, -5e-324}, inf},
        {8, 2, {0, 0, 0.5, 0.5, 0.25, 0.75}, 0},
        {8, 2, {0, 0, 0.5, 0.5, 0.25, 0.75 + 1e-13}, inf},
        {8, 2, {0, 0, 0.5, 0.5, 0.25, 0.75 - 1e-13}, inf},
        {8, 2, {-1e-300, 0, 0.5, 0.5, 0.25, 0.75}, inf},
        {4, 0, {0, -0.0}, 0},
        {4, 0, {1e-300}, inf},
        {5, 0, {0, -0.0}, 0},
        {5, 0, {1e-300}, inf},
        {4, 1e308, {1e308, 1e308, 1e308}, inf},
        {5, 1e308, {1.7e308, 1.7e308}, inf},
        {4, inf, {1e308, 1e308, 1e308}, 0},
        {5, inf, {1.7e308, 1.7e308}, 0},
        {1, 1e-200, {1e200}, 5e199}, /* where a sum of squares leaves the range of numbers and the value does not */
        {1, 1e300, {1e-300}, 1},
    };
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        lgd_penalty *p = made(at[i].kind, at[i].strength);
        const double value = value_at(p, N, at[i].w);
        ck_assert_msg(value == at[i].value || fabs(value - at[i].value) <= 1e-15 * at[i].value, "row %zu: %.17g", i,
                      value);
        lgd_penalty_free(p);
    }
}
END_TEST

/* ---- the ends of a strength */

static const double etas[][N] = {{0}, {1, 2, 0.5, 3, 1e-3, 1e3}, {1, 0, 2, 0, 1, 1}};

START_TEST(strength_0_or_radius_infinite_all_bits_stay)
{
    const double w[N] = {-0.0, 5e-324, -1e300, 3, 0, DBL_MAX};
    for (size_t kind = 0; kind < 6; kind++)
        for (size_t i = 0; i < 3; i++) {
            double u[N], scale, v[N] = {0};
            lgd_penalty *p = made(kind, kind < 4 ? 0 : inf);
            memcpy(u, w, sizeof u);
            ck_ok(lgd_penalty_prox(p, N, 0.7, i ? etas[i] : NULL, u));
            ck_assert_mem_eq(u, w, sizeof u);
            ck_assert_double_eq(value_at(p, N, w), 0);
            ck_assert_double_eq(conjugate_at(p, N, v, &scale), 0); /* finite at 0 alone */
            ck_assert_double_eq(scale, 1);
            v[1] = 2;
            ck_assert_double_eq(conjugate_at(p, N, v, &scale), kind == 1 ? 0 : 0);
            ck_assert_double_eq(scale, 0);
            lgd_penalty_free(p);
        }
}
END_TEST

START_TEST(strength_infinite_or_radius_0_nothing_is_left)
{
    const double w[N] = {-1, 2, -3e300, 4, 5e-324, 6};
    for (size_t kind = 0; kind < 6; kind++)
        for (size_t i = 0; i < 2; i++) {
            double u[N], scale, v[N] = {1, -2, 3, kind == 2 ? 0 : -2, 1, -1};
            lgd_penalty *p = made(kind, kind < 4 ? inf : 0);
            ck_assert(p->ops.flags & LGD_CONSTRAINT); /* a start is brought within, and any eta will do */
            memcpy(u, w, sizeof u);
            ck_ok(lgd_penalty_prox(p, N, 0.7, i ? etas[i] : NULL, u));
            ck_assert_double_eq(value_at(p, N, u), 0);
            ck_assert_double_eq(value_at(p, N, w), inf);
            for (size_t j = 0; j < N; j++)
                ck_assert_msg(kind == 3             ? u[j] == u[0] && u[0] < 0
                              : kind == 2 && j == 3 ? u[j] == 4
                                                    : u[j] == 0 && !signbit(u[j]),
                              "kind %zu: u[%zu] is %g", kind, j, u[j]);
            ck_assert_double_eq(conjugate_at(p, N, v, &scale), 0);
            ck_assert_double_eq(scale, 1);
            lgd_penalty_free(p);
        }
    double u[N] = {3, -4, 5, -6, 0, 0}; /* a group whose norm is not 0, since one of it does not move */
    lgd_penalty *p = made(2, inf);
    ck_ok(lgd_penalty_prox(p, N, 1, (double[N]){0, 1, 1, 1, 1, 1}, u));
    ck_assert(u[0] == 3 && u[1] == 0 && !signbit(u[1]) && u[2] == 0);
    lgd_penalty_free(p);
    ck_ok(lgd_penalty_elastic_net_create(&p, 0.5, inf));
    ck_ok(lgd_penalty_prox(p, 1, 1, NULL, &u[3]));
    ck_assert(u[3] == 0 && !signbit(u[3]));
    lgd_penalty_free(p);
}
END_TEST

/* The coordinates before and after it are those there are; its own bits stay, and its rates are looked at by nobody. */
START_TEST(spared_range_anywhere_as_if_it_were_not_there)
{
    enum { SPARED = 2, DIM = N + SPARED };
    for (size_t kind = 0; kind < 9; kind++)
        for (size_t first = 0; first <= N; first++)
            for (int each = 0; each < 2; each++) {
                double u[N], rate[N], w[DIM], rates[DIM], scale, own_scale;
                fill(7 * first + kind, N, -2, 2, u);
                fill(first, N, 0.1, 3, rate);
                for (size_t j = 0; j < DIM; j++) {
                    const bool spared = j >= first && j < first + SPARED;
                    w[j] = spared ? 1e3 : u[j < first ? j : j - SPARED];
                    rates[j] = spared ? (double)NAN : rate[j < first ? j : j - SPARED];
                }
                lgd_penalised at_work;
                lgd_penalty *p = made(kind, 0.7);
                ck_ok(lgd_penalised_create(&at_work, p, DIM, first, SPARED));
                ck_assert_double_eq(lgd_penalised_value(&at_work, w), value_at(p, N, u));
                ck_assert_double_eq(lgd_penalised_conjugate(&at_work, w, &scale), conjugate_at(p, N, u, &own_scale));
                ck_assert_double_eq(scale, own_scale);
                ck_ok(lgd_penalised_prox(&at_work, 0.3, each ? rates : NULL, w));
                ck_ok(lgd_penalty_prox(p, N, 0.3, each ? rate : NULL, u));
                ck_assert_msg(!memcmp(w, u, first * sizeof *w) &&
                                  !memcmp(w + first + SPARED, u + first, (N - first) * sizeof *w),
                              "kind %zu, spared from %zu on", kind, first);
                ck_assert(w[first] == 1e3 && w[first + 1] == 1e3);
                lgd_penalised_free(&at_work);
                lgd_penalty_free(p);
            }
}
END_TEST

START_TEST(variation_infinite_mean_weighted_with_1_over_eta)
{
    const double each[3] = {1, 0.5, 0.25}, fixed[3] = {1, 0, 2};
    double w[3] = {7, 0, 3.5}, u[3] = {7, 1.25, 3.5};
    lgd_penalty *p = made(3, inf);
    ck_ok(lgd_penalty_prox(p, 3, 1, each, w));
    ck_near(w[1], 3, 1e-15);
    ck_assert(w[0] == w[1] && w[1] == w[2]);
    ck_ok(lgd_penalty_prox(p, 3, 1, fixed, u)); /* one that stays draws all others to it */
    ck_assert(u[0] == 1.25 && u[1] == 1.25 && u[2] == 1.25);
    lgd_penalty_free(p);
}
END_TEST

/* ---- bits */

START_TEST(prox_of_a_point_within_keeps_its_bits)
{
    for (size_t kind = 4; kind < 9; kind++)
        for (uint64_t seed = 1; seed <= 50; seed++)
            for (size_t i = 0; i < 2; i++) {
                double w[N], once[N];
                lgd_penalty *p = made(kind, 0.7);
                fill(seed, N, kind < 7 ? -1 : -0.2, 1, w);
                ck_ok(lgd_penalty_prox(p, N, 0.3, i ? etas[i] : NULL, w));
                ck_assert_double_eq(value_at(p, N, w), 0);
                memcpy(once, w, sizeof w);
                ck_ok(lgd_penalty_prox(p, N, 5, i ? NULL : etas[1], w));
                ck_assert_mem_eq(w, once, sizeof w);
                lgd_penalty_free(p);
            }
}
END_TEST

START_TEST(coordinates_of_eta_0_keep_their_bits)
{
    for (size_t kind = 0; kind < 9; kind++)
        for (uint64_t seed = 1; seed <= 50; seed++) {
            double w[N], u[N];
            const double each[N] = {0, 1, 0, 2, 3, 0};
            lgd_penalty *p = made(kind, 1);
            fill(seed, N, -0.3, 0.3, w);
            for (size_t j = 0; j < N; j++)
                w[j] = kind == 8 ? fabs(w[j]) : w[j];
            memcpy(u, w, sizeof w);
            ck_ok(lgd_penalty_prox(p, N, 1, each, u));
            for (size_t j = 0; j < N; j++)
                ck_assert(each[j] > 0 || u[j] == w[j]);
            memcpy(u, w, sizeof w); /* nothing moves: nothing is asked, nothing is said */
            ck_ok(lgd_penalty_prox(p, N, 1, etas[0], u));
            ck_assert_mem_eq(u, w, sizeof w);
            lgd_penalty_free(p);
        }
}
END_TEST

START_TEST(all_rates_equal_bits_of_one_rate)
{
    const double each[N] = {0.3, 0.3, 0.3, 0.3, 0.3, 0.3};
    for (size_t kind = 0; kind < 9; kind++) {
        double w[N], u[N];
        lgd_penalty *p = made(kind, 0.7);
        fill(kind, N, -2, 2, w);
        memcpy(u, w, sizeof w);
        ck_ok(lgd_penalty_prox(p, N, 0.3, NULL, w));
        ck_ok(lgd_penalty_prox(p, N, NAN, each, u));
        for (size_t j = 0; j < N; j++) /* the root of a secular equation is found otherwise */
            ck_assert(kind == 2 ? fabs(u[j] - w[j]) <= 4e-16 : u[j] == w[j]);
        lgd_penalty_free(p);
    }
}
END_TEST

START_TEST(coordinates_that_stay_leave_no_point_refused)
{
    const double each[N] = {0, 0, 1, 1, 1, 1}, before[N] = {3, 4, 1, 1, 1, 1};
    double w[N] = {3, 4, 1, 1, 1, 1};
    lgd_penalty *l1 = made(4, 6), *l2 = made(5, 4.5), *simplex = made(8, 6), *fits = made(5, 5), *sum = made(8, 0.3);
    ck_fails(
        lgd_penalty_prox(l1, N, 1, each, w), LGD_EINVAL,
        "l1_ball: |w|_1 of the coordinates that do not move is 7, which leaves no point within; at most 6 is accepted");
    ck_fails(lgd_penalty_prox(l2, N, 1, each, w), LGD_EINVAL,
             "l2_ball: |w|_2 of the coordinates that do not move is 5, which");
    ck_fails(lgd_penalty_prox(simplex, N, 1, each, w), LGD_EINVAL,
             "simplex: the sum of the coordinates that do not move is 7");
    ck_assert_mem_eq(w, before, sizeof w);
    ck_ok(lgd_penalty_prox(fits, N, 1, each, w)); /* just: for the others 0 is left */
    for (size_t j = 0; j < N; j++)
        ck_assert_double_eq(w[j], j < 2 ? before[j] : 0);
    double tenths[3] = {0.1, 0.2, 5}; /* which add up to more than 0.3, by their rounding */
    ck_ok(lgd_penalty_prox(sum, 3, 1, each, tenths));
    ck_assert(tenths[0] == 0.1 && tenths[1] == 0.2 && tenths[2] == 0);
    w[1] = -1;
    ck_fails(lgd_penalty_prox(simplex, N, 1, each, w), LGD_EINVAL,
             "simplex: w[1] does not move and is -1, a number at least 0 is accepted");
    lgd_penalty_free(l1);
    lgd_penalty_free(l2);
    lgd_penalty_free(simplex);
    lgd_penalty_free(fits);
    lgd_penalty_free(sum);
}
END_TEST

/* ---- numbers at the ends of their range */

START_TEST(projections_of_any_numbers_within)
{
    static const double numbers[] = {0,  -0.0, 5e-324, 1e-308, 1e-300, 1e-16,   1,       1,
                                     -1, 3,    1e16,   1e300,  -1e300, DBL_MAX, -DBL_MAX};
    static const double sizes[] = {5e-324, 1e-300, 1e-20, 1, 1e20, 1e300, 1.7e308};
    static const double rates[] = {5e-324, 1e-300, 1e-10, 1, 1, 1, 1e10, 1e300, DBL_MAX};
    uint64_t seed = 0;
    for (size_t kind = 4; kind < 9; kind++)
        for (int i = 0; i < 4000; i++) {
            double w[N], each[N], r[2 * N + 1];
            fill(++seed, 2 * N + 1, 0, 1, r);
            for (size_t j = 0; j < N; j++) {
                w[j] = numbers[(size_t)(r[j] * 15)];
                each[j] = rates[(size_t)(r[N + j] * 9)];
            }
            lgd_penalty *p = made(kind, sizes[(size_t)(r[2 * N] * 7)]);
            ck_ok(lgd_penalty_prox(p, N, 1, i % 2 ? each : NULL, w));
            ck_assert_msg(value_at(p, N, w) == 0, "kind %zu, case %d", kind, i);
            lgd_penalty_free(p);
        }
}
END_TEST

START_TEST(norms_of_any_numbers_finite_and_not_beyond)
{
    static const double numbers[] = {0,  -0.0, 5e-324, 1e-308, 1e-300, 1e-16,   1,       1,
                                     -1, 3,    1e16,   1e300,  -1e300, DBL_MAX, -DBL_MAX};
    static const double sizes[] = {5e-324, 1e-300, 1e-20, 1, 1e20, 1e300, 1.7e308};
    static const double rates[] = {0, 5e-324, 1e-300, 1e-10, 1, 1, 1e10, 1e300, DBL_MAX};
    uint64_t seed = 0;
    for (size_t kind = 0; kind < 4; kind++)
        for (int i = 0; i < 4000; i++) {
            double w[N], each[N], r[2 * N + 1], before[N], most = -inf, least = inf;
            fill(++seed, 2 * N + 1, 0, 1, r);
            for (size_t j = 0; j < N; j++) {
                before[j] = w[j] = numbers[(size_t)(r[j] * 15)];
                each[j] = rates[(size_t)(r[N + j] * 9)];
                most = fmax(most, w[j]);
                least = fmin(least, w[j]);
            }
            lgd_penalty *p = made(kind, sizes[(size_t)(r[2 * N] * 7)]);
            ck_ok(lgd_penalty_prox(p, N, 1, i % 2 ? each : NULL, w));
            for (size_t j = 0; j < N; j++)
                ck_assert_msg(kind == 3 ? w[j] >= least && w[j] <= most
                                        : fabs(w[j]) <= fabs(before[j]) && w[j] * before[j] >= 0,
                              "kind %zu, case %d: %g from %g", kind, i, w[j], before[j]);
            lgd_penalty_free(p);
        }
}
END_TEST

START_TEST(projections_large_beside_the_set_exact)
{
    double ties[2] = {1e300, 1e300}, apart[2] = {1e300, nextafter(1e300, inf)}, near[3] = {1e16, 1e16 + 2, -5},
           ball[3] = {-1e16, 1e16 + 2, 5}, line[2] = {3e300, -4e300};
    lgd_penalty *simplex = made(8, 3), *l1 = made(4, 3), *l2 = made(5, 5e-300);
    ck_ok(lgd_penalty_prox(simplex, 2, 1, NULL, ties));
    ck_assert(ties[0] == 1.5 && ties[1] == 1.5);
    ck_ok(lgd_penalty_prox(simplex, 2, 1, NULL, apart));
    ck_assert(apart[0] == 0 && apart[1] == 3);
    ck_ok(lgd_penalty_prox(simplex, 3, 1, NULL, near));
    ck_assert(near[0] == 0.5 && near[1] == 2.5 && near[2] == 0);
    ck_ok(lgd_penalty_prox(l1, 3, 1, NULL, ball));
    ck_assert(ball[0] == -0.5 && ball[1] == 2.5 && ball[2] == 0);
    ck_ok(lgd_penalty_prox(l2, 2, 1, NULL, line));
    ck_near(line[0] / 3e-300, 1, 1e-15);
    ck_near(line[1] / -4e-300, 1, 1e-15);
    double slow[3] = {1e250, -1e300, 1}; /* over their rates both are more than a number can be */
    ck_ok(lgd_penalty_prox(l1, 3, 1, (double[]){0x1p-400, 0x1p-400, 1}, slow));
    ck_assert(slow[0] == 0 && slow[1] == -3 && slow[2] == 0);
    lgd_penalty_free(simplex);
    lgd_penalty_free(l1);
    lgd_penalty_free(l2);
}
END_TEST

START_TEST(one_coordinate_and_all_equal_as_by_hand)
{
    double one[] = {-3}, same[N] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, again[N] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    lgd_penalty *simplex = made(8, 3), *l1 = made(4, 2), *l2 = made(5, 2), *variation = made(3, 5);
    ck_ok(lgd_penalty_prox(l1, 1, 1, NULL, one));
    ck_assert_double_eq(one[0], -2);
    one[0] = 7;
    ck_ok(lgd_penalty_prox(l2, 1, 1, NULL, one));
    ck_assert_double_eq(one[0], 2);
    one[0] = -7;
    ck_ok(lgd_penalty_prox(simplex, 1, 1, NULL, one));
    ck_assert_double_eq(one[0], 3);
    ck_ok(lgd_penalty_prox(variation, 1, 1, NULL, one));
    ck_assert_double_eq(one[0], 3);
    ck_ok(lgd_penalty_prox(simplex, N, 1, NULL, same));
    ck_ok(lgd_penalty_prox(variation, N, 1, etas[1], again)); /* is constant: bits stay */
    for (size_t j = 0; j < N; j++)
        ck_assert(same[j] == 0.5 && again[j] == 0.1);
    lgd_penalty_free(simplex);
    lgd_penalty_free(l1);
    lgd_penalty_free(l2);
    lgd_penalty_free(variation);
}
END_TEST

/* ---- conjugates by hand; at random: suite prox */

START_TEST(conjugates_where_they_are_finite)
{
    const double v[N] = {3, -4, 0, 0, 0, 0}, one_sided[N] = {-1, -4, 0, 0, 0, 0}, low[N] = {-2, -2, 0, 0, 0, 0},
                 high[N] = {1, inf, 1, 1, 1, 1};
    double scale;
    lgd_penalty *p = made(2, 1); /* groups of weights 0.5 and the root of 2; w[3] in none */
    ck_assert_double_eq(conjugate_at(p, N, v, &scale), 0);
    ck_assert_double_eq(scale, 0.1);
    ck_assert_double_eq(conjugate_at(p, N, (const double[N]){0, 0, 0, 1}, &scale), 0);
    ck_assert_double_eq(scale, 0);
    lgd_penalty_free(p);
    p = made(3, 1); /* sums 3, -1, -1, ... that end elsewhere than in 0, and such that do */
    conjugate_at(p, N, v, &scale);
    ck_assert_double_eq(scale, 0);
    conjugate_at(p, N, (const double[N]){3, -4, 0, 0, 0.5, 0.5}, &scale);
    ck_near(scale, 1 / 3.0L, 1e-15);
    lgd_penalty_free(p);
    ck_ok(lgd_penalty_box_create(&p, N, low, high));
    ck_assert_double_eq(conjugate_at(p, N, v, &scale), 3 * 1 + -4 * -2);
    ck_assert_double_eq(scale, 1);
    ck_assert_double_eq(conjugate_at(p, N, (const double[N]){1, 1e-9}, &scale), 0); /* the second has no bound above */
    ck_assert_double_eq(scale, 0);
    lgd_penalty_free(p);
    p = made(7, 1);
    conjugate_at(p, N, v, &scale);
    ck_assert_double_eq(scale, 0);
    ck_assert_double_eq(conjugate_at(p, N, one_sided, &scale), 0);
    ck_assert_double_eq(scale, 1);
    lgd_penalty_free(p);
    const double expected[] = {2 * 4, 2 * 5, 2 * 3};
    for (size_t i = 0; i < 3; i++) {
        p = made(i < 2 ? 4 + i : 8, 2);
        ck_assert_double_eq(conjugate_at(p, N, v, &scale), expected[i]);
        ck_assert_double_eq(scale, 1);
        lgd_penalty_free(p);
    }
    p = made(1, 1e300); /* squares that leave the range of numbers, where the conjugate does not */
    ck_near(conjugate_at(p, 1, (const double[]){3e300}, &scale) / 2e300, 1, 1e-15);
    lgd_penalty_free(p);
}
END_TEST

/* ---- ranges */

START_TEST(ranges_each_as_if_it_were_all)
{
    for (uint64_t seed = 0; seed < 81; seed++)
        for (size_t i = 0; i < 2; i++) {
            double w[2 * N + 3], u[2 * N + 3], each[2 * N + 3], sum = 0, scale, scales[2], conjugate, parts[2];
            lgd_penalty *a = made(seed % 9, 0.5), *b = made(seed / 9, 1.5), *r;
            const lgd_penalty_range ranges[] = {{b, N + 2, N}, {a, 1, N}};
            ck_ok(lgd_penalty_ranges_create(&r, ranges, 2));
            fill(3 * seed, 2 * N + 3, -2, 2, w);
            fill(3 * seed + 1, 2 * N + 3, 0.1, 2, each);
            memcpy(u, w, sizeof u);
            ck_ok(lgd_penalty_prox(r, 2 * N + 3, 0.3, i ? each : NULL, u));
            ck_ok(lgd_penalty_prox(a, N, 0.3, i ? each + 1 : NULL, w + 1));
            ck_ok(lgd_penalty_prox(b, N, 0.3, i ? each + N + 2 : NULL, w + N + 2));
            ck_assert_mem_eq(u, w, sizeof u); /* those in no range too */
            sum = value_at(b, N, w + N + 2) + value_at(a, N, w + 1);
            ck_near(value_at(r, 2 * N + 3, w), sum, 1e-15);
            ck_assert_uint_eq(r->ops.flags, a->ops.flags & b->ops.flags);
            w[0] = w[N + 1] = w[2 * N + 2] = 0;
            conjugate = conjugate_at(r, 2 * N + 3, w, &scale);
            parts[0] = conjugate_at(a, N, w + 1, &scales[0]);
            parts[1] = conjugate_at(b, N, w + N + 2, &scales[1]);
            ck_assert_double_eq(scale, fmin(scales[0], scales[1]));
            if (scales[0] == scales[1] && scale > 0)
                ck_near(conjugate, parts[0] + parts[1], 1e-15);
            else if (scale > 0) { /* at that scale it is no larger than what is said */
                for (size_t j = 0; j < 2 * N + 3; j++)
                    w[j] *= scale * (1 - 1e-12);
                const double there = conjugate_at(a, N, w + 1, &scales[0]) + conjugate_at(b, N, w + N + 2, &scales[1]);
                ck_assert(scales[0] == 1 && scales[1] == 1 && there <= conjugate + 1e-11 * fabs(conjugate));
            }
            w[N + 1] = 1;
            ck_assert_double_eq(conjugate_at(r, 2 * N + 3, w, &scale), 0);
            ck_assert_double_eq(scale, 0);
            lgd_penalty_free(r);
            lgd_penalty_free(b);
            lgd_penalty_free(a);
        }
}
END_TEST

START_TEST(ranges_with_a_constraint_start_brought_within_it_alone)
{
    const double low = 0, high = 1, each[] = {1, 1, 1, 0, 1, 1, 1, 1}, still[] = {1, 1, 1, 1, 0, 1, 1, 1};
    double w[] = {9, -7, 0.5, 8, 3, 4, -2, 6}, again[8];
    const double expected[] = {9, -7, 0.5, 8, 1, 1, 0, 6};
    lgd_penalty *l1, *box, *inner, *outer;
    lgd_penalised at_work;
    ck_ok(lgd_penalty_l1_create(&l1, 1));
    ck_ok(lgd_penalty_box_create(&box, 1, &low, &high));
    ck_ok(lgd_penalty_ranges_create(&inner, (const lgd_penalty_range[]){{l1, 0, 2}, {box, 3, 3}}, 2));
    ck_ok(lgd_penalty_ranges_create(&outer, (const lgd_penalty_range[]){{inner, 1, 6}}, 1)); /* ranges of ranges */
    ck_ok(lgd_penalised_create(&at_work, outer, 8, 0, 0));
    memcpy(again, w, sizeof w);
    ck_ok(lgd_penalised_enter(&at_work, each, w));
    ck_assert_mem_eq(w, expected, sizeof w);
    ck_fails(lgd_penalised_enter(&at_work, still, again), LGD_EINVAL, "ranges: its value at the start is inf");
    ck_assert_double_eq(again[4], 3);
    lgd_penalised_free(&at_work);
    lgd_penalty_free(outer);
    lgd_penalty_free(inner);
    lgd_penalty_free(box);
    lgd_penalty_free(l1);
}
END_TEST

/* ---- your own */

/* |w_j| <= *ctx, with a count of frees; `fail` makes its functions fail. */
typedef struct own {
    double bound;
    int freed;
    bool fail;
} own;

static double own_value(const void *ctx, size_t n, const double *w)
{
    for (size_t j = 0; j < n; j++)
        if (fabs(w[j]) > ((const own *)ctx)->bound)
            return INFINITY;
    return 0;
}

static lgd_status own_prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    const own *o = ctx;
    (void)eta;
    for (size_t j = 0; j < n; j++) {
        work[j] = w[j]; /* has its scratch */
        if (!eta_each || eta_each[j] > 0)
            w[j] = fabs(w[j]) > o->bound ? copysign(o->bound, w[j]) : w[j];
    }
    return o->fail ? lgd_set_error(LGD_EUSER, "own: no more") : LGD_OK;
}

static void own_free(void *ctx)
{
    ((own *)ctx)->freed++;
}

static lgd_status own_check(const void *ctx, size_t n)
{
    (void)ctx;
    return n > 2 ? LGD_EUSER : LGD_OK;
}

static size_t own_work(const void *ctx, size_t n)
{
    (void)ctx;
    return n;
}

START_TEST(own_penalty_called_checked_and_freed)
{
    own o = {.bound = 1};
    const lgd_penalty_ops ops = {.name = "own",
                                 .flags = LGD_SEPARABLE | LGD_CONSTRAINT,
                                 .value = own_value,
                                 .prox = own_prox,
                                 .free = own_free,
                                 .check = own_check,
                                 .work = own_work};
    lgd_penalty_ops half = ops;
    lgd_penalty *p, *r;
    double w[3] = {-3, 0.5, 9}, value;
    ck_ok(lgd_penalty_create(&p, &ops, &o));
    ck_assert_str_eq(lgd_penalty_name(p), "own");
    ck_ok(lgd_penalty_prox(p, 2, 1, NULL, w));
    ck_assert(w[0] == -1 && w[1] == 0.5 && w[2] == 9);
    ck_fails(lgd_penalty_value(p, 3, w, &value), LGD_EUSER, "own: check returned");
    ck_ok(lgd_penalty_ranges_create(&r, &(lgd_penalty_range){p, 1, 2}, 1));
    ck_assert_ptr_null(r->ops.conjugate); /* one has none */
    ck_ok(lgd_penalty_prox(r, 3, 1, NULL, w));
    ck_assert(w[2] == 1);
    o.fail = true;
    ck_fails(lgd_penalty_prox(r, 3, 1, NULL, w), LGD_EUSER, "own: no more");
    ck_fails(lgd_penalty_prox(p, 2, 1, NULL, w), LGD_EUSER, "own: no more");
    lgd_penalty_free(r);
    ck_assert_int_eq(o.freed, 0); /* ranges borrow */
    lgd_penalty_free(p);
    ck_assert_int_eq(o.freed, 1);
    half.prox = NULL;
    REFUSED(lgd_penalty_create(&p, &half, &o), "penalty: ops.prox is NULL, a penalty needs name, value and prox");
    half = ops;
    half.value = NULL;
    REFUSED(lgd_penalty_create(&p, &half, &o), "penalty: ops.value is NULL");
    half.name = NULL;
    REFUSED(lgd_penalty_create_sized(&p, &half, sizeof half, &o), "penalty: ops.name is NULL");
    ck_fails(lgd_penalty_create(NULL, &ops, &o), LGD_EINVAL, "penalty: out is NULL");
    ck_fails(lgd_penalty_simplex_create(NULL, 1), LGD_EINVAL, "penalty: out is NULL");
}
END_TEST

/* ---- memory */

START_TEST(memory_each_allocation_failing)
{
    const lgd_penalty_group groups[] = {{0, 2, 0}, {2, 4, 0}};
    const double w[N] = {1, -2, 3, -4, 5, -6};
    for (size_t kind = 0; kind < 10; kind++)
        for (size_t k = 1;; k++) {
            double u[N], value;
            lgd_penalty *p = (lgd_penalty *)1, *r = NULL;
            memory_watch(k);
            lgd_status status = kind == 0   ? lgd_penalty_l1_create(&p, 1)
                                : kind == 1 ? lgd_penalty_elastic_net_create(&p, 1, 1)
                                : kind == 2 ? lgd_penalty_group_l1_create(&p, 1, groups, 2)
                                : kind == 3 ? lgd_penalty_total_variation_create(&p, 1)
                                : kind == 4 ? lgd_penalty_box_create(&p, 1, NULL, w)
                                : kind == 5 ? lgd_penalty_non_negative_create(&p)
                                : kind == 6 ? lgd_penalty_simplex_create(&p, 1)
                                : kind == 7 ? lgd_penalty_l1_ball_create(&p, 1)
                                : kind == 8 ? lgd_penalty_l2_ball_create(&p, 1)
                                            : lgd_penalty_total_variation_create(&p, 1);
            ck_assert(status ? !p : p != NULL);
            if (!status && kind == 9) {
                r = (lgd_penalty *)1;
                status = lgd_penalty_ranges_create(&r, &(lgd_penalty_range){p, 1, 4}, 1);
                ck_assert(status ? !r : r != NULL);
            }
            memcpy(u, w, sizeof u);
            if (!status)
                status = lgd_penalty_value(r ? r : p, N, u, &value);
            if (!status)
                status = lgd_penalty_prox(r ? r : p, N, 1, NULL, u);
            if (status)
                ck_assert_mem_eq(u, w, sizeof u);
            lgd_penalty_free(r);
            lgd_penalty_free(p);
            ck_assert_uint_eq(memory_live(), 0);
            if (memory_made() < k) {
                ck_assert_msg(status == LGD_OK, "with all its memory: %s", lgd_last_error());
                ck_assert_uint_gt(k, 2);
                break;
            }
            ck_assert_int_eq(status, LGD_ENOMEM);
            ck_assert_ptr_nonnull(strstr(lgd_last_error(), "bytes are needed"));
        }
    memory_unwatch();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("penalty");
    CASE(s, create_bad_numbers_refused_by_value);
    CASE(s, box_bad_bounds_refused_by_index);
    CASE(s, elastic_box_bad_numbers_refused);
    CASE(s, elastic_box_prox_and_conjugate_by_search);
    CASE(s, elastic_box_without_a_bound_conjugate_scaled);
    CASE(s, box_other_count_refused_with_the_number_penalised);
    CASE(s, groups_and_ranges_that_meet_or_are_empty_refused);
    CASE(s, structs_of_an_older_and_a_newer_header_taken);
    CASE(s, value_and_prox_bad_arguments_refused_w_untouched);
    CASE(s, simplex_of_no_coordinates_refused);
    CASE(s, names_as_the_functions_say);
    CASE(s, values_as_the_formulas_say);
    CASE(s, strength_0_or_radius_infinite_all_bits_stay);
    CASE(s, strength_infinite_or_radius_0_nothing_is_left);
    CASE(s, spared_range_anywhere_as_if_it_were_not_there);
    CASE(s, variation_infinite_mean_weighted_with_1_over_eta);
    CASE(s, prox_of_a_point_within_keeps_its_bits);
    CASE(s, coordinates_of_eta_0_keep_their_bits);
    CASE(s, all_rates_equal_bits_of_one_rate);
    CASE(s, coordinates_that_stay_leave_no_point_refused);
    CASE(s, projections_of_any_numbers_within);
    CASE(s, norms_of_any_numbers_finite_and_not_beyond);
    CASE(s, projections_large_beside_the_set_exact);
    CASE(s, one_coordinate_and_all_equal_as_by_hand);
    CASE(s, conjugates_where_they_are_finite);
    CASE(s, ranges_each_as_if_it_were_all);
    CASE(s, ranges_with_a_constraint_start_brought_within_it_alone);
    CASE(s, own_penalty_called_checked_and_freed);
    CASE(s, memory_each_allocation_failing);
    return suite_run(s);
}
