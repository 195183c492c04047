/* Inside of a generalised linear model:
 *   glm.c            the panel loop: values, gradients, slopes
 *   glm_create.c     checks, creation, predictions
 *   glm_curvature.c  bounds on the curvature, for lr = LGD_AUTO */
#ifndef LGD_GLM_INSIDE_H
#define LGD_GLM_INSIDE_H
#include "loss/loss.h"
#include "matrix/matrix.h"
#include "objective.h"

typedef struct lgd_glm {
    const lgd_matrix *X;
    const double *y;
    const lgd_loss *loss;
    lgd_glm_options o;
    size_t k, t, terms, panel;
    size_t copied; /* columns of a panel's copy of scattered rows; 0: the matrix cannot, or a row is no small thing */
    size_t *kept;  /* term i is row kept[i]; NULL: row i */
    lgd_pool *pool;
} lgd_glm;

/* The ops of every such model. */
extern const lgd_objective_ops lgd_glm_ops;

/* `curvature` of the ops, for a loss that knows its own. */
lgd_status lgd_glm_curvature(void *ctx, const lgd_rows *rows, double *all, double *term);

static inline size_t lgd_glm_row(const lgd_glm *m, size_t term)
{
    return m->kept ? m->kept[term] : term;
}

#endif
