/* The step: what is done around the method's own, slice by slice. */
#include "optimizer.h"

/* Up to here g and w are looked at before anything moves: they then come from the cache a second time. */
enum { LOOK_FIRST = 32768 };

lgd_step lgd_slice_step(const lgd_optimizer *opt, const lgd_step *s, size_t k)
{
    const lgd_slice *slice = &opt->slice[k];
    lgd_step part = *s;
    part.dim = slice->count;
    part.w += slice->first;
    if (part.g)
        part.g += slice->first;
    part.t = slice->steps + 1;
    part.lr_factor *= slice->lr_scale;
    part.decay = slice->decay;
    part.fresh = false;
    part.stop = 0;
    part.indefinite = false;
    part.finite = true;
    part.penalised = opt->penalty != NULL;
    part.eta = NAN;
    part.eta_each = lgd_optimizer_asks_rate(opt) ? opt->eta_each + slice->first : NULL;
    part.weight = slice->weight;
    part.key = lgd_mix(lgd_mix(s->key, opt->t + 1), slice->first);
    part.support = NULL;
    part.options = opt->options;
    part.state = opt->state + k * opt->state_size;
    part.vec = opt->vec + k * opt->vectors;
    return part;
}

lgd_status lgd_optimizer_check_whole(const lgd_optimizer *opt)
{
    return opt->half_done ? lgd_fail(LGD_EINVAL, "%s: its last step failed half done, lgd_optimizer_reset is accepted",
                                     opt->ops.name)
                          : LGD_OK;
}

LGD_WIDE static void add_decay(double decay, size_t dim, const double *w, double *g)
{
#pragma omp simd
    for (size_t j = 0; j < dim; j++)
        g[j] += decay * w[j];
}

void lgd_add_decay(double decay, size_t dim, const double *w, double *g)
{
    add_decay(decay, dim, w, g);
}

/* ---- groups of a method that sees all of w at once */

static void groups_before(const lgd_optimizer *opt, lgd_step *s)
{
    memcpy(opt->w_old, s->w, opt->dim * sizeof *s->w);
    for (const lgd_group *g = opt->groups; g != opt->groups + opt->group_count; g++) {
        if (g->frozen)
            memset(s->g + g->first, 0, g->count * sizeof *s->g);
        for (size_t j = g->first; isgreater(g->decay, 0) && !g->frozen && j < g->first + g->count; j++)
            if (!lgd_spared(opt, j))
                s->g[j] += g->decay * s->w[j];
    }
}

static void groups_after(const lgd_optimizer *opt, lgd_step *s)
{
    for (const lgd_group *g = opt->groups; g != opt->groups + opt->group_count; g++) {
        double *w = s->w + g->first;
        const double *old = opt->w_old + g->first;
        const bool held = g->frozen && !memcmp(w, old, g->count * sizeof *w);
        if (g->frozen)
            memcpy(w, old, g->count * sizeof *w);
        for (size_t j = 0; g->lr_scale != 1 && !g->frozen && j < g->count; j++)
            w[j] = old[j] + g->lr_scale * (w[j] - old[j]);
        s->fresh = s->fresh && (held || (!g->frozen && g->lr_scale == 1));
    }
    s->finite = lgd_first_not_finite(opt->dim, s->w) == opt->dim;
}

/* ---- the step */

lgd_status lgd_optimizer_call(const lgd_optimizer *opt, const char *what, lgd_status (*function)(lgd_step *),
                              lgd_step *part)
{
    const unsigned errors = lgd_error_count();
    const int code = function ? (int)function(part) : 0;
    return code ? lgd_failed_in(opt->ops.name, what, code, errors) : LGD_OK;
}

/* What comes before the first slice moves: decay for methods that know none, init, and sums over all slices. */
static lgd_status begin(lgd_optimizer *opt, lgd_step *s)
{
    lgd_status status = LGD_OK;
    memset(s->sum, 0, sizeof s->sum);
    if (opt->average.kind == LGD_LOOKAHEAD && opt->t == lgd_optimizer_samples_from(opt))
        memcpy(opt->mean, s->w, opt->dim * sizeof *s->w);
    if (opt->w_old)
        groups_before(opt, s);
    for (size_t k = 0; !status && k < opt->slices; k++) {
        const lgd_slice *slice = &opt->slice[k];
        if (slice->frozen)
            continue;
        if (!opt->takes_decay && isgreater(slice->decay, 0))
            lgd_add_decay(slice->decay, slice->count, s->w + slice->first, s->g + slice->first);
        lgd_step part = lgd_slice_step(opt, s, k);
        status = lgd_optimizer_call(opt, "init", slice->steps ? NULL : opt->ops.init, &part);
        if (!status)
            status = lgd_optimizer_call(opt, "measure", opt->ops.measure, &part);
        memcpy(s->sum, part.sum, sizeof s->sum);
    }
    return status;
}

