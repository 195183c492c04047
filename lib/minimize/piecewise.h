/* Inside of the exact minimum of piecewise linear losses:
 *   piecewise.c         sets up, rounds, reports
 *   piecewise_refine.c  what rounding has left of the gradient is taken off */
#ifndef LGD_PIECEWISE_INSIDE_H
#define LGD_PIECEWISE_INSIDE_H
#include "lgd/piecewise.h"
#include "loss/loss.h"
#include "objective/glm.h"
#include "objective/objective.h"

typedef struct piecewise {
    lgd_objective *f;
    const lgd_glm *m; /* of which the terms of f are */
    lgd_piecewise_options o;
    size_t dim, terms, k, threads;
    lgd_loss *loss;        /* smoothed */
    lgd_objective *model;  /* m with that loss, */
    lgd_objective *smooth; /* and the terms of f in it */
    lgd_optimizer *newton;
    size_t *index;           /* [terms] those in m; NULL: all, in order */
    double *y;               /* [rows x 2k] targets, and what the loss is smoothed about: multipliers without weights */
    double *R;               /* [terms x k] multipliers with weights */
    double *w, *g;           /* [dim] */
    double *best_w, *best_R; /* of the lowest gap */
    double *U, *T;           /* [terms x k] scratch */
    double *d, *root, *values; /* [dim] scratch */
    double *H;                 /* [dim x ld] scratch */
    size_t ld;
    double *scale;             /* [dim] s_j */
    double steepest, gentlest; /* slopes of the loss */
    double size, least;        /* mean distance of a score from a kink at first; the last width */
    double columns;            /* the largest square of the mean of |x_ij| over rows */
    double left;               /* of the last gap, the part of g */
    lgd_piecewise_report best;
} piecewise;

static inline size_t lgd_piecewise_row(const piecewise *p, size_t term)
{
    return lgd_glm_row(p->m, p->index ? p->index[term] : term);
}

static inline double lgd_piecewise_weight(const piecewise *p, size_t term)
{
    return p->m->o.weights ? p->m->o.weights[lgd_piecewise_row(p, term)] : 1;
}

/* f at w, and the gap of w and the slopes at it that the loss, smoothed with this width, has: they are then R, and g the gradient. */
lgd_status lgd_piecewise_certify(piecewise *p, double width, lgd_piecewise_report *now);

/* Keeps w and R if their gap is the lowest. */
void lgd_piecewise_keep(piecewise *p, const lgd_piecewise_report *now);

/* The share of g in a gap from which on it pays to make g smaller. */
#define LGD_PIECEWISE_WORTH 0.1

/* After a round of this width that ended with this gap, and whose multipliers the loss is smoothed about: these and w become those
 * of a lower gap than any before, if they can. */
lgd_status lgd_piecewise_refine(piecewise *p, double width, double gap);

#endif
