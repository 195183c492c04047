/* Gradients by the parts that w consists of, for histories. */
#include "run.h"
#include <math.h>

/* Is every entry of the history one step w -= lr g over all rows? */
static bool is_descent(const lgd_run *run)
{
    const lgd_minimize_options *o = &run->o;
    const lgd_optimizer *opt = run->opt;
    return opt->ops.step == lgd_sgd_ops()->step && !o->batch_size && !o->start_rows && !(o->clip_norm > 0) &&
           !(o->clip_value > 0) && !o->lr_scale && !o->penalty && !opt->penalty && !opt->group_count &&
           !o->precondition && opt->average.kind != LGD_LOOKAHEAD;
}

lgd_status lgd_run_parts_create(lgd_run *run)
{
    const lgd_objective *f = run->f;
    lgd_gradient_parts *p = &run->parts;
    if (!run->o.history)
        return LGD_OK;
    run->o.history->descent = is_descent(run) && (run->o.history->descent || !run->o.history->count);
    if (!f->ops.parts)
        return LGD_OK;
    const size_t count = f->ops.parts(f->ctx, NULL);
    if (!count)
        return LGD_OK;
    p->norm = lgd_alloc("minimize", count, sizeof *p->norm);
    p->first = p->norm ? lgd_alloc("minimize", count, sizeof *p->first) : NULL;
    if (!p->first)
        return LGD_ENOMEM;
    p->count = count;
    f->ops.parts(f->ctx, p->first);
    for (size_t i = 0; i < count; i++) {
        p->norm[i] = NAN;
        if (p->first[i] >= run->dim || (i ? p->first[i] <= p->first[i - 1] : p->first[i] > 0))
            return lgd_fail(LGD_EINVAL, "%s: ops.parts says that part %zu begins at %zu, %s and below %zu is accepted",
                            f->ops.name, i, p->first[i], i ? "beyond the one before" : "0", run->dim);
    }
    return lgd_history_part(run->o.history, count);
}

void lgd_run_measure_parts(lgd_run *run)
{
    const lgd_gradient_parts *p = &run->parts;
    for (size_t i = 0; i < p->count; i++) {
        const size_t end = i + 1 < p->count ? p->first[i + 1] : run->dim;
        p->norm[i] = lgd_norm2(end - p->first[i], run->g + p->first[i]);
    }
}

void lgd_run_parts_free(lgd_run *run)
{
    lgd_release(run->parts.norm);
    lgd_release(run->parts.first);
}
