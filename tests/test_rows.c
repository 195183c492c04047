/* Products of rows with one vector, by the library's own loops: each against plain loops in the order of operations that is promised,
 * bit for bit, for every width of registers that this machine has. */
#define _DEFAULT_SOURCE
#include "suite.h"
#include "matrix/rows.h"
#include <float.h>
#include <lgd.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define OK(call) ck_assert_msg((call) == LGD_OK, "%s", lgd_last_error())

/* Fails unless the call returned the status with this in its sentence. */
#define REFUSED(call, status, text)                                                                                    \
    do {                                                                                                               \
        ck_assert_int_eq(call, status);                                                                                \
        ck_assert_msg(strstr(lgd_last_error(), text) != NULL, "'%s' lacks '%s'", lgd_last_error(), text);              \
    } while (0)

/* ---- what is promised, in plain loops */

/* Rounded, whatever the compiler would like to contract. */
static double times(double a, double b)
{
    volatile double product = a * b;
    return product;
}

static double plain_score(size_t n, const double *x, const double *w)
{
    double s[8] = {0};
    for (size_t j = 0; j < n; j++)
        s[j % 8] += times(x[j], w[j]);
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

static void plain_update(size_t n, const double *x, double slope, double *g)
{
    for (size_t j = 0; j < n; j++)
        g[j] += times(slope, x[j]);
}

static void plain_step(size_t n, const double *x, double slope, const lgd_row_step *step, double *w)
{
    for (size_t j = 0; j < n; j++)
        w[j] -= times(step->lr, times(slope, x[j]) / step->by + times(step->l2, w[j]));
}

/* The positions of `count` rows as they are visited: blocks as long as can be by their eighths, and fewer than 16 rows in order. */
static void plain_order(size_t cols, size_t count, size_t *position)
{
    size_t i = 0, first = 0;
    for (size_t block = cols < 512 ? 512 : 64; block >= 16; block /= 2)
        for (; first + block <= count; first += block)
            for (size_t c = 0; c < block / 8; c++)
                for (size_t r = 0; r < 8; r++)
                    position[i++] = first + r * (block / 8) + c;
    for (; i < count; i++)
        position[i] = i;
}

/* ---- numbers, and whether they are the same */

enum { MOST = 10000, LARGE = 9 * MOST + 64 };

static double uniform[LARGE]; /* in [-1, 1), all of them floats, some of them denormal ones */

static void make_numbers(void)
{
    lgd_uniform(1, 0, LARGE, uniform);
    for (size_t i = 0; i < LARGE; i++)
        uniform[i] = (float)(2 * uniform[i] - 1) * (i % 101 == 0 ? 0x1p-130f : 1);
}

/* A NaN has bits that depend on the order in which two of them meet. */
static bool same(size_t count, const double *a, const double *b)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(a + i, b + i, sizeof *a) != 0 && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

/* Memory of which the last byte is the last that can be touched. */
static char *room(size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = (bytes + page - 1) / page * page;
    char *at = mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(at != MAP_FAILED);
    ck_assert_int_eq(mprotect(at + whole, page, PROT_NONE), 0);
    return at + whole;
}

/* ---- kernels */

/* Arrays that end where memory does, and the rows that are handed to a kernel. */
typedef struct bench {
    char *x_end, *w_end, *g_end;
    const void *row[LGD_ROWS_MOST], *next[LGD_ROWS_MOST];
    double *copy; /* rows in double, from the first number on */
    double *expected;
} bench;

static bench open_bench(void)
{
    make_numbers();
    const size_t bytes = LARGE * sizeof(double);
    bench b = {room(bytes), room(bytes), room(bytes), .copy = malloc(bytes), .expected = malloc(bytes)};
    for (size_t r = 0; r < LGD_ROWS_MOST; r++)
        b.next[r] = b.x_end; /* may be asked for, and not be read */
    return b;
}

static void close_bench(bench *b)
{
    free(b->copy);
    free(b->expected);
}

/* The `count` rows of n numbers at the end of memory, in order, or with `last` the last of them again and again. */
static void lay_rows(bench *b, size_t n, size_t count, bool single, bool last)
{
    const size_t number = single ? sizeof(float) : sizeof(double);
    char *x = b->x_end - count * n * number;
    for (size_t i = 0; i < count * n; i++) {
        if (single)
            ((float *)(void *)x)[i] = (float)uniform[i];
        else
            ((double *)(void *)x)[i] = uniform[i];
    }
    for (size_t r = 0; r < count; r++) {
        const size_t from = last ? count - 1 : r;
        b->row[r] = x + from * n * number;
        memcpy(b->copy + r * n, uniform + from * n, n * sizeof(double));
    }
}

static double *numbers_at(char *end, size_t n)
{
    double *x = (double *)(void *)end - n;
    memcpy(x, uniform + 7, n * sizeof *x);
    return x;
}

static void try_kernels(bench *b, const lgd_row_kernels *k, bool single, size_t n, size_t count, bool last)
{
    const double slope[LGD_ROWS_MOST + 1] = {0.5, -3, 0x1p-1070, 1e300, 0, -0.0, 1.0 / 3};
    double z[LGD_ROWS_MOST], *w = numbers_at(b->w_end, n), *g = numbers_at(b->g_end, n);
    lay_rows(b, n, count, single, last);
    for (int whole = 0; whole < 2; whole++) {
        k->scores(n, count, b->row, b->next, w, whole, z);
        for (size_t r = 0; r < count; r++)
            b->expected[r] = plain_score(n, b->copy + r * n, w);
        ck_assert_msg(same(count, z, b->expected), "%s: scores of %zu rows of %zu", k->name, count, n);
    }
    memcpy(b->expected, g, n * sizeof *g);
    for (size_t r = 0; r < count; r++)
        plain_update(n, b->copy + r * n, slope[r % 7], b->expected);
    double slopes[LGD_ROWS_MOST];
    for (size_t r = 0; r < count; r++)
        slopes[r] = slope[r % 7];
    k->update(n, count, b->row, b->next, slopes, g);
    ck_assert_msg(same(n, g, b->expected), "%s: update by %zu rows of %zu", k->name, count, n);
}

static void try_step(bench *b, const lgd_row_kernels *k, bool single, size_t n)
{
    const lgd_row_step steps[] = {{0.1, 1, 0, NULL}, {0.1, 3, 0, NULL}, {0.1, 1, 0.01, NULL}, {-7, 0.3, 2, NULL}};
    lay_rows(b, n, 1, single, true);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        double *w = numbers_at(b->w_end, n);
        memcpy(b->expected, w, n * sizeof *w);
        k->step(n, b->row[0], b->next[0], -1.0 / 3, &steps[i], w);
        plain_step(n, b->copy, -1.0 / 3, &steps[i], b->expected);
        ck_assert_msg(same(n, w, b->expected), "%s: step %zu by a row of %zu", k->name, i, n);
    }
}

