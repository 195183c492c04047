#include "problems.h"
#include "objective/objective.h"
#include "optimizer/search_trial.h"
#include <float.h>

/* Line searches: on functions of one variable by hand, then by a method of the caller's in lgd_minimize. */

static const lgd_search searches[] = {LGD_MORE_THUENTE, LGD_HAGER_ZHANG, LGD_BACKTRACKING, LGD_NONMONOTONE};
enum { SEARCHES = sizeof searches / sizeof *searches };

/* ---- one search along phi, from 0 */

typedef void function(void *ctx, real alpha, real *phi, real *slope);

typedef struct probe {
    function *phi;
    void *ctx;
    size_t calls;
    double seen[64];
} probe;

static lgd_status probe_eval(void *ctx, const double *w, double *f, double *g)
{
    probe *p = ctx;
    real phi, slope;
    p->phi(p->ctx, w[0], &phi, &slope);
    p->seen[p->calls++ % 64] = w[0];
    *f = (double)phi;
    *g = (double)slope;
    return LGD_OK;
}

static const lgd_oracle probe_oracle = {.eval = probe_eval};

/* What came of it. */
typedef struct outcome {
    lgd_line line;
    int stop;
} outcome;

/* `memory` may be NULL. */
static outcome search_of(probe *p, const lgd_search_rules *rules, lgd_search_memory *memory, double alpha)
{
    static double w_new, g_new;
    static const double forward = 1;
    lgd_search_memory own = {.values = 0};
    double w = 0, f, g;
    ck_ok(probe_eval(p, &w, &f, &g));
    p->calls = 0;
    lgd_step s = {.dim = 1, .w = &w, .g = &g, .f = f, .oracle = &probe_oracle, .oracle_ctx = p};
    outcome o = {
        .line = {.d = &forward, .slope = g, .alpha = alpha, .alpha_max = INFINITY, .w_new = &w_new, .g_new = &g_new}};
    ck_ok(lgd_search_along(&s, rules, memory ? memory : &own, &o.line));
    o.stop = s.stop;
    ck_assert(w == 0 && s.f == f);
    if (o.line.found) {
        real phi, slope;
        p->phi(p->ctx, o.line.alpha, &phi, &slope);
        ck_assert(w_new == o.line.alpha && o.line.f_new == (double)phi && o.line.slope_new == (double)slope);
        ck_assert_int_eq(o.stop, 0);
    } else {
        ck_assert_int_ne(o.stop, 0);
    }
    return o;
}

/* ---- the functions of More and Thuente (1994), section 5 */

static void first_function(void *ctx, real a, real *phi, real *slope)
{
    (void)ctx;
    *phi = -a / (a * a + 2);
    *slope = (a * a - 2) / ((a * a + 2) * (a * a + 2));
}

static void second_function(void *ctx, real a, real *phi, real *slope)
{
    const real t = a + 0.004L;
    (void)ctx;
    *phi = t * t * t * t * (t - 2);
    *slope = t * t * t * (5 * t - 8);
}

static void third_function(void *ctx, real a, real *phi, real *slope)
{
    const real beta = 0.01L, l = 39, pi = acosl(-1);
    (void)ctx;
    *phi = a <= 1 - beta ? 1 - a : a >= 1 + beta ? a - 1 : (a - 1) * (a - 1) / (2 * beta) + beta / 2;
    *slope = a <= 1 - beta ? -1 : a >= 1 + beta ? 1 : (a - 1) / beta;
    *phi += 2 * (1 - beta) / (l * pi) * sinl(l * pi / 2 * a);
    *slope += (1 - beta) * cosl(l * pi / 2 * a);
}

/* The fourth to sixth: Yanai, Ozawa and Kaneko (1981), with two numbers beta in ctx. */
static void later_function(void *ctx, real a, real *phi, real *slope)
{
    const real b1 = ((const double *)ctx)[0], b2 = ((const double *)ctx)[1];
    const real c1 = sqrtl(1 + b1 * b1) - b1, c2 = sqrtl(1 + b2 * b2) - b2;
    const real r1 = sqrtl((1 - a) * (1 - a) + b2 * b2), r2 = sqrtl(a * a + b1 * b1);
    *phi = c1 * r1 + c2 * r2;
    *slope = c1 * (a - 1) / r1 + c2 * a / r2;
}

static double beta4[] = {0.001, 0.001}, beta5[] = {0.01, 0.001}, beta6[] = {0.001, 0.01};

/* Tables 1 to 6: evaluations and alpha, of which two digits are printed (once one), for alpha_0 = 10^-3, 10^-1, 10, 10^3. */
static const struct published {
    function *phi;
    double *ctx, mu, eta;
    size_t evaluations[4];
    double alpha[4];
} published[] = {
    {first_function, NULL, 0.001, 0.1, {6, 3, 1, 4}, {1.4, 1.4, 10, 37}},
    {second_function, NULL, 0.1, 0.1, {12, 8, 8, 11}, {1.6, 1.6, 1.6, 1.6}},
    {third_function, NULL, 0.1, 0.1, {12, 12, 10, 13}, {1.0, 1.0, 1.0, 1.0}},
    {later_function, beta4, 0.001, 0.001, {4, 1, 3, 4}, {0.08, 0.10, 0.35, 0.83}},
    {later_function, beta5, 0.001, 0.001, {6, 3, 7, 8}, {0.075, 0.078, 0.073, 0.076}},
    {later_function, beta6, 0.001, 0.001, {13, 11, 8, 11}, {0.93, 0.93, 0.92, 0.92}},
};
enum { PUBLISHED = sizeof published / sizeof *published };
static const double starts[] = {1e-3, 1e-1, 1e1, 1e3};

