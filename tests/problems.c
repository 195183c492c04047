#include "problems.h"
#include "base/base.h"
#include "blas/guard.h"
#include <stdatomic.h>
#include <stdio.h>

/* ---- assertions */

void check_failure(lgd_status got, lgd_status status, const char *words, const char *call, const char *file, int line)
{
    if (got != status)
        ck_abort_msg("%s:%d: %s is %d (%s), not %d", file, line, call, got, got ? lgd_last_error() : "OK", status);
    if (!strstr(lgd_last_error(), words))
        ck_abort_msg("%s:%d: %s says \"%s\", not \"%s\"", file, line, call, lgd_last_error(), words);
}

void check_near(double x, real expected, double tolerance, const char *what, const char *file, int line)
{
    real error = fabsl((real)x - expected) / fmaxl(fabsl(expected), 1);
    if (!(error <= (real)tolerance))
        ck_abort_msg("%s:%d: %s is %.17g, not %.17Lg: error %.3Lg", file, line, what, x, expected, error);
}

double difference(size_t n, const double *x, const real *expected)
{
    real largest = 0, size = 0;
    for (size_t j = 0; j < n; j++) {
        real error = fabsl((real)x[j] - expected[j]);
        if (!(error <= largest)) /* a NaN too */
            largest = error;
        size = fmaxl(size, fabsl(expected[j]));
    }
    return (double)(size > 0 ? largest / size : largest);
}

double difference_of(size_t n, const double *x, const double *expected)
{
    double largest = 0, size = 0;
    for (size_t j = 0; j < n; j++) {
        double error = fabs(x[j] - expected[j]);
        if (!(error <= largest))
            largest = error;
        size = fmax(size, fabs(expected[j]));
    }
    return size > 0 ? largest / size : largest;
}

bool takes_hold(void)
{
    ck_assert(!lgd_blas_held());
    lgd_blas_hold();
    const bool takes = lgd_blas_held();
    lgd_blas_release();
    return takes;
}

/* ---- data */

void fill(uint64_t seed, size_t n, double low, double high, double *x)
{
    lgd_uniform(seed, 0, n, x);
    for (size_t i = 0; i < n; i++)
        x[i] = low + (high - low) * x[i];
}

static double *numbers(uint64_t seed, size_t n, double low, double high)
{
    double *x = malloc((n + 1) * sizeof *x); /* + 1: never NULL */
    ck_assert_ptr_nonnull(x);
    fill(seed, n, low, high, x);
    return x;
}

data data_create(size_t rows, size_t cols, size_t outputs, bool labels, uint64_t seed)
{
    data d = {rows, cols, outputs, NULL, NULL, NULL, NULL};
    d.X = numbers(seed, rows * cols, -1, 1);
    d.y = numbers(seed + 1, rows * outputs, -0.5, 0.5); /* the noise */
    d.weights = numbers(seed + 2, rows, 0.5, 2.5);
    d.offset = numbers(seed + 3, rows * outputs, -1, 1);
    double *w = numbers(seed + 4, (cols + 1) * outputs, -1, 1);
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < outputs; c++) {
            double z = w[cols * outputs + c];
            for (size_t j = 0; j < cols; j++)
                z += d.X[i * cols + j] * w[j * outputs + c];
            double *y = &d.y[i * outputs + c];
            *y = labels ? z + 2 * *y > 0 : z + *y;
        }
    free(w);
    return d;
}

void data_free(data *d)
{
    free(d->X);
    free(d->y);
    free(d->weights);
    free(d->offset);
}

model model_create(size_t rows, size_t cols, const lgd_loss *loss, const lgd_glm_options *o, uint64_t seed)
{
    const bool labels = loss == lgd_loss_logistic() || loss == lgd_loss_squared_hinge();
    model m = {.d = data_create(rows, cols, o && o->outputs ? o->outputs : 1, labels, seed)};
    ck_ok(lgd_matrix_dense(&m.X, rows, cols, m.d.X, cols));
    ck_ok(lgd_glm_create(&m.f, m.X, m.d.y, loss, o));
    m.dim = lgd_objective_dim(m.f);
    return m;
}

void model_free(model *m)
{
    lgd_objective_free(m->f);
    lgd_matrix_free(m->X);
    data_free(&m->d);
}

static size_t row_of(const lgd_rows *rows, size_t i)
{
    return rows->index ? rows->index[rows->first + i] : rows->first + i;
}

static lgd_status user_forward(void *ctx, const lgd_rows *rows, size_t k, const double *W, size_t ldw, double *Z,
                               size_t ldz)
{
    const data *d = ctx;
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < k; c++) {
            double z = 0;
            for (size_t j = 0; j < d->cols; j++)
                z += d->X[row_of(rows, i) * d->cols + j] * W[j * ldw + c];
            Z[i * ldz + c] = z;
        }
    return LGD_OK;
}

