/* What all methods that find the length of their steps promise, with each of their line searches: a true reason at the end, no
 * trouble from what is no number, and paths that follow f and w when these are multiplied by powers of two. */
#include "optimizer/optimizer.h"
#include "problems.h"
#include <float.h>
#include <stdio.h>

/* ---- the methods, a text each */

enum { TEXTS = 96, DIM_MOST = 5 };
static char texts[TEXTS][64];
static size_t text_count, method_count;

static void collect(void)
{
    static const char *const searches[] = {"more_thuente", "hager_zhang", "backtracking", "nonmonotone"};
    const lgd_optimizer_ops *ops;
    text_count = 0;
    for (size_t i = 0; (ops = function_method(i)) != NULL; i++) {
        if (!(ops->flags & LGD_FINDS_STEP))
            continue;
        snprintf(texts[text_count++], sizeof *texts, "%s", ops->name);
        method_count++;
        for (size_t k = 0; k < sizeof searches / sizeof *searches && text_count < TEXTS; k++) {
            lgd_optimizer *opt = NULL;
            snprintf(texts[text_count], sizeof *texts, "%s:search=%s", ops->name, searches[k]);
            text_count += lgd_optimizer_parse(&opt, texts[text_count]) == LGD_OK;
            lgd_optimizer_free(opt);
        }
    }
}

static lgd_optimizer *chosen(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_assert_msg(lgd_optimizer_parse(&opt, text) == LGD_OK, "%s: %s", text, lgd_last_error());
    return opt;
}

/* ---- functions. Values are f_scale f(w/w_scale) + shift, with both scales powers of two. */

typedef struct function {
    double (*of)(const double *x, double *g);
    size_t dim, calls;
    double f_scale, w_scale, shift, sign;
    size_t bad_call; /* from this one on, counted from 1; 0: none */
    bool once;       /* that one alone */
    enum { NOT_A_NUMBER, INFINITE, BELOW_ALL, BAD_GRADIENT, AN_ERROR, KINDS } bad;
} function;

static double rosenbrock(const double *x, double *g)
{
    const double a = x[1] - x[0] * x[0], b = 1 - x[0];
    g[0] = -400 * a * x[0] - 2 * b;
    g[1] = 200 * a;
    return 100 * a * a + b * b;
}

/* Strictly convex, of curvatures from 1 to 625, and not a quadratic. */
static double bowl(const double *x, double *g)
{
    double f = 0, c = 1;
    for (size_t j = 0; j < DIM_MOST; j++, c *= 5) {
        const double e = x[j] - (double)j / 4;
        f += c * e * e / 2 + e * e * e * e / 8;
        g[j] = c * e + e * e * e / 2;
    }
    return f;
}

static double zero(const double *x, double *g)
{
    g[0] = g[1] = 0 * x[0];
    return 3;
}

/* Falls for ever: along a straight line, faster and faster, slower and slower. */
static double line_down(const double *x, double *g)
{
    g[0] = -1;
    g[1] = 2 * x[1];
    return -x[0] + x[1] * x[1];
}

static double arch(const double *x, double *g)
{
    g[0] = -2 * x[0];
    g[1] = 2 * x[1];
    return -x[0] * x[0] + x[1] * x[1];
}

static double spike(const double *x, double *g)
{
    g[0] = -exp(x[0]);
    g[1] = 2 * x[1];
    return -exp(x[0]) + x[1] * x[1];
}

/* A slope of 1 that ends in a cliff upwards at -1, beyond which it rises: the gradient is nowhere 0. */
static double cliff(const double *x, double *g)
{
    g[0] = x[0] < -1 ? -1 : 1;
    g[1] = 2 * x[1];
    return (x[0] < -1 ? 10 - x[0] : x[0]) + x[1] * x[1];
}

/* A gradient of the wrong sign. */
static double liar(const double *x, double *g)
{
    g[0] = -2 * x[0];
    g[1] = -2 * x[1];
    return x[0] * x[0] + x[1] * x[1];
}

/* All but flat far out: the gradient grows by 10^45 within the first steps, and the rate of one says nothing of the next. */
static double well(const double *x, double *g)
{
    const double e = exp(-(x[0] * x[0] + x[1] * x[1]) / 2);
    g[0] = x[0] * e;
    g[1] = x[1] * e;
    return -e;
}

