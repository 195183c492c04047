/* Multilayer perceptrons: layers of sums, each but the last followed by a function of every sum.
 *
 *     a_0 = x,   z_l = W_l a_{l-1} + b_l,   a_l = act_l(z_l),   scores z_L
 *     f(w) = 1/(m omega) sum_i omega_i loss(z_L(x_i), y_i) + l2/2 sum_l |W_l|^2
 *
 * Layers are l = 1 .. L = hidden_count + 1, of n_l outputs and n_{l-1} inputs; n_0 is the number of columns. All weights lie in one
 * array w, first the matrices, then the biases, of which nothing is penalised:
 *
 *     w = [ W_1 [n_1 x n_0] | W_2 [n_2 x n_1] | ... | W_L [n_L x n_{L-1}] | b_1 [n_1] | ... | b_L [n_L] ]
 *
 * Each W_l lies by rows, a row for an output, as PyTorch has it; lgd_mlp_layer says where. Without hidden layers and with one output w is
 * that of a generalised linear model with intercept.
 *
 * Value and gradient are computed by backpropagation (D. Rumelhart, G. Hinton, R. Williams, "Learning representations by back-propagating
 * errors", Nature 323, 1986): with N = sum_l n_l n_{l-1} weights, of which N_1 are of the first layer, a value costs 2 m N flops and a
 * gradient 6 m N - 2 m N_1, at most three times as much.
 */
#ifndef LGD_MLP_H
#define LGD_MLP_H
#include "loss.h"
#include "objective.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What follows the sums z of a hidden layer.
 *   LGD_RELU        max(z, 0), whose slope at 0 is taken as 0 (V. Nair, G. Hinton, ICML 2010)
 *   LGD_IDENTITY    z
 *   LGD_SIGMOID     1/(1 + exp(-z))
 *   LGD_TANH        tanh(z)
 *   LGD_LEAKY_RELU  z for z > 0, else z/100 (A. Maas, A. Hannun, A. Ng, ICML 2013)
 *   LGD_GELU        z Phi(z) = z/2 (1 + erf(z/sqrt 2)), exact (D. Hendrycks, K. Gimpel, arXiv:1606.08415)
 *   LGD_SOFTPLUS    log(1 + exp(z)) */
typedef enum lgd_activation {
    LGD_RELU,
    LGD_IDENTITY,
    LGD_SIGMOID,
    LGD_TANH,
    LGD_LEAKY_RELU,
    LGD_GELU,
    LGD_SOFTPLUS
} lgd_activation;

/* Options of a multilayer perceptron. A zeroed struct, or NULL: no hidden layer, one output, no penalty.
 *
 * hidden       [hidden_count] >= 1: outputs of each hidden layer, in the order from X to the scores. Read at creation only
 * hidden_count hidden layers; 0: a generalised linear model with intercept
 * activation   what follows each of them
 * activations  [hidden_count] one for each, in its place. Read at creation only; NULL: all have `activation`
 * outputs      scores per row; 0: 1
 * l2           strength >= 0 of l2/2 sum_l |W_l|^2; biases are spared
 * dropout      probability in [0, 1) by which each output of a hidden layer is 0 for a row in a step on a batch, the others being divided
 *              by 1 - dropout (N. Srivastava et al., J. Mach. Learn. Res. 15, 2014, in its inverted form). In full batch, and wherever a
 *              value is judged, reported or predicted, nothing is left out
 * seed         of what is left out, which is a function of seed, step, row and unit, the same for any number of threads
 * single       compute in float: twice the speed for seven digits. w, g, the loss and the sums over rows beyond a panel stay double. If X
 *              can copy its rows (`gather`), they are converted once, at creation, which takes rows*cols floats; numbers beyond the
 *              range of float are then refused
 * weights      [rows] >= 0, borrowed; NULL: all 1. Rows of weight 0 are left out for good, as in lgd_glm_options */
