/* Scenes about the rate: what schedules make of it, three rates that people try first, and all of them. */
#include "scenes.h"
#include <math.h>
#include <string.h>

/* ---- schedules */

enum { SCHEDULE_EPOCHS = 300 };

static const double milestones[] = {60, 180};
static const lgd_schedule fall = {.kind = LGD_EXPONENTIAL, .factor = 0.98};

static const struct {
    const char *name;
    lgd_schedule schedule;
} schedules[] = {
    {"constant", {.kind = LGD_CONSTANT}},
    {"step, 0.5 every 100", {.kind = LGD_STEP_DECAY, .period = 100, .factor = 0.5}},
    {"multi-step, 0.3 at 60 and 180",
     {.kind = LGD_MULTI_STEP, .factor = 0.3, .milestones = milestones, .milestone_count = 2}},
    {"inverse time, 1/(1 + 0.02 t)", {.kind = LGD_INVERSE_TIME, .factor = 0.02}},
    {"inverse scaling, 1/(t + 1)^0.25", {.kind = LGD_INVERSE_SCALING, .power = 0.25}},
    {"exponential, 0.95^t", {.kind = LGD_EXPONENTIAL, .factor = 0.95}},
    {"cosine to 0 in 300", {.kind = LGD_COSINE, .period = SCHEDULE_EPOCHS}},
    {"polynomial, (1 - t/300)^2", {.kind = LGD_POLYNOMIAL, .period = SCHEDULE_EPOCHS, .power = 2}},
    {"30 of warm-up, then cosine", {.kind = LGD_COSINE, .period = SCHEDULE_EPOCHS - 30, .warmup = 30}},
    {"trapezoid, its last fifth", {.kind = LGD_TRAPEZOID, .period = SCHEDULE_EPOCHS}},
    {"warm restarts, 40 then doubled", {.kind = LGD_WARM_RESTARTS, .period = 40, .factor = 2}},
    {"one cycle in 300", {.kind = LGD_ONE_CYCLE, .period = SCHEDULE_EPOCHS, .momentum_high = 0.95}},
    {"triangular, 100", {.kind = LGD_TRIANGULAR, .period = 100, .floor = 0.1, .momentum_high = 0.95}},
    {"triangular2, halved", {.kind = LGD_TRIANGULAR2, .period = 100, .floor = 0.1, .momentum_high = 0.95}},
    {"exp range, 0.995^t",
     {.kind = LGD_EXP_RANGE, .period = 100, .factor = 0.995, .floor = 0.1, .momentum_high = 0.95}},
    {"plateau, 0.3 after 10 bad values", {.kind = LGD_PLATEAU, .factor = 0.3, .tol = 0.01}},
    {"constant for 100, then 0.98^t", {.next = &fall, .until = 100}},
    {"optimal, alpha 0.01", {.kind = LGD_OPTIMAL, .factor = 0.01}},
    {"Vowpal Wabbit's", {.kind = LGD_VW_POWER}},
};
enum { SCHEDULES = sizeof schedules / sizeof *schedules };

static bool has_momentum(size_t i)
{
    return schedules[i].schedule.momentum_high > 0;
}

/* The plateau is shown a loss that goes a twentieth of its way to the rate in each epoch: as with batches, whose noise keeps
 * it at a height that falls with the rate. */
static lgd_status fill_schedules_row(FILE *to, uint64_t epoch, lgd_plateau_state *seen, double *loss)
{
    lgd_status st = LGD_OK;
    fprintf(to, "\n%d", (int)epoch);
    for (size_t i = 0; i < SCHEDULES && !st; i++) {
        lgd_schedule s = schedules[i].schedule;
        double factor = 0;
        s.plateau = seen;
        st = lgd_schedule_factor(&s, epoch, epoch, &factor);
        fprintf(to, "\t%.9g", factor);
        if (!st && s.kind == LGD_PLATEAU) {
            *loss += (factor - *loss) / 20;
            st = lgd_schedule_observe(&s, seen, *loss);
        }
    }
    for (size_t i = 0; i < SCHEDULES && !st; i++) {
        double momentum = 0;
        st = lgd_schedule_momentum(&schedules[i].schedule, epoch, epoch, &momentum);
        if (has_momentum(i))
            fprintf(to, "\t%.9g", momentum);
    }
    return st;
}

