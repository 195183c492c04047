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
#include "blas/blas.h"

/* One panel's scratch, cut from a block of the pool. */
typedef struct panel {
    double *Z, *y, *weight, *X;
    size_t *row;
} panel;

static size_t panel_bytes(const lgd_glm *m)
{
    size_t numbers = lgd_add(lgd_add(m->k, m->t), lgd_add(m->copied, 1));
    return lgd_mul(m->panel, lgd_add(lgd_mul(numbers, sizeof(double)), sizeof(size_t)));
}

/* Copies what the rows of a gathered panel need beside X: targets and weights. */
static void gather(const lgd_glm *m, const lgd_rows *rows, const panel *p)
{
    for (size_t i = 0; i < rows->count; i++) {
        size_t row = rows->index[rows->first + i];
        for (size_t c = 0; c < m->t; c++)
            p->y[i * m->t + c] = m->y[row * m->t + c];
        if (m->o.weights)
            p->weight[i] = m->o.weights[row];
    }
}

static void add_intercept_and_offset(const lgd_glm *m, const lgd_rows *rows, const double *w, double *Z)
{
    const double *b = m->o.intercept ? w + m->X->cols * m->k : NULL;
    if (!b && !m->o.offset)
        return;
    for (size_t i = 0; i < rows->count; i++) {
        size_t row = rows->index ? rows->index[rows->first + i] : rows->first + i;
        for (size_t c = 0; c < m->k; c++)
            Z[i * m->k + c] += (b ? b[c] : 0) + (m->o.offset ? m->o.offset[row * m->k + c] : 0);
    }
}

/* Scattered rows are copied once for both products; a single one is used where it lies. */
static bool is_copied(const lgd_glm *m, const lgd_rows *rows)
{
    return m->copied && rows->index && rows->count > 1;
}

static lgd_status forward(const lgd_glm *m, const lgd_rows *rows, const panel *p, const double *w)
{
    if (!is_copied(m, rows))
        return lgd_matrix_call_forward(m->X, rows, m->k, w, m->k, p->Z, m->k);
    lgd_status status = lgd_matrix_call_gather(m->X, rows, p->X);
    if (!status)
        lgd_blas_forward(rows->count, m->copied, m->k, p->X, m->copied, false, w, m->k, p->Z, m->k);
    return status;
}

static lgd_status adjoint(const lgd_glm *m, const lgd_rows *rows, const panel *p, double *g)
{
    if (!is_copied(m, rows))
        return lgd_matrix_call_adjoint(m->X, rows, m->k, p->Z, m->k, g, m->k);
    lgd_blas_adjoint(rows->count, m->copied, m->k, p->X, m->copied, false, p->Z, m->k, g, m->k);
    return LGD_OK;
}

/* Z = Z - R, and R = what Z was. */
static void exchange(size_t count, double *restrict Z, double *restrict R)
{
    for (size_t i = 0; i < count; i++) {
        const double slope = Z[i];
        Z[i] -= R[i];
        R[i] = slope;
    }
}

/* What is wanted of a panel, and what of a run of panels.
 *   f  += the value, or with U what U leaves of Fenchel's inequality
 *   g  += the gradient, unless NULL
 *   R   [rows x k] or NULL: slopes that are subtracted from those at w, and replaced by them
 *   U   [rows x k] or NULL */
typedef struct wanted {
    double *f, *g, *R;
    const double *U;
} wanted;

static lgd_status eval_panel(const lgd_glm *m, const lgd_rows *rows, const panel *p, const double *w, wanted to)
{
    const lgd_matrix *X = m->X;
    const size_t k = m->k;
    lgd_status status = forward(m, rows, p, w);
    if (status)
        return status;
    add_intercept_and_offset(m, rows, w, p->Z);

    const double *y = p->y, *weight = m->o.weights ? p->weight : NULL;
    if (rows->index) {
        gather(m, rows, p);
    } else {
        y = m->y + rows->first * m->t;
        weight = m->o.weights ? m->o.weights + rows->first : NULL;
    }
    if (to.U) {
        *to.f += m->loss->ops.fenchel(m->loss->ctx, rows->count, k, p->Z, k, y, weight, to.U, k);
        return LGD_OK;
    }
    *to.f += m->loss->ops.eval(m->loss->ctx, rows->count, k, p->Z, k, y, weight);
    if (to.R)
        exchange(rows->count * k, p->Z, to.R);
    if (!to.g)
        return LGD_OK;

    status = adjoint(m, rows, p, to.g);
    if (status)
        return status;
    if (m->o.intercept)
        for (size_t c = 0; c < k; c++) {
            double sum = 0;
            for (size_t i = 0; i < rows->count; i++)
                sum += p->Z[i * k + c];
            to.g[X->cols * k + c] += sum;
        }
    return LGD_OK;
}

static lgd_status eval_rows(const lgd_glm *m, const lgd_rows *rows, const double *w, wanted to)
{
    double *block = lgd_pool_take(m->pool, panel_bytes(m));
    if (!block)
        return LGD_ENOMEM;
    panel p = {.Z = block, .y = block + m->panel * m->k};
    p.weight = p.y + m->panel * m->t;
    p.X = p.weight + m->panel;
    p.row = (size_t *)(void *)(p.X + m->panel * m->copied);

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
        const wanted here = {to.f, to.g, to.R ? to.R + done * m->k : NULL, to.U ? to.U + done * m->k : NULL};
        status = eval_panel(m, &part, &p, w, here);
    }
    lgd_pool_give(m->pool, block);
    return status;
}

static lgd_status glm_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    return eval_rows(ctx, rows, w, (wanted){f, g, NULL, NULL});
}

static lgd_status glm_difference(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *R)
{
    return eval_rows(ctx, rows, w, (wanted){f, g, R, NULL});
}

/* An offset is a shift of the score, which the inequality takes as it comes. */
static lgd_status glm_fenchel(void *ctx, const lgd_rows *rows, const double *w, const double *R, double *value)
{
    return eval_rows(ctx, rows, w, (wanted){value, NULL, NULL, R});
}

static void glm_linear(void *ctx, size_t *slopes, double *l2)
{
    const lgd_glm *m = ctx;
    *slopes = m->k;
    *l2 = m->o.l2;
}

/* l2/2 |W|^2, intercepts spared */
static lgd_status glm_smooth(void *ctx, const double *w, double *f, double *g)
{
    const lgd_glm *m = ctx;
    const double l2 = m->o.l2;
    double squares = 0;
    if (l2 == 0)
        return LGD_OK;
    for (size_t j = 0; j < m->X->cols * m->k; j++)
        squares += w[j] * w[j];
    *f += 0.5 * l2 * squares;
    if (g)
        for (size_t j = 0; j < m->X->cols * m->k; j++)
            g[j] += l2 * w[j];
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

static void glm_free(void *ctx)
{
    lgd_glm *m = ctx;
    if (!m)
        return;
    lgd_pool_free(m->pool);
    lgd_release(m->kept);
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
};
