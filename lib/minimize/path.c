/* The path of a lasso, on the reduction of its data. All is in the coordinates of the reduction, v_j = scale_j W_j, with the intercepts
 * eliminated: for each output
 *
 *     F = 1/2 v.Cv - c.v + squares/2 + sum_j l1_j |v_j| + l2_j/2 v_j^2,   l1_j = lambda rho/scale_j,   g = C v - c */
#include "path.h"
#include "blas/blas.h"
#include <float.h>
#include <string.h>

/* ---- options */

static lgd_status refuse(const char *name, double value, const char *accepted)
{
    return lgd_fail(LGD_EINVAL, "lasso path: %s is %g, %s is accepted", name, value, accepted);
}

static void fill_in(double *x, double preset)
{
    *x = *x == LGD_ZERO ? 0 : *x == 0 ? preset : *x;
}

static lgd_status check_bounds(const lgd_lasso_path_options *o, size_t n)
{
    if (!o->lower && !o->upper)
        return LGD_OK;
    if (o->bounds != 1 && o->bounds != n)
        return lgd_fail(LGD_EINVAL,
                        "lasso path: bounds is %zu, 1 or the %zu coordinates that are penalised are accepted",
                        o->bounds, n);
    for (size_t j = 0; j < o->bounds; j++) {
        if (o->lower && !(o->lower[j] <= 0))
            return lgd_fail(LGD_EINVAL, "lasso path: lower[%zu] is %g, a number at most 0 is accepted", j, o->lower[j]);
        if (o->upper && !(o->upper[j] >= 0))
            return lgd_fail(LGD_EINVAL, "lasso path: upper[%zu] is %g, a number at least 0 is accepted", j,
                            o->upper[j]);
    }
    return LGD_OK;
}

static lgd_status take_options(lgd_path *p, const lgd_lasso_path_options *options, size_t size)
{
    lgd_lasso_path_options *o = &p->o;
    lgd_status status = lgd_take_struct("lasso path options", o, sizeof *o, options, size);
    if (status)
        return status;
    o->count = o->count ? o->count : 100;
    o->max_sweeps = o->max_sweeps ? o->max_sweeps : 10000;
    fill_in(&o->ratio, 1e-3);
    fill_in(&o->l1_ratio, 1);
    fill_in(&o->gap_tol, 1e-10);
    status = lgd_check_size("lasso path", "count", o->count, false);
    if (!status && !(o->ratio > 0 && o->ratio < 1))
        status = refuse("ratio", o->ratio, "a number above 0 and below 1");
    if (!status && !(o->l1_ratio >= 0 && o->l1_ratio <= 1))
        status = refuse("l1_ratio", o->l1_ratio, "a number from 0 to 1");
    if (!status && o->l1_ratio == 0 && !o->strengths)
        status = refuse("l1_ratio", 0, "a number above 0, without strengths,");
    if (!status && (!(o->gap_tol >= 0) || isinf(o->gap_tol)))
        status = refuse("gap_tol", o->gap_tol, "a finite number at least 0");
    if (!status && o->threads > 1024)
        status = lgd_fail(LGD_EINVAL, "lasso path: threads is %zu, at most 1024 is accepted", o->threads);
    for (size_t i = 0; o->strengths && i < o->count && !status; i++)
        if (!(o->strengths[i] >= 0) || isinf(o->strengths[i]))
            status = lgd_fail(LGD_EINVAL, "lasso path: strengths[%zu] is %g, a finite number at least 0 is accepted", i,
                              o->strengths[i]);
    return status;
}

/* ---- the problem */

static double bound(const lgd_path *p, const double *bounds, size_t at, double none)
{
    return bounds ? bounds[p->o.bounds == 1 ? 0 : at] : none;
}

/* The strengths and bounds of output c. */
static void pose(lgd_path *p, double strength, size_t c)
{
    const lgd_reduction *r = p->r;
    for (size_t j = 0; j < r->cols; j++) {
        const double scale = r->scale[j], l2 = strength * (1 - p->o.l1_ratio);
        p->l1[j] = strength * p->o.l1_ratio * r->inverse[j];
        p->l2[j] = lgd_reduction_ridge(r, l2 + r->l2, j);
        p->lower[j] = scale * bound(p, p->o.lower, j * r->outputs + c, -INFINITY);
        p->upper[j] = scale * bound(p, p->o.upper, j * r->outputs + c, INFINITY);
    }
    p->cd.w = p->v + c * r->ld;
    p->cd.g = p->g + c * r->ld;
}

/* g = C v - c without what rounding has added up. */
static void renew_gradient(lgd_path *p, size_t c)
{
    const lgd_reduction *r = p->r;
    if (r->cols)
        lgd_blas_forward(r->cols, r->cols, 1, r->C, r->ld, false, p->cd.w, 1, p->cd.g, 1);
    for (size_t j = 0; j < r->cols; j++)
        p->cd.g[j] -= r->c[j * r->outputs + c];
}

