/* Generalised linear models: the panel loop.
 *
 * Legend: m rows, n columns, k outputs, t targets a row; W [n x k] and b [k] in one array w; per panel of p rows
 *     Z [p x k]   scores, then slopes
 *     G [n x k]  += X_p^T Z,  gb [k] += column sums of Z
 * forward and adjoint of a panel follow one another, so X is read from memory once.
 *
 * Terms are the rows of positive weight: term i is row kept[i], or row i if none was left out.
 */
#include "glm.h"
#include "base/phases.h"
#include "blas/blas.h"
#include <string.h>

/* Numbers, but for the rows, in the scratch of a panel. */
static size_t panel_bytes(const lgd_glm *m, size_t more)
{
    const size_t numbers = lgd_add(lgd_add(m->k, m->t), lgd_add(m->copied, 1));
    const size_t each = lgd_add(lgd_mul(numbers, sizeof(double)), sizeof(size_t));
    return lgd_add(lgd_mul(m->panel, each), lgd_mul(more, sizeof(double)));
}

/* Copies what the rows of a gathered panel need beside X: targets and weights. */
static void gather(const lgd_glm *m, const lgd_rows *rows, const lgd_panel *p)
{
    for (size_t i = 0; i < rows->count; i++) {
        size_t row = rows->index[rows->first + i];
        for (size_t c = 0; c < m->t; c++)
            p->own_y[i * m->t + c] = m->y[row * m->t + c];
        if (m->o.weights)
            p->own_weight[i] = m->o.weights[row];
    }
}

lgd_status lgd_glm_forward(const lgd_glm *m, const lgd_rows *rows, const lgd_panel *p, const double *w, bool whole,
                           double *Z)
{
    const size_t k = m->k;
    const double *b = m->o.intercept ? w + m->X->cols * k : NULL, *offset = whole ? m->o.offset : NULL;
    lgd_status status = LGD_OK;
    if (p->copies)
        lgd_blas_forward(rows->count, m->copied, k, p->X, m->copied, false, w, k, Z, k);
    else
        status = lgd_matrix_call_forward(m->X, rows, k, w, k, Z, k);
    for (size_t i = 0; i < rows->count && !status && (b || offset); i++) {
        size_t row = rows->index ? rows->index[rows->first + i] : rows->first + i;
        for (size_t c = 0; c < k; c++)
            Z[i * k + c] += (b ? b[c] : 0) + (offset ? offset[row * k + c] : 0);
    }
    return status;
}

lgd_status lgd_glm_adjoint(const lgd_glm *m, const lgd_rows *rows, const lgd_panel *p, const double *Z, double *g)
{
    const size_t k = m->k;
    lgd_status status = LGD_OK;
    if (p->copies)
        lgd_blas_adjoint(rows->count, m->copied, k, p->X, m->copied, false, Z, k, g, k);
    else
        status = lgd_matrix_call_adjoint(m->X, rows, k, Z, k, g, k);
    for (size_t c = 0; c < k && m->o.intercept && !status; c++) {
        double sum = 0;
        for (size_t i = 0; i < rows->count; i++)
            sum += Z[i * k + c];
        g[m->X->cols * k + c] += sum;
    }
    return status;
}

/* What belongs to the rows of a panel. Scattered ones are copied once for all products; a single one is used where it lies. */
static lgd_status look_up(const lgd_glm *m, const lgd_rows *rows, bool products, lgd_panel *p)
{
    if (!rows->index) {
        p->y = m->y + rows->first * m->t;
        p->weight = m->o.weights ? m->o.weights + rows->first : NULL;
        p->copies = false;
        return LGD_OK;
    }
    gather(m, rows, p);
    p->y = p->own_y;
    p->weight = m->o.weights ? p->own_weight : NULL;
    p->copies = products && m->copied && rows->count > 1 && !m->fused;
    return p->copies ? lgd_matrix_call_gather(m->X, rows, p->X) : LGD_OK;
}

