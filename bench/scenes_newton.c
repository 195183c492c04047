/* Scenes of methods that learn or ask for curvature: their ways down Rosenbrock's valley, how they converge, and what becomes of a
 * descent at a saddle point. */
#include "scenes.h"
#include <math.h>

/* ---- paths of two parameters */

/* The rows of a run: of each step, but thinned out where there are many. Each is written once the next is known, so that the
 * last one can tell what the whole run has cost. */
typedef struct follower {
    FILE *to;
    const char *name;
    double thin; /* a row for each step that is so many times as far as the one before */
    uint64_t step, next;
    double w[2];
} follower;

static void put(const follower *at, lgd_objective *f, uint64_t evaluations, lgd_status *st)
{
    double value = 0;
    if (!*st)
        *st = lgd_objective_eval(f, NULL, at->w, &value, NULL);
    fprintf(at->to, "%s\t%llu\t%.9g\t%.9g\t%.9g\t%llu\n", at->name, (unsigned long long)at->step, at->w[0], at->w[1],
            value, (unsigned long long)evaluations);
}

typedef struct path {
    follower at;
    lgd_objective *f;
    lgd_status st;
} path;

static int follow(void *ctx, const lgd_progress *p)
{
    path *way = ctx;
    follower *at = &way->at;
    if (at->step >= at->next) {
        put(at, way->f, 0, &way->st);
        at->next = (uint64_t)ceil(at->thin * (double)(at->step + 1));
    }
    at->step = p->step;
    at->w[0] = p->w[0];
    at->w[1] = p->w[1];
    return way->st ? -1 : 0;
}

/* A row for the start, one for each step, and in the last one the evaluations. */
static lgd_status walk(FILE *to, lgd_objective *f, const char *name, const char *recipe, double thin,
                       const double *start, lgd_minimize_options options)
{
    double w[2] = {start[0], start[1]};
    path way = {.at = {.to = to, .name = name, .thin = thin, .w = {w[0], w[1]}}, .f = f};
    lgd_report report = {.evaluations = 0};
    lgd_optimizer *opt = NULL;
    lgd_status st = lgd_optimizer_parse(&opt, recipe);
    options.callback = follow;
    options.callback_ctx = &way;
    if (!st)
        st = lgd_minimize(f, opt, w, &options, &report);
    way.at.w[0] = w[0];
    way.at.w[1] = w[1];
    if (!st)
        put(&way.at, f, report.evaluations, &st);
    lgd_optimizer_free(opt);
    return st;
}

static const char heading[] = "method\tstep\tx\ty\tloss\tevaluations\n";

/* ---- Rosenbrock's valley (Computer Journal, 1960), with its Hessian */

static lgd_status valley_eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const double left = 1 - w[0], below = w[1] - w[0] * w[0];
    (void)ctx, (void)rows;
    *f += left * left + 100 * below * below;
    if (g) {
        g[0] += -2 * left - 400 * w[0] * below;
        g[1] += 200 * below;
    }
    return LGD_OK;
}

static lgd_status valley_hessian(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g, double *H,
                                 size_t ld)
{
    H[0] += 2 + 1200 * w[0] * w[0] - 400 * w[1];
    H[ld] += -400 * w[0];
    H[ld + 1] += 200;
    return valley_eval(ctx, rows, w, f, g);
}

static lgd_status valley_create(lgd_objective **f)
{
    static const lgd_objective_ops ops = {.name = "rosenbrock", .eval = valley_eval, .hessian = valley_hessian};
    return lgd_objective_create(f, 2, 1, &ops, NULL);
}

static lgd_status fill_valley(FILE *to)
{
    static const struct {
        const char *name, *recipe;
        double thin;
    } methods[] = {{"sgd", "sgd:lr=0.0019", 1.01}, {"cg", "cg", 1}, {"lbfgs", "lbfgs", 1}, {"newton", "newton", 1}};
    const double start[2] = {-1.2, 1};
    lgd_objective *f = NULL;
    lgd_status st = valley_create(&f);
    fputs(heading, to);
    for (size_t i = 0; i < sizeof methods / sizeof *methods && !st; i++)
        st = walk(to, f, methods[i].name, methods[i].recipe, methods[i].thin, start,
                  (lgd_minimize_options){.max_steps = 100000, .grad_tol = LGD_ZERO, .f_target = 1e-10});
    lgd_objective_free(f);
    return st;
}

/* ---- a saddle point */

/* f = x^2 - y^2 + y^4: a saddle at 0, minima of -1/4 at y = +-1/sqrt 2, and from y = 0 no slope that leads off it. */
static lgd_status pass_eval(void *ctx, size_t dim, const double *w, double *f, double *g)
{
    const double x = w[0], y = w[1];
    (void)ctx, (void)dim;
    *f = x * x - y * y + y * y * y * y;
    if (g) {
        g[0] = 2 * x;
        g[1] = -2 * y + 4 * y * y * y;
    }
    return LGD_OK;
}

