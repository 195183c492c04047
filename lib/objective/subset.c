/* Some terms of an objective as an objective of their own. Term i of the subset is term rows.index[rows.first + i], or
 * rows.first + i, of the parent. */
#include "objective.h"
#include "matrix/matrix.h"

typedef struct subset {
    lgd_objective *parent;
    lgd_rows rows;
    lgd_pool *pool;
} subset;

static size_t parent_term(const subset *s, size_t term)
{
    return s->rows.index ? s->rows.index[s->rows.first + term] : s->rows.first + term;
}

/* Rows of the subset as rows of the parent, until `unmap`. */
typedef struct mapped {
    const lgd_objective *parent;
    lgd_rows rows;
    lgd_pool *pool;
    size_t *scratch; /* an index over an index, or over a shifted range; else NULL */
} mapped;

static lgd_status map(const subset *s, const lgd_rows *rows, mapped *m)
{
    *m = (mapped){.parent = s->parent, .pool = s->pool};
    if (!rows->index) {
        m->rows = (lgd_rows){s->rows.first + rows->first, rows->count, s->rows.index};
        return LGD_OK;
    }
    m->scratch = lgd_pool_take(s->pool, rows->count * sizeof *m->scratch);
    if (!m->scratch)
        return LGD_ENOMEM;
    for (size_t i = 0; i < rows->count; i++)
        m->scratch[i] = parent_term(s, rows->index[rows->first + i]);
    m->rows = (lgd_rows){0, rows->count, m->scratch};
    return LGD_OK;
}

static lgd_status unmap(const mapped *m, lgd_status status)
{
    lgd_pool_give(m->pool, m->scratch);
    return status;
}

static lgd_status subset_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.eval(m.parent->ctx, &m.rows, w, f, g));
}

static lgd_status subset_descend(void *ctx, const lgd_rows *rows, double lr, double mean_weight, double *w, double *f)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.descend(m.parent->ctx, &m.rows, lr, mean_weight, w, f));
}

static lgd_status subset_difference(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *R)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.difference(m.parent->ctx, &m.rows, w, f, g, R));
}

static lgd_status subset_fenchel(void *ctx, const lgd_rows *rows, const double *w, const double *R, double *value)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.fenchel(m.parent->ctx, &m.rows, w, R, value));
}

static lgd_status subset_product(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *hv)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.product(m.parent->ctx, &m.rows, w, v, hv));
}

static lgd_status subset_hessian(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *H,
                                 size_t ld)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.hessian(m.parent->ctx, &m.rows, w, f, g, H, ld));
}

static lgd_status subset_diagonal(void *ctx, const lgd_rows *rows, const double *w, double *d, double *C)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.diagonal(m.parent->ctx, &m.rows, w, d, C));
}

static lgd_status subset_product_of(void *ctx, const lgd_rows *rows, const double *C, const double *v, double *hv)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.product_of(m.parent->ctx, &m.rows, C, v, hv));
}

static lgd_status subset_smooth_product(void *ctx, const double *w, const double *v, double *hv)
{
    const lgd_objective *parent = ((const subset *)ctx)->parent;
    return parent->ops.smooth_product(parent->ctx, w, v, hv);
}

static lgd_status subset_scores(void *ctx, const lgd_rows *rows, const double *w, const double *d, double *Z, double *T)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.scores(m.parent->ctx, &m.rows, w, d, Z, T));
}

static lgd_status subset_along(void *ctx, const lgd_rows *rows, double alpha, const double *Z, const double *T,
                               double *f, double *slope)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.along(m.parent->ctx, &m.rows, alpha, Z, T, f, slope));
}

static lgd_status subset_jacobian(void *ctx, const lgd_rows *rows, const double *w, double *r, double *J, size_t ld)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.jacobian(m.parent->ctx, &m.rows, w, r, J, ld));
}

static lgd_status subset_bend(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *g)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.bend(m.parent->ctx, &m.rows, w, v, g));
}

static lgd_status subset_design(void *ctx, const lgd_rows *rows, double *S, size_t lds, double *R)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.design(m.parent->ctx, &m.rows, S, lds, R));
}

static lgd_status subset_rows(void *ctx, const lgd_rows *rows, double *S, size_t lds, double *R, double *omega)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->rows(m.parent->ctx, &m.rows, S, lds, R, omega));
}

static size_t subset_residuals(void *ctx)
{
    return ((const subset *)ctx)->parent->residuals;
}

static void subset_linear(void *ctx, size_t *slopes, double *l2)
{
    const lgd_objective *parent = ((const subset *)ctx)->parent;
    *slopes = parent->slopes;
    *l2 = parent->l2;
}

static lgd_status subset_smooth(void *ctx, const double *w, double *f, double *g)
{
    const lgd_objective *parent = ((const subset *)ctx)->parent;
    return parent->ops.smooth(parent->ctx, w, f, g);
}

static lgd_status subset_curvature(void *ctx, const lgd_rows *rows, double *all, double *term)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    return status ? status : unmap(&m, m.parent->ops.curvature(m.parent->ctx, &m.rows, all, term));
}

static size_t subset_support(void *ctx, const lgd_rows *rows, bool *seen, size_t *index, size_t room)
{
    mapped m;
    const lgd_status status = map(ctx, rows, &m);
    const size_t count = status ? SIZE_MAX : m.parent->ops.support(m.parent->ctx, &m.rows, seen, index, room);
    if (!status)
        unmap(&m, status);
    return count;
}

