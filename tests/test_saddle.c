/* What a run does where the gradient is within its tolerance and f curves down still. */
#include "base/base.h"
#include "problems.h"
#include <stdio.h>

/* f = x^2 - y^2 + y^4, a saddle at 0 and minima of -1/4 at y = +-1/sqrt 2; of w x 2^-points, and x 2^value. */
typedef struct hills {
    double sign;
    int points, value;
    size_t calls, bad; /* the bad-th call, from 1, is `what` */
    int what;
} hills;
enum { FINE, FAILS, IS_NAN, IS_INF };

static lgd_status hills_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    hills *h = ctx;
    const double x = ldexp(w[0], -h->points), y = ldexp(w[1], -h->points), s = h->sign;
    (void)dim;
    *f = ldexp(s * (x * x - y * y + y * y * y * y), h->value);
    if (g) {
        g[0] = ldexp(s * 2 * x, h->value - h->points);
        g[1] = ldexp(s * (-2 * y + 4 * y * y * y), h->value - h->points);
    }
    if (++h->calls != h->bad)
        return LGD_OK;
    if (h->what == FAILS)
        return lgd_set_error(LGD_EUSER, "hills: not today");
    *f = h->what == IS_NAN ? NAN : h->what == IS_INF ? INFINITY : *f;
    return LGD_OK;
}

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

/* From w with this method. */
static lgd_report run(hills *h, const char *method, double *w, const lgd_minimize_options *o)
{
    lgd_objective *f;
    lgd_optimizer *opt = parsed(method);
    lgd_report r;
    h->sign = h->sign == 0 ? 1 : h->sign;
    ck_ok(lgd_function_create(&f, 2, hills_eval, h));
    ck_ok(lgd_minimize(f, opt, w, o, &r));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    return r;
}

static const char *const methods[] = {"sgd:lr=0.1",
                                      "sgd:lr=auto",
                                      "momentum:lr=0.05",
                                      "momentum:lr=auto",
                                      "nesterov:lr=0.05",
                                      "nesterov_convex:lr=0.1",
                                      "adam:lr=0.01",
                                      "rprop",
                                      "prodigy",
                                      "fista",
                                      "schedule_free_sgd:lr=0.1",
                                      "bb",
                                      "bfgs",
                                      "cg",
                                      "lbfgs",

                                      "newton",
                                      "newton_cg",
                                      "trust_region"};
enum { METHODS = sizeof methods / sizeof *methods };

/* features: 60 */
START_TEST(saddle_on_its_ridge_said_escaped_and_perturbed)
{
    for (size_t i = 0; i < METHODS; i++)
        for (lgd_saddle kind = LGD_SADDLE_UNCHECKED; kind <= LGD_SADDLE_PERTURB; kind++) {
            hills h = {0};
            double w[2] = {1, 0};
            const lgd_report r = run(&h, methods[i], w, &(lgd_minimize_options){.saddle = kind, .max_steps = 5000});
            ck_assert_uint_eq(r.evaluations, h.calls);
            if (kind <= LGD_SADDLE_STOP) {
                ck_assert_int_eq(r.stop, kind ? LGD_STOP_SADDLE : LGD_STOP_GRAD_TOL);
                ck_assert(fabs(w[0]) < 1e-5 && w[1] == 0);
                ck_assert(kind ? fabs(r.smallest_curvature + 2) < 1e-8 : isnan(r.smallest_curvature));
                continue;
            }
            /* At the minimum the curvatures are 2 and 4. */
            ck_assert_msg(r.stop == LGD_STOP_GRAD_TOL && r.grad_norm < 1e-4 && fabs(w[0]) <= r.grad_norm / 2 + 1e-15 &&
                              fabs(fabs(w[1]) - sqrt(0.5)) <= r.grad_norm / 3 + 1e-15 &&
                              fabs(r.smallest_curvature - 2) < 1e-4,
                          "%s, %d: (%g, %g), f %g, curvature %g, %s", methods[i], (int)kind, w[0], w[1], r.f,
                          r.smallest_curvature, lgd_stop_string(r.stop));
        }
}
END_TEST

