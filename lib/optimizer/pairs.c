/* The limited memory: sweeps over all its vectors, and what BFGS makes of their products.
 *
 * With the products s_i.y_j, y_i.y_j kept, and those with x known, H x is a combination of the s_i, the y_i and x whose coefficients
 * come out of the two loops of Nocedal (1980) done on 2m + 1 numbers. A step then reads the 2m vectors twice, once for the products of
 * the new pair and gradient, once for the direction: 32 m bytes to a coordinate, where the loops themselves, which read a vector for
 * a product and again for a sum, and read and write the direction beside it, take 80 m. As floats 16 m.
 *
 * Sweeps go block by block, so that what all vectors meet stays in the nearest cache. */
#include "pairs.h"
#include <float.h>

enum { BLOCK = 512, LANES = 8 };

void lgd_pairs_layout(size_t memory, bool single, bool compact, size_t *vectors, size_t *state_size)
{
    const size_t numbers = lgd_add(lgd_mul(lgd_mul(memory, memory), compact ? 4 : 2), lgd_mul(memory, 8));
    *vectors = lgd_add(*vectors, single ? memory : lgd_mul(memory, 2));
    *state_size = lgd_add(*state_size, lgd_add(sizeof(lgd_pairs_state), lgd_mul(numbers, sizeof(double))));
}

lgd_pairs lgd_pairs_of(size_t dim, size_t memory, bool single, bool compact, double *const *vec, void *state)
{
    const size_t square = memory * memory;
    lgd_pairs p = {.dim = dim, .memory = memory, .single = single, .gram = true, .vec = vec, .at = state};
    double *next = (double *)(void *)(p.at + 1);
    p.sy = next;
    p.yy = next + square;
    next += 2 * square;
    if (compact) {
        p.ss = next;
        p.ys = next + square;
        next += 2 * square;
    }
    p.sx = next;
    p.yx = next + memory;
    p.scale = next + 2 * memory;
    p.a = next + 4 * memory;
    p.b = next + 5 * memory;
    p.cs = next + 6 * memory;
    p.cy = next + 7 * memory;
    return p;
}

/* Columns: 0 .. memory - 1 are the s of the slots, and then come the y. */
static const double *wide_column(const lgd_pairs *p, size_t i)
{
    return p->vec[i];
}

static const float *single_column(const lgd_pairs *p, size_t i)
{
    const float *both = (const float *)(const void *)p->vec[i % p->memory];
    return i < p->memory ? both : both + p->dim;
}

double lgd_pairs_s(const lgd_pairs *p, size_t slot, size_t j)
{
    return p->single ? p->scale[slot] * (double)single_column(p, slot)[j] : wide_column(p, slot)[j];
}

double lgd_pairs_y(const lgd_pairs *p, size_t slot, size_t j)
{
    const size_t i = p->memory + slot;
    return p->single ? p->scale[i] * (double)single_column(p, i)[j] : wide_column(p, i)[j];
}

/* ---- kernels, for double and for float */

