/* The formulas of bfgs, cg and bb as their papers have them, in long double and with matrices written out. */
#ifndef LGD_TESTS_REFERENCE_DIRECTIONS_H
#define LGD_TESTS_REFERENCE_DIRECTIONS_H
#include "lgd/quasi_newton.h"
#include <math.h>

enum { DIRECTION_DIM = 24 };
typedef long double direction_vector[DIRECTION_DIM];
typedef direction_vector direction_matrix[DIRECTION_DIM];

static inline long double direction_dot(size_t n, const long double *x, const long double *y)
{
    long double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += x[j] * y[j];
    return sum;
}

/* Nocedal and Wright (2006), equations 6.17 and, at the first pair, 6.20; H times a factor before the others, Al-Baali (1998). */
static inline void direction_bfgs(size_t n, bool first, long double factor, const long double *s, const long double *y,
                                  direction_matrix H)
{
    direction_matrix left, next = {{0}};
    const long double sy = direction_dot(n, s, y), yy = direction_dot(n, y, y);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            H[i][j] = first ? (i == j ? sy / yy : 0) : factor * H[i][j];
            left[i][j] = (i == j) - s[i] * y[j] / sy;
        }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            for (size_t a = 0; a < n; a++)
                for (size_t b = 0; b < n; b++)
                    next[i][j] += left[i][a] * H[a][b] * left[j][b];
            next[i][j] += s[i] * s[j] / sy;
        }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            H[i][j] = next[i][j];
}

/* beta from the last direction, both gradients, and the metric P, which is diagonal here. */
static inline long double direction_cg(lgd_cg_formula formula, size_t n, const long double *P, const long double *d,
                                       const long double *g, const long double *g_new)
{
    direction_vector y, z, z_new, Py, Qd;
    for (size_t j = 0; j < n; j++) {
        y[j] = g_new[j] - g[j];
        z[j] = P[j] * g[j];
        z_new[j] = P[j] * g_new[j];
        Py[j] = P[j] * y[j];
        Qd[j] = d[j] / P[j];
    }
    const long double dy = direction_dot(n, d, y), gz = direction_dot(n, g, z), yz = direction_dot(n, y, z_new);
    switch (formula) {
    case LGD_CG_HAGER_ZHANG: /* (2005), equation 1.3 with theta_k = 1 (2006, 2013); the bound of 2013, eta = 0.4 */
        return fmaxl(yz / dy - direction_dot(n, y, Py) * direction_dot(n, d, g_new) / (dy * dy),
                     0.4L * direction_dot(n, d, g) / direction_dot(n, d, Qd));
    case LGD_CG_POLAK_RIBIERE:
        return fmaxl(0, yz / gz);
    case LGD_CG_FLETCHER_REEVES:
        return direction_dot(n, g_new, z_new) / gz;
    case LGD_CG_HESTENES_STIEFEL:
        return fmaxl(0, yz / dy);
    case LGD_CG_DAI_YUAN:
        return direction_dot(n, g_new, z_new) / dy;
    }
    return NAN;
}

/* Barzilai and Borwein (1988), equations 5 and 6; Frassoldati et al. (2008), ABBmin1 with tau = 0.8, m = 9. `brief` are the rates of
 * the second form so far, this one included. */
static inline long double direction_bb(lgd_bb_form form, size_t n, const long double *s, const long double *y,
                                       size_t count, const long double *brief)
{
    const long double ss = direction_dot(n, s, s), sy = direction_dot(n, s, y), yy = direction_dot(n, y, y);
    long double least = brief[count - 1];
    for (size_t i = count > 9 ? count - 9 : 0; i < count; i++)
        least = fminl(least, brief[i]);
    return form == LGD_BB1 ? ss / sy : form == LGD_BB2 ? sy / yy : sy / yy < 0.8L * (ss / sy) ? least : ss / sy;
}

#endif
