/* Proximal gradient and FISTA: against a derivation of their own in long double, what they cost, what stops them. */
#include "problems.h"
#include "optimizer/optimizer.h"
#include <fenv.h>
#include <stdio.h>

/* ---- 1/2 sum_i (a_i.w - b_i)^2 + l1 |w|_1 of few rows, by the library and by plain loops */

enum { DIM = 6, ROWS = 9 };

typedef struct least_squares {
    double a[ROWS][DIM], b[ROWS], shift;
    size_t calls;
} least_squares;

static least_squares problem(uint64_t seed, double columns)
{
    least_squares p = {.shift = 0};
    lgd_uniform(seed, 0, ROWS, p.b);
    for (size_t i = 0; i < ROWS; i++) {
        lgd_uniform(seed, 100 * (i + 1), DIM, p.a[i]);
        for (size_t j = 0; j < DIM; j++) /* columns of other lengths: ill-conditioned */
            p.a[i][j] = (p.a[i][j] - 0.3) * pow(columns, (double)j / (DIM - 1));
    }
    return p;
}

static lgd_status least_squares_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    least_squares *p = ctx;
    p->calls++;
    *f = p->shift;
    for (size_t j = 0; g && j < dim; j++)
        g[j] = 0;
    for (size_t i = 0; i < ROWS; i++) {
        const double r = lgd_dot(dim, p->a[i], w) - p->b[i];
        *f += 0.5 * r * r;
        for (size_t j = 0; g && j < dim; j++)
            g[j] += r * p->a[i][j];
    }
    return LGD_OK;
}

static real exact_eval(const least_squares *p, const real *w, real *g)
{
    real f = p->shift;
    for (size_t j = 0; j < DIM; j++)
        g[j] = 0;
    for (size_t i = 0; i < ROWS; i++) {
        real r = -(real)p->b[i];
        for (size_t j = 0; j < DIM; j++)
            r += p->a[i][j] * w[j];
        f += r * r / 2;
        for (size_t j = 0; j < DIM; j++)
            g[j] += r * p->a[i][j];
    }
    return f;
}

static real soft(real w, real t)
{
    return w > t ? w - t : w < -t ? w + t : 0;
}

/* ---- the methods, from their papers */

typedef struct choice {
    const char *text;
    real lr, backtrack, grow;
    enum { PLAIN, GRADIENT, NEVER, FUNCTION } momentum;
} choice;

static const choice choices[] = {
    {"proximal_gradient", 1, 0.5L, 1.25L, PLAIN},
    {"proximal_gradient:lr=0.03,backtrack=0.7,grow=1", 0.03L, 0.7L, 1, PLAIN},
    {"fista", 1, 0.5L, 1.1L, GRADIENT},
    {"fista:restart=never,lr=30", 30, 0.5L, 1.1L, NEVER},
    {"fista:restart=function,backtrack=0.8,grow=1.3", 1, 0.8L, 1.3L, FUNCTION},
    {"fista:grow=1,restart=never", 1, 0.5L, 1, NEVER},
    {"fista:grow=1,restart=function", 1, 0.5L, 1, FUNCTION},
};
enum { CHOICES = sizeof choices / sizeof *choices };

/* Those whose rates and restarts follow what they meet. */
static const char *const quick[] = {"proximal_gradient", "fista", "fista:restart=function,backtrack=0.8,grow=1.3"};
enum { QUICK = sizeof quick / sizeof *quick };

typedef struct path {
    real w[DIM], old[DIM], eta, t, F; /* t of the last step; 0: begin */
} path;

