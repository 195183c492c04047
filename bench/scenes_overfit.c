/* The scene of overfitting: a network that learns a few rows by heart, and what that does on rows it does not see. */
#include "scenes.h"
#include <math.h>
#include <string.h>

enum { ROWS = DIABETES_ROWS, COLS = DIABETES_COLS, FITTED = 150, HIDDEN = 16, EPOCHS = 1500, PATIENCE = 100 };
enum { DIM = COLS * HIDDEN + HIDDEN + HIDDEN + 1 };

/* One network on the diabetes data, the target of deviation 1; as objectives on rows to fit and on the others. */
typedef struct learner {
    diabetes data;
    size_t index[2 * ROWS], first[3];
    lgd_objective *all, *fitted, *others;
} learner;

static lgd_status learner_create(learner *l)
{
    static const size_t hidden[] = {HIDDEN};
    lgd_split split = {.terms = ROWS, .parts = 2, .index = l->index, .first = l->first};
    lgd_rows in = {0}, out = {0};
    l->all = l->fitted = l->others = NULL;
    lgd_status st = diabetes_create(&l->data);
    if (!st) {
        scene_standardize(ROWS, 1, l->data.y);
        st = lgd_mlp_create(&l->all, l->data.A, l->data.y, lgd_loss_half_squared(),
                            &(lgd_mlp_options){.hidden = hidden, .hidden_count = 1, .activation = LGD_TANH});
    }
    if (!st)
        st = lgd_split_draw(&split, (const double[]){FITTED, ROWS - FITTED}, &(lgd_split_options){.seed = 1});
    if (!st)
        st = lgd_split_rows(&split, 0, &in, &out);
    if (!st)
        st = lgd_objective_subset(&l->fitted, l->all, &in);
    return st ? st : lgd_objective_subset(&l->others, l->all, &out);
}

static void learner_free(learner *l)
{
    lgd_objective_free(l->others);
    lgd_objective_free(l->fitted);
    lgd_objective_free(l->all);
    diabetes_free(&l->data);
}

/* From one beginning; patience 0: for all epochs. */
static lgd_status learn(const learner *l, uint64_t patience, lgd_history *history, lgd_report *report)
{
    double w[DIM];
    lgd_optimizer *opt = NULL;
    lgd_status st = lgd_optimizer_parse(&opt, "sgd:lr=0.1");
    if (!st)
        st = lgd_mlp_initialise(l->all, LGD_INIT_AUTO, 1, w);
    if (!st)
        st = lgd_minimize(l->fitted, opt, w,
                          &(lgd_minimize_options){.max_epochs = EPOCHS,
                                                  .grad_tol = LGD_ZERO,
                                                  .validation = l->others,
                                                  .patience = patience,
                                                  .history = history},
                          report);
    lgd_optimizer_free(opt);
    return st;
}

/* A row for the point before each epoch of the whole run; what is `best` and `stop` says the run that has patience. */
static lgd_status fill_overfit(FILE *to)
{
    static learner l;
    lgd_history *history = NULL;
    lgd_report whole, early;
    size_t count = 0;
    lgd_status st = learner_create(&l);
    if (!st)
        st = lgd_history_create(&history);
    if (!st)
        st = learn(&l, 0, history, &whole);
    if (!st)
        st = learn(&l, PATIENCE, NULL, &early);
    const double *loss = st ? NULL : lgd_history_series(history, "loss", &count);
    const double *validation = st ? NULL : lgd_history_series(history, "validation", &count);
    fputs("epoch\tfitted\tvalidation\tmark\n", to);
    for (size_t e = 0; e < count; e++)
        fprintf(to, "%zu\t%.9g\t%.9g\t%s\n", e, loss[e], validation[e],
                e == early.best_step ? "best"
                : e == early.steps   ? "stop"
                                     : "-");
    lgd_history_free(history);
    learner_free(&l);
    return st;
}

const scene scenes_of_overfit[] = {{"overfit.tsv", fill_overfit}, {NULL, NULL}};
