/* Groups: ranges of w with settings of their own, for every method, in a loop of one's own and in lgd_minimize. A range is
 * held against the same method on that range alone. */
#include "methods.h"
#include "lgd/glm.h"
#include "lgd/minimize.h"
#include <math.h>
#include <stdio.h>

enum { DIM = 24 };

/* Gradients that are the same whoever asks, of sizes far apart. */
static void gradient(uint64_t t, size_t dim, double *g)
{
    lgd_uniform(5, t * dim, dim, g);
    for (size_t j = 0; j < dim; j++)
        g[j] = ldexp(g[j] - 0.375, (int)(j % 9) - 4);
}

static double value(uint64_t t)
{
    return 1 / (1 + 0.1 * (double)t);
}

static void start(size_t dim, double *w)
{
    for (size_t j = 0; j < dim; j++)
        w[j] = (double)j / 4 - 2;
}

/* Steps t = from .. to - 1 of the whole of w at this factor of the rate. */
static void steps(lgd_optimizer *opt, size_t dim, double *w, uint64_t from, uint64_t to, double factor)
{
    double g[320];
    ck_assert_uint_le(dim, 320);
    for (uint64_t t = from; t < to; t++) {
        gradient(t, dim, g);
        ck_assert_msg(lgd_optimizer_step(opt, dim, w, g, value(t), factor) == LGD_OK, "%s", lgd_last_error());
    }
}

/* The same of w[first .. first + count) alone, which sees `decay` w beside the gradient. */
static void steps_alone(lgd_optimizer *opt, size_t dim, size_t first, size_t count, double *w, uint64_t from,
                        uint64_t to, double factor, double decay)
{
    double g[320];
    for (uint64_t t = from; t < to; t++) {
        gradient(t, dim, g);
        for (size_t j = first; j < first + count && decay > 0; j++)
            g[j] += decay * w[j];
        ck_assert_msg(lgd_optimizer_step(opt, count, w + first, g + first, value(t), factor) == LGD_OK, "%s",
                      lgd_last_error());
    }
}

static bool noisy(const lgd_optimizer *opt)
{
    return lgd_optimizer_value(opt, "noise", 0) != 0;
}

/* Is a range moved as it would be alone? Not where sums go over all of w, nor by a method that sees all at once; noise
 * belongs to a place in w. */
static bool independent(const lgd_optimizer *opt)
{
    return opt->ops.flags & LGD_SLICED && !opt->ops.measure && !noisy(opt) && !(opt->ops.flags & LGD_NEEDS_EVAL);
}

/* Options that a group's decay takes the place of; and those that are 0 with it where it is none. */
static const char decays[] = "weight_decay|l2", penalties[] = "weight_decay|l2|l1";

static void same(const lgd_optimizer *opt, const double *w, const double *expected, size_t first, size_t count)
{
    for (size_t j = first; j < first + count; j++)
        ck_assert_msg(!memcmp(&w[j], &expected[j], sizeof *w), "%s: w[%zu] is %.17g, not %.17g", opt->ops.name, j, w[j],
                      expected[j]);
}

#define GROUPS(opt, ...)                                                                                               \
    lgd_optimizer_groups(opt, (const lgd_group[]){__VA_ARGS__},                                                        \
                         sizeof((const lgd_group[]){__VA_ARGS__}) / sizeof(lgd_group))
#define TAKES(...) ck_assert_msg(GROUPS(__VA_ARGS__) == LGD_OK, "%s", lgd_last_error())

/* ---- settings */

START_TEST(lr_scale_every_method_as_alone_at_scaled_rate)
{
    static const struct {
        size_t first, count;
        double scale;
    } part[] = {{0, 3, 1}, {3, 5, 0.3}, {8, 2, 1}, {10, 7, 2}, {17, 7, 1}};
    const lgd_optimizer_ops *ops;
    size_t compared = 0;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (int variant = 0; variant < VARIANTS; variant++) {
            lgd_optimizer *opt = made(ops, variant);
            double w[DIM], x[DIM];
            start(DIM, w);
            start(DIM, x);
            TAKES(opt, {.first = 3, .count = 5, .lr_scale = 0.3}, {.first = 10, .count = 7, .lr_scale = 2});
            for (size_t k = 0; k < 5 && independent(opt); k++, compared++) {
                lgd_optimizer *alone = made(ops, variant);
                steps_alone(alone, DIM, part[k].first, part[k].count, x, 0, 60, 0.7 * part[k].scale, 0);
                lgd_optimizer_free(alone);
            }
            if (independent(opt)) {
                steps(opt, DIM, w, 0, 60, 0.7);
                ck_assert_uint_eq(opt->slices, 5);
                same(opt, w, x, 0, DIM);
            }
            lgd_optimizer_free(opt);
        }
    ck_assert_uint_ge(compared, 5 * 14);
}
END_TEST

START_TEST(lr_scale_one_every_method_as_without_groups)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (int variant = 0; variant < VARIANTS; variant++) {
            lgd_optimizer *opt = made(ops, variant), *plain = made(ops, variant);
            double w[DIM], x[DIM];
            start(DIM, w);
            start(DIM, x);
            TAKES(opt, {.first = 5, .count = 6}, {.first = 11, .count = 2, .lr_scale = 1});
            if (!noisy(opt) && !(ops->flags & (LGD_NEEDS_EVAL | LGD_LAYERED))) {
                steps(opt, DIM, w, 0, 60, 1);
                steps(plain, DIM, x, 0, 60, 1);
                if (!ops->measure)
                    same(opt, w, x, 0, DIM);
                for (size_t j = 0; j < DIM; j++) /* sums over all are added in another order */
                    ck_assert_double_eq_tol(w[j], x[j], 1e-13 * (1 + fabs(x[j])));
            }
            lgd_optimizer_free(opt);
            lgd_optimizer_free(plain);
        }
}
END_TEST

START_TEST(decay_every_method_its_own_or_an_l2)
{
    const lgd_optimizer_ops *ops;
    size_t own = 0, added = 0;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (int variant = 0; variant < VARIANTS; variant++) {
            lgd_optimizer *opt = made(ops, variant), *with = NULL, *without = NULL, *plain = made(ops, variant);
            double w[DIM], x[DIM];
            start(DIM, w);
            start(DIM, x);
            ck_assert_int_eq(make(&with, ops, variant, decays, 0.25), LGD_OK);
            ck_assert_int_eq(make(&without, ops, variant, penalties, LGD_ZERO), LGD_OK);
            TAKES(opt, {.first = 2, .count = 8, .decay = 0.25}, {.first = 12, .count = 8, .decay = LGD_ZERO});
            if (independent(opt)) {
                steps(opt, DIM, w, 0, 60, 1);
                steps_alone(with, DIM, 2, 8, x, 0, 60, 1, opt->takes_decay ? 0 : 0.25);
                steps_alone(without, DIM, 12, 8, x, 0, 60, 1, 0);
                steps_alone(plain, DIM, 20, 4, x, 0, 60, 1, 0);
                same(opt, w, x, 2, 8);
                same(opt, w, x, 12, 12);
                own += opt->takes_decay;
                added += !opt->takes_decay;
            }
            lgd_optimizer_free(opt);
            lgd_optimizer_free(with);
            lgd_optimizer_free(without);
            lgd_optimizer_free(plain);
        }
    ck_assert(own >= 2 && added >= 12);
}
END_TEST

