/* House prices of 20,640 districts of California (R. K. Pace, R. Barry, Stat. Probab. Lett. 33 (1997)): linear regression from a table
 * as it comes, with a column of words and missing cells.
 *
 * usage: house_prices [housing.csv]
 *
 * Words become columns of 0 and 1, missing cells the mean of their column, all columns are standardised without a copy. Four fifths of
 * the rows, drawn at random, are fitted in mini-batches; the others tell what the fit is worth beside the mean price. Prints what was
 * done to the table, both errors in dollars, and what raises or lowers a price most. */
/* features: 17 */
#include <lgd.h>
#include <lgd/io.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Root of the mean squared difference over rows order[first .. end-1] between y and p, or y and its mean where p is NULL. */
static double error_of(const double *y, const double *p, const size_t *order, size_t first, size_t end)
{
    double mean = 0, squares = 0;
    for (size_t i = first; i < end; i++)
        mean += y[order[i]] / (double)(end - first);
    for (size_t i = first; i < end; i++)
        squares += pow(y[order[i]] - (p ? p[order[i]] : mean), 2);
    return sqrt(squares / (double)(end - first));
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "bench/data/housing.csv";
    const lgd_csv_options csv = {.target = "median_house_value", .text = LGD_TEXT_ONE_HOT, .missing = LGD_MISSING_MEAN};
    const lgd_minimize_options options = {
        .batch_size = 64, .max_epochs = 40, .schedule = {.kind = LGD_COSINE, .period = 40}};
    lgd_table *t = NULL;
    lgd_matrix *raw = NULL, *X = NULL;
    lgd_objective *all = NULL, *fitted = NULL;
    lgd_optimizer *opt = NULL;
    double *w = NULL, *p = NULL;
    size_t *order = NULL, train = 0, least = 0, most = 0;

    lgd_status st = lgd_csv_read(&t, path, &csv);
    if (!st) {
        train = t->rows * 4 / 5;
        w = calloc(t->cols + 1, sizeof *w);
        p = calloc(t->rows, sizeof *p);
        order = calloc(t->rows, sizeof *order);
        st = w && p && order ? LGD_OK : lgd_set_error(LGD_ENOMEM, "house_prices: out of memory");
    }
    if (!st) {
        lgd_permutation(1, 0, t->rows, order);
        st = lgd_matrix_dense(&raw, t->rows, t->cols, t->X, t->cols);
    }
    if (!st)
        st = lgd_matrix_standardized(&X, raw);
    if (!st)
        st = lgd_glm_create(&all, X, t->y, lgd_loss_half_squared(), &(lgd_glm_options){.l2 = 1e-4, .intercept = true});
    if (!st)
        st = lgd_objective_subset(&fitted, all, &(lgd_rows){0, train, order});
    if (!st)
        st = lgd_optimizer_parse(&opt, "momentum:lr=0.001");
    if (!st)
        st = lgd_minimize(fitted, opt, w, &options, NULL);
    if (!st)
        st = lgd_glm_predict(all, X, w, p, 1);

    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        for (size_t j = 0; j < t->cols; j++) {
            most = w[j] > w[most] ? j : most;
            least = w[j] < w[least] ? j : least;
        }
        printf("%zu rows, %zu columns, %zu cells filled\n", t->rows, t->cols, t->cells_filled);
        printf("error on %zu other rows: %.0f thousand dollars by the fit, %.0f by the mean\n", t->rows - train,
               error_of(t->y, p, order, train, t->rows) / 1000, error_of(t->y, NULL, order, train, t->rows) / 1000);
        printf("%s raises it most, %s lowers it most\n", t->names[most], t->names[least]);
    }
    lgd_optimizer_free(opt);
    lgd_objective_free(fitted);
    lgd_objective_free(all);
    lgd_matrix_free(X);
    lgd_matrix_free(raw);
    lgd_table_free(t);
    free(order);
    free(p);
    free(w);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