/* The gradient is 0 at the start, so that no tolerance relative to it holds. */
START_TEST(saddle_at_the_start_left_by_every_method)
{
    for (size_t i = 0; function_method(i); i++)
        for (lgd_saddle kind = LGD_SADDLE_STOP; kind <= LGD_SADDLE_PERTURB; kind++)
            for (int ascent = 0; ascent <= 1; ascent++) {
                hills h = {.sign = ascent ? -1 : 1};
                double w[2] = {0, 0}, same[2] = {0, 0};
                const char *name = function_method(i)->name;
                const char *method =
                    strcmp(name, "polyak") ? name : "polyak:f_min=-0.25"; /* its preset is a bound of 0 */
                lgd_minimize_options o = {.saddle = kind, .max_steps = 200};
                const lgd_report r =
                    run(&h, method, w, &(lgd_minimize_options){.saddle = kind, .maximize = ascent, .max_steps = 200});
                h = (hills){0};
                run(&h, method, same, &o);
                ck_assert_mem_eq(w, same, sizeof w);
                if (kind == LGD_SADDLE_STOP)
                    ck_assert_msg(r.stop == LGD_STOP_SADDLE && r.steps == 0 && w[0] == 0 && w[1] == 0, "%s: %s", method,
                                  lgd_stop_string(r.stop));
                else
                    /* Some are slow: perturbed, they have only begun to leave. */
                    ck_assert_msg(w[1] != 0 && (kind == LGD_SADDLE_PERTURB || (ascent ? r.f : -r.f) > 0.2),
                                  "%s, %d: f %g, %s", method, (int)kind, r.f, lgd_stop_string(r.stop));
            }
}
END_TEST

START_TEST(saddle_scaled_by_powers_of_two_same_bits)
{
    for (lgd_saddle kind = LGD_SADDLE_ESCAPE; kind <= LGD_SADDLE_PERTURB; kind++)
        for (int at = 0; at <= 1; at++) {
            char text[64];
            hills h = {0}, scaled = {.points = 20, .value = -40};
            double w[2] = {at, 0}, v[2] = {ldexp(at, 20), 0};
            const lgd_minimize_options o = {.saddle = kind, .max_steps = at ? 500 : 1};
            const lgd_report r = run(&h, "sgd:lr=0.125", w, &o);
            snprintf(text, sizeof text, "sgd:lr=%.17g", ldexp(0.125, 80));
            if (!at) /* at w = 0 and f = 0 nothing has a length: 1 is taken */
                continue;
            const lgd_report s = run(&scaled, text, v, &o);
            ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
            ck_assert_int_eq(s.stop, LGD_STOP_GRAD_TOL);
            ck_assert_uint_eq(r.steps, s.steps);
            ck_assert_double_eq(ldexp(s.f, 40), r.f);
            for (int j = 0; j < 2; j++)
                ck_assert_double_eq(ldexp(v[j], -20), w[j]);
        }
}
END_TEST

START_TEST(saddle_resumed_anywhere_same_bits)
{
    for (lgd_saddle kind = LGD_SADDLE_ESCAPE; kind <= LGD_SADDLE_PERTURB; kind++)
        for (size_t i = 0; i < METHODS; i++)
            for (uint64_t piece = 1; piece <= 64; piece *= 4) {
                hills h = {.sign = 1};
                double w[2] = {1, 0}, v[2] = {1, 0};
                lgd_objective *f;
                lgd_optimizer *opt = parsed(methods[i]);
                lgd_report r = {0},
                           whole = run(&h, methods[i], w, &(lgd_minimize_options){.saddle = kind, .max_steps = 3000});
                ck_ok(lgd_function_create(&f, 2, hills_eval, &h));
                for (uint64_t steps = 0; steps <= whole.steps; steps += piece) {
                    unsigned char bytes[4096];
                    size_t size = sizeof bytes;
                    ck_ok(lgd_minimize(f, opt, v, &(lgd_minimize_options){.saddle = kind, .max_steps = piece}, &r));
                    ck_ok(lgd_optimizer_save(opt, bytes, &size));
                    lgd_optimizer_free(opt);
                    opt = parsed(methods[i]);
                    ck_ok(lgd_optimizer_load(opt, bytes, size));
                }
                ck_assert_msg(!memcmp(v, w, sizeof w) && r.stop == whole.stop,
                              "%s, %d, pieces of %d: y %.17g, not %.17g", methods[i], (int)kind, (int)piece, v[1],
                              w[1]);
                lgd_optimizer_free(opt);
                lgd_objective_free(f);
            }
}
END_TEST

