/* The tables of the scenes say what mathematics says they must; those that cannot be written are named. */
#include "tables.h"
#include "../bench/bench.h"
#include <math.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/lgd-scenes-XXXXXX";

static table *table_read(const char *file)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    char *text = file_read(path);
    ck_assert_msg(text, "%s", path);
    return table_of(file, text);
}

/* ---- costs */

/* With curvature 1 a step at rate lr leaves 1 - lr of what is missing, so two points of a descent name its end. */
static double end_of(const table *t, const char *column, double lr)
{
    size_t first = find(t, "what", "descent", 0);
    double before = number(t, first, column), after = number(t, first + 1, column);
    return (after - (1 - lr) * before) / lr;
}

/* features: 48 */
START_TEST(cost_scan_lowest_at_the_optimum)
{
    table *t = table_read("cost.tsv");
    size_t scans = count(t, "what", "scan"), low = 1;
    for (size_t i = 1; i <= scans; i++)
        low = number(t, i, "cost") < number(t, low, "cost") ? i : low;
    ck_assert(low > 1 && low < scans);
    double step = number(t, low + 1, "w") - number(t, low, "w"), left = number(t, low - 1, "cost"),
           middle = number(t, low, "cost"), right = number(t, low + 1, "cost");
    double bottom = number(t, low, "w") + step * (left - right) / (2 * (left - 2 * middle + right));
    double optimum = end_of(t, "w", 0.3);
    ck_assert_double_eq_tol(bottom, optimum, 1e-6);
    /* Scan and descent lie on one parabola of curvature 1. */
    double lowest = middle - pow(number(t, low, "w") - optimum, 2) / 2;
    for (size_t i = 1; i < t->rows; i++)
        ck_assert_double_eq_tol(number(t, i, "cost"), lowest + pow(number(t, i, "w") - optimum, 2) / 2, 1e-7);
    table_free(t);
}
END_TEST

/* features: 49 */
START_TEST(surface_values_those_of_the_round_quadratic)
{
    table *t = table_read("surface.tsv"), *path = table_read("surface_path.tsv");
    double slope = end_of(path, "slope", 0.25), intercept = end_of(path, "intercept", 0.25);
    size_t last = path->rows - 1;
    double lowest =
        number(path, last, "cost") -
        (pow(number(path, last, "slope") - slope, 2) + pow(number(path, last, "intercept") - intercept, 2)) / 2;
    ck_assert_uint_eq(t->cols - 1, (size_t)atoi(t->cell[0]));
    for (size_t j = 0; j + 1 < t->rows; j++)
        for (size_t i = 0; i + 1 < t->cols; i++) {
            double f = lowest + (pow(x_of(t, i) - slope, 2) + pow(y_of(t, j) - intercept, 2)) / 2;
            ck_assert_double_eq_tol(value(t, j, i), f, 1e-6 * f);
        }
    table_free(t);
    table_free(path);
}
END_TEST

/* A quadratic taken from six values is met by all others; its curvature is positive every way: the contours are ellipses
 * about one centre, and the value grows along every ray from it. */
