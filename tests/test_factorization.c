#include "objective/factorization.h"
#include "problems.h"
#include <stdio.h>
#include <sys/mman.h>

/* Ratings drawn at random places; the last row and the last column have none. */
typedef struct ratings {
    size_t rows, cols, count;
    size_t *row, *col;
    double *rating, *weights;
} ratings;

static ratings ratings_create(size_t rows, size_t cols, size_t count, uint64_t seed)
{
    ratings r = {rows, cols, count, NULL, NULL, NULL, NULL};
    r.row = malloc(count * sizeof *r.row);
    r.col = malloc(count * sizeof *r.col);
    r.rating = malloc(count * sizeof *r.rating);
    r.weights = malloc(count * sizeof *r.weights);
    ck_assert(r.row && r.col && r.rating && r.weights);
    for (size_t t = 0; t < count; t++) {
        double u[4];
        lgd_uniform(seed, 4 * t, 4, u);
        r.row[t] = (size_t)(u[0] * (double)(rows > 1 ? rows - 1 : 1));
        r.col[t] = (size_t)(u[1] * (double)(cols > 1 ? cols - 1 : 1));
        r.rating[t] = 1 + 4 * u[2];
        r.weights[t] = 0.5 + 2 * u[3];
    }
    return r;
}

static void ratings_free(ratings *r)
{
    free(r->row);
    free(r->col);
    free(r->rating);
    free(r->weights);
}

static lgd_objective *make(const ratings *r, lgd_factorization_options o)
{
    lgd_objective *f = NULL;
    ck_ok(lgd_factorization_create(&f, r->rows, r->cols, r->count, r->row, r->col, r->rating, &o));
    return f;
}

static double *point(lgd_objective *f, uint64_t seed)
{
    const size_t dim = lgd_objective_dim(f);
    double *w = malloc(dim * sizeof *w);
    ck_assert_ptr_nonnull(w);
    fill(seed, dim, -1, 1, w);
    return w;
}

/* ---- values and gradients */

/* The formula of lgd/factorization.h, mean over rows; g [dim]. */
static real plain_value(const ratings *r, const lgd_factorization_options *o, const lgd_rows *rows, const double *w,
                        real *g)
{
    const size_t k = o->rank, V = r->rows * k, B = V + r->cols * k, C = B + r->rows, dim = o->biases ? C + r->cols : B;
    real f = 0, all = 0, sum = 0, mean = o->mean == LGD_ZERO ? 0 : (real)o->mean;
    for (size_t t = 0; t < r->count; t++) {
        const real omega = o->weights ? (real)o->weights[t] : 1;
        all += omega;
        sum += omega * (real)r->rating[t];
    }
    if (o->mean == 0 || o->mean == LGD_AUTO)
        mean = sum / all;
    for (size_t j = 0; j < dim; j++)
        g[j] = 0;
    for (size_t at = 0; at < rows->count; at++) {
        const size_t t = rows->index ? rows->index[rows->first + at] : rows->first + at, i = r->row[t], j = r->col[t];
        const double *u = w + i * k, *v = w + V + j * k;
        const real omega = (o->weights ? (real)o->weights[t] : 1) / (all / (real)r->count) / (real)rows->count;
        const real l2 = o->l2 == LGD_ZERO ? 0 : (real)o->l2;
        real e = mean - (real)r->rating[t], squares = 0;
        for (size_t l = 0; l < k; l++) {
            e += (real)u[l] * (real)v[l];
            squares += (real)u[l] * (real)u[l] + (real)v[l] * (real)v[l];
        }
        if (o->biases) {
            e += (real)w[B + i] + (real)w[C + j];
            squares += (real)w[B + i] * (real)w[B + i] + (real)w[C + j] * (real)w[C + j];
        }
        f += omega * (e * e / 2 + l2 / 2 * squares);
        for (size_t l = 0; l < k; l++) {
            g[i * k + l] += omega * (e * (real)v[l] + l2 * (real)u[l]);
            g[V + j * k + l] += omega * (e * (real)u[l] + l2 * (real)v[l]);
        }
        if (o->biases) {
            g[B + i] += omega * (e + l2 * (real)w[B + i]);
            g[C + j] += omega * (e + l2 * (real)w[C + j]);
        }
    }
    return f;
}

static const size_t ranks[] = {1, 3, 8, 11, 16};

START_TEST(factorization_value_and_gradient_as_long_double_loops)
{
    ratings r = ratings_create(30, 20, 2000, 1);
    size_t index[500];
    lgd_permutation(5, 0, 500, index);
    const lgd_rows sets[] = {{0, 2000, NULL}, {100, 37, NULL}, {20, 480, index}, {7, 1, index}};
    for (size_t variant = 0; variant < 40; variant++) {
        const lgd_factorization_options o = {.rank = ranks[variant / 8],
                                             .biases = variant & 1,
                                             .l2 = variant & 2 ? 0.03 : 0,
                                             .mean = variant % 3 == 0   ? 0
                                                     : variant % 3 == 1 ? LGD_ZERO
                                                                        : 2.5,
                                             .weights = variant & 4 ? r.weights : NULL};
        lgd_objective *f = make(&r, o);
        const size_t dim = lgd_objective_dim(f);
        double *w = point(f, 11), *g = malloc(dim * sizeof *g), value;
        real *expected = malloc(dim * sizeof *expected);
        for (size_t s = 0; s < 4; s++) {
            const real long_value = plain_value(&r, &o, &sets[s], w, expected);
            ck_ok(lgd_objective_eval(f, &sets[s], w, &value, g));
            ck_near(value, long_value, 2e-14);
            for (size_t j = 0; j < dim; j++) /* rounding is that of scores, some units, also where the error is small */
                ck_near(g[j], expected[j], 2e-14);
            double alone;
            ck_ok(lgd_objective_eval(f, &sets[s], w, &alone, NULL));
            ck_assert_mem_eq(&alone, &value, sizeof value);
        }
        free(expected);
        free(g);
        free(w);
        lgd_objective_free(f);
    }
    ratings_free(&r);
}
END_TEST

START_TEST(factorization_gradient_as_differences)
{
    ratings r = ratings_create(9, 7, 40, 2);
    for (size_t variant = 0; variant < 4; variant++) {
        lgd_objective *f =
            make(&r, (lgd_factorization_options){
                         .rank = variant & 1 ? 8 : 2, .biases = variant & 2, .l2 = 0.1, .weights = r.weights});
        double *w = point(f, 3);
        lgd_gradient_check check;
        ck_ok(lgd_objective_check_gradient(f, w, &check));
        ck_assert(check.error < 1e-7);
        free(w);
        lgd_objective_free(f);
    }
    ratings_free(&r);
}
END_TEST

