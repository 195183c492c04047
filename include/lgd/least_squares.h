/* Sums of squares: residuals of your own as an objective.
 *
 *     f(w) = 1/2 sum_i omega_i r_i(w)^2,   in general   c^2/2 sum_i rho(omega_i r_i(w)^2 / c^2)
 *
 * Such an objective goes into every optimizer; those of gauss_newton.h use that it is a sum of squares.
 */
#ifndef LGD_LEAST_SQUARES_H
#define LGD_LEAST_SQUARES_H
#include "glm.h"
#ifdef __cplusplus
extern "C" {
#endif

/* r [count] and, unless it is NULL, its Jacobian J [count x dim] at w [dim]: jacobian[i*dim + j] = d r_i / d w_j. It SETS both; J
 * comes zeroed. A non-zero return ends the run as LGD_EUSER (a lgd_status is passed through); where the model has no value it may
 * set NaN instead, and a trial there counts as too long. */
typedef lgd_status (*lgd_residual)(void *ctx, size_t dim, size_t count, const double *w, double *r, double *jacobian);

/* What a large residual counts, with z = omega r^2 / c^2; all are z to first order.
 *   LGD_ROBUST_NONE      rho = z
 *   LGD_ROBUST_HUBER     rho = z for z <= 1, else 2 sqrt(z) - 1: P. J. Huber, Ann. Math. Statist. 35 (1964)
 *   LGD_ROBUST_CAUCHY    rho = log(1 + z), which is not convex
 *   LGD_ROBUST_SOFT_L1   rho = 2 (sqrt(1 + z) - 1), a smooth Huber: P. Charbonnier et al., IEEE Trans. Image Process. 6 (1997) */
typedef enum lgd_robust { LGD_ROBUST_NONE, LGD_ROBUST_HUBER, LGD_ROBUST_CAUCHY, LGD_ROBUST_SOFT_L1 } lgd_robust;

/* Where the Jacobian comes from.
 *   LGD_JACOBIAN_GIVEN     fn
 *   LGD_JACOBIAN_CENTRAL   central differences with h_j = cbrt(eps) |w_j| (w_j = 0: cbrt(eps)): 2 dim calls, about ten digits
 *   LGD_JACOBIAN_FORWARD   forward differences with h_j = sqrt(eps) |w_j| (w_j = 0: sqrt(eps)): dim calls, about seven digits */
typedef enum lgd_jacobian { LGD_JACOBIAN_GIVEN, LGD_JACOBIAN_CENTRAL, LGD_JACOBIAN_FORWARD } lgd_jacobian;

/* Options of residuals. A zeroed struct, or NULL: what lgd_residual_create makes.
 *   weights    [count] >= 0, borrowed, omega_i: 1/sigma_i^2 for a standard deviation sigma_i; NULL: all 1
 *   robust     see lgd_robust
 *   scale      c > 0, the size of |r| sqrt(omega) from which on it counts less [1]
 *   jacobian   see lgd_jacobian; unless given, fn is called with jacobian NULL always */
typedef struct lgd_residual_options {
    const double *weights;
    lgd_robust robust;
    double scale;
    lgd_jacobian jacobian;
} lgd_residual_options;

/* A sum of squares of count >= 1 residuals as an objective of one term, f = 1/2 sum_i r_i^2 (a sum, and no mean). With g, r and J
 * are asked for at once. Memory: (count + 2)(dim + 1) numbers. */
LGD_API lgd_status lgd_residual_create(lgd_objective **out, size_t dim, size_t count, lgd_residual fn, void *ctx);

/* The same with options. LGD_EINVAL names the weight or the option that is out of range. */
LGD_API lgd_status lgd_residual_create_with_sized(lgd_objective **out, size_t dim, size_t count, lgd_residual fn,
                                                  void *ctx, const lgd_residual_options *options, size_t options_size);
static inline lgd_status lgd_residual_create_with(lgd_objective **out, size_t dim, size_t count, lgd_residual fn,
                                                  void *ctx, const lgd_residual_options *options)
{
    return lgd_residual_create_with_sized(out, dim, count, fn, ctx, options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
