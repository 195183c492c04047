/* Weights of rows, on the subset of HIGGS in bench/data: a row of weight 2 is the row twice, whatever the storage; the weights that come with
 * the set lead to the optimum that tests/reference/weights.py finds. */
#include "io/io.h"
#include "suite.h"
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 7000, COLS = 28, DIM = COLS + 1, TEST_ROWS = 500 };

/* Dense and sparse of the same numbers, with or without the rows of weight 2 once more, behind the others. */
typedef struct rows_of {
    size_t rows;
    double *X, *y, *weights;
    size_t *row_start;
    int32_t *column;
    double *value;
    lgd_matrix *A[2]; /* dense, sparse */
} rows_of;

static lgd_table *table_of(const char *name, bool no_target, const char *target)
{
    char path[4096];
    lgd_table *t = NULL;
    snprintf(path, sizeof path, LGD_TEST_DATA "/%s", name);
    const lgd_csv_options options = {.header = LGD_HEADER_NO, .target = target, .no_target = no_target};
    ck_assert_msg(!lgd_csv_read(&t, path, &options), "%s", lgd_last_error());
    return t;
}

static bool is_doubled(size_t i)
{
    return i % 3 == 0;
}

static rows_of make(const lgd_table *t, bool twice)
{
    rows_of d = {.rows = t->rows};
    for (size_t i = 0; twice && i < t->rows; i++)
        d.rows += is_doubled(i);
    d.X = malloc(d.rows * COLS * sizeof *d.X);
    d.y = malloc(d.rows * sizeof *d.y);
    d.weights = malloc(d.rows * sizeof *d.weights);
    d.row_start = calloc(d.rows + 1, sizeof *d.row_start);
    d.column = malloc(d.rows * COLS * sizeof *d.column);
    d.value = malloc(d.rows * COLS * sizeof *d.value);
    size_t row = 0, n = 0;
    for (size_t pass = 0; pass < (twice ? 2 : 1); pass++)
        for (size_t i = 0; i < t->rows; i++) {
            if (pass == 1 && !is_doubled(i))
                continue;
            memcpy(d.X + row * COLS, t->X + i * COLS, COLS * sizeof *d.X);
            for (size_t j = 0; j < COLS; j++)
                if (t->X[i * COLS + j] != 0) {
                    d.column[n] = (int32_t)j;
                    d.value[n++] = t->X[i * COLS + j];
                }
            d.y[row] = t->y[i];
            d.weights[row] = is_doubled(i) ? 2 : 1;
            d.row_start[++row] = n;
        }
    const lgd_csr csr = {.rows = d.rows, .cols = COLS, .row_start = d.row_start, .column = d.column, .value = d.value};
    ck_assert(!lgd_matrix_dense(&d.A[0], d.rows, COLS, d.X, COLS) && !lgd_matrix_csr(&d.A[1], &csr));
    return d;
}

static void unmake(rows_of *d)
{
    lgd_matrix_free(d->A[0]);
    lgd_matrix_free(d->A[1]);
    free(d->X);
    free(d->y);
    free(d->weights);
    free(d->row_start);
    free(d->column);
    free(d->value);
}

static void near(size_t n, const double *a, const double *b, double tolerance, const char *what)
{
    double off = 0, size = 0;
    for (size_t j = 0; j < n; j++) {
        off += (a[j] - b[j]) * (a[j] - b[j]);
        size += b[j] * b[j];
    }
    ck_assert_msg(sqrt(off) <= tolerance * sqrt(size), "%s: %.3g of %.3g", what, sqrt(off), sqrt(size));
}

static lgd_objective *model(const lgd_matrix *A, const double *y, const double *weights, const char *loss, double l2)
{
    lgd_objective *f = NULL;
    lgd_loss *l = NULL;
    const lgd_glm_options options = {.intercept = true, .weights = weights, .l2 = l2};
    ck_assert(!lgd_loss_parse(&l, loss));
    ck_assert_msg(!lgd_glm_create(&f, A, y, l, &options), "%s", lgd_last_error());
    lgd_loss_free(l);
    return f;
}

/* The point of L-BFGS, as near as rounding lets it. */
static double optimum(lgd_objective *f, double w[DIM])
{
    lgd_optimizer *opt = NULL;
    lgd_report report;
    memset(w, 0, DIM * sizeof *w);
    const lgd_minimize_options options = {.max_epochs = 3000, .grad_tol = 1e-14};
    ck_assert(!lgd_optimizer_parse(&opt, "lbfgs"));
    ck_assert_msg(!lgd_minimize(f, opt, w, &options, &report), "%s", lgd_last_error());
    ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL || report.stop == LGD_STOP_ROUNDING, "%s",
                  lgd_stop_string(report.stop));
    lgd_optimizer_free(opt);
    return report.f;
}

