/* The noise of batches: how large it is, that its estimate is right, and batches that grow with it. */
#include "minimize/run.h"
#include "problems.h"

enum { ROWS = 203, COLS = 4, DIM = COLS + 1 };

static const size_t batches[] = {1, 8, 64, ROWS};
static const lgd_order orders[] = {LGD_SHUFFLE, LGD_REPLACEMENT};

/* A model, a point that is not its minimum, and there: the gradient and the variance of that of one row. */
typedef struct scene {
    model m;
    double w[DIM], g[DIM], variance;
} scene;

static scene scene_create(bool weighted)
{
    scene s = {.m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = 0.1}, 7)};
    if (weighted) {
        lgd_objective_free(s.m.f);
        ck_ok(lgd_glm_create(&s.m.f, s.m.X, s.m.d.y, lgd_loss_logistic(),
                             &(lgd_glm_options){.intercept = true, .weights = s.m.d.weights}));
    }
    fill(91, DIM, -1, 1, s.w);
    ck_ok(lgd_objective_eval(s.m.f, NULL, s.w, NULL, s.g));
    for (size_t i = 0; i < ROWS; i++) {
        double g[DIM];
        ck_ok(lgd_objective_eval(s.m.f, &(lgd_rows){i, 1, NULL}, s.w, NULL, g));
        for (size_t j = 0; j < DIM; j++)
            s.variance += (g[j] - s.g[j]) * (g[j] - s.g[j]) / ROWS;
    }
    return s;
}

static double of_batch(double variance, size_t batch, lgd_order order)
{
    const double B = (double)batch;
    return order == LGD_REPLACEMENT ? variance / B : variance / B * (ROWS - B) / (ROWS - 1);
}

/* A mean of independent numbers, and three times its standard error. */
typedef struct sample {
    double sum, squares;
    size_t count;
} sample;

static void take(sample *s, double x)
{
    s->sum += x;
    s->squares += x * x;
    s->count++;
}

static void check_mean(const sample *s, double expected, const char *what, size_t batch, lgd_order order)
{
    const double n = (double)s->count, mean = s->sum / n, spread = (s->squares - s->sum * mean) / (n - 1);
    const double three = 3 * sqrt(fmax(spread, 0) / n) + 1e-28;
    ck_assert_msg(fabs(mean - expected) <= three, "%s, batch %zu, order %d: %g, not %g within %g", what, batch,
                  (int)order, mean, expected, three);
    ck_assert_double_lt(three, 0.1 * expected + 1e-27); /* there is something to find out */
}

/* ---- the noise itself, as an optimizer of one's own meets it */

static double seen[DIM];

static lgd_status look(lgd_step *s)
{
    memcpy(seen, s->g, sizeof seen);
    return LGD_OK;
}

static void check_batches(bool weighted)
{
    scene s = scene_create(weighted);
    lgd_optimizer *opt;
    ck_ok(lgd_optimizer_create(&opt, &(lgd_optimizer_ops){.name = "look", .step = look}, NULL, 0));
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
        for (size_t k = 0; k < 2; k++) {
            sample squares = {0};
            for (uint64_t epoch = 0; epoch < 3000; epoch++) {
                double w[DIM], d = 0;
                memcpy(w, s.w, sizeof w);
                ck_ok(lgd_minimize(
                    s.m.f, opt, w,
                    &(lgd_minimize_options){
                        .batch_size = batches[b], .order = orders[k], .first_epoch = epoch, .seed = 5, .max_steps = 1},
                    NULL));
                for (size_t j = 0; j < DIM; j++)
                    d += (seen[j] - s.g[j]) * (seen[j] - s.g[j]);
                take(&squares, d);
            }
            check_mean(&squares, of_batch(s.variance, batches[b], orders[k]), "variance", batches[b], orders[k]);
        }
    lgd_optimizer_free(opt);
    model_free(&s.m);
}

/* features: 67 */
START_TEST(variance_of_batches_is_that_of_rows_over_their_count)
{
    check_batches(false);
}
END_TEST

START_TEST(variance_of_weighted_batches_is_that_of_rows_over_their_count)
{
    check_batches(true);
}
END_TEST

