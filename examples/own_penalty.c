/* A penalty of one's own, by the door of the built-in ones: a price for each coefficient that is not 0, strength times their
 * number. Its prox keeps a coordinate or sets it to 0, whichever is cheaper, and does not shrink what it keeps (T. Blumensath, M.
 * Davies, "Iterative thresholding for sparse approximations", J. Fourier Anal. Appl. 14 (2008)). It is not convex: a run ends in a
 * minimum that is one among its neighbours.
 *
 * y depends on the first and the third of five columns, by 3 and -2. Prints what the L1 norm finds, which shrinks, and what the
 * price finds. */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 40, COLS = 5 };

static double value(const void *ctx, size_t n, const double *w)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += w[j] != 0 ? *(const double *)ctx : 0;
    return sum;
}

/* w_j or 0: the first costs the strength, the second w_j^2/(2 eta_j). */
static lgd_status prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    (void)work;
    for (size_t j = 0; j < n; j++) {
        const double rate = eta_each ? eta_each[j] : eta;
        if (rate > 0 && w[j] * w[j] < 2 * rate * *(const double *)ctx) /* at the rate 0 it stays */
            w[j] = 0;
    }
    return LGD_OK;
}

static lgd_status fit(lgd_objective *f, const char *name, const lgd_penalty *penalty)
{
    double w[COLS] = {0};
    lgd_optimizer *opt = NULL;
    lgd_report report;
    lgd_status st = lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 1});
    if (!st)
        st = lgd_minimize(f, opt, w, &(lgd_minimize_options){.penalty = penalty, .grad_tol = 1e-10}, &report);
    if (!st)
        printf("%-6s %8.4f %8.4f %8.4f %8.4f %8.4f   F = %.4f\n", name, w[0], w[1], w[2], w[3], w[4], report.f);
    lgd_optimizer_free(opt);
    return st;
}

int main(void)
{
    const lgd_penalty_ops price = {.name = "price", .flags = LGD_SEPARABLE, .value = value, .prox = prox};
    const double true_w[COLS] = {3, 0, -2, 0, 0};
    double x[ROWS * COLS], y[ROWS], noise[ROWS], strength = 0.05;
    lgd_penalty *own = NULL, *l1 = NULL;
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;

    lgd_uniform(1, 0, ROWS * COLS, x);
    lgd_uniform(2, 0, ROWS, noise);
    for (int i = 0; i < ROWS; i++) {
        y[i] = 0.2 * (noise[i] - 0.5);
        for (int j = 0; j < COLS; j++) {
            x[i * COLS + j] = 2 * x[i * COLS + j] - 1;
            y[i] += true_w[j] * x[i * COLS + j];
        }
    }
    lgd_status st = lgd_matrix_dense(&X, ROWS, COLS, x, COLS);
    if (!st)
        st = lgd_glm_create(&f, X, y, lgd_loss_half_squared(), NULL);
    if (!st)
        st = lgd_penalty_l1_create(&l1, strength);
    if (!st)
        st = lgd_penalty_create(&own, &price, &strength);
    if (!st)
        st = fit(f, "none", NULL);
    if (!st)
        st = fit(f, "l1", l1);
    if (!st)
        st = fit(f, lgd_penalty_name(own), own);
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    lgd_penalty_free(own);
    lgd_penalty_free(l1);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
