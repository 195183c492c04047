/* Products of sparse rows, and plain descent on them. With one output rows go through in the order of dense ones, see rows.h, by panels
 * whose numbers stay in the first-level cache between score and update while the next panel's are on their way. With several each row
 * goes through by itself. */
#include "csr.h"
#include <math.h>

/* ---- one output */

/* Rows that go through together: their positions in the set, and which they are. */
typedef struct panel {
    size_t position[LGD_ROWS_MOST], row[LGD_ROWS_MOST];
} panel;

/* A walk over rows: a panel of `count`, and the one after it, which take turns. */
typedef struct walk {
    const lgd_csr_matrix *A;
    const lgd_rows *rows;
    size_t known, done, count;
    panel *now, *next, two[2];
} walk;

/* Rows that come as the `done`-th and after it; beyond those that are known the one behind the last, which is none. */
static void find_next(walk *k)
{
    const size_t left = k->known > k->done ? k->known - k->done : 0, each = k->A->each,
                 some = left < each ? left : each;
    panel *p = k->next;
    lgd_rows_positions(k->A->d.cols, k->rows->count, k->known, k->done, some, p->position);
    for (size_t r = 0; r < each; r++)
        p->row[r] = r < some ? lgd_csr_row(k->rows, p->position[r]) : k->A->d.rows;
}

/* The arrays are left as they are: a set may have few rows. */
static void begin(walk *k, const lgd_csr_matrix *A, const lgd_rows *rows)
{
    const size_t reach = lgd_rows_reach(rows, A->d.rows);
    k->A = A;
    k->rows = rows;
    k->known = reach < 2 * rows->count ? reach : 2 * rows->count;
    k->done = 0;
    k->now = &k->two[0];
    k->next = &k->two[1];
    find_next(k);
}

static bool next_panel(walk *k)
{
    const size_t left = k->rows->count - k->done;
    panel *other = k->now;
    if (!left)
        return false;
    k->count = left < k->A->each ? left : k->A->each;
    k->now = k->next;
    k->next = other;
    k->done += k->count;
    find_next(k);
    return true;
}

static void scores(const walk *k, const double *w, double *z)
{
    k->A->loops->scores(&k->A->d, k->count, k->now->row, k->next->row, true, w, z);
}

lgd_status lgd_csr_fused(void *ctx, const lgd_rows *rows, const double *w, lgd_slopes slopes, void *slopes_ctx,
                         double *g)
{
    const lgd_csr_matrix *A = ctx;
    walk k;
    double z[LGD_ROWS_MOST];
    lgd_status status = LGD_OK;
    begin(&k, A, rows);
    while (!status && next_panel(&k)) {
        scores(&k, w, z);
        status = slopes(slopes_ctx, k.count, k.now->position, z);
        if (g && !status)
            A->loops->update(&A->d, k.count, k.now->row, z, false, g);
    }
    return status;
}

static void forward(const lgd_csr_matrix *A, const lgd_rows *rows, const double *w, double *Z, size_t ldz)
{
    walk k;
    double z[LGD_ROWS_MOST];
    begin(&k, A, rows);
    while (next_panel(&k)) {
        scores(&k, w, z);
        for (size_t r = 0; r < k.count; r++)
            Z[k.now->position[r] * ldz] = z[r];
    }
}

static void adjoint(const lgd_csr_matrix *A, const lgd_rows *rows, const double *R, size_t ldr, bool squares, double *g)
{
    walk k;
    double slope[LGD_ROWS_MOST];
    begin(&k, A, rows);
    while (next_panel(&k)) {
        for (size_t r = 0; r < k.count; r++)
            slope[r] = R[k.now->position[r] * ldr];
        A->loops->update(&A->d, k.count, k.now->row, slope, squares, g);
    }
}

/* ---- the products */

lgd_status lgd_csr_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                           size_t ldz)
{
    const lgd_csr_matrix *A = ctx;
    if (k == 1 && ldw == 1)
        forward(A, rows, W, Z, ldz);
    else
        for (size_t i = 0; i < rows->count; i++)
            A->loops->forward(&A->d, lgd_csr_row(rows, i), k, W, ldw, Z + i * ldz);
    return LGD_OK;
}

static lgd_status add_rows(const lgd_csr_matrix *A, const lgd_rows *rows, size_t k, const double *R, size_t ldr,
                           bool squares, double *G, size_t ldg)
{
    if (k == 1 && ldg == 1)
        adjoint(A, rows, R, ldr, squares, G);
    else
        for (size_t i = 0; i < rows->count; i++)
            A->loops->adjoint(&A->d, lgd_csr_row(rows, i), k, R + i * ldr, squares, G, ldg);
    return LGD_OK;
}

