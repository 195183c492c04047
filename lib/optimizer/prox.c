/* A penalty after the step: in which metric, and what comes of it. */
#include "optimizer.h"

/* Its prox is the same in any diagonal metric. */
static bool any_metric(const lgd_penalty *penalty)
{
    const unsigned both = LGD_SEPARABLE | LGD_CONSTRAINT;
    return (penalty->ops.flags & both) == both;
}

bool lgd_optimizer_asks_rate(const lgd_optimizer *opt)
{
    return opt->penalty && opt->ops.flags & LGD_TELLS_RATE && !any_metric(opt->penalty);
}

lgd_status lgd_optimizer_check_penalty(const lgd_optimizer *opt, const lgd_penalty *penalty)
{
    const unsigned flags = opt->ops.flags;
    if (!penalty)
        return LGD_OK;
    if (flags & (LGD_TAKES_L1 | LGD_TAKES_BOX)) {
        if ((flags & LGD_TAKES_L1 && penalty->ops.l1) || (flags & LGD_TAKES_BOX && penalty->ops.bounds))
            return LGD_OK;
        return lgd_fail(LGD_EUNSUPPORTED, "%s: penalty is %s, %s is accepted", opt->ops.name, penalty->ops.name,
                        flags & LGD_TAKES_BOX                       ? "box or non_negative"
                        : !strcmp(penalty->ops.name, "elastic_net") ? "l1 beside the l2 of the model"
                                                                    : "l1");
    }
    if (flags & LGD_TAKES_COORDINATES)
        return lgd_penalty_has_coordinates(penalty)
                   ? LGD_OK
                   : lgd_fail(LGD_EUNSUPPORTED,
                              "%s: penalty is %s, l1, elastic_net, elastic_box, box, non_negative or ranges of these "
                              "is accepted",
                              opt->ops.name, penalty->ops.name);
    if (flags & LGD_FINDS_STEP)
        return lgd_fail(
            LGD_EUNSUPPORTED,
            "%s: penalty is %s, none is accepted: a prox after its steps would spoil what it knows of f; owlqn "
            "takes l1, lbfgsb takes box, fista and proximal_gradient take any",
            opt->ops.name, penalty->ops.name);
    if (flags & (LGD_TELLS_RATE | LGD_OWN_PROX) || any_metric(penalty))
        return LGD_OK;
    return lgd_fail(
        LGD_EUNSUPPORTED,
        "%s: penalty is %s, a separable constraint (box) is accepted: the method does not tell the rates of "
        "its steps",
        opt->ops.name, penalty->ops.name);
}

/* ---- a penalty goes to work, and comes back from it */

lgd_status lgd_engage(lgd_engaged *out, const lgd_optimizer *opt, const lgd_penalty *penalty, size_t dim,
                      size_t spare_first, size_t spare_count)
{
    *out = (lgd_engaged){.penalty = penalty};
    if (!penalty || !dim)
        return LGD_OK;
    const lgd_status status = lgd_penalised_create(&out->at_work, penalty, dim, spare_first, spare_count);
    out->eta_each = status ? NULL : lgd_alloc(opt->ops.name, dim, sizeof *out->eta_each);
    if (out->eta_each) {
        lgd_fill(dim, NAN, out->eta_each); /* what a method forgets to fill shall be found */
        return LGD_OK;
    }
    lgd_disengage(out);
    return status ? status : LGD_ENOMEM;
}

void lgd_disengage(lgd_engaged *e)
{
    lgd_penalised_free(&e->at_work);
    lgd_release(e->eta_each);
    *e = (lgd_engaged){0};
}

lgd_engaged lgd_optimizer_exchange(lgd_optimizer *opt, lgd_engaged with)
{
    const lgd_engaged before = {opt->penalty, opt->penalised, opt->eta_each};
    opt->penalty = with.penalty;
    opt->penalised = with.at_work;
    opt->eta_each = with.eta_each;
    return before;
}

void lgd_optimizer_disengage(lgd_optimizer *opt)
{
    lgd_engaged gone = lgd_optimizer_exchange(opt, (lgd_engaged){.penalty = opt->penalty});
    lgd_disengage(&gone);
}

