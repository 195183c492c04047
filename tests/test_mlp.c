/* Perceptrons: value and gradient beside plain loops in long double, differences and PyTorch; storage, weights, batches. */
#include "loss/loss.h"
#include "networks.h"
#include "objective/objective.h"
#include "reference/mlp.h"

enum { ROWS = 300, COLS = 5, OUTPUTS = 3 };

/* ---- data and networks */

typedef struct loss_case {
    const lgd_loss *(*loss)(void);
    plain_row_loss *plain;
    bool classes; /* one target a row */
} loss_case;
static const loss_case losses[] = {{lgd_loss_half_squared, row_half_squared, false},
                                   {lgd_loss_logistic, row_logistic, false},
                                   {lgd_loss_softmax, row_softmax, true}};
enum { LOSSES = sizeof losses / sizeof *losses };

/* rows x COLS data, and targets that suit a loss of the table. */
typedef struct rows_of {
    size_t rows;
    double *X, *y, *weights;
    lgd_matrix *A;
} rows_of;

static rows_of rows_create(size_t rows, const loss_case *l, uint64_t seed)
{
    rows_of d = {rows, calloc(rows * COLS, sizeof(double)), calloc(rows * OUTPUTS, sizeof(double)),
                 calloc(rows, sizeof(double)), NULL};
    ck_assert(d.X && d.y && d.weights);
    fill(seed, rows * COLS, -2, 2, d.X);
    fill(seed + 1, rows, 0.5, 2.5, d.weights);
    fill(seed + 2, rows * OUTPUTS, -2, 2, d.y);
    for (size_t i = 0; i < rows * OUTPUTS && l->loss != lgd_loss_half_squared; i++)
        d.y[i] = l->classes ? (double)(i * i % 7 % OUTPUTS) : d.y[i] > 0;
    ck_ok(lgd_matrix_dense(&d.A, rows, COLS, d.X, COLS));
    return d;
}

static void rows_free(rows_of *d)
{
    lgd_matrix_free(d->A);
    free(d->X);
    free(d->y);
    free(d->weights);
}

static plain_network network(const rows_of *d, const loss_case *l, lgd_activation first, lgd_activation second)
{
    return (plain_network){.layers = 3,
                           .size = {COLS, 7, 4, OUTPUTS},
                           .activation = {first, second},
                           .loss = l->plain,
                           .targets = l->classes ? 1 : OUTPUTS,
                           .X = d->X,
                           .y = d->y};
}

enum { DIM = (COLS + 1) * 7 + 8 * 4 + 5 * OUTPUTS };

/* ---- value and gradient */

/* features: 10 */
START_TEST(mlp_every_activation_equals_long_double_loops)
{
    double w[DIM], g[DIM], value;
    real exact[DIM];
    fill(9, DIM, -1, 1, w);
    for (size_t k = 0; k < LOSSES * ACTIVATIONS * 2; k++) {
        const loss_case *l = &losses[k / 2 % LOSSES];
        rows_of d = rows_create(ROWS, l, 20);
        plain_network n = network(&d, l, (lgd_activation)(k / 2 / LOSSES), (lgd_activation)(k % ACTIVATIONS));
        real mean = 1;
        n.l2 = 0.1;
        if (k % 2) {
            n.weights = d.weights;
            mean = 0;
            for (size_t i = 0; i < ROWS; i++)
                mean += d.weights[i] / (real)ROWS;
        }
        lgd_objective *f = plain_network_made(&n, d.A, l->loss(), (lgd_mlp_options){.single = false});
        ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
        ck_near(value, plain_network_eval(&n, NULL, ROWS, mean, w, exact), 1e-12);
        ck_assert_double_le(difference(DIM, g, exact), 1e-12);
        for (size_t j = 0; j < DIM; j++)
            ck_near(g[j], exact[j], 1e-12);

        /* Some rows, or one, in an order of their own; the value alone. */
        const size_t index[6] = {0, 250, 3, 3, 299, 17};
        for (size_t count = 1; count <= 5; count += 4) {
            double alone;
            ck_ok(lgd_objective_eval(f, &(lgd_rows){1, count, index}, w, &value, g));
            ck_near(value, plain_network_eval(&n, index + 1, count, mean, w, exact), 1e-12);
            ck_assert_double_le(difference(DIM, g, exact), 1e-12);
            ck_ok(lgd_objective_eval(f, &(lgd_rows){1, count, index}, w, &alone, NULL));
            ck_assert(alone == value);
        }
        lgd_objective_free(f);
        rows_free(&d);
    }
}
END_TEST

