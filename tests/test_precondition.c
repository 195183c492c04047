/* A metric of the caller's: the option precondition of a run. */
#include "optimizer/optimizer.h"
#include "problems.h"
#include <stdio.h>

enum { N = 6 };

/* P is diagonal, or a matrix; calls are counted, and from one on it does something else. */
typedef struct metric {
    double P[N][N];
    size_t calls, bad_call;
    enum fault { NEGATIVE, NOTHING, NOT_A_NUMBER, INFINITE, AN_ERROR, OWN_SENTENCE } bad;
} metric;

static lgd_status apply(void *ctx, const double *w, const double *r, double *pr)
{
    metric *m = ctx;
    (void)w;
    for (size_t i = 0; i < N; i++) {
        pr[i] = 0;
        for (size_t j = 0; j < N; j++)
            pr[i] += m->P[i][j] * r[j];
    }
    if (++m->calls != m->bad_call)
        return LGD_OK;
    if (m->bad == AN_ERROR)
        return LGD_EUSER;
    if (m->bad == OWN_SENTENCE)
        return lgd_set_error(LGD_ENOMEM, "multigrid: no room for level 3");
    for (size_t i = 0; i < N && m->bad < NOT_A_NUMBER; i++)
        pr[i] = m->bad == NEGATIVE ? -pr[i] : 0;
    if (m->bad >= NOT_A_NUMBER)
        pr[2] = m->bad == INFINITE ? INFINITY : NAN;
    return LGD_OK;
}

static metric diagonal(const double p[N])
{
    metric m = {.calls = 0};
    for (size_t i = 0; i < N; i++)
        m.P[i][i] = p[i];
    return m;
}

static const double powers[N] = {1, 4, 0.25, 16, 64, 0x1p-4}; /* their roots are powers of two as well */
static const double curvatures[N] = {1, 0.25, 4, 0.0625, 0.015625, 16};
static const double minimum[N] = {1, -2, 3, 0.5, -4, 0.125};

/* f(w) = q(w) for the quadratic of these curvatures, or q(S v) for S = sqrt(P): the same in other variables. */
typedef struct changed {
    quadratic q;
    bool other;
} changed;

static lgd_status changed_eval(void *ctx, size_t dim, const double *v, double *f, double *g)
{
    changed *c = ctx;
    double w[N];
    for (size_t j = 0; j < N; j++)
        w[j] = c->other ? sqrt(powers[j]) * v[j] : v[j];
    const lgd_status status = quadratic_eval(&c->q, dim, w, f, g);
    for (size_t j = 0; g && c->other && j < N; j++)
        g[j] *= sqrt(powers[j]);
    return status;
}

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_assert_msg(lgd_optimizer_parse(&opt, text) == LGD_OK, "%s: %s", text, lgd_last_error());
    return opt;
}

/* By text, or those that this suite can make otherwise. */
static lgd_optimizer *made(const char *text)
{
    lgd_optimizer *opt = NULL;
    if (!strcmp(text, "newton_cg"))
        ck_ok(lgd_newton_cg_create(&opt, NULL));
    else if (!strcmp(text, "lbfgs"))
        ck_ok(lgd_lbfgs_create(&opt, NULL));
    else if (!strcmp(text, "trust_region"))
        ck_ok(lgd_trust_region_create(&opt, NULL));
    else
        opt = parsed(text);
    return opt;
}

static lgd_objective *function(lgd_function eval, void *ctx)
{
    lgd_objective *f = NULL;
    ck_ok(lgd_function_create(&f, N, eval, ctx));
    return f;
}

