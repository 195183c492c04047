/* What conjugate gradients need of a generalised linear model beside its gradient: the diagonal of the Hessian and the second derivatives
 * C_i of the losses from one pass at w, and products with the Hessian that take them as known:
 *
 *     d_jc = sum_i x_ij^2 C_icc                H v = sum_i x_i (C_i (x_i^T v))
 *
 * A product is then one forward and one adjoint, and no exponential. With an intercept a row ends in a 1. */
#include "glm.h"

/* d, unless NULL, and C, unless NULL, are what is wanted at w. */
typedef struct wanted {
    const lgd_glm *m;
    const double *w;
    double *d, *C;
    size_t at_once; /* rows for whose C_i there is room */
} wanted;

/* Dense rows that are at hand at a time: of long ones few. */
static size_t rows_at_hand(const lgd_glm *m)
{
    enum { ELEMENTS = 32768, LEAST = 16 };
    const size_t rows = ELEMENTS / m->X->cols, most = rows > LEAST ? rows : LEAST;
    return most < m->panel ? most : m->panel;
}

/* d += the squares of the rows times Z [rows x k]. */
static lgd_status add_squares(const lgd_glm *m, const lgd_rows *rows, const lgd_panel *p, const double *Z, double *room,
                              double *d)
{
    const size_t k = m->k, cols = m->X->cols, most = rows_at_hand(m);
    lgd_status status = LGD_OK;
    for (size_t i = 0; i < rows->count && m->o.intercept; i++)
        for (size_t c = 0; c < k; c++)
            d[cols * k + c] += Z[i * k + c];
    if (m->X->ops.squares)
        return lgd_matrix_call_squares(m->X, rows, k, Z, k, d, k);
    double *own = room + lgd_glm_rows_room(m);
    for (size_t first = 0; first < rows->count && !status; first += most, Z += most * k) {
        const size_t left = rows->count - first, count = left < most ? left : most;
        const double *X = p->copies ? p->X + first * cols : own;
        if (!p->copies)
            status = lgd_glm_rows(m, &(lgd_rows){rows->first + first, count, rows->index}, p, room, own);
        for (size_t i = 0; i < count && !status; i++)
            for (size_t j = 0; j < cols; j++)
                for (size_t c = 0; c < k; c++)
                    d[j * k + c] += Z[i * k + c] * (X[i * cols + j] * X[i * cols + j]);
    }
    return status;
}

static lgd_status diagonal_panel(void *ctx, const lgd_rows *rows, const lgd_panel *p, size_t done)
{
    const wanted *to = ctx;
    const lgd_glm *m = to->m;
    const size_t k = m->k;
    const lgd_status status = lgd_glm_forward(m, rows, p, to->w, true, p->Z);
    for (size_t first = 0; first < rows->count && !status; first += to->at_once) {
        const size_t left = rows->count - first, count = left < to->at_once ? left : to->at_once;
        double *Z = p->Z + first * k, *C = to->C ? to->C + (done + first) * k * k : p->more;
        m->loss->ops.hessian(m->loss->ctx, count, k, Z, k, p->y + first * m->t, p->weight ? p->weight + first : NULL,
                             C);
        for (size_t i = 0; i < count; i++)
            for (size_t c = 0; c < k; c++)
                Z[i * k + c] = C[(i * k + c) * k + c];
    }
    if (status || !to->d)
        return status;
    return add_squares(m, rows, p, p->Z, p->more + to->at_once * k * k, to->d);
}

lgd_status lgd_glm_diagonal(void *ctx, const lgd_rows *rows, const double *w, double *d, double *C)
{
    const lgd_glm *m = ctx;
    const wanted to = {m, w, d, C, lgd_glm_rows_at_once(m)};
    const size_t dense =
        d && !m->X->ops.squares ? lgd_add(lgd_glm_rows_room(m), lgd_mul(rows_at_hand(m), m->X->cols)) : 0;
    return lgd_glm_walk(m, rows, lgd_add(lgd_mul(to.at_once, lgd_mul(m->k, m->k)), dense), diagonal_panel,
                        (void *)(uintptr_t)&to);
}

/* A product with the second derivatives C of the rows in question; `sum` is of what comes to the intercept. */
typedef struct product {
    const lgd_glm *m;
    const double *C, *v;
    double *hv, sum;
} product;

/* With one output: Z becomes C Z. */
static lgd_status times(void *ctx, size_t count, const size_t *position, double *Z)
{
    product *to = ctx;
    const double b = to->m->o.intercept ? to->v[to->m->X->cols] : 0;
    for (size_t i = 0; i < count; i++) {
        Z[i] = to->C[position[i]] * (Z[i] + b);
        to->sum += Z[i];
    }
    return LGD_OK;
}

static lgd_status sweep(product *to, const lgd_rows *rows)
{
    to->sum = 0;
    const lgd_status status = lgd_matrix_call_fused(to->m->X, rows, to->v, times, to, to->hv);
    if (to->m->o.intercept)
        to->hv[to->m->X->cols] += to->sum;
    return status;
}

static lgd_status product_panel(void *ctx, const lgd_rows *rows, const lgd_panel *p, size_t done)
{
    product to = *(const product *)ctx;
    const size_t k = to.m->k;
    to.C += done * k * k;
    if (to.m->fused)
        return sweep(&to, rows);
    double *V = p->more;
    const lgd_status status = lgd_glm_forward(to.m, rows, p, to.v, false, V);
    for (size_t i = 0; i < rows->count && !status; i++)
        for (size_t c = 0; c < k; c++) {
            double sum = 0;
            for (size_t e = 0; e < k; e++)
                sum += to.C[(i * k + c) * k + e] * V[i * k + e];
            p->Z[i * k + c] = sum;
        }
    return status ? status : lgd_glm_adjoint(to.m, rows, p, p->Z, to.hv);
}

lgd_status lgd_glm_product_of(void *ctx, const lgd_rows *rows, const double *C, const double *v, double *hv)
{
    const lgd_glm *m = ctx;
    product to = {.m = m, .C = C, .v = v, .hv = hv};
    if (m->fused && !m->kept)
        return sweep(&to, rows);
    return lgd_glm_walk(m, rows, lgd_mul(m->panel, m->k), product_panel, &to);
}
