/* Built-in optimizers with a rate for each coordinate. In the formulas g is the gradient at w, lr the rate (option times
 * schedule), t counts from 1, and products and roots of vectors are by coordinate. Presets are in brackets. A divisor of 0
 * (eps and every gradient so far 0) makes no step. */
#ifndef LGD_ADAPTIVE_H
#define LGD_ADAPTIVE_H
#include "optimizer.h"
#ifdef __cplusplus
extern "C" {
#endif

/* AdaGrad: s += g^2;  w -= lr/(1 + (t-1) lr_decay) g / (sqrt(s) + eps), s from `initial`. Duchi et al. (2011).
 * State: one vector. */
typedef struct lgd_adagrad_options {
    double lr;       /* > 0 [0.01] */
    double eps;      /* >= 0 [1e-10] */
    double lr_decay; /* >= 0 [0] */
    double initial;  /* >= 0 [0] */
} lgd_adagrad_options;
LGD_API const lgd_optimizer_ops *lgd_adagrad_ops(void);
static inline lgd_status lgd_adagrad_create(lgd_optimizer **out, const lgd_adagrad_options *options)
{
    return lgd_optimizer_create(out, lgd_adagrad_ops(), options, sizeof *options);
}

/* RMSprop: v = alpha v + (1-alpha) g^2;  b = momentum b + g / (sqrt(q) + eps);  w -= lr b, where q = v, or if centred
 * q = v - mean^2, at least 0, with mean = alpha mean + (1-alpha) g. Tieleman and Hinton (2012); Graves (2013) for the
 * centred form with momentum. State: one vector, and one more each for the mean and for momentum. */
typedef struct lgd_rmsprop_options {
    double lr;       /* > 0 [0.01] */
    double alpha;    /* in [0, 1) [0.99] */
    double eps;      /* >= 0 [1e-8] */
    double momentum; /* in [0, 1) [0] */
    bool centered;   /* [false] */
} lgd_rmsprop_options;
LGD_API const lgd_optimizer_ops *lgd_rmsprop_ops(void);
static inline lgd_status lgd_rmsprop_create(lgd_optimizer **out, const lgd_rmsprop_options *options)
{
    return lgd_optimizer_create(out, lgd_rmsprop_ops(), options, sizeof *options);
}

/* Adam: m = beta1 m + (1-beta1) g;  v = beta2 v + (1-beta2) g^2;
 * w -= lr (m/(1-beta1^t)) / (sqrt(v/(1-beta2^t)) + eps). Kingma and Ba (2015), Algorithm 1. State: two vectors. */
typedef struct lgd_adam_options {
    double lr;    /* > 0 [0.001] */
    double beta1; /* in [0, 1) [0.9] */
    double beta2; /* in [0, 1) [0.999] */
    double eps;   /* >= 0 [1e-8] */
} lgd_adam_options;
LGD_API const lgd_optimizer_ops *lgd_adam_ops(void);
static inline lgd_status lgd_adam_create(lgd_optimizer **out, const lgd_adam_options *options)
{
    return lgd_optimizer_create(out, lgd_adam_ops(), options, sizeof *options);
}

/* AdamW: w *= 1 - lr weight_decay, then Adam. Coordinates the objective leaves unpenalised do not decay. Loshchilov and
 * Hutter (2019), with the decay multiplied by lr. State: two vectors. */
typedef struct lgd_adamw_options {
    double lr;           /* > 0 [0.001] */
    double beta1;        /* in [0, 1) [0.9] */
    double beta2;        /* in [0, 1) [0.999] */
    double eps;          /* >= 0 [1e-8] */
    double weight_decay; /* >= 0 [0.01] */
} lgd_adamw_options;
LGD_API const lgd_optimizer_ops *lgd_adamw_ops(void);
static inline lgd_status lgd_adamw_create(lgd_optimizer **out, const lgd_adamw_options *options)
{
    return lgd_optimizer_create(out, lgd_adamw_ops(), options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