/* The smallest strength at which all of w is 0. */
static double largest_strength(const lgd_path *p)
{
    const lgd_reduction *r = p->r;
    double most = 0;
    for (size_t j = 0; j < r->cols; j++)
        for (size_t c = 0; c < r->outputs; c++) {
            const size_t at = j * r->outputs + c;
            const double pull = r->c[at] * r->scale[j];
            if (pull > 0 ? bound(p, p->o.upper, at, INFINITY) > 0 : bound(p, p->o.lower, at, -INFINITY) < 0)
                most = fmax(most, fabs(pull));
        }
    double strength = most / p->o.l1_ratio;
    while (strength * p->o.l1_ratio < most)
        strength = nextafter(strength, INFINITY);
    return strength;
}

/* ---- one strength */

/* Rounds until the gap is small enough: first by the gradient that was carried on, then by a new one. */
static lgd_status solve(lgd_path *p, size_t c, double *F, double *gap, lgd_lasso_point *point)
{
    lgd_cd *cd = &p->cd;
    const double still = (double)cd->n * DBL_EPSILON;
    bool renewed = false;
    const uint64_t first = cd->sweeps;
    cd->spent = 0;
    for (lgd_stop stop = LGD_STOP_NONE; !stop;) {
        const double moved = lgd_cd_round(cd);
        const bool rests = moved <= still * still * lgd_cd_size(cd);
        if (cd->unbounded || lgd_first_not_finite(cd->n, cd->w) < cd->n)
            return lgd_fail(LGD_EDIVERGED,
                            "lasso path: f has no minimum at strength %g, a convex f that has one is "
                            "accepted",
                            point->strength);
        *gap = lgd_path_gap(p, c, F);
        const bool small = *gap <= p->o.gap_tol * fabs(*F), over = cd->sweeps - first >= p->o.max_sweeps;
        if ((small || rests || over) && !renewed) {
            renew_gradient(p, c);
            *gap = lgd_path_gap(p, c, F);
            renewed = rests;
        }
        if (*gap <= p->o.gap_tol * fabs(*F))
            stop = LGD_STOP_GAP_TOL;
        else if (rests && renewed)
            stop = LGD_STOP_ROUNDING;
        else if (over)
            stop = LGD_STOP_STEPS;
        if (stop &&
            (point->stop == LGD_STOP_NONE || stop != LGD_STOP_GAP_TOL)) /* of all outputs the one that is least well */
            point->stop = stop == LGD_STOP_ROUNDING && point->stop == LGD_STOP_STEPS ? LGD_STOP_STEPS : stop;
        if (stop)
            return LGD_OK;
    }
    return LGD_OK;
}

/* w of all outputs, in the coordinates of f. */
static void back(lgd_path *p, double *w)
{
    const lgd_reduction *r = p->r;
    const size_t n = r->cols, k = r->outputs;
    for (size_t c = 0; c < k; c++) {
        for (size_t j = 0; j < n; j++) {
            const size_t at = j * k + c;
            const double x = p->v[c * r->ld + j] * r->inverse[j];
            w[at] = fmin(fmax(x, bound(p, p->o.lower, at, -INFINITY)), bound(p, p->o.upper, at, INFINITY));
        }
        if (r->intercept)
            w[n * k + c] = r->target[c] - lgd_dot_exact(n, w + c, k, r->mean);
    }
}

/* F and gap by f as it was given. */
static lgd_status on_data(lgd_path *p, const double *w, lgd_lasso_point *point)
{
    const size_t bounds = p->o.lower || p->o.upper ? p->o.bounds : 1, n = p->r->cols * p->r->outputs;
    const double l1 = point->strength * p->o.l1_ratio, l2 = point->strength * (1 - p->o.l1_ratio);
    size_t first, count;
    lgd_penalty *h;
    double f, of_h;
    lgd_objective_unpenalised(p->f, &first, &count);
    lgd_status status = lgd_penalty_elastic_box_create(&h, l1, l2, bounds, p->o.lower, p->o.upper);
    if (status)
        return status;
    status = lgd_duality_gap(p->f, h, w, &point->gap);
    if (!status)
        status = lgd_objective_eval(p->f, NULL, w, &f, NULL);
    if (!status)
        status = lgd_penalty_value(h, n, w, &of_h);
    if (!status)
        point->f = f + of_h;
    lgd_penalty_free(h);
    return status;
}

static lgd_status one_strength(lgd_path *p, lgd_lasso_point *point, double *w)
{
    const lgd_reduction *r = p->r;
    const uint64_t before = p->cd.sweeps;
    lgd_status status = LGD_OK;
    if (p->o.l1_ratio < 1) /* the equations are others */
        p->cd.factored = 0;
    for (size_t c = 0; c < r->outputs && !status; c++) {
        double F = 0, gap = 0;
        pose(p, point->strength, c);
        status = solve(p, c, &F, &gap, point);
        point->f += F;
        point->gap += gap;
        for (size_t j = 0; j < r->cols; j++)
            point->nonzeros += p->cd.w[j] != 0;
    }
    point->sweeps = p->cd.sweeps - before;
    if (status || (!w && !p->o.on_data))
        return status;
    back(p, w ? w : p->w);
    return p->o.on_data ? on_data(p, w ? w : p->w, point) : LGD_OK;
}

