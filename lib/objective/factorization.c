/* Matrix factorisation: values, gradients, and steps entry by entry.
 *
 * Legend: entry t of row i and column j with rating r and weight omega; u [rank] and v [rank] are its factors, b and c its biases,
 *     e = mu + b + c + u.v - r
 *     f_t = e^2/2 + l2/2 (|u|^2 + |v|^2 + b^2 + c^2),   grad_u = e v + l2 u,   grad_v = e u + l2 v,   grad_b = e + l2 b, ...
 *
 * In any order but that of storage an entry is a miss of the cache for each array, and then one for each factor. So arrays are asked
 * for FAR entries ahead, and factors, whose place is known by then, NEAR entries ahead.
 *
 * Each loop is there for rank 8, which the compiler then knows, and for any: the operations are the same.
 */
#include "factorization.h"

enum { NEAR = 16, FAR = 48 };

/* A walk over entries. */
typedef struct walk {
    const lgd_factorization *m;
    const lgd_rows *rows;
    const double *w;
    double *g;         /* NULL: only the value */
    double value;      /* to which is added */
    double lr, weight; /* of steps: omega is divided by weight */
    double *moving;    /* of steps: w */
} walk;

static inline size_t term(const lgd_rows *rows, size_t i)
{
    return rows->index ? rows->index[rows->first + i] : rows->first + i;
}

LGD_INLINE void ask(size_t rank, const double *x)
{
    for (size_t l = 0; l < rank; l += LGD_LANES)
        lgd_prefetch(x + l);
    lgd_prefetch(x + rank - 1);
}

LGD_INLINE void ask_factors(const lgd_factorization *m, size_t rank, const double *w, size_t i, size_t j)
{
    ask(rank, w + i * rank);
    ask(rank, w + m->V + j * rank);
    if (m->row_bias != m->dim) {
        lgd_prefetch(w + m->row_bias + i);
        lgd_prefetch(w + m->col_bias + j);
    }
}

LGD_INLINE void look_ahead(const walk *a, size_t rank, size_t at)
{
    const lgd_factorization *m = a->m;
    const lgd_rows *rows = a->rows;
    if (rows->index && at + FAR < rows->count) {
        const size_t t = term(rows, at + FAR);
        lgd_prefetch(m->row + t);
        lgd_prefetch(m->col + t);
        lgd_prefetch(m->rating + t);
        if (m->weights)
            lgd_prefetch(m->weights + t);
    }
    if (at + NEAR < rows->count) {
        const size_t t = term(rows, at + NEAR), i = m->row[t], j = m->col[t];
        ask_factors(m, rank, a->w, i, j);
        if (a->g)
            ask_factors(m, rank, a->g, i, j);
    }
}

/* |u|^2 + |v|^2 */
LGD_INLINE double squares_of(size_t rank, const double *u, const double *v)
{
    double s[LGD_LANES] = {0};
    size_t l = 0;
    for (; l + LGD_LANES <= rank; l += LGD_LANES)
        for (size_t i = 0; i < LGD_LANES; i++)
            s[i] += u[l + i] * u[l + i] + v[l + i] * v[l + i];
    for (; l < rank; l++)
        s[l % LGD_LANES] += u[l] * u[l] + v[l] * v[l];
    return lgd_lanes(s);
}

/* f_t for an error e. */
LGD_INLINE double value_of(const lgd_factorization *m, size_t rank, const double *w, size_t i, size_t j, double e)
{
    const double half = 0.5 * e * e, *u = w + i * rank, *v = w + m->V + j * rank;
    double squares = 0;
    if (m->l2 == 0)
        return half;
    if (m->row_bias != m->dim) {
        const double b = w[m->row_bias + i], c = w[m->col_bias + j];
        squares = b * b + c * c;
    }
    return half + 0.5 * m->l2 * (squares + squares_of(rank, u, v));
}

/* ---- sums */

LGD_INLINE void add_gradient(const lgd_factorization *m, size_t rank, const double *w, size_t i, size_t j, double e,
                             double omega, double *g)
{
    const double l2 = m->l2, *u = w + i * rank, *v = w + m->V + j * rank;
    double *restrict gu = g + i * rank, *restrict gv = g + m->V + j * rank;
#pragma omp simd
    for (size_t l = 0; l < rank; l++) {
        gu[l] += omega * (e * v[l] + l2 * u[l]);
        gv[l] += omega * (e * u[l] + l2 * v[l]);
    }
    if (m->row_bias != m->dim) {
        g[m->row_bias + i] += omega * (e + l2 * w[m->row_bias + i]);
        g[m->col_bias + j] += omega * (e + l2 * w[m->col_bias + j]);
    }
}

LGD_INLINE void sum_entries(walk *a, size_t rank)
{
    const lgd_factorization *m = a->m;
    for (size_t at = 0; at < a->rows->count; at++) {
        look_ahead(a, rank, at);
        const size_t t = term(a->rows, at), i = m->row[t], j = m->col[t];
        const double e = lgd_factors_score(m, rank, a->w, i, j) - m->rating[t], omega = m->weights ? m->weights[t] : 1;
        a->value += omega * value_of(m, rank, a->w, i, j, e);
        if (a->g)
            add_gradient(m, rank, a->w, i, j, e, omega, a->g);
    }
}

LGD_WIDE static void sum_eight(walk *a)
{
    sum_entries(a, 8);
}

LGD_WIDE static void sum_any(walk *a)
{
    sum_entries(a, a->m->rank);
}

static lgd_status factorization_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const lgd_factorization *m = ctx;
    walk a = {.m = m, .rows = rows, .w = w, .g = g};
    if (m->rank == 8)
        sum_eight(&a);
    else
        sum_any(&a);
    *f += a.value;
    return LGD_OK;
}

