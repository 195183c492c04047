#include "problems.h"

/* What objectives and runs do not accept, each by its sentence; what was there before stays as it was. */

static const double X4[8] = {1, 2, 3, 4, 5, 6, 7, 8}, y4[4] = {0, 1, 1, 0}, w4[4] = {1, 2, 1, 1};

static lgd_matrix *matrix4(void)
{
    lgd_matrix *X;
    ck_ok(lgd_matrix_dense(&X, 4, 2, X4, 2));
    return X;
}

/* ---- models */

START_TEST(glm_missing_arguments_refused)
{
    lgd_matrix *X = matrix4();
    lgd_objective *f = (lgd_objective *)1;
    ck_fails(lgd_glm_create(NULL, X, y4, lgd_loss_squared(), NULL), LGD_EINVAL, "glm: out is NULL");
    ck_fails(lgd_glm_create(&f, X, NULL, lgd_loss_squared(), NULL), LGD_EINVAL, "glm: y is NULL");
    ck_assert_ptr_null(f);
    f = (lgd_objective *)1;
    ck_fails(lgd_glm_create(&f, NULL, y4, lgd_loss_squared(), NULL), LGD_EINVAL, "glm: X is NULL");
    ck_assert_ptr_null(f);
    f = (lgd_objective *)1;
    ck_fails(lgd_glm_create(&f, X, y4, NULL, NULL), LGD_EINVAL, "glm: loss is NULL");
    ck_assert_ptr_null(f);
    lgd_matrix_free(X);
}
END_TEST

START_TEST(glm_illegal_numbers_refused_by_row)
{
    static const double nan_y[4] = {0, 1, NAN, 0}, inf_y[4] = {-INFINITY, 1, 1, 0}, label_y[4] = {0, 1, 1, 2},
                        signed_y[4] = {1, -1, 1, 1}, negative_w[4] = {1, 1, -0.5, 1}, nan_w[4] = {NAN, 1, 1, 1},
                        inf_w[4] = {1, 1, 1, INFINITY}, zero_w[4] = {0, 0, 0, 0}, nan_o[4] = {0, 0, 0, NAN};
    const lgd_loss *squared = lgd_loss_squared(), *logistic = lgd_loss_logistic();
    const struct {
        const double *y;
        const lgd_loss *loss;
        lgd_glm_options o;
        const char *words;
    } cases[] = {
        {nan_y, squared, {.l2 = 0}, "glm: target of row 2 is nan, a finite number is accepted by the squared loss"},
        {inf_y, squared, {.l2 = 0}, "glm: target of row 0 is -inf"},
        {label_y, logistic, {.l2 = 0}, "glm: target of row 3 is 2, 0 or 1 is accepted by the logistic loss"},
        {signed_y, logistic, {.l2 = 0}, "glm: target of row 1 is -1"},
        {nan_y, logistic, {.l2 = 0}, "glm: target of row 2 is nan"},
        {y4, squared, {.weights = negative_w}, "glm: weight of row 2 is -0.5, a finite number >= 0"},
        {y4, squared, {.weights = nan_w}, "glm: weight of row 0 is nan"},
        {y4, squared, {.weights = inf_w}, "glm: weight of row 3 is inf"},
        {y4, squared, {.weights = zero_w}, "glm: weight of all 4 rows is 0"},
        {y4, squared, {.offset = nan_o}, "glm: offset of row 3 is nan"},
        {y4, squared, {.l2 = -1e-3}, "glm: l2 is -0.001"},
        {y4, squared, {.l2 = NAN}, "glm: l2 is nan"},
        {y4, squared, {.l2 = INFINITY}, "glm: l2 is inf"},
        {y4, squared, {.outputs = (size_t)-3}, "glm: outputs is 18446744073709551613"},
    };
    lgd_matrix *X = matrix4();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lgd_objective *f = (lgd_objective *)1;
        ck_fails(lgd_glm_create(&f, X, cases[i].y, cases[i].loss, &cases[i].o), LGD_EINVAL, cases[i].words);
        ck_assert_ptr_null(f);
    }
    lgd_matrix_free(X);
}
END_TEST

START_TEST(glm_too_many_weights_erange)
{
    lgd_matrix *X = matrix4();
    lgd_objective *f;
    ck_fails(lgd_glm_create(&f, X, y4, lgd_loss_squared(), &(lgd_glm_options){.outputs = PTRDIFF_MAX}), LGD_ERANGE,
             "glm: number of weights");
    ck_assert_ptr_null(f);
    lgd_matrix_free(X);
}
END_TEST