/* features: 50 */
START_TEST(quadratic_grid_contours_concentric_ellipses)
{
    table *t = table_read("paths_quadratic_grid.tsv");
    size_t n = t->rows - 1, m = n / 2, k = n / 4;
    double h = (x_of(t, m + k) - x_of(t, m - k)) / 2, v = (y_of(t, m + k) - y_of(t, m - k)) / 2;
    double f = value(t, m, m), east = value(t, m, m + k), west = value(t, m, m - k), north = value(t, m + k, m),
           south = value(t, m - k, m), corner = value(t, m + k, m + k);
    double gx = (east - west) / (2 * h), gy = (north - south) / (2 * v);
    double hxx = (east - 2 * f + west) / (h * h), hyy = (north - 2 * f + south) / (v * v);
    double hxy = (corner - f - gx * h - gy * v - hxx * h * h / 2 - hyy * v * v / 2) / (h * v);
    ck_assert(hxx > 0 && hyy > 0 && hxx * hyy > hxy * hxy);
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++) {
            double x = x_of(t, i) - x_of(t, m), y = y_of(t, j) - y_of(t, m);
            double expected = f + gx * x + gy * y + (hxx * x * x + hyy * y * y) / 2 + hxy * x * y;
            ck_assert_double_eq_tol(value(t, j, i), expected, 1e-5);
        }
    double wide = (hxx + hyy) / 2 + sqrt(pow((hxx - hyy) / 2, 2) + hxy * hxy);
    double narrow = (hxx + hyy) / 2 - sqrt(pow((hxx - hyy) / 2, 2) + hxy * hxy);
    ck_assert_double_gt(wide / narrow, 5);
    table *path = table_read("paths_quadratic.tsv"); /* its minimum is where the slopes of the quadratic vanish */
    size_t low = find(path, "method", "minimum", 0);
    double x = number(path, low, "x") - x_of(t, m), y = number(path, low, "y") - y_of(t, m);
    ck_assert_double_eq_tol(gx + hxx * x + hxy * y, 0, 1e-4);
    ck_assert_double_eq_tol(gy + hyy * y + hxy * x, 0, 1e-4);
    table_free(path);
    table_free(t);
}
END_TEST

/* features: 53, 59 */
START_TEST(minima_two_starts_the_two_minima)
{
    table *t = table_read("minima.tsv");
    size_t left = find(t, "what", "left start", count(t, "what", "left start") - 1);
    size_t right = find(t, "what", "right start", count(t, "what", "right start") - 1);
    ck_assert_double_eq_tol(number(t, left, "w"), -2.903534, 1e-4); /* roots of 4 w^3 - 32 w + 5 */
    ck_assert_double_eq_tol(number(t, right, "w"), 2.746803, 1e-4);
    ck_assert_double_lt(number(t, left, "cost"), number(t, right, "cost"));
    table_free(t);
}
END_TEST

/* ---- paths */

/* How much longer a path is than the way between its ends. */
static double roughness(const table *t, const char *name)
{
    double length = 0;
    size_t steps = count(t, "method", name);
    ck_assert_uint_gt(steps, 2);
    size_t first = find(t, "method", name, 0), last = first + steps - 1;
    for (size_t i = first; i < last; i++)
        length += hypot(number(t, i + 1, "x") - number(t, i, "x"), number(t, i + 1, "y") - number(t, i, "y"));
    return length / hypot(number(t, last, "x") - number(t, first, "x"), number(t, last, "y") - number(t, first, "y"));
}

/* features: 51 */
START_TEST(paths_roughness_stochastic_above_mini_batch_above_batch)
{
    static const char *const files[] = {"paths_quadratic.tsv", "paths_rosenbrock.tsv"};
    for (size_t i = 0; i < 2; i++) {
        table *t = table_read(files[i]);
        double batch = roughness(t, "batch"), mini = roughness(t, "mini-batch"), single = roughness(t, "stochastic");
        ck_assert_msg(single > 1.5 * mini && mini > 1.2 * batch, "%s: %g, %g, %g", files[i], single, mini, batch);
        table_free(t);
    }
}
END_TEST

START_TEST(methods_rosenbrock_ends_nearer_than_that_of_plain_descent)
{
    static const char *const methods[] = {"momentum", "Nesterov", "Adam"};
    table *t = table_read("methods_rosenbrock.tsv");
    size_t last = find(t, "method", "plain", count(t, "method", "plain") - 1);
    double plain = number(t, last, "loss");
    for (size_t i = 0; i < 3; i++) {
        last = find(t, "method", methods[i], count(t, "method", methods[i]) - 1);
        double x = number(t, last, "x"), y = number(t, last, "y"), loss = number(t, last, "loss");
        ck_assert_double_lt(loss, plain / 2);
        ck_assert_double_eq_tol(loss, pow(1 - x, 2) + 100 * pow(y - x * x, 2), 1e-4);
    }
    table_free(t);
}
END_TEST

/* ---- rates */

