/* Averages beside w: every kind against its definition in long double, for every method, in a loop of one's own and in
 * lgd_minimize. */
#include "methods.h"
#include "lgd/glm.h"
#include "lgd/minimize.h"
#include <float.h>
#include <math.h>
#include <stdio.h>

typedef long double real;
enum { DIM = 7, STEPS = 100 };

static void gradient(uint64_t t, double *g)
{
    lgd_uniform(6, t * DIM, DIM, g);
    for (size_t j = 0; j < DIM; j++)
        g[j] = ldexp(g[j] - 0.375, (int)(j % 5) - 2);
}

static void start(double *w)
{
    for (size_t j = 0; j < DIM; j++)
        w[j] = (double)j / 4 - 0.75;
}

static void step(lgd_optimizer *opt, double *w, uint64_t t)
{
    double g[DIM];
    gradient(t, g);
    ck_assert_msg(lgd_optimizer_step(opt, DIM, w, g, 1, 1) == LGD_OK, "%s", lgd_last_error());
}

static void averaged(lgd_optimizer *opt, const lgd_average *a)
{
    ck_assert_msg(lgd_optimizer_average(opt, a) == LGD_OK, "%s", lgd_last_error());
}

/* Of the built-ins those that can be stepped here, and have no result of their own. */
static const lgd_optimizer_ops *steppable(size_t i)
{
    static const lgd_optimizer_ops none = {0};
    const lgd_optimizer_ops *ops = lgd_optimizer_builtin(i);
    return ops && (ops->result || ops->flags & LGD_NEEDS_EVAL) ? &none : ops;
}

/* Is it a method there, and one that an average of that kind can be added to? */
static bool takes(const lgd_optimizer_ops *ops, lgd_average_kind kind)
{
    return ops->name && !(kind == LGD_LOOKAHEAD && ops->flags & LGD_OWN_POINTS);
}

/* ---- each kind by its definition */

/* The mean of samples[0 .. n), by weights that are written down. */
static real mean_of(const lgd_average *a, const double samples[][DIM], uint64_t n, size_t j)
{
    const real keep = a->decay == LGD_ZERO ? 0 : a->decay;
    real sum = 0, weights = 0;
    for (uint64_t i = 0; i < n; i++) {
        const real weight = a->kind == LGD_AVERAGE_UNIFORM ? 1 : powl(keep, (real)(n - 1 - i));
        sum += weight * samples[i][j];
        weights += weight;
    }
    return sum / weights;
}

START_TEST(average_every_method_and_kind_as_defined)
{
    static const lgd_average kinds[] = {
        {.kind = LGD_AVERAGE_UNIFORM},
        {.kind = LGD_AVERAGE_UNIFORM, .start = 30, .period = 10}, /* stochastic weight averaging */
        {.kind = LGD_AVERAGE_EMA},
        {.kind = LGD_AVERAGE_EMA, .decay = 0.9, .start = 7, .period = 3},
        {.kind = LGD_AVERAGE_EMA, .decay = LGD_ZERO},
        {.kind = LGD_AVERAGE_UNIFORM, .start = STEPS},
    };
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = steppable(i)) != NULL; i++)
        for (size_t k = 0; ops->name && k < sizeof kinds / sizeof *kinds; k++) {
            lgd_optimizer *opt = made(ops, PRESETS), *plain = made(ops, PRESETS);
            const uint64_t period = kinds[k].period ? kinds[k].period : 1;
            lgd_average filled = kinds[k];
            filled.decay = filled.decay == 0 ? 0.999 : filled.decay;
            double w[DIM], x[DIM], out[DIM], samples[STEPS][DIM];
            uint64_t n = 0;
            start(w);
            start(x);
            averaged(opt, &kinds[k]);
            for (uint64_t t = 0; t < STEPS; t++) {
                step(opt, w, t);
                step(plain, x, t);
                ck_assert_msg(!memcmp(w, x, sizeof w), "%s: the average moved w", ops->name);
                if (t + 1 > filled.start && (t + 1 - filled.start) % period == 0)
                    memcpy(samples[n++], x, sizeof x);
                ck_assert_int_eq(lgd_optimizer_result(opt, w, out), LGD_OK);
                ck_assert_int_eq(lgd_optimizer_has_result(opt), n > 0);
                for (size_t j = 0; j < DIM; j++) {
                    const real expected = n ? mean_of(&filled, samples, n, j) : (real)w[j];
                    ck_assert_msg(
                        n > 1 ? fabsl(out[j] - expected) <= 1e-14L * (1 + fabsl(expected)) : out[j] == expected,
                        "%s, kind %zu, step %d: %.17g, not %.17Lg", ops->name, k, (int)t + 1, out[j], expected);
                }
            }
            lgd_optimizer_free(opt);
            lgd_optimizer_free(plain);
        }
}
END_TEST

