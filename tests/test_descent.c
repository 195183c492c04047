#include "problems.h"
#include "blas/blas.h"
#include "reference/worked_example.h"

/* ---- three points, two equal columns and an intercept: everything about them is known exactly */

static lgd_objective *worked(lgd_matrix **X, const lgd_loss *loss)
{
    lgd_objective *f;
    ck_ok(lgd_matrix_dense(X, WORKED_ROWS, WORKED_COLS, worked_X, WORKED_COLS));
    ck_ok(lgd_glm_create(&f, *X, worked_y, loss, &(lgd_glm_options){.intercept = true}));
    return f;
}

static void descend(lgd_objective *f, double lr, double *w, const lgd_minimize_options *o, lgd_report *report)
{
    lgd_optimizer *opt;
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = lr}));
    ck_ok(lgd_minimize(f, opt, w, o, report));
    lgd_optimizer_free(opt);
}

/* features: 2, 21 */
START_TEST(worked_example_hundred_steps_known_weights)
{
    lgd_matrix *X;
    lgd_objective *f = worked(&X, lgd_loss_squared());
    lgd_report report;
    double w[3] = {0, 0, 0};
    descend(f, WORKED_RATE, w, &(lgd_minimize_options){.max_epochs = WORKED_STEPS}, &report);
    ck_near(w[0], WORKED_W, 1e-14);
    ck_near(w[2], WORKED_B, 1e-14);
    ck_near(report.f, WORKED_MSE, 1e-14);
    ck_assert(w[0] == w[1]); /* equal columns, equal weights, though the Hessian is singular */
    ck_assert_int_eq(report.stop, LGD_STOP_EPOCHS);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* The path of points seen by a callback, with the gradient norm before each step. */
typedef struct path {
    size_t count;
    double w[200][8], f[200], grad_norm[200];
} path;

static int follow(void *ctx, const lgd_progress *p)
{
    path *seen = ctx;
    if (seen->count < 200) {
        memcpy(seen->w[seen->count], p->w, p->dim * sizeof *p->w);
        seen->f[seen->count] = p->f;
        seen->grad_norm[seen->count++] = p->grad_norm;
    }
    return 0;
}

/* H = 2/m [X 1]^T [X 1] of the worked example, and w* of least norm in (w1, w2) */
static void worked_hessian(real H[3][3])
{
    for (size_t a = 0; a < 3; a++)
        for (size_t b = 0; b < 3; b++) {
            H[a][b] = 0;
            for (size_t i = 0; i < 3; i++)
                H[a][b] += 2.0L / 3 * (a < 2 ? worked_X[2 * i + a] : 1) * (b < 2 ? worked_X[2 * i + b] : 1);
        }
}

/* features: 24 */
START_TEST(path_every_step_the_closed_form_and_monotone)
{
    static const double rates[] = {0.1, 0.5, 1, 1.5, 1.9};
    const real best[3] = {0.75L, 0.75L, 2.0L / 3};
    real H[3][3];
    worked_hessian(H);
    lgd_matrix *X;
    lgd_objective *f = worked(&X, lgd_loss_squared());
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        const double lr = rates[r] * WORKED_INVERSE_CURVATURE;
        static path p;
        double w[3] = {0, 0, 0};
        real e[3] = {-best[0], -best[1], -best[2]}, next[3]; /* w - w*: e becomes (I - lr H) e */
        p.count = 0;
        descend(f, lr, w, &(lgd_minimize_options){.max_epochs = 100, .callback = follow, .callback_ctx = &p}, NULL);
        ck_assert_uint_ge(p.count, 50);
        for (size_t k = 0; k < p.count; k++) {
            for (size_t a = 0; a < 3; a++)
                next[a] = e[a] - lr * (H[a][0] * e[0] + H[a][1] * e[1] + H[a][2] * e[2]);
            memcpy(e, next, sizeof e);
            for (size_t a = 0; a < 3; a++)
                ck_near(p.w[k][a], best[a] + e[a], 1e-13);
            if (k)
                ck_assert_double_le(p.f[k], p.f[k - 1] * (1 + 1e-15));
        }
    }
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* How far w is from the optimum along the steepest mode. */
static double top_mode(const double *w)
{
    const double e[3] = {w[0] - WORKED_W_SUM / 2, w[1] - WORKED_W_SUM / 2, w[2] - WORKED_BEST_B};
    return e[0] * worked_mode[0] + e[1] * worked_mode[1] + e[2] * worked_mode[2];
}

START_TEST(rate_beyond_inverse_curvature_alternates_by_minus_one_half)
{
    lgd_matrix *X;
    lgd_objective *f = worked(&X, lgd_loss_squared());
    static path p;
    double w[3] = {0, 0, 0}, before = top_mode(w);
    descend(f, 1.5 * WORKED_INVERSE_CURVATURE, w,
            &(lgd_minimize_options){.max_epochs = 20, .callback = follow, .callback_ctx = &p}, NULL);
    for (size_t k = 0; k < 20; k++) {
        ck_near(top_mode(p.w[k]) / before, -0.5, 1e-8); /* the mode shrinks by 2^20: eight digits are left */
        before = top_mode(p.w[k]);
    }
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

START_TEST(rate_below_the_limit_converges)
{
    lgd_matrix *X;
    lgd_objective *f = worked(&X, lgd_loss_squared());
    lgd_report report;
    double w[3] = {0, 0, 0};
    descend(f, 0.999 * WORKED_RATE_LIMIT, w, &(lgd_minimize_options){.max_epochs = 100000, .grad_tol = 1e-10}, &report);
    ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
    ck_near(w[0] + w[1], WORKED_W_SUM, 1e-9);
    ck_near(w[2], WORKED_BEST_B, 1e-9);
    ck_near(report.f, WORKED_BEST_MSE, 1e-12);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* features: 37, 62 */
START_TEST(rate_beyond_the_limit_is_divergence_with_a_rate_that_holds)
{
    lgd_matrix *X;
    lgd_objective *f = worked(&X, lgd_loss_squared());
    lgd_optimizer *opt;
    lgd_report report;
    double w[3] = {0, 0, 0}, at_start, at_w;
    ck_ok(lgd_objective_eval(f, NULL, w, &at_start, NULL));
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 1.001 * WORKED_RATE_LIMIT}));
    ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 10000}, &report), LGD_EDIVERGED,
             "sgd ran at rate 0.0981118");
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "a rate of 0.049 would hold"));
    lgd_optimizer_free(opt);
    ck_assert_int_eq(report.stop, LGD_STOP_DIVERGED);
    ck_assert_uint_lt(report.steps, 10000);
    ck_ok(lgd_objective_eval(f, NULL, w, &at_w, NULL));
    ck_assert(at_w == report.f && report.f == report.best_f && at_w <= at_start); /* the best point of the run */
    ck_assert_uint_lt(report.best_step, report.steps);
    ck_near(report.lr_hold / WORKED_INVERSE_CURVATURE, 1, 1e-6);

    descend(f, report.lr_hold, w, &(lgd_minimize_options){.max_epochs = 10000, .grad_tol = 1e-10}, &report);
    ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
    ck_near(report.f, WORKED_BEST_MSE, 1e-12);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* features: 37 */
