/* Steps that touch only what a sparse batch does: the bits of dense ones, what they leave alone, and what they say of themselves. */
#include "objective/objective.h"
#include "optimizer/optimizer.h"
#include "problems.h"
#include <float.h>
#include <stdint.h>
#include <stdio.h>

/* ---- data: few numbers in many columns, the same matrix sparse and dense */

enum { ROWS = 90, COLS = 8000, PER_ROW = 5 };

typedef struct table {
    size_t start[ROWS + 1];
    int32_t column[ROWS * PER_ROW];
    double value[ROWS * PER_ROW], dense[ROWS * COLS], y[ROWS], classes[ROWS], weights[ROWS];
    lgd_matrix *sparse, *full;
} table;

/* Every ninth row has no number at all; of each row the columns ascend. */
static table *rows_create(uint64_t seed)
{
    table *r = lgd_alloc("test", 1, sizeof *r);
    double *draw = lgd_alloc("test", 4 * ROWS * PER_ROW, sizeof *draw);
    size_t e = 0;
    lgd_uniform(seed, 0, 4 * ROWS * PER_ROW, draw);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t k = 0; k < PER_ROW && i % 9 != 4; k++, e++) {
            const double *d = draw + 4 * (i * PER_ROW + k);
            const size_t part = COLS / PER_ROW;
            r->column[e] = (int32_t)(k * part + (size_t)(d[0] * d[0] * (double)part));
            r->value[e] = 4 * d[1] - 2;
            r->dense[i * COLS + (size_t)r->column[e]] = r->value[e];
        }
        r->start[i + 1] = e;
        r->y[i] = draw[4 * i * PER_ROW + 2] < 0.5 ? 0 : 1;
        r->classes[i] = floor(3 * draw[4 * i * PER_ROW + 3]);
        r->weights[i] = i % 7 == 2 ? 0 : 0.5 + draw[4 * i * PER_ROW + 3];
    }
    lgd_release(draw);
    const lgd_csr csr = {.rows = ROWS, .cols = COLS, .row_start = r->start, .column = r->column, .value = r->value};
    ck_ok(lgd_matrix_csr(&r->sparse, &csr));
    ck_ok(lgd_matrix_set_kernel(r->sparse, LGD_KERNEL_ROWS));
    ck_ok(lgd_matrix_dense(&r->full, ROWS, COLS, r->dense, COLS));
    ck_ok(lgd_matrix_set_kernel(r->full, LGD_KERNEL_ROWS));
    return r;
}

static void rows_free(table *r)
{
    lgd_matrix_free(r->sparse);
    lgd_matrix_free(r->full);
    lgd_release(r);
}

/* The same numbers in fewer columns, N of them, of which PER_ROW is a factor. */
static lgd_csr narrow(table *r, size_t n)
{
    for (size_t e = 0; e < r->start[ROWS]; e++)
        r->column[e] = (int32_t)((size_t)r->column[e] / (COLS / n));
    return (lgd_csr){.rows = ROWS, .cols = n, .row_start = r->start, .column = r->column, .value = r->value};
}

enum { DIM = 3 * (COLS + 1), EPOCHS = 4 };

/* A model on either matrix. */
typedef struct setting {
    const char *method, *loss;
    lgd_glm_options model;
    lgd_minimize_options run;
    bool weighted;
} setting;

static lgd_objective *model_on(const table *r, const setting *s, bool sparse)
{
    lgd_objective *f;
    const bool classes = !strcmp(s->loss, "softmax");
    const lgd_loss *loss = classes                            ? lgd_loss_softmax()
                           : !strcmp(s->loss, "half_squared") ? lgd_loss_half_squared()
                                                              : lgd_loss_logistic();
    lgd_glm_options o = s->model;
    o.outputs = classes ? 3 : 1;
    o.weights = s->weighted ? r->weights : NULL;
    ck_ok(lgd_glm_create(&f, sparse ? r->sparse : r->full, classes ? r->classes : r->y, loss, &o));
    return f;
}

/* What a run comes to. */
typedef struct outcome {
    double w[DIM], running[EPOCHS];
    lgd_report report;
} outcome;

static outcome run_on(lgd_objective *f, const setting *s)
{
    outcome out = {{0}, {0}, {0}};
    lgd_optimizer *opt;
    lgd_history *h;
    size_t count;
    lgd_minimize_options o = s->run;
    ck_ok(lgd_optimizer_parse(&opt, s->method));
    ck_ok(lgd_history_create(&h));
    o.history = h;
    o.max_epochs = o.max_epochs ? o.max_epochs : EPOCHS;
    ck_ok(lgd_minimize(f, opt, out.w, &o, &out.report));
    const double *running = lgd_history_series(h, "running", &count);
    memcpy(out.running, running, (count < EPOCHS ? count : EPOCHS) * sizeof *running);
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    return out;
}

static outcome outcome_on(const table *r, const setting *s, bool sparse)
{
    lgd_objective *f = model_on(r, s, sparse);
    const outcome out = run_on(f, s);
    lgd_objective_free(f);
    return out;
}

static bool same(size_t n, const double *x, const double *y)
{
    return !memcmp(x, y, n * sizeof *x);
}

static void assert_same(const table *r, const setting *s, const char *updates)
{
    const outcome a = outcome_on(r, s, true), b = outcome_on(r, s, false);
    ck_assert_msg(same(DIM, a.w, b.w), "%s, %s, batches of %zu: other weights", s->method, s->loss, s->run.batch_size);
    ck_assert_msg(same(EPOCHS, a.running, b.running), "%s, %s, batches of %zu: other means", s->method, s->loss,
                  s->run.batch_size);
    ck_assert_msg(!strncmp(a.report.updates, updates, strlen(updates)), "%s, %s, batches of %zu: %s", s->method,
                  s->loss, s->run.batch_size, a.report.updates);
    ck_assert_str_eq(b.report.updates, "");
    ck_assert_uint_eq(a.report.steps, b.report.steps);
    ck_assert_uint_eq(a.report.evaluations, b.report.evaluations);
    ck_assert_uint_eq(a.report.clipped, b.report.clipped);
    ck_assert_double_gt(lgd_norm2(DIM, a.w), 1e-3);
}

/* ---- the same bits */

static const char *const methods[] = {"sgd:lr=0.5", "adagrad:lr=0.2", "adagrad:lr=0.2,initial=0.1,lr_decay=0.01",
                                      "ftrl", "ftrl:l1=0.01,l2=0.1"};

START_TEST(sparse_steps_have_the_bits_of_dense_ones)
{
    static const char *const losses[] = {"logistic", "half_squared", "softmax"};
    static const size_t batches[] = {1, 8, 64};
    table *r = rows_create(1);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        for (size_t k = 0; k < 3; k++)
            for (size_t b = 0; b < 3; b++) {
                setting s = {methods[i], losses[k], {.intercept = b != 1}, {.batch_size = batches[b]}, k == 1};
                if (k == 1)
                    s.method = i ? s.method : "sgd:lr=0.05";
                assert_same(r, &s, "sparse");
            }
    rows_free(r);
}
END_TEST

