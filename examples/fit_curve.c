/* Fits a curve to a measurement: the mobility of electrons in a semiconductor against the logarithm of their density, 37 points, by a
 * quotient of two cubics with seven parameters. NIST has certified what comes of it (Statistical Reference Datasets, Thurber), so the
 * fit can be held against the truth, and its error bars too.
 *
 * usage: fit_curve [Thurber.dat [TABLE.tsv]]
 *
 * Prints the parameters with their standard errors, beside those that are certified. TABLE.tsv receives data, fit, residuals and
 * the band in which the curve lies with 95 % confidence, as docs/pictures/fit_curve.gp draws them. */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 37, DIM = 7, PLACES = 161 };
static const double STUDENT = 2.0423; /* Student's t of ROWS - DIM = 30 degrees of freedom leaves 2.5 % above it */

typedef struct measurement {
    double x[ROWS], y[ROWS];
    double start[DIM], certified[DIM], certified_error[DIM];
} measurement;

typedef struct fit {
    double b[DIM], error[DIM], covariance[DIM * DIM];
    lgd_report run;
    lgd_least_squares_report squares;
} fit;

/* (b1 + b2 x + b3 x^2 + b4 x^3) / (1 + b5 x + b6 x^2 + b7 x^3), and in slope[7] its derivatives by the b. */
static double curve(const double *b, double x, double *slope)
{
    const double below = 1 + x * (b[4] + x * (b[5] + x * b[6]));
    const double value = (b[0] + x * (b[1] + x * (b[2] + x * b[3]))) / below;
    double power = 1;
    for (int j = 0; j < 4; j++, power *= x) {
        slope[j] = power / below;
        if (j > 0)
            slope[j + 3] = -value * power / below;
    }
    return value;
}

/* What the library asks for: residuals, and their Jacobian where it is wanted. */
static lgd_status residuals(void *ctx, size_t dim, size_t count, const double *b, double *r, double *jacobian)
{
    const measurement *m = ctx;
    for (size_t i = 0; i < count; i++) {
        double slope[DIM];
        r[i] = curve(b, m->x[i], slope) - m->y[i];
        if (jacobian)
            memcpy(jacobian + i * dim, slope, sizeof slope);
    }
    return LGD_OK;
}

/* NIST's file: two starts, certified values and errors in lines "b1 = ...", then the data. */
static lgd_status read_measurement(measurement *m, const char *path)
{
    char line[256];
    size_t parameters = 0, rows = 0;
    bool data = false;
    FILE *file = fopen(path, "r");
    if (!file) {
        snprintf(line, sizeof line, "fit_curve: %s cannot be read", path);
        return lgd_set_error(LGD_EIO, line);
    }
    while (fgets(line, sizeof line, file)) {
        double other;
        if (data && rows < ROWS)
            rows += sscanf(line, "%lf %lf", &m->y[rows], &m->x[rows]) == 2;
        else if (parameters < DIM)
            parameters += sscanf(line, " b%*d = %lf %lf %lf %lf", &m->start[parameters], &other,
                                 &m->certified[parameters], &m->certified_error[parameters]) == 4;
        data = data || !strncmp(line, "Data:   y", 9);
    }
    fclose(file);
    return rows == ROWS && parameters == DIM
               ? LGD_OK
               : lgd_set_error(LGD_EFORMAT, "fit_curve: the file is not NIST's Thurber.dat");
}

static lgd_status fit_curve(fit *a, measurement *m)
{
    lgd_objective *f = NULL;
    lgd_optimizer *lm = NULL;
    memcpy(a->b, m->start, sizeof a->b);
    lgd_status st = lgd_residual_create(&f, DIM, ROWS, residuals, m);
    if (!st)
        st = lgd_lm_create(&lm, NULL);
    if (!st)
        st = lgd_minimize(f, lm, a->b, NULL, &a->run);
    if (!st)
        st = lgd_least_squares_errors(
            f, a->b, &(lgd_least_squares_options){.errors = a->error, .covariance = a->covariance}, &a->squares);
    lgd_optimizer_free(lm);
    lgd_objective_free(f);
    return st;
}

/* How far the curve may be from the fitted one at x: by the derivatives there and the covariance of the parameters. */
static double band(const fit *a, double x)
{
    double slope[DIM], variance = 0;
    curve(a->b, x, slope);
    for (int j = 0; j < DIM; j++)
        for (int k = 0; k < DIM; k++)
            variance += slope[j] * a->covariance[j * DIM + k] * slope[k];
    return STUDENT * sqrt(variance);
}

/* A row for each point, then one for each place of the curve. */
static void write_table(FILE *to, const measurement *m, const fit *a)
{
    double slope[DIM];
    fprintf(to, "kind\tx\ty\tfit\tband\tresidual\tdeviation\n");
    for (int i = 0; i < ROWS; i++) {
        const double y = curve(a->b, m->x[i], slope);
        fprintf(to, "point\t%.7g\t%.7g\t%.7g\t%.7g\t%.7g\t%.7g\n", m->x[i], m->y[i], y, band(a, m->x[i]), m->y[i] - y,
                a->squares.sigma);
    }
    for (int i = 0; i < PLACES; i++) {
        const double x = -3.2 + 0.035 * i;
        fprintf(to, "curve\t%.7g\tNaN\t%.7g\t%.7g\tNaN\tNaN\n", x, curve(a->b, x, slope), band(a, x));
    }
}

static void print(const fit *a, const measurement *m)
{
    double worst = 0;
    printf("    fitted     standard error    certified  standard error\n");
    for (int j = 0; j < DIM; j++) {
        printf("b%d  %-9.6g  %-14.4g    %-9.6g  %.4g\n", j + 1, a->b[j], a->error[j], m->certified[j],
               m->certified_error[j]);
        worst = fmax(worst, fabs(a->b[j] / m->certified[j] - 1));
    }
    printf("\nstandard deviation of a residual %.5g, %g degrees of freedom\n", a->squares.sigma, a->squares.freedom);
    printf("at least 7 digits of each parameter are those certified: %s\n", worst < 1e-7 ? "yes" : "no");
}

int main(int argc, char **argv)
{
    static measurement m;
    static fit a;
    lgd_status st = read_measurement(&m, argc > 1 ? argv[1] : "bench/data/nist/Thurber.dat");
    if (!st)
        st = fit_curve(&a, &m);
    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
        return EXIT_FAILURE;
    }
    print(&a, &m);
    FILE *table = argc > 2 ? fopen(argv[2], "w") : NULL;
    if (table)
        write_table(table, &m, &a);
    const bool written = argc < 3 || (table && !ferror(table));
    if ((table && fclose(table)) || !written) {
        fprintf(stderr, "fit_curve: %s cannot be written\n", argv[2]);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
