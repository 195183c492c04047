/* Standard errors of what minimises an objective: how far its parameters would move with other rows of the same kind. */
#ifndef LGD_STANDARD_ERRORS_H
#define LGD_STANDARD_ERRORS_H
#include "objective.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What is taken for true. With T = terms x mean weight, A = T times the Hessian of f at w, D the same without the smooth part (l2), and
 * g_i the gradient of omega_i f_i:
 *   LGD_ERRORS_MODEL  the model: T f/dispersion is minus the log-likelihood but for the smooth part. covariance = dispersion A^-1 D A^-1,
 *                     which is dispersion A^-1 without a smooth part
 *   LGD_ERRORS_HC0    nothing but that rows are independent: A^-1 (sum_i g_i g_i^T) A^-1, the sandwich (P. J. Huber, 5th Berkeley
 *                     Symposium, 1967; H. White, Econometrica 48, 1980)
 *   LGD_ERRORS_HC1    the same times m/(m - p), for m terms and p parameters that are not frozen */
typedef enum lgd_errors_kind { LGD_ERRORS_MODEL, LGD_ERRORS_HC0, LGD_ERRORS_HC1 } lgd_errors_kind;

/* Options of standard errors. A zeroed struct, or NULL: every default.
 *   kind        see lgd_errors_kind
 *   dispersion  of LGD_ERRORS_MODEL, > 0 [1]: 1 for logistic, softmax and poisson, the variance of a residual for half_squared, twice
 *               that for squared, the inverse of its shape for gamma
 *   frozen      [dim] true where w was held, by lr_scale or groups: such a parameter is taken for known, its error is 0; NULL: none.
 *               With softmax without l2 those of one class, by which the others are then told */
typedef struct lgd_standard_errors_options {
    lgd_errors_kind kind;
    double dispersion;
    const bool *frozen;
} lgd_standard_errors_options;

/* Standard errors of a minimum w [dim] of f, found by whatever means: errors[dim], the roots of the diagonal of the covariance
 * [dim x dim]; either may be NULL. Weights of rows are those of the likelihood: weight 2 in the model is the row twice. With a smooth part
 * it is the variance of what is estimated, without its bias, as lgd_least_squares_errors has it, which for least squares, with
 * dispersion sigma^2 of its report, is the same; from second derivatives these are of any model. Of a loss with kinks there are none.
 *
 * LGD_EUNSUPPORTED where f has neither `hessian` nor `product`; LGD_EINVAL for NULL, options out of range, a w that is not finite, HC1
 * without more terms than parameters, and, by number, a coordinate in which f does not curve up beside those before it: rows do not
 * determine it, or w is no minimum. Nothing is then written. One Hessian; the sandwich one gradient of each term beside, one
 * by one. 6 dim^2 numbers, freed at the end; the bits do not depend on threads. */
LGD_API lgd_status lgd_standard_errors_sized(lgd_objective *f, const double *w,
                                             const lgd_standard_errors_options *options, size_t options_size,
                                             double *errors, double *covariance);
static inline lgd_status lgd_standard_errors(lgd_objective *f, const double *w,
                                             const lgd_standard_errors_options *options, double *errors,
                                             double *covariance)
{
    return lgd_standard_errors_sized(f, w, options, sizeof *options, errors, covariance);
}

#ifdef __cplusplus
}
#endif
#endif
