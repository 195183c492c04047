/* Nesterov's method for convex f: Y. Nesterov, "A method of solving a convex programming problem with convergence rate
 * O(1/k^2)", Soviet Math. Dokl. 27 (1983). Restarts: B. O'Donoghue, E. Candes, "Adaptive restart for accelerated gradient
 * schemes", Found. Comput. Math. 15 (2015), the gradient scheme of section 3.2.
 *
 * w is y_k, where the gradient is taken, and the vector is v = x_k - x_{k-1}. Since w = x_k + mu v, the next v is
 * mu v - lr g: no point but w is kept, and v does not see w's rounding, which momentum near 1 would add up.
 *
 * With a penalty it is the form that has the same points without: A. Auslender, M. Teboulle, "Interior gradient and proximal
 * methods for convex and conic optimization", SIAM J. Optim. 16 (2006); P. Tseng, "On accelerated proximal gradient methods for
 * convex-concave optimization" (2008), Algorithm 1. There w = x_k + (z_k - x_k)/t_k, z takes the gradients, at t_k times the rate,
 * and the prox, and x_{k+1} = x_k + (z_{k+1} - x_k)/t_k, so that all three stay within a convex constraint. Since
 * z_k - x_k = (t_{k-1} - 1) v, both follow from w and v. A restart comes one gradient later.
 *
 * Whether to restart is known only once the inner product over all coordinates is, so g and v are read twice: in measure, and
 * in step. */
#include "optimizer.h"

typedef struct progress {
    double t;     /* t_k of the next step */
    double mu;    /* what the last step shifted w by, in v */
    double inner; /* with a penalty, this slice's part of (y_k - x_{k+1}).(x_{k+1} - x_k)/lr at the last step */
} progress;

static const lgd_option options[] = {
    LGD_OPTION(lgd_nesterov_convex_options, lr, 0.01, LGD_POSITIVE, "rate, at most 1 over the largest curvature"),
    LGD_OPTION_CHOICE(lgd_nesterov_convex_options, restart, "gradient|never", "when the momentum begins anew"),
    {0},
};

static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)opaque, (void)dim;
    *vectors = 1;
    *state_size = sizeof(progress);
}

static void product_of_range(const lgd_step *s, const void *ctx, size_t first, size_t count, double sum[LGD_RANGE_SUMS])
{
    enum { BLOCK = 512 };
    const lgd_nesterov_convex_options *o = s->options;
    const double lr = o->lr * s->lr_factor, mu = ((const progress *)s->state)->mu;
    (void)ctx;
    for (size_t i = first; i < first + count; i += BLOCK) {
        const size_t n = first + count - i < BLOCK ? first + count - i : BLOCK;
        const double *g = s->g + i;
        sum[0] += mu * lgd_dot(n, g, s->vec[0] + i) - lr * lgd_dot(n, g, g);
    }
}

/* g.(x_{k+1} - x_k), where y_k - x_{k+1} = lr g: of the sign of (y_k - x_{k+1}).(x_{k+1} - x_k), and it stays the right one
 * where groups have rates of their own. By blocks, so that the second product finds g in the cache. */
static lgd_status measure(lgd_step *s)
{
    const lgd_nesterov_convex_options *o = s->options;
    double sum[LGD_RANGES][LGD_RANGE_SUMS];
    size_t ranges = 0;
    if (s->penalised)
        s->sum[0] += ((const progress *)s->state)->inner;
    else if (o->restart != LGD_RESTART_NEVER)
        ranges = lgd_over_ranges(s, product_of_range, NULL, sum);
    for (size_t i = 0; i < ranges; i++)
        s->sum[0] += sum[i][0];
    return LGD_OK;
}

/* t_{k+1} */
static double grown(double t)
{
    return (1 + sqrt(1 + 4 * t * t)) / 2;
}

/* Leaves z_k - t_k lr g in w, y_k in g and x_k in the place of v. */
LGD_WIDE static lgd_status towards_z(lgd_step *s)
{
    const lgd_nesterov_convex_options *o = s->options;
    progress *p = s->state;
    if (s->t == 1 || s->sum[0] > 0)
        *p = (progress){.t = 1};
    const double lr = o->lr * s->lr_factor, to_x = p->mu, to_z = p->mu * (p->t - 1), rate = lr * p->t;
    double *w = s->w, *g = s->g, *v = s->vec[0];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        const double y = w[j], x = y - to_x * v[j], z = y + to_z * v[j] - rate * g[j];
        v[j] = x;
        g[j] = y;
        w[j] = z;
        bad |= lgd_not_finite(z);
    }
    s->eta = rate;
    return lgd_stepped(s, bad);
}

static lgd_status settle(lgd_step *s)
{
    const lgd_nesterov_convex_options *o = s->options;
    progress *p = s->state;
    const double lr = o->lr * s->lr_factor, t = p->t, next = grown(t), mu = (t - 1) / next, *y = s->g;
    double *w = s->w, *v = s->vec[0], inner = 0;
    for (size_t j = 0; j < s->dim; j++) {
        const double x = v[j];
        v[j] = (w[j] - x) / t;
        inner += (y[j] - (x + v[j])) * v[j];
        w[j] = x + (1 + mu) * v[j];
    }
    *p = (progress){.t = next, .mu = mu, .inner = o->restart == LGD_RESTART_NEVER || lr == 0 ? 0 : inner / lr};
    return LGD_OK;
}

LGD_WIDE static lgd_status step(lgd_step *s)
{
    if (s->penalised)
        return towards_z(s);
    const lgd_nesterov_convex_options *o = s->options;
    progress *p = s->state;
    const bool anew = s->sum[0] > 0;
    const double t = s->t == 1 ? 1 : p->t, next = grown(t), mu = anew ? 0 : (t - 1) / next;
    const double lr = o->lr * s->lr_factor, before = p->mu, *g = s->g;
    double *w = s->w, *v = s->vec[0];
    uint64_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t j = 0; j < s->dim; j++) {
        v[j] = before * v[j] - lr * g[j];
        w[j] += mu * v[j] - lr * g[j];
        bad |= lgd_not_finite(w[j]);
    }
    *p = (progress){.t = anew ? 1 : next, .mu = mu};
    return lgd_stepped(s, bad);
}

const lgd_optimizer_ops *lgd_nesterov_convex_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "nesterov_convex",
        .about = "momentum that grows with the steps, and restarts",
        .source = "Nesterov (1983); O'Donoghue and Candes (2015)",
        .options = options,
        .options_size = sizeof(lgd_nesterov_convex_options),
        .flags = LGD_SLICED | LGD_ELEMENTWISE | LGD_LINEAR | LGD_CHECKED | LGD_TELLS_RATE | LGD_NOISE_GROWS,
        .layout = layout,
        .measure = measure,
        .step = step,
        .settle = settle,
    };
    return &ops;
}
