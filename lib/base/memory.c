/* One hook for all memory, and the scratch pool. */
#define _DEFAULT_SOURCE /* madvise */
#include "base.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

enum { ALIGNMENT = 64 }; /* a cache line, and the widest vector */

/* Vectors of millions are asked for in huge pages, where a system has them: a sweep over many vectors at once is in as many places of
 * memory, and its pages would not all be in the table that the processor has of them. */
static void *default_allocate(void *ctx, size_t size, size_t alignment)
{
    (void)ctx;
#ifdef MADV_HUGEPAGE
    const size_t huge = (size_t)2 << 20;
    if (size >= 4 * huge && size <= SIZE_MAX - huge) {
        void *memory = aligned_alloc(huge, (size + huge - 1) / huge * huge);
        if (memory)
            (void)madvise(memory, size / huge * huge, MADV_HUGEPAGE); /* advice: without it all is as ever */
        return memory;
    }
#endif
    return aligned_alloc(alignment, size);
}

static void default_release(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

static lgd_memory hook = {default_allocate, default_release, NULL};

void lgd_set_memory(const lgd_memory *memory)
{
    hook =
        memory && memory->allocate && memory->release ? *memory : (lgd_memory){default_allocate, default_release, NULL};
}

size_t lgd_mul(size_t a, size_t b)
{
    return b && a > SIZE_MAX / b ? SIZE_MAX : a * b;
}

size_t lgd_add(size_t a, size_t b)
{
    return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

void *lgd_alloc(const char *object, size_t count, size_t size)
{
    size_t bytes = lgd_mul(count, size);
    if (bytes > PTRDIFF_MAX - ALIGNMENT) {
        lgd_fail(LGD_ERANGE, "%s: %zu x %zu bytes are needed, more than an address can reach", object, count, size);
        return NULL;
    }
    bytes = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT; /* never 0; aligned_alloc wants a multiple */
    void *memory = hook.allocate(hook.ctx, bytes, ALIGNMENT);
    if (!memory) {
        lgd_fail(LGD_ENOMEM, "%s: %zu bytes are needed, the system has not got them", object, bytes);
        return NULL;
    }
    return memset(memory, 0, bytes);
}

void lgd_release(void *memory)
{
    if (memory)
        hook.release(hook.ctx, memory);
}

/* A block carries its header in the alignment before it. */
typedef struct block {
    struct block *next;
    size_t bytes;
} block;

struct lgd_pool {
    _Atomic(block *) spare; /* one block without the lock: all that a single thread needs */
    pthread_mutex_t lock;   /* of idle */
    block *idle;
    const char *object;
};

lgd_status lgd_pool_create(lgd_pool **out, const char *object)
{
    *out = lgd_alloc(object, 1, sizeof **out);
    if (!*out)
        return LGD_ENOMEM;
    (*out)->object = object;
    pthread_mutex_init(&(*out)->lock, NULL);
    return LGD_OK;
}

void *lgd_pool_take(lgd_pool *pool, size_t bytes)
{
    block *b = atomic_exchange_explicit(&pool->spare, NULL, memory_order_acquire);
    if (!b) {
        pthread_mutex_lock(&pool->lock);
        if ((b = pool->idle) != NULL)
            pool->idle = b->next;
        pthread_mutex_unlock(&pool->lock);
    }
    if (b && b->bytes < bytes) {
        lgd_release(b);
        b = NULL;
    }
    if (!b) {
        b = lgd_alloc(pool->object, lgd_add(bytes, ALIGNMENT), 1);
        if (!b)
            return NULL;
        b->bytes = bytes;
    }
    return (char *)b + ALIGNMENT;
}

void lgd_pool_give(lgd_pool *pool, void *memory)
{
    if (!memory)
        return;
    block *b = (block *)(void *)((char *)memory - ALIGNMENT), *none = NULL;
    if (atomic_compare_exchange_strong_explicit(&pool->spare, &none, b, memory_order_release, memory_order_relaxed))
        return;
    pthread_mutex_lock(&pool->lock);
    b->next = pool->idle;
    pool->idle = b;
    pthread_mutex_unlock(&pool->lock);
}

void lgd_pool_free(lgd_pool *pool)
{
    if (!pool)
        return;
    lgd_release(atomic_load(&pool->spare));
    for (block *b = pool->idle, *next; b; b = next) {
        next = b->next;
        lgd_release(b);
    }
    pthread_mutex_destroy(&pool->lock);
    lgd_release(pool);
}
