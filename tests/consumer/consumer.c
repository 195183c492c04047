/* A program of someone who has libgd installed: least squares through three points, exact after a few hundred steps. C and
 * C++. Prints the line it found and why the run ended. */
#include <lgd.h>
#include <stdio.h>

int main(void)
{
    double x[3] = {1, 2, 3}, y[3] = {3, 5, 7}, w[2] = {0, 0};
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    lgd_report report;
    static lgd_glm_options glm;
    static lgd_minimize_options run;
    glm.intercept = true;
    run.max_epochs = 2000;
    lgd_status st = lgd_version() == LGD_VERSION_NUMBER ? LGD_OK : LGD_EUNSUPPORTED;
    if (!st)
        st = lgd_matrix_dense(&X, 3, 1, x, 1);
    if (!st)
        st = lgd_glm_create(&f, X, y, lgd_loss_half_squared(), &glm);
    if (!st)
        st = lgd_optimizer_parse(&opt, "nesterov:lr=0.1,momentum=0.8");
    if (!st)
        st = lgd_minimize(f, opt, w, &run, &report);
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    else
        printf("y = %.3f x + %.3f: %s\n", w[0], w[1], lgd_stop_string(report.stop));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    return st != LGD_OK;
}
