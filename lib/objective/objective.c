/* An objective: sums over rows, means, the smooth part. */
#include "objective.h"
#include "base/phases.h"
#include "blas/blas.h"
#include "matrix/matrix.h"
#include <math.h>
#include <string.h>

static lgd_status take_residuals(lgd_objective *f)
{
    const lgd_objective_ops *ops = &f->ops;
    if (ops->design && (!f->slopes || f->dim % f->slopes))
        return lgd_fail(LGD_EINVAL,
                        "%s: ops.design is there with %zu slopes and dim %zu, ops.linear with slopes that divide dim "
                        "is accepted beside it",
                        ops->name, f->slopes, f->dim);
    if (!ops->jacobian)
        f->residuals = ops->design ? f->slopes : 0;
    else if (!(f->residuals = ops->residuals ? ops->residuals(f->ctx) : 1))
        return lgd_fail(LGD_EINVAL, "%s: ops.residuals is 0, at least 1 is accepted", ops->name);
    return LGD_OK;
}

lgd_status lgd_objective_create_sized(lgd_objective **out, size_t dim, size_t terms, const lgd_objective_ops *ops,
                                      size_t ops_size, void *ctx)
{
    if (!out)
        return lgd_fail(LGD_EINVAL, "objective: out is NULL, a place for the objective is accepted");
    *out = NULL;
    lgd_objective_ops mine;
    lgd_status status = lgd_take_struct("objective ops", &mine, sizeof mine, ops, ops_size);
    if (!status && (!mine.name || !mine.eval))
        status = lgd_fail(LGD_EINVAL, "objective: ops.%s is NULL, an objective needs name and eval",
                          mine.name ? "eval" : "name");
    if (!status)
        status = lgd_check_size(mine.name, "dim", dim, false);
    if (!status)
        status = lgd_check_size(mine.name, "terms", terms, true);
    if (status)
        return status;
    lgd_objective *f = lgd_alloc(mine.name, 1, sizeof *f);
    if (!f)
        return LGD_ENOMEM;
    *f = (lgd_objective){.dim = dim, .terms = terms, .ops = mine, .ctx = ctx, .mean_weight = 1, .factor = 1};
    if (mine.panel)
        f->panel = mine.panel(ctx);
    if (mine.unpenalised)
        mine.unpenalised(ctx, &f->spare_first, &f->spare_count);
    if (f->spare_count && (f->spare_first >= dim || f->spare_count > dim - f->spare_first))
        status = lgd_fail(LGD_EINVAL, "%s: unpenalised range is %zu + %zu, below %zu is accepted", mine.name,
                          f->spare_first, f->spare_count, dim);
    if (!status && mine.linear) {
        mine.linear(ctx, &f->slopes, &f->l2);
        if (!f->slopes || !mine.difference)
            status = lgd_fail(LGD_EINVAL, "%s: ops.linear says %zu slopes, at least 1 with ops.difference is accepted",
                              mine.name, f->slopes);
        else if (!(f->l2 >= 0) || !isfinite(f->l2))
            status = lgd_fail(LGD_EINVAL, "%s: ops.linear says an l2 of %g, a finite number >= 0 is accepted",
                              mine.name, f->l2);
    }
    if (!status && mine.smooth && !f->slopes && (mine.product || mine.hessian) && !mine.smooth_product)
        status = lgd_fail(LGD_EINVAL,
                          "%s: ops.smooth is there and ops.smooth_product is NULL, with ops.%s it or ops.linear is "
                          "accepted beside it",
                          mine.name, mine.product ? "product" : "hessian");
    if (!status && mine.scores && (!f->slopes || !mine.along))
        status = lgd_fail(LGD_EINVAL, "%s: ops.%s is NULL, a function is accepted beside ops.scores", mine.name,
                          f->slopes ? "along" : "linear");
    if (!status && mine.product_of && (!f->slopes || !mine.diagonal))
        status = lgd_fail(LGD_EINVAL, "%s: ops.%s is NULL, a function is accepted beside ops.product_of", mine.name,
                          f->slopes ? "diagonal" : "linear");
    if (!status)
        status = take_residuals(f);
    if (!status && mine.weight && terms) {
        f->mean_weight = mine.weight(ctx, &(lgd_rows){0, terms, NULL}) / (double)terms;
        if (!(f->mean_weight > 0) || !isfinite(f->mean_weight))
            status =
                lgd_fail(LGD_EINVAL, "%s: mean weight is %g, a positive number is accepted", mine.name, f->mean_weight);
    }
    if (status) {
        lgd_release(f);
        return status;
    }
    *out = f;
    return LGD_OK;
}