START_TEST(sparse_steps_whatever_the_run_asks_for_beside_the_same_bits)
{
    const lgd_schedule cosine = {.kind = LGD_COSINE, .period = 40, .per_step = true};
    const lgd_minimize_options runs[] = {
        {.batch_size = 8, .order = LGD_SEQUENTIAL, .last = LGD_LAST_SCALE},
        {.batch_size = 8, .order = LGD_REPLACEMENT, .last = LGD_LAST_DROP},
        {.batch_size = 7, .schedule = cosine},
        {.batch_size = 8, .clip_value = 0.01},
        {.batch_size = 8, .check_every = 1},
        {.batch_size = 8, .max_steps = 17},
        {.batch_size = 8, .threads = 2},
        {.batch_size = 4, .norm_test = 0.5},
    };
    table *r = rows_create(2);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
            const setting s = {methods[k], "logistic", {.intercept = true}, runs[i], i % 2};
            assert_same(r, &s, runs[i].norm_test > 0 ? "" : "sparse"); /* batches grow */
        }
    rows_free(r);
}
END_TEST

/* |g| adds its squares up in another order. */
START_TEST(clip_norm_same_to_rounding)
{
    table *r = rows_create(3);
    const setting s = {"sgd:lr=0.5", "logistic", {.intercept = true}, {.batch_size = 8, .clip_norm = 0.05}, false};
    const outcome a = outcome_on(r, &s, true), b = outcome_on(r, &s, false);
    ck_assert_str_eq(a.report.updates, "sparse");
    ck_assert_uint_gt(a.report.clipped, 0);
    ck_assert_uint_eq(a.report.clipped, b.report.clipped);
    ck_assert_double_le(difference_of(COLS + 1, a.w, b.w), 1e-13);
    rows_free(r);
}
END_TEST

/* What is frozen has no part in |g|. */
START_TEST(clip_norm_of_what_moves)
{
    const lgd_group frozen = {.first = 0, .count = COLS / 2, .frozen = true};
    table *r = rows_create(20);
    const setting s = {"sgd:lr=0.5", "logistic", {.intercept = true}, {0}, false};
    double w[2][COLS + 1] = {{0}};
    uint64_t clipped[2];
    for (int dense = 0; dense < 2; dense++) {
        lgd_objective *f = model_on(r, &s, !dense);
        lgd_optimizer *opt;
        lgd_report report;
        const lgd_minimize_options o = {.batch_size = 4, .max_epochs = 2, .clip_norm = 0.1};
        ck_ok(lgd_optimizer_parse(&opt, s.method));
        ck_ok(lgd_optimizer_groups(opt, &frozen, 1));
        ck_ok(lgd_minimize(f, opt, w[dense], &o, &report));
        ck_assert_str_eq(report.updates, dense ? "" : "sparse");
        clipped[dense] = report.clipped;
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
    ck_assert_uint_eq(clipped[0], clipped[1]);
    ck_assert_uint_gt(clipped[0], 0);
    ck_assert_double_le(difference_of(COLS + 1, w[0], w[1]), 1e-13);
    rows_free(r);
}
END_TEST

START_TEST(groups_and_averages_same_bits)
{
    const lgd_group groups[] = {{.first = 10, .count = 200, .lr_scale = 0.5},
                                {.first = 300, .count = 50, .frozen = true}};
    const lgd_average averages[] = {{0}, {.kind = LGD_AVERAGE_UNIFORM, .start = 3}, {.kind = LGD_LOOKAHEAD}};
    table *r = rows_create(4);
    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++)
        for (size_t a = 0; a < 3; a++) {
            const setting s = {methods[k], "logistic", {.intercept = true}, {.batch_size = 8}, false};
            double w[2][COLS + 1] = {{0}}, mean[2][COLS + 1];
            for (int dense = 0; dense < 2; dense++) {
                lgd_optimizer *opt;
                lgd_report report;
                lgd_objective *f = model_on(r, &s, !dense);
                ck_ok(lgd_optimizer_parse(&opt, s.method));
                ck_ok(lgd_optimizer_groups(opt, groups, 2));
                if (averages[a].kind && !(a == 2 && opt->ops.flags & LGD_OWN_POINTS))
                    ck_ok(lgd_optimizer_average(opt, &averages[a]));
                const lgd_minimize_options o = {.batch_size = 8, .max_epochs = 3, .w_average = mean[dense]};
                ck_ok(lgd_minimize(f, opt, w[dense], &o, &report));
                ck_assert_str_eq(report.updates, dense ? "" : "sparse");
                lgd_optimizer_free(opt);
                lgd_objective_free(f);
            }
            ck_assert_msg(same(COLS + 1, w[0], w[1]), "%s", s.method);
            ck_assert(same(COLS + 1, mean[0], mean[1]));
            for (size_t j = 300; j < 350; j++)
                ck_assert(w[0][j] == 0);
        }
    rows_free(r);
}
END_TEST

START_TEST(run_saved_and_continued_same_bits)
{
    table *r = rows_create(5);
    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
        const setting s = {methods[k], "logistic", {.intercept = true, .l2 = k ? 0 : 0.01}, {.batch_size = 8}, false};
        const outcome whole = outcome_on(r, &s, true);
        lgd_objective *f = model_on(r, &s, true);
        double w[COLS + 1] = {0};
        unsigned char bytes[1 << 18];
        size_t size = sizeof bytes;
        for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
            lgd_optimizer *opt;
            const lgd_minimize_options o = {.batch_size = 8, .max_epochs = 1, .first_epoch = epoch};
            ck_ok(lgd_optimizer_parse(&opt, s.method));
            if (epoch)
                ck_ok(lgd_optimizer_load(opt, bytes, size));
            ck_ok(lgd_minimize(f, opt, w, &o, NULL));
            size = sizeof bytes;
            ck_ok(lgd_optimizer_save(opt, bytes, &size));
            lgd_optimizer_free(opt);
        }
        ck_assert_msg(same(COLS + 1, w, whole.w), "%s", s.method);
        lgd_objective_free(f);
    }
    rows_free(r);
}
END_TEST

START_TEST(subset_of_sparse_rows_same_bits)
{
    table *r = rows_create(6);
    size_t index[ROWS];
    lgd_permutation(5, 0, ROWS, index);
    const setting s = {"adagrad:lr=0.2", "logistic", {.intercept = true}, {.batch_size = 8}, false};
    double w[2][DIM];
    for (int dense = 0; dense < 2; dense++) {
        lgd_objective *f = model_on(r, &s, !dense), *part;
        ck_ok(lgd_objective_subset(&part, f, &(lgd_rows){10, 50, index}));
        const outcome out = run_on(part, &s);
        memcpy(w[dense], out.w, sizeof out.w);
        ck_assert_str_eq(out.report.updates, dense ? "" : "sparse");
        lgd_objective_free(part);
        lgd_objective_free(f);
    }
    ck_assert(same(DIM, w[0], w[1]));
    rows_free(r);
}
END_TEST