START_TEST(rate_in_four_regimes_slow_best_overshooting_diverging)
{
    static const double rates[] = {0.01, 1, 1.9}; /* of 1/C */
    lgd_matrix *X;
    lgd_objective *f = worked(&X, lgd_loss_squared());
    uint64_t steps[3];
    for (size_t r = 0; r < 3; r++) {
        lgd_report report;
        double w[3] = {0, 0, 0}, first[3] = {0, 0, 0};
        descend(f, rates[r] * WORKED_INVERSE_CURVATURE, first, &(lgd_minimize_options){.max_steps = 1}, NULL);
        ck_assert(rates[r] > 1 ? top_mode(first) * top_mode(w) < 0 : top_mode(first) * top_mode(w) >= -1e-15);
        descend(f, rates[r] * WORKED_INVERSE_CURVATURE, w, &(lgd_minimize_options){.max_epochs = 1000000}, &report);
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        steps[r] = report.steps;
    }
    ck_assert_uint_gt(steps[0], 50 * steps[1]); /* too small is slow */
    ck_assert_uint_lt(steps[2], 2 * steps[1]);  /* overshooting still arrives */
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* Rates of the textbooks after 1000 epochs on standardised columns, 1/(2m) scaling. */
/* features: 39 */
START_TEST(rates_of_textbooks_slow_right_diverging)
{
    static const double rates[] = {0.0001, 0.001, 0.01, 0.5};
    enum { M = 200, N = 3 };
    data d = data_create(M, N, 1, false, 1);
    for (size_t i = 0; i < M; i++)
        for (size_t j = 0; j < N; j++)
            d.X[i * N + j] = 40 + 10 * (d.X[i * N + j] + 1.5 * d.offset[i]); /* correlated: curvature 2.4 */
    lgd_matrix *X, *standardized;
    lgd_objective *f;
    ck_ok(lgd_matrix_dense(&X, M, N, d.X, N));
    ck_ok(lgd_matrix_standardized(&standardized, X));
    ck_ok(lgd_glm_create(&f, standardized, d.y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}));
    double left[5], best_w[N + 1] = {0}, best, start;
    ck_ok(lgd_objective_eval(f, NULL, best_w, &start, NULL));
    lgd_report report;
    descend(f, 0.5, best_w, &(lgd_minimize_options){.max_epochs = 100000, .grad_tol = 1e-12}, &report);
    best = report.f;
    for (size_t r = 0; r < 4; r++) {
        double w[N + 1] = {0};
        descend(f, rates[r], w, &(lgd_minimize_options){.max_epochs = 1000, .grad_tol = 1e-12}, &report);
        left[r] = (report.f - best) / (start - best);
    }
    ck_assert(left[0] > 0.5); /* 0.0001 has hardly begun */
    ck_assert(left[1] < left[0] && left[1] > 1e-2);
    ck_assert(left[2] < 1e-2 && left[3] < 1e-12); /* 0.01 is close, 0.5 is there */
    double w[N + 1] = {0};
    lgd_optimizer *opt;
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 1}));
    ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_epochs = 1000}, &report), LGD_EDIVERGED,
             "sgd ran at rate 1");
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(standardized);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

