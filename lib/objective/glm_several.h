/* A linear model at several points at once: X is read once for all of them. */
#ifndef LGD_GLM_SEVERAL_H
#define LGD_GLM_SEVERAL_H
#include "objective.h"

typedef struct lgd_several lgd_several;

/* For at most `most` points of f. LGD_EUNSUPPORTED, in the name of `object`, where lgd_glm_create has not made f. */
lgd_status lgd_several_create(lgd_several **out, const char *object, lgd_objective *f, size_t most);
void lgd_several_free(lgd_several *s);

/* As lgd_objective_mean at each of count <= most points w[c]: value[c] and g[c]. Between begin and end of f. */
lgd_status lgd_several_mean(lgd_several *s, const lgd_rows *rows, size_t divide_by, size_t threads, size_t count,
                            const double *const *w, double *value, double *const *g);

#endif