lgd_status lgd_csr_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                           size_t ldg)
{
    return add_rows(ctx, rows, k, R, ldr, false, G, ldg);
}

lgd_status lgd_csr_squares(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                           size_t ldg)
{
    return add_rows(ctx, rows, k, R, ldr, true, G, ldg);
}

/* ---- plain descent, rows in the order of the set, one at a time */

/* The row that is some rows ahead of the i-th, for the loop to ask for; none beyond those that are known. Where it begins is asked for
 * as long again before. */
static size_t row_ahead(const lgd_csr_matrix *A, const lgd_rows *rows, size_t known, size_t i)
{
    enum { AHEAD = 4 };
    if (i + 2 * AHEAD < known)
        lgd_prefetch(A->d.row_start + lgd_csr_row(rows, i + 2 * AHEAD));
    return i + AHEAD < known ? lgd_csr_row(rows, i + AHEAD) : A->d.rows;
}

static lgd_status descend(const lgd_csr_matrix *A, const lgd_rows *rows, const lgd_row_step *step, lgd_slopes slopes,
                          void *slopes_ctx, double *w)
{
    const size_t known = lgd_rows_reach(rows, A->d.rows);
    lgd_status status = LGD_OK;
    for (size_t i = 0; i < rows->count && !status; i++) {
        const size_t row = lgd_csr_row(rows, i), next = row_ahead(A, rows, known, i);
        double slope;
        A->loops->scores(&A->d, 1, &row, &next, false, w, &slope);
        status = slopes(slopes_ctx, 1, &i, &slope);
        if (!status)
            A->loops->step(&A->d, row, next, slope, step, w);
    }
    return status;
}

/* w = a v, so that the smooth part, which would make all of w smaller at each step, takes its share of a alone: L. Bottou, "Stochastic
 * Gradient Descent Tricks", Neural Networks: Tricks of the Trade (2012), section 5.1. What rounding takes of a is kept beside it, as a
 * factor near 1 is taken as often as there are rows.
 *   squares  |v|^2, from step to step by v x and |x|^2 */
typedef struct shrunk {
    double a, rest, squares;
} shrunk;

/* w is v again, and a is 1. */
static void begin_again(shrunk *s, size_t cols, double *v)
{
    for (size_t j = 0; j < cols && s->a != 1; j++)
        v[j] *= s->a;
    *s = (shrunk){1, 0, lgd_dot(cols, v, v)};
}

static lgd_status descend_shrinking(const lgd_csr_matrix *A, const lgd_rows *rows, const lgd_row_step *step,
                                    lgd_slopes slopes, void *slopes_ctx, double *v)
{
    const double least = 1e-50, less = step->lr * step->l2;
    const size_t known = lgd_rows_reach(rows, A->d.rows);
    shrunk s = {.a = 1};
    lgd_status status = LGD_OK;
    begin_again(&s, A->d.cols, v);
    for (size_t i = 0; i < rows->count && !status; i++) {
        const size_t row = lgd_csr_row(rows, i), next = row_ahead(A, rows, known, i);
        double squares, score = A->loops->product(&A->d, row, next, v, &squares), slope = s.a * score;
        if (step->smooth)
            *step->smooth = s.squares < 0 ? 0 : 0.5 * step->l2 * (s.a * s.a * s.squares);
        status = slopes(slopes_ctx, 1, &i, &slope);
        if (status)
            break;
        const double before = s.a, taken = s.rest - before * less;
        s.a = before + taken;
        s.rest = taken - (s.a - before);
        if (!(fabs(s.a) > least && fabs(s.a) < 1 / least)) {
            score *= s.a;
            begin_again(&s, A->d.cols, v);
        }
        const double c = step->lr * (slope / step->by) / s.a;
        A->loops->move(&A->d, row, next, c, v);
        s.squares += c * (c * squares - 2 * score);
    }
    begin_again(&s, A->d.cols, v);
    return status;
}

lgd_status lgd_csr_descend(void *ctx, const lgd_rows *rows, const lgd_row_step *step, lgd_slopes slopes,
                           void *slopes_ctx, double *w)
{
    return step->l2 > 0 ? descend_shrinking(ctx, rows, step, slopes, slopes_ctx, w)
                        : descend(ctx, rows, step, slopes, slopes_ctx, w);
}
