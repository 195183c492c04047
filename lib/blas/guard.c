/* BLAS is serial while a libgd call runs.
 *
 * Most libraries have one setting for the whole process: the first hold saves it and sets 1, the last release restores
 * it. An OpenBLAS built with OpenMP does not obey its own setting: at each call it asks omp_get_max_threads() of the
 * calling thread (OpenBLAS 0.3.21, num_cpu_avail), and openblas_set_num_threads works only by changing that number,
 * for the calling thread. There each call is surrounded instead: no other thread is left out, and the host's own
 * OpenMP loops, in its callbacks too, keep their threads.
 *
 * The functions are looked up at run time, since the BLAS that is loaded need not be the one that was linked. (ISO C
 * knows no conversion of what dlsym returns to a function pointer; POSIX does.) */
#define _GNU_SOURCE /* RTLD_DEFAULT, dladdr */
#include "guard.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

typedef int get_function(void);
typedef void set_function(int);
typedef int64_t get_wide_function(void);
typedef void set_wide_function(int64_t);
typedef char *config_function(void);

/* In order: FlexiBLAS stands in front of the others and exports some of their names. */
static const struct knob {
    const char *get, *set;
    bool wide; /* its integers are of 64 bits */
} knobs[] = {
    {"flexiblas_get_num_threads", "flexiblas_set_num_threads", false},
    {"openblas_get_num_threads", "openblas_set_num_threads", false},
    {"MKL_Get_Max_Threads", "MKL_Set_Num_Threads", false},
    {"bli_thread_get_num_threads", "bli_thread_set_num_threads", true},
};
enum { KNOBS = sizeof knobs / sizeof *knobs, FLEXIBLAS = 0 };

/* What is loaded; written once. */
static struct {
    const struct knob *knob; /* NULL: none found */
    void *get, *set;
    get_function *omp_get;
    set_function *omp_set;
    bool per_call;  /* surround each call by omp_set_num_threads */
    bool reentrant; /* may be called by several threads at once when held */
    const char *config;
} loaded;

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The guard itself. The lock is for the first hold and the last release, which change the setting; between them only the count moves, so
 * that callers side by side, who hold and release around each small evaluation, do not wait for one another. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_size_t holds;
static _Thread_local size_t own_holds; /* of this thread */
static int host_threads;
static bool host_known; /* host_threads is what the host has set, though BLAS has 1 */
static atomic_bool took;

/* A child has the thread that forked, and its holds alone; where others had held, what the host has set comes back with the next release. */
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
    host_known = host_known || (!own_holds && atomic_load(&holds));
    if (own_holds < atomic_load(&holds))
        atomic_store(&holds, own_holds);
}

void *lgd_blas_symbol(const char *name)
{
    return dlsym(RTLD_DEFAULT, name);
}

const char *lgd_blas_file(const void *address)
{
    Dl_info info;
    return address && dladdr(address, &info) ? info.dli_fname : NULL;
}

static void look(void)
{
    for (size_t i = 0; i < KNOBS && !loaded.knob; i++) {
        loaded.get = lgd_blas_symbol(knobs[i].get);
        loaded.set = lgd_blas_symbol(knobs[i].set);
        if (loaded.get && loaded.set)
            loaded.knob = &knobs[i];
    }
    loaded.omp_get = (get_function *)lgd_blas_symbol("omp_get_max_threads");
    loaded.omp_set = (set_function *)lgd_blas_symbol("omp_set_num_threads");
    if (!loaded.omp_get || !loaded.omp_set)
        loaded.omp_get = NULL, loaded.omp_set = NULL;

    enum { SEQUENTIAL = 0, OPENMP = 2 }; /* of openblas_get_parallel */
    void *parallel = lgd_blas_symbol("openblas_get_parallel"), *config = lgd_blas_symbol("openblas_get_config");
    int kind = parallel ? ((get_function *)parallel)() : -1;
    loaded.config = config ? ((config_function *)config)() : "";
    loaded.per_call = loaded.omp_set && (kind == OPENMP || loaded.knob == &knobs[FLEXIBLAS]);
    loaded.reentrant = kind != SEQUENTIAL || strstr(loaded.config, "USE_LOCKING");
    pthread_atfork(before_fork, after_fork, in_child);
}

