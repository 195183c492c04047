/* Inside of an objective. */
#ifndef LGD_OBJECTIVE_INSIDE_H
#define LGD_OBJECTIVE_INSIDE_H
#include "base/base.h"
#include "lgd/glm.h"
#include "lgd/objective.h"

struct lgd_objective {
    size_t dim, terms;
    lgd_objective_ops ops;
    void *ctx;
    double mean_weight;              /* over all terms; 1 without weights */
    size_t spare_first, spare_count; /* unpenalised coordinates */
    size_t slopes;                   /* numbers that stand for the gradient of a term; 0: none do */
    size_t panel;                    /* terms that a chunk has at least */
    double l2;                       /* of the smooth part, with slopes */
    /* Value and gradient over all terms, written and not added; NULL: by ops.eval. */
    lgd_status (*whole)(void *ctx, const double *w, double *f, double *g);
    /* Value and gradient over rows that are one chunk, over `by`: written and not added, or with `clean` added to a g that is all 0; NULL: by
     * ops.eval. Where dim is large beside the rows of a batch, clearing, adding and dividing cost as much as what is computed. */
    lgd_status (*mean)(void *ctx, const lgd_rows *rows, const double *w, double by, bool clean, double *f, double *g);
    /* Leave out what scales residuals by their own size, and take it back in; NULL: nothing does. */
    void (*plain)(void *ctx, bool on);
    double *partial;       /* the gradient of each chunk, made when first needed */
    size_t partials;       /* chunks there is room for */
    double *hessians;      /* those of groups of chunks, made when first needed */
    size_t hessian_groups; /* groups there is room for, of which the first has none of its own */
    size_t residuals;      /* numbers of a term's residual; 0: it is no sum of squares */
    double *stacks;        /* those of groups of chunks, for triangles, made when first needed */
    size_t stack_numbers;  /* room there */
    lgd_pool *scratch;     /* of who makes them */
    double factor;         /* of a square in f: 1/2 factor omega r^2; 1 unless a loss has another */
    /* `design` with S and R as they are, and weights omega apart, so that no root rounds them; NULL: there is only ops.design. */
    lgd_status (*rows)(void *ctx, const lgd_rows *rows, double *S, size_t lds, double *R, double *omega);
    double *columns; /* [2 dim] for the Hessian of a smooth part, made when first needed */
};

/* Is the Hessian the same at every w? */
static inline bool lgd_objective_is_quadratic(const lgd_objective *f)
{
    return f->ops.flags & LGD_QUADRATIC || f->ops.design;
}

/* What f is a subset of, at whatever depth, or f itself; and which of its terms the i-th one of f is. (subset.c) */
const lgd_objective *lgd_objective_whole(const lgd_objective *f);
size_t lgd_objective_whole_term(const lgd_objective *f, size_t term);

/* Which noise of its own f draws from here on: that of step t on a batch, or none for 0. */
static inline void lgd_objective_noise(const lgd_objective *f, uint64_t t)
{
    if (f->ops.noise)
        f->ops.noise(f->ctx, t);
}

/* What value and gradient of a term cost, see `cost` of the ops: its words, or "" with NaN where that is not known. */
const char *lgd_objective_cost(const lgd_objective *f, double *bytes, double *flops);

/* Is coordinate j left unpenalised? */
static inline bool lgd_is_spared(const lgd_objective *f, size_t j)
{
    return j >= f->spare_first && j - f->spare_first < f->spare_count;
}

/* Rows of a chunk when `count` are to be evaluated: by shape alone. (chunks.c) */
size_t lgd_objective_chunk_rows(const lgd_objective *f, size_t count);

/* Room for the chunks of any evaluation of at most `count` rows, so that none of them has to allocate it. */
lgd_status lgd_objective_reserve(lgd_objective *f, size_t count);

/* Around evaluations: holds BLAS if f is called from several threads, and says how many there may be for the number wanted
 * (0: by the environment). */
size_t lgd_objective_begin(const lgd_objective *f, size_t threads);
void lgd_objective_end(const lgd_objective *f);

/* What evaluations within an op may take that the library calls on this thread: threads where 0 are asked for, and time until
 * lgd_seconds() is `until`. Sets it and returns what it was. */
typedef struct lgd_allowance {
    size_t threads;
    double until;
} lgd_allowance;
lgd_allowance lgd_objective_allow(lgd_allowance now);
bool lgd_objective_late(void);

/* A sum over rows, of which a part is `part(ctx, rows, done, value, vector)`: it adds to value[2] and, unless NULL, to
 * vector[dim], what its rows, the first of which is the `done`-th of all, have to add. Rows are in bounds; between begin and end.
 * They are cut into chunks by their count and dim alone, each chunk is computed serially, and the chunks are added in a fixed
 * tree: the bits do not depend on threads. */
typedef lgd_status (*lgd_part)(void *ctx, const lgd_rows *rows, size_t done, double *value, double *vector);
lgd_status lgd_objective_parts(lgd_objective *f, const lgd_rows *rows, size_t threads, lgd_part part, void *ctx,
                               double value[2], double *vector);

/* The same by groups of neighbouring chunks: one thread computes a group, in order. The group of a part is group_of what has been
 * done before it. */
size_t lgd_objective_chunks(const lgd_objective *f, size_t count);
size_t lgd_objective_group_of(const lgd_objective *f, size_t count, size_t groups, size_t done);
lgd_status lgd_objective_groups(lgd_objective *f, const lgd_rows *rows, size_t threads, size_t groups, lgd_part part,
                                void *ctx, double value[2], double *vector);

