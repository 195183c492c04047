/* The methods of lgd/adaptive.h, but for Adam and its kin. */
#include "optimizers.h"
#include "lgd/optimizers.h"

static real adagrad(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_adagrad_options *o = options;
    if (t == 1)
        s[0] = o->initial;
    s[0] += g * g;
    return w - o->lr * factor / (1 + (t - 1) * (real)o->lr_decay) * g / (sqrtl(s[0] + o->eps_root) + o->eps);
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
    s[2] = o->momentum * s[2] + g / (sqrtl(fmaxl(q, 0) + o->eps_root) + o->eps);
    return w - o->lr * factor * s[2];
}

/* Zeiler (2012), Algorithm 1, with a rate. */
static real adadelta(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_adadelta_options *o = options;
    (void)t;
    s[0] = o->rho * s[0] + (1 - (real)o->rho) * g * g;
    real d = sqrtl(s[1] + o->eps) / sqrtl(s[0] + o->eps) * g;
    s[1] = o->rho * s[1] + (1 - (real)o->rho) * d * d;
    return w - o->lr * factor * d;
}

/* McMahan et al. (2013), Algorithm 1, with a rate that the schedule changes: z as it is written there, from a z at which the
 * formula gives the first w. s: n, z, 1/eta of the step before. */
static real ftrl(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_ftrl_options *o = options;
    const real alpha = o->lr * factor;
    if (t == 1) {
        s[2] = o->beta / alpha;
        s[1] = -w * (s[2] + o->l2) - o->l1 * ((w > 0) - (w < 0));
    }
    s[0] += g * g;
    const real now = (o->beta + sqrtl(s[0])) / alpha, sigma = now - s[2];
    s[1] += g - sigma * w;
    s[2] = now;
    const real sign = (s[1] > 0) - (s[1] < 0);
    if (now + o->l2 == 0) /* no gradient yet */
        return w;
    s[REFERENCE_SIZE] = o->l1 / (now + o->l2); /* w is what of z exceeds l1 */
    return fabsl(s[1]) <= o->l1 ? 0 : -(s[1] - sign * o->l1) / (now + o->l2);
}

/* Igel and Huesken (2000), iRprop-. s: the step, g of the step before. */
static real rprop(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_rprop_options *o = options;
    if (t == 1)
        s[0] = o->lr;
    if (g * s[1] > 0)
        s[0] *= o->increase;
    if (g * s[1] < 0)
        s[0] *= o->decrease;
    s[0] = fminl(fmaxl(s[0], o->step_min), o->step_max);
    s[1] = g * s[1] < 0 ? 0 : g;
    return w - factor * s[0] * ((s[1] > 0) - (s[1] < 0));
}

/* Zaheer et al. (2018), Algorithm 2; corrected as Kingma and Ba (2015). */
static real yogi(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_yogi_options *o = options;
    real beta1 = o->beta1, beta2 = o->beta2, square = g * g;
    if (t == 1)
        s[1] = o->initial;
    s[0] = beta1 * s[0] + (1 - beta1) * g;
    s[1] -= (1 - beta2) * square * ((s[1] > square) - (s[1] < square));
    real m = s[0], v = s[1];
    if (o->form == LGD_YOGI_CORRECTED) {
        m /= 1 - powl(beta1, t);
        v /= 1 - powl(beta2, t);
    }
    return w - o->lr * factor * m / (sqrtl(v) + o->eps);
}