START_TEST(more_thuente_functions_of_the_paper_as_many_evaluations)
{
    for (size_t i = 0; i < PUBLISHED; i++)
        for (size_t k = 0; k < 4; k++) {
            const struct published *t = &published[i];
            probe p = {.phi = t->phi, .ctx = t->ctx};
            const lgd_search_rules rules = {LGD_MORE_THUENTE, t->mu, t->eta, 0, 40};
            const outcome o = search_of(&p, &rules, NULL, starts[k]);
            ck_assert(o.line.found);
            ck_assert_msg(o.line.trials == t->evaluations[k], "table %zu, start %g: %zu evaluations, %zu published",
                          i + 1, starts[k], o.line.trials, t->evaluations[k]);
            ck_assert_uint_eq(p.calls, o.line.trials);
            ck_near(o.line.alpha / t->alpha[k], 1, 0.07);
        }
}
END_TEST

/* Conditions at the result, in long double; the values themselves are rounded once. */
static void check_conditions(const struct published *t, const outcome *o, lgd_search search)
{
    real f, slope, f0, slope0;
    t->phi(t->ctx, 0, &f0, &slope0);
    t->phi(t->ctx, o->line.alpha, &f, &slope);
    /* of values, and of slopes, whose parts are no larger than 1 + |slope| */
    const real rounding = 2 * DBL_EPSILON * (fabsl(f) + fabsl(f0)), turn = 4 * DBL_EPSILON * (1 + fabsl(slope));
    ck_assert(f <= f0 + t->mu * o->line.alpha * slope0 + rounding);
    if (search == LGD_MORE_THUENTE)
        ck_assert(fabsl(slope) <= t->eta * fabsl(slope0) + turn);
    if (search == LGD_HAGER_ZHANG)
        ck_assert(slope >= t->eta * slope0 - turn);
}

START_TEST(searches_functions_of_the_paper_conditions_hold)
{
    for (size_t i = 0; i < PUBLISHED; i++)
        for (double alpha = 1e-8; alpha < 1e4; alpha *= 7)
            for (int n = 0; n < SEARCHES; n++) {
                const struct published *t = &published[i];
                probe p = {.phi = t->phi, .ctx = t->ctx};
                const lgd_search_rules rules = {searches[n], t->mu, t->eta, 0, 60};
                const outcome o = search_of(&p, &rules, NULL, alpha);
                ck_assert_msg(o.line.found, "function %zu, alpha %g, search %d: %d", i + 1, alpha, n, o.stop);
                check_conditions(t, &o, searches[n]);
                ck_assert_uint_le(p.calls, 60);
            }
}
END_TEST

/* ---- what interpolates, against the polynomial it came from */

START_TEST(interpolation_of_a_polynomial_its_minimiser)
{
    double c[4000];
    fill(5, 4000, -1, 1, c);
    for (size_t i = 0; i + 8 <= 4000; i += 8) {
        /* c3 (x - m)^3 + c2 (x - m)^2 + c0 has its minimum at m, for c2 > 0 */
        const real c3 = c[i], c2 = fabs(c[i + 1]) + 0.1L, c0 = c[i + 2], m = 10 * c[i + 3];
        lgd_trial t[3];
        for (size_t k = 0; k < 3; k++) {
            const double x = k == 0 ? 0 : 3 * c[i + 3 + k];
            const real y = x - m;
            t[k] = (lgd_trial){x, (double)(((c3 * y + c2) * y) * y + c0), (double)((3 * c3 * y + 2 * c2) * y), true};
        }
        /* what rounding of values and slopes can make of it: they are of size 10^3, and it is divided by the curvature there */
        const double reach = 1e-9 / (double)fminl(c2, fabsl(t[1].alpha * c3)) / fabs(t[1].alpha);
        if (fabs(t[1].alpha) < 0.1 || fabs(t[2].alpha) < 0.1 || fabs(t[1].alpha - t[2].alpha) < 0.1)
            continue;
        ck_near(lgd_cubic(&t[0], &t[1]), m / t[1].alpha, reach);
        ck_near(1 - lgd_cubic(&t[1], &t[0]), m / t[1].alpha, reach);
        if (t[0].slope < 0 && t[1].alpha > 0 && t[2].alpha > 0 && m > 0)
            ck_near(lgd_cubic_by_values(&t[0], &t[1], &t[2]), m / t[1].alpha, 100 * reach);
        for (size_t k = 0; k < 3; k++) {
            const real y = t[k].alpha - m;
            t[k].f = (double)(c2 * y * y + c0);
            t[k].slope = (double)(2 * c2 * y);
        }
        ck_near(lgd_parabola(&t[0], &t[1]), m / t[1].alpha, reach);
        ck_near(lgd_secant(&t[0], &t[1]), m / t[1].alpha, reach);
    }
}
END_TEST

START_TEST(interpolation_without_a_minimum_is_no_number)
{
    const lgd_trial a = {0, 0, -1, true}, b = {1, -1, -1, true}, c = {1, -3, -9, true};
    ck_assert(isnan(lgd_cubic(&a, &b)));
    ck_assert(!(lgd_cubic(&a, &c) > 0)); /* -x - 2 x^3 */
}
END_TEST

/* ---- one search: limits and reasons */

static void straight(void *ctx, real a, real *phi, real *slope)
{
    *slope = -*(const double *)ctx;
    *phi = 5 + a * *slope;
}

START_TEST(search_end_of_the_line_taken_as_it_is)
{
    double steep = 2;
    for (int n = 0; n < SEARCHES; n++) {
        probe p = {.phi = straight, .ctx = &steep};
        const lgd_search_rules rules = {searches[n], 1e-4, 0.9, 0, 40};
        lgd_search_memory memory = {.values = 0};
        double w = 0, f = 5, g = -2, w_new, g_new, lower = -1, upper = 7;
        const double forward = 1;
        lgd_step s = {.dim = 1, .w = &w, .g = &g, .f = f, .oracle = &probe_oracle, .oracle_ctx = &p};
        lgd_line line = {.d = &forward,
                         .slope = g,
                         .alpha = 1,
                         .alpha_max = 7,
                         .w_new = &w_new,
                         .g_new = &g_new,
                         .lower = &lower,
                         .upper = &upper};
        ck_ok(lgd_search_along(&s, &rules, &memory, &line));
        ck_assert(line.found && line.alpha <= 7);
        ck_assert(n >= 2 || line.alpha == 7); /* what only shortens is content with 1 */
        upper = 0.5;
        line.alpha = 1;
        ck_ok(lgd_search_along(&s, &rules, &memory, &line));
        ck_assert(line.found && w_new == 0.5);
    }
}
END_TEST