START_TEST(lookahead_every_method_slow_point_as_defined)
{
    static const lgd_average kinds[] = {{.kind = LGD_LOOKAHEAD},
                                        {.kind = LGD_LOOKAHEAD, .period = 3, .alpha = 0.8, .start = 10},
                                        {.kind = LGD_LOOKAHEAD, .period = 1, .alpha = 1}};
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = steppable(i)) != NULL; i++)
        for (size_t k = 0; takes(ops, LGD_LOOKAHEAD) && k < 3; k++) {
            lgd_optimizer *opt = made(ops, PRESETS), *fast = made(ops, PRESETS);
            const uint64_t period = kinds[k].period ? kinds[k].period : 5;
            const real alpha = k == 1 ? 0.8 : (k ? 1 : 0.5);
            double w[DIM], x[DIM], out[DIM];
            real slow[DIM] = {0};
            start(w);
            start(x);
            averaged(opt, &kinds[k]);
            for (uint64_t t = 0; t < STEPS; t++) {
                const uint64_t since = t + 1 - kinds[k].start;
                for (size_t j = 0; t == kinds[k].start && j < DIM; j++)
                    slow[j] = x[j];
                step(opt, w, t);
                step(fast, x, t);
                for (size_t j = 0; t >= kinds[k].start && since % period == 0 && j < DIM; j++) {
                    slow[j] += alpha * (x[j] - slow[j]);
                    x[j] = (double)slow[j];
                }
                ck_assert_int_eq(lgd_optimizer_result(opt, w, out), LGD_OK);
                for (size_t j = 0; j < DIM; j++) {
                    const real expected = t >= kinds[k].start && since >= period ? slow[j] : (real)x[j];
                    ck_assert_double_eq_tol(w[j], x[j], 1e-13 * (1 + fabs(x[j])));
                    ck_assert_double_eq_tol(out[j], (double)expected, 1e-13 * (1 + fabs(x[j])));
                }
                if (k == 2)
                    ck_assert_mem_eq(w, x, sizeof w);
            }
            lgd_optimizer_free(opt);
            lgd_optimizer_free(fast);
        }
}
END_TEST

START_TEST(lookahead_moves_w_every_period_only)
{
    lgd_optimizer *opt = parsed("sgd:lr=1");
    averaged(opt, &(lgd_average){.kind = LGD_LOOKAHEAD, .period = 2, .alpha = 0.25});
    static const double expected[] = {-1, -0.5, -1.5, -1, -2, -1.5};
    double w = 0;
    for (size_t t = 0; t < 6; t++) {
        double g = 1;
        ck_assert_int_eq(lgd_optimizer_step(opt, 1, &w, &g, 0, 1), LGD_OK);
        ck_assert_double_eq(w, expected[t]);
    }
    lgd_optimizer_free(opt);
}
END_TEST

