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

enum { BLOCK = 256 };

void lgd_pairs_layout(size_t memory, bool single, size_t *vectors, size_t *state_size)
{
    const size_t slots = lgd_add(memory, 1), numbers = lgd_add(lgd_mul(lgd_mul(slots, slots), 2), lgd_mul(slots, 8));
    *vectors = lgd_add(*vectors, single ? lgd_add(slots, 2) : lgd_mul(slots, 2));
    *state_size = lgd_add(*state_size, lgd_add(sizeof(lgd_pairs_state), lgd_mul(numbers, sizeof(double))));
}

lgd_pairs lgd_pairs_of(size_t dim, size_t memory, bool single, double *const *vec, void *state)
{
    const size_t slots = memory + 1;
    lgd_pairs p = {.dim = dim, .slots = slots, .single = single, .gram = true, .vec = vec, .at = state};
    double *const numbers = (double *)(void *)(p.at + 1), *const rows = numbers + 2 * slots * slots;
    p.sy = numbers;
    p.yy = numbers + slots * slots;
    p.sx = rows;
    p.yx = rows + slots;
    p.scale = rows + 2 * slots;
    p.a = rows + 4 * slots;
    p.b = rows + 5 * slots;
    p.cs = rows + 6 * slots;
    p.cy = rows + 7 * slots;
    if (p.at->count >= slots || p.at->next >= slots) /* no step leaves that, but a state that was tampered with */
        *p.at = (lgd_pairs_state){0};
    p.w_new = single ? vec[slots] : vec[p.at->next]; /* what is tried becomes a pair where it lies */
    p.g_new = single ? vec[slots + 1] : vec[slots + p.at->next];
    return p;
}

/* Columns: 0 .. slots - 1 are the s of the slots, and then come the y. */
static double *wide_column(const lgd_pairs *p, size_t i)
{
    return p->vec[i];
}

static float *single_column(const lgd_pairs *p, size_t i)
{
    float *both = (float *)(void *)p->vec[i % p->slots];
    return i < p->slots ? both : both + p->dim;
}

/* ---- kernels, for double and for float */

/* Sums are added up block by block. The loops over lanes stand by themselves, as compilers like them.
 *   dot_  *sum += a.x
 *   both_ *one += a.x, *two += a.y, reading a once, and asking for what the next block of it will need
 *   four_ out += a combination of four columns, for `add_` of one */
