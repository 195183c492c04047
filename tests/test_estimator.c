#include "problems.h"
#include "minimize/run.h"

/* Estimates of the gradient in batches: against plain loops, over all batches there are, and in runs of every kind. */

enum { M = 45, N = 4, DIM = N + 1 };

static const lgd_estimator reduced[] = {LGD_SVRG, LGD_SAGA, LGD_SARAH};
enum { REDUCED = sizeof reduced / sizeof *reduced };

static const char *name_of(lgd_estimator e)
{
    return lgd_estimator_of(e)->name;
}

static lgd_optimizer *sgd(double lr)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = lr}));
    return opt;
}

/* ---- plain loops: gradients by rows, kept whole */

typedef struct plain_run {
    plain p;
    lgd_minimize_options o;
    real table[M][DIM], mean[DIM]; /* saga: omega_i/omega times the gradient of row i without the smooth part */
} plain_run;

/* Over rows, without the smooth part, times the count: a sum. */
static real plain_sum(const plain_run *r, const lgd_rows *rows, const double *w, real *g)
{
    plain bare = r->p;
    bare.l2 = 0;
    real f = plain_eval(&bare, rows, w, g);
    for (size_t j = 0; j < DIM; j++)
        g[j] *= (real)rows->count;
    return f * (real)rows->count;
}

static void add_smooth(const plain_run *r, const double *w, real *g)
{
    for (size_t j = 0; j < N; j++)
        g[j] += (real)r->p.l2 * w[j];
}

/* The mean over a batch. */
static void plain_batch(const plain_run *r, const lgd_rows *rows, size_t divide_by, const double *w, real *g)
{
    plain_sum(r, rows, w, g);
    for (size_t j = 0; j < DIM; j++)
        g[j] /= (real)divide_by;
    add_smooth(r, w, g);
}

static void plain_saga(plain_run *r, const lgd_rows *rows, size_t divide_by, const double *w, real *g)
{
    static real fresh[M][DIM];
    bool visited[M] = {false};
    for (size_t j = 0; j < DIM; j++)
        g[j] = r->mean[j];
    for (size_t i = 0; i < rows->count; i++) {
        const size_t row = rows->index[rows->first + i];
        plain_sum(r, &(lgd_rows){row, 1, NULL}, w, fresh[row]);
        visited[row] = true;
        for (size_t j = 0; j < DIM; j++)
            g[j] += (fresh[row][j] - r->table[row][j]) / (real)divide_by;
    }
    add_smooth(r, w, g);
    for (size_t row = 0; row < M; row++)
        for (size_t j = 0; j < DIM && visited[row]; j++) {
            r->mean[j] += (fresh[row][j] - r->table[row][j]) / M;
            r->table[row][j] = fresh[row][j];
        }
}

/* Descent with the estimate, in double as far as w goes. */
static void plain_descent(plain_run *r, double lr, double *w)
{
    const lgd_minimize_options *o = &r->o;
    const size_t B = o->batch_size, steps = (M + B - 1) / B;
    size_t order[2 * M];
    for (uint64_t epoch = 0; epoch < o->max_epochs; epoch++) {
        const size_t draws = o->order == LGD_REPLACEMENT ? steps * B : M;
        for (size_t i = 0; i < M; i++)
            order[i] = i;
        if (o->order == LGD_SHUFFLE)
            lgd_permutation(o->seed, epoch, M, order);
        for (size_t i = 0; o->order == LGD_REPLACEMENT && i < draws; i++)
            order[i] = lgd_random_below(lgd_random(o->seed, LGD_STREAM_DRAW, epoch, i), M);
        double v[DIM], last[DIM];
        real mu[DIM], g[DIM], h[DIM];
        memcpy(v, w, sizeof v);
        memcpy(last, w, sizeof last);
        plain_batch(r, &(lgd_rows){0, M, NULL}, M, w, mu);
        for (size_t at = 0; at < draws; at += B) {
            const lgd_rows rows = {at, draws - at < B ? draws - at : B, order};
            const size_t divide_by = o->last == LGD_LAST_SCALE ? B : rows.count;
            if (rows.count < B && o->last == LGD_LAST_DROP)
                break;
            if (o->estimator == LGD_SAGA) {
                plain_saga(r, &rows, divide_by, w, g);
            } else {
                plain_batch(r, &rows, divide_by, w, g);
                plain_batch(r, &rows, divide_by, o->estimator == LGD_SVRG ? v : last, h);
                for (size_t j = 0; j < DIM; j++)
                    g[j] += mu[j] - h[j];
            }
            memcpy(last, w, sizeof last);
            for (size_t j = 0; j < DIM; j++)
                w[j] -= (double)(lr * g[j]);
            if (o->estimator == LGD_SARAH)
                memcpy(mu, g, sizeof mu);
        }
    }
}

START_TEST(estimator_runs_equal_plain_loops)
{
    static const size_t batches[] = {1, 7, 15, 44};
    model m = model_create(M, N, lgd_loss_logistic(), NULL, 1);
    for (int weights = 0; weights < 2; weights++) {
        lgd_objective *f = NULL;
        const lgd_glm_options o = {.l2 = 0.05, .intercept = true, .weights = weights ? m.d.weights : NULL};
        ck_ok(lgd_glm_create(&f, m.X, m.d.y, lgd_loss_logistic(), &o));
        for (size_t e = 0; e < REDUCED; e++)
            for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
                for (int order = LGD_SHUFFLE; order <= LGD_REPLACEMENT; order++)
                    for (int last = LGD_LAST_DIVIDE; last <= LGD_LAST_DROP; last++) {
                        static plain_run r;
                        r = (plain_run){.p = {&m.d, plain_logistic, 0.05, true, weights, false},
                                        .o = {.batch_size = batches[b],
                                              .max_epochs = 3,
                                              .order = (lgd_order)order,
                                              .last = (lgd_last)last,
                                              .seed = 5,
                                              .estimator = reduced[e],
                                              .grad_tol = LGD_ZERO}};
                        double w[DIM] = {0.3, -0.2, 0.1, 0.4, -0.5}, v[DIM];
                        memcpy(v, w, sizeof v);
                        lgd_optimizer *opt = sgd(0.1);
                        ck_ok(lgd_minimize(f, opt, w, &r.o, NULL));
                        plain_descent(&r, 0.1, v);
                        ck_assert_msg(difference_of(DIM, w, v) < 1e-13, "%s, batch %zu, order %d, last %d: %g",
                                      name_of(reduced[e]), batches[b], order, last, difference_of(DIM, w, v));
                        lgd_optimizer_free(opt);
                    }
        lgd_objective_free(f);
    }
    model_free(&m);
}
END_TEST