/* Where all of w is one group nothing else is summed over, so that this holds for methods that sum over all of w as well. */
START_TEST(group_of_all_every_method_as_its_own_options)
{
    const lgd_optimizer_ops *ops;
    size_t own = 0;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (int variant = 0; variant < VARIANTS; variant++)
            for (size_t off = 0; off < 2 && ops->flags & LGD_SLICED && !(ops->flags & LGD_NEEDS_EVAL); off++) {
                lgd_optimizer *opt = made(ops, variant), *alone = NULL;
                double w[DIM], x[DIM];
                start(DIM, w);
                start(DIM, x);
                ck_assert_int_eq(make(&alone, ops, variant, off ? penalties : decays, off ? LGD_ZERO : 0.25), LGD_OK);
                TAKES(opt, {.count = DIM, .decay = off ? LGD_ZERO : 0.25, .lr_scale = 0.5});
                steps(opt, DIM, w, 0, 60, 0.7);
                steps_alone(alone, DIM, 0, DIM, x, 0, 60, 0.7 * 0.5, opt->takes_decay || off ? 0 : 0.25);
                same(opt, w, x, 0, DIM);
                own += opt->takes_decay && ops->measure;
                lgd_optimizer_free(opt);
                lgd_optimizer_free(alone);
            }
    ck_assert_uint_ge(own, 4);
}
END_TEST

START_TEST(decay_unpenalised_coordinates_never)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++) {
        lgd_optimizer *opt = made(ops, PRESETS), *spared = NULL;
        double w[DIM], x[DIM];
        start(DIM, w);
        start(DIM, x);
        ck_assert_int_eq(make(&spared, ops, PRESETS, penalties, LGD_ZERO), LGD_OK);
        TAKES(opt, {.first = 2, .count = 10, .decay = 5});
        ck_assert_int_eq(lgd_optimizer_spare(opt, DIM, 4, 3), LGD_OK);
        ck_assert_uint_eq(opt->slices, ops->flags & LGD_SLICED ? 5 : 1);
        if (independent(opt)) {
            steps(opt, DIM, w, 0, 60, 1);
            steps_alone(spared, DIM, 4, 3, x, 0, 60, 1, 0);
            same(opt, w, x, 4, 3);
        }
        lgd_optimizer_free(opt);
        lgd_optimizer_free(spared);
    }
}
END_TEST

/* ---- frozen */

START_TEST(frozen_every_method_bits_of_w_and_no_state)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (int variant = 0; variant < VARIANTS; variant++) {
            lgd_optimizer *opt = made(ops, variant);
            if (ops->flags & LGD_NEEDS_EVAL) {
                lgd_optimizer_free(opt);
                continue;
            }
            double w[DIM], x[DIM];
            start(DIM, w);
            w[6] = -0.0, w[7] = 0, w[8] = 1e300, w[9] = -5e-324, w[10] = 1e-300;
            memcpy(x, w, sizeof w);
            TAKES(opt, {.first = 6, .count = 5, .frozen = true, .decay = 0.5, .lr_scale = 7});
            steps(opt, DIM, w, 0, 30, 1);
            same(opt, w, x, 6, 5);
            ck_assert_msg(memcmp(w, x, 6 * sizeof *w) && memcmp(w + 11, x + 11, 13 * sizeof *w), "%s", ops->name);
            ck_assert_uint_eq(lgd_first_not_finite(DIM, w), DIM);
            for (size_t k = 0; k < opt->slices && ops->flags & LGD_SLICED; k++) {
                ck_assert_uint_eq(opt->slice[k].steps, k == 1 ? 0 : 30);
                for (size_t v = 0; v < opt->vectors; v++)
                    for (size_t j = 0; j < opt->slice[k].count; j++) {
                        const double kept = opt->vec[k * opt->vectors + v][j];
                        ck_assert_msg(k == 1 ? kept == 0 : isfinite(kept), "%s: vector %zu is %g", ops->name, v, kept);
                    }
            }
            lgd_optimizer_free(opt);
        }
}
END_TEST

/* Few coordinates are looked at before the step, many by it; and methods that are not sliced see 0. */
START_TEST(frozen_gradient_not_finite_of_no_concern)
{
    enum { MANY = 40000 };
    static double w[MANY], g[MANY];
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = stepped(i)) != NULL; i++)
        for (size_t dim = 12; dim <= MANY; dim += MANY - 12) {
            lgd_optimizer *opt = made(ops, PRESETS);
            TAKES(opt, {.first = 2, .count = 3, .frozen = true}, {.first = 7, .count = 2},
                  {.first = dim - 2, .count = 2, .frozen = true});
            for (int t = 1; t <= 3; t++) {
                for (size_t j = 0; j < dim; j++)
                    g[j] = 0.5 + (double)(j % 3);
                g[2] = g[4] = g[dim - 1] = t == 1 ? NAN : -INFINITY;
                g[9] = t == 3 ? INFINITY : 1;
                const lgd_status status = lgd_optimizer_step(opt, dim, w, g, 1, 1);
                ck_assert_msg(status == (t < 3 ? LGD_OK : LGD_EDIVERGED), "%s, dim %zu: %s", ops->name, dim,
                              lgd_last_error());
                ck_assert(isfinite(w[9]) || t == 3);
                ck_assert(w[2] == 0 && w[4] == 0 && w[dim - 1] == 0);
            }
            ck_assert_ptr_nonnull(strstr(lgd_last_error(), "g[9] is "));
            memset(w, 0, sizeof w);
            lgd_optimizer_free(opt);
        }
}
END_TEST

