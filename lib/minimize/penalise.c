/* A run with a penalty: F = f + h. The penalty at work is the optimizer's, which applies it after each step. */
#include "run.h"
#include <math.h>
#include <string.h>

bool lgd_run_is_frozen(const lgd_run *run, size_t j)
{
    const lgd_optimizer *opt = run->opt;
    if (run->o.lr_scale && run->o.lr_scale[j] == 0)
        return true;
    for (const lgd_group *group = opt->groups; group != opt->groups + opt->group_count; group++)
        if (group->frozen && j >= group->first && j - group->first < group->count)
            return true;
    return false;
}

lgd_status lgd_run_penalise(lgd_run *run)
{
    if (!run->opt->penalty)
        return LGD_OK;
    size_t frozen = 0;
    for (size_t j = 0; j < run->dim; j++)
        frozen += lgd_run_is_frozen(run, j);
    if (frozen) { /* a prox at one rate is often cheaper than at many */
        run->unit = lgd_alloc("minimize", run->dim, sizeof *run->unit);
        if (!run->unit)
            return LGD_ENOMEM;
        for (size_t j = 0; j < run->dim; j++)
            run->unit[j] = lgd_run_is_frozen(run, j) ? 0 : 1;
    }
    return lgd_penalised_enter(&run->opt->penalised, run->unit, run->w);
}

double lgd_run_penalty(const lgd_run *run, const double *w)
{
    return run->opt->penalty ? lgd_penalised_value(&run->opt->penalised, w) : 0;
}

lgd_status lgd_run_stay_within(lgd_run *run, double *w)
{
    return run->opt->penalty ? lgd_penalised_nearest(&run->opt->penalised, run->unit, w) : LGD_OK;
}

lgd_status lgd_run_prox(lgd_run *run, double eta, double *w, double *h)
{
    double *each = run->unit ? run->opt->eta_each : NULL;
    if (!run->opt->penalty) {
        if (h)
            *h = 0;
        return LGD_OK;
    }
    for (size_t j = 0; each && j < run->dim; j++)
        each[j] = eta * run->unit[j];
    const lgd_status status = lgd_penalised_prox(&run->opt->penalised, eta, each, w);
    if (h)
        *h = lgd_run_penalty(run, w);
    return status;
}

lgd_status lgd_run_residual(lgd_run *run, double *norm)
{
    if (!run->opt->penalty) {
        *norm = lgd_norm2(run->dim, run->g);
        return LGD_OK;
    }
    *norm = NAN;
    for (size_t j = 0; j < run->dim; j++)
        run->w_old[j] = run->w[j] - run->g[j];
    if (lgd_first_not_finite(run->dim, run->w_old) < run->dim)
        return LGD_OK; /* diverged: to be judged, not to be projected */
    const lgd_status status = lgd_penalised_prox(&run->opt->penalised, 1, run->unit, run->w_old);
    if (!status)
        *norm = lgd_norm2_diff(run->dim, run->w, run->w_old);
    return status;
}
