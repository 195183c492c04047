/* Newton's method, and runs that begin on a sample of the rows. */
#include "problems.h"
#include "objective/objective.h"
#include "reference/worked_example.h"
#include <float.h>

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

/* The optimizer as one that was saved, freed and loaded. */
static lgd_optimizer *loaded(lgd_optimizer *opt, const char *text)
{
    size_t size = 0;
    ck_ok(lgd_optimizer_save(opt, NULL, &size));
    void *bytes = malloc(size);
    ck_ok(lgd_optimizer_save(opt, bytes, &size));
    lgd_optimizer_free(opt);
    opt = parsed(text);
    ck_ok(lgd_optimizer_load(opt, bytes, size));
    free(bytes);
    return opt;
}

static lgd_report run(lgd_objective *f, const char *method, double *w, lgd_minimize_options o)
{
    lgd_optimizer *opt = parsed(method);
    lgd_report r;
    ck_ok(lgd_minimize(f, opt, w, &o, &r));
    lgd_optimizer_free(opt);
    return r;
}

/* ---- models */

/* features: 34 */
START_TEST(least_squares_one_step)
{
    enum { COLS = 6 };
    model m = model_create(200, COLS, lgd_loss_half_squared(), &(lgd_glm_options){.l2 = 0.1, .intercept = true}, 3);
    double w[COLS + 1] = {0};
    const lgd_report r = run(m.f, "newton", w, (lgd_minimize_options){.grad_tol = 1e-12});
    ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
    ck_assert_uint_eq(r.steps, 1);
    ck_assert_uint_eq(r.indefinite, 0);
    ck_assert_uint_eq(r.evaluations, 3); /* at the start, with H, and after the step */
    model_free(&m);
}
END_TEST

/* Full steps in long double, solved by elimination without a thought for symmetry. */
static void newton_step(const data *d, real l2, size_t n, real *w)
{
    real A[8][9] = {{0}};
    for (size_t i = 0; i < d->rows; i++) {
        real x[8], z = 0;
        for (size_t j = 0; j < n; j++) {
            x[j] = j < d->cols ? d->X[i * d->cols + j] : 1;
            z += x[j] * w[j];
        }
        const real p = 1 / (1 + expl(-z));
        for (size_t a = 0; a < n; a++) {
            A[a][n] -= (p - d->y[i]) * x[a] / d->rows;
            for (size_t b = 0; b < n; b++)
                A[a][b] += p * (1 - p) * x[a] * x[b] / d->rows;
        }
    }
    for (size_t j = 0; j < d->cols; j++) {
        A[j][j] += l2;
        A[j][n] -= l2 * w[j];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            const real share = A[k][i] / A[i][i];
            for (size_t j = i; j <= n && k != i; j++)
                A[k][j] -= share * A[i][j];
        }
    for (size_t j = 0; j < n; j++)
        w[j] += A[j][n] / A[j][j];
}

