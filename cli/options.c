/* The options of `lgd fit`. */
#include "reading.h"
#include <string.h>

enum id {
    TARGET,
    LOSS,
    L2,
    L1,
    INTERCEPT,
    NO_INTERCEPT,
    STANDARDIZE,
    WEIGHTS,
    WEIGHTS_FILE,
    STREAM,
    MISSING,
    SOLVER,
    OPTIMIZER,
    STEPS,
    EPOCHS,
    BATCH_SIZE,
    ORDER,
    ESTIMATOR,
    SCHEDULE,
    TOL,
    SEED,
    THREADS,
    CLASS_WEIGHT,
    VALIDATE,
    PATIENCE,
    FOLDS,
    DIAGNOSE,
    VERBOSE,
    OUT,
    FORCE,
    QUIET,
    STRICT,
    HELP
};

static const argument lines[] = {
    {TARGET, 0, "target", required_argument, " COL", "the column to predict, by name or number from 1 (the last)"},
    {LOSS, 0, "loss", required_argument, " TEXT", "see below, as huber:delta=1.2 (half_squared)"},
    {L2, 0, "l2", required_argument, " X", "adds X/2 |w|^2 to the mean loss, without the intercept (0)"},
    {L1, 0, "l1", required_argument, " X", "adds X |w|_1, likewise: a lasso (0)"},
    {INTERCEPT, 0, "intercept", no_argument, "", "with an intercept (as usual)"},
    {NO_INTERCEPT, 0, "no-intercept", no_argument, "", "without one"},
    {STANDARDIZE, 0, "standardize", no_argument, "", "steps and penalties see columns of mean 0 and deviation 1"},
    {WEIGHTS, 0, "weights", required_argument, " COL", "a column that is the weight of each row, by name"},
    {WEIGHTS_FILE, 0, "weights-file", required_argument, " FILE", "weights of the rows, a number each: text or a .npy"},
    {STREAM, 0, "stream", no_argument, "",
     "rows of a .npy or an HDF5 file stay there, and are read as they are needed"},
    {CLASS_WEIGHT, 0, "class-weight", required_argument, " WORD", "balanced: each class weighs the same, by its rows"},
    {MISSING, 0, "missing", required_argument, " WORD", "missing cells: refuse, drop their rows, mean (refuse)"},
    READING_LINES,
    {SOLVER, 0, "solver", required_argument, " WORD",
     "of least squares: auto, qr, svd, reduction, or stream, by steps (auto)"},
    {OPTIMIZER, 0, "optimizer", required_argument, " TEXT",
     "as adam:lr=0.01 (newton, newton_cg, lbfgs; --l1: cd, fista; batches: sgd:lr=auto)"},
    {STEPS, 0, "steps", required_argument, " N", "steps, at most"},
    {EPOCHS, 0, "epochs", required_argument, " N", "passes over the rows, at most (10000; in batches 100)"},
    {BATCH_SIZE, 0, "batch-size", required_argument, " N", "rows a step, or full (full)"},
    {ORDER, 0, "order", required_argument, " WORD",
     "rows in batches: shuffle, sequential, replacement, blocks, interleaved, window (shuffle)"},
    {ESTIMATOR, 0, "estimator", required_argument, " WORD",
     "gradient in batches: minibatch, svrg, saga, sarah (saga; with --optimizer minibatch)"},
    {SCHEDULE, 0, "schedule", required_argument, " WORD",
     "rate: constant, or cosine, to 0 over the epochs (constant; with minibatch cosine)"},
    {TOL, 0, "tol", required_argument, " X",
     "converged where |g| has fallen to X of its largest (1e-8; for minibatch 0)"},
    {SEED, 0, "seed", required_argument, " N", "of the order of rows in batches (1)"},
    {VALIDATE, 0, "validate", required_argument, " X",
     "sets the share X of the rows aside, by --seed, and judges the fit there"},
    {PATIENCE, 0, "patience", required_argument, " N",
     "with --validate: ends at the best point once the loss there has not fallen N times"},
    {FOLDS, 0, "folds", required_argument, " N",
     "judges the fit on each of N parts of the rows by a fit of the others"},
    {THREADS, 0, "threads", required_argument, " N", "threads (LGD_NUM_THREADS, or OMP_NUM_THREADS, or 1)"},
    {OUT, 'o', "out", required_argument, " MODEL",
     "writes the model, for lgd predict; - is stdout, and the table goes to stderr then"},
    {FORCE, 0, "force", no_argument, "", "replaces a MODEL that is there"},
    {QUIET, 'q', "quiet", no_argument, "", "no notes about DATA, no progress"},
    {DIAGNOSE, 0, "diagnose", no_argument, "", "says what the steps look like (as it does if they have not converged)"},
    {VERBOSE, 'v', "verbose", no_argument, "",
     "prints what is minimised and how, with every constant, and what that cost"},
    {STRICT, 0, "strict", no_argument, "", "ends with status 4 if the steps did not converge"},
    {HELP, 'h', "help", no_argument, "", "prints this"},
};