/* Beck and Teboulle's steps; with rates that grow those of Scheinberg, Goldfarb and Bai. */
static void exact_step(const choice *c, const least_squares *p, real l1, path *s)
{
    real y[DIM], g[DIM], new[DIM], unused[DIM], norm = 0, against = 0;
    real eta = s->eta > 0 ? s->eta * c->grow : c->lr, t;
    for (;; eta *= c->backtrack) {
        t = c->momentum == PLAIN || s->t == 0 ? 1 : (1 + sqrtl(1 + 4 * s->eta / eta * s->t * s->t)) / 2;
        for (size_t j = 0; j < DIM; j++)
            y[j] = s->t > 1 ? s->w[j] + (s->t - 1) / t * (s->w[j] - s->old[j]) : s->w[j];
        real f_y = exact_eval(p, y, g), square = 0, slope = 0;
        for (size_t j = 0; j < DIM; j++) {
            new[j] = soft(y[j] - eta * g[j], eta * l1);
            square += (new[j] - y[j]) * (new[j] - y[j]);
            slope += g[j] * (new[j] - y[j]);
        }
        if (exact_eval(p, new, unused) <= f_y + slope + square / (2 * eta))
            break;
    }
    for (size_t j = 0; j < DIM; j++) {
        against += (y[j] - new[j]) * (new[j] - s->w[j]);
        norm += fabsl(new[j]);
        s->old[j] = s->w[j];
        s->w[j] = new[j];
    }
    const real F = exact_eval(p, new, unused) + l1 * norm;
    const bool anew = c->momentum == PLAIN || (c->momentum == GRADIENT && against > 0) ||
                      (c->momentum == FUNCTION && s->eta > 0 && F > s->F);
    s->eta = eta;
    s->t = anew ? 0 : t;
    s->F = F;
}

static lgd_optimizer *chosen(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

START_TEST(path_by_penalty_and_without_as_the_papers)
{
    enum { STEPS = 60 };
    size_t restarts = 0, zeros = 0;
    for (size_t i = 0; i < CHOICES; i++)
        for (uint64_t seed = 1; seed <= 6; seed++) {
            const double l1 = seed % 2 ? 0.2 : 0;
            least_squares p = problem(seed, 10);
            lgd_objective *f;
            lgd_penalty *penalty;
            lgd_optimizer *opt = chosen(choices[i].text);
            path exact = {.eta = 0};
            double w[DIM] = {0};
            ck_ok(lgd_function_create(&f, DIM, least_squares_eval, &p));
            ck_ok(lgd_penalty_l1_create(&penalty, l1));
            for (int step = 0; step < STEPS; step++) {
                const lgd_minimize_options o = {
                    .max_steps = 1, .grad_tol = LGD_ZERO, .penalty = l1 > 0 ? penalty : NULL};
                ck_ok(lgd_minimize(f, opt, w, &o, NULL));
                exact_step(&choices[i], &p, l1, &exact);
                restarts += exact.t == 0 && choices[i].momentum != PLAIN;
                for (size_t j = 0; j < DIM; j++) {
                    ck_assert_msg(fabsl(w[j] - exact.w[j]) < 1e-11L,
                                  "%s, seed %d, step %d: w[%zu] is %.17g, not %.17Lg", choices[i].text, (int)seed,
                                  step + 1, j, w[j], exact.w[j]);
                    ck_assert((w[j] == 0) == (exact.w[j] == 0));
                    zeros += w[j] == 0;
                }
            }
            lgd_optimizer_free(opt);
            lgd_penalty_free(penalty);
            lgd_objective_free(f);
        }
    ck_assert_msg(restarts > 5 && zeros > 100, "%zu restarts, %zu zeros", restarts, zeros);
}
END_TEST

/* The rate is known after the first step: from there on one evaluation, or two. */
START_TEST(step_rate_known_evaluations_one_and_two)
{
    static const char *const texts[] = {"proximal_gradient:lr=1e-3,grow=1", "fista:lr=1e-3,grow=1,restart=never"};
    for (size_t i = 0; i < 2; i++) {
        least_squares p = problem(1, 3);
        lgd_objective *f;
        lgd_optimizer *opt = chosen(texts[i]);
        lgd_report report;
        double w[DIM] = {0};
        ck_ok(lgd_function_create(&f, DIM, least_squares_eval, &p));
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 50, .grad_tol = LGD_ZERO, .step_tol = 1e-9},
                           &report));
        ck_assert_uint_eq(report.steps, 50);
        ck_assert_uint_eq(report.evaluations, i ? 1 + 2 * 50 - 2 : 1 + 50); /* in two of fista's y is w */
        ck_assert_uint_eq(report.evaluations, p.calls);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* A value so large that differences of values have no digit left. */
