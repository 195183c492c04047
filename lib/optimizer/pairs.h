/* The limited memory of quasi-Newton methods: the last m pairs s_i = w_{i+1} - w_i, y_i = g_{i+1} - g_i with s_i.y_i > 0, and the
 * products between them. J. Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 35 (1980); D. Liu, J.
 * Nocedal, "On the limited memory BFGS method for large scale optimization", Math. Program. 45 (1989); the products: R. Byrd, J.
 * Nocedal, R. Schnabel, "Representations of quasi-Newton matrices and their use in limited memory methods", Math. Program. 63
 * (1994).
 *
 * Pairs lie in a ring of m + 1 slots, of which one is always free: there the next pair is tried. `age` counts from the oldest. */
#ifndef LGD_PAIRS_H
#define LGD_PAIRS_H
#include "optimizer.h"

/* What is kept of them beside vectors; the arrays below follow it. */
typedef struct lgd_pairs_state {
    uint64_t count, next; /* how many there are, at most m, and the free slot */
} lgd_pairs_state;

typedef struct lgd_pairs {
    size_t dim, slots;   /* m + 1 */
    bool single;         /* s and y are kept as floats; what they are multiplied with, and sums, are double as ever */
    bool gram;           /* the products of all pairs with one another are kept */
    double *const *vec;  /* s and y of the slots */
    lgd_pairs_state *at; /* and behind it: */
    double *sy, *yy;     /* [slots x slots] s_i.y_j of j not older than i, y_i.y_j; without gram the diagonals only */
    double *sx, *yx;     /* [slots] s_i.x and y_i.x of an x */
    double *scale; /* [2 x slots] powers of two: as a float s_i is scale[i] times what is kept, y_i scale[slots + i] */
    double *a, *b; /* [slots] scratch, */
    double *cs, *cy;       /* [slots] and coefficients */
    double *w_new, *g_new; /* [dim] where a search puts the next point and its gradient, between searches scratch */
} lgd_pairs;

/* The rows of the option table for the memory of the struct S. */
#define LGD_PAIRS_OPTIONS(S)                                                                                           \
    {.name = "memory",                                                                                                 \
     .offset = offsetof(S, memory),                                                                                    \
     .type = LGD_SIZE,                                                                                                 \
     .preset = 10,                                                                                                     \
     .low = 1,                                                                                                         \
     .high = 1000,                                                                                                     \
     .help = "m, pairs that are kept"},                                                                                \
        LGD_OPTION_CHOICE(S, history, "double|float", "numbers that they are kept in"),                                \
        LGD_OPTION(S, curvature, 1e-10, LGD_BELOW_ONE, "a pair has s.y > this times |s||y|")

/* What m pairs need beside the vectors and the state that a method has already: both grow. */
void lgd_pairs_layout(size_t memory, bool single, size_t *vectors, size_t *state_size);

/* The pairs of dim coordinates in the vectors from `vec` and the state from `state` on. */
lgd_pairs lgd_pairs_of(size_t dim, size_t memory, bool single, double *const *vec, void *state);

/* The slot of the pair of that age. Asked for m^2 times a step: a division each would be most of what a step of few coordinates
 * takes. */
static inline size_t lgd_pairs_slot(const lgd_pairs *p, size_t age)
{
    const size_t at = (size_t)(p->at->next + p->slots - p->at->count) + age;
    return at < p->slots ? at : at - p->slots;
}

/* Moves on from w, g to w_new, g_new, and the difference becomes a pair if s.y > curvature |s||y| (for floats at least 2^-24), which
 * is the answer. With gram sx and yx are products with the new g. *finite: all of w_new is. One sweep over all vectors. */
bool lgd_pairs_add(lgd_pairs *p, double curvature, double *w, double *g, bool *finite);

/* None is left. */
static inline void lgd_pairs_forget(lgd_pairs *p)
{
    p->at->count = 0;
}

/* sx and yx of this x. One sweep. */
void lgd_pairs_products(lgd_pairs *p, const double *x);

/* out = c x + sum of cs_i s_i + cy_i y_i over the slots of pairs; returns out.x. cs and cy are overwritten. One sweep. */
double lgd_pairs_combine(const lgd_pairs *p, double c, const double *x, double *out);

/* out = -H x, of BFGS from H0 = s.y/y.y of the newest pair, by the coefficients of out in s_i, y_i and x, which the products give;
 * sx and yx must be those of x. Returns out.x. One sweep. */
double lgd_pairs_direction(lgd_pairs *p, const double *x, double *out);

/* The same by the two loops over the pairs, 4 sweeps; where the run lends a metric P, from H0 = s.y/(y.P y) P, which asks for it
 * twice. *slope is out.x. */
lgd_status lgd_pairs_two_loop(lgd_pairs *p, const lgd_step *s, const double *x, double *out, double *slope);

#endif
