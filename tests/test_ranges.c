/* Long vectors: a step on any number of threads leaves the bits that one thread leaves, in w and in the state, for every method. */
#include "methods.h"
#include "lgd.h"
#include <math.h>
#include <stdio.h>

/* Just above what is moved by ranges, and no multiple of anything. */
enum { DIM = LGD_LONG + 1237, STEPS = 2, RANGE = 4608 };

static double gradients[STEPS][DIM], start[DIM], w[DIM], g[DIM], w_of_one[DIM];

#define ck_ok(call) ck_assert_msg((call) == LGD_OK, "%s: %s", #call, lgd_last_error())

static void ck_fails(lgd_status got, lgd_status status, const char *words)
{
    ck_assert_msg(got == status && strstr(lgd_last_error(), words), "%d, %s", (int)got, lgd_last_error());
}

/* n numbers in (-1, 1) */
static void fill(uint64_t seed, size_t n, double *x)
{
    lgd_uniform(seed, 0, n, x);
    for (size_t j = 0; j < n; j++)
        x[j] = 2 * x[j] - 1;
}

static void draw(void)
{
    fill(3, DIM, start);
    for (size_t t = 0; t < STEPS; t++)
        fill(4 + t, DIM, gradients[t]);
}

/* What surrounds the steps. */
enum { ALONE, IN_GROUPS, PENALISED };

static void surround(lgd_optimizer *opt, int how, const lgd_penalty *penalty)
{
    const lgd_group groups[] = {{.first = 100, .count = RANGE, .frozen = true},
                                {.first = 50000, .count = 100000, .lr_scale = 0.5},
                                {.first = DIM - 3, .count = 3, .lr_scale = 2}};
    ck_ok(lgd_optimizer_spare(opt, DIM, 50010, 7)); /* slices within a range, and ranges within a slice */
    if (how == IN_GROUPS)
        ck_ok(lgd_optimizer_groups(opt, groups, 3));
    if (how == PENALISED && opt->ops.flags & LGD_TELLS_RATE)
        ck_ok(lgd_optimizer_penalty(opt, penalty));
}

/* STEPS steps from the start. */
static lgd_optimizer *path(const lgd_optimizer_ops *ops, int variant, int how, const lgd_penalty *penalty,
                           const char *count)
{
    lgd_optimizer *opt = made(ops, variant);
    setenv("LGD_NUM_THREADS", count, 1);
    surround(opt, how, penalty);
    memcpy(w, start, sizeof w);
    for (size_t t = 0; t < STEPS; t++) {
        memcpy(g, gradients[t], sizeof g);
        ck_ok(lgd_optimizer_step(opt, DIM, w, g, 1, 0.75));
    }
    return opt;
}

static bool same_state(const lgd_optimizer *a, const lgd_optimizer *b)
{
    bool same = !memcmp(a->state, b->state, a->slices * a->state_size) && a->t == b->t;
    for (size_t i = 0; i < a->vectors; i++)
        same = same && !memcmp(a->vec[i], b->vec[i], DIM * sizeof(double));
    for (size_t k = 0; k < a->slices; k++)
        same = same && a->slice[k].weight == b->slice[k].weight && a->slice[k].steps == b->slice[k].steps;
    return same;
}

static void every_method(int how, int variant, const char *const *counts)
{
    const lgd_optimizer_ops *ops;
    lgd_penalty *penalty;
    ck_ok(lgd_penalty_l1_create(&penalty, 0.01));
    draw();
    for (size_t i = 0; (ops = stepped(i)); i++) {
        lgd_optimizer *one = path(ops, variant, how, penalty, "1");
        memcpy(w_of_one, w, sizeof w);
        for (const char *const *count = counts; *count; count++) {
            lgd_optimizer *several = path(ops, variant, how, penalty, *count);
            ck_assert_msg(!memcmp(w, w_of_one, sizeof w) && same_state(one, several), "%s, %s threads", ops->name,
                          *count);
            lgd_optimizer_free(several);
        }
        lgd_optimizer_free(one);
    }
    lgd_penalty_free(penalty);
}

START_TEST(ranges_any_number_of_threads_same_bits)
{
    every_method(ALONE, PRESETS, (const char *const[]){"2", "3", "4", "5", "6", "7", NULL});
}
END_TEST

START_TEST(ranges_other_options_in_groups_same_bits)
{
    every_method(IN_GROUPS, EVERYTHING_ELSE, (const char *const[]){"3", NULL});
}
END_TEST

START_TEST(ranges_before_a_penalty_same_bits)
{
    every_method(PENALISED, PRESETS, (const char *const[]){"2", NULL});
}
END_TEST

/* Elementwise steps of all at once are those of each coordinate: a long vector moves as its parts do by themselves. */
START_TEST(ranges_of_elementwise_methods_as_parts_alone)
{
    enum { PART = 1000, FIRST = DIM - PART - 17 };
    const lgd_optimizer_ops *ops;
    draw();
    for (size_t i = 0; (ops = stepped_builtin(i)); i++) {
        if (!(ops->flags & LGD_ELEMENTWISE) || ops->measure)
            continue;
        lgd_optimizer *opt = made(ops, PRESETS);
        double part[PART], slope[PART];
        lgd_optimizer_free(path(ops, PRESETS, ALONE, NULL, "3"));
        memcpy(part, start + FIRST, sizeof part);
        for (size_t t = 0; t < STEPS; t++) {
            memcpy(slope, gradients[t] + FIRST, sizeof slope);
            ck_ok(lgd_optimizer_step(opt, PART, part, slope, 1, 0.75));
        }
        ck_assert_msg(!memcmp(part, w + FIRST, sizeof part), "%s", ops->name);
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* Almost every built-in method that a step of one's own can take says that it is elementwise, and each that says so is sliced. */
START_TEST(ranges_flags_of_built_ins_sound)
{
    const lgd_optimizer_ops *ops;
    size_t said = 0;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)); i++) {
        said += (ops->flags & LGD_ELEMENTWISE) != 0;
        ck_assert_msg(!(ops->flags & LGD_ELEMENTWISE) || ops->flags & LGD_SLICED, "%s", ops->name);
    }
    ck_assert_uint_ge(said, 20);
}
END_TEST

