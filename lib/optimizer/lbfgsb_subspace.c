/* The limited memory matrix of lbfgsb, and the minimum of its model over some of the coordinates: the direct primal method of
 * Byrd, Lu, Nocedal and Zhu (1995). By the formula of Sherman, Morrison and Woodbury, with Z the columns of the unit matrix that
 * belong to free coordinates and A the others,
 *
 *     (Z^T B Z)^-1 = 1/theta + Z^T W K^-1 W^T Z / theta^2,
 *     K = M^-1 - W^T Z Z^T W / theta = [-D - Y^T ZZ^T Y/theta   (L_A - R_Z)^T;  L_A - R_Z   theta S^T AA^T S],
 *
 * L_A being what is below the diagonal of S^T AA^T Y and R_Z the rest of S^T ZZ^T Y: no difference of large sums is in it. */
#include "lbfgsb.h"

/* ---- the systems */

/* A [m x m], its lower triangle, becomes L below the diagonal and D on it. */
static bool factor(size_t m, double *A)
{
    for (size_t j = 0; j < m; j++) {
        for (size_t i = j; i < m; i++)
            for (size_t k = 0; k < j; k++)
                A[i * m + j] -= A[i * m + k] * A[j * m + k] * A[k * m + k];
        if (!(A[j * m + j] > 0))
            return false;
        for (size_t i = j + 1; i < m; i++)
            A[i * m + j] /= A[j * m + j];
    }
    return true;
}

static void solve(size_t m, const double *A, double *x)
{
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < i; k++)
            x[i] -= A[i * m + k] * x[k];
    for (size_t i = 0; i < m; i++)
        x[i] /= A[i * m + i];
    for (size_t i = m; i-- > 0;)
        for (size_t k = i + 1; k < m; k++)
            x[i] -= A[k * m + i] * x[k];
}

bool lgd_middle_factor(lgd_middle *k)
{
    const size_t m = k->m;
    if (!factor(m, k->T))
        return false;
    memcpy(k->X, k->C, m * m * sizeof *k->X);
    for (size_t i = 0; i < m; i++)
        solve(m, k->T, k->X + i * m); /* row i is T^-1 times row i of C */
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j <= i; j++)
            for (size_t l = 0; l < m; l++)
                k->N[i * m + j] += k->C[i * m + l] * k->X[j * m + l];
    return factor(m, k->N);
}

void lgd_middle_solve(const lgd_middle *k, double *x)
{
    const size_t m = k->m;
    double *a = x, *b = x + m;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            b[i] += k->X[i * m + j] * a[j];
    solve(m, k->N, b);
    solve(m, k->T, a);
    for (size_t j = 0; j < m; j++) {
        double sum = 0;
        for (size_t i = 0; i < m; i++)
            sum += k->X[i * m + j] * b[i];
        a[j] = sum - a[j];
    }
}

/* ---- what is kept */

enum { DIRECTION, WORK, SCRATCH, FIXED, VECTORS };

void lgd_box_layout(size_t memory, size_t *vectors, size_t *state_size)
{
    const size_t slots = lgd_add(memory, 1), numbers = lgd_add(lgd_mul(9, lgd_mul(slots, slots)), lgd_mul(8, slots));
    *vectors = VECTORS;
    *state_size = lgd_add(sizeof(lgd_box_state), lgd_mul(numbers, sizeof(double)));
    lgd_pairs_layout(memory, false, vectors, state_size);
}

lgd_box_model lgd_box_model_of(size_t dim, size_t memory, double *const *vec, void *state)
{
    const size_t slots = memory + 1, square = slots * slots;
    lgd_box_state *kept = state;
    double *at = (double *)(void *)(kept + 1), *rest = at + 9 * square;
    return (lgd_box_model){.dim = dim,
                           .state = kept,
                           .pairs = lgd_pairs_of(dim, memory, false, vec + VECTORS, rest + 8 * slots),
                           .d = vec[DIRECTION],
                           .work = vec[WORK],
                           .scratch = vec[SCRATCH],
                           .fixed = vec[FIXED],
                           .ss = at,
                           .ys = at + square,
                           .yy_free = at + 2 * square,
                           .ss_fixed = at + 3 * square,
                           .mixed = at + 4 * square,
                           .middle = {0, at + 5 * square, at + 6 * square, at + 7 * square, at + 8 * square},
                           .p = rest,
                           .c = rest + 2 * slots,
                           .v = rest + 4 * slots};
}

static const double *s_of(const lgd_pairs *p, size_t slot)
{
    return p->vec[slot];
}

static const double *y_of(const lgd_pairs *p, size_t slot)
{
    return p->vec[p->slots + slot];
}

