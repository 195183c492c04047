/* What every optimizer does around the step of its method.
 *
 * Memory: the object and its options are one allocation; vectors and state are a second one (block), made when dim is
 * first known and kept until reset. Between the two nothing allocates. */
#include "optimizer.h"
#include <string.h>

enum { LINE = 64 }; /* what lgd_alloc aligns to; every vector keeps it */

static size_t lines(size_t bytes)
{
    return lgd_add(bytes, LINE - 1) / LINE * LINE;
}

lgd_status lgd_optimizer_missing(const char *argument, const char *accepted)
{
    return lgd_fail(LGD_EINVAL, "optimizer: %s is NULL, %s is accepted", argument, accepted);
}

static const lgd_judged nothing_judged = {.f_best = INFINITY, .lowest_mean = INFINITY};

lgd_status lgd_optimizer_create_sized(lgd_optimizer **out, const lgd_optimizer_ops *ops, size_t ops_size,
                                      const void *options, size_t options_size)
{
    if (!out)
        return lgd_optimizer_missing("out", "a place for the optimizer");
    *out = NULL;
    if (!ops)
        return lgd_optimizer_missing("ops", "a method");
    lgd_optimizer_ops own;
    lgd_status status = lgd_take_struct("optimizer ops", &own, sizeof own, ops, ops_size);
    if (!status)
        status = lgd_options_check_table(&own);
    if (status)
        return status;

    const size_t head = lines(sizeof(lgd_optimizer));
    lgd_optimizer *opt = lgd_alloc(own.name, 1, lgd_add(head, own.options_size));
    if (!opt)
        return LGD_ENOMEM;
    opt->ops = own;
    opt->options = (char *)opt + head;
    opt->judged = nothing_judged;
    status = lgd_take_struct(own.name, opt->options, own.options_size, options, options_size);
    if (!status)
        status = lgd_options_fill(&opt->ops, opt->options);
    if (!status && own.check) {
        const unsigned errors = lgd_error_count();
        const int code = (int)own.check(opt->options);
        status = code ? lgd_failed_in(own.name, "check", code, errors) : LGD_OK;
    }
    if (status) {
        lgd_release(opt);
        return status;
    }
    *out = opt;
    return LGD_OK;
}

void lgd_optimizer_free(lgd_optimizer *opt)
{
    if (!opt)
        return;
    lgd_release(opt->block);
    lgd_release(opt);
}

void lgd_optimizer_reset(lgd_optimizer *opt)
{
    if (!opt)
        return;
    lgd_release(opt->block);
    const lgd_optimizer fresh = {.ops = opt->ops, .options = opt->options, .judged = nothing_judged};
    *opt = fresh;
}

/* ---- state */

static void layout(const lgd_optimizer *opt, size_t dim, size_t *vectors, size_t *state_size)
{
    *vectors = *state_size = 0;
    if (opt->ops.layout)
        opt->ops.layout(opt->options, dim, vectors, state_size);
}

size_t lgd_optimizer_state_bytes(const lgd_optimizer *opt, size_t dim)
{
    if (!opt)
        return 0;
    size_t vectors, state_size;
    layout(opt, dim, &vectors, &state_size);
    return lgd_add(lgd_mul(lgd_mul(vectors, dim), sizeof(double)), state_size);
}

lgd_status lgd_optimizer_allocate(lgd_optimizer *opt, size_t dim)
{
    size_t vectors, state_size;
    layout(opt, dim, &vectors, &state_size);
    if (state_size % sizeof(double))
        return lgd_fail(LGD_EINVAL, "%s: its layout asks for a state of %zu bytes, a multiple of 8 is accepted",
                        opt->ops.name, state_size);
    const size_t length = lines(lgd_mul(dim, sizeof(double))), state = lgd_mul(LGD_MAX_SLICES, state_size);
    const size_t pointers = lines(lgd_mul(lgd_mul(LGD_MAX_SLICES, vectors), sizeof(double *)));
    const size_t bytes = lgd_add(lgd_add(lgd_mul(vectors, length), pointers), state);
    char *block = lgd_alloc(opt->ops.name, bytes, 1);
    if (!block)
        return bytes > PTRDIFF_MAX - LINE ? LGD_ERANGE : LGD_ENOMEM;
    opt->block = block;
    opt->dim = dim;
    opt->vectors = vectors;
    opt->state_size = state_size;
    opt->vec = (double **)(void *)block;
    for (size_t i = 0; i < vectors; i++)
        opt->vec[i] = (double *)(void *)(block + pointers + i * length);
    opt->state = (unsigned char *)block + pointers + vectors * length;
    lgd_optimizer_set_slices(opt, &(lgd_slice){0, dim, NAN}, 1);
    return LGD_OK;
}

