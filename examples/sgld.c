/* Sampling instead of minimising, by an optimizer of one's own with noise: stochastic gradient Langevin dynamics (M. Welling,
 * Y. W. Teh, 2011). A step of half the gradient of the negative log posterior and noise of variance lr,
 *
 *     w = w - lr/2 terms g + sqrt(lr) N(0, 1),
 *
 * leaves points distributed as the posterior, if lr is small. The objective is a mean over n rows, here without the factor
 * 1/sigma^2: terms = n/sigma^2 times it is the negative log posterior.
 *
 * Bayesian linear regression, y = X w + N(0, sigma^2) with the prior N(0, tau^2) for each weight, has a normal posterior whose
 * mean and covariance are known, A^-1 X'y/sigma^2 and A^-1 with A = X'X/sigma^2 + I/tau^2. Prints sampled beside exact ones,
 * and that a run in two halves, saved and loaded between, and one by four threads have the bits of the first. */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 200, DIM = 3, BATCH = 50, BURN_IN = 1000, EPOCHS = 101000 };

static const double sigma = 0.5, tau = 2;

typedef struct sgld_options {
    double lr, terms;
} sgld_options;

static const lgd_option options[] = {
    {"lr", offsetof(sgld_options, lr), LGD_DOUBLE, 1e-4, 0, HUGE_VAL, 3, NULL, "variance of the noise", {0}},
    {"terms", offsetof(sgld_options, terms), LGD_DOUBLE, 1, 0, HUGE_VAL, 3, NULL, "log posterior over objective", {0}},
    {0},
};

/* One of N(0, 1) from two in [0, 1): G. Box, M. Muller (1958). */
static double normal(const double u[2])
{
    return sqrt(-2 * log1p(-u[0])) * cos(6.283185307179586 * u[1]);
}

/* The key belongs to the step and the seed of the run, so no generator is kept from step to step. */
static lgd_status step(lgd_step *s)
{
    const sgld_options *o = s->options;
    const double lr = o->lr * s->lr_factor;
    for (size_t j = 0; j < s->dim; j++) {
        double u[2];
        lgd_uniform(s->key, 2 * j, 2, u);
        s->w[j] += sqrt(lr) * normal(u) - lr / 2 * o->terms * s->g[j];
    }
    return LGD_OK;
}

static const lgd_optimizer_ops sgld = {
    .name = "sgld", .options = options, .options_size = sizeof(sgld_options), .flags = LGD_SLICED, .step = step};

/* ---- the mean and the mean square of the points after each epoch */

typedef struct moments {
    double n, mean[DIM], square[DIM];
} moments;

static int collect(void *ctx, const lgd_progress *p)
{
    moments *m = ctx;
    for (size_t j = 0; p->epoch > BURN_IN && j < DIM; j++) {
        m->mean[j] += p->w[j];
        m->square[j] += p->w[j] * p->w[j];
    }
    m->n += p->epoch > BURN_IN;
    return 0;
}

/* ---- the posterior in closed form */

/* mean = A^-1 b, and the roots of the diagonal of A^-1, by elimination: A is small and positive definite. */
static void solve(double A[DIM][DIM], const double *b, double *mean, double *deviation)
{
    double inverse[DIM][DIM] = {{0}};
    for (size_t p = 0; p < DIM; p++)
        inverse[p][p] = 1;
    for (size_t p = 0; p < DIM; p++)
        for (size_t i = 0; i < DIM; i++) {
            const double factor = A[i][p] / A[p][p];
            for (size_t j = 0; j < DIM && i != p; j++) {
                A[i][j] -= factor * A[p][j];
                inverse[i][j] -= factor * inverse[p][j];
            }
        }
    for (size_t i = 0; i < DIM; i++) {
        mean[i] = 0;
        deviation[i] = sqrt(inverse[i][i] / A[i][i]);
        for (size_t j = 0; j < DIM; j++)
            mean[i] += inverse[i][j] / A[i][i] * b[j];
    }
}

static void exact(const double *X, const double *y, double *mean, double *deviation)
{
    double A[DIM][DIM] = {{0}}, b[DIM] = {0};
    for (size_t j = 0; j < DIM; j++)
        A[j][j] = 1 / (tau * tau);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < DIM; j++) {
            b[j] += X[i * DIM + j] * y[i] / (sigma * sigma);
            for (size_t k = 0; k < DIM; k++)
                A[j][k] += X[i * DIM + j] * X[i * DIM + k] / (sigma * sigma);
        }
    solve(A, b, mean, deviation);
}

