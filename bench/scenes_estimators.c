/* The scene of the estimators: how far what stands for the gradient is from it, and what a constant rate makes of that. */
#include "scenes.h"
#include <math.h>
#include <string.h>

enum { ROWS = 504, COLS = 10, BATCH = 8, EPOCHS = 48 };

/* Logistic regression with an L2 term: columns of unlike size, labels that a linear score tells in part. */
typedef struct labelled {
    double X[ROWS * COLS], y[ROWS];
    lgd_matrix *A;
    lgd_objective *f, *again; /* again: to be asked while a run is at work on f */
} labelled;

static lgd_status labelled_create(labelled *d)
{
    static double noise[ROWS];
    const lgd_glm_options options = {.l2 = 0.02};
    d->A = NULL;
    d->f = d->again = NULL;
    scene_noise(51, (size_t)ROWS * COLS, d->X);
    scene_noise(52, ROWS, noise);
    for (size_t i = 0; i < ROWS; i++) {
        double score = noise[i];
        for (size_t j = 0; j < COLS; j++) {
            d->X[i * COLS + j] *= 1.5 - 0.1 * (double)j;
            score += j % 2 ? d->X[i * COLS + j] : -d->X[i * COLS + j];
        }
        d->y[i] = score > 0;
    }
    lgd_status st = lgd_matrix_dense(&d->A, ROWS, COLS, d->X, COLS);
    if (!st)
        st = lgd_glm_create(&d->f, d->A, d->y, lgd_loss_logistic(), &options);
    return st ? st : lgd_glm_create(&d->again, d->A, d->y, lgd_loss_logistic(), &options);
}

static void labelled_free(labelled *d)
{
    lgd_objective_free(d->f);
    lgd_objective_free(d->again);
    lgd_matrix_free(d->A);
}

/* ---- descent that looks at what it is given */

typedef struct watched {
    double lr;
    struct record *record;
} watched;

typedef struct record {
    lgd_objective *f;
    double lowest, squares;
    size_t steps, epochs; /* steps of this epoch */
    double above[EPOCHS + 1],
        apart[EPOCHS + 1]; /* (F - F*)/F* at the end of an epoch, and the mean of |g - grad F|^2 in it */
} record;

static lgd_status watch(lgd_step *s)
{
    const watched *o = s->options;
    double f, g[COLS];
    lgd_status st = lgd_objective_eval(o->record->f, NULL, s->w, &f, g);
    for (size_t j = 0; j < COLS; j++) {
        o->record->squares += (s->g[j] - g[j]) * (s->g[j] - g[j]);
        s->w[j] -= o->lr * s->g[j];
    }
    o->record->steps++;
    return st;
}

static int note(void *ctx, const lgd_progress *p)
{
    record *r = ctx;
    double f;
    const lgd_status st = lgd_objective_eval(r->f, NULL, p->w, &f, NULL);
    r->epochs++;
    r->above[r->epochs] = (f - r->lowest) / r->lowest;
    r->apart[r->epochs] = r->squares / (double)r->steps;
    r->squares = 0;
    r->steps = 0;
    return st ? -1 : 0;
}

static lgd_status minimum(lgd_objective *f, double *lowest)
{
    double w[COLS] = {0};
    lgd_report report;
    lgd_optimizer *opt = NULL;
    lgd_status st = lgd_optimizer_parse(&opt, "nesterov:lr=0.5");
    if (!st)
        st = lgd_minimize(f, opt, w, &(lgd_minimize_options){.grad_tol = 1e-14, .max_epochs = 2000}, &report);
    lgd_optimizer_free(opt);
    *lowest = st ? 0 : report.best_f;
    return st;
}

/* A row for the start and one for each epoch. An epoch costs as many passes as the run tells, but for the last evaluation. */
static lgd_status descend(FILE *to, const labelled *d, const char *name, lgd_estimator estimator, size_t epochs,
                          double lowest)
{
    static const lgd_option table[] = {
        {.name = "lr", .offset = offsetof(watched, lr), .preset = 0.1, .high = 1, .open = 1, .help = "rate"}, {0}};
    static const lgd_optimizer_ops ops = {
        .name = "watched", .options = table, .options_size = sizeof(watched), .step = watch};
    record r = {.f = d->again, .lowest = lowest, .apart = {NAN}};
    double w[COLS] = {0}, f = 0;
    lgd_report report;
    lgd_optimizer *opt = NULL;
    lgd_status st = lgd_optimizer_create(&opt, &ops, &(watched){.lr = 0.3, .record = &r}, sizeof(watched));
    if (!st)
        st = lgd_objective_eval(d->f, NULL, w, &f, NULL);
    r.above[0] = (f - lowest) / lowest;
    if (!st)
        st = lgd_minimize(d->f, opt, w,
                          &(lgd_minimize_options){.batch_size = BATCH,
                                                  .seed = 53,
                                                  .estimator = estimator,
                                                  .max_epochs = epochs,
                                                  .grad_tol = LGD_ZERO,
                                                  .callback = note,
                                                  .callback_ctx = &r},
                          &report);
    for (size_t e = 0; e <= epochs && !st; e++)
        fprintf(to, "%s\t%zu\t%.9g\t%.9g\t%.9g\n", name, e, (report.passes - 1) * (double)e / (double)epochs,
                r.above[e], r.apart[e]);
    lgd_optimizer_free(opt);
    return st;
}

static lgd_status fill_estimators(FILE *to)
{
    static const struct {
        const char *name;
        lgd_estimator estimator;
        size_t epochs;
    } ways[] = {{"mini-batch", LGD_MINIBATCH, EPOCHS},
                {"SVRG", LGD_SVRG, EPOCHS / 3},
                {"SAGA", LGD_SAGA, EPOCHS / 2},
                {"SARAH", LGD_SARAH, EPOCHS / 3}};
    static labelled d;
    double lowest = 0;
    lgd_status st = labelled_create(&d);
    if (!st)
        st = minimum(d.f, &lowest);
    fputs("estimator\tepoch\tpasses\tabove_optimum\tapart\n", to);
    for (size_t i = 0; i < sizeof ways / sizeof *ways && !st; i++)
        st = descend(to, &d, ways[i].name, ways[i].estimator, ways[i].epochs, lowest);
    labelled_free(&d);
    return st;
}

const scene scenes_of_estimators[] = {{"estimators.tsv", fill_estimators}, {NULL, NULL}};
