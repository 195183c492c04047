/* Proximal gradient descent, plain and accelerated, at rates found by backtracking: ISTA and FISTA of A. Beck, M. Teboulle, "A
 * fast iterative shrinkage-thresholding algorithm for linear inverse problems", SIAM J. Imaging Sci. 2 (2009). Rates may grow
 * again; the momentum then follows them as in K. Scheinberg, D. Goldfarb, X. Bai, "Fast first-order methods for composite
 * convex optimization with backtracking", Found. Comput. Math. 14 (2014). Restarts: B. O'Donoghue, E. Candes, "Adaptive restart
 * for accelerated gradient schemes", Found. Comput. Math. 15 (2015).
 *
 * w is always x_k, a point that the prox gave. A step looks at points p = prox(y - eta g(y)) for shorter and shorter eta, and
 * evaluates f and g there at once: those of the point it takes are the next step's, so that plain descent costs one
 * evaluation a step, and FISTA, whose y is another point than x_k, two. y depends on eta, and is evaluated anew with it. */
#include "optimizer.h"
#include <float.h>

typedef struct progress {
    double rate;    /* of the last step, before the schedule */
    double eta;     /* and with it */
    double u;       /* u_k, which grows with the steps; 0: the momentum begins anew */
    double value;   /* F at x_k, for restarts by it */
    double largest; /* |f| at an x_k */
} progress;

/* What the two methods have in common. */
typedef struct manner {
    double lr, backtrack, grow;
    lgd_restart restart;
    bool accelerated;
} manner;

/* ---- a trial */

typedef struct trial {
    const lgd_oracle *oracle;
    void *ctx;
    size_t dim;
    const double *x, *v; /* x_k, and x_k - x_{k-1} */
    double beta;         /* y = x + beta v; 0: y is x */
    double *g;           /* the gradient at x_k, then that at p */
    bool g_is_of_x;
    double f_x;    /* f at x_k */
    double *p;     /* y, then prox(y - eta g) */
    double *g_y;   /* the gradient at y */
    double f_y, f; /* f at y, and at p */
    double h;      /* the penalty at p */
} trial;

static double y_of(const trial *t, size_t j)
{
    return t->beta == 0 ? t->x[j] : t->x[j] + t->beta * t->v[j];
}

static bool all_finite(size_t dim, double f, const double *g)
{
    return isfinite(f) && lgd_first_not_finite(dim, g) == dim;
}

/* f and g at y for this beta. Where they are not finite y becomes x_k, where they are. */
static lgd_status look_at_y(trial *t)
{
    lgd_status status = LGD_OK;
    for (size_t j = 0; t->beta != 0 && j < t->dim; j++)
        t->p[j] = y_of(t, j);
    if (t->beta != 0 && lgd_first_not_finite(t->dim, t->p) == t->dim) {
        status = t->oracle->eval(t->ctx, t->p, &t->f_y, t->g_y);
        if (status || all_finite(t->dim, t->f_y, t->g_y))
            return status;
    }
    t->beta = 0;
    t->f_y = t->f_x;
    if (t->g_is_of_x)
        memcpy(t->g_y, t->g, t->dim * sizeof *t->g);
    else
        status = t->oracle->eval(t->ctx, t->x, &t->f_y, t->g_y);
    return status;
}

/* p = prox(y - eta g_y), and f and g there; *sound: all of that is finite. */
static lgd_status look_at_p(trial *t, double eta, bool *sound)
{
    for (size_t j = 0; j < t->dim; j++)
        t->p[j] = y_of(t, j) - eta * t->g_y[j];
    *sound = lgd_first_not_finite(t->dim, t->p) == t->dim;
    t->h = 0;
    if (!*sound)
        return LGD_OK;
    lgd_status status = t->oracle->prox ? t->oracle->prox(t->ctx, eta, t->p, &t->h) : LGD_OK;
    t->g_is_of_x = false;
    if (!status)
        status = t->oracle->eval(t->ctx, t->p, &t->f, t->g);
    *sound = !status && all_finite(t->dim, t->f, t->g);
    return status;
}

