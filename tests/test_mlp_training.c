/* Perceptrons that learn: how weights begin, dropout, runs that go on, gradients that vanish and explode, and what is refused. */
#include "base/base.h"
#include "datasets.h"
#include "networks.h"
#include "objective/objective.h"
#include <limits.h>
#include <stddef.h>

/* ---- how weights begin */

START_TEST(initialise_every_kind_mean_and_variance_as_the_formula)
{
    static const size_t hidden[3] = {120, 80, 60};
    static const lgd_activation kinds[3] = {LGD_RELU, LGD_TANH, LGD_GELU};
    static const double X[100] = {0}, y[10] = {0};
    lgd_matrix *A;
    lgd_objective *f;
    ck_ok(lgd_matrix_dense(&A, 1, 100, X, 100));
    const lgd_mlp_options o = {.hidden = hidden, .hidden_count = 3, .activations = kinds, .outputs = 10};
    ck_ok(lgd_mlp_create(&f, A, y, lgd_loss_half_squared(), &o));
    const size_t dim = lgd_objective_dim(f);
    double *w = calloc(3 * dim, sizeof *w), *again = w + dim, *u = again + dim;
    ck_assert_ptr_nonnull(w);
    lgd_uniform(5, 0, dim, u);
    for (int kind = LGD_INIT_AUTO; kind <= LGD_INIT_GLOROT; kind++) {
        ck_ok(lgd_mlp_initialise(f, (lgd_initialisation)kind, 5, w));
        ck_ok(lgd_mlp_initialise(f, (lgd_initialisation)kind, 5, again));
        ck_assert_mem_eq(w, again, dim * sizeof *w);
        for (size_t l = 0; l < 4; l++) {
            lgd_mlp_layer_info at;
            ck_ok(lgd_mlp_layer(f, l, &at));
            const size_t count = at.inputs * at.outputs;
            const bool he = kind == LGD_INIT_HE || (kind == LGD_INIT_AUTO && (l == 0 || l == 2));
            const double variance = 2 / (double)(he ? at.inputs : at.inputs + at.outputs), r = sqrt(3 * variance);
            double mean = 0, square = 0;
            for (size_t j = 0; j < count; j++) {
                const double x = w[at.first + j];
                ck_near(x, r * (2 * u[at.first + j] - 1), 1e-15);
                mean += x / (double)count;
                square += x * x / (double)count;
            }
            /* five deviations of each, the fourth moment of a uniform number being 9/5 of its squared variance */
            ck_assert_double_le(fabs(mean), 5 * sqrt(variance / (double)count));
            ck_assert_double_le(fabs(square / variance - 1), 5 * sqrt(0.8 / (double)count));
            for (size_t c = 0; c < at.outputs; c++)
                ck_assert(w[at.bias + c] == 0);
        }
        ck_ok(lgd_mlp_initialise(f, (lgd_initialisation)kind, 6, again));
        ck_assert_mem_ne(w, again, dim * sizeof *w);
    }
    ck_fails(lgd_mlp_initialise(f, (lgd_initialisation)3, 5, w), LGD_EINVAL, "kind is 3");
    ck_fails(lgd_mlp_initialise(f, LGD_INIT_HE, 5, NULL), LGD_EINVAL, "w is NULL");
    ck_fails(lgd_mlp_initialise(NULL, LGD_INIT_HE, 5, w), LGD_EINVAL, "f is NULL");
    free(w);
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

/* ---- XOR, digits */

/* features: 9 */
START_TEST(xor_every_seed_all_four_right)
{
    static const double X[8] = {0, 0, 0, 1, 1, 0, 1, 1}, y[4] = {0, 1, 1, 0};
    static const lgd_activation kinds[] = {LGD_TANH, LGD_RELU, LGD_GELU, LGD_SIGMOID};
    lgd_matrix *A;
    ck_ok(lgd_matrix_dense(&A, 4, 2, X, 2));
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            const size_t hidden = 16;
            const lgd_mlp_options o = {.hidden = &hidden, .hidden_count = 1, .activation = kinds[k]};
            lgd_objective *f;
            lgd_optimizer *adam;
            double w[4 * 16 + 1], p[4];
            ck_ok(lgd_mlp_create(&f, A, y, lgd_loss_logistic(), &o));
            ck_ok(lgd_mlp_initialise(f, LGD_INIT_AUTO, seed, w));
            ck_ok(lgd_optimizer_parse(&adam, "adam:lr=0.05"));
            ck_ok(lgd_minimize(f, adam, w, &(lgd_minimize_options){.max_epochs = 2000, .f_target = 0.01}, NULL));
            ck_ok(lgd_mlp_predict(f, A, w, p, 1));
            for (size_t i = 0; i < 4; i++)
                ck_assert_msg((p[i] > 0.5) == (y[i] > 0.5), "activation %d, seed %d: P(%g, %g) = %g", (int)kinds[k],
                              (int)seed, X[2 * i], X[2 * i + 1], p[i]);
            lgd_optimizer_free(adam);
            lgd_objective_free(f);
        }
    lgd_matrix_free(A);
}
END_TEST

