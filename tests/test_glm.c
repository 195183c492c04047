#include "problems.h"

static const lgd_loss *(*const losses[])(void) = {lgd_loss_half_squared, lgd_loss_squared, lgd_loss_logistic};
static plain_loss *const plain_losses[] = {plain_half_squared, plain_squared, plain_logistic};
enum { LOSSES = sizeof losses / sizeof *losses, LOGISTIC = 2 };

/* ---- one matrix in every storage */

enum { DENSE, PADDED, COLUMNS, SCALED, USER, STORAGES };

typedef struct stored {
    lgd_matrix *X, *below;
    double *copy;
} stored;

static stored stored_create(int storage, data *d)
{
    const size_t m = d->rows, n = d->cols, ld = (storage == COLUMNS ? m : n) + 3;
    stored s = {NULL, NULL, calloc((m + 3) * (n + 3) + 1, sizeof(double))};
    double *copy = s.copy + 1, shift[64], scale[64]; /* + 1: off every vector's alignment */
    fill(109, n, -2, 2, shift);
    fill(1010, n, 0.5, 2, scale);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double x = d->X[i * n + j];
            copy[storage == COLUMNS ? i + j * ld : i * ld + j] = storage == SCALED ? x * scale[j] + shift[j] : x;
        }
    switch (storage) {
    case DENSE:
        ck_ok(lgd_matrix_dense(&s.X, m, n, d->X, n));
        break;
    case PADDED:
        ck_ok(lgd_matrix_dense(&s.X, m, n, copy, ld));
        break;
    case COLUMNS:
        ck_ok(lgd_matrix_dense_columns(&s.X, m, n, copy, ld));
        break;
    case SCALED:
        ck_ok(lgd_matrix_dense(&s.below, m, n, copy, ld));
        ck_ok(lgd_matrix_scaled(&s.X, s.below, shift, scale));
        break;
    case USER:
        ck_ok(lgd_matrix_create(&s.X, m, n, &user_matrix, d));
        break;
    }
    return s;
}

static void stored_free(stored *s)
{
    lgd_matrix_free(s->X);
    lgd_matrix_free(s->below);
    free(s->copy);
}

/* Value and gradient over all rows, a range, and an index with repeats. */
static void compare(lgd_objective *f, const plain *p, const char *what)
{
    const size_t m = p->d->rows, dim = lgd_objective_dim(f);
    double w[200], g[200], value;
    real expected_g[200];
    size_t index[100];
    fill(105, dim, -1, 1, w);
    for (size_t i = 0; i < 100; i++)
        index[i] = i * i * 37 % m;
    const lgd_rows sets[] = {{0, m, NULL}, {m / 7, m / 2, NULL}, {10, 70, index}, {m - 1, 1, NULL}};
    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
        real expected = plain_eval(p, &sets[s], w, expected_g);
        ck_ok(lgd_objective_eval(f, s ? &sets[s] : NULL, w, &value, g));
        ck_assert_msg(fabsl(value - expected) <= 1e-13L * fabsl(expected), "%s, rows %zu: f is %.17g, not %.17Lg", what,
                      s, value, expected);
        ck_assert_msg(difference(dim, g, expected_g) <= 1e-13, "%s, rows %zu: gradient is off by %.3g", what, s,
                      difference(dim, g, expected_g));
    }
}

/* features: 1 */
START_TEST(glm_every_storage_and_loss_equals_long_double_reference)
{
    static const char *const names[STORAGES] = {"dense", "padded", "columns", "scaled", "user"};
    for (size_t l = 0; l < LOSSES; l++)
        for (size_t k = 1; k <= 3; k += 2) {
            data d = data_create(1300, 13, k, l == LOGISTIC, 1);
            for (int storage = 0; storage < STORAGES; storage++) {
                stored s = stored_create(storage, &d);
                for (int rich = 0; rich < 2; rich++) {
                    const plain p = {&d, plain_losses[l], rich ? 0.3 : 0, rich, rich, rich};
                    lgd_objective *f;
                    ck_ok(lgd_glm_create(&f, s.X, d.y, losses[l](),
                                         &(lgd_glm_options){.l2 = p.l2,
                                                            .intercept = rich,
                                                            .outputs = k,
                                                            .weights = rich ? d.weights : NULL,
                                                            .offset = rich ? d.offset : NULL}));
                    ck_assert_uint_eq(lgd_objective_dim(f), (d.cols + (size_t)rich) * k);
                    ck_assert_uint_eq(lgd_objective_terms(f), d.rows);
                    compare(f, &p, names[storage]);
                    lgd_objective_free(f);
                }
                stored_free(&s);
            }
            data_free(&d);
        }
}
END_TEST

