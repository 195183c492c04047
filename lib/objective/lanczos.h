/* Eigenvalues at the two ends of a symmetric operator that is known by its products alone. */
#ifndef LGD_LANCZOS_H
#define LGD_LANCZOS_H
#include "base/base.h"

/* Vectors kept where nothing else is said: with 32 a restart loses little. */
enum { LGD_LANCZOS_ROOM = 32 };

/* The Lanczos method with full reorthogonalisation, restarted with the Ritz vectors of both ends once `room` vectors are kept
 * (K. Wu, H. Simon, "Thick-restart Lanczos method for large symmetric eigenvalue problems", SIAM J. Matrix Anal. Appl. 22, 2000).
 * What it finds lies within the spectrum: `largest` nears the largest eigenvalue from below, `smallest` the smallest from above,
 * and each is nearer to some eigenvalue than its error. A random start meets every eigenvector there is.
 *   object      for messages
 *   n           length of a vector
 *   most        products at most, at least 1
 *   room        vectors kept beside one more, at least 4 or n
 *   low, high   the end whose error is to be within tol times the largest |eigenvalue|; neither: both count once nothing but tol is
 *               left of a product, so that no step ends it before
 *   product     hv = H v for |v| = 1; numbers that are not finite fail as LGD_EDIVERGED
 *   late        optional: true ends it before the next product
 *   start       [n] where to start, of any length; 0: there is nothing to look at
 *   lowest, highest  [n] receive unit vectors of the two ends; NULL: not wanted. One of them may be start
 * Then what was found, 0 without a product. */
typedef struct lgd_lanczos {
    const char *object;
    size_t n, most, room;
    bool low, high;
    double tol;
    lgd_status (*product)(void *ctx, const double *v, double *hv);
    bool (*late)(void *ctx);
    void *ctx;
    const double *start;
    double *lowest, *highest;
    double smallest, largest, smallest_error, largest_error;
    size_t products;
    bool exhausted; /* nothing was left of a product: the eigenvalues found are all that the start has met */
} lgd_lanczos;

lgd_status lgd_lanczos_find(lgd_lanczos *l);

/* *bound at least the largest eigenvalue, but for one start in 100,000, and at most 1.08 of it for an operator without negative ones.
 * object, n, product, ctx and late of l are taken; v [n] is scratch. */
lgd_status lgd_lanczos_bound(lgd_lanczos *l, double *v, double *bound);

/* Normal numbers by Box and Muller: no direction is preferred. */
void lgd_random_direction(uint64_t seed, size_t n, double *v);

#endif