/* A batch of 30 rows touches more than a 24th of the weights; one of 3 does not. */
START_TEST(batches_that_touch_much_step_densely_same_bits)
{
    enum { N = 400 };
    table *r = rows_create(7);
    lgd_matrix *few, *full;
    double dense[ROWS * N] = {0};
    const lgd_csr csr = narrow(r, N);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t e = r->start[i]; e < r->start[i + 1]; e++)
            dense[i * N + (size_t)r->column[e]] = r->value[e];
    ck_ok(lgd_matrix_csr(&few, &csr));
    ck_ok(lgd_matrix_set_kernel(few, LGD_KERNEL_ROWS));
    ck_ok(lgd_matrix_dense(&full, ROWS, N, dense, N));
    ck_ok(lgd_matrix_set_kernel(full, LGD_KERNEL_ROWS));
    static const char *const told[] = {"sparse", "sparse", "dense: batches touch a 24th of w or more"};
    static const size_t batches[] = {1, 3, 30};
    for (size_t b = 0; b < 3; b++)
        for (double l2 = 0; l2 < 0.02; l2 += 0.01) {
            const setting s = {"sgd:lr=0.5", "logistic", {.l2 = 0}, {.batch_size = batches[b]}, false};
            const lgd_glm_options o = {.intercept = true, .l2 = l2};
            lgd_objective *f[2];
            ck_ok(lgd_glm_create(&f[0], few, r->y, lgd_loss_logistic(), &o));
            ck_ok(lgd_glm_create(&f[1], full, r->y, lgd_loss_logistic(), &o));
            const outcome x = run_on(f[0], &s), y = run_on(f[1], &s);
            ck_assert_str_eq(x.report.updates, told[b]);
            ck_assert(l2 > 0 ? difference_of(N + 1, x.w, y.w) < 1e-13 : same(N + 1, x.w, y.w));
            lgd_objective_free(f[0]);
            lgd_objective_free(f[1]);
        }
    lgd_matrix_free(few);
    lgd_matrix_free(full);
    rows_free(r);
}
END_TEST

/* ---- l2 that waits */

START_TEST(l2_waits_and_agrees_to_rounding)
{
    static const double strengths[] = {1e-4, 0.1,
                                       1.5}; /* the last shrinks w to a fourth in a step: w is settled often */
    static const char *const losses[] = {"logistic", "softmax"};
    const lgd_schedule decay = {.kind = LGD_EXPONENTIAL, .period = 9, .factor = 0.9, .per_step = true};
    table *r = rows_create(8);
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 2; k++)
            for (size_t batch = 1; batch < 9; batch += 3)
                for (int variant = 0; variant < 3; variant++) {
                    setting s = {"sgd:lr=0.3",
                                 losses[k],
                                 {.intercept = true, .l2 = strengths[i]},
                                 {.batch_size = batch, .order = variant == 2 ? LGD_SEQUENTIAL : LGD_SHUFFLE},
                                 variant == 1};
                    if (variant == 1)
                        s.run.schedule = decay;
                    if (variant == 2)
                        s.run.last = LGD_LAST_SCALE;
                    const outcome a = outcome_on(r, &s, true), b = outcome_on(r, &s, false);
                    ck_assert_str_eq(a.report.updates, "sparse");
                    ck_assert_double_le(difference_of(DIM, a.w, b.w), 1e-13);
                    ck_assert_double_le(difference_of(EPOCHS, a.running, b.running), 1e-13);
                    ck_assert_double_le(fabs(a.report.f - b.report.f), 1e-13 * fabs(b.report.f));
                }
    rows_free(r);
}
END_TEST

typedef struct watched {
    lgd_objective *f;
    double at[EPOCHS][COLS + 1];
    size_t calls;
} watched;

static int watch(void *ctx, const lgd_progress *p)
{
    watched *seen = ctx;
    if (seen->calls < EPOCHS)
        memcpy(seen->at[seen->calls], p->w, sizeof seen->at[0]);
    seen->calls++;
    return 0;
}

START_TEST(w_that_is_shown_is_true)
{
    table *r = rows_create(9);
    watched seen[2] = {{0}};
    double validated[2];
    for (int dense = 0; dense < 2; dense++) {
        setting s = {"sgd:lr=0.3", "logistic", {.intercept = true, .l2 = 0.05}, {.batch_size = 4}, false};
        lgd_objective *f = model_on(r, &s, !dense), *held = model_on(r, &s, false);
        s.run.callback = watch;
        s.run.callback_ctx = &seen[dense];
        s.run.validation = held;
        const outcome out = run_on(f, &s);
        validated[dense] = out.report.f_validation;
        ck_assert_uint_eq(seen[dense].calls, EPOCHS);
        ck_assert(same(COLS + 1, seen[dense].at[EPOCHS - 1], out.w));
        lgd_objective_free(f);
        lgd_objective_free(held);
    }
    for (size_t i = 0; i < EPOCHS; i++)
        ck_assert_double_le(difference_of(COLS + 1, seen[0].at[i], seen[1].at[i]), 1e-13);
    ck_assert_double_le(fabs(validated[0] - validated[1]), 1e-13);
    rows_free(r);
}
END_TEST

/* ---- what it says where it cannot */

static lgd_status same_map(void *ctx, const double *w, const double *x, double *px)
{
    const size_t *n = ctx;
    (void)w;
    memcpy(px, x, *n * sizeof *x);
    return LGD_OK;
}

START_TEST(dense_steps_say_why)
{
    size_t n = COLS + 1;
    double ones[COLS + 1];
    for (size_t j = 0; j < n; j++)
        ones[j] = 1;
    lgd_penalty *l1;
    ck_ok(lgd_penalty_l1_create(&l1, 1e-3));
    const struct {
        const char *method, *told;
        lgd_minimize_options o;
        double l2, decay;
        bool frozen;
    } cases[] = {
        {"adam", "dense: the method moves every coordinate", {0}, 0, 0, false},
        {"momentum", "dense: the method moves every coordinate", {0}, 0, 0, false},
        {"adagrad", "dense: a penalty is on all coordinates", {.penalty = l1}, 0, 0, false},
        {"adagrad", "dense: there is an lr_scale", {.lr_scale = ones}, 0, 0, false},
        {"sgd", "dense: there is a metric", {.precondition = same_map, .precondition_ctx = &n}, 0, 0, false},
        {"sgd", "dense: the estimator", {.estimator = LGD_SAGA}, 0, 0, false},
        {"sgd", "dense: a group decays", {0}, 0, 0.1, false},
        {"ftrl", "sparse", {0}, 0, 0.1, false}, /* its own l2 is in the divisor */
        {"adagrad", "dense: l2 moves every coordinate", {0}, 0.1, 0, false},
        {"sgd", "dense: l2 cannot wait beside", {.clip_norm = 1}, 0.1, 0, false},
        {"sgd", "dense: l2 cannot wait beside", {0}, 0.1, 0, true},
        {"sgd", "sparse", {0}, 0.1, 0, false},
        {"sgd:lr=0.6", "dense: l2 cannot wait where lr l2", {0}, 1, 0, false},
        {"sgd:lr=0.4", "sparse", {0}, 1, 0, false},
        {"lazy_adam", "sparse", {0}, 0, 0, false},
        {"lazy_adam", "dense: l2 moves every coordinate", {0}, 0.1, 0, false},
    };
    table *r = rows_create(10);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const setting s = {cases[i].method, "logistic", {.intercept = true, .l2 = cases[i].l2}, {0}, false};
        double w[2][COLS + 1] = {{0}};
        for (int dense = 0; dense < 2; dense++) {
            lgd_objective *f = model_on(r, &s, !dense);
            lgd_optimizer *opt;
            lgd_report report;
            lgd_minimize_options o = cases[i].o;
            ck_ok(lgd_optimizer_parse(&opt, s.method));
            const lgd_group group = {.first = 5, .count = 10, .decay = cases[i].decay, .frozen = cases[i].frozen};
            if (cases[i].decay > 0 || cases[i].frozen)
                ck_ok(lgd_optimizer_groups(opt, &group, 1));
            o.batch_size = 8;
            o.max_epochs = 2;
            ck_ok(lgd_minimize(f, opt, w[dense], &o, &report));
            const char *told = dense ? "" : cases[i].told;
            ck_assert_msg(strstr(report.updates, told) == report.updates && (*told || !*report.updates), "%zu: %s", i,
                          report.updates);
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
        }
        if (strcmp(s.method, "lazy_adam"))
            ck_assert_msg(difference_of(n, w[0], w[1]) < 1e-13, "%zu", i);
    }
    lgd_penalty_free(l1);
    const setting full = {"sgd", "logistic", {.l2 = 0}, {0}, false};
    const outcome all = outcome_on(r, &full, true);
    ck_assert_str_eq(all.report.updates, ""); /* no batches */
    rows_free(r);
}
END_TEST

