/* Slopes that add up to 0 for each output, as intercepts ask for: each is scaled down, which leaves it between 0 and itself, and so within
 * the domain of its conjugate, which has both.
 *
 * Outputs that know nothing of one another: slopes of the sign that prevails are scaled until the two are even.
 *
 * Classes: the slopes of a row add up to 0, and one of them alone is negative, that of its own class y; the others say how much of the row
 * flows from y to each class c. With A_yc the sum over the rows of class y, what flows out of a class has to be what flows into it.
 * Factors d_y/d_c see to that by balancing A, and 1/max d_y/d_c makes all of them at most 1. E. E. Osborne, "On pre-conditioning of
 * matrices", J. ACM 7 (1960). Near the minimum A is balanced, and all factors are 1. */
#include "gap.h"
#include <float.h>
#include <math.h>

/* A sum that keeps what rounding took (A. Neumaier, 1974). */
static void add(double x, double *sum, double *lost)
{
    const double s = *sum + x;
    *lost += fabs(*sum) >= fabs(x) ? (*sum - s) + x : (x - s) + *sum;
    *sum = s;
}

/* ---- outputs by themselves */

/* By what positive and negative slopes of output c are multiplied so that they add up to 0. */
static void even(const lgd_gap *gap, size_t c, double *positive, double *negative)
{
    double sum[2] = {0}, lost[2] = {0};
    for (size_t i = 0; i < gap->f->terms; i++) {
        const double r = gap->R[i * gap->f->slopes + c];
        add(fabs(r), &sum[r < 0], &lost[r < 0]);
    }
    const double up = sum[0] + lost[0], down = sum[1] + lost[1];
    *positive = up > down ? down / up : 1;
    *negative = up < down ? up / down : 1;
}

/* R becomes balanced, or with `rest` what has to be taken off it for that. */
static void balance_outputs(const lgd_gap *gap, bool rest)
{
    const size_t k = gap->f->slopes;
    for (size_t c = 0; c < k; c++) {
        double positive, negative;
        even(gap, c, &positive, &negative);
        for (size_t i = 0; i < gap->f->terms; i++) {
            double *r = &gap->R[i * k + c];
            const double off = *r - *r * (*r < 0 ? negative : positive);
            *r = rest ? off : *r - off;
        }
    }
}

/* ---- classes */

/* The class of a row, k where its slopes are not those of one. */
static size_t class_of(size_t k, const double *r)
{
    double sum = 0, size = 0;
    size_t own = k;
    for (size_t c = 0; c < k; c++) {
        sum += r[c];
        size += fabs(r[c]);
        if (r[c] < 0 && own < k)
            return k;
        if (r[c] < 0)
            own = c;
    }
    return fabs(sum) <= 4 * (double)k * DBL_EPSILON * size ? own : k;
}

/* flow[k x k] = A; false where a row that has slopes is of no class. */
static bool are_classes(const lgd_gap *gap)
{
    const size_t k = gap->f->slopes;
    double *lost = gap->flow + k * k;
    memset(gap->flow, 0, 2 * k * k * sizeof *gap->flow);
    for (size_t i = 0; i < gap->f->terms && k > 1; i++) {
        const double *r = gap->R + i * k;
        const size_t own = class_of(k, r);
        bool any = false;
        for (size_t c = 0; c < k; c++)
            any |= r[c] != 0;
        if (any && own == k)
            return false;
        for (size_t c = 0; c < k && any; c++)
            if (c != own)
                add(r[c], &gap->flow[own * k + c], &lost[own * k + c]);
    }
    for (size_t j = 0; j < k * k; j++)
        gap->flow[j] += lost[j];
    return k > 1;
}

/* What flows out of class i, and into it, at factors d. */
static void flows(const lgd_gap *gap, size_t i, const double *d, double *out, double *in)
{
    const size_t k = gap->f->slopes;
    *out = *in = 0;
    for (size_t c = 0; c < k; c++)
        if (c != i) {
            *out += gap->flow[i * k + c] * (d[i] / d[c]);
            *in += gap->flow[c * k + i] * (d[c] / d[i]);
        }
}

/* d[k] that balance A, and the largest d_y/d_c between classes between which there is a flow. */
static double balance_flows(const lgd_gap *gap, double *d)
{
    enum { SWEEPS = 1000 };
    const size_t k = gap->f->slopes;
    double largest = 1;
    for (size_t i = 0; i < k; i++)
        d[i] = 1;
    bool moves = true;
    for (size_t sweep = 0; sweep < SWEEPS && moves; sweep++) {
        moves = false;
        for (size_t i = 0; i < k; i++) {
            double out, in;
            flows(gap, i, d, &out, &in);
            if (!(out > 0) || !(in > 0)) /* a class without rows, or one that is never mistaken: there is no balance */
                continue;
            moves |= fabs(out - in) > 4 * DBL_EPSILON * in;
            d[i] *= sqrt(in / out);
        }
    }
    for (size_t i = 0; i < k; i++)
        for (size_t c = 0; c < k; c++)
            if (gap->flow[i * k + c] > 0)
                largest = fmax(largest, d[i] / d[c]);
    return largest;
}

static void balance_classes(const lgd_gap *gap, bool rest)
{
    const size_t k = gap->f->slopes;
    double *d = gap->flow + k * k;
    const double largest = balance_flows(gap, d);
    for (size_t i = 0; i < gap->f->terms; i++) {
        double *r = gap->R + i * k, others = 0;
        const size_t own = class_of(k, r);
        for (size_t c = 0; c < k && own < k; c++) {
            if (c == own)
                continue;
            const double kept = r[c] * (d[own] / d[c] / largest);
            others += kept;
            r[c] = rest ? r[c] - kept : kept;
        }
        if (own < k)
            r[own] = rest ? r[own] + others : -others;
    }
}

/* ---- both */

static void balance(const lgd_gap *gap, bool classes, bool rest)
{
    if (classes)
        balance_classes(gap, rest);
    else
        balance_outputs(gap, rest);
}

lgd_status lgd_gap_balance(lgd_gap *gap, size_t threads, const double *w)
{
    const lgd_objective *f = gap->f;
    double size = 0;
    for (size_t i = 0; i < f->terms * f->slopes; i++)
        size += fabs(gap->R[i]);
    /* The second pass takes R - balanced R off the slopes and returns them; then it is taken off here once more. */
    const bool classes = are_classes(gap);
    balance(gap, classes, true);
    const lgd_status status = lgd_gap_difference(gap, threads, w);
    if (status)
        return status;
    balance(gap, classes, false);
    for (size_t j = f->spare_first; j < f->spare_first + f->spare_count; j++) {
        if (fabs(gap->v[j]) <= ((double)f->terms + 8) * DBL_EPSILON * size)
            continue;
        if (classes) { /* no balance: there is no such point */
            gap->unbalanced = true;
            return LGD_OK;
        }
        return lgd_fail(LGD_EUNSUPPORTED,
                        "gap: slopes of the %s that add up to 0 have a gradient of %g in the unpenalised w[%zu], 0 is "
                        "accepted: that of an intercept",
                        f->ops.name, gap->v[j], j);
    }
    return LGD_OK;
}
