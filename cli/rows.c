/* Rows that a fit does not see: some that validate it, or each part of them in its turn. */
#include "cli.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of sparse rows, copied. */
static bool pick_sparse(data *d, const lgd_csr *from, const lgd_rows *rows)
{
    const size_t *index = rows->index + rows->first, index_size = from->column ? sizeof(int32_t) : sizeof(int64_t);
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++)
        count += from->row_start[index[i] + 1] - from->row_start[index[i]];
    size_t *row_start = memory_of(rows->count + 1, sizeof *row_start);
    char *column = memory_of(count, index_size);
    double *value = memory_of(count, sizeof *value);
    d->sparse = (lgd_csr){.rows = rows->count, .cols = from->cols, .row_start = row_start, .value = value};
    d->sparse.column = from->column ? (const int32_t *)(void *)column : NULL;
    d->sparse.column_i64 = from->column ? NULL : (const int64_t *)(void *)column;
    if (!row_start || !column || !value)
        return false;
    const char *columns = from->column ? (const char *)from->column : (const char *)from->column_i64;
    for (size_t i = 0, at = 0; i < rows->count; i++) {
        const size_t first = from->row_start[index[i]], n = from->row_start[index[i] + 1] - first;
        memcpy(column + at * index_size, columns + first * index_size, n * index_size);
        memcpy(value + at, from->value + first, n * sizeof *value);
        row_start[i + 1] = at += n;
    }
    return !lgd_matrix_csr(&d->A, &d->sparse) || refuse_last();
}

/* Rows of a table as one of their own: copies, but for the names. */
static bool pick(data *d, const data *from, const lgd_rows *rows)
{
    const size_t n = from->X ? from->cols : 0, m = rows->count;
    double *copy = memory_of(m * (n + 2), sizeof *copy);
    if (!copy)
        return false;
    *d = *from;
    d->A = NULL;
    d->weights = NULL;
    d->sparse = (lgd_csr){0};
    d->rows = m;
    d->copy = copy;
    d->X = from->X ? d->copy : NULL;
    d->y = copy + m * n;
    double *weights = d->y + m;
    for (size_t i = 0; i < m; i++) {
        const size_t row = rows->index[rows->first + i];
        if (from->X)
            memcpy(d->X + i * n, from->X + row * n, n * sizeof *d->X);
        d->y[i] = from->y[row];
        weights[i] = from->weights ? from->weights[row] : 1;
    }
    if (from->weights)
        d->weights = weights;
    return from->X ? !lgd_matrix_dense(&d->A, m, n, d->X, n) || refuse_last() : pick_sparse(d, &from->sparse, rows);
}

/* Deals the rows, those of each class in proportion. */
static bool deal(const fit *a, lgd_split *split, const double *shares)
{
    const data *d = &a->data;
    const settings *s = a->settings;
    const bool stratified = s->kind->labels || s->kind->classes;
    for (size_t c = 0; stratified && c < d->table->class_count; c++) {
        size_t rows = 0;
        for (size_t i = 0; i < d->rows; i++)
            rows += d->y[i] == (double)c;
        if (rows && rows < split->parts)
            return refuse("%s: class \"%s\" has %zu row%s, at least %zu are needed for %s", d->path,
                          d->table->class_names[c], rows, rows == 1 ? "" : "s", split->parts,
                          shares ? "--validate" : "--folds");
    }
    if (split->parts > d->rows)
        return refuse("%s: --folds is %zu, at most the %zu rows there are is accepted", d->path, split->parts, d->rows);
    split->terms = d->rows;
    split->index = memory_of(2 * d->rows, sizeof *split->index);
    split->first = memory_of(split->parts + 1, sizeof *split->first);
    return split->index && split->first &&
           (!lgd_split_draw(split, shares,
                            &(lgd_split_options){.seed = s->seed, .classes = stratified ? d->y : NULL}) ||
            refuse_last());
}

bool rows_hold(fit *a)
{
    const double fraction = a->settings->validate, shares[] = {1 - fraction, fraction};
    if (fraction * (double)a->data.rows < 1 || (1 - fraction) * (double)a->data.rows < 1)
        return refuse("%s: --validate is %g, which leaves a part of the %zu rows without one", a->data.path, fraction,
                      a->data.rows);
    lgd_split split = {.parts = 2};
    lgd_rows train, test;
    bool ok = deal(a, &split, shares) &&
              (!lgd_split_rows(&split, 1, &test, NULL) && !lgd_split_rows(&split, 0, &train, NULL));
    if (ok) {
        a->whole = a->data;
        a->data = (data){0};
        ok = pick(&a->data, &a->whole, &train) && pick(&a->held, &a->whole, &test);
    }
    free(split.index);
    free(split.first);
    return ok;
}

/* ---- folds */

typedef struct folds {
    const fit *of;
    settings settings;
    double *right; /* of each fold; NULL without labels */
    size_t unconverged;
    int status; /* of the fold that failed */
} folds;

static lgd_status fold(void *ctx, size_t i, const lgd_rows *train, const lgd_rows *test, double *score)
{
    folds *all = ctx;
    fit a = {.settings = &all->settings, .inside = true};
    int status = EXIT_FAILED;
    const bool ok = pick(&a.data, &all->of->data, train) && pick(&a.held, &all->of->data, test) && fit_prepare(&a) &&
                    fit_find(&a, &status) && fit_restore(&a) && fit_judge(&a);
    *score = a.held_loss;
    all->unconverged += ok && a.report.stop && !a.converged && a.report.stop != LGD_STOP_PATIENCE;
    if (ok && all->right)
        all->right[i] = a.held_accuracy;
    fit_free(&a);
    if (ok)
        return LGD_OK;
    all->status = status;
    return lgd_set_error(LGD_EINVAL, "a fold has failed");
}

bool rows_fold(fit *a, int *status)
{
    const settings *s = a->settings;
    folds all = {.of = a, .settings = *s};
    lgd_split split = {.parts = s->folds};
    all.settings.quiet = true;
    all.settings.verbose = all.settings.diagnose = false;
    if (s->kind->labels || s->kind->classes)
        all.right = memory_of(s->folds, sizeof *all.right);
    bool ok = (all.right || !(s->kind->labels || s->kind->classes)) && deal(a, &split, NULL);
    *status = EXIT_FAILED;
    if (ok && lgd_cross_validate(&split, fold, &all, NULL, &a->cv)) { /* the fold has said why */
        *status = all.status;
        ok = false;
    }
    if (ok && all.unconverged)
        refuse("%zu of %zu folds %s not converged", all.unconverged, s->folds, all.unconverged == 1 ? "has" : "have");
    double mean = 0, squares = 0;
    for (size_t i = 0; all.right && i < s->folds; i++)
        mean += all.right[i] / (double)s->folds;
    for (size_t i = 0; all.right && i < s->folds; i++)
        squares += (all.right[i] - mean) * (all.right[i] - mean);
    a->cv.accuracy = mean;
    a->cv.accuracy_error = sqrt(squares / (double)(s->folds - 1) / (double)s->folds);
    free(all.right);
    free(split.index);
    free(split.first);
    return ok;
}
