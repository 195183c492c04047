/* Conjugate gradients in a ball against the minimum in that ball, and the method that makes steps of it. */
#include "dense.h"

static const lgd_oracle bare = {.product = dense_product, .exact = true};
static const lgd_oracle with_metric = {.product = dense_product, .precondition = dense_metric, .exact = true};

static const double convex[DENSE] = {1, 2, 4, 8, 16, 32, 64, 128};
static const double indefinite[DENSE] = {-20, -1, 2, 3, 4, 5, 6, 7};

static void as_real(const double *x, real y[DENSE])
{
    for (size_t j = 0; j < DENSE; j++)
        y[j] = x[j];
}

/* The fall of the model at the best point of the ball along -P g. */
static real cauchy_fall(const dense *q, real radius)
{
    real x[DENSE], along = 0, curvature = 0, best = 0;
    for (size_t j = 0; j < DENSE; j++)
        x[j] = (real)q->metric[j] * q->b[j];
    const real size = dense_size(q, x);
    for (size_t i = 0; i < DENSE; i++) {
        along += x[i] * q->b[i];
        for (size_t j = 0; j < DENSE; j++)
            curvature += x[i] * q->A[i][j] * x[j];
    }
    best = curvature > 0 && along / curvature < radius / size ? along / curvature : radius / size;
    for (size_t j = 0; j < DENSE; j++)
        x[j] *= best;
    return dense_fall(q, x);
}

/* The three exits of Steihaug's iteration. Inside the ball it is the minimum itself. On the boundary of a convex model its fall is
 * at least half of the largest there is (Y. Yuan, Math. Program. 87, 2000), of any at least that along -P g. */
START_TEST(exits_by_the_side_of_the_minimum_in_the_ball)
{
    size_t seen[LGD_KRYLOV_NUMBERS + 1] = {0};
    for (int metric = 0; metric < 2; metric++)
        for (int kind = 0; kind < 2; kind++)
            for (uint64_t seed = 1; seed <= 30; seed++)
                for (int power = -12; power <= 4; power += 2) {
                    dense q = dense_create(kind ? indefinite : convex, seed);
                    real x[DENSE], d[DENSE];
                    const double radius = ldexp(1, power);
                    if (metric)
                        fill(seed + 50, DENSE, 0.01, 1, q.metric);
                    const lgd_krylov k =
                        dense_solve(&q, metric ? &with_metric : &bare,
                                    (lgd_krylov){.radius = radius, .tolerance = 1e-13, .limit = 3 * DENSE});
                    dense_in_ball(&q, radius, x);
                    as_real(q.d, d);
                    const real best = dense_fall(&q, x), fall = dense_fall(&q, d), size = dense_size(&q, d);
                    seen[k.end]++;
                    ck_near(k.fall / (double)fall, 1, 1e-8);
                    ck_near(k.size / (double)size, 1, 1e-9);
                    ck_assert(k.slope < 0);
                    if (k.end == LGD_KRYLOV_SOLVED) {
                        ck_assert_msg(difference(DENSE, q.d, x) < 1e-10, "%g", difference(DENSE, q.d, x));
                        continue;
                    }
                    ck_assert(k.end == LGD_KRYLOV_BOUNDARY || k.end == LGD_KRYLOV_CURVATURE);
                    ck_near((double)(size / radius), 1, 1e-9);
                    ck_assert_msg(fall <= best * (1 + 1e-12L) && fall >= cauchy_fall(&q, radius) * (1 - 1e-12L),
                                  "a fall of %Lg in a ball of %g where %Lg is most", fall, radius, best);
                    if (!kind)
                        ck_assert(fall >= best / 2);
                    ck_assert(k.indefinite == (k.end == LGD_KRYLOV_CURVATURE));
                }
    ck_assert(seen[LGD_KRYLOV_SOLVED] > 50 && seen[LGD_KRYLOV_BOUNDARY] > 50 && seen[LGD_KRYLOV_CURVATURE] > 50);
}
END_TEST

