/* Sparse rows, what conjugate gradients need of a model beside its gradient, and Newton's method with it. */
#include "matrix/matrix.h"
#include "objective/objective.h"
#include "problems.h"
#include <float.h>
#include <stdint.h>

/* A sparse matrix in every kind of numbers, and the dense one that it is. Values are numbers of single precision. */
typedef struct kinds {
    size_t m, n, *start;
    int32_t *column;
    int64_t *column_i64;
    double *value, *dense;
    float *value_f32;
} kinds;

static kinds kinds_create(uint64_t seed, size_t m, size_t n, double share)
{
    kinds k = {.m = m, .n = n, .start = lgd_alloc("test", m + 1, sizeof *k.start)};
    double *draw = lgd_alloc("test", 2 * m * n, sizeof *draw);
    k.column = lgd_alloc("test", m * n, sizeof *k.column);
    k.column_i64 = lgd_alloc("test", m * n, sizeof *k.column_i64);
    k.value = lgd_alloc("test", m * n, sizeof *k.value);
    k.value_f32 = lgd_alloc("test", m * n, sizeof *k.value_f32);
    k.dense = lgd_alloc("test", m * n, sizeof *k.dense);
    lgd_uniform(seed, 0, 2 * m * n, draw);
    for (size_t i = 0, e = 0; i < m; i++, k.start[i] = e)
        for (size_t j = 0; j < n; j++) {
            if (draw[i * n + j] >= share)
                continue;
            k.value_f32[e] = (float)(2 * draw[m * n + i * n + j] - 1);
            k.value[e] = k.dense[i * n + j] = k.value_f32[e];
            k.column[e] = (int32_t)j;
            k.column_i64[e++] = (int64_t)j;
        }
    lgd_release(draw);
    return k;
}

static void kinds_free(kinds *k)
{
    void *all[] = {k->start, k->column, k->column_i64, k->value, k->value_f32, k->dense};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        lgd_release(all[i]);
}

static lgd_matrix *create(const kinds *k, bool wide, bool single)
{
    lgd_matrix *A;
    ck_ok(lgd_matrix_csr(&A, &(lgd_csr){.rows = k->m,
                                        .cols = k->n,
                                        .row_start = k->start,
                                        .column = wide ? NULL : k->column,
                                        .column_i64 = wide ? k->column_i64 : NULL,
                                        .value = single ? NULL : k->value,
                                        .value_f32 = single ? k->value_f32 : NULL}));
    return A;
}

static lgd_matrix *dense_rows(const kinds *k)
{
    lgd_matrix *A;
    ck_ok(lgd_matrix_dense(&A, k->m, k->n, k->dense, k->n));
    ck_ok(lgd_matrix_set_kernel(A, LGD_KERNEL_ROWS));
    return A;
}