/* The first slice begins at coordinate 0, so its pointers are those of the vectors. */
void lgd_optimizer_set_slices(lgd_optimizer *opt, const lgd_slice *slice, size_t slices)
{
    for (size_t k = 0; k < slices; k++) {
        opt->slice[k] = slice[k];
        for (size_t i = 0; i < opt->vectors; i++)
            opt->vec[k * opt->vectors + i] = opt->vec[i] + slice[k].first;
    }
    opt->slices = slices;
}

static void clear(lgd_optimizer *opt)
{
    for (size_t i = 0; i < opt->vectors; i++)
        memset(opt->vec[i], 0, opt->dim * sizeof(double));
    memset(opt->state, 0, LGD_MAX_SLICES * opt->state_size);
}

/* Cuts dim coordinates at the unpenalised range; returns the number of slices. */
static size_t cut(lgd_slice slice[LGD_MAX_SLICES], size_t dim, size_t first, size_t count)
{
    const lgd_slice part[LGD_MAX_SLICES] = {
        {0, first, NAN},
        {first, count, 0},
        {first + count, dim - first - count, NAN},
    };
    size_t slices = 0;
    for (size_t k = 0; k < LGD_MAX_SLICES; k++)
        if (part[k].count)
            slice[slices++] = part[k];
    return slices;
}

lgd_status lgd_optimizer_prepare(lgd_optimizer *opt, size_t dim, size_t first, size_t count)
{
    const char *name = opt->ops.name;
    lgd_status status = lgd_check_size(name, "dim", dim, false);
    if (status)
        return status;
    if (first > dim || count > dim - first)
        return lgd_fail(LGD_EINVAL, "%s: the unpenalised range is %zu + %zu, a range within dim %zu is accepted", name,
                        first, count, dim);
    if (opt->dim && opt->dim != dim)
        return lgd_fail(LGD_EINVAL, "%s: dim is %zu, %zu as before is accepted (or lgd_optimizer_reset first)", name,
                        dim, opt->dim);
    if (!opt->dim)
        status = lgd_optimizer_allocate(opt, dim);
    if (status)
        return status;

    lgd_slice slice[LGD_MAX_SLICES] = {{0, dim, NAN}};
    const size_t slices = opt->ops.flags & LGD_SLICED && count ? cut(slice, dim, first, count) : 1;
    bool same = slices == opt->slices;
    for (size_t k = 0; same && k < slices; k++)
        same = slice[k].first == opt->slice[k].first && isnan(slice[k].decay) == isnan(opt->slice[k].decay);
    if (!same && opt->t && opt->state_size)
        return lgd_fail(LGD_EINVAL,
                        "%s: the unpenalised range is %zu + %zu, the one it began with is accepted: its state belongs "
                        "to that",
                        name, first, count);
    if (!same)
        lgd_optimizer_set_slices(opt, slice, slices);
    return LGD_OK;
}

/* ---- the step */

