/* Time to solve a logistic regression whose columns have unlike sizes, until the value is within 1e-9 of the lowest. That one is
 * found by Newton's method in plain loops. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR 1e-9
#define L2 1e-3
#define SPREAD 1.5 /* sizes of columns go from 1 to 10^SPREAD */

static void describe(race *r)
{
    static const runner runners[] = {{.name = "lbfgs", .optimizer = "lbfgs"},
                                     {.name = "cg", .optimizer = "cg"},
                                     {.name = "newton_cg", .optimizer = "newton_cg"},
                                     {.name = "newton", .optimizer = "newton"}};
    r->name = "logistic";
    r->where = "memory";
    r->title = "A logistic regression, to 1e-9 of the lowest value";
    r->timed = "a whole run";
    r->must = "the value is within 1e-9 of the lowest, that plain loops find";
    r->tolerance = NEAR;
    r->rows = 2500;
    r->quick_rows = 1000;
    r->cols = 50;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
}

/* ---- the lowest value */

/* F at w; unless NULL also g[n] and the lower triangle of H[n x n]. */
static double value(const race *r, const double *w, double *g, double *H)
{
    const size_t n = r->cols;
    const double m = (double)r->rows;
    double f = 0;
    for (size_t j = 0; j < n; j++) {
        f += L2 / 2 * w[j] * w[j];
        for (size_t k = 0; H && k <= j; k++)
            H[j * n + k] = j == k ? L2 : 0;
        if (g)
            g[j] = L2 * w[j];
    }
    for (size_t i = 0; i < r->rows; i++) {
        const double *x = r->X + i * n;
        double z = 0;
        for (size_t j = 0; j < n; j++)
            z += x[j] * w[j];
        const double p = 1 / (1 + exp(-z));
        f += (fmax(z, 0) + log1p(exp(-fabs(z))) - r->y[i] * z) / m;
        for (size_t j = 0; g && j < n; j++) {
            g[j] += (p - r->y[i]) * x[j] / m;
            for (size_t k = 0; H && k <= j; k++)
                H[j * n + k] += p * (1 - p) * x[j] * x[k] / m;
        }
    }
    return f;
}

/* d = H^-1 g by Cholesky, which takes the place of H. */
static void solve(size_t n, double *H, const double *g, double *d)
{
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n; i++) {
            for (size_t k = 0; k < j; k++)
                H[i * n + j] -= H[i * n + k] * H[j * n + k];
            H[i * n + j] = i == j ? sqrt(H[j * n + j]) : H[i * n + j] / H[j * n + j];
        }
    for (size_t i = 0; i < n; i++) {
        d[i] = g[i];
        for (size_t k = 0; k < i; k++)
            d[i] -= H[i * n + k] * d[k];
        d[i] /= H[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            d[i] -= H[k * n + i] * d[k];
        d[i] /= H[i * n + i];
    }
}

static bool lowest(race *r)
{
    const size_t n = r->cols;
    double *block = calloc(n * n + 4 * n, sizeof *block), decrement = INFINITY;
    if (!block)
        return false;
    double *H = block, *w = H + n * n, *g = w + n, *d = g + n, *next = d + n;
    for (size_t k = 0; k < 50 && !(decrement <= 1e-4 * NEAR * r->lowest); k++) {
        double f = r->lowest = value(r, w, g, H), share = 1;
        solve(n, H, g, d);
        decrement = 0;
        for (size_t j = 0; j < n; j++)
            decrement += g[j] * d[j] / 2;
        for (; share > 1e-9; share /= 2) {
            for (size_t j = 0; j < n; j++)
                next[j] = w[j] - share * d[j];
            f = value(r, next, NULL, NULL);
            if (f <= r->lowest)
                break;
        }
        memcpy(w, next, n * sizeof *w);
    }
    const bool found = decrement <= 1e-4 * NEAR * r->lowest;
    free(block);
    if (!found)
        lgd_set_error(LGD_EDIVERGED, "plain loops did not come to the lowest value of the logistic regression");
    return found;
}

static bool make(race *r)
{
    lgd_uniform(r->seed, 0, r->rows * r->cols, r->X);
    for (size_t i = 0; i < r->rows * r->cols; i++)
        r->X[i] -= 0.5;
    race_targets(r);
    for (size_t i = 0; i < r->rows; i++) {
        r->y[i] = r->y[i] > 0;
        for (size_t j = 0; j < r->cols; j++)
            r->X[i * r->cols + j] *= pow(10, SPREAD * (double)j / (double)(r->cols - 1));
    }
    return lowest(r) && !lgd_matrix_dense(&r->A, r->rows, r->cols, r->X, r->cols) &&
           !lgd_glm_create(&r->f, r->A, r->y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = L2});
}

/* ---- the race */

static double run(void *ctx, size_t repeats)
{
    runner *k = ctx;
    const race *r = k->race;
    const lgd_minimize_options options = {
        .max_epochs = 20000, .grad_tol = LGD_ZERO, .f_target = r->lowest * (1 + 0.999 * NEAR), .threads = 1};
    lgd_report report;
    const double begun = now();
    for (size_t i = 0; i < repeats; i++) {
        memset(k->w, 0, r->cols * sizeof *k->w);
        lgd_optimizer_reset(k->opt);
        if (lgd_minimize(r->f, k->opt, k->w, &options, &report))
            return -1;
        if (report.stop != LGD_STOP_F_TARGET)
            return lgd_set_error(LGD_EDIVERGED, lgd_stop_string(report.stop));
    }
    k->steps = report.steps;
    k->passes = report.passes;
    race_costs(k, &report, 1);
    return (now() - begun) / (double)repeats;
}

static void check(race *r, runner *k)
{
    if (run(k, 1) < 0) {
        utf8_text(k->why, sizeof k->why, lgd_last_error());
        return;
    }
    k->error = value(r, k->w, NULL, NULL) / r->lowest - 1;
    k->verdict = OK;
}

const race_ops race_of_logistic = {describe, make, check, run};
