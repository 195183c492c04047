/* After divergence: a rate that would hold, for methods whose step is linear in g.
 *
 * On all rows the largest curvature C of F decides: lr = 1/C lies in the middle of what plain descent allows (0 .. 2/C)
 * and within what momentum does. A batch of B rows out of m has the expected smoothness (Gower et al. 2019)
 *     L(B) = m(B-1)/(B(m-1)) C + (m-B)/(B(m-1)) Lmax,      Lmax the largest curvature of one row,
 * and lr = 1/L(B), with momentum mu times 1 - mu, because there the noise of 1/(1-mu) steps adds up. Where lr_scale or groups
 * multiply the rate by D, or groups add a decay to g, the curvature is that of D (H + decay) in the place of H.
 *
 * C comes from power iteration on Hessian products by central differences of the gradient. A row of a linear model has a
 * Hessian of rank one, so one product along its own gradient gives its curvature. */
#include "run.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { POWER_STEPS = 30, SAMPLED_ROWS = 4096 };
static const double CLOSE = 1e-3; /* power iteration nears C from below, and 1/C lies at half of what holds */

/* The search must not cost more than the run it explains: as many rows again, 40 passes at least, and no more time. */
typedef struct search {
    lgd_run *run;
    double rows_at_most;
    double *v, *minus, *hv;
} search;

static bool exhausted(const search *s)
{
    const lgd_run *run = s->run;
    return run->rows_seen > s->rows_at_most ||
           (run->o.max_seconds > 0 && lgd_seconds() - run->started >= run->o.max_seconds);
}

/* x = D x for the D of groups and lr_scale, and with v = D (x + decay v) for the decay that groups add to g. Where w is frozen x
 * is 0 already. */
static void as_stepped(const lgd_run *run, const double *v, double *x)
{
    const lgd_optimizer *opt = run->opt;
    for (const lgd_group *g = opt->groups; g != opt->groups + opt->group_count; g++) {
        const double decay = v && !opt->takes_decay && !g->frozen ? lgd_given_or(g->decay, 0) : 0;
        for (size_t j = g->first; j < g->first + g->count; j++)
            x[j] = g->lr_scale * (decay > 0 && !lgd_spared(opt, j) ? x[j] + decay * v[j] : x[j]);
    }
    for (size_t j = 0; run->o.lr_scale && j < run->dim; j++)
        x[j] *= run->o.lr_scale[j];
}

/* hv = D (H + decay) v over rows, H v by (grad(w + e v) - grad(w - e v))/2e for |v| = 1. Uses w_old as the shifted point. */
static lgd_status product(lgd_run *run, const lgd_rows *rows, const double *v, double *minus, double *hv)
{
    const size_t n = run->dim;
    const double e = cbrt(DBL_EPSILON) * fmax(lgd_norm2(n, run->w), 1);
    double f;
    for (size_t j = 0; j < n; j++)
        run->w_old[j] = run->w[j] - e * v[j];
    lgd_status status = lgd_run_eval(run, rows, rows->count, run->w_old, &f, minus);
    for (size_t j = 0; j < n; j++)
        run->w_old[j] = run->w[j] + e * v[j];
    if (!status)
        status = lgd_run_eval(run, rows, rows->count, run->w_old, &f, hv);
    for (size_t j = 0; j < n && !status; j++)
        hv[j] = (hv[j] - minus[j]) / (2 * e);
    if (!status)
        as_stepped(run, v, hv);
    return status;
}

/* v /= |v|; false if it cannot be */
static bool normalise(size_t n, double *v, double *norm)
{
    *norm = lgd_norm2(n, v);
    for (size_t j = 0; j < n; j++)
        v[j] /= *norm;
    return *norm > 0 && isfinite(*norm);
}

static double largest_curvature(const search *s)
{
    lgd_run *run = s->run;
    double *v = s->v, norm, curvature = 0;
    const lgd_rows all = {0, run->terms, NULL};
    lgd_uniform(run->o.seed, 0, run->dim, v);
    for (size_t j = 0; j < run->dim; j++)
        v[j] -= 0.5;
    for (int i = 0; i < POWER_STEPS && !exhausted(s); i++) {
        if (!normalise(run->dim, v, &norm) || product(run, &all, v, s->minus, s->hv))
            break;
        double before = curvature;
        curvature = lgd_norm2(run->dim, s->hv);
        if (fabs(curvature - before) <= CLOSE * curvature)
            break;
        memcpy(v, s->hv, run->dim * sizeof *v);
    }
    return curvature;
}

static double largest_row_curvature(const search *s)
{
    lgd_run *run = s->run;
    const size_t apart = run->terms / SAMPLED_ROWS + 1;
    double largest = 0, f, norm;
    for (size_t i = 0; i < run->terms && !exhausted(s); i += apart) {
        const lgd_rows row = {i, 1, NULL};
        if (lgd_run_eval(run, &row, 1, run->w, &f, s->v))
            return NAN;
        as_stepped(run, NULL, s->v);
        if (normalise(run->dim, s->v, &norm) && !product(run, &row, s->v, s->minus, s->hv))
            largest = fmax(largest, lgd_norm2(run->dim, s->hv));
    }
    return largest;
}

double lgd_rate_that_holds(lgd_run *run)
{
    if (!(run->opt->ops.flags & LGD_LINEAR))
        return run->lr * run->lr_factor / 10; /* no curvature tells; rates of such methods are tried in tens */
    double *block = lgd_alloc("minimize", lgd_mul(run->dim, 3), sizeof *block), rate = 0;
    if (!block)
        return 0;
    const search s = {run, run->rows_seen + fmax(run->rows_seen, 40.0 * (double)run->terms), block, block + run->dim,
                      block + 2 * run->dim};
    const double m = (double)run->terms, B = (double)run->o.batch_size;
    if (run->o.batch_size && run->o.batch_size < run->terms) {
        double row = largest_row_curvature(&s), curvature = largest_curvature(&s);
        double smoothness = m * (B - 1) / (B * (m - 1)) * curvature + (m - B) / (B * (m - 1)) * row;
        rate = (1 - lgd_optimizer_value(run->opt, "momentum", 0)) * run->estimate.ops->lr / smoothness;
    } else {
        rate = 1 / largest_curvature(&s);
    }
    lgd_release(block);
    /* The best point may be a flat one: whatever holds there, what has just failed is too much. */
    rate = fmin(rate, run->lr * run->lr_factor / 2);
    return isfinite(rate) ? rate : 0;
}