/* ---- its estimate */

/* A run as far as its noise needs one. */
typedef struct bare {
    lgd_run run;
    double g[DIM], w_old[DIM], w[DIM];
    size_t index[ROWS];
} bare;

static void bare_set(bare *b, const scene *s, lgd_optimizer *opt, size_t batch, lgd_order order, uint64_t epoch)
{
    memcpy(b->w, s->w, sizeof b->w);
    b->run = (lgd_run){.f = s->m.f, .opt = opt, .w = b->w, .dim = DIM, .terms = ROWS, .threads = 1, .sign = 1};
    b->run.g = b->g;
    b->run.w_old = b->w_old;
    b->run.index = b->index;
    b->run.batch = batch;
    b->run.o.order = order;
    lgd_permutation(3, epoch, ROWS, b->index);
    for (size_t i = 0; i < ROWS && order == LGD_REPLACEMENT; i++)
        b->index[i] = lgd_random_below(lgd_random(3, LGD_STREAM_DRAW, epoch, i), ROWS);
}

START_TEST(estimate_of_variance_is_right_in_the_mean)
{
    scene s = scene_create(true);
    lgd_optimizer *opt;
    ck_ok(lgd_sgd_create(&opt, NULL));
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
        for (size_t k = 0; k < 2; k++) {
            sample variances = {0};
            for (uint64_t epoch = 0; epoch < 2000; epoch++) {
                bare r;
                double variance, norm, size = 0;
                bare_set(&r, &s, opt, batches[b], orders[k], epoch);
                ck_ok(lgd_noise_measure(&r.run, &variance, &norm));
                take(&variances, variance);
                for (size_t j = 0; j < DIM; j++)
                    size += r.g[j] * r.g[j];
                ck_assert_double_eq_tol(norm, sqrt(size), 1e-14 * norm);
                ck_assert_double_eq(r.run.rows_seen, (batches[b] > 64 ? 192 : 64)); /* 32 parts of 6 rows, or 2 */
            }
            check_mean(&variances, s.variance, "estimate", batches[b], orders[k]);
        }
    lgd_optimizer_free(opt);
    model_free(&s.m);
}
END_TEST

/* The batch against a search for the smallest that passes. */
START_TEST(batch_is_the_smallest_that_passes_the_test)
{
    scene s = scene_create(false);
    lgd_optimizer *opt;
    size_t grown = 0, all = 0;
    ck_ok(lgd_sgd_create(&opt, NULL));
    for (int theta = 1; theta < 12; theta++)
        for (size_t k = 0; k < 2; k++)
            for (uint64_t epoch = 0; epoch < 20; epoch++) {
                bare r;
                double variance, norm;
                size_t smallest = 1;
                bare_set(&r, &s, opt, 4, orders[k], epoch);
                r.run.o.norm_test = 0.1 * theta;
                ck_ok(lgd_noise_measure(&r.run, &variance, &norm));
                while (smallest < ROWS && of_batch(variance, smallest, orders[k]) > 0.01 * theta * theta * norm * norm)
                    smallest++;
                if (orders[k] == LGD_SHUFFLE) { /* as many steps as it makes, in equal parts */
                    const size_t steps = ROWS / smallest;
                    smallest = ROWS / steps + (ROWS % steps != 0);
                }
                ck_ok(lgd_run_grow(&r.run));
                ck_assert_uint_eq(r.run.batch, smallest > 4 ? smallest : 4);
                ck_assert_uint_eq(opt->judged.batch_size, r.run.batch);
                grown += smallest > 4;
                all += smallest == ROWS;
            }
    ck_assert_uint_gt(grown, 100);
    ck_assert_uint_gt(all, 10);
    ck_assert_uint_lt(all, grown / 2);
    lgd_optimizer_free(opt);
    model_free(&s.m);
}
END_TEST

/* ---- batches that grow */

typedef struct watched {
    uint64_t step, steps_of_epoch;
} watched;

