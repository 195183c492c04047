/* What both loops do around a step: evaluate, judge, step, record; and the one over all rows. */
#include "run.h"
#include <math.h>
#include <string.h>

/* What does not move has no part in |g|. */
static void leave_out_frozen(const lgd_run *run, double *g)
{
    const lgd_optimizer *opt = run->opt;
    for (size_t j = 0; run->o.lr_scale && j < run->dim; j++)
        if (run->o.lr_scale[j] == 0)
            g[j] = 0;
    for (const lgd_group *group = opt->groups; group != opt->groups + opt->group_count; group++)
        if (group->frozen)
            memset(g + group->first, 0, group->count * sizeof *g);
}

void lgd_run_orient(const lgd_run *run, double *f, double *g)
{
    if (run->sign < 0) {
        *f = -*f;
        for (size_t j = 0; g && j < run->dim; j++)
            g[j] = -g[j];
    }
    if (g)
        leave_out_frozen(run, g);
}

lgd_status lgd_run_eval(lgd_run *run, const lgd_rows *rows, size_t divide_by, const double *w, double *f, double *g)
{
    const double begun = lgd_profile_evaluation(run, (double)rows->count);
    const lgd_status status = lgd_objective_mean(run->f, rows, divide_by, run->threads, w, f, g);
    lgd_profile_evaluated(run, (double)rows->count, begun);
    if (status)
        return status;
    run->evaluations++;
    run->rows_seen += (double)rows->count;
    lgd_run_orient(run, f, g);
    return LGD_OK;
}

lgd_status lgd_run_know_all(lgd_run *run, double f)
{
    const lgd_status status = lgd_run_residual(run, &run->g_all);
    if (status)
        return status;
    run->f_before = run->f_all;
    run->f_smooth = f;
    run->f_all = f = f + lgd_run_penalty(run, run->w);
    run->all_is_current = true;
    if (!run->sample.all && !run->o.validation && f < run->best_f && isfinite(f) &&
        isfinite(run->g_all)) { /* -Inf is not the best there is */
        run->best_f = f;
        run->best_step = run->opt->t;
        run->best_is_here = true;
    }
    return LGD_OK;
}

void lgd_run_keep_best(lgd_run *run)
{
    if (run->best_is_here)
        memcpy(run->w_best, run->w, run->dim * sizeof *run->w);
    run->best_is_here = false;
}

lgd_status lgd_run_eval_all(lgd_run *run)
{
    const lgd_rows all = {0, run->terms, NULL};
    double f;
    lgd_status status = lgd_run_eval(run, &all, run->terms, run->w, &f, run->g);
    return status ? status : lgd_run_know_all(run, f);
}

lgd_status lgd_run_set_rate(lgd_run *run)
{
    const uint64_t step = run->opt->t, epoch = run->o.first_epoch + run->epochs;
    const lgd_status status = lgd_schedule_factor(&run->o.schedule, step, epoch, &run->lr_factor);
    return status ? status : lgd_schedule_momentum(&run->o.schedule, step, epoch, &run->momentum);
}

lgd_status lgd_run_observe(lgd_run *run, double f)
{
    lgd_judged *judged = &run->opt->judged;
    lgd_plateau_state *p = &run->plateau;
    if (run->o.schedule.kind != LGD_PLATEAU || (isnan(f) && run->o.validation)) /* not due */
        return LGD_OK;
    const lgd_status status = lgd_schedule_observe(&run->o.schedule, p, f);
    judged->plateau_best = p->best;
    judged->plateau_seen = p->seen;
    judged->plateau_bad = p->bad;
    judged->plateau_rest = p->rest;
    judged->plateau_cuts = p->cuts;
    return status;
}

lgd_status lgd_run_record(lgd_run *run, double loss, double f, double lr, double grad_norm, double gap, bool call)
{
    const double seconds = lgd_seconds() - run->started;
    if (run->o.history) {
        lgd_status status = lgd_history_add(run->o.history, run->sign * loss, run->sign * f, lr, grad_norm, seconds,
                                            gap, run->sign * run->validation);
        if (status)
            return status;
        lgd_history_put_parts(run->o.history, run->parts.count, run->parts.norm);
    }
    if (!run->o.callback || !call)
        return LGD_OK;
    const lgd_progress p = {
        run->opt->t, run->o.first_epoch + run->epochs, run->sign * f, run->g_all, lr, seconds, run->dim, run->w};
    unsigned errors = lgd_error_count();
    int code = run->o.callback(run->o.callback_ctx, &p);
    if (code > 0 && !run->stop)
        run->stop = LGD_STOP_CALLBACK;
    return code < 0 ? lgd_failed_in("minimize", "callback", code, errors) : LGD_OK;
}

/* Then all of g is finite, and need not be looked at. */
static bool has_finite_norm(const lgd_run *run)
{
    return !run->opt->penalty && isfinite(run->g_all);
}

lgd_status lgd_run_turn(lgd_run *run, bool *fresh, double *f)
{
    const bool known = *fresh, sample = run->sample.all != NULL;
    lgd_lent l = {run, {0, run->terms, NULL}, run->terms};
    lgd_status status = LGD_OK;
    *fresh = false;
    run->stop = lgd_judge_value(run, run->f_all, has_finite_norm(run) ? NULL : run->g);
    if (sample && !run->stop) {
        bool lost = false;
        status = lgd_sample_judge(run, &lost);
        if (status || lost)
            return status ? status : lgd_sample_grow(run);
    }
    if (!sample && !run->stop)
        run->stop = lgd_judge_all(run);
    if (run->stop == LGD_STOP_GRAD_TOL && run->o.saddle != LGD_SADDLE_UNCHECKED) {
        lgd_run_keep_best(run);
        status = lgd_run_saddle(run, &l);
        if (!status && !run->stop)
            return LGD_OK;
    }
    if (!sample && !status && !run->stop)
        status = lgd_judge_gap(run);
    if (!status && !run->stop)
        run->stop = lgd_judge_limits(run);
    if (!status && !run->stop)
        status = lgd_run_validate(run);
    if (!status && !run->stop)
        status = lgd_run_observe(run, run->o.validation ? run->validation : run->f_all);
    if (!status && !run->stop)
        status = lgd_run_set_rate(run);
    if (status || run->stop)
        return status;

    const bool keep_old = lgd_judge_wants_old(run);
    const double loss = run->f_all, grad_norm = run->g_all, gap = run->gap_all;
    *f = run->f_smooth;
    *fresh = known;
    lgd_run_measure_parts(run);
    status = lgd_run_step(run, &l, f, keep_old, fresh);
    if (status)
        return status;
    if (!run->stop && keep_old)
        run->stop = lgd_judge_step(run);
    const bool spent = lgd_sample_is_done(run);
    run->epochs++;
    const double lr = isnan(run->step_rate) ? run->lr * run->lr_factor : run->step_rate;
    status = lgd_run_record(run, sample ? NAN : loss, loss, lr, sample ? NAN : grad_norm, gap,
                            run->stop != LGD_STOP_DIVERGED);
    if (status || run->stop || !spent)
        return status;
    *fresh = false;
    return lgd_sample_grow(run);
}

lgd_status lgd_run_full(lgd_run *run)
{
    bool fresh = false;
    double f = NAN;
    lgd_status status = LGD_OK;
    while (!status && !run->stop) {
        status = fresh ? lgd_run_know_all(run, f) : lgd_run_eval_all(run);
        if (!status)
            status = lgd_run_turn(run, &fresh, &f);
    }
    return status;
}