static const size_t shapes[][2] = {{1, 1}, {2, 9}, {40, 1}, {300, 20}, {70, 600}, {5, 3000}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

START_TEST(csr_every_kind_of_numbers_keeps_the_word_of_a_matrix)
{
    for (size_t s = 0; s < SHAPES; s++)
        for (int kind = 0; kind < 4; kind++) {
            kinds k = kinds_create(s + 1, shapes[s][0], shapes[s][1], 0.3);
            double error = -1, *scale = lgd_alloc("test", k.n, sizeof *scale);
            for (size_t j = 0; j < k.n; j++)
                scale[j] = 0.5 + (double)(j % 7);
            k.start[0] = 0;
            lgd_matrix *A = create(&k, kind & 1, kind & 2), *B;
            ck_assert_uint_eq(lgd_matrix_rows(A), k.m);
            ck_assert_uint_eq(lgd_matrix_cols(A), k.n);
            ck_assert_str_eq(lgd_matrix_kernel(A, 1), "sparse rows");
            ck_ok(lgd_matrix_scaled(&B, A, scale, scale));
            for (uint64_t seed = 1; seed <= 2; seed++) {
                ck_ok(lgd_matrix_check(A, seed, &error));
                ck_assert_double_le(error, 1e-12);
                ck_ok(lgd_matrix_check(B, seed, &error));
                ck_assert_double_le(error, 1e-12);
            }
            lgd_matrix_free(B);
            lgd_matrix_free(A);
            lgd_release(scale);
            kinds_free(&k);
        }
    lgd_matrix *none;
    const size_t begin = 0;
    ck_ok(lgd_matrix_csr_sized(&none, &(lgd_csr){.cols = 3, .row_start = &begin}, sizeof(lgd_csr)));
    ck_ok(lgd_matrix_forward(none, NULL, 1, (double[]){1, 2, 3}, 1, (double[]){0}, 1));
    lgd_matrix_free(none);
}
END_TEST

static bool same_bits(size_t n, const double *x, const double *y)
{
    return !memcmp(x, y, n * sizeof *x);
}

/* Zeros of either sign and numbers of every size: what is 0 in the dense matrix must not be seen. */
START_TEST(csr_scores_have_the_bits_of_dense_rows)
{
    for (size_t s = 0; s < SHAPES; s++) {
        kinds k = kinds_create(s + 20, shapes[s][0], shapes[s][1], 0.4);
        double *w = lgd_alloc("test", k.n, sizeof *w), *z = lgd_alloc("test", 2 * k.m, sizeof *z), *other = z + k.m;
        size_t *index = lgd_alloc("test", k.m, sizeof *index);
        lgd_permutation(3, 0, k.m, index);
        lgd_uniform(s, 0, k.n, w);
        for (size_t j = 0; j < k.n; j++)
            w[j] = j % 5 == 4 ? (j % 2 ? -0.0 : 0.0) : ldexp(w[j] - 0.5, (int)(j % 90) - 45);
        const lgd_rows sets[] = {
            {0, k.m, NULL}, {k.m / 3, k.m - k.m / 2, NULL}, {0, k.m, index}, {k.m / 2, k.m - k.m / 2, index}};
        lgd_matrix *A = dense_rows(&k);
        for (int kind = 0; kind < 4; kind++) {
            lgd_matrix *B = create(&k, kind & 1, kind & 2);
            for (size_t r = 0; r < 4; r++) {
                ck_ok(lgd_matrix_forward(A, &sets[r], 1, w, 1, z, 1));
                ck_ok(lgd_matrix_forward(B, &sets[r], 1, w, 1, other, 1));
                ck_assert(same_bits(sets[r].count, z, other));
            }
            lgd_matrix_free(B);
        }
        lgd_matrix_free(A);
        lgd_release(index);
        lgd_release(z);
        lgd_release(w);
        kinds_free(&k);
    }
}
END_TEST

/* Slopes that depend on the row alone; each row is to be seen once. */
typedef struct visits {
    size_t *times, most;
    double *scores;
} visits;

static lgd_status halve(void *ctx, size_t count, const size_t *position, double *Z)
{
    visits *s = ctx;
    for (size_t i = 0; i < count; i++) {
        s->times[position[i]]++;
        s->scores[position[i]] = Z[i];
        Z[i] *= 0.5;
    }
    s->most = count > s->most ? count : s->most;
    return LGD_OK;
}

START_TEST(csr_one_sweep_is_scores_slopes_and_gradient)
{
    for (size_t s = 0; s < SHAPES; s++) {
        kinds k = kinds_create(s + 40, shapes[s][0], shapes[s][1], 0.2);
        lgd_matrix *A = create(&k, s & 1, s & 2);
        double *block = lgd_alloc("test", 3 * k.n + 2 * k.m, sizeof *block);
        double *w = block, *g = w + k.n, *other = g + k.n, *z = other + k.n, *scores = z + k.m;
        visits seen = {lgd_alloc("test", k.m, sizeof *seen.times), 0, scores};
        lgd_uniform(4, 0, k.n, w);
        const lgd_rows all = {0, k.m, NULL};
        ck_ok(lgd_matrix_call_fused(A, &all, w, halve, &seen, g));
        ck_ok(lgd_matrix_forward(A, NULL, 1, w, 1, z, 1));
        ck_assert(same_bits(k.m, z, scores) && seen.most <= 64);
        for (size_t i = 0; i < k.m; i++) {
            ck_assert_uint_eq(seen.times[i], 1);
            z[i] *= 0.5;
        }
        ck_ok(lgd_matrix_adjoint(A, NULL, 1, z, 1, other, 1));
        ck_assert(same_bits(k.n, g, other));
        ck_ok(lgd_matrix_call_fused(A, &all, w, halve, &seen, NULL));
        ck_assert(same_bits(k.n, g, other) && seen.times[0] == 2);
        lgd_release(seen.times);
        lgd_release(block);
        lgd_matrix_free(A);
        kinds_free(&k);
    }
}
END_TEST

/* ---- the bits of dense rows */

/* What a run leaves: weights, values and how it ended. */
typedef struct setting {
    const lgd_loss *loss;
    size_t outputs, batch, threads;
    lgd_order order;
    const double *weights, *offset;
    const char *recipe;
    bool intercept;
} setting;

static lgd_report run_of(const lgd_matrix *A, const double *y, const setting *s, double *w)
{
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_report report;
    const lgd_glm_options of = {
        .intercept = s->intercept, .outputs = s->outputs, .weights = s->weights, .offset = s->offset};
    const lgd_minimize_options options = {.batch_size = s->batch,
                                          .order = s->order,
                                          .max_epochs = 2,
                                          .threads = s->threads,
                                          .seed = 3,
                                          .grad_tol = LGD_ZERO};
    ck_ok(lgd_glm_create(&f, A, y, s->loss, &of));
    ck_ok(lgd_optimizer_parse(&opt, s->recipe));
    for (size_t j = 0; j < lgd_objective_dim(f); j++)
        w[j] = 0.01 * (double)(j % 5);
    ck_ok(lgd_minimize(f, opt, w, &options, &report));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    return report;
}

static void expect_same_runs(const lgd_matrix *sparse, const lgd_matrix *dense, const double *y, const setting *s,
                             bool values)
{
    const size_t dim = (lgd_matrix_cols(dense) + s->intercept) * s->outputs;
    double *w = lgd_alloc("test", 2 * dim, sizeof *w), *other = w + dim;
    const lgd_report a = run_of(sparse, y, s, w), b = run_of(dense, y, s, other);
    ck_assert_msg(same_bits(dim, w, other), "%s, %zu outputs, batches of %zu, order %d, %zu threads: other weights",
                  s->recipe, s->outputs, s->batch, (int)s->order, s->threads);
    ck_assert_msg(!values || a.f == b.f, "%s, %zu outputs, batches of %zu: %.17g, %.17g", s->recipe, s->outputs,
                  s->batch, a.f, b.f);
    ck_assert(a.stop == b.stop && a.steps == b.steps && a.f < INFINITY);
    lgd_release(w);
}

/* Targets of a model with so many outputs, weights of which some are 0, offsets. */
typedef struct beside {
    double *y, *classes, *weights, *offset;
} beside;

static beside beside_create(size_t m, size_t outputs)
{
    double *block = lgd_alloc("test", (3 + outputs) * m, sizeof *block);
    const beside b = {block, block + m, block + 2 * m, block + 3 * m};
    for (size_t i = 0; i < m; i++) {
        b.y[i] = (double)(i * 7 % 10 > 4);
        b.classes[i] = (double)(i * 5 % 7 % outputs);
        b.weights[i] = i % 11 == 3 ? 0 : 0.5 + (double)(i % 4);
        for (size_t c = 0; c < outputs; c++)
            b.offset[i * outputs + c] = 0.125 * (double)(i % 3) - 0.25 * (double)c;
    }
    return b;
}

START_TEST(csr_runs_by_rows_same_bits_as_on_dense_rows)
{
    enum { OUTPUTS = 3 };
    static const size_t sizes[][2] = {{2100, 40}, {1300, 600}}, batches[] = {1, 8, 64, 1024, 0};
    static const lgd_order orders[] = {LGD_SHUFFLE, LGD_BLOCKS};
    for (size_t z = 0; z < 2; z++) {
        kinds k = kinds_create(z + 70, sizes[z][0], sizes[z][1], 0.1);
        const beside more = beside_create(k.m, OUTPUTS);
        lgd_matrix *dense = dense_rows(&k), *sparse = create(&k, z, z);
        ck_ok(lgd_matrix_set_kernel(sparse, LGD_KERNEL_ROWS));
        ck_assert_str_eq(lgd_matrix_kernel(dense, 2), "rows");
        for (int l = 0; l < 3; l++)
            for (int rich = 0; rich < 2; rich++)
                for (size_t b = 0; b < 5; b++)
                    for (size_t threads = 1; threads <= (batches[b] % 1024 ? 1 : 3); threads++) {
                        setting s = {.loss = l == 0   ? lgd_loss_logistic()
                                             : l == 1 ? lgd_loss_half_squared()
                                                      : lgd_loss_softmax(),
                                     .outputs = l == 2 ? OUTPUTS : 1,
                                     .batch = batches[b],
                                     .threads = threads,
                                     .order = orders[b % 2],
                                     .recipe = batches[b] ? "sgd:lr=0.01" : "lbfgs"};
                        if (rich) {
                            s.weights = more.weights;
                            s.offset = more.offset;
                            s.intercept = true;
                            s.order = orders[1 - b % 2];
                        }
                        expect_same_runs(sparse, dense, l == 2 ? more.classes : more.y, &s, true);
                    }
        const setting adam = {lgd_loss_softmax(), OUTPUTS, 64, 2, LGD_SHUFFLE, NULL, NULL, "adam", true};
        expect_same_runs(sparse, dense, more.classes, &adam, true);
        lgd_matrix_free(sparse);
        lgd_matrix_free(dense);
        lgd_release(more.y);
        kinds_free(&k);
    }
}
END_TEST

/* Within a chunk; values are added up by panels of the storage's own, so they are the same to rounding. */
START_TEST(csr_batches_without_a_kernel_weights_of_dense_rows)
{
    kinds k = kinds_create(80, 700, 300, 0.1);
    const beside more = beside_create(k.m, 1);
    lgd_matrix *dense = dense_rows(&k), *sparse = create(&k, false, true);
    for (size_t batch = 1; batch < 129; batch *= 2)
        for (int order = 0; order < 2; order++) {
            const setting s = {lgd_loss_logistic(), 1,   batch, 1, order ? LGD_BLOCKS : LGD_SHUFFLE, NULL, more.offset,
                               "sgd:lr=0.1",        true};
            expect_same_runs(sparse, dense, more.y, &s, false);
        }
    ck_ok(lgd_matrix_set_kernel(sparse, LGD_KERNEL_AUTO));
    ck_assert_int_eq(lgd_matrix_set_kernel(sparse, LGD_KERNEL_BLAS), LGD_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "csr: kernel is blas, rows is accepted"));
    lgd_matrix_free(sparse);
    lgd_matrix_free(dense);
    lgd_release(more.y);
    kinds_free(&k);
}
END_TEST