static lgd_status evaluate(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    function *p = ctx;
    double x[DIM_MOST] = {0}, own[DIM_MOST];
    p->calls++;
    const bool bad = p->bad_call && (p->once ? p->calls == p->bad_call : p->calls >= p->bad_call);
    for (size_t j = 0; j < dim; j++)
        x[j] = w[j] / p->w_scale;
    *f = p->sign * (p->f_scale * p->of(x, own) + p->shift);
    for (size_t j = 0; g && j < dim; j++)
        g[j] = p->sign * (p->f_scale / p->w_scale * own[j]);
    if (!bad)
        return LGD_OK;
    switch (p->bad) {
    case NOT_A_NUMBER:
        *f = NAN;
        break;
    case INFINITE:
        *f = INFINITY;
        break;
    case BELOW_ALL:
        *f = -INFINITY;
        break;
    case BAD_GRADIENT:
        if (g)
            g[dim - 1] = NAN;
        break;
    default:
        return LGD_EUSER;
    }
    return LGD_OK;
}

static function of(double (*f)(const double *, double *), size_t dim)
{
    return (function){.of = f, .dim = dim, .f_scale = 1, .w_scale = 1, .sign = 1};
}

/* ---- a run, and what it left */

enum { STEPS = 60 };

typedef struct path {
    double w[STEPS][DIM_MOST], last[DIM_MOST], best[DIM_MOST];
    size_t steps;
    lgd_status status;
    lgd_report report;
} path;

static int watch(void *ctx, const lgd_progress *p)
{
    path *to = ctx;
    if (to->steps < STEPS)
        memcpy(to->w[to->steps], p->w, p->dim * sizeof *p->w);
    to->steps++;
    return 0;
}

static path run(const char *text, function *p, const double *start, lgd_minimize_options o)
{
    path to = {.steps = 0};
    lgd_objective *f;
    lgd_optimizer *opt = chosen(text);
    memcpy(to.last, start, p->dim * sizeof *start);
    p->calls = 0;
    o.callback = watch;
    o.callback_ctx = &to;
    o.w_best = to.best;
    ck_ok(lgd_function_create(&f, p->dim, evaluate, p));
    to.status = lgd_minimize(f, opt, to.last, &o, &to.report);
    lgd_objective_free(f);
    lgd_optimizer_free(opt);
    return to;
}

static double size_of_gradient(const function *p, const double *w, double *value)
{
    double x[DIM_MOST] = {0}, g[DIM_MOST], squares = 0;
    for (size_t j = 0; j < p->dim; j++)
        x[j] = w[j] / p->w_scale;
    *value = p->f_scale * p->of(x, g) + p->shift;
    for (size_t j = 0; j < p->dim; j++)
        squares += g[j] * g[j];
    return p->f_scale / p->w_scale * sqrt(squares);
}

static bool all_finite(size_t dim, const double *w)
{
    return lgd_first_not_finite(dim, w) == dim;
}

static const double valley[] = {-1.2, 1}, slope[] = {1, 2, -1, 0.5, 3};

/* ---- the cases */

START_TEST(methods_of_this_kind_nine)
{
    ck_assert_uint_ge(method_count, 9);
    ck_assert_uint_lt(text_count, TEXTS);
}
END_TEST

/* features: 22 */
START_TEST(ascent_on_minus_f_descent_in_every_bit)
{
    for (size_t i = 0; i < text_count; i++)
        for (int bowls = 0; bowls < 2; bowls++) {
            function down = bowls ? of(bowl, 5) : of(rosenbrock, 2), up = down;
            const lgd_minimize_options o = {.max_steps = STEPS};
            up.sign = -1;
            const path a = run(texts[i], &down, bowls ? slope : valley, o);
            const path b = run(texts[i], &up, bowls ? slope : valley,
                               (lgd_minimize_options){.max_steps = STEPS, .maximize = true});
            ck_ok(a.status);
            ck_assert_msg(a.steps == b.steps && !memcmp(a.w, b.w, sizeof a.w) && a.report.stop == b.report.stop &&
                              a.report.f == -b.report.f && a.report.evaluations == b.report.evaluations,
                          "%s: %zu and %zu steps to %.17g and %.17g", texts[i], a.steps, b.steps, a.report.f,
                          b.report.f);
            ck_assert_uint_ge(a.steps, 2);
        }
}
END_TEST

