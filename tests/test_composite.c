#include "optimizer/optimizer.h"
#include "problems.h"
#include <float.h>

/* A prox after the step of every method: where it comes to rest is the minimum of F = f + h, for
 *
 *     f(w) = w.A w / 2 - b.w,    h(w) = l1 |w|_1 + l2 |w|_2^2 / 2,
 *
 * whose minimum is found here in long double, coordinate by coordinate. Two of its six coordinates are 0. */

enum { DIM = 6 };
static const double b[DIM] = {1, -2, 0.1, 3, -0.2, 1.5};
static const double begin[DIM] = {0.5, 0.5, 0.5, -0.5, 0.5, -2};

static double a(size_t i, size_t j)
{
    return i == j ? 1 + 0.4 * (double)i : 0.3 / (1 + (double)(i > j ? i - j : j - i));
}

static lgd_status smooth(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx;
    *f = 0;
    for (size_t i = 0; i < dim; i++) {
        double sum = 0;
        for (size_t j = 0; j < dim; j++)
            sum += a(i, j) * w[j];
        *f += w[i] * (0.5 * sum - b[i]);
        if (g)
            g[i] = sum - b[i];
    }
    return LGD_OK;
}

/* The minimum, with those coordinates held where they are that `held` has a bit for; between bounds. */
static void minimum(double l1, double l2, double low, double high, unsigned held, real *w)
{
    for (int pass = 0; pass < 2000; pass++)
        for (size_t i = 0; i < DIM; i++) {
            real r = b[i];
            for (size_t j = 0; j < DIM; j++)
                r -= j == i ? 0 : (real)a(i, j) * w[j];
            r = (fabsl(r) > l1 ? r - copysignl(l1, r) : 0) / ((real)a(i, i) + l2);
            if (!(held >> i & 1))
                w[i] = fminl(fmaxl(r, low), high);
        }
}

/* ---- the methods: at these rates each comes to rest within so many steps. Where a penalty is felt g does not vanish, so that
 * methods that divide by its size come to rest at a constant rate too. */
typedef struct row {
    const char *text;
    size_t steps;
    double error;
    bool zeros; /* exact in w; means of points have none */
} row;

static const row rows[] = {
    {"sgd:lr=0.25", 1000, 1e-12, true},
    {"momentum:lr=0.05", 2000, 1e-12, true},
    {"momentum:lr=0.05,form=pytorch", 2000, 1e-12, true},
    {"momentum:lr=0.05,form=pytorch,dampening=0.5", 2000, 1e-12, true},
    {"nesterov:lr=0.05", 2000, 1e-12, true},
    {"nesterov:lr=0.05,form=pytorch", 2000, 1e-12, true},
    {"nesterov_convex:lr=0.25", 2000, 1e-12, true},
    {"nesterov_convex:lr=0.25,restart=never", 6000, 1e-6, false},
    {"polyak:lr=0.25,f_min=-100", 1000, 1e-12, true},
    {"lion:lr=0.01", 9000, 1e-10, true},
    {"lars:lr=0.1,trust_coefficient=0.1", 2000, 1e-12, true},
    {"lars:lr=0.1,trust_coefficient=0.1,form=optax", 2000, 1e-12, true},
    {"adagrad:lr=0.5", 2000, 1e-12, true},
    {"rmsprop", 6000, 1e-10, true},
    {"rmsprop:lr=0.002,momentum=0.9", 9000, 1e-10, true},
    {"rmsprop:centered=true,eps=0.1", 6000, 1e-10, true},
    {"adam:lr=0.01", 6000, 1e-10, true},
    {"adamw:lr=0.01,weight_decay=0", 6000, 1e-10, true},
    {"lazy_adam:lr=0.01", 6000, 1e-10, true},
    {"amsgrad:lr=0.01", 6000, 1e-10, true},
    {"amsgrad:lr=0.01,form=paper", 6000, 1e-10, true},
    {"adamax:lr=0.01", 6000, 1e-10, true},
    {"nadam:lr=0.01", 6000, 1e-10, true},
    {"nadam:lr=0.01,form=paper", 6000, 1e-10, true},
    {"radam:lr=0.01", 6000, 1e-10, true},
    {"adadelta:eps=0.01", 2000, 1e-10, true},
    {"ftrl", 2000, 1e-10, true},
    {"yogi", 2000, 1e-10, true},
    {"yogi:form=corrected", 6000, 1e-10, true},
    {"adabelief:lr=0.01", 9000, 1e-8, true},
    {"lamb:lr=0.01", 6000, 1e-10, true},
    {"asgd:lr=0.1,lambd=0", 1000, 1e-10, true},
    {"schedule_free_sgd:lr=0.25", 6000, 1e-4, false},
    {"schedule_free_adamw:lr=0.01", 6000, 1e-4, false},
    {"prodigy", 6000, 1e-10, true},
    {"rprop", 0, 0, false}, /* steps grow and turn by the signs of g alone */
};
enum { ROWS = sizeof rows / sizeof *rows };

