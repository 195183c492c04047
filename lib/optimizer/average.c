/* Averages beside w: whatever the kind, a sample moves the mean by c (w - mean). */
#include "optimizer.h"

lgd_status lgd_optimizer_average_sized(lgd_optimizer *opt, const lgd_average *average, size_t average_size)
{
    if (!opt)
        return lgd_optimizer_missing("opt", "an optimizer");
    const char *name = opt->ops.name;
    lgd_average own;
    lgd_status status = lgd_take_struct(name, &own, sizeof own, average, average_size);
    if (status)
        return status;
    const bool lookahead = own.kind == LGD_LOOKAHEAD;
    own.period = own.period ? own.period : (lookahead ? 5 : 1);
    own.decay = own.decay == LGD_ZERO ? 0 : (own.decay == 0 ? 0.999 : own.decay);
    own.alpha = own.alpha == 0 ? 0.5 : own.alpha;
    if ((unsigned)own.kind > LGD_LOOKAHEAD)
        return lgd_fail(LGD_EINVAL, "%s: kind of the average is %d, 0 (LGD_AVERAGE_NONE) to %d is accepted", name,
                        (int)own.kind, LGD_LOOKAHEAD);
    if (own.start > INT64_MAX || own.period > INT64_MAX)
        return lgd_fail(LGD_EINVAL,
                        "%s: %s of the average is %llu, at most %lld is accepted (was a negative number converted?)",
                        name, own.start > INT64_MAX ? "start" : "period",
                        (unsigned long long)(own.start > INT64_MAX ? own.start : own.period), (long long)INT64_MAX);
    if (!(own.decay >= 0 && own.decay < 1))
        return lgd_fail(LGD_EINVAL, "%s: decay of the average is %g, a number at least 0 and below 1 is accepted", name,
                        own.decay);
    if (!(own.alpha > 0 && own.alpha <= 1))
        return lgd_fail(LGD_EINVAL, "%s: alpha of the average is %g, a number above 0 and at most 1 is accepted", name,
                        own.alpha == LGD_ZERO ? 0 : own.alpha);
    if (own.kind != LGD_AVERAGE_NONE && opt->ops.result)
        return lgd_fail(LGD_EUNSUPPORTED, "%s: an average is asked for, none is accepted: the method has its own",
                        name);
    if (lookahead && opt->ops.flags & LGD_OWN_POINTS)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "%s: lookahead is asked for, another average is accepted: the method keeps points of its own, "
                        "which would stay behind",
                        name);
    if (opt->dim)
        return lgd_fail(LGD_EINVAL,
                        "%s: an average is asked for after step %llu, it is accepted before dim is known (by a step or "
                        "lgd_optimizer_spare)",
                        name, (unsigned long long)opt->t);
    opt->average = own;
    return LGD_OK;
}

/* The step after which sampling begins: of those it took itself, not of those of one it followed. */
uint64_t lgd_optimizer_samples_from(const lgd_optimizer *opt)
{
    return opt->judged.joined + opt->average.start;
}

/* Samples taken so far. */
static uint64_t samples(const lgd_optimizer *opt)
{
    const lgd_average *a = &opt->average;
    const uint64_t from = lgd_optimizer_samples_from(opt);
    return a->kind == LGD_AVERAGE_NONE || opt->t < from ? 0 : (opt->t - from) / a->period;
}

bool lgd_optimizer_has_result(const lgd_optimizer *opt)
{
    return opt->t > opt->judged.joined && (opt->ops.result || samples(opt));
}

/* mean += c (w - mean), written so that a coordinate that has not moved keeps its bits: -0 - c 0 is -0, and -0 + c 0 is not.
 * c = 1 gives the bits of w. */
LGD_WIDE static void move(size_t dim, double c, double *mean, const double *w)
{
    if (c == 1)
        memcpy(mean, w, dim * sizeof *w);
#pragma omp simd
    for (size_t j = 0; j < (c == 1 ? 0 : dim); j++)
        mean[j] -= c * (mean[j] - w[j]);
}

bool lgd_optimizer_sample(lgd_optimizer *opt, double *w)
{
    const lgd_average *a = &opt->average;
    const uint64_t n = samples(opt);
    if (!n || (opt->t - lgd_optimizer_samples_from(opt)) % a->period)
        return false;
    const bool lookahead = a->kind == LGD_LOOKAHEAD;
    const double forget = a->kind == LGD_AVERAGE_EMA ? (1 - a->decay) / lgd_bias(a->decay, n) : 1 / (double)n;
    move(opt->dim, lookahead ? a->alpha : (n == 1 ? 1 : forget), opt->mean, w);
    if (lookahead)
        memcpy(w, opt->mean, opt->dim * sizeof *w);
    return lookahead;
}

lgd_status lgd_optimizer_result(const lgd_optimizer *opt, double *w, double *out)
{
    if (!opt)
        return lgd_optimizer_missing("opt", "an optimizer");
    if (!w || !out)
        return lgd_optimizer_missing(w ? "out" : "w", w ? "a place for dim numbers" : "the point of the last step");
    if (!opt->dim)
        return lgd_fail(LGD_EINVAL, "%s: dim is not yet known, a result is accepted once it is (by a step)",
                        opt->ops.name);
    if (samples(opt)) {
        memcpy(out, opt->mean, opt->dim * sizeof *out);
        return LGD_OK;
    }
    memcpy(out, w, opt->dim * sizeof *w);
    if (!opt->ops.result)
        return LGD_OK;
    const lgd_step s = {.w = w, .f = NAN, .lr_factor = 1, .momentum = NAN};
    for (size_t k = 0; k < opt->slices; k++)
        if (opt->slice[k].steps) {
            lgd_step part = lgd_slice_step(opt, &s, k);
            part.t = opt->slice[k].steps; /* of the step that led here */
            opt->ops.result(&part, out + opt->slice[k].first);
        }
    return LGD_OK;
}
