/* The duality gap, a bound on F(w) - min F that needs no minimum. By Fenchel's inequality, for any R and with
 * h+ = l2/2 |w|^2 + h,
 *
 *     F(w) - min F <= 1/(m omega) sum_i [F_i(A_i w) + F_i*(R_i) - R_i A_i w] + [h+(w) + h+*(v) - w v],
 *     v = -A^T R/(m omega),
 *
 * if v is 0 where nothing is penalised, since h+* is infinite otherwise. No bracket is below 0, and near the minimum each
 * is small itself: nothing large cancels, and rounding of A^T R enters by its product with the distance to the minimum only.
 * See S. Boyd, L. Vandenberghe, "Convex Optimization" (2004), 5.1; for L1 by scaling S.-J. Kim, K. Koh, M. Lustig, S. Boyd,
 * D. Gorinevsky, IEEE J. Sel. Top. Signal Process. 1 (2007).
 *
 * R are the slopes at w, for which the first bracket is 0, changed as little as the rest asks for:
 *   intercepts   the slopes of an output must add up to 0 (gap_balance.c)
 *   no l2        h* is finite on a set around 0 only (a box, for L1): all are scaled until v is in it
 * With l2 > 0 every v will do, and the sup in h+*(v) is taken on at the prox of h, whatever the penalty. */
#include "gap.h"
#include "run.h"
#include <math.h>
#include <stdio.h>

enum { EVERY = 10 }; /* steps over all rows between two gaps: they cost as much as two steps */

bool lgd_gap_lacks(const lgd_objective *f, const lgd_penalty *h, size_t size, char *what)
{
    if (lgd_quadratic_reduction(f))
        return lgd_gap_quadratic_lacks(f, h, size, what);
    if (!f->slopes)
        snprintf(what, size, "the %s has no ops.linear and ops.difference", f->ops.name);
    else if (!f->ops.fenchel)
        snprintf(what, size, "the %s, or its loss, has no ops.fenchel", f->ops.name);
    else if (f->spare_count && f->spare_count != f->slopes)
        snprintf(what, size, "the %s leaves %zu coordinates unpenalised, and %zu could be intercepts", f->ops.name,
                 f->spare_count, f->slopes);
    else if (!h && f->l2 == 0)
        snprintf(what, size, "there is neither a penalty nor an l2");
    else if (h && f->l2 == 0 && !h->ops.conjugate)
        snprintf(what, size, "the penalty %.40s has no ops.conjugate, and l2 is 0", h->ops.name);
    else
        return false;
    return true;
}

lgd_status lgd_gap_create(lgd_gap *gap, lgd_objective *f, const lgd_penalised *h)
{
    const size_t stride = lgd_padded(f->dim);
    const size_t balance = f->spare_count ? lgd_mul(2, lgd_mul(f->slopes, f->slopes)) : 0;
    const size_t numbers = lgd_add(lgd_mul(2, stride), lgd_add(lgd_mul(f->terms, f->slopes), balance));
    double *block = lgd_alloc("gap", numbers, sizeof *block);
    *gap = (lgd_gap){.f = f, .h = h, .l2 = f->l2, .q = lgd_quadratic_reduction(f)};
    if (!block)
        return LGD_ENOMEM;
    gap->v = block;
    gap->u = block + stride;
    gap->R = block + 2 * stride;
    gap->flow = gap->R + f->terms * f->slopes;
    const lgd_status status = gap->q ? lgd_gap_quadratic_create(gap) : LGD_OK;
    if (status)
        lgd_gap_free(gap);
    return status;
}

void lgd_gap_free(lgd_gap *gap)
{
    lgd_release(gap->v);
    lgd_release(gap->L);
    *gap = (lgd_gap){0};
}

lgd_status lgd_gap_difference(lgd_gap *gap, size_t threads, const double *w)
{
    const lgd_rows all = {0, gap->f->terms, NULL};
    double value;
    gap->passes++;
    return lgd_objective_sum(gap->f, &all, threads, w, &value, gap->v, gap->R);
}

/* ---- what is penalised: h+(w) + h+*(v) - w v */

