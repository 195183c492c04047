/* Cross-validation: of anything by a function of the caller's, and of generalised linear models by one of ours. */
#include "base/base.h"
#include "lgd/choose.h"
#include "loss/loss.h"
#include "matrix/matrix.h"
#include <math.h>
#include <stdio.h>

/* ---- folds */

/* Mean and standard error of scores, NaN where one is. */
static void sum_up(size_t count, const double *scores, double *mean, double *error)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        sum += scores[i];
    *mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (scores[i] - *mean) * (scores[i] - *mean);
    *error = sqrt(squares / ((double)count - 1) / (double)count);
}

/* Is it an error of what was asked for, and so of every fold? */
static bool ends_all(lgd_status status)
{
    return status == LGD_EINVAL || status == LGD_EUNSUPPORTED || status == LGD_ENOMEM || status == LGD_ERANGE;
}

static lgd_status run_fold(const lgd_split *split, size_t i, lgd_fold fold, void *ctx, double *score)
{
    lgd_rows test, train;
    lgd_status status = lgd_split_rows(split, i, &test, &train);
    if (status)
        return status;
    const unsigned errors = lgd_error_count();
    const int code = (int)fold(ctx, i, &train, &test, score);
    if (code)
        return lgd_failed_in("cross_validate", "fold", code, errors);
    return isfinite(*score)
               ? LGD_OK
               : lgd_fail(LGD_EDIVERGED, "cross_validate: score of fold %zu is %g, a finite number is accepted", i,
                          *score);
}

static lgd_status run_folds(const lgd_split *split, lgd_fold fold, void *ctx, double *scores, lgd_cv_report *report)
{
    lgd_status first = LGD_OK;
    char sentence[384] = "";
    for (size_t i = 0; i < split->parts; i++) {
        const lgd_status status = run_fold(split, i, fold, ctx, &scores[i]);
        if (status && ends_all(status))
            return status;
        if (!status)
            continue;
        scores[i] = NAN;
        if (!report->failed++) {
            first = status;
            snprintf(sentence, sizeof sentence, "%s", lgd_last_error());
        }
    }
    if (report->failed == split->parts)
        return lgd_fail(first, "cross_validate: all %zu folds failed, one that does not is accepted; the first: %s",
                        split->parts, sentence);
    sum_up(split->parts, scores, &report->mean, &report->standard_error);
    return LGD_OK;
}

static const lgd_cv_report nothing = {.mean = NAN, .standard_error = NAN, .accuracy = NAN, .accuracy_error = NAN};

static lgd_status check_split(const lgd_split *split)
{
    if (!split || !split->index || !split->first)
        return lgd_fail(LGD_EINVAL, "cross_validate: %s is NULL, %s is accepted",
                        !split         ? "split"
                        : split->index ? "first of the split"
                                       : "index of the split",
                        split ? "an array" : "a split that was drawn");
    if (split->parts < 2)
        return lgd_fail(LGD_EINVAL, "cross_validate: parts of the split is %zu, at least 2 folds are accepted",
                        split->parts);
    return LGD_OK;
}

lgd_status lgd_cross_validate_sized(const lgd_split *split, lgd_fold fold, void *ctx, double *scores,
                                    lgd_cv_report *report, size_t report_size)
{
    lgd_cv_report r = nothing;
    lgd_give_struct(report, report_size, &r, sizeof r);
    lgd_status status = check_split(split);
    if (!status && !fold)
        status = lgd_fail(LGD_EINVAL, "cross_validate: fold is NULL, a function is accepted");
    if (status)
        return status;
    double *own = lgd_alloc("cross_validate", split->parts, sizeof *own);
    if (!own)
        return LGD_ENOMEM;
    status = run_folds(split, fold, ctx, own, &r);
    if (scores)
        memcpy(scores, own, split->parts * sizeof *own);
    lgd_give_struct(report, report_size, &r, sizeof r);
    lgd_release(own);
    return status;
}

/* ---- generalised linear models */