/* Outputs of half squares know nothing of one another: one model of two is two models, on the way too. */
START_TEST(estimator_two_outputs_equal_two_models)
{
    enum { K = 2 };
    const lgd_glm_options both = {.l2 = 0.05, .intercept = true, .outputs = K};
    model m = model_create(M, N, lgd_loss_half_squared(), &both, 18);
    double y[K][M];
    for (size_t i = 0; i < M * K; i++)
        y[i % K][i / K] = m.d.y[i];
    for (size_t e = 0; e < REDUCED; e++)
        for (int order = LGD_SHUFFLE; order <= LGD_REPLACEMENT; order++) {
            double w[DIM * K] = {0};
            lgd_optimizer *opt = sgd(0.1);
            lgd_minimize_options o = {.batch_size = 6,
                                      .max_epochs = 2,
                                      .order = (lgd_order)order,
                                      .estimator = reduced[e],
                                      .grad_tol = LGD_ZERO};
            for (o.first_epoch = 0; o.first_epoch < 6; o.first_epoch += 2)
                ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
            ck_assert(reduced[e] != LGD_SAGA || (opt->seen.each == K && opt->seen.visits > 2 * M));
            lgd_optimizer_free(opt);
            for (size_t c = 0; c < K; c++) {
                double one[DIM] = {0}, part[DIM];
                lgd_objective *f = NULL;
                ck_ok(lgd_glm_create(&f, m.X, y[c], lgd_loss_half_squared(),
                                     &(lgd_glm_options){.l2 = 0.05, .intercept = true}));
                opt = sgd(0.1);
                o.max_epochs = 6;
                o.first_epoch = 0;
                ck_ok(lgd_minimize(f, opt, one, &o, NULL));
                o.max_epochs = 2;
                for (size_t j = 0; j < DIM; j++)
                    part[j] = w[j * K + c];
                ck_assert_double_lt(difference_of(DIM, part, one), 1e-13);
                lgd_optimizer_free(opt);
                lgd_objective_free(f);
            }
        }
    model_free(&m);
}
END_TEST

/* Rows of weight 0 are no terms, and neither are those that a subset leaves out: the memory is of the others. */
START_TEST(estimator_rows_left_out_leave_no_trace)
{
    const lgd_glm_options plainly = {.l2 = 0.05, .intercept = true};
    model m = model_create(M, N, lgd_loss_logistic(), &plainly, 19);
    lgd_objective *without[2] = {NULL, NULL};
    double weights[M];
    size_t kept[M], count = 0;
    for (size_t i = 0; i < M; i++) {
        weights[i] = i % 3 ? 1 : 0;
        if (i % 3)
            kept[count++] = i;
    }
    lgd_glm_options weighted = plainly;
    weighted.weights = weights;
    ck_ok(lgd_glm_create(&without[0], m.X, m.d.y, lgd_loss_logistic(), &weighted));
    ck_ok(lgd_objective_subset(&without[1], m.f, &(lgd_rows){0, count, kept}));
    for (size_t e = 0; e < REDUCED; e++) {
        double w[2][DIM] = {{0}};
        for (size_t k = 0; k < 2; k++) {
            lgd_optimizer *opt = sgd(0.2);
            lgd_minimize_options o = {.batch_size = 4, .max_epochs = 3, .estimator = reduced[e], .grad_tol = LGD_ZERO};
            for (o.first_epoch = 0; o.first_epoch < 6; o.first_epoch += 3)
                ck_ok(lgd_minimize(without[k], opt, w[k], &o, NULL));
            ck_assert(reduced[e] != LGD_SAGA || (opt->seen.terms == count && opt->seen.visits == 6 * count));
            lgd_optimizer_free(opt);
        }
        ck_assert_double_lt(difference_of(DIM, w[0], w[1]), 1e-13);
    }
    lgd_objective_free(without[0]);
    lgd_objective_free(without[1]);
    model_free(&m);
}
END_TEST

/* ---- over all batches */

/* A run without its loop: what estimators work with. */
static lgd_run begun(lgd_objective *f, lgd_optimizer *opt, double *w, double *vectors, const lgd_minimize_options *o)
{
    const size_t dim = lgd_objective_dim(f);
    lgd_run run = {.f = f,
                   .opt = opt,
                   .w = w,
                   .o = *o,
                   .dim = dim,
                   .terms = lgd_objective_terms(f),
                   .threads = 1,
                   .sign = 1,
                   .batch = o->batch_size,
                   .g = vectors,
                   .w_old = vectors + dim,
                   .w_best = vectors + 2 * dim,
                   .w_epoch = vectors + 3 * dim};
    ck_ok(lgd_optimizer_prepare(opt, dim, 0, 0));
    ck_ok(lgd_estimate_create(&run));
    if (run.estimate.ops->begin)
        ck_ok(run.estimate.ops->begin(&run));
    return run;
}

/* The estimate from a batch at the state of the run, which is put back. */
static void estimate_once(lgd_run *run, const size_t *index, size_t count, double *g)
{
    lgd_seen *seen = &run->opt->seen;
    const lgd_estimate before = run->estimate;
    double mean[DIM], slope[M], vec[2][DIM], f;
    for (size_t i = 0; i < 2 && before.vec[2]; i++)
        memcpy(vec[i], before.vec[2 * i], sizeof vec[i]);
    if (seen->terms) {
        memcpy(mean, seen->mean, sizeof mean);
        memcpy(slope, seen->slope, seen->terms * sizeof *slope);
    }
    ck_ok(run->estimate.ops->gradient(run, &(lgd_rows){0, count, index}, count, &f));
    memcpy(g, run->g, DIM * sizeof *g);
    run->estimate = before;
    for (size_t i = 0; i < 2 && before.vec[2]; i++)
        memcpy(before.vec[2 * i], vec[i], sizeof vec[i]);
    if (seen->terms) {
        memcpy(seen->mean, mean, sizeof mean);
        memcpy(seen->slope, slope, seen->terms * sizeof *slope);
    }
}

