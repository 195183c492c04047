/* Fits a line to eight measurements: the length of a spring against the load that hangs on it.
 *
 * The column of loads is standardised first, without a copy, so that a rate of 0.5 suits it whatever the unit: here each
 * step halves the distance to the least squares line. Then the weights are turned back into the unit of the data. Prints
 * why the run ended, the line, and what it predicts for a new load. */
/* features: 17 */
#include <lgd.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 8 };
static const double load[ROWS] = {0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4};                   /* kg */
static const double length[ROWS] = {11.6, 13.0, 14.7, 16.2, 17.8, 19.1, 20.9, 22.3}; /* cm */

int main(void)
{
    double w[2] = {0}, line[2]; /* the intercept is last */
    lgd_matrix *X = NULL, *standard = NULL;
    lgd_objective *f = NULL;
    lgd_optimizer *sgd = NULL;
    lgd_report report;

    lgd_status st = lgd_matrix_dense(&X, ROWS, 1, load, 1);
    if (!st)
        st = lgd_matrix_standardized(&standard, X);
    if (!st)
        st = lgd_glm_create(&f, standard, length, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true});
    if (!st)
        st = lgd_sgd_create(&sgd, &(lgd_sgd_options){.lr = 0.5});
    if (!st)
        st = lgd_minimize(f, sgd, w, NULL, &report);
    if (!st)
        st = lgd_matrix_unscale(standard, 1, true, w, line);

    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        printf("%s, %llu steps\n", lgd_stop_string(report.stop), (unsigned long long)report.steps);
        printf("length = %.4f + %.4f load\n", line[1], line[0]);
        printf("a load of 5 kg: %.2f cm\n", line[1] + 5 * line[0]);
    }
    lgd_optimizer_free(sgd);
    lgd_objective_free(f);
    lgd_matrix_free(standard);
    lgd_matrix_free(X);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
