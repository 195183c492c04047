#include "blas/blas.h"
#include "problems.h"

static const lgd_activation activations[] = {LGD_RELU,       LGD_IDENTITY, LGD_SIGMOID, LGD_TANH,
                                             LGD_LEAKY_RELU, LGD_GELU,     LGD_SOFTPLUS};
enum { ACTIVATIONS = sizeof activations / sizeof *activations };

/* ---- by plain loops, a row at a time */

static real plain_activation(lgd_activation kind, real z)
{
    switch (kind) {
    case LGD_RELU:
        return z > 0 ? z : 0;
    case LGD_IDENTITY:
        return z;
    case LGD_SIGMOID:
        return 1 / (1 + expl(-z));
    case LGD_TANH:
        return tanhl(z);
    case LGD_LEAKY_RELU:
        return z > 0 ? z : z / 100;
    case LGD_GELU:
        return z / 2 * (1 + erfl(z / sqrtl(2)));
    case LGD_SOFTPLUS:
        return logl(1 + expl(z));
    }
    return NAN;
}

/* Scores of a row x by the formula of lgd/mlp.h. */
static void plain_scores(const lgd_objective *f, const lgd_activation *acts, size_t layers, const double *x,
                         const double *w, real *scores)
{
    real a[64];
    lgd_mlp_layer_info at;
    ck_ok(lgd_mlp_layer(f, 0, &at));
    for (size_t j = 0; j < at.inputs; j++)
        a[j] = (real)x[j];
    for (size_t l = 0; l < layers; l++) {
        ck_ok(lgd_mlp_layer(f, l, &at));
        real z[64];
        for (size_t c = 0; c < at.outputs; c++) {
            z[c] = (real)w[at.bias + c];
            for (size_t j = 0; j < at.inputs; j++)
                z[c] += (real)w[at.first + c * at.inputs + j] * a[j];
        }
        for (size_t c = 0; c < at.outputs; c++)
            a[c] = l + 1 < layers ? plain_activation(acts[l], z[c]) : z[c];
    }
    memcpy(scores, a, at.outputs * sizeof *a);
}