/* w = S v turns w -= lr P g into v -= lr S g. With powers of two nothing rounds: the paths are the same, bit for bit. */
START_TEST(linear_methods_path_in_changed_variables_bit_for_bit)
{
    static const char *const texts[] = {"sgd:lr=0.3",          "momentum:lr=0.2",
                                        "nesterov:lr=0.1",     "schedule_free_sgd:lr=0.5",
                                        "asgd:lr=0.3,lambd=0", "nesterov_convex:lr=0.3,restart=never"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        changed here = {{curvatures, minimum, 0}, false}, there = {{curvatures, minimum, 0}, true};
        metric m = diagonal(powers);
        lgd_objective *f = function(changed_eval, &here), *of_v = function(changed_eval, &there);
        lgd_optimizer *opt = parsed(texts[i]), *other = parsed(texts[i]);
        double w[N], v[N];
        for (size_t j = 0; j < N; j++) {
            w[j] = 0.25 * (double)(j + 1);
            v[j] = w[j] / sqrt(powers[j]);
        }
        for (uint64_t steps = 0; steps < 40; steps++) {
            ck_ok(lgd_minimize(f, opt, w,
                               &(lgd_minimize_options){
                                   .max_steps = 1, .grad_tol = LGD_ZERO, .precondition = apply, .precondition_ctx = &m},
                               NULL));
            ck_ok(lgd_minimize(of_v, other, v, &(lgd_minimize_options){.max_steps = 1, .grad_tol = LGD_ZERO}, NULL));
            for (size_t j = 0; j < N; j++)
                ck_assert_msg(w[j] == sqrt(powers[j]) * v[j], "%s, step %d, [%zu]: %.17g and %.17g", texts[i],
                              (int)steps, j, w[j], sqrt(powers[j]) * v[j]);
        }
        ck_assert_uint_eq(m.calls, 40);
        lgd_optimizer_free(opt);
        lgd_optimizer_free(other);
        lgd_objective_free(f);
        lgd_objective_free(of_v);
    }
}
END_TEST

/* On batches P g is taken of each batch's gradient, after the clip. */
START_TEST(batches_each_gradient_clipped_then_multiplied)
{
    enum { M = 40, B = 10 };
    model d = model_create(M, N, lgd_loss_logistic(), NULL, 3);
    metric m = diagonal(powers);
    lgd_optimizer *opt = parsed("sgd:lr=0.01");
    lgd_report report;
    double w[N] = {0}, own[N] = {0}, g[N], pg[N], f;
    m.P[0][1] = m.P[1][0] = 0.5;
    ck_ok(lgd_minimize(d.f, opt, w,
                       &(lgd_minimize_options){.batch_size = B,
                                               .max_epochs = 3,
                                               .order = LGD_SEQUENTIAL,
                                               .clip_norm = 0.2,
                                               .precondition = apply,
                                               .precondition_ctx = &m},
                       &report));
    for (size_t step = 0; step < 3 * M / B; step++) {
        const lgd_rows rows = {step * B % M, B, NULL};
        ck_ok(lgd_objective_eval(d.f, &rows, own, &f, g));
        const double size = lgd_norm2(N, g);
        for (size_t j = 0; j < N && size > 0.2; j++)
            g[j] *= 0.2 / size;
        ck_ok(apply(&m, own, g, pg));
        for (size_t j = 0; j < N; j++)
            own[j] -= 0.01 * pg[j];
    }
    ck_assert_mem_eq(w, own, sizeof w);
    ck_assert(report.clipped > 0);
    lgd_optimizer_free(opt);
    model_free(&d);
}
END_TEST

