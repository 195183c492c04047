/* Generalised linear models: the panel loop.
 *
 * Legend: m rows, n columns, k outputs, t targets a row; W [n x k] and b [k] in one array w; per panel of p rows
 *     Z [p x k]   scores, then slopes
 *     G [n x k]  += X_p^T Z,  gb [k] += column sums of Z
 * forward and adjoint of a panel follow one another, so X is read from memory once.
 *
 * Terms are the rows of positive weight: term i is row kept[i], or row i if none was left out.
 */
#include "objective.h"
#include "blas/blas.h"
#include "loss/loss.h"
#include "matrix/matrix.h"
#include <math.h>
#include <string.h>

enum { WIDEST_COPY = 4096 }; /* longer rows come at the memory's full rate wherever they lie */

typedef struct glm {
    const lgd_matrix *X;
    const double *y;
    const lgd_loss *loss;
    lgd_glm_options o;
    size_t k, t, terms, panel;
    size_t copied; /* columns of a panel's copy of scattered rows; 0: the matrix cannot, or a row is no small thing */
    size_t *kept;
    lgd_pool *pool;
} glm;

/* One panel's scratch, cut from a block of the pool. */
typedef struct panel {
    double *Z, *y, *weight, *X;
    size_t *row;
} panel;

static size_t panel_bytes(const glm *m)
{
    size_t numbers = lgd_add(lgd_add(m->k, m->t), lgd_add(m->copied, 1));
    return lgd_mul(m->panel, lgd_add(lgd_mul(numbers, sizeof(double)), sizeof(size_t)));
}

/* Copies what the rows of a gathered panel need beside X: targets and weights. */
static void gather(const glm *m, const lgd_rows *rows, const panel *p)
{
    for (size_t i = 0; i < rows->count; i++) {
        size_t row = rows->index[rows->first + i];
        for (size_t c = 0; c < m->t; c++)
            p->y[i * m->t + c] = m->y[row * m->t + c];
        if (m->o.weights)
            p->weight[i] = m->o.weights[row];
    }
}

static void add_intercept_and_offset(const glm *m, const lgd_rows *rows, const double *w, double *Z)
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
static bool is_copied(const glm *m, const lgd_rows *rows)
{
    return m->copied && rows->index && rows->count > 1;
}

static lgd_status forward(const glm *m, const lgd_rows *rows, const panel *p, const double *w)
{
    if (!is_copied(m, rows))
        return lgd_matrix_call_forward(m->X, rows, m->k, w, m->k, p->Z, m->k);
    lgd_status status = lgd_matrix_call_gather(m->X, rows, p->X);
    if (!status)
        lgd_blas_forward(rows->count, m->copied, m->k, p->X, m->copied, false, w, m->k, p->Z, m->k);
    return status;
}

static lgd_status adjoint(const glm *m, const lgd_rows *rows, const panel *p, double *g)
{
    if (!is_copied(m, rows))
        return lgd_matrix_call_adjoint(m->X, rows, m->k, p->Z, m->k, g, m->k);
    lgd_blas_adjoint(rows->count, m->copied, m->k, p->X, m->copied, false, p->Z, m->k, g, m->k);
    return LGD_OK;
}

static lgd_status eval_panel(const glm *m, const lgd_rows *rows, const panel *p, const double *w, double *f, double *g)
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
    *f += m->loss->ops.eval(m->loss->ctx, rows->count, k, p->Z, k, y, weight);
    if (!g)
        return LGD_OK;

    status = adjoint(m, rows, p, g);
    if (status)
        return status;
    if (m->o.intercept)
        for (size_t c = 0; c < k; c++) {
            double sum = 0;
            for (size_t i = 0; i < rows->count; i++)
                sum += p->Z[i * k + c];
            g[X->cols * k + c] += sum;
        }
    return LGD_OK;
}

