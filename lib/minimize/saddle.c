/* Saddle points: whether f still curves down where its gradient is within a tolerance, and how a run goes on from there.
 *
 * The smallest curvature comes from the Lanczos method; a Ritz value lies within the spectrum, so one below 0 is no error of the
 * method. Along its direction v the value falls to second order on both sides, which an escape follows by values alone. A
 * perturbation is a point uniform in a ball around w (C. Jin et al., 2017, algorithm 1), whose radius is a share of the largest |w|
 * of the path, or what brings the gradient along v above its tolerance, if that is more.
 *
 * The method begins anew after either: what it had learned of steps that came to rest says nothing of those that leave. A rate that
 * was measured at the start is measured again, and taken for one where f curves up twice as much as it curves down here: so does
 * -c/2 t^2 + a t^4, whatever a, at its minima. */
#include "objective/lanczos.h"
#include "run.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double TOL = 1e-6, SHARE = 1e-6, FIRST = 1e-3, PROGRESS = 1e-10;
enum { MOST_PRODUCTS = 200, MOST_ESCAPES = 10, TRIALS = 60, REFINEMENTS = 10 };

lgd_status lgd_saddle_check(const lgd_run *run)
{
    const lgd_minimize_options *o = &run->o;
    if ((unsigned)o->saddle > LGD_SADDLE_PERTURB)
        return lgd_fail(LGD_EINVAL, "minimize: saddle is %d, 0 (LGD_SADDLE_UNCHECKED) to %d is accepted",
                        (int)o->saddle, LGD_SADDLE_PERTURB);
    if (o->saddle && o->batch_size)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "minimize: saddle is %d with batches, 0 (LGD_SADDLE_UNCHECKED) is accepted: only the gradient "
                        "of all rows tells where to look",
                        (int)o->saddle);
    if (o->saddle && (o->penalty || run->opt->penalty))
        return lgd_fail(LGD_EUNSUPPORTED,
                        "minimize: saddle is %d with penalty %s, 0 (LGD_SADDLE_UNCHECKED) is accepted: f + h has no "
                        "Hessian",
                        (int)o->saddle, (o->penalty ? o->penalty : run->opt->penalty)->ops.name);
    return LGD_OK;
}

/* Known without a look: every term is a convex function of its scores, which is what having `fenchel` says, and L2 is at least
 * 0. */
static bool is_convex(const lgd_run *run)
{
    return run->f->ops.fenchel && run->f->slopes && run->sign > 0;
}

static lgd_status product(void *ctx, const double *v, double *hv)
{
    lgd_lent *l = ctx;
    return lgd_lend_product(l, l->run->w, NULL, v, hv);
}

static bool late(void *ctx)
{
    const lgd_run *run = ((const lgd_lent *)ctx)->run;
    return run->o.max_seconds > 0 && lgd_seconds() - run->started >= run->o.max_seconds;
}

/* A random v that is 0 where w is frozen; how many coordinates are not. */
static size_t direction(const lgd_run *run, uint64_t seed, double *v)
{
    size_t moving = 0;
    lgd_random_direction(seed, run->dim, v);
    for (size_t j = 0; j < run->dim; j++) {
        const bool still = lgd_run_is_frozen(run, j);
        v[j] = still ? 0 : v[j];
        moving += !still;
    }
    return moving;
}

/* The smallest curvature at w, and into v its unit direction; *falls: it is below 0, by more than rounding. */
static lgd_status look(lgd_run *run, lgd_lent *l, double *v, bool *falls)
{
    lgd_lanczos of = {.object = "minimize",
                      .n = run->dim,
                      .most = MOST_PRODUCTS,
                      .room = LGD_LANCZOS_ROOM,
                      .low = true,
                      .high = true,
                      .tol = TOL,
                      .product = product,
                      .late = late,
                      .ctx = l,
                      .start = v,
                      .lowest = v};
    direction(run, run->o.seed, v);
    run->lending.size = run->opt->judged.largest_w;
    const lgd_status status = lgd_lanczos_find(&of);
    run->lending.size = 0;
    if (status == LGD_EDIVERGED) { /* f and g are numbers there, and their differences or the products are none */
        snprintf(run->why, sizeof run->why, "a product with the Hessian is no number");
        snprintf(run->accepted, sizeof run->accepted, "a finite one");
        run->at_any_rate = true;
        run->stop = LGD_STOP_DIVERGED;
        *falls = false;
        return LGD_OK;
    }
    if (status)
        return status;
    run->smallest_curvature = of.smallest;
    *falls = of.smallest < -SHARE * fmax(fabs(of.smallest), fabs(of.largest));
    return LGD_OK;
}

/* A length that w and f have: of the path so far, at 0 what f and its curvature say. */
static double length_of(const lgd_run *run)
{
    const double path = run->opt->judged.largest_w, bend = sqrt(fabs(run->f_all) / -run->smallest_curvature);
    return path > 0 ? path : bend > 0 && isfinite(bend) ? bend : 1;
}

/* *f at w + t v; INFINITY where it is no number. */
static lgd_status value_at(lgd_run *run, const double *v, double t, double *f)
{
    const lgd_rows all = {0, run->terms, NULL};
    for (size_t j = 0; j < run->dim; j++)
        run->w_old[j] = run->w[j] + t * v[j];
    const lgd_status status = lgd_run_eval(run, &all, run->terms, run->w_old, f, NULL);
    *f = isfinite(*f) ? *f : INFINITY;
    return status;
}

