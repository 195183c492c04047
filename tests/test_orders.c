/* The orders of an epoch: what they are made of, that runs keep to them, and how noisy their batches are. */
#include "minimize/run.h"
#include "problems.h"

enum { MOST = 1100, IN_STEP = 8 };

static const lgd_order by_blocks[] = {LGD_BLOCKS, LGD_INTERLEAVED, LGD_WINDOW};
static size_t index_of[2 * MOST], other[2 * MOST];

static size_t draw(const lgd_minimize_options *o, uint64_t epoch, size_t rows, size_t *index)
{
    size_t draws = 0;
    ck_ok(lgd_minimize_order(o, epoch, rows, index, &draws));
    return draws;
}

/* ---- what an order is made of */

START_TEST(order_any_size_each_row_once)
{
    const size_t rows[] = {1, 2, 7, 64, 65, 129, 1000}, block[] = {0, 1, 3, 8, 64, 100};
    for (int order = LGD_SHUFFLE; order <= LGD_WINDOW; order++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            for (size_t k = 0; k < sizeof block / sizeof *block && block[k] <= rows[i]; k++)
                for (size_t batch = 1; batch <= rows[i]; batch = 3 * batch + 4) {
                    lgd_minimize_options o = {.batch_size = batch, .order = (lgd_order)order, .seed = 3};
                    size_t seen[MOST] = {0};
                    o.block_rows = order >= LGD_BLOCKS ? block[k] : 0;
                    if (order == LGD_REPLACEMENT)
                        continue;
                    ck_assert_uint_eq(draw(&o, 5, rows[i], index_of), rows[i]);
                    for (size_t p = 0; p < rows[i]; p++)
                        ck_assert_uint_eq(seen[index_of[p]]++, 0);
                    o.last = LGD_LAST_DROP;
                    ck_assert_uint_eq(draw(&o, 5, rows[i], other), rows[i] / batch * batch);
                    ck_assert_mem_eq(other, index_of, rows[i] / batch * batch * sizeof *other);
                }
}
END_TEST

START_TEST(order_without_blocks_is_permutation_storage_or_draws)
{
    lgd_minimize_options o = {.batch_size = 10, .seed = 9};
    lgd_permutation(9, 4, 103, other);
    ck_assert_uint_eq(draw(&o, 4, 103, index_of), 103);
    ck_assert_mem_eq(index_of, other, 103 * sizeof *other);
    o.batch_size = 0;
    for (o.order = LGD_SHUFFLE; o.order <= LGD_WINDOW; o.order++) { /* all rows at once lie as they are stored */
        ck_assert_uint_eq(draw(&o, 4, 103, index_of), 103);
        for (size_t i = 0; i < 103; i++)
            ck_assert_uint_eq(index_of[i], i);
    }
    o = (lgd_minimize_options){.batch_size = 10, .order = LGD_REPLACEMENT};
    ck_assert_uint_eq(draw(&o, 4, 103, index_of), 110);
    for (size_t i = 0; i < 110; i++)
        ck_assert_uint_lt(index_of[i], 103);
}
END_TEST

/* Blocks of 8 of 1003 rows, the last of 3: after its first row each has the others. */
START_TEST(blocks_in_random_order_rows_within_as_stored)
{
    const lgd_minimize_options o = {.batch_size = 32, .order = LGD_BLOCKS, .block_rows = 8, .seed = 1};
    size_t in_place = 0, blocks = 0;
    draw(&o, 0, 1003, index_of);
    for (size_t p = 0, first; p < 1003; blocks++) {
        first = index_of[p];
        ck_assert_uint_eq(first % 8, 0);
        in_place += first == p;
        for (; p < 1003 && index_of[p] / 8 == first / 8; p++)
            ck_assert_uint_eq(index_of[p] % 8, first + 8 <= 1003 || index_of[p] >= first ? index_of[p] - first : 9);
    }
    ck_assert_uint_eq(blocks, 126);
    ck_assert_uint_lt(in_place, 10);
}
END_TEST

START_TEST(interleaved_is_the_same_blocks_eight_in_step)
{
    const size_t rows[] = {1003, 1024, 8, 20}, block = 8;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        lgd_minimize_options o = {.batch_size = 8, .order = LGD_BLOCKS, .block_rows = block, .seed = 1};
        size_t first[MOST / 8], blocks = 0, at = 0;
        draw(&o, 2, rows[r], index_of);
        for (size_t p = 0; p < rows[r]; p++)
            if (index_of[p] % block == 0)
                first[blocks++] = index_of[p];
        o.order = LGD_INTERLEAVED;
        draw(&o, 2, rows[r], other);
        for (size_t group = 0; group < blocks; group += IN_STEP)
            for (size_t i = 0; i < block; i++)
                for (size_t k = group; k < blocks && k < group + IN_STEP; k++)
                    if (first[k] + i < rows[r])
                        ck_assert_uint_eq(other[at++], first[k] + i);
        ck_assert_uint_eq(at, rows[r]);
    }
}
END_TEST

