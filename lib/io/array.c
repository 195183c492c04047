#include "io/array.h"
#include <math.h>

lgd_status lgd_array_check_target(const lgd_array *a, const char *who)
{
    if (a->target > a->cols)
        return lgd_fail(LGD_EINVAL, "%s: target is %zu, a column of %s from 1 to %zu is accepted (0: none)", who,
                        a->target, a->name, a->cols);
    if (a->target && a->cols == 1 && !a->target_only)
        return lgd_fail(LGD_EFORMAT, "%s: there is no column beside the target", a->name);
    return LGD_OK;
}

lgd_status lgd_array_make(lgd_array *a)
{
    const size_t cols = a->target_only ? 0 : a->cols - (a->target != 0),
                 width = a->single ? sizeof(float) : sizeof(double);
    const size_t numbers = lgd_mul(a->rows, cols), y = a->with_y ? lgd_mul(a->rows, sizeof(double)) : 0;
    const size_t bytes = lgd_add(lgd_mul(numbers, width), y),
                 most = a->max_bytes ? a->max_bytes : lgd_default_max_bytes();
    if (bytes > most)
        return lgd_fail(LGD_ERANGE, "%s: the table of %zu x %zu numbers takes %zu bytes, %s allows %zu", a->name,
                        a->rows, a->cols, bytes, a->max_bytes ? "max_bytes" : "this machine's memory", most);
    lgd_table *t = a->table = lgd_alloc("table", 1, sizeof *t);
    if (!t)
        return LGD_ENOMEM;
    t->rows = a->rows;
    t->cols = cols;
    t->target = a->with_y ? "target" : NULL;
    if (a->with_y && !(t->y = lgd_alloc("table: y", a->rows, sizeof *t->y)))
        return LGD_ENOMEM;
    if (a->target_only)
        return LGD_OK;
    if (a->single)
        t->X_f32 = lgd_alloc("table: X", numbers, sizeof *t->X_f32);
    else
        t->X = lgd_alloc("table: X", numbers, sizeof *t->X);
    return t->X || t->X_f32 ? LGD_OK : LGD_ENOMEM;
}

static lgd_status refuse(const lgd_array *a, size_t row, size_t col, double x)
{
    const char *what = isnan(x) ? "nan" : x > 0 ? "inf" : "-inf";
    return lgd_fail(LGD_EFORMAT, "%s: the number in row %zu, column %zu (from 0) is %s, finite ones are accepted",
                    a->name, row, col, a->unfit ? a->unfit : what);
}

/* Columns first .. first+count-1 of X, row i; has bit 63 set if one is not finite. */
static uint64_t copy(const lgd_table *t, size_t i, size_t first, size_t count, const double *from, size_t step)
{
    uint64_t bad = 0;
    const size_t at = i * t->cols + first;
    for (size_t c = 0; c < count; c++)
        bad |= lgd_not_finite(from[c * step]);
    if (t->X_f32)
        for (size_t c = 0; c < count; c++)
            t->X_f32[at + c] = (float)from[c * step];
    else if (t->X)
        for (size_t c = 0; c < count; c++)
            t->X[at + c] = from[c * step];
    return bad;
}

lgd_status lgd_array_put(lgd_array *a, const lgd_block *b, const double *numbers)
{
    const lgd_table *t = a->table;
    const size_t y = a->target ? a->target - 1 : a->cols; /* what is left of it, the target, and what is right of it */
    const bool here = y >= b->col && y - b->col < b->cols;
    const size_t left = here ? y - b->col : y > b->col ? b->cols : 0, right = left + here;
    for (size_t r = 0; r < b->rows; r++) {
        const double *from = numbers + r * b->row_step;
        uint64_t bad = 0;
        if (here)
            bad |= lgd_not_finite(t->y[b->row + r] = from[left * b->col_step]);
        if (!a->target_only) {
            bad |= copy(t, b->row + r, b->col, left, from, b->col_step);
            if (right < b->cols)
                bad |= copy(t, b->row + r, b->col + right - (a->target != 0), b->cols - right,
                            from + right * b->col_step, b->col_step);
        }
        for (size_t c = 0; bad >> 63 && c < b->cols; c++)
            if (lgd_not_finite(from[c * b->col_step]) >> 63 && (!a->target_only || b->col + c == y))
                return refuse(a, b->row + r, b->col + c, from[c * b->col_step]);
    }
    return LGD_OK;
}

lgd_status lgd_array_take_target(lgd_array *a, lgd_array *from, const char *who)
{
    if (from->cols != 1 || from->rows != a->rows)
        return lgd_fail(LGD_EINVAL, "%s: the target is %zu x %zu numbers, one column of the %zu rows of X is accepted",
                        who, from->rows, from->cols, a->rows);
    a->table->y = from->table->y;
    a->table->target = "target";
    from->table->y = NULL;
    return LGD_OK;
}

lgd_status lgd_array_finish(lgd_array *a, bool binary, bool classes, const char *note)
{
    lgd_text notes = {0};
    lgd_labels labels = {.path = a->name, .table = a->table, .notes = &notes};
    lgd_status st = lgd_text_print(&notes, "%s", note);
    for (size_t i = 0; binary && i < a->rows && !st; i++)
        if (!lgd_labels_see(&labels, a->table->y[i]))
            st = lgd_fail(
                LGD_EFORMAT,
                "%s: the target in row %zu (from 0) is %g, the third value of two that are accepted: %g and %g",
                a->name, i, a->table->y[i], labels.value[0], labels.value[1]);
    if (!st && (binary || classes))
        st = lgd_labels_map(&labels, classes);
    if (st)
        lgd_text_free(&notes);
    else
        a->table->notes = notes.bytes;
    return st;
}