/* A callback gives the optimizer a group after the first epoch, and one that changes nothing after the third. */
typedef struct regrouping {
    lgd_optimizer *opt;
    lgd_group group;
    int calls;
} regrouping;

static int regroup(void *ctx, const lgd_progress *p)
{
    regrouping *r = ctx;
    const lgd_group same_pace = {.first = r->group.first, .count = r->group.count};
    const int call = r->calls++;
    (void)p;
    if (call == 0 || call == 2)
        ck_ok(lgd_optimizer_groups(r->opt, call ? &same_pace : &r->group, 1));
    return 0;
}

START_TEST(groups_changed_by_a_callback_hold_from_the_next_step)
{
    const lgd_group groups[] = {
        {.count = COLS / 2, .decay = 0.5}, {.count = COLS / 2, .frozen = true}, {.count = COLS / 2, .lr_scale = 0.1}};
    table *r = rows_create(21);
    for (size_t k = 0; k < 3; k++)
        for (double l2 = 0; l2 < 0.15; l2 += 0.1) {
            const setting s = {"sgd:lr=0.3", "logistic", {.intercept = true, .l2 = l2}, {0}, false};
            double w[2][COLS + 1];
            for (int dense = 0; dense < 2; dense++) {
                lgd_objective *f = model_on(r, &s, !dense);
                regrouping ctx = {NULL, groups[k], 0};
                lgd_report report;
                const lgd_minimize_options o = {
                    .batch_size = 4, .max_epochs = 5, .callback = regroup, .callback_ctx = &ctx};
                fill(k, COLS + 1, -1, 1, w[dense]);
                ck_ok(lgd_optimizer_parse(&ctx.opt, s.method));
                ck_ok(lgd_minimize(f, ctx.opt, w[dense], &o, &report));
                ck_assert_str_eq(report.updates, dense ? "" : "sparse");
                lgd_optimizer_free(ctx.opt);
                lgd_objective_free(f);
            }
            ck_assert_msg(difference_of(COLS + 1, w[0], w[1]) < 1e-13, "%zu, l2 %g: %g", k, l2,
                          difference_of(COLS + 1, w[0], w[1]));
        }
    rows_free(r);
}
END_TEST

/* ---- the flag */

/* Of every method that says LGD_SPARSE, under options that matter: a step with g = 0, of either sign, changes no bit of w but the sign of
 * a 0, and none of its vectors. */
START_TEST(methods_that_say_sparse_leave_what_has_no_gradient)
{
    enum { N = 40, STEPS = 12 };
    static const char *const texts[] = {"sgd",
                                        "sgd:lr=1e300",
                                        "adagrad",
                                        "adagrad:eps=0",
                                        "adagrad:initial=0.5,lr_decay=0.1,eps_root=0.1",
                                        "ftrl",
                                        "ftrl:l1=0.3",
                                        "ftrl:beta=0,l1=0.3,l2=2",
                                        "ftrl:l2=2"};
    for (size_t i = 0; lgd_optimizer_builtin(i); i++) {
        size_t tried = lgd_optimizer_builtin(i)->flags & LGD_SPARSE ? 0 : 1;
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            tried += strcspn(texts[k], ":") == strlen(lgd_optimizer_builtin(i)->name) &&
                     !strncmp(texts[k], lgd_optimizer_builtin(i)->name, strcspn(texts[k], ":"));
        ck_assert_msg(tried, "%s is not tried", lgd_optimizer_builtin(i)->name);
    }
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        lgd_optimizer *opt;
        double w[N], g[N], before[N], vec[4][N];
        ck_ok(lgd_optimizer_parse(&opt, texts[k]));
        ck_assert(opt->ops.flags & LGD_SPARSE);
        fill(k, N, -1, 1, w);
        for (size_t j = 0; j < N; j += 5)
            w[j] = 0;
        for (uint64_t t = 0; t < STEPS; t++) {
            fill(100 + t, N, -1, 1, g);
            for (size_t j = 0; j < N; j++)
                g[j] = (j + t) % 3 == 0 ? 1e-9 * g[j] : (j + t) % 3 == 1 ? (t % 2 ? -0.0 : 0.0) : 0.0;
            double given[N];
            memcpy(given, g, sizeof g);
            memcpy(before, w, sizeof w);
            for (size_t v = 0; v < opt->vectors; v++)
                memcpy(vec[v], opt->vec[v], sizeof w);
            ck_ok(lgd_optimizer_step(opt, N, w, g, 0, t % 4 == 3 ? 0.25 : 1));
            for (size_t j = 0; j < N; j++)
                if (given[j] == 0) {
                    ck_assert_msg(w[j] == before[j], "%s moves %zu at step %d", texts[k], j, (int)t);
                    for (size_t v = 0; v < opt->vectors && t; v++)
                        ck_assert_msg(same(1, opt->vec[v] + j, vec[v] + j), "%s changes vector %zu", texts[k], v);
                }
        }
        lgd_optimizer_free(opt);
    }
}
END_TEST

/* ---- lazy_adam */

START_TEST(lazy_adam_moves_what_is_touched_by_the_step_of_adam)
{
    enum { BATCH = 6, N = COLS + 1 };
    const double lr = 0.05, beta1 = 0.8, beta2 = 0.95, eps = 1e-6, eps_root = 1e-9;
    table *r = rows_create(11);
    const setting s = {"lazy_adam:lr=0.05,beta1=0.8,beta2=0.95,eps=1e-6,eps_root=1e-9",
                       "logistic",
                       {.intercept = true},
                       {.batch_size = BATCH, .max_epochs = 3},
                       false};
    const outcome out = outcome_on(r, &s, true);
    ck_assert_str_eq(out.report.updates, "sparse");
    real w[N] = {0}, m[N] = {0}, v[N] = {0};
    size_t index[ROWS + BATCH], draws;
    unsigned t = 0;
    for (uint64_t epoch = 0; epoch < 3; epoch++) {
        ck_ok(lgd_minimize_order(&s.run, epoch, ROWS, index, &draws));
        for (size_t first = 0; first < draws; first += BATCH) {
            const size_t count = draws - first < BATCH ? draws - first : BATCH;
            real g[N] = {0};
            bool touched[N] = {false};
            touched[COLS] = true;
            t++;
            for (size_t b = 0; b < count; b++) {
                const size_t i = index[first + b];
                real z = w[COLS], slope;
                for (size_t e = r->start[i]; e < r->start[i + 1]; e++)
                    z += r->value[e] * w[r->column[e]];
                plain_logistic(z, r->y[i], &slope);
                for (size_t e = r->start[i]; e < r->start[i + 1]; e++) {
                    g[r->column[e]] += r->value[e] * slope / (real)count;
                    touched[r->column[e]] = true;
                }
                g[COLS] += slope / (real)count;
            }
            for (size_t j = 0; j < N; j++) {
                if (!touched[j])
                    continue;
                m[j] = beta1 * m[j] + (1 - (real)beta1) * g[j];
                v[j] = beta2 * v[j] + (1 - (real)beta2) * g[j] * g[j];
                w[j] -= lr * m[j] / (1 - powl(beta1, t)) / (sqrtl(v[j] / (1 - powl(beta2, t)) + eps_root) + eps);
            }
        }
    }
    ck_assert_double_le(difference(N, out.w, w), 1e-12);
    rows_free(r);
}
END_TEST

