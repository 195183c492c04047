#include "problems.h"

static void eval(lgd_objective *f, const lgd_rows *rows, const double *w, double *value, double *g)
{
    ck_ok(lgd_objective_eval(f, rows, w, value, g));
}

/* ---- sets of terms */

START_TEST(batches_of_an_epoch_average_to_the_whole)
{
    enum { M = 500, N = 8, B = 64 };
    for (int weighted = 0; weighted < 2; weighted++) {
        data d = data_create(M, N, 1, true, 1);
        lgd_matrix *X;
        lgd_objective *f;
        ck_ok(lgd_matrix_dense(&X, M, N, d.X, N));
        ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(),
                             &(lgd_glm_options){.l2 = 0.1, .intercept = true, .weights = weighted ? d.weights : NULL}));
        double w[N + 1], value, whole, g[N + 1], sum = 0, mean[N + 1] = {0}, whole_g[N + 1];
        size_t index[M];
        fill(101, N + 1, -1, 1, w);
        lgd_permutation(1, 2, M, index);
        eval(f, NULL, w, &whole, whole_g);
        for (size_t i = 0; i < M; i += B) {
            const lgd_rows batch = {i, M - i < B ? M - i : B, index};
            eval(f, &batch, w, &value, g);
            sum += value * (double)batch.count / M;
            for (size_t j = 0; j <= N; j++)
                mean[j] += g[j] * (double)batch.count / M;
        }
        ck_near(sum, whole, 1e-14);
        ck_assert_double_le(difference_of(N + 1, mean, whole_g), 1e-13);
        lgd_objective_free(f);
        lgd_matrix_free(X);
        data_free(&d);
    }
}
END_TEST

/* The same terms by a subset and by an objective made of them; both ways through a subset of the subset. */
START_TEST(subset_any_rows_equals_an_objective_made_on_them)
{
    enum { M = 400, N = 6, COUNT = 90 };
    data d = data_create(M, N, 1, true, 2);
    double w[N + 1], fa, fb, ga[N + 1], gb[N + 1];
    size_t some[COUNT + 5];
    fill(102, N + 1, -1, 1, w);
    for (size_t i = 0; i < COUNT + 5; i++)
        some[i] = i * 53 % M;
    const lgd_rows sets[] = {{37, COUNT, NULL}, {5, COUNT, some}};
    for (int weighted = 0; weighted < 2; weighted++)
        for (size_t s = 0; s < 2; s++) {
            lgd_glm_options o = {.l2 = 0.3, .intercept = true, .weights = weighted ? d.weights : NULL};
            lgd_matrix *X, *part_X;
            lgd_objective *f, *subset, *part;
            double X_of[COUNT * N], y_of[COUNT], weights_of[COUNT];
            ck_ok(lgd_matrix_dense(&X, M, N, d.X, N));
            ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), &o));
            ck_ok(lgd_objective_subset(&subset, f, &sets[s]));
            for (size_t i = 0; i < COUNT; i++) {
                const size_t row = sets[s].index ? some[5 + i] : 37 + i;
                memcpy(X_of + i * N, d.X + row * N, N * sizeof *X_of);
                y_of[i] = d.y[row];
                weights_of[i] = d.weights[row];
            }
            o.weights = weighted ? weights_of : NULL;
            ck_ok(lgd_matrix_dense(&part_X, COUNT, N, X_of, N));
            ck_ok(lgd_glm_create(&part, part_X, y_of, lgd_loss_logistic(), &o));
            ck_assert_uint_eq(lgd_objective_terms(subset), COUNT);
            ck_assert_uint_eq(lgd_objective_dim(subset), N + 1);

            const size_t inner[4] = {80, 0, 33, 33};
            const lgd_rows batches[] = {{0, COUNT, NULL}, {11, 40, NULL}, {0, 4, inner}, {1, 2, inner}};
            for (size_t b = 0; b < 4; b++) {
                eval(subset, &batches[b], w, &fa, ga);
                eval(part, &batches[b], w, &fb, gb);
                ck_near(fa, fb, 1e-14);
                ck_assert_double_le(difference_of(N + 1, ga, gb), 1e-13);

                lgd_objective *nested, *nested_part;
                ck_ok(lgd_objective_subset(&nested, subset, &batches[b]));
                ck_ok(lgd_objective_subset(&nested_part, part, &batches[b]));
                eval(nested, NULL, w, &fa, ga);
                eval(nested_part, NULL, w, &fb, gb);
                ck_near(fa, fb, 1e-14);
                ck_assert_double_le(difference_of(N + 1, ga, gb), 1e-13);
                const size_t last[1] = {batches[b].count - 1};
                eval(nested, &(lgd_rows){0, 1, last}, w, &fa, ga);
                eval(nested_part, &(lgd_rows){last[0], 1, NULL}, w, &fb, gb);
                ck_near(fa, fb, 1e-14);
                lgd_objective_free(nested_part);
                lgd_objective_free(nested);
            }
            lgd_objective_free(part);
            lgd_matrix_free(part_X);
            lgd_objective_free(subset);
            lgd_objective_free(f);
            lgd_matrix_free(X);
        }
    data_free(&d);
}
END_TEST

