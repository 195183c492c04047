/* A plain function of w as an objective of one term, with its own gradient or by central differences. */
#include "objective.h"
#include <float.h>
#include <math.h>
#include <string.h>

typedef struct function {
    lgd_function fn;
    void *ctx;
    size_t dim;
    lgd_pool *pool;
} function;

static lgd_status call(const function *fn, const double *w, double *f, double *g)
{
    unsigned errors = lgd_error_count();
    int code = (int)fn->fn(fn->ctx, fn->dim, w, f, g);
    return code ? lgd_failed_in("function", "fn", code, errors) : LGD_OK;
}

/* There is one term; rows may name it more than once. */
static lgd_status function_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const function *fn = ctx;
    const double times = (double)rows->count;
    double value = 0, *own = NULL;
    if (g && !(own = lgd_pool_take(fn->pool, fn->dim * sizeof *own)))
        return LGD_ENOMEM;
    lgd_status status = call(fn, w, &value, own);
    if (!status) {
        *f += times * value;
        for (size_t j = 0; g && j < fn->dim; j++)
            g[j] += times * own[j];
    }
    lgd_pool_give(fn->pool, own);
    return status;
}

/* Without the detour by sums: fn writes where the gradient is wanted. */
static lgd_status function_whole(void *ctx, const double *w, double *f, double *g)
{
    return call(ctx, w, f, g);
}

static lgd_status differences_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const function *fn = ctx;
    const double times = (double)rows->count;
    double value = 0;
    lgd_status status = call(fn, w, &value, NULL);
    if (status)
        return status;
    *f += times * value;
    if (!g)
        return LGD_OK;
    double *at = lgd_pool_take(fn->pool, fn->dim * sizeof *at);
    if (!at)
        return LGD_ENOMEM;
    memcpy(at, w, fn->dim * sizeof *at);
    for (size_t j = 0; j < fn->dim && !status; j++) {
        double h = cbrt(DBL_EPSILON) * fmax(fabs(w[j]), 1), above = 0, below = 0;
        volatile double right = w[j] + h, left = w[j] - h; /* what the sums really are */
        at[j] = right;
        status = call(fn, at, &above, NULL);
        at[j] = left;
        if (!status)
            status = call(fn, at, &below, NULL);
        at[j] = w[j];
        g[j] += times * ((above - below) / (right - left));
    }
    lgd_pool_give(fn->pool, at);
    return status;
}

static void function_free(void *ctx)
{
    function *fn = ctx;
    lgd_pool_free(fn->pool);
    lgd_release(fn);
}

static lgd_status create(lgd_objective **out, size_t dim, lgd_function fn, void *ctx, const lgd_objective_ops *ops)
{
    if (out)
        *out = NULL;
    if (!out || !fn)
        return lgd_fail(LGD_EINVAL, "function: %s is NULL, %s is accepted", out ? "fn" : "out",
                        out ? "a function of w" : "a place for the objective");
    function *mine = lgd_alloc("function", 1, sizeof *mine);
    if (!mine)
        return LGD_ENOMEM;
    *mine = (function){.fn = fn, .ctx = ctx, .dim = dim};
    lgd_status status = lgd_pool_create(&mine->pool, "function");
    if (!status)
        status = lgd_objective_create(out, dim, 1, ops, mine);
    if (status)
        function_free(mine);
    return status;
}

lgd_status lgd_function_create(lgd_objective **out, size_t dim, lgd_function fn, void *ctx)
{
    static const lgd_objective_ops ops = {.name = "function", .eval = function_eval, .free = function_free};
    const lgd_status status = create(out, dim, fn, ctx, &ops);
    if (!status)
        (*out)->whole = function_whole;
    return status;
}

lgd_status lgd_function_create_differences(lgd_objective **out, size_t dim, lgd_function fn, void *ctx)
{
    static const lgd_objective_ops ops = {.name = "function", .eval = differences_eval, .free = function_free};
    return create(out, dim, fn, ctx, &ops);
}
