/* From rows to their Gram matrix. A panel of rows is copied, centred and scaled in one sweep, a few rows at a time while they are in the
 * first-level cache, and added to the Gram matrix of its group while it is in the second-level cache: the rows are read from memory
 * once, at the rate of the symmetric update. They are centred on means of a few rows, so that what the exact means take off at last is
 * no difference of large numbers (T. Chan, G. Golub, R. LeVeque, "Algorithms for computing the sample variance", Amer. Statist. 37,
 * 1983, by a shift). */
#include "reduction.h"
#include "blas/blas.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { SWEEP = 32, MOST_ROWS = 384, LEAST_ROWS = 128, PANEL = 1 << 16, SAMPLE = 64 };

static size_t width_of(const lgd_reduction *r)
{
    return r->cols + r->intercept + r->outputs;
}

/* Rows of a panel, by shape alone: at most 512 KB of them, or so few that the update would be slow. */
static size_t panel_rows(const lgd_reduction *r)
{
    const size_t rows = PANEL / lgd_padded(width_of(r)) / SWEEP * SWEEP;
    return rows < LEAST_ROWS ? LEAST_ROWS : rows > MOST_ROWS ? MOST_ROWS : rows;
}

/* ---- rows */

/* Rows [S rho] and -targets R, in place to the columns and targets of a panel. */
LGD_WIDE static void centre(size_t count, size_t n, const double *restrict mean, const double *restrict inverse,
                            double *restrict P, size_t ld)
{
    for (size_t i = 0; i < count; i++) {
        double *row = P + i * ld;
        const double rho = row[n];
#pragma omp simd
        for (size_t j = 0; j < n; j++)
            row[j] = (row[j] - rho * mean[j]) * inverse[j];
    }
}

LGD_WIDE static void scale(size_t count, size_t n, const double *restrict inverse, double *restrict P, size_t ld)
{
    for (size_t i = 0; i < count; i++) {
        double *row = P + i * ld;
#pragma omp simd
        for (size_t j = 0; j < n; j++)
            row[j] *= inverse[j];
    }
}

static void take_rows(const lgd_reduction *r, size_t count, const double *R, double *P, size_t ld)
{
    const size_t n = r->cols, k = r->outputs;
    for (size_t i = 0; i < count; i++) {
        double *target = P + i * ld + n + r->intercept;
        const double rho = r->intercept ? P[i * ld + n] : 0;
        for (size_t c = 0; c < k; c++)
            target[c] = -R[i * k + c] - rho * r->target[c];
    }
    if (r->intercept)
        centre(count, n, r->mean, r->inverse, P, ld);
    else
        scale(count, n, r->inverse, P, ld);
}

size_t lgd_reduction_block(const lgd_reduction *r)
{
    const size_t panel = lgd_mul(panel_rows(r), lgd_padded(width_of(r)));
    return lgd_mul(lgd_add(panel, lgd_mul(SWEEP, r->outputs)), sizeof(double));
}

lgd_status lgd_reduction_walk(const lgd_reduction *r, const lgd_objective *f, const lgd_rows *rows,
                              lgd_reduction_visit visit, void *ctx)
{
    const size_t ld = lgd_padded(width_of(r)), at_once = panel_rows(r);
    double *P = lgd_pool_take(r->pool, lgd_reduction_block(r));
    if (!P)
        return LGD_ENOMEM;
    double *R = P + at_once * ld;
    lgd_status status = LGD_OK;
    for (size_t done = 0; done < rows->count && !status; done += at_once) {
        const size_t left = rows->count - done, count = left < at_once ? left : at_once;
        for (size_t i = 0; i < count && !status; i += SWEEP) {
            const lgd_rows part = {rows->first + done + i, count - i < SWEEP ? count - i : SWEEP, rows->index};
            status = lgd_objective_design(f, &part, P + i * ld, ld, R);
            take_rows(r, part.count, R, P + i * ld, ld);
        }
        if (!status)
            status = visit(ctx, count, P, ld, done);
    }
    lgd_pool_give(r->pool, P);
    return status;
}

