/* Inside of a penalty. */
#ifndef LGD_PENALTY_INSIDE_H
#define LGD_PENALTY_INSIDE_H
#include "base/base.h"
#include "lgd/penalty.h"
#include <math.h>

struct lgd_penalty {
    lgd_penalty_ops ops;
    void *ctx;
};

/* For the built-ins: a penalty whose ctx is a copy of `size` bytes of numbers. */
lgd_status lgd_penalty_of(lgd_penalty **out, const lgd_penalty_ops *ops, const void *numbers, size_t size);

/* LGD_EINVAL unless value >= 0; INFINITY is accepted. */
lgd_status lgd_penalty_strength(const char *penalty, const char *quantity, double value);

/* sign(w) max(|w| - t, 0): the prox of t |w|. t may be INFINITY. */
static inline double lgd_soft(double w, double t)
{
    return fabs(w) > t ? w - copysign(t, w) : 0;
}

/* A penalty at work on w[dim], of which a range is spared. */
typedef struct lgd_penalised {
    const lgd_penalty *penalty;
    size_t dim, n; /* n: the coordinates that are penalised */
    size_t spare_first, spare_count;
    double *work;   /* scratch of the prox */
    double *packed; /* [2 n] those coordinates and their eta, where the spared range lies between them; else NULL */
} lgd_penalised;

/* Allocates; LGD_EINVAL where the penalty cannot be had for so many coordinates. */
lgd_status lgd_penalised_create(lgd_penalised *p, const lgd_penalty *penalty, size_t dim, size_t spare_first,
                                size_t spare_count);
void lgd_penalised_free(lgd_penalised *p);

/* h(w), and w = prox(w), of all dim coordinates; eta as in the ops. */
double lgd_penalised_value(const lgd_penalised *p, const double *w);
lgd_status lgd_penalised_prox(const lgd_penalised *p, double eta, const double *eta_each, double *w);

/* h*(scale v) of the penalised coordinates, *scale as in the ops; the penalty has a conjugate. */
double lgd_penalised_conjugate(const lgd_penalised *p, const double *v, double *scale);

/* Moves w to the nearest point where h is finite, eta_each[j] being 0 where it must stay; LGD_EINVAL if there is none. */
lgd_status lgd_penalised_enter(const lgd_penalised *p, const double *eta_each, double *w);

#endif