/* Is f at p below the parabola of curvature 1/eta that touches it in y? Where the parabola is so flat that the difference of
 * the values is mostly rounding, the curvature between y and p is taken from the gradients there. Values may be small beside
 * what was added up to them, `largest`; then they say what no convex f does, to lie below the tangent, or to rise from it by more
 * than the gradients turn. *still: nothing but rounding moves. */
static bool holds(const trial *t, double eta, double largest, bool *still)
{
    static const double MOSTLY_ROUNDING = 1e-9;
    double square = 0, slope = 0, turn = 0, size = 0; /* |p - y|^2, g_y.(p - y), (g_p - g_y).(p - y), |y|^2 */
    for (size_t j = 0; j < t->dim; j++) {
        const double y = y_of(t, j), d = t->p[j] - y;
        square += d * d;
        size += y * y;
        slope += t->g_y[j] * d;
        turn += (t->g[j] - t->g_y[j]) * d;
    }
    *still = square <= DBL_EPSILON * DBL_EPSILON * size;
    if (!(square < INFINITY))
        return false;
    const double rise = t->f - t->f_y - slope, size_of_f = fmax(fabs(t->f), fabs(t->f_y));
    if (square / eta > MOSTLY_ROUNDING * (rise < 0 || rise > turn ? fmax(largest, size_of_f) : size_of_f))
        return rise <= square / (2 * eta);
    return turn <= square / eta;
}

/* ---- the step */

/* Is the momentum to begin anew? The gradient scheme: the step from y led against the way from x_k to p. */
static bool begins_anew(const trial *t, lgd_restart restart, double before)
{
    double along = 0;
    for (size_t j = 0; restart == LGD_RESTART_GRADIENT && j < t->dim; j++)
        along += (y_of(t, j) - t->p[j]) * (t->p[j] - t->x[j]);
    return along > 0 || (restart == LGD_RESTART_FUNCTION && t->f + t->h > before);
}

static void take(lgd_step *s, const manner *m, const trial *t, progress next)
{
    progress *kept = s->state;
    next.value = t->f + t->h;
    if (m->accelerated && begins_anew(t, m->restart, kept->value))
        next.u = 0;
    for (size_t j = 0; m->accelerated && j < s->dim; j++)
        s->vec[2][j] = t->p[j] - s->w[j];
    memcpy(s->w, t->p, s->dim * sizeof *s->w);
    s->f = t->f;
    s->fresh = true;
    *kept = next;
}

/* u_k from u_{k-1} and both rates; 1 at the start. */
static double grown(const progress *last, double eta)
{
    return last->u == 0 ? 1 : 0.5 + sqrt(0.25 + last->eta / eta * last->u * last->u);
}

static lgd_status descend(lgd_step *s, const manner *m)
{
    progress *kept = s->state;
    if (s->t == 1)
        *kept = (progress){.rate = m->lr, .value = INFINITY};
    const progress last = *kept;
    progress next = {.rate = s->t == 1 ? m->lr : fmin(last.rate * m->grow, DBL_MAX),
                     .largest = fmax(last.largest, fabs(s->f))};
    trial t = {.oracle = s->oracle, .ctx = s->oracle_ctx, .dim = s->dim, .x = s->w, .f_x = s->f};
    t.g = s->g;
    t.g_is_of_x = true;
    t.p = s->vec[0];
    t.g_y = s->vec[1];
    t.v = m->accelerated ? s->vec[2] : NULL;
    for (size_t j = 0; m->accelerated && j < s->dim; j++)
        if (s->g[j] == 0) /* has been frozen, or is at rest */
            s->vec[2][j] = 0;
    for (bool first = true; s->lr_factor > 0; first = false, next.rate *= m->backtrack) {
        bool sound = false, still = false;
        lgd_status status = LGD_OK;
        next.eta = next.rate * s->lr_factor;
        next.u = m->accelerated ? grown(&last, next.eta) : 0;
        if (first || t.beta != 0) {
            t.beta = last.u > 1 ? (last.u - 1) / next.u : 0;
            status = look_at_y(&t);
        }
        if (t.beta == 0 && last.u > 1) /* f is no number at y */
            next.u = 1;
        if (!status)
            status = look_at_p(&t, next.eta, &sound);
        if (status)
            return status;
        const bool below = sound && holds(&t, next.eta, next.largest, &still);
        if (still)
            next.rate = last.rate;
        if (still ? first : below) {
            take(s, m, &t, next);
            return LGD_OK;
        }
        if (still || !(next.rate > DBL_MIN)) {
            s->stop = 1;
            return LGD_OK;
        }
    }
    return LGD_OK;
}

