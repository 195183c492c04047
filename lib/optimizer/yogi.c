/* Yogi: M. Zaheer, S. Reddi, D. Sachan, S. Kale, S. Kumar, "Adaptive methods for nonconvex optimization", NeurIPS 2018,
 * Algorithm 2, with a first v that is not 0. The paper corrects neither mean for its beginning; Optax corrects both. */
#include "optimizer.h"
#include <float.h>

static const lgd_option options[] = {
    LGD_OPTION(lgd_yogi_options, lr, 0.01, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_yogi_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_yogi_options, beta2, 0.999, LGD_BELOW_ONE, "1 - beta2 of g^2 is what v moves by"),
    LGD_OPTION(lgd_yogi_options, eps, 1e-3, LGD_NOT_NEGATIVE, "added to the root"),
    LGD_OPTION(lgd_yogi_options, initial, 1e-6, LGD_NOT_NEGATIVE, "where v begins"),
    LGD_OPTION_CHOICE(lgd_yogi_options, form, "paper|corrected", "whether m and v are corrected as Adam's are"),
    {0},
};

static lgd_status init(lgd_step *s)
{
    const lgd_yogi_options *o = s->options;
    lgd_fill(s->dim, o->initial, s->vec[1]);
    return LGD_OK;
}

/* q stays finite, so that v - q is a number where both are too large for one; v is then Inf, and w stays where it is. */
LGD_WIDE static lgd_status step(lgd_step *s)
{
    const lgd_yogi_options *o = s->options;
    const bool corrected = o->form == LGD_YOGI_CORRECTED;
    const double beta1 = lgd_given_or(s->momentum, o->beta1), beta2 = o->beta2, eps = o->eps, *g = s->g;
    const double rate = o->lr * s->lr_factor / (corrected ? lgd_bias(beta1, s->t) : 1);
    const double root = corrected ? 1 / sqrt(lgd_bias(beta2, s->t)) : 1;
    double *w = s->w, *m = s->vec[0], *v = s->vec[1];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        const double square = g[j] * g[j], q = square < DBL_MAX ? square : DBL_MAX, above = v[j] - q;
        m[j] = lgd_mean(beta1, m[j], g[j]);
        v[j] = v[j] - (1 - beta2) * q * copysign((double)(above != 0), above) + (square - q);
        w[j] -= rate * m[j] / lgd_divisor(sqrt(v[j]) * root + eps);
        bad |= lgd_not_finite(w[j]);
    }
    lgd_tell_rates(s, rate * lgd_weigh_mean(s, beta1), v, root, 0, eps);
    return lgd_stepped(s, bad);
}

const lgd_optimizer_ops *lgd_yogi_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "yogi",
        .about = "Adam whose rates fall and rise slowly",
        .source = "Zaheer et al. (2018)",
        .options = options,
        .options_size = sizeof(lgd_yogi_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_two_vectors,
        .init = init,
        .step = step,
    };
    return &ops;
}
