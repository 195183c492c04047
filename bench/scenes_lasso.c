/* The scene of the lasso: what becomes of its coefficients as its strength grows. */
#include "scenes.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* From where it keeps nothing to where it hardly acts. */
enum { STRONGEST = 34, WEAKEST = -26, A_DECADE = 20 }; /* of the exponents in 10^(k/20): 50.1 down to 0.0501 */

enum { ROWS = DIABETES_ROWS, COLS = DIABETES_COLS };

/* x[count] from a file of bench/data that has so many numbers and nothing else. */
static lgd_status numbers(const char *name, size_t count, double *x)
{
    char path[PATH_SIZE], said[PATH_SIZE + 128];
    char *text = file_read(file_of_data(path, sizeof path, name)), *at = text, *end = text;
    if (!text) {
        snprintf(said, sizeof said, "%s: %s", path, strerror(errno));
        return lgd_set_error(LGD_EIO, said);
    }
    size_t read = 0;
    for (; read < count; read++, at = end) {
        x[read] = strtod(at, &end);
        if (end == at)
            break;
    }
    const bool whole = read == count && !at[strspn(at, " \r\n")];
    free(text);
    snprintf(said, sizeof said, "%s: it holds other than %zu numbers", path, count);
    return whole ? LGD_OK : lgd_set_error(LGD_EFORMAT, said);
}

lgd_status diabetes_create(diabetes *d)
{
    double mean = 0;
    d->A = NULL;
    d->f = NULL;
    lgd_status st = numbers("diabetes_data.csv", ROWS * COLS, d->X);
    if (!st)
        st = numbers("diabetes_target.csv", ROWS, d->y);
    if (st)
        return st;
    for (size_t j = 0; j < COLS; j++)
        scene_standardize(ROWS, COLS, d->X + j);
    for (size_t i = 0; i < ROWS; i++)
        mean += d->y[i] / ROWS;
    for (size_t i = 0; i < ROWS; i++)
        d->y[i] -= mean;
    st = lgd_matrix_dense(&d->A, ROWS, COLS, d->X, COLS);
    return st ? st : lgd_glm_create(&d->f, d->A, d->y, lgd_loss_half_squared(), NULL);
}

void diabetes_free(diabetes *d)
{
    lgd_objective_free(d->f);
    lgd_matrix_free(d->A);
}

/* From w, the solution for a strength that is a little larger. */
static lgd_status lasso(lgd_objective *f, double strength, double *w)
{
    lgd_penalty *l1 = NULL;
    lgd_optimizer *opt = NULL;
    lgd_status st = lgd_penalty_l1_create(&l1, strength);
    if (!st)
        st = lgd_optimizer_parse(&opt, "fista");
    if (!st)
        st = lgd_minimize(
            f, opt, w,
            &(lgd_minimize_options){.penalty = l1, .grad_tol = LGD_ZERO, .grad_tol_abs = 1e-10, .max_epochs = 100000},
            NULL);
    lgd_optimizer_free(opt);
    lgd_penalty_free(l1);
    return st;
}

/* A row for each strength. A coefficient that is 0 is so to the last bit, and written as 0. */
static lgd_status fill_lasso(FILE *to)
{
    double w[COLS] = {0};
    diabetes d;
    lgd_status st = diabetes_create(&d);
    fprintf(to, "strength\tage\tsex\tbmi\tbp\ts1\ts2\ts3\ts4\ts5\ts6");
    for (int k = STRONGEST; k >= WEAKEST && !st; k--) {
        const double strength = pow(10, (double)k / A_DECADE);
        st = lasso(d.f, strength, w);
        fprintf(to, "\n%.9g", strength);
        for (size_t j = 0; j < COLS; j++)
            fprintf(to, "\t%.9g", w[j] == 0 ? 0 : w[j]);
    }
    fprintf(to, "\n");
    diabetes_free(&d);
    return st;
}

const scene scenes_of_lasso[] = {{"lasso_path.tsv", fill_lasso}, {NULL, NULL}};
