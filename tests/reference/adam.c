/* Adam and its kin, of lgd/adaptive.h. */
#include "optimizers.h"
#include "lgd/optimizers.h"

/* The mean so far, s[0] of g and s[1] of g^2. */
static void moments(real beta1, real beta2, real g, real *s)
{
    s[0] = beta1 * s[0] + (1 - beta1) * g;
    s[1] = beta2 * s[1] + (1 - beta2) * g * g;
}

/* Kingma and Ba (2015), Algorithm 1. */
static real adam(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_adam_options *o = options;
    moments(o->beta1, o->beta2, g, s);
    real m = s[0] / (1 - powl(o->beta1, t)), v = s[1] / (1 - powl(o->beta2, t));
    return w - o->lr * factor * m / (sqrtl(v + o->eps_root) + o->eps);
}

/* The same where every coordinate is touched. */
static real lazy_adam(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_lazy_adam_options *o = options;
    return adam(&(const lgd_adam_options){o->lr, o->beta1, o->beta2, o->eps, o->eps_root}, t, factor, w, g, s);
}

/* Loshchilov and Hutter (2019), Algorithm 2, where factor is eta_t; and with the decay multiplied by the rate, and as L2. */
static real adamw(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_adamw_options *o = options;
    lgd_adam_options inner = {o->lr, o->beta1, o->beta2, o->eps, o->eps_root};
    real decay = o->weight_decay * w;
    if (o->form == LGD_ADAMW_COUPLED)
        return adam(&inner, t, factor, w, g + decay, s);
    return adam(&inner, t, factor, w, g, s) - factor * decay * (o->form == LGD_ADAMW_PYTORCH ? o->lr : 1);
}

/* Reddi, Kale and Kumar (2018), Algorithm 2, and with corrections. */
static real amsgrad(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_amsgrad_options *o = options;
    real c1 = o->form == LGD_AMSGRAD_PAPER ? 1 : 1 - powl(o->beta1, t), c2 = 1 - powl(o->beta2, t);
    moments(o->beta1, o->beta2, g, s);
    s[2] = fmaxl(s[2], o->form == LGD_AMSGRAD_OPTAX ? s[1] / c2 : s[1]);
    real v = o->form == LGD_AMSGRAD_PYTORCH ? s[2] / c2 : s[2];
    return w - o->lr * factor * (s[0] / c1) / (sqrtl(v + o->eps_root) + o->eps);
}

/* Kingma and Ba (2015), Algorithm 2, with eps. */
static real adamax(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_adamax_options *o = options;
    s[0] = o->beta1 * s[0] + (1 - (real)o->beta1) * g;
    s[1] = fmaxl(o->beta2 * s[1], fabsl(g) + o->eps);
    return w - o->lr * factor / (1 - powl(o->beta1, t)) * s[0] / s[1];
}

/* Dozat (2016), Algorithm 2, or with the mean and the divisor of Adam. s[2] is P_t, and 1 before. */
static real nadam(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_nadam_options *o = options;
    real mu[2];
    for (unsigned i = 0; i < 2; i++)
        mu[i] = o->beta1 * (1 - powl(0.96, (t + i) * (real)o->psi) / 2);
    bool paper = o->form == LGD_NADAM_PAPER;
    moments(paper ? mu[0] : o->beta1, o->beta2, g, s);
    s[2] = mu[0] * (t == 1 ? 1 : s[2]);
    real m = mu[1] * s[0] / (1 - s[2] * mu[1]) + (1 - mu[0]) * g / (1 - s[2]);
    real v = (paper ? o->beta2 : 1) * s[1] / (1 - powl(o->beta2, t));
    return w - o->lr * factor * m / (sqrtl(v + o->eps_root) + o->eps);
}

/* Optax's NAdam, Adam with Nesterov's momentum and no schedule of it: what a psi without bounds makes of the other. */
static real nesterov_adam(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_adam_options *o = options;
    real beta1 = o->beta1;
    moments(beta1, o->beta2, g, s);
    real m = beta1 * s[0] / (1 - powl(beta1, t + 1)) + (1 - beta1) * g / (1 - powl(beta1, t));
    return w - o->lr * factor * m / (sqrtl(s[1] / (1 - powl(o->beta2, t)) + o->eps_root) + o->eps);
}