/* f once more, with scratch of its own: the same bits, in another thread at the same time where the ops are LGD_CONCURRENT and there is no
 * `noise`. f must outlive it. */
lgd_status lgd_objective_twin(lgd_objective **out, const lgd_objective *f);

/* Sum over rows, without the smooth part: *value, and g unless NULL. With R [count x slopes] as `difference` of the ops. */
lgd_status lgd_objective_sum(lgd_objective *f, const lgd_rows *rows, size_t threads, const double *w, double *value,
                             double *g, double *R);

/* The same of `fenchel` of the ops over all rows: how far R [terms x slopes] is from Fenchel's equality at w. */
lgd_status lgd_objective_fenchel(lgd_objective *f, size_t threads, const double *w, const double *R, double *value);

/* From such a sum to the mean: value and g over divide_by mean_weight; then the smooth part is added to both. */
void lgd_objective_divide(const lgd_objective *f, size_t divide_by, double *value, double *g);
lgd_status lgd_objective_smooth(const lgd_objective *f, const double *w, double *value, double *g);

/* All three: 1/(divide_by mean_weight) sum over rows + smooth part, into value and g (each may be NULL). */
lgd_status lgd_objective_mean(lgd_objective *f, const lgd_rows *rows, size_t divide_by, size_t threads, const double *w,
                              double *value, double *g);

/* The same, without the smooth part, of rows whose support is index [count]: g is all 0 and stays so, part [count] receives the gradient. */
lgd_status lgd_objective_mean_on(lgd_objective *f, const lgd_rows *rows, size_t divide_by, size_t threads,
                                 const double *w, size_t count, const size_t *index, double *value, double *g,
                                 double *part);

/* ---- second_order.c, over all rows: means, smooth part included, as lgd_objective_mean */

/* hv = H v and, where lgd_objective_has_product, nothing else is needed. */
bool lgd_objective_has_product(const lgd_objective *f);
lgd_status lgd_objective_product(lgd_objective *f, size_t threads, const double *w, const double *v, double *hv);

/* d = the diagonal of H, and C [terms x slopes x slopes] of `diagonal`; either may be NULL. Where the objective knows it. */
bool lgd_objective_has_diagonal(const lgd_objective *f);
lgd_status lgd_objective_diagonal(lgd_objective *f, size_t threads, const double *w, double *d, double *C);

/* hv = H v by this C of the same w, where the objective has `product_of`. */
lgd_status lgd_objective_product_of(lgd_objective *f, size_t threads, const double *C, const double *v, double *hv);

/* Value, gradient and the lower triangle of H [dim x dim, ld] at w, where the objective has them. */
bool lgd_objective_has_hessian(const lgd_objective *f);
lgd_status lgd_objective_hessian(lgd_objective *f, size_t threads, const double *w, double *value, double *g, double *H,
                                 size_t ld);

/* The lower triangle of H [dim x dim, ld] += the Hessian of the smooth part. */
lgd_status lgd_objective_smooth_hessian(lgd_objective *f, const double *w, double *H, size_t ld);

/* ---- triangle.c, over all rows, of sums of squares */

/* Is f a sum of squares, as jacobian or design say? */
bool lgd_objective_has_residuals(const lgd_objective *f);

/* T [dim + 1 x dim + 1, ld], the triangle of the QR factorisation of [J r] for the mean over all rows, that is J = Q R and r scaled by
 * 1/sqrt(terms mean_weight), rows for l2 beneath: R = T[:dim, :dim] is upper triangular, q = T[:dim, dim] has R^T q = g and R^T R is the
 * Gauss-Newton matrix. Below the diagonal T is 0. Rows are read once, 2 residuals dim^2 flops each; with k outputs of a design
 * 2 (dim/k + k)^2. Columns that are frozen [dim] are 0, also where J has no number there; NULL: none. LGD_EUNSUPPORTED where f is no sum
 * of squares, or has a smooth part that is not l2; LGD_EINVAL without rows. */
lgd_status lgd_objective_gauss_newton(lgd_objective *f, size_t threads, const double *w, const bool *frozen, double *T,
                                      size_t ld);

/* The same of [S R] of `design`, [n + slopes x n + slopes, ld] with n = dim/slopes: not divided by anything, and without l2. */
lgd_status lgd_objective_triangle(lgd_objective *f, size_t threads, double *T, size_t ld);

/* The same of [J r] of `jacobian` at w, [dim + 1 x dim + 1, ld]. */
lgd_status lgd_objective_jacobian_triangle(lgd_objective *f, size_t threads, const double *w, double *T, size_t ld);

/* S [count x dim/slopes, lds] and R [count x slopes] of `design`. */
lgd_status lgd_objective_design(const lgd_objective *f, const lgd_rows *rows, double *S, size_t lds, double *R);

/* g = J^T r'' of the mean, see `bend`. */
lgd_status lgd_objective_bend(lgd_objective *f, size_t threads, const double *w, const double *v, double *g);

/* Z = A w and T = A d [terms x slopes], in one pass, where the objective has scores; then *value and *slope, the derivative in
 * alpha, at w + alpha d. */
lgd_status lgd_objective_scores(lgd_objective *f, size_t threads, const double *w, const double *d, double *Z,
                                double *T);
lgd_status lgd_objective_along(lgd_objective *f, size_t threads, const double *w, const double *d, double alpha,
                               const double *Z, const double *T, double *value, double *slope);

#endif
