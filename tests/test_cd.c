/* Coordinate descent: minima known another way, what has no curvature or no minimum, and what a run may ask of it. */
#include "datasets.h"
#include "problems.h"
#include "reference/lasso.h"
#include <float.h>

enum { CASES = sizeof lasso / sizeof *lasso };

static double X[CANCER_ROWS * CANCER_COLS], y[CANCER_ROWS];

static lgd_report run(lgd_objective *f, const char *text, double *w, lgd_minimize_options o)
{
    lgd_optimizer *opt = NULL;
    lgd_report r;
    ck_ok(lgd_optimizer_parse(&opt, text));
    ck_ok(lgd_minimize(f, opt, w, &o, &r));
    lgd_optimizer_free(opt);
    return r;
}

/* To `tol` of the largest weight, with the same zeros. */
static void same_minimum(const char *what, size_t i, const double *w, const double *exact, double tol)
{
    double largest = 0, off = 0;
    for (size_t j = 0; j < DIABETES_COLS; j++) {
        largest = fmax(largest, fabs(exact[j]));
        off = fmax(off, fabs(w[j] - exact[j]));
        ck_assert_msg((w[j] == 0) == (exact[j] == 0), "%s %zu: w[%zu] is %.17g, not %.17g", what, i, j, w[j], exact[j]);
    }
    ck_assert_msg(off <= tol * largest, "%s %zu: off by %g of the largest weight", what, i, off / largest);
}

/* ---- minima */

START_TEST(diabetes_lasso_and_elastic_net_two_steps)
{
    dataset_diabetes(X, y);
    for (size_t i = 0; i < CASES; i++) {
        lgd_matrix *A;
        lgd_objective *f, *q;
        lgd_penalty *h;
        double w[11] = {0}, v[11] = {0}, sweeps[11] = {0}, gap;
        ck_ok(lgd_matrix_dense(&A, lasso[i].rows, DIABETES_COLS, X, DIABETES_COLS));
        ck_ok(lgd_glm_create(&f, A, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = lasso[i].intercept}));
        ck_ok(lgd_quadratic_create(&q, f));
        ck_ok(lgd_penalty_elastic_net_create(&h, lasso[i].alpha * lasso[i].l1_ratio,
                                             lasso[i].alpha * (1 - lasso[i].l1_ratio)));
        const lgd_report r = run(f, "cd", w, (lgd_minimize_options){.penalty = h});
        ck_assert(r.stop == LGD_STOP_STEP_TOL || r.stop == LGD_STOP_GRAD_TOL);
        ck_assert_uint_le(r.steps, 3);
        same_minimum("data", i, w, lasso[i].w, 1e-11);
        ck_near(r.f / lasso[i].f, 1, 1e-14);
        ck_assert_uint_le(run(q, "cd", v, (lgd_minimize_options){.penalty = h}).steps, 3);
        same_minimum("reduced", i, v, lasso[i].w, 1e-11);
        run(q, "cd:sweeps_only=true", sweeps, (lgd_minimize_options){.penalty = h});
        same_minimum("sweeps", i, sweeps, lasso[i].w, 1e-9);
        ck_ok(lgd_duality_gap(f, h, w, &gap));
        ck_assert(gap < 1e-13 * r.f);
        lgd_penalty_free(h);
        lgd_objective_free(q);
        lgd_objective_free(f);
        lgd_matrix_free(A);
    }
}
END_TEST

