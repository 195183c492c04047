/* Schedule-Free: A. Defazio, X. Yang, H. Mehta, K. Mishchenko, A. Khaled, A. Cutkosky, "The road less scheduled", NeurIPS
 * 2024, equations 1 to 3, and Algorithm 1 for AdamW.
 *
 * w is y = (1 - beta) z + beta x, and only z is kept beside it. The next y in terms of y, z and the step d of z alone,
 *
 *     y - c (y - z) - (1 - beta (1 - c)) d,
 *
 * divides by nothing and is y again, bit for bit, where z = y and d = 0; x is told from the two only where it is asked for.
 *
 * A penalty belongs to z, which takes the gradients: until it has been applied w is z - d, and the place of z holds
 * beta (1 - c) x. */
#include "optimizer.h"

#define LGD_SHARE .low = 0, .high = 1, .open = 1 /* 0 < x <= 1 */

static const lgd_option sgd_options[] = {
    LGD_OPTION(lgd_schedule_free_sgd_options, lr, 1, LGD_POSITIVE, "rate of z"),
    LGD_OPTION(lgd_schedule_free_sgd_options, beta, 0.9, LGD_SHARE, "share of x in w"),
    LGD_OPTION(lgd_schedule_free_sgd_options, power, 0, LGD_NOT_NEGATIVE, "later points weigh more, as t^power"),
    LGD_OPTION(lgd_schedule_free_sgd_options, weight_decay, 0, LGD_NOT_NEGATIVE, "added to g, times w"),
    {0},
};

static const lgd_option adamw_options[] = {
    LGD_OPTION(lgd_schedule_free_adamw_options, lr, 0.0025, LGD_POSITIVE, "rate of z"),
    LGD_OPTION(lgd_schedule_free_adamw_options, beta, 0.9, LGD_SHARE, "share of x in w"),
    LGD_OPTION(lgd_schedule_free_adamw_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the mean of g^2 is kept"),
    LGD_OPTION(lgd_schedule_free_adamw_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the root"),
    LGD_OPTION(lgd_schedule_free_adamw_options, power, 0, LGD_NOT_NEGATIVE, "later points weigh more, as t^power"),
    LGD_OPTION(lgd_schedule_free_adamw_options, weight_decay, 0, LGD_NOT_NEGATIVE, "z moves by eta weight_decay w too"),
    {0},
};

typedef struct weights {
    double largest; /* rate so far */
    double sum;     /* of the weights so far, in units of the last, which neither overflows nor vanishes */
} weights;

static void sgd_layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim;
    *vectors = 1;
    *state_size = sizeof(weights);
}

static void adamw_layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim;
    *vectors = 2;
    *state_size = sizeof(weights);
}

static lgd_status init(lgd_step *s)
{
    memcpy(s->vec[0], s->w, s->dim * sizeof *s->w);
    return LGD_OK;
}

/* c: the weight of this step, t^power largest^2, over the sum of all; 0 as long as no rate was above 0. */
static double share(const lgd_step *s, double eta, double power)
{
    weights *so_far = s->state;
    const double largest = fmax(so_far->largest, eta), t = (double)s->t;
    if (largest == 0)
        return 0;
    const double grown = so_far->largest / largest;
    *so_far = (weights){largest, 1 + so_far->sum * (grown * grown) * pow((t - 1) / t, power)};
    return 1 / so_far->sum;
}

/* One coordinate. */
LGD_INLINE void move(double *w, double *z, double d, double c, double beta, bool penalised)
{
    const double next = *z - d;
    if (penalised) {
        *z = (1 - c) * (*w - (1 - beta) * *z);
        *w = next;
    } else {
        *w -= c * (*w - *z) + (1 - beta * (1 - c)) * d;
        *z = next;
    }
}

