/* A fit as a person reads it. */
#include "cli.h"
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
static void print_name(const char *name, size_t width)
{
    fputs("  ", stdout);
    for (const char *c = name; *c; c++)
        putchar((unsigned char)*c < ' ' ? '?' : *c);
    for (size_t i = characters(name); i < width; i++)
        putchar(' ');
}

const char *fit_column(const fit *a, size_t j)
{
    return j < a->data.cols ? a->data.names[j] : "(intercept)";
}

static void print_coefficients(const fit *a)
{
    size_t width = characters("column");
    for (size_t j = 0; j < a->dim; j++) {
        const size_t own = characters(fit_column(a, j));
        width = own > width ? own : width;
    }
    width = width < WIDEST ? width : WIDEST;
    printf("\n");
    print_name("column", width);
    printf("  %15s%s\n", "coefficient", a->errors ? "  standard error          t" : "");
    for (size_t j = 0; j < a->dim; j++) {
        print_name(fit_column(a, j), width);
        printf("  %15.8g", a->w[j]);
        if (a->errors)
            printf("  %14.6g  %9.3f", a->errors[j], a->w[j] / a->errors[j]);
        printf("\n");
    }
    printf("\n");
}

static void print_penalties(const settings *s)
{
    if (s->l1 > 0)
        printf(", l1 %g", s->l1);
    if (s->l2 > 0)
        printf(", l2 %g", s->l2);
    if (s->standardize)
        printf(", columns standardized");
    if (s->how.weights)
        printf(", weights \"%s\"", s->how.weights);
}

static void print_run(const fit *a)
{
    const lgd_report *r = &a->report;
    if (r->stop == LGD_STOP_NONE)
        return;
    printf("%s: %llu step%s, %s\n", a->method, (unsigned long long)r->steps, r->steps == 1 ? "" : "s",
           lgd_stop_string(r->stop));
}

void fit_print(const fit *a)
{
    const settings *s = a->settings;
    printf("%s: %zu rows, %zu column%s%s, target \"%s\", loss %s", a->data.path, a->data.rows, a->data.cols,
           a->data.cols == 1 ? "" : "s", s->intercept ? " and an intercept" : "", a->data.table->target,
           lgd_loss_name(s->kind->loss()));
    print_penalties(s);
    printf("\n");
    if (a->plan)
        printf("plan: %s\n", a->plan);
    print_run(a);
    print_coefficients(a);
    if (s->kind->squares && a->freedom > 0)
        printf("residual deviation %.6g, %.6g degrees of freedom, R^2 %.6g", a->sigma, a->freedom, a->r2);
    else if (s->kind->squares)
        printf("no degree of freedom, R^2 %.6g", a->r2);
    else
        printf("loss %.8g, |g| %.3g, %.2f %% of the labels right", a->value, a->report.grad_norm, 100 * a->accuracy);
    if (a->rank)
        printf(", rank %zu of %zu", a->rank, a->dim);
    if (isfinite(a->condition))
        printf(", condition %.3g", a->condition);
    if (isfinite(a->digits))
        printf(", about %.1f digits", a->digits);
    printf("\n");
}
