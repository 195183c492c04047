/* Inside of a matrix factorisation:
 *   factorization.c         values and gradients, and steps entry by entry
 *   factorization_create.c  checks, creation, a start
 *   factorization_use.c     predictions, and the best columns of a row */
#ifndef LGD_FACTORIZATION_INSIDE_H
#define LGD_FACTORIZATION_INSIDE_H
#include "lgd/factorization.h"
#include "objective.h"

typedef struct lgd_factorization {
    size_t rows, cols, rank, count, dim;
    const size_t *row, *col;
    const double *rating, *weights; /* weights NULL: all 1 */
    double l2, mean, low, high;     /* low = high = 0: no limits */
    double deviation;               /* of the ratings about their mean */
    size_t V, row_bias, col_bias;   /* where they begin in w; biases at dim: there are none */
    size_t *begin, *item;           /* [rows + 1], [count]: columns by row, made when first asked for; one block */
    void *own;                      /* row, col and rating, where they were made of sparse rows; else NULL */
    lgd_pool *pool;
} lgd_factorization;

extern const lgd_objective_ops lgd_factorization_ops;

/* `support` of the ops. (support.c) */
size_t lgd_factorization_support(void *ctx, const lgd_rows *rows, bool *seen, size_t *index, size_t room);

/* What f is made of; NULL with LGD_EINVAL in last_error where it is no factorisation. */
lgd_factorization *lgd_factorization_of(const char *who, const lgd_objective *f);

/* Sums over a row and a column, always by eight lanes: a rank that the compiler knows has the bits of one that it does not. */
LGD_INLINE double lgd_factors_inner(size_t rank, const double *u, const double *v)
{
    double s[LGD_LANES] = {0};
    size_t l = 0;
    for (; l + LGD_LANES <= rank; l += LGD_LANES)
        for (size_t i = 0; i < LGD_LANES; i++)
            s[i] += u[l + i] * v[l + i];
    for (; l < rank; l++)
        s[l % LGD_LANES] += u[l] * v[l];
    return lgd_lanes(s);
}

/* The score of column j by row i, before it is clamped. */
LGD_INLINE double lgd_factors_score(const lgd_factorization *m, size_t rank, const double *w, size_t i, size_t j)
{
    double z = m->mean;
    if (m->row_bias != m->dim)
        z += w[m->row_bias + i] + w[m->col_bias + j];
    return z + lgd_factors_inner(rank, w + i * rank, w + m->V + j * rank);
}

#endif
