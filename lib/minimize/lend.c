/* What a run lends to a step, see lgd_oracle: with the sign of minimisation, and still where w is frozen. */
#include "run.h"
#include <float.h>
#include <math.h>
#include <string.h>

static lgd_status lend_eval(void *ctx, const double *w, double *f, double *g)
{
    const lgd_lent *l = ctx;
    lgd_run *run = l->run;
    const lgd_status status = lgd_run_eval(run, &l->rows, l->divide_by, w, f, g);
    if (run->best_is_here && (status || !(*f < run->best_f && isfinite(*f)))) /* a step may well go there */
        lgd_run_keep_best(run);
    return status;
}

static lgd_status lend_prox(void *ctx, double eta, double *w, double *h)
{
    return lgd_run_prox(((lgd_lent *)ctx)->run, eta, w, h);
}

/* ---- along a line */

static lgd_status lend_begin_line(void *ctx, const double *w, const double *d)
{
    lgd_run *run = ((lgd_lent *)ctx)->run;
    lgd_lending *own = &run->lending;
    if (!own->Z) {
        const size_t count = lgd_mul(run->terms, run->f->slopes);
        own->Z = lgd_alloc("minimize", lgd_mul(count, 2), sizeof *own->Z);
        if (!own->Z)
            return LGD_ENOMEM;
        own->T = own->Z + count;
    }
    own->w = w;
    own->d = d;
    run->rows_seen += (double)run->terms;
    const double begun = lgd_profile_evaluation(run, (double)run->terms);
    const lgd_status status = lgd_objective_scores(run->f, run->threads, w, d, own->Z, own->T);
    lgd_profile_evaluated(run, (double)run->terms, begun);
    return status;
}

static lgd_status lend_line(void *ctx, double alpha, double *f, double *slope)
{
    lgd_run *run = ((lgd_lent *)ctx)->run;
    const lgd_lending *own = &run->lending;
    const double begun = lgd_profile_evaluation(run, (double)run->terms);
    const lgd_status status =
        lgd_objective_along(run->f, run->threads, own->w, own->d, alpha, own->Z, own->T, f, slope);
    lgd_profile_evaluated(run, (double)run->terms, begun);
    if (status)
        return status;
    run->evaluations++;
    *f *= run->sign;
    *slope *= run->sign;
    return LGD_OK;
}

/* ---- the Hessian */

/* Two vectors that differences of gradients need, and a metric. */
static lgd_status scratch(lgd_run *run)
{
    lgd_lending *own = &run->lending;
    if (own->at)
        return LGD_OK;
    const size_t stride = lgd_padded(run->dim);
    own->at = lgd_alloc("minimize", lgd_mul(stride, 2), sizeof *own->at);
    if (!own->at)
        return LGD_ENOMEM;
    own->other = own->at + stride;
    return LGD_OK;
}

/* The size that a step away from w should be compared with: |w|, at w = 0 what f and g say. Products of it with powers of two go
 * the way that w and f go. */
static double size_of(const lgd_run *run, const double *w, const double *g)
{
    const double size = fmax(lgd_norm2(run->dim, w), run->lending.size);
    if (size > 0 || !g)
        return size > 0 ? size : 1;
    const double slope = lgd_norm2(run->dim, g), far = fabs(run->f_all) / slope;
    return far > 0 && isfinite(far) ? far : 1;
}

