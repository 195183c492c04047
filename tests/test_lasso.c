/* Lasso, elastic net and L1-logistic regression: the minima that reference/record_lasso.py found another way. */
#include "datasets.h"
#include "problems.h"
#include "reference/lasso.h"

enum { CASES = sizeof lasso / sizeof *lasso, LOGISTIC = sizeof l1_logistic / sizeof *l1_logistic };

static double X[CANCER_ROWS * CANCER_COLS], y[CANCER_ROWS];

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

/* The largest violation of the conditions of optimality of f + l1 |w|_1 + l2/2 |w|^2, intercepts spared: the gradient of the smooth
 * part is -l1 sign(w_j) where w_j is not 0, no larger than l1 where it is, 0 for the intercept. */
static double violation(lgd_objective *f, const double *w, double l1, double l2)
{
    double g[CANCER_COLS + 1], worst = 0;
    size_t first, count;
    ck_ok(lgd_objective_eval(f, NULL, w, NULL, g));
    lgd_objective_unpenalised(f, &first, &count);
    for (size_t j = 0; j < lgd_objective_dim(f); j++) {
        const double slope = g[j] + l2 * w[j];
        const bool spared = count && j >= first;
        worst = fmax(worst, spared ? fabs(g[j]) : w[j] != 0 ? fabs(slope + copysign(l1, w[j])) : fabs(slope) - l1);
    }
    return worst;
}

/* To 1e-8 of the largest weight, with the same zeros. */
static void same_minimum(const char *what, const double *w, const double *exact, size_t dim)
{
    double largest = 0, off = 0;
    for (size_t j = 0; j < dim; j++) {
        largest = fmax(largest, fabs(exact[j]));
        off = fmax(off, fabs(w[j] - exact[j]));
        ck_assert_msg((w[j] == 0) == (exact[j] == 0), "%s: w[%zu] is %.17g, not %.17g", what, j, w[j], exact[j]);
    }
    ck_assert_msg(off <= 1e-8 * largest, "%s: off by %g of the largest weight", what, off / largest);
}

static lgd_objective *linear(lgd_matrix **A, size_t i, double l2)
{
    lgd_objective *f;
    dataset_diabetes(X, y);
    ck_ok(lgd_matrix_dense(A, lasso[i].rows, DIABETES_COLS, X, DIABETES_COLS));
    ck_ok(lgd_glm_create(&f, *A, y, lgd_loss_half_squared(),
                         &(lgd_glm_options){.intercept = lasso[i].intercept, .l2 = l2}));
    return f;
}

/* The strengths of the two parts in case i. */
static double l1_of(size_t i)
{
    return lasso[i].alpha * lasso[i].l1_ratio;
}

static double l2_of(size_t i)
{
    return lasso[i].alpha * (1 - lasso[i].l1_ratio);
}

static lgd_report minimised(lgd_objective *f, const lgd_penalty *penalty, const char *method, double *w)
{
    lgd_optimizer *opt = parsed(method);
    lgd_report report;
    ck_ok(lgd_minimize(
        f, opt, w,
        &(lgd_minimize_options){.penalty = penalty, .max_epochs = 50000, .grad_tol = LGD_ZERO, .grad_tol_abs = 2e-11},
        &report));
    ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL, "%s: %s at %g", method, lgd_stop_string(report.stop),
                  report.grad_norm);
    lgd_optimizer_free(opt);
    return report;
}

/* The elastic net as one penalty, and as an L1 beside an objective with an L2. */
/* features: 66 */
START_TEST(diabetes_every_strength_coefficients_and_zeros_of_scikit_learn)
{
    static const char *const methods[] = {"fista", "fista:restart=function", "proximal_gradient:grow=2", "owlqn",
                                          "owlqn:history=float"};
    for (size_t i = 0; i < CASES; i++)
        for (int split = 0; split < (lasso[i].l1_ratio < 1 ? 2 : 1); split++)
            for (size_t k = 0; k < (split || lasso[i].l1_ratio == 1 ? 5 : 3); k++) { /* owlqn takes L1 norms alone */
                lgd_matrix *A;
                lgd_penalty *penalty;
                lgd_objective *f = linear(&A, i, split ? l2_of(i) : 0);
                double w[DIABETES_COLS + 1] = {0};
                char what[96];
                snprintf(what, sizeof what, "case %zu, %s%s", i, methods[k], split ? ", l2 of the model" : "");
                ck_ok(split || lasso[i].l1_ratio == 1 ? lgd_penalty_l1_create(&penalty, l1_of(i))
                                                      : lgd_penalty_elastic_net_create(&penalty, l1_of(i), l2_of(i)));
                const lgd_report report = minimised(f, penalty, methods[k], w);
                same_minimum(what, w, lasso[i].w, DIABETES_COLS + lasso[i].intercept);
                ck_assert_msg(violation(f, w, l1_of(i), split ? 0 : l2_of(i)) < 1e-10, "%s: violated by %g", what,
                              violation(f, w, l1_of(i), split ? 0 : l2_of(i)));
                ck_near(report.f, lasso[i].f, 1e-14);
                lgd_penalty_free(penalty);
                lgd_objective_free(f);
                lgd_matrix_free(A);
            }
}
END_TEST

