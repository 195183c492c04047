/* A training loop of one's own, and the same run by lgd_minimize: equal bit for bit.
 *
 * The loop needs three calls: the order of an epoch, the gradient over the rows of a batch, one step. That is enough to
 * put descent inside a simulation, behind MPI, or beside one's own logging. The data are random; the last batch of an
 * epoch is short. Prints the weights and whether the two runs have the same bits. */
#include <lgd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 100, COLS = 3, DIM = COLS + 1, BATCH = 16, EPOCHS = 50, SEED = 7 };

static lgd_status own_loop(lgd_objective *f, lgd_optimizer *opt, double *w)
{
    size_t order[ROWS];
    double value, g[DIM];
    lgd_status st = LGD_OK;
    for (size_t epoch = 0; epoch < EPOCHS && !st; epoch++) {
        lgd_permutation(SEED, epoch, ROWS, order);
        for (size_t done = 0; done < ROWS && !st; done += BATCH) {
            lgd_rows rows = {done, ROWS - done < BATCH ? ROWS - done : BATCH, order};
            st = lgd_objective_eval(f, &rows, w, &value, g);
            if (!st)
                st = lgd_optimizer_step(opt, DIM, w, g, value, 1);
        }
    }
    return st;
}

int main(void)
{
    double x[ROWS * COLS], y[ROWS], own[DIM] = {0}, ours[DIM] = {0};
    lgd_uniform(SEED, 0, ROWS * COLS, x);
    for (int i = 0; i < ROWS; i++)
        y[i] = 1 + x[i * COLS] - 2 * x[i * COLS + 1] + 3 * x[i * COLS + 2];

    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    lgd_optimizer *adam = NULL;
    lgd_status st = lgd_matrix_dense(&X, ROWS, COLS, x, COLS);
    if (!st)
        st = lgd_glm_create(&f, X, y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true});
    if (!st)
        st = lgd_optimizer_parse(&adam, "adam:lr=0.1");
    if (!st)
        st = own_loop(f, adam, own);
    lgd_optimizer_reset(adam);
    if (!st)
        st = lgd_minimize(f, adam, ours,
                          &(lgd_minimize_options){.batch_size = BATCH, .max_epochs = EPOCHS, .seed = SEED}, NULL);
    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        printf("w = %.2f %.2f %.2f, intercept %.2f\n", own[0], own[1], own[2], own[3]);
        printf("lgd_minimize: %s\n", memcmp(own, ours, sizeof own) ? "other bits" : "the same bits");
    }
    lgd_optimizer_free(adam);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