START_TEST(estimator_mean_over_all_batches_is_gradient)
{
    enum { FEW = 6 };
    model m = model_create(FEW, N, lgd_loss_logistic(), NULL, 3);
    lgd_objective *f = NULL;
    ck_ok(lgd_glm_create(&f, m.X, m.d.y, lgd_loss_logistic(),
                         &(lgd_glm_options){.l2 = 0.05, .intercept = true, .weights = m.d.weights}));
    for (size_t e = 0; e < REDUCED; e++)
        for (int replacement = 0; replacement < 2; replacement++)
            for (size_t B = 1; B <= 2; B++) {
                double w[DIM], vectors[4 * DIM], there[DIM], last[DIM], g[DIM], F, value;
                const lgd_minimize_options o = {
                    .batch_size = B, .order = replacement ? LGD_REPLACEMENT : LGD_SHUFFLE, .estimator = reduced[e]};
                lgd_optimizer *opt = sgd(1);
                fill(50, DIM, -1, 1, w);
                lgd_run run = begun(f, opt, w, vectors, &o);
                memcpy(run.w_epoch, w, sizeof w);
                ck_ok(lgd_objective_eval(f, NULL, w, &F, run.g));
                if (run.estimate.ops->begin_epoch)
                    ck_ok(run.estimate.ops->begin_epoch(&run));
                /* to some state: a few estimates at other points */
                static const size_t visits[3][2] = {{4, 1}, {1, 0}, {3, 3}};
                for (size_t k = 0; k < 3; k++) {
                    ck_ok(run.estimate.ops->gradient(&run, &(lgd_rows){0, replacement ? B : 1, visits[k]},
                                                     replacement ? B : 1, &value));
                    memcpy(last, run.g, sizeof last); /* sarah's estimate there */
                    memcpy(there, w, sizeof there);
                    fill(60 + k, DIM, -1, 1, w);
                }
                real mean[DIM] = {0};
                size_t batches = 0;
                for (size_t i = 0; i < FEW; i++)
                    for (size_t k = 0; k < (B == 2 ? FEW : 1); k++) {
                        if (B == 2 && !replacement && i == k)
                            continue;
                        estimate_once(&run, (const size_t[]){i, k}, B, g);
                        batches++;
                        for (size_t j = 0; j < DIM; j++)
                            mean[j] += g[j];
                    }
                /* what it must be: the gradient; sarah's is that plus what its last estimate was off */
                double expected[DIM], elsewhere[DIM], got[DIM];
                ck_ok(lgd_objective_eval(f, NULL, w, &F, expected));
                ck_ok(lgd_objective_eval(f, NULL, there, &F, elsewhere));
                for (size_t j = 0; j < DIM; j++) {
                    got[j] = (double)(mean[j] / (real)batches);
                    expected[j] += reduced[e] == LGD_SARAH ? last[j] - elsewhere[j] : 0;
                }
                ck_assert_msg(difference_of(DIM, got, expected) < 1e-15 * 30, "%s, batch %zu: %g", name_of(reduced[e]),
                              B, difference_of(DIM, got, expected));
                lgd_estimate_free(&run);
                lgd_optimizer_free(opt);
            }
    lgd_objective_free(f);
    model_free(&m);
}
END_TEST

START_TEST(estimator_batch_of_all_rows_bits_of_descent)
{
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.05, .intercept = true}, 4);
    static const size_t sizes[] = {0, M};
    for (size_t b = 0; b < 2; b++)
        for (int order = LGD_SHUFFLE; order <= LGD_SEQUENTIAL; order++) {
            double plainly[DIM] = {0};
            lgd_minimize_options o = {.batch_size = sizes[b], .order = (lgd_order)order, .max_epochs = 6};
            lgd_optimizer *opt = sgd(0.3);
            ck_ok(lgd_minimize(m.f, opt, plainly, &o, NULL));
            for (size_t e = 0; e < REDUCED; e++) {
                double w[DIM] = {0};
                lgd_optimizer_reset(opt);
                o.estimator = reduced[e];
                ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
                ck_assert_mem_eq(w, plainly, sizeof w);
                ck_assert_uint_eq(opt->seen.terms, 0);
            }
            lgd_optimizer_free(opt);
        }
    /* As many draws with replacement are not all rows. */
    double drawn[DIM] = {0};
    lgd_minimize_options o = {.batch_size = M, .order = LGD_REPLACEMENT, .max_epochs = 6};
    lgd_optimizer *opt = sgd(0.3);
    ck_ok(lgd_minimize(m.f, opt, drawn, &o, NULL));
    for (size_t e = 0; e < REDUCED; e++) {
        double w[DIM] = {0};
        lgd_optimizer_reset(opt);
        o.estimator = reduced[e];
        ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
        ck_assert(memcmp(w, drawn, sizeof w));
    }
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* ---- with what there is */

/* Normalised steps are as long as their rate wherever they are. */
static double rate(size_t i)
{
    return strcmp(function_method(i)->name, "lion") ? 0.02 : 1e-3;
}

START_TEST(estimator_every_method_and_penalty_lowers_value)
{
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.05, .intercept = true}, 5);
    lgd_penalty *l1 = NULL;
    ck_ok(lgd_penalty_l1_create(&l1, 0.02));
    size_t followed = 0, can = 0;
    for (size_t i = 0; function_method(i); i++)
        for (size_t e = 0; e < REDUCED && !(function_method(i)->flags & LGD_FULL_BATCH); e++)
            for (int with = 0; with < 2; with++) {
                double w[DIM] = {2, -2, 2, -2, 2}, before, h;
                lgd_optimizer *opt = builtin(i, rate(i));
                const lgd_minimize_options o = {.batch_size = 4,
                                                .max_epochs = 2,
                                                .estimator = reduced[e],
                                                .grad_tol = LGD_ZERO,
                                                .penalty = with ? l1 : NULL};
                lgd_report report;
                ck_ok(lgd_objective_eval(m.f, NULL, w, &before, NULL));
                ck_ok(lgd_penalty_value(l1, N, w, &h));
                lgd_status status = lgd_minimize(m.f, opt, w, &o, &report);
                followed += with && !status;
                if (!with || status != LGD_EUNSUPPORTED) {
                    ck_assert_msg(!status, "%s: %s", name_of(reduced[e]), lgd_last_error());
                    ck_assert_msg(report.f < before + (with ? h : 0), "%s, %s: from %g to %g", lgd_optimizer_name(opt),
                                  name_of(reduced[e]), before, report.f);
                }
                lgd_optimizer_free(opt);
            }
    for (size_t i = 0; function_method(i); i++) {
        const unsigned flags = function_method(i)->flags;
        can += !(flags & LGD_FULL_BATCH) && flags & (LGD_TELLS_RATE | LGD_OWN_PROX);
    }
    ck_assert(can > 0 && followed == REDUCED * can);
    lgd_penalty_free(l1);
    model_free(&m);
}
END_TEST

/* To the minimum of a lasso at a constant rate, which batches alone do not come to; zeros are exact. */
START_TEST(estimator_l1_reaches_minimum_with_exact_zeros)
{
    model m = model_create(200, 8, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 6);
    lgd_penalty *l1 = NULL;
    ck_ok(lgd_penalty_l1_create(&l1, 0.04));
    double first[9] = {0};
    for (size_t e = 0; e <= REDUCED; e++) {
        double w[9] = {0};
        size_t zeros = 0;
        lgd_report report;
        lgd_optimizer *opt = sgd(0.3);
        const lgd_minimize_options o = {.batch_size = 10,
                                        .max_epochs = 400,
                                        .check_every = 1,
                                        .grad_tol = LGD_ZERO,
                                        .grad_tol_abs = 1e-13,
                                        .estimator = e < REDUCED ? reduced[e] : LGD_MINIBATCH,
                                        .penalty = l1};
        ck_ok(lgd_minimize(m.f, opt, w, &o, &report));
        for (size_t j = 0; j < 8; j++)
            zeros += w[j] == 0;
        if (e < REDUCED) {
            ck_assert_msg(report.stop == LGD_STOP_GRAD_TOL, "%s: |g| is %g", name_of(reduced[e]), report.grad_norm);
            ck_assert(zeros >= 1 && zeros < 8);
            if (e == 0)
                memcpy(first, w, sizeof w);
            ck_assert_double_lt(difference_of(9, w, first), 1e-10);
        } else {
            ck_assert_double_gt(report.grad_norm, 1e-4);
        }
        lgd_optimizer_free(opt);
    }
    lgd_penalty_free(l1);
    model_free(&m);
}
END_TEST

