/* Conjugate gradients that stop early, and Newton's method with them. */
#include "datasets.h"
#include "dense.h"

static const lgd_oracle bare = {.product = dense_product, .exact = true};
static const lgd_oracle with_metric = {.product = dense_product, .precondition = dense_metric, .exact = true};

START_TEST(solution_of_a_quadratic_in_as_many_products_as_it_has_curvatures)
{
    static const double curvatures[][DENSE] = {
        {1, 2, 3, 4, 5, 6, 7, 8}, {1, 1, 1, 1, 1, 1, 100, 100}, {5, 5, 5, 5, 5, 5, 5, 5}, {1, 1, 2, 2, 3, 3, 4, 4}};
    static const size_t distinct[] = {8, 2, 1, 4};
    for (size_t c = 0; c < 4; c++)
        for (uint64_t seed = 1; seed <= 20; seed++) {
            dense q = dense_create(curvatures[c], 10 * seed);
            real x[DENSE];
            const lgd_krylov k =
                dense_solve(&q, &bare, (lgd_krylov){.radius = INFINITY, .tolerance = 1e-13, .limit = DENSE + 2});
            ck_assert(dense_shifted(&q, 0, x));
            ck_assert_msg(difference(DENSE, q.d, x) < 1e-12, "%g", difference(DENSE, q.d, x));
            ck_assert_uint_le(k.products, distinct[c]);
            ck_assert_uint_eq(k.products, q.products);
            ck_assert_int_eq(k.end, LGD_KRYLOV_SOLVED);
            ck_assert(!k.indefinite);
            ck_near(k.fall, dense_fall(&q, x), 1e-13);
            ck_near(k.slope, -2 * dense_fall(&q, x), 1e-13);
            ck_near(k.size / (double)dense_size(&q, x), 1, 1e-12);
        }
}
END_TEST

START_TEST(inverse_as_metric_solves_with_one_product)
{
    static const double curvatures[DENSE] = {1, 1, 1, 1, 1, 1, 1, 1};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        dense q = dense_create(curvatures, seed);
        fill(seed + 50, DENSE, 0.001, 100, q.metric);
        memset(q.A, 0, sizeof q.A);
        for (size_t j = 0; j < DENSE; j++)
            q.A[j][j] = 1 / q.metric[j];
        const lgd_krylov k =
            dense_solve(&q, &with_metric, (lgd_krylov){.radius = INFINITY, .tolerance = 1e-13, .limit = DENSE});
        ck_assert_uint_eq(k.products, 1);
        ck_assert_int_eq(k.end, LGD_KRYLOV_SOLVED);
        for (size_t j = 0; j < DENSE; j++)
            ck_near(q.d[j] / (q.metric[j] * q.b[j]), 1, 1e-13);
    }
}
END_TEST

/* A residual is an error in |.|: it may be as large as the share that is asked for, and not much smaller. */
START_TEST(residual_within_what_the_first_gradient_asks_for)
{
    static const double curvatures[DENSE] = {1, 3, 10, 30, 100, 300, 1000, 3000};
    for (int power = 0; power <= 20; power += 4) {
        dense q = dense_create(curvatures, 3);
        const double size = lgd_norm2(DENSE, q.b), first = size * ldexp(1, power);
        const double asked = fmin(0.5, sqrt(size / first));
        const lgd_krylov k =
            dense_solve(&q, &bare, (lgd_krylov){.radius = INFINITY, .g_first = power ? first : 0, .limit = 50});
        double residual = 0;
        for (size_t i = 0; i < DENSE; i++) {
            double r = -q.b[i];
            for (size_t j = 0; j < DENSE; j++)
                r += q.A[i][j] * q.d[j];
            residual += r * r;
        }
        ck_assert(sqrt(residual) <= asked * size * (1 + 1e-9));
        ck_assert(k.tolerance == asked && k.g_first == first);
        ck_assert(k.products >= (size_t)(power / 4 + 1));
    }
}
END_TEST

