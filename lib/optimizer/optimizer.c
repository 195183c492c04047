/* An optimizer comes and goes, and answers questions. The object and its options are one allocation; what it keeps for w is
 * in slices.c, the step in step.c. */
#include "optimizer.h"

lgd_status lgd_optimizer_missing(const char *argument, const char *accepted)
{
    return lgd_fail(LGD_EINVAL, "optimizer: %s is NULL, %s is accepted", argument, accepted);
}

static const lgd_judged nothing_judged = {
    .f_best = INFINITY, .lowest_mean = INFINITY, .saddle_f = INFINITY, .validation_best = INFINITY};

/* Where momentum is an extra, its preset being 0, it has no vector unless it is asked for. */
static bool takes_momentum(const lgd_optimizer *opt)
{
    const lgd_option *momentum = lgd_options_look(&opt->ops, "momentum");
    return lgd_options_look(&opt->ops, "beta1") ||
           (momentum && (momentum->preset > 0 || lgd_options_get(momentum, opt->options) > 0));
}

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

    const size_t head = (sizeof(lgd_optimizer) + 63) / 64 * 64; /* options begin on a cache line */
    lgd_optimizer *opt = lgd_alloc(own.name, 1, lgd_add(head, own.options_size));
    if (!opt)
        return LGD_ENOMEM;
    opt->ops = own;
    opt->options = (char *)opt + head;
    opt->judged = nothing_judged;
    opt->momentum = NAN;
    opt->takes_decay = lgd_options_look(&own, "weight_decay") || lgd_options_look(&own, "l2");
    status = lgd_take_struct(own.name, opt->options, own.options_size, options, options_size);
    if (!status)
        status = lgd_options_fill(&opt->ops, opt->options);
    opt->takes_momentum = takes_momentum(opt);
    opt->finds_lr = lgd_optimizer_value(opt, "lr", 0) == LGD_AUTO;
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
    lgd_optimizer_disengage(opt);
    lgd_optimizer_forget(opt);
    lgd_optimizer_forget_room(opt);
    lgd_release(opt->table);
    lgd_release(opt->block);
    lgd_release(opt->groups);
    lgd_release(opt);
}

void lgd_optimizer_reset(lgd_optimizer *opt)
{
    if (!opt)
        return;
    lgd_optimizer_disengage(opt);
    lgd_optimizer_forget(opt);
    lgd_optimizer_forget_room(opt);
    lgd_release(opt->table);
    lgd_release(opt->block);
    *opt = (lgd_optimizer){.ops = opt->ops,
                           .options = opt->options,
                           .groups = opt->groups,
                           .group_count = opt->group_count,
                           .average = opt->average,
                           .momentum = opt->momentum,
                           .penalty = opt->penalty,
                           .takes_decay = opt->takes_decay,
                           .takes_momentum = opt->takes_momentum,
                           .finds_lr = opt->finds_lr,
                           .judged = nothing_judged};
    lgd_optimizer_put_rate(opt);
}

void lgd_optimizer_begin_anew(lgd_optimizer *opt, const double *w)
{
    for (size_t k = 0; k < opt->slices; k++)
        opt->slice[k].steps = 0, opt->slice[k].weight = 0;
    for (size_t i = 0; i < opt->vectors; i++)
        memset(opt->vec[i], 0, opt->dim * sizeof(double));
    if (opt->state_size)
        memset(opt->state, 0, opt->slices * opt->state_size);
    if (opt->average.kind == LGD_LOOKAHEAD)
        memcpy(opt->mean, w, opt->dim * sizeof *w);
}

lgd_status lgd_optimizer_follow(lgd_optimizer *opt, const lgd_optimizer *before)
{
    if (!opt || !before)
        return lgd_optimizer_missing(opt ? "before" : "opt", "an optimizer");
    lgd_status status = lgd_optimizer_check_whole(before);
    if (status || !before->dim)
        return status;
    if (opt->t)
        return lgd_fail(LGD_EINVAL, "%s: it has taken %llu steps, none is accepted before it follows %s", opt->ops.name,
                        (unsigned long long)opt->t, before->ops.name);
    if (opt->dim && opt->dim != before->dim)
        return lgd_fail(LGD_EINVAL, "%s: its dim is %zu, %zu as of %s is accepted", opt->ops.name, opt->dim,
                        before->dim, before->ops.name);
    status = lgd_optimizer_prepare(opt, before->dim, before->spare_first, before->spare_count);
    if (status)
        return status;
    const double found = opt->judged.lr_found;
    opt->t = before->t;
    opt->judged = before->judged;
    opt->judged.joined = before->t;
    opt->judged.lr_found = found;
    return LGD_OK;
}

/* ---- what it has seen */

void lgd_optimizer_forget(lgd_optimizer *opt)
{
    lgd_release(opt->seen.mean);
    opt->seen = (lgd_seen){0};
}

lgd_status lgd_optimizer_remember(lgd_optimizer *opt, size_t terms, size_t each)
{
    if (opt->seen.terms == terms && opt->seen.each == each)
        return LGD_OK;
    const size_t head = lgd_padded(opt->dim);
    double *mean = lgd_alloc(opt->ops.name, lgd_add(head, lgd_mul(terms, each)), sizeof *mean);
    if (!mean)
        return LGD_ENOMEM;
    lgd_optimizer_forget(opt);
    opt->seen = (lgd_seen){.terms = terms, .each = each, .mean = mean, .slope = mean + head};
    return LGD_OK;
}

/* ---- a rate that is found */

void lgd_optimizer_put_rate(lgd_optimizer *opt)
{
    const lgd_option *lr = opt->finds_lr ? lgd_options_look(&opt->ops, "lr") : NULL;
    if (lr)
        lgd_options_set(lr, opt->options, opt->judged.lr_found > 0 ? opt->judged.lr_found : LGD_AUTO);
}

double lgd_optimizer_given(const lgd_optimizer *opt, const lgd_option *o)
{
    return opt->finds_lr && !strcmp(o->name, "lr") ? LGD_AUTO : lgd_options_get(o, opt->options);
}

/* ---- layout */

void lgd_optimizer_layout(const lgd_optimizer *opt, size_t dim, size_t *vectors, size_t *state_size)
{
    *vectors = *state_size = 0;
    if (opt->ops.layout)
        opt->ops.layout(opt->options, dim, vectors, state_size);
}

static void so_many(size_t count, size_t *vectors, size_t *state_size)
{
    *vectors = count;
    *state_size = 0;
}

void lgd_one_vector(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim;
    so_many(1, vectors, state_size);
}

void lgd_two_vectors(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim;
    so_many(2, vectors, state_size);
}

void lgd_three_vectors(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim;
    so_many(3, vectors, state_size);
}

size_t lgd_optimizer_state_bytes(const lgd_optimizer *opt, size_t dim)
{
    if (!opt)
        return 0;
    size_t vectors, state_size;
    lgd_optimizer_layout(opt, dim, &vectors, &state_size);
    vectors = lgd_add(vectors, opt->average.kind != LGD_AVERAGE_NONE);
    return lgd_add(lgd_mul(lgd_mul(vectors, dim), sizeof(double)), state_size);
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
    const lgd_option *o = lgd_options_look(&opt->ops, name);
    return o ? lgd_options_get(o, opt->options) : otherwise;
}