/* Frozen for 20 steps, moved for 20, frozen for 10, moved to 80: as if the steps between had not been. */
START_TEST(frozen_then_thawed_every_method_begins_then)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (int variant = 0; variant < VARIANTS; variant++) {
            lgd_optimizer *opt = made(ops, variant), *late = made(ops, variant), *all = made(ops, variant);
            double w[DIM], x[DIM];
            start(DIM, w);
            start(DIM, x);
            const lgd_group moves = {.first = 4, .count = 9}, rests = {.first = 4, .count = 9, .frozen = true};
            if (independent(opt)) {
                TAKES(opt, rests);
                steps(opt, DIM, w, 0, 20, 1);
                TAKES(opt, moves);
                steps(opt, DIM, w, 20, 40, 1);
                TAKES(opt, rests);
                steps(opt, DIM, w, 40, 50, 1);
                TAKES(opt, moves);
                steps(opt, DIM, w, 50, 80, 1);
                steps_alone(late, DIM, 4, 9, x, 20, 40, 1, 0);
                steps_alone(late, DIM, 4, 9, x, 50, 80, 1, 0);
                steps_alone(all, DIM, 13, 11, x, 0, 80, 1, 0);
                same(opt, w, x, 4, 20);
                ck_assert_uint_eq(opt->slice[1].steps, 50);
                ck_assert_uint_eq(lgd_optimizer_steps(opt), 80);
            }
            lgd_optimizer_free(opt);
            lgd_optimizer_free(late);
            lgd_optimizer_free(all);
        }
}
END_TEST

START_TEST(frozen_all_of_w_nothing_moves)
{
    static const size_t dims[] = {1, DIM};
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (size_t d = 0; d < 2 && !(ops->flags & LGD_NEEDS_EVAL); d++) {
            lgd_optimizer *opt = made(ops, EVERYTHING_ELSE);
            double w[DIM], x[DIM], out[DIM];
            start(DIM, w);
            start(DIM, x);
            TAKES(opt, {.first = 0, .count = dims[d], .frozen = true});
            steps(opt, dims[d], w, 0, 10, 1);
            same(opt, w, x, 0, DIM);
            ck_assert_int_eq(lgd_optimizer_result(opt, w, out), LGD_OK);
            same(opt, out, x, 0, dims[d]);
            ck_assert_uint_eq(lgd_optimizer_steps(opt), 10);
            lgd_optimizer_free(opt);
        }
}
END_TEST

/* ---- ranges */

START_TEST(groups_a_hundred_in_any_order_each_as_alone)
{
    enum { GROUPS_OF = 3, COUNT = 100, ALL = GROUPS_OF * COUNT };
    size_t order[COUNT];
    lgd_group group[COUNT];
    lgd_permutation(3, 0, COUNT, order);
    for (size_t k = 0; k < COUNT; k++)
        group[order[k]] = (lgd_group){.first = GROUPS_OF * k, .count = GROUPS_OF, .lr_scale = 1 + (double)k / 64};
    static const char *const methods[] = {"sgd", "adam", "momentum"};
    for (size_t i = 0; i < 3; i++) {
        lgd_optimizer *opt = parsed(methods[i]);
        double w[ALL], x[ALL];
        start(ALL, w);
        start(ALL, x);
        ck_assert_int_eq(lgd_optimizer_groups(opt, group, COUNT), LGD_OK);
        steps(opt, ALL, w, 0, 20, 1);
        ck_assert_uint_eq(opt->slices, COUNT);
        for (size_t k = 0; k < COUNT; k++) {
            lgd_optimizer *alone = parsed(methods[i]);
            steps_alone(alone, ALL, GROUPS_OF * k, GROUPS_OF, x, 0, 20, 1 + (double)k / 64, 0);
            lgd_optimizer_free(alone);
        }
        same(opt, w, x, 0, ALL);
        lgd_optimizer_free(opt);
    }
}
END_TEST

START_TEST(groups_dim_one_as_alone)
{
    lgd_optimizer *opt = parsed("adam"), *alone = parsed("adam");
    double w = 2, x = 2;
    TAKES(opt, {.count = 1, .lr_scale = 0.125, .decay = 0.5});
    steps(opt, 1, &w, 0, 20, 1);
    steps_alone(alone, 1, 0, 1, &x, 0, 20, 0.125, 0.5);
    same(opt, &w, &x, 0, 1);
    lgd_optimizer_free(opt);
    lgd_optimizer_free(alone);
}
END_TEST

START_TEST(groups_bad_ones_refused_by_name_nothing_changed)
{
    static const struct {
        lgd_group group[2];
        size_t count;
        const char *message;
    } bad[] = {
        {{{.first = 3}}, 1, "adam: count of a group is 0"},
        {{{.first = 3, .count = (size_t)-2}}, 1, "count of a group is "},
        {{{.first = (size_t)-2, .count = 1}}, 1, "first of a group is "},
        {{{.first = 3, .count = 4}, {.first = 6, .count = 1}}, 2, "adam: the group 6 + 1 overlaps the group 3 + 4, "},
        {{{.first = 6, .count = 1}, {.first = 3, .count = 4}}, 2, "adam: the group 6 + 1 overlaps the group 3 + 4, "},
        {{{.first = 3, .count = 4}, {.first = 3, .count = 4}}, 2, "adam: the group 3 + 4 overlaps the group 3 + 4, "},
        {{{.count = 1}, {.first = 3, .count = 1, .lr_scale = -1}},
         2,
         "adam: lr_scale of group 1 is -1, a finite number"},
        {{{.count = 1, .lr_scale = LGD_ZERO}},
         1,
         "lr_scale of group 0 is 0, a finite number above 0 is accepted (or fro"},
        {{{.count = 1, .lr_scale = NAN}}, 1, "lr_scale of group 0 is nan"},
        {{{.count = 1, .lr_scale = INFINITY}}, 1, "lr_scale of group 0 is inf"},
        {{{.count = 1, .decay = -0.5}}, 1, "decay of group 0 is -0.5, a finite number at least 0"},
        {{{.count = 1, .decay = NAN}}, 1, "decay of group 0 is nan"},
        {{{.count = 1, .decay = INFINITY}}, 1, "decay of group 0 is inf"},
    };
    lgd_optimizer *opt = parsed("adam"), *plain = parsed("adam");
    double w[DIM], x[DIM];
    start(DIM, w);
    start(DIM, x);
    TAKES(opt, {.first = 1, .count = 2, .lr_scale = 3});
    TAKES(plain, {.first = 1, .count = 2, .lr_scale = 3});
    for (uint64_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            ck_assert_msg(lgd_optimizer_groups(opt, bad[i].group, bad[i].count) == LGD_EINVAL, "%s", bad[i].message);
            ck_assert_msg(strstr(lgd_last_error(), bad[i].message) != NULL, "%s, not %s", lgd_last_error(),
                          bad[i].message);
        }
        ck_assert_int_eq(lgd_optimizer_groups(NULL, NULL, 0), LGD_EINVAL);
        ck_assert_ptr_nonnull(strstr(lgd_last_error(), "optimizer: opt is NULL"));
        ck_assert_int_eq(lgd_optimizer_groups(opt, NULL, 2), LGD_EINVAL);
        ck_assert_ptr_nonnull(strstr(lgd_last_error(), "optimizer: groups is NULL"));
        steps(opt, DIM, w, t, t + 1, 1); /* the groups before are in effect */
        steps(plain, DIM, x, t, t + 1, 1);
        same(opt, w, x, 0, DIM);
        ck_assert(still(opt, save(plain)));
    }
    lgd_optimizer_free(opt);
    lgd_optimizer_free(plain);
}
END_TEST

