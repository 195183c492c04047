/* A vehicle's path smoothed, by an objective of one's own, against the direct solution.
 *
 *     f(p) = 1/2 sum_i |p_i - z_i|^2 + stiffness/2 sum_i |p_{i+1} - p_i|^2
 *
 * z are waypoints that swerve around an obstacle, p the path; w holds the points one after another, (x, y) each. Setting the gradient
 * to 0 gives a tridiagonal system for each coordinate, which elimination solves in one go; L-BFGS comes to the same path without
 * being told so, and would go on if the cost were no quadratic. Prints some points of both. */
/* features: 15 */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 60 };

static const double stiffness = 20;
static double z[POINTS][2];

static lgd_status smoothness(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx;
    *f = 0;
    if (g)
        memset(g, 0, dim * sizeof *g);
    for (size_t i = 0; i < dim; i++) {
        const double off = w[i] - z[i / 2][i % 2];
        *f += 0.5 * off * off;
        if (g)
            g[i] += off;
        if (i + 2 < dim) {
            const double leg = w[i + 2] - w[i];
            *f += 0.5 * stiffness * leg * leg;
            if (g) {
                g[i + 2] += stiffness * leg;
                g[i] -= stiffness * leg;
            }
        }
    }
    return LGD_OK;
}

/* Elimination in the tridiagonal system of coordinate c: 1 + stiffness (2, or 1 at the ends) on the diagonal, -stiffness beside it. */
static void solve(size_t c, double path[POINTS][2])
{
    double diagonal[POINTS];
    for (size_t i = 0; i < POINTS; i++) {
        diagonal[i] = 1 + stiffness * (i == 0 || i + 1 == POINTS ? 1 : 2);
        path[i][c] = z[i][c];
        if (i > 0) {
            const double factor = stiffness / diagonal[i - 1];
            diagonal[i] -= factor * stiffness;
            path[i][c] += factor * path[i - 1][c];
        }
    }
    for (size_t i = POINTS; i-- > 0;)
        path[i][c] = (path[i][c] + (i + 1 < POINTS ? stiffness * path[i + 1][c] : 0)) / diagonal[i];
}

int main(void)
{
    double w[2 * POINTS], direct[POINTS][2], off = 0;
    lgd_objective *f = NULL;
    lgd_optimizer *lbfgs = NULL;
    lgd_report report;

    for (size_t i = 0; i < POINTS; i++) {
        z[i][0] = (double)i;
        z[i][1] = i >= 25 && i < 35 ? 4 : 0; /* around what stands in the lane */
        memcpy(w + 2 * i, z[i], sizeof z[i]);
    }
    for (size_t c = 0; c < 2; c++)
        solve(c, direct);

    lgd_status st = lgd_function_create(&f, 2 * POINTS, smoothness, NULL);
    if (!st)
        st = lgd_lbfgs_create(&lbfgs, NULL);
    if (!st)
        st = lgd_minimize(f, lbfgs, w, &(lgd_minimize_options){.grad_tol = 1e-12}, &report);
    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        printf("waypoint      smoothed        direct\n");
        for (size_t i = 0; i < POINTS; i++) {
            off = fmax(off, fmax(fabs(w[2 * i] - direct[i][0]), fabs(w[2 * i + 1] - direct[i][1])));
            if (i % 6 == 0)
                printf("(%2.0f, %.0f) (%6.3f, %5.3f) (%6.3f, %5.3f)\n", z[i][0], z[i][1], w[2 * i], w[2 * i + 1],
                       direct[i][0], direct[i][1]);
        }
        printf("%s\n", off < 1e-8 ? "both are the same path" : "they differ");
    }
    lgd_optimizer_free(lbfgs);
    lgd_objective_free(f);
    return st || off >= 1e-8 ? EXIT_FAILURE : EXIT_SUCCESS;
}
