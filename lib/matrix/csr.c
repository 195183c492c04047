/* Sparse storage by rows. With one output rows go through in their order, by panels whose numbers stay in the first-level cache between
 * score and update while the next panel's are on their way. */
#include "rows.h"
#include <math.h>
#include <string.h>

/* What is summed of the columns, for their moments. */
typedef struct csr_columns {
    double *mean, *deviation, *low, *high, *count, *rest, *factor; /* [cols] each */
} csr_columns;

/* For one kind of indices and values; see csr_loops.h. */
typedef struct csr_loops {
    void (*scores)(const lgd_csr *d, size_t count, const size_t *row, const size_t *next, const double *w, double *z);
    void (*update)(const lgd_csr *d, size_t count, const size_t *row, const double *slope, bool squares, double *g);
    void (*forward)(const lgd_csr *d, size_t row, size_t k, const double *W, size_t ldw, double *z);
    void (*adjoint)(const lgd_csr *d, size_t row, size_t k, const double *r, bool squares, double *G, size_t ldg);
    void (*copy)(const lgd_csr *d, size_t row, double *x);
    void (*sums)(const lgd_csr *d, csr_columns *s);
    void (*squares)(const lgd_csr *d, csr_columns *s);
    lgd_status (*check)(const lgd_csr *d, size_t row);
    size_t (*touched)(const lgd_csr *d, size_t row, bool *seen, size_t *column, size_t count, size_t room);
} csr_loops;

#if defined(__clang__)
#define LGD_APART _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define LGD_APART _Pragma("GCC ivdep")
#else
#define LGD_APART
#endif

#define INDEX int32_t
#define VALUE double
#define COLUMNS column
#define VALUES value
#define NAME(word) int32_double_##word
#include "csr_loops.h"

#define INDEX int32_t
#define VALUE float
#define COLUMNS column
#define VALUES value_f32
#define NAME(word) int32_float_##word
#include "csr_loops.h"

#define INDEX int64_t
#define VALUE double
#define COLUMNS column_i64
#define VALUES value
#define NAME(word) int64_double_##word
#include "csr_loops.h"

#define INDEX int64_t
#define VALUE float
#define COLUMNS column_i64
#define VALUES value_f32
#define NAME(word) int64_float_##word
#include "csr_loops.h"

typedef struct csr {
    lgd_csr d;
    const csr_loops *loops;
    size_t each; /* rows to a panel */
} csr;

/* ---- one output: panels of rows, and of each the one that comes next */

typedef struct walk {
    const csr *A;
    const lgd_rows *rows;
    size_t done, count;
    size_t position[LGD_ROWS_MOST], row[LGD_ROWS_MOST], next[LGD_ROWS_MOST];
} walk;

static size_t row_at(const lgd_rows *rows, size_t position)
{
    return rows->index ? rows->index[rows->first + position] : rows->first + position;
}

static bool next_panel(walk *k)
{
    const size_t all = k->rows->count, each = k->A->each, left = all - k->done;
    k->count = left < each ? left : each;
    for (size_t r = 0; r < k->count; r++) {
        const size_t at = k->done + r;
        k->position[r] = at;
        k->row[r] = row_at(k->rows, at);
        k->next[r] = at + each < all ? row_at(k->rows, at + each) : k->A->d.rows;
    }
    k->done += k->count;
    return k->count;
}

static lgd_status csr_fused(void *ctx, const lgd_rows *rows, const double *w, lgd_slopes slopes, void *slopes_ctx,
                            double *g)
{
    const csr *A = ctx;
    walk k = {.A = A, .rows = rows};
    double z[LGD_ROWS_MOST];
    lgd_status status = LGD_OK;
    while (!status && next_panel(&k)) {
        A->loops->scores(&A->d, k.count, k.row, k.next, w, z);
        status = slopes(slopes_ctx, k.count, k.position, z);
        if (g && !status)
            A->loops->update(&A->d, k.count, k.row, z, false, g);
    }
    return status;
}

/* ---- the products */

static lgd_status csr_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                              size_t ldz)
{
    const csr *A = ctx;
    walk at = {.A = A, .rows = rows};
    double z[LGD_ROWS_MOST];
    while (k == 1 && ldw == 1 && next_panel(&at)) {
        A->loops->scores(&A->d, at.count, at.row, at.next, W, z);
        for (size_t r = 0; r < at.count; r++)
            Z[at.position[r] * ldz] = z[r];
    }
    for (size_t i = at.done; i < rows->count; i++)
        A->loops->forward(&A->d, row_at(rows, i), k, W, ldw, Z + i * ldz);
    return LGD_OK;
}

