/* Several rates side by side: a run for each, which stand at the same step; what they evaluate is evaluated for all at once. */
#include "lgd/rates.h"
#include "objective/glm_several.h"
#include "run.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* One of them. */
typedef struct column {
    lgd_run run;
    lgd_optimizer *opt;
    lgd_epoch epoch;
    lgd_lent lent;
    uint64_t best_step;
    bool opened;
} column;

/* All of them. The arrays of evaluations are scratch, and have room for each. */
typedef struct side_by_side {
    lgd_objective *f;
    lgd_several *several;
    column *column;
    size_t count, live; /* live: of those that go on, */
    size_t *alive;      /* which are these, in order */
    double *value;
    const double **w;
    double **g;
    column **at;
} side_by_side;

static void drop_stopped(side_by_side *s)
{
    size_t live = 0;
    for (size_t i = 0; i < s->live; i++)
        if (!s->column[s->alive[i]].run.stop)
            s->alive[live++] = s->alive[i];
    s->live = live;
}

/* Value and gradient over rows at the points of s->at[0 .. count), as lgd_run_eval. */
static lgd_status eval(side_by_side *s, size_t count, const lgd_rows *rows, size_t divide_by)
{
    if (!count)
        return LGD_OK;
    for (size_t i = 0; i < count; i++) {
        s->w[i] = s->at[i]->run.w;
        s->g[i] = s->at[i]->run.g;
    }
    const lgd_status status =
        lgd_several_mean(s->several, rows, divide_by, s->at[0]->run.threads, count, s->w, s->value, s->g);
    for (size_t i = 0; i < count && !status; i++) {
        lgd_run *run = &s->at[i]->run;
        run->evaluations++;
        run->rows_seen += (double)rows->count;
        lgd_run_orient(run, &s->value[i], run->g);
    }
    return status;
}

/* As lgd_run_eval_all. */
static lgd_status eval_all(side_by_side *s, size_t count)
{
    const lgd_rows all = {0, s->f->terms, NULL};
    lgd_status status = eval(s, count, &all, s->f->terms);
    for (size_t i = 0; i < count && !status; i++)
        status = lgd_run_know_all(&s->at[i]->run, s->value[i]);
    return status;
}

static size_t all_alive(side_by_side *s)
{
    for (size_t i = 0; i < s->live; i++)
        s->at[i] = &s->column[s->alive[i]];
    return s->live;
}

static lgd_status go_full(side_by_side *s)
{
    lgd_status status = LGD_OK;
    while (s->live && !status) {
        status = eval_all(s, all_alive(s));
        for (size_t i = 0; i < s->live && !status; i++) {
            bool fresh = false;
            double f;
            status = lgd_run_turn(&s->column[s->alive[i]].run, &fresh, &f);
        }
        drop_stopped(s);
    }
    return status;
}

/* The next batch of those that still have one, in s->at; how many these are. */
static size_t next_batch(side_by_side *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->live; i++) {
        column *c = &s->column[s->alive[i]];
        if (lgd_epoch_next(&c->run, &c->epoch, &c->lent))
            s->at[count++] = c;
    }
    return count;
}

static lgd_status go_through_epoch(side_by_side *s)
{
    size_t draws = 0, count;
    lgd_status status = LGD_OK;
    for (size_t i = 0; i < s->live && !status; i++)
        status = lgd_epoch_begin(&s->column[s->alive[i]].run, &s->column[s->alive[i]].epoch);
    if (!status)
        status = lgd_epoch_draw(&s->column[s->alive[0]].run, &draws); /* the index is that of all */
    for (size_t i = 0; i < s->live; i++)
        s->column[s->alive[i]].epoch.draws = draws;
    while (!status && (count = next_batch(s))) {
        lgd_objective *f = s->at[0]->run.f;
        lgd_objective_noise(f, s->at[0]->run.opt->t + 1);
        status = eval(s, count, &s->at[0]->lent.rows, s->at[0]->lent.divide_by);
        for (size_t i = 0; i < count && !status; i++)
            status = lgd_epoch_step(&s->at[i]->run, &s->at[i]->epoch, &s->at[i]->lent, s->value[i]);
        lgd_objective_noise(f, 0);
    }
    for (size_t i = 0; i < s->live && !status; i++)
        status = lgd_epoch_end(&s->column[s->alive[i]].run, &s->column[s->alive[i]].epoch);
    return status;
}