static lgd_status user_adjoint(void *ctx, const lgd_rows *rows, size_t k, const double *R, size_t ldr, double *G,
                               size_t ldg)
{
    const data *d = ctx;
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < k; c++)
            for (size_t j = 0; j < d->cols; j++)
                G[j * ldg + c] += d->X[row_of(rows, i) * d->cols + j] * R[i * ldr + c];
    return LGD_OK;
}

const lgd_matrix_ops user_matrix = {
    .name = "plain loops", .flags = LGD_CONCURRENT, .forward = user_forward, .adjoint = user_adjoint};

/* ---- references */

real plain_half_squared(real z, real y, real *slope)
{
    *slope = z - y;
    return (z - y) * (z - y) / 2;
}

real plain_squared(real z, real y, real *slope)
{
    *slope = 2 * (z - y);
    return (z - y) * (z - y);
}

real plain_logistic(real z, real y, real *slope)
{
    real e = expl(-fabsl(z)), softplus = fmaxl(z, 0) + log1pl(e);
    *slope = y == 1 ? -(z > 0 ? e : 1) / (1 + e) : (z > 0 ? 1 : e) / (1 + e);
    return y == 1 ? (z > 0 ? log1pl(e) : softplus - z) : softplus;
}

real plain_squared_hinge(real z, real y, real *slope)
{
    const real sign = 2 * y - 1, t = fmaxl(1 - sign * z, 0);
    *slope = -2 * sign * t;
    return t * t;
}

real plain_eval(const plain *p, const lgd_rows *rows, const double *w, real *g)
{
    const data *d = p->d;
    const size_t n = d->cols, k = d->outputs;
    const lgd_rows all = {0, d->rows, NULL};
    real sum = 0, mean_weight = 1;
    rows = rows ? rows : &all;
    if (p->weights) {
        mean_weight = 0;
        for (size_t i = 0; i < d->rows; i++)
            mean_weight += (real)d->weights[i] / (real)d->rows;
    }
    const real total = (real)rows->count * mean_weight;
    for (size_t j = 0; j < (n + p->intercept) * k; j++)
        g[j] = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const size_t row = row_of(rows, i);
        const real omega = (p->weights ? (real)d->weights[row] : 1) / total;
        for (size_t c = 0; c < k; c++) {
            real z = (p->intercept ? w[n * k + c] : 0) + (p->offset ? (real)d->offset[row * k + c] : 0), slope;
            for (size_t j = 0; j < n; j++)
                z += (real)d->X[row * n + j] * w[j * k + c];
            sum += omega * p->loss(z, d->y[row * k + c], &slope);
            for (size_t j = 0; j < n; j++)
                g[j * k + c] += omega * slope * d->X[row * n + j];
            if (p->intercept)
                g[n * k + c] += omega * slope;
        }
    }
    for (size_t j = 0; j < n * k; j++) {
        sum += (real)p->l2 / 2 * w[j] * w[j];
        g[j] += (real)p->l2 * w[j];
    }
    return sum;
}

/* ---- functions of w */

lgd_status quadratic_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    quadratic *q = ctx;
    q->calls++;
    *f = 0;
    for (size_t j = 0; j < dim; j++) {
        double e = w[j] - (q->at ? q->at[j] : 0);
        *f += 0.5 * q->curvature[j] * e * e;
        if (g)
            g[j] = q->curvature[j] * e;
    }
    return LGD_OK;
}

const lgd_optimizer_ops *function_method(size_t i)
{
    const lgd_optimizer_ops *ops = NULL;
    for (size_t k = 0, found = 0; found <= i && (ops = lgd_optimizer_builtin(k)); k++)
        found += !(ops->flags & (LGD_NEEDS_RESIDUALS | LGD_NEEDS_QUADRATIC));
    return ops;
}

lgd_optimizer *builtin(size_t i, double lr)
{
    const lgd_optimizer_ops *ops = function_method(i);
    lgd_optimizer *opt = NULL;
    char text[128];
    if (!ops)
        return NULL;
    snprintf(text, sizeof text, ops->flags & LGD_FINDS_STEP ? "%s" : "%s:lr=%.17g", ops->name, lr);
    ck_ok(lgd_optimizer_parse(&opt, text));
    return opt;
}

/* ---- memory */

static struct {
    atomic_size_t made, live;
    size_t fail_at;
} watch;

static void *counted_allocate(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
    if (atomic_fetch_add(&watch.made, 1) + 1 == watch.fail_at)
        return NULL;
    atomic_fetch_add(&watch.live, 1);
    return aligned_alloc(alignment, size);
}

static void counted_release(void *ctx, void *memory)
{
    (void)ctx;
    atomic_fetch_sub(&watch.live, 1);
    free(memory);
}

void memory_watch(size_t fail_at)
{
    atomic_store(&watch.made, 0);
    atomic_store(&watch.live, 0);
    watch.fail_at = fail_at;
    lgd_set_memory(&(lgd_memory){counted_allocate, counted_release, NULL});
}

size_t memory_made(void)
{
    return atomic_load(&watch.made);
}

size_t memory_live(void)
{
    return atomic_load(&watch.live);
}

void memory_unwatch(void)
{
    lgd_set_memory(NULL);
}