START_TEST(factorization_threads_same_bits)
{
    ratings r = ratings_create(30, 20, 6000, 3);
    lgd_objective *f = make(&r, (lgd_factorization_options){.rank = 8, .biases = true, .l2 = 0.01});
    const size_t dim = lgd_objective_dim(f);
    double *w = point(f, 4), *g = malloc(2 * dim * sizeof *g), value[2];
    ck_assert_uint_gt(lgd_objective_chunks(f, r.count), 4); /* else one thread would do it all */
    ck_assert_uint_le(lgd_objective_chunks(f, r.count), r.count / dim + 1);
    for (size_t threads = 1; threads <= 7; threads += 2) {
        const size_t at = threads > 1;
        const lgd_rows all = {0, r.count, NULL};
        const size_t most = lgd_objective_begin(f, threads);
        ck_ok(lgd_objective_mean(f, &all, r.count, most, w, &value[at], g + at * dim));
        lgd_objective_end(f);
        ck_assert_mem_eq(&value[at], &value[0], sizeof *value);
        ck_assert_mem_eq(g + at * dim, g, dim * sizeof *g);
    }
    free(g);
    free(w);
    lgd_objective_free(f);
    ratings_free(&r);
}
END_TEST

START_TEST(factorization_weight_two_is_the_entry_twice)
{
    size_t row[] = {0, 1, 1, 2, 1, 1}, col[] = {1, 0, 2, 2, 2, 2};
    double rating[] = {3, 1, 5, 2, 5, 5}, weights[] = {1, 1, 3, 1, 0, 0}, value[2], *w, g[2][14];
    lgd_objective *f;
    for (size_t twice = 0; twice < 2; twice++) {
        ck_ok(lgd_factorization_create(
            &f, 3, 3, 6, row, col, rating,
            &(lgd_factorization_options){.rank = 1, .biases = true, .l2 = 0.5, .weights = twice ? NULL : weights}));
        ck_assert_uint_eq(lgd_objective_terms(f), 6);
        w = point(f, 8);
        ck_ok(lgd_objective_eval(f, NULL, w, &value[twice], g[twice]));
        free(w);
        lgd_objective_free(f);
    }
    ck_near(value[0], (real)value[1], 1e-15);
    ck_assert(difference_of(12, g[0], g[1]) < 1e-15);
}
END_TEST

/* ---- steps entry by entry */

/* The same objective without `descend`. */
static lgd_objective *without_descend(lgd_objective *f)
{
    lgd_objective *same = NULL;
    lgd_objective_ops ops = f->ops;
    ops.descend = NULL;
    ops.free = NULL;
    ck_ok(lgd_objective_create(&same, lgd_objective_dim(f), lgd_objective_terms(f), &ops, f->ctx));
    return same;
}

#define ck_same(a, b, member) ck_assert_mem_eq(&(a).member, &(b).member, sizeof(a).member)

/* Runs both ways from the same start, `calls` times one after another; w and what is reported has the same bits. */
static void same_bits(lgd_objective *f, const double *start, lgd_minimize_options o, size_t calls)
{
    const size_t dim = lgd_objective_dim(f);
    lgd_objective *way[] = {f, without_descend(f)};
    double *w = malloc(4 * dim * sizeof *w);
    lgd_report report[2];
    lgd_history *h[2];
    for (size_t i = 0; i < 2; i++) {
        lgd_optimizer *opt;
        ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.05}));
        ck_ok(lgd_history_create(&h[i]));
        o.history = h[i];
        o.w_best = w + (2 + i) * dim;
        memcpy(w + i * dim, start, dim * sizeof *w);
        o.first_epoch = 0;
        for (size_t call = 0; call < calls; call++) {
            ck_ok(lgd_minimize(way[i], opt, w + i * dim, &o, &report[i]));
            o.first_epoch += report[i].epochs;
        }
        lgd_optimizer_free(opt);
    }
    ck_assert(memcmp(w, start, dim * sizeof *w));
    ck_assert_mem_eq(w, w + dim, dim * sizeof *w);
    ck_assert_mem_eq(w + 2 * dim, w + 3 * dim, dim * sizeof *w);
    ck_same(report[0], report[1], stop);
    ck_same(report[0], report[1], steps);
    ck_same(report[0], report[1], epochs);
    ck_same(report[0], report[1], evaluations);
    ck_same(report[0], report[1], passes);
    ck_same(report[0], report[1], f);
    ck_same(report[0], report[1], grad_norm);
    ck_same(report[0], report[1], best_f);
    ck_same(report[0], report[1], best_step);
    ck_same(report[0], report[1], batch_size);
    size_t count[2];
    const double *mean[2];
    for (size_t i = 0; i < 2; i++)
        mean[i] = lgd_history_series(h[i], "running", &count[i]);
    ck_assert_uint_eq(count[0], count[1]);
    ck_assert_mem_eq(mean[0], mean[1], count[0] * sizeof **mean);
    for (size_t i = 0; i < 2; i++)
        lgd_history_free(h[i]);
    lgd_objective_free(way[1]);
    free(w);
}

START_TEST(factorization_by_entry_as_a_step_for_each_batch_same_bits)
{
    ratings r = ratings_create(12, 9, 300, 4);
    for (size_t variant = 0; variant < 48; variant++) {
        lgd_objective *f = make(&r, (lgd_factorization_options){.rank = variant % 3 == 0   ? 8
                                                                        : variant % 3 == 1 ? 3
                                                                                           : 11,
                                                                .biases = variant & 1,
                                                                .l2 = variant & 2 ? 0.02 : 0,
                                                                .weights = variant & 4 ? r.weights : NULL});
        double *w = point(f, 5);
        for (size_t j = 0; j < lgd_objective_dim(f); j += 5)
            w[j] = j % 2 ? 0 : -0.0; /* a sign of 0 is a bit too */
        lgd_minimize_options o = {.batch_size = 1,
                                  .order = (lgd_order)(variant / 8 % 3),
                                  .last = (lgd_last)(variant % 3),
                                  .seed = variant,
                                  .max_epochs = 3,
                                  .check_every = variant & 8 ? 1 : 0,
                                  .grad_tol = LGD_ZERO};
        if (variant & 16)
            o.max_steps = 700; /* cut in the middle of an epoch */
        if (variant & 32)
            o.schedule = (lgd_schedule){.kind = LGD_COSINE, .period = 4};
        ck_assert(f->ops.descend != NULL);
        same_bits(f, w, o, variant & 1 ? 2 : 1);
        free(w);
        lgd_objective_free(f);
    }
    ratings_free(&r);
}
END_TEST

START_TEST(factorization_by_entry_over_several_stretches_same_bits)
{
    ratings r = ratings_create(4, 3, 140000, 6);
    lgd_objective *f = make(&r, (lgd_factorization_options){.rank = 2, .biases = true});
    double *w = point(f, 5);
    same_bits(f, w, (lgd_minimize_options){.batch_size = 1, .max_epochs = 1, .grad_tol = LGD_ZERO}, 1);
    free(w);
    lgd_objective_free(f);
    ratings_free(&r);
}
END_TEST

