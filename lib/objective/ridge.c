/* Ridge regressions of many strengths at once. With the reduction of the data, C of columns scaled by D,
 *
 *     D C D = V^T diag(e) V        one eigendecomposition, n^3 operations
 *     W     = V^T diag(1/(e + strength)) V D c
 *
 * and the residual of row i from the fit without it is r_i/(1 - h_i), r_i that from the fit with it, for the leverage h_i of the row,
 * whose part of the columns is sum_j U_ij^2/(total (e_j + strength)) with U = P D V^T: one U serves every strength. G. H. Golub,
 * M. Heath, G. Wahba, "Generalized cross-validation as a method for choosing a good ridge parameter", Technometrics 21 (1979). */
#include "reduction.h"
#include "blas/blas.h"
#include "lgd/least_squares.h"
#include <float.h>
#include <math.h>

enum {
    ROWS = 256,       /* of a panel */
    STRENGTHS = 64,   /* at once */
    CORRECTIONS = 20, /* at most */
    NUMBERS = 1 << 22 /* of sums of groups */
};

/* Strengths come in blocks of STRENGTHS, outputs beside each other within a strength.
 *   all       count*k; each: that of a block
 *   V, e      [n x n] eigenvectors by rows, [n] eigenvalues; turn: D V^T
 *   fit       D W by blocks of [n x each]
 *   share     1/(total (e + strength)) by blocks of [n x strengths]
 *   W, rest, inner  [n x each] of one block; size [2 x each]
 *   sums      [groups x 2 x all] of the squares of residuals, and of those of rows left out
 *   pool      what belongs to a panel */
typedef struct path {
    lgd_objective *f;
    lgd_reduction *r;
    const double *strength;
    size_t n, k, count, all, each, groups;
    double *V, *e, *turn, *fit, *share, *W, *rest, *inner, *size, *sums;
    lgd_pool *pool;
} path;

/* ---- what is accepted */

static lgd_status check(const lgd_objective *f, size_t count, const double *strength, const double *W)
{
    if (!f || !strength || !W)
        return lgd_fail(LGD_EINVAL, "ridge: %s is NULL, %s is accepted",
                        !f          ? "f"
                        : !strength ? "strength"
                                    : "W",
                        !f ? "an objective" : "an array");
    const lgd_status status = lgd_check_size("ridge", "number of strengths", count, false);
    for (size_t l = 0; l < count && !status; l++)
        if (!(strength[l] >= 0) || !isfinite(strength[l]))
            return lgd_fail(LGD_EINVAL, "ridge: strength %zu is %g, a finite number >= 0 is accepted", l, strength[l]);
    return status;
}

static lgd_status check_reduction(const lgd_objective *f, const lgd_reduction *r, bool passes)
{
    if (f->spare_count && !r->intercept)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "ridge: coordinates %zu + %zu are not penalised, an intercept alone is accepted beside others",
                        f->spare_first, f->spare_count);
    if (passes && r->terms < 2)
        return lgd_fail(LGD_EINVAL, "ridge: number of rows is %zu, at least 2 are accepted where one is left out",
                        r->terms);
    return lgd_blas_fits("ridge", "number of outputs", lgd_mul(r->outputs, STRENGTHS));
}

/* An eigenvalue is known to rounding of the largest one. */
static lgd_status check_strengths(const path *p)
{
    const double floor = p->n ? (double)p->n * DBL_EPSILON * p->e[p->n - 1] : 0;
    for (size_t l = 0; l < p->count && p->n; l++)
        if (!(p->e[0] + p->strength[l] > floor))
            return lgd_fail(LGD_EINVAL,
                            "ridge: strength %zu is %g, above %.3g is accepted where columns are 0 or depend on each "
                            "other, as these do to rounding",
                            l, p->strength[l], floor);
    return LGD_OK;
}

/* ---- memory */