START_TEST(smaller_ball_again_same_bits_and_no_product_where_the_first_step_leads_out)
{
    size_t without = 0;
    for (int kind = 0; kind < 2; kind++)
        for (int metric = 0; metric < 2; metric++)
            for (uint64_t seed = 1; seed <= 20; seed++) {
                const lgd_oracle *oracle = metric ? &with_metric : &bare;
                dense q = dense_create(kind ? indefinite : convex, seed), fresh = q;
                lgd_krylov k = dense_solve(&q, oracle, (lgd_krylov){.radius = 4, .tolerance = 1e-10, .limit = 24});
                for (k.again = true; k.radius > 1e-6; k.radius /= 4) {
                    const double radius = k.radius;
                    k = dense_solve(&q, oracle, k);
                    const lgd_krylov other =
                        dense_solve(&fresh, oracle, (lgd_krylov){.radius = radius, .tolerance = 1e-10, .limit = 24});
                    ck_assert_mem_eq(q.d, fresh.d, sizeof q.d);
                    ck_assert(k.fall == other.fall && k.size == other.size && k.slope == other.slope);
                    ck_assert_int_eq(k.end, other.end);
                    ck_assert_uint_eq(k.products, other.products == 1 && !(k.first < radius) ? 0 : other.products);
                    without += k.products == 0;
                }
            }
    ck_assert_uint_gt(without, 100);
}
END_TEST

/* ---- runs */

static lgd_optimizer *trust_region(lgd_trust_region_options o)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_trust_region_create(&opt, &o));
    return opt;
}

typedef struct counted {
    size_t calls;
    double scale;
} counted;

static lgd_status rosenbrock(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    counted *c = ctx;
    const double a = w[1] - w[0] * w[0], b = 1 - w[0];
    (void)dim;
    c->calls++;
    *f = c->scale * (100 * a * a + b * b);
    if (g) {
        g[0] = c->scale * (-400 * a * w[0] - 2 * b);
        g[1] = c->scale * 200 * a;
    }
    return LGD_OK;
}

START_TEST(rosenbrock_reached_whatever_the_first_ball)
{
    static const double radii[] = {0, 1e-3, 1, 1e6, 1e300};
    for (size_t i = 0; i < 5; i++) {
        counted c = {0, 1};
        lgd_objective *f = NULL;
        lgd_optimizer *opt = trust_region((lgd_trust_region_options){.radius = radii[i]});
        lgd_report report;
        double w[2] = {-1.2, 1};
        ck_ok(lgd_function_create(&f, 2, rosenbrock, &c));
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.grad_tol = 1e-9}, &report));
        ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL && report.evaluations < 200, "from %g: %s, %d evaluations",
                      radii[i], lgd_stop_string(report.stop), (int)report.evaluations);
        ck_near(w[0], 1, 1e-6);
        ck_assert_uint_eq(report.evaluations, c.calls);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* Each step is at most as long as its ball, and the values fall. */
typedef struct watched {
    double w[2], f, longest;
} watched;

static int watch(void *ctx, const lgd_progress *p)
{
    watched *seen = ctx;
    const double length = hypot(p->w[0] - seen->w[0], p->w[1] - seen->w[1]);
    seen->longest = fmax(seen->longest, length);
    ck_assert(p->f < seen->f);
    seen->f = p->f;
    memcpy(seen->w, p->w, sizeof seen->w);
    return 0;
}

START_TEST(values_fall_and_first_step_is_within_the_first_ball)
{
    for (int power = -10; power <= 2; power += 2) {
        counted c = {0, 1};
        lgd_objective *f = NULL;
        lgd_optimizer *opt = trust_region((lgd_trust_region_options){.radius = ldexp(1, power)});
        watched seen = {{-1.2, 1}, INFINITY, 0};
        double w[2] = {-1.2, 1};
        ck_ok(lgd_function_create(&f, 2, rosenbrock, &c));
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 1, .callback = watch, .callback_ctx = &seen},
                           NULL));
        ck_assert(seen.longest > 0 && seen.longest <= ldexp(1, power) * (1 + 1e-12));
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.callback = watch, .callback_ctx = &seen}, NULL));
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* -x^2 falls for ever; a kink and a step of the value have no lower neighbour; a constant has g = 0. */
static lgd_status falls_for_ever(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = -w[0] * w[0];
    if (g)
        g[0] = -2 * w[0];
    return LGD_OK;
}

