/* Multilayer perceptrons: the passes over a panel of rows.
 *
 * Legend, in order of computation: p rows, layers l = 0 .. L-1 of n_l inputs and n_{l+1} outputs, k = n_L scores, t targets a row.
 *
 *     w    [dim]          W_0 [n_1 x n_0], W_1 [n_2 x n_1], .., then b_0 [n_1], b_1 [n_2], ..
 *   forward, l = 0 .. L-1
 *     A_0  [p x n_0]      the rows of X
 *     A_l  [p x n_l]      act(A_{l-1} W_{l-1}^T + 1 b_{l-1}^T); of the last layer the scores, without act
 *     S_l  [p x n_l]      act' at those sums, where A_l does not tell it: some activations, and what is dropped out
 *   loss
 *     Z    [p x k]        the scores A_L in double; the loss turns them into slopes
 *     D_L  [p x k]        those slopes, in the place of A_L
 *   back, l = L-1 .. 0
 *     dW_l [n_{l+1} x n_l] += D_{l+1}^T A_l
 *     db_l [n_{l+1}]       += column sums of D_{l+1}
 *     E    [p x n_l]       = D_{l+1} W_l
 *     D_l  [p x n_l]       = E act'(A_l), in the place of A_l; not of A_0, which is no weight
 *
 * Everything of a layer is one array by rows, so that no product needs a copy: A W^T, D^T A and D W are the three kinds that BLAS takes as
 * they lie. A bias is where a product begins, rather than added to it.
 *
 * This file is compiled twice, for real = double and, by mlp_single.c, float. Z, db and g are double in both.
 */
#include "mlp.h"
#include "base/phases.h"
#include "blas/blas.h"

#ifdef LGD_MLP_SINGLE
typedef float real;
#define gemm lgd_blas_gemm_single
enum { IS_DOUBLE = false };
#else
typedef double real;
#define gemm lgd_blas_gemm
enum { IS_DOUBLE = true };
#endif
#include "mlp_activation.h"

/* What a pass works on: a panel of a perceptron at w. */
typedef struct pass {
    const lgd_mlp *m;
    const lgd_mlp_panel *p;
    const real *w;
    size_t rows;
    double by;  /* what slopes are divided by */
    bool fresh; /* g is written first */
} pass;

static real *values_of(const pass *of, size_t l)
{
    return (real *)of->p->A + of->p->rows_room * of->m->layer[l].at;
}

static real *slopes_of(const pass *of, size_t l)
{
    return of->p->S ? (real *)of->p->S + of->p->rows_room * of->m->layer[l].at : NULL;
}

/* A_l, what layer l is given */
static const real *inputs_of(const pass *of, size_t l)
{
    return l ? values_of(of, l - 1) : of->p->X;
}

static bool is_kept(const lgd_mlp *m, const lgd_mlp_layer_of *layer)
{
    return m->noise || keeps_slope(layer->activation);
}

/* ---- between the two kinds of numbers */

LGD_WIDE static void to_real(size_t n, const double *restrict x, real *restrict y)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] = (real)x[i];
}

LGD_WIDE static void to_double(size_t n, const real *restrict x, double *restrict y)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] = (double)x[i];
}

LGD_WIDE static void add_to_double(size_t n, const real *restrict x, double *restrict y)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        y[i] += (double)x[i];
}

/* ---- forward */

static void begin_with_bias(const pass *of, const lgd_mlp_layer_of *layer, real *Z)
{
    for (size_t i = 0; i < of->rows; i++)
        memcpy(Z + i * layer->out, of->w + layer->b, layer->out * sizeof *Z);
}

/* Z += X W_0^T where X has products only */
static lgd_status first_products(const pass *of, const lgd_mlp_layer_of *layer, real *Z)
{
    const lgd_mlp_panel *p = of->p;
    const lgd_status status =
        lgd_matrix_call_forward(p->matrix, &p->rows, layer->out, p->turned, layer->out, p->products, layer->out);
    for (size_t i = 0; i < of->rows * layer->out && !status; i++)
        Z[i] += (real)p->products[i];
    return status;
}