enum { FOLDS = 5 };

/* A network on the rows of other folds, and how many rows of this one it has right. */
static size_t fold_right(lgd_objective *f, const lgd_matrix *A, const double *y, const lgd_split *folds, size_t which)
{
    static double p[DIGITS_ROWS * 10];
    size_t right = 0;
    lgd_rows part, outside;
    lgd_objective *others;
    lgd_optimizer *adam;
    double *w = calloc(lgd_objective_dim(f), sizeof *w);
    ck_assert_ptr_nonnull(w);
    ck_ok(lgd_split_rows(folds, which, &part, &outside));
    ck_ok(lgd_objective_subset(&others, f, &outside));
    ck_ok(lgd_mlp_initialise(f, LGD_INIT_AUTO, which, w));
    ck_ok(lgd_optimizer_parse(&adam, "adam:lr=0.003"));
    ck_ok(lgd_minimize(others, adam, w, &(lgd_minimize_options){.batch_size = 64, .max_epochs = 25, .seed = which},
                       NULL));
    ck_ok(lgd_mlp_predict(f, A, w, p, 10));
    for (size_t k = part.first; k < part.first + part.count; k++) {
        const size_t i = part.index[k];
        size_t best = 0;
        for (size_t c = 1; c < 10; c++)
            best = p[i * 10 + c] > p[i * 10 + best] ? c : best;
        right += best == (size_t)y[i];
    }
    lgd_optimizer_free(adam);
    lgd_objective_free(others);
    free(w);
    return right;
}

/* features: 13 */
START_TEST(digits_five_stratified_folds_at_least_97_percent)
{
    static double X[DIGITS_ROWS * DIGITS_COLS], y[DIGITS_ROWS];
    static size_t index[2 * DIGITS_ROWS], first[FOLDS + 1];
    lgd_split folds = {.terms = DIGITS_ROWS, .parts = FOLDS, .index = index, .first = first};
    const size_t hidden = 100;
    double mean = 0;
    lgd_matrix *A;
    lgd_objective *f;
    dataset_digits(X, y);
    ck_ok(lgd_split_draw(&folds, NULL, &(lgd_split_options){.seed = 1, .classes = y}));
    ck_ok(lgd_matrix_dense(&A, DIGITS_ROWS, DIGITS_COLS, X, DIGITS_COLS));
    ck_ok(lgd_mlp_create(&f, A, y, lgd_loss_softmax(),
                         &(lgd_mlp_options){.hidden = &hidden, .hidden_count = 1, .outputs = 10}));
    for (size_t which = 0; which < FOLDS; which++)
        mean += (double)fold_right(f, A, y, &folds, which) / (double)(first[which + 1] - first[which]) / FOLDS;
    ck_assert_msg(mean >= 0.97, "%g are right", mean);
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

/* ---- dropout */

enum { ROWS = 60, COLS = 4, UNITS = 16, SECOND = 6, DIM = (COLS + 1) * UNITS + (UNITS + 1) * SECOND + SECOND + 1 };

/* The score itself, which is linear in what a unit lets through. */
static double score(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y, const double *weight)
{
    double sum = 0;
    (void)ctx, (void)y;
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < k; c++) {
            const double omega = weight ? weight[i] : 1;
            sum += omega * Z[i * ldz + c];
            Z[i * ldz + c] = omega;
        }
    return sum;
}

typedef struct dropped {
    double X[ROWS * COLS], y[ROWS], w[DIM];
    lgd_loss *loss;
    lgd_matrix *A;
    lgd_objective *f, *whole;
} dropped;