void lgd_optimizer_forget_init(lgd_optimizer *opt)
{
    for (size_t k = 0; k < opt->slices; k++) {
        const lgd_slice *slice = &opt->slice[k];
        for (size_t i = 0; !slice->steps && i < opt->vectors; i++)
            memset(opt->vec[k * opt->vectors + i], 0, slice->count * sizeof(double));
        if (!slice->steps)
            memset(opt->state + k * opt->state_size, 0, opt->state_size);
    }
}

void lgd_optimizer_note_step(lgd_optimizer *opt, lgd_step *s, const lgd_step *part, size_t k)
{
    opt->slice[k].weight = part->weight;
    s->fresh = s->fresh && part->fresh;
    s->finite = s->finite && part->finite;
    s->indefinite = s->indefinite || part->indefinite;
    if (opt->ops.flags & LGD_FINDS_STEP)
        s->eta = part->eta;
    if (part->fresh)
        s->f = part->f;
    if (!s->stop)
        s->stop = part->stop;
}

lgd_status lgd_optimizer_advance(lgd_optimizer *opt, lgd_step *s)
{
    lgd_status status = lgd_optimizer_check_whole(opt);
    if (status)
        return status;
    status = begin(opt, s);
    bool moved = opt->ops.measure && (opt->vectors || opt->state_size); /* measure may have written to them */
    s->fresh = s->finite = true;
    s->indefinite = false;
    s->eta = NAN;
    s->stop = 0;
    const bool swept = lgd_optimizer_is_swept(opt, s);
    if (!status && swept) {
        status = lgd_optimizer_sweep(opt, s);
        moved = moved || status; /* some ranges have, whichever failed */
    }
    for (size_t k = 0; !status && k < opt->slices; k++) {
        lgd_step part = swept && !opt->slice[k].frozen ? opt->moved[k] : lgd_slice_step(opt, s, k);
        if (!swept && !opt->slice[k].frozen)
            status = lgd_optimizer_call(opt, "step", opt->ops.step, &part);
        if (opt->penalty && !status)
            lgd_optimizer_note_rate(opt, &part, k);
        if (opt->slice[k].frozen)
            continue;
        lgd_optimizer_note_step(opt, s, &part, k);
        moved = moved || !status;
    }
    if (status) {
        opt->half_done = moved;
        if (!moved)
            lgd_optimizer_forget_init(opt);
        return status;
    }
    if (opt->w_old)
        groups_after(opt, s);
    if (opt->w_old && opt->penalty)
        lgd_optimizer_scale_rates(opt);
    for (size_t k = 0; k < opt->slices; k++)
        opt->slice[k].steps += !opt->slice[k].frozen;
    opt->t++;
    opt->half_done = opt->penalty && opt->ops.settle; /* until it has */
    return LGD_OK;
}

/* ---- a caller's own loop */

lgd_status lgd_optimizer_momentum(lgd_optimizer *opt, double momentum)
{
    if (!opt)
        return lgd_optimizer_missing("opt", "an optimizer");
    if (!isnan(momentum) && !(momentum >= 0 && momentum < 1))
        return lgd_fail(LGD_EINVAL, "%s: momentum is %g, a number at least 0 and below 1 is accepted", opt->ops.name,
                        momentum);
    if (!isnan(momentum) && !opt->takes_momentum)
        return lgd_fail(LGD_EUNSUPPORTED, "%s: momentum is %g, none is accepted: it keeps no velocity", opt->ops.name,
                        momentum);
    opt->momentum = momentum;
    return LGD_OK;
}

/* The first number of g that is none, or dim: of what moves, since a frozen range has no use for its gradient. */
static size_t first_bad_gradient(const lgd_optimizer *opt, size_t dim, const double *g)
{
    size_t at = 0;
    for (const lgd_group *group = opt->groups; group != opt->groups + opt->group_count; group++) {
        if (!group->frozen || group->first >= dim)
            continue;
        const size_t bad = at + lgd_first_not_finite(group->first - at, g + at);
        if (bad < group->first)
            return bad;
        at = group->first + (group->count < dim - group->first ? group->count : dim - group->first);
    }
    return at + lgd_first_not_finite(dim - at, g + at);
}

