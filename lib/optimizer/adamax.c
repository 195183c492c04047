/* AdaMax: D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, Algorithm 2, with eps inside the
 * maximum. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_adamax_options, lr, 0.002, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_adamax_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_adamax_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the maximum is kept"),
    LGD_OPTION(lgd_adamax_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the size of g in the maximum"),
    {0},
};

LGD_WIDE static lgd_status step(lgd_step *s)
{
    const lgd_adamax_options *o = s->options;
    const double beta1 = lgd_given_or(s->momentum, o->beta1), beta2 = o->beta2, eps = o->eps;
    const double rate = o->lr * s->lr_factor / lgd_bias(beta1, s->t), *g = s->g;
    double *w = s->w, *m = s->vec[0], *u = s->vec[1];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        m[j] = lgd_mean(beta1, m[j], g[j]);
        const double now = fabs(g[j]) + eps, kept = beta2 * u[j];
        u[j] = now > kept ? now : kept;
        w[j] -= rate * m[j] / lgd_divisor(u[j]);
        bad |= lgd_not_finite(w[j]);
    }
    const double eta = rate * lgd_weigh_mean(s, beta1);
    for (size_t j = 0; s->eta_each && j < s->dim; j++)
        s->eta_each[j] = eta / lgd_divisor(u[j]);
    return lgd_stepped(s, bad);
}

const lgd_optimizer_ops *lgd_adamax_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "adamax",
        .about = "rates by a maximum that fades, with momentum",
        .source = "Kingma and Ba (2015)",
        .options = options,
        .options_size = sizeof(lgd_adamax_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_two_vectors,
        .step = step,
    };
    return &ops;
}
