/* What a run costs: bytes, flops and seconds as its report says them, memory as the headers say it, and the names of what computed it. */
#include "problems.h"
#include "base/base.h"
#include "optimizer/optimizer.h"
#include <math.h>

enum { ROWS = 300, COLS = 7 };

static data d;

/* Each case has a process of its own. */
static void set_up(void)
{
    d = data_create(ROWS, COLS, 1, false, 1);
}

static lgd_report run(lgd_objective *f, const char *method, lgd_minimize_options options, double *w)
{
    lgd_optimizer *opt;
    lgd_report r;
    memset(w, 0, lgd_objective_dim(f) * sizeof *w);
    ck_ok(lgd_optimizer_parse(&opt, method));
    if (!options.batch_size)
        options.grad_tol = LGD_ZERO;
    const lgd_status status = lgd_minimize(f, opt, w, &options, &r);
    ck_assert_msg(status == LGD_OK, "%s: %s", method, lgd_last_error());
    lgd_optimizer_free(opt);
    return r;
}

static lgd_objective *linear(lgd_matrix **X, const lgd_glm_options *options)
{
    lgd_objective *f;
    ck_ok(lgd_matrix_dense(X, ROWS, COLS, d.X, COLS));
    ck_ok(lgd_glm_create(&f, *X, d.y, lgd_loss_half_squared(), options));
    return f;
}

/* ---- names */

START_TEST(machine_one_line_names_processor_and_blas)
{
    const char *line = lgd_machine(), *info = lgd_build_info();
    ck_assert_ptr_eq(line, lgd_machine());
    ck_assert_ptr_nonnull(strstr(line, lgd_cpu_kind()));
    ck_assert_ptr_nonnull(strstr(line, "BLAS "));
    ck_assert_ptr_null(strchr(line, '\n'));
    ck_assert_ptr_nonnull(strstr(info, lgd_cpu_kind()));
}
END_TEST

