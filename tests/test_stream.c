/* Rows that are read as they are needed have the bits of rows in memory, whatever is read when and by whom; and what goes wrong in
 * reading is told, and no more. */
#include "matrix/matrix.h"
#include "problems.h"
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Where rows come from: an array, of which as much is handed out as is asked for.
 *   fail_from, fail_to  calls of read that fail, from 1 on; 0: none
 *   delay               nanoseconds that one takes beside */
typedef struct source {
    size_t rows, cols;
    const double *wide;
    const float *single;
    atomic_size_t calls, rows_read, within, freed, by_caller, ahead;
    atomic_size_t fail_from, fail_to;
    atomic_long delay;
    pthread_t caller;
} source;

static lgd_status read_source(void *ctx, size_t first, size_t count, void *to)
{
    source *s = ctx;
    const size_t call = atomic_fetch_add(&s->calls, 1) + 1;
    const bool alone = atomic_fetch_add(&s->within, 1) == 0,
               inside = count && first < s->rows && count <= s->rows - first;
    if (alone && inside && s->delay)
        nanosleep(&(struct timespec){.tv_nsec = s->delay}, NULL);
    if (alone && inside && s->wide)
        memcpy(to, s->wide + first * s->cols, count * s->cols * sizeof *s->wide);
    if (alone && inside && s->single)
        memcpy(to, s->single + first * s->cols, count * s->cols * sizeof *s->single);
    atomic_fetch_add(&s->rows_read, count);
    atomic_fetch_add(pthread_equal(pthread_self(), s->caller) ? &s->by_caller : &s->ahead, 1);
    atomic_fetch_sub(&s->within, 1);
    if (!alone || !inside)
        return lgd_set_error(LGD_EUSER, alone ? "source: rows that are not there" : "source: two at once");
    if (s->fail_from && call >= s->fail_from && call <= s->fail_to)
        return lgd_set_error(LGD_EIO, "source: the cable is out");
    return LGD_OK;
}

static void free_source(void *ctx)
{
    atomic_fetch_add(&((source *)ctx)->freed, 1);
}

/* Numbers of single precision, so that floats are the same ones; targets of classes. */
typedef struct table {
    size_t rows, cols;
    double *wide, *y, *classes;
    float *single;
} table;

static table table_create(size_t rows, size_t cols, uint64_t seed)
{
    table t = {.rows = rows, .cols = cols, .wide = lgd_alloc("test", rows * cols, sizeof(double))};
    t.single = lgd_alloc("test", rows * cols, sizeof *t.single);
    t.y = lgd_alloc("test", 2 * rows, sizeof *t.y);
    t.classes = t.y + rows;
    fill(seed, rows * cols, -1, 1, t.wide);
    for (size_t i = 0; i < rows * cols; i++)
        t.wide[i] = t.single[i] = (float)t.wide[i];
    for (size_t i = 0; i < rows; i++) {
        t.y[i] = t.wide[i * cols] + 0.3 * t.wide[i * cols + cols - 1] > 0;
        t.classes[i] = (double)(size_t)(1.5 + 1.49 * t.wide[i * cols]);
    }
    return t;
}

static void table_free(table *t)
{
    lgd_release(t->wide);
    lgd_release(t->single);
    lgd_release(t->y);
}

static lgd_stream stream_of(source *s, const table *t, bool single)
{
    *s = (source){.rows = t->rows, .cols = t->cols, .caller = pthread_self()};
    s->wide = single ? NULL : t->wide;
    s->single = single ? t->single : NULL;
    return (lgd_stream){
        .rows = t->rows, .cols = t->cols, .read = read_source, .ctx = s, .free = free_source, .single = single};
}

/* With blocks of so many rows and memory for so many of them. */
static lgd_matrix *streamed(source *s, const table *t, bool single, size_t block_rows, size_t blocks)
{
    lgd_stream from = stream_of(s, t, single);
    lgd_matrix *A;
    from.block_rows = block_rows;
    from.memory = blocks * block_rows * t->cols * (single ? sizeof(float) : sizeof(double));
    ck_ok(lgd_matrix_stream(&A, &from));
    return A;
}

static lgd_matrix *in_memory(const table *t, bool single)
{
    lgd_matrix *A;
    ck_ok(single ? lgd_matrix_dense_f32(&A, t->rows, t->cols, t->single, t->cols)
                 : lgd_matrix_dense(&A, t->rows, t->cols, t->wide, t->cols));
    return A;
}

/* ---- bits */

static lgd_objective *model_on(const lgd_matrix *X, const table *t, size_t k)
{
    lgd_objective *f;
    const lgd_glm_options o = {.intercept = true, .l2 = 1e-3, .outputs = k};
    ck_ok(lgd_glm_create(&f, X, k > 1 ? t->classes : t->y, k > 1 ? lgd_loss_softmax() : lgd_loss_logistic(), &o));
    return f;
}

