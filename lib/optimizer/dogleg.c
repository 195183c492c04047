/* Powell's dogleg: M. J. D. Powell, "A hybrid method for nonlinear equations", in P. Rabinowitz (ed.), "Numerical methods for nonlinear
 * algebraic equations" (1970). With a box both of its points lie within, and so does the path between them. */
#include "gauss_newton.h"

enum { CAUCHY = LGD_GN_OWN, APART, OWN = 2 };

static const lgd_option options[] = {
    LGD_GN_OPTIONS(lgd_dogleg_options),
    {0},
};

static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)opaque;
    lgd_gn_layout(dim, OWN, vectors, state_size);
}

/* The minimum of the model down the gradient, d = -D^-2 g, moved into the box. */
static void find_cauchy(const lgd_step *s, const lgd_gn *k, double *d)
{
    lgd_gn_step p = {.p = d};
    for (size_t j = 0; j < k->n; j++) {
        const bool at_bound = lgd_gn_is_at_bound(k, j, s->w[j], s->g[j]);
        d[j] = k->column[j] > 0 && !at_bound ? -s->g[j] / k->D[j] / k->D[j] : 0;
    }
    lgd_gn_model(k, &p);
    for (size_t j = 0; j < k->n; j++) {
        d[j] *= p.slope / p.bend;
        if (k->lower)
            d[j] = fmin(fmax(d[j], k->lower[j] - s->w[j]), k->upper[j] - s->w[j]);
    }
}

/* How far from c to c + e, as a part of it, |D p| is the radius. */
static double part_within(const lgd_gn *k, const double *c, const double *e, double radius)
{
    double a = 0, b = 0, rest = -1;
    for (size_t j = 0; j < k->n; j++) {
        const double D = k->column[j] > 0 ? k->D[j] : 0, x = D * c[j] / radius, y = D * e[j] / radius;
        a += y * y;
        b += x * y;
        rest += x * x;
    }
    const double root = sqrt(fmax(b * b - a * rest, 0));
    return fmin(fmax(b > 0 ? -rest / (b + root) : (root - b) / a, 0), 1);
}

static lgd_status find(const lgd_step *s, lgd_gn *k, double radius, double *mu, lgd_gn_step *p, bool *within)
{
    double *c = s->vec[CAUCHY], *e = s->vec[APART];
    (void)mu;
    lgd_gn_undamped(k, p->p);
    *within = lgd_gn_length(k, p->p) <= radius;
    if (!*within) {
        find_cauchy(s, k, c);
        const double length = lgd_gn_length(k, c);
        for (size_t j = 0; j < k->n; j++)
            e[j] = p->p[j] - c[j];
        const double part = length < radius ? part_within(k, c, e, radius) : 0;
        for (size_t j = 0; j < k->n; j++)
            p->p[j] = length < radius ? c[j] + part * e[j] : c[j] * (radius / length);
    }
    lgd_gn_model(k, p);
    return LGD_OK;
}

static lgd_status step(lgd_step *s)
{
    const lgd_dogleg_options *o = s->options;
    const lgd_gn_rules rules = {o->scaling, o->xtol, o->gtol, o->radius, o->max_trials, OWN, find};
    return lgd_gn_advance(s, &rules);
}

const lgd_optimizer_ops *lgd_dogleg_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "dogleg",
        .about = "Gauss-Newton's step, or within a radius a path to it from the steepest descent",
        .source = "Powell (1970)",
        .options = options,
        .options_size = sizeof(lgd_dogleg_options),
        .flags = LGD_GN_FLAGS,
        .layout = layout,
        .step = step,
    };
    return &ops;
}
