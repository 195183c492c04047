/* Sweeps of coordinate descent, and equations between them.
 *
 * Sweeps find which coordinates are 0 soon, and the values of the others slowly where columns of H are alike. As long as no coordinate
 * passes 0 or a bound, F is a quadratic of those others alone, and its minimum solves equations, by Cholesky. They are tried once
 * sweeps have cost as much, so that they never cost more than half of all, and led to, or to the first 0 or bound on the way: F falls all
 * the way there. Where they have no one solution sweeps go on alone. */
#include "cd.h"
#include "blas/blas.h"
#include "penalty/penalty.h"
#include <float.h>
#include <math.h>
#include <string.h>

typedef struct coordinate {
    double l1, l2, lower, upper;
} coordinate;

static inline coordinate coordinate_of(const lgd_cd *p, size_t j)
{
    if (!p->l1)
        return (coordinate){0, 0, -INFINITY, INFINITY};
    return (coordinate){p->l1[j], p->l2[j], p->lower[j], p->upper[j]};
}

static inline double clip(double x, const coordinate *c)
{
    return x < c->lower ? c->lower : x > c->upper ? c->upper : x;
}

/* Where F has no curvature along w_j: to where it is lowest, if that is anywhere. */
static double flat(lgd_cd *p, size_t j, const coordinate *c)
{
    const double slope = p->g[j];
    if (fabs(slope) < c->l1)
        return clip(0, c);
    if (fabs(slope) == c->l1) /* all of one side is as low */
        return p->w[j];
    const double end = slope > 0 ? c->lower : c->upper;
    p->unbounded = p->unbounded || isinf(end);
    return isinf(end) ? p->w[j] : end;
}

/* The minimum along w_j: soft(H_jj w_j - g_j, l1)/(H_jj + l2), within its bounds. */
static inline double lowest(lgd_cd *p, size_t j)
{
    const coordinate c = coordinate_of(p, j);
    const double curvature = p->H[j * p->ld + j], all = curvature + c.l2;
    return all > 0 ? clip(lgd_soft(curvature * p->w[j] - p->g[j], c.l1) / all, &c) : flat(p, j, &c);
}

/* Over the coordinates of the list, or where that is NULL the first `count`. */
LGD_WIDE static double sweep(lgd_cd *p, size_t count, const size_t *list)
{
    const size_t n = p->n;
    double *restrict g = p->g, most = 0;
    size_t changes = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t j = list ? list[i] : i;
        if (p->frozen && p->frozen[j])
            continue;
        const double to = lowest(p, j), change = to - p->w[j];
        if (change == 0)
            continue;
        const double *restrict row = p->H + j * p->ld;
        const double fall = row[j] * change * change;
        most = fall > most ? fall : most;
        p->w[j] = to;
        changes++;
#pragma omp simd
        for (size_t k = 0; k < n; k++)
            g[k] += change * row[k];
    }
    p->spent += 2 * (double)changes * (double)n;
    return most;
}

/* Coordinates that are not 0, or that nothing keeps there, into the list. */
static size_t find_active(lgd_cd *p)
{
    size_t count = 0;
    for (size_t j = 0; j < p->n; j++)
        if (!(p->frozen && p->frozen[j]) && (p->w[j] != 0 || !p->l1 || p->l1[j] == 0))
            p->list[count++] = j;
    return count;
}

/* ---- equations */

/* Can w_j move either way, with a curvature, and is F smooth there? */
static bool is_free(const lgd_cd *p, size_t j)
{
    const coordinate c = coordinate_of(p, j);
    return p->w[j] > c.lower && p->w[j] < c.upper && p->H[j * p->ld + j] > 0 && (p->w[j] != 0 || c.l1 == 0);
}

static double *factor_row(const lgd_cd *p, size_t i)
{
    return p->M + i * p->ld;
}

static double curvature_of(const lgd_cd *p, size_t j)
{
    return p->H[j * p->ld + j] + coordinate_of(p, j).l2;
}