/* What does not move has its bits in every average, from the first sample on. */
START_TEST(average_of_frozen_and_still_coordinates_their_bits)
{
    static const lgd_average kinds[] = {{.kind = LGD_AVERAGE_UNIFORM},
                                        {.kind = LGD_AVERAGE_EMA, .decay = 0.7},
                                        {.kind = LGD_LOOKAHEAD, .period = 2, .alpha = 0.3}};
    for (size_t k = 0; k < 3; k++) {
        lgd_optimizer *opt = parsed("adam");
        double w[DIM] = {-0.0, 1e300, 5e-324, 0.1, -0.0, 1, 2}, x[DIM], out[DIM], g[DIM];
        memcpy(x, w, sizeof w);
        averaged(opt, &kinds[k]);
        ck_assert_int_eq(lgd_optimizer_groups(opt, &(lgd_group){.count = 3, .frozen = true}, 1), LGD_OK);
        for (uint64_t t = 0; t < 20; t++) {
            gradient(t, g);
            g[3] = g[4] = 0;
            ck_assert_int_eq(lgd_optimizer_step(opt, DIM, w, g, 0, 1), LGD_OK);
            ck_assert_int_eq(lgd_optimizer_result(opt, w, out), LGD_OK);
            ck_assert_mem_eq(w, x, 5 * sizeof *w);
            ck_assert_mem_eq(out, x, 5 * sizeof *w);
            ck_assert(w[5] != x[5] && out[6] != x[6]);
        }
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* ---- states and memory */

START_TEST(average_resume_after_every_step_bits_of_uninterrupted)
{
    static const lgd_average kinds[] = {{.kind = LGD_AVERAGE_UNIFORM, .start = 3, .period = 2},
                                        {.kind = LGD_AVERAGE_EMA, .decay = 0.9},
                                        {.kind = LGD_LOOKAHEAD, .start = 2, .period = 3}};
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = steppable(i)) != NULL; i++)
        for (size_t k = 0; ops->name && k < 3; k++)
            for (uint64_t stop = 0; takes(ops, kinds[k].kind) && stop <= 12; stop++) {
                lgd_optimizer *whole = made(ops, PRESETS), *first = made(ops, PRESETS), *second = made(ops, PRESETS);
                double w[DIM], x[DIM], a[DIM], b[DIM];
                start(w);
                start(x);
                averaged(whole, &kinds[k]);
                averaged(first, &kinds[k]);
                averaged(second, &kinds[k]);
                for (uint64_t t = 0; t < 25; t++) {
                    if (t == stop) {
                        saved s = save(first);
                        ck_assert_msg(!lgd_optimizer_load(second, s.bytes, s.size), "%s", lgd_last_error());
                        ck_assert(still(second, s));
                    }
                    step(whole, x, t);
                    step(t < stop ? first : second, w, t);
                }
                ck_assert_int_eq(lgd_optimizer_result(whole, x, a), LGD_OK);
                ck_assert_int_eq(lgd_optimizer_result(second, w, b), LGD_OK);
                ck_assert_mem_eq(w, x, sizeof w);
                ck_assert_mem_eq(a, b, sizeof a);
                ck_assert(still(second, save(whole)));
                lgd_optimizer_free(whole);
                lgd_optimizer_free(first);
                lgd_optimizer_free(second);
            }
}
END_TEST

START_TEST(load_other_average_refused_by_name)
{
    static const lgd_average kinds[] = {{.kind = LGD_AVERAGE_NONE},
                                        {.kind = LGD_AVERAGE_UNIFORM},
                                        {.kind = LGD_AVERAGE_UNIFORM, .start = 1},
                                        {.kind = LGD_AVERAGE_UNIFORM, .period = 2},
                                        {.kind = LGD_AVERAGE_EMA},
                                        {.kind = LGD_AVERAGE_EMA, .decay = 0.9},
                                        {.kind = LGD_LOOKAHEAD},
                                        {.kind = LGD_LOOKAHEAD, .alpha = 0.25}};
    enum { KINDS = sizeof kinds / sizeof *kinds };
    for (size_t i = 0; i < KINDS; i++)
        for (size_t k = 0; k < KINDS; k++) {
            lgd_optimizer *from = parsed("sgd"), *to = parsed("sgd");
            char expected[96];
            double w[DIM];
            start(w);
            averaged(from, &kinds[i]);
            averaged(to, &kinds[k]);
            step(from, w, 0);
            saved s = save(from), before = save(to);
            ck_assert_int_eq(lgd_optimizer_load(to, s.bytes, s.size), i == k ? LGD_OK : LGD_EINVAL);
            snprintf(expected, sizeof expected, "sgd: the saved state has an average of kind %d (start %d, ",
                     (int)kinds[i].kind, (int)kinds[i].start);
            ck_assert_msg(i == k || strstr(lgd_last_error(), expected) != NULL, "%s", lgd_last_error());
            ck_assert(still(to, i == k ? s : before));
            free(i == k ? before.bytes : s.bytes);
            lgd_optimizer_free(from);
            lgd_optimizer_free(to);
        }
}
END_TEST

