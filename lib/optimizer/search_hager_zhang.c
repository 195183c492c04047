/* W. W. Hager, H. Zhang, "A new conjugate gradient method with guaranteed descent and an efficient line search", SIAM J. Optim. 16
 * (2005), section 4, and "Algorithm 851: CG_DESCENT", ACM Trans. Math. Softw. 32 (2006), with their names of steps.
 *
 * An interval [a, b] has phi'(a) < 0 <= phi'(b) and a low phi(a); secants of phi', taken twice, shorten it. A trial is
 * accepted by Wolfe's conditions, and once values change little (lgd_search_memory) by the approximate ones, whose decrease is read
 * off the slopes: near a minimum they keep twice the digits that values have. */
#include "search_trial.h"

static const double GAMMA = 0.66, RHO = 5;
static const double CLEAR = 0x1p-10;  /* of the length of an interval: trials keep that far from its ends */
static const double NARROW = 0x1p-50; /* relative length of an interval that holds no other point to speak of */

typedef struct interval {
    lgd_trial a, b;
} interval;

static bool accepts(const lgd_search_run *q, const lgd_trial *t)
{
    if (lgd_decreases(q, t) && t->slope >= q->rules->c2 * q->zero.slope)
        return true;
    return q->perturbed > 0 && lgd_decreases_by_slope(q, t, q->perturbed);
}

/* The paper asks a for phi(0) + eps alone. Where c1 phi'(0) alpha is more than phi can fall by, as with exp from far up, the interval
 * would then close in on a minimum of phi without the decrease; with it there are points in the interval that will do. */
static bool is_low(const lgd_search_run *q, const lgd_trial *t)
{
    return t->f <= q->zero.f + q->rules->c1 * t->alpha * q->zero.slope + fmax(q->perturbed, q->rounding);
}

static double length(const interval *i)
{
    return i->b.alpha - i->a.alpha;
}

static bool is_narrow(const interval *i)
{
    return !(length(i) > NARROW * i->b.alpha);
}

/* U3: b is too high, or no number. Bisects (theta = 1/2) until the slope has turned at the right end. As long as only b has moved it
 * may be too far by orders of magnitude, and the parabola through a and b says how far. */
static bool halve(lgd_search_run *q, interval *i)
{
    static const double LEAST = 0x1p-10, MOST = 0.5;
    bool only_b = true;
    while (!is_narrow(i)) {
        lgd_trial d;
        const double share = only_b && i->b.sound ? lgd_parabola(&i->a, &i->b) : MOST;
        const double next = i->a.alpha + fmin(fmax(share, LEAST), MOST) * length(i);
        if (!lgd_look(q, i->b.sound ? next : lgd_shorten(q, i->a.alpha, i->b.alpha), &d))
            return false;
        if (d.sound && d.slope >= 0) {
            i->b = d;
            return true;
        }
        only_b = !(d.sound && is_low(q, &d)) && only_b;
        *(d.sound && is_low(q, &d) ? &i->a : &i->b) = d;
    }
    return false;
}

/* U0 to U3 with the trial at c. *at: which end it became, 'a', 'b' or 0. False: the search is over. */
static bool update(lgd_search_run *q, interval *i, double c, char *at)
{
    lgd_trial t;
    *at = 0;
    if (!(c > i->a.alpha && c < i->b.alpha))
        return true;
    c = fmin(fmax(c, i->a.alpha + CLEAR * length(i)), i->b.alpha - CLEAR * length(i));
    if (!lgd_look(q, c, &t))
        return false;
    if (t.sound && t.slope >= 0) {
        i->b = t;
        *at = 'b';
        return true;
    }
    if (t.sound && is_low(q, &t)) {
        i->a = t;
        *at = 'a';
        return true;
    }
    i->b = t;
    return halve(q, i);
}

static double secant(const lgd_trial *a, const lgd_trial *b)
{
    return a->alpha + lgd_secant(a, b) * (b->alpha - a->alpha);
}

/* S1 to S4 */
static bool secant_twice(lgd_search_run *q, interval *i)
{
    const interval before = *i;
    char at;
    if (!update(q, i, secant(&i->a, &i->b), &at))
        return false;
    if (at == 'b')
        return update(q, i, secant(&before.b, &i->b), &at);
    if (at == 'a')
        return update(q, i, secant(&before.a, &i->a), &at);
    return true;
}

/* B0 to B3: from the first trial on, which may be too short. */
static bool bracket(lgd_search_run *q, interval *i)
{
    const double farthest = q->line->alpha_max;
    double c = q->first;
    lgd_trial t;
    i->a = q->zero;
    for (;;) {
        if (!lgd_look(q, c, &t))
            return false;
        i->b = t;
        if (t.sound && t.slope >= 0)
            return true;
        if (!t.sound || !is_low(q, &t))
            return halve(q, i);
        i->a = t;
        if (c >= farthest)
            return false;
        c = fmin(RHO * c, farthest);
    }
}

void lgd_search_hager_zhang(lgd_search_run *q)
{
    interval i;
    char at;
    q->accepts = accepts;
    if (!bracket(q, &i))
        return;
    while (!is_narrow(&i)) { /* L1 to L3 */
        const double before = length(&i);
        if (!secant_twice(q, &i))
            return;
        if (length(&i) > GAMMA * before && !update(q, &i, 0.5 * i.a.alpha + 0.5 * i.b.alpha, &at))
            return;
    }
}
