/* A penalty after the step: in which metric, and what comes of it. */
#include "optimizer.h"

lgd_status lgd_optimizer_check_penalty(const lgd_optimizer *opt, const lgd_penalty *penalty)
{
    const unsigned any_metric = LGD_SEPARABLE | LGD_CONSTRAINT;
    if (!penalty || opt->ops.flags & (LGD_TELLS_RATE | LGD_OWN_PROX) || (penalty->ops.flags & any_metric) == any_metric)
        return LGD_OK;
    return lgd_fail(
        LGD_EUNSUPPORTED,
        "%s: penalty is %s, a separable constraint (box) is accepted: the method does not tell the rates of "
        "its steps",
        opt->ops.name, penalty->ops.name);
}

void lgd_optimizer_disengage(lgd_optimizer *opt)
{
    lgd_penalised_free(&opt->penalised);
    lgd_release(opt->eta_each);
    opt->eta_each = NULL;
}

lgd_status lgd_optimizer_engage(lgd_optimizer *opt)
{
    lgd_penalised at_work;
    if (!opt->penalty)
        return LGD_OK;
    lgd_status status = lgd_penalised_create(&at_work, opt->penalty, opt->dim, opt->spare_first, opt->spare_count);
    double *each = status ? NULL : lgd_alloc(opt->ops.name, opt->dim, sizeof *each);
    if (!each) {
        lgd_penalised_free(&at_work);
        return status ? status : LGD_ENOMEM;
    }
    lgd_optimizer_disengage(opt);
    opt->penalised = at_work;
    opt->eta_each = each;
    return LGD_OK;
}

lgd_status lgd_optimizer_penalty(lgd_optimizer *opt, const lgd_penalty *penalty)
{
    if (!opt)
        return lgd_optimizer_missing("opt", "an optimizer");
    const lgd_penalty *before = opt->penalty;
    lgd_status status = lgd_optimizer_check_penalty(opt, penalty);
    if (status)
        return status;
    opt->penalty = penalty;
    if (!penalty)
        lgd_optimizer_disengage(opt);
    else if (opt->dim)
        status = lgd_optimizer_engage(opt);
    if (status)
        opt->penalty = before;
    return status;
}

/* ---- rates */

static void fill(lgd_optimizer *opt, const lgd_slice *slice, double eta)
{
    lgd_fill(slice->count, eta, opt->eta_each + slice->first);
}

/* As long as all slices say the same number, that number stands for all. */
void lgd_optimizer_note_rate(lgd_optimizer *opt, const lgd_step *part, size_t k)
{
    const lgd_slice *slice = &opt->slice[k];
    const double eta = slice->frozen ? 0 : (opt->ops.flags & LGD_TELLS_RATE ? part->eta : 1);
    if (k == 0)
        opt->eta = eta;
    else if (!(opt->eta == eta) && !isnan(opt->eta)) {
        for (size_t i = 0; i < k; i++)
            fill(opt, &opt->slice[i], opt->eta);
        opt->eta = NAN;
    }
    if (isnan(opt->eta) && !isnan(eta))
        fill(opt, slice, eta);
}

static void spread(lgd_optimizer *opt)
{
    if (!isnan(opt->eta))
        lgd_fill(opt->dim, opt->eta, opt->eta_each);
    opt->eta = NAN;
}

void lgd_optimizer_scale_rates(lgd_optimizer *opt)
{
    spread(opt);
    for (const lgd_group *g = opt->groups; g != opt->groups + opt->group_count; g++)
        for (size_t j = g->first; j < g->first + g->count; j++)
            opt->eta_each[j] *= g->frozen ? 0 : g->lr_scale;
}

/* ---- the prox */

lgd_status lgd_optimizer_prox(lgd_optimizer *opt, const lgd_step *s, const double *lr_scale)
{
    if (!opt->penalty || opt->ops.flags & LGD_OWN_PROX)
        return LGD_OK;
    if (lr_scale || opt->eta == 0)
        spread(opt);
    for (size_t j = 0; lr_scale && j < opt->dim; j++)
        opt->eta_each[j] *= lr_scale[j];
    lgd_status status = lgd_penalised_prox(&opt->penalised, opt->eta, isnan(opt->eta) ? opt->eta_each : NULL, s->w);
    for (size_t k = 0; k < opt->slices && !status && opt->ops.settle; k++)
        if (!opt->slice[k].frozen) {
            lgd_step part = lgd_slice_step(opt, s, k);
            part.t = opt->slice[k].steps; /* of the step that led here */
            const unsigned errors = lgd_error_count();
            const int code = (int)opt->ops.settle(&part);
            status = code ? lgd_failed_in(opt->ops.name, "settle", code, errors) : LGD_OK;
        }
    opt->half_done = opt->half_done || status;
    return status;
}