/* A pivot of the factor that is more than rounding. */
static bool sound(const lgd_cd *p, size_t j, double square)
{
    return square > (double)p->n * DBL_EPSILON * p->H[j * p->ld + j];
}

/* Takes row `gone` out of the factor: what is then beside its diagonal is rotated away, row by row. */
static void take_out(lgd_cd *p, size_t gone)
{
    const size_t count = --p->factored;
    double *cosine = p->d, *sine = p->e;
    for (size_t i = gone; i < count; i++) {
        double *row = factor_row(p, i);
        p->rows[i] = p->rows[i + 1];
        memcpy(row, factor_row(p, i + 1), (i + 2) * sizeof *row);
        double last = row[gone];
        for (size_t k = gone; k < i; k++) {
            const double next = row[k + 1];
            row[k] = cosine[k] * last + sine[k] * next;
            last = cosine[k] * next - sine[k] * last;
        }
        const double length = hypot(last, row[i + 1]);
        cosine[i] = last / length;
        sine[i] = row[i + 1] / length;
        row[i] = length;
    }
}

/* Puts j into the factor as its last row; false where it depends on those that are there. */
static bool put_in(lgd_cd *p, size_t j)
{
    const size_t count = p->factored;
    double *row = factor_row(p, count);
    for (size_t i = 0; i < count; i++) {
        const double *other = factor_row(p, i);
        row[i] = (p->H[j * p->ld + p->rows[i]] - lgd_dot(i, other, row)) / other[i];
    }
    const double square = curvature_of(p, j) - lgd_dot(count, row, row);
    if (!sound(p, j, square))
        return false;
    row[count] = sqrt(square);
    p->rows[p->factored++] = j;
    return true;
}

/* The factor of the equations of p->rows from nothing. */
static bool factor_all(lgd_cd *p, size_t count)
{
    size_t good;
    p->factored = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t j = p->rows[i];
        double *row = factor_row(p, i);
        for (size_t k = 0; k < i; k++)
            row[k] = p->H[j * p->ld + p->rows[k]];
        row[i] = curvature_of(p, j);
    }
    if (lgd_lapack_factor(count, p->M, p->ld, &good) || good < count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!sound(p, p->rows[i], factor_row(p, i)[i] * factor_row(p, i)[i]))
            return false;
    p->factored = count;
    p->changes = 0;
    return true;
}

/* How the factor differs from what is free in the list: rows to go and to come. p->d is scratch. */
static size_t differences(lgd_cd *p, size_t count)
{
    size_t gone = 0, come = 0;
    memset(p->d, 0, p->n * sizeof *p->d);
    for (size_t i = 0; i < p->factored; i++) {
        gone += !is_free(p, p->rows[i]);
        p->d[p->rows[i]] = 1;
    }
    for (size_t i = 0; i < count; i++)
        come += is_free(p, p->list[i]) && p->d[p->list[i]] == 0;
    return gone + come;
}

/* The factor of what is free in the list, from the last one where few rows differ; false where there is none. */
static bool factor(lgd_cd *p, size_t count)
{
    enum { OFTEN = 64 }; /* each change adds its rounding */
    const size_t changes = differences(p, count);
    size_t k = 0;
    if (changes > p->factored / 8 + 1 || p->changes + changes > OFTEN + p->factored) {
        for (size_t i = 0; i < count; i++)
            if (is_free(p, p->list[i]))
                p->rows[k++] = p->list[i];
        return factor_all(p, k);
    }
    for (size_t i = 0; i < count; i++) /* those to come first: what follows needs the scratch */
        if (is_free(p, p->list[i]) && p->d[p->list[i]] == 0)
            p->list[k++] = p->list[i];
    for (size_t i = p->factored; i-- > 0;)
        if (!is_free(p, p->rows[i]))
            take_out(p, i);
    for (size_t i = 0; i < k; i++)
        if (!put_in(p, p->list[i]))
            return false;
    p->changes += changes;
    return true;
}

