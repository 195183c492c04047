/* Inside of a penalty. */
#ifndef LGD_PENALTY_INSIDE_H
#define LGD_PENALTY_INSIDE_H
#include "base/base.h"
#include "lgd/penalty.h"
#include <float.h>
#include <math.h>

struct lgd_penalty {
    lgd_penalty_ops ops;
    void *ctx;
};

/* For the built-ins: a penalty whose ctx is a copy of `size` bytes of numbers. */
lgd_status lgd_penalty_of(lgd_penalty **out, const lgd_penalty_ops *ops, const void *numbers, size_t size);

/* And one whose ctx is a block of lgd_alloc, which is taken over: released with the penalty, or when this fails. */
lgd_status lgd_penalty_over(lgd_penalty **out, const lgd_penalty_ops *ops, void *block);

/* LGD_EINVAL unless value >= 0; INFINITY is accepted. */
lgd_status lgd_penalty_strength(const char *penalty, const char *quantity, double value);

/* `describe` of the ops: a number between words. */
int lgd_penalty_say(char *text, size_t size, const char *before, double x, const char *after);

/* sign(w) max(|w| - t, 0): the prox of t |w|. t may be INFINITY; t = 0 leaves w as it is, -0 too. */
static inline double lgd_soft(double w, double t)
{
    return fabs(w) > t ? w - copysign(t, w) : t > 0 ? 0 : w;
}

/* Inf 0 is 0 here: a strength without end holds something at 0, and costs nothing there. */
static inline double lgd_times(double strength, double x)
{
    return x == 0 || strength == 0 ? 0 : strength * x;
}

/* l1 |w|_1 + l2/2 |w|^2 (l1.c). */
double lgd_elastic_value(double l1, double l2, size_t n, const double *w);

/* Its prox of one coordinate: soft(x, rate l1)/(1 + rate l2). */
static inline double lgd_elastic_prox(double l1, double l2, double rate, double x)
{
    const double divisor = 1 + lgd_times(l2, rate);
    return isinf(divisor) ? 0 : lgd_soft(x, lgd_times(l1, rate)) / divisor;
}

/* Is a sum, or a norm, of n numbers at most `bound`, but for the rounding of a prox and of the sum? */
static inline bool lgd_within(double size, double bound, size_t n)
{
    return isinf(bound) || size - bound <= (double)n * (4 * DBL_EPSILON * bound + 2 * DBL_MIN * DBL_EPSILON);
}

/* A power of two that brings the largest of sizes to [1/2, 1], or as near as it can be: products with it are exact. */
static inline double lgd_unit(double largest)
{
    int exponent;
    frexp(largest, &exponent);
    return ldexp(1, exponent < -1000 ? 1000 : -exponent);
}

/* A sum and its rounding error. */
typedef struct lgd_twofold {
    double hi, lo;
} lgd_twofold;

static inline lgd_twofold lgd_two_sum(double a, double b)
{
    const double s = a + b, t = s - a;
    return (lgd_twofold){s, (a - (s - t)) + (b - t)};
}

static inline void lgd_accumulate(lgd_twofold *sum, double x)
{
    const lgd_twofold s = lgd_two_sum(sum->hi, x);
    *sum = (lgd_twofold){s.hi, sum->lo + s.lo};
}

/* ---- rates of a constraint: only their ratios matter */

/* The largest of eta_each, 1 if that is NULL; 0 where nothing moves. */
double lgd_largest_rate(size_t n, const double *eta_each);

/* eta_j over the largest, 0 where w_j stays. A ratio below 2^-400 counts as that, so that nothing leaves the range of
 * numbers. */
static inline double lgd_rate(const double *eta_each, double largest, size_t j)
{
    return !eta_each ? 1 : eta_each[j] == 0 ? 0 : fmax(eta_each[j] / largest, 0x1p-400);
}

/* LGD_EINVAL: what stays leaves no point within. */
lgd_status lgd_penalty_no_point(const char *penalty, const char *quantity, double value, double bound);

/* ---- the secular equation (secular.c): the root theta of |t|_2 = target for t_j = x_j / (c_j + e_j theta) and x = unit w,
 * over j with c_j + e_j theta > 0 */
typedef struct lgd_secular {
    size_t n;
    const double *w, *eta_each;
    double unit, target;
    double strength; /* c_j = eta_j strength unit, e_j = 1; NaN: c_j = 1, e_j = lgd_rate(eta_j), frozen ones apart */
    double largest;  /* rate */
} lgd_secular;

/* The root in [low, high], where |t| is at least the target at low. */
double lgd_secular_root(const lgd_secular *s, double low, double high);

/* |t|_2 at theta. */
double lgd_secular_norm(const lgd_secular *s, double theta);

/* [lower, upper] of a box for its `describe`. */
void lgd_box_say(lgd_words *t, size_t count, const double *lower, const double *upper);

/* ---- ranges (spans.c) */

typedef struct lgd_span {
    size_t first, count;
    double weight;              /* of a group */
    const lgd_penalty *penalty; /* of a range */
} lgd_span;

/* Sorts them by their beginnings. LGD_EINVAL for one that is empty, and for two that overlap; `what` one is. */
lgd_status lgd_spans_sort(const char *penalty, const char *what, lgd_span *spans, size_t count);

/* LGD_EINVAL unless all are within n coordinates. */
lgd_status lgd_spans_within(const char *penalty, const char *what, const lgd_span *spans, size_t count, size_t n);

/* Is v 0 wherever there is no span? */
bool lgd_spans_cover(const lgd_span *spans, size_t count, size_t n, const double *v);

/* ---- penalties on ranges */

/* LGD_EINVAL where p cannot be had for n coordinates. */
lgd_status lgd_penalty_check(const lgd_penalty *p, size_t n);

/* w to the nearest point of the constraints that p is made of; what is none, or has a finite value, stays. */
lgd_status lgd_penalty_project(const lgd_penalty *p, size_t n, const double *eta_each, double *w, double *work);

/* LGD_EINVAL, by index, unless each pair of bounds leaves room; both as lgd_penalty_box_create has them. */
lgd_status lgd_box_check(const char *penalty, size_t count, const double *lower, const double *upper);

/* Is p an elastic net within bounds? Then w is moved into them. */
bool lgd_elastic_box_project(const lgd_penalty *p, size_t n, const double *eta_each, double *w);

/* The coordinates of p as its `coordinates`, `l1` or `bounds` describe them. */
static inline bool lgd_penalty_has_coordinates(const lgd_penalty *p)
{
    return p->ops.coordinates || p->ops.l1 || p->ops.bounds;
}
void lgd_penalty_coordinates(const lgd_penalty *p, size_t n, double *l1, double *l2, double *lower, double *upper);

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

/* Where h is infinite w moves to the nearest point of the constraints that it is made of, eta_each[j] being 0 where it must stay.
 * `enter`: LGD_EINVAL if h is infinite there too. */
lgd_status lgd_penalised_nearest(const lgd_penalised *p, const double *eta_each, double *w);
lgd_status lgd_penalised_enter(const lgd_penalised *p, const double *eta_each, double *w);

#endif