/* Outputs of a hidden layer that are left out become 0, their slopes too. */
static void drop(const pass *of, const lgd_mlp_layer_of *layer, real *A, real *S)
{
    if (!keeps_slope(layer->activation))
        by_value[layer->activation].slopes(of->rows * layer->out, A, S);
    for (size_t i = 0; i < of->rows; i++) {
        lgd_mlp_drop(of->m, layer, of->p, i);
        for (size_t c = 0; c < layer->out; c++) {
            A[i * layer->out + c] *= (real)of->p->keep[c];
            S[i * layer->out + c] *= (real)of->p->keep[c];
        }
    }
}

static lgd_status forward(const pass *of)
{
    const lgd_mlp *m = of->m;
    for (size_t l = 0; l < m->count; l++) {
        const lgd_mlp_layer_of *layer = &m->layer[l];
        const real *X = inputs_of(of, l);
        real *A = values_of(of, l);
        begin_with_bias(of, layer, A);
        if (X) {
            gemm(false, true, of->rows, layer->out, layer->in, X, layer->in, of->w + layer->W, layer->in, A,
                 layer->out);
        } else {
            const lgd_status status = first_products(of, layer, A);
            if (status)
                return status;
        }
        if (l + 1 == m->count)
            break;
        activate(layer->activation, of->rows * layer->out, A, slopes_of(of, l));
        if (m->noise)
            drop(of, layer, A, slopes_of(of, l));
    }
    return LGD_OK;
}

/* ---- loss */

/* Its value; the scores become slopes. */
static double loss_of(const pass *of)
{
    const lgd_mlp *m = of->m;
    const lgd_mlp_panel *p = of->p;
    const lgd_loss_ops *ops = &m->loss->ops;
    real *scores = values_of(of, m->count - 1);
    if (!IS_DOUBLE)
        to_double(of->rows * m->k, scores, p->Z);
    const double value = ops->eval(m->loss->ctx, of->rows, m->k, p->Z, m->k, p->y, p->omega);
    for (size_t i = 0; i < of->rows * m->k && of->by != 1; i++)
        p->Z[i] /= of->by;
    if (!IS_DOUBLE)
        to_real(of->rows * m->k, p->Z, scores);
    return value;
}

/* ---- back */

/* dW += D^T A, in float by way of G */
static void weight_gradient(const pass *of, const lgd_mlp_layer_of *layer, const real *D, const real *A, double *g)
{
    const size_t size = layer->out * layer->in;
    real *G = IS_DOUBLE ? (void *)(g + layer->W) : memset(of->p->G, 0, size * sizeof *G);
    gemm(true, false, layer->out, layer->in, of->rows, D, layer->out, A, layer->in, G, layer->in);
    if (!IS_DOUBLE && of->fresh)
        to_double(size, G, g + layer->W);
    else if (!IS_DOUBLE)
        add_to_double(size, G, g + layer->W);
}

/* g is 0 where it is added to. */
static void clear(const pass *of, double *g)
{
    const size_t first = IS_DOUBLE || !of->p->X ? 0 : of->m->biases;
    memset(g + first, 0, (of->m->dim - first) * sizeof *g);
}

/* The i-th of the columns that count. */
static size_t column_at(const lgd_mlp_panel *p, size_t i)
{
    return p->column ? p->column[i] : i;
}

/* dW_0 += D^T X where X has products only */
static lgd_status first_gradient(const pass *of, const lgd_mlp_layer_of *layer, const real *D, double *g)
{
    const lgd_mlp_panel *p = of->p;
    const size_t count = p->column ? p->columns : layer->in;
    to_double(of->rows * layer->out, D, p->products);
    for (size_t i = 0; i < count; i++)
        memset(p->turned_G + column_at(p, i) * layer->out, 0, layer->out * sizeof *p->turned_G);
    const lgd_status status =
        lgd_matrix_call_adjoint(p->matrix, &p->rows, layer->out, p->products, layer->out, p->turned_G, layer->out);
    for (size_t i = 0; i < count && !status; i++) {
        const size_t j = column_at(p, i);
        for (size_t c = 0; c < layer->out; c++)
            g[layer->W + c * layer->in + j] += p->turned_G[j * layer->out + c];
    }
    return status;
}

