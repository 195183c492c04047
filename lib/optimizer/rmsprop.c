/* RMSprop: T. Tieleman, G. Hinton, Lecture 6.5, Coursera: Neural Networks for Machine Learning, 2012. Centred, and with
 * momentum on the quotients: A. Graves, "Generating sequences with recurrent neural networks", arXiv:1308.0850 (2013),
 * equations 38 to 41, with eps outside the root. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_rmsprop_options, lr, 0.01, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_rmsprop_options, alpha, 0.99, LGD_BELOW_ONE, "how much of the mean of g^2, and of g, is kept"),
    LGD_OPTION(lgd_rmsprop_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the root"),
    LGD_OPTION(lgd_rmsprop_options, momentum, 0, LGD_BELOW_ONE, "how much of the last step is kept"),
    LGD_OPTION_BOOL(lgd_rmsprop_options, centered, "divide by the deviation of g, not by its size"),
    {0},
};

/* v, then the mean of g if centred, then the velocity if there is momentum */
static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    const lgd_rmsprop_options *o = opaque;
    (void)dim, (void)state_size;
    *vectors = 1 + (size_t)o->centered + (o->momentum > 0);
}

static lgd_status step(lgd_step *s)
{
    const lgd_rmsprop_options *o = s->options;
    const double lr = o->lr * s->lr_factor, mu = lgd_given_or(s->momentum, o->momentum);
    const double alpha = o->alpha, eps = o->eps;
    double *w = s->w, *g = s->g, *v = s->vec[0];
    if (o->centered) {
        double *mean = s->vec[1];
#pragma omp simd
        for (size_t j = 0; j < s->dim; j++) {
            v[j] = alpha * v[j] + (1 - alpha) * (g[j] * g[j]);
            mean[j] = alpha * mean[j] + (1 - alpha) * g[j];
            const double q = v[j] - mean[j] * mean[j]; /* rounding may take it below 0 */
            g[j] /= lgd_divisor(sqrt(q > 0 ? q : 0) + eps);
        }
    } else {
#pragma omp simd
        for (size_t j = 0; j < s->dim; j++) {
            v[j] = alpha * v[j] + (1 - alpha) * (g[j] * g[j]);
            g[j] /= lgd_divisor(sqrt(v[j]) + eps);
        }
    }
    if (o->momentum > 0) {
        double *b = s->vec[1 + (size_t)o->centered];
#pragma omp simd
        for (size_t j = 0; j < s->dim; j++) {
            b[j] = mu * b[j] + g[j];
            w[j] -= lr * b[j];
        }
    } else {
#pragma omp simd
        for (size_t j = 0; j < s->dim; j++)
            w[j] -= lr * g[j];
    }
    return LGD_OK;
}

const lgd_optimizer_ops *lgd_rmsprop_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "rmsprop",
        .options = options,
        .options_size = sizeof(lgd_rmsprop_options),
        .flags = LGD_SLICED,
        .layout = layout,
        .step = step,
    };
    return &ops;
}
