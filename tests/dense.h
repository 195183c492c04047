/* A quadratic w.Aw/2 - b.w with a dense A, as a run lends it to a step and as an objective of its own; and what its model has to
 * be, in long double. */
#ifndef LGD_TESTS_DENSE_H
#define LGD_TESTS_DENSE_H
#include "optimizer/krylov.h"
#include "problems.h"

enum { DENSE = 8 };

typedef struct dense {
    double A[DENSE][DENSE], b[DENSE], metric[DENSE]; /* P is diagonal */
    size_t products, bad_product;                    /* from this product on they are no numbers; 0: none */
    double d[DENSE], r[DENSE], z[DENSE], p[DENSE], hp[DENSE];
} dense;

/* A = Q' diag(curvatures) Q for a rotation Q of the seed. */
static inline dense dense_create(const double curvatures[DENSE], uint64_t seed)
{
    dense q = {.products = 0};
    real Q[DENSE][DENSE];
    double numbers[DENSE * DENSE];
    fill(seed, sizeof numbers / sizeof *numbers, -1, 1, numbers);
    for (size_t i = 0; i < DENSE; i++) { /* Gram-Schmidt, twice */
        for (size_t j = 0; j < DENSE; j++)
            Q[i][j] = numbers[i * DENSE + j];
        for (int again = 0; again < 2; again++)
            for (size_t k = 0; k < i; k++) {
                real along = 0;
                for (size_t j = 0; j < DENSE; j++)
                    along += Q[i][j] * Q[k][j];
                for (size_t j = 0; j < DENSE; j++)
                    Q[i][j] -= along * Q[k][j];
            }
        real size = 0;
        for (size_t j = 0; j < DENSE; j++)
            size += Q[i][j] * Q[i][j];
        for (size_t j = 0; j < DENSE; j++)
            Q[i][j] /= sqrtl(size);
    }
    for (size_t i = 0; i < DENSE; i++)
        for (size_t j = 0; j <= i; j++) {
            real sum = 0;
            for (size_t k = 0; k < DENSE; k++)
                sum += Q[k][i] * curvatures[k] * Q[k][j];
            q.A[i][j] = q.A[j][i] = (double)sum;
        }
    fill(seed + 1, DENSE, -1, 1, q.b);
    for (size_t j = 0; j < DENSE; j++)
        q.metric[j] = 1;
    return q;
}

static inline lgd_status dense_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const dense *q = ctx;
    *f = 0;
    for (size_t i = 0; i < dim; i++) {
        double along = 0;
        for (size_t j = 0; j < dim; j++)
            along += q->A[i][j] * w[j];
        *f += (0.5 * along - q->b[i]) * w[i];
        if (g)
            g[i] = along - q->b[i];
    }
    return LGD_OK;
}

static inline lgd_status dense_product(void *ctx, const double *w, const double *g, const double *v, double *hv)
{
    dense *q = ctx;
    (void)w, (void)g;
    q->products++;
    for (size_t i = 0; i < DENSE; i++) {
        hv[i] = q->bad_product && q->products >= q->bad_product ? NAN : 0;
        for (size_t j = 0; j < DENSE; j++)
            hv[i] += q->A[i][j] * v[j];
    }
    return LGD_OK;
}

static inline lgd_status dense_metric(void *ctx, const double *w, const double *r, double *pr)
{
    const dense *q = ctx;
    (void)w;
    for (size_t j = 0; j < DENSE; j++)
        pr[j] = q->metric[j] * r[j];
    return LGD_OK;
}

/* The truncated iteration at w = 0, where g = -b. */
static inline lgd_krylov dense_solve(dense *q, const lgd_oracle *oracle, lgd_krylov k)
{
    double w[DENSE] = {0}, g[DENSE];
    for (size_t j = 0; j < DENSE; j++)
        g[j] = -q->b[j];
    const lgd_step s = {.dim = DENSE, .w = w, .g = g, .oracle = oracle, .oracle_ctx = q};
    k.d = q->d;
    k.r = q->r;
    k.z = q->z;
    k.p = q->p;
    k.hp = q->hp;
    ck_ok(lgd_krylov_solve(&s, &k));
    return k;
}

/* x with (A + shift P^-1) x = b, by elimination without a choice of pivots: A + shift P^-1 is positive definite. False if it is not. */
static inline bool dense_shifted(const dense *q, real shift, real x[DENSE])
{
    real M[DENSE][DENSE];
    for (size_t i = 0; i < DENSE; i++) {
        x[i] = q->b[i];
        for (size_t j = 0; j < DENSE; j++)
            M[i][j] = q->A[i][j] + (i == j ? shift / q->metric[i] : 0);
    }
    for (size_t k = 0; k < DENSE; k++) {
        if (!(M[k][k] > 0))
            return false;
        for (size_t i = k + 1; i < DENSE; i++) {
            const real by = M[i][k] / M[k][k];
            for (size_t j = k; j < DENSE; j++)
                M[i][j] -= by * M[k][j];
            x[i] -= by * x[k];
        }
    }
    for (size_t i = DENSE; i-- > 0;) {
        for (size_t j = i + 1; j < DENSE; j++)
            x[i] -= M[i][j] * x[j];
        x[i] /= M[i][i];
    }
    return true;
}

/* |x|, in the norm sqrt(x.P^-1 x) */
static inline real dense_size(const dense *q, const real x[DENSE])
{
    real sum = 0;
    for (size_t j = 0; j < DENSE; j++)
        sum += x[j] * x[j] / q->metric[j];
    return sqrtl(sum);
}

/* m(0) - m(x) for the model m(x) = x.Ax/2 - b.x */
static inline real dense_fall(const dense *q, const real x[DENSE])
{
    real fall = 0;
    for (size_t i = 0; i < DENSE; i++) {
        real along = 0;
        for (size_t j = 0; j < DENSE; j++)
            along += q->A[i][j] * x[j];
        fall += (q->b[i] - along / 2) * x[i];
    }
    return fall;
}

/* The minimum of the model in the ball, J. J. More, D. C. Sorensen (1983): (A + shift P^-1) x = b, |x| = radius or shift = 0. */
static inline void dense_in_ball(const dense *q, real radius, real x[DENSE])
{
    real low = 0, high = 1;
    if (dense_shifted(q, 0, x) && dense_size(q, x) <= radius)
        return;
    while (!dense_shifted(q, high, x) || dense_size(q, x) > radius)
        high *= 2;
    for (int i = 0; i < 200; i++) {
        const real shift = (low + high) / 2;
        if (!dense_shifted(q, shift, x) || dense_size(q, x) > radius)
            low = shift;
        else
            high = shift;
    }
    dense_shifted(q, high, x);
}

#endif
