/* Which coordinates a batch touches, of the objectives whose terms are sparse: `support` of their ops. */
#include "factorization.h"
#include "glm.h"
#include "mlp.h"

/* The columns in which rows have numbers, each once; rows are terms, term i being row kept[i] unless kept is NULL. */
static size_t columns_of(const lgd_matrix *X, const size_t *kept, const lgd_rows *rows, bool *seen, size_t *column,
                         size_t room)
{
    const size_t each = kept ? 1 : rows->count;
    size_t count = 0, more = 0;
    for (size_t i = 0; i < rows->count && more != SIZE_MAX; i += each) {
        const size_t term = rows->index ? rows->index[rows->first + i] : rows->first + i;
        const lgd_rows part = kept ? (lgd_rows){kept[term], 1, NULL} : *rows;
        more = X->ops.touched(X->ctx, &part, seen, column + count, room - count);
        count = more == SIZE_MAX ? room : count + more;
    }
    for (size_t i = 0; i < count; i++)
        seen[column[i]] = false;
    return more == SIZE_MAX ? SIZE_MAX : count;
}

/* Of each column j the coordinates j*across + c*down, c < k, in its place (of one, across is 1), and behind them first .. end - 1. From the end, so that no column
 * is overwritten before it is read. */
static size_t spread(size_t columns, size_t k, size_t across, size_t down, size_t first, size_t end, size_t *index)
{
    for (size_t i = columns; k > 1 && i-- > 0;) {
        const size_t j = index[i];
        for (size_t c = 0; c < k; c++)
            index[i * k + c] = j * across + c * down;
    }
    for (size_t j = first; j < end; j++)
        index[columns * k + j - first] = j;
    return columns * k + end - first;
}

/* W by columns, then the intercepts. */
size_t lgd_glm_support(void *ctx, const lgd_rows *rows, bool *seen, size_t *index, size_t room)
{
    const lgd_glm *m = ctx;
    const size_t k = m->k, intercepts = m->o.intercept ? k : 0, behind = m->X->cols * k;
    if (room < intercepts)
        return SIZE_MAX;
    const size_t columns = columns_of(m->X, m->kept, rows, seen, index, (room - intercepts) / k);
    return columns == SIZE_MAX ? SIZE_MAX : spread(columns, k, k, 1, behind, behind + intercepts, index);
}

/* W_0 by outputs, then all that comes after the first layer's products. */
size_t lgd_mlp_support(void *ctx, const lgd_rows *rows, bool *seen, size_t *index, size_t room)
{
    const lgd_mlp *m = ctx;
    const lgd_mlp_layer_of *layer = &m->layer[0];
    const size_t behind = layer->in * layer->out;
    if (room < m->dim - behind)
        return SIZE_MAX;
    const size_t columns = columns_of(m->X, m->kept, rows, seen, index, (room - (m->dim - behind)) / layer->out);
    return columns == SIZE_MAX ? SIZE_MAX : spread(columns, layer->out, 1, layer->in, behind, m->dim, index);
}

/* A row or a column: its `rank` factors from `first` on, and its bias; the mark is that of the first factor. */
static bool add_factors(const lgd_factorization *m, size_t first, size_t bias, bool *seen, size_t *index, size_t *count,
                        size_t room)
{
    const size_t more = m->rank + (m->row_bias != m->dim);
    if (seen[first])
        return true;
    if (room - *count < more)
        return false;
    seen[first] = true;
    for (size_t l = 0; l < m->rank; l++)
        index[(*count)++] = first + l;
    if (more > m->rank)
        index[(*count)++] = bias;
    return true;
}

/* u_i, v_j, b_i and c_j of the entries */
size_t lgd_factorization_support(void *ctx, const lgd_rows *rows, bool *seen, size_t *index, size_t room)
{
    const lgd_factorization *m = ctx;
    const size_t each = m->rank + (m->row_bias != m->dim);
    size_t count = 0;
    bool fits = true;
    for (size_t at = 0; at < rows->count && fits; at++) {
        const size_t t = rows->index ? rows->index[rows->first + at] : rows->first + at, i = m->row[t], j = m->col[t];
        fits = add_factors(m, i * m->rank, m->row_bias + i, seen, index, &count, room) &&
               add_factors(m, m->V + j * m->rank, m->col_bias + j, seen, index, &count, room);
    }
    for (size_t i = 0; i < count; i += each)
        seen[index[i]] = false;
    return fits ? count : SIZE_MAX;
}
