/* What follows the sums of a layer, and its slope, over arrays of `real`: included by mlp.c once it knows what that is. */
#include "base/elementary.h"

#ifdef LGD_MLP_SINGLE
#define REAL(name) name##f
#else
#define REAL(name) name
#endif
#define either REAL(lgd_either)

/* Does the value a = act(z) not tell the slope? Then that is kept beside it. */
static bool keeps_slope(lgd_activation activation)
{
    return activation == LGD_GELU || activation == LGD_SOFTPLUS;
}

/* ---- A = act(A). A NaN stays one: it is what shows that a run has diverged. */

#define FORWARD(name, value)                                                                                           \
    LGD_WIDE static void name(size_t n, real *restrict A)                                                              \
    {                                                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < n; i++)                                                             \
        {                                                                                                              \
            const real z = A[i];                                                                                       \
            A[i] = (value);                                                                                            \
        }                                                                                                              \
    }

FORWARD(relu, either(z < 0, 0, z))
FORWARD(leaky_relu, either(z < 0, (real)0.01 * z, z))
FORWARD(sigmoid, REAL(lgd_sigmoid)(z))
FORWARD(tangent, REAL(lgd_tanh)(z))

/* a = z Phi(z), s = Phi(z) + z phi(z) */
static void gelu(size_t n, real *restrict A, real *restrict S)
{
    const real root_half = (real)0.70710678118654752440, norm = (real)0.39894228040143267794; /* 1/sqrt(2 pi) */
    for (size_t i = 0; i < n; i++) {
        const real z = A[i], Phi = REAL(erfc)(-z * root_half) / 2;
        A[i] = z * Phi;
        S[i] = Phi + z * norm * REAL(lgd_exp)(-z * z / 2);
    }
}

LGD_WIDE static void softplus(size_t n, real *restrict A, real *restrict S)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const real z = A[i], e = REAL(lgd_exp)(-REAL(fabs)(z));
        A[i] = either(z < 0, 0, z) + (real)lgd_log1p((double)e);
        S[i] = either(z < 0, e, 1) / (1 + e);
    }
}

/* S only of those that keep their slope. */
static void activate(lgd_activation activation, size_t n, real *A, real *S)
{
    switch (activation) {
    case LGD_RELU:
        relu(n, A);
        break;
    case LGD_IDENTITY:
        break;
    case LGD_SIGMOID:
        sigmoid(n, A);
        break;
    case LGD_TANH:
        tangent(n, A);
        break;
    case LGD_LEAKY_RELU:
        leaky_relu(n, A);
        break;
    case LGD_GELU:
        gelu(n, A, S);
        break;
    case LGD_SOFTPLUS:
        softplus(n, A, S);
        break;
    }
}

/* ---- back: with E [rows x n] the derivatives e by the values a, A becomes those by the sums, D = E act'(z), and db += its column sums.
 * `slope` is e act'(z) where the value tells act'. */

#define BACK(name, slope)                                                                                              \
    LGD_WIDE static void name##_back(size_t rows, size_t n, const real *restrict E, real *restrict A,                  \
                                     double *restrict db)                                                              \
    {                                                                                                                  \
        for (size_t i = 0; i < rows; i++, A += n, E += n)                                                              \
            _Pragma("omp simd") for (size_t c = 0; c < n; c++)                                                         \
            {                                                                                                          \
                const real a = A[c], e = E[c], d = (slope);                                                            \
                (void)a;                                                                                               \
                A[c] = d;                                                                                              \
                db[c] += (double)d;                                                                                    \
            }                                                                                                          \
    }                                                                                                                  \
    LGD_WIDE static void name##_slopes(size_t n, const real *restrict A, real *restrict S)                             \
    {                                                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < n; i++)                                                             \
        {                                                                                                              \
            const real a = A[i], e = 1;                                                                                \
            (void)a;                                                                                                   \
            S[i] = (slope);                                                                                            \
        }                                                                                                              \
    }

BACK(relu, either(a > 0, e, 0))
BACK(leaky_relu, either(a > 0, e, (real)0.01 * e))
BACK(sigmoid, e *(a *(1 - a)))
BACK(tangent, e *(1 - a * a))
BACK(identity, e)

/* The same with slopes S that were kept. */
LGD_WIDE static void kept_back(size_t rows, size_t n, const real *restrict E, const real *restrict S, real *restrict A,
                               double *restrict db)
{
    for (size_t i = 0; i < rows; i++, A += n, E += n, S += n)
#pragma omp simd
        for (size_t c = 0; c < n; c++) {
            const real d = E[c] * S[c];
            A[c] = d;
            db[c] += (double)d;
        }
}

/* By the value, in the order of lgd_activation. */
static const struct by_value {
    void (*back)(size_t rows, size_t n, const real *E, real *A, double *db);
    void (*slopes)(size_t n, const real *A, real *S);
} by_value[] = {
    [LGD_RELU] = {relu_back, relu_slopes},
    [LGD_IDENTITY] = {identity_back, identity_slopes},
    [LGD_SIGMOID] = {sigmoid_back, sigmoid_slopes},
    [LGD_TANH] = {tangent_back, tangent_slopes},
    [LGD_LEAKY_RELU] = {leaky_relu_back, leaky_relu_slopes},
};