START_TEST(groups_beyond_dim_refused_once_it_is_known)
{
    lgd_optimizer *opt = parsed("adam");
    double w[DIM], g[DIM] = {0};
    start(DIM, w);
    TAKES(opt, {.first = DIM - 1, .count = 2});
    ck_assert_int_eq(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "adam: a group is 23 + 2, a range within dim 24 is accepted");
    TAKES(opt, {.first = DIM - 1, .count = 1});
    ck_assert_int_eq(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_OK);
    ck_assert_int_eq(GROUPS(opt, {.first = DIM, .count = 1}), LGD_EINVAL); /* now at once */
    ck_assert_str_eq(lgd_last_error(), "adam: a group is 24 + 1, a range within dim 24 is accepted");
    ck_assert_int_eq(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_OK);
    lgd_optimizer_reset(opt); /* they stay: another dim must hold them */
    ck_assert_int_eq(lgd_optimizer_step(opt, 5, w, g, 0, 1), LGD_EINVAL);
    ck_assert_int_eq(lgd_optimizer_groups(opt, NULL, 0), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_step(opt, 5, w, g, 0, 1), LGD_OK);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(groups_settings_changed_between_steps_next_step_has_them)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++) {
        lgd_optimizer *opt = made(ops, PRESETS), *alone = made(ops, PRESETS);
        double w[DIM], x[DIM];
        start(DIM, w);
        start(DIM, x);
        if (independent(opt)) {
            TAKES(opt, {.first = 4, .count = 9, .lr_scale = 0.5});
            steps(opt, DIM, w, 0, 20, 1);
            TAKES(opt, {.first = 4, .count = 9, .lr_scale = 4});
            steps(opt, DIM, w, 20, 40, 1);
            steps_alone(alone, DIM, 4, 9, x, 0, 20, 0.5, 0);
            steps_alone(alone, DIM, 4, 9, x, 20, 40, 4, 0);
            same(opt, w, x, 4, 9);
        }
        lgd_optimizer_free(opt);
        lgd_optimizer_free(alone);
    }
}
END_TEST

START_TEST(groups_ranges_changed_taken_where_nothing_is_kept_for_each)
{
    const lgd_optimizer_ops *ops;
    size_t taken = 0, refused = 0;
    for (size_t i = 0; (ops = method(i)) != NULL; i++) {
        lgd_optimizer *opt = made(ops, PRESETS), *plain = made(ops, PRESETS);
        double w[DIM], x[DIM];
        start(DIM, w);
        start(DIM, x);
        if (independent(opt) && !(ops->flags & LGD_LAYERED)) {
            steps(opt, DIM, w, 0, 10, 1);
            steps(plain, DIM, x, 0, 10, 1);
            const lgd_status status = GROUPS(opt, {.first = 4, .count = 9});
            ck_assert_int_eq(status, opt->state_size ? LGD_EINVAL : LGD_OK);
            refused += status != LGD_OK;
            taken += !status;
            if (status)
                ck_assert_msg(strstr(lgd_last_error(), "cuts w elsewhere than before") != NULL, "%s", lgd_last_error());
            steps(opt, DIM, w, 10, 20, 1);
            TAKES(plain, {.count = DIM}); /* nothing of its own: the range there was */
            steps(plain, DIM, x, 10, 20, 1);
            same(opt, w, x, 0, DIM);
            ck_assert_int_eq(lgd_optimizer_groups(opt, NULL, 0), LGD_OK);
            steps(opt, DIM, w, 20, 30, 1);
            steps(plain, DIM, x, 20, 30, 1);
            same(opt, w, x, 0, DIM);
        }
        lgd_optimizer_free(opt);
        lgd_optimizer_free(plain);
    }
    ck_assert(taken >= 7 && refused >= 1);
}
END_TEST

/* Adam's means of a range that moved are 20 steps old, those of one that did not are none. */
START_TEST(groups_range_over_frozen_and_moved_refused)
{
    lgd_optimizer *opt = parsed("adam");
    double w[DIM];
    start(DIM, w);
    TAKES(opt, {.first = 4, .count = 9, .frozen = true});
    steps(opt, DIM, w, 0, 20, 1);
    saved before = save(opt);
    ck_assert_int_eq(lgd_optimizer_groups(opt, NULL, 0), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(),
                     "adam: the range 0 + 24 would join coordinates of 20 and of 0 steps; where some were "
                     "frozen a group of the same range that is not frozen is accepted");
    ck_assert_int_eq(GROUPS(opt, {.first = 4, .count = 10}), LGD_EINVAL);
    ck_assert(still(opt, before));
    TAKES(opt, {.first = 4, .count = 9});
    TAKES(opt, {.first = 4, .count = 3}, {.first = 7, .count = 6, .lr_scale = 0.5}); /* within it there is no harm */
    steps(opt, DIM, w, 20, 30, 1);
    ck_assert(opt->slice[0].steps == 30 && opt->slice[1].steps == 10 && opt->slice[2].steps == 10);
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(groups_struct_of_an_older_header_rest_zero)
{
    struct {
        size_t first, count;
        double lr_scale;
    } older[2] = {{4, 2, 0.5}, {1, 2, 0.25}};
    lgd_optimizer *opt = parsed("sgd:lr=1");
    double w[8] = {0}, g[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    ck_assert_int_eq(lgd_optimizer_groups_sized(opt, (const lgd_group *)(void *)older, 2, sizeof *older), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_step(opt, 8, w, g, 0, 1), LGD_OK);
    static const double expected[8] = {-1, -0.25, -0.25, -1, -0.5, -0.5, -1, -1};
    same(opt, w, expected, 0, 8);
    struct {
        lgd_group known;
        double unknown;
    } newer = {{.count = 1}, 1};
    ck_assert_int_eq(lgd_optimizer_groups_sized(opt, &newer.known, 1, sizeof newer), LGD_EUNSUPPORTED);
    lgd_optimizer_free(opt);
}
END_TEST

/* ---- a user's method that sees all of w at once */

START_TEST(groups_of_a_method_not_sliced_all_settings)
{
    lgd_optimizer_ops ops = averager_ops;
    ops.flags = 0;
    ops.result = NULL;
    lgd_optimizer *opt = made(&ops, PRESETS), *whole = made(&ops, PRESETS);
    double w[DIM], x[DIM], old[DIM], g[DIM];
    start(DIM, w);
    start(DIM, x);
    w[17] = x[17] = -0.0;
    TAKES(opt, {.first = 16, .count = 3, .frozen = true}, {.first = 2, .count = 4, .lr_scale = 0.25},
          {.first = 8, .count = 6, .decay = 0.5});
    ck_assert_int_eq(lgd_optimizer_spare(opt, DIM, 10, 2), LGD_OK);
    ck_assert_uint_eq(opt->slices, 1);
    for (uint64_t t = 0; t < 20; t++) {
        memcpy(old, x, sizeof x);
        gradient(t, DIM, g);
        for (size_t j = 8; j < 14; j++)
            g[j] += j == 10 || j == 11 ? 0 : 0.5 * x[j];
        memset(g + 16, 0, 3 * sizeof *g);
        ck_assert_int_eq(lgd_optimizer_step(whole, DIM, x, g, value(t), 1), LGD_OK);
        for (size_t j = 2; j < 6; j++)
            x[j] = old[j] + 0.25 * (x[j] - old[j]);
        memcpy(x + 16, old + 16, 3 * sizeof *x);
    }
    steps(opt, DIM, w, 0, 20, 1);
    same(opt, w, x, 0, DIM);
    lgd_optimizer_free(opt);
    lgd_optimizer_free(whole);
}
END_TEST

START_TEST(groups_of_a_method_not_sliced_what_it_cannot_refused)
{
    lgd_optimizer_ops ops = averager_ops;
    ops.flags = LGD_OWN_POINTS;
    lgd_optimizer *opt = made(&ops, PRESETS);
    double w[DIM], g[DIM] = {0};
    start(DIM, w);
    TAKES(opt, {.count = 2, .lr_scale = 0.5});
    ck_assert_int_eq(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "averager: lr_scale of the group 0 + 2 is 0.5, 1 is accepted"));
    TAKES(opt, {.count = 2, .frozen = true});
    ck_assert_int_eq(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_OK);
    ck_assert_int_eq(GROUPS(opt, {.count = 2, .lr_scale = 0.5}), LGD_EUNSUPPORTED);
    ck_assert_int_eq(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_OK);
    lgd_optimizer_free(opt);

    lgd_option table[] = {averager_table[0], averager_table[0], {0}};
    table[1].name = "weight_decay";
    table[1].offset = offsetof(averager_options, loss_of_interest);
    ops = averager_ops;
    ops.flags = 0;
    ops.options = table;
    opt = made(&ops, PRESETS);
    TAKES(opt, {.count = 2, .decay = LGD_ZERO});
    ck_assert_int_eq(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "averager: decay of the group 0 + 2 is 0, none is accepted"));
    lgd_optimizer_free(opt);
}
END_TEST

