/* A CSV file as a standardised problem. */
#include "bench.h"
#include <lgd/io.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static bool refuse(const char *name, const char *why)
{
    fprintf(stderr, "lgd-bench: %s: %s\n", name, why);
    return false;
}

/* One more fact in d->said. */
static bool say(dataset *d, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    size_t used = d->said ? strlen(d->said) : 0;
    char *longer = realloc(d->said, used + strlen(line) + 2);
    if (!longer)
        return refuse(d->name, "out of memory");
    snprintf(longer + used, strlen(line) + 2, "%s\n", line);
    d->said = longer;
    return true;
}

/* Mean and population standard deviation of x[0], x[stride], ...; 1 for a deviation of 0. */
static void moments(size_t count, const double *x, size_t stride, double *mean, double *deviation)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        sum += x[i * stride];
    *mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (x[i * stride] - *mean) * (x[i * stride] - *mean);
    *deviation = sqrt(squares / (double)count);
    if (!(*deviation > 1e-14 * fabs(*mean)))
        *deviation = 1;
}

/* Labels of exactly two values, {0, 1} or {-1, 1}, make a classification. */
static bool labels(const dataset *d, double *low)
{
    bool zero = false, one = false, minus = false;
    for (size_t i = 0; i < d->rows; i++) {
        double y = d->table->y[i];
        zero = zero || y == 0;
        one = one || y == 1;
        minus = minus || y == -1;
        if (y != 0 && y != 1 && y != -1)
            return false;
    }
    *low = minus ? -1 : 0;
    return one && zero != minus;
}

static bool prepare_target(dataset *d)
{
    double low;
    d->logistic = labels(d, &low);
    d->y_scale = 1;
    if (d->logistic) {
        for (size_t i = 0; i < d->rows; i++)
            d->y[i] = d->table->y[i] == 1;
        return say(d, "the labels of \"%s\" are {%g, 1}%s: logistic loss", d->table->target, low,
                   low < 0 ? ", taken as {0, 1}" : "");
    }
    moments(d->rows, d->table->y, 1, &d->y_mean, &d->y_scale);
    double spread = 0;
    for (size_t i = 0; i < d->rows; i++) {
        d->y[i] = (d->table->y[i] - d->y_mean) / d->y_scale;
        spread = fmax(spread, fabs(d->y[i]));
    }
    if (spread == 0)
        return refuse(d->name, "the target is the same in every row");
    return say(d, "\"%s\" is taken as a quantity, (y - %.6g)/%.6g: half squared loss, 0.5 at w = 0", d->table->target,
               d->y_mean, d->y_scale);
}

static bool standardise(dataset *d)
{
    d->Z = malloc(d->rows * d->cols * sizeof *d->Z);
    d->y = malloc(d->rows * sizeof *d->y);
    if (!d->Z || !d->y)
        return refuse(d->name, "out of memory");
    for (size_t j = 0; j < d->cols; j++) {
        double mean, deviation;
        moments(d->rows, d->table->X + j, d->cols, &mean, &deviation);
        for (size_t i = 0; i < d->rows; i++)
            d->Z[i * d->cols + j] = (d->table->X[i * d->cols + j] - mean) / deviation;
    }
    if (lgd_matrix_dense(&d->dense, d->rows, d->cols, d->table->X, d->cols) || lgd_matrix_standardized(&d->A, d->dense))
        return refuse(d->name, lgd_last_error());
    return say(d, "columns standardised to mean 0 and deviation 1") && prepare_target(d);
}

static bool load(dataset *d, const char *path, const lgd_csv_options *options)
{
    if (lgd_csv_read(&d->table, path, options)) {
        fprintf(stderr, "lgd-bench: %s\n", lgd_last_error()); /* names the file itself */
        return false;
    }
    d->rows = d->table->rows;
    d->cols = d->table->cols;
    if (d->rows > INT_MAX || d->cols > INT_MAX / 2)
        return refuse(d->name, "more rows or columns than the gemv of a common BLAS can count");
    for (const char *line = d->table->notes; line && *line; line += strspn(line, "\n")) {
        size_t length = strcspn(line, "\n");
        if (!say(d, "%.*s", (int)length, line))
            return false;
        line += length;
    }
    return standardise(d);
}

