/* Rprop without weight backtracking, "iRprop-": C. Igel, M. Huesken, "Improving the Rprop learning algorithm", NC 2000, after
 * M. Riedmiller, H. Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", 1993. */
#include "optimizer.h"

#define LGD_ABOVE_ONE .low = 1, .high = INFINITY, .open = 3 /* x > 1 */
#define LGD_WITHIN_ONE .low = 0, .high = 1, .open = 3       /* 0 < x < 1 */

static const lgd_option options[] = {
    LGD_OPTION(lgd_rprop_options, lr, 0.01, LGD_POSITIVE, "the first step of every coordinate"),
    LGD_OPTION(lgd_rprop_options, increase, 1.2, LGD_ABOVE_ONE, "where g keeps its sign"),
    LGD_OPTION(lgd_rprop_options, decrease, 0.5, LGD_WITHIN_ONE, "where g changes it"),
    LGD_OPTION(lgd_rprop_options, step_min, 1e-6, LGD_NOT_NEGATIVE, "no step is shorter"),
    LGD_OPTION(lgd_rprop_options, step_max, 50, LGD_POSITIVE, "no step is longer"),
    {0},
};

static lgd_status check(const void *opaque)
{
    const lgd_rprop_options *o = opaque;
    if (o->step_min > o->step_max)
        return lgd_fail(LGD_EINVAL, "rprop: step_min is %g, at most step_max, %g, is accepted", o->step_min,
                        o->step_max);
    return LGD_OK;
}

static lgd_status init(lgd_step *s)
{
    const lgd_rprop_options *o = s->options;
    lgd_fill(s->dim, o->lr, s->vec[0]);
    return LGD_OK;
}

/* Signs are multiplied, not gradients, whose product may vanish. Where the sign has changed g counts as 0, in this step and
 * as the last one of the next. What depends on signs is written as sums, which compilers take for a vector loop. */
LGD_WIDE static lgd_status step(lgd_step *s)
{
    const lgd_rprop_options *o = s->options;
    const double up = o->increase, down = o->decrease, low = o->step_min, high = o->step_max, factor = s->lr_factor;
    const double *g = s->g;
    double *w = s->w, *length = s->vec[0], *last = s->vec[1];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        const double sign = copysign((double)(g[j] != 0), g[j]), same = sign * last[j], either = same * same;
        const double kept = (either + same) / 2, turned = (either - same) / 2; /* 1 if it is so */
        const double next = length[j] * (kept * up + turned * down + (1 - either));
        const double above = next < low ? low : next;
        length[j] = above > high ? high : above;
        last[j] = sign * (1 - turned);
        w[j] -= factor * length[j] * last[j];
        bad |= lgd_not_finite(w[j]) | lgd_not_finite(g[j]);
    }
    return lgd_stepped(s, bad);
}

const lgd_optimizer_ops *lgd_rprop_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "rprop",
        .about = "steps by the signs of g alone, full batch",
        .source = "Riedmiller and Braun (1993); Igel and Huesken (2000)",
        .options = options,
        .options_size = sizeof(lgd_rprop_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_FULL_BATCH | LGD_CHECKED,
        .layout = lgd_two_vectors,
        .init = init,
        .step = step,
        .check = check,
    };
    return &ops;
}
