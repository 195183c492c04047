/* A reduction as an objective of one term. With v = scale W and beta = b + mean^T W - target, for each output,
 *
 *     f        = 1/2 (v^T (C v - 2 c) + squares) + weight/2 beta^2 + l2/2 |W|^2
 *     df/dW    = scale (C v - c) + weight beta mean + l2 W
 *     df/db    = weight beta */
#include "quadratic.h"
#include "blas/blas.h"
#include "lanczos.h"
#include <math.h>
#include <string.h>

/* ---- value and gradient */

/* What is to be made of a point: value, gradient; or with `linear` H w alone, to g. */
typedef struct wanted {
    const double *w;
    bool linear;
    double *f, *g;
} wanted;

/* y = by x, or y += by x, where each number of `by` [n] is for k of x. */
LGD_WIDE static void scale(size_t n, size_t k, const double *restrict by, const double *restrict x, double *restrict y)
{
    if (k == 1)
#pragma omp simd
        for (size_t j = 0; j < n; j++)
            y[j] = by[j] * x[j];
    for (size_t j = 0; j < n && k > 1; j++)
        for (size_t c = 0; c < k; c++)
            y[j * k + c] = by[j] * x[j * k + c];
}

LGD_WIDE static void add_scaled(size_t n, size_t k, const double *restrict by, const double *restrict x,
                                double *restrict y)
{
    if (k == 1)
#pragma omp simd
        for (size_t j = 0; j < n; j++)
            y[j] += by[j] * x[j];
    for (size_t j = 0; j < n && k > 1; j++)
        for (size_t c = 0; c < k; c++)
            y[j * k + c] += by[j] * x[j * k + c];
}

LGD_WIDE static void subtract(size_t n, const double *restrict x, double *restrict y)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        y[j] -= x[j];
}

/* g += scale (C v - c), and the value of it. Squares of residuals about the means add up to no less than 0, and rounding does not make
 * it less; a matrix of the caller's may. */
static void add_columns(const lgd_reduction *r, const wanted *to, const double *V, double *U)
{
    const size_t n = r->cols, k = r->outputs;
    double value = 0;
    if (!to->linear)
        subtract(n * k, r->c, U);
    if (to->f) {
        for (size_t c = 0; c < k; c++)
            value += r->squares[c];
        value += lgd_dot(n * k, V, U) - lgd_dot(n * k, V, r->c);
        *to->f += 0.5 * (r->terms ? fmax(value, 0) : value);
    }
    if (to->g)
        add_scaled(n, k, r->scale, U, to->g);
}

static void add_l2(const lgd_reduction *r, const wanted *to)
{
    const size_t n = r->cols, k = r->outputs;
    double squares = 0;
    for (size_t j = 0; j < n; j++)
        for (size_t at = j * k; at < (j + 1) * k && !lgd_reduction_spares(r, j); at++) {
            squares += to->w[at] * to->w[at];
            if (to->g)
                to->g[at] += r->l2 * to->w[at];
        }
    if (to->f)
        *to->f += 0.5 * r->l2 * squares;
}

/* The same of how far output c is from its mean. */
static void add_mean(const lgd_reduction *r, const wanted *to, size_t c)
{
    const size_t n = r->cols, k = r->outputs;
    const double target = to->linear ? 0 : r->target[c];
    const double beta = lgd_dot_exact(n, to->w + c, k, r->mean) + (to->w[n * k + c] - target);
    if (to->f)
        *to->f += 0.5 * r->weight * beta * beta;
    if (!to->g)
        return;
    for (size_t j = 0; j < n; j++)
        to->g[j * k + c] += r->weight * beta * r->mean[j];
    to->g[n * k + c] += r->weight * beta;
}

static size_t scratch_of(const lgd_reduction *r)
{
    return lgd_mul(lgd_mul(lgd_mul(r->cols, r->outputs), 2), sizeof(double));
}

static lgd_status add_all(const lgd_reduction *r, const wanted *to)
{
    const size_t n = r->cols, k = r->outputs, numbers = n * k;
    double *V = lgd_pool_take(r->pool, scratch_of(r));
    if (!V)
        return LGD_ENOMEM;
    double *U = V + numbers;
    scale(n, k, r->scale, to->w, V);
    lgd_blas_forward(n, n, k, r->C, r->ld, false, V, k, U, k);
    add_columns(r, to, V, U);
    for (size_t c = 0; c < k && r->intercept; c++)
        add_mean(r, to, c);
    if (r->l2 > 0)
        add_l2(r, to);
    lgd_pool_give(r->pool, V);
    return LGD_OK;
}

static lgd_status quadratic_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)rows; /* the one term there is */
    return add_all(ctx, &(wanted){.w = w, .f = f, .g = g});
}

