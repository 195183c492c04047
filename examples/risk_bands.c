/* Bands of risk by quantile regression: how much may a position lose on a day, given how restless the market was before?
 *
 *     return_i = (0.2 + 0.8 restless_i) t_i,   t_i of Student's distribution with 3 degrees of freedom
 *
 * A line for the quantile tau minimises the mean of tau e for e = y - z above it and (tau - 1) e below (R. Koenker, G. Bassett,
 * Econometrica 46 (1978)): a piecewise linear cost, solved to its optimum with a duality gap as proof. No distribution is assumed.
 * Prints the lines for 1, 5, 50, 95 and 99 percent and the share of days below each on other days. */
/* features: 14 */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAYS = 4000, BANDS = 5 };

static double restless[2 * DAYS], y[2 * DAYS];

/* A number of Student's distribution with 3 degrees of freedom from two uniform ones: R. W. Bailey, Math. Comput. 62 (1994). */
static double student(double u, double v)
{
    const double two_pi = 6.283185307179586;
    return sqrt(3 * (pow(1 - u, -2.0 / 3) - 1)) * cos(two_pi * v);
}

int main(void)
{
    const double tau[BANDS] = {0.01, 0.05, 0.5, 0.95, 0.99};
    lgd_matrix *X = NULL;
    bool proved = true;

    for (size_t i = 0; i < 2 * DAYS; i++) {
        double u[3];
        lgd_uniform(1, 3 * i, 3, u);
        restless[i] = u[0];
        y[i] = (0.2 + 0.8 * u[0]) * student(u[1], u[2]);
    }
    lgd_status st = lgd_matrix_dense(&X, DAYS, 1, restless, 1);
    for (int b = 0; b < BANDS && !st; b++) {
        lgd_loss *loss = NULL;
        lgd_objective *f = NULL;
        lgd_piecewise_report report;
        double w[2] = {0, 0};
        size_t below = 0;
        st = lgd_loss_quantile_create(&loss, tau[b]);
        if (!st)
            st = lgd_glm_create(&f, X, y, loss, &(lgd_glm_options){.intercept = true});
        if (!st)
            st = lgd_minimize_piecewise(f, w, NULL, &report);
        if (!st) {
            for (size_t i = DAYS; i < 2 * DAYS; i++)
                below += y[i] < w[0] * restless[i] + w[1];
            proved = proved && report.stop == LGD_STOP_GAP_TOL;
            printf("%2.0f %%: %+.2f restless %+.2f, %4.1f %% of other days below\n", 100 * tau[b], w[0], w[1],
                   100 * (double)below / DAYS);
        }
        lgd_objective_free(f);
        lgd_loss_free(loss);
    }
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    else
        printf("%s\n", proved ? "each of them proved by its gap" : "not proved");
    lgd_matrix_free(X);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
