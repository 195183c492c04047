#include "classic_run.h"

static lgd_status evaluate(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)dim;
    *f = classic_counted(ctx, w, g);
    return LGD_OK;
}

static int enough(void *ctx, const lgd_progress *progress)
{
    (void)progress;
    return ((const classic_count *)ctx)->evaluations >= CLASSIC_MOST;
}

classic_result classic_run(const classic *p, double factor, const char *method, const lgd_minimize_options *options)
{
    lgd_minimize_options o = options ? *options : (lgd_minimize_options){.grad_tol = LGD_ZERO};
    classic_count count = {.p = p};
    classic_result result = {.evaluations = 0};
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    o.max_steps = o.max_steps ? o.max_steps : CLASSIC_MOST;
    o.callback = enough;
    o.callback_ctx = &count;
    classic_start(p, factor, result.x);
    result.status = lgd_function_create(&f, (size_t)p->n, evaluate, &count);
    if (!result.status)
        result.status = lgd_optimizer_parse(&opt, method);
    if (!result.status)
        result.status = lgd_minimize(f, opt, result.x, &o, &result.report);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    result.evaluations = count.evaluations;
    result.solved = count.solved;
    result.grad_norm = classic_grad_norm(p, result.x);
    return result;
}