/* Windows hold whole blocks, the same as LGD_BLOCKS has there, about as many each, and at least as many rows as were asked for. */
START_TEST(window_shuffles_the_rows_of_its_blocks)
{
    const size_t window[] = {8, 16, 100, 250, 501, 502, 1003};
    for (size_t i = 0; i < sizeof window / sizeof *window; i++) {
        lgd_minimize_options o = {.batch_size = 8, .order = LGD_BLOCKS, .block_rows = 8, .seed = 1};
        const size_t blocks = 126, asked = (window[i] + 7) / 8, windows = blocks / asked;
        size_t at = 0, in_place = 0;
        draw(&o, 2, 1003, index_of);
        o.order = LGD_WINDOW;
        o.window = window[i];
        draw(&o, 2, 1003, other);
        for (size_t w = 0; w < windows && windows > 1; w++) {
            bool there[MOST] = {false};
            size_t rows = 0, taken = blocks / windows + (w < blocks % windows), end = at;
            for (size_t k = 0; k < taken; k++)
                for (size_t first = index_of[end]; end < 1003 && index_of[end] / 8 == first / 8; end++)
                    there[index_of[end]] = true;
            ck_assert_uint_ge(end - at + 5, window[i]); /* the block of 3 may be among them */
            for (; at < end; at++, rows++) {
                ck_assert(there[other[at]]);
                there[other[at]] = false;
                in_place += other[at] == index_of[at];
            }
        }
        if (windows == 1)
            lgd_permutation(1, 2, 1003, index_of);
        if (windows == 1)
            ck_assert_mem_eq(other, index_of, 1003 * sizeof *other);
        else
            ck_assert_uint_lt(in_place, 30 + 1003 / window[i]);
    }
}
END_TEST

START_TEST(order_another_seed_or_epoch_is_another)
{
    for (size_t k = 0; k < 3; k++) {
        lgd_minimize_options o = {.batch_size = 32, .order = by_blocks[k], .block_rows = 4, .seed = 1};
        size_t same[2] = {0}, again = 0;
        draw(&o, 0, 1000, index_of);
        for (int what = 0; what < 2; what++) {
            o.seed = what ? 2 : 1;
            draw(&o, what ? 0 : 1, 1000, other);
            for (size_t p = 0; p < 1000; p++)
                same[what] += other[p] == index_of[p];
            ck_assert_uint_lt(same[what], 100);
        }
        o.seed = 1;
        draw(&o, 0, 1000, other);
        for (size_t p = 0; p < 1000; p++)
            again += other[p] == index_of[p];
        ck_assert_uint_eq(again, 1000);
    }
}
END_TEST

