/* Minimises a function of one's own: Himmelblau's, which has four minima of value 0.
 *
 *     f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2
 *
 * The gradient is first compared with differences of f: a slip of the pen shows here, with the coordinate it is in. Then
 * plain descent from four starts finds the four minima. Prints whether the gradient is sound, and the minima. */
/* features: 16 */
#include <lgd.h>
#include <stdio.h>
#include <stdlib.h>

static lgd_status himmelblau(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    const double x = w[0], y = w[1], a = x * x + y - 11, b = x + y * y - 7;
    *f = a * a + b * b;
    if (g) {
        g[0] = 4 * x * a + 2 * b;
        g[1] = 2 * a + 4 * y * b;
    }
    return LGD_OK;
}

int main(void)
{
    const double start[4][2] = {{1, 1}, {-1, 1}, {-1, -1}, {1, -1}};
    lgd_objective *f = NULL;
    lgd_optimizer *sgd = NULL;
    lgd_gradient_check check;

    lgd_status st = lgd_function_create(&f, 2, himmelblau, NULL);
    if (!st)
        st = lgd_objective_check_gradient(f, start[0], &check);
    if (!st) {
        printf("gradient: %s\n", check.error < 1e-7 ? "agrees with differences" : "wrong");
        st = lgd_sgd_create(&sgd, &(lgd_sgd_options){.lr = 0.01});
    }
    for (int i = 0; i < 4 && !st; i++) {
        double w[2] = {start[i][0], start[i][1]};
        st = lgd_minimize(f, sgd, w, &(lgd_minimize_options){.grad_tol = 1e-9}, NULL);
        if (!st)
            printf("from (%2g, %2g) to (%7.4f, %7.4f)\n", start[i][0], start[i][1], w[0], w[1]);
        lgd_optimizer_reset(sgd); /* the next start is another run, not the same one continued */
    }
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    lgd_optimizer_free(sgd);
    lgd_objective_free(f);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
