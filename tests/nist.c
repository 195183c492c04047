#include "nist.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- models */

/* b1 (1 - exp(-b2 x)) */
static double misra1a(const double *b, double x, double *slope)
{
    const double decay = exp(-b[1] * x);
    slope[0] = 1 - decay;
    slope[1] = b[0] * x * decay;
    return b[0] * slope[0];
}

/* exp(-b1 x) / (b2 + b3 x) */
static double chwirut(const double *b, double x, double *slope)
{
    const double below = b[1] + b[2] * x, value = exp(-b[0] * x) / below;
    slope[0] = -x * value;
    slope[1] = -value / below;
    slope[2] = x * slope[1];
    return value;
}

/* (b1 + b2 x + b3 x^2 + b4 x^3) / (1 + b5 x + b6 x^2 + b7 x^3) */
static double thurber(const double *b, double x, double *slope)
{
    const double below = 1 + x * (b[4] + x * (b[5] + x * b[6]));
    const double value = (b[0] + x * (b[1] + x * (b[2] + x * b[3]))) / below;
    slope[0] = 1 / below;
    for (int j = 1; j < 4; j++)
        slope[j] = x * slope[j - 1];
    for (int j = 4; j < 7; j++)
        slope[j] = -value * slope[j - 3];
    return value;
}

/* b1 (x^2 + b2 x) / (x^2 + b3 x + b4) */
static double mgh09(const double *b, double x, double *slope)
{
    const double above = x * (x + b[1]), below = x * (x + b[2]) + b[3];
    slope[0] = above / below;
    slope[1] = b[0] * x / below;
    slope[3] = -b[0] * slope[0] / below;
    slope[2] = x * slope[3];
    return b[0] * slope[0];
}

const nist_model nist_linear[NIST_LINEAR] = {
    {"Norris", 2, 1, NULL},   {"Pontius", 3, 2, NULL},  {"Longley", 7, 0, NULL},
    {"Wampler1", 6, 5, NULL}, {"Wampler2", 6, 5, NULL}, {"Wampler3", 6, 5, NULL},
};
const nist_model nist_nonlinear[NIST_NONLINEAR] = {
    {"Misra1a", 2, 0, misra1a}, {"Chwirut1", 3, 0, chwirut}, {"Chwirut2", 3, 0, chwirut},
    {"Thurber", 7, 0, thurber}, {"MGH09", 4, 0, mgh09},
};

lgd_status nist_residual(void *ctx, size_t dim, size_t count, const double *w, double *r, double *jacobian)
{
    const nist *set = ctx;
    for (size_t i = 0; i < count; i++) {
        double slope[NIST_DIM];
        r[i] = set->model->curve(w, set->x[i], slope) - set->y[i];
        if (jacobian)
            memcpy(jacobian + i * dim, slope, dim * sizeof *slope);
    }
    return LGD_OK;
}

void nist_design(const nist *set, double *X)
{
    const size_t dim = set->model->dim;
    for (size_t i = 0; i < set->rows; i++) {
        X[i * dim] = 1;
        for (size_t j = 1; j < dim; j++)
            X[i * dim + j] = set->model->degree ? X[i * dim + j - 1] * set->x[i] : set->x[i * set->cols + j - 1];
    }
}

double nist_digits(size_t dim, const double *w, const double *exact, double most)
{
    double digits = most;
    for (size_t j = 0; j < dim; j++) {
        const double error = fabs(w[j] - exact[j]) / (exact[j] == 0 ? 1 : fabs(exact[j]));
        digits = error >= 0 ? fmin(digits, -log10(error)) : -INFINITY; /* a NaN is no digit */
    }
    return digits;
}

/* ---- files: a header that says which lines are what, then y and x */

typedef struct lines {
    size_t first, last; /* from 1 */
} lines;

static bool within(lines l, size_t line)
{
    return line >= l.first && line <= l.last;
}

static bool header_line(nist *set, const char *text, size_t line, lines certified, size_t *parameters)
{
    const bool linear = !set->model->curve;
    double *b = set->certified, *s = set->errors, freedom, mean;
    size_t j;
    if (!within(certified, line))
        return true;
    if (linear && sscanf(text, " B%zu %lf %lf", &j, &mean, &mean) == 3) {
        if (j != *parameters || j >= set->model->dim)
            return false;
        sscanf(text, " B%*u %lf %lf", &b[j], &s[j]);
        ++*parameters;
    } else if (!linear && sscanf(text, " b%zu =", &j) == 1) {
        if (j != ++*parameters || j-- > set->model->dim)
            return false;
        return sscanf(text, " b%*u = %lf %lf %lf %lf", &set->starts[0][j], &set->starts[1][j], &b[j], &s[j]) == 4;
    } else if (linear && sscanf(text, " Residual %lf %lf %lf", &freedom, &set->rss, &mean) == 3) {
        set->freedom = (size_t)freedom;
    } else if (!linear) {
        sscanf(text, " Residual Sum of Squares: %lf", &set->rss);
        sscanf(text, " Residual Standard Deviation: %lf", &set->sigma);
        sscanf(text, " Degrees of Freedom: %zu", &set->freedom);
    } else {
        sscanf(text, " Standard Deviation %lf", &set->sigma);
    }
    return true;
}

static bool data_line(nist *set, const char *text)
{
    double numbers[1 + NIST_COLS];
    size_t count = 0;
    char *end;
    for (double x = strtod(text, &end); end != text && count < 1 + NIST_COLS; x = strtod(text, &end)) {
        numbers[count++] = x;
        text = end;
    }
    if (set->rows == NIST_ROWS || count < 2 || (set->rows && count != 1 + set->cols) ||
        text[strspn(text, " \r\n")] != 0)
        return false;
    set->cols = count - 1;
    set->y[set->rows] = numbers[0];
    memcpy(set->x + set->rows++ * set->cols, numbers + 1, set->cols * sizeof *numbers);
    return true;
}

const char *nist_read(nist *set, const nist_model *model, const char *folder)
{
    char path[4096], text[200];
    lines certified = {0, 0}, data = {0, 0};
    size_t parameters = 0, line = 0;
    const char *wrong = NULL;
    *set = (nist){.model = model, .rss = NAN, .sigma = NAN};
    snprintf(path, sizeof path, "%s/%s.dat", folder, model->name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return "the file cannot be opened";
    while (!wrong && fgets(text, sizeof text, file)) {
        line++;
        sscanf(text, " Certified Values (lines %zu to %zu)", &certified.first, &certified.last);
        sscanf(text, " Data (lines %zu to %zu)", &data.first, &data.last);
        if (!header_line(set, text, line, certified, &parameters))
            wrong = "its parameters are others, or in another order";
        if (within(data, line) && !data_line(set, text))
            wrong = "a line of data is not y and x";
    }
    fclose(file);
    if (!wrong && (data.first == 0 || set->rows != data.last - data.first + 1))
        wrong = "it has not all lines of data that its header names";
    if (!wrong && (parameters != model->dim || set->freedom + model->dim != set->rows || !(set->rss >= 0) ||
                   !(set->sigma >= 0) || set->cols != (!model->curve && !model->degree ? model->dim - 1 : 1)))
        wrong = "its header is not that of the model";
    return wrong;
}