bool dataset_housing(dataset *d)
{
    char path[PATH_SIZE];
    const lgd_csv_options options = {
        .target = "median_house_value", .text = LGD_TEXT_ONE_HOT, .missing = LGD_MISSING_MEAN};
    *d = (dataset){.name = "housing", .title = "California housing: the median house value of a census block group"};
    return load(d, file_of_data(path, sizeof path, "housing.csv"), &options);
}

bool dataset_breast_cancer(dataset *d)
{
    char path[PATH_SIZE];
    const lgd_csv_options options = {.header = LGD_HEADER_NO, .skip_lines = 1}; /* line 1 counts rows and columns */
    *d = (dataset){.name = "breast_cancer", .title = "Wisconsin breast cancer: benign (1) or malignant (0)"};
    return load(d, file_of_data(path, sizeof path, "breast_cancer.csv"), &options);
}

bool dataset_read(dataset *d, const settings *s)
{
    const lgd_csv_options options = {.target = s->target,
                                     .text = LGD_TEXT_ONE_HOT,
                                     .missing = LGD_MISSING_MEAN,
                                     .header = (lgd_csv_header)s->header,
                                     .skip_lines = s->skip_lines};
    char stem[PATH_SIZE];
    const char *base = strrchr(s->data, '/');
    *d = (dataset){.title = s->data};
    snprintf(stem, sizeof stem, "%s", base ? base + 1 : s->data);
    char *dot = strrchr(stem, '.');
    if (dot && dot > stem)
        *dot = 0;
    utf8_text(d->name, sizeof d->name, stem);
    for (char *c = d->name; *c; c++)
        if ((unsigned char)*c < ' ')
            *c = '?'; /* it is a field of the TSV */
    return load(d, s->data, &options);
}

void dataset_free(dataset *d)
{
    lgd_matrix_free(d->A);
    lgd_matrix_free(d->dense);
    lgd_table_free(d->table);
    free(d->Z);
    free(d->y);
    free(d->said);
    *d = (dataset){0};
}

/* The intercept is a column of ones, orthogonal to the others since they are centred: it adds 1 to a row and nothing to the
 * largest eigenvalue but a floor of 1. Power iteration. */
void dataset_curvature(const dataset *d, double *all, double *worst)
{
    size_t n = d->cols;
    double *v = malloc(2 * n * sizeof *v), *next = v ? v + n : NULL;
    *all = *worst = 1;
    if (!v)
        return;
    lgd_uniform(1, 0, n, v);
    for (int k = 0; k < 100; k++) {
        double length = 0, row_most = 0;
        for (size_t j = 0; j < n; j++)
            length += v[j] * v[j];
        length = sqrt(length);
        for (size_t j = 0; j < n; j++) {
            v[j] /= length > 0 ? length : 1;
            next[j] = 0;
        }
        for (size_t i = 0; i < d->rows; i++) {
            const double *z = d->Z + i * n;
            double score = 0, square = 0;
            for (size_t j = 0; j < n; j++) {
                score += z[j] * v[j];
                square += z[j] * z[j];
            }
            for (size_t j = 0; j < n; j++)
                next[j] += score * z[j] / (double)d->rows;
            row_most = fmax(row_most, square);
        }
        *worst = 1 + row_most;
        double value = 0;
        for (size_t j = 0; j < n; j++)
            value += next[j] * v[j];
        bool settled = fabs(value - *all) <= 1e-6 * value;
        *all = fmax(value, 1);
        memcpy(v, next, n * sizeof *v);
        if (settled)
            break;
    }
    free(v);
}