static void try_length(bench *b, size_t n, size_t most)
{
    for (int single = 0; single < 2; single++)
        for (size_t i = 0; lgd_row_kernels_at(i, single); i++) {
            const lgd_row_kernels *k = lgd_row_kernels_at(i, single);
            for (size_t count = 0; count <= most; count++)
                for (int last = 0; last < 2 && count; last++)
                    try_kernels(b, k, single, n, count, last);
            try_step(b, k, single, n);
        }
}

START_TEST(kernels_of_every_width_and_short_rows_order_of_the_lanes)
{
    bench b = open_bench();
    for (size_t n = 1; n <= 40; n++)
        try_length(&b, n, 21);
    close_bench(&b);
}
END_TEST

START_TEST(kernels_of_every_width_and_long_rows_order_of_the_lanes)
{
    bench b = open_bench();
    const size_t length[] = {63, 64, 65, 100};
    for (size_t i = 0; i < sizeof length / sizeof *length; i++)
        for (int single = 0; single < 2; single++)
            for (size_t k = 0; lgd_row_kernels_at(k, single); k++)
                try_kernels(&b, lgd_row_kernels_at(k, single), single, length[i], LGD_ROWS_MOST, false);
    for (size_t i = 0; i < sizeof length / sizeof *length; i++)
        try_length(&b, length[i], 9);
    try_length(&b, 500, 9);
    for (int single = 0; single < 2; single++)
        for (size_t k = 0; lgd_row_kernels_at(k, single); k++)
            for (size_t count = 1; count <= 9; count += 4) {
                try_kernels(&b, lgd_row_kernels_at(k, single), single, 4096, count, count == 5);
                try_kernels(&b, lgd_row_kernels_at(k, single), single, MOST, count, count == 5);
                try_step(&b, lgd_row_kernels_at(k, single), single, MOST - count);
            }
    close_bench(&b);
}
END_TEST

/* A number that is none reaches the scores of all rows and its coordinate of an update, and nothing else. */
START_TEST(kernels_with_numbers_that_are_not_finite_pass_them_on)
{
    enum { COUNT = 13 };
    bench b = open_bench();
    const double bad[] = {INFINITY, -INFINITY, NAN};
    for (size_t n = 1; n <= 40; n++)
        for (int single = 0; single < 2; single++)
            for (size_t i = 0; lgd_row_kernels_at(i, single); i++)
                for (size_t at = 0; at < n; at++) {
                    const lgd_row_kernels *k = lgd_row_kernels_at(i, single);
                    double z[COUNT], slope[COUNT], *w = numbers_at(b.w_end, n), *g = numbers_at(b.g_end, n);
                    lay_rows(&b, n, COUNT, single, false);
                    w[at] = bad[at % 3];
                    k->scores(n, COUNT, b.row, b.next, w, false, z);
                    for (size_t r = 0; r < COUNT; r++) {
                        const double expected = plain_score(n, b.copy + r * n, w);
                        ck_assert_msg(!isfinite(z[r]) && same(1, &expected, &z[r]), "%s: score of %zu: %g", k->name, n,
                                      z[r]);
                        slope[r] = r == at % COUNT ? bad[at % 3] : 1;
                    }
                    memcpy(b.expected, g, n * sizeof *g);
                    for (size_t r = 0; r < COUNT; r++)
                        plain_update(n, b.copy + r * n, slope[r], b.expected);
                    k->update(n, COUNT, b.row, b.next, slope, g);
                    ck_assert_msg(same(n, g, b.expected), "%s: update of %zu", k->name, n);
                }
    close_bench(&b);
}
END_TEST

START_TEST(kernels_of_this_machine_from_the_plainest_to_the_best)
{
    size_t count = 0;
    while (lgd_row_kernels_at(count, false)) {
        ck_assert_ptr_nonnull(lgd_row_kernels_at(count, true));
        ck_assert_str_ne(lgd_row_kernels_at(count, false)->name, lgd_row_kernels_at(count, true)->name);
        for (size_t i = 0; i < count; i++)
            ck_assert_str_ne(lgd_row_kernels_at(i, false)->name, lgd_row_kernels_at(count, false)->name);
        count++;
    }
    ck_assert_str_eq(lgd_row_kernels_at(0, false)->name, "rows, plain");
    ck_assert_ptr_null(lgd_row_kernels_at(count, true));
    ck_assert_ptr_eq(lgd_row_kernels_best(false), lgd_row_kernels_at(count - 1, false));
    ck_assert_ptr_eq(lgd_row_kernels_best(true), lgd_row_kernels_at(count - 1, true));
#ifdef __AVX2__ /* what the tests are compiled for, this machine has */
    ck_assert_uint_gt(count, 1);
#endif
}
END_TEST

/* ---- sweeps over the rows of a storage */

/* Rows of a storage with gaps of NaN between them, in double or single precision, at any address of a number. */
typedef struct table {
    size_t rows, cols, ld;
    double *x; /* [rows x cols], what the numbers are */
    char *memory;
    lgd_row_storage storage;
} table;

static table make_table(size_t rows, size_t cols, size_t gap, bool single, const lgd_row_kernels *kernels)
{
    const size_t number = single ? sizeof(float) : sizeof(double), ld = cols + gap;
    table t = {rows, cols, ld, malloc(rows * cols * sizeof *t.x), malloc((rows * ld + 1) * number), {0}};
    char *data = t.memory + number; /* not at the beginning of a line, nor of a register */
    for (size_t i = 0; i < rows * ld; i++) {
        const size_t row = i / ld, j = i % ld;
        const double e = j < cols ? uniform[(row * cols + j) % LARGE] : NAN;
        if (single)
            ((float *)(void *)data)[i] = (float)e;
        else
            ((double *)(void *)data)[i] = e;
        if (j < cols)
            t.x[row * cols + j] = e;
    }
    t.storage = (lgd_row_storage){data, rows, cols, ld * number, kernels};
    return t;
}

static void free_table(table *t)
{
    free(t->x);
    free(t->memory);
}

static size_t row_of(const lgd_rows *rows, size_t position)
{
    return rows->index ? rows->index[rows->first + position] : rows->first + position;
}

/* The slope of a row at its place: any function of both. */
static double slope_of(double score, size_t position)
{
    return times(0.5, score) - (double)(position % 5);
}

/* What slopes were asked for: the order of the positions, and the scores. */
typedef struct asked {
    size_t done, *position;
    double *score;
    size_t fails_at; /* SIZE_MAX: never */
} asked;

