/* Backtracking: shorter and shorter steps until one decreases enough. L. Armijo, "Minimization of functions having Lipschitz
 * continuous first partial derivatives", Pacific J. Math. 16 (1966). The next step is the minimiser of the parabola through phi(0),
 * phi'(0) and the last value, then of the cubic through these and the value before it, within 0.1 and 0.5 of the last step:
 * J. E. Dennis, R. B. Schnabel, "Numerical Methods for Unconstrained Optimization and Nonlinear Equations" (1983), A6.3.1.
 * From the largest of the last values on it is non-monotone: L. Grippo, F. Lampariello, S. Lucidi, "A nonmonotone line search
 * technique for Newton's method", SIAM J. Numer. Anal. 23 (1986). */
#include "search_trial.h"

double lgd_cubic_by_values(const lgd_trial *zero, const lgd_trial *t, const lgd_trial *before)
{
    const double a = t->alpha, b = before->alpha, r = b / a;
    /* What phi lies above the tangent at 0, over alpha^2: curvature/2 + third/6 alpha. The unit of length is a. */
    const double at_a = (t->f - zero->f) - a * zero->slope, at_b = ((before->f - zero->f) - b * zero->slope) / r / r;
    const double cubic = (at_b - at_a) / (r - 1), square = at_a - cubic, slope = a * zero->slope;
    const double root = sqrt(square * square - 3 * cubic * slope);
    /* 3 cubic x^2 + 2 square x + slope = 0, in the form without cancellation */
    return square > 0 ? -slope / (square + root) : (root - square) / (3 * cubic);
}

void lgd_search_backtracking(lgd_search_run *q)
{
    double alpha = q->first;
    lgd_trial t, before = {.sound = false};
    q->accepts = lgd_decreases;
    while (lgd_look(q, alpha, &t)) {
        if (!t.sound)
            alpha = lgd_shorten(q, 0, alpha);
        else {
            const double r = before.sound ? lgd_cubic_by_values(&q->zero, &t, &before) : lgd_parabola(&q->zero, &t);
            alpha *= r >= 0.1 ? fmin(r, 0.5) : r < 0.1 ? 0.1 : 0.5;
        }
        before = t;
    }
}
