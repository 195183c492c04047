/* What a run looks like: the labels in the order in which they are tried. docs/guide/diagnosis.md has the reasons of the thresholds. */
#include "diagnose.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const double JUMP = 1e3; /* of |g| from one entry to the next: no rate below 500 times one that holds does it */
static const double OVERSHOT =
    1e4; /* what a first step should lower f by, in units of f; at rate r it is at most 2 r C */
static const double VANISHED = 1e-5; /* of a layer's |g| in that of a later one */
static const double CANCELLED =
    1e-13;                     /* of the largest: what is left of a sum that is 0, as of residuals about their mean */
static const double RISES = 4; /* above the start, in units of what the value has fallen */
static const double OVERFIT = 0.05;   /* of what validation has fallen, that it has risen again */
static const double CROSSES = 1.15;   /* rate times curvature along g; at 1 a step ends at the bottom of the valley */
static const double UPS = 0.2;        /* of steps that go up, and of how far they do beside those that go down */
static const double TOO_SHORT = 0.1;  /* rate times the largest curvature met */
static const double ARRIVED = 1e-5;   /* of the largest |g| */
static const double STILL = 0.01;     /* of |f|, over the second half */
static const double HALVED = 2;       /* |g| over the second half */
static const double KEEPS_PACE = 0.4; /* of what the first half fell by */

LGD_PRINTF(2, 3) static void say(char text[192], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(text, 192, format, args);
    va_end(args);
}

/* Sets the label, and the number that decided. */
static bool label(lgd_diagnosis *d, lgd_diagnosis_label as, size_t epoch, double ratio)
{
    d->label = as;
    d->epoch = epoch;
    d->ratio = ratio;
    return true;
}

/* "lower the rate from 0.3 to 0.1", or by a factor where there is no rate to name. */
static void advise_rate(lgd_diagnosis *d, double factor, const char *more)
{
    d->lr_better = d->lr * factor;
    if (isnan(d->lr))
        say(d->remedy, "%s the rate by a factor of %.2g%s", factor < 1 ? "lower" : "raise",
            factor < 1 ? 1 / factor : factor, more);
    else
        say(d->remedy, "%s the rate from %.3g to %.2g%s", factor < 1 ? "lower" : "raise", d->lr, d->lr_better, more);
}

static double largest(size_t count, const double *x)
{
    double most = -INFINITY;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, x[i]);
    return most;
}

static size_t lowest(size_t count, const double *x)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (x[i] < x[best])
            best = i;
    return best;
}

/* The median of the last quarter, of three at least. */
static double end_of(size_t count, const double *x, double *room)
{
    const size_t last = count / 4 > 3 ? count / 4 : count < 3 ? count : 3;
    return lgd_trend_median(last, x + count - last, room);
}

/* ---- gradients of layers */

/* The median of |g| of a part over the entries that have one. */
static double part_norm(const lgd_reading *r, size_t part)
{
    size_t n = 0;
    double *own = r->room + r->s.count;
    for (size_t i = 0; i < r->s.count; i++)
        if (isfinite(r->s.parts[part][i]))
            own[n++] = r->s.parts[part][i];
    return lgd_trend_median(n, own, r->room);
}