/* What the method sees of slice k. */
static lgd_step slice_step(const lgd_optimizer *opt, const lgd_step *s, size_t k)
{
    const lgd_slice *slice = &opt->slice[k];
    lgd_step part = *s;
    part.dim = slice->count;
    part.w += slice->first;
    if (part.g)
        part.g += slice->first;
    part.t = opt->t + 1;
    part.decay = slice->decay;
    part.fresh = false;
    part.stop = 0;
    part.key = lgd_mix(lgd_mix(s->key, part.t), slice->first);
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

lgd_status lgd_optimizer_advance(lgd_optimizer *opt, lgd_step *s)
{
    lgd_status status = lgd_optimizer_check_whole(opt);
    if (status)
        return status;
    s->fresh = true;
    s->stop = 0;
    for (size_t k = 0; !status && k < opt->slices; k++) {
        lgd_step part = slice_step(opt, s, k);
        unsigned errors = lgd_error_count();
        int code = !opt->t && opt->ops.init ? (int)opt->ops.init(&part) : 0;
        if (code)
            status = lgd_failed_in(opt->ops.name, "init", code, errors);
        else if ((code = (int)opt->ops.step(&part)) != 0)
            status = lgd_failed_in(opt->ops.name, "step", code, errors);
        opt->half_done = status && k;
        s->fresh = s->fresh && part.fresh;
        if (part.fresh)
            s->f = part.f;
        if (part.stop)
            s->stop = part.stop;
    }
    if (!status)
        opt->t++;
    else if (!opt->t && !opt->half_done)
        clear(opt); /* so that the first step can be tried again */
    return status;
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
    if (!opt->ops.result || !opt->t) {
        memcpy(out, w, opt->dim * sizeof *w);
        return LGD_OK;
    }
    const lgd_step s = {.w = w, .f = NAN, .lr_factor = 1, .momentum = NAN};
    for (size_t k = 0; k < opt->slices; k++) {
        lgd_step part = slice_step(opt, &s, k);
        part.t = opt->t; /* of the step that led here */
        opt->ops.result(&part, out + opt->slice[k].first);
    }
    return LGD_OK;
}

lgd_status lgd_optimizer_spare(lgd_optimizer *opt, size_t dim, size_t first, size_t count)
{
    return opt ? lgd_optimizer_prepare(opt, dim, first, count) : lgd_optimizer_missing("opt", "an optimizer");
}

lgd_status lgd_optimizer_step(lgd_optimizer *opt, size_t dim, double *w, double *g, double f, double lr_factor)
{
    if (!opt)
        return lgd_optimizer_missing("opt", "an optimizer");
    if (!w || !g)
        return lgd_optimizer_missing(w ? "g" : "w", w ? "a gradient of dim numbers" : "a point of dim numbers");
    const char *name = opt->ops.name;
    if (opt->ops.flags & LGD_NEEDS_EVAL)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "%s: it needs values elsewhere, which lgd_minimize lends and a single step cannot", name);
    if (!(lr_factor >= 0) || isinf(lr_factor))
        return lgd_fail(LGD_EINVAL, "%s: lr_factor is %g, a finite number at least 0 is accepted", name, lr_factor);
    lgd_status status = lgd_check_size(name, "dim", dim, false);
    if (status)
        return status;
    size_t bad = lgd_first_not_finite(dim, w);
    if (bad < dim)
        return lgd_fail(LGD_EINVAL, "%s: w[%zu] is %g, a finite number is accepted", name, bad, w[bad]);
    bad = lgd_first_not_finite(dim, g);
    if (bad < dim)
        return lgd_fail(LGD_EDIVERGED, "%s: g[%zu] is %g at step %llu, finite numbers are accepted", name, bad, g[bad],
                        (unsigned long long)opt->t + 1);
    if (opt->dim != dim) /* keeps what lgd_optimizer_spare, an earlier run or a saved state said */
        status = lgd_optimizer_prepare(opt, dim, 0, 0);
    if (status)
        return status;
    return lgd_optimizer_advance(opt, &(lgd_step){.w = w, .g = g, .f = f, .lr_factor = lr_factor, .momentum = NAN});
}

/* ---- questions */

const char *lgd_optimizer_name(const lgd_optimizer *opt)
{
    return opt ? opt->ops.name : "";
}

uint64_t lgd_optimizer_steps(const lgd_optimizer *opt)
{
    return opt ? opt->t : 0;
}

lgd_status lgd_optimizer_option(const lgd_optimizer *opt, const char *name, double *value)
{
    if (!opt)
        return lgd_optimizer_missing("opt", "an optimizer");
    if (!name || !value)
        return lgd_optimizer_missing(name ? "value" : "name", name ? "a place for a number" : "an option's name");
    const lgd_option *o = lgd_options_find(&opt->ops, name);
    if (!o)
        return LGD_EINVAL;
    *value = lgd_options_get(o, opt->options);
    return LGD_OK;
}

double lgd_optimizer_value(const lgd_optimizer *opt, const char *name, double otherwise)
{
    for (const lgd_option *o = opt->ops.options; o && o->name; o++)
        if (!strcmp(o->name, name))
            return lgd_options_get(o, opt->options);
    return otherwise;
}