/* The inner product of x and y over what is penalised is one over all: v is 0 elsewhere. */
static double without_l2(lgd_gap *gap, const double *w, double *scale)
{
    const size_t dim = gap->f->dim;
    const double conjugate = lgd_penalised_conjugate(gap->h, gap->v, scale);
    for (size_t j = 0; j < dim; j++)
        gap->v[j] *= *scale;
    return lgd_penalised_value(gap->h, w) + conjugate - lgd_dot(dim, w, gap->v);
}

/* h+*(v) = v u - h+(u) at u = argmin_u h(u) + l2/2 |u - v/l2|^2. */
static lgd_status with_l2(lgd_gap *gap, const double *w, double *left)
{
    const lgd_objective *f = gap->f;
    const double l2 = gap->l2;
    lgd_status status = LGD_OK;
    *left = INFINITY;
    for (size_t j = 0; j < f->dim; j++)
        gap->u[j] = gap->v[j] / l2;
    if (!isfinite(1 / l2) || lgd_first_not_finite(f->dim, gap->u) < f->dim)
        return LGD_OK;
    if (gap->h && (status = lgd_penalised_prox(gap->h, 1 / l2, NULL, gap->u)))
        return status;
    double sum = 0;
    for (size_t j = 0; j < f->dim; j++)
        if (j < f->spare_first || j - f->spare_first >= f->spare_count)
            sum += (gap->u[j] - w[j]) * (gap->v[j] - l2 / 2 * (gap->u[j] + w[j]));
    *left = sum + (gap->h ? lgd_penalised_value(gap->h, w) - lgd_penalised_value(gap->h, gap->u) : 0);
    return LGD_OK;
}

/* The gap of a quadratic: slopes scaled by s cost (1 - s)^2 of what f lies above its minimum. */
static lgd_status of_quadratic(lgd_gap *gap, size_t threads, const double *w, double *value)
{
    double f, above, left, scale = 1;
    lgd_status status = lgd_gap_quadratic_slopes(gap, threads, w, &f, &above);
    *value = INFINITY;
    gap->passes = 1;
    if (status || lgd_first_not_finite(gap->f->dim, gap->v) < gap->f->dim)
        return status;
    const double height = lgd_gap_quadratic_height(gap, f);
    if (gap->l2 > 0)
        status = with_l2(gap, w, &left);
    else
        left = without_l2(gap, w, &scale);
    if (!status && isfinite(left))
        *value = above + (1 - scale) * (1 - scale) * height + fmax(left, 0);
    return status;
}

lgd_status lgd_gap_at(lgd_gap *gap, size_t threads, const double *w, double *value)
{
    if (gap->q)
        return of_quadratic(gap, threads, w, value);
    lgd_objective *f = gap->f;
    const double total = (double)f->terms * f->mean_weight;
    double left, scale = 1, from_equality = 0;
    *value = INFINITY;
    gap->passes = 0;
    memset(gap->R, 0, f->terms * f->slopes * sizeof *gap->R);
    lgd_status status = lgd_gap_difference(gap, threads, w);
    if (status || lgd_first_not_finite(f->dim, gap->v) < f->dim)
        return status;
    gap->unbalanced = false;
    if (f->spare_count && (status = lgd_gap_balance(gap, threads, w)))
        return status;
    if (gap->unbalanced)
        return LGD_OK;
    for (size_t j = 0; j < f->dim; j++)
        gap->v[j] = -gap->v[j] / total;
    for (size_t j = f->spare_first; j < f->spare_first + f->spare_count; j++)
        gap->v[j] = 0;
    if (gap->l2 > 0)
        status = with_l2(gap, w, &left);
    else
        left = without_l2(gap, w, &scale);
    if (scale < 1)
        for (size_t i = 0; i < f->terms * f->slopes; i++)
            gap->R[i] *= scale;
    if (!status && (scale < 1 || f->spare_count)) {
        status = lgd_objective_fenchel(f, threads, w, gap->R, &from_equality);
        gap->passes++;
    }
    if (!status && isfinite(left))
        *value = from_equality / total + fmax(left, 0);
    return status;
}

