/* The tables of the scenes about penalties, constraints and estimators say what mathematics says they must. */
#include "tables.h"
#include "../bench/bench.h"
#include "../bench/scenes.h"
#include <math.h>

/* The table of that name, made anew. */
static table *scene_read(const scene *list, const char *file)
{
    char *text = NULL;
    size_t size = 0;
    while (strcmp(list->file, file))
        list++;
    FILE *memory = open_memstream(&text, &size);
    lgd_status st = list->fill(memory);
    ck_assert_msg(!st && !fclose(memory), "%s: %s", file, lgd_last_error());
    return table_of(file, text);
}

/* ---- a box */

/* The bowl about (1.9, 0.2), of curvature 0.12 along 30 degrees and 1 across. */
static double bowl(double x, double y)
{
    const double along = cos(M_PI / 6) * (x - 1.9) + sin(M_PI / 6) * (y - 0.2);
    const double across = cos(M_PI / 6) * (y - 0.2) - sin(M_PI / 6) * (x - 1.9);
    return (0.12 * along * along + across * across) / 2;
}

/* On the right edge the bowl is a parabola of y, whose bottom is where its slope there is 0. */
START_TEST(feasible_path_every_iterate_in_the_box_and_ends_at_the_lowest_of_its_edge)
{
    static const struct {
        const char *method;
        double near;
    } methods[] = {{"plain", 1e-5}, {"momentum", 1e-2}, {"Adam", 1e-2}, {"FISTA", 1e-5}};
    const double xx = 0.12 * 3 / 4 + 1.0 / 4, xy = (0.12 - 1) * sqrt(3) / 4, yy = 0.12 / 4 + 3.0 / 4;
    const double lowest = 0.2 - xy / yy * (0.8 - 1.9);
    table *t = scene_read(scenes_of_box, "feasible_path.tsv");
    const size_t corner = find(t, "what", "box", 0), across = find(t, "what", "box", 2);
    const double left = number(t, corner, "x"), right = number(t, across, "x");
    const double bottom = number(t, corner, "y"), top = number(t, across, "y");
    ck_assert(left == -1.6 && right == 0.8 && bottom == -1 && top == 1);
    ck_assert(xx * (0.8 - 1.9) + xy * (lowest - 0.2) < 0); /* F falls beyond the edge */
    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
        const size_t steps = count(t, "what", methods[k].method), first = find(t, "what", methods[k].method, 0);
        bool leant = false;
        ck_assert_uint_gt(steps, 10);
        for (size_t i = first; i < first + steps; i++) {
            const double x = number(t, i, "x"), y = number(t, i, "y");
            ck_assert_msg(x >= left && x <= right && y >= bottom && y <= top, "%s: %g, %g", methods[k].method, x, y);
            ck_assert_double_eq_tol(number(t, i, "loss"), bowl(x, y), 1e-8);
            leant = leant || y == bottom;
        }
        ck_assert(leant);
        ck_assert_double_eq(number(t, first + steps - 1, "x"), right);
        ck_assert_double_eq_tol(number(t, first + steps - 1, "y"), lowest, methods[k].near);
    }
    const size_t low = find(t, "what", "minimum", 0), free = find(t, "what", "bottom", 0);
    ck_assert(number(t, low, "x") == right && fabs(number(t, low, "y") - lowest) < 1e-8);
    ck_assert(fabs(number(t, free, "x") - 1.9) < 1e-8 && fabs(number(t, free, "y") - 0.2) < 1e-8);
    table_free(t);
}
END_TEST

START_TEST(feasible_grid_values_those_of_the_bowl)
{
    table *t = scene_read(scenes_of_box, "feasible_grid.tsv");
    for (size_t j = 0; j + 1 < t->rows; j++)
        for (size_t i = 0; i + 1 < t->cols; i++)
            ck_assert_double_eq_tol(value(t, j, i), bowl(x_of(t, i), y_of(t, j)), 1e-7);
    table_free(t);
}
END_TEST

/* ---- the lasso */

enum { ROWS = 442, COLS = 10 };

static void numbers(const char *name, size_t n, double *x)
{
    char path[PATH_SIZE];
    FILE *file = fopen(file_of_data(path, sizeof path, name), "r");
    ck_assert_msg(file != NULL, "%s", path);
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(fscanf(file, "%lf", &x[i]), 1);
    fclose(file);
}

/* A point minimises a lasso where the slope of each coefficient that is not 0 is the strength, against its sign, and where
 * that of no other is larger. */
START_TEST(lasso_path_every_row_meets_the_conditions_of_a_minimum)
{
    static double X[ROWS * COLS], y[ROWS];
    double mean = 0, largest = 0;
    size_t zeros[COLS] = {0};
    table *t = scene_read(scenes_of_lasso, "lasso_path.tsv");
    numbers("diabetes_data.csv", ROWS * COLS, X);
    numbers("diabetes_target.csv", ROWS, y);
    for (size_t i = 0; i < ROWS; i++)
        mean += y[i] / ROWS;
    for (size_t row = 1; row < t->rows; row++) {
        const double strength = number(t, row, "strength");
        double slope[COLS] = {0};
        for (size_t i = 0; i < ROWS; i++) {
            double residual = mean - y[i];
            for (size_t j = 0; j < COLS; j++) /* columns of sum of squares 1 have a deviation of ROWS^-1/2 */
                residual += sqrt(ROWS) * X[i * COLS + j] * strtod(t->cell[row * t->cols + j + 1], NULL);
            for (size_t j = 0; j < COLS; j++)
                slope[j] += residual * X[i * COLS + j] / sqrt(ROWS);
        }
        for (size_t j = 0; j < COLS; j++) {
            const double w = strtod(t->cell[row * t->cols + j + 1], NULL);
            zeros[j] += w == 0;
            if (w == 0)
                ck_assert_msg(fabs(slope[j]) <= strength * (1 + 1e-9) + 1e-6, "strength %g: %s is 0, its slope %g",
                              strength, t->cell[j + 1], slope[j]);
            else
                ck_assert_double_eq_tol(slope[j], -copysign(strength, w), 1e-6);
            largest = fmax(largest, row == 1 ? fabs(slope[j]) : 0);
        }
    }
    ck_assert_double_lt(largest, number(t, 1, "strength")); /* the first row keeps nothing, and need not */
    for (size_t j = 0; j < COLS; j++)
        ck_assert_msg(zeros[j] > 0 && zeros[j] < t->rows - 2, "%s is 0 %zu times", t->cell[j + 1], zeros[j]);
    table_free(t);
}
END_TEST

