/* Least squares: solutions at once, and the error bars of any. */
#include "cli.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const solver_names[] = {"auto", "qr", "svd", "reduction"}; /* as in lgd_solver */

/* What is known of the fit, for the columns as they are in the file: at = standardised, w_j = at_j/s_j, and the intercept takes off
 * sum_j shift_j w_j, so that its variance needs the whole covariance. */
static bool restore_errors(fit *a)
{
    const size_t n = a->dim, last = n - 1;
    const double *C = a->covariance;
    double *t = memory_of(3 * n, sizeof *t), *one = t ? t + n : NULL, *raw = t ? t + 2 * n : NULL;
    a->errors = t ? memory_of(n, sizeof *a->errors) : NULL;
    bool ok = a->errors != NULL;
    for (size_t j = 0; ok && j < n; j++) {
        double scale = 1;
        if (a->A != a->data.A) {
            one[j] = 1;
            ok = !lgd_matrix_unscale(a->A, 1, true, one, raw) || refuse_last();
            one[j] = 0;
            scale = raw[j];
            t[j] = raw[last];
        }
        a->errors[j] = scale * sqrt(C[j * n + j]);
    }
    double variance = 0;
    for (size_t j = 0; ok && a->A != a->data.A && j < n; j++)
        for (size_t k = 0; k < n; k++)
            variance += t[j] * C[j * n + k] * t[k];
    if (ok && a->A != a->data.A)
        a->errors[last] = sqrt(variance);
    free(t);
    return ok;
}

static void take_report(fit *a, const lgd_least_squares_report *r)
{
    a->rank = r->rank;
    a->condition = r->condition;
    a->freedom = r->freedom;
    if (r->digits > 0)
        a->digits = r->digits;
}

/* The line of the plan. */
static bool tell(fit *a, lgd_solver used)
{
    const settings *s = a->settings;
    const char *why = s->solver != SOLVER_AUTO ? "as --solver says"
                      : used == LGD_SOLVER_SVD ? "a column depends on others, the least |w| is taken"
                                               : "one pass over the rows, then corrections";
    char text[160];
    snprintf(text, sizeof text, "%s of %zu x %zu: %s", solver_names[used], a->data.rows, a->dim, why);
    a->plan = memory_of(strlen(text) + 1, 1);
    return a->plan && strcpy(a->plan, text);
}

bool fit_squares(fit *a, int *status)
{
    const int wanted = a->settings->solver;
    lgd_least_squares_report report;
    *status = EXIT_FAILED;
    if (!(a->covariance = memory_of(a->dim * a->dim, sizeof *a->covariance)))
        return false;
    const lgd_least_squares_options options = {.solver = (lgd_solver)wanted, .covariance = a->covariance};
    if (lgd_least_squares_solve(a->f, a->at, &options, &report))
        return refuse_last();
    take_report(a, &report);
    *status = EXIT_OK;
    return tell(a, report.solver) && restore_errors(a);
}

bool fit_errors(fit *a)
{
    lgd_least_squares_report report;
    if (!(a->covariance = memory_of(a->dim * a->dim, sizeof *a->covariance)))
        return false;
    const lgd_least_squares_options options = {.covariance = a->covariance};
    if (lgd_least_squares_errors(a->f, a->at, &options, &report))
        return refuse_last();
    take_report(a, &report);
    return restore_errors(a);
}
