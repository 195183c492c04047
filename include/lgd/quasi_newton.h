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
 *   search     [LGD_MORE_THUENTE]
 *   c1, c2, first_step, max_trials  as in lgd/search.h [1e-4, 0.9, 0: found, 40]
 * State: 2m + 3 vectors (float: m + 4), and 2 (m+1)^2 + 8 (m+1) + 19 numbers. LGD_EUSER from a run whose preconditioner has r.P r <= 0. */
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

/* L-BFGS for F = f + h with h = sum_j l1_j |w_j|, the penalty l1 or ranges of it: exact zeros, at the price of a smooth problem.
 * The pairs are of f alone; d = -H v with v the derivative of F on the steepest way down, without the components that go against it;
 * w_new = w + alpha d with 0 where the sign would change, for the first alpha of 1, 1/2, ... with
 *
 *     F(w_new) <= F(w) + c1 v.(w_new - w)
 *
 * Without a penalty L-BFGS with backtracking. Andrew and Gao (2007).
 *   memory, history, curvature   see lgd_lbfgs_options
 *   c1                           in (0, 1) [1e-4]
 *   first_step, max_trials       see lgd/search.h
 * State: 2m + 4 vectors (float: m + 5) and 2 (m+1)^2 + 8 (m+1) + 3 numbers. LGD_EUNSUPPORTED for other penalties; for an elastic net
 * give the model its l2. */
typedef struct lgd_owlqn_options {
    size_t memory;
    lgd_pairs_kind history;
    double curvature, c1, first_step;
    size_t max_trials;
} lgd_owlqn_options;
LGD_API const lgd_optimizer_ops *lgd_owlqn_ops(void);
static inline lgd_status lgd_owlqn_create(lgd_optimizer **out, const lgd_owlqn_options *options)
{
    return lgd_optimizer_create(out, lgd_owlqn_ops(), options, sizeof *options);
}

/* L-BFGS-B: steps within a box, by the quadratic model that the pairs of L-BFGS make of f. From w the step goes along -g, bent at
 * bounds, to the first minimum of the model (the generalised Cauchy point), then to its minimum over the coordinates that are at
 * no bound there, and back into the box; the search is along the line to where that led. The box is the run's penalty:
 * lgd_penalty_box_create, lgd_penalty_non_negative_create, or ranges of those. Every point at which f is asked for lies within, and what is
 * at a bound is so to the bit. Without a penalty it is L-BFGS. Where the step is no descent, or the search finds
 * nothing, the pairs are forgotten, once. Byrd, Lu, Nocedal and Zhu (1995); Morales and Nocedal (2011).
 *   memory     m, from 1 to 1000 [10]
 *   curvature  c in [0, 1): a pair is kept if s.y > c |s||y| [1e-10]
 *   search     [LGD_MORE_THUENTE]
 *   c1, c2, first_step, max_trials  as in lgd/search.h [1e-4, 0.9, 0: found, 40]
 * State: 2m + 6 vectors, and 11 (m + 1)^2 + 16 (m + 1) + 22 numbers. A step reads the pairs eight times (without a penalty
 * twice), and takes some 4 m^2 operations for each bound that is met on the way along -g and for each that is left. */
typedef struct lgd_lbfgsb_options {
    size_t memory;
    double curvature;
    lgd_search search;
    double c1, c2, first_step;
    size_t max_trials;
} lgd_lbfgsb_options;
LGD_API const lgd_optimizer_ops *lgd_lbfgsb_ops(void);
static inline lgd_status lgd_lbfgsb_create(lgd_optimizer **out, const lgd_lbfgsb_options *options)
{
    return lgd_optimizer_create(out, lgd_lbfgsb_ops(), options, sizeof *options);
}

/* BFGS with a dense inverse Hessian H: d = -H g, and after a search along d, with s = w_new - w and y = g_new - g,
 *
 *     H = (I - rho s y') c H (I - rho y s') + rho s s',  rho = 1/s.y
 *
 * from H = (s.y/y.y) I before the first update; c = max(1, s.Bs/s.y), B the inverse of H, but at most 10, after a search that took its
 * first trial, else 1 (Al-Baali 1998). A pair with s.y <= 2^-52 |s||y| is left; where d is no way down or its search fails
 * the next direction is -g, and H begins anew. Broyden, Fletcher, Goldfarb, Shanno (1970); Nocedal and Wright (2006), Algorithm 6.1.
 * State: dim/2 + 7 vectors, a triangle of H among them; for large dims there is lgd_lbfgs_create. A step reads and writes the triangle
 * once, 8 dim^2 bytes, and makes 6 dim^2 products.
 * Options: those of lgd/search.h; the usual search is LGD_MORE_THUENTE */
