/* The methods of lgd/descent.h, and LAMB, which is LARS's kin. */
#include "optimizers.h"
#include "lgd/optimizers.h"
#include <stdbool.h>

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

/* Nesterov (1983) with the restarts of O'Donoghue and Candes (2015); the vector is x, what is shared t_k. */
static void nesterov_convex(const void *options, unsigned t, real factor, real f, size_t dim, real *w, const real *g,
                            real (*x)[REFERENCE_STATE], real *common)
{
    const lgd_nesterov_convex_options *o = options;
    real next[64], inner = 0, now = t == 1 ? 1 : common[0];
    (void)f;
    for (size_t j = 0; j < dim; j++) {
        x[j][0] = t == 1 ? w[j] : x[j][0];
        next[j] = w[j] - o->lr * factor * g[j];
        inner += (w[j] - next[j]) * (next[j] - x[j][0]);
    }
    bool anew = o->restart == LGD_RESTART_GRADIENT && inner > 0;
    common[0] = anew ? 1 : (1 + sqrtl(1 + 4 * now * now)) / 2;
    for (size_t j = 0; j < dim; j++) {
        w[j] = anew ? next[j] : next[j] + (now - 1) / common[0] * (next[j] - x[j][0]);
        x[j][0] = next[j];
    }
}

static real norm(size_t dim, const real *x)
{
    real sum = 0;
    for (size_t j = 0; j < dim; j++)
        sum += x[j] * x[j];
    return sqrtl(sum);
}

/* Loizou et al. (2020), SPS_max, with the value kept from falling below f_min. */
static void polyak(const void *options, unsigned t, real factor, real f, size_t dim, real *w, const real *g,
                   real (*s)[REFERENCE_STATE], real *common)
{
    const lgd_polyak_options *o = options;
    real size = norm(dim, g), rate = fminl(o->lr, fmaxl(f - o->f_min, 0) / (o->c * size * size));
    (void)t, (void)s, (void)common;
    for (size_t j = 0; j < dim && size > 0; j++)
        w[j] -= factor * rate * g[j];
}

/* Chen et al. (2023), Algorithm 2. NaN, which no comparison passes, if a sign should hang on rounding. */
static real lion(const void *options, unsigned t, real factor, real w, real g, real *m)
{
    const lgd_lion_options *o = options;
    real old = o->beta1 * m[0], new = (1 - (real)o->beta1) * g, c = old + new;
    (void)t;
    if (c != 0 && fabsl(c) < 1e-13L * (fabsl(old) + fabsl(new)))
        return NAN;
    m[0] = o->beta2 * m[0] + (1 - (real)o->beta2) * g;
    return w - o->lr * factor * ((c > 0) - (c < 0) + o->weight_decay * w);
}

/* You et al. (2017), Algorithm 1. */
static void lars(const void *options, unsigned t, real factor, real f, size_t dim, real *w, const real *g,
                 real (*v)[REFERENCE_STATE], real *common)
{
    const lgd_lars_options *o = options;
    real decayed[64], ratio = 1, divisor = norm(dim, g);
    (void)t, (void)f, (void)common;
    for (size_t j = 0; j < dim; j++)
        decayed[j] = g[j] + o->weight_decay * w[j];
    if (o->form == LGD_LARS_OPTAX)
        divisor = norm(dim, decayed);
    else if (divisor > 0)
        divisor += o->weight_decay * norm(dim, w);
    if (norm(dim, w) > 0 && divisor > 0)
        ratio = o->trust_coefficient * norm(dim, w) / divisor;
    for (size_t j = 0; j < dim; j++) {
        v[j][0] = o->momentum * v[j][0] + o->lr * factor * ratio * decayed[j];
        w[j] -= v[j][0];
    }
}

