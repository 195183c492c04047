/* Averaged gradient descent: B. Polyak, A. Juditsky, "Acceleration of stochastic approximation by averaging", SIAM J.
 * Control Optim. 30 (1992), with the falling rate and the decay of PyTorch's ASGD. Rate and share of a step are those that
 * PyTorch computes at the end of the step before, here from t. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_asgd_options, lr, 0.01, LGD_POSITIVE, "rate at the beginning"),
    LGD_OPTION(lgd_asgd_options, lambd, 1e-4, LGD_NOT_NEGATIVE, "w shrinks by 1 - lambd eta; how fast eta falls"),
    LGD_OPTION(lgd_asgd_options, alpha, 0.75, LGD_NOT_NEGATIVE, "power at which eta falls"),
    LGD_OPTION(lgd_asgd_options, t0, 1e6, LGD_NOT_NEGATIVE, "step from which on points are averaged"),
    {0},
};

typedef enum sample { COPIED, AVERAGED, LATER } sample;

/* How much of w comes into the average. */
static double share(const lgd_step *s)
{
    return 1 / fmax(1, (double)(s->t - 1) - ((const lgd_asgd_options *)s->options)->t0);
}

/* The loop once for each of its forms, known where it is called: mu = 1 shall leave the very bits of w. With a penalty the
 * point that is averaged is known once that has been applied. */
LGD_INLINE lgd_status sweep(lgd_step *s, double keep, double eta, double mu, sample how)
{
    const double *g = s->g;
    double *w = s->w, *mean = s->vec[0];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        w[j] = keep * w[j] - eta * g[j];
        if (how != LATER)
            mean[j] = how == AVERAGED ? mean[j] + mu * (w[j] - mean[j]) : w[j];
        bad |= lgd_not_finite(w[j]);
    }
    s->eta = eta;
    return lgd_stepped(s, bad);
}

LGD_WIDE static lgd_status step(lgd_step *s)
{
    const lgd_asgd_options *o = s->options;
    const double lr = o->lr * s->lr_factor, before = (double)(s->t - 1);
    const double eta = lr / pow(1 + o->lambd * lr * before, o->alpha), mu = share(s), keep = 1 - o->lambd * eta;
    if (s->penalised)
        return sweep(s, keep, eta, mu, LATER);
    return mu < 1 ? sweep(s, keep, eta, mu, AVERAGED) : sweep(s, keep, eta, mu, COPIED);
}

static lgd_status settle(lgd_step *s)
{
    const double mu = share(s), *w = s->w;
    double *mean = s->vec[0];
    for (size_t j = 0; j < s->dim; j++)
        mean[j] = mu < 1 ? mean[j] + mu * (w[j] - mean[j]) : w[j];
    return LGD_OK;
}

static void result(const lgd_step *s, double *w)
{
    memcpy(w, s->vec[0], s->dim * sizeof *w);
}

const lgd_optimizer_ops *lgd_asgd_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "asgd",
        .about = "gradient descent whose points are averaged",
        .source = "Polyak and Juditsky (1992)",
        .options = options,
        .options_size = sizeof(lgd_asgd_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_LINEAR | LGD_OWN_POINTS | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_one_vector,
        .step = step,
        .settle = settle,
        .result = result,
    };
    return &ops;
}
