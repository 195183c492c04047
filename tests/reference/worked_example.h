/* Written by worked_example.py: exact descent on three points, to 30 digits. The two columns are equal, so the
 * Hessian (2/m) [X 1]^T [X 1] is singular: descent from zeros keeps w1 = w2; every w1 + w2 = 3/2 with b = 2/3 is
 * optimal. */
#ifndef LGD_TESTS_REFERENCE_WORKED_EXAMPLE_H
#define LGD_TESTS_REFERENCE_WORKED_EXAMPLE_H

enum { WORKED_ROWS = 3, WORKED_COLS = 2, WORKED_STEPS = 100 };

static const double worked_X[WORKED_ROWS * WORKED_COLS] = {1, 1, 2, 2, 3, 3};
static const double worked_y[WORKED_ROWS] = {2, 4, 5};

/* The largest eigenvalue C of the Hessian, (31 + sqrt(913))/3, and its unit eigenvector (w1, w2, b). */
#define WORKED_CURVATURE 20.4052966198254184594765491354
#define WORKED_INVERSE_CURVATURE 0.0490068837827340388481470371098 /* 1/C */
#define WORKED_RATE_LIMIT 0.0980137675654680776962940742196        /* 2/C: descent diverges beyond */
static const double worked_mode[3] = {0.675902959085449814963131669455, 0.675902959085449814963131669455,
                                      0.293786282523649335323382026897};

/* After WORKED_STEPS steps of rate WORKED_RATE from zeros. */
#define WORKED_RATE 0.01
#define WORKED_W 0.802070782817233363356218828860 /* w1 and w2 */
#define WORKED_B 0.427072115417504955989055072537
#define WORKED_MSE 0.0637662710385990869554095226327

/* At the optimum. */
#define WORKED_W_SUM 1.5
#define WORKED_BEST_B (2.0 / 3)
#define WORKED_BEST_MSE (1.0 / 18)

#endif
