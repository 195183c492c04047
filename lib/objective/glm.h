/* Inside of a generalised linear model:
 *   glm.c            the panel loop: values, gradients, slopes
 *   glm_fused.c      the same in one sweep, where the matrix has it
 *   glm_create.c     checks, creation, predictions
 *   glm_classes.c    weights of classes; rows that are told apart
 *   glm_describe.c   the formula
 *   glm_curvature.c  bounds on the curvature, for lr = LGD_AUTO
 *   glm_hessian.c    the Hessian, and products with it
 *   glm_curve.c      its diagonal, and products where second derivatives are known
 *   glm_line.c       values along a line
 *   glm_design.c     rows as those of least squares
 *   support.c        the weights that a batch of sparse rows touches */
#ifndef LGD_GLM_INSIDE_H
#define LGD_GLM_INSIDE_H
#include "loss/loss.h"
#include "matrix/matrix.h"
#include "objective.h"

typedef struct lgd_glm {
    const lgd_matrix *X;
    const double *y;
    const lgd_loss *loss;
    lgd_glm_options o;
    size_t k, t, terms, panel;
    bool fused;    /* the matrix has its products with a vector in one sweep, and there is one output with one target */
    size_t copied; /* columns of a panel's copy of scattered rows; 0: the matrix cannot, or a row is no small thing */
    size_t *kept;  /* term i is row kept[i]; NULL: row i */
    double
        *weighed; /* [rows] weights with those of the classes in them, which o.weights then is; NULL: there are none */
    double *of_class; /* [classes] those, as they are used */
    size_t classes;
    lgd_pool *pool;
} lgd_glm;

/* The ops of every such model. */
extern const lgd_objective_ops lgd_glm_ops;

/* `curvature` of the ops, for a loss that knows its own. */
lgd_status lgd_glm_curvature(void *ctx, const lgd_rows *rows, double *all, double *term);

/* `product` and `hessian` of the ops, for a loss that has its own. */
lgd_status lgd_glm_product(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *hv);
lgd_status lgd_glm_hessian(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *H,
                           size_t ld);

/* Rows at a time so that their C_i [k x k] take no more room than a panel of X does. */
size_t lgd_glm_rows_at_once(const lgd_glm *m);

/* `diagonal` and `product_of` of the ops, for such a loss. */
lgd_status lgd_glm_diagonal(void *ctx, const lgd_rows *rows, const double *w, double *d, double *C);
lgd_status lgd_glm_product_of(void *ctx, const lgd_rows *rows, const double *C, const double *v, double *hv);

/* `panel` of the ops, where rows are sparse. */
size_t lgd_glm_chunk(void *ctx);

/* `support` of the ops, where the matrix has `touched`. */
size_t lgd_glm_support(void *ctx, const lgd_rows *rows, bool *seen, size_t *index, size_t room);

/* Weights of classes into those of the rows, whose targets the loss has nothing against. */
lgd_status lgd_glm_weigh_classes(lgd_glm *m);

/* `attained` and `describe` of the ops. */
double lgd_glm_attained(void *ctx);
int lgd_glm_describe(void *ctx, char *text, size_t size);

/* `scores` and `along` of the ops. */
lgd_status lgd_glm_scores(void *ctx, const lgd_rows *rows, const double *w, const double *d, double *Z, double *T);
lgd_status lgd_glm_along(void *ctx, const lgd_rows *rows, double alpha, const double *Z, const double *T, double *f,
                         double *slope);

/* `design` of the ops, for a squared loss, and `rows` of the objective. */
lgd_status lgd_glm_design(void *ctx, const lgd_rows *rows, double *S, size_t lds, double *R);
lgd_status lgd_glm_design_apart(void *ctx, const lgd_rows *rows, double *S, size_t lds, double *R, double *omega);

/* A panel, and its scratch that is cut from a block of the pool.
 *   Z          [rows x k] scores, then slopes
 *   y, weight  those of its rows; weight is NULL where all are 1
 *   X          a copy of its rows, with `copies`
 *   more       what the walk was asked for beside */
typedef struct lgd_panel {
    double *Z, *X, *more;
    const double *y, *weight;
    bool copies;
    double *own_y, *own_weight;
    size_t *row;
} lgd_panel;

/* Walks over rows, which are terms, panel by panel: visit(ctx, rows of the matrix, the panel, how many rows came before it). `more`
 * numbers are lent beside the panel. */
typedef lgd_status (*lgd_visit)(void *ctx, const lgd_rows *rows, const lgd_panel *p, size_t done);
lgd_status lgd_glm_walk(const lgd_glm *m, const lgd_rows *rows, size_t more, lgd_visit visit, void *ctx);

/* The same for who needs no product with X, which is not copied. */
lgd_status lgd_glm_walk_targets(const lgd_glm *m, const lgd_rows *rows, lgd_visit visit, void *ctx);

/* Of a panel: Z = X w, and with `whole` the offsets beside (a direction has none); g += X^T Z. Intercepts included. */
lgd_status lgd_glm_forward(const lgd_glm *m, const lgd_rows *rows, const lgd_panel *p, const double *w, bool whole,
                           double *Z);
lgd_status lgd_glm_adjoint(const lgd_glm *m, const lgd_rows *rows, const lgd_panel *p, const double *Z, double *g);

/* What is wanted of rows at w.
 *   f  += the value, or with U what U leaves of Fenchel's inequality
 *   g  += the gradient, unless NULL
 *   R   [rows x k] or NULL: slopes that are subtracted from those at w, and replaced by them
 *   U   [rows x k] or NULL */
typedef struct lgd_glm_wanted {
    const lgd_glm *m;
    const double *w;
    double *f, *g, *R;
    const double *U;
} lgd_glm_wanted;

/* That, of a model that is `fused`; and `descend` of the ops. */
lgd_status lgd_glm_sweep(const lgd_rows *rows, lgd_glm_wanted *to);
lgd_status lgd_glm_descend(void *ctx, const lgd_rows *rows, double lr, double mean_weight, double *w, double *f);

/* The rows of a panel, dense, to X [rows x cols]; `room` has lgd_glm_rows_room numbers, for a matrix that only has products. */
size_t lgd_glm_rows_room(const lgd_glm *m);
lgd_status lgd_glm_rows(const lgd_glm *m, const lgd_rows *rows, const lgd_panel *p, double *room, double *X);

static inline size_t lgd_glm_row(const lgd_glm *m, size_t term)
{
    return m->kept ? m->kept[term] : term;
}

#endif
