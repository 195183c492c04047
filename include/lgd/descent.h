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

/* When the momentum of nesterov_convex and fista begins anew.
 *   LGD_RESTART_GRADIENT   when the step would climb: g.(x_new - x) > 0, over all coordinates; in fista
 *                          (y - x_new).(x_new - x) > 0
 *   LGD_RESTART_NEVER      at no step
 *   LGD_RESTART_FUNCTION   when the value rose; fista only, refused in the other */
typedef enum lgd_restart { LGD_RESTART_GRADIENT, LGD_RESTART_NEVER, LGD_RESTART_FUNCTION } lgd_restart;

/* Nesterov's method for convex f, whose momentum grows with the steps. With u_1 = 1 and u_{t+1} = (1 + sqrt(1 + 4 u_t^2))/2:
 * x_new = w - lr g;  w = x_new + (u_t - 1)/u_{t+1} (x_new - x);  x = x_new. A restart sets w = x_new and u back to 1.
 * Nesterov (1983); O'Donoghue and Candes (2015) for the restarts. Linear in g between them. State: one vector, 24 bytes. */
typedef struct lgd_nesterov_convex_options {
    double lr;           /* > 0 [0.01]; f falls as 1/t^2 where it is at most 1 over the largest curvature */
    lgd_restart restart; /* [gradient] */
} lgd_nesterov_convex_options;
LGD_API const lgd_optimizer_ops *lgd_nesterov_convex_ops(void);
static inline lgd_status lgd_nesterov_convex_create(lgd_optimizer **out, const lgd_nesterov_convex_options *options)
{
    return lgd_optimizer_create(out, lgd_nesterov_convex_ops(), options, sizeof *options);
}

/* Proximal gradient descent at a rate eta that it finds (ISTA; without a penalty gradient descent with backtracking):
 *
 *     w_new = prox(w - eta g),  f(w_new) <= f(w) + g.(w_new - w) + |w_new - w|^2/(2 eta).
 *
 * The first rate tried is lr, then the last one times grow; eta is multiplied by backtrack until the inequality holds, also
 * where f or its gradient is no number. Where the values differ by rounding alone it is
 * (g_new - g).(w_new - w) <= |w_new - w|^2/eta instead: where |w_new - w|^2/eta is at most 1e-9 |f|, or 1e-9 of the largest |f|
 * so far and the values say what those of no convex f do. Where no rate makes a step that is more than rounding the run ends as
 * LGD_STOP_OPTIMIZER. Over all rows, within lgd_minimize. One evaluation for each point tried, the next step's included. Beck
 * and Teboulle (2009). State: two vectors, 40 bytes. */
typedef struct lgd_proximal_gradient_options {
    double lr;        /* > 0 [1], the first rate */
    double backtrack; /* in (0, 1) [0.5] */
    double grow;      /* >= 1 [1.25] */
} lgd_proximal_gradient_options;
LGD_API const lgd_optimizer_ops *lgd_proximal_gradient_ops(void);
static inline lgd_status lgd_proximal_gradient_create(lgd_optimizer **out, const lgd_proximal_gradient_options *options)
{
    return lgd_optimizer_create(out, lgd_proximal_gradient_ops(), options, sizeof *options);
}

/* FISTA, the same with a momentum that grows with the steps, from u = 0:
 *
 *     u_new = 1/2 + sqrt(1/4 + eta_old/eta u^2), 1 if u is 0;  y = w + max(u - 1, 0)/u_new (w - w_old);
 *     w_new = prox(y - eta g(y)),  the inequality as above with y for w.
 *
 * A restart sets u to 0 after the step. w is never y, so that it has the zeros of a penalty and keeps its constraint. Two
 * evaluations a step, and one or two for each rate that fails. Beck and Teboulle (2009); Scheinberg, Goldfarb and Bai (2014)
 * for rates that grow; O'Donoghue and Candes (2015) for the restarts. State: three vectors, 40 bytes. */
typedef struct lgd_fista_options {
    double lr;           /* > 0 [1], the first rate */
    double backtrack;    /* in (0, 1) [0.5] */
    double grow;         /* >= 1 [1.1] */
    lgd_restart restart; /* [gradient] */
} lgd_fista_options;
LGD_API const lgd_optimizer_ops *lgd_fista_ops(void);
static inline lgd_status lgd_fista_create(lgd_optimizer **out, const lgd_fista_options *options)
{
    return lgd_optimizer_create(out, lgd_fista_ops(), options, sizeof *options);
}

