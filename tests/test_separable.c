/* Rows that a model tells apart: its costs then have no minimum, and a run says so. */
#include "datasets.h"
#include "problems.h"

static const char *const methods[] = {"newton",      "newton_cg",   "trust_region", "lbfgs", "cg",
                                      "sgd:lr=auto", "adam:lr=0.1", "bb",           "bfgs"};
enum { METHODS = sizeof methods / sizeof *methods };

/* A run from w; the optimizer is freed. */
static lgd_report run(lgd_objective *f, const char *method, double *w, const lgd_minimize_options *o)
{
    lgd_optimizer *opt;
    lgd_report report;
    ck_ok(lgd_optimizer_parse(&opt, method));
    ck_ok(lgd_minimize(f, opt, w, o, &report));
    lgd_optimizer_free(opt);
    return report;
}

/* Mushrooms: attributes with a handful of words each, one column to a word; whether one can be eaten follows from two of them. */
enum { MUSHROOMS = 400, ATTRIBUTES = 10, WORDS = 5, MUSHROOM_COLS = ATTRIBUTES * WORDS };

static void mushrooms(double *X, double *y)
{
    static double u[MUSHROOMS * ATTRIBUTES];
    fill(3, (size_t)MUSHROOMS * ATTRIBUTES, 0, WORDS, u);
    memset(X, 0, (size_t)MUSHROOMS * MUSHROOM_COLS * sizeof *X);
    for (size_t i = 0; i < MUSHROOMS; i++) {
        for (size_t a = 0; a < ATTRIBUTES; a++)
            X[i * MUSHROOM_COLS + a * WORDS + (size_t)u[i * ATTRIBUTES + a]] = 1;
        y[i] = u[i * ATTRIBUTES] < 2 || (size_t)u[i * ATTRIBUTES + 4] == 3;
    }
}

/* features: 7 */
START_TEST(separable_words_every_method_says_so_and_tells_all_rows)
{
    static double X[MUSHROOMS * MUSHROOM_COLS], y[MUSHROOMS], p[2 * MUSHROOMS];
    lgd_matrix *matrix;
    mushrooms(X, y);
    ck_ok(lgd_matrix_dense(&matrix, MUSHROOMS, MUSHROOM_COLS, X, MUSHROOM_COLS));
    for (size_t k = 1; k <= 2; k++) {
        lgd_objective *f;
        ck_ok(lgd_glm_create(&f, matrix, y, k > 1 ? lgd_loss_softmax() : lgd_loss_logistic(),
                             &(lgd_glm_options){.intercept = true, .outputs = k}));
        for (size_t i = 0; i < METHODS; i++) {
            double w[2 * (MUSHROOM_COLS + 1)] = {0};
            const lgd_report report = run(f, methods[i], w, &(lgd_minimize_options){.max_epochs = 200000});
            ck_assert_msg(report.stop == LGD_STOP_SEPARABLE, "%s: %s", methods[i], lgd_stop_string(report.stop));
            ck_ok(lgd_glm_predict(f, matrix, w, p, k));
            for (size_t row = 0; row < MUSHROOMS; row++)
                ck_assert((p[row * k + k - 1] > 0.5) == (y[row] == 1));
        }
        lgd_objective_free(f);
    }
    lgd_matrix_free(matrix);
}
END_TEST

enum { IRIS_ROWS = 150, IRIS_COLS = 4 };

static void iris(double *X, double *y)
{
    static double cells[IRIS_ROWS * (IRIS_COLS + 1)];
    dataset_read("iris.csv", 1, sizeof cells / sizeof *cells, cells);
    for (size_t i = 0; i < IRIS_ROWS; i++) {
        memcpy(X + i * IRIS_COLS, cells + i * (IRIS_COLS + 1), IRIS_COLS * sizeof *X);
        y[i] = cells[i * (IRIS_COLS + 1) + IRIS_COLS];
    }
}