START_TEST(saddle_in_frozen_coordinates_is_none)
{
    const double scale[2] = {1, 0};
    for (int groups = 0; groups <= 1; groups++)
        for (lgd_saddle kind = LGD_SADDLE_STOP; kind <= LGD_SADDLE_PERTURB; kind++) {
            hills h = {.sign = 1};
            double w[2] = {1, 0};
            lgd_objective *f;
            lgd_optimizer *opt = parsed("sgd:lr=0.1");
            lgd_report r;
            ck_ok(lgd_function_create(&f, 2, hills_eval, &h));
            if (groups)
                ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 1, .count = 1, .frozen = true}, 1));
            ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.saddle = kind, .lr_scale = groups ? NULL : scale},
                               &r));
            ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
            ck_assert_double_eq_tol(r.smallest_curvature, 2, 1e-8);
            ck_assert_double_eq(w[1], 0);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

/* ---- over rows: f_i = (a_i w)^4/4 - c_i (a_i w)^2/2, with and without products */

enum { ROWS = 12000, COLS = 12 };
static double A[ROWS * COLS];

static lgd_status rows_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx;
    for (size_t i = rows->first; i < rows->first + rows->count; i++) {
        const double *a = A + (rows->index ? rows->index[i] : i) * COLS, s = lgd_dot(COLS, a, w), c = i % 3 ? -1 : 4;
        *f += s * s * s * s / 4 - c * s * s / 2;
        for (size_t j = 0; g && j < COLS; j++)
            g[j] += (s * s * s - c * s) * a[j];
    }
    return LGD_OK;
}

static lgd_status rows_product(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *hv)
{
    (void)ctx;
    for (size_t i = rows->first; i < rows->first + rows->count; i++) {
        const double *a = A + (rows->index ? rows->index[i] : i) * COLS, s = lgd_dot(COLS, a, w), c = i % 3 ? -1 : 4;
        const double along = lgd_dot(COLS, a, v);
        for (size_t j = 0; j < COLS; j++)
            hv[j] += (3 * s * s - c) * along * a[j];
    }
    return LGD_OK;
}

START_TEST(saddle_over_rows_same_bits_for_any_threads_with_and_without_products)
{
    fill(5, ROWS * COLS, -1, 1, A);
    for (int exact = 0; exact <= 1; exact++)
        for (lgd_saddle kind = LGD_SADDLE_ESCAPE; kind <= LGD_SADDLE_PERTURB; kind++) {
            double w[2][COLS] = {{0}};
            lgd_report r;
            for (size_t threads = 1; threads <= 2; threads++) {
                lgd_objective *f;
                lgd_optimizer *opt = parsed("momentum:lr=0.3");
                const lgd_objective_ops ops = {
                    .name = "rows", .flags = LGD_CONCURRENT, .eval = rows_eval, .product = exact ? rows_product : NULL};
                ck_ok(lgd_objective_create(&f, COLS, ROWS, &ops, NULL));
                ck_ok(lgd_minimize(f, opt, w[threads - 1],
                                   &(lgd_minimize_options){.saddle = kind, .seed = 3, .threads = 2 * threads - 1}, &r));
                ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
                ck_assert(r.f < -1e-3 && r.smallest_curvature > 0);
                lgd_optimizer_free(opt);
                lgd_objective_free(f);
            }
            ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
        }
}
END_TEST

/* ---- where leaving fails */

