/* Least squares: the plan, solutions at once, steps on a reduction, error bars. */
#include "cli.h"
#include <math.h>
#include <stdarg.h>
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

/* The library's sentence; a column that it numbers, from 0, has a name. */
static bool refuse_columns(const fit *a)
{
    size_t column;
    if (sscanf(lgd_last_error(), "least squares: column %zu", &column) == 1 && column < a->dim)
        return refuse("%s: %s (column %zu is \"%s\")", a->data.path, lgd_last_error(), column, fit_column(a, column));
    return refuse("%s: %s", a->data.path, lgd_last_error());
}

/* The line of the plan: what the library says of it, and more. */
static bool tell(fit *a, const char *format, ...)
{
    char text[512];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    free(a->plan);
    a->plan = memory_of(strlen(text) + 1, 1);
    return a->plan && strcpy(a->plan, text);
}

static bool make_plan(fit *a, lgd_plan *plan, size_t steps, lgd_way way)
{
    const lgd_plan_options options = {.rows = a->data.rows, .cols = a->dim, .steps = steps, .way = way};
    return (!lgd_least_squares_plan(&options, plan) || refuse_last()) &&
           tell(a, "%zu x %zu, %s", a->data.rows, a->dim, plan->text);
}

/* ---- at once */

bool fit_squares(fit *a, int *status)
{
    static const lgd_way ways[] = {LGD_WAY_AUTO, LGD_WAY_DIRECT, LGD_WAY_DIRECT, LGD_WAY_REDUCE}; /* of solver */
    const int wanted = a->settings->solver;
    lgd_least_squares_report report;
    lgd_plan plan;
    const bool errors = a->dim <= MATRIX_MOST;
    *status = EXIT_FAILED;
    if ((errors && !(a->covariance = memory_of(a->dim * a->dim, sizeof *a->covariance))) ||
        !make_plan(a, &plan, 0, ways[wanted]))
        return false;
    lgd_least_squares_options options = {.covariance = a->covariance, .solver = (lgd_solver)wanted};
    if (wanted == SOLVER_AUTO && plan.way == LGD_WAY_REDUCE)
        options.solver = LGD_SOLVER_REDUCTION;
    lgd_status st = lgd_least_squares_solve(a->f, a->at, &options, &report);
    if (st == LGD_EINVAL && wanted == SOLVER_AUTO && options.solver == LGD_SOLVER_REDUCTION) {
        options.solver = LGD_SOLVER_AUTO; /* too ill-conditioned for what is the quickest */
        st = lgd_least_squares_solve(a->f, a->at, &options, &report);
        if (!st && !tell(a, "%zu x %zu, direct: the columns depend on each other too much to be reduced", a->data.rows,
                         a->dim))
            return false;
    }
    if (st)
        return refuse_columns(a);
    take_report(a, &report);
    *status = EXIT_OK;
    char planned[sizeof plan.text + 64];
    snprintf(planned, sizeof planned, "%s", a->plan);
    return tell(a, "%s; solved by %s%s", planned, solver_names[report.solver],
                wanted == SOLVER_AUTO ? "" : ", as --solver says") &&
           (!errors || restore_errors(a));
}

/* ---- by steps */

static bool fit_errors(fit *a)
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

/* Does the method look at residuals, which a reduction has not? */
static bool needs_rows(const settings *s)
{
    const size_t length = s->optimizer ? strcspn(s->optimizer, ":") : 0;
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; length && (ops = lgd_optimizer_builtin(i)); i++)
        if (strlen(ops->name) == length && !strncmp(ops->name, s->optimizer, length))
            return ops->flags & LGD_NEEDS_RESIDUALS;
    return false;
}

/* So many steps are planned for where no limit says how many there will be. */
enum { USUAL_STEPS = 100 };

bool fit_steps(fit *a, int *status)
{
    const settings *s = a->settings;
    const uint64_t limit = s->steps ? s->steps : s->epochs ? s->epochs : USUAL_STEPS;
    const lgd_way way = s->batch || s->solver == SOLVER_STREAM || needs_rows(s) ? LGD_WAY_STREAM
                        : s->solver == SOLVER_REDUCTION                         ? LGD_WAY_REDUCE
                                                                                : LGD_WAY_AUTO;
    const bool many = way == LGD_WAY_AUTO && a->dim > MATRIX_MOST;
    lgd_plan plan;
    *status = EXIT_FAILED;
    if (!make_plan(a, &plan, (size_t)limit, many ? LGD_WAY_STREAM : way) ||
        (many && !tell(a, "%zu x %zu, stream: too many columns for a matrix of them all", a->data.rows, a->dim)))
        return false;
    if (plan.way == LGD_WAY_REDUCE && lgd_quadratic_create(&a->q, a->f))
        return refuse_last();
    if (!fit_run(a, status))
        return false;
    if (!a->converged || s->l1 > 0 || a->dim > MATRIX_MOST)
        return true;
    if (a->q)
        (void)lgd_quadratic_refine(a->q, a->f, a->at, 0, NULL); /* where that is refused, w stays as it is */
    return fit_errors(a) || (*status = EXIT_FAILED, false);
}