START_TEST(lazy_adam_on_dense_rows_is_adam)
{
    table *r = rows_create(12);
    const setting lazy = {"lazy_adam:lr=0.05", "softmax", {.intercept = true}, {.batch_size = 8}, false},
                  adam = {"adam:lr=0.05", "softmax", {.intercept = true}, {.batch_size = 8}, false};
    const outcome a = outcome_on(r, &lazy, false), b = outcome_on(r, &adam, false), c = outcome_on(r, &lazy, true);
    ck_assert(same(DIM, a.w, b.w));
    ck_assert_str_eq(a.report.updates, "");
    ck_assert_double_gt(difference_of(DIM, c.w, b.w), 1e-3); /* what it is for */
    rows_free(r);
}
END_TEST

/* However much a batch touches, what it does not touch stays: the second step leaves what was moved by the first alone. */
START_TEST(lazy_adam_large_batches_leave_the_rest)
{
    enum { BATCH = ROWS / 2, N = 400 };
    table *r = rows_create(15);
    bool touched[N] = {false};
    size_t moved = 0, stayed = 0;
    double w[2][N];
    const lgd_csr csr = narrow(r, N);
    lgd_matrix *X;
    lgd_objective *f;
    ck_ok(lgd_matrix_csr(&X, &csr));
    ck_ok(lgd_glm_create(&f, X, r->y, lgd_loss_logistic(), NULL));
    for (uint64_t steps = 1; steps < 3; steps++) {
        const setting s = {"lazy_adam",
                           "logistic",
                           {.l2 = 0},
                           {.batch_size = BATCH, .order = LGD_SEQUENTIAL, .max_steps = steps},
                           false};
        const outcome out = run_on(f, &s);
        ck_assert_str_eq(out.report.updates, "sparse");
        memcpy(w[steps - 1], out.w, sizeof w[0]);
    }
    for (size_t e = r->start[BATCH]; e < r->start[ROWS]; e++)
        touched[r->column[e]] = true;
    for (size_t j = 0; j < N; j++) {
        ck_assert(touched[j] == (w[0][j] != w[1][j]));
        moved += touched[j];
        stayed += !touched[j] && w[0][j] != 0;
    }
    ck_assert_uint_gt(moved, N / 24);
    ck_assert_uint_gt(stayed, 10);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    rows_free(r);
}
END_TEST

/* ---- objectives with `support` */

/* A caller's own: term i is (w_a - i)^2/2 + w_b^2/2 for its two coordinates a and b, told in falling order. g is to be all 0. */
typedef struct pairs {
    size_t dim, evaluations;
    bool found_dirt;
    enum { HONEST, LEAVES_OUT, TWICE, LEAVES_MARKS, TOO_MANY } kind;
} pairs;

static size_t pair_of(const pairs *p, size_t term, size_t which)
{
    return (7 * term + 13 * which) % p->dim;
}

static lgd_status pairs_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    pairs *p = ctx;
    p->evaluations++;
    for (size_t j = 0; g && rows->count < 20 && j < p->dim; j++)
        p->found_dirt = p->found_dirt || g[j] != 0;
    for (size_t k = 0; k < rows->count; k++) {
        const size_t i = rows->index ? rows->index[rows->first + k] : rows->first + k;
        const size_t a = pair_of(p, i, 0), b = pair_of(p, i, 1);
        const double off = w[a] - (double)i;
        *f += 0.5 * off * off + 0.5 * w[b] * w[b];
        if (g) {
            g[a] += off;
            g[b] += w[b];
        }
    }
    return LGD_OK;
}

static size_t pairs_support(void *ctx, const lgd_rows *rows, bool *seen, size_t *index, size_t room)
{
    const pairs *p = ctx;
    size_t count = 0;
    bool fits = true;
    for (size_t k = 2 * rows->count; k-- > 0 && fits;) {
        const size_t at = k / 2, i = rows->index ? rows->index[rows->first + at] : rows->first + at;
        const size_t j = pair_of(p, i, k % 2);
        if (seen[j] || (p->kind == LEAVES_OUT && k == 0))
            continue;
        fits = count < room;
        if (fits) {
            index[count++] = j;
            seen[j] = true;
        }
    }
    for (size_t i = 0; i < count && p->kind != LEAVES_MARKS; i++)
        seen[index[i]] = false;
    if (p->kind == TWICE && count < room)
        index[count] = index[0], count++;
    if (p->kind == TOO_MANY)
        return count;
    return fits ? count : SIZE_MAX;
}

static lgd_objective *pairs_create(pairs *p)
{
    static const lgd_objective_ops ops = {.name = "pairs", .eval = pairs_eval, .support = pairs_support};
    lgd_objective *f;
    ck_ok(lgd_objective_create(&f, p->dim, 40, &ops, p));
    return f;
}