static lgd_status fill_schedules(FILE *to)
{
    lgd_status st = LGD_OK;
    lgd_plateau_state seen = {0};
    double loss = 5;
    fprintf(to, "epoch");
    for (size_t i = 0; i < SCHEDULES; i++)
        fprintf(to, "\t%s", schedules[i].name);
    for (size_t i = 0; i < SCHEDULES; i++)
        if (has_momentum(i))
            fprintf(to, "\tmomentum of %s", schedules[i].name);
    for (uint64_t epoch = 0; epoch <= SCHEDULE_EPOCHS && !st; epoch++)
        st = fill_schedules_row(to, epoch, &seen, &loss);
    fprintf(to, "\n");
    return st;
}

/* ---- rates on one problem */

/* Columns that share most of what they are, as those of real data do: one direction is much steeper than the others. */
static lgd_status correlated(regression *r)
{
    const double shared = 0.47;
    double own[SCENE_ROWS * SCENE_COLS], common[SCENE_ROWS], noise[SCENE_ROWS];
    *r = (regression){.rows = SCENE_ROWS, .cols = SCENE_COLS};
    scene_noise(1, SCENE_ROWS * SCENE_COLS, own);
    scene_noise(2, SCENE_ROWS, common);
    scene_noise(3, SCENE_ROWS, noise);
    for (size_t i = 0; i < SCENE_ROWS; i++)
        for (size_t j = 0; j < SCENE_COLS; j++)
            r->X[i * SCENE_COLS + j] = sqrt(shared) * common[i] + sqrt(1 - shared) * own[i * SCENE_COLS + j];
    for (size_t j = 0; j < SCENE_COLS; j++)
        scene_standardize(SCENE_ROWS, SCENE_COLS, r->X + j);
    for (size_t i = 0; i < SCENE_ROWS; i++) {
        r->y[i] = 0.25 * noise[i];
        for (size_t j = 0; j < SCENE_COLS; j++)
            r->y[i] += r->X[i * SCENE_COLS + j] * (j % 2 ? 0.5 : 1) / SCENE_COLS;
    }
    scene_standardize(SCENE_ROWS, 1, r->y);
    return regression_create(r);
}

/* Full-batch descent from 0 at rate lr for so many epochs and no fewer, unless the loss exceeds `factor` times what it was
 * in the first ten. */
static lgd_status descend(const regression *r, double lr, uint64_t epochs, double factor, lgd_history *history,
                          lgd_report *report)
{
    double w[SCENE_COLS] = {0};
    lgd_optimizer *sgd = NULL;
    lgd_status st = lgd_sgd_create(&sgd, &(lgd_sgd_options){.lr = lr});
    if (!st)
        st = lgd_minimize(
            r->f, sgd, w,
            &(lgd_minimize_options){
                .max_epochs = epochs, .grad_tol = LGD_ZERO, .divergence_factor = factor, .history = history},
            report);
    lgd_optimizer_free(sgd);
    return st == LGD_EDIVERGED ? LGD_OK : st;
}

/* The lowest loss, by descent to rounding level, and the largest curvature, by power iteration: the gradient is affine, so
 * that a difference of two is the curvature along what lies between them. */