START_TEST(glm_l2_written_as_zero_is_zero)
{
    lgd_matrix *X = matrix4();
    lgd_objective *f;
    const double y[4] = {0, 0, 0, 0};
    double w[2] = {1e300, 1e300}, value; /* any l2 at all would be seen */
    ck_ok(lgd_glm_create(&f, X, y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = LGD_ZERO}));
    ck_ok(lgd_objective_eval(f, NULL, w, &value, NULL));
    ck_assert(isfinite(value));
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

START_TEST(glm_options_of_other_headers_copied_or_refused)
{
    struct {
        lgd_glm_options o;
        double unknown;
    } later = {.o = {.l2 = 0.5, .intercept = true, .weights = w4}};
    lgd_matrix *X = matrix4();
    lgd_objective *f;
    ck_ok(lgd_glm_create_sized(&f, X, y4, lgd_loss_squared(), &later.o, sizeof later));
    ck_assert_uint_eq(lgd_objective_dim(f), 3);
    lgd_objective_free(f);
    ck_ok(lgd_glm_create_sized(&f, X, y4, lgd_loss_squared(), &later.o, sizeof later.o.l2)); /* knew l2 only */
    ck_assert_uint_eq(lgd_objective_dim(f), 2);
    lgd_objective_free(f);
    later.unknown = 1;
    ck_fails(lgd_glm_create_sized(&f, X, y4, lgd_loss_squared(), &later.o, sizeof later), LGD_EUNSUPPORTED,
             "glm options");
    ck_assert_ptr_null(f);
    lgd_matrix_free(X);
}
END_TEST

START_TEST(glm_no_rows_made_but_not_evaluated)
{
    lgd_matrix *X;
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_report report;
    double w[3] = {1, 2, 3}, value, g[3];
    ck_ok(lgd_matrix_dense(&X, 0, 2, NULL, 2));
    for (int weighted = 0; weighted < 2; weighted++) {
        ck_ok(lgd_glm_create(&f, X, NULL, lgd_loss_logistic(),
                             &(lgd_glm_options){.intercept = true, .weights = weighted ? w4 : NULL}));
        ck_assert_uint_eq(lgd_objective_terms(f), 0);
        ck_fails(lgd_objective_eval(f, NULL, w, &value, g), LGD_EINVAL, "glm: number of rows is 0");
        ck_ok(lgd_sgd_create(&opt, NULL));
        ck_fails(lgd_minimize(f, opt, w, NULL, &report), LGD_EINVAL, "minimize: number of rows of the glm is 0");
        ck_assert(w[0] == 1 && w[1] == 2 && w[2] == 3);
        ck_assert_int_eq(report.stop, LGD_STOP_ERROR);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
    lgd_matrix_free(X);
}
END_TEST

/* ---- rows */

START_TEST(eval_rows_out_of_bounds_refused_by_position)
{
    const size_t index[6] = {0, 1, 2, 4, 0, 1};
    const struct {
        lgd_rows rows;
        const char *words;
    } cases[] = {
        {{0, 5, NULL}, "glm: rows.first + rows.count is 5, at most 4"},
        {{4, 1, NULL}, "glm: rows.first + rows.count is 5"},
        {{(size_t)-1, 2, NULL}, "glm: rows.first is 18446744073709551615"},
        {{0, (size_t)-1, NULL}, "glm: rows.count is 18446744073709551615"},
        {{0, 6, index}, "glm: rows.index[3] is 4, a number below 4"},
        {{2, 2, index}, "glm: rows.index[3] is 4"},
    };
    model m = model_create(4, 2, lgd_loss_squared(), NULL, 1);
    double w[2] = {1, 2}, f = 7, g[2] = {8, 9};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lgd_objective *subset = (lgd_objective *)1;
        ck_fails(lgd_objective_eval(m.f, &cases[i].rows, w, &f, g), LGD_EINVAL, cases[i].words);
        ck_fails(lgd_objective_subset(&subset, m.f, &cases[i].rows), LGD_EINVAL, strchr(cases[i].words, ':'));
        ck_assert_ptr_null(subset);
    }
    ck_fails(lgd_objective_eval(m.f, &(lgd_rows){1, 0, NULL}, w, &f, g), LGD_EINVAL, "number of rows is 0");
    ck_fails(lgd_objective_eval(m.f, NULL, NULL, &f, g), LGD_EINVAL, "objective: w is NULL");
    ck_fails(lgd_objective_eval(NULL, NULL, w, &f, g), LGD_EINVAL, "objective: f is NULL");
    ck_assert(f == 7 && g[0] == 8 && g[1] == 9);
    ck_ok(lgd_objective_eval(m.f, &(lgd_rows){0, 3, index}, w, &f, g));
    model_free(&m);
}
END_TEST

