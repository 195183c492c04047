/* Newton's method without the Hessian's elements: R. S. Dembo, T. Steihaug, "Truncated-Newton algorithms for large-scale
 * unconstrained optimization", Math. Program. 26 (1983); J. Nocedal, S. Wright, "Numerical optimization" (2006), Algorithm 7.1. */
#include "krylov.h"
#include "search.h"
#include <float.h>

typedef struct progress {
    double g_first; /* |g| of the first step, in the norm of the inner iteration */
    double far;     /* how much further a step may go where nothing curves */
    lgd_search_memory search;
} progress;

static const lgd_option options[] = {
    LGD_SEARCH_OPTIONS(lgd_newton_cg_options, 1e-4, 0.9),
    {.name = "inner",
     .offset = offsetof(lgd_newton_cg_options, inner),
     .type = LGD_SIZE,
     .preset = 0,
     .low = 0,
     .high = 1e9,
     .help = "products with the Hessian in a step, 0: 3 dim, at most 500"},
    {.name = "forcing",
     .offset = offsetof(lgd_newton_cg_options, forcing),
     .type = LGD_DOUBLE,
     .preset = 0.5,
     .low = 0,
     .high = 1,
     .open = 3,
     .help = "residual of H d = -g, in |g|, at most; less where |g| has fallen"},
    LGD_OPTION_BOOL(lgd_newton_cg_options, jacobi, "the inverse diagonal of the Hessian preconditions the products"),
    {0},
};

static lgd_status check(const void *opaque)
{
    const lgd_newton_cg_options *o = opaque;
    return lgd_search_check("newton_cg", o->search, o->c1, o->c2);
}

static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    const lgd_newton_cg_options *o = opaque;
    (void)dim;
    *vectors = o->jacobi ? 6 : 5;
    *state_size = sizeof(progress);
}

/* Searches along k->d from alpha, no further if that is `most`; the scratch of the inner iteration takes the point and its
 * gradient. */
static lgd_status search(lgd_step *s, const lgd_krylov *k, double slope, double alpha, bool most,
                         lgd_search_memory *memory, lgd_line *line)
{
    const lgd_newton_cg_options *o = s->options;
    const lgd_search_rules rules = LGD_SEARCH_RULES(o, LGD_MORE_THUENTE);
    if (s->t == 1 && o->first_step > 0)
        alpha = lgd_search_given(s, o->first_step, k->d);
    alpha *= s->lr_factor;
    *line = (lgd_line){
        .d = k->d, .slope = slope, .alpha = alpha, .alpha_max = most ? alpha : INFINITY, .w_new = k->r, .g_new = k->hp};
    return lgd_search_along(s, &rules, memory, line);
}

/* The same along -P g, where the solution leads nowhere. The first trial is as long as the curvature of that direction is large,
 * whatever its sign. */
static lgd_status search_plainly(lgd_step *s, lgd_krylov *k, lgd_search_memory *memory, lgd_line *line)
{
    const lgd_newton_cg_options *o = s->options;
    const lgd_search_rules rules = LGD_SEARCH_RULES(o, LGD_MORE_THUENTE);
    const double *z = s->g;
    lgd_status status = LGD_OK;
    if (s->oracle->precondition) {
        z = k->z;
        status = s->oracle->precondition(s->oracle_ctx, s->w, s->g, k->z);
    }
    for (size_t j = 0; j < s->dim && !status; j++)
        k->d[j] = k->metric ? -k->metric[j] * z[j] : -z[j];
    const double slope = lgd_dot(s->dim, s->g, k->d);
    double alpha = -slope / fabs(k->curvature);
    if (!status && !(alpha > 0 && isfinite(alpha)))
        status = lgd_search_first(s, &rules, k->d, slope, k->hp, &alpha);
    s->stop = 0;
    return status ? status : search(s, k, slope, alpha, false, memory, line);
}

/* P = 1/|H_jj|; where f does not curve along a coordinate, as for the one along which it curves most, since no unit is known. */
static lgd_status find_metric(lgd_step *s, lgd_krylov *k, double *metric)
{
    double most = 0;
    if (!s->oracle->diagonal)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "newton_cg: jacobi is true, an objective that knows the diagonal of its Hessian is "
                        "accepted, such as a glm");
    if (s->oracle->precondition)
        return lgd_fail(LGD_EINVAL,
                        "newton_cg: jacobi is true beside a precondition of the run, one of them is accepted");
    const lgd_status status = s->oracle->diagonal(s->oracle_ctx, s->w, metric);
    for (size_t j = 0; j < s->dim && !status; j++)
        most = fmax(most, fabs(metric[j]));
    for (size_t j = 0; j < s->dim && !status; j++) {
        const double curvature = fabs(metric[j]) > DBL_MIN ? fabs(metric[j]) : most;
        metric[j] = curvature > 0 && isfinite(curvature) ? 1 / curvature : 1;
    }
    k->metric = metric;
    return status;
}

static lgd_status step(lgd_step *s)
{
    const lgd_newton_cg_options *o = s->options;
    progress *kept = s->state, next = *kept;
    double *const *vec = s->vec;
    lgd_krylov k = {.d = vec[0], .r = vec[1], .z = vec[2], .p = vec[3], .hp = vec[4]};
    lgd_line line = {0};
    if (!(s->lr_factor > 0))
        return LGD_OK;
    k.radius = INFINITY;
    k.forcing = o->forcing;
    k.limit = lgd_krylov_limit(o->inner, s->dim);
    k.g_first = kept->g_first;
    k.far = kept->far;
    lgd_status status = o->jacobi ? find_metric(s, &k, vec[5]) : LGD_OK;
    if (!status)
        status = lgd_krylov_solve(s, &k);
    next.far = 0;
    if (!status && k.first < INFINITY && k.slope < 0) {
        status = search(s, &k, k.slope, 1, k.flat, &next.search, &line);
        const bool falls = s->f - line.f_new > 64 * DBL_EPSILON * fabs(s->f); /* or it is rounding that leads there */
        if (k.flat && line.found && line.alpha >= line.alpha_max && falls)    /* 1, and then more and more */
            next.far = k.far > 0 ? fmin(32 * k.far, DBL_MAX) : 1;
    }
    if (!status && !line.found && s->stop != LGD_STOP_UNBOUNDED) {
        next.search = kept->search;
        status = search_plainly(s, &k, &next.search, &line);
    }
    if (status)
        return status;
    s->indefinite = k.indefinite;
    next.g_first = k.g_first;
    if (line.found) {
        lgd_search_take(s, &line);
        *kept = next;
    }
    return LGD_OK;
}

const lgd_optimizer_ops *lgd_newton_cg_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "newton_cg",
        .about = "Newton's direction by conjugate gradients on products with the Hessian, and a line search",
        .source = "Dembo and Steihaug (1983)",
        .options = options,
        .options_size = sizeof(lgd_newton_cg_options),
        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_FINDS_STEP | LGD_PRECONDITIONED,
        .layout = layout,
        .check = check,
        .step = step,
    };
    return &ops;
}
