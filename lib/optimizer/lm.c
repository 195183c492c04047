/* Levenberg-Marquardt within a radius: K. Levenberg, Quart. Appl. Math. 2 (1944); D. W. Marquardt, SIAM J. Appl. Math. 11 (1963); by
 * J. J. More, in Lecture Notes in Math. 630 (1978), section 5: mu is 0, or the one with |D p| = radius to a tenth. Geodesic
 * acceleration: M. K. Transtrum, J. P. Sethna, "Improvements to the Levenberg-Marquardt algorithm for nonlinear least-squares
 * minimization", arXiv:1201.5885 (2012). */
#include "gauss_newton.h"

enum { ACCELERATION = LGD_GN_OWN, OWN = 1 };
static const double SMALL = 1e-3; /* of the largest mu there may be */

static const lgd_option options[] = {
    LGD_GN_OPTIONS(lgd_lm_options),
    LGD_OPTION_BOOL(lgd_lm_options, accelerated, "by what the second derivative along the step asks for"),
    LGD_OPTION(lgd_lm_options, avmax, 0.75, LGD_POSITIVE,
               "of the length of a to that of p, beyond which a is left out"),
    {0},
};

static void layout(const void *opaque, size_t dim, size_t *vectors, size_t *state_size)
{
    (void)opaque;
    lgd_gn_layout(dim, OWN, vectors, state_size);
}

/* -d|D p|/dmu over |D p|, by the triangle that p was solved with. */
static double shortens(const lgd_gn *k, const double *p, double length, double *x)
{
    for (size_t j = 0; j < k->n; j++)
        x[j] = lgd_gn_is_free(k, j) ? k->D[j] * (k->D[j] * p[j] / length) : 0;
    lgd_gn_lower(k, x);
    const double size = lgd_norm2(k->n, x);
    return size * size;
}

/* The next mu of Newton's method on 1/|D p(mu)| = 1/radius. In a box p(mu) has corners, where only low and high are sure, and what
 * it moves may all be held. */
static double next_mu(const lgd_gn *k, double mu, double change, double low, double high)
{
    if (!k->lower)
        return fmax(low, mu + change);
    return mu + change > low && mu + change < high ? mu + change : fmax(sqrt(low) * sqrt(high), SMALL * high);
}

/* Beyond ten points any mu will do. */
static double find_mu(const lgd_step *s, lgd_gn *k, double radius, double mu, lgd_gn_step *p, bool *within)
{
    enum { POINTS = 10 };
    static const double NEAR = 0.1;
    double *x = s->vec[ACCELERATION], low = 0, high;
    const double least = lgd_gn_undamped(k, p->p), full = lgd_gn_length(k, p->p);
    *within = full <= (1 + NEAR) * radius;
    if (*within)
        return least * least;
    if (least == 0 && !k->lower)
        low = (full - radius) / radius / shortens(k, p->p, full, x);
    for (size_t j = 0; j < k->n; j++)
        x[j] = k->column[j] > 0 && !lgd_gn_is_at_bound(k, j, s->w[j], s->g[j]) ? s->g[j] / k->D[j] : 0;
    high = lgd_norm2(k->n, x) / radius;
    mu = fmin(fmax(mu, low), high);
    for (int i = 0; i < POINTS; i++) {
        if (!(mu > 0))
            mu = SMALL * high;
        lgd_gn_solve(k, sqrt(mu), p->p);
        const double length = lgd_gn_length(k, p->p), beyond = length - radius;
        if (fabs(beyond) <= NEAR * radius || i + 1 == POINTS)
            break;
        *(beyond > 0 ? &low : &high) = mu;
        mu = next_mu(k, mu, beyond / radius / shortens(k, p->p, length, x), low, high);
    }
    return mu;
}

/* w + p + a/2 with (R^T R + mu D^2) a = -J^T r'', r'' along p. An a that is no number, or too long for a series, is left out. */
static lgd_status accelerate(const lgd_step *s, const lgd_gn *k, double avmax, lgd_gn_step *p)
{
    double *a = s->vec[ACCELERATION];
    const lgd_status status = s->oracle->bend(s->oracle_ctx, s->w, p->p, a);
    if (status)
        return status;
    lgd_gn_again(k, a);
    if (lgd_first_not_finite(k->n, a) == k->n && lgd_gn_length(k, a) <= avmax * p->length)
        p->bent = a;
    return LGD_OK;
}

static lgd_status find(const lgd_step *s, lgd_gn *k, double radius, double *mu, lgd_gn_step *p, bool *within)
{
    static const double SHORT = 1e-5;
    const lgd_lm_options *o = s->options;
    *mu = find_mu(s, k, radius, *mu, p, within);
    lgd_gn_model(k, p);
    /* Where J is singular rounding alone is left of a, and where p is short, since r'' may be a difference. */
    if (!o->accelerated || !s->oracle->bend || (*within && *mu > 0) || p->length <= SHORT * lgd_gn_length(k, s->w))
        return LGD_OK;
    return accelerate(s, k, o->avmax, p);
}

static lgd_status step(lgd_step *s)
{
    const lgd_lm_options *o = s->options;
    const lgd_gn_rules rules = {o->scaling, o->xtol, o->gtol, o->radius, o->max_trials, OWN, find};
    return lgd_gn_advance(s, &rules);
}

const lgd_optimizer_ops *lgd_lm_ops(void)
{
    static const lgd_optimizer_ops ops = {
        .name = "lm",
        .about = "Levenberg-Marquardt, the damping found from a radius that follows how well the model foretells f",
        .source = "Levenberg (1944); Marquardt (1963); More (1978)",
        .options = options,
        .options_size = sizeof(lgd_lm_options),
        .flags = LGD_GN_FLAGS,
        .layout = layout,
        .step = step,
    };
    return &ops;
}
