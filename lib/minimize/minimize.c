/* lgd_minimize: set-up, the run, the report. */
#include "run.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *lgd_stop_string(lgd_stop stop)
{
#define LGD_X(name, value, text)                                                                                       \
    case name:                                                                                                         \
        return text;
    switch (stop) {
    case LGD_STOP_NONE:
        return "not run";
        LGD_STOP_LIST(LGD_X)
    }
#undef LGD_X
    return "unknown reason";
}

/* All memory of a run: one block of vectors, one order, room in the history. */
static lgd_status allocate(lgd_run *run)
{
    const lgd_minimize_options *o = &run->o;
    const size_t stride = lgd_padded(run->dim);
    run->g = lgd_alloc("minimize", lgd_mul(stride, o->batch_size ? 4 : 3), sizeof *run->g);
    if (!run->g)
        return LGD_ENOMEM;
    run->w_old = run->g + stride;
    run->w_best = run->g + 2 * stride;
    run->w_epoch = o->batch_size ? run->g + 3 * stride : NULL;
    const size_t room = lgd_order_room(o, run->terms);
    if (room && !(run->index = lgd_alloc("minimize", room, sizeof *run->index)))
        return LGD_ENOMEM;
    lgd_status status = lgd_objective_reserve(run->f, run->terms);
    if (!status)
        status = lgd_run_parts_create(run);
    if (status || !o->history)
        return status;
    uint64_t entries = o->max_epochs ? o->max_epochs : o->max_steps;
    return lgd_history_reserve(o->history, entries ? entries : 1000);
}

void lgd_run_restore(lgd_run *run)
{
    lgd_run_keep_best(run);
    memcpy(run->w, run->w_best, run->dim * sizeof *run->w);
    run->all_is_current = false;
    run->f_all = run->g_all = run->gap_all = NAN;
    run->restored = true;
}

/* With f_all and g_all of the best point. A rate that would hold is not asked for where other rates beside it have told. */
static void report_divergence(lgd_run *run, double *lr_hold)
{
    char rate[64] = "", advice[64] = "";
    const uint64_t step = run->opt->t, epoch = run->o.first_epoch + run->epochs;
    /* At a start that is not finite no rate is at fault, nor is one where the method has none. */
    const bool finds_step = run->opt->ops.flags & LGD_FINDS_STEP, beside = run->restored;
    if (!beside)
        lgd_run_restore(run);
    const bool failed = !run->all_is_current && lgd_run_eval_all(run);
    if (!failed && isfinite(run->f_all) && isfinite(run->g_all) && !finds_step && !beside)
        *lr_hold = lgd_rate_that_holds(run);
    if (*lr_hold > 0)
        snprintf(advice, sizeof advice, ", a rate of %.3g would hold", *lr_hold);
    if (!finds_step)
        snprintf(rate, sizeof rate, " at rate %g", run->lr * run->lr_factor);
    lgd_fail(LGD_EDIVERGED, "minimize: %s after step %llu (epoch %llu), %s is accepted; %s ran%s%s", run->why,
             (unsigned long long)step, (unsigned long long)epoch, run->accepted, lgd_optimizer_name(run->opt), rate,
             advice);
}

/* F at the averaged point, which is left in w_old; what does not move is not averaged either. */
static lgd_status eval_average(lgd_run *run)
{
    const lgd_rows all = {0, run->terms, NULL};
    lgd_status status = lgd_run_result(run, run->w_old);
    if (!status)
        status = lgd_run_eval(run, &all, run->terms, run->w_old, &run->f_average, NULL);
    run->f_average += lgd_run_penalty(run, run->w_old);
    return status;
}