static lgd_status explodes(lgd_step *s)
{
    for (size_t j = 0; j < s->dim; j++)
        s->w[j] = s->g[j] > 0 ? INFINITY : 1e300;
    s->finite = false;
    return LGD_OK;
}

/* Beyond the size up to which w is looked at before, the method's word counts; what groups make of w counts instead. */
static lgd_status knows_its_value(lgd_step *s)
{
    s->w[0] += 1;
    s->fresh = true;
    s->f = 5;
    return LGD_OK;
}

START_TEST(groups_of_a_method_not_sliced_value_stale_once_w_was_changed)
{
    const lgd_optimizer_ops ops = {.name = "knows", .step = knows_its_value};
    const lgd_group groups[] = {{.count = 2, .decay = 0.5},
                                {.first = 1, .count = 2, .frozen = true}, /* where it has not moved */
                                {.count = 2, .frozen = true},
                                {.count = 2, .lr_scale = 0.5}};
    for (size_t k = 0; k < 4; k++) {
        lgd_optimizer *opt = NULL;
        double w[4] = {1, 2, 3, 4}, g[4] = {0};
        lgd_step s = {.w = w, .g = g, .lr_factor = 1, .momentum = NAN};
        ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, NULL, 0), LGD_OK);
        ck_assert_int_eq(lgd_optimizer_groups(opt, &groups[k], 1), LGD_OK);
        ck_assert_int_eq(lgd_optimizer_prepare(opt, 4, 0, 0), LGD_OK);
        ck_assert_int_eq(lgd_optimizer_advance(opt, &s), LGD_OK);
        ck_assert(s.fresh == (k <= 1));
        ck_assert(w[0] == (k == 2 ? 1 : k == 3 ? 1.5 : 2));
        lgd_optimizer_free(opt);
    }
}
END_TEST

START_TEST(groups_of_a_method_not_sliced_finite_is_that_of_w)
{
    enum { LARGE = 32769 };
    const lgd_optimizer_ops ops = {.name = "explodes", .flags = LGD_CHECKED, .step = explodes};
    lgd_optimizer *opt = NULL;
    double *w = calloc(LARGE, sizeof *w), *g = calloc(LARGE, sizeof *g);
    ck_assert(w && g);
    ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, NULL, 0), LGD_OK);
    TAKES(opt, {.count = 5, .frozen = true});
    ck_assert_int_eq(lgd_optimizer_step(opt, LARGE, w, g, 0, 1), LGD_OK);
    ck_assert(w[4] == 0 && w[5] == 1e300);
    TAKES(opt, {.count = 5, .lr_scale = 1e10});
    ck_assert_int_eq(lgd_optimizer_step(opt, LARGE, w, g, 0, 1), LGD_EDIVERGED);
    ck_assert_str_eq(lgd_last_error(), "explodes: w[0] is inf after step 2, finite numbers are accepted");
    lgd_optimizer_free(opt);
    ck_assert_int_eq(lgd_optimizer_create(&opt, &ops, NULL, 0), LGD_OK); /* without groups it is believed */
    memset(w, 0, LARGE * sizeof *w);
    ck_assert_int_eq(lgd_optimizer_step(opt, LARGE, w, g, 0, 1), LGD_EDIVERGED);
    ck_assert_str_eq(lgd_last_error(), "explodes: its state is not finite after step 1, finite numbers are accepted");
    lgd_optimizer_free(opt);
    free(w);
    free(g);
}
END_TEST

/* ---- memory, and states */

START_TEST(groups_kth_allocation_failing_nothing_changed)
{
    static const lgd_group other[2] = {{.first = 3, .count = 2, .lr_scale = 9}, {.first = 9, .count = 2}};
    for (uint64_t begun = 0; begun < 2; begun++)
        for (size_t k = 1; k <= 1 + begun; k++) {
            budget b;
            budget_begin(&b, 0);
            lgd_optimizer *opt = parsed("adam"), *plain = parsed("adam");
            double w[DIM], x[DIM];
            start(DIM, w);
            start(DIM, x);
            TAKES(opt, {.first = 1, .count = 2, .lr_scale = 3});
            TAKES(plain, {.first = 1, .count = 2, .lr_scale = 3});
            steps(opt, DIM, w, 0, 5 * begun, 1);
            steps(plain, DIM, x, 0, 5 * begun, 1);
            b.fail_at = b.requests + k;
            ck_assert_int_eq(lgd_optimizer_groups(opt, other, 2), LGD_ENOMEM);
            steps(opt, DIM, w, 5 * begun, 10, 1);
            steps(plain, DIM, x, 5 * begun, 10, 1);
            same(opt, w, x, 0, DIM);
            ck_assert_int_eq(lgd_optimizer_groups(opt, other, 2), LGD_OK);
            lgd_optimizer_free(opt);
            lgd_optimizer_free(plain);
            ck_assert_uint_eq(b.living, 0);
            lgd_set_memory(NULL);
        }
}
END_TEST

