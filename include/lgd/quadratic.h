/* Quadratics: a function given by its Hessian, and a data set of least squares reduced to one.
 *
 *     q(w) = 1/2 w^T Q w + b^T w + c
 *
 * A step on the reduction of m rows and n columns costs n^2, whatever m is; reducing reads the rows once.
 */
#ifndef LGD_QUADRATIC_H
#define LGD_QUADRATIC_H
#include "least_squares.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The objective f, which is quadratic, over the same w, as one term: f is a linear model with the loss half_squared or squared, with
 * weights, offset, intercept, outputs and l2 as they are, a subset of one, or an objective of your own with `design`. q(w) is f(w) to
 * rounding, and so are gradient, products, Hessian, and the coordinates that it spares. Nothing of f is needed afterwards.
 *
 * It is kept centred: with an intercept in f, the Gram matrix of columns and targets about their means, and the means apart, so columns
 * far from 0 lose nothing. (Without one there is no mean to take off, and a column of ones in X is a column like any.)
 *
 * Reads each row once, for m (n + k + 1)^2 flops with n columns and k outputs; the same bits for any number of threads. Memory:
 * n (n + k), and while it is made as much for each group of rows, at most 128 MB or one. An evaluation costs 2 n^2 k flops.
 * Errors: LGD_EINVAL for NULL, no rows, a column or target whose squares are not finite; LGD_EUNSUPPORTED where f is not quadratic. */
LGD_API lgd_status lgd_quadratic_create(lgd_objective **out, lgd_objective *f);

/* The quadratic of a symmetric Q [dim x dim, ld >= dim], of which the lower triangle is read, Q[i*ld + j] for j <= i, b [dim] and c; it is
 * copied. b NULL: 0. Q need not be positive; what ends a run down an indefinite one is divergence. LGD_EINVAL for NULL, dim 0, an ld that
 * is too small, and the first number that is not finite. */
LGD_API lgd_status lgd_quadratic_create_dense(lgd_objective **out, size_t dim, const double *Q, size_t ld,
                                              const double *b, double c);

#ifdef __cplusplus
}
#endif
#endif
