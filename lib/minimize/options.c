/* The options of a run: presets, and what is refused by name. */
#include "run.h"
#include <math.h>

/* A double option >= 0: LGD_ZERO becomes 0, 0 the preset. */
static lgd_status take_option(const char *name, double *value, double preset)
{
    if (*value == LGD_ZERO)
        *value = 0;
    else if (*value == 0)
        *value = preset;
    if (!(*value >= 0) || !isfinite(*value))
        return lgd_fail(LGD_EINVAL, "minimize: %s is %g, a finite number >= 0 is accepted", name, *value);
    return LGD_OK;
}

/* A metric of the user's is for methods that are linear in g, or that know what to do with it. */
static lgd_status check_metric(const lgd_run *run, bool penalised)
{
    const char *method = lgd_optimizer_name(run->opt);
    if (!run->o.precondition)
        return LGD_OK;
    if (!(run->opt->ops.flags & (LGD_LINEAR | LGD_PRECONDITIONED)))
        return lgd_fail(
            LGD_EUNSUPPORTED,
            "minimize: precondition is not NULL, NULL is accepted by %s: its step is not linear in g, or has "
            "a metric of its own (sgd, cg, lbfgs, newton_cg and others take one)",
            method);
    if (penalised)
        return lgd_fail(LGD_EUNSUPPORTED, "minimize: precondition is not NULL, NULL is accepted beside a penalty");
    if (run->opt->finds_lr)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "minimize: lr of %s is auto, a finite number above 0 is accepted beside precondition", method);
    return LGD_OK;
}

/* A schedule is checked by asking it for its first factor. */
lgd_status lgd_run_check(lgd_run *run)
{
    const lgd_minimize_options *o = &run->o;
    const char *method = lgd_optimizer_name(run->opt);
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {{"max_epochs", o->max_epochs},
                  {"max_steps", o->max_steps},
                  {"check_every", o->check_every},
                  {"first_epoch", o->first_epoch},
                  {"patience", o->patience}};
    const bool penalised = o->penalty || run->opt->penalty, settles = run->opt->ops.settle != NULL;
    const bool own_points = run->opt->ops.flags & LGD_OWN_POINTS || (penalised && settles);
    lgd_status status;
    if (run->terms == 0)
        return lgd_fail(LGD_EINVAL, "minimize: number of rows of the %s is 0, at least 1 is accepted",
                        run->f->ops.name);
    if ((status = lgd_check_size("minimize", "batch_size", o->batch_size, true)))
        return status;
    if (o->batch_size > run->terms)
        return lgd_fail(LGD_EINVAL, "minimize: batch_size is %zu, at most the %zu rows there are is accepted (0: all)",
                        o->batch_size, run->terms);
    if (o->batch_size && (run->opt->ops.flags & LGD_FULL_BATCH))
        return lgd_fail(LGD_EUNSUPPORTED, "minimize: batch_size is %zu, 0 is accepted by %s: it needs all rows",
                        o->batch_size, method);
    if (run->opt->ops.flags & LGD_FINDS_STEP && (o->clip_norm > 0 || o->clip_value > 0))
        return lgd_fail(LGD_EUNSUPPORTED, "minimize: %s is %g, 0 is accepted by %s: it finds the length of its steps",
                        o->clip_norm > 0 ? "clip_norm" : "clip_value", o->clip_norm > 0 ? o->clip_norm : o->clip_value,
                        method);
    if (run->opt->ops.flags & LGD_NEEDS_RESIDUALS && !lgd_objective_has_residuals(run->f))
        return lgd_fail(
            LGD_EUNSUPPORTED,
            "minimize: the %s is no sum of squares as %s needs it, ops.jacobian or ops.design%s is accepted",
            run->f->ops.name, method, run->f->residuals ? " without a smooth part but l2" : "");
    if (run->opt->ops.flags & LGD_NEEDS_RESIDUALS && o->maximize)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "minimize: maximize is true, false is accepted by %s: a sum of squares has no maximum", method);
    if (run->opt->ops.flags & LGD_NEEDS_QUADRATIC && !lgd_objective_is_quadratic(run->f))
        return lgd_fail(LGD_EUNSUPPORTED,
                        "minimize: the %s is no quadratic as %s needs it, one with LGD_QUADRATIC in ops.flags or with "
                        "ops.design is accepted",
                        run->f->ops.name, method);
    if (run->opt->ops.flags & LGD_NEEDS_QUADRATIC && o->maximize)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "minimize: maximize is true, false is accepted by %s: a convex quadratic has no maximum",
                        method);
    if ((status = lgd_order_check(o, run->terms)))
        return status;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].value > INT64_MAX)
            return lgd_fail(LGD_EINVAL,
                            "minimize: %s is %llu, at most %lld is accepted (was a negative number converted?)",
                            counts[i].name, (unsigned long long)counts[i].value, (long long)INT64_MAX);
    if (o->divergence_factor < 1)
        return lgd_fail(LGD_EINVAL, "minimize: divergence_factor is %g, at least 1 is accepted", o->divergence_factor);
    if (!isfinite(o->f_target))
        return lgd_fail(LGD_EINVAL, "minimize: f_target is %g, a finite number is accepted", o->f_target);
    if (o->threads > 1024)
        return lgd_fail(LGD_EINVAL, "minimize: threads is %zu, at most 1024 is accepted", o->threads);
    for (size_t j = 0; o->lr_scale && j < run->dim; j++)
        if (!(o->lr_scale[j] >= 0) || !isfinite(o->lr_scale[j]))
            return lgd_fail(LGD_EINVAL, "minimize: lr_scale[%zu] is %g, a finite number >= 0 is accepted", j,
                            o->lr_scale[j]);
        else if (own_points && o->lr_scale[j] != 0 && o->lr_scale[j] != 1)
            return lgd_fail(LGD_EUNSUPPORTED, "minimize: lr_scale[%zu] is %g, 0 or 1 is accepted by %s%s: %s", j,
                            o->lr_scale[j], method, penalised ? " with a penalty" : "",
                            run->opt->ops.flags & LGD_FINDS_STEP
                                ? "it finds the length of its steps"
                                : "it keeps points of its own (lgd_optimizer_groups has rates for ranges)");
    if ((status = check_metric(run, penalised)) || (status = lgd_sample_check(run)) ||
        (status = lgd_run_gap_check(run)) || (status = lgd_estimator_check(run)) ||
        (status = lgd_optimizer_check_penalty(run->opt, o->penalty)))
        return status;
    if ((status = lgd_saddle_check(run)) || (status = lgd_validate_check(run)))
        return status;
    if (o->norm_test > 0 && !o->batch_size)
        return lgd_fail(LGD_EINVAL, "minimize: norm_test is %g with all rows at each step, it is accepted with batches",
                        o->norm_test);
    if (o->norm_test > 0 && o->estimator != LGD_MINIBATCH)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "minimize: norm_test is %g with estimator %s, 0 is accepted: its noise vanishes without it",
                        o->norm_test, lgd_estimator_of(o->estimator)->name);
    size_t bad = lgd_first_not_finite(run->dim, run->w);
    if (bad < run->dim)
        return lgd_fail(LGD_EINVAL, "minimize: w[%zu] is %g, a finite start is accepted", bad, run->w[bad]);
    lgd_status first = lgd_schedule_factor(&o->schedule, run->opt->t, o->first_epoch, &run->lr_factor);
    for (const lgd_schedule *s = &o->schedule; s && !first && !run->opt->takes_momentum; s = s->next)
        if (s->momentum_low != 0 || s->momentum_high != 0)
            first =
                lgd_fail(LGD_EUNSUPPORTED,
                         "minimize: momentum_low and momentum_high of the schedule are %g and %g, 0 is accepted by %s: "
                         "it has no momentum",
                         s->momentum_low, s->momentum_high, method);
    return first;
}