static lgd_status allocate(path *p)
{
    const size_t n = p->n, square = lgd_mul(n, n);
    p->all = lgd_mul(p->count, p->k);
    p->each = (p->count < STRENGTHS ? p->count : STRENGTHS) * p->k;
    const size_t chunks = lgd_objective_chunks(p->f, p->f->terms), most = NUMBERS / 2 / p->all;
    p->groups = most < 1 ? 1 : most < chunks ? most : chunks;
    const size_t columns = lgd_add(lgd_add(p->all, p->count), lgd_add(lgd_mul(3, p->each), 1));
    const size_t sums = lgd_add(lgd_mul(p->groups, lgd_mul(2, p->all)), 2 * p->each);
    p->V = lgd_alloc("ridge", lgd_add(lgd_add(lgd_mul(2, square), lgd_mul(n, columns)), sums), sizeof *p->V);
    if (!p->V)
        return LGD_ENOMEM;
    p->turn = p->V + square;
    p->e = p->turn + square;
    p->fit = p->e + n;
    p->share = p->fit + n * p->all;
    p->W = p->share + n * p->count;
    p->rest = p->W + n * p->each;
    p->inner = p->rest + n * p->each;
    p->size = p->inner + n * p->each;
    p->sums = p->size + 2 * p->each;
    return lgd_pool_create(&p->pool, "ridge");
}

/* ---- the path */

static lgd_status decompose(path *p)
{
    const lgd_reduction *r = p->r;
    const size_t n = p->n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            p->V[i * n + j] = r->C[i * r->ld + j] * r->scale[i] * r->scale[j];
    const lgd_status status = lgd_lapack_eigen(n, p->V, n, p->e);
    for (size_t i = 0; i < n && !status; i++) {
        p->e[i] = fmax(p->e[i], 0);
        for (size_t j = 0; j < n; j++)
            p->turn[j * n + i] = r->scale[j] * p->V[i * n + j];
    }
    return status;
}

/* W += V^T diag(1/(e + strength)) V (D c - (D C D + strength) W) for `count` strengths; fit = D W. Returns the largest change of a
 * fit, over its largest number. */
static double improve(const path *p, size_t first, size_t count, double *fit)
{
    const lgd_reduction *r = p->r;
    const size_t n = p->n, k = p->k, wide = count * k;
    double *size = p->size, *change = p->size + wide, worst = 0;
    lgd_blas_forward(n, n, wide, r->C, r->ld, false, fit, wide, p->rest, wide);
    for (size_t j = 0; j < n; j++)
        for (size_t l = 0; l < wide; l++)
            p->rest[j * wide + l] = r->scale[j] * (r->c[j * k + l % k] - p->rest[j * wide + l]) -
                                    p->strength[first + l / k] * p->W[j * wide + l];
    lgd_blas_forward(n, n, wide, p->V, n, false, p->rest, wide, p->inner, wide);
    for (size_t j = 0; j < n; j++)
        for (size_t l = 0; l < wide; l++)
            p->inner[j * wide + l] /= p->e[j] + p->strength[first + l / k];
    lgd_blas_adjoint(n, n, wide, p->V, n, false, p->inner, wide, p->W, wide);
    memset(size, 0, 2 * wide * sizeof *size);
    for (size_t j = 0; j < n; j++)
        for (size_t l = 0; l < wide; l++) {
            const double now = r->scale[j] * p->W[j * wide + l];
            size[l] = fmax(size[l], fabs(now));
            change[l] = fmax(change[l], fabs(now - fit[j * wide + l]));
            fit[j * wide + l] = now;
        }
    for (size_t l = 0; l < wide; l++)
        worst = fmax(worst, size[l] > 0 ? change[l] / size[l] : 0);
    return worst;
}

/* The eigenvalues are known to rounding of the largest one, so columns of small units have few digits at first. What C says of what
 * is left gives them theirs, as long as that makes corrections smaller. */