static lgd_status ask(void *ctx, size_t count, const size_t *position, double *Z)
{
    asked *a = ctx;
    ck_assert_uint_le(count, LGD_ROWS_MOST);
    if (a->done >= a->fails_at)
        return lgd_set_error(LGD_EUSER, "slopes: enough");
    for (size_t i = 0; i < count; i++) {
        a->position[a->done + i] = position[i];
        a->score[a->done + i] = Z[i];
        Z[i] = slope_of(Z[i], position[i]);
    }
    a->done += count;
    return LGD_OK;
}

/* All that a storage does over some of its rows, against plain loops. */
static void try_rows(const table *t, const lgd_rows *rows)
{
    const size_t m = rows->count, n = t->cols;
    const char *name = t->storage.kernels->name;
    bool right = true;
    size_t *order = malloc((2 * m + 1) * sizeof *order);
    double *score = malloc((4 * m + 2 * n + 3) * sizeof *score), *seen = score + m, *Z = seen + m, *R = Z + 2 * m,
           *g = R + 1, *expected = g + n;
    const double *w = uniform + 11;
    asked a = {0, order + m, seen, SIZE_MAX};
    plain_order(n, m, order);
    for (size_t i = 0; i < m; i++)
        score[i] = plain_score(n, t->x + row_of(rows, i) * n, w);
    for (size_t i = 0; i < 2 * m; i++)
        Z[i] = 0.25;
    lgd_rows_forward(&t->storage, rows, w, Z, 2);
    for (size_t i = 0; i < m; i++)
        right &= same(1, Z + 2 * i, score + i) && Z[2 * i + 1] == 0.25;
    ck_assert_msg(right, "%s: forward of %zu rows of %zu", name, m, n);

    /* the gradient: slopes of the scores, row after row in the order of visits */
    memcpy(expected, uniform, n * sizeof *g);
    memcpy(g, uniform, n * sizeof *g);
    for (size_t i = 0; i < m; i++)
        plain_update(n, t->x + row_of(rows, order[i]) * n, slope_of(score[order[i]], order[i]), expected);
    OK(lgd_rows_fused(&t->storage, rows, w, ask, &a, g));
    ck_assert_msg(same(n, g, expected), "%s: gradient of %zu rows of %zu", name, m, n);
    ck_assert_uint_eq(a.done, m);
    ck_assert_msg(memcmp(a.position, order, m * sizeof *order) == 0, "%s: order of %zu rows of %zu", name, m, n);
    for (size_t i = 0; i < m; i++)
        right &= same(1, seen + i, score + order[i]);
    ck_assert_msg(right, "%s: scores of %zu rows of %zu", name, m, n);

    /* forward, slopes, adjoint is the same */
    for (size_t i = 0; i < m; i++)
        Z[2 * i] = slope_of(score[i], i);
    memcpy(g, uniform, n * sizeof *g);
    lgd_rows_adjoint(&t->storage, rows, Z, 2, g);
    ck_assert_msg(same(n, g, expected), "%s: adjoint of %zu rows of %zu", name, m, n);

    /* scores alone */
    a.done = 0;
    OK(lgd_rows_fused(&t->storage, rows, w, ask, &a, NULL));
    ck_assert_uint_eq(a.done, m);
    for (size_t i = 0; i < m; i++)
        right &= same(1, seen + i, score + order[i]);
    ck_assert_msg(right, "%s: only scores of %zu rows of %zu", name, m, n);

    /* steps, in the order of the set */
    const lgd_row_step step = {0.01, 1.5, 0.125, NULL};
    memcpy(expected, w, n * sizeof *g);
    memcpy(g, w, n * sizeof *g);
    for (size_t i = 0; i < m; i++) {
        const double *x = t->x + row_of(rows, i) * n;
        plain_step(n, x, slope_of(plain_score(n, x, expected), i), &step, expected);
    }
    a.done = 0;
    OK(lgd_rows_descend(&t->storage, rows, &step, ask, &a, g));
    ck_assert_msg(same(n, g, expected), "%s: steps by %zu rows of %zu", name, m, n);
    for (size_t i = 0; i < m; i++)
        right &= a.position[i] == i;
    ck_assert_msg(right, "%s: order of steps by %zu rows of %zu", name, m, n);
    free(order);
    free(score);
}

static void try_storage(size_t rows, size_t cols, size_t gap)
{
    size_t *index = malloc((rows + 3) * sizeof *index);
    lgd_permutation(3, 1, rows, index);
    index[rows] = index[rows + 1] = index[rows + 2] = rows - 1;
    for (int single = 0; single < 2; single++)
        for (size_t i = 0; lgd_row_kernels_at(i, single); i++) {
            table t = make_table(rows, cols, gap, single, lgd_row_kernels_at(i, single));
            try_rows(&t, &(lgd_rows){0, rows, NULL});
            try_rows(&t, &(lgd_rows){0, rows + 3, index});
            if (rows > 5)
                try_rows(&t, &(lgd_rows){2, rows - 3, NULL});
            free_table(&t);
        }
    free(index);
}

START_TEST(sweeps_over_few_rows_scores_slopes_and_rows_in_order)
{
    make_numbers();
    for (size_t rows = 1; rows <= 70; rows++)
        try_storage(rows, 1 + rows % 19, rows % 3);
    try_storage(70, 100, 1);
}
END_TEST

START_TEST(sweeps_over_blocks_of_rows_the_order_of_eighths)
{
    make_numbers();
    const size_t counts[] = {511, 512, 513, 1025};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        try_storage(counts[i], 3 + 5 * i, i % 2);
    try_storage(513, 100, 3);
    try_storage(65, 511, 0);  /* shorter than a page */
    try_storage(130, 512, 1); /* and as long: smaller blocks */
    try_storage(9, 5000, 0);
}
END_TEST

START_TEST(sweeps_that_slopes_end_go_no_further)
{
    make_numbers();
    table t = make_table(300, 20, 0, false, lgd_row_kernels_best(false));
    size_t position[300];
    double score[300], g[20] = {0}, w[20] = {0};
    asked a = {0, position, score, 65};
    ck_assert_int_eq(lgd_rows_fused(&t.storage, &(lgd_rows){0, 300, NULL}, w, ask, &a, g), LGD_EUSER);
    ck_assert_str_eq(lgd_last_error(), "slopes: enough");
    ck_assert_uint_lt(a.done, 300);
    a.done = 0;
    ck_assert_int_eq(
        lgd_rows_descend(&t.storage, &(lgd_rows){0, 300, NULL}, &(lgd_row_step){.lr = 1, .by = 1}, ask, &a, w),
        LGD_EUSER);
    ck_assert_uint_eq(a.done, 65);
    free_table(&t);
}
END_TEST

/* ---- matrices */

enum { ROWS = 1100, COLS = 37 };

/* Data of a problem, in double and single precision, of the same values. */
typedef struct problem {
    double x[ROWS * COLS], y[ROWS], label[ROWS], weight[ROWS], w[COLS + 1];
    float single[ROWS * COLS];
} problem;

