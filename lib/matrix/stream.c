/* The matrix whose rows are read as they are needed: its products, piece by piece (stream.h). Whether numbers are finite is seen in what
 * comes out of them, which costs nothing: a NaN or Inf in a row makes its score one, and stays in a gradient. */
#include "stream.h"
#include "blas/blas.h"

enum {
    BLOCK_BYTES = 512 << 10, /* of a block, and */
    MEMORY = 4 << 20,        /* of all of them, where nothing is said */
    GATHER = 4096,           /* numbers that go to BLAS at once where rows are scattered, and */
    CONVERT = 32768,         /* where they are floats, as in dense.c */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool all_finite(size_t n, const double *x, size_t ld)
{
    uint64_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad |= lgd_not_finite(x[i * ld]);
    return !(bad >> 63);
}

/* ---- one output */

/* From `in` to `out`, whose rows are ldi and ldo apart. */
typedef struct product {
    size_t k, ldi, ldo;
    const double *in;
    double *out;
    lgd_slopes slopes;
    void *slopes_ctx;
    const lgd_row_step *step;
    const lgd_piece *now;
} product;

static lgd_status forward_piece(void *ctx, const lgd_piece *p)
{
    const product *to = ctx;
    double z[LGD_PIECE_LONG];
    if (!p->position) {
        double *Z = to->out + p->at * to->ldo;
        lgd_rows_forward(&p->storage, &p->rows, to->in, Z, to->ldo);
        return all_finite(p->count, Z, to->ldo) ? LGD_OK : lgd_piece_check(p);
    }
    lgd_rows_forward(&p->storage, &p->rows, to->in, z, 1);
    for (size_t i = 0; i < p->count; i++)
        to->out[p->position[i] * to->ldo] = z[i];
    return all_finite(p->count, z, 1) ? LGD_OK : lgd_piece_check(p);
}

static lgd_status adjoint_piece(void *ctx, const lgd_piece *p)
{
    const product *to = ctx;
    double r[LGD_PIECE_LONG];
    for (size_t i = 0; p->position && i < p->count; i++)
        r[i] = to->in[p->position[i] * to->ldi];
    lgd_rows_adjoint(&p->storage, &p->rows, p->position ? r : to->in + p->at * to->ldi, p->position ? 1 : to->ldi,
                     to->out);
    return lgd_first_not_finite(p->storage.cols, to->out) == p->storage.cols ? LGD_OK : lgd_piece_check(p);
}

/* Positions within a piece become those within the set. */
static lgd_status slopes_of(void *ctx, size_t count, const size_t *position, double *Z)
{
    const product *to = ctx;
    const lgd_piece *p = to->now;
    size_t within[LGD_ROWS_MOST];
    lgd_status status = LGD_OK;
    for (size_t i = 0; i < count && !status && !all_finite(count, Z, 1); i++)
        status = lgd_piece_check_row(p, position[i]);
    if (status || !(p->position || p->at))
        return status ? status : to->slopes(to->slopes_ctx, count, position, Z);
    for (size_t i = 0; i < count; i++)
        within[i] = p->position ? p->position[position[i]] : p->at + position[i];
    return to->slopes(to->slopes_ctx, count, within, Z);
}

static lgd_status fuse_piece(void *ctx, const lgd_piece *p)
{
    product *to = ctx;
    to->now = p;
    return lgd_rows_fused(&p->storage, &p->rows, to->in, slopes_of, to, to->out);
}

static lgd_status descend_piece(void *ctx, const lgd_piece *p)
{
    product *to = ctx;
    to->now = p;
    return lgd_rows_descend(&p->storage, &p->rows, to->step, slopes_of, to, to->out);
}

/* ---- several outputs: pieces go to BLAS as those of a dense matrix do */

static size_t rows_together(const lgd_streamed *A, const lgd_rows *rows, size_t at)
{
    const size_t cols = A->storage.cols, size = A->b.from.single ? CONVERT : GATHER;
    const size_t left = least(rows->count - at, LGD_PIECE_BYTES / sizeof(double) / cols + 1);
    const size_t room = cols < size ? size / cols : 1;
    size_t run = rows->index ? 1 : left;
    if (A->b.from.single)
        return least(left, room);
    while (run < left && lgd_row_of(rows, at + run) == lgd_row_of(rows, at) + run)
        run++;
    return run == left || run >= room ? run : least(left, room);
}

static const double *numbers_of(const lgd_piece *p)
{
    return (const double *)(const void *)(p->storage.data + p->rows.first * p->storage.stride);
}

static lgd_status forward_block(void *ctx, const lgd_piece *p)
{
    const product *to = ctx;
    const size_t cols = p->storage.cols;
    lgd_blas_forward(p->count, cols, to->k, numbers_of(p), cols, false, to->in, to->ldi, to->out + p->at * to->ldo,
                     to->ldo);
    return lgd_piece_check(p);
}

static lgd_status adjoint_block(void *ctx, const lgd_piece *p)
{
    const product *to = ctx;
    const size_t cols = p->storage.cols;
    lgd_blas_adjoint(p->count, cols, to->k, numbers_of(p), cols, false, to->in + p->at * to->ldi, to->ldi, to->out,
                     to->ldo);
    return lgd_piece_check(p);
}

static lgd_status multiply(lgd_streamed *A, const lgd_rows *rows, lgd_use use, product *to)
{
    lgd_status status = lgd_blas_fits("stream", "k", to->k);
    if (!status)
        status = lgd_blas_fits("stream", "a leading dimension", to->ldi > to->ldo ? to->ldi : to->ldo);
    atomic_fetch_add(&A->b.products, 1);
    for (size_t at = 0, count; at < rows->count && !status; at += count) {
        count = rows_together(A, rows, at);
        status = lgd_piece_use(A, A->b.from.single ? LGD_PIECE_WIDENED : LGD_PIECE_TOGETHER, rows, at, count, use, to);
    }
    atomic_fetch_sub(&A->b.products, 1);
    return status;
}

/* ---- several outputs row by row */

static lgd_status forward_rows(void *ctx, const lgd_piece *p)
{
    const product *to = ctx;
    lgd_rows_forward_several(&p->storage, &p->rows, to->k, to->in, to->ldi, to->out + p->at * to->ldo, to->ldo);
    return lgd_piece_check(p);
}

static lgd_status adjoint_rows(void *ctx, const lgd_piece *p)
{
    const product *to = ctx;
    lgd_rows_adjoint_several(&p->storage, &p->rows, to->k, to->in + p->at * to->ldi, to->ldi, to->out, to->ldo);
    return lgd_piece_check(p);
}

/* ---- ops */

static lgd_status stream_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                                 size_t ldz)
{
    lgd_streamed *A = ctx;
    product to = {.k = k, .in = W, .ldi = ldw, .out = Z, .ldo = ldz};
    return k == 1 && ldw == 1 ? lgd_pieces_as_visited(A, rows, forward_piece, &to)
           : A->by_rows       ? lgd_pieces_in_order(A, rows, forward_rows, &to)
                              : multiply(A, rows, forward_block, &to);
}

