/* The Lanczos method. The matrix T of the operator in the basis of the vectors kept is small; its eigenvalues (Ritz values) come
 * from Jacobi's rotations, which need no other library and give the same bits everywhere. */
#include "lanczos.h"
#include <float.h>
#include <math.h>

/* What is less than this share of a product is its rounding. */
static const double NOTHING = 1e-13;
enum { TILE = 32, SWEEPS = 40 };

typedef struct basis {
    lgd_lanczos *l;
    size_t room, stride, k; /* k vectors are kept whose products are known */
    double *V;              /* [room + 1] vectors, stride apart */
    double *T, *A, *S;      /* [room x room] each: T is that of H, S has its eigenvectors as columns, A is scratch */
    double *ritz;           /* [room] eigenvalues of T */
    double scale, left;     /* largest element of T so far; length of what a product has outside of the basis */
    bool known;             /* ritz and S are those of T */
} basis;

void lgd_random_direction(uint64_t seed, size_t n, double *v)
{
    double u[2];
    for (size_t j = 0; j < n; j++) {
        lgd_uniform(seed, 2 * j, 2, u);
        v[j] = sqrt(-2 * log1p(-u[0])) * cos(6.283185307179586 * u[1]);
    }
}

/* ---- the small matrix */

/* One rotation that makes A[p][q] 0, on A and on the columns of S. */
static void rotate(size_t k, size_t room, double *A, double *S, size_t p, size_t q)
{
    const double x = A[p * room + q], theta = (A[q * room + q] - A[p * room + p]) / (2 * x);
    const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + hypot(theta, 1)), c = 1 / hypot(t, 1), s = t * c;
    for (size_t i = 0; i < k; i++) {
        const double a = A[i * room + p], b = A[i * room + q], u = S[i * room + p], v = S[i * room + q];
        A[i * room + p] = c * a - s * b;
        A[i * room + q] = s * a + c * b;
        S[i * room + p] = c * u - s * v;
        S[i * room + q] = s * u + c * v;
    }
    for (size_t j = 0; j < k; j++) {
        const double a = A[p * room + j], b = A[q * room + j];
        A[p * room + j] = c * a - s * b;
        A[q * room + j] = s * a + c * b;
    }
    A[p * room + q] = A[q * room + p] = 0;
}

/* Eigenvalues and eigenvectors of T, which is divided by its size first: its numbers may be near the largest there are. */
static void decompose(basis *b)
{
    const size_t k = b->k, room = b->room;
    const double scale = b->scale > 0 ? b->scale : 1;
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j < k; j++) {
            b->A[i * room + j] = b->T[i * room + j] / scale;
            b->S[i * room + j] = i == j;
        }
    bool turned = true;
    for (int sweep = 0; sweep < SWEEPS && turned; sweep++) {
        turned = false;
        for (size_t p = 0; p < k; p++)
            for (size_t q = p + 1; q < k; q++)
                if (fabs(b->A[p * room + q]) > DBL_EPSILON / 16) {
                    rotate(k, room, b->A, b->S, p, q);
                    turned = true;
                }
    }
    for (size_t i = 0; i < k; i++)
        b->ritz[i] = b->A[i * room + i] * scale;
    b->known = true;
}

/* The smallest (else largest) Ritz value that no earlier call has named; `named` marks them. */
static size_t next_of(const basis *b, bool smallest, bool *named)
{
    size_t at = b->k;
    for (size_t i = 0; i < b->k; i++)
        if (!named[i] && (at == b->k || (smallest ? b->ritz[i] < b->ritz[at] : b->ritz[i] > b->ritz[at])))
            at = i;
    named[at] = true;
    return at;
}

/* Of the Ritz pair i: |H u - ritz u|, which bounds how far ritz is from an eigenvalue. */
static double error_of(const basis *b, size_t i)
{
    return b->left * fabs(b->S[(b->k - 1) * b->room + i]);
}

static void ends_of(const basis *b, size_t *low, size_t *high)
{
    *low = *high = 0;
    for (size_t i = 1; i < b->k; i++) {
        *low = b->ritz[i] < b->ritz[*low] ? i : *low;
        *high = b->ritz[i] > b->ritz[*high] ? i : *high;
    }
}

static bool is_found(basis *b)
{
    lgd_lanczos *l = b->l;
    size_t low, high;
    decompose(b);
    ends_of(b, &low, &high);
    l->smallest = b->ritz[low];
    l->largest = b->ritz[high];
    l->smallest_error = error_of(b, low);
    l->largest_error = error_of(b, high);
    const double within = l->tol * fmax(fabs(l->smallest), fabs(l->largest));
    return (l->low || l->high) && (!l->low || l->smallest_error <= within) && (!l->high || l->largest_error <= within);
}

