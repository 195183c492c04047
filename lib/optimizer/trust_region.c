/* Newton's method in a ball: T. Steihaug, "The conjugate gradient method and trust regions in large scale optimization", SIAM J.
 * Numer. Anal. 20 (1983); P. L. Toint (1981); J. Nocedal, S. Wright, "Numerical optimization" (2006), Algorithms 4.1 and 7.2.
 *
 * A ball that was too large is tried again within the same step. Only its direction is searched anew, and where the first
 * direction alone leads out of the smaller ball, that costs no product. */
#include "krylov.h"
#include "search.h"
#include <float.h>

static const double SHORTER = 0.25;

typedef struct progress {
    double g_first; /* |g| of the first step, in the norm of the inner iteration */
    double radius;  /* of the next ball, 0 before the first */
} progress;

static const lgd_option options[] = {
    LGD_OPTION(lgd_trust_region_options, radius, 0, LGD_NOT_NEGATIVE, "of the first ball, 0: found"),
    {.name = "inner",
     .offset = offsetof(lgd_trust_region_options, inner),
     .type = LGD_SIZE,
     .preset = 0,
     .low = 0,
     .high = 1e9,
     .help = "products with the Hessian for one ball, 0: 3 dim, at most 500"},
    {.name = "accept",
     .offset = offsetof(lgd_trust_region_options, accept),
     .type = LGD_DOUBLE,
     .preset = 0.15,
     .low = 0,
     .high = 0.25,
     .open = 3,
     .help = "of the fall that the model foretold, to take a step"},
    {0},
};

static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)opaque, (void)dim;
    *vectors = 5;
    *state_size = sizeof(progress);
}

/* A point of the ball: w + share d. */
typedef struct trial {
    double *w, *g;
    double f, share, foretold, size;
    bool moves, finite;
} trial;

/* The point and what the model says of it; f and g there. */
static lgd_status look(lgd_step *s, const lgd_krylov *k, double share, trial *t)
{
    const double curvature = 2 * (-k->slope - k->fall); /* d.Hd */
    t->w = k->r;
    t->g = k->hp;
    t->share = share;
    t->foretold = share == 1 ? k->fall : share * (-k->slope - 0.5 * share * curvature);
    t->size = share * k->size;
    t->f = NAN;
    t->moves = false;
    for (size_t j = 0; j < s->dim; j++) {
        t->w[j] = s->w[j] + share * k->d[j];
        t->moves = t->moves || t->w[j] != s->w[j];
    }
    t->finite = false;
    if (!t->moves || lgd_first_not_finite(s->dim, t->w) < s->dim)
        return LGD_OK;
    const lgd_status status = s->oracle->eval(s->oracle_ctx, t->w, &t->f, t->g);
    t->finite = !status && isfinite(t->f) && lgd_first_not_finite(s->dim, t->g) == s->dim;
    return status;
}

/* Is what the model foretells as small as the rounding of f? */
static bool is_rounding(const lgd_step *s, const trial *t)
{
    static const double MOSTLY_ROUNDING = 1e-12;
    return !(t->foretold > MOSTLY_ROUNDING * fabs(s->f));
}

/* Is the step as short as the rounding of w? */
static bool hardly_moves(const lgd_step *s, const trial *t)
{
    return lgd_norm2_diff(s->dim, t->w, s->w) <= 4 * DBL_EPSILON * lgd_norm2(s->dim, s->w);
}

/* How much of the fall that was foretold came true. Where that is as small as the rounding of f, it may also be the slopes at both
 * ends that tell, if the gradient becomes smaller. */
static double came_true(const lgd_step *s, const lgd_krylov *k, const trial *t)
{
    const double fall = s->f - t->f, ratio = fall / t->foretold;
    if (!t->finite || !(t->foretold > 0))
        return -INFINITY;
    if (!is_rounding(s, t) || !(fabs(fall) <= 16 * DBL_EPSILON * fabs(s->f) + t->foretold) ||
        !(lgd_norm2(s->dim, t->g) < 0.9 * lgd_norm2(s->dim, s->g)))
        return ratio;
    const double slopes = k->slope + lgd_dot(s->dim, t->g, k->d);
    return fmax(ratio, -0.5 * t->share * slopes / t->foretold);
}