START_TEST(groups_steps_no_allocation)
{
    budget b;
    budget_begin(&b, 0);
    lgd_optimizer *opt = parsed("adam");
    double w[DIM];
    start(DIM, w);
    TAKES(opt, {.first = 1, .count = 2, .lr_scale = 3}, {.first = 8, .count = 4, .frozen = true});
    steps(opt, DIM, w, 0, 1, 1);
    const size_t requests = b.requests;
    steps(opt, DIM, w, 1, 30, 1);
    ck_assert_uint_eq(b.requests, requests);
    lgd_optimizer_free(opt);
    ck_assert_uint_eq(b.living, 0);
    lgd_set_memory(NULL);
}
END_TEST

/* Also where groups were set or changed just before it was saved. */
START_TEST(resume_with_groups_every_method_bits_of_uninterrupted)
{
    static const lgd_group early[2] = {{.first = 3, .count = 5, .frozen = true},
                                       {.first = 10, .count = 7, .lr_scale = 2, .decay = 0.125}};
    static const lgd_group later[2] = {{.first = 3, .count = 5, .lr_scale = 0.5},
                                       {.first = 10, .count = 7, .decay = 0.125}};
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (uint64_t stop = 0; stop <= 12 && !(ops->flags & LGD_NEEDS_EVAL); stop++) {
            lgd_optimizer *whole = made(ops, EVERYTHING_ELSE), *first = made(ops, EVERYTHING_ELSE);
            lgd_optimizer *second = made(ops, EVERYTHING_ELSE);
            double w[DIM], x[DIM];
            start(DIM, w);
            start(DIM, x);
            for (uint64_t t = 0; t < 30; t++) {
                if (t == 0 || t == 6) {
                    ck_assert_int_eq(lgd_optimizer_groups(whole, t ? later : early, 2), LGD_OK);
                    ck_assert_int_eq(lgd_optimizer_groups(t <= stop ? first : second, t ? later : early, 2), LGD_OK);
                }
                if (t == stop) {
                    ck_assert_int_eq(lgd_optimizer_groups(second, t < 6 ? early : later, 2), LGD_OK);
                    saved s = save(first);
                    ck_assert_msg(!lgd_optimizer_load(second, s.bytes, s.size), "%s", lgd_last_error());
                    ck_assert(still(second, s));
                }
                steps(whole, DIM, x, t, t + 1, 1);
                steps(t < stop ? first : second, DIM, w, t, t + 1, 1);
            }
            same(second, w, x, 0, DIM);
            ck_assert(still(second, save(whole)));
            lgd_optimizer_free(whole);
            lgd_optimizer_free(first);
            lgd_optimizer_free(second);
        }
}
END_TEST

START_TEST(load_other_groups_refused_by_name)
{
    static const struct {
        lgd_group group;
        const char *message;
    } other[] = {
        {{.first = 2, .count = 5, .lr_scale = 0.5}, "has the group 3 + 5 (lr_scale 0.5, decay nan, frozen 0), 2 + 5 ("},
        {{.first = 3, .count = 4, .lr_scale = 0.5}, "has the group 3 + 5 (lr_scale 0.5, decay nan, frozen 0), 3 + 4 ("},
        {{.first = 3, .count = 5, .lr_scale = 0.25}, "3 + 5 (0.25, nan, 0) as in this optimizer is accepted"},
        {{.first = 3, .count = 5, .lr_scale = 0.5, .decay = 1}, "3 + 5 (0.5, 1, 0) as in this optimizer is accepted"},
        {{.first = 3, .count = 5, .lr_scale = 0.5, .frozen = true}, "3 + 5 (0.5, nan, 1) as in this optimizer"},
    };
    lgd_optimizer *from = parsed("adam");
    double w[DIM];
    start(DIM, w);
    TAKES(from, {.first = 3, .count = 5, .lr_scale = 0.5});
    steps(from, DIM, w, 0, 4, 1);
    saved s = save(from);
    for (size_t i = 0; i <= sizeof other / sizeof *other; i++) {
        lgd_optimizer *to = parsed("adam");
        const bool none = i == sizeof other / sizeof *other;
        if (!none)
            ck_assert_int_eq(lgd_optimizer_groups(to, &other[i].group, 1), LGD_OK);
        saved before = save(to);
        ck_assert_int_eq(lgd_optimizer_load(to, s.bytes, s.size), LGD_EINVAL);
        const char *message =
            none ? "adam: the saved state has 1 groups, 0 as in this optimizer are" : other[i].message;
        ck_assert_msg(strstr(lgd_last_error(), message) != NULL, "%s, not %s", lgd_last_error(), message);
        ck_assert(still(to, before));
        lgd_optimizer_free(to);
    }
    free(s.bytes);
    lgd_optimizer_free(from);
}
END_TEST

/* ---- lgd_minimize */

enum { ROWS = 40, COLS = 6, WEIGHTS = COLS + 1 };

typedef struct model {
    double x[ROWS * COLS], y[ROWS];
    lgd_matrix *X;
    lgd_objective *f;
} model;

static void model_begin(model *m)
{
    lgd_uniform(1, 0, ROWS * COLS, m->x);
    lgd_uniform(2, 0, ROWS, m->y);
    ck_assert_int_eq(lgd_matrix_dense(&m->X, ROWS, COLS, m->x, COLS), LGD_OK);
    ck_assert_int_eq(lgd_glm_create(&m->f, m->X, m->y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}),
                     LGD_OK);
}

static void model_end(model *m)
{
    lgd_objective_free(m->f);
    lgd_matrix_free(m->X);
}