lgd_status lgd_optimizer_penalty(lgd_optimizer *opt, const lgd_penalty *penalty)
{
    lgd_engaged anew;
    if (!opt)
        return lgd_optimizer_missing("opt", "an optimizer");
    lgd_status status = lgd_optimizer_check_penalty(opt, penalty);
    if (!status)
        status = lgd_engage(&anew, opt, penalty, opt->dim, opt->spare_first, opt->spare_count);
    if (status)
        return status;
    anew = lgd_optimizer_exchange(opt, anew);
    lgd_disengage(&anew);
    return LGD_OK;
}

/* ---- rates */

LGD_WIDE static void divide(size_t dim, double rate, const double *v, double root, double floor, double eps,
                            double *eta)
{
#pragma omp simd
    for (size_t j = 0; j < dim; j++)
        eta[j] = rate / lgd_divisor(sqrt(v[j] + floor) * root + eps);
}

void lgd_tell_rates(lgd_step *s, double rate, const double *v, double root, double floor, double eps)
{
    if (s->eta_each)
        divide(s->dim, rate, v, root, floor, eps, s->eta_each);
}

static void fill(lgd_optimizer *opt, const lgd_slice *slice, double eta)
{
    lgd_fill(slice->count, eta, opt->eta_each + slice->first);
}

/* As long as all slices say the same number, that number stands for all. */
void lgd_optimizer_note_rate(lgd_optimizer *opt, const lgd_step *part, size_t k)
{
    const lgd_slice *slice = &opt->slice[k];
    const double eta = slice->frozen ? 0 : (lgd_optimizer_asks_rate(opt) ? part->eta : 1);
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

/* Within what a prox can take. */
static double held(double eta)
{
    return eta == 0 ? 0 : fmin(fmax(eta, 1 / LGD_RATE_LARGEST), LGD_RATE_LARGEST);
}

static lgd_status hold_rates(lgd_optimizer *opt, const double *lr_scale)
{
    if (lr_scale || !(opt->eta > 0)) /* a prox at no rate is for eta_each alone */
        spread(opt);
    if (!isnan(opt->eta)) {
        opt->eta = held(opt->eta);
        return LGD_OK;
    }
    for (size_t j = 0; j < opt->dim; j++) {
        const double eta = lr_scale ? opt->eta_each[j] * lr_scale[j] : opt->eta_each[j];
        if (!(eta >= 0))
            return lgd_fail(LGD_EINVAL, "%s: its step tells a rate of %g for w[%zu], a number at least 0 is accepted",
                            opt->ops.name, eta, j);
        opt->eta_each[j] = held(eta);
    }
    return LGD_OK;
}

/* ---- the prox */

lgd_status lgd_optimizer_stay_within(lgd_optimizer *opt, double *w)
{
    if (!opt->penalty)
        return LGD_OK;
    spread(opt);
    return lgd_penalised_nearest(&opt->penalised, opt->eta_each, w);
}

static lgd_status settle(lgd_optimizer *opt, const lgd_step *s)
{
    for (size_t k = 0; k < opt->slices; k++) {
        if (opt->slice[k].frozen)
            continue;
        lgd_step part = lgd_slice_step(opt, s, k);
        part.t = opt->slice[k].steps; /* of the step that led here */
        const unsigned errors = lgd_error_count();
        const int code = (int)opt->ops.settle(&part);
        if (code)
            return lgd_failed_in(opt->ops.name, "settle", code, errors);
    }
    return LGD_OK;
}

lgd_status lgd_optimizer_prox(lgd_optimizer *opt, const lgd_step *s, const double *lr_scale)
{
    if (!opt->penalty || opt->ops.flags & LGD_OWN_PENALTY)
        return LGD_OK;
    lgd_status status = hold_rates(opt, lr_scale);
    if (!status)
        status = lgd_penalised_prox(&opt->penalised, opt->eta, isnan(opt->eta) ? opt->eta_each : NULL, s->w);
    if (!status && opt->ops.settle) {
        status = settle(opt, s);
        if (!status)
            status = lgd_optimizer_stay_within(opt, s->w);
    }
    opt->half_done = status;
    return status;
}
