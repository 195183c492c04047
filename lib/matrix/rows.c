/* Rows go through the kernels by panels, each with the one that comes next. */
#include "rows.h"

/* ---- which kernels */

#ifdef LGD_ROWS_X86
extern const lgd_row_kernels lgd_row_kernels_avx2[2], lgd_row_kernels_avx512[2];
#endif
extern const lgd_row_kernels lgd_row_kernels_plain[2];

const lgd_row_kernels *lgd_row_kernels_at(size_t i, bool single)
{
    const lgd_row_kernels *all[4] = {lgd_row_kernels_plain};
#ifdef LGD_ROWS_X86
    const bool avx2 = __builtin_cpu_supports("avx2");
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    size_t count = 1;
    if (avx2)
        all[count++] = lgd_row_kernels_avx2;
    if (avx512)
        all[count++] = lgd_row_kernels_avx512;
#endif
    return i < 3 && all[i] ? all[i] + single : NULL;
}

const lgd_row_kernels *lgd_row_kernels_best(bool single)
{
    size_t i = 0;
    while (lgd_row_kernels_at(i + 1, single))
        i++;
    return lgd_row_kernels_at(i, single);
}

/* ---- panels */

/* Rows that fit the first-level cache together with those of the next panel; of long ones fewer, that fit the second-level cache. */
static size_t panel_of(size_t cols)
{
    enum { NUMBERS = 2048, LONG = 65536 };
    if (cols <= NUMBERS / 8) {
        const size_t rows = NUMBERS / cols / 8 * 8;
        return rows < LGD_ROWS_MOST ? rows : LGD_ROWS_MOST;
    }
    return cols <= LONG / 8 ? 8 : cols <= LONG / 4 ? 4 : cols <= LONG / 2 ? 2 : 1;
}

/* A walk over rows: of a panel its positions, its rows in memory, and those of the panel after it. */
typedef struct walk {
    const lgd_row_storage *s;
    const lgd_rows *rows;
    size_t known, each, done, count, in_order; /* known: rows that may be asked for, those of the set included */
    size_t position[LGD_ROWS_MOST];
    const void *row[LGD_ROWS_MOST], *next[LGD_ROWS_MOST];
} walk;

static const void *row_at(const walk *k, size_t position)
{
    const lgd_rows *rows = k->rows;
    const size_t i = rows->first + position;
    return k->s->data + (rows->index ? rows->index[i] : i) * k->s->stride;
}

/* Positions from here on are visited in order; those behind the set are. */
static size_t in_order_from(const walk *k)
{
    const size_t count = k->rows->count;
    return count >> lgd_rows_block(k->s->cols) << lgd_rows_block(k->s->cols);
}

/* What comes as the `first`-th and after it. Where nothing does, a row that is there is asked for once more. */
static void find_next(walk *k, size_t first)
{
    const size_t have = k->known > first ? k->known - first : 0, some = have < k->each ? have : k->each;
    size_t r = 0;
    if (first >= k->in_order)
        for (; r < some; r++)
            k->next[r] = row_at(k, first + r);
    for (; r < some; r++) {
        const size_t i = first + r;
        k->next[r] = row_at(k, i < k->in_order ? lgd_rows_visited(k->s->cols, k->rows->count, i) : i);
    }
    for (; r < k->each; r++)
        k->next[r] = k->s->data;
}

/* The arrays are left as they are: a set may have few rows. */
static void begin(walk *k, const lgd_row_storage *s, const lgd_rows *rows)
{
    const size_t each = panel_of(s->cols);
    k->s = s;
    k->rows = rows;
    k->each = each < rows->count ? each : rows->count;
    k->known = rows->count + (rows->index ? lgd_rows_ahead(rows) : s->rows - rows->first - rows->count);
    k->in_order = in_order_from(k);
    k->done = 0;
    find_next(k, 0);
}

static bool next_panel(walk *k)
{
    const size_t left = k->rows->count - k->done;
    if (!left)
        return false;
    k->count = left < k->each ? left : k->each;
    for (size_t r = 0; r < k->count; r++) {
        const size_t i = k->done + r;
        k->position[r] = i < k->in_order ? lgd_rows_visited(k->s->cols, k->rows->count, i) : i;
        k->row[r] = k->next[r];
    }
    k->done += k->count;
    find_next(k, k->done);
    return true;
}

void lgd_rows_forward(const lgd_row_storage *s, const lgd_rows *rows, const double *w, double *Z, size_t ldz)
{
    walk k;
    double z[LGD_ROWS_MOST];
    begin(&k, s, rows);
    while (next_panel(&k)) {
        s->kernels->scores(s->cols, k.count, k.row, k.next, w, true, z);
        for (size_t r = 0; r < k.count; r++)
            Z[k.position[r] * ldz] = z[r];
    }
}

void lgd_rows_adjoint(const lgd_row_storage *s, const lgd_rows *rows, const double *R, size_t ldr, double *g)
{
    walk k;
    double slope[LGD_ROWS_MOST];
    begin(&k, s, rows);
    while (next_panel(&k)) {
        for (size_t r = 0; r < k.count; r++)
            slope[r] = R[k.position[r] * ldr];
        s->kernels->update(s->cols, k.count, k.row, k.next, slope, g);
    }
}

lgd_status lgd_rows_fused(const lgd_row_storage *s, const lgd_rows *rows, const double *w, lgd_slopes slopes,
                          void *slopes_ctx, double *g)
{
    walk k;
    double z[LGD_ROWS_MOST];
    lgd_status status = LGD_OK;
    begin(&k, s, rows);
    while (!status && next_panel(&k)) {
        s->kernels->scores(s->cols, k.count, k.row, k.next, w, !g, z);
        status = slopes(slopes_ctx, k.count, k.position, z);
        if (g && !status)
            s->kernels->update(s->cols, k.count, k.row, k.next, z, g);
    }
    return status;
}

/* Rows come in the order of the set, one at a time; what is asked for is some rows ahead. */
lgd_status lgd_rows_descend(const lgd_row_storage *s, const lgd_rows *rows, const lgd_row_step *step, lgd_slopes slopes,
                            void *slopes_ctx, double *w)
{
    enum { AHEAD = 8 };
    const size_t each = panel_of(s->cols), ahead = each < AHEAD ? each : AHEAD;
    walk k;
    lgd_status status = LGD_OK;
    begin(&k, s, rows);
    for (size_t i = 0; !status && i < rows->count; i++) {
        double slope;
        const void *row = row_at(&k, i), *next = i + ahead < k.known ? row_at(&k, i + ahead) : row;
        s->kernels->scores(s->cols, 1, &row, &next, w, false, &slope);
        status = slopes(slopes_ctx, 1, &i, &slope);
        if (!status)
            s->kernels->step(s->cols, row, next, slope, step, w);
    }
    return status;
}
