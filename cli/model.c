/* A fitted model as a file of JSON: columns by name, numbers in as many digits as they have. */
#include "cli.h"
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char format_name[] = "lgd model 1";

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A model is used by the names of its columns. */
static bool names_differ(const char *path, size_t count, const char *const *names)
{
    const char **sorted = memory_of(count, sizeof *sorted);
    size_t i = 1;
    if (!sorted)
        return false;
    memcpy(sorted, names, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_name);
    while (i < count && strcmp(sorted[i - 1], sorted[i]))
        i++;
    const bool ok = i >= count || refuse("%s: two columns of the model are \"%s\"", path, sorted[i]);
    free(sorted);
    return ok;
}

bool model_allowed(const data *d)
{
    for (size_t j = 0; j <= d->cols; j++) {
        json_t *name = json_string(j < d->cols ? d->names[j] : d->table->target);
        json_decref(name);
        if (!name)
            return refuse("%s: the name of column \"%s\" is not UTF-8, which a model file must be", d->path,
                          j < d->cols ? d->names[j] : d->table->target);
    }
    for (size_t c = 0; c < d->table->class_count; c++) {
        json_t *name = json_string(d->table->class_names[c]);
        json_decref(name);
        if (!name)
            return refuse("%s: the class \"%s\" is not UTF-8, which a model file must be", d->path,
                          d->table->class_names[c]);
    }
    return names_differ(d->path, d->cols, (const char *const *)d->names);
}

/* ---- writing: each column on a line of its own */

static void write_text(FILE *to, const char *text)
{
    json_t *string = json_string(text);
    if (string)
        json_dumpf(string, to, JSON_ENCODE_ANY);
    json_decref(string);
}

static void write_number(FILE *to, const char *before, double x)
{
    if (isfinite(x))
        fprintf(to, "%s%.17g", before, x);
    else
        fprintf(to, "%snull", before);
}

/* The number of row j of the coefficients, or as many as there are outputs. */
static void write_outputs(FILE *to, const fit *a, size_t j, const char *one, const char *many)
{
    const size_t k = a->outputs;
    fputs(k > 1 ? many : one, to);
    for (size_t c = 0; c < k; c++)
        write_number(to, c ? ", " : k > 1 ? "[" : "", a->w[j * k + c]);
    fputs(k > 1 ? "]" : "", to);
}

static void write_classes(FILE *to, const data *d)
{
    for (size_t c = 0; c < d->table->class_count; c++) {
        fputs(c ? ", " : "  \"classes\": [", to);
        write_text(to, d->table->class_names[c]);
    }
    fputs(d->table->class_count ? "],\n" : "", to);
}

static void write_columns(FILE *to, const fit *a)
{
    const data *d = &a->data;
    fprintf(to, "  \"columns\": [");
    for (size_t j = 0; j < d->cols; j++) {
        fprintf(to, "%s\n    {\"name\": ", j ? "," : "");
        write_text(to, d->names[j]);
        write_outputs(to, a, j, ", \"coefficient\": ", ", \"coefficients\": ");
        if (a->errors)
            write_number(to, ", \"standard_error\": ", a->errors[j]);
        fprintf(to, "}");
    }
    fprintf(to, "\n  ],\n");
}

bool model_write(const fit *a, const char *path)
{
    const settings *s = a->settings;
    output o;
    if (!output_open(&o, path))
        return false;
    FILE *to = o.file;
    char loss[64];
    lgd_loss_describe(s->loss, loss, sizeof loss);
    fprintf(to, "{\n  \"format\": \"%s\",\n  \"libgd\": \"%s\",\n  \"loss\": \"%s\",\n  \"target\": ", format_name,
            LGD_VERSION, loss);
    write_text(to, a->data.table->target);
    fprintf(to, ",\n  \"rows\": %zu,\n", a->data.rows);
    write_classes(to, &a->data);
    write_number(to, "  \"l1\": ", s->l1);
    write_number(to, ",\n  \"l2\": ", s->l2);
    fprintf(to, ",\n  \"standardize\": %s,\n", s->standardize ? "true" : "false");
    write_columns(to, a);
    if (s->intercept)
        write_outputs(to, a, a->data.cols, "  \"intercept\": ", "  \"intercept\": ");
    else
        write_number(to, "  \"intercept\": ", NAN);
    if (a->errors && s->intercept)
        write_number(to, ",\n  \"intercept_standard_error\": ", a->errors[a->data.cols]);
    if (s->kind->squares) {
        write_number(to, ",\n  \"residual_deviation\": ", a->sigma);
        write_number(to, ",\n  \"r2\": ", a->r2);
    } else {
        write_number(to, ",\n  \"value\": ", a->value);
        if (a->data.table->class_count)
            write_number(to, ",\n  \"accuracy\": ", a->accuracy);
    }
    if (s->folds) {
        write_number(to, ",\n  \"cross_validated_loss\": ", a->cv.mean);
        write_number(to, ",\n  \"cross_validated_loss_standard_error\": ", a->cv.standard_error);
    }
    if (a->held.rows)
        write_number(to, ",\n  \"validation_loss\": ", a->held_loss);
    fprintf(to, "\n}\n");
    return output_finish(&o);
}