static lgd_status walk(const lgd_glm *m, const lgd_rows *rows, size_t more, bool products, lgd_visit visit, void *ctx)
{
    double *block = lgd_pool_take(m->pool, panel_bytes(m, more));
    if (!block)
        return LGD_ENOMEM;
    lgd_panel p = {.Z = block, .own_y = block + m->panel * m->k};
    p.own_weight = p.own_y + m->panel * m->t;
    p.X = p.own_weight + m->panel;
    p.more = p.X + m->panel * m->copied;
    p.row = (size_t *)(void *)(p.more + more);

    lgd_status status = LGD_OK;
    for (size_t done = 0; done < rows->count && !status; done += m->panel) {
        lgd_rows part = {rows->first + done, rows->count - done, rows->index};
        if (part.count > m->panel)
            part.count = m->panel;
        if (m->kept) { /* from terms to rows */
            for (size_t i = 0; i < part.count; i++)
                p.row[i] = lgd_glm_row(m, part.index ? part.index[part.first + i] : part.first + i);
            part = (lgd_rows){0, part.count, p.row};
        }
        status = look_up(m, &part, products, &p);
        if (!status)
            status = visit(ctx, &part, &p, done);
    }
    lgd_pool_give(m->pool, block);
    return status;
}

lgd_status lgd_glm_walk(const lgd_glm *m, const lgd_rows *rows, size_t more, lgd_visit visit, void *ctx)
{
    return walk(m, rows, more, true, visit, ctx);
}

lgd_status lgd_glm_walk_targets(const lgd_glm *m, const lgd_rows *rows, lgd_visit visit, void *ctx)
{
    return walk(m, rows, 0, false, visit, ctx);
}

/* ---- the rows themselves */

enum { UNITS = 16 };

size_t lgd_glm_rows_room(const lgd_glm *m)
{
    return lgd_mul(lgd_add(m->X->cols, UNITS), UNITS);
}

/* Rows of a matrix that has only products, to X [rows x cols]: A^T R for slopes R of which each is 1 for one row. */
static lgd_status turn_rows(const lgd_matrix *A, const lgd_rows *rows, double *room, double *X)
{
    double *G = room, *R = room + A->cols * UNITS;
    for (size_t i = 0; i < UNITS * UNITS; i++)
        R[i] = i % (UNITS + 1) == 0;
    for (size_t first = 0; first < rows->count; first += UNITS) {
        lgd_rows part = {rows->first + first, rows->count - first, rows->index};
        if (part.count > UNITS)
            part.count = UNITS;
        memset(G, 0, A->cols * UNITS * sizeof *G);
        const lgd_status status = lgd_matrix_call_adjoint(A, &part, UNITS, R, UNITS, G, UNITS);
        if (status)
            return status;
        for (size_t i = 0; i < part.count; i++)
            for (size_t j = 0; j < A->cols; j++)
                X[(first + i) * A->cols + j] = G[j * UNITS + i];
    }
    return LGD_OK;
}

lgd_status lgd_glm_rows(const lgd_glm *m, const lgd_rows *rows, const lgd_panel *p, double *room, double *X)
{
    const lgd_matrix *A = m->X;
    if (p->copies) {
        memcpy(X, p->X, rows->count * A->cols * sizeof *X);
        return LGD_OK;
    }
    if (A->ops.gather && A->ops.flags & LGD_CONCURRENT)
        return lgd_matrix_call_gather(A, rows, X);
    return turn_rows(A, rows, room, X);
}

/* ---- values and slopes */

/* Z = Z - R, and R = what Z was. */
static void exchange(size_t count, double *restrict Z, double *restrict R)
{
    for (size_t i = 0; i < count; i++) {
        const double slope = Z[i];
        Z[i] -= R[i];
        R[i] = slope;
    }
}

static lgd_status eval_panel(void *ctx, const lgd_rows *rows, const lgd_panel *p, size_t done)
{
    const lgd_glm_wanted *to = ctx;
    const lgd_loss *loss = to->m->loss;
    const size_t k = to->m->k;
    lgd_watch watch = lgd_watch_begin();
    lgd_status status = lgd_glm_forward(to->m, rows, p, to->w, true, p->Z);
    if (status)
        return status;
    if (to->U) {
        *to->f += loss->ops.fenchel(loss->ctx, rows->count, k, p->Z, k, p->y, p->weight, to->U + done * k, k);
        return LGD_OK;
    }
    const double begun = lgd_watch_loss_begin(&watch);
    *to->f += loss->ops.eval(loss->ctx, rows->count, k, p->Z, k, p->y, p->weight);
    lgd_watch_loss_end(&watch, begun);
    if (to->R)
        exchange(rows->count * k, p->Z, to->R + done * k);
    if (to->g)
        status = lgd_glm_adjoint(to->m, rows, p, p->Z, to->g);
    lgd_watch_end(&watch);
    return status;
}

