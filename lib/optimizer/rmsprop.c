/* RMSprop: T. Tieleman, G. Hinton, Lecture 6.5, Coursera: Neural Networks for Machine Learning, 2012. Centred, and with
 * momentum on the quotients: A. Graves, "Generating sequences with recurrent neural networks", arXiv:1308.0850 (2013),
 * equations 38 to 41, with eps outside the root. */
#include "optimizer.h"
#include <float.h>

static const lgd_option options[] = {
    LGD_OPTION(lgd_rmsprop_options, lr, 0.01, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_rmsprop_options, alpha, 0.99, LGD_BELOW_ONE, "how much of the mean of g^2, and of g, is kept"),
    LGD_OPTION(lgd_rmsprop_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the root"),
    LGD_OPTION(lgd_rmsprop_options, momentum, 0, LGD_BELOW_ONE, "how much of the last step is kept"),
    LGD_OPTION_BOOL(lgd_rmsprop_options, centered, "divide by the deviation of g, not by its size"),
    LGD_OPTION(lgd_rmsprop_options, eps_root, 0, LGD_NOT_NEGATIVE, "added under the root"),
    {0},
};

/* v, then the mean of g if centred, then the velocity if there is momentum */
static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    const lgd_rmsprop_options *o = opaque;
    (void)dim, (void)state_size;
    *vectors = 1 + (size_t)o->centered + (o->momentum > 0);
}

/* What is under the root. */
LGD_INLINE double spread(double v, double mean, bool centered)
{
    const double square = mean * mean;
    double q = v;
    if (centered) {
        q -= square < DBL_MAX ? square : DBL_MAX; /* a number also where both are too large for one */
        q = q > 0 ? q : 0;                        /* rounding may take it below */
    }
    return q;
}

/* The loop once for each of its forms, known where it is called. */
LGD_INLINE lgd_status sweep(lgd_step *s, bool centered, bool moving)
{
    const lgd_rmsprop_options *o = s->options;
    const double lr = o->lr * s->lr_factor, mu = lgd_given_or(s->momentum, o->momentum);
    const double alpha = o->alpha, eps = o->eps, eps_root = o->eps_root, *g = s->g;
    double *w = s->w, *v = s->vec[0], *mean = centered ? s->vec[1] : NULL;
    double *b = moving ? s->vec[1 + (size_t)centered] : NULL;
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        v[j] = lgd_mean(alpha, v[j], g[j] * g[j]);
        if (centered)
            mean[j] = lgd_mean(alpha, mean[j], g[j]);
        const double q = spread(v[j], centered ? mean[j] : 0, centered);
        double d = g[j] / lgd_divisor(sqrt(q + eps_root) + eps);
        if (moving)
            d = b[j] = mu * b[j] + d;
        w[j] -= lr * d;
        bad |= lgd_not_finite(w[j]);
    }
    const double rate = moving ? lr * lgd_weigh_velocity(s, mu, 1) : lr;
    for (size_t j = 0; s->eta_each && j < s->dim; j++)
        s->eta_each[j] = rate / lgd_divisor(sqrt(spread(v[j], centered ? mean[j] : 0, centered) + eps_root) + eps);
    return lgd_stepped(s, bad);
}

LGD_WIDE static lgd_status step(lgd_step *s)
{
    const lgd_rmsprop_options *o = s->options;
    if (o->momentum > 0)
        return o->centered ? sweep(s, true, true) : sweep(s, false, true);
    return o->centered ? sweep(s, true, false) : sweep(s, false, false);
}

const lgd_optimizer_ops *lgd_rmsprop_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "rmsprop",
        .about = "rates by the mean of squares",
        .source = "Tieleman and Hinton (2012); Graves (2013)",
        .options = options,
        .options_size = sizeof(lgd_rmsprop_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = layout,
        .step = step,
    };
    return &ops;
}
