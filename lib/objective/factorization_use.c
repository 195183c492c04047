/* What a factorisation is for: scores of places that have no rating, and the best columns of a row. */
#include "factorization.h"
#include <math.h>

lgd_status lgd_factorization_predict(lgd_objective *f, const double *w, size_t count, const size_t *row,
                                     const size_t *col, double *out)
{
    const lgd_factorization *m = lgd_factorization_of("predict", f);
    if (!m)
        return LGD_EINVAL;
    if (!w || !row || !col || !out)
        return lgd_fail(LGD_EINVAL, "predict: %s is NULL, an array is accepted",
                        !w     ? "w"
                        : !row ? "row"
                        : !col ? "col"
                               : "out");
    for (size_t t = 0; t < count; t++) {
        if (row[t] >= m->rows || col[t] >= m->cols)
            return lgd_fail(LGD_EINVAL, "predict: %s[%zu] is %zu, a number below %zu is accepted",
                            row[t] >= m->rows ? "row" : "col", t, row[t] >= m->rows ? row[t] : col[t],
                            row[t] >= m->rows ? m->rows : m->cols);
        out[t] = lgd_factors_score(m, m->rank, w, row[t], col[t]);
        if (m->low < m->high && out[t] < m->low)
            out[t] = m->low;
        if (m->low < m->high && out[t] > m->high)
            out[t] = m->high;
    }
    return LGD_OK;
}

/* ---- the best columns: a heap of those found so far, the worst on top, in the caller's arrays */

typedef struct heap {
    size_t count, *col;
    double *score;
} heap;

/* Is place a of the heap worse than place b? */
static bool worse(const heap *h, size_t a, size_t b)
{
    return h->score[a] < h->score[b] || (h->score[a] == h->score[b] && h->col[a] > h->col[b]);
}

static void swap(heap *h, size_t a, size_t b)
{
    const size_t col = h->col[a];
    const double score = h->score[a];
    h->col[a] = h->col[b];
    h->score[a] = h->score[b];
    h->col[b] = col;
    h->score[b] = score;
}

static void sink(heap *h, size_t at)
{
    for (;;) {
        size_t worst = at, left = 2 * at + 1;
        if (left < h->count && worse(h, left, worst))
            worst = left;
        if (left + 1 < h->count && worse(h, left + 1, worst))
            worst = left + 1;
        if (worst == at)
            return;
        swap(h, at, worst);
        at = worst;
    }
}

static void rise(heap *h, size_t at)
{
    for (; at && worse(h, at, (at - 1) / 2); at = (at - 1) / 2)
        swap(h, at, (at - 1) / 2);
}

/* Columns come in their order, so one that equals the worst is no better. */
static void offer(heap *h, size_t room, size_t col, double score)
{
    if (h->count < room) {
        h->col[h->count] = col;
        h->score[h->count] = score;
        rise(h, h->count++);
    } else if (score > h->score[0]) {
        h->col[0] = col;
        h->score[0] = score;
        sink(h, 0);
    }
}

/* Takes the worst off to the end, again and again: the best is then first. */
static size_t unfold(heap *h)
{
    const size_t all = h->count;
    while (h->count > 1) {
        swap(h, 0, --h->count);
        sink(h, 0);
    }
    return all;
}

/* The columns of each row by counting: item[begin[i]] .. item[begin[i + 1] - 1]. */
static lgd_status sort_by_row(lgd_factorization *m)
{
    if (m->begin)
        return LGD_OK;
    m->begin = lgd_alloc("factorization", lgd_add(lgd_add(m->rows, m->count), 2), sizeof *m->begin);
    if (!m->begin)
        return LGD_ENOMEM;
    m->item = m->begin + m->rows + 2;
    for (size_t t = 0; t < m->count; t++) /* how many there are, two places further: the next pass moves them by one */
        m->begin[m->row[t] + 2]++;
    for (size_t i = 2; i <= m->rows; i++)
        m->begin[i] += m->begin[i - 1];
    for (size_t t = 0; t < m->count; t++)
        m->item[m->begin[m->row[t] + 1]++] = m->col[t];
    return LGD_OK;
}

static lgd_status find_top(const lgd_factorization *m, const double *w, size_t row, size_t room, const uint64_t *seen,
                           heap *h)
{
    for (size_t j = 0; j < m->cols; j++) {
        if (seen && seen[j / 64] >> j % 64 & 1)
            continue;
        const double score = lgd_factors_score(m, m->rank, w, row, j);
        if (!isfinite(score))
            return lgd_fail(LGD_EINVAL, "top: score of column %zu for row %zu is %g, a finite number is accepted", j,
                            row, score);
        offer(h, room, j, score);
    }
    return LGD_OK;
}

lgd_status lgd_factorization_top(lgd_objective *f, const double *w, size_t row, size_t k, bool unseen, size_t *col,
                                 double *score, size_t *found)
{
    lgd_factorization *m = lgd_factorization_of("top", f);
    if (!m)
        return LGD_EINVAL;
    if (!w || !col || !found)
        return lgd_fail(LGD_EINVAL, "top: %s is NULL, %s is accepted",
                        !w     ? "w"
                        : !col ? "col"
                               : "found",
                        !w     ? "a point of dim numbers"
                        : !col ? "an array of k columns"
                               : "a place for their number");
    *found = 0;
    if (row >= m->rows)
        return lgd_fail(LGD_EINVAL, "top: row is %zu, a number below %zu is accepted", row, m->rows);
    lgd_status status = lgd_check_size("top", "k", k, false);
    if (!status && unseen)
        status = sort_by_row(m);
    if (status)
        return status;
    const size_t room = k < m->cols ? k : m->cols, words = m->cols / 64 + 1;
    uint64_t *seen = lgd_pool_take(m->pool, lgd_mul(lgd_add(words, room), sizeof(double)));
    if (!seen)
        return LGD_ENOMEM;
    heap h = {0, col, score ? score : (double *)(void *)(seen + words)};
    if (unseen) {
        memset(seen, 0, words * sizeof *seen);
        for (size_t i = m->begin[row]; i < m->begin[row + 1]; i++)
            seen[m->item[i] / 64] |= UINT64_C(1) << m->item[i] % 64;
    }
    status = find_top(m, w, row, room, unseen ? seen : NULL, &h);
    if (!status)
        *found = unfold(&h);
    lgd_pool_give(m->pool, seen);
    return status;
}
