/* The built-in optimizers: one options struct each. */
#ifndef LGD_OPTIMIZERS_H
#define LGD_OPTIMIZERS_H
#include "adaptive.h"     /* a rate for each coordinate: adagrad, rmsprop, adam and its kin */
#include "descent.h"      /* one rate for all: sgd, momentum, nesterov and its kin */
#include "gauss_newton.h" /* sums of squares: lm and dogleg */
#include "newton.h"       /* second derivatives: newton and its kin */
#include "quasi_newton.h" /* curvature from gradients: lbfgs and its kin */
#endif