START_TEST(average_state_bytes_one_vector_more)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = steppable(i)) != NULL; i++)
        for (lgd_average_kind kind = LGD_AVERAGE_NONE; kind <= LGD_LOOKAHEAD && takes(ops, kind); kind++) {
            lgd_optimizer *opt = made(ops, PRESETS);
            const size_t before = lgd_optimizer_state_bytes(opt, 1000);
            averaged(opt, &(lgd_average){.kind = kind});
            ck_assert_uint_eq(lgd_optimizer_state_bytes(opt, 1000), before + (kind ? 8000 : 0));
            averaged(opt, NULL);
            ck_assert_uint_eq(lgd_optimizer_state_bytes(opt, 1000), before);
            lgd_optimizer_free(opt);
        }
}
END_TEST

START_TEST(average_kth_allocation_failing_enomem_steps_allocate_nothing)
{
    for (size_t k = 1; k <= 4; k++) {
        budget b;
        budget_begin(&b, 0);
        lgd_optimizer *opt = parsed("sgd");
        double w[DIM], g[DIM];
        start(w);
        gradient(0, g);
        const size_t made_so_far = b.requests;
        averaged(opt, &(lgd_average){.kind = LGD_AVERAGE_EMA});
        b.fail_at = made_so_far + k; /* vectors, then slices; the third is not asked for */
        ck_assert_int_eq(lgd_optimizer_step(opt, DIM, w, g, 0, 1), k <= 2 ? LGD_ENOMEM : LGD_OK);
        ck_assert_uint_eq(lgd_optimizer_steps(opt), k > 2);
        b.fail_at = 0;
        step(opt, w, 1);
        const size_t after = b.requests;
        for (uint64_t t = 2; t < 20; t++)
            step(opt, w, t);
        ck_assert_uint_eq(b.requests, after);
        lgd_optimizer_free(opt);
        ck_assert_uint_eq(b.living, 0);
        lgd_set_memory(NULL);
    }
}
END_TEST

/* ---- what is taken, and when */