START_TEST(report_of_a_model_names_kernel_and_machine)
{
    set_up();
    lgd_matrix *X;
    lgd_objective *f = linear(&X, NULL);
    double w[COLS];
    const lgd_report r = run(f, "sgd", (lgd_minimize_options){.max_epochs = 1}, w);
    ck_assert_str_eq(r.kernel, lgd_matrix_kernel(X, 1));
    ck_assert_ptr_eq(r.machine, lgd_machine());
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* ---- the rate of memory */

START_TEST(streaming_rate_asked_twice_measured_once)
{
    const double rate = lgd_streaming_rate(1);
    ck_assert_double_gt(rate, 1e6);
    ck_assert_double_lt(rate, 1e14);
    ck_assert_double_eq(lgd_streaming_rate(1), rate);
    ck_assert_double_eq(lgd_streaming_rate(0), lgd_streaming_rate(lgd_thread_count(0)));
}
END_TEST

static void *allocate_little(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
    return size < (size_t)1 << 20 ? aligned_alloc(alignment, size) : NULL;
}

static void release(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

START_TEST(streaming_rate_without_memory_nan)
{
    lgd_set_memory(&(lgd_memory){allocate_little, release, NULL});
    ck_assert(isnan(lgd_streaming_rate(3)));
}
END_TEST

START_TEST(stream_read_any_numbers_takes_time)
{
    set_up();
    static const size_t streams[] = {1, 2, 4, 8, 16, 1000};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        for (size_t count = 0; count <= ROWS * COLS; count += 211)
            for (size_t threads = 1; threads <= 3; threads++)
                ck_assert_double_ge(lgd_stream_read(d.X, count, streams[i], threads), 0);
    ck_assert_double_eq(lgd_stream_read(NULL, 0, 8, 1), 0);
    ck_assert_double_eq(lgd_stream_read(NULL, 4096, 8, 2), 0);
}
END_TEST

/* ---- bytes and flops */

START_TEST(report_bytes_and_flops_as_the_model_says)
{
    set_up();
    static const struct {
        const char *method;
        double vectors;
    } methods[] = {{"sgd", 0}, {"momentum", 1}, {"adam", 2}};
    const lgd_glm_options weighted = {.weights = d.weights, .intercept = true};
    for (size_t k = 0; k < 6; k++) {
        const lgd_glm_options *options = k / 3 ? &weighted : NULL;
        lgd_matrix *X;
        lgd_objective *f = linear(&X, options);
        double w[COLS + 1];
        for (size_t batch = 0; batch <= 32; batch += 32) {
            const lgd_report r =
                run(f, methods[k % 3].method, (lgd_minimize_options){.max_epochs = 4, .batch_size = batch}, w);
            const double rows = r.passes * (double)lgd_objective_terms(f), dim = (double)lgd_objective_dim(f);
            const double moved = dim * (double)r.steps, v = methods[k % 3].vectors;
            ck_assert_double_eq(r.bytes, rows * 8 * (COLS + 1 + (options != NULL)) + 8 * moved * (3 + 2 * v));
            ck_assert_double_eq(r.flops, rows * 4 * COLS + moved * (2 + 4 * v));
        }
        lgd_objective_free(f);
        lgd_matrix_free(X);
    }
}
END_TEST

/* The same rows, whether they are all that there is or a part of it. */
START_TEST(report_of_a_subset_costs_of_its_rows)
{
    set_up();
    lgd_matrix *X;
    lgd_objective *f = linear(&X, NULL), *part;
    double w[COLS];
    ck_ok(lgd_objective_subset(&part, f, &(lgd_rows){10, 100, NULL}));
    const lgd_report r = run(part, "sgd", (lgd_minimize_options){.max_epochs = 2}, w);
    ck_assert_double_eq(r.bytes, r.passes * 100 * 8 * (COLS + 1) + 24.0 * COLS * (double)r.steps);
    lgd_objective_free(part);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

START_TEST(report_of_networks_and_factorisations_as_the_model_says)
{
    set_up();
    static const size_t row[] = {0, 1, 2, 0}, col[] = {0, 1, 0, 1};
    static const double rating[] = {1, 2, 3, 4};
    lgd_matrix *X;
    lgd_objective *f = linear(&X, NULL), *net, *factors;
    double w[200];
    const size_t hidden[] = {5};
    ck_ok(
        lgd_mlp_create(&net, X, d.y, lgd_loss_half_squared(), &(lgd_mlp_options){.hidden = hidden, .hidden_count = 1}));
    lgd_report r = run(net, "sgd:lr=1e-3", (lgd_minimize_options){.max_epochs = 1, .batch_size = 50}, w);
    const double dim = (double)lgd_objective_dim(net);
    ck_assert_double_eq(r.flops, r.passes * ROWS * (6 * (COLS * 5 + 5) - 2 * COLS * 5) + (double)r.steps * 2 * dim);
    ck_assert_str_eq(r.kernel, "gemm");
    ck_ok(lgd_factorization_create(&factors, 3, 2, 4, row, col, rating, &(lgd_factorization_options){.rank = 2}));
    r = run(factors, "sgd:lr=1e-3", (lgd_minimize_options){.max_epochs = 3, .batch_size = 1, .order = LGD_SEQUENTIAL},
            w);
    ck_assert_uint_eq(r.steps, 12); /* which the objective makes, so that no vector is moved for them */
    const double a_rating = 24 + 16 * (lgd_objective_dim(factors) == 2 * (3 + 2) ? 4 : 6);
    ck_assert_double_eq(r.bytes, r.passes * 4 * a_rating);
    lgd_objective_free(factors);
    lgd_objective_free(net);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

static lgd_status square(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx;
    *f = 0;
    for (size_t j = 0; j < dim; j++) {
        *f += (w[j] - 1) * (w[j] - 1);
        if (g)
            g[j] = 2 * (w[j] - 1);
    }
    return LGD_OK;
}

static lgd_status square_rows(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    double value, slope;
    for (size_t i = 0; i < rows->count; i++) {
        square(ctx, 1, w, &value, &slope);
        *f += value;
        if (g)
            g[0] += slope;
    }
    return LGD_OK;
}

static const char *square_cost(void *ctx, double *bytes, double *flops)
{
    (void)ctx;
    *bytes = 12;
    *flops = 5;
    return "by hand";
}

START_TEST(report_of_an_objective_of_ones_own_what_it_tells)
{
    lgd_objective *f;
    double w[1];
    lgd_objective_ops ops = {.name = "mine", .eval = square_rows};
    for (int tells = 0; tells < 2; tells++) {
        ops.cost = tells ? square_cost : NULL;
        ck_ok(lgd_objective_create(&f, 1, 10, &ops, NULL));
        const lgd_report r = run(f, "sgd:lr=0.1", (lgd_minimize_options){.max_epochs = 3, .profile = true}, w);
        const double rows = r.passes * 10, steps = (double)r.steps;
        ck_assert_str_eq(r.kernel, tells ? "by hand" : "");
        ck_assert(tells ? r.bytes == 12 * rows + 24 * steps : isnan(r.bytes));
        ck_assert(tells ? r.flops == 5 * rows + 2 * steps : isnan(r.flops));
        ck_assert(isnan(r.seconds_loss) && r.seconds_matrix > 0 && isnan(r.streaming) == !tells);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(report_of_hessians_no_flops)
{
    set_up();
    lgd_matrix *X;
    lgd_objective *f = linear(&X, NULL);
    double w[COLS];
    const lgd_report newton = run(f, "newton", (lgd_minimize_options){.max_epochs = 2}, w),
                     lbfgs = run(f, "lbfgs", (lgd_minimize_options){.max_epochs = 2}, w);
    ck_assert(isnan(newton.flops) && newton.bytes > 0);
    ck_assert(lbfgs.flops > 0 && lbfgs.bytes > 0);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* ---- seconds */

START_TEST(profile_any_loop_same_bits_and_seconds_within_the_run)
{
    set_up();
    static const struct {
        const char *method;
        size_t batch;
    } cases[] = {{"sgd:lr=1e-3", 0}, {"sgd:lr=1e-3", 1}, {"adam", 16}, {"lbfgs", 0}, {"newton", 0}};
    lgd_matrix *X;
    lgd_objective *f = linear(&X, &(lgd_glm_options){.l2 = 0.1});
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double w[2][COLS];
        lgd_minimize_options o = {.max_epochs = 30, .batch_size = cases[i].batch};
        const lgd_report before = run(f, cases[i].method, o, w[0]);
        o.profile = true;
        const lgd_report r = run(f, cases[i].method, o, w[1]);
        ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
        ck_assert(isnan(before.seconds_loss) && isnan(before.seconds_matrix) && isnan(before.seconds_optimizer));
        ck_assert(isnan(before.streaming) && r.streaming > 0 && r.bytes == before.bytes);
        ck_assert_msg(r.seconds_matrix > 0 && r.seconds_optimizer >= 0, "%s, batch %zu", cases[i].method,
                      cases[i].batch);
        const double loss = isnan(r.seconds_loss) ? 0 : r.seconds_loss;
        ck_assert_double_ge(loss, 0);
        ck_assert_double_le(loss + r.seconds_matrix + r.seconds_optimizer, r.seconds * (1 + 1e-12));
    }
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* ---- memory: a block knows how large it is, and the largest sum is kept */

static size_t in_use, most;

static void *allocate_counted(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
    char *block = aligned_alloc(alignment, size + alignment);
    if (!block)
        return NULL;
    memcpy(block, &size, sizeof size);
    in_use += size;
    most = in_use > most ? in_use : most;
    return block + alignment;
}

static void release_counted(void *ctx, void *memory)
{
    enum { LINE = 64 };
    (void)ctx;
    size_t size;
    char *block = (char *)memory - LINE;
    memcpy(&size, block, sizeof size);
    in_use -= size;
    free(block);
}

/* What lgd/minimize.h says of a run of one thread, but for the scratch of panels, 512 KB. */
static double workspace(const lgd_objective *f, const lgd_optimizer *opt, const lgd_minimize_options *o)
{
    const double dim = (double)lgd_objective_dim(f), terms = (double)lgd_objective_terms(f);
    const double multiple = dim < 512 ? 512 : 64;
    const double rows = multiple * fmax(1, ceil(floor(32768 / dim) / multiple)), chunks = fmin(64, ceil(terms / rows));
    const double order = o->batch_size && o->order != LGD_SEQUENTIAL ? terms + (double)o->batch_size : 0;
    return 8 * (dim * (o->batch_size ? 4 : 3) + order + (chunks > 1 ? dim * chunks : 0)) +
           (double)lgd_optimizer_state_bytes(opt, lgd_objective_dim(f));
}

START_TEST(memory_of_a_run_within_5_percent_of_what_is_stated)
{
    static const struct {
        size_t rows, cols;
        const char *method;
        size_t batch;
        lgd_order order;
    } cases[] = {{2000, 500, "sgd", 0, LGD_SHUFFLE},        {50000, 4, "adam", 64, LGD_SHUFFLE},
                 {50000, 4, "adam", 64, LGD_SEQUENTIAL},    {40, 20000, "adam", 0, LGD_SHUFFLE},
                 {40, 20000, "lbfgs", 0, LGD_SHUFFLE},      {30, 30000, "momentum", 8, LGD_SHUFFLE},
                 {20000, 100, "amsgrad", 1024, LGD_SHUFFLE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t rows = cases[i].rows, cols = cases[i].cols;
        double *x = calloc(rows * cols, sizeof *x), *y = calloc(rows, sizeof *y), *w = calloc(cols, sizeof *w);
        lgd_matrix *X;
        lgd_objective *f;
        lgd_optimizer *opt;
        ck_assert(x && y && w);
        lgd_uniform(1, 0, rows * cols, x);
        lgd_uniform(2, 0, rows, y);
        in_use = most = 0;
        lgd_set_memory(&(lgd_memory){allocate_counted, release_counted, NULL});
        ck_ok(lgd_matrix_dense(&X, rows, cols, x, cols));
        ck_ok(lgd_glm_create(&f, X, y, lgd_loss_half_squared(), NULL));
        ck_ok(lgd_optimizer_parse(&opt, cases[i].method));
        const lgd_minimize_options o = {.max_epochs = 3,
                                        .batch_size = cases[i].batch,
                                        .order = cases[i].order,
                                        .threads = 1,
                                        .grad_tol = cases[i].batch ? 0 : LGD_ZERO,
                                        .divergence_factor = 1e300};
        (void)lgd_minimize(f, opt, w, &o, NULL);
        const double all = 8 * ((double)rows * (double)cols + (double)rows + (double)cols),
                     stated = all + workspace(f, opt, &o), used = all + (double)most;
        ck_assert_msg(used <= 1.05 * (stated + 512e3) && used >= 0.95 * stated,
                      "%zu x %zu, %s, batch %zu: %g bytes, %g are stated, %g of them data", rows, cols, cases[i].method,
                      cases[i].batch, used, stated, all);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
        lgd_matrix_free(X);
        ck_assert_uint_eq(in_use, 0);
        lgd_set_memory(NULL);
        free(x);
        free(y);
        free(w);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("costs");
    CASE(s, machine_one_line_names_processor_and_blas);
    CASE(s, report_of_a_model_names_kernel_and_machine);
    CASE(s, streaming_rate_asked_twice_measured_once);
    CASE(s, streaming_rate_without_memory_nan);
    CASE(s, stream_read_any_numbers_takes_time);
    CASE(s, report_bytes_and_flops_as_the_model_says);
    CASE(s, report_of_a_subset_costs_of_its_rows);
    CASE(s, report_of_networks_and_factorisations_as_the_model_says);
    CASE(s, report_of_an_objective_of_ones_own_what_it_tells);
    CASE(s, report_of_hessians_no_flops);
    CASE(s, profile_any_loop_same_bits_and_seconds_within_the_run);
    CASE(s, memory_of_a_run_within_5_percent_of_what_is_stated);
    return suite_run(s);
}