static bool take(void *ctx, int id, const char *value);
static const char *const solvers[] = {"auto", "qr", "svd", "reduction", "stream", NULL}; /* as in solver */
static const arguments known = {"lgd", "lgd fit", lines, sizeof lines / sizeof *lines, take};

void settings_help(FILE *to)
{
    fputs("usage: lgd fit DATA [option...]\n"
          "Fits a linear model to a table, DATA, and prints its coefficients: a file of CSV or TSV, of LIBSVM's\n"
          "format (.svm, .libsvm), of NumPy's (.npy, .npz) or of HDF5 (.h5), packed (.gz, .zst, .xz) or not.\n\n",
          to);
    arguments_help(&known, to);
    fputs("\nlosses, of a prediction z and a target y (s = 1 for the label 1, else -1), with their presets:\n", to);
    losses_print(to);
    fputs("\nResults go to stdout, notes and progress to stderr. Exit: 0 done, 1 data, a file or memory, 2 usage,\n"
          "3 diverged, 4 not converged (--strict).\n",
          to);
}

static bool take_loss(settings *s, const char *text)
{
    char name[48];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ":"), text);
    lgd_loss_free(s->loss);
    s->loss = NULL;
    s->kind = loss_find(text);
    if (s->kind)
        return !lgd_loss_parse(&s->loss, text) || refuse_last();
    const char *near = argument_nearest(name, loss_name, NULL);
    if (near)
        return refuse("unknown loss %s; did you mean %s?   (lgd fit --help)", name, near);
    return refuse("unknown loss %s   (lgd fit --help)", name);
}

static bool take_share(settings *s, const char *value)
{
    if (!argument_real(&known, "validate", value, 0, false, &s->validate))
        return false;
    return s->validate < 1 || refuse("--validate is \"%s\", a share of the rows below 1 is accepted", value);
}

static bool take_class_weight(settings *s, const char *value)
{
    static const char *const words[] = {"balanced", NULL};
    int choice;
    return s->balanced = argument_word(&known, "class-weight", value, words, &choice);
}

static bool take(void *ctx, int id, const char *value)
{
    static const char *const estimators[] = {"minibatch", "svrg", "saga", "sarah", NULL}; /* as in lgd_estimator */
    static const char *const orders[] = {"shuffle",     "sequential", "replacement", "blocks",
                                         "interleaved", "window",     NULL}; /* as in lgd_order */
    static const char *const schedules[] = {"constant", "cosine", NULL};
    settings *s = ctx;
    if (id >= READ_IGNORE)
        return reading_take(&s->how, &known, id, value);
    switch ((enum id)id) {
    case TARGET:
        s->how.csv.target = value;
        return true;
    case LOSS:
        return take_loss(s, value);
    case L2:
        return argument_real(&known, "l2", value, 0, true, &s->l2);
    case L1:
        return argument_real(&known, "l1", value, 0, true, &s->l1);
    case INTERCEPT:
    case NO_INTERCEPT:
        s->intercept = id == INTERCEPT;
        return true;
    case STANDARDIZE:
        s->standardize = true;
        return true;
    case WEIGHTS:
        s->how.weights = value;
        return true;
    case WEIGHTS_FILE:
        s->how.weights_file = value;
        return true;
    case STREAM:
        return s->how.stream = true;
    case MISSING:
        return reading_missing(&s->how, &known, value);
    case SOLVER:
        return argument_word(&known, "solver", value, solvers, &s->solver);
    case OPTIMIZER:
        s->optimizer = value;
        return true;
    case STEPS:
        return argument_count(&known, "steps", value, 1, UINT64_MAX, &s->steps);
    case EPOCHS:
        return argument_count(&known, "epochs", value, 1, UINT32_MAX, &s->epochs);
    case BATCH_SIZE:
        s->batch = 0;
        return !strcmp(value, "full") || argument_size(&known, "batch-size", value, 1, SIZE_MAX / 2, &s->batch);
    case ORDER:
        return argument_word(&known, "order", value, orders, &s->order);
    case ESTIMATOR:
        return argument_word(&known, "estimator", value, estimators, &s->estimator);
    case SCHEDULE:
        return argument_word(&known, "schedule", value, schedules, &s->schedule);
    case TOL:
        return argument_real(&known, "tol", value, 0, true, &s->tol);
    case SEED:
        return argument_count(&known, "seed", value, 0, UINT64_MAX, &s->seed);
    case THREADS:
        return argument_size(&known, "threads", value, 1, 1024, &s->threads);
    case CLASS_WEIGHT:
        return take_class_weight(s, value);
    case VALIDATE:
        return take_share(s, value);
    case PATIENCE:
        return argument_count(&known, "patience", value, 1, UINT32_MAX, &s->patience);
    case FOLDS:
        return argument_size(&known, "folds", value, 2, INT32_MAX, &s->folds);
    case DIAGNOSE:
        return s->diagnose = true;
    case VERBOSE:
        return s->verbose = true;
    case OUT:
        s->out = value;
        return true;
    case FORCE:
        s->force = true;
        return true;
    case QUIET:
        s->quiet = true;
        return true;
    case STRICT:
        s->strict = true;
        return true;
    case HELP:
        s->help = true;
        return true;
    }
    return false;
}

