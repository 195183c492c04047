/* A run in words: what is minimised, by which method, on which rows, and what ends it. A line each. */
#include "run.h"
#include <math.h>

static void say_value(lgd_words *t, const char *name, double x)
{
    lgd_say(t, " %s=", name);
    lgd_say_number(t, x == LGD_ZERO ? 0 : x);
}

static void say_count(lgd_words *t, const char *name, uint64_t n)
{
    lgd_say(t, " %s=%llu", name, (unsigned long long)n);
}

static void say_objective(lgd_words *t, const lgd_run *run)
{
    const lgd_penalty *penalty = run->o.penalty ? run->o.penalty : run->opt->penalty;
    const bool up = run->o.maximize;
    size_t size;
    lgd_say(t, "%s F = f", up ? "maximise" : "minimise");
    if (penalty) {
        const bool constraint = penalty->ops.flags & LGD_CONSTRAINT;
        lgd_say(t, constraint ? " subject to " : up ? " - (" : " + ");
        lgd_say_by(t, penalty->ops.describe, penalty->ctx, penalty->ops.name);
        lgd_say(t, "%s", up && !constraint ? ")" : "");
    }
    lgd_say(t, "\n");
    char *rest = lgd_words_rest(t, &size);
    t->length += lgd_objective_describe(run->f, rest, size);
    lgd_say(t, "\n");
}

static void say_groups(lgd_words *t, const lgd_run *run)
{
    const lgd_optimizer *opt = run->opt;
    size_t frozen = 0;
    for (const lgd_group *g = opt->groups; g != opt->groups + opt->group_count; g++) {
        lgd_say(t, "group w[%zu .. %zu]:", g->first, g->first + g->count - 1);
        if (g->frozen)
            lgd_say(t, " frozen");
        else
            say_value(t, "lr_scale", g->lr_scale);
        if (!g->frozen && !isnan(g->decay))
            say_value(t, "decay", g->decay);
        lgd_say(t, "\n");
    }
    for (size_t j = 0; run->o.lr_scale && j < run->f->dim; j++)
        frozen += run->o.lr_scale[j] == 0;
    if (run->o.lr_scale)
        lgd_say(t, "lr_scale of each coordinate, %zu of them frozen\n", frozen);
}

static void say_average(lgd_words *t, const lgd_optimizer *opt)
{
    static const char *const names[] = {"", "uniform", "ema", "lookahead"};
    const lgd_average *a = &opt->average;
    if (a->kind == LGD_AVERAGE_NONE)
        return;
    lgd_say(t, "average %s:", names[a->kind]);
    say_count(t, "start", a->start);
    say_count(t, "period", a->period);
    if (a->kind == LGD_AVERAGE_EMA)
        say_value(t, "decay", a->decay);
    if (a->kind == LGD_LOOKAHEAD)
        say_value(t, "alpha", a->alpha);
    lgd_say(t, "\n");
}

static void say_rows(lgd_words *t, const lgd_run *run)
{
    static const char *const orders[] = {"shuffled",
                                         "sequential",
                                         "with replacement",
                                         "in blocks of %zu rows",
                                         "in blocks of %zu rows, eight in step",
                                         "in blocks of %zu rows, shuffled within %zu"};
    static const char *const lasts[] = {"divided by its own count", "divided by batch_size", "left out"};
    const lgd_minimize_options *o = &run->o;
    const lgd_estimator_ops *estimator = lgd_estimator_of(o->estimator);
    if (!o->batch_size) {
        lgd_say(t, "all %zu rows at each step", run->f->terms);
        if (o->start_rows)
            lgd_say(t, ", from a sample of %zu on, seed=%llu", o->start_rows, (unsigned long long)o->seed);
    } else {
        lgd_say(t, "batches of %zu of %zu rows, ", o->batch_size, run->f->terms);
        lgd_say(t, (unsigned)o->order <= LGD_WINDOW ? orders[o->order] : "?", lgd_order_block(o, run->f->terms),
                lgd_order_window(o, o->batch_size, run->f->terms));
        lgd_say(t, ", seed=%llu, a short last one %s", (unsigned long long)o->seed,
                (unsigned)o->last <= LGD_LAST_DROP ? lasts[o->last] : "?");
        if (estimator && o->estimator != LGD_MINIBATCH)
            lgd_say(t, ", estimator %s", estimator->name);
        if (o->norm_test > 0)
            say_value(t, "norm_test", o->norm_test);
    }
    if (o->first_epoch)
        say_count(t, "first_epoch", o->first_epoch);
    lgd_say(t, "\n");
}

