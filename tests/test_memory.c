#include "problems.h"

/* Every create and every run, with its first, second, third ... allocation failing until none fails: LGD_ENOMEM, no object,
 * no leak, inputs as they were, and the same once more with memory succeeds. */

enum { ROWS = 3000, COLS = 20, DIM = COLS + 1 }; /* two chunks */

static data d;

static void set_up(void)
{
    d = data_create(ROWS, COLS, 1, true, 1);
    for (size_t i = 0; i < ROWS; i += 7)
        d.weights[i] = 0;
}

static void tear_down(void)
{
    memory_unwatch();
    data_free(&d);
}

/* What is tried: makes its objects, frees them, returns the status of the first call that failed. */
typedef lgd_status scenario(size_t variant);

static void fail_each_allocation(scenario *try, size_t variant, size_t at_least)
{
    data before = data_create(ROWS, COLS, 1, true, 1);
    size_t k = 1;
    for (;; k++) {
        memory_watch(k);
        lgd_status status = try(variant);
        ck_assert_uint_eq(memory_live(), 0);
        if (memory_made() < k) {
            ck_assert_msg(status == LGD_OK, "with all its memory: %s", lgd_last_error());
            break;
        }
        ck_assert_msg(status == LGD_ENOMEM, "variant %zu, allocation %zu: status %d", variant, k, status);
        ck_assert_ptr_nonnull(strstr(lgd_last_error(), "bytes are needed"));
        memory_watch(0);
        ck_ok(try(variant));
        ck_assert_uint_eq(memory_live(), 0);
    }
    ck_assert_uint_gt(k, at_least);
    ck_assert_mem_eq(d.X, before.X, ROWS * COLS * sizeof *d.X);
    ck_assert_mem_eq(d.y, before.y, ROWS * sizeof *d.y);
    data_free(&before);
}

/* A failed create leaves no object behind. */
#define MADE(status, object) ck_assert((status) == LGD_OK ? (object) != NULL : (object) == NULL)

/* ---- creates */

static lgd_status matrices(size_t variant)
{
    lgd_matrix *X = (lgd_matrix *)1, *scaled = NULL;
    lgd_status status = variant == 0   ? lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS)
                        : variant == 1 ? lgd_matrix_dense_columns(&X, COLS, ROWS, d.X, COLS)
                        : variant == 2 ? lgd_matrix_create(&X, ROWS, COLS, &user_matrix, &d)
                                       : lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS);
    MADE(status, X);
    double error;
    if (!status && variant >= 3) {
        scaled = (lgd_matrix *)1;
        status = variant == 3 ? lgd_matrix_scaled(&scaled, X, d.X, NULL) : lgd_matrix_standardized(&scaled, X);
        MADE(status, scaled);
    }
    if (!status)
        status = lgd_matrix_check(scaled ? scaled : X, 1, &error);
    lgd_matrix_free(scaled);
    lgd_matrix_free(X);
    return status;
}

START_TEST(memory_matrices_each_allocation_failing)
{
    for (size_t variant = 0; variant < 5; variant++)
        fail_each_allocation(matrices, variant, 1);
}
END_TEST

static double zero_loss(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                        const double *weight)
{
    (void)ctx, (void)y, (void)weight;
    for (size_t i = 0; i < m; i++)
        memset(Z + i * ldz, 0, k * sizeof *Z);
    return 0;
}

static lgd_status small_objects(size_t variant)
{
    lgd_loss *loss = (lgd_loss *)1;
    lgd_history *h = (lgd_history *)1;
    lgd_status status;
    if (variant == 0) {
        status = lgd_loss_create(&loss, &(lgd_loss_ops){.name = "zero", .eval = zero_loss}, NULL);
        MADE(status, loss);
        lgd_loss_free(loss);
    } else {
        status = lgd_history_create(&h);
        MADE(status, h);
        lgd_history_free(h);
    }
    return status;
}

START_TEST(memory_loss_and_history_each_allocation_failing)
{
    fail_each_allocation(small_objects, 0, 1);
    fail_each_allocation(small_objects, 1, 1);
}
END_TEST

/* The objective of a variant over X; the pieces below it are freed by the caller. */
enum { PLAIN, WEIGHTED, SCALED, SUBSET, NESTED, FUNCTION, DIFFERENCES, OBJECTIVES };

typedef struct pieces {
    lgd_matrix *X, *scaled;
    lgd_objective *f[3]; /* the last one that is not NULL is meant */
} pieces;

static const double ones[DIM] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
static quadratic q = {ones, NULL, 0};
static const size_t index_[5] = {9, 0, 4, 700, 3};

static lgd_objective *meant(const pieces *p)
{
    return p->f[2] ? p->f[2] : p->f[1] ? p->f[1] : p->f[0];
}

