/* Prodigy: K. Mishchenko, A. Defazio, "Prodigy: an expeditiously adaptive parameter-free learner", ICML 2024
 * (arXiv:2306.06101), Algorithm 4, and the limit of growth, the warm decay and d eps of the authors' program.
 *
 * What the paper multiplies by d or d^2 is kept in units of the latest d, so that nothing vanishes while d is small or
 * overflows once it is large; w0 - w is kept and not w0, of which a way of 1e-6 would leave ten digits.
 *
 * Each slice keeps its own part of the numerator, and `measure` adds the parts up: a frozen slice has a part neither in it
 * nor in |s|_1, and d, the largest of all, is the same in every slice again after its first step. */
#include "optimizer.h"

#define LGD_FROM_ONE .low = 1, .high = INFINITY, .open = 2 /* x >= 1 */

static const lgd_option options[] = {
    LGD_OPTION(lgd_prodigy_options, lr, 1, LGD_POSITIVE, "multiplies the rate that is found; leave it"),
    LGD_OPTION(lgd_prodigy_options, beta1, 0.9, LGD_BELOW_ONE, "how much of the mean of d g is kept"),
    LGD_OPTION(lgd_prodigy_options, beta2, 0.999, LGD_BELOW_ONE,
               "how much of the mean of (d g)^2 is kept; its root, of the sums for d"),
    LGD_OPTION(lgd_prodigy_options, d0, 1e-6, LGD_POSITIVE, "d at the beginning: small beside the way to the minimum"),
    LGD_OPTION(lgd_prodigy_options, coef, 1, LGD_POSITIVE, "multiplies the estimate of d: what to tune"),
    LGD_OPTION(lgd_prodigy_options, growth, 1e100, LGD_FROM_ONE, "d grows by at most this factor in a step"),
    LGD_OPTION(lgd_prodigy_options, eps, 1e-8, LGD_NOT_NEGATIVE, "added to the root, times d"),
    LGD_OPTION(lgd_prodigy_options, weight_decay, 0, LGD_NOT_NEGATIVE, "w moves by eta weight_decay w too"),
    LGD_OPTION_BOOL(lgd_prodigy_options, bias_correction, "correct for means that begin at 0, as Adam does"),
    {0},
};

typedef struct distance {
    double d, d_max;  /* the estimate in use and the largest so far; they differ where growth is limited */
    double numerator; /* this slice's part */
    double unit;      /* the d in units of which it and the vectors are, m by it, the others by its square */
} distance;

enum { M, V, S, WAY, VECTORS, BLOCK = 512 };

static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)opaque, (void)dim;
    *vectors = VECTORS;
    *state_size = sizeof(distance);
}

static lgd_status init(lgd_step *s)
{
    const lgd_prodigy_options *o = s->options;
    *(distance *)s->state = (distance){.d = o->d0, .d_max = o->d0, .unit = o->d0};
    return LGD_OK;
}

static double square(double x)
{
    return x * x;
}

/* The rate over d, corrected if asked for */
static double rate(const lgd_step *s)
{
    const lgd_prodigy_options *o = s->options;
    const double lr = o->lr * s->lr_factor, beta1 = lgd_given_or(s->momentum, o->beta1);
    return o->bias_correction ? lr * (sqrt(lgd_bias(o->beta2, s->t)) / lgd_bias(beta1, s->t)) : lr;
}

/* The next s over n coordinates. */
LGD_WIDE static void gather(size_t n, double keep, double weight, const double *g, double *x)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        x[j] = keep * x[j] + weight * g[j];
}

/* g.way and |s|_1, of the next s, whose numbers are those that it keeps of the last and the rate. */
static void measure_range(const lgd_step *s, const void *ctx, size_t first, size_t count, double sum[LGD_RANGE_SUMS])
{
    const double keep = ((const double *)ctx)[0], lr = ((const double *)ctx)[1];
    for (size_t i = first; i < first + count; i += BLOCK) { /* so that the second look at each finds it in the cache */
        const size_t n = first + count - i < BLOCK ? first + count - i : BLOCK;
        sum[0] += lgd_dot(n, s->g + i, s->vec[WAY] + i);
        gather(n, keep, lr, s->g + i, s->vec[S] + i);
        sum[1] += lgd_norm1(n, s->vec[S] + i);
    }
}

