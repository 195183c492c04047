/* The L1 norm: R. Tibshirani, "Regression shrinkage and selection via the lasso", J. R. Stat. Soc. B 58 (1996); with a
 * square beside it H. Zou, T. Hastie, "Regularization and variable selection via the elastic net", J. R. Stat. Soc. B 67
 * (2005). L1 is the elastic net of l2 = 0. */
#include "penalty.h"

typedef struct strengths {
    double l1, l2;
} strengths;

double lgd_elastic_value(double l1, double l2, size_t n, const double *w)
{
    const double norm = l2 == 0 ? 0 : lgd_norm2(n, w);
    return lgd_times(l1, lgd_norm1(n, w)) + lgd_times(lgd_times(0.5 * l2, norm), norm);
}

static double value(const void *ctx, size_t n, const double *w)
{
    const strengths *s = ctx;
    return lgd_elastic_value(s->l1, s->l2, n, w);
}

/* soft(w_j, eta_j l1) / (1 + eta_j l2) */
static lgd_status prox(const void *ctx, size_t n, double eta, const double *eta_each, double *w, double *work)
{
    const strengths *s = ctx;
    (void)work;
    for (size_t j = 0; j < n; j++) {
        const double rate = eta_each ? eta_each[j] : eta;
        if (rate > 0)
            w[j] = lgd_elastic_prox(s->l1, s->l2, rate, w[j]);
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
        sum += beyond * (beyond / s->l2); /* a square could leave the range of numbers where this does not */
    }
    return sum / 2;
}

static void strengths_of(const void *ctx, size_t n, double *l1)
{
    for (size_t j = 0; j < n; j++)
        l1[j] = ((const strengths *)ctx)->l1;
}

static void coordinates(const void *ctx, size_t n, double *l1, double *l2, double *lower, double *upper)
{
    for (size_t j = 0; j < n; j++) {
        l1[j] = ((const strengths *)ctx)->l1;
        l2[j] = ((const strengths *)ctx)->l2;
        lower[j] = -INFINITY;
        upper[j] = INFINITY;
    }
}

static int describe(const void *ctx, char *text, size_t size)
{
    const strengths *s = ctx;
    lgd_words t = {text, size, 0};
    lgd_say_number(&t, s->l1);
    lgd_say(&t, " |w|_1");
    if (s->l2 > 0) {
        lgd_say(&t, " + ");
        lgd_say_number(&t, s->l2);
        lgd_say(&t, "/2 |w|^2");
    }
    return (int)t.length;
}

static lgd_status create(lgd_penalty **out, const char *name, const char *first, strengths s)
{
    const lgd_penalty_ops ops = {.name = name,
                                 .flags = LGD_SEPARABLE | (isinf(s.l1) || isinf(s.l2) ? LGD_CONSTRAINT : 0),
                                 .value = value,
                                 .prox = prox,
                                 .conjugate = conjugate,
                                 .l1 = s.l2 == 0 ? strengths_of : NULL,
                                 .coordinates = coordinates,
                                 .describe = describe};
    lgd_status status = lgd_penalty_strength(name, first, s.l1);
    if (!status)
        status = lgd_penalty_strength(name, "l2", s.l2);
    if (out)
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
