/* The parallel loop. Who runs which i is left open, so a body must write only what belongs to its i; that, and chunks
 * that follow shape alone, is why results do not depend on the number of threads. */
#define _POSIX_C_SOURCE 200809L
#include "base.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct loop {
    lgd_status (*body)(void *ctx, size_t i);
    void *ctx;
    size_t count;
    atomic_size_t next;
    pthread_mutex_t lock; /* of the three below */
    size_t failed_at;
    lgd_status failed;
    char error[512];
} loop;

static void work(loop *l)
{
    for (;;) {
        size_t i = atomic_fetch_add(&l->next, 1);
        if (i >= l->count)
            return;
        lgd_status status = l->body(l->ctx, i);
        if (status == LGD_OK)
            continue;
        pthread_mutex_lock(&l->lock);
        if (i < l->failed_at) {
            l->failed_at = i;
            l->failed = status;
            strncpy(l->error, lgd_last_error(), sizeof l->error - 1);
        }
        pthread_mutex_unlock(&l->lock);
    }
}

#ifndef _OPENMP
static void *work_thread(void *l)
{
    work(l);
    return NULL;
}
#endif

lgd_status lgd_parallel(size_t count, size_t threads, lgd_status (*body)(void *ctx, size_t i), void *ctx)
{
    if (threads > count)
        threads = count;
    if (threads <= 1) {
        for (size_t i = 0; i < count; i++) {
            lgd_status status = body(ctx, i);
            if (status)
                return status;
        }
        return LGD_OK;
    }
    loop l = {.body = body, .ctx = ctx, .count = count, .failed_at = SIZE_MAX};
    atomic_init(&l.next, 0);
    pthread_mutex_init(&l.lock, NULL);
#ifdef _OPENMP
#pragma omp parallel num_threads((int)threads)
    work(&l);
#else
    enum { MOST = 256 };
    pthread_t helper[MOST];
    size_t started = 0;
    while (started < threads - 1 && started < MOST && !pthread_create(&helper[started], NULL, work_thread, &l))
        started++;
    work(&l); /* this thread finishes the loop even where no helper could be started */
    for (size_t i = 0; i < started; i++)
        pthread_join(helper[i], NULL);
#endif
    pthread_mutex_destroy(&l.lock);
    return l.failed ? lgd_fail(l.failed, "%s", l.error) : LGD_OK;
}

static size_t from_environment(const char *name)
{
    const char *text = getenv(name);
    char *end;
    if (!text)
        return 0;
    long n = strtol(text, &end, 10);
    return end != text && n > 0 && n <= 1024 ? (size_t)n : 0; /* "4,2" of OpenMP: the outermost level */
}

size_t lgd_thread_count(size_t wanted)
{
    if (!wanted)
        wanted = from_environment("LGD_NUM_THREADS");
    if (!wanted)
        wanted = from_environment("OMP_NUM_THREADS");
    return wanted ? wanted : 1;
}

const char *lgd_parallel_kind(void)
{
#ifdef _OPENMP
    return "OpenMP";
#else
    return "threads";
#endif
}
