/* Logistic regression on real data: tells malignant from benign tumours by 30 measurements of cell nuclei (569 rows,
 * Wisconsin diagnostic breast cancer; the target is 1 for benign).
 *
 * usage: logistic [breast_cancer.csv]
 *
 * Four fifths of the rows, drawn at random, are fitted in mini-batches; the rest tell how good the fit is. The columns are
 * standardised without a copy. Prints the size of the table, the objective on the rows fitted, and the accuracy on both parts. */
/* features: 17 */
#include <lgd.h>
#include <lgd/io.h>
#include <stdio.h>
#include <stdlib.h>

/* Share of right answers among rows order[first .. end-1]. */
static double accuracy(const lgd_table *t, const double *p, const size_t *order, size_t first, size_t end)
{
    size_t right = 0;
    for (size_t i = first; i < end; i++)
        right += (p[order[i]] > 0.5) == (t->y[order[i]] > 0.5);
    return (double)right / (double)(end - first);
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "bench/data/breast_cancer.csv";
    const lgd_csv_options csv = {.skip_lines = 1}; /* that line holds sizes, not names */
    const lgd_minimize_options options = {
        .batch_size = 32, .max_epochs = 200, .schedule = {.kind = LGD_COSINE, .period = 200}};
    lgd_table *t = NULL;
    lgd_matrix *raw = NULL, *X = NULL;
    lgd_objective *all = NULL, *fitted = NULL;
    lgd_optimizer *opt = NULL;
    lgd_report report;
    double *w = NULL, *p = NULL;
    size_t *order = NULL, train = 0;

    lgd_status st = lgd_csv_read(&t, path, &csv);
    if (!st) {
        train = t->rows * 4 / 5;
        w = calloc(t->cols + 1, sizeof *w);
        p = calloc(t->rows, sizeof *p);
        order = calloc(t->rows, sizeof *order);
        st = w && p && order ? LGD_OK : lgd_set_error(LGD_ENOMEM, "logistic: out of memory");
    }
    if (!st) {
        lgd_permutation(1, 0, t->rows, order);
        st = lgd_matrix_dense(&raw, t->rows, t->cols, t->X, t->cols);
    }
    if (!st)
        st = lgd_matrix_standardized(&X, raw);
    if (!st)
        st = lgd_glm_create(&all, X, t->y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true});
    if (!st)
        st = lgd_objective_subset(&fitted, all, &(lgd_rows){0, train, order});
    if (!st)
        st = lgd_optimizer_parse(&opt, "momentum:lr=0.02");
    if (!st)
        st = lgd_minimize(fitted, opt, w, &options, &report);
    if (!st)
        st = lgd_glm_predict(all, X, w, p, 1);

    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        printf("%zu rows, %zu columns\n", t->rows, t->cols);
        printf("objective %.4f after %d epochs: %s\n", report.f, (int)report.epochs, lgd_stop_string(report.stop));
        printf("accuracy on the %zu rows fitted %.3f, ", train, accuracy(t, p, order, 0, train));
        printf("on the others %.3f\n", accuracy(t, p, order, train, t->rows));
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
