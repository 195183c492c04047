#include "problems.h"

/* ---- an objective that writes down which of its terms are asked for: sum_i (w - i)^2 / 2 */

enum { TERMS = 103, CALLS = 1000 };

typedef struct recorder {
    size_t seen[TERMS]; /* how often each term */
    size_t calls, count[CALLS], first[CALLS];
    double w[CALLS]; /* the point of each call */
} recorder;

static lgd_status record(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    recorder *r = ctx;
    ck_assert_uint_lt(r->calls, CALLS);
    r->count[r->calls] = rows->count;
    r->first[r->calls] = rows->index ? rows->index[rows->first] : rows->first;
    r->w[r->calls++] = w[0];
    for (size_t i = rows->first; i < rows->first + rows->count; i++) {
        const size_t term = rows->index ? rows->index[i] : i;
        const double e = w[0] - (double)term;
        r->seen[term]++;
        *f += 0.5 * e * e;
        if (g)
            g[0] += e;
    }
    return LGD_OK;
}

static const lgd_objective_ops recording = {.name = "recorder", .eval = record};

/* Runs one optimizer over the recorder; the full evaluation at the end of a run is taken off again. */
static void run_recorder(recorder *r, double *w, const lgd_minimize_options *o, lgd_report *report)
{
    lgd_objective *f;
    lgd_optimizer *opt;
    memset(r, 0, sizeof *r);
    ck_ok(lgd_objective_create(&f, 1, TERMS, &recording, r));
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.01}));
    ck_ok(lgd_minimize(f, opt, w, o, report));
    ck_assert_uint_eq(r->calls, report->evaluations);
    ck_assert_uint_eq(r->count[--r->calls], TERMS);
    for (size_t i = 0; i < TERMS; i++)
        r->seen[i]--;
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
}

/* features: 26 */
START_TEST(epoch_every_row_once_in_a_new_order)
{
    static recorder r;
    size_t index[TERMS];
    lgd_report report;
    for (int order = LGD_SHUFFLE; order <= LGD_SEQUENTIAL; order++)
        for (size_t batch = 1; batch <= 32; batch *= 32)
            for (uint64_t epochs = 1; epochs <= 5; epochs += 4) {
                double w = 0;
                run_recorder(&r, &w,
                             &(lgd_minimize_options){
                                 .batch_size = batch, .max_epochs = epochs, .order = (lgd_order)order, .seed = 9},
                             &report);
                const size_t steps = (TERMS + batch - 1) / batch;
                ck_assert_uint_eq(report.steps, steps * epochs);
                ck_assert_uint_eq(r.calls, steps * epochs);
                for (size_t i = 0; i < TERMS; i++)
                    ck_assert_uint_eq(r.seen[i], epochs);
                for (uint64_t e = 0; e < epochs; e++) {
                    lgd_permutation(9, e, TERMS, index);
                    for (size_t s = 0; s < steps; s++) {
                        const size_t first = s * batch, count = TERMS - first < batch ? TERMS - first : batch;
                        ck_assert_uint_eq(r.count[e * steps + s], count);
                        ck_assert_uint_eq(r.first[e * steps + s], order == LGD_SHUFFLE ? index[first] : first);
                    }
                }
            }
}
END_TEST

START_TEST(first_epoch_shifts_the_order)
{
    static recorder r;
    size_t index[TERMS];
    lgd_report report;
    double w = 0;
    run_recorder(&r, &w, &(lgd_minimize_options){.batch_size = 1, .max_epochs = 1, .first_epoch = 7}, &report);
    lgd_permutation(0, 7, TERMS, index);
    ck_assert_mem_eq(r.first, index, sizeof index);
}
END_TEST

/* features: 26 */
START_TEST(with_replacement_every_row_equally_likely)
{
    enum { EPOCHS = 600 };
    static recorder r;
    size_t seen[TERMS] = {0}, batch = 10, steps = 11; /* ceil(103/10) full batches */
    for (uint64_t e = 0; e < EPOCHS; e += 60) {
        lgd_report report;
        double w = 0;
        run_recorder(
            &r, &w,
            &(lgd_minimize_options){.batch_size = batch, .max_epochs = 60, .order = LGD_REPLACEMENT, .first_epoch = e},
            &report);
        ck_assert_uint_eq(report.steps, 60 * steps);
        ck_assert_uint_eq(report.epochs, 60);
        for (size_t k = 0; k < r.calls; k++)
            ck_assert_uint_eq(r.count[k], batch);
        for (size_t i = 0; i < TERMS; i++)
            seen[i] += r.seen[i];
    }
    const double expected = (double)(EPOCHS * steps * batch) / TERMS;
    double chi2 = 0;
    for (size_t i = 0; i < TERMS; i++)
        chi2 += ((double)seen[i] - expected) * ((double)seen[i] - expected) / expected;
    ck_assert_double_lt(chi2, 149.4); /* 102 degrees of freedom, p = 0.0016 */
    ck_assert_double_gt(chi2, 62);    /* nor too even, as without replacement */
}
END_TEST