/* Each block is as likely in each place as any other. */
START_TEST(blocks_every_place_equally_likely)
{
    enum { BLOCKS = 9, EPOCHS = 900 };
    const lgd_minimize_options o = {.batch_size = 8, .order = LGD_BLOCKS, .block_rows = 2, .seed = 6};
    size_t count[BLOCKS][BLOCKS] = {{0}};
    double chi = 0;
    for (uint64_t e = 0; e < EPOCHS; e++) {
        draw(&o, e, 2 * BLOCKS, index_of);
        for (size_t p = 0; p < BLOCKS; p++)
            count[p][index_of[2 * p] / 2]++;
    }
    for (size_t p = 0; p < BLOCKS; p++)
        for (size_t k = 0; k < BLOCKS; k++)
            chi += pow((double)count[p][k] - (double)EPOCHS / BLOCKS, 2) * BLOCKS / EPOCHS;
    ck_assert_double_lt(chi, 110); /* 64 degrees of freedom: one time in 3000 */
    ck_assert_double_gt(chi, 30);
}
END_TEST

/* ---- what runs do with it */

typedef struct recorder {
    size_t rows, seen, term[16 * MOST];
} recorder;

static lgd_status record(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    recorder *r = ctx;
    for (size_t i = rows->first; i < rows->first + rows->count; i++) {
        const double e = w[0] - 1;
        if (r->seen < sizeof r->term / sizeof *r->term)
            r->term[r->seen++] = rows->index ? rows->index[i] : i;
        *f += e * e / 2;
        if (g)
            g[0] += e;
    }
    return LGD_OK;
}

/* Three epochs: those of lgd_minimize_order, whatever the threads and whatever the batch. */
START_TEST(run_visits_the_order_that_is_told)
{
    static recorder r;
    for (size_t k = 0; k < 3; k++)
        for (size_t batch = 1; batch <= 200; batch += 66)
            for (size_t threads = 1; threads <= 3; threads += 2) {
                const lgd_minimize_options o = {.batch_size = batch,
                                                .order = by_blocks[k],
                                                .block_rows = 5,
                                                .seed = 7,
                                                .first_epoch = 2,
                                                .max_epochs = 3,
                                                .grad_tol = LGD_ZERO,
                                                .threads = threads};
                lgd_objective *f;
                lgd_optimizer *opt;
                double w = 0;
                memset(&r, 0, sizeof r);
                ck_ok(lgd_objective_create(&f, 1, 503, &(lgd_objective_ops){.name = "recorder", .eval = record}, &r));
                ck_ok(lgd_optimizer_parse(&opt, "sgd:lr=0.01"));
                ck_ok(lgd_minimize(f, opt, &w, &o, NULL));
                for (uint64_t e = 0; e < 3; e++) {
                    draw(&o, 2 + e, 503, index_of);
                    ck_assert_mem_eq(r.term + 503 * e, index_of, 503 * sizeof *index_of);
                }
                lgd_optimizer_free(opt);
                lgd_objective_free(f);
            }
}
END_TEST

static void run(const model *m, const lgd_minimize_options *o, const char *method, lgd_optimizer **kept, double *w)
{
    lgd_optimizer *opt = kept ? *kept : NULL;
    if (!opt)
        ck_ok(lgd_optimizer_parse(&opt, method));
    ck_ok(lgd_minimize(m->f, opt, w, o, NULL));
    if (kept)
        *kept = opt;
    else
        lgd_optimizer_free(opt);
}