/* COLS - UNITS - SECOND - 1 of identities with a mean of scores for a value, or of softplus with the logistic loss, with dropout and without. */
static dropped *dropped_create(bool linear, bool single)
{
    static const lgd_loss_ops ops = {.name = "score", .eval = score};
    static const size_t hidden[2] = {UNITS, SECOND};
    dropped *d = calloc(1, sizeof *d);
    ck_assert_ptr_nonnull(d);
    fill(1, ROWS * COLS, -1, 2, d->X);
    for (size_t i = 0; i < ROWS; i++)
        d->y[i] = i % 2 == 0;
    fill(9, DIM, -0.5, 1, d->w);
    ck_ok(lgd_loss_create(&d->loss, &ops, NULL));
    ck_ok(lgd_matrix_dense(&d->A, ROWS, COLS, d->X, COLS));
    lgd_mlp_options o = {.hidden = hidden,
                         .hidden_count = 2,
                         .activation = linear ? LGD_IDENTITY : LGD_SOFTPLUS,
                         .dropout = 0.3,
                         .seed = 4,
                         .single = single};
    const lgd_loss *loss = linear ? d->loss : lgd_loss_logistic();
    ck_ok(lgd_mlp_create(&d->f, d->A, d->y, loss, &o));
    o.dropout = 0;
    ck_ok(lgd_mlp_create(&d->whole, d->A, d->y, loss, &o));
    ck_assert_uint_eq(lgd_objective_dim(d->f), DIM);
    return d;
}

static void dropped_free(dropped *d)
{
    lgd_objective_free(d->f);
    lgd_objective_free(d->whole);
    lgd_matrix_free(d->A);
    lgd_loss_free(d->loss);
    free(d);
}

/* The value, and g unless NULL, with what the t-th step leaves out. */
static double at_step(const dropped *d, uint64_t t, const lgd_rows *rows, double *g)
{
    double value;
    d->f->ops.noise(d->f->ctx, t);
    ck_ok(lgd_objective_eval(d->f, rows, d->w, &value, g));
    d->f->ops.noise(d->f->ctx, 0);
    return value;
}

START_TEST(dropout_mean_over_steps_is_the_whole_network)
{
    enum { STEPS = 2000 };
    for (int single = 0; single < 2; single++) {
        dropped *d = dropped_create(true, single);
        double whole, sum = 0, square = 0;
        ck_ok(lgd_objective_eval(d->whole, NULL, d->w, &whole, NULL));
        for (uint64_t t = 1; t <= STEPS; t++) {
            const double off = at_step(d, t, NULL, NULL) - whole;
            sum += off / STEPS;
            square += off * off / STEPS;
        }
        ck_assert_double_gt(square, 0);
        ck_assert_double_le(fabs(sum), 4 * sqrt(square / STEPS));
        dropped_free(d);
    }
}
END_TEST

/* The gradient of a score in the last layer is what its inputs are: 0 where one is left out, as often as asked for, else the whole
 * network's divided by the probability. */
START_TEST(dropout_units_left_out_as_often_as_asked_for)
{
    enum { STEPS = 500, HIDDEN = 20 };
    for (int single = 0; single < 2; single++) {
        const size_t hidden = HIDDEN;
        dropped *d = dropped_create(true, single);
        lgd_objective_free(d->f);
        lgd_objective_free(d->whole);
        lgd_mlp_options o = {
            .hidden = &hidden, .hidden_count = 1, .activation = LGD_IDENTITY, .dropout = 0.3, .single = single};
        ck_ok(lgd_mlp_create(&d->f, d->A, d->y, d->loss, &o));
        o.dropout = 0;
        ck_ok(lgd_mlp_create(&d->whole, d->A, d->y, d->loss, &o));
        double g[DIM], all[DIM];
        size_t zeros = 0, unit_zeros[HIDDEN] = {0};
        lgd_mlp_layer_info last;
        ck_ok(lgd_mlp_layer(d->f, 1, &last));
        for (uint64_t t = 1; t <= STEPS; t++) {
            const lgd_rows row = {t % ROWS, 1, NULL};
            at_step(d, t, &row, g);
            ck_ok(lgd_objective_eval(d->whole, &row, d->w, NULL, all));
            for (size_t j = 0; j < HIDDEN; j++)
                if (g[last.first + j] == 0) {
                    zeros++;
                    unit_zeros[j]++;
                } else {
                    ck_near(g[last.first + j], all[last.first + j] / 0.7, single ? 1e-5 : 1e-12);
                }
        }
        const double draws = (double)STEPS * HIDDEN;
        ck_assert_double_le(fabs((double)zeros - 0.3 * draws), 4 * sqrt(0.21 * draws));
        for (size_t j = 0; j < HIDDEN; j++)
            ck_assert_double_le(fabs((double)unit_zeros[j] - 0.3 * STEPS), 5 * sqrt(0.21 * STEPS));
        dropped_free(d);
    }
}
END_TEST

