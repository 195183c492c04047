/* The limited memory of quasi-Newton methods: the last m pairs s_i = w_{i+1} - w_i, y_i = g_{i+1} - g_i with s_i.y_i > 0, and the
 * products between them. J. Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 35 (1980); D. Liu, J.
 * Nocedal, "On the limited memory BFGS method for large scale optimization", Math. Program. 45 (1989); the products: R. Byrd, J.
 * Nocedal, R. Schnabel, "Representations of quasi-Newton matrices and their use in limited memory methods", Math. Program. 63
 * (1994).
 *
 * Pairs lie in slots 0 .. memory - 1 of a ring; `age` counts from the oldest, 0 .. count - 1. */
#ifndef LGD_PAIRS_H
#define LGD_PAIRS_H
#include "optimizer.h"

/* What is kept of them, beside vectors. It lies at the beginning of the arrays below, in the state of a method. */
typedef struct lgd_pairs_state {
    uint64_t count, next; /* how many there are, and the slot of the next one */
} lgd_pairs_state;

typedef struct lgd_pairs {
    size_t dim, memory;
    bool single;         /* s and y are rounded to float, and kept so; sums are in double as ever */
    bool gram;           /* the products of all pairs with one another are kept */
    double *const *vec;  /* s_i and y_i, as lgd_pairs_layout asked for them */
    lgd_pairs_state *at; /* and what follows it: */
    double *sy, *yy;     /* [memory x memory] s_i.y_j of j not older than i, y_i.y_j; without gram the diagonals only */
    double *ss,
        *ys; /* [memory x memory] s_i.s_j, and s_i.y_j of j older than i at ys[i*memory + j]; NULL unless `compact` */
    double *sx, *yx; /* [memory] s_i.x and y_i.x of the x last asked for; with lgd_pairs_add the new gradient */
    double *
        scale; /* [2 x memory] powers of two: with `single` s_i is scale[i] times what is kept, y_i scale[memory + i] */
    double *a, *b;   /* [memory] scratch, */
    double *cs, *cy; /* [memory] and coefficients for lgd_pairs_combine */
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

/* What the pairs need beside the vectors and the state that a method has already: both grow. */
void lgd_pairs_layout(size_t memory, bool single, bool compact, size_t *vectors, size_t *state_size);

/* The pairs of dim coordinates in the vectors from `vec` and the state from `state` on, with what lgd_pairs_layout was asked. */
lgd_pairs lgd_pairs_of(size_t dim, size_t memory, bool single, bool compact, double *const *vec, void *state);

/* The slot of the pair of that age. */
static inline size_t lgd_pairs_slot(const lgd_pairs *p, size_t age)
{
    return (size_t)((p->at->next + p->memory - p->at->count + age) % p->memory);
}

/* Element j of s and y in a slot. */
double lgd_pairs_s(const lgd_pairs *p, size_t slot, size_t j);
double lgd_pairs_y(const lgd_pairs *p, size_t slot, size_t j);

/* A point that was found. `step` is |s|_2 and `turn` s.y, both until rounding: floats are scaled by them. */
typedef struct lgd_pair {
    const double *w_new, *g_new;
    double *w, *g; /* become those */
    double step, turn;
    bool finite; /* out: all of w_new is */
} lgd_pair;

/* The difference becomes a pair if s.y > curvature |s||y| (for floats at least 2^-24), which is the answer; else the memory is as it
 * was, but that a full one has lost its oldest pair. sx and yx are products with the new g. One sweep over all vectors. */
bool lgd_pairs_add(lgd_pairs *p, double curvature, lgd_pair *new);

/* None is left. */
static inline void lgd_pairs_forget(lgd_pairs *p)
{
    *p->at = (lgd_pairs_state){0};
}

/* sx and yx for this x. One sweep. */
void lgd_pairs_products(lgd_pairs *p, const double *x);

/* out = c x + sum over slots of cs_i s_i + cy_i y_i; returns out.x. One sweep. */
double lgd_pairs_combine(const lgd_pairs *p, double c, const double *x, double *out);

/* out = -H x, of BFGS from H0 = s.y/y.y of the newest pair (1 without pairs), by the coefficients of out in s_i, y_i and x, which
 * the products give; sx and yx must be those of x. Returns out.x. One sweep. */
double lgd_pairs_direction(lgd_pairs *p, const double *x, double *out);

/* The same by the two loops over the pairs, 4 sweeps; with a metric of the user's P from H0 = s.y/(y.P y) P, twice P, and two
 * arrays of scratch [dim]. LGD_EINVAL where r.P r is not above 0. *slope is out.x. */
lgd_status lgd_pairs_two_loop(lgd_pairs *p, const lgd_step *s, const double *x, double *out, double *const scratch[2],
                              double *slope);

/* pr = P r by the oracle of a step, and *size = r.P r, which must be above 0. */
lgd_status lgd_pairs_metric(const lgd_step *s, const double *r, double *pr, double *size);

#endif
