/* Second derivatives of a generalised linear model, from those of its loss, C_i [k x k] for row i:
 *
 *     H v = sum_i x_i (C_i (x_i^T v))          one forward more than a gradient
 *     H   = sum_i (x_i x_i^T) (x) C_i          by blocks: that of outputs (c, e) is X^T diag(C_ce) X
 *
 * A block is made of rows scaled by the root of |C_ce|, those where it is negative apart, by a symmetric rank update; of H only the
 * lower triangle is touched. Value and gradient come with it from the same read of the rows, with the bits that `eval` gives. With
 * an intercept a row ends in a 1, as w ends in the intercepts. */
#include "blas/blas.h"
#include "glm.h"
#include <math.h>

enum { ROWS = 256 };

/* ---- products */

typedef struct along {
    const lgd_glm *m;
    const double *w, *v;
    double *hv;
    size_t at_once; /* rows for whose C_i there is room */
} along;

size_t lgd_glm_rows_at_once(const lgd_glm *m)
{
    enum { ELEMENTS = 32768 };
    const size_t rows = ELEMENTS / m->k / m->k;
    return rows < 1 ? 1 : rows < m->panel ? rows : m->panel;
}

static lgd_status product_panel(void *ctx, const lgd_rows *rows, const lgd_panel *p, size_t done)
{
    const along *to = ctx;
    const lgd_glm *m = to->m;
    const lgd_loss *loss = m->loss;
    const size_t k = m->k;
    double *V = p->more, *C = p->more + m->panel * k;
    (void)done;
    lgd_status status = lgd_glm_forward(m, rows, p, to->w, true, p->Z);
    if (!status)
        status = lgd_glm_forward(m, rows, p, to->v, false, V);
    if (status)
        return status;
    for (size_t first = 0; first < rows->count; first += to->at_once) {
        const size_t left = rows->count - first, count = left < to->at_once ? left : to->at_once;
        double *Z = p->Z + first * k;
        loss->ops.hessian(loss->ctx, count, k, Z, k, p->y + first * m->t, p->weight ? p->weight + first : NULL, C);
        for (size_t i = 0; i < count; i++)
            for (size_t c = 0; c < k; c++) {
                double sum = 0;
                for (size_t e = 0; e < k; e++)
                    sum += C[(i * k + c) * k + e] * V[(first + i) * k + e];
                Z[i * k + c] = sum;
            }
    }
    return lgd_glm_adjoint(m, rows, p, p->Z, to->hv);
}

lgd_status lgd_glm_product(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *hv)
{
    const lgd_glm *m = ctx;
    along to = {m, w, v, hv, lgd_glm_rows_at_once(m)};
    const size_t more = lgd_add(lgd_mul(m->panel, m->k), lgd_mul(to.at_once, lgd_mul(m->k, m->k)));
    return lgd_glm_walk(m, rows, more, product_panel, &to);
}

/* ---- the matrix */

/* Rows are gathered until there are enough of them for an update that is worth its calls. */
typedef struct gathered {
    const lgd_glm *m;
    const double *w;
    double *f, *g, *H;
    size_t ld, n;      /* n: numbers of a row, the 1 included */
    size_t room, held; /* rows */
    size_t last;       /* rows in all */
    double *S, *C;     /* [room x n] rows, [room x k x k] what the loss says of them */
    double *scaled;    /* [room x n] with k > 1, else S */
    double *B;         /* [n x n] one block, with k > 1 */
    double *turned;    /* for rows of a matrix that cannot be gathered */
} gathered;

/* Room for S, C, scaled, B and turned behind `first` numbers; how many there are then. */
static size_t lay_out(gathered *to, double *more)
{
    const size_t k = to->m->k, rows = lgd_mul(to->room, to->n), squares = k > 1 ? lgd_mul(to->n, to->n) : 0;
    const size_t C = lgd_mul(to->room, lgd_mul(k, k)), turned = lgd_glm_rows_room(to->m);
    const size_t all = lgd_add(lgd_add(lgd_mul(rows, k > 1 ? 2 : 1), C), lgd_add(squares, turned));
    if (!more)
        return all;
    to->S = more;
    to->scaled = k > 1 ? to->S + rows : to->S;
    to->C = to->scaled + rows;
    to->B = to->C + C;
    to->turned = to->B + squares;
    return all;
}

static void scale(size_t n, double factor, const double *from, double *to)
{
    for (size_t j = 0; j < n; j++)
        to[j] = factor * from[j];
}

static void exchange(size_t n, double *restrict a, double *restrict b)
{
    for (size_t j = 0; j < n; j++) {
        const double x = a[j];
        a[j] = b[j];
        b[j] = x;
    }
}

/* The rows held, scaled by the root of |C_ce|: first those where it is not negative, whose number it returns. One output: in place,
 * since no other block needs the rows. */