static lgd_status optimum_and_curvature(const regression *r, double *lowest, double *curvature)
{
    double w[SCENE_COLS] = {0}, v[SCENE_COLS], g0[SCENE_COLS], g[SCENE_COLS];
    lgd_report report;
    lgd_optimizer *momentum = NULL;
    lgd_status st = lgd_momentum_create(&momentum, &(lgd_momentum_options){.lr = 0.1});
    if (!st)
        st = lgd_minimize(r->f, momentum, w, &(lgd_minimize_options){.grad_tol = 1e-12, .max_epochs = 10000}, &report);
    lgd_optimizer_free(momentum);
    memset(w, 0, sizeof w);
    if (!st)
        st = lgd_objective_eval(r->f, NULL, w, NULL, g0);
    for (size_t j = 0; j < SCENE_COLS; j++)
        v[j] = 1;
    for (size_t k = 0; k < 100 && !st; k++) {
        double length = 0;
        st = lgd_objective_eval(r->f, NULL, v, NULL, g);
        for (size_t j = 0; j < SCENE_COLS; j++)
            length += (g[j] - g0[j]) * (g[j] - g0[j]);
        *curvature = sqrt(length);
        for (size_t j = 0; j < SCENE_COLS; j++)
            v[j] = (g[j] - g0[j]) / *curvature;
    }
    *lowest = st ? 0 : report.f;
    return st;
}

static const double tried[] = {0.0001, 0.01, 0.5};
enum { TRIED = sizeof tried / sizeof *tried, RATE_EPOCHS = 120, SWEEP_EPOCHS = 25 };

/* Each run until its last epoch, or until it was found to diverge. */
static lgd_status fill_rates(FILE *to)
{
    regression r;
    lgd_status st = correlated(&r);
    fprintf(to, "rate\tepoch\tloss\tstop\n");
    for (size_t i = 0; i < TRIED && !st; i++) {
        lgd_history *history = NULL;
        lgd_report report;
        size_t count = 0;
        st = lgd_history_create(&history);
        if (!st)
            st = descend(&r, tried[i], RATE_EPOCHS, 1e6, history, &report);
        const double *loss = st ? NULL : lgd_history_series(history, "loss", &count);
        for (size_t e = 0; e < count; e++)
            fprintf(to, "%g\t%zu\t%.9g\t%s\n", tried[i], e, loss[e], lgd_stop_string(report.stop));
        if (!st && report.stop != LGD_STOP_DIVERGED)
            fprintf(to, "%g\t%zu\t%.9g\t%s\n", tried[i], count, report.f, lgd_stop_string(report.stop));
        lgd_history_free(history);
    }
    regression_free(&r);
    return st;
}

static lgd_status fill_sweep_row(FILE *to, const regression *r, double rate, bool is_tried, double lowest, double limit)
{
    lgd_report report;
    lgd_status st = descend(r, rate, SWEEP_EPOCHS, 2, NULL, &report);
    if (st)
        return st;
    fprintf(to, "%.9g\t%d\t", rate, is_tried);
    if (report.stop == LGD_STOP_DIVERGED)
        fprintf(to, "nan\tnan");
    else
        fprintf(to, "%.9g\t%.9g", report.f, report.f - lowest);
    fprintf(to, "\t%.9g\t%s\n", limit, lgd_stop_string(report.stop));
    return LGD_OK;
}

/* Forty rates to a decade, with those above among them; limit is 2/C, beyond which no rate holds. */
static lgd_status fill_rate_sweep(FILE *to)
{
    double lowest = 0, curvature = 1;
    regression r;
    lgd_status st = correlated(&r);
    if (!st)
        st = optimum_and_curvature(&r, &lowest, &curvature);
    fprintf(to, "rate\ttried\tloss\tabove_optimum\tlimit\tstop\n");
    for (int k = -180; k <= 12 && !st; k++) {
        const double below = pow(10, k / 40.0), above = pow(10, (k + 1) / 40.0);
        const double *in = NULL;
        for (size_t i = 0; i < TRIED; i++)
            if (below <= tried[i] * (1 + 1e-9) && tried[i] * (1 + 1e-9) < above)
                in = &tried[i];
        if (!in || below < *in * (1 - 1e-9))
            st = fill_sweep_row(to, &r, below, false, lowest, 2 / curvature);
        if (in && !st)
            st = fill_sweep_row(to, &r, *in, true, lowest, 2 / curvature);
    }
    regression_free(&r);
    return st;
}

const scene scenes_of_rates[] = {
    {"schedules.tsv", fill_schedules}, {"rates.tsv", fill_rates}, {"rate_sweep.tsv", fill_rate_sweep}, {NULL, NULL}};