START_TEST(logistic_path_in_long_double)
{
    enum { COLS = 5, N = COLS + 1, STEPS = 6 };
    model m = model_create(300, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 4);
    real expected[N] = {0};
    double w[N] = {0};
    lgd_optimizer *opt = parsed("newton");
    for (int t = 0; t < STEPS; t++) {
        ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.max_steps = 1, .grad_tol = LGD_ZERO}, NULL));
        newton_step(&m.d, 0.01L, N, expected);
        ck_assert_double_lt(difference(N, w, expected), 1e-13);
    }
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* One factor for several steps reads the rows less often, and saves: with the bits of a run that was not interrupted. */
START_TEST(reuse_fewer_passes_resumed_same_bits)
{
    enum { COLS = 5, N = COLS + 1 };
    model m = model_create(300, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 4);
    const lgd_minimize_options o = {.grad_tol = 1e-11};
    double own[N] = {0}, w[N] = {0}, x[N] = {0};
    const lgd_report newton = run(m.f, "newton", own, o), reuse = run(m.f, "newton:reuse=3", w, o);
    ck_assert_int_eq(reuse.stop, LGD_STOP_GRAD_TOL);
    ck_assert_uint_gt(reuse.steps, newton.steps);
    ck_assert_uint_gt(2 * reuse.steps + 1, reuse.evaluations); /* two for a step with an H of its own */
    ck_assert_uint_eq(2 * newton.steps + 1, newton.evaluations);
    for (size_t j = 0; j < N; j++)
        ck_near(w[j], own[j], 1e-10);
    lgd_optimizer *opt = parsed("newton:reuse=3");
    for (uint64_t t = 0; t < reuse.steps; t++) {
        lgd_minimize_options one = o;
        one.max_steps = 1;
        ck_ok(lgd_minimize(m.f, opt, x, &one, NULL));
        opt = loaded(opt, "newton:reuse=3");
    }
    ck_assert(!memcmp(w, x, sizeof w));
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* Equal columns: H has no inverse, and nothing prefers one of the two weights. */
START_TEST(equal_columns_minimum_found_weights_equal)
{
    static const char *const losses[] = {"squared", "logistic"};
    const double labels[WORKED_ROWS] = {0, 1, 0};
    lgd_matrix *X;
    ck_ok(lgd_matrix_dense(&X, WORKED_ROWS, WORKED_COLS, worked_X, WORKED_COLS));
    for (size_t i = 0; i < 2; i++) {
        lgd_objective *f;
        double w[3] = {0};
        ck_ok(lgd_glm_create(&f, X, i ? labels : worked_y, lgd_loss_find(losses[i]),
                             &(lgd_glm_options){.intercept = true}));
        const lgd_report r = run(f, "newton", w, (lgd_minimize_options){.grad_tol = 1e-10, .max_steps = 20});
        ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
        ck_assert_uint_ge(r.indefinite, 1);
        ck_near(w[0], w[1], 1e-7);
        if (i == 0) {
            ck_assert_uint_le(r.steps, 3);
            ck_near(w[0] + w[1], WORKED_W_SUM, 1e-9);
            ck_near(w[2], WORKED_BEST_B, 1e-9);
            ck_near(r.f, WORKED_BEST_MSE, 1e-12);
        }
        lgd_optimizer *never = parsed("newton:shift=never");
        double x[3] = {0};
        ck_fails(lgd_minimize(f, never, x, NULL, NULL), LGD_EINVAL, "pivot");
        ck_assert(x[0] == 0 && x[1] == 0 && x[2] == 0);
        lgd_optimizer_free(never);
        lgd_objective_free(f);
    }
    lgd_matrix_free(X);
}
END_TEST

/* ---- functions: x^2 - y^2 + y^4, and one with a row of zeros in H */

static lgd_status saddle(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const double sign = ctx ? -1 : 1;
    (void)rows;
    *f += sign * (w[0] * w[0] - w[1] * w[1] + w[1] * w[1] * w[1] * w[1]);
    if (g) {
        g[0] += sign * 2 * w[0];
        g[1] += sign * (4 * w[1] * w[1] * w[1] - 2 * w[1]);
    }
    return LGD_OK;
}

static lgd_status saddle_hessian(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *H,
                                 size_t ld)
{
    const double sign = ctx ? -1 : 1;
    H[0] += sign * 2;
    H[ld + 1] += sign * (12 * w[1] * w[1] - 2);
    return saddle(ctx, rows, w, f, g);
}

START_TEST(indefinite_shifted_or_named)
{
    const lgd_objective_ops ops = {.name = "saddle", .eval = saddle, .hessian = saddle_hessian};
    lgd_objective *f;
    ck_ok(lgd_objective_create(&f, 2, 1, &ops, NULL));
    double w[2] = {1, 0.1}, x[2] = {1, 0.1};
    const lgd_report r = run(f, "newton", w, (lgd_minimize_options){.grad_tol = 1e-10, .max_steps = 100});
    ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
    ck_assert_uint_ge(r.indefinite, 1);
    ck_near(w[0], 0, 1e-9);
    ck_near(fabs(w[1]), sqrtl(0.5L), 1e-9);
    lgd_optimizer *never = parsed("newton:shift=never");
    lgd_report said;
    ck_fails(lgd_minimize(f, never, x, NULL, &said), LGD_EINVAL,
             "newton: the Hessian is not positive definite at step 1, its pivot 2 of 2");
    ck_assert_int_eq(said.stop, LGD_STOP_ERROR);
    ck_assert(x[0] == 1 && x[1] == 0.1);
    lgd_optimizer_free(never);
    lgd_objective_free(f);
}
END_TEST

START_TEST(maximize_of_the_negative_same_bits)
{
    const lgd_objective_ops ops = {.name = "saddle", .eval = saddle, .hessian = saddle_hessian};
    lgd_objective *f, *negative;
    double w[2] = {1, 0.1}, x[2] = {1, 0.1};
    ck_ok(lgd_objective_create(&f, 2, 1, &ops, NULL));
    ck_ok(lgd_objective_create(&negative, 2, 1, &ops, &w));
    const lgd_report down = run(f, "newton", w, (lgd_minimize_options){.max_steps = 30});
    const lgd_report up = run(negative, "newton", x, (lgd_minimize_options){.max_steps = 30, .maximize = true});
    ck_assert(!memcmp(w, x, sizeof w));
    ck_assert(down.f == -up.f && down.steps == up.steps && down.indefinite == up.indefinite);
    lgd_objective_free(f);
    lgd_objective_free(negative);
}
END_TEST

/* Frozen coordinates keep their bits, and the others go where they go alone. Without `hessian` it is made of products, and without
 * those of differences. */
START_TEST(frozen_and_without_hessian_same_minimum)
{
    enum { COLS = 4, N = COLS + 1 };
    model m = model_create(200, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.1, .intercept = true}, 6);
    const double scale[N] = {1, 0, 1, 1, 1};
    double w[N] = {0, 0.25, 0, 0, 0}, g[N];
    lgd_report r = run(m.f, "newton", w, (lgd_minimize_options){.grad_tol = 1e-11, .lr_scale = scale});
    ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
    ck_assert_uint_le(r.steps, 8);
    ck_assert_double_eq(w[1], 0.25);
    ck_ok(lgd_objective_eval(m.f, NULL, w, NULL, g));
    for (size_t j = 0; j < N; j++)
        ck_assert(j == 1 ? fabs(g[j]) > 1e-3 : fabs(g[j]) < 1e-10);
    for (int without = 1; without <= 2; without++) {
        double x[N] = {0, 0.25, 0, 0, 0};
        m.f->ops.hessian = NULL;
        if (without == 2)
            m.f->ops.product = NULL;
        r = run(m.f, "newton", x, (lgd_minimize_options){.grad_tol = 1e-9, .lr_scale = scale});
        ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
        for (size_t j = 0; j < N; j++)
            ck_near(x[j], w[j], 1e-8);
    }
    model_free(&m);
}
END_TEST