static double minus_half_squared(const void *ctx, size_t rows, size_t k, double *Z, size_t ldz, const double *y,
                                 const double *weight)
{
    (void)ctx, (void)weight;
    double f = 0;
    for (size_t i = 0; i < rows * k; i++) {
        const double off = Z[i / k * ldz + i % k] - y[i];
        f -= 0.5 * off * off;
        Z[i / k * ldz + i % k] = -off;
    }
    return f;
}

START_TEST(estimator_maximize_mirrors_minimize)
{
    model m = model_create(M, N, lgd_loss_half_squared(), NULL, 7);
    lgd_loss *loss = NULL;
    lgd_objective *up = NULL;
    ck_ok(lgd_loss_create(&loss, &(lgd_loss_ops){.name = "minus", .eval = minus_half_squared}, NULL));
    ck_ok(lgd_glm_create(&up, m.X, m.d.y, loss, NULL));
    for (size_t e = 0; e < REDUCED; e++) {
        double w[N] = {0}, v[N] = {0};
        lgd_report down, ascent;
        lgd_optimizer *opt = sgd(0.1);
        lgd_minimize_options o = {.batch_size = 7, .max_epochs = 5, .estimator = reduced[e], .grad_tol = LGD_ZERO};
        ck_ok(lgd_minimize(m.f, opt, w, &o, &down));
        lgd_optimizer_reset(opt);
        o.maximize = true;
        ck_ok(lgd_minimize(up, opt, v, &o, &ascent));
        ck_assert_mem_eq(w, v, sizeof w);
        ck_assert(fabs(down.f + ascent.f) <= 1e-15 * down.f && fabs(down.best_f + ascent.best_f) <= 1e-15 * down.f);
        lgd_optimizer_free(opt);
    }
    lgd_objective_free(up);
    lgd_loss_free(loss);
    model_free(&m);
}
END_TEST

/* What is frozen keeps its bits, has no part in |g|, and may move later: the memory is that of all coordinates. */
START_TEST(estimator_frozen_coordinates_stay_and_can_thaw)
{
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.05, .intercept = true}, 8);
    const double scale[DIM] = {1, 0, 1, 0.5, 1};
    for (size_t e = 0; e < REDUCED; e++) {
        double w[DIM] = {0.1, 0.2, 0.3, 0.4, 0.5}, v[DIM];
        lgd_report report;
        lgd_optimizer *opt = sgd(0.2);
        lgd_minimize_options o = {.batch_size = 5,
                                  .max_epochs = 300,
                                  .check_every = 1,
                                  .grad_tol = LGD_ZERO,
                                  .grad_tol_abs = 1e-12,
                                  .estimator = reduced[e],
                                  .lr_scale = scale,
                                  .clip_norm = 0.5};
        ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 4, .count = 1, .frozen = true}, 1));
        ck_ok(lgd_minimize(m.f, opt, w, &o, &report));
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        ck_assert(w[1] == 0.2 && w[4] == 0.5);
        const uint64_t visits = opt->seen.visits;
        ck_ok(lgd_optimizer_groups(opt, NULL, 0));
        o.lr_scale = NULL;
        ck_ok(lgd_minimize(m.f, opt, w, &o, &report));
        ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
        ck_assert(reduced[e] != LGD_SAGA || opt->seen.visits > visits);
        memset(v, 0, sizeof v);
        lgd_optimizer_reset(opt);
        o.clip_norm = 0;
        ck_ok(lgd_minimize(m.f, opt, v, &o, NULL));
        ck_assert_double_lt(difference_of(DIM, w, v), 1e-10);
        lgd_optimizer_free(opt);
    }
    model_free(&m);
}
END_TEST

START_TEST(estimator_same_bits_for_any_number_of_threads)
{
    enum { ROWS = 3600, COLS = 20, BATCH = 1700 }; /* two chunks a batch */
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 9);
    static const size_t threads[] = {1, 2, 3, 8};
    for (size_t e = 0; e < REDUCED; e++)
        for (int order = LGD_SHUFFLE; order <= LGD_REPLACEMENT; order++) {
            double one[COLS + 1];
            for (size_t t = 0; t < 4; t++) {
                double w[COLS + 1] = {0};
                lgd_optimizer *opt = sgd(0.1);
                lgd_minimize_options o = {.batch_size = BATCH,
                                          .max_epochs = 2,
                                          .order = (lgd_order)order,
                                          .estimator = reduced[e],
                                          .grad_tol = LGD_ZERO,
                                          .threads = threads[t]};
                for (o.first_epoch = 0; o.first_epoch < 4; o.first_epoch += 2) /* on the way the memory is looked at */
                    ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
                if (t == 0)
                    memcpy(one, w, sizeof w);
                ck_assert_mem_eq(w, one, sizeof w);
                lgd_optimizer_free(opt);
            }
        }
    model_free(&m);
}
END_TEST

/* ---- what is kept */

typedef struct bytes {
    unsigned char *at;
    size_t size;
} bytes;

static bytes save(const lgd_optimizer *opt)
{
    bytes b = {0};
    ck_ok(lgd_optimizer_save(opt, NULL, &b.size));
    b.at = malloc(b.size);
    ck_assert_ptr_nonnull(b.at);
    ck_ok(lgd_optimizer_save(opt, b.at, &b.size));
    return b;
}