/* You et al. (2020), Algorithm 2. */
static void lamb(const void *options, unsigned t, real factor, real f, size_t dim, real *w, const real *g,
                 real (*s)[REFERENCE_STATE], real *common)
{
    const lgd_lamb_options *o = options;
    real r[64], w_norm = 0, r_norm = 0, beta1 = o->beta1, beta2 = o->beta2;
    (void)f, (void)common;
    for (size_t j = 0; j < dim; j++) {
        s[j][0] = beta1 * s[j][0] + (1 - beta1) * g[j];
        s[j][1] = beta2 * s[j][1] + (1 - beta2) * g[j] * g[j];
        real m = s[j][0] / (1 - powl(beta1, t)), v = s[j][1] / (1 - powl(beta2, t));
        r[j] = m / (sqrtl(v) + o->eps) + o->weight_decay * w[j];
        w_norm = hypotl(w_norm, w[j]);
        r_norm = hypotl(r_norm, r[j]);
    }
    for (size_t j = 0; j < dim; j++)
        w[j] -= o->lr * factor * (w_norm > 0 && r_norm > 0 ? w_norm / r_norm : 1) * r[j];
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
    REFERENCE_WHOLE("nesterov_convex", 1e-13, nesterov_convex, &(const lgd_nesterov_convex_options){.lr = 0.01}),
    REFERENCE_WHOLE("nesterov_convex:lr=0.3,restart=never", 1e-13, nesterov_convex,
                    &(const lgd_nesterov_convex_options){.lr = 0.3, .restart = LGD_RESTART_NEVER}),
    REFERENCE_WHOLE("polyak", 1e-13, polyak, &(const lgd_polyak_options){.lr = 1, .c = 1}),
    REFERENCE_WHOLE("polyak:f_min=1.005,c=0.5", 1e-13, polyak,
                    &(const lgd_polyak_options){.lr = 1, .f_min = 1.005, .c = 0.5}),
    REFERENCE_WHOLE("polyak:lr=1e-8,f_min=-1", 1e-13, polyak,
                    &(const lgd_polyak_options){.lr = 1e-8, .f_min = -1, .c = 1}),
    REFERENCE("lion", NULL, 1e-13, lion, &(const lgd_lion_options){.lr = 1e-4, .beta1 = 0.9, .beta2 = 0.99}),
    REFERENCE("lion:lr=0.01,beta1=0.5,beta2=0.9,weight_decay=0.1", NULL, 1e-13, lion,
              &(const lgd_lion_options){.lr = 0.01, .beta1 = 0.5, .beta2 = 0.9, .weight_decay = 0.1}),
    REFERENCE("lion:beta1=0,beta2=0", NULL, 1e-13, lion, &(const lgd_lion_options){.lr = 1e-4}),
    REFERENCE_WHOLE("lars", 1e-13, lars,
                    &(const lgd_lars_options){.lr = 1, .trust_coefficient = 0.001, .momentum = 0.9}),
    REFERENCE_WHOLE(
        "lars:lr=0.3,trust_coefficient=0.02,momentum=0.5,weight_decay=0.1", 1e-13, lars,
        &(const lgd_lars_options){.lr = 0.3, .trust_coefficient = 0.02, .momentum = 0.5, .weight_decay = 0.1}),
    REFERENCE_WHOLE(
        "lars:weight_decay=30,form=optax", 1e-13, lars,
        &(const lgd_lars_options){
            .lr = 1, .trust_coefficient = 0.001, .momentum = 0.9, .weight_decay = 30, .form = LGD_LARS_OPTAX}),
    REFERENCE_WHOLE("lamb", 1e-13, lamb,
                    &(const lgd_lamb_options){.lr = 0.001, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-6}),
    REFERENCE_WHOLE(
        "lamb:lr=0.02,beta1=0.5,beta2=0.9,eps=0.01,weight_decay=0.3", 1e-13, lamb,
        &(const lgd_lamb_options){.lr = 0.02, .beta1 = 0.5, .beta2 = 0.9, .eps = 0.01, .weight_decay = 0.3}),
    REFERENCE_WHOLE("lamb:beta1=0", 1e-13, lamb, &(const lgd_lamb_options){.lr = 0.001, .beta2 = 0.999, .eps = 1e-6}),
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

static void scalar_lion(const void *options, uint64_t t, double factor, double g, double *w, double *m)
{
    const lgd_lion_options *o = options;
    const double lr = mul(o->lr, factor), c = mul(o->beta1, m[0]) + mul(1 - o->beta1, g);
    (void)t;
    m[0] = mul(o->beta2, m[0]) + mul(1 - o->beta2, g);
    *w = mul(1 - mul(lr, o->weight_decay), *w) - (c > 0 ? lr : c < 0 ? -lr : 0);
}

const scalar_reference descent_scalars[] = {
    {"sgd", scalar_sgd, 0},
    {"momentum", scalar_momentum, 8},
    {"nesterov", scalar_nesterov, 8},
    {"nesterov_convex", NULL, 8},
    {"proximal_gradient", NULL, 16},
    {"fista", NULL, 24},
    {"polyak", NULL, 0},
    {"lion", scalar_lion, 8},
    {"lars", NULL, 8},
    {"lamb", NULL, 16},
    {0},
};
