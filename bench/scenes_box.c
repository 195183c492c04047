/* The scene of a box: the ways of projected methods to a minimum that lies on its edge. */
#include "scenes.h"
#include <math.h>

/* A bowl (w - c)^T H (w - c)/2 with curvatures 1 and 0.12, its long axis 30 degrees from the first coordinate, its bottom c
 * beyond the right edge of the box. */
static const double centre[2] = {1.9, 0.2}, low[2] = {-1.6, -1}, high[2] = {0.8, 1};

static lgd_status bowl(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    (void)ctx, (void)dim;
    const double c = sqrt(3) / 2, s = 0.5, x = w[0] - centre[0], y = w[1] - centre[1];
    const double along = 0.12 * (c * x + s * y), across = c * y - s * x;
    *f = (along * along / 0.12 + across * across) / 2;
    if (g) {
        g[0] = c * along - s * across;
        g[1] = s * along + c * across;
    }
    return LGD_OK;
}

static lgd_status point(FILE *to, const char *what, size_t step, lgd_objective *f, double x, double y)
{
    double value = 0;
    lgd_status st = lgd_objective_eval(f, NULL, (const double[]){x, y}, &value, NULL);
    fprintf(to, "%s\t%zu\t%.9g\t%.9g\t%.9g\n", what, step, x, y, value);
    return st;
}

typedef struct follower {
    FILE *to;
    lgd_objective *f;
    const char *method;
} follower;

static int follow(void *ctx, const lgd_progress *p)
{
    const follower *at = ctx;
    return point(at->to, at->method, (size_t)p->step, at->f, p->w[0], p->w[1]) ? -1 : 0;
}

/* A row for the start and one for each step; without a name only the last point is a row, as the minimum. */
static lgd_status walk(FILE *to, lgd_objective *f, const lgd_penalty *box, const char *name, const char *recipe,
                       uint64_t steps)
{
    double w[2] = {-1.4, -0.5};
    follower at = {to, f, name};
    lgd_optimizer *opt = NULL;
    lgd_minimize_options options = {
        .penalty = box, .max_epochs = steps, .grad_tol = LGD_ZERO, .grad_tol_abs = name ? 0 : 1e-12};
    lgd_status st = lgd_optimizer_parse(&opt, recipe);
    if (name && !st) {
        options.callback = follow;
        options.callback_ctx = &at;
        st = point(to, name, 0, f, w[0], w[1]);
    }
    if (!st)
        st = lgd_minimize(f, opt, w, &options, NULL);
    lgd_optimizer_free(opt);
    return st || name ? st : point(to, box ? "minimum" : "bottom", 0, f, w[0], w[1]);
}

static lgd_status fill_feasible(FILE *to)
{
    static const struct {
        const char *name, *recipe;
        uint64_t steps;
    } methods[] = {{"plain", "sgd:lr=0.5", 40},
                   {"momentum", "momentum:lr=0.1", 80},
                   {"Adam", "adam:lr=0.1", 80},
                   {"FISTA", "fista", 16}};
    lgd_objective *f = NULL;
    lgd_penalty *box = NULL;
    lgd_status st = lgd_function_create(&f, 2, bowl, NULL);
    if (!st)
        st = lgd_penalty_box_create(&box, 2, low, high);
    fputs("what\tstep\tx\ty\tloss\n", to);
    for (size_t i = 0; i < sizeof methods / sizeof *methods && !st; i++)
        st = walk(to, f, box, methods[i].name, methods[i].recipe, methods[i].steps);
    for (size_t i = 0; i < 5 && !st; i++) /* once round */
        st = point(to, "box", i, f, i == 1 || i == 2 ? high[0] : low[0], i == 2 || i == 3 ? high[1] : low[1]);
    if (!st)
        st = walk(to, f, box, NULL, "sgd:lr=0.9", 10000);
    if (!st)
        st = walk(to, f, NULL, NULL, "sgd:lr=0.9", 10000);
    lgd_penalty_free(box);
    lgd_objective_free(f);
    return st;
}

static lgd_status fill_feasible_grid(FILE *to)
{
    lgd_objective *f = NULL;
    lgd_status st = lgd_function_create(&f, 2, bowl, NULL);
    if (!st)
        st = scene_grid(to, f, &(frame){-1.8, 2.8, -1.5, 1.3, 61});
    lgd_objective_free(f);
    return st;
}

const scene scenes_of_box[] = {
    {"feasible_path.tsv", fill_feasible}, {"feasible_grid.tsv", fill_feasible_grid}, {NULL, NULL}};
