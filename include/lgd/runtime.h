/* The library itself: its version and build, its memory, its random order, and a test of the BLAS below it. */
#ifndef LGD_RUNTIME_H
#define LGD_RUNTIME_H
#include "status.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Version of these headers, as text and as a number to compare. */
#define LGD_VERSION "0.1.0"
#define LGD_VERSION_NUMBER 100 /* major*10000 + minor*100 + patch */

/* Version of the loaded library, as LGD_VERSION_NUMBER; compare to find a header that does not belong to it. */
LGD_API int lgd_version(void);

/* One line about the loaded library: version, compiler, parallel loops, which BLAS and LAPACK are really in use (file
 * and configuration), and how its threads are held. Valid until the next call in this thread. */
LGD_API const char *lgd_build_info(void);

/* Compares the loaded BLAS and LAPACK with plain loops on 200 small random cases of gemv and gemm in both directions,
 * and a Cholesky solve; then holds BLAS to one thread and looks whether that took. Below 50 ms.
 * LGD_EUNSUPPORTED names the routine, the shape and the two values that differ. */
LGD_API lgd_status lgd_selftest(void);

/* Where the library gets its memory. allocate returns `size` bytes aligned to `alignment` (a power of two), or NULL;
 * release takes what allocate gave; ctx is handed to both. Both may be called from several threads at once. NULL, or a
 * NULL function, restores the default (aligned_alloc and free). Process-wide: set it before the first object is made, and
 * not while any object lives. */
typedef struct lgd_memory {
    void *(*allocate)(void *ctx, size_t size, size_t alignment); /* NULL if there is no more */
    void (*release)(void *ctx, void *memory);                    /* memory is not NULL */
    void *ctx;                                                   /* yours */
} lgd_memory;
LGD_API void lgd_set_memory(const lgd_memory *memory);

/* The order in which one epoch visits `count` rows: index[0..count-1] becomes the permutation that belongs to
 * (seed, epoch), the same on every platform. Philox4x32-10 (Salmon et al. 2011) drives a Fisher-Yates shuffle.
 * O(count).
 */
LGD_API void lgd_permutation(uint64_t seed, uint64_t epoch, size_t count, size_t *index);

/* Uniform numbers in [0, 1), reproducible and without state: x[i] belongs to (seed, first + i). */
LGD_API void lgd_uniform(uint64_t seed, uint64_t first, size_t count, double *x);

#ifdef __cplusplus
}
#endif
#endif