START_TEST(average_bad_ones_refused_by_name_nothing_changed)
{
    static const struct {
        lgd_average average;
        const char *message;
    } bad[] = {
        {{.kind = (lgd_average_kind)4}, "adam: kind of the average is 4, 0 (LGD_AVERAGE_NONE) to 3 is accepted"},
        {{.kind = (lgd_average_kind)-1}, "adam: kind of the average is -1, 0 (LGD_AVERAGE_NONE) to 3 is accepted"},
        {{.kind = LGD_AVERAGE_UNIFORM, .start = (uint64_t)-1},
         "adam: start of the average is 18446744073709551615, at"},
        {{.kind = LGD_AVERAGE_UNIFORM, .period = (uint64_t)-5}, "adam: period of the average is 18446744073709551611,"},
        {{.kind = LGD_AVERAGE_EMA, .decay = 1}, "adam: decay of the average is 1, a number at least 0 and below 1 is"},
        {{.kind = LGD_AVERAGE_EMA, .decay = -0.5},
         "adam: decay of the average is -0.5, a number at least 0 and below 1"},
        {{.kind = LGD_AVERAGE_EMA, .decay = NAN}, "adam: decay of the average is nan"},
        {{.kind = LGD_AVERAGE_EMA, .decay = INFINITY}, "adam: decay of the average is inf"},
        {{.kind = LGD_LOOKAHEAD, .alpha = LGD_ZERO}, "adam: alpha of the average is 0, a number above 0 and at most 1"},
        {{.kind = LGD_LOOKAHEAD, .alpha = 1.5}, "adam: alpha of the average is 1.5, a number above 0 and at most 1"},
        {{.kind = LGD_LOOKAHEAD, .alpha = -1}, "adam: alpha of the average is -1"},
        {{.kind = LGD_LOOKAHEAD, .alpha = NAN}, "adam: alpha of the average is nan"},
    };
    lgd_optimizer *opt = parsed("adam");
    averaged(opt, &(lgd_average){.kind = LGD_AVERAGE_EMA, .decay = 0.5});
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(lgd_optimizer_average(opt, &bad[i].average) == LGD_EINVAL, "%s", bad[i].message);
        ck_assert_msg(strstr(lgd_last_error(), bad[i].message) != NULL, "%s, not %s", lgd_last_error(), bad[i].message);
        ck_assert(opt->average.kind == LGD_AVERAGE_EMA && opt->average.decay == 0.5);
    }
    ck_assert_int_eq(lgd_optimizer_average(NULL, &bad[0].average), LGD_EINVAL);
    ck_assert_str_eq(lgd_last_error(), "optimizer: opt is NULL, an optimizer is accepted");
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(average_after_dim_is_known_refused_until_reset)
{
    const lgd_average ema = {.kind = LGD_AVERAGE_EMA, .decay = 0.5};
    lgd_optimizer *opt = parsed("adam");
    double w[DIM], out[DIM], first[DIM];
    start(w);
    ck_assert_int_eq(lgd_optimizer_spare(opt, DIM, 1, 1), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_average(opt, &ema), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "is asked for after step 0, it is accepted before dim is known"));
    lgd_optimizer_reset(opt);
    step(opt, w, 0);
    ck_assert_int_eq(lgd_optimizer_average(opt, &ema), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "adam: an average is asked for after step 1, "));
    ck_assert_int_eq(lgd_optimizer_average(opt, NULL), LGD_EINVAL);
    lgd_optimizer_reset(opt);
    averaged(opt, &ema);
    for (int again = 0; again < 2; again++) { /* a reset keeps what was asked for, and begins it again */
        start(w);
        for (uint64_t t = 0; t < 5; t++)
            step(opt, w, t);
        ck_assert_int_eq(lgd_optimizer_result(opt, w, out), LGD_OK);
        ck_assert(out[0] != w[0]);
        ck_assert(!again || !memcmp(out, first, sizeof out));
        memcpy(first, out, sizeof out);
        lgd_optimizer_reset(opt);
    }
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(average_method_with_a_result_of_its_own_unsupported)
{
    const lgd_optimizer_ops *ops;
    size_t refused = 0;
    for (size_t i = 0; (ops = method(i)) != NULL; i++) {
        lgd_optimizer *opt = made(ops, PRESETS);
        for (lgd_average_kind kind = LGD_AVERAGE_UNIFORM; kind <= LGD_LOOKAHEAD; kind++) {
            const lgd_status status = lgd_optimizer_average(opt, &(lgd_average){.kind = kind});
            const bool behind = kind == LGD_LOOKAHEAD && opt->ops.flags & LGD_OWN_POINTS;
            ck_assert_int_eq(status, opt->ops.result || behind ? LGD_EUNSUPPORTED : LGD_OK);
            refused += status != LGD_OK;
            if (opt->ops.result)
                ck_assert_ptr_nonnull(strstr(lgd_last_error(), "none is accepted: the method has its own"));
            else if (behind)
                ck_assert_ptr_nonnull(strstr(lgd_last_error(), "another average is accepted: the method keeps points"));
        }
        averaged(opt, &(lgd_average){.kind = LGD_AVERAGE_NONE});
        lgd_optimizer_free(opt);
    }
    ck_assert_uint_ge(refused, 3);
}
END_TEST

