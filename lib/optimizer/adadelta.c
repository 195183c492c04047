/* AdaDelta: M. D. Zeiler, "ADADELTA: an adaptive learning rate method", arXiv:1212.5701 (2012), Algorithm 1, with a rate. */
#include "optimizer.h"

static const lgd_option options[] = {
    LGD_OPTION(lgd_adadelta_options, lr, 1, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_adadelta_options, rho, 0.95, LGD_BELOW_ONE, "how much of the means of g^2 and of d^2 is kept"),
    LGD_OPTION(lgd_adadelta_options, eps, 1e-6, LGD_POSITIVE, "under both roots; what the first steps live on"),
    {0},
};

/* One root of the quotient, and a step that takes the mean u of the steps before it. */
LGD_WIDE static lgd_status step(lgd_step *s)
{
    const lgd_adadelta_options *o = s->options;
    const double lr = o->lr * s->lr_factor, rho = o->rho, eps = o->eps, *g = s->g;
    double *w = s->w, *v = s->vec[0], *u = s->vec[1];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        v[j] = lgd_mean(rho, v[j], g[j] * g[j]);
        const double d = sqrt((u[j] + eps) / (v[j] + eps)) * g[j];
        u[j] = lgd_mean(rho, u[j], d * d);
        w[j] -= lr * d;
        bad |= lgd_not_finite(w[j]);
    }
    return lgd_stepped(s, bad);
}

const lgd_optimizer_ops *lgd_adadelta_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "adadelta",
        .about = "rates by the mean of squares, in units of w",
        .source = "Zeiler (2012)",
        .options = options,
        .options_size = sizeof(lgd_adadelta_options),
        .flags = LGD_SLICED | LGD_CHECKED,
        .layout = lgd_two_vectors,
        .step = step,
    };
    return &ops;
}
