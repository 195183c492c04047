/* Line searches: which one, what it takes, why it finds nothing, what it remembers. */
#include "search_trial.h"
#include <float.h>

/* Relative to f, how far its rounding may reach: what is added up to it, or subtracted from one another, can be larger. And how far
 * it does at the least. */
static const double ROUGH = 0x1p-40, SAME = 64 * DBL_EPSILON;

/* Steps without a lower value, or half the fall foretold, after which nothing but rounding is left. */
enum { IDLE_STEPS = 20 };

lgd_status lgd_search_check(const char *method, lgd_search search, double c1, double c2)
{
    if (!(c1 < c2))
        return lgd_fail(LGD_EINVAL, "%s: c1 is %g, a number below c2, %g, is accepted", method, c1, c2);
    /* its approximate conditions bound the slope by (2 c1 - 1) phi'(0), which has to allow 0 */
    if (search == LGD_HAGER_ZHANG && !(c1 < 0.5))
        return lgd_fail(LGD_EINVAL, "%s: c1 is %g, a number below 0.5 is accepted with search = LGD_HAGER_ZHANG",
                        method, c1);
    return LGD_OK;
}

/* ---- what is remembered */

static lgd_search_memory begun_anew(double f)
{
    return (lgd_search_memory){
        .value = {f}, .values = 1, .mean_size = fabs(f), .weight = 1, .lowest = f, .foretold = INFINITY};
}

static double last_value(const lgd_search_memory *m)
{
    return m->value[(m->values - 1) % LGD_SEARCH_VALUES];
}

static double largest_value(const lgd_search_memory *m)
{
    double largest = m->value[0];
    for (size_t i = 1; i < LGD_SEARCH_VALUES && i < m->values; i++)
        largest = fmax(largest, m->value[i]);
    return largest;
}

/* Hager and Zhang's C_k and Q_k forget with 0.7, and approximate Wolfe begins once f changes by less than 1e-3 C_k. Steps are idle
 * where neither f becomes less nor the fall that the tangent foretells, which has the unit of f whatever d is; without a monotone
 * search where f does not change. */
static void remember(lgd_search_memory *m, const lgd_search_run *q, double f_new)
{
    static const double KEEP = 0.7, CLOSE = 1e-3;
    const double foretold = -q->taken.alpha * q->zero.slope, change = fabs(f_new - q->zero.f);
    const bool lower = q->rules->search == LGD_NONMONOTONE ? change > SAME * fabs(q->zero.f) : f_new < m->lowest;
    if (change <= CLOSE * m->mean_size)
        m->close = 1;
    m->weight = 1 + KEEP * m->weight;
    m->mean_size += (fabs(f_new) - m->mean_size) / m->weight;
    m->value[m->values++ % LGD_SEARCH_VALUES] = f_new;
    m->idle = lower || foretold <= 0.5 * m->foretold ? 0 : m->idle + 1;
    if (foretold <= 0.5 * m->foretold)
        m->foretold = foretold;
    m->lowest = fmin(m->lowest, f_new);
}

/* ---- the search */

/* Is w + alpha d as good as w in each coordinate? */
static bool is_rounding(const lgd_step *s, const lgd_line *l, double alpha)
{
    for (size_t j = 0; j < s->dim; j++)
        if (!(fabs(alpha * l->d[j]) <= 4 * DBL_EPSILON * fabs(s->w[j])))
            return false;
    return true;
}

/* Why there is no point. The decrease that can be had is at most that of the tangent up to the shortest trial that was too high;
 * where this is nothing but rounding, values that no rounding explains are another matter. */
static int reason(const lgd_search_run *q)
{
    if (q->unbounded)
        return LGD_STOP_UNBOUNDED;
    if (!q->any_sound) /* without a value: slopes so small that alpha is no number, or w does not move */
        return q->any_value ? LGD_STOP_DIVERGED : LGD_STOP_ROUNDING;
    if (q->jumps || q->contrary)
        return LGD_STOP_SEARCH;
    if (q->unmoved || -q->zero.slope * q->high <= q->rounding || is_rounding(q->s, q->line, q->high))
        return LGD_STOP_ROUNDING;
    return LGD_STOP_SEARCH;
}