START_TEST(near_minimum_of_large_value_gradients_decide)
{
    for (size_t i = 0; i < QUICK; i++) {
        least_squares p = problem(2, 3);
        lgd_objective *f;
        lgd_optimizer *opt = chosen(quick[i]);
        lgd_report report;
        double w[DIM] = {0};
        p.shift = 1e12;
        ck_ok(lgd_function_create(&f, DIM, least_squares_eval, &p));
        ck_ok(lgd_minimize(f, opt, w,
                           &(lgd_minimize_options){.max_steps = 5000, .grad_tol = LGD_ZERO, .grad_tol_abs = 1e-12},
                           &report));
        ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL, "%s: %s at |g| %g", quick[i], lgd_stop_string(report.stop),
                      report.grad_norm);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* sum h_j (w_j^2/2 - x_j w_j + x_j^2/2): a value of 0 at x, as a difference of numbers that are large. */
static lgd_status cancelling_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx;
    *f = 0;
    for (size_t j = 0; j < dim; j++) {
        const double h = pow(10, (double)j / 2), x = (double)j + 1.1;
        *f += 0.5 * h * w[j] * w[j] - h * w[j] * x + 0.5 * h * x * x;
        if (g)
            g[j] = h * w[j] - h * x;
    }
    return LGD_OK;
}