START_TEST(start_without_gradient_one_evaluation)
{
    const double at[] = {1, 1}, near[] = {1 + 1e-9, 1};
    for (size_t i = 0; i < text_count; i++) {
        function p = of(rosenbrock, 2);
        path a = run(texts[i], &p, at, (lgd_minimize_options){.max_steps = STEPS});
        ck_ok(a.status);
        ck_assert_int_eq(a.report.stop, LGD_STOP_GRAD_TOL);
        ck_assert_msg(p.calls == 1 && a.report.steps == 0, "%s: %zu calls", texts[i], p.calls);
        a = run(texts[i], &p, near, (lgd_minimize_options){.max_steps = STEPS, .grad_tol_abs = 1e-4});
        ck_ok(a.status);
        ck_assert_int_eq(a.report.stop, LGD_STOP_GRAD_TOL);
        ck_assert_msg(p.calls == 1 && a.report.steps == 0, "%s: %zu calls", texts[i], p.calls);
    }
}
END_TEST

START_TEST(start_at_what_is_reached_rounding_is_the_reason)
{
    for (size_t i = 0; i < text_count; i++) {
        function p = of(bowl, 5);
        const lgd_minimize_options o = {.max_steps = 3000, .grad_tol = LGD_ZERO};
        p.shift = 1000; /* whose rounding hides what is left of f */
        const path first = run(texts[i], &p, slope, o);
        ck_ok(first.status);
        const path second = run(texts[i], &p, first.last, o);
        double f;
        ck_ok(second.status);
        ck_assert_msg(second.report.stop == LGD_STOP_ROUNDING ||
                          (second.report.stop == LGD_STOP_GRAD_TOL && second.report.grad_norm == 0),
                      "%s: %s, |g| %g", texts[i], lgd_stop_string(second.report.stop), second.report.grad_norm);
        ck_assert_msg(second.steps <= 400 && p.calls <= 1000, "%s: %zu steps, %zu calls", texts[i], second.steps,
                      p.calls);
        ck_assert_double_le(size_of_gradient(&p, second.last, &f), 1e-4); /* sqrt(eps 1000 625), and some */
    }
}
END_TEST

START_TEST(bad_value_at_any_call_finite_point_and_true_reason)
{
    size_t reasons[LGD_STOP_UNBOUNDED + 1] = {0};
    for (size_t i = 0; i < text_count; i++)
        for (int bad = 0; bad < KINDS; bad++)
            for (int once = 0; once < 2; once++) {
                size_t calls = 1000;
                for (size_t k = 1; k <= calls && k < 40; k++) {
                    function p = of(rosenbrock, 2);
                    const function clean = p;
                    const lgd_minimize_options o = {.max_steps = 40};
                    p.bad_call = k;
                    p.once = once;
                    p.bad = (unsigned)bad;
                    const path a = run(texts[i], &p, valley, o);
                    double f, f_best;
                    const double g = size_of_gradient(&clean, a.last, &f);
                    size_of_gradient(&clean, a.best, &f_best);
                    if (p.calls < k)
                        break; /* it had ended before */
                    ck_assert_msg(all_finite(2, a.last) && all_finite(2, a.best), "%s, bad %d at %zu", texts[i], bad,
                                  k);
                    ck_assert_msg(f_best <= 24.2 * (1 + 1e-9), "%s, bad %d at %zu: best %g", texts[i], bad, k, f_best);
                    reasons[a.report.stop]++;
                    if (bad == AN_ERROR) {
                        ck_assert_int_eq(a.status, LGD_EUSER);
                        ck_assert_int_eq(a.report.stop, LGD_STOP_ERROR);
                    } else if (a.status) {
                        ck_assert_int_eq(a.status, LGD_EDIVERGED);
                        ck_assert_int_eq(a.report.stop, LGD_STOP_DIVERGED);
                        ck_assert_double_eq(a.report.lr_hold, 0); /* there is no rate */
                        ck_assert(!strstr(lgd_last_error(), "would hold"));
                    } else if (a.report.stop == LGD_STOP_GRAD_TOL) {
                        ck_assert_msg(g <= 1e-6 * 233 * (1 + 1e-9), "%s, bad %d at %zu: |g| %g", texts[i], bad, k, g);
                    } else {
                        ck_assert_msg(a.report.stop == LGD_STOP_STEPS || bad == BELOW_ALL ||
                                          (once && a.report.stop == LGD_STOP_ROUNDING && g < 1e-3),
                                      "%s, bad %d at %zu%s: %s", texts[i], bad, k, once ? " once" : "",
                                      lgd_stop_string(a.report.stop));
                    }
                    if (!once && bad != BELOW_ALL)
                        ck_assert_msg(a.status != LGD_OK, "%s: ends well after %zu calls without a number", texts[i],
                                      k);
                    ck_assert_msg(p.calls < k + 200, "%s: %zu calls, bad from %zu", texts[i], p.calls, k);
                }
            }
    ck_assert_uint_gt(reasons[LGD_STOP_ERROR], 100);
    ck_assert_uint_gt(reasons[LGD_STOP_DIVERGED], 100);
    ck_assert_uint_gt(reasons[LGD_STOP_STEPS] + reasons[LGD_STOP_GRAD_TOL], 100);
}
END_TEST

