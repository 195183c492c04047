/* Networks for the suites: value and gradient by plain loops in long double, and how one is made of a few words. */
#ifndef LGD_TESTS_NETWORKS_H
#define LGD_TESTS_NETWORKS_H
#include "problems.h"

enum { MOST_LAYERS = 20, MOST_UNITS = 128, ACTIVATIONS = LGD_SOFTPLUS + 1 };

/* Loss of a row of k scores and its targets; slope [k]. */
typedef real plain_row_loss(size_t k, const real *z, const double *y, real *slope);

static inline real row_half_squared(size_t k, const real *z, const double *y, real *slope)
{
    real sum = 0;
    for (size_t c = 0; c < k; c++)
        sum += plain_half_squared(z[c], y[c], &slope[c]);
    return sum;
}

static inline real row_logistic(size_t k, const real *z, const double *y, real *slope)
{
    real sum = 0;
    for (size_t c = 0; c < k; c++)
        sum += plain_logistic(z[c], y[c], &slope[c]);
    return sum;
}

/* -log p_y for p_c = exp(z_c)/sum exp(z) */
static inline real row_softmax(size_t k, const real *z, const double *y, real *slope)
{
    real most = z[0], sum = 0;
    for (size_t c = 1; c < k; c++)
        most = fmaxl(most, z[c]);
    for (size_t c = 0; c < k; c++)
        sum += expl(z[c] - most);
    for (size_t c = 0; c < k; c++)
        slope[c] = expl(z[c] - most) / sum - (c == (size_t)*y);
    return most + logl(sum) - z[(size_t)*y];
}

static inline real plain_activation(lgd_activation kind, real z, real *slope)
{
    const real pi = acosl(-1), s = 1 / (1 + expl(-z)), t = tanhl(z), phi = (1 + erfl(z / sqrtl(2))) / 2;
    switch (kind) {
    case LGD_RELU:
        *slope = z > 0;
        return z > 0 ? z : 0;
    case LGD_IDENTITY:
        *slope = 1;
        return z;
    case LGD_SIGMOID:
        *slope = s * (1 - s);
        return s;
    case LGD_TANH:
        *slope = 1 - t * t;
        return t;
    case LGD_LEAKY_RELU:
        *slope = z > 0 ? 1 : 0.01L;
        return z > 0 ? z : z / 100;
    case LGD_GELU:
        *slope = phi + z * expl(-z * z / 2) / sqrtl(2 * pi);
        return z * phi;
    case LGD_SOFTPLUS:
        *slope = s;
        return fmaxl(z, 0) + log1pl(expl(-fabsl(z)));
    }
    ck_abort_msg("no activation %d", kind);
    return 0;
}

/* size [layers + 1] from the columns to the outputs; activation [layers - 1]; y [rows x targets]; weights [rows] or NULL. */
typedef struct plain_network {
    size_t layers, size[MOST_LAYERS + 1];
    lgd_activation activation[MOST_LAYERS];
    plain_row_loss *loss;
    size_t targets;
    double l2;
    const double *X, *y, *weights;
} plain_network;

/* Where layer l has its matrix, and its bias, by the formula of lgd/mlp.h. */
static inline void plain_layer(const plain_network *n, size_t l, size_t *first, size_t *bias)
{
    size_t at = 0;
    *first = *bias = 0;
    for (size_t k = 0; k < n->layers; k++) {
        *first = k == l ? at : *first;
        at += n->size[k] * n->size[k + 1];
    }
    for (size_t k = 0; k < l; k++)
        at += n->size[k + 1];
    *bias = at;
}

static inline size_t plain_network_dim(const plain_network *n)
{
    size_t first, bias;
    plain_layer(n, n->layers - 1, &first, &bias);
    return bias + n->size[n->layers];
}

/* One row: += weight times its value and gradient (g NULL: the value alone). */
static inline real plain_network_row(const plain_network *n, size_t row, real weight, const double *w, real *g)
{
    static real a[MOST_LAYERS + 1][MOST_UNITS], slope[MOST_LAYERS + 1][MOST_UNITS];
    size_t first, bias;
    for (size_t j = 0; j < n->size[0]; j++)
        a[0][j] = n->X[row * n->size[0] + j];
    for (size_t l = 0; l < n->layers; l++) {
        plain_layer(n, l, &first, &bias);
        for (size_t c = 0; c < n->size[l + 1]; c++) {
            real z = w[bias + c];
            for (size_t j = 0; j < n->size[l]; j++)
                z += w[first + c * n->size[l] + j] * a[l][j];
            a[l + 1][c] = l + 1 < n->layers ? plain_activation(n->activation[l], z, &slope[l + 1][c]) : z;
        }
    }
    const real value = weight * n->loss(n->size[n->layers], a[n->layers], n->y + row * n->targets, slope[n->layers]);
    for (size_t l = n->layers; g && l-- > 0;) { /* slope [l + 1] becomes d value / d z of that layer */
        plain_layer(n, l, &first, &bias);
        for (size_t c = 0; c < n->size[l + 1]; c++) {
            g[bias + c] += weight * slope[l + 1][c];
            for (size_t j = 0; j < n->size[l]; j++)
                g[first + c * n->size[l] + j] += weight * slope[l + 1][c] * a[l][j];
        }
        for (size_t j = 0; l > 0 && j < n->size[l]; j++) {
            real back = 0;
            for (size_t c = 0; c < n->size[l + 1]; c++)
                back += w[first + c * n->size[l] + j] * slope[l + 1][c];
            slope[l][j] *= back;
        }
    }
    return value;
}

/* The mean over rows index[0 .. count-1] (NULL: 0 .. count-1), where `mean` is that of all weights, and the penalty. */
static inline real plain_network_eval(const plain_network *n, const size_t *index, size_t count, real mean,
                                      const double *w, real *g)
{
    size_t first, bias;
    const size_t dim = plain_network_dim(n);
    real sum = 0;
    for (size_t j = 0; g && j < dim; j++)
        g[j] = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t row = index ? index[i] : i;
        sum += plain_network_row(n, row, n->weights ? n->weights[row] : 1, w, g);
    }
    sum /= (real)count * mean;
    for (size_t j = 0; g && j < dim; j++)
        g[j] /= (real)count * mean;
    plain_layer(n, 0, &first, &bias);
    for (size_t j = 0; j < bias; j++) {
        sum += n->l2 / 2 * (real)w[j] * w[j];
        if (g)
            g[j] += n->l2 * (real)w[j];
    }
    return sum;
}

/* The same as an objective over X, with what the options have beside its sizes, activations and L2. */
static inline lgd_objective *plain_network_made(const plain_network *n, const lgd_matrix *X, const lgd_loss *loss,
                                                lgd_mlp_options o)
{
    lgd_objective *f;
    o.hidden = n->size + 1;
    o.hidden_count = n->layers - 1;
    o.activations = n->activation;
    o.outputs = n->size[n->layers];
    o.l2 = n->l2;
    o.weights = n->weights;
    ck_ok(lgd_mlp_create(&f, X, n->y, loss, &o));
    ck_assert_uint_eq(lgd_objective_dim(f), plain_network_dim(n));
    return f;
}

#endif
