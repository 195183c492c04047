#include "classic.h"
#include "reference/classic.h"
#include "reference/mgh.h"
#include <math.h>
#include <string.h>
#include <tgmath.h>

/* ---- residuals and their Jacobian, twice from the same lines */

struct classic_point {
    int n, m;
    const double *x;
    double *r, *J; /* J by rows, zero where nothing is put */
};
struct classic_point_exact {
    int n, m;
    const long double *x;
    long double *r, *J;
};

#define N (p->n)
#define M (p->m)
#define X(j) (p->x[(j)-1])
#define R(i) (p->r[(i)-1])
#define J(i, j) (p->J[((i)-1) * p->n + (j)-1])
#define F R(1) /* of what is no sum of squares */
#define G(j) J(1, j)

#define NUM double
#define PROBLEM(name) static void name(const struct classic_point *p)
#include "classic_others.h"
#include "mgh_fixed.h"
#include "mgh_variable.h"
#undef NUM
#undef PROBLEM

#define NUM long double
#define PROBLEM(name) static void name##_exact(const struct classic_point_exact *p)
#include "classic_others.h"
#include "mgh_fixed.h"
#include "mgh_variable.h"
#undef NUM
#undef PROBLEM
#undef F

/* ---- starts */

static double counted(int n, int j)
{
    (void)n;
    return j;
}

static double falling(int n, int j)
{
    return 1 - j / (double)n;
}

static double parabola(int n, int j)
{
    const double t = j / (double)(n + 1);
    return t * (t - 1);
}

static double evenly(int n, int j)
{
    return j / (double)(n + 1);
}

/* ---- the tables */

#define BOTH(name) name, name##_exact
const classic mgh_problems[MGH_PROBLEMS] = {
    {"Rosenbrock", 2, 2, false, BOTH(rosenbrock), NULL, 2, {-1.2, 1}},
    {"Freudenstein and Roth", 2, 2, false, BOTH(freudenstein_roth), NULL, 2, {0.5, -2}},
    {"Powell badly scaled", 2, 2, false, BOTH(powell_badly_scaled), NULL, 2, {0, 1}},
    {"Brown badly scaled", 2, 3, false, BOTH(brown_badly_scaled), NULL, 1, {1}},
    {"Beale", 2, 3, false, BOTH(beale), NULL, 1, {1}},
    {"Jennrich and Sampson", 2, 10, false, BOTH(jennrich_sampson), NULL, 2, {0.3, 0.4}},
    {"Helical valley", 3, 3, false, BOTH(helical_valley), NULL, 3, {-1, 0, 0}},
    {"Bard", 3, 15, false, BOTH(bard), NULL, 1, {1}},
    {"Gaussian", 3, 15, false, BOTH(gaussian), NULL, 3, {0.4, 1, 0}},
    {"Meyer", 3, 16, false, BOTH(meyer), NULL, 3, {0.02, 4000, 250}},
    {"Gulf research", 3, 99, true, BOTH(gulf), NULL, 3, {5, 2.5, 0.15}},
    {"Box three-dimensional", 3, 10, false, BOTH(box), NULL, 3, {0, 10, 20}},
    {"Powell singular", 4, 4, false, BOTH(powell_singular), NULL, 4, {3, -1, 0, 1}},
    {"Wood", 4, 6, false, BOTH(wood), NULL, 2, {-3, -1}},
    {"Kowalik and Osborne", 4, 11, false, BOTH(kowalik_osborne), NULL, 4, {0.25, 0.39, 0.415, 0.39}},
    {"Brown and Dennis", 4, 20, false, BOTH(brown_dennis), NULL, 4, {25, 5, -5, -1}},
    {"Osborne 1", 5, 33, false, BOTH(osborne_1), NULL, 5, {0.5, 1.5, -1, 0.01, 0.02}},
    {"Biggs EXP6", 6, 13, false, BOTH(biggs), NULL, 6, {1, 2, 1, 1, 1, 1}},
    {"Osborne 2", 11, 65, false, BOTH(osborne_2), NULL, 11, {1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5}},
    {"Watson", 9, 31, true, BOTH(watson), NULL, 1, {0}},
    {"Extended Rosenbrock", 10, 10, false, BOTH(extended_rosenbrock), NULL, 2, {-1.2, 1}},
    {"Extended Powell singular", 12, 12, false, BOTH(powell_singular), NULL, 4, {3, -1, 0, 1}},
    {"Penalty 1", 10, 11, false, BOTH(penalty_1), counted, 1, {0}},
    {"Penalty 2", 10, 20, false, BOTH(penalty_2), NULL, 1, {0.5}},
    {"Variably dimensioned", 10, 12, false, BOTH(variably_dimensioned), falling, 1, {0}},
    {"Trigonometric", 10, 10, false, BOTH(trigonometric), NULL, 1, {0.1}},
    {"Brown almost-linear", 10, 10, false, BOTH(brown_almost_linear), NULL, 1, {0.5}},
    {"Discrete boundary value", 10, 10, false, BOTH(discrete_boundary_value), parabola, 1, {0}},
    {"Discrete integral equation", 10, 10, false, BOTH(discrete_integral_equation), parabola, 1, {0}},
    {"Broyden tridiagonal", 10, 10, false, BOTH(broyden_tridiagonal), NULL, 1, {-1}},
    {"Broyden banded", 10, 10, false, BOTH(broyden_banded), NULL, 1, {-1}},
    {"Linear, full rank", 10, 20, false, BOTH(linear_full_rank), NULL, 1, {1}},
    {"Linear, rank 1", 10, 20, false, BOTH(linear_rank_1), NULL, 1, {1}},
    {"Linear, rank 1, zeros", 10, 20, false, BOTH(linear_rank_1_zeros), NULL, 1, {1}},
    {"Chebyquad", 8, 8, false, BOTH(chebyquad), evenly, 1, {0}},
};

