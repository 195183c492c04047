/* What the headers promise where it is easily broken: runs that are continued, failures of the caller's functions, sizes a
 * caller's ops may ask for, the host's BLAS, options that would be ignored. */
#include "suite.h"
#include <lgd.h>
#include <dlfcn.h>
#include <math.h>
#include <string.h>

enum { ROWS = 60, COLS = 4 };

typedef struct data {
    double X[ROWS * COLS], y[ROWS];
    lgd_matrix *A;
    lgd_objective *f;
} data;

static void make(data *d, const lgd_loss *loss)
{
    lgd_uniform(11, 0, ROWS * COLS, d->X);
    lgd_uniform(12, 0, ROWS, d->y);
    for (size_t i = 0; i < ROWS && loss == lgd_loss_logistic(); i++)
        d->y[i] = d->y[i] > 0.5;
    ck_assert_int_eq(lgd_matrix_dense(&d->A, ROWS, COLS, d->X, COLS), LGD_OK);
    ck_assert_int_eq(lgd_glm_create(&d->f, d->A, d->y, loss, &(lgd_glm_options){.intercept = true}), LGD_OK);
}

static void drop(data *d)
{
    lgd_objective_free(d->f);
    lgd_matrix_free(d->A);
}

/* One run of at most 60 epochs, and one interrupted after `first` of them, saved and loaded: same end, same bits. */
static void same_end_however_interrupted(lgd_minimize_options o, const char *method, lgd_stop stop)
{
    data d;
    make(&d, lgd_loss_logistic());
    lgd_optimizer *whole = NULL;
    lgd_report r;
    double w[COLS + 1] = {0};
    o.batch_size = 8;
    o.max_epochs = 60;
    ck_assert_int_eq(lgd_optimizer_parse(&whole, method), LGD_OK);
    ck_assert_int_eq(lgd_minimize(d.f, whole, w, &o, &r), LGD_OK);
    ck_assert_int_eq(r.stop, stop);
    const uint64_t epochs = r.epochs;
    ck_assert(epochs > 10 && epochs < 60);

    for (uint64_t first = 1; first < epochs; first++) {
        lgd_optimizer *a = NULL, *b = NULL;
        unsigned char bytes[4096];
        size_t size = sizeof bytes;
        double v[COLS + 1] = {0};
        ck_assert_int_eq(lgd_optimizer_parse(&a, method), LGD_OK);
        ck_assert_int_eq(lgd_optimizer_parse(&b, method), LGD_OK);
        lgd_minimize_options part = o;
        part.max_epochs = first;
        ck_assert_int_eq(lgd_minimize(d.f, a, v, &part, &r), LGD_OK);
        ck_assert_int_eq(r.stop, LGD_STOP_EPOCHS);
        ck_assert_int_eq(lgd_optimizer_save(a, bytes, &size), LGD_OK);
        ck_assert_int_eq(lgd_optimizer_load(b, bytes, size), LGD_OK);
        part.first_epoch = first;
        part.max_epochs = 60 - first;
        ck_assert_int_eq(lgd_minimize(d.f, b, v, &part, &r), LGD_OK);
        ck_assert_msg(r.stop == stop && first + r.epochs == epochs, "interrupted at %d: ends at %d, not %d", (int)first,
                      (int)(first + r.epochs), (int)epochs);
        ck_assert_mem_eq(v, w, sizeof w);
        lgd_optimizer_free(a);
        lgd_optimizer_free(b);
    }
    lgd_optimizer_free(whole);
    drop(&d);
}

START_TEST(resume_checks_and_tolerance_of_f_same_end)
{
    same_end_however_interrupted((lgd_minimize_options){.check_every = 5, .f_tol = 3e-3}, "adam:lr=0.02",
                                 LGD_STOP_F_TOL);
}
END_TEST

START_TEST(resume_stalling_epochs_same_end)
{
    same_end_however_interrupted((lgd_minimize_options){.f_tol = 1e-3}, "sgd:lr=0.2", LGD_STOP_STALLED);
}
END_TEST

/* f = -w, slope -1: each step of rate 1e308 goes further, the second beyond all numbers. Refuses such a w. */
static lgd_status runaway(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx;
    if (!isfinite(w[0]))
        return LGD_EUSER;
    *f -= 1e-300 * w[0] * (double)rows->count;
    if (g)
        g[0] -= (double)rows->count;
    return LGD_OK;
}

