/* Runs from several starts: the bits of each by itself, the lowest of them, where starts are drawn, and runs that fail. */
#include "classic.h"
#include "problems.h"
#include "lgd/starts.h"
#include <stddef.h>

/* ---- functions with many minima */

typedef struct wavy {
    const classic *p;
    double sign;
    size_t calls, bad_call; /* from 1; 0: none */
    int code;               /* what it returns then; 0: NaN */
    double hole;            /* f is NaN where w0 is above */
} wavy;

static lgd_status wavy_fn(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    wavy *v = ctx;
    double own[CLASSIC_DIM];
    *f = v->sign * classic_eval(v->p, w, own);
    for (size_t j = 0; g && j < dim; j++)
        g[j] = v->sign * own[j];
    if (w[0] > v->hole)
        *f = NAN;
    if (++v->calls != v->bad_call)
        return LGD_OK;
    *f = NAN;
    return (lgd_status)v->code;
}

static wavy wavy_of(const char *name)
{
    wavy v = {.sign = 1, .hole = INFINITY};
    for (size_t i = 0; i < classic_function_count; i++)
        if (!strcmp(classic_functions[i].name, name))
            v.p = &classic_functions[i];
    ck_assert_msg(v.p != NULL, "there is no %s", name);
    return v;
}

static lgd_objective *objective_of(wavy *v)
{
    lgd_objective *f = NULL;
    ck_ok(lgd_function_create(&f, (size_t)v->p->n, wavy_fn, v));
    return f;
}

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

static const double low[2] = {-2, -1.5}, high[2] = {2, 1.5};
static const char *const methods[] = {"lbfgs", "momentum:lr=0.01", "asgd:lr=0.01"};
enum { METHODS = sizeof methods / sizeof *methods, STARTS = 9 };

/* ---- the bits of each run by itself */

static void compare_runs(const lgd_report *a, const lgd_report *b)
{
    ck_assert(a->stop == b->stop && a->steps == b->steps && a->evaluations == b->evaluations);
    ck_assert(!memcmp(&a->f, &b->f, sizeof a->f) && !memcmp(&a->grad_norm, &b->grad_norm, sizeof a->f));
    ck_assert(!memcmp(&a->best_f, &b->best_f, sizeof a->f) && !memcmp(&a->f_average, &b->f_average, sizeof a->f));
}

START_TEST(starts_each_run_the_bits_of_its_own)
{
    for (int m = 0; m < METHODS; m++)
        for (int given = 0; given < 2; given++) {
            wavy v = wavy_of("Six-hump camel");
            lgd_objective *f = objective_of(&v);
            lgd_optimizer *opt = parsed(methods[m]);
            double W0[STARTS * 2], W[STARTS * 2], w[2], best[2], average[2], point[2], own_best[2], own_average[2];
            lgd_report reports[STARTS], own;
            lgd_starts_report sum;
            lgd_starts_options o = {.starts = STARTS, .lower = low, .upper = high, .seed = 5, .W = W};
            ck_ok(lgd_starts_draw(2, &o, W0));
            if (given)
                o = (lgd_starts_options){.starts = STARTS, .W0 = W0, .W = W};
            ck_ok(lgd_minimize_starts(f, opt, w, &o,
                                      &(lgd_minimize_options){.max_steps = 60, .w_best = best, .w_average = average},
                                      reports, &sum));
            ck_assert(sum.runs == STARTS && sum.failed == 0);
            for (size_t i = 0; i < STARTS; i++) {
                memcpy(point, W0 + 2 * i, sizeof point);
                lgd_optimizer_reset(opt);
                ck_ok(lgd_minimize(
                    f, opt, point,
                    &(lgd_minimize_options){.max_steps = 60, .w_best = own_best, .w_average = own_average}, &own));
                compare_runs(&own, &reports[i]);
                ck_assert(!memcmp(point, W + 2 * i, sizeof point));
                ck_assert(own.f > sum.f || (own.f == sum.f && i >= sum.best));
                if (i == sum.best)
                    ck_assert(!memcmp(w, point, sizeof w) && own.f == sum.f && !memcmp(best, own_best, sizeof best) &&
                              !memcmp(average, own_average, sizeof average));
            }
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

/* Of data in chunks: threads change nothing, nor does that there are other runs. */
START_TEST(starts_threads_same_bits)
{
    enum { ROWS = 3000, COLS = 20 };
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01}, 3);
    double W0[3 * COLS], w[2][COLS];
    lgd_starts_report sum[2];
    fill(51, 3 * COLS, -3, 3, W0);
    for (size_t threads = 1; threads <= 3; threads++) {
        lgd_optimizer *opt = parsed("lbfgs");
        const size_t now = threads > 1;
        ck_ok(lgd_minimize_starts(m.f, opt, w[now], &(lgd_starts_options){.starts = 3, .W0 = W0},
                                  &(lgd_minimize_options){.max_steps = 6, .threads = threads}, NULL, &sum[now]));
        ck_assert(!memcmp(w[0], w[now], sizeof w[0]) && sum[0].f == sum[now].f && sum[0].best == sum[now].best);
        lgd_optimizer_free(opt);
    }
    model_free(&m);
}
END_TEST