lgd_status lgd_optimizer_check_alone(const lgd_optimizer *opt, size_t dim, double lr_factor)
{
    const char *name = opt->ops.name;
    if (opt->ops.flags & LGD_NEEDS_EVAL)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "%s: it needs values elsewhere, which lgd_minimize lends and a single step cannot", name);
    if (opt->penalty && opt->ops.flags & LGD_OWN_PENALTY)
        return lgd_fail(LGD_EUNSUPPORTED, "%s: penalty is %s, which lgd_minimize lends and a single step cannot", name,
                        opt->penalty->ops.name);
    if (opt->finds_lr && !(opt->judged.lr_found > 0))
        return lgd_fail(
            LGD_EUNSUPPORTED,
            "%s: lr is auto, a finite number above 0 is accepted by a single step: only lgd_minimize, which "
            "sees the objective, finds it",
            name);
    if (!(lr_factor >= 0) || isinf(lr_factor))
        return lgd_fail(LGD_EINVAL, "%s: lr_factor is %g, a finite number at least 0 is accepted", name, lr_factor);
    return lgd_check_size(name, "dim", dim, false);
}

static lgd_status check_step(const lgd_optimizer *opt, size_t dim, const double *w, const double *g, double lr_factor)
{
    const char *name = opt->ops.name;
    const lgd_status status = lgd_optimizer_check_alone(opt, dim, lr_factor);
    if (status || (opt->ops.flags & LGD_CHECKED && dim > LOOK_FIRST))
        return status;
    size_t bad = lgd_first_not_finite(dim, w);
    if (bad < dim)
        return lgd_fail(LGD_EINVAL, "%s: w[%zu] is %g, a finite number is accepted", name, bad, w[bad]);
    bad = first_bad_gradient(opt, dim, g);
    if (bad < dim)
        return lgd_fail(LGD_EDIVERGED, "%s: g[%zu] is %g at step %llu, finite numbers are accepted", name, bad, g[bad],
                        (unsigned long long)opt->t + 1);
    return LGD_OK;
}

/* After a step that met a number that is none; g may have been overwritten, and w have been spared. */
static lgd_status not_finite(lgd_optimizer *opt, const double *w, const double *g)
{
    const size_t in_g = first_bad_gradient(opt, opt->dim, g), in_w = lgd_first_not_finite(opt->dim, w);
    const bool of_g = in_g < opt->dim;
    const unsigned long long t = opt->t;
    opt->half_done = true;
    if (!of_g && in_w == opt->dim)
        return lgd_fail(LGD_EDIVERGED, "%s: its state is not finite after step %llu, finite numbers are accepted",
                        opt->ops.name, t);
    return lgd_fail(LGD_EDIVERGED, "%s: %s[%zu] is %g %s step %llu, finite numbers are accepted", opt->ops.name,
                    of_g ? "g" : "w", of_g ? in_g : in_w, of_g ? g[in_g] : w[in_w], of_g ? "at" : "after", t);
}

lgd_status lgd_optimizer_step(lgd_optimizer *opt, size_t dim, double *w, double *g, double f, double lr_factor)
{
    if (!opt)
        return lgd_optimizer_missing("opt", "an optimizer");
    if (!w || !g)
        return lgd_optimizer_missing(w ? "g" : "w", w ? "a gradient of dim numbers" : "a point of dim numbers");
    lgd_status status = check_step(opt, dim, w, g, lr_factor);
    if (!status && opt->dim != dim) /* keeps the range that was spared before */
        status = lgd_optimizer_prepare(opt, dim, opt->spare_first, opt->spare_count);
    if (status)
        return status;
    lgd_step s = {.w = w,
                  .g = g,
                  .f = f,
                  .lr_factor = lr_factor,
                  .momentum = opt->momentum,
                  .threads = dim < LGD_LONG ? 1 : lgd_thread_count(0)};
    status = lgd_optimizer_advance(opt, &s);
    if (!status && !s.finite && opt->ops.flags & LGD_CHECKED && dim > LOOK_FIRST)
        status = not_finite(opt, w, g);
    const bool numbers = !opt->penalty || lgd_first_not_finite(dim, w) == dim; /* a prox of others would hide them */
    if (!status && numbers)
        status = lgd_optimizer_prox(opt, &s, NULL);
    if (!status && lgd_optimizer_sample(opt, w) && numbers)
        status = lgd_optimizer_stay_within(opt, w);
    return status;
}
