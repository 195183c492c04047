/* Inside of a multilayer perceptron:
 *   mlp.c             the passes over a panel of rows, forward and back
 *   mlp_single.c      the same in float
 *   mlp_activation.h  what follows the sums of a layer, and its slope
 *   mlp_panel.c       rows by panels, their scratch, what is dropped out
 *   mlp_create.c      checks, creation, the ops
 *   mlp_use.c         weights to begin with, predictions, layers
 * Layers count from 0: layer l has the outputs of hidden layer l or, of the last one, the scores. */
#ifndef LGD_MLP_INSIDE_H
#define LGD_MLP_INSIDE_H
#include "lgd/mlp.h"
#include "loss/loss.h"
#include "matrix/matrix.h"
#include "objective.h"

typedef struct lgd_mlp_layer_of {
    size_t in, out;
    size_t W, b; /* where its weights and biases begin in w */
    size_t at;   /* outputs of the layers before it */
    size_t unit; /* where its outputs begin among the random numbers of a row, four to a block */
    lgd_activation activation;
} lgd_mlp_layer_of;

typedef struct lgd_mlp {
    const lgd_matrix *X;
    const double *y, *weights;
    const lgd_loss *loss;
    double l2, dropout;
    uint64_t seed, noise;    /* noise: which one the next evaluation draws; 0: none */
    bool single;             /* compute in float */
    float *X_single;         /* [rows x cols] with `single`, where X can copy its rows; else NULL */
    size_t k, t, dim, terms; /* scores and targets of a row, numbers in w, rows of positive weight */
    size_t biases, units;    /* where those begin in w; random numbers of a row */
    size_t outputs, widest;  /* of all layers together; of the widest hidden one */
    size_t largest;          /* numbers in the largest W_l */
    size_t panel;            /* rows at a time */
    bool keeps;              /* slopes S are kept */
    size_t *kept;            /* term i is row kept[i]; NULL: row i */
    lgd_pool *pool;
    size_t count; /* of layers */
    lgd_mlp_layer_of *layer;
} lgd_mlp;

/* A panel of at most rows_room rows: what belongs to them, and scratch that is cut from a block of the pool. The arrays that are void are of
 * real numbers, double or, with `single`, float; the legend in mlp.c says what they are. */
typedef struct lgd_mlp_panel {
    const lgd_matrix *matrix;
    lgd_rows rows; /* in it */
    size_t rows_room;
    const void *X;           /* A_0; NULL: the matrix has products only */
    const double *y, *omega; /* targets [p x t] and weights [p]; NULL: all 1 */
    void *A, *S, *E;         /* all A_l, and S_l, from l = 1 on, one after another; E of any */
    void *w, *G;             /* with `single`: w as floats, and dW of a layer */
    double *Z;               /* in double the same as A_L */
    double *turned, *turned_G,
        *products; /* where X is NULL: W_0^T and its gradient [n_0 x n_1], X W_0^T and then D_1 [p x n_1] */
    size_t *column,
        columns; /* where X is NULL: the columns in which rows have numbers, and those of turned and turned_G that count; */
    bool *seen;   /* [n_0] all false. NULL: all columns do */
    double *keep; /* [widest] see lgd_mlp_drop */
    void *own_X;
    double *own_y, *own_omega;
    size_t *own_row;
} lgd_mlp_panel;

/* Walks over rows, which are terms, panel by panel: visit(ctx, the panel, how many rows came before it). */
typedef lgd_status (*lgd_mlp_visit)(void *ctx, const lgd_mlp_panel *p, size_t done);
lgd_status lgd_mlp_walk(const lgd_mlp *m, const lgd_rows *rows, lgd_mlp_visit visit, void *ctx);

/* The same over all rows of any matrix, in double and without targets. */
lgd_status lgd_mlp_walk_matrix(const lgd_mlp *m, const lgd_matrix *X, lgd_mlp_visit visit, void *ctx);

/* For the i-th row of a panel: p->keep[out] = 1/(1 - dropout) for the outputs of a hidden layer that stay, 0 for the others. */
void lgd_mlp_drop(const lgd_mlp *m, const lgd_mlp_layer_of *layer, const lgd_mlp_panel *p, size_t i);

/* What is wanted of panels at w: *f += value; without f only the scores, which are left in Z. g += gradient over `by`, unless NULL, or
 * with `fresh` g = that: the first panel then writes. */
typedef struct lgd_mlp_wanted {
    const lgd_mlp *m;
    const double *w;
    double *f, *g, by;
    bool fresh;
} lgd_mlp_wanted;
lgd_status lgd_mlp_eval_panel(void *wanted, const lgd_mlp_panel *p, size_t done);
lgd_status lgd_mlp_eval_panel_single(void *wanted, const lgd_mlp_panel *p, size_t done);

/* `support` of the ops, where the matrix has `touched`. (support.c) */
size_t lgd_mlp_support(void *ctx, const lgd_rows *rows, bool *seen, size_t *index, size_t room);

/* `describe` of the ops. */
int lgd_mlp_describe(void *ctx, char *text, size_t size);

/* The perceptron that f is, or NULL with a sentence that begins with `object`. */
const lgd_mlp *lgd_mlp_of(const char *object, const lgd_objective *f);

/* Does the matrix copy its rows, so that all products are those of BLAS? Sparse ones are multiplied as they are. */
static inline bool lgd_mlp_copies(const lgd_matrix *X)
{
    return X->ops.gather && !X->ops.stored && X->ops.flags & LGD_CONCURRENT;
}

static inline size_t lgd_mlp_row(const lgd_mlp *m, size_t term)
{
    return m->kept ? m->kept[term] : term;
}

#endif