/* ---- the lowest */

/* Terms (w_j^2 - 1)^2 + t w_j/20 of a function with many minima; no number from where a coordinate is above 2.7. */
static lgd_status wells(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const size_t dim = *(const size_t *)ctx;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t t = rows->index ? rows->index[rows->first + i] : rows->first + i;
        for (size_t j = 0; j < dim; j++) {
            const double square = w[j] * w[j] - 1, tilt = (double)(t % 5) / 20;
            *f += w[j] > 2.7 ? NAN : square * square + tilt * w[j];
            if (g)
                g[j] += 4 * square * w[j] + tilt;
        }
    }
    return LGD_OK;
}

/* features: 58 */
START_TEST(starts_side_by_side_as_one_after_another)
{
    enum { DIM = 3, RUNS = 11 };
    const double lower[DIM] = {-3, -3, -3}, upper[DIM] = {3, 3, 3};
    const lgd_objective_ops ops = {.name = "wells", .flags = LGD_CONCURRENT, .eval = wells};
    size_t dim = DIM;
    lgd_objective *f = NULL;
    ck_ok(lgd_objective_create(&f, DIM, 400, &ops, &dim));
    for (int kind = 0; kind < 4; kind++) { /* all; to a target; batches; an average, and groups */
        double w[5][DIM], W[5][RUNS * DIM], best[5][DIM], average[5][DIM], after[5][DIM];
        lgd_report reports[5][RUNS];
        lgd_starts_report sum[5];
        for (size_t threads = 1; threads < 5; threads++) {
            lgd_optimizer *opt = parsed(kind == 0 ? "lbfgs" : "momentum:lr=0.01");
            const lgd_group half = {.first = 1, .count = 1, .lr_scale = 0.5};
            const lgd_starts_options starts = {
                .starts = RUNS, .lower = lower, .upper = upper, .seed = 8, .W = W[threads]};
            const lgd_minimize_options run = {.batch_size = kind == 2 ? 32 : 0,
                                              .max_epochs = 30,
                                              .f_target = kind == 1 ? 0.01 : 0,
                                              .w_best = best[threads],
                                              .w_average = average[threads],
                                              .threads = threads};
            if (kind == 3) {
                ck_ok(lgd_optimizer_groups(opt, &half, 1));
                ck_ok(lgd_optimizer_average(opt, &(lgd_average){.kind = LGD_AVERAGE_EMA}));
            }
            ck_ok(lgd_minimize_starts(f, opt, w[threads], &starts, &run, reports[threads], &sum[threads]));
            memcpy(after[threads], w[threads], sizeof after[0]); /* opt is as the last run left it */
            ck_ok(lgd_minimize(f, opt, after[threads], &(lgd_minimize_options){.max_steps = 3, .grad_tol = LGD_ZERO},
                               NULL));
            lgd_optimizer_free(opt);
        }
        ck_assert(sum[1].failed > 0 && (kind == 1 ? sum[1].runs < RUNS : sum[1].runs == RUNS && sum[1].minima > 1));
        for (size_t threads = 2; threads < 5; threads++) {
            ck_assert(!memcmp(w[1], w[threads], sizeof w[1]) && !memcmp(W[1], W[threads], sizeof W[1]));
            ck_assert(!memcmp(best[1], best[threads], sizeof best[1]) &&
                      !memcmp(average[1], average[threads], sizeof average[1]));
            ck_assert(!memcmp(after[1], after[threads], sizeof after[1]));
            ck_assert(sum[1].best == sum[threads].best && sum[1].runs == sum[threads].runs &&
                      sum[1].failed == sum[threads].failed && sum[1].minima == sum[threads].minima &&
                      sum[1].f == sum[threads].f);
            for (size_t i = 0; i < RUNS; i++)
                compare_runs(&reports[1][i], &reports[threads][i]);
        }
    }
    lgd_objective_free(f);
}
END_TEST

