/* Least squares: the plan, solutions at once, steps on a reduction, error bars. */
#include "cli.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const solver_names[] = {"auto", "qr", "svd", "reduction"}; /* as in lgd_solver */

static bool make_room(fit *a)
{
    a->covariance = memory_of(a->dim * a->dim, sizeof *a->covariance);
    a->errors = a->covariance ? memory_of(a->dim, sizeof *a->errors) : NULL;
    return a->errors;
}

/* Errors for the columns as they are in the file: at = standardised, w_j = at_j/s_j, and the intercept takes off sum_j shift_j w_j, so
 * that its variance needs the whole covariance. */
static bool restore_errors(fit *a)
{
    const size_t n = a->dim, last = n - 1;
    const double *C = a->covariance;
    if (a->A == a->data.A)
        return true;
    double *t = memory_of(3 * n, sizeof *t), *one = t ? t + n : NULL, *raw = t ? t + 2 * n : NULL, variance = 0;
    bool ok = t != NULL;
    for (size_t j = 0; ok && j < n; j++) {
        one[j] = 1;
        ok = !lgd_matrix_unscale(a->A, 1, true, one, raw) || refuse_last();
        one[j] = 0;
        a->errors[j] *= raw[j];
        t[j] = raw[last];
    }
    for (size_t j = 0; ok && j < n; j++)
        for (size_t k = 0; k < n; k++)
            variance += t[j] * C[j * n + k] * t[k];
    if (ok)
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

/* Error bars take the triangle of all rows whatever finds the solution, so that a reduction saves nothing unless it is asked for. */
static bool plan_at_once(fit *a)
{
    static const lgd_way ways[] = {LGD_WAY_DIRECT, LGD_WAY_DIRECT, LGD_WAY_DIRECT, LGD_WAY_REDUCE}; /* of solver */
    lgd_plan plan;
    if (!make_plan(a, &plan, 0, ways[a->settings->solver]))
        return false;
    if (a->settings->solver != SOLVER_AUTO)
        return true;
    const char *counts = strchr(plan.text, ':');
    return tell(a, "%zu x %zu, direct, which error bars need%.*s", a->data.rows, a->dim,
                counts ? (int)strcspn(counts, ";") : 0, counts ? counts : "");
}

bool fit_squares(fit *a, int *status)
{
    const int wanted = a->settings->solver;
    const bool errors = a->dim <= MATRIX_MOST;
    lgd_least_squares_report report;
    *status = EXIT_FAILED;
    if ((errors && !make_room(a)) || !plan_at_once(a))
        return false;
    const lgd_least_squares_options options = {
        .covariance = a->covariance, .errors = a->errors, .solver = (lgd_solver)wanted};
    if (lgd_least_squares_solve(a->f, a->at, &options, &report))
        return refuse_columns(a);
    take_report(a, &report);
    if (!fit_describe(a, NULL, NULL))
        return false;
    *status = EXIT_OK;
    char planned[512];
    snprintf(planned, sizeof planned, "%s", a->plan);
    return tell(a, "%s; solved by %s%s", planned, solver_names[report.solver],
                wanted == SOLVER_AUTO ? "" : ", as --solver says") &&
           (!errors || restore_errors(a));
}

/* ---- by steps */

static bool fit_errors(fit *a)
{
    lgd_least_squares_report report;
    if (!make_room(a))
        return false;
    const lgd_least_squares_options options = {.covariance = a->covariance, .errors = a->errors};
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