static double subset_weight(void *ctx, const lgd_rows *rows)
{
    const subset *s = ctx;
    double sum = 0;
    for (size_t i = rows->first; i < rows->first + rows->count; i++) {
        lgd_rows one = {parent_term(s, rows->index ? rows->index[i] : i), 1, NULL};
        sum += s->parent->ops.weight(s->parent->ctx, &one);
    }
    return sum;
}

/* That of the parent holds for any of its terms, in units of all their weights. */
static double subset_attained(void *ctx)
{
    const subset *s = ctx;
    const lgd_objective *parent = s->parent;
    const lgd_rows all = {0, s->rows.count, NULL};
    const double weight = parent->ops.weight ? subset_weight(ctx, &all) : (double)all.count;
    return parent->ops.attained(parent->ctx) * ((double)parent->terms * parent->mean_weight / weight);
}

static int subset_describe(void *ctx, char *text, size_t size)
{
    const subset *s = ctx;
    lgd_words t = {text, size, 0};
    size_t rest;
    lgd_say(&t, "%zu of the terms of ", s->rows.count);
    char *at = lgd_words_rest(&t, &rest);
    return (int)(t.length + lgd_objective_describe(s->parent, at, rest));
}

static size_t subset_parts(void *ctx, size_t *first)
{
    const lgd_objective *parent = ((const subset *)ctx)->parent;
    return parent->ops.parts(parent->ctx, first);
}

static void subset_unpenalised(void *ctx, size_t *first, size_t *count)
{
    const lgd_objective *parent = ((const subset *)ctx)->parent;
    *first = parent->spare_first;
    *count = parent->spare_count;
}

static void subset_noise(void *ctx, uint64_t t)
{
    lgd_objective_noise(((const subset *)ctx)->parent, t);
}

static size_t subset_panel(void *ctx)
{
    return ((const subset *)ctx)->parent->panel;
}

static const char *subset_cost(void *ctx, double *bytes, double *flops)
{
    const lgd_objective *parent = ((const subset *)ctx)->parent;
    return parent->ops.cost(parent->ctx, bytes, flops);
}

static void subset_free(void *ctx)
{
    subset *s = ctx;
    lgd_pool_free(s->pool);
    lgd_release(s);
}

const lgd_objective *lgd_objective_whole(const lgd_objective *f)
{
    while (f->ops.eval == subset_eval)
        f = ((const subset *)f->ctx)->parent;
    return f;
}

size_t lgd_objective_whole_term(const lgd_objective *f, size_t term)
{
    for (; f->ops.eval == subset_eval; f = ((const subset *)f->ctx)->parent)
        term = parent_term(f->ctx, term);
    return term;
}

lgd_status lgd_objective_subset(lgd_objective **out, lgd_objective *f, const lgd_rows *rows)
{
    if (out)
        *out = NULL;
    if (!out || !f)
        return lgd_fail(LGD_EINVAL, "subset: %s is NULL, %s is accepted", out ? "f" : "out",
                        out ? "an objective" : "a place for the objective");
    lgd_rows all = {0, f->terms, NULL};
    if (!rows)
        rows = &all;
    lgd_status status = lgd_rows_check("subset", rows, f->terms);
    if (status)
        return status;
    subset *s = lgd_alloc("subset", 1, sizeof *s);
    if (!s)
        return LGD_ENOMEM;
    *s = (subset){.parent = f, .rows = *rows};
    status = lgd_pool_create(&s->pool, "subset");
    lgd_objective_ops ops = {.name = f->ops.name,
                             .flags = f->ops.flags,
                             .eval = subset_eval,
                             .smooth = f->ops.smooth ? subset_smooth : NULL,
                             .free = subset_free,
                             .weight = f->ops.weight ? subset_weight : NULL,
                             .unpenalised = subset_unpenalised,
                             .linear = f->ops.linear ? subset_linear : NULL,
                             .difference = f->ops.difference ? subset_difference : NULL,
                             .fenchel = f->ops.fenchel ? subset_fenchel : NULL,
                             .product = f->ops.product ? subset_product : NULL,
                             .hessian = f->ops.hessian ? subset_hessian : NULL,
                             .smooth_product = f->ops.smooth_product ? subset_smooth_product : NULL,
                             .diagonal = f->ops.diagonal ? subset_diagonal : NULL,
                             .product_of = f->ops.product_of ? subset_product_of : NULL,
                             .scores = f->ops.scores ? subset_scores : NULL,
                             .along = f->ops.along ? subset_along : NULL,
                             .jacobian = f->ops.jacobian ? subset_jacobian : NULL,
                             .residuals = f->ops.jacobian ? subset_residuals : NULL,
                             .bend = f->ops.bend ? subset_bend : NULL,
                             .parts = f->ops.parts ? subset_parts : NULL,
                             .cost = f->ops.cost ? subset_cost : NULL,
                             .support = f->ops.support ? subset_support : NULL,
                             .design = f->ops.design ? subset_design : NULL,
                             .descend = f->ops.descend ? subset_descend : NULL,
                             .curvature = f->ops.curvature ? subset_curvature : NULL,
                             .noise = f->ops.noise ? subset_noise : NULL,
                             .panel = f->panel ? subset_panel : NULL,
                             .describe = subset_describe,
                             .attained = f->ops.attained ? subset_attained : NULL};
    if (!status)
        status = lgd_objective_create(out, f->dim, rows->count, &ops, s);
    if (status) {
        subset_free(s);
        return status;
    }
    (*out)->factor = f->factor;
    (*out)->rows = f->rows ? subset_rows : NULL;
    return LGD_OK;
}
