/* Polyak's step: B. Polyak, "Introduction to optimization" (1987), section 5.3; bounded and for single rows or batches, N.
 * Loizou, S. Vaswani, I. Laradji, S. Lacoste-Julien, "Stochastic Polyak step-size for SGD", AISTATS 2021 (arXiv 2020).
 *
 * The schedule and the groups multiply the step, not only its bound. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_polyak_options, lr, 1, LGD_POSITIVE, "largest rate"),
    {.name = "f_min",
     .offset = offsetof(lgd_polyak_options, f_min),
     .low = -INFINITY,
     .high = INFINITY,
     .open = 3,
     .help = "value at the minimum, or a bound below it"},
    LGD_OPTION(lgd_polyak_options, c, 1, LGD_POSITIVE, "divides the rate; 0.5 is twice as bold"),
    {0},
};

static void norm_of_range(const lgd_step *s, const void *ctx, size_t first, size_t count, double sum[LGD_RANGE_SUMS])
{
    (void)ctx;
    sum[0] = lgd_norm2(count, s->g + first);
}

/* |g| and not |g|^2: the square of 1e200 is no number. */
static lgd_status measure(lgd_step *s)
{
    if (!isfinite(s->f))
        return lgd_fail(LGD_EDIVERGED, "polyak: f is %g, a finite number is accepted: the step is made from it", s->f);
    double sum[LGD_RANGES][LGD_RANGE_SUMS];
    const size_t ranges = lgd_over_ranges(s, norm_of_range, NULL, sum);
    for (size_t i = 0; i < ranges; i++)
        s->sum[0] = hypot(s->sum[0], sum[i][0]);
    return LGD_OK;
}

static lgd_status step(lgd_step *s)
{
    const lgd_polyak_options *o = s->options;
    const double norm = s->sum[0], above = fmax(s->f - o->f_min, 0) / o->c;
    const double lr = s->lr_factor * (norm == 0 ? o->lr : fmin(o->lr, above / norm / norm));
    return lgd_descend(s, lr);
}

const lgd_optimizer_ops *lgd_polyak_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "polyak",
        .about = "gradient descent at the rate that f and |g| tell",
        .source = "Polyak (1987); Loizou et al. (2020)",
        .options = options,
        .options_size = sizeof(lgd_polyak_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .measure = measure,
        .step = step,
    };
    return &ops;
}