/* features: 38 */
START_TEST(constant_rate_steps_shrink_with_the_gradient)
{
    model m = model_create(100, 5, lgd_loss_half_squared(), NULL, 2);
    static path p;
    double w[5] = {1, 1, 1, 1, 1};
    descend(m.f, 0.1, w, &(lgd_minimize_options){.max_epochs = 100, .callback = follow, .callback_ctx = &p}, NULL);
    for (size_t k = 1; k + 1 < p.count; k++) {
        double step = 0;
        for (size_t j = 0; j < 5; j++)
            step += (p.w[k + 1][j] - p.w[k][j]) * (p.w[k + 1][j] - p.w[k][j]);
        ck_near(sqrt(step) / p.grad_norm[k + 1], 0.1, 1e-10);
        ck_assert(p.grad_norm[k + 1] < p.grad_norm[k]);
    }
    model_free(&m);
}
END_TEST

/* ---- one gradient, several ways to write it */

/* e = y - z and slope -2 e, the other way round than the library */
static double opposite(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                       const double *weight)
{
    (void)ctx, (void)k, (void)weight;
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        double e = y[i] - Z[i * ldz];
        sum += e * e;
        Z[i * ldz] = -2 * e;
    }
    return sum;
}

/* features: 3, 5 */
START_TEST(error_of_either_sign_and_half_at_twice_the_rate_same_bits)
{
    lgd_loss *loss;
    ck_ok(lgd_loss_create(&loss, &(lgd_loss_ops){.name = "opposite", .eval = opposite}, NULL));
    model m = model_create(300, 6, lgd_loss_squared(), &(lgd_glm_options){.intercept = true}, 3);
    for (size_t batch = 0; batch <= 32; batch += 32) {
        const lgd_minimize_options o = {.batch_size = batch, .max_epochs = 50};
        double w[7] = {0}, w_opposite[7] = {0}, w_half[7] = {0};
        lgd_objective *f_opposite, *f_half;
        lgd_report report, report_opposite, report_half;
        ck_ok(lgd_glm_create(&f_opposite, m.X, m.d.y, loss, &(lgd_glm_options){.intercept = true}));
        ck_ok(lgd_glm_create(&f_half, m.X, m.d.y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}));
        descend(m.f, 0.05, w, &o, &report);
        descend(f_opposite, 0.05, w_opposite, &o, &report_opposite);
        descend(f_half, 0.1, w_half, &o, &report_half);
        ck_assert_mem_eq(w, w_opposite, sizeof w);
        ck_assert_mem_eq(w, w_half, sizeof w);
        ck_assert(report.f == 2 * report_half.f);
        ck_assert(fabs(report.f - report_opposite.f) <=
                  1e-15 * report.f); /* which adds its values up in another order */
        lgd_objective_free(f_half);
        lgd_objective_free(f_opposite);
    }
    model_free(&m);
    lgd_loss_free(loss);
}
END_TEST