static lgd_status go_in_batches(side_by_side *s)
{
    lgd_status status = LGD_OK;
    while (s->live && !status) {
        const bool checks = lgd_run_checks(&s->column[s->alive[0]].run);
        if (checks)
            status = eval_all(s, all_alive(s));
        for (size_t i = 0; i < s->live && !status; i++)
            status = lgd_epoch_judge(&s->column[s->alive[i]].run, &s->column[s->alive[i]].epoch, checks);
        drop_stopped(s);
        if (s->live && !status)
            status = go_through_epoch(s);
        drop_stopped(s);
    }
    return status;
}

/* Evaluates what the reports ask for, at the ends and at the best points of those that diverged. */
static lgd_status look_at_ends(side_by_side *s)
{
    size_t count = 0;
    for (size_t c = 0; c < s->count; c++) {
        column *at = &s->column[c];
        at->best_step = at->run.best_step;
        if (at->run.stop == LGD_STOP_DIVERGED)
            lgd_run_restore(&at->run);
        if (!at->run.all_is_current)
            s->at[count++] = at;
    }
    const lgd_status status = eval_all(s, count);
    for (size_t i = 0; i < count && !status; i++) {
        lgd_run *run = &s->at[i]->run;
        if (run->restored)
            run->best_step = s->at[i]->best_step;
        else if (lgd_judge_finite(run, run->f_all, run->g))
            run->stop = LGD_STOP_DIVERGED; /* its report goes back to the best point */
    }
    return status;
}

/* ---- set-up */

static lgd_status check(const lgd_objective *f, const lgd_optimizer *opt, const double *rates, size_t count,
                        const double *W, const lgd_minimize_options *o)
{
    const unsigned oracle = LGD_NEEDS_EVAL | LGD_NEEDS_RESIDUALS | LGD_FINDS_STEP | LGD_NEEDS_QUADRATIC;
    const struct {
        const char *name, *accepted;
        bool there;
    } refused[] = {{"estimator", "LGD_MINIBATCH", o->estimator != LGD_MINIBATCH},
                   {"norm_test", "0", o->norm_test != 0 && o->norm_test != LGD_ZERO},
                   {"start_rows", "0", o->start_rows != 0},
                   {"saddle", "LGD_SADDLE_UNCHECKED", o->saddle != LGD_SADDLE_UNCHECKED},
                   {"profile", "false", o->profile},
                   {"history", "NULL here, and histories beside,", o->history != NULL}};
    if (!f || !opt || !rates || !W)
        return lgd_fail(LGD_EINVAL, "rates: %s is NULL, %s is accepted",
                        !f       ? "f"
                        : !opt   ? "opt"
                        : !rates ? "rates"
                                 : "W",
                        !f       ? "an objective"
                        : !opt   ? "an optimizer"
                        : !rates ? "count rates"
                                 : "a start for each rate");
    lgd_status status = lgd_check_size("rates", "count", count, false);
    if (status)
        return status;
    if (opt->ops.flags & oracle)
        return lgd_fail(LGD_EUNSUPPORTED,
                        "rates: %s asks for more than a gradient at its point, a method that does not "
                        "is accepted",
                        opt->ops.name);
    if (opt->ops.flags & LGD_LAZY && f->ops.support &&
        o->batch_size) /* here steps are dense: those of another method */
        return lgd_fail(LGD_EUNSUPPORTED,
                        "rates: %s moves only what a batch touches, a method that moves all of w, or one rate at a "
                        "time, is accepted",
                        opt->ops.name);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (refused[i].there)
            return lgd_fail(LGD_EUNSUPPORTED, "rates: %s is set, %s is accepted with several rates at once",
                            refused[i].name, refused[i].accepted);
    return LGD_OK;
}

