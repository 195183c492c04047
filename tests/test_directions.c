/* bfgs, cg and bb: their directions and rates step by step against the formulas in long double, and what theory says of them. */
#include "problems.h"
#include "datasets.h"
#include "optimizer/optimizer.h"
#include "reference/breast_cancer.h"
#include "reference/directions.h"
#include <stdio.h>

/* ---- functions */

enum { MOST = DIRECTION_DIM };

/* Extended Rosenbrock. */
static lgd_status valley_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx;
    *f = 0;
    for (size_t j = 0; j + 1 < dim; j += 2) {
        const double a = 1 - w[j], b = w[j + 1] - w[j] * w[j];
        *f += a * a + 100 * b * b;
        if (g) {
            g[j] = -2 * a - 400 * w[j] * b;
            g[j + 1] = 200 * b;
        }
    }
    return LGD_OK;
}

/* 1/2 (w - 1)' A (w - 1) with A = diag(a) + v v'; curvatures from 1 to the condition, and v that turns them. */
typedef struct bowl {
    double a[MOST], v[MOST];
} bowl;

static bowl bowl_of(size_t dim, double condition)
{
    bowl b;
    lgd_uniform(3, 0, MOST, b.v);
    for (size_t j = 0; j < dim; j++)
        b.a[j] = dim > 1 ? pow(condition, (double)j / (double)(dim - 1)) : 1;
    return b;
}

static lgd_status bowl_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const bowl *b = ctx;
    double along = 0;
    for (size_t j = 0; j < dim; j++)
        along += b->v[j] * (w[j] - 1);
    *f = along * along / 2;
    for (size_t j = 0; j < dim; j++) {
        *f += b->a[j] * (w[j] - 1) * (w[j] - 1) / 2;
        if (g)
            g[j] = b->a[j] * (w[j] - 1) + b->v[j] * along;
    }
    return LGD_OK;
}

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

/* ---- a run that is looked at after every step */

typedef struct walked {
    size_t dim;
    lgd_function eval;
    void *ctx;
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_report report;
    double w[MOST], g[MOST], value;            /* now */
    long double s[MOST], y[MOST], g_old[MOST]; /* of the last step */
} walked;

static walked begin(const char *method, size_t dim, lgd_function eval, void *ctx)
{
    walked r = {.dim = dim, .eval = eval, .ctx = ctx, .opt = parsed(method)};
    ck_ok(lgd_function_create(&r.f, dim, eval, ctx));
    for (size_t j = 0; j < dim; j++)
        r.w[j] = j % 2 ? 1 : -1.2;
    ck_ok(eval(ctx, dim, r.w, &r.value, r.g));
    return r;
}

static void step_once(walked *r, const lgd_minimize_options *options)
{
    double w[MOST], g[MOST];
    lgd_minimize_options o = options ? *options : (lgd_minimize_options){.max_steps = 1};
    memcpy(w, r->w, sizeof w);
    memcpy(g, r->g, sizeof g);
    o.max_steps = 1;
    o.grad_tol = LGD_ZERO;
    ck_ok(lgd_minimize(r->f, r->opt, r->w, &o, &r->report));
    ck_assert_int_eq(r->report.stop, LGD_STOP_STEPS);
    ck_ok(r->eval(r->ctx, r->dim, r->w, &r->value, r->g));
    for (size_t j = 0; j < r->dim; j++) {
        r->s[j] = (long double)r->w[j] - w[j];
        r->y[j] = (long double)r->g[j] - g[j];
        r->g_old[j] = g[j];
    }
}

static void end(walked *r)
{
    lgd_optimizer_free(r->opt);
    lgd_objective_free(r->f);
}

/* The direction for the next step, which all three keep first. */
static const double *direction(const walked *r)
{
    return r->opt->vec[0];
}

/* ---- bfgs */