/* The gradient at what was accepted. Along the scores a value may differ from that of an evaluation, but by rounding alone. */
static lgd_status evaluate(lgd_search_run *q)
{
    lgd_line *l = q->line;
    const double above = fmax(q->reference, q->zero.f + q->perturbed) + q->rounding;
    const lgd_status status = lgd_look_fully(q, q->taken.alpha);
    l->found = !status && isfinite(l->slope_new) && l->f_new <= above;
    q->unbounded = l->f_new == -INFINITY;
    if (!status && !q->unmoved && !isfinite(l->slope_new))
        q->any_sound = false;
    return status;
}

lgd_status lgd_search_along(lgd_step *s, const lgd_search_rules *rules, lgd_search_memory *memory, lgd_line *line)
{
    lgd_search_memory next = memory->values && last_value(memory) == s->f ? *memory : begun_anew(s->f);
    lgd_search_run q = {.s = s, .rules = rules, .line = line, .high = INFINITY, .at = NAN};
    q.zero = (lgd_trial){0, s->f, line->slope, true};
    q.reference = rules->search == LGD_NONMONOTONE ? largest_value(&next) : s->f;
    q.rounding = ROUGH * fabs(s->f);
    q.perturbed = rules->search == LGD_HAGER_ZHANG && next.close != 0 ? 1e-6 * next.mean_size : 0;
    q.first = fmin(fmin(line->alpha, line->alpha_max), DBL_MAX);
    line->found = false;
    line->trials = 0;
    s->stop = 0;
    if (rules->search == LGD_HAGER_ZHANG)
        lgd_search_hager_zhang(&q);
    else if (rules->search == LGD_MORE_THUENTE)
        lgd_search_more_thuente(&q);
    else
        lgd_search_backtracking(&q);
    if (!q.taken.sound)
        q.taken = q.best;
    lgd_status status = q.status;
    if (!status && !q.unbounded && q.taken.sound)
        status = evaluate(&q);
    if (status)
        return status;
    if (!line->found) {
        s->stop = reason(&q);
        return LGD_OK;
    }
    remember(&next, &q, line->f_new);
    line->found = next.idle < IDLE_STEPS;
    if (line->found)
        *memory = next;
    else
        s->stop = LGD_STOP_ROUNDING;
    return LGD_OK;
}

/* ---- around it */

/* |x|_inf of both. Asked for seldom. */
static void largest(size_t dim, const double *restrict w, const double *restrict d, double *of_w, double *of_d)
{
    double a = 0, b = 0;
    for (size_t j = 0; j < dim; j++) {
        const double x = fabs(w[j]), y = fabs(d[j]);
        a = x > a ? x : a;
        b = y > b ? y : b;
    }
    *of_w = a;
    *of_d = b;
}

double lgd_search_given(const lgd_step *s, double first_step, const double *d)
{
    double of_w, of_d;
    largest(s->dim, s->w, d, &of_w, &of_d);
    return fmax(first_step / lgd_norm2(s->dim, d), 2 * DBL_EPSILON * of_w / of_d);
}

lgd_status lgd_search_first(lgd_step *s, const lgd_search_rules *rules, const double *d, double slope, double *hd,
                            double *alpha)
{
    double of_w, of_d;
    if (rules->first_step > 0) {
        *alpha = lgd_search_given(s, rules->first_step, d);
        return LGD_OK;
    }
    if (s->oracle->product && s->oracle->exact) {
        const lgd_status status = s->oracle->product(s->oracle_ctx, s->w, s->g, d, hd);
        const double curvature = status ? 0 : lgd_dot(s->dim, d, hd);
        *alpha = -slope / curvature;
        if (status || (*alpha > 0 && isfinite(*alpha)))
            return status;
    }
    largest(s->dim, s->w, d, &of_w, &of_d);
    *alpha = of_w > 0 ? 0.01 * of_w / of_d : -0.01 * fabs(s->f) / slope;
    if (!(*alpha > 0 && isfinite(*alpha))) /* w and f are 0: nothing says how far is far */
        *alpha = 1 / of_d;
    return LGD_OK;
}

void lgd_search_take(lgd_step *s, const lgd_line *line)
{
    memcpy(s->w, line->w_new, s->dim * sizeof *s->w);
    memcpy(s->g, line->g_new, s->dim * sizeof *s->g);
    s->f = line->f_new;
    s->eta = line->alpha;
    s->fresh = true;
}