/* ---- beginning on a sample */

/* f = (w_0 - 1)^2 + (w_0 - 1)^4 + w_0 w_1 has a value on w_1 = 0 alone. */
static lgd_status on_an_edge(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const double e = w[0] - 1;
    (void)ctx, (void)dim;
    if (w[1] != 0)
        return lgd_set_error(LGD_EUSER, "edge: w[1] is not 0");
    *f = e * e + e * e * e * e;
    if (g) {
        g[0] = 2 * e + 4 * e * e * e;
        g[1] = w[0];
    }
    return LGD_OK;
}

/* P has elements beside its diagonal: what is frozen must not move by them. */
static lgd_status mixing(void *ctx, const double *w, const double *r, double *pr)
{
    (void)ctx, (void)w;
    pr[0] = 2 * r[0] + r[1];
    pr[1] = r[0] + 2 * r[1];
    return LGD_OK;
}

START_TEST(frozen_at_the_edge_of_a_domain_never_left)
{
    const char *methods[] = {"newton", "newton_cg", "trust_region", "lbfgs", "cg", "newton_cg"};
    const double scale[2] = {1, 0};
    for (size_t i = 0; i < 6; i++) {
        lgd_objective *f;
        double w[2] = {3, 0};
        ck_ok(lgd_function_create(&f, 2, on_an_edge, NULL));
        const lgd_report r =
            run(f, methods[i], w,
                (lgd_minimize_options){.lr_scale = scale, .grad_tol = 1e-8, .precondition = i > 2 ? mixing : NULL});
        ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
        ck_assert(fabs(w[0] - 1) < 1e-6 && w[1] == 0);
        lgd_objective_free(f);
    }
}
END_TEST