/* Products, gradients and steps of plain descent over sets of rows, one after another, into out. */
static size_t everything(const lgd_matrix *A, const table *t, const size_t *index, double *out)
{
    const size_t m = t->rows, n = t->cols;
    const lgd_rows sets[] = {{0, m, NULL},     {m / 3, m / 2, NULL}, {0, m, index},       {m / 2, m / 3, index},
                             {m - 1, 1, NULL}, {m / 2, 1, index},    {m / 4, m / 4, NULL}};
    double *w = lgd_alloc("test", 3 * (n + 1), sizeof *w), *R = lgd_alloc("test", 3 * m, sizeof *R);
    lgd_objective *f[2] = {model_on(A, t, 1), model_on(A, t, 3)};
    size_t at = 0;
    fill(9, 3 * (n + 1), -0.5, 0.5, w);
    fill(10, 3 * m, -1, 1, R);
    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
        if (!sets[s].count)
            continue;
        ck_ok(lgd_matrix_forward(A, &sets[s], 1, w, 1, out + at, 1));
        at += sets[s].count;
        ck_ok(lgd_matrix_adjoint(A, &sets[s], 1, R, 1, out + at, 1));
        at += n;
        for (size_t k = 0; k < 2; k++) {
            ck_ok(lgd_objective_eval(f[k], &sets[s], w, out + at, out + at + 1));
            at += 1 + (n + 1) * (k ? 3 : 1);
        }
    }
    lgd_objective_free(f[0]);
    lgd_objective_free(f[1]);
    lgd_release(w);
    lgd_release(R);
    return at;
}

START_TEST(stream_products_have_the_bits_of_dense_rows)
{
    static const size_t shapes[][2] = {{1, 1},    {5, 3},     {15, 40},   {700, 7},    {4000, 33}, {1700, 40},
                                       {900, 70}, {600, 300}, {200, 600}, {130, 5000}, {40, 40000}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        table t = table_create(shapes[s][0], shapes[s][1], s + 1);
        const size_t m = t.rows, n = t.cols, room = 7 * (m + n + 2 + 4 * (n + 1));
        const size_t block[][2] = {{1, 2}, {1, m + 1}, {7, 2}, {7, 5}, {64, 2}, {64, 3}, {m + 9, 2}};
        double *expected = lgd_alloc("test", room + 1, sizeof *expected),
               *got = lgd_alloc("test", room + 1, sizeof *got);
        size_t *index = lgd_alloc("test", m, sizeof *index);
        for (int single = 0; single < 2; single++)
            for (int blocks = 0; blocks < 2; blocks++) {
                size_t draws;
                lgd_matrix *A = in_memory(&t, single);
                const lgd_minimize_options o = {.batch_size = 1,
                                                .order = blocks ? LGD_BLOCKS : LGD_SHUFFLE,
                                                .block_rows = blocks ? (m + 6) / 7 : 0};
                ck_ok(lgd_minimize_order(&o, 3, m, index, &draws));
                memset(expected, 0, room * sizeof *expected);
                const size_t numbers = everything(A, &t, index, expected);
                ck_assert_uint_le(numbers, room);
                lgd_matrix_free(A);
                for (size_t b = 0; b < sizeof block / sizeof *block; b++) {
                    source from;
                    A = streamed(&from, &t, single, block[b][0] < m ? block[b][0] : m, block[b][1]);
                    memset(got, 0, room * sizeof *got);
                    everything(A, &t, index, got);
                    size_t i = 0;
                    while (i < numbers && !memcmp(got + i, expected + i, sizeof *got))
                        i++;
                    ck_assert_msg(i == numbers,
                                  "%zu x %zu, single %d, in blocks %d, blocks %zu x %zu: number %zu is %a, %a expected",
                                  m, n, single, blocks, block[b][1], block[b][0], i, got[i], expected[i]);
                    lgd_matrix_free(A);
                    ck_assert_uint_eq(from.freed, 1);
                }
            }
        lgd_release(expected);
        lgd_release(got);
        lgd_release(index);
        table_free(&t);
    }
}
END_TEST

/* ---- runs */

enum { M = 4100, N = 12 };

static table t;

static void set_up(void)
{
    t = table_create(M, N, 5);
}

static void tear_down(void)
{
    memory_unwatch();
    table_free(&t);
}

/* What a run leaves, for comparison to the bit. */
typedef struct outcome {
    double w[3 * (N + 1)], f, norm;
} outcome;

static lgd_status train(const lgd_matrix *A, size_t k, lgd_minimize_options o, outcome *to)
{
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    lgd_report report;
    const lgd_glm_options with = {.intercept = true, .l2 = 1e-3, .outputs = k};
    memset(to, 0, sizeof *to);
    o.max_epochs = o.max_epochs ? o.max_epochs : 2;
    o.grad_tol = LGD_ZERO;
    lgd_status status =
        lgd_glm_create(&f, A, k > 1 ? t.classes : t.y, k > 1 ? lgd_loss_softmax() : lgd_loss_logistic(), &with);
    if (!status)
        status = lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.05});
    if (!status)
        status = lgd_minimize(f, opt, to->w, &o, &report);
    if (!status) {
        to->f = report.f;
        to->norm = report.grad_norm;
    }
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    return status;
}