/* ---- provisional means and scales, of a few rows spread over the data */

/* The power of two above x > 0, at most twice as large, within what can be inverted. */
static double power_above(double x)
{
    int exponent = 1;
    frexp(x, &exponent);
    return ldexp(1, exponent < -1000 ? -1000 : exponent > 1000 ? 1000 : exponent);
}

typedef struct sampled {
    lgd_reduction *r;
    double *sizes;
} sampled;

static lgd_status find_means(void *ctx, size_t count, double *P, size_t ld, size_t done)
{
    const lgd_reduction *r = ((sampled *)ctx)->r;
    const size_t n = r->cols;
    double weight = 0;
    (void)done;
    for (size_t i = 0; i < count; i++)
        weight += P[i * ld + n] * P[i * ld + n];
    for (size_t j = 0; j < n + 1 + r->outputs && weight > 0; j++) {
        double sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += P[i * ld + n] / weight * P[i * ld + j];
        if (j < n)
            r->mean[j] = sum;
        else if (j > n)
            r->target[j - n - 1] = sum;
    }
    return LGD_OK;
}

static lgd_status find_sizes(void *ctx, size_t count, double *P, size_t ld, size_t done)
{
    const sampled *to = ctx;
    (void)done;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < to->r->cols; j++)
            to->sizes[j] = fmax(to->sizes[j], fabs(P[i * ld + j]));
    return LGD_OK;
}

/* Means of the sample; then scales near the largest deviation in it, so that no square overflows where another unit would not. */
static lgd_status provide(lgd_reduction *r, const lgd_objective *f)
{
    const size_t step = (r->terms - 1) / SAMPLE + 1;
    size_t index[SAMPLE], count = 0;
    double *sizes = r->scale;
    for (size_t i = 0; i < r->terms && count < SAMPLE; i += step)
        index[count++] = i;
    const lgd_rows rows = {0, count, index};
    sampled to = {r, sizes};
    lgd_status status = r->intercept ? lgd_reduction_walk(r, f, &rows, find_means, &to) : LGD_OK;
    memset(sizes, 0, r->cols * sizeof *sizes);
    if (!status)
        status = lgd_reduction_walk(r, f, &rows, find_sizes, &to);
    for (size_t j = 0; j < r->cols && !status; j++) {
        const double size = sizes[j] > 0 ? sizes[j] : fabs(r->mean[j]);
        r->scale[j] = size > 0 && size <= DBL_MAX ? power_above(size) : 1;
        r->inverse[j] = 1 / r->scale[j];
    }
    return status;
}

/* ---- the sum, group by group */

typedef struct summed {
    lgd_objective *f;
    lgd_reduction *r;
    size_t groups, ld;
    double *G;
} summed;

typedef struct group {
    const summed *to;
    double *G;
} group;

/* Products among many targets, of which none but the squares are asked for, are left out. */
static lgd_status add_panel(void *ctx, size_t count, double *P, size_t ld, size_t done)
{
    const group *of = ctx;
    const lgd_reduction *r = of->to->r;
    const size_t first = r->cols + r->intercept, k = r->outputs, ldg = of->to->ld;
    (void)done;
    lgd_blas_syrk(count, k > first ? first : width_of(r), 1, P, ld, of->G, ldg);
    if (k <= first)
        return LGD_OK;
    lgd_blas_adjoint(count, k, first, P + first, ld, false, P, ld, of->G + first * ldg, ldg);
    for (size_t i = 0; i < count; i++)
        for (size_t c = first; c < first + k; c++)
            of->G[c * ldg + c] += P[i * ld + c] * P[i * ld + c];
    return LGD_OK;
}

static lgd_status sum_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *vector)
{
    const summed *to = ctx;
    const size_t i = lgd_objective_group_of(to->f, to->f->terms, to->groups, done);
    group of = {to, to->G + i * width_of(to->r) * to->ld};
    (void)value, (void)vector;
    return lgd_reduction_walk(to->r, to->f, rows, add_panel, &of);
}