/* ---- */

/* Goes on by so many epochs, the first of them `from`. */
static lgd_status sample(lgd_objective *f, lgd_optimizer *opt, double *w, uint64_t from, uint64_t epochs,
                         size_t threads, moments *m)
{
    const lgd_minimize_options o = {.first_epoch = from,
                                    .max_epochs = epochs,
                                    .batch_size = BATCH,
                                    .seed = 7,
                                    .threads = threads,
                                    .callback = m ? collect : NULL,
                                    .callback_ctx = m};
    return lgd_minimize(f, opt, w, &o, NULL);
}

/* 20 epochs; the second half by an optimizer that has loaded the state of the first. */
static lgd_status halves(lgd_objective *f, const sgld_options *o, double *w)
{
    lgd_optimizer *first = NULL, *second = NULL;
    unsigned char state[1024];
    size_t size = sizeof state;
    lgd_status st = lgd_optimizer_create(&first, &sgld, o, sizeof *o);
    if (!st)
        st = lgd_optimizer_create(&second, &sgld, o, sizeof *o);
    if (!st)
        st = sample(f, first, w, 0, 10, 1, NULL);
    if (!st)
        st = lgd_optimizer_save(first, state, &size);
    if (!st)
        st = lgd_optimizer_load(second, state, size);
    if (!st)
        st = sample(f, second, w, 10, 10, 1, NULL);
    lgd_optimizer_free(second);
    lgd_optimizer_free(first);
    return st;
}

static lgd_status whole(lgd_objective *f, const sgld_options *o, double *w, uint64_t epochs, size_t threads, moments *m)
{
    lgd_optimizer *opt = NULL;
    lgd_status st = lgd_optimizer_create(&opt, &sgld, o, sizeof *o);
    if (!st)
        st = sample(f, opt, w, 0, epochs, threads, m);
    lgd_optimizer_free(opt);
    return st;
}

static lgd_status run(lgd_objective *f, const double *X, const double *y)
{
    const sgld_options o = {.lr = 5e-5, .terms = N / (sigma * sigma)};
    double w[4][DIM] = {{0}}, mean[DIM], deviation[DIM];
    moments m = {0};
    lgd_status st = whole(f, &o, w[0], EPOCHS, 1, &m);
    if (!st)
        st = whole(f, &o, w[1], 20, 1, NULL);
    if (!st)
        st = whole(f, &o, w[2], 20, 4, NULL);
    if (!st)
        st = halves(f, &o, w[3]);
    if (st)
        return st;
    exact(X, y, mean, deviation);
    for (size_t j = 0; j < DIM; j++) {
        const double sampled = m.mean[j] / m.n;
        printf("w[%zu]: mean %.3f, exact %.3f; standard deviation %.3f, exact %.3f\n", j, sampled, mean[j],
               sqrt(m.square[j] / m.n - sampled * sampled), deviation[j]);
    }
    printf("four threads: %s\n", memcmp(w[1], w[2], sizeof w[1]) ? "other bits" : "same bits");
    printf("saved and loaded: %s\n", memcmp(w[1], w[3], sizeof w[1]) ? "other bits" : "same bits");
    return LGD_OK;
}

int main(void)
{
    static double X[N * DIM], y[N];
    static const double truth[DIM] = {1, -2, 0.5};
    lgd_matrix *matrix = NULL;
    lgd_objective *f = NULL;

    lgd_uniform(1, 0, sizeof X / sizeof *X, X);
    for (size_t i = 0; i < N; i++) {
        double u[2];
        lgd_uniform(2, 2 * i, 2, u);
        y[i] = sigma * normal(u);
        for (size_t j = 0; j < DIM; j++) {
            X[i * DIM + j] = 2 * X[i * DIM + j] - 1;
            y[i] += X[i * DIM + j] * truth[j];
        }
    }
    /* (mean of (y - X w)^2 / 2 + l2/2 |w|^2) n / sigma^2 is the negative log posterior but for a constant. */
    lgd_status st = lgd_matrix_dense(&matrix, N, DIM, X, DIM);
    if (!st)
        st = lgd_glm_create(&f, matrix, y, lgd_loss_half_squared(),
                            &(lgd_glm_options){.l2 = sigma * sigma / (tau * tau * N)});
    if (!st)
        st = run(f, X, y);
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    lgd_objective_free(f);
    lgd_matrix_free(matrix);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
