/* The loop over batches, epoch by epoch. */
#include "matrix/matrix.h"
#include "run.h"
#include <math.h>
#include <string.h>

/* The order of an epoch into run->index; how many draws it has. */
static size_t draw_order(lgd_run *run)
{
    return lgd_order_draw(&run->o, run->batch, run->o.first_epoch + run->epochs, run->terms, run->index);
}

lgd_status lgd_epoch_draw(lgd_run *run, size_t *draws)
{
    const size_t batch = run->batch;
    size_t all = draw_order(run);
    const lgd_status status = lgd_run_grow(run);
    if (run->batch != batch)
        all = draw_order(run);
    *draws = run->o.last == LGD_LAST_DROP ? all - all % run->batch : all;
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

bool lgd_run_checks(const lgd_run *run)
{
    return run->o.check_every && (run->o.first_epoch + run->epochs) % run->o.check_every == 0;
}

lgd_status lgd_epoch_judge(lgd_run *run, lgd_epoch *e, bool checked)
{
    lgd_status status = LGD_OK;
    *e = (lgd_epoch){.loss = NAN, .grad_norm = NAN, .mean = NAN, .finished = true};
    if (checked) {
        e->loss = run->f_all;
        e->grad_norm = run->g_all;
        run->stop = lgd_judge_value(run, e->loss, run->g);
        if (!run->stop)
            run->stop = lgd_judge_all(run);
        if (!run->stop)
            status = lgd_judge_gap(run);
    }
    if (!status && !run->stop)
        run->stop = lgd_judge_limits(run);
    if (!status && !run->stop)
        status = lgd_run_validate(run);
    if (!status && !run->stop && (run->o.validation || !isnan(e->loss)))
        status = lgd_run_observe(run, run->o.validation ? run->validation : e->loss);
    if (!status && !run->stop)
        status = lgd_run_set_rate(run);
    return status;
}

lgd_status lgd_epoch_begin(lgd_run *run, lgd_epoch *e)
{
    const lgd_estimator_ops *estimator = run->estimate.ops;
    e->lr = run->lr * run->lr_factor;
    e->gap = run->gap_all;
    e->first_step = run->opt->t;
    memcpy(run->w_epoch, run->w, run->dim * sizeof *run->w);
    return estimator->begin_epoch ? estimator->begin_epoch(run) : LGD_OK;
}

bool lgd_epoch_next(lgd_run *run, lgd_epoch *e, lgd_lent *l)
{
    const size_t batch = run->batch, left = e->draws - e->done;
    if (!left || run->stop)
        return false;
    if (e->done) {
        run->stop = lgd_judge_limits(run);
        e->finished = !run->stop;
        if (run->stop)
            return false;
    }
    *l = (lgd_lent){run, {e->done, left < batch ? left : batch, run->index}, 0};
    l->divide_by = run->o.last == LGD_LAST_SCALE ? batch : l->rows.count;
    e->done += l->rows.count;
    return true;
}

lgd_status lgd_epoch_step(lgd_run *run, lgd_epoch *e, lgd_lent *l, double f)
{
    lgd_status status = LGD_OK;
    run->stop = lgd_judge_finite(run, f, run->g);
    if (run->stop)
        return LGD_OK;
    if (run->o.schedule.per_step)
        status = lgd_run_set_rate(run);
    if (!status)
        status = add_value(run, l, f, &e->sum);
    if (e->seen == 0)
        lgd_run_measure_parts(run);
    e->seen += (double)l->rows.count;
    if (!status)
        status = lgd_run_step(run, l, &f, false, &e->fresh);
    if (!status)
        lgd_epoch_stepped(run, e);
    return status;
}

void lgd_epoch_stepped(lgd_run *run, lgd_epoch *e)
{
    if (run->stop == LGD_STOP_DIVERGED)
        return;
    e->mean = e->sum / e->seen;
    e->finished = !run->stop || e->done == e->draws;
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
    if (!run->o.check_every && !run->o.validation) {
        double *better = run->w_epoch;
        run->w_epoch = run->w_best;
        run->w_best = better;
        run->best_step = first_step;
    }
}

lgd_status lgd_epoch_end(lgd_run *run, const lgd_epoch *e)
{
    const bool held = run->stop != LGD_STOP_DIVERGED;
    lgd_status status = LGD_OK;
    run->epochs += e->finished && held;
    if (held)
        judge_epoch(run, e->mean, e->first_step);
    if (e->finished && run->stop != LGD_STOP_DIVERGED && !run->o.check_every && !run->o.validation)
        status = lgd_run_observe(run, e->mean);
    if (status)
        return status;
    return lgd_run_record(run, e->loss, e->mean, e->lr, e->grad_norm, e->gap,
                          e->finished && run->stop != LGD_STOP_DIVERGED);
}

/* One pass over the rows in batches. */
static lgd_status run_epoch(lgd_run *run, lgd_epoch *e)
{
    lgd_lent l;
    lgd_status status = lgd_sparse_begin(run);
    if (!status)
        status = lgd_epoch_draw(run, &e->draws);
    lgd_rows_known(run->index, status ? 0 : e->draws);
    while (!status && lgd_epoch_next(run, e, &l)) {
        double f;
        if (lgd_run_descends(run)) {
            status = lgd_epoch_descend(run, e, &l);
            continue;
        }
        bool made = false;
        lgd_objective_noise(run->f, run->opt->t + 1);
        if (run->touching.on)
            status = lgd_sparse_step(run, e, &l, &made);
        if (!status && !made)
            status = run->estimate.ops->gradient(run, &l.rows, l.divide_by, &f);
        if (!status && !made)
            status = lgd_epoch_step(run, e, &l, f);
        lgd_objective_noise(run->f, 0);
    }
    lgd_rows_known(NULL, 0);
    lgd_sparse_settle(run);
    return status;
}

lgd_status lgd_run_batches(lgd_run *run)
{
    const lgd_estimator_ops *estimator = run->estimate.ops;
    lgd_status status = estimator->begin ? estimator->begin(run) : LGD_OK;
    while (!status && !run->stop) {
        lgd_epoch e;
        const bool checks = lgd_run_checks(run);
        if (checks)
            status = lgd_run_eval_all(run);
        if (!status)
            status = lgd_epoch_judge(run, &e, checks);
        if (status || run->stop)
            return status;
        status = lgd_epoch_begin(run, &e);
        if (!status)
            status = run_epoch(run, &e);
        if (!status)
            status = lgd_epoch_end(run, &e);
    }
    return status;
}