START_TEST(factorization_subset_by_entry_same_bits)
{
    ratings r = ratings_create(12, 9, 300, 7);
    size_t order[300], again[200];
    lgd_permutation(1, 0, 300, order);
    lgd_permutation(2, 0, 200, again);
    lgd_objective *f =
        make(&r, (lgd_factorization_options){.rank = 8, .biases = true, .l2 = 0.02, .weights = r.weights});
    double *w = point(f, 5);
    const lgd_rows parts[] = {{40, 200, NULL}, {0, 200, order}};
    for (size_t i = 0; i < 2; i++) {
        lgd_objective *some, *fewer;
        ck_ok(lgd_objective_subset(&some, f, &parts[i]));
        ck_assert(some->ops.descend != NULL);
        same_bits(some, w, (lgd_minimize_options){.batch_size = 1, .max_epochs = 2, .grad_tol = LGD_ZERO}, 1);
        ck_ok(lgd_objective_subset(&fewer, some, &(lgd_rows){10, 100, again}));
        same_bits(fewer, w, (lgd_minimize_options){.batch_size = 1, .max_epochs = 2, .grad_tol = LGD_ZERO}, 1);
        lgd_objective_free(fewer);
        lgd_objective_free(some);
    }
    free(w);
    lgd_objective_free(f);
    ratings_free(&r);
}
END_TEST

/* Counts calls of an op, and what they were asked for. */
typedef struct counted {
    lgd_objective *f;
    size_t descends, rows, fail_at;
} counted;

static lgd_status counted_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const counted *c = ctx;
    return c->f->ops.eval(c->f->ctx, rows, w, f, g);
}

static lgd_status counted_descend(void *ctx, const lgd_rows *rows, double lr, double mean_weight, double *w, double *f)
{
    counted *c = ctx;
    c->rows += rows->count;
    if (++c->descends == c->fail_at)
        return (lgd_status)7; /* no status */
    return c->f->ops.descend(c->f->ctx, rows, lr, mean_weight, w, f);
}

static lgd_status twice(void *ctx, const double *w, const double *r, double *pr)
{
    (void)w;
    for (size_t j = 0; j < *(const size_t *)ctx; j++)
        pr[j] = 2 * r[j];
    return LGD_OK;
}

/* An objective of one's own is stepped by its `descend`, and only where nothing else wants to see w between two steps. */
START_TEST(descend_of_ones_own_called_where_nothing_is_between_steps)
{
    static const lgd_objective_ops ops = {.name = "own", .eval = counted_eval, .descend = counted_descend};
    ratings r = ratings_create(5, 4, 50, 8);
    counted c = {.f = make(&r, (lgd_factorization_options){.rank = 2})};
    size_t dim = lgd_objective_dim(c.f);
    double *w = point(c.f, 5), scale[18];
    lgd_penalty *l1;
    ck_ok(lgd_penalty_l1_create(&l1, 0.01));
    ck_assert_uint_eq(dim, 18);
    for (size_t j = 0; j < 18; j++)
        scale[j] = 0.5;
    const lgd_minimize_options by_entry = {.batch_size = 1, .max_epochs = 2, .grad_tol = LGD_ZERO};
    lgd_minimize_options o[10];
    for (size_t i = 0; i < 10; i++)
        o[i] = by_entry;
    o[1].batch_size = 2;
    o[2].clip_norm = 1;
    o[3].clip_value = 1;
    o[4].lr_scale = scale;
    o[5].penalty = l1;
    o[6].estimator = LGD_SVRG;
    o[7].precondition = twice;
    o[7].precondition_ctx = &dim;
    o[8].schedule = (lgd_schedule){.kind = LGD_COSINE, .period = 100, .per_step = true};
    o[9].maximize = true;
    lgd_objective *f;
    for (size_t i = 0; i < 10; i++) {
        lgd_optimizer *opt;
        c.descends = c.rows = 0;
        ck_ok(lgd_objective_create(&f, dim, 50, &ops, &c));
        ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.001}));
        ck_ok(lgd_minimize(f, opt, w, &o[i], NULL));
        ck_assert_uint_eq(c.rows, i == 0 ? 100 : 0);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
    lgd_penalty_free(l1);
    free(w);
    lgd_objective_free(c.f);
    ratings_free(&r);
}
END_TEST

START_TEST(descend_beside_averages_groups_and_momentum_not_called)
{
    static const lgd_objective_ops ops = {.name = "own", .eval = counted_eval, .descend = counted_descend};
    ratings r = ratings_create(5, 4, 50, 8);
    counted c = {.f = make(&r, (lgd_factorization_options){.rank = 2})};
    double *w = point(c.f, 5);
    for (size_t i = 0; i < 3; i++) {
        lgd_optimizer *opt;
        lgd_objective *f;
        ck_ok(lgd_objective_create(&f, lgd_objective_dim(c.f), 50, &ops, &c));
        ck_ok(lgd_optimizer_parse(&opt, i == 2 ? "momentum:lr=0.001" : "sgd:lr=0.001"));
        if (i == 0)
            ck_ok(lgd_optimizer_average(opt, &(lgd_average){.kind = LGD_AVERAGE_EMA}));
        if (i == 1)
            ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 2, .count = 2, .lr_scale = 0.5}, 1));
        ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.batch_size = 1, .max_epochs = 1, .grad_tol = LGD_ZERO},
                           NULL));
        ck_assert_uint_eq(c.rows, 0);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
    free(w);
    lgd_objective_free(c.f);
    ratings_free(&r);
}
END_TEST

START_TEST(descend_that_fails_ends_the_run)
{
    static const lgd_objective_ops ops = {.name = "own", .eval = counted_eval, .descend = counted_descend};
    ratings r = ratings_create(5, 4, 50, 8);
    counted c = {.f = make(&r, (lgd_factorization_options){.rank = 2}), .fail_at = 2};
    double *w = point(c.f, 5);
    lgd_optimizer *opt;
    lgd_objective *f;
    lgd_report report;
    ck_ok(lgd_objective_create(&f, lgd_objective_dim(c.f), 50, &ops, &c));
    ck_ok(lgd_sgd_create(&opt, NULL));
    ck_fails(lgd_minimize(f, opt, w, &(lgd_minimize_options){.batch_size = 1, .max_epochs = 5}, &report), LGD_EUSER,
             "own: descend");
    ck_assert_int_eq(report.stop, LGD_STOP_ERROR);
    ck_assert_uint_eq(report.steps, 50);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    free(w);
    lgd_objective_free(c.f);
    ratings_free(&r);
}
END_TEST

