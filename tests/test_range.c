/* The range test: the rate it suggests, on quadratics of any condition and scale, and that it leaves nothing behind. */
#include "problems.h"
#include <stdio.h>

enum { DIM = 24, ROWS = 400, COLS = 8 };

static lgd_optimizer *parsed(const char *text)
{
    lgd_optimizer *opt = NULL;
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

/* f = 1/2 |D Q (w - at)|^2 with Q a product of reflections, whose Hessian Q^T D^2 Q has eigenvalues of the given largest and
 * condition, evenly spread in their logarithms. */
typedef struct bowl {
    double eigenvalue[DIM], axis[3][DIM], at[DIM];
} bowl;

static void reflect(const double *axis, double *x)
{
    double along = 0, square = 0;
    for (int j = 0; j < DIM; j++) {
        along += axis[j] * x[j];
        square += axis[j] * axis[j];
    }
    for (int j = 0; j < DIM; j++)
        x[j] -= 2 * along / square * axis[j];
}

static bowl bowl_of(uint64_t seed, double largest, double condition)
{
    bowl b;
    for (int j = 0; j < DIM; j++)
        b.eigenvalue[j] = largest * pow(condition, -j / (DIM - 1.0));
    for (int i = 0; i < 3; i++)
        fill(seed + 10 + (uint64_t)i, DIM, -1, 1, b.axis[i]);
    fill(seed + 20, DIM, -1, 1, b.at);
    return b;
}

static lgd_status bowl_fn(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const bowl *b = ctx;
    double x[DIM];
    *f = 0;
    for (size_t j = 0; j < dim; j++)
        x[j] = w[j] - b->at[j];
    for (int i = 0; i < 3; i++)
        reflect(b->axis[i], x);
    for (size_t j = 0; j < dim; j++) {
        *f += 0.5 * b->eigenvalue[j] * x[j] * x[j];
        x[j] *= b->eigenvalue[j];
    }
    for (int i = 2; i >= 0; i--)
        reflect(b->axis[i], x);
    if (g)
        memcpy(g, x, sizeof x);
    return LGD_OK;
}

/* 20 problems of condition 1 to 1e6 and curvature 1e-6 to 1e6, as of features scaled by 1e-3 to 1e3. */
START_TEST(range_of_quadratics_suggests_a_rate_that_holds_and_is_not_slow)
{
    for (uint64_t i = 0; i < 20; i++) {
        const double condition = pow(10, 6 * (double)i / 19), largest = pow(10, (double)(i * 7 % 13) - 6);
        bowl b = bowl_of(1000 * i, largest, condition);
        double w[DIM], before[DIM];
        lgd_objective *f = NULL;
        lgd_optimizer *opt = parsed("sgd:lr=0.3");
        lgd_rate_range_report r;
        fill(1000 * i + 30, DIM, -3, 3, w);
        memcpy(before, w, sizeof w);
        ck_ok(lgd_function_create(&f, DIM, bowl_fn, &b));
        ck_ok(lgd_rate_range(f, opt, w, NULL, &r));
        ck_assert_msg(r.suggestion > 0.1 / largest && r.suggestion < 2 / largest,
                      "condition %g, curvature %g: %g, that is %g/C", condition, largest, r.suggestion,
                      r.suggestion * largest);
        ck_assert(r.suggestion == 0.1 * r.rate_lowest && r.rate_diverged > r.rate_lowest && r.steps <= 100);
        ck_assert(!memcmp(w, before, sizeof w));
        /* And a run at that rate goes down. */
        lgd_optimizer *at = NULL;
        lgd_report run;
        ck_ok(lgd_sgd_create(&at, &(lgd_sgd_options){.lr = r.suggestion}));
        double start;
        ck_ok(lgd_objective_eval(f, NULL, w, &start, NULL));
        ck_ok(lgd_minimize(f, at, w, &(lgd_minimize_options){.max_steps = 100}, &run));
        ck_assert(run.f < 0.2 * start);
        lgd_optimizer_free(at);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

/* Features in other units: the same steps in the units of the rate, 2^20 being exact. */
START_TEST(range_of_scaled_features_scales_with_them)
{
    for (int m = 0; m < 2; m++) {
        double suggestion[5];
        for (int s = 0; s < 5; s++) { /* with 2^-40 a step at the preset is lost in the rounding of f */
            const double unit = ldexp(1, (const int[]){0, 10, -10, 40, -40}[s]);
            data d = data_create(ROWS, COLS, 1, true, 5);
            lgd_matrix *X = NULL;
            lgd_objective *f = NULL;
            lgd_optimizer *opt = parsed(m ? "momentum" : "sgd");
            double w[COLS] = {0};
            lgd_rate_range_report r;
            for (size_t i = 0; i < ROWS * COLS; i++)
                d.X[i] *= unit;
            ck_ok(lgd_matrix_dense(&X, ROWS, COLS, d.X, COLS));
            ck_ok(lgd_glm_create(&f, X, d.y, lgd_loss_logistic(), NULL));
            ck_ok(lgd_rate_range(f, opt, w, NULL, &r));
            suggestion[s] = r.suggestion * unit * unit;
            lgd_optimizer_free(opt);
            lgd_objective_free(f);
            lgd_matrix_free(X);
            data_free(&d);
        }
        for (int s = 1; s < 5; s++)
            ck_assert_msg(fabs(suggestion[s] / suggestion[0] - 1) < 1e-9, "%d: %g and %g", s, suggestion[0],
                          suggestion[s]);
    }
}
END_TEST

/* What is recorded: geometric rates, and losses that are those of a loop of one's own. */
START_TEST(range_in_full_batch_has_the_losses_of_a_loop)
{
    model m = model_create(ROWS, COLS, lgd_loss_half_squared(), NULL, 6);
    double w[COLS], at[COLS], g[COLS], rates[60], losses[60], f;
    lgd_rate_range_report r;
    lgd_optimizer *opt = parsed("adam"), *own = parsed("adam:lr=1e-5");
    fill(41, COLS, -1, 1, w);
    memcpy(at, w, sizeof w);
    ck_ok(lgd_rate_range(
        m.f, opt, w, &(lgd_rate_range_options){.low = 1e-5, .high = 1e3, .steps = 60, .rates = rates, .losses = losses},
        &r));
    ck_assert(r.steps < 60 && r.rate_diverged == rates[r.steps - 1] && !memcmp(w, at, sizeof w));
    ck_assert(lgd_optimizer_steps(opt) == 0);
    size_t lowest = 0;
    for (size_t i = 0; i < r.steps; i++) {
        ck_near(rates[i], (real)1e-5 * powl(1e8L, (real)i / 59), 1e-12);
        ck_ok(lgd_objective_eval(m.f, NULL, at, &f, g));
        ck_near(losses[i] / f, 1, 1e-12);
        ck_ok(lgd_optimizer_step(own, COLS, at, g, f, rates[i] / 1e-5));
        if (i + 1 < r.steps && losses[i] < losses[lowest])
            lowest = i;
    }
    ck_assert(lowest > 0 && r.rate_lowest == rates[lowest] && r.loss_lowest == losses[lowest]);
    lgd_optimizer_free(own);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* Batches: the same seed gives the same bits; the suggestion is one at which batches go down. */
START_TEST(range_in_batches_suggests_a_rate_that_holds)
{
    static const char *const methods[] = {"sgd", "momentum", "adam", "rmsprop"};
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 7);
    for (size_t i = 0; i < 4; i++)
        for (uint64_t seed = 0; seed < 3; seed++) {
            double w[COLS + 1] = {0}, start, end;
            lgd_optimizer *opt = parsed(methods[i]), *at = NULL;
            lgd_rate_range_report r, again;
            char text[80];
            const lgd_rate_range_options o = {.batch_size = 32, .seed = seed};
            ck_ok(lgd_rate_range(m.f, opt, w, &o, &r));
            ck_ok(lgd_rate_range(m.f, opt, w, &o, &again));
            ck_assert(!memcmp(&r, &again, sizeof r) && r.suggestion > 0);
            snprintf(text, sizeof text, "%s:lr=%.17g", methods[i], r.suggestion);
            ck_ok(lgd_optimizer_parse(&at, text));
            ck_ok(lgd_objective_eval(m.f, NULL, w, &start, NULL));
            ck_ok(lgd_minimize(m.f, at, w, &(lgd_minimize_options){.max_epochs = 10, .batch_size = 32}, NULL));
            ck_ok(lgd_objective_eval(m.f, NULL, w, &end, NULL));
            ck_assert_msg(end < start, "%s, seed %d: %g to %g at %g", methods[i], (int)seed, start, end, r.suggestion);
            lgd_optimizer_free(at);
            lgd_optimizer_free(opt);
        }
    model_free(&m);
}
END_TEST

/* An optimizer in the middle of its work: its state is as it was. */
/* Rows of one number, each in a column of its own: a batch touches the columns that its rows are called by. */
START_TEST(range_in_sparse_batches_lazy_steps_leave_the_rest)
{
    enum { N = 40, BATCH = 4, EACH = 25 };
    size_t start[N + 1] = {0}, order[N];
    int32_t column[N];
    double value[N], y[N], w[N], g[N], part[BATCH], losses[EACH], rate[EACH], loss = 0;
    for (size_t i = 0; i < N; i++) {
        start[i + 1] = i + 1;
        column[i] = (int32_t)i;
        value[i] = 1 + (double)(i % 3);
        y[i] = (double)(i % 2);
        w[i] = 0.1 * (double)(i % 5);
    }
    lgd_matrix *X;
    lgd_objective *f;
    ck_ok(lgd_matrix_csr(&X, &(lgd_csr){N, N, start, column, NULL, value, NULL}));
    ck_ok(lgd_glm_create(&f, X, y, lgd_loss_logistic(), NULL));
    lgd_optimizer *lazy = parsed("lazy_adam"), *own = parsed("lazy_adam:lr=0.001");
    const lgd_rate_range_options o = {
        .low = 0.001, .high = 0.1, .steps = EACH, .batch_size = BATCH, .seed = 3, .rates = rate, .losses = losses};
    lgd_rate_range_report found;
    ck_ok(lgd_rate_range(f, lazy, w, &o, &found));
    ck_assert_uint_eq(found.steps, EACH);
    for (size_t i = 0; i < EACH; i++) {
        const size_t at = i * BATCH % N;
        if (!at)
            lgd_permutation(3, i * BATCH / N, N, order);
        ck_ok(lgd_objective_eval(f, &(lgd_rows){at, BATCH, order}, w, &loss, g));
        ck_assert_msg(fabs(losses[i] - loss) <= 1e-12 * loss, "step %zu: %g, %g", i, losses[i], loss);
        for (size_t k = 0; k < BATCH; k++)
            part[k] = g[order[at + k]];
        ck_ok(lgd_optimizer_step_sparse(own, N, w, BATCH, order + at, part, loss, rate[i] / 0.001));
    }
    lgd_optimizer_free(own);
    lgd_optimizer_free(lazy);
    lgd_objective_free(f);
    lgd_matrix_free(X);
}
END_TEST

/* What a network leaves out in a step on a batch it leaves out here too, and in full batch nothing. */
START_TEST(range_in_batches_drops_out_as_a_run_does)
{
    model m = model_create(ROWS, COLS, lgd_loss_half_squared(), NULL, 12);
    const size_t hidden[] = {16};
    lgd_objective *f = NULL;
    lgd_optimizer *opt = parsed("sgd");
    lgd_history *h = NULL;
    double w[COLS * 16 + 16 + 16 + 1], losses[2], whole;
    ck_ok(lgd_mlp_create(&f, m.X, m.d.y, lgd_loss_half_squared(),
                         &(lgd_mlp_options){.hidden = hidden, .hidden_count = 1, .dropout = 0.5}));
    ck_ok(lgd_mlp_initialise(f, LGD_INIT_AUTO, 1, w));
    ck_ok(lgd_objective_eval(f, NULL, w, &whole, NULL));
    lgd_rate_range_options o = {.low = 1e-9, .high = 1e-8, .steps = 2, .losses = losses};
    ck_ok(lgd_rate_range(f, opt, w, &o, NULL));
    ck_near(losses[0], whole, 1e-12);
    o.batch_size = ROWS;
    o.smoothing = 1;
    ck_ok(lgd_rate_range(f, opt, w, &o, NULL));
    ck_ok(lgd_history_create(&h));
    ck_ok(lgd_minimize(f, opt, w, &(lgd_minimize_options){.batch_size = ROWS, .max_epochs = 1, .history = h}, NULL));
    ck_near(losses[0], lgd_history_series(h, "running", NULL)[0], 1e-12);
    ck_assert(fabs(losses[0] - whole) > 1e-3 * whole);
    lgd_history_free(h);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    model_free(&m);
}
END_TEST

START_TEST(range_leaves_state_and_w_as_they_were)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), NULL, 8);
    double w[COLS] = {0}, before[COLS];
    unsigned char state[2][4096];
    size_t size[2] = {sizeof state[0], sizeof state[1]};
    lgd_optimizer *opt = parsed("adam:lr=0.01");
    lgd_rate_range_report r;
    ck_ok(lgd_minimize(m.f, opt, w, &(lgd_minimize_options){.max_steps = 5}, NULL));
    memcpy(before, w, sizeof w);
    ck_ok(lgd_optimizer_save(opt, state[0], &size[0]));
    ck_ok(lgd_rate_range_sized(m.f, opt, w, NULL, 0, &r, sizeof r));
    ck_ok(lgd_optimizer_save(opt, state[1], &size[1]));
    ck_assert(size[0] == size[1] && !memcmp(state[0], state[1], size[0]) && !memcmp(w, before, sizeof w));
    ck_assert(r.suggestion > 0);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* Where no step lowers the loss nothing is suggested. */
START_TEST(range_that_begins_too_high_suggests_nothing)
{
    model m = model_create(ROWS, COLS, lgd_loss_half_squared(), NULL, 9);
    double w[COLS];
    lgd_optimizer *opt = parsed("sgd");
    lgd_rate_range_report r;
    fill(42, COLS, -1, 1, w);
    ck_ok(lgd_rate_range(m.f, opt, w, &(lgd_rate_range_options){.low = 1e3, .high = 1e6}, &r));
    ck_assert(r.suggestion == 0 && r.rate_diverged > 0 && r.steps < 10);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

static lgd_status plane_fn(void *slope, size_t dim, const double *w, double *f, double *g)
{
    *f = 1;
    for (size_t j = 0; j < dim; j++) {
        *f += *(double *)slope * w[j];
        if (g)
            g[j] = *(double *)slope;
    }
    return LGD_OK;
}

/* A function that is the same everywhere, and one that falls for ever: there is no rate at which a step raises f. */
START_TEST(range_where_no_step_raises_f_ends)
{
    static const char *const methods[] = {"sgd", "momentum", "adam", "rprop"};
    for (int m = 0; m < 8; m++) {
        double slope = m / 4, w[DIM] = {0};
        lgd_objective *f = NULL;
        lgd_optimizer *opt = parsed(methods[m % 4]);
        lgd_rate_range_report r;
        ck_ok(lgd_function_create(&f, DIM, plane_fn, &slope));
        ck_ok(lgd_rate_range(f, opt, w, NULL, &r));
        ck_assert(slope > 0 ? r.suggestion > 0 && isfinite(r.suggestion) : r.suggestion == 0 && r.loss_lowest == 1);
        lgd_optimizer_free(opt);
        lgd_objective_free(f);
    }
}
END_TEST

START_TEST(range_bad_input_is_named)
{
    model m = model_create(ROWS, COLS, lgd_loss_logistic(), NULL, 10);
    double w[COLS] = {0};
    lgd_optimizer *opt = parsed("sgd"), *lbfgs = parsed("lbfgs"), *rprop = parsed("rprop");
    lgd_rate_range_report r;
#define REFUSED(f, opt, status, words, ...)                                                                            \
    ck_fails(lgd_rate_range(f, opt, w, &(lgd_rate_range_options){__VA_ARGS__}, &r), status, words)
    REFUSED(NULL, opt, LGD_EINVAL, "range: f is NULL", .steps = 10);
    REFUSED(m.f, NULL, LGD_EINVAL, "range: opt is NULL", .steps = 10);
    REFUSED(m.f, opt, LGD_EINVAL, "range: steps is 1", .steps = 1);
    REFUSED(m.f, opt, LGD_EINVAL, "range: low is -1", .low = -1, .high = 1);
    REFUSED(m.f, opt, LGD_EINVAL, "range: low is 0", .high = 1);
    REFUSED(m.f, opt, LGD_EINVAL, "range: high is 0.1", .low = 0.1, .high = 0.1);
    REFUSED(m.f, opt, LGD_EINVAL, "range: divergence is -1", .divergence = -1);
    REFUSED(m.f, opt, LGD_EINVAL, "range: batch_size is 401", .batch_size = 401);
    REFUSED(m.f, opt, LGD_EINVAL, "range: smoothing is 60", .smoothing = 60);
    REFUSED(m.f, lbfgs, LGD_EUNSUPPORTED, "range: lbfgs finds its steps", .steps = 10);
    REFUSED(m.f, rprop, LGD_EUNSUPPORTED, "range: ", .steps = 10, .batch_size = 10);
    w[2] = NAN;
    REFUSED(m.f, opt, LGD_EINVAL, "range: w[2] is nan", .steps = 10);
    ck_assert(r.suggestion == 0 && r.steps == 0);
    lgd_optimizer_free(rprop);
    lgd_optimizer_free(lbfgs);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("range");
    CASE(s, range_of_quadratics_suggests_a_rate_that_holds_and_is_not_slow);
    CASE(s, range_of_scaled_features_scales_with_them);
    CASE(s, range_in_full_batch_has_the_losses_of_a_loop);
    CASE(s, range_in_batches_suggests_a_rate_that_holds);
    CASE(s, range_in_sparse_batches_lazy_steps_leave_the_rest);
    CASE(s, range_in_batches_drops_out_as_a_run_does);
    CASE(s, range_leaves_state_and_w_as_they_were);
    CASE(s, range_that_begins_too_high_suggests_nothing);
    CASE(s, range_where_no_step_raises_f_ends);
    CASE(s, range_bad_input_is_named);
    return suite_run(s);
}