START_TEST(minimize_with_groups_every_method_bits_of_own_loop)
{
    static const lgd_group group[3] = {{.first = 0, .count = 2, .lr_scale = 0.5, .decay = 0.25},
                                       {.first = 3, .count = 1, .frozen = true},
                                       {.first = 5, .count = 2, .decay = 0.125}};
    const lgd_minimize_options o = {.max_steps = 25, .grad_tol = LGD_ZERO};
    const lgd_optimizer_ops *ops;
    model m;
    model_begin(&m);
    for (size_t i = 0; (ops = method(i)) != NULL; i++) {
        lgd_optimizer *opt[2] = {made(ops, PRESETS), made(ops, PRESETS)};
        double w[2][WEIGHTS], g[WEIGHTS], f;
        for (size_t k = 0; k < 2 && !(ops->flags & LGD_NEEDS_EVAL); k++) {
            start(WEIGHTS, w[k]);
            ck_assert_int_eq(lgd_optimizer_groups(opt[k], group, 3), LGD_OK);
        }
        if (!(ops->flags & LGD_NEEDS_EVAL)) {
            ck_assert_msg(lgd_minimize(m.f, opt[0], w[0], &o, NULL) == LGD_OK, "%s", lgd_last_error());
            ck_assert_int_eq(lgd_optimizer_spare(opt[1], WEIGHTS, COLS, 1), LGD_OK);
            for (uint64_t t = 0; t < lgd_optimizer_steps(opt[0]); t++) {
                ck_assert_int_eq(lgd_objective_eval(m.f, NULL, w[1], &f, g), LGD_OK);
                ck_assert_int_eq(lgd_optimizer_step(opt[1], WEIGHTS, w[1], g, f, 1), LGD_OK);
            }
            same(opt[0], w[0], w[1], 0, WEIGHTS);
        }
        lgd_optimizer_free(opt[0]);
        lgd_optimizer_free(opt[1]);
    }
    model_end(&m);
}
END_TEST

/* 100 (w0 - 1)^2 + (w1 - 2)^2 */
static lgd_status steep(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = 100 * (w[0] - 1) * (w[0] - 1) + (w[1] - 2) * (w[1] - 2);
    if (g) {
        g[0] = 200 * (w[0] - 1);
        g[1] = 2 * (w[1] - 2);
    }
    return LGD_OK;
}