static lgd_status quadratic_product(void *ctx, const lgd_rows *rows, const double *w, const double *v, double *hv)
{
    (void)rows, (void)w;
    return add_all(ctx, &(wanted){.w = v, .linear = true, .g = hv});
}

/* Without the detour by sums. */
static lgd_status quadratic_whole(void *ctx, const double *w, double *f, double *g)
{
    const lgd_reduction *r = ctx;
    *f = 0;
    if (g)
        memset(g, 0, (r->cols + r->intercept) * r->outputs * sizeof *g);
    return add_all(r, &(wanted){.w = w, .f = f, .g = g});
}

/* ---- second derivatives */

/* Element (i, j) of the Hessian for one output; the intercept is the last. */
static double element(const lgd_reduction *r, size_t i, size_t j)
{
    const size_t n = r->cols;
    if (i == n)
        return j == n ? r->weight : r->weight * r->mean[j];
    const double l2 = i == j && !lgd_reduction_spares(r, j) ? r->l2 : 0;
    return r->scale[i] * r->C[i * r->ld + j] * r->scale[j] + r->weight * r->mean[i] * r->mean[j] + l2;
}

static lgd_status quadratic_hessian(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *H,
                                    size_t ld)
{
    const lgd_reduction *r = ctx;
    const size_t n = r->cols + r->intercept, k = r->outputs;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            const double x = element(r, i, j);
            for (size_t c = 0; c < k; c++)
                H[(i * k + c) * ld + j * k + c] += x;
        }
    return quadratic_eval(ctx, rows, w, f, g);
}

/* A product for one output. */
static lgd_status curvature_product(void *ctx, const double *v, double *hv)
{
    lgd_reduction one = *(const lgd_reduction *)ctx;
    const size_t n = one.cols + one.intercept;
    one.spare_first /= one.outputs;
    one.spare_count /= one.outputs;
    one.outputs = 1;
    memset(hv, 0, n * sizeof *hv);
    const lgd_status status = add_all(&one, &(wanted){.w = v, .linear = true, .g = hv});
    return status || lgd_first_not_finite(n, hv) == n ? status : LGD_EDIVERGED;
}

static bool late(void *ctx)
{
    (void)ctx;
    return lgd_objective_late();
}

static lgd_status quadratic_curvature(void *ctx, const lgd_rows *rows, double *all, double *term)
{
    const lgd_reduction *r = ctx;
    lgd_lanczos l = {
        .object = "quadratic", .n = r->cols + r->intercept, .product = curvature_product, .late = late, .ctx = ctx};
    (void)rows;
    double *v = lgd_alloc("quadratic", l.n, sizeof *v);
    if (!v)
        return LGD_ENOMEM;
    lgd_blas_hold();
    const lgd_status status = lgd_lanczos_bound(&l, v, all);
    lgd_blas_release();
    lgd_release(v);
    *all = status == LGD_EDIVERGED ? INFINITY : fmax(*all, 0);
    *term = *all;
    return status == LGD_EDIVERGED ? LGD_OK : status;
}

/* ---- creation */

static void quadratic_unpenalised(void *ctx, size_t *first, size_t *count)
{
    const lgd_reduction *r = ctx;
    *first = r->spare_first;
    *count = r->spare_count;
}

/* The lower and the upper triangle of the matrix of columns, in one product. */
static const char *quadratic_cost(void *ctx, double *bytes, double *flops)
{
    const lgd_reduction *r = ctx;
    const double square = (double)r->cols * (double)r->cols;
    *bytes = sizeof(double) * square;
    *flops = 2 * square * (double)r->outputs;
    return r->outputs == 1 ? "gemv" : "gemm";
}

static void quadratic_free(void *ctx)
{
    lgd_reduction_free(ctx);
}

static const lgd_objective_ops quadratic_ops = {
    .name = "quadratic",
    .flags = LGD_CONCURRENT | LGD_QUADRATIC, /* the first holds BLAS too */
    .eval = quadratic_eval,
    .free = quadratic_free,
    .unpenalised = quadratic_unpenalised,
    .curvature = quadratic_curvature,
    .product = quadratic_product,
    .hessian = quadratic_hessian,
    .cost = quadratic_cost,
};

const lgd_reduction *lgd_quadratic_reduction(const lgd_objective *q)
{
    return q && q->ops.eval == quadratic_eval ? q->ctx : NULL;
}

/* In place of panels the pool gets what an evaluation needs, so that no step allocates it. */
static lgd_status prepare(lgd_reduction *r)
{
    lgd_pool_free(r->pool);
    r->pool = NULL;
    lgd_status status = lgd_pool_create(&r->pool, "quadratic");
    if (status)
        return status;
    double *V = lgd_pool_take(r->pool, scratch_of(r));
    lgd_pool_give(r->pool, V);
    return V ? LGD_OK : LGD_ENOMEM;
}

