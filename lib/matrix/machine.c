/* What is known of the library and the machine below it, in a line: for people, and for who compares bits. */
#include "blas/blas.h"
#include "rows.h"
#include <pthread.h>
#include <stdio.h>

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown compiler"
#endif

int lgd_version(void)
{
    return LGD_VERSION_NUMBER;
}

const char *lgd_build_info(void)
{
    static _Thread_local char text[1024];
    char blas[sizeof text];
    lgd_blas_info(blas, sizeof blas);
    snprintf(text, sizeof text, "libgd %s, %s; CPU %s, %s; %.700s", LGD_VERSION, COMPILER, lgd_cpu_kind(),
             lgd_row_kernels_best(false)->name, blas);
    return text;
}

static char machine[256];

static void describe(void)
{
    snprintf(machine, sizeof machine, "CPU %s; %s; BLAS %.150s", lgd_cpu_kind(), lgd_row_kernels_best(false)->name,
             lgd_blas_name());
}

const char *lgd_machine(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, describe);
    return machine;
}
