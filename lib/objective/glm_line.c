/* A generalised linear model along w + alpha d: its scores are Z + alpha T for the Z of w and the T of d, which one pass over X
 * gives; then a value and its derivative in alpha cost a loss for each row, and X is not looked at. */
#include "glm.h"

typedef struct both {
    const lgd_glm *m;
    const double *w, *d;
    double *Z, *T;
} both;

/* While a panel of X is in cache, both products. */
static lgd_status scores_panel(void *ctx, const lgd_rows *rows, const lgd_panel *p, size_t done)
{
    const both *to = ctx;
    const size_t first = done * to->m->k;
    const lgd_status status = lgd_glm_forward(to->m, rows, p, to->w, false, to->Z + first);
    return status ? status : lgd_glm_forward(to->m, rows, p, to->d, false, to->T + first);
}

lgd_status lgd_glm_scores(void *ctx, const lgd_rows *rows, const double *w, const double *d, double *Z, double *T)
{
    both to = {ctx, w, d, Z, T};
    return lgd_glm_walk(ctx, rows, 0, scores_panel, &to);
}

typedef struct line {
    const lgd_glm *m;
    double alpha;
    const double *Z, *T;
    double *f, *slope;
} line;

LGD_WIDE static void add_multiple(size_t count, const double *restrict Z, double alpha, const double *restrict T,
                                  double *restrict out)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        out[i] = Z[i] + alpha * T[i];
}

static lgd_status along_panel(void *ctx, const lgd_rows *rows, const lgd_panel *p, size_t done)
{
    const line *to = ctx;
    const lgd_glm *m = to->m;
    const size_t k = m->k, count = rows->count * k;
    const double *T = to->T + done * k;
    add_multiple(count, to->Z + done * k, to->alpha, T, p->Z);
    for (size_t i = 0; i < rows->count && m->o.offset; i++) {
        const size_t row = rows->index ? rows->index[rows->first + i] : rows->first + i;
        for (size_t c = 0; c < k; c++)
            p->Z[i * k + c] += m->o.offset[row * k + c];
    }
    *to->f += m->loss->ops.eval(m->loss->ctx, rows->count, k, p->Z, k, p->y, p->weight);
    *to->slope += lgd_dot(count, p->Z, T);
    return LGD_OK;
}

lgd_status lgd_glm_along(void *ctx, const lgd_rows *rows, double alpha, const double *Z, const double *T, double *f,
                         double *slope)
{
    line to = {ctx, alpha, Z, T, f, slope};
    return lgd_glm_walk_targets(ctx, rows, along_panel, &to);
}
