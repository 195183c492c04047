/* NAdam: T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR 2016 workshop, Algorithm 2, with the momentum of his
 * experiments, mu_t = beta1 (1 - 0.96^(t psi)/2). */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_nadam_options, lr, 0.002, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_nadam_options, beta1, 0.9, LGD_BELOW_ONE,
               "where the momentum mu_t ends; half of it is the beginning"),
    LGD_OPTION(lgd_nadam_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the mean of g^2 is kept"),
    LGD_OPTION(lgd_nadam_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the corrected root"),
    LGD_OPTION(lgd_nadam_options, psi, 0.004, LGD_NOT_NEGATIVE, "how fast mu_t rises"),
    LGD_OPTION(lgd_nadam_options, eps_root, 0, LGD_NOT_NEGATIVE, "added under the corrected root"),
    LGD_OPTION_CHOICE(lgd_nadam_options, form, "pytorch|paper", "whether beta1 or mu_t makes the mean of g"),
    {0},
};

/* 1 - P_t beside the vectors: unlike P_t itself it begins at 0, and never cancels. */
static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)opaque, (void)dim;
    *vectors = 2;
    *state_size = sizeof(double);
}

static double momentum(double beta1, double psi, uint64_t t)
{
    return beta1 * (1 - pow(0.96, (double)t * psi) / 2);
}

LGD_WIDE static lgd_status step(lgd_step *s)
{
    const lgd_nadam_options *o = s->options;
    const bool paper = o->form == LGD_NADAM_PAPER;
    const double beta1 = lgd_given_or(s->momentum, o->beta1), beta2 = o->beta2, eps = o->eps;
    const double mu = momentum(beta1, o->psi, s->t), next = momentum(beta1, o->psi, s->t + 1);
    const double share = (paper ? beta2 : 1) / lgd_bias(beta2, s->t), keep = paper ? mu : beta1, eps_root = o->eps_root;
    double *rest = s->state, *w = s->w, *g = s->g, *m = s->vec[0], *v = s->vec[1];
    *rest = lgd_mean(mu, *rest, 1); /* 1 - mu (1 - rest) */
    const double lr = o->lr * s->lr_factor, of_m = lr * next / lgd_mean(next, *rest, 1), of_g = lr * (1 - mu) / *rest;
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        m[j] = lgd_mean(keep, m[j], g[j]);
        v[j] = lgd_mean(beta2, v[j], g[j] * g[j]);
        w[j] -= (of_m * m[j] + of_g * g[j]) / lgd_divisor(sqrt(share * v[j] + eps_root) + eps);
        bad |= lgd_not_finite(w[j]);
    }
    const double eta = of_m * lgd_weigh_mean(s, keep) + of_g;
    for (size_t j = 0; s->eta_each && j < s->dim; j++)
        s->eta_each[j] = eta / lgd_divisor(sqrt(share * v[j] + eps_root) + eps);
    return lgd_stepped(s, bad);
}

const lgd_optimizer_ops *lgd_nadam_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "nadam",
        .about = "Adam with Nesterov's momentum, which rises",
        .source = "Dozat (2016)",
        .options = options,
        .options_size = sizeof(lgd_nadam_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = layout,
        .step = step,
    };
    return &ops;
}
