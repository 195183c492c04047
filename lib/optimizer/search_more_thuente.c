/* J. J. More, D. J. Thuente, "Line search algorithms with guaranteed sufficient decrease", ACM Trans. Math. Softw. 20 (1994).
 *
 * An interval with ends `low`, the lower of the two, and `other` comes to hold points with the strong Wolfe conditions. The next trial
 * is a safeguarded minimiser of a cubic or parabola through low, other and the last trial (section 4 has four cases), of phi or, as
 * long as no trial has decreased enough at a slope of 0 or above, of psi(alpha) = phi(alpha) - phi(0) - c1 alpha phi'(0)
 * (section 2). Where two trials have not shortened the interval to 0.66 of its length it is halved. */
#include "search_trial.h"

static const double SHORTER = 0.66, FARTHER_LEAST = 1.1, FARTHER_MOST = 4;
static const double FROM_A_GUESS = 8; /* the same where the first trial is but a guess */
static const double NARROW = 0x1p-50; /* relative length of an interval that holds no other point to speak of */

typedef struct interval {
    lgd_trial low, other;
    bool bracketed;
    double wall; /* the shortest trial that was no number */
    double most; /* how much farther the next trial may be */
} interval;

static double towards(const lgd_trial *from, double share, const lgd_trial *to)
{
    return from->alpha + share * (to->alpha - from->alpha);
}

static double nearer(double to, double x, double y)
{
    return fabs(x - to) < fabs(y - to) ? x : y;
}

static double farther(double from, double x, double y)
{
    return fabs(x - from) > fabs(y - from) ? x : y;
}

/* 1: phi is higher at t, and between there is a minimum. */
static double between(const lgd_trial *low, const lgd_trial *t)
{
    const double parabola = towards(low, lgd_parabola(low, t), t), r = lgd_cubic(low, t);
    const double cubic = isnan(r) ? parabola : towards(low, r, t);
    return fabs(cubic - low->alpha) < fabs(parabola - low->alpha) ? cubic : cubic + 0.5 * (parabola - cubic);
}

/* 2: lower, and the slope has turned; again a minimum is between. */
static double past(const lgd_trial *low, const lgd_trial *t)
{
    const double linear = towards(t, lgd_secant(t, low), low), r = lgd_cubic(t, low);
    return isnan(r) ? linear : farther(t->alpha, towards(t, r, low), linear);
}

/* 3: lower and less steep. The cubic need not have a minimum beyond t. Within a bracket the trial stays clear of its other end. */
static double beyond(const interval *i, const lgd_trial *t)
{
    const double r = lgd_cubic(t, &i->low), linear = towards(t, lgd_secant(t, &i->low), &i->low);
    const double away = t->alpha - i->low.alpha, farthest = t->alpha + i->most * away;
    if (!i->bracketed) {
        const double cubic = r < 0 ? towards(t, r, &i->low) : farthest;
        return fmin(fmax(farther(t->alpha, cubic, linear), t->alpha + FARTHER_LEAST * away), farthest);
    }
    const double cubic = r < 0 ? towards(t, r, &i->low) : i->other.alpha;
    const double next = nearer(t->alpha, cubic, linear), limit = towards(t, SHORTER, &i->other);
    return away > 0 ? fmin(next, limit) : fmax(next, limit);
}

/* The next trial after t, which becomes an end of the interval. */
static double next_trial(interval *i, const lgd_trial *t)
{
    const bool higher = t->f > i->low.f, turned = !higher && (t->slope < 0) != (i->low.slope < 0);
    const double next =
        higher                                          ? between(&i->low, t)
        : turned                                        ? past(&i->low, t)
        : fabs(t->slope) < fabs(i->low.slope)           ? beyond(i, t)
        : i->bracketed /* 4: lower and no less steep */ ? towards(t, lgd_cubic(t, &i->other), &i->other)
                                                        : t->alpha + FARTHER_MOST * (t->alpha - i->low.alpha);
    i->bracketed = i->bracketed || higher || turned;
    if (higher) {
        i->other = *t;
        return next;
    }
    if (turned)
        i->other = i->low;
    i->low = *t;
    return next;
}

/* psi at a trial, with its slope. */
static lgd_trial psi(lgd_trial t, double slope)
{
    t.f -= t.alpha * slope;
    t.slope -= slope;
    return t;
}

/* The same by values of psi; what the interval keeps are those of phi. */
static double next_by_psi(interval *i, const lgd_trial *t, double slope)
{
    const lgd_trial here = psi(*t, slope);
    interval tilted = {psi(i->low, slope), psi(i->other, slope), i->bracketed, i->wall, i->most};
    const double next = next_trial(&tilted, &here);
    i->bracketed = tilted.bracketed;
    if (tilted.low.alpha != t->alpha) {
        i->other = *t;
        return next;
    }
    if (tilted.other.alpha == i->low.alpha)
        i->other = i->low;
    i->low = *t;
    return next;
}

static bool accepts(const lgd_search_run *q, const lgd_trial *t)
{
    return lgd_decreases(q, t) && fabs(t->slope) <= q->rules->c2 * fabs(q->zero.slope);
}

/* Where phi is no number: back towards low, and no trial comes there again. */
static double back(const lgd_search_run *q, interval *i, double alpha)
{
    if (alpha > i->low.alpha)
        i->wall = fmin(i->wall, alpha);
    return lgd_shorten(q, i->low.alpha, alpha);
}

/* The next trial within what is known: the bracket, the end of the line, the wall. */
static double within(const lgd_search_run *q, const interval *i, double next)
{
    const double low = i->low.alpha, other = i->other.alpha;
    if (i->bracketed && !(next > fmin(low, other) && next < fmax(low, other)))
        next = 0.5 * low + 0.5 * other;
    if (!i->bracketed && !(next > low))
        next = (1 + FARTHER_MOST) * low;
    next = fmin(next, q->line->alpha_max);
    return i->wall > low && !(next < i->wall) ? 0.5 * low + 0.5 * i->wall : next;
}

void lgd_search_more_thuente(lgd_search_run *q)
{
    const double slope = q->rules->c1 * q->zero.slope;
    interval i = {.low = q->zero, .other = q->zero, .wall = INFINITY};
    double width = INFINITY, width_before = INFINITY, alpha = q->first;
    bool by_psi = true;
    lgd_trial t;
    q->accepts = accepts;
    i.most = q->line->guessed ? FROM_A_GUESS : FARTHER_MOST;
    while (lgd_look(q, alpha, &t)) {
        if (!t.sound) {
            alpha = back(q, &i, alpha);
            continue;
        }
        const bool decreases = lgd_decreases(q, &t);
        by_psi = by_psi && !(decreases && t.slope >= 0);
        alpha = by_psi && t.f <= i.low.f && !decreases ? next_by_psi(&i, &t, slope) : next_trial(&i, &t);
        if (i.bracketed) {
            const double now = fabs(i.other.alpha - i.low.alpha);
            if (now >= SHORTER * width_before)
                alpha = 0.5 * i.low.alpha + 0.5 * i.other.alpha;
            width_before = width;
            width = now;
            if (!(now > NARROW * fmax(i.low.alpha, i.other.alpha)))
                return;
        }
        alpha = within(q, &i, alpha);
    }
}