/* Many panels, and layers wider than what is multiplied at once. */
START_TEST(mlp_many_rows_and_wide_layers_equal_long_double_loops)
{
    static const struct {
        size_t rows, hidden;
    } cases[] = {{20000, 6}, {150, 120}};
    for (size_t i = 0; i < 2; i++) {
        rows_of d = rows_create(cases[i].rows, &losses[2], 30);
        plain_network n = network(&d, &losses[2], LGD_TANH, LGD_RELU);
        n.size[1] = n.size[2] = cases[i].hidden;
        const size_t dim = plain_network_dim(&n);
        double *w = calloc(2 * dim, sizeof *w), *g = w + dim, value;
        real *exact = calloc(dim, sizeof *exact);
        ck_assert(w && exact);
        fill(9, dim, -0.3, 0.3, w);
        lgd_objective *f = plain_network_made(&n, d.A, lgd_loss_softmax(), (lgd_mlp_options){.single = false});
        ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
        ck_near(value, plain_network_eval(&n, NULL, d.rows, 1, w, exact), 1e-12);
        ck_assert_double_le(difference(dim, g, exact), 1e-12);
        lgd_objective_free(f);
        free(exact);
        free(w);
        rows_free(&d);
    }
}
END_TEST

/* Sums of every size: no overflow on the way, and no number that is none. */
START_TEST(mlp_huge_and_tiny_sums_finite)
{
    static const double sizes[] = {1e-300, 1e-20, 30, 800, 1e150};
    for (size_t k = 0; k < ACTIVATIONS; k++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            for (double sign = -1; sign <= 1; sign += 2) {
                const double X[2] = {sign, sign / 2}, y[2] = {0, 1};
                const double w[4] = {sizes[s], 1e-3, 0, 0}; /* a unit, an output */
                double g[4], value;
                real exact[4];
                const plain_network n = {.layers = 2,
                                         .size = {1, 1, 1},
                                         .activation = {(lgd_activation)k},
                                         .loss = row_logistic,
                                         .targets = 1,
                                         .X = X,
                                         .y = y};
                lgd_matrix *A;
                ck_ok(lgd_matrix_dense(&A, 2, 1, X, 1));
                lgd_objective *f = plain_network_made(&n, A, lgd_loss_logistic(), (lgd_mlp_options){.single = false});
                ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
                const real expected = plain_network_eval(&n, NULL, 2, 1, w, exact);
                ck_assert_double_le((double)(fabsl(value - expected) / expected), 1e-14);
                for (size_t j = 0; j < 4; j++)
                    ck_assert_msg(fabsl(g[j] - exact[j]) <= 1e-14L * (fabsl(exact[j]) + 1),
                                  "%zu, %g: g[%zu] is %g, not %Lg", k, sign * sizes[s], j, g[j], exact[j]);
                lgd_objective_free(f);
                lgd_matrix_free(A);
            }
}
END_TEST

/* Targets that a loss accepts: the first that do of numbers, positive numbers, classes and labels. */
static void targets_for(const lgd_loss *loss, size_t rows, double *y)
{
    const size_t count = rows * lgd_loss_targets(loss, OUTPUTS);
    const char *accepted;
    for (int kind = 0; kind < 4; kind++) {
        for (size_t i = 0; i < count; i++) {
            const double u = sin(1.7 * (double)i + 0.3);
            y[i] = kind == 0 ? 1.5 * u : kind == 1 ? 2 + u : kind == 2 ? (double)(i % OUTPUTS) : u > 0;
        }
        if (!loss->ops.check || loss->ops.check(loss->ctx, rows, OUTPUTS, y, &accepted) == count)
            return;
    }
    ck_abort_msg("%s: no targets that it accepts", lgd_loss_name(loss));
}

/* features: 10 */
START_TEST(gradient_every_activation_and_loss_by_differences)
{
    enum { FEW = 9 };
    const double h = 2e-6;
    double X[FEW * COLS], y[FEW * OUTPUTS], w[DIM], g[DIM], v[DIM], above, below;
    const lgd_loss *loss;
    lgd_matrix *A;
    fill(40, FEW * COLS, -1, 1, X);
    fill(41, DIM, -0.8, 0.8, w);
    ck_ok(lgd_matrix_dense(&A, FEW, COLS, X, COLS));
    for (size_t i = 0; (loss = lgd_loss_builtin(i)); i++) {
        targets_for(loss, FEW, y);
        for (size_t k = 0; k < ACTIVATIONS; k++) {
            const size_t hidden[2] = {7, 4};
            lgd_objective *f;
            ck_ok(lgd_mlp_create(&f, A, y, loss,
                                 &(lgd_mlp_options){.hidden = hidden,
                                                    .hidden_count = 2,
                                                    .activation = (lgd_activation)k,
                                                    .outputs = OUTPUTS,
                                                    .l2 = 0.01}));
            ck_ok(lgd_objective_eval(f, NULL, w, NULL, g));
            for (size_t l = 0; l < 3; l++) {
                lgd_mlp_layer_info at;
                ck_ok(lgd_mlp_layer(f, l, &at));
                double worst = 0, largest = 0;
                for (size_t j = 0; j < DIM; j++) {
                    if (!(j >= at.first && j < at.first + at.inputs * at.outputs) &&
                        !(j >= at.bias && j < at.bias + at.outputs))
                        continue;
                    memcpy(v, w, sizeof w);
                    v[j] = w[j] + h;
                    ck_ok(lgd_objective_eval(f, NULL, v, &above, NULL));
                    v[j] = w[j] - h;
                    ck_ok(lgd_objective_eval(f, NULL, v, &below, NULL));
                    worst = fmax(worst, fabs(g[j] - (above - below) / (2 * h)));
                    largest = fmax(largest, fabs(g[j]));
                }
                ck_assert_msg(largest > 0 && worst < 1e-6 * largest, "%s, activation %zu, layer %zu: off by %g of %g",
                              lgd_loss_name(loss), k, l, worst, largest);
            }
            lgd_objective_free(f);
        }
    }
    lgd_matrix_free(A);
}
END_TEST

/* ---- PyTorch */

static double mlp_number(uint32_t seed, uint32_t k)
{
    uint32_t x = (k + 1) * 2654435761u + seed * 2246822519u;
    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    x *= 3266489917u;
    return ((x ^ x >> 16) >> 8) / 0x1p24;
}

static lgd_activation activation_named(const char *name)
{
    static const char *const names[ACTIVATIONS] = {"relu",       "identity", "sigmoid", "tanh",
                                                   "leaky_relu", "gelu",     "softplus"};
    for (size_t k = 0; k < ACTIVATIONS; k++)
        if (!strcmp(names[k], name))
            return (lgd_activation)k;
    ck_abort_msg("no activation %s", name);
    return LGD_IDENTITY;
}

/* Data, targets and weights of a trace, which are those of record_mlp.py: there the matrix of a layer [inputs x outputs], then its
 * biases, layer by layer. */
typedef struct traced {
    double X[50 * 6], y[50 * 4], w[200];
    lgd_matrix *A;
    lgd_objective *f;
} traced;

static void traced_create(traced *r, size_t place)
{
    const mlp_trace *t = &mlp_traces[place];
    const uint32_t seed = 4 * (uint32_t)place;
    const size_t outputs = t->size[t->layers];
    const bool classes = !strcmp(t->loss, "softmax"), labels = !strcmp(t->loss, "logistic");
    const lgd_mlp_options o = {.hidden = t->size + 1,
                               .hidden_count = t->layers - 1,
                               .activation = activation_named(t->activation),
                               .outputs = outputs,
                               .l2 = t->l2};
    for (size_t i = 0; i < t->rows * t->size[0]; i++)
        r->X[i] = 4 * mlp_number(seed + 2, (uint32_t)i) - 2;
    for (size_t i = 0; i < t->rows * (classes ? 1 : outputs); i++) {
        const double u = mlp_number(seed + 3, (uint32_t)i);
        r->y[i] = classes ? floor((double)outputs * u) : labels ? floor(2 * u) : 4 * u - 2;
    }
    ck_ok(lgd_matrix_dense(&r->A, t->rows, t->size[0], r->X, t->size[0]));
    ck_ok(lgd_mlp_create(&r->f, r->A, r->y, lgd_loss_find(t->loss), &o));
    ck_assert_uint_le(lgd_objective_dim(r->f), sizeof r->w / sizeof *r->w);
    uint32_t at = 0;
    for (size_t l = 0; l < t->layers; l++) {
        lgd_mlp_layer_info layer;
        ck_ok(lgd_mlp_layer(r->f, l, &layer));
        ck_assert(layer.inputs == t->size[l] && layer.outputs == t->size[l + 1]);
        for (size_t j = 0; j < layer.inputs; j++)
            for (size_t c = 0; c < layer.outputs; c++)
                r->w[layer.first + c * layer.inputs + j] = 2 * mlp_number(seed + 1, at++) - 1;
        for (size_t c = 0; c < layer.outputs; c++)
            r->w[layer.bias + c] = mlp_number(seed + 1, at++) - 0.5;
    }
}

static void traced_free(traced *r)
{
    lgd_objective_free(r->f);
    lgd_matrix_free(r->A);
}

/* features: 9, 10 */
START_TEST(mlp_a_hundred_steps_of_adam_as_pytorch)
{
    static traced r;
    for (size_t place = 0; place < sizeof mlp_traces / sizeof *mlp_traces; place++) {
        const mlp_trace *t = &mlp_traces[place];
        lgd_optimizer *adam;
        double g[200], value;
        traced_create(&r, place);
        ck_ok(lgd_optimizer_parse(&adam, "adam:lr=0.01"));
        for (size_t step = 0; step < MLP_STEPS; step++) {
            const lgd_rows batch = {step * t->batch % (t->rows / t->batch * t->batch), t->batch, NULL};
            ck_ok(lgd_objective_eval(r.f, &batch, r.w, &value, g));
            ck_assert_msg(fabs(value - t->f[step]) <= t->tolerance * t->f[step], "%s, step %zu: %.17g, not %.17g",
                          t->name, step, value, t->f[step]);
            ck_ok(lgd_optimizer_step(adam, lgd_objective_dim(r.f), r.w, g, value, 1));
        }
        lgd_optimizer_free(adam);
        traced_free(&r);
    }
}
END_TEST

/* A run makes the same steps: the means of its epochs are those of the recorded batches. */
START_TEST(mlp_run_in_batches_as_pytorch)
{
    static traced r;
    for (size_t place = 0; place < sizeof mlp_traces / sizeof *mlp_traces; place++) {
        const mlp_trace *t = &mlp_traces[place];
        const size_t batches = t->rows / t->batch, epochs = MLP_STEPS / batches;
        lgd_optimizer *adam;
        lgd_history *h;
        size_t count;
        traced_create(&r, place);
        ck_ok(lgd_optimizer_parse(&adam, "adam:lr=0.01"));
        ck_ok(lgd_history_create(&h));
        const lgd_minimize_options o = {.batch_size = batches > 1 ? t->batch : 0,
                                        .order = LGD_SEQUENTIAL,
                                        .last = batches > 1 ? LGD_LAST_DROP : LGD_LAST_DIVIDE,
                                        .grad_tol = LGD_ZERO,
                                        .max_epochs = epochs,
                                        .history = h};
        ck_ok(lgd_minimize(r.f, adam, r.w, &o, NULL));
        const double *running = lgd_history_series(h, "running", &count);
        ck_assert_uint_eq(count, epochs);
        for (size_t e = 0; e < epochs; e++) {
            double mean = 0;
            for (size_t b = 0; b < batches; b++)
                mean += t->f[e * batches + b] / (double)batches;
            ck_assert_msg(fabs(running[e] - mean) <= t->tolerance * mean, "%s, epoch %zu: %.17g, not %.17g", t->name, e,
                          running[e], mean);
        }
        lgd_history_free(h);
        lgd_optimizer_free(adam);
        traced_free(&r);
    }
}
END_TEST

/* ---- the same numbers another way */

/* f and g of both at w differ by no more than tolerance; 0: not by a bit. */
static void same(lgd_objective *a, lgd_objective *b, const lgd_rows *rows, const double *w, double tolerance)
{
    double fa, fb, ga[DIM], gb[DIM];
    const size_t dim = lgd_objective_dim(a);
    ck_assert_uint_eq(lgd_objective_dim(b), dim);
    ck_ok(lgd_objective_eval(a, rows, w, &fa, ga));
    ck_ok(lgd_objective_eval(b, rows, w, &fb, gb));
    ck_assert_msg(fabs(fa - fb) <= tolerance * fabs(fb), "%.17g, not %.17g", fa, fb);
    ck_assert_double_le(difference_of(dim, ga, gb), tolerance);
}

/* features: 9 */
START_TEST(mlp_without_hidden_layers_model_with_intercept)
{
    for (size_t i = 0; i < LOSSES; i++)
        for (size_t k = i == 2 ? OUTPUTS : 1; k <= OUTPUTS; k += 2) {
            rows_of d = rows_create(ROWS, &losses[i], 50);
            double w[(COLS + 1) * OUTPUTS], v[(COLS + 1) * OUTPUTS], a, b, g[(COLS + 1) * OUTPUTS];
            double gv[(COLS + 1) * OUTPUTS], turned[(COLS + 1) * OUTPUTS], p[ROWS * OUTPUTS], q[ROWS * OUTPUTS];
            lgd_objective *net, *glm;
            fill(51, (COLS + 1) * k, -1, 1, w);
            ck_ok(lgd_mlp_create(&net, d.A, d.y, losses[i].loss(),
                                 &(lgd_mlp_options){.outputs = k, .l2 = 0.2, .weights = d.weights}));
            ck_ok(lgd_glm_create(&glm, d.A, d.y, losses[i].loss(),
                                 &(lgd_glm_options){.outputs = k, .l2 = 0.2, .weights = d.weights, .intercept = true}));
            for (size_t c = 0; c < k; c++) {
                for (size_t j = 0; j < COLS; j++)
                    v[j * k + c] = w[c * COLS + j];
                v[COLS * k + c] = w[COLS * k + c];
            }
            ck_ok(lgd_objective_eval(net, NULL, w, &a, g));
            ck_ok(lgd_objective_eval(glm, NULL, v, &b, gv));
            for (size_t c = 0; c < k; c++) {
                for (size_t j = 0; j < COLS; j++)
                    turned[c * COLS + j] = gv[j * k + c];
                turned[COLS * k + c] = gv[COLS * k + c];
            }
            ck_near(a, b, 1e-12);
            ck_assert_double_le(difference_of((COLS + 1) * k, g, turned), 1e-12);
            ck_ok(lgd_mlp_predict(net, d.A, w, p, k));
            ck_ok(lgd_glm_predict(glm, d.A, v, q, k));
            ck_assert_double_le(difference_of(ROWS * k, p, q), 1e-12);
            lgd_objective_free(net);
            lgd_objective_free(glm);
            rows_free(&d);
        }
}
END_TEST

START_TEST(mlp_single_seven_digits_of_double)
{
    for (size_t k = 0; k < LOSSES * ACTIVATIONS; k++) {
        const loss_case *l = &losses[k % LOSSES];
        rows_of d = rows_create(3000, l, 60);
        plain_network n = network(&d, l, (lgd_activation)(k / LOSSES), LGD_TANH);
        double w[DIM], a, b;
        const size_t index[4] = {2999, 5, 1700, 6};
        fill(9, DIM, -1, 1, w);
        n.l2 = 0.1;
        n.weights = k % 2 ? d.weights : NULL;
        lgd_objective *whole = plain_network_made(&n, d.A, l->loss(), (lgd_mlp_options){.single = false});
        lgd_objective *single = plain_network_made(&n, d.A, l->loss(), (lgd_mlp_options){.single = true});
        same(single, whole, NULL, w, 1e-5);
        same(single, whole, &(lgd_rows){0, 4, index}, w, 1e-5);
        ck_ok(lgd_objective_eval(single, NULL, w, &a, NULL));
        ck_ok(lgd_objective_eval(whole, NULL, w, &b, NULL));
        ck_assert(a != b); /* it is in float */
        lgd_objective_free(single);
        lgd_objective_free(whole);
        rows_free(&d);
    }
}
END_TEST

START_TEST(mlp_every_storage_same_numbers)
{
    const loss_case *l = &losses[2];
    rows_of d = rows_create(ROWS, l, 70);
    const plain_network n = network(&d, l, LGD_GELU, LGD_RELU);
    const size_t index[5] = {299, 0, 7, 7, 150};
    double w[DIM], by_columns[COLS * ROWS], scaled[COLS * ROWS], wide[ROWS * (COLS + 3)], shift[COLS], scale[COLS];
    data own = {ROWS, COLS, OUTPUTS, d.X, d.y, NULL, NULL};
    lgd_matrix *A[4], *raw;
    fill(9, DIM, -1, 1, w);
    fill(71, COLS, -1, 1, shift);
    fill(72, COLS, 0.5, 2, scale);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++) {
            by_columns[j * ROWS + i] = wide[i * (COLS + 3) + j] = d.X[i * COLS + j];
            scaled[i * COLS + j] = d.X[i * COLS + j] * scale[j] + shift[j];
        }
    ck_ok(lgd_matrix_dense(&A[0], ROWS, COLS, wide, COLS + 3));
    ck_ok(lgd_matrix_dense_columns(&A[1], ROWS, COLS, by_columns, ROWS));
    ck_ok(lgd_matrix_dense(&raw, ROWS, COLS, scaled, COLS));
    ck_ok(lgd_matrix_scaled(&A[2], raw, shift, scale));
    ck_ok(lgd_matrix_create(&A[3], ROWS, COLS, &user_matrix, &own));
    for (int single = 0; single < 2; single++) {
        const lgd_mlp_options o = {.single = single};
        lgd_objective *f = plain_network_made(&n, d.A, l->loss(), o);
        for (size_t i = 0; i < 4; i++) {
            lgd_objective *g = plain_network_made(&n, A[i], l->loss(), o);
            same(g, f, NULL, w, single ? 1e-5 : 1e-12);
            same(g, f, &(lgd_rows){0, 5, index}, w, single ? 1e-5 : 1e-12);
            same(g, f, &(lgd_rows){20, 100, NULL}, w, single ? 1e-5 : 1e-12);
            lgd_objective_free(g);
        }
        lgd_objective_free(f);
    }
    for (size_t i = 4; i-- > 0;)
        lgd_matrix_free(A[i]);
    lgd_matrix_free(raw);
    rows_free(&d);
}
END_TEST