START_TEST(bfgs_every_direction_as_the_formula)
{
    size_t scaled = 0;
    for (size_t dim = 2; dim <= MOST; dim += dim == 2 ? 1 : dim) { /* 2, 3, 6, 12, 24 */
        walked r = begin("bfgs", dim, valley_eval, NULL);
        direction_matrix H = {{0}};
        for (int t = 0; t < 25; t++) {
            long double Hg[MOST], largest = 0;
            step_once(&r, NULL);
            const bool first_trial = r.report.evaluations == 2; /* s = -H g, so that s.Bs = -s.g */
            const long double ratio = -direction_dot(dim, r.s, r.g_old) / direction_dot(dim, r.s, r.y);
            const long double factor = t > 0 && first_trial ? fminl(fmaxl(ratio, 1), 10) : 1;
            direction_bfgs(dim, t == 0, factor, r.s, r.y, H);
            scaled += factor > 1;
            for (size_t i = 0; i < dim; i++) {
                Hg[i] = 0;
                for (size_t j = 0; j < dim; j++)
                    Hg[i] += H[i][j] * r.g[j];
                largest = fmaxl(largest, fabsl(Hg[i]));
            }
            for (size_t i = 0; i < dim; i++)
                ck_assert_msg(fabsl(Hg[i] + direction(&r)[i]) <= 1e-9L * largest,
                              "dim %zu, step %d: d[%zu] is %g, not %Lg", dim, t + 1, i, direction(&r)[i], -Hg[i]);
        }
        end(&r);
    }
    ck_assert_uint_ge(scaled, 20);
}
END_TEST

/* The triangle as it lies in the state, and the update that waits for the next step. */
static double inverse_of(const walked *r, size_t i, size_t j)
{
    const size_t from_end = r->dim - 1 - (i > j ? i : j), column = i > j ? j : i;
    double *const *H = r->opt->vec + 6, *s = r->opt->vec[1], *p = r->opt->vec[2];
    const double *row = from_end < r->dim / 2 + 1 ? H[from_end] : H[r->dim - from_end] + from_end;
    return row[column] + (s[i] * p[j] + p[i] * s[j]);
}

START_TEST(bfgs_quadratic_exact_search_ends_with_the_inverse)
{
    for (size_t dim = 1; dim <= 12; dim++) {
        bowl b = bowl_of(dim, 10);
        walked r = begin("bfgs:c1=1e-4,c2=1e-3", dim, bowl_eval, &b);
        for (size_t t = 0; t < dim; t++)
            step_once(&r, NULL);
        ck_assert_msg(lgd_norm2(dim, r.g) < 1e-8, "dim %zu: |g| is %g after %zu steps", dim, lgd_norm2(dim, r.g), dim);
        for (size_t i = 0; i < dim; i++)
            for (size_t j = 0; j < dim; j++) {
                double sum = 0;
                for (size_t k = 0; k < dim; k++)
                    sum += inverse_of(&r, i, k) * ((k == j ? b.a[k] : 0) + b.v[k] * b.v[j]);
                ck_assert_msg(fabs(sum - (i == j)) < 1e-8, "dim %zu: (H A)[%zu][%zu] is %.12g", dim, i, j, sum);
            }
        end(&r);
    }
}
END_TEST

/* The path on from a point that the last step did not leave is that of a new optimizer. */
static void moved_by_others(const char *method, bool freeze)
{
    const double scale[4] = {1, 0, 1, 1};
    const lgd_minimize_options o = {.lr_scale = freeze ? scale : NULL};
    walked r = begin(method, 4, valley_eval, NULL), fresh = begin(method, 4, valley_eval, NULL);
    for (int t = 0; t < 7; t++)
        step_once(&r, NULL);
    r.w[0] += freeze ? 0 : 0.125;
    memcpy(fresh.w, r.w, sizeof r.w);
    for (int t = 0; t < 7; t++) {
        step_once(&r, &o);
        step_once(&fresh, &o);
        ck_assert_mem_eq(r.w, fresh.w, sizeof r.w);
    }
    end(&r);
    end(&fresh);
}

