/* Which weights a batch of sparse rows touches: those of the columns in which rows have numbers, for each output, and the intercepts. */
#include "glm.h"

/* The columns, each once. Marks of columns are the first ones of seen, which has room for all weights. */
static size_t columns_of(const lgd_glm *m, const lgd_rows *rows, bool *seen, size_t *column, size_t room)
{
    const lgd_matrix *X = m->X;
    const size_t each = m->kept ? 1 : rows->count;
    size_t count = 0, more = 0;
    for (size_t i = 0; i < rows->count && more != SIZE_MAX; i += each) {
        const size_t term = rows->index ? rows->index[rows->first + i] : rows->first + i;
        const lgd_rows part = m->kept ? (lgd_rows){lgd_glm_row(m, term), 1, NULL} : *rows;
        more = X->ops.touched(X->ctx, &part, seen, column + count, room - count);
        count = more == SIZE_MAX ? room : count + more;
    }
    for (size_t i = 0; i < count; i++)
        seen[column[i]] = false;
    return more == SIZE_MAX ? SIZE_MAX : count;
}

size_t lgd_glm_support(void *ctx, const lgd_rows *rows, bool *seen, size_t *index, size_t room)
{
    const lgd_glm *m = ctx;
    const size_t k = m->k, intercepts = m->o.intercept ? k : 0;
    if (room < intercepts)
        return SIZE_MAX;
    const size_t columns = columns_of(m, rows, seen, index, (room - intercepts) / k);
    if (columns == SIZE_MAX)
        return SIZE_MAX;
    for (size_t i = columns; k > 1 && i-- > 0;) { /* from the end, so that no column is overwritten before it is read */
        const size_t j = index[i];
        for (size_t c = 0; c < k; c++)
            index[i * k + c] = j * k + c;
    }
    for (size_t c = 0; c < intercepts; c++)
        index[columns * k + c] = m->X->cols * k + c;
    return columns * k + intercepts;
}
