/* The triangle of a QR factorisation of all rows of a sum of squares, which is all that Gauss-Newton methods and least squares need of
 * Q: with the residuals as a last column, Q^T r comes with it. Rows are read once, and never held all together:
 *
 *     [T; panel of rows] = Q T'       panel by panel within a group of chunks
 *     [T of a group; T of another]    in a fixed tree
 *
 * J. Demmel, L. Grigori, M. Hoemmen, J. Langou, "Communication-optimal parallel and sequential QR and LU factorizations", SIAM J. Sci.
 * Comput. 34 (2012). Unlike J^T J it does not square the condition of J. */
#include "blas/blas.h"
#include "objective.h"
#include <math.h>
#include <string.h>

/* What is stacked, and where.
 *   n, width    columns that the rows have themselves; with those of the residuals, of T
 *   each        residuals of a term
 *   at_once     terms whose rows are asked for together
 * f->stacks has T [width x width] of each group by columns, and f->scratch blocks for one call of work: rows as they come, r, rows
 * of a panel by columns, and what LAPACK needs. */
typedef struct stacked {
    lgd_objective *f;
    const double *w;    /* NULL: of design */
    const bool *frozen; /* [n] columns of a Jacobian that are taken for 0, whatever they have; NULL: none */
    size_t n, width, each, at_once, groups, rows_size, r_size, panel_size, block;
} stacked;

enum { PANEL = 256 }; /* rows that are factored together: they stay in the cache while reflections go over them */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static double *triangle_of(const stacked *to, size_t group)
{
    return to->f->stacks + group * to->width * to->width;
}

/* Room for the triangles of as many groups as 64 MB hold, and sizes of scratch: by shape alone. */
static lgd_status reserve(stacked *to)
{
    enum { NUMBERS = 1 << 23 };
    lgd_objective *f = to->f;
    const size_t square = lgd_mul(to->width, to->width);
    to->at_once = to->each < PANEL ? PANEL / to->each : 1;
    if (to->at_once > f->terms)
        to->at_once = f->terms;
    lgd_status status = lgd_blas_fits(f->ops.name, "columns", to->width);
    if (!status)
        status = lgd_blas_fits(f->ops.name, "residuals of a term", to->each);
    if (status)
        return status;
    to->rows_size = lgd_padded(lgd_mul(lgd_mul(to->at_once, to->each), to->n));
    to->r_size = lgd_padded(lgd_mul(lgd_mul(to->at_once, to->each), to->width - to->n));
    to->panel_size = lgd_padded(lgd_mul(larger(PANEL, f->l2 > 0 ? f->dim : 0), larger(to->width, f->dim + 1)));
    to->block = lgd_add(lgd_add(to->rows_size, to->r_size),
                        lgd_add(to->panel_size, lgd_lapack_stack_work(larger(to->width, f->dim + 1))));
    const size_t chunks = lgd_objective_chunks(f, f->terms), most = NUMBERS / square;
    to->groups = most < 1 ? 1 : most < chunks ? most : chunks;
    if (!f->scratch && (status = lgd_pool_create(&f->scratch, f->ops.name)) != LGD_OK)
        return status;
    const size_t numbers = lgd_mul(to->groups, square);
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

static lgd_status jacobian(const lgd_objective *f, const lgd_rows *rows, const double *w, double *r, double *J)
{
    const unsigned errors = lgd_error_count();
    const int code = (int)f->ops.jacobian(f->ctx, rows, w, r, J, f->dim);
    return code ? lgd_failed_in(f->ops.name, "jacobian", code, errors) : LGD_OK;
}

/* From rows [count x n] to columns, 8 rows at a time: a cache line of each column. */
LGD_WIDE static void turn(size_t count, size_t n, const double *restrict rows, double *restrict columns, size_t ld)
{
    enum { TILE = 8 };
    for (size_t first = 0; first < count; first += TILE) {
        const size_t last = count - first < TILE ? count : first + TILE;
        for (size_t j = 0; j < n; j++)
            for (size_t i = first; i < last; i++)
                columns[j * ld + i] = rows[i * n + j];
    }
}

/* T becomes that of [T; rows]. */
static lgd_status stack(const stacked *to, size_t count, const double *rows, const double *r, double *panel, double *T)
{
    const size_t more = to->width - to->n;
    lgd_status status = LGD_OK;
    for (size_t first = 0; first < count && !status; first += PANEL) {
        const size_t some = count - first < PANEL ? count - first : PANEL;
        turn(some, to->n, rows + first * to->n, panel, PANEL);
        turn(some, more, r + first * more, panel + to->n * PANEL, PANEL);
        status = lgd_lapack_stack(some, to->width, false, T, to->width, panel, PANEL, panel + to->panel_size);
    }
    return status;
}

static void clear_frozen(const stacked *to, size_t count, double *rows)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < to->n; j++)
            if (to->frozen[j])
                rows[i * to->n + j] = 0;
}