START_TEST(search_trials_spent_takes_what_decreases)
{
    for (int n = 0; n < 2; n++)
        for (size_t most = 1; most <= 5; most++) {
            probe p = {.phi = first_function};
            const lgd_search_rules rules = {searches[n], 0.001, 0.1, 0, most};
            const outcome o = search_of(&p, &rules, NULL, 1e-6);
            ck_assert(o.line.found && o.line.trials == most && p.calls == most);
            ck_assert(o.line.slope_new < 0.1 * -0.5); /* too steep still */
            ck_assert(o.line.alpha == p.seen[most - 1] && o.line.f_new < 0);
        }
}
END_TEST

static void exponential(void *ctx, real a, real *phi, real *slope)
{
    (void)ctx;
    *phi = -expl(a);
    *slope = *phi;
}

static void level(void *ctx, real a, real *phi, real *slope)
{
    (void)ctx, (void)a;
    *phi = 5;
    *slope = -1;
}

static void other_sign(void *ctx, real a, real *phi, real *slope)
{
    (void)ctx;
    *phi = 5 + (1 + a) * (1 + a);
    *slope = -2 * (1 + a);
}

static void isolated(void *ctx, real a, real *phi, real *slope)
{
    (void)ctx;
    *phi = a > 0 ? 2 : 1;
    *slope = -1;
}

static void cliff(void *ctx, real a, real *phi, real *slope)
{
    (void)ctx;
    *phi = a < 0.3L ? 1 - a : 3;
    *slope = -1;
}

static void nowhere(void *ctx, real a, real *phi, real *slope)
{
    (void)ctx;
    *phi = a > 0 ? (real)NAN : 1;
    *slope = -1;
}

/* 1 + x^2 about a minimum at x = 10^-9 */
static void at_rest(void *ctx, real a, real *phi, real *slope)
{
    const real x = a - 1e-9L;
    (void)ctx;
    *phi = 1 + x * x;
    *slope = 2 * x;
}

