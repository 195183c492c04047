/* Standard errors against closed forms, against duplicated rows, and at minima that another program found. */
#include "optima.h"

START_TEST(least_squares_equal_errors_of_the_triangle_with_and_without_l2)
{
    enum { N = 5, DIM = N + 1 };
    for (int l2 = 0; l2 < 2; l2++)
        for (int half = 0; half < 2; half++) {
            model m = model_create(80, N, half ? lgd_loss_half_squared() : lgd_loss_squared(),
                                   &(lgd_glm_options){.intercept = true, .l2 = l2 ? 0.05 : 0}, 31);
            double w[DIM], a[DIM], b[DIM], A[DIM * DIM], B[DIM * DIM];
            lgd_least_squares_report report;
            const lgd_least_squares_options bars = {.errors = a, .covariance = A};
            ck_ok(lgd_least_squares_solve(m.f, w, NULL, NULL));
            ck_ok(lgd_least_squares_errors(m.f, w, &bars, &report));
            const lgd_standard_errors_options o = {.dispersion = (half ? 1 : 2) * report.sigma * report.sigma};
            ck_ok(lgd_standard_errors(m.f, w, &o, b, B));
            for (size_t j = 0; j < DIM; j++)
                ck_assert_double_le(fabs(b[j] - a[j]), 1e-12 * a[j]);
            ck_assert_double_le(difference_of((size_t)DIM * DIM, B, A), 1e-12);
            for (size_t i = 0; i < DIM; i++)
                for (size_t j = 0; j < DIM; j++)
                    ck_assert(B[i * DIM + j] == B[j * DIM + i]);
            model_free(&m);
        }
}
END_TEST

START_TEST(one_probability_closed_form_by_the_model_and_by_the_sandwich)
{
    /* 30 of 100 rows are 1: the logit has the variance 1/(m p (1 - p)), whatever is taken for true. */
    enum { ROWS = 100 };
    double x[ROWS], y[ROWS], w[1] = {log(0.3 / 0.7)}, error[1];
    lgd_matrix *X;
    lgd_objective *f;
    for (size_t i = 0; i < ROWS; i++) {
        x[i] = 1;
        y[i] = i < 30;
    }
    ck_ok(lgd_matrix_dense(&X, ROWS, 1, x, 1));
    ck_ok(lgd_glm_create(&f, X, y, lgd_loss_logistic(), NULL));
    ck_ok(lgd_standard_errors(f, w, NULL, error, NULL));
    ck_near(error[0], sqrt(1 / (100 * 0.3 * 0.7)), 1e-15);
    ck_ok(lgd_standard_errors(f, w, &(lgd_standard_errors_options){.kind = LGD_ERRORS_HC0}, error, NULL));
    ck_near(error[0], sqrt(1 / (100 * 0.3 * 0.7)), 1e-15);
    ck_ok(lgd_standard_errors(f, w, &(lgd_standard_errors_options){.kind = LGD_ERRORS_HC1}, error, NULL));
    ck_near(error[0], sqrt(100 / 99.0 / (100 * 0.3 * 0.7)), 1e-15);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

START_TEST(at_recorded_minima_every_kind_equals_the_reference)
{
    static double X[OPTIMA_ROOM], y[DIGITS_ROWS], w[OPTIMA_DIM];
    for (size_t i = 0; i < sizeof optimum_errors / sizeof *optimum_errors; i++) {
        const size_t at = optimum_errors[i].optimum;
        optimum o = optimum_open(at, X, y);
        double error[OPTIMA_DIM];
        optimum_find(&o, "newton", w);
        for (int kind = LGD_ERRORS_MODEL; kind <= LGD_ERRORS_HC1; kind++) {
            const lgd_standard_errors_options how = {.kind = (lgd_errors_kind)kind,
                                                     .dispersion = kind ? 0 : optimum_errors[i].dispersion};
            ck_ok(lgd_standard_errors(o.f, w, &how, error, NULL));
            for (size_t j = 0; j < optima[at].dim; j++) {
                const double expected = optimum_errors[i].errors[kind][j];
                ck_assert_msg(fabs(error[j] - expected) <= 1e-10 * expected, "%s, %d: error[%zu] is %.17g, not %.17g",
                              optima[at].loss, kind, j, error[j], expected);
            }
        }
        optimum_close(&o);
    }
}
END_TEST

START_TEST(weight_two_is_the_row_twice_by_the_model)
{
    enum { N = 3, DIM = N + 1, ROWS = 60 };
    data d = data_create(ROWS, N, 1, true, 41);
    double X[2 * ROWS * N], y[2 * ROWS], weights[ROWS], w[DIM], a[DIM], b[DIM];
    lgd_matrix *once, *twice;
    lgd_objective *f, *g;
    size_t rows = 0;
    fill(42, DIM, -1, 1, w);
    for (size_t i = 0; i < ROWS; i++) {
        weights[i] = 1 + (double)(i % 2);
        for (size_t copy = 0; copy <= i % 2; copy++, rows++) {
            memcpy(X + rows * N, d.X + i * N, N * sizeof *X);
            y[rows] = d.y[i];
        }
    }
    ck_ok(lgd_matrix_dense(&once, ROWS, N, d.X, N));
    ck_ok(lgd_matrix_dense(&twice, rows, N, X, N));
    ck_ok(lgd_glm_create(&f, once, d.y, lgd_loss_logistic(),
                         &(lgd_glm_options){.intercept = true, .weights = weights, .l2 = 0.01}));
    ck_ok(lgd_glm_create(&g, twice, y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = 0.01}));
    ck_ok(lgd_standard_errors(f, w, NULL, a, NULL));
    ck_ok(lgd_standard_errors(g, w, NULL, b, NULL));
    ck_assert_double_le(difference_of(DIM, a, b), 1e-13);
    lgd_objective_free(f);
    lgd_objective_free(g);
    lgd_matrix_free(once);
    lgd_matrix_free(twice);
    data_free(&d);
}
END_TEST