/* Value, gradient against differences, and predictions, of a network of every activation. */
START_TEST(perceptron_by_plain_loops_same)
{
    enum { ROWS = 37, COLS = 5, OUTPUTS = 3 };
    data d = data_create(ROWS, COLS, OUTPUTS, false, 11);
    lgd_matrix *X = NULL;
    ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
    for (size_t k = 0; k < ACTIVATIONS; k++) {
        const lgd_activation acts[2] = {activations[k], activations[(k + 3) % ACTIVATIONS]};
        const lgd_mlp_options o = {.hidden = (size_t[]){7, 6},
                                   .hidden_count = 2,
                                   .activations = acts,
                                   .outputs = OUTPUTS,
                                   .l2 = 0.25,
                                   .weights = d.weights};
        lgd_objective *f = NULL;
        ck_ok(lgd_mlp_create(&f, X, d.y, lgd_loss_half_squared(), &o));
        const size_t dim = lgd_objective_dim(f);
        ck_assert_uint_eq(dim, 7 * 5 + 6 * 7 + 3 * 6 + 7 + 6 + 3);
        double w[200], value, out[ROWS * OUTPUTS];
        fill(101 + k, dim, -1, 1, w); /* no sum is as near to 0 as the differences below go */
        ck_ok(lgd_objective_eval(f, NULL, w, &value, NULL));
        ck_ok(lgd_mlp_predict(f, X, w, out, OUTPUTS));
        real sum = 0, total = 0, squares = 0, z[64];
        for (size_t i = 0; i < ROWS; i++) {
            plain_scores(f, acts, 3, d.X + i * COLS, w, z);
            total += (real)d.weights[i];
            for (size_t c = 0; c < OUTPUTS; c++) {
                const real e = z[c] - (real)d.y[i * OUTPUTS + c];
                sum += (real)d.weights[i] * e * e / 2;
                ck_near(out[i * OUTPUTS + c], z[c], 1e-14);
            }
        }
        for (size_t j = 0; j < 7 * 5 + 6 * 7 + 3 * 6; j++)
            squares += (real)w[j] * (real)w[j];
        ck_near(value, sum / total + (real)0.125 * squares, 1e-14);
        lgd_gradient_check check;
        ck_ok(lgd_objective_check_gradient(f, w, &check));
        ck_assert_msg(check.error < 1e-7, "activation %zu: %g at %zu", k, check.error, check.worst);
        lgd_objective_free(f);
    }
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

/* Whatever the storage, the rows asked for and the precision. */
START_TEST(perceptron_storage_and_rows_same)
{
    enum { ROWS = 90, COLS = 6 };
    data d = data_create(ROWS, COLS, 2, false, 21);
    size_t index[ROWS];
    lgd_permutation(5, 0, ROWS, index);
    lgd_matrix *dense = NULL, *own = NULL;
    ck_ok(lgd_matrix_dense(&dense, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_matrix_create(&own, ROWS, COLS, &user_matrix, &d));
    double w[200], g[200], other[200], value, same;
    for (int single = 0; single < 2; single++) {
        const double near = single ? 1e-5 : 1e-13;
        const lgd_mlp_options o = {.hidden = (size_t[]){9}, .hidden_count = 1, .activation = LGD_TANH, .outputs = 2};
        lgd_mlp_options in = o;
        in.single = single;
        lgd_objective *f = NULL, *h = NULL;
        ck_ok(lgd_mlp_create(&f, dense, d.y, lgd_loss_half_squared(), &o));
        ck_ok(lgd_mlp_create(&h, single ? dense : own, d.y, lgd_loss_half_squared(), &in));
        ck_ok(lgd_mlp_initialise(f, LGD_INIT_AUTO, 3, w));
        for (int rows = 0; rows < 3; rows++) {
            const lgd_rows part = {rows ? 10 : 0, rows ? 50 : ROWS, rows == 2 ? index : NULL};
            ck_ok(lgd_objective_eval(f, &part, w, &value, g));
            ck_ok(lgd_objective_eval(h, &part, w, &same, other));
            ck_near(same, (real)value, near);
            ck_assert_double_le(difference_of(lgd_objective_dim(f), other, g), near);
        }
        lgd_objective_free(f);
        lgd_objective_free(h);
    }
    lgd_matrix_free(dense);
    lgd_matrix_free(own);
    data_free(&d);
}
END_TEST

START_TEST(perceptron_without_hidden_layers_is_a_linear_model)
{
    enum { ROWS = 40, COLS = 4 };
    data d = data_create(ROWS, COLS, 1, true, 31);
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL, *glm = NULL;
    double w[COLS + 1], g[COLS + 1], same[COLS + 1], value, also;
    ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_mlp_create(&f, X, d.y, lgd_loss_logistic(), &(lgd_mlp_options){.l2 = 0.5}));
    ck_ok(lgd_glm_create(&glm, X, d.y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.5, .intercept = true}));
    fill(7, COLS + 1, -1, 1, w);
    ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
    ck_ok(lgd_objective_eval(glm, NULL, w, &also, same));
    ck_near(value, (real)also, 1e-14);
    ck_assert_double_le(difference_of(COLS + 1, g, same), 1e-14);
    lgd_objective_free(f);
    lgd_objective_free(glm);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

START_TEST(perceptron_layer_norms_are_those_of_its_ranges)
{
    enum { ROWS = 8, COLS = 2 };
    data d = data_create(ROWS, COLS, 1, false, 41);
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_mlp_create(&f, X, d.y, lgd_loss_half_squared(),
                         &(lgd_mlp_options){.hidden = (size_t[]){3}, .hidden_count = 1}));
    const double g[13] = {3, 0, 0, 0, 0, 0, 0, 6, 0, 4, 0, 0, 8};
    double norms[2];
    ck_ok(lgd_mlp_layer_norms(f, g, norms));
    ck_assert_double_eq(norms[0], 5);
    ck_assert_double_eq(norms[1], 10);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    data_free(&d);
}
END_TEST