START_TEST(search_without_a_point_has_a_true_reason)
{
    double steep = 2;
    const struct {
        function *phi;
        int stop;
        bool shortening; /* also where trials only become shorter */
    } cases[] = {
        {straight, LGD_STOP_UNBOUNDED, false}, {exponential, LGD_STOP_UNBOUNDED, false},
        {level, LGD_STOP_SEARCH, true},        {isolated, LGD_STOP_SEARCH, true},
        {other_sign, LGD_STOP_SEARCH, true},   {nowhere, LGD_STOP_DIVERGED, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int n = 0; n < (cases[i].shortening ? SEARCHES : 2); n++) {
            probe p = {.phi = cases[i].phi, .ctx = &steep};
            const lgd_search_rules rules = {searches[n], 1e-4, 0.9, 0, 40};
            const outcome o = search_of(&p, &rules, NULL, 0.7);
            ck_assert(!o.line.found && p.calls <= 40);
            ck_assert_msg(o.stop == cases[i].stop, "case %zu, search %d: %s", i, n, lgd_stop_string((lgd_stop)o.stop));
        }
}
END_TEST

START_TEST(search_minus_infinity_at_the_first_trial_unbounded)
{
    for (int n = 0; n < SEARCHES; n++) {
        probe p = {.phi = exponential};
        const lgd_search_rules rules = {searches[n], 1e-4, 0.9, 0, 40};
        const outcome o = search_of(&p, &rules, NULL, 1e4);
        ck_assert(!o.line.found && o.stop == LGD_STOP_UNBOUNDED && p.calls == 1);
    }
}
END_TEST

/* exp(a), which is no number from 710 on, in units of 10^-80 */
static void far_too_long(void *ctx, real a, real *phi, real *slope)
{
    const double x = (double)(a * 1e80L - 3);
    (void)ctx;
    *phi = exp(x) - 2 * x;
    *slope = 1e80L * (exp(x) - 2);
}

START_TEST(search_from_a_trial_too_long_by_eighty_decades_finds_a_point)
{
    for (int n = 0; n < SEARCHES; n++) {
        probe p = {.phi = far_too_long};
        const lgd_search_rules rules = {searches[n], 1e-4, 0.9, 0, 40};
        ck_assert(search_of(&p, &rules, NULL, 3).line.found);
        ck_assert_uint_le(p.calls, 40);
    }
}
END_TEST

START_TEST(search_before_a_cliff_takes_what_decreases)
{
    for (int n = 0; n < SEARCHES; n++) {
        probe p = {.phi = cliff};
        const lgd_search_rules rules = {searches[n], 1e-4, 0.9, 0, 40};
        const outcome o = search_of(&p, &rules, NULL, 1);
        ck_assert(o.line.found && o.line.alpha < 0.3 && o.line.f_new < 1 && p.calls <= 41);
        ck_assert(n >= 2 || o.line.alpha > 0.29); /* as far as it goes */
    }
}
END_TEST

START_TEST(search_within_rounding_of_f_slopes_decide)
{
    for (int n = 0; n < SEARCHES; n++)
        for (double alpha = 1e-12; alpha < 1e-3; alpha *= 10) {
            probe p = {.phi = at_rest};
            const lgd_search_rules rules = {searches[n], 1e-4, 0.9, 0, 40};
            const outcome o = search_of(&p, &rules, NULL, alpha);
            /* the minimum is 10^-18 below: no value can tell, but slopes can */
            ck_assert(o.line.found ? o.line.f_new <= 1 + 0x1p-40 && fabs(o.line.slope_new) <= 2e-9
                                   : o.stop == LGD_STOP_ROUNDING);
            ck_assert(n != 0 || alpha > 1e-9 * 1.5 || alpha < 1e-10 || o.line.found);
        }
}
END_TEST

START_TEST(search_step_that_does_not_move_ends_at_rounding)
{
    for (int n = 0; n < SEARCHES; n++) {
        probe p = {.phi = straight, .ctx = &(double){1}};
        const lgd_search_rules rules = {searches[n], 1e-4, 0.9, 0, 40};
        lgd_search_memory memory = {.values = 0};
        double w = 1, g = -1, w_new, g_new;
        const double forward = 1;
        lgd_step s = {.dim = 1, .w = &w, .g = &g, .f = 4, .oracle = &probe_oracle, .oracle_ctx = &p};
        lgd_line line = {
            .d = &forward, .slope = g, .alpha = 1e-17, .alpha_max = 1e-17, .w_new = &w_new, .g_new = &g_new};
        ck_ok(lgd_search_along(&s, &rules, &memory, &line));
        ck_assert(!line.found && s.stop == LGD_STOP_ROUNDING && p.calls == 0);
    }
}
END_TEST

/* A wave on a parabola, in a window of which it is no number, with values that are rough by a relative `noise`. */
typedef struct rough {
    double steep, curvature, height, wave, from, to, noise;
} rough;

static void rough_function(void *ctx, real a, real *phi, real *slope)
{
    const rough *r = ctx;
    *phi = 3 - r->steep * a + r->curvature * a * a + r->height * cosl(r->wave * a);
    *slope = -r->steep + 2 * r->curvature * a - r->height * r->wave * sinl(r->wave * a);
    *phi *= 1 + r->noise * cosl(1e9L * a * r->wave);
    if (a >= r->from && a <= r->to)
        *phi = NAN;
}

START_TEST(searches_of_rough_functions_end_and_never_rise)
{
    double u[12 * 400];
    size_t found = 0, searched = 0;
    fill(33, sizeof u / sizeof *u, -1, 1, u);
    for (size_t i = 0; i + 12 <= sizeof u / sizeof *u; i += 12)
        for (int n = 0; n < SEARCHES; n++) {
            rough r = {exp(6 * u[i]), exp(6 * u[i + 1]), 3 * u[i + 2], exp(3 * u[i + 3]), 0, 0, 0};
            r.from = exp(4 * u[i + 4] - 2);
            r.to = u[i + 5] > 0.5 ? INFINITY : r.from * (1 + fabs(u[i + 6]));
            r.noise = u[i + 7] > 0 ? pow(10, 6 * u[i + 8] - 10) : 0;
            probe p = {.phi = rough_function, .ctx = &r};
            const double c1 = 0.25 + 0.24 * u[i + 9], c2 = 0.75 + 0.24 * u[i + 10];
            const size_t most = 1 + (size_t)(20 + 19 * u[i + 11]);
            const lgd_search_rules rules = {searches[n], c1, c2, 0, most};
            const outcome o = search_of(&p, &rules, NULL, exp(10 * u[i + 5]));
            real f, slope, f0, slope0;
            ck_assert_uint_le(p.calls, most + 1); /* one more where the lowest is not the last */
            rough_function(&r, 0, &f0, &slope0);
            rough_function(&r, o.line.alpha, &f, &slope);
            searched++;
            found += o.line.found;
            if (o.line.found)
                ck_assert((double)f <= (double)f0 + 0x1p-40 * fabsl(f0));
            else
                ck_assert(o.stop == LGD_STOP_SEARCH || o.stop == LGD_STOP_DIVERGED || o.stop == LGD_STOP_ROUNDING);
        }
    ck_assert_uint_gt(found, searched * 8 / 10); /* others had few trials, or a wall next to 0 */
}
END_TEST

START_TEST(search_from_an_alpha_that_is_no_number_ends_at_rounding)
{
    static const double lengths[] = {NAN, INFINITY, 0}; /* of quotients where slopes underflow */
    for (int n = 0; n < SEARCHES; n++)
        for (int i = 0; i < 3; i++) {
            probe p = {.phi = straight, .ctx = &(double){1}};
            const lgd_search_rules rules = {searches[n], 1e-4, 0.9, 0, 5};
            lgd_search_memory memory = {.values = 0};
            double w = 1e300, g = -0x1p-1060, w_new, g_new;
            const double forward = 0x1p1023;
            lgd_step s = {.dim = 1, .w = &w, .g = &g, .f = 0, .oracle = &probe_oracle, .oracle_ctx = &p};
            lgd_line line = {.d = &forward,
                             .slope = -0x1p-37,
                             .alpha = lengths[i],
                             .alpha_max = INFINITY,
                             .w_new = &w_new,
                             .g_new = &g_new};
            ck_ok(lgd_search_along(&s, &rules, &memory, &line));
            ck_assert(!line.found && s.stop == LGD_STOP_ROUNDING && p.calls == 0);
        }
}
END_TEST

/* ---- what is remembered */

static void hill(void *ctx, real a, real *phi, real *slope)
{
    (void)ctx;
    *phi = 1 - a / 100 + a * a / 2;
    *slope = a - 0.01L;
}

START_TEST(nonmonotone_accepts_below_the_largest_of_ten)
{
    probe p = {.phi = hill};
    const lgd_search_rules armijo = {LGD_BACKTRACKING, 1e-4, 0.9, 0, 40}, grippo = {LGD_NONMONOTONE, 1e-4, 0.9, 0, 40};
    for (size_t ago = 0; ago < 12; ago++) {
        lgd_search_memory memory = {.values = 12, .mean_size = 1, .weight = 1, .foretold = 1};
        for (size_t i = 0; i < LGD_SEARCH_VALUES; i++)
            memory.value[i] = 1;
        if (ago < LGD_SEARCH_VALUES)
            memory.value[(11 - ago) % LGD_SEARCH_VALUES] = 2;
        lgd_search_memory other = memory;
        ck_assert_uint_lt(search_of(&p, &armijo, &other, 1).line.alpha < 1, 2);
        const outcome o = search_of(&p, &grippo, &memory, 1);
        ck_assert(o.line.found);
        /* a last value that is not f belongs to another run: ago = 0 */
        ck_assert(ago > 0 && ago < LGD_SEARCH_VALUES ? o.line.alpha == 1 : o.line.alpha < 0.1);
        ck_assert(search_of(&p, &armijo, NULL, 1).line.alpha < 0.1);
        ck_assert_uint_eq(memory.values, ago == 0 ? 2 : 13);
    }
}
END_TEST

START_TEST(hager_zhang_close_to_the_minimum_approximate_wolfe)
{
    lgd_search_memory memory = {
        .values = 1, .value = {1}, .mean_size = 1, .weight = 1, .close = 1, .lowest = 1, .foretold = 1};
    const double c1 = 0.1, c2 = 0.9;
    for (double alpha = 1e-10; alpha < 1; alpha *= 10) {
        lgd_search_memory own = memory;
        probe p = {.phi = at_rest};
        const lgd_search_rules rules = {LGD_HAGER_ZHANG, c1, c2, 0, 40};
        const outcome o = search_of(&p, &rules, &own, alpha);
        real f, slope, f0, slope0;
        ck_assert(o.line.found);
        at_rest(NULL, o.line.alpha, &f, &slope);
        at_rest(NULL, 0, &f0, &slope0);
        ck_assert(slope <= (2 * c1 - 1) * slope0 && slope >= c2 * slope0 && f <= f0 + 1e-6L);
        /* C and Q of their section 4 */
        ck_near(own.weight, 1.7L, 1e-15);
        ck_near(own.mean_size, 1 + (fabsl(f) - 1) / 1.7L, 1e-15);
    }
}
END_TEST

START_TEST(search_that_brings_nothing_down_ends)
{
    lgd_search_memory memory = {.values = 0};
    size_t steps = 0;
    for (;; steps++) { /* the same search again and again: equal values, equal slopes */
        probe p = {.phi = at_rest};
        const lgd_search_rules rules = {LGD_MORE_THUENTE, 1e-4, 0.9, 0, 40};
        const outcome o = search_of(&p, &rules, &memory, 1e-9);
        if (!o.line.found) {
            ck_assert_int_eq(o.stop, LGD_STOP_ROUNDING);
            break;
        }
        ck_assert_uint_lt(steps, 100);
    }
    ck_assert_uint_ge(steps, 10);
}
END_TEST

/* ---- the very first step */

static lgd_status twice(void *ctx, const double *w, const double *g, const double *v, double *hv)
{
    (void)w, (void)g;
    for (size_t j = 0; j < 3; j++)
        hv[j] = *(double *)ctx * v[j];
    return LGD_OK;
}

START_TEST(first_step_as_long_as_documented)
{
    double w[3] = {1, -4, 2}, g[3] = {3, 0, -5}, curvature = 2, alpha, hd[3];
    const double d[3] = {-3, 0, 5}, still[3] = {0};
    lgd_oracle oracle = {.eval = probe_eval, .product = twice, .exact = true};
    lgd_step s = {.dim = 3, .w = w, .g = g, .f = -7, .oracle = &oracle, .oracle_ctx = &curvature};
    lgd_search_rules rules = {LGD_MORE_THUENTE, 1e-4, 0.9, 0.25, 40};
    ck_ok(lgd_search_first(&s, &rules, d, -34, hd, &alpha));
    ck_near(alpha * sqrt(34), 0.25, 1e-15);
    rules.first_step = 0;
    ck_ok(lgd_search_first(&s, &rules, d, -34, hd, &alpha));
    ck_assert(alpha == 0.5);                               /* |g|^2/(g.Hg) */
    for (curvature = -2; curvature <= 0; curvature += 2) { /* no minimum along d */
        ck_ok(lgd_search_first(&s, &rules, d, -34, hd, &alpha));
        ck_assert(alpha == 0.01 * 4 / 5);
    }
    curvature = 2;
    oracle.exact = false;
    ck_ok(lgd_search_first(&s, &rules, d, -34, hd, &alpha));
    ck_assert(alpha == 0.01 * 4 / 5);
    memcpy(w, still, sizeof w);
    ck_ok(lgd_search_first(&s, &rules, d, -34, hd, &alpha));
    ck_assert(alpha == 0.01 * 7 / 34);
    s.f = 0;
    ck_ok(lgd_search_first(&s, &rules, d, -34, hd, &alpha));
    ck_assert(alpha == 1.0 / 5);
}
END_TEST

/* ---- a method of the caller's: descent along -g, twice as far as last time */

typedef struct descent {
    lgd_search search;
    double c1, c2, first_step;
    size_t max_trials;
    bool scores;
    double lengthen;
} descent;

typedef struct descent_state {
    lgd_search_memory memory;
    double alpha;
} descent_state;

static lgd_status descent_step(lgd_step *s)
{
    const descent *o = s->options;
    const lgd_search_rules rules = LGD_SEARCH_RULES(o, LGD_MORE_THUENTE);
    descent_state *state = s->state;
    lgd_line line = {.d = s->vec[0], .alpha = o->lengthen * state->alpha, .alpha_max = INFINITY, .scores = o->scores};
    line.w_new = s->vec[1];
    line.g_new = s->vec[2];
    for (size_t j = 0; j < s->dim; j++)
        s->vec[0][j] = -s->g[j];
    line.slope = -lgd_dot(s->dim, s->g, s->g);
    lgd_status status = LGD_OK;
    if (s->t == 1)
        status = lgd_search_first(s, &rules, line.d, line.slope, line.w_new, &line.alpha);
    line.alpha *= s->lr_factor;
    if (!status)
        status = lgd_search_along(s, &rules, &state->memory, &line);
    if (!status && line.found) {
        state->alpha = line.alpha;
        lgd_search_take(s, &line);
    }
    s->finite = true;
    return status;
}

static void descent_layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim;
    *vectors = 3;
    *state_size = sizeof(descent_state);
}