/* L1, L2 and bounds that differ from one coordinate to the next: the conditions of optimality at the end. */
START_TEST(strengths_and_bounds_of_each_coordinate_optimal)
{
    enum { COLS = 8 };
    static const double l1[COLS] = {0.1, 0.02, 0, 0.3, 0.1, 0.05, INFINITY, 0.01},
                        l2[COLS] = {0, 0.1, 0, 0, 1, 0, 0, 0.02};
    static const double low[COLS] = {-INFINITY, 0, -0.1, -1, -1, 0.05, -1, -2},
                        high[COLS] = {INFINITY, INFINITY, 0.1, 0, 1, 0.2, 1, 2};
    for (uint64_t seed = 20; seed < 30; seed++) {
        model m = model_create(40, COLS, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, seed);
        lgd_penalty_range range[COLS];
        lgd_penalty *part[COLS], *h;
        double w[COLS + 1] = {0}, g[COLS + 1];
        for (size_t j = 0; j < COLS; j++) {
            ck_ok(lgd_penalty_elastic_box_create(&part[j], l1[j], l2[j], 1, &low[j], &high[j]));
            range[j] = (lgd_penalty_range){part[j], j, 1};
        }
        ck_ok(lgd_penalty_ranges_create(&h, range, COLS));
        const lgd_report r = run(m.f, "cd", w, (lgd_minimize_options){.penalty = h});
        ck_assert(r.stop == LGD_STOP_STEP_TOL || (r.stop == LGD_STOP_GRAD_TOL && r.grad_norm == 0));
        ck_ok(lgd_objective_eval(m.f, NULL, w, NULL, g));
        ck_assert(fabs(g[COLS]) < 1e-14 && w[6] == 0);
        for (size_t j = 0; j < COLS; j++) {
            const double slope = g[j] + l2[j] * w[j];
            ck_assert(w[j] >= low[j] && w[j] <= high[j]);
            const double up = slope + (w[j] >= 0 ? l1[j] : -l1[j]), down = slope + (w[j] > 0 ? l1[j] : -l1[j]);
            ck_assert_msg(w[j] == high[j] || up > -1e-13, "w[%zu] = %g: F falls by %g upward", j, w[j], up);
            ck_assert_msg(w[j] == low[j] || down < 1e-13, "w[%zu] = %g: F falls by %g downward", j, w[j], down);
        }
        lgd_penalty_free(h);
        for (size_t j = 0; j < COLS; j++)
            lgd_penalty_free(part[j]);
        model_free(&m);
    }
}
END_TEST

START_TEST(no_penalty_solution_of_the_equations)
{
    enum { N = 6 };
    double Q[N][N], b[N] = {0}, w[N], v[N];
    lgd_objective *q;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            Q[i][j] = (i == j) + 1 / (double)(i + j + 1);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            b[i] -= Q[i][j] * (double)(j + 1);
    ck_ok(lgd_quadratic_create_dense(&q, N, *Q, N, b, 0));
    for (int k = 0; k < 2; k++) {
        fill(3, N, -1, 1, w);
        memcpy(v, w, sizeof w);
        ck_assert_int_eq(run(q, k ? "cd:sweeps_only=true" : "cd", w, (lgd_minimize_options){0}).stop,
                         LGD_STOP_STEP_TOL);
        for (size_t j = 0; j < N; j++)
            ck_near(w[j], (real)(j + 1), 1e-11);
        run(q, "cd:sweeps_only=true,sweeps=1", v, (lgd_minimize_options){.max_steps = 1});
        ck_assert(fabs(v[0] - 1) > 1e-3); /* one sweep alone is not there */
    }
    lgd_objective_free(q);
}
END_TEST

/* ---- no curvature, no minimum */

START_TEST(coordinate_without_curvature_to_where_it_is_pulled)
{
    static const double Q[3][3] = {{1, 0, 0}, {0, 0, 0}, {0, 0, 2}}, b[] = {-1, 0.25, -4};
    static const double high = 5;
    lgd_objective *q, *level;
    lgd_penalty *l1, *box;
    double low = -3;
    ck_ok(lgd_quadratic_create_dense(&q, 3, *Q, 3, b, 0));
    ck_ok(lgd_quadratic_create_dense(&level, 3, *Q, 3, NULL, 0));
    ck_ok(lgd_penalty_l1_create(&l1, 0.5));
    ck_ok(lgd_penalty_box_create(&box, 1, &low, &high));
    double w[3] = {3, 3, 3}, v[3] = {3, 3, 3}, u[3] = {3, 3, 3}, x[3] = {3, 3, 3};
    ck_assert_int_eq(run(q, "cd", w, (lgd_minimize_options){.penalty = l1}).stop, LGD_STOP_GRAD_TOL); /* 0 */
    ck_assert(w[0] == 0.5 && w[1] == 0 && w[2] == 1.75);
    ck_assert_int_eq(run(q, "cd", v, (lgd_minimize_options){.penalty = box}).stop, LGD_STOP_GRAD_TOL);
    ck_assert(v[0] == 1 && v[1] == low && v[2] == 2);
    ck_assert_int_eq(run(q, "cd", u, (lgd_minimize_options){0}).stop, LGD_STOP_UNBOUNDED);
    ck_assert(u[1] == 3);
    run(level, "cd", x, (lgd_minimize_options){0});
    ck_assert(x[0] == 0 && x[1] == 3 && x[2] == 0);
    lgd_penalty_free(box);
    lgd_penalty_free(l1);
    lgd_objective_free(level);
    lgd_objective_free(q);
}
END_TEST

