/* Slices: w cut where settings change, at the ends of groups and of the range that the objective leaves unpenalised. Each is
 * stepped by itself, so a method knows nothing of groups.
 *
 * Memory: the vectors (block) are made when dim is first known and kept until reset. The table of slices, with the state
 * of each, is another allocation: groups may change between steps, and the vectors do not care. */
#include "optimizer.h"

enum {
    LINE = 64,  /* what lgd_alloc aligns to; every vector keeps it */
    MATRIX = 64 /* more vectors than that, and as many as dim asks for, are one */
};

static size_t lines(size_t bytes)
{
    return lgd_add(bytes, LINE - 1) / LINE * LINE;
}

/* ---- groups */

static lgd_status check_group(const char *name, const lgd_group *g, size_t i)
{
    lgd_status status = lgd_check_size(name, "count of a group", g->count, false);
    if (!status)
        status = lgd_check_size(name, "first of a group", g->first, true);
    if (status)
        return status;
    if (!(g->lr_scale > 0) || isinf(g->lr_scale))
        return lgd_fail(LGD_EINVAL, "%s: lr_scale of group %zu is %g, a finite number above 0 is accepted%s", name, i,
                        g->lr_scale == LGD_ZERO ? 0 : g->lr_scale, g->lr_scale == LGD_ZERO ? " (or frozen)" : "");
    if (!isnan(g->decay) && (!(g->decay >= 0) || isinf(g->decay)))
        return lgd_fail(LGD_EINVAL, "%s: decay of group %zu is %g, a finite number at least 0 is accepted", name, i,
                        g->decay);
    return LGD_OK;
}

/* By insertion: there are few, and they mostly come in order. */
static void sort_groups(lgd_group *group, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const lgd_group moving = group[i];
        size_t k = i;
        for (; k > 0 && group[k - 1].first > moving.first; k--)
            group[k] = group[k - 1];
        group[k] = moving;
    }
}

/* Checks them one by one, fills in presets, sorts, and checks that none overlaps another. */
static lgd_status take_groups(const char *name, lgd_group *own, const lgd_group *groups, size_t count, size_t size)
{
    lgd_status status = LGD_OK;
    for (size_t i = 0; i < count && !status; i++) {
        status = lgd_take_struct(name, &own[i], sizeof *own, (const char *)groups + i * size, size);
        const double decay = own[i].decay;
        if (!status && isnan(decay))
            status = lgd_fail(LGD_EINVAL, "%s: decay of group %zu is %g, a finite number at least 0 is accepted", name,
                              i, decay);
        own[i].lr_scale = own[i].lr_scale == 0 ? 1 : own[i].lr_scale;
        own[i].decay = decay == 0 ? NAN : (decay == LGD_ZERO ? 0 : decay);
        if (!status)
            status = check_group(name, &own[i], i);
    }
    if (status)
        return status;
    sort_groups(own, count);
    for (size_t i = 1; i < count; i++)
        if (own[i].first - own[i - 1].first < own[i - 1].count)
            return lgd_fail(LGD_EINVAL,
                            "%s: the group %zu + %zu overlaps the group %zu + %zu, ranges apart are accepted", name,
                            own[i].first, own[i].count, own[i - 1].first, own[i - 1].count);
    return LGD_OK;
}

/* ---- cutting */

/* Cuts dim coordinates at the ends of groups and of the unpenalised range; returns the number of slices. out NULL: only
 * counts them. A method that is not sliced sees all at once. */
static size_t cut(const lgd_optimizer *opt, size_t dim, size_t spare_first, size_t spare_count, lgd_slice *out)
{
    const bool sliced = opt->ops.flags & LGD_SLICED;
    const lgd_group *g = opt->groups, *last = g ? g + opt->group_count : NULL;
    const size_t spare_end = spare_first + spare_count;
    size_t slices = 0;
    for (size_t at = 0; at < dim; slices++) {
        const bool grouped = sliced && g != last && at >= g->first;
        const bool spared = sliced && at >= spare_first && at < spare_end;
        size_t end = dim;
        if (sliced && g != last)
            end = grouped ? g->first + g->count : g->first;
        if (sliced && at < spare_end && spare_count && (spared ? spare_end : spare_first) < end)
            end = spared ? spare_end : spare_first;
        if (out)
            out[slices] = (lgd_slice){.first = at,
                                      .count = end - at,
                                      .lr_scale = grouped ? g->lr_scale : 1,
                                      .decay = spared    ? 0
                                               : grouped ? g->decay
                                                         : NAN,
                                      .frozen = grouped && g->frozen};
        if (grouped && end == g->first + g->count)
            g++;
        at = end;
    }
    return slices;
}

/* ---- memory */