static problem *make_problem(void)
{
    problem *p = malloc(sizeof *p);
    ck_assert_ptr_nonnull(p);
    make_numbers();
    for (size_t i = 0; i < ROWS * COLS; i++) {
        p->x[i] = uniform[i];
        p->single[i] = (float)p->x[i];
    }
    for (size_t i = 0; i < ROWS; i++) {
        p->y[i] = uniform[i + 5];
        p->label[i] = uniform[i + 9] > 0;
        p->weight[i] = 0.5 + 0.5 * (double)(i % 3); /* whose sum is exact */
    }
    memcpy(p->w, uniform + 3, sizeof p->w);
    return p;
}

static lgd_matrix *dense(const problem *p)
{
    lgd_matrix *A;
    OK(lgd_matrix_dense(&A, ROWS, COLS, p->x, COLS));
    return A;
}

/* Both products with one vector, over rows of A and over rows of B. */
static void expect_same_products(const lgd_matrix *A, const lgd_rows *of_a, const lgd_matrix *B, const lgd_rows *of_b,
                                 const double *w)
{
    double za[ROWS], zb[ROWS], ga[COLS] = {0}, gb[COLS] = {0};
    const size_t count = of_a ? of_a->count : ROWS;
    OK(lgd_matrix_forward(A, of_a, 1, w, 1, za, 1));
    OK(lgd_matrix_forward(B, of_b, 1, w, 1, zb, 1));
    ck_assert_msg(memcmp(za, zb, count * sizeof *za) == 0, "scores");
    OK(lgd_matrix_adjoint(A, of_a, 1, za, 1, ga, 1));
    OK(lgd_matrix_adjoint(B, of_b, 1, za, 1, gb, 1));
    ck_assert_msg(memcmp(ga, gb, sizeof ga) == 0, "adjoints");
}

/* Value and gradient, of rows of f and of rows of h. */
static void expect_same_gradient(lgd_objective *f, const lgd_rows *of_f, lgd_objective *h, const lgd_rows *of_h,
                                 const double *w)
{
    double a, b, ga[COLS + 1] = {0}, gb[COLS + 1] = {0};
    OK(lgd_objective_eval(f, of_f, w, &a, ga));
    OK(lgd_objective_eval(h, of_h, w, &b, gb));
    ck_assert_msg(memcmp(&a, &b, sizeof a) == 0, "%.17g is not %.17g", a, b);
    ck_assert_msg(memcmp(ga, gb, sizeof ga) == 0, "gradients");
}

static lgd_objective *logistic(const lgd_matrix *A, const problem *p)
{
    lgd_objective *f;
    OK(lgd_glm_create(&f, A, p->label, lgd_loss_logistic(),
                      &(lgd_glm_options){.l2 = 0.01, .intercept = true, .weights = p->weight}));
    return f;
}

/* Rows of p in the order of an index, as a problem of its own. */
static problem *in_order(const problem *p, const size_t *index)
{
    problem *q = malloc(sizeof *q);
    ck_assert_ptr_nonnull(q);
    memcpy(q->w, p->w, sizeof p->w);
    for (size_t i = 0; i < ROWS; i++) {
        memcpy(q->x + i * COLS, p->x + index[i] * COLS, COLS * sizeof *q->x);
        memcpy(q->single + i * COLS, p->single + index[i] * COLS, COLS * sizeof *q->single);
        q->y[i] = p->y[index[i]];
        q->label[i] = p->label[index[i]];
        q->weight[i] = p->weight[index[i]];
    }
    return q;
}

START_TEST(rows_gathered_the_bits_of_those_side_by_side)
{
    problem *p = make_problem();
    size_t index[ROWS];
    lgd_permutation(5, 1, ROWS, index);
    problem *q = in_order(p, index);
    for (int single = 0; single < 2; single++) {
        lgd_matrix *A, *B;
        OK(single ? lgd_matrix_dense_f32(&A, ROWS, COLS, p->single, COLS)
                  : lgd_matrix_dense(&A, ROWS, COLS, p->x, COLS));
        OK(single ? lgd_matrix_dense_f32(&B, ROWS, COLS, q->single, COLS)
                  : lgd_matrix_dense(&B, ROWS, COLS, q->x, COLS));
        lgd_objective *f = logistic(A, p), *h = logistic(B, q);
        const size_t sizes[] = {1, 2, 7, 8, 9, 64, 100, 511, 512, 513, ROWS};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            const lgd_rows scattered = {ROWS - sizes[i], sizes[i], index}, beside = {ROWS - sizes[i], sizes[i], NULL};
            expect_same_products(A, &scattered, B, &beside, p->w);
            expect_same_gradient(f, &scattered, h, &beside, p->w);
        }
        lgd_objective_free(f);
        lgd_objective_free(h);
        lgd_matrix_free(A);
        lgd_matrix_free(B);
    }
    free(p);
    free(q);
}
END_TEST

START_TEST(floats_of_the_same_values_the_bits_of_doubles)
{
    problem *p = make_problem();
    lgd_matrix *A = dense(p), *B;
    OK(lgd_matrix_dense_f32(&B, ROWS, COLS, p->single, COLS));
    expect_same_products(A, NULL, B, NULL, p->w);
    lgd_objective *f = logistic(A, p), *h = logistic(B, p);
    expect_same_gradient(f, NULL, h, NULL, p->w);

    const size_t batches[] = {0, 1, 8, 100};
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        double of_f[COLS + 1] = {0}, of_h[COLS + 1] = {0};
        const lgd_minimize_options o = {.batch_size = batches[i], .max_epochs = 2, .grad_tol = LGD_ZERO, .seed = 1};
        lgd_optimizer *opt;
        OK(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.05}));
        OK(lgd_minimize(f, opt, of_f, &o, NULL));
        lgd_optimizer_reset(opt);
        OK(lgd_minimize(h, opt, of_h, &o, NULL));
        ck_assert_msg(memcmp(of_f, of_h, sizeof of_f) == 0, "batches of %zu", batches[i]);
        ck_assert(of_f[0] != 0);
        lgd_optimizer_free(opt);
    }
    lgd_objective_free(f);
    lgd_objective_free(h);
    lgd_matrix_free(A);
    lgd_matrix_free(B);
    free(p);
}
END_TEST