static lgd_status train_stream(const lgd_stream *from, size_t k, lgd_minimize_options o, outcome *to)
{
    lgd_matrix *A = NULL;
    lgd_status status = lgd_matrix_stream(&A, from);
    if (!status)
        status = train(A, k, o, to);
    lgd_matrix_free(A);
    return status;
}

static void compare_runs(bool single, size_t k, lgd_kernel kernel, const lgd_minimize_options *o, size_t block_rows,
                         size_t blocks, bool synchronous)
{
    source from;
    outcome expected, got;
    lgd_matrix *A = in_memory(&t, single);
    ck_ok(lgd_matrix_set_kernel(A, kernel));
    ck_ok(train(A, k, *o, &expected));
    lgd_matrix_free(A);
    lgd_stream s = stream_of(&from, &t, single);
    s.block_rows = block_rows;
    s.memory = blocks * (block_rows < M ? block_rows : M) * N * (single ? sizeof(float) : sizeof(double));
    s.synchronous = synchronous;
    ck_ok(lgd_matrix_stream(&A, &s));
    ck_ok(lgd_matrix_set_kernel(A, kernel));
    ck_ok(train(A, k, *o, &got));
    lgd_matrix_free(A);
    ck_assert_msg(!memcmp(&expected, &got, sizeof got),
                  "order %d, batch %zu, threads %zu, single %d, k %zu, blocks %zu x %zu, synchronous %d", (int)o->order,
                  o->batch_size, o->threads, single, k, blocks, block_rows, synchronous);
    ck_assert_uint_eq(from.freed, 1);
    ck_assert_uint_eq(synchronous && o->threads == 1 ? from.ahead : 0, 0);
}

/* Every order with every size of batches; the rest takes turns, so that each meets each in the end. */
START_TEST(stream_runs_have_the_bits_of_rows_in_memory)
{
    const size_t batch[] = {1, 7, 32, 64, 1024, 0}, block[] = {1, 7, 64, 1000, M + 5}, blocks[] = {2, 3, 8, 40};
    size_t turn = 0;
    for (int order = LGD_SHUFFLE; order <= LGD_WINDOW; order++)
        for (size_t b = 0; b < 6; b++)
            for (size_t threads = 1; threads <= 3; threads++, turn++) {
                lgd_minimize_options o = {.batch_size = batch[b], .threads = threads, .order = (lgd_order)order};
                const size_t rows = block[(turn + turn / 5) % 5];
                o.block_rows = order >= LGD_BLOCKS ? rows < M ? rows : 64 : 0;
                compare_runs(turn % 2, 1, LGD_KERNEL_AUTO, &o, rows, blocks[turn / 3 % 4], turn % 7 == 6);
            }
}
END_TEST

START_TEST(stream_runs_of_several_outputs_have_the_bits_of_rows_in_memory)
{
    const size_t batch[] = {1, 7, 64, 1024, 0}, block[] = {1, 64, 1000, 7};
    size_t turn = 0;
    for (size_t b = 0; b < 5; b++)
        for (size_t threads = 1; threads <= 3; threads++, turn++)
            for (int by_rows = 0; by_rows < 2; by_rows++) {
                const lgd_minimize_options o = {
                    .batch_size = batch[b], .threads = threads, .order = turn % 3 ? LGD_BLOCKS : LGD_SHUFFLE};
                compare_runs(turn % 2, 3, by_rows ? LGD_KERNEL_ROWS : LGD_KERNEL_AUTO, &o, block[turn % 4], 3, false);
            }
}
END_TEST

START_TEST(stream_checks_as_a_matrix_and_is_standardised)
{
    for (int single = 0; single < 2; single++) {
        source from;
        double error = -1, shift[2][N], scale[2][N];
        lgd_matrix *A = streamed(&from, &t, single, 64, 3), *D = in_memory(&t, single), *S[2];
        ck_ok(lgd_matrix_check(A, 3, &error));
        ck_assert_double_le(error, 1e-12);
        ck_ok(lgd_matrix_standardized(&S[0], A));
        ck_ok(lgd_matrix_standardized(&S[1], D));
        for (size_t i = 0; i < 2; i++)
            ck_ok(lgd_matrix_scaling(S[i], shift[i], scale[i], NULL));
        ck_assert_mem_eq(shift[0], shift[1], sizeof shift[0]);
        ck_assert_mem_eq(scale[0], scale[1], sizeof scale[0]);
        ck_assert_uint_eq(lgd_matrix_block_rows(S[0]), 64);
        ck_assert_uint_eq(lgd_matrix_block_rows(S[1]), 0);
        ck_ok(lgd_matrix_check(S[0], 3, &error));
        ck_assert_double_le(error, 1e-12);
        for (size_t k = 1; k <= 3; k += 2) {
            outcome run[2];
            for (size_t i = 0; i < 2; i++)
                ck_ok(train(S[i], k, (lgd_minimize_options){.batch_size = 64, .order = LGD_BLOCKS}, &run[i]));
            ck_assert_mem_eq(&run[0], &run[1], sizeof run[0]);
        }
        ck_assert_str_eq(lgd_matrix_kernel(A, 1), lgd_matrix_kernel(D, 1));
        ck_assert_str_eq(lgd_matrix_kernel(A, 3), "gemm");
        ck_fails(lgd_matrix_set_kernel(A, LGD_KERNEL_BLAS), LGD_EUNSUPPORTED, "stream: kernel is blas");
        ck_ok(lgd_matrix_set_kernel(A, LGD_KERNEL_ROWS));
        ck_assert_str_eq(lgd_matrix_kernel(A, 3), "rows");
        lgd_matrix_free(S[0]);
        lgd_matrix_free(S[1]);
        lgd_matrix_free(A);
        lgd_matrix_free(D);
    }
}
END_TEST

