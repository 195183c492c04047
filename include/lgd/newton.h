/* Methods that use second derivatives: one options struct and one create function each. */
#ifndef LGD_NEWTON_H
#define LGD_NEWTON_H
#include "optimizer.h"
#include "search.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Where the Hessian is not positive definite, or singular to rounding.
 *   LGD_SHIFT_LEVENBERG   H + mu D^2 takes its place, D^2 near the diagonal of H, for the first mu of 0, sqrt(eps), 10 sqrt(eps), ...
 *                         times the largest |H_ij|/(D_i D_j) that makes it so; counted in the report as indefinite
 *   LGD_SHIFT_NEVER       the run ends as LGD_EINVAL, which names the pivot */
typedef enum lgd_shift { LGD_SHIFT_LEVENBERG, LGD_SHIFT_NEVER } lgd_shift;

/* Newton's method: H d = -g for the Hessian H by Cholesky, then a line search along d from alpha = 1. Two passes over the rows: H takes
 * dim^2 flops a row, f and g at the new point 4 dim; and dim^3/3 once. Where the objective has no Hessian it is made of dim products,
 * and where it has no products of dim differences of gradients. Nocedal and Wright (2006), Algorithms 3.2 and 3.3. State: dim + 5
 * vectors, in which the factor stays for `reuse`: V. E. Shamanskii, Ukrainian Math. J. 19 (1967). */
typedef struct lgd_newton_options {
    lgd_shift shift;   /* [levenberg] */
    size_t reuse;      /* steps that one H may serve, as long as each leaves a quarter of g.H^-1 g at most [1] */
    lgd_search search; /* [backtracking] */
    double c1;         /* [1e-4] */
    double c2;         /* [0.9] */
    double first_step; /* [0: alpha = 1] */
    size_t max_trials; /* [40] */
} lgd_newton_options;
LGD_API const lgd_optimizer_ops *lgd_newton_ops(void);
static inline lgd_status lgd_newton_create(lgd_optimizer **out, const lgd_newton_options *options)
{
    return lgd_optimizer_create(out, lgd_newton_ops(), options, sizeof *options);
}

/* Newton's method on products with the Hessian H, by differences of gradients where the objective has none: conjugate gradients
 * on H d = -g until |H d + g| <= min(forcing, sqrt(|g|/|g of the first step|)) |g|, or until a direction without positive curvature,
 * which d takes as well; then a line search along d from alpha = 1. A precondition P of the run is that of the inner iteration.
 * With `jacobi` P is diag(H)^-1, of an objective that knows it: one pass more in a step, and far fewer products where columns are of many
 * sizes, or sparse. LGD_EUNSUPPORTED where none is known, LGD_EINVAL beside a precondition. Dembo and Steihaug (1983). State: five vectors
 * of scratch, with jacobi six, and of a
 * model with one output dim + terms numbers in the run, as for trust_region. */
typedef struct lgd_newton_cg_options {
    lgd_search search; /* [more_thuente] */
    double c1;         /* [1e-4] */
    double c2;         /* [0.9] */
    double first_step; /* [0: alpha = 1] */
    size_t max_trials; /* [40] */
    size_t inner;      /* products in a step, at most [3 dim, at most 500] */
    double forcing;    /* in (0, 1) [0.5] */
    bool jacobi;       /* P is the inverse of the diagonal of the Hessian at w [false] */
} lgd_newton_cg_options;
LGD_API const lgd_optimizer_ops *lgd_newton_cg_ops(void);
static inline lgd_status lgd_newton_cg_create(lgd_optimizer **out, const lgd_newton_cg_options *options)
{
    return lgd_optimizer_create(out, lgd_newton_cg_ops(), options, sizeof *options);
}

/* The same iteration within a ball |d| <= radius, in the norm sqrt(d.P^-1 d): up to its boundary where it leads out, or where the
 * curvature is not positive. A step is taken if f falls by more than `accept` times what the model g.d + d.Hd/2 foretold; below 1/4
 * of that the ball shrinks to a quarter of the step, above 3/4 it doubles if d ended on its boundary. Steihaug (1983); Nocedal and
 * Wright (2006), 4.1. State: five vectors of scratch. */
typedef struct lgd_trust_region_options {
    double radius; /* >= 0, of the first ball [0: none, which shrinks until f follows the model] */
    size_t inner;  /* products for a ball, at most [3 dim, at most 500] */
    double accept; /* in (0, 0.25) [0.15] */
} lgd_trust_region_options;
LGD_API const lgd_optimizer_ops *lgd_trust_region_ops(void);
static inline lgd_status lgd_trust_region_create(lgd_optimizer **out, const lgd_trust_region_options *options)
{
    return lgd_optimizer_create(out, lgd_trust_region_ops(), options, sizeof *options);
}

/* Coordinate descent for convex quadratics (LGD_NEEDS_QUADRATIC): linear models with a squared loss, what lgd_quadratic_create makes
 * of them, which is what to step on, and other objectives with LGD_QUADRATIC. H is asked for once in a run, each step solves
 *
 *     w_j = clip(soft(H_jj w_j - g_j, l1_j)/(H_jj + l2_j)),   j = 1, 2, ...
 *
 * with g carried on by columns of H: sweeps over all coordinates, between them sweeps over those that are not 0, and once these have
 * cost as much the equations that hold where no sign changes. Penalties are l1, elastic_net, box, non_negative, elastic_box, ranges of
 * these and none, which is Gauss-Seidel. No rate and no unit of a coordinate matters, by powers of two not a bit. It judges itself: the
 * run ends as LGD_STOP_STEP_TOL where no coordinate moves by more than tol in a sweep from a fresh gradient, as LGD_STOP_ROUNDING where
 * F does not fall any more, as LGD_STOP_UNBOUNDED where F has no minimum. J. Friedman, T. Hastie, R. Tibshirani, J. Stat. Softw. 33
 * (2010). State: 2 dim + 6 vectors, with sweeps_only dim + 6. */
typedef struct lgd_cd_options {
    double tol;    /* >= 0, of sqrt(H_jj) |change of w_j| to the largest sqrt(H_jj) |w_j| [1e-12; at least dim eps] */
    size_t sweeps; /* over all coordinates in a step, at most [1000] */
    bool sweeps_only; /* no equations [false] */
} lgd_cd_options;
LGD_API const lgd_optimizer_ops *lgd_cd_ops(void);
static inline lgd_status lgd_cd_create(lgd_optimizer **out, const lgd_cd_options *options)
{
    return lgd_optimizer_create(out, lgd_cd_ops(), options, sizeof *options);
}

#ifdef __cplusplus
}
#endif
#endif