START_TEST(limit_ends_the_iteration_with_a_way_down)
{
    static const double curvatures[DENSE] = {1, 3, 10, 30, 100, 300, 1000, 3000};
    double before = 0;
    for (size_t limit = 1; limit <= DENSE; limit++) {
        dense q = dense_create(curvatures, 4);
        const lgd_krylov k =
            dense_solve(&q, &bare, (lgd_krylov){.radius = INFINITY, .tolerance = 1e-12, .limit = limit});
        ck_assert_uint_eq(k.products, limit);
        ck_assert(k.slope < 0 && k.fall > before);
        ck_assert_int_eq(k.end, LGD_KRYLOV_LIMIT);
        before = k.fall;
    }
}
END_TEST

/* What is no number ends the iteration where it was; as the first product it leaves -g. */
START_TEST(product_that_is_no_number_leaves_what_came_before)
{
    static const double curvatures[DENSE] = {1, 3, 10, 30, 100, 300, 1000, 3000};
    for (size_t bad = 1; bad <= 5; bad++) {
        dense q = dense_create(curvatures, 5), sound = dense_create(curvatures, 5);
        q.bad_product = bad;
        const lgd_krylov k = dense_solve(&q, &bare, (lgd_krylov){.radius = INFINITY, .tolerance = 1e-12, .limit = 9});
        ck_assert_int_eq(k.end, LGD_KRYLOV_NUMBERS);
        ck_assert(!k.indefinite);
        if (bad > 1)
            dense_solve(&sound, &bare, (lgd_krylov){.radius = INFINITY, .tolerance = 1e-12, .limit = bad - 1});
        ck_assert_mem_eq(q.d, bad > 1 ? sound.d : q.b, sizeof q.d);
    }
}
END_TEST

START_TEST(curvature_below_zero_is_told_and_followed)
{
    static const double curvatures[DENSE] = {-2, 1, 2, 3, 4, 5, 6, 7};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        dense q = dense_create(curvatures, seed);
        const lgd_krylov k =
            dense_solve(&q, &bare, (lgd_krylov){.radius = INFINITY, .tolerance = 1e-13, .limit = DENSE});
        ck_assert_int_eq(k.end, LGD_KRYLOV_CURVATURE);
        ck_assert(k.indefinite && k.slope < 0);
        real d[DENSE], fall, along = 0;
        for (size_t j = 0; j < DENSE; j++)
            d[j] = q.d[j];
        fall = dense_fall(&q, d);
        for (size_t j = 0; j < DENSE; j++)
            along += d[j] * q.b[j];
        ck_near(k.fall / (double)fall, 1, 1e-9);
        ck_near(k.slope / (double)-along, 1, 1e-12);
    }
}
END_TEST

/* ---- runs */

static lgd_optimizer *newton_cg(lgd_newton_cg_options o)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_newton_cg_create(&opt, &o));
    return opt;
}

/* x^2 - y^2 + y^4, with a saddle at 0 and minima at y^2 = 1/2. */
static lgd_status saddle_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const double x = w[0], y = w[1];
    (void)ctx, (void)dim;
    *f = x * x - y * y + y * y * y * y;
    if (g) {
        g[0] = 2 * x;
        g[1] = -2 * y + 4 * y * y * y;
    }
    return LGD_OK;
}

START_TEST(saddle_is_left_where_the_gradient_leads_off)
{
    lgd_objective *f = NULL;
    lgd_optimizer *opt = newton_cg((lgd_newton_cg_options){.inner = 0});
    lgd_report report;
    double w[2] = {1, 1e-3};
    ck_ok(lgd_function_create(&f, 2, saddle_eval, NULL));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.grad_tol = 1e-9}, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
    ck_assert(report.indefinite > 0 && report.steps < 30);
    ck_near(report.f, -0.25, 1e-12);
    ck_near(fabs(w[1]), sqrt(0.5), 1e-7);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