/* ---- steps. The bits are those of a gradient that is 0 but for what the entry adds to it, divided by the mean weight where that is
 * not 1, and of w -= lr g: so a derivative of -0 becomes 0 first. */

LGD_INLINE double part(double x, bool weighted, double omega, double weight)
{
    return weighted ? (0.0 + omega * x) / weight : 0.0 + x;
}

LGD_INLINE void step_entries(walk *a, size_t rank, bool weighted)
{
    const lgd_factorization *m = a->m;
    const double l2 = m->l2, lr = a->lr, weight = a->weight;
    const bool biases = m->row_bias != m->dim;
    double *w = a->moving, value = a->value;
    for (size_t at = 0; at < a->rows->count; at++) {
        look_ahead(a, rank, at);
        const size_t t = term(a->rows, at), i = m->row[t], j = m->col[t];
        const double e = lgd_factors_score(m, rank, w, i, j) - m->rating[t], omega = weighted ? m->weights[t] : 1;
        const double f = value_of(m, rank, w, i, j, e);
        double *restrict u = w + i * rank, *restrict v = w + m->V + j * rank;
        value += weighted ? omega * f / weight : f;
#pragma omp simd
        for (size_t l = 0; l < rank; l++) {
            const double own = u[l], other = v[l];
            u[l] = own - lr * part(e * other + l2 * own, weighted, omega, weight);
            v[l] = other - lr * part(e * own + l2 * other, weighted, omega, weight);
        }
        if (biases) {
            double *b = w + m->row_bias + i, *c = w + m->col_bias + j;
            *b -= lr * part(e + l2 * *b, weighted, omega, weight);
            *c -= lr * part(e + l2 * *c, weighted, omega, weight);
        }
    }
    a->value = value;
}

LGD_WIDE static void step_eight(walk *a)
{
    step_entries(a, 8, false);
}

LGD_WIDE static void step_any(walk *a)
{
    step_entries(a, a->m->rank, false);
}

LGD_WIDE static void step_weighted(walk *a)
{
    step_entries(a, a->m->rank, true);
}

static lgd_status factorization_descend(void *ctx, const lgd_rows *rows, double lr, double mean_weight, double *w,
                                        double *f)
{
    const lgd_factorization *m = ctx;
    walk a = {.m = m, .rows = rows, .w = w, .value = *f, .lr = lr, .weight = mean_weight, .moving = w};
    if (m->weights)
        step_weighted(&a);
    else if (m->rank == 8)
        step_eight(&a);
    else
        step_any(&a);
    *f = a.value;
    return LGD_OK;
}

/* ---- what it says of itself */

static double factorization_weight(void *ctx, const lgd_rows *rows)
{
    const lgd_factorization *m = ctx;
    double sum = 0;
    if (!m->weights)
        return (double)rows->count;
    for (size_t at = 0; at < rows->count; at++)
        sum += m->weights[term(rows, at)];
    return sum;
}

/* To clear and to add a gradient shall cost less than to compute it: as many entries as it has numbers, each of which moves more
 * than 16 rank bytes. */
static size_t factorization_panel(void *ctx)
{
    return ((const lgd_factorization *)ctx)->dim;
}

static int factorization_describe(void *ctx, char *text, size_t size)
{
    const lgd_factorization *m = ctx;
    const bool biases = m->row_bias != m->dim;
    lgd_words t = {text, size, 0};
    lgd_say(&t, "f(w) = 1/");
    if (m->weights) {
        lgd_say(&t, "(%zu * ", m->count);
        lgd_say_number(&t, factorization_weight(ctx, &(lgd_rows){0, m->count, NULL}) / (double)m->count);
        lgd_say(&t, ") sum_t omega_t ((");
    } else {
        lgd_say(&t, "%zu sum_t ((", m->count);
    }
    lgd_say_number(&t, m->mean);
    lgd_say(&t, "%s + u_i.v_j - rating_t)^2/2", biases ? " + b_i + c_j" : "");
    if (m->l2 > 0) {
        lgd_say(&t, " + ");
        lgd_say_number(&t, m->l2);
        lgd_say(&t, "/2 (|u_i|^2 + |v_j|^2%s)", biases ? " + b_i^2 + c_j^2" : "");
    }
    lgd_say(&t, "); %zu ratings, %zu rows, %zu columns, rank %zu, %zu parameters", m->count, m->rows, m->cols, m->rank,
            m->dim);
    return (int)t.length;
}

static void factorization_free(void *ctx)
{
    lgd_factorization *m = ctx;
    lgd_pool_free(m->pool);
    lgd_release(m->begin);
    lgd_release(m->own);
    lgd_release(m);
}

/* A rating with its row and column is read; of the factors and biases that it touches as much is written as read. */
static const char *factorization_cost(void *ctx, double *bytes, double *flops)
{
    const lgd_factorization *m = ctx;
    const double rank = (double)m->rank, touched = 2 * rank + (m->row_bias < m->dim ? 2 : 0);
    *bytes = (double)sizeof(double) * (2 + (m->weights ? 2 : 1) + 2 * touched);
    *flops = 12 * rank + 16;
    return "entry by entry";
}

const lgd_objective_ops lgd_factorization_ops = {
    .name = "factorization",
    .flags = LGD_CONCURRENT,
    .eval = factorization_eval,
    .free = factorization_free,
    .weight = factorization_weight,
    .panel = factorization_panel,
    .describe = factorization_describe,
    .descend = factorization_descend,
    .cost = factorization_cost,
    .support = lgd_factorization_support,
};
