/* Rows that are read as they are needed have the bits of rows in memory, whatever is read when and by whom; and what goes wrong in
 * reading is told, and no more. */
#include "matrix/rows.h"
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
    size_t fail_from, fail_to;
    long delay;
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

int main(void)
{
    Suite *suite = suite_create("stream");
    CASE(suite, stream_products_have_the_bits_of_dense_rows);
    return suite_run(suite);
}