START_TEST(weights_of_two_value_and_gradient_of_rows_twice)
{
    static const char *const losses[] = {"logistic", "half_squared", "squared_hinge", "huber"};
    lgd_table *t = table_of("binary.train", false, "1");
    rows_of once = make(t, false), twice = make(t, true);
    ck_assert_uint_eq(twice.rows, 7000 + 2334);
    double w[DIM], g[2][DIM], f[2];
    lgd_uniform(3, 0, DIM, w);
    for (size_t l = 0; l < 4; l++)
        for (size_t a = 0; a < 2; a++)
            for (size_t b = 0; b < 2; b++) { /* each storage of the one against each of the other */
                lgd_objective *weighted = model(once.A[a], once.y, once.weights, losses[l], 0.1);
                lgd_objective *doubled = model(twice.A[b], twice.y, NULL, losses[l], 0.1);
                ck_assert(!lgd_objective_eval(weighted, NULL, w, &f[0], g[0]) &&
                          !lgd_objective_eval(doubled, NULL, w, &f[1], g[1]));
                near(1, &f[0], &f[1], 1e-12, losses[l]);
                near(DIM, g[0], g[1], 1e-12, losses[l]);
                lgd_objective_free(weighted);
                lgd_objective_free(doubled);
            }
    unmake(&once);
    unmake(&twice);
    lgd_table_free(t);
}
END_TEST

START_TEST(weights_of_two_optimum_of_rows_twice)
{
    lgd_table *t = table_of("binary.train", false, "1");
    rows_of once = make(t, false), twice = make(t, true);
    double w[2][DIM], f[2];
    for (size_t a = 0; a < 2; a++)
        for (size_t b = 0; b < 2; b++) {
            lgd_objective *weighted = model(once.A[a], once.y, once.weights, "logistic", 0.1);
            lgd_objective *doubled = model(twice.A[b], twice.y, NULL, "logistic", 0.1);
            f[0] = optimum(weighted, w[0]);
            f[1] = optimum(doubled, w[1]);
            near(1, &f[0], &f[1], 1e-12, "value");
            near(DIM, w[0], w[1], 1e-12, "point");
            lgd_objective_free(weighted);
            lgd_objective_free(doubled);
        }
    unmake(&once);
    unmake(&twice);
    lgd_table_free(t);
}
END_TEST

START_TEST(weights_of_zero_rows_left_out)
{
    lgd_table *t = table_of("binary.train", false, "1");
    rows_of d = make(t, false);
    double w[DIM], g[2][DIM], f[2];
    lgd_uniform(5, 0, DIM, w);
    for (size_t i = 0; i < ROWS; i++)
        d.weights[i] = i < 4000;
    for (size_t a = 0; a < 2; a++) {
        const lgd_csr csr = {
            .rows = 4000, .cols = COLS, .row_start = d.row_start, .column = d.column, .value = d.value};
        lgd_matrix *first = NULL;
        ck_assert(!(a ? lgd_matrix_csr(&first, &csr) : lgd_matrix_dense(&first, 4000, COLS, d.X, COLS)));
        lgd_objective *weighted = model(d.A[a], d.y, d.weights, "logistic", 0.1),
                      *fewer = model(first, d.y, NULL, "logistic", 0.1);
        ck_assert(!lgd_objective_eval(weighted, NULL, w, &f[0], g[0]) &&
                  !lgd_objective_eval(fewer, NULL, w, &f[1], g[1]));
        near(1, &f[0], &f[1], 1e-13, "value");
        near(DIM, g[0], g[1], 1e-12, "gradient");
        lgd_objective_free(weighted);
        lgd_objective_free(fewer);
        lgd_matrix_free(first);
    }
    unmake(&d);
    lgd_table_free(t);
}
END_TEST

START_TEST(weights_of_the_set_optimum_and_loss_of_the_test_as_recorded)
{
    lgd_table *train = table_of("binary.train", false, "1"), *test = table_of("binary.test", false, "1");
    lgd_table *omega = table_of("binary.train.weight", true, NULL), *nu = table_of("binary.test.weight", true, NULL);
    ck_assert(train->rows == ROWS && train->cols == COLS && test->rows == TEST_ROWS && omega->rows == ROWS &&
              nu->rows == TEST_ROWS);
    rows_of d = make(train, false), e = make(test, false);
    double w[DIM], p[TEST_ROWS];
    for (size_t a = 0; a < 2; a++) {
        lgd_objective *f = model(d.A[a], d.y, omega->X, "logistic", 0.01),
                      *held = model(e.A[a], e.y, nu->X, "logistic", 0);
        double value = 0;
        const double recorded[] = {0.6577778981768885, 0.6451481997128823, -0.23692987278768157, -0.637444493833224,
                                   0.5139422260989229};
        ck_assert_double_eq_tol(optimum(f, w), recorded[0], 1e-13);
        ck_assert(!lgd_objective_eval(held, NULL, w, &value, NULL) && !lgd_glm_predict(f, e.A[a], w, p, 1));
        ck_assert_double_eq_tol(value, recorded[1], 1e-12);
        ck_assert_double_eq_tol(w[0], recorded[2], 1e-11);
        ck_assert_double_eq_tol(w[27], recorded[3], 1e-11);
        ck_assert_double_eq_tol(w[28], recorded[4], 1e-11);
        size_t right = 0;
        for (size_t i = 0; i < TEST_ROWS; i++)
            right += (p[i] > 0.5) == (e.y[i] == 1);
        ck_assert_uint_eq(right, 320);
        lgd_objective_free(f);
        lgd_objective_free(held);
    }
    unmake(&d);
    unmake(&e);
    lgd_table_free(train);
    lgd_table_free(test);
    lgd_table_free(omega);
    lgd_table_free(nu);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("weights");
    CASE(s, weights_of_two_value_and_gradient_of_rows_twice);
    CASE(s, weights_of_two_optimum_of_rows_twice);
    CASE(s, weights_of_zero_rows_left_out);
    CASE(s, weights_of_the_set_optimum_and_loss_of_the_test_as_recorded);
    return suite_run(s);
}