START_TEST(factorization_by_entry_that_diverges_is_noticed_and_best_kept)
{
    ratings r = ratings_create(12, 9, 300, 9);
    lgd_objective *f = make(&r, (lgd_factorization_options){.rank = 8, .biases = true}), *other = without_descend(f);
    lgd_objective *way[] = {f, other};
    const size_t dim = lgd_objective_dim(f);
    double *start = point(f, 5), *w = malloc(2 * dim * sizeof *w);
    for (uint64_t check_every = 0; check_every < 2; check_every++) {
        lgd_report report[2];
        for (size_t i = 0; i < 2; i++) {
            lgd_optimizer *opt;
            ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 30}));
            memcpy(w + i * dim, start, dim * sizeof *w);
            ck_fails(
                lgd_minimize(way[i], opt, w + i * dim,
                             &(lgd_minimize_options){
                                 .batch_size = 1, .max_epochs = 9, .check_every = check_every, .grad_tol = LGD_ZERO},
                             &report[i]),
                LGD_EDIVERGED, "sgd ran at rate 30");
            lgd_optimizer_free(opt);
        }
        ck_assert_int_eq(report[0].stop, LGD_STOP_DIVERGED);
        ck_assert_mem_eq(w, start, dim * sizeof *w);
        ck_assert_mem_eq(w, w + dim, dim * sizeof *w);
        ck_same(report[0], report[1], best_f);
        ck_same(report[0], report[1], best_step);
        ck_same(report[0], report[1], epochs);
        ck_assert_uint_ge(report[0].steps, report[1].steps); /* noticed at the end of the stretch */
        ck_assert_uint_le(report[0].steps, 300);
    }
    free(w);
    free(start);
    lgd_objective_free(other);
    lgd_objective_free(f);
    ratings_free(&r);
}
END_TEST

START_TEST(factorization_by_entry_time_limit_between_stretches)
{
    ratings r = ratings_create(4, 3, 140000, 6);
    lgd_objective *f = make(&r, (lgd_factorization_options){.rank = 2});
    double *w = point(f, 5);
    lgd_optimizer *opt;
    lgd_report report;
    ck_ok(lgd_sgd_create(&opt, NULL));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.batch_size = 1, .max_seconds = 1e-3}, &report));
    ck_assert_int_eq(report.stop, LGD_STOP_SECONDS);
    ck_assert_uint_eq(report.steps % 140000 % 65536, 0);
    lgd_optimizer_free(opt);
    free(w);
    lgd_objective_free(f);
    ratings_free(&r);
}
END_TEST

/* ---- what is planted is found */

/* 1/sqrt(rank) sum_l a_il b_jl for a and b uniform of variance 1: deviation 1. */
typedef struct planted {
    size_t rows, cols, rank, seen;
    double *a, *b;
    size_t *row, *col; /* [rows*cols] places in a random order: the first `seen` are rated */
    double *value;
} planted;

static planted planted_create(size_t rows, size_t cols, size_t rank, double share, uint64_t seed)
{
    const size_t all = rows * cols;
    planted p = {.rows = rows, .cols = cols, .rank = rank, .seen = (size_t)(share * (double)all)};
    p.a = malloc(rows * rank * sizeof *p.a);
    p.b = malloc(cols * rank * sizeof *p.b);
    p.row = malloc(all * sizeof *p.row);
    p.col = malloc(all * sizeof *p.col);
    p.value = malloc(all * sizeof *p.value);
    fill(seed, rows * rank, -sqrt(3), sqrt(3), p.a);
    fill(seed + 1, cols * rank, -sqrt(3), sqrt(3), p.b);
    lgd_permutation(seed, 0, all, p.row);
    for (size_t t = 0; t < all; t++) {
        const size_t place = p.row[t], i = place / cols, j = place % cols;
        double sum = 0;
        for (size_t l = 0; l < rank; l++)
            sum += p.a[i * rank + l] * p.b[j * rank + l];
        p.row[t] = i;
        p.col[t] = j;
        p.value[t] = sum / sqrt((double)rank);
    }
    return p;
}

static void planted_free(planted *p)
{
    free(p->a);
    free(p->b);
    free(p->row);
    free(p->col);
    free(p->value);
}

/* Root mean square of what is off at the places that were not rated, over their deviation. */
static double unseen_error(const planted *p, lgd_objective *f, const double *w)
{
    const size_t count = p->rows * p->cols - p->seen;
    double *out = malloc(count * sizeof *out), off = 0, sum = 0, squares = 0;
    ck_ok(lgd_factorization_predict(f, w, count, p->row + p->seen, p->col + p->seen, out));
    for (size_t t = 0; t < count; t++) {
        const double y = p->value[p->seen + t];
        off += (out[t] - y) * (out[t] - y);
        sum += y;
        squares += y * y;
    }
    free(out);
    return sqrt(off / (squares - sum * sum / (double)count));
}

/* Runs an optimizer from a start of the library's; how far it is off. */
static double recover(const planted *p, const char *optimizer, lgd_minimize_options o, double l2)
{
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_report report;
    ck_ok(lgd_factorization_create(&f, p->rows, p->cols, p->seen, p->row, p->col, p->value,
                                   &(lgd_factorization_options){.rank = p->rank, .mean = LGD_ZERO, .l2 = l2}));
    double *w = malloc(lgd_objective_dim(f) * sizeof *w);
    ck_ok(lgd_factorization_initialise(f, 0, 1, w));
    ck_ok(lgd_optimizer_parse(&opt, optimizer));
    ck_ok(lgd_minimize(f, opt, w, &o, &report));
    const double error = unseen_error(p, f, w);
    if (getenv("SHOW"))
        printf("# %s: %g, f %g, %d epochs, %.2f s, %s\n", optimizer, error, report.f, (int)report.epochs,
               report.seconds, lgd_stop_string(report.stop));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    free(w);
    return error;
}

/* features: 11 */
START_TEST(factorization_planted_rank_8_unseen_entries_recovered)
{
    planted p = planted_create(400, 400, 8, 0.2, 1);
    ck_assert_uint_eq(p.seen, 32000);
    ck_assert(recover(&p, "lbfgs", (lgd_minimize_options){.max_epochs = 1000, .grad_tol = 1e-6, .threads = 1}, 0) <=
              1e-3);
    ck_assert(recover(&p, "sgd:lr=0.1",
                      (lgd_minimize_options){.batch_size = 1, .max_epochs = 150, .grad_tol = LGD_ZERO}, 0) <= 1e-3);
    planted_free(&p);
}
END_TEST

START_TEST(factorization_planted_smaller_recovered_by_batches)
{
    planted p = planted_create(80, 60, 3, 0.4, 2);
    ck_assert(recover(&p, "adam:lr=0.01",
                      (lgd_minimize_options){.batch_size = 64,
                                             .max_epochs = 300,
                                             .grad_tol = LGD_ZERO,
                                             .schedule = {.kind = LGD_COSINE, .period = 300}},
                      0) <= 1e-3);
    ck_assert(recover(&p, "sgd:lr=1", (lgd_minimize_options){.batch_size = 64, .max_epochs = 300, .grad_tol = LGD_ZERO},
                      0) <= 1e-3);
    ck_assert(recover(&p, "sgd:lr=0.1",
                      (lgd_minimize_options){.batch_size = 1, .max_epochs = 150, .grad_tol = LGD_ZERO}, 0) <= 1e-3);
    planted_free(&p);
}
END_TEST
/* ---- what it is for */

