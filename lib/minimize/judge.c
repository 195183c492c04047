/* What ends a run. Comparisons are written so that a NaN falls on the side of failure. */
#include "run.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SCALE_VALUES = 10,    /* the first values that say how large f is at all */
    UNCHANGED_STEPS = 10, /* a momentum may need a few steps to lift w off its rounding */
    STALL_EPOCHS = 5
};

lgd_stop lgd_judge_finite(lgd_run *run, double f, const double *g)
{
    size_t bad = g ? lgd_first_not_finite(run->dim, g) : run->dim;
    if (isfinite(f) && bad == run->dim)
        return LGD_STOP_NONE;
    if (isfinite(f))
        snprintf(run->why, sizeof run->why, "gradient[%zu] is %g", bad, run->sign * g[bad]);
    else
        snprintf(run->why, sizeof run->why, "f is %g", run->sign * f);
    snprintf(run->accepted, sizeof run->accepted, "a finite number");
    return LGD_STOP_DIVERGED;
}

lgd_stop lgd_judge_point(lgd_run *run)
{
    size_t bad = lgd_first_not_finite(run->dim, run->w);
    if (bad == run->dim)
        return LGD_STOP_NONE;
    snprintf(run->why, sizeof run->why, "w[%zu] is %g", bad, run->w[bad]);
    snprintf(run->accepted, sizeof run->accepted, "a finite number");
    return LGD_STOP_DIVERGED;
}

/* What it began with is lost in the rounding of f, and w is far from where it began, or squares of f are soon no numbers: there is no
 * end to it. A function that has one can be as small at its start as it likes, as a density is in its tails, but then its minimum
 * is not so far away. Other methods go on until f is no number. */
static bool falls_without_end(const lgd_run *run, double f)
{
    static const double FAR = 0x1p10, DEEP = 0x1p500;
    const lgd_judged *judged = &run->opt->judged;
    return run->opt->ops.flags & LGD_FINDS_STEP && -f * DBL_EPSILON > judged->f_scale &&
           (-f > DEEP || lgd_norm2(run->dim, run->w) > FAR * judged->w_scale);
}

lgd_stop lgd_judge_value(lgd_run *run, double f, const double *g)
{
    lgd_judged *judged = &run->opt->judged;
    lgd_stop stop = lgd_judge_finite(run, f, g);
    if (stop)
        return stop;
    judged->f_best = fmin(judged->f_best, f);
    /* Where a run that is continued begins, it has been judged before. */
    if (!run->judged && judged->checked == run->opt->t + 1 && f == judged->f_checked) {
        run->judged = true;
        return LGD_STOP_NONE;
    }
    /* The first value of a call counts too: the optimizer may have come from another objective. */
    if (judged->f_seen < SCALE_VALUES || !run->judged) {
        judged->f_scale = fmax(judged->f_scale, fabs(f));
        if (run->opt->ops.flags & LGD_FINDS_STEP)
            judged->w_scale = fmax(judged->w_scale, lgd_norm2(run->dim, run->w));
        judged->f_seen += judged->f_seen < SCALE_VALUES;
        run->judged = true;
        return LGD_STOP_NONE;
    }
    double scale = fmax(judged->f_scale, fabs(judged->f_best));
    if (scale > 0 && f > run->o.divergence_factor * scale) {
        snprintf(run->why, sizeof run->why, "f is %.6g", run->sign * f);
        snprintf(run->accepted, sizeof run->accepted, "at most %g times the %.6g it began with",
                 run->o.divergence_factor, scale);
        return LGD_STOP_DIVERGED;
    }
    return falls_without_end(run, f) ? LGD_STOP_UNBOUNDED : LGD_STOP_NONE;
}

/* Is something else minimised than f: a penalty, a decay of the method's own? */
static bool adds_to_f(const lgd_run *run)
{
    static const char *const names[] = {"weight_decay", "l1", "l2", "lambd"};
    const lgd_optimizer *opt = run->opt;
    bool adds = run->o.penalty || opt->penalty;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        adds |= lgd_optimizer_value(opt, names[i], 0) > 0;
    for (size_t i = 0; i < opt->group_count; i++)
        adds |= isgreater(opt->groups[i].decay, 0);
    return adds;
}

double lgd_judge_attained(const lgd_run *run)
{
    const lgd_objective *f = run->f;
    if (!f->ops.attained || !run->wants_minimum || run->sign < 0 || adds_to_f(run))
        return 0;
    for (size_t j = 0; j < run->dim; j++) /* s w has to be within reach */
        if (run->w[j] != 0 && lgd_run_is_frozen(run, j))
            return 0;
    return f->ops.attained(f->ctx);
}

lgd_stop lgd_judge_end(const lgd_run *run)
{
    const bool rests = run->stop == LGD_STOP_ROUNDING || run->stop == LGD_STOP_STEP_TOL ||
                       run->stop == LGD_STOP_SEARCH || run->stop == LGD_STOP_OPTIMIZER;
    return rests && run->attained > 0 && run->f_all < run->attained ? LGD_STOP_SEPARABLE : run->stop;
}

