/* A signal of steps, blurred and noisy, restored by total variation.
 *
 *     minimize 1/2 |B w - y|^2 + strength sum_j |w_{j+1} - w_j|
 *
 * B is the mean over five neighbours, y what was measured. The penalty wants few jumps, and unlike a smooth one it leaves those that
 * are there sharp. Prints how far the measurement and the restored signal are from the true one, and where it jumps. */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 300, HALF = 2, WIDTH = 2 * HALF + 1, LEVELS = 5 };

static double y[LENGTH];

/* out = B w, ends repeated. With `back` out += B^T w. */
static void blur(const double *w, bool back, double *out)
{
    for (int i = 0; i < LENGTH; i++)
        for (int k = -HALF; k <= HALF; k++) {
            const int j = i + k < 0 ? 0 : i + k >= LENGTH ? LENGTH - 1 : i + k;
            if (back)
                out[j] += w[i] / WIDTH;
            else
                out[i] += w[j] / WIDTH;
        }
}

static lgd_status misfit(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    double e[LENGTH] = {0};
    (void)ctx;
    blur(w, false, e);
    *f = 0;
    for (size_t i = 0; i < dim; i++) {
        e[i] -= y[i];
        *f += 0.5 * e[i] * e[i];
    }
    if (g) {
        memset(g, 0, dim * sizeof *g);
        blur(e, true, g);
    }
    return LGD_OK;
}

static double distance(const double *a, const double *b)
{
    double squares = 0;
    for (size_t i = 0; i < LENGTH; i++)
        squares += (a[i] - b[i]) * (a[i] - b[i]);
    return sqrt(squares / LENGTH);
}

int main(void)
{
    const double level[LEVELS] = {0, 2, 1, 3, 0.5};
    double truth[LENGTH], noise[12 * LENGTH], w[LENGTH];
    lgd_objective *f = NULL;
    lgd_optimizer *fista = NULL;
    lgd_penalty *variation = NULL;
    lgd_report report;

    for (size_t i = 0; i < LENGTH; i++)
        truth[i] = level[i * LEVELS / LENGTH];
    memset(y, 0, sizeof y);
    blur(truth, false, y);
    lgd_uniform(1, 0, 12 * LENGTH, noise);
    for (size_t i = 0; i < LENGTH; i++) {
        double sum = -6; /* twelve uniform numbers: nearly normal, deviation 1 */
        for (size_t k = 0; k < 12; k++)
            sum += noise[12 * i + k];
        y[i] += 0.2 * sum;
    }
    memcpy(w, y, sizeof w);

    lgd_status st = lgd_function_create(&f, LENGTH, misfit, NULL);
    if (!st)
        st = lgd_penalty_total_variation_create(&variation, 1);
    if (!st)
        st = lgd_fista_create(&fista, NULL);
    if (!st)
        st = lgd_minimize(
            f, fista, w, &(lgd_minimize_options){.penalty = variation, .grad_tol = 1e-8, .max_epochs = 20000}, &report);
    if (st) {
        fprintf(stderr, "%s\n", lgd_last_error());
    } else {
        printf("root of the mean squared error: measured %.2f, restored %.2f\njumps beyond 0.2 before",
               distance(y, truth), distance(w, truth));
        for (size_t i = 1; i < LENGTH; i++)
            if (fabs(w[i] - w[i - 1]) > 0.2)
                printf(" %zu", i);
        printf("; the true ones before 60 120 180 240\n");
    }
    lgd_optimizer_free(fista);
    lgd_penalty_free(variation);
    lgd_objective_free(f);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