START_TEST(subset_null_rows_the_whole)
{
    model m = model_create(100, 4, lgd_loss_squared(), NULL, 3);
    lgd_objective *all, *none;
    double w[4] = {1, 2, 3, 4}, fa, fb, ga[4], gb[4];
    ck_ok(lgd_objective_subset(&all, m.f, NULL));
    eval(all, NULL, w, &fa, ga);
    eval(m.f, NULL, w, &fb, gb);
    ck_assert(fa == fb);
    ck_assert_mem_eq(ga, gb, sizeof ga);
    ck_ok(lgd_objective_subset(&none, m.f, &(lgd_rows){7, 0, NULL})); /* legal, but there is nothing to evaluate */
    ck_assert_uint_eq(lgd_objective_terms(none), 0);
    ck_fails(lgd_objective_eval(none, NULL, w, &fa, ga), LGD_EINVAL, "number of rows is 0");
    lgd_objective_free(none);
    lgd_objective_free(all);
    model_free(&m);
}
END_TEST

START_TEST(value_or_gradient_alone_same_bits)
{
    model m = model_create(3000, 30, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.1, .intercept = true}, 4);
    double w[31], f, g[31], f_alone, g_alone[31];
    fill(103, 31, -1, 1, w);
    eval(m.f, NULL, w, &f, g);
    eval(m.f, NULL, w, &f_alone, NULL);
    eval(m.f, NULL, w, NULL, g_alone);
    ck_assert(f == f_alone);
    ck_assert_mem_eq(g, g_alone, sizeof g);
    model_free(&m);
}
END_TEST

/* An index may be longer than the data; it then makes more chunks than all rows do. */
START_TEST(eval_rows_many_times_over_same_mean)
{
    enum { M = 3000, N = 40, TIMES = 5 };
    model m = model_create(M, N, lgd_loss_logistic(), NULL, 5);
    static size_t index[M * TIMES];
    double w[N], fa, fb, ga[N], gb[N];
    fill(108, N, -1, 1, w);
    for (size_t i = 0; i < M * TIMES; i++)
        index[i] = i % M;
    eval(m.f, NULL, w, &fa, ga);
    eval(m.f, &(lgd_rows){0, M * TIMES, index}, w, &fb, gb);
    ck_near(fb, fa, 1e-14);
    ck_assert_double_le(difference_of(N, gb, ga), 1e-13);
    model_free(&m);
}
END_TEST

START_TEST(eval_any_thread_number_same_bits)
{
    model m = model_create(9000, 40, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}, 5);
    double w[41], f, g[41], f1 = 0, g1[41];
    fill(104, 41, -1, 1, w);
    for (int threads = 1; threads <= 7; threads++) {
        char text[2] = {(char)('0' + threads), 0};
        setenv("LGD_NUM_THREADS", text, 1);
        eval(m.f, NULL, w, &f, g);
        if (threads == 1) {
            f1 = f;
            memcpy(g1, g, sizeof g);
        }
        ck_assert(f == f1);
        ck_assert_mem_eq(g, g1, sizeof g);
    }
    model_free(&m);
}
END_TEST

/* ---- functions of w */

/* A quartic with a gradient that is wrong in one coordinate, if asked for. */
typedef struct quartic {
    size_t wrong;
    double factor;
} quartic;

static lgd_status quartic_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const quartic *q = ctx;
    *f = 0;
    for (size_t j = 0; j < dim; j++) {
        double e = w[j] - (double)j;
        *f += e * e * e * e + exp(w[j] / 4);
        if (g)
            g[j] = (4 * e * e * e + exp(w[j] / 4) / 4) * (q && q->wrong == j ? q->factor : 1);
    }
    return LGD_OK;
}

START_TEST(function_its_value_and_gradient)
{
    const double curvature[3] = {1, 10, 100}, at[3] = {1, 2, 3}, w[3] = {2, 2, 2};
    quadratic q = {curvature, at, 0};
    lgd_objective *f;
    double value, g[3];
    ck_ok(lgd_function_create(&f, 3, quadratic_eval, &q));
    ck_assert_uint_eq(lgd_objective_terms(f), 1);
    eval(f, NULL, w, &value, g);
    ck_assert(value == 0.5 * (1 + 100));
    ck_assert(g[0] == 1 && g[1] == 0 && g[2] == -100);
    ck_assert_uint_eq(q.calls, 1);
    lgd_objective_free(f);
}
END_TEST

