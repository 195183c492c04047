/* A step on some coordinates: those of a sparse batch, side by side in arrays of their own, so that a method's ordinary step moves them.
 * What is not among them is neither read nor written, so a step costs what the batch touches. */
#include "optimizer.h"

/* ---- room */

enum {
    ARRAYS = 4, /* beside the vectors: w, g, support, place */
    MOST_VECTORS = 16
};

void lgd_optimizer_forget_room(lgd_optimizer *opt)
{
    lgd_release(opt->compact.w);
    lgd_release(opt->compact.vec);
    lgd_release(opt->compact.seen);
    opt->compact = (lgd_compact){0};
}

lgd_status lgd_optimizer_reserve(lgd_optimizer *opt, size_t room)
{
    lgd_compact *c = &opt->compact;
    const size_t each = lgd_padded(room ? room : 1);
    if (room <= c->room && c->room)
        return LGD_OK;
    double *block = lgd_alloc(opt->ops.name, lgd_mul(lgd_add(opt->vectors, ARRAYS), each), sizeof *block);
    double **vec = lgd_alloc(opt->ops.name, opt->vectors, sizeof *vec);
    if (!block || !vec) {
        lgd_release(block);
        lgd_release(vec);
        return LGD_ENOMEM;
    }
    lgd_release(c->w);
    lgd_release(c->vec);
    *c = (lgd_compact){.room = each, .w = block, .g = block + each, .vec = vec, .seen = c->seen};
    for (size_t i = 0; i < opt->vectors; i++)
        vec[i] = block + (2 + i) * each;
    c->support = (size_t *)(void *)(block + (2 + opt->vectors) * each);
    c->place = c->support + each;
    return LGD_OK;
}

/* ---- what can be stepped so */

const char *lgd_optimizer_is_dense(const lgd_optimizer *opt)
{
    const unsigned flags = opt->ops.flags, both = LGD_SLICED | LGD_ELEMENTWISE;
    const bool alone = (flags & both) == both && !(flags & LGD_NEEDS_EVAL) && !opt->ops.measure && !opt->ops.settle;
    if (!alone || !(flags & (LGD_SPARSE | LGD_LAZY)) || opt->vectors > MOST_VECTORS)
        return "dense: the method moves every coordinate at each step; sgd, adagrad, ftrl and lazy_adam do not";
    if (opt->penalty)
        return "dense: a penalty is on all coordinates";
    for (const lgd_group *g = opt->groups; g != opt->groups + opt->group_count; g++)
        if (isgreater(g->decay, 0) && !opt->takes_decay)
            return "dense: a group decays";
    return NULL;
}

/* ---- the step */

/* Do those of a slice lie next to one another, and slices in their order? Models list them so: their columns, then intercepts. */
static bool in_order(lgd_optimizer *opt, size_t count, const size_t *index)
{
    lgd_compact *c = &opt->compact;
    size_t i = 0;
    for (lgd_slice *slice = opt->slice; slice != opt->slice + opt->slices; slice++) {
        slice->begin = i;
        for (; i < count && index[i] - slice->first < slice->count; i++)
            c->support[i] = index[i] - slice->first;
        slice->touched = i - slice->begin;
    }
    return i == count;
}

/* Puts them so: place[i] of index[i]. */
static void sort_by_slice(lgd_optimizer *opt, size_t count, const size_t *index)
{
    lgd_compact *c = &opt->compact;
    for (size_t k = 0; k < opt->slices; k++)
        opt->slice[k].touched = 0;
    for (size_t i = 0; i < count; i++)
        c->place[i] = opt->slice[lgd_slice_of(opt, index[i])].touched++; /* within its slice */
    for (size_t k = 0, begin = 0; k < opt->slices; begin += opt->slice[k++].touched)
        opt->slice[k].begin = begin;
    for (size_t i = 0; i < count; i++) {
        const lgd_slice *slice = &opt->slice[lgd_slice_of(opt, index[i])];
        c->place[i] += slice->begin;
        c->support[c->place[i]] = index[i] - slice->first;
    }
}