/* Liu et al. (2020), Algorithm 2, with a threshold of 5. */
static real radam(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_radam_options *o = options;
    real beta2 = o->beta2, c2 = -expm1l(t * logl(beta2)), eps = o->eps; /* exact enough for what cancels in rho */
    moments(o->beta1, beta2, g, s);
    real limit = 2 / (1 - beta2) - 1, rho = limit - 2 * t * (1 - c2) / c2, m = s[0] / (1 - powl(o->beta1, t));
    if (o->form == LGD_RADAM_PYTORCH ? rho <= 5 : rho < 5)
        return w - o->lr * factor * m;
    real r = sqrtl((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho));
    return w - o->lr * factor * r * m /
                   (sqrtl(s[1] / c2 + o->eps_root) + (o->form == LGD_RADAM_PYTORCH ? eps / sqrtl(c2) : eps));
}

/* The options in the order of the headers. */
const reference adam_references[] = {
    REFERENCE("adam", "adam", 1e-13, adam, &(const lgd_adam_options){0.001, 0.9, 0.999, 1e-8, 0}),
    REFERENCE("adam:lr=0.05,beta1=0.8,beta2=0.99,eps=1e-3", "adam_betas", 1e-13, adam,
              &(const lgd_adam_options){0.05, 0.8, 0.99, 1e-3, 0}),
    REFERENCE("adam:beta1=0", NULL, 1e-13, adam, &(const lgd_adam_options){0.001, 0, 0.999, 1e-8, 0}),
    REFERENCE("adam:eps_root=1e-3,eps=0", NULL, 1e-13, adam, &(const lgd_adam_options){0.001, 0.9, 0.999, 0, 1e-3}),
    REFERENCE("lazy_adam", "adam", 1e-13, lazy_adam, &(const lgd_lazy_adam_options){0.001, 0.9, 0.999, 1e-8, 0}),
    REFERENCE("lazy_adam:lr=0.05,beta1=0.8,beta2=0.99,eps=1e-3,eps_root=1e-3", NULL, 1e-13, lazy_adam,
              &(const lgd_lazy_adam_options){0.05, 0.8, 0.99, 1e-3, 1e-3}),
    REFERENCE("adamw", "adamw", 1e-13, adamw,
              &(const lgd_adamw_options){0.001, 0.9, 0.999, 1e-8, 0.01, 0, LGD_ADAMW_PYTORCH}),
    REFERENCE("adamw:lr=0.05,weight_decay=0.1", "adamw_decay", 1e-13, adamw,
              &(const lgd_adamw_options){0.05, 0.9, 0.999, 1e-8, 0.1, 0, LGD_ADAMW_PYTORCH}),
    REFERENCE("adamw:form=paper,lr=0.05,weight_decay=1e-3,eps_root=0.1", NULL, 1e-13, adamw,
              &(const lgd_adamw_options){0.05, 0.9, 0.999, 1e-8, 1e-3, 0.1, LGD_ADAMW_PAPER}),
    REFERENCE("adamw:form=coupled,lr=0.05,weight_decay=0.1", "adam_decay", 1e-13, adamw,
              &(const lgd_adamw_options){0.05, 0.9, 0.999, 1e-8, 0.1, 0, LGD_ADAMW_COUPLED}),
    REFERENCE("adamw:form=coupled,beta1=0.5,beta2=0.9,eps_root=1e-6", NULL, 1e-13, adamw,
              &(const lgd_adamw_options){0.001, 0.5, 0.9, 1e-8, 0.01, 1e-6, LGD_ADAMW_COUPLED}),
    REFERENCE("amsgrad", "amsgrad", 1e-13, amsgrad,
              &(const lgd_amsgrad_options){0.001, 0.9, 0.999, 1e-8, 0, LGD_AMSGRAD_PYTORCH}),
    REFERENCE("amsgrad:lr=0.2,beta1=0.8,beta2=0.9,eps=1e-3", "amsgrad_betas", 1e-13, amsgrad,
              &(const lgd_amsgrad_options){0.2, 0.8, 0.9, 1e-3, 0, LGD_AMSGRAD_PYTORCH}),
    REFERENCE("amsgrad:form=optax,eps_root=0.1", NULL, 1e-13, amsgrad,
              &(const lgd_amsgrad_options){0.001, 0.9, 0.999, 1e-8, 0.1, LGD_AMSGRAD_OPTAX}),
    REFERENCE("amsgrad:form=optax,beta1=0.5,beta2=0.9", NULL, 1e-13, amsgrad,
              &(const lgd_amsgrad_options){0.001, 0.5, 0.9, 1e-8, 0, LGD_AMSGRAD_OPTAX}),
    REFERENCE("amsgrad:form=paper,beta2=0.99", NULL, 1e-13, amsgrad,
              &(const lgd_amsgrad_options){0.001, 0.9, 0.99, 1e-8, 0, LGD_AMSGRAD_PAPER}),
    REFERENCE("adamax", "adamax", 1e-13, adamax, &(const lgd_adamax_options){0.002, 0.9, 0.999, 1e-8}),
    REFERENCE("adamax:lr=0.2,beta1=0.8,beta2=0.9,eps=1e-3", "adamax_betas", 1e-13, adamax,
              &(const lgd_adamax_options){0.2, 0.8, 0.9, 1e-3}),
    REFERENCE("adamax:beta1=0,beta2=0", NULL, 1e-13, adamax, &(const lgd_adamax_options){0.002, 0, 0, 1e-8}),
    REFERENCE("nadam", NULL, 1e-13, nadam,
              &(const lgd_nadam_options){0.002, 0.9, 0.999, 1e-8, 0.004, 0, LGD_NADAM_PYTORCH}),
    REFERENCE("nadam:lr=0.05,beta1=0.99,beta2=0.9,psi=0.5,eps_root=1e-3", NULL, 1e-13, nadam,
              &(const lgd_nadam_options){0.05, 0.99, 0.9, 1e-8, 0.5, 1e-3, LGD_NADAM_PYTORCH}),
    REFERENCE("nadam:form=paper", NULL, 1e-13, nadam,
              &(const lgd_nadam_options){0.002, 0.9, 0.999, 1e-8, 0.004, 0, LGD_NADAM_PAPER}),
    REFERENCE("nadam:form=paper,beta1=0.5,beta2=0.9,psi=0,eps=1e-3,eps_root=0.1", NULL, 1e-13, nadam,
              &(const lgd_nadam_options){0.002, 0.5, 0.9, 1e-3, 0, 0.1, LGD_NADAM_PAPER}),
    REFERENCE("nadam:psi=1e6,eps_root=1e-3", NULL, 1e-13, nesterov_adam,
              &(const lgd_adam_options){0.002, 0.9, 0.999, 1e-8, 1e-3}),
    REFERENCE("radam", "radam", 1e-13, radam,
              &(const lgd_radam_options){0.001, 0.9, 0.999, 1e-8, 0, LGD_RADAM_PYTORCH}),
    REFERENCE("radam:lr=0.05,beta1=0.8,beta2=0.9,eps=1e-3", "radam_betas", 1e-13, radam,
              &(const lgd_radam_options){0.05, 0.8, 0.9, 1e-3, 0, LGD_RADAM_PYTORCH}),
    REFERENCE("radam:beta2=0.99999,eps_root=1e-3", NULL, 1e-13, radam,
              &(const lgd_radam_options){0.001, 0.9, 0.99999, 1e-8, 1e-3, LGD_RADAM_PYTORCH}),
    REFERENCE("radam:form=optax,eps=1e-3", NULL, 1e-13, radam,
              &(const lgd_radam_options){0.001, 0.9, 0.999, 1e-3, 0, LGD_RADAM_OPTAX}),
    REFERENCE("radam:form=optax,beta2=0.5", NULL, 1e-13, radam,
              &(const lgd_radam_options){0.001, 0.9, 0.5, 1e-8, 0, LGD_RADAM_OPTAX}),
    {0},
};