START_TEST(dropout_differs_by_step_not_by_grouping_or_threads)
{
    for (int single = 0; single < 2; single++) {
        dropped *d = dropped_create(false, single);
        double g[DIM], other[DIM], sum[DIM] = {0}, total = 0;
        size_t order[ROWS];
        const double value = at_step(d, 7, NULL, g);
        ck_assert(at_step(d, 7, NULL, other) == value);
        ck_assert_mem_eq(g, other, sizeof g);
        ck_assert(at_step(d, 8, NULL, other) != value);
        ck_assert(at_step(d, 7 + (1ull << 32), NULL, other) != value);

        lgd_permutation(3, 0, ROWS, order);
        for (size_t first = 0, count = 1; first < ROWS; first += count, count++) { /* 1, 2, 3 ... rows at a time */
            const lgd_rows part = {first, count < ROWS - first ? count : ROWS - first, order};
            total += at_step(d, 7, &part, other) * (double)part.count / ROWS;
            for (size_t j = 0; j < DIM; j++)
                sum[j] += other[j] * (double)part.count / ROWS;
        }
        ck_near(total, value, single ? 1e-6 : 1e-14);
        ck_assert_double_le(difference_of(DIM, sum, g), single ? 1e-5 : 1e-13);

        /* The gradient is that of the value with the same units left out. */
        lgd_gradient_check check;
        d->f->ops.noise(d->f->ctx, 7);
        if (!single) {
            ck_ok(lgd_objective_check_gradient(d->f, d->w, &check));
            ck_assert_double_lt(check.error, 1e-7);
        }
        dropped_free(d);
    }
}
END_TEST

START_TEST(dropout_in_batches_only_and_not_in_what_is_reported)
{
    dropped *d = dropped_create(false, false);
    lgd_history *h;
    lgd_optimizer *sgd;
    lgd_report report;
    double value, w[DIM], p[ROWS], q[ROWS];
    size_t count;
    ck_ok(lgd_history_create(&h));
    ck_ok(lgd_optimizer_parse(&sgd, "sgd:lr=0.01"));
    memcpy(w, d->w, sizeof w);
    ck_ok(lgd_objective_eval(d->whole, NULL, w, &value, NULL));
    ck_ok(lgd_minimize(d->f, sgd, w,
                       &(lgd_minimize_options){.batch_size = 10, .max_epochs = 3, .check_every = 1, .history = h},
                       &report));
    const double *loss = lgd_history_series(h, "loss", &count), *running = lgd_history_series(h, "running", &count);
    ck_assert(loss[0] == value); /* what is judged */
    ck_assert(fabs(running[0] - value) > 1e-3 * value);
    ck_ok(lgd_objective_eval(d->whole, NULL, w, &value, NULL));
    ck_assert(report.f == value);
    ck_ok(lgd_objective_eval(d->f, NULL, w, &value, NULL));
    ck_assert(report.f == value);
    ck_ok(lgd_mlp_predict(d->f, d->A, w, p, 1));
    ck_ok(lgd_mlp_predict(d->whole, d->A, w, q, 1));
    ck_assert_mem_eq(p, q, sizeof p);

    /* Full batch: the bits of a run without. */
    double other[DIM];
    memcpy(other, d->w, sizeof other);
    memcpy(w, d->w, sizeof w);
    ck_ok(lgd_minimize(d->f, sgd, w, &(lgd_minimize_options){.max_steps = 3}, NULL));
    ck_ok(lgd_minimize(d->whole, sgd, other, &(lgd_minimize_options){.max_steps = 3}, NULL));
    ck_assert_mem_eq(w, other, sizeof w);
    lgd_optimizer_free(sgd);
    lgd_history_free(h);
    dropped_free(d);
}
END_TEST

/* ---- runs: threads, going on */

static void trained(bool single, size_t threads, uint64_t first, uint64_t epochs, lgd_optimizer *adam, double *w)
{
    dropped *d = dropped_create(false, single);
    const lgd_minimize_options o = {
        .batch_size = 17, .max_epochs = epochs, .first_epoch = first, .seed = 2, .threads = threads};
    ck_ok(lgd_minimize(d->f, adam, w, &o, NULL));
    dropped_free(d);
}