/* The sums that are promised, one after another, of numbers that lie apart. */
START_TEST(rows_several_outputs_sums_in_the_order_of_columns_and_rows)
{
    static const size_t sizes[][2] = {{1, 1}, {7, 9}, {33, 31}, {70, 257}, {41, 600}};
    enum { SIZES = sizeof sizes / sizeof *sizes, MOST = 9, APART = MOST + 2 };
    for (size_t z = 0; z < SIZES; z++)
        for (size_t outputs = 1; outputs <= MOST; outputs++) {
            const size_t m = sizes[z][0], n = sizes[z][1], half = m / 2;
            kinds k = kinds_create(outputs, m, n, 0.4);
            float *single = lgd_alloc("test", m * n, sizeof *single);
            size_t *index = lgd_alloc("test", m, sizeof *index);
            double *block = lgd_alloc("test", (4 * m + 4 * n) * APART, sizeof *block), *W = block, *R = W + n * APART;
            double *Z = R + m * APART, *G = Z + m * APART, *other = G + n * APART;
            lgd_uniform(outputs, 0, (m + n) * APART, W);
            lgd_permutation(2, 0, m, index);
            const lgd_rows rows = {half, m - half, index};
            for (size_t i = 0; i < rows.count; i++)
                for (size_t c = 0; c < outputs; c++)
                    for (size_t j = 0; j < n; j++) {
                        const double x = k.dense[index[half + i] * n + j];
                        Z[i * APART + c] += x * W[j * APART + c];
                        G[j * APART + c] += x * R[i * APART + c];
                    }
            for (size_t e = 0; e < m * n; e++)
                single[e] = (float)k.dense[e];
            lgd_matrix *all[3] = {dense_rows(&k), NULL, create(&k, false, false)};
            ck_ok(lgd_matrix_dense_f32(&all[1], m, n, single, n));
            for (int a = 0; a < 3; a++) {
                double error;
                ck_ok(lgd_matrix_set_kernel(all[a], LGD_KERNEL_ROWS));
                memset(other, 0, (m + n) * APART * sizeof *other);
                ck_ok(lgd_matrix_forward(all[a], &rows, outputs, W, APART, other, APART));
                ck_assert(same_bits(m * APART, Z, other));
                ck_ok(lgd_matrix_adjoint(all[a], &rows, outputs, R, APART, other + m * APART, APART));
                ck_assert(same_bits(n * APART, G, other + m * APART));
                ck_ok(lgd_matrix_check(all[a], 5, &error));
                ck_assert_double_le(error, 1e-12);
                lgd_matrix_free(all[a]);
            }
            lgd_release(block);
            lgd_release(index);
            lgd_release(single);
            kinds_free(&k);
        }
}
END_TEST

/* ---- steps of single rows */