START_TEST(flat_unbounded_or_torn_true_reason)
{
    const double start[] = {0.25, 0.5};
    const struct {
        const char *name;
        double (*of)(const double *, double *);
        enum { FLAT, WITHOUT_END, TORN, WRONG } kind;
    } shapes[] = {{"flat", zero, FLAT},        {"line down", line_down, WITHOUT_END},
                  {"arch", arch, WITHOUT_END}, {"spike", spike, WITHOUT_END},
                  {"cliff", cliff, TORN},      {"wrong gradient", liar, WRONG}};
    for (size_t i = 0; i < text_count; i++)
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
            function p = of(shapes[k].of, 2);
            const path a = run(texts[i], &p, start, (lgd_minimize_options){.max_steps = 2000});
            const lgd_stop stop = a.report.stop;
            double f;
            const double g = size_of_gradient(&p, a.last, &f);
            ck_assert_msg(all_finite(2, a.last) && isfinite(f), "%s, %s", texts[i], shapes[k].name);
            switch (shapes[k].kind) {
            case FLAT:
                ck_assert_msg(!a.status && stop == LGD_STOP_GRAD_TOL && p.calls == 1, "%s", texts[i]);
                break;
            case WITHOUT_END:
                ck_assert_msg(!a.status && stop == LGD_STOP_UNBOUNDED, "%s, %s: %s (%s) at f %g after %zu steps",
                              texts[i], shapes[k].name, lgd_stop_string(stop), a.status ? lgd_last_error() : "", f,
                              a.steps);
                break;
            case TORN:
                ck_assert_msg(!a.status && stop != LGD_STOP_GRAD_TOL && stop != LGD_STOP_UNBOUNDED && g >= 1 &&
                                  f < -0.5,
                              "%s, %s: %s at f %g", texts[i], shapes[k].name, lgd_stop_string(stop), f);
                break;
            default:
                ck_assert_msg(!a.status && stop == LGD_STOP_SEARCH && p.calls < 500, "%s, %s: %s, %zu calls", texts[i],
                              shapes[k].name, lgd_stop_string(stop), p.calls);
            }
        }
}
END_TEST

START_TEST(fall_without_end_in_two_calls_same_end)
{
    const double start[] = {0.25, 0.5};
    double (*const falls[])(const double *, double *) = {line_down, arch};
    for (size_t i = 0; i < text_count; i++)
        for (size_t k = 0; k < 2; k++) {
            function p = of(falls[k], 2);
            const path whole = run(texts[i], &p, start, (lgd_minimize_options){.max_steps = 2000});
            lgd_minimize_options part = {.max_steps = whole.steps / 2 + 1};
            lgd_optimizer *opt = chosen(texts[i]);
            lgd_objective *f;
            lgd_report report = {.steps = 0};
            double w[] = {start[0], start[1]};
            ck_ok(lgd_function_create(&f, 2, evaluate, &p));
            ck_ok(lgd_minimize(f, opt, w, &part, &report));
            if (report.stop == LGD_STOP_STEPS) {
                part.max_steps = 2000;
                ck_ok(lgd_minimize(f, opt, w, &part, &report));
            }
            ck_assert_msg(report.stop == whole.report.stop && !memcmp(w, whole.last, sizeof w),
                          "%s: %s at %g, in one call %s at %g", texts[i], lgd_stop_string(report.stop), w[0],
                          lgd_stop_string(whole.report.stop), whole.last[0]);
            lgd_objective_free(f);
            lgd_optimizer_free(opt);
        }
}
END_TEST

