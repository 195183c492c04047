/* Solutions from a reduction. The Gram matrix squares the condition of the columns; passes over the rows make up for that, each of
 * which takes the gradient of the centred rows at hand and a correction by the factor: the error that was left is multiplied by about
 * the condition times the unit of rounding (A. Bjorck, "Stability analysis of the method of seminormal equations for linear least
 * squares problems", Linear Algebra Appl. 88/89, 1987). So a condition is accepted while that product is small, whatever the units. */
#include "reduction.h"
#include "blas/blas.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* A point and its correction, output by output.
 *   L        [n x n, ld] the factor of unit (C + ridge) unit
 *   unit     [n] powers of two by which the diagonal is near 1: a strength l2 in the columns' own units may be far from it
 *   V, D     [k x stride] v_c, and behind its n numbers beta_c = b_c + mean^T W_c - target_c
 *   G, both  [(n + 1) k] gradient, and V as products take it */
typedef struct solver {
    const lgd_reduction *r;
    size_t n, k, ld, stride;
    double *L, *unit, *V, *D, *G, *both;
} solver;

static lgd_status allocate(solver *s, const lgd_reduction *r)
{
    *s = (solver){.r = r, .n = r->cols, .k = r->outputs, .ld = r->ld, .stride = r->cols + 1};
    const size_t numbers = lgd_mul(s->stride, s->k);
    s->L = lgd_alloc("reduction", lgd_add(lgd_mul(s->n, lgd_add(s->ld, 1)), lgd_mul(numbers, 4)), sizeof *s->L);
    if (!s->L)
        return LGD_ENOMEM;
    s->unit = s->L + s->n * s->ld;
    s->V = s->unit + s->n;
    s->D = s->V + numbers;
    s->G = s->D + numbers;
    s->both = s->G + numbers;
    return LGD_OK;
}

/* ---- the factor, and its condition */

/* x = (L L^T)^-1 x */
static void solve_factor(const solver *s, double *x)
{
    for (size_t i = 0; i < s->n; i++)
        x[i] = (x[i] - lgd_dot(i, s->L + i * s->ld, x)) / s->L[i * s->ld + i];
    for (size_t i = s->n; i-- > 0;) {
        const double *row = s->L + i * s->ld;
        x[i] /= row[i];
        for (size_t j = 0; j < i; j++)
            x[j] -= x[i] * row[j];
    }
}

/* x = (C + ridge)^-1 x */
static void solve_in_place(const solver *s, double *x)
{
    for (size_t j = 0; j < s->n; j++)
        x[j] *= s->unit[j];
    solve_factor(s, x);
    for (size_t j = 0; j < s->n; j++)
        x[j] *= s->unit[j];
}

/* Beyond what a number holds, a coordinate is held at 0 as well. */
static double ridge(const lgd_reduction *r, size_t j)
{
    return r->l2 > 0 ? fmin(lgd_reduction_ridge(r, r->l2, j), 0x1p1000) : 0;
}

/* unit (C + ridge) unit to L; its norm, the largest sum of a row's sizes. */
static double take_matrix(const solver *s)
{
    const lgd_reduction *r = s->r;
    double largest = 0;
    for (size_t i = 0; i < s->n; i++) {
        const double size = r->C[i * r->ld + i] + ridge(r, i);
        int exponent = 0;
        frexp(sqrt(size), &exponent);
        s->unit[i] = size > 0 ? ldexp(1, -exponent) : 1;
    }
    for (size_t i = 0; i < s->n; i++) {
        double sum = 0;
        for (size_t j = 0; j < s->n; j++) {
            const double x = (r->C[i * r->ld + j] + (i == j ? ridge(r, i) : 0)) * s->unit[i] * s->unit[j];
            sum += fabs(x);
            if (j <= i)
                s->L[i * s->ld + j] = x;
        }
        largest = fmax(largest, sum);
    }
    return largest;
}

/* |(L L^T)^-1| in the 1-norm, from below: the gradient of |A^-1 x| leads from vertex to vertex of |x| = 1 (W. Hager, SIAM J. Sci. Stat.
 * Comput. 5, 1984; N. Higham, ACM Trans. Math. Softw. 14, 1988, with his last vector). x and y have n numbers. */
static double inverse_norm(const solver *s, double *x, double *y)
{
    enum { MOST_STEPS = 5 };
    const size_t n = s->n;
    double found = 0;
    for (size_t i = 0; i < n; i++)
        x[i] = 1 / (double)n;
    for (int step = 0; step < MOST_STEPS; step++) {
        size_t at = 0;
        solve_factor(s, x);
        const double norm = lgd_norm1(n, x);
        if (step && !(norm > found))
            break;
        found = norm;
        for (size_t i = 0; i < n; i++)
            y[i] = x[i] < 0 ? -1 : 1;
        solve_factor(s, y);
        for (size_t i = 1; i < n; i++)
            if (fabs(y[i]) > fabs(y[at]))
                at = i;
        for (size_t i = 0; i < n; i++)
            x[i] = i == at;
    }
    for (size_t i = 0; i < n; i++)
        x[i] = (i % 2 ? -1 : 1) * (1 + (n > 1 ? (double)i / (double)(n - 1) : 0));
    solve_factor(s, x);
    return fmax(found, 2 * lgd_norm1(n, x) / (3 * (double)n));
}

