/* Paths of the lasso: recorded minima, the conditions of optimality, gaps that bound, and what is refused. */
#include "datasets.h"
#include "problems.h"
#include "reference/path.h"
#include <float.h>

enum { PATHS = sizeof paths / sizeof *paths, DIM = DIABETES_COLS + 1, MOST = 100 };

static double X[DIABETES_ROWS * DIABETES_COLS], y[DIABETES_ROWS];
static const double zero = 0;

static lgd_objective *diabetes(lgd_matrix **A)
{
    lgd_objective *f;
    dataset_diabetes(X, y);
    ck_ok(lgd_matrix_dense(A, DIABETES_ROWS, DIABETES_COLS, X, DIABETES_COLS));
    ck_ok(lgd_glm_create(&f, *A, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}));
    return f;
}

/* The largest violation of the conditions of optimality of f + l1 |w|_1 + l2/2 |w|^2 within low <= w, over |w| that are penalised, with
 * slopes over `size`. */
static double violation(lgd_objective *f, const double *w, double l1, double l2, double low, double size)
{
    const size_t dim = lgd_objective_dim(f);
    double *g = calloc(dim, sizeof *g), worst = 0;
    size_t first, count;
    ck_ok(lgd_objective_eval(f, NULL, w, NULL, g));
    lgd_objective_unpenalised(f, &first, &count);
    for (size_t j = 0; j < dim; j++) {
        const double slope = g[j] + l2 * w[j];
        const bool spared = count && j >= first;
        ck_assert(spared || w[j] >= low);
        const double off = spared                     ? fabs(g[j])
                           : w[j] != 0 && w[j] != low ? fabs(slope + copysign(l1, w[j]))
                           : low == 0                 ? -slope - l1
                                                      : fabs(slope) - l1;
        worst = fmax(worst, off);
    }
    free(g);
    return worst / size;
}

/* ---- minima that are known */

