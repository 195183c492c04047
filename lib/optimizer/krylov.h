/* Conjugate gradients on the model of f at w, m(d) = g.d + d.Hd/2, which stop early: for newton_cg and trust_region. */
#ifndef LGD_KRYLOV_INSIDE_H
#define LGD_KRYLOV_INSIDE_H
#include "optimizer.h"

/* Why the iteration ended. */
typedef enum lgd_krylov_end {
    LGD_KRYLOV_SOLVED,    /* the residual is within the tolerance */
    LGD_KRYLOV_LIMIT,     /* as many products as asked for */
    LGD_KRYLOV_BOUNDARY,  /* |d| is the radius */
    LGD_KRYLOV_CURVATURE, /* p.Hp is not above 0 for the next direction p */
    LGD_KRYLOV_NUMBERS    /* a product is no number */
} lgd_krylov_end;

/* One iteration. Norms of d are those of the metric that P is the inverse of: sqrt(d.P^-1 d), without P Euclidean; those of
 * residuals are sqrt(r.P r). */
typedef struct lgd_krylov {
    double *d, *r, *z, *p, *hp; /* [dim] each; d out, the others scratch */
    const double *metric;       /* [dim] P, where it is a diagonal; NULL: that of the run, or none */
    double radius;              /* |d| at most; INFINITY: no bound */
    double tolerance;           /* the residual that is wanted, relative to that of d = 0; 0: what g_first asks for */
    double forcing;             /* without one: at most; 0: 1/2 */
    double g_first;             /* in: g_size of the first step, 0 in it; out: the same */
    double far;                 /* without a radius: how much further than it has come d may go where nothing curves */
    size_t limit;               /* products at most */
    bool again;         /* the same w as last time, another radius: what is known of it is not asked for again */
    lgd_krylov_end end; /* out, as all below */
    bool flat;          /* it went that far */
    bool indefinite;    /* H is not positive definite */
    size_t products;
    double g_size;    /* sqrt(g.P g) */
    double curvature; /* p.Hp of the first direction, p = -P g; may be no number */
    double first;     /* |d| after it, INFINITY where the curvature is not above 0 */
    double slope;     /* g.d */
    double fall;      /* m(0) - m(d) */
    double size;      /* |d| */
} lgd_krylov;

/* From d = 0. Without a tolerance the residual is to be within min(1/2, sqrt(|g|/|g of the first step|)), so that the unit of f does
 * not matter. Where the first direction has no positive curvature, or a product that is no number, d is -P g, up to the boundary
 * if there is one. Where a later one has none, d goes on along it: to the boundary, without one as far as for the absolute value of
 * its curvature. A status of the oracle is passed through. LGD_EUNSUPPORTED without products. */
lgd_status lgd_krylov_solve(const lgd_step *s, lgd_krylov *k);

/* Products at most, for the option of that name. */
size_t lgd_krylov_limit(size_t inner, size_t dim);

#endif