static lgd_status fill_saddle(FILE *to)
{
    static const struct {
        const char *name;
        lgd_saddle saddle;
        uint64_t seed;
    } ways[] = {{"plain", LGD_SADDLE_STOP, 1}, {"escape", LGD_SADDLE_ESCAPE, 1}, {"perturbed", LGD_SADDLE_PERTURB, 1}};
    const double start[2] = {1, 0};
    lgd_objective *f = NULL;
    lgd_status st = lgd_function_create(&f, 2, pass_eval, NULL);
    fputs(heading, to);
    for (size_t i = 0; i < sizeof ways / sizeof *ways && !st; i++)
        st = walk(to, f, ways[i].name, "sgd:lr=0.1", 1, start,
                  (lgd_minimize_options){.max_steps = 1000, .saddle = ways[i].saddle, .seed = ways[i].seed});
    lgd_objective_free(f);
    return st;
}

static lgd_status fill_saddle_grid(FILE *to)
{
    lgd_objective *f = NULL;
    lgd_status st = lgd_function_create(&f, 2, pass_eval, NULL);
    if (!st)
        st = scene_grid(to, f, &(frame){-1.25, 1.25, -1.1, 1.1, 61});
    lgd_objective_free(f);
    return st;
}

/* ---- logistic regression of columns of unlike size */

enum { ROWS = 400, COLS = 10 };

typedef struct labelled {
    double X[ROWS * COLS], y[ROWS];
    lgd_matrix *A;
    lgd_objective *f;
} labelled;

static lgd_status labelled_create(labelled *d)
{
    static double noise[ROWS];
    d->A = NULL;
    d->f = NULL;
    scene_noise(61, (size_t)ROWS * COLS, d->X);
    scene_noise(62, ROWS, noise);
    for (size_t i = 0; i < ROWS; i++) {
        double score = 2 * noise[i];
        for (size_t j = 0; j < COLS; j++) {
            score += j % 2 ? d->X[i * COLS + j] : -d->X[i * COLS + j];
            d->X[i * COLS + j] *= 1 + (double)j;
        }
        d->y[i] = score > 0;
    }
    lgd_status st = lgd_matrix_dense(&d->A, ROWS, COLS, d->X, COLS);
    return st ? st : lgd_glm_create(&d->f, d->A, d->y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = 0.01});
}

static void labelled_free(labelled *d)
{
    lgd_objective_free(d->f);
    lgd_matrix_free(d->A);
}

/* So many steps from 0; the report has what they cost. */
static lgd_status descend(const labelled *d, const char *recipe, uint64_t steps, lgd_report *report)
{
    double w[COLS] = {0};
    lgd_optimizer *opt = NULL;
    lgd_status st = lgd_optimizer_parse(&opt, recipe);
    if (!st)
        st = lgd_minimize(d->f, opt, w, &(lgd_minimize_options){.max_steps = steps, .grad_tol = LGD_ZERO}, report);
    lgd_optimizer_free(opt);
    return st;
}

/* A row for the start and one for each `every` steps. */
static lgd_status fill_orders(FILE *to)
{
    static const struct {
        const char *name, *recipe;
        uint64_t steps, every;
    } methods[] = {{"sgd", "sgd:lr=auto", 120, 5}, {"fista", "fista", 56, 2},        {"cg", "cg", 60, 1},
                   {"lbfgs", "lbfgs", 35, 1},      {"newton_cg", "newton_cg", 7, 1}, {"newton", "newton", 6, 1}};
    static labelled d;
    lgd_report report;
    double w[COLS] = {0}, first = 0;
    lgd_status st = labelled_create(&d);
    if (!st)
        st = lgd_objective_eval(d.f, NULL, w, &first, NULL);
    if (!st)
        st = descend(&d, "newton", 100, &report);
    const double lowest = st ? NAN : report.best_f;
    fputs("method\tstep\tpasses\tabove_optimum\n", to);
    for (size_t i = 0; i < sizeof methods / sizeof *methods && !st; i++) {
        fprintf(to, "%s\t0\t1\t%.9g\n", methods[i].name, (first - lowest) / lowest);
        for (uint64_t k = methods[i].every; k <= methods[i].steps && !st; k += methods[i].every) {
            st = descend(&d, methods[i].recipe, k, &report);
            fprintf(to, "%s\t%llu\t%.9g\t%.9g\n", methods[i].name, (unsigned long long)k, report.passes,
                    fmax((report.f - lowest) / lowest, 1e-16)); /* below is rounding */
        }
    }
    labelled_free(&d);
    return st;
}

const scene scenes_of_newton[] = {{"rosenbrock_paths.tsv", fill_valley},
                                  {"saddle_escape.tsv", fill_saddle},
                                  {"saddle_grid.tsv", fill_saddle_grid},
                                  {"second_order.tsv", fill_orders},
                                  {NULL, NULL}};
