/* lgd fit: the order of events. */
#include "cli.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool prepare(fit *a)
{
    const settings *s = a->settings;
    const data *d = &a->data;
    a->dim = d->cols + s->intercept;
    a->condition = a->digits = NAN;
    if (d->rows < 2)
        return refuse("%s: there is one row, at least 2 are needed", d->path);
    a->w = memory_of(a->dim, sizeof *a->w);
    a->at = memory_of(a->dim, sizeof *a->at);
    if (!a->w || !a->at)
        return false;
    a->A = d->A;
    const lgd_glm_options options = {.l2 = s->l2, .intercept = s->intercept, .weights = d->weights};
    if ((s->standardize && lgd_matrix_standardized(&a->A, d->A)) ||
        lgd_glm_create(&a->f, a->A, d->y, s->kind->loss(), &options))
        return refuse_last();
    return true;
}

/* The coefficients of the columns as they are. */
static bool restore(fit *a)
{
    memcpy(a->w, a->at, a->dim * sizeof *a->w);
    return a->A == a->data.A || !lgd_matrix_unscale(a->A, 1, a->settings->intercept, a->at, a->w) || refuse_last();
}

static void release(fit *a)
{
    lgd_objective_free(a->q);
    lgd_objective_free(a->f);
    if (a->A != a->data.A)
        lgd_matrix_free(a->A);
    data_free(&a->data);
    free(a->w);
    free(a->at);
    free(a->errors);
    free(a->covariance);
    free(a->method);
    free(a->plan);
}

/* Least squares are solved at once, unless steps are asked for or there are too many columns; all else is found by steps. */
static bool find(fit *a, int *status)
{
    const settings *s = a->settings;
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
        (s->out && !model_allowed(&a->data)) || !prepare(a))
        return EXIT_FAILED;
    if (!find(a, &status))
        return status;
    if (!restore(a) || !fit_judge(a))
        return EXIT_FAILED;
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
    release(&a);
    reading_free(&s.how);
    return status;
}