/* ---- all of them */

static lgd_status reduce(lgd_path *p)
{
    p->r = lgd_quadratic_reduction(p->f);
    lgd_status status = LGD_OK;
    if (!p->r) {
        status = lgd_reduction_create(&p->own, p->f, p->o.threads);
        p->r = p->own;
    }
    if (!status && p->r->spare_count && !p->r->intercept)
        status = lgd_fail(LGD_EUNSUPPORTED,
                          "lasso path: the %s leaves %zu coordinates from %zu on unpenalised, none but intercepts are "
                          "accepted",
                          p->f->ops.name, p->r->spare_count, p->r->spare_first);
    return status ? status : check_bounds(&p->o, p->r->cols * p->r->outputs);
}

static lgd_status allocate(lgd_path *p)
{
    const lgd_reduction *r = p->r;
    const size_t square = lgd_mul(r->cols, r->ld), vectors = lgd_add(9, lgd_mul(2, r->outputs));
    const size_t all = lgd_add(lgd_mul(2, square), lgd_add(lgd_mul(vectors, r->ld), p->f->dim));
    double *at = p->block = lgd_alloc("lasso path", all, sizeof *at);
    if (!at)
        return LGD_ENOMEM;
    double **const parts[] = {&p->l1, &p->l2, &p->lower, &p->upper, &p->work, &p->cd.d, &p->cd.e};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++, at += r->ld)
        *parts[i] = at;
    p->cd.list = (size_t *)at;
    p->cd.rows = p->cd.list + r->ld;
    p->v = at + 2 * r->ld;
    p->g = p->v + r->outputs * r->ld;
    p->cd.M = p->g + r->outputs * r->ld;
    p->L = p->cd.M + square;
    p->w = p->L + square;
    p->cd.n = r->cols;
    p->cd.ld = r->ld;
    p->cd.H = r->C;
    p->cd.l1 = p->l1;
    p->cd.l2 = p->l2;
    p->cd.lower = p->lower;
    p->cd.upper = p->upper;
    return LGD_OK;
}

/* The factor of C, for the least value of f: where f is of no data, and where a strength of 0 has no other gap. */
static lgd_status factor(lgd_path *p)
{
    const lgd_reduction *r = p->r;
    bool wanted = !r->terms;
    size_t good = 0;
    for (size_t i = 0; p->o.strengths && i < p->o.count; i++)
        wanted = wanted || p->o.strengths[i] * p->o.l1_ratio == 0;
    if (wanted) {
        memcpy(p->L, r->C, r->cols * r->ld * sizeof *p->L);
        const lgd_status status = lgd_lapack_factor(r->cols, p->L, r->ld, &good);
        if (status)
            return status;
    }
    for (size_t i = 0; i < good; i++) {
        const double pivot = p->L[i * r->ld + i];
        if (!(pivot * pivot > (double)r->cols * DBL_EPSILON * r->C[i * r->ld + i]))
            good = i;
    }
    if (!wanted || good < r->cols)
        p->L = NULL;
    if (!r->terms && !p->L)
        return lgd_fail(
            LGD_EUNSUPPORTED,
            "lasso path: Q is not positive definite (%zu of its %zu pivots are), so that the least value of "
            "the quadratic is not known; a positive definite Q, or a quadratic of data, is accepted",
            good, r->cols);
    return LGD_OK;
}

static lgd_status walk(lgd_path *p, double *W, lgd_lasso_point *points, size_t point_size)
{
    const size_t count = p->o.count;
    const double first = p->o.strengths ? 0 : largest_strength(p), down = log(p->o.ratio);
    lgd_status status = LGD_OK;
    for (size_t c = 0; c < p->r->outputs; c++) {
        p->cd.w = p->v + c * p->r->ld;
        p->cd.g = p->g + c * p->r->ld;
        renew_gradient(p, c);
    }
    for (size_t i = 0; i < count && !status; i++) {
        lgd_lasso_point point = {.strength = p->o.strengths ? p->o.strengths[i]
                                             : i            ? first * exp(down * (double)i / (double)(count - 1))
                                                            : first};
        status = one_strength(p, &point, W ? W + i * p->f->dim : NULL);
        if (points && !status)
            lgd_give_struct((char *)points + i * point_size, point_size, &point, sizeof point);
    }
    return status;
}

lgd_status lgd_lasso_path_sized(lgd_objective *f, double *W, lgd_lasso_point *points, size_t point_size,
                                const lgd_lasso_path_options *options, size_t options_size)
{
    lgd_path p = {.f = f};
    if (!f)
        return lgd_fail(LGD_EINVAL, "lasso path: f is NULL, an objective is accepted");
    lgd_status status = take_options(&p, options, options_size);
    lgd_blas_hold();
    if (!status)
        status = reduce(&p);
    if (!status)
        status = allocate(&p);
    if (!status)
        status = factor(&p);
    if (!status)
        status = walk(&p, W, points, point_size);
    lgd_blas_release();
    lgd_release(p.block);
    lgd_reduction_free(p.own);
    return status;
}
