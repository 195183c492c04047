/* Linear least squares at once, and the error bars of any sum of squares: what is asked for is checked, a solver chosen, and what came
 * out reported. */
#include "least_squares.h"
#include "blas/blas.h"
#include "lgd/quadratic.h"
#include <math.h>
#include <string.h>

static lgd_status take_options(lgd_least_squares_options *o, const lgd_least_squares_options *options, size_t size)
{
    const lgd_status status = lgd_take_struct("least squares options", o, sizeof *o, options, size);
    if (status)
        return status;
    if ((unsigned)o->solver > LGD_SOLVER_REDUCTION)
        return lgd_fail(LGD_EINVAL, "least squares: solver is %d, 0 (LGD_SOLVER_AUTO) to %d is accepted",
                        (int)o->solver, LGD_SOLVER_REDUCTION);
    if (!(o->rcond >= 0) || !(o->rcond < 1))
        return lgd_fail(LGD_EINVAL,
                        "least squares: rcond is %g, a number above 0 and below 1 is accepted (0: 16 n eps)", o->rcond);
    if (!(o->sigma >= 0) || !isfinite(o->sigma))
        return lgd_fail(LGD_EINVAL,
                        "least squares: sigma is %g, a finite number above 0 is accepted (0: from the residuals)",
                        o->sigma);
    if (!o->refinements)
        o->refinements = 2;
    if (o->plain)
        o->refinements = 0;
    return LGD_OK;
}

static lgd_status check(const lgd_objective *f, const double *w)
{
    if (!f || !w)
        return lgd_fail(LGD_EINVAL, "least squares: %s is NULL, %s is accepted", f ? "w" : "f",
                        f ? "a place for dim numbers" : "an objective");
    if (f->terms == 0)
        return lgd_fail(LGD_EINVAL, "least squares: number of rows is 0, at least 1 is accepted");
    return LGD_OK;
}

/* Outputs share their columns, and so what is added to them. */
static lgd_status check_spared(const lgd_objective *f)
{
    if (f->l2 > 0 && f->spare_count && (f->spare_first % f->slopes || f->spare_count % f->slopes))
        return lgd_fail(
            LGD_EUNSUPPORTED,
            "least squares: coordinates %zu + %zu are spared with %zu outputs, whole rows of W are accepted",
            f->spare_first, f->spare_count, f->slopes);
    return LGD_OK;
}

static void give_squares(lgd_fit *fit, double squares, lgd_least_squares_report *report)
{
    fit->squares = squares;
    report->rss = ldexp(squares, 2 * fit->power[fit->n]);
}

/* ---- solvers: x, and all of the report but digits */

static lgd_status solve_factored(lgd_fit *fit, lgd_least_squares_options *o, lgd_least_squares_report *report)
{
    const size_t n = fit->n;
    double squares = 0;
    lgd_status status = lgd_fit_triangle(fit, NULL);
    if (status)
        return status;
    const bool svd = o->solver == LGD_SOLVER_SVD || (o->solver == LGD_SOLVER_AUTO && fit->deficient < n);
    report->solver = svd ? LGD_SOLVER_SVD : LGD_SOLVER_QR;
    report->rank = fit->rank;
    report->condition = fit->condition;
    status = svd ? LGD_OK : lgd_fit_refuse(fit);
    if (!status && (svd || o->errors || o->covariance || fit->l2 > 0))
        status = lgd_fit_invert(fit, svd);
    if (status)
        return status;
    report->rank = fit->rank;
    report->condition = fit->condition;
    for (size_t c = 0; c < fit->k; c++) {
        double *x = fit->x + c * n;
        const double *q = fit->q + c * n;
        for (size_t i = 0; i < n; i++)
            x[i] = svd ? -lgd_dot(n, fit->inverse + i * n, q) : -q[i];
        if (!svd)
            lgd_fit_back(n, fit->F, x);
    }
    squares = lgd_fit_squares(fit, fit->x);
    status = lgd_fit_refine(fit, o->refinements, report, &squares);
    if (status)
        return status;
    const double total = lgd_fit_total(fit);
    report->r_squared = total > 0 ? 1 - squares / total : NAN;
    give_squares(fit, squares, report);
    return lgd_fit_errors(fit, o, report);
}

static lgd_status finish_reduced(lgd_fit *fit, const lgd_least_squares_options *o, lgd_least_squares_report *report)
{
    double squares = 0;
    report->solver = LGD_SOLVER_REDUCTION;
    report->rank = fit->rank;
    report->condition = fit->condition;
    if (!o->refinements && !fit->told) /* a sum over the rows for nobody */
        return LGD_OK;
    const lgd_status status =
        o->refinements ? lgd_fit_refine(fit, o->refinements, report, &squares) : lgd_fit_gradient(fit, &squares);
    if (status)
        return status;
    lgd_fit_reduced_report(fit, squares, report);
    give_squares(fit, squares, report);
    report->sigma = lgd_fit_sigma(fit, o, report->freedom);
    return LGD_OK;
}

static lgd_status solve_reduced(lgd_fit *fit, const lgd_least_squares_options *o, lgd_least_squares_report *report)
{
    const lgd_status status = lgd_fit_reduce(fit);
    report->solver = LGD_SOLVER_REDUCTION;
    report->rank = fit->rank;
    report->condition = fit->condition;
    return status ? status : finish_reduced(fit, o, report);
}

/* A reduction is quicker where columns are many, and as good after two corrections where its condition is small. It is tried where that is
 * all there is to gain: errors need the triangle anyhow. */
