#include "guard.h"
#include LGD_CBLAS_HEADER
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
    const char *blas = lgd_blas_file(lgd_blas_symbol("cblas_dgemv"));
    const char *lapack = lgd_blas_file(lgd_blas_symbol("dposv_")); /* LAPACKE, too, ends in this one */
    const char *config = lgd_blas_config();
    snprintf(text, sizeof text,
             "libgd %s, %s, loops by %s; BLAS %s: %s%s%s%s; LAPACK %s: %s; BLAS held to one thread by: %s", LGD_VERSION,
             COMPILER, lgd_parallel_kind(), LGD_BLAS_NAME, blas ? blas : "linked in", *config ? " (" : "", config,
             *config ? ")" : "", LGD_LAPACK_NAME, lapack ? lapack : "linked in", lgd_blas_held_how());
    return text;
}