/* Zhuang et al. (2020), Algorithm 2, the eps under the root being eps_root. */
static real adabelief(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_adabelief_options *o = options;
    real beta1 = o->beta1, beta2 = o->beta2;
    s[0] = beta1 * s[0] + (1 - beta1) * g;
    s[1] = beta2 * s[1] + (1 - beta2) * (g - s[0]) * (g - s[0]) + o->eps_root;
    real m = s[0] / (1 - powl(beta1, t)), v = s[1] / (1 - powl(beta2, t));
    return w - o->lr * factor * m / (sqrtl(v) + o->eps);
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
    REFERENCE("adagrad:initial=0.1,eps=0,eps_root=1e-7", NULL, 1e-13, adagrad,
              &(const lgd_adagrad_options){.lr = 0.01, .initial = 0.1, .eps_root = 1e-7}),
    REFERENCE("rmsprop:alpha=0.9,eps=0,eps_root=1e-8", NULL, 1e-13, rmsprop,
              &(const lgd_rmsprop_options){.lr = 0.01, .alpha = 0.9, .eps_root = 1e-8}),
    REFERENCE("rmsprop:lr=0.001,alpha=0.9,eps=0,eps_root=1e-2,centered=true", NULL, 1e-13, rmsprop,
              &(const lgd_rmsprop_options){.lr = 0.001, .alpha = 0.9, .eps_root = 1e-2, .centered = true}),
    REFERENCE("adadelta", "adadelta", 1e-13, adadelta,
              &(const lgd_adadelta_options){.lr = 1, .rho = 0.95, .eps = 1e-6}),
    REFERENCE("adadelta:rho=0.9", "adadelta_pytorch", 1e-13, adadelta,
              &(const lgd_adadelta_options){.lr = 1, .rho = 0.9, .eps = 1e-6}),
    REFERENCE("adadelta:lr=0.5,rho=0.99,eps=1e-3", NULL, 1e-13, adadelta,
              &(const lgd_adadelta_options){.lr = 0.5, .rho = 0.99, .eps = 1e-3}),
    REFERENCE("ftrl", NULL, 1e-13, ftrl, &(const lgd_ftrl_options){.lr = 0.5, .beta = 1}),
    REFERENCE("ftrl:lr=0.1,beta=0", NULL, 1e-13, ftrl, &(const lgd_ftrl_options){.lr = 0.1}),
    REFERENCE("ftrl:l1=5,l2=2", NULL, 1e-13, ftrl, &(const lgd_ftrl_options){.lr = 0.5, .beta = 1, .l1 = 5, .l2 = 2}),
    REFERENCE("ftrl:lr=2,beta=0,l1=50", NULL, 1e-13, ftrl, &(const lgd_ftrl_options){.lr = 2, .l1 = 50}),
    REFERENCE(
        "rprop", "rprop", 1e-13, rprop,
        &(const lgd_rprop_options){.lr = 0.01, .increase = 1.2, .decrease = 0.5, .step_min = 1e-6, .step_max = 50}),
    REFERENCE(
        "rprop:lr=0.5,increase=1.1,decrease=0.25,step_min=0.1,step_max=0.7", "rprop_bounds", 1e-13, rprop,
        &(const lgd_rprop_options){.lr = 0.5, .increase = 1.1, .decrease = 0.25, .step_min = 0.1, .step_max = 0.7}),
    REFERENCE("yogi", NULL, 1e-13, yogi,
              &(const lgd_yogi_options){.lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-3, .initial = 1e-6}),
    REFERENCE("yogi:form=corrected", NULL, 1e-13, yogi,
              &(const lgd_yogi_options){
                  .lr = 0.01, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-3, .initial = 1e-6, .form = LGD_YOGI_CORRECTED}),
    REFERENCE("yogi:beta1=0,beta2=0.9,eps=1e-8,initial=0.5", NULL, 1e-13, yogi,
              &(const lgd_yogi_options){.lr = 0.01, .beta2 = 0.9, .eps = 1e-8, .initial = 0.5}),
    REFERENCE(
        "adabelief", NULL, 1e-13, adabelief,
        &(const lgd_adabelief_options){.lr = 0.001, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-16, .eps_root = 1e-16}),
    REFERENCE("adabelief:lr=0.05,beta1=0.8,beta2=0.99,eps=1e-8,eps_root=0", NULL, 1e-13, adabelief,
              &(const lgd_adabelief_options){.lr = 0.05, .beta1 = 0.8, .beta2 = 0.99, .eps = 1e-8}),
    {0},
};

/* ---- in double */

static void scalar_adagrad(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_adagrad_options *o = options;
    const double lr = mul(o->lr, factor) / (1 + mul((double)(t - 1), o->lr_decay));
    s[0] = (t == 1 ? o->initial : s[0]) + mul(g, g);
    *w -= mul(lr, g) / (sqrt(s[0] + o->eps_root) + o->eps);
}