START_TEST(objective_missing_arguments_refused)
{
    lgd_objective *f = (lgd_objective *)1;
    ck_fails(lgd_function_create(&f, 1, NULL, NULL), LGD_EINVAL, "function: fn is NULL");
    ck_assert_ptr_null(f);
    ck_fails(lgd_function_create(NULL, 1, quadratic_eval, NULL), LGD_EINVAL, "function: out is NULL");
    ck_fails(lgd_function_create(&f, 0, quadratic_eval, NULL), LGD_EINVAL, "function: dim is 0");
    ck_fails(lgd_function_create_differences(&f, (size_t)-1, quadratic_eval, NULL), LGD_EINVAL, "function: dim is");
    f = (lgd_objective *)1;
    ck_fails(lgd_objective_subset(&f, NULL, NULL), LGD_EINVAL, "subset: f is NULL");
    ck_assert_ptr_null(f);
    ck_assert_uint_eq(lgd_objective_dim(NULL), 0);
    ck_assert_uint_eq(lgd_objective_terms(NULL), 0);
    lgd_objective_free(NULL);
    model m = model_create(4, 2, lgd_loss_squared(), NULL, 1);
    ck_fails(lgd_objective_subset(NULL, m.f, NULL), LGD_EINVAL, "subset: out is NULL");
    model_free(&m);
}
END_TEST

/* ---- ops of the caller's */

static lgd_status nothing(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx, (void)rows, (void)w, (void)f, (void)g;
    return LGD_OK;
}

static void count_free(void *ctx)
{
    ++*(int *)ctx;
}

static const lgd_objective_ops nothing_ops = {.name = "nothing", .eval = nothing, .free = count_free};

static double negative_weight(void *ctx, const lgd_rows *rows)
{
    (void)ctx;
    return -(double)rows->count;
}

static void beyond(void *ctx, size_t *first, size_t *count)
{
    (void)ctx;
    *first = 0;
    *count = 2;
}

static size_t slopes_told;
static double l2_told;

static void tell_linear(void *ctx, size_t *slopes, double *l2)
{
    (void)ctx;
    *slopes = slopes_told;
    *l2 = l2_told;
}

static lgd_status no_difference(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *R)
{
    (void)R;
    return nothing(ctx, rows, w, f, g);
}

START_TEST(user_objective_bad_ops_refused)
{
    lgd_objective *f = (lgd_objective *)1;
    lgd_objective_ops ops = nothing_ops;
    int s = 0;
    ops.eval = NULL;
    ck_fails(lgd_objective_create(&f, 1, 1, &ops, &s), LGD_EINVAL, "objective: ops.eval is NULL");
    ck_assert_ptr_null(f);
    ops = nothing_ops;
    ops.name = NULL;
    ck_fails(lgd_objective_create(&f, 1, 1, &ops, &s), LGD_EINVAL, "objective: ops.name is NULL");
    ck_fails(lgd_objective_create(&f, 1, 1, NULL, &s), LGD_EINVAL, "is NULL");
    ck_fails(lgd_objective_create(NULL, 1, 1, &nothing_ops, &s), LGD_EINVAL, "out is NULL");
    ck_fails(lgd_objective_create(&f, 0, 1, &nothing_ops, &s), LGD_EINVAL, "dim is 0");
    ck_fails(lgd_objective_create(&f, (size_t)-1, 1, &nothing_ops, &s), LGD_EINVAL, "negative");
    ck_fails(lgd_objective_create(&f, 1, (size_t)-2, &nothing_ops, &s), LGD_EINVAL, "negative");
    ops = nothing_ops;
    ops.weight = negative_weight;
    ck_fails(lgd_objective_create(&f, 1, 4, &ops, &s), LGD_EINVAL, "nothing: mean weight is -1");
    ops = nothing_ops;
    ops.unpenalised = beyond;
    ck_fails(lgd_objective_create(&f, 1, 4, &ops, &s), LGD_EINVAL, "nothing: unpenalised range is 0 + 2");
    ops = nothing_ops;
    ops.linear = tell_linear;
    slopes_told = 1;
    ck_fails(lgd_objective_create(&f, 1, 4, &ops, &s), LGD_EINVAL, "ops.linear says 1 slopes");
    ops.difference = no_difference;
    slopes_told = 0;
    ck_fails(lgd_objective_create(&f, 1, 4, &ops, &s), LGD_EINVAL, "ops.linear says 0 slopes");
    slopes_told = 1;
    const double none[] = {-1, NAN, INFINITY};
    for (size_t i = 0; i < 3; i++) {
        l2_told = none[i];
        ck_fails(lgd_objective_create(&f, 1, 4, &ops, &s), LGD_EINVAL, "ops.linear says an l2 of ");
    }
    ck_assert_ptr_null(f);
    ck_assert_int_eq(s, 0); /* a context that was not taken stays the caller's */
}
END_TEST