/* ---- sizes */

START_TEST(stream_presets_are_half_a_megabyte_and_told)
{
    source from;
    lgd_matrix *A;
    lgd_stream s = stream_of(&from, &t, false);
    ck_ok(lgd_matrix_stream(&A, &s));
    ck_assert_uint_eq(lgd_matrix_block_rows(A), 4096);
    lgd_matrix_free(A);
    s.rows = (size_t)1 << 40;
    s.free = NULL;
    ck_ok(lgd_matrix_stream_sized(&A, &s, sizeof s));
    ck_assert_uint_eq(lgd_matrix_block_rows(A), 4096); /* 96 bytes a row */
    ck_assert_uint_eq(lgd_matrix_rows(A), (size_t)1 << 40);
    lgd_matrix_free(A);
    s.cols = 1 << 20;
    ck_ok(lgd_matrix_stream(&A, &s));
    ck_assert_uint_eq(lgd_matrix_block_rows(A), 1);
    lgd_matrix_free(A);
    ck_assert_uint_eq(from.calls, 0);
    ck_assert_uint_eq(from.freed, 1);
    A = in_memory(&t, false);
    ck_assert_uint_eq(lgd_matrix_block_rows(A), 0);
    ck_assert_uint_eq(lgd_matrix_block_rows(NULL), 0);
    lgd_matrix_free(A);
}
END_TEST

START_TEST(stream_of_what_cannot_be_is_refused)
{
    source from;
    lgd_matrix *A = (lgd_matrix *)1;
    const lgd_stream good = stream_of(&from, &t, false);
    lgd_stream s = good;
    ck_fails(lgd_matrix_stream(NULL, &s), LGD_EINVAL, "stream: out is NULL");
    ck_fails(lgd_matrix_stream_sized(&A, NULL, sizeof s), LGD_EINVAL, "stream: stream is NULL");
    ck_assert_ptr_null(A);
    s.read = NULL;
    ck_fails(lgd_matrix_stream(&A, &s), LGD_EINVAL, "stream: read is NULL");
    s = good;
    s.cols = 0;
    ck_fails(lgd_matrix_stream(&A, &s), LGD_EINVAL, "stream: cols is 0");
    s = good;
    s.rows = (size_t)-3;
    ck_fails(lgd_matrix_stream(&A, &s), LGD_EINVAL, "stream: rows is");
    s = good;
    s.block_rows = 10;
    s.memory = 2 * 10 * N * sizeof(double) - 1;
    ck_fails(lgd_matrix_stream(&A, &s), LGD_EINVAL, "stream: memory is 1919 bytes");
    s.rows = s.block_rows = PTRDIFF_MAX / 8;
    s.memory = 0;
    ck_fails(lgd_matrix_stream(&A, &s), LGD_ERANGE, "stream: a block is");
    ck_assert_uint_eq(from.freed, 0);
}
END_TEST

START_TEST(stream_of_no_rows_or_one_is_a_matrix)
{
    for (size_t rows = 0; rows < 2; rows++) {
        source from;
        double error = -1, z = 7;
        t.rows = rows;
        lgd_stream s = stream_of(&from, &t, false);
        lgd_matrix *A;
        ck_ok(lgd_matrix_stream(&A, &s));
        if (rows)
            ck_ok(lgd_matrix_check(A, 1, &error));
        ck_ok(lgd_matrix_forward(A, NULL, 1, t.y, 1, &z, 1));
        ck_assert((z == 7) == !rows);
        lgd_matrix_free(A);
        t.rows = M;
    }
}
END_TEST

/* Numbers that are made: (row mod 1000003)/1000 + column. */
static double made(size_t row, size_t column)
{
    return (double)(row % 1000003) / 1000 + (double)column;
}

static lgd_status make_rows(void *ctx, size_t first, size_t count, void *to)
{
    double *X = to;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < 2; j++)
            X[2 * i + j] = made(first + i, j);
    *(size_t *)ctx += count;
    return LGD_OK;
}