typedef struct trial {
    const lgd_matrix *X;
    const double *y;
    const lgd_loss *loss;
    lgd_glm_options glm;
    lgd_minimize_options run;
    lgd_cv_glm_options o;
    size_t dim, outputs, targets;
    double *w, *average, *accuracies; /* [dim], [dim], [parts] */
} trial;

/* What one fold makes, the last first to go. */
typedef struct fitted {
    lgd_matrix *filled, *scaled;
    const lgd_matrix *X;
    lgd_objective *all, *plain, *train, *test; /* plain: without l2 */
    lgd_optimizer *opt;
    double *Z;
} fitted;

static void fitted_free(fitted *m)
{
    lgd_release(m->Z);
    lgd_optimizer_free(m->opt);
    lgd_objective_free(m->test);
    lgd_objective_free(m->train);
    lgd_objective_free(m->plain);
    lgd_objective_free(m->all);
    lgd_matrix_free(m->scaled);
    lgd_matrix_free(m->filled);
}

/* The columns as the rows of the fit let them be known, and what is fitted and scored on them. */
static lgd_status prepare(const trial *t, const lgd_rows *train, const lgd_rows *test, fitted *m)
{
    lgd_glm_options plain = t->glm;
    lgd_status status = LGD_OK;
    plain.l2 = 0;
    m->X = t->X;
    if (lgd_matrix_is_imputed(t->X)) {
        status = lgd_matrix_imputed_on(&m->filled, t->X, train);
        m->X = m->filled;
    }
    if (!status && t->o.standardize) {
        status = lgd_matrix_standardized_on(&m->scaled, m->X, train);
        m->X = m->scaled;
    }
    if (!status)
        status = lgd_glm_create(&m->all, m->X, t->y, t->loss, &t->glm);
    if (!status)
        status = lgd_glm_create(&m->plain, m->X, t->y, t->loss, &plain);
    if (!status)
        status = lgd_objective_subset(&m->train, m->all, train);
    if (!status)
        status = lgd_objective_subset(&m->test, m->plain, test);
    if (!status)
        status = lgd_optimizer_parse(&m->opt, t->o.optimizer ? t->o.optimizer : "lbfgs");
    return status;
}

/* Are the scores z[outputs] right about the targets y of a row? One for each output counts by its share. */
static double right_share(const trial *t, const double *z, const double *y)
{
    double right = 0;
    if (t->targets < t->outputs) {
        size_t best = 0;
        for (size_t c = 1; c < t->outputs; c++)
            best = z[c] > z[best] ? c : best;
        return (double)best == y[0];
    }
    for (size_t c = 0; c < t->outputs; c++)
        right += (z[c] > 0) == (y[c] > 0.5);
    return right / (double)t->outputs;
}

static lgd_status count_right(const trial *t, fitted *m, const double *w, const lgd_rows *test, double *accuracy)
{
    const size_t k = t->outputs, cols = lgd_matrix_cols(m->X);
    m->Z = lgd_alloc("cross_validate", lgd_mul(test->count, k), sizeof *m->Z);
    if (!m->Z)
        return LGD_ENOMEM;
    const lgd_status status = lgd_matrix_forward(m->X, test, k, w, k, m->Z, k);
    double right = 0;
    for (size_t i = 0; i < test->count && !status; i++) {
        const size_t row = test->index[test->first + i];
        double *z = m->Z + i * k;
        for (size_t c = 0; c < k; c++) {
            z[c] += t->glm.intercept ? w[cols * k + c] : 0;
            z[c] += t->glm.offset ? t->glm.offset[row * k + c] : 0;
        }
        right += right_share(t, z, t->y + row * t->targets);
    }
    *accuracy = right / (double)test->count;
    return status;
}