START_TEST(point_moved_or_frozen_by_others_path_begins_anew)
{
    static const char *const methods[] = {"bfgs", "cg", "cg:formula=polak_ribiere", "bb"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        for (int freeze = 0; freeze < 2; freeze++)
            moved_by_others(methods[i], freeze);
}
END_TEST

START_TEST(bfgs_too_large_dim_refused_and_lbfgs_told)
{
    lgd_optimizer *opt = parsed("bfgs");
    ck_fails(lgd_optimizer_spare(opt, SIZE_MAX / 256, 0, 0), LGD_ERANGE, "lbfgs with 2m vectors is accepted");
    ck_assert_uint_eq(lgd_optimizer_state_bytes(opt, SIZE_MAX / 256), SIZE_MAX);
    lgd_optimizer_free(opt);
    memory_watch(3); /* the optimizer, its options, its vectors */
    opt = parsed("bfgs");
    ck_fails(lgd_optimizer_spare(opt, 400, 0, 0), LGD_ENOMEM, "bfgs: dim is 400, which needs 207 vectors of it; lbfgs");
    ck_ok(lgd_optimizer_spare(opt, 400, 0, 0));
    lgd_optimizer_free(opt);
    memory_unwatch();
}
END_TEST

/* ---- cg */

static const char *const formulas[] = {"hager_zhang", "polak_ribiere", "fletcher_reeves", "hestenes_stiefel",
                                       "dai_yuan"};
enum { FORMULAS = sizeof formulas / sizeof *formulas };

static lgd_optimizer *with_formula(size_t i, const char *more)
{
    char text[96];
    snprintf(text, sizeof text, "cg:formula=%s%s", formulas[i], more);
    return parsed(text);
}

static const double metric[MOST] = {4, 0.5, 1, 3, 0.25, 7, 2, 0.125};

static lgd_status apply_metric(void *ctx, const double *w, const double *r, double *pr)
{
    (void)w;
    for (size_t j = 0; j < *(const size_t *)ctx; j++)
        pr[j] = metric[j] * r[j];
    return LGD_OK;
}

START_TEST(cg_every_direction_as_the_formula_with_a_metric_and_without)
{
    size_t dim = 8;
    for (size_t i = 0; i < FORMULAS; i++)
        for (int with = 0; with < 2; with++) {
            const lgd_minimize_options o = {.precondition = with ? apply_metric : NULL, .precondition_ctx = &dim};
            walked r = begin("cg", dim, valley_eval, NULL);
            long double P[MOST], d[MOST], g_new[MOST];
            size_t kept = 0;
            lgd_optimizer_free(r.opt);
            r.opt = with_formula(i, ",restart=1000");
            for (size_t j = 0; j < dim; j++) {
                P[j] = with ? metric[j] : 1;
                d[j] = -P[j] * r.g[j];
            }
            const double before = lgd_norm2(dim, r.g);
            for (int t = 0; t < 30 && lgd_norm2(dim, r.g) > 1e-6 * before; t++) {
                long double slope = 0, largest = 0;
                step_once(&r, &o);
                for (size_t j = 0; j < dim; j++)
                    g_new[j] = r.g[j];
                long double beta = direction_cg((lgd_cg_formula)i, dim, P, d, r.g_old, g_new);
                for (size_t j = 0; j < dim; j++)
                    slope += g_new[j] * (beta * d[j] - P[j] * g_new[j]);
                kept += beta != 0 && slope < 0;
                for (size_t j = 0; j < dim; j++) {
                    d[j] = (slope < 0 ? beta : 0) * d[j] - P[j] * g_new[j];
                    largest = fmaxl(largest, fabsl(d[j]));
                }
                for (size_t j = 0; j < dim; j++) {
                    ck_assert_msg(fabsl(d[j] - direction(&r)[j]) <= 1e-11L * largest,
                                  "%s, step %d: d[%zu] is %g, not %Lg", formulas[i], t + 1, j, direction(&r)[j], d[j]);
                    d[j] = direction(&r)[j];
                }
            }
            ck_assert_uint_ge(kept, 15);
            end(&r);
        }
}
END_TEST

START_TEST(cg_quadratic_exact_search_formulas_agree_and_end_after_dim_steps)
{
    enum { DIM = 20 };
    bowl b = bowl_of(DIM, 30);
    double path[8][DIM];
    for (size_t i = 0; i < FORMULAS; i++) {
        walked r = begin("cg", DIM, bowl_eval, &b);
        const double before = lgd_norm2(DIM, r.g);
        lgd_optimizer_free(r.opt);
        r.opt = with_formula(i, ",search=more_thuente,c1=1e-4,c2=1e-3");
        for (size_t t = 0; t < 8; t++) {
            step_once(&r, NULL);
            if (i == 0)
                memcpy(path[t], r.w, sizeof path[t]);
            ck_assert_msg(difference_of(DIM, r.w, path[t]) < 1e-8, "%s, step %zu: apart by %g", formulas[i], t + 1,
                          difference_of(DIM, r.w, path[t]));
        }
        for (size_t t = 8; t < DIM + 3; t++)
            step_once(&r, NULL);
        ck_assert_msg(lgd_norm2(DIM, r.g) < 1e-7 * before, "%s: |g| is %g", formulas[i], lgd_norm2(DIM, r.g));
        end(&r);
    }
}
END_TEST

/* f(C x), C diagonal: the path of x, times C, is that of w with P = C C'. */
static lgd_status other_variables(void *ctx, size_t dim, const double *x, double *f, double *g)
{
    double w[MOST] = {0};
    for (size_t j = 0; j < dim; j++)
        w[j] = sqrt(metric[j]) * x[j];
    const lgd_status status = bowl_eval(ctx, dim, w, f, g);
    for (size_t j = 0; g && j < dim; j++)
        g[j] *= sqrt(metric[j]);
    return status;
}

START_TEST(cg_metric_same_path_as_change_of_variables)
{
    size_t dim = 8;
    bowl b = bowl_of(dim, 10);
    for (size_t i = 0; i < FORMULAS; i++) {
        const lgd_minimize_options o = {.precondition = apply_metric, .precondition_ctx = &dim};
        walked r[2] = {begin("cg", dim, bowl_eval, &b), begin("cg", dim, other_variables, &b)};
        for (size_t j = 0; j < dim; j++)
            r[1].w[j] = r[0].w[j] / sqrt(metric[j]);
        ck_ok(other_variables(&b, dim, r[1].w, &r[1].value, r[1].g));
        double z[MOST];
        ck_ok(apply_metric(&dim, NULL, r[0].g, z));
        for (int k = 0; k < 2; k++) { /* the same first alpha */
            char more[64];
            snprintf(more, sizeof more, ",first_step=%.17g", 1e-3 * lgd_norm2(dim, k ? r[1].g : z));
            lgd_optimizer_free(r[k].opt);
            r[k].opt = with_formula(i, more);
        }
        for (int t = 0; t < 6; t++) {
            step_once(&r[0], &o);
            step_once(&r[1], NULL);
            for (size_t j = 0; j < dim; j++)
                ck_near(r[0].w[j], (long double)r[1].w[j] * sqrtl(metric[j]), 1e-9);
        }
        end(&r[0]);
        end(&r[1]);
    }
}
END_TEST

START_TEST(cg_restart_every_step_is_steepest_descent)
{
    for (size_t i = 0; i < FORMULAS; i++) {
        walked r = begin("cg", 6, valley_eval, NULL);
        lgd_optimizer_free(r.opt);
        r.opt = with_formula(i, ",restart=1");
        for (int t = 0; t < 10; t++) {
            step_once(&r, NULL);
            for (size_t j = 0; j < 6; j++)
                ck_assert(direction(&r)[j] == -r.g[j]);
        }
        end(&r);
    }
}
END_TEST

static lgd_status failing_metric(void *ctx, const double *w, const double *r, double *pr)
{
    size_t *left = ctx;
    memcpy(pr, r, 4 * sizeof *r);
    (void)w;
    return (*left)-- ? LGD_OK : LGD_ENOMEM;
}

START_TEST(cg_metric_fails_point_stays_and_the_step_can_be_taken_again)
{
    for (size_t calls = 0; calls < 6; calls++) {
        size_t left = calls, enough = SIZE_MAX;
        walked r = begin("cg:formula=polak_ribiere", 4, valley_eval, NULL);
        walked same = begin("cg:formula=polak_ribiere", 4, valley_eval, NULL);
        lgd_minimize_options o = {
            .max_steps = 10, .grad_tol = LGD_ZERO, .precondition = failing_metric, .precondition_ctx = &left};
        ck_fails(lgd_minimize(r.f, r.opt, r.w, &o, &r.report), LGD_ENOMEM, "");
        const uint64_t done = calls ? calls - 1 : 0; /* one for the start, one for each step */
        ck_assert_uint_eq(r.report.steps, done);
        o.precondition_ctx = &enough;
        o.max_steps = 10 - done;
        ck_ok(lgd_minimize(r.f, r.opt, r.w, &o, NULL));
        o.max_steps = 10;
        ck_ok(lgd_minimize(same.f, same.opt, same.w, &o, NULL));
        ck_assert_mem_eq(r.w, same.w, sizeof r.w);
        end(&r);
        end(&same);
    }
}
END_TEST

/* ---- bb */

START_TEST(bb_every_rate_as_the_formula_and_value_below_the_last_ten)
{
    static const char *const forms[] = {"bb", "bb:form=bb1", "bb:form=bb2"};
    enum { DIM = 20, STEPS = 400 };
    for (size_t i = 0; i < 3; i++) {
        bowl b = bowl_of(DIM, 300);
        walked r = begin(forms[i], DIM, bowl_eval, &b);
        long double brief[STEPS], rate = 0;
        double value[STEPS + 1] = {r.value};
        size_t as_the_formula = 0, steps = 0, rises = 0;
        const double before = lgd_norm2(DIM, r.g);
        for (; steps < STEPS && lgd_norm2(DIM, r.g) > 1e-7 * before; steps++) {
            step_once(&r, NULL);
            long double taken = -r.s[0] / r.g_old[0], largest = 0;
            for (size_t j = 0; j < DIM; j++)
                if (fabsl(r.g_old[j]) > largest) {
                    largest = fabsl(r.g_old[j]);
                    taken = -r.s[j] / r.g_old[j];
                }
            as_the_formula += fabsl(taken - rate) <= 1e-7L * rate;
            ck_assert_msg(steps == 0 || taken <= rate * (1 + 1e-7L), "%s, step %zu: rate %Lg, the formula says %Lg",
                          forms[i], steps + 1, taken, rate);
            const long double sy = direction_dot(DIM, r.s, r.y);
            brief[steps] = sy / direction_dot(DIM, r.y, r.y);
            rate = direction_bb((lgd_bb_form)i, DIM, r.s, r.y, steps + 1, brief);
            double highest = value[steps];
            for (size_t k = steps > 9 ? steps - 9 : 0; k < steps; k++)
                highest = fmax(highest, value[k]);
            value[steps + 1] = r.value;
            ck_assert_msg(r.value < highest, "%s, step %zu: %g", forms[i], steps + 1, r.value);
            rises += r.value > value[steps];
        }
        ck_assert_msg(steps < STEPS && as_the_formula > steps * 8 / 10 && rises > 0,
                      "%s: %zu steps, %zu as the formula, %zu rises", forms[i], steps, as_the_formula, rises);
        end(&r);
    }
}
END_TEST

/* f = cos w turns its curvature; beyond the turn the rate of the next step is 10 times the last. */
static lgd_status wave_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = cos(*w);
    if (g)
        *g = -sin(*w);
    return LGD_OK;
}