static lgd_status create(lgd_objective **out, lgd_reduction *r)
{
    lgd_status status = prepare(r);
    if (!status)
        status = lgd_objective_create(out, (r->cols + r->intercept) * r->outputs, 1, &quadratic_ops, r);
    if (status)
        lgd_reduction_free(r);
    else
        (*out)->whole = quadratic_whole;
    return status;
}

lgd_status lgd_quadratic_create(lgd_objective **out, lgd_objective *f)
{
    if (out)
        *out = NULL;
    if (!out || !f)
        return lgd_fail(LGD_EINVAL, "quadratic: %s is NULL, %s is accepted", out ? "f" : "out",
                        out ? "an objective" : "a place for the objective");
    lgd_reduction *r = NULL;
    const lgd_status status = lgd_reduction_create(&r, f, 0);
    return status ? status : create(out, r);
}

/* Q as C, -b as c, 2 c as squares. */
static lgd_status take(lgd_reduction *r, const double *Q, size_t ld, const double *b, double c)
{
    const size_t n = r->cols;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            const double x = Q[i * ld + j];
            if (!isfinite(x))
                return lgd_fail(LGD_EINVAL, "quadratic: Q[%zu][%zu] is %g, a finite number is accepted", i, j, x);
            r->C[i * r->ld + j] = r->C[j * r->ld + i] = x;
        }
    for (size_t j = 0; j < n && b; j++) {
        if (!isfinite(b[j]))
            return lgd_fail(LGD_EINVAL, "quadratic: b[%zu] is %g, a finite number is accepted", j, b[j]);
        r->c[j] = -b[j];
    }
    if (!isfinite(2 * c))
        return lgd_fail(LGD_EINVAL, "quadratic: c is %g, a number whose double is finite is accepted", c);
    r->squares[0] = 2 * c;
    return LGD_OK;
}

lgd_status lgd_quadratic_create_dense(lgd_objective **out, size_t dim, const double *Q, size_t ld, const double *b,
                                      double c)
{
    if (out)
        *out = NULL;
    if (!out || !Q)
        return lgd_fail(LGD_EINVAL, "quadratic: %s is NULL, %s is accepted", out ? "Q" : "out",
                        out ? "a matrix" : "a place for the objective");
    lgd_status status = lgd_check_size("quadratic", "dim", dim, false);
    if (!status && ld < dim)
        status = lgd_fail(LGD_EINVAL, "quadratic: ld is %zu, at least dim = %zu is accepted", ld, dim);
    if (!status)
        status = lgd_blas_fits("quadratic", "dim", lgd_padded(dim));
    if (status)
        return status;
    lgd_reduction *r = lgd_alloc("quadratic", 1, sizeof *r);
    if (!r)
        return LGD_ENOMEM;
    *r = (lgd_reduction){.cols = dim, .outputs = 1, .ld = lgd_padded(dim), .total = 1};
    status = lgd_reduction_allocate(r);
    if (!status)
        status = take(r, Q, ld, b, c);
    if (!status)
        return create(out, r);
    lgd_reduction_free(r);
    return status;
}

/* ---- refinement */

lgd_status lgd_quadratic_refine_sized(const lgd_objective *q, lgd_objective *f, double *w, size_t steps,
                                      lgd_refinement *report, size_t report_size)
{
    enum { STEPS = 2 };
    const lgd_reduction *r = lgd_quadratic_reduction(q);
    lgd_reduction_report found = {0};
    if (!q || !f || !w)
        return lgd_fail(LGD_EINVAL, "quadratic: %s is NULL, %s is accepted",
                        !q  ? "q"
                        : f ? "w"
                            : "f",
                        q && f ? "a point of dim numbers" : "an objective");
    if (!r || r->terms == 0)
        return lgd_fail(LGD_EINVAL, "quadratic: q is a %s, one of lgd_quadratic_create is accepted",
                        r ? "quadratic without rows" : q->ops.name);
    const size_t bad = lgd_first_not_finite(q->dim, w);
    if (bad < q->dim)
        return lgd_fail(LGD_EINVAL, "quadratic: w[%zu] is %g, a finite number is accepted", bad, w[bad]);
    const lgd_status status = lgd_reduction_refine(r, f, 0, steps ? steps : STEPS, w, &found);
    const lgd_refinement out = {found.digits, found.condition, found.limit, found.rank, found.passes};
    lgd_give_struct(report, report_size, &out, sizeof out);
    return status;
}