#define KERNELS(T, kind)                                                                                                      \
    LGD_INLINE void dot_##kind(size_t n, const T *restrict a, const double *restrict x, double *sum)                          \
    {                                                                                                                         \
        double s[LGD_LANES] = {0};                                                                                            \
        size_t j = 0;                                                                                                         \
        for (; j + LGD_LANES <= n; j += LGD_LANES)                                                                            \
            for (size_t l = 0; l < LGD_LANES; l++)                                                                            \
                s[l] += (double)a[j + l] * x[j + l];                                                                          \
        for (; j < n; j++)                                                                                                    \
            s[j % LGD_LANES] += (double)a[j] * x[j];                                                                          \
        *sum += lgd_lanes(s);                                                                                                 \
    }                                                                                                                         \
    LGD_INLINE void both_##kind(size_t n, const T *restrict a, const double *restrict x, const double *restrict y,            \
                                double *one, double *two)                                                                     \
    {                                                                                                                         \
        double s[LGD_LANES] = {0}, t[LGD_LANES] = {0};                                                                        \
        size_t j = 0;                                                                                                         \
        for (; j + LGD_LANES <= n; j += LGD_LANES) {                                                                          \
            lgd_prefetch(a + j + BLOCK);                                                                                      \
            _Pragma("omp simd") for (size_t l = 0; l < LGD_LANES; l++) s[l] += (double)a[j + l] * x[j + l];                   \
            _Pragma("omp simd") for (size_t l = 0; l < LGD_LANES; l++) t[l] += (double)a[j + l] * y[j + l];                   \
        }                                                                                                                     \
        for (; j < n; j++) {                                                                                                  \
            s[j % LGD_LANES] += (double)a[j] * x[j];                                                                          \
            t[j % LGD_LANES] += (double)a[j] * y[j];                                                                          \
        }                                                                                                                     \
        *one += lgd_lanes(s);                                                                                                 \
        *two += lgd_lanes(t);                                                                                                 \
    }                                                                                                                         \
    LGD_INLINE void add_##kind(size_t n, double c, const T *restrict a, double *restrict out)                                 \
    {                                                                                                                         \
        _Pragma("omp simd") for (size_t j = 0; j < n; j++) out[j] += c * (double)a[j];                                        \
    }                                                                                                                         \
    LGD_INLINE void four_##kind(size_t n, const double c[4], const T *const column[4], double *restrict out)                  \
    {                                                                                                                         \
        const T *restrict a = column[0], *restrict b = column[1], *restrict d = column[2], *restrict e = column[3];           \
        _Pragma("omp simd") for (size_t j = 0; j < n; j++) out[j] +=                                                          \
            (c[0] * (double)a[j] + c[1] * (double)b[j]) + (c[2] * (double)d[j] + c[3] * (double)e[j]);                        \
    }                                                                                                                         \
    /* One column all along: out += c a, a.x. */                                                                              \
    LGD_WIDE static double column_dot_##kind(size_t n, const T *a, const double *x)                                           \
    {                                                                                                                         \
        double sum = 0;                                                                                                       \
        dot_##kind(n, a, x, &sum);                                                                                            \
        return sum;                                                                                                           \
    }                                                                                                                         \
    LGD_WIDE static void column_add_##kind(size_t n, double c, const T *a, double *out)                                       \
    {                                                                                                                         \
        add_##kind(n, c, a, out);                                                                                             \
    }                                                                                                                         \
    /* Products of all columns that there are with x. */                                                                      \
    LGD_WIDE static void products_##kind(const lgd_pairs *p, const double *x)                                                 \
    {                                                                                                                         \
        const size_t slots = p->slots, count = (size_t)p->at->count;                                                          \
        for (size_t at = 0; at < p->dim; at += BLOCK) {                                                                       \
            const size_t n = p->dim - at < BLOCK ? p->dim - at : BLOCK;                                                       \
            for (size_t age = 0; age < count; age++) {                                                                        \
                const size_t i = lgd_pairs_slot(p, age);                                                                      \
                dot_##kind(n, kind##_column(p, i) + at, x + at, &p->sx[i]);                                                   \
                dot_##kind(n, kind##_column(p, slots + i) + at, x + at, &p->yx[i]);                                           \
            }                                                                                                                 \
        }                                                                                                                     \
    }                                                                                                                         \
    /* The new pair in its slot, the point moved on, and products with all that there are. w_new and g_new may be s and y. */ \
    LGD_WIDE static uint64_t add_pair_##kind(const lgd_pairs *p, double *w, double *g, double *square)                        \
    {                                                                                                                         \
        const size_t slots = p->slots, slot = (size_t)p->at->next, count = p->gram ? (size_t)p->at->count : 0;                \
        const double in_s = 1 / p->scale[slot], in_y = 1 / p->scale[slots + slot];                                            \
        double sb[BLOCK], yb[BLOCK];                                                                                          \
        uint64_t bad = 0;                                                                                                     \
        for (size_t at = 0; at < p->dim; at += BLOCK) {                                                                       \
            const size_t n = p->dim - at < BLOCK ? p->dim - at : BLOCK;                                                       \
            const double *w_new = p->w_new + at, *g_new = p->g_new + at;                                                      \
            double *w_at = w + at, *g_at = g + at;                                                                            \
            T *s = kind##_column(p, slot) + at, *y = kind##_column(p, slots + slot) + at;                                     \
            _Pragma("omp simd reduction(| : bad)") for (size_t j = 0; j < n; j++)                                             \
            {                                                                                                                 \
                const double to = w_new[j], slope = g_new[j];                                                                 \
                const T step = (T)(in_s * (to - w_at[j])), turn = (T)(in_y * (slope - g_at[j]));                              \
                s[j] = step;                                                                                                  \
                y[j] = turn;                                                                                                  \
                sb[j] = (double)step;                                                                                         \
                yb[j] = (double)turn;                                                                                         \
                w_at[j] = to;                                                                                                 \
                g_at[j] = slope;                                                                                              \
                bad |= lgd_not_finite(to);                                                                                    \
            }                                                                                                                 \
            for (size_t age = 0; age <= count; age++) {                                                                       \
                const size_t i = age < count ? lgd_pairs_slot(p, age) : slot;                                                 \
                both_##kind(n, kind##_column(p, i) + at, yb, g_at, &p->sy[i * slots + slot], &p->sx[i]);                      \
                both_##kind(n, kind##_column(p, slots + i) + at, yb, g_at, &p->yy[i * slots + slot], &p->yx[i]);              \
            }                                                                                                                 \
            dot_wide(n, sb, sb, square);                                                                                      \
        }                                                                                                                     \
        return bad;                                                                                                           \
    }                                                                                                                         \
    LGD_WIDE static double combine_##kind(const lgd_pairs *p, double c, const double *x, double *out)                         \
    {                                                                                                                         \
        const size_t slots = p->slots, count = (size_t)p->at->count;                                                          \
        double sum = 0;                                                                                                       \
        for (size_t at = 0; at < p->dim; at += BLOCK) {                                                                       \
            const size_t n = p->dim - at < BLOCK ? p->dim - at : BLOCK;                                                       \
            const double *restrict from = x + at;                                                                             \
            double *restrict to = out + at;                                                                                   \
            _Pragma("omp simd") for (size_t j = 0; j < n; j++) to[j] = c * from[j];                                           \
            for (size_t age = 0; age < count; age += 2) {                                                                     \
                const size_t i = lgd_pairs_slot(p, age), k = lgd_pairs_slot(p, age + 1 < count ? age + 1 : age);              \
                const T *const column[4] = {kind##_column(p, i) + at, kind##_column(p, slots + i) + at,                       \
                                            kind##_column(p, k) + at, kind##_column(p, slots + k) + at};                      \
                const double by[4] = {p->cs[i], p->cy[i], p->cs[k], p->cy[k]};                                                \
                if (i != k)                                                                                                   \
                    four_##kind(n, by, column, to);                                                                           \
                for (size_t l = 0; i == k && l < 2; l++)                                                                      \
                    add_##kind(n, by[l], column[l], to);                                                                      \
            }                                                                                                                 \
            dot_wide(n, to, from, &sum);                                                                                      \
        }                                                                                                                     \
        return sum;                                                                                                           \
    }

KERNELS(double, wide)
KERNELS(float, single)

/* ---- sweeps */

/* What was added up with columns of floats becomes what these stand for. */
static void scale_products(lgd_pairs *p)
{
    for (size_t i = 0; p->single && i < p->slots; i++) {
        p->sx[i] *= p->scale[i];
        p->yx[i] *= p->scale[p->slots + i];
    }
}

void lgd_pairs_products(lgd_pairs *p, const double *x)
{
    for (size_t i = 0; i < p->slots; i++)
        p->sx[i] = p->yx[i] = 0;
    if (p->single)
        products_single(p, x);
    else
        products_wide(p, x);
    scale_products(p);
}

double lgd_pairs_combine(const lgd_pairs *p, double c, const double *x, double *out)
{
    if (!p->single)
        return combine_wide(p, c, x, out);
    for (size_t i = 0; i < p->slots; i++) {
        p->cs[i] *= p->scale[i];
        p->cy[i] *= p->scale[p->slots + i];
    }
    return combine_single(p, c, x, out);
}

/* The power of two below the largest |a_j - b_j| of the first block where there is one: floats have less room than doubles. */
static double size_of_difference(size_t dim, const double *a, const double *b)
{
    double largest = 0;
    for (size_t at = 0; at < dim && !(largest > 0); at += BLOCK)
        for (size_t j = at; j < dim && j < at + BLOCK; j++)
            largest = fmax(largest, fabs(a[j] - b[j]));
    return largest > 0x1p-1000 && largest < 0x1p1000 ? ldexp(1, ilogb(largest)) : 1;
}

bool lgd_pairs_add(lgd_pairs *p, double curvature, double *w, double *g, bool *finite)
{
    const size_t slots = p->slots, slot = (size_t)p->at->next;
    double square = 0;
    p->scale[slot] = p->single ? size_of_difference(p->dim, p->w_new, w) : 1;
    p->scale[slots + slot] = p->single ? size_of_difference(p->dim, p->g_new, g) : 1;
    for (size_t i = 0; i < slots; i++)
        p->sx[i] = p->yx[i] = p->sy[i * slots + slot] = p->yy[i * slots + slot] = 0;
    const uint64_t bad = p->single ? add_pair_single(p, w, g, &square) : add_pair_wide(p, w, g, &square);
    *finite = !(bad >> 63);
    scale_products(p);
    const double *s = p->scale, *y = p->scale + slots;
    for (size_t i = 0; i < slots; i++) {
        p->sy[i * slots + slot] *= p->single ? s[i] * y[slot] : 1;
        p->yy[i * slots + slot] *= p->single ? y[i] * y[slot] : 1;
        p->yy[slot * slots + i] = p->yy[i * slots + slot];
    }
    const double least = p->single ? fmax(curvature, FLT_EPSILON / 2) : curvature;
    const double turn = p->sy[slot * slots + slot], size = p->yy[slot * slots + slot];
    if (!(turn > least * s[slot] * sqrt(square) * sqrt(size) && size > 0 && isfinite(turn) && isfinite(size)))
        return false;
    p->at->next = (slot + 1) % slots;
    p->at->count += p->at->count + 1 < slots;
    return true;
}

/* ---- H x */

double lgd_pairs_direction(lgd_pairs *p, const double *x, double *out)
{
    const size_t slots = p->slots, count = (size_t)p->at->count, newest = lgd_pairs_slot(p, count - 1);
    for (size_t k = count; k-- > 0;) { /* a_i = s_i.q / s_i.y_i, q = x - sum over younger j of a_j y_j */
        const size_t i = lgd_pairs_slot(p, k);
        double product = p->sx[i];
        for (size_t l = k + 1; l < count; l++) {
            const size_t j = lgd_pairs_slot(p, l);
            product -= p->a[j] * p->sy[i * slots + j];
        }
        p->a[i] = product / p->sy[i * slots + i];
    }
    const double size = p->sy[newest * slots + newest] / p->yy[newest * slots + newest];
    for (size_t k = 0; k < count; k++) { /* b_i = a_i - y_i.r / s_i.y_i, r = size q + sum over older j of b_j s_j */
        const size_t i = lgd_pairs_slot(p, k);
        double of_q = p->yx[i], of_s = 0;
        for (size_t l = 0; l < count; l++) {
            const size_t j = lgd_pairs_slot(p, l);
            of_q -= p->a[j] * p->yy[i * slots + j];
            if (l < k)
                of_s += p->b[j] * p->sy[j * slots + i];
        }
        p->b[i] = p->a[i] - (size * of_q + of_s) / p->sy[i * slots + i];
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

/* P sees no part of what is frozen. */
static void hold(const lgd_step *s, double *r)
{
    for (size_t j = 0; s->oracle->frozen && j < s->dim; j++)
        if (s->oracle->frozen[j])
            r[j] = 0;
}

/* H0 over P, or over I: s.y/(y.P y) of the newest pair. */
static lgd_status first_size(lgd_pairs *p, const lgd_step *s, size_t newest, double *size)
{
    const size_t y = p->slots + newest;
    double square = p->yy[newest * p->slots + newest];
    lgd_status status = LGD_OK;
    if (s->oracle->precondition) {
        memset(p->g_new, 0, p->dim * sizeof *p->g_new);
        column_add(p, y, 1, p->g_new);
        hold(s, p->g_new);
        status = s->oracle->precondition(s->oracle_ctx, s->w, p->g_new, p->w_new);
        square = lgd_dot(p->dim, p->g_new, p->w_new);
    }
    *size = p->sy[newest * p->slots + newest] / square;
    return status;
}

lgd_status lgd_pairs_two_loop(lgd_pairs *p, const lgd_step *s, const double *x, double *out, double *slope)
{
    const size_t slots = p->slots, count = (size_t)p->at->count, n = p->dim;
    double size;
    lgd_status status = first_size(p, s, lgd_pairs_slot(p, count - 1), &size);
    memcpy(out, x, n * sizeof *out);
    for (size_t k = count; k-- > 0 && !status;) {
        const size_t i = lgd_pairs_slot(p, k);
        p->a[i] = column_dot(p, i, out) / p->sy[i * slots + i];
        column_add(p, slots + i, -p->a[i], out);
    }
    if (s->oracle->precondition && !status) {
        hold(s, out);
        memcpy(p->g_new, out, n * sizeof *out);
        status = s->oracle->precondition(s->oracle_ctx, s->w, p->g_new, out);
    }
    for (size_t j = 0; j < n; j++)
        out[j] *= -size;
    for (size_t k = 0; k < count && !status; k++) { /* with -r for r */
        const size_t i = lgd_pairs_slot(p, k);
        column_add(p, i, -p->a[i] - column_dot(p, slots + i, out) / p->sy[i * slots + i], out);
    }
    *slope = lgd_dot(n, x, out);
    return status;
}