START_TEST(factorization_predictions_scores_clamped_to_the_range)
{
    ratings r = ratings_create(6, 5, 40, 1);
    double out[30], w[11 * 2 + 11] = {0};
    size_t row[30], col[30];
    for (size_t t = 0; t < 30; t++) {
        row[t] = t / 5;
        col[t] = t % 5;
    }
    for (size_t limited = 0; limited < 2; limited++) {
        lgd_objective *f =
            make(&r, (lgd_factorization_options){
                         .rank = 2, .biases = true, .mean = 3, .low = limited ? 1 : 0, .high = limited ? 5 : 0});
        lgd_factors at;
        ck_ok(lgd_factorization_factors(f, &at));
        ck_assert_uint_eq(at.rows, 6);
        ck_assert_uint_eq(at.cols, 5);
        ck_assert_uint_eq(at.rank, 2);
        ck_assert_uint_eq(at.V, 12);
        ck_assert_uint_eq(at.row_bias, 22);
        ck_assert_uint_eq(at.col_bias, 28);
        ck_assert_uint_eq(lgd_objective_dim(f), 33);
        ck_assert_double_eq(at.mean, 3);
        w[4 * 2 + 1] = 2; /* u of row 4 */
        w[at.V + 3 * 2 + 1] = 1.5;
        w[at.row_bias + 4] = 0.25;
        w[at.col_bias + 3] = 0.5;
        w[at.col_bias + 1] = -4;
        ck_ok(lgd_factorization_predict(f, w, 30, row, col, out));
        ck_assert_double_eq(out[4 * 5 + 3], limited ? 5 : 3 + 0.25 + 0.5 + 3);
        ck_assert_double_eq(out[0 * 5 + 1], limited ? 1 : -1);
        ck_assert_double_eq(out[4 * 5 + 0], 3.25);
        ck_assert_double_eq(out[2 * 5 + 2], 3);
        ck_ok(lgd_factorization_predict(f, w, 0, row, col, out));
        row[29] = 6;
        ck_fails(lgd_factorization_predict(f, w, 30, row, col, out), LGD_EINVAL,
                 "predict: row[29] is 6, a number below 6 is accepted");
        row[29] = 5;
        col[7] = 5;
        ck_fails(lgd_factorization_predict(f, w, 30, row, col, out), LGD_EINVAL,
                 "predict: col[7] is 5, a number below 5 is accepted");
        col[7] = 2;
        lgd_objective_free(f);
    }
    ratings_free(&r);
}
END_TEST