START_TEST(stream_of_more_rows_than_32_bits_count_is_visited_at_its_end)
{
    const size_t rows = ((size_t)1 << 33) + 11, index[] = {rows - 1, 0, (size_t)1 << 31, ((size_t)1 << 32) + 5, 3};
    size_t made_rows = 0;
    const lgd_stream s = {.rows = rows, .cols = 2, .read = make_rows, .ctx = &made_rows, .block_rows = 128};
    const double w[] = {2, 0.5};
    double z[600];
    lgd_matrix *A;
    ck_ok(lgd_matrix_stream(&A, &s));
    ck_ok(lgd_matrix_forward(A, &(lgd_rows){rows - 600, 600, NULL}, 1, w, 1, z, 1));
    for (size_t i = 0; i < 600; i++)
        ck_assert_double_eq(z[i], made(rows - 600 + i, 0) * 2 + made(rows - 600 + i, 1) * 0.5);
    ck_ok(lgd_matrix_forward(A, &(lgd_rows){0, 5, index}, 1, w, 1, z, 1));
    for (size_t i = 0; i < 5; i++)
        ck_assert_double_eq(z[i], made(index[i], 0) * 2 + made(index[i], 1) * 0.5);
    lgd_matrix_free(A);
    ck_assert_uint_lt(made_rows, 10000);
}
END_TEST

/* ---- what goes wrong */

static lgd_minimize_options in_blocks(size_t batch, size_t threads)
{
    return (lgd_minimize_options){.batch_size = batch, .threads = threads, .order = LGD_BLOCKS, .block_rows = 200};
}

/* From the k-th call on, until a run goes through; and only that call, which may have been made ahead of need, when it is made again. */
START_TEST(stream_read_that_fails_ends_the_run_and_may_be_tried_again)
{
    outcome expected, got;
    lgd_matrix *A = in_memory(&t, false);
    ck_ok(train(A, 1, in_blocks(64, 1), &expected));
    lgd_matrix_free(A);
    for (int synchronous = 0; synchronous < 2; synchronous++)
        for (size_t threads = 1; threads <= 2; threads++) {
            size_t k = 1;
            bool through = false;
            for (; !through; k++) {
                source from;
                lgd_stream s = stream_of(&from, &t, false);
                s.block_rows = 200;
                s.memory = 4 * 200 * N * sizeof(double);
                s.synchronous = synchronous;
                from.fail_from = k;
                from.fail_to = SIZE_MAX;
                ck_ok(lgd_matrix_stream(&A, &s));
                const lgd_status status = train(A, 1, in_blocks(64, threads), &got);
                through = !status;
                if (status) {
                    ck_assert_int_eq(status, LGD_EIO);
                    ck_assert_str_eq(lgd_last_error(), "source: the cable is out");
                }
                from.fail_from = 0;
                ck_ok(train(A, 1, in_blocks(64, threads), &got));
                ck_assert_mem_eq(&got, &expected, sizeof got);
                lgd_matrix_free(A);
                ck_assert_uint_eq(from.freed, 1);
            }
            ck_assert_uint_ge(k, 2 * M / 200);
        }
}
END_TEST

START_TEST(stream_single_failure_is_the_call_s_or_none_when_synchronous_the_former)
{
    for (size_t k = 1; k <= 30; k++)
        for (int synchronous = 0; synchronous < 2; synchronous++) {
            source from;
            outcome got;
            lgd_stream s = stream_of(&from, &t, false);
            s.block_rows = 200;
            s.synchronous = synchronous;
            s.memory = 4 * 200 * N * sizeof(double);
            from.fail_from = from.fail_to = k;
            const lgd_status status = train_stream(&s, 1, in_blocks(64, 1), &got);
            if (synchronous || status)
                ck_assert_int_eq(status, LGD_EIO);
        }
}
END_TEST

/* A function that leaves no sentence, or a code that is none. */
static lgd_status fails_dumbly(void *ctx, size_t first, size_t count, void *to)
{
    (void)first, (void)count, (void)to;
    return *(lgd_status *)ctx;
}

START_TEST(stream_failure_without_a_sentence_is_named)
{
    lgd_status code = LGD_EIO;
    lgd_matrix *A;
    double z[M];
    ck_ok(lgd_matrix_stream(&A, &(lgd_stream){.rows = M, .cols = N, .read = fails_dumbly, .ctx = &code}));
    ck_fails(lgd_matrix_forward(A, NULL, 1, t.y, 1, z, 1), LGD_EIO, "stream: read");
    code = (lgd_status)77;
    ck_fails(lgd_matrix_forward(A, NULL, 1, t.y, 1, z, 1), LGD_EUSER, "stream: read");
    lgd_matrix_free(A);
}
END_TEST