START_TEST(function_differences_ten_digits)
{
    double w[5], value, g[5], differences[5], difference_value;
    lgd_objective *f, *d;
    fill(105, 5, -2, 2, w);
    ck_ok(lgd_function_create(&f, 5, quartic_eval, NULL));
    ck_ok(lgd_function_create_differences(&d, 5, quartic_eval, NULL));
    eval(f, NULL, w, &value, g);
    eval(d, NULL, w, &difference_value, differences);
    ck_assert(value == difference_value);
    ck_assert_double_le(difference_of(5, differences, g), 1e-10);
    lgd_objective_free(d);
    lgd_objective_free(f);
}
END_TEST

START_TEST(check_gradient_wrong_coordinate_named)
{
    double w[6];
    fill(106, 6, 1, 2, w);
    for (size_t j = 0; j < 6; j++)
        w[j] += (double)j;
    for (size_t wrong = 0; wrong < 6; wrong++) {
        quartic q = {wrong, 1.001};
        lgd_objective *f;
        lgd_gradient_check check;
        ck_ok(lgd_function_create(&f, 6, quartic_eval, &q));
        ck_ok(lgd_objective_check_gradient(f, w, &check));
        ck_assert_uint_eq(check.worst, wrong);
        ck_near(check.analytic / check.numeric, 1.001, 1e-8);
        ck_assert(check.error > 0.9e-3 && check.error < 1.1e-3);
        q.factor = NAN;
        ck_ok(lgd_objective_check_gradient(f, w, &check));
        ck_assert_uint_eq(check.worst, wrong);
        ck_assert_double_nan(check.error);
        q.factor = 1;
        ck_ok(lgd_objective_check_gradient(f, w, &check));
        ck_assert_double_lt(check.error, 1e-9);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(check_gradient_every_loss_sound)
{
    const lgd_loss *losses[] = {lgd_loss_half_squared(), lgd_loss_squared(), lgd_loss_logistic()};
    for (size_t l = 0; l < 3; l++) {
        model m = model_create(200, 7, losses[l], &(lgd_glm_options){.l2 = 0.1, .intercept = true, .outputs = 2}, 7);
        double w[16];
        lgd_gradient_check check;
        fill(107, 16, -1, 1, w);
        ck_ok(lgd_objective_check_gradient(m.f, w, &check));
        ck_assert_double_lt(check.error, 1e-8);
        ck_fails(lgd_objective_check_gradient(m.f, NULL, &check), LGD_EINVAL, "check: w is NULL");
        ck_fails(lgd_objective_check_gradient(m.f, w, NULL), LGD_EINVAL, "check: result is NULL");
        ck_fails(lgd_objective_check_gradient(NULL, w, &check), LGD_EINVAL, "check: f is NULL");
        model_free(&m);
    }
}
END_TEST

/* ---- an objective of the caller's: sum_i (w - i)^2 / 2 over integers i, failing at one of them */

typedef struct integers {
    size_t fail_at;
    int code;
    bool with_sentence, in_smooth;
    int freed;
} integers;

static lgd_status failure(const integers *s)
{
    return s->with_sentence ? lgd_set_error((lgd_status)s->code, "sensor: no reading") : (lgd_status)s->code;
}

static lgd_status integers_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const integers *s = ctx;
    for (size_t i = rows->first; i < rows->first + rows->count; i++) {
        const size_t term = rows->index ? rows->index[i] : i;
        if (term == s->fail_at && !s->in_smooth)
            return failure(s);
        const double e = w[0] - (double)term;
        *f += 0.5 * e * e;
        if (g)
            g[0] += e;
    }
    return LGD_OK;
}

static lgd_status integers_smooth(void *ctx, const double *w, double *f, double *g)
{
    const integers *s = ctx;
    *f += w[0] * w[0];
    if (g)
        g[0] += 2 * w[0];
    return s->in_smooth ? failure(s) : LGD_OK;
}

static void integers_free(void *ctx)
{
    ((integers *)ctx)->freed++;
}

static const lgd_objective_ops integers_ops = {.name = "integers",
                                               .flags = LGD_CONCURRENT,
                                               .eval = integers_eval,
                                               .smooth = integers_smooth,
                                               .free = integers_free};

START_TEST(user_objective_chunks_equal_one_call)
{
    enum { M = 100000 }; /* three chunks at least, and the sums are exact */
    integers s = {.fail_at = SIZE_MAX};
    lgd_objective_ops serial_ops = integers_ops;
    serial_ops.flags = 0;
    lgd_objective *f, *serial;
    double w = 5, fa, fb, ga, gb;
    ck_ok(lgd_objective_create(&f, 1, M, &integers_ops, &s));
    ck_ok(lgd_objective_create(&serial, 1, M, &serial_ops, &s));
    eval(serial, NULL, &w, &fb, &gb);
    for (int threads = 1; threads <= 4; threads++) {
        setenv("LGD_NUM_THREADS", threads == 1 ? "1" : threads == 2 ? "2" : threads == 3 ? "3" : "4", 1);
        eval(f, NULL, &w, &fa, &ga);
        ck_near(fa / fb, 1, 1e-13);
        ck_assert(ga == gb);
        ck_assert(ga == w - (M - 1) / 2.0 + 2 * w);
    }
    lgd_objective_free(f);
    lgd_objective_free(serial);
    ck_assert_int_eq(s.freed, 2);
}
END_TEST

START_TEST(user_objective_its_failure_passed_through)
{
    static const struct {
        int code;
        lgd_status status;
    } codes[] = {
        {LGD_EIO, LGD_EIO}, {LGD_EUSER, LGD_EUSER}, {LGD_EINVAL, LGD_EINVAL}, {7, LGD_EUSER}, {-1000, LGD_EUSER}};
    double w = 1, f, g;
    setenv("LGD_NUM_THREADS", "3", 1);
    for (size_t c = 0; c < sizeof codes / sizeof *codes; c++)
        for (int how = 0; how < 4; how++) {
            integers s = {.fail_at = 50000, .code = codes[c].code, .with_sentence = how & 1, .in_smooth = how & 2};
            lgd_objective *o;
            ck_ok(lgd_objective_create(&o, 1, 100000, &integers_ops, &s));
            ck_fails(lgd_objective_eval(o, NULL, &w, &f, &g), codes[c].status,
                     s.with_sentence ? "sensor: no reading"
                     : s.in_smooth   ? "integers: smooth returned"
                                     : "integers: eval returned");
            lgd_objective_free(o);
        }
}
END_TEST

static lgd_status half_square(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx, (void)rows;
    *f += 0.5 * w[0] * w[0];
    if (g)
        g[0] += w[0];
    return LGD_OK;
}

/* Callers compiled with the header of another version: fewer members are completed, unknown ones refused if set. */
START_TEST(objective_structs_of_other_headers_copied_or_refused)
{
    struct {
        lgd_objective_ops known;
        double unknown;
    } later = {{.name = "half square", .eval = half_square}, 0};
    lgd_objective *f = NULL;
    ck_assert_int_eq(lgd_objective_create_sized(&f, 1, 1, &later.known, offsetof(lgd_objective_ops, weight), NULL),
                     LGD_OK);
    lgd_objective_free(f);
    ck_assert_int_eq(lgd_objective_create_sized(&f, 1, 1, &later.known, sizeof later, NULL), LGD_OK);

    struct {
        lgd_gradient_check known;
        double unknown;
    } check = {{9, 9, 9, 9}, 9};
    const double w = 3;
    ck_assert_int_eq(lgd_objective_check_gradient_sized(f, &w, &check.known, sizeof check), LGD_OK);
    ck_assert(check.known.worst == 0 && check.known.analytic == 3 && check.known.error < 1e-9 && check.unknown == 0);
    check.known.error = 9;
    ck_assert_int_eq(lgd_objective_check_gradient_sized(f, &w, &check.known, offsetof(lgd_gradient_check, error)),
                     LGD_OK);
    ck_assert(check.known.error == 9);
    lgd_objective_free(f);

    later.unknown = 1;
    ck_assert_int_eq(lgd_objective_create_sized(&f, 1, 1, &later.known, sizeof later, NULL), LGD_EUNSUPPORTED);
    ck_assert_ptr_null(f);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("objective");
    CASE(s, batches_of_an_epoch_average_to_the_whole);
    CASE(s, subset_any_rows_equals_an_objective_made_on_them);
    CASE(s, subset_null_rows_the_whole);
    CASE(s, value_or_gradient_alone_same_bits);
    CASE(s, eval_rows_many_times_over_same_mean);
    CASE(s, eval_any_thread_number_same_bits);
    CASE(s, function_its_value_and_gradient);
    CASE(s, function_differences_ten_digits);
    CASE(s, check_gradient_wrong_coordinate_named);
    CASE(s, check_gradient_every_loss_sound);
    CASE(s, user_objective_chunks_equal_one_call);
    CASE(s, user_objective_its_failure_passed_through);
    CASE(s, objective_structs_of_other_headers_copied_or_refused);
    return suite_run(s);
}
