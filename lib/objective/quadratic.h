/* Inside of a quadratic objective. */
#ifndef LGD_QUADRATIC_INSIDE_H
#define LGD_QUADRATIC_INSIDE_H
#include "lgd/quadratic.h"
#include "reduction.h"

/* What q was reduced to, borrowed, if it is an objective of lgd_quadratic_create or lgd_quadratic_create_dense; else NULL. */
const lgd_reduction *lgd_quadratic_reduction(const lgd_objective *q);

#endif
