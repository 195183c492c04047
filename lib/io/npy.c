/* Reading .npy and .npz whole: headers, and numbers block by block to their places in the table. */
#include "io/npy.h"
#include "io/array.h"
#include <stdio.h>

/* As many bytes as come until the end: fewer than the header says cost no memory. */
static lgd_status count_bytes(lgd_input *in, unsigned char *buffer, size_t room, size_t *bytes)
{
    lgd_status st;
    size_t got;
    *bytes = 0;
    do {
        st = lgd_input_read(in, buffer, room, &got);
        *bytes = lgd_add(*bytes, got);
    } while (!st && got == room);
    return st;
}

static lgd_status wrong_length(const lgd_input *in, const lgd_npy *f, size_t bytes)
{
    return lgd_fail(
        LGD_EFORMAT, "%s: behind the header there are %s bytes than the %zu that %zu x %zu numbers of %zu bytes take",
        lgd_input_name(in), bytes < lgd_npy_bytes(f) ? "fewer" : "more", lgd_npy_bytes(f), f->rows, f->cols, f->width);
}

/* A packed file that says it holds very much more than it takes is read once for its length alone. */
static lgd_status check_length(lgd_input *in, lgd_npy *f, unsigned char *buffer, size_t room)
{
    enum { LIKELY = 64 };
    if (!lgd_input_is_packed(in) || lgd_npy_bytes(f) / LIKELY <= lgd_input_size(in))
        return LGD_OK;
    size_t bytes;
    lgd_status st = count_bytes(in, buffer, room, &bytes);
    if (!st && bytes != lgd_npy_bytes(f))
        st = wrong_length(in, f, bytes);
    st = st ? st : lgd_input_rewind(in);
    return st ? st : lgd_npy_head(in, f);
}

/* All numbers, in the order they lie in: lines (rows, or columns) of `length` numbers, several of them at a time, or parts of one. */
static lgd_status fill(lgd_input *in, const lgd_npy *f, lgd_array *a, unsigned char *bytes, double *numbers,
                       size_t room)
{
    const size_t lines = f->by_columns ? f->cols : f->rows, length = f->by_columns ? f->rows : f->cols;
    lgd_status st = LGD_OK;
    for (size_t line = 0, at = 0, n, part; line < lines && !st;) {
        n = room / length < lines - line ? room / length : lines - line;
        part = length - at < room ? length - at : room; /* of one line, if none fits as a whole */
        const bool whole = n > 0;
        const size_t count = whole ? n * length : part;
        size_t got;
        st = lgd_input_read(in, bytes, count * f->width, &got);
        if (!st && got < count * f->width)
            return wrong_length(in, f, 0);
        lgd_npy_decode(f, bytes, count, numbers);
        const lgd_block rows = {line, whole ? n : 1, length, whole ? 0 : at, whole ? length : part, 1};
        const lgd_block columns = {rows.col, rows.cols, 1, rows.row, rows.rows, length};
        st = st ? st : lgd_array_put(a, f->by_columns ? &columns : &rows, numbers);
        at = whole || at + part == length ? 0 : at + part;
        line += whole ? n : at == 0;
    }
    unsigned char more;
    size_t got = 0;
    st = st ? st : lgd_input_read(in, &more, 1, &got);
    return st || !got ? st : wrong_length(in, f, SIZE_MAX);
}

static lgd_status note(lgd_text *notes, const lgd_array *a, const lgd_npy *f)
{
    const char *kind = f->kind == 'f'   ? "floats"
                       : f->kind == 'b' ? "booleans"
                       : f->kind == 'i' ? "integers"
                                        : "integers without a sign";
    lgd_status st = lgd_text_print(notes, "%s: %zu rows, %zu columns, %s of %zu bytes%s%s\n", a->name, a->rows, a->cols,
                                   kind, f->width, f->swapped ? ", in the other order of bytes" : "",
                                   f->by_columns ? ", by columns" : "");
    return st || !a->target ? st : lgd_text_print(notes, "target: column %zu\n", a->target);
}