static lgd_status glm_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const glm *m = ctx;
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
                p.row[i] = m->kept[part.index ? part.index[part.first + i] : part.first + i];
            part = (lgd_rows){0, part.count, p.row};
        }
        status = eval_panel(m, &part, &p, w, f, g);
    }
    lgd_pool_give(m->pool, block);
    return status;
}

/* l2/2 |W|^2, intercepts spared */
static lgd_status glm_smooth(void *ctx, const double *w, double *f, double *g)
{
    const glm *m = ctx;
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
    const glm *m = ctx;
    if (!m->o.weights)
        return (double)rows->count;
    double sum = 0;
    for (size_t i = rows->first; i < rows->first + rows->count; i++) {
        size_t term = rows->index ? rows->index[i] : i;
        sum += m->o.weights[m->kept ? m->kept[term] : term];
    }
    return sum;
}

static void glm_unpenalised(void *ctx, size_t *first, size_t *count)
{
    const glm *m = ctx;
    *first = m->X->cols * m->k;
    *count = m->o.intercept ? m->k : 0;
}

static void glm_free(void *ctx)
{
    glm *m = ctx;
    if (!m)
        return;
    lgd_pool_free(m->pool);
    lgd_release(m->kept);
    lgd_release(m);
}

/* Finds the rows of weight 0 and what is not legal among weights. */
static lgd_status keep_rows(glm *m)
{
    const double *weights = m->o.weights;
    size_t rows = m->X->rows;
    m->terms = rows;
    if (!weights)
        return LGD_OK;
    for (size_t i = 0; i < rows; i++) {
        if (!(weights[i] >= 0) || !isfinite(weights[i]))
            return lgd_fail(LGD_EINVAL, "glm: weight of row %zu is %g, a finite number >= 0 is accepted", i,
                            weights[i]);
        m->terms -= weights[i] == 0;
    }
    if (m->terms == rows)
        return LGD_OK;
    if (m->terms == 0)
        return lgd_fail(LGD_EINVAL, "glm: weight of all %zu rows is 0, at least one positive is accepted", rows);
    m->kept = lgd_alloc("glm", m->terms, sizeof *m->kept);
    if (!m->kept)
        return LGD_ENOMEM;
    for (size_t i = 0, term = 0; i < rows; i++)
        if (weights[i] > 0)
            m->kept[term++] = i;
    return LGD_OK;
}

static lgd_status check_targets(const glm *m)
{
    for (size_t term = 0; term < m->terms; term++) {
        size_t row = m->kept ? m->kept[term] : term;
        const double *y = m->y + row * m->t, *offset = m->o.offset ? m->o.offset + row * m->k : NULL;
        const char *accepted = "a finite number is accepted";
        size_t bad = lgd_first_not_finite(m->t, y);
        if (bad == m->t && m->loss->ops.check)
            bad = m->loss->ops.check(m->loss->ctx, 1, m->k, y, &accepted);
        if (bad < m->t)
            return lgd_fail(LGD_EINVAL, "glm: target of row %zu is %g, %s by the %s loss", row, y[bad], accepted,
                            m->loss->ops.name);
        if (offset && (bad = lgd_first_not_finite(m->k, offset)) < m->k)
            return lgd_fail(LGD_EINVAL, "glm: offset of row %zu is %g, a finite number is accepted", row, offset[bad]);
    }
    return LGD_OK;
}