START_TEST(quadratic_that_is_not_convex_refused_or_unbounded)
{
    static const double negative[2][2] = {{1, 0}, {0, -1}}, saddle[2][2] = {{1, 2}, {2, 1}};
    lgd_objective *q;
    lgd_optimizer *cd;
    double w[2] = {1, 0.5};
    ck_ok(lgd_cd_create(&cd, NULL));
    ck_ok(lgd_quadratic_create_dense(&q, 2, *negative, 2, NULL, 0));
    ck_fails(lgd_minimize(q, cd, w, NULL, NULL), LGD_EINVAL, "cd: H[1, 1] is -1, a number at least 0 is accepted");
    ck_assert(w[0] == 1 && w[1] == 0.5);
    lgd_objective_free(q);
    ck_ok(lgd_quadratic_create_dense(&q, 2, *saddle, 2, NULL, 0));
    lgd_optimizer_free(cd);
    ck_assert_int_eq(run(q, "cd", w, (lgd_minimize_options){0}).stop, LGD_STOP_UNBOUNDED);
    ck_assert(isfinite(w[0]) && isfinite(w[1]));
    lgd_objective_free(q);
}
END_TEST

START_TEST(what_is_no_quadratic_or_no_coordinate_penalty_refused)
{
    model m = model_create(20, 3, lgd_loss_logistic(), NULL, 2), s = model_create(20, 3, lgd_loss_squared(), NULL, 2);
    lgd_optimizer *cd;
    lgd_penalty *h;
    double w[3] = {0}, g[3] = {1, 1, 1};
    ck_ok(lgd_cd_create(&cd, NULL));
    ck_ok(lgd_penalty_l2_ball_create(&h, 1));
    ck_fails(lgd_minimize(m.f, cd, w, NULL, NULL), LGD_EUNSUPPORTED, "the glm is no quadratic as cd needs it");
    ck_fails(lgd_minimize(s.f, cd, w, &(lgd_minimize_options){.maximize = true}, NULL), LGD_EUNSUPPORTED,
             "maximize is true, false is accepted by cd");
    ck_fails(lgd_minimize(s.f, cd, w, &(lgd_minimize_options){.penalty = h}, NULL), LGD_EUNSUPPORTED,
             "cd: penalty is l2_ball, l1, elastic_net, elastic_box, box");
    ck_fails(lgd_minimize(s.f, cd, w, &(lgd_minimize_options){.batch_size = 5}, NULL), LGD_EUNSUPPORTED,
             "batch_size is 5, 0 is accepted by cd");
    ck_fails(lgd_optimizer_step(cd, 3, w, g, 0, 1), LGD_EUNSUPPORTED, "lgd_minimize");
    lgd_penalty_free(h);
    lgd_optimizer_free(cd);
    model_free(&m);
    model_free(&s);
}
END_TEST

/* ---- runs */

/* An objective of the user's that says it is a quadratic, and has values and gradients alone. */
static lgd_status bowl(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx, (void)rows;
    for (size_t j = 0; j < 3; j++) {
        const double next = j < 2 ? w[j + 1] : 0, e = w[j] - 0.5 * next - (double)(j + 1);
        *f += 0.5 * e * e;
        if (g) {
            g[j] += e;
            if (j < 2)
                g[j + 1] -= 0.5 * e;
        }
    }
    return LGD_OK;
}

START_TEST(user_quadratic_without_hessian_by_differences)
{
    lgd_objective *f;
    double w[3] = {0};
    ck_ok(lgd_objective_create(&f, 3, 1, &(lgd_objective_ops){.name = "bowl", .eval = bowl, .flags = LGD_QUADRATIC},
                               NULL));
    const lgd_report r = run(f, "cd", w, (lgd_minimize_options){0});
    ck_assert(r.stop == LGD_STOP_STEP_TOL || r.stop == LGD_STOP_ROUNDING || r.stop == LGD_STOP_GRAD_TOL);
    ck_near(w[2], 3, 1e-13);
    ck_near(w[1], 3.5, 1e-13);
    ck_near(w[0], 2.75, 1e-13);
    lgd_objective_free(f);
}
END_TEST

