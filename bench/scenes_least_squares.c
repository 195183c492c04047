/* The scene of ridge regressions: what becomes of their coefficients, and of the error on rows left out, as their strength grows. */
#include "scenes.h"
#include <math.h>
#include <string.h>

/* From where it hardly acts to where little is left of the fit. */
enum {
    WEAKEST = -60,
    STRONGEST = 20,
    A_DECADE = 20,
    STRENGTHS = STRONGEST - WEAKEST + 1
}; /* of 10^(k/20): 0.001 to 10 */

static lgd_status fill_ridge(FILE *to)
{
    double strength[STRENGTHS], W[STRENGTHS * (DIABETES_COLS + 1)], error[STRENGTHS], gcv[STRENGTHS],
        freedom[STRENGTHS];
    diabetes d;
    lgd_objective *f = NULL;
    lgd_ridge_report report = {0};
    lgd_status st = diabetes_create(&d);
    if (!st)
        st = lgd_glm_create(&f, d.A, d.y, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true});
    for (size_t l = 0; l < STRENGTHS; l++)
        strength[l] = pow(10, ((double)l + WEAKEST) / A_DECADE);
    if (!st)
        st = lgd_ridge_path(f, STRENGTHS, strength, W,
                            &(lgd_ridge_options){.error = error, .gcv = gcv, .freedom = freedom}, &report);
    fprintf(to, "strength\tage\tsex\tbmi\tbp\ts1\ts2\ts3\ts4\ts5\ts6\terror\tgcv\tfreedom\tbest");
    for (size_t l = 0; l < STRENGTHS && !st; l++) {
        fprintf(to, "\n%.9g", strength[l]);
        for (size_t j = 0; j < DIABETES_COLS; j++)
            fprintf(to, "\t%.9g", W[l * (DIABETES_COLS + 1) + j]);
        fprintf(to, "\t%.9g\t%.9g\t%.9g\t%d", error[l], gcv[l], freedom[l], l == report.best);
    }
    fprintf(to, "\n");
    lgd_objective_free(f);
    diabetes_free(&d);
    return st;
}

const scene scenes_of_least_squares[] = {{"ridge_path.tsv", fill_ridge}, {NULL, NULL}};
