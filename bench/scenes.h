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
extern const scene scenes_of_rates[], scenes_of_paths[], scenes_of_costs[], scenes_of_box[], scenes_of_lasso[],
    scenes_of_estimators[], scenes_of_newton[], scenes_of_mesh[], scenes_of_least_squares[], scenes_of_curve[],
    scenes_of_overfit[], scenes_of_layers[], scenes_of_scaling[];

/* Linear least squares without intercept, the mean of (x_i w - y_i)^2/2: it lends its numbers to what it has made. */
enum { SCENE_ROWS = 200, SCENE_COLS = 8 };
typedef struct regression {
    size_t rows, cols;
    double X[SCENE_ROWS * SCENE_COLS], y[SCENE_ROWS]; /* X by rows of cols */
    lgd_matrix *A;
    lgd_objective *f;
} regression;
lgd_status regression_create(regression *r); /* of rows, cols, X and y */
void regression_free(regression *r);

/* The diabetes data: the mean of half squares over the rows, of columns of mean 0 and deviation 1 and a target of mean 0, so that there is
 * nothing for an intercept to do. It is freed also after a failure. */
enum { DIABETES_ROWS = 442, DIABETES_COLS = 10 };
typedef struct diabetes {
    double X[DIABETES_ROWS * DIABETES_COLS], y[DIABETES_ROWS];
    lgd_matrix *A;
    lgd_objective *f;
} diabetes;
lgd_status diabetes_create(diabetes *d);
void diabetes_free(diabetes *d);

/* n numbers of mean 0 and variance 1: sums of four uniform ones, which no platform rounds otherwise. */
void scene_noise(uint64_t seed, size_t n, double *x);

/* x[n], every stride-th, shifted and scaled to mean 0 and population deviation 1. */
void scene_standardize(size_t n, size_t stride, double *x);

/* F over a square grid of two parameters as gnuplot's nonuniform matrix: the first row has the count and each x, then a
 * row for each y begins with it. */
typedef struct frame {
    double x0, x1, y0, y1;
    size_t count; /* points a side */
} frame;
lgd_status scene_grid(FILE *to, lgd_objective *f, const frame *area);

#endif