static void add_rows(const csr *A, const lgd_rows *rows, size_t k, const double *R, size_t ldr, bool squares, double *G,
                     size_t ldg)
{
    walk at = {.A = A, .rows = rows};
    double slope[LGD_ROWS_MOST];
    while (k == 1 && ldg == 1 && next_panel(&at)) {
        for (size_t r = 0; r < at.count; r++)
            slope[r] = R[at.position[r] * ldr];
        A->loops->update(&A->d, at.count, at.row, slope, squares, G);
    }
    for (size_t i = at.done; i < rows->count; i++)
        A->loops->adjoint(&A->d, row_at(rows, i), k, R + i * ldr, squares, G, ldg);
}

static lgd_status csr_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                              size_t ldg)
{
    add_rows(ctx, rows, k, R, ldr, false, G, ldg);
    return LGD_OK;
}

static lgd_status csr_squares(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                              size_t ldg)
{
    add_rows(ctx, rows, k, R, ldr, true, G, ldg);
    return LGD_OK;
}

static lgd_status csr_gather(void *ctx, const lgd_rows *rows, double *X)
{
    const csr *A = ctx;
    memset(X, 0, rows->count * A->d.cols * sizeof *X);
    for (size_t i = 0; i < rows->count; i++)
        A->loops->copy(&A->d, row_at(rows, i), X + i * A->d.cols);
    return LGD_OK;
}

static size_t csr_touched(void *ctx, const lgd_rows *rows, bool *seen, size_t *column, size_t room)
{
    const csr *A = ctx;
    size_t count = 0;
    for (size_t i = 0; i < rows->count && count != SIZE_MAX; i++)
        count = A->loops->touched(&A->d, row_at(rows, i), seen, column, count, room);
    return count;
}

/* ---- moments */

/* By the corrected two-pass algorithm: T. Chan, G. Golub, R. LeVeque, The American Statistician 37 (1983); the zeros between the numbers
 * take part by how many there are. The deviation of a constant column is exactly 0. */
static lgd_status csr_moments(void *ctx, double *mean, double *deviation)
{
    const csr *A = ctx;
    const size_t cols = A->d.cols;
    const double m = (double)A->d.rows;
    double *block = lgd_alloc("csr", lgd_mul(cols, 5), sizeof *block);
    if (!block)
        return LGD_ENOMEM;
    csr_columns s = {mean, deviation, block, block + cols, block + 2 * cols, block + 3 * cols, block + 4 * cols};
    for (size_t j = 0; j < cols; j++) {
        mean[j] = deviation[j] = 0;
        s.low[j] = INFINITY;
        s.high[j] = -INFINITY;
    }
    A->loops->sums(&A->d, &s);
    for (size_t j = 0; j < cols; j++) {
        const bool full = s.count[j] == m;
        int exponent = 0;
        s.low[j] = full ? s.low[j] : fmin(s.low[j], 0);
        s.high[j] = full ? s.high[j] : fmax(s.high[j], 0);
        mean[j] = s.low[j] == s.high[j] ? s.low[j] : mean[j] / m;
        frexp(s.high[j] - s.low[j], &exponent);
        exponent = exponent < -1000 ? -1000 : exponent > 1000 ? 1000 : exponent; /* no subnormal factor */
        s.factor[j] = ldexp(1, -exponent);
    }
    A->loops->squares(&A->d, &s);
    for (size_t j = 0; j < cols; j++) {
        const double zeros = m - s.count[j], off = mean[j] * s.factor[j], rest = s.rest[j] - zeros * off;
        const double variance = (deviation[j] + zeros * off * off - rest * rest / m) / m;
        deviation[j] = s.low[j] == s.high[j] ? 0 : sqrt(fmax(variance, 0)) / s.factor[j];
        mean[j] += s.low[j] == s.high[j] ? 0 : rest / m / s.factor[j];
    }
    lgd_release(block);
    return LGD_OK;
}

/* ---- creation */

static size_t numbers(const lgd_csr *d)
{
    return d->row_start[d->rows] - d->row_start[0];
}

static size_t csr_stored(void *ctx)
{
    return numbers(&((const csr *)ctx)->d);
}