START_TEST(run_saved_between_epochs_goes_on_bit_for_bit)
{
    for (int single = 0; single < 2; single++) {
        lgd_optimizer *once, *before, *after;
        unsigned char bytes[1 << 17];
        size_t size = sizeof bytes;
        double w[DIM], v[DIM];
        fill(3, DIM, -0.5, 0.5, w);
        memcpy(v, w, sizeof v);
        ck_ok(lgd_optimizer_parse(&once, "adam:lr=0.01"));
        ck_ok(lgd_optimizer_parse(&before, "adam:lr=0.01"));
        ck_ok(lgd_optimizer_parse(&after, "adam:lr=0.01"));
        trained(single, 1, 0, 5, once, w);
        trained(single, 1, 0, 2, before, v);
        ck_ok(lgd_optimizer_save(before, bytes, &size));
        ck_ok(lgd_optimizer_load(after, bytes, size));
        trained(single, 1, 2, 3, after, v);
        ck_assert_mem_eq(w, v, sizeof w);
        lgd_optimizer_free(once);
        lgd_optimizer_free(before);
        lgd_optimizer_free(after);
    }
}
END_TEST

/* Value, gradient and runs of a network over many chunks, in full batch and in large batches with dropout. */
START_TEST(threads_any_number_same_bits)
{
    enum { MANY = 9000, INPUTS = 6, LENGTH = (INPUTS + 1) * 12 + 13 };
    static double X[MANY * INPUTS], y[MANY];
    lgd_matrix *A;
    fill(5, MANY * INPUTS, -1, 1, X);
    for (size_t i = 0; i < MANY; i++)
        y[i] = X[i * INPUTS] * X[i * INPUTS + 1] > 0;
    ck_ok(lgd_matrix_dense(&A, MANY, INPUTS, X, INPUTS));
    for (int single = 0; single < 2; single++) {
        static const size_t hidden = 12, threads[3] = {1, 2, 5};
        double w[3][LENGTH], f[3];
        for (size_t i = 0; i < 3; i++) {
            const lgd_mlp_options o = {.hidden = &hidden, .hidden_count = 1, .dropout = 0.2, .single = single};
            lgd_objective *net;
            lgd_optimizer *adam;
            lgd_report report;
            ck_ok(lgd_mlp_create(&net, A, y, lgd_loss_logistic(), &o));
            ck_assert_uint_eq(lgd_objective_dim(net), LENGTH);
            ck_ok(lgd_mlp_initialise(net, LGD_INIT_AUTO, 1, w[i]));
            ck_ok(lgd_optimizer_parse(&adam, "adam:lr=0.01"));
            ck_ok(lgd_minimize(net, adam, w[i],
                               &(lgd_minimize_options){.batch_size = 4000, .max_epochs = 2, .threads = threads[i]},
                               NULL));
            ck_ok(lgd_minimize(net, adam, w[i], &(lgd_minimize_options){.max_epochs = 3, .threads = threads[i]},
                               &report));
            f[i] = report.f;
            lgd_optimizer_free(adam);
            lgd_objective_free(net);
            ck_assert_mem_eq(w[i], w[0], sizeof w[0]);
            ck_assert(f[i] == f[0]);
        }
    }
    lgd_matrix_free(A);
}
END_TEST

/* A model's products with X, counted in rows. */
typedef struct counted {
    data d;
    size_t forward, adjoint;
} counted;

static lgd_status count_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                                size_t ldz)
{
    counted *c = ctx;
    c->forward += rows->count;
    return user_matrix.forward(&c->d, rows, k, W, ldw, Z, ldz);
}

static lgd_status count_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                                size_t ldg)
{
    counted *c = ctx;
    c->adjoint += rows->count;
    return user_matrix.adjoint(&c->d, rows, k, R, ldr, G, ldg);
}

/* features: 10 */
START_TEST(gradient_costs_one_product_more_with_the_data)
{
    static const size_t hidden = 3;
    counted c = {.d = data_create(1000, 4, 1, true, 1)};
    const lgd_matrix_ops ops = {.name = "counted", .forward = count_forward, .adjoint = count_adjoint};
    lgd_matrix *A;
    lgd_objective *f;
    double w[19], g[19], value;
    ck_ok(lgd_matrix_create(&A, 1000, 4, &ops, &c));
    ck_ok(lgd_mlp_create(&f, A, c.d.y, lgd_loss_logistic(), &(lgd_mlp_options){.hidden = &hidden, .hidden_count = 1}));
    ck_ok(lgd_mlp_initialise(f, LGD_INIT_AUTO, 1, w));
    c.forward = c.adjoint = 0;
    ck_ok(lgd_objective_eval(f, NULL, w, &value, NULL));
    ck_assert(c.forward == 1000 && c.adjoint == 0);
    ck_ok(lgd_objective_eval(f, NULL, w, &value, g));
    ck_assert(c.forward == 2000 && c.adjoint == 1000);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    data_free(&c.d);
}
END_TEST