static lgd_status slanted(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    static const double A[3][3] = {{4, 1, -2}, {1, 3, 0.5}, {-2, 0.5, 5}};
    (void)ctx;
    *f = 0;
    for (size_t i = 0; i < dim; i++) {
        double along = 0;
        for (size_t j = 0; j < dim; j++)
            along += A[i][j] * w[j];
        *f += 0.5 * w[i] * along;
        if (g)
            g[i] = along;
    }
    return LGD_OK;
}

START_TEST(quadratic_by_differences_one_step)
{
    lgd_objective *f;
    double w[3] = {1, -2, 3};
    ck_ok(lgd_function_create(&f, 3, slanted, NULL));
    const lgd_report r = run(f, "newton", w, (lgd_minimize_options){.max_steps = 1});
    ck_assert_uint_eq(r.steps, 1);
    ck_assert_double_lt(r.grad_norm, 1e-5);
    lgd_objective_free(f);
}
END_TEST

static lgd_status density(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx;
    *f = -exp(-0.5 * lgd_dot(dim, w, w));
    for (size_t j = 0; g && j < dim; j++)
        g[j] = -*f * w[j];
    return LGD_OK;
}

/* Far from its middle a density is so small that it rises by all digits there are, and has an end still. */
START_TEST(density_from_its_tail_is_not_without_bound)
{
    const char *methods[] = {"newton", "owlqn", "newton_cg", "lbfgs", "bfgs"};
    for (size_t i = 0; i < 5; i++)
        for (double tail = 9; tail <= 25; tail += 4) {
            lgd_objective *f;
            double w[2] = {tail, 0.25};
            ck_ok(lgd_function_create(&f, 2, density, NULL));
            const lgd_report r = run(f, methods[i], w, (lgd_minimize_options){.max_steps = 3000});
            ck_assert_msg(r.stop == LGD_STOP_GRAD_TOL && r.f < -0.99, "%s from %g: %s at %g", methods[i], tail,
                          lgd_stop_string(r.stop), r.f);
            lgd_objective_free(f);
        }
}
END_TEST

