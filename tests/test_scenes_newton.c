/* The tables of the scenes about curvature say what mathematics says they must. */
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

/* The rows of a method, first and last. */
typedef struct range {
    size_t first, last;
} range;

static range rows_of(const table *t, const char *name)
{
    const range r = {find(t, "method", name, 0), find(t, "method", name, 0) + count(t, "method", name) - 1};
    ck_assert_msg(r.first && r.last > r.first && !strcmp(word(t, r.last, "method"), name), "%s", name);
    return r;
}

/* ---- Rosenbrock's valley */

static double valley(double x, double y)
{
    return (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);
}

START_TEST(rosenbrock_paths_end_at_the_minimum_with_curvature_hundreds_of_times_sooner)
{
    static const char *const methods[] = {"sgd", "cg", "lbfgs", "newton"};
    double cost[4], step[4];
    table *t = scene_read(scenes_of_newton, "rosenbrock_paths.tsv");
    for (size_t k = 0; k < 4; k++) {
        const range r = rows_of(t, methods[k]);
        ck_assert(number(t, r.first, "x") == -1.2 && number(t, r.first, "y") == 1 && number(t, r.first, "step") == 0);
        for (size_t i = r.first; i <= r.last; i++) {
            const double f = valley(number(t, i, "x"), number(t, i, "y"));
            ck_assert_double_eq_tol(number(t, i, "loss"), f, 1e-7 * fmax(f, 1));
            if (k && i > r.first) { /* a search never goes up, and every step is a row */
                ck_assert_double_lt(number(t, i, "loss"), number(t, i - 1, "loss"));
                ck_assert_double_eq(number(t, i, "step"), number(t, i - 1, "step") + 1);
            }
        }
        ck_assert_double_le(number(t, r.last, "loss"), 1e-10);
        cost[k] = number(t, r.last, "evaluations");
        step[k] = number(t, r.last, "step");
        ck_assert_double_gt(cost[k], step[k]);
    }
    for (size_t k = 1; k < 4; k++)
        ck_assert_msg(cost[0] > 100 * cost[k], "%s: %g evaluations, sgd %g", methods[k], cost[k], cost[0]);
    ck_assert(step[3] < step[2] && step[2] < step[1] && cost[2] < cost[1]);
    table_free(t);
}
END_TEST

/* ---- a saddle point */

static double hills(double x, double y)
{
    return x * x - y * y + y * y * y * y;
}

START_TEST(saddle_plain_descent_stays_and_both_ways_off_it_reach_a_minimum)
{
    static const char *const ways[] = {"plain", "escape", "perturbed"};
    table *t = scene_read(scenes_of_newton, "saddle_escape.tsv");
    for (size_t k = 0; k < 3; k++) {
        const range r = rows_of(t, ways[k]);
        size_t at = r.first; /* the last row on the line that leads to the saddle */
        for (size_t i = r.first; i <= r.last; i++) {
            const double x = number(t, i, "x"), y = number(t, i, "y");
            ck_assert_double_eq_tol(number(t, i, "loss"), hills(x, y), 1e-8);
            at = y == 0 ? i : at;
        }
        ck_assert_double_le(fabs(number(t, at, "x")), 1e-6);
        ck_assert_double_eq_tol(number(t, at, "x"), pow(0.8, number(t, at, "step")), 1e-8); /* x -= 0.1 2x */
        ck_assert_double_le(fabs(number(t, r.last, "x")), 1e-6);
        if (k == 0) {
            ck_assert_uint_eq(at, r.last);
        } else {
            ck_assert_uint_gt(r.last, at);
            ck_assert_double_eq_tol(fabs(number(t, r.last, "y")), sqrt(0.5), 1e-5);
            ck_assert_double_eq_tol(number(t, r.last, "loss"), -0.25, 1e-8);
        }
        if (k == 1) /* the search along the direction of negative curvature has done most of it */
            ck_assert_double_eq_tol(fabs(number(t, at + 1, "y")), sqrt(0.5), 1e-3);
        if (k == 2) /* from near the saddle */
            ck_assert_double_le(fabs(number(t, at + 1, "y")), 1e-2);
    }
    table_free(t);
}
END_TEST

START_TEST(saddle_grid_values_those_of_the_function)
{
    table *t = scene_read(scenes_of_newton, "saddle_grid.tsv");
    for (size_t j = 0; j + 1 < t->rows; j++)
        for (size_t i = 0; i + 1 < t->cols; i++)
            ck_assert_double_eq_tol(value(t, j, i), hills(x_of(t, i), y_of(t, j)), 1e-7);
    table_free(t);
}
END_TEST

/* ---- orders of convergence */

static double above(const table *t, size_t row)
{
    return number(t, row, "above_optimum");
}

