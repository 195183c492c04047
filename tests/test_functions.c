#include "problems.h"
#include "reference/breast_cancer.h"
#include <stdio.h>

/* ---- functions of two numbers, each with its gradient */

static lgd_status rosenbrock(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    const double a = 1 - w[0], b = w[1] - w[0] * w[0];
    *f = a * a + 100 * b * b;
    if (g) {
        g[0] = -2 * a - 400 * w[0] * b;
        g[1] = 200 * b;
    }
    return LGD_OK;
}

static lgd_status beale(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    static const double target[3] = {1.5, 2.25, 2.625};
    (void)ctx, (void)dim;
    *f = 0;
    if (g)
        g[0] = g[1] = 0;
    for (int i = 0; i < 3; i++) {
        const double power = pow(w[1], i + 1), e = target[i] - w[0] + w[0] * power;
        *f += e * e;
        if (g) {
            g[0] += 2 * e * (power - 1);
            g[1] += 2 * e * w[0] * (i + 1) * pow(w[1], i);
        }
    }
    return LGD_OK;
}

static lgd_status himmelblau(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    const double a = w[0] * w[0] + w[1] - 11, b = w[0] + w[1] * w[1] - 7;
    *f = a * a + b * b;
    if (g) {
        g[0] = 4 * w[0] * a + 2 * b;
        g[1] = 2 * a + 4 * w[1] * b;
    }
    return LGD_OK;
}

/* The smaller of |w - a minimum| of the function */
static double distance(const double *w, const double (*minimum)[2], size_t count)
{
    double least = INFINITY;
    for (size_t i = 0; i < count; i++)
        least = fmin(least, hypot(w[0] - minimum[i][0], w[1] - minimum[i][1]));
    return least;
}

/* features: 16 */
START_TEST(classic_functions_every_start_a_minimum)
{
    static const double rosenbrock_at[1][2] = {{1, 1}}, beale_at[1][2] = {{3, 0.5}},
                        himmelblau_at[4][2] = {{3, 2},
                                               {-2.805118086952745, 3.131312518250573},
                                               {-3.779310253377747, -3.283185991286170},
                                               {3.584428340330492, -1.848126526964404}};
    static const struct {
        lgd_function fn;
        const double (*at)[2];
        size_t minima;
        double start[2];
        const char *method;
    } cases[] = {
        {rosenbrock, rosenbrock_at, 1, {-1.2, 1}, "nesterov:lr=0.0002,momentum=0.98"},
        {rosenbrock, rosenbrock_at, 1, {-1.2, 1}, "momentum:lr=0.0002,momentum=0.95"},
        {beale, beale_at, 1, {1, 1}, "nesterov:lr=0.001,momentum=0.95"},
        {beale, beale_at, 1, {0, 0}, "momentum:lr=0.001,momentum=0.95"},
        {himmelblau, himmelblau_at, 4, {0, 0}, "sgd:lr=0.01"},
        {himmelblau, himmelblau_at, 4, {-1, 1}, "sgd:lr=0.01"},
        {himmelblau, himmelblau_at, 4, {-1, -1}, "nesterov:lr=0.002"},
        {himmelblau, himmelblau_at, 4, {1, -1}, "momentum:lr=0.002"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int differences = 0; differences < 2; differences++) {
            lgd_objective *f;
            lgd_optimizer *opt;
            lgd_report report;
            double w[2] = {cases[i].start[0], cases[i].start[1]};
            ck_ok(differences ? lgd_function_create_differences(&f, 2, cases[i].fn, NULL)
                              : lgd_function_create(&f, 2, cases[i].fn, NULL));
            ck_ok(lgd_optimizer_parse(&opt, cases[i].method));
            ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 50000, .grad_tol = 1e-11}, &report));
            ck_assert_msg(distance(w, cases[i].at, cases[i].minima) < 1e-7, "case %zu ends at %g %g: %s", i, w[0], w[1],
                          lgd_stop_string(report.stop));
            ck_near(report.f, 0, 1e-13);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
}
END_TEST

