/* lib/base/elementary.h: how far each function is from long double over its whole range, its ends, and that an array has the bits of
 * its elements, whatever the width. */
#include "problems.h"
#include "base/elementary.h"

enum { POINTS = 40000 };

/* Of a float, or of a double, the distance to the next one at |expected|, as small as that of denormal ones. */
static real last_place(real expected, bool single)
{
    int exponent;
    frexpl(expected, &exponent);
    const int digits = single ? FLT_MANT_DIG : DBL_MANT_DIG, least = single ? FLT_MIN_EXP : DBL_MIN_EXP;
    return ldexpl(1, (exponent < least ? least : exponent) - digits);
}

static real exp_minusl(real x)
{
    return expl(-x);
}

static real softly(real x)
{
    return 1 / (1 + expl(-x));
}

/* For every width that this processor may be taken for: plain, AVX2, AVX-512. */
#if defined(__GNUC__) && defined(__x86_64__)
#define FOR_AVX2 __attribute__((target("avx2")))
#define FOR_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw")))
static bool has(size_t width)
{
    if (width == 2)
        return __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512bw");
    return width == 0 || __builtin_cpu_supports("avx2");
}
#else
#define FOR_AVX2
#define FOR_AVX512
static bool has(size_t width)
{
    return width == 0;
}
#endif
enum { WIDTHS = 3 };