/* ---- deep networks */

/* Norms of the layers of the gradient of 20 layers of 16 units at the point where they begin. */
static void deep_norms(lgd_activation kind, lgd_initialisation begin, double norms[20])
{
    enum { DEEP = 19, WIDE = 16, POINTS = 64 };
    double X[POINTS * WIDE], y[POINTS];
    size_t hidden[DEEP];
    lgd_matrix *A;
    lgd_objective *f;
    fill(1, POINTS * WIDE, -1, 1, X);
    for (size_t i = 0; i < POINTS; i++)
        y[i] = X[i * WIDE] > 0;
    for (size_t l = 0; l < DEEP; l++)
        hidden[l] = WIDE;
    ck_ok(lgd_matrix_dense(&A, POINTS, WIDE, X, WIDE));
    ck_ok(lgd_mlp_create(&f, A, y, lgd_loss_logistic(),
                         &(lgd_mlp_options){.hidden = hidden, .hidden_count = DEEP, .activation = kind}));
    double *w = calloc(2 * lgd_objective_dim(f), sizeof *w), *g = w + lgd_objective_dim(f);
    ck_assert_ptr_nonnull(w);
    ck_ok(lgd_mlp_initialise(f, begin, 2, w));
    ck_ok(lgd_objective_eval(f, NULL, w, NULL, g));
    ck_ok(lgd_mlp_layer_norms(f, g, norms));
    free(w);
    lgd_objective_free(f);
    lgd_matrix_free(A);
}

/* features: 64 */
START_TEST(layer_norms_vanish_in_deep_sigmoids_not_in_relus)
{
    double norms[20];
    deep_norms(LGD_SIGMOID, LGD_INIT_AUTO, norms);
    ck_assert_double_lt(norms[0], 1e-8 * norms[19]);
    for (size_t l = 0; l + 5 < 20; l += 5) /* decades all the way */
        ck_assert_double_lt(norms[l], 0.05 * norms[l + 5]);
    deep_norms(LGD_RELU, LGD_INIT_HE, norms);
    for (size_t l = 0; l < 20; l++)
        ck_assert_msg(norms[l] > 0.02 * norms[19] && norms[l] < 50 * norms[19], "layer %zu: %g, the last %g", l,
                      norms[l], norms[19]);
}
END_TEST