/* What eigenvalues say of the rank where there is no factor, or none to rely on. */
static lgd_status find_rank(const solver *s, lgd_reduction_report *report)
{
    const size_t n = s->n;
    take_matrix(s);
    const lgd_status status = lgd_lapack_eigen(n, s->L, s->ld, s->G);
    if (status)
        return status;
    const double largest = s->G[n - 1], nothing = (double)n * DBL_EPSILON * largest;
    size_t none = 0;
    while (none < n && !(s->G[none] > nothing))
        none++;
    report->rank -= none;
    if (none)
        report->condition = INFINITY;
    return LGD_OK;
}

static lgd_status refuse_rank(const lgd_reduction *r, const lgd_reduction_report *report)
{
    const size_t all = r->cols + r->intercept;
    for (size_t j = 0; j < r->cols; j++)
        if (!(r->C[j * r->ld + j] + ridge(r, j) > 0))
            return lgd_fail(
                LGD_EINVAL,
                "reduction: the rank is %zu of %zu columns (column %zu is %s), all independent are accepted, l2, "
                "or a solution by svd",
                report->rank, all, j, r->intercept ? "a constant" : "0");
    return lgd_fail(LGD_EINVAL,
                    "reduction: the rank is %zu of %zu columns, all independent are accepted, l2, or a solution by svd",
                    report->rank, all);
}

static lgd_status factor(const solver *s, lgd_reduction_report *report)
{
    const lgd_reduction *r = s->r;
    size_t good = 0;
    *report = (lgd_reduction_report){.rank = r->cols + r->intercept, .condition = 1, .limit = LGD_REDUCTION_LIMIT};
    const double norm = take_matrix(s);
    lgd_status status = lgd_lapack_factor(s->n, s->L, s->ld, &good);
    if (!status && s->n)
        report->condition = good < s->n ? INFINITY : norm * inverse_norm(s, s->D, s->G);
    if (!status && !(report->condition <= LGD_REDUCTION_LIMIT))
        status = find_rank(s, report);
    if (r->intercept && !(r->weight > 0)) {
        report->rank--;
        report->condition = INFINITY;
    }
    if (status)
        return status;
    if (report->rank < r->cols + r->intercept)
        return refuse_rank(r, report);
    if (!(report->condition <= LGD_REDUCTION_LIMIT))
        return lgd_fail(
            LGD_EINVAL,
            "reduction: the condition of its Gram matrix is %.3g, at most %.3g is accepted (a solution by qr "
            "takes the root of that)",
            report->condition, LGD_REDUCTION_LIMIT);
    return LGD_OK;
}

/* ---- corrections */

/* Rows of a panel to the gradient: E = [P rho] [v; beta] - target, G += [P rho]^T E. */
typedef struct pass {
    const solver *s;
    const lgd_objective *f;
    double *value, *G, *E;
} pass;

static lgd_status visit_panel(void *ctx, size_t count, double *P, size_t ld, size_t done)
{
    const pass *to = ctx;
    const solver *s = to->s;
    const size_t n = s->n + s->r->intercept, k = s->k;
    (void)done;
    lgd_blas_forward(count, n, k, P, ld, false, s->both, k, to->E, k);
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < k; c++) {
            double *e = to->E + i * k + c;
            *e -= P[i * ld + n + c];
            squares += *e * *e;
        }
    *to->value += squares;
    lgd_blas_adjoint(count, n, k, P, ld, false, to->E, k, to->G, k);
    return LGD_OK;
}

static lgd_status pass_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *G)
{
    pass to = *(const pass *)ctx;
    (void)done;
    to.value = value;
    to.G = G;
    to.E = lgd_pool_take(to.s->r->pool, lgd_reduction_block(to.s->r));
    if (!to.E)
        return LGD_ENOMEM;
    const lgd_status status = lgd_reduction_walk(to.s->r, to.f, rows, visit_panel, &to);
    lgd_pool_give(to.s->r->pool, to.E);
    return status;
}

