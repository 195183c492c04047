/* The loops over sparse rows, for indices of 32 and 64 bits and values of double and single precision. */
#include "csr.h"
#include <math.h>

/* Before a loop over numbers of a row: no two of them are in one column. */
#if defined(__clang__)
#define LGD_APART _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define LGD_APART _Pragma("GCC ivdep")
#else
#define LGD_APART
#endif

typedef double four __attribute__((vector_size(32)));
#define LGD_UNROLL _Pragma("GCC unroll 4")

#define INDEX int32_t
#define VALUE double
#define COLUMNS column
#define VALUES value
#define NAME(word) int32_double_##word
#include "csr_loops.h"

#define INDEX int32_t
#define VALUE float
#define COLUMNS column
#define VALUES value_f32
#define NAME(word) int32_float_##word
#include "csr_loops.h"

#define INDEX int64_t
#define VALUE double
#define COLUMNS column_i64
#define VALUES value
#define NAME(word) int64_double_##word
#include "csr_loops.h"

#define INDEX int64_t
#define VALUE float
#define COLUMNS column_i64
#define VALUES value_f32
#define NAME(word) int64_float_##word
#include "csr_loops.h"

const lgd_csr_loops *const lgd_csr_loops_of[2][2] = {{&int32_double_loops, &int32_float_loops},
                                                     {&int64_double_loops, &int64_float_loops}};
