/* Methods whose point to use is another than w, and those that find their own rate. */
#include "optimizers.h"
#include "lgd/optimizers.h"

/* A row whose point to use is not w. */
#define AVERAGED(words, function, point, ...)                                                                          \
    {                                                                                                                  \
        .text = words, .tolerance = 1e-13, .step = function, .result = point, .options = __VA_ARGS__                   \
    }

/* Polyak and Juditsky (1992): x is the mean of the points from some step on. Rate and share are those of PyTorch. */
static real asgd(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_asgd_options *o = options;
    real lr = o->lr * factor, past = (real)t - 1;
    real eta = lr / powl(1 + o->lambd * lr * past, o->alpha), averaged = past - o->t0;
    w = w - o->lambd * eta * w - eta * g;
    s[0] = averaged > 1 ? ((averaged - 1) * s[0] + w) / averaged : w;
    return w;
}

static real asgd_point(const void *options, unsigned t, real w, const real *s)
{
    (void)options, (void)t, (void)w;
    return s[0];
}

/* Defazio et al. (2024): the three sequences as they are written, y = w. */
enum { X, Z, SQUARES, LARGEST, WEIGHTS };

static real schedule_free(unsigned t, real rate, real beta, real power, real d, real *s)
{
    s[LARGEST] = fmaxl(s[LARGEST], rate);
    real weight = powl(t, power) * s[LARGEST] * s[LARGEST];
    s[WEIGHTS] += weight;
    real c = weight / s[WEIGHTS];
    s[Z] -= rate * d;
    s[X] = (1 - c) * s[X] + c * s[Z];
    return (1 - beta) * s[Z] + beta * s[X];
}

static real schedule_free_sgd(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_schedule_free_sgd_options *o = options;
    if (t == 1)
        s[X] = s[Z] = w;
    return schedule_free(t, o->lr * factor, o->beta, o->power, g + o->weight_decay * w, s);
}

static real schedule_free_adamw(const void *options, unsigned t, real factor, real w, real g, real *s)
{
    const lgd_schedule_free_adamw_options *o = options;
    real beta2 = o->beta2, rate = o->lr * factor * sqrtl(1 - powl(beta2, t));
    if (t == 1)
        s[X] = s[Z] = w;
    s[SQUARES] = beta2 * s[SQUARES] + (1 - beta2) * g * g;
    real root = sqrtl(s[SQUARES]) + o->eps, quotient = root > 0 ? g / root : 0;
    return schedule_free(t, rate, o->beta, o->power, quotient + o->weight_decay * w, s);
}

static real schedule_free_point(const void *options, unsigned t, real w, const real *s)
{
    (void)options, (void)t, (void)w;
    return s[X];
}

/* Mishchenko and Defazio (2023), Algorithm 4, and what the authors' program has beyond it. */
static void prodigy(const void *options, unsigned t, real factor, real f, size_t dim, real *w, const real *g,
                    real (*s)[REFERENCE_STATE], real *common)
{
    enum { MEAN, SQUARE, SUM, START, D = 0, D_MAX, NUMERATOR };
    const lgd_prodigy_options *o = options;
    real beta1 = o->beta1, beta2 = o->beta2, beta3 = sqrtl(beta2), norm = 0, product = 0;
    (void)f;
    for (size_t j = 0; t == 1 && j < dim; j++)
        s[j][START] = w[j];
    if (t == 1)
        common[D] = common[D_MAX] = o->d0;
    real d = common[D], eta = d * o->lr * factor;
    if (o->bias_correction)
        eta *= sqrtl(1 - powl(beta2, t)) / (1 - powl(beta1, t));
    for (size_t j = 0; j < dim; j++) {
        s[j][MEAN] = beta1 * s[j][MEAN] + (1 - beta1) * d * g[j];
        s[j][SQUARE] = beta2 * s[j][SQUARE] + (1 - beta2) * d * d * g[j] * g[j];
        s[j][SUM] = beta3 * s[j][SUM] + d / o->d0 * eta * g[j];
        product += g[j] * (s[j][START] - w[j]);
        norm += fabsl(s[j][SUM]);
    }
    common[NUMERATOR] = beta3 * common[NUMERATOR] + d / o->d0 * eta * product;
    if (norm == 0)
        return;
    real found = o->coef * common[NUMERATOR] / norm;
    if (d == o->d0)
        d = fmaxl(d, found);
    common[D_MAX] = fmaxl(common[D_MAX], found);
    common[D] = fminl(common[D_MAX], d * o->growth);
    for (size_t j = 0; j < dim; j++) {
        w[j] -= eta * o->weight_decay * w[j];
        real root = sqrtl(s[j][SQUARE]) + common[D] * o->eps;
        w[j] -= root > 0 ? eta * s[j][MEAN] / root : 0;
    }
}

#define PRODIGY(words, ...)                                                                                            \
    {                                                                                                                  \
        .text = words, .tolerance = 1e-13, .whole = prodigy, .options = &(const lgd_prodigy_options)__VA_ARGS__        \
    }