/* A tolerance that would never be judged is refused rather than ignored. */
static lgd_status check_judged_in_batches(const lgd_minimize_options *o)
{
    const struct {
        const char *name;
        double value;
    } full[] = {{"f_target", o->f_target},
                {"grad_tol", o->grad_tol},
                {"grad_tol_abs", o->grad_tol_abs},
                {"gap_tol", o->gap_tol}};
    for (size_t i = 0; i < sizeof full / sizeof *full && !o->check_every; i++)
        if (full[i].value != 0 && (full[i].value != LGD_ZERO || i == 0))
            return lgd_fail(LGD_EINVAL,
                            "minimize: %s is %g with batches and no check_every, which is accepted beside it: only all "
                            "rows are judged",
                            full[i].name, full[i].value == LGD_ZERO ? 0 : full[i].value);
    if (o->step_tol != 0 && o->step_tol != LGD_ZERO)
        return lgd_fail(LGD_EINVAL, "minimize: step_tol is %g with batches, it is accepted in full batch", o->step_tol);
    return LGD_OK;
}

lgd_status lgd_run_take(lgd_run *run, const lgd_minimize_options *options, size_t size)
{
    lgd_minimize_options *o = &run->o;
    lgd_status status = lgd_take_struct("minimize options", o, sizeof *o, options, size);
    const struct {
        const char *name;
        double *value, preset;
    } numbers[] = {
        {"max_seconds", &o->max_seconds, 0},   {"grad_tol", &o->grad_tol, run->opt->ops.flags & LGD_JUDGES ? 0 : 1e-6},
        {"grad_tol_abs", &o->grad_tol_abs, 0}, {"f_tol", &o->f_tol, 0},
        {"step_tol", &o->step_tol, 0},         {"divergence_factor", &o->divergence_factor, 1e6},
        {"clip_norm", &o->clip_norm, 0},       {"clip_value", &o->clip_value, 0},
        {"norm_test", &o->norm_test, 0},       {"gap_tol", &o->gap_tol, 0}};
    const lgd_estimator_ops *estimator = lgd_estimator_of(o->estimator);
    if (o->batch_size && estimator && estimator->all_at_epoch)
        o->check_every = 1;
    run->wants_minimum = o->grad_tol != LGD_ZERO && o->f_target == 0 && !o->patience;
    if (!status && o->batch_size)
        status = check_judged_in_batches(o);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && !status; i++)
        status = take_option(numbers[i].name, numbers[i].value, numbers[i].preset);
    if (!o->max_epochs && !o->max_steps && !(o->max_seconds > 0))
        o->max_epochs = 1000;
    return status;
}
