/* Cross-validation on real data: how strong should l2 be for a model that tells malignant from benign tumours by 30 measurements of
 * cell nuclei (569 rows, Wisconsin diagnostic breast cancer; the target is 1 for benign)?
 *
 * usage: cross_validation [breast_cancer.csv]
 *
 * A fifth of the rows is put aside. The others are dealt to ten folds, each with its share of both classes; in each fold the columns
 * are scaled by the rows that are fitted. Of the strengths the largest within one standard error of the best is taken, fitted to
 * all rows but those put aside, and tried on these. Prints the mean loss of each strength, the one chosen, and the share of right
 * answers. */
#include <lgd.h>
#include <lgd/io.h>
#include <stdio.h>
#include <stdlib.h>

enum { STRENGTHS = 5, FOLDS = 10 };

/* What a candidate is tried on. */
typedef struct task {
    const lgd_matrix *X;
    const double *y;
    lgd_split folds;
} task;

static lgd_status try_strength(void *ctx, const char *optimizer, const double *point, double *score, double *error)
{
    const task *t = ctx;
    const lgd_glm_options glm = {.l2 = point[0], .intercept = true};
    const lgd_minimize_options run = {.grad_tol = 1e-10};
    lgd_cv_report cv;
    const lgd_status st =
        lgd_cross_validate_glm(&t->folds, t->X, t->y, lgd_loss_logistic(), &glm, &run,
                               &(lgd_cv_glm_options){.optimizer = optimizer, .standardize = true}, &cv);
    *score = cv.mean;
    *error = cv.standard_error;
    if (!st)
        printf("%8g  %.3f +- %.3f  %.3f\n", point[0], cv.mean, cv.standard_error, cv.accuracy);
    return st;
}

/* The model of one strength fitted on the rows `fit`; right answers among those of `test`. */
static lgd_status try_on(const lgd_matrix *X, const double *y, double l2, const lgd_rows *fit, const lgd_rows *test,
                         size_t *right)
{
    lgd_matrix *scaled = NULL;
    lgd_objective *all = NULL, *f = NULL;
    lgd_optimizer *opt = NULL;
    double *w = calloc(lgd_matrix_cols(X) + 1, sizeof *w), *p = calloc(lgd_matrix_rows(X), sizeof *p);
    lgd_status st = w && p ? LGD_OK : lgd_set_error(LGD_ENOMEM, "cross_validation: out of memory");
    if (!st)
        st = lgd_matrix_standardized_on(&scaled, X, fit);
    if (!st)
        st = lgd_glm_create(&all, scaled, y, lgd_loss_logistic(), &(lgd_glm_options){.l2 = l2, .intercept = true});
    if (!st)
        st = lgd_objective_subset(&f, all, fit);
    if (!st)
        st = lgd_lbfgs_create(&opt, NULL);
    if (!st)
        st = lgd_minimize(f, opt, w, &(lgd_minimize_options){.grad_tol = 1e-10}, NULL);
    if (!st)
        st = lgd_glm_predict(all, scaled, w, p, 1);
    *right = 0;
    for (size_t i = test->first; i < test->first + test->count && !st; i++)
        *right += (p[test->index[i]] > 0.5) == (y[test->index[i]] > 0.5);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    lgd_objective_free(all);
    lgd_matrix_free(scaled);
    free(p);
    free(w);
    return st;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "bench/data/breast_cancer.csv";
    /* From the strongest on, so that the first within one error of the best is the simplest. */
    static const double strengths[STRENGTHS] = {1, 0.1, 0.01, 0.001, 1e-4};
    const lgd_axis axis = {.name = "l2", .values = strengths, .count = STRENGTHS};
    lgd_table *t = NULL;
    lgd_matrix *all = NULL, *kept = NULL;
    lgd_choose_report report;
    size_t *room = NULL, first[3], fold_first[FOLDS + 1], right = 0;
    double *data = NULL, *y = NULL;
    lgd_rows fit = {0}, aside = {0};

    lgd_status st = lgd_csv_read(&t, path, &(lgd_csv_options){.skip_lines = 1}); /* sizes, not names */
    if (!st) {
        room = calloc(4 * t->rows, sizeof *room);
        data = calloc(t->rows * t->cols, sizeof *data);
        y = calloc(t->rows, sizeof *y);
        st = room && data && y ? LGD_OK : lgd_set_error(LGD_ENOMEM, "cross_validation: out of memory");
    }
    if (!st) {
        lgd_split split = {.terms = t->rows, .parts = 2, .index = room, .first = first};
        st = lgd_split_draw(&split, (double[]){4, 1}, &(lgd_split_options){.seed = 5, .classes = t->y});
        if (!st)
            st = lgd_split_rows(&split, 0, &fit, &aside);
    }
    /* Rows that are put aside are not among those that are cross-validated: a table of the others. */
    for (size_t i = 0; i < fit.count && !st; i++) {
        const size_t row = fit.index[fit.first + i];
        for (size_t j = 0; j < t->cols; j++)
            data[i * t->cols + j] = t->X[row * t->cols + j];
        y[i] = t->y[row];
    }
    if (!st)
        st = lgd_matrix_dense(&all, t->rows, t->cols, t->X, t->cols);
    if (!st)
        st = lgd_matrix_dense(&kept, fit.count, t->cols, data, t->cols);
    task folds = {kept, y, {fit.count, FOLDS, room ? room + 2 * t->rows : NULL, fold_first}};
    if (!st)
        st = lgd_split_draw(&folds.folds, NULL, &(lgd_split_options){.seed = 2, .classes = y});
    if (!st) {
        printf("%zu rows, %zu put aside, %d folds of the others\n", t->rows, aside.count, FOLDS);
        printf("strength  loss             right\n");
        st = lgd_choose(&axis, 1, try_strength, &folds, NULL, NULL, &report);
    }
    if (!st)
        st = try_on(all, t->y, strengths[report.within], &fit, &aside, &right);
    if (st)
        fprintf(stderr, "%s\n", lgd_last_error());
    else
        printf("best is %g; within one standard error %g, which is right on %zu of the %zu rows put aside\n",
               strengths[report.best], strengths[report.within], right, aside.count);
    lgd_matrix_free(kept);
    lgd_matrix_free(all);
    lgd_table_free(t);
    free(room);
    free(data);
    free(y);
    return st ? EXIT_FAILURE : EXIT_SUCCESS;
}
