/* Poisson regression of counts with an exposure, and what its coefficients are worth.
 *
 *     count_i ~ Poisson(hours_i exp(x_i . w + b))
 *
 * Faults of machines, by their age, load and a number that has nothing to do with them; each was watched for a time of its own. The
 * logarithm of that time is added to the score as an offset, so that w speaks of faults per hour (P. McCullagh, J. A. Nelder,
 * "Generalized Linear Models" (1989), 6.2). Newton's method finds the maximum of the likelihood; the inverse of the Hessian there gives
 * standard errors. Prints coefficients, errors and what the numbers were drawn from. */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MACHINES = 3000, COLS = 3 };

static double x[MACHINES * COLS], counts[MACHINES], log_hours[MACHINES];

/* A Poisson number of mean m from uniform ones: how many exponential times fit into 1. */
static double poisson(double mean, uint64_t seed)
{
    double time = 0, u;
    for (uint64_t k = 0;; k++) {
        lgd_uniform(seed, k, 1, &u);
        time -= log1p(-u) / mean;
        if (time > 1)
            return (double)k;
    }
}

int main(void)
{
    const char *const name[COLS + 1] = {"age", "load", "number", "constant"};
    const double truth[COLS + 1] = {0.8, -0.5, 0, -2};
    double w[COLS + 1] = {0}, error[COLS + 1];
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    lgd_optimizer *newton = NULL;
    lgd_report report;

    lgd_uniform(1, 0, MACHINES * COLS, x);
    lgd_uniform(2, 0, MACHINES, log_hours);
    for (size_t i = 0; i < MACHINES; i++) {
        double score = truth[COLS];
        for (size_t j = 0; j < COLS; j++)
            score += truth[j] * x[i * COLS + j];
        log_hours[i] = log(10 + 90 * log_hours[i]);
        counts[i] = poisson(exp(score + log_hours[i]), 2000 + i);
    }
    lgd_status st = lgd_matrix_dense(&X, MACHINES, COLS, x, COLS);
    if (!st)
        st = lgd_glm_create(&f, X, counts, lgd_loss_poisson(),
                            &(lgd_glm_options){.intercept = true, .offset = log_hours});
    if (!st)
        st = lgd_newton_create(&newton, NULL);
    if (!st)
        st = lgd_minimize(f, newton, w, &(lgd_minimize_options){.grad_tol = 1e-10}, &report);
    if (!st)
        st = lgd_standard_errors(f, w, NULL, error, NULL);
    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        printf("           found      error   drawn from\n");
        for (size_t j = 0; j <= COLS; j++)
            printf("%-9s %+.3f +- %.3f        %+.1f%s\n", name[j], w[j], error[j], truth[j],
                   fabs(w[j]) < 2 * error[j] ? "   within two errors of 0" : "");
        printf("%s\n", lgd_stop_string(report.stop));
    }
    lgd_optimizer_free(newton);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
