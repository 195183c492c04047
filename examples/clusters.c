/* Mini-batch k-means as an objective of one's own: which of K centres is each point nearest to?
 *
 *     f(c) = 1/m sum_i 1/2 min_k |x_i - c_k|^2
 *
 * The gradient of a point goes to its nearest centre only. The function has many minima, so runs start from several draws of centres and
 * the lowest is kept. D. Sculley, "Web-Scale K-Means Clustering" (2010). Points are drawn around four places; prints the centres found
 * and how many points each has. */
/* features: 18 */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { POINTS = 2000, CENTRES = 4 };

static double x[POINTS][2];

static size_t nearest(const double *x_i, const double *c, double *squares)
{
    size_t best = 0;
    *squares = INFINITY;
    for (size_t k = 0; k < CENTRES; k++) {
        const double a = x_i[0] - c[2 * k], b = x_i[1] - c[2 * k + 1], d = a * a + b * b;
        if (d < *squares) {
            *squares = d;
            best = k;
        }
    }
    return best;
}

static lgd_status means(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    (void)ctx;
    for (size_t i = rows->first; i < rows->first + rows->count; i++) {
        const double *x_i = x[rows->index ? rows->index[i] : i];
        double squares;
        const size_t k = nearest(x_i, w, &squares);
        *f += 0.5 * squares;
        for (size_t j = 0; j < 2 && g; j++)
            g[2 * k + j] += w[2 * k + j] - x_i[j];
    }
    return LGD_OK;
}

static int by_x(const void *a, const void *b)
{
    const double *p = a, *q = b;
    return (p[0] > q[0]) - (p[0] < q[0]);
}

int main(void)
{
    const double place[CENTRES][2] = {{-4, 0}, {-1, 4}, {1, -3}, {5, 2}};
    const double lower[2 * CENTRES] = {-6, -6, -6, -6, -6, -6, -6, -6}, upper[2 * CENTRES] = {6, 6, 6, 6, 6, 6, 6, 6};
    const lgd_objective_ops ops = {.name = "k-means", .flags = LGD_CONCURRENT, .eval = means};
    double noise[12], w[2 * CENTRES] = {0};
    size_t size[CENTRES] = {0};
    lgd_objective *f = NULL;
    lgd_optimizer *sgd = NULL;

    for (size_t i = 0; i < POINTS; i++) {
        lgd_uniform(2, 12 * i, 12, noise);
        for (size_t j = 0; j < 2; j++) {
            x[i][j] = place[i % CENTRES][j] - 3;
            for (size_t k = 0; k < 6; k++)
                x[i][j] += noise[6 * j + k];
        }
    }
    lgd_status st = lgd_objective_create(&f, 2 * CENTRES, POINTS, &ops, NULL);
    if (!st)
        st = lgd_sgd_create(&sgd, &(lgd_sgd_options){.lr = 0.5});
    if (!st) {
        const lgd_starts_options starts = {.starts = 10, .lower = lower, .upper = upper, .seed = 1};
        const lgd_minimize_options run = {
            .batch_size = 100, .max_epochs = 30, .schedule = {.kind = LGD_COSINE, .period = 30}};
        st = lgd_minimize_starts(f, sgd, w, &starts, &run, NULL, NULL);
    }
    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        qsort(w, CENTRES, 2 * sizeof *w, by_x);
        for (size_t i = 0; i < POINTS; i++) {
            double squares;
            size[nearest(x[i], w, &squares)]++;
        }
        for (size_t k = 0; k < CENTRES; k++)
            printf("(%4.1f, %4.1f), drawn around (%2.0f, %2.0f): %zu points\n", w[2 * k], w[2 * k + 1], place[k][0],
                   place[k][1], size[k]);
    }
    lgd_optimizer_free(sgd);
    lgd_objective_free(f);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