/* One pass: V -= H^-1 g. */
static lgd_status correct(const solver *s, lgd_objective *f, size_t threads, lgd_reduction_report *report)
{
    const lgd_reduction *r = s->r;
    const size_t n = s->n, k = s->k;
    const lgd_rows all = {0, f->terms, NULL};
    pass to = {.s = s, .f = f};
    double sum[2], changes = 0, sizes = 0;
    for (size_t c = 0; c < k; c++)
        for (size_t j = 0; j < n + r->intercept; j++)
            s->both[j * k + c] = s->V[c * s->stride + j];
    const lgd_status status = lgd_objective_parts(f, &all, threads, pass_part, &to, sum, s->G);
    if (status)
        return status;
    for (size_t c = 0; c < k; c++) {
        double *v = s->V + c * s->stride, *d = s->D + c * s->stride;
        for (size_t j = 0; j < n; j++)
            d[j] = s->G[j * k + c] / r->total + ridge(r, j) * v[j];
        solve_in_place(s, d);
        if (r->intercept)
            d[n] = s->G[n * k + c] / r->total / r->weight;
        for (size_t j = 0; j < n + r->intercept; j++)
            v[j] -= d[j];
        changes = hypot(changes, lgd_norm2(n, d));
        sizes = hypot(sizes, lgd_norm2(n, v));
    }
    report->passes++;
    report->rss = sum[0];
    report->digits = -log10(fmax(changes > 0 ? changes / sizes : 0, DBL_EPSILON));
    return LGD_OK;
}

static bool is_of(const lgd_reduction *r, const lgd_objective *f)
{
    return f->ops.design && f->slopes == r->outputs && f->dim == (r->cols + r->intercept) * r->outputs &&
           f->terms == r->terms && f->l2 == r->l2;
}

static lgd_status correct_all(const solver *s, lgd_objective *f, size_t threads, size_t steps,
                              lgd_reduction_report *report)
{
    lgd_status status = LGD_OK;
    if (f && !is_of(s->r, f))
        return lgd_fail(
            LGD_EINVAL,
            "reduction: %s has %zu coordinates, %zu terms and an l2 of %g, that of %zu, %zu and %g which was "
            "reduced is accepted",
            f->ops.name, f->dim, f->terms, f->l2, (s->n + s->r->intercept) * s->k, s->r->terms, s->r->l2);
    lgd_blas_hold();
    if (f)
        threads = lgd_objective_begin(f, threads);
    for (size_t i = 0; i < steps && f && !status; i++)
        status = correct(s, f, threads, report);
    if (f)
        lgd_objective_end(f);
    lgd_blas_release();
    return status;
}

/* ---- between w and centred, scaled coordinates */

static void take_point(const solver *s, const double *w)
{
    const lgd_reduction *r = s->r;
    for (size_t c = 0; c < s->k; c++) {
        double *v = s->V + c * s->stride;
        for (size_t j = 0; j < s->n; j++)
            v[j] = w[j * s->k + c] * r->scale[j];
        if (r->intercept)
            v[s->n] = lgd_dot_exact(s->n, w + c, s->k, r->mean) + (w[s->n * s->k + c] - r->target[c]);
    }
}

static void give_point(const solver *s, double *w)
{
    const lgd_reduction *r = s->r;
    for (size_t c = 0; c < s->k; c++) {
        const double *v = s->V + c * s->stride;
        for (size_t j = 0; j < s->n; j++)
            w[j * s->k + c] = v[j] * r->inverse[j];
        if (r->intercept)
            w[s->n * s->k + c] = r->target[c] + v[s->n] - lgd_dot_exact(s->n, w + c, s->k, r->mean);
    }
}

/* `start`: from w; else from the factor. */
static lgd_status solve(const lgd_reduction *r, lgd_objective *f, size_t threads, size_t steps, bool start, double *w,
                        lgd_reduction_report *report)
{
    solver s;
    lgd_reduction_report mine;
    lgd_status status = allocate(&s, r);
    if (status)
        return status;
    lgd_blas_hold();
    status = factor(&s, report ? report : &mine);
    lgd_blas_release();
    for (size_t c = 0; c < s.k && !status && !start; c++) {
        double *v = s.V + c * s.stride;
        for (size_t j = 0; j < s.n; j++)
            v[j] = r->c[j * s.k + c];
        solve_in_place(&s, v);
    }
    if (start && !status)
        take_point(&s, w);
    if (!status)
        status = correct_all(&s, f, threads, steps, report ? report : &mine);
    if (!status)
        give_point(&s, w);
    lgd_release(s.L);
    return status;
}

lgd_status lgd_reduction_solve(const lgd_reduction *r, lgd_objective *f, size_t threads, size_t refinements, double *w,
                               lgd_reduction_report *report)
{
    return solve(r, f, threads, refinements, false, w, report);
}

lgd_status lgd_reduction_refine(const lgd_reduction *r, lgd_objective *f, size_t threads, size_t steps, double *w,
                                lgd_reduction_report *report)
{
    return solve(r, f, threads, steps, true, w, report);
}
