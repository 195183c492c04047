/* A certificate: how far F(w) is from its minimum at most, by a point of the dual problem. */
#ifndef LGD_GAP_H
#define LGD_GAP_H
#include "lgd/minimize.h"
#include "objective/quadratic.h"
#include "penalty/penalty.h"

/* What a gap needs. After lgd_gap_at R is the dual point, feasible to rounding, and v what comes of it. */
typedef struct lgd_gap {
    lgd_objective *f;
    const lgd_penalised *h; /* NULL: none */
    double *R;              /* [terms x slopes] slopes, balanced and scaled */
    double *v;              /* [dim] -A^T R/(m omega), 0 where nothing is penalised */
    double *flow;           /* [2 slopes x slopes] for gap_balance.c, with intercepts */
    double *u;              /* [dim] where the conjugate of l2/2 |u|^2 + h is taken on */
    double l2;              /* of the smooth part */
    const lgd_reduction *q; /* f is this quadratic, R nothing; NULL: by slopes */
    double *L;              /* [dim x ld] the factor of its matrix, if it is of no data */
    bool unbalanced;        /* no slopes add up to 0: a class has no rows */
    size_t passes;          /* calls for all rows in the last lgd_gap_at */
} lgd_gap;

/* What f and h (NULL: none) lack for a gap, in words; false if they lack nothing. */
bool lgd_gap_lacks(const lgd_objective *f, const lgd_penalty *h, size_t size, char *what);

/* Allocates; f and h are borrowed. LGD_EUNSUPPORTED for a quadratic whose least value is not known. */
lgd_status lgd_gap_create(lgd_gap *gap, lgd_objective *f, const lgd_penalised *h);
void lgd_gap_free(lgd_gap *gap);

/* v = sum A^T (slopes at w - R), R = the slopes. */
lgd_status lgd_gap_difference(lgd_gap *gap, size_t threads, const double *w);

/* R, the slopes at w, becomes such that those of an output add up to 0, as intercepts ask for, and v its A^T. */
lgd_status lgd_gap_balance(lgd_gap *gap, size_t threads, const double *w);

/* The gap at w, which is finite; INFINITY where numbers are beyond those of doubles, or w outside a constraint. Between
 * lgd_objective_begin and end. LGD_EUNSUPPORTED if coordinates that nothing penalises are no intercepts. */
lgd_status lgd_gap_at(lgd_gap *gap, size_t threads, const double *w, double *value);

/* ---- gap_quadratic.c, where f is a quadratic of lgd/quadratic.h */

/* As lgd_gap_lacks, and what lgd_gap_create has to add. */
bool lgd_gap_quadratic_lacks(const lgd_objective *f, const lgd_penalty *h, size_t size, char *what);
lgd_status lgd_gap_quadratic_create(lgd_gap *gap);

/* v = -(the gradient of f without l2), with the intercepts where f is least, and what f lies above that, into *above. */
lgd_status lgd_gap_quadratic_slopes(lgd_gap *gap, size_t threads, const double *w, double *value, double *above);

/* What f without l2 lies above its minimum at most, where it has this value; v is what it was there. */
double lgd_gap_quadratic_height(const lgd_gap *gap, double value);

#endif