/* hv = (grad(w + e v) - grad(w - e v))/2e, or with g the gradient at w (grad(w + e v) - g)/e. */
static lgd_status differ(lgd_lent *l, const double *w, const double *g, const double *v, double *hv)
{
    lgd_run *run = l->run;
    const size_t n = run->dim;
    double f;
    lgd_status status = scratch(run);
    if (status)
        return status;
    double *at = run->lending.at, *other = run->lending.other;
    const double length = lgd_norm2(n, v);
    if (!(length > 0)) {
        memset(hv, 0, n * sizeof *hv);
        return LGD_OK;
    }
    const double e = (g ? sqrt(DBL_EPSILON) : cbrt(DBL_EPSILON)) * size_of(run, w, g) / length;
    for (size_t j = 0; j < n; j++)
        at[j] = w[j] + e * v[j];
    status = lend_eval(l, at, &f, hv);
    for (size_t j = 0; j < n && !g; j++)
        at[j] = w[j] - e * v[j];
    if (!status && !g)
        status = lend_eval(l, at, &f, other);
    const double *from = g ? g : other, apart = g ? e : 2 * e;
    for (size_t j = 0; j < n && !status; j++)
        hv[j] = (hv[j] - from[j]) / apart;
    return status;
}

/* Second derivatives of terms with one score each stay for as long as w does: products there need no pass for scores. That w is the same is
 * seen by its numbers, which costs little beside a product. */
static bool keeps_curves(const lgd_run *run)
{
    return run->f->ops.product_of && run->f->slopes == 1;
}

static lgd_status find_curves(lgd_run *run, const double *w, double *d)
{
    lgd_lending *own = &run->lending;
    const size_t stride = lgd_padded(run->dim);
    if (!own->curves)
        own->curves = lgd_alloc("minimize", lgd_add(stride, run->terms), sizeof *own->curves);
    if (!own->curves)
        return LGD_ENOMEM;
    own->curves_known = false;
    const lgd_status status = lgd_objective_diagonal(run->f, run->threads, w, d, own->curves + stride);
    run->rows_seen += (double)run->terms;
    if (!status)
        memcpy(own->curves, w, run->dim * sizeof *w);
    own->curves_known = !status;
    return status;
}

static lgd_status product_by_curves(lgd_run *run, const double *w, const double *v, double *hv)
{
    const lgd_lending *own = &run->lending;
    lgd_status status = LGD_OK;
    if (!own->curves_known || memcmp(own->curves, w, run->dim * sizeof *w))
        status = find_curves(run, w, NULL);
    if (!status)
        status = lgd_objective_product_of(run->f, run->threads, own->curves + lgd_padded(run->dim), v, hv);
    return status;
}

/* d > 0 says that f curves up; a 1 where w is frozen. */
static lgd_status lend_diagonal(void *ctx, const double *w, double *d)
{
    lgd_run *run = ((lgd_lent *)ctx)->run;
    lgd_status status;
    const double begun = lgd_profile_evaluation(run, (double)run->terms);
    if (keeps_curves(run)) {
        status = find_curves(run, w, d);
    } else {
        status = lgd_objective_diagonal(run->f, run->threads, w, d, NULL);
        run->rows_seen += (double)run->terms;
    }
    lgd_profile_evaluated(run, (double)run->terms, begun);
    for (size_t j = 0; j < run->dim && !status; j++)
        d[j] = lgd_run_is_frozen(run, j) ? 1 : run->sign * d[j];
    return status;
}

lgd_status lgd_lend_product(void *ctx, const double *w, const double *g, const double *v, double *hv)
{
    lgd_lent *l = ctx;
    lgd_run *run = l->run;
    if (!run->lending.oracle.exact)
        return differ(l, w, g, v, hv);
    const double begun = lgd_profile_evaluation(run, (double)run->terms);
    lgd_status status =
        keeps_curves(run) ? product_by_curves(run, w, v, hv) : lgd_objective_product(run->f, run->threads, w, v, hv);
    lgd_profile_evaluated(run, (double)run->terms, begun);
    double f = 0;
    if (status)
        return status;
    run->rows_seen += (double)run->terms;
    lgd_run_orient(run, &f, hv);
    return LGD_OK;
}

/* What is frozen has a row of the unit matrix. */
static void orient_hessian(const lgd_run *run, double sign, double *H, size_t ld)
{
    for (size_t i = 0; i < run->dim; i++) {
        const bool still = lgd_run_is_frozen(run, i);
        for (size_t j = 0; j <= i; j++)
            H[i * ld + j] = still || lgd_run_is_frozen(run, j) ? (double)(i == j) : sign * H[i * ld + j];
    }
}

