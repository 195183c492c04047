/* The learning-rate range test: steps at a rate that grows until the loss diverges. */
#include "base/base.h"
#include "lgd/rates.h"
#include "objective/objective.h"
#include "optimizer/optimizer.h"
#include <float.h>
#include <math.h>
#include <string.h>

static const double LOW = 1e-7, HIGH = 10, SHARE = 0.1, DIVERGENCE = 4, ROUNDING = 1e-12;
enum { STEPS = 100, SMOOTHING = 3 };

/* What the steps need.
 *   w, g, start   [dim]
 *   losses, rate  [steps]
 *   index         [terms] order of the rows, with batches
 *   touched, seen, part  [dim] what a batch touches, for a method whose steps are on that alone (LGD_LAZY); else NULL */
typedef struct range {
    lgd_objective *f;
    const lgd_optimizer *like;
    lgd_rate_range_options o;
    size_t dim, terms, threads;
    double *w, *g, *loss, *rate;
    const double *start;
    size_t *index, *touched;
    bool *seen;
    double *part;
} range;

static lgd_status make(range *r, double lr, lgd_optimizer **out)
{
    lgd_status status = lgd_optimizer_clone(out, "range", r->like, lr);
    if (!status)
        status = lgd_optimizer_prepare(*out, r->dim, r->f->spare_first, r->f->spare_count);
    if (status) {
        lgd_optimizer_free(*out);
        *out = NULL;
    }
    return status;
}

/* F and g over rows at w; *f is INFINITY where something is no number. */
static lgd_status eval(range *r, const lgd_optimizer *opt, const lgd_rows *rows, double *f)
{
    const lgd_status status = lgd_objective_mean(r->f, rows, rows->count, r->threads, r->w, f, r->g);
    if (status)
        return status;
    *f += opt->penalty ? lgd_penalised_value(&opt->penalised, r->w) : 0;
    if (!isfinite(*f) || lgd_first_not_finite(r->dim, r->g) < r->dim)
        *f = INFINITY;
    return LGD_OK;
}

/* As a run's steps on a batch are. */
static lgd_status lazy_step(range *r, lgd_optimizer *opt, const lgd_rows *rows, double f, double factor)
{
    const size_t count = r->f->ops.support(r->f->ctx, rows, r->seen, r->touched, r->dim);
    if (count > r->dim)
        return lgd_optimizer_step(opt, r->dim, r->w, r->g, f, factor);
    for (size_t i = 0; i < count; i++)
        r->part[i] = r->g[r->touched[i]];
    return lgd_optimizer_step_sparse(opt, r->dim, r->w, count, r->touched, r->part, f, factor);
}

/* One step at the factor, from the gradient over rows; a point that is none counts as divergence. */
static lgd_status step(range *r, lgd_optimizer *opt, const lgd_rows *rows, double f, double factor, bool *held)
{
    const lgd_status status = r->touched && rows->index ? lazy_step(r, opt, rows, f, factor)
                                                        : lgd_optimizer_step(opt, r->dim, r->w, r->g, f, factor);
    *held = !status && lgd_first_not_finite(r->dim, r->w) == r->dim;
    return status == LGD_EDIVERGED ? LGD_OK : status;
}

/* Does a first step at rate lr raise F over all rows, from where it is `from`? One so short that only the
 * rounding of F changes does not. */
static lgd_status raises(range *r, double lr, double from, bool *yes)
{
    const lgd_rows all = {0, r->terms, NULL};
    lgd_optimizer *opt;
    double f = INFINITY;
    bool held = false;
    memcpy(r->w, r->start, r->dim * sizeof *r->w);
    lgd_status status = make(r, lr, &opt);
    if (!status)
        status = eval(r, opt, &all, &f);
    if (!status)
        status = step(r, opt, &all, f, 1, &held);
    f = INFINITY;
    if (!status && held)
        status = eval(r, opt, &all, &f);
    *yes = !(f - from <= ROUNDING * fabs(from));
    lgd_optimizer_free(opt);
    return status;
}

/* The smallest power of two at which it does, by doubling and halving from that next to the preset of the method. */
static lgd_status find_scale(range *r, double from, double *scale)
{
    const lgd_option *lr = lgd_options_look(&r->like->ops, "lr");
    const double low = fmax(lr->low, DBL_MIN), high = fmin(lr->high, DBL_MAX);
    double at = lr->preset > 0 ? exp2(round(log2(lr->preset))) : 1;
    bool yes;
    lgd_status status = raises(r, at, from, &yes);
    const bool down = yes;
    while (!status && yes == down) {
        const double next = down ? at / 2 : 2 * at;
        if (!(next > low && next < high))
            break;
        at = next;
        status = raises(r, at, from, &yes);
    }
    *scale = down ? 2 * at : at;
    return status;
}