lgd_status lgd_objective_twin(lgd_objective **out, const lgd_objective *f)
{
    lgd_objective *twin = *out = lgd_alloc(f->ops.name, 1, sizeof *twin);
    if (!twin)
        return LGD_ENOMEM;
    *twin = *f;
    twin->ops.free = NULL; /* ctx is the other's */
    twin->partial = twin->hessians = twin->columns = twin->stacks = NULL;
    twin->partials = twin->hessian_groups = twin->stack_numbers = 0;
    twin->scratch = NULL;
    return LGD_OK;
}

size_t lgd_objective_dim(const lgd_objective *f)
{
    return f ? f->dim : 0;
}

size_t lgd_objective_terms(const lgd_objective *f)
{
    return f ? f->terms : 0;
}

void lgd_objective_unpenalised(const lgd_objective *f, size_t *first, size_t *count)
{
    if (first)
        *first = f ? f->spare_first : 0;
    if (count)
        *count = f ? f->spare_count : 0;
}

void lgd_objective_free(lgd_objective *f)
{
    if (!f)
        return;
    if (f->ops.free)
        f->ops.free(f->ctx);
    lgd_release(f->partial);
    lgd_release(f->hessians);
    lgd_release(f->columns);
    lgd_release(f->stacks);
    lgd_pool_free(f->scratch);
    lgd_release(f);
}

static _Thread_local lgd_allowance allowed = {0, INFINITY};

lgd_allowance lgd_objective_allow(lgd_allowance now)
{
    const lgd_allowance before = allowed;
    allowed = now;
    return before;
}

bool lgd_objective_late(void)
{
    return lgd_seconds() >= allowed.until;
}

size_t lgd_objective_begin(const lgd_objective *f, size_t threads)
{
    if (!(f->ops.flags & LGD_CONCURRENT))
        return 1;
    lgd_blas_hold();
    return lgd_blas_concurrency(lgd_thread_count(threads ? threads : allowed.threads));
}

void lgd_objective_end(const lgd_objective *f)
{
    if (f->ops.flags & LGD_CONCURRENT)
        lgd_blas_release();
}

/* ---- sums */

/* A sum of `eval`, with R of `difference`, with U of `fenchel`. */
typedef struct wanted {
    const lgd_objective *f;
    const double *w;
    double *R;
    const double *U;
} wanted;

static lgd_status eval_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *g)
{
    const wanted *to = ctx;
    const lgd_objective *f = to->f;
    const size_t slopes = done * f->slopes;
    const unsigned errors = lgd_error_count();
    const int code = (int)(to->U   ? f->ops.fenchel(f->ctx, rows, to->w, to->U + slopes, value)
                           : to->R ? f->ops.difference(f->ctx, rows, to->w, value, g, to->R + slopes)
                                   : f->ops.eval(f->ctx, rows, to->w, value, g));
    return code ? lgd_failed_in(f->ops.name, to->U ? "fenchel" : to->R ? "difference" : "eval", code, errors) : LGD_OK;
}

lgd_status lgd_objective_sum(lgd_objective *f, const lgd_rows *rows, size_t threads, const double *w, double *value,
                             double *g, double *R)
{
    wanted to = {f, w, R, NULL};
    double sum[2];
    if (f->whole && rows->count == f->terms)
        return f->whole(f->ctx, w, value, g);
    const lgd_status status = lgd_objective_parts(f, rows, threads, eval_part, &to, sum, g);
    *value = sum[0];
    return status;
}