/* features: 66 */
START_TEST(breast_cancer_l1_logistic_coefficients_and_zeros)
{
    static const char *const methods[] = {"fista", "proximal_gradient", "owlqn"};
    dataset_breast_cancer(X, y);
    for (size_t i = 0; i < LOGISTIC; i++)
        for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
            lgd_matrix *A;
            lgd_objective *f;
            lgd_penalty *penalty;
            double w[CANCER_COLS + 1] = {0};
            ck_ok(lgd_matrix_dense(&A, CANCER_ROWS, CANCER_COLS, X, CANCER_COLS));
            ck_ok(lgd_glm_create(&f, A, y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}));
            ck_ok(lgd_penalty_l1_create(&penalty, l1_logistic[i].l1));
            const lgd_report report = minimised(f, penalty, methods[k], w);
            same_minimum(methods[k], w, l1_logistic[i].w, CANCER_COLS + 1);
            ck_assert_double_lt(violation(f, w, l1_logistic[i].l1, 0), 1e-10);
            ck_near(report.f, l1_logistic[i].f, 1e-14);
            lgd_penalty_free(penalty);
            lgd_objective_free(f);
            lgd_matrix_free(A);
        }
}
END_TEST

/* A prox after the step of a method that knows nothing of it: the same minimum, the same zeros. */
START_TEST(diabetes_prox_after_other_methods_same_minimum)
{
    static const char *const methods[] = {"sgd:lr=100", "momentum:lr=20", "nesterov:lr=20"};
    const size_t i = 1;
    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
        lgd_matrix *A;
        lgd_penalty *penalty;
        lgd_objective *f = linear(&A, i, 0);
        double w[DIABETES_COLS + 1] = {0};
        ck_ok(lgd_penalty_l1_create(&penalty, l1_of(i)));
        minimised(f, penalty, methods[k], w);
        same_minimum(methods[k], w, lasso[i].w, DIABETES_COLS);
        ck_assert_double_lt(violation(f, w, l1_of(i), 0), 1e-10);
        lgd_penalty_free(penalty);
        lgd_objective_free(f);
        lgd_matrix_free(A);
    }
}
END_TEST

/* What its page says of the steps that a lasso takes at the first rate 1, where the largest curvature is 0.009. */
START_TEST(diabetes_fista_steps_of_rates_and_restarts)
{
    static const char *const methods[] = {"fista", "fista:restart=function", "fista:restart=never", "fista:grow=1"};
    static const double steps[] = {80, 90, 160, 1100};
    lgd_matrix *A;
    lgd_objective *f;
    lgd_penalty *l1;
    dataset_diabetes(X, y);
    ck_ok(lgd_matrix_dense(&A, DIABETES_ROWS, DIABETES_COLS, X, DIABETES_COLS));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_half_squared(), NULL));
    ck_ok(lgd_penalty_l1_create(&l1, 0.2));
    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
        lgd_optimizer *opt = parsed(methods[k]);
        lgd_report report;
        double w[DIABETES_COLS] = {0};
        ck_ok(lgd_minimize(
            f, opt, w,
            &(lgd_minimize_options){.max_steps = 5000, .grad_tol = LGD_ZERO, .grad_tol_abs = 1e-10, .penalty = l1},
            &report));
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        ck_assert_msg(fabs((double)report.steps - steps[k]) < 0.1 * steps[k], "%s: %d steps", methods[k],
                      (int)report.steps);
        lgd_optimizer_free(opt);
    }
    lgd_penalty_free(l1);
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lasso");
    CASE(s, diabetes_every_strength_coefficients_and_zeros_of_scikit_learn);
    CASE(s, breast_cancer_l1_logistic_coefficients_and_zeros);
    CASE(s, diabetes_prox_after_other_methods_same_minimum);
    CASE(s, diabetes_fista_steps_of_rates_and_restarts);
    return suite_run(s);
}
