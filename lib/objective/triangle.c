/* The triangle of a QR factorisation of all rows of a sum of squares, which is all that Gauss-Newton methods and least squares need of
 * Q: with the residuals as a last column, Q^T r comes with it. Rows are read once, and never held all together:
 *
 *     [T; panel of rows] = Q T'       panel by panel within a group of chunks
 *     [T of a group; T of another]    in a fixed tree
 *
 * J. Demmel, L. Grigori, M. Hoemmen, J. Langou, "Communication-optimal parallel and sequential QR and LU factorizations", SIAM J. Sci.
 * Comput. 34 (2012). Unlike J^T J it does not square the condition of J. */
#include "objective.h"
#include "blas/blas.h"
#include <math.h>
#include <string.h>

/* What is stacked, and where.
 *   width   columns of T: the rows' own n, and those of the residuals
 *   stack   [width + panel x width] for each group: its T, and below it the rows of a panel */
typedef struct stacked {
    lgd_objective *f;
    const double *w;              /* NULL: of design alone */
    size_t n, width, panel, each; /* panel: rows of the stack; each: of them for a term */
    size_t count, groups, work_size, stride;
} stacked;

/* ---- one group's memory: the stack, residuals of a panel, rows of a design of several outputs, scratch of LAPACK */

static double *stack_of(const stacked *to, size_t group)
{
    return to->f->stacks + group * to->stride;
}

static lgd_status reserve(stacked *to)
{
    enum { NUMBERS = 1 << 24, ROWS = 256 };
    lgd_objective *f = to->f;
    const size_t rows = lgd_mul(2, to->width) > ROWS ? lgd_mul(2, to->width) : ROWS;
    const size_t all = lgd_mul(f->terms, to->each);
    to->panel = rows < all ? rows : all;
    to->panel = to->panel < to->each ? to->each : to->panel / to->each * to->each;
    lgd_status status = lgd_blas_fits(f->ops.name, "rows of a panel", lgd_add(to->panel, to->width));
    if (!status)
        status = lgd_blas_fits(f->ops.name, "columns", to->width);
    if (status)
        return status;
    to->work_size = lgd_lapack_triangle_work(to->panel + to->width, to->width);
    to->stride = lgd_mul(lgd_add(to->panel, to->width), to->width);
    to->stride = lgd_add(to->stride, lgd_mul(to->panel, f->slopes > 1 ? lgd_add(f->slopes, to->n) : 1));
    to->stride = lgd_padded(lgd_add(to->stride, to->work_size));
    const size_t chunks = lgd_objective_chunks(f, f->terms), most = NUMBERS / to->stride;
    to->groups = most < 1 ? 1 : most < chunks ? most : chunks;
    const size_t numbers = lgd_mul(to->groups, to->stride);
    if (numbers <= f->stack_numbers)
        return LGD_OK;
    double *stacks = lgd_alloc(f->ops.name, numbers, sizeof *stacks);
    if (!stacks)
        return LGD_ENOMEM;
    lgd_release(f->stacks);
    f->stacks = stacks;
    f->stack_numbers = numbers;
    return LGD_OK;
}

/* ---- rows */

lgd_status lgd_objective_design(const lgd_objective *f, const lgd_rows *rows, double *S, size_t lds, double *R)
{
    const unsigned errors = lgd_error_count();
    const int code = (int)f->ops.design(f->ctx, rows, S, lds, R);
    return code ? lgd_failed_in(f->ops.name, "design", code, errors) : LGD_OK;
}

/* From S and R of several outputs to rows [J r] of each output, one after another. */
static void spread(const stacked *to, size_t count, const double *S, const double *R, double *rows)
{
    const size_t k = to->each;
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < k; c++) {
            double *row = rows + (i * k + c) * to->width, r = R[i * k + c];
            memset(row, 0, to->n * sizeof *row);
            for (size_t j = 0; j < to->n / k; j++) {
                row[j * k + c] = S[i * (to->n / k) + j];
                r += row[j * k + c] * to->w[j * k + c];
            }
            row[to->n] = r;
        }
}

/* Rows [J r] of a panel, or [S R]. */
static lgd_status fill(const stacked *to, const lgd_rows *part, double *rows, double *scratch)
{
    const lgd_objective *f = to->f;
    const size_t width = to->width, more = width - to->n, count = part->count * to->each;
    double *r = scratch;
    if (to->w && f->ops.jacobian) {
        const unsigned errors = lgd_error_count();
        const int code = (int)f->ops.jacobian(f->ctx, part, to->w, r, rows, width);
        if (code)
            return lgd_failed_in(f->ops.name, "jacobian", code, errors);
    } else if (to->w && to->each > 1) {
        double *S = scratch + part->count * to->each;
        const lgd_status status = lgd_objective_design(f, part, S, to->n / to->each, r);
        if (!status)
            spread(to, part->count, S, r, rows);
        return status;
    } else {
        const lgd_status status = lgd_objective_design(f, part, rows, width, r);
        if (status)
            return status;
        for (size_t i = 0; i < count && to->w; i++)
            r[i] += lgd_dot(to->n, rows + i * width, to->w);
    }
    for (size_t i = 0; i < count; i++)
        memcpy(rows + i * width + to->n, r + i * more, more * sizeof *r);
    return LGD_OK;
}

static lgd_status stack_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *vector)
{
    const stacked *to = ctx;
    const size_t width = to->width, at_once = to->panel / to->each;
    double *stack = stack_of(to, lgd_objective_group_of(to->f, to->count, to->groups, done));
    double *scratch = stack + (to->panel + width) * width;
    double *work = stack + to->stride - to->work_size;
    lgd_status status = LGD_OK;
    (void)value, (void)vector;
    for (size_t first = 0; first < rows->count && !status; first += at_once) {
        lgd_rows part = {rows->first + first, rows->count - first, rows->index};
        if (part.count > at_once)
            part.count = at_once;
        status = fill(to, &part, stack + width * width, scratch);
        if (!status)
            status = lgd_lapack_triangle(width + part.count * to->each, width, stack, width, work, to->work_size);
    }
    return status;
}