/* features: 52 */
START_TEST(schedules_factors_those_of_closed_forms)
{
    table *t = table_read("schedules.tsv");
    ck_assert_uint_eq(t->rows, 302);
    for (size_t i = 1; i < t->rows; i++) {
        const double e = number(t, i, "epoch"), begin = e < 40 ? 0 : e < 120 ? 40 : e < 280 ? 120 : 280;
        const double height = 1 - fabs(fmod(e, 100) / 50 - 1), halved = height * pow(0.5, floor(e / 100));
        const double climb = (1 - cos(M_PI * e / 90)) / 2, fall = (1 + cos(M_PI * (e - 90) / 210)) / 2;
        const double cuts = round(log(number(t, i, "plateau, 0.3 after 10 bad values")) / log(0.3));
        const struct {
            const char *name;
            double value;
        } columns[] = {{"step, 0.5 every 100", pow(0.5, floor(e / 100))},
                       {"multi-step, 0.3 at 60 and 180", pow(0.3, (e >= 60) + (e >= 180))},
                       {"inverse time, 1/(1 + 0.02 t)", 1 / (1 + 0.02 * e)},
                       {"inverse scaling, 1/(t + 1)^0.25", pow(e + 1, -0.25)},
                       {"exponential, 0.95^t", pow(0.95, e)},
                       {"cosine to 0 in 300", (1 + cos(M_PI * e / 300)) / 2},
                       {"polynomial, (1 - t/300)^2", pow(1 - e / 300, 2)},
                       {"30 of warm-up, then cosine", e < 30 ? (e + 1) / 30 : (1 + cos(M_PI * (e - 30) / 270)) / 2},
                       {"trapezoid, its last fifth", fmin(1, (300 - e) / 60)},
                       {"warm restarts, 40 then doubled", (1 + cos(M_PI * (e - begin) / (begin + 40))) / 2},
                       {"one cycle in 300", e < 90 ? 0.04 + 0.96 * climb : 4e-6 + (1 - 4e-6) * fall},
                       {"triangular2, halved", 0.1 + 0.9 * halved},
                       {"exp range, 0.995^t", 0.1 + 0.9 * height * pow(0.995, e)},
                       {"plateau, 0.3 after 10 bad values", pow(0.3, cuts)},
                       {"constant for 100, then 0.98^t", pow(0.98, fmax(0, e - 100))},
                       {"optimal, alpha 0.01", 1 / (sqrt(0.1) + 0.01 * e)},
                       {"Vowpal Wabbit's", 1 / sqrt(e + 2)},
                       {"momentum of one cycle in 300", 0.95 - 0.1 * (e < 90 ? climb : fall)},
                       {"momentum of triangular2, halved", 0.95 - 0.1 * halved}};
        for (size_t j = 0; j < sizeof columns / sizeof *columns; j++)
            ck_assert_double_eq_tol(number(t, i, columns[j].name), columns[j].value, 1e-8);
    }
    ck_assert_double_lt(number(t, 301, "plateau, 0.3 after 10 bad values"), 0.1);
    table_free(t);
}
END_TEST

/* features: 47 */
START_TEST(rates_diverged_run_kept_to_its_last_finite_value_and_marked)
{
    static const char *const falling[] = {"0.0001", "0.01"};
    table *t = table_read("rates.tsv");
    double before = 0;
    size_t epochs = count(t, "rate", "0.5");
    ck_assert_uint_ge(epochs, 10);
    for (size_t n = 0; n < epochs; n++) {
        size_t i = find(t, "rate", "0.5", n);
        ck_assert_str_eq(word(t, i, "stop"), "diverged");
        ck_assert(isfinite(number(t, i, "loss")) && number(t, i, "loss") > before);
        before = number(t, i, "loss");
    }
    ck_assert_double_gt(before, 1e4 * number(t, find(t, "rate", "0.5", 0), "loss"));
    for (size_t k = 0; k < 2; k++) {
        ck_assert_uint_eq(count(t, "rate", falling[k]), 121);
        for (size_t n = 0; n < 120; n++) {
            size_t i = find(t, "rate", falling[k], n);
            ck_assert_str_eq(word(t, i, "stop"), "epoch limit reached");
            ck_assert_double_lt(number(t, i + 1, "loss"), number(t, i, "loss"));
        }
    }
    table_free(t);
}
END_TEST