static lgd_rows next_rows(range *r, uint64_t *epoch, size_t *done)
{
    if (!r->o.batch_size)
        return (lgd_rows){0, r->terms, NULL};
    if (*done == r->terms || !*epoch) {
        lgd_permutation(r->o.seed, (*epoch)++, r->terms, r->index);
        *done = 0;
    }
    const size_t left = r->terms - *done;
    const lgd_rows rows = {*done, left < r->o.batch_size ? left : r->o.batch_size, r->index};
    *done += rows.count;
    return rows;
}

static lgd_status go(range *r, lgd_rate_range_report *report)
{
    const double growth = pow(r->o.high / r->o.low, 1 / (double)(r->o.steps - 1));
    double lowest = INFINITY, scale = 0;
    uint64_t epoch = 0, i;
    size_t done = 0;
    bool held = true;
    lgd_optimizer *opt;
    memcpy(r->w, r->start, r->dim * sizeof *r->w);
    lgd_status status = make(r, r->o.low, &opt);
    for (i = 0; i < r->o.steps && held && !status; i++) {
        const lgd_rows rows = next_rows(r, &epoch, &done);
        const double factor = pow(growth, (double)i);
        double f;
        lgd_objective_noise(r->f, r->o.batch_size ? i + 1 : 0); /* as in a run */
        status = eval(r, opt, &rows, &f);
        r->rate[i] = r->o.low * factor;
        r->loss[i] = f;
        lowest = fmin(lowest, f);
        scale = i ? scale : fabs(f);
        held = f - lowest <= r->o.divergence * fmax(scale, fabs(lowest));
        if (!status && held)
            status = step(r, opt, &rows, f, factor, &held);
        if (!held)
            report->rate_diverged = r->rate[i];
    }
    lgd_objective_noise(r->f, 0);
    report->steps = i;
    lgd_optimizer_free(opt);
    return status;
}

/* The lowest of the losses, each averaged with its neighbours; those of divergence are none. */
static void choose(const range *r, lgd_rate_range_report *report)
{
    const size_t around = r->o.smoothing, count = (size_t)report->steps - (report->rate_diverged > 0);
    size_t best = 0;
    report->loss_lowest = INFINITY;
    for (size_t i = 0; i < count; i++) {
        const size_t side = i < around ? i : around, beyond = count - 1 - i < side ? count - 1 - i : side;
        double sum = 0;
        for (size_t j = i - beyond; j <= i + beyond; j++) /* as many on either side: a mean of a slope is no lower */
            sum += r->loss[j];
        const double mean = sum / (double)(2 * beyond + 1);
        if (mean < report->loss_lowest) {
            report->loss_lowest = mean;
            best = i;
        }
    }
    report->rate_lowest = count ? r->rate[best] : 0;
    report->suggestion = best ? SHARE * report->rate_lowest : 0;
}

/* ---- set-up */

static lgd_status take(range *r, const lgd_rate_range_options *options, size_t size)
{
    lgd_rate_range_options *o = &r->o;
    lgd_status status = lgd_take_struct("range options", o, sizeof *o, options, size);
    if (status)
        return status;
    if (!o->steps)
        o->steps = STEPS;
    if (o->divergence == 0)
        o->divergence = DIVERGENCE;
    if (!o->smoothing && o->batch_size)
        o->smoothing = SMOOTHING;
    if (o->steps < 2 || o->steps > PTRDIFF_MAX / 2)
        return lgd_fail(LGD_EINVAL, "range: steps is %llu, at least 2 is accepted (0: 100)",
                        (unsigned long long)o->steps);
    if (!(o->divergence > 0) || !isfinite(o->divergence))
        return lgd_fail(LGD_EINVAL, "range: divergence is %g, a finite number above 0 is accepted", o->divergence);
    if (o->low != 0 || o->high != 0) {
        if (!(o->low > 0) || !isfinite(o->low))
            return lgd_fail(LGD_EINVAL, "range: low is %g, a finite number above 0 is accepted beside high", o->low);
        if (!(o->high > o->low) || !isfinite(o->high))
            return lgd_fail(LGD_EINVAL, "range: high is %g, a finite number above low = %g is accepted", o->high,
                            o->low);
    }
    if (o->smoothing > o->steps / 2)
        return lgd_fail(LGD_EINVAL, "range: smoothing is %zu, at most half of %llu steps is accepted", o->smoothing,
                        (unsigned long long)o->steps);
    if (o->batch_size > r->terms)
        return lgd_fail(LGD_EINVAL, "range: batch_size is %zu, at most the %zu rows there are is accepted (0: all)",
                        o->batch_size, r->terms);
    return LGD_OK;
}