static lgd_status stack_part(void *ctx, const lgd_rows *rows, size_t done, double *value, double *vector)
{
    const stacked *to = ctx;
    lgd_objective *f = to->f;
    double *T = triangle_of(to, lgd_objective_group_of(f, f->terms, to->groups, done));
    double *own = lgd_pool_take(f->scratch, lgd_mul(to->block, sizeof *own));
    lgd_status status = own ? LGD_OK : LGD_ENOMEM;
    (void)value, (void)vector;
    for (size_t first = 0; first < rows->count && !status; first += to->at_once) {
        lgd_rows part = {rows->first + first, rows->count - first, rows->index};
        double *r = own + to->rows_size;
        if (part.count > to->at_once)
            part.count = to->at_once;
        status = to->w ? jacobian(f, &part, to->w, r, own) : lgd_objective_design(f, &part, own, to->n, r);
        if (!status && to->w && to->frozen)
            clear_frozen(to, part.count * to->each, own);
        if (!status)
            status = stack(to, part.count * to->each, own, r, r + to->r_size, T);
    }
    lgd_pool_give(f->scratch, own);
    return status;
}

/* T of all rows, by columns; below its diagonal it is 0. */
static lgd_status factor(stacked *to, size_t threads, double **T)
{
    lgd_objective *f = to->f;
    const lgd_rows all = {0, f->terms, NULL};
    double sum[2];
    if (f->terms == 0)
        return lgd_fail(LGD_EINVAL, "%s: number of rows is 0, at least 1 is accepted", f->ops.name);
    lgd_status status = reserve(to);
    if (status)
        return status;
    memset(f->stacks, 0, to->groups * to->width * to->width * sizeof *f->stacks);
    status = lgd_objective_groups(f, &all, threads, to->groups, stack_part, to, sum, NULL);
    double *own = status ? NULL : lgd_pool_take(f->scratch, lgd_mul(to->block, sizeof *own));
    if (!status && !own)
        status = LGD_ENOMEM;
    for (size_t apart = 1; apart < to->groups && !status; apart *= 2)
        for (size_t i = 0; i + apart < to->groups && !status; i += 2 * apart)
            status = lgd_lapack_stack(to->width, to->width, true, triangle_of(to, i), to->width,
                                      triangle_of(to, i + apart), to->width, own);
    lgd_pool_give(f->scratch, own);
    *T = f->stacks;
    return status;
}

/* ---- what is asked for */

bool lgd_objective_has_residuals(const lgd_objective *f)
{
    return f->residuals && (f->slopes || !f->ops.smooth);
}

static void clear(size_t n, double *T, size_t ld)
{
    for (size_t i = 0; i < n; i++)
        memset(T + i * ld, 0, n * sizeof *T);
}

/* T by rows from that by columns, times a number. */
static void give(size_t n, double by, const double *columns, double *T, size_t ld)
{
    clear(n, T, ld);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            T[i * ld + j] = by * columns[i + j * n];
}

/* The same from that of [S R], whose k outputs share S: with column c of W every k-th number of w, J is S for each of them, one
 * beside the other, and what R has below S's triangle is left of r whatever w. */
