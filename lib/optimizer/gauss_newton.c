/* The linear problem of Gauss-Newton methods, by the QR factorisation that a run lends, and a radius that follows how well the model
 * foretells f: J. J. More, "The Levenberg-Marquardt algorithm: implementation and theory", in Lecture Notes in Math. 630 (1978). With
 * bounds: C. Kanzow, N. Yamashita, M. Fukushima, J. Comput. Appl. Math. 172 (2004), whose projected steps are these where the radius
 * is small.
 *
 * Lengths are only ever compared as parts of |r| and f, so that no unit of f or w matters, and by powers of two not a bit. */
#include "gauss_newton.h"
#include <float.h>

typedef struct progress {
    double radius; /* of the next step, 0 before the first */
    double mu;     /* the damping of the last one */
} progress;

void lgd_gn_layout(size_t dim, size_t own, size_t *vectors, size_t *state_size)
{
    *vectors = lgd_add(dim, LGD_GN_OWN + own + 3); /* n (n + 3) >= (n + 1)^2 */
    *state_size = sizeof(progress);
}

/* ---- the problem */

static void find_scale(const lgd_gn *k, lgd_scaling scaling)
{
    for (size_t j = 0; j < k->n; j++)
        k->D[j] = scaling == LGD_SCALE_LEVENBERG ? 1
                  : scaling == LGD_SCALE_MORE    ? fmax(k->D[j], k->column[j])
                                                 : k->column[j];
}

static bool is_finite(const lgd_gn *k)
{
    for (size_t i = 0; i <= k->n; i++)
        if (lgd_first_not_finite(k->n + 1 - i, k->T + i * k->ld + i) < k->n + 1 - i)
            return false;
    return true;
}

/* |x| of the upper part of column j, of at most n elements. */
static double column_size(const lgd_gn *k, size_t j)
{
    const size_t count = j < k->n ? j + 1 : k->n;
    for (size_t i = 0; i < count; i++)
        k->row[i] = k->T[i * k->ld + j];
    return lgd_norm2(count, k->row);
}

/* The problem at s->w. s->stop is set where there is nothing to solve. */
static lgd_status begin(lgd_step *s, const lgd_gn_rules *rules, lgd_gn *k)
{
    const size_t n = s->dim;
    *k = (lgd_gn){.n = n,
                  .ld = n + 1,
                  .T = s->vec[LGD_GN_OWN + rules->own],
                  .D = s->vec[LGD_GN_SCALE],
                  .column = s->vec[LGD_GN_COLUMN],
                  .held = s->vec[LGD_GN_HELD],
                  .right = s->vec[LGD_GN_RIGHT],
                  .row = s->vec[LGD_GN_ROW],
                  .from = s->vec[LGD_GN_POINT],
                  .w = s->w,
                  .lower = s->oracle->lower,
                  .upper = s->oracle->upper};
    const lgd_status status = s->oracle->gauss_newton(s->oracle_ctx, s->w, k->T, k->ld);
    if (status)
        return status;
    if (!is_finite(k) || !(s->f > 0)) {
        s->stop = is_finite(k) ? LGD_STOP_ROUNDING : LGD_STOP_DIVERGED;
        return LGD_OK;
    }
    for (size_t j = 0; j < n; j++)
        k->column[j] = column_size(k, j);
    k->size = hypot(column_size(k, n), k->T[n * k->ld + n]);
    k->weight = k->size / sqrt(2 * s->f) * (k->size / sqrt(2 * s->f));
    find_scale(k, rules->scaling);
    lgd_gn_release(k);
    for (size_t j = 0; j < n; j++)
        if (lgd_gn_is_free(k, j))
            k->cosine = fmax(k->cosine, fabs(lgd_gn_slope(k, j)) / k->column[j]);
    if (!(k->cosine > rules->gtol))
        s->stop = LGD_STOP_GRAD_TOL;
    return LGD_OK;
}

double lgd_gn_length(const lgd_gn *k, const double *p)
{
    for (size_t j = 0; j < k->n; j++)
        k->row[j] = k->column[j] > 0 ? k->D[j] * p[j] : 0;
    return lgd_norm2(k->n, k->row);
}

