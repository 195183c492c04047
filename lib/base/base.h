/* What every layer stands on: failures with a sentence, memory by one hook, counter-based random numbers, the parallel
 * loop, text in the C locale, checksums. Nothing here knows a matrix. What is marked LGD_API here is exported for the
 * libraries beside libgd, which come with it in the same version; it is no part of the public interface. */
#ifndef LGD_BASE_H
#define LGD_BASE_H
#include "lgd/runtime.h"
#include "lgd/status.h"
#include <string.h>

#ifdef __FAST_MATH__
#error "-ffast-math takes NaN and Inf for numbers that cannot occur; this library looks for them"
#endif

#if defined(__GNUC__)
#define LGD_PRINTF(a, b) __attribute__((format(printf, a, b)))
#else
#define LGD_PRINTF(a, b)
#endif

/* Before a function whose loop does the work: compiled for AVX2 too, and the loader takes what the machine has. What it calls
 * comes along only if it is LGD_INLINE. Static, since gcc exports the choice of any other whatever its visibility. More numbers at
 * once, the same operations: the bits do not change. LGD_WIDEST for AVX-512 as well, where arithmetic, not memory, is the limit. */
#ifdef LGD_AVX2
#define LGD_WIDE __attribute__((target_clones("avx2", "default")))
#define LGD_INLINE static inline __attribute__((always_inline))
#else
#define LGD_WIDE
#define LGD_INLINE static inline
#endif
#ifdef LGD_AVX512
#define LGD_WIDEST __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define LGD_WIDEST LGD_WIDE
#endif

/* Has bit 63 set if x is NaN or infinite, and only then: all bits of the exponent set, one more in the last place carries.
 * By bits, since arithmetic on such numbers would raise the host's floating-point flags; `bad |=` this over a loop costs
 * nothing where memory is the limit. */
static inline uint64_t lgd_not_finite(double x)
{
    const uint64_t exponent = UINT64_C(0x7FF) << 52, one = UINT64_C(1) << 52;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits & exponent) + one;
}

/* Asks for the cache line of an address that will soon be read. */
static inline void lgd_prefetch(const void *address)
{
#if defined(__GNUC__)
    __builtin_prefetch(address);
#else
    (void)address;
#endif
}

/* ---- failures (status.c) */

/* Sets this thread's last error and returns status: `return lgd_fail(LGD_EINVAL, "adam: lr is %g, ...", lr);`
 * Numbers are formatted in the C locale. */
LGD_API lgd_status lgd_fail(lgd_status status, const char *format, ...) LGD_PRINTF(2, 3);

/* snprintf in the C locale. */
void lgd_format(char *text, size_t size, const char *format, ...) LGD_PRINTF(3, 4);

/* How many failures this thread has had: tells whether a function of the caller's left a sentence of its own. */
unsigned lgd_error_count(void);

/* The failure of a function that may be the caller's: code as a status (LGD_EUSER if it is none), with a sentence if the
 * function left none since errors_before = lgd_error_count(). */
lgd_status lgd_failed_in(const char *object, const char *function, int code, unsigned errors_before);

/* LGD_EINVAL if size is 0 (unless zero_ok) or a converted negative number. */
LGD_API lgd_status lgd_check_size(const char *object, const char *quantity, size_t size, bool zero_ok);

/* Copies a caller's struct of from_size bytes over the library's of to_size: what the caller's header did not know yet
 * becomes 0, what ours does not know yet must be 0. from NULL: all zero. */
LGD_API lgd_status lgd_take_struct(const char *object, void *to, size_t to_size, const void *from, size_t from_size);

/* The same outwards: as much of ours as the caller's struct has room for; the rest of it becomes 0. to NULL: nothing.
 */
void lgd_give_struct(void *to, size_t to_size, const void *from, size_t from_size);

/* ---- text that grows (status.c, text.c) */

/* Text of `length` letters, as many of which are in to [size] as have room there beside the 0 that ends them. */
typedef struct lgd_words {
    char *to;
    size_t size, length;
} lgd_words;

/* Adds to it, in the C locale; a number with the fewest digits that read back as it is; what `describe` of a loss or penalty writes, its
 * name if that is NULL. */
void lgd_say(lgd_words *t, const char *format, ...) LGD_PRINTF(2, 3);
void lgd_say_number(lgd_words *t, double x);
void lgd_say_by(lgd_words *t, int (*describe)(const void *ctx, char *text, size_t size), const void *ctx,
                const char *name);

/* Where more of it goes, and how much there is room for. */
static inline char *lgd_words_rest(const lgd_words *t, size_t *size)
{
    *size = t->length < t->size ? t->size - t->length : 0;
    return *size ? t->to + t->length : NULL;
}

/* ---- memory (memory.c) */

