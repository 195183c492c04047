/* Methods for sums of squares, f = 1/2 |r(w)|^2 with the Jacobian J of r: one options struct and one create function each. They run
 * over what lgd_residual_create makes, generalised linear models with a squared loss, and objectives of yours with ops.jacobian.
 *
 * Both solve by the QR factorisation of J, whose condition is not squared, and both judge themselves when they have converged (a
 * grad_tol of the run is 0 for them unless it is set): the run ends as
 *
 *   LGD_STOP_STEP_TOL   |D p| <= xtol |D w| for the step p that was taken
 *   LGD_STOP_GRAD_TOL   max_j |J_j.r| / (|J_j| |r|) <= gtol: r is at right angles to each column of J
 *   LGD_STOP_ROUNDING   neither f nor the step can be made smaller in double precision
 *
 * D is the scaling:
 *   LGD_SCALE_MORE         D_j the largest |J_j| so far: J. J. More, in Lecture Notes in Math. 630 (1978). No unit of w matters
 *   LGD_SCALE_LEVENBERG    D = I
 *   LGD_SCALE_MARQUARDT    D_j = |J_j| now */
#ifndef LGD_GAUSS_NEWTON_H
#define LGD_GAUSS_NEWTON_H
#include "optimizer.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The scaling D, see above. */
typedef enum lgd_scaling { LGD_SCALE_MORE, LGD_SCALE_LEVENBERG, LGD_SCALE_MARQUARDT } lgd_scaling;

/* Levenberg-Marquardt: p solves min |J p + r|^2 + mu |D p|^2. A box as the penalty of the run is kept to. */
typedef struct lgd_lm_options {
    lgd_scaling scaling; /* [more] */
    double xtol;         /* >= 0 [1e-10] */
    double gtol;         /* >= 0 [1e-12] */
    double damping;      /* > 0, the first mu, times the largest of |J_j|^2/D_j^2 [1e-3] */
    bool accelerated;    /* geodesic acceleration: M. K. Transtrum, J. P. Sethna, arXiv:1201.5885 (2012) */
    double avmax;        /* > 0, of |a|/|v|: beyond it an accelerated step is not taken [0.75] */
    size_t max_trials;   /* points that one step looks at, at most [40] */
} lgd_lm_options;
LGD_API const lgd_optimizer_ops *lgd_lm_ops(void);
static inline lgd_status lgd_lm_create(lgd_optimizer **out, const lgd_lm_options *options)
{
    return lgd_optimizer_create(out, lgd_lm_ops(), options, sizeof *options);
}

/* Powell's dogleg: p lies on the path from the steepest descent to the Gauss-Newton step, within |D p| <= radius. M. J. D. Powell, in
 * P. Rabinowitz (ed.), "Numerical methods for nonlinear algebraic equations" (1970). A box as the penalty of the run is kept to. */
typedef struct lgd_dogleg_options {
    lgd_scaling scaling; /* [more] */
    double xtol;         /* >= 0 [1e-10] */
    double gtol;         /* >= 0 [1e-12] */
    double radius;       /* >= 0, the first, of |D p| [0: 0.3 max(|D w|, 1)] */
    size_t max_trials;   /* [40] */
} lgd_dogleg_options;
LGD_API const lgd_optimizer_ops *lgd_dogleg_ops(void);
static inline lgd_status lgd_dogleg_create(lgd_optimizer **out, const lgd_dogleg_options *options)
{
    return lgd_optimizer_create(out, lgd_dogleg_ops(), options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
