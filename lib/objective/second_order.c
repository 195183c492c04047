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
            if (!lgd_is_spared(f, j))
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

/* C of all terms that are not those before. */
typedef struct curves {
    const lgd_objective *f;
    const double *w, *v;
    double *C;
    const double *known;
} curves;

bool lgd_objective_has_diagonal(const lgd_objective *f)
{
    return f->ops.diagonal && (f->slopes || !f->ops.smooth);
}

static lgd_status diagonal_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *d)
{
    const curves *to = ctx;
    const lgd_objective *f = to->f;
    double *C = to->C ? to->C + done * f->slopes * f->slopes : NULL;
    const unsigned errors = lgd_error_count();
    (void)value;
    return failed(f, "diagonal", (int)f->ops.diagonal(f->ctx, rows, to->w, d, C), errors);
}

lgd_status lgd_objective_diagonal(lgd_objective *f, size_t threads, const double *w, double *d, double *C)
{
    const lgd_rows all = {0, f->terms, NULL};
    curves to = {.f = f, .w = w, .C = C};
    double value[2];
    const lgd_status status = lgd_objective_parts(f, &all, threads, diagonal_part, &to, value, d);
    if (status || !d)
        return status;
    lgd_objective_divide(f, f->terms, value, d);
    for (size_t j = 0; f->slopes && f->l2 > 0 && j < f->dim; j++)
        d[j] += lgd_is_spared(f, j) ? 0 : f->l2;
    return LGD_OK;
}

static lgd_status product_of_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *hv)
{
    const curves *to = ctx;
    const lgd_objective *f = to->f;
    const unsigned errors = lgd_error_count();
    const double *C = to->known + done * f->slopes * f->slopes;
    (void)value;
    return failed(f, "product_of", (int)f->ops.product_of(f->ctx, rows, C, to->v, hv), errors);
}

lgd_status lgd_objective_product_of(lgd_objective *f, size_t threads, const double *C, const double *v, double *hv)
{
    const lgd_rows all = {0, f->terms, NULL};
    curves to = {.f = f, .v = v, .known = C};
    double value[2];
    const lgd_status status = lgd_objective_parts(f, &all, threads, product_of_part, &to, value, hv);
    if (status)
        return status;
    lgd_objective_divide(f, f->terms, value, hv);
    return add_smooth_product(f, NULL, v, hv);
}

bool lgd_objective_has_hessian(const lgd_objective *f)
{
    return f->ops.hessian && knows_smooth(f);
}

/* The Hessian of each group of chunks; the first one's is the result. */
typedef struct matrices {
    const lgd_objective *f;
    const double *w;
    size_t count, groups; /* rows, and groups of chunks */
    double *H;
    size_t ld;
} matrices;

/* As many groups as have room in 128 MB: by shape alone. */
static size_t groups_of(const lgd_objective *f)
{
    enum { NUMBERS = 1 << 24 };
    const size_t chunks = lgd_objective_chunks(f, f->terms), most = NUMBERS / f->dim / f->dim;
    return most < 1 ? 1 : most < chunks ? most : chunks;
}

static double *matrix_of(const matrices *to, size_t group, size_t *ld)
{
    *ld = group ? lgd_padded(to->f->dim) : to->ld;
    return group ? to->f->hessians + (group - 1) * to->f->dim * *ld : to->H;
}

static lgd_status hessian_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *g)
{
    const matrices *to = ctx;
    const lgd_objective *f = to->f;
    const unsigned errors = lgd_error_count();
    size_t ld;
    double *H = matrix_of(to, lgd_objective_group_of(f, to->count, to->groups, done), &ld);
    return failed(f, "hessian", (int)f->ops.hessian(f->ctx, rows, to->w, value, g, H, ld), errors);
}

static lgd_status reserve(lgd_objective *f, size_t groups)
{
    if (groups <= f->hessian_groups || groups == 1)
        return LGD_OK;
    double *hessians =
        lgd_alloc(f->ops.name, lgd_mul(groups - 1, lgd_mul(f->dim, lgd_padded(f->dim))), sizeof *hessians);
    if (!hessians)
        return LGD_ENOMEM;
    lgd_release(f->hessians);
    f->hessians = hessians;
    f->hessian_groups = groups;
    return LGD_OK;
}

static void clear(size_t n, double *H, size_t ld)
{
    for (size_t i = 0; i < n; i++)
        memset(H + i * ld, 0, (i + 1) * sizeof *H);
}

static void add(size_t n, const double *from, size_t ld_from, double *to, size_t ld_to)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            to[i * ld_to + j] += from[i * ld_from + j];
}

/* Column by column. */
lgd_status lgd_objective_smooth_hessian(lgd_objective *f, const double *w, double *H, size_t ld)
{
    if (f->slopes || !f->ops.smooth) {
        for (size_t i = 0; i < f->dim; i++)
            H[i * ld + i] += lgd_is_spared(f, i) ? 0 : f->l2;
        return LGD_OK;
    }
    if (!f->columns)
        f->columns = lgd_alloc(f->ops.name, lgd_mul(f->dim, 2), sizeof *f->columns);
    if (!f->columns)
        return LGD_ENOMEM;
    double *unit = f->columns, *column = unit + f->dim;
    lgd_status status = LGD_OK;
    for (size_t j = 0; j < f->dim && !status; j++) {
        memset(column, 0, f->dim * sizeof *column);
        unit[j] = 1;
        status = add_smooth_product(f, w, unit, column);
        unit[j] = 0;
        for (size_t i = j; i < f->dim && !status; i++)
            H[i * ld + j] += column[i];
    }
    return status;
}

lgd_status lgd_objective_hessian(lgd_objective *f, size_t threads, const double *w, double *value, double *g, double *H,
                                 size_t ld)
{
    const lgd_rows all = {0, f->terms, NULL};
    const double total = (double)f->terms * f->mean_weight;
    const size_t n = f->dim;
    matrices to = {f, w, f->terms, groups_of(f), H, ld};
    double sum[2];
    lgd_status status = reserve(f, to.groups);
    for (size_t group = 0; group < to.groups && !status; group++) {
        size_t own;
        double *matrix = matrix_of(&to, group, &own);
        clear(n, matrix, own);
    }
    if (!status)
        status = lgd_objective_groups(f, &all, threads, to.groups, hessian_part, &to, sum, g);
    if (status)
        return status;
    for (size_t apart = 1; apart < to.groups; apart *= 2)
        for (size_t i = 0; i + apart < to.groups; i += 2 * apart) {
            size_t ld_from, ld_to;
            const double *from = matrix_of(&to, i + apart, &ld_from);
            double *into = matrix_of(&to, i, &ld_to);
            add(n, from, ld_from, into, ld_to);
        }
    *value = sum[0];
    lgd_objective_divide(f, f->terms, value, g);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            H[i * ld + j] /= total;
    status = lgd_objective_smooth_hessian(f, w, H, ld);
    return status ? status : lgd_objective_smooth(f, w, value, g);
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
        if (!lgd_is_spared(f, j)) {
            const double x = w[j] + alpha * d[j];
            squares += x * x;
            along += x * d[j];
        }
    *value = sum[0] / total + 0.5 * f->l2 * squares;
    *slope = sum[1] / total + f->l2 * along;
    return LGD_OK;
}