START_TEST(estimator_resume_bits_of_uninterrupted)
{
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.05, .intercept = true}, 10);
    for (size_t i = 0; function_method(i); i++)
        for (size_t e = 0; e < REDUCED && !(function_method(i)->flags & LGD_FULL_BATCH); e++)
            for (int order = LGD_SHUFFLE; order <= LGD_REPLACEMENT; order++) {
                double a[DIM] = {0}, b[DIM] = {0};
                lgd_minimize_options o = {.batch_size = 8,
                                          .max_epochs = 6,
                                          .order = (lgd_order)order,
                                          .estimator = reduced[e],
                                          .grad_tol = LGD_ZERO,
                                          .seed = 3};
                lgd_optimizer *whole = builtin(i, rate(i)), *parts = builtin(i, rate(i));
                ck_ok(lgd_minimize(m.f, whole, a, &o, NULL));
                o.max_epochs = 2;
                for (o.first_epoch = 0; o.first_epoch < 6; o.first_epoch += 2) {
                    ck_ok(lgd_minimize(m.f, parts, b, &o, NULL));
                    bytes saved = save(parts);
                    lgd_optimizer_free(parts);
                    parts = builtin(i, rate(i));
                    ck_ok(lgd_optimizer_load(parts, saved.at, saved.size));
                    free(saved.at);
                }
                ck_assert_msg(!memcmp(a, b, sizeof a), "%s, %s, order %d", lgd_optimizer_name(whole),
                              name_of(reduced[e]), order);
                bytes one = save(whole), other = save(parts);
                ck_assert_uint_eq(one.size, other.size);
                ck_assert(reduced[e] != LGD_SAGA || whole->seen.terms == M);
                if (reduced[e] == LGD_SAGA) { /* what is judged at the ends of runs is no part of it */
                    ck_assert_mem_eq(whole->seen.mean, parts->seen.mean, DIM * sizeof(double));
                    ck_assert_mem_eq(whole->seen.slope, parts->seen.slope, M * sizeof(double));
                    ck_assert(whole->seen.visits == parts->seen.visits && whole->seen.largest == parts->seen.largest);
                }
                free(one.at);
                free(other.at);
                lgd_optimizer_free(whole);
                lgd_optimizer_free(parts);
            }
    model_free(&m);
}
END_TEST

/* An optimizer that has a memory of seven rows and three coordinates. */
static lgd_optimizer *remembering(void)
{
    model m = model_create(7, 2, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}, 11);
    lgd_optimizer *opt = sgd(0.1);
    double w[3] = {0};
    ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.batch_size = 2, .max_epochs = 1, .estimator = LGD_SAGA},
                       NULL));
    ck_assert_uint_eq(opt->seen.terms, 7);
    model_free(&m);
    return opt;
}

static void load_refused(lgd_optimizer *opt, const unsigned char *from, size_t size)
{
    bytes before = save(opt);
    ck_assert_int_eq(lgd_optimizer_load(opt, from, size), LGD_EFORMAT);
    bytes after = save(opt);
    ck_assert(before.size == after.size && !memcmp(before.at, after.at, before.size));
    free(before.at);
    free(after.at);
}

START_TEST(estimator_saved_memory_damaged_or_cut_refused)
{
    lgd_optimizer *opt = remembering(), *none = sgd(0.1);
    bytes b = save(opt), fresh = save(none);
    lgd_optimizer_reset(none);
    ck_assert_uint_gt(b.size, fresh.size + (3 + 7) * sizeof(double) - 1);
    for (size_t at = 0; at < b.size; at++) {
        for (unsigned flip = 1; flip < 256; flip = flip < 128 ? 2 * flip : 2 * flip - 1) {
            b.at[at] ^= (unsigned char)flip;
            load_refused(opt, b.at, b.size);
            b.at[at] ^= (unsigned char)flip;
        }
        unsigned char *cut = malloc(at ? at : 1);
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, b.at, at);
        load_refused(opt, cut, at);
        free(cut);
    }
    /* right checksums over counts that are wrong */
    static const uint64_t absurd[] = {0,         1,         2, 3, 6, 8, 1000, (uint64_t)1 << 40, (uint64_t)1 << 61,
                                      INT64_MAX, UINT64_MAX};
    for (size_t at = 16; at + 12 <= b.size; at++)
        for (size_t a = 0; a < sizeof absurd / sizeof *absurd; a++) {
            unsigned char *bad = malloc(b.size);
            ck_assert_ptr_nonnull(bad);
            memcpy(bad, b.at, b.size);
            memcpy(bad + at, &absurd[a], sizeof *absurd);
            const uint32_t crc = lgd_crc32c(0, bad, b.size - 4);
            memcpy(bad + b.size - 4, &crc, 4);
            memory_watch(0);
            lgd_optimizer *to = sgd(0.1);
            const lgd_status status = lgd_optimizer_load(to, bad, b.size);
            ck_assert(status ? !to->dim && !to->seen.terms : to->seen.terms * to->seen.each == 7);
            lgd_optimizer_free(to);
            ck_assert_uint_eq(memory_live(), 0);
            memory_unwatch();
            free(bad);
        }
    ck_ok(lgd_optimizer_load(none, b.at, b.size));
    bytes again = save(none);
    ck_assert(again.size == b.size && !memcmp(again.at, b.at, b.size));
    lgd_optimizer_reset(none);
    bytes empty = save(none);
    ck_assert_uint_eq(empty.size, fresh.size);
    free(empty.at);
    free(again.at);
    free(fresh.at);
    free(b.at);
    lgd_optimizer_free(none);
    lgd_optimizer_free(opt);
}
END_TEST

/* An optimizer that has a memory takes an older one in its place; one that is refused leaves it what it had. */
START_TEST(estimator_load_in_the_place_of_a_memory)
{
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.05, .intercept = true}, 12);
    lgd_optimizer *opt = sgd(0.3);
    double w[DIM] = {0}, middle[DIM], end[DIM];
    lgd_minimize_options o = {.batch_size = 4, .max_epochs = 2, .estimator = LGD_SAGA, .grad_tol = LGD_ZERO};
    ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
    memcpy(middle, w, sizeof w);
    bytes b = save(opt);
    o.first_epoch = 2;
    ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
    memcpy(end, w, sizeof w);
    for (int k = 0; k < 2; k++) {
        ck_ok(lgd_optimizer_load(opt, b.at, b.size));
        b.at[b.size / 2] ^= 1;
        ck_fails(lgd_optimizer_load(opt, b.at, b.size), LGD_EFORMAT, "damaged");
        b.at[b.size / 2] ^= 1;
        memcpy(w, middle, sizeof w);
        ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
        ck_assert_mem_eq(w, end, sizeof w);
        ck_assert_uint_eq(opt->seen.visits, (size_t)4 * M);
    }
    free(b.at);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* A memory is kept where it is right, whatever the targets are; with other rows, or more of them, it begins anew. */