START_TEST(iris_setosa_is_told_apart_and_the_others_are_not)
{
    static double X[IRIS_ROWS * IRIS_COLS], y[IRIS_ROWS];
    lgd_matrix *matrix, *others;
    lgd_objective *f;
    iris(X, y);
    double species[IRIS_ROWS];
    memcpy(species, y, sizeof y);
    ck_ok(lgd_matrix_dense(&matrix, IRIS_ROWS, IRIS_COLS, X, IRIS_COLS));
    ck_ok(lgd_matrix_dense(&others, 100, IRIS_COLS, X + (size_t)50 * IRIS_COLS, IRIS_COLS));
    for (size_t i = 0; i < IRIS_ROWS; i++)
        y[i] = species[i] == 0;
    ck_ok(lgd_glm_create(&f, matrix, y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}));
    for (size_t i = 0; i < 4; i++) {
        double w[IRIS_COLS + 1] = {0};
        ck_assert_int_eq(run(f, methods[i], w, NULL).stop, LGD_STOP_SEPARABLE);
    }
    lgd_objective_free(f);

    for (size_t i = 0; i < IRIS_ROWS; i++)
        y[i] = species[i] == 1;
    ck_ok(lgd_glm_create(&f, others, y + 50, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}));
    for (size_t i = 0; i < 4; i++) {
        double w[IRIS_COLS + 1] = {0};
        ck_assert_int_eq(run(f, methods[i], w, NULL).stop, LGD_STOP_GRAD_TOL);
    }
    lgd_objective_free(f);

    /* Three species, of which two overlap: no minimum either, since the first falls away, but not all rows are told apart. */
    ck_ok(lgd_glm_create(&f, matrix, species, lgd_loss_softmax(), &(lgd_glm_options){.intercept = true, .outputs = 3}));
    for (size_t i = 0; i < 4; i++) {
        double w[3 * (IRIS_COLS + 1)] = {0};
        ck_assert_int_ne(run(f, methods[i], w, NULL).stop, LGD_STOP_SEPARABLE);
    }
    lgd_objective_free(f);
    lgd_matrix_free(matrix);
    lgd_matrix_free(others);
}
END_TEST

/* features: 7 */
START_TEST(overlapping_data_are_never_called_separable)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        model m =
            model_create(60 + 5 * seed, 3, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}, 100 * seed);
        double first[4];
        for (size_t i = 0; i < METHODS; i++) {
            double w[4] = {0};
            const lgd_report r =
                run(m.f, methods[i], w, &(lgd_minimize_options){.max_epochs = 50000, .grad_tol = 1e-9});
            ck_assert_msg(r.stop == LGD_STOP_GRAD_TOL, "%s: %s", methods[i], lgd_stop_string(r.stop));
            for (size_t j = 0; j < 4 && i; j++)
                ck_near(w[j], first[j], 1e-5);
            memcpy(first, w, sizeof w);
        }
        model_free(&m);
    }
}
END_TEST

/* Four rows on a line, told apart by w > 0 without an intercept. */
static const double line_x[] = {-2, -1, 1, 3}, line_y[] = {0, 0, 1, 1};

static lgd_objective *line(lgd_matrix **X, const lgd_loss *loss, const lgd_glm_options *o)
{
    lgd_objective *f;
    ck_ok(lgd_matrix_dense(X, 4, 1, line_x, 1));
    ck_ok(lgd_glm_create(&f, *X, line_y, loss, o));
    return f;
}