START_TEST(stream_number_that_is_not_finite_is_named_by_row_and_column)
{
    const size_t row = 2345, column = 7;
    double *out = lgd_alloc("test", M * N, sizeof *out);
    for (int single = 0; single < 2; single++)
        for (int infinite = 0; infinite < 2; infinite++)
            for (size_t blocks = 2; blocks <= 90; blocks += 44)
                for (int product = 0; product < 7; product++) {
                    source from;
                    outcome got;
                    size_t index[M];
                    lgd_matrix *A = streamed(&from, &t, single, 50, blocks);
                    const lgd_minimize_options o = {.batch_size = product == 5 ? 1 : 64, .threads = 1};
                    t.wide[row * N + column] = infinite ? -INFINITY : NAN;
                    t.single[row * N + column] = infinite ? -INFINITY : NAN;
                    lgd_permutation(4, 0, M, index);
                    const lgd_rows scattered = {0, M, index};
                    const lgd_status status = product == 0   ? lgd_matrix_forward(A, NULL, 1, t.y, 1, out, 1)
                                              : product == 1 ? lgd_matrix_adjoint(A, NULL, 1, t.y, 1, out, 1)
                                              : product == 2 ? lgd_matrix_forward(A, &scattered, 3, t.y, 3, out, 3)
                                              : product == 3 ? lgd_matrix_adjoint(A, NULL, 3, t.wide, 3, out, 3)
                                              : product == 4 ? lgd_matrix_call_gather(A, &scattered, out)
                                                             : train(A, product == 6 ? 3 : 1, o, &got);
                    ck_assert_msg(status == LGD_EINVAL && strstr(lgd_last_error(), "row 2345, column 7 (from 0) is"),
                                  "product %d, blocks %zu: %d, %s", product, blocks, (int)status, lgd_last_error());
                    memset(out, 0, N * sizeof *out);
                    t.wide[row * N + column] = t.single[row * N + column] = 0;
                    lgd_matrix_free(A);
                }
    lgd_release(out);
}
END_TEST

static lgd_status each_allocation(const lgd_stream *s, bool several)
{
    outcome got;
    return train_stream(s, several ? 3 : 1, (lgd_minimize_options){.batch_size = 600, .threads = 1}, &got);
}

START_TEST(stream_each_allocation_failing_leaves_nothing)
{
    for (int several = 0; several < 2; several++)
        for (int single = 0; single < 2; single++) {
            source from;
            lgd_stream s = stream_of(&from, &t, single);
            s.block_rows = 64;
            s.memory = 4 * 64 * N * sizeof(double);
            for (size_t k = 1;; k++) {
                memory_watch(k);
                const lgd_status status = each_allocation(&s, several);
                ck_assert_uint_eq(memory_live(), 0);
                if (memory_made() < k) {
                    ck_ok(status);
                    ck_assert_uint_gt(k, 8);
                    break;
                }
                ck_assert_int_eq(status, LGD_ENOMEM);
            }
            memory_unwatch();
        }
}
END_TEST

/* ---- the thread */

/* Free while a call of read is under way, in each of its stages. */
START_TEST(stream_freed_while_it_reads_waits_for_that)
{
    for (size_t rows = 1; rows < 40; rows += 3) {
        source from;
        double z[40];
        lgd_matrix *A = streamed(&from, &t, false, 8, 10);
        from.delay = 300000;
        ck_ok(lgd_matrix_forward(A, &(lgd_rows){0, rows, NULL}, 1, t.y, 1, z, 1));
        lgd_matrix_free(A);
        const size_t calls = from.calls;
        ck_assert_uint_eq(from.within, 0);
        nanosleep(&(struct timespec){.tv_nsec = 400000}, NULL);
        ck_assert_uint_eq(from.calls, calls);
        ck_assert_uint_eq(from.freed, 1);
    }
}
END_TEST

START_TEST(stream_that_is_slow_has_the_same_bits)
{
    source from;
    outcome expected, got;
    lgd_matrix *D = in_memory(&t, false);
    lgd_stream s = stream_of(&from, &t, false);
    s.block_rows = 200;
    s.memory = 6 * 200 * N * sizeof(double);
    from.delay = 1000000;
    ck_ok(train(D, 1, in_blocks(64, 2), &expected));
    ck_ok(train_stream(&s, 1, in_blocks(64, 2), &got));
    ck_assert_mem_eq(&got, &expected, sizeof got);
    ck_assert_uint_eq(from.ahead + from.by_caller, from.calls);
    lgd_matrix_free(D);
}
END_TEST

/* What fits its memory is read once. */
START_TEST(stream_with_memory_for_all_reads_each_row_once)
{
    source from;
    outcome got;
    lgd_stream s = stream_of(&from, &t, false);
    s.block_rows = 64;
    s.memory = (M / 64 + 1) * 64 * N * sizeof(double);
    ck_ok(train_stream(&s, 1, (lgd_minimize_options){.batch_size = 32, .max_epochs = 3}, &got));
    ck_assert_uint_eq(from.rows_read, M);
}
END_TEST