START_TEST(own_objective_g_is_zero_before_each_batch)
{
    enum { N = 200 };
    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
        pairs p = {.dim = N};
        lgd_objective *f = pairs_create(&p);
        double w[2][N], ones[N];
        for (size_t j = 0; j < N; j++)
            ones[j] = 1, w[0][j] = w[1][j] = 0.25;
        for (int dense = 0; dense < 2; dense++) {
            lgd_optimizer *opt;
            lgd_report report;
            ck_ok(lgd_optimizer_parse(&opt, methods[k]));
            const lgd_minimize_options o = {.batch_size = 3, .max_epochs = 5, .lr_scale = dense ? ones : NULL};
            ck_ok(lgd_minimize(f, opt, w[dense], &o, &report));
            ck_assert(!strncmp(report.updates, dense ? "dense: " : "sparse", 6));
            lgd_optimizer_free(opt);
        }
        ck_assert(same(N, w[0], w[1]));
        ck_assert(!p.found_dirt);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(own_objective_maximised_same_bits)
{
    enum { N = 200 };
    pairs p = {.dim = N};
    lgd_objective *f = pairs_create(&p);
    double w[2][N], ones[N];
    for (size_t j = 0; j < N; j++)
        ones[j] = 1, w[0][j] = w[1][j] = 0.25;
    for (int dense = 0; dense < 2; dense++) {
        lgd_optimizer *opt;
        ck_ok(lgd_optimizer_parse(&opt, "sgd:lr=0.001"));
        const lgd_minimize_options o = {
            .batch_size = 3, .max_epochs = 2, .maximize = true, .lr_scale = dense ? ones : NULL};
        ck_ok(lgd_minimize(f, opt, w[dense], &o, NULL));
        lgd_optimizer_free(opt);
    }
    ck_assert(same(N, w[0], w[1]));
    lgd_objective_free(f);
}
END_TEST

START_TEST(support_that_breaks_its_word_named)
{
    static const char *const words[] = {NULL, "leaves out coordinate", "again", "leaves seen[", "finds room for"};
    for (int kind = HONEST; kind <= TOO_MANY; kind++) {
        pairs p = {.dim = 100};
        double w[100];
        lgd_gradient_check check;
        lgd_objective *f = pairs_create(&p);
        fill(1, 100, 0.5, 1, w);
        p.kind = kind;
        if (words[kind])
            ck_fails(lgd_objective_check_gradient(f, w, &check), LGD_EINVAL, words[kind]);
        else
            ck_ok(lgd_objective_check_gradient(f, w, &check));
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(models_know_what_their_batches_touch)
{
    table *r = rows_create(14);
    double w[DIM];
    lgd_gradient_check check;
    fill(3, DIM, -0.5, 0.5, w);
    const lgd_csr csr = narrow(r, 400);
    lgd_matrix_free(r->sparse);
    ck_ok(lgd_matrix_csr(&r->sparse, &csr));
    for (int k = 0; k < 4; k++) {
        const setting s = {"sgd", k % 2 ? "softmax" : "logistic", {.intercept = k != 2, .l2 = 0.1}, {0}, k > 1};
        lgd_objective *f = model_on(r, &s, true), *part;
        ck_ok(lgd_objective_check_gradient(f, w, &check));
        ck_assert_double_lt(check.error, 1e-6);
        ck_ok(lgd_objective_subset(&part, f, &(lgd_rows){7, 30, NULL}));
        ck_ok(lgd_objective_check_gradient(part, w, &check));
        lgd_objective_free(part);
        lgd_objective_free(f);
    }
    rows_free(r);
}
END_TEST

/* ---- perceptrons and factorisations */

static lgd_objective *perceptron_on(const table *r, bool sparse, lgd_mlp_options o)
{
    static const size_t hidden[] = {6, 4};
    lgd_objective *f;
    o.hidden = hidden;
    o.hidden_count = 2;
    o.outputs = 3;
    o.activation = LGD_TANH;
    o.weights = r->weights;
    ck_ok(lgd_mlp_create(&f, sparse ? r->sparse : r->full, r->classes, lgd_loss_softmax(), &o));
    return f;
}

START_TEST(perceptron_on_sparse_rows_is_that_on_dense_ones)
{
    table *r = rows_create(15);
    const lgd_mlp_options options[] = {{0}, {.l2 = 0.01}, {.dropout = 0.25}, {.single = true}};
    for (size_t k = 0; k < 4; k++) {
        lgd_objective *f[2] = {perceptron_on(r, true, options[k]), perceptron_on(r, false, options[k])};
        const size_t dim = lgd_objective_dim(f[0]);
        const double close = k == 3 ? 1e-5 : 1e-12;
        double *w = lgd_alloc("test", 4 * dim, sizeof *w), *g = w + 2 * dim, value[2];
        ck_ok(lgd_mlp_initialise(f[0], LGD_INIT_AUTO, 5, w));
        for (int dense = 0; dense < 2; dense++)
            ck_ok(lgd_objective_eval(f[dense], NULL, w, &value[dense], g + (size_t)dense * dim));
        ck_assert_double_le(fabs(value[0] - value[1]), close);
        ck_assert_double_le(difference_of(dim, g, g + dim), close);
        memcpy(w + dim, w, dim * sizeof *w);
        for (int dense = 0; dense < 2; dense++) {
            lgd_optimizer *opt;
            lgd_report report;
            ck_ok(lgd_optimizer_parse(&opt, "adagrad:lr=0.05,initial=0.1"));
            const lgd_minimize_options o = {.batch_size = 6, .max_epochs = 3};
            ck_ok(lgd_minimize(f[dense], opt, w + (size_t)dense * dim, &o, &report));
            ck_assert_str_eq(report.updates, dense    ? ""
                                             : k == 1 ? "dense: the objective has a smooth part of all coordinates"
                                                      : "sparse");
            lgd_optimizer_free(opt);
        }
        ck_assert_double_le(difference_of(dim, w, w + dim), 100 * close);
        lgd_objective_free(f[0]);
        lgd_objective_free(f[1]);
        lgd_release(w);
    }
    const lgd_csr csr = narrow(r, 40);
    lgd_matrix_free(r->sparse);
    ck_ok(lgd_matrix_csr(&r->sparse, &csr));
    lgd_objective *f = perceptron_on(r, true, options[0]);
    double w[400];
    lgd_gradient_check check;
    ck_ok(lgd_mlp_initialise(f, LGD_INIT_AUTO, 5, w));
    ck_ok(lgd_objective_check_gradient(f, w, &check));
    ck_assert_double_lt(check.error, 1e-6);
    lgd_objective_free(f);
    rows_free(r);
}
END_TEST

START_TEST(factorization_of_sparse_rows_is_that_of_their_entries)
{
    enum { N = 400 };
    table *r = rows_create(16);
    const lgd_csr csr = narrow(r, N);
    const size_t count = r->start[ROWS];
    size_t *row = lgd_alloc("test", 2 * count, sizeof *row), *col = row + count;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t e = r->start[i]; e < r->start[i + 1]; e++)
            row[e] = i, col[e] = (size_t)r->column[e];
    for (int biases = 0; biases < 2; biases++) {
        const lgd_factorization_options o = {.rank = 3, .l2 = 0.01, .biases = biases};
        lgd_objective *f[2];
        ck_ok(lgd_factorization_csr(&f[0], &csr, &o));
        ck_ok(lgd_factorization_create(&f[1], ROWS, N, count, row, col, r->value, &o));
        const size_t dim = lgd_objective_dim(f[0]);
        double *w = lgd_alloc("test", 3 * dim, sizeof *w), *ones = w + 2 * dim;
        ck_ok(lgd_factorization_initialise(f[0], 0, 1, w));
        memcpy(w + dim, w, dim * sizeof *w);
        lgd_gradient_check check;
        ck_ok(lgd_objective_check_gradient(f[0], w, &check));
        for (size_t j = 0; j < dim; j++)
            ones[j] = 1;
        for (size_t k = 0; k < 2; k++) {
            lgd_optimizer *opt;
            lgd_report report;
            ck_ok(lgd_optimizer_parse(&opt, "adagrad:lr=0.05"));
            const lgd_minimize_options opts = {.batch_size = 8, .max_epochs = 3, .lr_scale = k ? ones : NULL};
            ck_ok(lgd_minimize(f[k], opt, w + k * dim, &opts, &report));
            ck_assert_str_eq(report.updates, k ? "dense: there is an lr_scale" : "sparse");
            lgd_optimizer_free(opt);
        }
        ck_assert(same(dim, w, w + dim));
        lgd_objective_free(f[0]);
        lgd_objective_free(f[1]);
        lgd_release(w);
    }
    lgd_objective *none;
    const lgd_factorization_options o = {.rank = 3};
    const lgd_csr bad = {.rows = ROWS, .cols = 3, .row_start = r->start, .column = r->column, .value = r->value};
    ck_fails(lgd_factorization_csr(&none, &bad, &o), LGD_EINVAL, "column of number");
    ck_fails(lgd_factorization_csr(&none, NULL, &o), LGD_EINVAL, "data is NULL");
    ck_fails(lgd_factorization_csr(NULL, &csr, &o), LGD_EINVAL, "out is NULL");
    ck_fails(lgd_factorization_csr_sized(&none, &csr, sizeof csr, NULL, 0), LGD_EINVAL, "rank is 0");
    const size_t empty[] = {0, 0};
    ck_fails(lgd_factorization_csr(&none, &(lgd_csr){.rows = 1, .cols = 3, .row_start = empty}, &o), LGD_EINVAL,
             "count is 0");
    lgd_release(row);
    rows_free(r);
}
END_TEST

/* ---- a loop of one's own */

START_TEST(own_loop_step_sparse_has_the_bits_of_a_dense_step)
{
    enum { N = 300, COUNT = 20, STEPS = 30 };
    static const char *const all[] = {"sgd", "adagrad:initial=0.1", "ftrl:l1=0.05", "lazy_adam"};
    for (size_t k = 0; k < 4; k++) {
        lgd_optimizer *a, *b;
        double w[2][N], g[N], part[COUNT];
        size_t order[N];
        ck_ok(lgd_optimizer_parse(&a, all[k]));
        ck_ok(lgd_optimizer_parse(&b, all[k]));
        ck_ok(lgd_optimizer_spare(a, N, 290, 5));
        ck_ok(lgd_optimizer_spare(b, N, 290, 5));
        fill(k, N, -1, 1, w[0]);
        memcpy(w[1], w[0], sizeof w[0]);
        for (uint64_t t = 0; t < STEPS; t++) {
            lgd_permutation(k, t, N, order);
            const size_t count = t % 5 == 3 ? 0 : k == 3 ? COUNT : COUNT - (size_t)t % 7;
            fill(500 + t, count, -1, 1, part);
            memset(g, 0, sizeof g);
            for (size_t i = 0; i < count; i++)
                g[k == 3 ? i : order[i]] = part[i];
            for (size_t i = 0; k == 3 && i < N; i++) /* always the same ones, for adam moves what it has moved */
                order[i] = i;
            if (k == 3 && !count)
                continue;
            ck_ok(lgd_optimizer_step_sparse(a, N, w[0], count, order, part, 0, 0.5));
            ck_ok(lgd_optimizer_step(b, N, w[1], g, 0, 0.5));
        }
        ck_assert_uint_eq(lgd_optimizer_steps(a), lgd_optimizer_steps(b));
        ck_assert_msg(same(N, w[0], w[1]), "%s", all[k]);
        for (size_t v = 0; v < a->vectors; v++)
            ck_assert_msg(same(N, a->vec[v], b->vec[v]), "%s", all[k]);
        lgd_optimizer_free(a);
        lgd_optimizer_free(b);
    }
}
END_TEST

START_TEST(own_loop_step_sparse_refusals_leave_all_as_it_was)
{
    enum { N = 10 };
    lgd_optimizer *opt, *adam;
    double w[N] = {0}, g[3] = {1, 1, 1};
    const size_t good[] = {7, 2, 9}, beyond[] = {7, 10, 1}, twice[] = {7, 2, 7};
    ck_ok(lgd_optimizer_parse(&opt, "adagrad"));
    ck_ok(lgd_optimizer_parse(&adam, "adam"));
    ck_fails(lgd_optimizer_step_sparse(NULL, N, w, 3, good, g, 0, 1), LGD_EINVAL, "opt is NULL");
    ck_fails(lgd_optimizer_step_sparse(opt, N, NULL, 3, good, g, 0, 1), LGD_EINVAL, "w is NULL");
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, NULL, g, 0, 1), LGD_EINVAL, "index is NULL");
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, good, NULL, 0, 1), LGD_EINVAL, "g is NULL");
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, good, g, 0, -1), LGD_EINVAL, "lr_factor is -1");
    ck_fails(lgd_optimizer_step_sparse(opt, 0, w, 0, good, g, 0, 1), LGD_EINVAL, "dim is 0");
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 11, good, g, 0, 1), LGD_EINVAL, "count is 11, at most the 10");
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, beyond, g, 0, 1), LGD_EINVAL,
             "index[1] is 10, a coordinate below 10");
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, twice, g, 0, 1), LGD_EINVAL, "index[2] is 7 again");
    ck_fails(lgd_optimizer_step_sparse(adam, N, w, 3, good, g, 0, 1), LGD_EUNSUPPORTED,
             "adam: the method moves every coordinate");
    g[1] = NAN;
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, good, g, 0, 1), LGD_EDIVERGED, "g[1] is nan at step 1");
    g[1] = 1;
    w[2] = INFINITY;
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, good, g, 0, 1), LGD_EINVAL, "w[2] is inf");
    w[2] = 0;
    w[3] = NAN; /* nobody looks */
    ck_assert_uint_eq(lgd_optimizer_steps(opt), 0);
    ck_ok(lgd_optimizer_step_sparse(opt, N, w, 3, good, g, 0, 1));
    for (size_t j = 0; j < N; j++)
        ck_assert(j == 3 || (w[j] != 0) == (j == 7 || j == 2 || j == 9));
    ck_fails(lgd_optimizer_step_sparse(opt, N + 1, w, 3, good, g, 0, 1), LGD_EINVAL, "dim is 11");
    lgd_penalty *l1;
    ck_ok(lgd_penalty_l1_create(&l1, 1e-3));
    ck_ok(lgd_optimizer_penalty(opt, l1));
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, good, g, 0, 1), LGD_EUNSUPPORTED, "a penalty is on all");
    ck_ok(lgd_optimizer_penalty(opt, NULL));
    ck_ok(lgd_optimizer_groups(opt, &(lgd_group){.first = 1, .count = 2, .decay = 0.1}, 1));
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, good, g, 0, 1), LGD_EUNSUPPORTED, "a group decays");
    ck_ok(lgd_optimizer_groups(opt, NULL, 0));
    ck_ok(lgd_optimizer_step_sparse(opt, N, w, 3, good, g, 0, 1));
    lgd_penalty_free(l1);
    lgd_optimizer_free(opt);
    lgd_optimizer_free(adam);
}
END_TEST