static lgd_status stream_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                                 size_t ldg)
{
    lgd_streamed *A = ctx;
    product to = {.k = k, .in = R, .ldi = ldr, .out = G, .ldo = ldg};
    return k == 1 && ldg == 1 ? lgd_pieces_as_visited(A, rows, adjoint_piece, &to)
           : A->by_rows       ? lgd_pieces_in_order(A, rows, adjoint_rows, &to)
                              : multiply(A, rows, adjoint_block, &to);
}

static lgd_status stream_fused(void *ctx, const lgd_rows *rows, const double *w, lgd_slopes slopes, void *slopes_ctx,
                               double *g)
{
    product to = {.in = w, .out = g, .slopes = slopes, .slopes_ctx = slopes_ctx};
    return lgd_pieces_as_visited(ctx, rows, fuse_piece, &to);
}

static lgd_status stream_descend(void *ctx, const lgd_rows *rows, const lgd_row_step *step, lgd_slopes slopes,
                                 void *slopes_ctx, double *w)
{
    product to = {.out = w, .slopes = slopes, .slopes_ctx = slopes_ctx, .step = step};
    return lgd_pieces_in_order(ctx, rows, descend_piece, &to);
}

static lgd_status stream_gather(void *ctx, const lgd_rows *rows, double *X)
{
    return lgd_pieces_gather(ctx, rows, X);
}

static lgd_status stream_use(void *ctx, lgd_kernel kernel)
{
    if (kernel == LGD_KERNEL_BLAS)
        return lgd_fail(LGD_EUNSUPPORTED, "stream: kernel is blas, auto and rows are accepted");
    ((lgd_streamed *)ctx)->by_rows = kernel == LGD_KERNEL_ROWS;
    return LGD_OK;
}