START_TEST(separable_only_where_f_itself_is_minimised_to_its_end)
{
    static const double offset[4] = {1, 1, 1, 1}, fixed[2] = {1, 0}, first_fixed[2] = {0, 1};
    const struct {
        lgd_glm_options model;
        lgd_minimize_options run;
        double start[2];
        const char *method;
        bool apart;
    } cases[] = {
        {.method = "lbfgs", .apart = true},
        {.method = "lbfgs", .model = {.intercept = true}, .apart = true},
        {.method = "lbfgs", .model = {.l2 = 1e-6}},
        {.method = "lbfgs", .model = {.offset = offset}},
        {.method = "lbfgs", .run = {.grad_tol = LGD_ZERO, .max_epochs = 200}},
        {.method = "lbfgs", .run = {.f_target = 1e-3}},
        {.method = "sgd:lr=1", .run = {.batch_size = 2, .check_every = 1, .max_epochs = 5000}, .apart = true},
        {.method = "sgd:lr=1", .run = {.batch_size = 2, .max_epochs = 500}},
        {.method = "adamw:lr=0.1,weight_decay=0.1", .run = {.max_epochs = 300}},
        {.method = "adamw:lr=0.1,weight_decay=0", .run = {.max_epochs = 3000}, .apart = true},
        {.method = "lbfgs", .model = {.intercept = true}, .run = {.lr_scale = fixed}, .apart = true},
        {.method = "lbfgs", .model = {.intercept = true}, .run = {.lr_scale = fixed}, .start = {0, 0.1}},
        {.method = "lbfgs", .model = {.intercept = true}, .run = {.lr_scale = first_fixed}, .start = {20, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lgd_matrix *X;
        lgd_objective *f = line(&X, lgd_loss_logistic(), &cases[i].model);
        double w[2] = {cases[i].start[0], cases[i].start[1]};
        const lgd_report report = run(f, cases[i].method, w, &cases[i].run);
        ck_assert_msg((report.stop == LGD_STOP_SEPARABLE) == cases[i].apart, "case %zu: %s", i,
                      lgd_stop_string(report.stop));
        lgd_objective_free(f);
        lgd_matrix_free(X);
    }

    /* A penalty is part of what is minimised. */
    lgd_matrix *X;
    lgd_penalty *ball;
    lgd_objective *f = line(&X, lgd_loss_logistic(), NULL);
    double w[1] = {0};
    ck_ok(lgd_penalty_l2_ball_create(&ball, 4));
    ck_assert_int_ne(run(f, "fista", w, &(lgd_minimize_options){.penalty = ball, .max_epochs = 20000}).stop,
                     LGD_STOP_SEPARABLE);
    ck_near(w[0], 4, 1e-12);

    /* Also where the optimizer has it, or a decay for a range of w. */
    lgd_optimizer *own;
    lgd_report report;
    ck_ok(lgd_optimizer_parse(&own, "fista"));
    ck_ok(lgd_optimizer_penalty(own, ball));
    w[0] = 0;
    ck_ok(lgd_minimize(f, own, w, &(lgd_minimize_options){.max_epochs = 20000}, &report));
    ck_assert_int_ne(report.stop, LGD_STOP_SEPARABLE);
    ck_near(w[0], 4, 1e-12);
    lgd_optimizer_free(own);
    ck_ok(lgd_optimizer_parse(&own, "adamw:lr=0.1,weight_decay=0"));
    ck_ok(lgd_optimizer_groups(own, &(lgd_group){.count = 1, .lr_scale = 1, .decay = 0.1}, 1));
    w[0] = 20;
    ck_ok(lgd_minimize(f, own, w, &(lgd_minimize_options){.max_epochs = 20}, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_EPOCHS);
    lgd_optimizer_free(own);

    /* Uphill there is no infimum of 0. */
    w[0] = 0;
    ck_assert_int_eq(run(f, "sgd:lr=0.1", w, &(lgd_minimize_options){.maximize = true, .max_epochs = 20}).stop,
                     LGD_STOP_EPOCHS);
    lgd_penalty_free(ball);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

START_TEST(separable_value_is_that_of_the_lightest_row_on_the_boundary)
{
    /* A row of weight 0.001 on the wrong side costs at least log(2)/1000 of all weights, however small the others are. */
    static const double y[] = {0, 1, 1, 1}, weights[] = {1, 0.001, 2, 1};
    lgd_matrix *X;
    lgd_objective *f, *part;
    const lgd_minimize_options once = {.max_epochs = 1};
    const size_t index[] = {0, 2, 3};
    const lgd_rows some = {0, 3, index};
    double w[1] = {40}, value;
    ck_ok(lgd_matrix_dense(&X, 4, 1, line_x, 1));
    ck_ok(lgd_glm_create(&f, X, y, lgd_loss_logistic(), &(lgd_glm_options){.weights = weights}));
    for (w[0] = 1e-3; w[0] < 60; w[0] *= 2) {
        const double at = w[0];
        ck_assert_int_ne(run(f, "sgd:lr=1e-9", w, &once).stop, LGD_STOP_SEPARABLE);
        w[0] = at;
    }
    /* Without that row it is said as soon as the value allows it, and not before. */
    ck_ok(lgd_objective_subset(&part, f, &some));
    size_t said = 0;
    for (w[0] = 1e-3; w[0] < 60; w[0] *= 2) {
        const double at = w[0];
        ck_ok(lgd_objective_eval(part, NULL, w, &value, NULL));
        const bool apart = run(part, "sgd:lr=1e-9", w, &once).stop == LGD_STOP_SEPARABLE;
        if (value < log(2) * 0.001 / 4) /* by the lightest row of all that there are */
            ck_assert(apart);
        else
            ck_assert(!apart);
        said += apart;
        w[0] = at;
    }
    ck_assert_uint_gt(said, 0);
    lgd_objective_free(part);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

START_TEST(separable_data_with_a_loss_that_is_0_beyond_a_margin_have_a_minimum)
{
    const lgd_loss *const losses[] = {lgd_loss_squared_hinge(), lgd_loss_modified_huber()};
    for (size_t i = 0; i < 2; i++) {
        lgd_matrix *X;
        lgd_objective *f = line(&X, losses[i], NULL);
        double w[1] = {0};
        const lgd_report report = run(f, "lbfgs", w, NULL);
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        ck_assert(report.f == 0 && w[0] >= 1);
        lgd_objective_free(f);
        lgd_matrix_free(X);
    }
}
END_TEST

START_TEST(rows_on_the_boundary_leave_the_gradient_to_end_the_run)
{
    /* Rows of both labels at 0, the others apart: f falls to log(2)/2 for w to infinity, and no value shows that. */
    static const double x[] = {-1, 0, 0, 1}, y[] = {0, 0, 1, 1};
    lgd_matrix *X;
    lgd_objective *f;
    ck_ok(lgd_matrix_dense(&X, 4, 1, x, 1));
    ck_ok(lgd_glm_create(&f, X, y, lgd_loss_logistic(), NULL));
    for (size_t i = 0; i < METHODS; i++) {
        double w[1] = {0};
        const lgd_report report = run(f, methods[i], w, &(lgd_minimize_options){.max_epochs = 1000, .grad_tol = 1e-2});
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        ck_assert(report.f > log(2) / 2 && w[0] > 4);
    }
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

static double half(void *ctx)
{
    (void)ctx;
    return 0.5;
}

static lgd_status decay(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx, (void)rows;
    *f += exp(-w[0]);
    if (g)
        g[0] -= exp(-w[0]);
    return LGD_OK;
}

START_TEST(attained_of_an_objective_of_ones_own_ends_a_run)
{
    lgd_objective *f;
    double w[1] = {0};
    ck_ok(lgd_objective_create(&f, 1, 1, &(lgd_objective_ops){.name = "decay", .eval = decay, .attained = half}, NULL));
    const lgd_report report = run(f, "sgd:lr=0.1", w, NULL);
    ck_assert_int_eq(report.stop, LGD_STOP_SEPARABLE);
    ck_assert(report.f < 0.5 && report.f > 0.4);
    lgd_objective_free(f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("separable");
    CASE(suite, separable_words_every_method_says_so_and_tells_all_rows);
    CASE(suite, iris_setosa_is_told_apart_and_the_others_are_not);
    CASE(suite, overlapping_data_are_never_called_separable);
    CASE(suite, separable_only_where_f_itself_is_minimised_to_its_end);
    CASE(suite, separable_value_is_that_of_the_lightest_row_on_the_boundary);
    CASE(suite, separable_data_with_a_loss_that_is_0_beyond_a_margin_have_a_minimum);
    CASE(suite, rows_on_the_boundary_leave_the_gradient_to_end_the_run);
    CASE(suite, attained_of_an_objective_of_ones_own_ends_a_run);
    return suite_run(suite);
}
