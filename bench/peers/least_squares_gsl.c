#include "least_squares.h"
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <math.h>

static int residuals(const gsl_vector *x, squares *s, gsl_vector *r, gsl_matrix *J)
{
    double w[CLASSIC_DIM], values[NIST_ROWS], jacobian[NIST_ROWS * CLASSIC_DIM];
    for (size_t j = 0; j < s->dim; j++)
        w[j] = gsl_vector_get(x, j);
    if (squares_residual(s, s->dim, s->count, w, values, J ? jacobian : NULL))
        return GSL_EFAILED;
    for (size_t i = 0; i < s->count; i++) {
        if (r)
            gsl_vector_set(r, i, values[i]);
        for (size_t j = 0; J && j < s->dim; j++)
            gsl_matrix_set(J, i, j, jacobian[i * s->dim + j]);
    }
    return GSL_SUCCESS;
}

static int value(const gsl_vector *x, void *ctx, gsl_vector *r)
{
    return residuals(x, ctx, r, NULL);
}

static int derivative(const gsl_vector *x, void *ctx, gsl_matrix *J)
{
    return residuals(x, ctx, NULL, J);
}

/* After a step of no use GSL begins with its first damping again: only the second in turn is the end. */
static const char *run_until_it_stands(squares *s, gsl_multifit_nlinear_workspace *work)
{
    int useless = 0;
    for (size_t step = 0; step < CLASSIC_MOST && s->evaluations < CLASSIC_MOST; step++) {
        const int status = gsl_multifit_nlinear_iterate(work);
        useless = status ? useless + 1 : 0;
        if (useless == 2)
            return status == GSL_ENOPROG ? "no progress" : "failed";
    }
    return "limit";
}

static const char *run_to(tolerances tol, gsl_multifit_nlinear_workspace *work)
{
    int info = 0;
    const int status = gsl_multifit_nlinear_driver(CLASSIC_MOST, tol.x, tol.g, 0, NULL, NULL, &info, work);
    return status ? "no progress" : info == 1 ? "small step" : "small gradient";
}

/* sigma sqrt(diag((J^T J)^-1)) */
static void standard_errors(const squares *s, gsl_multifit_nlinear_workspace *work, double *errors)
{
    const gsl_vector *r = gsl_multifit_nlinear_residual(work);
    gsl_matrix *covariance = gsl_matrix_alloc(s->dim, s->dim);
    double sum = 0;
    for (size_t i = 0; i < s->count; i++)
        sum += gsl_vector_get(r, i) * gsl_vector_get(r, i);
    if (covariance && !gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(work), 0, covariance))
        for (size_t j = 0; j < s->dim; j++)
            errors[j] = sqrt(sum / (double)(s->count - s->dim) * gsl_matrix_get(covariance, j, j));
    gsl_matrix_free(covariance);
}

outcome run_gsl(squares *s, int kind, tolerances tol)
{
    const gsl_multifit_nlinear_trs *const steps[] = {gsl_multifit_nlinear_trs_lm, gsl_multifit_nlinear_trs_lmaccel,
                                                     gsl_multifit_nlinear_trs_dogleg};
    gsl_multifit_nlinear_parameters o = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_fdf f = {.f = value, .df = derivative, .n = s->count, .p = s->dim, .params = s};
    outcome result = {.reason = "no memory"};
    gsl_set_error_handler_off();
    o.trs = steps[kind];
    gsl_vector_const_view start = gsl_vector_const_view_array(s->start, s->dim);
    gsl_multifit_nlinear_workspace *work = gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &o, s->count, s->dim);
    if (!work)
        return result;
    result.reason = "failed";
    if (!gsl_multifit_nlinear_init(&start.vector, &f, work))
        result.reason = tol.x > 0 ? run_to(tol, work) : run_until_it_stands(s, work);
    for (size_t j = 0; j < s->dim; j++)
        result.w[j] = gsl_vector_get(gsl_multifit_nlinear_position(work), j);
    if (s->count > s->dim)
        standard_errors(s, work, result.errors);
    gsl_multifit_nlinear_free(work);
    return result;
}