START_TEST(run_stopped_and_continued_or_in_threads_same_bits)
{
    /* Of rows so long a chunk has 64: all rows are six, and the largest batch is two. */
    enum { ROWS_OF = 333, COLS = 600 };
    model m = model_create(ROWS_OF, COLS, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = 0.1}, 5);
    const lgd_estimator estimators[] = {LGD_MINIBATCH, LGD_SVRG, LGD_SAGA, LGD_SARAH};
    for (size_t k = 0; k < 3; k++)
        for (size_t e = 0; e < 4; e++)
            for (size_t batch = 1; batch <= 100; batch = 9 * batch + 1) {
                lgd_minimize_options o = {.batch_size = batch,
                                          .order = by_blocks[k],
                                          .block_rows = 16,
                                          .seed = 3,
                                          .estimator = estimators[e],
                                          .max_epochs = 4,
                                          .grad_tol = LGD_ZERO};
                double whole[COLS + 1] = {0}, w[COLS + 1] = {0}, many[COLS + 1] = {0};
                lgd_optimizer *opt = NULL;
                run(&m, &o, "momentum:lr=0.001", NULL, whole);
                o.threads = 7;
                run(&m, &o, "momentum:lr=0.001", NULL, many);
                ck_assert_mem_eq(many, whole, sizeof whole);
                o.max_epochs = 1;
                run(&m, &o, "momentum:lr=0.001", &opt, w);
                o.max_epochs = 3;
                o.first_epoch = 1;
                run(&m, &o, NULL, &opt, w);
                ck_assert_mem_eq(w, whole, sizeof whole);
                lgd_optimizer_free(opt);
            }
    model_free(&m);
}
END_TEST