static void follow(const path *p)
{
    const size_t n = p->n, k = p->k;
    for (size_t first = 0, count; first < p->count; first += count) {
        count = p->count - first < STRENGTHS ? p->count - first : STRENGTHS;
        double *fit = p->fit + n * k * first, *share = p->share + n * first;
        memset(p->W, 0, n * count * k * sizeof *p->W);
        memset(fit, 0, n * count * k * sizeof *fit);
        double last = INFINITY, change = improve(p, first, count, fit);
        for (int i = 0; i < CORRECTIONS && change > 2 * DBL_EPSILON && change < 0.9 * last; i++) {
            last = change;
            change = improve(p, first, count, fit);
        }
        for (size_t j = 0; j < n; j++)
            for (size_t l = 0; l < count; l++)
                share[j * count + l] = 1 / (p->r->total * (p->e[j] + p->strength[first + l]));
    }
}

/* ---- the pass over the rows */

typedef struct panel {
    const path *p;
    double *U, *leverage, *fitted, *sums; /* [ROWS x n], [ROWS x STRENGTHS], [ROWS x each], [2 x all] */
} panel;

/* Adds r^2, and r^2/(1 - h)^2 or infinity where the fit without the row is not known. */
static void add_squares(const panel *to, size_t rows, size_t first, size_t count, const double *own, const double *E,
                        size_t ld)
{
    const size_t k = to->p->k, all = to->p->all;
    const double least = 16 * DBL_EPSILON * (double)(to->p->n + 1);
    for (size_t i = 0; i < rows; i++)
        for (size_t l = 0; l < count; l++) {
            const double left = 1 - (own ? own[i] : 0) - to->leverage[i * count + l];
            const double factor = left > least ? 1 / (left * left) : INFINITY;
            for (size_t c = 0; c < k; c++) {
                const double r = E[i * ld + c] - to->fitted[(i * count + l) * k + c], square = r * r;
                to->sums[(first + l) * k + c] += square;
                to->sums[all + (first + l) * k + c] += factor < INFINITY ? factor * square : INFINITY;
            }
        }
}

static lgd_status visit(void *ctx, size_t rows, double *P, size_t ld, size_t done)
{
    const panel *to = ctx;
    const path *p = to->p;
    const lgd_reduction *r = p->r;
    const size_t n = p->n, k = p->k;
    double own[ROWS];
    (void)done;
    for (size_t begin = 0, some; begin < rows; begin += some, P += some * ld) {
        some = rows - begin < ROWS ? rows - begin : ROWS;
        lgd_blas_forward(some, n, n, P, ld, false, p->turn, n, to->U, n);
        for (size_t i = 0; i < some * n; i++)
            to->U[i] *= to->U[i];
        for (size_t i = 0; i < some && r->intercept; i++)
            own[i] = P[i * ld + n] * P[i * ld + n] / (r->total * r->weight);
        for (size_t first = 0, count; first < p->count; first += count) {
            count = p->count - first < STRENGTHS ? p->count - first : STRENGTHS;
            lgd_blas_forward(some, n, count, to->U, n, false, p->share + n * first, count, to->leverage, count);
            lgd_blas_forward(some, n, count * k, P, ld, false, p->fit + n * k * first, count * k, to->fitted,
                             count * k);
            add_squares(to, some, first, count, r->intercept ? own : NULL, P + n + r->intercept, ld);
        }
    }
    return LGD_OK;
}

static lgd_status pass_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *vector)
{
    const path *p = ctx;
    const size_t group = lgd_objective_group_of(p->f, p->f->terms, p->groups, done);
    double *block = lgd_pool_take(p->pool, ROWS * (p->n + STRENGTHS + p->each) * sizeof *block);
    (void)value, (void)vector;
    if (!block)
        return LGD_ENOMEM;
    panel to = {p, block, block + ROWS * p->n, block + ROWS * (p->n + STRENGTHS), p->sums + group * 2 * p->all};
    const lgd_status status = lgd_reduction_walk(p->r, p->f, rows, visit, &to);
    lgd_pool_give(p->pool, block);
    return status;
}

static lgd_status pass(path *p, size_t threads)
{
    const lgd_rows all = {0, p->f->terms, NULL};
    double value[2];
    const lgd_status status = lgd_objective_groups(p->f, &all, threads, p->groups, pass_part, p, value, NULL);
    for (size_t group = 1; group < p->groups && !status; group++)
        for (size_t i = 0; i < 2 * p->all; i++)
            p->sums[i] += p->sums[group * 2 * p->all + i];
    return status;
}