/* ---- the long vectors */

static void subtract(size_t n, double c, const double *restrict v, double *restrict x)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        x[j] -= c * v[j];
}

/* x loses its parts along the first `count` vectors, which are added to `parts` (NULL: not wanted). Again as long as much of it
 * goes: what is left shall be orthogonal to its own last place. Returns |x|. */
static double orthogonalise(const basis *b, size_t count, double *x, double *parts)
{
    const size_t n = b->l->n;
    double norm = lgd_norm2(n, x);
    for (int pass = 0; pass < 4; pass++) {
        const double before = norm;
        for (size_t i = 0; i < count; i++) {
            const double c = lgd_dot(n, b->V + i * b->stride, x);
            subtract(n, c, b->V + i * b->stride, x);
            if (parts)
                parts[i] += c;
        }
        norm = lgd_norm2(n, x);
        if (pass && !(norm < 0.5 * before))
            break;
    }
    return norm;
}

static void divide(size_t n, double by, double *x)
{
    for (size_t j = 0; j < n; j++)
        x[j] /= by;
}

/* out = the Ritz vector i, of length 1. */
static void combine(const basis *b, size_t i, double *out)
{
    const size_t n = b->l->n;
    memset(out, 0, n * sizeof *out);
    for (size_t r = 0; r < b->k; r++)
        subtract(n, -b->S[r * b->room + i], b->V + r * b->stride, out);
    const double norm = lgd_norm2(n, out);
    if (norm > 0)
        divide(n, norm, out);
}

/* The `count` Ritz vectors `which` take the place of the basis, tile by tile of the coordinates. */
static void contract(basis *b, size_t count, const size_t *which)
{
    double tile[LGD_LANCZOS_ROOM / 2][TILE];
    for (size_t at = 0; at < b->l->n; at += TILE) {
        const size_t n = b->l->n - at < TILE ? b->l->n - at : TILE;
        memset(tile, 0, sizeof tile);
        for (size_t r = 0; r < b->k; r++)
            for (size_t c = 0; c < count; c++)
                subtract(n, -b->S[r * b->room + which[c]], b->V + r * b->stride + at, tile[c]);
        for (size_t c = 0; c < count; c++)
            memcpy(b->V + c * b->stride + at, tile[c], n * sizeof(double));
    }
}

/* Once there is no room: the Ritz vectors of the two ends, and then the next vector, which is orthogonal to all of them. */
static void restart(basis *b)
{
    const size_t share = b->room / 4 < LGD_LANCZOS_ROOM / 4 ? b->room / 4 : LGD_LANCZOS_ROOM / 4, count = 2 * share;
    size_t which[LGD_LANCZOS_ROOM / 2];
    double ritz[LGD_LANCZOS_ROOM / 2];
    bool *named = (bool *)b->A; /* scratch now */
    memset(named, 0, b->k * sizeof *named);
    for (size_t i = 0; i < count; i++) {
        which[i] = next_of(b, i < share, named);
        ritz[i] = b->ritz[which[i]];
    }
    contract(b, count, which);
    memcpy(b->V + count * b->stride, b->V + b->k * b->stride, b->l->n * sizeof(double));
    memset(b->T, 0, b->room * b->room * sizeof *b->T);
    memset(b->S, 0, b->room * b->room * sizeof *b->S);
    for (size_t i = 0; i < count; i++) {
        b->T[i * b->room + i] = b->ritz[i] = ritz[i];
        b->S[i * b->room + i] = 1;
    }
    b->k = count;
}

/* One product: the next row of T, and what is left of it as the next vector. */
static lgd_status extend(basis *b)
{
    lgd_lanczos *l = b->l;
    const size_t k = b->k;
    double *next = b->V + (k + 1) * b->stride, *row = b->T + k * b->room;
    const lgd_status status = l->product(l->ctx, b->V + k * b->stride, next);
    if (status)
        return status;
    l->products++;
    const size_t bad = lgd_first_not_finite(l->n, next);
    if (bad < l->n)
        return lgd_fail(LGD_EDIVERGED, "%s: product[%zu] of the Hessian is %g, finite numbers are accepted", l->object,
                        bad, next[bad]);
    memset(row, 0, b->room * sizeof *row);
    b->left = orthogonalise(b, k + 1, next, row);
    for (size_t i = 0; i <= k; i++) {
        b->T[i * b->room + k] = row[i];
        b->scale = fmax(b->scale, fabs(row[i]));
    }
    b->k = k + 1;
    b->known = false;
    const double share = l->low || l->high ? NOTHING : l->tol;
    l->exhausted = b->k == l->n || !(b->left > share * b->scale);
    return LGD_OK;
}