typedef struct cancer {
    double X[CANCER_ROWS * CANCER_COLS], y[CANCER_ROWS];
    lgd_matrix *A;
    lgd_objective *f;
} cancer;

static cancer *cancer_create(void)
{
    static cancer c;
    dataset_breast_cancer(c.X, c.y);
    ck_ok(lgd_matrix_dense(&c.A, CANCER_ROWS, CANCER_COLS, c.X, CANCER_COLS));
    ck_ok(lgd_glm_create(&c.f, c.A, c.y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}));
    return &c;
}

static void cancer_free(cancer *c)
{
    lgd_objective_free(c->f);
    lgd_matrix_free(c->A);
}

/* A pass is an evaluation or a product: what is over are products. */
START_TEST(logistic_regression_to_ten_figures_in_few_passes)
{
    static const lgd_search searches[] = {LGD_SEARCH_USUAL, LGD_HAGER_ZHANG, LGD_BACKTRACKING};
    cancer *c = cancer_create();
    for (size_t i = 0; i < 3; i++) {
        lgd_optimizer *opt = newton_cg((lgd_newton_cg_options){.search = searches[i]});
        lgd_report report;
        double w[CANCER_COLS + 1] = {0}, g[CANCER_COLS + 1], f;
        ck_ok(lgd_minimize(c->f, opt, w, &(lgd_minimize_options){.grad_tol = 1e-10}, &report));
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        ck_ok(lgd_objective_eval(c->f, NULL, w, &f, g));
        ck_assert(lgd_norm2(CANCER_COLS + 1, g) == report.grad_norm);
        ck_assert_uint_eq(report.evaluations, report.steps + 1); /* each step at its first trial */
        ck_assert_msg(report.steps <= 12 && report.passes <= 90, "%d steps, %g passes", (int)report.steps,
                      report.passes);
        ck_assert(report.passes > (double)(report.evaluations + report.steps));
        ck_assert_uint_eq(report.indefinite, 0);
        lgd_optimizer_free(opt);
    }
    cancer_free(c);
}
END_TEST

/* The same model as a function without products: differences have seven figures, and the same minimum. */
static lgd_status without_products(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)dim;
    return lgd_objective_eval(ctx, NULL, w, f, g);
}

START_TEST(differences_in_the_place_of_products_same_minimum)
{
    enum { DIM = CANCER_COLS + 1 };
    cancer *c = cancer_create();
    lgd_objective *plainly = NULL;
    lgd_optimizer *opt = newton_cg((lgd_newton_cg_options){.inner = 0}),
                  *other = newton_cg((lgd_newton_cg_options){.inner = 0});
    lgd_report report[2];
    double w[DIM] = {0}, v[DIM] = {0};
    ck_ok(lgd_function_create(&plainly, DIM, without_products, c->f));
    ck_ok(lgd_minimize(c->f, opt, w, &(lgd_minimize_options){.grad_tol = 1e-10}, &report[0]));
    ck_ok(lgd_minimize(plainly, other, v, &(lgd_minimize_options){.grad_tol = 1e-10}, &report[1]));
    ck_assert_int_eq(report[1].stop, LGD_STOP_GRAD_TOL);
    ck_assert_uint_gt(report[1].evaluations, report[0].evaluations);
    ck_assert(difference_of(DIM, v, w) < 1e-7);
    lgd_optimizer_free(opt);
    lgd_optimizer_free(other);
    lgd_objective_free(plainly);
    cancer_free(c);
}
END_TEST

/* Two columns that are equal, no L2: the Hessian is singular, and the minima are a line. */
START_TEST(singular_hessian_minimum_reached)
{
    enum { M = 60, N = 5 };
    data d = data_create(M, N, 1, true, 9);
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    lgd_optimizer *opt = newton_cg((lgd_newton_cg_options){.inner = 0});
    lgd_report report;
    double w[N] = {0};
    for (size_t i = 0; i < M; i++)
        d.X[i * N + 4] = d.X[i * N + 1];
    ck_ok(lgd_matrix_dense(&X, M, N, d.X, N));
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), NULL));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.grad_tol = 1e-10}, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
    ck_near(w[1], w[4], 1e-9);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

