/* Files of LIBSVM's format, in two passes: count (rows and words), and fill, into memory of just that size. Both go word by word through a
 * buffer that ends behind a word, so that a line may be as long as it likes and the file is never in memory. */
#include "io/libsvm.h"
#include <math.h>
#include <string.h>

#define BEYOND_FLOATS 0x1.ffffffp127 /* from here on no float is the nearest */

static bool has(const char *s, const char *end, char c)
{
    return memchr(s, c, (size_t)(end - s)) != NULL;
}

static lgd_status changed(const lgd_svm *r)
{
    return lgd_fail(LGD_EIO, "%s: the file has changed while it was read", r->path);
}

/* ---- fill */

/* The first index beyond 32 bits: all of them are copied. */
static lgd_status widen(lgd_svm *r)
{
    const size_t most = r->o.max_bytes ? r->o.max_bytes : lgd_default_max_bytes();
    const size_t each = sizeof *r->column_i64 + (r->o.single ? sizeof(float) : sizeof(double));
    const size_t bytes = lgd_add(lgd_mul(r->numbers, each), lgd_mul(r->rows, sizeof(size_t) + sizeof(double)));
    if (bytes > most)
        return lgd_fail(LGD_ERANGE, "%s:%zu: with an index of 64 bits the table takes %zu bytes, %s allows %zu",
                        r->path, r->line, bytes, r->o.max_bytes ? "max_bytes" : "this machine's memory", most);
    r->column_i64 = lgd_alloc("libsvm: columns", r->numbers, sizeof *r->column_i64);
    if (!r->column_i64)
        return LGD_ENOMEM;
    for (size_t i = 0; i < r->at; i++)
        r->column_i64[i] = r->column[i];
    lgd_release(r->column);
    r->column = NULL;
    return LGD_OK;
}

static lgd_status take_number(lgd_svm *r, uint64_t index, double x)
{
    if (r->at == r->numbers)
        return changed(r);
    if (index > INT32_MAX && !r->column_i64) {
        const lgd_status st = widen(r);
        if (st)
            return st;
    }
    if (r->column_i64)
        r->column_i64[r->at] = (int64_t)index;
    else
        r->column[r->at] = (int32_t)index;
    if (r->value)
        r->value[r->at] = x;
    else
        r->value_f32[r->at] = (float)x;
    r->at++;
    return LGD_OK;
}

/* What tells how many columns there are, and how they are called. */
static void see_index(lgd_svm *r, uint64_t index)
{
    r->largest = index > r->largest ? index : r->largest;
    if (index == 0 && !r->zero_line)
        r->zero_line = r->line;
    if (index == r->o.cols && !r->full_line) {
        r->full_line = r->line;
        r->full_pair = r->pairs + 1;
    }
}

/* index:value at *at, which then is behind it. */
static lgd_status take_pair(lgd_svm *r, const char **at, const char *end)
{
    const char *s = *at, *digit = s;
    uint64_t index = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++)
        if (index <= LGD_SVM_MOST_INDEX)
            index = 10 * index + (uint64_t)(*digit - '0');
    double x = 0;
    const char *const value = digit + 1, *const behind =
                                             digit > s && *digit == ':' ? lgd_number(value, end, '.', &x) : value;
    if (behind == value || !lgd_svm_ends_word(*behind) || !(fabs(x) < (r->o.single ? BEYOND_FLOATS : INFINITY)))
        return lgd_svm_refuse_pair(r, s);
    const uint64_t most = r->o.cols ? r->o.cols - (r->o.base == LGD_INDEX_0) : LGD_SVM_MOST_INDEX;
    if (index > most || index > LGD_SVM_MOST_INDEX || (r->pairs && index <= r->last) ||
        (index == 0 && r->o.base == LGD_INDEX_1))
        return lgd_svm_refuse_index(r, s, index);
    see_index(r, index);
    r->last = index;
    r->pairs++;
    *at = behind;
    if (r->o.single ? (float)x == 0 : x == 0) {
        r->zeros++;
        return LGD_OK;
    }
    return take_number(r, index, x);
}