START_TEST(copy_of_the_data_the_bits_of_the_data_after_they_are_gone)
{
    problem *p = make_problem();
    lgd_matrix *A = dense(p), *B;
    double *apart = malloc(ROWS * (COLS + 3) * sizeof *apart);
    for (size_t i = 0; i < ROWS * (COLS + 3); i++)
        apart[i] = i % (COLS + 3) < COLS ? p->x[i / (COLS + 3) * COLS + i % (COLS + 3)] : NAN;
    OK(lgd_matrix_dense_copy(&B, ROWS, COLS, apart, COLS + 3));
    for (size_t i = 0; i < ROWS * (COLS + 3); i++)
        apart[i] = NAN;
    free(apart);
    expect_same_products(A, NULL, B, NULL, p->w);
    lgd_objective *f = logistic(A, p), *h = logistic(B, p);
    expect_same_gradient(f, NULL, h, NULL, p->w);
    lgd_objective_free(f);
    lgd_objective_free(h);
    lgd_matrix_free(A);
    lgd_matrix_free(B);

    OK(lgd_matrix_dense_copy(&B, 0, COLS, NULL, COLS));
    ck_assert_uint_eq(lgd_matrix_rows(B), 0);
    lgd_matrix_free(B);
    REFUSED(lgd_matrix_dense_copy(&B, 2, 3, p->x, 2), LGD_EINVAL, "ld is 2, at least cols = 3 is accepted");
    ck_assert_ptr_null(B);
    p->x[4] = INFINITY;
    REFUSED(lgd_matrix_dense_copy(&B, 2, 3, p->x, 3), LGD_EINVAL, "the number in row 1, column 1 (from 0) is inf");
    free(p);
}
END_TEST

START_TEST(subset_of_rows_the_bits_of_their_own_matrix)
{
    problem *p = make_problem();
    size_t index[ROWS];
    lgd_permutation(6, 1, ROWS, index);
    problem *q = in_order(p, index);
    lgd_matrix *A = dense(p), *B;
    const size_t first = 30, count = 700;
    OK(lgd_matrix_dense(&B, count, COLS, q->x + first * COLS, COLS));
    lgd_objective *whole, *f, *h;
    OK(lgd_glm_create(&whole, A, p->y, lgd_loss_half_squared(), NULL));
    OK(lgd_objective_subset(&f, whole, &(lgd_rows){first, count, index}));
    OK(lgd_glm_create(&h, B, q->y + first, lgd_loss_half_squared(), NULL));
    expect_same_gradient(f, NULL, h, NULL, p->w);
    expect_same_gradient(f, &(lgd_rows){5, 600, NULL}, h, &(lgd_rows){5, 600, NULL}, p->w);
    lgd_objective_free(f);
    lgd_objective_free(h);
    lgd_objective_free(whole);
    lgd_matrix_free(A);
    lgd_matrix_free(B);
    free(p);
    free(q);
}
END_TEST

START_TEST(score_of_a_row_alone_the_same_in_any_company)
{
    problem *p = make_problem();
    for (int single = 0; single < 2; single++) {
        lgd_matrix *A;
        OK(single ? lgd_matrix_dense_f32(&A, ROWS, COLS, p->single, COLS)
                  : lgd_matrix_dense(&A, ROWS, COLS, p->x, COLS));
        double alone[ROWS], z[ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            OK(lgd_matrix_forward(A, &(lgd_rows){i, 1, NULL}, 1, p->w, 1, &alone[i], 1));
            ck_assert_double_eq(alone[i], plain_score(COLS, p->x + i * COLS, p->w));
        }
        for (size_t count = 2; count <= ROWS; count += count < 70 ? 1 : 343)
            for (size_t first = 0; first + count <= ROWS; first += count / 2 + 31) {
                OK(lgd_matrix_forward(A, &(lgd_rows){first, count, NULL}, 1, p->w, 1, z, 1));
                ck_assert_msg(memcmp(z, alone + first, count * sizeof *z) == 0, "%zu rows from %zu", count, first);
            }
        lgd_matrix_free(A);
    }
    free(p);
}
END_TEST

/* ---- a storage that hands out its rows by panels */

/* As of a file: 512 rows at a time are there, as a matrix of their own. */
typedef struct stream {
    const double *data;
    double panel[512 * COLS];
} stream;

static lgd_status each_panel(stream *s, const lgd_rows *rows, const double *in, double *out, bool forward)
{
    lgd_status status = LGD_OK;
    for (size_t done = 0; done < rows->count && !status; done += 512) {
        const size_t left = rows->count - done, count = left < 512 ? left : 512;
        lgd_matrix *A;
        for (size_t i = 0; i < count; i++)
            memcpy(s->panel + i * COLS, s->data + row_of(rows, done + i) * COLS, COLS * sizeof *s->panel);
        status = lgd_matrix_dense(&A, count, COLS, s->panel, COLS);
        if (!status)
            status = forward ? lgd_matrix_forward(A, NULL, 1, in, 1, out + done, 1)
                             : lgd_matrix_adjoint(A, NULL, 1, in + done, 1, out, 1);
        lgd_matrix_free(A);
    }
    return status;
}

static lgd_status stream_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                                 size_t ldz)
{
    ck_assert(k == 1 && ldw == 1 && ldz == 1);
    return each_panel(ctx, rows, W, Z, true);
}

static lgd_status stream_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                                 size_t ldg)
{
    ck_assert(k == 1 && ldr == 1 && ldg == 1);
    return each_panel(ctx, rows, R, G, false);
}

static size_t stream_panel(void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return 512;
}

START_TEST(rows_streamed_by_panels_the_bits_of_those_in_memory)
{
    problem *p = make_problem();
    stream *s = malloc(sizeof *s);
    s->data = p->x;
    lgd_matrix *A = dense(p), *B;
    const lgd_matrix_ops ops = {.name = "stream",
                                .flags = LGD_CONCURRENT,
                                .forward = stream_forward,
                                .adjoint = stream_adjoint,
                                .panel = stream_panel};
    OK(lgd_matrix_create(&B, ROWS, COLS, &ops, s));
    expect_same_products(A, NULL, B, NULL, p->w);
    expect_same_products(A, &(lgd_rows){3, 1030, NULL}, B, &(lgd_rows){3, 1030, NULL}, p->w);

    lgd_objective *f, *h;
    OK(lgd_glm_create(&f, A, p->label, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01}));
    OK(lgd_glm_create(&h, B, p->label, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01}));
    double of_f[COLS] = {0}, of_h[COLS] = {0};
    const lgd_minimize_options o = {.max_epochs = 20, .grad_tol = LGD_ZERO, .threads = 1};
    lgd_optimizer *opt;
    OK(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.5}));
    OK(lgd_minimize(f, opt, of_f, &o, NULL));
    lgd_optimizer_reset(opt);
    OK(lgd_minimize(h, opt, of_h, &o, NULL));
    ck_assert_msg(memcmp(of_f, of_h, sizeof of_f) == 0, "the points of two runs");
    ck_assert(of_f[0] != 0);
    ck_assert_str_eq(lgd_matrix_kernel(B, 1), "its own");
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_objective_free(h);
    lgd_matrix_free(A);
    lgd_matrix_free(B);
    free(s);
    free(p);
}
END_TEST

/* ---- steps row by row */