/* Blocks in any order are read once an epoch, but for those at the end of one that the next begins with. */
START_TEST(stream_in_blocks_reads_each_row_once_an_epoch)
{
    for (int synchronous = 0; synchronous < 2; synchronous++) {
        source from;
        outcome got;
        lgd_stream s = stream_of(&from, &t, false);
        s.block_rows = 200;
        s.memory = 8 * 200 * N * sizeof(double);
        s.synchronous = synchronous;
        ck_ok(train_stream(&s, 1, in_blocks(64, 1), &got));
        /* two epochs, and all rows at the end */
        ck_assert_uint_le(from.rows_read, 3 * M + 8 * 200);
        ck_assert_uint_ge(from.rows_read, 2 * M);
    }
}
END_TEST

/* Rows that are met one at a time are read so, whatever share of the blocks has room: of a full permutation no more than twice as many as
 * there are, and all rows at the end, which find a part of the blocks there. */
START_TEST(stream_shuffled_reads_rows_by_themselves)
{
    const size_t blocks = M / 64 + 1;
    for (size_t buffers = 2; buffers < blocks; buffers++) {
        source from;
        outcome got;
        lgd_stream s = stream_of(&from, &t, false);
        s.block_rows = 64;
        s.memory = buffers * 64 * N * sizeof(double);
        ck_ok(train_stream(&s, 1, (lgd_minimize_options){.batch_size = 32, .max_epochs = 1}, &got));
        ck_assert_msg(from.rows_read <= 4 * M, "%zu of %zu blocks: %zu rows", buffers, blocks, (size_t)from.rows_read);
    }
}
END_TEST

/* Blocks of the order that are small beside those of the stream are read by themselves, but for those that neighbours in the order share. */
START_TEST(stream_in_blocks_of_few_of_its_rows_reads_these)
{
    enum { ROWS = 1 << 16 };
    size_t rows_read = 0;
    const lgd_stream s = {.rows = ROWS,
                          .cols = 2,
                          .read = make_rows,
                          .ctx = &rows_read,
                          .block_rows = 1024,
                          .memory = 4 * 1024 * 2 * sizeof(double)};
    const lgd_minimize_options o = {.batch_size = 64, .order = LGD_BLOCKS, .max_epochs = 1, .grad_tol = LGD_ZERO};
    double *y = lgd_alloc("test", ROWS, sizeof *y), w[2] = {0};
    lgd_matrix *A;
    lgd_objective *f;
    lgd_optimizer *opt;
    ck_ok(lgd_matrix_stream(&A, &s));
    ck_ok(lgd_glm_create(&f, A, y, lgd_loss_half_squared(), NULL));
    ck_ok(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 1e-6}));
    ck_ok(lgd_minimize(f, opt, w, &o, NULL));
    ck_assert_uint_le(rows_read, 4 * 2 * ROWS); /* an epoch, and all rows at the end */
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(A);
    lgd_release(y);
}
END_TEST

START_TEST(stream_run_that_stops_within_an_epoch_leaves_a_stream_that_goes_on)
{
    source from;
    outcome expected, got;
    lgd_matrix *A = streamed(&from, &t, false, 200, 6), *D = in_memory(&t, false);
    lgd_minimize_options o = in_blocks(64, 2);
    ck_ok(train(D, 1, o, &expected));
    for (o.max_steps = 1; o.max_steps < 80; o.max_steps += 7) {
        outcome part[2];
        ck_ok(train(D, 1, o, &part[0]));
        ck_ok(train(A, 1, o, &part[1]));
        ck_assert_mem_eq(&part[0], &part[1], sizeof part[0]);
    }
    o.max_steps = 0;
    ck_ok(train(A, 1, o, &got));
    ck_assert_mem_eq(&expected, &got, sizeof got);
    lgd_matrix_free(A);
    lgd_matrix_free(D);
}
END_TEST

/* Saved after an epoch, and gone on with by another stream of the same rows. */
START_TEST(stream_run_that_is_saved_goes_on_with_the_same_bits)
{
    double w[2][N + 1] = {{0}};
    for (size_t part = 0; part < 2; part++) {
        lgd_optimizer *opt = NULL, *before = NULL;
        for (uint64_t epoch = 0; epoch < 4; epoch += part ? 2 : 4) {
            source from;
            lgd_matrix *A = streamed(&from, &t, false, 200, 3);
            lgd_objective *f = model_on(A, &t, 1);
            size_t size = 0;
            char bytes[4096];
            ck_ok(lgd_adam_create(&opt, &(lgd_adam_options){.lr = 0.01}));
            if (before) {
                ck_ok(lgd_optimizer_save(before, NULL, &size));
                ck_assert_uint_le(size, sizeof bytes);
                ck_ok(lgd_optimizer_save(before, bytes, &size));
                ck_ok(lgd_optimizer_load(opt, bytes, size));
                lgd_optimizer_free(before);
            }
            lgd_minimize_options o = in_blocks(64, 1);
            o.max_epochs = part ? 2 : 4;
            o.first_epoch = epoch;
            ck_ok(lgd_minimize(f, opt, w[part], &o, NULL));
            before = opt;
            lgd_objective_free(f);
            lgd_matrix_free(A);
        }
        lgd_optimizer_free(before);
    }
    ck_assert_mem_eq(w[0], w[1], sizeof w[0]);
}
END_TEST

