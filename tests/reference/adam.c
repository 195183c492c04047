/* Adam and its kin, of lgd/adaptive.h. */
#include "optimizers.h"
#include "lgd/optimizers.h"

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

const reference adam_references[] = {
    REFERENCE("adam", "adam", 1e-13, adam,
              &(const lgd_adam_options){.lr = 0.001, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8}),
    REFERENCE("adam:lr=0.05,beta1=0.8,beta2=0.99,eps=1e-3", "adam_betas", 1e-13, adam,
              &(const lgd_adam_options){.lr = 0.05, .beta1 = 0.8, .beta2 = 0.99, .eps = 1e-3}),
    REFERENCE("adam:beta1=0", NULL, 1e-13, adam, &(const lgd_adam_options){.lr = 0.001, .beta2 = 0.999, .eps = 1e-8}),
    REFERENCE("adamw", "adamw", 1e-13, adamw,
              &(const lgd_adamw_options){.lr = 0.001, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.01}),
    REFERENCE("adamw:lr=0.05,weight_decay=0.1", "adamw_decay", 1e-13, adamw,
              &(const lgd_adamw_options){.lr = 0.05, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.1}),
    {0},
};

/* ---- in double */

static void scalar_adamw(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_adamw_options *o = options;
    const double lr = mul(o->lr, factor);
    s[0] = mul(o->beta1, s[0]) + mul(1 - o->beta1, g);
    s[1] = mul(o->beta2, s[1]) + mul(1 - o->beta2, mul(g, g));
    const double rate = lr / power_rest(o->beta1, t), root = 1 / sqrt(power_rest(o->beta2, t));
    *w = mul(1 - mul(lr, o->weight_decay), *w) - mul(rate, s[0]) / (mul(sqrt(s[1]), root) + o->eps);
}

static void scalar_adam(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_adam_options *o = options;
    const lgd_adamw_options same = {.lr = o->lr, .beta1 = o->beta1, .beta2 = o->beta2, .eps = o->eps};
    scalar_adamw(&same, t, factor, g, w, s);
}

const scalar_reference adam_scalars[] = {
    {"adam", scalar_adam, 16},
    {"adamw", scalar_adamw, 16},
    {0},
};