/* The first t of either side at which f is lower, from a length that is visible in f, then shorter ones. t = 0: there is none. */
static lgd_status first_lower(lgd_run *run, const double *v, double *t, double *f)
{
    const double curvature = -run->smallest_curvature, side = lgd_dot(run->dim, run->g, v) > 0 ? -1 : 1;
    const double visible = 4 * sqrt(DBL_EPSILON * fabs(run->f_all) / curvature);
    *t = side * fmax(FIRST * length_of(run), visible);
    for (int i = 0; i < TRIALS; i++) {
        const lgd_status status = value_at(run, v, *t, f);
        if (status || *f < run->f_all)
            return status;
        *t = i % 2 ? *t / -4 : -*t;
    }
    *t = 0;
    return LGD_OK;
}

/* From there on as far as f falls, and then nearer to where it is lowest: golden section between the neighbours. */
static lgd_status lowest_along(lgd_run *run, const double *v, double *t, double *f)
{
    double left = *t / 2, right, far;
    lgd_status status = LGD_OK;
    for (int i = 0; i < TRIALS && !status; i++) {
        status = value_at(run, v, 2 * *t, &far);
        if (status || !(far < *f))
            break;
        left = *t;
        *t *= 2;
        *f = far;
    }
    right = 2 * *t;
    for (int i = 0; i < REFINEMENTS && !status; i++) {
        const bool beyond = fabs(right - *t) > fabs(*t - left);
        const double x = *t + 0.3819660112501051 * ((beyond ? right : left) - *t);
        double fx;
        status = value_at(run, v, x, &fx);
        const bool lower = fx < *f;
        *(lower == beyond ? &left : &right) = lower ? *t : x;
        if (lower) {
            *t = x;
            *f = fx;
        }
    }
    return status;
}

static lgd_status escape(lgd_run *run, const double *v, bool *moved)
{
    double t, f;
    lgd_status status = first_lower(run, v, &t, &f);
    if (status || t == 0)
        return status;
    status = lowest_along(run, v, &t, &f);
    for (size_t j = 0; j < run->dim && !status; j++)
        run->w[j] += t * v[j];
    *moved = !status;
    return status;
}

/* v is scratch. */
static lgd_status perturb(lgd_run *run, double *v, bool *moved)
{
    const lgd_judged *judged = &run->opt->judged;
    const uint64_t key = lgd_mix(lgd_mix(run->o.seed, run->opt->t + 1), judged->escapes);
    const double n = (double)direction(run, key, v), norm = lgd_norm2(run->dim, v);
    const double level = fmax(run->g_all, fmax(run->o.grad_tol * judged->largest_g, run->o.grad_tol_abs));
    double u, f, radius = fmax(FIRST * length_of(run), 10 * sqrt(n) * level / -run->smallest_curvature);
    lgd_uniform(key, 2 * run->dim, 1, &u);
    radius *= pow(u, 1 / n) / norm;
    for (int i = 0; i < TRIALS && !*moved; i++, radius /= 2) {
        const lgd_status status = value_at(run, v, radius, &f);
        if (status)
            return status;
        *moved = isfinite(f);
    }
    for (size_t j = 0; j < run->dim && *moved; j++)
        run->w[j] = run->w_old[j];
    return LGD_OK;
}

/* At another w: what belonged to the last one is forgotten. */
static lgd_status begin_anew(lgd_run *run)
{
    lgd_optimizer *opt = run->opt;
    run->all_is_current = false;
    run->gap_all = NAN;
    run->unchanged = 0;
    lgd_optimizer_begin_anew(opt, run->w);
    if (!opt->finds_lr || run->f->ops.curvature)
        return LGD_OK;
    opt->judged.lr_found = 0;
    lgd_optimizer_put_rate(opt);
    const lgd_status status = lgd_rate_find(run);
    if (opt->judged.lr_found > 0)
        opt->judged.lr_found = fmin(opt->judged.lr_found, -0.5 / run->smallest_curvature);
    lgd_optimizer_put_rate(opt);
    run->lr = lgd_optimizer_value(opt, "lr", 1);
    return status;
}

/* May there be one more? Where f has fallen since, and by steps, counting begins anew. */
static bool may_leave(lgd_run *run)
{
    lgd_judged *judged = &run->opt->judged;
    if (run->f_all < judged->saddle_f - PROGRESS * fabs(judged->saddle_f) && run->left_at != run->opt->t + 1)
        judged->escapes = 0;
    judged->saddle_f = fmin(judged->saddle_f, run->f_all);
    run->left_at = run->opt->t + 1;
    return judged->escapes++ < MOST_ESCAPES;
}

lgd_status lgd_run_saddle(lgd_run *run, lgd_lent *l)
{
    bool falls = false, moved = false;
    if (is_convex(run))
        return LGD_OK;
    double *v = lgd_alloc("minimize", run->dim, sizeof *v);
    if (!v)
        return LGD_ENOMEM;
    lgd_status status = look(run, l, v, &falls);
    if (!status && falls) {
        run->stop = LGD_STOP_SADDLE;
        const bool leave = run->o.saddle != LGD_SADDLE_STOP && !lgd_judge_limits(run); /* else a continued run does */
        if (leave && may_leave(run))
            status = run->o.saddle == LGD_SADDLE_ESCAPE ? escape(run, v, &moved) : perturb(run, v, &moved);
        if (moved) {
            run->stop = LGD_STOP_NONE;
            status = begin_anew(run);
        } else if (leave && !status && !run->o.validation && run->best_f < run->f_all) {
            memcpy(run->w, run->w_best, run->dim * sizeof *run->w);
            run->all_is_current = false;
        }
    }
    lgd_release(v);
    return status;
}
