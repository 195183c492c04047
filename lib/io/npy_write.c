#include "io/npy.h"
#include "io/unpack.h"
#include "io/zip.h"

/* One array: cols 0, of one dimension. */
typedef struct array {
    const char *name;
    size_t rows, cols, ld;
    const void *data;
    bool single;
} array;

/* Where its bytes go to: a file, or a member of an archive. */
typedef struct sink {
    lgd_output *out;
    lgd_zip *zip;
} sink;

static size_t width(const array *a)
{
    return a->single ? sizeof(float) : sizeof(double);
}

static size_t row_of(const array *a)
{
    return (a->cols ? a->cols : 1) * width(a);
}

static lgd_status check(const char *who, const array *a, bool column_ok)
{
    lgd_status st = lgd_check_size(who, "rows", a->rows, true);
    st = st ? st : lgd_check_size(who, "cols", a->cols, column_ok);
    st = st ? st : lgd_check_size(who, "ld", a->ld, true);
    if (st)
        return st;
    if (!a->data && a->rows)
        return lgd_fail(LGD_EINVAL, "%s: %s is NULL, an array is accepted", who, a->name);
    if (a->ld < (a->cols ? a->cols : 1))
        return lgd_fail(LGD_EINVAL, "%s: ld is %zu, at least %zu is accepted", who, a->ld, a->cols ? a->cols : 1);
    if (lgd_mul(lgd_mul(a->rows, a->ld), width(a)) > PTRDIFF_MAX)
        return lgd_fail(LGD_ERANGE, "%s: rows*ld is %zu*%zu, more than an address can reach", who, a->rows, a->ld);
    return LGD_OK;
}

static lgd_status put(const sink *to, const void *bytes, size_t count)
{
    return to->zip ? lgd_zip_write(to->zip, bytes, count) : lgd_output_write(to->out, bytes, count);
}

static lgd_status put_array(const sink *to, const array *a)
{
    char head[LGD_NPY_HEAD];
    const size_t row = row_of(a), step = a->ld * width(a);
    lgd_npy_make_head(head, a->rows, a->cols, a->single);
    lgd_status st = put(to, head, sizeof head);
    if (step == row)
        return st ? st : put(to, a->data, a->rows * row);
    for (size_t i = 0; i < a->rows && !st; i++)
        st = put(to, (const char *)a->data + i * step, row);
    return st;
}

static lgd_status write_array(const char *path, const array *a)
{
    lgd_status st = check("npy", a, true);
    if (st)
        return st;
    sink to = {0};
    st = lgd_output_open(&to.out, "npy", path);
    st = st ? st : put_array(&to, a);
    st = st ? st : lgd_output_commit(to.out);
    lgd_output_close(to.out);
    return st;
}

lgd_status lgd_npy_write(const char *path, size_t rows, size_t cols, const double *data, size_t ld)
{
    return write_array(path, &(array){"data", rows, cols, ld, data, false});
}

lgd_status lgd_npy_write_f32(const char *path, size_t rows, size_t cols, const float *data, size_t ld)
{
    return write_array(path, &(array){"data", rows, cols, ld, data, true});
}

/* X, and y unless it is NULL. */
static lgd_status write_archive(const char *path, const array *X, const double *y)
{
    const array both[] = {*X, {"y", X->rows, 0, 1, y, false}};
    lgd_status st = check("npz", X, false);
    if (st)
        return st;
    char shown[LGD_PATH_SHOWN];
    if (path && lgd_packing_of_name(path) != LGD_PLAIN)
        return lgd_fail(LGD_EUNSUPPORTED, "%s: an archive that is packed once more has no reader, .npz is accepted",
                        lgd_path_shown(shown, path));
    sink to = {0};
    st = lgd_output_open(&to.out, "npz", path);
    st = st ? st : lgd_zip_open(&to.zip, to.out, path);
    for (size_t i = 0; i < (y ? 2 : 1) && !st; i++) {
        st = lgd_zip_member(to.zip, i ? "y.npy" : "X.npy", lgd_add(LGD_NPY_HEAD, both[i].rows * row_of(&both[i])));
        st = st ? st : put_array(&to, &both[i]);
    }
    st = st ? st : lgd_zip_finish(to.zip);
    st = st ? st : lgd_output_commit(to.out);
    lgd_zip_close(to.zip);
    lgd_output_close(to.out);
    return st;
}

lgd_status lgd_npz_write(const char *path, size_t rows, size_t cols, const double *X, size_t ld, const double *y)
{
    return write_archive(path, &(array){"X", rows, cols, ld, X, false}, y);
}

lgd_status lgd_npz_write_f32(const char *path, size_t rows, size_t cols, const float *X, size_t ld, const double *y)
{
    return write_archive(path, &(array){"X", rows, cols, ld, X, true}, y);
}
