/* The L1 norm: R. Tibshirani, "Regression shrinkage and selection via the lasso", J. R. Stat. Soc. B 58 (1996); with a
 * square beside it H. Zou, T. Hastie, "Regularization and variable selection via the elastic net", J. R. Stat. Soc. B 67
 * (2005). L1 is the elastic net of l2 = 0. */
#include "penalty.h"

typedef struct strengths {
    double l1, l2;
} strengths;

/* Inf 0 is 0 here: a strength without end holds w at 0, and costs nothing there. */
static double times(double strength, double x)
{
    return x == 0 ? 0 : strength * x;
}

static double value(const void *ctx, size_t n, const double *w)
{
    const strengths *s = ctx;
    return times(s->l1, lgd_norm1(n, w)) + (s->l2 == 0 ? 0 : times(0.5 * s->l2, lgd_dot(n, w, w)));
}

/* soft(w_j, eta_j l1) / (1 + eta_j l2) */
static lgd_status prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    const strengths *s = ctx;
    (void)work;
    for (size_t j = 0; j < n; j++) {
        const double rate = eta_each ? eta_each[j] : eta;
        if (rate > 0)
            w[j] = lgd_soft(w[j], times(s->l1, rate)) / (1 + times(s->l2, rate));
    }
    return LGD_OK;
}

/* sum_j (|v_j| - l1)_+^2 / (2 l2); without l2 that is 0 as long as no |v_j| exceeds l1, and infinite beyond. */
static double conjugate(const void *ctx, size_t n, const double *v, double *scale)
{
    const strengths *s = ctx;
    double largest = 0, sum = 0;
    *scale = 1;
    if (s->l2 == 0) {
        for (size_t j = 0; j < n; j++)
            largest = fmax(largest, fabs(v[j]));
        if (largest > s->l1)
            *scale = s->l1 / largest;
        return 0;
    }
    for (size_t j = 0; j < n; j++) {
        const double beyond = fmax(fabs(v[j]) - s->l1, 0);
        sum += beyond * beyond;
    }
    return sum / (2 * s->l2);
}

static lgd_status create(lgd_penalty **out, const char *name, const char *first, strengths s)
{
    const lgd_penalty_ops ops = {
        .name = name, .flags = LGD_SEPARABLE, .value = value, .prox = prox, .conjugate = conjugate};
    lgd_status status = lgd_penalty_strength(name, first, s.l1);
    if (!status)
        status = lgd_penalty_strength(name, "l2", s.l2);
    if (status && out)
        *out = NULL;
    return status ? status : lgd_penalty_of(out, &ops, &s, sizeof s);
}

lgd_status lgd_penalty_l1_create(lgd_penalty **out, double strength)
{
    return create(out, "l1", "strength", (strengths){strength, 0});
}

lgd_status lgd_penalty_elastic_net_create(lgd_penalty **out, double l1, double l2)
{
    return create(out, "elastic_net", "l1", (strengths){l1, l2});
}