void lgd_gn_model(const lgd_gn *k, lgd_gn_step *p)
{
    p->slope = p->bend = 0;
    p->length = lgd_gn_length(k, p->p);
    for (size_t i = 0; i < k->n; i++) {
        const double *row = k->T + i * k->ld, image = lgd_dot(k->n - i, row + i, p->p + i) / k->size;
        p->slope -= image * (row[k->n] / k->size);
        p->bend += image * image;
    }
}

/* ---- trials */

/* A point w + share p, within the box, and what came of it.
 *   foretold   fall of the model, over f
 *   fall       of f, over f
 *   ratio      of the two; -INFINITY where f or g is no number
 *   looked     it is another point than w, and one at all
 *   finite     f and g there are numbers
 *   rounding   no values could tell a fall as small as foretold, or the point is w but for its rounding */
static const double MOSTLY_ROUNDING = 1e-12; /* of f, where its residuals are small differences */
typedef struct trial {
    double *w, *g, f, foretold, fall, ratio;
    bool looked, finite, rounding;
} trial;

/* |S^-T g| over |r|, of what is free to move: how far r is from right angles to J, whatever the condition of J. */
static double slope_at(const lgd_gn *k, const double *w, const double *g)
{
    for (size_t j = 0; j < k->n; j++)
        k->right[j] = lgd_gn_is_free(k, j) && !lgd_gn_is_at_bound(k, j, w[j], g[j]) ? g[j] / k->size : 0;
    lgd_gn_lower(k, k->right);
    return lgd_norm2(k->n, k->right);
}

/* Is there a coordinate that has come to a bound beyond which f falls? */
static bool reaches_bound(const lgd_step *s, const lgd_gn *k, const trial *t)
{
    for (size_t j = 0; j < k->n; j++)
        if (t->w[j] != s->w[j] && lgd_gn_is_at_bound(k, j, t->w[j], t->g[j]))
            return true;
    return false;
}

/* Where the fall that was foretold is within the rounding of f, and so is the one there was, gradients tell instead of values. On the
 * way to a bound they need not be smaller. */
static double ratio_of_slopes(const lgd_step *s, const lgd_gn *k, const trial *t)
{
    static const double LESS = 0.9;
    const double before = slope_at(k, s->w, s->g), after = slope_at(k, t->w, t->g);
    if (!(fabs(t->fall) <= MOSTLY_ROUNDING + t->foretold))
        return t->ratio;
    if (reaches_bound(s, k, t))
        return fmax(t->ratio, 1);
    return after < LESS * before ? fmax(t->ratio, 1 - after / before) : -INFINITY;
}

static lgd_status look(const lgd_step *s, const lgd_gn *k, const lgd_gn_step *p, double share, trial *t)
{
    const size_t n = k->n;
    *t = (trial){.w = s->vec[LGD_GN_POINT], .g = s->vec[LGD_GN_GRADIENT], .f = NAN, .ratio = -INFINITY};
    t->foretold = share * (2 * p->slope - share * p->bend) * k->weight;
    t->rounding = !(t->foretold > MOSTLY_ROUNDING) || !(share * p->length > 4 * DBL_EPSILON * lgd_gn_length(k, s->w));
    for (size_t j = 0; j < n; j++) {
        t->w[j] = s->w[j] + share * (p->p[j] + (p->bent ? 0.5 * share * p->bent[j] : 0));
        if (k->lower)
            t->w[j] = fmin(fmax(t->w[j], k->lower[j]), k->upper[j]);
        t->looked = t->looked || t->w[j] != s->w[j];
    }
    t->looked = t->looked && lgd_first_not_finite(n, t->w) == n;
    if (!t->looked)
        return LGD_OK;
    lgd_status status = s->oracle->eval(s->oracle_ctx, t->w, &t->f, NULL);
    t->finite = isfinite(t->f);
    t->fall = (s->f - t->f) / s->f;
    if (status || !t->finite || !(t->foretold > 0) || !(t->fall > 0 || t->rounding))
        return status;
    status = s->oracle->eval(s->oracle_ctx, t->w, &t->f, t->g);
    t->finite = isfinite(t->f) && lgd_first_not_finite(n, t->g) == n;
    if (t->finite)
        t->ratio = t->fall / t->foretold;
    if (t->finite && t->rounding)
        t->ratio = ratio_of_slopes(s, k, t);
    return status;
}