START_TEST(mlp_weight_two_row_twice_weight_zero_row_absent)
{
    const loss_case *l = &losses[2];
    rows_of d = rows_create(ROWS, l, 80), picked = rows_create(2 * ROWS, l, 80);
    size_t count = 0, kept = 0;
    double w[DIM];
    fill(9, DIM, -1, 1, w);
    for (size_t i = 0; i < ROWS; i++) {
        d.weights[i] = (double)(i % 3);
        for (size_t c = 0; c < i % 3; c++, count++) {
            memcpy(picked.X + count * COLS, d.X + i * COLS, COLS * sizeof *d.X);
            picked.y[count] = d.y[i];
        }
        kept += i % 3 > 0;
        if (i % 3 == 0)
            d.y[i] = NAN; /* no class, but then no row either */
    }
    plain_network n = network(&d, l, LGD_SIGMOID, LGD_RELU), m = network(&picked, l, LGD_SIGMOID, LGD_RELU);
    n.weights = d.weights;
    n.l2 = m.l2 = 0.1;
    lgd_matrix *A;
    ck_ok(lgd_matrix_dense(&A, count, COLS, picked.X, COLS));
    for (int single = 0; single < 2; single++) {
        lgd_objective *weighted = plain_network_made(&n, d.A, l->loss(), (lgd_mlp_options){.single = single});
        lgd_objective *twice = plain_network_made(&m, A, l->loss(), (lgd_mlp_options){.single = single});
        ck_assert_uint_eq(lgd_objective_terms(weighted), kept);
        same(weighted, twice, NULL, w, single ? 1e-5 : 1e-12);
        lgd_objective_free(twice);
        lgd_objective_free(weighted);
    }
    /* The other rows alone, bit for bit, where no weight differs. */
    for (size_t i = 0, at = 0; i < ROWS; i++) {
        d.weights[i] = i % 3 > 0;
        if (i % 3 > 0) {
            memcpy(picked.X + at * COLS, d.X + i * COLS, COLS * sizeof *d.X);
            picked.y[at++] = d.y[i];
        }
    }
    lgd_matrix_free(A);
    ck_ok(lgd_matrix_dense(&A, kept, COLS, picked.X, COLS));
    lgd_objective *weighted = plain_network_made(&n, d.A, l->loss(), (lgd_mlp_options){.single = false});
    lgd_objective *others = plain_network_made(&m, A, l->loss(), (lgd_mlp_options){.single = false});
    const size_t index[4] = {7, 3, 150, 1};
    same(weighted, others, NULL, w, 0);
    same(weighted, others, &(lgd_rows){0, 4, index}, w, 0);
    same(weighted, others, &(lgd_rows){50, 100, NULL}, w, 0);
    lgd_objective_free(others);
    lgd_objective_free(weighted);
    lgd_matrix_free(A);
    rows_free(&picked);
    rows_free(&d);
}
END_TEST

