/* Methods whose step has a length relative to |w|, layer by layer; a slice is a layer.
 *
 * LARS: Y. You, I. Gitman, B. Ginsburg, "Large batch training of convolutional networks", arXiv 1708.03888 (2017),
 * Algorithm 1. LAMB: Y. You, J. Li, S. Reddi et al., "Large batch optimization for deep learning: training BERT in 76
 * minutes", ICLR 2020, Algorithm 2, with phi(z) = z.
 *
 * Two passes over w and g cannot be helped: no coordinate moves before the norms of all are known. The first goes by blocks
 * that stay in the cache, so that it reads memory once, and the blocks' norms are joined without squares that could
 * overflow. */
#include "optimizer.h"
#include <float.h>

enum { BLOCK = 4096 };

static size_t block_length(size_t dim, size_t first)
{
    return dim - first < BLOCK ? dim - first : BLOCK;
}

static double joined(double norm, size_t count, const double *x)
{
    return hypot(norm, lgd_norm2(count, x));
}

/* A step along x of `rate` times |w| over a norm of x is length * (unit * x): in two factors, since their product may be
 * beyond all numbers where the step is not. The ratio is 1 where |w| is 0 or the norm is, or as good as. */
typedef struct stride {
    double length, unit;
} stride;

static stride relative(double rate, double coefficient, double w_norm, double norm)
{
    const bool plain = !(w_norm > 0 && norm >= DBL_MIN);
    return plain ? (stride){rate, 1} : (stride){rate * coefficient * w_norm, 1 / norm};
}

/* The norms over all ranges. */
static void join(size_t ranges, double sum[][LGD_RANGE_SUMS], double norm[3])
{
    memcpy(norm, sum[0], 3 * sizeof *norm);
    for (size_t i = 1; i < ranges; i++)
        for (size_t l = 0; l < 3; l++)
            norm[l] = hypot(norm[l], sum[i][l]);
}

/* The end of a step whose ranges have each told, first in its sums, whether a number is none. */
static lgd_status moved(lgd_step *s, size_t ranges, double sum[][LGD_RANGE_SUMS])
{
    double bad = 0;
    for (size_t i = 0; i < ranges; i++)
        bad += sum[i][0];
    return lgd_stepped(s, bad > 0 ? UINT64_MAX : 0);
}

/* ---- LARS */

static const lgd_option lars_options[] = {
    LGD_OPTION(lgd_lars_options, lr, 1, LGD_POSITIVE, "rate"),
    LGD_OPTION(lgd_lars_options, trust_coefficient, 0.001, LGD_POSITIVE,
               "how far a step goes at rate 1, relative to |w|"),
    LGD_OPTION(lgd_lars_options, momentum, 0.9, LGD_BELOW_ONE, "how much of the velocity is kept"),
    LGD_OPTION(lgd_lars_options, weight_decay, 0, LGD_NOT_NEGATIVE, "weight_decay w is added to g"),
    LGD_OPTION_CHOICE(lgd_lars_options, form, "paper|optax", "what |w| is divided by"),
    {0},
};

/* Norms of w, of g and of g with the decay that it is given here. */
static void lars_look(const lgd_step *s, const void *ctx, size_t from, size_t length, double sum[LGD_RANGE_SUMS])
{
    const lgd_lars_options *o = s->options;
    const double decay = lgd_given_or(s->decay, o->weight_decay), *w = s->w + from;
    double *g = s->g + from;
    (void)ctx;
    for (size_t first = 0; first < length; first += BLOCK) {
        const size_t count = block_length(length, first);
        sum[0] = joined(sum[0], count, w + first);
        if (o->form == LGD_LARS_PAPER)
            sum[1] = joined(sum[1], count, g + first);
        if (decay > 0)
            lgd_add_decay(decay, count, w + first, g + first);
        if (o->form == LGD_LARS_OPTAX)
            sum[2] = joined(sum[2], count, g + first);
    }
}

LGD_WIDE static void lars_move(const lgd_step *s, const void *ctx, size_t first, size_t count,
                               double sum[LGD_RANGE_SUMS])
{
    const stride to = *(const stride *)ctx;
    const double mu = lgd_given_or(s->momentum, ((const lgd_lars_options *)s->options)->momentum), *g = s->g + first;
    double *w = s->w + first, *v = s->vec[0] + first;
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < count; j++) {
        v[j] = mu * v[j] + to.length * (to.unit * g[j]);
        w[j] -= v[j];
        bad |= lgd_not_finite(w[j]);
    }
    sum[0] = (double)(bad >> 63);
}