START_TEST(start_rows_same_minimum_fewer_passes_resumed_same_bits)
{
    enum { ROWS = 20000, COLS = 5, N = COLS + 1 };
    static const char *const methods[] = {"newton", "newton:reuse=3", "bfgs"};
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 4);
    for (size_t i = 0; i < 3; i++) {
        double all[N] = {0}, w[N] = {0}, x[N] = {0}, threads[N] = {0};
        lgd_minimize_options o = {.grad_tol = 1e-9, .threads = 1};
        lgd_history *h;
        size_t count;
        ck_ok(lgd_history_create(&h));
        const lgd_report whole = run(m.f, methods[i], all, o);
        o.start_rows = 500;
        o.history = h;
        const lgd_report r = run(m.f, methods[i], w, o);
        o.history = NULL;
        ck_assert_int_eq(r.stop, LGD_STOP_GRAD_TOL);
        if (i < 2) /* curvature that was learnt of a sample is learnt anew */
            ck_assert_double_lt(r.passes, whole.passes);
        for (size_t j = 0; j < N; j++)
            ck_near(w[j], all[j], 1e-6);
        const double *loss = lgd_history_series(h, "loss", &count), *running = lgd_history_series(h, "running", NULL);
        ck_assert_uint_eq(count, r.steps);
        ck_assert(isnan(loss[0]) && isfinite(running[0]) && isfinite(loss[count - 1])); /* all rows are seen last */
        o.threads = 3;
        run(m.f, methods[i], threads, o);
        ck_assert(!memcmp(w, threads, sizeof w));
        lgd_optimizer *opt = parsed(methods[i]);
        for (uint64_t t = 0; t < r.steps; t++) {
            lgd_minimize_options one = o;
            one.max_steps = 1;
            ck_ok(lgd_minimize(m.f, opt, x, &one, NULL));
            opt = loaded(opt, methods[i]);
        }
        ck_assert_msg(!memcmp(w, x, sizeof w), "%s", methods[i]);
        lgd_optimizer_free(opt);
        lgd_history_free(h);
    }
    model_free(&m);
}
END_TEST

/* exp(-100) is all the curvature that is left along the intercept. */
START_TEST(loss_that_hardly_curves_at_the_start_minimum_reached)
{
    enum { ROWS = 60, COLS = 3 };
    double x[ROWS * COLS], y[ROWS];
    lgd_matrix *X;
    lgd_objective *f;
    lgd_uniform(11, 0, ROWS * COLS, x);
    for (size_t i = 0; i < ROWS; i++)
        y[i] = i % 3 == 0;
    ck_ok(lgd_matrix_dense(&X, ROWS, COLS, x, COLS));
    ck_ok(lgd_glm_create(&f, X, y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}));
    for (double far = 100; far <= 400; far *= 2) {
        double w[COLS + 1] = {0, 0, 0, far}, at[COLS + 1] = {0};
        run(f, "newton", at, (lgd_minimize_options){.grad_tol = 1e-9});
        const lgd_report r = run(f, "newton", w, (lgd_minimize_options){.grad_tol = 1e-9});
        ck_assert_msg(r.stop == LGD_STOP_GRAD_TOL, "from %g: %s", far, lgd_stop_string(r.stop));
        for (size_t j = 0; j <= COLS; j++)
            ck_near(w[j], at[j], 1e-6);
    }
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* A sample that a plane separates has no minimum, and rows that are not in it say so. */
START_TEST(start_rows_separable_sample_all_rows_in_the_end)
{
    enum { ROWS = 4000, COLS = 20 };
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), NULL, 9);
    double all[COLS] = {0};
    run(m.f, "newton", all, (lgd_minimize_options){.grad_tol = 1e-9});
    for (size_t rows = 1; rows <= 10; rows += 3) {
        double w[COLS] = {0};
        const lgd_report r =
            run(m.f, "newton", w, (lgd_minimize_options){.start_rows = rows, .grad_tol = 1e-9, .max_steps = 100});
        ck_assert_msg(r.stop == LGD_STOP_GRAD_TOL, "%zu: %s", rows, lgd_stop_string(r.stop));
        for (size_t j = 0; j < COLS; j++)
            ck_near(w[j], all[j], 1e-6);
    }
    model_free(&m);
}
END_TEST