lgd_stop lgd_judge_all(lgd_run *run)
{
    const lgd_minimize_options *o = &run->o;
    const double f = run->f_all, g = run->g_all;
    lgd_judged *judged = &run->opt->judged;
    /* A run that is continued meets the value again at which it was interrupted: it is no change. */
    const double before = judged->checked && judged->checked != run->opt->t + 1 ? judged->f_checked : NAN;
    judged->f_checked = f;
    judged->checked = run->opt->t + 1;
    judged->largest_g = fmax(judged->largest_g, g);
    if (o->saddle != LGD_SADDLE_UNCHECKED)
        judged->largest_w = fmax(judged->largest_w, lgd_norm2(run->dim, run->w));
    /* That says more than a gradient, which goes to 0 there as well. */
    const bool apart = run->attained > 0 && f < run->attained;
    if (!apart && (g == 0 || (o->grad_tol > 0 && g <= o->grad_tol * judged->largest_g) ||
                   (o->grad_tol_abs > 0 && g <= o->grad_tol_abs)))
        return LGD_STOP_GRAD_TOL;
    if (o->f_target != 0 && f <= run->sign * (o->f_target == LGD_ZERO ? 0 : o->f_target))
        return LGD_STOP_F_TARGET;
    if (apart)
        return LGD_STOP_SEPARABLE;
    if (o->f_tol > 0 && fabs(f - before) <= o->f_tol * fmax(fabs(f), fabs(before)))
        return LGD_STOP_F_TOL;
    return LGD_STOP_NONE;
}

lgd_stop lgd_judge_running(lgd_run *run, double f)
{
    lgd_judged *judged = &run->opt->judged;
    lgd_stop stop = lgd_judge_value(run, f, NULL);
    if (stop)
        return stop;
    bool gain = !(f >= judged->lowest_mean - run->o.f_tol * fabs(judged->lowest_mean));
    judged->epochs_without_gain = gain ? 0 : judged->epochs_without_gain + 1;
    judged->lowest_mean = fmin(judged->lowest_mean, f);
    if (run->o.f_tol > 0 && !run->o.check_every && judged->epochs_without_gain >= STALL_EPOCHS)
        return LGD_STOP_STALLED;
    return LGD_STOP_NONE;
}

bool lgd_judge_wants_old(const lgd_run *run)
{
    /* A step that moves nothing follows a value that did not move: only then is the copy worth its bytes. */
    return run->o.step_tol > 0 || run->f_all == run->f_before;
}

lgd_stop lgd_judge_step(lgd_run *run)
{
    if (run->o.step_tol > 0) {
        double step = lgd_norm2_diff(run->dim, run->w, run->w_old), size = lgd_norm2(run->dim, run->w);
        if (step <= run->o.step_tol * size)
            return LGD_STOP_STEP_TOL;
    }
    /* A penalty can hold w, in a corner say, while a velocity turns. */
    const double at_rest = 1e-10 * run->opt->judged.largest_g;
    const bool turns = run->opt->penalty && run->g_all > at_rest;
    if (run->lr_factor > 0 && !turns && run->f_all == run->f_before &&
        !memcmp(run->w, run->w_old, run->dim * sizeof *run->w)) {
        if (++run->unchanged >= UNCHANGED_STEPS)
            return LGD_STOP_ROUNDING;
    } else {
        run->unchanged = 0;
    }
    return LGD_STOP_NONE;
}

lgd_stop lgd_judge_limits(const lgd_run *run)
{
    const lgd_minimize_options *o = &run->o;
    if (o->max_epochs && run->epochs >= o->max_epochs)
        return LGD_STOP_EPOCHS;
    if (o->max_steps && run->opt->t - run->first_t >= o->max_steps)
        return LGD_STOP_STEPS;
    if (o->max_seconds > 0 && lgd_seconds() - run->started >= o->max_seconds)
        return LGD_STOP_SECONDS;
    return LGD_STOP_NONE;
}

lgd_stop lgd_judge_method(lgd_run *run, int stop)
{
    if (stop == LGD_STOP_DIVERGED) {
        snprintf(run->why, sizeof run->why, "f or a derivative of it is no number wherever %s looked",
                 run->opt->ops.name);
        snprintf(run->accepted, sizeof run->accepted, "a finite number");
    }
    switch (stop) {
    case LGD_STOP_ROUNDING:
    case LGD_STOP_STEP_TOL:
    case LGD_STOP_GRAD_TOL:
    case LGD_STOP_DIVERGED:
    case LGD_STOP_SADDLE:
    case LGD_STOP_SEARCH:
    case LGD_STOP_UNBOUNDED:
        return (lgd_stop)stop;
    default:
        return LGD_STOP_OPTIMIZER;
    }
}
