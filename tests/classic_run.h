/* A run of a method on a classic function, until it ends by itself. */
#ifndef LGD_TESTS_CLASSIC_RUN_H
#define LGD_TESTS_CLASSIC_RUN_H
#include "classic.h"
#include "lgd.h"

enum { CLASSIC_MOST = 10000 }; /* evaluations, after which a run is ended */

/* What came out: evaluations in all and until solved (0: never), and the point with |g| there by long double. */
typedef struct classic_result {
    size_t evaluations, solved;
    double x[CLASSIC_DIM], grad_norm;
    lgd_status status;
    lgd_report report;
} classic_result;

/* method: as for lgd_optimizer_parse; options: tolerances and the like, NULL: none but those without which there is nothing to do */
classic_result classic_run(const classic *p, double factor, const char *method, const lgd_minimize_options *options);

#endif
