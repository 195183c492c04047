/* How fast memory can be read, the limit of everything that reads its data once: several streams at distant addresses keep more
 * requests in flight than one, so the rate is that of the best number of them. */
#define _GNU_SOURCE /* sysconf of pages */
#include "base.h"
#include <math.h>
#include <pthread.h>
#include <unistd.h>

/* A cache line. */
#if defined(__GNUC__)
typedef uint64_t line __attribute__((vector_size(64), aligned(8), may_alias));
enum { WORDS = 8 };
#endif

enum { MOST_STREAMS = 16, MOST_THREADS = 1024 };

/* All lines of all streams, folded so that no load can be left out. */
#if defined(__GNUC__)
LGD_INLINE uint64_t fold(const double *x, size_t count, size_t streams)
{
    line even = {0}, odd = {0};
    const size_t each = count / streams / (2 * WORDS) * (2 * WORDS);
    for (size_t i = 0; i < each; i += 2 * WORDS)
        for (size_t s = 0; s < streams; s++) {
            even ^= *(const line *)(const void *)(x + s * each + i);
            odd ^= *(const line *)(const void *)(x + s * each + i + WORDS);
        }
    even ^= odd;
    uint64_t all = 0;
    for (size_t k = 0; k < WORDS; k++)
        all ^= even[k];
    return all;
}
#else
LGD_INLINE uint64_t fold(const double *x, size_t count, size_t streams)
{
    const size_t each = count / streams;
    uint64_t all = 0, bits;
    for (size_t i = 0; i < each; i++)
        for (size_t s = 0; s < streams; s++) {
            memcpy(&bits, x + s * each + i, sizeof bits);
            all ^= bits;
        }
    return all;
}
#endif

/* The numbers of streams are constants, so that the inner loop is unrolled. */
LGD_WIDEST static uint64_t fold_1(const double *x, size_t count)
{
    return fold(x, count, 1);
}

LGD_WIDEST static uint64_t fold_4(const double *x, size_t count)
{
    return fold(x, count, 4);
}

LGD_WIDEST static uint64_t fold_8(const double *x, size_t count)
{
    return fold(x, count, 8);
}

LGD_WIDEST static uint64_t fold_16(const double *x, size_t count)
{
    return fold(x, count, MOST_STREAMS);
}

typedef struct shares {
    const double *x;
    size_t each, streams;
    volatile uint64_t
        folded[MOST_THREADS]; /* what was read counts for something, so that the reading is not left out */
} shares;

static lgd_status read_share(void *ctx, size_t i)
{
    shares *s = ctx;
    uint64_t (*const read)(const double *, size_t) = s->streams >= MOST_STREAMS ? fold_16
                                                     : s->streams >= 8          ? fold_8
                                                     : s->streams >= 4          ? fold_4
                                                                                : fold_1;
    s->folded[i] = read(s->x + i * s->each, s->each);
    return LGD_OK;
}

double lgd_stream_read(const double *x, size_t count, size_t streams, size_t threads)
{
    shares s;
    if (!x)
        return 0;
    threads = lgd_thread_count(threads);
    if (threads > MOST_THREADS)
        threads = MOST_THREADS;
    s.x = x;
    s.each = count / threads;
    s.streams = streams;
    const double begun = lgd_seconds();
    (void)lgd_parallel(threads, threads, read_share, &s); /* a share cannot fail */
    return lgd_seconds() - begun;
}

/* Numbers that a probe reads: beyond the caches of most machines, and no more than a sixteenth of the memory. */
static size_t probe_numbers(void)
{
    enum { NUMBERS = 32 << 20 }; /* 256 MiB */
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    const size_t share = pages > 0 && size > 0 ? (size_t)pages / 16 * (size_t)size / sizeof(double) : NUMBERS;
    return share < NUMBERS ? share : NUMBERS;
}

static double probe(size_t threads)
{
    static const size_t streams[] = {1, 4, 8, MOST_STREAMS};
    enum { ROUNDS = 3 };
    const size_t count = probe_numbers();
    double *x = lgd_alloc("streaming rate", count, sizeof *x), least = INFINITY;
    for (size_t i = 0; x && i < ROUNDS * sizeof streams / sizeof *streams; i++) {
        const double seconds = lgd_stream_read(x, count, streams[i % (sizeof streams / sizeof *streams)], threads);
        least = seconds < least ? seconds : least;
    }
    lgd_release(x);
    return x ? (double)count * sizeof *x / least : NAN;
}

double lgd_streaming_rate(size_t threads)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static double known[MOST_THREADS + 1];
    threads = lgd_thread_count(threads);
    if (threads > MOST_THREADS)
        threads = MOST_THREADS;
    pthread_mutex_lock(&lock);
    if (!(known[threads] > 0)) { /* also where there was no memory the last time */
        const double rate = probe(threads);
        known[threads] = rate;
    }
    const double rate = known[threads];
    pthread_mutex_unlock(&lock);
    return rate;
}