START_TEST(average_struct_of_another_header_completed_or_refused)
{
    struct {
        lgd_average known;
        double unknown;
    } newer = {{.kind = LGD_AVERAGE_EMA}, 1};
    const lgd_average all = {.kind = LGD_AVERAGE_EMA, .start = 3, .period = 4, .decay = 0.5};
    lgd_optimizer *opt = parsed("adam");
    ck_assert_int_eq(lgd_optimizer_average_sized(opt, &newer.known, sizeof newer), LGD_EUNSUPPORTED);
    newer.unknown = 0;
    ck_assert_int_eq(lgd_optimizer_average_sized(opt, &newer.known, sizeof newer), LGD_OK);
    ck_assert_int_eq(lgd_optimizer_average_sized(opt, &all, offsetof(lgd_average, decay)), LGD_OK);
    ck_assert(opt->average.start == 3 && opt->average.period == 4 && opt->average.decay == 0.999);
    lgd_optimizer_free(opt);
}
END_TEST

/* ---- lgd_minimize */

enum { ROWS = 40, COLS = 6, WEIGHTS = COLS + 1 };

START_TEST(minimize_average_full_batch_and_batches_bits_of_own_loop)
{
    static const lgd_average kinds[] = {{.kind = LGD_AVERAGE_NONE},
                                        {.kind = LGD_AVERAGE_UNIFORM, .start = 7, .period = 3},
                                        {.kind = LGD_AVERAGE_EMA, .decay = 0.9},
                                        {.kind = LGD_AVERAGE_EMA, .start = 1000},
                                        {.kind = LGD_LOOKAHEAD}};
    double x[ROWS * COLS], y[ROWS];
    lgd_uniform(1, 0, ROWS * COLS, x);
    lgd_uniform(2, 0, ROWS, y);
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    ck_assert_int_eq(lgd_matrix_dense(&X, ROWS, COLS, x, COLS), LGD_OK);
    ck_assert_int_eq(lgd_glm_create(&f, X, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}), LGD_OK);
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = steppable(i)) != NULL; i++)
        for (size_t k = 0; ops->name && k < 10; k++) {
            if (!takes(ops, kinds[k / 2].kind))
                continue;
            const size_t batch = k % 2 && !(ops->flags & LGD_FULL_BATCH) ? 8 : 0;
            lgd_optimizer *run = made(ops, PRESETS), *own = made(ops, PRESETS);
            double w[WEIGHTS] = {0}, v[WEIGHTS] = {0}, out[WEIGHTS], best[WEIGHTS], average[WEIGHTS], g[WEIGHTS], value;
            lgd_report r;
            averaged(run, &kinds[k / 2]);
            averaged(own, &kinds[k / 2]);
            const lgd_minimize_options o = {.batch_size = batch,
                                            .max_epochs = batch ? 6 : 30,
                                            .order = LGD_SEQUENTIAL,
                                            .grad_tol = LGD_ZERO,
                                            .w_best = best,
                                            .w_average = average};
            ck_assert_msg(lgd_minimize(f, run, w, &o, &r) == LGD_OK, "%s: %s", ops->name, lgd_last_error());
            ck_assert_int_eq(lgd_optimizer_spare(own, WEIGHTS, COLS, 1), LGD_OK);
            for (uint64_t t = 0; t < lgd_optimizer_steps(run); t++) {
                const lgd_rows rows = {batch * (t % 5), batch ? batch : ROWS, NULL};
                ck_assert_int_eq(lgd_objective_eval(f, &rows, v, &value, g), LGD_OK);
                ck_assert_int_eq(lgd_optimizer_step(own, WEIGHTS, v, g, value, 1), LGD_OK);
            }
            ck_assert_int_eq(lgd_optimizer_result(own, v, out), LGD_OK);
            ck_assert_msg(!memcmp(w, v, sizeof w), "%s, average %zu", ops->name, k);
            ck_assert_mem_eq(average, out, sizeof out);
            ck_assert_int_eq(lgd_objective_eval(f, NULL, out, &value, NULL), LGD_OK);
            const bool none = kinds[k / 2].kind == LGD_AVERAGE_NONE || kinds[k / 2].start == 1000;
            ck_assert(none ? isnan(r.f_average) : r.f_average == value);
            lgd_optimizer_free(run);
            lgd_optimizer_free(own);
        }
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