static void spread(const stacked *to, double by, const double *columns, const double *w, double *T, size_t ld)
{
    const size_t k = to->f->slopes, n = to->n, dim = to->f->dim, width = to->width;
    double left = 0;
    clear(dim + 1, T, ld);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < k; c++) {
            double *row = T + (i * k + c) * ld, q = columns[i + (n + c) * width];
            for (size_t j = i; j < n; j++) {
                row[j * k + c] = by * columns[i + j * width];
                q += columns[i + j * width] * w[j * k + c];
            }
            row[dim] = by * q;
        }
    for (size_t c = 0; c < k; c++)
        left = hypot(left, lgd_norm2(c + 1, columns + n + (n + c) * width));
    T[dim * ld + dim] = by * left;
}

/* T and what is above it change places. */
static void transpose(size_t n, double *T, size_t ld)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const double below = T[i * ld + j];
            T[i * ld + j] = T[j * ld + i];
            T[j * ld + i] = below;
        }
}

/* Rows sqrt(l2) e_j, with the residual sqrt(l2) w_j, below T. */
static lgd_status add_l2(const stacked *to, const double *w, double *T, size_t ld)
{
    const lgd_objective *f = to->f;
    const size_t n = f->dim;
    const double root = sqrt(f->l2);
    double *own = lgd_pool_take(f->scratch, lgd_mul(to->block, sizeof *own));
    if (!own)
        return LGD_ENOMEM;
    memset(own, 0, n * (n + 1) * sizeof *own);
    for (size_t j = 0; j < n; j++)
        if (!lgd_is_spared(f, j)) {
            own[j * n + j] = root;
            own[n * n + j] = root * w[j];
        }
    transpose(n + 1, T, ld);
    const lgd_status status = lgd_lapack_stack(n, n + 1, true, T, ld, own, n, own + to->panel_size);
    transpose(n + 1, T, ld);
    lgd_pool_give(f->scratch, own);
    return status;
}

lgd_status lgd_objective_gauss_newton(lgd_objective *f, size_t threads, const double *w, const bool *frozen, double *T,
                                      size_t ld)
{
    const bool own = f->ops.jacobian;
    stacked to = {.f = f, .w = own ? w : NULL, .frozen = frozen, .each = own ? f->residuals : 1};
    double *columns;
    if (!lgd_objective_has_residuals(f))
        return lgd_fail(LGD_EUNSUPPORTED,
                        "%s: it is no sum of squares, an objective with ops.jacobian or ops.design%s is accepted",
                        f->ops.name, f->residuals ? ", and no smooth part but l2," : "");
    to.n = own ? f->dim : f->dim / f->slopes;
    to.width = to.n + (own ? 1 : f->slopes);
    const lgd_status status = factor(&to, threads, &columns);
    if (status)
        return status;
    const double by = 1 / sqrt((double)f->terms * f->mean_weight);
    if (own)
        give(to.width, by, columns, T, ld);
    else
        spread(&to, by, columns, w, T, ld);
    const lgd_status added = f->l2 > 0 ? add_l2(&to, w, T, ld) : LGD_OK;
    for (size_t j = 0; frozen && j < f->dim; j++)
        for (size_t i = 0; frozen[j] && i <= j; i++)
            T[i * ld + j] = 0;
    return added;
}

lgd_status lgd_objective_triangle(lgd_objective *f, size_t threads, double *T, size_t ld)
{
    stacked to = {.f = f, .n = f->dim / f->slopes, .width = f->dim / f->slopes + f->slopes, .each = 1};
    double *columns;
    const lgd_status status = factor(&to, threads, &columns);
    if (!status)
        give(to.width, 1, columns, T, ld);
    return status;
}

lgd_status lgd_objective_jacobian_triangle(lgd_objective *f, size_t threads, const double *w, double *T, size_t ld)
{
    stacked to = {.f = f, .w = w, .n = f->dim, .width = lgd_add(f->dim, 1), .each = f->residuals};
    double *columns;
    const lgd_status status = factor(&to, threads, &columns);
    if (!status)
        give(to.width, 1, columns, T, ld);
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
