/* What a block of C without a main knows. harness.c makes these of the breast cancer data before the block runs. */
#ifndef NAMES_H
#define NAMES_H
#include <lgd.h>
#include <lgd/io.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern size_t m, n;        /* 569 rows, 30 columns */
extern double *data, *y;   /* [m x n] by rows, standardised; [m] of 0 and 1 */
extern lgd_matrix *X;      /* data */
extern lgd_objective *f;   /* logistic regression of y on X, with an intercept and l2 = 0.01 */
extern lgd_optimizer *opt; /* Adam after ten epochs of f in batches of 64 */
extern double *w, *g;      /* [n + 1] the point it has come to, the gradient there */
extern lgd_report report;  /* of that run */
extern lgd_status st;      /* LGD_OK, and so it must be at the end */

void snippet(void);
#endif
