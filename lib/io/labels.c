/* Targets that are labels, two or several: they become 0, 1 ... in their order, and keep their names. */
#define _POSIX_C_SOURCE 200809L
#include "io.h"
#include <locale.h>
#include <stdlib.h>
#include <string.h>

lgd_status lgd_csv_check_words(const lgd_reader *r)
{
    const lgd_levels *levels = r->target < r->count ? r->columns[r->target].levels : NULL;
    if (!levels || levels->count == 2 || r->options.classes)
        return LGD_OK;
    char n[LGD_SHOWN], a[LGD_SHOWN];
    const char *name = r->columns[r->target].name;
    return lgd_fail(LGD_EFORMAT, "%s: the target \"%s\" has %zu label%s, the first is \"%s\"; a binary one has two",
                    r->scan.path, lgd_shown(n, name, strlen(name)), levels->count, levels->count == 1 ? "" : "s",
                    lgd_shown(a, levels->item[0]->text, levels->item[0]->length));
}

/* ---- names */

/* Room for the names of count classes, bytes long with their 0s; the text begins behind the pointers. */
static char *make_names(lgd_table *t, size_t count, size_t bytes)
{
    const char **names = lgd_alloc("table: classes", lgd_add(lgd_mul(count, sizeof *names), bytes), 1);
    if (!names)
        return NULL;
    t->class_count = count;
    t->class_names = names;
    return (char *)(names + count);
}

static lgd_status name_words(lgd_table *t, const lgd_levels *levels)
{
    size_t bytes = 0;
    for (size_t i = 0; i < levels->count; i++)
        bytes += levels->item[i]->length + 1;
    char *text = make_names(t, levels->count, bytes);
    for (size_t i = 0; text && i < levels->count; i++) {
        ((const char **)t->class_names)[i] =
            memcpy(text, levels->item[i]->text, levels->item[i]->length); /* the 0 is there */
        text += levels->item[i]->length + 1;
    }
    return t->class_names ? LGD_OK : LGD_ENOMEM;
}

/* Numbers in as many digits as read back as they are. */
static lgd_status name_numbers(lgd_table *t, size_t count, const double *value)
{
    char *text = make_names(t, count, lgd_mul(count, LGD_DIGITS));
    locale_t c = text ? newlocale(LC_ALL_MASK, "C", (locale_t)0) : (locale_t)0;
    if (!c)
        return text ? lgd_fail(LGD_ENOMEM, "table: the C locale cannot be had") : LGD_ENOMEM;
    locale_t before = uselocale(c);
    for (size_t i = 0; i < count; i++, text += LGD_DIGITS) {
        lgd_digits(text, value[i], false);
        ((const char **)t->class_names)[i] = text;
    }
    uselocale(before);
    freelocale(c);
    return LGD_OK;
}

/* ---- what they become */

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The place of x among the ascending numbers. */
static size_t place(const double *value, size_t count, double x)
{
    size_t low = 0;
    for (size_t high = count; high - low > 1;) {
        const size_t middle = low + (high - low) / 2;
        if (value[middle] <= x)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static lgd_status note(const lgd_labels *l)
{
    const lgd_table *t = l->table;
    const char *quote = l->levels ? "\"" : "";
    lgd_status st = LGD_OK;
    for (size_t i = 0; i < t->class_count && !st; i++) {
        char n[LGD_SHOWN];
        const char *before = i == 0 ? "labels: " : i + 1 < t->class_count ? ", " : " and ";
        const bool left_out = i >= 12 && i + 1 < t->class_count;
        if (!left_out)
            st = lgd_text_print(l->notes, "%s%s%s%s became %zu", before, quote,
                                lgd_shown(n, t->class_names[i], strlen(t->class_names[i])), quote, i);
        else if (i == 12)
            st = lgd_text_print(l->notes, ", ...");
    }
    return st ? st : lgd_text_print(l->notes, "\n");
}

/* Numbers become their places in value [count]; those that are there already are not worth a note. */
static lgd_status map_numbers(const lgd_labels *l, const double *value, size_t count)
{
    lgd_table *t = l->table;
    bool same = true;
    for (size_t c = 0; c < count; c++)
        same = same && value[c] == (double)c;
    for (size_t i = 0; i < t->rows && !same; i++) {
        const double label = (double)place(value, count, t->y[i]);
        t->labels_mapped += t->y[i] != label;
        t->y[i] = label;
    }
    const lgd_status st = name_numbers(t, count, value);
    return st || same ? st : note(l);
}

bool lgd_labels_see(lgd_labels *l, double y)
{
    for (size_t i = 0; i < l->count; i++)
        if (y == l->value[i])
            return true;
    if (l->count == 2)
        return false;
    l->value[l->count++] = y;
    return true;
}

/* Two values; one alone must be one of {0, 1} or {-1, 1}. */
static lgd_status map_binary(const lgd_labels *l)
{
    double low = l->value[0] + 0.0, high = l->count == 2 ? l->value[1] + 0.0 : low;
    if (l->count == 1 && (low == -1 || low == 0))
        high = 1;
    else if (l->count == 1 && high == 1)
        low = 0;
    else if (l->count == 1)
        return lgd_fail(LGD_EFORMAT, "%s: the target is %g in each row, two values or 0, 1 or -1 are accepted", l->path,
                        low);
    return map_numbers(l, low < high ? (double[]){low, high} : (double[]){high, low}, 2);
}

static lgd_status map_classes(const lgd_labels *l)
{
    const lgd_table *t = l->table;
    size_t count = 0;
    double *value = lgd_alloc("table: classes", t->rows, sizeof *value);
    if (!value)
        return LGD_ENOMEM;
    memcpy(value, t->y, t->rows * sizeof *value);
    qsort(value, t->rows, sizeof *value, ascending);
    for (size_t i = 0; i < t->rows; i++)
        if (count == 0 || value[i] > value[count - 1])
            value[count++] = value[i];
    const lgd_status st = count > LGD_MOST_LEVELS
                              ? lgd_fail(LGD_ERANGE, "%s: the target has %zu values, at most %d classes are accepted",
                                         l->path, count, (int)LGD_MOST_LEVELS)
                              : map_numbers(l, value, count);
    lgd_release(value);
    return st;
}

lgd_status lgd_labels_map(const lgd_labels *l, bool classes)
{
    if (!l->levels) {
        for (size_t i = 0; i < l->table->rows; i++)
            l->table->y[i] += 0.0; /* -0 and 0 are one label, 0 */
        return classes ? map_classes(l) : map_binary(l);
    }
    l->table->labels_mapped = l->table->rows;
    const lgd_status st = name_words(l->table, l->levels);
    return st ? st : note(l);
}

lgd_status lgd_csv_map_labels(lgd_reader *r)
{
    r->labels.path = r->scan.path;
    r->labels.table = r->table;
    r->labels.notes = &r->notes;
    r->labels.levels = r->columns[r->target].levels;
    return lgd_labels_map(&r->labels, r->options.classes);
}
