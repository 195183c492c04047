/* Steps on sparse batches: the gradient is 0 but where the rows have numbers, and a method with LGD_SPARSE leaves the rest as it is. So
 * only these coordinates are looked at, clipped and moved, with the arithmetic of a dense step. The gradient is added up in the run's g,
 * which is all 0 before and after.
 *
 * L2, for sgd: a dense step is w_j = (1 - lr l2) w_j where the batch has nothing, so w_j can wait until it is looked at. `owed` is the sum
 * of log(1 - lr l2) over the steps since w was true, paid[j] what of that w_j has had, and
 *     w_j exp(owed - paid[j])
 * is w_j. A sum of logarithms, since a product of thousands of numbers that are near 1 would add up their roundings, all to one side. For
 * the value of a batch |w|^2 goes along: what waits shrinks by exp(2 owed), what is touched is known before and after. */
#include "base/elementary.h"
#include "run.h"
#include <math.h>
#include <string.h>

/* ---- whether */

static const char *why_dense(const lgd_run *run)
{
    const lgd_minimize_options *o = &run->o;
    const lgd_objective *f = run->f;
    const lgd_optimizer *opt = run->opt;
    const char *dense = lgd_optimizer_is_dense(opt);
    const bool sgd = opt->ops.step == lgd_sgd_ops()->step;
    if (dense)
        return dense;
    if (run->estimate.ops != lgd_estimator_of(LGD_MINIBATCH))
        return "dense: the estimator has a gradient in all coordinates";
    if (o->lr_scale)
        return "dense: there is an lr_scale";
    if (o->precondition)
        return "dense: there is a metric";
    if (!f->ops.smooth || (f->slopes && f->l2 == 0))
        return NULL;
    if (!f->slopes)
        return "dense: the objective has a smooth part of all coordinates";
    if (!sgd)
        return "dense: l2 moves every coordinate at each step; with sgd alone it can wait";
    if (opt->group_count || opt->average.kind != LGD_AVERAGE_NONE || o->maximize || o->clip_norm > 0 ||
        o->clip_value > 0)
        return "dense: l2 cannot wait beside groups, averages, clipping and maximize";
    return NULL;
}

lgd_status lgd_sparse_begin(lgd_run *run)
{
    /* A dense step costs as much as a sparse one of a 24th of w: numbers in order are quick. A few are quick anyhow. */
    enum { SHARE = 24, FEW = 16 };
    const size_t few = run->dim / SHARE + FEW;
    lgd_touching *t = &run->touching;
    const lgd_objective *f = run->f;
    t->on = false;
    t->dense = f->ops.support ? why_dense(run) : NULL;
    if (!f->ops.support || t->dense)
        return LGD_OK;
    t->on = true;
    if (t->seen) /* it had an epoch already */
        return LGD_OK;
    const bool waits = f->slopes && f->l2 > 0;
    t->room = run->opt->ops.flags & LGD_LAZY || few > run->dim ? run->dim : few;
    t->l2 = waits ? f->l2 : 0;
    t->seen = lgd_alloc("minimize", run->dim, sizeof *t->seen);
    t->index = lgd_alloc("minimize", t->room, sizeof *t->index);
    t->g = lgd_alloc("minimize", lgd_mul(lgd_padded(t->room), waits ? 2 : 1), sizeof *t->g);
    t->paid = waits ? lgd_alloc("minimize", run->dim, sizeof *t->paid) : NULL;
    t->factor = waits && t->g ? t->g + lgd_padded(t->room) : NULL;
    if (!t->seen || !t->index || !t->g || (waits && !t->paid))
        return LGD_ENOMEM;
    return lgd_optimizer_reserve(run->opt, t->room);
}

void lgd_sparse_free(lgd_run *run)
{
    lgd_touching *t = &run->touching;
    lgd_release(t->seen);
    lgd_release(t->index);
    lgd_release(t->g);
    lgd_release(t->paid);
}

const char *lgd_sparse_tell(const lgd_run *run)
{
    const lgd_touching *t = &run->touching;
    if (t->steps || run->descended)
        return run->f->ops.support ? "sparse" : "";
    return t->dense ? t->dense : t->on && run->opt->t > run->first_t ? "dense: batches touch a 24th of w or more" : "";
}