static const char *stream_kernel(void *ctx, size_t k)
{
    const lgd_streamed *A = ctx;
    return k == 1 ? A->storage.kernels->name : A->by_rows ? "rows" : "gemm";
}

static double stream_bytes(void *ctx)
{
    const lgd_streamed *A = ctx;
    return (double)A->b.row_bytes;
}

static void release_stream(lgd_streamed *A)
{
    lgd_blocks_end(&A->b);
    lgd_pool_free(A->pool);
    lgd_release(A);
}

static void stream_free(void *ctx)
{
    const lgd_stream from = ((const lgd_streamed *)ctx)->b.from;
    release_stream(ctx);
    if (from.free)
        from.free(from.ctx);
}

/* ---- creation */

static lgd_status check(lgd_stream *s)
{
    const size_t number = s->single ? sizeof(float) : sizeof(double);
    lgd_status status = lgd_check_size("stream", "rows", s->rows, true);
    if (!status)
        status = lgd_check_size("stream", "cols", s->cols, false);
    if (!status)
        status = lgd_check_size("stream", "block_rows", s->block_rows, true);
    if (!status)
        status = lgd_check_size("stream", "memory", s->memory, true);
    if (!status)
        status = lgd_blas_fits("stream", "cols", s->cols);
    if (status)
        return status;
    if (!s->read)
        return lgd_fail(LGD_EINVAL, "stream: read is NULL, a function is accepted");
    const size_t bytes = lgd_mul(s->cols, number);
    if (!s->block_rows)
        for (s->block_rows = 1; s->block_rows <= BLOCK_BYTES / 2 / bytes;)
            s->block_rows *= 2;
    s->block_rows = least(s->block_rows, s->rows ? s->rows : 1);
    const size_t block = lgd_mul(s->block_rows, bytes);
    if (block > PTRDIFF_MAX / 4)
        return lgd_fail(LGD_ERANGE, "stream: a block is %zu rows of %zu bytes, more than an address can reach",
                        s->block_rows, bytes);
    if (!s->memory)
        s->memory = block > MEMORY / 2 ? 2 * block : MEMORY;
    if (s->memory / block < 2)
        return lgd_fail(LGD_EINVAL,
                        "stream: memory is %zu bytes, at least those of two blocks, %zu, are accepted (0: a preset)",
                        s->memory, 2 * block);
    return LGD_OK;
}

lgd_status lgd_matrix_stream_sized(lgd_matrix **out, const lgd_stream *from, size_t from_size)
{
    const lgd_matrix_ops ops = {.name = "stream",
                                .flags = LGD_CONCURRENT,
                                .forward = stream_forward,
                                .adjoint = stream_adjoint,
                                .free = stream_free,
                                .gather = stream_gather,
                                .fused = stream_fused,
                                .descend = stream_descend,
                                .use = stream_use,
                                .kernel = stream_kernel,
                                .bytes = stream_bytes};
    lgd_stream s;
    if (!out)
        return lgd_fail(LGD_EINVAL, "stream: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    if (!from)
        return lgd_fail(LGD_EINVAL, "stream: stream is NULL, its size and a read are accepted");
    lgd_status status = lgd_take_struct("stream", &s, sizeof s, from, from_size);
    if (!status)
        status = check(&s);
    if (status)
        return status;
    lgd_streamed *A = lgd_alloc("stream", 1, sizeof *A);
    if (!A)
        return LGD_ENOMEM;
    status = lgd_blocks_begin(&A->b, &s);
    if (!status)
        status = lgd_pool_create(&A->pool, "stream");
    A->storage = (lgd_row_storage){A->b.buffers, A->b.count * s.block_rows, s.cols, A->b.row_bytes,
                                   lgd_row_kernels_best(s.single)};
    lgd_pieces_cut(A);
    if (!status)
        status = lgd_matrix_create(out, s.rows, s.cols, &ops, A);
    if (status)
        release_stream(A);
    return status;
}

size_t lgd_matrix_block_rows(const lgd_matrix *A)
{
    for (const lgd_matrix *below = A; below; below = lgd_matrix_below(below))
        if (below->ops.forward == stream_forward)
            return ((const lgd_streamed *)below->ctx)->b.from.block_rows;
    return 0;
}