START_TEST(glm_many_chunks_equals_long_double_reference)
{
    for (size_t l = 0; l < LOSSES; l++) {
        model m = model_create(9001, 40, losses[l](), &(lgd_glm_options){.intercept = true}, 2);
        compare(m.f, &(plain){&m.d, plain_losses[l], 0, true, false, false}, "chunks");
        model_free(&m);
    }
}
END_TEST

/* ---- what the options mean */

START_TEST(l2_any_strength_spares_the_intercepts)
{
    enum { N = 5, K = 2, DIM = (N + 1) * K };
    const double l2 = 1e6;
    double w[DIM], g[DIM], plain_g[DIM], f, plain_f, squares = 0;
    model with =
        model_create(80, N, lgd_loss_squared(), &(lgd_glm_options){.l2 = l2, .intercept = true, .outputs = K}, 3);
    model without = model_create(80, N, lgd_loss_squared(), &(lgd_glm_options){.intercept = true, .outputs = K}, 3);
    fill(101, DIM, -1, 1, w);
    ck_ok(lgd_objective_eval(with.f, NULL, w, &f, g));
    ck_ok(lgd_objective_eval(without.f, NULL, w, &plain_f, plain_g));
    for (size_t j = 0; j < N * K; j++) {
        squares += w[j] * w[j];
        ck_near(g[j] / l2, plain_g[j] / l2 + w[j], 1e-15);
    }
    ck_assert(g[DIM - 2] == plain_g[DIM - 2] && g[DIM - 1] == plain_g[DIM - 1]);
    ck_near(f / l2, plain_f / l2 + 0.5 * squares, 1e-14);

    /* So strong a penalty leaves nothing but the means. */
    lgd_optimizer *opt;
    double mean[K] = {0};
    for (size_t i = 0; i < with.d.rows * K; i++)
        mean[i % K] += with.d.y[i] / (double)with.d.rows;
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.9 / l2}));
    memset(w, 0, sizeof w);
    w[DIM - 2] = mean[0] - 1e-3; /* such steps do not carry far */
    w[DIM - 1] = mean[1];
    ck_ok(lgd_minimize(with.f, opt, w, &(lgd_minimize_options){.max_epochs = 200, .grad_tol = LGD_ZERO}, NULL));
    ck_assert_double_le(fabs(w[0]) + fabs(w[N * K - 1]), 1e-5);
    ck_assert(w[DIM - 2] > mean[0] - 1e-3 && w[DIM - 2] < mean[0]); /* on its way, not pulled to 0 */
    lgd_optimizer_free(opt);
    model_free(&with);
    model_free(&without);
}
END_TEST

/* The objective on chosen rows of d, each as often as it is named, made from copies. */
typedef struct picked {
    data d;
    lgd_matrix *X;
    lgd_objective *f;
} picked;

static picked picked_create(const data *d, const size_t *rows, size_t count, const lgd_loss *loss, lgd_glm_options o)
{
    picked p = {.d = data_create(count, d->cols, d->outputs, false, 1)};
    for (size_t i = 0; i < count; i++) {
        memcpy(p.d.X + i * d->cols, d->X + rows[i] * d->cols, d->cols * sizeof *d->X);
        memcpy(p.d.y + i * d->outputs, d->y + rows[i] * d->outputs, d->outputs * sizeof *d->y);
        p.d.weights[i] = d->weights[rows[i]];
    }
    if (o.weights)
        o.weights = p.d.weights;
    ck_ok(lgd_matrix_dense(&p.X, count, d->cols, p.d.X, d->cols));
    ck_ok(lgd_glm_create(&p.f, p.X, p.d.y, loss, &o));
    return p;
}

static void picked_free(picked *p)
{
    lgd_objective_free(p->f);
    lgd_matrix_free(p->X);
    data_free(&p->d);
}

/* f and g of both at one point differ by no more than tolerance; 0: not by a bit */
static void same(lgd_objective *a, lgd_objective *b, double tolerance)
{
    double w[64], fa, fb, ga[64], gb[64];
    const size_t dim = lgd_objective_dim(a);
    ck_assert_uint_eq(lgd_objective_dim(b), dim);
    fill(108, dim, -1, 1, w);
    ck_ok(lgd_objective_eval(a, NULL, w, &fa, ga));
    ck_ok(lgd_objective_eval(b, NULL, w, &fb, gb));
    ck_assert_double_le(fabs(fa - fb), tolerance * fabs(fb));
    ck_assert_double_le(difference_of(dim, ga, gb), tolerance);
}

