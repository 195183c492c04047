#define _XOPEN_SOURCE 700 /* realpath */
#include "guard.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

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

/* The file that holds a symbol, with links followed: which of several alternatives it is. */
static const char *file_of(const char *symbol, char path[PATH_MAX])
{
    const char *file = lgd_blas_file(lgd_blas_symbol(symbol));
    const char *real = file ? realpath(file, path) : NULL;
    return real ? real : file ? file : "linked in";
}

const char *lgd_build_info(void)
{
    static _Thread_local char text[1024];
    char blas[PATH_MAX], lapack[PATH_MAX];
    const char *config = lgd_blas_config();
    snprintf(text, sizeof text,
             "libgd %s, %s, loops by %s; BLAS %s: %s%s%s%s; LAPACK %s: %s; BLAS held to one thread by: %s", LGD_VERSION,
             COMPILER, lgd_parallel_kind(), LGD_BLAS_NAME, file_of("cblas_dgemv", blas), *config ? " (" : "", config,
             *config ? ")" : "", LGD_LAPACK_NAME, file_of("dposv_", lapack), /* LAPACKE, too, ends in dposv_ */
             lgd_blas_held_how());
    return text;
}
