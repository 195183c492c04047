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

/* A loss of one output at n <= LGD_LOSS_BLOCK scores: to `value`, and z becomes the slopes. */
enum { LGD_LOSS_BLOCK = 64 };
typedef void lgd_loss_block(const double *parameter, size_t n, double *restrict z, const double *restrict y,
                            double *restrict value);

/* `eval` of the ops, by it; the sum in eight lanes, so that the bits do not depend on ldz. */
double lgd_loss_each(lgd_loss_block *block, const double *parameter, size_t m, size_t k, double *Z, size_t ldz,
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