START_TEST(gradient_norm_stays_euclidean)
{
    changed here = {{curvatures, minimum, 0}, false};
    metric m = diagonal(powers);
    lgd_objective *f = function(changed_eval, &here);
    lgd_optimizer *opt = parsed("sgd:lr=0.3");
    lgd_report report;
    double w[N] = {0}, g[N], value;
    ck_ok(lgd_minimize(
        f, opt, w, &(lgd_minimize_options){.max_steps = 7, .precondition = apply, .precondition_ctx = &m}, &report));
    ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
    ck_assert(report.grad_norm == lgd_norm2(N, g));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* With P = A^-1 a quadratic is a ball: one direction leads to its middle. */
static const char *const built_on[] = {"newton_cg", "trust_region", "lbfgs", "cg"};
enum { BUILT_ON = sizeof built_on / sizeof *built_on };

START_TEST(inverse_of_the_hessian_leads_to_the_minimum_at_once)
{
    for (size_t i = 0; i < BUILT_ON; i++)
        for (int with = 0; with < 2; with++) {
            changed here = {{curvatures, minimum, 0}, false};
            double inverse[N];
            for (size_t j = 0; j < N; j++)
                inverse[j] = 1 / curvatures[j];
            metric m = diagonal(inverse);
            lgd_objective *f = function(changed_eval, &here);
            lgd_optimizer *opt = made(built_on[i]);
            lgd_report report;
            double w[N] = {5, 4, 3, 2, 1, 7};
            ck_ok(lgd_minimize(
                f, opt, w,
                &(lgd_minimize_options){.grad_tol = 1e-6, .precondition = with ? apply : NULL, .precondition_ctx = &m},
                &report));
            ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
            ck_assert_msg(with ? report.steps <= (i < 2 ? 1 : 4) : report.steps > 2, "%s %s: %d steps", built_on[i],
                          with ? "with" : "without", (int)report.steps);
            double off = 0;
            for (size_t j = 0; j < N; j++)
                off = fmax(off, fabs(curvatures[j] * (w[j] - minimum[j])));
            ck_assert(off <= report.grad_norm);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

/* ---- a P that is none */

START_TEST(metric_that_is_none_refused_in_words_by_every_method)
{
    static const char *const sentences[] = {"minimize: precondition gave r.Pr = -",
                                            "minimize: precondition gave r.Pr = 0",
                                            "minimize: precondition gave nan at [2]",
                                            "minimize: precondition gave inf at [2]",
                                            "precondition",
                                            "multigrid: no room for level 3"};
    static const char *const texts[] = {"sgd:lr=0.01", "momentum:lr=0.01", "newton_cg", "trust_region", "lbfgs", "cg"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int bad = NEGATIVE; bad <= OWN_SENTENCE; bad++)
            for (size_t call = 1; call <= 4; call++) {
                changed here = {{curvatures, minimum, 0}, false};
                metric m = diagonal((const double[N]){1, 1, 1, 1, 1, 1});
                lgd_objective *f = function(changed_eval, &here);
                lgd_optimizer *opt = made(texts[i]);
                lgd_report report;
                double w[N] = {5, 4, 3, 2, 1, 7}, value, start = 0;
                ck_ok(lgd_objective_eval(f, NULL, w, &start, NULL));
                m.bad_call = call;
                m.bad = (enum fault)bad;
                const lgd_status status = lgd_minimize(
                    f, opt, w, &(lgd_minimize_options){.max_steps = 20, .precondition = apply, .precondition_ctx = &m},
                    &report);
                ck_assert_msg(status == (bad == OWN_SENTENCE ? LGD_ENOMEM : LGD_EUSER), "%s, kind %d: status %d",
                              texts[i], bad, (int)status);
                ck_assert_msg(strstr(lgd_last_error(), sentences[bad]) != NULL, "%s: %s", texts[i], lgd_last_error());
                ck_assert_int_eq(report.stop, LGD_STOP_ERROR);
                ck_ok(lgd_objective_eval(f, NULL, w, &value, NULL));
                ck_assert(value <= start); /* a point that was accepted */
                lgd_optimizer_free(opt);
                lgd_objective_free(f);
            }
}
END_TEST

/* r.Pr of 1e-200 twice is no number above 0, and P is positive definite all the same. */
START_TEST(gradient_whose_square_underflows_is_no_error)
{
    static const double tiny[N] = {1e-200, 1e-200, 1e-200, 1e-200, 1e-200, 1e-200};
    changed here = {{tiny, minimum, 0}, false};
    metric m = diagonal(powers);
    lgd_objective *f = function(changed_eval, &here);
    lgd_optimizer *opt = parsed("sgd:lr=1e199");
    double w[N] = {0};
    ck_ok(lgd_minimize(f, opt, w,
                       &(lgd_minimize_options){.max_steps = 1, .precondition = apply, .precondition_ctx = &m}, NULL));
    for (size_t j = 0; j < N; j++)
        ck_near(w[j] / (0.1 * powers[j] * minimum[j]), 1, 1e-12);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

START_TEST(frozen_coordinates_stay_and_have_no_part)
{
    static const double scale[N] = {1, 0, 1, 1, 0, 1};
    static const char *const texts[] = {"sgd:lr=0.05", "newton_cg", "trust_region"};
    for (size_t i = 0; i < 3; i++) {
        changed here = {{curvatures, minimum, 0}, false};
        metric m = diagonal(powers);
        lgd_objective *f = function(changed_eval, &here);
        lgd_optimizer *opt = made(texts[i]);
        lgd_report report;
        double w[N] = {5, 4, 3, 2, 1, 7};
        m.P[0][1] = m.P[1][0] = 0.5; /* mixes one that moves with one that does not */
        ck_ok(lgd_minimize(
            f, opt, w,
            &(lgd_minimize_options){
                .max_steps = 3000, .grad_tol = 1e-8, .lr_scale = scale, .precondition = apply, .precondition_ctx = &m},
            &report));
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        for (size_t j = 0; j < N; j++)
            if (scale[j] == 0)
                ck_assert(w[j] == (j == 1 ? 4 : 1));
            else
                ck_near(w[j], minimum[j], 1e-5);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* ---- where there is none */

START_TEST(methods_that_cannot_and_penalties_refused_by_name)
{
    static const char *const texts[] = {"adam", "fista", "rprop", "lars", "newton", "bfgs", "bb", "owlqn", "lbfgsb"};
    changed here = {{curvatures, minimum, 0}, false};
    metric m = diagonal(powers);
    lgd_objective *f = function(changed_eval, &here);
    lgd_minimize_options o = {.precondition = apply, .precondition_ctx = &m};
    double w[N] = {5, 4, 3, 2, 1, 7};
    char words[128];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lgd_optimizer *opt = parsed(texts[i]);
        snprintf(words, sizeof words, "minimize: precondition is not NULL, NULL is accepted by %s", texts[i]);
        ck_fails(lgd_minimize(f, opt, w, &o, NULL), LGD_EUNSUPPORTED, words);
        lgd_optimizer_free(opt);
    }
    lgd_optimizer *sgd = parsed("sgd"), *automatic = parsed("sgd:lr=auto");
    lgd_penalty *l1 = NULL;
    ck_ok(lgd_penalty_l1_create(&l1, 0.1));
    ck_fails(lgd_minimize(f, automatic, w, &o, NULL), LGD_EUNSUPPORTED, "minimize: lr of sgd is auto");
    o.penalty = l1;
    ck_fails(lgd_minimize(f, sgd, w, &o, NULL), LGD_EUNSUPPORTED,
             "minimize: precondition is not NULL, NULL is accepted beside a penalty");
    o.penalty = NULL;
    ck_ok(lgd_optimizer_penalty(sgd, l1));
    ck_fails(lgd_minimize(f, sgd, w, &o, NULL), LGD_EUNSUPPORTED, "beside a penalty");
    ck_assert(w[0] == 5 && w[5] == 7 && m.calls == 0);
    lgd_optimizer_free(sgd);
    lgd_optimizer_free(automatic);
    lgd_penalty_free(l1);
    lgd_objective_free(f);
}
END_TEST

/* The rate that is advised does not come from curvatures of f, which P changes. */
START_TEST(divergence_advises_a_tenth_of_the_rate)
{
    changed here = {{curvatures, minimum, 0}, false};
    metric m = diagonal(powers);
    lgd_objective *f = function(changed_eval, &here);
    lgd_optimizer *opt = parsed("sgd:lr=8");
    lgd_report report;
    double w[N] = {5, 4, 3, 2, 1, 7};
    ck_assert_int_eq(
        lgd_minimize(f, opt, w, &(lgd_minimize_options){.precondition = apply, .precondition_ctx = &m}, &report),
        LGD_EDIVERGED);
    ck_near(report.lr_hold, 0.8, 1e-15);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("precondition");
    CASE(s, linear_methods_path_in_changed_variables_bit_for_bit);
    CASE(s, batches_each_gradient_clipped_then_multiplied);
    CASE(s, gradient_norm_stays_euclidean);
    CASE(s, inverse_of_the_hessian_leads_to_the_minimum_at_once);
    CASE(s, metric_that_is_none_refused_in_words_by_every_method);
    CASE(s, gradient_whose_square_underflows_is_no_error);
    CASE(s, frozen_coordinates_stay_and_have_no_part);
    CASE(s, methods_that_cannot_and_penalties_refused_by_name);
    CASE(s, divergence_advises_a_tenth_of_the_rate);
    return suite_run(s);
}
