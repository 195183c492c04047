/* Scenes of two parameters: the way descents take over the contours of what they minimise. */
#include "scenes.h"
#include <math.h>

/* ---- two sums of terms */

enum { TERMS = 40 };

/* Least squares whose contours are long and lie askew: the rows scatter widely one way and a third as far across it. */
static lgd_status askew(regression *r)
{
    const double steep[2] = {-0.28, 0.96}, flat[2] = {0.96, 0.28};
    double along[TERMS], across[TERMS], noise[TERMS];
    *r = (regression){.rows = TERMS, .cols = 2};
    scene_noise(11, TERMS, along);
    scene_noise(12, TERMS, across);
    scene_noise(13, TERMS, noise);
    scene_standardize(TERMS, 1, along);
    scene_standardize(TERMS, 1, across);
    for (size_t i = 0; i < TERMS; i++) {
        for (size_t j = 0; j < 2; j++)
            r->X[2 * i + j] = steep[j] * along[i] + 0.33 * flat[j] * across[i];
        r->y[i] = 1.0 * r->X[2 * i] + 0.4 * noise[i];
    }
    return regression_create(r);
}

/* Rosenbrock's valley (Computer Journal, 1960) as a mean of terms (a - x)^2 + 100 (y - c - x^2)^2 whose a have mean 1 and
 * whose c have mean 0: the mean is his function and a constant. Each term has a valley of its own, beside that of all. */
typedef struct valley {
    double a[TERMS], c[TERMS];
} valley;

static lgd_status valley_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const valley *v = ctx;
    for (size_t k = rows->first; k < rows->first + rows->count; k++) {
        const size_t i = rows->index ? rows->index[k] : k;
        const double left = v->a[i] - w[0], below = w[1] - v->c[i] - w[0] * w[0];
        *f += left * left + 100 * below * below;
        if (g) {
            g[0] += -2 * left - 400 * w[0] * below;
            g[1] += 200 * below;
        }
    }
    return LGD_OK;
}

/* With spread 0 every term is his function. */
static lgd_status rosenbrock(valley *v, double spread, lgd_objective **f)
{
    static const lgd_objective_ops ops = {.name = "rosenbrock", .flags = LGD_CONCURRENT, .eval = valley_eval};
    scene_noise(21, TERMS, v->a);
    scene_noise(22, TERMS, v->c);
    scene_standardize(TERMS, 1, v->a);
    scene_standardize(TERMS, 1, v->c);
    for (size_t i = 0; i < TERMS; i++) {
        v->a[i] = 1 + spread * v->a[i];
        v->c[i] *= 0.08 * spread;
    }
    return lgd_objective_create(f, 2, TERMS, &ops, v);
}

/* ---- batch, mini-batch and stochastic descent */

typedef struct descent {
    const char *method;
    size_t batch;
    double rate;
} descent;

static lgd_status row(FILE *to, const char *name, size_t step, lgd_objective *f, const double *w)
{
    double value = 0;
    lgd_status st = lgd_objective_eval(f, NULL, w, &value, NULL);
    fprintf(to, "%s\t%zu\t%.9g\t%.9g\t%.9g\n", name, step, w[0], w[1], value);
    return st;
}

/* A loop of one's own, since a path has a point for each step, and a run shows one for each epoch. Every so many steps
 * are written. */
static lgd_status walk(FILE *to, lgd_objective *f, const descent *d, size_t epochs, size_t every, const double *start)
{
    size_t order[TERMS], step = 0;
    double w[2] = {start[0], start[1]}, g[2];
    lgd_optimizer *sgd = NULL;
    lgd_status st = lgd_sgd_create(&sgd, &(lgd_sgd_options){.lr = d->rate});
    if (!st)
        st = row(to, d->method, 0, f, w);
    for (size_t e = 0; e < epochs && !st; e++) {
        lgd_permutation(31, e, TERMS, order);
        for (size_t first = 0; first < TERMS && !st; first += d->batch) {
            const lgd_rows rows = {first, d->batch, order};
            st = lgd_objective_eval(f, &rows, w, NULL, g);
            if (!st)
                st = lgd_optimizer_step(sgd, 2, w, g, 0, 1);
            if (!st && ++step % every == 0)
                st = row(to, d->method, step, f, w);
        }
    }
    lgd_optimizer_free(sgd);
    return st;
}

