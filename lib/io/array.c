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

/* Columns first .. first+count-1 of a block, to rows of ld numbers, of doubles or floats. */
static void place(const lgd_block *b, size_t first, size_t count, const double *numbers, double *to, float *single,
                  size_t ld)
{
    const double *from = numbers + first * b->col_step;
    for (size_t r = 0; r < b->rows && count; r++, from += b->row_step)
        if (single)
            for (size_t c = 0; c < count; c++)
                single[r * ld + c] = (float)from[c * b->col_step];
        else
            for (size_t c = 0; c < count; c++)
                to[r * ld + c] = from[c * b->col_step];
}

/* Columns first .. first+count-1 are finite, or the first number that is not is told. */
static lgd_status check(const lgd_array *a, const lgd_block *b, size_t first, size_t count, const double *numbers)
{
    uint64_t bad = 0;
    for (size_t i = 0; count == b->cols && i < b->rows * b->cols; i++) /* all of them, in whatever order */
        bad |= lgd_not_finite(numbers[i]);
    for (size_t r = 0; (bad >> 63 || count < b->cols) && r < b->rows; r++)
        for (size_t c = first; c < first + count; c++) {
            const double x = numbers[r * b->row_step + c * b->col_step];
            if (lgd_not_finite(x) >> 63)
                return refuse(a, b->row + r, b->col + c, x);
        }
    return LGD_OK;
}

lgd_status lgd_array_put(lgd_array *a, const lgd_block *b, const double *numbers)
{
    const lgd_table *t = a->table;
    const size_t y = a->target ? a->target - 1 : a->cols; /* what is left of it, the target, and what is right of it */
    const bool here = y >= b->col && y - b->col < b->cols;
    const size_t left = here ? y - b->col : y > b->col ? b->cols : 0, right = left + here;
    if (here)
        place(b, left, 1, numbers, t->y + b->row, NULL, 1);
    if (a->target_only)
        return check(a, b, left, here, numbers);
    const size_t at = b->row * t->cols + b->col, behind = at + right - (y < b->col + right);
    place(b, 0, left, numbers, t->X ? t->X + at : NULL, t->X_f32 ? t->X_f32 + at : NULL, t->cols);
    place(b, right, b->cols - right, numbers, t->X ? t->X + behind : NULL, t->X_f32 ? t->X_f32 + behind : NULL,
          t->cols);
    return check(a, b, 0, b->cols, numbers);
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
