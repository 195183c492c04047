/* The parallel loop. Who runs which i is left open, so a body must write only what belongs to its i; that, and chunks
 * that follow shape alone, is why results do not depend on the number of threads.
 *
 * Threads of the library's own help: one set for the process, as many as one caller has asked for or as there are cores beside the
 * callers, whichever is more. The caller takes part, and at the end waits only for helpers that have begun; a helper that comes late,
 * because others have the cores, finds nothing left and delays nobody. Those that wait look around for some microseconds and then
 * sleep: on a machine that others use, waiting by looking costs more than two threads bring. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "base.h"
#include <fenv.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum { MOST_HELPERS = 255 };
#define LOOKS_AROUND 20e-6 /* seconds: about what it costs to be woken */

typedef struct loop {
    lgd_status (*body)(void *ctx, size_t i);
    void *ctx;
    size_t count;
    atomic_size_t next;
    fenv_t arithmetic; /* the caller's: rounding, and what it makes of tiny numbers */

    /* of the lock */
    struct loop *after; /* in the list of loops that want help */
    size_t seats;       /* helpers that may still come */
    atomic_size_t here; /* helpers that have come */
    size_t failed_at;
    lgd_status failed;
    char error[512];
} loop;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t called = PTHREAD_COND_INITIALIZER, gone = PTHREAD_COND_INITIALIZER;
static loop *first;            /* of the loops that want help */
static atomic_size_t open_now; /* and how many they are */
static pthread_t helper[MOST_HELPERS];
static size_t helpers, asleep, busy, cores;
static bool ends;

static void work(loop *l)
{
    for (;;) {
        size_t i = atomic_fetch_add(&l->next, 1);
        if (i >= l->count)
            return;
        lgd_status status = l->body(l->ctx, i);
        if (status == LGD_OK)
            continue;
        pthread_mutex_lock(&lock);
        if (i < l->failed_at) {
            l->failed_at = i;
            l->failed = status;
            strncpy(l->error, lgd_last_error(), sizeof l->error - 1);
        }
        pthread_mutex_unlock(&lock);
    }
}

/* Looks at a number until it is, or is not, 0, for a moment; nothing is lost where it gives up too early. */
static void look_around(const atomic_size_t *number, bool for_zero)
{
    const double until = lgd_seconds() + LOOKS_AROUND;
    while ((atomic_load_explicit(number, memory_order_relaxed) == 0) != for_zero && lgd_seconds() < until)
        ;
}

/* ---- with the lock */

/* A loop that wants help, and has work left; it has one seat less. */
static loop *take_seat(void)
{
    for (loop *l = first; l; l = l->after)
        if (l->seats && atomic_load(&l->next) < l->count) {
            l->seats--;
            return l;
        }
    return NULL;
}

static void *help(void *unused)
{
    bool looked = false;
    (void)unused;
    pthread_mutex_lock(&lock);
    while (!ends) {
        loop *l = take_seat();
        if (l) {
            atomic_fetch_add(&l->here, 1);
            busy++;
            pthread_mutex_unlock(&lock);
            fesetenv(&l->arithmetic);
            work(l);
            pthread_mutex_lock(&lock);
            busy--;
            if (atomic_fetch_sub(&l->here, 1) == 1)
                pthread_cond_broadcast(&gone);
        } else if (!looked && helpers < cores) { /* else another thread needs this core */
            pthread_mutex_unlock(&lock);
            look_around(&open_now, false);
            pthread_mutex_lock(&lock);
        } else {
            asleep++;
            pthread_cond_wait(&called, &lock);
            asleep--;
        }
        looked = !l && !looked;
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* After a fork there is but the thread that made it. */
static void before_fork(void)
{
    pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&lock);
}

static void in_child(void)
{
    pthread_mutex_init(&lock, NULL);
    pthread_cond_init(&called, NULL);
    pthread_cond_init(&gone, NULL);
    first = NULL;
    atomic_store(&open_now, 0);
    helpers = asleep = busy = 0;
}

static void look_at_machine(void)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    cores = online > 0 ? (size_t)online : 1;
#ifdef CPU_COUNT
    cpu_set_t set; /* those that this process may use */
    if (!sched_getaffinity(0, sizeof set, &set))
        cores = (size_t)CPU_COUNT(&set);
#endif
    pthread_atfork(before_fork, after_fork, in_child);
}

/* So many more, with all signals left to the host's threads but those of a helper's own instructions: were these blocked the process
 * would end without a call of the host's handler. Fewer where the system has no more: the caller does their part. */
static void hire(size_t more)
{
    static const int own[] = {SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&all, own[i]);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; more && helpers < MOST_HELPERS && !pthread_create(&helper[helpers], NULL, help, NULL); more--)
        helpers++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void ask_for_help(loop *l, size_t seats)
{
    if (!cores)
        look_at_machine();
    const size_t room = (seats > cores - 1 ? seats : cores - 1), idle = helpers - busy;
    l->seats = seats;
    l->after = first;
    first = l;
    atomic_fetch_add(&open_now, 1);
    if (seats > idle && helpers < room)
        hire(seats - idle < room - helpers ? seats - idle : room - helpers);
    for (size_t i = 0; i < seats && i < asleep; i++)
        pthread_cond_signal(&called);
}

static void ask_no_more(loop *l)
{
    loop **at = &first;
    while (*at != l)
        at = &(*at)->after;
    *at = l->after;
    atomic_fetch_sub(&open_now, 1);
}

/* Where the library is unloaded its threads must not be in it. Not where one is at work as the process ends. */
#if defined(__GNUC__)
__attribute__((destructor)) static void dismiss(void)
{
    pthread_mutex_lock(&lock);
    const size_t count = busy ? 0 : helpers;
    ends = true;
    pthread_cond_broadcast(&called);
    pthread_mutex_unlock(&lock);
    for (size_t i = 0; i < count; i++)
        pthread_join(helper[i], NULL);
}
#endif

/* ---- */

/* Is the caller one of a team that has the cores already? As OpenMP sees it: regions within regions have one thread unless asked. */
static bool in_a_team(void)
{
#ifdef _OPENMP
    return omp_in_parallel() && omp_get_active_level() >= omp_get_max_active_levels();
#else
    return false;
#endif
}

lgd_status lgd_parallel(size_t count, size_t threads, lgd_status (*body)(void *ctx, size_t i), void *ctx)
{
    if (threads > count)
        threads = count;
    if (threads <= 1 || in_a_team()) {
        for (size_t i = 0; i < count; i++) {
            lgd_status status = body(ctx, i);
            if (status)
                return status;
        }
        return LGD_OK;
    }
    loop l = {.body = body, .ctx = ctx, .count = count, .failed_at = SIZE_MAX};
    atomic_init(&l.next, 0);
    atomic_init(&l.here, 0);
    fegetenv(&l.arithmetic);
    pthread_mutex_lock(&lock);
    ask_for_help(&l, threads - 1);
    pthread_mutex_unlock(&lock);
    work(&l);
    pthread_mutex_lock(&lock);
    ask_no_more(&l);
    if (helpers < cores && atomic_load(&l.here)) {
        pthread_mutex_unlock(&lock);
        look_around(&l.here, true);
        pthread_mutex_lock(&lock);
    }
    while (atomic_load(&l.here))
        pthread_cond_wait(&gone, &lock);
    pthread_mutex_unlock(&lock);
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