/* Polyak's step: w -= min(lr, max(f - f_min, 0) / (c |g|^2)) g, f and |g| over the rows of the step and all coordinates; the
 * schedule and groups multiply it. A g of 0 makes no step; an f that is not finite is LGD_EDIVERGED. Polyak (1987); Loizou
 * et al. (2020). No state. */
typedef struct lgd_polyak_options {
    double lr;    /* > 0 [1], the largest rate */
    double f_min; /* finite [0] */
    double c;     /* > 0 [1] */
} lgd_polyak_options;
LGD_API const lgd_optimizer_ops *lgd_polyak_ops(void);
static inline lgd_status lgd_polyak_create(lgd_optimizer **out, const lgd_polyak_options *options)
{
    return lgd_optimizer_create(out, lgd_polyak_ops(), options, sizeof *options);
}

/* Lion: w = (1 - lr weight_decay) w - lr sign(beta1 m + (1-beta1) g), sign(0) = 0;  m = beta2 m + (1-beta2) g. Chen et al.
 * (2023). State: one vector. */
typedef struct lgd_lion_options {
    double lr;           /* > 0 [1e-4] */
    double beta1;        /* in [0, 1) [0.9] */
    double beta2;        /* in [0, 1) [0.99] */
    double weight_decay; /* >= 0 [0] */
} lgd_lion_options;
LGD_API const lgd_optimizer_ops *lgd_lion_ops(void);
static inline lgd_status lgd_lion_create(lgd_optimizer **out, const lgd_lion_options *options)
{
    return lgd_optimizer_create(out, lgd_lion_ops(), options, sizeof *options);
}

/* What LARS divides by. */
typedef enum lgd_lars_form {
    LGD_LARS_PAPER, /* d = |g| + weight_decay |w| */
    LGD_LARS_OPTAX  /* d = |g + weight_decay w| */
} lgd_lars_form;

/* LARS: v = momentum v + lr (trust_coefficient |w|/d) (g + weight_decay w);  w -= v. The norms are of a group, or of what is
 * in none, weights and unpenalised coordinates apart; what is in the first brackets is 1 where |w| or the norm with g is 0.
 * You et al. (2017). State: one vector. */
typedef struct lgd_lars_options {
    double lr;                /* > 0 [1] */
    double trust_coefficient; /* > 0 [0.001] */
    double momentum;          /* in [0, 1) [0.9] */
    double weight_decay;      /* >= 0 [0] */
    lgd_lars_form form;       /* [paper] */
} lgd_lars_options;
LGD_API const lgd_optimizer_ops *lgd_lars_ops(void);
static inline lgd_status lgd_lars_create(lgd_optimizer **out, const lgd_lars_options *options)
{
    return lgd_optimizer_create(out, lgd_lars_ops(), options, sizeof *options);
}

/* Gradient descent whose points are averaged: eta = lr/(1 + lambd lr (t-1))^alpha;  w = (1 - lambd eta) w - eta g;
 * x += mu (w - x), mu = 1/max(1, t-1-t0), so that x is w up to step t0 + 2. lgd_optimizer_result is x. lambd is part of the method
 * and acts on every coordinate, unpenalised ones too. Polyak and Juditsky (1992), in PyTorch's form. State: one vector. */
typedef struct lgd_asgd_options {
    double lr;    /* > 0 [0.01] */
    double lambd; /* >= 0 [1e-4] */
    double alpha; /* >= 0 [0.75] */
    double t0;    /* >= 0 [1e6] */
} lgd_asgd_options;
LGD_API const lgd_optimizer_ops *lgd_asgd_ops(void);
static inline lgd_status lgd_asgd_create(lgd_optimizer **out, const lgd_asgd_options *options)
{
    return lgd_optimizer_create(out, lgd_asgd_ops(), options, sizeof *options);
}

/* Schedule-Free: z -= lr (g + weight_decay w);  x = (1-c) x + c z;  w = (1-beta) z + beta x, where g is the gradient at w and
 * c = t^power R^2 over the sum of all such weights, R the largest rate so far. lgd_optimizer_result is x. No schedule but
 * a warm-up. Defazio et al. (2024), equations 1 to 3. State: z, and 16 bytes. */
typedef struct lgd_schedule_free_sgd_options {
    double lr;           /* > 0 [1] */
    double beta;         /* in (0, 1] [0.9] */
    double power;        /* >= 0 [0] */
    double weight_decay; /* >= 0 [0] */
} lgd_schedule_free_sgd_options;
LGD_API const lgd_optimizer_ops *lgd_schedule_free_sgd_ops(void);
static inline lgd_status lgd_schedule_free_sgd_create(lgd_optimizer **out, const lgd_schedule_free_sgd_options *options)
{
    return lgd_optimizer_create(out, lgd_schedule_free_sgd_ops(), options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