START_TEST(factorization_mean_is_that_of_the_ratings_by_weight)
{
    size_t row[] = {0, 0, 0}, col[] = {0, 0, 0};
    double rating[] = {1, 2, 5}, weights[] = {1, 0, 3};
    const struct {
        lgd_factorization_options o;
        double mean;
    } cases[] = {{{.rank = 1, .weights = weights}, 4},
                 {{.rank = 1, .weights = weights, .mean = LGD_AUTO}, 4},
                 {{.rank = 1}, 8.0 / 3},
                 {{.rank = 1, .mean = LGD_ZERO}, 0},
                 {{.rank = 1, .mean = -1.5}, -1.5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lgd_objective *f;
        lgd_factors at;
        ck_ok(lgd_factorization_create(&f, 1, 1, 3, row, col, rating, &cases[i].o));
        ck_ok(lgd_factorization_factors(f, &at));
        ck_near(at.mean, (real)cases[i].mean, 1e-15);
        ck_assert_uint_eq(at.row_bias, 2);
        ck_assert_uint_eq(at.col_bias, 2);
        lgd_objective_free(f);
    }
}
END_TEST

/* Of the score, the best first; equal ones by column. */
static const double *sorted_by;
static int by_score(const void *a, const void *b)
{
    const size_t i = *(const size_t *)a, j = *(const size_t *)b;
    if (sorted_by[i] != sorted_by[j])
        return sorted_by[i] > sorted_by[j] ? -1 : 1;
    return i < j ? -1 : 1;
}

START_TEST(factorization_top_as_sorting_all_scores)
{
    enum { ROWS = 7, COLS = 100 };
    ratings r = ratings_create(ROWS, COLS, 300, 12);
    double scores[COLS], out[COLS];
    size_t order[COLS], col[COLS], places[COLS], found;
    for (size_t ties = 0; ties < 2; ties++) {
        lgd_objective *f = make(&r, (lgd_factorization_options){.rank = 3, .biases = true, .low = 1, .high = 5});
        double *w = point(f, 3);
        lgd_factors at;
        ck_ok(lgd_factorization_factors(f, &at));
        for (size_t j = 0; j < COLS && ties; j++) { /* few different scores */
            memset(w + at.V + 3 * j, 0, 3 * sizeof *w);
            w[at.col_bias + j] = (double)(j * 7 % 5);
        }
        for (size_t i = 0; i < ROWS; i++)
            for (size_t unseen = 0; unseen < 2; unseen++) {
                size_t left = 0;
                for (size_t j = 0; j < COLS; j++) {
                    bool seen = false;
                    for (size_t t = 0; t < r.count; t++)
                        seen = seen || (r.row[t] == i && r.col[t] == j);
                    scores[j] = at.mean + (w[at.row_bias + i] + w[at.col_bias + j]);
                    double dot = 0;
                    for (size_t l = 0; l < 3; l++)
                        dot += w[i * 3 + l] * w[at.V + j * 3 + l];
                    scores[j] += dot;
                    if (!(seen && unseen))
                        order[left++] = j;
                }
                sorted_by = scores;
                qsort(order, left, sizeof *order, by_score);
                for (size_t k = 1; k <= COLS + 20; k += k < 3 ? 1 : 29) {
                    memset(places, 0, sizeof places);
                    ck_ok(lgd_factorization_top(f, w, i, k < COLS ? k : 100 * COLS, unseen, col, out, &found));
                    ck_assert_uint_eq(found, k < left ? k : left);
                    for (size_t n = 0; n < found; n++) {
                        ck_assert_uint_eq(col[n], order[n]);
                        ck_near(out[n], (real)scores[order[n]], 1e-15);
                    }
                    ck_ok(lgd_factorization_top(f, w, i, k, unseen, places, NULL, &found));
                    ck_assert_mem_eq(places, col, found * sizeof *col);
                    if (k >= COLS)
                        break;
                }
            }
        free(w);
        lgd_objective_free(f);
    }
    ratings_free(&r);
}
END_TEST

START_TEST(factorization_top_of_a_row_that_has_seen_all_none_left)
{
    size_t row[] = {1, 1, 1, 0}, col[] = {2, 0, 1, 2}, best[3], found = 9;
    double rating[] = {1, 2, 3, 4}, w[5] = {1, 1, 0.5, 2, 1}, score[3];
    lgd_objective *f;
    ck_ok(lgd_factorization_create(&f, 2, 3, 4, row, col, rating,
                                   &(lgd_factorization_options){.rank = 1, .mean = LGD_ZERO}));
    ck_ok(lgd_factorization_top(f, w, 1, 3, true, best, score, &found));
    ck_assert_uint_eq(found, 0);
    ck_ok(lgd_factorization_top(f, w, 0, 3, true, best, score, &found));
    ck_assert_uint_eq(found, 2);
    ck_assert_uint_eq(best[0], 1);
    ck_assert_uint_eq(best[1], 0);
    ck_assert_double_eq(score[0], 2);
    w[3] = NAN;
    ck_fails(lgd_factorization_top(f, w, 0, 3, false, best, score, &found), LGD_EINVAL,
             "top: score of column 1 for row 0 is nan, a finite number is accepted");
    ck_assert_uint_eq(found, 0);
    ck_fails(lgd_factorization_top(f, w, 2, 3, false, best, score, &found), LGD_EINVAL,
             "top: row is 2, a number below 2 is accepted");
    ck_fails(lgd_factorization_top(f, w, 0, 0, false, best, score, &found), LGD_EINVAL, "top: k is 0");
    lgd_objective_free(f);
}
END_TEST

START_TEST(factorization_start_by_seed_and_place)
{
    ratings r = ratings_create(50, 40, 500, 3);
    lgd_objective *f = make(&r, (lgd_factorization_options){.rank = 8, .biases = true});
    const size_t dim = lgd_objective_dim(f), factors = 90 * 8;
    double *w = malloc(3 * dim * sizeof *w), *again = w + dim, *other = again + dim, sum = 0, squares = 0;
    ck_ok(lgd_factorization_initialise(f, 0.5, 7, w));
    ck_ok(lgd_factorization_initialise(f, 0.5, 7, again));
    ck_ok(lgd_factorization_initialise(f, 0.5, 8, other));
    ck_assert_mem_eq(w, again, dim * sizeof *w);
    ck_assert(memcmp(w, other, dim * sizeof *w));
    for (size_t j = 0; j < dim; j++) {
        ck_assert(j < factors ? fabs(w[j]) <= 0.5 * sqrt(3) : w[j] == 0);
        sum += w[j];
        squares += w[j] * w[j];
    }
    ck_assert(fabs(sum / (double)factors) < 4 * 0.5 / sqrt((double)factors));
    ck_assert(fabs(squares / (double)factors - 0.25) < 0.03);
    /* Of itself: u.v has a tenth of the deviation of the ratings, which is that of 4 u for u uniform in [0, 1]. */
    ck_ok(lgd_factorization_initialise(f, 0, 7, w));
    squares = 0;
    for (size_t i = 0; i < 50; i++)
        for (size_t j = 0; j < 40; j++) {
            const double dot = lgd_factors_inner(8, w + 8 * i, w + 8 * (50 + j));
            squares += dot * dot;
        }
    ck_assert(fabs(sqrt(squares / 2000) / (0.1 * 4 / sqrt(12)) - 1) < 0.2);
    ck_fails(lgd_factorization_initialise(f, -1, 7, w), LGD_EINVAL,
             "initialise: scale is -1, a finite number >= 0 is accepted");
    ck_fails(lgd_factorization_initialise(f, INFINITY, 7, w), LGD_EINVAL, "initialise: scale is inf");
    /* At 0 nothing moves but biases. */
    memset(w, 0, dim * sizeof *w);
    ck_ok(lgd_objective_eval(f, NULL, w, &sum, again));
    for (size_t j = 0; j < factors; j++)
        ck_assert(again[j] == 0);
    free(w);
    lgd_objective_free(f);
    ratings_free(&r);
}
END_TEST

START_TEST(factorization_describes_itself)
{
    size_t row[] = {0, 1}, col[] = {2, 0};
    double rating[] = {3, 4}, weights[] = {1, 2};
    char text[300];
    lgd_objective *f;
    ck_ok(lgd_factorization_create(
        &f, 2, 3, 2, row, col, rating,
        &(lgd_factorization_options){.rank = 4, .biases = true, .l2 = 0.1, .weights = weights, .mean = 3.5}));
    ck_assert_uint_eq(lgd_objective_describe(f, text, sizeof text), strlen(text));
    ck_assert_str_eq(text, "f(w) = 1/(2 * 1.5) sum_t omega_t ((3.5 + b_i + c_j + u_i.v_j - rating_t)^2/2 + 0.1/2 "
                           "(|u_i|^2 + |v_j|^2 + b_i^2 + "
                           "c_j^2)); 2 ratings, 2 rows, 3 columns, rank 4, 25 parameters");
    lgd_objective_free(f);
    ck_ok(lgd_factorization_create(&f, 2, 3, 2, row, col, rating,
                                   &(lgd_factorization_options){.rank = 4, .mean = LGD_ZERO}));
    lgd_objective_describe(f, text, sizeof text);
    ck_assert_str_eq(
        text, "f(w) = 1/2 sum_t ((0 + u_i.v_j - rating_t)^2/2); 2 ratings, 2 rows, 3 columns, rank 4, 20 parameters");
    lgd_objective_free(f);
}
END_TEST

/* ---- sizes */

START_TEST(factorization_of_one_place_fitted)
{
    const size_t zero = 0;
    const double rating = 3;
    lgd_objective *f;
    lgd_optimizer *opt;
    double w[2] = {1, 0.5}, out;
    ck_ok(lgd_factorization_create(&f, 1, 1, 1, &zero, &zero, &rating,
                                   &(lgd_factorization_options){.rank = 1, .mean = LGD_ZERO}));
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.1}));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.batch_size = 1, .max_epochs = 200, .grad_tol = LGD_ZERO},
                       NULL));
    ck_ok(lgd_factorization_predict(f, w, 1, &zero, &zero, &out));
    ck_near(out, 3, 1e-12);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

START_TEST(factorization_row_without_ratings_keeps_its_start)
{
    ratings r = ratings_create(12, 9, 300, 4);
    lgd_objective *f = make(&r, (lgd_factorization_options){.rank = 8, .biases = true, .l2 = 0.02});
    const size_t dim = lgd_objective_dim(f);
    double *w = malloc(2 * dim * sizeof *w), *start = w + dim;
    lgd_factors at;
    ck_ok(lgd_factorization_factors(f, &at));
    ck_ok(lgd_factorization_initialise(f, 0, 1, start));
    for (size_t batch = 0; batch < 2; batch++) {
        lgd_optimizer *opt;
        ck_ok(lgd_optimizer_parse(&opt, batch ? "sgd:lr=0.05" : "lbfgs"));
        memcpy(w, start, dim * sizeof *w);
        ck_ok(lgd_minimize(f, opt, w,
                           &(lgd_minimize_options){.batch_size = batch, .max_epochs = 20, .grad_tol = LGD_ZERO}, NULL));
        ck_assert_mem_eq(w + 11 * 8, start + 11 * 8, 8 * sizeof *w);
        ck_assert_mem_eq(w + at.V + 8 * 8, start + at.V + 8 * 8, 8 * sizeof *w);
        ck_assert(w[at.row_bias + 11] == 0 && w[at.col_bias + 8] == 0);
        ck_assert(w[at.row_bias] != 0 && w[at.col_bias] != 0);
        lgd_optimizer_free(opt);
    }
    free(w);
    lgd_objective_free(f);
    ratings_free(&r);
}
END_TEST

