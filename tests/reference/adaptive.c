/* The methods of lgd/adaptive.h, but for Adam and its kin. */
#include "optimizers.h"
#include "lgd/optimizers.h"

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

const reference adaptive_references[] = {
    REFERENCE("adagrad", "adagrad", 1e-13, adagrad, &(const lgd_adagrad_options){.lr = 0.01, .eps = 1e-10}),
    REFERENCE("adagrad:lr=0.5,lr_decay=0.1", "adagrad_decay", 1e-13, adagrad,
              &(const lgd_adagrad_options){.lr = 0.5, .lr_decay = 0.1, .eps = 1e-10}),
    REFERENCE("adagrad:lr=0.5,initial=0.1,eps=1e-4", "adagrad_initial", 1e-13, adagrad,
              &(const lgd_adagrad_options){.lr = 0.5, .initial = 0.1, .eps = 1e-4}),
    REFERENCE("rmsprop", "rmsprop", 1e-13, rmsprop,
              &(const lgd_rmsprop_options){.lr = 0.01, .alpha = 0.99, .eps = 1e-8}),
    REFERENCE("rmsprop:lr=0.002,momentum=0.9", "rmsprop_momentum", 1e-13, rmsprop,
              &(const lgd_rmsprop_options){.lr = 0.002, .alpha = 0.99, .eps = 1e-8, .momentum = 0.9}),
    REFERENCE("rmsprop:centered=true", "rmsprop_centered", 1e-10, rmsprop,
              &(const lgd_rmsprop_options){.lr = 0.01, .alpha = 0.99, .eps = 1e-8, .centered = true}),
    REFERENCE("rmsprop:lr=0.002,alpha=0.9,momentum=0.9,centered=true", "rmsprop_both", 1e-10, rmsprop,
              &(const lgd_rmsprop_options){.lr = 0.002, .alpha = 0.9, .eps = 1e-8, .momentum = 0.9, .centered = true}),
    {0},
};

/* ---- in double */

static void scalar_adagrad(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_adagrad_options *o = options;
    const double lr = mul(o->lr, factor) / (1 + mul((double)(t - 1), o->lr_decay));
    s[0] = (t == 1 ? o->initial : s[0]) + mul(g, g);
    *w -= mul(lr, g) / (sqrt(s[0]) + o->eps);
}

static void scalar_rmsprop(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_rmsprop_options *o = options;
    (void)t;
    s[0] = mul(o->alpha, s[0]) + mul(1 - o->alpha, mul(g, g));
    s[1] = mul(o->alpha, s[1]) + mul(1 - o->alpha, g);
    const double q = o->centered ? fmax(s[0] - mul(s[1], s[1]), 0) : s[0];
    s[2] = mul(o->momentum, s[2]) + g / (sqrt(q) + o->eps);
    *w -= mul(mul(o->lr, factor), s[2]);
}

const scalar_reference adaptive_scalars[] = {
    {"adagrad", scalar_adagrad, 8},
    {"rmsprop", scalar_rmsprop, 8},
    {0},
};