/* Descent by batches of one on half squares, in a plain loop. */
static void plain_descent(const problem *p, const lgd_glm_options *o, const size_t *index, double lr, double *w)
{
    double weights = 0;
    for (size_t i = 0; i < ROWS; i++)
        weights += o->weights ? o->weights[i] : 1;
    const lgd_row_step step = {lr, weights / ROWS, o->l2, NULL};
    for (size_t i = 0; i < ROWS; i++) {
        const size_t row = index[i];
        const double *x = p->x + row * COLS, score = plain_score(COLS, x, w) + (o->intercept ? w[COLS] : 0);
        const double slope = times(o->weights ? o->weights[row] : 1, score - p->y[row]);
        plain_step(COLS, x, slope, &step, w);
        if (o->intercept)
            w[COLS] -= times(lr, slope / step.by);
    }
}

/* An epoch of batches of one at w, and the mean of the values before each step. A clip that never acts takes the loop's own steps. */
static double descend(const lgd_matrix *A, const double *y, const lgd_loss *loss, const lgd_glm_options *o,
                      const lgd_minimize_options *options, double lr, double *w)
{
    lgd_objective *f;
    lgd_optimizer *opt;
    lgd_report report;
    OK(lgd_glm_create(&f, A, y, loss, o));
    OK(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = lr}));
    OK(lgd_minimize(f, opt, w, options, &report));
    ck_assert_uint_eq(report.steps, options->max_epochs * ROWS);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    return report.f;
}

START_TEST(batches_of_one_by_the_matrix_the_bits_of_the_loop)
{
    problem *p = make_problem();
    size_t index[ROWS];
    const lgd_minimize_options straight = {.batch_size = 1, .max_epochs = 1, .grad_tol = LGD_ZERO, .seed = 4};
    lgd_minimize_options looped = straight;
    looped.clip_value = 1e300;
    lgd_permutation(4, 0, ROWS, index);
    for (int kind = 0; kind < 8; kind++)
        for (int single = 0; single < 2; single++) {
            const lgd_glm_options o = {
                .l2 = kind & 1 ? 0.01 : 0, .intercept = kind & 2, .weights = kind & 4 ? p->weight : NULL};
            double by_matrix[COLS + 1] = {0}, by_loop[COLS + 1] = {0}, plain[COLS + 1] = {0};
            lgd_matrix *A;
            OK(single ? lgd_matrix_dense_f32(&A, ROWS, COLS, p->single, COLS)
                      : lgd_matrix_dense(&A, ROWS, COLS, p->x, COLS));
            double f = descend(A, p->y, lgd_loss_half_squared(), &o, &straight, 0.01, by_matrix);
            double g = descend(A, p->y, lgd_loss_half_squared(), &o, &looped, 0.01, by_loop);
            plain_descent(p, &o, index, 0.01, plain);
            ck_assert_msg(same(COLS + 1, by_matrix, plain), "kind %d: not a plain loop", kind);
            ck_assert_msg(same(COLS + 1, by_matrix, by_loop), "kind %d: not the loop's own steps", kind);
            ck_assert_msg(same(1, &f, &g), "kind %d: %.17g is not %.17g", kind, f, g);

            memset(by_matrix, 0, sizeof by_matrix);
            memset(by_loop, 0, sizeof by_loop);
            f = descend(A, p->label, lgd_loss_logistic(), &o, &straight, 0.1, by_matrix);
            g = descend(A, p->label, lgd_loss_logistic(), &o, &looped, 0.1, by_loop);
            ck_assert_msg(same(COLS + 1, by_matrix, by_loop) && by_loop[0] != 0, "kind %d: logistic", kind);
            ck_assert_msg(same(1, &f, &g), "kind %d: logistic: %.17g is not %.17g", kind, f, g);
            lgd_matrix_free(A);
        }
    free(p);
}
END_TEST

/* Rows that the objective leaves out are left out of the steps as well, in every order, and where a run ends within an epoch. */
START_TEST(batches_of_one_with_rows_of_no_weight_the_bits_of_the_loop)
{
    problem *p = make_problem();
    for (size_t i = 0; i < ROWS; i += 7)
        p->weight[i] = 0;
    lgd_matrix *A = dense(p);
    lgd_objective *f;
    const lgd_glm_options o = {.intercept = true, .weights = p->weight};
    OK(lgd_glm_create(&f, A, p->y, lgd_loss_half_squared(), &o));
    ck_assert_uint_eq(lgd_objective_terms(f), ROWS - (ROWS + 6) / 7);
    const lgd_order orders[] = {LGD_SHUFFLE, LGD_SEQUENTIAL, LGD_REPLACEMENT, LGD_BLOCKS, LGD_INTERLEAVED, LGD_WINDOW};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        double w[2][COLS + 1] = {{0}};
        for (int loop = 0; loop < 2; loop++) {
            const lgd_minimize_options options = {.batch_size = 1,
                                                  .max_steps = 1500,
                                                  .grad_tol = LGD_ZERO,
                                                  .order = orders[i],
                                                  .clip_value = loop ? 1e300 : 0};
            lgd_optimizer *opt;
            lgd_report report;
            OK(lgd_sgd_create(&opt, &(lgd_sgd_options){.lr = 0.01}));
            OK(lgd_minimize(f, opt, w[loop], &options, &report));
            ck_assert_uint_eq(report.steps, 1500);
            lgd_optimizer_free(opt);
        }
        ck_assert_msg(same(COLS + 1, w[0], w[1]) && w[0][0] != 0, "order %d", (int)orders[i]);
    }
    lgd_objective_free(f);
    lgd_matrix_free(A);
    free(p);
}
END_TEST

/* ---- which kernel */

START_TEST(kernel_of_blas_within_rounding_of_the_rows)
{
    problem *p = make_problem();
    for (int single = 0; single < 2; single++) {
        lgd_matrix *A, *B;
        OK(single ? lgd_matrix_dense_f32(&A, ROWS, COLS, p->single, COLS)
                  : lgd_matrix_dense(&A, ROWS, COLS, p->x, COLS));
        OK(single ? lgd_matrix_dense_f32(&B, ROWS, COLS, p->single, COLS)
                  : lgd_matrix_dense(&B, ROWS, COLS, p->x, COLS));
        OK(lgd_matrix_set_kernel(A, LGD_KERNEL_ROWS));
        OK(lgd_matrix_set_kernel(B, LGD_KERNEL_BLAS));
        double za[ROWS], zb[ROWS], ga[COLS] = {0}, gb[COLS] = {0}, size = 0;
        OK(lgd_matrix_forward(A, NULL, 1, p->w, 1, za, 1));
        OK(lgd_matrix_forward(B, NULL, 1, p->w, 1, zb, 1));
        for (size_t i = 0; i < ROWS; i++) {
            ck_assert_double_eq_tol(za[i], zb[i], 1e-12);
            size += fabs(za[i]);
        }
        OK(lgd_matrix_adjoint(A, NULL, 1, za, 1, ga, 1));
        OK(lgd_matrix_adjoint(B, NULL, 1, za, 1, gb, 1));
        for (size_t j = 0; j < COLS; j++)
            ck_assert_double_eq_tol(ga[j], gb[j], 1e-12 * size);

        lgd_objective *f = logistic(A, p), *h = logistic(B, p);
        double a, b, of_f[COLS + 1], of_h[COLS + 1];
        OK(lgd_objective_eval(f, NULL, p->w, &a, of_f));
        OK(lgd_objective_eval(h, NULL, p->w, &b, of_h));
        ck_assert_double_eq_tol(a, b, 1e-12 * a);
        for (size_t j = 0; j <= COLS; j++)
            ck_assert_double_eq_tol(of_f[j], of_h[j], 1e-12);
        lgd_objective_free(f);
        lgd_objective_free(h);
        lgd_matrix_free(A);
        lgd_matrix_free(B);
    }
    free(p);
}
END_TEST