static void scalar_rmsprop(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_rmsprop_options *o = options;
    (void)t;
    s[0] = mul(o->alpha, s[0]) + mul(1 - o->alpha, mul(g, g));
    s[1] = mul(o->alpha, s[1]) + mul(1 - o->alpha, g);
    const double q = o->centered ? fmax(s[0] - mul(s[1], s[1]), 0) : s[0];
    s[2] = mul(o->momentum, s[2]) + g / (sqrt(q + o->eps_root) + o->eps);
    *w -= mul(mul(o->lr, factor), s[2]);
}

static void scalar_adadelta(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_adadelta_options *o = options;
    (void)t;
    s[0] = mul(o->rho, s[0]) + mul(1 - o->rho, mul(g, g));
    const double d = mul(sqrt((s[1] + o->eps) / (s[0] + o->eps)), g);
    s[1] = mul(o->rho, s[1]) + mul(1 - o->rho, mul(d, d));
    *w -= mul(mul(o->lr, factor), d);
}

static void scalar_ftrl(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_ftrl_options *o = options;
    const double alpha = mul(o->lr, factor);
    (void)t;
    s[0] += mul(g, g);
    const double d = sqrt(s[0]) + o->beta + mul(alpha, o->l2); /* alpha times the d of the header */
    if (o->l1 == 0) {
        *w -= mul(alpha, g) / d;
        return;
    }
    const double near = *w - mul(alpha / d, g);
    const double p = mul(mul(*w, d), 1 / alpha) + (*w > 0 ? o->l1 : *w < 0 ? -o->l1 : s[1]) - g;
    s[1] = fmin(fmax(p, -o->l1), o->l1);
    *w = (*w > 0 && near > 0) || (*w < 0 && near < 0) ? near : mul(alpha / d, p - s[1]);
}

static void scalar_rprop(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_rprop_options *o = options;
    if (t == 1)
        s[0] = o->lr;
    const bool same = (g > 0 && s[1] > 0) || (g < 0 && s[1] < 0), other = (g > 0 && s[1] < 0) || (g < 0 && s[1] > 0);
    s[0] = fmin(fmax(mul(s[0], same ? o->increase : other ? o->decrease : 1), o->step_min), o->step_max);
    s[1] = other ? 0 : g;
    *w -= s[1] > 0 ? mul(factor, s[0]) : s[1] < 0 ? -mul(factor, s[0]) : 0;
}

static void scalar_yogi(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_yogi_options *o = options;
    const bool corrected = o->form == LGD_YOGI_CORRECTED;
    const double square = mul(g, g), v = t == 1 ? o->initial : s[1], by = mul(1 - o->beta2, square);
    s[0] = mul(o->beta1, s[0]) + mul(1 - o->beta1, g);
    s[1] = v > square ? v - by : v < square ? v + by : v;
    const double rate = mul(o->lr, factor) / (corrected ? power_rest(o->beta1, t) : 1);
    const double root = corrected ? 1 / sqrt(power_rest(o->beta2, t)) : 1;
    *w -= mul(rate, s[0]) / (mul(sqrt(s[1]), root) + o->eps);
}

static void scalar_adabelief(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_adabelief_options *o = options;
    s[0] = mul(o->beta1, s[0]) + mul(1 - o->beta1, g);
    const double e = g - s[0];
    s[1] = mul(o->beta2, s[1]) + mul(1 - o->beta2, mul(e, e)) + o->eps_root;
    const double rate = mul(o->lr, factor) / power_rest(o->beta1, t), root = 1 / sqrt(power_rest(o->beta2, t));
    *w -= mul(rate, s[0]) / (mul(sqrt(s[1]), root) + o->eps);
}

const scalar_reference adaptive_scalars[] = {
    {"adagrad", scalar_adagrad, 8},      {"rmsprop", scalar_rmsprop, 8},
    {"adadelta", scalar_adadelta, 16},   {"ftrl", scalar_ftrl, 8},
    {"rprop", scalar_rprop, 16},         {"yogi", scalar_yogi, 16},
    {"adabelief", scalar_adabelief, 16}, {0},
};