static lgd_status lars_step(lgd_step *s)
{
    const lgd_lars_options *o = s->options;
    const double mu = lgd_given_or(s->momentum, o->momentum), decay = lgd_given_or(s->decay, o->weight_decay);
    double sum[LGD_RANGES][LGD_RANGE_SUMS], norm[3];
    join(lgd_over_ranges(s, lars_look, NULL, sum), sum, norm);
    const double w_norm = norm[0], g_norm = norm[1], sum_norm = g_norm > 0 ? g_norm + decay * w_norm : norm[2];
    const stride to = relative(o->lr * s->lr_factor, o->trust_coefficient, w_norm, sum_norm);
    s->eta = lgd_weigh_velocity(s, mu, to.length * to.unit);
    return moved(s, lgd_over_ranges(s, lars_move, &to, sum), sum);
}

const lgd_optimizer_ops *lgd_lars_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "lars",
        .about = "momentum with steps relative to |w|, by layer",
        .source = "You et al. (2017)",
        .options = lars_options,
        .options_size = sizeof(lgd_lars_options),
        .flags = LGD_SLICED | LGD_LAYERED | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_one_vector,
        .step = lars_step,
    };
    return &ops;
}

/* ---- LAMB */

static const lgd_option lamb_options[] = {
    LGD_OPTION(lgd_lamb_options, lr, 0.001, LGD_POSITIVE, "rate, how far a step goes relative to |w|"),
    LGD_OPTION(lgd_lamb_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of g is kept"),
    LGD_OPTION(lgd_lamb_options, beta2, 0.999, LGD_BELOW_ONE, "how much of the mean of g^2 is kept"),
    LGD_OPTION(lgd_lamb_options, eps, 1e-6, LGD_NOT_NEGATIVE, "added to the corrected root"),
    LGD_OPTION(lgd_lamb_options, weight_decay, 0, LGD_NOT_NEGATIVE, "weight_decay w is added to Adam's direction"),
    {0},
};

/* Adam's direction and the decay, in the place of g. */
LGD_WIDE static void lamb_direction(const lgd_step *s, size_t first, size_t count)
{
    const lgd_lamb_options *o = s->options;
    const double beta1 = lgd_given_or(s->momentum, o->beta1), beta2 = o->beta2, eps = o->eps;
    const double scale = 1 / lgd_bias(beta1, s->t), root = 1 / sqrt(lgd_bias(beta2, s->t));
    const double decay = lgd_given_or(s->decay, o->weight_decay), *w = s->w + first;
    double *g = s->g + first, *m = s->vec[0] + first, *v = s->vec[1] + first;
#pragma omp simd
    for (size_t j = 0; j < count; j++) {
        m[j] = lgd_mean(beta1, m[j], g[j]);
        v[j] = lgd_mean(beta2, v[j], g[j] * g[j]);
        g[j] = scale * m[j] / lgd_divisor(sqrt(v[j]) * root + eps) + decay * w[j];
    }
}

static void lamb_look(const lgd_step *s, const void *ctx, size_t from, size_t length, double sum[LGD_RANGE_SUMS])
{
    (void)ctx;
    for (size_t first = from; first < from + length; first += BLOCK) {
        const size_t count = block_length(from + length, first);
        lamb_direction(s, first, count);
        sum[0] = joined(sum[0], count, s->w + first);
        sum[1] = joined(sum[1], count, s->g + first);
    }
}

LGD_WIDE static void lamb_move(const lgd_step *s, const void *ctx, size_t first, size_t count,
                               double sum[LGD_RANGE_SUMS])
{
    const stride to = *(const stride *)ctx;
    const double *g = s->g + first;
    double *w = s->w + first;
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < count; j++) {
        w[j] -= to.length * (to.unit * g[j]);
        bad |= lgd_not_finite(w[j]);
    }
    sum[0] = (double)(bad >> 63);
}

static lgd_status lamb_step(lgd_step *s)
{
    const lgd_lamb_options *o = s->options;
    double sum[LGD_RANGES][LGD_RANGE_SUMS], norm[3];
    join(lgd_over_ranges(s, lamb_look, NULL, sum), sum, norm);
    const stride to = relative(o->lr * s->lr_factor, 1, norm[0], norm[1]);
    const size_t ranges = lgd_over_ranges(s, lamb_move, &to, sum);
    const double beta1 = lgd_given_or(s->momentum, o->beta1), of_m = lgd_weigh_mean(s, beta1) / lgd_bias(beta1, s->t);
    lgd_tell_rates(s, to.length * to.unit * of_m, s->vec[1], 1 / sqrt(lgd_bias(o->beta2, s->t)), 0, o->eps);
    return moved(s, ranges, sum);
}

const lgd_optimizer_ops *lgd_lamb_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "lamb",
        .about = "Adam with steps relative to |w|, by layer",
        .source = "You et al. (2020)",
        .options = lamb_options,
        .options_size = sizeof(lgd_lamb_options),
        .flags = LGD_SLICED | LGD_LAYERED | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = lgd_two_vectors,
        .step = lamb_step,
    };
    return &ops;
}