START_TEST(weight_two_row_twice_same_objective)
{
    enum { M = 300 };
    data d = data_create(M, 7, 1, true, 4);
    size_t rows[2 * M], count = 0;
    for (size_t i = 0; i < M; i++) {
        d.weights[i] = i % 3 == 1 ? 2 : 1;
        for (double c = 0; c < d.weights[i]; c++)
            rows[count++] = i;
    }
    lgd_glm_options o = {.l2 = 0.1, .intercept = true};
    lgd_matrix *X;
    lgd_objective *f;
    ck_ok(lgd_matrix_dense(&X, M, 7, d.X, 7));
    picked twice = picked_create(&d, rows, count, lgd_loss_logistic(), o);
    o.weights = d.weights;
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), &o));
    same(f, twice.f, 1e-12);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    picked_free(&twice);
    data_free(&d);
}
END_TEST

START_TEST(weight_zero_row_absent_bit_for_bit)
{
    enum { M = 300 };
    data d = data_create(M, 7, 1, true, 5);
    size_t rows[M], count = 0;
    for (size_t i = 0; i < M; i++)
        if (i % 4 == 1) {
            d.weights[i] = 0;
            d.y[i] = 17; /* no label, but then no row either */
        } else {
            rows[count++] = i;
        }
    const lgd_glm_options o = {.l2 = 0.1, .intercept = true, .weights = d.weights};
    lgd_matrix *X;
    lgd_objective *f;
    ck_ok(lgd_matrix_dense(&X, M, 7, d.X, 7));
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), &o));
    ck_assert_uint_eq(lgd_objective_terms(f), count);
    picked kept = picked_create(&d, rows, count, lgd_loss_logistic(), o);
    same(f, kept.f, 0);

    /* Batches count the rows there are, in ranges as in an index. */
    const size_t index[4] = {7, 3, 200, 1};
    const lgd_rows sets[] = {{100, 50, NULL}, {0, 4, index}};
    double w[8], fa, fb, ga[8], gb[8];
    fill(101, 8, -1, 1, w);
    for (size_t s = 0; s < 2; s++) {
        ck_ok(lgd_objective_eval(f, &sets[s], w, &fa, ga));
        ck_ok(lgd_objective_eval(kept.f, &sets[s], w, &fb, gb));
        ck_assert(fa == fb);
        ck_assert_mem_eq(ga, gb, sizeof ga);
    }
    lgd_objective_free(f);
    lgd_matrix_free(X);
    picked_free(&kept);
    data_free(&d);
}
END_TEST

START_TEST(offset_of_a_model_continues_it)
{
    enum { M = 200, N = 6 };
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}, 6);
    double w[N + 1], shift[N + 1], both[N + 1], offset[M], fa, fb, ga[N + 1], gb[N + 1];
    fill(101, N + 1, -1, 1, w);
    fill(102, N + 1, -1, 1, shift);
    for (size_t j = 0; j <= N; j++)
        both[j] = w[j] + shift[j];
    for (size_t i = 0; i < M; i++) {
        offset[i] = shift[N];
        for (size_t j = 0; j < N; j++)
            offset[i] += m.d.X[i * N + j] * shift[j];
    }
    lgd_objective *moved;
    ck_ok(lgd_glm_create(&moved, m.X, m.d.y, lgd_loss_logistic(),
                         &(lgd_glm_options){.intercept = true, .offset = offset}));
    ck_ok(lgd_objective_eval(m.f, NULL, both, &fa, ga));
    ck_ok(lgd_objective_eval(moved, NULL, w, &fb, gb));
    ck_near(fb, fa, 1e-13);
    ck_assert_double_le(difference_of(N + 1, gb, ga), 1e-12);
    lgd_objective_free(moved);
    model_free(&m);
}
END_TEST

START_TEST(outputs_three_equal_three_models_of_one)
{
    enum { M = 400, N = 6, K = 3 };
    for (size_t l = 0; l < LOSSES; l++) {
        model m = model_create(M, N, losses[l](), &(lgd_glm_options){.l2 = 0.2, .intercept = true, .outputs = K}, 7);
        double w[(N + 1) * K], g[(N + 1) * K], f, sum = 0;
        fill(101, (N + 1) * K, -1, 1, w);
        ck_ok(lgd_objective_eval(m.f, NULL, w, &f, g));
        for (size_t c = 0; c < K; c++) {
            double y[M], wc[N + 1], gc[N + 1], g_part[N + 1], fc;
            for (size_t i = 0; i < M; i++)
                y[i] = m.d.y[i * K + c];
            for (size_t j = 0; j <= N; j++) {
                wc[j] = w[j * K + c];
                g_part[j] = g[j * K + c];
            }
            lgd_objective *single;
            ck_ok(lgd_glm_create(&single, m.X, y, losses[l](), &(lgd_glm_options){.l2 = 0.2, .intercept = true}));
            ck_ok(lgd_objective_eval(single, NULL, wc, &fc, gc));
            ck_assert_double_le(difference_of(N + 1, g_part, gc), 1e-12);
            sum += fc;
            lgd_objective_free(single);
        }
        ck_near(f, sum, 1e-12);
        model_free(&m);
    }
}
END_TEST

