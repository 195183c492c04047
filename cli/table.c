/* A fit as a person reads it. */
#include "cli.h"
#include <float.h>
#include <math.h>
#include <string.h>

enum { WIDEST = 40 };

/* Characters of UTF-8 in text. */
static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

/* A name on one line, filled up with blanks. */
static void print_name(FILE *to, const char *name, size_t width)
{
    for (const char *c = name; *c; c++)
        putc((unsigned char)*c < ' ' ? '?' : *c, to);
    for (size_t i = characters(name); i < width; i++)
        putc(' ', to);
}

const char *fit_column(const fit *a, size_t j)
{
    return j / a->outputs < a->data.cols ? a->data.names[j / a->outputs] : "(intercept)";
}

/* The heads of the columns of coefficients, one for each class. */
static void print_classes(FILE *to, const fit *a)
{
    for (size_t c = 0; c < a->outputs; c++) {
        const size_t length = characters(a->data.table->class_names[c]);
        fprintf(to, "  %*s", (int)(length < 15 ? 15 - length : 0), "");
        print_name(to, a->data.table->class_names[c], 0);
    }
    putc('\n', to);
}

/* The largest number of column j, by its size. */
static double size_of(const fit *a, size_t j)
{
    double size = 0;
    for (size_t c = 0; c < a->outputs; c++)
        size = fmax(size, fabs(a->w[j * a->outputs + c]));
    return size;
}

/* What is to be shown of column j is at least so large: of sparse columns, which are many, the largest are enough. */
static double least_shown(const fit *a)
{
    enum { SHOWN = 20 };
    double largest[SHOWN + 1] = {0}; /* descending */
    if (!a->data.sparse.row_start || a->data.cols <= 2 * SHOWN)
        return 0;
    for (size_t j = 0; j < a->data.cols; j++) {
        double size = size_of(a, j);
        for (size_t i = 0; i < SHOWN; i++)
            if (size > largest[i]) {
                const double smaller = largest[i];
                largest[i] = size;
                size = smaller;
            }
    }
    return fmax(largest[SHOWN - 1], DBL_MIN);
}

static void print_coefficients(FILE *to, const fit *a)
{
    const double least = least_shown(a);
    size_t width = characters("column"), left_out = 0;
    for (size_t j = 0; j < a->dim; j++) {
        const size_t own = characters(fit_column(a, j));
        width = own > width ? own : width;
    }
    width = width < WIDEST ? width : WIDEST;
    fputs("\n  ", to);
    print_name(to, "column", width);
    if (a->outputs > 1)
        print_classes(to, a);
    else
        fprintf(to, "  %15s%s\n", "coefficient", a->errors ? "  standard error          t" : "");
    for (size_t j = 0; j < a->dim; j += a->outputs) {
        if (j / a->outputs < a->data.cols && size_of(a, j / a->outputs) < least) {
            left_out++;
            continue;
        }
        fputs("  ", to);
        print_name(to, fit_column(a, j), width);
        for (size_t c = 0; c < a->outputs; c++)
            fprintf(to, "  %15.8g", a->w[j + c] + 0.0); /* no -0 */
        if (a->errors) {
            const double t = a->w[j] / a->errors[j];
            fprintf(to, fabs(t) < 99999 ? "  %14.6g  %9.3f" : "  %14.6g  %9.3g", a->errors[j], t + 0.0);
        }
        putc('\n', to);
    }
    if (left_out)
        fprintf(to, "  and %zu smaller ones\n", left_out);
    putc('\n', to);
}

static void print_penalties(FILE *to, const settings *s)
{
    if (s->l1 > 0)
        fprintf(to, ", l1 %g", s->l1);
    if (s->l2 > 0)
        fprintf(to, ", l2 %g", s->l2);
    if (s->standardize)
        fprintf(to, ", columns standardized");
    if (s->balanced)
        fprintf(to, ", classes balanced");
    if (s->how.weights) {
        fputs(", weights \"", to);
        print_name(to, s->how.weights, 0);
        fputs("\"", to);
    }
    if (s->how.weights_file) {
        fputs(", weights of ", to);
        print_name(to, s->how.weights_file, 0);
    }
}

static void print_run(FILE *to, const fit *a)
{
    const lgd_report *r = &a->report;
    if (r->stop == LGD_STOP_NONE)
        return;
    fprintf(to, "%s: %llu step%s, %s\n", a->method, (unsigned long long)r->steps, r->steps == 1 ? "" : "s",
            lgd_stop_string(r->stop));
}

