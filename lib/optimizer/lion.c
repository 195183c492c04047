/* Lion: X. Chen, C. Liang, D. Huang, E. Real et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023,
 * Algorithm 2. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_lion_options, lr, 1e-4, LGD_POSITIVE, "rate, the length of each coordinate's step"),
    LGD_OPTION(lgd_lion_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is in the sign"),
    LGD_OPTION(lgd_lion_options, beta2, 0.99, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_lion_options, weight_decay, 0, LGD_NOT_NEGATIVE, "w shrinks by 1 - lr weight_decay first"),
    {0},
};

LGD_WIDE static lgd_status step(lgd_step *s)
{
    const lgd_lion_options *o = s->options;
    const double lr = o->lr * s->lr_factor, beta1 = lgd_given_or(s->momentum, o->beta1), beta2 = o->beta2;
    const double keep = 1 - lr * lgd_given_or(s->decay, o->weight_decay), *g = s->g;
    double *w = s->w, *m = s->vec[0];
    uint64_t bad = 0;
    const double length = lr * (beta1 * s->weight + (1 - beta1));
    for (size_t j = 0; s->eta_each && j < s->dim; j++)
        s->eta_each[j] = length / lgd_divisor(fabs(lgd_mean(beta1, m[j], g[j])));
    lgd_weigh_mean(s, beta2);
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        const double c = lgd_mean(beta1, m[j], g[j]);
        m[j] = lgd_mean(beta2, m[j], g[j]);
        w[j] = keep * w[j] - lr * copysign((double)(c != 0), c); /* sign(0) = 0 */
        bad |= lgd_not_finite(w[j]) | lgd_not_finite(m[j]);      /* the sign hides a g that is none */
    }
    return lgd_stepped(s, bad);
}

const lgd_optimizer_ops *lgd_lion_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "lion",
        .about = "the sign of a mean, steps of one length",
        .source = "Chen et al. (2023)",
        .options = options,
        .options_size = sizeof(lgd_lion_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_one_vector,
        .step = step,
    };
    return &ops;
}
