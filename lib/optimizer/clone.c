/* An optimizer like another one. */
#include "optimizer.h"

static lgd_status copy_groups(lgd_optimizer *to, const lgd_optimizer *from)
{
    if (!from->group_count)
        return LGD_OK;
    to->groups = lgd_alloc(from->ops.name, from->group_count, sizeof *to->groups);
    if (!to->groups)
        return LGD_ENOMEM;
    memcpy(to->groups, from->groups, from->group_count * sizeof *to->groups);
    to->group_count = from->group_count;
    return LGD_OK;
}

lgd_status lgd_optimizer_twin(lgd_optimizer **out, const lgd_optimizer *opt)
{
    const size_t head = (sizeof(lgd_optimizer) + 63) / 64 * 64;
    lgd_optimizer *like = lgd_alloc(opt->ops.name, 1, lgd_add(head, opt->ops.options_size));
    *out = NULL;
    if (!like)
        return LGD_ENOMEM;
    *like = *opt;
    like->options = (char *)like + head;
    like->groups = NULL;
    like->group_count = 0;
    like->dim = 0;
    like->block = like->table = NULL;
    like->penalised = (lgd_penalised){0};
    like->eta_each = NULL;
    like->seen = (lgd_seen){0};
    like->compact = (lgd_compact){0};
    memcpy(like->options, opt->options, opt->ops.options_size);
    const lgd_status status = copy_groups(like, opt);
    lgd_optimizer_reset(like); /* what it has seen and kept is the other's */
    if (status)
        lgd_optimizer_free(like);
    else
        *out = like;
    return status;
}

lgd_status lgd_optimizer_clone(lgd_optimizer **out, const char *object, const lgd_optimizer *opt, double lr)
{
    const lgd_option *rate = lgd_options_look(&opt->ops, "lr");
    *out = NULL;
    if (!rate)
        return lgd_fail(LGD_EUNSUPPORTED, "%s: %s has no lr, a method with that option is accepted", object,
                        opt->ops.name);
    if (!isfinite(lr) || lr == 0) /* LGD_AUTO is no finite number */
        return lgd_fail(LGD_EINVAL, "%s: lr is %g, a finite number above 0 is accepted", object, lr);
    lgd_status status = lgd_options_check_range(object, rate, lr);
    if (!status)
        status = lgd_optimizer_twin(out, opt);
    if (status)
        return status;
    (*out)->finds_lr = false;
    lgd_options_set(rate, (*out)->options, lr);
    return LGD_OK;
}
