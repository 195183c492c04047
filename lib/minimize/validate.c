/* Validation: what a run is judged by on rows that it does not see. Its value is taken where a step follows, so that a run that is
 * interrupted and continued takes the same ones; that at the end is of the report, and does not count against patience. */
#include "run.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

lgd_status lgd_validate_check(const lgd_run *run)
{
    const lgd_objective *v = run->o.validation;
    if (!v && run->o.patience)
        return lgd_fail(LGD_EINVAL, "minimize: patience is %llu without validation, 0 is accepted",
                        (unsigned long long)run->o.patience);
    if (v && v->dim != run->dim)
        return lgd_fail(LGD_EINVAL, "minimize: dim of validation is %zu, %zu as of the %s is accepted", v->dim,
                        run->dim, run->f->ops.name);
    if (v && v->terms == 0)
        return lgd_fail(LGD_EINVAL, "minimize: number of rows of validation is 0, at least 1 is accepted");
    return LGD_OK;
}

lgd_status lgd_run_result(lgd_run *run, double *to)
{
    const lgd_status status = lgd_optimizer_result(run->opt, run->w, to);
    for (size_t j = 0; run->o.lr_scale && j < run->dim; j++)
        if (run->o.lr_scale[j] == 0)
            to[j] = run->w[j];
    return status ? status : lgd_run_stay_within(run, to);
}

/* Its value at w, or at what the method makes of it, and whether that is the best point of the run. w_old is scratch. */
static lgd_status evaluate(lgd_run *run)
{
    lgd_objective *v = run->o.validation;
    const lgd_rows all = {0, v->terms, NULL};
    const bool apart = lgd_optimizer_has_result(run->opt);
    const double *at = apart ? run->w_old : run->w;
    lgd_status status = apart ? lgd_run_result(run, run->w_old) : LGD_OK;
    if (status)
        return status;
    const size_t threads = lgd_objective_begin(v, run->o.threads);
    status = lgd_objective_mean(v, &all, v->terms, threads, at, &run->validation, NULL);
    lgd_objective_end(v);
    if (status)
        return status;
    run->validation *= run->sign;
    if (!isfinite(run->validation)) {
        run->stop = LGD_STOP_DIVERGED;
        run->at_any_rate = run->opt->t == run->first_t;
        snprintf(run->why, sizeof run->why, "validation is %g", run->sign * run->validation);
        snprintf(run->accepted, sizeof run->accepted, "a finite number");
    } else if (run->validation < run->best_f) {
        run->best_f = run->validation;
        run->best_step = run->opt->t;
        memcpy(run->w_best, at, run->dim * sizeof *at);
    }
    return LGD_OK;
}

lgd_status lgd_run_validate(lgd_run *run)
{
    const uint64_t every = run->o.check_every ? run->o.check_every : 1;
    lgd_judged *judged = &run->opt->judged;
    run->validation = NAN;
    if (!run->o.validation || (run->o.first_epoch + run->epochs) % every)
        return LGD_OK;
    const lgd_status status = evaluate(run);
    if (status || run->stop)
        return status;
    const bool better = run->validation < judged->validation_best;
    judged->validation_best = fmin(judged->validation_best, run->validation);
    judged->validation_bad = better ? 0 : judged->validation_bad + 1;
    if (run->o.patience && judged->validation_bad >= run->o.patience) {
        run->stop = LGD_STOP_PATIENCE;
        if (run->opt->t > run->first_t) /* else it was out of patience when it came, and w is as it was left */
            memcpy(run->w, run->w_best, run->dim * sizeof *run->w);
        run->all_is_current = false;
        run->f_all = run->g_all = run->gap_all = NAN;
    }
    return LGD_OK;
}

lgd_status lgd_run_validate_end(lgd_run *run)
{
    if (!run->o.validation || run->stop == LGD_STOP_DIVERGED)
        return LGD_OK;
    if (run->stop != LGD_STOP_PATIENCE)
        return evaluate(run);
    run->validation = run->best_f;
    return LGD_OK;
}
