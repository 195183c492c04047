/* The table of estimators, and their memory. */
#include "run.h"

static lgd_status batch_alone(lgd_run *run, const lgd_rows *rows, size_t divide_by, double *f)
{
    return lgd_run_eval(run, rows, divide_by, run->w, f, run->g);
}

static const lgd_estimator_ops minibatch = {.name = "minibatch", .lr = 1, .gradient = batch_alone};

const lgd_estimator_ops *lgd_estimator_of(lgd_estimator estimator)
{
    static const lgd_estimator_ops *const table[] = {[LGD_MINIBATCH] = &minibatch,
                                                     [LGD_SVRG] = &lgd_svrg_estimator,
                                                     [LGD_SAGA] = &lgd_saga_estimator,
                                                     [LGD_SARAH] = &lgd_sarah_estimator};
    return (size_t)estimator < sizeof table / sizeof *table ? table[estimator] : NULL;
}

lgd_status lgd_estimator_check(const lgd_run *run)
{
    const lgd_estimator estimator = run->o.estimator;
    if (!lgd_estimator_of(estimator))
        return lgd_fail(LGD_EINVAL, "minimize: estimator is %d, 0 (LGD_MINIBATCH) to %d is accepted", (int)estimator,
                        LGD_SARAH);
    if (estimator == LGD_SAGA && !run->f->slopes)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "minimize: estimator is saga, minibatch, svrg or sarah is accepted: the %s has no slopes per "
                        "row",
                        run->f->ops.name);
    return LGD_OK;
}

lgd_status lgd_estimate_create(lgd_run *run)
{
    lgd_estimate *e = &run->estimate;
    const bool all = run->o.batch_size == run->terms && run->o.order != LGD_REPLACEMENT; /* they need no estimate */
    e->ops = run->o.batch_size && !all ? lgd_estimator_of(run->o.estimator) : &minibatch;
    return e->ops->prepare ? e->ops->prepare(run) : lgd_estimate_allocate(run, 0);
}

lgd_status lgd_estimate_allocate(lgd_run *run, size_t doubles)
{
    lgd_estimate *e = &run->estimate;
    const size_t stride = lgd_padded(run->dim), vectors = e->ops->vectors;
    const size_t size = lgd_add(lgd_mul(vectors, stride), doubles);
    if (!size)
        return LGD_OK;
    e->block = lgd_alloc("minimize", size, sizeof *e->block);
    if (!e->block)
        return LGD_ENOMEM;
    for (size_t i = 0; i < vectors; i++)
        e->vec[i] = e->block + i * stride;
    e->slopes = e->block + vectors * stride;
    return LGD_OK;
}

void lgd_estimate_free(lgd_run *run)
{
    lgd_release(run->estimate.block);
    lgd_release(run->estimate.places);
}