/* x[index] to where they are side by side, and back; place NULL: as they come. */
static void take(size_t count, const size_t *index, const size_t *place, const double *restrict x,
                 double *restrict side)
{
    if (place)
        for (size_t i = 0; i < count; i++)
            side[place[i]] = x[index[i]];
    else
        for (size_t i = 0; i < count; i++)
            side[i] = x[index[i]];
}

static void put(size_t count, const size_t *index, const size_t *place, const double *restrict side, double *restrict x)
{
    if (place)
        for (size_t i = 0; i < count; i++)
            x[index[i]] = side[place[i]];
    else
        for (size_t i = 0; i < count; i++)
            x[index[i]] = side[i];
}

/* Before the first step of a slice the method begins on all of it. */
static lgd_status begin(lgd_optimizer *opt, const lgd_step *s)
{
    lgd_status status = LGD_OK;
    lgd_step all = *s;
    all.g = NULL;
    for (size_t k = 0; k < opt->slices && !status; k++) {
        if (opt->slice[k].frozen || opt->slice[k].steps)
            continue;
        lgd_step part = lgd_slice_step(opt, &all, k);
        status = lgd_optimizer_call(opt, "init", opt->ops.init, &part);
    }
    return status;
}

/* What the method sees of slice k. */
static lgd_step compact_step(const lgd_optimizer *opt, const lgd_step *s, size_t k, double *g, double **vec)
{
    const lgd_compact *c = &opt->compact;
    const size_t at = opt->slice[k].begin;
    lgd_step part = lgd_slice_step(opt, s, k);
    part.dim = opt->slice[k].touched;
    part.w = c->w + at;
    part.g = g + at;
    part.support = c->support + at;
    for (size_t v = 0; v < opt->vectors; v++)
        vec[v] = c->vec[v] + at;
    part.vec = vec;
    part.threads = 1;
    return part;
}

lgd_status lgd_optimizer_advance_sparse(lgd_optimizer *opt, lgd_step *s, size_t count, const size_t *index)
{
    double *vec[MOST_VECTORS];
    lgd_status status = lgd_optimizer_check_whole(opt);
    if (!status)
        status = begin(opt, s);
    if (status) {
        if (!opt->half_done)
            lgd_optimizer_forget_init(opt);
        return status;
    }
    if (opt->average.kind == LGD_LOOKAHEAD && opt->t == lgd_optimizer_samples_from(opt))
        memcpy(opt->mean, s->w, opt->dim * sizeof *s->w);
    memset(s->sum, 0, sizeof s->sum);
    s->fresh = false;
    s->finite = true;
    s->indefinite = false;
    s->eta = NAN;
    s->stop = 0;
    lgd_compact *c = &opt->compact;
    const size_t *place = NULL;
    double *g = s->g;
    if (!in_order(opt, count, index)) {
        sort_by_slice(opt, count, index);
        place = c->place;
        g = c->g;
        for (size_t i = 0; i < count; i++)
            g[place[i]] = s->g[i];
    }
    take(count, index, place, s->w, c->w);
    for (size_t v = 0; v < opt->vectors; v++)
        take(count, index, place, opt->vec[v], c->vec[v]); /* the first slice begins where the vector does */
    bool moved = false;
    for (size_t k = 0; k < opt->slices && !status; k++) {
        if (opt->slice[k].frozen)
            continue;
        lgd_step part = compact_step(opt, s, k, g, vec);
        status = lgd_optimizer_call(opt, "step", opt->ops.step, &part);
        if (!(opt->ops.flags & LGD_CHECKED))
            part.finite = lgd_first_not_finite(part.dim, part.w) == part.dim;
        lgd_optimizer_note_step(opt, s, &part, k);
        moved = moved || !status;
    }
    if (status && !moved) {
        lgd_optimizer_forget_init(opt);
        return status;
    }
    put(count, index, place, c->w, s->w);
    for (size_t v = 0; v < opt->vectors; v++)
        put(count, index, place, c->vec[v], opt->vec[v]);
    opt->half_done = status != LGD_OK;
    for (size_t k = 0; k < opt->slices && !status; k++)
        opt->slice[k].steps += !opt->slice[k].frozen;
    opt->t += !status;
    return status;
}