/* The batches of an epoch average to the whole; a batch of all rows is the whole. */
START_TEST(mlp_batches_average_to_the_whole)
{
    enum { BATCH = 60 };
    const loss_case *l = &losses[0];
    rows_of d = rows_create(ROWS, l, 90);
    plain_network n = network(&d, l, LGD_SOFTPLUS, LGD_TANH);
    n.weights = d.weights;
    n.l2 = 0.3;
    lgd_objective *f = plain_network_made(&n, d.A, l->loss(), (lgd_mlp_options){.single = false});
    double w[DIM], whole[DIM], g[DIM], sum[DIM] = {0}, value, part, total = 0;
    size_t order[ROWS];
    fill(9, DIM, -1, 1, w);
    lgd_permutation(3, 0, ROWS, order);
    ck_ok(lgd_objective_eval(f, NULL, w, &value, whole));
    for (size_t first = 0; first < ROWS; first += BATCH) {
        ck_ok(lgd_objective_eval(f, &(lgd_rows){first, BATCH, order}, w, &part, g));
        total += part * BATCH / ROWS;
        for (size_t j = 0; j < DIM; j++)
            sum[j] += g[j] * BATCH / ROWS;
    }
    ck_near(total, value, 1e-13);
    ck_assert_double_le(difference_of(DIM, sum, whole), 1e-12);
    ck_ok(lgd_objective_eval(f, &(lgd_rows){0, ROWS, order}, w, &part, g));
    ck_near(part, value, 1e-13);
    ck_assert_double_le(difference_of(DIM, g, whole), 1e-12);
    lgd_objective_free(f);
    rows_free(&d);
}
END_TEST

