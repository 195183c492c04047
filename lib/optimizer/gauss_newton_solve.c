/* The linear problem of a Gauss-Newton step within a box, by the triangle of [J r]. */
#include "gauss_newton.h"
#include <float.h>

double lgd_gn_slope(const lgd_gn *k, size_t j)
{
    double sum = 0;
    for (size_t i = 0; i <= j; i++)
        sum += k->T[i * k->ld + j] * (k->T[i * k->ld + k->n] / k->size);
    return sum;
}

void lgd_gn_release(const lgd_gn *k)
{
    for (size_t j = 0; j < k->n; j++)
        k->held[j] = k->column[j] > 0 && !lgd_gn_is_at_bound(k, j, k->w[j], lgd_gn_slope(k, j)) ? NAN : 0;
}

/* ---- the damped triangle S, [R; root D] = Q S. Its row i lies in row n - i of T, from the left, its diagonal first. */

static double *row_of(const lgd_gn *k, size_t i)
{
    return k->T + (k->n - i) * k->ld;
}

/* (x, y) = (c x + s y, c y - s x) */
LGD_WIDE static void rotate(size_t n, double c, double s, double *x, double *y)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++) {
        const double a = x[j], b = y[j];
        x[j] = c * a + s * b;
        y[j] = c * b - s * a;
    }
}

/* R and q without what is held, which goes to the right-hand side. */
static void copy(const lgd_gn *k)
{
    for (size_t i = 0; i < k->n; i++) {
        double *to = row_of(k, i), right = k->T[i * k->ld + k->n];
        const double *from = k->T + i * k->ld;
        for (size_t j = i; j < k->n; j++) {
            const bool free = lgd_gn_is_free(k, j);
            to[j - i] = free ? from[j] : 0;
            right += free ? 0 : from[j] * k->held[j];
        }
        k->right[i] = right;
    }
}

/* The row value e_j, with 0 at the right, goes into S. */
static void add_row(const lgd_gn *k, size_t j, double value)
{
    double *row = k->row, right = 0;
    memset(row + j, 0, (k->n - j) * sizeof *row);
    row[j] = value;
    for (size_t i = j; i < k->n; i++) {
        if (row[i] == 0)
            continue;
        double *pivot = row_of(k, i);
        const double r = hypot(pivot[0], row[i]), c = pivot[0] / r, s = row[i] / r, z = k->right[i];
        pivot[0] = r;
        rotate(k->n - i - 1, c, s, pivot + 1, row + i + 1);
        k->right[i] = c * z + s * right;
        right = c * right - s * z;
    }
}

/* False if it is singular. What is held gets a row of the unit matrix. */
static bool factor(const lgd_gn *k, double root)
{
    const double rounding = (double)k->n * DBL_EPSILON;
    bool sound = true;
    copy(k);
    for (size_t j = 0; j < k->n; j++) {
        const bool free = lgd_gn_is_free(k, j);
        if (!free || root > 0)
            add_row(k, j, free ? root * k->D[j] : 1);
    }
    for (size_t j = 0; j < k->n; j++)
        sound = sound && (!lgd_gn_is_free(k, j) || fabs(row_of(k, j)[0]) > rounding * k->column[j]);
    return sound;
}

/* x = S^-1 x */
static void solve_upper(const lgd_gn *k, double *x)
{
    for (size_t i = k->n; i-- > 0;) {
        const double *row = row_of(k, i);
        x[i] = (x[i] - lgd_dot(k->n - i - 1, row + 1, x + i + 1)) / row[0];
    }
}

void lgd_gn_lower(const lgd_gn *k, double *x)
{
    for (size_t i = 0; i < k->n; i++) {
        const double *row = row_of(k, i);
        x[i] /= row[0];
        for (size_t j = 1; j < k->n - i; j++)
            x[i + j] -= row[j] * x[i];
    }
}

void lgd_gn_again(const lgd_gn *k, double *x)
{
    for (size_t j = 0; j < k->n; j++)
        x[j] = lgd_gn_is_free(k, j) ? -x[j] : 0;
    lgd_gn_lower(k, x);
    solve_upper(k, x);
}

