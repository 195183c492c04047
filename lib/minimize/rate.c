/* Rates from the curvature, for methods whose step is linear in g: that of lr = LGD_AUTO before a run, and after divergence
 * one that would hold.
 *
 * On all rows the largest curvature C of F decides: lr = 1/C lies in the middle of what plain descent allows (0 .. 2/C)
 * and within what momentum does. A batch of B rows out of m has the expected smoothness (Gower et al. 2019)
 *     L(B) = m(B-1)/(B(m-1)) C + (m-B)/(B(m-1)) Lmax,      Lmax the largest curvature of one row,
 * or with replacement (B-1)/B C + 1/B Lmax; where neighbours are visited together, and may be alike, (m-B)/(B(m-1)) is as many times
 * larger as their noise can be (order.c), and the share of C as much smaller. lr = 1/L(B), with momentum mu times 1 - mu, because there the noise of
 * 1/(1-mu) steps adds up. Estimates whose noise vanishes at the minimum are measured against points that lag behind: a third.
 * Where lr_scale or groups multiply the rate by D, or groups add a decay to g, the curvature is that of D (H + decay) in the
 * place of H; a decay of the optimizer's own adds to all of it.
 *
 * Before a run C and Lmax are bounds that hold at every w, where the objective has them. Else, and after divergence, they
 * are measured at w: C by the Lanczos method, whose largest Ritz value needs no gap between eigenvalues, on products with the
 * Hessian, by central differences of the gradient where the objective has none. A row of a linear model has a Hessian of rank
 * one, so one product along its own gradient gives its curvature. */
#include "objective/lanczos.h"
#include "run.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { MOST_PRODUCTS = 30, SAMPLED_ROWS = 4096, PASSES = 40 };
static const double CLOSE = 1e-3;

/* After divergence the search must not cost more than the run it explains: as many rows again, 40 passes at least, and no more
 * time. Before a run it is 40 passes. */
typedef struct search {
    lgd_run *run;
    double rows_at_most;
    double *v, *u, *minus, *hv;
} search;

static double ends_at(const lgd_run *run)
{
    return run->o.max_seconds > 0 ? run->started + run->o.max_seconds : INFINITY;
}

/* Then a search may have been cut short, and says nothing. */
static bool is_late(const lgd_run *run)
{
    return lgd_seconds() >= ends_at(run);
}

static bool exhausted(const search *s)
{
    return s->run->rows_seen > s->rows_at_most || is_late(s->run);
}

/* x = sqrt(D) x for the D of groups and lr_scale: with it on both sides of H + decay the matrix is symmetric, and its eigenvalues
 * are those of D (H + decay). Where w is frozen x is 0 already. */
static void as_stepped(const lgd_run *run, double *x)
{
    const lgd_optimizer *opt = run->opt;
    for (const lgd_group *g = opt->groups; g != opt->groups + opt->group_count; g++)
        for (size_t j = g->first; g->lr_scale != 1 && j < g->first + g->count; j++)
            x[j] *= sqrt(g->lr_scale);
    for (size_t j = 0; run->o.lr_scale && j < run->dim; j++)
        x[j] *= sqrt(run->o.lr_scale[j]);
}

/* x += decay u for the decay of groups. */
static void add_decay(const lgd_run *run, const double *u, double *x)
{
    const lgd_optimizer *opt = run->opt;
    for (const lgd_group *g = opt->groups; g != opt->groups + opt->group_count; g++)
        for (size_t j = g->first; !g->frozen && isgreater(g->decay, 0) && j < g->first + g->count; j++)
            x[j] += lgd_spared(opt, j) ? 0 : g->decay * u[j];
}

/* hv = H u over rows, by (grad(w + e u) - grad(w - e u))/2e for |u| about 1. Uses w_old as the shifted point. */
static lgd_status differ(lgd_run *run, const lgd_rows *rows, const double *u, double *minus, double *hv)
{
    const size_t n = run->dim;
    const double e = cbrt(DBL_EPSILON) * fmax(lgd_norm2(n, run->w), 1);
    double f;
    for (size_t j = 0; j < n; j++)
        run->w_old[j] = run->w[j] - e * u[j];
    lgd_status status = lgd_run_eval(run, rows, rows->count, run->w_old, &f, minus);
    for (size_t j = 0; j < n; j++)
        run->w_old[j] = run->w[j] + e * u[j];
    if (!status)
        status = lgd_run_eval(run, rows, rows->count, run->w_old, &f, hv);
    for (size_t j = 0; j < n && !status; j++)
        hv[j] = (hv[j] - minus[j]) / (2 * e);
    return status;
}

