/* AdaDelta: M. D. Zeiler, "ADADELTA: an adaptive learning rate method", arXiv:1212.5701 (2012), Algorithm 1, with a rate. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_adadelta_options, lr, 1, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_adadelta_options, rho, 0.95, LGD_BELOW_ONE, "how much of the means of g^2 and of d^2 is kept"),
    LGD_OPTION(lgd_adadelta_options, eps, 1e-6, LGD_POSITIVE, "under both roots; what the first steps live on"),
    {0},
};

/* One root of the quotient, and a step that takes the mean u of the steps before it. With a penalty d is known once that has been
 * applied: without it u would grow for ever, since g does not vanish where w comes to rest. */
LGD_INLINE lgd_status sweep(lgd_step *s, bool penalised)
{
    const lgd_adadelta_options *o = s->options;
    const double lr = o->lr * s->lr_factor, rho = o->rho, eps = o->eps;
    double *w = s->w, *g = s->g, *v = s->vec[0], *u = s->vec[1];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        v[j] = lgd_mean(rho, v[j], g[j] * g[j]);
        const double d = sqrt((u[j] + eps) / (v[j] + eps)) * g[j];
        if (penalised)
            g[j] = w[j];
        else
            u[j] = lgd_mean(rho, u[j], d * d);
        w[j] -= lr * d;
        bad |= lgd_not_finite(w[j]);
    }
    for (size_t j = 0; s->eta_each && j < s->dim; j++)
        s->eta_each[j] = lr * sqrt((u[j] + eps) / (v[j] + eps));
    return lgd_stepped(s, bad);
}

LGD_WIDE static lgd_status step(lgd_step *s)
{
    return s->penalised ? sweep(s, true) : sweep(s, false);
}

static lgd_status settle(lgd_step *s)
{
    const lgd_adadelta_options *o = s->options;
    const double lr = o->lr * s->lr_factor;
    for (size_t j = 0; lr > 0 && j < s->dim; j++) {
        const double d = (s->g[j] - s->w[j]) / lr;
        s->vec[1][j] = lgd_mean(o->rho, s->vec[1][j], d * d);
    }
    return LGD_OK;
}

const lgd_optimizer_ops *lgd_adadelta_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "adadelta",
        .about = "rates by the mean of squares, in units of w",
        .source = "Zeiler (2012)",
        .options = options,
        .options_size = sizeof(lgd_adadelta_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_two_vectors,
        .step = step,
        .settle = settle,
    };
    return &ops;
}
