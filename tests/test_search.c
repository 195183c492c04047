#include "problems.h"
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
        {straight, LGD_STOP_UNBOUNDED, false}, {exponential, LGD_STOP_UNBOUNDED, false}, {level, LGD_STOP_SEARCH, true},
        {isolated, LGD_STOP_SEARCH, true},     {nowhere, LGD_STOP_DIVERGED, true},
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
            ck_assert(o.line.found ? o.line.f_new <= 1 + 64 * DBL_EPSILON && fabs(o.line.slope_new) <= 2e-9
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
        lgd_search_memory memory = {.values = 12, .mean_size = 1, .weight = 1, .flattest = 1};
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
        .values = 1, .value = {1}, .mean_size = 1, .weight = 1, .close = 1, .lowest = 1, .flattest = 1};
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
    CASE(s, search_before_a_cliff_takes_what_decreases);
    CASE(s, search_within_rounding_of_f_slopes_decide);
    CASE(s, search_step_that_does_not_move_ends_at_rounding);
    CASE(s, nonmonotone_accepts_below_the_largest_of_ten);
    CASE(s, hager_zhang_close_to_the_minimum_approximate_wolfe);
    CASE(s, search_that_brings_nothing_down_ends);
    return suite_run(s);
}
