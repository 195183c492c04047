/* AdaGrad: J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic
 * optimization", JMLR 12 (2011), the diagonal form. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_adagrad_options, lr, 0.01, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_adagrad_options, eps, 1e-10, LGD_NOT_NEGATIVE, "added to the root"),
    LGD_OPTION(lgd_adagrad_options, lr_decay, 0, LGD_NOT_NEGATIVE, "the rate is divided by 1 + (t-1) lr_decay"),
    LGD_OPTION(lgd_adagrad_options, initial, 0, LGD_NOT_NEGATIVE, "where the sum of squares begins"),
    {0},
};

static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)opaque, (void)dim, (void)state_size;
    *vectors = 1;
}

static lgd_status init(lgd_step *s)
{
    const lgd_adagrad_options *o = s->options;
    for (size_t j = 0; j < s->dim; j++)
        s->vec[0][j] = o->initial;
    return LGD_OK;
}

static lgd_status step(lgd_step *s)
{
    const lgd_adagrad_options *o = s->options;
    const double lr = o->lr * s->lr_factor / (1 + (double)(s->t - 1) * o->lr_decay), eps = o->eps, *g = s->g;
    double *w = s->w, *sum = s->vec[0];
#pragma omp simd
    for (size_t j = 0; j < s->dim; j++) {
        sum[j] += g[j] * g[j];
        w[j] -= lr * g[j] / lgd_divisor(sqrt(sum[j]) + eps);
    }
    return LGD_OK;
}

const lgd_optimizer_ops *lgd_adagrad_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "adagrad",
        .options = options,
        .options_size = sizeof(lgd_adagrad_options),
        .flags = LGD_SLICED,
        .layout = layout,
        .init = init,
        .step = step,
    };
    return &ops;
}