/* Rows in an order of their own, some twice, at a rate with which w shrinks by so much; beside the dense one. */
START_TEST(csr_descent_with_l2_as_on_dense_rows_to_rounding)
{
    enum { M = 400, N = 90, STEPS = 1000 };
    static const double sets[][2] = {{0.05, 1e-6}, {0.05, 0.1}, {0.5, 1}, {0.01, 100}, {0.01, 120}};
    for (size_t z = 0; z < 5; z++)
        for (int kind = 0; kind < 4; kind++) {
            const double lr = sets[z][0], l2 = sets[z][1];
            kinds k = kinds_create(z + 90, M, N, 0.15);
            const beside more = beside_create(M, 1);
            double w[2][N + 1], value[2] = {0}, most = 0;
            size_t index[STEPS];
            for (size_t i = 0; i < STEPS; i++)
                index[i] = i * 37 % 397;
            lgd_matrix *A[2] = {create(&k, kind & 1, kind & 2), dense_rows(&k)};
            for (int a = 0; a < 2; a++) {
                lgd_objective *f;
                ck_ok(lgd_glm_create(
                    &f, A[a], more.y, lgd_loss_logistic(),
                    &(lgd_glm_options){.l2 = l2, .intercept = kind & 1, .offset = kind & 2 ? more.offset : NULL}));
                for (size_t j = 0; j <= N; j++)
                    w[a][j] = 0.1 * (double)(j % 7) - 0.2;
                ck_assert_ptr_nonnull(f->ops.descend);
                ck_assert_int_eq(f->ops.descend(f->ctx, &(lgd_rows){3, STEPS - 3, index}, lr, 1.5, w[a], &value[a]),
                                 LGD_OK);
                lgd_objective_free(f);
                lgd_matrix_free(A[a]);
            }
            for (size_t j = 0; j <= N; j++)
                most = fmax(most, fabs(w[1][j]));
            for (size_t j = 0; j <= N; j++)
                ck_assert_double_le(fabs(w[0][j] - w[1][j]), 1e-12 * most);
            ck_assert_double_le(fabs(value[0] - value[1]), 1e-11 * value[1]);
            lgd_release(more.y);
            kinds_free(&k);
        }
}
END_TEST

static lgd_status refuse_third(void *ctx, size_t count, const size_t *position, double *Z)
{
    (void)ctx;
    Z[0] = (double)count;
    return *position == 2 ? LGD_EUSER : LGD_OK;
}

/* What was stepped before a slope fails stays, in w itself. */
START_TEST(csr_descent_where_a_slope_fails_ends_there)
{
    const size_t start[] = {0, 1, 2, 3};
    const int32_t column[] = {0, 1, 2};
    const double x[] = {1, 1, 1};
    for (int l2 = 0; l2 < 2; l2++) {
        lgd_matrix *A;
        double w[] = {1, 1, 1}, smooth = -1;
        ck_ok(lgd_matrix_csr(&A, &(lgd_csr){3, 3, start, column, NULL, x, NULL}));
        const lgd_row_step step = {0.5, 1, l2, &smooth};
        ck_assert_int_eq(A->ops.descend(A->ctx, &(lgd_rows){0, 3, NULL}, &step, refuse_third, NULL, w), LGD_EUSER);
        ck_assert(w[0] == (l2 ? 0 : 0.5) && w[1] == (l2 ? -0.25 : 0.5) && w[2] == (l2 ? 0.25 : 1));
        ck_assert(smooth == (l2 ? 0.0625 : -1)); /* of the third row's point, (0, -1/4, 1/4) */
        lgd_matrix_free(A);
    }
}
END_TEST

static lgd_status no_slopes(void *ctx, size_t count, const size_t *position, double *Z)
{
    (void)ctx, (void)count, (void)position;
    Z[0] = 0;
    return LGD_OK;
}

/* On rows without numbers w shrinks by (1 - lr l2) each time; the error of that factor must not count as often. */
START_TEST(csr_descent_of_many_rows_shrinks_to_the_last_digits)
{
    enum { M = 200000 };
    const double less = 1.1e-5;
    size_t *start = lgd_alloc("test", M + 1, sizeof *start);
    double w[] = {3, -1};
    lgd_matrix *A;
    ck_ok(lgd_matrix_csr(&A, &(lgd_csr){.rows = M, .cols = 2, .row_start = start}));
    const lgd_row_step step = {1, 1, less, NULL};
    ck_assert_int_eq(A->ops.descend(A->ctx, &(lgd_rows){0, M, NULL}, &step, no_slopes, NULL, w), LGD_OK);
    ck_assert_double_le(fabs(w[0] / (3 * exp(M * log1p(-less))) - 1), 1e-14);
    ck_assert(fabs(w[0] + 3 * w[1]) <= 1e-15 * w[0]);
    lgd_matrix_free(A);
    lgd_release(start);
}
END_TEST

/* How often all of w is looked at before and after steps. */
static size_t descents;
static lgd_status (*own_descend)(void *, const lgd_rows *, const lgd_row_step *, lgd_slopes, void *, double *);

static lgd_status counted_descend(void *ctx, const lgd_rows *rows, const lgd_row_step *step, lgd_slopes slopes,
                                  void *slopes_ctx, double *w)
{
    descents++;
    return own_descend(ctx, rows, step, slopes, slopes_ctx, w);
}

/* Whether a row is left out or not. */
START_TEST(csr_descent_of_rows_of_which_some_weigh_nothing_in_one_piece)
{
    enum { M = 5000, N = 40 };
    kinds k = kinds_create(34, M, N, 0.1);
    const beside more = beside_create(M, 1);
    const lgd_glm_options of = {.l2 = 0.01, .weights = more.weights};
    double w[N] = {0};
    lgd_matrix *A = create(&k, false, false);
    lgd_objective *f;
    lgd_optimizer *sgd;
    lgd_report report;
    own_descend = A->ops.descend;
    A->ops.descend = counted_descend;
    descents = 0;
    ck_ok(lgd_glm_create(&f, A, more.y, lgd_loss_logistic(), &of));
    ck_assert_uint_lt(lgd_objective_terms(f), M);
    ck_ok(lgd_optimizer_parse(&sgd, "sgd"));
    ck_ok(lgd_minimize(f, sgd, w, &(lgd_minimize_options){.batch_size = 1, .max_epochs = 1}, &report));
    ck_assert_uint_eq(report.steps, lgd_objective_terms(f));
    ck_assert_uint_eq(descents, 1);
    lgd_optimizer_free(sgd);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    lgd_release(more.y);
    kinds_free(&k);
}
END_TEST

