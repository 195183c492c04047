/* One update of w: clipping, the metric, the step, the penalty after it, averages, and a look at where it led. */
#include "run.h"
#include <math.h>
#include <string.h>

void lgd_run_clip(lgd_run *run, size_t n, double *g)
{
    const double value = run->o.clip_value, norm = run->o.clip_norm;
    bool acted = false;
    for (size_t j = 0; value > 0 && j < n; j++)
        if (fabs(g[j]) > value) {
            g[j] = copysign(value, g[j]);
            acted = true;
        }
    if (norm > 0) {
        double size = lgd_norm2(n, g);
        if (size > norm) {
            for (size_t j = 0; j < n; j++)
                g[j] *= norm / size;
            acted = true;
        }
    }
    run->clipped += acted;
}

/* A step that only ever goes where it was lent f at, with w as it was until then, need not have the best point copied each time:
 * lower than it is the next best, and before any other f is told the copy is made. */
static bool copies_in_time(const lgd_run *run)
{
    const lgd_optimizer *opt = run->opt;
    return opt->ops.flags & LGD_EVALUATES_FIRST && !run->o.lr_scale && !opt->penalty && !opt->w_old &&
           opt->average.kind == LGD_AVERAGE_NONE;
}

/* w from w_old by shares of the step. Has it become another point? What is frozen has not moved where a method knows of it. */
static bool apply_scale(lgd_run *run, const double *scale)
{
    bool moved = false;
    for (size_t j = 0; j < run->dim; j++) {
        if (scale[j] == 1)
            continue;
        const double old = run->w_old[j], w = scale[j] == 0 ? old : old + scale[j] * (run->w[j] - old);
        moved = moved || w != run->w[j];
        run->w[j] = w;
    }
    return moved;
}

static lgd_status update(lgd_run *run, lgd_lent *l, double *f, bool keep_old, bool *fresh)
{
    const double *scale = run->o.lr_scale;
    const bool penalised = run->opt->penalty != NULL, own_prox = run->opt->ops.flags & LGD_OWN_PENALTY;
    lgd_run_clip(run, run->dim, run->g);
    lgd_status status = lgd_lend_metric(l);
    if (status)
        return status;
    if (!copies_in_time(run))
        lgd_run_keep_best(run);
    if (scale || keep_old || penalised)
        memcpy(run->w_old, run->w, run->dim * sizeof *run->w);
    lgd_step s = {.dim = run->dim,
                  .w = run->w,
                  .g = run->g,
                  .f = *f,
                  .lr_factor = run->lr_factor,
                  .momentum = run->momentum,
                  .decay = NAN,
                  .key = run->o.seed,
                  .oracle = &run->lending.oracle,
                  .oracle_ctx = l,
                  .known = *fresh,
                  .threads = run->dim < LGD_LONG ? 1 : lgd_thread_count(run->o.threads)};
    status = lgd_optimizer_advance(run->opt, &s);
    if (status)
        return status;
    if (run->best_is_here && s.f < run->best_f) {
        run->best_f = s.f;
        run->best_step = run->opt->t;
    }
    const bool elsewhere = scale && apply_scale(run, scale);
    run->all_is_current = false;
    run->gap_all = NAN;
    run->step_rate = s.eta;
    run->indefinite += s.indefinite;
    const bool checked = run->opt->ops.flags & LGD_CHECKED && s.finite && !scale;
    if (penalised && !own_prox) {
        if (!checked && lgd_judge_point(run)) { /* a prox is for numbers */
            run->stop = LGD_STOP_DIVERGED;
            return LGD_OK;
        }
        status = lgd_optimizer_prox(run->opt, &s, scale);
        for (size_t j = 0; (scale || status) && j < run->dim; j++)
            if (status || scale[j] == 0) /* the last point within a constraint; a method may have settled elsewhere */
                run->w[j] = run->w_old[j];
        if (status)
            return status;
    }
    const bool moved = lgd_optimizer_sample(run->opt, run->w);
    if (moved && (status = lgd_optimizer_stay_within(run->opt, run->w)))
        return status;
    *fresh = s.fresh && !elsewhere && !moved && (!penalised || own_prox);
    *f = s.f;
    if (s.stop)
        run->stop = lgd_judge_method(run, s.stop);
    if (!(checked && !moved && !penalised) && lgd_judge_point(run))
        run->stop = LGD_STOP_DIVERGED;
    return LGD_OK;
}

lgd_status lgd_run_step(lgd_run *run, lgd_lent *l, double *f, bool keep_old, bool *fresh)
{
    const double begun = lgd_profile_step(run);
    const lgd_status status = update(run, l, f, keep_old, fresh);
    lgd_profile_stepped(run, begun);
    return status;
}