static bool explodes(const lgd_reading *r, lgd_diagnosis *d)
{
    size_t most = 0, from = 0, to = 0;
    double ratio = 0, largest_g = 0;
    for (size_t p = 0; p < r->s.part_count && r->s.count;
         p++) { /* the largest over one behind it, where the run began */
        const double norm = r->s.parts[p][0], high = r->s.parts[most][0];
        if (norm > CANCELLED * high && high / norm > ratio) {
            ratio = high / norm;
            from = most;
            to = p;
        }
        if (!(norm <= high))
            most = p;
    }
    if (ratio >= 1 / VANISHED) {
        d->clip_norm = r->s.parts[to][0];
        d->part = from;
        say(d->evidence, "the gradient of part %zu is %.2g times that of part %zu", from, ratio, to);
        say(d->remedy, "clip_norm %.2g, or weights smaller by a factor of %.2g in each part between", d->clip_norm,
            pow(ratio, 1 / (double)(to - from)));
        return label(d, LGD_DIAGNOSIS_EXPLODING, 0, ratio);
    }
    for (size_t i = 0; i + 1 < r->n; i++) { /* beyond all before: not what rounding makes of 0 */
        largest_g = fmax(largest_g, r->g[i]);
        if (r->g[i] > 0 && r->g[i + 1] / r->g[i] >= JUMP && r->g[i + 1] > largest_g) {
            d->clip_norm = lgd_trend_median(i + 1, r->g, r->room);
            say(d->evidence, "|g| jumps from %.3g to %.3g after entry %zu", r->g[i], r->g[i + 1], r->entry[i]);
            say(d->remedy, "clip_norm %.2g, the median |g| before", d->clip_norm);
            return label(d, LGD_DIAGNOSIS_EXPLODING, r->entry[i + 1], r->g[i + 1] / r->g[i]);
        }
    }
    const double lr = r->n ? r->s.lr ? r->s.lr[r->entry[0]] : NAN : NAN;
    const bool held = r->n > 1 && r->v[1] <= r->v[0]; /* f began near 0, and is no measure */
    if (r->s.descent && r->all && r->n && !held && lr * r->g[0] * r->g[0] > OVERSHOT * fabs(r->v[0]) && r->v[0] != 0) {
        d->clip_norm = fabs(r->v[0]) / (lr * r->g[0]);
        say(d->evidence, "at rate %.3g the first gradient, |g| = %.3g, promises to lower a value of %.3g by %.2g", lr,
            r->g[0], r->sign * r->v[0], lr * r->g[0] * r->g[0]);
        say(d->remedy, "clip_norm %.2g, or a start with smaller weights", d->clip_norm);
        return label(d, LGD_DIAGNOSIS_EXPLODING, r->entry[0], lr * r->g[0] * r->g[0] / fabs(r->v[0]));
    }
    return false;
}

static bool vanishes(const lgd_reading *r, lgd_diagnosis *d)
{
    size_t least = 0, most = 0;
    double low = INFINITY, high = 0;
    for (size_t p = 0; p < r->s.part_count; p++) {
        const double norm = part_norm(r, p);
        if (norm < low) {
            low = norm;
            least = p;
        }
        if (norm >= high) {
            high = norm;
            most = p;
        }
    }
    if (!(high > 0) || least >= most || low > VANISHED * high)
        return false;
    d->part = least;
    say(d->evidence, "the gradient of part %zu is %.2g of that of part %zu", least, low / high, most);
    say(d->remedy, "use ReLU with He initialisation, or fewer than these %zu parts, so that part %zu learns",
        r->s.part_count, least);
    return label(d, LGD_DIAGNOSIS_VANISHING, 0, low / high);
}

/* ---- values */

static bool diverges(const lgd_reading *r, lgd_diagnosis *d)
{
    bool told = r->o.stop == LGD_STOP_DIVERGED || r->no_number;
    double rise = 0, fall = 0;
    size_t best = 0;
    if (r->n) {
        best = lowest(r->n, r->v);
        rise = end_of(r->n, r->v, r->room) - r->v[best];
        fall = r->v[0] - r->v[best];
    }
    if (!told && r->n >= LGD_FEWEST) { /* a line through the end, or nearly every step of it, goes up, and far */
        double noise;
        const size_t half = r->n / 2, from = r->n - half;
        const double change = lgd_trend_change(half, r->v + from, &noise, r->room);
        size_t ups = 0;
        for (size_t i = from; i + 1 < r->n; i++)
            ups += r->v[i + 1] > r->v[i];
        const bool climbs = 4 * ups >= 3 * (half - 1) || change > 4 * noise;
        told = climbs && rise > RISES * fall && rise > noise && rise > 1e-3 * fabs(r->v[0]);
    }
    if (!told)
        return false;
    const double bend = r->bends ? largest(r->bends, r->bend) : 0;
    if (!r->n)
        say(d->evidence, "none of %zu values is a number", r->s.count);
    else if (r->no_number)
        say(d->evidence, "the value rose from %.4g to no number", r->sign * r->v[best]);
    else if (best + 1 == r->n) /* what it rose to was in no entry any more */
        say(d->evidence, "the value rose far above %.4g", r->sign * r->v[best]);
    else
        say(d->evidence, "the value rose from %.4g to %.4g%s", r->sign * r->v[best], r->sign * r->v[r->n - 1],
            r->o.stop == LGD_STOP_DIVERGED ? ", and further" : "");
    advise_rate(d, bend > 1 ? 1 / bend : 0.1, bend > 1 ? ", one over the curvature met" : "");
    return label(d, LGD_DIAGNOSIS_DIVERGING, r->n ? r->entry[best] : 0, fall > 0 ? rise / fall : INFINITY);
}