/* features: 27 */
START_TEST(last_batch_divided_scaled_or_dropped)
{
    static recorder r;
    const size_t batch = 40; /* 40, 40, 23 */
    lgd_report report;
    for (int last = LGD_LAST_DIVIDE; last <= LGD_LAST_DROP; last++) {
        double w = 0;
        run_recorder(&r, &w,
                     &(lgd_minimize_options){
                         .batch_size = batch, .max_epochs = 1, .order = LGD_SEQUENTIAL, .last = (lgd_last)last},
                     &report);
        ck_assert_uint_eq(report.steps, last == LGD_LAST_DROP ? 2 : 3);
        ck_assert_uint_eq(r.seen[80], last != LGD_LAST_DROP);
        if (last == LGD_LAST_DROP)
            continue;
        const double before = r.w[2], gradient = 23 * before - (80 + 102) * 23 / 2.0;
        ck_near(before - w, 0.01 * gradient / (last == LGD_LAST_DIVIDE ? 23 : 40), 1e-13);
    }
}
END_TEST

/* ---- what a batch's gradient is worth */

/* features: 27, 67 */
START_TEST(batch_gradient_unbiased_with_variance_one_over_its_size)
{
    enum { M = 203, N = 4, TRIALS = 20000 };
    static const size_t batches[] = {1, 8, 32, 64, 150};
    model m = model_create(M, N, lgd_loss_half_squared(), NULL, 1);
    double w[N] = {0.3, -0.2, 0.5, 0.1}, full[N], g[N], sigma2 = 0;
    size_t index[M];
    ck_ok(lgd_objective_eval(m.f, NULL, w, NULL, full));
    for (size_t i = 0; i < M; i++) {
        ck_ok(lgd_objective_eval(m.f, &(lgd_rows){i, 1, NULL}, w, NULL, g));
        sigma2 += (g[0] - full[0]) * (g[0] - full[0]) / M;
    }
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
        const double B = (double)batches[b], expected = sigma2 / B * (M - B) / (M - 1);
        double mean = 0, square = 0, fourth = 0;
        for (uint64_t t = 0; t < TRIALS; t++) {
            lgd_permutation(b, t, M, index);
            ck_ok(lgd_objective_eval(m.f, &(lgd_rows){0, batches[b], index}, w, NULL, g));
            const double e = g[0] - full[0];
            mean += e / TRIALS;
            square += e * e / TRIALS;
            fourth += e * e * e * e / TRIALS;
        }
        ck_assert_double_le(fabs(mean), 3 * sqrt(square / TRIALS));
        ck_assert_double_le(fabs(square - expected), 3 * sqrt((fourth - square * square) / TRIALS));
    }
    model_free(&m);
}
END_TEST

/* ---- batches against other ways to the same steps, bit for bit, for every method */

/* features: 27 */
START_TEST(batch_of_all_rows_in_sequence_equals_full_batch)
{
    const lgd_loss *losses[] = {lgd_loss_squared(), lgd_loss_logistic()};
    for (size_t l = 0; l < 2; l++) {
        model m = model_create(3000, 20, losses[l], &(lgd_glm_options){.l2 = 0.01, .intercept = true}, 2);
        for (size_t i = 0; function_method(i); i++) {
            if (function_method(i)->flags & LGD_FULL_BATCH)
                continue;
            lgd_optimizer *full = builtin(i, 0.05), *batch = builtin(i, 0.05);
            double a[21] = {0}, b[21] = {0};
            lgd_report ra, rb;
            ck_ok(lgd_minimize(m.f, full, a, &(lgd_minimize_options){.max_epochs = 20}, &ra));
            ck_ok(lgd_minimize(m.f, batch, b,
                               &(lgd_minimize_options){.batch_size = 3000, .order = LGD_SEQUENTIAL, .max_epochs = 20},
                               &rb));
            ck_assert_mem_eq(a, b, sizeof a);
            ck_assert(ra.f == rb.f && ra.grad_norm == rb.grad_norm && ra.steps == rb.steps);
            lgd_optimizer_free(full);
            lgd_optimizer_free(batch);
        }
        model_free(&m);
    }
}
END_TEST

START_TEST(any_batch_equals_the_callers_own_loop)
{
    enum { M = 150, N = 5, EPOCHS = 4 };
    static const size_t batches[] = {1, 32, 1, 32};
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01}, 3);
    for (size_t i = 0; function_method(i); i++) {
        for (size_t b = 0; b < 4 && !(function_method(i)->flags & (LGD_NEEDS_EVAL | LGD_FULL_BATCH)); b++) {
            lgd_optimizer *opt = builtin(i, 0.02), *own = builtin(i, 0.02);
            double w[N] = {0}, v[N] = {0}, g[N], f;
            size_t index[M];
            const lgd_schedule decay = {.kind = LGD_EXPONENTIAL, .factor = 0.7, .per_step = b > 1};
            ck_ok(lgd_minimize(
                m.f, opt, w,
                &(lgd_minimize_options){.batch_size = batches[b], .max_epochs = EPOCHS, .seed = 5, .schedule = decay},
                NULL));
            for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
                double factor;
                lgd_permutation(5, epoch, M, index);
                for (size_t at = 0; at < M; at += batches[b]) {
                    const lgd_rows rows = {at, M - at < batches[b] ? M - at : batches[b], index};
                    ck_ok(lgd_schedule_factor(&decay, lgd_optimizer_steps(own), epoch, &factor));
                    ck_ok(lgd_objective_eval(m.f, &rows, v, &f, g));
                    ck_ok(lgd_optimizer_step(own, N, v, g, f, factor));
                }
            }
            ck_assert_mem_eq(w, v, sizeof w);
            ck_assert_uint_eq(lgd_optimizer_steps(opt), lgd_optimizer_steps(own));
            lgd_optimizer_free(opt);
            lgd_optimizer_free(own);
        }
    }
    model_free(&m);
}
END_TEST

