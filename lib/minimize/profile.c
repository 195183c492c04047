/* What a run costs, by a model, and where its time goes, by a clock that is read for some of it. */
#include "run.h"
#include <math.h>

/* Numbers from which an evaluation, a step is always timed: reading the clock is nothing beside them. */
enum { LARGE_EVALUATION = 32768, LARGE_STEP = 4096 };

/* Does the next one of a tally stand for itself, or for others? Else it is not timed. */
static bool due(lgd_tally *t, bool large)
{
    return large || lgd_is_timed(t->count++);
}

static void add(lgd_tally *t, bool large, double seconds)
{
    if (large || t->count <= LGD_TIMED_FIRST)
        t->exact += seconds;
    else {
        t->sampled += seconds;
        t->timed++;
    }
}

static double seconds_of(const lgd_tally *t)
{
    const double rest = t->count > LGD_TIMED_FIRST ? (double)(t->count - LGD_TIMED_FIRST) : 0;
    return t->exact + (t->timed ? t->sampled * rest / (double)t->timed : 0);
}

static bool is_large(const lgd_run *run, double rows)
{
    return rows * (double)run->dim >= LARGE_EVALUATION;
}

double lgd_profile_evaluation(lgd_run *run, double rows)
{
    lgd_profile *p = &run->profile;
    if (!run->o.profile || p->evaluates)
        return 0;
    p->stands = due(&p->evaluations, is_large(run, rows));
    if (!p->stands && !p->stepping)
        return 0;
    p->evaluates = true;
    p->before = lgd_phases_swap(&p->phases);
    return lgd_seconds();
}

void lgd_profile_evaluated(lgd_run *run, double rows, double begun)
{
    lgd_profile *p = &run->profile;
    if (!(begun > 0))
        return;
    const double seconds = lgd_seconds() - begun;
    lgd_phases_now = p->before;
    p->evaluates = false;
    if (p->stepping)
        p->within += seconds;
    if (p->stands)
        add(&p->evaluations, is_large(run, rows), seconds);
}

double lgd_profile_step(lgd_run *run)
{
    lgd_profile *p = &run->profile;
    if (!run->o.profile || !due(&p->steps, run->dim >= LARGE_STEP))
        return 0;
    p->stepping = true;
    p->within = 0;
    return lgd_seconds();
}

void lgd_profile_stepped(lgd_run *run, double begun)
{
    lgd_profile *p = &run->profile;
    if (!(begun > 0))
        return;
    add(&p->steps, run->dim >= LARGE_STEP, lgd_seconds() - begun - p->within);
    p->stepping = false;
}

/* The loss has its share of the panels' time. */
static void tell_times(lgd_run *run, lgd_report *r)
{
    const lgd_profile *p = &run->profile;
    const double whole = (double)atomic_load(&p->phases.whole), loss = (double)atomic_load(&p->phases.loss);
    const double evaluations = seconds_of(&p->evaluations);
    r->seconds_optimizer = seconds_of(&p->steps);
    r->seconds_loss = whole > 0 ? evaluations * loss / whole : NAN;
    r->seconds_matrix = whole > 0 ? evaluations - r->seconds_loss : evaluations;
    /* What interrupted one that stands for others is not counted as often. */
    const double sum = r->seconds_optimizer + evaluations;
    if (sum > r->seconds) {
        r->seconds_optimizer *= r->seconds / sum;
        r->seconds_loss *= r->seconds / sum;
        r->seconds_matrix *= r->seconds / sum;
    }
    r->streaming = r->bytes / r->seconds / lgd_streaming_rate(run->threads);
}

void lgd_profile_tell(lgd_run *run, lgd_report *r)
{
    double bytes, flops;
    const lgd_touching *t = &run->touching;
    const double dim = (double)run->dim, whole = (double)(r->steps - run->descended - t->steps);
    const double steps = whole + t->coordinates / dim; /* as many as would move so many coordinates */
    const double state = (double)lgd_optimizer_state_bytes(run->opt, run->dim);
    r->kernel = lgd_objective_cost(run->f, &bytes, &flops);
    r->machine = lgd_machine();
    r->updates = lgd_sparse_tell(run);
    r->bytes = run->rows_seen * bytes + steps * (3 * sizeof(double) * dim + 2 * state);
    r->flops = run->factors ? NAN : run->rows_seen * flops + steps * (2 * dim + 4 * state / sizeof(double));
    if (run->o.profile)
        tell_times(run, r);
}
