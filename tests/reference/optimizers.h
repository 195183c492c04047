/* Every optimizer twice more, each family in a file of its own:
 *
 * - in long double and in the plainest way, from the formulas of the papers that the headers cite; the library must agree
 *   with it to a tolerance;
 * - in double, one coordinate at a time, in the order of operations that the formulas of the headers show; the library must
 *   have its bits.
 *
 * They share the options structs with the library, and nothing else. */
#ifndef LGD_TESTS_REFERENCE_OPTIMIZERS_H
#define LGD_TESTS_REFERENCE_OPTIMIZERS_H
#include <math.h>
#include <stddef.h>
#include <stdint.h>

typedef long double real;

/* The last place of a state is not the method's: where w is a difference of larger numbers, a reference leaves their size
 * there, so that their rounding is not held against w. */
enum { REFERENCE_STATE = 7, REFERENCE_SIZE = REFERENCE_STATE - 1 };

/* The next w of one coordinate. `s` is its state, zero before t = 1; `factor` is what a schedule multiplies the rate by. */
typedef real reference_step(const void *options, unsigned t, real factor, real w, real g, real s[REFERENCE_STATE]);

/* Where coordinates interact: the next w[dim], given the value f too. s[dim] are the coordinates' states, common[] what they
 * share, both zero before t = 1. */
typedef void reference_whole(const void *options, unsigned t, real factor, real f, size_t dim, real *w, const real *g,
                             real (*s)[REFERENCE_STATE], real common[REFERENCE_STATE]);

/* The point to use, of a method that has one of its own: one coordinate of it. */
typedef real reference_result(const void *options, unsigned t, real w, const real s[REFERENCE_STATE]);

typedef struct reference {
    const char *text;  /* for lgd_optimizer_parse */
    const char *trace; /* the trace in traces.h with the same formula, or NULL */
    double tolerance;  /* of 1000 steps fed the same gradients */
    reference_step *step;
    const void *options;    /* what the text stands for, every preset spelt out */
    reference_whole *whole; /* instead of step */
    reference_result *result;
    const char *result_trace; /* that of the point to use */
} reference;

/* A row whose other members are NULL; the last argument, &(const lgd_..._options){...}, has commas. */
#define REFERENCE(words, recorded, within, function, ...)                                                              \
    {                                                                                                                  \
        .text = words, .trace = recorded, .tolerance = within, .step = function, .options = __VA_ARGS__                \
    }

/* The same for methods whose coordinates interact, and which no trace records. */
#define REFERENCE_WHOLE(words, within, function, ...)                                                                  \
    {                                                                                                                  \
        .text = words, .tolerance = within, .whole = function, .options = __VA_ARGS__                                  \
    }

/* Tables, each ended by a NULL text. */
extern const reference descent_references[], adaptive_references[], adam_references[], averaging_references[];
static const reference *const reference_families[] = {descent_references, adaptive_references, adam_references,
                                                      averaging_references};
enum { REFERENCE_FAMILIES = sizeof reference_families / sizeof *reference_families };

/* One step in double: moves *w by g. `state` is zero before t = 1. */
typedef void scalar_step(const void *options, uint64_t t, double factor, double g, double *w,
                         double state[REFERENCE_STATE]);

typedef struct scalar_reference {
    const char *name;
    scalar_step *step; /* NULL where coordinates interact */
    size_t bytes;      /* of state per coordinate, with presets */
} scalar_reference;

/* Tables, each ended by a NULL name. */
extern const scalar_reference descent_scalars[], adaptive_scalars[], adam_scalars[], averaging_scalars[];
static const scalar_reference *const scalar_families[] = {descent_scalars, adaptive_scalars, adam_scalars,
                                                          averaging_scalars};

/* A product that no compiler contracts into an FMA. */
static inline double mul(double a, double b)
{
    volatile double product = a * b;
    return product;
}

/* 1 - beta^t */
static inline double power_rest(double beta, uint64_t t)
{
    return beta == 0 ? 1 : -expm1(mul((double)t, log(beta)));
}

#endif