START_TEST(estimator_memory_of_other_rows_begins_anew)
{
    enum { SAME, OTHER_TARGETS, OTHER_ROWS, MORE_ROWS, OTHER_WEIGHTS, ONE_CELL, KINDS };
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t batch = 1; batch <= 20; batch += 19) {
            const lgd_glm_options o = {.l2 = 0.05, .intercept = true};
            model m = model_create(M, N, lgd_loss_logistic(), &o, 12);
            model other =
                model_create(kind == MORE_ROWS ? M + 1 : M, N, lgd_loss_logistic(), &o, kind == OTHER_ROWS ? 112 : 12);
            if (kind == OTHER_TARGETS)
                for (size_t i = 0; i < M; i++)
                    other.d.y[i] = 1 - other.d.y[i];
            if (kind == ONE_CELL)
                other.d.X[17] *= 1 + 1e-8;
            if (kind == OTHER_WEIGHTS) {
                lgd_objective_free(other.f);
                ck_ok(lgd_glm_create(&other.f, other.X, other.d.y, lgd_loss_logistic(),
                                     &(lgd_glm_options){.l2 = 0.05, .intercept = true, .weights = other.d.weights}));
                for (size_t i = 0; i < M; i++)
                    other.d.weights[i] = 2; /* twice the mean, too */
                lgd_objective_free(other.f);
                ck_ok(lgd_glm_create(&other.f, other.X, other.d.y, lgd_loss_logistic(),
                                     &(lgd_glm_options){.l2 = 0.05, .intercept = true, .weights = other.d.weights}));
            }
            lgd_optimizer *opt = sgd(0.1), *fresh = sgd(0.1);
            double w[DIM] = {0}, v[DIM];
            lgd_minimize_options run = {.batch_size = batch, .max_epochs = 40, .estimator = LGD_SAGA};
            ck_ok(lgd_minimize(m.f, opt, w, &run, NULL));
            memcpy(v, w, sizeof v);
            const uint64_t visits = opt->seen.visits;
            run.max_epochs = 3;
            lgd_report report;
            ck_ok(lgd_minimize(other.f, opt, w, &run, &report));
            ck_near(report.passes, 3 + 1 + (kind == MORE_ROWS ? 0 : 2),
                    1e-12); /* of another size it need not be looked at */
            ck_ok(lgd_minimize(other.f, fresh, v, &run, NULL));
            const bool kept = kind == SAME || kind == OTHER_TARGETS, anew = !memcmp(w, v, sizeof w);
            ck_assert_msg(anew != kept, "kind %d, batch %zu", kind, batch);
            ck_assert_uint_eq(opt->seen.visits, fresh->seen.visits + (kept ? visits : 0));
            lgd_optimizer_free(opt);
            lgd_optimizer_free(fresh);
            model_free(&m);
            model_free(&other);
        }
}
END_TEST

/* As many rows and as many weights, but two slopes of a row in the place of one. */
START_TEST(estimator_memory_of_fewer_outputs_begins_anew)
{
    model one = model_create(M, N, lgd_loss_half_squared(), NULL, 14);
    model two = model_create(M, N / 2, lgd_loss_half_squared(), &(lgd_glm_options){.outputs = 2}, 15);
    lgd_optimizer *opt = sgd(0.1);
    double w[N] = {0};
    const lgd_minimize_options o = {.batch_size = 4, .max_epochs = 2, .estimator = LGD_SAGA, .grad_tol = LGD_ZERO};
    for (size_t k = 0; k < 4; k++) {
        ck_ok(lgd_minimize(k % 2 ? two.f : one.f, opt, w, &o, NULL));
        ck_assert_uint_eq(opt->seen.each, 1 + k % 2);
        ck_assert_uint_eq(opt->seen.visits, (size_t)2 * M);
    }
    lgd_optimizer_free(opt);
    model_free(&one);
    model_free(&two);
}
END_TEST

/* Rounding moves the mean, most where it began far away: that is not taken for other rows. */
START_TEST(estimator_memory_of_long_runs_is_kept)
{
    model m = model_create(M, N, lgd_loss_half_squared(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 20);
    for (int far = 0; far < 2; far++)
        for (size_t batch = 1; batch <= 16; batch += 15)
            for (int order = LGD_SHUFFLE; order <= LGD_REPLACEMENT; order += 2) {
                double w[DIM];
                lgd_optimizer *opt = sgd(0.1);
                lgd_minimize_options o = {
                    .batch_size = batch, .order = (lgd_order)order, .estimator = LGD_SAGA, .grad_tol = LGD_ZERO};
                fill(70, DIM, far ? -1e9 : -1, far ? 1e9 : 1, w);
                uint64_t visits = 0;
                static const uint64_t epochs[] = {1, 1, 10, 100, 1500, 1};
                for (size_t k = 0; k < sizeof epochs / sizeof *epochs; k++) {
                    o.max_epochs = epochs[k];
                    ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
                    o.first_epoch += epochs[k];
                    visits += epochs[k] * (order == LGD_REPLACEMENT ? (M + batch - 1) / batch * batch : M);
                    ck_assert_uint_eq(opt->seen.visits, visits);
                }
                lgd_optimizer_free(opt);
            }
    model_free(&m);
}
END_TEST

/* A number that is none ends the run; the memory has not taken it up. */
START_TEST(estimator_nan_in_an_epoch_leaves_memory_sound)
{
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.05, .intercept = true}, 13);
    for (size_t e = 0; e < REDUCED; e++)
        for (size_t batch = 1; batch <= 8; batch += 7) {
            double w[DIM] = {0}, v[DIM] = {0};
            lgd_optimizer *opt = sgd(0.2);
            lgd_minimize_options o = {.batch_size = batch,
                                      .max_epochs = 3,
                                      .estimator = reduced[e],
                                      .grad_tol = LGD_ZERO,
                                      .order = LGD_SEQUENTIAL};
            ck_ok(lgd_minimize(m.f, opt, w, &o, NULL));
            const double cell = m.d.X[30 * N + 2];
            m.d.X[30 * N + 2] = NAN;
            ck_fails(lgd_minimize(m.f, opt, w, &o, NULL), LGD_EDIVERGED, "finite");
            for (size_t j = 0; j < DIM; j++)
                ck_assert(isfinite(w[j]));
            m.d.X[30 * N + 2] = cell;
            o.max_epochs = 400;
            o.check_every = 1;
            o.grad_tol_abs = 1e-12;
            lgd_report report;
            ck_ok(lgd_minimize(m.f, opt, w, &o, &report));
            ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
            lgd_optimizer_reset(opt);
            ck_ok(lgd_minimize(m.f, opt, v, &o, NULL));
            ck_assert_double_lt(difference_of(DIM, w, v), 1e-10);
            lgd_optimizer_free(opt);
        }
    model_free(&m);
}
END_TEST