START_TEST(start_rows_where_it_makes_no_sense_einval)
{
    model m = model_create(50, 2, lgd_loss_half_squared(), NULL, 3);
    lgd_optimizer *newton = parsed("newton"), *sgd = parsed("sgd");
    lgd_objective *one;
    double w[2] = {0};
    ck_fails(lgd_minimize(m.f, newton, w, &(lgd_minimize_options){.start_rows = 51}, NULL), LGD_EINVAL,
             "start_rows is 51, at most the 50 rows");
    ck_fails(
        lgd_minimize(m.f, sgd, w, &(lgd_minimize_options){.start_rows = 5, .batch_size = 5, .max_epochs = 1}, NULL),
        LGD_EINVAL, "start_rows is 5 with batches");
    ck_ok(lgd_objective_subset(&one, m.f, &(lgd_rows){0, 1, NULL}));
    ck_fails(lgd_minimize(one, newton, w, &(lgd_minimize_options){.start_rows = 1}, NULL), LGD_EINVAL, "one term");
    lgd_objective_free(one);
    lgd_optimizer_free(newton);
    lgd_optimizer_free(sgd);
    model_free(&m);
}
END_TEST

/* x^2/2 + 1.1 x y + y^2/2, whose curvatures are 2.1 and -0.1. */
static lgd_status two_signs(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = w[0] * w[0] / 2 + 1.1 * w[0] * w[1] + w[1] * w[1] / 2;
    if (g) {
        g[0] = w[0] + 1.1 * w[1];
        g[1] = w[1] + 1.1 * w[0];
    }
    return LGD_OK;
}

/* sqrt(1 + x^2): Newton's step leads from x to -x^3. */
static lgd_status hyperbola(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    *f = sqrt(1 + w[0] * w[0]);
    if (g)
        g[0] = w[0] / *f;
    return LGD_OK;
}

START_TEST(shift_first_of_ten_times_as_much_that_will_do)
{
    lgd_objective *f;
    lgd_optimizer *opt = parsed("newton");
    double w[2] = {1, 0.5};
    const double mu = sqrt(DBL_EPSILON) * 1.1 * 1e7; /* 0.16; a tenth of it is not 0.1 */
    const double a = 1 + mu, b = 1.1, g[2] = {1 + 1.1 * 0.5, 0.5 + 1.1};
    ck_ok(lgd_function_create(&f, 2, two_signs, NULL));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 1}, NULL));
    ck_near(w[0], 1 - (a * g[0] - b * g[1]) / (a * a - b * b), 1e-5); /* H is made of differences */
    ck_near(w[1], 0.5 - (a * g[1] - b * g[0]) / (a * a - b * b), 1e-5);
    lgd_objective_free(f);
    lgd_optimizer_free(opt);
}
END_TEST

/* From 0.9 the first step leaves 0.78 of g.H^-1 g, which is no quarter. */
START_TEST(reuse_not_where_a_step_leaves_more_than_a_quarter)
{
    lgd_objective *f;
    lgd_optimizer *opt = parsed("newton:reuse=5");
    double w[1] = {0.9};
    ck_ok(lgd_function_create(&f, 1, hyperbola, NULL));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.max_steps = 2}, NULL));
    ck_near(w[0], powl(0.9L, 9), 1e-6);
    lgd_objective_free(f);
    lgd_optimizer_free(opt);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("newton");
    CASE(s, least_squares_one_step);
    CASE(s, logistic_path_in_long_double);
    CASE(s, reuse_fewer_passes_resumed_same_bits);
    CASE(s, shift_first_of_ten_times_as_much_that_will_do);
    CASE(s, reuse_not_where_a_step_leaves_more_than_a_quarter);
    CASE(s, equal_columns_minimum_found_weights_equal);
    CASE(s, indefinite_shifted_or_named);
    CASE(s, maximize_of_the_negative_same_bits);
    CASE(s, frozen_and_without_hessian_same_minimum);
    CASE(s, quadratic_by_differences_one_step);
    CASE(s, frozen_at_the_edge_of_a_domain_never_left);
    CASE(s, density_from_its_tail_is_not_without_bound);
    CASE(s, start_rows_same_minimum_fewer_passes_resumed_same_bits);
    CASE(s, loss_that_hardly_curves_at_the_start_minimum_reached);
    CASE(s, start_rows_separable_sample_all_rows_in_the_end);
    CASE(s, start_rows_where_it_makes_no_sense_einval);
    return suite_run(s);
}
