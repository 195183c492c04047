/* Runs of libgd's methods and of others on the classic functions, side by side. */
#ifndef LGD_BENCH_PEERS_CLASSIC_H
#define LGD_BENCH_PEERS_CLASSIC_H
#include "../../tests/classic_run.h"

/* Evaluations in all and until solved (0: never), f and |g| at the end, the latter by long double, and why it ended. */
typedef struct outcome {
    size_t evaluations, solved;
    double f, grad_norm;
    const char *reason;
} outcome;

/* A method: its name in the tables, its kind, whose it is. */
typedef struct method {
    const char *name;
    int kind;
    bool ours;
    outcome (*run)(const classic *p, double factor);
} method;

outcome run_liblbfgs(const classic *p, double factor);
outcome run_nlopt(const classic *p, double factor);
outcome run_gsl_bfgs2(const classic *p, double factor);
outcome run_gsl_conjugate_pr(const classic *p, double factor);

/* Version of the library behind a method, by its name in the tables; of all of them. */
void peers_version(const char *name, char *text, size_t size);
void peers_versions(char *text, size_t size);

#endif