static lgd_status pieces_create(pieces *p, size_t variant)
{
    *p = (pieces){.f = {(lgd_objective *)1}};
    if (variant >= FUNCTION) {
        lgd_status status = variant == FUNCTION ? lgd_function_create(&p->f[0], DIM, quadratic_eval, &q)
                                                : lgd_function_create_differences(&p->f[0], DIM, quadratic_eval, &q);
        MADE(status, p->f[0]);
        return status;
    }
    p->f[0] = NULL;
    lgd_status status = lgd_matrix_dense(&p->X, ROWS, COLS, d.X, COLS);
    if (!status && variant == SCALED)
        status = lgd_matrix_standardized(&p->scaled, p->X);
    if (status)
        return status;
    const lgd_glm_options o = {.l2 = 0.1, .intercept = true, .weights = variant == WEIGHTED ? d.weights : NULL};
    p->f[0] = (lgd_objective *)1;
    status = lgd_glm_create(&p->f[0], p->scaled ? p->scaled : p->X, d.y, lgd_loss_logistic(), &o);
    MADE(status, p->f[0]);
    for (size_t level = 1; !status && variant >= SUBSET && level <= variant - SUBSET + 1; level++) {
        const lgd_rows rows = level == 1 ? (lgd_rows){10, ROWS - 10, NULL} : (lgd_rows){0, 5, index_};
        p->f[level] = (lgd_objective *)1;
        status = lgd_objective_subset(&p->f[level], p->f[level - 1], &rows);
        MADE(status, p->f[level]);
    }
    return status;
}

static void pieces_free(pieces *p)
{
    for (size_t level = 3; level-- > 0;)
        lgd_objective_free(p->f[level]);
    lgd_matrix_free(p->scaled);
    lgd_matrix_free(p->X);
}

static lgd_status objectives(size_t variant)
{
    pieces p;
    double w[DIM] = {0}, g[DIM], f, out[ROWS];
    lgd_gradient_check check;
    lgd_status status = pieces_create(&p, variant);
    if (!status)
        status = lgd_objective_eval(meant(&p), NULL, w, &f, g);
    if (!status && lgd_objective_terms(meant(&p)) >= 5)
        status = lgd_objective_eval(meant(&p), &(lgd_rows){0, 2, (const size_t[2]){4, 0}}, w, &f, g);
    if (!status && variant <= SCALED)
        status = lgd_glm_predict(p.f[0], p.scaled ? p.scaled : p.X, w, out, 1);
    if (!status && (variant == NESTED || variant == FUNCTION))
        status = lgd_objective_check_gradient(meant(&p), w, &check);
    pieces_free(&p);
    return status;
}

START_TEST(memory_objectives_each_allocation_failing)
{
    for (size_t variant = 0; variant < OBJECTIVES; variant++)
        fail_each_allocation(objectives, variant, variant < FUNCTION ? 5 : 3);
}
END_TEST

static lgd_status optimizers(size_t i)
{
    lgd_optimizer *opt = (lgd_optimizer *)1, *parsed = (lgd_optimizer *)1;
    double w[DIM] = {0}, g[DIM] = {1};
    unsigned char bytes[1 << 15];
    size_t size = sizeof bytes;
    lgd_status status = lgd_optimizer_create(&opt, function_method(i), NULL, 0);
    MADE(status, opt);
    if (status)
        return status;
    if (function_method(i)->flags & LGD_NEEDS_EVAL)
        status = lgd_optimizer_spare(opt, DIM, 0, 1);
    else
        status = lgd_optimizer_step(opt, DIM, w, g, 1, 1);
    ck_assert(!status || (w[0] == 0 && lgd_optimizer_steps(opt) == 0));
    if (!status)
        status = lgd_optimizer_save(opt, bytes, &size);
    if (!status) {
        status = lgd_optimizer_parse(&parsed, function_method(i)->name);
        MADE(status, parsed);
        if (!status)
            status = lgd_optimizer_load(parsed, bytes, size);
        ck_assert(!parsed || lgd_optimizer_steps(parsed) == (status ? 0 : lgd_optimizer_steps(opt)));
        lgd_optimizer_free(parsed);
    }
    lgd_optimizer_free(opt);
    return status;
}

START_TEST(memory_optimizers_each_allocation_failing)
{
    for (size_t i = 0; function_method(i); i++)
        fail_each_allocation(optimizers, i, 4);
}
END_TEST

/* ---- runs */

static size_t threads, method, order;

/* A run over the objective of a variant, in batches or not. All memory is found before w moves, except what further
 * threads and a subset of a subset may need on the way. */
