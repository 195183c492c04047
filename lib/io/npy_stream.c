/* Matrices whose rows stay in a file: read as they are needed, or mapped. */
#define _XOPEN_SOURCE 700
#include "io/npy.h"
#include "matrix/matrix.h"
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SCRATCH = 1 << 18 };

typedef struct rows_of_file {
    lgd_npy f;
    lgd_input *in;
    size_t target;        /* from 1; 0: none */
    bool direct;          /* the bytes are those of the rows, but for their order */
    unsigned char *bytes; /* [room rows of the file] else, and as numbers: */
    double *numbers;
    size_t room;
    void *map; /* [mapped] */
    size_t mapped;
} rows_of_file;

static void close_file(void *ctx)
{
    rows_of_file *r = ctx;
    if (r->map)
        munmap(r->map, r->mapped);
    lgd_input_close(r->in);
    lgd_release(r->bytes);
    lgd_release(r->numbers);
    lgd_release(r);
}

/* `count` rows of the file as they lie in it. */
static lgd_status read_bytes(const rows_of_file *r, size_t first, size_t count, unsigned char *to)
{
    const size_t row = r->f.cols * r->f.width, wanted = count * row, from = r->f.data + first * row;
    for (size_t done = 0; done < wanted;) {
        const ssize_t n = pread(lgd_input_file(r->in), to + done, wanted - done, (off_t)(from + done));
        if (n < 0 && errno != EINTR)
            return lgd_file_failure(lgd_input_name(r->in), errno);
        if (n == 0)
            return lgd_fail(LGD_EIO, "%s: the file ends in row %zu (from 0), it had %zu rows when it was opened",
                            lgd_input_name(r->in), first + done / row, r->f.rows);
        done += n > 0 ? (size_t)n : 0;
    }
    return LGD_OK;
}

static lgd_status read_rows(void *ctx, size_t first, size_t count, void *to)
{
    rows_of_file *r = ctx;
    if (r->direct) {
        const lgd_status st = read_bytes(r, first, count, to);
        if (!st && r->f.swapped)
            lgd_npy_swap(r->f.width, to, count * r->f.cols);
        return st;
    }
    lgd_status st = LGD_OK;
    for (size_t done = 0, n; done < count && !st; done += n) {
        n = count - done < r->room ? count - done : r->room;
        st = read_bytes(r, first + done, n, r->bytes);
        if (!st) {
            lgd_npy_decode(&r->f, r->bytes, n * r->f.cols, r->numbers);
            lgd_npy_leave_out(&r->f, r->target, n, r->numbers, to, done);
        }
    }
    return st;
}

static lgd_status make_stream(lgd_matrix **out, rows_of_file *r, const lgd_npy_stream_options *o)
{
    r->direct = !r->target && r->f.kind == 'f';
    if (!r->direct) {
        const size_t row = lgd_mul(r->f.cols, sizeof(double));
        r->room = row < SCRATCH ? SCRATCH / row : 1;
        r->bytes = lgd_alloc("npy: buffer", lgd_mul(r->room, r->f.cols), r->f.width);
        r->numbers = r->bytes ? lgd_alloc("npy: buffer", lgd_mul(r->room, r->f.cols), sizeof *r->numbers) : NULL;
        if (!r->numbers)
            return LGD_ENOMEM;
    }
    const lgd_stream stream = {.rows = r->f.rows,
                               .cols = r->f.cols - (r->target != 0),
                               .read = read_rows,
                               .ctx = r,
                               .free = close_file,
                               .single = lgd_npy_is_single(&r->f),
                               .block_rows = o->block_rows,
                               .memory = o->memory,
                               .synchronous = o->synchronous};
    return lgd_matrix_stream(out, &stream);
}

static lgd_status make_mapped(lgd_matrix **out, rows_of_file *r)
{
    const lgd_npy *f = &r->f;
    const char *name = lgd_input_name(r->in);
    if (f->kind != 'f' || f->swapped)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "%s: its numbers are %s, mapped are floats and doubles as the machine has them", name,
                        f->kind != 'f' ? "integers or booleans" : "in the other order of bytes");
    if (f->data % f->width)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "%s: its numbers begin at byte %zu, a multiple of %zu is accepted if they are mapped", name,
                        f->data, f->width);
    if (r->target > 1 && r->target < f->cols)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "npy: target is %zu, the first or the last of %zu columns is accepted if they are mapped",
                        r->target, f->cols);
    r->mapped = f->data + lgd_npy_bytes(f);
    void *map = mmap(NULL, r->mapped, PROT_READ, MAP_SHARED, lgd_input_file(r->in), 0);
    if (map == MAP_FAILED)
        return lgd_file_failure(name, errno);
    r->map = map;
    const char *data = (const char *)map + f->data + (r->target == 1 ? f->width : 0);
    const size_t cols = f->cols - (r->target != 0);
    const lgd_status st = lgd_npy_is_single(f)
                              ? lgd_matrix_dense_f32(out, f->rows, cols, (const float *)(const void *)data, f->cols)
                              : lgd_matrix_dense(out, f->rows, cols, (const double *)(const void *)data, f->cols);
    if (!st)
        lgd_matrix_owns(*out, close_file, r);
    return st;
}

