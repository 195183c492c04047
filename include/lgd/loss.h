/* A loss: scores to value and slope, row by row. */
#ifndef LGD_LOSS_H
#define LGD_LOSS_H
#include "status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A loss, built-in or yours. */
typedef struct lgd_loss lgd_loss;

/* Flags of ops.
 *   LGD_SQUARES  the loss is C/2 (z - y)^2 for each output, C its `curvature`. A model with it is a problem of linear least squares
 *   LGD_CLASSES  targets are numbers of classes: 0 or 1 for each output, or, with one target for k > 1 outputs, 0 .. k - 1 */
enum { LGD_SQUARES = 1, LGD_CLASSES = 4 };

/* What a loss has to offer, for m rows of k scores Z [m x k, ldz], targets y [m x targets(k)] and weights [m] or NULL.
 *   name      for messages
 *   targets   columns of y for k outputs; NULL: 1
 *   eval      returns sum_i weight_i loss(z_i, y_i) and turns each z_ic into weight_i d loss / d z_ic
 *   link      optional: turns scores into predictions, in place (logistic: the probability)
 *   check     optional: the position in y of the first number that is not legal, m*targets(k) if all are; `accepted`
 *             receives a few words
 *   free      optional: called by lgd_loss_free
 *   curvature optional: a bound, for any scores and targets, on the largest eigenvalue of the Hessian of loss in the k
 *             scores of a row (k = 1: on its second derivative); INFINITY if there is none. For lr = LGD_AUTO
 *   fenchel   optional: sum_i weight_i (loss(z_i) + loss*(u_i) - z_i u_i), where U [m x k, ldu] holds weight_i u_ic as eval
 *             would leave them and loss*(u) = sup_z u z - loss(z) is the convex conjugate. No term is below 0, and it is 0
 *             where u is the slope at z; INFINITY outside the domain of loss*; a row of weight 0 has no part. A loss that
 *             has it is convex. For duality gaps
 *   hessian   optional: C [m x k x k] receives weight_i d^2 loss / d z_ic d z_ie at the scores Z. For Newton's method
 *   kinks     optional: says that the loss is a sum over its outputs, convex and piecewise linear in each score z with at most two
 *             kinks. For the target y of an output: kink[0] < kink[1] are where the slope changes, slope[0] <= slope[1] <= slope[2] the
 *             slopes left of, between and right of them; returns how many kinks there are, 1 or 2. For its exact minimum
 *   attained  optional: a value v >= 0 such that loss(z) < v shows that the loss falls along s z for s to infinity, to an infimum of
 *             0 that it never has (logistic: log 2); 0: there is none. For rows that a model without penalty tells apart
 *   describe  optional: writes the name with every parameter to text [size], as snprintf does, and returns what snprintf would;
 *             absent: the name
 * eval, fenchel, hessian and kinks must be free of side effects: they are called from several threads at once. */
typedef struct lgd_loss_ops {
    const char *name;
    unsigned flags; /* LGD_SQUARES, LGD_CLASSES or 0 */
    size_t (*targets)(const void *ctx, size_t k);
    double (*eval)(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y, const double *weight);
    void (*free)(void *ctx);
    void (*link)(const void *ctx, size_t m, size_t k, double *Z, size_t ldz);
    size_t (*check)(const void *ctx, size_t m, size_t k, const double *y, const char **accepted);
    double (*curvature)(const void *ctx, size_t k);
    double (*fenchel)(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                      const double *weight, const double *U, size_t ldu);
    void (*hessian)(const void *ctx, size_t m, size_t k, const double *Z, size_t ldz, const double *y,
                    const double *weight, double *C);
    size_t (*kinks)(const void *ctx, double y, double kink[2], double slope[3]);
    double (*attained)(const void *ctx);
    int (*describe)(const void *ctx, char *text, size_t size);
} lgd_loss_ops;

/* (z - y)^2 / 2, the mean of which has gradient X^T e / m. Any finite target; one target per output. */
LGD_API const lgd_loss *lgd_loss_half_squared(void);

/* (z - y)^2, the mean of which is the MSE, gradient 2 X^T e / m. */
LGD_API const lgd_loss *lgd_loss_squared(void);

/* log(1 + exp(z)) - y z, the negative log-likelihood of y in {0, 1} with P(y = 1) = 1/(1 + exp(-z)); slope P - y.
 * Finite for every finite z. */
LGD_API const lgd_loss *lgd_loss_logistic(void);

/* max(0, 1 - s z)^2 with s = 2 y - 1 for y in {0, 1}: the squared hinge of a support vector machine, whose answer is the
 * sign of z; slope -2 s max(0, 1 - s z). Unlike the hinge it is smooth. */
LGD_API const lgd_loss *lgd_loss_squared_hinge(void);

/* log(sum_c exp(z_c)) - z_y for k scores and ONE target to a row, the class y in 0 .. k-1: the negative log-likelihood of
 * P_c = exp(z_c) / sum_e exp(z_e), which the link gives; slope P_c - [c = y], Hessian diag(P) - P P^T, its largest eigenvalue at most
 * 1/2 (Boehning 1992). The multinomial logistic regression; finite for scores of any size. */
LGD_API const lgd_loss *lgd_loss_softmax(void);