/* features: 65 */
START_TEST(deep_linear_network_explodes_unless_clipped)
{
    enum { DEEP = 20, WIDE = 4, POINTS = 32, ALL = DEEP * WIDE * WIDE + DEEP * WIDE };
    double X[POINTS * WIDE], y[POINTS * WIDE], start[ALL], w[ALL], g[ALL], norms[DEEP], value;
    size_t hidden[DEEP - 1];
    lgd_matrix *A;
    lgd_objective *f;
    lgd_optimizer *sgd;
    lgd_report report;
    fill(1, POINTS * WIDE, -1, 1, X);
    memcpy(y, X, sizeof y); /* the identity is to be learned */
    for (size_t l = 0; l + 1 < DEEP; l++)
        hidden[l] = WIDE;
    ck_ok(lgd_matrix_dense(&A, POINTS, WIDE, X, WIDE));
    const lgd_mlp_options o = {.hidden = hidden, .hidden_count = DEEP - 1, .activation = LGD_IDENTITY, .outputs = WIDE};
    ck_ok(lgd_mlp_create(&f, A, y, lgd_loss_half_squared(), &o));
    ck_assert_uint_eq(lgd_objective_dim(f), ALL);
    memset(start, 0, sizeof start);
    for (size_t l = 0; l < DEEP; l++) { /* gain 2 */
        lgd_mlp_layer_info at;
        ck_ok(lgd_mlp_layer(f, l, &at));
        for (size_t j = 0; j < WIDE; j++)
            start[at.first + j * WIDE + j] = 2;
    }
    ck_ok(lgd_objective_eval(f, NULL, start, &value, g));
    ck_ok(lgd_mlp_layer_norms(f, g, norms));
    ck_assert_double_gt(norms[0], 1e9); /* each layer doubles what passes, both ways */
    ck_ok(lgd_optimizer_parse(&sgd, "sgd:lr=0.05"));
    memcpy(w, start, sizeof w);
    ck_fails(lgd_minimize(f, sgd, w, &(lgd_minimize_options){.max_steps = 50}, NULL), LGD_EDIVERGED, "");
    memcpy(w, start, sizeof w);
    lgd_optimizer_reset(sgd);
    ck_ok(lgd_minimize(f, sgd, w, &(lgd_minimize_options){.max_steps = 2000, .clip_norm = 1, .grad_tol = LGD_ZERO},
                       &report));
    for (size_t j = 0; j < ALL; j++)
        ck_assert(isfinite(w[j]));
    ck_assert_uint_gt(report.clipped, 100);
    ck_assert_double_lt(report.f, 1e-3);
    lgd_optimizer_free(sgd);
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

/* ---- what is refused, and memory that is not there */

START_TEST(create_bad_input_named)
{
    double X[6] = {1, 2, 3, 4, 5, 6}, y[3] = {0, 2, 1}, weights[3] = {1, 1, 1};
    size_t hidden[2] = {4, 3};
    lgd_activation kinds[2] = {LGD_RELU, LGD_TANH};
    lgd_matrix *A;
    lgd_objective *f = (lgd_objective *)1;
    const lgd_loss *loss = lgd_loss_softmax();
    lgd_mlp_options o = {.hidden = hidden, .hidden_count = 2, .activations = kinds, .outputs = 3, .weights = weights};
    ck_ok(lgd_matrix_dense(&A, 3, 2, X, 2));
    ck_fails(lgd_mlp_create(NULL, A, y, loss, &o), LGD_EINVAL, "out is NULL");
    ck_fails(lgd_mlp_create(&f, NULL, y, loss, &o), LGD_EINVAL, "X is NULL");
    ck_assert_ptr_null(f);
    ck_fails(lgd_mlp_create(&f, A, NULL, loss, &o), LGD_EINVAL, "y is NULL");
    ck_fails(lgd_mlp_create(&f, A, y, NULL, &o), LGD_EINVAL, "loss is NULL");
    hidden[1] = 0;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL,
             "outputs of hidden layer 1 (from 0) is 0, at least 1 is accepted");
    hidden[1] = 3;
    o.hidden = NULL;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL, "hidden is NULL, 2 widths are accepted");
    o.hidden = hidden;
    kinds[1] = (lgd_activation)17;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL, "activation of hidden layer 1 (from 0) is 17");
    kinds[1] = LGD_TANH;
    o.activations = NULL;
    o.activation = (lgd_activation)-1;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL, "activation of hidden layer 0 (from 0) is -1");
    o.activation = LGD_RELU;
    static const double dropouts[] = {1, -0.1, 2, NAN};
    for (size_t i = 0; i < 4; i++) {
        o.dropout = dropouts[i];
        ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL, "dropout is ");
    }
    o.dropout = 0;
    o.l2 = -1;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL, "l2 is -1");
    o.l2 = INFINITY;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL, "l2 is inf");
    o.l2 = 0;
    y[1] = 3;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL, "target of row 1 is 3");
    y[1] = NAN;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL, "target of row 1 is nan");
    y[1] = 2;
    weights[2] = -3;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL, "weight of row 2 is -3");
    weights[0] = weights[1] = weights[2] = 0;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL, "weight of all 3 rows is 0");
    o.weights = NULL;
    hidden[0] = SIZE_MAX / 4;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_ERANGE, "outputs of a layer is 4611686018427387903");
    const size_t wide[3] = {INT_MAX, INT_MAX, INT_MAX};
    o.hidden = wide;
    o.hidden_count = 3;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_ERANGE, "weights of 4 layers from 2 columns is more than");
    o.hidden = hidden;
    o.hidden_count = 2;
    hidden[0] = 4;
    o.single = true;
    X[3] = 1e300;
    ck_fails(lgd_mlp_create(&f, A, y, loss, &o), LGD_EINVAL, "1e+300");
    ck_assert_ptr_null(f);
    o.single = false;

    /* A caller whose header ends before `weights`, and one with more than there is. */
    struct {
        lgd_mlp_options o;
        double more;
    } later = {o, 1};
    o.weights = weights;
    ck_ok(lgd_mlp_create_sized(&f, A, y, loss, &o, offsetof(lgd_mlp_options, weights)));
    lgd_objective_free(f);
    ck_fails(lgd_mlp_create_sized(&f, A, y, loss, &later.o, sizeof later), LGD_EUNSUPPORTED, "mlp options");
    lgd_matrix_free(A);
}
END_TEST

