/* Trials of a line search. */
#include "search_trial.h"
#include <float.h>

/* Growth of alpha, above that of the first trial, at which a phi that still falls as steeply is taken to fall for ever. */
static const double WITHOUT_BOUND = 0x1p64;

/* Relative to f, a change that no rounding explains. */
static const double COARSE = 0x1p-20;

/* x = w + alpha d, within the bounds; *moved has bits where x differs from w, and the result bit 63 where x is not finite. One
 * pass that reads w and d and writes x. */
LGD_WIDE static uint64_t move(size_t dim, const double *restrict w, double alpha, const double *restrict d,
                              double *restrict x, uint64_t *moved)
{
    uint64_t bad = 0, other = 0;
#pragma omp simd reduction(| : bad, other)
    for (size_t j = 0; j < dim; j++) {
        x[j] = w[j] + alpha * d[j];
        bad |= lgd_not_finite(x[j]);
        other |= (uint64_t)(x[j] != w[j]);
    }
    *moved = other;
    return bad;
}

LGD_WIDE static uint64_t move_within(size_t dim, const double *restrict w, double alpha, const double *restrict d,
                                     const double *restrict lower, const double *restrict upper, double *restrict x,
                                     uint64_t *moved)
{
    uint64_t bad = 0, other = 0;
#pragma omp simd reduction(| : bad, other)
    for (size_t j = 0; j < dim; j++) {
        const double y = w[j] + alpha * d[j], up = y < lower[j] ? lower[j] : y;
        x[j] = up > upper[j] ? upper[j] : up;
        bad |= lgd_not_finite(x[j]);
        other |= (uint64_t)(x[j] != w[j]);
    }
    *moved = other;
    return bad;
}

lgd_status lgd_look_fully(lgd_search_run *q, double alpha)
{
    lgd_step *s = q->s;
    lgd_line *l = q->line;
    uint64_t moved;
    if (q->at == alpha)
        return LGD_OK;
    q->at = NAN;
    l->alpha = alpha;
    l->f_new = l->slope_new = NAN;
    const uint64_t bad = l->lower ? move_within(s->dim, s->w, alpha, l->d, l->lower, l->upper, l->w_new, &moved)
                                  : move(s->dim, s->w, alpha, l->d, l->w_new, &moved);
    q->unmoved = !moved;
    if (bad >> 63 || q->unmoved)
        return LGD_OK;
    q->any_value = true;
    const lgd_status status = s->oracle->eval(s->oracle_ctx, l->w_new, &l->f_new, l->g_new);
    if (status)
        return status;
    q->at = alpha;
    if (isfinite(l->f_new))
        l->slope_new = lgd_dot(s->dim, l->g_new, l->d);
    return LGD_OK;
}

/* f and slope of *t. Without `scores` the first trial, which most methods take, is an evaluation: one pass in all; only a second
 * trial begins a line. Then, as with `scores` from the beginning, a pass for the scores and one for the gradient at the end. Values
 * along the scores differ from phi(0), which is of an evaluation, by a rounding that is far within q->rounding. */
static lgd_status values(lgd_search_run *q, lgd_trial *t)
{
    const lgd_line *l = q->line;
    if (!q->along && q->s->oracle->begin_line && !l->lower && l->trials == (l->scores ? 1 : 2)) {
        const lgd_status status = q->s->oracle->begin_line(q->s->oracle_ctx, q->s->w, l->d);
        if (status)
            return status;
        q->along = q->any_value = true;
    }
    if (q->along)
        return q->s->oracle->line(q->s->oracle_ctx, t->alpha, &t->f, &t->slope);
    const lgd_status status = lgd_look_fully(q, t->alpha);
    t->f = l->f_new;
    t->slope = l->slope_new;
    return status;
}

/* Where the decrease asked for is lost in the rounding of the value it is taken from, to be no higher says nothing: the slope must
 * not have turned too far either. */
bool lgd_decreases(const lgd_search_run *q, const lgd_trial *t)
{
    const double c1 = q->rules->c1, limit = q->reference + c1 * t->alpha * q->zero.slope;
    if (!(t->sound && t->f <= limit))
        return false;
    const bool told = limit < q->reference || q->reference > q->zero.f;
    return told ? t->f < q->zero.f || !q->contrary : t->slope <= (2 * c1 - 1) * q->zero.slope && !q->contrary;
}