START_TEST(frozen_coordinates_keep_their_bits_and_the_others_are_optimal)
{
    model m = model_create(40, 5, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 8);
    lgd_penalty *h;
    ck_ok(lgd_penalty_l1_create(&h, 0.05));
    for (int by_group = 0; by_group <= 1; by_group++) {
        const double scale[] = {1, 0, 1, 1, 0, 1};
        const lgd_group groups[] = {{.first = 1, .count = 1, .frozen = true}, {.first = 4, .count = 1, .frozen = true}};
        double w[6] = {0.1, 0.7, 0, -0.2, -0.3, 0}, g[6];
        lgd_optimizer *cd;
        ck_ok(lgd_cd_create(&cd, NULL));
        if (by_group)
            ck_ok(lgd_optimizer_groups(cd, groups, 2));
        ck_ok(
            lgd_minimize(m.f, cd, w, &(lgd_minimize_options){.penalty = h, .lr_scale = by_group ? NULL : scale}, NULL));
        ck_assert(w[1] == 0.7 && w[4] == -0.3);
        ck_ok(lgd_objective_eval(m.f, NULL, w, NULL, g));
        for (size_t j = 0; j < 6; j++) {
            const double slope = j == 5      ? fabs(g[j])
                                 : w[j] == 0 ? fabs(g[j]) - 0.05
                                             : fabs(g[j] + copysign(0.05, w[j]));
            ck_assert_msg(j == 1 || j == 4 || slope < 1e-13, "w[%zu]: %g", j, slope);
        }
        lgd_optimizer_free(cd);
    }
    lgd_penalty_free(h);
    model_free(&m);
}
END_TEST

START_TEST(schedule_below_one_a_share_of_the_step)
{
    static const double Q[2][2] = {{1, 0}, {0, 2}}, b[] = {-4, -8};
    lgd_objective *q;
    double w[2] = {0, 0};
    ck_ok(lgd_quadratic_create_dense(&q, 2, *Q, 2, b, 0));
    run(q, "cd", w,
        (lgd_minimize_options){.max_steps = 1, .schedule = {.kind = LGD_CONSTANT, .warmup = 4, .per_step = true}});
    ck_assert(w[0] > 0.5 && w[0] < 3.5 && w[0] == w[1]);
    lgd_objective_free(q);
}
END_TEST

/* Columns in units of other powers of two, and strengths with them. */
START_TEST(units_of_powers_of_two_same_path_in_every_bit)
{
    enum { ROWS = 30, COLS = 5 };
    data d = data_create(ROWS, COLS, 1, false, 6);
    double w[2][COLS];
    for (int k = 0; k < 2; k++) {
        lgd_matrix *A;
        lgd_objective *f;
        lgd_penalty *part[COLS], *h;
        lgd_penalty_range range[COLS];
        for (size_t j = 0; j < COLS; j++) {
            const double unit = k ? ldexp(1, (int)(7 * j) - 12) : 1;
            for (size_t i = 0; i < ROWS && k; i++)
                d.X[i * COLS + j] *= unit;
            ck_ok(lgd_penalty_elastic_net_create(&part[j], 0.05 * unit, 0.01 * unit * unit));
            range[j] = (lgd_penalty_range){part[j], j, 1};
            w[k][j] = 0.1 / unit;
        }
        ck_ok(lgd_matrix_dense(&A, ROWS, COLS, d.X, COLS));
        ck_ok(lgd_glm_create(&f, A, d.y, lgd_loss_half_squared(), NULL));
        ck_ok(lgd_penalty_ranges_create(&h, range, COLS));
        run(f, "cd", w[k], (lgd_minimize_options){.penalty = h});
        lgd_penalty_free(h);
        for (size_t j = 0; j < COLS; j++)
            lgd_penalty_free(part[j]);
        lgd_objective_free(f);
        lgd_matrix_free(A);
    }
    for (size_t j = 0; j < COLS; j++)
        ck_assert(w[1][j] * ldexp(1, (int)(7 * j) - 12) == w[0][j]);
    data_free(&d);
}
END_TEST