START_TEST(run_batches_grow_within_windows_same_bits_when_continued)
{
    model m = model_create(203, 4, lgd_loss_logistic(), &(lgd_glm_options){.intercept = true, .l2 = 0.1}, 7);
    lgd_minimize_options o = {
        .batch_size = 4, .norm_test = 0.9, .max_epochs = 6, .order = LGD_WINDOW, .block_rows = 3, .seed = 2};
    double whole[5] = {0}, w[5] = {0};
    lgd_optimizer *opt = NULL;
    lgd_report report;
    run(&m, &o, "momentum:lr=0.05", NULL, whole);
    o.max_epochs = 3;
    run(&m, &o, "momentum:lr=0.05", &opt, w);
    o.first_epoch = 3;
    ck_ok(lgd_minimize(m.f, opt, w, &o, &report));
    ck_assert_mem_eq(w, whole, sizeof whole);
    ck_assert_uint_gt(report.batch_size, 4);
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* ---- the noise of a batch */

/* The gradients of rows at a point, about their mean. */
enum { ROWS = 4096, WIDEST = 6 };
typedef struct rows_of {
    size_t dim;
    double g[ROWS * WIDEST], variance;
} rows_of;

static void centre(rows_of *r)
{
    r->variance = 0;
    for (size_t j = 0; j < r->dim; j++) {
        double mean = 0;
        for (size_t i = 0; i < ROWS; i++)
            mean += r->g[i * r->dim + j] / ROWS;
        for (size_t i = 0; i < ROWS; i++) {
            r->g[i * r->dim + j] -= mean;
            r->variance += r->g[i * r->dim + j] * r->g[i * r->dim + j] / ROWS;
        }
    }
}

static double squared_mean(const rows_of *r, const size_t *index, size_t first, size_t count)
{
    double squares = 0;
    for (size_t j = 0; j < r->dim; j++) {
        double sum = 0;
        for (size_t i = first; i < first + count; i++)
            sum += r->g[(index ? index[i] : i) * r->dim + j];
        squares += sum / (double)count * (sum / (double)count);
    }
    return squares;
}

/* The correlation within q rows stored beside each other. */
static double correlation(const rows_of *r, size_t q)
{
    double squares = 0;
    for (size_t i = 0; i < ROWS; i += q)
        squares += squared_mean(r, NULL, i, q) / ((double)ROWS / (double)q);
    return q > 1 ? (squares / r->variance * (double)q - 1) / ((double)q - 1) : 0;
}

/* The variance of a batch over that in a full permutation, sigma^2/B (m-B)/(m-1), over all batches of some epochs, and the standard
 * error of that. */
static double measured(const rows_of *r, const lgd_minimize_options *o, double *error)
{
    enum { EPOCHS = 100 };
    static size_t index[2 * ROWS];
    const double m = ROWS, B = (double)o->batch_size, permutation = r->variance / B * (m - B) / (m - 1);
    double sum = 0, squares = 0;
    for (uint64_t e = 0; e < EPOCHS; e++) {
        double mean = 0;
        draw(o, e, ROWS, index);
        for (size_t first = 0; first < ROWS; first += o->batch_size)
            mean += squared_mean(r, index, first, o->batch_size) * B / m / permutation;
        sum += mean / EPOCHS;
        squares += mean * mean / EPOCHS;
    }
    *error = sqrt(fmax(squares - sum * sum, 0) / EPOCHS);
    return sum;
}

/* Rows of a model sorted by their label, at a point that is none in particular. */
static void by_label(rows_of *r, const lgd_loss *loss)
{
    model m = model_create(ROWS, 4, loss, &(lgd_glm_options){.intercept = true}, 3);
    static size_t sorted[ROWS];
    double w[5];
    size_t largest = 0;
    r->dim = m.dim;
    fill(91, 5, -1, 1, w);
    for (size_t i = 0; i < ROWS; i++) { /* by insertion */
        size_t at = i;
        for (; at > 0 && m.d.y[sorted[at - 1]] > m.d.y[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = i;
        largest = m.d.y[i] > m.d.y[largest] ? i : largest;
    }
    ck_assert_double_eq(m.d.y[sorted[ROWS - 1]], m.d.y[largest]);
    for (size_t i = 0; i < ROWS; i++)
        ck_ok(lgd_objective_eval(m.f, &(lgd_rows){i, 1, sorted}, w, NULL, r->g + i * r->dim));
    centre(r);
    model_free(&m);
}

/* Rows of which those of a block are the same, the worst there can be: rho is 1. */
static void alike(rows_of *r, size_t block)
{
    r->dim = 1;
    fill(5, ROWS, -1, 1, r->g);
    for (size_t i = 0; i < ROWS; i++)
        r->g[i] = r->g[i / block * block];
    centre(r);
}

static const size_t batches[] = {8, 32, 64, 256};

/* What is known of the rows is only how alike those of a block are; where they are sorted this changes slowly from row to row, which is
 * less than a twentieth. */
static void check_model(const rows_of *r)
{
    for (size_t block = 8; block <= 64; block *= 8)
        for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
            for (size_t k = 0; k < 3; k++)
                for (size_t window = 0; window <= (by_blocks[k] == LGD_WINDOW ? 1024u : 0u); window += 512) {
                    const size_t batch = batches[b], share = by_blocks[k] == LGD_INTERLEAVED ? batch / IN_STEP : batch;
                    const lgd_minimize_options o = {
                        .batch_size = batch, .order = by_blocks[k], .block_rows = block, .window = window, .seed = 8};
                    const double rho = correlation(r, by_blocks[k] == LGD_WINDOW || share > block ? block : share);
                    const double expected = lgd_order_noise(&o, batch, batch, ROWS, rho);
                    double error, ratio = measured(r, &o, &error);
                    ck_assert_msg(fabs(ratio - expected) <= 3.5 * error + 0.05 * (expected - 1),
                                  "order %d, blocks of %zu, batch %zu, window %zu: %g within %g, not %g",
                                  (int)by_blocks[k], block, batch, window, ratio, error, expected);
                    ck_assert_double_lt(error, 0.1 * expected); /* there is something to find out */
                }
}

START_TEST(variance_of_rows_alike_in_blocks_is_that_of_the_model)
{
    static rows_of r;
    alike(&r, 64);
    check_model(&r);
}
END_TEST

START_TEST(variance_of_rows_sorted_by_label_is_that_of_the_model)
{
    static rows_of r;
    by_label(&r, lgd_loss_logistic());
    check_model(&r);
    by_label(&r, lgd_loss_half_squared());
    check_model(&r);
}
END_TEST

/* Sorted, blocks are many times noisier; windows of the preset are not. */
START_TEST(variance_of_windows_at_most_a_tenth_above_a_permutation)
{
    static rows_of r;
    const lgd_loss *loss[] = {lgd_loss_logistic(), lgd_loss_half_squared()};
    for (size_t l = 0; l < 2; l++) {
        by_label(&r, loss[l]);
        for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
            for (size_t block = 0; block <= 8; block += 8) {
                lgd_minimize_options o = {
                    .batch_size = batches[b], .order = LGD_WINDOW, .block_rows = block, .seed = 4};
                double error;
                ck_assert_double_le(measured(&r, &o, &error), 1.1);
                o.order = LGD_BLOCKS;
                ck_assert_double_gt(measured(&r, &o, &error), 1.1);
            }
    }
}
END_TEST

/* Whatever the numbers: the preset is the smallest window with which the model says so, and it says no less than 1. */
START_TEST(window_preset_keeps_the_model_below_a_tenth)
{
    for (size_t terms = 65; terms < 3000000; terms = 3 * terms + 7)
        for (size_t block = 1; block <= 64; block *= 2)
            for (size_t batch = 1; batch < terms; batch = 4 * batch + 3) {
                lgd_minimize_options o = {.batch_size = batch, .order = LGD_WINDOW, .block_rows = block};
                const size_t window = lgd_order_window(&o, batch, terms);
                const double noise = lgd_order_noise(&o, batch, batch, terms, 1);
                ck_assert_double_le(noise, 1.1 + 1e-12);
                ck_assert_double_ge(noise, 1 - 1e-12);
                ck_assert_uint_ge(window, block);
                ck_assert_uint_le(window, terms);
                if (window / 2 > batch && window < terms / 8 && batch >= 64 && block > 1) {
                    o.window = window / 4 * 3; /* no larger than it has to be */
                    ck_assert_double_gt(lgd_order_noise(&o, batch, batch, terms, 1), 1.1);
                }
            }
}
END_TEST

/* C from all rows, Lmax from single ones, then the mixture of the noise at rho = 1. */
START_TEST(rate_auto_counts_rows_of_a_block_as_alike)
{
    enum { M = 640 };
    model m = model_create(M, 4, lgd_loss_half_squared(), NULL, 5);
    double rate[2];
    lgd_minimize_options o = {.max_epochs = 1, .grad_tol = LGD_ZERO};
    for (int single = 0; single < 2; single++) {
        lgd_optimizer *opt = NULL;
        double w[4] = {0};
        o.batch_size = (size_t)single;
        run(&m, &o, "sgd:lr=auto", &opt, w);
        rate[single] = lgd_optimizer_value(opt, "lr", 0);
        lgd_optimizer_free(opt);
    }
    for (size_t k = 0; k < 3; k++)
        for (size_t batch = 16; batch <= 128; batch *= 8) {
            const double B = (double)batch, share = (M - B) / (B * (M - 1));
            lgd_optimizer *opt = NULL;
            double w[4] = {0}, held[4];
            o = (lgd_minimize_options){
                .batch_size = batch, .order = by_blocks[k], .block_rows = 16, .max_epochs = 1, .grad_tol = LGD_ZERO};
            const double q = by_blocks[k] == LGD_INTERLEAVED && batch == 16 ? 2 : 16;
            const double noise =
                by_blocks[k] == LGD_WINDOW ? lgd_order_noise(&o, batch, batch, M, 1) : q * (M - 1) / (M - q);
            run(&m, &o, "sgd:lr=auto", &opt, w);
            const double smoothness = (1 - noise * share) / rate[0] + noise * share / rate[1];
            ck_assert_double_eq_tol(lgd_optimizer_value(opt, "lr", 0), 1 / smoothness, 1e-9 / smoothness);
            lgd_optimizer_free(opt);
            o.order = LGD_SHUFFLE; /* what it finds there it keeps */
            o.block_rows = 0;
            opt = NULL;
            run(&m, &o, "sgd:lr=auto", &opt, w);
            held[0] = lgd_optimizer_value(opt, "lr", 0);
            o.order = by_blocks[k];
            run(&m, &o, NULL, &opt, w);
            ck_assert_double_eq(lgd_optimizer_value(opt, "lr", 0), held[0]);
            ck_assert_double_ge(held[0], 1 / smoothness * (1 - 1e-9));
            lgd_optimizer_free(opt);
        }
    model_free(&m);
}
END_TEST

/* ---- what is refused, and said */

START_TEST(order_options_out_of_range_refused_by_name)
{
    model m = model_create(100, 2, lgd_loss_half_squared(), NULL, 3);
    const struct {
        lgd_minimize_options o;
        lgd_status status;
        const char *words;
    } bad[] = {
        {{.order = LGD_BLOCKS, .block_rows = 101},
         LGD_EINVAL,
         "block_rows is 101, at most the 100 rows there are is accepted (0: 64)"},
        {{.order = LGD_BLOCKS, .block_rows = (size_t)-3}, LGD_EINVAL, "block_rows is 18446744073709551613"},
        {{.order = LGD_SHUFFLE, .block_rows = 8},
         LGD_EINVAL,
         "block_rows is 8 with order shuffle, it is accepted with blocks, interleaved and window"},
        {{.order = LGD_INTERLEAVED, .window = 80},
         LGD_EINVAL,
         "window is 80 with order interleaved, it is accepted with window"},
        {{.order = LGD_WINDOW, .window = 63},
         LGD_EINVAL,
         "window is 63, at least the 64 rows of a block and at most the 100 there are is accepted (0: by batch_size)"},
        {{.order = LGD_WINDOW, .block_rows = 8, .window = 101}, LGD_EINVAL, "window is 101, at least the 8 rows"},
        {{.order = LGD_WINDOW, .window = (size_t)-3}, LGD_EINVAL, "window is 18446744073709551613"},
        {{.last = (lgd_last)3}, LGD_EINVAL, "last is 3, 0 (LGD_LAST_DIVIDE) to 2 is accepted"},
        {{.order = LGD_BLOCKS, .norm_test = 0.5}, LGD_EUNSUPPORTED, "norm_test is 0.5 with order blocks"},
        {{.order = LGD_INTERLEAVED, .norm_test = 0.5}, LGD_EUNSUPPORTED, "norm_test is 0.5 with order interleaved"},
        {{.order = LGD_WINDOW, .norm_test = 0.5, .block_rows = 8, .window = 40},
         LGD_EUNSUPPORTED,
         "norm_test is 0.5 with window 40"},
        {{.order = (lgd_order)6}, LGD_EINVAL, "order is 6, 0 (LGD_SHUFFLE) to 5 is accepted"}};
    lgd_optimizer *opt;
    size_t draws;
    ck_ok(lgd_sgd_create(&opt, NULL));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lgd_minimize_options o = bad[i].o;
        double w[2] = {1, 2};
        o.batch_size = 4;
        ck_fails(lgd_minimize(m.f, opt, w, &o, NULL), bad[i].status, bad[i].words);
        ck_fails(lgd_minimize_order(&o, 0, 100, index_of, &draws), bad[i].status, bad[i].words);
        ck_assert(w[0] == 1 && w[1] == 2);
    }
    const lgd_minimize_options o = {.batch_size = 4, .order = LGD_BLOCKS};
    ck_fails(lgd_minimize_order(&o, 0, 100, NULL, &draws), LGD_EINVAL, "order: index is NULL");
    ck_fails(lgd_minimize_order(&o, 0, 100, index_of, NULL), LGD_EINVAL, "order: draws is NULL");
    ck_fails(lgd_minimize_order(&o, 0, 3, index_of, &draws), LGD_EINVAL, "order: batch_size is 4, at most the 3 rows");
    ck_fails(lgd_minimize_order(&o, 0, 0, index_of, &draws), LGD_EINVAL, "order: rows is 0");
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

/* A caller whose header ends before block_rows has its preset. */
START_TEST(order_of_a_shorter_struct_is_that_of_presets)
{
    lgd_minimize_options o = {.batch_size = 4, .order = LGD_BLOCKS};
    size_t draws;
    ck_assert_uint_eq(draw(&o, 0, 1000, index_of), 1000);
    o.block_rows = 7;
    ck_ok(lgd_minimize_order_sized(&o, offsetof(lgd_minimize_options, block_rows), 0, 1000, other, &draws));
    ck_assert_uint_eq(draws, 1000);
    ck_assert_mem_eq(other, index_of, 1000 * sizeof *other);
}
END_TEST

START_TEST(order_without_memory_fails_cleanly)
{
    const lgd_minimize_options o = {.batch_size = 4, .order = LGD_WINDOW};
    size_t draws;
    memory_watch(1);
    ck_fails(lgd_minimize_order(&o, 0, 100, index_of, &draws), LGD_ENOMEM, "order");
    memory_watch(0);
    ck_ok(lgd_minimize_order(&o, 0, 100, index_of, &draws));
    ck_assert_uint_eq(memory_made(), 1);
}
END_TEST

START_TEST(described_with_its_numbers)
{
    model m = model_create(100, 2, lgd_loss_half_squared(), NULL, 3);
    const struct {
        lgd_minimize_options o;
        const char *words;
    } said[] = {
        {{.order = LGD_BLOCKS}, "batches of 4 of 100 rows, in blocks of 64 rows, seed=0"},
        {{.order = LGD_INTERLEAVED, .block_rows = 5}, "rows, in blocks of 5 rows, eight in step, seed=0"},
        {{.order = LGD_WINDOW, .block_rows = 5, .window = 20}, "in blocks of 5 rows, shuffled within 20, seed=0"},
        {{.order = LGD_WINDOW, .block_rows = 5}, "in blocks of 5 rows, shuffled within 100, seed=0"}};
    lgd_optimizer *opt;
    ck_ok(lgd_sgd_create(&opt, NULL));
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        lgd_minimize_options o = said[i].o;
        char text[2048];
        o.batch_size = 4;
        ck_assert_uint_gt(lgd_minimize_describe(m.f, opt, &o, text, sizeof text), 0);
        ck_assert_msg(strstr(text, said[i].words) != NULL, "%s", text);
    }
    lgd_optimizer_free(opt);
    model_free(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("orders");
    CASE(s, order_any_size_each_row_once);
    CASE(s, order_without_blocks_is_permutation_storage_or_draws);
    CASE(s, blocks_in_random_order_rows_within_as_stored);
    CASE(s, interleaved_is_the_same_blocks_eight_in_step);
    CASE(s, window_shuffles_the_rows_of_its_blocks);
    CASE(s, order_another_seed_or_epoch_is_another);
    CASE(s, blocks_every_place_equally_likely);
    CASE(s, run_visits_the_order_that_is_told);
    CASE(s, run_stopped_and_continued_or_in_threads_same_bits);
    CASE(s, run_batches_grow_within_windows_same_bits_when_continued);
    CASE(s, variance_of_rows_alike_in_blocks_is_that_of_the_model);
    CASE(s, variance_of_rows_sorted_by_label_is_that_of_the_model);
    CASE(s, variance_of_windows_at_most_a_tenth_above_a_permutation);
    CASE(s, window_preset_keeps_the_model_below_a_tenth);
    CASE(s, rate_auto_counts_rows_of_a_block_as_alike);
    CASE(s, order_options_out_of_range_refused_by_name);
    CASE(s, order_of_a_shorter_struct_is_that_of_presets);
    CASE(s, order_without_memory_fails_cleanly);
    CASE(s, described_with_its_numbers);
    return suite_run(s);
}