static lgd_status iterate(basis *b)
{
    lgd_lanczos *l = b->l;
    const double length = lgd_norm2(l->n, l->start);
    if (!(length > 0) || !isfinite(length))
        return LGD_OK;
    memcpy(b->V, l->start, l->n * sizeof *b->V);
    divide(l->n, length, b->V);
    while (!(l->late && l->late(l->ctx))) {
        const lgd_status status = extend(b);
        if (status)
            return status;
        const bool full = b->k == b->room, ends = l->exhausted || l->products >= l->most;
        const bool due = (l->low || l->high) && (b->k <= 8 || b->k % 4 == 0);
        if (ends || full || due) {
            if (is_found(b) || ends)
                return LGD_OK;
        }
        divide(l->n, b->left, b->V + b->k * b->stride);
        if (full)
            restart(b);
    }
    if (!b->known && b->k)
        is_found(b);
    return LGD_OK;
}

lgd_status lgd_lanczos_find(lgd_lanczos *l)
{
    const size_t most = l->room < l->most ? l->room : l->most, room = most < l->n ? most : l->n;
    const size_t square = lgd_mul(room, room);
    basis b = {.l = l, .room = room, .stride = lgd_padded(l->n)};
    l->smallest = l->largest = l->smallest_error = l->largest_error = 0;
    l->products = 0;
    l->exhausted = false;
    b.V = lgd_alloc(l->object, lgd_add(lgd_mul(room + 1, b.stride), lgd_add(lgd_mul(square, 3), room)), sizeof *b.V);
    if (!b.V)
        return LGD_ENOMEM;
    b.T = b.V + (room + 1) * b.stride;
    b.A = b.T + square;
    b.S = b.A + square;
    b.ritz = b.S + square;
    const lgd_status status = iterate(&b);
    size_t low, high;
    ends_of(&b, &low, &high);
    double *to[] = {l->lowest, l->highest};
    for (int i = 0; i < 2; i++)
        if (to[i] && !status && b.k)
            combine(&b, i ? high : low, to[i]);
        else if (to[i])
            memset(to[i], 0, l->n * sizeof *to[i]);
    lgd_release(b.V);
    return status;
}

/* ---- a bound
 *
 * k products from a random start lack more than a share e of the largest eigenvalue, none of n being below 0, with a probability of at
 * most 1.648 sqrt(n) exp(-sqrt(e)(2k - 1)) (J. Kuczynski, H. Wozniakowski, "Estimating the largest eigenvalue by the power and Lanczos
 * algorithms with a random start", SIAM J. Matrix Anal. Appl. 13, 1992, theorem 4.2). So k follows from e and n, and the share is added;
 * it ends sooner, and then adds next to nothing, where the start has met all eigenvectors there are, as with few columns. Eigenvalues
 * below 0 are a shift by the smallest, and the share is one of the whole spectrum. */

static const double SHARE = 0.07, CHANCE = 1e-5, NOTHING_LEFT = 1e-6;
enum { MOST_PRODUCTS = 64, START_SEED = 1 };

static size_t products_for(size_t n)
{
    const double k = (log(1.648 * sqrt((double)n) / CHANCE) / sqrt(SHARE) + 1) / 2;
    return k < MOST_PRODUCTS ? (size_t)ceil(k) : MOST_PRODUCTS;
}

/* All vectors are kept: no more than an evaluation by several threads has partial gradients. */
lgd_status lgd_lanczos_bound(lgd_lanczos *l, double *v, double *bound)
{
    l->most = products_for(l->n);
    l->room = MOST_PRODUCTS;
    l->low = l->high = false;
    l->tol = NOTHING_LEFT;
    l->lowest = l->highest = NULL;
    l->start = v;
    lgd_random_direction(START_SEED, l->n, v);
    const lgd_status status = lgd_lanczos_find(l);
    const double share = l->exhausted ? 2 * NOTHING_LEFT : SHARE;
    *bound =
        l->smallest < 0 ? l->largest + share / (1 - 2 * share) * (l->largest - l->smallest) : l->largest / (1 - share);
    return status;
}