static lgd_status use_nothing(void *ctx, lgd_kernel kernel)
{
    (void)ctx, (void)kernel;
    return LGD_EUSER;
}

static lgd_status no_sweep(void *ctx, const lgd_rows *rows, const double *w, lgd_slopes slopes, void *slopes_ctx,
                           double *g)
{
    (void)ctx, (void)rows, (void)w, (void)slopes, (void)slopes_ctx, (void)g;
    return LGD_OK;
}

static lgd_status two_at_once(void *ctx, const lgd_rows *rows, const lgd_row_step *step, lgd_slopes slopes,
                              void *slopes_ctx, double *w)
{
    (void)ctx, (void)rows, (void)step, (void)w;
    return slopes(slopes_ctx, 2, (size_t[]){0, 1}, (double[]){0, 0});
}

START_TEST(storage_that_breaks_its_word_refused_by_name)
{
    const lgd_matrix_ops ops = {.name = "stream",
                                .forward = stream_forward,
                                .adjoint = stream_adjoint,
                                .fused = no_sweep,
                                .descend = two_at_once,
                                .use = use_nothing};
    lgd_matrix *A;
    lgd_objective *f;
    lgd_optimizer *opt;
    double w = 0;
    OK(lgd_matrix_create(&A, 2, 1, &ops, NULL));
    REFUSED(lgd_matrix_set_kernel(A, LGD_KERNEL_BLAS), LGD_EUSER, "stream: use");
    const double targets[] = {1, 2};
    OK(lgd_glm_create(&f, A, targets, lgd_loss_half_squared(), NULL));
    OK(lgd_sgd_create(&opt, NULL));
    REFUSED(
        lgd_minimize(f, opt, &w, &(lgd_minimize_options){.batch_size = 1, .max_epochs = 1, .grad_tol = LGD_ZERO}, NULL),
        LGD_EINVAL, "stream: rows that descend asks slopes for are 2, 1 is accepted");
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_matrix_free(A);
}
END_TEST

START_TEST(kernel_by_name_what_computes)
{
    problem *p = make_problem();
    lgd_matrix *A = dense(p), *B;
    ck_assert_str_eq(lgd_matrix_kernel(A, 1), lgd_row_kernels_best(false)->name);
    ck_assert_str_eq(lgd_matrix_kernel(A, 2), "gemm");
    OK(lgd_matrix_set_kernel(A, LGD_KERNEL_BLAS));
    ck_assert_str_eq(lgd_matrix_kernel(A, 1), "gemv");
    OK(lgd_matrix_set_kernel(A, LGD_KERNEL_ROWS));
    ck_assert_str_eq(lgd_matrix_kernel(A, 1), lgd_row_kernels_best(false)->name);
    OK(lgd_matrix_set_kernel(A, LGD_KERNEL_AUTO));
    OK(lgd_matrix_dense_f32(&B, ROWS, COLS, p->single, COLS));
    ck_assert_str_eq(lgd_matrix_kernel(B, 1), lgd_row_kernels_best(true)->name);
    lgd_matrix_free(B);
    OK(lgd_matrix_dense_columns(&B, COLS, ROWS, p->x, COLS));
    ck_assert_str_eq(lgd_matrix_kernel(B, 1), "gemv");
    OK(lgd_matrix_set_kernel(B, LGD_KERNEL_AUTO));
    ck_assert_str_eq(lgd_matrix_kernel(B, 1), "gemv");
    REFUSED(lgd_matrix_set_kernel(B, LGD_KERNEL_ROWS), LGD_EUNSUPPORTED, "dense_columns: kernel is rows");
    ck_assert_str_eq(lgd_matrix_kernel(B, 1), "gemv");
    lgd_matrix_free(B);
    ck_assert_str_eq(lgd_matrix_kernel(NULL, 1), "none");
    REFUSED(lgd_matrix_set_kernel(NULL, LGD_KERNEL_AUTO), LGD_EINVAL, "A is NULL");
    REFUSED(lgd_matrix_set_kernel(A, (lgd_kernel)3), LGD_EINVAL, "dense: kernel is 3");

    const lgd_matrix_ops ops = {.name = "stream", .forward = stream_forward, .adjoint = stream_adjoint};
    OK(lgd_matrix_create(&B, 1, 1, &ops, NULL));
    ck_assert_str_eq(lgd_matrix_kernel(B, 1), "its own");
    OK(lgd_matrix_set_kernel(B, LGD_KERNEL_AUTO));
    REFUSED(lgd_matrix_set_kernel(B, LGD_KERNEL_BLAS), LGD_EUNSUPPORTED, "stream: kernel is blas");
    lgd_matrix_free(B);
    lgd_matrix_free(A);
    free(p);
}
END_TEST

/* ---- single precision */