const classic classic_functions[] = {
    {"Booth", 2, 0, false, BOTH(booth), NULL, 2, {-5, 5}},
    {"Matyas", 2, 0, false, BOTH(matyas), NULL, 2, {5, -3}},
    {"McCormick", 2, 0, true, BOTH(mccormick), NULL, 1, {0}},
    {"Himmelblau", 2, 0, false, BOTH(himmelblau), NULL, 1, {1}},
    {"Goldstein and Price", 2, 0, false, BOTH(goldstein_price), NULL, 1, {1}},
    {"Styblinski and Tang", 4, 0, false, BOTH(styblinski_tang), NULL, 4, {1, -1, 0.5, -2}},
    {"Three-hump camel", 2, 0, false, BOTH(three_hump_camel), NULL, 2, {2, -1}},
    {"Six-hump camel", 2, 0, false, BOTH(six_hump_camel), NULL, 2, {0.5, 1}},
    {"Sphere", 10, 0, false, BOTH(sphere), counted, 1, {0}},
    {"Rastrigin", 2, 0, true, BOTH(rastrigin), NULL, 2, {0.2, -1.1}},
    {"Easom", 2, 0, true, BOTH(easom), NULL, 2, {2.5, 4}},
    {"Chained Rosenbrock", 5, 0, false, BOTH(chained_rosenbrock), NULL, 5, {1.3, 0.7, 0.8, 1.9, 1.2}},
    {"Branin", 2, 0, true, BOTH(branin), NULL, 2, {2.5, 7.5}},
    {"Zakharov", 5, 0, false, BOTH(zakharov), counted, 1, {0}},
    {"Dixon and Price", 4, 0, false, BOTH(dixon_price), NULL, 1, {1}},
    {"Trid", 6, 0, true, BOTH(trid), NULL, 1, {0}},
    {"Griewank", 2, 0, true, BOTH(griewank), NULL, 1, {1}},
    {"Cube", 2, 0, false, BOTH(cube), NULL, 2, {-1.2, -1}},
    {"Cliff", 2, 0, false, BOTH(cliff), NULL, 2, {0, -1}},
    {"Hilbert", 10, 0, false, BOTH(hilbert), NULL, 1, {1}},
    {"Two slopes", 2, 0, false, BOTH(two_slopes), NULL, 2, {3, -1}},
};
const size_t classic_function_count = sizeof classic_functions / sizeof *classic_functions;

