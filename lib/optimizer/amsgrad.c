/* AMSGrad: S. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond", ICLR 2018, Algorithm 2. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_amsgrad_options, lr, 0.001, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_amsgrad_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_amsgrad_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the mean of g^2 is kept"),
    LGD_OPTION(lgd_amsgrad_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the root"),
    LGD_OPTION(lgd_amsgrad_options, eps_root, 0, LGD_NOT_NEGATIVE, "added under the root"),
    LGD_OPTION_CHOICE(lgd_amsgrad_options, form, "pytorch|optax|paper", "where the maximum is taken"),
    {0},
};

/* The forms differ in when v is divided by c = 1 - beta2^t: after the maximum, before it, or never, nor is m then. */
LGD_WIDE static lgd_status step(lgd_step *s)
{
    const lgd_amsgrad_options *o = s->options;
    const double beta1 = lgd_given_or(s->momentum, o->beta1), beta2 = o->beta2, c = lgd_bias(beta2, s->t);
    const double before = o->form == LGD_AMSGRAD_OPTAX ? 1 / c : 1, after = o->form == LGD_AMSGRAD_PYTORCH ? 1 / c : 1;
    const double rate = o->lr * s->lr_factor / (o->form == LGD_AMSGRAD_PAPER ? 1 : lgd_bias(beta1, s->t));
    const double eps = o->eps, eps_root = o->eps_root;
    double *w = s->w, *g = s->g, *m = s->vec[0], *v = s->vec[1], *largest = s->vec[2];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        m[j] = lgd_mean(beta1, m[j], g[j]);
        v[j] = lgd_mean(beta2, v[j], g[j] * g[j]);
        const double now = before * v[j];
        largest[j] = now > largest[j] ? now : largest[j];
        w[j] -= rate * m[j] / lgd_divisor(sqrt(after * largest[j] + eps_root) + eps);
        bad |= lgd_not_finite(w[j]);
    }
    lgd_tell_rates(s, rate * lgd_weigh_mean(s, beta1), largest, sqrt(after), eps_root / after, eps);
    return lgd_stepped(s, bad);
}

const lgd_optimizer_ops *lgd_amsgrad_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "amsgrad",
        .about = "Adam by the largest mean of squares so far",
        .source = "Reddi, Kale and Kumar (2018)",
        .options = options,
        .options_size = sizeof(lgd_amsgrad_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_three_vectors,
        .step = step,
    };
    return &ops;
}