/* Where the gradient vanishes, by descent to rounding level. */
static lgd_status minimum(FILE *to, lgd_objective *f)
{
    double w[2] = {0, 0};
    lgd_optimizer *sgd = NULL;
    lgd_status st = lgd_sgd_create(&sgd, &(lgd_sgd_options){.lr = 0.9});
    if (!st)
        st = lgd_minimize(f, sgd, w, &(lgd_minimize_options){.grad_tol = 1e-12, .max_epochs = 1000}, NULL);
    lgd_optimizer_free(sgd);
    return st ? st : row(to, "minimum", 0, f, w);
}

static const char heading[] = "method\tstep\tx\ty\tloss\n";

static lgd_status fill_quadratic(FILE *to)
{
    static const descent descents[] = {{"stochastic", 1, 0.12}, {"mini-batch", 8, 0.4}, {"batch", TERMS, 0.9}};
    regression r;
    lgd_status st = askew(&r);
    fputs(heading, to);
    for (size_t i = 0; i < 3 && !st; i++)
        st = walk(to, r.f, &descents[i], 12, 1, (const double[]){-2, 0.8});
    if (!st)
        st = minimum(to, r.f);
    regression_free(&r);
    return st;
}

static lgd_status fill_quadratic_grid(FILE *to)
{
    regression r;
    lgd_status st = askew(&r);
    if (!st)
        st = scene_grid(to, r.f, &(frame){-2.5, 2.5, -1.5, 1.5, 61});
    regression_free(&r);
    return st;
}

static lgd_status fill_rosenbrock(FILE *to)
{
    static const descent descents[] = {{"stochastic", 1, 0.0008}, {"mini-batch", 8, 0.001}, {"batch", TERMS, 0.001}};
    valley v;
    lgd_objective *f = NULL;
    lgd_status st = rosenbrock(&v, 1, &f);
    fputs(heading, to);
    for (size_t i = 0; i < 3 && !st; i++)
        st = walk(to, f, &descents[i], 120, i == 0 ? 6 : 1, (const double[]){-0.6, 1.5});
    lgd_objective_free(f);
    return st;
}

static lgd_status fill_rosenbrock_grid(FILE *to)
{
    valley v;
    lgd_objective *f = NULL;
    lgd_status st = rosenbrock(&v, 0, &f);
    if (!st)
        st = scene_grid(to, f, &(frame){-1.5, 1.5, -0.25, 1.75, 91});
    lgd_objective_free(f);
    return st;
}

/* ---- methods */

typedef struct follower {
    FILE *to;
    lgd_objective *f;
    const char *method;
} follower;

static int follow(void *ctx, const lgd_progress *p)
{
    follower *at = ctx;
    return row(at->to, at->method, (size_t)p->step, at->f, p->w) ? -1 : 0;
}

static lgd_status fill_methods(FILE *to)
{
    static const char *const methods[][2] = {{"plain", "sgd:lr=0.0005"},
                                             {"momentum", "momentum:lr=0.0005"},
                                             {"Nesterov", "nesterov:lr=0.0005"},
                                             {"Adam", "adam:lr=0.1"}};
    valley v;
    lgd_objective *f = NULL;
    lgd_status st = rosenbrock(&v, 0, &f);
    fputs(heading, to);
    for (size_t i = 0; i < sizeof methods / sizeof *methods && !st; i++) {
        double w[2] = {-0.6, 1.5};
        follower at = {to, f, methods[i][0]};
        lgd_optimizer *opt = NULL;
        st = lgd_optimizer_parse(&opt, methods[i][1]);
        if (!st)
            st = row(to, at.method, 0, f, w);
        if (!st)
            st = lgd_minimize(
                f, opt, w, &(lgd_minimize_options){.max_epochs = 400, .callback = follow, .callback_ctx = &at}, NULL);
        lgd_optimizer_free(opt);
    }
    lgd_objective_free(f);
    return st;
}

const scene scenes_of_paths[] = {
    {"paths_quadratic.tsv", fill_quadratic},   {"paths_quadratic_grid.tsv", fill_quadratic_grid},
    {"paths_rosenbrock.tsv", fill_rosenbrock}, {"rosenbrock_grid.tsv", fill_rosenbrock_grid},
    {"methods_rosenbrock.tsv", fill_methods},  {NULL, NULL}};
