/* What an objective is, in words and numbers. */
#include "objective.h"
#include <math.h>

size_t lgd_objective_describe(const lgd_objective *f, char *text, size_t size)
{
    lgd_words t = {text, text ? size : 0, 0};
    if (!f) {
        lgd_fail(LGD_EINVAL, "describe: f is NULL, an objective is accepted");
        return 0;
    }
    if (f->ops.describe) {
        const int length = f->ops.describe(f->ctx, t.to, t.size);
        return length > 0 ? (size_t)length : 0;
    }
    lgd_say(&t, "%s of %zu term%s, %zu parameter%s", f->ops.name, f->terms, f->terms == 1 ? "" : "s", f->dim,
            f->dim == 1 ? "" : "s");
    return t.length;
}

const char *lgd_objective_cost(const lgd_objective *f, double *bytes, double *flops)
{
    *bytes = *flops = NAN;
    const char *kernel = f->ops.cost ? f->ops.cost(f->ctx, bytes, flops) : NULL;
    return kernel ? kernel : "";
}