/* G [width x width] of all rows, in to->G. */
static lgd_status sum_rows(summed *to, size_t threads)
{
    enum { NUMBERS = 1 << 24 };
    const lgd_rows all = {0, to->f->terms, NULL};
    const size_t width = width_of(to->r), square = lgd_mul(width, to->ld);
    to->groups = lgd_objective_chunks(to->f, to->f->terms);
    if (to->groups > NUMBERS / square)
        to->groups = NUMBERS / square;
    if (to->groups > to->f->terms / (width / 2 + 1)) /* adding groups up is to cost less than the groups */
        to->groups = to->f->terms / (width / 2 + 1);
    if (to->groups < 1)
        to->groups = 1;
    to->G = lgd_alloc("reduction", lgd_mul(to->groups, square), sizeof *to->G);
    if (!to->G)
        return LGD_ENOMEM;
    double value[2];
    const lgd_status status = lgd_objective_groups(to->f, &all, threads, to->groups, sum_part, to, value, NULL);
    for (size_t apart = 1; apart < to->groups && !status; apart *= 2)
        for (size_t i = 0; i + apart < to->groups; i += 2 * apart)
            for (size_t j = 0; j < square; j++)
                to->G[i * square + j] += to->G[(i + apart) * square + j];
    return status;
}

/* ---- from the sum to the reduction */

static lgd_status check_finite(const lgd_reduction *r, const double *G, size_t ld)
{
    for (size_t j = 0; j < width_of(r); j++)
        for (size_t i = 0; i <= j; i++)
            if (!isfinite(G[j * ld + i])) {
                const bool target = j >= r->cols + r->intercept;
                return lgd_fail(LGD_EINVAL,
                                "reduction: the sum of squares of %s %zu is %g, a finite number is accepted",
                                target ? "target" : "column", target ? j - r->cols - r->intercept : j, G[j * ld + i]);
            }
    return LGD_OK;
}

/* Takes the exact means off, and makes them those of r. */
static void take_means(lgd_reduction *r, double *G, size_t ld)
{
    const size_t n = r->cols;
    const double weight = r->intercept ? G[n * ld + n] : 0;
    r->weight = weight / r->total;
    if (!(weight > 0))
        return;
    double *rest = G + n * ld; /* that row of G, with what lies below it */
    for (size_t c = 0; c < r->outputs; c++) {
        double *row = G + (n + 1 + c) * ld;
        const double shift = row[n] / weight;
        for (size_t j = 0; j < n; j++)
            row[j] -= shift * rest[j];
        row[n + 1 + c] -= shift * row[n];
        r->target[c] += shift;
    }
    for (size_t i = 0; i < n; i++) {
        const double shift = rest[i] / weight;
        for (size_t j = 0; j <= i; j++)
            G[i * ld + j] -= shift * rest[j];
        r->mean[i] += shift * r->scale[i];
    }
}

/* The scale of column j, whose deviation is that of G. A deviation that rounding of the mean explains is none. */
static double find_scale(const lgd_reduction *r, const double *G, size_t ld, size_t j)
{
    const double square = G[j * ld + j] / r->total, least = 4 * DBL_EPSILON * r->mean[j] * r->inverse[j];
    return square > r->weight * least * least ? power_above(sqrt(square)) : 0;
}

static void take_squares(lgd_reduction *r, const double *G, size_t ld)
{
    const size_t n = r->cols, first = n + r->intercept;
    double *power = r->inverse; /* until the end, 0 for a column that is constant */
    for (size_t j = 0; j < n; j++)
        power[j] = find_scale(r, G, ld, j);
    for (size_t c = 0; c < r->outputs; c++) {
        const double *row = G + (first + c) * ld;
        for (size_t j = 0; j < n; j++)
            r->c[j * r->outputs + c] = power[j] > 0 ? row[j] / r->total / power[j] : 0;
        r->squares[c] = fmax(row[first + c] / r->total, 0);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            const bool both = power[i] > 0 && power[j] > 0;
            const double element = both ? G[i * ld + j] / r->total / power[i] / power[j] : 0;
            r->C[i * r->ld + j] = r->C[j * r->ld + i] = element;
        }
    for (size_t j = 0; j < n; j++) {
        if (power[j] > 0)
            r->scale[j] *= power[j];
        else
            r->scale[j] = r->mean[j] != 0 ? power_above(fabs(r->mean[j])) : 1;
        r->inverse[j] = 1 / r->scale[j];
    }
}

