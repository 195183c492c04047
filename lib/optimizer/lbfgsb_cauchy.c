/* The generalised Cauchy point: algorithm CP of Byrd, Lu, Nocedal and Zhu (1995). */
#include "lbfgsb.h"
#include <float.h>

/* ---- a heap of coordinates, the smallest t first; indices are kept as doubles, in a vector of the method */

static void sift(const double *t, double *heap, size_t count, size_t at)
{
    const double moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && t[(size_t)heap[child + 1]] < t[(size_t)heap[child]])
            child++;
        if (!(t[(size_t)heap[child]] < t[(size_t)moved]))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static size_t pop(const double *t, double *heap, size_t *count)
{
    const size_t top = (size_t)heap[0];
    heap[0] = heap[--*count];
    if (*count)
        sift(t, heap, *count, 0);
    return top;
}

/* ---- the path */

/* Where coordinate j meets its bound on the way along -g: t_j, 0 where it cannot move and INFINITY where it never does. */
static double meets(double w, double g, double lower, double upper)
{
    return g < 0 ? (w - upper) / g : g > 0 ? (w - lower) / g : INFINITY;
}

/* z becomes the direction of the first piece. How many t are above 0 and finite: these are in the heap; *moving: how many
 * coordinates move. */
static size_t begin(const lgd_box_model *b, const double *w, const double *g, const double *lower, const double *upper,
                    double *z, double *t, size_t *moving)
{
    size_t count = 0;
    *moving = 0;
    for (size_t j = 0; j < b->dim; j++) {
        t[j] = meets(w[j], g[j], lower[j], upper[j]);
        z[j] = t[j] > 0 ? -g[j] : 0;
        *moving += z[j] != 0;
        if (z[j] != 0 && t[j] < INFINITY)
            b->work[count++] = (double)j;
    }
    for (size_t i = count / 2; i-- > 0;)
        sift(t, b->work, count, i);
    return count;
}

static double dot(size_t n, const double *x, const double *y)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

/* Coordinate j comes to rest at its bound: the derivatives of q along the next piece, of which c = W^T z and p = W^T d. */
static void turn(lgd_box_model *b, size_t j, double g, double z, double *slope, double *curvature)
{
    const size_t n = (size_t)b->pairs.at->count;
    const double theta = b->state->theta;
    double *row = b->v, *product = b->v + 2 * n; /* w_j, row j of W, and M w_j */
    for (size_t i = 0; i < n; i++) {
        const size_t slot = lgd_pairs_slot(&b->pairs, i);
        row[i] = b->pairs.vec[b->pairs.slots + slot][j];
        row[n + i] = theta * b->pairs.vec[slot][j];
    }
    memcpy(product, row, 2 * n * sizeof *row);
    lgd_middle_solve(&b->middle, product);
    *slope += g * (g + theta * z - dot(2 * n, product, b->c));
    *curvature -= g * (theta * g + 2 * dot(2 * n, product, b->p) + g * dot(2 * n, product, row));
    for (size_t i = 0; i < 2 * n; i++)
        b->p[i] += g * row[i];
}

void lgd_box_cauchy(lgd_box_model *b, const double *w, const double *g, const double *lower, const double *upper,
                    double *z, double *t)
{
    const size_t n = (size_t)b->pairs.at->count;
    size_t moving, count = begin(b, w, g, lower, upper, z, t, &moving);
    const double square = lgd_dot(b->dim, z, z), theta = b->state->theta;
    double slope = -square, curvature = theta * square, at = 0;
    memset(b->c, 0, 2 * n * sizeof *b->c);
    if (!(square > 0)) {
        memset(z, 0, b->dim * sizeof *z);
        return;
    }
    lgd_box_products(b, z, b->p);
    memcpy(b->v, b->p, 2 * n * sizeof *b->v);
    lgd_middle_solve(&b->middle, b->v);
    curvature -= dot(2 * n, b->p, b->v);
    const double least = DBL_EPSILON * theta * square; /* what rounding can leave of a curvature */
    double left = -slope / fmax(curvature, least);
    while (count && left >= t[(size_t)b->work[0]] - at) {
        const size_t j = pop(t, b->work, &count);
        const double piece = t[j] - at;
        for (size_t i = 0; i < 2 * n; i++)
            b->c[i] += piece * b->p[i];
        slope += piece * curvature;
        at = t[j];
        t[j] = -1; /* at rest */
        turn(b, j, g[j], (g[j] > 0 ? lower[j] : upper[j]) - w[j], &slope, &curvature);
        left = --moving ? fmax(-slope / fmax(curvature, least), 0) : 0;
    }
    for (size_t i = 0; i < 2 * n; i++)
        b->c[i] += left * b->p[i];
    for (size_t j = 0; j < b->dim; j++) {
        const double low = lower[j] - w[j], high = upper[j] - w[j];
        if (t[j] < 0)
            z[j] = g[j] > 0 ? low : high;
        else if (z[j] != 0)
            z[j] = fmin(fmax((at + left) * z[j], low), high);
    }
}