lgd_status lgd_objective_fenchel(lgd_objective *f, size_t threads, const double *w, const double *R, double *value)
{
    const lgd_rows all = {0, f->terms, NULL};
    wanted to = {f, w, NULL, R};
    double sum[2];
    const lgd_status status = lgd_objective_parts(f, &all, threads, eval_part, &to, sum, NULL);
    *value = sum[0];
    return status;
}

LGD_WIDEST static void divide(size_t n, double by, double *g)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        g[j] /= by;
}

LGD_WIDEST static void multiply(size_t n, double by, double *g)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        g[j] *= by;
}

static void divide_both(const lgd_objective *f, size_t divide_by, double *value, size_t n, double *g)
{
    const double total = (double)divide_by * f->mean_weight;
    int exponent;
    *value /= total;
    if (g && total != 1 && frexp(total, &exponent) == 0.5) /* a power of 2: the same bits, in a fraction of the time */
        multiply(n, 1 / total, g);
    else if (g && total != 1)
        divide(n, total, g);
}

void lgd_objective_divide(const lgd_objective *f, size_t divide_by, double *value, double *g)
{
    divide_both(f, divide_by, value, f->dim, g);
}

lgd_status lgd_objective_smooth(const lgd_objective *f, const double *w, double *value, double *g)
{
    if (!f->ops.smooth)
        return LGD_OK;
    unsigned errors = lgd_error_count();
    int code = (int)f->ops.smooth(f->ctx, w, value, g);
    return code ? lgd_failed_in(f->ops.name, "smooth", code, errors) : LGD_OK;
}

lgd_status lgd_objective_mean(lgd_objective *f, const lgd_rows *rows, size_t divide_by, size_t threads, const double *w,
                              double *value, double *g)
{
    double sum = 0;
    lgd_status status;
    if (f->mean && g && lgd_objective_chunk_rows(f, rows->count) >= rows->count) {
        status = f->mean(f->ctx, rows, w, (double)divide_by * f->mean_weight, false, &sum, g);
    } else {
        status = lgd_objective_sum(f, rows, threads, w, &sum, g, NULL);
        lgd_objective_divide(f, divide_by, &sum, g);
    }
    if (!status)
        status = lgd_objective_smooth(f, w, &sum, g);
    if (!status && value)
        *value = sum;
    return status;
}

lgd_status lgd_objective_mean_on(lgd_objective *f, const lgd_rows *rows, size_t divide_by, size_t threads,
                                 const double *w, size_t count, const size_t *index, double *value, double *g,
                                 double *part)
{
    const bool one_chunk = lgd_objective_chunk_rows(f, rows->count) >= rows->count && !f->whole;
    wanted to = {f, w, NULL, NULL};
    double sum[2] = {0};
    lgd_status status;
    if (one_chunk && f->mean)
        status = f->mean(f->ctx, rows, w, (double)divide_by * f->mean_weight, true, sum, g);
    else if (one_chunk)
        status = eval_part(&to, rows, 0, sum, g);
    else
        status = lgd_objective_sum(f, rows, threads, w, sum, g, NULL);
    if (status) {
        memset(g, 0, f->dim * sizeof *g);
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        part[i] = g[index[i]];
        g[index[i]] = 0;
    }
    if (!one_chunk || !f->mean)
        divide_both(f, divide_by, sum, count, part);
    *value = sum[0];
    return LGD_OK;
}

lgd_status lgd_objective_eval(lgd_objective *f, const lgd_rows *rows, const double *w, double *value, double *g)
{
    if (!f || !w)
        return lgd_fail(LGD_EINVAL, "objective: %s is NULL, %s is accepted", f ? "w" : "f",
                        f ? "a point of dim numbers" : "an objective");
    lgd_rows all = {0, f->terms, NULL};
    if (!rows)
        rows = &all;
    if (rows->count == 0)
        return lgd_fail(LGD_EINVAL, "%s: number of rows is 0, at least 1 is accepted", f->ops.name);
    lgd_status status = lgd_rows_check(f->ops.name, rows, f->terms);
    if (status)
        return status;
    size_t threads = lgd_objective_begin(f, 0);
    status = lgd_objective_mean(f, rows, rows->count, threads, w, value, g);
    lgd_objective_end(f);
    return status;
}