static lgd_status descent_check(const void *options)
{
    const descent *o = options;
    return lgd_search_check("descent", o->search, o->c1, o->c2);
}

static lgd_optimizer *descent_create(const descent *options)
{
    static const lgd_option table[] = {
        LGD_SEARCH_OPTIONS(descent, 1e-4, 0.9),
        LGD_OPTION_BOOL(descent, scores, "along them from the first trial"),
        LGD_OPTION(descent, lengthen, 2, LGD_POSITIVE, "first trial over last step"),
        {0},
    };
    static const lgd_optimizer_ops ops = {
        .name = "descent",
        .options = table,
        .options_size = sizeof(descent),
        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_FINDS_STEP,
        .layout = descent_layout,
        .step = descent_step,
        .check = descent_check,
    };
    lgd_optimizer *opt;
    ck_ok(lgd_optimizer_create(&opt, &ops, options, sizeof *options));
    return opt;
}

START_TEST(options_that_contradict_refused)
{
    static const lgd_option table[] = {LGD_SEARCH_OPTIONS(descent, 1e-4, 0.9), {0}};
    static const lgd_optimizer_ops ops = {.name = "descent",
                                          .options = table,
                                          .options_size = sizeof(descent),
                                          .step = descent_step,
                                          .check = descent_check};
    lgd_optimizer *opt;
    ck_fails(lgd_optimizer_create(&opt, &ops, &(descent){.c1 = 0.9, .c2 = 0.9}, sizeof(descent)), LGD_EINVAL,
             "descent: c1 is 0.9, a number below c2, 0.9, is accepted");
    ck_fails(lgd_optimizer_create(&opt, &ops, &(descent){.search = LGD_HAGER_ZHANG, .c1 = 0.5}, sizeof(descent)),
             LGD_EINVAL, "descent: c1 is 0.5, a number below 0.5 is accepted with search = LGD_HAGER_ZHANG");
    ck_fails(lgd_optimizer_create(&opt, &ops, &(descent){.c2 = 1}, sizeof(descent)), LGD_EINVAL, "c2");
    ck_fails(lgd_optimizer_create(&opt, &ops, &(descent){.max_trials = 5000}, sizeof(descent)), LGD_EINVAL,
             "max_trials");
}
END_TEST