/* ---- runs */

START_TEST(minimize_illegal_options_refused_by_name)
{
    static const double negative_scale[3] = {1, -1, 1}, nan_scale[3] = {1, 1, NAN}, milestones[2] = {5, 3};
    static const struct {
        lgd_minimize_options o;
        const char *words;
    } cases[] = {
        {{.batch_size = 5}, "minimize: batch_size is 5, at most the 4 rows there are"},
        {{.batch_size = (size_t)-1}, "minimize: batch_size is 18446744073709551615"},
        {{.max_seconds = -1}, "minimize: max_seconds is -1"},
        {{.max_seconds = NAN}, "minimize: max_seconds is nan"},
        {{.grad_tol = -1e-9}, "minimize: grad_tol is -1e-09"},
        {{.grad_tol = INFINITY}, "minimize: grad_tol is inf"},
        {{.grad_tol_abs = -1}, "minimize: grad_tol_abs is -1"},
        {{.f_tol = NAN}, "minimize: f_tol is nan"},
        {{.step_tol = -1}, "minimize: step_tol is -1"},
        {{.f_target = NAN}, "minimize: f_target is nan"},
        {{.f_target = -INFINITY}, "minimize: f_target is -inf"},
        {{.divergence_factor = -2}, "minimize: divergence_factor is -2"},
        {{.clip_norm = -1}, "minimize: clip_norm is -1"},
        {{.clip_value = NAN}, "minimize: clip_value is nan"},
        {{.order = (lgd_order)6}, "minimize: order is 6"},
        {{.order = (lgd_order)-1}, "minimize: order is -1"},
        {{.last = (lgd_last)17}, "minimize: last is 17"},
        {{.threads = (size_t)-4}, "minimize: threads is 18446744073709551612"},
        {{.lr_scale = negative_scale}, "minimize: lr_scale[1] is -1"},
        {{.lr_scale = nan_scale}, "minimize: lr_scale[2] is nan"},
        {{.schedule = {.kind = (lgd_schedule_kind)99}}, "schedule: kind is 99"},
        {{.schedule = {.kind = LGD_COSINE}}, "schedule: period is 0"},
        {{.schedule = {.kind = LGD_EXPONENTIAL, .factor = -0.5}}, "schedule: factor is -0.5"},
        {{.schedule = {.kind = LGD_MULTI_STEP, .milestones = milestones, .milestone_count = 2}},
         "schedule: milestones[1] is 3"},
    };
    model m = model_create(4, 2, lgd_loss_squared(), &(lgd_glm_options){.intercept = true}, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double before[3] = {0.1, 0.2, 0.3};
        double w[3] = {0.1, 0.2, 0.3};
        lgd_optimizer *opt;
        lgd_report report = {.stop = LGD_STOP_EPOCHS, .f = 1};
        ck_ok(lgd_sgd_create(&opt, NULL));
        ck_fails(lgd_minimize(m.f, opt, w, &cases[i].o, &report), LGD_EINVAL, cases[i].words);
        ck_assert_mem_eq(w, before, sizeof w);
        ck_assert_int_eq(report.stop, LGD_STOP_ERROR);
        ck_assert(report.steps == 0 && report.evaluations == 0 && isnan(report.f));
        ck_assert_uint_eq(lgd_optimizer_steps(opt), 0);
        lgd_optimizer_free(opt);
    }
    model_free(&m);
}
END_TEST