/* (w^2 - 1)^2 + 0.3 w: the minimum near +1 is a local one */
static lgd_status double_well(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    const double a = w[0] * w[0] - 1;
    *f = a * a + 0.3 * w[0];
    if (g)
        g[0] = 4 * a * w[0] + 0.3;
    return LGD_OK;
}

/* features: 25, 59 */
START_TEST(nonconvex_start_decides_which_minimum)
{
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_report report[2];
    double w[2] = {1.5, -1.5};
    ck_ok(lgd_function_create(&f, 1, double_well, NULL));
    for (int i = 0; i < 2; i++) {
        ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.02}));
        ck_ok(lgd_minimize(f, opt, &w[i], &(lgd_minimize_options){.max_epochs = 10000, .grad_tol = 1e-12}, &report[i]));
        ck_assert_int_eq(report[i].stop, LGD_STOP_GRAD_TOL); /* both claim convergence, and both are right */
        lgd_optimizer_free(opt);
    }
    ck_assert(w[0] > 0.9 && w[1] < -0.9);
    ck_assert(report[0].f > report[1].f + 0.5); /* descent from the right does not find the global one */
    lgd_objective_free(f);
}
END_TEST

/* ---- ascent */

typedef struct negated {
    lgd_objective *f;
} negated;

static lgd_status negated_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    lgd_status status = lgd_objective_eval(((negated *)ctx)->f, NULL, w, f, g);
    *f = -*f;
    for (size_t j = 0; g && j < dim; j++)
        g[j] = -g[j];
    return status;
}

/* features: 16, 22 */
START_TEST(maximize_equals_minimize_of_the_negative_bit_for_bit)
{
    model m = model_create(60, 4, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.1, .intercept = true}, 1);
    lgd_objective *f;
    negated n = {m.f};
    ck_ok(lgd_function_create(&f, m.dim, negated_eval, &n)); /* a concave function: -F */
    for (size_t i = 0; function_method(i); i++)
        for (int way = 0; way < 4; way++) {
            lgd_optimizer *up = builtin(i, 0.05), *down = builtin(i, 0.05);
            lgd_history *climb, *fall;
            double a[5] = {0}, b[5] = {0};
            lgd_report ra, rb;
            lgd_minimize_options o = {.max_epochs = 300};
            ck_ok(lgd_history_create(&climb));
            ck_ok(lgd_history_create(&fall));
            if (way == 1 && !(function_method(i)->flags & LGD_FINDS_STEP))
                o.clip_norm = 0.05;
            if (way == 2)
                o.f_tol = 1e-3;
            if (way == 3)
                o.f_target = 0.68;
            o.history = fall;
            /* The two objectives differ in nothing but the sign; decay would spare the intercept of one of them only. */
            lgd_objective *same;
            negated twice = {f};
            ck_ok(lgd_function_create(&same, m.dim, negated_eval, &twice));
            ck_ok(lgd_minimize(same, down, b, &o, &rb));
            o.maximize = true;
            o.f_target = -o.f_target;
            o.history = climb;
            ck_ok(lgd_minimize(f, up, a, &o, &ra));
            ck_assert_mem_eq(a, b, sizeof a);
            ck_assert_int_eq(ra.stop, rb.stop);
            ck_assert_uint_eq(ra.steps, rb.steps);
            ck_assert_uint_eq(ra.best_step, rb.best_step);
            ck_assert_uint_eq(ra.clipped, rb.clipped);
            ck_assert(ra.f == -rb.f && ra.best_f == -rb.best_f && ra.grad_norm == rb.grad_norm);
            size_t count;
            const double *up_loss = lgd_history_series(climb, "loss", &count),
                         *down_loss = lgd_history_series(fall, "loss", NULL);
            ck_assert_uint_eq(count, ra.steps);
            for (size_t k = 0; k < count; k++)
                ck_assert(up_loss[k] == -down_loss[k]);
            lgd_objective_free(same);
            lgd_history_free(climb);
            lgd_history_free(fall);
            lgd_optimizer_free(up);
            lgd_optimizer_free(down);
        }
    lgd_objective_free(f);
    model_free(&m);
}
END_TEST