/* Something at the k-th call, and from then on with `ever`: what it gives is f + add, and times g. */
typedef struct trap {
    size_t calls, at;
    bool ever, error;
    double add, times;
    double scale_f, scale_w; /* scale_f f(w/scale_w) */
} trap;

/* Rosenbrock's, plus 1, so that a value is rounded near the minimum. */
static lgd_status valley(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    trap *t = ctx;
    const double x = w[0] / t->scale_w, y = w[1] / t->scale_w, a = 1 - x, b = y - x * x;
    (void)dim;
    *f = t->scale_f * (1 + a * a + 10 * b * b);
    if (g) {
        g[0] = t->scale_f / t->scale_w * (-2 * a - 40 * x * b);
        g[1] = t->scale_f / t->scale_w * (20 * b);
    }
    ck_assert(isfinite(w[0]) && isfinite(w[1]));
    t->calls++;
    if (t->at && (t->calls == t->at || (t->ever && t->calls > t->at))) {
        if (t->error)
            return lgd_set_error(LGD_EUSER, "valley: fog");
        *f += t->add;
        if (g)
            g[0] *= t->times;
    }
    return LGD_OK;
}

START_TEST(trials_that_are_no_number_or_fail_at_every_call)
{
    static const trap kinds[] = {{.add = NAN, .times = 1},       {.add = INFINITY, .times = 1},
                                 {.add = 0, .times = NAN},       {.add = 0, .times = INFINITY},
                                 {.add = -INFINITY, .times = 1}, {.error = true, .times = 1}};
    for (int n = 0; n < SEARCHES; n++)
        for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
            for (size_t at = 2; at < 14; at++)
                for (int ever = 0; ever < 2; ever++) {
                    trap t = kinds[kind];
                    lgd_objective *f;
                    lgd_optimizer *opt = descent_create(&(descent){.search = searches[n]});
                    lgd_report report;
                    double w[2] = {-1.2, 1}, value;
                    t.at = at;
                    t.ever = ever;
                    t.scale_f = t.scale_w = 1;
                    ck_ok(lgd_function_create(&f, 2, valley, &t));
                    const lgd_status status =
                        lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 12}, &report);
                    ck_assert_uint_ge(t.calls, at);
                    t.at = 0;
                    ck_assert(isfinite(w[0]) && isfinite(w[1]));
                    ck_ok(lgd_objective_eval(f, NULL, w, &value, NULL));
                    ck_assert(value <= 1 + 2.2 * 2.2 + 10 * 0.44 * 0.44 + 1e-12);
                    if (t.error) {
                        ck_assert(status == LGD_EUSER && report.stop == LGD_STOP_ERROR);
                        ck_assert_ptr_nonnull(strstr(lgd_last_error(), "valley: fog"));
                    } else if (t.add == -INFINITY && !ever) {
                        ck_assert(!status && report.stop == LGD_STOP_UNBOUNDED);
                    } else if (ever) {
                        /* the run looks at the last point once more, and -Inf is divergence there */
                        ck_assert(status == LGD_EDIVERGED && report.stop == LGD_STOP_DIVERGED);
                    } else {
                        ck_assert_msg(!status && report.stop == LGD_STOP_STEPS, "search %d, kind %zu, call %zu: %s", n,
                                      kind, at, lgd_stop_string(report.stop));
                    }
                    lgd_optimizer_free(opt);
                    lgd_objective_free(f);
                }
}
END_TEST