static lgd_status rises_at_once(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const double *at = ctx;
    (void)dim;
    *f = w[0] == *at ? 0 : 1;
    if (g)
        g[0] = 1;
    return LGD_OK;
}

static lgd_status number_nowhere_else(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const double *at = ctx;
    (void)dim;
    *f = w[0] == *at ? 0 : NAN;
    if (g)
        g[0] = 1;
    return LGD_OK;
}

START_TEST(reasons_where_there_is_no_minimum)
{
    static const struct {
        lgd_function of;
        lgd_stop stop;
    } cases[] = {{falls_for_ever, LGD_STOP_UNBOUNDED},
                 {rises_at_once, LGD_STOP_SEARCH},
                 {number_nowhere_else, LGD_STOP_DIVERGED}};
    for (size_t i = 0; i < 3; i++) {
        lgd_objective *f = NULL;
        lgd_optimizer *opt = trust_region((lgd_trust_region_options){.radius = 0});
        lgd_report report;
        double start = 1.5, w[1] = {1.5};
        ck_ok(lgd_function_create(&f, 1, cases[i].of, &start));
        const lgd_status status = lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 3000}, &report);
        ck_assert_msg(report.stop == cases[i].stop, "%zu: %s", i, lgd_stop_string(report.stop));
        ck_assert_int_eq(status, cases[i].stop == LGD_STOP_DIVERGED ? LGD_EDIVERGED : LGD_OK);
        ck_assert(isfinite(w[0]) && isfinite(report.f));
        ck_assert(i == 0 || w[0] == 1.5);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(options_out_of_range_refused)
{
    lgd_optimizer *opt = NULL;
    ck_fails(lgd_trust_region_create(&opt, &(lgd_trust_region_options){.accept = 0.25}), LGD_EINVAL,
             "trust_region: accept is 0.25");
    ck_fails(lgd_trust_region_create(&opt, &(lgd_trust_region_options){.radius = -1}), LGD_EINVAL,
             "trust_region: radius is -1");
    ck_assert_ptr_null(opt);
}
END_TEST

/* -x + 0.8 x^3: at 0 nothing curves. */
static lgd_status bends(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = -w[0] + 0.8 * w[0] * w[0] * w[0];
    if (g)
        g[0] = -1 + 2.4 * w[0] * w[0];
    return LGD_OK;
}

/* The step to 1, the whole ball, takes f down by 0.2 where 1 was foretold; the next one would have a length of 0.29. */
START_TEST(poor_step_next_ball_a_quarter_of_it)
{
    lgd_objective *f;
    lgd_optimizer *opt;
    double w[1] = {0};
    ck_ok(lgd_function_create(&f, 1, bends, NULL));
    ck_ok(lgd_optimizer_parse(&opt, "trust_region:radius=1"));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 2}, NULL));
    ck_near(w[0], 0.75L, 1e-12);
    lgd_objective_free(f);
    lgd_optimizer_free(opt);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("trust_region");
    CASE(s, exits_by_the_side_of_the_minimum_in_the_ball);
    CASE(s, smaller_ball_again_same_bits_and_no_product_where_the_first_step_leads_out);
    CASE(s, rosenbrock_reached_whatever_the_first_ball);
    CASE(s, values_fall_and_first_step_is_within_the_first_ball);
    CASE(s, poor_step_next_ball_a_quarter_of_it);
    CASE(s, reasons_where_there_is_no_minimum);
    CASE(s, options_out_of_range_refused);
    return suite_run(s);
}