void classic_start(const classic *p, double factor, double *x)
{
    for (int j = 0; j < p->n; j++)
        x[j] = factor * (p->start ? p->start(p->n, j + 1) : p->first[j % p->given]);
}

double classic_eval(const classic *p, const double *x, double *g)
{
    double r[CLASSIC_ROWS] = {0}, J[CLASSIC_ENTRIES], f = 0;
    memset(J, 0, (size_t)(p->m ? p->m : 1) * (size_t)p->n * sizeof *J);
    p->fill(&(struct classic_point){p->n, p->m, x, r, J});
    for (int j = 0; g && j < p->n; j++) {
        g[j] = p->m ? 0 : J[j];
        for (int i = 0; i < p->m; i++)
            g[j] += 2 * r[i] * J[i * p->n + j];
    }
    for (int i = 0; i < p->m; i++)
        f += r[i] * r[i];
    return p->m ? f : r[0];
}

void classic_residuals(const classic *p, const double *x, double *r, double *J)
{
    double room[CLASSIC_ENTRIES], *jacobian = J ? J : room;
    memset(jacobian, 0, (size_t)p->m * (size_t)p->n * sizeof *jacobian);
    memset(r, 0, (size_t)p->m * sizeof *r);
    p->fill(&(struct classic_point){p->n, p->m, x, r, jacobian});
}

long double classic_eval_exact(const classic *p, const double *x, long double *g)
{
    long double r[CLASSIC_ROWS] = {0}, J[CLASSIC_ENTRIES] = {0}, f = 0, at[CLASSIC_DIM];
    for (int j = 0; j < p->n; j++)
        at[j] = x[j];
    p->fill_exact(&(struct classic_point_exact){p->n, p->m, at, r, J});
    for (int j = 0; g && j < p->n; j++) {
        g[j] = p->m ? 0 : J[j];
        for (int i = 0; i < p->m; i++)
            g[j] += 2 * r[i] * J[i * p->n + j];
    }
    for (int i = 0; i < p->m; i++)
        f += r[i] * r[i];
    return p->m ? f : r[0];
}

const classic_minimum *classic_minima(const classic *p, size_t *count)
{
    const bool mgh = p->m > 0; /* the others are no sums of squares */
    const int problem = (int)(mgh ? p - mgh_problems : p - classic_functions) + 1;
    const classic_minimum *all = mgh ? mgh_minima : other_minima;
    const size_t end = mgh ? sizeof mgh_minima / sizeof *mgh_minima : sizeof other_minima / sizeof *other_minima;
    size_t first = 0, last;
    while (first < end && all[first].problem != problem)
        first++;
    for (last = first; last < end && all[last].problem == problem; last++)
        ;
    *count = last - first;
    return all + first;
}

bool classic_solved(const classic *p, double f0, double f)
{
    size_t count;
    const classic_minimum *known = classic_minima(p, &count);
    for (size_t i = 0; i < count; i++) {
        const double at = (double)known[i].f;
        if (fabs(f - at) <= (at == 0 ? 1e-10 * fmin(f0, 1e4) : 1e-5 * fabs(at)))
            return true;
    }
    return false;
}

double classic_counted(classic_count *count, const double *x, double *g)
{
    const double f = classic_eval(count->p, x, g);
    if (count->evaluations++ == 0)
        count->f0 = f;
    if (!count->solved && classic_solved(count->p, count->f0, f))
        count->solved = count->evaluations;
    return f;
}

double classic_grad_norm(const classic *p, const double *x)
{
    long double g[CLASSIC_DIM], square = 0;
    classic_eval_exact(p, x, g);
    for (int j = 0; j < p->n; j++)
        square += g[j] * g[j];
    return (double)sqrt(square);
}