static lgd_status take_label(lgd_svm *r, const char **at, const char *end)
{
    double y = 0;
    const char *behind = lgd_number(*at, end, '.', &y);
    if (behind == *at || !lgd_svm_ends_word(*behind) || isinf(y))
        return lgd_svm_refuse_label(r, *at);
    r->table->y[r->row] = y;
    *at = behind;
    if (r->o.binary && !lgd_labels_see(&r->labels, y))
        return lgd_fail(LGD_EFORMAT, "%s:%zu: the label is %g beside %g and %g, a binary one has two values", r->path,
                        r->line, y, r->labels.value[0], r->labels.value[1]);
    return LGD_OK;
}

static lgd_status take_word(lgd_svm *r, const char **at, const char *end)
{
    if (!r->fill) {
        *at = lgd_svm_word_end(*at);
        r->numbers++;
        return LGD_OK;
    }
    if (r->words)
        return take_pair(r, at, end);
    if (r->row == r->rows)
        return changed(r);
    if (!r->o.no_target)
        return take_label(r, at, end);
    const char *behind = lgd_svm_word_end(*at);
    if (has(*at, behind, ':'))
        return take_pair(r, at, end);
    *at = behind;
    return LGD_OK;
}

/* ---- a pass */

static void end_line(lgd_svm *r)
{
    r->line++;
    r->row += r->words > 0;
    if (r->fill && r->words)
        r->row_start[r->row] = r->at;
    r->words = r->pairs = 0;
}

/* Bytes of which the last ends a word, or is one of a comment. */
static lgd_status take_bytes(lgd_svm *r, const char *s, const char *end)
{
    lgd_status st = LGD_OK;
    while (s < end && !st) {
        if (r->comment) {
            const char *stop = memchr(s, '\n', (size_t)(end - s));
            if (has(s, stop ? stop : end, 0))
                return lgd_svm_nul_byte(r);
            r->comment = !stop;
            s = stop ? stop : end;
        } else if (*s == '\n') {
            end_line(r);
            s++;
        } else if (*s == '#') {
            r->comment = true;
            s++;
        } else if (lgd_svm_ends_word(*s)) {
            s++;
        } else {
            st = take_word(r, &s, end);
            r->words++;
        }
    }
    return st;
}

static lgd_status check_start(const lgd_svm *r, size_t got, size_t *start)
{
    const char *s = r->buffer;
    *start = got >= 3 && !memcmp(s, "\xEF\xBB\xBF", 3) ? 3 : 0;
    if (got >= 2 && (!memcmp(s, "\xFF\xFE", 2) || !memcmp(s, "\xFE\xFF", 2)))
        return lgd_fail(LGD_EFORMAT, "%s: the text is UTF-16, UTF-8 or ASCII is accepted", r->path);
    return LGD_OK;
}

static lgd_status pass(lgd_svm *r)
{
    r->line = 1;
    r->words = r->pairs = r->row = r->at = 0;
    r->comment = false;
    lgd_status st = LGD_OK;
    size_t left = 0; /* bytes of a word that has not ended */
    for (bool first = true, ended = false; !st && !ended; first = false) {
        size_t got, start = 0;
        st = lgd_input_read(r->in, r->buffer + left, LGD_SVM_BUFFER - left, &got);
        if (st)
            return st;
        ended = got < LGD_SVM_BUFFER - left;
        st = first ? check_start(r, got, &start) : LGD_OK;
        size_t n = left + got;
        if (ended)
            r->buffer[n++] = '\n';
        size_t done = n;
        while (done > start && !lgd_svm_ends_word(r->buffer[done - 1]))
            done--;
        if (done == start && r->comment)
            done = n; /* and it does not end here */
        if (!st && done == start && !ended)
            return lgd_fail(LGD_EFORMAT, "%s:%zu: a word is longer than %d bytes, the most that is accepted", r->path,
                            r->line, (int)LGD_SVM_BUFFER);
        st = st ? st : take_bytes(r, r->buffer + start, r->buffer + done);
        left = n - done;
        memmove(r->buffer, r->buffer + done, left);
    }
    return st;
}