static bool worth_reducing(const lgd_fit *fit, const lgd_least_squares_options *o)
{
    const lgd_plan_options wanted = {.rows = fit->f->terms, .cols = fit->n, .outputs = fit->k, .optimum = true};
    lgd_plan plan;
    return o->refinements >= 2 && !o->errors && !o->covariance && lgd_least_squares_plan(&wanted, &plan) == LGD_OK &&
           plan.way == LGD_WAY_REDUCE;
}

static lgd_status solve(lgd_fit *fit, lgd_least_squares_options *o, lgd_least_squares_report *report)
{
    static const double small = 1e4; /* of a condition: its square leaves half of the digits to a correction */
    if (o->solver == LGD_SOLVER_REDUCTION)
        return solve_reduced(fit, o, report);
    if (o->solver == LGD_SOLVER_AUTO && worth_reducing(fit, o)) {
        lgd_status status = lgd_fit_reduce(fit);
        if (status && status != LGD_EINVAL && status != LGD_EDIVERGED) /* not of columns or their condition */
            return status;
        if (!status && fit->condition <= small)
            return finish_reduced(fit, o, report);
        lgd_reduction_free(fit->reduced);
        fit->reduced = NULL;
    }
    return solve_factored(fit, o, report);
}

static void put(const lgd_fit *fit, double *w)
{
    for (size_t j = 0; j < fit->n; j++)
        for (size_t c = 0; c < fit->k; c++)
            w[j * fit->k + c] = ldexp(fit->x[c * fit->n + j], fit->power[fit->n] - fit->power[j]);
}

lgd_status lgd_least_squares_solve_sized(lgd_objective *f, double *w, const lgd_least_squares_options *options,
                                         size_t options_size, lgd_least_squares_report *report, size_t report_size)
{
    lgd_least_squares_options o;
    lgd_least_squares_report mine = {.r_squared = NAN};
    lgd_fit *fit = NULL;
    lgd_status status = check(f, w);
    if (!status)
        status = take_options(&o, options, options_size);
    if (!status && !f->ops.design)
        status = lgd_fail(
            LGD_EUNSUPPORTED,
            "least squares: %s has no ops.design, a model with a squared loss is accepted, a subset of one, or "
            "an objective with ops.design",
            f->ops.name);
    if (!status)
        status = check_spared(f);
    if (!status)
        status = lgd_fit_create(&fit, f, f->dim / f->slopes, f->slopes, lgd_mul(f->terms, f->slopes), o.rcond);
    if (status)
        return status;
    lgd_blas_hold(); /* also where f is called by one thread: the bits are the same whatever the host has set */
    fit->threads = lgd_objective_begin(f, 0);
    fit->told = report != NULL;
    status = solve(fit, &o, &mine);
    lgd_objective_end(f);
    lgd_blas_release();
    double *found = fit->dx;
    if (!status)
        put(fit, found);
    if (!status && fit->reduced && (o.errors || o.covariance)) /* a reduction has not the digits for them */
        status = lgd_least_squares_errors_sized(f, found, &o, sizeof o, NULL, 0);
    if (!status)
        memcpy(w, found, f->dim * sizeof *w);
    lgd_give_struct(report, report_size, &mine, sizeof mine);
    lgd_fit_free(fit);
    return status;
}

/* ---- errors at a point */

lgd_status lgd_least_squares_errors_sized(lgd_objective *f, const double *w, const lgd_least_squares_options *options,
                                          size_t options_size, lgd_least_squares_report *report, size_t report_size)
{
    lgd_least_squares_options o;
    lgd_least_squares_report mine = {.r_squared = NAN};
    lgd_fit *fit = NULL;
    lgd_status status = check(f, w);
    if (!status)
        status = take_options(&o, options, options_size);
    if (!status && !lgd_objective_has_residuals(f))
        status = lgd_fail(
            LGD_EUNSUPPORTED,
            "least squares: %s is no sum of squares, an objective with ops.jacobian or ops.design%s is accepted",
            f->ops.name, f->residuals ? ", and no smooth part but l2," : "");
    if (!status && lgd_first_not_finite(f->dim, w) < f->dim)
        status = lgd_fail(LGD_EINVAL, "least squares: w[%zu] is %g, a finite number is accepted",
                          lgd_first_not_finite(f->dim, w), w[lgd_first_not_finite(f->dim, w)]);
    const bool linear = !status && f->ops.design;
    if (linear)
        status = check_spared(f);
    const size_t k = linear ? f->slopes : 1;
    if (!status)
        status = lgd_fit_create(&fit, f, f->dim / k, k, lgd_mul(f->terms, linear ? k : f->residuals), o.rcond);
    if (status)
        return status;
    lgd_blas_hold();
    fit->threads = lgd_objective_begin(f, 0);
    status = lgd_fit_triangle(fit, w);
    lgd_objective_end(f);
    if (!status)
        status = lgd_fit_invert(fit, o.solver == LGD_SOLVER_SVD);
    for (size_t j = 0; j < fit->n && linear && !status; j++)
        for (size_t c = 0; c < k; c++)
            fit->x[c * fit->n + j] = ldexp(w[j * k + c], fit->power[j] - fit->power[fit->n]);
    if (!status) {
        const double squares = lgd_fit_squares(fit, linear ? fit->x : NULL), total = linear ? lgd_fit_total(fit) : 0;
        mine.solver = fit->pseudo ? LGD_SOLVER_SVD : LGD_SOLVER_QR;
        mine.rank = fit->rank;
        mine.condition = fit->condition;
        give_squares(fit, squares, &mine);
        mine.r_squared = total > 0 ? 1 - squares / total : NAN;
        status = lgd_fit_errors(fit, &o, &mine);
    }
    lgd_blas_release();
    lgd_give_struct(report, report_size, &mine, sizeof mine);
    lgd_fit_free(fit);
    return status;
}