/* max(0, 1 - s z) with s = 2 y - 1 for y in {0, 1}: the hinge of a support vector machine (Cortes, Vapnik 1995); slope -s below the
 * margin s z = 1, 0 at it and beyond. */
LGD_API const lgd_loss *lgd_loss_hinge(void);

/* max(0, 1 - s z)^2 where s z >= -1 and -4 s z beyond, with s = 2 y - 1 for y in {0, 1} (Zhang 2004): the squared hinge that
 * rows far on the wrong side pull at with a force of 4 at most. */
LGD_API const lgd_loss *lgd_loss_modified_huber(void);

/* e^2/2 for |e| <= delta and delta (|e| - delta/2) beyond, e = z - y (Huber 1964): slope e, cut at +-delta. delta is in units of the
 * target; 1.35, that of the static one, is 95 % as efficient as least squares where residuals are normal with deviation 1.
 * LGD_EINVAL unless delta is a finite number > 0. */
LGD_API const lgd_loss *lgd_loss_huber(void);
LGD_API lgd_status lgd_loss_huber_create(lgd_loss **out, double delta);

/* max(0, |z - y| - epsilon) and its square (Drucker et al. 1997): support vector regression, where residuals up to epsilon, in units of
 * the target, cost nothing. Slope of the former 0 at the two kinks. epsilon is 0.1 in the static ones; LGD_EINVAL unless it is a
 * finite number >= 0; with 0 they are |z - y| and (z - y)^2. */
LGD_API const lgd_loss *lgd_loss_epsilon_insensitive(void);
LGD_API const lgd_loss *lgd_loss_squared_epsilon_insensitive(void);
LGD_API lgd_status lgd_loss_epsilon_insensitive_create(lgd_loss **out, double epsilon);
LGD_API lgd_status lgd_loss_squared_epsilon_insensitive_create(lgd_loss **out, double epsilon);

/* tau (y - z) where z < y and (1 - tau) (z - y) where z > y (Koenker, Bassett 1978): the mean is least at the tau-quantile of y. Slope
 * -tau and 1 - tau, 0 at the kink. tau is 0.5, the median, in the static one; LGD_EINVAL unless 0 < tau < 1. */
LGD_API const lgd_loss *lgd_loss_quantile(void);
LGD_API lgd_status lgd_loss_quantile_create(lgd_loss **out, double tau);

/* tau (y - z)^2 where z < y and (1 - tau) (z - y)^2 where z > y (Newey, Powell 1987): the mean is least at the tau-expectile of y. tau
 * is 0.5, which is half_squared, in the static one; LGD_EINVAL unless 0 < tau < 1. */
LGD_API const lgd_loss *lgd_loss_expectile(void);
LGD_API lgd_status lgd_loss_expectile_create(lgd_loss **out, double tau);

/* exp(z) - y z for a count y >= 0: the negative log-likelihood of a Poisson distribution of mean exp(z), which the link gives,
 * without log(y!), which does not depend on z. Slope exp(z) - y; the curvature has no bound. */
LGD_API const lgd_loss *lgd_loss_poisson(void);

/* y exp(-z) + z for y > 0: the negative log-likelihood, divided by its shape, of a gamma distribution of mean exp(z), which the link
 * gives, without what does not depend on z. Slope 1 - y exp(-z); the curvature has no bound. */
LGD_API const lgd_loss *lgd_loss_gamma(void);

/* log(cosh(z - y)): e^2/2 for small e = z - y, |e| - log 2 for large ones, and smooth of every order between; slope tanh(e). */
LGD_API const lgd_loss *lgd_loss_log_cosh(void);

/* Your own loss. ops are copied (their name must outlive the loss), ctx is yours until free. */
LGD_API lgd_status lgd_loss_create_sized(lgd_loss **out, const lgd_loss_ops *ops, size_t ops_size, void *ctx);
static inline lgd_status lgd_loss_create(lgd_loss **out, const lgd_loss_ops *ops, void *ctx)
{
    return lgd_loss_create_sized(out, ops, sizeof *ops, ctx);
}

/* The name of a loss, and a built-in loss by its name (NULL if there is none, with the nearest name in
 * lgd_last_error). */
LGD_API const char *lgd_loss_name(const lgd_loss *loss);
LGD_API const lgd_loss *lgd_loss_find(const char *name);

/* The i-th built-in loss, from 0, with its preset parameter; NULL beyond the last. */
LGD_API const lgd_loss *lgd_loss_builtin(size_t i);

/* The name with every parameter, "huber:delta=1.35", as lgd_loss_parse reads it, to text [size], which is ended by 0 where there is room
 * for that; returns the length that all of it has, as snprintf does. 0 with a sentence where loss is NULL. */
LGD_API size_t lgd_loss_describe(const lgd_loss *loss, char *text, size_t size);

/* A built-in loss by its name, and its parameter where it has one: "logistic", "huber:delta=1.2", "quantile:tau=0.9". Errors:
 * LGD_EINVAL for an unknown name, with the nearest one, another key than the loss has, and what its _create refuses. Freed by
 * lgd_loss_free. */
LGD_API lgd_status lgd_loss_parse(lgd_loss **out, const char *text);

/* Frees a loss made by lgd_loss_create, by another _create or by lgd_loss_parse; static ones ignore it. */
LGD_API void lgd_loss_free(lgd_loss *loss);

#ifdef __cplusplus
}
#endif
#endif
