/* Momentum, and Nesterov's: the same velocity, used at the shifted point.
 *
 * The classical velocity holds the rate, v = mu v - lr g, so a new rate is felt at once only by the new gradient;
 * PyTorch's buffer holds gradients alone, b = mu b + g, and the new rate acts on all of them. */
#include "optimizer.h"

static const lgd_option momentum_options[] = {
    LGD_OPTION(lgd_momentum_options, lr, 0.01, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_momentum_options, momentum, 0.9, LGD_BELOW_ONE, "mu, how much of the velocity is kept"),
    LGD_OPTION(lgd_momentum_options, dampening, 0, LGD_UP_TO_ONE, "how much of g is withheld; PyTorch's form only"),
    LGD_OPTION_CHOICE(lgd_momentum_options, form, "classical|pytorch", "where the rate enters"),
    {0},
};

static const lgd_option nesterov_options[] = {
    LGD_OPTION(lgd_nesterov_options, lr, 0.01, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_nesterov_options, momentum, 0.9, LGD_BELOW_ONE, "mu, how much of the velocity is kept"),
    LGD_OPTION_CHOICE(lgd_nesterov_options, form, "classical|pytorch", "where the rate enters"),
    {0},
};

static void layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim, (void)state_size;
    *vectors = 1;
}

static lgd_status momentum_check(const void *options)
{
    const lgd_momentum_options *o = options;
    if (o->dampening != 0 && o->form != LGD_MOMENTUM_PYTORCH)
        return lgd_fail(LGD_EINVAL, "momentum: dampening is %g with form=classical, 0 is accepted (or form=pytorch)",
                        o->dampening);
    return LGD_OK;
}

static lgd_status momentum_step(lgd_step *s)
{
    const lgd_momentum_options *o = s->options;
    const double lr = o->lr * s->lr_factor, mu = lgd_given_or(s->momentum, o->momentum), *g = s->g;
    double *w = s->w, *v = s->vec[0];
    if (o->form == LGD_MOMENTUM_CLASSICAL) {
#pragma omp simd
        for (size_t j = 0; j < s->dim; j++) {
            v[j] = mu * v[j] - lr * g[j];
            w[j] += v[j];
        }
    } else {
        const double share = s->t == 1 ? 1 : 1 - o->dampening; /* the first gradient enters whole */
#pragma omp simd
        for (size_t j = 0; j < s->dim; j++) {
            v[j] = mu * v[j] + share * g[j];
            w[j] -= lr * v[j];
        }
    }
    return LGD_OK;
}

static lgd_status nesterov_step(lgd_step *s)
{
    const lgd_nesterov_options *o = s->options;
    const double lr = o->lr * s->lr_factor, mu = lgd_given_or(s->momentum, o->momentum), *g = s->g;
    double *w = s->w, *v = s->vec[0];
    if (o->form == LGD_MOMENTUM_CLASSICAL) {
#pragma omp simd
        for (size_t j = 0; j < s->dim; j++) {
            v[j] = mu * v[j] - lr * g[j];
            w[j] += mu * v[j] - lr * g[j];
        }
    } else {
#pragma omp simd
        for (size_t j = 0; j < s->dim; j++) {
            v[j] = mu * v[j] + g[j];
            w[j] -= lr * (g[j] + mu * v[j]);
        }
    }
    return LGD_OK;
}

const lgd_optimizer_ops *lgd_momentum_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "momentum",
        .options = momentum_options,
        .options_size = sizeof(lgd_momentum_options),
        .flags = LGD_SLICED | LGD_LINEAR,
        .layout = layout,
        .step = momentum_step,
        .check = momentum_check,
    };
    return &ops;
}

const lgd_optimizer_ops *lgd_nesterov_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "nesterov",
        .options = nesterov_options,
        .options_size = sizeof(lgd_nesterov_options),
        .flags = LGD_SLICED | LGD_LINEAR,
        .layout = layout,
        .step = nesterov_step,
    };
    return &ops;
}
