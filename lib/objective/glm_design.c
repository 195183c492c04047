/* Rows of a generalised linear model with a squared loss as those of least squares: S_i = sqrt(omega_i c) [x_i 1] and
 * R_i = sqrt(omega_i c) (offset_i - y_i) for a loss of curvature c; or without the root, and omega_i apart. */
#include "glm.h"
#include <math.h>
#include <string.h>

typedef struct designed {
    const lgd_glm *m;
    double *S, *R, *omega, *turned; /* omega: weights are asked for apart */
    size_t lds;
    double curvature;
} designed;

/* Rows to S [rows x cols, lds], which is wider: gathered closely, then moved apart. */
static lgd_status take_rows(const designed *to, const lgd_rows *rows, const lgd_panel *p, double *S)
{
    const size_t cols = to->m->X->cols;
    const lgd_status status = lgd_glm_rows(to->m, rows, p, to->turned, S);
    for (size_t i = rows->count; i-- > 0 && !status && to->lds > cols;)
        memmove(S + i * to->lds, S + i * cols, cols * sizeof *S);
    return status;
}

static lgd_status design_panel(void *ctx, const lgd_rows *rows, const lgd_panel *p, size_t done)
{
    designed *to = ctx;
    const lgd_glm *m = to->m;
    const size_t cols = m->X->cols, n = cols + m->o.intercept, k = m->k;
    double *S = to->S + done * to->lds;
    to->turned = p->more;
    const lgd_status status = take_rows(to, rows, p, S);
    for (size_t i = 0; i < rows->count && !status; i++) {
        const size_t row = rows->index ? rows->index[rows->first + i] : rows->first + i;
        const double omega = p->weight ? p->weight[i] : 1, root = to->omega ? 1 : sqrt(to->curvature * omega);
        double *s = S + i * to->lds;
        if (to->omega)
            to->omega[done + i] = omega;
        if (m->o.intercept)
            s[cols] = 1;
        for (size_t j = 0; root != 1 && j < n; j++)
            s[j] *= root;
        for (size_t c = 0; c < k; c++)
            to->R[(done + i) * k + c] = root * ((m->o.offset ? m->o.offset[row * k + c] : 0) - p->y[i * k + c]);
    }
    return status;
}

static lgd_status walk(const lgd_glm *m, const lgd_rows *rows, double *S, size_t lds, double *R, double *omega)
{
    designed to = {.m = m, .S = S, .R = R, .omega = omega, .lds = lds};
    to.curvature = m->loss->ops.curvature(m->loss->ctx, m->k);
    return lgd_glm_walk(m, rows, lgd_glm_rows_room(m), design_panel, &to);
}

lgd_status lgd_glm_design(void *ctx, const lgd_rows *rows, double *S, size_t lds, double *R)
{
    return walk(ctx, rows, S, lds, R, NULL);
}

lgd_status lgd_glm_design_apart(void *ctx, const lgd_rows *rows, double *S, size_t lds, double *R, double *omega)
{
    return walk(ctx, rows, S, lds, R, omega);
}