const reference averaging_references[] = {
    {.text = "asgd",
     .trace = "asgd",
     .tolerance = 1e-13,
     .step = asgd,
     .result = asgd_point,
     .result_trace = "asgd",
     .options = &(const lgd_asgd_options){.lr = 0.01, .lambd = 1e-4, .alpha = 0.75, .t0 = 1e6}},
    {.text = "asgd:lr=0.02,lambd=0.05,alpha=0.6,t0=8",
     .trace = "asgd_early",
     .tolerance = 1e-13,
     .step = asgd,
     .result = asgd_point,
     .result_trace = "asgd_early_average",
     .options = &(const lgd_asgd_options){.lr = 0.02, .lambd = 0.05, .alpha = 0.6, .t0 = 8}},
    AVERAGED("schedule_free_sgd", schedule_free_sgd, schedule_free_point,
             &(const lgd_schedule_free_sgd_options){.lr = 1, .beta = 0.9}),
    AVERAGED("schedule_free_sgd:lr=0.3,beta=0.05,power=1,weight_decay=0.1", schedule_free_sgd, schedule_free_point,
             &(const lgd_schedule_free_sgd_options){.lr = 0.3, .beta = 0.05, .power = 1, .weight_decay = 0.1}),
    AVERAGED("schedule_free_adamw", schedule_free_adamw, schedule_free_point,
             &(const lgd_schedule_free_adamw_options){.lr = 0.0025, .beta = 0.9, .beta2 = 0.999, .eps = 1e-8}),
    AVERAGED("schedule_free_adamw:lr=0.05,beta=1,beta2=0.9,power=2.5,weight_decay=0.1", schedule_free_adamw,
             schedule_free_point,
             &(const lgd_schedule_free_adamw_options){
                 .lr = 0.05, .beta = 1, .beta2 = 0.9, .eps = 1e-8, .power = 2.5, .weight_decay = 0.1}),
    PRODIGY("prodigy", {.lr = 1, .beta1 = 0.9, .beta2 = 0.999, .d0 = 1e-6, .coef = 1, .growth = 1e100, .eps = 1e-8}),
    PRODIGY("prodigy:lr=0.5,beta1=0,beta2=0.99,d0=1e-4,coef=2,growth=1.02,weight_decay=0.1,bias_correction=true",
            {.lr = 0.5,
             .beta2 = 0.99,
             .d0 = 1e-4,
             .coef = 2,
             .growth = 1.02,
             .eps = 1e-8,
             .weight_decay = 0.1,
             .bias_correction = true}),
    {0},
};

/* ---- in double */

static void scalar_asgd(const void *options, uint64_t t, double factor, double g, double *w, double *mean)
{
    const lgd_asgd_options *o = options;
    const double lr = mul(o->lr, factor), before = (double)(t - 1);
    const double eta = lr / pow(1 + mul(mul(o->lambd, lr), before), o->alpha), mu = 1 / fmax(1, before - o->t0);
    *w = mul(1 - mul(o->lambd, eta), *w) - mul(eta, g);
    mean[0] = mu == 1 ? *w : mean[0] + mul(mu, *w - mean[0]);
}

/* s: z, v, the largest rate, the sum of the weights in units of the last */
static void scalar_schedule_free(uint64_t t, double eta, double beta, double power, double d, double *w, double *s)
{
    const double largest = fmax(s[2], eta), grown = s[2] / largest, last = (double)t;
    s[3] = 1 + mul(mul(s[3], mul(grown, grown)), pow((last - 1) / last, power));
    s[2] = largest;
    const double c = 1 / s[3], k = 1 - mul(beta, 1 - c);
    *w -= mul(c, *w - s[0]) + mul(k, d);
    s[0] -= d;
}

static void scalar_schedule_free_sgd(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_schedule_free_sgd_options *o = options;
    const double eta = mul(o->lr, factor);
    s[0] = t == 1 ? *w : s[0];
    scalar_schedule_free(t, eta, o->beta, o->power, mul(eta, g + mul(o->weight_decay, *w)), w, s);
}

static void scalar_schedule_free_adamw(const void *options, uint64_t t, double factor, double g, double *w, double *s)
{
    const lgd_schedule_free_adamw_options *o = options;
    const double eta = mul(mul(o->lr, factor), sqrt(power_rest(o->beta2, t)));
    s[0] = t == 1 ? *w : s[0];
    s[1] = mul(o->beta2, s[1]) + mul(1 - o->beta2, mul(g, g));
    const double d = mul(eta, g / (sqrt(s[1]) + o->eps) + mul(o->weight_decay, *w));
    scalar_schedule_free(t, eta, o->beta, o->power, d, w, s);
}

const scalar_reference averaging_scalars[] = {
    {"asgd", scalar_asgd, 8},
    {"schedule_free_sgd", scalar_schedule_free_sgd, 8},
    {"schedule_free_adamw", scalar_schedule_free_adamw, 16},
    {"prodigy", NULL, 32},
    {0},
};
