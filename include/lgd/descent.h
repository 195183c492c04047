/* Built-in optimizers with one rate for all coordinates, or for all of a group. In the formulas g is the gradient at w, lr
 * the rate (option times schedule), t counts from 1. Presets are in brackets. */
#ifndef LGD_DESCENT_H
#define LGD_DESCENT_H
#include "optimizer.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Gradient descent: w -= lr g. Cauchy (1847); Robbins and Monro (1951). No state. */
typedef struct lgd_sgd_options {
    double lr; /* > 0 [0.01] */
} lgd_sgd_options;
LGD_API const lgd_optimizer_ops *lgd_sgd_ops(void);
static inline lgd_status lgd_sgd_create(lgd_optimizer **out, const lgd_sgd_options *options)
{
    return lgd_optimizer_create(out, lgd_sgd_ops(), options, sizeof *options);
}

/* The two forms of momentum. They differ once the rate changes: the classical velocity has past rates in it. */
typedef enum lgd_momentum_form {
    LGD_MOMENTUM_CLASSICAL, /* v = mu v - lr g;  w += v                       Polyak (1964), Sutskever et al. (2013) */
    LGD_MOMENTUM_PYTORCH    /* b = mu b + (1 - dampening) g, first b = g;  w -= lr b */
} lgd_momentum_form;

/* Momentum (heavy ball). State: one vector. */
typedef struct lgd_momentum_options {
    double lr;              /* > 0 [0.01] */
    double momentum;        /* mu in [0, 1) [0.9] */
    double dampening;       /* in [0, 1], PyTorch's form only: refused in the other [0] */
    lgd_momentum_form form; /* [classical] */
} lgd_momentum_options;
LGD_API const lgd_optimizer_ops *lgd_momentum_ops(void);
static inline lgd_status lgd_momentum_create(lgd_optimizer **out, const lgd_momentum_options *options)
{
    return lgd_optimizer_create(out, lgd_momentum_ops(), options, sizeof *options);
}

/* Nesterov momentum at the shifted point. Classical: v = mu v - lr g;  w += mu v - lr g. PyTorch: b = mu b + g;
 * w -= lr (g + mu b). Nesterov (1983); Sutskever et al. (2013). State: one vector. */
typedef struct lgd_nesterov_options {
    double lr;              /* > 0 [0.01] */
    double momentum;        /* mu in [0, 1) [0.9] */
    lgd_momentum_form form; /* [classical] */
} lgd_nesterov_options;
LGD_API const lgd_optimizer_ops *lgd_nesterov_ops(void);
static inline lgd_status lgd_nesterov_create(lgd_optimizer **out, const lgd_nesterov_options *options)
{
    return lgd_optimizer_create(out, lgd_nesterov_ops(), options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