static int threads_now(void)
{
    return loaded.knob->wide ? (int)((get_wide_function *)loaded.get)() : ((get_function *)loaded.get)();
}

/* The library's setter may change the calling thread's OpenMP setting too; that is the host's. */
static void set_threads(int n)
{
    int omp = loaded.omp_get ? loaded.omp_get() : 0;
    if (loaded.knob->wide)
        ((set_wide_function *)loaded.set)(n);
    else
        ((set_function *)loaded.set)(n);
    if (loaded.omp_get && loaded.omp_get() != omp)
        loaded.omp_set(omp);
}

/* Is there a setting that a hold has to change? Not where each call is surrounded and that is all it takes. */
static bool has_setting(void)
{
    return loaded.knob && (!loaded.per_call || loaded.knob == &knobs[FLEXIBLAS]);
}

/* Without a setting: has it none (the reference BLAS is serial), or is it out of sight (linked statically)? */
static bool needs_no_setting(void)
{
    return !strcmp(LGD_BLAS_NAME, "blas") || !strcmp(LGD_BLAS_NAME, "accelerate");
}

/* holds += by where there are more than `above` of them: without the lock, neither the first nor the last. */
static bool moves(size_t above, size_t by)
{
    size_t now = atomic_load(&holds);
    while (now > above)
        if (atomic_compare_exchange_weak(&holds, &now, now + by))
            return true;
    return false;
}

void lgd_blas_hold(void)
{
    own_holds++;
    if (moves(0, 1))
        return;
    pthread_once(&once, look);
    pthread_mutex_lock(&lock);
    if (!moves(0, 1)) {
        bool takes = loaded.per_call || needs_no_setting();
        if (has_setting()) {
            const int now = threads_now();
            if (!host_known || now != 1) /* what is not 1 any more the host has set since */
                host_threads = now;
            host_known = false;
            if (host_threads != 1)
                set_threads(1);
            takes = threads_now() == 1;
        }
        atomic_store(&took, takes);
        atomic_store(&holds, 1); /* from here on others hold too */
    }
    pthread_mutex_unlock(&lock);
}

void lgd_blas_release(void)
{
    own_holds -= own_holds > 0;
    if (moves(1, (size_t)-1))
        return;
    pthread_mutex_lock(&lock);
    if (atomic_fetch_sub(&holds, 1) == 1 && has_setting() && host_threads != 1)
        set_threads(host_threads);
    pthread_mutex_unlock(&lock);
}

int lgd_blas_enter(void)
{
    pthread_once(&once, look);
    if (!loaded.per_call)
        return 1;
    int before = loaded.omp_get();
    if (before != 1)
        loaded.omp_set(1);
    return before;
}

void lgd_blas_leave(int before)
{
    if (before != 1)
        loaded.omp_set(before);
}

bool lgd_blas_held(void)
{
    return atomic_load(&holds) > 0 && atomic_load(&took);
}

size_t lgd_blas_concurrency(size_t wanted)
{
    lgd_blas_hold();
    bool serial = lgd_blas_held();
    lgd_blas_release();
    return serial && loaded.reentrant ? wanted : 1;
}

const char *lgd_blas_held_how(void)
{
    pthread_once(&once, look);
    if (has_setting())
        return loaded.knob->set;
    if (loaded.per_call)
        return "omp_set_num_threads around each call";
    return needs_no_setting() ? "nothing, it has no setting of threads"
                              : "no way found, called by one thread at a time";
}

const char *lgd_blas_config(void)
{
    pthread_once(&once, look);
    return loaded.config;
}