START_TEST(softmax_of_two_classes_with_one_held_equals_logistic)
{
    enum { N = 3, DIM = N + 1 };
    data d = data_create(120, N, 1, true, 51);
    double w[DIM] = {0}, W[2 * DIM] = {0}, a[DIM], b[2 * DIM], B[4 * DIM * DIM];
    bool held[2 * DIM];
    lgd_matrix *X;
    lgd_objective *one, *two;
    lgd_optimizer *opt;
    ck_ok(lgd_matrix_dense(&X, 120, N, d.X, N));
    ck_ok(lgd_glm_create(&one, X, d.y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_glm_create(&two, X, d.y, lgd_loss_softmax(), &(lgd_glm_options){.intercept = true, .outputs = 2}));
    ck_ok(lgd_optimizer_parse(&opt, "newton"));
    ck_ok(lgd_minimize(one, opt, w, NULL, NULL));
    for (size_t j = 0; j < DIM; j++) {
        W[2 * j + 1] = w[j];
        held[2 * j] = true;
        held[2 * j + 1] = false;
    }
    for (int kind = LGD_ERRORS_MODEL; kind <= LGD_ERRORS_HC1; kind++) {
        ck_ok(lgd_standard_errors(one, w, &(lgd_standard_errors_options){.kind = (lgd_errors_kind)kind}, a, NULL));
        ck_ok(lgd_standard_errors(two, W, &(lgd_standard_errors_options){.kind = (lgd_errors_kind)kind, .frozen = held},
                                  b, B));
        for (size_t j = 0; j < DIM; j++) {
            ck_near(b[2 * j + 1], a[j], 1e-11);
            ck_assert(b[2 * j] == 0 && B[2 * j * 2 * DIM + 1] == 0);
        }
    }
    /* Both at once cannot be told: what is added to one can be added to the other. */
    ck_fails(lgd_standard_errors(two, W, NULL, b, NULL), LGD_EINVAL, "standard errors: w[1] has ");
    lgd_optimizer_free(opt);
    lgd_objective_free(one);
    lgd_objective_free(two);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

static lgd_status bowl(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx, (void)rows;
    *f += 2 * w[0] * w[0];
    if (g)
        g[0] += 4 * w[0];
    return LGD_OK;
}

static lgd_status bowl_product(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *hv)
{
    (void)ctx, (void)rows, (void)w;
    hv[0] += 4 * v[0];
    return LGD_OK;
}

START_TEST(objective_of_ones_own_by_products_and_without_them)
{
    lgd_objective *f;
    double w[1] = {0}, error[1];
    ck_ok(lgd_objective_create(&f, 1, 1, &(lgd_objective_ops){.name = "bowl", .eval = bowl, .product = bowl_product},
                               NULL));
    ck_ok(lgd_standard_errors(f, w, NULL, error, NULL));
    ck_assert(error[0] == 0.5);
    lgd_objective_free(f);
    ck_ok(lgd_objective_create(&f, 1, 1, &(lgd_objective_ops){.name = "bowl", .eval = bowl}, NULL));
    ck_fails(lgd_standard_errors(f, w, NULL, error, NULL), LGD_EUNSUPPORTED, "the bowl, or its loss, has neither");
    lgd_objective_free(f);
}
END_TEST

START_TEST(what_cannot_be_told_is_refused_by_number_and_nothing_written)
{
    enum { N = 3, DIM = N + 1, ROWS = 40 };
    data d = data_create(ROWS, N, 1, true, 61);
    double w[DIM] = {0}, error[DIM] = {7, 7, 7, 7}, covariance[DIM * DIM] = {7};
    lgd_matrix *X;
    lgd_objective *f;
    for (size_t i = 0; i < ROWS; i++)
        d.X[i * N + 2] = 3; /* what the intercept is already */
    ck_ok(lgd_matrix_dense(&X, ROWS, N, d.X, N));
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}));
    ck_fails(lgd_standard_errors(f, w, NULL, error, covariance), LGD_EINVAL, "standard errors: w[3] has ");
    const bool held[DIM] = {false, false, true, false};
    ck_ok(lgd_standard_errors(f, w, &(lgd_standard_errors_options){.frozen = held}, error, covariance));
    ck_assert(error[2] == 0 && error[3] > 0);
    lgd_objective_free(f);
    for (size_t i = 0; i < ROWS; i++)
        d.X[i * N + 1] = 0;
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), NULL));
    error[0] = covariance[0] = 7;
    ck_fails(lgd_standard_errors(f, w, NULL, error, covariance), LGD_EINVAL,
             "standard errors: curvature of the glm in w[1] is 0, a positive number is accepted");
    const lgd_standard_errors_options wrong[] = {
        {.kind = (lgd_errors_kind)3}, {.dispersion = -1}, {.kind = LGD_ERRORS_HC0, .dispersion = 2}};
    static const char *const said[] = {"kind is 3", "dispersion is -1", "dispersion is 2 with a sandwich"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_fails(lgd_standard_errors(f, w, &wrong[i], error, covariance), LGD_EINVAL, said[i]);
    w[2] = NAN;
    ck_fails(lgd_standard_errors(f, w, NULL, error, covariance), LGD_EINVAL, "w[2] is nan");
    ck_fails(lgd_standard_errors(NULL, w, NULL, error, covariance), LGD_EINVAL, "f is NULL");
    ck_fails(lgd_standard_errors_sized(f, NULL, NULL, 0, error, covariance), LGD_EINVAL, "w is NULL");
    ck_assert(error[0] == 7 && covariance[0] == 7);
    lgd_objective_free(f);
    lgd_matrix_free(X);

    /* Three rows for three parameters leave nothing to HC1. */
    ck_ok(lgd_matrix_dense(&X, 3, N, d.X, N));
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), NULL));
    w[2] = 0;
    ck_fails(lgd_standard_errors(f, w, &(lgd_standard_errors_options){.kind = LGD_ERRORS_HC1}, error, NULL), LGD_EINVAL,
             "number of terms is 3, more than the 3 parameters is accepted");
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

