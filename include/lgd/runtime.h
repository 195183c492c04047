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

/* One line about the loaded library: version, compiler, the kind of processor, which BLAS and LAPACK are
 * really in use (file and configuration), and how its threads are held. Valid until the next call in this thread. */
LGD_API const char *lgd_build_info(void);

/* What the last bits of a result depend on beside what was asked for: the kind of processor ("x86-64-v4", "x86-64-v3", "aarch64" ..),
 * the loops of the library that were chosen for it, and the BLAS as it names itself, in one line. Where two runs of one build, with
 * the same files of BLAS, LAPACK and the C library, have the same line, they have the same bits. Valid as long as the library is loaded. */
LGD_API const char *lgd_machine(void);

/* Compares the loaded BLAS and LAPACK with plain loops on 200 small random cases of gemv and gemm in both directions,
 * and a Cholesky solve; then holds BLAS to one thread and looks whether that took. Below 50 ms.
 * LGD_EUNSUPPORTED names the routine, the shape and the two values that differ. */
LGD_API lgd_status lgd_selftest(void);

/* How fast this machine reads memory, in bytes a second, by so many threads (0: as a run has them; 1024 at most): the limit of everything
 * that reads its data once. The best of 1, 4, 8 and 16 streams at distant addresses, three times each, over 256 MiB, or a sixteenth of the
 * memory if that is less; then freed. Measured once for each number of threads, in a third of a second, and remembered as long as
 * the process lives; what else runs meanwhile makes it less. NaN where there is no memory for it. */
LGD_API double lgd_streaming_rate(size_t threads);

/* Seconds of one such read of x[count], by 1, 4, 8 or 16 streams (the largest of them up to `streams`) in each of so many threads. For a
 * rate beside other times of the same rounds. 0 for NULL. */
LGD_API double lgd_stream_read(const double *x, size_t count, size_t streams, size_t threads);

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