/* More rows than 32 bits count; of w only the pages that are touched are there. */
START_TEST(factorization_rows_beyond_32_bits)
{
    const size_t rows = ((size_t)1 << 32) + 5, row[] = {((size_t)1 << 32) + 4, 1}, col[] = {1, 0},
                 bytes = (rows + 2) * sizeof(double);
    const double rating[] = {5, 1};
    double value, out[2];
    lgd_objective *f;
    ck_ok(
        lgd_factorization_create(&f, rows, 2, 2, row, col, rating, &(lgd_factorization_options){.rank = 1, .mean = 1}));
    ck_assert_uint_eq(lgd_objective_dim(f), rows + 2);
    double *w = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert(w != MAP_FAILED);
    w[row[0]] = 2;
    w[rows + 1] = 1.5;
    ck_ok(lgd_objective_eval(f, NULL, w, &value, NULL));
    ck_assert_double_eq(value, 0.25); /* (4 - 5)^2/2 and 0, of two */
    ck_ok(lgd_factorization_predict(f, w, 2, row, col, out));
    ck_assert_double_eq(out[0], 4);
    ck_assert_double_eq(out[1], 1);
    munmap(w, bytes);
    lgd_objective_free(f);
}
END_TEST

/* ---- what is refused */

START_TEST(factorization_bad_input_refused_by_name)
{
    const size_t row[] = {0, 1, 2}, col[] = {1, 0, 1};
    const double rating[] = {1, 5, 3}, huge[] = {1e308, 1.5e308, -1e308}, nothing[] = {0, 0, 0},
                 negative[] = {1, -2, 1};
    const double six[] = {1, 5, 6}, no_number[] = {1, NAN, 3};
    const struct {
        size_t rows, cols, count;
        const double *rating;
        lgd_factorization_options o;
        lgd_status status;
        const char *words;
    } cases[] = {
        {3, 2, 3, rating, {.rank = 0}, LGD_EINVAL, "factorization: rank is 0, at least 1 is accepted"},
        {3, 2, 3, rating, {.rank = (size_t)-3}, LGD_EINVAL, "was a negative number converted?"},
        {0, 2, 3, rating, {.rank = 1}, LGD_EINVAL, "factorization: rows is 0, at least 1 is accepted"},
        {3, 0, 3, rating, {.rank = 1}, LGD_EINVAL, "factorization: cols is 0, at least 1 is accepted"},
        {3, 2, 0, rating, {.rank = 1}, LGD_EINVAL, "factorization: count is 0, at least 1 is accepted"},
        {2, 2, 3, rating, {.rank = 1}, LGD_EINVAL, "factorization: row of entry 2 is 2, a number below 2 is accepted"},
        {3,
         1,
         3,
         rating,
         {.rank = 1},
         LGD_EINVAL,
         "factorization: column of entry 0 is 1, a number below 1 is accepted"},
        {3,
         2,
         3,
         six,
         {.rank = 1, .low = 1, .high = 5},
         LGD_EINVAL,
         "factorization: rating of entry 2 is 6, a number from 1 to 5 is accepted"},
        {3, 2, 3, rating, {.rank = 1, .low = 2, .high = 5}, LGD_EINVAL, "rating of entry 0 is 1, a number from 2 to 5"},
        {3, 2, 3, no_number, {.rank = 1}, LGD_EINVAL, "rating of entry 1 is nan, a finite number is accepted"},
        {3,
         2,
         3,
         no_number,
         {.rank = 1, .low = 1, .high = 5},
         LGD_EINVAL,
         "rating of entry 1 is nan, a number from 1 to 5 is accepted"},
        {3, 2, 3, huge, {.rank = 1}, LGD_EINVAL, "factorization: mean of the ratings is"},
        {3,
         2,
         3,
         rating,
         {.rank = 1, .low = 5, .high = 1},
         LGD_EINVAL,
         "low is 5 with high 1, finite numbers low < high are accepted"},
        {3, 2, 3, rating, {.rank = 1, .high = INFINITY}, LGD_EINVAL, "low is 0 with high inf"},
        {3, 2, 3, rating, {.rank = 1, .low = NAN}, LGD_EINVAL, "low is nan"},
        {3, 2, 3, rating, {.rank = 1, .l2 = -1}, LGD_EINVAL, "l2 is -1, a finite number >= 0 is accepted"},
        {3, 2, 3, rating, {.rank = 1, .mean = NAN}, LGD_EINVAL, "mean is nan, a finite number is accepted"},
        {3,
         2,
         3,
         rating,
         {.rank = 1, .weights = nothing},
         LGD_EINVAL,
         "weight of all 3 entries is 0, at least one positive is accepted"},
        {3,
         2,
         3,
         rating,
         {.rank = 1, .weights = negative},
         LGD_EINVAL,
         "weight of entry 1 is -2, a finite number >= 0 is accepted"},
        {SIZE_MAX / 4, 2, 3, rating, {.rank = 8}, LGD_ERANGE, "more than an address can reach"},
        {SIZE_MAX / 32, 2, 3, rating, {.rank = 4, .biases = true}, LGD_ERANGE, "more than an address can reach"},
        {3, 2, 3, rating, {.rank = SIZE_MAX / 2}, LGD_ERANGE, "more than an address can reach"},
    };
    lgd_objective *f;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f = (lgd_objective *)1;
        ck_fails(lgd_factorization_create(&f, cases[i].rows, cases[i].cols, cases[i].count, row, col, cases[i].rating,
                                          &cases[i].o),
                 cases[i].status, cases[i].words);
        ck_assert_ptr_null(f);
    }
    const lgd_factorization_options o = {.rank = 1};
    ck_fails(lgd_factorization_create(NULL, 3, 2, 3, row, col, rating, &o), LGD_EINVAL, "out is NULL");
    ck_fails(lgd_factorization_create(&f, 3, 2, 3, NULL, col, rating, &o), LGD_EINVAL, "row is NULL");
    ck_fails(lgd_factorization_create(&f, 3, 2, 3, row, NULL, rating, &o), LGD_EINVAL, "col is NULL");
    ck_fails(lgd_factorization_create(&f, 3, 2, 3, row, col, NULL, &o), LGD_EINVAL, "rating is NULL");
    ck_fails(lgd_factorization_create(&f, 3, 2, 3, row, col, rating, NULL), LGD_EINVAL, "rank is 0");
    struct {
        lgd_factorization_options o;
        double later;
    } newer = {o, 1};
    ck_fails(lgd_factorization_create_sized(&f, 3, 2, 3, row, col, rating, &newer.o, sizeof newer), LGD_EUNSUPPORTED,
             "factorization options");
}
END_TEST