static lgd_status hill(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = 3 - w[0] * w[0];
    if (g)
        g[0] = -2 * w[0];
    return LGD_OK;
}

START_TEST(minimize_average_of_an_ascent_sign_of_the_user)
{
    lgd_objective *f = NULL;
    lgd_optimizer *opt = parsed("sgd:lr=0.25");
    lgd_report r;
    double w = 1, average = 7;
    ck_assert_int_eq(lgd_function_create(&f, 1, hill, NULL), LGD_OK);
    averaged(opt, &(lgd_average){.kind = LGD_AVERAGE_UNIFORM});
    const lgd_minimize_options o = {.max_steps = 2, .maximize = true, .w_average = &average};
    ck_assert_int_eq(lgd_minimize(f, opt, &w, &o, &r), LGD_OK);
    ck_assert_double_eq(w, 0.25);
    ck_assert_double_eq(average, 0.375);
    ck_assert_double_eq(r.f_average, 3 - 0.375 * 0.375);
    ck_assert_uint_eq(r.evaluations, 4); /* two steps, the end, the average */
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* Around the minimum of noisy gradients the average is nearer to it than w: what it is for. */
START_TEST(minimize_average_of_noisy_batches_nearer)
{
    enum { MANY = 400, NOISY = 3 };
    double x[MANY * NOISY], y[MANY], exact[NOISY] = {0}, w[NOISY] = {0}, average[NOISY];
    lgd_uniform(8, 0, MANY * NOISY, x);
    lgd_uniform(9, 0, MANY, y);
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    lgd_report r;
    ck_assert_int_eq(lgd_matrix_dense(&X, MANY, NOISY, x, NOISY), LGD_OK);
    ck_assert_int_eq(lgd_glm_create(&f, X, y, lgd_loss_half_squared(), NULL), LGD_OK);
    lgd_optimizer *opt = parsed("sgd:lr=0.5");
    ck_assert_int_eq(lgd_minimize(f, opt, exact, &(lgd_minimize_options){.max_epochs = 5000}, NULL), LGD_OK);
    double least;
    ck_assert_int_eq(lgd_objective_eval(f, NULL, exact, &least, NULL), LGD_OK);
    lgd_optimizer_free(opt);
    opt = parsed("sgd:lr=0.3");
    averaged(opt, &(lgd_average){.kind = LGD_AVERAGE_UNIFORM, .start = 1000});
    const lgd_minimize_options o = {.batch_size = 4, .max_epochs = 50, .w_average = average};
    ck_assert_int_eq(lgd_minimize(f, opt, w, &o, &r), LGD_OK);
    ck_assert_msg(r.f_average - least < 0.1 * (r.f - least), "%g above the least, w %g", r.f_average - least,
                  r.f - least);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("average");
    CASE(s, average_every_method_and_kind_as_defined);
    CASE(s, lookahead_every_method_slow_point_as_defined);
    CASE(s, lookahead_moves_w_every_period_only);
    CASE(s, average_of_frozen_and_still_coordinates_their_bits);
    CASE(s, average_resume_after_every_step_bits_of_uninterrupted);
    CASE(s, load_other_average_refused_by_name);
    CASE(s, average_state_bytes_one_vector_more);
    CASE(s, average_kth_allocation_failing_enomem_steps_allocate_nothing);
    CASE(s, average_bad_ones_refused_by_name_nothing_changed);
    CASE(s, average_after_dim_is_known_refused_until_reset);
    CASE(s, average_method_with_a_result_of_its_own_unsupported);
    CASE(s, average_struct_of_another_header_completed_or_refused);
    CASE(s, minimize_average_full_batch_and_batches_bits_of_own_loop);
    CASE(s, minimize_average_of_an_ascent_sign_of_the_user);
    CASE(s, minimize_average_of_noisy_batches_nearer);
    return suite_run(s);
}