/* ---- convex: the global optimum from anywhere */

/* features: 6 */
START_TEST(noiseless_line_fitted_with_and_without_intercept)
{
    double x[20], y[20], through[20];
    for (size_t i = 0; i < 20; i++) {
        x[i] = 0.1 * (double)i;
        y[i] = 3 * x[i] - 2;
        through[i] = 3 * x[i];
    }
    lgd_matrix *X;
    ck_ok(lgd_matrix_dense(&X, 20, 1, x, 1));
    for (int intercept = 0; intercept < 2; intercept++) {
        lgd_objective *f;
        lgd_report report;
        double w[2] = {0, 0};
        ck_ok(lgd_glm_create(&f, X, intercept ? y : through, lgd_loss_squared(),
                             &(lgd_glm_options){.intercept = intercept}));
        descend(f, 0.2, w, &(lgd_minimize_options){.max_epochs = 100000, .grad_tol = 1e-13}, &report);
        ck_near(w[0], 3, 1e-10);
        ck_near(w[1], intercept ? -2 : 0, 1e-10);
        ck_near(report.f, 0, 1e-20);
        lgd_objective_free(f);
    }
    lgd_matrix_free(X);
}
END_TEST

/* features: 25 */
START_TEST(convex_any_start_the_optimum_of_the_normal_equations)
{
    enum { M = 150, N = 8 };
    const double l2 = 0.05;
    model m = model_create(M, N, lgd_loss_half_squared(), &(lgd_glm_options){.l2 = l2}, 4);
    double A[N * N], best[N] = {0};
    for (size_t a = 0; a < N; a++)
        for (size_t b = 0; b < N; b++) {
            A[a * N + b] = a == b ? l2 : 0;
            for (size_t i = 0; i < M; i++)
                A[a * N + b] += m.d.X[i * N + a] * m.d.X[i * N + b] / M;
        }
    for (size_t a = 0; a < N; a++)
        for (size_t i = 0; i < M; i++)
            best[a] += m.d.X[i * N + a] * m.d.y[i] / M;
    ck_ok(lgd_lapack_posv(N, A, N, best));
    for (uint64_t start = 0; start < 4; start++) {
        double w[N];
        fill(200 + start, N, -100, 100, w);
        descend(m.f, 1, w, &(lgd_minimize_options){.max_epochs = 10000, .grad_tol = LGD_ZERO, .grad_tol_abs = 1e-14},
                NULL);
        ck_assert_double_le(difference_of(N, w, best), 1e-13);
    }
    model_free(&m);
}
END_TEST

/* features: 23 */
START_TEST(seeded_start_known_numbers)
{
    static const double known[4] = {0x1.ca141d79c7dp-1, 0x1.6c2b544f2be44p-1, 0x1.bf8b997d58102p-1,
                                    0x1.4fecc126f380fp-1};
    double w[4];
    lgd_uniform(1, 0, 4, w);
    ck_assert_mem_eq(w, known, sizeof w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("descent");
    CASE(s, worked_example_hundred_steps_known_weights);
    CASE(s, path_every_step_the_closed_form_and_monotone);
    CASE(s, rate_beyond_inverse_curvature_alternates_by_minus_one_half);
    CASE(s, rate_below_the_limit_converges);
    CASE(s, rate_beyond_the_limit_is_divergence_with_a_rate_that_holds);
    CASE(s, rate_in_four_regimes_slow_best_overshooting_diverging);
    CASE(s, rates_of_textbooks_slow_right_diverging);
    CASE(s, constant_rate_steps_shrink_with_the_gradient);
    CASE(s, error_of_either_sign_and_half_at_twice_the_rate_same_bits);
    CASE(s, noiseless_line_fitted_with_and_without_intercept);
    CASE(s, convex_any_start_the_optimum_of_the_normal_equations);
    CASE(s, seeded_start_known_numbers);
    return suite_run(s);
}