/* One of the caller's own, with a rate for each coordinate. */
static lgd_status own_step(lgd_step *s)
{
    for (size_t j = 0; j < s->dim; j++) {
        const double rate = s->lr_factor * 0.25 / (1 + (double)(j % 3));
        s->w[j] -= rate * s->g[j];
        if (s->eta_each)
            s->eta_each[j] = rate;
    }
    return LGD_OK;
}

static const lgd_optimizer_ops own_sliced = {.name = "own", .flags = LGD_SLICED | LGD_TELLS_RATE, .step = own_step},
                               own_whole = {.name = "own", .flags = LGD_TELLS_RATE, .step = own_step};

static lgd_optimizer *create(size_t i)
{
    lgd_optimizer *opt = NULL;
    if (i >= ROWS)
        ck_ok(lgd_optimizer_create(&opt, i == ROWS ? &own_sliced : &own_whole, NULL, 0));
    else
        ck_assert_msg(!lgd_optimizer_parse(&opt, rows[i].text), "%s: %s", rows[i].text, lgd_last_error());
    return opt;
}

static row row_of(size_t i)
{
    return i < ROWS ? rows[i] : (row){i == ROWS ? "own, sliced" : "own, whole", 3000, 1e-12, true};
}

static lgd_penalty *net(double l1, double l2)
{
    lgd_penalty *p = NULL;
    ck_ok(lgd_penalty_elastic_net_create(&p, l1, l2));
    return p;
}

static lgd_objective *function(void)
{
    lgd_objective *f = NULL;
    ck_ok(lgd_function_create(&f, DIM, smooth, NULL));
    return f;
}

static double error_of(const double *w, const real *x)
{
    real largest = 0;
    for (size_t j = 0; j < DIM; j++)
        largest = fmaxl(largest, fabsl(w[j] - x[j]));
    return (double)largest;
}

static void check_rest(const row *r, const double *w, const real *x, double allowed)
{
    ck_assert_msg(error_of(w, x) <= allowed, "%s: off by %g, %g is allowed", r->text, error_of(w, x), allowed);
    for (size_t j = 0; r->zeros && j < DIM; j++)
        ck_assert_msg((w[j] == 0) == (x[j] == 0), "%s: w[%zu] is %g, the minimum has %Lg", r->text, j, w[j], x[j]);
}

/* features: 66, 69 */
START_TEST(every_method_l1_and_elastic_net_rests_at_the_minimum_of_both)
{
    for (size_t i = 0; lgd_optimizer_builtin(i); i++) {
        size_t listed = lgd_optimizer_builtin(i)->flags & LGD_TELLS_RATE ? 0 : 1;
        for (size_t k = 0; k < ROWS; k++)
            listed += strcspn(rows[k].text, ":") == strlen(lgd_optimizer_builtin(i)->name) &&
                      !strncmp(rows[k].text, lgd_optimizer_builtin(i)->name, strlen(lgd_optimizer_builtin(i)->name));
        ck_assert_msg(listed > 0, "%s has no row", lgd_optimizer_builtin(i)->name);
    }
    lgd_objective *f = function();
    for (int n = 0; n < 2; n++) {
        real x[DIM] = {0};
        lgd_penalty *p = net(0.5, 0.7 * n);
        minimum(0.5, 0.7 * n, -INFINITY, INFINITY, 0, x);
        ck_assert(x[2] == 0 && x[4] == 0 && x[0] != 0);
        for (size_t i = 0; i < ROWS + 2; i++) {
            const row r = row_of(i);
            lgd_optimizer *opt = create(i);
            double w[DIM];
            memcpy(w, begin, sizeof w);
            const lgd_minimize_options o = {.max_steps = r.steps, .grad_tol = LGD_ZERO, .penalty = p};
            if (r.steps) {
                ck_ok(lgd_minimize(f, opt, w, &o, NULL));
                check_rest(&r, w, x, r.error);
            }
            lgd_optimizer_free(opt);
        }
        lgd_penalty_free(p);
    }
    lgd_objective_free(f);
}
END_TEST

