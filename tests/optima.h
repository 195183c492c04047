/* Models over the data sets of bench/data whose minima tests/reference/optima.h has. */
#ifndef LGD_TESTS_OPTIMA_H
#define LGD_TESTS_OPTIMA_H
#include "datasets.h"
#include "problems.h"
#include "reference/optima.h"

enum {
    IRIS_ROWS = 150,
    IRIS_COLS = 4,
    WINE_ROWS = 178,
    WINE_COLS = 13,
    HEART_ROWS = 270,
    HEART_COLS = 13,
    OPTIMA_ROOM = DIGITS_ROWS * DIGITS_COLS,
    OPTIMA_DIM = (DIGITS_COLS + 1) * 10
};

typedef struct optimum {
    size_t at, rows, cols;
    lgd_matrix *X;
    lgd_loss *loss;
    lgd_objective *f;
} optimum;

/* X [rows x cols] and y [rows] of a table whose last column is the label. */
static inline void optimum_read(const char *name, size_t lines, size_t rows, size_t cols, double *X, double *y)
{
    static double cells[DIGITS_ROWS * (DIGITS_COLS + 1)];
    dataset_read(name, lines, rows * (cols + 1), cells);
    for (size_t i = 0; i < rows; i++) {
        memcpy(X + i * cols, cells + i * (cols + 1), cols * sizeof *X);
        y[i] = cells[i * (cols + 1) + cols];
    }
}

/* Columns to mean 0 and population deviation 1. */
static inline void optimum_standardise(size_t rows, size_t cols, double *X)
{
    for (size_t j = 0; j < cols; j++) {
        real mean = 0, square = 0;
        for (size_t i = 0; i < rows; i++)
            mean += (real)X[i * cols + j] / (real)rows;
        for (size_t i = 0; i < rows; i++)
            square += (X[i * cols + j] - mean) * (X[i * cols + j] - mean) / (real)rows;
        for (size_t i = 0; i < rows; i++)
            X[i * cols + j] = (double)((X[i * cols + j] - mean) / sqrtl(square));
    }
}

/* The model of optima[at]; X and y are room for any. */
static inline optimum optimum_open(size_t at, double *X, double *y)
{
    static const size_t some[] = {1, 4, 8, 9};
    static double all[CANCER_ROWS * CANCER_COLS];
    optimum o = {.at = at};
    switch (optima[at].set) {
    case SET_CANCER:
        o.rows = CANCER_ROWS;
        o.cols = CANCER_COLS;
        dataset_breast_cancer(X, y);
        break;
    case SET_CANCER_SOME:
        o.rows = CANCER_ROWS;
        o.cols = sizeof some / sizeof *some;
        dataset_breast_cancer(all, y);
        for (size_t i = 0; i < o.rows; i++)
            for (size_t j = 0; j < o.cols; j++)
                X[i * o.cols + j] = all[i * CANCER_COLS + some[j]];
        break;
    case SET_HEART:
        o.rows = HEART_ROWS;
        o.cols = HEART_COLS;
        optimum_read("heart_scale.csv", 0, o.rows, o.cols, X, y);
        break;
    case SET_IRIS:
        o.rows = IRIS_ROWS;
        o.cols = IRIS_COLS;
        optimum_read("iris.csv", 1, o.rows, o.cols, X, y);
        break;
    case SET_WINE:
        o.rows = WINE_ROWS;
        o.cols = WINE_COLS;
        optimum_read("wine_data.csv", 1, o.rows, o.cols, X, y);
        optimum_standardise(o.rows, o.cols, X);
        break;
    case SET_DIGITS:
        o.rows = DIGITS_ROWS;
        o.cols = DIGITS_COLS;
        optimum_read("digits.csv", 0, o.rows, o.cols, X, y);
        for (size_t i = 0; i < o.rows * o.cols; i++)
            X[i] /= 16;
        break;
    case SET_DIABETES:
        o.rows = DIABETES_ROWS;
        o.cols = DIABETES_COLS;
        dataset_diabetes(X, y);
        break;
    }
    ck_ok(lgd_matrix_dense(&o.X, o.rows, o.cols, X, o.cols));
    ck_ok(lgd_loss_parse(&o.loss, optima[at].loss));
    ck_ok(lgd_glm_create(
        &o.f, o.X, y, o.loss,
        &(lgd_glm_options){.l2 = optima[at].l2, .intercept = optima[at].intercept, .outputs = optima[at].outputs}));
    ck_assert_uint_eq(lgd_objective_dim(o.f), optima[at].dim);
    return o;
}

static inline void optimum_close(optimum *o)
{
    lgd_objective_free(o->f);
    lgd_loss_free(o->loss);
    lgd_matrix_free(o->X);
}

/* w [dim] = the minimum from 0, and a mean of e^intercept where that is needed; intercepts of several outputs add up to 0, which the
 * model leaves open. */
static inline lgd_report optimum_find(const optimum *o, const char *method, double *w)
{
    const size_t k = optima[o->at].outputs, dim = optima[o->at].dim;
    lgd_optimizer *opt;
    lgd_report report;
    double mean = 0;
    memset(w, 0, dim * sizeof *w);
    if (optima[o->at].set == SET_DIABETES && strncmp(optima[o->at].loss, "huber", 5) != 0)
        w[dim - 1] = 5;
    ck_ok(lgd_optimizer_parse(&opt, method));
    ck_ok(lgd_minimize(o->f, opt, w, &(lgd_minimize_options){.grad_tol = LGD_ZERO, .grad_tol_abs = 1e-13}, &report));
    lgd_optimizer_free(opt);
    for (size_t c = dim - k; c < dim && k > 1 && optima[o->at].intercept; c++)
        mean += w[c] / (double)k;
    for (size_t c = dim - k; c < dim; c++)
        w[c] -= mean;
    return report;
}

#endif
