/* How steeply a generalised linear model can curve, wherever w is. With x~_i = (x_i, 1 for the intercept) and a bound c on the
 * second derivative of the loss, the Hessian of F is at most that of a quadratic,
 *
 *     c/(m omega) sum_i omega_i x~_i x~_i^T + l2,        of one term      c omega_i/omega |x~_i|^2 + l2,
 *
 * for each output. The largest eigenvalue of the sum comes from k products by the Lanczos method with a random start, which
 * nears it from below: for dimension n it lacks more than a share e of it with a probability of at most
 * 1.648 sqrt(n) exp(-sqrt(e)(2k - 1)) (J. Kuczynski, H. Wozniakowski, "Estimating the largest eigenvalue by the power and
 * Lanczos algorithms with a random start", SIAM J. Matrix Anal. Appl. 13, 1992, theorem 4.2). So k follows from e and n, and the
 * share is added; it ends sooner, and then adds next to nothing, where the start has met all eigenvectors there are, as with few
 * columns. The products are gradients of an objective of its own, so they run on as many threads as those do. */
#include "glm.h"
#include <math.h>
#include <string.h>

static const double SHARE = 0.07, CHANCE = 1e-5, NOTHING_LEFT = 1e-6;
enum { MOST_PRODUCTS = 64, START_SEED = 1 };

/* z^2/2 about 0: the score is the slope. */
static double centred_eval(const void *ctx, size_t m, size_t k, double *Z, size_t ldz, const double *y,
                           const double *weight)
{
    (void)ctx, (void)y;
    for (size_t i = 0; weight && i < m; i++)
        for (size_t c = 0; c < k; c++)
            Z[i * ldz + c] *= weight[i];
    return 0;
}

static const lgd_loss centred = {.ops = {.name = "curvature", .eval = centred_eval}};

/* Normal numbers by Box and Muller, of length 1: no direction is preferred. */
static void random_direction(size_t n, double *v)
{
    double u[2];
    for (size_t j = 0; j < n; j++) {
        lgd_uniform(START_SEED, 2 * j, 2, u);
        v[j] = sqrt(-2 * log1p(-u[0])) * cos(6.283185307179586 * u[1]);
    }
    const double norm = lgd_norm2(n, v);
    for (size_t j = 0; j < n; j++)
        v[j] /= norm;
}

/* How many eigenvalues of the tridiagonal matrix lie above x: the signs of its pivots (Sturm). */
static size_t above(size_t n, const double *a, const double *b, double x)
{
    size_t count = 0;
    double pivot = 1;
    for (size_t i = 0; i < n; i++) {
        pivot = a[i] - x - (i ? b[i - 1] * b[i - 1] / pivot : 0);
        if (pivot == 0)
            pivot = -0x1p-1022;
        count += pivot > 0;
    }
    return count;
}

/* The largest eigenvalue of the tridiagonal matrix, from above: a bisection from Gershgorin's bound. */
static double largest(size_t n, const double *a, const double *b)
{
    double low = a[0], high = a[0];
    for (size_t i = 0; i < n; i++) {
        low = fmax(low, a[i]);
        high = fmax(high, a[i] + (i ? b[i - 1] : 0) + (i + 1 < n ? b[i] : 0));
    }
    for (int i = 0; i < 60 && high > low; i++) {
        const double middle = low + (high - low) / 2;
        if (above(n, a, b, middle))
            low = middle;
        else
            high = middle;
    }
    return high;
}

static size_t products_for(size_t n)
{
    const double k = (log(1.648 * sqrt((double)n) / CHANCE) / sqrt(SHARE) + 1) / 2;
    return k < MOST_PRODUCTS ? (size_t)ceil(k) : MOST_PRODUCTS;
}

