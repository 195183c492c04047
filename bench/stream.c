/* How fast memory can be read: the limit of everything that reads X once. Several streams at distant addresses keep more
 * requests in flight than one. */
#include "bench.h"
#include <pthread.h>

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__)
#define WIDEST __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define WIDEST
#endif

/* A cache line. */
typedef uint64_t line __attribute__((vector_size(64), aligned(8), may_alias));
enum { WORDS = 8 };

/* All lines of all streams, folded so that no load can be left out. */
static inline __attribute__((always_inline)) uint64_t fold(const double *x, size_t count, size_t streams)
{
    line even = {0}, odd = {0};
    size_t each = count / streams / (2 * WORDS) * (2 * WORDS);
    for (size_t i = 0; i < each; i += 2 * WORDS)
        for (size_t s = 0; s < streams; s++) {
            even ^= *(const line *)(x + s * each + i);
            odd ^= *(const line *)(x + s * each + i + WORDS);
        }
    even ^= odd;
    uint64_t all = 0;
    for (size_t k = 0; k < WORDS; k++)
        all ^= even[k];
    return all;
}

/* The numbers of streams are constants, so that the inner loop is unrolled. */
WIDEST static uint64_t fold_1(const double *x, size_t count)
{
    return fold(x, count, 1);
}

WIDEST static uint64_t fold_4(const double *x, size_t count)
{
    return fold(x, count, 4);
}

WIDEST static uint64_t fold_8(const double *x, size_t count)
{
    return fold(x, count, 8);
}

WIDEST static uint64_t fold_16(const double *x, size_t count)
{
    return fold(x, count, 16);
}

typedef struct share {
    const double *x;
    size_t count, streams;
    uint64_t folded;
} share;

static void *read_share(void *ctx)
{
    share *s = ctx;
    s->folded = (s->streams == 1   ? fold_1
                 : s->streams == 4 ? fold_4
                 : s->streams == 8 ? fold_8
                                   : fold_16)(s->x, s->count);
    return NULL;
}

double stream_read(const double *x, size_t count, size_t streams, size_t threads)
{
    static volatile uint64_t sink; /* what was read counts for something, so that the reading is not left out */
    pthread_t other[MAX_STREAM_THREADS];
    share part[MAX_STREAM_THREADS];
    bool started[MAX_STREAM_THREADS] = {false};
    if (threads > MAX_STREAM_THREADS)
        threads = MAX_STREAM_THREADS;
    double begun = now();
    for (size_t t = threads; t-- > 0;) { /* the calling thread takes share 0, and any whose thread does not start */
        part[t] = (share){x + t * (count / threads), count / threads, streams, 0};
        started[t] = t && !pthread_create(&other[t], NULL, read_share, &part[t]);
        if (!started[t])
            read_share(&part[t]);
    }
    for (size_t t = 0; t < threads; t++) {
        if (started[t])
            pthread_join(other[t], NULL);
        sink ^= part[t].folded;
    }
    (void)sink;
    return now() - begun;
}
