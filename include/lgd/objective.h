/* An objective: w to f and g over some of its terms (for data: rows).
 *
 *     f(w) = 1/(T omega) sum_{i < T} omega_i f_i(w) + s(w)
 *
 * T terms of weight omega_i with mean omega (1 if there are none), and a smooth part s that no term owns (L2). Over a
 * batch of B terms the same with B for T: the mean over the batch divides by its own count and by the mean weight of
 * ALL terms, so that the batches of an epoch average to f.
 */
#ifndef LGD_OBJECTIVE_H
#define LGD_OBJECTIVE_H
#include "matrix.h"
#ifdef __cplusplus
extern "C" {
#endif

/* An objective, of data, a function or your own. */
typedef struct lgd_objective lgd_objective;

/* Flag of ops: f is a quadratic, its smooth part included, so that its Hessian is the same at every w. With `design` that goes without
 * saying. For methods with LGD_NEEDS_QUADRATIC. */
enum { LGD_QUADRATIC = 2 };

/* What an objective has to offer. It adds sums; the library divides, so chunks, weights and subsets need no special case.
 *   name         for messages
 *   eval         *f += sum over rows of omega_i f_i(w), and g[dim] += its gradient if g is not NULL. With LGD_CONCURRENT
 *                the library calls it for fixed chunks of the rows, from several threads, and adds them in a fixed tree
 *   smooth       optional: *f += s(w), g += its gradient if g is not NULL
 *   free         optional: called once by lgd_objective_free
 *   weight       optional: sum over rows of omega_i; absent: their count
 *   unpenalised  optional: the range of w that weight decay and penalties must spare (intercepts)
 *   linear       optional: says that a term sees w by linear scores only, f_i(w) = phi_i(A_i w), with *slopes rows in each
 *                A_i, and that smooth is *l2/2 |w|^2 over what is not unpenalised. Asked once, at creation
 *   difference   with linear: as eval, but that from the gradient r_i of omega_i phi_i at A_i w a number is subtracted before
 *                it is carried back, g += sum A_i^T (r_i - R_i), and R [count x slopes] then receives r; the i-th row of R
 *                belongs to the i-th of the rows. Called as eval is. This is what LGD_SAGA and duality gaps need
 *   fenchel      optional, with difference: for F_i = omega_i phi_i and R [count x slopes], *value += sum over rows of
 *                F_i(A_i w) + F_i*(R_i) - R_i A_i w, where F_i*(u) = sup_z u z - F_i(z) is the convex conjugate, INFINITY
 *                outside its domain. No term is below 0. Says that every phi_i is convex. For duality gaps
 *   curvature    optional: bounds that hold at every w, for the objective of these rows alone: *all on the largest eigenvalue
 *                of the Hessian of f, *term on that of omega_i/omega f_i + s for any i. For lr = LGD_AUTO
 *   product      optional: hv[dim] += sum over rows of omega_i H_i v, H_i the Hessian of f_i at w. Called as eval is
 *   hessian      optional: as eval, and the lower triangle of H [dim x dim, ld], that is H[i*ld + j] for j <= i, += sum over rows of
 *                omega_i H_i. Neither g nor H is NULL
 *   smooth_product  with product or hessian, where there is a smooth and no linear: hv += the Hessian of s at w times v
 *   scores       optional, with linear: Z [count x slopes] = A_i w and T = A_i d, for each of the rows. Called as eval is
 *   along        with scores: *f += sum over rows of omega_i phi_i(Z_i + alpha T_i), and *slope += its derivative in alpha
 *   jacobian     optional: says that omega_i f_i is half a square, or near one. SETS r [count*residuals] and J [count*residuals x dim,
 *                ld], the rows of a term one after another, so that J^T r is the gradient of the sum over rows of omega_i f_i, and
 *                J^T J is near its Hessian. Called as eval is. For Gauss-Newton methods and standard errors
 *   residuals    with jacobian: how many there are of each term; absent: 1. Asked once, at creation
 *   bend         optional, with jacobian: g += J^T r'' for r'' = d^2 r(w + t v)/dt^2 at t = 0, over rows. For geodesic acceleration;
 *                absent: r'' is 0
 *   design       optional, with linear: says that omega_i f_i(w) = 1/2 sum_c (S_i.W_c + R_ic)^2, W_c[j] = w[j*slopes + c]. SETS
 *                S [count x dim/slopes, lds] and R [count x slopes]. Called as eval is. For least squares at once; it stands for
 *                jacobian as well
 *   panel        optional: with LGD_CONCURRENT, how many terms are worth evaluating at once; no chunk has fewer, where there are as many
 *   describe     optional: writes the formula of f with every constant in it to text [size], as snprintf does, and returns what
 *                snprintf would
 *   attained     optional, with the mean over all terms: a value v >= 0 such that a w with f(w) < v shows that f has no minimum, its
 *                infimum being approached along s w for s to infinity only (a classifier without penalty that tells all rows
 *                apart); 0: nothing of the kind is known
 *   descend      optional: for each of the rows in turn, *f += omega_i/omega f_i(w) and w -= lr omega_i/omega grad f_i(w), omega being
 *                mean_weight: a step of plain descent per term, with the bits of `eval` and an update of all of w, at the cost of what
 *                the term touches; with `smooth` its value and gradient are in each step. For batches of 1 by sgd
 *   noise        optional: which noise of its own (dropout) the evaluations from here on draw: t >= 1 for the t-th step on a batch, the
 *                same for the same t, terms and w; 0: none
 *   parts        optional: how many ranges w consists of, first[0] = 0 < first[1] < ... (layers), to first unless NULL. For histories
 *   diagonal     optional: d[dim] += sum over rows of omega_i times the diagonal of H_i at w, and, with linear, C [count x slopes x slopes]
 *                = omega_i times the Hessian of phi_i at A_i w, for each of the rows; either may be NULL. Called as eval is
 *   product_of   optional, with linear and diagonal: hv[dim] += sum over rows of A_i^T C_i A_i v: what `product` is at the w that C is of,
 *                without its scores
 *   cost         optional: what value and gradient of one term cost, on the average: *bytes of its data, read from memory once, and *flops.
 *                Returns what computes them, in words of static storage. For what a run reports
 *   support      optional: in which coordinates the gradient of the sum over rows can differ from 0, which are those that the sum
 *                depends on. Writes each of them once to index [room], in any order, and returns their count, or SIZE_MAX where that is
 *                above room. seen [dim] is scratch: all false, and to be so again. A run calls it by one thread; with LGD_CONCURRENT
 *                runs side by side (lgd_minimize_starts) call it at once, each with a seen of its own. For batches that touch little
 *                of w, see LGD_SPARSE; eval then adds to a g that is all 0
 * f is never NULL. A status other than LGD_OK ends the run and is passed through. */
typedef struct lgd_objective_ops {
    const char *name;
    unsigned flags; /* LGD_CONCURRENT, LGD_QUADRATIC, or 0 */
    lgd_status (*eval)(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g);
    lgd_status (*smooth)(void *ctx, const double *w, double *f, double *g);
    void (*free)(void *ctx);
    double (*weight)(void *ctx, const lgd_rows *rows);
    void (*unpenalised)(void *ctx, size_t *first, size_t *count);
    void (*linear)(void *ctx, size_t *slopes, double *l2);
    lgd_status (*difference)(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *R);
    lgd_status (*fenchel)(void *ctx, const lgd_rows *rows, const double *w, const double *R, double *value);
    lgd_status (*curvature)(void *ctx, const lgd_rows *rows, double *all, double *term);
    lgd_status (*product)(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *hv);
    lgd_status (*hessian)(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *H, size_t ld);
    lgd_status (*smooth_product)(void *ctx, const double *w, const double *v, double *hv);
    lgd_status (*scores)(void *ctx, const lgd_rows *rows, const double *w, const double *d, double *Z, double *T);
    lgd_status (*along)(void *ctx, const lgd_rows *rows, double alpha, const double *Z, const double *T, double *f,
                        double *slope);
    lgd_status (*jacobian)(void *ctx, const lgd_rows *rows, const double *w, double *r, double *J, size_t ld);
    size_t (*residuals)(void *ctx);
    lgd_status (*bend)(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *g);
    lgd_status (*design)(void *ctx, const lgd_rows *rows, double *S, size_t lds, double *R);
    size_t (*panel)(void *ctx);
    int (*describe)(void *ctx, char *text, size_t size);
    double (*attained)(void *ctx);
    lgd_status (*descend)(void *ctx, const lgd_rows *rows, double lr, double mean_weight, double *w, double *f);
    void (*noise)(void *ctx, uint64_t t);
    size_t (*parts)(void *ctx, size_t *first);
    lgd_status (*diagonal)(void *ctx, const lgd_rows *rows, const double *w, double *d, double *C);
    lgd_status (*product_of)(void *ctx, const lgd_rows *rows, const double *C, const double *v, double *hv);
    const char *(*cost)(void *ctx, double *bytes, double *flops);
    size_t (*support)(void *ctx, const lgd_rows *rows, bool *seen, size_t *index, size_t room);
} lgd_objective_ops;

/* Your own objective: dim >= 1 parameters, `terms` terms. ops are copied (their name must outlive the
 * objective), ctx is yours until free, also when this call fails. With LGD_CONCURRENT up to 64 partial gradients of dim
 * are kept. */
LGD_API lgd_status lgd_objective_create_sized(lgd_objective **out, size_t dim, size_t terms,
                                              const lgd_objective_ops *ops, size_t ops_size, void *ctx);
static inline lgd_status lgd_objective_create(lgd_objective **out, size_t dim, size_t terms,
                                              const lgd_objective_ops *ops, void *ctx)
{
    return lgd_objective_create_sized(out, dim, terms, ops, sizeof *ops, ctx);
}

/* A plain function of w as an objective of one term. fn SETS *f, and g[dim] if g is not NULL; a non-zero return ends
 * the run as LGD_EUSER (a lgd_status is passed through). */
typedef lgd_status (*lgd_function)(void *ctx, size_t dim, const double *w, double *f, double *g);
LGD_API lgd_status lgd_function_create(lgd_objective **out, size_t dim, lgd_function fn, void *ctx);

/* The same without a gradient of your own: fn is always called with g NULL, and the gradient is taken by central
 * differences, g_j = (f(w + h e_j) - f(w - h e_j)) / 2h, h = cbrt(eps) max(|w_j|, 1). 2 dim calls a gradient; about ten
 * digits at best. */
LGD_API lgd_status lgd_function_create_differences(lgd_objective **out, size_t dim, lgd_function fn, void *ctx);

/* The terms `rows` of f as an objective of their own, without copies; f and rows->index are borrowed. It divides by the
 * mean weight of its own terms: it equals an objective made on those rows. NULL rows: all of f. */
LGD_API lgd_status lgd_objective_subset(lgd_objective **out, lgd_objective *f, const lgd_rows *rows);

/* value and g[dim] of the mean over rows plus the smooth part; NULL rows: all; value or g may be NULL. Threads:
 * LGD_NUM_THREADS, then OMP_NUM_THREADS, then 1; the bits are the same for any number. Allocates only
 * where a call needs more scratch than any before it. LGD_EINVAL for a row out of bounds, no rows at all, a w that is NULL. */
LGD_API lgd_status lgd_objective_eval(lgd_objective *f, const lgd_rows *rows, const double *w, double *value,
                                      double *g);

/* Length of w, number of terms (rows of weight 0 are not among them), and the range of w that must not decay (for
 * lgd_optimizer_spare in a loop of one's own). */
LGD_API size_t lgd_objective_dim(const lgd_objective *f);
LGD_API size_t lgd_objective_terms(const lgd_objective *f);
LGD_API void lgd_objective_unpenalised(const lgd_objective *f, size_t *first, size_t *count);

/* What f is, as a formula with every constant in it, to text [size], which is ended by 0 where there is room for that; returns the length
 * that all of it has, as snprintf does, so that size 0 asks for it. Numbers have the digits that read back as they are. For an objective
 * without `describe` its name, terms and dim. 0 with a sentence where f is NULL. */
LGD_API size_t lgd_objective_describe(const lgd_objective *f, char *text, size_t size);

/* The gradient at w against Richardson-extrapolated central differences, coordinate by coordinate.
 *   error      the largest |analytic - numeric| / max(|analytic|, |numeric|, scale), where scale is the largest |numeric|
 *              times 1e-3; below 1e-7 is sound for a smooth f
 *   worst      the coordinate where that is
 *   analytic   the derivative there as the objective gives it
 *   numeric    and by differences
 * Where there is `support` in its ops it is held against gradients of some terms, LGD_EINVAL says what it breaks. Costs 4 dim
 * evaluations. */
typedef struct lgd_gradient_check {
    size_t worst;
    double analytic, numeric, error;
} lgd_gradient_check;
LGD_API lgd_status lgd_objective_check_gradient_sized(lgd_objective *f, const double *w, lgd_gradient_check *result,
                                                      size_t result_size);
static inline lgd_status lgd_objective_check_gradient(lgd_objective *f, const double *w, lgd_gradient_check *result)
{
    return lgd_objective_check_gradient_sized(f, w, result, sizeof *result);
}

/* How the curvature of an objective is looked for. A zeroed struct, or NULL, is the Lanczos method.
 *   tol              the search ends where both errors are below tol times the largest |eigenvalue| [1e-6; LGD_ZERO: rounding];
 *                    to tell a condition it must be below its inverse
 *   max_products     products with the Hessian at most [200]
 *   seed             of the direction it starts in
 *   power            power iteration, then again on H less what that found: three vectors where the Lanczos method keeps 33, and many
 *                    more products, the more the nearer eigenvalues lie to the ends
 *   smallest_vector  [dim] receives the unit direction of the smallest curvature; NULL: not wanted
 *   largest_vector   [dim] and of the largest */
typedef struct lgd_curvature_options {
    double tol;
    size_t max_products;
    uint64_t seed;
    bool power;
    double *smallest_vector, *largest_vector;
} lgd_curvature_options;

/* What was found of the Hessian H at a point.
 *   largest, smallest  eigenvalues of H: each lies between the two ends of its spectrum, and nearer to an eigenvalue than error. A
 *                      smallest one below -error is proof that f curves down somewhere
 *   condition          largest/smallest if smallest is above error; INFINITY if it cannot be told from 0; NaN if it is below
 *                      -error, where H is indefinite, or H is 0
 *   error              the larger of |H v - lambda v| over both ends, for |v| = 1, and what rounding adds
 *   products           products with H that it took
 *   exact              they are the objective's own; else each is a central difference of two gradients, good to about 1e-10 of
 *                      the largest, with a step relative to |w| */
typedef struct lgd_curvature {
    double largest, smallest, condition, error;
    size_t products;
    bool exact;
} lgd_curvature;

/* The largest and the smallest curvature of f at w[dim]: the ends of the spectrum of the Hessian of the mean over all rows, smooth
 * part included, by products with it alone. The Lanczos method with full reorthogonalisation, which is exact after dim products,
 * restarted once 32 vectors are kept (K. Wu, H. Simon, SIAM J. Matrix Anal. Appl. 22, 2000): 33 dim numbers (with fewer products
 * less), freed at the end. The same seed gives the same bits, with any number of threads. That max_products came first is no error:
 * see error. LGD_EINVAL for NULL, a w that is not finite, options out of range; LGD_EDIVERGED where a product is not finite; what
 * the objective fails with is passed through. */
LGD_API lgd_status lgd_objective_curvature_sized(lgd_objective *f, const double *w,
                                                 const lgd_curvature_options *options, size_t options_size,
                                                 lgd_curvature *result, size_t result_size);
static inline lgd_status lgd_objective_curvature(lgd_objective *f, const double *w,
                                                 const lgd_curvature_options *options, lgd_curvature *result)
{
    return lgd_objective_curvature_sized(f, w, options, sizeof *options, result, sizeof *result);
}

/* `product` and `hessian` of the objective, those it has, at w against Richardson-extrapolated central differences of its gradients,
 * along two random directions (from seed): the result is of the worst coordinate, as of lgd_objective_check_gradient, whose errors
 * here are relative to the largest element of the product; below 1e-7 is sound for a smooth f. LGD_EUNSUPPORTED where it has
 * neither. Costs 8 gradients, 2 products and a Hessian. */
LGD_API lgd_status lgd_objective_check_product_sized(lgd_objective *f, const double *w, uint64_t seed,
                                                     lgd_gradient_check *result, size_t result_size);
static inline lgd_status lgd_objective_check_product(lgd_objective *f, const double *w, uint64_t seed,
                                                     lgd_gradient_check *result)
{
    return lgd_objective_check_product_sized(f, w, seed, result, sizeof *result);
}

/* The `jacobian` of an objective at w, element by element, against Richardson-extrapolated central differences of its residuals.
 *   row, column  of the worst element: the residual, those of a term one after another, and the coordinate
 *   analytic     that element as the objective gives it
 *   numeric      and by differences
 *   error        the largest |analytic - numeric| / max(|analytic|, |numeric|, scale), where scale is the largest |numeric| of the
 *                column times 1e-3; below 1e-7 is sound for smooth residuals
 * Rows are compared as they are weighted; robust losses, by which rows are scaled beside, are left out. The step of a difference is
 * relative to |w_j|; at w_j = 0 it is that of 1. LGD_EUNSUPPORTED without `jacobian`. Costs 5 dim Jacobians. */
typedef struct lgd_jacobian_check {
    size_t row, column;
    double analytic, numeric, error;
} lgd_jacobian_check;
LGD_API lgd_status lgd_objective_check_jacobian_sized(lgd_objective *f, const double *w, lgd_jacobian_check *result,
                                                      size_t result_size);
static inline lgd_status lgd_objective_check_jacobian(lgd_objective *f, const double *w, lgd_jacobian_check *result)
{
    return lgd_objective_check_jacobian_sized(f, w, result, sizeof *result);
}

/* Frees an objective, not the matrix, loss and data it borrowed; NULL is accepted. */
LGD_API void lgd_objective_free(lgd_objective *f);

#ifdef __cplusplus
}
#endif
#endif