lgd_status lgd_glm_create_sized(lgd_objective **out, const lgd_matrix *X, const double *y, const lgd_loss *loss,
                                const lgd_glm_options *options, size_t options_size)
{
    static const lgd_objective_ops ops = {.name = "glm",
                                          .flags = LGD_CONCURRENT,
                                          .eval = glm_eval,
                                          .smooth = glm_smooth,
                                          .free = glm_free,
                                          .weight = glm_weight,
                                          .unpenalised = glm_unpenalised};
    lgd_objective_ops mine = ops;
    lgd_glm_options o;
    if (out)
        *out = NULL;
    if (!out)
        return lgd_fail(LGD_EINVAL, "glm: out is NULL, a place for the objective is accepted");
    if (!X || !loss)
        return lgd_fail(LGD_EINVAL, "glm: %s is NULL, %s is accepted", X ? "loss" : "X", X ? "a loss" : "a matrix");
    if (!y && X->rows)
        return lgd_fail(LGD_EINVAL, "glm: y is NULL, one target per row is accepted");
    lgd_status status = lgd_take_struct("glm options", &o, sizeof o, options, options_size);
    if (status)
        return status;
    if (!(o.l2 >= 0) || !isfinite(o.l2)) {
        if (o.l2 != LGD_ZERO)
            return lgd_fail(LGD_EINVAL, "glm: l2 is %g, a finite number >= 0 is accepted", o.l2);
        o.l2 = 0;
    }
    if (o.outputs == 0)
        o.outputs = 1;
    if ((status = lgd_check_size("glm", "outputs", o.outputs, false)))
        return status;
    size_t dim = lgd_mul(lgd_add(X->cols, o.intercept), o.outputs);
    if (dim > PTRDIFF_MAX)
        return lgd_fail(LGD_ERANGE,
                        "glm: number of weights is %zu columns x %zu outputs, more than an address can reach", X->cols,
                        o.outputs);

    glm *m = lgd_alloc("glm", 1, sizeof *m);
    if (!m)
        return LGD_ENOMEM;
    *m = (glm){.X = X, .y = y, .loss = loss, .o = o, .k = o.outputs};
    m->t = lgd_loss_targets(loss, m->k);
    m->panel = lgd_matrix_panel(X, m->k);
    if (m->panel > X->rows) /* scratch is made for a panel, and the ops may ask for any */
        m->panel = X->rows ? X->rows : 1;
    /* The copy's products are calls of BLAS, which is held only for concurrent ops. */
    if (X->ops.gather && (X->ops.flags & LGD_CONCURRENT) && X->cols <= WIDEST_COPY && m->k <= WIDEST_COPY)
        m->copied = X->cols;
    status = keep_rows(m);
    if (!status)
        status = check_targets(m);
    if (!status)
        status = lgd_pool_create(&m->pool, "glm");
    if (!(X->ops.flags & LGD_CONCURRENT))
        mine.flags = 0;
    if (!status)
        status = lgd_objective_create(out, dim, m->terms, &mine, m);
    if (status)
        glm_free(m);
    return status;
}

lgd_status lgd_glm_predict(lgd_objective *f, const lgd_matrix *X, const double *w, double *out, size_t ld)
{
    if (!f || !X || !w || !out)
        return lgd_fail(LGD_EINVAL, "predict: %s is NULL, an argument is accepted",
                        !f   ? "f"
                        : !X ? "X"
                        : !w ? "w"
                             : "out");
    if (f->ops.eval != glm_eval)
        return lgd_fail(LGD_EINVAL, "predict: f is a %s, one made by lgd_glm_create is accepted", f->ops.name);
    const glm *m = f->ctx;
    if (X->cols != m->X->cols)
        return lgd_fail(LGD_EINVAL, "predict: number of columns is %zu, %zu is accepted", X->cols, m->X->cols);
    if (ld < m->k)
        return lgd_fail(LGD_EINVAL, "predict: ld is %zu, at least %zu is accepted", ld, m->k);
    lgd_status status = lgd_matrix_forward(X, NULL, m->k, w, m->k, out, ld);
    if (status)
        return status;
    for (size_t i = 0; i < X->rows && m->o.intercept; i++)
        for (size_t c = 0; c < m->k; c++)
            out[i * ld + c] += w[X->cols * m->k + c];
    if (m->loss->ops.link)
        m->loss->ops.link(m->loss->ctx, X->rows, m->k, out, ld);
    return LGD_OK;
}