#define OF_ARRAY(name, type, call)                                                                                     \
    static void name##_plain(size_t n, const type *x, type *to)                                                        \
    {                                                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < n; i++) to[i] = call(x[i]);                                         \
    }                                                                                                                  \
    FOR_AVX2 static void name##_avx2(size_t n, const type *x, type *to)                                                \
    {                                                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < n; i++) to[i] = call(x[i]);                                         \
    }                                                                                                                  \
    FOR_AVX512 static void name##_avx512(size_t n, const type *x, type *to)                                            \
    {                                                                                                                  \
        _Pragma("omp simd") for (size_t i = 0; i < n; i++) to[i] = call(x[i]);                                         \
    }                                                                                                                  \
    static void (*const name##_all[WIDTHS])(size_t n, const type *x, type *to) = {name##_plain, name##_avx2,           \
                                                                                  name##_avx512};                      \
    static double name##_one(double x)                                                                                 \
    {                                                                                                                  \
        return (double)call((type)x);                                                                                  \
    }
OF_ARRAY(exp, double, lgd_exp)
OF_ARRAY(exp_minus, double, lgd_exp_minus)
OF_ARRAY(expm1, double, lgd_expm1)
OF_ARRAY(log1p, double, lgd_log1p)
OF_ARRAY(log1p_unit, double, lgd_log1p_unit)
OF_ARRAY(sigmoid, double, lgd_sigmoid)
OF_ARRAY(tanh, double, lgd_tanh)
OF_ARRAY(expf, float, lgd_expf)
OF_ARRAY(sigmoidf, float, lgd_sigmoidf)
OF_ARRAY(tanhf, float, lgd_tanhf)

/* Arguments from low to high evenly, and of every size down to 2^-small of the wider end. `ulps` is what the header states. */
static const struct {
    const char *name;
    double (*one)(double x);
    void (*const *all)(size_t n, const double *x, double *to);
    void (*const *allf)(size_t n, const float *x, float *to);
    real (*reference)(real x);
    double low, high, small, ulps;
} functions[] = {
    {"exp", exp_one, exp_all, NULL, expl, -746, 709.78, 60, 0.8},
    {"exp_minus", exp_minus_one, exp_minus_all, NULL, exp_minusl, 0, 746, 60, 0.8},
    {"expm1", expm1_one, expm1_all, NULL, expm1l, -40, 700, 1000, 1.1},
    {"log1p", log1p_one, log1p_all, NULL, log1pl, 0, 4, 1000, 0.9},
    {"log1p_unit", log1p_unit_one, log1p_unit_all, NULL, log1pl, 0, 1, 1074, 0.9},
    {"log1p of what is large", log1p_one, log1p_all, NULL, log1pl, 0, DBL_MAX, 2000, 0.9},
    {"sigmoid", sigmoid_one, sigmoid_all, NULL, softly, -745, 40, 60, 2.3},
    {"tanh", tanh_one, tanh_all, NULL, tanhl, -25, 25, 1070, 2.2},
    {"expf", expf_one, NULL, expf_all, expl, -104, 88.7, 40, 0.8},
    {"sigmoidf", sigmoidf_one, NULL, sigmoidf_all, softly, -104, 20, 40, 2.4},
    {"tanhf", tanhf_one, NULL, tanhf_all, tanhl, -12, 12, 145, 2.4},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static double uniform(uint64_t seed, size_t f, size_t i)
{
    return (double)(lgd_random(seed, LGD_STREAM_UNIFORM, f, i) >> 11) * 0x1p-53;
}

static double argument(size_t f, size_t i)
{
    const double low = functions[f].low, high = functions[f].high;
    const double even = uniform(1, f, i), x = low + even * (high - low); /* high - low may be DBL_MAX */
    const double sign = low < 0 && uniform(2, f, i) < 0.5 ? -1 : 1, end = sign < 0 ? -low : high;
    const double any = sign * ldexp(end, -(int)(even * functions[f].small)) * (0.5 + 0.5 * uniform(3, f, i));
    return functions[f].allf ? (double)(float)(i % 2 ? x : any) : i % 2 ? x : any;
}

START_TEST(elementary_whole_range_within_the_stated_ulps)
{
    const bool single = functions[_i].allf;
    real largest = 0;
    double at = 0;
    for (size_t i = 0; i < POINTS; i++) {
        const double x = argument((size_t)_i, i);
        const real expected = functions[_i].reference(x);
        const real error = fabsl(functions[_i].one(x) - expected) / last_place(expected, single);
        if (!(error <= largest) && !isnan(largest)) /* what is no number stays */
            largest = error, at = x;
    }
    ck_assert_msg(largest <= functions[_i].ulps, "%s(%.17g) is %.3Lf units of the last place off, at most %g is stated",
                  functions[_i].name, at, largest, functions[_i].ulps);
}
END_TEST

START_TEST(elementary_arrays_bits_of_their_elements_at_every_width)
{
    enum { LONGEST = 37 };
    for (size_t width = 0; width < WIDTHS; width++)
        for (size_t first = 0; first < 4 && has(width); first++)
            for (size_t n = 0; first + n <= LONGEST; n++) {
                double x[LONGEST], y[LONGEST];
                float xf[LONGEST], yf[LONGEST];
                for (size_t i = 0; i < LONGEST; i++)
                    xf[i] = (float)(x[i] = argument((size_t)_i, i + n));
                if (functions[_i].all)
                    functions[_i].all[width](n, x + first, y + first);
                else
                    functions[_i].allf[width](n, xf + first, yf + first);
                for (size_t i = first; i < first + n; i++)
                    ck_assert((functions[_i].all ? y[i] : (double)yf[i]) == functions[_i].one(x[i]));
            }
}
END_TEST

START_TEST(elementary_ends_as_libm)
{
    static const double ends[] = {709.782712893384,
                                  709.7827128933841,
                                  -745.1332191019411,
                                  -745.1332191019412,
                                  -745.13321910194122,
                                  -745.14,
                                  -746,
                                  -1000,
                                  1000,
                                  DBL_MAX,
                                  -DBL_MAX,
                                  INFINITY,
                                  -INFINITY,
                                  0,
                                  -0.0,
                                  5e-324};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const double x = ends[i];
        ck_assert_msg(lgd_exp(x) == exp(x) || fabs(x) < 710, "exp(%.17g) is %g", x, lgd_exp(x));
        ck_assert(x < 0 || lgd_exp_minus(x) == lgd_exp(-x));
        ck_assert_msg(isfinite(lgd_exp(x)) == isfinite(exp(x)), "exp(%.17g) is %g", x, lgd_exp(x));
        ck_assert_msg((lgd_exp(x) == 0) == (exp(x) == 0), "exp(%.17g) is %g", x, lgd_exp(x));
        ck_assert(fabs(x) < 40 || lgd_tanh(x) == tanh(x));
        ck_assert(fabs(x) < 800 || lgd_sigmoid(x) == (x > 0));
        const float single = (float)x;
        ck_assert(fabs(x) < 104 || lgd_expf(single) == expf(single));
        ck_assert(fabs(x) < 20 || lgd_tanhf(single) == tanhf(single));
        ck_assert(fabs(x) < 110 || lgd_sigmoidf(single) == (float)(x > 0));
    }
    ck_assert(lgd_exp(0) == 1 && lgd_exp(-0.0) == 1 && lgd_expf(0) == 1);
    ck_assert(lgd_expm1(0) == 0 && lgd_log1p(0) == 0 && lgd_sigmoid(0) == 0.5 && lgd_sigmoidf(-0.0F) == 0.5F);
    ck_assert(lgd_tanh(0) == 0 && !signbit(lgd_tanh(0)) && lgd_tanh(-0.0) == 0 && signbit(lgd_tanh(-0.0)));
    ck_assert(lgd_tanhf(-0.0F) == 0 && signbit(lgd_tanhf(-0.0F)));
    ck_assert(lgd_tanh(5e-324) == 5e-324 && lgd_tanhf(1e-45F) == 1e-45F && lgd_log1p(5e-324) == 5e-324);
    ck_assert(lgd_log1p_unit(0) == 0 && lgd_log1p_unit(5e-324) == 5e-324 && lgd_log1p_unit(1) == log1p(1));
    ck_assert(lgd_exp_minus(-0.0) == 1 && lgd_exp_minus(745.1332191019411) == 5e-324);
    ck_assert_double_infinite(lgd_log1p(INFINITY));
    ck_assert(expf(88.722839F) == INFINITY && lgd_expf(88.722839F) == INFINITY && isfinite(lgd_expf(88.72283F)));
}
END_TEST

START_TEST(elementary_nan_stays)
{
    for (size_t f = 0; f < FUNCTIONS; f++)
        ck_assert_double_nan(functions[f].one(NAN));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("elementary");
    TCase *all = tcase_create("elementary_functions");
    tcase_add_loop_test(all, elementary_whole_range_within_the_stated_ulps, 0, FUNCTIONS);
    tcase_add_loop_test(all, elementary_arrays_bits_of_their_elements_at_every_width, 0, FUNCTIONS);
    suite_add_tcase(s, all);
    CASE(s, elementary_ends_as_libm);
    CASE(s, elementary_nan_stays);
    return suite_run(s);
}
