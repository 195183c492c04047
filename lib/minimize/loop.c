/* The two loops. Both go: evaluate, judge, step, record; they differ in what is evaluated between two steps. */
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
    lgd_status status = lgd_objective_mean(run->f, rows, divide_by, run->threads, w, f, g);
    if (status)
        return status;
    run->evaluations++;
    run->rows_seen += (double)rows->count;
    lgd_run_orient(run, f, g);
    return LGD_OK;
}

/* f, without the penalty, and run->g are those of all rows at w. */
static lgd_status know_all(lgd_run *run, double f)
{
    const lgd_status status = lgd_run_residual(run, &run->g_all);
    if (status)
        return status;
    run->f_before = run->f_all;
    run->f_smooth = f;
    run->f_all = f = f + lgd_run_penalty(run, run->w);
    run->all_is_current = true;
    if (!run->sample.all && f < run->best_f && isfinite(f) &&
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
    return status ? status : know_all(run, f);
}

static lgd_status set_rate(lgd_run *run)
{
    const uint64_t step = run->opt->t, epoch = run->o.first_epoch + run->epochs;
    const lgd_status status = lgd_schedule_factor(&run->o.schedule, step, epoch, &run->lr_factor);
    return status ? status : lgd_schedule_momentum(&run->o.schedule, step, epoch, &run->momentum);
}

/* Shows a value to a schedule by plateaus. Only ever one that a step follows: a run that goes on from here meets those it
 * was not stepped from again. */
static lgd_status observe(lgd_run *run, double f)
{
    lgd_judged *judged = &run->opt->judged;
    lgd_plateau_state *p = &run->plateau;
    if (run->o.schedule.kind != LGD_PLATEAU)
        return LGD_OK;
    const lgd_status status = lgd_schedule_observe(&run->o.schedule, p, f);
    judged->plateau_best = p->best;
    judged->plateau_seen = p->seen;
    judged->plateau_bad = p->bad;
    judged->plateau_rest = p->rest;
    judged->plateau_cuts = p->cuts;
    return status;
}

/* After an epoch (full batch: a step) with value f: one entry, one call. loss, grad_norm and gap are of its first point. */
static lgd_status record(lgd_run *run, double loss, double f, double lr, double grad_norm, double gap, bool call)
{
    const double seconds = lgd_seconds() - run->started;
    if (run->o.history) {
        lgd_status status =
            lgd_history_add(run->o.history, run->sign * loss, run->sign * f, lr, grad_norm, seconds, gap);
        if (status)
            return status;
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

lgd_status lgd_run_full(lgd_run *run)
{
    bool fresh = false, spent = false;
    for (;;) {
        const bool sample = run->sample.all != NULL;
        lgd_lent l = {run, {0, run->terms, NULL}, run->terms};
        lgd_status status = LGD_OK;
        if (!fresh)
            status = lgd_run_eval_all(run);
        if (!status && !run->stop)
            run->stop = lgd_judge_value(run, run->f_all, has_finite_norm(run) ? NULL : run->g);
        if (sample && !status && !run->stop)
            status = lgd_sample_judge(run, &spent);
        if (sample && !status && spent) {
            status = lgd_sample_grow(run);
            fresh = false;
            if (!status)
                continue;
        }
        if (!sample && !status && !run->stop)
            run->stop = lgd_judge_all(run);
        if (!status && run->stop == LGD_STOP_GRAD_TOL && run->o.saddle != LGD_SADDLE_UNCHECKED) {
            lgd_run_keep_best(run);
            status = lgd_run_saddle(run, &l);
            fresh = false;
            if (!status && !run->stop)
                continue;
        }
        if (!sample && !status && !run->stop)
            status = lgd_judge_gap(run);
        if (!status && !run->stop)
            run->stop = lgd_judge_limits(run);
        if (!status && !run->stop)
            status = observe(run, run->f_all);
        if (!status && !run->stop)
            status = set_rate(run);
        if (status || run->stop)
            return status;

        const bool keep_old = lgd_judge_wants_old(run);
        const double loss = run->f_all, grad_norm = run->g_all, gap = run->gap_all;
        double f = run->f_smooth;
        status = lgd_run_step(run, &l, &f, keep_old, &fresh);
        if (status)
            return status;
        if (!run->stop && keep_old)
            run->stop = lgd_judge_step(run);
        spent = lgd_sample_is_done(run);
        run->epochs++;
        const double lr = isnan(run->step_rate) ? run->lr * run->lr_factor : run->step_rate;
        status =
            record(run, sample ? NAN : loss, loss, lr, sample ? NAN : grad_norm, gap, run->stop != LGD_STOP_DIVERGED);
        if (status || run->stop)
            return status;
        if (spent) {
            status = lgd_sample_grow(run);
            fresh = false;
            if (status)
                return status;
        }
        if (fresh && (status = know_all(run, f)))
            return status;
    }
}

/* The order of an epoch into run->index; how many draws it has. */
static size_t draw_order(lgd_run *run)
{
    const uint64_t epoch = run->o.first_epoch + run->epochs;
    const size_t batch = run->batch, steps = run->terms / batch + (run->terms % batch != 0);
    if (run->o.order == LGD_SHUFFLE)
        lgd_permutation(run->o.seed, epoch, run->terms, run->index);
    if (run->o.order != LGD_REPLACEMENT)
        return run->terms;
    for (size_t i = 0; i < steps * batch; i++)
        run->index[i] = lgd_random_below(lgd_random(run->o.seed, LGD_STREAM_DRAW, epoch, i), run->terms);
    return steps * batch;
}

/* The same, after which batches may have grown; with replacement an epoch has then other draws, with the same beginning. */
static lgd_status draw_and_grow(lgd_run *run, size_t *all)
{
    const size_t batch = run->batch;
    *all = draw_order(run);
    const lgd_status status = lgd_run_grow(run);
    if (run->batch != batch)
        *all = draw_order(run);
    return status;
}

/* A batch with value f comes into the sum of an epoch: with the smooth part and the penalty once for each of its rows, also where
 * its sum was divided by more rows than it has. */
static lgd_status add_value(const lgd_run *run, const lgd_lent *l, double f, double *sum)
{
    const double penalty = lgd_run_penalty(run, run->w);
    double smooth = 0;
    *sum += (f + penalty) * (double)l->divide_by;
    if (l->divide_by == l->rows.count)
        return LGD_OK;
    const lgd_status status = lgd_objective_smooth(run->f, run->w, &smooth, NULL);
    *sum -= (run->sign * smooth + penalty) * (double)(l->divide_by - l->rows.count);
    return status;
}

/* One pass over the rows in batches. *mean: of the batch values over the rows seen. *finished: no limit cut it short. */
static lgd_status run_epoch(lgd_run *run, double *mean, bool *finished)
{
    size_t all;
    const lgd_status drawn = draw_and_grow(run, &all);
    if (drawn)
        return drawn;
    const size_t batch = run->batch;
    const size_t draws = run->o.last == LGD_LAST_DROP ? all - all % batch : all;
    double sum = 0, seen = 0, f;
    bool fresh = false;
    *finished = true;
    *mean = NAN;
    for (size_t done = 0; done < draws && !run->stop; done += batch) {
        lgd_lent l = {run, {done, draws - done < batch ? draws - done : batch, run->index}, 0};
        l.divide_by = run->o.last == LGD_LAST_SCALE ? batch : l.rows.count;
        if (done) {
            run->stop = lgd_judge_limits(run);
            *finished = !run->stop;
            if (run->stop)
                break;
        }
        lgd_status status = run->estimate.ops->gradient(run, &l.rows, l.divide_by, &f);
        if (!status && (run->stop = lgd_judge_finite(run, f, run->g)))
            return LGD_OK;
        if (!status && run->o.schedule.per_step)
            status = set_rate(run);
        if (!status)
            status = add_value(run, &l, f, &sum);
        seen += (double)l.rows.count;
        if (!status)
            status = lgd_run_step(run, &l, &f, false, &fresh);
        if (status)
            return status;
        if (run->stop == LGD_STOP_DIVERGED)
            return LGD_OK;
        *mean = sum / seen;
        *finished = !run->stop || done + batch >= draws;
    }
    return LGD_OK;
}

/* After an epoch from w_epoch to w: was it better than those before? Its mean speaks for where it began, not for where it
 * ended: the last steps may have been the ones that went astray. */
static void judge_epoch(lgd_run *run, double mean, uint64_t first_step)
{
    lgd_stop stop = lgd_judge_running(run, mean);
    if (stop && !(run->stop && stop != LGD_STOP_DIVERGED))
        run->stop = stop;
    if (!(mean < run->best_running))
        return;
    run->best_running = mean;
    if (!run->o.check_every) {
        double *better = run->w_epoch;
        run->w_epoch = run->w_best;
        run->w_best = better;
        run->best_step = first_step;
    }
}

lgd_status lgd_run_batches(lgd_run *run)
{
    const lgd_estimator_ops *estimator = run->estimate.ops;
    lgd_status status = estimator->begin ? estimator->begin(run) : LGD_OK;
    while (!status) {
        double loss = NAN, grad_norm = NAN, mean;
        bool finished;
        if (run->o.check_every && (run->o.first_epoch + run->epochs) % run->o.check_every == 0) {
            status = lgd_run_eval_all(run);
            loss = run->f_all;
            grad_norm = run->g_all;
            if (!status)
                run->stop = lgd_judge_value(run, loss, run->g);
            if (!status && !run->stop)
                run->stop = lgd_judge_all(run);
            if (!status && !run->stop)
                status = lgd_judge_gap(run);
        }
        if (!status && !run->stop)
            run->stop = lgd_judge_limits(run);
        if (!status && !run->stop && !isnan(loss))
            status = observe(run, loss);
        if (!status && !run->stop)
            status = set_rate(run);
        if (status || run->stop)
            return status;

        const double lr = run->lr * run->lr_factor, gap = run->gap_all;
        const uint64_t first_step = run->opt->t;
        memcpy(run->w_epoch, run->w, run->dim * sizeof *run->w);
        if (estimator->begin_epoch)
            status = estimator->begin_epoch(run);
        if (!status)
            status = run_epoch(run, &mean, &finished);
        if (status)
            return status;
        run->epochs += finished && run->stop != LGD_STOP_DIVERGED;
        if (run->stop != LGD_STOP_DIVERGED)
            judge_epoch(run, mean, first_step);
        if (finished && run->stop != LGD_STOP_DIVERGED && !run->o.check_every)
            status = observe(run, mean);
        if (status)
            return status;
        status = record(run, loss, mean, lr, grad_norm, gap, finished && run->stop != LGD_STOP_DIVERGED);
        if (status || run->stop)
            return status;
    }
    return status;
}
