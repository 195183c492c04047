#include "optimizers.h"
#include "lgd/optimizers.h"
#include <math.h>

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

static real adagrad(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_adagrad_options *o = options;
    if (t == 1)
        s[0] = o->initial;
    s[0] += g * g;
    return w - o->lr * factor / (1 + (t - 1) * (real)o->lr_decay) * g / (sqrtl(s[0]) + o->eps);
}

/* Graves (2013), equations 38 to 41, with eps outside the root; without momentum and mean Tieleman and Hinton (2012). */
static real rmsprop(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_rmsprop_options *o = options;
    real alpha = o->alpha;
    (void)t;
    s[0] = alpha * s[0] + (1 - alpha) * g * g;
    s[1] = alpha * s[1] + (1 - alpha) * g;
    real q = o->centered ? s[0] - s[1] * s[1] : s[0];
    s[2] = o->momentum * s[2] + g / (sqrtl(fmaxl(q, 0)) + o->eps);
    return w - o->lr * factor * s[2];
}

/* Kingma and Ba (2015), Algorithm 1. */
static real adam(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_adam_options *o = options;
    real beta1 = o->beta1, beta2 = o->beta2;
    s[0] = beta1 * s[0] + (1 - beta1) * g;
    s[1] = beta2 * s[1] + (1 - beta2) * g * g;
    real m = s[0] / (1 - powl(beta1, t)), v = s[1] / (1 - powl(beta2, t));
    return w - o->lr * factor * m / (sqrtl(v) + o->eps);
}

/* Loshchilov and Hutter (2019), Algorithm 2, with the decay multiplied by the rate. */
static real adamw(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_adamw_options *o = options;
    lgd_adam_options inner = {.lr = o->lr, .beta1 = o->beta1, .beta2 = o->beta2, .eps = o->eps};
    return adam(&inner, t, factor, w * (1 - o->lr * factor * o->weight_decay), g, s);
}

/* A classical form shares the trace of PyTorch's as long as the rate is constant: v = -lr b. */
const reference references[] = {
    {"sgd", "sgd", 1e-13, sgd, &(const lgd_sgd_options){.lr = 0.01}},
    {"sgd:lr=0.3", NULL, 1e-13, sgd, &(const lgd_sgd_options){.lr = 0.3}},
    {"momentum", "momentum", 1e-13, momentum_classical, &(const lgd_momentum_options){.lr = 0.01, .momentum = 0.9}},
    {"momentum:lr=0.02,momentum=0.5", NULL, 1e-13, momentum_classical,
     &(const lgd_momentum_options){.lr = 0.02, .momentum = 0.5}},
    {"momentum:momentum=0", "sgd", 1e-13, momentum_classical, &(const lgd_momentum_options){.lr = 0.01}},
    {"momentum:form=pytorch", "momentum", 1e-13, momentum_pytorch,
     &(const lgd_momentum_options){.lr = 0.01, .momentum = 0.9}},
    {"momentum:form=pytorch,lr=0.02", "momentum_schedule", 1e-13, momentum_pytorch,
     &(const lgd_momentum_options){.lr = 0.02, .momentum = 0.9}},
    {"momentum:form=pytorch,dampening=0.3", "momentum_dampening", 1e-13, momentum_pytorch,
     &(const lgd_momentum_options){.lr = 0.01, .momentum = 0.9, .dampening = 0.3}},
    {"nesterov", "nesterov", 1e-13, nesterov_classical, &(const lgd_nesterov_options){.lr = 0.01, .momentum = 0.9}},
    {"nesterov:lr=0.02,momentum=0.5", NULL, 1e-13, nesterov_classical,
     &(const lgd_nesterov_options){.lr = 0.02, .momentum = 0.5}},
    {"nesterov:form=pytorch", "nesterov", 1e-13, nesterov_pytorch,
     &(const lgd_nesterov_options){.lr = 0.01, .momentum = 0.9}},
    {"adagrad", "adagrad", 1e-13, adagrad, &(const lgd_adagrad_options){.lr = 0.01, .eps = 1e-10}},
    {"adagrad:lr=0.5,lr_decay=0.1", "adagrad_decay", 1e-13, adagrad,
     &(const lgd_adagrad_options){.lr = 0.5, .lr_decay = 0.1, .eps = 1e-10}},
    {"adagrad:lr=0.5,initial=0.1,eps=1e-4", "adagrad_initial", 1e-13, adagrad,
     &(const lgd_adagrad_options){.lr = 0.5, .initial = 0.1, .eps = 1e-4}},
    {"rmsprop", "rmsprop", 1e-13, rmsprop, &(const lgd_rmsprop_options){.lr = 0.01, .alpha = 0.99, .eps = 1e-8}},
    {"rmsprop:lr=0.002,momentum=0.9", "rmsprop_momentum", 1e-13, rmsprop,
     &(const lgd_rmsprop_options){.lr = 0.002, .alpha = 0.99, .eps = 1e-8, .momentum = 0.9}},
    {"rmsprop:centered=true", "rmsprop_centered", 1e-10, rmsprop,
     &(const lgd_rmsprop_options){.lr = 0.01, .alpha = 0.99, .eps = 1e-8, .centered = true}},
    {"rmsprop:lr=0.002,alpha=0.9,momentum=0.9,centered=true", "rmsprop_both", 1e-10, rmsprop,
     &(const lgd_rmsprop_options){.lr = 0.002, .alpha = 0.9, .eps = 1e-8, .momentum = 0.9, .centered = true}},
    {"adam", "adam", 1e-13, adam, &(const lgd_adam_options){.lr = 0.001, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8}},
    {"adam:lr=0.05,beta1=0.8,beta2=0.99,eps=1e-3", "adam_betas", 1e-13, adam,
     &(const lgd_adam_options){.lr = 0.05, .beta1 = 0.8, .beta2 = 0.99, .eps = 1e-3}},
    {"adam:beta1=0", NULL, 1e-13, adam, &(const lgd_adam_options){.lr = 0.001, .beta2 = 0.999, .eps = 1e-8}},
    {"adamw", "adamw", 1e-13, adamw,
     &(const lgd_adamw_options){.lr = 0.001, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.01}},
    {"adamw:lr=0.05,weight_decay=0.1", "adamw_decay", 1e-13, adamw,
     &(const lgd_adamw_options){.lr = 0.05, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.1}},
    {NULL, NULL, 0, NULL, NULL},
};