/* The same within a run: the slopes of the batch that failed are not there. */
START_TEST(estimator_nan_in_a_batch_not_remembered)
{
    model m = model_create(M, N, lgd_loss_half_squared(), &(lgd_glm_options){.l2 = 0.05, .intercept = true}, 14);
    lgd_optimizer *opt = sgd(0.2);
    double w[DIM] = {0};
    m.d.y[30] = NAN;
    ck_fails(lgd_minimize(m.f, opt, w,
                          &(lgd_minimize_options){
                              .batch_size = 7, .max_epochs = 3, .estimator = LGD_SAGA, .order = LGD_SEQUENTIAL},
                          NULL),
             LGD_EDIVERGED, "f is nan");
    ck_assert_uint_eq(opt->seen.visits, 28);
    for (size_t i = 0; i < M; i++)
        ck_assert(i < 28 ? opt->seen.slope[i] != 0 : opt->seen.slope[i] == 0);
    for (size_t j = 0; j < DIM; j++)
        ck_assert(isfinite(opt->seen.mean[j]));
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* ---- what is judged, and told */

START_TEST(estimator_svrg_and_sarah_judge_every_epoch)
{
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.05, .intercept = true}, 15);
    for (size_t e = 0; e < REDUCED; e++) {
        const bool all = reduced[e] != LGD_SAGA;
        double w[DIM] = {0}, best[DIM], at_best;
        lgd_history *h = NULL;
        lgd_report report;
        lgd_optimizer *opt = sgd(0.3);
        lgd_minimize_options o = {
            .batch_size = 9, .max_epochs = 500, .estimator = reduced[e], .history = NULL, .w_best = best};
        ck_ok(lgd_history_create(&h));
        o.history = h;
        o.grad_tol = 1e-8;
        if (!all) { /* one pass an epoch: nothing is known of all rows unless asked for */
            ck_fails(lgd_minimize(m.f, opt, w, &o, &report), LGD_EINVAL, "check_every");
            o.grad_tol = 0;
            o.max_epochs = 4;
            ck_ok(lgd_minimize(m.f, opt, w, &o, &report));
            ck_assert_uint_eq(report.epochs, 4);
            ck_assert_double_eq(report.passes, 4 + 1);
        } else {
            ck_ok(lgd_minimize(m.f, opt, w, &o, &report));
            ck_assert_int_eq(report.stop, LGD_STOP_GRAD_TOL);
            size_t count;
            const double *loss = lgd_history_series(h, "loss", &count);
            ck_assert_uint_eq(count, report.epochs);
            for (size_t i = 0; i < count; i++)
                ck_assert(isfinite(loss[i]));
            /* each epoch: all rows; SVRG two evaluations a step, SARAH two but in the first step one */
            const double an_epoch = reduced[e] == LGD_SVRG ? 3 : 3 - 9.0 / M;
            ck_near(report.passes, (real)((double)report.epochs * an_epoch + 1), 1e-12);
            ck_ok(lgd_objective_eval(m.f, NULL, best, &at_best, NULL));
            ck_assert_double_eq(at_best, report.best_f);
        }
        lgd_history_free(h);
        lgd_optimizer_free(opt);
    }
    model_free(&m);
}
END_TEST

START_TEST(estimator_divergence_names_a_rate_that_holds)
{
    model m = model_create(120, N, lgd_loss_half_squared(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 16);
    for (size_t e = 0; e < REDUCED; e++)
        for (size_t batch = 1; batch <= 30; batch += 29) {
            double w[DIM] = {0}, at_zero;
            lgd_report report;
            lgd_optimizer *opt = sgd(100);
            const lgd_minimize_options o = {.batch_size = batch, .max_epochs = 60, .estimator = reduced[e]};
            ck_fails(lgd_minimize(m.f, opt, w, &o, &report), LGD_EDIVERGED, "would hold");
            ck_assert_double_gt(report.lr_hold, 0);
            lgd_optimizer_free(opt);
            opt = sgd(report.lr_hold);
            memset(w, 0, sizeof w);
            ck_ok(lgd_objective_eval(m.f, NULL, w, &at_zero, NULL));
            ck_ok(lgd_minimize(m.f, opt, w, &o, &report));
            ck_assert_double_lt(report.f, at_zero);
            lgd_optimizer_free(opt);
        }
    model_free(&m);
}
END_TEST

START_TEST(estimator_bad_options_refused)
{
    static const double ones[3] = {1, 1, 1};
    quadratic q = {ones, NULL, 0};
    lgd_objective *f = NULL;
    lgd_optimizer *opt = sgd(0.1);
    double w[3] = {1, 2, 3};
    ck_ok(lgd_function_create(&f, 3, quadratic_eval, &q));
    for (size_t batch = 0; batch < 2; batch++) {
        lgd_minimize_options o = {.batch_size = batch, .estimator = LGD_SAGA, .max_epochs = 1};
        ck_fails(
            lgd_minimize(f, opt, w, &o, NULL), LGD_EUNSUPPORTED,
            "minimize: estimator is saga, minibatch, svrg or sarah is accepted: the function has no slopes per row");
        o.estimator = (lgd_estimator)4;
        ck_fails(lgd_minimize(f, opt, w, &o, NULL), LGD_EINVAL,
                 "minimize: estimator is 4, 0 (LGD_MINIBATCH) to 3 is accepted");
        o.estimator = (lgd_estimator)-1;
        ck_fails(lgd_minimize(f, opt, w, &o, NULL), LGD_EINVAL, "minimize: estimator is -1, ");
        o.estimator = LGD_SVRG; /* two evaluations a step can be had of anything */
        w[0] = 1;
        ck_ok(lgd_minimize(f, opt, w, &o, NULL));
        ck_assert_double_eq(w[0], 1 - 0.1);
    }
    lgd_objective_free(f);
    lgd_optimizer_free(opt);
}
END_TEST

/* ---- memory */

static lgd_status whole_run(const model *m, lgd_estimator e, lgd_order order, size_t batch, uint64_t epochs)
{
    double w[DIM] = {1, 2, 3, 4, 5};
    static const double start[DIM] = {1, 2, 3, 4, 5};
    lgd_optimizer *opt = NULL, *loaded = NULL;
    lgd_status status = lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.1});
    const lgd_minimize_options o = {
        .batch_size = batch, .max_epochs = epochs, .order = order, .estimator = e, .grad_tol = LGD_ZERO, .threads = 1};
    if (!status) {
        status = lgd_minimize(m->f, opt, w, &o, NULL);
        if (status)
            ck_assert_mem_eq(w, start, sizeof w);
    }
    unsigned char room[4096];
    size_t size = sizeof room;
    if (!status)
        status = lgd_optimizer_save(opt, room, &size);
    if (!status)
        status = lgd_sgd_create(&loaded, &(lgd_sgd_options){.lr = 0.1});
    if (!status) {
        status = lgd_optimizer_load(loaded, room, size);
        ck_assert(!status || (loaded->dim == 0 && loaded->seen.terms == 0));
    }
    lgd_optimizer_free(loaded);
    lgd_optimizer_free(opt);
    return status;
}

