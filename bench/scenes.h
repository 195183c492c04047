/* The scenes: small problems whose runs make the pictures. Each is a table of its own. */
#ifndef LGD_SCENES_H
#define LGD_SCENES_H
#include "bench.h"

/* A table: its file, and what fills it. A failure is that of the library, with its sentence. */
typedef struct scene {
    const char *file;
    lgd_status (*fill)(FILE *to);
} scene;

/* Each list ends with a file of NULL. */
extern const scene scenes_of_rates[];

#endif