lgd_status lgd_duality_gap(lgd_objective *f, const lgd_penalty *h, const double *w, double *value)
{
    char what[96];
    lgd_penalised penalised = {0};
    lgd_gap gap;
    if (!f || !w || !value)
        return lgd_fail(LGD_EINVAL, "gap: %s is NULL, %s is accepted",
                        !f   ? "f"
                        : !w ? "w"
                             : "value",
                        !f   ? "an objective"
                        : !w ? "a point of dim numbers"
                             : "a place for a number");
    if (f->terms == 0)
        return lgd_fail(LGD_EINVAL, "gap: number of rows of the %s is 0, at least 1 is accepted", f->ops.name);
    const size_t bad = lgd_first_not_finite(f->dim, w);
    if (bad < f->dim)
        return lgd_fail(LGD_EINVAL, "gap: w[%zu] is %g, a finite number is accepted", bad, w[bad]);
    if (lgd_gap_lacks(f, h, sizeof what, what))
        return lgd_fail(LGD_EUNSUPPORTED, "gap: its dual problem is not known, one that is known is accepted: %s",
                        what);
    lgd_status status = h ? lgd_penalised_create(&penalised, h, f->dim, f->spare_first, f->spare_count) : LGD_OK;
    if (!status)
        status = lgd_gap_create(&gap, f, h ? &penalised : NULL);
    if (!status) {
        const size_t threads = lgd_objective_begin(f, 0);
        status = lgd_gap_at(&gap, threads, w, value);
        lgd_objective_end(f);
        lgd_gap_free(&gap);
    }
    lgd_penalised_free(&penalised);
    return status;
}

/* ---- in a run */

static bool anything_frozen(const lgd_run *run)
{
    const lgd_optimizer *opt = run->opt;
    for (const lgd_group *group = opt->groups; group != opt->groups + opt->group_count; group++)
        if (group->frozen)
            return true;
    for (size_t j = 0; run->o.lr_scale && j < run->dim; j++)
        if (run->o.lr_scale[j] == 0)
            return true;
    return false;
}

lgd_status lgd_run_gap_check(const lgd_run *run)
{
    const lgd_penalty *h = run->o.penalty ? run->o.penalty : run->opt->penalty;
    char what[96];
    if (!(run->o.gap_tol > 0))
        return LGD_OK;
    if (run->o.maximize)
        snprintf(what, sizeof what, "maximize is set");
    else if (anything_frozen(run))
        snprintf(what, sizeof what, "coordinates are frozen, and the gap is that of all");
    else if (!lgd_gap_lacks(run->f, h, sizeof what, what))
        return LGD_OK;
    return lgd_fail(LGD_EUNSUPPORTED, "minimize: gap_tol is %g, 0 is accepted: %s", run->o.gap_tol, what);
}

lgd_status lgd_run_gap_create(lgd_run *run)
{
    const lgd_optimizer *opt = run->opt;
    return run->o.gap_tol > 0 ? lgd_gap_create(&run->gap, run->f, opt->penalty ? &opt->penalised : NULL) : LGD_OK;
}

lgd_status lgd_run_gap(lgd_run *run)
{
    if (!(run->o.gap_tol > 0) || !isnan(run->gap_all))
        return LGD_OK;
    const double begun = lgd_profile_evaluation(run, (double)run->terms);
    const lgd_status status = lgd_gap_at(&run->gap, run->threads, run->w, &run->gap_all);
    lgd_profile_evaluated(run, (double)run->terms, begun);
    run->evaluations += run->gap.passes;
    run->rows_seen += (double)run->gap.passes * (double)run->terms;
    return status;
}

lgd_status lgd_judge_gap(lgd_run *run)
{
    const uint64_t every = run->o.check_every ? run->o.check_every : EVERY;
    if (!(run->o.gap_tol > 0) || (!run->o.batch_size && (run->o.first_epoch + run->epochs) % every != 0))
        return LGD_OK;
    const lgd_status status = lgd_run_gap(run);
    if (!status && run->gap_all <= run->o.gap_tol * fabs(run->f_all))
        run->stop = LGD_STOP_GAP_TOL;
    return status;
}
