/* Pieces of a set of rows, each of which is visited as it is within the whole set (rows.h), so that what comes out has the bits of rows in
 * memory: they end where blocks of visits and panels both end, or, of rows so long that this would be much memory, are a panel. Rows of a
 * piece are used in the buffers that they were read to; where not all of these can be held at once they are copied. */
#include "stream.h"
#include <math.h>

enum { STRETCH = 64 }; /* long rows that are visited in an order of their own */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- rows by copy */

/* How many rows from the position on, `most` at most, lie together in one block. */
static size_t run_of(const lgd_streamed *A, const lgd_rows *rows, size_t at, size_t most)
{
    const size_t row = lgd_row_of(rows, at), each = A->b.from.block_rows;
    size_t run = least(most, each - row % each);
    if (rows->index)
        for (size_t i = 1; i < run; i++)
            if (lgd_row_of(rows, at + i) != row + i)
                return i;
    return run;
}

static void copy(const lgd_streamed *A, const void *from, size_t rows, bool widen, void *to)
{
    const size_t numbers = rows * A->storage.cols;
    if (!widen) {
        memcpy(to, from, rows * A->b.row_bytes);
        return;
    }
    const float *restrict single = from;
    double *restrict wide = to;
    for (size_t j = 0; j < numbers; j++)
        wide[j] = single[j];
}

/* One run of rows to `to`, as they are or widened to doubles: out of its block, or read by itself where rows of the block are rare. */
static lgd_status copy_run(lgd_streamed *A, const lgd_rows *rows, size_t at, size_t run, bool widen, void *to)
{
    const size_t row = lgd_row_of(rows, at), each = A->b.from.block_rows;
    ptrdiff_t buffer;
    lgd_status status = lgd_blocks_hold(&A->b, row / each, LGD_BLOCK_THERE, &buffer);
    if (!status && buffer == LGD_NO_BUFFER && lgd_blocks_rare(&A->b, rows, at)) {
        void *room = widen ? lgd_pool_take(A->pool, run * A->b.row_bytes) : to;
        status = room ? lgd_blocks_read(&A->b, row, run, room) : LGD_ENOMEM;
        if (widen && room) {
            copy(A, room, run, widen && !status, to);
            lgd_pool_give(A->pool, room);
        }
        return status;
    }
    if (!status && buffer == LGD_NO_BUFFER)
        status = lgd_blocks_hold(&A->b, row / each, LGD_BLOCK_FREE, &buffer);
    if (status)
        return status;
    copy(A, A->storage.data + ((size_t)buffer * each + row % each) * A->b.row_bytes, run, widen, to);
    lgd_blocks_let_go(&A->b, buffer);
    return LGD_OK;
}

/* Rows of the set from the position `at` on, `count` of them, without gaps. */
static lgd_status copy_rows(lgd_streamed *A, const lgd_rows *rows, size_t at, size_t count, bool widen, void *to)
{
    const size_t bytes = A->storage.cols * (widen ? sizeof(double) : A->b.row_bytes / A->storage.cols);
    lgd_status status = LGD_OK;
    for (size_t done = 0, run; done < count && !status; done += run) {
        run = run_of(A, rows, at + done, count - done);
        lgd_blocks_ahead(&A->b, rows, at + done);
        status = copy_run(A, rows, at + done, run, widen, (char *)to + done * bytes);
    }
    return status;
}

/* ---- pieces */

static void release(lgd_piece *p)
{
    while (p->buffers)
        lgd_blocks_let_go(&p->A->b, p->held[--p->buffers]);
    if (p->copy)
        lgd_pool_give(p->A->pool, p->copy);
    if (p->place != p->places)
        lgd_pool_give(p->A->pool, p->place);
}