/* ---- creation */

/* The objective's shape; which coordinates are an intercept, and which rows of W are spared beside it. */
static lgd_status take_shape(lgd_reduction *r, const lgd_objective *f)
{
    if (!f->ops.design)
        return lgd_fail(
            LGD_EUNSUPPORTED,
            "reduction: %s has no ops.design, a linear model with a squared loss, or an objective of your own with "
            "ops.design, is accepted",
            f->ops.name);
    if (f->terms == 0)
        return lgd_fail(LGD_EINVAL, "reduction: number of rows is 0, at least 1 is accepted");
    const size_t k = f->slopes, n = f->dim / k;
    r->intercept = f->spare_count == k && f->spare_first == f->dim - k;
    if (!r->intercept && f->l2 > 0 && f->spare_count && (f->spare_first % k || f->spare_count % k))
        return lgd_fail(LGD_EUNSUPPORTED,
                        "reduction: coordinates %zu + %zu are spared with %zu outputs, whole rows of W are accepted",
                        f->spare_first, f->spare_count, k);
    r->cols = n - r->intercept;
    r->outputs = k;
    r->terms = f->terms;
    r->spare_first = f->spare_first;
    r->spare_count = f->spare_count;
    r->total = (double)f->terms * f->mean_weight;
    r->l2 = f->l2;
    r->ld = lgd_padded(r->cols);
    return lgd_blas_fits("reduction", "columns", lgd_padded(width_of(r)));
}

lgd_status lgd_reduction_allocate(lgd_reduction *r)
{
    const size_t n = r->cols, k = r->outputs;
    const size_t vectors = lgd_add(lgd_mul(n, lgd_add(k, 3)), lgd_mul(k, 2));
    r->C = lgd_alloc("reduction", lgd_add(lgd_mul(n, r->ld), vectors), sizeof *r->C);
    const lgd_status status = lgd_pool_create(&r->pool, "reduction");
    if (!r->C || status)
        return LGD_ENOMEM;
    r->c = r->C + n * r->ld;
    r->mean = r->c + n * k;
    r->scale = r->mean + n;
    r->inverse = r->scale + n;
    r->squares = r->inverse + n;
    r->target = r->squares + k;
    for (size_t j = 0; j < n; j++)
        r->scale[j] = r->inverse[j] = 1;
    return LGD_OK;
}

lgd_status lgd_reduction_create(lgd_reduction **out, lgd_objective *f, size_t threads)
{
    *out = NULL;
    lgd_reduction *r = lgd_alloc("reduction", 1, sizeof *r);
    if (!r)
        return LGD_ENOMEM;
    lgd_status status = take_shape(r, f);
    if (!status)
        status = lgd_reduction_allocate(r);
    summed to = {.f = f, .r = r, .ld = lgd_padded(status ? 0 : width_of(r))};
    lgd_blas_hold(); /* also where f is called by one thread */
    threads = lgd_objective_begin(f, threads);
    if (!status)
        status = provide(r, f);
    if (!status)
        status = sum_rows(&to, threads);
    lgd_objective_end(f);
    lgd_blas_release();
    if (!status)
        status = check_finite(r, to.G, to.ld);
    if (!status) {
        take_means(r, to.G, to.ld);
        take_squares(r, to.G, to.ld);
        *out = r;
    }
    lgd_release(to.G);
    if (status)
        lgd_reduction_free(r);
    return status;
}

void lgd_reduction_free(lgd_reduction *r)
{
    if (!r)
        return;
    lgd_release(r->C);
    lgd_pool_free(r->pool);
    lgd_release(r);
}
