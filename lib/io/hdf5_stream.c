/* Matrices whose rows stay in a dataset. */
#include "io/hdf5_file.h"

enum { SCRATCH = 1 << 15 }; /* numbers */

typedef struct rows_of_dataset {
    lgd_dataset d;
    size_t target;      /* from 1; 0: none */
    unsigned char *raw; /* [room rows of the dataset] where they are not just what is wanted, and as numbers: */
    double *numbers;
    size_t room;
} rows_of_dataset;

static void close_dataset(void *ctx)
{
    rows_of_dataset *r = ctx;
    lgd_dataset_close(&r->d);
    lgd_release(r->raw);
    lgd_release(r->numbers);
    lgd_release(r);
}

static lgd_status read_rows(void *ctx, size_t first, size_t count, void *to)
{
    rows_of_dataset *r = ctx;
    const lgd_dataset *d = &r->d;
    if (!r->raw)
        return lgd_dataset_read(d, first, count, 0, d->cols, LGD_EIO, to);
    lgd_status st = LGD_OK;
    for (size_t done = 0, n; done < count && !st; done += n) {
        n = count - done < r->room ? count - done : r->room;
        st = lgd_dataset_read(d, first + done, n, 0, d->cols, LGD_EIO, r->raw);
        if (!st) {
            lgd_npy_decode(&d->as, r->raw, n * d->cols, r->numbers);
            lgd_npy_leave_out(&d->as, r->target, n, r->numbers, to, done);
        }
    }
    return st;
}

static lgd_status make_stream(lgd_matrix **out, rows_of_dataset *r, const lgd_hdf5_stream_options *o)
{
    enum { LARGE = 1 << 22 };
    const lgd_dataset *d = &r->d;
    if (o->target > d->cols || (o->target && d->cols == 1))
        return lgd_fail(LGD_EINVAL,
                        "hdf5: target is %zu, a column of %s from 1 to %zu is accepted, and another beside it",
                        o->target, d->name, d->cols);
    r->target = o->target;
    if (r->target || d->as.kind != 'f') {
        r->room = d->cols < SCRATCH ? SCRATCH / d->cols : 1;
        r->numbers = lgd_alloc("hdf5: buffer", lgd_mul(r->room, d->cols), sizeof *r->numbers);
        r->raw = r->numbers ? lgd_alloc("hdf5: buffer", lgd_mul(r->room, d->cols), d->as.width) : NULL;
        if (!r->raw)
            return LGD_ENOMEM;
    }
    const size_t chunk = lgd_mul(lgd_mul(d->chunk_rows, d->cols), d->as.width);
    const lgd_stream stream = {.rows = d->rows,
                               .cols = d->cols - (r->target != 0),
                               .read = read_rows,
                               .ctx = r,
                               .free = close_dataset,
                               .single = lgd_npy_is_single(&d->as),
                               .block_rows = o->block_rows    ? o->block_rows
                                             : chunk <= LARGE ? d->chunk_rows
                                                              : 0,
                               .memory = o->memory,
                               .synchronous = o->synchronous};
    return lgd_matrix_stream(out, &stream);
}

lgd_status lgd_hdf5_stream_sized(lgd_matrix **out, const char *path, const lgd_hdf5_stream_options *options,
                                 size_t options_size)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "hdf5: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    lgd_hdf5_stream_options o;
    lgd_status st = lgd_take_struct("hdf5: options", &o, sizeof o, options, options_size);
    st = st ? st : lgd_check_size("hdf5", "target", o.target, true);
    rows_of_dataset *r = st ? NULL : lgd_alloc("hdf5: rows", 1, sizeof *r);
    if (!r)
        return st ? st : LGD_ENOMEM;
    st = lgd_dataset_open(&r->d, path, o.dataset);
    st = st ? st : make_stream(out, r, &o);
    if (st)
        close_dataset(r);
    return st;
}