/* ---- the methods */

static lgd_status proximal_gradient_step(lgd_step *s)
{
    const lgd_proximal_gradient_options *o = s->options;
    return descend(s, &(manner){.lr = o->lr, .backtrack = o->backtrack, .grow = o->grow});
}

static lgd_status fista_step(lgd_step *s)
{
    const lgd_fista_options *o = s->options;
    return descend(s, &(manner){o->lr, o->backtrack, o->grow, o->restart, true});
}

static void proximal_gradient_layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim;
    *vectors = 2;
    *state_size = sizeof(progress);
}

static void fista_layout(const void *options, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)options, (void)dim;
    *vectors = 3;
    *state_size = sizeof(progress);
}

#define BETWEEN_ZERO_AND_ONE .low = 0, .high = 1, .open = 3
#define AT_LEAST_ONE .low = 1, .high = INFINITY, .open = 2

enum { FLAGS = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_OWN_PROX | LGD_CHECKED };

const lgd_optimizer_ops *lgd_proximal_gradient_ops(void)
{
    static const lgd_option options[] = {
        LGD_OPTION(lgd_proximal_gradient_options, lr, 1, LGD_POSITIVE, "first rate that is tried"),
        LGD_OPTION(lgd_proximal_gradient_options, backtrack, 0.5, BETWEEN_ZERO_AND_ONE, "shortens a rate that fails"),
        LGD_OPTION(lgd_proximal_gradient_options, grow, 1.25, AT_LEAST_ONE, "lengthens the rate for the next step"),
        {0},
    };
    static const lgd_optimizer_ops ops = {
        .name = "proximal_gradient",
        .about = "gradient descent and a prox, at a rate it finds",
        .source = "Beck and Teboulle (2009)",
        .options = options,
        .options_size = sizeof(lgd_proximal_gradient_options),
        .flags = FLAGS,
        .layout = proximal_gradient_layout,
        .step = proximal_gradient_step,
    };
    return &ops;
}

const lgd_optimizer_ops *lgd_fista_ops(void)
{
    static const lgd_option options[] = {
        LGD_OPTION(lgd_fista_options, lr, 1, LGD_POSITIVE, "first rate that is tried"),
        LGD_OPTION(lgd_fista_options, backtrack, 0.5, BETWEEN_ZERO_AND_ONE, "shortens a rate that fails"),
        LGD_OPTION(lgd_fista_options, grow, 1.1, AT_LEAST_ONE, "lengthens the rate for the next step"),
        LGD_OPTION_CHOICE(lgd_fista_options, restart, "gradient|never|function", "when the momentum begins anew"),
        {0},
    };
    static const lgd_optimizer_ops ops = {
        .name = "fista",
        .about = "proximal gradient with a momentum that grows, and restarts",
        .source = "Beck and Teboulle (2009); Scheinberg et al. (2014); O'Donoghue and Candes (2015)",
        .options = options,
        .options_size = sizeof(lgd_fista_options),
        .flags = FLAGS,
        .layout = fista_layout,
        .step = fista_step,
    };
    return &ops;
}
