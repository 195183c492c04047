/* How steeply a generalised linear model can curve, wherever w is. With x~_i = (x_i, 1 for the intercept) and a bound c on the
 * second derivative of the loss, the Hessian of F is at most that of a quadratic,
 *
 *     c/(m omega) sum_i omega_i x~_i x~_i^T + l2,        of one term      c omega_i/omega |x~_i|^2 + l2,
 *
 * for each output. The largest eigenvalue of the sum is bounded by the Lanczos method, whose products are gradients of an objective of
 * its own, so they run on as many threads as those do. */
#include "glm.h"
#include "lanczos.h"
#include <math.h>
#include <string.h>

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

typedef struct moments {
    lgd_objective *q;
    const lgd_rows *rows;
    bool overflows;
} moments;

static lgd_status product(void *ctx, const double *v, double *hv)
{
    moments *of = ctx;
    const lgd_status status = lgd_objective_eval(of->q, of->rows, v, NULL, hv);
    of->overflows = !status && lgd_first_not_finite(of->q->dim, hv) < of->q->dim;
    return of->overflows ? LGD_EDIVERGED : status;
}

/* Who set a time does not look at what is late. */
static bool late(void *ctx)
{
    (void)ctx;
    return lgd_objective_late();
}

/* The largest eigenvalue of 1/count sum omega_i x~_i x~_i^T, at least; v [dim] is scratch. */
static lgd_status largest(lgd_objective *q, const lgd_rows *rows, double *v, double *eigenvalue)
{
    moments of = {q, rows, false};
    lgd_lanczos l = {.object = "glm", .n = q->dim, .product = product, .late = late, .ctx = &of};
    const lgd_status status = lgd_lanczos_bound(&l, v, eigenvalue);
    if (!of.overflows)
        return status;
    *eigenvalue = INFINITY;
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
    double *v = status ? NULL : lgd_alloc("glm", q->dim, sizeof *v);
    if (!status && !v)
        status = LGD_ENOMEM;
    if (!status) {
        lgd_objective_begin(q, 1);
        status = row_norms(m, rows, v, &sum, &most);
        lgd_objective_end(q);
    }
    if (!status)
        status = largest(q, rows, v, &eigenvalue);
    if (!status) {
        /* The sum of all eigenvalues is a bound too, and where there is but one the better. */
        *all = steepest * (fmin(eigenvalue, sum / count) / weight) + m->o.l2;
        *term = steepest * (most / weight) + m->o.l2;
    }
    lgd_release(v);
    lgd_objective_free(q);
    return status;
}
