/* Inside of a loss. */
#ifndef LGD_LOSS_INSIDE_H
#define LGD_LOSS_INSIDE_H
#include "base/base.h"
#include "base/elementary.h"
#include "lgd/loss.h"

struct lgd_loss {
    lgd_loss_ops ops;
    void *ctx;
    bool created; /* by lgd_loss_create: there is something to free */
};

/* Columns of y for k outputs. */
size_t lgd_loss_targets(const lgd_loss *loss, size_t k);

/* ---- losses with a parameter */

/* The ctx of a built-in loss with a parameter, whose ops are given it as the number alone where they need no more. */
typedef struct lgd_loss_parameter {
    double value;
    const char *name, *key; /* "huber", "delta" */
} lgd_loss_parameter;

/* `of`, a static loss, with another value; LGD_EINVAL unless legal, which `accepted` names. */
lgd_status lgd_loss_with(lgd_loss **out, const lgd_loss *of, double value, bool legal, const char *accepted);

/* `describe` of the ops: as lgd_loss_parse reads it. */
int lgd_loss_describe_parameter(const void *ctx, char *text, size_t size);

/* ---- each.c: outputs that are independent of one another */

/* A loss of one output over n scores: s [LGD_LANES] receives the sum of the values, and z becomes the slopes, both times weight [n],
 * which is 1 where it is NULL. Scores go by eights, a lane each, and what is left over as eight of which some have no weight: neither the
 * rows that come with it nor the width of registers change the bits of a slope, and sums have one order. */
typedef void lgd_loss_loop(const double *parameter, size_t n, double *z, const double *y, const double *weight,
                           double *s);

/* Defines such a loop, of a function double point(double parameter, double z, double y, double *slope) that returns the value at z. */
#define LGD_LOSS_LOOP(name, point)                                                                                     \
    LGD_WIDEST static void name(const double *parameter, size_t n, double *z, const double *y, const double *weight,   \
                                double *s)                                                                             \
    {                                                                                                                  \
        const double p = parameter ? *parameter : 0;                                                                   \
        if (n == 1) { /* steps of one row */                                                                           \
            double slope;                                                                                              \
            *s += (weight ? *weight : 1) * point(p, *z, *y, &slope);                                                   \
            *z = (weight ? *weight : 1) * slope;                                                                       \
            return;                                                                                                    \
        }                                                                                                              \
        double sum[LGD_LANES];                                                                                         \
        for (size_t l = 0; l < LGD_LANES; l++)                                                                         \
            sum[l] = s[l];                                                                                             \
        for (size_t first = 0; first < n; first += LGD_LANES) {                                                        \
            lgd_loss_eight some, *few = NULL;                                                                          \
            double *at = z + first;                                                                                    \
            const double *target = y + first, *omega = weight ? weight + first : lgd_loss_ones;                        \
            if (n - first < LGD_LANES) {                                                                               \
                few = &some;                                                                                           \
                lgd_loss_take(few, n - first, at, target, omega);                                                      \
                at = few->z, target = few->y, omega = few->weight;                                                     \
            }                                                                                                          \
            _Pragma("omp simd") for (size_t l = 0; l < LGD_LANES; l++)                                                 \
            {                                                                                                          \
                double slope;                                                                                          \
                sum[l] += omega[l] * point(p, at[l], target[l], &slope);                                               \
                at[l] = omega[l] * slope;                                                                              \
            }                                                                                                          \
            if (few)                                                                                                   \
                lgd_loss_give(few, n - first, z + first);                                                              \
        }                                                                                                              \
        for (size_t l = 0; l < LGD_LANES; l++)                                                                         \
            s[l] = sum[l];                                                                                             \
    }

/* What is left over, filled up. */
typedef struct lgd_loss_eight {
    double z[LGD_LANES], y[LGD_LANES], weight[LGD_LANES];
} lgd_loss_eight;

extern const double lgd_loss_ones[LGD_LANES];

LGD_INLINE void lgd_loss_take(lgd_loss_eight *few, size_t n, const double *z, const double *y, const double *weight)
{
    for (size_t l = 0; l < LGD_LANES; l++) { /* all eight, so that no compiler calls memcpy for so little */
        few->z[l] = l < n ? z[l] : 0;
        few->y[l] = l < n ? y[l] : 0;
        few->weight[l] = l < n ? weight[l] : 0;
    }
}

LGD_INLINE void lgd_loss_give(const lgd_loss_eight *few, size_t n, double *z)
{
    for (size_t l = 0; l < LGD_LANES; l++)
        if (l < n)
            z[l] = few->z[l];
}

/* `eval` of the ops, by it. */
double lgd_loss_each(lgd_loss_loop *loop, const double *parameter, size_t m, size_t k, double *Z, size_t ldz,
                     const double *y, const double *weight);

/* `fenchel` of the ops by what Fenchel's inequality leaves of one output, and `hessian` by its second derivative. */
double lgd_loss_each_fenchel(double (*left)(const double *parameter, double z, double y, double u),
                             const double *parameter, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                             const double *weight, const double *U, size_t ldu);
void lgd_loss_each_hessian(double (*second)(const double *parameter, double z, double y), const double *parameter,
                           size_t m, size_t k, const double *Z, size_t ldz, const double *y, const double *weight,
                           double *C);

/* C [m x k x k] = diag(value weight_i) for each row. */
void lgd_loss_diagonal(size_t m, size_t k, double value, const double *weight, double *C);

/* targets = outputs; a check for labels, 0 or 1, one to an output; the link exp. */
size_t lgd_loss_one_each(const void *ctx, size_t k);
size_t lgd_loss_labels(const void *ctx, size_t m, size_t k, const double *y, const char **accepted);
void lgd_loss_exp_link(const void *ctx, size_t m, size_t k, double *Z, size_t ldz);

/* ---- each.c: for what is left in Fenchel's inequality */

/* Is u between low and high, but for rounding, which is cut off? */
bool lgd_loss_within(double *u, double low, double high);

/* p log(p/mean) - p + mean >= 0 for p >= 0 by d = log(mean/p), without cancellation: p (exp(d) - 1 - d). */
double lgd_loss_divergence(double p, double mean, double log_mean);

/* The divergence of the probabilities p and q = 1 - p from those of a score s, 1/(1 + exp(-s)) and 1/(1 + exp(s)). */
double lgd_loss_odds_divergence(double s, double p, double q);

/* ---- smoothed.c */

/* The kinks of a loss for the target y of an output, see `kinks` of lgd_loss_ops. */
typedef struct lgd_kinks {
    size_t count;
    double kink[2], slope[3];
} lgd_kinks;

static inline lgd_kinks lgd_loss_kinks(const lgd_loss *loss, double y)
{
    lgd_kinks b = {0};
    b.count = loss->ops.kinks(loss->ctx, y, b.kink, b.slope);
    return b;
}

/* A loss with kinks, smoothed: targets are those of `of`, and then a slope c for each of them,
 *     phi(z) = max_u u z - of*(u) - width/2 (u - c)^2
 * with eval, fenchel, hessian and curvature. `of` is borrowed. The width, 1 at first, may be 0 for eval and fenchel: `of` itself. */
lgd_status lgd_loss_smoothed_create(lgd_loss **out, const lgd_loss *of);
void lgd_loss_smoothed_width(lgd_loss *loss, double width);

#endif
