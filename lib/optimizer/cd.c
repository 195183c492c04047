/* Coordinate descent for quadratics: J. Friedman, T. Hastie, R. Tibshirani, "Regularization paths for generalized linear models via
 * coordinate descent", J. Stat. Softw. 33 (2010). H is asked for once; a step then solves what H and the gradient say, and asks for
 * f and the gradient where that leads to, so that the next one begins without the rounding of this one. */
#include "cd.h"
#include "optimizer.h"
#include <float.h>

enum { POINT, GRADIENT, D, E, LIST, ROWS, MATRIX };

/* Steps without a lower F, one after the other, after which nothing but rounding is left. */
enum { IDLE_STEPS = 3 };

typedef struct progress {
    uint64_t known; /* the Hessian is */
    uint64_t idle;
} progress;

static const lgd_option options[] = {
    LGD_OPTION(lgd_cd_options, tol, 1e-12, LGD_NOT_NEGATIVE,
               "sweeps that move less, relative to the largest sqrt(H_jj) w_j, have converged"),
    {.name = "sweeps",
     .offset = offsetof(lgd_cd_options, sweeps),
     .type = LGD_SIZE,
     .preset = 1000,
     .low = 1,
     .high = 1e9,
     .help = "over all coordinates in a step, at most"},
    LGD_OPTION_BOOL(lgd_cd_options, sweeps_only, "no equations between sweeps, and half the memory"),
    {0},
};

static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    const lgd_cd_options *o = opaque;
    *vectors = lgd_add(lgd_mul(dim, o->sweeps_only ? 1 : 2), MATRIX);
    *state_size = sizeof(progress);
}

/* F = f + h, without the bounds, which w keeps to. */
static double whole(const lgd_step *s, double f, const double *w)
{
    const double *l1 = s->oracle->l1, *l2 = s->oracle->l2;
    double sum = 0;
    for (size_t j = 0; l1 && j < s->dim; j++)
        if (w[j] != 0)
            sum += l1[j] * fabs(w[j]) + l2[j] / 2 * w[j] * w[j];
    return f + sum;
}

/* H into both triangles; s->stop where it has no numbers. */
static lgd_status take_hessian(lgd_step *s, double *H, size_t ld)
{
    const size_t n = s->dim;
    double f;
    if (!s->oracle->hessian || !s->oracle->quadratic)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "cd: there is no Hessian that is the same at every w, a run over all rows of a quadratic that "
                        "lends one is accepted");
    const lgd_status status = s->oracle->hessian(s->oracle_ctx, s->w, &f, s->vec[GRADIENT], H, ld);
    for (size_t i = 0; i < n && !status && !s->stop; i++) {
        if (lgd_first_not_finite(i + 1, H + i * ld) <= i)
            s->stop = LGD_STOP_DIVERGED;
        else if (H[i * ld + i] < 0)
            return lgd_fail(LGD_EINVAL, "cd: H[%zu, %zu] is %g, a number at least 0 is accepted: f is to be convex", i,
                            i, H[i * ld + i]);
    }
    lgd_cd_mirror(n, H, ld);
    return status;
}

/* Solves from the point and the gradient of the step, to `point`. True where not even the first sweep moves. */
static bool solve(lgd_step *s, lgd_cd *p)
{
    const lgd_cd_options *o = s->options;
    const double tol = fmax(o->tol, (double)s->dim * DBL_EPSILON);
    bool still = true;
    memcpy(p->w, s->w, s->dim * sizeof *p->w);
    memcpy(p->g, s->g, s->dim * sizeof *p->g);
    for (uint64_t i = 0; i < o->sweeps && !p->unbounded; i++) {
        if (lgd_cd_round(p) <= tol * tol * lgd_cd_size(p))
            return still;
        still = false;
    }
    return false;
}

static lgd_status step(lgd_step *s)
{
    const lgd_cd_options *o = s->options;
    const size_t n = s->dim;
    progress *kept = s->state;
    const lgd_oracle *oracle = s->oracle;
    double f;
    if (!(s->lr_factor > 0)) {
        s->fresh = true;
        return LGD_OK;
    }
    lgd_cd p = {.n = n,
                .ld = n > 1 ? (size_t)(s->vec[MATRIX + 1] - s->vec[MATRIX]) : 1,
                .H = s->vec[MATRIX],
                .l1 = oracle->l1,
                .l2 = oracle->l2,
                .lower = oracle->lower,
                .upper = oracle->upper,
                .frozen = oracle->frozen,
                .w = s->vec[POINT],
                .g = s->vec[GRADIENT],
                .d = s->vec[D],
                .e = s->vec[E],
                .M = o->sweeps_only ? NULL : s->vec[MATRIX + n],
                .list = (size_t *)s->vec[LIST],
                .rows = (size_t *)s->vec[ROWS]};
    lgd_status status = LGD_OK;
    if (!kept->known || !s->known) /* a run that begins may be of another f */
        status = take_hessian(s, s->vec[MATRIX], p.ld);
    if (status || s->stop)
        return status;
    kept->known = 1;
    const bool still = solve(s, &p);
    for (size_t j = 0; s->lr_factor < 1 && j < n; j++)
        p.w[j] = s->w[j] + s->lr_factor * (p.w[j] - s->w[j]);
    if (p.unbounded || lgd_first_not_finite(n, p.w) < n) {
        s->stop = LGD_STOP_UNBOUNDED;
        s->fresh = true;
        return LGD_OK;
    }
    status = oracle->eval(s->oracle_ctx, p.w, &f, p.g);
    if (status)
        return status;
    if (!isfinite(f) || lgd_first_not_finite(n, p.g) < n) {
        s->stop = f == -INFINITY ? LGD_STOP_UNBOUNDED : LGD_STOP_DIVERGED;
        s->fresh = true;
        return LGD_OK;
    }
    kept->idle = whole(s, f, p.w) < whole(s, s->f, s->w) ? 0 : kept->idle + 1;
    if (still)
        s->stop = LGD_STOP_STEP_TOL;
    else if (kept->idle >= IDLE_STEPS)
        s->stop = LGD_STOP_ROUNDING;
    memcpy(s->w, p.w, n * sizeof *s->w);
    memcpy(s->g, p.g, n * sizeof *s->g);
    s->f = f;
    s->eta = fmin(s->lr_factor, 1);
    s->fresh = true;
    return LGD_OK;
}

const lgd_optimizer_ops *lgd_cd_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "cd",
        .about = "coordinate descent for quadratics, with L1, L2 and bounds for each coordinate",
        .source = "Friedman, Hastie and Tibshirani (2010)",
        .options = options,
        .options_size = sizeof(lgd_cd_options),
        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_FINDS_STEP | LGD_JUDGES |
                 LGD_NEEDS_QUADRATIC | LGD_TAKES_COORDINATES,
        .layout = layout,
        .step = step,
    };
    return &ops;
}
