/* lgd fit: the order of events. */
#include "cli.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The library's sentence; rows are counted from 1 here. */
static bool refuse_rows(const data *d)
{
    size_t row;
    double target;
    const char *said = lgd_last_error(), *accepted = strchr(said, ',');
    if (sscanf(said, "glm: target of row %zu is %lf", &row, &target) == 2 && accepted)
        return refuse("%s: the target \"%s\" of row %zu is %g%s", d->path, d->table->target, row + 1, target, accepted);
    return refuse_last();
}

/* The rows that the fit does not see: scaled as those that it does, without penalty. */
static bool prepare_held(fit *a)
{
    const settings *s = a->settings;
    const data *d = &a->held;
    const lgd_glm_options options = {.intercept = s->intercept, .weights = d->weights, .outputs = a->outputs};
    bool ok = true;
    a->held_A = d->A;
    if (a->A != a->data.A) {
        double *shift = memory_of(2 * d->cols, sizeof *shift);
        a->held_A = NULL;
        ok = shift && ((!lgd_matrix_scaling(a->A, shift, shift + d->cols, NULL) &&
                        !lgd_matrix_scaled(&a->held_A, d->A, shift, shift + d->cols)) ||
                       refuse_last());
        free(shift);
    }
    return ok && (!lgd_glm_create(&a->held_f, a->held_A, d->y, s->loss, &options) || refuse_rows(d));
}

bool fit_prepare(fit *a)
{
    const settings *s = a->settings;
    const data *d = &a->data;
    a->condition = a->digits = a->gap = NAN;
    a->outputs = s->kind->classes ? d->table->class_count : 1;
    if (d->rows < 2)
        return refuse("%s: there is one row, at least 2 are needed", d->path);
    if (s->kind->classes && a->outputs < 2)
        return refuse("%s: the target \"%s\" is \"%s\" in each row, two classes at least are needed", d->path,
                      d->table->target, d->table->class_names[0]);
    a->dim = (d->cols + s->intercept) * a->outputs;
    a->w = memory_of(a->dim, sizeof *a->w);
    a->at = memory_of(a->dim, sizeof *a->at);
    if (!a->w || !a->at)
        return false;
    a->A = d->A;
    const lgd_glm_options options = {
        .l2 = s->l2, .intercept = s->intercept, .weights = d->weights, .outputs = a->outputs, .balanced = s->balanced};
    if (s->standardize && lgd_matrix_standardized(&a->A, d->A))
        return refuse_last();
    if (lgd_glm_create(&a->f, a->A, d->y, s->loss, &options))
        return refuse_rows(d);
    return !a->held.rows || prepare_held(a);
}

/* The coefficients of the columns as they are. */
bool fit_restore(fit *a)
{
    memcpy(a->w, a->at, a->dim * sizeof *a->w);
    return a->A == a->data.A || !lgd_matrix_unscale(a->A, a->outputs, a->settings->intercept, a->at, a->w) ||
           refuse_last();
}

void fit_free(fit *a)
{
    lgd_objective_free(a->held_f);
    lgd_objective_free(a->q);
    lgd_objective_free(a->f);
    if (a->A != a->data.A)
        lgd_matrix_free(a->A);
    if (a->held_A != a->held.A)
        lgd_matrix_free(a->held_A);
    data_free(&a->held);
    data_free(&a->data);
    data_free(&a->whole);
    free(a->w);
    free(a->at);
    free(a->errors);
    free(a->covariance);
    free(a->method);
    free(a->plan);
    free(a->words);
}

/* Least squares are solved at once, unless steps are asked for or there are too many columns; so are losses with kinks, unless steps
 * are asked for. All else is found by steps. */
bool fit_find(fit *a, int *status)
{
    const settings *s = a->settings;
    if (s->kind->kinks && !s->asks_steps)
        return fit_pieces(a, status);
    if (!s->kind->squares)
        return fit_run(a, status);
    const bool many = s->solver == SOLVER_AUTO && a->dim > MATRIX_MOST;
    const bool steps = s->asks_steps || s->l1 > 0 || s->solver == SOLVER_STREAM || many;
    return steps ? fit_steps(a, status) : fit_squares(a, status);
}

/* The exit status. */
static int fit_all(fit *a)
{
    const settings *s = a->settings;
    int status = EXIT_FAILED;
    if ((s->out && !output_allowed(s->out, s->force)) || !data_read(&a->data, s->path, &s->how, s->quiet) ||
        (s->out && !model_allowed(&a->data)) || ((s->validate > 0 || s->folds) && !data_widen(&a->data)) ||
        (s->validate > 0 && !rows_hold(a)) || !fit_prepare(a))
        return EXIT_FAILED;
    if (!fit_find(a, &status))
        return status;
    if (s->diagnose && a->report.stop == LGD_STOP_NONE)
        refuse("diagnosis: none, there was no run: the minimum was found at once");
    int folds = EXIT_OK;
    if (!fit_restore(a) || !fit_judge(a))
        return EXIT_FAILED;
    if (s->folds && !rows_fold(a, &folds))
        return folds;
    fit_print(s->out && !strcmp(s->out, "-") ? stderr : stdout, a); /* nothing beside a model */
    const bool written = !s->out || model_write(a, s->out);
    return stdout_finish() && written ? status : EXIT_FAILED;
}

int fit_main(int argc, char **argv)
{
    settings s;
    fit a = {.settings = &s};
    int status = EXIT_USAGE;
    if (settings_parse(&s, argc, argv)) {
        if (s.help)
            settings_help(stdout);
        status = !s.help ? fit_all(&a) : stdout_finish() ? EXIT_OK : EXIT_FAILED;
    }
    fit_free(&a);
    settings_free(&s);
    return status;
}