/* A column that is a sum of others, least squares, and no tolerance: once the gradient is rounding, so is its curvature along the line
 * of minima, and a step of their ratio would lead as far out as to where f itself is lost. */
START_TEST(singular_hessian_stays_at_the_minimum_once_there)
{
    enum { M = 60, N = 5, STEPS = 60 };
    static const char *const methods[] = {"newton_cg", "trust_region"};
    for (uint64_t seed = 1; seed <= 20; seed++)
        for (size_t k = 0; k < 2; k++) {
            data d = data_create(M, N, 1, false, seed);
            lgd_matrix *X = NULL;
            lgd_objective *f = NULL;
            lgd_optimizer *opt = NULL;
            lgd_report report;
            double w[N] = {0}, g[N], value;
            for (size_t i = 0; i < M; i++)
                d.X[i * N + 4] = 0.7 * d.X[i * N] - 0.3 * d.X[i * N + 1] + 1.1 * d.X[i * N + 2];
            ck_ok(lgd_matrix_dense(&X, M, N, d.X, N));
            ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_half_squared(), NULL));
            ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
            const double first = lgd_norm2(N, g);
            ck_ok(lgd_optimizer_parse(&opt, methods[k]));
            ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.grad_tol = LGD_ZERO, .max_steps = STEPS}, &report));
            ck_assert_msg(report.grad_norm < 1e-9 * first && lgd_norm2(N, w) < 1e4, "%s, seed %d: |g| = %g, |w| = %g",
                          methods[k], (int)seed, report.grad_norm, lgd_norm2(N, w));
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
            lgd_matrix_free(X);
            data_free(&d);
        }
}
END_TEST

START_TEST(first_step_is_the_length_of_the_first_trial)
{
    static const double curvature[3] = {1, 1, 1};
    quadratic q = {curvature, NULL, 0};
    for (int i = 0; i < 2; i++) {
        lgd_objective *f = NULL;
        lgd_optimizer *opt = newton_cg((lgd_newton_cg_options){.first_step = i ? 2 : 0});
        double w[3] = {3, 0, 4};
        ck_ok(lgd_function_create(&f, 3, quadratic_eval, &q));
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 1}, NULL));
        ck_near(lgd_norm2(3, w), i ? 3 : 0, 1e-7);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(slopes_of_the_search_in_the_wrong_order_refused)
{
    lgd_optimizer *opt = NULL;
    ck_fails(lgd_newton_cg_create(&opt, &(lgd_newton_cg_options){.c1 = 0.5, .c2 = 0.4}), LGD_EINVAL,
             "newton_cg: c1 is 0.5, a number below c2, 0.4, is accepted");
    ck_assert_ptr_null(opt);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("newton_cg");
    CASE(s, solution_of_a_quadratic_in_as_many_products_as_it_has_curvatures);
    CASE(s, inverse_as_metric_solves_with_one_product);
    CASE(s, residual_within_what_the_first_gradient_asks_for);
    CASE(s, limit_ends_the_iteration_with_a_way_down);
    CASE(s, product_that_is_no_number_leaves_what_came_before);
    CASE(s, curvature_below_zero_is_told_and_followed);
    CASE(s, saddle_is_left_where_the_gradient_leads_off);
    CASE(s, logistic_regression_to_ten_figures_in_few_passes);
    CASE(s, differences_in_the_place_of_products_same_minimum);
    CASE(s, singular_hessian_minimum_reached);
    CASE(s, singular_hessian_stays_at_the_minimum_once_there);
    CASE(s, first_step_is_the_length_of_the_first_trial);
    CASE(s, slopes_of_the_search_in_the_wrong_order_refused);
    return suite_run(s);
}