/* ---- what waits */

static bool decays(const lgd_run *run, size_t j)
{
    return !lgd_is_spared(run->f, j);
}

LGD_WIDE static void exponentials(size_t n, double *x)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        x[i] = lgd_exp(x[i]);
}

/* What a batch touches is brought up to date; |w|^2 there. */
static double catch_up(lgd_run *run, size_t count)
{
    lgd_touching *t = &run->touching;
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        t->factor[i] = decays(run, t->index[i]) ? t->owed - t->paid[t->index[i]] : 0;
    exponentials(count, t->factor);
    for (size_t i = 0; i < count; i++) {
        double *w = run->w + t->index[i];
        *w *= t->factor[i];
        t->paid[t->index[i]] = t->owed;
        squares += decays(run, t->index[i]) ? *w * *w : 0;
    }
    return squares;
}

void lgd_sparse_settle(lgd_run *run)
{
    lgd_touching *t = &run->touching;
    for (size_t j = 0; t->owed < 0 && j < run->dim; j++) {
        if (decays(run, j) && t->paid[j] != t->owed)
            run->w[j] *= lgd_exp(t->owed - t->paid[j]);
        t->paid[j] = 0;
    }
    t->owed = 0;
    t->clean = false;
}

/* g += l2 w, as a dense step has it. */
static void add_smooth(const lgd_run *run, size_t count)
{
    const lgd_touching *t = &run->touching;
    for (size_t i = 0; i < count; i++)
        if (decays(run, t->index[i]))
            t->g[i] += t->l2 * run->w[t->index[i]];
}

static double smooth_value(const lgd_touching *t)
{
    return t->l2 > 0 ? 0.5 * t->l2 * (t->squares + t->squares_rest) * exp(2 * t->owed) : 0;
}

/* After a step that made all of w owe `more`, and changed |w|^2 of what it touched from before. */
static void note_step(lgd_run *run, size_t count, double more, double before)
{
    lgd_touching *t = &run->touching;
    double after = 0;
    t->owed += more;
    for (size_t i = 0; i < count; i++) {
        const size_t j = t->index[i];
        t->paid[j] = t->owed;
        after += decays(run, j) ? run->w[j] * run->w[j] : 0;
    }
    const double change = (after - before * exp(2 * more)) * exp(-2 * t->owed), sum = t->squares + change;
    t->squares_rest += fabs(t->squares) >= fabs(change) ? (t->squares - sum) + change : (change - sum) + t->squares;
    t->squares = sum;
}

/* ---- the step */

/* The run's g, and what is known of w, before the first of several sparse steps. */
static void make_clean(lgd_run *run)
{
    lgd_touching *t = &run->touching;
    const lgd_objective *f = run->f;
    memset(run->g, 0, run->dim * sizeof *run->g);
    if (t->l2 > 0) {
        const size_t behind = f->spare_first + f->spare_count;
        t->squares = lgd_dot(f->spare_count ? f->spare_first : run->dim, run->w, run->w);
        if (f->spare_count)
            t->squares += lgd_dot(run->dim - behind, run->w + behind, run->w + behind);
        t->squares_rest = 0;
    }
    t->clean = true;
}

/* The value and t->g of a batch, as lgd_run_eval and the smooth part. */
static lgd_status evaluate(lgd_run *run, const lgd_lent *l, size_t count, double *value)
{
    lgd_touching *t = &run->touching;
    const double begun = lgd_profile_evaluation(run, (double)l->rows.count);
    const lgd_status status = lgd_objective_mean_on(run->f, &l->rows, l->divide_by, run->threads, run->w, count,
                                                    t->index, value, run->g, t->g);
    lgd_profile_evaluated(run, (double)l->rows.count, begun);
    if (status)
        return status;
    run->evaluations++;
    run->rows_seen += (double)l->rows.count;
    *value += smooth_value(t);
    if (t->l2 > 0)
        add_smooth(run, count);
    for (size_t i = 0; run->sign < 0 && i < count; i++)
        t->g[i] = -t->g[i];
    *value *= run->sign;
    for (size_t i = 0; run->opt->group_count && i < count; i++)
        if (lgd_run_is_frozen(run, t->index[i]))
            t->g[i] = 0;
    return LGD_OK;
}