START_TEST(batches_w_beyond_numbers_divergence_before_it_is_evaluated)
{
    static const lgd_objective_ops ops = {.name = "runaway", .eval = runaway};
    lgd_objective *f = NULL;
    lgd_optimizer *sgd = NULL;
    double w = 0;
    ck_assert_int_eq(lgd_objective_create(&f, 1, 10, &ops, NULL), LGD_OK);
    ck_assert_int_eq(lgd_sgd_create(&sgd, &(lgd_sgd_options){.lr = 1e308}), LGD_OK);
    ck_assert_int_eq(lgd_minimize(f, sgd, &w, &(lgd_minimize_options){.batch_size = 1}, NULL), LGD_EDIVERGED);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "w[0] is inf"));
    ck_assert(isfinite(w));
    lgd_optimizer_free(sgd);
    lgd_objective_free(f);
}
END_TEST

static lgd_status fourth_power(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = w[0] * w[0] * w[0] * w[0];
    if (g)
        g[0] = 4 * w[0] * w[0] * w[0];
    return LGD_OK;
}

START_TEST(rate_that_holds_flat_best_point_below_the_one_that_failed)
{
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    lgd_report r;
    double w = 0.59;
    ck_assert_int_eq(lgd_function_create(&f, 1, fourth_power, NULL), LGD_OK);
    ck_assert_int_eq(lgd_momentum_create(&opt, &(lgd_momentum_options){.lr = 0.607753, .momentum = 0.95}), LGD_OK);
    ck_assert_int_eq(lgd_minimize(f, opt, &w, NULL, &r), LGD_EDIVERGED);
    ck_assert(r.lr_hold > 0 && r.lr_hold <= 0.607753 / 2);
    ck_assert_uint_le(r.evaluations, 2 * (r.steps + 45));
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}
END_TEST

/* ---- a caller's matrix */

typedef struct wide {
    size_t panel;
    int code; /* what forward returns */
} wide;

static lgd_status wide_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                               size_t ldz)
{
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < k; c++)
            Z[i * ldz + c] = W[c + 0 * ldw];
    return (lgd_status)((wide *)ctx)->code;
}

static lgd_status wide_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                               size_t ldg)
{
    (void)ctx;
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < k; c++)
            G[c + 0 * ldg] += R[i * ldr + c];
    return LGD_OK;
}

static size_t wide_panel(void *ctx, size_t k)
{
    (void)k;
    return ((wide *)ctx)->panel;
}

static lgd_status wide_gather(void *ctx, const lgd_rows *rows, double *X)
{
    (void)ctx, (void)rows, (void)X;
    return LGD_EIO;
}

static const lgd_matrix_ops wide_ops = {
    .name = "wide", .forward = wide_forward, .adjoint = wide_adjoint, .panel = wide_panel};

START_TEST(panel_of_any_size_scratch_for_the_rows_there_are)
{
    static const size_t panels[] = {1, 3, 64, (size_t)1 << 61, SIZE_MAX};
    const double y[5] = {1, 2, 3, 4, 5};
    for (size_t i = 0; i < sizeof panels / sizeof *panels; i++) {
        wide ctx = {panels[i], 0};
        lgd_matrix *A = NULL;
        lgd_objective *f = NULL;
        double w = 0, value, g;
        ck_assert_int_eq(lgd_matrix_create(&A, 5, 1, &wide_ops, &ctx), LGD_OK);
        ck_assert_int_eq(lgd_glm_create(&f, A, y, lgd_loss_half_squared(), NULL), LGD_OK);
        ck_assert_int_eq(lgd_objective_eval(f, NULL, &w, &value, &g), LGD_OK);
        ck_assert(value == 5.5 && g == -3);
        lgd_objective_free(f);
        lgd_matrix_free(A);
    }
}
END_TEST