/* features: 44 */
START_TEST(rate_sweep_finite_below_two_over_the_curvature_and_diverged_above)
{
    table *t = table_read("rate_sweep.tsv");
    double limit = number(t, 1, "limit"), below = 0, above = INFINITY;
    ck_assert_uint_eq(count(t, "tried", "1"), 3);
    for (size_t i = 1; i < t->rows; i++) {
        double rate = number(t, i, "rate"), gap = number(t, i, "above_optimum");
        bool diverged = !strcmp(word(t, i, "stop"), "diverged");
        ck_assert_msg(diverged == (rate > limit), "rate %g, limit %g: %s", rate, limit, word(t, i, "stop"));
        ck_assert(diverged ? isnan(gap) : gap > 0 && gap < 1);
        if (diverged)
            above = fmin(above, rate);
        else
            below = fmax(below, rate);
    }
    ck_assert(below > 0.9 * limit && above < 1.1 * limit);
    table_free(t);
}
END_TEST

/* ---- files */

/* scenes_write with what it says in said[size]. */
static bool write_scenes(const char *out, char *said, size_t size)
{
    FILE *file = tmpfile();
    fflush(NULL);
    int err = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    bool done = scenes_write(out);
    fflush(NULL);
    dup2(err, STDERR_FILENO);
    close(err);
    rewind(file);
    said[fread(said, 1, size - 1, file)] = 0;
    fclose(file);
    return done;
}

START_TEST(scenes_written_twice_the_same_bytes)
{
    static const char *const files[] = {"methods_rosenbrock.tsv", "paths_rosenbrock.tsv", "rate_sweep.tsv"};
    char path[PATH_SIZE], *before[3], said[1024];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        before[i] = file_read(path);
    }
    ck_assert(write_scenes(folder, said, sizeof said));
    ck_assert_str_eq(said, "");
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        char *after = file_read(path);
        ck_assert_str_eq(before[i], after);
        free(before[i]);
        free(after);
    }
}
END_TEST

START_TEST(scenes_folder_that_is_not_there_refused_by_name)
{
    char out[PATH_SIZE], said[1024], expected[PATH_SIZE + 64];
    snprintf(out, sizeof out, "%s/none", folder);
    snprintf(expected, sizeof expected, "lgd-bench: %s/schedules.tsv: No such file or directory\n", out);
    ck_assert(!write_scenes(out, said, sizeof said));
    ck_assert_str_eq(said, expected);
}
END_TEST

START_TEST(scenes_full_device_refused_by_name)
{
    char path[PATH_SIZE], said[1024], expected[PATH_SIZE + 64];
    snprintf(path, sizeof path, "%s/minima.tsv", folder);
    ck_assert(!unlink(path) && !symlink("/dev/full", path));
    snprintf(expected, sizeof expected, "lgd-bench: %s: No space left on device\n", path);
    bool done = write_scenes(folder, said, sizeof said);
    ck_assert(!unlink(path));
    ck_assert(!done);
    ck_assert_str_eq(said, expected);
    ck_assert(scenes_write(folder));
}
END_TEST

int main(void)
{
    if (!mkdtemp(folder) || !scenes_write(folder))
        return EXIT_FAILURE;
    Suite *s = suite_create("scenes");
    CASE(s, cost_scan_lowest_at_the_optimum);
    CASE(s, surface_values_those_of_the_round_quadratic);
    CASE(s, quadratic_grid_contours_concentric_ellipses);
    CASE(s, minima_two_starts_the_two_minima);
    CASE(s, paths_roughness_stochastic_above_mini_batch_above_batch);
    CASE(s, methods_rosenbrock_ends_nearer_than_that_of_plain_descent);
    CASE(s, schedules_factors_those_of_closed_forms);
    CASE(s, rates_diverged_run_kept_to_its_last_finite_value_and_marked);
    CASE(s, rate_sweep_finite_below_two_over_the_curvature_and_diverged_above);
    CASE(s, scenes_written_twice_the_same_bytes);
    CASE(s, scenes_folder_that_is_not_there_refused_by_name);
    CASE(s, scenes_full_device_refused_by_name);
    int failed = suite_run(s);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) || failed;
}
