/* AdaBelief: J. Zhuang, T. Tang, Y. Ding, S. Tatikonda, N. Dvornek, X. Papademetris, J. Duncan, "AdaBelief optimizer: adapting
 * stepsizes by the belief in observed gradients", NeurIPS 2020, Algorithm 2, whose one eps is here two. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_adabelief_options, lr, 0.001, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_adabelief_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_adabelief_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the mean of (g - m)^2 is kept"),
    LGD_OPTION(lgd_adabelief_options, eps, 1e-16, LGD_NOT_NEGATIVE, "added to the corrected root"),
    LGD_OPTION(lgd_adabelief_options, eps_root, 1e-16, LGD_NOT_NEGATIVE, "added to s in every step"),
    {0},
};

/* The new m, of which this g is a part already. */
LGD_WIDE static lgd_status step(lgd_step *s)
{
    const lgd_adabelief_options *o = s->options;
    const double beta1 = lgd_given_or(s->momentum, o->beta1), beta2 = o->beta2, *g = s->g;
    const double eps = o->eps, eps_root = o->eps_root;
    const double rate = o->lr * s->lr_factor / lgd_bias(beta1, s->t), root = 1 / sqrt(lgd_bias(beta2, s->t));
    double *w = s->w, *m = s->vec[0], *v = s->vec[1];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        m[j] = lgd_mean(beta1, m[j], g[j]);
        const double e = g[j] - m[j];
        v[j] = lgd_mean(beta2, v[j], e * e) + eps_root;
        w[j] -= rate * m[j] / lgd_divisor(sqrt(v[j]) * root + eps);
        bad |= lgd_not_finite(w[j]);
    }
    lgd_tell_rates(s, rate * lgd_weigh_mean(s, beta1), v, root, 0, eps);
    return lgd_stepped(s, bad);
}

const lgd_optimizer_ops *lgd_adabelief_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "adabelief",
        .about = "Adam with rates by how far g is from its mean",
        .source = "Zhuang et al. (2020)",
        .options = options,
        .options_size = sizeof(lgd_adabelief_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_two_vectors,
        .step = step,
    };
    return &ops;
}