/* count*size bytes, zeroed, aligned to 64; NULL with LGD_ENOMEM or LGD_ERANGE in last_error. count*size = 0 is legal.
 */
LGD_API void *lgd_alloc(const char *object, size_t count, size_t size);
LGD_API void lgd_release(void *memory);

/* a*b and a+b, or SIZE_MAX if they do not fit; SIZE_MAX is then refused by lgd_alloc. */
LGD_API size_t lgd_mul(size_t a, size_t b);
LGD_API size_t lgd_add(size_t a, size_t b);

/* dim rounded up to whole cache lines of doubles: the distance of vectors that share a block. */
static inline size_t lgd_padded(size_t dim)
{
    return (dim + 7) / 8 * 8;
}

/* Scratch blocks for ops that may be called by several threads: as many blocks as were ever needed at once, kept until
 * the pool is freed. */
typedef struct lgd_pool lgd_pool;
lgd_status lgd_pool_create(lgd_pool **out, const char *object);
void *lgd_pool_take(lgd_pool *pool, size_t bytes); /* not cleared; NULL with LGD_ENOMEM in last_error */
void lgd_pool_give(lgd_pool *pool, void *block);
void lgd_pool_free(lgd_pool *pool);

/* ---- random numbers (random.c) */

/* Philox4x32-10: the block of four words that belongs to a counter of 128 bits and a key of 64. */
void lgd_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Streams that share a seed and must not meet. */
enum { LGD_STREAM_UNIFORM, LGD_STREAM_ORDER, LGD_STREAM_DRAW, LGD_STREAM_DROPOUT, LGD_STREAM_BLOCKS };

/* 64 random bits for (seed, stream, a, b). */
uint64_t lgd_random(uint64_t seed, uint32_t stream, uint64_t a, uint64_t b);

/* `blocks` blocks of four 32-bit words for (seed, stream, a): those at b, b + 1, .. */
void lgd_random_words(uint64_t seed, uint32_t stream, uint64_t a, uint64_t b, size_t blocks, uint32_t *words);

/* A key for (a, b) where many are made and few are used: the finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t lgd_mix(uint64_t a, uint64_t b);

/* Fisher and Yates on index [count]: the i-th swap draws by the 64 bits of (seed, stream, a, b + i). */
void lgd_shuffle(uint64_t seed, uint32_t stream, uint64_t a, uint64_t b, size_t count, size_t *index);

/* A number below n, uniform to 2^-64 n. */
size_t lgd_random_below(uint64_t bits, size_t n);

/* ---- the parallel loop (parallel.c) */

/* body(ctx, i) for i = 0 .. count-1 on up to `threads` threads, in any order; all have returned when it returns. The
 * status (and last error) of the lowest i that failed. May be called by several threads at once, from within a body, and after a
 * fork; inside of a parallel region of OpenMP the caller is alone. */
lgd_status lgd_parallel(size_t count, size_t threads, lgd_status (*body)(void *ctx, size_t i), void *ctx);

/* wanted, or if that is 0 LGD_NUM_THREADS, OMP_NUM_THREADS, 1. Read from the environment at each call. */
size_t lgd_thread_count(size_t wanted);

/* ---- the processor (cpu.c) */

/* Its kind, "x86-64-v4" to "x86-64" by the levels of its instructions, "aarch64" .. */
const char *lgd_cpu_kind(void);

/* ---- text and bytes (text.c) */

/* strtod in the C locale, whatever the caller's locale is. */
double lgd_strtod(const char *text, char **end);

/* The nearest of the names to a misspelt one, or NULL if none is near. name(ctx, i) gives the i-th, NULL ends. */
LGD_API const char *lgd_nearest(const char *text, const char *(*name)(const void *ctx, size_t i), const void *ctx);

/* CRC-32C (Castagnoli) of bytes, continued from crc (0 to begin). */
uint32_t lgd_crc32c(uint32_t crc, const void *bytes, size_t size);

/* ---- vectors (vector.c): fixed order of operations, so fixed bits */

/* The sum of what eight lanes have summed up, lane l having every eighth number from the l-th on. */
enum { LGD_LANES = 8 };
LGD_INLINE double lgd_lanes(const double s[LGD_LANES])
{
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

double lgd_norm2(size_t n, const double *x);                       /* no overflow, no underflow to speak of */
double lgd_norm2_diff(size_t n, const double *x, const double *y); /* |x - y| */
double lgd_norm1(size_t n, const double *x);                       /* sum of |x_j| */
double lgd_dot(size_t n, const double *x, const double *y);
double lgd_dot_exact(size_t n, const double *x, size_t incx, const double *y); /* compensated (Dot2) */
size_t lgd_first_not_finite(size_t n, const double *x);                        /* n if all are finite */
double lgd_seconds(void);                                                      /* monotonic clock */

#endif
