/* What is told by all rows together, added up as they come: the means that fill missing cells, and the values of a binary target. */
#include "io.h"
#include <math.h>

/* Neumaier's sum, and for where that overflows one of smaller numbers. */
static void add(lgd_mean *m, double x)
{
    const double s = m->sum + x;
    m->rest += fabs(m->sum) >= fabs(x) ? (m->sum - s) + x : (x - s) + m->sum;
    m->sum = s;
    m->small += x * 0x1p-64;
}

lgd_status lgd_csv_measure(lgd_reader *r, size_t line)
{
    for (size_t j = 0; r->mean && j < r->cols; j++)
        if (!isnan(r->x[j]))
            add(r->mean + j, r->x[j]);
    const double y = r->x[r->cols], *label = r->labels.value;
    if (!r->options.binary || lgd_labels_see(&r->labels, y))
        return LGD_OK;
    return lgd_fail(LGD_EFORMAT, "%s:%zu:%zu: the target is %g beside %g and %g, a binary one has two values",
                    r->scan.path, line, r->target + 1, y, label[0], label[1]);
}

lgd_status lgd_csv_take_means(lgd_reader *r)
{
    for (size_t i = 0; r->mean && i < r->count; i++) {
        const lgd_column *c = r->columns + i;
        if (i == r->target || c->kind != LGD_COLUMN_NUMBERS || r->mean[c->first].missing == 0)
            continue;
        lgd_mean *m = r->mean + c->first;
        char n[LGD_SHOWN];
        lgd_shown(n, c->name, strlen(c->name));
        if (m->missing == r->rows)
            return lgd_fail(LGD_EFORMAT,
                            "%s: column \"%s\" has no number in %zu rows, its mean cannot be taken; hint: "
                            "name it in ignore",
                            r->scan.path, n, r->rows);
        const double numbers = (double)(r->rows - m->missing), mean = (m->sum + m->rest) / numbers;
        m->value = isfinite(mean) ? mean : m->small / numbers * 0x1p64;
        r->table->cells_filled += m->missing;
        const lgd_status st = lgd_csv_note(r, "column \"%s\": %zu missing cell%s filled with the mean %.6g\n", n,
                                           m->missing, m->missing == 1 ? "" : "s", m->value);
        if (st)
            return st;
    }
    return LGD_OK;
}