enum { FEW = 200, MEMORY_DIM = (COLS + 1) * 9 + 10 };

/* Everything that allocates, for a variant: single precision, dropout, weights of 0, a matrix without rows to copy, threads. */
static lgd_status everything(size_t variant, const data *d, uint64_t epochs)
{
    static const size_t hidden = 9;
    lgd_matrix *A = NULL;
    lgd_objective *f = (lgd_objective *)1;
    lgd_optimizer *adam = NULL;
    double w[MEMORY_DIM], start[MEMORY_DIM], out[FEW];
    lgd_status status = variant == 4 ? lgd_matrix_create(&A, FEW, COLS, &user_matrix, (void *)(uintptr_t)d)
                                     : lgd_matrix_dense(&A, FEW, COLS, d->X, COLS);
    if (status)
        return status;
    const lgd_mlp_options o = {.hidden = &hidden,
                               .hidden_count = 1,
                               .dropout = variant == 2 ? 0.5 : 0,
                               .single = variant == 1 || variant == 2,
                               .weights = variant == 3 ? d->weights : NULL};
    status = lgd_mlp_create(&f, A, d->y, lgd_loss_logistic(), &o);
    ck_assert(status ? !f : f != NULL);
    if (!status)
        status = lgd_mlp_initialise(f, LGD_INIT_AUTO, 1, w);
    if (!status)
        status = lgd_optimizer_parse(&adam, "adam");
    if (!status) {
        memcpy(start, w, sizeof w);
        status = lgd_minimize(f, adam, w,
                              &(lgd_minimize_options){.batch_size = variant == 5 ? 0 : 32,
                                                      .max_epochs = epochs,
                                                      .grad_tol = LGD_ZERO,
                                                      .threads = variant == 5 ? 3 : 1},
                              NULL);
        if (status && variant < 5)
            ck_assert_mem_eq(w, start, sizeof w);
    }
    if (!status)
        status = lgd_mlp_predict(f, A, w, out, 1);
    lgd_optimizer_free(adam);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    return status;
}

START_TEST(memory_each_allocation_failing_and_none_in_a_step)
{
    data d = data_create(FEW, COLS, 1, true, 1);
    d.weights[3] = 0;
    for (size_t variant = 0; variant < 6; variant++) {
        for (size_t k = 1;; k++) {
            memory_watch(k);
            const lgd_status status = everything(variant, &d, 2);
            ck_assert_uint_eq(memory_live(), 0);
            if (memory_made() < k) {
                ck_assert_msg(status == LGD_OK, "with all its memory: %s", lgd_last_error());
                ck_assert_uint_gt(k, 5);
                break;
            }
            ck_assert_msg(status == LGD_ENOMEM, "variant %zu, allocation %zu: status %d", variant, k, status);
            ck_assert_ptr_nonnull(strstr(lgd_last_error(), "bytes are needed"));
        }
        size_t made[2];
        for (size_t i = 0; i < 2 && variant < 5; i++) {
            memory_watch(0);
            ck_ok(everything(variant, &d, i ? 9 : 2));
            made[i] = memory_made();
        }
        ck_assert(variant == 5 || made[0] == made[1]);
    }
    memory_unwatch();
    data_free(&d);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mlp_training");
    CASE(s, initialise_every_kind_mean_and_variance_as_the_formula);
    CASE(s, xor_every_seed_all_four_right);
    CASE(s, digits_five_stratified_folds_at_least_97_percent);
    CASE(s, dropout_mean_over_steps_is_the_whole_network);
    CASE(s, dropout_units_left_out_as_often_as_asked_for);
    CASE(s, dropout_differs_by_step_not_by_grouping_or_threads);
    CASE(s, dropout_in_batches_only_and_not_in_what_is_reported);
    CASE(s, run_saved_between_epochs_goes_on_bit_for_bit);
    CASE(s, threads_any_number_same_bits);
    CASE(s, gradient_costs_one_product_more_with_the_data);
    CASE(s, layer_norms_vanish_in_deep_sigmoids_not_in_relus);
    CASE(s, deep_linear_network_explodes_unless_clipped);
    CASE(s, create_bad_input_named);
    CASE(s, memory_each_allocation_failing_and_none_in_a_step);
    return suite_run(s);
}
