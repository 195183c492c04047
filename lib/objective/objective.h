/* Inside of an objective. */
#ifndef LGD_OBJECTIVE_INSIDE_H
#define LGD_OBJECTIVE_INSIDE_H
#include "base/base.h"
#include "lgd/glm.h"
#include "lgd/objective.h"

struct lgd_objective {
    size_t dim, terms;
    lgd_objective_ops ops;
    void *ctx;
    double mean_weight;              /* over all terms; 1 without weights */
    size_t spare_first, spare_count; /* unpenalised coordinates */
    double *partial;                 /* the gradient of each chunk, made when first needed */
    size_t partials;                 /* chunks there is room for */
};

/* Room for the chunks of any evaluation of at most `count` rows, so that none of them has to allocate it. */
lgd_status lgd_objective_reserve(lgd_objective *f, size_t count);

/* Around evaluations: holds BLAS if f is called from several threads, and says how many there may be for the number wanted
 * (0: by the environment). */
size_t lgd_objective_begin(const lgd_objective *f, size_t threads);
void lgd_objective_end(const lgd_objective *f);

/* 1/(divide_by mean_weight) sum over rows + smooth part, into value and g (each may be NULL). Rows are in bounds; between
 * begin and end. The rows are cut into chunks by their count and dim alone, each chunk is computed serially, and the
 * chunks are added in a fixed tree: the bits do not depend on threads. */
lgd_status lgd_objective_mean(lgd_objective *f, const lgd_rows *rows, size_t divide_by, size_t threads, const double *w,
                              double *value, double *g);

#endif