static lgd_status allocate_vectors(lgd_optimizer *opt, size_t dim)
{
    size_t vectors, state_size;
    lgd_optimizer_layout(opt, dim, &vectors, &state_size);
    if (state_size % sizeof(double))
        return lgd_fail(LGD_EINVAL, "%s: its layout asks for a state of %zu bytes, a multiple of 8 is accepted",
                        opt->ops.name, state_size);
    const bool averages = opt->average.kind != LGD_AVERAGE_NONE;
    const size_t bytes = lgd_mul(lgd_add(vectors, averages), lines(lgd_mul(dim, sizeof(double))));
    if (bytes) {
        opt->block = lgd_alloc(opt->ops.name, bytes, 1);
        const lgd_status status = bytes > PTRDIFF_MAX - LINE ? LGD_ERANGE : LGD_ENOMEM;
        if (!opt->block && vectors > MATRIX && vectors > dim / 4)
            return lgd_fail(status, "%s: dim is %zu, which needs %zu vectors of it; lbfgs with 2m vectors is accepted",
                            opt->ops.name, dim, vectors);
        if (!opt->block)
            return status;
    }
    opt->mean = averages ? (double *)opt->block + vectors * (lines(dim * sizeof(double)) / sizeof(double)) : NULL;
    opt->vectors = vectors;
    opt->state_size = state_size;
    opt->dim = dim;
    return LGD_OK;
}

/* A new table for the slices as they are to be, zero but for them; pointers of slice k lie within the vectors. */
static lgd_status allocate_table(const lgd_optimizer *opt, size_t spare_first, size_t spare_count, lgd_optimizer *new)
{
    const size_t slices = cut(opt, opt->dim, spare_first, spare_count, NULL);
    const size_t table = lines(lgd_mul(slices, sizeof(lgd_slice)));
    const size_t pointers = lines(lgd_mul(lgd_mul(slices, opt->vectors), sizeof(double *)));
    const size_t state = lines(lgd_mul(slices, opt->state_size));
    const bool keeps_old = !(opt->ops.flags & LGD_SLICED) && opt->group_count;
    const size_t old = keeps_old ? lgd_mul(opt->dim, sizeof(double)) : 0;
    const bool swept = lgd_optimizer_can_be_swept(opt);
    const size_t moved = swept ? lines(lgd_mul(slices, sizeof(lgd_step))) : 0, next = swept ? state : 0;
    const size_t fixed = lgd_add(lgd_add(table, pointers), state);
    char *memory = lgd_alloc(opt->ops.name, lgd_add(lgd_add(fixed, moved), lgd_add(next, old)), 1);
    if (!memory)
        return LGD_ENOMEM;
    *new = *opt;
    new->table = memory;
    new->slice = (lgd_slice *)(void *)memory;
    new->vec = (double **)(void *)(memory + table);
    new->state = (unsigned char *)memory + table + pointers;
    new->moved = swept ? (lgd_step *)(void *)(memory + fixed) : NULL;
    new->next_state = (unsigned char *)memory + fixed + moved;
    new->w_old = keeps_old ? (double *)(void *)(memory + fixed + moved + next) : NULL;
    new->slices = cut(opt, opt->dim, spare_first, spare_count, new->slice);
    new->spare_first = spare_first;
    new->spare_count = spare_count;
    const size_t stride = lines(opt->dim * sizeof(double)) / sizeof(double);
    for (size_t k = 0; k < slices; k++)
        for (size_t i = 0; i < opt->vectors; i++)
            new->vec[k * opt->vectors + i] = (double *)opt->block + i *stride + new->slice[k].first;
    return LGD_OK;
}

/* A new slice takes over the steps of the old ones that it covers, and their state if it is one of them. That cannot be where
 * the method keeps numbers for each, or some were frozen while others moved. */
static lgd_status take_over(lgd_optimizer *new, const lgd_optimizer *old)
{
    const char *name = old->ops.name;
    const size_t size = old->state_size;
    for (size_t k = 0, from = 0; old->t && k < new->slices; k++) {
        lgd_slice *slice = &new->slice[k];
        const lgd_slice *last = &old->slice[old->slices - 1];
        while (slice->first - old->slice[from].first >= old->slice[from].count)
            from++;
        const lgd_slice *was = &old->slice[from];
        if (size && (slice->first != was->first || slice->count != was->count))
            return lgd_fail(
                LGD_EINVAL,
                "%s: the unpenalised range is %zu + %zu, which with the groups cuts w elsewhere than before; "
                "what it began with is accepted: its state belongs to that",
                name, new->spare_first, new->spare_count);
        for (const lgd_slice *other = was; other <= last && other->first < slice->first + slice->count; other++)
            if (other->steps != was->steps)
                return lgd_fail(
                    LGD_EINVAL,
                    "%s: the range %zu + %zu would join coordinates of %llu and of %llu steps; where some were "
                    "frozen a group of the same range that is not frozen is accepted",
                    name, slice->first, slice->count, (unsigned long long)was->steps, (unsigned long long)other->steps);
        slice->steps = was->steps;
        slice->weight = was->weight;
        if (size)
            memcpy(new->state + k *size, old->state + from * size, size);
    }
    return LGD_OK;
}