/* The figures of the returned point, and what is best, w_best included. */
static lgd_status figures(lgd_run *run, lgd_status status, lgd_report *r)
{
    double lr_hold = 0;
    if (!status && run->stop != LGD_STOP_DIVERGED && !run->all_is_current) {
        status = lgd_run_eval_all(run);
        if (!status && lgd_judge_finite(run, run->f_all, run->g))
            run->stop = LGD_STOP_DIVERGED;
    }
    if (!status)
        run->stop = lgd_judge_end(run);
    if (!status)
        status = lgd_run_validate_end(run);
    if (!status && run->stop != LGD_STOP_DIVERGED)
        status = lgd_run_gap(run);
    if (!status && run->stop != LGD_STOP_DIVERGED && run->stop != LGD_STOP_PATIENCE &&
        lgd_optimizer_has_result(run->opt))
        status = eval_average(run);
    if (status) {
        run->stop = LGD_STOP_ERROR;
        run->validation = NAN;
        if (!run->all_is_current)
            run->f_all = run->g_all = NAN;
    } else if (run->stop == LGD_STOP_DIVERGED) {
        const uint64_t best_step = run->best_step;
        report_divergence(run, &lr_hold);
        run->best_step = best_step;
        status = LGD_EDIVERGED;
        run->validation = isfinite(run->best_f) ? run->best_f : NAN; /* w is the point where that was */
    }
    lgd_run_keep_best(run);
    if (run->o.w_best)
        memmove(run->o.w_best, run->w_best, run->dim * sizeof *run->w);
    if (run->o.w_average)
        memmove(run->o.w_average, isnan(run->f_average) ? run->w : run->w_old, run->dim * sizeof *run->w);
    const double best = isfinite(run->best_f) ? run->best_f : run->o.validation ? NAN : run->f_all;
    *r = (lgd_report){.stop = run->stop,
                      .steps = run->opt->t - run->first_t,
                      .epochs = run->epochs,
                      .evaluations = run->evaluations,
                      .passes = run->rows_seen / (double)run->terms,
                      .f = run->sign * run->f_all,
                      .grad_norm = run->g_all,
                      .best_f = run->sign * best,
                      .seconds = lgd_seconds() - run->started,
                      .best_step = run->best_step,
                      .clipped = run->clipped,
                      .lr_hold = lr_hold,
                      .f_average = run->sign * run->f_average,
                      .gap = run->gap_all,
                      .batch_size = run->batch,
                      .indefinite = run->indefinite,
                      .smallest_curvature = run->smallest_curvature,
                      .f_validation = run->o.validation ? run->sign * run->validation : NAN,
                      .streaming = NAN,
                      .seconds_loss = NAN,
                      .seconds_matrix = NAN,
                      .seconds_optimizer = NAN};
    lgd_profile_tell(run, r);
    return status;
}

/* What is lent to the optimizer, and what the run is over; the start is kept where something fails. */
static lgd_status prepare(lgd_run *run)
{
    lgd_objective *f = run->f;
    lgd_status status = lgd_optimizer_prepare(run->opt, run->dim, f->spare_first, f->spare_count);
    if (!status && run->o.penalty) {
        status = lgd_engage(&run->own, run->opt, run->o.penalty, run->dim, f->spare_first, f->spare_count);
        run->lent = !status;
        if (run->lent)
            run->own = lgd_optimizer_exchange(run->opt, run->own);
    }
    if (!status)
        status = lgd_run_gap_create(run);
    if (status)
        return status;
    memcpy(run->w_best, run->w, run->dim * sizeof *run->w);
    status = lgd_run_penalise(run);
    if (!status)
        status = lgd_estimate_create(run);
    if (!status)
        status = lgd_lend_create(run);
    if (status)
        memcpy(run->w, run->w_best, run->dim * sizeof *run->w);
    return status;
}

lgd_status lgd_run_begin(lgd_run *run)
{
    lgd_optimizer *opt = run->opt;
    run->sign = run->o.maximize ? -1 : 1;
    run->batch = run->o.batch_size;
    if (run->o.norm_test > 0 && opt->judged.batch_size > run->batch)
        run->batch = opt->judged.batch_size < run->terms ? (size_t)opt->judged.batch_size : run->terms;
    run->first_t = opt->t;
    run->threads = lgd_objective_begin(run->f, run->o.threads);
    run->begun = true;
    lgd_status status = lgd_rate_find(run);
    run->lr = lgd_optimizer_value(opt, "lr", 1);
    run->attained = lgd_judge_attained(run);
    if (!status && !run->stop)
        status = lgd_sample_begin(run);
    if (status)
        memcpy(run->w, run->w_best, run->dim * sizeof *run->w);
    else
        memcpy(run->w_best, run->w, run->dim * sizeof *run->w);
    return status;
}

