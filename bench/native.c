/* Fixed runs of one thread for bench/native, which sets two builds beside one another: of each its name, its seconds of processor time
 * and a hash of the weights it comes to, which the instructions that a compiler may use must not change. */
#include <lgd.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 20000, COLS = 100, CLASSES = 10, HIDDEN = 64, LONG = 200000 };

typedef struct data {
    double *X, *labels, *classes;
    lgd_matrix *A;
} data;

/* A run of an optimizer on rows, or where there is no loss on a function of LONG coordinates. */
typedef struct work {
    const char *name, *loss, *optimizer;
    size_t batch, epochs;
    double grad_tol, l2;
    bool network;
} work;

static const work works[] = {
    {"squared, batches of 8", "half_squared", "sgd:lr=0.05", 8, 10, 0, 0, false},
    {"squared, batches of 64", "half_squared", "sgd:lr=0.05", 64, 10, 0, 0, false},
    {"squared, batches of 1024", "half_squared", "sgd:lr=0.05", 1024, 20, 0, 0, false},
    {"squared, full batch", "half_squared", "sgd:lr=0.05", 0, 20, 0, 0, false},
    {"logistic, batches of 8", "logistic", "sgd:lr=0.05", 8, 10, 0, 0, false},
    {"logistic, batches of 64", "logistic", "sgd:lr=0.05", 64, 10, 0, 0, false},
    {"logistic, batches of 64, adam", "logistic", "adam", 64, 10, 0, 0, false},
    {"logistic, lbfgs to |g| of 1e-9", "logistic", "lbfgs", 0, 1000, 1e-9, 1e-3, false},
    {"logistic, newton to |g| of 1e-9", "logistic", "newton", 0, 100, 1e-9, 1e-3, false},
    {"huber, batches of 64", "huber", "sgd:lr=0.05", 64, 10, 0, 0, false},
    {"softmax, batches of 64", "softmax", "sgd:lr=0.05", 64, 5, 0, 0, false},
    {"network, batches of 64, adam", "softmax", "adam", 64, 2, 0, 0, true},
    {"a long vector, sgd", NULL, "sgd:lr=0.001", 0, 100, 0, 0, false},
    {"a long vector, adam", NULL, "adam", 0, 60, 0, 0, false},
    {"a long vector, adabelief", NULL, "adabelief", 0, 60, 0, 0, false},
    {"a long vector, lbfgs", NULL, "lbfgs", 0, 20, 0, 0, false},
};

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The chained Rosenbrock function, scaled to be gentle. */
static lgd_status chain(void *ctx, size_t n, const double *w, double *f, double *g)
{
    (void)ctx;
    double sum = 0;
    memset(g, 0, n * sizeof *g);
    for (size_t j = 0; j + 1 < n; j += 2) {
        const double a = w[j + 1] - w[j] * w[j], b = 1 - w[j];
        sum += 10 * (a * a) + b * b;
        g[j] = -40 * (a * w[j]) - 2 * b;
        g[j + 1] = 20 * a;
    }
    *f = sum;
    return LGD_OK;
}

static bool make(data *d)
{
    d->X = malloc(ROWS * COLS * sizeof *d->X);
    d->labels = malloc(2 * ROWS * sizeof *d->labels);
    if (!d->X || !d->labels)
        return false;
    d->classes = d->labels + ROWS;
    lgd_uniform(1, 0, (size_t)ROWS * COLS, d->X);
    lgd_uniform(2, 0, ROWS, d->classes);
    for (size_t i = 0; i < (size_t)ROWS * COLS; i++)
        d->X[i] -= 0.5;
    for (size_t i = 0; i < ROWS; i++) {
        double z = 4 * (d->classes[i] - 0.5);
        for (size_t j = 0; j < COLS; j += 10)
            z += d->X[i * COLS + j] * (j % 20 ? 4 : -2);
        d->labels[i] = z > 0;
        d->classes[i] = floor(CLASSES * d->classes[i]);
    }
    return !lgd_matrix_dense(&d->A, ROWS, COLS, d->X, COLS);
}

static lgd_status objective(const data *d, const work *k, lgd_objective **f)
{
    const lgd_loss *loss = k->loss ? lgd_loss_find(k->loss) : NULL;
    const bool classes = loss && !strcmp(k->loss, "softmax");
    const double *y = classes ? d->classes : d->labels;
    if (!loss)
        return lgd_function_create(f, LONG, chain, NULL);
    if (k->network)
        return lgd_mlp_create(f, d->A, y, loss,
                              &(lgd_mlp_options){.hidden = (size_t[]){HIDDEN}, .hidden_count = 1, .outputs = CLASSES});
    return lgd_glm_create(f, d->A, y, loss,
                          &(lgd_glm_options){.intercept = true, .l2 = k->l2, .outputs = classes ? CLASSES : 1});
}

/* Fowler, Noll and Vo's, of bytes. */
static unsigned long long hash(size_t n, const double *w)
{
    unsigned long long h = 14695981039346656037U;
    const unsigned char *byte = (const unsigned char *)w;
    for (size_t i = 0; i < n * sizeof *w; i++)
        h = (h ^ byte[i]) * 1099511628211U;
    return h;
}

static lgd_status once(lgd_objective *f, const work *k, double *w, double *took)
{
    lgd_optimizer *opt = NULL;
    lgd_report report;
    const lgd_minimize_options options = {.batch_size = k->batch,
                                          .max_epochs = k->epochs,
                                          .grad_tol = k->grad_tol > 0 ? k->grad_tol : LGD_ZERO,
                                          .seed = 1,
                                          .threads = 1};
    lgd_status status = lgd_optimizer_parse(&opt, k->optimizer);
    for (size_t j = 0; j < lgd_objective_dim(f); j++)
        w[j] = k->loss ? 0 : 1 + 0.25 * (double)(j % 3);
    if (!status && k->network)
        status = lgd_mlp_initialise(f, LGD_INIT_AUTO, 1, w);
    const double begun = seconds();
    if (!status)
        status = lgd_minimize(f, opt, w, &options, &report);
    *took = seconds() - begun;
    lgd_optimizer_free(opt);
    return status;
}

/* The quickest of `times` runs of each, after one that warms up. */
int main(int argc, char **argv)
{
    const int times = argc > 1 ? atoi(argv[1]) : 1;
    data d;
    double *w = malloc(LONG * sizeof *w);
    bool ok = w && make(&d);
    for (size_t i = 0; ok && i < sizeof works / sizeof *works; i++) {
        lgd_objective *f = NULL;
        double best = INFINITY, took = 0;
        ok = !objective(&d, &works[i], &f);
        for (int t = 0; ok && t <= times; t++) {
            ok = !once(f, &works[i], w, &took);
            best = t > 0 && took < best ? took : best;
        }
        if (ok)
            printf("%s\t%.9f\t%016llx\n", works[i].name, best, hash(lgd_objective_dim(f), w));
        lgd_objective_free(f);
    }
    if (!ok)
        fprintf(stderr, "lgd-bench-native: %s\n", lgd_last_error());
    return !ok;
}
