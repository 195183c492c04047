/* The tables of the scenes about scale and about networks say what their pictures say. */
#include "tables.h"
#include "../bench/bench.h"
#include "../bench/scenes.h"
#include <math.h>

static table *scene_read(const scene *list)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    lgd_status st = list->fill(memory);
    ck_assert_msg(!st && !fclose(memory), "%s: %s", list->file, lgd_last_error());
    return table_of(list->file, text);
}

/* ---- scale */

/* The last step of a line. */
static double end_of(const table *t, const char *line)
{
    return number(t, find(t, "line", line, count(t, "line", line) - 1), "above");
}

/* The first step from which a line is within a tenth of the lowest value. */
static double arrival(const table *t, const char *line)
{
    size_t i = 0;
    while (i + 1 < count(t, "line", line) && number(t, find(t, "line", line, i), "above") > 0.1)
        i++;
    return number(t, find(t, "line", line, i), "step");
}

/* features: 70 */
START_TEST(scaling_standardised_columns_arrive_where_measured_ones_do_not)
{
    table *t = scene_read(scenes_of_scaling);
    ck_assert_uint_eq(t->rows, 1 + 4 * count(t, "line", "Adam, as measured"));
    ck_assert_double_lt(arrival(t, "plain, standardised"), 130);
    ck_assert_double_lt(arrival(t, "Adam, standardised"), 100);
    ck_assert_double_gt(end_of(t, "plain, as measured"), 1);
    ck_assert_double_gt(end_of(t, "Adam, as measured"), 0.5);
    ck_assert_double_gt(number(t, find(t, "line", "Adam, as measured", 1), "above"), 1000);
    for (size_t i = 2; i < count(t, "line", "plain, as measured"); i++) /* at a rate that holds on either */
        for (size_t k = 0; k < 2; k++) {
            const size_t row = find(t, "line", k ? "plain, as measured" : "plain, standardised", i);
            ck_assert_double_lt(number(t, row, "above"), number(t, row - 1, "above"));
        }
    table_free(t);
}
END_TEST

/* ---- networks */

/* features: 66 */
START_TEST(overfit_best_epoch_the_lowest_validation_and_the_end_patience_later)
{
    table *t = scene_read(scenes_of_overfit);
    const size_t last = t->rows - 1, best = find(t, "mark", "best", 0), stop = find(t, "mark", "stop", 0);
    ck_assert(count(t, "mark", "best") == 1 && count(t, "mark", "stop") == 1);
    ck_assert_double_eq(number(t, best, "epoch"), 46);
    ck_assert_double_eq(number(t, stop, "epoch"), 146);
    for (size_t i = 1; i <= last; i++) {
        ck_assert_msg(i == best || number(t, i, "validation") > number(t, best, "validation"), "epoch %zu", i - 1);
        ck_assert_msg(i == 1 || number(t, i, "fitted") < number(t, i - 1, "fitted"), "epoch %zu", i - 1);
    }
    ck_assert_double_lt(number(t, best, "validation"), 0.5 * number(t, 1, "validation"));
    ck_assert_double_gt(number(t, last, "validation"), 1.5 * number(t, best, "validation"));
    ck_assert_double_lt(number(t, last, "fitted"), 0.35 * number(t, best, "fitted"));
    table_free(t);
}
END_TEST

/* A sigmoid's slope is at most 1/4, so each layer takes that factor at least from what comes back, and Glorot's weights keep
 * the rest level. */
/* features: 64 */
START_TEST(layers_gradient_of_sigmoids_falls_by_decades_that_of_relus_not)
{
    enum { LAYERS = 20 };
    static const char *const level[] = {"tanh, Glorot", "ReLU, He"};
    table *t = scene_read(scenes_of_layers);
    const size_t first = find(t, "network", "sigmoid, Glorot", 0);
    ck_assert_uint_eq(count(t, "network", "sigmoid, Glorot"), LAYERS);
    for (size_t l = 1; l + 1 < LAYERS; l++) { /* of the last layer the slope is that of the loss */
        const double share = number(t, first + l - 1, "norm") / number(t, first + l, "norm");
        ck_assert_msg(share > 1.0 / 8 && share < 1.0 / 2, "layer %zu: %g of the next", l, share);
    }
    ck_assert_double_lt(number(t, first, "relative"), 1e-11);
    for (size_t k = 0; k < 2; k++)
        for (size_t l = 0; l < LAYERS; l++) {
            const double relative = number(t, find(t, "network", level[k], l), "relative");
            ck_assert_msg(relative > 0.1 && relative < 10, "%s, layer %zu: %g", level[k], l + 1, relative);
        }
    for (size_t l = 0; l < LAYERS; l++) /* what is doubled twenty times comes back from a loss that is 2^20 as steep */
        ck_assert_double_gt(number(t, find(t, "network", "ReLU, twice He", l), "norm"),
                            1e9 * number(t, find(t, "network", "ReLU, He", l), "norm"));
    table_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("scenes_networks");
    CASE(s, scaling_standardised_columns_arrive_where_measured_ones_do_not);
    CASE(s, overfit_best_epoch_the_lowest_validation_and_the_end_patience_later);
    CASE(s, layers_gradient_of_sigmoids_falls_by_decades_that_of_relus_not);
    return suite_run(s);
}