bool lgd_decreases_by_slope(const lgd_search_run *q, const lgd_trial *t, double above)
{
    const double c1 = q->rules->c1, c2 = q->rules->c2, slope = q->zero.slope;
    return t->sound && t->f <= q->zero.f + above && t->slope <= (2 * c1 - 1) * slope && t->slope >= c2 * slope;
}

bool lgd_will_do(const lgd_search_run *q, const lgd_trial *t)
{
    if (t->alpha >= q->line->alpha_max && t->slope < 0 && lgd_decreases(q, t))
        return true;
    return -q->rules->c1 * t->alpha * q->zero.slope <= q->rounding && lgd_decreases_by_slope(q, t, q->rounding);
}

/* What the shortest trial that is too high says: f has a jump on the way, since no slope explains the rise; or it does not fall where
 * both slopes say so, unlike any function so near to w. Only of changes that are far above the rounding of any f. */
static void note_high(lgd_search_run *q, const lgd_trial *t)
{
    const double falls = -q->zero.slope;
    if (!(t->alpha < q->high))
        return;
    q->high = t->alpha;
    q->high_slope = t->slope;
    q->jumps = t->f - q->zero.f > 2 * (falls + fabs(t->slope)) * t->alpha + COARSE * fmax(fabs(t->f), fabs(q->zero.f));
    if (falls * t->alpha > COARSE * fabs(q->zero.f))
        q->contrary = t->slope <= -0.5 * falls;
}

/* What a trial says beyond its own: -Inf is lower than all numbers, a phi that falls as steeply so far away, and by more
 * than its own size, has no minimum. */
static void note(lgd_search_run *q, const lgd_trial *t)
{
    q->unbounded = t->f == -INFINITY;
    if (!t->sound)
        return;
    q->any_sound = true;
    if (!lgd_decreases(q, t)) {
        note_high(q, t);
        return;
    }
    if (t->f < q->zero.f && !(t->f >= q->best.f && q->best.sound))
        q->best = *t;
    if (t->alpha >= WITHOUT_BOUND * q->first && t->slope < q->rules->c2 * q->zero.slope &&
        t->f < q->zero.f - fabs(q->zero.f))
        q->unbounded = true;
}

bool lgd_look(lgd_search_run *q, double alpha, lgd_trial *t)
{
    *t = (lgd_trial){.alpha = alpha, .f = NAN, .slope = NAN};
    /* No decrease that is left can be told from none, nor do slopes show a minimum. */
    const bool in_vain =
        alpha <= q->high && !(q->high_slope > 0) && -q->zero.slope * q->high <= 0.25 * DBL_EPSILON * fabs(q->zero.f);
    if (q->line->trials >= q->rules->max_trials || !(alpha > 0) || in_vain)
        return false;
    q->line->trials++;
    q->status = values(q, t);
    if (q->status || q->unmoved)
        return false;
    t->sound = isfinite(t->f) && isfinite(t->slope);
    note(q, t);
    if (q->unbounded)
        return false;
    if (t->sound && (q->accepts(q, t) || lgd_will_do(q, t))) {
        q->taken = *t;
        return false;
    }
    return true;
}

/* ---- interpolation */

double lgd_cubic(const lgd_trial *a, const lgd_trial *b)
{
    const double theta = 3 * (a->f - b->f) / (b->alpha - a->alpha) + a->slope + b->slope;
    const double size = fmax(fabs(theta), fmax(fabs(a->slope), fabs(b->slope)));
    const double inside = theta / size * (theta / size) - a->slope / size * (b->slope / size);
    if (!(inside > 0)) /* it has no minimum */
        return NAN;
    const double root = b->alpha < a->alpha ? -size * sqrt(inside) : size * sqrt(inside);
    return (root - a->slope + theta) / (root - a->slope + root + b->slope);
}

double lgd_parabola(const lgd_trial *a, const lgd_trial *b)
{
    return a->slope / ((a->f - b->f) / (b->alpha - a->alpha) + a->slope) / 2;
}

double lgd_secant(const lgd_trial *a, const lgd_trial *b)
{
    return a->slope / (a->slope - b->slope);
}

double lgd_shorten(const lgd_search_run *q, double low, double alpha)
{
    const size_t trials = q->line->trials, decades = trials > 3 ? trials - 2 : 1;
    return q->any_sound ? low + 0.5 * (alpha - low) : alpha * pow(0.1, (double)decades);
}
