#include "io/npy.h"

static lgd_status write_rows(lgd_output *out, size_t rows, size_t row, const char *data, size_t step)
{
    lgd_status st = LGD_OK;
    if (step == row)
        return lgd_output_write(out, data, rows * row);
    for (size_t i = 0; i < rows && !st; i++)
        st = lgd_output_write(out, data + i * step, row);
    return st;
}

static lgd_status write_array(const char *path, size_t rows, size_t cols, const void *data, size_t ld, bool single)
{
    const size_t width = single ? sizeof(float) : sizeof(double), row = cols ? cols : 1;
    lgd_status st = lgd_check_size("npy", "rows", rows, true);
    st = st ? st : lgd_check_size("npy", "cols", cols, true);
    st = st ? st : lgd_check_size("npy", "ld", ld, true);
    if (st)
        return st;
    if (!data && rows)
        return lgd_fail(LGD_EINVAL, "npy: data is NULL, an array is accepted");
    if (ld < row)
        return lgd_fail(LGD_EINVAL, "npy: ld is %zu, at least %zu is accepted", ld, row);
    if (lgd_mul(lgd_mul(rows, ld), width) > PTRDIFF_MAX)
        return lgd_fail(LGD_ERANGE, "npy: rows*ld is %zu*%zu, more than an address can reach", rows, ld);
    char head[LGD_NPY_HEAD];
    lgd_npy_make_head(head, rows, cols, single);
    lgd_output *out;
    st = lgd_output_open(&out, "npy", path);
    st = st ? st : lgd_output_write(out, head, sizeof head);
    st = st ? st : write_rows(out, rows, row * width, data, ld * width);
    st = st ? st : lgd_output_commit(out);
    lgd_output_close(out);
    return st;
}

lgd_status lgd_npy_write(const char *path, size_t rows, size_t cols, const double *data, size_t ld)
{
    return write_array(path, rows, cols, data, ld, false);
}

lgd_status lgd_npy_write_f32(const char *path, size_t rows, size_t cols, const float *data, size_t ld)
{
    return write_array(path, rows, cols, data, ld, true);
}
