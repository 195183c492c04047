/* Adam: D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, Algorithm 1. AdamW: I. Loshchilov,
 * F. Hutter, "Decoupled weight decay regularization", ICLR 2019, Algorithm 2, with the decay multiplied by lr. */
#include "optimizer.h"

static const lgd_option adam_options[] = {
    LGD_OPTION(lgd_adam_options, lr, 0.001, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_adam_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_adam_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the mean of g^2 is kept"),
    LGD_OPTION(lgd_adam_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the corrected root"),
    {0},
};

static const lgd_option adamw_options[] = {
    LGD_OPTION(lgd_adamw_options, lr, 0.001, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_adamw_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_adamw_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the mean of g^2 is kept"),
    LGD_OPTION(lgd_adamw_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the corrected root"),
    LGD_OPTION(lgd_adamw_options, weight_decay, 0.01, LGD_NOT_NEGATIVE, "w shrinks by 1 - lr weight_decay first"),
    {0},
};

/* w = keep w - lr (m/c1) / (sqrt(v/c2) + eps), c = 1 - beta^t */
static lgd_status update(lgd_step *s, double lr, double beta1, double beta2, double eps, double keep)
{
    const double rate = lr / lgd_bias(beta1, s->t), root = 1 / sqrt(lgd_bias(beta2, s->t)), *g = s->g;
    double *w = s->w, *m = s->vec[0], *v = s->vec[1];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        m[j] = lgd_mean(beta1, m[j], g[j]);
        v[j] = lgd_mean(beta2, v[j], g[j] * g[j]);
        w[j] = keep * w[j] - rate * m[j] / lgd_divisor(sqrt(v[j]) * root + eps);
        bad |= lgd_not_finite(w[j]);
    }
    return lgd_stepped(s, bad);
}

static lgd_status adam_step(lgd_step *s)
{
    const lgd_adam_options *o = s->options;
    return update(s, o->lr * s->lr_factor, lgd_given_or(s->momentum, o->beta1), o->beta2, o->eps, 1);
}

static lgd_status adamw_step(lgd_step *s)
{
    const lgd_adamw_options *o = s->options;
    const double lr = o->lr * s->lr_factor, decay = lgd_given_or(s->decay, o->weight_decay);
    return update(s, lr, lgd_given_or(s->momentum, o->beta1), o->beta2, o->eps, 1 - lr * decay);
}

const lgd_optimizer_ops *lgd_adam_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "adam",
        .about = "rates by the mean of squares, with momentum",
        .source = "Kingma and Ba (2015)",
        .options = adam_options,
        .options_size = sizeof(lgd_adam_options),
        .flags = LGD_SLICED | LGD_CHECKED,
        .layout = lgd_two_vectors,
        .step = adam_step,
    };
    return &ops;
}

const lgd_optimizer_ops *lgd_adamw_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "adamw",
        .about = "Adam with decoupled weight decay",
        .source = "Loshchilov and Hutter (2019)",
        .options = adamw_options,
        .options_size = sizeof(lgd_adamw_options),
        .flags = LGD_SLICED | LGD_CHECKED,
        .layout = lgd_two_vectors,
        .step = adamw_step,
    };
    return &ops;
}
