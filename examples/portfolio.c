/* The portfolio of least variance without short sales, against its closed form.
 *
 *     minimize 1/2 w^T S w   over   w_j >= 0, sum_j w_j = 1,   S = v beta beta^T + diag(s^2)
 *
 * S is the covariance of returns in a model of one market factor of variance v: asset j follows it by beta_j and has a risk s_j of its
 * own. Then w_j is (1 - beta_j/b)/s_j^2 over the assets with beta_j < b, times a constant, and 0 for the others, with
 *     b = (1 + v sum beta_j^2/s_j^2) / (v sum beta_j/s_j^2)
 * over the same assets (R. Clarke, H. de Silva, S. Thorley, J. Portf. Manag. 37 (2011)). A duality gap ends the run. Prints both
 * portfolios in percent and the yearly risk. */
/* features: 14 */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ASSETS = 8 };

static const double beta[ASSETS] = {0.45, 0.6, 0.8, 0.9, 1, 1.15, 1.3, 1.6};
static const double own[ASSETS] = {0.18, 0.15, 0.22, 0.2, 0.25, 0.16, 0.3, 0.35};
static const double market = 0.15 * 0.15;

/* The closed form: assets in the order of beta, as many as have one below the b that they make. */
static void closed_form(double *w)
{
    double top = 0, bottom = 0, sum = 0, b = INFINITY;
    for (size_t j = 0; j < ASSETS && beta[j] < b; j++) {
        top += market * beta[j] * beta[j] / (own[j] * own[j]);
        bottom += market * beta[j] / (own[j] * own[j]);
        b = (1 + top) / bottom;
    }
    for (size_t j = 0; j < ASSETS; j++)
        sum += w[j] = fmax(1 - beta[j] / b, 0) / (own[j] * own[j]);
    for (size_t j = 0; j < ASSETS; j++)
        w[j] /= sum;
}

int main(void)
{
    double S[ASSETS * ASSETS], w[ASSETS], exact[ASSETS], off = 0;
    lgd_objective *f = NULL;
    lgd_optimizer *fista = NULL;
    lgd_penalty *simplex = NULL;
    lgd_report report;

    for (size_t i = 0; i < ASSETS; i++)
        for (size_t j = 0; j < ASSETS; j++)
            S[i * ASSETS + j] = market * beta[i] * beta[j] + (i == j ? own[i] * own[i] : 0);
    for (size_t j = 0; j < ASSETS; j++)
        w[j] = 1.0 / ASSETS;
    closed_form(exact);

    lgd_status st = lgd_quadratic_create_dense(&f, ASSETS, S, ASSETS, NULL, 0);
    if (!st)
        st = lgd_penalty_simplex_create(&simplex, 1);
    if (!st)
        st = lgd_fista_create(&fista, NULL);
    if (!st)
        st = lgd_minimize(f, fista, w,
                          &(lgd_minimize_options){.penalty = simplex, .gap_tol = 1e-13, .grad_tol = LGD_ZERO}, &report);
    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        printf("asset   beta   own risk   found   closed form\n");
        for (size_t j = 0; j < ASSETS; j++) {
            printf("%5zu %6.2f %9.0f%% %6.2f%% %12.2f%%\n", j + 1, beta[j], 100 * own[j], 100 * w[j], 100 * exact[j]);
            off = fmax(off, fabs(w[j] - exact[j]));
        }
        printf("risk %.2f%%; %s\n", 100 * sqrt(2 * report.f), lgd_stop_string(report.stop));
        printf("%s\n", off < 1e-6 ? "both are the same portfolio" : "they differ");
    }
    lgd_optimizer_free(fista);
    lgd_penalty_free(simplex);
    lgd_objective_free(f);
    return st || off >= 1e-6 ? EXIT_FAILURE : EXIT_SUCCESS;
}