/* ---- what comes of it */

/* The weights of all strengths as f has them. */
static void give_weights(const path *p, double *W)
{
    const lgd_reduction *r = p->r;
    const size_t n = p->n, k = p->k;
    for (size_t l = 0; l < p->count; l++) {
        const size_t of = l % STRENGTHS, first = l - of;
        const size_t wide = (p->count - first < STRENGTHS ? p->count - first : STRENGTHS) * k;
        const double *fit = p->fit + n * k * first + of * k;
        double *w = W + l * p->f->dim;
        for (size_t c = 0; c < k; c++) {
            double intercept = r->target[c];
            for (size_t j = 0; j < n; j++) {
                w[j * k + c] = r->C[j * r->ld + j] > 0 ? fit[j * wide + c] * r->inverse[j] : 0;
                intercept -= r->mean[j] * w[j * k + c];
            }
            if (r->intercept)
                w[n * k + c] = intercept;
        }
    }
}

static double freedom(const path *p, size_t l)
{
    double sum = p->r->intercept;
    for (size_t j = 0; j < p->n; j++)
        sum += p->e[j] > 0 ? p->e[j] / (p->e[j] + p->strength[l]) : 0;
    return sum;
}

static void judge(const path *p, const lgd_ridge_options *o, lgd_ridge_report *report)
{
    const double terms = (double)p->r->terms, total = p->r->total;
    report->error = report->gcv = INFINITY;
    for (size_t l = 0; l < p->count; l++) {
        const double left = 1 - freedom(p, l) / terms;
        double error = 0, gcv = 0;
        for (size_t c = 0; c < p->k; c++) {
            const size_t at = l * p->k + c;
            const double own = p->sums[p->all + at] / total;
            const double general = left > 0 ? p->sums[at] / total / (left * left) : INFINITY;
            if (o->error)
                o->error[at] = own;
            if (o->gcv)
                o->gcv[at] = general;
            error += own;
            gcv += general;
        }
        if (error < report->error) {
            report->error = error;
            report->best = l;
        }
        if (gcv < report->gcv) {
            report->gcv = gcv;
            report->best_gcv = l;
        }
    }
}

static lgd_status run(path *p, const lgd_ridge_options *o, bool passes, size_t threads, lgd_ridge_report *report)
{
    lgd_status status = lgd_reduction_create(&p->r, p->f, threads);
    if (!status)
        status = check_reduction(p->f, p->r, passes);
    if (status)
        return status;
    p->n = p->r->cols;
    p->k = p->r->outputs;
    status = allocate(p);
    if (!status)
        status = decompose(p);
    if (!status)
        status = check_strengths(p);
    if (status)
        return status;
    follow(p);
    report->largest = p->n ? p->e[p->n - 1] : 0;
    report->smallest = p->n ? p->e[0] : 0;
    for (size_t l = 0; l < p->count && o->freedom; l++)
        o->freedom[l] = freedom(p, l);
    if (passes) {
        status = pass(p, threads);
        if (!status)
            judge(p, o, report);
    }
    return status;
}

lgd_status lgd_ridge_path_sized(lgd_objective *f, size_t count, const double *strength, double *W,
                                const lgd_ridge_options *options, size_t options_size, lgd_ridge_report *report,
                                size_t report_size)
{
    lgd_ridge_options o;
    lgd_ridge_report mine = {0};
    lgd_status status = check(f, count, strength, W);
    if (!status)
        status = lgd_take_struct("ridge options", &o, sizeof o, options, options_size);
    if (status)
        return status;
    path p = {.f = f, .strength = strength, .count = count};
    lgd_blas_hold();
    const size_t threads = lgd_objective_begin(f, 0);
    status = run(&p, &o, o.error || o.gcv || report, threads, &mine);
    lgd_objective_end(f);
    lgd_blas_release();
    if (!status)
        give_weights(&p, W);
    lgd_pool_free(p.pool);
    lgd_release(p.V);
    lgd_reduction_free(p.r);
    if (!status)
        lgd_give_struct(report, report_size, &mine, sizeof mine);
    return status;
}