START_TEST(powers_of_two_times_f_and_w_same_path_in_every_bit)
{
    const double scales[][2] = {{0x1p-40, 1}, {0x1p40, 1}, {1, 0x1p20}, {1, 0x1p-20}, {0x1p-40, 0x1p20}};
    for (size_t i = 0; i < text_count; i++)
        for (int bowls = 0; bowls < 2; bowls++)
            for (size_t k = 0; k < sizeof scales / sizeof *scales; k++) {
                function p = bowls ? of(bowl, 5) : of(rosenbrock, 2);
                double start[DIM_MOST];
                const path a = run(texts[i], &p, bowls ? slope : valley, (lgd_minimize_options){.max_steps = STEPS});
                p.f_scale = scales[k][0];
                p.w_scale = scales[k][1];
                for (size_t j = 0; j < p.dim; j++)
                    start[j] = p.w_scale * (bowls ? slope : valley)[j];
                const path b = run(texts[i], &p, start, (lgd_minimize_options){.max_steps = STEPS});
                ck_assert_msg(a.steps == b.steps && a.report.stop == b.report.stop,
                              "%s, %g %g: %zu and %zu steps, %s, %s", texts[i], p.f_scale, p.w_scale, a.steps, b.steps,
                              lgd_stop_string(a.report.stop), lgd_stop_string(b.report.stop));
                for (size_t t = 0; t < a.steps; t++)
                    for (size_t j = 0; j < p.dim; j++)
                        ck_assert_msg(b.w[t][j] == p.w_scale * a.w[t][j], "%s, %g %g, step %zu: %.17g and %.17g",
                                      texts[i], p.f_scale, p.w_scale, t, b.w[t][j] / p.w_scale, a.w[t][j]);
            }
}
END_TEST

/* From w = 0 the first step follows |f|, so that only scales are met. */
/* Near 0.7, with values of 5 that hide all but eight digits of it: the last steps are of rounding alone, and some turn to -g. */
static double barrier(const double *x, double *g)
{
    double f = 0;
    for (size_t j = 0; j < DIM_MOST; j++) {
        const double y = x[j] + 0.25 * x[(j + 1) % DIM_MOST] + 1;
        f += y - log(y);
        g[j] = 0;
    }
    for (size_t j = 0; j < DIM_MOST; j++) {
        const size_t next = (j + 1) % DIM_MOST;
        const double slope_of = 1 - 1 / (x[j] + 0.25 * x[next] + 1);
        g[j] += slope_of;
        g[next] += 0.25 * slope_of;
    }
    return f;
}

START_TEST(powers_of_two_times_f_down_to_rounding_same_end)
{
    const double starts[][DIM_MOST] = {{-0.05, 0.02, 0.3, -0.1, -0.03}, {0.5, -0.4, 0.1, 0.2, -0.3}};
    const lgd_minimize_options o = {.max_steps = 2000, .grad_tol = LGD_ZERO};
    for (size_t i = 0; i < text_count; i++)
        for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
            function p = of(barrier, 5);
            const path a = run(texts[i], &p, starts[k], o);
            for (int e = -25; e <= 25; e += 25) {
                p.f_scale = ldexp(1, e);
                const path b = run(texts[i], &p, starts[k], o);
                ck_assert_msg(a.steps == b.steps && a.report.stop == b.report.stop &&
                                  !memcmp(a.last, b.last, sizeof a.last),
                              "%s, 2^%d: %zu and %zu steps, %s, %s", texts[i], e, a.steps, b.steps,
                              lgd_stop_string(a.report.stop), lgd_stop_string(b.report.stop));
            }
        }
}
END_TEST

/* Nor do searches that lengthen one which is far too short take it for the unit in which a fall has no end. */
START_TEST(first_step_too_short_does_not_end_the_run)
{
    static const double origin[DIM_MOST] = {0};
    for (size_t i = 0; i < text_count; i++)
        for (int k = 0; k < 2; k++) {
            char text[sizeof *texts + 32];
            snprintf(text, sizeof text, "%.*s%cfirst_step=%s", (int)sizeof *texts, texts[i],
                     strchr(texts[i], ':') ? ',' : ':', k ? "1e-30" : "1e-300");
            const bool lengthens = strstr(text, "more_thuente") || strstr(text, "hager_zhang");
            if (!strncmp(text, "trust_region", 12) || (k && !lengthens)) /* it has none */
                continue;
            function p = of(bowl, 5);
            double f;
            const path a = run(text, &p, k ? origin : slope, (lgd_minimize_options){.max_steps = 3000});
            const double g = size_of_gradient(&p, a.last, &f);
            ck_assert_msg(!a.status && a.report.stop == LGD_STOP_GRAD_TOL, "%s: %s, |g| %g", text,
                          lgd_stop_string(a.report.stop), g);
        }
}
END_TEST

