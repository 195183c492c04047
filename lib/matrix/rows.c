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

size_t lgd_rows_panel(size_t cols)
{
    enum { NUMBERS = 2048, LONG = 65536 };
    if (cols <= NUMBERS / 8) {
        const size_t rows = NUMBERS / cols / 8 * 8;
        return rows < LGD_ROWS_MOST ? rows : LGD_ROWS_MOST;
    }
    return cols <= LONG / 8 ? 8 : cols <= LONG / 2 ? 4 : 1;
}

/* Rows that go through together: their positions, and where they lie. */
typedef struct panel {
    size_t position[LGD_ROWS_MOST];
    const void *row[LGD_ROWS_MOST];
} panel;

/* A walk over rows: a panel of `count`, and the one after it, which take turns.
 *   known     rows that may be asked for, those of the set included: panels of two sets at most */
typedef struct walk {
    const lgd_row_storage *s;
    const lgd_rows *rows;
    size_t known, each, done, count;
    panel *now, *next, two[2];
} walk;

static const void *row_at(const walk *k, size_t position)
{
    const lgd_rows *rows = k->rows;
    const size_t i = rows->first + position;
    return k->s->data + (rows->index ? rows->index[i] : i) * k->s->stride;
}

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Of a set of `rows` the positions that are visited as the `first`-th and after it, `count` of them. */
static void find_positions(size_t cols, size_t rows, size_t first, size_t count, size_t *position)
{
    for (size_t r = 0; r < count;) {
        size_t begin = 0;
        const unsigned power = lgd_rows_block(cols, rows, first + r, &begin);
        const size_t eighth = power ? (size_t)1 << (power - 3) : 1, within = first + r - begin;
        if (!power) {
            for (; r < count; r++)
                position[r] = first + r;
        } else if (within % 8 || count - r < 8) {
            position[r++] = begin + within % 8 * eighth + within / 8;
        } else {
            for (size_t part = 0; part < 8; part++)
                position[r + part] = begin + within / 8 + part * eighth;
            r += 8;
        }
    }
}

void lgd_rows_positions(size_t cols, size_t rows, size_t known, size_t first, size_t count, size_t *position)
{
    const size_t inside = first < rows ? min(count, rows - first) : 0;
    const size_t begin = first + inside - rows, behind = known - rows;
    find_positions(cols, rows, first, inside, position);
    if (inside == count)
        return;
    find_positions(cols, min(rows, behind), begin, count - inside, position + inside);
    for (size_t r = inside; r < count; r++)
        position[r] += rows;
}

size_t lgd_rows_reach(const lgd_rows *rows, size_t stored)
{
    return rows->count + (rows->index ? lgd_rows_ahead(rows) : stored - rows->first - rows->count);
}

/* Rows that come as the `first`-th and after it; where nothing does, one that is there is asked for once more. */
static void find_next(walk *k, size_t first)
{
    const size_t some = min(k->each, k->known > first ? k->known - first : 0), stride = k->s->stride;
    const size_t *index = k->rows->index ? k->rows->index + k->rows->first : NULL;
    const char *data = k->s->data + (index ? 0 : k->rows->first * stride);
    panel *p = k->next;
    lgd_rows_positions(k->s->cols, k->rows->count, k->known, first, some, p->position);
    for (size_t r = 0; index && r < some; r++)
        p->row[r] = data + index[p->position[r]] * stride;
    for (size_t r = 0; !index && r < some; r++)
        p->row[r] = data + p->position[r] * stride;
    for (size_t r = some; r < k->each; r++)
        p->row[r] = k->s->data;
}

/* The arrays are left as they are: a set may have few rows. */
static void begin(walk *k, const lgd_row_storage *s, const lgd_rows *rows)
{
    k->s = s;
    k->rows = rows;
    k->each = min(lgd_rows_panel(s->cols), rows->count);
    k->known = min(lgd_rows_reach(rows, s->rows), 2 * rows->count);
    k->done = 0;
    k->now = &k->two[0];
    k->next = &k->two[1];
    find_next(k, 0);
}

static bool next_panel(walk *k)
{
    const size_t left = k->rows->count - k->done;
    panel *other = k->now;
    if (!left)
        return false;
    k->count = min(left, k->each);
    k->now = k->next;
    k->next = other;
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
        s->kernels->scores(s->cols, k.count, k.now->row, k.next->row, w, true, z);
        for (size_t r = 0; r < k.count; r++)
            Z[k.now->position[r] * ldz] = z[r];
    }
}

void lgd_rows_adjoint(const lgd_row_storage *s, const lgd_rows *rows, const double *R, size_t ldr, double *g)
{
    walk k;
    double slope[LGD_ROWS_MOST];
    begin(&k, s, rows);
    while (next_panel(&k)) {
        for (size_t r = 0; r < k.count; r++)
            slope[r] = R[k.now->position[r] * ldr];
        s->kernels->update(s->cols, k.count, k.now->row, k.next->row, slope, g);
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
        s->kernels->scores(s->cols, k.count, k.now->row, k.next->row, w, !g, z);
        status = slopes(slopes_ctx, k.count, k.now->position, z);
        if (g && !status)
            s->kernels->update(s->cols, k.count, k.now->row, k.next->row, z, g);
    }
    return status;
}

/* Rows come in the order of the set, one at a time; what is asked for is some rows ahead. */
lgd_status lgd_rows_descend(const lgd_row_storage *s, const lgd_rows *rows, const lgd_row_step *step, lgd_slopes slopes,
                            void *slopes_ctx, double *w)
{
    enum { AHEAD = 8 };
    const size_t each = lgd_rows_panel(s->cols), ahead = each < AHEAD ? each : AHEAD;
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