START_TEST(minimize_missing_arguments_refused)
{
    model m = model_create(4, 2, lgd_loss_squared(), NULL, 1);
    double w[2] = {0, NAN};
    lgd_optimizer *opt;
    ck_ok(lgd_sgd_create(&opt, NULL));
    ck_fails(lgd_minimize(NULL, opt, w, NULL, NULL), LGD_EINVAL, "minimize: f is NULL");
    ck_fails(lgd_minimize(m.f, NULL, w, NULL, NULL), LGD_EINVAL, "minimize: opt is NULL");
    ck_fails(lgd_minimize(m.f, opt, NULL, NULL, NULL), LGD_EINVAL, "minimize: w is NULL");
    ck_fails(lgd_minimize(m.f, opt, w, NULL, NULL), LGD_EINVAL, "minimize: w[1] is nan");
    w[0] = INFINITY;
    ck_fails(lgd_minimize(m.f, opt, w, NULL, NULL), LGD_EINVAL, "minimize: w[0] is inf");
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

START_TEST(minimize_another_dim_than_before_refused_until_reset)
{
    model small = model_create(8, 2, lgd_loss_squared(), NULL, 1),
          large = model_create(8, 3, lgd_loss_squared(), NULL, 1);
    for (size_t i = 0; function_method(i); i++) {
        lgd_optimizer *opt = builtin(i, 0.01);
        double w[3] = {1, 2, 3}, before[3] = {1, 2, 3};
        ck_ok(lgd_minimize(large.f, opt, w, &(lgd_minimize_options){.max_steps = 2}, NULL));
        memcpy(w, before, sizeof w);
        ck_fails(lgd_minimize(small.f, opt, w, NULL, NULL), LGD_EINVAL, "dim is 2, 3 as before");
        ck_assert_mem_eq(w, before, sizeof w);
        lgd_optimizer_reset(opt);
        ck_ok(lgd_minimize(small.f, opt, w, &(lgd_minimize_options){.max_steps = 2}, NULL));
        lgd_optimizer_free(opt);
    }
    model_free(&small);
    model_free(&large);
}
END_TEST

START_TEST(minimize_structs_of_other_headers_copied_or_refused)
{
    struct {
        lgd_minimize_options o;
        size_t unknown;
    } later = {.o = {.batch_size = 3, .max_epochs = 2}};
    struct {
        lgd_report r;
        size_t unknown;
    } report = {.unknown = 7};
    model m = model_create(9, 2, lgd_loss_squared(), NULL, 1);
    lgd_optimizer *opt;
    double w[2] = {0, 0};
    ck_ok(lgd_sgd_create(&opt, NULL));
    ck_ok(lgd_minimize_sized(m.f, opt, w, &later.o, sizeof later, &report.r, sizeof report));
    ck_assert_uint_eq(report.r.steps, 6);
    ck_assert_uint_eq(report.unknown, 0); /* the library does not know it */
    later.unknown = 1;
    ck_fails(lgd_minimize_sized(m.f, opt, w, &later.o, sizeof later, &report.r, sizeof report), LGD_EUNSUPPORTED,
             "minimize options");

    lgd_report small = {.best_step = 99}; /* a header that knew batch_size, stop and steps */
    ck_ok(lgd_minimize_sized(m.f, opt, w, &later.o, offsetof(lgd_minimize_options, max_epochs), &small,
                             offsetof(lgd_report, epochs)));
    ck_assert_int_eq(small.stop, LGD_STOP_EPOCHS);
    ck_assert_uint_eq(small.steps, 3000);
    ck_assert_uint_eq(small.best_step, 99);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("refusals");
    CASE(s, glm_missing_arguments_refused);
    CASE(s, glm_illegal_numbers_refused_by_row);
    CASE(s, glm_too_many_weights_erange);
    CASE(s, glm_l2_written_as_zero_is_zero);
    CASE(s, glm_options_of_other_headers_copied_or_refused);
    CASE(s, glm_no_rows_made_but_not_evaluated);
    CASE(s, eval_rows_out_of_bounds_refused_by_position);
    CASE(s, objective_missing_arguments_refused);
    CASE(s, user_objective_bad_ops_refused);
    CASE(s, minimize_illegal_options_refused_by_name);
    CASE(s, minimize_missing_arguments_refused);
    CASE(s, minimize_another_dim_than_before_refused_until_reset);
    CASE(s, minimize_structs_of_other_headers_copied_or_refused);
    return suite_run(s);
}
