/* What lm and dogleg share: the linear problem of a step, its box, and the trials of a step within a radius.
 *
 * From the triangle [R q; 0 rho] of [J r] at w all of it is had without J: the model 1/2 |R p + q|^2 + rho^2/2, |J_j|, |r|. */
#ifndef LGD_GAUSS_NEWTON_INSIDE_H
#define LGD_GAUSS_NEWTON_INSIDE_H
#include "lgd/gauss_newton.h"
#include "optimizer.h"

/* The vectors, of which SCALE alone lives from step to step. From OWN on there are those of the method, then the triangle. */
enum {
    LGD_GN_SCALE,
    LGD_GN_COLUMN,
    LGD_GN_HELD,
    LGD_GN_RIGHT,
    LGD_GN_ROW,
    LGD_GN_STEP,
    LGD_GN_POINT,
    LGD_GN_GRADIENT,
    LGD_GN_OWN
};

/* The problem at w.
 *   T        [n + 1 x n + 1, ld] the triangle, in whose room below the diagonal the damped one is made, upside down
 *   D        [n] the scaling; column: [n] |J_j|
 *   held     [n] p_j of what is held, NaN where p_j is free
 *   from     [n] room for a step within the box
 *   size     |r|; weight: |r|^2/2 over f, which is 1 but for robust losses
 *   cosine   the largest |J_j.r| / (|J_j| |r|) of what is free to move */
typedef struct lgd_gn {
    size_t n, ld;
    double *T, *D, *column, *held, *right, *row, *from;
    const double *w, *lower, *upper;
    double size, weight, cosine;
} lgd_gn;

/* A step, and what the model says of it.
 *   p              [n]
 *   bent           [n] what goes with it, of second order; NULL: nothing
 *   slope, bend    -q.R p and |R p|^2 over |r|^2: the fall of the model is share slope - share^2/2 bend
 *   length         |D p| */
typedef struct lgd_gn_step {
    double *p, *bent, slope, bend, length;
} lgd_gn_step;

/* What a method is made of.
 *   own    vectors of its own
 *   find   a step p->p with |D p| <= 1.1 radius, and what the model says of it. *mu is 0 at first, then as it left it. *within, which
 *          is false before: the radius had no say in it */
typedef struct lgd_gn_rules {
    lgd_scaling scaling;
    double xtol, gtol, radius;
    size_t max_trials, own;
    lgd_status (*find)(const lgd_step *s, lgd_gn *k, double radius, double *mu, lgd_gn_step *p, bool *within);
} lgd_gn_rules;

/* The layout for `own` vectors of the method, and one step. */
void lgd_gn_layout(size_t dim, size_t own, size_t *vectors, size_t *state_size);
lgd_status lgd_gn_advance(lgd_step *s, const lgd_gn_rules *rules);

enum {
    LGD_GN_FLAGS = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_FINDS_STEP |
                   LGD_NEEDS_RESIDUALS | LGD_JUDGES | LGD_TAKES_BOX
};

/* The options that both have, of a struct S. */
#define LGD_GN_OPTIONS(S)                                                                                              \
    LGD_OPTION_CHOICE(S, scaling, "more|levenberg|marquardt", "D, the units of the coordinates"),                      \
        LGD_OPTION(S, xtol, 1e-10, LGD_NOT_NEGATIVE, "ends the run: the length of a step, of that of w"),              \
        LGD_OPTION(S, gtol, 0, LGD_NOT_NEGATIVE, "ends the run: the cosine between r and a column of J"),              \
        LGD_OPTION(S, radius, 1000, LGD_POSITIVE, "the length of the first step at most, of that of w"),               \
    {                                                                                                                  \
        .name = "max_trials", .offset = offsetof(S, max_trials), .type = LGD_SIZE, .preset = 40, .low = 1,             \
        .high = 1000, .help = "points that a step looks at, at most"                                                   \
    }

/* ---- for `find` */

/* p of min |R p + q|^2 + root^2 |D p|^2 within the box. With root = 0 a triangle that is singular to rounding gives no p, and false. */
bool lgd_gn_solve(lgd_gn *k, double root, double *p);

/* g_j over |r|. */
double lgd_gn_slope(const lgd_gn *k, size_t j);

/* What is held at first: columns of 0, and what is at a bound beyond which f falls. */
void lgd_gn_release(const lgd_gn *k);

/* The same with root = 0, or with the least that does; which is returned. */
double lgd_gn_undamped(lgd_gn *k, double *p);

/* By the triangle of the last solve, S^T S = R^T R + root^2 D^2, with x 0 where p is held: x = -(S^T S)^-1 x, and x = S^-T x. */
void lgd_gn_again(const lgd_gn *k, double *x);
void lgd_gn_lower(const lgd_gn *k, double *x);

/* |D p| and what the model says of p->p. */
double lgd_gn_length(const lgd_gn *k, const double *p);
void lgd_gn_model(const lgd_gn *k, lgd_gn_step *p);

/* Is p_j to be found? */
static inline bool lgd_gn_is_free(const lgd_gn *k, size_t j)
{
    return isnan(k->held[j]);
}

/* Is w_j at a bound, and does f fall beyond it? */
static inline bool lgd_gn_is_at_bound(const lgd_gn *k, size_t j, double w, double slope)
{
    return k->lower && (slope > 0 ? w <= k->lower[j] : w >= k->upper[j]);
}

#endif
