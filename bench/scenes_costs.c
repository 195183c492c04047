/* Scenes of what is minimised: a cost along one parameter, over two, and one with two minima. */
#include "scenes.h"

/* ---- a line through points */

enum { POINTS = 40 };

/* y = slope x + intercept with x standardised: the two parameters do not interact, and the bowl is round. */
static lgd_status line(regression *r, bool intercept)
{
    double x[POINTS], noise[POINTS];
    *r = (regression){.rows = POINTS, .cols = intercept ? 2 : 1};
    scene_noise(41, POINTS, x);
    scene_noise(42, POINTS, noise);
    scene_standardize(POINTS, 1, x);
    for (size_t i = 0; i < POINTS; i++) {
        r->X[i * r->cols] = x[i];
        if (intercept)
            r->X[i * 2 + 1] = 1;
        r->y[i] = 1.5 * x[i] + (intercept ? 0.5 : 0) + 0.5 * noise[i];
    }
    return regression_create(r);
}

static lgd_status cost_row(FILE *to, const char *what, lgd_objective *f, const double *w)
{
    double value = 0;
    lgd_status st = lgd_objective_eval(f, NULL, w, &value, NULL);
    fprintf(to, "%s\t", what);
    for (size_t j = 0; j < lgd_objective_dim(f); j++)
        fprintf(to, "%.9g\t", w[j]);
    fprintf(to, "%.9g\n", value);
    return st;
}

typedef struct follower {
    FILE *to;
    lgd_objective *f;
    const char *what;
} follower;

static int follow(void *ctx, const lgd_progress *p)
{
    follower *at = ctx;
    return cost_row(at->to, at->what, at->f, p->w) ? -1 : 0;
}

/* A row for the start and one for each of so many steps. */
static lgd_status descend(FILE *to, const char *what, lgd_objective *f, double rate, uint64_t steps, double *w)
{
    follower at = {to, f, what};
    lgd_optimizer *sgd = NULL;
    lgd_status st = lgd_sgd_create(&sgd, &(lgd_sgd_options){.lr = rate});
    if (!st)
        st = cost_row(to, what, f, w);
    if (!st)
        st = lgd_minimize(
            f, sgd, w,
            &(lgd_minimize_options){.max_epochs = steps, .grad_tol = LGD_ZERO, .callback = follow, .callback_ctx = &at},
            NULL);
    lgd_optimizer_free(sgd);
    return st;
}

static lgd_status scan(FILE *to, lgd_objective *f, double from, double until, size_t count)
{
    lgd_status st = LGD_OK;
    for (size_t i = 0; i < count && !st; i++)
        st = cost_row(to, "scan", f, (const double[]){from + (until - from) * (double)i / (double)(count - 1)});
    return st;
}

static lgd_status fill_cost(FILE *to)
{
    double w[1] = {-1};
    regression r;
    lgd_status st = line(&r, false);
    fprintf(to, "what\tw\tcost\n");
    if (!st)
        st = scan(to, r.f, -1.5, 4.5, 121);
    if (!st)
        st = descend(to, "descent", r.f, 0.3, 12, w);
    regression_free(&r);
    return st;
}

static lgd_status fill_surface(FILE *to)
{
    regression r;
    lgd_status st = line(&r, true);
    if (!st)
        st = scene_grid(to, r.f, &(frame){-1.5, 4.5, -2.5, 3.5, 16});
    regression_free(&r);
    return st;
}

static lgd_status fill_surface_path(FILE *to)
{
    double w[2] = {-1, 3};
    regression r;
    lgd_status st = line(&r, true);
    fprintf(to, "what\tslope\tintercept\tcost\n");
    if (!st)
        st = descend(to, "descent", r.f, 0.25, 14, w);
    regression_free(&r);
    return st;
}

/* ---- two minima */

/* (w^4 - 16 w^2 + 5 w)/2, of Styblinski and Tang (Neural Networks, 1990): two minima, the left one lower. */
static lgd_status double_well(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    const double x = w[0];
    *f = (x * x * x * x - 16 * x * x + 5 * x) / 2;
    if (g)
        g[0] = 2 * x * x * x - 16 * x + 2.5;
    return LGD_OK;
}

static lgd_status fill_minima(FILE *to)
{
    double left[1] = {-0.3}, right[1] = {0.6};
    lgd_objective *f = NULL;
    lgd_status st = lgd_function_create(&f, 1, double_well, NULL);
    fprintf(to, "what\tw\tcost\n");
    if (!st)
        st = scan(to, f, -4, 4, 161);
    if (!st)
        st = descend(to, "left start", f, 0.015, 30, left);
    if (!st)
        st = descend(to, "right start", f, 0.015, 30, right);
    lgd_objective_free(f);
    return st;
}

const scene scenes_of_costs[] = {{"cost.tsv", fill_cost},
                                 {"surface.tsv", fill_surface},
                                 {"surface_path.tsv", fill_surface_path},
                                 {"minima.tsv", fill_minima},
                                 {NULL, NULL}};