/* The array that comes next in `in`, with what the caller has said of `a`. */
static lgd_status read_numbers(lgd_input *in, lgd_array *a, lgd_text *notes)
{
    enum { BY_ROWS = 1 << 15, BY_COLUMNS = 1 << 20 }; /* numbers at a time: turning wants more */
    lgd_npy f;
    lgd_status st = lgd_npy_head(in, &f);
    if (st)
        return st;
    a->rows = f.rows;
    a->cols = f.cols;
    a->single = lgd_npy_is_single(&f);
    a->unfit = f.kind == 'f' ? NULL : "beyond 2^53, which no double holds for sure";
    st = lgd_array_check_target(a, "npy");
    const size_t most = f.by_columns ? BY_COLUMNS : BY_ROWS, all = f.rows * f.cols, room = all < most ? all : most;
    double *numbers = st ? NULL : lgd_alloc("npy: buffer", room, sizeof *numbers);
    unsigned char *bytes = numbers ? lgd_alloc("npy: buffer", room, f.width) : NULL;
    st = st || bytes ? st : LGD_ENOMEM;
    const size_t width = f.width;
    const bool by_columns = f.by_columns;
    st = st ? st : check_length(in, &f, bytes, room * f.width);
    if (!st && (f.rows != a->rows || f.cols != a->cols || f.width != width || f.by_columns != by_columns))
        st = lgd_fail(LGD_EIO, "%s: the file has changed while it was read", a->name);
    st = st ? st : lgd_array_make(a);
    st = st ? st : fill(in, &f, a, bytes, numbers, room);
    st = st ? st : note(notes, a, &f);
    lgd_release(bytes);
    lgd_release(numbers);
    return st;
}

static lgd_status read_file(const char *path, const char *member, lgd_array *a, lgd_text *notes)
{
    lgd_input *in;
    lgd_status st = lgd_input_open_member(&in, "npy", path, member);
    if (st)
        return st;
    a->name = lgd_input_name(in);
    st = lgd_input_size(in) ? LGD_OK : lgd_input_rewind(in); /* a pipe is no file of a known length */
    st = st ? st : read_numbers(in, a, notes);
    lgd_input_close(in);
    a->name = NULL;
    return st;
}

/* y from an array of its own. */
static lgd_status read_target(const char *path, const lgd_npy_options *o, lgd_array *a, lgd_text *notes)
{
    lgd_array y = {.target = 1, .target_only = true, .with_y = true, .max_bytes = o->max_bytes};
    lgd_status st = read_file(o->target_path ? o->target_path : path, o->target_member, &y, notes);
    st = st ? st : lgd_array_take_target(a, &y, "npy");
    lgd_table_free(y.table);
    return st;
}

static lgd_status check_options(const lgd_npy_options *o)
{
    const bool apart = o->target_path || o->target_member;
    if (o->target && apart)
        return lgd_fail(LGD_EINVAL, "npy: target is %zu, beside it no target_path or target_member is accepted",
                        o->target);
    if (o->binary && o->classes)
        return lgd_fail(LGD_EINVAL, "npy: binary and classes are both true, one of them is accepted");
    if ((o->binary || o->classes || o->target_only) && !o->target && !apart)
        return lgd_fail(LGD_EINVAL, "npy: %s is true, a target beside it is accepted",
                        o->target_only ? "target_only"
                        : o->binary    ? "binary"
                                       : "classes");
    if (o->target_only && apart)
        return lgd_fail(LGD_EINVAL,
                        "npy: target_only is true, a column as target is accepted beside it; read the file of "
                        "the target itself");
    const lgd_status st = lgd_check_size("npy", "target", o->target, true);
    return st ? st : lgd_check_size("npy", "max_bytes", o->max_bytes, true);
}

lgd_status lgd_npy_read_sized(lgd_table **out, const char *path, const lgd_npy_options *options, size_t options_size)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "npy: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    lgd_npy_options o;
    lgd_status st = lgd_take_struct("npy: options", &o, sizeof o, options, options_size);
    st = st ? st : check_options(&o);
    if (st)
        return st;
    lgd_text notes = {0};
    lgd_array a = {.target = o.target, .target_only = o.target_only, .with_y = o.target != 0, .max_bytes = o.max_bytes};
    st = read_file(path, o.member, &a, &notes);
    if (!st && (o.target_path || o.target_member))
        st = read_target(path, &o, &a, &notes);
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