START_TEST(estimator_each_allocation_failing_no_leak)
{
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.05, .intercept = true}, 17);
    for (size_t e = 0; e < REDUCED; e++)
        for (int order = LGD_SHUFFLE; order <= LGD_REPLACEMENT; order += 2) {
            ck_ok(whole_run(&m, reduced[e], (lgd_order)order, 8, 2)); /* the objective has its scratch */
            size_t k = 1;
            for (;; k++) {
                memory_watch(k);
                const lgd_status status = whole_run(&m, reduced[e], (lgd_order)order, 8, 2);
                const size_t made = memory_made();
                ck_assert_uint_eq(memory_live(), 0);
                memory_unwatch();
                if (made < k) {
                    ck_ok(status);
                    break;
                }
                ck_assert_int_eq(status, LGD_ENOMEM);
            }
            ck_assert_uint_ge(k, reduced[e] == LGD_SAGA ? 9 : 7);
            for (size_t batch = 1; batch <= 40; batch += 39) {
                size_t made[2];
                for (size_t long_run = 0; long_run < 2; long_run++) {
                    memory_watch(0);
                    ck_ok(whole_run(&m, reduced[e], (lgd_order)order, batch, long_run ? 9 : 1));
                    made[long_run] = memory_made();
                    memory_unwatch();
                }
                ck_assert_uint_eq(made[0], made[1]);
            }
        }
    model_free(&m);
}
END_TEST

/* Moved into the box for the run, w is back where it was when there is no memory for one. */
START_TEST(estimator_no_memory_start_outside_a_box_untouched)
{
    model m = model_create(M, N, lgd_loss_logistic(), NULL, 17);
    const double low[N] = {0}, high[N] = {0};
    lgd_penalty *box;
    ck_ok(lgd_penalty_box_create(&box, N, low, high));
    for (size_t e = 0; e < REDUCED; e++) {
        size_t failed = 0;
        for (bool fails = true; fails; failed++) {
            double w[N], start[N];
            lgd_optimizer *opt = NULL;
            ck_ok(lgd_optimizer_parse(&opt, "sgd:lr=auto"));
            fill(33, N, 1, 2, w);
            memcpy(start, w, sizeof w);
            memory_watch(failed + 1);
            const lgd_status status = lgd_minimize(m.f, opt, w,
                                                   &(lgd_minimize_options){.batch_size = 8,
                                                                           .max_epochs = 1,
                                                                           .estimator = reduced[e],
                                                                           .penalty = box,
                                                                           .order = LGD_REPLACEMENT},
                                                   NULL);
            fails = memory_made() > failed;
            memory_unwatch();
            ck_assert_int_eq(status, fails ? LGD_ENOMEM : LGD_OK);
            ck_assert(!memcmp(w, start, sizeof w) == fails);
            lgd_optimizer_free(opt);
        }
        ck_assert_uint_ge(failed, 7);
    }
    lgd_penalty_free(box);
    model_free(&m);
}
END_TEST

/* What a count that is wrong asks for is not to be had, on any machine. */
static void *a_little(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
    return size > 1 << 20 ? NULL : aligned_alloc(alignment, size);
}

static void give_back(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

/* In a loop of one's own with a penalty, a state that is refused leaves the penalty at work; one that is taken brings it back. */
START_TEST(load_with_penalty_it_stays_at_work)
{
    lgd_penalty *l1 = NULL;
    lgd_set_memory(&(lgd_memory){a_little, give_back, NULL});
    ck_ok(lgd_penalty_l1_create(&l1, 1));
    lgd_optimizer *opt = sgd(0.1);
    double w[2] = {5, 0.01}, g[2] = {0, 0};
    ck_ok(lgd_optimizer_penalty(opt, l1));
    ck_ok(lgd_optimizer_step(opt, 2, w, g, 0, 1));
    ck_assert(w[0] == 4.9 && w[1] == 0);
    bytes b = save(opt);
    b.at[b.size / 2] ^= 1;
    ck_fails(lgd_optimizer_load(opt, b.at, b.size), LGD_EFORMAT, "damaged");
    ck_ok(lgd_optimizer_step(opt, 2, w, g, 0, 1));
    ck_assert_double_eq_tol(w[0], 4.8, 1e-15);
    b.at[b.size / 2] ^= 1;
    /* and where that is found out late, under a checksum that is right */
    for (size_t at = 16, bad = 0; at + 12 <= b.size || !bad; at++) {
        unsigned char odd[1024];
        ck_assert(b.size <= sizeof odd && at + 12 <= b.size);
        memcpy(odd, b.at, b.size);
        memcpy(odd + at, &(uint64_t){1000}, 8);
        const uint32_t crc = lgd_crc32c(0, odd, b.size - 4);
        memcpy(odd + b.size - 4, &crc, 4);
        if (!lgd_optimizer_load(opt, odd, b.size))
            continue;
        bad++;
        w[0] = 4.8;
        ck_ok(lgd_optimizer_step(opt, 2, w, g, 0, 1));
        ck_assert_double_eq_tol(w[0], 4.7, 1e-15);
    }
    w[0] = 4.8;
    ck_ok(lgd_optimizer_load(opt, b.at, b.size));
    ck_ok(lgd_optimizer_step(opt, 2, w, g, 0, 1));
    ck_assert_double_eq_tol(w[0], 4.7, 1e-15);
    free(b.at);
    lgd_optimizer_free(opt);
    lgd_penalty_free(l1);
    lgd_set_memory(NULL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("estimator");
    CASE(s, estimator_runs_equal_plain_loops);
    CASE(s, estimator_two_outputs_equal_two_models);
    CASE(s, estimator_rows_left_out_leave_no_trace);
    CASE(s, estimator_mean_over_all_batches_is_gradient);
    CASE(s, estimator_batch_of_all_rows_bits_of_descent);
    CASE(s, estimator_every_method_and_penalty_lowers_value);
    CASE(s, estimator_l1_reaches_minimum_with_exact_zeros);
    CASE(s, estimator_maximize_mirrors_minimize);
    CASE(s, estimator_frozen_coordinates_stay_and_can_thaw);
    CASE(s, estimator_same_bits_for_any_number_of_threads);
    CASE(s, estimator_resume_bits_of_uninterrupted);
    CASE(s, estimator_saved_memory_damaged_or_cut_refused);
    CASE(s, estimator_load_in_the_place_of_a_memory);
    CASE(s, estimator_memory_of_other_rows_begins_anew);
    CASE(s, estimator_memory_of_fewer_outputs_begins_anew);
    CASE(s, estimator_memory_of_long_runs_is_kept);
    CASE(s, estimator_nan_in_an_epoch_leaves_memory_sound);
    CASE(s, estimator_nan_in_a_batch_not_remembered);
    CASE(s, estimator_svrg_and_sarah_judge_every_epoch);
    CASE(s, estimator_divergence_names_a_rate_that_holds);
    CASE(s, estimator_bad_options_refused);
    CASE(s, estimator_each_allocation_failing_no_leak);
    CASE(s, estimator_no_memory_start_outside_a_box_untouched);
    CASE(s, load_with_penalty_it_stays_at_work);
    return suite_run(s);
}
