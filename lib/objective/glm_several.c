/* Linear models at several points. With count points of k outputs the scores of a panel are Z [rows x count k], columns of a point beside
 * one another; the loss is applied to those of one point after another, with the same targets. The gradient of the joint sum is
 * followed by its values, one for each point, which are added up as it is:
 *     [dim/k rows of count k | count values] */
#include "glm_several.h"
#include "glm.h"
#include <string.h>

enum { WIDEST = 4096 }; /* columns that a panel of scattered rows is copied for */

struct lgd_several {
    lgd_objective *f, *joint;
    lgd_glm m; /* of f, with count k outputs */
    size_t outputs, most;
    double *W, *G; /* points and gradients as the products have them */
};

static size_t points_of(const lgd_several *s)
{
    return s->m.k / s->outputs;
}

/* Of every point to its scores. */
static void add_offset(const lgd_several *s, const lgd_rows *rows, double *Z)
{
    const size_t k = s->outputs, all = s->m.k;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t row = rows->index ? rows->index[rows->first + i] : rows->first + i;
        for (size_t c = 0; c < all; c++)
            Z[i * all + c] += s->m.o.offset[row * k + c % k];
    }
}

typedef struct wanted {
    lgd_several *s;
    double *g;
} wanted;

static lgd_status eval_panel(void *ctx, const lgd_rows *rows, const lgd_panel *p, size_t done)
{
    const wanted *to = ctx;
    const lgd_several *s = to->s;
    const lgd_loss *loss = s->m.loss;
    const size_t k = s->outputs, points = points_of(s);
    double *value = to->g + points * s->f->dim;
    (void)done;
    const lgd_status status = lgd_glm_forward(&s->m, rows, p, s->W, false, p->Z);
    if (status)
        return status;
    if (s->m.o.offset)
        add_offset(s, rows, p->Z);
    for (size_t c = 0; c < points; c++)
        value[c] += loss->ops.eval(loss->ctx, rows->count, k, p->Z + c * k, s->m.k, p->y, p->weight);
    return lgd_glm_adjoint(&s->m, rows, p, p->Z, to->g);
}

static lgd_status several_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    lgd_several *s = ctx;
    wanted to = {s, g};
    (void)w, (void)f; /* s->W, and behind the gradient */
    return lgd_glm_walk(&s->m, rows, 0, eval_panel, &to);
}

/* Chunks as long as those of f: of sparse rows, which have few numbers beside a gradient, longer ones than of dense. */
static size_t several_chunk(void *ctx)
{
    return ((const lgd_several *)ctx)->f->panel;
}

/* Scores in the first-level cache, where losses find them column by column, as long as the products are of some size. BLAS that has
 * other products for small matrices, without copies of them, then takes those. */
static size_t few_rows(size_t panel, size_t columns)
{
    enum { SCORES = 2048, ROWS = 64 };
    const size_t rows = SCORES / columns / 8 * 8, most = rows > ROWS ? rows : ROWS;
    return panel < most ? panel : most;
}

lgd_status lgd_several_create(lgd_several **out, const char *object, lgd_objective *f, size_t most)
{
    *out = NULL;
    if (f->ops.eval != lgd_glm_ops.eval)
        return lgd_fail(LGD_EUNSUPPORTED, "%s: f is another objective (%s), one made by lgd_glm_create is accepted",
                        object, f->ops.name);
    const lgd_glm *m = f->ctx;
    const size_t dim = lgd_mul(most, lgd_add(f->dim, 1)), all = lgd_mul(most, m->k);
    lgd_several *s = lgd_alloc(object, 1, sizeof *s);
    if (!s)
        return LGD_ENOMEM;
    *s = (lgd_several){.f = f, .m = *m, .outputs = m->k, .most = most};
    s->m.k = all;
    s->m.pool = NULL;
    s->m.fused = false;
    s->m.copied = all <= WIDEST ? m->copied : 0;
    s->m.panel = few_rows(lgd_matrix_panel(m->X, all), all);
    if (s->m.panel > m->X->rows)
        s->m.panel = m->X->rows;
    const lgd_objective_ops ops = {
        .name = f->ops.name, .flags = f->ops.flags, .eval = several_eval, .panel = f->panel ? several_chunk : NULL};
    lgd_status status = lgd_pool_create(&s->m.pool, object);
    if (!status)
        status = lgd_objective_create(&s->joint, dim, f->terms, &ops, s);
    if (!status)
        status = lgd_objective_reserve(s->joint, f->terms);
    if (!status && !(s->W = lgd_alloc(object, lgd_mul(2, lgd_padded(dim)), sizeof *s->W)))
        status = LGD_ENOMEM;
    if (status) {
        lgd_several_free(s);
        return status;
    }
    s->G = s->W + lgd_padded(dim);
    *out = s;
    return LGD_OK;
}

void lgd_several_free(lgd_several *s)
{
    if (!s)
        return;
    lgd_objective_free(s->joint);
    lgd_pool_free(s->m.pool);
    lgd_release(s->W);
    lgd_release(s);
}

lgd_status lgd_several_mean(lgd_several *s, const lgd_rows *rows, size_t divide_by, size_t threads, size_t count,
                            const double *const *w, double *value, double *const *g)
{
    const size_t k = s->outputs, lines = s->f->dim / k;
    double none;
    if (count == 1) /* a product with a vector is faster than one with a matrix of a column */
        return lgd_objective_mean(s->f, rows, divide_by, threads, w[0], value, g[0]);
    s->m.k = count * k;
    s->joint->dim = count * (s->f->dim + 1); /* never beyond what it was made for */
    for (size_t j = 0; j < lines; j++)
        for (size_t c = 0; c < count; c++)
            memcpy(s->W + (j * count + c) * k, w[c] + j * k, k * sizeof *s->W);
    lgd_status status = lgd_objective_sum(s->joint, rows, threads, s->W, &none, s->G, NULL);
    for (size_t c = 0; c < count && !status; c++) {
        for (size_t j = 0; j < lines; j++)
            memcpy(g[c] + j * k, s->G + (j * count + c) * k, k * sizeof *s->G);
        value[c] = s->G[count * s->f->dim + c];
        lgd_objective_divide(s->f, divide_by, &value[c], g[c]);
        status = lgd_objective_smooth(s->f, w[c], &value[c], g[c]);
    }
    return status;
}