enum { STEPS = 60 };
typedef struct path {
    double w[STEPS][2], f[STEPS];
    size_t count;
} path;

static int follow(void *ctx, const lgd_progress *p)
{
    path *to = ctx;
    if (to->count < STEPS) {
        memcpy(to->w[to->count], p->w, sizeof to->w[0]);
        to->f[to->count++] = p->f;
    }
    return 0;
}

static path path_of(lgd_search search, double lengthen, double scale_f, double scale_w, bool maximize,
                    const double *start)
{
    trap t = {.scale_f = maximize ? -scale_f : scale_f, .scale_w = scale_w};
    lgd_objective *f;
    lgd_optimizer *opt = descent_create(&(descent){.search = search, .lengthen = lengthen});
    path to = {.count = 0};
    double w[2] = {scale_w * start[0], scale_w * start[1]};
    ck_ok(lgd_function_create(&f, 2, valley, &t));
    ck_ok(lgd_minimize(
        f, opt, w,
        &(lgd_minimize_options){.max_steps = STEPS, .callback = follow, .callback_ctx = &to, .maximize = maximize},
        NULL));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    ck_assert_uint_eq(to.count, STEPS);
    for (size_t i = 0; i < STEPS; i++) {
        to.w[i][0] /= scale_w;
        to.w[i][1] /= scale_w;
        to.f[i] /= maximize ? -scale_f : scale_f;
    }
    return to;
}

START_TEST(searches_of_a_scaled_function_scaled_path_bit_for_bit)
{
    static const double from[2][2] = {{-1.2, 1}, {0, 0}};
    for (int n = 0; n < SEARCHES; n++)
        for (int start = 0; start < 2; start++) {
            const path own = path_of(searches[n], 2, 1, 1, false, from[start]);
            const path scaled = path_of(searches[n], 2, 0x1p-40, 0x1p20, false, from[start]);
            const path large = path_of(searches[n], 2, 0x1p90, 0x1p-30, false, from[start]);
            const path ascent = path_of(searches[n], 2, 1, 1, true, from[start]);
            ck_assert(own.f[STEPS - 1] < own.f[0]);
            ck_assert_mem_eq(&own, &scaled, sizeof own);
            ck_assert_mem_eq(&own, &large, sizeof own);
            ck_assert_mem_eq(&own, &ascent, sizeof own);
        }
}
END_TEST

START_TEST(nonmonotone_never_above_the_largest_of_ten)
{
    const double from[2] = {-1.2, 1};
    bool rises = false;
    const path p = path_of(LGD_NONMONOTONE, 16, 1, 1, false, from),
               q = path_of(LGD_BACKTRACKING, 16, 1, 1, false, from);
    for (size_t i = 1; i < STEPS; i++) {
        double largest = -INFINITY;
        for (size_t k = i > 10 ? i - 10 : 0; k < i; k++)
            largest = fmax(largest, p.f[k]);
        ck_assert(p.f[i] < largest);
        rises = rises || p.f[i] > p.f[i - 1];
        ck_assert(q.f[i] < q.f[i - 1]);
    }
    ck_assert(rises);
}
END_TEST

START_TEST(searches_run_to_rounding_and_say_so)
{
    for (int n = 0; n < SEARCHES; n++) {
        trap t = {.scale_f = 1, .scale_w = 1};
        lgd_objective *f;
        lgd_optimizer *opt = descent_create(&(descent){.search = searches[n]});
        lgd_report report;
        double w[2] = {0.9, 0.9};
        ck_ok(lgd_function_create(&f, 2, valley, &t));
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 100000, .grad_tol = LGD_ZERO}, &report));
        ck_assert_msg(report.stop == LGD_STOP_ROUNDING || report.stop == LGD_STOP_GRAD_TOL, "search %d: %s", n,
                      lgd_stop_string(report.stop));
        /* f - min f is |g|^2 over twice a curvature of 0.4 at least: for |g| = 1e-7 that is 10^-14 of f, which is 1 */
        ck_assert_msg(report.grad_norm < (searches[n] == LGD_NONMONOTONE ? 4e-7 : 1e-7), "search %d: %g", n,
                      report.grad_norm);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* ---- along the scores of a model */

enum { ROWS = 700, COLS = 6 };

/* Values and slopes along a line, against evaluations. */
static void check_line(lgd_objective *f, uint64_t seed)
{
    const size_t dim = lgd_objective_dim(f), terms = lgd_objective_terms(f), count = terms * f->slopes;
    double *w = calloc(4 * dim + 2 * count, sizeof *w), *d = w + dim, *at = d + dim, *g = at + dim, *Z = g + dim;
    fill(seed, dim, -1, 1, w);
    fill(seed + 1, dim, -1, 1, d);
    const size_t threads = lgd_objective_begin(f, 3);
    ck_ok(lgd_objective_scores(f, threads, w, d, Z, Z + count));
    for (double alpha = -1; alpha <= 2; alpha += 0.5) {
        double value, slope, along = 0, expected, again[2];
        for (size_t j = 0; j < dim; j++)
            at[j] = w[j] + alpha * d[j];
        ck_ok(lgd_objective_mean(f, &(lgd_rows){0, terms, NULL}, terms, threads, at, &expected, g));
        ck_ok(lgd_objective_along(f, threads, w, d, alpha, Z, Z + count, &value, &slope));
        ck_ok(lgd_objective_along(f, 1, w, d, alpha, Z, Z + count, &again[0], &again[1]));
        ck_assert(value == again[0] && slope == again[1]); /* whatever the threads */
        for (size_t j = 0; j < dim; j++)
            along += g[j] * d[j];
        ck_near(value, expected, 1e-13);
        ck_near(slope, along, 1e-13);
    }
    lgd_objective_end(f);
    free(w);
}

