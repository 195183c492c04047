/* features: 13 */
/* Reads digits: a network of 64 - 64 - 10 learns 8 x 8 pixels of handwritten digits (1797 images, UCI) by mini-batches of Adam.
 *
 * usage: mlp_digits [digits.csv]
 *
 * Of every five images, drawn at random, three are fitted, one tells when to stop, and one tells how good the network is. Prints the
 * size of the network, why the run ended, and whether the accuracy on the images that were not seen is above 95 %. */
#include <lgd.h>
#include <lgd/io.h>
#include <stdio.h>
#include <stdlib.h>

enum { CLASSES = 10 };

/* Share of images order[first .. end-1] whose most probable digit is the right one. */
static double accuracy(const lgd_table *t, const double *p, const size_t *order, size_t first, size_t end)
{
    size_t right = 0;
    for (size_t i = first; i < end; i++) {
        const double *row = p + order[i] * CLASSES;
        size_t best = 0;
        for (size_t c = 1; c < CLASSES; c++)
            if (row[c] > row[best])
                best = c;
        right += best == (size_t)t->y[order[i]];
    }
    return (double)right / (double)(end - first);
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "bench/data/digits.csv";
    const size_t hidden[] = {64};
    lgd_table *t = NULL;
    lgd_matrix *X = NULL;
    lgd_objective *all = NULL, *fitted = NULL, *held_back = NULL;
    lgd_optimizer *adam = NULL;
    lgd_report report;
    double *w = NULL, *p = NULL;
    size_t *order = NULL, train = 0, valid = 0;

    lgd_status st = lgd_csv_read(&t, path, NULL);
    if (!st) {
        train = t->rows * 3 / 5;
        valid = t->rows * 4 / 5;
        p = calloc(t->rows * CLASSES, sizeof *p);
        order = calloc(t->rows, sizeof *order);
        st = p && order ? LGD_OK : lgd_set_error(LGD_ENOMEM, "mlp_digits: out of memory");
    }
    if (!st) {
        lgd_permutation(1, 0, t->rows, order);
        for (size_t i = 0; i < t->rows * t->cols; i++)
            t->X[i] /= 16; /* pixels are 0 .. 16 */
        st = lgd_matrix_dense(&X, t->rows, t->cols, t->X, t->cols);
    }
    if (!st)
        st = lgd_mlp_create(&all, X, t->y, lgd_loss_softmax(),
                            &(lgd_mlp_options){.hidden = hidden, .hidden_count = 1, .outputs = CLASSES, .l2 = 1e-4});
    if (!st) {
        w = calloc(lgd_objective_dim(all), sizeof *w);
        st = w ? lgd_mlp_initialise(all, LGD_INIT_AUTO, 1, w) : lgd_set_error(LGD_ENOMEM, "mlp_digits: out of memory");
    }
    if (!st)
        st = lgd_objective_subset(&fitted, all, &(lgd_rows){0, train, order});
    if (!st)
        st = lgd_objective_subset(&held_back, all, &(lgd_rows){train, valid - train, order});
    if (!st)
        st = lgd_optimizer_parse(&adam, "adam:lr=0.003");
    if (!st)
        st = lgd_minimize(
            fitted, adam, w,
            &(lgd_minimize_options){.batch_size = 32, .max_epochs = 200, .validation = held_back, .patience = 10},
            &report);
    if (!st)
        st = lgd_mlp_predict(all, X, w, p, CLASSES);

    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        printf("%zu images of %zu pixels, %zu weights\n", t->rows, t->cols, lgd_objective_dim(all));
        printf("ended: %s\n", lgd_stop_string(report.stop));
        printf("accuracy on the images never seen: %s 95 %%\n",
               accuracy(t, p, order, valid, t->rows) > 0.95 ? "above" : "at most");
    }
    lgd_optimizer_free(adam);
    lgd_objective_free(held_back);
    lgd_objective_free(fitted);
    lgd_objective_free(all);
    lgd_matrix_free(X);
    lgd_table_free(t);
    free(order);
    free(p);
    free(w);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
