/* Methods that learn curvature from gradients: one options struct and one create function each. */
#ifndef LGD_QUASI_NEWTON_H
#define LGD_QUASI_NEWTON_H
#include "optimizer.h"
#include "search.h"
#ifdef __cplusplus
extern "C" {
#endif

/* How the pairs of a limited memory are kept.
 *   LGD_PAIRS_DOUBLE  as they are
 *   LGD_PAIRS_FLOAT   rounded to float, which halves the memory and the traffic; sums are in double as ever */
typedef enum lgd_pairs_kind { LGD_PAIRS_DOUBLE, LGD_PAIRS_FLOAT } lgd_pairs_kind;

/* How L-BFGS computes its direction; the two differ by rounding.
 *   LGD_BLOCKED   from the products between all pairs, which are kept: two sweeps over them. Byrd, Nocedal, Schnabel (1994)
 *   LGD_TWO_LOOP  from the pairs alone: four. Nocedal (1980). Taken with a preconditioner, whatever is asked for */
typedef enum lgd_lbfgs_form { LGD_BLOCKED, LGD_TWO_LOOP } lgd_lbfgs_form;

/* L-BFGS: d = -H g with the H of BFGS made from the last m pairs s = w_{i+1} - w_i, y = g_{i+1} - g_i, starting from
 * H0 = s.y/y.y of the last one, or from s.y/(y.P y) P with a preconditioner P of the run; then a line search from alpha = 1. The
 * first step goes along -g (-P g). Where d is no descent, or the search along it finds nothing, the pairs are forgotten and -g is
 * tried, once. Nocedal (1980), Liu and Nocedal (1989).
 *   memory     m, from 1 to 1000 [10]
 *   history    of the pairs, see lgd_pairs_kind
 *   curvature  c in [0, 1): a pair is kept if s.y > c |s||y|, whatever the units of f and w [1e-10]. A Wolfe search gives s.y > 0,
 *              on a quadratic of condition k it is at least 2/sqrt(k) |s||y|; below that it is rounding. Floats: at least 2^-24
 *   form       see lgd_lbfgs_form
 *   search     see lgd/search.h [LGD_MORE_THUENTE], and so are c1 [1e-4], c2 [0.9], first_step, max_trials
 * State: 2m + 3 vectors (float: m + 3) and 2m^2 + 8m + 18 numbers. LGD_EINVAL from a run whose preconditioner has r.P r <= 0. */
typedef struct lgd_lbfgs_options {
    size_t memory;
    lgd_pairs_kind history;
    double curvature;
    lgd_lbfgs_form form;
    lgd_search search;
    double c1, c2, first_step;
    size_t max_trials;
} lgd_lbfgs_options;
LGD_API const lgd_optimizer_ops *lgd_lbfgs_ops(void);
static inline lgd_status lgd_lbfgs_create(lgd_optimizer **out, const lgd_lbfgs_options *options)
{
    return lgd_optimizer_create(out, lgd_lbfgs_ops(), options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