static lgd_status eval_rows(const lgd_glm *m, const lgd_rows *rows, lgd_glm_wanted to)
{
    to.m = m;
    return m->fused ? lgd_glm_sweep(rows, &to) : lgd_glm_walk(m, rows, 0, eval_panel, &to);
}

static lgd_status glm_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    return eval_rows(ctx, rows, (lgd_glm_wanted){.w = w, .f = f, .g = g});
}

static lgd_status glm_difference(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *R)
{
    return eval_rows(ctx, rows, (lgd_glm_wanted){.w = w, .f = f, .g = g, .R = R});
}

/* An offset is a shift of the score, which the inequality takes as it comes. */
static lgd_status glm_fenchel(void *ctx, const lgd_rows *rows, const double *w, const double *R, double *value)
{
    return eval_rows(ctx, rows, (lgd_glm_wanted){.w = w, .f = value, .U = R});
}

static void glm_linear(void *ctx, size_t *slopes, double *l2)
{
    const lgd_glm *m = ctx;
    *slopes = m->k;
    *l2 = m->o.l2;
}

LGD_WIDE static void add_multiple(size_t n, double a, const double *restrict x, double *restrict y)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        y[j] += a * x[j];
}

/* l2/2 |W|^2, intercepts spared */
static lgd_status glm_smooth(void *ctx, const double *w, double *f, double *g)
{
    const lgd_glm *m = ctx;
    const size_t n = m->X->cols * m->k;
    if (m->o.l2 == 0)
        return LGD_OK;
    *f += 0.5 * m->o.l2 * lgd_dot(n, w, w);
    if (g)
        add_multiple(n, m->o.l2, w, g);
    return LGD_OK;
}

static double glm_weight(void *ctx, const lgd_rows *rows)
{
    const lgd_glm *m = ctx;
    if (!m->o.weights)
        return (double)rows->count;
    double sum = 0;
    for (size_t i = rows->first; i < rows->first + rows->count; i++) {
        size_t term = rows->index ? rows->index[i] : i;
        sum += m->o.weights[lgd_glm_row(m, term)];
    }
    return sum;
}

static void glm_unpenalised(void *ctx, size_t *first, size_t *count)
{
    const lgd_glm *m = ctx;
    *first = m->X->cols * m->k;
    *count = m->o.intercept ? m->k : 0;
}

/* A row, its targets, weight and offsets; what a loss costs is beside its exponentials nothing to the products. */
static const char *glm_cost(void *ctx, double *bytes, double *flops)
{
    const lgd_glm *m = ctx;
    const lgd_matrix *X = m->X;
    const double k = (double)m->k, rows = (double)X->rows;
    const double numbers = X->ops.stored && rows > 0 ? (double)X->ops.stored(X->ctx) / rows : (double)X->cols;
    *bytes = lgd_matrix_bytes(X) + sizeof(double) * ((double)m->t + (m->o.weights ? 1 : 0) + (m->o.offset ? k : 0));
    *flops = 4 * numbers * k;
    return lgd_matrix_kernel(X, m->k);
}

static void glm_free(void *ctx)
{
    lgd_glm *m = ctx;
    if (!m)
        return;
    lgd_pool_free(m->pool);
    lgd_release(m->kept);
    lgd_release(m->weighed);
    lgd_release(m->of_class);
    lgd_release(m);
}

const lgd_objective_ops lgd_glm_ops = {
    .name = "glm",
    .flags = LGD_CONCURRENT,
    .eval = glm_eval,
    .smooth = glm_smooth,
    .free = glm_free,
    .weight = glm_weight,
    .unpenalised = glm_unpenalised,
    .linear = glm_linear,
    .difference = glm_difference,
    .fenchel = glm_fenchel,
    .product = lgd_glm_product,
    .hessian = lgd_glm_hessian,
    .diagonal = lgd_glm_diagonal,
    .product_of = lgd_glm_product_of,
    .scores = lgd_glm_scores,
    .along = lgd_glm_along,
    .describe = lgd_glm_describe,
    .attained = lgd_glm_attained,
    .descend = lgd_glm_descend,
    .cost = glm_cost,
};
