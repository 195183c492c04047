/* Reads digits by softmax regression: ten classes from 8 x 8 pixels of handwritten digits (1797 images, UCI).
 *
 * usage: softmax_digits [digits.csv]
 *
 * Four fifths of the images, drawn at random, are fitted by L-BFGS, and the others tell how good the fit is. Prints the objective with
 * every constant in it, the accuracy in whole percent, and how often each digit was taken for the right one. */
/* features: 13 */
#include <lgd.h>
#include <lgd/io.h>
#include <stdio.h>
#include <stdlib.h>

enum { CLASSES = 10 };

/* The class of the largest probability. */
static size_t answer(const double *p)
{
    size_t best = 0;
    for (size_t c = 1; c < CLASSES; c++)
        best = p[c] > p[best] ? c : best;
    return best;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "bench/data/digits.csv";
    const lgd_glm_options options = {.l2 = 1e-3, .intercept = true, .outputs = CLASSES};
    lgd_table *t = NULL;
    lgd_matrix *X = NULL;
    lgd_objective *all = NULL, *fitted = NULL;
    lgd_optimizer *lbfgs = NULL;
    double *w = NULL, *p = NULL;
    size_t *order = NULL, train = 0, right[CLASSES] = {0}, shown[CLASSES] = {0}, sum = 0;
    char formula[400] = "";

    lgd_status st = lgd_csv_read(&t, path, NULL);
    if (!st) {
        train = t->rows * 4 / 5;
        w = calloc((t->cols + 1) * CLASSES, sizeof *w);
        p = calloc(t->rows * CLASSES, sizeof *p);
        order = calloc(t->rows, sizeof *order);
        st = w && p && order ? LGD_OK : lgd_set_error(LGD_ENOMEM, "softmax_digits: out of memory");
    }
    if (!st) {
        lgd_permutation(1, 0, t->rows, order);
        for (size_t i = 0; i < t->rows * t->cols; i++)
            t->X[i] /= 16; /* pixels are 0 .. 16 */
        st = lgd_matrix_dense(&X, t->rows, t->cols, t->X, t->cols);
    }
    if (!st)
        st = lgd_glm_create(&all, X, t->y, lgd_loss_softmax(), &options);
    if (!st)
        st = lgd_objective_subset(&fitted, all, &(lgd_rows){0, train, order});
    if (!st)
        st = lgd_objective_describe(fitted, formula, sizeof formula) ? LGD_OK : LGD_EINVAL;
    if (!st)
        st = lgd_lbfgs_create(&lbfgs, NULL);
    if (!st)
        st = lgd_minimize(fitted, lbfgs, w, &(lgd_minimize_options){.grad_tol = 1e-9}, NULL);
    if (!st)
        st = lgd_glm_predict(all, X, w, p, CLASSES);

    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        for (size_t i = train; i < t->rows; i++) {
            const size_t digit = (size_t)t->y[order[i]], hit = answer(p + order[i] * CLASSES) == digit;
            shown[digit]++;
            right[digit] += hit;
            sum += hit;
        }
        printf("%s\n%.0f %% of %zu other images read", formula, 100 * (double)sum / (double)(t->rows - train),
               t->rows - train);
        for (size_t c = 0; c < CLASSES; c++)
            printf("%s %zu: %zu of %zu", c ? "," : ";", c, right[c], shown[c]);
        printf("\n");
    }
    lgd_optimizer_free(lbfgs);
    lgd_objective_free(fitted);
    lgd_objective_free(all);
    lgd_matrix_free(X);
    lgd_table_free(t);
    free(order);
    free(p);
    free(w);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