static int watch(void *ctx, const lgd_progress *p)
{
    watched *seen_so_far = ctx;
    const uint64_t steps = p->step - seen_so_far->step;
    ck_assert_uint_le(steps, seen_so_far->steps_of_epoch); /* never smaller batches: never more steps */
    *seen_so_far = (watched){p->step, steps};
    return 0;
}

START_TEST(growing_batches_reach_what_constant_ones_do_not)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = 0.1}, 7);
    lgd_penalty *l1;
    ck_ok(lgd_penalty_l1_create(&l1, 0.02));
    for (size_t k = 0; k < 2; k++)
        for (int penalised = 0; penalised < 2; penalised++)
            for (int grows = 0; grows < 2; grows++) {
                watched seen_so_far = {0, UINT64_MAX};
                double w[DIM] = {0};
                lgd_optimizer *opt;
                lgd_report report;
                ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.5}));
                ck_ok(lgd_minimize(m.f, opt, w,
                                   &(lgd_minimize_options){.batch_size = 8,
                                                           .norm_test = grows ? 0.7 : 0,
                                                           .order = orders[k],
                                                           .check_every = 1,
                                                           .max_epochs = 500,
                                                           .grad_tol_abs = 1e-4,
                                                           .grad_tol = LGD_ZERO,
                                                           .penalty = penalised ? l1 : NULL,
                                                           .callback = watch,
                                                           .callback_ctx = &seen_so_far},
                                   &report));
                ck_assert_int_eq(report.stop, grows && k == 0 ? LGD_STOP_GRAD_TOL : LGD_STOP_EPOCHS);
                ck_assert_uint_eq(report.batch_size, grows ? ROWS : 8);
                lgd_optimizer_free(opt);
            }
    lgd_penalty_free(l1);
    model_free(&m);
}
END_TEST

START_TEST(growing_batches_resumed_same_bits)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = 0.1}, 7);
    for (size_t k = 0; k < 2; k++) {
        double whole[DIM] = {0}, w[DIM] = {0};
        unsigned char bytes[4096];
        size_t size = sizeof bytes;
        lgd_optimizer *opt[3];
        lgd_report all, half, rest;
        lgd_minimize_options o = {.batch_size = 4, .norm_test = 0.9, .max_epochs = 6, .order = orders[k]};
        for (size_t i = 0; i < 3; i++)
            ck_ok(lgd_optimizer_parse(&opt[i], "momentum:lr=0.05"));
        ck_ok(lgd_minimize(m.f, opt[0], whole, &o, &all));
        o.max_epochs = 3;
        ck_ok(lgd_minimize(m.f, opt[1], w, &o, &half));
        ck_ok(lgd_optimizer_save(opt[1], bytes, &size));
        ck_ok(lgd_optimizer_load(opt[2], bytes, size));
        o.first_epoch = 3;
        ck_ok(lgd_minimize(m.f, opt[2], w, &o, &rest));
        ck_assert_mem_eq(w, whole, sizeof w);
        ck_assert_uint_gt(half.batch_size, 4);
        ck_assert_uint_le(half.batch_size, rest.batch_size);
        ck_assert_uint_eq(rest.batch_size, all.batch_size);
        o.norm_test = 0; /* who does not ask gets what he asks for */
        ck_ok(lgd_minimize(m.f, opt[2], w, &o, &rest));
        ck_assert_uint_eq(rest.batch_size, 4);
        lgd_optimizer_reset(opt[2]);
        ck_assert_uint_eq(opt[2]->judged.batch_size, 0);
        for (size_t i = 0; i < 3; i++)
            lgd_optimizer_free(opt[i]);
    }
    model_free(&m);
}
END_TEST

START_TEST(growing_batches_few_rows_hold)
{
    for (size_t rows = 1; rows < 70; rows += rows < 4 ? 1 : 13)
        for (lgd_last last = LGD_LAST_DIVIDE; last <= LGD_LAST_DROP; last++)
            for (size_t k = 0; k < 2; k++) {
                model m = model_create(rows, 2, lgd_loss_half_squared(), NULL, 3);
                double w[2] = {0};
                lgd_optimizer *opt;
                lgd_report report;
                ck_ok(lgd_optimizer_parse(&opt, "sgd:lr=auto"));
                ck_ok(lgd_minimize(
                    m.f, opt, w,
                    &(lgd_minimize_options){
                        .batch_size = 1, .norm_test = 0.5, .max_epochs = 30, .order = orders[k], .last = last},
                    &report));
                ck_assert_uint_le(report.batch_size, rows);
                ck_assert_uint_ge(report.batch_size, rows > 3 ? 2 : 1);
                lgd_optimizer_free(opt);
                model_free(&m);
            }
}
END_TEST