/* ---- constraints */

typedef struct inside {
    const lgd_penalty *p;
    const char *text;
    uint64_t calls;
} inside;

static int watch(void *ctx, const lgd_progress *progress)
{
    inside *in = ctx;
    double value = NAN;
    ck_ok(lgd_penalty_value(in->p, progress->dim, progress->w, &value));
    ck_assert_msg(value == 0, "%s: outside %s after step %d", in->text, lgd_penalty_name(in->p), (int)progress->step);
    in->calls++;
    return 0;
}

/* F(w) - F(x) */
static double above(const double *w, const real *x)
{
    double f, least, near[DIM];
    for (size_t j = 0; j < DIM; j++)
        near[j] = (double)x[j];
    smooth(NULL, DIM, w, &f, NULL);
    smooth(NULL, DIM, near, &least, NULL);
    return f - least;
}

/* The nearest point of the simplex of sum 2 to the minimum, in the metric of A: along the gradient, by small steps. */
static void simplex_minimum(real *x)
{
    for (int step = 0; step < 4000; step++) {
        real v[DIM], low = -10, high = 10;
        for (size_t i = 0; i < DIM; i++) {
            v[i] = x[i] + 0.2L * b[i];
            for (size_t j = 0; j < DIM; j++)
                v[i] -= 0.2L * a(i, j) * x[j];
        }
        for (int half = 0; half < 100; half++) {
            const real t = (low + high) / 2;
            real sum = 0;
            for (size_t i = 0; i < DIM; i++)
                sum += fmaxl(v[i] - t, 0);
            *(sum > 2 ? &low : &high) = t;
        }
        for (size_t i = 0; i < DIM; i++)
            x[i] = fmaxl(v[i] - low, 0);
    }
}

START_TEST(constraint_every_method_feasible_at_each_step_and_ends_near_the_minimum)
{
    static const double low[1] = {-0.1}, high[1] = {0.7};
    lgd_objective *f = function();
    for (int kind = 0; kind < 2; kind++) {
        lgd_penalty *p = NULL;
        real x[DIM] = {0};
        if (kind == 0) {
            ck_ok(lgd_penalty_box_create(&p, 1, low, high));
            minimum(0, 0, low[0], high[0], 0, x);
        } else {
            ck_ok(lgd_penalty_simplex_create(&p, 2));
            simplex_minimum(x);
        }
        for (size_t i = 0; i < ROWS + 2; i++) {
            const row r = row_of(i);
            if (!r.steps && kind == 1)
                continue;
            lgd_optimizer *opt = create(i);
            inside in = {.p = p, .text = r.text};
            double w[DIM];
            memcpy(w, begin, sizeof w);
            const lgd_minimize_options o = {.max_steps = 2000,
                                            .grad_tol = LGD_ZERO,
                                            .penalty = p,
                                            .callback = watch,
                                            .callback_ctx = &in,
                                            .schedule = {.kind = LGD_EXPONENTIAL, .period = 1500, .factor = 0.1}};
            ck_ok(lgd_minimize(f, opt, w, &o, NULL));
            ck_assert_uint_gt(in.calls, 10);
            ck_assert_msg(above(w, x) < (r.zeros ? 1e-3 : 0.02), "%s: %g above the minimum of %s", r.text, above(w, x),
                          lgd_penalty_name(p));
            lgd_optimizer_free(opt);
        }
        lgd_penalty_free(p);
    }
    lgd_objective_free(f);
}
END_TEST

/* ---- what does not move, what is not penalised */

static void run(lgd_optimizer *opt, double *w, const lgd_penalty *p, size_t steps, const double *lr_scale)
{
    lgd_objective *f = function();
    memcpy(w, begin, sizeof begin);
    const lgd_minimize_options o = {.max_steps = steps, .grad_tol = LGD_ZERO, .penalty = p, .lr_scale = lr_scale};
    ck_ok(lgd_minimize(f, opt, w, &o, NULL));
    lgd_objective_free(f);
}