START_TEST(floats_not_finite_refused_as_doubles_are)
{
    const float bad[] = {NAN, INFINITY, -INFINITY};
    lgd_matrix *A;
    for (size_t at = 0; at < 12; at++)
        for (size_t gap = 0; gap < 2; gap++) {
            float single[16];
            double x[16];
            const size_t row = at / 4, j = at % 4, ld = 4 + gap;
            for (size_t i = 0; i < 16; i++)
                single[i] = (float)i;
            single[row * ld + j] = bad[at % 3];
            for (size_t i = 0; i < 16; i++)
                x[i] = single[i];
            char said[256];
            ck_assert_int_eq(lgd_matrix_dense(&A, 3, 4, x, ld), LGD_EINVAL);
            snprintf(said, sizeof said, "%s", lgd_last_error());
            ck_assert_int_eq(lgd_matrix_dense_f32(&A, 3, 4, single, ld), LGD_EINVAL);
            ck_assert_ptr_null(A);
            ck_assert_str_eq(strchr(lgd_last_error(), ':'), strchr(said, ':'));
            char where[64];
            snprintf(where, sizeof where, "row %zu, column %zu", row, j);
            ck_assert_msg(strstr(said, where) != NULL, "'%s' lacks '%s'", said, where);
        }
    /* what lies between rows is not looked at */
    const float gaps[] = {1, 2, NAN, 3, 4};
    OK(lgd_matrix_dense_f32(&A, 2, 2, gaps, 3));
    lgd_matrix_free(A);
    OK(lgd_matrix_dense_f32(&A, 0, 2, NULL, 2));
    lgd_matrix_free(A);
    REFUSED(lgd_matrix_dense_f32(&A, 1, 2, NULL, 2), LGD_EINVAL, "dense_f32: data is NULL");
    REFUSED(lgd_matrix_dense_f32(&A, 1, 0, gaps, 2), LGD_EINVAL, "dense_f32: cols is 0");
    REFUSED(lgd_matrix_dense_f32(&A, 2, 3, gaps, 2), LGD_EINVAL, "dense_f32: ld is 2, at least cols = 3");
    REFUSED(lgd_matrix_dense_f32(NULL, 2, 2, gaps, 2), LGD_EINVAL, "out is NULL");
}
END_TEST

/* Several outputs: panels are converted for gemm. Rows in order, by an index, and more of them than a panel has. */
START_TEST(floats_with_several_outputs_within_rounding_of_doubles)
{
    enum { K = 3 };
    problem *p = make_problem();
    size_t index[ROWS];
    lgd_permutation(2, 1, ROWS, index);
    lgd_matrix *A = dense(p), *B;
    OK(lgd_matrix_dense_f32(&B, ROWS, COLS, p->single, COLS));
    const lgd_rows sets[] = {{0, ROWS, NULL}, {0, ROWS, index}, {7, 1000, NULL}, {1, 1, index}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        double *za = calloc(2 * ROWS * K, sizeof *za), *zb = za + ROWS * K, ga[COLS * K] = {0}, gb[COLS * K] = {0};
        OK(lgd_matrix_forward(A, &sets[i], K, uniform, K, za, K));
        OK(lgd_matrix_forward(B, &sets[i], K, uniform, K, zb, K));
        for (size_t r = 0; r < ROWS * K; r++)
            ck_assert_double_eq_tol(za[r], zb[r], 1e-13 * COLS);
        OK(lgd_matrix_adjoint(A, &sets[i], K, za, K, ga, K));
        OK(lgd_matrix_adjoint(B, &sets[i], K, za, K, gb, K));
        for (size_t j = 0; j < COLS * K; j++)
            ck_assert_double_eq_tol(ga[j], gb[j], 1e-13 * ROWS);
        free(za);
    }
    double error;
    OK(lgd_matrix_check(B, 1, &error));
    ck_assert_double_lt(error, 1e-12);
    lgd_matrix_free(A);
    lgd_matrix_free(B);

    /* a row that is longer than a panel of others */
    enum { LONG = 40000 };
    float *row = malloc(2 * LONG * sizeof *row);
    double z[2 * K], *W = malloc(LONG * K * sizeof *W);
    for (size_t i = 0; i < 2 * LONG; i++)
        row[i] = (float)uniform[i];
    for (size_t i = 0; i < LONG * K; i++)
        W[i] = 1;
    OK(lgd_matrix_dense_f32(&B, 2, LONG, row, LONG));
    OK(lgd_matrix_forward(B, NULL, K, W, K, z, K));
    for (size_t r = 0; r < 2; r++) {
        long double sum = 0;
        for (size_t j = 0; j < LONG; j++)
            sum += row[r * LONG + j];
        for (size_t c = 0; c < K; c++)
            ck_assert_double_eq_tol(z[r * K + c], (double)sum, 1e-9);
    }
    lgd_matrix_free(B);
    free(row);
    free(W);
    free(p);
}
END_TEST

/* Means and deviations, and the rows themselves, are those of the values in double. */
START_TEST(floats_standardised_as_doubles_are)
{
    problem *p = make_problem();
    lgd_matrix *A = dense(p), *B, *scaled_a, *scaled_b;
    OK(lgd_matrix_dense_f32(&B, ROWS, COLS, p->single, COLS));
    OK(lgd_matrix_standardized(&scaled_a, A));
    OK(lgd_matrix_standardized(&scaled_b, B));
    double shift_a[COLS], shift_b[COLS], scale_a[COLS], scale_b[COLS];
    OK(lgd_matrix_scaling(scaled_a, shift_a, scale_a, NULL));
    OK(lgd_matrix_scaling(scaled_b, shift_b, scale_b, NULL));
    ck_assert(same(COLS, shift_a, shift_b) && same(COLS, scale_a, scale_b));
    lgd_objective *f = logistic(scaled_a, p), *h = logistic(scaled_b, p);
    expect_same_gradient(f, NULL, h, NULL, p->w);
    lgd_objective_free(f);
    lgd_objective_free(h);
    lgd_matrix_free(scaled_a);
    lgd_matrix_free(scaled_b);
    lgd_matrix_free(A);
    lgd_matrix_free(B);
    free(p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rows");
    CASE(suite, kernels_of_every_width_and_short_rows_order_of_the_lanes);
    CASE(suite, kernels_of_every_width_and_long_rows_order_of_the_lanes);
    CASE(suite, kernels_with_numbers_that_are_not_finite_pass_them_on);
    CASE(suite, kernels_of_this_machine_from_the_plainest_to_the_best);
    CASE(suite, sweeps_over_few_rows_scores_slopes_and_rows_in_order);
    CASE(suite, sweeps_over_blocks_of_rows_the_order_of_eighths);
    CASE(suite, sweeps_that_slopes_end_go_no_further);
    CASE(suite, rows_gathered_the_bits_of_those_side_by_side);
    CASE(suite, floats_of_the_same_values_the_bits_of_doubles);
    CASE(suite, copy_of_the_data_the_bits_of_the_data_after_they_are_gone);
    CASE(suite, subset_of_rows_the_bits_of_their_own_matrix);
    CASE(suite, score_of_a_row_alone_the_same_in_any_company);
    CASE(suite, rows_streamed_by_panels_the_bits_of_those_in_memory);
    CASE(suite, batches_of_one_by_the_matrix_the_bits_of_the_loop);
    CASE(suite, batches_of_one_with_rows_of_no_weight_the_bits_of_the_loop);
    CASE(suite, kernel_of_blas_within_rounding_of_the_rows);
    CASE(suite, kernel_by_name_what_computes);
    CASE(suite, storage_that_breaks_its_word_refused_by_name);
    CASE(suite, floats_not_finite_refused_as_doubles_are);
    CASE(suite, floats_with_several_outputs_within_rounding_of_doubles);
    CASE(suite, floats_standardised_as_doubles_are);
    return suite_run(suite);
}