void lgd_box_products(lgd_box_model *b, const double *x, double *out)
{
    const size_t n = (size_t)b->pairs.at->count;
    lgd_pairs_products(&b->pairs, x);
    for (size_t i = 0; i < n; i++) {
        const size_t slot = lgd_pairs_slot(&b->pairs, i);
        out[i] = b->pairs.yx[slot];
        out[n + i] = b->state->theta * b->pairs.sx[slot];
    }
}

/* out = share x + W a, for all coordinates. */
static void combine(lgd_box_model *b, double share, const double *x, const double *a, double *out)
{
    const size_t n = (size_t)b->pairs.at->count;
    for (size_t i = 0; i < n; i++) {
        const size_t slot = lgd_pairs_slot(&b->pairs, i);
        b->pairs.cy[slot] = a[i];
        b->pairs.cs[slot] = b->state->theta * a[n + i];
    }
    lgd_pairs_combine(&b->pairs, share, x, out);
}

/* The number of s_i.y_j by ages. */
static double turn(const lgd_box_model *b, size_t i, size_t j)
{
    const lgd_pairs *p = &b->pairs;
    const size_t at = lgd_pairs_slot(p, i) * p->slots + lgd_pairs_slot(p, j);
    return j < i ? b->ys[at] : b->pairs.sy[at];
}

/* s_i.s_j and s_i.y_j of the i-th oldest pair with itself and those before it. */
static void take_all_products(lgd_box_model *b, size_t i)
{
    lgd_pairs *p = &b->pairs;
    const size_t a = lgd_pairs_slot(p, i), stride = p->slots;
    lgd_pairs_products(p, s_of(p, a));
    for (size_t k = 0; k <= i; k++) {
        const size_t o = lgd_pairs_slot(p, k);
        b->ss[a * stride + o] = b->ss[o * stride + a] = p->sx[o];
        b->ys[a * stride + o] = p->yx[o];
    }
}

bool lgd_box_factor(lgd_box_model *b)
{
    for (size_t i = 0; i < b->pairs.at->count && !b->state->complete; i++)
        take_all_products(b, i);
    lgd_middle *k = &b->middle;
    const lgd_pairs *p = &b->pairs;
    const size_t n = k->m = (size_t)p->at->count;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            k->T[i * n + j] = i == j ? turn(b, i, i) : 0;
            k->C[i * n + j] = j < i ? turn(b, i, j) : 0;
            k->N[i * n + j] = b->state->theta * b->ss[lgd_pairs_slot(p, i) * p->slots + lgd_pairs_slot(p, j)];
        }
    return lgd_middle_factor(k);
}

/* ---- products over free and fixed coordinates */

/* x_j where fixed is `kept`, 0 elsewhere, into work. */
LGD_WIDE static void mask(size_t dim, const double *restrict x, const double *restrict fixed, double kept,
                          double *restrict work)
{
#pragma omp simd
    for (size_t j = 0; j < dim; j++)
        work[j] = fixed[j] == kept ? x[j] : 0;
}

/* Those of the i-th oldest pair with itself and those before it. */
static void take_products(lgd_box_model *b, size_t i)
{
    lgd_pairs *p = &b->pairs;
    const size_t stride = p->slots, a = lgd_pairs_slot(p, i);
    const bool split = b->state->fixed > 0;
    if (split) {
        mask(b->dim, y_of(p, a), b->fixed, 0, b->work);
        lgd_pairs_products(p, b->work);
    }
    for (size_t k = 0; k <= i; k++) {
        const size_t o = lgd_pairs_slot(p, k);
        b->yy_free[a * stride + o] = b->yy_free[o * stride + a] = split ? p->yx[o] : p->yy[a * stride + o];
        b->mixed[o * stride + a] = -(split ? p->sx[o] : p->sy[o * stride + a]);
    }
    if (split) {
        mask(b->dim, s_of(p, a), b->fixed, 1, b->work);
        lgd_pairs_products(p, b->work);
    }
    for (size_t k = 0; k <= i; k++) {
        const size_t o = lgd_pairs_slot(p, k);
        b->ss_fixed[a * stride + o] = b->ss_fixed[o * stride + a] = split ? p->sx[o] : 0;
        if (k < i)
            b->mixed[a * stride + o] = split ? p->yx[o] : 0;
    }
}

/* Coordinate j becomes free (sign = 1) or fixed (-1). */
static void exchange(lgd_box_model *b, size_t j, double sign)
{
    const lgd_pairs *p = &b->pairs;
    const size_t n = (size_t)p->at->count;
    for (size_t i = 0; i < n; i++) {
        const size_t row = lgd_pairs_slot(p, i);
        const double s = sign * s_of(p, row)[j], y = sign * y_of(p, row)[j];
        for (size_t k = 0; k < n; k++) {
            const size_t column = lgd_pairs_slot(p, k), at = row * p->slots + column;
            const double other = y_of(p, column)[j];
            b->yy_free[at] += y * other;
            b->ss_fixed[at] -= s * s_of(p, column)[j];
            b->mixed[at] -= s * other;
        }
    }
}

