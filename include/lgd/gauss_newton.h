/* Methods for sums of squares, f = 1/2 |r(w)|^2 with the Jacobian J of r: one options struct and one create function each. They run
 * over what lgd_residual_create makes, generalised linear models with a squared loss, and objectives of yours with ops.jacobian.
 *
 * Both make steps within a radius, |D p| <= radius, which shrinks where the model 1/2 |J p + r|^2 foretells f badly and grows where it
 * does well. Both solve by the QR factorisation of J, whose condition is not squared; a J of deficient rank is no special case. A box
 * as the penalty of the run is kept to. Coordinates may be of any unit, and so may r.
 *
 * Both judge themselves when they have converged (a grad_tol of the run is 0 for them unless it is set): the run ends as
 *
 *   LGD_STOP_STEP_TOL   |D p| <= xtol |D w| for the step p that was taken, and no damping made it that short
 *   LGD_STOP_GRAD_TOL   max_j |J_j.r| / (|J_j| |r|) <= gtol: r is at right angles to each column of J that is free to move
 *   LGD_STOP_ROUNDING   no trial was lower, and that cosine is at most 1e-6, or all of the step 1e-10 |D w|: rounding hides what is left
 *   LGD_STOP_SEARCH     no trial was lower, and neither holds: is the Jacobian that of r? */
#ifndef LGD_GAUSS_NEWTON_H
#define LGD_GAUSS_NEWTON_H
#include "optimizer.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The scaling D.
 *   LGD_SCALE_MORE         D_j the largest |J_j| so far: J. J. More, in Lecture Notes in Math. 630 (1978)
 *   LGD_SCALE_LEVENBERG    D = I, where all coordinates have the same unit
 *   LGD_SCALE_MARQUARDT    D_j = |J_j| now */
typedef enum lgd_scaling { LGD_SCALE_MORE, LGD_SCALE_LEVENBERG, LGD_SCALE_MARQUARDT } lgd_scaling;

/* Levenberg-Marquardt: p of min |J p + r|^2 + mu |D p|^2, with mu = 0 or the mu that makes |D p| the radius. J. J. More (1978).
 * Acceleration: M. K. Transtrum, J. P. Sethna, arXiv:1201.5885 (2012). State: dim^2 + 12 dim numbers. */
typedef struct lgd_lm_options {
    lgd_scaling scaling; /* D [more] */
    double xtol;         /* >= 0, see above [1e-10] */
    double gtol;         /* >= 0, see above [0] */
    double radius;       /* > 0, of the first step, times |D w|; from w = 0 on there is none [1000] */
    size_t max_trials;   /* points that one step looks at, at most [40] */
    bool accelerated;    /* geodesic acceleration, w + p + a/2, where ops.bend is there */
    double avmax;        /* > 0, the |D a|/|D p| from which on a is left out [0.75] */
} lgd_lm_options;
LGD_API const lgd_optimizer_ops *lgd_lm_ops(void);
static inline lgd_status lgd_lm_create(lgd_optimizer **out, const lgd_lm_options *options)
{
    return lgd_optimizer_create(out, lgd_lm_ops(), options, sizeof *options);
}

/* Powell's dogleg: p lies on the path from 0 to the minimum down the gradient and from there to the p of mu = 0, where that leaves the
 * radius: one solve for each trial. M. J. D. Powell, in P. Rabinowitz (ed.), "Numerical methods for nonlinear algebraic equations"
 * (1970). State: dim^2 + 13 dim numbers. */
typedef struct lgd_dogleg_options {
    lgd_scaling scaling; /* D [more] */
    double xtol;         /* >= 0, see above [1e-10] */
    double gtol;         /* >= 0, see above [0] */
    double radius;       /* > 0, of the first step, times |D w|; from w = 0 on there is none [1000] */
    size_t max_trials;   /* points that one step looks at, at most [40] */
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
