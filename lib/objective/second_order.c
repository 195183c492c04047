/* Second derivatives over all rows, and values along a line: sums of what the objective's ops give, as objective.c makes them of
 * values and gradients. */
#include "objective.h"
#include <math.h>
#include <string.h>

/* What the parts of a sum are handed. */
typedef struct wanted {
    const lgd_objective *f;
    const double *w, *v; /* product: v; scores: the direction */
    double *Z, *T;
} wanted;

static lgd_status failed(const lgd_objective *f, const char *what, int code, unsigned errors)
{
    return code ? lgd_failed_in(f->ops.name, what, code, errors) : LGD_OK;
}

/* ---- the Hessian */

static lgd_status add_smooth_product(const lgd_objective *f, const double *w, const double *v, double *hv)
{
    if (f->slopes) {
        for (size_t j = 0; f->l2 > 0 && j < f->dim; j++)
            if (!(j >= f->spare_first && j - f->spare_first < f->spare_count))
                hv[j] += f->l2 * v[j];
        return LGD_OK;
    }
    if (!f->ops.smooth)
        return LGD_OK;
    const unsigned errors = lgd_error_count();
    const int code = (int)f->ops.smooth_product(f->ctx, w, v, hv);
    return failed(f, "smooth_product", code, errors);
}

/* The smooth part's Hessian is known: none, that of l2, or by products. */
static bool knows_smooth(const lgd_objective *f)
{
    return f->slopes || !f->ops.smooth || f->ops.smooth_product;
}

bool lgd_objective_has_product(const lgd_objective *f)
{
    return f->ops.product && knows_smooth(f);
}

static lgd_status product_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *hv)
{
    const wanted *to = ctx;
    const unsigned errors = lgd_error_count();
    (void)done, (void)value;
    return failed(to->f, "product", (int)to->f->ops.product(to->f->ctx, rows, to->w, to->v, hv), errors);
}

lgd_status lgd_objective_product(lgd_objective *f, size_t threads, const double *w, const double *v, double *hv)
{
    const lgd_rows all = {0, f->terms, NULL};
    wanted to = {.f = f, .w = w, .v = v};
    double value[2];
    const lgd_status status = lgd_objective_parts(f, &all, threads, product_part, &to, value, hv);
    if (status)
        return status;
    lgd_objective_divide(f, f->terms, value, hv);
    return add_smooth_product(f, w, v, hv);
}

bool lgd_objective_has_hessian(const lgd_objective *f)
{
    return f->ops.hessian && (f->slopes || !f->ops.smooth);
}

lgd_status lgd_objective_hessian(lgd_objective *f, size_t threads, const double *w, double *value, double *g, double *H,
                                 size_t ld)
{
    const lgd_rows all = {0, f->terms, NULL};
    const double total = (double)f->terms * f->mean_weight;
    const unsigned errors = lgd_error_count();
    (void)threads;
    *value = 0;
    memset(g, 0, f->dim * sizeof *g);
    for (size_t i = 0; i < f->dim; i++)
        memset(H + i * ld, 0, f->dim * sizeof *H);
    const int code = (int)f->ops.hessian(f->ctx, &all, w, value, g, H, ld);
    if (code)
        return lgd_failed_in(f->ops.name, "hessian", code, errors);
    lgd_objective_divide(f, f->terms, value, g);
    for (size_t i = 0; i < f->dim; i++) {
        const bool spared = i >= f->spare_first && i - f->spare_first < f->spare_count;
        for (size_t j = 0; j <= i; j++)
            H[i * ld + j] /= total;
        H[i * ld + i] += spared ? 0 : f->l2;
    }
    return lgd_objective_smooth(f, w, value, g);
}

/* ---- along a line */

static lgd_status scores_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *vector)
{
    const wanted *to = ctx;
    const size_t first = done * to->f->slopes;
    const unsigned errors = lgd_error_count();
    (void)value, (void)vector;
    return failed(to->f, "scores", (int)to->f->ops.scores(to->f->ctx, rows, to->w, to->v, to->Z + first, to->T + first),
                  errors);
}

lgd_status lgd_objective_scores(lgd_objective *f, size_t threads, const double *w, const double *d, double *Z,
                                double *T)
{
    const lgd_rows all = {0, f->terms, NULL};
    wanted to = {.f = f, .w = w, .v = d, .Z = Z, .T = T};
    double value[2];
    return lgd_objective_parts(f, &all, threads, scores_part, &to, value, NULL);
}

typedef struct line {
    const lgd_objective *f;
    double alpha;
    const double *Z, *T;
} line;

static lgd_status along_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *vector)
{
    const line *to = ctx;
    const size_t first = done * to->f->slopes;
    const unsigned errors = lgd_error_count();
    (void)vector;
    return failed(
        to->f, "along",
        (int)to->f->ops.along(to->f->ctx, rows, to->alpha, to->Z + first, to->T + first, &value[0], &value[1]), errors);
}

lgd_status lgd_objective_along(lgd_objective *f, size_t threads, const double *w, const double *d, double alpha,
                               const double *Z, const double *T, double *value, double *slope)
{
    const lgd_rows all = {0, f->terms, NULL};
    const double total = (double)f->terms * f->mean_weight;
    line to = {f, alpha, Z, T};
    double sum[2], squares = 0, along = 0;
    const lgd_status status = lgd_objective_parts(f, &all, threads, along_part, &to, sum, NULL);
    if (status)
        return status;
    for (size_t j = 0; f->l2 > 0 && j < f->dim; j++)
        if (!(j >= f->spare_first && j - f->spare_first < f->spare_count)) {
            const double x = w[j] + alpha * d[j];
            squares += x * x;
            along += x * d[j];
        }
    *value = sum[0] / total + 0.5 * f->l2 * squares;
    *slope = sum[1] / total + f->l2 * along;
    return LGD_OK;
}
