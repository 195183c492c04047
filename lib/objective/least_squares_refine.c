/* Residuals and the gradient of least squares in twice the precision, and what they correct.
 *
 * Every number is a sum of two, the second of which holds what rounding took from the first: exact products after T. J. Dekker, Numer.
 * Math. 18 (1971), sums after D. E. Knuth, "The Art of Computer Programming" 2. Without fused operations, which not every machine has:
 * the bits are the same on all. */
#include "least_squares.h"
#include "blas/blas.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* p + e = a b */
LGD_INLINE double product(double a, double b, double *e)
{
    const double splitter = 134217729, p = a * b; /* 2^27 + 1 */
    const double at = splitter * a, ah = at - (at - a), al = a - ah;
    const double bt = splitter * b, bh = bt - (bt - b), bl = b - bh;
    *e = al * bl - (((p - ah * bh) - al * bh) - ah * bl);
    return p;
}

/* s + e = a + b */
LGD_INLINE double sum(double a, double b, double *e)
{
    const double s = a + b, z = s - a;
    *e = (a - (s - z)) + (b - z);
    return s;
}

/* start + x.y, and in *low what that is short of. */
LGD_WIDE static double dot_twice(size_t n, const double *restrict x, const double *restrict y, double start,
                                 double *low)
{
    double s[LGD_LANES] = {0}, e[LGD_LANES] = {0};
    size_t j = 0;
    for (; j + LGD_LANES <= n; j += LGD_LANES)
#pragma omp simd
        for (size_t l = 0; l < LGD_LANES; l++) {
            double of_product, of_sum;
            const double p = product(x[j + l], y[j + l], &of_product);
            s[l] = sum(s[l], p, &of_sum);
            e[l] += of_product + of_sum;
        }
    for (; j < n; j++) {
        double of_product, of_sum;
        const double p = product(x[j], y[j], &of_product);
        s[j % LGD_LANES] = sum(s[j % LGD_LANES], p, &of_sum);
        e[j % LGD_LANES] += of_product + of_sum;
    }
    double all = start, error = 0;
    for (size_t l = 0; l < LGD_LANES; l++) {
        double of_sum;
        all = sum(all, s[l], &of_sum);
        error += of_sum;
    }
    return sum(all, error + lgd_lanes(e), low);
}

/* g + low += x (t + more) */
LGD_WIDE static void add_twice(size_t n, const double *restrict x, double t, double more, double *restrict g,
                               double *restrict low)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++) {
        double of_product, of_sum;
        const double p = product(x[j], t, &of_product);
        g[j] = sum(g[j], p, &of_sum);
        low[j] += (of_product + x[j] * more) + of_sum;
    }
}

/* ---- over rows */

enum { PANEL = 64 }; /* rows */

/* The sums of a group of chunks, g and low [k x n] one after another, and its scratch. */
typedef struct gathered {
    lgd_fit *fit;
    size_t groups, stride;
    double *memory;
    const double *scale; /* [n + 1] 2^(p - e), for weights omega 2^-2p, so that any weights are near 1 */
    double unit;         /* 2^-2p */
} gathered;

static lgd_status rows_of(const lgd_objective *f, const lgd_rows *rows, double *S, size_t lds, double *R, double *omega)
{
    if (f->rows)
        return f->rows(f->ctx, rows, S, lds, R, omega);
    for (size_t i = 0; i < rows->count; i++)
        omega[i] = 1;
    return lgd_objective_design(f, rows, S, lds, R);
}

LGD_WIDE static void multiply(size_t n, const double *restrict by, double *restrict row)
{
    for (size_t j = 0; j < n; j++)
        row[j] *= by[j];
}

static lgd_status part(void *ctx, const lgd_rows *all, size_t done, double *value, double *vector)
{
    const gathered *to = ctx;
    const lgd_fit *fit = to->fit;
    const size_t n = fit->n, k = fit->k;
    double *g = to->memory + lgd_objective_group_of(fit->f, fit->f->terms, to->groups, done) * to->stride;
    double *low = g + n * k, *S = low + n * k, *R = S + PANEL * n, *omega = R + PANEL * k;
    (void)vector;
    for (size_t first = 0; first < all->count; first += PANEL) {
        const size_t left = all->count - first;
        const lgd_rows rows = {all->first + first, left < PANEL ? left : PANEL, all->index};
        const lgd_status status = rows_of(fit->f, &rows, S, n, R, omega);
        if (status)
            return status;
        for (size_t i = 0; i < rows.count; i++) {
            const double weight = omega[i] * to->unit;
            multiply(n, to->scale, S + i * n);
            for (size_t c = 0; c < k; c++) {
                double more, error;
                const double r = dot_twice(n, S + i * n, fit->x + c * n, R[i * k + c] * to->scale[n], &more);
                const double t = product(weight, r, &error);
                value[0] += t * r;
                add_twice(n, S + i * n, t, error + weight * more, g + c * n, low + c * n);
            }
        }
    }
    return LGD_OK;
}