/* features: 20 */
START_TEST(minimize_frozen_group_no_part_in_gradient)
{
    lgd_objective *f = NULL;
    lgd_optimizer *opt = parsed("sgd:lr=0.1");
    lgd_report r;
    double w[2] = {0};
    ck_assert_int_eq(lgd_function_create(&f, 2, steep, NULL), LGD_OK);
    TAKES(opt, {.count = 1, .frozen = true});
    const lgd_minimize_options one = {.max_steps = 1, .grad_tol_abs = 1e-3, .grad_tol = LGD_ZERO};
    ck_assert_int_eq(lgd_minimize(f, opt, w, &one, &r), LGD_OK);
    ck_assert_double_eq(r.grad_norm, 2 * (2 - w[1]));
    const lgd_minimize_options o = {.max_steps = 1000, .grad_tol_abs = 1e-3, .grad_tol = LGD_ZERO};
    ck_assert_int_eq(lgd_minimize(f, opt, w, &o, &r), LGD_OK);
    ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
    ck_assert(r.steps > 10 && r.steps < 100 && r.grad_norm <= 1e-3);
    ck_assert(w[0] == 0 && fabs(w[1] - 2) <= 0.5e-3);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* f = sum curvature_j w_j^2 / 2. What w is multiplied by in a step of rate r is 1 - r scale_j (curvature_j + decay_j). */
static lgd_status bowl(void *spared, const lgd_rows *rows, const double *w, double *f, double *g)
{
    static const double curvature[] = {2, 1, 3};
    (void)spared, (void)rows;
    for (size_t j = 0; j < 3; j++) {
        *f += curvature[j] * w[j] * w[j] / 2;
        if (g)
            g[j] += curvature[j] * w[j];
    }
    return LGD_OK;
}

static void bowl_unpenalised(void *spared, size_t *first, size_t *count)
{
    *first = *(const size_t *)spared;
    *count = *first ? 1 : 0;
}

START_TEST(minimize_rate_that_holds_with_scales_and_decay)
{
    static const double single[3] = {1, 700, 1};
    static const struct {
        lgd_group group;
        const double *single;
        size_t spared; /* the coordinate that does not decay; 0: none */
        double largest;
    } cases[] = {{{.count = 1, .lr_scale = 400}, NULL, 0, 800},
                 {{.first = 2, .count = 1, .decay = 900}, NULL, 0, 903},
                 {{.first = 1, .count = 2, .decay = 900}, NULL, 2, 901},
                 {{.first = 1, .count = 1, .decay = 4, .lr_scale = 200}, NULL, 0, 1000},
                 {{.first = 2, .count = 1, .lr_scale = 500, .frozen = true}, single, 0, 700},
                 {{.first = 2, .count = 1, .decay = 1e9, .frozen = true}, single, 0, 700},
                 {{.first = 1, .count = 1, .lr_scale = 3}, single, 0, 2100}};
    static const char *const methods[] = {"sgd", "momentum", "nesterov"};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (size_t m = 0; m < 3; m++) {
            static const lgd_objective_ops ops = {.name = "bowl", .eval = bowl, .unpenalised = bowl_unpenalised};
            size_t spared = cases[c].spared;
            lgd_objective *f = NULL;
            lgd_optimizer *opt = parsed(methods[m]);
            lgd_report r;
            char text[64];
            const lgd_minimize_options o = {.lr_scale = cases[c].single, .max_steps = 4000, .divergence_factor = 1e12};
            double w[3] = {1, 1, 1};
            ck_assert_int_eq(lgd_objective_create(&f, 3, 1, &ops, &spared), LGD_OK);
            TAKES(opt, cases[c].group);
            ck_assert_int_eq(lgd_minimize(f, opt, w, &o, &r), LGD_EDIVERGED);
            ck_assert_msg(fabs(r.lr_hold * cases[c].largest - 1) < 1e-4, "case %zu: %g", c, r.lr_hold);
            lgd_optimizer_free(opt);
            snprintf(text, sizeof text, "%s:lr=%.17g", methods[m], r.lr_hold);
            opt = parsed(text);
            TAKES(opt, cases[c].group);
            ck_assert_msg(lgd_minimize(f, opt, w, &o, &r) == LGD_OK, "%s", lgd_last_error());
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

START_TEST(minimize_lr_scale_zero_every_method_keeps_bits)
{
    static const double scale[WEIGHTS] = {1, 0, 0, 1, 1, 0, 1};
    const lgd_optimizer_ops *ops;
    model m;
    model_begin(&m);
    for (size_t i = 0; (ops = method(i)) != NULL; i++)
        for (size_t batch = 0; batch < (ops->flags & LGD_FULL_BATCH ? 1 : 16); batch += 8) {
            lgd_optimizer *opt = made(ops, EVERYTHING_ELSE);
            double w[WEIGHTS], x[WEIGHTS], last[WEIGHTS], average[WEIGHTS];
            start(WEIGHTS, w);
            w[1] = -0.0;
            memcpy(x, w, sizeof w);
            const lgd_minimize_options o = {
                .batch_size = batch, .max_epochs = 5, .lr_scale = scale, .w_average = average, .w_best = last};
            ck_assert_msg(lgd_minimize(m.f, opt, w, &o, NULL) == LGD_OK, "%s: %s", ops->name, lgd_last_error());
            for (size_t j = 0; j < WEIGHTS; j++) {
                ck_assert_msg(!memcmp(&w[j], &x[j], sizeof *w) == (scale[j] == 0), "%s: w[%zu]", ops->name, j);
                ck_assert_msg(scale[j] != 0 || !memcmp(&average[j], &x[j], sizeof *w), "%s: %zu", ops->name, j);
            }
            lgd_optimizer_free(opt);
        }
    model_end(&m);
}
END_TEST

START_TEST(minimize_lr_scale_between_refused_by_methods_with_own_points)
{
    static const double scale[WEIGHTS] = {1, 0, 0.5, 1, 1, 0, 1};
    lgd_optimizer_ops own_points = averager_ops;
    own_points.flags |= LGD_OWN_POINTS;
    const lgd_optimizer_ops *ops;
    size_t refused = 0;
    model m;
    model_begin(&m);
    for (size_t i = 0; (ops = method(i)) != NULL; i++) {
        if (ops == &averager_ops)
            ops = &own_points;
        lgd_optimizer *opt = made(ops, PRESETS);
        double w[WEIGHTS], x[WEIGHTS];
        start(WEIGHTS, w);
        start(WEIGHTS, x);
        const lgd_minimize_options o = {.max_epochs = 5, .lr_scale = scale};
        const lgd_status status = lgd_minimize(m.f, opt, w, &o, NULL);
        ck_assert_msg(status == (ops->flags & LGD_OWN_POINTS ? LGD_EUNSUPPORTED : LGD_OK), "%s: %s", ops->name,
                      lgd_last_error());
        refused += status != LGD_OK;
        if (status) {
            ck_assert_ptr_nonnull(strstr(lgd_last_error(), "minimize: lr_scale[2] is 0.5, 0 or 1 is accepted by "));
            ck_assert((strstr(lgd_last_error(), "lgd_optimizer_groups") != NULL) == !(ops->flags & LGD_FINDS_STEP));
            same(opt, w, x, 0, WEIGHTS);
        }
        lgd_optimizer_free(opt);
    }
    ck_assert_uint_ge(refused, 1);
    model_end(&m);
}
END_TEST

/* Two valleys of Rosenbrock, and how often f was asked for twice at a point. */
typedef struct valleys {
    double last[4];
    size_t calls, again;
} valleys;

static lgd_status valleys_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    valleys *v = ctx;
    *f = 0;
    for (size_t j = 0; j < dim; j += 2) {
        const double a = w[j + 1] - w[j] * w[j], b = 1 - w[j];
        *f += 100 * a * a + b * b;
        if (g) {
            g[j] = -400 * a * w[j] - 2 * b;
            g[j + 1] = 200 * a;
        }
    }
    v->again += v->calls++ && !memcmp(v->last, w, sizeof v->last);
    memcpy(v->last, w, sizeof v->last);
    return LGD_OK;
}

/* Where f and g at the new point are known they are not asked for again, frozen or not, and the rest goes the same way. */
START_TEST(minimize_frozen_methods_that_search_no_evaluation_more)
{
    const char *const methods[] = {"lbfgs", "bfgs", "cg", "bb", "lbfgsb", "trust_region"};
    const double ones[4] = {1, 1, 1, 1}, half[4] = {1, 1, 0, 0};
    const lgd_group still_half = {.first = 2, .count = 2, .frozen = true};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        double w[4][4];
        size_t evaluations[4];
        for (size_t k = 0; k < 4; k++) {
            valleys v = {.calls = 0};
            lgd_objective *f;
            lgd_optimizer *opt = parsed(methods[i]);
            lgd_report r;
            memcpy(w[k], (const double[]){-1.2, 1, -1.2, 1}, sizeof w[k]);
            ck_assert_int_eq(lgd_function_create(&f, 4, valleys_eval, &v), LGD_OK);
            if (k == 3)
                ck_assert_int_eq(lgd_optimizer_groups(opt, &still_half, 1), LGD_OK);
            const lgd_minimize_options o = {.lr_scale = k == 1 ? ones : k == 2 ? half : NULL};
            ck_assert_int_eq(lgd_minimize(f, opt, w[k], &o, &r), LGD_OK);
            ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
            evaluations[k] = v.calls - v.again;
            ck_assert_msg(v.again <= 1 + v.calls / 20 || i > 4, "%s, %zu: %zu of %zu", methods[i], k, v.again, v.calls);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
        ck_assert(!memcmp(w[0], w[1], sizeof w[0]) && !memcmp(w[2], w[3], sizeof w[0]));
        ck_assert(w[2][2] == -1.2 && w[2][3] == 1);
        ck_assert(evaluations[0] == evaluations[1] && evaluations[2] == evaluations[3]);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("groups");
    CASE(s, lr_scale_every_method_as_alone_at_scaled_rate);
    CASE(s, lr_scale_one_every_method_as_without_groups);
    CASE(s, decay_every_method_its_own_or_an_l2);
    CASE(s, group_of_all_every_method_as_its_own_options);
    CASE(s, decay_unpenalised_coordinates_never);
    CASE(s, frozen_every_method_bits_of_w_and_no_state);
    CASE(s, frozen_gradient_not_finite_of_no_concern);
    CASE(s, frozen_then_thawed_every_method_begins_then);
    CASE(s, frozen_all_of_w_nothing_moves);
    CASE(s, groups_a_hundred_in_any_order_each_as_alone);
    CASE(s, groups_dim_one_as_alone);
    CASE(s, groups_bad_ones_refused_by_name_nothing_changed);
    CASE(s, groups_beyond_dim_refused_once_it_is_known);
    CASE(s, groups_settings_changed_between_steps_next_step_has_them);
    CASE(s, groups_ranges_changed_taken_where_nothing_is_kept_for_each);
    CASE(s, groups_range_over_frozen_and_moved_refused);
    CASE(s, groups_struct_of_an_older_header_rest_zero);
    CASE(s, groups_of_a_method_not_sliced_all_settings);
    CASE(s, groups_of_a_method_not_sliced_what_it_cannot_refused);
    CASE(s, groups_of_a_method_not_sliced_value_stale_once_w_was_changed);
    CASE(s, groups_of_a_method_not_sliced_finite_is_that_of_w);
    CASE(s, groups_kth_allocation_failing_nothing_changed);
    CASE(s, groups_steps_no_allocation);
    CASE(s, resume_with_groups_every_method_bits_of_uninterrupted);
    CASE(s, load_other_groups_refused_by_name);
    CASE(s, minimize_with_groups_every_method_bits_of_own_loop);
    CASE(s, minimize_frozen_group_no_part_in_gradient);
    CASE(s, minimize_rate_that_holds_with_scales_and_decay);
    CASE(s, minimize_lr_scale_zero_every_method_keeps_bits);
    CASE(s, minimize_frozen_methods_that_search_no_evaluation_more);
    CASE(s, minimize_lr_scale_between_refused_by_methods_with_own_points);
    return suite_run(s);
}