/* From now on with these slices, or as before. */
static lgd_status cut_anew(lgd_optimizer *opt, size_t spare_first, size_t spare_count)
{
    lgd_optimizer new;
    lgd_status status = allocate_table(opt, spare_first, spare_count, &new);
    if (status)
        return status;
    status = take_over(&new, opt);
    lgd_release(status ? new.table : opt->table);
    if (!status)
        *opt = new;
    return status;
}

static lgd_status check_ranges(const lgd_optimizer *opt, size_t dim, size_t spare_first, size_t spare_count)
{
    const char *name = opt->ops.name;
    if (spare_first > dim || spare_count > dim - spare_first)
        return lgd_fail(LGD_EINVAL, "%s: the unpenalised range is %zu + %zu, a range within dim %zu is accepted", name,
                        spare_first, spare_count, dim);
    if (opt->dim && opt->dim != dim)
        return lgd_fail(LGD_EINVAL, "%s: dim is %zu, %zu as before is accepted (or lgd_optimizer_reset first)", name,
                        dim, opt->dim);
    for (size_t i = 0; i < opt->group_count; i++) {
        const lgd_group *g = &opt->groups[i];
        if (g->first > dim || g->count > dim - g->first)
            return lgd_fail(LGD_EINVAL, "%s: a group is %zu + %zu, a range within dim %zu is accepted", name, g->first,
                            g->count, dim);
        if (!isnan(g->decay) && opt->takes_decay && !(opt->ops.flags & LGD_SLICED))
            return lgd_fail(
                LGD_EUNSUPPORTED,
                "%s: decay of the group %zu + %zu is %g, none is accepted: %s moves all at once, by its own "
                "weight_decay",
                name, g->first, g->count, g->decay, name);
        if (isgreater(g->decay, 0) && (opt->ops.flags & (LGD_SLICED | LGD_NEEDS_EVAL)) == LGD_NEEDS_EVAL)
            return lgd_fail(
                LGD_EUNSUPPORTED,
                "%s: decay of the group %zu + %zu is %g, 0 is accepted: %s asks for f elsewhere, which would "
                "be without it",
                name, g->first, g->count, g->decay, name);
        if (g->lr_scale != 1 && (opt->ops.flags & (LGD_SLICED | LGD_OWN_POINTS)) == LGD_OWN_POINTS)
            return lgd_fail(LGD_EUNSUPPORTED,
                            "%s: lr_scale of the group %zu + %zu is %g, 1 is accepted: %s moves all at once", name,
                            g->first, g->count, g->lr_scale, name);
    }
    return LGD_OK;
}

/* ---- the doors */

lgd_status lgd_optimizer_groups_sized(lgd_optimizer *opt, const lgd_group *groups, size_t count, size_t group_size)
{
    if (!opt)
        return lgd_optimizer_missing("opt", "an optimizer");
    if (count && !groups)
        return lgd_optimizer_missing("groups", "count groups");
    lgd_optimizer with = *opt;
    with.group_count = count;
    with.groups = count ? lgd_alloc(opt->ops.name, count, sizeof *groups) : NULL;
    if (count && !with.groups)
        return LGD_ENOMEM;
    lgd_status status = take_groups(opt->ops.name, with.groups, groups, count, group_size);
    if (!status && opt->dim)
        status = check_ranges(&with, opt->dim, opt->spare_first, opt->spare_count);
    if (!status && opt->dim)
        status = cut_anew(&with, opt->spare_first, opt->spare_count);
    lgd_release(status ? with.groups : opt->groups);
    if (!status)
        *opt = with;
    return status;
}

lgd_status lgd_optimizer_prepare(lgd_optimizer *opt, size_t dim, size_t spare_first, size_t spare_count)
{
    lgd_status status = lgd_check_size(opt->ops.name, "dim", dim, false);
    if (!status)
        status = check_ranges(opt, dim, spare_first, spare_count);
    const bool same_spare = opt->spare_count == spare_count && (!spare_count || opt->spare_first == spare_first);
    if (status || (opt->table && same_spare))
        return status;
    const bool first_time = !opt->dim;
    lgd_engaged anew;
    status = lgd_engage(&anew, opt, opt->penalty, dim, spare_first, spare_count);
    if (!status && first_time)
        status = allocate_vectors(opt, dim);
    if (!status)
        status = cut_anew(opt, spare_first, spare_count);
    if (!status)
        anew = lgd_optimizer_exchange(opt, anew);
    else if (first_time)
        lgd_optimizer_reset(opt);
    lgd_disengage(&anew);
    return status;
}

lgd_status lgd_optimizer_spare(lgd_optimizer *opt, size_t dim, size_t first, size_t count)
{
    return opt ? lgd_optimizer_prepare(opt, dim, first, count) : lgd_optimizer_missing("opt", "an optimizer");
}