/* ---- what a step of several threads finds and what it fails with */

START_TEST(ranges_number_that_is_none_found_wherever_it_is)
{
    static const size_t places[] = {0, RANGE - 1, RANGE, DIM / 2, DIM - 1};
    enum { PLACES = sizeof places / sizeof *places };
    const lgd_optimizer_ops *ops;
    draw();
    setenv("LGD_NUM_THREADS", "4", 1);
    for (size_t i = 0; (ops = stepped_builtin(i)); i++) {
        char words[64];
        lgd_optimizer *opt = made(ops, PRESETS);
        memcpy(w, start, sizeof w);
        memcpy(g, gradients[0], sizeof g);
        g[places[i % PLACES]] = i % 2 ? (double)NAN : (double)INFINITY;
        snprintf(words, sizeof words, "%s: ", ops->name);
        ck_fails(lgd_optimizer_step(opt, DIM, w, g, 1, 1), LGD_EDIVERGED, words);
        ck_fails(lgd_optimizer_step(opt, DIM, w, g, 1, 1), LGD_EINVAL, "half done");
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* A user's method that promises to be elementwise, keeps a count in its state, and fails where w is 2. */
static lgd_status promised_step(lgd_step *s)
{
    double *count = s->state;
    *count += 1;
    s->weight += 1;
    for (size_t j = 0; j < s->dim; j++) {
        if (s->w[j] == 2)
            return lgd_set_error(LGD_EUSER, "promised: a coordinate is 2");
        s->w[j] -= *count * s->weight * s->g[j] + (double)(s->threads - 1); /* a range is one thread's */
    }
    return LGD_OK;
}

static void promised_layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim;
    *vectors = 0;
    *state_size = sizeof(double);
}

static const lgd_optimizer_ops promised_ops = {
    .name = "promised", .flags = LGD_SLICED | LGD_ELEMENTWISE, .layout = promised_layout, .step = promised_step};

START_TEST(ranges_of_a_users_method_moved_once_each)
{
    lgd_optimizer *opt;
    draw();
    setenv("LGD_NUM_THREADS", "3", 1);
    ck_ok(lgd_optimizer_create(&opt, &promised_ops, NULL, 0));
    memcpy(w, start, sizeof w);
    for (size_t t = 0; t < STEPS; t++) {
        memcpy(g, gradients[t], sizeof g);
        ck_ok(lgd_optimizer_step(opt, DIM, w, g, 1, 1));
    }
    for (size_t j = 0; j < DIM; j++) {
        double x = start[j];
        for (size_t t = 0; t < STEPS; t++)
            x -= (double)(t + 1) * (double)(t + 1) * gradients[t][j] + 0.0;
        ck_assert(x == w[j]);
    }
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(ranges_failure_of_a_users_step_passed_through)
{
    lgd_optimizer *opt;
    draw();
    setenv("LGD_NUM_THREADS", "3", 1);
    ck_ok(lgd_optimizer_create(&opt, &promised_ops, NULL, 0));
    memcpy(w, start, sizeof w);
    w[DIM / 2] = 2;
    ck_fails(lgd_optimizer_step(opt, DIM, w, gradients[0], 1, 1), LGD_EUSER, "promised: a coordinate is 2");
    ck_fails(lgd_optimizer_step(opt, DIM, w, gradients[0], 1, 1), LGD_EINVAL, "half done");
    lgd_optimizer_reset(opt);
    memcpy(w, start, sizeof w);
    ck_ok(lgd_optimizer_step(opt, DIM, w, gradients[0], 1, 1));
    lgd_optimizer_free(opt);
}
END_TEST

static lgd_status bowl(void *ctx, size_t dim, const double *at, double *f, double *slope)
{
    (void)ctx;
    *f = quadratic(dim, at, slope ? slope : g);
    return LGD_OK;
}

/* In a run the threads are those of its option. */
START_TEST(ranges_in_a_run_same_bits)
{
    static double of_one[DIM];
    lgd_objective *f;
    ck_ok(lgd_function_create(&f, DIM, bowl, NULL));
    for (size_t i = 0; i < 4; i++) {
        const char *const methods[] = {"adam", "prodigy", "lamb", "lbfgs"};
        for (size_t t = 1; t <= 3; t++) {
            lgd_optimizer *opt = parsed(methods[i]);
            memset(w, 0, sizeof w);
            ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 3, .threads = t}, NULL));
            if (t == 1)
                memcpy(of_one, w, sizeof w);
            ck_assert_msg(!memcmp(w, of_one, sizeof w), "%s, %zu threads", methods[i], t);
            lgd_optimizer_free(opt);
        }
    }
    lgd_objective_free(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ranges");
    CASE(s, ranges_any_number_of_threads_same_bits);
    CASE(s, ranges_other_options_in_groups_same_bits);
    CASE(s, ranges_before_a_penalty_same_bits);
    CASE(s, ranges_of_elementwise_methods_as_parts_alone);
    CASE(s, ranges_flags_of_built_ins_sound);
    CASE(s, ranges_number_that_is_none_found_wherever_it_is);
    CASE(s, ranges_of_a_users_method_moved_once_each);
    CASE(s, ranges_failure_of_a_users_step_passed_through);
    CASE(s, ranges_in_a_run_same_bits);
    return suite_run(s);
}