START_TEST(factorization_functions_of_another_objective_or_null_refused)
{
    const size_t zero = 0;
    const double rating = 3;
    double w[2] = {1, 1}, out;
    size_t best, found;
    lgd_factors at;
    lgd_objective *f, *half, *other;
    ck_ok(lgd_factorization_create(&f, 1, 1, 1, &zero, &zero, &rating, &(lgd_factorization_options){.rank = 1}));
    ck_ok(lgd_objective_subset(&half, f, NULL));
    ck_ok(lgd_function_create(&other, 2, quadratic_eval, NULL));
    ck_fails(lgd_factorization_predict(half, w, 1, &zero, &zero, &out), LGD_EINVAL,
             "one made by lgd_factorization_create is accepted");
    ck_fails(lgd_factorization_predict(other, w, 1, &zero, &zero, &out), LGD_EINVAL,
             "one made by lgd_factorization_create is accepted");
    ck_fails(lgd_factorization_top(other, w, 0, 1, false, &best, NULL, &found), LGD_EINVAL, "one made by");
    ck_fails(lgd_factorization_initialise(other, 0, 0, w), LGD_EINVAL, "one made by");
    ck_fails(lgd_factorization_factors(other, &at), LGD_EINVAL, "one made by");
    ck_fails(lgd_factorization_factors_sized(NULL, &at, sizeof at), LGD_EINVAL, "factors: f is NULL");
    ck_fails(lgd_factorization_factors(f, NULL), LGD_EINVAL, "factors is NULL");
    ck_fails(lgd_factorization_initialise(f, 0, 0, NULL), LGD_EINVAL, "w is NULL");
    ck_fails(lgd_factorization_predict(f, NULL, 1, &zero, &zero, &out), LGD_EINVAL, "w is NULL");
    ck_fails(lgd_factorization_predict(f, w, 1, NULL, &zero, &out), LGD_EINVAL, "row is NULL");
    ck_fails(lgd_factorization_predict(f, w, 1, &zero, NULL, &out), LGD_EINVAL, "col is NULL");
    ck_fails(lgd_factorization_predict(f, w, 1, &zero, &zero, NULL), LGD_EINVAL, "out is NULL");
    ck_fails(lgd_factorization_top(f, NULL, 0, 1, false, &best, NULL, &found), LGD_EINVAL, "w is NULL");
    ck_fails(lgd_factorization_top(f, w, 0, 1, false, NULL, NULL, &found), LGD_EINVAL, "col is NULL");
    ck_fails(lgd_factorization_top(f, w, 0, 1, false, &best, NULL, NULL), LGD_EINVAL, "found is NULL");
    lgd_objective_free(other);
    lgd_objective_free(half);
    lgd_objective_free(f);
}
END_TEST

/* ---- memory */

static lgd_status use_all(const ratings *r, size_t batch, uint64_t epochs)
{
    lgd_objective *f = (lgd_objective *)1, *some = NULL;
    lgd_optimizer *opt = NULL;
    double *w = malloc(1000 * sizeof *w), score[3];
    size_t order[250], best[3], found;
    lgd_permutation(1, 0, 250, order);
    ck_assert_ptr_nonnull(w);
    lgd_status status =
        lgd_factorization_create(&f, r->rows, r->cols, r->count, r->row, r->col, r->rating,
                                 &(lgd_factorization_options){.rank = 8, .biases = true, .weights = r->weights});
    ck_assert(status ? f == NULL : f != NULL);
    if (!status)
        status = lgd_factorization_initialise(f, 0, 1, w);
    if (!status)
        status = lgd_objective_subset(&some, f, &(lgd_rows){0, 250, order});
    if (!status)
        status = lgd_sgd_create(&opt, NULL);
    if (!status)
        status = lgd_minimize(
            some, opt, w,
            &(lgd_minimize_options){.batch_size = batch, .max_epochs = epochs, .grad_tol = LGD_ZERO, .threads = 1},
            NULL);
    if (!status)
        status = lgd_factorization_top(f, w, 2, 3, true, best, score, &found);
    if (!status)
        status = lgd_factorization_top(f, w, 3, 3, true, best, NULL, &found);
    lgd_optimizer_free(opt);
    lgd_objective_free(some);
    lgd_objective_free(f);
    free(w);
    return status;
}

START_TEST(factorization_each_allocation_failing_clean_error)
{
    ratings r = ratings_create(12, 9, 300, 4);
    for (size_t batch = 0; batch <= 1; batch++)
        for (size_t k = 1;; k++) {
            memory_watch(k);
            const lgd_status status = use_all(&r, batch, 2);
            ck_assert_uint_eq(memory_live(), 0);
            if (memory_made() < k) {
                ck_assert_int_eq(status, LGD_OK);
                ck_assert_uint_gt(k, 10);
                break;
            }
            ck_assert_int_eq(status, LGD_ENOMEM);
        }
    memory_unwatch();
    ratings_free(&r);
}
END_TEST

START_TEST(factorization_more_epochs_no_more_allocations)
{
    ratings r = ratings_create(12, 9, 300, 4);
    for (size_t batch = 1; batch <= 32; batch *= 32) {
        size_t made[2];
        for (size_t i = 0; i < 2; i++) {
            memory_watch(0);
            ck_ok(use_all(&r, batch, i ? 20 : 2));
            made[i] = memory_made();
        }
        ck_assert_uint_eq(made[0], made[1]);
    }
    memory_unwatch();
    ratings_free(&r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("factorization");
    CASE(s, factorization_value_and_gradient_as_long_double_loops);
    CASE(s, factorization_gradient_as_differences);
    CASE(s, factorization_threads_same_bits);
    CASE(s, factorization_weight_two_is_the_entry_twice);
    CASE(s, factorization_by_entry_as_a_step_for_each_batch_same_bits);
    CASE(s, factorization_by_entry_over_several_stretches_same_bits);
    CASE(s, factorization_subset_by_entry_same_bits);
    CASE(s, descend_of_ones_own_called_where_nothing_is_between_steps);
    CASE(s, descend_beside_averages_groups_and_momentum_not_called);
    CASE(s, descend_that_fails_ends_the_run);
    CASE(s, factorization_by_entry_that_diverges_is_noticed_and_best_kept);
    CASE(s, factorization_by_entry_time_limit_between_stretches);
    CASE(s, factorization_planted_rank_8_unseen_entries_recovered);
    CASE(s, factorization_planted_smaller_recovered_by_batches);
    CASE(s, factorization_predictions_scores_clamped_to_the_range);
    CASE(s, factorization_mean_is_that_of_the_ratings_by_weight);
    CASE(s, factorization_top_as_sorting_all_scores);
    CASE(s, factorization_top_of_a_row_that_has_seen_all_none_left);
    CASE(s, factorization_start_by_seed_and_place);
    CASE(s, factorization_describes_itself);
    CASE(s, factorization_of_one_place_fitted);
    CASE(s, factorization_row_without_ratings_keeps_its_start);
    CASE(s, factorization_rows_beyond_32_bits);
    CASE(s, factorization_bad_input_refused_by_name);
    CASE(s, factorization_functions_of_another_objective_or_null_refused);
    CASE(s, factorization_each_allocation_failing_clean_error);
    CASE(s, factorization_more_epochs_no_more_allocations);
    return suite_run(s);
}