START_TEST(frozen_range_keeps_its_bits_and_the_others_solve_what_is_left)
{
    static const double still[DIM] = {1, 0, 0, 1, 1, 1};
    lgd_penalty *p = net(0.5, 0.7);
    real x[DIM] = {begin[0], begin[1], begin[2], begin[3], begin[4], begin[5]};
    minimum(0.5, 0.7, -INFINITY, INFINITY, 6, x);
    for (size_t i = 0; i < ROWS + 2; i++)
        for (int by_group = 0; by_group < 2 && row_of(i).steps; by_group++) {
            const row r = row_of(i);
            lgd_optimizer *opt = create(i);
            double w[DIM];
            if (by_group)
                ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 1, .count = 2, .frozen = true}, 1));
            run(opt, w, p, r.steps, by_group ? NULL : still);
            ck_assert(!memcmp(w + 1, begin + 1, 2 * sizeof *w));
            check_rest(&r, w, x, r.error);
            lgd_optimizer_free(opt);
        }
    lgd_penalty_free(p);
}
END_TEST

START_TEST(scaled_rates_same_minimum_or_refused_by_name)
{
    static const double scale[DIM] = {0.5, 1, 0.25, 1, 0.75, 0.5};
    const lgd_group slow = {.count = 3, .lr_scale = 0.5};
    lgd_penalty *p = net(0.5, 0.7);
    lgd_objective *f = function();
    real x[DIM] = {0};
    minimum(0.5, 0.7, -INFINITY, INFINITY, 0, x);
    for (size_t i = 0; i < ROWS + 2; i++) {
        const row r = row_of(i);
        double w[DIM];
        lgd_optimizer *opt = create(i);
        const bool own_points = opt->ops.flags & LGD_OWN_POINTS || opt->ops.settle;
        const lgd_minimize_options o = {.max_steps = 1, .penalty = p, .lr_scale = scale};
        if (r.steps && own_points)
            ck_fails(lgd_minimize(f, opt, w, &o, NULL), LGD_EUNSUPPORTED, "lr_scale[0] is 0.5, 0 or 1 is accepted by");
        else if (r.steps) {
            run(opt, w, p, 2 * r.steps, scale);
            check_rest(&r, w, x, r.error);
        }
        lgd_optimizer_free(opt);
        if (!r.steps)
            continue;
        opt = create(i);
        ck_ok(lgd_optimizer_groups(opt, &slow, 1));
        run(opt, w, p, 2 * r.steps, NULL);
        check_rest(&r, w, x, r.error);
        lgd_optimizer_free(opt);
    }
    lgd_objective_free(f);
    lgd_penalty_free(p);
}
END_TEST

/* A strength that nothing gets over: the intercept goes the way that it has beside weights which are frozen at 0. */
START_TEST(intercept_every_method_is_spared)
{
    model m = model_create(40, 4, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 11);
    lgd_penalty *p = net(1e6, 0);
    for (size_t i = 0; i < ROWS + 2; i++) {
        if (!row_of(i).steps)
            continue;
        double w[2][5] = {{0}};
        for (int frozen = 0; frozen < 2; frozen++) {
            lgd_optimizer *opt = create(i);
            if (frozen)
                ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.count = 4, .frozen = true}, 1));
            const lgd_minimize_options o = {.max_steps = 50, .grad_tol = LGD_ZERO, .penalty = frozen ? NULL : p};
            ck_ok(lgd_minimize(m.f, opt, w[frozen], &o, NULL));
            const bool alone = !opt->ops.measure && !opt->ops.settle; /* no sum over all, same path without a penalty */
            lgd_optimizer_free(opt);
            for (size_t j = 0; j < 4; j++)
                ck_assert_msg(w[frozen][j] == 0, "%s: w[%zu] is %g", row_of(i).text, j, w[frozen][j]);
            ck_assert(w[frozen][4] != 0);
            if (frozen && alone)
                ck_assert_msg(w[0][4] == w[1][4], "%s: %.17g, not %.17g", row_of(i).text, w[0][4], w[1][4]);
        }
    }
    lgd_penalty_free(p);
    model_free(&m);
}
END_TEST

/* ---- the same bits */

