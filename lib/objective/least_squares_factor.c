/* The triangle of the rows of a fit in scaled columns, its condition, its inverses. All of it is of n numbers or n^2. */
#include "least_squares.h"
#include "blas/blas.h"
#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/* ---- creation */

lgd_status lgd_fit_create(lgd_fit **out, lgd_objective *f, size_t n, size_t k, size_t residuals, double rcond)
{
    const size_t width = lgd_add(n, k), square = lgd_mul(n, n), vectors = lgd_mul(n, k);
    *out = NULL;
    lgd_status status = lgd_blas_fits("least squares", "columns", lgd_mul(width, 2));
    lgd_fit *fit = status ? NULL : lgd_alloc("least squares", 1, sizeof *fit);
    if (!fit)
        return status ? status : LGD_ENOMEM;
    *fit = (lgd_fit){.f = f, .n = n, .k = k, .width = width, .residuals = residuals, .rcond = rcond};
    if (!(rcond > 0))
        fit->rcond = 16 * (double)n * DBL_EPSILON;
    const size_t numbers = lgd_add(lgd_add(lgd_mul(width, width), lgd_mul(square, 2)), lgd_add(lgd_mul(vectors, 5), n));
    fit->T = lgd_alloc("least squares", numbers, sizeof *fit->T);
    fit->power = lgd_alloc("least squares", lgd_add(n, 1), sizeof *fit->power);
    if (!fit->T || !fit->power) {
        lgd_fit_free(fit);
        return LGD_ENOMEM;
    }
    fit->F = fit->T + width * width;
    fit->inverse = fit->F + square;
    fit->q = fit->inverse + square;
    fit->x = fit->q + vectors;
    fit->g = fit->x + vectors;
    fit->low = fit->g + vectors;
    fit->dx = fit->low + vectors;
    fit->ridge = fit->dx + vectors;
    *out = fit;
    return LGD_OK;
}

void lgd_fit_free(lgd_fit *fit)
{
    if (!fit)
        return;
    lgd_reduction_free(fit->reduced);
    lgd_release(fit->T);
    lgd_release(fit->power);
    lgd_release(fit);
}

/* ---- scales */

/* e with |column j of T and, below it, more| 2^-e in [1/2, 1); 0 for a column of zeros. */
static int power_of(const lgd_fit *fit, size_t j, double more)
{
    double largest = more, sum = 0;
    int e = 0, above = 0;
    for (size_t i = 0; i <= j; i++)
        largest = fmax(largest, fabs(fit->T[i * fit->width + j]));
    if (!(largest > 0))
        return 0;
    frexp(largest, &e);
    for (size_t i = 0; i <= j; i++) {
        const double t = ldexp(fit->T[i * fit->width + j], -e);
        sum += t * t;
    }
    more = ldexp(more, -e);
    frexp(sqrt(sum + more * more), &above);
    return e + above;
}

static lgd_status check_finite(const lgd_fit *fit)
{
    for (size_t j = 0; j < fit->width; j++)
        for (size_t i = 0; i <= j; i++)
            if (!isfinite(fit->T[i * fit->width + j]))
                return lgd_fail(LGD_EINVAL, "least squares: the norm of %s %zu is %g, a finite number is accepted",
                                j < fit->n ? "column" : "target", j < fit->n ? j : j - fit->n,
                                fit->T[i * fit->width + j]);
    return LGD_OK;
}

/* T to scaled columns. */
static void scale(lgd_fit *fit)
{
    const double l2 = sqrt(fit->l2);
    int last = INT_MIN;
    for (size_t j = 0; j < fit->n; j++) {
        const bool spared = lgd_is_spared(fit->f, j * fit->k);
        fit->power[j] = power_of(fit, j, spared ? 0 : l2);
        fit->ridge[j] = spared ? 0 : ldexp(fit->l2, -2 * fit->power[j]);
    }
    for (size_t c = 0; c < fit->k; c++) {
        const int e = power_of(fit, fit->n + c, 0);
        last = e > last ? e : last;
    }
    fit->power[fit->n] = last;
    for (size_t i = 0; i < fit->width; i++)
        for (size_t j = i; j < fit->width; j++)
            fit->T[i * fit->width + j] = ldexp(fit->T[i * fit->width + j], -fit->power[j < fit->n ? j : fit->n]);
}