START_TEST(matrix_of_the_caller_its_failure_has_its_own_sentence)
{
    wide ctx = {0, LGD_EIO};
    lgd_matrix *A = NULL;
    double w = 0, z[5];
    ck_assert_int_eq(lgd_matrix_create(&A, 5, 1, &wide_ops, &ctx), LGD_OK);
    ck_assert_ptr_null(lgd_loss_find("an older failure"));
    ck_assert_int_eq(lgd_matrix_forward(A, NULL, 1, &w, 1, z, 1), LGD_EIO);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "wide: forward returned -7"));
    ctx.code = 7; /* no status of ours */
    ck_assert_int_eq(lgd_matrix_forward(A, NULL, 1, &w, 1, z, 1), LGD_EUSER);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "wide: forward returned 7"));
    lgd_matrix_free(A);

    /* Scattered rows are gathered where BLAS may be held for their products, and then a failure to do so is told. */
    const size_t index[3] = {4, 0, 2};
    const double y[5] = {1, 2, 3, 4, 5};
    for (unsigned flags = 0; flags <= LGD_CONCURRENT; flags += LGD_CONCURRENT) {
        lgd_matrix_ops ops = wide_ops;
        lgd_objective *f = NULL;
        double value, g;
        ops.gather = wide_gather;
        ops.flags = flags;
        ctx.code = 0;
        ck_assert_int_eq(lgd_matrix_create(&A, 5, 1, &ops, &ctx), LGD_OK);
        ck_assert_int_eq(lgd_glm_create(&f, A, y, lgd_loss_half_squared(), NULL), LGD_OK);
        lgd_status status = lgd_objective_eval(f, &(lgd_rows){0, 3, index}, &w, &value, &g);
        ck_assert_int_eq(status, flags ? LGD_EIO : LGD_OK);
        if (flags)
            ck_assert_ptr_nonnull(strstr(lgd_last_error(), "wide: gather returned -7"));
        else
            ck_assert(g == -3);
        lgd_objective_free(f);
        lgd_matrix_free(A);
    }
}
END_TEST

/* ---- the host's BLAS, in an objective of its own */

static lgd_status watching(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)dim;
    int (*threads)(void) = NULL;
    *(void **)&threads = dlsym(RTLD_DEFAULT, "openblas_get_num_threads");
    if (threads)
        *(int *)ctx = threads();
    *f = w[0] * w[0];
    if (g)
        g[0] = 2 * w[0];
    return LGD_OK;
}

START_TEST(function_of_the_caller_finds_blas_as_the_host_set_it)
{
    void (*set)(int) = NULL;
    *(void **)&set = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
    lgd_objective *f = NULL;
    lgd_optimizer *sgd = NULL;
    double w = 1;
    int seen = 2;
    if (set)
        set(2);
    ck_assert_int_eq(lgd_function_create(&f, 1, watching, &seen), LGD_OK);
    ck_assert_int_eq(lgd_sgd_create(&sgd, NULL), LGD_OK);
    ck_assert_int_eq(lgd_minimize(f, sgd, &w, &(lgd_minimize_options){.max_steps = 3}, NULL), LGD_OK);
    ck_assert_int_eq(seen, 2);
    lgd_optimizer_free(sgd);
    lgd_objective_free(f);
}
END_TEST

/* ---- options */