/* Passes until it is within that of the optimum; infinite where it never is. */
static double passes_to(const table *t, const char *name, double tolerance)
{
    const range r = rows_of(t, name);
    for (size_t i = r.first; i <= r.last; i++)
        if (above(t, i) <= tolerance)
            return number(t, i, "passes");
    return INFINITY;
}

START_TEST(second_order_descent_linear_newton_cg_superlinear_newton_quadratic)
{
    table *t = scene_read(scenes_of_newton, "second_order.tsv");
    const range plain = rows_of(t, "sgd"), cg = rows_of(t, "newton_cg"), newton = rows_of(t, "newton");
    for (size_t i = plain.last - 7; i <= plain.last; i++) { /* five steps each: a factor that hardly changes */
        const double factor = above(t, i) / above(t, i - 1), before = above(t, i - 1) / above(t, i - 2);
        ck_assert_msg(factor < 1 && factor > 0.9 && fabs(factor - before) < 0.01, "%g after %g", factor, before);
    }
    for (size_t i = cg.first + 3; i < cg.last; i++) /* a factor that falls to 0 */
        ck_assert_double_lt(above(t, i) / above(t, i - 1), 0.5 * above(t, i - 1) / above(t, i - 2));
    ck_assert_double_lt(above(t, cg.last - 1) / above(t, cg.last - 2), 1e-3);
    size_t squares = 0;
    for (size_t i = newton.first + 3; i <= newton.last && above(t, i - 1) > 1e-7; i++, squares++) {
        const double square = above(t, i) / (above(t, i - 1) * above(t, i - 1));
        ck_assert_msg(square > 0.5 && square < 10, "step %g: %g of the square", number(t, i, "step"), square);
    }
    ck_assert_uint_ge(squares, 3);
    table_free(t);
}
END_TEST

START_TEST(second_order_passes_to_the_optimum_fewer_with_more_curvature)
{
    table *t = scene_read(scenes_of_newton, "second_order.tsv");
    const double newton = passes_to(t, "newton", 1e-10), lbfgs = passes_to(t, "lbfgs", 1e-10);
    ck_assert_double_le(newton, 13);
    ck_assert_double_lt(newton, lbfgs / 2);
    ck_assert_double_le(passes_to(t, "newton_cg", 1e-10), 60); /* one in each step tells the second derivatives */
    ck_assert_double_lt(lbfgs, 45);
    ck_assert(isinf(passes_to(t, "cg", 1e-10)) && isinf(passes_to(t, "fista", 1e-10)));
    ck_assert_double_lt(passes_to(t, "cg", 1e-4), passes_to(t, "fista", 1e-4));
    ck_assert(isinf(passes_to(t, "sgd", 1e-2)));
    for (size_t i = 1; i < t->rows; i++) /* one pass tells the value at the start, no step is for nothing */
        ck_assert_double_ge(number(t, i, "passes"), 1 + number(t, i, "step"));
    table_free(t);
}
END_TEST

/* ---- a mesh */

static double steps_at(const table *t, const char *name, const char *of, double cells)
{
    for (size_t i = 1; i < t->rows; i++)
        if (!strcmp(word(t, i, "method"), name) && !strcmp(word(t, i, "gradient"), of) &&
            number(t, i, "cells") == cells)
            return number(t, i, "steps");
    ck_abort_msg("%s, %s, %g cells", name, of, cells);
    return NAN;
}

START_TEST(mesh_steps_grow_without_the_metric_and_do_not_with_it)
{
    static const struct {
        const char *method;
        double least, most; /* growth with each doubling of the cells */
    } plain[] = {{"sgd", 3.9, 4.1}, {"cg", 1.6, 2.6}, {"lbfgs", 1.6, 2.6}};
    table *t = scene_read(scenes_of_mesh, "mesh_steps.tsv");
    for (size_t k = 0; k < 3; k++)
        for (double cells = 50; cells <= 400; cells *= 2) {
            const char *name = plain[k].method;
            const double growth = steps_at(t, name, "plain", cells) / steps_at(t, name, "plain", cells / 2);
            ck_assert_msg(growth >= plain[k].least && growth <= plain[k].most, "%s, %g cells: %g", name, cells, growth);
            ck_assert_double_le(steps_at(t, name, "smoothed", cells), steps_at(t, name, "smoothed", 25) + 1);
        }
    table_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("scenes_newton");
    CASE(s, rosenbrock_paths_end_at_the_minimum_with_curvature_hundreds_of_times_sooner);
    CASE(s, saddle_plain_descent_stays_and_both_ways_off_it_reach_a_minimum);
    CASE(s, saddle_grid_values_those_of_the_function);
    CASE(s, second_order_descent_linear_newton_cg_superlinear_newton_quadratic);
    CASE(s, second_order_passes_to_the_optimum_fewer_with_more_curvature);
    CASE(s, mesh_steps_grow_without_the_metric_and_do_not_with_it);
    return suite_run(s);
}