/* ---- the table */

static lgd_status make_table(lgd_svm *r)
{
    const size_t each = sizeof *r->column + (r->o.single ? sizeof(float) : sizeof(double));
    const size_t bytes = lgd_add(lgd_mul(r->numbers, each), lgd_mul(r->rows, sizeof(size_t) + sizeof(double)));
    const size_t most = r->o.max_bytes ? r->o.max_bytes : lgd_default_max_bytes();
    if (bytes > most)
        return lgd_fail(LGD_ERANGE, "%s: the table of %zu rows and %zu numbers takes %zu bytes, %s allows %zu", r->path,
                        r->rows, r->numbers, bytes, r->o.max_bytes ? "max_bytes" : "this machine's memory", most);
    lgd_table *t = r->table = lgd_alloc("libsvm: table", 1, sizeof *t);
    r->row_start = lgd_alloc("libsvm: rows", lgd_add(r->rows, 1), sizeof *r->row_start);
    r->column = lgd_alloc("libsvm: columns", r->numbers, sizeof *r->column);
    if (r->o.single)
        r->value_f32 = lgd_alloc("libsvm: values", r->numbers, sizeof *r->value_f32);
    else
        r->value = lgd_alloc("libsvm: values", r->numbers, sizeof *r->value);
    if (t && !r->o.no_target)
        t->y = lgd_alloc("libsvm: labels", r->rows, sizeof *t->y);
    if (!t || !r->row_start || !r->column || (!r->value && !r->value_f32) || (!t->y && !r->o.no_target))
        return LGD_ENOMEM;
    t->rows = r->rows;
    t->target = r->o.no_target ? NULL : "label";
    r->labels.table = t;
    return LGD_OK;
}

/* Indices become columns, now that it is known what the first is called. */
static lgd_status place_columns(lgd_svm *r)
{
    const bool from_one = r->o.base == LGD_INDEX_1 || (r->o.base == LGD_INDEX_AUTO && !r->zero_line);
    if (!from_one && r->o.cols && r->full_line)
        return lgd_fail(
            LGD_EFORMAT,
            "%s:%zu:%zu: the index is %zu, at most %zu is accepted, as cols says and an index 0 in line %zu", r->path,
            r->full_line, r->full_pair, r->o.cols, r->o.cols - 1, r->zero_line);
    r->table->first_index = from_one;
    r->table->cols = r->o.cols ? r->o.cols : (size_t)r->largest + !from_one;
    if (!r->o.cols && !r->largest && !r->zero_line)
        return lgd_fail(LGD_EFORMAT, "%s: there is no index in %zu row%s; hint: cols says how many columns there are",
                        r->path, r->rows, r->rows == 1 ? "" : "s");
    for (size_t i = 0; i < r->at && from_one && r->column; i++)
        r->column[i]--;
    for (size_t i = 0; i < r->at && from_one && r->column_i64; i++)
        r->column_i64[i]--;
    return LGD_OK;
}

static lgd_status note_table(lgd_svm *r)
{
    const lgd_table *t = r->table;
    lgd_status st = lgd_text_print(&r->notes, "%s: %zu rows, %zu columns %s, %zu numbers%s, ", r->path, t->rows,
                                   t->cols, r->o.cols ? "as asked" : "by the largest index", r->at,
                                   r->o.single ? " in single precision" : "");
    st = st ? st
            : lgd_text_print(&r->notes, "indices from %zu, %s\n", t->first_index,
                             r->o.base != LGD_INDEX_AUTO ? "as asked"
                             : t->first_index            ? "as none of them is 0"
                                                         : "as one of them is 0");
    if (!st && r->zeros)
        st = lgd_text_print(&r->notes, "%zu value%s of 0 left out\n", r->zeros, r->zeros == 1 ? "" : "s");
    return st;
}