static bool overfits(const lgd_reading *r, lgd_diagnosis *d)
{
    double *x = r->bend + r->s.count, noise; /* behind the bends */
    size_t *entry = r->entry + r->s.count;
    const size_t n = lgd_trend_finite(r->s.count, r->s.validation, x, entry);
    if (n < LGD_FEWEST)
        return false;
    for (size_t i = 0; i < n; i++)
        x[i] *= r->sign;
    const size_t best = lowest(n, x), half = n / 2;
    const double rise = end_of(n, x, r->room) - x[best], fall = x[0] - x[best];
    lgd_trend_change(half, x + n - half, &noise, r->room);
    if (4 * best >= 3 * n || !(rise > 3 * noise) || !(rise > OVERFIT * fall) || !(rise > 1e-3 * fabs(x[best])))
        return false;
    size_t then = 0;
    while (then + 1 < r->n && r->entry[then] < entry[best])
        then++;
    if (!(end_of(r->n, r->v, r->room) <= r->v[then]))
        return false;
    say(d->evidence,
        "validation fell to %.4g at epoch %zu and rose to %.4g since, while the value fell from %.4g to %.4g",
        r->sign * x[best], entry[best], r->sign * x[n - 1], r->sign * r->v[then], r->sign * r->v[r->n - 1]);
    say(d->remedy, "stop at epoch %zu, where validation was lowest, or add l2", entry[best]);
    return label(d, LGD_DIAGNOSIS_OVERFITTING, entry[best], fall > 0 ? rise / fall : INFINITY);
}

/* Steps that cross the valley, by the curvature along them: also of a run that arrives all the same. */
static bool crosses(const lgd_reading *r, lgd_diagnosis *d)
{
    const double bend = lgd_trend_median(r->bends, r->bend, r->room);
    if (!(r->bends >= 5 && bend > CROSSES))
        return false;
    say(d->evidence, "a step is %.2g times as long as to the bottom of the valley (median of %zu steps)", bend,
        r->bends);
    advise_rate(d, 1 / bend, "");
    return label(d, LGD_DIAGNOSIS_OSCILLATING, r->entry[0], bend);
}

/* The same by values that go up and down. */
static bool oscillates(const lgd_reading *r, lgd_diagnosis *d)
{
    double up = 0, down = 0;
    size_t ups = 0;
    if (!r->all || r->batches)
        return false;
    const size_t first = r->n / 4;
    for (size_t i = first; i + 1 < r->n; i++) {
        const double change = r->v[i + 1] - r->v[i];
        if (change > 1e-12 * fabs(r->v[i])) {
            up += change;
            ups++;
        }
        down -= fmin(change, 0);
    }
    const double steps = (double)(r->n - 1 - first);
    if (!((double)ups >= UPS * steps && up > UPS * down))
        return false;
    say(d->evidence, "the value rose in %zu of the last %.0f steps, by %.2g of what it fell in the others", ups, steps,
        up / down);
    advise_rate(d, 1.0 / 3, "");
    return label(d, LGD_DIAGNOSIS_OSCILLATING, r->entry[first], up / down);
}

static bool has_converged(const lgd_reading *r, lgd_diagnosis *d)
{
    const double most = r->has_g ? largest(r->n, r->g) : NAN, share = most == 0 ? 0 : r->g[r->n - 1] / most;
    const lgd_stop stop = r->o.stop;
    if (!(share <= ARRIVED) && stop != LGD_STOP_GRAD_TOL && stop != LGD_STOP_GAP_TOL && stop != LGD_STOP_F_TARGET)
        return false;
    if (most == 0)
        say(d->evidence, "|g| is 0 at each of %zu entries", r->n);
    else if (share <= ARRIVED)
        say(d->evidence, "|g| has fallen to %.2g of its largest", share);
    else
        say(d->evidence, "the run ended after %zu entries: %s", r->s.count, lgd_stop_string(stop));
    say(d->remedy, "none: it has arrived at %.6g", r->sign * r->v[r->n - 1]);
    return label(d, LGD_DIAGNOSIS_CONVERGING, r->entry[r->n - 1], share);
}