/* Rows whose numbers are as many as those of the dense rows of a panel. */
static size_t csr_panel(void *ctx, size_t k)
{
    enum { ELEMENTS = 32768, MOST = 1024 };
    const lgd_csr *d = &((const csr *)ctx)->d;
    const size_t per_row = d->rows ? numbers(d) / d->rows + k : k, rows = ELEMENTS / per_row;
    return rows < 1 ? 1 : rows > MOST ? MOST : rows;
}

static const char *csr_kernel(void *ctx, size_t k)
{
    (void)ctx, (void)k;
    return "sparse rows";
}

static double csr_bytes(void *ctx)
{
    const lgd_csr *d = &((const csr *)ctx)->d;
    const size_t index = d->column ? sizeof *d->column : sizeof *d->column_i64,
                 value = d->value ? sizeof *d->value : sizeof *d->value_f32;
    return d->rows ? sizeof(double) + (double)numbers(d) * (double)(index + value) / (double)d->rows : 0;
}

static lgd_status check_place(const lgd_csr *d, size_t row)
{
    if (d->row_start[row] > d->row_start[row + 1])
        return lgd_fail(LGD_EINVAL, "csr: row_start[%zu] is %zu, at least row_start[%zu] = %zu is accepted", row + 1,
                        d->row_start[row + 1], row, d->row_start[row]);
    return LGD_OK;
}

/* The arrays that are there: all of row_start before any of what it leads to. */
static lgd_status check(const lgd_csr *d, const csr_loops *loops)
{
    lgd_status status = LGD_OK;
    for (size_t row = 0; row < d->rows && !status; row++)
        status = check_place(d, row);
    if (!status && d->row_start[d->rows] > PTRDIFF_MAX / sizeof(double))
        status = lgd_fail(LGD_ERANGE, "csr: row_start[%zu] is %zu, more numbers than an address can reach", d->rows,
                          d->row_start[d->rows]);
    if (!status && numbers(d) && (!d->column == !d->column_i64 || !d->value == !d->value_f32)) {
        const bool columns = !d->column == !d->column_i64, none = columns ? !d->column : !d->value;
        return lgd_fail(LGD_EINVAL, "csr: %s and %s are %s, one of them is accepted", columns ? "column" : "value",
                        columns ? "column_i64" : "value_f32", none ? "NULL" : "both there");
    }
    for (size_t row = 0; row < d->rows && !status; row++)
        status = loops->check(d, row);
    return status;
}

lgd_status lgd_matrix_csr_sized(lgd_matrix **out, const lgd_csr *data, size_t data_size)
{
    static const lgd_matrix_ops ops = {.name = "csr",
                                       .flags = LGD_CONCURRENT,
                                       .forward = csr_forward,
                                       .adjoint = csr_adjoint,
                                       .panel = csr_panel,
                                       .free = lgd_release,
                                       .moments = csr_moments,
                                       .gather = csr_gather,
                                       .fused = csr_fused,
                                       .kernel = csr_kernel,
                                       .squares = csr_squares,
                                       .stored = csr_stored,
                                       .bytes = csr_bytes,
                                       .touched = csr_touched};
    enum { NUMBERS = 2048, LINES = 8 }; /* of a panel, 24 KB */
    lgd_csr d;
    if (!out)
        return lgd_fail(LGD_EINVAL, "csr: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    if (!data)
        return lgd_fail(LGD_EINVAL, "csr: data is NULL, a description of the arrays is accepted");
    lgd_status status = lgd_take_struct("csr", &d, sizeof d, data, data_size);
    if (!status)
        status = lgd_check_size("csr", "rows", d.rows, true);
    if (!status)
        status = lgd_check_size("csr", "cols", d.cols, false);
    if (!status && !d.row_start)
        status = lgd_fail(LGD_EINVAL, "csr: row_start is NULL, an array of rows + 1 numbers is accepted");
    if (status)
        return status;
    const csr_loops *loops = d.column_i64  ? d.value_f32 ? &int64_float_loops : &int64_double_loops
                             : d.value_f32 ? &int32_float_loops
                                           : &int32_double_loops;
    status = check(&d, loops);
    csr *A = status ? NULL : lgd_alloc("csr", 1, sizeof *A);
    if (!A)
        return status ? status : LGD_ENOMEM;
    const size_t per_row = d.rows ? numbers(&d) / d.rows + 1 : 1, each = NUMBERS / per_row;
    *A = (csr){d, loops, each < LINES ? LINES : each > LGD_ROWS_MOST ? LGD_ROWS_MOST : each};
    status = lgd_matrix_create(out, d.rows, d.cols, &ops, A);
    if (status)
        lgd_release(A);
    return status;
}