START_TEST(diabetes_path_the_recorded_minima)
{
    lgd_matrix *A;
    lgd_objective *f = diabetes(&A);
    for (size_t k = 0; k < PATHS; k++)
        for (int given = 0; given <= 2; given++) { /* the last one to a gap of 1e-10 F, which bounds F and not w */
            double W[PATH_COUNT][DIM], strengths[PATH_COUNT];
            lgd_lasso_point p[PATH_COUNT];
            lgd_lasso_path_options o = {
                .count = PATH_COUNT, .l1_ratio = paths[k].l1_ratio, .gap_tol = given < 2 ? LGD_ZERO : 0};
            for (size_t i = 0; i < PATH_COUNT; i++)
                strengths[i] = paths[k].at[i].alpha;
            if (given)
                o.strengths = strengths;
            if (paths[k].positive)
                o.lower = &zero, o.bounds = 1;
            ck_ok(lgd_lasso_path(f, *W, p, &o));
            for (size_t i = 0; i < PATH_COUNT; i++) {
                double largest = 0;
                size_t nonzeros = 0;
                ck_near(p[i].strength / strengths[i], 1, 1e-14);
                ck_assert(p[i].stop == LGD_STOP_GAP_TOL || (given < 2 && p[i].stop == LGD_STOP_ROUNDING));
                ck_assert(p[i].gap >= 0 && p[i].gap <= (given < 2 ? 1e-14 : 1e-10) * p[i].f);
                for (size_t j = 0; j < DIABETES_COLS; j++) {
                    largest = fmax(largest, fabs(paths[k].at[i].w[j]));
                    nonzeros += W[i][j] != 0;
                }
                ck_assert_uint_eq(p[i].nonzeros, nonzeros);
                if (i == 0 && given) /* where rounding decides whether the first weight is 0 */
                    continue;
                for (size_t j = 0; j < (i ? DIM : DIABETES_COLS) && given < 2; j++) {
                    ck_assert_msg((W[i][j] == 0) == (paths[k].at[i].w[j] == 0), "path %zu, point %zu: w[%zu] is %g", k,
                                  i, j, W[i][j]);
                    ck_assert_msg(fabs(W[i][j] - paths[k].at[i].w[j]) <= 1e-9 * largest,
                                  "path %zu, point %zu: w[%zu] is %.17g, not %.17g", k, i, j, W[i][j],
                                  paths[k].at[i].w[j]);
                }
                if (i)
                    ck_near(p[i].f / paths[k].at[i].f, 1, given < 2 ? 1e-14 : 1e-10);
            }
        }
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

/* Columns at right angles, of mean square 1: w_j is soft(c_j, l1)/(1 + l2). */
START_TEST(orthogonal_columns_soft_threshold)
{
    enum { ROWS = 8, COLS = 3 };
    static const double H[ROWS][COLS] = {{1, 1, 1},  {-1, 1, 1},  {1, -1, 1},  {-1, -1, 1},
                                         {1, 1, -1}, {-1, 1, -1}, {1, -1, -1}, {-1, -1, -1}};
    static const double t[ROWS] = {3, -1, 2.5, 0, 4, 1, -2, 0.25}, strengths[] = {2, 1, 0.5, 0.125, 0};
    enum { COUNT = sizeof strengths / sizeof *strengths };
    double W[COUNT][COLS], c[COLS] = {0};
    lgd_matrix *A;
    lgd_objective *f;
    lgd_lasso_point p[COUNT];
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++)
            c[j] += H[i][j] * t[i] / ROWS;
    ck_ok(lgd_matrix_dense(&A, ROWS, COLS, *H, COLS));
    ck_ok(lgd_glm_create(&f, A, t, lgd_loss_half_squared(), NULL));
    for (size_t k = 0; k < 2; k++) {
        const double rho = k ? 0.75 : 1;
        ck_ok(lgd_lasso_path(f, *W, p,
                             &(lgd_lasso_path_options){.count = COUNT, .strengths = strengths, .l1_ratio = rho}));
        for (size_t i = 0; i < COUNT; i++)
            for (size_t j = 0; j < COLS; j++) {
                const double l1 = rho * strengths[i], l2 = (1 - rho) * strengths[i];
                const double soft = fabs(c[j]) > l1 ? c[j] - copysign(l1, c[j]) : 0;
                ck_assert_double_eq_tol(W[i][j], soft / (1 + l2), 4 * DBL_EPSILON);
            }
        ck_assert(p[COUNT - 1].gap <= 1e-15);
    }
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

START_TEST(first_strength_the_smallest_without_weights)
{
    for (int kind = 0; kind < 6; kind++) {
        model m = model_create(50, 6, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 7);
        lgd_lasso_path_options o = {.count = 2,
                                    .l1_ratio = kind & 1 ? 0.3 : 1,
                                    .lower = kind / 2 == 1 ? &zero : NULL,
                                    .upper = kind / 2 == 2 ? &zero : NULL,
                                    .bounds = 1};
        lgd_lasso_point p[2];
        double W[2][7];
        ck_ok(lgd_lasso_path(m.f, *W, p, &o));
        const double near[2] = {p[0].strength, p[0].strength * (1 - 1e-9)};
        ck_assert_uint_eq(p[0].nonzeros, 0);
        ck_near(p[1].strength / p[0].strength, 1e-3, 1e-17);
        o.strengths = near;
        ck_ok(lgd_lasso_path(m.f, *W, p, &o));
        ck_assert(p[0].nonzeros == 0 && p[1].nonzeros == 1);
        model_free(&m);
    }
}
END_TEST

/* ---- the conditions of optimality */

/* Weights, offset, an l2 of the model, outputs; with and without an intercept, bounds, and a share of L2. */
START_TEST(path_of_any_model_optimal_at_every_point)
{
    data d = data_create(60, 5, 2, false, 11);
    lgd_matrix *A;
    ck_ok(lgd_matrix_dense(&A, 60, 5, d.X, 5));
    for (int kind = 0; kind < 16; kind++) {
        const bool intercept = kind & 1, bounded = kind & 2;
        const double rho = kind & 4 ? 0.5 : 1;
        lgd_objective *f;
        lgd_lasso_point p[10];
        double W[10][12];
        ck_ok(lgd_glm_create(&f, A, d.y, lgd_loss_squared(),
                             &(lgd_glm_options){.outputs = 2,
                                                .weights = d.weights,
                                                .offset = d.offset,
                                                .l2 = kind & 8 ? 0.1 : 0,
                                                .intercept = intercept}));
        lgd_lasso_path_options o = {.count = 10, .l1_ratio = rho, .gap_tol = LGD_ZERO};
        if (bounded)
            o.lower = &zero, o.bounds = 1;
        ck_ok(lgd_lasso_path(f, *W, p, &o));
        const size_t dim = lgd_objective_dim(f);
        for (size_t i = 0; i < 10; i++) {
            const double off = violation(f, *W + i * dim, rho * p[i].strength, (1 - rho) * p[i].strength,
                                         bounded ? 0 : -INFINITY, p[0].strength);
            ck_assert_msg(off < 1e-8, "kind %d, point %zu: off by %g", kind, i, off);
            ck_assert_msg(p[i].gap <= 1e-12 * p[i].f, "kind %d, point %zu: gap %g of %g", kind, i, p[i].gap, p[i].f);
        }
        lgd_objective_free(f);
    }
    lgd_matrix_free(A);
    data_free(&d);
}
END_TEST

/* More columns than rows; two that are equal, one of zeros, one that is constant, units far apart. */
START_TEST(columns_dependent_path_optimal_and_certified)
{
    enum { ROWS = 20, COLS = 34 };
    data d = data_create(ROWS, COLS, 1, false, 3);
    for (size_t i = 0; i < ROWS; i++) {
        double *row = d.X + i * COLS;
        row[4] = row[9];
        row[6] = 0;
        row[7] = 1e5;
        row[11] = 1e6 + 1e3 * row[11];
    }
    lgd_matrix *A;
    lgd_objective *f;
    lgd_lasso_point p[MOST];
    static double W[MOST][COLS + 1];
    ck_ok(lgd_matrix_dense(&A, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_glm_create(&f, A, d.y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_lasso_path(f, *W, p, &(lgd_lasso_path_options){.ratio = 1e-6}));
    for (size_t i = 0; i < MOST; i++) {
        ck_assert_int_eq(p[i].stop, LGD_STOP_GAP_TOL);
        ck_assert(p[i].gap <= 1e-10 * p[i].f);
        ck_assert(W[i][6] == 0 && W[i][7] == 0);
        const double off = violation(f, W[i], p[i].strength, 0, -INFINITY, p[0].strength);
        ck_assert_msg(off < 1e-8, "point %zu: off by %g", i, off);
    }
    ck_assert_uint_ge(p[MOST - 1].nonzeros, 10);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    data_free(&d);
}
END_TEST

START_TEST(strength_zero_least_squares)
{
    model m = model_create(40, 5, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 5);
    double W[2][6];
    lgd_lasso_point p[2];
    ck_ok(lgd_lasso_path(m.f, *W, p, &(lgd_lasso_path_options){.count = 2, .strengths = (const double[]){0.1, 0}}));
    ck_assert(violation(m.f, W[1], 0, 0, -INFINITY, 1) < 1e-14 && p[1].gap < 1e-15 && p[1].nonzeros == 5);
    ck_ok(lgd_lasso_path(
        m.f, *W, p,
        &(lgd_lasso_path_options){.count = 1, .strengths = (const double[]){0.25}, .l1_ratio = LGD_ZERO})); /* ridge */
    ck_assert(violation(m.f, W[0], 0, 0.25, -INFINITY, 1) < 1e-14 && p[0].gap < 1e-15);
    model_free(&m);
}
END_TEST

/* ---- gaps */

/* After one sweep from nowhere, the gap is what F is above its minimum, or more; on the data it is told again. */
START_TEST(gap_of_an_early_end_a_bound)
{
    lgd_matrix *A;
    lgd_objective *f = diabetes(&A);
    size_t early = 0;
    for (size_t k = 0; k < PATHS; k++) {
        for (size_t i = 1; i < PATH_COUNT; i++) {
            lgd_lasso_point p[2];
            lgd_lasso_path_options o = {.count = 1,
                                        .l1_ratio = paths[k].l1_ratio,
                                        .strengths = &paths[k].at[i].alpha,
                                        .gap_tol = LGD_ZERO,
                                        .max_sweeps = 1};
            if (paths[k].positive)
                o.lower = &zero, o.bounds = 1;
            for (int on_data = 0; on_data <= 1; on_data++) {
                o.on_data = on_data;
                ck_ok(lgd_lasso_path(f, NULL, &p[on_data], &o));
                const double above = p[on_data].f - paths[k].at[i].f;
                ck_assert_msg(p[on_data].gap >= above - 1e-14 * p[on_data].f,
                              "path %zu, point %zu: gap %g, above by %g", k, i, p[on_data].gap, above);
                ck_assert(p[on_data].sweeps == 1);
            }
            ck_near(p[1].f / p[0].f, 1, 1e-13);
            early += p[0].f - paths[k].at[i].f > 1e-8 * p[0].f;
        }
    }
    ck_assert_uint_ge(early, 2);
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

/* Outputs have nothing to do with one another: value and gap are the sums of theirs. */
START_TEST(gap_of_several_outputs_the_sum_of_theirs)
{
    enum { ROWS = 40, COLS = 20 };
    static const double strength = 0.01, low = -0.3, high = 0.2;
    data d = data_create(ROWS, COLS, 2, false, 12);
    const lgd_lasso_path_options o = {.count = 1,
                                      .strengths = &strength,
                                      .lower = &low,
                                      .upper = &high,
                                      .bounds = 1,
                                      .gap_tol = LGD_ZERO,
                                      .max_sweeps = 1};
    lgd_lasso_point all, sum = {0};
    lgd_matrix *A;
    for (size_t i = 0; i < ROWS; i++) /* columns alike, for which a sweep is not enough */
        for (size_t j = 1; j < COLS; j++)
            d.X[i * COLS + j] = d.X[i * COLS] + 0.1 * d.X[i * COLS + j];
    ck_ok(lgd_matrix_dense(&A, ROWS, COLS, d.X, COLS));
    for (size_t c = 0; c < 3; c++) {
        lgd_objective *f;
        double one[ROWS];
        for (size_t i = 0; i < ROWS && c < 2; i++)
            one[i] = d.y[2 * i + c];
        const lgd_glm_options options = {.outputs = c < 2 ? 1 : 2, .intercept = true};
        ck_ok(lgd_glm_create(&f, A, c < 2 ? one : d.y, lgd_loss_half_squared(), &options));
        ck_ok(lgd_lasso_path(f, NULL, &all, &o));
        sum.f += c < 2 ? all.f : 0;
        sum.gap += c < 2 ? all.gap : 0;
        ck_assert(all.gap > 1e-8 * all.f && all.stop == LGD_STOP_STEPS);
        lgd_objective_free(f);
    }
    ck_near(all.f / sum.f, 1, 1e-14);
    ck_near(all.gap / sum.gap, 1, 1e-11);
    lgd_matrix_free(A);
    data_free(&d);
}
END_TEST

/* The gap of a reduced quadratic is that of its data, where there is no intercept to balance, and a bound where there is. */
START_TEST(gap_of_a_quadratic_that_of_its_data)
{
    for (int kind = 0; kind < 20; kind++) {
        const bool intercept = kind >= 10;
        model m = model_create(30, 4, kind & 1 ? lgd_loss_squared() : lgd_loss_half_squared(),
                               &(lgd_glm_options){.intercept = intercept, .l2 = kind % 5 == 4 ? 0.3 : 0}, 9);
        const double low = -0.2, high = 0.3;
        lgd_objective *q;
        lgd_penalty *h = NULL;
        for (size_t j = 0; j < 30 * 4 && intercept; j++)
            m.d.X[j] += 2; /* means that are not 0 */
        ck_ok(lgd_quadratic_create(&q, m.f));
        ck_ok(kind % 5 == 0   ? lgd_penalty_l1_create(&h, 0.2)
              : kind % 5 == 1 ? lgd_penalty_elastic_net_create(&h, 0.1, 0.2)
              : kind % 5 == 2 ? lgd_penalty_box_create(&h, 1, &low, &high)
              : kind % 5 == 3 ? lgd_penalty_elastic_box_create(&h, 0.1, 0, 1, &zero, NULL)
                              : LGD_OK);
        lgd_optimizer *cd;
        double best[5] = {0}, least;
        lgd_report r;
        ck_ok(lgd_cd_create(&cd, NULL));
        ck_ok(lgd_minimize(q, cd, best, &(lgd_minimize_options){.penalty = h}, &r));
        least = r.f;
        lgd_optimizer_free(cd);
        for (size_t i = 0; i < 20; i++) {
            double w[5], of_q, of_f, f, value = 0;
            fill(100 + i, 5, 0, i ? 0.3 : 0, w);
            for (size_t j = 0; j < 5 && i > 10; j++)
                w[j] = best[j]; /* and the minimum */
            ck_ok(lgd_duality_gap(q, h, w, &of_q));
            ck_ok(lgd_duality_gap(m.f, h, w, &of_f));
            ck_ok(lgd_objective_eval(m.f, NULL, w, &f, NULL));
            if (h)
                ck_ok(lgd_penalty_value(h, 4, w, &value));
            ck_assert_msg(of_q >= f + value - least - 1e-14, "kind %d: %g, above by %g", kind, of_q, f + value - least);
            if (!intercept)
                ck_assert_double_eq_tol(of_q, of_f, 1e-13 * (1 + fabs(of_f)));
            if (i > 10)
                ck_assert_msg(of_q < 1e-13, "kind %d: %g at the minimum", kind, of_q);
            if (!intercept)
                continue;
            double g[5], lower, of_best; /* with the best intercept it is as much lower as f is */
            ck_ok(lgd_objective_eval(m.f, NULL, w, NULL, g));
            w[4] -= g[4] / (kind & 1 ? 2 : 1);
            ck_ok(lgd_objective_eval(m.f, NULL, w, &lower, NULL));
            ck_ok(lgd_duality_gap(q, h, w, &of_best));
            ck_assert_double_eq_tol(of_q - of_best, f - lower, 1e-13 * (1 + f));
        }
        lgd_penalty_free(h);
        lgd_objective_free(q);
        model_free(&m);
    }
}
END_TEST

START_TEST(gap_of_a_matrix_alone_a_bound)
{
    static const double Q[3][3] = {{2, 0, 0}, {1, 3, 0}, {-0.5, 0.25, 1}}, b[] = {-1, 0.5, -2};
    static const double indefinite[3][3] = {{1, 0, 0}, {2, 1, 0}, {0, 0, 1}};
    lgd_objective *q;
    lgd_penalty *l1;
    lgd_optimizer *cd;
    lgd_report r;
    double best[3] = {0}, gap, W[3];
    lgd_lasso_point p;
    ck_ok(lgd_penalty_l1_create(&l1, 0.4));
    for (int k = 0; k < 2; k++) { /* with a least value above 0, and far below */
        ck_ok(lgd_quadratic_create_dense(&q, 3, *Q, 3, b, k ? -50 : 50));
        ck_ok(lgd_cd_create(&cd, NULL));
        memset(best, 0, sizeof best);
        ck_ok(lgd_minimize(q, cd, best, &(lgd_minimize_options){.penalty = l1}, &r));
        lgd_optimizer_free(cd);
        ck_ok(lgd_duality_gap(q, l1, best, &gap));
        ck_assert(gap < 1e-14);
        for (size_t i = 0; i < 30; i++) {
            double w[3], f, h;
            fill(i, 3, -2, 2, w);
            ck_ok(lgd_duality_gap(q, l1, w, &gap));
            ck_ok(lgd_objective_eval(q, NULL, w, &f, NULL));
            ck_ok(lgd_penalty_value(l1, 3, w, &h));
            ck_assert(gap >= f + h - r.f - 1e-13 && gap < 100);
        }
        ck_ok(lgd_lasso_path(q, W, &p, &(lgd_lasso_path_options){.count = 1, .strengths = (const double[]){0.4}}));
        ck_assert(p.gap < 1e-13 && fabs(p.f - r.f) < 1e-13);
        for (size_t j = 0; j < 3; j++)
            ck_near(W[j], best[j], 1e-14);
        lgd_objective_free(q);
    }
    ck_ok(lgd_quadratic_create_dense(&q, 3, *indefinite, 3, b, 0));
    ck_fails(lgd_duality_gap(q, l1, best, &gap), LGD_EUNSUPPORTED,
             "gap: Q of the quadratic is not positive definite in 2");
    ck_fails(lgd_lasso_path(q, W, NULL, NULL), LGD_EUNSUPPORTED, "lasso path: Q is not positive definite (1 of its 3");
    lgd_objective_free(q);
    lgd_penalty_free(l1);
}
END_TEST

START_TEST(run_on_a_quadratic_ends_by_its_gap)
{
    model m = model_create(50, 6, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 4);
    lgd_objective *q;
    lgd_penalty *l1;
    lgd_optimizer *fista;
    lgd_report r;
    double w[7] = {0};
    ck_ok(lgd_quadratic_create(&q, m.f));
    ck_ok(lgd_penalty_l1_create(&l1, 0.05));
    ck_ok(lgd_fista_create(&fista, NULL));
    ck_ok(lgd_minimize(q, fista, w, &(lgd_minimize_options){.penalty = l1, .gap_tol = 1e-9, .grad_tol = LGD_ZERO}, &r));
    ck_assert_int_eq(r.stop, LGD_STOP_GAP_TOL);
    ck_assert(r.gap > 0 && r.gap <= 1e-9 * r.f);
    ck_fails(lgd_minimize(q, fista, w, &(lgd_minimize_options){.gap_tol = 1e-9}, &r), LGD_EUNSUPPORTED,
             "neither a penalty nor an l2");
    lgd_optimizer_free(fista);
    lgd_penalty_free(l1);
    lgd_objective_free(q);
    model_free(&m);
}
END_TEST

/* ---- the same in other words, and what is refused */

START_TEST(path_of_the_reduction_and_of_any_threads_same_bits)
{
    model m = model_create(3000, 12, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 2);
    lgd_objective *q;
    static double a[MOST * 13], b[MOST * 13], c[MOST * 13];
    lgd_lasso_point p[MOST], all[MOST];
    ck_ok(lgd_lasso_path(m.f, a, p, &(lgd_lasso_path_options){.threads = 1}));
    ck_ok(lgd_lasso_path(m.f, b, NULL, &(lgd_lasso_path_options){.threads = 3}));
    ck_assert_mem_eq(a, b, sizeof a);
    ck_ok(lgd_quadratic_create(&q, m.f));
    ck_ok(lgd_lasso_path(q, b, NULL, NULL));
    ck_assert_mem_eq(a, b, sizeof a);
    ck_ok(lgd_lasso_path(m.f, c, all, &(lgd_lasso_path_options){.on_data = true}));
    ck_assert_mem_eq(a, c, sizeof a);
    ck_ok(lgd_lasso_path(m.f, NULL, all, &(lgd_lasso_path_options){.on_data = true}));
    for (size_t i = 0; i < MOST; i++) {
        ck_near(all[i].f / p[i].f, 1, 1e-12);
        ck_assert(all[i].gap <= 1e-10 * all[i].f);
    }
    lgd_objective_free(q);
    model_free(&m);
}
END_TEST

START_TEST(path_each_allocation_failing_error_and_nothing_left)
{
    model m = model_create(300, 6, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 2);
    double W[3 * 7];
    size_t fail = 1;
    ck_ok(lgd_lasso_path(m.f, W, NULL,
                         &(lgd_lasso_path_options){.count = 3, .on_data = true})); /* scratch that f keeps */
    for (lgd_status status = LGD_ENOMEM; status; fail++) {
        memory_watch(fail);
        status = lgd_lasso_path(m.f, W, NULL, &(lgd_lasso_path_options){.count = 3, .on_data = true});
        ck_assert_uint_eq(memory_live(), 0);
        memory_unwatch();
        ck_assert(status == LGD_OK || status == LGD_ENOMEM);
    }
    ck_assert_uint_gt(fail, 5);
    model_free(&m);
}
END_TEST

START_TEST(options_out_of_range_refused_by_name)
{
    model m = model_create(20, 3, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 2);
    model logistic = model_create(20, 3, lgd_loss_logistic(), NULL, 2);
    double W[MOST * 4];
    const double one = 1, minus = -1, pair[] = {1, NAN};
    const struct {
        lgd_lasso_path_options o;
        const char *words;
    } bad[] = {
        {{.ratio = 1}, "ratio is 1, a number above 0 and below 1"},
        {{.ratio = NAN}, "ratio is nan"},
        {{.l1_ratio = 1.5}, "l1_ratio is 1.5, a number from 0 to 1"},
        {{.l1_ratio = LGD_ZERO}, "l1_ratio is 0, a number above 0, without strengths,"},
        {{.gap_tol = -1}, "gap_tol is -1, a finite number at least 0"},
        {{.threads = 1025}, "threads is 1025"},
        {{.count = 2, .strengths = pair}, "strengths[1] is nan, a finite number at least 0"},
        {{.lower = &one, .bounds = 1}, "lower[0] is 1, a number at most 0"},
        {{.upper = &minus, .bounds = 1}, "upper[0] is -1, a number at least 0"},
        {{.upper = &one, .bounds = 2}, "bounds is 2, 1 or the 3 coordinates that are penalised"},
        {{.count = (size_t)-1}, "count is"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_fails(lgd_lasso_path(m.f, W, NULL, &bad[i].o), LGD_EINVAL, bad[i].words);
    ck_fails(lgd_lasso_path(NULL, W, NULL, NULL), LGD_EINVAL, "f is NULL");
    ck_fails(lgd_lasso_path(logistic.f, W, NULL, NULL), LGD_EUNSUPPORTED, "no ops.design");
    ck_ok(lgd_lasso_path_sized(m.f, W, NULL, sizeof(lgd_lasso_point), &(lgd_lasso_path_options){.count = 2},
                               sizeof(size_t))); /* of a header that knew count alone */
    model_free(&m);
    model_free(&logistic);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("path");
    CASE(s, diabetes_path_the_recorded_minima);
    CASE(s, orthogonal_columns_soft_threshold);
    CASE(s, first_strength_the_smallest_without_weights);
    CASE(s, path_of_any_model_optimal_at_every_point);
    CASE(s, columns_dependent_path_optimal_and_certified);
    CASE(s, strength_zero_least_squares);
    CASE(s, gap_of_an_early_end_a_bound);
    CASE(s, gap_of_several_outputs_the_sum_of_theirs);
    CASE(s, gap_of_a_quadratic_that_of_its_data);
    CASE(s, gap_of_a_matrix_alone_a_bound);
    CASE(s, run_on_a_quadratic_ends_by_its_gap);
    CASE(s, path_of_the_reduction_and_of_any_threads_same_bits);
    CASE(s, path_each_allocation_failing_error_and_nothing_left);
    CASE(s, options_out_of_range_refused_by_name);
    return suite_run(s);
}