/* At a corner of a box |w - prox(w - g)| is 0 and noise is all there is, however large the gradient. */
START_TEST(growing_batches_with_a_penalty_look_at_the_residual)
{
    model m = model_create(ROWS, COLS, lgd_loss_half_squared(), NULL, 7);
    const double corner[COLS] = {9, 9, 9, 9};
    lgd_optimizer *opt;
    lgd_penalty *box;
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 1e-6}));
    ck_ok(lgd_penalty_box_create(&box, COLS, corner, corner));
    for (int penalised = 0; penalised < 2; penalised++) {
        double w[COLS] = {9, 9, 9, 9};
        lgd_report r;
        lgd_optimizer_reset(opt);
        ck_ok(lgd_minimize(m.f, opt, w,
                           &(lgd_minimize_options){
                               .batch_size = 4, .norm_test = 5, .max_epochs = 3, .penalty = penalised ? box : NULL},
                           &r));
        ck_assert_uint_eq(r.batch_size, penalised ? ROWS : 4);
        /* Once they hold all rows nothing is measured any more. */
        ck_assert_double_eq_tol(r.passes, penalised ? 4 + 64.0 / ROWS : 4 + 3 * 64.0 / ROWS, 1e-12);
    }
    lgd_penalty_free(box);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

START_TEST(growing_batches_without_noise_stay)
{
    model m = model_create(ROWS, COLS, lgd_loss_half_squared(), NULL, 7);
    double w[COLS] = {0};
    lgd_optimizer *opt;
    lgd_report r;
    memset(m.d.y, 0, ROWS * sizeof *m.d.y); /* every row has its minimum at 0 */
    ck_ok(lgd_sgd_create(&opt, NULL));
    ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.batch_size = 4, .norm_test = 0.5, .max_epochs = 2}, &r));
    ck_assert_uint_eq(r.batch_size, 4);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

START_TEST(norm_test_where_nothing_can_grow_refused)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), NULL, 7);
    double w[DIM] = {0};
    lgd_optimizer *opt;
    ck_ok(lgd_sgd_create(&opt, NULL));
    ck_fails(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.norm_test = 0.5}, NULL), LGD_EINVAL,
             "norm_test is 0.5 with all rows at each step, it is accepted with batches");
    ck_fails(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.norm_test = -1, .batch_size = 8}, NULL), LGD_EINVAL,
             "norm_test is -1, a finite number >= 0 is accepted");
    ck_fails(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.norm_test = NAN, .batch_size = 8}, NULL), LGD_EINVAL,
             "norm_test is nan");
    for (lgd_estimator e = LGD_SVRG; e <= LGD_SARAH; e++)
        ck_fails(
            lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.norm_test = 0.5, .batch_size = 8, .estimator = e}, NULL),
            LGD_EUNSUPPORTED, "norm_test is 0.5 with estimator s");
    ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.norm_test = LGD_ZERO, .max_epochs = 1}, NULL));
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("variance");
    CASE(s, variance_of_batches_is_that_of_rows_over_their_count);
    CASE(s, variance_of_weighted_batches_is_that_of_rows_over_their_count);
    CASE(s, estimate_of_variance_is_right_in_the_mean);
    CASE(s, batch_is_the_smallest_that_passes_the_test);
    CASE(s, growing_batches_reach_what_constant_ones_do_not);
    CASE(s, growing_batches_resumed_same_bits);
    CASE(s, growing_batches_few_rows_hold);
    CASE(s, growing_batches_with_a_penalty_look_at_the_residual);
    CASE(s, growing_batches_without_noise_stay);
    CASE(s, norm_test_where_nothing_can_grow_refused);
    return suite_run(s);
}