/* Holds the block of the row at a position; LGD_NO_BUFFER where that could take longer than a read, or is not worth one. */
static lgd_status hold(lgd_piece *p, size_t at, ptrdiff_t *buffer)
{
    lgd_blocks *b = &p->A->b;
    const size_t block = lgd_row_of(p->set, at) / b->from.block_rows;
    for (size_t i = p->buffers; i-- > 0;)
        if (p->block[i] == block) {
            *buffer = p->held[i];
            return LGD_OK;
        }
    *buffer = LGD_NO_BUFFER;
    if (p->buffers == LGD_PIECE_HELD)
        return LGD_OK;
    lgd_status status = lgd_blocks_hold(b, block, LGD_BLOCK_THERE, buffer);
    if (!status && *buffer == LGD_NO_BUFFER && !lgd_blocks_rare(b, p->set, at))
        status = lgd_blocks_hold(b, block, p->buffers ? LGD_BLOCK_READ : LGD_BLOCK_FREE, buffer);
    if (!status && *buffer != LGD_NO_BUFFER) {
        p->block[p->buffers] = block;
        p->held[p->buffers++] = *buffer;
    }
    return status;
}

/* Finds the rows of a piece in buffers, if these can be held all at once. */
static lgd_status find_rows(lgd_piece *p)
{
    const size_t each = p->A->b.from.block_rows;
    for (size_t done = 0, run; done < p->count; done += run) {
        ptrdiff_t buffer;
        const lgd_status status = hold(p, p->at + done, &buffer);
        if (status || buffer == LGD_NO_BUFFER)
            return status;
        run = run_of(p->A, p->set, p->at + done, p->count - done);
        const size_t place = (size_t)buffer * each + lgd_row_of(p->set, p->at + done) % each;
        if (run == p->count)
            p->rows = (lgd_rows){place, run, NULL};
        if (run == p->count || p->form == LGD_PIECE_TOGETHER)
            return LGD_OK;
        for (size_t i = 0; i < run; i++)
            p->place[done + i] = place + i;
    }
    p->rows = (lgd_rows){0, p->count, p->place};
    return LGD_OK;
}

static lgd_status copy_piece(lgd_piece *p)
{
    lgd_streamed *A = p->A;
    while (p->buffers)
        lgd_blocks_let_go(&A->b, p->held[--p->buffers]);
    if (p->form == LGD_PIECE_WIDENED)
        p->storage.stride = p->storage.cols * sizeof(double);
    if (!(p->copy = lgd_pool_take(A->pool, p->count * p->storage.stride)))
        return LGD_ENOMEM;
    p->storage.data = p->copy;
    p->storage.rows = p->count;
    p->rows = (lgd_rows){0, p->count, NULL};
    return copy_rows(A, p->set, p->at, p->count, p->form == LGD_PIECE_WIDENED, p->copy);
}

static lgd_status use_piece(lgd_streamed *A, lgd_piece_form form, const lgd_rows *set, size_t at, size_t count,
                            const size_t *position, lgd_use use, void *ctx)
{
    lgd_piece p; /* its arrays are left as they are: a piece may have few rows */
    lgd_status status = LGD_OK;
    p.A = A;
    p.set = set;
    p.at = at;
    p.count = count;
    p.position = position;
    p.form = form;
    p.storage = A->storage;
    p.rows.count = 0;
    p.buffers = 0;
    p.place = p.places;
    p.copy = NULL;
    if (count > LGD_PIECE_PLACES && !(p.place = lgd_pool_take(A->pool, count * sizeof *p.place)))
        return LGD_ENOMEM;
    lgd_blocks_ahead(&A->b, set, at);
    if (form != LGD_PIECE_WIDENED)
        status = find_rows(&p);
    if (!status && !p.rows.count)
        status = copy_piece(&p);
    if (!status)
        status = use(ctx, &p);
    release(&p);
    return status;
}

lgd_status lgd_piece_use(lgd_streamed *A, lgd_piece_form form, const lgd_rows *set, size_t at, size_t count,
                         lgd_use use, void *ctx)
{
    return use_piece(A, form, set, at, count, NULL, use, ctx);
}