/* ---- predictions and layers */

START_TEST(predict_class_probabilities_of_new_rows)
{
    enum { LD = OUTPUTS + 2, NEW = 9 };
    rows_of d = rows_create(ROWS, &losses[2], 100), fresh = rows_create(NEW, &losses[2], 110);
    const plain_network n = network(&d, &losses[2], LGD_RELU, LGD_TANH);
    const plain_network at = network(&fresh, &losses[2], LGD_RELU, LGD_TANH);
    double w[DIM], out[NEW * LD], single[NEW * LD];
    fill(9, DIM, -1, 1, w);
    lgd_objective *f = plain_network_made(&n, d.A, lgd_loss_softmax(), (lgd_mlp_options){.dropout = 0.5});
    lgd_objective *s = plain_network_made(&n, d.A, lgd_loss_softmax(), (lgd_mlp_options){.single = true});
    for (size_t i = 0; i < NEW * LD; i++)
        out[i] = single[i] = 99;
    ck_ok(lgd_mlp_predict(f, fresh.A, w, out, LD));
    ck_ok(lgd_mlp_predict(s, fresh.A, w, single, LD));
    ck_assert_mem_eq(out, single, sizeof out);
    for (size_t i = 0; i < NEW; i++) {
        for (size_t c = 0; c < OUTPUTS; c++) { /* -log p_c is the loss of class c */
            fresh.y[i] = (double)c;
            ck_near(out[i * LD + c], expl(-plain_network_row(&at, i, 1, w, NULL)), 1e-14);
        }
        for (size_t c = OUTPUTS; c < LD; c++)
            ck_assert(out[i * LD + c] == 99);
    }
    ck_fails(lgd_mlp_predict(f, fresh.A, w, out, OUTPUTS - 1), LGD_EINVAL, "ld is 2, at least 3 is accepted");
    ck_fails(lgd_mlp_predict(NULL, fresh.A, w, out, LD), LGD_EINVAL, "f is NULL");
    ck_fails(lgd_mlp_predict(f, NULL, w, out, LD), LGD_EINVAL, "X is NULL");
    ck_fails(lgd_mlp_predict(f, fresh.A, NULL, out, LD), LGD_EINVAL, "w is NULL");
    ck_fails(lgd_mlp_predict(f, fresh.A, w, NULL, LD), LGD_EINVAL, "out is NULL");
    lgd_matrix_free(fresh.A);
    ck_ok(lgd_matrix_dense(&fresh.A, NEW, COLS - 1, fresh.X, COLS));
    ck_fails(lgd_mlp_predict(f, fresh.A, w, out, LD), LGD_EINVAL, "number of columns is 4, 5 is accepted");
    lgd_objective_free(s);
    lgd_objective_free(f);
    rows_free(&fresh);
    rows_free(&d);
}
END_TEST