/* Data arrive in chunks; each goes through the same optimizer once. */
/* features: 28 */
START_TEST(online_chunks_equal_one_pass)
{
    enum { M = 640, N = 6, CHUNK = 160, B = 32 };
    model m = model_create(M, N, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}, 4);
    for (size_t i = 0; function_method(i); i++) {
        if (function_method(i)->flags & LGD_FULL_BATCH)
            continue;
        lgd_optimizer *once = builtin(i, 0.02), *online = builtin(i, 0.02);
        double a[N + 1] = {0}, b[N + 1] = {0};
        const lgd_minimize_options o = {.batch_size = B, .order = LGD_SEQUENTIAL, .max_epochs = 1};
        ck_ok(lgd_minimize(m.f, once, a, &o, NULL));
        for (size_t first = 0; first < M; first += CHUNK) {
            lgd_matrix *X;
            lgd_objective *f;
            ck_ok(lgd_matrix_dense(&X, CHUNK, N, m.d.X + first * N, N));
            ck_ok(lgd_glm_create(&f, X, m.d.y + first, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true}));
            ck_ok(lgd_minimize(f, online, b, &o, NULL));
            lgd_objective_free(f);
            lgd_matrix_free(X);
        }
        ck_assert_mem_eq(a, b, sizeof a);
        ck_assert_uint_eq(lgd_optimizer_steps(online), M / B);
        lgd_optimizer_free(once);
        lgd_optimizer_free(online);
    }
    model_free(&m);
}
END_TEST

START_TEST(seed_same_run_other_seed_other_run)
{
    model m = model_create(100, 5, lgd_loss_squared(), NULL, 5);
    for (int order = LGD_SHUFFLE; order <= LGD_REPLACEMENT; order += LGD_REPLACEMENT) {
        double w[3][5] = {{0}};
        for (size_t run = 0; run < 3; run++) {
            lgd_optimizer *opt;
            ck_ok(lgd_sgd_create(&opt, NULL));
            ck_ok(lgd_minimize(
                m.f, opt, w[run],
                &(lgd_minimize_options){.batch_size = 7, .max_epochs = 3, .order = (lgd_order)order, .seed = run == 2},
                NULL));
            lgd_optimizer_free(opt);
        }
        ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
        ck_assert_mem_ne(w[0], w[2], sizeof w[0]);
    }
    model_free(&m);
}
END_TEST

/* ---- where it leads */

/* features: 68 */
START_TEST(shrinking_rate_every_batch_size_close_to_the_optimum)
{
    static const size_t batches[] = {1, 32, 64, 256};
    enum { M = 1000, N = 4 };
    model m = model_create(M, N, lgd_loss_half_squared(), &(lgd_glm_options){.intercept = true}, 6);
    double best[N + 1] = {0};
    lgd_optimizer *opt;
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 1}));
    ck_ok(lgd_minimize(m.f, opt, best, &(lgd_minimize_options){.grad_tol = 1e-13}, NULL));
    lgd_optimizer_free(opt);
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
        double w[N + 1] = {0};
        lgd_report report;
        ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.3}));
        ck_ok(lgd_minimize(m.f, opt, w,
                           &(lgd_minimize_options){.batch_size = batches[b],
                                                   .max_epochs = 200,
                                                   .schedule = {.kind = LGD_COSINE, .period = 200}},
                           &report));
        ck_assert_double_le(difference_of(N + 1, w, best), 1e-3);
        lgd_optimizer_free(opt);
    }
    model_free(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("batches");
    CASE(s, epoch_every_row_once_in_a_new_order);
    CASE(s, first_epoch_shifts_the_order);
    CASE(s, with_replacement_every_row_equally_likely);
    CASE(s, last_batch_divided_scaled_or_dropped);
    CASE(s, batch_gradient_unbiased_with_variance_one_over_its_size);
    CASE(s, batch_of_all_rows_in_sequence_equals_full_batch);
    CASE(s, any_batch_equals_the_callers_own_loop);
    CASE(s, online_chunks_equal_one_pass);
    CASE(s, seed_same_run_other_seed_other_run);
    CASE(s, shrinking_rate_every_batch_size_close_to_the_optimum);
    return suite_run(s);
}