/* Column by column, by products with unit vectors; the two halves may differ by rounding, and their mean is taken. */
static lgd_status hessian_by_products(lgd_lent *l, const double *w, const double *g, double *H, size_t ld)
{
    lgd_run *run = l->run;
    const size_t n = run->dim;
    lgd_status status = LGD_OK;
    if (!run->lending.unit)
        run->lending.unit = lgd_alloc("minimize", lgd_mul(n, 2), sizeof *run->lending.unit);
    if (!run->lending.unit)
        return LGD_ENOMEM;
    double *unit = run->lending.unit, *column = unit + n;
    for (size_t i = 0; i < n; i++)
        memset(H + i * ld, 0, (i + 1) * sizeof *H);
    for (size_t i = 0; i < n && !status; i++) {
        if (lgd_run_is_frozen(run, i)) /* f may have no value beside it */
            continue;
        unit[i] = 1;
        status = lgd_lend_product(l, w, run->lending.oracle.exact ? NULL : g, unit, column);
        unit[i] = 0;
        for (size_t j = 0; j < i && !status; j++) /* H_ij has half of it from column j */
            H[i * ld + j] += 0.5 * column[j];
        H[i * ld + i] = column[i];
        for (size_t j = i + 1; j < n && !status; j++)
            H[j * ld + i] = 0.5 * column[j];
    }
    return status;
}

static lgd_status lend_hessian(void *ctx, const double *w, double *f, double *g, double *H, size_t ld)
{
    lgd_lent *l = ctx;
    lgd_run *run = l->run;
    run->factors = true;
    if (!lgd_objective_has_hessian(run->f)) {
        lgd_status status = lend_eval(l, w, f, g);
        if (!status)
            status = hessian_by_products(l, w, g, H, ld);
        if (!status)
            orient_hessian(run, 1, H, ld);
        return status;
    }
    const double begun = lgd_profile_evaluation(run, (double)run->terms);
    const lgd_status status = lgd_objective_hessian(run->f, run->threads, w, f, g, H, ld);
    lgd_profile_evaluated(run, (double)run->terms, begun);
    if (status)
        return status;
    run->evaluations++;
    run->rows_seen += (double)run->terms;
    lgd_run_orient(run, f, g);
    orient_hessian(run, run->sign, H, ld);
    return LGD_OK;
}

/* ---- sums of squares */

static lgd_status lend_gauss_newton(void *ctx, const double *w, double *T, size_t ld)
{
    lgd_run *run = ((lgd_lent *)ctx)->run;
    run->rows_seen += (double)run->terms;
    run->factors = true;
    const double begun = lgd_profile_evaluation(run, (double)run->terms);
    const lgd_status status = lgd_objective_gauss_newton(run->f, run->threads, w, run->lending.frozen, T, ld);
    lgd_profile_evaluated(run, (double)run->terms, begun);
    return status;
}

static lgd_status lend_bend(void *ctx, const double *w, const double *v, double *g)
{
    lgd_run *run = ((lgd_lent *)ctx)->run;
    double f = 0;
    const double begun = lgd_profile_evaluation(run, (double)run->terms);
    const lgd_status status = lgd_objective_bend(run->f, run->threads, w, v, g);
    lgd_profile_evaluated(run, (double)run->terms, begun);
    run->rows_seen += (double)run->terms;
    lgd_run_orient(run, &f, g);
    return status;
}

/* ---- the user's metric */

