/* Sums over rows: fixed chunks, any number of threads, a fixed tree. */
#include "base/phases.h"
#include "objective.h"
#include <string.h>

enum {
    MAX_CHUNKS = 64,        /* as many threads can work on one evaluation */
    CHUNK_ROWS = 64,        /* a chunk's partial gradient is at most 1/64 of its data */
    SHORT_ROWS = 512,       /* and of short rows, which are read as streams from distant places, a chunk has more */
    CHUNK_ELEMENTS = 32768, /* below this a thread costs more than it brings */
    COLUMNS = 1024,         /* that are added at a time */
    WORTH_A_THREAD = 131072 /* numbers to add */
};

size_t lgd_objective_chunk_rows(const lgd_objective *f, size_t count)
{
    if (!(f->ops.flags & LGD_CONCURRENT))
        return count;
    size_t rows = count / MAX_CHUNKS + (count % MAX_CHUNKS != 0), least = CHUNK_ELEMENTS / f->dim;
    if (f->panel > least)
        least = f->panel;
    if (rows < least)
        rows = least;
    const size_t multiple = f->dim < SHORT_ROWS ? SHORT_ROWS : CHUNK_ROWS;
    return (rows + multiple - 1) / multiple * multiple;
}

lgd_status lgd_objective_reserve(lgd_objective *f, size_t count)
{
    if (!(f->ops.flags & LGD_CONCURRENT))
        return LGD_OK;
    /* Fewer rows can make more chunks, so what counts is the smallest chunk there is. */
    const size_t least = lgd_objective_chunk_rows(f, 1);
    size_t chunks = count / least + (count % least != 0);
    if (chunks > MAX_CHUNKS)
        chunks = MAX_CHUNKS;
    if (chunks < 2 || chunks <= f->partials)
        return LGD_OK;
    double *partial = lgd_alloc(f->ops.name, lgd_mul(chunks, lgd_padded(f->dim)), sizeof *partial);
    if (!partial)
        return LGD_ENOMEM;
    lgd_release(f->partial);
    f->partial = partial;
    f->partials = chunks;
    return LGD_OK;
}

typedef struct chunks {
    lgd_part part;
    void *ctx;
    const lgd_rows *rows;
    size_t rows_each, stride, dim, count, groups;
    double value[MAX_CHUNKS][2];
    double *partial, *sum; /* NULL: no vector wanted */
    lgd_phases *phases;    /* where the caller's evaluation keeps its times */
} chunks;

static lgd_status sum_chunk(void *ctx, size_t i)
{
    chunks *c = ctx;
    const size_t first = i * c->rows_each, left = c->rows->count - first;
    const lgd_rows rows = {c->rows->first + first, left < c->rows_each ? left : c->rows_each, c->rows->index};
    double *vector = c->partial ? c->partial + i * c->stride : NULL;
    if (vector)
        memset(vector, 0, c->dim * sizeof *vector);
    c->value[i][0] = c->value[i][1] = 0;
    return c->part(c->ctx, &rows, first, c->value[i], vector);
}

static lgd_status sum_group(void *ctx, size_t group)
{
    const chunks *c = ctx;
    lgd_status status = LGD_OK;
    lgd_phases *const before = lgd_phases_swap(c->phases);
    for (size_t i = group * c->count / c->groups; i < (group + 1) * c->count / c->groups && !status; i++)
        status = sum_chunk(ctx, i);
    lgd_phases_now = before;
    return status;
}

size_t lgd_objective_chunks(const lgd_objective *f, size_t count)
{
    const size_t rows_each = lgd_objective_chunk_rows(f, count);
    return rows_each ? count / rows_each + (count % rows_each != 0) : 1;
}

size_t lgd_objective_group_of(const lgd_objective *f, size_t count, size_t groups, size_t done)
{
    const size_t i = done / lgd_objective_chunk_rows(f, count);
    return ((i + 1) * groups - 1) / lgd_objective_chunks(f, count);
}

LGD_WIDE static void add(size_t n, const double *restrict x, double *restrict y)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        y[j] += x[j];
}

/* The tree for some columns, whose partial sums stay in the second-level cache; where dim is large beside the rows of a chunk adding
 * takes as long as a part of what is added, and is shared by the threads like that. */
static lgd_status add_columns(void *ctx, size_t i)
{
    const chunks *c = ctx;
    const size_t from = i * COLUMNS, n = c->dim - from < COLUMNS ? c->dim - from : COLUMNS;
    double *partial = c->partial + from;
    for (size_t apart = 1; apart < c->count; apart *= 2)
        for (size_t k = 0; k + apart < c->count; k += 2 * apart)
            add(n, partial + (k + apart) * c->stride, partial + k * c->stride);
    memcpy(c->sum + from, partial, n * sizeof *partial);
    return LGD_OK;
}

lgd_status lgd_objective_parts(lgd_objective *f, const lgd_rows *rows, size_t threads, lgd_part part, void *ctx,
                               double value[2], double *vector)
{
    return lgd_objective_groups(f, rows, threads, lgd_objective_chunks(f, rows->count), part, ctx, value, vector);
}

lgd_status lgd_objective_groups(lgd_objective *f, const lgd_rows *rows, size_t threads, size_t groups, lgd_part part,
                                void *ctx, double value[2], double *vector)
{
    const size_t rows_each = lgd_objective_chunk_rows(f, rows->count), stride = lgd_padded(f->dim);
    value[0] = value[1] = 0;
    if (rows_each >= rows->count) {
        if (vector)
            memset(vector, 0, f->dim * sizeof *vector);
        return part(ctx, rows, 0, value, vector);
    }
    const size_t count = lgd_objective_chunks(f, rows->count);
    chunks c = {.part = part,
                .ctx = ctx,
                .rows = rows,
                .rows_each = rows_each,
                .stride = stride,
                .dim = f->dim,
                .count = count,
                .groups = groups,
                .phases = lgd_phases_now};
    lgd_status status = vector ? lgd_objective_reserve(f, rows->count > f->terms ? rows->count : f->terms) : LGD_OK;
    if (status)
        return status;
    c.partial = vector ? f->partial : NULL;
    status = lgd_parallel(groups, threads, sum_group, &c);
    if (status)
        return status;
    for (size_t apart = 1; apart < count; apart *= 2)
        for (size_t i = 0; i + apart < count; i += 2 * apart) {
            c.value[i][0] += c.value[i + apart][0];
            c.value[i][1] += c.value[i + apart][1];
        }
    value[0] = c.value[0][0];
    value[1] = c.value[0][1];
    c.sum = vector;
    if (!vector)
        return LGD_OK;
    return lgd_parallel(f->dim / COLUMNS + (f->dim % COLUMNS != 0), count * f->dim < WORTH_A_THREAD ? 1 : threads,
                        add_columns, &c);
}