START_TEST(models_values_along_a_line_are_those_of_evaluations)
{
    double weights[ROWS];
    size_t index[ROWS / 2];
    fill(70, ROWS, 0, 2, weights);
    for (size_t i = 0; i < ROWS; i += 9)
        weights[i] = 0;
    for (size_t i = 0; i < ROWS / 2; i++)
        index[i] = (i * 37) % (ROWS - 100);
    for (size_t outputs = 1; outputs <= 3; outputs += 2)
        for (int which = 0; which < 8; which++) {
            model m = model_create(ROWS, COLS, lgd_loss_half_squared(), &(lgd_glm_options){.outputs = outputs}, 60);
            lgd_objective *f, *part, *subset;
            const lgd_glm_options o = {.outputs = outputs,
                                       .l2 = which & 1 ? 0.3 : 0,
                                       .intercept = which & 1,
                                       .weights = which & 2 ? weights : NULL,
                                       .offset = which & 4 ? m.d.offset : NULL};
            ck_ok(lgd_glm_create(&f, m.X, m.d.y, lgd_loss_half_squared(), &o));
            ck_ok(lgd_objective_subset(&part, f, &(lgd_rows){0, ROWS / 2, index}));
            ck_ok(lgd_objective_subset(&subset, part, &(lgd_rows){20, 100, NULL}));
            check_line(f, 80);
            check_line(part, 81);
            check_line(subset, 82);
            lgd_objective_free(subset);
            lgd_objective_free(part);
            lgd_objective_free(f);
            model_free(&m);
        }
    model many =
        model_create(20 * ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.1}, 61); /* several chunks */
    check_line(many.f, 83);
    model_free(&many);
}
END_TEST

/* The same objective by evaluations alone. */
static lgd_status by_evaluation(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)dim;
    return lgd_objective_eval(ctx, NULL, w, f, g);
}

START_TEST(search_along_scores_same_steps_fewer_passes)
{
    for (int n = 0; n < SEARCHES; n++)
        for (int first = 0; first < 2; first++) {
            model m =
                model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 90);
            lgd_objective *evaluated;
            lgd_report report[3];
            double alpha[3], w[3][COLS + 1] = {{0}};
            ck_ok(lgd_function_create(&evaluated, m.dim, by_evaluation, m.f));
            for (int how = 0; how < 3; how++) { /* by evaluations; along scores from the first trial; from the second */
                lgd_optimizer *opt = descent_create(
                    &(descent){.search = searches[n], .scores = how == 1, .first_step = first ? 1 : 900});
                ck_ok(lgd_minimize(how ? m.f : evaluated, opt, w[how],
                                   &(lgd_minimize_options){.max_steps = 1, .maximize = false}, &report[how]));
                alpha[how] = lgd_norm2(COLS + 1, w[how]);
                lgd_optimizer_free(opt);
            }
            for (int how = 1; how < 3; how++) {
                ck_near(alpha[how] / alpha[0], 1, 1e-12);
                for (size_t j = 0; j <= COLS; j++)
                    ck_near(w[how][j], w[0][j], 1e-12 * alpha[0]);
            }
            /* before the step one, for scores one, at its end one; the first trial was one unless it goes along them too */
            const size_t trials = (size_t)report[0].evaluations - 1;
            ck_assert_uint_ge(trials, 1);
            ck_assert(report[1].passes == 3);
            ck_assert(report[2].passes == (trials == 1 ? 2 : 4));
            ck_assert(first || trials > 2);
            lgd_objective_free(evaluated);
            model_free(&m);
        }
}
END_TEST

static lgd_status no_scores(void *ctx, const lgd_rows *rows, const double *w, const double *d, double *Z, double *T)
{
    (void)ctx, (void)rows, (void)w, (void)d, (void)Z, (void)T;
    return LGD_OK;
}

static lgd_status no_value(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx, (void)rows, (void)w, (void)f, (void)g;
    return LGD_OK;
}

START_TEST(scores_without_values_along_them_refused)
{
    lgd_objective *f;
    lgd_objective_ops ops = {.name = "half", .eval = no_value, .scores = no_scores};
    ck_fails(lgd_objective_create(&f, 2, 2, &ops, NULL), LGD_EINVAL,
             "half: ops.linear is NULL, a function is accepted beside ops.scores");
    ck_assert_ptr_null(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("search");
    CASE(s, more_thuente_functions_of_the_paper_as_many_evaluations);
    CASE(s, searches_functions_of_the_paper_conditions_hold);
    CASE(s, interpolation_of_a_polynomial_its_minimiser);
    CASE(s, interpolation_without_a_minimum_is_no_number);
    CASE(s, search_end_of_the_line_taken_as_it_is);
    CASE(s, search_trials_spent_takes_what_decreases);
    CASE(s, search_without_a_point_has_a_true_reason);
    CASE(s, search_minus_infinity_at_the_first_trial_unbounded);
    CASE(s, search_from_a_trial_too_long_by_eighty_decades_finds_a_point);
    CASE(s, search_before_a_cliff_takes_what_decreases);
    CASE(s, search_within_rounding_of_f_slopes_decide);
    CASE(s, search_step_that_does_not_move_ends_at_rounding);
    CASE(s, searches_of_rough_functions_end_and_never_rise);
    CASE(s, search_from_an_alpha_that_is_no_number_ends_at_rounding);
    CASE(s, nonmonotone_accepts_below_the_largest_of_ten);
    CASE(s, hager_zhang_close_to_the_minimum_approximate_wolfe);
    CASE(s, search_that_brings_nothing_down_ends);
    CASE(s, first_step_as_long_as_documented);
    CASE(s, options_that_contradict_refused);
    CASE(s, trials_that_are_no_number_or_fail_at_every_call);
    CASE(s, searches_of_a_scaled_function_scaled_path_bit_for_bit);
    CASE(s, nonmonotone_never_above_the_largest_of_ten);
    CASE(s, searches_run_to_rounding_and_say_so);
    CASE(s, models_values_along_a_line_are_those_of_evaluations);
    CASE(s, search_along_scores_same_steps_fewer_passes);
    CASE(s, scores_without_values_along_them_refused);
    return suite_run(s);
}
