/* The scene of scale: descents on columns as they were measured and on the same ones standardised. */
#include "scenes.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 569, COLS = 30, DIM = COLS + 1, STEPS = 1000 };

/* The breast cancer data, with least squares on its 0 and 1 over both kinds of columns. */
typedef struct measured {
    double X[ROWS * COLS], y[ROWS];
    lgd_matrix *as_measured, *standardised;
    lgd_objective *f[2]; /* of either */
} measured;

/* After a first line of metadata, lines of the columns and the target, with commas between. */
static lgd_status read_cells(measured *d)
{
    char path[PATH_SIZE], said[PATH_SIZE + 128];
    char *text = file_read(file_of_data(path, sizeof path, "breast_cancer.csv")), *end = NULL;
    if (!text) {
        snprintf(said, sizeof said, "%s: %s", path, strerror(errno));
        return lgd_set_error(LGD_EIO, said);
    }
    const char *at = text + strcspn(text, "\n");
    bool right = true;
    for (size_t i = 0; i < ROWS && right; i++)
        for (size_t j = 0; j <= COLS && right; j++) {
            double *cell = j < COLS ? &d->X[i * COLS + j] : &d->y[i];
            *cell = strtod(at, &end);
            right = end != at && *end == (j < COLS ? ',' : '\n');
            at = end + 1;
        }
    free(text);
    snprintf(said, sizeof said, "%s: it does not hold %d rows of %d numbers", path, ROWS, COLS + 1);
    return right ? LGD_OK : lgd_set_error(LGD_EFORMAT, said);
}

static lgd_status measured_create(measured *d)
{
    const lgd_glm_options options = {.intercept = true};
    d->as_measured = d->standardised = NULL;
    d->f[0] = d->f[1] = NULL;
    lgd_status st = read_cells(d);
    if (!st)
        st = lgd_matrix_dense(&d->as_measured, ROWS, COLS, d->X, COLS);
    if (!st)
        st = lgd_matrix_standardized(&d->standardised, d->as_measured);
    if (!st)
        st = lgd_glm_create(&d->f[0], d->as_measured, d->y, lgd_loss_half_squared(), &options);
    return st ? st : lgd_glm_create(&d->f[1], d->standardised, d->y, lgd_loss_half_squared(), &options);
}

static void measured_free(measured *d)
{
    lgd_objective_free(d->f[0]);
    lgd_objective_free(d->f[1]);
    lgd_matrix_free(d->standardised);
    lgd_matrix_free(d->as_measured);
}

/* A row for the start and for steps that are about a fourteenth further each: above is F over the lowest value, less 1. */
static lgd_status descend(FILE *to, lgd_objective *f, const char *line, const char *by, double lowest)
{
    double w[DIM] = {0};
    size_t count = 0;
    lgd_history *history = NULL;
    lgd_optimizer *opt = NULL;
    lgd_status st = lgd_history_create(&history);
    if (!st)
        st = lgd_optimizer_parse(&opt, by);
    if (!st)
        st = lgd_minimize(f, opt, w,
                          &(lgd_minimize_options){.max_epochs = STEPS + 1, .grad_tol = LGD_ZERO, .history = history},
                          NULL);
    const double *loss = st ? NULL : lgd_history_series(history, "loss", &count);
    for (size_t i = 0; i < count; i += 1 + i / 14)
        fprintf(to, "%s\t%zu\t%.9g\n", line, i, loss[i] / lowest - 1);
    lgd_optimizer_free(opt);
    lgd_history_free(history);
    return st;
}

static lgd_status fill_scaling(FILE *to)
{
    static const struct {
        const char *name, *by;
    } lines[] = {{"plain", "sgd:lr=auto"}, {"Adam", "adam:lr=0.01"}};
    static const char *const kinds[] = {"as measured", "standardised"};
    static measured d;
    double w[DIM] = {0};
    char line[64];
    lgd_report report = {0};
    lgd_optimizer *newton = NULL;
    lgd_status st = measured_create(&d);
    if (!st)
        st = lgd_optimizer_parse(&newton, "newton");
    if (!st)
        st = lgd_minimize(d.f[1], newton, w, NULL, &report);
    fputs("line\tstep\tabove\n", to);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 2 && !st; k++) {
            snprintf(line, sizeof line, "%s, %s", lines[i].name, kinds[k]);
            st = descend(to, d.f[k], line, lines[i].by, report.f);
        }
    lgd_optimizer_free(newton);
    measured_free(&d);
    return st;
}

const scene scenes_of_scaling[] = {{"scaling.tsv", fill_scaling}, {NULL, NULL}};