static void say_schedule(lgd_words *t, const lgd_schedule *s)
{
    static const char *const kinds[] = {
        "constant",        "step_decay", "multi_step", "exponential",   "cosine",    "inverse_time",
        "inverse_scaling", "polynomial", "user",       "warm_restarts", "one_cycle", "triangular",
        "triangular2",     "exp_range",  "trapezoid",  "plateau",       "optimal",   "vw_power"};
    for (bool first = true; s; s = s->next, first = false) {
        const struct {
            const char *name;
            double value;
        } members[] = {{"period", s->period},
                       {"factor", s->factor},
                       {"floor", s->floor},
                       {"warmup", s->warmup},
                       {"warmup_start", s->warmup_start},
                       {"power", s->power},
                       {"rise", s->rise},
                       {"fall", s->fall},
                       {"start", s->start},
                       {"patience", s->patience},
                       {"tol", s->tol},
                       {"cooldown", s->cooldown},
                       {"momentum_low", s->momentum_low},
                       {"momentum_high", s->momentum_high},
                       {"until", s->until}};
        lgd_say(t, "%s %s", first ? "schedule" : ", then",
                (unsigned)s->kind < sizeof kinds / sizeof *kinds ? kinds[s->kind] : "?");
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            if (members[i].value != 0)
                say_value(t, members[i].name, members[i].value);
        for (size_t i = 0; s->kind == LGD_MULTI_STEP && s->milestones && i < s->milestone_count; i++) {
            lgd_say(t, i ? "," : " milestones=");
            lgd_say_number(t, s->milestones[i]);
        }
        lgd_say(t, s->per_step ? " per step" : "");
    }
    lgd_say(t, "\n");
}

/* What ends a run, and what it does to gradients; presets are filled in, and 0 is off. */
static void say_ends(lgd_words *t, const lgd_run *run)
{
    const lgd_minimize_options *o = &run->o;
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {{"max_epochs", o->max_epochs},
                  {"max_steps", o->max_steps},
                  {"check_every", o->check_every},
                  {"patience", o->patience}};
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"max_seconds", o->max_seconds},   {"grad_tol", o->grad_tol},
                   {"grad_tol_abs", o->grad_tol_abs}, {"f_tol", o->f_tol},
                   {"f_target", o->f_target},         {"gap_tol", o->gap_tol},
                   {"step_tol", o->step_tol},         {"clip_value", o->clip_value},
                   {"clip_norm", o->clip_norm},       {"divergence_factor", o->divergence_factor}};
    lgd_say(t, "until");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].value)
            say_count(t, counts[i].name, counts[i].value);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].value != 0)
            say_value(t, numbers[i].name, numbers[i].value);
    if (o->saddle != LGD_SADDLE_UNCHECKED)
        say_count(t, "saddle", (uint64_t)o->saddle);
    lgd_say(t, "%s%s\n", o->precondition ? ", a metric" : "", o->validation ? ", values of a validation" : "");
}

size_t lgd_minimize_describe_sized(const lgd_objective *f, const lgd_optimizer *opt,
                                   const lgd_minimize_options *options, size_t options_size, char *text, size_t size)
{
    lgd_words t = {text, text ? size : 0, 0};
    if (!f || !opt) {
        lgd_fail(LGD_EINVAL, "describe: %s is NULL, %s is accepted", f ? "opt" : "f",
                 f ? "an optimizer" : "an objective");
        return 0;
    }
    lgd_run run = {.f = (lgd_objective *)f, .opt = (lgd_optimizer *)opt, .dim = f->dim, .terms = f->terms};
    if (lgd_run_take(&run, options, options_size))
        return 0;
    say_objective(&t, &run);
    lgd_say(&t, "by ");
    lgd_optimizer_say(&t, opt);
    lgd_say(&t, "\n");
    say_groups(&t, &run);
    say_average(&t, opt);
    say_rows(&t, &run);
    if (run.o.schedule.kind != LGD_CONSTANT || run.o.schedule.warmup != 0 || run.o.schedule.next)
        say_schedule(&t, &run.o.schedule);
    say_ends(&t, &run);
    return t.length;
}