/* ---- in double */

static void scalar_moments(double beta1, double beta2, double g, double *s)
{
    s[0] = mul(beta1, s[0]) + mul(1 - beta1, g);
    s[1] = mul(beta2, s[1]) + mul(1 - beta2, mul(g, g));
}

static void scalar_adamw(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_adamw_options *o = options;
    const double lr = mul(o->lr, factor), c2 = power_rest(o->beta2, t), decay = o->weight_decay;
    double keep = 1;
    if (o->form == LGD_ADAMW_COUPLED)
        g += mul(decay, *w);
    else
        keep -= mul(o->form == LGD_ADAMW_PAPER ? factor : lr, decay);
    scalar_moments(o->beta1, o->beta2, g, s);
    const double rate = lr / power_rest(o->beta1, t), root = 1 / sqrt(c2), v = s[1] + mul(c2, o->eps_root);
    *w = mul(keep, *w) - mul(rate, s[0]) / (mul(sqrt(v), root) + o->eps);
}

static void scalar_adam(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_adam_options *o = options;
    const lgd_adamw_options same = {o->lr, o->beta1, o->beta2, o->eps, 0, o->eps_root, LGD_ADAMW_PYTORCH};
    scalar_adamw(&same, t, factor, g, w, s);
}

static void scalar_lazy_adam(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_lazy_adam_options *o = options;
    scalar_adam(&(const lgd_adam_options){o->lr, o->beta1, o->beta2, o->eps, o->eps_root}, t, factor, g, w, s);
}