/* "12.3 GB", or "GB not known". */
static void print_figure(FILE *to, double x, const char *unit)
{
    isnan(x) ? (void)fprintf(to, "%s not known", unit) : (void)fprintf(to, "%.3g %s", x, unit);
}

/* What the run cost, and what computed it. */
static void print_cost(FILE *to, const fit *a)
{
    const lgd_report *r = &a->report;
    if (!a->words || !r->kernel)
        return;
    fprintf(to, "cost: ");
    print_figure(to, 1e-9 * r->bytes, "GB");
    fprintf(to, ", ");
    print_figure(to, 1e-9 * r->flops, "GFLOP");
    fprintf(to, " in %.3g s", r->seconds);
    if (r->bytes > 0)
        fprintf(to, ", %.3g GB/s, %.2g of the rate of memory", 1e-9 * r->bytes / r->seconds, r->streaming);
    fprintf(to, "\n  seconds: ");
    print_figure(to, r->seconds_loss, "in the loss");
    fprintf(to, ", ");
    print_figure(to, r->seconds_matrix, "in products");
    fprintf(to, ", ");
    print_figure(to, r->seconds_optimizer, "in the optimizer");
    fprintf(to, "\n  by %s; %s\n", *r->kernel ? r->kernel : "kernels not known", r->machine);
}

/* What is known of rows that the fit has not seen. */
static void print_scores(FILE *to, const fit *a)
{
    const settings *s = a->settings;
    const bool labels = s->kind->labels || s->kind->classes;
    if (a->held.rows) {
        fprintf(to, "validation: %zu row%s, loss %.8g", a->held.rows, a->held.rows == 1 ? "" : "s", a->held_loss);
        if (labels)
            fprintf(to, ", %.2f %% of the labels right", 100 * a->held_accuracy);
        fprintf(to, "\n");
    }
    if (s->folds) {
        fprintf(to, "%zu folds: loss %.6g, standard error %.2g", s->folds, a->cv.mean, a->cv.standard_error);
        if (labels)
            fprintf(to, "; %.2f %% of the labels right, standard error %.2g %%", 100 * a->cv.accuracy,
                    100 * a->cv.accuracy_error);
        fprintf(to, "\n");
    }
}

void fit_print(FILE *to, const fit *a)
{
    const settings *s = a->settings;
    char loss[64];
    const char *const with = s->l1 > 0 || s->l2 > 0 ? " with penalties" : ""; /* which rows held out do not count */
    lgd_loss_describe(s->loss, loss, sizeof loss);
    print_name(to, a->data.path, 0);
    fprintf(to, ": %zu rows, %zu column%s%s", a->data.rows, a->data.cols, a->data.cols == 1 ? "" : "s",
            s->intercept ? " and an intercept" : "");
    if (a->data.sparse.row_start)
        fprintf(to, ", %zu numbers", a->data.sparse.row_start[a->data.rows]);
    fputs(", target \"", to);
    print_name(to, a->data.table->target, 0);
    fprintf(to, "\", loss %s", loss);
    print_penalties(to, s);
    fprintf(to, "\n");
    if (a->words)
        fprintf(to, "%s\n", a->words);
    if (a->plan)
        fprintf(to, "plan: %s\n", a->plan);
    print_run(to, a);
    print_cost(to, a);
    print_coefficients(to, a);
    if (s->kind->squares && a->freedom > 0)
        fprintf(to, "residual deviation %.6g, %.6g degree%s of freedom, R^2 %.6g", a->sigma, a->freedom,
                a->freedom == 1 ? "" : "s", a->r2);
    else if (s->kind->squares)
        fprintf(to, "no degree of freedom, R^2 %.6g", a->r2);
    else if (isfinite(a->gap))
        fprintf(to, "loss %.8g%s, at most %.3g above the minimum", a->value, with, a->gap);
    else
        fprintf(to, "loss %.8g%s, |g| %.3g", a->value, with, a->report.grad_norm);
    if (s->kind->labels || s->kind->classes)
        fprintf(to, ", %.2f %% of the labels right", 100 * a->accuracy);
    if (a->rank)
        fprintf(to, ", rank %zu of %zu", a->rank, a->dim);
    if (isfinite(a->condition))
        fprintf(to, ", condition %.3g", a->condition);
    if (isfinite(a->digits))
        fprintf(to, ", about %.1f digits", a->digits);
    fprintf(to, "\n");
    print_scores(to, a);
}
