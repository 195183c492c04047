/* The built-in methods: one line each, and lists, documentation, tests, benchmarks and lgd_optimizer_parse know it. */
#include "optimizer.h"
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const lgd_optimizer_ops *(*const builtin[])(void) = {
    lgd_sgd_ops,
    lgd_momentum_ops,
    lgd_nesterov_ops,
    lgd_nesterov_convex_ops,
    lgd_proximal_gradient_ops,
    lgd_fista_ops,
    lgd_polyak_ops,
    lgd_lion_ops,
    lgd_lars_ops,
    lgd_adagrad_ops,
    lgd_rmsprop_ops,
    lgd_adam_ops,
    lgd_adamw_ops,
    lgd_lazy_adam_ops,
    lgd_amsgrad_ops,
    lgd_adamax_ops,
    lgd_nadam_ops,
    lgd_radam_ops,
    lgd_adadelta_ops,
    lgd_ftrl_ops,
    lgd_rprop_ops,
    lgd_yogi_ops,
    lgd_adabelief_ops,
    lgd_lamb_ops,
    lgd_asgd_ops,
    lgd_schedule_free_sgd_ops,
    lgd_schedule_free_adamw_ops,
    lgd_prodigy_ops,
    lgd_lbfgs_ops,
    lgd_owlqn_ops,
    lgd_lbfgsb_ops,
    lgd_bfgs_ops,
    lgd_cg_ops,
    lgd_bb_ops,
    lgd_newton_cg_ops,
    lgd_trust_region_ops,
    lgd_newton_ops,
    lgd_cd_ops,
    lgd_lm_ops,
    lgd_dogleg_ops,
};
/* clang-format on */

const lgd_optimizer_ops *lgd_optimizer_builtin(size_t i)
{
    return i < sizeof builtin / sizeof *builtin ? builtin[i]() : NULL;
}

static const char *builtin_name(const void *ctx, size_t i)
{
    (void)ctx;
    const lgd_optimizer_ops *ops = lgd_optimizer_builtin(i);
    return ops ? ops->name : NULL;
}

lgd_status lgd_optimizer_parse(lgd_optimizer **out, const char *text)
{
    if (!out)
        return lgd_optimizer_missing("out", "a place for the optimizer");
    *out = NULL;
    if (!text)
        return lgd_optimizer_missing("text", "a method's name");

    char name[64];
    const size_t length = strcspn(text, ":");
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), text);
    const lgd_optimizer_ops *ops = NULL;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) != NULL; i++)
        if (!strcmp(ops->name, name))
            break;
    if (!ops) {
        const char *nearest = lgd_nearest(name, builtin_name, NULL);
        return lgd_fail(LGD_EINVAL,
                        nearest ? "optimizer: method is \"%s\", did you mean \"%s\"?"
                                : "optimizer: method is \"%s\", a name such as \"%s\" is accepted",
                        name, nearest ? nearest : builtin_name(NULL, 0));
    }

    void *options = lgd_alloc(ops->name, 1, ops->options_size);
    if (!options)
        return LGD_ENOMEM;
    lgd_status status = LGD_OK;
    if (text[length] == ':')
        status = lgd_options_parse(ops, text + length + 1, options);
    if (!status)
        status = lgd_optimizer_create(out, ops, options, ops->options_size);
    lgd_release(options);
    return status;
}
