/* Tables and streams of datasets. */
#include "io/array.h"
#include "io/hdf5_file.h"
#include "lgd/hdf5.h"

enum { AT_ONCE = 1 << 17 }; /* numbers in a block of reading */

/* Some rows and columns as doubles; `raw` has as much room. */
static lgd_status take(const lgd_dataset *d, size_t row, size_t rows, size_t col, size_t cols, lgd_status failure,
                       unsigned char *raw, double *numbers)
{
    const lgd_status st = lgd_dataset_read(d, row, rows, col, cols, failure, raw);
    if (!st)
        lgd_npy_decode(&d->as, raw, rows * cols, numbers);
    return st;
}

/* All numbers, by rows as many as have room, or by parts of one. */
static lgd_status fill(const lgd_dataset *d, lgd_array *a, unsigned char *raw, double *numbers)
{
    const size_t rows = d->cols < AT_ONCE ? AT_ONCE / d->cols : 1;
    lgd_status st = LGD_OK;
    for (size_t i = 0; i < d->rows && !st; i += rows)
        for (size_t j = 0; j < d->cols && !st; j += AT_ONCE) {
            const size_t here = d->cols - j < AT_ONCE ? d->cols - j : AT_ONCE;
            const lgd_block block = {i, d->rows - i < rows ? d->rows - i : rows, here, j, here, 1};
            st = take(d, block.row, block.rows, j, here, LGD_EFORMAT, raw, numbers);
            st = st ? st : lgd_array_put(a, &block, numbers);
        }
    return st;
}

static lgd_status read_numbers(const lgd_dataset *d, lgd_array *a, lgd_text *notes)
{
    a->name = d->name;
    a->rows = d->rows;
    a->cols = d->cols;
    a->single = lgd_npy_is_single(&d->as);
    a->unfit = d->as.kind == 'f' ? NULL : "beyond 2^53, which no double holds for sure";
    lgd_status st = lgd_array_check_target(a, "hdf5");
    double *numbers = st ? NULL : lgd_alloc("hdf5: buffer", AT_ONCE, sizeof *numbers);
    unsigned char *raw = numbers ? lgd_alloc("hdf5: buffer", AT_ONCE, sizeof *numbers) : NULL;
    st = st || raw ? st : LGD_ENOMEM;
    st = st ? st : lgd_array_make(a);
    st = st ? st : fill(d, a, raw, numbers);
    st = st ? st
            : lgd_text_print(notes, "%s: %zu rows, %zu columns, %s\n", d->name, d->rows, d->cols,
                             a->single           ? "floats"
                             : d->as.kind == 'f' ? "doubles"
                                                 : "integers");
    if (!st && a->target && !a->target_only)
        st = lgd_text_print(notes, "target: column %zu\n", a->target);
    lgd_release(raw);
    lgd_release(numbers);
    a->name = NULL;
    return st;
}

static lgd_status read_dataset(const char *path, const char *dataset, lgd_array *a, lgd_text *notes)
{
    lgd_dataset d;
    lgd_status st = lgd_dataset_open(&d, path, dataset);
    st = st ? st : read_numbers(&d, a, notes);
    lgd_dataset_close(&d);
    return st;
}

static lgd_status check_options(const lgd_hdf5_options *o)
{
    if (o->target && o->target_dataset)
        return lgd_fail(LGD_EINVAL, "hdf5: target is %zu, beside it no target_dataset is accepted", o->target);
    if (o->binary && o->classes)
        return lgd_fail(LGD_EINVAL, "hdf5: binary and classes are both true, one of them is accepted");
    if ((o->binary || o->classes) && !o->target && !o->target_dataset)
        return lgd_fail(LGD_EINVAL, "hdf5: %s is true, a target beside it is accepted",
                        o->binary ? "binary" : "classes");
    if (o->target_only && !o->target)
        return lgd_fail(LGD_EINVAL,
                        "hdf5: target_only is true, a column as target is accepted beside it; read the dataset of "
                        "the target itself");
    const lgd_status st = lgd_check_size("hdf5", "target", o->target, true);
    return st ? st : lgd_check_size("hdf5", "max_bytes", o->max_bytes, true);
}

lgd_status lgd_hdf5_read_sized(lgd_table **out, const char *path, const lgd_hdf5_options *options, size_t options_size)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "hdf5: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    lgd_hdf5_options o;
    lgd_status st = lgd_take_struct("hdf5: options", &o, sizeof o, options, options_size);
    st = st ? st : check_options(&o);
    if (st)
        return st;
    lgd_text notes = {0};
    lgd_array a = {.target = o.target, .target_only = o.target_only, .with_y = o.target != 0, .max_bytes = o.max_bytes};
    st = read_dataset(path, o.dataset, &a, &notes);
    if (!st && o.target_dataset) {
        lgd_array y = {.target = 1, .target_only = true, .with_y = true, .max_bytes = o.max_bytes};
        st = read_dataset(path, o.target_dataset, &y, &notes);
        st = st ? st : lgd_array_take_target(&a, &y, "hdf5");
        lgd_table_free(y.table);
    }
    char shown[LGD_PATH_SHOWN];
    if (!st)
        a.name = lgd_path_shown(shown, path);
    st = st ? st : lgd_array_finish(&a, o.binary, o.classes, notes.bytes);
    lgd_text_free(&notes);
    if (st)
        lgd_table_free(a.table);
    else
        *out = a.table;
    return st;
}