START_TEST(own_loop_every_method_bits_of_a_run)
{
    lgd_penalty *p = net(0.5, 0.7);
    for (size_t i = 0; i < ROWS + 2; i++) {
        double w[DIM], own[DIM], f, g[DIM];
        lgd_optimizer *opt = create(i), *loop = create(i);
        if (row_of(i).steps) {
            run(opt, w, p, 30, NULL);
            memcpy(own, begin, sizeof own);
            ck_ok(lgd_optimizer_penalty(loop, p));
            for (int step = 0; step < 30; step++) {
                smooth(NULL, DIM, own, &f, g);
                ck_ok(lgd_optimizer_step(loop, DIM, own, g, f, 1));
            }
            ck_assert_msg(!memcmp(w, own, sizeof w), "%s", row_of(i).text);
        }
        lgd_optimizer_free(opt);
        lgd_optimizer_free(loop);
    }
    lgd_penalty_free(p);
}
END_TEST

START_TEST(saved_and_loaded_every_method_bits_of_a_run_in_one)
{
    lgd_penalty *p = net(0.5, 0.7);
    lgd_objective *f = function();
    for (size_t i = 0; i < ROWS + 2; i++) {
        if (!row_of(i).steps)
            continue;
        lgd_schedule falling = {.kind = LGD_EXPONENTIAL, .period = 20, .factor = 0.5};
        lgd_minimize_options o = {.max_steps = 30, .grad_tol = LGD_ZERO, .penalty = p, .schedule = falling};
        double w[2][DIM];
        for (int split = 0; split < 2; split++) {
            lgd_optimizer *opt = create(i);
            memcpy(w[split], begin, sizeof begin);
            o.max_steps = split ? 13 : 30;
            o.first_epoch = 0;
            ck_ok(lgd_minimize(f, opt, w[split], &o, NULL));
            if (split) {
                size_t size = 0;
                ck_ok(lgd_optimizer_save(opt, NULL, &size));
                void *bytes = malloc(size);
                ck_ok(lgd_optimizer_save(opt, bytes, &size));
                lgd_optimizer_free(opt);
                opt = create(i);
                ck_ok(lgd_optimizer_load(opt, bytes, size));
                free(bytes);
                o.max_steps = 17;
                o.first_epoch = 13;
                ck_ok(lgd_minimize(f, opt, w[split], &o, NULL));
            }
            lgd_optimizer_free(opt);
        }
        ck_assert_msg(!memcmp(w[0], w[1], sizeof w[0]), "%s", row_of(i).text);
    }
    lgd_objective_free(f);
    lgd_penalty_free(p);
}
END_TEST

START_TEST(rprop_is_refused_by_name_but_for_a_box)
{
    lgd_penalty *l1 = net(1, 0), *simplex = NULL, *positive = NULL;
    ck_ok(lgd_penalty_simplex_create(&simplex, 1));
    ck_ok(lgd_penalty_non_negative_create(&positive));
    lgd_optimizer *opt = create(ROWS - 1);
    lgd_objective *f = function();
    double w[DIM] = {0};
    ck_fails(lgd_optimizer_penalty(opt, l1), LGD_EUNSUPPORTED, "rprop: penalty is elastic_net, a separable constraint");
    ck_fails(lgd_optimizer_penalty(opt, simplex), LGD_EUNSUPPORTED,
             "rprop: penalty is simplex, a separable constraint");
    ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.penalty = l1}, NULL), LGD_EUNSUPPORTED,
             "rprop: penalty is elastic_net");
    ck_ok(lgd_optimizer_penalty(opt, positive));
    ck_ok(lgd_minimize(f, opt, w, NULL, NULL));
    lgd_objective_free(f);
    lgd_optimizer_free(opt);
    lgd_penalty_free(l1);
    lgd_penalty_free(simplex);
    lgd_penalty_free(positive);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("composite");
    CASE(suite, every_method_l1_and_elastic_net_rests_at_the_minimum_of_both);
    CASE(suite, constraint_every_method_feasible_at_each_step_and_ends_near_the_minimum);
    CASE(suite, frozen_range_keeps_its_bits_and_the_others_solve_what_is_left);
    CASE(suite, scaled_rates_same_minimum_or_refused_by_name);
    CASE(suite, intercept_every_method_is_spared);
    CASE(suite, own_loop_every_method_bits_of_a_run);
    CASE(suite, saved_and_loaded_every_method_bits_of_a_run_in_one);
    CASE(suite, rprop_is_refused_by_name_but_for_a_box);
    return suite_run(suite);
}