LGD_INLINE double tree(const double s[LANES])
{
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

/* Sums are added up block by block. The loops over lanes stand by themselves, as compilers like them.
 *   dot_  *sum += a.x
 *   both_ *one += a.x, *two += a.y, reading a once
 *   four_ out += a combination of four columns, for `add_` of one */
#define KERNELS(T, kind)                                                                                               \
    LGD_INLINE void dot_##kind(size_t n, const T *restrict a, const double *restrict x, double *sum)                   \
    {                                                                                                                  \
        double s[LANES] = {0};                                                                                         \
        size_t j = 0;                                                                                                  \
        for (; j + LANES <= n; j += LANES)                                                                             \
            for (size_t l = 0; l < LANES; l++)                                                                         \
                s[l] += (double)a[j + l] * x[j + l];                                                                   \
        for (; j < n; j++)                                                                                             \
            s[j % LANES] += (double)a[j] * x[j];                                                                       \
        *sum += tree(s);                                                                                               \
    }                                                                                                                  \
    LGD_INLINE void both_##kind(size_t n, const T *restrict a, const double *restrict x, const double *restrict y,     \
                                double *one, double *two)                                                              \
    {                                                                                                                  \
        double s[LANES] = {0}, t[LANES] = {0};                                                                         \
        size_t j = 0;                                                                                                  \
        for (; j + LANES <= n; j += LANES) {                                                                           \
            for (size_t l = 0; l < LANES; l++)                                                                         \
                s[l] += (double)a[j + l] * x[j + l];                                                                   \
            for (size_t l = 0; l < LANES; l++)                                                                         \
                t[l] += (double)a[j + l] * y[j + l];                                                                   \
        }                                                                                                              \
        for (; j < n; j++) {                                                                                           \
            s[j % LANES] += (double)a[j] * x[j];                                                                       \
            t[j % LANES] += (double)a[j] * y[j];                                                                       \
        }                                                                                                              \
        *one += tree(s);                                                                                               \
        *two += tree(t);                                                                                               \
    }                                                                                                                  \
    LGD_INLINE void add_##kind(size_t n, double c, const T *restrict a, double *restrict out)                          \
    {                                                                                                                  \
        _Pragma("omp simd") for (size_t j = 0; j < n; j++) out[j] += c * (double)a[j];                                 \
    }                                                                                                                  \
    LGD_INLINE void four_##kind(size_t n, const double c[4], const T *const column[4], double *restrict out)           \
    {                                                                                                                  \
        const T *restrict a = column[0], *restrict b = column[1], *restrict d = column[2], *restrict e = column[3];    \
        _Pragma("omp simd") for (size_t j = 0; j < n; j++) out[j] +=                                                   \
            (c[0] * (double)a[j] + c[1] * (double)b[j]) + (c[2] * (double)d[j] + c[3] * (double)e[j]);                 \
    }                                                                                                                  \
    /* One column all along: out += c a, a.x. */                                                                       \
    LGD_WIDE static double column_dot_##kind(size_t n, const T *a, const double *x)                                    \
    {                                                                                                                  \
        double sum = 0;                                                                                                \
        dot_##kind(n, a, x, &sum);                                                                                     \
        return sum;                                                                                                    \
    }                                                                                                                  \
    LGD_WIDE static void column_add_##kind(size_t n, double c, const T *a, double *out)                                \
    {                                                                                                                  \
        add_##kind(n, c, a, out);                                                                                      \
    }                                                                                                                  \
    /* Products of all columns that there are with x. */                                                               \
    LGD_WIDE static void products_##kind(const lgd_pairs *p, const double *x)                                          \
    {                                                                                                                  \
        const size_t m = p->memory, count = (size_t)p->at->count;                                                      \
        for (size_t at = 0; at < p->dim; at += BLOCK) {                                                                \
            const size_t n = p->dim - at < BLOCK ? p->dim - at : BLOCK;                                                \
            for (size_t age = 0; age < count; age++) {                                                                 \
                const size_t i = lgd_pairs_slot(p, age);                                                               \
                dot_##kind(n, kind##_column(p, i) + at, x + at, &p->sx[i]);                                            \
                dot_##kind(n, kind##_column(p, m + i) + at, x + at, &p->yx[i]);                                        \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    /* The new pair in its slot, the point moved on, and products with all that were there. */                         \
    LGD_WIDE static uint64_t add_pair_##kind(const lgd_pairs *p, size_t slot, lgd_pair *new)                           \
    {                                                                                                                  \
        const size_t m = p->memory, before = p->at->count < m ? (size_t)p->at->count : m - 1;                          \
        const size_t first = (size_t)p->at->next + m - before;                                                         \
        T *S = (T *)(uintptr_t)kind##_column(p, slot), *Y = (T *)(uintptr_t)kind##_column(p, m + slot);                \
        const double in_s = 1 / p->scale[slot], in_y = 1 / p->scale[m + slot];                                         \
        double sb[BLOCK], yb[BLOCK];                                                                                   \
        uint64_t bad = 0;                                                                                              \
        for (size_t at = 0; at < p->dim; at += BLOCK) {                                                                \
            const size_t n = p->dim - at < BLOCK ? p->dim - at : BLOCK;                                                \
            const double *restrict w_new = new->w_new + at, *restrict g_new = new->g_new + at;                         \
            double *restrict w = new->w + at, *restrict g = new->g + at;                                               \
            T *restrict s = S + at, *restrict y = Y + at;                                                              \
            _Pragma("omp simd reduction(| : bad)") for (size_t j = 0; j < n; j++)                                      \
            {                                                                                                          \
                s[j] = (T)(in_s * (w_new[j] - w[j]));                                                                  \
                y[j] = (T)(in_y * (g_new[j] - g[j]));                                                                  \
                sb[j] = (double)s[j];                                                                                  \
                yb[j] = (double)y[j];                                                                                  \
                w[j] = w_new[j];                                                                                       \
                g[j] = g_new[j];                                                                                       \
                bad |= lgd_not_finite(w_new[j]);                                                                       \
            }                                                                                                          \
            for (size_t k = p->gram ? 0 : before; k <= before; k++) {                                                  \
                const size_t i = (first + k) % m;                                                                      \
                const T *old_s = kind##_column(p, i) + at, *old_y = kind##_column(p, m + i) + at;                      \
                both_##kind(n, old_s, yb, g, &p->sy[i * m + slot], &p->sx[i]);                                         \
                both_##kind(n, old_y, yb, g, &p->yy[i * m + slot], &p->yx[i]);                                         \
                if (p->ss) {                                                                                           \
                    dot_##kind(n, old_s, sb, &p->ss[i * m + slot]);                                                    \
                    dot_##kind(n, old_y, sb, &p->ys[slot * m + i]);                                                    \
                }                                                                                                      \
            }                                                                                                          \
            dot_##kind(n, s, sb, &p->a[0]);                                                                            \
        }                                                                                                              \
        return bad;                                                                                                    \
    }                                                                                                                  \
    LGD_WIDE static double combine_##kind(const lgd_pairs *p, double c, const double *x, double *out)                  \
    {                                                                                                                  \
        const size_t m = p->memory, count = (size_t)p->at->count;                                                      \
        double sum = 0;                                                                                                \
        for (size_t at = 0; at < p->dim; at += BLOCK) {                                                                \
            const size_t n = p->dim - at < BLOCK ? p->dim - at : BLOCK;                                                \
            const double *restrict from = x + at;                                                                      \
            double *restrict to = out + at;                                                                            \
            _Pragma("omp simd") for (size_t j = 0; j < n; j++) to[j] = c * from[j];                                    \
            for (size_t age = 0; age < count; age += 2) {                                                              \
                const size_t i = lgd_pairs_slot(p, age), k = lgd_pairs_slot(p, age + 1 < count ? age + 1 : age);       \
                const T *const column[4] = {kind##_column(p, i) + at, kind##_column(p, m + i) + at,                    \
                                            kind##_column(p, k) + at, kind##_column(p, m + k) + at};                   \
                const double by[4] = {p->cs[i], p->cy[i], p->cs[k], p->cy[k]};                                         \
                if (i != k)                                                                                            \
                    four_##kind(n, by, column, to);                                                                    \
                for (size_t l = 0; i == k && l < 2; l++)                                                               \
                    add_##kind(n, by[l], column[l], to);                                                               \
            }                                                                                                          \
            dot_wide(n, to, from, &sum);                                                                               \
        }                                                                                                              \
        return sum;                                                                                                    \
    }

KERNELS(double, wide)
KERNELS(float, single)

/* ---- sweeps */

void lgd_pairs_products(lgd_pairs *p, const double *x)
{
    const size_t m = p->memory;
    memset(p->sx, 0, m * sizeof *p->sx);
    memset(p->yx, 0, m * sizeof *p->yx);
    if (!p->single) {
        products_wide(p, x);
        return;
    }
    products_single(p, x);
    for (size_t i = 0; i < m; i++) {
        p->sx[i] *= p->scale[i];
        p->yx[i] *= p->scale[m + i];
    }
}

double lgd_pairs_combine(const lgd_pairs *p, double c, const double *x, double *out)
{
    const size_t m = p->memory;
    for (size_t i = 0; p->single && i < m; i++) {
        p->cs[i] *= p->scale[i];
        p->cy[i] *= p->scale[m + i];
    }
    return p->single ? combine_single(p, c, x, out) : combine_wide(p, c, x, out);
}

/* The power of two near x > 0; 1 where there is none. */
static double power_near(double x)
{
    return x > 0 && isfinite(x) && fabs(log2(x)) < 1000 ? ldexp(1, ilogb(x)) : 1;
}

/* Products with the new pair become those of what the floats stand for. */
static void scale_products(lgd_pairs *p, size_t slot)
{
    const size_t m = p->memory;
    const double *s = p->scale, *y = p->scale + m;
    for (size_t i = 0; i < m; i++) {
        p->sx[i] *= s[i];
        p->yx[i] *= y[i];
        p->sy[i * m + slot] *= s[i] * y[slot];
        p->yy[i * m + slot] *= y[i] * y[slot];
        if (p->ss) {
            p->ss[i * m + slot] *= s[i] * s[slot];
            p->ys[slot * m + i] *= s[slot] * y[i];
        }
    }
}

bool lgd_pairs_add(lgd_pairs *p, double curvature, lgd_pair *new)
{
    const size_t m = p->memory, slot = (size_t)p->at->next;
    p->scale[slot] = p->single ? power_near(new->step) : 1;
    p->scale[m + slot] = p->single ? power_near(new->turn / new->step) : 1;
    for (size_t i = 0; i < m; i++) {
        p->sx[i] = p->yx[i] = p->sy[i * m + slot] = p->yy[i * m + slot] = 0;
        if (p->ss)
            p->ss[i * m + slot] = p->ys[slot * m + i] = 0;
    }
    p->a[0] = 0;
    const uint64_t bad = p->single ? add_pair_single(p, slot, new) : add_pair_wide(p, slot, new);
    new->finite = !(bad >> 63);
    const double size = sqrt(p->a[0]) * p->scale[slot];
    if (p->single)
        scale_products(p, slot);
    for (size_t i = 0; i < m; i++) {
        p->yy[slot * m + i] = p->yy[i * m + slot];
        if (p->ss)
            p->ss[slot * m + i] = p->ss[i * m + slot];
    }
    const double turn = p->sy[slot * m + slot], square = p->yy[slot * m + slot];
    const double least = p->single ? fmax(curvature, FLT_EPSILON / 2) : curvature;
    if (!(turn > least * size * sqrt(square)) || !isfinite(turn) || !isfinite(square)) {
        p->at->count -= p->at->count == m;
        return false;
    }
    p->at->next = (slot + 1) % m;
    p->at->count += p->at->count < m;
    return true;
}

/* ---- H x */

double lgd_pairs_direction(lgd_pairs *p, const double *x, double *out)
{
    const size_t m = p->memory, count = (size_t)p->at->count;
    if (!count)
        return lgd_pairs_combine(p, -1, x, out);
    for (size_t k = count; k-- > 0;) {
        const size_t i = lgd_pairs_slot(p, k);
        double left = p->sx[i];
        for (size_t l = k + 1; l < count; l++) {
            const size_t j = lgd_pairs_slot(p, l);
            left -= p->a[j] * p->sy[i * m + j];
        }
        p->a[i] = left / p->sy[i * m + i];
    }
    const size_t newest = lgd_pairs_slot(p, count - 1);
    const double size = p->sy[newest * m + newest] / p->yy[newest * m + newest];
    for (size_t k = 0; k < count; k++) {
        const size_t i = lgd_pairs_slot(p, k);
        double left = p->yx[i], right = 0;
        for (size_t l = 0; l < count; l++) {
            const size_t j = lgd_pairs_slot(p, l);
            left -= p->a[j] * p->yy[i * m + j];
            if (l < k)
                right += p->b[j] * p->sy[j * m + i];
        }
        p->b[i] = p->a[i] - (size * left + right) / p->sy[i * m + i];
        p->cs[i] = -p->b[i];
        p->cy[i] = size * p->a[i];
    }
    return lgd_pairs_combine(p, -size, x, out);
}

/* ---- the same by two loops */

static double column_dot(const lgd_pairs *p, size_t i, const double *x)
{
    return p->single ? p->scale[i] * column_dot_single(p->dim, single_column(p, i), x)
                     : column_dot_wide(p->dim, wide_column(p, i), x);
}

static void column_add(const lgd_pairs *p, size_t i, double c, double *out)
{
    if (p->single)
        column_add_single(p->dim, c * p->scale[i], single_column(p, i), out);
    else
        column_add_wide(p->dim, c, wide_column(p, i), out);
}

lgd_status lgd_pairs_metric(const lgd_step *s, const double *r, double *pr, double *size)
{
    const lgd_status status = s->oracle->precondition(s->oracle_ctx, s->w, r, pr);
    if (status)
        return status;
    *size = lgd_dot(s->dim, r, pr);
    if (!(*size > 0) && lgd_norm2(s->dim, r) > 0)
        return lgd_fail(LGD_EINVAL,
                        "minimize: precondition gave P r with r.P r = %g, a number above 0 is accepted: P must be "
                        "symmetric and positive definite",
                        *size);
    return LGD_OK;
}

lgd_status lgd_pairs_two_loop(lgd_pairs *p, const lgd_step *s, const double *x, double *out, double *const scratch[2],
                              double *slope)
{
    const bool metric = s && s->oracle->precondition;
    const size_t m = p->memory, count = (size_t)p->at->count, n = p->dim;
    const size_t newest = count ? lgd_pairs_slot(p, count - 1) : 0;
    double size = count ? p->sy[newest * m + newest] / p->yy[newest * m + newest] : 1, unused;
    lgd_status status = LGD_OK;
    if (metric && count) {
        for (size_t j = 0; j < n; j++)
            scratch[0][j] = lgd_pairs_y(p, newest, j);
        status = lgd_pairs_metric(s, scratch[0], scratch[1], &unused);
        size = p->sy[newest * m + newest] / unused;
    }
    memcpy(out, x, n * sizeof *out);
    for (size_t k = count; k-- > 0;) {
        const size_t i = lgd_pairs_slot(p, k);
        p->a[i] = column_dot(p, i, out) / p->sy[i * m + i];
        column_add(p, m + i, -p->a[i], out);
    }
    if (metric && !status) {
        memcpy(scratch[0], out, n * sizeof *out);
        status = lgd_pairs_metric(s, scratch[0], out, &unused);
    }
    for (size_t j = 0; j < n; j++)
        out[j] *= size;
    for (size_t k = 0; k < count; k++) {
        const size_t i = lgd_pairs_slot(p, k);
        column_add(p, i, p->a[i] - column_dot(p, m + i, out) / p->sy[i * m + i], out);
    }
    for (size_t j = 0; j < n; j++)
        out[j] = -out[j];
    *slope = lgd_dot(n, x, out);
    return status;
}