/* Options that contradict one another. */
static bool agree(const settings *s)
{
    if (s->solver > SOLVER_AUTO && !s->kind->squares)
        return refuse("--solver is for least squares, the loss is %s   (lgd fit --help)", s->kind->name);
    if ((s->solver == SOLVER_QR || s->solver == SOLVER_SVD) && s->asks_steps)
        return refuse("--solver=%s takes no steps; --optimizer, --steps, --epochs, --batch-size, --estimator, "
                      "--schedule and --tol "
                      "go with reduction or stream   (lgd fit --help)",
                      solvers[s->solver]);
    if ((s->solver == SOLVER_QR || s->solver == SOLVER_SVD) && s->l1 > 0)
        return refuse("--l1 has no direct solution: --solver=reduction or stream, or none, is accepted");
    if (s->solver == SOLVER_REDUCTION && s->batch)
        return refuse("--solver=reduction has no batches: stream is accepted   (lgd fit --help)");
    if (s->schedule == 1 && s->steps && !s->epochs)
        return refuse("--schedule=cosine falls over the epochs: --epochs is needed beside --steps");
    if (!s->batch && s->order >= 0)
        return refuse("--order is of rows in batches: --batch-size is needed");
    if (!s->batch && (s->estimator >= 0))
        return refuse("--estimator is about batches: --batch-size is needed");
    if (s->kind->kinks && !s->optimizer && (s->asks_steps || s->l1 > 0))
        return refuse(
            "the minimum of the %s loss is found at once; beside --l1, --steps, --epochs, --batch-size, --tol, "
            "--schedule and --patience a method is needed, as --optimizer=adagrad",
            s->kind->name);
    if (s->balanced && !s->kind->labels && !s->kind->classes)
        return refuse("--class-weight is about classes, the loss is %s   (lgd fit --help)", s->kind->name);
    if (s->how.weights && s->how.weights_file)
        return refuse("--weights and --weights-file are both there, one of them is accepted");
    if (s->how.stream && (s->validate > 0 || s->folds || s->how.weights))
        return refuse(
            "--stream leaves the rows in their file, from which --validate, --folds and --weights would take some");
    if (s->patience && !(s->validate > 0))
        return refuse("--patience is about the rows that --validate=X sets aside   (lgd fit --help)");
    if (s->folds && s->validate > 0)
        return refuse("--folds and --validate are both there, one of them is accepted");
    if (s->standardize && !s->intercept)
        return refuse("--standardize shifts the columns, which takes the intercept that --no-intercept forbids");
    return true;
}

bool settings_parse(settings *s, int argc, char **argv)
{
    int rest;
    *s = (settings){.kind = loss_find("half_squared"),
                    .intercept = true,
                    .seed = 1,
                    .tol = -1,
                    .order = -1,
                    .estimator = -1,
                    .schedule = -1};
    if (!arguments_parse(&known, argc, argv, s, &rest))
        return false;
    if (s->help)
        return true;
    if (rest == argc)
        return refuse("a file is needed: lgd fit DATA   (lgd fit --help)");
    if (rest + 1 < argc)
        return refuse("\"%s\" is one file too many: lgd fit DATA   (lgd fit --help)", argv[rest + 1]);
    s->path = argv[rest];
    if (!s->loss && lgd_loss_parse(&s->loss, s->kind->name))
        return refuse_last();
    s->how.csv.binary = s->kind->labels;
    s->how.csv.classes = s->kind->classes;
    s->asks_steps = s->patience || s->optimizer || s->batch || s->steps || s->epochs || s->order >= 0 ||
                    s->estimator >= 0 || s->schedule >= 0 || s->tol >= 0;
    return agree(s) && reading_suits(&s->how, s->path, true);
}

void settings_free(settings *s)
{
    lgd_loss_free(s->loss);
    reading_free(&s->how);
}
