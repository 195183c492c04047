/* Federated averaging. */
#include "lgd/federated.h"
#include "base/base.h"
#include "objective/objective.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct federation {
    lgd_objective *const *clients;
    size_t count, dim;
    lgd_optimizer *opt;
    lgd_federated_options o;
    lgd_minimize_options local;
    double weight;       /* of all rows */
    double *mine, *next; /* [dim] where a client ended, and the mean so far */
} federation;

static double weight_of(const lgd_objective *f)
{
    return (double)f->terms * f->mean_weight;
}

static lgd_status check(federation *fed)
{
    const lgd_minimize_options *l = &fed->local;
    if (fed->o.rounds == 0)
        fed->o.rounds = 100;
    if (!(fed->o.step_tol >= 0) || !isfinite(fed->o.step_tol))
        return lgd_fail(LGD_EINVAL, "federated: step_tol is %g, a finite number >= 0 is accepted", fed->o.step_tol);
    if (l->validation || l->w_best || l->w_average)
        return lgd_fail(LGD_EINVAL, "federated: %s of the local options is there, NULL is accepted",
                        l->validation ? "validation"
                        : l->w_best   ? "w_best"
                                      : "w_average");
    if (!l->max_epochs && !l->max_steps && !(l->max_seconds > 0))
        fed->local.max_epochs = 1;
    for (size_t k = 0; k < fed->count; k++) {
        const lgd_objective *f = fed->clients[k];
        if (!f)
            return lgd_fail(LGD_EINVAL, "federated: client %zu is NULL, an objective is accepted", k);
        if (f->dim != fed->dim)
            return lgd_fail(LGD_EINVAL, "federated: dim of client %zu is %zu, %zu as of client 0 is accepted", k,
                            f->dim, fed->dim);
        fed->weight += weight_of(f);
    }
    return LGD_OK;
}

/* One round from w: next is the mean of where clients end, *epochs how many a client went at most. */
static lgd_status go_round(federation *fed, const double *w, uint64_t *epochs, lgd_stop *stop)
{
    char sentence[384];
    lgd_report r;
    memcpy(fed->next, w, fed->dim * sizeof *w);
    *epochs = 0;
    for (size_t k = 0; k < fed->count && !*stop; k++) {
        const double share = weight_of(fed->clients[k]) / fed->weight;
        memcpy(fed->mine, w, fed->dim * sizeof *w);
        lgd_optimizer_reset(fed->opt);
        const lgd_status status = lgd_minimize(fed->clients[k], fed->opt, fed->mine, &fed->local, &r);
        if (status) {
            snprintf(sentence, sizeof sentence, "%s", lgd_last_error());
            return lgd_fail(status, "federated: client %zu: %s", k, sentence);
        }
        if (r.stop == LGD_STOP_CALLBACK)
            *stop = r.stop;
        *epochs = r.epochs > *epochs ? r.epochs : *epochs;
        /* From where all began, so that what is common to all moves by no rounding of shares. */
        for (size_t j = 0; j < fed->dim; j++)
            fed->next[j] += share * (fed->mine[j] - w[j]);
    }
    return LGD_OK;
}

static lgd_status go(federation *fed, double *w, lgd_federated_report *report)
{
    while (report->rounds < fed->o.rounds && !report->stop) {
        uint64_t epochs;
        const lgd_status status = go_round(fed, w, &epochs, &report->stop);
        if (status || report->stop)
            return status;
        const double moved = lgd_norm2_diff(fed->dim, fed->next, w);
        memcpy(w, fed->next, fed->dim * sizeof *w);
        report->rounds++;
        fed->local.first_epoch += epochs ? epochs : 1;
        if (fed->o.step_tol > 0 && moved <= fed->o.step_tol * lgd_norm2(fed->dim, w))
            report->stop = LGD_STOP_STEP_TOL;
    }
    if (!report->stop)
        report->stop = LGD_STOP_EPOCHS;
    return LGD_OK;
}

/* The value of all rows at w. */
static lgd_status value(const federation *fed, const double *w, double *f)
{
    *f = 0;
    for (size_t k = 0; k < fed->count; k++) {
        double f_k;
        const lgd_status status = lgd_objective_eval(fed->clients[k], NULL, w, &f_k, NULL);
        if (status)
            return status;
        *f += weight_of(fed->clients[k]) / fed->weight * f_k;
    }
    return LGD_OK;
}

lgd_status lgd_minimize_federated_sized(lgd_objective *const *clients, size_t count, lgd_optimizer *opt, double *w,
                                        const lgd_federated_options *options, size_t options_size,
                                        const lgd_minimize_options *local, size_t local_size,
                                        lgd_federated_report *report, size_t report_size)
{
    federation fed = {.clients = clients, .count = count, .opt = opt};
    lgd_federated_report sum = {.f = NAN};
    lgd_give_struct(report, report_size, &sum, sizeof sum);
    if (!clients || !opt || !w || !count)
        return lgd_fail(LGD_EINVAL, "federated: %s, %s is accepted",
                        !clients ? "clients is NULL"
                        : !count ? "number of clients is 0"
                        : !opt   ? "opt is NULL"
                                 : "w is NULL",
                        !clients || !count ? "at least one objective"
                        : !opt             ? "an optimizer"
                                           : "a point of dim numbers");
    fed.dim = lgd_objective_dim(clients[0]);
    lgd_status status = lgd_take_struct("federated options", &fed.o, sizeof fed.o, options, options_size);
    if (!status)
        status = lgd_take_struct("minimize options", &fed.local, sizeof fed.local, local, local_size);
    if (!status)
        status = check(&fed);
    if (status)
        return status;
    fed.mine = lgd_alloc("federated", lgd_mul(2, lgd_padded(fed.dim)), sizeof *fed.mine);
    if (!fed.mine)
        return LGD_ENOMEM;
    fed.next = fed.mine + lgd_padded(fed.dim);
    status = go(&fed, w, &sum);
    if (!status)
        status = value(&fed, w, &sum.f);
    if (status)
        sum.stop = LGD_STOP_ERROR;
    lgd_give_struct(report, report_size, &sum, sizeof sum);
    lgd_release(fed.mine);
    return status;
}
