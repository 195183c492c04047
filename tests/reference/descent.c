/* The methods of lgd/descent.h. */
#include "optimizers.h"
#include "lgd/optimizers.h"

static real sgd(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_sgd_options *o = options;
    (void)t, (void)s;
    return w - o->lr * factor * g;
}

/* Sutskever et al. (2013), equations 1 and 2. */
static real momentum_classical(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_momentum_options *o = options;
    (void)t;
    s[0] = o->momentum * s[0] - o->lr * factor * g;
    return w + s[0];
}

static real momentum_pytorch(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_momentum_options *o = options;
    s[0] = t == 1 ? g : o->momentum * s[0] + (1 - (real)o->dampening) * g;
    return w - o->lr * factor * s[0];
}

/* Sutskever et al. (2013), equations 3 and 4, written for the shifted point theta + mu v: the step first takes back the
 * old shift, then moves by the new velocity, then shifts anew. */
static real nesterov_classical(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_nesterov_options *o = options;
    (void)t;
    real theta = w - o->momentum * s[0];
    s[0] = o->momentum * s[0] - o->lr * factor * g;
    theta += s[0];
    return theta + o->momentum * s[0];
}

static real nesterov_pytorch(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_nesterov_options *o = options;
    s[0] = t == 1 ? g : o->momentum * s[0] + g;
    return w - o->lr * factor * (g + o->momentum * s[0]);
}

/* A classical form shares the trace of PyTorch's as long as the rate is constant: v = -lr b. */
const reference descent_references[] = {
    REFERENCE("sgd", "sgd", 1e-13, sgd, &(const lgd_sgd_options){.lr = 0.01}),
    REFERENCE("sgd:lr=0.3", NULL, 1e-13, sgd, &(const lgd_sgd_options){.lr = 0.3}),
    REFERENCE("momentum", "momentum", 1e-13, momentum_classical,
              &(const lgd_momentum_options){.lr = 0.01, .momentum = 0.9}),
    REFERENCE("momentum:lr=0.02,momentum=0.5", NULL, 1e-13, momentum_classical,
              &(const lgd_momentum_options){.lr = 0.02, .momentum = 0.5}),
    REFERENCE("momentum:momentum=0", "sgd", 1e-13, momentum_classical, &(const lgd_momentum_options){.lr = 0.01}),
    REFERENCE("momentum:form=pytorch", "momentum", 1e-13, momentum_pytorch,
              &(const lgd_momentum_options){.lr = 0.01, .momentum = 0.9}),
    REFERENCE("momentum:form=pytorch,lr=0.02", "momentum_schedule", 1e-13, momentum_pytorch,
              &(const lgd_momentum_options){.lr = 0.02, .momentum = 0.9}),
    REFERENCE("momentum:form=pytorch,dampening=0.3", "momentum_dampening", 1e-13, momentum_pytorch,
              &(const lgd_momentum_options){.lr = 0.01, .momentum = 0.9, .dampening = 0.3}),
    REFERENCE("nesterov", "nesterov", 1e-13, nesterov_classical,
              &(const lgd_nesterov_options){.lr = 0.01, .momentum = 0.9}),
    REFERENCE("nesterov:lr=0.02,momentum=0.5", NULL, 1e-13, nesterov_classical,
              &(const lgd_nesterov_options){.lr = 0.02, .momentum = 0.5}),
    REFERENCE("nesterov:form=pytorch", "nesterov", 1e-13, nesterov_pytorch,
              &(const lgd_nesterov_options){.lr = 0.01, .momentum = 0.9}),
    {0},
};

/* ---- in double */

static void scalar_sgd(const void *options, uint64_t t, double factor, double g, double *w, double *state)
{
    const lgd_sgd_options *o = options;
    (void)t, (void)state;
    *w -= mul(mul(o->lr, factor), g);
}

static void scalar_momentum(const void *options, uint64_t t, double factor, double g, double *w, double *v)
{
    const lgd_momentum_options *o = options;
    const double lr = mul(o->lr, factor);
    if (o->form == LGD_MOMENTUM_PYTORCH) {
        v[0] = t == 1 ? g : mul(o->momentum, v[0]) + mul(1 - o->dampening, g);
        *w -= mul(lr, v[0]);
    } else {
        v[0] = mul(o->momentum, v[0]) - mul(lr, g);
        *w += v[0];
    }
}

static void scalar_nesterov(const void *options, uint64_t t, double factor, double g, double *w, double *v)
{
    const lgd_nesterov_options *o = options;
    const double lr = mul(o->lr, factor);
    (void)t;
    if (o->form == LGD_MOMENTUM_PYTORCH) {
        v[0] = mul(o->momentum, v[0]) + g;
        *w -= mul(lr, g + mul(o->momentum, v[0]));
    } else {
        v[0] = mul(o->momentum, v[0]) - mul(lr, g);
        *w += mul(o->momentum, v[0]) - mul(lr, g);
    }
}

const scalar_reference descent_scalars[] = {
    {"sgd", scalar_sgd, 0},
    {"momentum", scalar_momentum, 8},
    {"nesterov", scalar_nesterov, 8},
    {0},
};