/* |w|^2/2 with products that say something else. */
static lgd_status bowl_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)rows, ++*(size_t *)ctx;
    *f += 0.5 * (w[0] * w[0] + w[1] * w[1]);
    for (size_t j = 0; g && j < 2; j++)
        g[j] += w[j];
    return LGD_OK;
}

static lgd_status wrong_product(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *hv)
{
    (void)ctx, (void)rows, (void)w;
    hv[0] += v[0];
    hv[1] -= v[1];
    return LGD_OK;
}

START_TEST(saddle_that_cannot_be_left_ends_at_the_best_point)
{
    for (lgd_saddle kind = LGD_SADDLE_STOP; kind <= LGD_SADDLE_PERTURB; kind++) {
        size_t calls = 0;
        double w[2] = {1, 1}, best[2];
        lgd_objective *f;
        lgd_optimizer *opt = parsed("sgd:lr=0.3");
        lgd_report r;
        const lgd_objective_ops ops = {.name = "bowl", .eval = bowl_eval, .product = wrong_product};
        ck_ok(lgd_objective_create(&f, 2, 1, &ops, &calls));
        ck_ok(
            lgd_minimize(f, opt, w, &(lgd_minimize_options){.saddle = kind, .max_steps = 100000, .w_best = best}, &r));
        ck_assert_int_eq(r.stop, LGD_STOP_SADDLE);
        ck_assert_double_eq(r.f, r.best_f);
        ck_assert_mem_eq(w, best, sizeof w);
        ck_assert_double_lt(r.f, 1e-11);
        ck_assert_uint_lt(calls, kind == LGD_SADDLE_PERTURB ? 2000 : 200); /* bounded, and far below the limit */
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* Whatever call it is at which the objective is no number or fails. */
START_TEST(saddle_bad_call_anywhere_leaves_a_finite_point_and_a_true_reason)
{
    for (lgd_saddle kind = LGD_SADDLE_STOP; kind <= LGD_SADDLE_PERTURB; kind++)
        for (int what = FAILS; what <= IS_INF; what++) {
            hills h = {0};
            double w[2] = {1, 0};
            const lgd_minimize_options o = {.saddle = kind, .max_steps = 400};
            const size_t calls = run(&h, "sgd:lr=0.2", w, &o).evaluations;
            for (size_t k = 1; k <= calls; k++) {
                lgd_objective *f;
                lgd_optimizer *opt = parsed("sgd:lr=0.2");
                lgd_report r;
                double v[2] = {1, 0};
                h = (hills){.sign = 1, .bad = k, .what = what};
                ck_ok(lgd_function_create(&f, 2, hills_eval, &h));
                const lgd_status status = lgd_minimize(f, opt, v, &o, &r);
                ck_assert(isfinite(v[0]) && isfinite(v[1]));
                if (what == FAILS)
                    ck_assert(status == LGD_EUSER && r.stop == LGD_STOP_ERROR);
                else if (status) /* a value of the path; a trial that is no number is only not lower */
                    ck_assert(status == LGD_EDIVERGED && r.stop == LGD_STOP_DIVERGED);
                else
                    ck_assert(r.stop == LGD_STOP_SADDLE || r.stop == LGD_STOP_GRAD_TOL);
                lgd_optimizer_free(opt);
                lgd_objective_free(f);
            }
        }
}
END_TEST

static lgd_status product_of_nothing(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *hv)
{
    (void)ctx, (void)rows, (void)w;
    hv[0] += NAN * v[0];
    return LGD_OK;
}

/* Adam has a rate, of which none would help. */
START_TEST(saddle_product_without_a_number_diverged_at_the_best_point)
{
    const char *const names[] = {"adam:lr=0.1", "sgd:lr=0.1", "lbfgs:first_step=0.1"};
    for (size_t i = 0; i < 3; i++) {
        size_t calls = 0;
        lgd_objective *f;
        lgd_optimizer *opt = parsed(names[i]);
        lgd_report r;
        double w[2] = {1, 0}, best[2];
        const lgd_objective_ops ops = {.name = "bowl", .eval = bowl_eval, .product = product_of_nothing};
        ck_ok(lgd_objective_create(&f, 2, 1, &ops, &calls));
        const lgd_minimize_options o = {.saddle = LGD_SADDLE_ESCAPE, .max_steps = 5000, .w_best = best};
        ck_fails(lgd_minimize(f, opt, w, &o, &r), LGD_EDIVERGED, "a product with the Hessian is no number after step");
        ck_assert_int_eq(r.stop, LGD_STOP_DIVERGED);
        ck_assert_mem_eq(w, best, sizeof w);
        ck_assert(r.f == r.best_f && r.lr_hold == 0 && isnan(r.smallest_curvature));
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(saddle_of_convex_models_costs_nothing)
{
    model m = model_create(60, 3, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.1}, 5);
    lgd_report r[2];
    double w[2][3] = {{0}};
    for (int i = 0; i < 2; i++) {
        lgd_optimizer *opt = parsed("sgd:lr=1");
        ck_ok(lgd_minimize(m.f, opt, w[i],
                           &(lgd_minimize_options){.saddle = i ? LGD_SADDLE_ESCAPE : LGD_SADDLE_UNCHECKED}, &r[i]));
        ck_assert_int_eq(r[i].stop, LGD_STOP_GRAD_TOL);
        ck_assert(isnan(r[i].smallest_curvature));
        lgd_optimizer_free(opt);
    }
    ck_assert_uint_eq(r[0].evaluations, r[1].evaluations);
    ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
    model_free(&m);
}
END_TEST

START_TEST(saddle_elsewhere_refused_by_name)
{
    hills h = {.sign = 1};
    double w[2] = {1, 0};
    lgd_objective *f;
    lgd_penalty *l1;
    lgd_optimizer *opt = parsed("sgd:lr=0.1");
    ck_ok(lgd_function_create(&f, 2, hills_eval, &h));
    ck_ok(lgd_penalty_l1_create(&l1, 0.1));
    ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.saddle = (lgd_saddle)4}, NULL), LGD_EINVAL,
             "minimize: saddle is 4, 0 (LGD_SADDLE_UNCHECKED) to 3 is accepted");
    ck_fails(lgd_minimize(f, opt, w,
                          &(lgd_minimize_options){.saddle = LGD_SADDLE_STOP, .batch_size = 1, .max_epochs = 1}, NULL),
             LGD_EUNSUPPORTED, "minimize: saddle is 1 with batches");
    ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.saddle = LGD_SADDLE_ESCAPE, .penalty = l1}, NULL),
             LGD_EUNSUPPORTED, "minimize: saddle is 2 with penalty l1");
    ck_ok(lgd_optimizer_penalty(opt, l1));
    ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.saddle = LGD_SADDLE_PERTURB}, NULL), LGD_EUNSUPPORTED,
             "minimize: saddle is 3 with penalty l1");
    ck_assert(w[0] == 1 && w[1] == 0 && h.calls == 0);
    lgd_optimizer_free(opt);
    lgd_penalty_free(l1);
    lgd_objective_free(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("saddle");
    CASE(s, saddle_on_its_ridge_said_escaped_and_perturbed);
    CASE(s, saddle_at_the_start_left_by_every_method);
    CASE(s, saddle_scaled_by_powers_of_two_same_bits);
    CASE(s, saddle_resumed_anywhere_same_bits);
    CASE(s, saddle_in_frozen_coordinates_is_none);
    CASE(s, saddle_over_rows_same_bits_for_any_threads_with_and_without_products);
    CASE(s, saddle_that_cannot_be_left_ends_at_the_best_point);
    CASE(s, saddle_bad_call_anywhere_leaves_a_finite_point_and_a_true_reason);
    CASE(s, saddle_product_without_a_number_diverged_at_the_best_point);
    CASE(s, saddle_of_convex_models_costs_nothing);
    CASE(s, saddle_elsewhere_refused_by_name);
    return suite_run(s);
}