/* Has one of the diagonals lost its digits? v has the largest that each has been, from `begin` on. */
static bool lost_digits(const lgd_box_model *b, bool begin)
{
    static const double MOST = 0x1p-10;
    const size_t n = (size_t)b->pairs.at->count;
    bool lost = false;
    for (size_t i = 0; i < n; i++) {
        const size_t at = lgd_pairs_slot(&b->pairs, i) * (b->pairs.slots + 1);
        const double now[2] = {b->yy_free[at], b->ss_fixed[at]};
        for (size_t k = 0; k < 2; k++) {
            double *largest = &b->v[2 * i + k];
            *largest = begin ? now[k] : fmax(*largest, now[k]);
            lost = lost || !(now[k] >= MOST * *largest);
        }
    }
    return lost;
}

static double at_bound(double w, double z, double lower, double upper)
{
    return z <= lower - w || z >= upper - w ? 1 : 0;
}

/* Few coordinates are exchanged one by one, memory^2 operations each; else all products are taken anew. */
void lgd_box_fix(lgd_box_model *b, const double *w, const double *lower, const double *upper, const double *z)
{
    size_t changed = 0;
    for (size_t i = 0; i < b->pairs.at->count && !b->state->complete; i++)
        take_products(b, i);
    b->state->complete = 1;
    for (size_t j = 0; j < b->dim; j++)
        changed += b->fixed[j] != at_bound(w[j], z[j], lower[j], upper[j]);
    const bool one_by_one = changed <= b->dim / 4;
    bool lost = lost_digits(b, true);
    for (size_t j = 0; j < b->dim && changed; j++) {
        const double now = at_bound(w[j], z[j], lower[j], upper[j]);
        if (now == b->fixed[j])
            continue;
        b->state->fixed += now > 0 ? 1 : UINT64_MAX;
        b->fixed[j] = now;
        if (one_by_one) {
            exchange(b, j, now > 0 ? -1 : 1);
            lost = lost_digits(b, false) || lost;
        }
    }
    for (size_t i = 0; i < b->pairs.at->count && changed && (lost || !one_by_one); i++)
        take_products(b, i);
}

void lgd_box_learn(lgd_box_model *b, bool bounded)
{
    const lgd_pairs *p = &b->pairs;
    const size_t newest = (size_t)p->at->count - 1, at = lgd_pairs_slot(p, newest) * (p->slots + 1);
    b->state->theta = p->yy[at] / p->sy[at];
    b->state->complete = bounded && b->state->complete;
    if (b->state->complete) {
        take_all_products(b, newest);
        take_products(b, newest);
    }
}

/* ---- the subspace */

static bool factor_free(lgd_box_model *b)
{
    lgd_middle *k = &b->middle;
    const lgd_pairs *p = &b->pairs;
    const size_t n = k->m = (size_t)p->at->count;
    const double theta = b->state->theta;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const size_t at = lgd_pairs_slot(p, i) * p->slots + lgd_pairs_slot(p, j);
            k->T[i * n + j] = b->yy_free[at] / theta + (i == j ? turn(b, i, i) : 0);
            k->C[i * n + j] = b->mixed[at];
            k->N[i * n + j] = theta * b->ss_fixed[at];
        }
    return lgd_middle_factor(k);
}

static void clear_fixed(const lgd_box_model *b, double *r)
{
    for (size_t j = 0; j < b->dim; j++)
        r[j] = b->fixed[j] == 0 ? r[j] : 0;
}

bool lgd_box_subspace(lgd_box_model *b, const double *g, const double *z, double *r)
{
    const size_t n = (size_t)b->pairs.at->count;
    const double theta = b->state->theta;
    double *minus = b->work;
    lgd_middle_solve(&b->middle, b->c);
    for (size_t j = 0; j < b->dim; j++)
        minus[j] = g[j] + theta * z[j];
    combine(b, -1, minus, b->c, r);
    clear_fixed(b, r);
    lgd_box_products(b, r, b->v);
    if (!factor_free(b))
        return false;
    lgd_middle_solve(&b->middle, b->v);
    for (size_t i = 0; i < 2 * n; i++)
        b->v[i] = b->v[i] / theta / theta;
    if (lgd_first_not_finite(2 * n, b->v) < 2 * n)
        return false;
    memcpy(minus, r, b->dim * sizeof *r);
    combine(b, 1 / theta, minus, b->v, r);
    clear_fixed(b, r);
    return true;
}
