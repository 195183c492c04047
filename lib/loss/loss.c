#include "loss.h"

lgd_status lgd_loss_create_sized(lgd_loss **out, const lgd_loss_ops *ops, size_t ops_size, void *ctx)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "loss: out is NULL, a place for the loss is accepted");
    *out = NULL;
    lgd_loss_ops mine;
    lgd_status status = lgd_take_struct("loss ops", &mine, sizeof mine, ops, ops_size);
    if (status)
        return status;
    if (!mine.name || !mine.eval)
        return lgd_fail(LGD_EINVAL, "loss: ops.%s is NULL, a loss needs name and eval", mine.name ? "eval" : "name");
    lgd_loss *loss = lgd_alloc("loss", 1, sizeof *loss);
    if (!loss)
        return LGD_ENOMEM;
    *loss = (lgd_loss){.ops = mine, .ctx = ctx, .created = true};
    *out = loss;
    return LGD_OK;
}

const char *lgd_loss_name(const lgd_loss *loss)
{
    return loss ? loss->ops.name : "";
}

size_t lgd_loss_describe(const lgd_loss *loss, char *text, size_t size)
{
    lgd_words words = {text, text ? size : 0, 0};
    if (!loss) {
        lgd_fail(LGD_EINVAL, "describe: loss is NULL, a loss is accepted");
        return 0;
    }
    lgd_say_by(&words, loss->ops.describe, loss->ctx, loss->ops.name);
    return words.length;
}

void lgd_loss_free(lgd_loss *loss)
{
    if (!loss || !loss->created)
        return;
    if (loss->ops.free)
        loss->ops.free(loss->ctx);
    lgd_release(loss);
}

size_t lgd_loss_targets(const lgd_loss *loss, size_t k)
{
    return loss->ops.targets ? loss->ops.targets(loss->ctx, k) : 1;
}

static void free_parameter(void *ctx)
{
    lgd_release(ctx);
}

lgd_status lgd_loss_with(lgd_loss **out, const lgd_loss *of, double value, bool legal, const char *accepted)
{
    const lgd_loss_parameter *standard = of->ctx;
    lgd_loss_ops ops = of->ops;
    if (out)
        *out = NULL;
    if (!out)
        return lgd_fail(LGD_EINVAL, "%s: out is NULL, a place for the loss is accepted", ops.name);
    if (!legal)
        return lgd_fail(LGD_EINVAL, "%s: %s is %g, %s is accepted", ops.name, standard->key, value, accepted);
    lgd_loss_parameter *parameter = lgd_alloc("loss", 1, sizeof *parameter);
    if (!parameter)
        return LGD_ENOMEM;
    *parameter = *standard;
    parameter->value = value;
    ops.free = free_parameter;
    const lgd_status status = lgd_loss_create(out, &ops, parameter);
    if (status)
        lgd_release(parameter);
    return status;
}

int lgd_loss_describe_parameter(const void *ctx, char *text, size_t size)
{
    const lgd_loss_parameter *parameter = ctx;
    lgd_words words = {text, size, 0};
    lgd_say(&words, "%s:%s=", parameter->name, parameter->key);
    lgd_say_number(&words, parameter->value);
    return (int)words.length;
}