static lgd_status finish_table(lgd_svm *r)
{
    lgd_status st = r->row == r->rows ? place_columns(r) : changed(r);
    st = st ? st : note_table(r);
    r->labels.path = r->path;
    r->labels.notes = &r->notes;
    if (!st && (r->o.binary || r->o.classes))
        st = lgd_labels_map(&r->labels, r->o.classes);
    lgd_csr *sparse = st ? NULL : lgd_alloc("libsvm: table", 1, sizeof *sparse);
    if (!sparse)
        return st ? st : LGD_ENOMEM;
    *sparse = (lgd_csr){.rows = r->rows,
                        .cols = r->table->cols,
                        .row_start = r->row_start,
                        .column = r->column,
                        .column_i64 = r->column_i64,
                        .value = r->value,
                        .value_f32 = r->value_f32};
    r->table->sparse = sparse;
    r->table->notes = r->notes.bytes;
    return LGD_OK;
}

static lgd_status read_table(lgd_svm *r, const char *path)
{
    lgd_status st = lgd_input_open(&r->in, "libsvm", path);
    if (st)
        return st;
    r->path = lgd_input_name(r->in);
    r->buffer = lgd_alloc("libsvm: buffer", LGD_SVM_BUFFER + 1, 1);
    st = r->buffer ? pass(r) : LGD_ENOMEM;
    r->rows = r->row;
    if (!st && r->rows == 0)
        st = lgd_fail(LGD_EFORMAT, "%s: there is no row, a line of a label and pairs or more is accepted", r->path);
    if (!r->o.no_target)
        r->numbers -= st ? 0 : r->rows;
    st = st ? st : make_table(r);
    st = st ? st : lgd_input_rewind(r->in);
    r->fill = true;
    st = st ? st : pass(r);
    return st ? st : finish_table(r);
}

static lgd_status check_options(const lgd_libsvm_options *o)
{
    if ((int)o->base < LGD_INDEX_AUTO || (int)o->base > LGD_INDEX_1)
        return lgd_fail(LGD_EINVAL, "libsvm: base is %d, one of its three choices, 0 to 2, is accepted", (int)o->base);
    if (o->binary && o->classes)
        return lgd_fail(LGD_EINVAL, "libsvm: binary and classes are both true, one of them is accepted");
    if (o->no_target && (o->binary || o->classes))
        return lgd_fail(LGD_EINVAL, "libsvm: no_target is true, beside it no binary or classes is accepted");
    if (o->cols > LGD_SVM_MOST_INDEX)
        return lgd_fail(LGD_EINVAL, "libsvm: cols is %zu, at most %llu is accepted", o->cols,
                        (unsigned long long)LGD_SVM_MOST_INDEX);
    return lgd_check_size("libsvm", "max_bytes", o->max_bytes, true);
}

lgd_status lgd_libsvm_read_sized(lgd_table **out, const char *path, const lgd_libsvm_options *options,
                                 size_t options_size)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "libsvm: out is NULL, the address of a pointer is accepted");
    *out = NULL;
    if (!path)
        return lgd_fail(LGD_EINVAL, "libsvm: path is NULL, a file name is accepted");
    lgd_svm r = {0};
    lgd_status st = lgd_take_struct("libsvm: options", &r.o, sizeof r.o, options, options_size);
    st = st ? st : check_options(&r.o);
    st = st ? st : read_table(&r, path);
    lgd_input_close(r.in);
    lgd_release(r.buffer);
    if (!st) {
        *out = r.table;
        return LGD_OK;
    }
    lgd_text_free(&r.notes);
    lgd_release(r.row_start);
    lgd_release(r.column);
    lgd_release(r.column_i64);
    lgd_release(r.value);
    lgd_release(r.value_f32);
    lgd_table_free(r.table);
    return st;
}