START_TEST(near_minimum_of_values_that_cancel_gradients_decide)
{
    for (size_t i = 0; i < QUICK; i++) {
        lgd_objective *f;
        lgd_optimizer *opt = chosen(quick[i]);
        lgd_report report;
        double w[DIM] = {0};
        ck_ok(lgd_function_create(&f, DIM, cancelling_eval, NULL));
        ck_ok(lgd_minimize(f, opt, w,
                           &(lgd_minimize_options){.max_steps = 5000, .grad_tol = LGD_ZERO, .grad_tol_abs = 1e-11},
                           &report));
        ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL, "%s: %s at |g| %g", quick[i], lgd_stop_string(report.stop),
                      report.grad_norm);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* Asked for more than there is, a run ends by itself. */
START_TEST(rounding_reached_run_ends)
{
    for (size_t i = 0; i < QUICK; i++)
        for (uint64_t seed = 1; seed <= 20; seed++) {
            least_squares p = problem(seed, 3);
            lgd_objective *f;
            lgd_optimizer *opt = chosen(quick[i]);
            lgd_report report;
            double w[DIM] = {0};
            ck_ok(lgd_function_create(&f, DIM, least_squares_eval, &p));
            ck_ok(lgd_minimize(f, opt, w,
                               &(lgd_minimize_options){.max_steps = 5000, .grad_tol = LGD_ZERO, .grad_tol_abs = 1e-300},
                               &report));
            ck_assert_msg(report.grad_norm < 1e-14 * ROWS, "%s, seed %d: |g| %g", quick[i], (int)seed,
                          report.grad_norm);
            ck_assert(report.stop == LGD_STOP_OPTIMIZER || report.stop == LGD_STOP_ROUNDING ||
                      report.stop == LGD_STOP_GRAD_TOL || report.stop == LGD_STOP_STEPS);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

/* ---- where f is no number */

/* sum w_j - log w_j: no number where a w_j is not above 0, the minimum at 1. */
static lgd_status barrier_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const double outside = *(const double *)ctx;
    *f = 0;
    for (size_t j = 0; j < dim; j++) {
        *f += w[j] > 0 ? w[j] - log(w[j]) : outside;
        if (g)
            g[j] = w[j] > 0 ? 1 - 1 / w[j] : outside;
    }
    return LGD_OK;
}

static int inside(void *ctx, const lgd_progress *p)
{
    (void)ctx;
    for (size_t j = 0; j < p->dim; j++)
        if (!(p->w[j] > 0))
            return -1;
    return isfinite(p->f) ? 0 : -1;
}

START_TEST(no_number_at_trial_never_taken)
{
    for (int k = 0; k < 3; k++)
        for (size_t i = 0; i < QUICK; i++) {
            double outside = k == 0 ? (double)NAN : k == 1 ? INFINITY : -INFINITY;
            double w[3] = {1e-3, 50, 4};
            lgd_objective *f;
            lgd_optimizer *opt = chosen(quick[i]);
            lgd_report report;
            ck_ok(lgd_function_create(&f, 3, barrier_eval, &outside));
            ck_ok(lgd_minimize(f, opt, w,
                               &(lgd_minimize_options){
                                   .max_steps = 20000, .callback = inside, .grad_tol = LGD_ZERO, .grad_tol_abs = 1e-9},
                               &report));
            for (size_t j = 0; j < 3; j++)
                ck_assert_msg(fabs(w[j] - 1) < 1e-5, "%s: w[%zu] is %g", quick[i], j, w[j]);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

/* Finite at the start and nowhere else: no rate helps. */
static lgd_status island_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const double *at = ctx;
    *f = memcmp(w, at, dim * sizeof *w) ? (double)NAN : 7;
    for (size_t j = 0; g && j < dim; j++)
        g[j] = 1;
    return LGD_OK;
}

START_TEST(no_number_all_around_stops_with_a_reason)
{
    for (int far = 0; far < 2; far++)
        for (size_t i = 0; i < CHOICES; i++) {
            const double start[2] = {far ? -3e5 : 0, far ? 7 : 0};
            double at[2] = {start[0], start[1]}, w[2] = {start[0], start[1]};
            lgd_objective *f;
            lgd_optimizer *opt = chosen(choices[i].text);
            lgd_report report;
            ck_ok(lgd_function_create(&f, 2, island_eval, at));
            ck_ok(lgd_minimize(f, opt, w, NULL, &report));
            ck_assert_int_eq(report.stop, LGD_STOP_OPTIMIZER);
            ck_assert(w[0] == start[0] && w[1] == start[1] && report.f == 7);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

/* ---- in a run */

START_TEST(ascent_bits_of_descent_of_the_negative)
{
    for (size_t i = 0; i < CHOICES; i++) {
        const double down[DIM] = {1, 2, 3, 4, 5, 60}, up[DIM] = {-1, -2, -3, -4, -5, -60},
                     at[DIM] = {1, -1, 2, -2, 3, -3};
        quadratic q[2] = {{down, at, 0}, {up, at, 0}};
        double w[2][DIM] = {{0}};
        lgd_report report[2];
        for (int k = 0; k < 2; k++) {
            lgd_objective *f;
            lgd_optimizer *opt = chosen(choices[i].text);
            ck_ok(lgd_function_create(&f, DIM, quadratic_eval, &q[k]));
            ck_ok(lgd_minimize(f, opt, w[k], &(lgd_minimize_options){.max_steps = 30, .maximize = k}, &report[k]));
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
        ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
        ck_assert(report[0].f == -report[1].f && report[0].evaluations == report[1].evaluations);
    }
}
END_TEST

/* By a group or a scale of 0, from the start or with momentum behind it: those bits stay, the others find their minimum. */
START_TEST(frozen_bits_kept_and_the_rest_minimised)
{
    enum { FROM_START, GROUP, SCALE, WAYS };
    const double scale[DIM] = {1, 0, 0, 1, 1, 1};
    for (size_t i = 0; i < CHOICES; i++)
        for (int way = 0; way < WAYS; way++)
            for (int penalised = 0; penalised < 2; penalised++) {
                least_squares p = problem(3, 2);
                lgd_objective *f;
                lgd_penalty *l1;
                lgd_optimizer *opt = chosen(choices[i].text);
                lgd_report report;
                double w[DIM] = {0, 0.3, -0.2, 0, 0, 0}, g[DIM], before[DIM];
                ck_ok(lgd_function_create(&f, DIM, least_squares_eval, &p));
                ck_ok(lgd_penalty_l1_create(&l1, 0.1));
                lgd_minimize_options o = {.max_steps = 9, .grad_tol = LGD_ZERO, .penalty = penalised ? l1 : NULL};
                if (way != FROM_START)
                    ck_ok(lgd_minimize(f, opt, w, &o, NULL));
                memcpy(before, w, sizeof w);
                if (way == SCALE)
                    o.lr_scale = scale;
                else
                    ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 1, .count = 2, .frozen = true}, 1));
                o.max_steps = 20000;
                o.grad_tol_abs = 1e-12;
                ck_ok(lgd_minimize(f, opt, w, &o, &report));
                ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL, "%s: %s", choices[i].text,
                              lgd_stop_string(report.stop));
                ck_assert_mem_eq(&w[1], &before[1], 2 * sizeof *w);
                ck_ok(lgd_objective_eval(f, NULL, w, NULL, g));
                for (size_t j = 0; j < DIM; j++)
                    if (j < 1 || j > 2)
                        ck_assert(fabs(w[j] - (double)soft(w[j] - g[j], penalised ? 0.1 : 0)) <= 1e-12);
                lgd_optimizer_free(opt);
                lgd_penalty_free(l1);
                lgd_objective_free(f);
            }
}
END_TEST

START_TEST(what_it_cannot_take_refused_by_name)
{
    const double halves[4] = {1, 1, 0.5, 1};
    model m = model_create(30, 4, lgd_loss_half_squared(), NULL, 1);
    for (size_t i = 0; i < 3; i += 2) {
        lgd_optimizer *opt = chosen(choices[i].text);
        char words[96];
        double w[4] = {0}, g[4] = {1};
#define REFUSED(call, ...)                                                                                             \
    do {                                                                                                               \
        snprintf(words, sizeof words, __VA_ARGS__, lgd_optimizer_name(opt));                                           \
        ck_fails(call, LGD_EUNSUPPORTED, words);                                                                       \
        ck_assert(w[0] == 0);                                                                                          \
    } while (0)
        REFUSED(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.batch_size = 5}, NULL),
                "batch_size is 5, 0 is accepted by %s");
        REFUSED(lgd_optimizer_step(opt, 4, w, g, 1, 1), "%s: it needs values elsewhere");
        REFUSED(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.lr_scale = halves}, NULL),
                "lr_scale[2] is 0.5, 0 or 1 is accepted by %s");
        ck_ok(lgd_optimizer_spare(opt, 4, 0, 0));
        REFUSED(lgd_optimizer_groups(opt, &(lgd_group){.count = 2, .lr_scale = 2}, 1),
                "%s: lr_scale of the group 0 + 2 is 2, 1 is accepted");
        REFUSED(lgd_optimizer_groups(opt, &(lgd_group){.count = 2, .decay = 0.5}, 1),
                "%s: decay of the group 0 + 2 is 0.5, 0 is accepted");
        ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.count = 2, .decay = LGD_ZERO}, 1));
        ck_ok(lgd_minimize(m.f, opt, w, NULL, NULL));
        lgd_optimizer_free(opt);
    }
    model_free(&m);
}
END_TEST