static void last_bias_gradient(const pass *of, const lgd_mlp_layer_of *layer, double *g)
{
    for (size_t i = 0; i < of->rows; i++)
        for (size_t c = 0; c < layer->out; c++)
            g[layer->b + c] += of->p->Z[i * layer->out + c];
}

/* E = D W, and of the layer below: A = E act'(A), db += its column sums */
static void back_to(const pass *of, size_t l, const lgd_mlp_layer_of *layer, const real *D, double *g)
{
    const lgd_mlp_layer_of *below = &of->m->layer[l];
    real *E = memset(of->p->E, 0, of->rows * layer->in * sizeof *E), *A = values_of(of, l);
    gemm(false, false, of->rows, layer->in, layer->out, D, layer->out, of->w + layer->W, layer->in, E, layer->in);
    if (is_kept(of->m, below))
        kept_back(of->rows, layer->in, E, slopes_of(of, l), A, g + below->b);
    else
        by_value[below->activation].back(of->rows, layer->in, E, A, g + below->b);
}

static lgd_status back(const pass *of, double *g)
{
    const lgd_mlp *m = of->m;
    lgd_status status = LGD_OK;
    if (of->fresh)
        clear(of, g);
    last_bias_gradient(of, &m->layer[m->count - 1], g);
    for (size_t l = m->count; l-- > 0 && !status;) {
        const lgd_mlp_layer_of *layer = &m->layer[l];
        const real *A = inputs_of(of, l), *D = values_of(of, l);
        if (A)
            weight_gradient(of, layer, D, A, g);
        else
            status = first_gradient(of, layer, D, g);
        if (l)
            back_to(of, l - 1, layer, D, g);
    }
    return status;
}

/* ---- all three */

/* W_0^T, as far as it is asked for; the whole of it stays for all panels of a walk. */
static void turn_first(const lgd_mlp_layer_of *first, const double *w, const lgd_mlp_panel *p, size_t done)
{
    const size_t count = p->column ? p->columns : done == 0 ? first->in : 0;
    for (size_t i = 0; i < count; i++) {
        const size_t j = column_at(p, i);
        for (size_t c = 0; c < first->out; c++)
            p->turned[j * first->out + c] = w[first->W + c * first->in + j];
    }
}

/* w as the products take it. */
static const real *weights_of(const lgd_mlp_wanted *to, const lgd_mlp_panel *p, size_t done)
{
    const lgd_mlp_layer_of *first = &to->m->layer[0];
    if (!p->X)
        turn_first(first, to->w, p, done);
    if (IS_DOUBLE)
        return (const void *)to->w;
    const size_t from = p->X ? 0 : first->in * first->out; /* W_0 comes first, and is not asked for */
    if (done == 0)
        to_real(to->m->dim - from, to->w + from, (real *)p->w + from);
    return p->w;
}

#ifdef LGD_MLP_SINGLE
lgd_status lgd_mlp_eval_panel_single(void *wanted, const lgd_mlp_panel *p, size_t done)
#else
lgd_status lgd_mlp_eval_panel(void *wanted, const lgd_mlp_panel *p, size_t done)
#endif
{
    const lgd_mlp_wanted *to = wanted;
    const pass of = {to->m, p, weights_of(to, p, done), p->rows.count, to->by, to->fresh && done == 0};
    lgd_watch watch = lgd_watch_begin();
    lgd_status status = forward(&of);
    if (status || !to->f)
        return status;
    const double begun = lgd_watch_loss_begin(&watch);
    *to->f += loss_of(&of);
    lgd_watch_loss_end(&watch, begun);
    if (to->g)
        status = back(&of, to->g);
    lgd_watch_end(&watch);
    return status;
}
