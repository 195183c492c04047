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
 *   name         for messages
 *   flags        LGD_SEPARABLE, LGD_CONSTRAINT, or 0
 *   value        h(w); INFINITY outside a constraint, with room for rounding: a point that prox gave is inside
 *   prox         w becomes prox(w), for eta_j = eta if eta_each is NULL, else eta_each[j]. eta > 0 and all finite; where
 *                eta_each[j] is 0, w_j stays as it is, bit for bit. w is finite
 *   free         optional: called once by lgd_penalty_free
 *   check        optional: LGD_EINVAL, with a sentence, where it cannot be had for n coordinates
 *   work         optional: how many doubles of scratch prox needs; it gets them in `work`, not cleared
 *   conjugate    optional: h*(v) = sup_u v.u - h(u), of scale v, where *scale is the largest number in [0, 1] for which
 *                that is finite. For duality gaps
 *   l1           optional: h(w) is sum_j l1_j |w_j|, and these are l1[n]. For methods with LGD_TAKES_L1
 *   bounds       optional: h is 0 for lower_j <= w_j <= upper_j, else infinite, and these are lower[n] and upper[n], infinite
 *                where there is no bound. For methods with LGD_TAKES_BOX
 *   coordinates  optional: h(w) is sum_j l1_j |w_j| + l2_j/2 w_j^2 for lower_j <= w_j <= upper_j, else infinite, and these are l1[n],
 *                l2[n], lower[n] and upper[n]. For methods with LGD_TAKES_COORDINATES, to which l1 or bounds say as much
 *   describe     optional: writes h as a formula with every constant to text [size], as snprintf does, and returns what snprintf would;
 *                absent: the name
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
    void (*l1)(const void *ctx, size_t n, double *l1);
    void (*bounds)(const void *ctx, size_t n, double *lower, double *upper);
    void (*coordinates)(const void *ctx, size_t n, double *l1, double *l2, double *lower, double *upper);
    int (*describe)(const void *ctx, char *text, size_t size);
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

/* The same within bounds, l1 |w|_1 + l2/2 |w|_2^2 for low[j] <= w_j <= high[j], which lgd_penalty_box_create explains: with low 0
 * the lasso that is not negative. */
LGD_API lgd_status lgd_penalty_elastic_box_create(lgd_penalty **out, double l1, double l2, size_t count,
                                                  const double *low, const double *high);

/* A group of coordinates.
 *   first, count   w[first .. first + count)
 *   weight         >= 0, its share of the strength [the root of count; LGD_ZERO: none] */
typedef struct lgd_penalty_group {
    size_t first, count;
    double weight;
} lgd_penalty_group;

/* strength sum_g weight_g |w_g|_2, which keeps whole groups at 0: M. Yuan, Y. Lin, J. R. Stat. Soc. B 68 (2006). Groups are
 * copied; coordinates in none are not penalised. LGD_EINVAL for groups that are empty or overlap, and where n is known for one
 * that reaches beyond. Coordinates that do not move (eta_each[j] = 0) count in the norm of their group. INFINITY keeps the
 * groups at 0. A prox costs O(n), with eta_each some ten times that. */
LGD_API lgd_status lgd_penalty_group_l1_create_sized(lgd_penalty **out, double strength,
                                                     const lgd_penalty_group *groups, size_t count, size_t group_size);
static inline lgd_status lgd_penalty_group_l1_create(lgd_penalty **out, double strength,
                                                     const lgd_penalty_group *groups, size_t count)
{
    return lgd_penalty_group_l1_create_sized(out, strength, groups, count, sizeof *groups);
}

/* strength sum_j |w_{j+1} - w_j|, the fused lasso: pieces of one value. L. Rudin, S. Osher, E. Fatemi, Physica D 60 (1992); R.
 * Tibshirani et al., J. R. Stat. Soc. B 67 (2005). The prox is exact, by dynamic programming: N. A. Johnson, J. Comput. Graph.
 * Stat. 22 (2013). O(n), or up to O(n^2) where rates lie more than 10^13 apart; 12 n doubles of scratch. INFINITY makes all equal:
 * to their mean, weighted with 1/eta_j. */
LGD_API lgd_status lgd_penalty_total_variation_create(lgd_penalty **out, double strength);

/* low[j] <= w_j <= high[j]. Both are borrowed, and NULL is no bound on that side, as -INFINITY and INFINITY are; count 1: the
 * same pair for every coordinate, else one for each that is penalised (intercepts are not). LGD_EINVAL for low > high and NaN,
 * by index, and where another number of coordinates is penalised. */
LGD_API lgd_status lgd_penalty_box_create(lgd_penalty **out, size_t count, const double *low, const double *high);

/* w_j >= 0. */
LGD_API lgd_status lgd_penalty_non_negative_create(lgd_penalty **out);

/* w_j >= 0 with sum_j w_j = total > 0, finite. C. Michelot, J. Optim. Theory Appl. 50 (1986). A prox passes over w until what is
 * positive is known, a handful of times for most w; a point within stays as it is, bit for bit, here and in the balls. LGD_EINVAL
 * from the prox where coordinates that do not move leave no such point, here and in the balls; for n = 0. */
LGD_API lgd_status lgd_penalty_simplex_create(lgd_penalty **out, double total);

/* |w|_1 <= radius. J. Duchi et al., Int. Conf. Mach. Learn. (2008). radius >= 0, 0: only w = 0, INFINITY: all w. */
LGD_API lgd_status lgd_penalty_l1_ball_create(lgd_penalty **out, double radius);

/* |w|_2 <= radius. radius as there. With eta_each by Newton's method, J. J. More, D. C. Sorensen, SIAM J. Sci. Stat. Comput. 4
 * (1983). */
LGD_API lgd_status lgd_penalty_l2_ball_create(lgd_penalty **out, double radius);

/* A penalty of a range of coordinates.
 *   penalty        borrowed
 *   first, count   w[first .. first + count) */
typedef struct lgd_penalty_range {
    const lgd_penalty *penalty;
    size_t first, count;
} lgd_penalty_range;

/* The sum of penalties on ranges of w, each as if its range were all there is. Ranges are copied; coordinates in none are not
 * penalised. LGD_EINVAL for ranges that are empty or overlap, and where n is known for one that reaches beyond or whose penalty
 * cannot be had for its count. Of the flags those that all have. The conjugate is there if all have one; where they are not of
 * one scale, that of a part which is neither a norm nor a constraint is a bound from above. */
LGD_API lgd_status lgd_penalty_ranges_create_sized(lgd_penalty **out, const lgd_penalty_range *ranges, size_t count,
                                                   size_t range_size);
static inline lgd_status lgd_penalty_ranges_create(lgd_penalty **out, const lgd_penalty_range *ranges, size_t count)
{
    return lgd_penalty_ranges_create_sized(out, ranges, count, sizeof *ranges);
}

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