typedef struct lgd_bfgs_options {
    lgd_search search; /* [LGD_MORE_THUENTE] */
    double c1, c2;     /* [1e-4, 0.9] */
    double first_step; /* [0: found] */
    size_t max_trials; /* [40] */
} lgd_bfgs_options;
LGD_API const lgd_optimizer_ops *lgd_bfgs_ops(void);
static inline lgd_status lgd_bfgs_create(lgd_optimizer **out, const lgd_bfgs_options *options)
{
    return lgd_optimizer_create(out, lgd_bfgs_ops(), options, sizeof *options);
}

/* How nonlinear conjugate gradients take over the last direction; y = g_new - g, z = P g, Q the inverse of P.
 *   LGD_CG_HAGER_ZHANG       beta = max((y.z_new - y.Py d.g_new/d.y)/d.y, 0.4 d.g/d.Qd). Hager and Zhang (2005, 2013)
 *   LGD_CG_POLAK_RIBIERE     max(0, y.z_new/g.z). Polak and Ribiere (1969), Powell (1984)
 *   LGD_CG_FLETCHER_REEVES   g_new.z_new/g.z. Fletcher and Reeves (1964)
 *   LGD_CG_HESTENES_STIEFEL  max(0, y.z_new/d.y). Hestenes and Stiefel (1952)
 *   LGD_CG_DAI_YUAN          g_new.z_new/d.y. Dai and Yuan (1999) */
typedef enum lgd_cg_formula {
    LGD_CG_HAGER_ZHANG,
    LGD_CG_POLAK_RIBIERE,
    LGD_CG_FLETCHER_REEVES,
    LGD_CG_HESTENES_STIEFEL,
    LGD_CG_DAI_YUAN
} lgd_cg_formula;

/* Nonlinear conjugate gradients: d = -z + beta d_old, then a search along d. d = -z at the start, every `restart` steps, and where d
 * would be no way down or its search fails. P is the run's metric (lgd_minimize_options.precondition), else P = I and z = g.
 * State: four vectors.
 *   formula   of beta
 *   restart   [0: dim; with LGD_CG_HAGER_ZHANG 6 dim]
 *   c1, c2    c1 below 1/2 [0: 1e-4 and 0.1; with LGD_CG_HAGER_ZHANG 0.1 and 0.9]
 * and the other options of lgd/search.h; the usual search is LGD_MORE_THUENTE, with LGD_CG_HAGER_ZHANG that of its name. Those that do
 * not look at slopes are refused: directions would not stay conjugate, nor lead down */
typedef struct lgd_cg_options {
    lgd_cg_formula formula;
    lgd_search search; /* [LGD_MORE_THUENTE; with LGD_CG_HAGER_ZHANG that of its name] */
    size_t restart;
    double c1, c2;
    double first_step; /* [0: found] */
    size_t max_trials; /* [40] */
} lgd_cg_options;
LGD_API const lgd_optimizer_ops *lgd_cg_ops(void);
static inline lgd_status lgd_cg_create(lgd_optimizer **out, const lgd_cg_options *options)
{
    return lgd_optimizer_create(out, lgd_cg_ops(), options, sizeof *options);
}

/* Rates of Barzilai and Borwein, from the last s = w_new - w and y = g_new - g.
 *   LGD_BB_ALTERNATING  s.s/s.y, but where s.y/y.y is below 0.8 times that, the least s.y/y.y of the last nine. Frassoldati et al.
 *                       (2008)
 *   LGD_BB1             s.s/s.y
 *   LGD_BB2             s.y/y.y */
typedef enum lgd_bb_form { LGD_BB_ALTERNATING, LGD_BB1, LGD_BB2 } lgd_bb_form;

/* Gradient descent at these rates, w -= rate g, and shorter ones where f would be above the largest of its last ten values. A rate is
 * at most 10^10 times the last one and at least that divided by 10^10; 10 times the last one where s.y <= 0. Barzilai and Borwein
 * (1988), Raydan (1997). State: three vectors.
 *   form   of the rate
 * and the options of lgd/search.h; the usual search is LGD_NONMONOTONE */
typedef struct lgd_bb_options {
    lgd_bb_form form;
    lgd_search search; /* [LGD_NONMONOTONE] */
    double c1, c2;     /* [1e-4, 0.9] */
    double first_step; /* [0: found] */
    size_t max_trials; /* [40] */
} lgd_bb_options;
LGD_API const lgd_optimizer_ops *lgd_bb_ops(void);
static inline lgd_status lgd_bb_create(lgd_optimizer **out, const lgd_bb_options *options)
{
    return lgd_optimizer_create(out, lgd_bb_ops(), options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
