/* A penalty: the part h of F(w) = f(w) + h(w) that has no gradient, or a constraint, known by its proximal operator
 *
 *     prox(w) = argmin_u  h(u) + sum_j (u_j - w_j)^2 / (2 eta_j).
 *
 * A constraint is an h that is 0 inside and infinite outside; its prox is the nearest point of the set. Coordinates that
 * the objective leaves unpenalised (intercepts) have no part in h: below, w[n] are the others, in their order.
 */
#ifndef LGD_PENALTY_H
#define LGD_PENALTY_H
#include "status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A penalty or constraint, built-in or yours. */
typedef struct lgd_penalty lgd_penalty;

/* Flags of lgd_penalty_ops. */
enum {
    LGD_SEPARABLE = 1, /* h is a sum over coordinates */
    LGD_CONSTRAINT = 2 /* h is 0 or infinite: a prox does not depend on the size of eta */
};

/* What a penalty has to offer, for n coordinates.
 *   name       for messages
 *   flags      LGD_SEPARABLE, LGD_CONSTRAINT, or 0
 *   value      h(w); INFINITY outside a constraint, with room for rounding: a point that prox gave is inside
 *   prox       w becomes prox(w), for eta_j = eta if eta_each is NULL, else eta_each[j]. eta > 0 and all finite; where
 *              eta_each[j] is 0, w_j stays as it is, bit for bit. w is finite
 *   free       optional: called once by lgd_penalty_free
 *   check      optional: LGD_EINVAL, with a sentence, where it cannot be had for n coordinates
 *   work       optional: how many doubles of scratch prox needs; it gets them in `work`, not cleared
 *   conjugate  optional: h*(v) = sup_u v.u - h(u), of scale v, where *scale is the largest number in [0, 1] for which
 *              that is finite. For duality gaps
 * All are called by several threads at once, each with scratch of its own. */
typedef struct lgd_penalty_ops {
    const char *name;
    unsigned flags;
    double (*value)(const void *ctx, size_t n, const double *w);
    lgd_status (*prox)(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work);
    void (*free)(void *ctx);
    lgd_status (*check)(const void *ctx, size_t n);
    size_t (*work)(const void *ctx, size_t n);
    double (*conjugate)(const void *ctx, size_t n, const double *v, double *scale);
} lgd_penalty_ops;

/* Your own penalty. ops are copied (their name must outlive the penalty), ctx is yours until free, also when this call
 * fails. */
LGD_API lgd_status lgd_penalty_create_sized(lgd_penalty **out, const lgd_penalty_ops *ops, size_t ops_size, void *ctx);
static inline lgd_status lgd_penalty_create(lgd_penalty **out, const lgd_penalty_ops *ops, void *ctx)
{
    return lgd_penalty_create_sized(out, ops, sizeof *ops, ctx);
}

/* strength |w|_1, exact zeros. R. Tibshirani, J. R. Stat. Soc. B 58 (1996). strength >= 0; INFINITY keeps w at 0. */
LGD_API lgd_status lgd_penalty_l1_create(lgd_penalty **out, double strength);

/* l1 |w|_1 + l2/2 |w|_2^2, the elastic net: H. Zou, T. Hastie, J. R. Stat. Soc. B 67 (2005). Both >= 0; INFINITY keeps w at
 * 0. */
LGD_API lgd_status lgd_penalty_elastic_net_create(lgd_penalty **out, double l1, double l2);

/* The name of a penalty. */
LGD_API const char *lgd_penalty_name(const lgd_penalty *p);

/* h(w) into *value, for w[n]. LGD_EINVAL for a NaN (its index is named), or where h cannot be had for n coordinates. */
LGD_API lgd_status lgd_penalty_value(const lgd_penalty *p, size_t n, const double *w, double *value);

/* w[n] becomes prox(w): for eta_j = eta > 0 if eta_each is NULL, else eta_each[j] >= 0. LGD_EINVAL, with w untouched, for
 * numbers of w or eta that are not finite or not in range (index and value are named). Allocates scratch where the penalty
 * needs it. */
LGD_API lgd_status lgd_penalty_prox(const lgd_penalty *p, size_t n, double eta, const double *eta_each, double *w);

/* Frees a penalty, not what it borrowed; NULL is accepted. */
LGD_API void lgd_penalty_free(lgd_penalty *p);

#ifdef __cplusplus
}
#endif
#endif
