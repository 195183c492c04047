/* The data sets of bench/data, as the suites take them. */
#ifndef LGD_TESTS_DATASETS_H
#define LGD_TESTS_DATASETS_H
#include "suite.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    DIABETES_ROWS = 442,
    DIABETES_COLS = 10,
    CANCER_ROWS = 569,
    CANCER_COLS = 30,
    DIGITS_ROWS = 1797,
    DIGITS_COLS = 64
};

/* `count` numbers of a file with blanks or commas between them, after its first `lines` lines. */
static inline void dataset_read(const char *name, size_t lines, size_t count, double *x)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/bench/data/%s", SOURCE_ROOT, name);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s cannot be read", path);
    while (lines)
        lines -= fgetc(file) == '\n';
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(fscanf(file, "%lf%*[,]", &x[i]) == 1 || (feof(file) && i + 1 == count), "%s: number %zu", name,
                      i);
    fclose(file);
}

/* X [442 x 10], y [442]. */
static inline void dataset_diabetes(double *X, double *y)
{
    dataset_read("diabetes_data.csv", 0, (size_t)DIABETES_ROWS * DIABETES_COLS, X);
    dataset_read("diabetes_target.csv", 0, DIABETES_ROWS, y);
}

/* X [569 x 30] of columns with mean 0 and population deviation 1, y [569]. */
static inline void dataset_breast_cancer(double *X, double *y)
{
    static double cells[CANCER_ROWS * (CANCER_COLS + 1)];
    dataset_read("breast_cancer.csv", 1, sizeof cells / sizeof *cells, cells);
    for (size_t j = 0; j <= CANCER_COLS; j++) {
        long double mean = 0, square = 0;
        for (size_t i = 0; i < CANCER_ROWS; i++)
            mean += cells[i * (CANCER_COLS + 1) + j] / (long double)CANCER_ROWS;
        for (size_t i = 0; i < CANCER_ROWS; i++) {
            const long double off = cells[i * (CANCER_COLS + 1) + j] - mean;
            square += off * off / CANCER_ROWS;
        }
        for (size_t i = 0; i < CANCER_ROWS; i++) {
            const double cell = cells[i * (CANCER_COLS + 1) + j];
            if (j == CANCER_COLS)
                y[i] = cell;
            else
                X[i * CANCER_COLS + j] = (double)((cell - mean) / sqrtl(square));
        }
    }
}

/* X [1797 x 64], the pixels in units of the brightest one, 16; y [1797] the digits. */
static inline void dataset_digits(double *X, double *y)
{
    static double cells[DIGITS_ROWS * (DIGITS_COLS + 1)];
    dataset_read("digits.csv", 0, sizeof cells / sizeof *cells, cells);
    for (size_t i = 0; i < DIGITS_ROWS; i++) {
        for (size_t j = 0; j < DIGITS_COLS; j++)
            X[i * DIGITS_COLS + j] = cells[i * (DIGITS_COLS + 1) + j] / 16;
        y[i] = cells[i * (DIGITS_COLS + 1) + DIGITS_COLS];
    }
}

#endif
