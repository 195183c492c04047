/* The first principal component, row by row, as an objective of one's own.
 *
 *     maximize 1/m sum_i 1/2 (x_i . w)^2/|w|^2
 *
 * the variance of the data along w. With y = x_i . w the gradient of a row is (y x_i - y^2 w/|w|^2)/|w|^2: at |w| = 1 the update is
 * Oja's rule, w += lr y (x - y w), which keeps |w| near 1 (E. Oja, J. Math. Biol. 15 (1982)). It is not convex, but its only other
 * points of rest are saddle points.
 *
 * usage: components [diabetes_data.csv]
 *
 * Data: ten measurements of 442 patients, centred columns of length 1 (B. Efron et al., Ann. Stat. 32 (2004)). A shrinking rate lets
 * the noise of single rows die out. Prints the share of the variance along w, beside that of a power iteration with all rows. */
/* features: 18 */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 442, COLS = 10 };

static double x[ROWS][COLS];

static double dot(const double *a, const double *b)
{
    double sum = 0;
    for (size_t j = 0; j < COLS; j++)
        sum += a[j] * b[j];
    return sum;
}

static lgd_status variance(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const double squares = dot(w, w);
    (void)ctx;
    for (size_t i = rows->first; i < rows->first + rows->count; i++) {
        const double *x_i = x[rows->index ? rows->index[i] : i], y = dot(x_i, w);
        *f += 0.5 * y * y / squares;
        for (size_t j = 0; j < COLS && g; j++)
            g[j] += (y * x_i[j] - y * y / squares * w[j]) / squares;
    }
    return LGD_OK;
}

/* The largest eigenvalue of X^T X. */
static double power_iteration(void)
{
    double v[COLS], next[COLS], length = 0;
    lgd_uniform(3, 0, COLS, v);
    for (int k = 0; k < 500; k++) {
        memset(next, 0, sizeof next);
        for (size_t i = 0; i < ROWS; i++) {
            const double y = dot(x[i], v);
            for (size_t j = 0; j < COLS; j++)
                next[j] += y * x[i][j];
        }
        length = sqrt(dot(next, next));
        for (size_t j = 0; j < COLS; j++)
            v[j] = next[j] / length;
    }
    return length;
}

int main(int argc, char **argv)
{
    const lgd_objective_ops ops = {.name = "components", .flags = LGD_CONCURRENT, .eval = variance};
    const lgd_minimize_options run = {
        .batch_size = 1, .max_epochs = 200, .maximize = true, .schedule = {.kind = LGD_COSINE, .period = 200}};
    FILE *file = fopen(argc > 1 ? argv[1] : "bench/data/diabetes_data.csv", "r");
    double w[COLS];
    lgd_objective *f = NULL;
    lgd_optimizer *oja = NULL;
    lgd_report report;
    int read = 0;

    while (file && read < ROWS * COLS && fscanf(file, "%lf", &x[read / COLS][read % COLS]) == 1)
        read++;
    if (file)
        fclose(file);
    lgd_status st = read == ROWS * COLS ? LGD_OK : lgd_set_error(LGD_EIO, "components: the data cannot be read");
    lgd_uniform(1, 0, COLS, w);
    if (!st)
        st = lgd_objective_create(&f, COLS, ROWS, &ops, NULL);
    if (!st)
        st = lgd_sgd_create(&oja, &(lgd_sgd_options){.lr = 5});
    if (!st)
        st = lgd_minimize(f, oja, w, &run, &report);
    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        /* The columns have length 1, so all of the variance is COLS. */
        printf("share of the variance: %.3f by single rows, ", 2 * ROWS * report.f / COLS);
        printf("%.3f by power iteration\n", power_iteration() / COLS);
    }
    lgd_optimizer_free(oja);
    lgd_objective_free(f);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
