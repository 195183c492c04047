/* A fit by the steps of a method. */
#include "cli.h"
#include "progress.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Above so many coefficients a matrix of second derivatives costs more than the steps that it saves. */
enum { NEWTON_MOST = 1000, FULL_EPOCHS = 10000, BATCH_EPOCHS = 100 };

static const char *usual_method(const fit *a)
{
    const settings *s = a->settings;
    return s->batch                   ? "sgd:lr=auto"
           : s->l1 > 0                ? s->kind->squares && a->dim <= MATRIX_MOST ? "cd" : "fista"
           : s->kind->fades           ? "lbfgs"
           : a->dim <= NEWTON_MOST    ? "newton"
           : a->data.sparse.row_start ? "newton_cg"
                                      : "lbfgs";
}

static int step_progress(void *ctx, const lgd_progress *p)
{
    (void)p;
    progress_step(ctx);
    return 0;
}

/* Does the method end a run itself where it has converged? */
static bool judges_itself(const lgd_optimizer *opt)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)); i++)
        if (!strcmp(ops->name, lgd_optimizer_name(opt)))
            return ops->flags & LGD_JUDGES;
    return false;
}

/* How many times the callback is called, at most. */
static size_t total(const fit *a, const lgd_minimize_options *o)
{
    const uint64_t batches = o->batch_size ? (a->data.rows + o->batch_size - 1) / o->batch_size : 1;
    const uint64_t epochs = o->max_steps ? (o->max_steps + batches - 1) / batches : UINT64_MAX;
    return (size_t)(o->max_epochs && o->max_epochs < epochs ? o->max_epochs : epochs);
}

static lgd_minimize_options options_of(const fit *a, const lgd_penalty *penalty, bool judges)
{
    const settings *s = a->settings;
    lgd_minimize_options o = {.batch_size = s->batch,
                              .max_epochs = s->epochs,
                              .max_steps = s->steps,
                              .seed = s->seed,
                              .threads = s->threads,
                              .penalty = penalty,
                              .validation = s->patience ? a->held_f : NULL,
                              .patience = s->patience};
    if (!s->epochs && !s->steps)
        o.max_epochs = s->batch ? BATCH_EPOCHS : FULL_EPOCHS;
    if (s->batch)
        o.estimator = s->estimator >= 0 ? (lgd_estimator)s->estimator : s->optimizer ? LGD_MINIBATCH : LGD_SAGA;
    if (s->batch && s->order >= 0)
        o.order = (lgd_order)s->order;
    const bool noisy = s->batch && o.estimator == LGD_MINIBATCH;
    if (s->tol >= 0 || !judges)
        o.grad_tol = lgd_zero(s->tol >= 0 ? s->tol : noisy ? 0 : 1e-8);
    o.check_every = s->batch && s->tol != 0 && !(noisy && s->tol < 0);
    if (s->schedule == 1 || (s->schedule < 0 && noisy && o.max_epochs))
        o.schedule = (lgd_schedule){.kind = LGD_COSINE, .period = (double)o.max_epochs};
    return o;
}

/* How the steps are made, for the table. */
static bool describe(fit *a, const char *text, const lgd_minimize_options *o)
{
    static const char *const estimates[] = {"", ", SVRG", ", SAGA", ", SARAH"}; /* as in lgd_estimator */
    char batch[80] = "";
    if (!o->batch_size)
        snprintf(batch, sizeof batch, a->q ? "on the reduction" : "over all rows");
    else
        snprintf(batch, sizeof batch, "in batches of %zu%s%s", o->batch_size, estimates[o->estimator],
                 o->schedule.kind == LGD_COSINE ? ", the rate falling to 0" : "");
    if (!(a->method = memory_of(strlen(text) + sizeof batch + 8, 1)))
        return false;
    sprintf(a->method, "%s %s", text, batch);
    return true;
}

/* What is minimised: all of a run, or, without one, the objective. */
bool fit_describe(fit *a, const lgd_optimizer *opt, const lgd_minimize_options *o)
{
    const lgd_objective *f = a->q ? a->q : a->f;
    if (!a->settings->verbose)
        return true;
    const size_t length = opt ? lgd_minimize_describe(f, opt, o, NULL, 0) : lgd_objective_describe(f, NULL, 0);
    if (!length)
        return refuse_last();
    if (!(a->words = memory_of(length + 1, 1)))
        return false;
    if (opt)
        lgd_minimize_describe(f, opt, o, a->words, length + 1);
    else
        lgd_objective_describe(f, a->words, length + 1);
    return true;
}

