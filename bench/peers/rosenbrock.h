/* L-BFGS and BFGS on the extended Rosenbrock function, by libgd and by others. */
#ifndef LGD_BENCH_PEERS_ROSENBROCK_H
#define LGD_BENCH_PEERS_ROSENBROCK_H
#include <stddef.h>

#define TARGET 1e-11
enum { MEMORY = 10 }; /* pairs kept */

/* Seconds of the processor; f is at most TARGET where the run came there. */
typedef struct outcome {
    double seconds, f;
    size_t evaluations, steps;
} outcome;

/* A method and the library it is of, both as they are shown. */
typedef struct peer {
    const char *name, *version;
    outcome (*run)(size_t n, double *x);
} peer;

/* Those of the libraries that this is built with; the last has no name. */
extern const peer rosenbrock_peers[];

/* Value and gradient; their calls are counted. */
double rosenbrock(size_t n, const double *x, double *g);
extern size_t evaluations;
void start(size_t n, double *x);
double now(void);

#endif