LGD_INLINE lgd_status sgd_sweep(lgd_step *s, bool penalised)
{
    const lgd_schedule_free_sgd_options *o = s->options;
    const double eta = o->lr * s->lr_factor, c = share(s, eta, o->power), beta = o->beta;
    const double decay = lgd_given_or(s->decay, o->weight_decay), *g = s->g;
    double *w = s->w, *z = s->vec[0];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        move(&w[j], &z[j], eta * (g[j] + decay * w[j]), c, beta, penalised);
        bad |= lgd_not_finite(w[j]);
    }
    s->eta = eta;
    return lgd_stepped(s, bad);
}

LGD_WIDE static lgd_status sgd_step(lgd_step *s)
{
    return s->penalised ? sgd_sweep(s, true) : sgd_sweep(s, false);
}

LGD_INLINE lgd_status adamw_sweep(lgd_step *s, bool penalised)
{
    const lgd_schedule_free_adamw_options *o = s->options;
    const double eta = o->lr * s->lr_factor * sqrt(lgd_bias(o->beta2, s->t));
    const double c = share(s, eta, o->power), beta = o->beta;
    const double decay = lgd_given_or(s->decay, o->weight_decay), beta2 = o->beta2, eps = o->eps, *g = s->g;
    double *w = s->w, *z = s->vec[0], *v = s->vec[1];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        v[j] = lgd_mean(beta2, v[j], g[j] * g[j]);
        move(&w[j], &z[j], eta * (g[j] / lgd_divisor(sqrt(v[j]) + eps) + decay * w[j]), c, beta, penalised);
        bad |= lgd_not_finite(w[j]);
    }
    lgd_tell_rates(s, eta, v, 1, 0, eps);
    return lgd_stepped(s, bad);
}

LGD_WIDE static lgd_status adamw_step(lgd_step *s)
{
    return s->penalised ? adamw_sweep(s, true) : adamw_sweep(s, false);
}

/* y from z in w and beta (1 - c) x in the place of z. */
static lgd_status settle(lgd_step *s, double beta)
{
    const weights *so_far = s->state;
    const double c = so_far->largest == 0 ? 0 : 1 / so_far->sum;
    double *w = s->w, *z = s->vec[0];
    for (size_t j = 0; j < s->dim; j++) {
        const double next = w[j];
        w[j] = z[j] + (1 - beta * (1 - c)) * next;
        z[j] = next;
    }
    return LGD_OK;
}

static lgd_status sgd_settle(lgd_step *s)
{
    return settle(s, ((const lgd_schedule_free_sgd_options *)s->options)->beta);
}

static lgd_status adamw_settle(lgd_step *s)
{
    return settle(s, ((const lgd_schedule_free_adamw_options *)s->options)->beta);
}

/* x of w = (1 - beta) z + beta x */
LGD_WIDE static void solve(const lgd_step *s, double beta, double *x)
{
    const double *w = s->w, *z = s->vec[0];
#pragma omp simd
    for (size_t j = 0; j < s->dim; j++)
        x[j] = z[j] + (w[j] - z[j]) / beta;
}

static void sgd_result(const lgd_step *s, double *x)
{
    solve(s, ((const lgd_schedule_free_sgd_options *)s->options)->beta, x);
}

static void adamw_result(const lgd_step *s, double *x)
{
    solve(s, ((const lgd_schedule_free_adamw_options *)s->options)->beta, x);
}

const lgd_optimizer_ops *lgd_schedule_free_sgd_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "schedule_free_sgd",
        .about = "an average in place of a schedule",
        .source = "Defazio et al. (2024)",
        .options = sgd_options,
        .options_size = sizeof(lgd_schedule_free_sgd_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_LINEAR | LGD_OWN_POINTS | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = sgd_layout,
        .init = init,
        .step = sgd_step,
        .result = sgd_result,
        .settle = sgd_settle,
    };
    return &ops;
}

const lgd_optimizer_ops *lgd_schedule_free_adamw_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "schedule_free_adamw",
        .about = "rates by the mean of squares, an average in place of a schedule",
        .source = "Defazio et al. (2024)",
        .options = adamw_options,
        .options_size = sizeof(lgd_schedule_free_adamw_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_OWN_POINTS | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = adamw_layout,
        .init = init,
        .step = adamw_step,
        .result = adamw_result,
        .settle = adamw_settle,
    };
    return &ops;
}