lgd_status lgd_run_open(lgd_run *run, lgd_objective *f, lgd_optimizer *opt, double *w,
                        const lgd_minimize_options *options, size_t options_size)
{
    *run = (lgd_run){.f = f,
                     .opt = opt,
                     .w = w,
                     .dim = f->dim,
                     .terms = f->terms,
                     .started = lgd_seconds(),
                     .f_all = NAN,
                     .g_all = NAN,
                     .f_before = NAN,
                     .best_f = INFINITY,
                     .best_running = INFINITY,
                     .f_average = NAN,
                     .gap_all = NAN,
                     .step_rate = NAN,
                     .validation = NAN,
                     .smallest_curvature = NAN};
    run->plateau = (lgd_plateau_state){opt->judged.plateau_best, opt->judged.plateau_seen, opt->judged.plateau_bad,
                                       opt->judged.plateau_rest, opt->judged.plateau_cuts};
    lgd_status status = lgd_run_take(run, options, options_size);
    run->o.schedule.plateau = &run->plateau;
    if (!status)
        status = lgd_run_check(run);
    if (!status)
        status = allocate(run);
    if (!status)
        status = prepare(run);
    return status;
}

lgd_status lgd_run_go(lgd_run *run)
{
    lgd_status status = lgd_run_begin(run);
    if (!status && !run->stop)
        status = run->o.batch_size ? lgd_run_batches(run) : lgd_run_full(run);
    return status;
}

lgd_status lgd_run_finish(lgd_run *run, lgd_status status, lgd_report *r)
{
    lgd_sample_end(run);
    return figures(run, status, r);
}

void lgd_run_close(lgd_run *run)
{
    if (run->begun)
        lgd_objective_end(run->f);
    if (run->lent) {
        run->own = lgd_optimizer_exchange(run->opt, run->own);
        lgd_disengage(&run->own);
    }
    lgd_estimate_free(run);
    lgd_sparse_free(run);
    lgd_lend_free(run);
    lgd_gap_free(&run->gap);
    lgd_run_parts_free(run);
    lgd_release(run->unit);
    lgd_release(run->g);
    lgd_release(run->index);
}

lgd_report lgd_report_of_nothing(void)
{
    return (lgd_report){.stop = LGD_STOP_ERROR,
                        .f = NAN,
                        .grad_norm = NAN,
                        .best_f = NAN,
                        .f_average = NAN,
                        .gap = NAN,
                        .smallest_curvature = NAN,
                        .f_validation = NAN,
                        .bytes = NAN,
                        .flops = NAN,
                        .streaming = NAN,
                        .seconds_loss = NAN,
                        .seconds_matrix = NAN,
                        .seconds_optimizer = NAN,
                        .kernel = "",
                        .machine = lgd_machine(),
                        .updates = ""};
}

lgd_status lgd_minimize_sized(lgd_objective *f, lgd_optimizer *opt, double *w, const lgd_minimize_options *options,
                              size_t options_size, lgd_report *report, size_t report_size)
{
    lgd_run run;
    lgd_report r = lgd_report_of_nothing();
    lgd_give_struct(report, report_size, &r, sizeof r);
    if (!f || !opt || !w)
        return lgd_fail(LGD_EINVAL, "minimize: %s is NULL, %s is accepted",
                        !f     ? "f"
                        : !opt ? "opt"
                               : "w",
                        !f     ? "an objective"
                        : !opt ? "an optimizer"
                               : "a start of dim numbers");
    lgd_status status = lgd_run_open(&run, f, opt, w, options, options_size);
    if (!status) {
        status = lgd_run_finish(&run, lgd_run_go(&run), &r);
        lgd_give_struct(report, report_size, &r, sizeof r);
    }
    lgd_run_close(&run);
    return status;
}