START_TEST(layers_where_the_formula_has_them)
{
    rows_of d = rows_create(10, &losses[0], 120);
    const plain_network n = network(&d, &losses[0], LGD_RELU, LGD_RELU);
    lgd_objective *f = plain_network_made(&n, d.A, lgd_loss_half_squared(), (lgd_mlp_options){.single = false}), *glm;
    lgd_mlp_layer_info at;
    size_t first, bias;
    double g[DIM], norms[3];
    fill(9, DIM, -1, 1, g);
    ck_ok(lgd_mlp_layer_norms(f, g, norms));
    for (size_t l = 0; l < 3; l++) {
        real square = 0;
        plain_layer(&n, l, &first, &bias);
        ck_ok(lgd_mlp_layer(f, l, &at));
        ck_assert(at.first == first && at.bias == bias && at.inputs == n.size[l] && at.outputs == n.size[l + 1]);
        for (size_t j = 0; j < at.inputs * at.outputs; j++)
            square += (real)g[first + j] * g[first + j];
        for (size_t j = 0; j < at.outputs; j++)
            square += (real)g[bias + j] * g[bias + j];
        ck_near(norms[l], sqrtl(square), 1e-15);
    }
    ck_fails(lgd_mlp_layer(f, 3, &at), LGD_EINVAL, "is 3");
    ck_fails(lgd_mlp_layer(NULL, 0, &at), LGD_EINVAL, "f is NULL");
    ck_fails(lgd_mlp_layer_norms(f, NULL, norms), LGD_EINVAL, "g is NULL");
    ck_ok(lgd_glm_create(&glm, d.A, d.y, lgd_loss_half_squared(), &(lgd_glm_options){.outputs = OUTPUTS}));
    ck_fails(lgd_mlp_layer(glm, 0, &at), LGD_EINVAL, "f is a glm");
    ck_fails(lgd_mlp_layer_norms(glm, g, norms), LGD_EINVAL, "f is a glm");
    ck_fails(lgd_mlp_predict(glm, d.A, g, g, OUTPUTS), LGD_EINVAL, "f is a glm");
    ck_fails(lgd_mlp_initialise(glm, LGD_INIT_AUTO, 1, g), LGD_EINVAL, "f is a glm");
    lgd_objective_free(glm);
    lgd_objective_free(f);
    rows_free(&d);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mlp");
    CASE(s, mlp_every_activation_equals_long_double_loops);
    CASE(s, mlp_many_rows_and_wide_layers_equal_long_double_loops);
    CASE(s, mlp_huge_and_tiny_sums_finite);
    CASE(s, gradient_every_activation_and_loss_by_differences);
    CASE(s, mlp_a_hundred_steps_of_adam_as_pytorch);
    CASE(s, mlp_run_in_batches_as_pytorch);
    CASE(s, mlp_without_hidden_layers_model_with_intercept);
    CASE(s, mlp_single_seven_digits_of_double);
    CASE(s, mlp_every_storage_same_numbers);
    CASE(s, mlp_weight_two_row_twice_weight_zero_row_absent);
    CASE(s, mlp_batches_average_to_the_whole);
    CASE(s, predict_class_probabilities_of_new_rows);
    CASE(s, layers_where_the_formula_has_them);
    return suite_run(s);
}