static lgd_status runs(size_t variant)
{
    const size_t batch = variant / OBJECTIVES;
    pieces p;
    lgd_optimizer *opt = NULL;
    lgd_history *h = NULL;
    double w[DIM], start[DIM], best[DIM];
    fill(101, DIM, -1, 1, w);
    memcpy(start, w, sizeof w);
    lgd_status status = pieces_create(&p, variant % OBJECTIVES);
    if (!status)
        status = lgd_optimizer_create(&opt, function_method(method), NULL, 0);
    if (!status)
        status = lgd_history_create(&h);
    if (!status) {
        lgd_report report;
        const size_t terms = lgd_objective_terms(meant(&p));
        status = lgd_minimize(meant(&p), opt, w,
                              &(lgd_minimize_options){.batch_size = batch ? (terms + 1) / 2 : 0,
                                                      .max_epochs = 2,
                                                      .order = (lgd_order)order,
                                                      .history = h,
                                                      .w_best = best,
                                                      .threads = threads},
                              &report);
        ck_assert_int_eq(report.stop, status ? LGD_STOP_ERROR : LGD_STOP_EPOCHS);
        if (!status) /* on, with more entries in the history than there is room for */
            status = lgd_minimize(meant(&p), opt, w, &(lgd_minimize_options){.max_epochs = 9, .history = h}, NULL);
        else if (threads == 1 && variant % OBJECTIVES != NESTED)
            ck_assert_mem_eq(w, start, sizeof w);
    }
    for (size_t j = 0; j < DIM; j++)
        ck_assert(isfinite(w[j]));
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    pieces_free(&p);
    return status;
}

START_TEST(memory_runs_each_allocation_failing)
{
    for (threads = 1; threads <= 3; threads += 2)
        for (size_t variant = 0; variant < 2 * OBJECTIVES; variant++) {
            method = variant % 3;
            order = variant % 2;
            fail_each_allocation(runs, variant, 6);
        }
}
END_TEST

START_TEST(memory_runs_of_every_method_and_order_each_allocation_failing)
{
    threads = 1;
    for (method = 0; function_method(method); method++)
        for (order = LGD_SHUFFLE; order <= LGD_REPLACEMENT; order++)
            fail_each_allocation(runs, function_method(method)->flags & LGD_FULL_BATCH ? PLAIN : OBJECTIVES, 6);
}
END_TEST

/* f = x^2 - y^2 + y^4, whose Hessian comes from differences, or from an objective with a smooth part. */
static lgd_status hills(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = w[0] * w[0] - w[1] * w[1] + w[1] * w[1] * w[1] * w[1];
    if (g) {
        g[0] = 2 * w[0];
        g[1] = 4 * w[1] * w[1] * w[1] - 2 * w[1];
    }
    return LGD_OK;
}

static lgd_status bowl(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx, (void)rows;
    *f += cosh(w[0] - 1) + cosh(w[1]);
    if (g) {
        g[0] += sinh(w[0] - 1);
        g[1] += sinh(w[1]);
    }
    return LGD_OK;
}

static lgd_status bowl_hessian(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *H,
                               size_t ld)
{
    H[0] += cosh(w[0] - 1);
    H[ld + 1] += cosh(w[1]);
    return bowl(ctx, rows, w, f, g);
}

static lgd_status half_square(void *ctx, const double *w, double *f, double *g)
{
    (void)ctx;
    *f += 0.5 * w[1] * w[1];
    if (g)
        g[1] += w[1];
    return LGD_OK;
}

static lgd_status half_square_product(void *ctx, const double *w, const double *v, double *hv)
{
    (void)ctx, (void)w;
    hv[1] += v[1];
    return LGD_OK;
}

static lgd_status doubled(void *ctx, const double *w, const double *r, double *pr)
{
    (void)w;
    for (size_t j = 0; j < *(const size_t *)ctx; j++)
        pr[j] = 2 * r[j];
    return LGD_OK;
}

/* What a step may ask for: a Hessian, a metric, a sample, a way out of a saddle. `steps` of them. */
static uint64_t steps;
enum { OF_DIFFERENCES, OF_PARTS, METRIC, SAMPLE, LEFT, ASKED };