static lgd_status glm_fold(void *ctx, size_t fold, const lgd_rows *train, const lgd_rows *test, double *score)
{
    const trial *t = ctx;
    fitted m = {0};
    lgd_status status = prepare(t, train, test, &m);
    t->accuracies[fold] = NAN;
    memset(t->w, 0, t->dim * sizeof *t->w);
    memset(t->average, 0, t->dim * sizeof *t->average);
    if (!status)
        status = lgd_minimize(m.train, m.opt, t->w, &t->run, NULL);
    if (t->o.W)
        memcpy(t->o.W + fold * t->dim, t->average, t->dim * sizeof *t->average);
    if (!status)
        status = lgd_objective_eval(m.test, NULL, t->average, score, NULL);
    if (!status && t->loss->ops.flags & LGD_CLASSES)
        status = count_right(t, &m, t->average, test, &t->accuracies[fold]);
    fitted_free(&m);
    return status;
}

/* What is wrong whatever the fold is told before the first one. */
static lgd_status check_trial(const lgd_split *split, trial *t)
{
    lgd_objective *f;
    lgd_status status = lgd_glm_create(&f, t->X, t->y, t->loss, &t->glm);
    if (status)
        return status;
    const size_t terms = lgd_objective_terms(f), rows = lgd_matrix_rows(t->X);
    t->dim = lgd_objective_dim(f);
    t->outputs = t->glm.outputs ? t->glm.outputs : 1;
    t->targets = lgd_loss_targets(t->loss, t->outputs);
    lgd_objective_free(f);
    if (terms != rows)
        return lgd_fail(LGD_EINVAL, "cross_validate: number of rows of weight 0 is %zu, 0 is accepted", rows - terms);
    if (split->terms != rows)
        return lgd_fail(LGD_EINVAL, "cross_validate: terms of the split is %zu, the %zu rows there are is accepted",
                        split->terms, rows);
    if (t->run.validation)
        return lgd_fail(LGD_EINVAL, "cross_validate: validation is not NULL, NULL is accepted: the rows that validate "
                                    "one fold are fitted in another");
    if (t->run.w_average)
        return lgd_fail(LGD_EINVAL, "cross_validate: w_average is not NULL, NULL is accepted: W receives those of the "
                                    "folds");
    if (t->o.accuracies && !(t->loss->ops.flags & LGD_CLASSES))
        return lgd_fail(LGD_EINVAL,
                        "cross_validate: accuracies is not NULL, NULL is accepted by the %s loss, which is "
                        "not one of classes",
                        t->loss->ops.name);
    return LGD_OK;
}

lgd_status lgd_cross_validate_glm_sized(const lgd_split *split, const lgd_matrix *X, const double *y,
                                        const lgd_loss *loss, const lgd_glm_options *glm, size_t glm_size,
                                        const lgd_minimize_options *run, size_t run_size,
                                        const lgd_cv_glm_options *options, size_t options_size, lgd_cv_report *report,
                                        size_t report_size)
{
    trial t = {.X = X, .y = y, .loss = loss};
    lgd_cv_report r = nothing;
    lgd_give_struct(report, report_size, &r, sizeof r);
    lgd_status status = check_split(split);
    if (!status)
        status = lgd_take_struct("glm options", &t.glm, sizeof t.glm, glm, glm_size);
    if (!status)
        status = lgd_take_struct("minimize options", &t.run, sizeof t.run, run, run_size);
    if (!status)
        status = lgd_take_struct("cross-validation options", &t.o, sizeof t.o, options, options_size);
    if (!status)
        status = check_trial(split, &t);
    if (status)
        return status;
    const size_t parts = split->parts;
    double *scores = lgd_alloc("cross_validate", lgd_add(lgd_mul(2, parts), lgd_mul(2, t.dim)), sizeof *scores);
    if (!scores)
        return LGD_ENOMEM;
    t.accuracies = scores + parts;
    t.w = t.accuracies + parts;
    t.average = t.w + t.dim;
    t.run.w_average = t.average;
    status = run_folds(split, glm_fold, &t, scores, &r);
    if (!status)
        sum_up(parts, t.accuracies, &r.accuracy, &r.accuracy_error);
    if (t.o.scores)
        memcpy(t.o.scores, scores, parts * sizeof *scores);
    if (t.o.accuracies)
        memcpy(t.o.accuracies, t.accuracies, parts * sizeof *scores);
    lgd_give_struct(report, report_size, &r, sizeof r);
    lgd_release(scores);
    return status;
}
