/* Which BLAS and LAPACK are in use. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "guard.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* The file that holds a symbol, with links followed: which of several alternatives it is. */
static const char *file_of(const char *symbol, char path[PATH_MAX])
{
    const char *file = lgd_blas_file(lgd_blas_symbol(symbol));
    const char *real = file ? realpath(file, path) : NULL;
    return real ? real : file ? file : "linked in";
}

void lgd_blas_info(char *text, size_t size)
{
    char blas[PATH_MAX], lapack[PATH_MAX];
    const char *config = lgd_blas_config();
    snprintf(text, size, "BLAS %s: %s%s%s%s; LAPACK %s: %s; BLAS held to one thread by: %s", LGD_BLAS_NAME,
             file_of("cblas_dgemv", blas), *config ? " (" : "", config, *config ? ")" : "", LGD_LAPACK_NAME,
             file_of("dposv_", lapack), /* LAPACKE, too, ends in dposv_ */
             lgd_blas_held_how());
}

const char *lgd_blas_name(void)
{
    const char *config = lgd_blas_config();
    return *config ? config : LGD_BLAS_NAME;
}