static lgd_status asked(size_t variant)
{
    static const char *const names[] = {"newton", "newton", "cg", "newton", "trust_region"};
    static const lgd_objective_ops ops = {.name = "bowl",
                                          .eval = bowl,
                                          .smooth = half_square,
                                          .hessian = bowl_hessian,
                                          .smooth_product = half_square_product};
    size_t dim = variant == SAMPLE ? DIM : 2;
    double w[DIM] = {1, variant == LEFT ? 0 : 2};
    lgd_minimize_options o = {.max_steps = steps, .grad_tol = variant == LEFT ? 0 : LGD_ZERO, .threads = 1};
    pieces p = {.X = NULL};
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    lgd_status status;
    if (variant == OF_PARTS)
        status = lgd_objective_create(&f, 2, 1, &ops, NULL);
    else if (variant == SAMPLE)
        status = pieces_create(&p, PLAIN);
    else
        status = lgd_function_create(&f, 2, hills, NULL);
    o.saddle = variant == LEFT ? LGD_SADDLE_ESCAPE : LGD_SADDLE_UNCHECKED;
    o.start_rows = variant == SAMPLE ? 100 : 0;
    o.precondition = variant == METRIC ? doubled : NULL;
    o.precondition_ctx = &dim;
    if (!status)
        status = lgd_optimizer_parse(&opt, names[variant]);
    if (!status)
        status = lgd_minimize(variant == SAMPLE ? meant(&p) : f, opt, w, &o, NULL);
    for (size_t j = 0; j < dim; j++)
        ck_assert(isfinite(w[j]));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    if (variant == SAMPLE)
        pieces_free(&p);
    return status;
}

START_TEST(memory_of_what_is_asked_for_each_allocation_failing)
{
    steps = 12;
    for (size_t variant = 0; variant < ASKED; variant++)
        fail_each_allocation(asked, variant, 5);
}
END_TEST

/* ---- steps */

static size_t allocations(size_t i, size_t batch, int how, uint64_t epochs)
{
    memory_watch(0);
    lgd_matrix *X;
    lgd_objective *f;
    lgd_optimizer *opt = builtin(i, 0.01);
    double w[DIM] = {0};
    ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}));
    ck_ok(lgd_minimize(f, opt, w,
                       &(lgd_minimize_options){.batch_size = batch,
                                               .order = (lgd_order)how,
                                               .max_epochs = epochs,
                                               .grad_tol = LGD_ZERO,
                                               .threads = 1,
                                               .check_every = 2},
                       NULL));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(X);
    ck_assert_uint_eq(memory_live(), 0);
    return memory_made();
}

/* features: 36 */
START_TEST(memory_more_steps_no_more_allocations)
{
    for (size_t i = 0; function_method(i); i++) {
        const bool searches = function_method(i)->flags & LGD_FINDS_STEP; /* scores, once it looks along a line */
        const size_t few = allocations(i, 0, LGD_SHUFFLE, 3), many = allocations(i, 0, LGD_SHUFFLE, 50);
        ck_assert(many == few || (searches && many == few + 1));
        for (int how = LGD_SHUFFLE; how <= LGD_REPLACEMENT && !(function_method(i)->flags & LGD_FULL_BATCH); how++)
            for (size_t batch = 1; batch <= 1600; batch *= 40)
                ck_assert_uint_eq(allocations(i, batch, how, 2), allocations(i, batch, how, 9));
    }
    for (size_t variant = OF_DIFFERENCES; variant <= METRIC; variant++) {
        size_t made[2];
        for (size_t i = 0; i < 2; i++) {
            steps = i ? 6 : 3;
            memory_watch(0);
            ck_ok(asked(variant));
            made[i] = memory_made();
        }
        ck_assert_uint_eq(made[0], made[1]);
    }
}
END_TEST

/* The memory of a method is that of its vectors: what it says, within the alignment of each. */
/* features: 36 */
START_TEST(memory_state_bytes_as_documented)
{
    static const struct {
        const char *name;
        size_t vectors;
    } cases[] = {{"sgd", 0}, {"momentum", 1}, {"nesterov", 1}, {"adagrad", 1}, {"adam", 2}, {"adamw", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lgd_optimizer *opt;
        ck_ok(lgd_optimizer_parse(&opt, cases[i].name));
        ck_assert_uint_eq(lgd_optimizer_state_bytes(opt, 1000), cases[i].vectors * 8000);
        lgd_optimizer_free(opt);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("memory");
    TCase *cases = tcase_create("memory");
    tcase_set_timeout(cases, 300);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, memory_matrices_each_allocation_failing);
    tcase_add_test(cases, memory_loss_and_history_each_allocation_failing);
    tcase_add_test(cases, memory_objectives_each_allocation_failing);
    tcase_add_test(cases, memory_optimizers_each_allocation_failing);
    tcase_add_test(cases, memory_runs_each_allocation_failing);
    tcase_add_test(cases, memory_runs_of_every_method_and_order_each_allocation_failing);
    tcase_add_test(cases, memory_of_what_is_asked_for_each_allocation_failing);
    tcase_add_test(cases, memory_more_steps_no_more_allocations);
    tcase_add_test(cases, memory_state_bytes_as_documented);
    suite_add_tcase(s, cases);
    return suite_run(s);
}
