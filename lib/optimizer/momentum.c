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

static lgd_status momentum_check(const void *options)
{
    const lgd_momentum_options *o = options;
    if (o->dampening != 0 && o->form != LGD_MOMENTUM_PYTORCH)
        return lgd_fail(LGD_EINVAL, "momentum: dampening is %g with form=classical, 0 is accepted (or form=pytorch)",
                        o->dampening);
    return LGD_OK;
}

LGD_WIDE static lgd_status momentum_step(lgd_step *s)
{
    const lgd_momentum_options *o = s->options;
    const double lr = o->lr * s->lr_factor, mu = lgd_given_or(s->momentum, o->momentum), *g = s->g;
    double *w = s->w, *v = s->vec[0];
    uint64_t bad = 0;
    if (o->form == LGD_MOMENTUM_CLASSICAL) {
#pragma omp simd reduction(| : bad)
        for (size_t j = 0; j < s->dim; j++) {
            v[j] = mu * v[j] - lr * g[j];
            w[j] += v[j];
            bad |= lgd_not_finite(w[j]);
        }
        s->eta = lgd_weigh_velocity(s, mu, lr);
    } else {
        const double share = s->t == 1 ? 1 : 1 - o->dampening; /* the first gradient enters whole */
#pragma omp simd reduction(| : bad)
        for (size_t j = 0; j < s->dim; j++) {
            v[j] = mu * v[j] + share * g[j];
            w[j] -= lr * v[j];
            bad |= lgd_not_finite(w[j]);
        }
        s->eta = lr * lgd_weigh_velocity(s, mu, share);
    }
    return lgd_stepped(s, bad);
}

LGD_WIDE static lgd_status nesterov_step(lgd_step *s)
{
    const lgd_nesterov_options *o = s->options;
    const double lr = o->lr * s->lr_factor, mu = lgd_given_or(s->momentum, o->momentum), *g = s->g;
    double *w = s->w, *v = s->vec[0];
    uint64_t bad = 0;
    if (o->form == LGD_MOMENTUM_CLASSICAL) {
#pragma omp simd reduction(| : bad)
        for (size_t j = 0; j < s->dim; j++) {
            v[j] = mu * v[j] - lr * g[j];
            w[j] += mu * v[j] - lr * g[j];
            bad |= lgd_not_finite(w[j]);
        }
        s->eta = mu * lgd_weigh_velocity(s, mu, lr) + lr;
    } else {
#pragma omp simd reduction(| : bad)
        for (size_t j = 0; j < s->dim; j++) {
            v[j] = mu * v[j] + g[j];
            w[j] -= lr * (g[j] + mu * v[j]);
            bad |= lgd_not_finite(w[j]);
        }
        s->eta = lr * (mu * lgd_weigh_velocity(s, mu, 1) + 1);
    }
    return lgd_stepped(s, bad);
}

const lgd_optimizer_ops *lgd_momentum_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "momentum",
        .about = "the heavy ball, in two forms",
        .source = "Polyak (1964); Sutskever et al. (2013)",
        .options = momentum_options,
        .options_size = sizeof(lgd_momentum_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_LINEAR | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_one_vector,
        .step = momentum_step,
        .check = momentum_check,
    };
    return &ops;
}

const lgd_optimizer_ops *lgd_nesterov_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "nesterov",
        .about = "momentum at the shifted point",
        .source = "Nesterov (1983); Sutskever et al. (2013)",
        .options = nesterov_options,
        .options_size = sizeof(lgd_nesterov_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_LINEAR | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_one_vector,
        .step = nesterov_step,
    };
    return &ops;
}