/* The run has found that there is nothing to arrive at. */
static bool has_no_minimum(const lgd_reading *r, lgd_diagnosis *d)
{
    if (r->o.stop != LGD_STOP_SEPARABLE && r->o.stop != LGD_STOP_UNBOUNDED)
        return false;
    say(d->evidence, "the run ended after %zu entries: %s", r->s.count, lgd_stop_string(r->o.stop));
    say(d->remedy, "add l2, 1e-4 to begin with: no rate arrives where there is no minimum");
    return label(d, LGD_DIAGNOSIS_SLOW, r->n ? r->entry[r->n - 1] : 0, NAN);
}

/* What is left is told by the second half: does it fall, and how fast? */
static void read_end(const lgd_reading *r, lgd_diagnosis *d)
{
    const size_t half = r->n / 2, from = r->n - half;
    double noise, *log_g = r->bend + r->s.count;
    const double fall = 0 - lgd_trend_change(half, r->v + from, &noise, r->room); /* and no -0 */
    const double before = 0 - lgd_trend_change(half, r->v, NULL, r->room), bend = largest(r->bends, r->bend);
    const double size = fabs(r->v[r->n - 1]);
    for (size_t i = 0; i < half && r->has_g; i++)
        log_g[i] = log(r->g[from + i]);
    const double slower = r->has_g ? exp(-lgd_trend_change(half, log_g, NULL, r->room)) : NAN;
    const bool still = r->has_g ? fall <= STILL * size && slower < HALVED
                                : fall <= fmax(3 * noise, fmax(0.02 * fabs(r->v[0] - r->v[r->n - 1]), 1e-6 * size));
    const bool short_steps = r->bends >= 3 && bend < TOO_SHORT;
    const double pace = before > 0 ? fall / before : 1;
    if (still) {
        label(d, LGD_DIAGNOSIS_PLATEAU, r->entry[from], fall / fmax(size, 1e-300));
        say(d->evidence, "from entry %zu on the value fell by %.2g of itself%s", r->entry[from], d->ratio,
            r->has_g ? ", and |g| did not halve" : "");
        if (r->batches)
            advise_rate(d, 0.1, ": steps no longer beat the noise of batches");
        else
            advise_rate(d, 10,
                        r->has_g ? ", or start elsewhere: this is no minimum" : ", unless it has arrived: see |g|");
    } else if (short_steps) {
        label(d, LGD_DIAGNOSIS_SLOW, r->entry[from], bend);
        say(d->evidence, "no step was longer than %.2g of the way to the bottom of the valley", bend);
        advise_rate(d, bend > 1e-6 ? 1 / bend : 1e6, "");
    } else if (r->has_g ? slower < HALVED : pace > KEEPS_PACE) {
        label(d, LGD_DIAGNOSIS_SLOW, r->entry[from], r->has_g ? slower : pace);
        say(d->evidence,
            r->has_g ? "|g| fell by a factor of %.3g only over the last %zu entries"
                     : "the value still falls at %.2g of the pace of the first half, over the last %zu entries",
            d->ratio, half);
        if (r->bends >= 3)
            say(d->remedy, "curvatures differ much: 0.9 of momentum, scaled columns, or lbfgs");
        else
            advise_rate(d, 3, ", or scale the columns");
    } else {
        label(d, LGD_DIAGNOSIS_CONVERGING, r->entry[from], r->has_g ? slower : pace);
        say(d->evidence,
            r->has_g ? "|g| fell by a factor of %.3g over the last %zu entries"
                     : "the value falls at %.2g of the pace of the first half, over the last %zu entries",
            d->ratio, half);
        say(d->remedy, "none: it falls to about %.4g", r->sign * r->v[r->n - 1]);
    }
}

void lgd_diagnose_decide(const lgd_reading *r, lgd_diagnosis *d)
{
    if (explodes(r, d) || diverges(r, d) || has_no_minimum(r, d))
        return;
    if (r->n < LGD_FEWEST) {
        if (r->n && has_converged(r, d))
            return;
        say(d->evidence, "there are %zu values, fewer than %d", r->n, LGD_FEWEST);
        say(d->remedy, "go on for at least %zu more", (size_t)LGD_FEWEST - r->n);
        return;
    }
    if (vanishes(r, d) || overfits(r, d) || crosses(r, d) || has_converged(r, d) || oscillates(r, d))
        return;
    read_end(r, d);
}