START_TEST(csr_touched_each_column_once_and_no_more_than_room)
{
    kinds k = kinds_create(33, 20, 50, 0.1);
    lgd_matrix *A[2] = {create(&k, false, true), create(&k, true, false)};
    const size_t index[] = {7, 3, 7, 19, 0};
    const lgd_rows sets[] = {{2, 6, NULL}, {1, 4, index}};
    for (size_t a = 0; a < 4; a++) {
        const lgd_rows *rows = &sets[a / 2];
        const lgd_matrix *B = A[a % 2];
        bool seen[50] = {false}, expected[50] = {false};
        size_t column[50], all = 0, room = 0;
        for (size_t i = rows->first; i < rows->first + rows->count; i++)
            for (size_t e = k.start[rows->index ? rows->index[i] : i];
                 e < k.start[(rows->index ? rows->index[i] : i) + 1]; e++)
                expected[k.column[e]] = true;
        const size_t first = (size_t)k.column[k.start[3]]; /* a number that both sets have is known already */
        seen[first] = true;
        ck_assert(expected[first]);
        for (size_t j = 0; j < 50; j++)
            all += expected[j] && j != first;
        ck_assert_uint_gt(all, 3);
        room = all - 2;
        ck_assert_uint_eq(B->ops.touched(B->ctx, rows, seen, column, room), SIZE_MAX);
        for (size_t i = 0; i < room; i++) {
            ck_assert(seen[column[i]] && expected[column[i]] && column[i] != first);
            seen[column[i]] = false;
        }
        for (size_t j = 0; j < 50; j++)
            ck_assert(seen[j] == (j == first));
        ck_assert_uint_eq(B->ops.touched(B->ctx, rows, seen, column, all), all);
        ck_assert(!memcmp(seen, expected, sizeof seen));
        ck_assert_uint_eq(B->ops.touched(B->ctx, rows, seen, column, 0), 0);
    }
    for (size_t a = 0; a < 2; a++)
        lgd_matrix_free(A[a]);
    kinds_free(&k);
}
END_TEST

START_TEST(csr_moments_count_the_zeros_between)
{
    kinds k = kinds_create(9, 40, 12, 0.5);
    for (size_t e = 0; e < k.start[k.m]; e++) /* a column of one value where there is one, and one that is large */
        if (k.column[e] == 3 || k.column[e] == 5)
            k.value[e] = k.column[e] == 3 ? 0 : 1e160 * k.value[e];
    for (size_t i = 0; i < k.m; i++) {
        k.dense[i * k.n + 3] = 0;
        k.dense[i * k.n + 5] *= 1e160;
    }
    lgd_matrix *A = create(&k, false, false), *B = dense_rows(&k), *C, *D;
    double shift[2][12], scale[2][12];
    bool constant[2][12];
    ck_ok(lgd_matrix_standardized(&C, A));
    ck_ok(lgd_matrix_standardized(&D, B));
    ck_ok(lgd_matrix_scaling(C, shift[0], scale[0], constant[0]));
    ck_ok(lgd_matrix_scaling(D, shift[1], scale[1], constant[1]));
    for (size_t j = 0; j < k.n; j++) {
        ck_assert_double_le(fabs(shift[0][j] - shift[1][j]), 1e-14 * scale[1][j]);
        ck_assert_double_le(fabs(scale[0][j] - scale[1][j]), 1e-14 * scale[1][j]);
        ck_assert(constant[0][j] == (j == 3) && constant[1][j] == (j == 3));
    }
    lgd_matrix_free(C);
    lgd_matrix_free(D);
    lgd_matrix_free(A);
    lgd_matrix_free(B);
    kinds_free(&k);
    const double same[] = {0.1, 0.1, 0.1}; /* whose mean in floating point is another number */
    const size_t start[] = {0, 1, 2, 3};
    const int32_t column[] = {0, 0, 0};
    lgd_matrix *E;
    ck_ok(lgd_matrix_csr(&A, &(lgd_csr){3, 1, start, column, NULL, same, NULL}));
    ck_ok(lgd_matrix_standardized(&E, A));
    ck_ok(lgd_matrix_scaling(E, shift[0], scale[0], constant[0]));
    ck_assert(shift[0][0] == 0.1 && constant[0][0]);
    lgd_matrix_free(E);
    lgd_matrix_free(A);
}
END_TEST