/* A schedule may begin at 0 and come back to it; no floating-point flag is raised where nothing is wrong. */
static const double factors[] = {0, 0.5, 1, 0, 0.25, 1, 1, 1};

static double factor_at(const void *ctx, uint64_t step, uint64_t epoch)
{
    (void)ctx, (void)epoch;
    return factors[step];
}

START_TEST(rate_of_zero_nothing_moves_then_goes_on)
{
    for (size_t i = 0; i < CHOICES; i++) {
        least_squares p = problem(4, 3);
        lgd_optimizer *opt = chosen(choices[i].text);
        lgd_objective *f;
        double w[DIM] = {0}, before[DIM];
        ck_ok(lgd_function_create(&f, DIM, least_squares_eval, &p));
        feclearexcept(FE_ALL_EXCEPT);
        for (size_t t = 0; t < sizeof factors / sizeof *factors; t++) {
            memcpy(before, w, sizeof w);
            ck_ok(lgd_minimize(f, opt, w,
                               &(lgd_minimize_options){.max_steps = 1,
                                                       .grad_tol = LGD_ZERO,
                                                       .schedule = {.kind = LGD_USER_SCHEDULE, .fn = factor_at}},
                               NULL));
            ck_assert_uint_eq(lgd_optimizer_steps(opt), t + 1);
            ck_assert_msg(!memcmp(w, before, sizeof w) == (factors[t] == 0), "%s, step %zu", choices[i].text, t);
        }
        ck_assert_int_eq(fetestexcept(FE_DIVBYZERO | FE_INVALID), 0);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("fista");
    CASE(s, path_by_penalty_and_without_as_the_papers);
    CASE(s, step_rate_known_evaluations_one_and_two);
    CASE(s, near_minimum_of_large_value_gradients_decide);
    CASE(s, near_minimum_of_values_that_cancel_gradients_decide);
    CASE(s, rounding_reached_run_ends);
    CASE(s, no_number_at_trial_never_taken);
    CASE(s, no_number_all_around_stops_with_a_reason);
    CASE(s, ascent_bits_of_descent_of_the_negative);
    CASE(s, frozen_bits_kept_and_the_rest_minimised);
    CASE(s, what_it_cannot_take_refused_by_name);
    CASE(s, rate_of_zero_nothing_moves_then_goes_on);
    return suite_run(s);
}