lgd_status lgd_pieces_in_order(lgd_streamed *A, const lgd_rows *rows, lgd_use use, void *ctx)
{
    lgd_status status = LGD_OK;
    atomic_fetch_add(&A->b.products, 1);
    for (size_t at = 0, count; at < rows->count && !status; at += count) {
        count = least(rows->count - at, A->piece);
        status = use_piece(A, LGD_PIECE_ANYWHERE, rows, at, count, NULL, use, ctx);
    }
    atomic_fetch_sub(&A->b.products, 1);
    return status;
}

/* Less than 16 rows are visited as they come, so long ones are laid out as they are visited. */
lgd_status lgd_pieces_as_visited(lgd_streamed *A, const lgd_rows *rows, lgd_use use, void *ctx)
{
    size_t position[STRETCH], row[STRETCH];
    lgd_status status = LGD_OK;
    if (!A->long_rows)
        return lgd_pieces_in_order(A, rows, use, ctx);
    atomic_fetch_add(&A->b.products, 1);
    for (size_t first = 0; first < rows->count && !status; first += STRETCH) {
        const lgd_rows stretch = {0, least(rows->count - first, STRETCH), row};
        for (size_t i = 0; i < stretch.count; i++) {
            position[i] = lgd_rows_visited(A->storage.cols, rows->count, first + i);
            row[i] = lgd_row_of(rows, position[i]);
        }
        for (size_t at = 0, count; at < stretch.count && !status; at += count) {
            count = least(stretch.count - at, A->piece);
            status = use_piece(A, LGD_PIECE_ANYWHERE, &stretch, at, count, position + at, use, ctx);
        }
    }
    atomic_fetch_sub(&A->b.products, 1);
    return status;
}

void lgd_pieces_cut(lgd_streamed *A)
{
    const size_t cols = A->storage.cols, panel = lgd_rows_panel(cols);
    size_t first = 0;
    const size_t visits = (size_t)1 << lgd_rows_block(cols, SIZE_MAX / 2, 0, &first);
    A->piece = visits / (panel & -panel) * panel;
    A->long_rows = A->piece > LGD_PIECE_BYTES / A->b.row_bytes;
    if (A->long_rows)
        A->piece = panel;
}

/* ---- what is not finite */

static lgd_status refuse(size_t row, size_t column, double x)
{
    return lgd_fail(LGD_EINVAL, "stream: the number in row %zu, column %zu (from 0) is %g, finite ones are accepted",
                    row, column, x);
}

lgd_status lgd_piece_check_row(const lgd_piece *p, size_t i)
{
    const char *row = p->storage.data + lgd_row_of(&p->rows, i) * p->storage.stride;
    const float *single = (const float *)(const void *)row;
    const double *wide = (const double *)(const void *)row;
    const bool floats = p->A->b.from.single && p->form != LGD_PIECE_WIDENED;
    for (size_t j = 0; j < p->storage.cols; j++) {
        const double x = floats ? (double)single[j] : wide[j];
        if (!isfinite(x))
            return refuse(lgd_row_of(p->set, p->at + i), j, x);
    }
    return LGD_OK;
}

lgd_status lgd_piece_check(const lgd_piece *p)
{
    lgd_status status = LGD_OK;
    for (size_t i = 0; i < p->count && !status; i++)
        status = lgd_piece_check_row(p, i);
    return status;
}

lgd_status lgd_pieces_gather(lgd_streamed *A, const lgd_rows *rows, double *X)
{
    const size_t cols = A->storage.cols, numbers = rows->count * cols;
    atomic_fetch_add(&A->b.products, 1);
    const lgd_status status = copy_rows(A, rows, 0, rows->count, A->b.from.single, X);
    atomic_fetch_sub(&A->b.products, 1);
    if (status)
        return status;
    const size_t bad = lgd_first_not_finite(numbers, X);
    return bad == numbers ? LGD_OK : refuse(lgd_row_of(rows, bad / cols), bad % cols, X[bad]);
}
