/* Inside of a path of the lasso: path.c goes it, path_gap.c tells how far a point of it is from the minimum. */
#ifndef LGD_PATH_H
#define LGD_PATH_H
#include "lgd/minimize.h"
#include "objective/quadratic.h"
#include "optimizer/cd.h"
#include "penalty/penalty.h"
#include <math.h>

typedef struct lgd_path {
    lgd_objective *f; /* as it was given */
    const lgd_reduction *r;
    lgd_reduction *own; /* r, where it was made here */
    lgd_lasso_path_options o;
    double *block, *L; /* L [n x ld] the factor of C, NULL where it was not asked for or there is none */
    double *w;         /* [dim] */
    double *v, *g;     /* [outputs x ld] by outputs */
    lgd_cd cd;         /* with l1, l2, lower and upper of one output */
    double *l1, *l2, *lower, *upper;
    double *work; /* [n] */
} lgd_path;

/* F and gap of one output, which cd is posed for. */
double lgd_path_gap(lgd_path *p, size_t c, double *F);

#endif
