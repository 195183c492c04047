/* A line through points of which some are wrong: least squares follows them, Huber's loss does not.
 *
 *     y_i = 2 x_i + 1 + noise, but every tenth point lies far below
 *
 * The loss is e^2/2 for |e| <= delta and grows as delta |e| beyond, so that a point pulls with a force of delta at most (P. J. Huber,
 * Ann. Math. Stat. 35 (1964)). Quantile regression at tau = 1/2, which minimises sum_i |e_i|/2, is solved to its optimum with a duality
 * gap as proof. Prints the three lines. */
#include <lgd.h>
#include <stdio.h>
#include <stdlib.h>

enum { POINTS = 200 };

int main(void)
{
    double x[POINTS], y[POINTS], noise[POINTS], w[2] = {0, 0};
    lgd_matrix *X = NULL;
    lgd_loss *huber = NULL;
    lgd_optimizer *newton = NULL;
    lgd_objective *f[3] = {NULL, NULL, NULL};
    const char *const name[3] = {"least squares", "Huber", "median"};

    lgd_uniform(1, 0, POINTS, x);
    lgd_uniform(2, 0, POINTS, noise);
    for (size_t i = 0; i < POINTS; i++) {
        x[i] = 10 * x[i];
        y[i] = 2 * x[i] + 1 + (noise[i] - 0.5) - (i % 10 == 0 ? 3 * x[i] : 0);
    }
    lgd_status st = lgd_matrix_dense(&X, POINTS, 1, x, 1);
    if (!st)
        st = lgd_loss_huber_create(&huber, 0.5);
    if (!st)
        st = lgd_newton_create(&newton, NULL);
    for (int k = 0; k < 3 && !st; k++) {
        const lgd_loss *loss = k == 0 ? lgd_loss_half_squared() : k == 1 ? huber : lgd_loss_quantile();
        st = lgd_glm_create(&f[k], X, y, loss, &(lgd_glm_options){.intercept = true});
        if (!st && k < 2)
            st = lgd_minimize(f[k], newton, w, NULL, NULL);
        else if (!st)
            st = lgd_minimize_piecewise(f[k], w, NULL, NULL);
        if (!st)
            printf("%-14s y = %.2f x %+.2f\n", name[k], w[0], w[1]);
        lgd_optimizer_reset(newton);
    }
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    for (int k = 0; k < 3; k++)
        lgd_objective_free(f[k]);
    lgd_optimizer_free(newton);
    lgd_loss_free(huber);
    lgd_matrix_free(X);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