/* The largest eigenvalue of 1/count sum omega_i x~_i x~_i^T, at least; v has room for three vectors of dim. */
static lgd_status lanczos(lgd_objective *q, const lgd_rows *rows, double *v, double *eigenvalue)
{
    const size_t n = q->dim, most = products_for(n), stride = lgd_padded(n);
    double a[MOST_PRODUCTS] = {0}, b[MOST_PRODUCTS] = {0}, *before = v + stride, *next = v + 2 * stride, scale = 0;
    size_t k = 0;
    bool exhausted = false;
    memset(before, 0, n * sizeof *before);
    random_direction(n, v);
    while (k < most && !exhausted && !lgd_objective_late()) { /* who set a time does not look at what is late */
        const lgd_status status = lgd_objective_eval(q, rows, v, NULL, next);
        if (status)
            return status;
        a[k] = lgd_dot(n, v, next);
        for (size_t j = 0; j < n; j++)
            next[j] -= a[k] * v[j] + (k ? b[k - 1] * before[j] : 0);
        b[k] = lgd_norm2(n, next);
        scale = fmax(scale, fmax(a[k], b[k]));
        exhausted = !(b[k] > NOTHING_LEFT * scale); /* so near is an eigenvalue, or a number is none */
        for (size_t j = 0; j < n && !exhausted; j++)
            next[j] /= b[k];
        double *spare = before;
        before = v;
        v = next;
        next = spare;
        k++;
    }
    *eigenvalue = isfinite(scale) ? largest(k, a, b) / (1 - (exhausted ? 2 * NOTHING_LEFT : SHARE)) : INFINITY;
    return LGD_OK;
}

/* *sum: of omega_i |x~_i|^2 over rows, *most: the largest of them. A row is what one slope of 1 carries back. */
static lgd_status row_norms(const lgd_glm *m, const lgd_rows *rows, double *x, double *sum, double *most)
{
    const double one = 1;
    *sum = *most = 0;
    for (size_t i = rows->first; i < rows->first + rows->count; i++) {
        const size_t row = lgd_glm_row(m, rows->index ? rows->index[i] : i);
        memset(x, 0, m->X->cols * sizeof *x);
        const lgd_status status = lgd_matrix_call_adjoint(m->X, &(lgd_rows){row, 1, NULL}, 1, &one, 1, x, 1);
        if (status)
            return status;
        const double squares = lgd_dot(m->X->cols, x, x) + m->o.intercept;
        const double weighted = m->o.weights ? m->o.weights[row] * squares : squares;
        *sum += weighted;
        *most = fmax(*most, weighted);
    }
    return LGD_OK;
}

lgd_status lgd_glm_curvature(void *ctx, const lgd_rows *rows, double *all, double *term)
{
    lgd_glm quadratic = *(lgd_glm *)ctx;
    const lgd_glm *m = ctx;
    const double steepest = m->loss->ops.curvature(m->loss->ctx, m->k), count = (double)rows->count;
    const double weight = lgd_glm_ops.weight(ctx, rows) / count;
    const lgd_objective_ops ops = {.name = "glm", .flags = m->X->ops.flags & LGD_CONCURRENT, .eval = lgd_glm_ops.eval};
    lgd_objective *q = NULL;
    double sum, most, eigenvalue = 0;
    quadratic.loss = &centred;
    quadratic.k = 1;
    quadratic.o.offset = NULL;
    lgd_status status = lgd_objective_create(&q, m->X->cols + m->o.intercept, m->terms, &ops, &quadratic);
    double *v = status ? NULL : lgd_alloc("glm", lgd_mul(lgd_padded(q->dim), 3), sizeof *v);
    if (!status && !v)
        status = LGD_ENOMEM;
    if (!status) {
        lgd_objective_begin(q, 1);
        status = row_norms(m, rows, v, &sum, &most);
        lgd_objective_end(q);
    }
    if (!status)
        status = lanczos(q, rows, v, &eigenvalue);
    if (!status) {
        /* The sum of all eigenvalues is a bound too, and where there is but one the better. */
        *all = steepest * (fmin(eigenvalue, sum / count) / weight) + m->o.l2;
        *term = steepest * (most / weight) + m->o.l2;
    }
    lgd_release(v);
    lgd_objective_free(q);
    return status;
}
