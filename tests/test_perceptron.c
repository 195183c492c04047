/* Multilayer perceptrons: norms by layer, what is refused, the formula in words, and the products beneath. */
#include "blas/blas.h"
#include "problems.h"

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
    CASE(suite, perceptron_layer_norms_are_those_of_its_ranges);
    CASE(suite, perceptron_bad_option_refused);
    CASE(suite, perceptron_in_words_has_every_constant);
    CASE(suite, gemm_by_plain_loops_same);
    return suite_run(suite);
}
