/* Files of LIBSVM's format, written. */
#define _POSIX_C_SOURCE 200809L
#include "io/file.h"
#include "io/io.h"
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK = 1 << 16, MOST = 2 * LGD_DIGITS + 4 }; /* bytes that are written at once; of a pair */

typedef struct writer {
    lgd_output *out;
    char *block; /* [BLOCK] */
    size_t used;
} writer;

/* Room for a pair. */
static lgd_status make_room(writer *w)
{
    if (w->used + MOST <= BLOCK)
        return LGD_OK;
    const lgd_status st = lgd_output_write(w->out, w->block, w->used);
    w->used = 0;
    return st;
}

static void put_index(writer *w, uint64_t index)
{
    char turned[24];
    size_t n = 0;
    do
        turned[n++] = (char)('0' + index % 10);
    while (index /= 10);
    while (n)
        w->block[w->used++] = turned[--n];
}

static lgd_status write_row(writer *w, const lgd_csr *d, const double *y, size_t row, uint64_t first)
{
    lgd_status st = make_room(w);
    w->used += lgd_digits(w->block + w->used, y ? y[row] : 0, false);
    for (size_t e = d->row_start[row]; e < d->row_start[row + 1] && !st; e++) {
        st = make_room(w);
        w->block[w->used++] = ' ';
        put_index(w, (uint64_t)(d->column ? d->column[e] : d->column_i64[e]) + first);
        w->block[w->used++] = ':';
        w->used += lgd_digits(w->block + w->used, d->value ? d->value[e] : (double)d->value_f32[e], !d->value);
    }
    st = st ? st : make_room(w);
    w->block[w->used++] = '\n';
    return st;
}

static lgd_status write_rows(const char *path, const lgd_csr *d, const double *y, uint64_t first)
{
    writer w = {0};
    lgd_status st = lgd_output_open(&w.out, "libsvm", path);
    if (!st && !(w.block = lgd_alloc("libsvm: block", BLOCK, 1)))
        st = LGD_ENOMEM;
    for (size_t row = 0; row < d->rows && !st; row++)
        st = write_row(&w, d, y, row, first);
    st = st ? st : lgd_output_write(w.out, w.block, w.used);
    st = st ? st : lgd_output_commit(w.out);
    lgd_output_close(w.out);
    lgd_release(w.block);
    return st;
}

lgd_status lgd_libsvm_write_sized(const char *path, const lgd_csr *data, size_t data_size, const double *y,
                                  lgd_index_base base)
{
    if (!path)
        return lgd_fail(LGD_EINVAL, "libsvm: path is NULL, a file name is accepted");
    if ((int)base < LGD_INDEX_AUTO || (int)base > LGD_INDEX_1)
        return lgd_fail(LGD_EINVAL, "libsvm: base is %d, one of its three choices, 0 to 2, is accepted", (int)base);
    lgd_matrix *sound = NULL; /* who makes one looks at every number */
    lgd_csr d;
    lgd_status st = lgd_matrix_csr_sized(&sound, data, data_size);
    lgd_matrix_free(sound);
    st = st ? st : lgd_take_struct("libsvm: data", &d, sizeof d, data, data_size);
    for (size_t row = 0; !st && y && row < d.rows; row++)
        if (!isfinite(y[row]))
            st = lgd_fail(LGD_EINVAL, "libsvm: y[%zu] is %g, finite labels are accepted", row, y[row]);
    if (st)
        return st;
    /* digits are a matter of this thread's locale, so the C locale is lent to it */
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return lgd_fail(LGD_ENOMEM, "libsvm: the C locale cannot be had");
    locale_t before = uselocale(c);
    st = write_rows(path, &d, y, base != LGD_INDEX_0);
    uselocale(before);
    freelocale(c);
    return st;
}
