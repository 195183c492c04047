/* Plain descent, row by row, where the objective does it by itself: a batch of one touches few coordinates, or a row that is in the
 * cache, and a gradient and a step of dim numbers would cost more. What the run sees is the same, to the last bit; but whether numbers
 * are still numbers, and how late it is, is looked at once for a stretch of rows. */
#include "run.h"
#include <math.h>

/* Rows of a stretch, or where w is long a share of its length, so that a look at w costs little beside. */
enum { STRETCH = 65536, SHARE = 4 };

bool lgd_run_descends(const lgd_run *run)
{
    const lgd_minimize_options *o = &run->o;
    const lgd_optimizer *opt = run->opt;
    const lgd_objective *f = run->f;
    const bool by_row = run->batch == 1 && f->ops.descend && !f->ops.noise && !f->whole;
    const bool plain = opt->ops.step == lgd_sgd_ops()->step && !opt->penalty && !opt->group_count &&
                       opt->average.kind == LGD_AVERAGE_NONE;
    const bool alone = run->estimate.ops == lgd_estimator_of(LGD_MINIBATCH) && !o->maximize && !o->lr_scale &&
                       !o->precondition && o->clip_norm == 0 && o->clip_value == 0 && !o->schedule.per_step;
    return by_row && plain && alone;
}

lgd_status lgd_epoch_descend(lgd_run *run, lgd_epoch *e, lgd_lent *l)
{
    lgd_optimizer *opt = run->opt;
    const lgd_objective *f = run->f;
    const size_t share = run->dim / SHARE, left = e->draws - l->rows.first;
    size_t count = share > STRETCH ? share : STRETCH;
    if (count > left)
        count = left;
    if (run->o.max_steps && count > run->o.max_steps - (opt->t - run->first_t))
        count = (size_t)(run->o.max_steps - (opt->t - run->first_t));
    l->rows.count = count;
    e->done = l->rows.first + count;

    lgd_status status = lgd_optimizer_check_whole(opt);
    if (status)
        return status;
    lgd_run_keep_best(run);
    const unsigned errors = lgd_error_count();
    const double begun = lgd_profile_evaluation(run, (double)count);
    const int code = (int)f->ops.descend(f->ctx, &l->rows, run->lr * run->lr_factor, f->mean_weight, run->w, &e->sum);
    lgd_profile_evaluated(run, (double)count, begun);
    if (code)
        return lgd_failed_in(f->ops.name, "descend", code, errors);
    for (size_t k = 0; k < opt->slices; k++)
        opt->slice[k].steps += count;
    opt->t += count;
    run->evaluations += count;
    run->rows_seen += (double)count;
    run->descended += count;
    run->all_is_current = false;
    run->gap_all = run->step_rate = NAN;
    e->seen += (double)count;
    run->stop = lgd_judge_finite(run, e->sum / e->seen, NULL);
    if (!run->stop)
        run->stop = lgd_judge_point(run);
    if (!run->stop)
        e->mean = e->sum / e->seen;
    return LGD_OK;
}