START_TEST(errors_without_memory_fail_cleanly)
{
    model m = model_create(50, 4, lgd_loss_logistic(), NULL, 71);
    double w[4] = {0}, error[4], expected[4];
    ck_ok(lgd_standard_errors(m.f, w, NULL, expected, NULL));
    model_free(&m);
    for (size_t k = 1;; k++) {
        memory_watch(0);
        m = model_create(50, 4, lgd_loss_logistic(), NULL, 71);
        memory_watch(k);
        const lgd_status status = lgd_standard_errors(m.f, w, NULL, error, NULL);
        const bool failed = memory_made() >= k;
        memory_unwatch();
        model_free(&m);
        ck_assert_int_eq(status, failed ? LGD_ENOMEM : LGD_OK);
        if (!failed)
            break;
    }
    ck_assert(!memcmp(error, expected, sizeof error));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("standard_errors");
    CASE(suite, least_squares_equal_errors_of_the_triangle_with_and_without_l2);
    CASE(suite, one_probability_closed_form_by_the_model_and_by_the_sandwich);
    CASE(suite, at_recorded_minima_every_kind_equals_the_reference);
    CASE(suite, weight_two_is_the_row_twice_by_the_model);
    CASE(suite, softmax_of_two_classes_with_one_held_equals_logistic);
    CASE(suite, objective_of_ones_own_by_products_and_without_them);
    CASE(suite, what_cannot_be_told_is_refused_by_number_and_nothing_written);
    CASE(suite, errors_without_memory_fail_cleanly);
    return suite_run(suite);
}