/* Several callers, each with a run of its own on the one stream, and few buffers. */
static lgd_matrix *shared;

static void *run_beside(void *ctx)
{
    outcome *to = ctx;
    for (size_t i = 0; i < 3; i++)
        if (train(shared, 1, in_blocks(64, 1), to))
            return "failed";
    return NULL;
}

START_TEST(stream_of_several_callers_has_the_bits_of_one)
{
    enum { CALLERS = 4 };
    source from;
    outcome expected, got[CALLERS];
    pthread_t thread[CALLERS];
    lgd_matrix *D = in_memory(&t, false);
    ck_ok(train(D, 1, in_blocks(64, 1), &expected));
    lgd_matrix_free(D);
    shared = streamed(&from, &t, false, 100, 2);
    for (size_t i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, run_beside, &got[i]), 0);
    for (size_t i = 0; i < CALLERS; i++) {
        void *failed;
        ck_assert_int_eq(pthread_join(thread[i], &failed), 0);
        ck_assert_ptr_null(failed);
        ck_assert_mem_eq(&got[i], &expected, sizeof expected);
    }
    lgd_matrix_free(shared);
}
END_TEST

#ifndef __SANITIZE_THREAD__ /* which has no threads after a fork */
/* The thread is the parent's: a child reads with one of its own, also where it is made while a read is under way. */
START_TEST(stream_after_a_fork_is_the_child_s_too)
{
    source from;
    outcome expected;
    lgd_matrix *A = streamed(&from, &t, false, 100, 6);
    ck_ok(train(A, 1, in_blocks(64, 1), &expected));
    from.delay = 50000;
    for (size_t rows = 10; rows < 400; rows += 60) {
        double z[400];
        ck_ok(lgd_matrix_forward(A, &(lgd_rows){0, rows, NULL}, 1, t.y, 1, z, 1));
        const pid_t child = fork();
        if (!child) {
            outcome got;
            alarm(60);
            atomic_store(&from.within, 0);
            const bool same = !train(A, 1, in_blocks(64, 2), &got) && !memcmp(&got, &expected, sizeof got);
            lgd_matrix_free(A);
            _exit(same ? 0 : 1);
        }
        int ended = -1;
        ck_assert_int_gt(child, 0);
        ck_assert_int_eq(waitpid(child, &ended, 0), child);
        ck_assert_int_eq(ended, 0);
    }
    outcome again;
    ck_ok(train(A, 1, in_blocks(64, 1), &again));
    ck_assert_mem_eq(&again, &expected, sizeof again);
    lgd_matrix_free(A);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("stream");
    TCase *cases = tcase_create("stream");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 300);
    tcase_add_test(cases, stream_products_have_the_bits_of_dense_rows);
    tcase_add_test(cases, stream_runs_have_the_bits_of_rows_in_memory);
    tcase_add_test(cases, stream_runs_of_several_outputs_have_the_bits_of_rows_in_memory);
    tcase_add_test(cases, stream_checks_as_a_matrix_and_is_standardised);
    tcase_add_test(cases, stream_presets_are_half_a_megabyte_and_told);
    tcase_add_test(cases, stream_of_what_cannot_be_is_refused);
    tcase_add_test(cases, stream_of_no_rows_or_one_is_a_matrix);
    tcase_add_test(cases, stream_of_more_rows_than_32_bits_count_is_visited_at_its_end);
    tcase_add_test(cases, stream_read_that_fails_ends_the_run_and_may_be_tried_again);
    tcase_add_test(cases, stream_single_failure_is_the_call_s_or_none_when_synchronous_the_former);
    tcase_add_test(cases, stream_failure_without_a_sentence_is_named);
    tcase_add_test(cases, stream_number_that_is_not_finite_is_named_by_row_and_column);
    tcase_add_test(cases, stream_each_allocation_failing_leaves_nothing);
    tcase_add_test(cases, stream_freed_while_it_reads_waits_for_that);
    tcase_add_test(cases, stream_that_is_slow_has_the_same_bits);
    tcase_add_test(cases, stream_with_memory_for_all_reads_each_row_once);
    tcase_add_test(cases, stream_in_blocks_reads_each_row_once_an_epoch);
    tcase_add_test(cases, stream_shuffled_reads_rows_by_themselves);
    tcase_add_test(cases, stream_in_blocks_of_few_of_its_rows_reads_these);
    tcase_add_test(cases, stream_run_that_stops_within_an_epoch_leaves_a_stream_that_goes_on);
    tcase_add_test(cases, stream_run_that_is_saved_goes_on_with_the_same_bits);
    tcase_add_test(cases, stream_of_several_callers_has_the_bits_of_one);
#ifndef __SANITIZE_THREAD__
    tcase_add_test(cases, stream_after_a_fork_is_the_child_s_too);
#endif
    suite_add_tcase(suite, cases);
    return suite_run(suite);
}