/* hv = sqrt(D) (H + decay) sqrt(D) v over rows; u is scratch. */
static lgd_status product(const search *s, const lgd_rows *rows, const double *v, double *hv)
{
    lgd_run *run = s->run;
    const bool exact = rows->count == run->terms && lgd_objective_has_product(run->f);
    double *u = s->u, f = 0;
    memcpy(u, v, run->dim * sizeof *u);
    as_stepped(run, u);
    const lgd_status status =
        exact ? lgd_objective_product(run->f, run->threads, run->w, u, hv) : differ(run, rows, u, s->minus, hv);
    if (status)
        return status;
    if (exact) {
        run->rows_seen += (double)run->terms;
        lgd_run_orient(run, &f, hv);
    }
    add_decay(run, u, hv);
    as_stepped(run, hv);
    return LGD_OK;
}

/* v /= |v|; false if it cannot be */
static bool normalise(size_t n, double *v, double *norm)
{
    *norm = lgd_norm2(n, v);
    for (size_t j = 0; j < n; j++)
        v[j] /= *norm;
    return *norm > 0 && isfinite(*norm);
}

static lgd_status product_of_all(void *ctx, const double *v, double *hv)
{
    const search *s = ctx;
    return product(s, &(lgd_rows){0, s->run->terms, NULL}, v, hv);
}

static bool is_exhausted(void *ctx)
{
    return exhausted(ctx);
}

static lgd_status largest_curvature(search *s, double *curvature)
{
    lgd_lanczos l = {.object = "minimize",
                     .n = s->run->dim,
                     .most = MOST_PRODUCTS,
                     .room = MOST_PRODUCTS,
                     .low = true,
                     .high = true,
                     .tol = CLOSE,
                     .product = product_of_all,
                     .late = is_exhausted,
                     .ctx = s,
                     .start = s->v};
    lgd_random_direction(s->run->o.seed, s->run->dim, s->v);
    const lgd_status status = lgd_lanczos_find(&l);
    *curvature = fmax(fabs(l.smallest), fabs(l.largest));
    return status;
}

static lgd_status largest_row_curvature(const search *s, double *largest)
{
    lgd_run *run = s->run;
    const size_t apart = run->terms / SAMPLED_ROWS + 1;
    double f, norm;
    *largest = 0;
    for (size_t i = 0; i < run->terms && !exhausted(s); i += apart) {
        const lgd_rows row = {i, 1, NULL};
        lgd_status status = lgd_run_eval(run, &row, 1, run->w, &f, s->v);
        if (status)
            return status;
        as_stepped(run, s->v);
        if (!normalise(run->dim, s->v, &norm))
            continue;
        status = product(s, &row, s->v, s->hv);
        if (status)
            return status;
        *largest = fmax(*largest, lgd_norm2(run->dim, s->hv));
    }
    return LGD_OK;
}

/* ---- from curvatures to a rate */

/* Do two steps from the same point differ? A batch of all rows, each once, has no noise. */
static bool is_noisy(const lgd_run *run)
{
    return run->batch && (run->batch < run->terms || run->o.order == LGD_REPLACEMENT);
}

static double expected_smoothness(const lgd_run *run, double B, double all, double term)
{
    const double m = (double)run->terms;
    if (run->o.order == LGD_REPLACEMENT)
        return (B - 1) / B * all + term / B;
    const double share = (m - B) / (B * (m - 1)),
                 noise = lgd_order_noise(&run->o, run->batch, (size_t)B, run->terms, 1);
    if (noise > 1)
        return (1 - noise * share) * all + noise * share * term;
    return B < m ? m * (B - 1) / (B * (m - 1)) * all + share * term : all;
}

/* The largest momentum of the run. */
static double momentum_of(const lgd_run *run)
{
    double largest = lgd_optimizer_value(run->opt, "momentum", 0);
    for (const lgd_schedule *s = &run->o.schedule; s; s = s->next)
        largest = fmax(largest, fmax(s->momentum_low, s->momentum_high));
    return largest;
}

/* `all` and `term` are C and Lmax. A short batch at the end of an epoch that is divided by its own count is noisier than the others;
 * what the steps of an epoch do to |w - w*|^2 adds up, so their mean smoothness counts. */
static double rate_for(const lgd_run *run, double all, double term)
{
    if (!is_noisy(run))
        return 1 / all;
    const size_t batch = run->batch, rest = run->terms % batch, whole = run->terms / batch;
    double smoothness = expected_smoothness(run, (double)batch, all, term);
    if (rest && run->o.order != LGD_REPLACEMENT && run->o.last == LGD_LAST_DIVIDE)
        smoothness =
            ((double)whole * smoothness + expected_smoothness(run, (double)rest, all, term)) / (double)(whole + 1);
    return run->estimate.ops->lr * (1 - momentum_of(run)) / smoothness;
}

/* A decay that the optimizer has as an option; that of a group is in its place where the method knows decay, else it adds. */
static double own_decay(const lgd_optimizer *opt)
{
    const double lambd = lgd_optimizer_value(opt, "lambd", 0), l2 = lgd_optimizer_value(opt, "l2", 0);
    return fmax(lgd_optimizer_value(opt, "weight_decay", 0), fmax(l2, lambd));
}

