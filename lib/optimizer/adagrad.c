/* AdaGrad: J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic
 * optimization", JMLR 12 (2011), the diagonal form. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_adagrad_options, lr, 0.01, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_adagrad_options, eps, 1e-10, LGD_NOT_NEGATIVE, "added to the root"),
    LGD_OPTION(lgd_adagrad_options, lr_decay, 0, LGD_NOT_NEGATIVE, "the rate is divided by 1 + (t-1) lr_decay"),
    LGD_OPTION(lgd_adagrad_options, initial, 0, LGD_NOT_NEGATIVE, "where the sum of squares begins"),
    LGD_OPTION(lgd_adagrad_options, eps_root, 0, LGD_NOT_NEGATIVE, "added under the root"),
    {0},
};

static lgd_status init(lgd_step *s)
{
    const lgd_adagrad_options *o = s->options;
    lgd_fill(s->dim, o->initial, s->vec[0]);
    return LGD_OK;
}

LGD_WIDE static lgd_status step(lgd_step *s)
{
    const lgd_adagrad_options *o = s->options;
    const double lr = o->lr * s->lr_factor / (1 + (double)(s->t - 1) * o->lr_decay);
    const double eps = o->eps, eps_root = o->eps_root, *g = s->g;
    double *w = s->w, *sum = s->vec[0];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        sum[j] += g[j] * g[j];
        w[j] -= lr * g[j] / lgd_divisor(sqrt(sum[j] + eps_root) + eps);
        bad |= lgd_not_finite(w[j]);
    }
    lgd_tell_rates(s, lr, sum, 1, eps_root, eps);
    return lgd_stepped(s, bad);
}

const lgd_optimizer_ops *lgd_adagrad_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "adagrad",
        .about = "rates by the sum of squares",
        .source = "Duchi, Hazan and Singer (2011)",
        .options = options,
        .options_size = sizeof(lgd_adagrad_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_SPARSE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_one_vector,
        .init = init,
        .step = step,
    };
    return &ops;
}