START_TEST(minimize_options_that_would_be_ignored_refused_by_name)
{
    data d;
    make(&d, lgd_loss_half_squared());
    lgd_optimizer *sgd = NULL;
    double w[COLS + 1] = {0};
    ck_assert_int_eq(lgd_sgd_create(&sgd, NULL), LGD_OK);
    const struct {
        const char *said;
        lgd_minimize_options o;
    } bad[] = {
        {"f_target is 100", {.batch_size = 4, .f_target = 100}},
        {"f_target is 0", {.batch_size = 4, .f_target = LGD_ZERO}},
        {"grad_tol is 0.1", {.batch_size = 4, .grad_tol = 0.1}},
        {"grad_tol_abs is 0.1", {.batch_size = 4, .grad_tol_abs = 0.1}},
        {"step_tol is 0.1", {.batch_size = 4, .step_tol = 0.1, .check_every = 1}},
        {"divergence_factor is 0, at least 1", {.divergence_factor = LGD_ZERO}},
        {"divergence_factor is 0.5, at least 1", {.divergence_factor = 0.5}},
        {"max_epochs is 18446744073709551615", {.max_epochs = UINT64_MAX}},
        {"max_steps is 18446744073709551615", {.max_steps = UINT64_MAX}},
        {"check_every is 18446744073709551615", {.check_every = UINT64_MAX}},
        {"first_epoch is 18446744073709551615", {.first_epoch = UINT64_MAX}},
        {"was a negative number converted?", {.batch_size = SIZE_MAX}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(lgd_minimize(d.f, sgd, w, &bad[i].o, NULL) == LGD_EINVAL, "%s is taken", bad[i].said);
        ck_assert_msg(strstr(lgd_last_error(), bad[i].said) != NULL, "\"%s\" lacks \"%s\"", lgd_last_error(),
                      bad[i].said);
    }
    const lgd_minimize_options good = {.batch_size = 4, .max_epochs = 1, .grad_tol = LGD_ZERO, .step_tol = LGD_ZERO};
    ck_assert_int_eq(lgd_minimize(d.f, sgd, w, &good, NULL), LGD_OK);
    lgd_optimizer_free(sgd);
    drop(&d);
}
END_TEST

START_TEST(glm_illegal_target_among_several_named)
{
    const double X[2] = {1, 2}, y[4] = {0, 1, 0, 7};
    lgd_matrix *A = NULL;
    lgd_objective *f = NULL;
    ck_assert_int_eq(lgd_matrix_dense(&A, 2, 1, X, 1), LGD_OK);
    ck_assert_int_eq(lgd_glm_create(&f, A, y, lgd_loss_logistic(), &(lgd_glm_options){.outputs = 2}), LGD_EINVAL);
    ck_assert_ptr_nonnull(strstr(lgd_last_error(), "target of row 1 is 7, 0 or 1 is accepted"));
    lgd_matrix_free(A);
}
END_TEST

START_TEST(optimizer_used_on_a_larger_objective_no_divergence)
{
    data d;
    make(&d, lgd_loss_half_squared());
    lgd_optimizer *sgd = NULL;
    lgd_objective *large = NULL;
    double w[COLS + 1] = {0}, v[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        v[i] = 1e6 * d.y[i];
    ck_assert_int_eq(lgd_glm_create(&large, d.A, v, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}),
                     LGD_OK);
    ck_assert_int_eq(lgd_sgd_create(&sgd, NULL), LGD_OK);
    const lgd_minimize_options o = {.max_epochs = 20};
    ck_assert_int_eq(lgd_minimize(d.f, sgd, w, &o, NULL), LGD_OK);
    ck_assert_int_eq(lgd_minimize(large, sgd, w, &o, NULL), LGD_OK);
    lgd_optimizer_free(sgd);
    lgd_objective_free(large);
    drop(&d);
}
END_TEST

START_TEST(unpenalised_range_of_a_model_its_intercepts)
{
    data d;
    size_t first = 9, count = 9;
    make(&d, lgd_loss_half_squared());
    lgd_objective_unpenalised(d.f, &first, &count);
    ck_assert(first == COLS && count == 1);
    drop(&d);
}
END_TEST

START_TEST(null_where_nothing_is_returned_ignored)
{
    lgd_permutation(1, 0, 5, NULL);
    lgd_uniform(1, 0, 5, NULL);
    lgd_set_memory(&(lgd_memory){0}); /* the default, not a crash at the next allocation */
    data d;
    make(&d, lgd_loss_half_squared());
    drop(&d);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("promises");
    CASE(s, resume_checks_and_tolerance_of_f_same_end);
    CASE(s, resume_stalling_epochs_same_end);
    CASE(s, batches_w_beyond_numbers_divergence_before_it_is_evaluated);
    CASE(s, rate_that_holds_flat_best_point_below_the_one_that_failed);
    CASE(s, panel_of_any_size_scratch_for_the_rows_there_are);
    CASE(s, matrix_of_the_caller_its_failure_has_its_own_sentence);
    CASE(s, function_of_the_caller_finds_blas_as_the_host_set_it);
    CASE(s, minimize_options_that_would_be_ignored_refused_by_name);
    CASE(s, glm_illegal_target_among_several_named);
    CASE(s, optimizer_used_on_a_larger_objective_no_divergence);
    CASE(s, unpenalised_range_of_a_model_its_intercepts);
    CASE(s, null_where_nothing_is_returned_ignored);
    return suite_run(s);
}