/* ---- reading */

static char *copy_of(const char *text)
{
    char *copy = memory_of(strlen(text) + 1, 1);
    return copy ? strcpy(copy, text) : NULL;
}

static bool lacks(const model *m, const char *what)
{
    return refuse("%s: %s; is it a model that lgd fit -o wrote?", m->path, what);
}

/* Row j of the coefficients: a number, or an array of one for each output. */
static bool read_outputs(model *m, size_t j, const json_t *numbers)
{
    const size_t k = m->outputs;
    if (k > 1 && json_array_size(numbers) != k)
        return false;
    for (size_t c = 0; c < k; c++) {
        const json_t *number = k > 1 ? json_array_get(numbers, c) : numbers;
        if (!json_is_number(number))
            return false;
        m->w[j * k + c] = json_number_value(number);
    }
    return true;
}

/* What the classes were called; labels of a model that does not tell are 0 and 1. */
static bool read_classes(model *m, const json_t *classes)
{
    static const char *const labels[] = {"0", "1"};
    const size_t told = json_array_size(classes);
    const bool legal = m->kind->classes ? told >= 2 : !m->kind->labels || !classes || told == 2;
    if (!legal)
        return lacks(m, "\"classes\" has not the names of two classes or more");
    m->class_count = m->kind->classes ? told : m->kind->labels ? 2 : 0;
    m->outputs = m->kind->classes ? told : 1;
    m->classes = memory_of(m->class_count, sizeof *m->classes);
    for (size_t c = 0; m->classes && c < m->class_count; c++) {
        const char *name = told ? json_string_value(json_array_get(classes, c)) : labels[c];
        if (!name)
            return lacks(m, "\"classes\" holds what is no name");
        if (!(m->classes[c] = copy_of(name)))
            return false;
    }
    return m->classes;
}

static bool read_columns(model *m, const json_t *columns)
{
    m->cols = json_array_size(columns);
    if (!m->cols)
        return lacks(m, "\"columns\" is missing or empty");
    m->names = memory_of(m->cols, sizeof *m->names);
    m->w = memory_of((m->cols + 1) * m->outputs, sizeof *m->w);
    if (!m->names || !m->w)
        return false;
    for (size_t j = 0; j < m->cols; j++) {
        const json_t *column = json_array_get(columns, j);
        const json_t *numbers = json_object_get(column, m->outputs > 1 ? "coefficients" : "coefficient");
        const char *name = json_string_value(json_object_get(column, "name"));
        if (!name || !read_outputs(m, j, numbers))
            return refuse(m->outputs > 1 ? "%s: column %zu lacks its name or its coefficients, %zu numbers"
                                         : "%s: column %zu lacks its name or its coefficient, a number",
                          m->path, j + 1, m->outputs);
        if (!(m->names[j] = copy_of(name)))
            return false;
    }
    return names_differ(m->path, m->cols, (const char *const *)m->names);
}

static bool read_root(model *m, const json_t *root)
{
    const char *format = json_string_value(json_object_get(root, "format"));
    const char *loss = json_string_value(json_object_get(root, "loss"));
    const char *target = json_string_value(json_object_get(root, "target"));
    const json_t *intercept = json_object_get(root, "intercept");
    if (!format)
        return lacks(m, "\"format\" is missing");
    if (strcmp(format, format_name))
        return refuse("%s: \"format\" is \"%s\", \"%s\" is accepted", m->path, format, format_name);
    m->kind = loss ? loss_find(loss) : NULL;
    if (!m->kind || lgd_loss_parse(&m->loss, loss))
        return refuse("%s: \"loss\" is \"%s\", one of lgd fit --help is accepted", m->path, loss ? loss : "");
    if (!target)
        return lacks(m, "\"target\" is missing");
    if (!read_classes(m, json_object_get(root, "classes")) || !(m->target = copy_of(target)) ||
        !read_columns(m, json_object_get(root, "columns")))
        return false;
    m->intercept = !json_is_null(intercept);
    return !m->intercept || read_outputs(m, m->cols, intercept) ||
           lacks(m, m->outputs > 1 ? "\"intercept\" is neither null nor a number for each class"
                                   : "\"intercept\" is neither a number nor null");
}

bool model_read(model *m, const char *path)
{
    json_error_t error;
    *m = (model){.path = path};
    FILE *file = fopen(path, "r");
    if (!file)
        return refuse("%s: %s", path, strerror(errno));
    json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    const bool unreadable = ferror(file);
    fclose(file);
    bool ok = false;
    if (unreadable)
        refuse("%s: %s", path, strerror(errno));
    else if (!root)
        refuse("%s:%d:%d: %s; the model comes first: lgd predict MODEL DATA", path, error.line, error.column,
               error.text);
    else
        ok = read_root(m, root);
    json_decref(root);
    return ok;
}

void model_free(model *m)
{
    for (size_t j = 0; m->names && j < m->cols; j++)
        free(m->names[j]);
    for (size_t c = 0; m->classes && c < m->class_count; c++)
        free(m->classes[c]);
    free(m->names);
    free(m->classes);
    lgd_loss_free(m->loss);
    free(m->target);
    free(m->w);
    *m = (model){0};
}