/* What the numbers of the run say of it, where it has not converged or that is asked for. */
static void diagnose(const fit *a, const lgd_history *history, lgd_stop stop, bool ended)
{
    const bool asked = a->settings->diagnose;
    lgd_diagnosis d;
    if (a->inside || (ended && !asked) || lgd_diagnose(history, &(lgd_diagnose_options){.stop = stop}, &d))
        return;
    if (asked || d.label > LGD_DIAGNOSIS_CONVERGING)
        refuse("diagnosis: %s: %s; %s", lgd_diagnosis_string(d.label), d.evidence, d.remedy);
}

static lgd_status minimize(fit *a, lgd_optimizer *opt, lgd_minimize_options *o)
{
    progress bar;
    const bool shown = !a->settings->quiet && isatty(STDERR_FILENO);
    if (shown) {
        progress_begin(&bar, lgd_optimizer_name(opt), total(a, o));
        o->callback = step_progress;
        o->callback_ctx = &bar;
    }
    o->profile = a->settings->verbose;
    const lgd_status st = lgd_minimize(a->q ? a->q : a->f, opt, a->at, o, &a->report);
    if (shown)
        progress_end(&bar);
    return st;
}

/* Did the run end because there was nothing left to gain? */
static bool converged(lgd_stop stop)
{
    return stop == LGD_STOP_GRAD_TOL || stop == LGD_STOP_F_TOL || stop == LGD_STOP_STEP_TOL ||
           stop == LGD_STOP_GAP_TOL || stop == LGD_STOP_ROUNDING;
}

/* The run has not converged: why, and what helps. */
static void tell(const fit *a)
{
    const lgd_report *r = &a->report;
    if (a->inside)
        return;
    if (r->stop == LGD_STOP_SEPARABLE)
        refuse("%s: coefficients would grow without end, and the loss would go to 0 without reaching it; "
               "hint: --l2=0.01, say, has a minimum",
               lgd_stop_string(r->stop));
    else
        refuse("not converged: %s, |g| is %.3g%s", lgd_stop_string(r->stop), r->grad_norm,
               r->stop == LGD_STOP_EPOCHS  ? "; hint: more --epochs"
               : r->stop == LGD_STOP_STEPS ? "; hint: more --steps"
                                           : "");
}

static bool run(fit *a, lgd_optimizer *opt, lgd_minimize_options *o, int *status)
{
    const settings *s = a->settings;
    if (lgd_history_create(&o->history)) {
        refuse_last();
        return false;
    }
    const lgd_status st = minimize(a, opt, o);
    const lgd_stop stop = st == LGD_EDIVERGED ? LGD_STOP_DIVERGED : a->report.stop;
    const bool ended = st == LGD_OK && (converged(stop) || stop == LGD_STOP_PATIENCE);
    *status = st == LGD_EDIVERGED                          ? EXIT_DIVERGED
              : st == LGD_EUNSUPPORTED || st == LGD_EINVAL ? EXIT_USAGE
              : st                                         ? EXIT_FAILED
              : s->strict && !ended                        ? EXIT_UNCONVERGED
                                                           : EXIT_OK;
    a->value = a->report.f;
    a->converged = st == LGD_OK && converged(stop);
    if (st == LGD_OK || st == LGD_EDIVERGED)
        diagnose(a, o->history, stop, ended || stop == LGD_STOP_SEPARABLE);
    if (st)
        refuse_last();
    else if (!ended)
        tell(a);
    lgd_history_free(o->history);
    return !st;
}

bool fit_run(fit *a, int *status)
{
    const settings *s = a->settings;
    const char *text = s->optimizer ? s->optimizer : usual_method(a);
    lgd_penalty *penalty = NULL;
    lgd_optimizer *opt = NULL;
    bool ok = (s->l1 == 0 || !lgd_penalty_l1_create(&penalty, s->l1)) && !lgd_optimizer_parse(&opt, text);
    *status = EXIT_USAGE;
    if (ok) {
        lgd_minimize_options o = options_of(a, penalty, judges_itself(opt));
        *status = EXIT_FAILED;
        ok = describe(a, text, &o) && fit_describe(a, opt, &o) && run(a, opt, &o, status);
    } else {
        refuse_last();
    }
    lgd_optimizer_free(opt);
    lgd_penalty_free(penalty);
    return ok;
}