/* The next radius after a trial, within which it lay or not. A slow full step was 1 - ratio too long; so would be the next. */
static double next_radius(const lgd_gn *k, const lgd_gn_step *p, const trial *t, double radius, bool within)
{
    static const double POOR = 0.25, GOOD = 0.75, LONGER = 2, SHORTER = 0.4, LEAST = 0.1; /* SHORTER LONGER < 1 */
    const bool slow = t->ratio < GOOD && 10 * t->foretold < 1 && !t->rounding;
    if (t->ratio >= GOOD || (t->ratio > POOR && within))
        return p->length * (slow ? (1 - t->ratio) / (2 - t->ratio) : LONGER);
    if (t->ratio > POOR)
        return radius;
    double shorter = t->finite ? t->rounding ? POOR : SHORTER : LEAST;
    if (t->finite && t->fall < 0 && !t->rounding) /* to the minimum of the parabola through both values and the slope */
        shorter = fmax(LEAST, 0.5 * p->slope / (p->slope - 0.5 * t->fall / k->weight));
    return shorter * fmin(radius, LONGER * p->length);
}

static void take(lgd_step *s, const trial *t, double share)
{
    memcpy(s->w, t->w, s->dim * sizeof *s->w);
    memcpy(s->g, t->g, s->dim * sizeof *s->g);
    s->f = t->f, s->eta = share, s->fresh = true;
}

/* Why no trial was taken. Rounding is what hid a fall where r is at right angles to J, or the whole step was next to nothing, as where r
 * itself is but rounding. */
static int reason(const lgd_gn *k, bool looked, bool finite, bool nothing)
{
    static const double RIGHT_ANGLE = 1e-6;
    if (looked && !finite)
        return LGD_STOP_DIVERGED;
    return nothing || !(k->cosine > RIGHT_ANGLE) ? LGD_STOP_ROUNDING : LGD_STOP_SEARCH;
}

lgd_status lgd_gn_advance(lgd_step *s, const lgd_gn_rules *rules)
{
    enum { ENOUGH = 5 }; /* trials within rounding, of which the first may be too long still */
    static const double TAKEN = 1e-4, NOTHING = 1e-10;
    progress *kept = s->state, next = *kept;
    bool looked = false, finite = false, nothing = false;
    double share = s->lr_factor;
    int rounding = 0;
    lgd_gn k;
    if (!(share > 0))
        return LGD_OK;
    lgd_status status = begin(s, rules, &k);
    if (!status && !s->stop && !(next.radius > 0)) {
        next.radius = rules->radius * lgd_gn_length(&k, s->w);
        next.radius = next.radius > 0 ? next.radius : INFINITY;
    }
    for (size_t i = 0; i < rules->max_trials && !status && !s->stop; i++, share = 1) {
        lgd_gn_step p = {.p = s->vec[LGD_GN_STEP]};
        bool within = false;
        trial t;
        status = rules->find(s, &k, next.radius, &next.mu, &p, &within);
        if (!status && !(kept->radius > 0) && i == 0)
            next.radius = fmin(next.radius, p.length);
        if (!status)
            status = look(s, &k, &p, share, &t);
        if (status)
            return status;
        looked = looked || t.looked;
        finite = finite || t.finite;
        nothing = nothing || ((within || i == 0) && p.length <= NOTHING * lgd_gn_length(&k, s->w));
        next.radius = next_radius(&k, &p, &t, next.radius, within);
        if (t.ratio > TAKEN) {
            *kept = next;
            take(s, &t, share);
            /* Shorter than asked for, and not because of the damping. */
            if (p.bend >= 0.5 * p.slope && p.length <= rules->xtol * lgd_gn_length(&k, s->w))
                s->stop = LGD_STOP_STEP_TOL;
            return LGD_OK;
        }
        if (!t.looked || (rounding += t.rounding) == ENOUGH)
            break;
    }
    if (!status && !s->stop)
        s->stop = reason(&k, looked, finite, nothing);
    return status;
}