/* F and q: T, or T with rows for l2 beneath. */
static lgd_status put_ridge(lgd_fit *fit)
{
    const size_t n = fit->n, width = fit->width, square = width * width;
    double *columns = NULL;
    if (fit->l2 > 0) {
        const size_t below = lgd_mul(n, width);
        columns =
            lgd_alloc("least squares", lgd_add(lgd_add(square, below), lgd_lapack_stack_work(width)), sizeof *columns);
        if (!columns)
            return LGD_ENOMEM;
        double *ridge = columns + square;
        for (size_t i = 0; i < width; i++)
            for (size_t j = i; j < width; j++)
                columns[i + j * width] = fit->T[i * width + j];
        for (size_t j = 0; j < n; j++)
            ridge[j + j * n] = sqrt(fit->ridge[j]);
        const lgd_status status = lgd_lapack_stack(n, width, true, columns, width, ridge, n, ridge + below);
        if (status) {
            lgd_release(columns);
            return status;
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < width; j++) {
            const double x = columns ? columns[i + j * width] : fit->T[i * width + j];
            *(j < n ? &fit->F[i * n + j] : &fit->q[(j - n) * n + i]) = x;
        }
    lgd_release(columns);
    return LGD_OK;
}

lgd_status lgd_fit_triangle(lgd_fit *fit, const double *w)
{
    lgd_objective *f = fit->f;
    const double root = sqrt(1 / f->factor);
    lgd_status status;
    fit->l2 = f->l2 * (double)f->terms * f->mean_weight / f->factor;
    if (f->ops.design)
        status = lgd_objective_triangle(f, fit->threads, fit->T, fit->width);
    else
        status = lgd_objective_jacobian_triangle(f, fit->threads, w, fit->T, fit->width);
    if (status)
        return status;
    for (size_t i = 0; root != 1 && i < fit->width * fit->width; i++)
        fit->T[i] *= root;
    status = check_finite(fit);
    if (status)
        return status;
    scale(fit);
    status = put_ridge(fit);
    if (!status)
        lgd_fit_examine(fit);
    return status;
}

/* ---- with a triangle */

void lgd_fit_back(size_t n, const double *F, double *x)
{
    for (size_t i = n; i-- > 0;)
        x[i] = (x[i] - lgd_dot(n - i - 1, F + i * n + i + 1, x + i + 1)) / F[i * n + i];
}

void lgd_fit_forward(size_t n, const double *F, double *x)
{
    for (size_t i = 0; i < n; i++) {
        x[i] /= F[i * n + i];
        lgd_blas_axpy(n - i - 1, -x[i], F + i * n + i + 1, x + i + 1);
    }
}

static void unit(size_t n, double *x)
{
    const double size = lgd_norm2(n, x);
    for (size_t j = 0; j < n; j++)
        x[j] /= size;
}

/* The smallest singular value of F by inverse iteration on F^T F, from signs that let F^-T grow (J. J. Dongarra et al., "LINPACK Users'
 * Guide", 1979); v becomes its direction. */
static double smallest(size_t n, const double *F, double *v)
{
    enum { ROUNDS = 4 };
    double size = 1;
    memset(v, 0, n * sizeof *v);
    for (size_t i = 0; i < n; i++) {
        v[i] = (v[i] + (v[i] < 0 ? -1 : 1)) / F[i * n + i];
        lgd_blas_axpy(n - i - 1, -v[i], F + i * n + i + 1, v + i + 1);
    }
    unit(n, v);
    lgd_fit_back(n, F, v);
    for (int round = 0; round < ROUNDS; round++) {
        unit(n, v);
        lgd_fit_forward(n, F, v);
        size = lgd_norm2(n, v);
        lgd_fit_back(n, F, v);
    }
    unit(n, v);
    return 1 / size;
}

/* And the largest, by F^T F itself. */
static double largest(size_t n, const double *F, double *v, double *u)
{
    enum { ROUNDS = 8 };
    double size = 0;
    for (size_t j = 0; j < n; j++)
        v[j] = F[j] < 0 ? -1 : 1;
    for (int round = 0; round < ROUNDS; round++) {
        unit(n, v);
        for (size_t i = 0; i < n; i++)
            u[i] = lgd_dot(n - i, F + i * n + i, v + i);
        size = lgd_norm2(n, u);
        memset(v, 0, n * sizeof *v);
        for (size_t i = 0; i < n; i++)
            lgd_blas_axpy(n - i, u[i], F + i * n + i, v + i);
    }
    return size;
}

void lgd_fit_examine(lgd_fit *fit)
{
    const size_t n = fit->n;
    fit->deficient = n;
    fit->rank = 0;
    fit->condition = INFINITY;
    for (size_t j = 0; j < n; j++) {
        const bool left = fabs(fit->F[j * n + j]) > fit->rcond;
        fit->rank += left;
        if (!left && fit->deficient == n)
            fit->deficient = j;
    }
    if (fit->rank < n)
        return;
    double *v = fit->g, *u = fit->low;
    const double large = largest(n, fit->F, v, u), small = smallest(n, fit->F, v);
    fit->condition = large / small;
    if (small > fit->rcond * large)
        return;
    fit->rank = n - 1; /* at most: there is a combination of columns, of which no single one stands out */
    fit->deficient = 0;
    for (size_t j = 1; j < n; j++)
        if (fabs(v[j]) > fabs(v[fit->deficient]))
            fit->deficient = j;
}

lgd_status lgd_fit_refuse(const lgd_fit *fit)
{
    const size_t j = fit->deficient;
    if (j == fit->n)
        return LGD_OK;
    double all = 0;
    for (size_t i = 0; i <= j; i++)
        all = hypot(all, fit->F[i * fit->n + j]);
    const double left =
        fabs(fit->F[j * fit->n + j]) <= fit->rcond ? fabs(fit->F[j * fit->n + j]) : all / fit->condition;
    const char *intercept = lgd_fit_has_intercept(fit) && j == fit->n - 1 ? ", the intercept," : "";
    if (!(all > 0))
        return lgd_fail(LGD_EINVAL, "least squares: column %zu%s is 0 in all rows, solver svd or l2 is accepted", j,
                        intercept);
    return lgd_fail(
        LGD_EINVAL,
        "least squares: column %zu%s depends on others (what differs is %.1g of its size), more than %.1g is "
        "accepted, or solver svd, or l2",
        j, intercept, left / all, fit->rcond);
}

/* ---- inverses */

static void invert_triangle(lgd_fit *fit)
{
    const size_t n = fit->n;
    double *X = fit->inverse;
    memset(X, 0, n * n * sizeof *X);
    for (size_t i = n; i-- > 0;) { /* row i of F X = I, by rows below it */
        double *row = X + i * n;
        row[i] = 1;
        for (size_t j = i + 1; j < n; j++)
            lgd_blas_axpy(n - j, -fit->F[i * n + j], X + j * n + j, row + j);
        for (size_t j = i; j < n; j++)
            row[j] /= fit->F[i * n + i];
    }
}

static bool is_zero(const lgd_fit *fit, size_t j)
{
    for (size_t i = 0; i <= j; i++)
        if (fit->F[i * fit->n + j] != 0)
            return false;
    return true;
}

/* X, the pseudo-inverse of F with its columns times 2^(e_j - apart), or of F itself, and the rank and the condition that this tells. */
static lgd_status pseudo_inverse(const lgd_fit *fit, const int *apart, double *X, size_t *rank, double *condition)
{
    const size_t n = fit->n;
    double *A = lgd_alloc("least squares", lgd_add(lgd_mul(lgd_mul(n, n), 2), n), sizeof *A);
    if (!A)
        return LGD_ENOMEM;
    double *B = A + n * n, *S = B + n * n;
    for (size_t i = 0; i < n; i++) {
        B[i * n + i] = 1;
        for (size_t j = i; j < n; j++)
            A[i + j * n] = apart ? ldexp(fit->F[i * n + j], fit->power[j] - *apart) : fit->F[i * n + j];
    }
    const lgd_status status = lgd_lapack_gelsd(n, n, n, A, n, B, n, S, fit->rcond, rank);
    for (size_t i = 0; i < n && !status; i++) {
        const bool zero = is_zero(fit, i); /* its weight is 0, and no rounding of it */
        for (size_t j = 0; j < n; j++)
            X[i * n + j] = zero ? 0 : apart ? ldexp(B[i + j * n], fit->power[i] - *apart) : B[i + j * n];
    }
    *condition = *rank ? S[0] / S[*rank - 1] : NAN;
    lgd_release(A);
    return status;
}

lgd_status lgd_fit_invert(lgd_fit *fit, bool svd)
{
    const size_t n = fit->n, square = n * n;
    if (fit->deficient == n && !svd) {
        invert_triangle(fit);
        return LGD_OK;
    }
    fit->pseudo = true;
    lgd_status status = pseudo_inverse(fit, NULL, fit->inverse, &fit->rank, &fit->condition);
    if (status || fit->rank == n || fit->rank == 0)
        return status;
    /* Several solutions: that of least |w|, and not of the least in scaled columns, unless units are so far apart that not even the
     * rank is the same without scales. */
    int most = INT_MIN;
    for (size_t j = 0; j < n; j++)
        most = fit->power[j] > most ? fit->power[j] : most;
    double *X = lgd_alloc("least squares", square, sizeof *X), condition;
    size_t rank = 0;
    if (!X)
        return LGD_ENOMEM;
    status = pseudo_inverse(fit, &most, X, &rank, &condition);
    if (!status && rank == fit->rank)
        memcpy(fit->inverse, X, square * sizeof *X);
    lgd_release(X);
    return status;
}

void lgd_fit_normal(const lgd_fit *fit, const double *g, double *x)
{
    const size_t n = fit->n;
    if (!fit->pseudo) {
        memcpy(x, g, n * sizeof *x);
        lgd_fit_forward(n, fit->F, x);
        lgd_fit_back(n, fit->F, x);
        return;
    }
    double *between = fit->q; /* of no use any more */
    memset(between, 0, n * sizeof *between);
    for (size_t i = 0; i < n; i++)
        lgd_blas_axpy(n, g[i], fit->inverse + i * n, between);
    for (size_t i = 0; i < n; i++)
        x[i] = lgd_dot(n, fit->inverse + i * n, between);
}

/* ---- sums of squares */

double lgd_fit_squares(const lgd_fit *fit, const double *x)
{
    double sum = 0;
    for (size_t c = 0; c < fit->k; c++)
        for (size_t i = 0; i < fit->width; i++) {
            const double *row = fit->T + i * fit->width;
            double r = row[fit->n + c];
            if (x && i < fit->n)
                r += lgd_dot(fit->n - i, row + i, x + c * fit->n + i);
            sum += r * r;
        }
    return sum;
}

double lgd_fit_total(const lgd_fit *fit)
{
    const size_t n = fit->n, width = fit->width;
    double sum = 0, size = 0;
    if (!lgd_fit_has_intercept(fit))
        return lgd_fit_squares(fit, NULL);
    for (size_t i = 0; i < n; i++)
        size += fit->T[i * width + n - 1] * fit->T[i * width + n - 1];
    for (size_t c = 0; c < fit->k; c++) {
        double along = 0;
        for (size_t i = 0; i < n; i++)
            along += fit->T[i * width + n - 1] * fit->T[i * width + n + c];
        for (size_t i = 0; i < width; i++) {
            const double left =
                fit->T[i * width + n + c] - (i < n && size > 0 ? along / size * fit->T[i * width + n - 1] : 0);
            sum += left * left;
        }
    }
    return sum;
}