START_TEST(start_at_zero_same_path_for_powers_of_two)
{
    const double start[DIM_MOST] = {0};
    for (size_t i = 0; i < text_count; i++) {
        function p = of(bowl, 5);
        const path a = run(texts[i], &p, start, (lgd_minimize_options){.max_steps = STEPS});
        ck_ok(a.status);
        p.f_scale = 0x1p-40;
        p.w_scale = 0x1p20;
        const path b = run(texts[i], &p, start, (lgd_minimize_options){.max_steps = STEPS});
        ck_assert_uint_eq(a.steps, b.steps);
        for (size_t t = 0; t < a.steps; t++)
            for (size_t j = 0; j < p.dim; j++)
                ck_assert_msg(b.w[t][j] == p.w_scale * a.w[t][j], "%s, step %zu", texts[i], t);
    }
}
END_TEST

/* The same of a model, where the first step comes from its Hessian and searches go along its scores. */
START_TEST(model_of_other_units_same_path_in_every_bit)
{
    enum { ROWS = 60, COLS = 5 };
    data d = data_create(ROWS, COLS, 1, true, 7);
    double columns[ROWS * COLS];
    for (size_t i = 0; i < ROWS * COLS; i++)
        columns[i] = 0x1p-20 * d.X[i];
    for (size_t i = 0; i < text_count; i++) {
        path to[2];
        for (int k = 0; k < 2; k++) {
            lgd_matrix *X;
            lgd_objective *f;
            lgd_optimizer *opt = chosen(texts[i]);
            to[k] = (path){.steps = 0};
            ck_ok(lgd_matrix_dense(&X, ROWS, COLS, k ? columns : d.X, COLS));
            ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = k ? 0x1p-50 : 0x1p-10}));
            ck_ok(lgd_minimize(f, opt, to[k].last,
                               &(lgd_minimize_options){.max_steps = STEPS, .callback = watch, .callback_ctx = &to[k]},
                               &to[k].report));
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
            lgd_matrix_free(X);
        }
        ck_assert_msg(to[0].steps == to[1].steps && to[0].report.f == to[1].report.f &&
                          to[0].report.stop == to[1].report.stop,
                      "%s: %zu and %zu steps to %.17g and %.17g", texts[i], to[0].steps, to[1].steps, to[0].report.f,
                      to[1].report.f);
        ck_assert_msg(to[0].report.stop == LGD_STOP_GRAD_TOL, "%s: %s", texts[i], lgd_stop_string(to[0].report.stop));
        for (size_t t = 0; t < to[0].steps; t++)
            for (size_t j = 0; j < COLS; j++)
                ck_assert_msg(to[1].w[t][j] == 0x1p20 * to[0].w[t][j], "%s, step %zu", texts[i], t);
    }
    data_free(&d);
}
END_TEST

START_TEST(shifted_f_same_path_until_rounding)
{
    for (size_t i = 0; i < text_count; i++)
        for (int bowls = 0; bowls < 2; bowls++) {
            function p = bowls ? of(bowl, 5) : of(rosenbrock, 2);
            const lgd_minimize_options o = {.max_steps = STEPS};
            const path a = run(texts[i], &p, bowls ? slope : valley, o);
            p.shift = -1e3;
            const path b = run(texts[i], &p, bowls ? slope : valley, o);
            size_t same = 0;
            for (bool alike = true; alike && same < a.steps && same < b.steps; same += alike)
                for (size_t j = 0; j < p.dim; j++)
                    alike = alike && fabs(a.w[same][j] - b.w[same][j]) <= 1e-6 * fmax(1, fabs(a.w[same][j]));
            ck_assert_msg(same >= 5 || same == a.steps, "%s: the same for %zu steps of %zu and %zu", texts[i], same,
                          a.steps, b.steps);
            ck_ok(b.status);
            ck_assert_msg(a.report.stop == LGD_STOP_STEPS ||
                              fabs(b.report.f + 1e3 - a.report.f) <= 1e-9 * 1e3 + 1e-2 * a.report.f,
                          "%s: %g and %g", texts[i], b.report.f + 1e3, a.report.f);
        }
}
END_TEST