typedef struct lgd_mlp_options {
    const size_t *hidden;
    size_t hidden_count;
    lgd_activation activation;
    const lgd_activation *activations;
    size_t outputs;
    double l2;
    double dropout;
    uint64_t seed;
    bool single;
    const double *weights;
} lgd_mlp_options;

/* A multilayer perceptron as an objective. X [m x n_0], of any storage, and y [m x targets of the loss] are borrowed. Errors: LGD_EINVAL
 * for NULL, a hidden layer without outputs or with an unknown activation (by its index from 0), l2 < 0, dropout outside [0, 1), and the
 * first weight or target that is not legal, by row; LGD_ERANGE for more weights than an address can reach. An evaluation takes rows by
 * panels of up to 512, two of them by one thread, with scratch that is made at the first one: for a panel of p rows
 * p (n_0 + 2 sum_l n_l + max_l n_l) numbers at most, with `single` also w and the largest W_l as floats, for an X without `gather` also
 * W_1 twice. */
LGD_API lgd_status lgd_mlp_create_sized(lgd_objective **out, const lgd_matrix *X, const double *y, const lgd_loss *loss,
                                        const lgd_mlp_options *options, size_t options_size);
static inline lgd_status lgd_mlp_create(lgd_objective **out, const lgd_matrix *X, const double *y, const lgd_loss *loss,
                                        const lgd_mlp_options *options)
{
    return lgd_mlp_create_sized(out, X, y, loss, options, sizeof *options);
}

/* How weights begin. Each W_l is uniform in (-r, r) with r = sqrt(3 v) and the variance v
 *   LGD_INIT_AUTO    by the activation that follows: He for ReLU, leaky ReLU, GELU and softplus, Glorot for the others and the last layer
 *   LGD_INIT_HE      2/n_{l-1} (K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV 2015, equation 10)
 *   LGD_INIT_GLOROT  2/(n_{l-1} + n_l) (X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
 *                    AISTATS 2010, equations 12 and 16) */
typedef enum lgd_initialisation { LGD_INIT_AUTO, LGD_INIT_HE, LGD_INIT_GLOROT } lgd_initialisation;

/* Sets w[dim] of a perceptron made by lgd_mlp_create: weights at random, biases 0. W_l[i] is r (2u - 1) for the u of lgd_uniform with this
 * seed at the position of that weight in w, so networks of the same shape begin alike. LGD_EINVAL for NULL, another objective, an unknown
 * kind. */
LGD_API lgd_status lgd_mlp_initialise(lgd_objective *f, lgd_initialisation kind, uint64_t seed, double *w);

/* Predictions link(scores) of a perceptron at w for the rows of any X of the same columns: out [rows of X x outputs, ld >= outputs]. In
 * double, also with `single`; nothing is dropped out. */
LGD_API lgd_status lgd_mlp_predict(lgd_objective *f, const lgd_matrix *X, const double *w, double *out, size_t ld);

/* Where layer l of a perceptron lies in w.
 *   first    W_l begins at w[first], outputs x inputs numbers by rows
 *   inputs   n_{l-1}
 *   outputs  n_l
 *   bias     b_l begins at w[bias], outputs numbers */
typedef struct lgd_mlp_layer_info {
    size_t first, inputs, outputs, bias;
} lgd_mlp_layer_info;

/* Layer l from 0, the first hidden one, to hidden_count, the last. LGD_EINVAL beyond. */
LGD_API lgd_status lgd_mlp_layer_sized(const lgd_objective *f, size_t l, lgd_mlp_layer_info *info, size_t info_size);
static inline lgd_status lgd_mlp_layer(const lgd_objective *f, size_t l, lgd_mlp_layer_info *info)
{
    return lgd_mlp_layer_sized(f, l, info, sizeof *info);
}

/* norms[hidden_count + 1] = |(W_l, b_l)|_2 of each layer of g[dim], a gradient or a point: whether gradients vanish or explode on their
 * way back. */
LGD_API lgd_status lgd_mlp_layer_norms(const lgd_objective *f, const double *g, double *norms);

#ifdef __cplusplus
}
#endif
#endif