/* What leads out of the box is held at its bound. Was there any? */
static bool hold(const lgd_gn *k, const double *p)
{
    bool any = false;
    for (size_t j = 0; j < k->n && k->lower; j++)
        if (lgd_gn_is_free(k, j) && (k->w[j] + p[j] < k->lower[j] || k->w[j] + p[j] > k->upper[j])) {
            k->held[j] = (p[j] > 0 ? k->upper[j] : k->lower[j]) - k->w[j];
            any = true;
        }
    return any;
}

/* The other way round: what is held at a bound, though the model falls from there into the box, is let go. Was there any? */
static bool let_go(const lgd_gn *k, double root, const double *p)
{
    static const double HARDLY = 1e-10; /* of |J_j| |r| */
    bool any = false;
    for (size_t i = 0; i < k->n; i++) {
        const double *from = k->T + i * k->ld;
        k->row[i] = (lgd_dot(k->n - i, from + i, p + i) + from[k->n]) / k->size;
    }
    for (size_t j = 0; j < k->n; j++) {
        if (lgd_gn_is_free(k, j) || !(k->column[j] > 0))
            continue;
        const double damping = root * (k->D[j] / k->column[j]);
        double slope = damping * (root * k->D[j] * (p[j] / k->size));
        for (size_t i = 0; i <= j; i++)
            slope += k->T[i * k->ld + j] / k->column[j] * k->row[i];
        if (slope < -HARDLY ? p[j] < k->upper[j] - k->w[j] : slope > HARDLY && p[j] > k->lower[j] - k->w[j]) {
            k->held[j] = NAN;
            any = true;
        }
    }
    return any;
}

/* k->from goes towards p, which is lower, as far as the box reaches; what comes to a bound is held there. Did anything? */
static bool stay_within(const lgd_gn *k, const double *p)
{
    double share = 1;
    bool any = false;
    for (int holds = 0; holds < 2; holds++)
        for (size_t j = 0; j < k->n; j++) {
            const double whole = p[j] - k->from[j], bound = (whole > 0 ? k->upper[j] : k->lower[j]) - k->w[j];
            const bool out = lgd_gn_is_free(k, j) && (whole > 0 ? p[j] > bound : p[j] < bound);
            const double part = out ? fmin(fmax((bound - k->from[j]) / whole, 0), 1) : 1;
            any = any || out;
            if (!holds)
                share = fmin(share, part);
            else if (out && part <= share)
                k->held[j] = k->from[j] = bound;
            else
                k->from[j] += share * whole;
        }
    return any;
}

/* p of what is free, beside what is held. */
static bool solve_free(const lgd_gn *k, double root, double *p)
{
    if (!factor(k, root) && root == 0)
        return false;
    for (size_t j = 0; j < k->n; j++)
        p[j] = -k->right[j];
    solve_upper(k, p);
    for (size_t j = 0; j < k->n; j++)
        p[j] = lgd_gn_is_free(k, j) ? p[j] : k->held[j];
    return true;
}

/* All that leads out is held at once, which is mostly right. What is not is mended by an active set that goes down from there: P. B.
 * Stark, R. L. Parker, Comput. Statist. 10 (1995). */
bool lgd_gn_solve(lgd_gn *k, double root, double *p)
{
    const size_t most = k->lower ? 2 * k->n : 0;
    lgd_gn_release(k);
    do
        if (!solve_free(k, root, p))
            return false;
    while (hold(k, p));
    for (size_t i = 0; i < most && let_go(k, root, p); i++) {
        memcpy(k->from, p, k->n * sizeof *p);
        do
            if (!solve_free(k, root, p))
                return false;
        while (stay_within(k, p));
    }
    return lgd_first_not_finite(k->n, p) == k->n;
}

/* The largest |J_j|/D_j. */
static double largest_column(const lgd_gn *k)
{
    double largest = 0;
    for (size_t j = 0; j < k->n; j++)
        if (k->column[j] > 0)
            largest = fmax(largest, k->column[j] / k->D[j]);
    return largest;
}

double lgd_gn_undamped(lgd_gn *k, double *p)
{
    if (lgd_gn_solve(k, 0, p))
        return 0;
    const double root = sqrt(DBL_EPSILON) * largest_column(k);
    lgd_gn_solve(k, root, p);
    return root;
}