static lgd_status measure(lgd_step *s)
{
    const lgd_prodigy_options *o = s->options;
    distance *e = s->state;
    const double lr = rate(s), keep = sqrt(o->beta2) * square(e->unit / e->d);
    const double d = fmax(s->sum[2], e->d), others = square(s->sum[2] / d), own = square(e->d / d);
    double product = 0, size = 0, sum[LGD_RANGES][LGD_RANGE_SUMS];
    const size_t ranges = lgd_over_ranges(s, measure_range, (const double[]){keep, lr}, sum);
    for (size_t i = 0; i < ranges; i++) {
        product += sum[i][0];
        size += sum[i][1];
    }
    e->numerator = keep * e->numerator + lr * product;
    s->sum[0] = others * s->sum[0] + own * e->numerator;
    s->sum[1] = others * s->sum[1] + own * size;
    s->sum[2] = d;
    s->sum[3] = fmax(s->sum[3], e->d_max);
    return LGD_OK;
}

/* The next d, of all slices. */
static void grow(const lgd_step *s)
{
    const lgd_prodigy_options *o = s->options;
    distance *e = s->state;
    const double found = o->coef * s->sum[0] / s->sum[1], d = s->sum[2];
    e->d_max = fmax(s->sum[3], found);
    e->d = fmin(e->d_max, (d == o->d0 ? fmax(d, found) : d) * o->growth);
}

/* With a penalty the way of this step is known once that has been applied; until then g is where it began. */
LGD_INLINE lgd_status sweep(lgd_step *s, bool penalised)
{
    const lgd_prodigy_options *o = s->options;
    distance *e = s->state;
    const double d = e->d, lr = rate(s), eta = d * lr, older = e->unit / d;
    const double beta1 = lgd_given_or(s->momentum, o->beta1), keep_m = beta1 * older;
    const double keep_v = o->beta2 * square(older), new_v = 1 - o->beta2;
    const double shrink = eta * lgd_given_or(s->decay, o->weight_decay);
    double *w = s->w, *g = s->g, *m = s->vec[M], *v = s->vec[V], *way = s->vec[WAY];
    grow(s);
    const double eps = e->d / d * o->eps;
    s->weight = keep_m * s->weight + (1 - beta1);
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        m[j] = keep_m * m[j] + (1 - beta1) * g[j];
        v[j] = keep_v * v[j] + new_v * (g[j] * g[j]);
        const double by = shrink * w[j] + eta * m[j] / lgd_divisor(sqrt(v[j]) + eps);
        if (penalised)
            g[j] = w[j];
        else
            way[j] += by;
        w[j] -= by;
        bad |= lgd_not_finite(w[j]);
    }
    e->unit = d;
    lgd_tell_rates(s, eta * s->weight, v, 1, 0, eps);
    return lgd_stepped(s, bad);
}

LGD_WIDE static lgd_status moves(lgd_step *s)
{
    return s->penalised ? sweep(s, true) : sweep(s, false);
}

static lgd_status step(lgd_step *s)
{
    if (s->sum[1] != 0)
        return moves(s);
    memcpy(s->g, s->w, s->dim * sizeof *s->g); /* every gradient was 0: d does not grow, but a penalty may move w */
    s->eta = ((const distance *)s->state)->d * rate(s);
    return lgd_stepped(s, lgd_first_not_finite(s->dim, s->w) < s->dim ? UINT64_MAX : 0);
}

static lgd_status settle(lgd_step *s)
{
    for (size_t j = 0; j < s->dim; j++)
        s->vec[WAY][j] += s->g[j] - s->w[j];
    return LGD_OK;
}

const lgd_optimizer_ops *lgd_prodigy_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "prodigy",
        .about = "Adam that finds its own rate",
        .source = "Mishchenko and Defazio (2023)",
        .options = options,
        .options_size = sizeof(lgd_prodigy_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_OWN_POINTS | LGD_CHECKED | LGD_TELLS_RATE,
        .layout = layout,
        .init = init,
        .step = step,
        .measure = measure,
        .settle = settle,
    };
    return &ops;
}