/* What the options say of a file that has no header. */
static lgd_status raw_head(const lgd_input *in, const lgd_npy_stream_options *o, lgd_npy *f)
{
    const uint16_t one = 1;
    const bool big = *(const unsigned char *)&one == 0;
    *f = (lgd_npy){.cols = o->raw_cols,
                   .data = o->raw_offset,
                   .width = o->raw_single ? sizeof(float) : sizeof(double),
                   .kind = 'f',
                   .swapped = o->raw_big != big};
    const size_t size = lgd_input_size(in), row = lgd_mul(f->cols, f->width);
    const size_t left = size > f->data ? size - f->data : 0;
    f->rows = o->raw_rows ? o->raw_rows : left / row;
    if (left && lgd_mul(f->rows, row) == left)
        return LGD_OK;
    return lgd_fail(LGD_EFORMAT, "%s: behind the first %zu bytes there are %zu, %s%zu rows of %zu is accepted",
                    lgd_input_name(in), f->data, left, o->raw_rows ? "" : "a multiple of ", o->raw_rows ? f->rows : 1,
                    row);
}

static lgd_status check_options(const lgd_npy_stream_options *o)
{
    if (!o->raw_cols && (o->raw_rows || o->raw_offset || o->raw_single || o->raw_big))
        return lgd_fail(LGD_EINVAL,
                        "npy: raw_cols is 0, a number of columns is accepted beside the other options of raw files");
    if (o->mapped && (o->block_rows || o->memory || o->synchronous))
        return lgd_fail(LGD_EINVAL, "npy: mapped is true, no block_rows, memory or synchronous is accepted beside it");
    const struct {
        const char *name;
        size_t value;
    } sizes[] = {
        {"target", o->target}, {"raw_cols", o->raw_cols}, {"raw_rows", o->raw_rows}, {"raw_offset", o->raw_offset}};
    lgd_status st = LGD_OK;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && !st; i++)
        st = lgd_check_size("npy", sizes[i].name, sizes[i].value, true);
    return st;
}

static lgd_status open_rows(rows_of_file *r, const char *path, const lgd_npy_stream_options *o)
{
    lgd_status st = (o->raw_cols ? lgd_input_open_plain : lgd_input_open)(&r->in, "npy", path);
    if (st)
        return st;
    const char *name = lgd_input_name(r->in);
    if (!lgd_input_size(r->in)) /* a pipe, or an empty file */
        st = lgd_input_rewind(r->in);
    if (!st && lgd_input_is_packed(r->in))
        st = lgd_fail(LGD_EUNSUPPORTED, "%s: this is packed, and its rows cannot be read one by one; unpack it first",
                      name);
    st = st ? st : o->raw_cols ? raw_head(r->in, o, &r->f) : lgd_npy_head(r->in, &r->f);
    if (!st && r->f.by_columns)
        st = lgd_fail(
            LGD_EUNSUPPORTED,
            "%s: its numbers lie by columns (fortran_order), rows are accepted; hint: numpy.ascontiguousarray", name);
    if (!st && (o->target > r->f.cols || (o->target && r->f.cols == 1)))
        st = lgd_fail(LGD_EINVAL, "npy: target is %zu, a column of %s from 1 to %zu is accepted, and another beside it",
                      o->target, name, r->f.cols);
    r->target = o->target;
    return st;
}

lgd_status lgd_npy_stream_sized(lgd_matrix **out, const char *path, const lgd_npy_stream_options *options,
                                size_t options_size)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "npy: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    lgd_npy_stream_options o;
    lgd_status st = lgd_take_struct("npy: options", &o, sizeof o, options, options_size);
    st = st ? st : check_options(&o);
    rows_of_file *r = st ? NULL : lgd_alloc("npy: rows", 1, sizeof *r);
    if (!r)
        return st ? st : LGD_ENOMEM;
    st = open_rows(r, path, &o);
    st = st ? st : o.mapped ? make_mapped(out, r) : make_stream(out, r, &o);
    if (st)
        close_file(r);
    return st;
}