/* d = -(H + l2)^-1 (g + l2 w + l1 sign w) of what is in the factor. */
static bool solve(lgd_cd *p)
{
    const size_t k = p->factored;
    for (size_t i = 0; i < k; i++) {
        const size_t j = p->rows[i];
        const coordinate c = coordinate_of(p, j);
        const double *row = factor_row(p, i);
        const double slope = p->g[j] + c.l2 * p->w[j] + (p->w[j] == 0 ? 0 : copysign(c.l1, p->w[j]));
        p->d[i] = (-slope - lgd_dot(i, row, p->d)) / row[i];
    }
    for (size_t i = k; i-- > 0;) {
        const double *row = factor_row(p, i);
        const double x = p->d[i] /= row[i];
        for (size_t e = 0; e < i; e++)
            p->d[e] -= row[e] * x;
    }
    return lgd_first_not_finite(k, p->d) == k;
}

/* Where w_j meets 0 or a bound on its way along d: at which share of d. */
static double reach(const lgd_cd *p, size_t j, double d, double *meets)
{
    const coordinate c = coordinate_of(p, j);
    const double w = p->w[j], end = d > 0 ? c.upper : c.lower;
    *meets = c.l1 > 0 && w != 0 && (w > 0) != (d > 0) && !(d > 0 ? end < 0 : end > 0) ? 0 : end;
    return d == 0 || isinf(*meets) ? INFINITY : (*meets - w) / d;
}

LGD_WIDE static void move(lgd_cd *p, size_t j, double to)
{
    const double change = to - p->w[j], *restrict row = p->H + j * p->ld;
    double *restrict g = p->g;
    p->w[j] = to;
    for (size_t k = 0; k < p->n; k++)
        g[k] += change * row[k];
}

typedef enum equations { SOLVED, PARTLY, NO_SOLUTION } equations;

static equations by_equations(lgd_cd *p, size_t count)
{
    double share = 1, meets;
    p->spent = 0;
    if (!factor(p, count) || !p->factored || !solve(p))
        return NO_SOLUTION;
    const size_t k = p->factored;
    for (size_t i = 0; i < k; i++)
        share = fmin(share, reach(p, p->rows[i], p->d[i], &meets));
    for (size_t i = 0; i < k; i++) {
        const size_t j = p->rows[i];
        const bool there = reach(p, j, p->d[i], &meets) <= share;
        move(p, j, there && share < 1 ? meets : p->w[j] + share * p->d[i]);
    }
    return share < 1 ? PARTLY : SOLVED;
}

/* Of equations for what is free in the list. */
static double cost(lgd_cd *p, size_t count)
{
    const double k = (double)count, changes = (double)differences(p, count);
    return fmin(k / 3, 2 * changes) * k * k + 2 * k * (k + (double)p->n);
}

/* ---- */

double lgd_cd_round(lgd_cd *p)
{
    enum { INNER = 10, PARTS = 20 };
    static const double LITTLE = 1e-4;
    const double most = sweep(p, p->n, NULL);
    bool tries = p->M != NULL;
    double inner = most;
    p->sweeps++;
    for (int i = 0; i < INNER && inner > LITTLE * most && !p->unbounded; i++) {
        size_t count = find_active(p);
        equations found = tries && p->spent >= cost(p, count) ? PARTLY : NO_SOLUTION;
        tries = tries && found == NO_SOLUTION;
        for (int k = 0; k < PARTS && found == PARTLY; k++) {
            found = by_equations(p, count);
            count = find_active(p);
        }
        if (found == SOLVED || !count)
            break;
        inner = sweep(p, count, p->list);
    }
    return most;
}

double lgd_cd_size(const lgd_cd *p)
{
    double most = 0;
    for (size_t j = 0; j < p->n; j++)
        if (!(p->frozen && p->frozen[j]))
            most = fmax(most, p->H[j * p->ld + j] * p->w[j] * p->w[j]);
    return most;
}

void lgd_cd_mirror(size_t n, double *H, size_t ld)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            H[j * ld + i] = H[i * ld + j];
}
