/* Gradient descent: w -= lr g. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_sgd_options, lr, 0.01, LGD_POSITIVE, "rate"),
    {0},
};

LGD_WIDEST static lgd_status descend(lgd_step *s, double lr)
{
    const double *g = s->g;
    double *w = s->w;
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        w[j] -= lr * g[j];
        bad |= lgd_not_finite(w[j]);
    }
    s->eta = lr;
    return lgd_stepped(s, bad);
}

lgd_status lgd_descend(lgd_step *s, double lr)
{
    return descend(s, lr);
}

static lgd_status step(lgd_step *s)
{
    const lgd_sgd_options *o = s->options;
    return lgd_descend(s, o->lr * s->lr_factor);
}

const lgd_optimizer_ops *lgd_sgd_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "sgd",
        .about = "gradient descent",
        .source = "Cauchy (1847); Robbins and Monro (1951)",
        .options = options,
        .options_size = sizeof(lgd_sgd_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_SPARSE | LGD_LINEAR | LGD_CHECKED | LGD_TELLS_RATE,
        .step = step,
    };
    return &ops;
}
