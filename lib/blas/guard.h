/* Inside of lib/blas: what surrounds each call of BLAS, and what was found out about the one that is loaded. */
#ifndef LGD_BLAS_GUARD_H
#define LGD_BLAS_GUARD_H
#include "blas/blas.h"

/* Around each call into BLAS or LAPACK: `int before = lgd_blas_enter(); ...; lgd_blas_leave(before);` */
int lgd_blas_enter(void);
void lgd_blas_leave(int before);

/* Did holding to one thread take effect? To be asked while holding. */
bool lgd_blas_held(void);

/* How BLAS is held to one thread, for people. Static storage. */
const char *lgd_blas_held_how(void);

/* The configuration the loaded OpenBLAS reports of itself, "" for any other library. */
const char *lgd_blas_config(void);

/* Where a symbol of the process is: its address, and the file that holds an address; NULL if there is none. */
void *lgd_blas_symbol(const char *name);
const char *lgd_blas_file(const void *address);

#endif
