/* FTRL-Proximal: H. B. McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013, Algorithm 1.
 *
 * There w is a function of z, the sum of g - sigma w. Where w is not 0 that can be solved for z, and the step is w -= g/d with
 * d = (beta + sqrt(n))/alpha + l2 until it would cross 0. So z is kept only where w is 0, as far as l1 hides it; a start that
 * is not 0, a rate that changes and a w that was moved from outside need nothing more. */
#include "optimizer.h"
#include <float.h>

static const lgd_option options[] = {
    LGD_OPTION(lgd_ftrl_options, lr, 0.5, LGD_POSITIVE, "rate, the paper's alpha"),
    LGD_OPTION(lgd_ftrl_options, beta, 1, LGD_NOT_NEGATIVE, "added to the root"),
    LGD_OPTION(lgd_ftrl_options, l1, 0, LGD_NOT_NEGATIVE, "w stays 0 up to a sum of g of this size"),
    LGD_OPTION(lgd_ftrl_options, l2, 0, LGD_NOT_NEGATIVE, "added to the divisor of g"),
    {0},
};

/* n, then what is kept of -z if there is an l1 */
static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    const lgd_ftrl_options *o = opaque;
    (void)dim, (void)state_size;
    *vectors = 1 + (o->l1 > 0);
}

LGD_WIDE static lgd_status without_l1(lgd_step *s, double lr, double beta, double l2)
{
    const double *g = s->g;
    double *w = s->w, *n = s->vec[0];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        n[j] += g[j] * g[j];
        w[j] -= lr * g[j] / lgd_divisor(sqrt(n[j]) + beta + lr * l2);
        bad |= lgd_not_finite(w[j]);
    }
    return lgd_stepped(s, bad);
}

/* d is here lr times that above, and finite, so that 0 d is 0. `near` is where w goes on its side of 0, `far` where it goes
 * from 0 or beyond it. */
LGD_WIDE static lgd_status with_l1(lgd_step *s, double lr, double beta, double l1, double l2)
{
    const double *g = s->g, inverse = 1 / lr;
    double *w = s->w, *n = s->vec[0], *kept = s->vec[1];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        n[j] += g[j] * g[j];
        const double sum = lgd_divisor(sqrt(n[j]) + beta + lr * l2), d = sum < DBL_MAX ? sum : DBL_MAX, rate = lr / d;
        const double near = w[j] - rate * g[j];
        const double p = w[j] * d * inverse + (w[j] != 0 ? copysign(l1, w[j]) : kept[j]) - g[j];
        const double low = p < -l1 ? -l1 : p, hidden = low > l1 ? l1 : low;
        const double far = rate * (p - hidden);
        const bool same_side = (near > 0 && w[j] > 0) || (near < 0 && w[j] < 0);
        const bool still = g[j] == 0; /* nothing changes */
        kept[j] = still ? kept[j] : hidden;
        w[j] = still ? w[j] : same_side ? near : far;
        bad |= lgd_not_finite(w[j]);
    }
    return lgd_stepped(s, bad);
}

static lgd_status step(lgd_step *s)
{
    const lgd_ftrl_options *o = s->options;
    const double lr = o->lr * s->lr_factor, l2 = lgd_given_or(s->decay, o->l2), l1 = s->decay == 0 ? 0 : o->l1;
    const bool moves = lr >= DBL_MIN; /* at a rate of 0 nothing does, what l1 hides included */
    const lgd_status status = l1 > 0 && moves ? with_l1(s, lr, o->beta, l1, l2) : without_l1(s, lr, o->beta, l2);
    lgd_tell_rates(s, lr, s->vec[0], 1, 0, o->beta + lr * l2);
    return status;
}

const lgd_optimizer_ops *lgd_ftrl_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "ftrl",
        .about = "AdaGrad with an L1 that makes exact zeros",
        .source = "McMahan et al. (2013)",
        .options = options,
        .options_size = sizeof(lgd_ftrl_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_SPARSE | LGD_OWN_POINTS | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = layout,
        .step = step,
    };
    return &ops;
}