/* T of the groups to that of the first. */
static lgd_status combine(const stacked *to)
{
    const size_t square = to->width * to->width;
    lgd_status status = LGD_OK;
    if (to->groups < 2)
        return LGD_OK;
    double *both = lgd_alloc(to->f->ops.name, lgd_add(lgd_mul(2, square), to->work_size), sizeof *both);
    if (!both)
        return LGD_ENOMEM;
    for (size_t apart = 1; apart < to->groups && !status; apart *= 2)
        for (size_t i = 0; i + apart < to->groups && !status; i += 2 * apart) {
            memcpy(both, stack_of(to, i), square * sizeof *both);
            memcpy(both + square, stack_of(to, i + apart), square * sizeof *both);
            status = lgd_lapack_triangle(2 * to->width, to->width, both, to->width, both + 2 * square, to->work_size);
            memcpy(stack_of(to, i), both, square * sizeof *both);
        }
    lgd_release(both);
    return status;
}

/* T of all rows, in the first group's stack. */
static lgd_status factor(stacked *to, size_t threads)
{
    lgd_objective *f = to->f;
    const lgd_rows all = {0, f->terms, NULL};
    double sum[2];
    lgd_status status = reserve(to);
    to->count = f->terms;
    for (size_t group = 0; group < to->groups && !status; group++)
        memset(stack_of(to, group), 0, to->width * to->width * sizeof(double));
    if (!status)
        status = lgd_objective_groups(f, &all, threads, to->groups, stack_part, to, sum, NULL);
    return status ? status : combine(to);
}

/* ---- what is asked for */

bool lgd_objective_has_residuals(const lgd_objective *f)
{
    return f->residuals && (f->slopes || !f->ops.smooth);
}

static void give(const stacked *to, double factor_, double *T, size_t ld)
{
    const double *from = stack_of(to, 0);
    for (size_t i = 0; i < to->width; i++)
        for (size_t j = 0; j < to->width; j++)
            T[i * ld + j] = j < i ? 0 : from[i * to->width + j] * factor_;
}

/* Rows sqrt(l2) e_j, with the residual sqrt(l2) w_j, below T. */
static lgd_status add_l2(const stacked *to, double *T, size_t ld)
{
    const lgd_objective *f = to->f;
    const size_t width = to->width;
    const double root = sqrt(f->l2);
    double *both = lgd_alloc(f->ops.name, lgd_add(lgd_mul(lgd_add(width, to->n), width), to->work_size), sizeof *both);
    if (!both)
        return LGD_ENOMEM;
    for (size_t i = 0; i < width; i++)
        memcpy(both + i * width, T + i * ld, width * sizeof *both);
    for (size_t j = 0; j < to->n; j++)
        if (!lgd_is_spared(f, j)) {
            both[(width + j) * width + j] = root;
            both[(width + j) * width + to->n] = root * to->w[j];
        }
    const lgd_status status =
        lgd_lapack_triangle(width + to->n, width, both, width, both + (width + to->n) * width, to->work_size);
    for (size_t i = 0; i < width && !status; i++)
        memcpy(T + i * ld, both + i * width, width * sizeof *both);
    lgd_release(both);
    return status;
}

lgd_status lgd_objective_gauss_newton(lgd_objective *f, size_t threads, const double *w, double *T, size_t ld)
{
    stacked to = {.f = f, .w = w, .n = f->dim, .width = lgd_add(f->dim, 1), .each = f->residuals};
    if (!lgd_objective_has_residuals(f))
        return lgd_fail(LGD_EUNSUPPORTED,
                        "%s: it is no sum of squares, an objective with ops.jacobian or ops.design%s is accepted",
                        f->ops.name, f->residuals ? ", and no smooth part but l2," : "");
    lgd_status status = factor(&to, threads);
    if (status)
        return status;
    give(&to, 1 / sqrt((double)f->terms * f->mean_weight), T, ld);
    return f->l2 > 0 ? add_l2(&to, T, ld) : LGD_OK;
}

lgd_status lgd_objective_triangle(lgd_objective *f, size_t threads, double *T, size_t ld)
{
    stacked to = {.f = f, .n = f->dim / f->slopes, .each = 1};
    to.width = lgd_add(to.n, f->slopes);
    const lgd_status status = factor(&to, threads);
    if (!status)
        give(&to, 1, T, ld);
    return status;
}

typedef struct bent {
    const lgd_objective *f;
    const double *w, *v;
} bent;

static lgd_status bend_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *g)
{
    const bent *to = ctx;
    const unsigned errors = lgd_error_count();
    (void)done, (void)value;
    const int code = (int)to->f->ops.bend(to->f->ctx, rows, to->w, to->v, g);
    return code ? lgd_failed_in(to->f->ops.name, "bend", code, errors) : LGD_OK;
}

lgd_status lgd_objective_bend(lgd_objective *f, size_t threads, const double *w, const double *v, double *g)
{
    const lgd_rows all = {0, f->terms, NULL};
    bent to = {f, w, v};
    double sum[2] = {0};
    if (!f->ops.bend) {
        memset(g, 0, f->dim * sizeof *g);
        return LGD_OK;
    }
    const lgd_status status = lgd_objective_parts(f, &all, threads, bend_part, &to, sum, g);
    if (!status)
        lgd_objective_divide(f, f->terms, sum, g);
    return status;
}