START_TEST(csr_bad_arrays_refused_by_place)
{
    const size_t start[] = {0, 2, 2, 3}, back[] = {0, 2, 1, 3}, far[] = {0, 2, 2, SIZE_MAX / 4};
    const double x[] = {1, 2, 3}, nan[] = {1, NAN, 3};
    const float f[] = {1, 2, INFINITY};
    const int32_t c[] = {0, 3, 1}, twice[] = {3, 3, 1}, fell[] = {3, 0, 1}, out[] = {0, 4, 1}, below[] = {0, 3, -1};
    const int64_t l[] = {0, 3, INT64_C(1) << 40};
    const struct {
        lgd_csr d;
        lgd_status status;
        const char *words;
    } wrong[] = {
        {{3, 4, NULL, c, NULL, x, NULL}, LGD_EINVAL, "csr: row_start is NULL, an array of rows + 1 numbers"},
        {{3, 0, start, c, NULL, x, NULL}, LGD_EINVAL, "csr: cols is 0"},
        {{SIZE_MAX, 4, start, c, NULL, x, NULL}, LGD_EINVAL, "csr: rows is"},
        {{3, 4, back, c, NULL, x, NULL}, LGD_EINVAL, "csr: row_start[2] is 1, at least row_start[1] = 2 is accepted"},
        {{3, 4, far, c, NULL, x, NULL}, LGD_ERANGE, "csr: row_start[3] is"},
        {{3, 4, start, NULL, NULL, x, NULL}, LGD_EINVAL, "csr: column and column_i64 are NULL, one of them"},
        {{3, 4, start, c, l, x, NULL}, LGD_EINVAL, "csr: column and column_i64 are both there, one of them"},
        {{3, 4, start, c, NULL, NULL, NULL}, LGD_EINVAL, "csr: value and value_f32 are NULL, one of them"},
        {{3, 4, start, c, NULL, x, f}, LGD_EINVAL, "csr: value and value_f32 are both there, one of them"},
        {{3, 4, start, out, NULL, x, NULL}, LGD_EINVAL, "number 1 in row 0 (from 0) is 4, 0 to 3 are accepted"},
        {{3, 4, start, below, NULL, x, NULL}, LGD_EINVAL, "number 0 in row 2 (from 0) is -1, 0 to 3 are accepted"},
        {{3, 4, start, twice, NULL, x, NULL}, LGD_EINVAL, "number 1 in row 0 (from 0) is 3 after 3, a larger one"},
        {{3, 4, start, fell, NULL, x, NULL}, LGD_EINVAL, "number 1 in row 0 (from 0) is 0 after 3, a larger one"},
        {{3, 4, start, NULL, l, x, NULL}, LGD_EINVAL, "number 0 in row 2 (from 0) is 1099511627776, 0 to 3"},
        {{3, 4, start, c, NULL, nan, NULL}, LGD_EINVAL, "the number in row 0, column 3 (from 0) is nan, finite ones"},
        {{3, 4, start, c, NULL, NULL, f}, LGD_EINVAL, "the number in row 2, column 1 (from 0) is inf, finite ones"},
    };
    lgd_matrix *A = (lgd_matrix *)(uintptr_t)1;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_int_eq(lgd_matrix_csr(&A, &wrong[i].d), wrong[i].status);
        ck_assert_msg(strstr(lgd_last_error(), wrong[i].words) != NULL, "%zu: %s", i, lgd_last_error());
        ck_assert_ptr_null(A);
    }
    ck_assert_int_eq(lgd_matrix_csr(NULL, &wrong[0].d), LGD_EINVAL);
    ck_assert_int_eq(lgd_matrix_csr(&A, NULL), LGD_EINVAL);
    const lgd_csr part = {2, 4, start + 1, c, NULL, x, NULL}; /* rows of a larger matrix */
    double z[2];
    ck_ok(lgd_matrix_csr(&A, &part));
    ck_ok(lgd_matrix_forward(A, NULL, 1, (double[]){1, 10, 100, 1000}, 1, z, 1));
    ck_assert(z[0] == 0 && z[1] == 30);
    ck_assert_int_eq(lgd_matrix_set_kernel(A, LGD_KERNEL_BLAS), LGD_EUNSUPPORTED);
    lgd_matrix_free(A);
}
END_TEST

/* ---- the diagonal, and products of what is known */

/* A model of so many outputs over the rows, in every storage, of which some weigh nothing. */
static lgd_objective *model_of(const lgd_matrix *A, const double *y, const double *weights, size_t outputs)
{
    lgd_objective *f;
    const lgd_loss *loss = outputs > 1 ? lgd_loss_softmax() : lgd_loss_logistic();
    ck_ok(lgd_glm_create(&f, A, y, loss,
                         &(lgd_glm_options){.l2 = 0.25, .intercept = true, .outputs = outputs, .weights = weights}));
    return f;
}

static void expect_second_order(lgd_objective *f, uint64_t seed)
{
    const size_t n = f->dim, each = f->slopes * f->slopes;
    double *block = lgd_alloc("test", n * n + 6 * n + f->terms * each, sizeof *block), value, of_hv = 0, of_d = 0;
    double *H = block, *w = H + n * n, *v = w + n, *g = v + n, *d = g + n, *hv = d + n, *other = hv + n, *C = other + n;
    lgd_uniform(seed, 0, 2 * n, w);
    ck_assert(lgd_objective_has_diagonal(f) && f->ops.product_of);
    ck_ok(lgd_objective_hessian(f, 1, w, &value, g, H, n));
    ck_ok(lgd_objective_product(f, 1, w, v, hv));
    ck_ok(lgd_objective_diagonal(f, 1, w, d, C));
    ck_ok(lgd_objective_product_of(f, 1, C, v, other));
    for (size_t j = 0; j < n; j++) {
        of_hv = fmax(of_hv, fabs(hv[j]));
        of_d = fmax(of_d, H[j * n + j]);
    }
    for (size_t j = 0; j < n; j++) {
        ck_assert_double_le(fabs(d[j] - H[j * n + j]), 1e-13 * of_d);
        ck_assert_double_le(fabs(other[j] - hv[j]), 1e-13 * of_hv);
    }
    memset(C, 0, f->terms * each * sizeof *C); /* one without the other */
    ck_ok(lgd_objective_diagonal(f, 1, w, NULL, C));
    ck_ok(lgd_objective_product_of(f, 1, C, v, g));
    ck_assert(same_bits(n, g, other));
    ck_ok(lgd_objective_diagonal(f, 1, w, g, NULL));
    ck_assert(same_bits(n, g, d));
    lgd_release(block);
}

START_TEST(diagonal_and_products_of_what_is_known_are_those_of_the_hessian)
{
    enum { M = 130, N = 9 };
    kinds k = kinds_create(5, M, N, 0.4);
    double y[M], weights[M], columns[M * N], shift[N] = {0.5, 0, 0.25};
    size_t index[M];
    for (size_t i = 0; i < M; i++) {
        weights[i] = i % 9 == 2 ? 0 : 0.5 + (double)(i % 4);
        for (size_t j = 0; j < N; j++)
            columns[i + j * M] = k.dense[i * N + j];
    }
    lgd_matrix *all[6];
    all[0] = create(&k, false, false);
    all[1] = dense_rows(&k);
    ck_ok(lgd_matrix_dense(&all[2], M, N, k.dense, N));
    ck_ok(lgd_matrix_set_kernel(all[2], LGD_KERNEL_BLAS));
    ck_ok(lgd_matrix_dense_columns(&all[3], M, N, columns, M));
    ck_ok(lgd_matrix_scaled(&all[4], all[1], shift, NULL));
    ck_ok(lgd_matrix_scaled(&all[5], all[0], shift, NULL));
    for (size_t a = 0; a < 6; a++)
        for (size_t outputs = 1; outputs <= 3; outputs += 2) {
            for (size_t i = 0; i < M; i++)
                y[i] = (double)(i * 7 % (outputs > 1 ? outputs : 2));
            for (int weighed = 0; weighed < 2; weighed++) {
                lgd_objective *f = model_of(all[a], y, weighed ? weights : NULL, outputs), *part;
                expect_second_order(f, a + 10);
                lgd_permutation(1, 0, f->terms, index);
                ck_ok(lgd_objective_subset(&part, f, &(lgd_rows){3, 77, index}));
                expect_second_order(part, a + 20);
                lgd_objective_free(part);
                lgd_objective_free(f);
            }
        }
    for (size_t a = 6; a-- > 0;)
        lgd_matrix_free(all[a]);
    kinds_free(&k);
}
END_TEST