/* r.Pr > 0, unless r is 0. Where the products underflow it is asked of r and P r of length 1. */
static lgd_status check_positive(size_t n, const double *r, const double *pr)
{
    double along = lgd_dot(n, r, pr);
    if (along > 0)
        return LGD_OK;
    const double size = lgd_norm2(n, r), of_pr = lgd_norm2(n, pr);
    if (size == 0)
        return LGD_OK;
    along = 0;
    for (size_t j = 0; j < n && of_pr > 0; j++)
        along += r[j] / size * (pr[j] / of_pr);
    return along > 0 ? LGD_OK
                     : lgd_fail(LGD_EUSER,
                                "minimize: precondition gave r.Pr = %g for an r of length %g, a number above 0 is "
                                "accepted: P has to be positive definite",
                                along * size * of_pr, size);
}

static lgd_status lend_precondition(void *ctx, const double *w, const double *r, double *pr)
{
    const lgd_run *run = ((lgd_lent *)ctx)->run;
    const unsigned errors = lgd_error_count();
    const int code = (int)run->o.precondition(run->o.precondition_ctx, w, r, pr);
    if (code)
        return lgd_failed_in("minimize", "precondition", code, errors);
    const size_t bad = lgd_first_not_finite(run->dim, pr);
    if (bad < run->dim)
        return lgd_fail(LGD_EUSER, "minimize: precondition gave %g at [%zu], finite numbers are accepted", pr[bad],
                        bad);
    for (size_t j = 0; j < run->dim; j++)
        if (lgd_run_is_frozen(run, j))
            pr[j] = 0;
    return check_positive(run->dim, r, pr);
}

lgd_status lgd_lend_metric(lgd_lent *l)
{
    lgd_run *run = l->run;
    if (!run->o.precondition || run->opt->ops.flags & LGD_PRECONDITIONED)
        return LGD_OK;
    const lgd_status status = lend_precondition(l, run->w, run->g, run->lending.at);
    if (!status)
        memcpy(run->g, run->lending.at, run->dim * sizeof *run->g);
    return status;
}

/* ---- set-up */

/* Which coordinates are frozen, if any is. */
static lgd_status lend_frozen(lgd_run *run)
{
    for (size_t j = 0; j < run->dim; j++) {
        if (!lgd_run_is_frozen(run, j))
            continue;
        if (!run->lending.frozen)
            run->lending.frozen = lgd_alloc("minimize", run->dim, sizeof *run->lending.frozen);
        if (!run->lending.frozen)
            return LGD_ENOMEM;
        run->lending.frozen[j] = true;
    }
    run->lending.oracle.frozen = run->lending.frozen;
    return LGD_OK;
}

lgd_status lgd_lend_create(lgd_run *run)
{
    const lgd_objective *f = run->f;
    const lgd_penalty *h = run->opt->penalty;
    run->lending.oracle = (lgd_oracle){
        .eval = lend_eval,
        .prox = h ? lend_prox : NULL,
        .begin_line = f->ops.scores && !run->o.batch_size ? lend_begin_line : NULL,
        .line = f->ops.scores && !run->o.batch_size ? lend_line : NULL,
        .product = run->o.batch_size ? NULL : lgd_lend_product,
        .hessian = run->o.batch_size ? NULL : lend_hessian,
        .precondition = run->o.precondition ? lend_precondition : NULL,
        .exact = lgd_objective_has_product(f),
        .gauss_newton = lgd_objective_has_residuals(f) ? lend_gauss_newton : NULL,
        .bend = f->ops.bend ? lend_bend : NULL,
        .quadratic = lgd_objective_is_quadratic(f),
        .diagonal = lgd_objective_has_diagonal(f) && !run->o.batch_size ? lend_diagonal : NULL,
    };
    lgd_status status = run->o.precondition ? scratch(run) : LGD_OK;
    if (!status && run->opt->ops.flags & LGD_NEEDS_EVAL)
        status = lend_frozen(run);
    return status ? status : lgd_lend_penalty(run);
}

void lgd_lend_free(lgd_run *run)
{
    lgd_release(run->lending.Z);
    lgd_release(run->lending.at);
    lgd_release(run->lending.curves);
    lgd_release(run->lending.unit);
    lgd_release(run->lending.each);
    lgd_release(run->lending.frozen);
    run->lending = (lgd_lending){0};
}