static lgd_status allocate(side_by_side *s)
{
    s->column = lgd_alloc("rates", s->count, sizeof *s->column);
    s->alive = lgd_alloc("rates", s->count, sizeof *s->alive);
    s->value = lgd_alloc("rates", s->count, sizeof *s->value);
    s->w = lgd_alloc("rates", s->count, sizeof *s->w);
    s->g = lgd_alloc("rates", s->count, sizeof *s->g);
    s->at = lgd_alloc("rates", s->count, sizeof *s->at);
    if (!s->column || !s->alive || !s->value || !s->w || !s->g || !s->at)
        return LGD_ENOMEM;
    return lgd_several_create(&s->several, "rates", s->f, s->count);
}

/* A run at the c-th rate. All draw one order, into the index of the first. */
static lgd_status open_column(side_by_side *s, size_t c, const lgd_optimizer *opt, double lr, double *W,
                              lgd_minimize_options o, lgd_history *history)
{
    column *at = &s->column[c];
    char object[32];
    snprintf(object, sizeof object, "rates[%zu]", c);
    lgd_status status = lgd_optimizer_clone(&at->opt, object, opt, lr);
    if (status)
        return status;
    o.history = history;
    if (o.w_best)
        o.w_best += c * s->f->dim;
    if (o.w_average)
        o.w_average += c * s->f->dim;
    at->opened = true;
    status = lgd_run_open(&at->run, s->f, at->opt, W + c * s->f->dim, &o, sizeof o);
    if (c) { /* also of one that was opened in part: what is shared is released once */
        lgd_release(at->run.index);
        at->run.index = s->column[0].run.index;
    }
    if (!status)
        status = lgd_run_begin(&at->run);
    if (!status && !at->run.stop)
        s->alive[s->live++] = c;
    return status;
}

static void close_all(side_by_side *s)
{
    for (size_t c = s->count; s->column && c-- > 0;) {
        column *at = &s->column[c];
        if (c && at->opened)
            at->run.index = NULL;
        if (at->opened)
            lgd_run_close(&at->run);
        lgd_optimizer_free(at->opt);
    }
    lgd_several_free(s->several);
    lgd_release(s->column);
    lgd_release(s->alive);
    lgd_release(s->value);
    lgd_release(s->w);
    lgd_release(s->g);
    lgd_release(s->at);
}

/* Reports of all; what one that ended well is told of an error that ended the others is nothing. */
static lgd_status finish_all(side_by_side *s, lgd_status status, char *reports, size_t one_size)
{
    size_t diverged = 0;
    for (size_t c = 0; c < s->count; c++) {
        lgd_report r;
        lgd_run *run = &s->column[c].run;
        const lgd_status own = lgd_run_finish(run, run->stop ? LGD_OK : status, &r);
        r.bytes = NAN; /* the rows are read once for all, by what computes for several */
        r.kernel = "";
        if (reports)
            lgd_give_struct(reports + c * one_size, one_size, &r, sizeof r);
        diverged += own == LGD_EDIVERGED;
        if (own && own != LGD_EDIVERGED && !status)
            status = own;
    }
    return status ? status : diverged == s->count ? LGD_EDIVERGED : LGD_OK;
}

lgd_status lgd_minimize_rates_sized(lgd_objective *f, const lgd_optimizer *opt, const double *rates, size_t count,
                                    double *W, const lgd_minimize_options *options, size_t options_size,
                                    lgd_report *reports, size_t one_report_size, lgd_history *const *histories)
{
    side_by_side s = {.f = f, .count = count};
    lgd_minimize_options o;
    lgd_status status = lgd_take_struct("minimize options", &o, sizeof o, options, options_size);
    if (!status)
        status = check(f, opt, rates, count, W, &o);
    if (status)
        return status;
    const lgd_report nothing = lgd_report_of_nothing();
    for (size_t c = 0; reports && c < count; c++)
        lgd_give_struct((char *)reports + c * one_report_size, one_report_size, &nothing, sizeof nothing);
    status = allocate(&s);
    for (size_t c = 0; c < count && !status; c++)
        status = open_column(&s, c, opt, rates[c], W, o, histories ? histories[c] : NULL);
    if (!status) {
        status = o.batch_size ? go_in_batches(&s) : go_full(&s);
        if (!status)
            status = look_at_ends(&s);
        status = finish_all(&s, status, (char *)reports, one_report_size);
    }
    close_all(&s);
    return status;
}