/* ---- the methods' own promises */

/* features: 30 */
START_TEST(momentum_recurrence_to_the_last_bit)
{
    enum { N = 6, STEPS = 200 };
    const double lr = 0.01, mu = 0.9;
    model m = model_create(80, N, lgd_loss_half_squared(), NULL, 2);
    lgd_optimizer *opt;
    double w[N] = {0}, own[N] = {0}, v[N] = {0}, g[N];
    ck_ok(lgd_momentum_create(&opt, &(lgd_momentum_options){.lr = lr, .momentum = mu}));
    ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.max_epochs = STEPS, .grad_tol = LGD_ZERO}, NULL));
    for (int step = 0; step < STEPS; step++) {
        ck_ok(lgd_objective_eval(m.f, NULL, own, NULL, g));
        for (size_t j = 0; j < N; j++) {
            v[j] = mu * v[j] - lr * g[j];
            own[j] += v[j];
        }
    }
    ck_assert_mem_eq(w, own, sizeof w);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

static uint64_t steps_to_converge(lgd_objective *f, size_t dim, double lr, double mu)
{
    lgd_optimizer *opt;
    lgd_report report;
    double w[16];
    for (size_t j = 0; j < dim; j++)
        w[j] = 1;
    ck_ok(lgd_momentum_create(&opt, &(lgd_momentum_options){.lr = lr, .momentum = lgd_zero(mu)}));
    ck_ok(lgd_minimize(f, opt, w,
                       &(lgd_minimize_options){.max_epochs = 10000000, .grad_tol = LGD_ZERO, .grad_tol_abs = 1e-8},
                       &report));
    ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
    lgd_optimizer_free(opt);
    return report.steps;
}

/* features: 30 */
START_TEST(momentum_ill_conditioned_quadratic_root_of_kappa_fewer_steps)
{
    enum { N = 10 };
    for (double kappa = 100; kappa <= 10000; kappa *= 10) {
        double curvature[N];
        for (size_t j = 0; j < N; j++)
            curvature[j] = pow(kappa, (double)j / (N - 1)); /* 1 to kappa */
        quadratic q = {curvature, NULL, 0};
        lgd_objective *f;
        ck_ok(lgd_function_create(&f, N, quadratic_eval, &q));
        const double root = sqrt(kappa), mu = pow((root - 1) / (root + 1), 2), lr = 4 / pow(root + 1, 2);
        uint64_t slow = steps_to_converge(f, N, 2 / (1 + kappa), 0), heavy = steps_to_converge(f, N, lr, mu);
        double ratio = (double)slow / (double)heavy;
        ck_assert_msg(ratio > 0.5 * root && ratio < 2 * root, "kappa %g: %g times fewer steps", kappa, ratio);
        lgd_objective_free(f);
    }
}
END_TEST