START_TEST(bb_without_curvature_next_rate_ten_times_the_last)
{
    walked r = begin("bb:first_step=0.001", 1, wave_eval, NULL);
    r.w[0] = 0.01;
    ck_ok(wave_eval(NULL, 1, r.w, &r.value, r.g));
    long double before = 0;
    for (int t = 0; t < 3; t++) { /* 0.011, 0.02.., still where cos is concave */
        step_once(&r, NULL);
        ck_assert(r.s[0] * r.y[0] < 0);
        const long double rate = -r.s[0] / r.g_old[0];
        ck_assert(t == 0 || fabsl(rate / before - 10) < 1e-9L);
        before = rate;
    }
    end(&r);
}
END_TEST

/* ---- all of them */

START_TEST(breast_cancer_every_form_reaches_the_optimum)
{
    /* A search of strong Wolfe's conditions with a small c2 ends where f is but rounding, one by approximate ones goes on. */
    static const struct {
        const char *method;
        double tolerance;
    } rows[] = {{"bfgs", 1e-11},
                {"bfgs:search=hager_zhang", 1e-11},
                {"cg", 1e-11},
                {"cg:formula=polak_ribiere", 1e-8},
                {"cg:formula=polak_ribiere,search=hager_zhang", 1e-11},
                {"cg:formula=fletcher_reeves", 1e-8},
                {"cg:formula=fletcher_reeves,search=hager_zhang", 1e-11},
                {"cg:formula=hestenes_stiefel", 1e-8},
                {"cg:formula=hestenes_stiefel,search=hager_zhang", 1e-11},
                {"cg:formula=dai_yuan", 1e-8},
                {"cg:formula=dai_yuan,search=hager_zhang", 1e-11},
                {"bb", 1e-11},
                {"bb:form=bb1", 1e-11},
                {"bb:form=bb2", 1e-11}};
    static double X[CANCER_ROWS * CANCER_COLS], y[CANCER_ROWS];
    lgd_matrix *A;
    lgd_objective *f;
    dataset_breast_cancer(X, y);
    ck_ok(lgd_matrix_dense(&A, CANCER_ROWS, CANCER_COLS, X, CANCER_COLS));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = BREAST_CANCER_L2}));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lgd_optimizer *opt = parsed(rows[i].method);
        double w[CANCER_COLS + 1] = {0};
        lgd_report report;
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.grad_tol = LGD_ZERO, .grad_tol_abs = rows[i].tolerance},
                           &report));
        ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL, "%s: %s at |g| %g", rows[i].method,
                      lgd_stop_string(report.stop), report.grad_norm);
        ck_near(report.f, BREAST_CANCER_F, 1e-14);
        ck_assert_msg(difference_of(CANCER_COLS + 1, w, breast_cancer_w) < 100 * rows[i].tolerance, "%s",
                      rows[i].method);
        lgd_optimizer_free(opt);
    }
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("directions");
    CASE(s, bfgs_every_direction_as_the_formula);
    CASE(s, bfgs_quadratic_exact_search_ends_with_the_inverse);
    CASE(s, bfgs_too_large_dim_refused_and_lbfgs_told);
    CASE(s, cg_every_direction_as_the_formula_with_a_metric_and_without);
    CASE(s, cg_quadratic_exact_search_formulas_agree_and_end_after_dim_steps);
    CASE(s, cg_metric_same_path_as_change_of_variables);
    CASE(s, cg_restart_every_step_is_steepest_descent);
    CASE(s, cg_metric_fails_point_stays_and_the_step_can_be_taken_again);
    CASE(s, bb_every_rate_as_the_formula_and_value_below_the_last_ten);
    CASE(s, bb_without_curvature_next_rate_ten_times_the_last);
    CASE(s, point_moved_or_frozen_by_others_path_begins_anew);
    CASE(s, breast_cancer_every_form_reaches_the_optimum);
    return suite_run(s);
}