START_TEST(slope_that_grows_without_measure_minimum_reached)
{
    for (size_t i = 0; i < text_count; i++)
        for (int k = 1; k <= 4; k++) {
            /* Forty steps of a tenth to a half do not come back from 10^45. */
            const bool cannot = !strncmp(texts[i], "lbfgsb:search=", 14) && !strstr(texts[i], "search=more") &&
                                !strstr(texts[i], "search=hager");
            function p = of(well, 2);
            const double start[] = {15, 0.1 * k};
            const path a = run(texts[i], &p, start, (lgd_minimize_options){.max_steps = 2000});
            double f;
            const double g = size_of_gradient(&p, a.last, &f);
            ck_assert_int_eq(a.status, LGD_OK);
            ck_assert_msg(a.report.stop == (cannot ? LGD_STOP_SEARCH : LGD_STOP_GRAD_TOL), "%s: %s at f %g", texts[i],
                          lgd_stop_string(a.report.stop), f);
            ck_assert_msg(cannot || (g <= 1e-6 && f < -0.999999), "%s: |g| %g at f %g", texts[i], g, f);
        }
}
END_TEST

/* Where a run says that it has converged the gradient at its point says so too. */
START_TEST(converged_says_who_has_converged)
{
    for (size_t i = 0; i < text_count; i++) {
        /* Conjugate directions need more of a search than a decrease. */
        const bool slow =
            !strncmp(texts[i], "cg:search=backtracking", 22) || !strncmp(texts[i], "cg:search=nonmonotone", 21);
        for (int bowls = 0; bowls < 2; bowls++)
            for (int k = 0; k < 12; k++) {
                function p = bowls ? of(bowl, 5) : of(rosenbrock, 2);
                double start[DIM_MOST], f, f0;
                for (size_t j = 0; j < p.dim; j++)
                    start[j] = (bowls ? slope : valley)[j] * ldexp(1, k / 2 - 2) * (k % 2 ? -1 : 1);
                const double g0 = size_of_gradient(&p, start, &f0);
                const path a = run(texts[i], &p, start, (lgd_minimize_options){.max_steps = 2000, .grad_tol = 1e-9});
                const double g = size_of_gradient(&p, a.last, &f);
                ck_assert_msg(!a.status, "%s: %s", texts[i], lgd_last_error());
                ck_assert_msg(a.report.stop == LGD_STOP_GRAD_TOL || a.report.stop == LGD_STOP_ROUNDING ||
                                  (slow && a.report.stop == LGD_STOP_STEPS),
                              "%s from %g, %g: %s at %g", texts[i], start[0], start[1], lgd_stop_string(a.report.stop),
                              f);
                ck_assert_msg(fabs(g - a.report.grad_norm) <= 1e-12 * g0 + 1e-9 * g && f == a.report.f && f <= f0,
                              "%s: |g| %g, told %g", texts[i], g, a.report.grad_norm);
                ck_assert_msg(slow || f < 1e-6, "%s from %g, %g: f %g, |g| %g", texts[i], start[0], start[1], f, g);
            }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("deterministic");
    collect();
    CASE(suite, methods_of_this_kind_nine);
    CASE(suite, ascent_on_minus_f_descent_in_every_bit);
    CASE(suite, start_without_gradient_one_evaluation);
    CASE(suite, start_at_what_is_reached_rounding_is_the_reason);
    CASE(suite, bad_value_at_any_call_finite_point_and_true_reason);
    CASE(suite, flat_unbounded_or_torn_true_reason);
    CASE(suite, fall_without_end_in_two_calls_same_end);
    CASE(suite, powers_of_two_times_f_and_w_same_path_in_every_bit);
    CASE(suite, powers_of_two_times_f_down_to_rounding_same_end);
    CASE(suite, first_step_too_short_does_not_end_the_run);
    CASE(suite, start_at_zero_same_path_for_powers_of_two);
    CASE(suite, model_of_other_units_same_path_in_every_bit);
    CASE(suite, shifted_f_same_path_until_rounding);
    CASE(suite, slope_that_grows_without_measure_minimum_reached);
    CASE(suite, converged_says_who_has_converged);
    return suite_run(suite);
}