/* ---- Newton's method */

typedef struct problem {
    kinds k;
    double *y;
} problem;

/* Sparse rows whose columns have sizes from 1 to 1e-3. */
static problem problem_create(size_t m, size_t n)
{
    problem p = {kinds_create(11, m, n, 0.1), lgd_alloc("test", m, sizeof *p.y)};
    lgd_uniform(12, 0, m, p.y);
    for (size_t e = 0; e < p.k.start[m]; e++)
        p.k.value[e] *= pow(10, -3.0 * (double)p.k.column[e] / (double)(n - 1));
    for (size_t i = 0; i < m; i++) {
        double z = 0;
        for (size_t e = p.k.start[i]; e < p.k.start[i + 1]; e++)
            z += p.k.value[e] * pow(10, 3.0 * (double)p.k.column[e] / (double)(n - 1)) * (p.k.column[e] % 2 ? 1 : -1);
        p.y[i] = p.y[i] < 1 / (1 + exp(-z));
    }
    return p;
}

static void problem_free(problem *p)
{
    kinds_free(&p->k);
    lgd_release(p->y);
}

static lgd_report solve(const problem *p, const char *recipe, uint64_t steps, size_t threads, double *w)
{
    lgd_matrix *A = create(&p->k, false, false);
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_report report;
    ck_ok(lgd_glm_create(&f, A, p->y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 1e-6, .intercept = true}));
    ck_ok(lgd_optimizer_parse(&opt, recipe));
    memset(w, 0, lgd_objective_dim(f) * sizeof *w);
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.grad_tol = 1e-9, .max_steps = steps, .threads = threads},
                       &report));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    return report;
}

START_TEST(newton_cg_jacobi_same_minimum_in_a_fraction_of_the_passes)
{
    enum { N = 60 };
    problem p = problem_create(1500, N);
    double w[2][N + 1];
    const lgd_report bare = solve(&p, "newton_cg", 200, 1, w[0]),
                     jacobi = solve(&p, "newton_cg:jacobi=true", 200, 1, w[1]);
    ck_assert_int_eq(bare.stop, LGD_STOP_GRAD_TOL);
    ck_assert_int_eq(jacobi.stop, LGD_STOP_GRAD_TOL);
    ck_assert_double_le(fabs(bare.f - jacobi.f), 1e-12 * bare.f);
    ck_assert_double_le(jacobi.passes, bare.passes / 2);
    const lgd_report loose = solve(&p, "newton_cg:jacobi=true,forcing=0.9", 1, 1, w[0]);
    const lgd_report sharp = solve(&p, "newton_cg:jacobi=true,forcing=0.001", 1, 1, w[1]);
    ck_assert(sharp.steps == 1 && loose.steps == 1 && sharp.passes > loose.passes + 2 && sharp.f < loose.f);
    problem_free(&p);
}
END_TEST

START_TEST(newton_cg_jacobi_same_bits_with_any_number_of_threads)
{
    enum { N = 40 };
    static const size_t threads[] = {2, 3, 4, 7, 64};
    problem p = problem_create(20000, N);
    double w[2][N + 1];
    solve(&p, "newton_cg:jacobi=true", 200, 1, w[0]);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        solve(&p, "newton_cg:jacobi=true", 200, threads[i], w[1]);
        ck_assert(same_bits(N + 1, w[0], w[1]));
    }
    problem_free(&p);
}
END_TEST

static lgd_status identity(void *ctx, const double *w, const double *r, double *pr)
{
    (void)w;
    memcpy(pr, r, *(const size_t *)ctx * sizeof *pr);
    return LGD_OK;
}

static lgd_status bowl(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx;
    *f = 0;
    for (size_t j = 0; j < dim; j++) {
        *f += w[j] * w[j];
        if (g)
            g[j] = 2 * w[j];
    }
    return LGD_OK;
}

START_TEST(newton_cg_jacobi_without_a_diagonal_or_beside_a_metric_refused)
{
    problem p = problem_create(50, 5);
    lgd_matrix *A = create(&p.k, false, false);
    lgd_objective *f, *other;
    lgd_optimizer *opt;
    size_t dim = 5;
    double w[5] = {1, 1, 1, 1, 1};
    ck_ok(lgd_function_create(&other, 5, bowl, NULL));
    ck_ok(lgd_newton_cg_create(&opt, &(lgd_newton_cg_options){.jacobi = true}));
    ck_assert_int_eq(lgd_minimize(other, opt, w, NULL, NULL), LGD_EUNSUPPORTED);
    ck_assert_msg(strstr(lgd_last_error(), "newton_cg: jacobi is true, an objective that knows the diagonal") != NULL,
                  "%s", lgd_last_error());
    lgd_optimizer_reset(opt);
    ck_ok(lgd_glm_create(&f, A, p.y, lgd_loss_logistic(), NULL));
    ck_assert_int_eq(
        lgd_minimize(f, opt, w, &(lgd_minimize_options){.precondition = identity, .precondition_ctx = &dim}, NULL),
        LGD_EINVAL);
    ck_assert_msg(strstr(lgd_last_error(), "newton_cg: jacobi is true beside a precondition") != NULL, "%s",
                  lgd_last_error());
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_objective_free(other);
    lgd_matrix_free(A);
    problem_free(&p);
}
END_TEST

static lgd_status nothing(void *ctx, const lgd_rows *rows, const double *C, const double *v, double *hv)
{
    (void)ctx, (void)rows, (void)C, (void)v, (void)hv;
    return LGD_OK;
}