/* Groups one after another, and the rows for l2. */
static void combine(const gathered *to)
{
    lgd_fit *fit = to->fit;
    const size_t n = fit->n, count = n * fit->k;
    for (size_t j = 0; j < count; j++) {
        double error;
        const double square = product(fit->ridge[j % n], fit->x[j], &error);
        fit->g[j] = sum(square, 0, &fit->low[j]);
        fit->low[j] = error;
        for (size_t group = 0; group < to->groups; group++) {
            const double *own = to->memory + group * to->stride;
            fit->g[j] = sum(fit->g[j], own[j], &error);
            fit->low[j] += error + own[count + j];
        }
        fit->g[j] = sum(fit->g[j], fit->low[j], &error);
        fit->low[j] = error;
    }
}

lgd_status lgd_fit_gradient(lgd_fit *fit, double *squares)
{
    enum { NUMBERS = 1 << 22 };
    lgd_objective *f = fit->f;
    const size_t n = fit->n, k = fit->k, chunks = lgd_objective_chunks(f, f->terms);
    const lgd_rows all = {0, f->terms, NULL};
    gathered to = {.fit = fit};
    to.stride = lgd_padded(lgd_add(lgd_mul(lgd_mul(n, k), 2), lgd_mul(PANEL, lgd_add(n, lgd_add(k, 1)))));
    const size_t most = NUMBERS / to.stride;
    to.groups = most < 1 ? 1 : most < chunks ? most : chunks;
    to.memory = lgd_alloc("least squares", lgd_add(lgd_mul(to.groups, to.stride), n + 1), sizeof *to.memory);
    if (!to.memory)
        return LGD_ENOMEM;
    double *scale = to.memory + to.groups * to.stride, value[2];
    int p = 0;
    if (f->rows)
        frexp(f->mean_weight, &p);
    p /= 2;
    for (size_t j = 0; j <= n; j++)
        scale[j] = ldexp(1, p - fit->power[j]);
    to.scale = scale;
    to.unit = ldexp(1, -2 * p);
    const lgd_status status = lgd_objective_groups(f, &all, fit->threads, to.groups, part, &to, value, NULL);
    if (!status)
        combine(&to);
    *squares = value[0];
    lgd_release(to.memory);
    return status;
}

/* ---- corrections */

/* How much of x, once it is corrected by d, that is: of its largest number, and of the worst, where what is below rounding of the largest
 * counts as that much. */
static void compare(size_t n, const double *d, const double *x, double *whole, double *worst)
{
    double largest = 0, change = 0;
    for (size_t j = 0; j < n; j++) {
        largest = fmax(largest, fabs(x[j] - d[j]));
        change = isnan(d[j]) ? INFINITY : fmax(change, fabs(d[j]));
    }
    if (change == 0)
        return;
    *whole = fmax(*whole, change / largest);
    for (size_t j = 0; j < n; j++)
        if (d[j] != 0)
            *worst = fmax(*worst, fabs(d[j]) / fmax(fabs(x[j] - d[j]), DBL_EPSILON * largest));
    if (!(change <= DBL_MAX) || !(largest > 0))
        *whole = *worst = INFINITY;
}

/* Of an error a correction leaves about n condition^2 eps (Bjorck 1987), so that there is no need of another to see that none is needed.
 * Corrections have to become smaller, else F is no good for more. The first may be as large as x: a large l2 leaves a triangle without a
 * digit of it. */
lgd_status lgd_fit_refine(lgd_fit *fit, size_t most, lgd_least_squares_report *report, double *squares)
{
    const size_t n = fit->n, count = n * fit->k;
    const double left = fmin((double)n * fit->condition * fit->condition * DBL_EPSILON, 1);
    /* Of several solutions the shares of columns that depend on each other come from the inverse, and no residual tells of them. */
    const bool shared = fit->pseudo && fit->rank < n;
    const double least = DBL_EPSILON * (shared && fit->rank ? (double)n * fit->condition : 1);
    double before = 0;
    report->digits = 0;
    for (size_t round = 0; round < most; round++) {
        const lgd_status status = lgd_fit_gradient(fit, squares);
        if (status)
            return status;
        double whole = 0, worst = 0;
        for (size_t c = 0; c < fit->k; c++) {
            double *d = fit->dx + c * n;
            if (fit->reduced)
                lgd_fit_reduced_normal(fit, fit->g + c * n, fit->low + c * n, d);
            else
                lgd_fit_normal(fit, fit->g + c * n, d);
            compare(n, d, fit->x + c * n, &whole, &worst);
        }
        if (!(round ? whole <= fmax(before / 2, 4 * DBL_EPSILON) : whole <= DBL_MAX))
            return LGD_OK;
        for (size_t j = 0; j < count; j++) { /* x - d is the minimum: with rows for l2 the sum falls by d.g */
            const double d = fit->dx[j];
            *squares -= d * (fit->g[j] - fit->ridge[j % n] * (2 * fit->x[j] - d));
            fit->x[j] -= d;
        }
        *squares = fmax(*squares, 0);
        before = whole;
        report->refinements++;
        worst = left <= 1 ? worst * left : worst; /* a rank of 0 has no condition */
        report->digits = fmax(-log10(fmax(worst, least)), 0);
        if (worst <= DBL_EPSILON)
            return LGD_OK;
    }
    return LGD_OK;
}