/* ---- ridge regressions */

/* A row's coefficients have the slope that the strength asks for, and the mark is at the least error. */
START_TEST(ridge_path_every_row_at_rest_and_best_the_least_error)
{
    static double X[ROWS * COLS], y[ROWS];
    double mean = 0, least = INFINITY, marked = 0;
    table *t = scene_read(scenes_of_least_squares, "ridge_path.tsv");
    numbers("diabetes_data.csv", ROWS * COLS, X);
    numbers("diabetes_target.csv", ROWS, y);
    for (size_t i = 0; i < ROWS; i++)
        mean += y[i] / ROWS;
    for (size_t row = 1; row < t->rows; row++) {
        double slope[COLS] = {0};
        for (size_t i = 0; i < ROWS; i++) {
            double residual = mean - y[i];
            for (size_t j = 0; j < COLS; j++)
                residual += sqrt(ROWS) * X[i * COLS + j] * strtod(t->cell[row * t->cols + j + 1], NULL);
            for (size_t j = 0; j < COLS; j++)
                slope[j] += residual * X[i * COLS + j] / sqrt(ROWS);
        }
        for (size_t j = 0; j < COLS; j++)
            ck_assert_double_eq_tol(slope[j],
                                    -number(t, row, "strength") * strtod(t->cell[row * t->cols + j + 1], NULL), 1e-6);
        ck_assert(row == 1 || number(t, row, "freedom") < number(t, row - 1, "freedom"));
        least = fmin(least, number(t, row, "error"));
        marked += number(t, row, "best") * number(t, row, "error");
    }
    ck_assert_double_eq(least, marked);
    table_free(t);
}
END_TEST

/* ---- estimators */

/* The log10 of a column against passes, over the rows from..until: slope of the line of least squares, and how much of the
 * variance the line tells (R^2). */
static void fit(const table *t, const char *column, size_t from, size_t until, double *slope, double *told)
{
    const double n = (double)(until - from + 1);
    double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (size_t i = from; i <= until; i++) {
        const double p = number(t, i, "passes"), v = log10(number(t, i, column));
        x += p / n;
        y += v / n;
    }
    for (size_t i = from; i <= until; i++) {
        const double p = number(t, i, "passes") - x, v = log10(number(t, i, column)) - y;
        xx += p * p;
        xy += p * v;
        yy += v * v;
    }
    *slope = xy / xx;
    *told = xy * xy / (xx * yy);
}

START_TEST(estimators_variance_reduced_linear_to_the_optimum_minibatch_not)
{
    static const struct {
        const char *name;
        double passes; /* of the last epoch */
    } ways[] = {{"SVRG", 48}, {"SAGA", 24}, {"SARAH", 16 * (1 + 2 * 62.0 / 63 + 1.0 / 63)}};
    table *t = scene_read(scenes_of_estimators, "estimators.tsv");
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        const size_t first = find(t, "estimator", ways[k].name, 0), rows = count(t, "estimator", ways[k].name);
        size_t low = first;
        double slope, told;
        ck_assert_double_eq_tol(number(t, first + rows - 1, "passes"), ways[k].passes, 1e-6);
        while (low < first + rows && number(t, low, "above_optimum") > 1e-10)
            low++;
        ck_assert_msg(low < first + rows, "%s does not come to 1e-10", ways[k].name);
        fit(t, "above_optimum", first, low, &slope, &told);
        ck_assert_msg(slope < -0.1 && told > 0.98, "%s: slope %g, R^2 %g", ways[k].name, slope, told);
        fit(t, "apart", first + 1, low, &slope, &told);
        ck_assert_msg(slope < -0.1 && told > 0.95, "%s: slope %g, R^2 %g", ways[k].name, slope, told);
    }
    const size_t first = find(t, "estimator", "mini-batch", 0), rows = count(t, "estimator", "mini-batch");
    for (size_t i = first + 2; i < first + rows; i++) {
        ck_assert_double_gt(number(t, i, "above_optimum"), 1e-4);
        ck_assert_double_gt(number(t, i, "apart"), number(t, first + 1, "apart") / 3);
    }
    table_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("scenes_methods");
    CASE(s, feasible_path_every_iterate_in_the_box_and_ends_at_the_lowest_of_its_edge);
    CASE(s, feasible_grid_values_those_of_the_bowl);
    CASE(s, lasso_path_every_row_meets_the_conditions_of_a_minimum);
    CASE(s, ridge_path_every_row_at_rest_and_best_the_least_error);
    CASE(s, estimators_variance_reduced_linear_to_the_optimum_minibatch_not);
    return suite_run(s);
}
