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

/* Of the list those that can move either way, in front; how many they are. */
static size_t find_free(lgd_cd *p, size_t count)
{
    size_t k = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t j = p->list[i];
        const coordinate c = coordinate_of(p, j);
        if (p->w[j] > c.lower && p->w[j] < c.upper && p->H[j * p->ld + j] > 0 && (p->w[j] != 0 || c.l1 == 0)) {
            p->list[i] = p->list[k];
            p->list[k++] = j;
        }
    }
    return k;
}

/* d = -(H + l2)^-1 (g + l2 w + l1 sign w) of the first k of the list; false where that is no one d. */
static bool solve(lgd_cd *p, size_t k)
{
    const size_t *list = p->list;
    size_t good;
    for (size_t i = 0; i < k; i++) {
        const size_t j = list[i];
        const coordinate c = coordinate_of(p, j);
        double *row = p->M + i * p->ld;
        for (size_t e = 0; e < i; e++)
            row[e] = p->H[j * p->ld + list[e]];
        row[i] = p->H[j * p->ld + j] + c.l2;
        p->d[i] = -(p->g[j] + c.l2 * p->w[j] + (p->w[j] == 0 ? 0 : copysign(c.l1, p->w[j])));
    }
    if (lgd_lapack_factor(k, p->M, p->ld, &good) || good < k)
        return false;
    for (size_t i = 0; i < k; i++) {
        const double *row = p->M + i * p->ld, whole = p->H[list[i] * p->ld + list[i]];
        if (!(row[i] * row[i] > (double)k * DBL_EPSILON * whole))
            return false;
        p->d[i] = (p->d[i] - lgd_dot(i, row, p->d)) / row[i];
    }
    for (size_t i = k; i-- > 0;) {
        const double *row = p->M + i * p->ld;
        p->d[i] /= row[i];
        for (size_t e = 0; e < i; e++)
            p->d[e] -= row[e] * p->d[i];
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
    const size_t k = find_free(p, count);
    double share = 1, meets;
    p->spent = 0;
    if (!k || !solve(p, k))
        return NO_SOLUTION;
    for (size_t i = 0; i < k; i++)
        share = fmin(share, reach(p, p->list[i], p->d[i], &meets));
    for (size_t i = 0; i < k; i++) {
        const size_t j = p->list[i];
        const bool there = reach(p, j, p->d[i], &meets) <= share;
        move(p, j, there && share < 1 ? meets : p->w[j] + share * p->d[i]);
    }
    return share < 1 ? PARTLY : SOLVED;
}

static double cost(const lgd_cd *p, size_t k)
{
    return (double)k * (double)k * (double)k / 3 + 2 * (double)k * (double)p->n;
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