START_TEST(perceptron_bad_option_refused)
{
    const double x[2] = {1, 2}, y[2] = {0, NAN};
    double w[4];
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    ck_ok(lgd_matrix_dense(&X, 2, 1, x, 1));
    const lgd_loss *loss = lgd_loss_half_squared();
    ck_fails(lgd_mlp_create(&f, X, x, loss, &(lgd_mlp_options){.hidden = (size_t[]){3, 0}, .hidden_count = 2}),
             LGD_EINVAL, "hidden layer 1 (from 0) is 0");
    ck_fails(lgd_mlp_create(&f, X, x, loss, &(lgd_mlp_options){.hidden_count = 2}), LGD_EINVAL, "hidden is NULL");
    ck_fails(
        lgd_mlp_create(&f, X, x, loss,
                       &(lgd_mlp_options){.hidden = (size_t[]){3}, .hidden_count = 1, .activation = (lgd_activation)7}),
        LGD_EINVAL, "activation of hidden layer 0 (from 0) is 7");
    ck_fails(lgd_mlp_create(&f, X, x, loss, &(lgd_mlp_options){.dropout = 1}), LGD_EINVAL, "dropout is 1");
    ck_fails(lgd_mlp_create(&f, X, x, loss, &(lgd_mlp_options){.l2 = -1}), LGD_EINVAL, "l2 is -1");
    ck_fails(lgd_mlp_create(&f, X, y, loss, NULL), LGD_EINVAL, "target of row 1 is nan");
    ck_fails(lgd_mlp_create(&f, X, x, lgd_loss_find("softmax"), &(lgd_mlp_options){.outputs = 2}), LGD_EINVAL,
             "target of row 1 is 2, a whole number from 0 to 1");
    ck_fails(lgd_mlp_create(&f, X, x, loss, &(lgd_mlp_options){.weights = (double[]){0, 0}}), LGD_EINVAL,
             "all 2 rows is 0");
    ck_fails(lgd_mlp_create(&f, X, x, loss,
                            &(lgd_mlp_options){.hidden = (size_t[]){(size_t)1 << 30, (size_t)1 << 30, (size_t)1 << 30},
                                               .hidden_count = 3}),
             LGD_ERANGE, "more than an address can reach");
    ck_ok(lgd_mlp_create(&f, X, x, loss, NULL));
    ck_fails(lgd_mlp_initialise(f, (lgd_initialisation)3, 0, w), LGD_EINVAL, "kind is 3");
    ck_fails(lgd_mlp_layer(f, 1, &(lgd_mlp_layer_info){0}), LGD_EINVAL, "l is 1");
    lgd_mlp_layer_info at = {9, 9, 9, 9}; /* of a caller who knows two members of it */
    ck_ok(lgd_mlp_layer_sized(f, 0, &at, 2 * sizeof(size_t)));
    ck_assert_uint_eq(at.first, 0);
    ck_assert_uint_eq(at.inputs, 1);
    ck_assert_uint_eq(at.outputs, 9);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

START_TEST(perceptron_in_words_has_every_constant)
{
    const double x[4] = {1, 2, 3, 4}, y[2] = {0, 1};
    char text[300];
    lgd_matrix *X = NULL;
    lgd_objective *f = NULL;
    ck_ok(lgd_matrix_dense(&X, 2, 2, x, 2));
    const lgd_mlp_options o = {.hidden = (size_t[]){3, 4},
                               .hidden_count = 2,
                               .activations = (lgd_activation[]){LGD_RELU, LGD_TANH},
                               .l2 = 0.5,
                               .dropout = 0.25,
                               .single = true,
                               .weights = (double[]){1, 3}};
    ck_ok(lgd_mlp_create(&f, X, y, lgd_loss_logistic(), &o));
    ck_assert_uint_eq(lgd_objective_describe(f, text, sizeof text), strlen(text));
    ck_assert_str_eq(text, "f(w) = 1/(2 * 2) sum_i omega_i logistic(z(x_i), y_i) + 0.5/2 sum_l |W_l|^2; z of layers "
                           "2-3(relu)-4(tanh)-1; 2 rows, 30 parameters; dropout of 0.25 in steps on batches; in float");
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* Each side turned or not, in both precisions, within larger arrays, added to what is there. */
START_TEST(gemm_by_plain_loops_same)
{
    enum { M = 5, N = 7, K = 6, LD = 9 };
    double A[LD * LD], B[LD * LD], C[LD * LD], was[LD * LD];
    float a[LD * LD], b[LD * LD], c[LD * LD];
    for (int turned = 0; turned < 4; turned++) {
        const bool turn_A = turned & 1, turn_B = turned & 2;
        fill(51, LD * LD, -1, 1, A);
        fill(52, LD * LD, -1, 1, B);
        fill(53, LD * LD, -1, 1, was);
        memcpy(C, was, sizeof C);
        for (size_t i = 0; i < LD * LD; i++) {
            a[i] = (float)A[i];
            b[i] = (float)B[i];
            c[i] = (float)was[i];
        }
        lgd_blas_gemm(turn_A, turn_B, M, N, K, A, LD, B, LD, C, LD);
        lgd_blas_gemm_single(turn_A, turn_B, M, N, K, a, LD, b, LD, c, LD);
        for (size_t i = 0; i < LD; i++)
            for (size_t j = 0; j < LD; j++) {
                real sum = (real)was[i * LD + j];
                for (size_t l = 0; l < K && i < M && j < N; l++)
                    sum += (real)A[turn_A ? l * LD + i : i * LD + l] * (real)B[turn_B ? j * LD + l : l * LD + j];
                ck_near(C[i * LD + j], sum, 1e-15);
                ck_near((double)c[i * LD + j], sum, 1e-6);
            }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("perceptron");
    CASE(suite, perceptron_by_plain_loops_same);
    CASE(suite, perceptron_storage_and_rows_same);
    CASE(suite, perceptron_without_hidden_layers_is_a_linear_model);
    CASE(suite, perceptron_layer_norms_are_those_of_its_ranges);
    CASE(suite, perceptron_bad_option_refused);
    CASE(suite, perceptron_in_words_has_every_constant);
    CASE(suite, gemm_by_plain_loops_same);
    return suite_run(suite);
}