/* The largest number that multiplies the rate of a coordinate, and the largest decay that the optimizer adds to g. */
static void largest_settings(const lgd_run *run, double *scale, double *decay)
{
    const lgd_optimizer *opt = run->opt;
    double of_run = run->o.lr_scale ? 0 : 1, of_groups = 1, decay_of_groups = 0;
    for (size_t j = 0; run->o.lr_scale && j < run->dim; j++)
        of_run = fmax(of_run, run->o.lr_scale[j]);
    for (const lgd_group *g = opt->groups; g != opt->groups + opt->group_count; g++) {
        of_groups = fmax(of_groups, g->frozen ? 0 : g->lr_scale);
        decay_of_groups = fmax(decay_of_groups, g->frozen ? 0 : lgd_given_or(g->decay, 0));
    }
    *scale = of_run * of_groups;
    *decay = opt->takes_decay ? fmax(own_decay(opt), decay_of_groups) : own_decay(opt) + decay_of_groups;
}

/* C and, with noise, Lmax at w. */
static lgd_status measure(lgd_run *run, double rows_at_most, double *all, double *term)
{
    double scale, decay, *block = lgd_alloc("minimize", lgd_mul(run->dim, 4), sizeof *block);
    if (!block)
        return LGD_ENOMEM;
    search s = {run, rows_at_most, block, block + run->dim, block + 2 * run->dim, block + 3 * run->dim};
    *term = 0;
    lgd_status status = is_noisy(run) ? largest_row_curvature(&s, term) : LGD_OK;
    if (!status)
        status = largest_curvature(&s, all);
    lgd_release(block);
    if (status)
        return status;
    largest_settings(run, &scale, &decay);
    *all += scale * own_decay(run->opt);
    *term += scale * own_decay(run->opt);
    return LGD_OK;
}

double lgd_rate_that_holds(lgd_run *run)
{
    if (run->at_any_rate)
        return 0;
    if (!(run->opt->ops.flags & LGD_LINEAR) || run->o.precondition)
        return run->lr * run->lr_factor / 10; /* no curvature tells; such rates are tried in tens */
    if (is_noisy(run) && run->opt->ops.flags & LGD_NOISE_GROWS)
        return 0; /* none would */
    const double at_least = PASSES * (double)run->terms;
    double all, term;
    if (measure(run, run->rows_seen + fmax(run->rows_seen, at_least), &all, &term) || is_late(run))
        return 0;
    /* The best point may be a flat one: whatever holds there, what has just failed is too much. */
    const double rate = fmin(rate_for(run, all, term), run->lr * run->lr_factor / 2);
    return isfinite(rate) ? rate : 0;
}

/* ---- before the run */

/* Bounds of the objective's own. */
static lgd_status bounds(lgd_run *run, double *all, double *term)
{
    const lgd_rows rows = {0, run->terms, NULL};
    const unsigned errors = lgd_error_count();
    const lgd_allowance before = lgd_objective_allow((lgd_allowance){run->o.threads, ends_at(run)});
    const int code = (int)run->f->ops.curvature(run->f->ctx, &rows, all, term);
    double scale, decay;
    lgd_objective_allow(before);
    largest_settings(run, &scale, &decay);
    *all = scale * (*all + decay);
    *term = scale * (*term + decay);
    return code ? lgd_failed_in(run->f->ops.name, "curvature", code, errors) : LGD_OK;
}

lgd_status lgd_rate_find(lgd_run *run)
{
    lgd_optimizer *opt = run->opt;
    double all = NAN, term = NAN;
    if (!opt->finds_lr || opt->judged.lr_found > 0)
        return LGD_OK;
    if (is_noisy(run) && opt->ops.flags & LGD_NOISE_GROWS)
        return lgd_fail(
            LGD_EUNSUPPORTED,
            "minimize: lr of %s is auto in batches, all rows at each step are accepted: its momentum grows, and "
            "with it the noise, whatever the rate",
            opt->ops.name);
    const lgd_status status = run->f->ops.curvature
                                  ? bounds(run, &all, &term)
                                  : measure(run, run->rows_seen + PASSES * (double)run->terms, &all, &term);
    if (status)
        return status;
    if (is_late(run)) {
        run->stop = LGD_STOP_SECONDS;
        return LGD_OK;
    }
    if (!(all >= 0 && term >= 0) || isinf(all) || isinf(term))
        return lgd_fail(
            LGD_EUNSUPPORTED,
            "minimize: lr is auto and the curvature of the %s is %g (of one row %g), finite numbers at least 0 are "
            "accepted",
            run->f->ops.name, all, term);
    const double rate = rate_for(run, all, term);
    /* Where nothing curves any rate holds. */
    opt->judged.lr_found = isfinite(rate) ? rate : lgd_options_look(&opt->ops, "lr")->preset;
    lgd_optimizer_put_rate(opt);
    return LGD_OK;
}