static void scalar_amsgrad(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_amsgrad_options *o = options;
    const double c = 1 / power_rest(o->beta2, t);
    const double rate = mul(o->lr, factor) / (o->form == LGD_AMSGRAD_PAPER ? 1 : power_rest(o->beta1, t));
    scalar_moments(o->beta1, o->beta2, g, s);
    s[2] = fmax(s[2], o->form == LGD_AMSGRAD_OPTAX ? mul(c, s[1]) : s[1]);
    const double v = o->form == LGD_AMSGRAD_PYTORCH ? mul(c, s[2]) : s[2];
    *w -= mul(rate, s[0]) / (sqrt(v + o->eps_root) + o->eps);
}

static void scalar_adamax(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_adamax_options *o = options;
    s[0] = mul(o->beta1, s[0]) + mul(1 - o->beta1, g);
    s[1] = fmax(mul(o->beta2, s[1]), fabs(g) + o->eps);
    *w -= mul(mul(o->lr, factor) / power_rest(o->beta1, t), s[0]) / s[1];
}

static void scalar_nadam(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_nadam_options *o = options;
    const double lr = mul(o->lr, factor);
    const double mu = mul(o->beta1, 1 - pow(0.96, mul((double)t, o->psi)) / 2);
    const double next = mul(o->beta1, 1 - pow(0.96, mul((double)(t + 1), o->psi)) / 2);
    scalar_moments(o->form == LGD_NADAM_PAPER ? mu : o->beta1, o->beta2, g, s);
    s[2] = mul(mu, s[2]) + (1 - mu); /* 1 - P_t */
    const double m = mul(mul(lr, next) / (mul(next, s[2]) + (1 - next)), s[0]) + mul(mul(lr, 1 - mu) / s[2], g);
    const double share = (o->form == LGD_NADAM_PAPER ? o->beta2 : 1) / power_rest(o->beta2, t);
    *w -= m / (sqrt(mul(share, s[1]) + o->eps_root) + o->eps);
}

static void scalar_radam(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_radam_options *o = options;
    const double c2 = power_rest(o->beta2, t), root = 1 / sqrt(c2), limit = 2 / (1 - o->beta2) - 1;
    scalar_moments(o->beta1, o->beta2, g, s);
    s[2] = mul(o->beta2, s[2]) + c2; /* ages */
    const double rho = 2 * s[2] / c2 - 1, rate = mul(o->lr, factor) / power_rest(o->beta1, t);
    if (o->form == LGD_RADAM_PYTORCH ? rho <= 5 : rho < 5) {
        *w -= mul(rate, s[0]);
        return;
    }
    const double above = mul(mul(rho - 4, rho - 2), limit), below = mul(mul(limit - 4, limit - 2), rho);
    const double eps = o->form == LGD_RADAM_PYTORCH ? mul(o->eps, root) : o->eps;
    *w -= mul(mul(rate, sqrt(above / below)), s[0]) / (mul(sqrt(s[1] + mul(c2, o->eps_root)), root) + eps);
}

const scalar_reference adam_scalars[] = {
    {"adam", scalar_adam, 16},           {"adamw", scalar_adamw, 16},
    {"lazy_adam", scalar_lazy_adam, 16}, {"amsgrad", scalar_amsgrad, 24},
    {"adamax", scalar_adamax, 16},       {"nadam", scalar_nadam, 16},
    {"radam", scalar_radam, 16},         {0},
};