/* The gradient as a dense one, for what looks at it as a whole; and away again. */
static void show(lgd_run *run, size_t count, bool on)
{
    const lgd_touching *t = &run->touching;
    for (size_t i = 0; i < count; i++)
        run->g[t->index[i]] = on ? t->g[i] : 0;
}

static lgd_status update(lgd_run *run, size_t count, double f)
{
    lgd_touching *t = &run->touching;
    lgd_run_clip(run, count, t->g);
    lgd_run_keep_best(run);
    lgd_step s = {.dim = run->dim,
                  .w = run->w,
                  .g = t->g,
                  .f = f,
                  .lr_factor = run->lr_factor,
                  .momentum = run->momentum,
                  .decay = NAN,
                  .key = run->o.seed,
                  .threads = 1};
    const lgd_status status = lgd_optimizer_advance_sparse(run->opt, &s, count, t->index);
    if (status)
        return status;
    t->steps++;
    t->coordinates += (double)count;
    run->all_is_current = false;
    run->gap_all = NAN;
    run->step_rate = s.eta;
    const bool moved = lgd_optimizer_sample(run->opt, run->w);
    if (s.stop)
        run->stop = lgd_judge_method(run, s.stop);
    if ((!s.finite || moved) && lgd_judge_point(run))
        run->stop = LGD_STOP_DIVERGED;
    return LGD_OK;
}

static lgd_status step(lgd_run *run, lgd_epoch *e, const lgd_lent *l, size_t count, double f)
{
    const lgd_touching *t = &run->touching;
    lgd_status status = LGD_OK;
    const bool bad = lgd_first_not_finite(count, t->g) < count, looks = e->seen == 0 && run->parts.count;
    if (bad || looks)
        show(run, count, true);
    run->stop = lgd_judge_finite(run, f, bad ? run->g : NULL);
    if (run->stop)
        return LGD_OK;
    if (run->o.schedule.per_step)
        status = lgd_run_set_rate(run);
    e->sum += f * (double)l->divide_by;
    if (l->divide_by != l->rows.count)
        e->sum -= run->sign * smooth_value(t) * (double)(l->divide_by - l->rows.count);
    if (looks) {
        lgd_run_measure_parts(run);
        show(run, count, false);
    }
    e->seen += (double)l->rows.count;
    if (status)
        return status;
    const double begun = lgd_profile_step(run);
    status = update(run, count, f);
    lgd_profile_stepped(run, begun);
    return status;
}

lgd_status lgd_sparse_step(lgd_run *run, lgd_epoch *e, const lgd_lent *l, bool *made)
{
    static const double MOST = 64; /* w_j is then right to 1e-14 of it */
    lgd_touching *t = &run->touching;
    const lgd_objective *f = run->f;
    lgd_status status = t->l2 > 0 && run->o.schedule.per_step ? lgd_run_set_rate(run) : LGD_OK;
    const double shrinks = run->lr * run->lr_factor * t->l2;
    const size_t count = status ? 0 : f->ops.support(f->ctx, &l->rows, t->seen, t->index, t->room);
    *made = count <= t->room && shrinks < 0.5; /* 1 - shrinks has a logarithm */
    if (!*made || t->owed < -MOST)
        lgd_sparse_settle(run);
    if (!(shrinks < 0.5))
        t->dense = "dense: l2 cannot wait where lr l2 is 0.5 or more";
    if (status || !*made)
        return status;
    if (!t->clean)
        make_clean(run);
    double value;
    const double before = t->l2 > 0 ? catch_up(run, count) : 0;
    status = evaluate(run, l, count, &value);
    if (!status)
        status = step(run, e, l, count, value);
    if (!status && t->l2 > 0 && run->stop != LGD_STOP_DIVERGED)
        note_step(run, count, log1p(-shrinks), before);
    if (!status)
        lgd_epoch_stepped(run, e);
    return status;
}
