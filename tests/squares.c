#include "squares.h"
#include <string.h>

squares squares_classic(const classic *p, double factor)
{
    squares s = {.classic = p, .dim = (size_t)p->n, .count = (size_t)p->m};
    classic_start(p, factor, s.start);
    return s;
}

squares squares_nist(const nist *set, size_t start)
{
    squares s = {.nist = set, .dim = set->model->dim, .count = set->rows};
    memcpy(s.start, set->starts[start], s.dim * sizeof *s.start);
    return s;
}

lgd_status squares_residual(void *ctx, size_t dim, size_t count, const double *w, double *r, double *jacobian)
{
    squares *s = ctx;
    lgd_status status = LGD_OK;
    double f = 0;
    if (s->classic)
        classic_residuals(s->classic, w, r, jacobian);
    else
        status = nist_residual((nist *)s->nist, dim, count, w, r, jacobian);
    if (s->finished)
        return status;
    s->jacobians += jacobian != NULL;
    if (s->evaluations && !memcmp(w, s->last, dim * sizeof *w))
        return status;
    memcpy(s->last, w, dim * sizeof *w);
    for (size_t i = 0; i < count; i++)
        f += r[i] * r[i];
    if (s->evaluations++ == 0)
        s->f0 = f;
    if (s->classic && !s->solved && classic_solved(s->classic, s->f0, f))
        s->solved = s->evaluations;
    return status;
}

static int enough(void *ctx, const lgd_progress *progress)
{
    (void)progress;
    return ((const squares *)ctx)->evaluations >= CLASSIC_MOST;
}

squares_result squares_run(squares *s, const char *method)
{
    const lgd_minimize_options o = {.max_steps = CLASSIC_MOST, .callback = enough, .callback_ctx = s};
    squares_result result = {.status = LGD_OK};
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    memcpy(result.w, s->start, sizeof result.w);
    result.status = lgd_residual_create(&f, s->dim, s->count, squares_residual, s);
    if (!result.status)
        result.status = lgd_optimizer_parse(&opt, method);
    if (!result.status)
        result.status = lgd_minimize(f, opt, result.w, &o, &result.report);
    lgd_optimizer_free(opt);
    s->finished = true;
    const lgd_least_squares_options errors = {.errors = result.errors};
    if (!result.status && s->count > s->dim)
        result.status = lgd_least_squares_errors(f, result.w, &errors, NULL);
    lgd_objective_free(f);
    return result;
}
