/* Built-in optimizers with a rate for each coordinate. In the formulas g is the gradient at w, lr the rate (option times
 * schedule), t counts from 1, and products and roots of vectors are by coordinate. Presets are in brackets. A divisor of 0
 * (eps and every gradient so far 0) makes no step. */
#ifndef LGD_ADAPTIVE_H
#define LGD_ADAPTIVE_H
#include "optimizer.h"
#ifdef __cplusplus
extern "C" {
#endif

/* AdaGrad: s += g^2;  w -= lr/(1 + (t-1) lr_decay) g / (sqrt(s + eps_root) + eps), s from `initial`. Duchi et al. (2011).
 * State: one vector. */
typedef struct lgd_adagrad_options {
    double lr;       /* > 0 [0.01] */
    double eps;      /* >= 0 [1e-10] */
    double lr_decay; /* >= 0 [0] */
    double initial;  /* >= 0 [0] */
    double eps_root; /* >= 0 [0] */
} lgd_adagrad_options;
LGD_API const lgd_optimizer_ops *lgd_adagrad_ops(void);
static inline lgd_status lgd_adagrad_create(lgd_optimizer **out, const lgd_adagrad_options *options)
{
    return lgd_optimizer_create(out, lgd_adagrad_ops(), options, sizeof *options);
}

/* RMSprop: v = alpha v + (1-alpha) g^2;  b = momentum b + g / (sqrt(q + eps_root) + eps);  w -= lr b, q = v, or if centred
 * q = v - mean^2, at least 0, with mean = alpha mean + (1-alpha) g. Tieleman and Hinton (2012); Graves (2013) for the
 * centred form with momentum. State: one vector, and one more each for the mean and for momentum. */
typedef struct lgd_rmsprop_options {
    double lr;       /* > 0 [0.01] */
    double alpha;    /* in [0, 1) [0.99] */
    double eps;      /* >= 0 [1e-8] */
    double momentum; /* in [0, 1) [0] */
    bool centered;   /* [false] */
    double eps_root; /* >= 0 [0] */
} lgd_rmsprop_options;
LGD_API const lgd_optimizer_ops *lgd_rmsprop_ops(void);
static inline lgd_status lgd_rmsprop_create(lgd_optimizer **out, const lgd_rmsprop_options *options)
{
    return lgd_optimizer_create(out, lgd_rmsprop_ops(), options, sizeof *options);
}

/* AdaDelta: v = rho v + (1-rho) g^2;  d = sqrt((u + eps)/(v + eps)) g;  w -= lr d;  u = rho u + (1-rho) d^2, so that d takes
 * the u of the step before. Zeiler (2012). State: two vectors. */
typedef struct lgd_adadelta_options {
    double lr;  /* > 0 [1] */
    double rho; /* in [0, 1) [0.95] */
    double eps; /* > 0 [1e-6] */
} lgd_adadelta_options;
LGD_API const lgd_optimizer_ops *lgd_adadelta_ops(void);
static inline lgd_status lgd_adadelta_create(lgd_optimizer **out, const lgd_adadelta_options *options)
{
    return lgd_optimizer_create(out, lgd_adadelta_ops(), options, sizeof *options);
}

/* FTRL-Proximal: n += g^2;  d = (beta + sqrt(n))/lr + l2;  p = d w + c - g with c = l1 sign(w), where w is 0 what it was left
 * at;  c = p cut to [-l1, l1];  w = (p - c)/d. McMahan et al. (2013), Algorithm 1, solved for z. Coordinates that do not decay
 * have neither l1 nor l2. State: one vector, and one more with l1. */
typedef struct lgd_ftrl_options {
    double lr;   /* alpha > 0 [0.5] */
    double beta; /* >= 0 [1] */
    double l1;   /* >= 0 [0] */
    double l2;   /* >= 0 [0] */
} lgd_ftrl_options;
LGD_API const lgd_optimizer_ops *lgd_ftrl_ops(void);
static inline lgd_status lgd_ftrl_create(lgd_optimizer **out, const lgd_ftrl_options *options)
{
    return lgd_optimizer_create(out, lgd_ftrl_ops(), options, sizeof *options);
}

/* Rprop: step *= increase where g has the sign of the last, decrease where it has the other and then g = 0, within
 * [step_min, step_max];  w -= factor step sign(g), step from lr, factor being the schedule's. Riedmiller and Braun (1993)
 * without backtracking, Igel and Huesken (2000). Full batch only. State: two vectors. */
typedef struct lgd_rprop_options {
    double lr;       /* > 0 [0.01] */
    double increase; /* > 1 [1.2] */
    double decrease; /* in (0, 1) [0.5] */
    double step_min; /* >= 0, at most step_max [1e-6] */
    double step_max; /* > 0 [50] */
} lgd_rprop_options;
LGD_API const lgd_optimizer_ops *lgd_rprop_ops(void);
static inline lgd_status lgd_rprop_create(lgd_optimizer **out, const lgd_rprop_options *options)
{
    return lgd_optimizer_create(out, lgd_rprop_ops(), options, sizeof *options);
}

/* Adam: m = beta1 m + (1-beta1) g;  v = beta2 v + (1-beta2) g^2;
 * w -= lr (m/(1-beta1^t)) / (sqrt(v/(1-beta2^t) + eps_root) + eps). Kingma and Ba (2015), Algorithm 1. State: two
 * vectors. */
typedef struct lgd_adam_options {
    double lr;       /* > 0 [0.001] */
    double beta1;    /* in [0, 1) [0.9] */
    double beta2;    /* in [0, 1) [0.999] */
    double eps;      /* >= 0 [1e-8] */
    double eps_root; /* >= 0 [0] */
} lgd_adam_options;
LGD_API const lgd_optimizer_ops *lgd_adam_ops(void);
static inline lgd_status lgd_adam_create(lgd_optimizer **out, const lgd_adam_options *options)
{
    return lgd_optimizer_create(out, lgd_adam_ops(), options, sizeof *options);
}

/* Adam for batches that touch few coordinates (sparse rows, entries of a factorisation): a coordinate that the batch does not touch stays,
 * m and v too, where adam would move it by what is left of m; where all are touched it is adam, bit for bit. t counts all steps, so that
 * what is touched late is corrected as if its m and v had begun early. As tf.contrib's LazyAdamOptimizer and torch.optim.SparseAdam,
 * but with eps beside the corrected root, as Algorithm 1 has it. State: two vectors. */
typedef struct lgd_lazy_adam_options {
    double lr;       /* > 0 [0.001] */
    double beta1;    /* in [0, 1) [0.9] */
    double beta2;    /* in [0, 1) [0.999] */
    double eps;      /* >= 0 [1e-8] */
    double eps_root; /* >= 0 [0] */
} lgd_lazy_adam_options;
LGD_API const lgd_optimizer_ops *lgd_lazy_adam_ops(void);
static inline lgd_status lgd_lazy_adam_create(lgd_optimizer **out, const lgd_lazy_adam_options *options)
{
    return lgd_optimizer_create(out, lgd_lazy_adam_ops(), options, sizeof *options);
}

/* How the decay of AdamW enters. `factor` is what the schedule, and a group's lr_scale, multiply the rate by. */
typedef enum lgd_adamw_form {
    LGD_ADAMW_PYTORCH, /* w *= 1 - lr weight_decay, then Adam */
    LGD_ADAMW_PAPER,   /* w *= 1 - factor weight_decay, then Adam: not multiplied by the option lr */
    LGD_ADAMW_COUPLED  /* g += weight_decay w, then Adam: an L2, as PyTorch's Adam(weight_decay) */
} lgd_adamw_form;

/* AdamW: Adam with weight decay. Coordinates the objective leaves unpenalised do not decay. Loshchilov and Hutter (2019),
 * Algorithm 2. State: two vectors. */
typedef struct lgd_adamw_options {
    double lr;           /* > 0 [0.001] */
    double beta1;        /* in [0, 1) [0.9] */
    double beta2;        /* in [0, 1) [0.999] */
    double eps;          /* >= 0 [1e-8] */
    double weight_decay; /* >= 0 [0.01] */
    double eps_root;     /* >= 0 [0] */
    lgd_adamw_form form; /* [pytorch] */
} lgd_adamw_options;
LGD_API const lgd_optimizer_ops *lgd_adamw_ops(void);
static inline lgd_status lgd_adamw_create(lgd_optimizer **out, const lgd_adamw_options *options)
{
    return lgd_optimizer_create(out, lgd_adamw_ops(), options, sizeof *options);
}

/* Where AMSGrad takes its maximum. c1 = 1-beta1^t, c2 = 1-beta2^t. */
typedef enum lgd_amsgrad_form {
    LGD_AMSGRAD_PYTORCH, /* u = max(u, v);     w -= lr (m/c1) / (sqrt(u/c2 + eps_root) + eps) */
    LGD_AMSGRAD_OPTAX,   /* u = max(u, v/c2);  w -= lr (m/c1) / (sqrt(u + eps_root) + eps) */
    LGD_AMSGRAD_PAPER    /* u = max(u, v);     w -= lr m / (sqrt(u + eps_root) + eps) */
} lgd_amsgrad_form;

/* AMSGrad: Adam divided by the largest v so far, m and v as there. Reddi, Kale and Kumar (2018), Algorithm 2, which has no
 * eps. State: three vectors. */
typedef struct lgd_amsgrad_options {
    double lr;             /* > 0 [0.001] */
    double beta1;          /* in [0, 1) [0.9] */
    double beta2;          /* in [0, 1) [0.999] */
    double eps;            /* >= 0 [1e-8] */
    double eps_root;       /* >= 0 [0] */
    lgd_amsgrad_form form; /* [pytorch] */
} lgd_amsgrad_options;
LGD_API const lgd_optimizer_ops *lgd_amsgrad_ops(void);
static inline lgd_status lgd_amsgrad_create(lgd_optimizer **out, const lgd_amsgrad_options *options)
{
    return lgd_optimizer_create(out, lgd_amsgrad_ops(), options, sizeof *options);
}

/* AdaMax: m = beta1 m + (1-beta1) g;  u = max(beta2 u, |g| + eps);  w -= lr/(1-beta1^t) m/u. Kingma and Ba (2015),
 * Algorithm 2, where eps is 0. State: two vectors. */
typedef struct lgd_adamax_options {
    double lr;    /* > 0 [0.002] */
    double beta1; /* in [0, 1) [0.9] */
    double beta2; /* in [0, 1) [0.999] */
    double eps;   /* >= 0 [1e-8] */
} lgd_adamax_options;
LGD_API const lgd_optimizer_ops *lgd_adamax_ops(void);
static inline lgd_status lgd_adamax_create(lgd_optimizer **out, const lgd_adamax_options *options)
{
    return lgd_optimizer_create(out, lgd_adamax_ops(), options, sizeof *options);
}

/* The two means of NAdam. */
typedef enum lgd_nadam_form {
    LGD_NADAM_PYTORCH, /* m = beta1 m + (1-beta1) g;  q = v/(1-beta2^t), as in PyTorch from 2.0 on and in Keras */
    LGD_NADAM_PAPER    /* m = mu_t m + (1-mu_t) g;    q = beta2 v/(1-beta2^t), as printed */
} lgd_nadam_form;

/* NAdam, Adam with Nesterov's momentum: v as there, m and q by form, mu_t = beta1 (1 - 0.96^(t psi)/2), P_t = mu_1 ... mu_t;
 * w -= lr (mu_{t+1} m/(1-P_{t+1}) + (1-mu_t) g/(1-P_t)) / (sqrt(q + eps_root) + eps). Dozat (2016), Algorithm 2. State: two
 * vectors, and 8 bytes. */
typedef struct lgd_nadam_options {
    double lr;           /* > 0 [0.002] */
    double beta1;        /* in [0, 1) [0.9] */
    double beta2;        /* in [0, 1) [0.999] */
    double eps;          /* >= 0 [1e-8] */
    double psi;          /* >= 0 [0.004] */
    double eps_root;     /* >= 0 [0] */
    lgd_nadam_form form; /* [pytorch] */
} lgd_nadam_options;
LGD_API const lgd_optimizer_ops *lgd_nadam_ops(void);
static inline lgd_status lgd_nadam_create(lgd_optimizer **out, const lgd_nadam_options *options)
{
    return lgd_optimizer_create(out, lgd_nadam_ops(), options, sizeof *options);
}

/* When RAdam divides, and by what. c2 = 1-beta2^t. */
typedef enum lgd_radam_form {
    LGD_RADAM_PYTORCH, /* if rho > 5, by q = (sqrt(v + c2 eps_root) + eps) / sqrt(c2) */
    LGD_RADAM_OPTAX    /* if rho >= 5, by q = sqrt(v/c2 + eps_root) + eps */
} lgd_radam_form;

/* RAdam, Adam with a rectified rate: m and v as there, limit = 2/(1-beta2) - 1, rho = limit - 2 t beta2^t/(1-beta2^t);
 * w -= lr m/(1-beta1^t) while rho is small (5 steps with presets), then w -= r lr m/(1-beta1^t) / q with
 * r^2 = (rho-4)(rho-2) limit / ((limit-4)(limit-2) rho). Liu et al. (2020), Algorithm 2. State: two vectors, and 8 bytes. */
typedef struct lgd_radam_options {
    double lr;           /* > 0 [0.001] */
    double beta1;        /* in [0, 1) [0.9] */
    double beta2;        /* in [0, 1) [0.999]; at most 2/3: never divides */
    double eps;          /* >= 0 [1e-8] */
    double eps_root;     /* >= 0 [0] */
    lgd_radam_form form; /* [pytorch] */
} lgd_radam_options;
LGD_API const lgd_optimizer_ops *lgd_radam_ops(void);
static inline lgd_status lgd_radam_create(lgd_optimizer **out, const lgd_radam_options *options)
{
    return lgd_optimizer_create(out, lgd_radam_ops(), options, sizeof *options);
}

/* Whether Yogi corrects its means for their beginning.
 *   LGD_YOGI_PAPER       no
 *   LGD_YOGI_CORRECTED   both, as Adam does */
typedef enum lgd_yogi_form { LGD_YOGI_PAPER, LGD_YOGI_CORRECTED } lgd_yogi_form;

/* Yogi: m = beta1 m + (1-beta1) g;  v -= (1-beta2) sign(v - g^2) g^2, v from `initial`;  w -= lr m / (sqrt(v) + eps), or
 * corrected, as Adam, m/(1-beta1^t) and v/(1-beta2^t) in place of m and v. Zaheer et al. (2018), Algorithm 2. State: two
 * vectors. */
typedef struct lgd_yogi_options {
    double lr;          /* > 0 [0.01] */
    double beta1;       /* in [0, 1) [0.9] */
    double beta2;       /* in [0, 1) [0.999] */
    double eps;         /* >= 0 [1e-3] */
    double initial;     /* >= 0 [1e-6] */
    lgd_yogi_form form; /* [paper] */
} lgd_yogi_options;
LGD_API const lgd_optimizer_ops *lgd_yogi_ops(void);
static inline lgd_status lgd_yogi_create(lgd_optimizer **out, const lgd_yogi_options *options)
{
    return lgd_optimizer_create(out, lgd_yogi_ops(), options, sizeof *options);
}

/* AdaBelief: m = beta1 m + (1-beta1) g;  s = beta2 s + (1-beta2) (g-m)^2 + eps_root with the new m;
 * w -= lr (m/(1-beta1^t)) / (sqrt(s/(1-beta2^t)) + eps). Zhuang et al. (2020), Algorithm 2. State: two vectors. */
typedef struct lgd_adabelief_options {
    double lr;       /* > 0 [0.001] */
    double beta1;    /* in [0, 1) [0.9] */
    double beta2;    /* in [0, 1) [0.999] */
    double eps;      /* >= 0 [1e-16] */
    double eps_root; /* >= 0 [1e-16] */
} lgd_adabelief_options;
LGD_API const lgd_optimizer_ops *lgd_adabelief_ops(void);
static inline lgd_status lgd_adabelief_create(lgd_optimizer **out, const lgd_adabelief_options *options)
{
    return lgd_optimizer_create(out, lgd_adabelief_ops(), options, sizeof *options);
}

/* LAMB: r = (m/(1-beta1^t)) / (sqrt(v/(1-beta2^t)) + eps) + weight_decay w with Adam's m and v;  w -= lr (|w|/|r|) r. The
 * norms are of a group, or of what is in none, weights and unpenalised coordinates apart; |w|/|r| is 1 where either is 0. You
 * et al. (2020), Algorithm 2. State: two vectors. */
typedef struct lgd_lamb_options {
    double lr;           /* > 0 [0.001] */
    double beta1;        /* in [0, 1) [0.9] */
    double beta2;        /* in [0, 1) [0.999] */
    double eps;          /* >= 0 [1e-6] */
    double weight_decay; /* >= 0 [0] */
} lgd_lamb_options;
LGD_API const lgd_optimizer_ops *lgd_lamb_ops(void);
static inline lgd_status lgd_lamb_create(lgd_optimizer **out, const lgd_lamb_options *options)
{
    return lgd_optimizer_create(out, lgd_lamb_ops(), options, sizeof *options);
}

/* Schedule-Free AdamW: eta = lr sqrt(1-beta2^t);  v = beta2 v + (1-beta2) g^2;  z -= eta (g / (sqrt(v) + eps) +
 * weight_decay w);  x and w from z as in schedule_free_sgd, with the largest eta for R. lgd_optimizer_result is x. Defazio
 * et al. (2024), Algorithm 1. State: z and v, and 16 bytes. */
typedef struct lgd_schedule_free_adamw_options {
    double lr;           /* > 0 [0.0025] */
    double beta;         /* in (0, 1] [0.9] */
    double beta2;        /* in [0, 1) [0.999] */
    double eps;          /* >= 0 [1e-8] */
    double power;        /* >= 0 [0] */
    double weight_decay; /* >= 0 [0] */
} lgd_schedule_free_adamw_options;
LGD_API const lgd_optimizer_ops *lgd_schedule_free_adamw_ops(void);
static inline lgd_status lgd_schedule_free_adamw_create(lgd_optimizer **out,
                                                        const lgd_schedule_free_adamw_options *options)
{
    return lgd_optimizer_create(out, lgd_schedule_free_adamw_ops(), options, sizeof *options);
}

/* Prodigy: Adam whose rate d grows to what the way from w0, the first point, calls for. eta = d lr;  n = b n + (d/d0) eta
 * g.(w0 - w);  s = b s + (d/d0) eta g, b = sqrt(beta2);  m = beta1 m + (1-beta1) d g;  v = beta2 v + (1-beta2) (d g)^2;
 * d' is the largest coef n/|s|_1 so far, at most growth d;  w -= eta (m / (sqrt(v) + d' eps) + weight_decay w). n and
 * |s|_1 are sums over all coordinates that move; there is no step while |s|_1 is 0. bias_correction: eta = d lr
 * sqrt(1-beta2^t)/(1-beta1^t). Mishchenko and Defazio (2023). State: m, v, s, w0 - w, and 32 bytes. */
typedef struct lgd_prodigy_options {
    double lr;            /* > 0 [1] */
    double beta1;         /* in [0, 1) [0.9] */
    double beta2;         /* in [0, 1) [0.999] */
    double d0;            /* > 0 [1e-6] */
    double coef;          /* > 0 [1] */
    double growth;        /* >= 1 [1e100, as good as none] */
    double eps;           /* >= 0 [1e-8] */
    double weight_decay;  /* >= 0 [0] */
    bool bias_correction; /* [false] */
} lgd_prodigy_options;
LGD_API const lgd_optimizer_ops *lgd_prodigy_ops(void);
static inline lgd_status lgd_prodigy_create(lgd_optimizer **out, const lgd_prodigy_options *options)
{
    return lgd_optimizer_create(out, lgd_prodigy_ops(), options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