/* ---- a caller's own loop */

/* In range, each once, with numbers at them. The marks go away again. */
static lgd_status check_support(const lgd_optimizer *opt, size_t dim, const double *w, size_t count,
                                const size_t *index, const double *g)
{
    const char *name = opt->ops.name;
    bool *seen = opt->compact.seen;
    size_t good = 0;
    lgd_status status = LGD_OK;
    for (size_t i = 0; i < count && !status; i++) {
        const size_t j = index[i];
        if (j >= dim)
            status = lgd_fail(LGD_EINVAL, "%s: index[%zu] is %zu, a coordinate below %zu is accepted", name, i, j, dim);
        else if (seen[j])
            status = lgd_fail(LGD_EINVAL, "%s: index[%zu] is %zu again, each coordinate once is accepted", name, i, j);
        else if (!isfinite(w[j]))
            status = lgd_fail(LGD_EINVAL, "%s: w[%zu] is %g, a finite number is accepted", name, j, w[j]);
        else if (!isfinite(g[i]) && !opt->slice[lgd_slice_of(opt, j)].frozen)
            status = lgd_fail(LGD_EDIVERGED, "%s: g[%zu] is %g at step %llu, finite numbers are accepted", name, i,
                              g[i], (unsigned long long)opt->t + 1);
        else
            seen[j] = true, good++;
    }
    for (size_t i = 0; i < good; i++)
        seen[index[i]] = false;
    return status;
}

lgd_status lgd_optimizer_step_sparse(lgd_optimizer *opt, size_t dim, double *w, size_t count, const size_t *index,
                                     double *g, double f, double lr_factor)
{
    if (!opt)
        return lgd_optimizer_missing("opt", "an optimizer");
    if (!w || (count && (!index || !g)))
        return lgd_optimizer_missing(!w       ? "w"
                                     : !index ? "index"
                                              : "g",
                                     !w       ? "a point of dim numbers"
                                     : !index ? "an array of count coordinates"
                                              : "a gradient of count numbers");
    lgd_status status = lgd_optimizer_check_alone(opt, dim, lr_factor);
    const char *dense = status ? NULL : lgd_optimizer_is_dense(opt);
    if (dense)
        status = lgd_fail(LGD_EUNSUPPORTED, "%s: %s, lgd_optimizer_step is accepted", opt->ops.name,
                          dense + strlen("dense: "));
    if (!status && opt->dim != dim)
        status = lgd_optimizer_prepare(opt, dim, opt->spare_first, opt->spare_count);
    if (!status && count > dim)
        status = lgd_fail(LGD_EINVAL, "%s: count is %zu, at most the %zu coordinates there are is accepted",
                          opt->ops.name, count, dim);
    if (!status)
        status = lgd_optimizer_reserve(opt, count);
    if (!status && !opt->compact.seen && !(opt->compact.seen = lgd_alloc(opt->ops.name, dim, sizeof(bool))))
        status = LGD_ENOMEM;
    if (!status)
        status = check_support(opt, dim, w, count, index, g);
    if (status)
        return status;
    lgd_step s = {.w = w, .g = g, .f = f, .lr_factor = lr_factor, .momentum = opt->momentum, .threads = 1};
    status = lgd_optimizer_advance_sparse(opt, &s, count, index);
    if (!status)
        lgd_optimizer_sample(opt, w);
    return status;
}