/* The first ball of all, where the solution without a ball is a direction alone: as long as its curvature is large. */
static lgd_status find_radius(lgd_step *s, lgd_krylov *k)
{
    double alpha = k->g_size * k->g_size / fabs(k->curvature);
    lgd_status status = LGD_OK;
    if (!(alpha > 0 && isfinite(alpha)))
        status = lgd_search_first(s, &(lgd_search_rules){0}, k->d, k->slope, k->hp, &alpha);
    k->radius = alpha * k->size;
    return status;
}

static lgd_status solve(lgd_step *s, lgd_krylov *k)
{
    lgd_status status = lgd_krylov_solve(s, k);
    if (!status && isinf(k->radius) && isinf(k->first)) {
        status = find_radius(s, k);
        k->again = true;
        if (!status)
            status = lgd_krylov_solve(s, k);
    }
    k->again = true;
    return status;
}

/* The next ball, after a trial that was taken. */
static double next_radius(const lgd_krylov *k, const trial *t, double ratio)
{
    static const double POOR = 0.25, GOOD = 0.75, LONGER = 2;
    if (!(ratio >= POOR))
        return SHORTER * t->size;
    if (isinf(k->radius))
        return LONGER * t->size;
    return ratio >= GOOD && t->size >= 0.99 * k->radius ? LONGER * k->radius : k->radius;
}

static void take(lgd_step *s, const trial *t)
{
    memcpy(s->w, t->w, s->dim * sizeof *s->w);
    memcpy(s->g, t->g, s->dim * sizeof *s->g);
    s->f = t->f;
    s->eta = t->share;
    s->fresh = true;
}

static lgd_status step(lgd_step *s)
{
    const lgd_trust_region_options *o = s->options;
    progress *kept = s->state;
    double *const *vec = s->vec;
    lgd_krylov k = {.d = vec[0], .r = vec[1], .z = vec[2], .p = vec[3], .hp = vec[4]};
    bool any = false, rounding = false, first = true;
    if (!(s->lr_factor > 0))
        return LGD_OK;
    k.radius = kept->radius > 0 ? kept->radius : o->radius > 0 ? o->radius : INFINITY;
    k.limit = lgd_krylov_limit(o->inner, s->dim);
    k.g_first = kept->g_first;
    for (double share = s->lr_factor; !s->stop; share = 1) {
        trial t;
        const double radius = k.radius;
        lgd_status status = solve(s, &k);
        if (!status)
            status = look(s, &k, share, &t);
        if (status)
            return status;
        s->indefinite = k.indefinite;
        any = any || t.finite;
        const double ratio = came_true(s, &k, &t);
        if (ratio > o->accept) {
            take(s, &t);
            *kept = (progress){k.g_first, next_radius(&k, &t, ratio)};
            if (!(64 * t.size * t.size < INFINITY)) /* beyond it nothing can be told of a length */
                s->stop = LGD_STOP_UNBOUNDED;
            return LGD_OK;
        }
        const bool small = is_rounding(s, &t) || hardly_moves(s, &t);
        rounding = first ? small : rounding && small;
        k.radius = SHORTER * t.size;
        if (first && small && k.size >= 0.99 * radius) { /* the ball alone may be what is small: once more without */
            k.radius = INFINITY;
            continue;
        }
        if (t.f == -INFINITY)
            s->stop = LGD_STOP_UNBOUNDED;
        else if (!t.moves || !(k.radius > 0 && k.radius < INFINITY) || (rounding && !first))
            s->stop = rounding ? LGD_STOP_ROUNDING : any ? LGD_STOP_SEARCH : LGD_STOP_DIVERGED;
        first = false;
    }
    return LGD_OK;
}

const lgd_optimizer_ops *lgd_trust_region_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "trust_region",
        .about = "Newton's direction by conjugate gradients within a ball that follows how well the model foretells f",
        .source = "Steihaug (1983)",
        .options = options,
        .options_size = sizeof(lgd_trust_region_options),
        .flags = LGD_NEEDS_EVAL | LGD_FULL_BATCH | LGD_OWN_POINTS | LGD_CHECKED | LGD_FINDS_STEP | LGD_PRECONDITIONED,
        .layout = layout,
        .step = step,
    };
    return &ops;
}