/* features: 31 */
START_TEST(adam_first_step_the_rate_against_the_sign)
{
    static const double curvature[6] = {1, 100, 1e-3, 1e6, 1, 1e-2}, at[6] = {2, -3, 5, 1, 0, -1};
    quadratic q = {curvature, at, 0};
    lgd_objective *f;
    lgd_optimizer *opt;
    double w[6] = {0};
    ck_ok(lgd_function_create(&f, 6, quadratic_eval, &q));
    ck_ok(lgd_adam_create(&opt, NULL));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 1}, NULL));
    for (size_t j = 0; j < 6; j++) {
        const double g = -curvature[j] * at[j];
        const double eps = 1e-8 / fabs(g) + 1e-15; /* |g|/(|g| + eps), rounded */
        ck_assert(g == 0 ? w[j] == 0 : fabs(w[j] / -copysign(0.001, g) - 1) <= eps);
    }
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* features: 33 */
START_TEST(adaptive_methods_scaled_objective_same_path)
{
    static const char *const methods[] = {"adam:eps=0,lr=0.01", "adagrad:eps=0,lr=0.1"};
    double curvature[5] = {1, 2, 3, 40, 5}, at[5] = {1, 1, 2, 3, 4};
    quadratic q = {curvature, at, 0};
    lgd_objective *f;
    ck_ok(lgd_function_create(&f, 5, quadratic_eval, &q));
    for (size_t i = 0; i < 2; i++) {
        double w[2][5] = {{0}};
        for (size_t scaled = 0; scaled < 2; scaled++) {
            lgd_optimizer *opt;
            ck_ok(lgd_optimizer_parse(&opt, methods[i]));
            ck_ok(lgd_minimize(f, opt, w[scaled], &(lgd_minimize_options){.max_steps = 100}, NULL));
            lgd_optimizer_free(opt);
            for (size_t j = 0; j < 5; j++)
                curvature[j] *= scaled ? 0x1p-10 : 0x1p10;
        }
        ck_assert_mem_eq(w[0], w[1], sizeof w[0]); /* a power of two: to the last bit */
    }
    lgd_objective_free(f);
}
END_TEST

/* ---- real data */

/* features: 7 */
START_TEST(logistic_on_breast_cancer_known_optimum)
{
    enum { M = BREAST_CANCER_ROWS, N = BREAST_CANCER_COLS };
    static double cell[M][N], y[M];
    char line[2000];
    FILE *file = fopen(SOURCE_ROOT "/bench/data/breast_cancer.csv", "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file)); /* counts and names */
    for (size_t i = 0; i < M; i++) {
        ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
        char *at = line;
        for (size_t j = 0; j <= N; j++) {
            *(j < N ? &cell[i][j] : &y[i]) = strtod(at, &at);
            ck_assert_int_eq(*at++, j < N ? ',' : '\n');
        }
    }
    fclose(file);

    lgd_matrix *X, *standardized;
    lgd_objective *f;
    ck_ok(lgd_matrix_dense(&X, M, N, cell[0], N));
    ck_ok(lgd_matrix_standardized(&standardized, X));
    ck_ok(lgd_glm_create(&f, standardized, y, lgd_loss_logistic(),
                         &(lgd_glm_options){.l2 = BREAST_CANCER_L2, .intercept = true}));
    for (int nesterov = 0; nesterov < 2; nesterov++) {
        lgd_optimizer *opt;
        lgd_report report;
        double w[N + 1] = {0};
        ck_ok(lgd_optimizer_parse(&opt, nesterov ? "nesterov:lr=0.2,momentum=0.95" : "momentum:lr=0.2,momentum=0.95"));
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 20000, .grad_tol = 1e-12}, &report));
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        ck_near(report.f, BREAST_CANCER_F, 1e-14);
        for (size_t j = 0; j <= N; j++)
            ck_near(w[j], breast_cancer_w[j], 1e-8);
        lgd_optimizer_free(opt);
    }
    lgd_objective_free(f);
    lgd_matrix_free(standardized);
    lgd_matrix_free(X);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("functions");
    CASE(s, classic_functions_every_start_a_minimum);
    CASE(s, nonconvex_start_decides_which_minimum);
    CASE(s, maximize_equals_minimize_of_the_negative_bit_for_bit);
    CASE(s, momentum_recurrence_to_the_last_bit);
    CASE(s, momentum_ill_conditioned_quadratic_root_of_kappa_fewer_steps);
    CASE(s, adam_first_step_the_rate_against_the_sign);
    CASE(s, adaptive_methods_scaled_objective_same_path);
    CASE(s, logistic_on_breast_cancer_known_optimum);
    return suite_run(s);
}