START_TEST(duplicated_data_same_mean)
{
    enum { M = 250 };
    data d = data_create(M, 7, 1, true, 8);
    size_t rows[3 * M];
    for (size_t i = 0; i < 3 * M; i++)
        rows[i] = i % M;
    for (int weighted = 0; weighted < 2; weighted++) {
        const lgd_glm_options o = {.l2 = 0.1, .intercept = true, .weights = weighted ? d.weights : NULL};
        picked once = picked_create(&d, rows, M, lgd_loss_logistic(), o);
        picked thrice = picked_create(&d, rows, 3 * M, lgd_loss_logistic(), o);
        same(thrice.f, once.f, 1e-12);
        picked_free(&once);
        picked_free(&thrice);
    }
    data_free(&d);
}
END_TEST

/* ---- predictions */

START_TEST(predict_logistic_probabilities_of_new_rows)
{
    enum { M = 50, N = 4, K = 2, LD = 3 };
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .outputs = K}, 9);
    double w[(N + 1) * K], out[7 * LD], X[7 * N];
    lgd_matrix *fresh;
    fill(101, (N + 1) * K, -2, 2, w);
    fill(102, 7 * N, -2, 2, X);
    for (size_t i = 0; i < 7 * LD; i++)
        out[i] = 99;
    ck_ok(lgd_matrix_dense(&fresh, 7, N, X, N));
    ck_ok(lgd_glm_predict(m.f, fresh, w, out, LD));
    for (size_t i = 0; i < 7; i++)
        for (size_t c = 0; c < LD; c++) {
            real z = c < K ? w[N * K + c] : 0;
            for (size_t j = 0; j < N && c < K; j++)
                z += (real)X[i * N + j] * w[j * K + c];
            ck_near(out[i * LD + c], c < K ? 1 / (1 + expl(-z)) : 99, 1e-14);
        }

    ck_fails(lgd_glm_predict(m.f, fresh, w, out, K - 1), LGD_EINVAL, "predict: ld is 1, at least 2");
    ck_fails(lgd_glm_predict(m.f, fresh, w, out, (size_t)-3), LGD_EINVAL, "18446744073709551613");
    ck_fails(lgd_glm_predict(NULL, fresh, w, out, K), LGD_EINVAL, "predict: f is NULL");
    ck_fails(lgd_glm_predict(m.f, NULL, w, out, K), LGD_EINVAL, "predict: X is NULL");
    ck_fails(lgd_glm_predict(m.f, fresh, NULL, out, K), LGD_EINVAL, "predict: w is NULL");
    ck_fails(lgd_glm_predict(m.f, fresh, w, NULL, K), LGD_EINVAL, "predict: out is NULL");
    lgd_matrix_free(fresh);
    ck_ok(lgd_matrix_dense(&fresh, 7, N - 1, X, N));
    ck_fails(lgd_glm_predict(m.f, fresh, w, out, K), LGD_EINVAL, "predict: number of columns is 3, 4 is accepted");
    lgd_matrix_free(fresh);
    model_free(&m);
}
END_TEST

START_TEST(predict_on_a_function_refused)
{
    const double one = 1;
    double w = 0, out;
    quadratic q = {&one, NULL, 0};
    lgd_objective *f;
    lgd_matrix *X;
    ck_ok(lgd_matrix_dense(&X, 1, 1, &one, 1));
    ck_ok(lgd_function_create(&f, 1, quadratic_eval, &q));
    ck_fails(lgd_glm_predict(f, X, &w, &out, 1), LGD_EINVAL, "predict: f is a function");
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("glm");
    CASE(s, glm_every_storage_and_loss_equals_long_double_reference);
    CASE(s, glm_many_chunks_equals_long_double_reference);
    CASE(s, l2_any_strength_spares_the_intercepts);
    CASE(s, weight_two_row_twice_same_objective);
    CASE(s, weight_zero_row_absent_bit_for_bit);
    CASE(s, offset_of_a_model_continues_it);
    CASE(s, outputs_three_equal_three_models_of_one);
    CASE(s, duplicated_data_same_mean);
    CASE(s, predict_logistic_probabilities_of_new_rows);
    CASE(s, predict_on_a_function_refused);
    return suite_run(s);
}
