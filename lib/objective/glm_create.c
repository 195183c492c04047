/* A generalised linear model is made, and predicts. */
#include "glm.h"
#include <math.h>

enum { WIDEST_COPY = 4096 }; /* longer rows come at the memory's full rate wherever they lie */

/* What is not legal among weights, by row. */
static lgd_status check_weights(const lgd_glm *m)
{
    const double *weights = m->o.weights;
    const size_t rows = m->X->rows;
    size_t zeros = 0;
    for (size_t i = 0; weights && i < rows; i++) {
        if (!(weights[i] >= 0) || !isfinite(weights[i]))
            return lgd_fail(LGD_EINVAL, "glm: weight of row %zu is %g, a finite number >= 0 is accepted", i,
                            weights[i]);
        zeros += weights[i] == 0;
    }
    return zeros && zeros == rows
               ? lgd_fail(LGD_EINVAL, "glm: weight of all %zu rows is 0, at least one positive is accepted", rows)
               : LGD_OK;
}

/* Finds the rows of weight 0. */
static lgd_status keep_rows(lgd_glm *m)
{
    const double *weights = m->o.weights;
    const size_t rows = m->X->rows;
    m->terms = rows;
    for (size_t i = 0; weights && i < rows; i++)
        m->terms -= weights[i] == 0;
    if (m->terms == rows)
        return LGD_OK;
    m->kept = lgd_alloc("glm", m->terms, sizeof *m->kept);
    if (!m->kept)
        return LGD_ENOMEM;
    for (size_t i = 0, term = 0; i < rows; i++)
        if (weights[i] > 0)
            m->kept[term++] = i;
    return LGD_OK;
}

static lgd_status refuse_target(const lgd_glm *m, size_t row, double target, const char *accepted)
{
    const char *loss = m->loss->ops.name;
    if (m->loss->ops.flags & LGD_CLASSES && m->t == 1 && m->k > 1)
        return lgd_fail(
            LGD_EINVAL,
            "glm: target of row %zu is %g, a whole number from 0 to %zu is accepted by the %s loss with %zu outputs",
            row, target, m->k - 1, loss, m->k);
    return lgd_fail(LGD_EINVAL, "glm: target of row %zu is %g, %s by the %s loss", row, target, accepted, loss);
}

static lgd_status check_targets(const lgd_glm *m)
{
    for (size_t row = 0; row < m->X->rows; row++) {
        const double *y = m->y + row * m->t, *offset = m->o.offset ? m->o.offset + row * m->k : NULL;
        const char *accepted = "a finite number is accepted";
        if (m->o.weights && m->o.weights[row] == 0)
            continue;
        size_t bad = lgd_first_not_finite(m->t, y);
        if (bad == m->t && m->loss->ops.check)
            bad = m->loss->ops.check(m->loss->ctx, 1, m->k, y, &accepted);
        if (bad < m->t)
            return refuse_target(m, row, y[bad], accepted);
        if (offset && (bad = lgd_first_not_finite(m->k, offset)) < m->k)
            return lgd_fail(LGD_EINVAL, "glm: offset of row %zu is %g, a finite number is accepted", row, offset[bad]);
    }
    return LGD_OK;
}

/* Rows of a chunk, so that clearing and adding its partial gradient is little beside what is read for it. */
size_t lgd_glm_chunk(void *ctx)
{
    enum { SHARE = 16 };
    const lgd_glm *m = ctx;
    const size_t stored = m->X->ops.stored(m->X->ctx), per_row = m->X->rows ? stored / m->X->rows : 0;
    return lgd_mul(m->X->cols, SHARE) / (per_row ? per_row : 1) + 1;
}

lgd_status lgd_glm_create_sized(lgd_objective **out, const lgd_matrix *X, const double *y, const lgd_loss *loss,
                                const lgd_glm_options *options, size_t options_size)
{
    lgd_objective_ops mine = lgd_glm_ops;
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

    lgd_glm *m = lgd_alloc("glm", 1, sizeof *m);
    if (!m)
        return LGD_ENOMEM;
    *m = (lgd_glm){.X = X, .y = y, .loss = loss, .o = o, .k = o.outputs};
    m->t = lgd_loss_targets(loss, m->k);
    m->fused = m->k == 1 && m->t == 1 && lgd_matrix_is_fused(X);
    m->panel = lgd_matrix_panel(X, m->k);
    if (m->panel > X->rows) /* scratch is made for a panel, and the ops may ask for any */
        m->panel = X->rows ? X->rows : 1;
    /* The copy's products are calls of BLAS, which is held only for concurrent ops. */
    if (X->ops.gather && !X->ops.stored && !X->by_rows && (X->ops.flags & LGD_CONCURRENT) && X->cols <= WIDEST_COPY &&
        m->k <= WIDEST_COPY)
        m->copied = X->cols;
    status = check_weights(m);
    if (!status)
        status = check_targets(m);
    if (!status)
        status = lgd_glm_weigh_classes(m);
    if (!status)
        status = keep_rows(m);
    if (!status)
        status = lgd_pool_create(&m->pool, "glm");
    if (loss->ops.curvature && isfinite(loss->ops.curvature(loss->ctx, m->k)))
        mine.curvature = lgd_glm_curvature;
    if (loss->ops.flags & LGD_SQUARES && mine.curvature && m->t == m->k)
        mine.design = lgd_glm_design;
    if (!loss->ops.fenchel)
        mine.fenchel = NULL;
    if (!loss->ops.hessian) {
        mine.product = NULL;
        mine.hessian = NULL;
        mine.diagonal = NULL;
        mine.product_of = NULL;
    }
    if (!loss->ops.attained || o.l2 > 0 || o.offset)
        mine.attained = NULL;
    if (!m->fused || !X->ops.descend)
        mine.descend = NULL;
    if (X->ops.stored && !X->by_rows)
        mine.panel = lgd_glm_chunk;
    if (X->ops.touched)
        mine.support = lgd_glm_support;
    if (!(X->ops.flags & LGD_CONCURRENT))
        mine.flags = 0;
    if (!status)
        status = lgd_objective_create(out, dim, m->terms, &mine, m);
    if (status) {
        lgd_glm_ops.free(m);
        return status;
    }
    if (mine.design) {
        (*out)->factor = loss->ops.curvature(loss->ctx, m->k);
        (*out)->rows = lgd_glm_design_apart;
    }
    return LGD_OK;
}

lgd_status lgd_glm_predict(lgd_objective *f, const lgd_matrix *X, const double *w, double *out, size_t ld)
{
    if (!f || !X || !w || !out)
        return lgd_fail(LGD_EINVAL, "predict: %s is NULL, an argument is accepted",
                        !f   ? "f"
                        : !X ? "X"
                        : !w ? "w"
                             : "out");
    if (f->ops.eval != lgd_glm_ops.eval)
        return lgd_fail(LGD_EINVAL, "predict: f is a %s, one made by lgd_glm_create is accepted", f->ops.name);
    const lgd_glm *m = f->ctx;
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