static size_t scale_rows(gathered *to, size_t c, size_t e)
{
    const size_t n = to->n, k = to->m->k;
    size_t first = 0, last = to->held, i = 0;
    while (first < last) {
        const double curvature = to->C[(i * k + c) * k + e], root = sqrt(fabs(curvature));
        const bool negative = curvature < 0;
        double *place = to->scaled + (negative ? --last : first++) * n;
        if (k == 1 && negative) {
            const size_t other = last;
            to->C[i] = to->C[other];
            if (other != i)
                exchange(n, to->S + i * n, to->S + other * n);
            scale(n, root, place, place);
            continue; /* the row that came here is next */
        }
        scale(n, root, to->S + i * n, place);
        i++;
    }
    return first;
}

/* B += X^T diag(C_ce) X, lower triangle, for the rows held. */
static void update(gathered *to, size_t c, size_t e, double *B, size_t ldb)
{
    const size_t n = to->n, positive = scale_rows(to, c, e);
    lgd_blas_syrk(positive, n, 1, to->scaled, n, B, ldb);
    lgd_blas_syrk(to->held - positive, n, -1, to->scaled + positive * n, n, B, ldb);
}

static bool is_zero(const gathered *to, size_t c, size_t e)
{
    const size_t k = to->m->k;
    for (size_t i = 0; i < to->held; i++)
        if (to->C[(i * k + c) * k + e] != 0)
            return false;
    return true;
}

/* What the rows held add to H. Blocks of outputs c > e and e < c are the same, and H has rows and columns of all outputs in turn. */
static void flush(gathered *to)
{
    const size_t n = to->n, k = to->m->k;
    for (size_t c = 0; c < k && to->held; c++)
        for (size_t e = 0; e <= c; e++) {
            if (k == 1) {
                update(to, 0, 0, to->H, to->ld);
                continue;
            }
            if (is_zero(to, c, e))
                continue;
            for (size_t j = 0; j < n; j++)
                memset(to->B + j * n, 0, (j + 1) * sizeof *to->B);
            update(to, c, e, to->B, n);
            for (size_t j = 0; j < n; j++)
                for (size_t l = 0; l <= j; l++) {
                    to->H[(j * k + c) * to->ld + l * k + e] += to->B[j * n + l];
                    if (c != e && l < j)
                        to->H[(j * k + e) * to->ld + l * k + c] += to->B[j * n + l];
                }
        }
    to->held = 0;
}

/* The rows of a panel to S, behind those that are there. */
static lgd_status hold_rows(gathered *to, const lgd_rows *rows, const lgd_panel *p)
{
    const size_t cols = to->m->X->cols, n = to->n;
    double *X = to->S + to->held * n;
    const lgd_status status = lgd_glm_rows(to->m, rows, p, to->turned, X);
    for (size_t i = rows->count; i-- > 0 && n > cols && !status;) {
        memmove(X + i * n, X + i * cols, cols * sizeof *X);
        X[i * n + cols] = 1;
    }
    return status;
}

static lgd_status hessian_panel(void *ctx, const lgd_rows *rows, const lgd_panel *p, size_t done)
{
    gathered *to = ctx;
    const lgd_glm *m = to->m;
    const lgd_loss *loss = m->loss;
    const size_t k = m->k;
    (void)done;
    lay_out(to, p->more);
    lgd_status status = lgd_glm_forward(m, rows, p, to->w, true, p->Z);
    if (status)
        return status;
    loss->ops.hessian(loss->ctx, rows->count, k, p->Z, k, p->y, p->weight, to->C + to->held * k * k);
    *to->f += loss->ops.eval(loss->ctx, rows->count, k, p->Z, k, p->y, p->weight);
    status = lgd_glm_adjoint(m, rows, p, p->Z, to->g);
    if (!status)
        status = hold_rows(to, rows, p);
    if (!status)
        to->held += rows->count;
    if (!status && (done + rows->count == to->last || to->held + m->panel > to->room))
        flush(to);
    return status;
}

lgd_status lgd_glm_hessian(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *H, size_t ld)
{
    const lgd_glm *m = ctx;
    gathered to = {.m = m, .w = w, .f = f, .g = g, .H = H, .ld = ld, .n = m->X->cols + m->o.intercept};
    to.last = rows->count;
    to.room = m->k == 1 && m->panel < ROWS ? ROWS : m->panel; /* with more outputs their C_i are what takes room */
    lgd_status status = lgd_blas_fits("glm", "the leading dimension of the Hessian", ld);
    if (!status)
        status = lgd_blas_fits("glm", "rows of a panel", to.room);
    if (status)
        return status;
    const bool hold = !(m->X->ops.flags & LGD_CONCURRENT);
    if (hold)
        lgd_blas_hold();
    status = lgd_glm_walk(m, rows, lay_out(&to, NULL), hessian_panel, &to);
    if (hold)
        lgd_blas_release();
    return status;
}