/* A caller's method that keeps its word, told what the coordinates are; it can fail at a slice. */
static size_t fails_at = SIZE_MAX;

static lgd_status own_step(lgd_step *s)
{
    for (size_t i = 0; i < s->dim; i++)
        if (s->support ? s->support[i] == fails_at : i == fails_at)
            return lgd_set_error(LGD_EUSER, fails_at == 1 ? "own: coordinate 1" : "own: coordinate 3");
    for (size_t i = 0; i < s->dim; i++) {
        s->vec[0][i] += s->g[i];
        s->w[i] -= 0.1 * s->g[i];
    }
    return LGD_OK;
}

static lgd_status own_init(lgd_step *s)
{
    ck_assert_ptr_null(s->support);
    for (size_t i = 0; i < s->dim; i++)
        s->vec[0][i] = 2;
    return LGD_OK;
}

static const lgd_optimizer_ops own = {.name = "own",
                                      .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_SPARSE,
                                      .layout = lgd_one_vector,
                                      .init = own_init,
                                      .step = own_step};

START_TEST(own_method_failing_first_slice_tried_again_later_slice_reset)
{
    enum { N = 10 };
    lgd_optimizer *opt;
    double w[N] = {0}, g[] = {1, 2, 3};
    const size_t index[] = {8, 1, 4};
    ck_ok(lgd_optimizer_create(&opt, &own, NULL, 0));
    ck_ok(lgd_optimizer_spare(opt, N, 5, 5));
    fails_at = 1;
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, index, g, 0, 1), LGD_EUSER, "own: coordinate 1");
    ck_assert(w[1] == 0 && w[4] == 0 && w[8] == 0);
    fails_at = SIZE_MAX;
    ck_ok(lgd_optimizer_step_sparse(opt, N, w, 3, index, g, 0, 1));
    ck_assert(w[1] == -0.1 * 2 && w[4] == -0.1 * 3 && w[8] == -0.1);
    ck_assert(opt->vec[0][1] == 4 && opt->vec[0][2] == 2);
    fails_at = 3; /* 8 in the second slice */
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, index, g, 0, 1), LGD_EUSER, "own: coordinate 3");
    fails_at = SIZE_MAX;
    ck_fails(lgd_optimizer_step_sparse(opt, N, w, 3, index, g, 0, 1), LGD_EINVAL, "failed half done");
    ck_assert_uint_eq(lgd_optimizer_steps(opt), 1);
    lgd_optimizer_reset(opt);
    ck_ok(lgd_optimizer_step_sparse(opt, N, w, 3, index, g, 0, 1));
    lgd_optimizer_free(opt);
}
END_TEST

