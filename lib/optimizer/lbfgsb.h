/* Inside of lbfgsb: the quadratic model of f around w that the pairs make,
 *
 *     q(z) = g.z + z.Bz/2,  B = theta I - W M W^T,  W = [Y, theta S],  M^-1 = [-D  L^T;  L  theta S^T S]
 *
 * where D is the diagonal of S^T Y and L what is below it: R. Byrd, J. Nocedal, R. Schnabel, "Representations of quasi-Newton
 * matrices and their use in limited memory methods", Math. Program. 63 (1994). Vectors of 2 count numbers have the Y-part first,
 * then the S-part, and the oldest pair first in each. */
#ifndef LGD_LBFGSB_H
#define LGD_LBFGSB_H
#include "pairs.h"
#include "search.h"

/* Systems -T p + C^T q = a, C p + N q = b with T and N + C T^-1 C^T positive definite, solved by elimination. Factors are L D L^T,
 * without roots: what is multiplied by a power of two goes through exactly. */
typedef struct lgd_middle {
    size_t m;
    double *T, *C, *N, *X; /* [m x m] each; of T and N the lower triangles. X is scratch */
} lgd_middle;

/* False where one of the two is not positive definite. T and N become factors. */
bool lgd_middle_factor(lgd_middle *k);

/* x[2m] = (a, b) becomes (p, q). */
void lgd_middle_solve(const lgd_middle *k, double *x);

/* Beside the pairs and their products. */
typedef struct lgd_box_state {
    uint64_t complete; /* 0: pairs have come that the products below know nothing of */
    uint64_t fixed;    /* how many coordinates are fixed in those */
    double theta;      /* 0: not known yet */
    lgd_search_memory search;
} lgd_box_state;

/* What the method keeps. Products over free and fixed coordinates are sums of their own, so that small ones do not drown in large
 * ones. */
typedef struct lgd_box_model {
    size_t dim;
    lgd_box_state *state;
    lgd_pairs pairs;
    double *d, *work, *scratch; /* [dim] */
    double *fixed;              /* [dim] 1 for the fixed coordinates of the last step, else 0 */
    double *ss, *ys;            /* [slots x slots] s_i.s_j, and s_i.y_j where pair i is the newer */
    double *yy_free, *ss_fixed; /* y_i.y_j over free coordinates, s_i.s_j over fixed ones, */
    double *mixed;              /* s_i.y_j over fixed ones where pair i is the newer, else minus that over free ones */
    lgd_middle middle;
    double *p, *c, *v; /* [2 slots], the last one twice that */
} lgd_box_model;

void lgd_box_layout(size_t memory, size_t *vectors, size_t *state_size);

/* The model of dim coordinates in vectors and state of that layout. */
lgd_box_model lgd_box_model_of(size_t dim, size_t memory, double *const *vec, void *state);

/* After lgd_pairs_add has taken one: theta, and where there are bounds the products of the newest pair with all. */
void lgd_box_learn(lgd_box_model *b, bool bounded);

/* out[2 count] = W^T x. */
void lgd_box_products(lgd_box_model *b, const double *x, double *out);

/* Makes M ready for products; false where rounding has taken what makes B positive definite. */
bool lgd_box_factor(lgd_box_model *b);

/* The generalised Cauchy point, the first minimum of q along the path z(t) = P(w - t g) - w, where P goes to the nearest point of the
 * box. b->c becomes W^T z; t[dim] is scratch. Needs M. */
void lgd_box_cauchy(lgd_box_model *b, const double *w, const double *g, const double *lower, const double *upper,
                    double *z, double *t);

/* The coordinates where z is at a bound become the fixed ones. */
void lgd_box_fix(lgd_box_model *b, const double *w, const double *lower, const double *upper, const double *z);

/* r[dim] becomes the way from z to the minimum of q over the coordinates that are free, 0 for the others. Needs M and b->c, of z, and
 * leaves neither. False where by rounding q has no such minimum. */
bool lgd_box_subspace(lgd_box_model *b, const double *g, const double *z, double *r);

#endif