static lgd_status check(const range *r)
{
    const lgd_optimizer *opt = r->like;
    if (opt->ops.flags & LGD_NEEDS_EVAL)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "range: %s finds its steps by values elsewhere, a method that steps at a rate "
                        "is accepted",
                        opt->ops.name);
    if (opt->ops.flags & LGD_FULL_BATCH && r->o.batch_size)
        return lgd_fail(LGD_EUNSUPPORTED, "range: batch_size is %zu, 0 is accepted by %s: it needs all rows",
                        r->o.batch_size, opt->ops.name);
    if (!lgd_options_look(&opt->ops, "lr"))
        return lgd_fail(LGD_EUNSUPPORTED, "range: %s has no lr, a method with that option is accepted", opt->ops.name);
    const size_t bad = lgd_first_not_finite(r->dim, r->start);
    if (bad < r->dim)
        return lgd_fail(LGD_EINVAL, "range: w[%zu] is %g, a finite start is accepted", bad, r->start[bad]);
    return LGD_OK;
}

/* Does a run step on what a batch touches alone, and is that another method than steps on all of w? */
static bool is_lazy(const range *r)
{
    const lgd_objective *f = r->f;
    return r->like->ops.flags & LGD_LAZY && !lgd_optimizer_is_dense(r->like) && f->ops.support &&
           (!f->ops.smooth || (f->slopes && f->l2 == 0));
}

static lgd_status allocate(range *r)
{
    const size_t stride = lgd_padded(r->dim), steps = (size_t)r->o.steps;
    r->w = lgd_alloc("range", lgd_add(lgd_mul(2, stride), lgd_mul(2, steps)), sizeof *r->w);
    if (!r->w)
        return LGD_ENOMEM;
    r->g = r->w + stride;
    r->loss = r->g + stride;
    r->rate = r->loss + steps;
    if (r->o.batch_size && !(r->index = lgd_alloc("range", r->terms, sizeof *r->index)))
        return LGD_ENOMEM;
    if (r->index && is_lazy(r)) {
        r->touched = lgd_alloc("range", r->dim, sizeof *r->touched);
        r->seen = lgd_alloc("range", r->dim, sizeof *r->seen);
        r->part = lgd_alloc("range", r->dim, sizeof *r->part);
        if (!r->touched || !r->seen || !r->part)
            return LGD_ENOMEM;
    }
    return lgd_objective_reserve(r->f, r->terms);
}

/* Low and high, where they were not given: from how far a first step may go. */
static lgd_status find_range(range *r)
{
    const lgd_rows all = {0, r->terms, NULL};
    lgd_optimizer *opt;
    double f = 0, scale = 1;
    memcpy(r->w, r->start, r->dim * sizeof *r->w);
    lgd_status status = make(r, 1, &opt);
    if (!status)
        status = eval(r, opt, &all, &f);
    lgd_optimizer_free(opt);
    if (!status && !isfinite(f))
        status = lgd_fail(LGD_EINVAL, "range: f or its gradient at w is no finite number, a w where they are is "
                                      "accepted");
    if (status || r->o.low > 0)
        return status;
    status = find_scale(r, f, &scale);
    r->o.low = LOW * scale;
    r->o.high = fmin(HIGH * scale, DBL_MAX);
    return status;
}

lgd_status lgd_rate_range_sized(lgd_objective *f, const lgd_optimizer *opt, const double *w,
                                const lgd_rate_range_options *options, size_t options_size,
                                lgd_rate_range_report *report, size_t report_size)
{
    lgd_rate_range_report found = {0};
    lgd_give_struct(report, report_size, &found, sizeof found);
    if (!f || !opt || !w)
        return lgd_fail(LGD_EINVAL, "range: %s is NULL, %s is accepted",
                        !f     ? "f"
                        : !opt ? "opt"
                               : "w",
                        !f     ? "an objective"
                        : !opt ? "an optimizer"
                               : "a start of dim numbers");
    range r = {.f = f, .like = opt, .dim = f->dim, .terms = f->terms, .start = w};
    lgd_status status = take(&r, options, options_size);
    if (!status)
        status = check(&r);
    if (!status && !r.terms)
        status = lgd_fail(LGD_EINVAL, "range: number of rows of the %s is 0, at least 1 is accepted", f->ops.name);
    if (!status)
        status = allocate(&r);
    if (!status) {
        r.threads = lgd_objective_begin(f, 0);
        status = find_range(&r);
        if (!status)
            status = go(&r, &found);
        lgd_objective_end(f);
    }
    if (!status) {
        choose(&r, &found);
        if (r.o.rates)
            memcpy(r.o.rates, r.rate, (size_t)found.steps * sizeof *r.rate);
        if (r.o.losses)
            memcpy(r.o.losses, r.loss, (size_t)found.steps * sizeof *r.loss);
        lgd_give_struct(report, report_size, &found, sizeof found);
    }
    lgd_release(r.w);
    lgd_release(r.index);
    lgd_release(r.touched);
    lgd_release(r.seen);
    lgd_release(r.part);
    return status;
}