START_TEST(divergence_told_by_the_coordinate_as_in_dense_steps)
{
    table *r = rows_create(17);
    char said[2][512];
    for (int dense = 0; dense < 2; dense++) {
        const setting s = {"sgd:lr=1e200", "half_squared", {.l2 = 0}, {.batch_size = 8}, false};
        lgd_objective *f = model_on(r, &s, !dense);
        lgd_optimizer *opt;
        double w[COLS] = {0};
        ck_ok(lgd_optimizer_parse(&opt, s.method));
        ck_assert_int_eq(lgd_minimize(f, opt, w, &s.run, NULL), LGD_EDIVERGED);
        snprintf(said[dense], sizeof said[0], "%s", lgd_last_error());
        ck_assert(lgd_norm2(COLS, w) == 0);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
    ck_assert_str_eq(said[0], said[1]);
    rows_free(r);
}
END_TEST

/* By the report: rows, and of the weights 24 bytes and twice the state for each that a step touched. */
START_TEST(sparse_steps_cost_what_they_touch_and_allocate_nothing)
{
    table *r = rows_create(19);
    double ones[COLS], bytes[2];
    for (size_t j = 0; j < COLS; j++)
        ones[j] = 1;
    for (int dense = 0; dense < 2; dense++) {
        const setting s = {"adagrad",
                           "logistic",
                           {.l2 = 0},
                           {.batch_size = 1, .lr_scale = dense ? ones : NULL, .max_epochs = 1},
                           false};
        lgd_objective *f = model_on(r, &s, true);
        bytes[dense] = run_on(f, &s).report.bytes;
        lgd_objective_free(f);
    }
    const double step = 24 + 16;
    ck_assert_double_eq(bytes[1] - bytes[0], step * ((double)ROWS * COLS - (double)r->start[ROWS]));
    size_t made[2];
    for (int k = 0; k < 2; k++) {
        const setting s = {"adagrad", "logistic", {.intercept = true}, {.batch_size = 8}, false};
        const lgd_minimize_options o = {.batch_size = 8, .max_epochs = k ? 6 : 1};
        double w[COLS + 1] = {0};
        lgd_optimizer *opt;
        memory_watch(0);
        lgd_objective *f = model_on(r, &s, true);
        ck_ok(lgd_optimizer_parse(&opt, s.method));
        ck_ok(lgd_minimize(f, opt, w, &o, NULL));
        made[k] = memory_made();
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
        memory_unwatch();
    }
    ck_assert_uint_eq(made[0], made[1]);
    rows_free(r);
}
END_TEST

static lgd_status run_and_step(const table *r, double l2)
{
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    double w[COLS + 1] = {0}, g = 1;
    const lgd_glm_options o = {.intercept = true, .l2 = l2};
    const lgd_minimize_options run = {.batch_size = 8, .max_epochs = 2};
    lgd_status status = lgd_glm_create(&f, r->sparse, r->y, lgd_loss_logistic(), &o);
    if (!status)
        status = lgd_optimizer_parse(&opt, l2 > 0 ? "sgd" : "adagrad");
    if (!status)
        status = lgd_minimize(f, opt, w, &run, NULL);
    if (!status)
        status = lgd_optimizer_step_sparse(opt, COLS + 1, w, 1, &(size_t){3}, &g, 0, 1);
    lgd_objective_free(f);
    lgd_optimizer_free(opt);
    return status;
}

START_TEST(memory_each_allocation_failing_enomem_and_no_leak)
{
    table *r = rows_create(18);
    for (int k = 0; k < 2; k++) {
        lgd_status status = LGD_ENOMEM;
        for (size_t at = 1; status; at++) {
            memory_watch(at);
            status = run_and_step(r, k ? 0.1 : 0);
            ck_assert(!status || status == LGD_ENOMEM);
            ck_assert_uint_eq(memory_live(), 0);
            memory_unwatch();
        }
    }
    rows_free(r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sparse");
    CASE(s, sparse_steps_have_the_bits_of_dense_ones);
    CASE(s, sparse_steps_whatever_the_run_asks_for_beside_the_same_bits);
    CASE(s, clip_norm_same_to_rounding);
    CASE(s, clip_norm_of_what_moves);
    CASE(s, groups_and_averages_same_bits);
    CASE(s, run_saved_and_continued_same_bits);
    CASE(s, subset_of_sparse_rows_same_bits);
    CASE(s, batches_that_touch_much_step_densely_same_bits);
    CASE(s, l2_waits_and_agrees_to_rounding);
    CASE(s, w_that_is_shown_is_true);
    CASE(s, dense_steps_say_why);
    CASE(s, groups_changed_by_a_callback_hold_from_the_next_step);
    CASE(s, methods_that_say_sparse_leave_what_has_no_gradient);
    CASE(s, lazy_adam_moves_what_is_touched_by_the_step_of_adam);
    CASE(s, lazy_adam_on_dense_rows_is_adam);
    CASE(s, lazy_adam_large_batches_leave_the_rest);
    CASE(s, own_objective_g_is_zero_before_each_batch);
    CASE(s, own_objective_maximised_same_bits);
    CASE(s, support_that_breaks_its_word_named);
    CASE(s, models_know_what_their_batches_touch);
    CASE(s, perceptron_on_sparse_rows_is_that_on_dense_ones);
    CASE(s, factorization_of_sparse_rows_is_that_of_their_entries);
    CASE(s, own_loop_step_sparse_has_the_bits_of_a_dense_step);
    CASE(s, own_loop_step_sparse_refusals_leave_all_as_it_was);
    CASE(s, own_method_failing_first_slice_tried_again_later_slice_reset);
    CASE(s, divergence_told_by_the_coordinate_as_in_dense_steps);
    CASE(s, sparse_steps_cost_what_they_touch_and_allocate_nothing);
    CASE(s, memory_each_allocation_failing_enomem_and_no_leak);
    return suite_run(s);
}