static lgd_status no_difference(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *R)
{
    (void)ctx, (void)rows, (void)w, (void)f, (void)g, (void)R;
    return LGD_OK;
}

static lgd_status no_value(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    return no_difference(ctx, rows, w, f, g, NULL);
}

static void one_slope(void *ctx, size_t *slopes, double *l2)
{
    (void)ctx;
    *slopes = 1;
    *l2 = 0;
}

START_TEST(products_of_what_is_known_refused_where_nothing_says_it)
{
    lgd_objective *f;
    lgd_objective_ops ops = {.name = "own", .eval = no_value, .product_of = nothing};
    ck_fails(lgd_objective_create(&f, 1, 2, &ops, NULL), LGD_EINVAL, "own: ops.linear is NULL");
    ops.linear = one_slope;
    ops.difference = no_difference;
    ck_fails(lgd_objective_create(&f, 1, 2, &ops, NULL), LGD_EINVAL, "own: ops.diagonal is NULL");
    ck_assert_ptr_null(f);
}
END_TEST

/* ---- memory */

static size_t allocations, fail_at, live, largest;

static void *count_allocate(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
    largest = size > largest ? size : largest;
    if (++allocations == fail_at)
        return NULL;
    void *memory = aligned_alloc(alignment, size);
    live += memory != NULL;
    return memory;
}

static void count_release(void *ctx, void *memory)
{
    (void)ctx;
    live -= memory != NULL;
    free(memory);
}

static lgd_status run_once(const lgd_csr *d, const double *y)
{
    lgd_matrix *A = NULL;
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    double w[8] = {0};
    lgd_status status = lgd_matrix_csr(&A, d);
    if (!status)
        status = lgd_glm_create(&f, A, y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.1});
    if (!status)
        status = lgd_newton_cg_create(&opt, &(lgd_newton_cg_options){.jacobi = true});
    if (!status)
        status = lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 3}, NULL);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    return status;
}

START_TEST(memory_each_allocation_failing_enomem_and_no_leak)
{
    kinds k = kinds_create(2, 30, 8, 0.5);
    double y[30];
    for (size_t i = 0; i < 30; i++)
        y[i] = (double)(i % 2);
    const lgd_csr d = {30, 8, k.start, k.column, NULL, k.value, NULL};
    lgd_set_memory(&(lgd_memory){count_allocate, count_release, NULL});
    for (fail_at = 1;; fail_at++) {
        allocations = 0;
        const lgd_status status = run_once(&d, y);
        ck_assert_uint_eq(live, 0);
        if (status == LGD_OK)
            break;
        ck_assert_int_eq(status, LGD_ENOMEM);
    }
    ck_assert_uint_gt(fail_at, 8);
    lgd_set_memory(NULL);
    kinds_free(&k);
}
END_TEST

/* Scaled rows are sparse as well: a pass counts their numbers, and the diagonal has few of them dense at a time. */
START_TEST(scaled_rows_cost_what_their_numbers_do)
{
    enum { M = 400, N = 3000 };
    kinds k = kinds_create(3, M, N, 0.002);
    double y[M], bytes[2], flops[2];
    for (size_t i = 0; i < M; i++)
        y[i] = (double)(i % 2);
    lgd_matrix *A = create(&k, false, false), *B;
    ck_ok(lgd_matrix_scaled(&B, A, NULL, NULL));
    lgd_objective *f = model_of(A, y, NULL, 1), *h = model_of(B, y, NULL, 1);
    lgd_objective_cost(f, &bytes[0], &flops[0]);
    lgd_objective_cost(h, &bytes[1], &flops[1]);
    ck_assert(bytes[0] == bytes[1] && flops[0] == flops[1] && flops[0] < 4.0 * N / 100);
    lgd_objective_free(f);
    lgd_objective_free(h);
    fail_at = largest = 0;
    lgd_set_memory(&(lgd_memory){count_allocate, count_release, NULL});
    double w[N + 1] = {0}, d[N + 1];
    h = model_of(B, y, NULL, 1);
    ck_ok(lgd_objective_diagonal(h, 1, w, d, NULL));
    lgd_objective_free(h);
    lgd_set_memory(NULL);
    ck_assert_uint_lt(largest, 40 * N * sizeof(double));
    lgd_matrix_free(B);
    lgd_matrix_free(A);
    kinds_free(&k);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("csr");
    CASE(s, csr_every_kind_of_numbers_keeps_the_word_of_a_matrix);
    CASE(s, csr_scores_have_the_bits_of_dense_rows);
    CASE(s, csr_one_sweep_is_scores_slopes_and_gradient);
    CASE(s, csr_runs_by_rows_same_bits_as_on_dense_rows);
    CASE(s, csr_batches_without_a_kernel_weights_of_dense_rows);
    CASE(s, rows_several_outputs_sums_in_the_order_of_columns_and_rows);
    CASE(s, csr_descent_with_l2_as_on_dense_rows_to_rounding);
    CASE(s, csr_descent_where_a_slope_fails_ends_there);
    CASE(s, csr_descent_of_many_rows_shrinks_to_the_last_digits);
    CASE(s, csr_descent_of_rows_of_which_some_weigh_nothing_in_one_piece);
    CASE(s, csr_touched_each_column_once_and_no_more_than_room);
    CASE(s, csr_moments_count_the_zeros_between);
    CASE(s, csr_bad_arrays_refused_by_place);
    CASE(s, diagonal_and_products_of_what_is_known_are_those_of_the_hessian);
    CASE(s, newton_cg_jacobi_same_minimum_in_a_fraction_of_the_passes);
    CASE(s, newton_cg_jacobi_same_bits_with_any_number_of_threads);
    CASE(s, newton_cg_jacobi_without_a_diagonal_or_beside_a_metric_refused);
    CASE(s, products_of_what_is_known_refused_where_nothing_says_it);
    CASE(s, scaled_rows_cost_what_their_numbers_do);
    CASE(s, memory_each_allocation_failing_enomem_and_no_leak);
    return suite_run(s);
}
