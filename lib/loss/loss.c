#include "loss.h"
#include <string.h>

/* The built-in losses, one line each. */
static const lgd_loss *(*const table[])(void) = {
    lgd_loss_half_squared,
    lgd_loss_squared,
    lgd_loss_logistic,
    lgd_loss_squared_hinge,
};
enum { COUNT = sizeof table / sizeof *table };

static const char *name_of(const void *ctx, size_t i)
{
    (void)ctx;
    return i < COUNT ? table[i]()->ops.name : NULL;
}

const lgd_loss *lgd_loss_find(const char *name)
{
    if (!name) {
        lgd_fail(LGD_EINVAL, "loss: name is NULL, the name of a loss is accepted");
        return NULL;
    }
    for (size_t i = 0; i < COUNT; i++)
        if (!strcmp(name, name_of(NULL, i)))
            return table[i]();
    const char *near = lgd_nearest(name, name_of, NULL);
    lgd_fail(LGD_EINVAL,
             near ? "loss: name is \"%.60s\", did you mean \"%s\"?" : "loss: name is \"%.60s\", which is none", name,
             near);
    return NULL;
}

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

size_t lgd_loss_labels(const void *ctx, size_t m, size_t k, const double *y, const char **accepted)
{
    (void)ctx;
    *accepted = "0 or 1 is accepted";
    for (size_t i = 0; i < m * k; i++)
        if (y[i] != 0 && y[i] != 1)
            return i;
    return m * k;
}

size_t lgd_loss_one_each(const void *ctx, size_t k)
{
    (void)ctx;
    return k;
}

void lgd_loss_diagonal(size_t m, size_t k, double value, const double *weight, double *C)
{
    memset(C, 0, m * k * k * sizeof *C);
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < k; c++)
            C[(i * k + c) * k + c] = value * (weight ? weight[i] : 1);
}