START_TEST(starts_camel_six_minima_and_the_lowest)
{
    wavy v = wavy_of("Six-hump camel");
    lgd_objective *f = objective_of(&v);
    lgd_optimizer *opt = parsed("lbfgs");
    const lgd_starts_options o = {.starts = 60, .lower = low, .upper = high};
    double w[2];
    lgd_starts_report sum;
    ck_ok(lgd_minimize_starts(f, opt, w, &o, NULL, NULL, &sum));
    ck_near(sum.f, -1.0316284534898774L, 1e-10);
    ck_near(fabs(w[0]), 0.0898420131003L, 1e-5);
    ck_near(fabs(w[1]), 0.7126564032704L, 1e-5);
    ck_assert(w[0] * w[1] < 0);
    ck_assert_uint_eq(sum.minima, 6);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* features: 58 */
START_TEST(starts_rastrigin_the_lowest_of_many)
{
    wavy v = wavy_of("Rastrigin");
    const size_t dim = (size_t)v.p->n;
    lgd_objective *f = objective_of(&v);
    lgd_optimizer *opt = parsed("lbfgs");
    double lower[CLASSIC_DIM], upper[CLASSIC_DIM], w[CLASSIC_DIM];
    static lgd_report reports[300];
    lgd_starts_report sum;
    for (size_t j = 0; j < dim; j++)
        lower[j] = -1.5, upper[j] = 1.5;
    ck_ok(lgd_minimize_starts(f, opt, w, &(lgd_starts_options){.starts = 300, .lower = lower, .upper = upper}, NULL,
                              reports, &sum));
    size_t lowest = 0;
    for (size_t i = 0; i < 300; i++)
        lowest += reports[i].f < 1e-9;
    ck_assert(lowest > 0 && lowest < 150); /* a single start is no more than a matter of luck */
    ck_assert_double_lt(fabs(sum.f), 1e-9);
    ck_assert_uint_gt(sum.minima, 3);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* A damped wave, y = exp(-exp(w0) x) cos(w1 x): for most frequencies it is damped away. */
enum { TIMES = 40 };

static lgd_status wave_fn(void *ctx, size_t dim, size_t count, const double *w, double *r, double *J)
{
    const double *y = ctx;
    for (size_t i = 0; i < count; i++) {
        const double x = (double)i / 10, e = exp(-exp(w[0]) * x), c = cos(w[1] * x);
        r[i] = e * c - y[i];
        if (J) {
            J[i * dim] = -exp(w[0]) * x * e * c;
            J[i * dim + 1] = -x * e * sin(w[1] * x);
        }
    }
    return LGD_OK;
}

START_TEST(starts_damped_wave_its_frequency_found)
{
    enum { MANY = 40 };
    const double truth[2] = {-1.5, 7}, lower[2] = {-3, 1}, upper[2] = {1, 20};
    double y[TIMES] = {0}, w[2];
    lgd_report reports[MANY];
    lgd_starts_report sum;
    lgd_objective *f;
    lgd_optimizer *opt = parsed("lbfgs");
    ck_ok(wave_fn(y, 2, TIMES, truth, y, NULL)); /* y is 0 before */
    ck_ok(lgd_residual_create(&f, 2, TIMES, wave_fn, y));
    ck_ok(lgd_minimize_starts(f, opt, w, &(lgd_starts_options){.starts = MANY, .lower = lower, .upper = upper}, NULL,
                              reports, &sum));
    size_t found = 0;
    for (size_t i = 0; i < MANY; i++)
        found += reports[i].f < 1e-8;
    ck_assert(found > 0 && found < MANY);
    ck_assert_uint_ge(sum.minima, 3);
    for (size_t j = 0; j < 2; j++)
        ck_near(w[j], truth[j], 1e-3);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

START_TEST(starts_maximize_equals_minimize_of_the_negative)
{
    double w[2][2];
    lgd_starts_report sum[2];
    for (int up = 0; up < 2; up++) {
        wavy v = wavy_of("Six-hump camel");
        v.sign = up ? -1 : 1;
        lgd_objective *f = objective_of(&v);
        lgd_optimizer *opt = parsed("lbfgs");
        ck_ok(lgd_minimize_starts(f, opt, w[up], &(lgd_starts_options){.starts = 12, .lower = low, .upper = high},
                                  &(lgd_minimize_options){.maximize = up}, NULL, &sum[up]));
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
    ck_assert(!memcmp(w[0], w[1], sizeof w[0]) && sum[0].f == -sum[1].f && sum[0].best == sum[1].best);
    ck_assert_uint_eq(sum[0].minima, sum[1].minima);
}
END_TEST

START_TEST(starts_target_ends_them)
{
    const double targets[] = {-0.5, -1.03, -5};
    for (int up = 0; up < 2; up++)
        for (int t = 0; t < 3; t++) {
            wavy v = wavy_of("Six-hump camel");
            v.sign = up ? -1 : 1;
            lgd_objective *f = objective_of(&v);
            lgd_optimizer *opt = parsed("lbfgs");
            double w[2];
            lgd_report reports[30];
            lgd_starts_report sum;
            ck_ok(lgd_minimize_starts(f, opt, w, &(lgd_starts_options){.starts = 30, .lower = low, .upper = high},
                                      &(lgd_minimize_options){.maximize = up, .f_target = v.sign * targets[t]}, reports,
                                      &sum));
            if (t == 2)
                ck_assert_uint_eq(sum.runs, 30);
            else
                ck_assert(sum.best == sum.runs - 1 && sum.runs < 30 && v.sign * sum.f <= targets[t]);
            for (size_t i = 0; i < 30; i++) {
                ck_assert((reports[i].stop == LGD_STOP_NONE) == (i >= sum.runs));
                ck_assert(i + 1 >= sum.runs || v.sign * reports[i].f > targets[t]);
            }
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

START_TEST(starts_target_of_zero_ends_them)
{
    wavy v = wavy_of("Six-hump camel");
    lgd_objective *f = objective_of(&v);
    lgd_optimizer *opt = parsed("lbfgs");
    double w[2];
    lgd_starts_report sum;
    ck_ok(lgd_minimize_starts(f, opt, w, &(lgd_starts_options){.starts = 30, .lower = low, .upper = high},
                              &(lgd_minimize_options){.f_target = LGD_ZERO}, NULL, &sum));
    ck_assert(sum.runs < 30 && sum.best == sum.runs - 1 && sum.f <= 0);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* Equal coordinates of given starts, one start, ends that are the same or not by `same`. */
START_TEST(starts_minima_told_apart_by_the_range_of_starts)
{
    const double W0[6] = {0.3, -0.7, -0.3, 0.7, 0.25, -0.75}, far[6] = {0.3, -0.7, -0.3, 0.7, 40, 40};
    const struct {
        size_t starts, minima;
        double same;
        const double *W0;
    } cases[] = {{1, 1, 0, W0}, {2, 2, 0, W0}, {3, 2, 0, W0}, {3, 1, 2, W0}, {3, 3, LGD_ZERO, W0}, {3, 1, 0.1, far}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        wavy v = wavy_of("Six-hump camel");
        lgd_objective *f = objective_of(&v);
        lgd_optimizer *opt = parsed("lbfgs");
        double w[2];
        lgd_starts_report sum;
        ck_ok(lgd_minimize_starts(
            f, opt, w, &(lgd_starts_options){.starts = cases[c].starts, .W0 = cases[c].W0, .same = cases[c].same}, NULL,
            NULL, &sum));
        ck_assert_uint_eq(sum.minima, cases[c].minima);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* ---- where they start */

START_TEST(starts_drawn_one_in_each_stratum)
{
    enum { MANY = 37, DIM = 3 };
    const double lower[DIM] = {-1, 5, 1e-300}, upper[DIM] = {3, 5, 1e300};
    double W[MANY * DIM], other[MANY * DIM], few[5 * DIM];
    lgd_starts_options o = {.starts = MANY, .lower = lower, .upper = upper, .seed = 3};
    for (int kind = 0; kind < 2; kind++) {
        o.draw = (lgd_draw)kind;
        o.seed = 3;
        ck_ok(lgd_starts_draw(DIM, &o, W));
        for (size_t j = 0; j < DIM; j++) {
            size_t seen[MANY] = {0}, once = 0;
            for (size_t i = 0; i < MANY; i++) {
                const double x = W[i * DIM + j];
                ck_assert(x >= lower[j] && x <= upper[j]);
                if (j != 1)
                    seen[(size_t)((x - lower[j]) / (upper[j] - lower[j]) * MANY)]++;
            }
            for (size_t i = 0; i < MANY; i++)
                once += seen[i] == 1;
            ck_assert(j == 1 || (once == MANY) == (kind == LGD_DRAW_LATIN));
        }
        ck_ok(lgd_starts_draw(DIM, &o, other));
        ck_assert(!memcmp(W, other, sizeof W));
        o.seed = 4;
        ck_ok(lgd_starts_draw(DIM, &o, other));
        ck_assert(memcmp(W, other, sizeof W) != 0);
    }
    o = (lgd_starts_options){.starts = 5, .lower = lower, .upper = upper, .seed = 3, .draw = LGD_DRAW_UNIFORM};
    ck_ok(lgd_starts_draw(DIM, &o, few));
    o.starts = MANY;
    ck_ok(lgd_starts_draw(DIM, &o, W));
    ck_assert(!memcmp(W, few, sizeof few));
    ck_ok(lgd_starts_draw(DIM, &(lgd_starts_options){.starts = 5, .W0 = W}, few));
    ck_assert(!memcmp(W, few, sizeof few));
    const double widest[2] = {-1.7e308, 1.7e308};
    ck_ok(lgd_starts_draw(1, &(lgd_starts_options){.starts = 5, .lower = widest, .upper = widest + 1}, few));
    for (int i = 0; i < 5; i++)
        ck_assert(fabs(few[i]) < 1.7e308);
}
END_TEST

START_TEST(starts_bad_input_named)
{
    wavy v = wavy_of("Six-hump camel");
    lgd_objective *f = objective_of(&v);
    lgd_optimizer *opt = parsed("lbfgs");
    double w[2] = {7, 8}, W[4];
    const double bad[2] = {0, NAN}, far[2] = {-2, INFINITY}, crossed[2] = {-2, -3}, points[4] = {1, 2, 3, -INFINITY};
    lgd_starts_report sum;
    const struct {
        lgd_starts_options o;
        const char *words;
    } cases[] = {
        {{.lower = low, .upper = high}, "starts: starts is 0"},
        {{.starts = (size_t)-2, .lower = low, .upper = high}, "starts: starts is"},
        {{.starts = 2}, "starts: W0 is NULL and lower too"},
        {{.starts = 2, .lower = low}, "starts: W0 is NULL and upper too"},
        {{.starts = 2, .W0 = points, .lower = low}, "starts: W0 and lower are both there"},
        {{.starts = 2, .W0 = points, .upper = low}, "starts: W0 and upper are both there"},
        {{.starts = 2, .W0 = points}, "starts: coordinate 1 of start 1 is -inf"},
        {{.starts = 2, .lower = bad, .upper = high}, "starts: lower[1] is nan"},
        {{.starts = 2, .lower = low, .upper = far}, "starts: upper[1] is inf"},
        {{.starts = 2, .lower = low, .upper = crossed}, "starts: lower[1] is -1.5, at most upper[1] = -3"},
        {{.starts = 2, .lower = low, .upper = high, .draw = (lgd_draw)2}, "starts: draw is 2"},
        {{.starts = 2, .lower = low, .upper = high, .same = -1}, "starts: same is -1"},
        {{.starts = 2, .lower = low, .upper = high, .same = NAN}, "starts: same is nan"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        ck_fails(lgd_minimize_starts(f, opt, w, &cases[c].o, NULL, NULL, &sum), LGD_EINVAL, cases[c].words);
        ck_fails(lgd_starts_draw(2, &cases[c].o, W), LGD_EINVAL, cases[c].words);
        ck_assert(sum.runs == 0 && isnan(sum.f));
    }
    const lgd_starts_options o = {.starts = 2, .lower = low, .upper = high};
    ck_fails(lgd_starts_draw(2, &o, NULL), LGD_EINVAL, "starts: W is NULL");
    ck_fails(lgd_starts_draw(0, &o, W), LGD_EINVAL, "starts: dim is 0");
    ck_fails(lgd_minimize_starts(NULL, opt, w, &o, NULL, NULL, NULL), LGD_EINVAL, "starts: f is NULL");
    ck_fails(lgd_minimize_starts(f, NULL, w, &o, NULL, NULL, NULL), LGD_EINVAL, "starts: opt is NULL");
    ck_fails(lgd_minimize_starts(f, opt, NULL, &o, NULL, NULL, NULL), LGD_EINVAL, "starts: w is NULL");
    ck_fails(lgd_minimize_starts(f, opt, w, NULL, NULL, NULL, NULL), LGD_EINVAL, "starts: starts is 0");
    ck_fails(lgd_minimize_starts(f, opt, w, &o, &(lgd_minimize_options){.max_seconds = -1}, NULL, &sum), LGD_EINVAL,
             "minimize: max_seconds");
    ck_assert_uint_eq(sum.runs, 1); /* it would fail from anywhere */
    ck_assert(w[0] == 7 && w[1] == 8);
    ck_assert_uint_eq(v.calls, 0);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* Structs of an older header, and of a newer one. */
START_TEST(starts_structs_of_other_sizes)
{
    enum { MANY = 4 };
    struct {
        lgd_report known;
        double more;
    } newer[MANY];
    lgd_report known[MANY];
    const lgd_starts_options o = {.starts = MANY, .lower = low, .upper = high};
    const lgd_minimize_options run = {.max_steps = 30};
    wavy v = wavy_of("Six-hump camel");
    lgd_objective *f = objective_of(&v);
    lgd_optimizer *opt = parsed("lbfgs");
    lgd_starts_report sum, older = {.minima = 77, .f = 5};
    double w[2], own[2], W[2][MANY * 2];
    ck_ok(lgd_minimize_starts(f, opt, w, &o, &run, known, &sum));
    ck_ok(lgd_minimize_starts_sized(f, opt, own, &o, offsetof(lgd_starts_options, seed), &run, sizeof run,
                                    &newer[0].known, sizeof newer[0], &older, offsetof(lgd_starts_report, minima)));
    ck_assert(!memcmp(w, own, sizeof w) && older.best == sum.best && older.minima == 77 && older.f == 5);
    for (size_t i = 0; i < MANY; i++) {
        compare_runs(&known[i], &newer[i].known);
        ck_assert_double_eq(newer[i].more, 0);
    }
    ck_ok(lgd_starts_draw(2, &o, W[0]));
    ck_ok(lgd_starts_draw_sized(2, &o, offsetof(lgd_starts_options, seed), W[1]));
    ck_assert(!memcmp(W[0], W[1], sizeof W[0]));
    struct {
        lgd_starts_options known;
        double more;
    } later = {.known = o, .more = 1};
    ck_fails(lgd_starts_draw_sized(2, &later.known, sizeof later, W[1]), LGD_EUNSUPPORTED, "starts options");
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* ---- runs that fail */

/* The k-th call of the function fails for each k of the first three runs: that run is lost, the others have their bits. */
START_TEST(starts_error_at_each_call_one_run_lost)
{
    enum { MANY = 5 };
    const lgd_starts_options drawn = {.starts = MANY, .lower = low, .upper = high, .seed = 2};
    wavy clean = wavy_of("Six-hump camel");
    lgd_objective *f = objective_of(&clean);
    lgd_optimizer *opt = parsed("lbfgs");
    double w[2], W[2][MANY * 2];
    lgd_report reports[2][MANY];
    lgd_starts_report sum;
    lgd_starts_options o = drawn;
    o.W = W[0];
    ck_ok(lgd_minimize_starts(f, opt, w, &o, NULL, reports[0], &sum));
    lgd_objective_free(f);
    const size_t calls = reports[0][0].evaluations + reports[0][1].evaluations + reports[0][2].evaluations;
    o.W = W[1];
    for (size_t k = 1; k <= calls; k++) {
        wavy v = wavy_of("Six-hump camel");
        v.bad_call = k, v.code = 9;
        f = objective_of(&v);
        ck_ok(lgd_minimize_starts(f, opt, w, &o, NULL, reports[1], &sum));
        lgd_objective_free(f);
        size_t lost = MANY, best = MANY;
        for (size_t i = 0; i < MANY; i++) {
            if (reports[1][i].stop == LGD_STOP_ERROR) {
                ck_assert_uint_eq(lost, MANY);
                lost = i;
                continue;
            }
            compare_runs(&reports[0][i], &reports[1][i]);
            ck_assert(!memcmp(W[0] + 2 * i, W[1] + 2 * i, 2 * sizeof(double)));
            best = best == MANY || reports[1][i].f < reports[1][best].f ? i : best;
        }
        ck_assert(lost < 3 && sum.failed == 1 && sum.runs == MANY && sum.best == best);
        ck_assert(!memcmp(w, W[1] + 2 * best, sizeof w) && sum.f == reports[1][best].f);
    }
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(starts_holes_of_the_domain_left_out)
{
    const double W0[6] = {1.5, 0, 0.3, -0.7, 1.9, 1};
    wavy v = wavy_of("Six-hump camel");
    lgd_objective *f = objective_of(&v);
    lgd_optimizer *opt = parsed("lbfgs");
    double w[2] = {7, 8};
    lgd_starts_report sum;
    v.hole = 1;
    ck_ok(lgd_minimize_starts(f, opt, w, &(lgd_starts_options){.starts = 3, .W0 = W0}, NULL, NULL, &sum));
    ck_assert(sum.failed == 2 && sum.best == 1 && sum.minima == 1 && sum.f < -1.03);
    v.hole = -10;
    w[0] = 7, w[1] = 8;
    ck_fails(lgd_minimize_starts(f, opt, w, &(lgd_starts_options){.starts = 3, .W0 = W0}, NULL, NULL, &sum),
             LGD_EDIVERGED,
             "starts: 3 of 3 runs failed, at least one that does not is accepted; the first: minimize: f is");
    ck_assert(sum.failed == 3 && sum.runs == 3 && isnan(sum.f) && w[0] == 7 && w[1] == 8);
    v.bad_call = v.calls + 1, v.code = 31; /* the first, and then others */
    ck_fails(lgd_minimize_starts(f, opt, w, &(lgd_starts_options){.starts = 3, .W0 = W0}, NULL, NULL, NULL), LGD_EUSER,
             "starts: 3 of 3 runs failed, at least one that does not is accepted; the first: function: fn returned 31");
    v.hole = INFINITY;
    v.bad_call = v.calls + 1, v.code = 31;
    ck_fails(lgd_minimize_starts(f, opt, w, &(lgd_starts_options){.starts = 1, .W0 = W0}, NULL, NULL, NULL), LGD_EUSER,
             "starts: 1 of 1 runs failed, at least one that does not is accepted; the first: function: fn returned 31");
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* Counts down to what it returns. */
typedef struct caller {
    int calls, at, code;
} caller;

static int called(void *ctx, const lgd_progress *p)
{
    caller *c = ctx;
    ck_assert_uint_eq(p->dim, 2);
    return ++c->calls == c->at ? c->code : 0;
}

START_TEST(starts_callback_ends_all)
{
    const int codes[] = {1, -3};
    const lgd_starts_options o = {.starts = STARTS, .lower = low, .upper = high};
    for (int c = 0; c < 2; c++) {
        caller own = {0, 12, codes[c]};
        wavy v = wavy_of("Six-hump camel");
        lgd_objective *f = objective_of(&v);
        lgd_optimizer *opt = parsed("sgd:lr=0.01");
        lgd_report reports[STARTS];
        lgd_starts_report sum;
        double w[2];
        const lgd_status status = lgd_minimize_starts(
            f, opt, w, &o, &(lgd_minimize_options){.max_steps = 5, .callback = called, .callback_ctx = &own}, reports,
            &sum);
        ck_assert_int_eq(status, c ? codes[c] : LGD_OK);
        ck_assert(sum.runs == 3 && own.calls == 12);
        ck_assert(reports[2].stop == (c ? LGD_STOP_ERROR : LGD_STOP_CALLBACK) && reports[3].stop == LGD_STOP_NONE);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(starts_memory_each_request_failing_clean)
{
    size_t failures = 0;
    for (size_t k = 1;; k++) {
        wavy v = wavy_of("Six-hump camel");
        lgd_objective *f = NULL;
        lgd_optimizer *opt = NULL;
        double w[2] = {7, 8};
        lgd_starts_report sum = {0};
        memory_watch(k);
        lgd_status status = lgd_function_create(&f, 2, wavy_fn, &v);
        if (!status)
            status = lgd_lbfgs_create(&opt, NULL);
        if (!status)
            status = lgd_minimize_starts(f, opt, w, &(lgd_starts_options){.starts = 3, .lower = low, .upper = high},
                                         NULL, NULL, &sum);
        lgd_objective_free(f);
        lgd_optimizer_free(opt);
        ck_assert_uint_eq(memory_live(), 0);
        memory_unwatch();
        if (!status)
            break;
        failures++;
        ck_assert_int_eq(status, LGD_ENOMEM);
        ck_assert(w[0] == 7 && w[1] == 8 && sum.failed == 0);
    }
    ck_assert_uint_ge(failures, 8);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("starts");
    CASE(s, starts_each_run_the_bits_of_its_own);
    CASE(s, starts_threads_same_bits);
    CASE(s, starts_side_by_side_as_one_after_another);
    CASE(s, starts_camel_six_minima_and_the_lowest);
    CASE(s, starts_rastrigin_the_lowest_of_many);
    CASE(s, starts_damped_wave_its_frequency_found);
    CASE(s, starts_maximize_equals_minimize_of_the_negative);
    CASE(s, starts_target_ends_them);
    CASE(s, starts_target_of_zero_ends_them);
    CASE(s, starts_minima_told_apart_by_the_range_of_starts);
    CASE(s, starts_drawn_one_in_each_stratum);
    CASE(s, starts_bad_input_named);
    CASE(s, starts_structs_of_other_sizes);
    CASE(s, starts_error_at_each_call_one_run_lost);
    CASE(s, starts_holes_of_the_domain_left_out);
    CASE(s, starts_callback_ends_all);
    CASE(s, starts_memory_each_request_failing_clean);
    return suite_run(s);
}
