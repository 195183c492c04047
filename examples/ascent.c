/* Gradient ascent: maximum likelihood, with every figure in the sign of the user.
 *
 * Deaths by horse kick in the Prussian army, 200 corps-years (L. von Bortkiewicz, Das Gesetz der kleinen Zahlen, 1898).
 * For a Poisson distribution of mean exp(w) the mean log-likelihood of counts k seen n_k times is
 *
 *     f(w) = sum_k n_k (k w - exp(w) - log k!) / sum_k n_k
 *
 * and its maximum lies at the mean count, 122/200. Prints the climb at its first steps, and the maximum. */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static lgd_status log_likelihood(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    static const double seen[] = {109, 65, 22, 3, 1}; /* years with 0, 1, ... 4 deaths */
    double value = 0, slope = 0, years = 0;
    (void)ctx, (void)dim;
    for (int k = 0; k < 5; k++) {
        value += seen[k] * (k * w[0] - exp(w[0]) - lgamma(k + 1.0));
        slope += seen[k] * (k - exp(w[0]));
        years += seen[k];
    }
    *f = value / years;
    if (g)
        g[0] = slope / years;
    return LGD_OK;
}

static int show(void *ctx, const lgd_progress *p)
{
    (void)ctx;
    if (p->step <= 3)
        printf("step %d from log-likelihood %.5f to mean %.5f\n", (int)p->step, p->f, exp(p->w[0]));
    return 0;
}

int main(void)
{
    double w[1] = {0};
    lgd_objective *f = NULL;
    lgd_optimizer *sgd = NULL;
    lgd_report report;

    lgd_status st = lgd_function_create(&f, 1, log_likelihood, NULL);
    if (!st)
        st = lgd_sgd_create(&sgd, &(lgd_sgd_options){.lr = 1});
    if (!st)
        st = lgd_minimize(f, sgd, w, &(lgd_minimize_options){.maximize = true, .callback = show}, &report);
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    else
        printf("%s\nlog-likelihood %.5f at mean %.5f\n", lgd_stop_string(report.stop), report.f, exp(w[0]));
    lgd_optimizer_free(sgd);
    lgd_objective_free(f);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