START_TEST(saved_after_every_step_and_any_threads_same_bits)
{
    model m = model_create(4000, 6, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 8);
    lgd_penalty *h;
    double whole[7] = {0}, parts[7] = {0}, threads[7] = {0};
    for (size_t i = 0; i < 4000; i++) /* columns nearly alike, for which sweeps are slow */
        for (size_t j = 1; j < 6; j++)
            m.d.X[i * 6 + j] = m.d.X[i * 6] + 0.02 * m.d.X[i * 6 + j];
    ck_ok(lgd_penalty_l1_create(&h, 1e-4));
    static const char text[] = "cd:sweeps_only=true,sweeps=1";
    ck_assert_int_eq(run(m.f, text, whole, (lgd_minimize_options){.penalty = h, .max_steps = 4, .threads = 1}).stop,
                     LGD_STOP_STEPS);
    run(m.f, text, threads, (lgd_minimize_options){.penalty = h, .max_steps = 4, .threads = 4});
    ck_assert_mem_eq(whole, threads, sizeof whole);
    lgd_optimizer *cd;
    ck_ok(lgd_optimizer_parse(&cd, text));
    for (int t = 0; t < 4; t++) {
        ck_ok(lgd_minimize(m.f, cd, parts, &(lgd_minimize_options){.penalty = h, .max_steps = 1}, NULL));
        size_t size;
        ck_ok(lgd_optimizer_save(cd, NULL, &size));
        void *bytes = malloc(size);
        ck_assert_ptr_nonnull(bytes);
        ck_ok(lgd_optimizer_save(cd, bytes, &size));
        lgd_optimizer_free(cd);
        ck_ok(lgd_optimizer_parse(&cd, text));
        ck_ok(lgd_optimizer_load(cd, bytes, size));
        free(bytes);
    }
    ck_assert_mem_eq(whole, parts, sizeof whole);
    lgd_optimizer_free(cd);
    lgd_penalty_free(h);
    model_free(&m);
}
END_TEST

/* A run that begins asks for H: what the last one left is of another f. */
START_TEST(second_run_of_another_quadratic_its_own_minimum)
{
    static const double one[2][2] = {{1, 0}, {0, 1}}, other[2][2] = {{3, 1}, {1, 2}}, b[] = {-4, -3};
    lgd_objective *q;
    lgd_optimizer *cd;
    double w[2] = {0, 0};
    ck_ok(lgd_cd_create(&cd, NULL));
    for (int k = 0; k < 2; k++) {
        ck_ok(lgd_quadratic_create_dense(&q, 2, k ? *other : *one, 2, b, 0));
        ck_ok(lgd_minimize(q, cd, w, NULL, NULL));
        ck_assert(k ? fabs(w[0] - 1) < 1e-15 && fabs(w[1] - 1) < 1e-15 : w[0] == 4 && w[1] == 3);
        lgd_objective_free(q);
    }
    lgd_optimizer_free(cd);
}
END_TEST

START_TEST(run_each_allocation_failing_w_untouched_or_done)
{
    static const double Q[2][2] = {{1, 0}, {0, 2}}, b[] = {-4, -8};
    lgd_status status = LGD_ENOMEM;
    size_t fail = 1;
    for (; status; fail++) {
        lgd_objective *q = NULL;
        lgd_optimizer *cd = NULL;
        lgd_penalty *h = NULL;
        double w[2] = {0.5, 0.5};
        memory_watch(fail);
        status = lgd_quadratic_create_dense(&q, 2, *Q, 2, b, 0);
        if (!status)
            status = lgd_cd_create(&cd, NULL);
        if (!status)
            status = lgd_penalty_elastic_box_create(&h, 1, 1, 1, NULL, NULL);
        if (!status)
            status = lgd_minimize(q, cd, w, &(lgd_minimize_options){.penalty = h}, NULL);
        ck_assert(status == LGD_ENOMEM ? w[0] == 0.5 : !status && w[0] == 1.5);
        lgd_penalty_free(h);
        lgd_optimizer_free(cd);
        lgd_objective_free(q);
        ck_assert_uint_eq(memory_live(), 0);
        memory_unwatch();
    }
    ck_assert_uint_gt(fail, 6);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cd");
    CASE(s, diabetes_lasso_and_elastic_net_two_steps);
    CASE(s, strengths_and_bounds_of_each_coordinate_optimal);
    CASE(s, no_penalty_solution_of_the_equations);
    CASE(s, coordinate_without_curvature_to_where_it_is_pulled);
    CASE(s, quadratic_that_is_not_convex_refused_or_unbounded);
    CASE(s, what_is_no_quadratic_or_no_coordinate_penalty_refused);
    CASE(s, user_quadratic_without_hessian_by_differences);
    CASE(s, frozen_coordinates_keep_their_bits_and_the_others_are_optimal);
    CASE(s, schedule_below_one_a_share_of_the_step);
    CASE(s, units_of_powers_of_two_same_path_in_every_bit);
    CASE(s, saved_after_every_step_and_any_threads_same_bits);
    CASE(s, second_run_of_another_quadratic_its_own_minimum);
    CASE(s, run_each_allocation_failing_w_untouched_or_done);
    return suite_run(s);
}
