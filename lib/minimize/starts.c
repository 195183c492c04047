/* Runs from several starts. */
#include "lgd/starts.h"
#include "base/base.h"
#include "objective/objective.h"
#include "optimizer/optimizer.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double SAME = 1e-3;

/* ---- where they start */

static lgd_status check_box(size_t dim, const lgd_starts_options *o)
{
    if (!o->lower || !o->upper)
        return lgd_fail(LGD_EINVAL, "starts: W0 is NULL and %s too, points or a box to draw them from are accepted",
                        o->lower ? "upper" : "lower");
    for (size_t j = 0; j < dim; j++) {
        const double low = o->lower[j], high = o->upper[j];
        if (!isfinite(low) || !isfinite(high))
            return lgd_fail(LGD_EINVAL, "starts: %s[%zu] is %g, a finite number is accepted",
                            isfinite(low) ? "upper" : "lower", j, isfinite(low) ? high : low);
        if (low > high)
            return lgd_fail(LGD_EINVAL, "starts: lower[%zu] is %g, at most upper[%zu] = %g is accepted", j, low, j,
                            high);
    }
    return LGD_OK;
}

static lgd_status check(size_t dim, lgd_starts_options *o)
{
    lgd_status status = lgd_check_size("starts", "dim", dim, false);
    if (!status)
        status = lgd_check_size("starts", "starts", o->starts, false);
    if (status)
        return status;
    if ((unsigned)o->draw > LGD_DRAW_UNIFORM)
        return lgd_fail(LGD_EINVAL, "starts: draw is %d, 0 (LGD_DRAW_LATIN) to %d is accepted", (int)o->draw,
                        LGD_DRAW_UNIFORM);
    o->same = o->same == LGD_ZERO ? 0 : o->same == 0 ? SAME : o->same;
    if (!(o->same >= 0) || !isfinite(o->same))
        return lgd_fail(LGD_EINVAL, "starts: same is %g, a finite number >= 0 is accepted", o->same);
    if (!o->W0)
        return check_box(dim, o);
    if (o->lower || o->upper)
        return lgd_fail(LGD_EINVAL, "starts: W0 and %s are both there, points or a box to draw them from are accepted",
                        o->lower ? "lower" : "upper");
    for (size_t i = 0; i < o->starts; i++) {
        const size_t j = lgd_first_not_finite(dim, o->W0 + i * dim);
        if (j < dim)
            return lgd_fail(LGD_EINVAL, "starts: coordinate %zu of start %zu is %g, a finite number is accepted", j, i,
                            o->W0[i * dim + j]);
    }
    return LGD_OK;
}

/* The starts into W; stratum has room for as many indices. */
static void draw(size_t dim, const lgd_starts_options *o, size_t *stratum, double *W)
{
    if (o->W0) {
        memmove(W, o->W0, o->starts * dim * sizeof *W);
        return;
    }
    lgd_uniform(o->seed, 0, o->starts * dim, W);
    for (size_t j = 0; j < dim; j++) {
        if (o->draw == LGD_DRAW_LATIN)
            lgd_permutation(o->seed, j, o->starts, stratum);
        for (size_t i = 0; i < o->starts; i++) {
            double *w = W + i * dim + j;
            const double u = o->draw == LGD_DRAW_LATIN ? ((double)stratum[i] + *w) / (double)o->starts : *w;
            *w = fmin(fmax((1 - u) * o->lower[j] + u * o->upper[j], o->lower[j]), o->upper[j]);
        }
    }
}

lgd_status lgd_starts_draw_sized(size_t dim, const lgd_starts_options *starts, size_t starts_size, double *W)
{
    lgd_starts_options o;
    lgd_status status = lgd_take_struct("starts options", &o, sizeof o, starts, starts_size);
    if (!status)
        status = check(dim, &o);
    if (!status && !W)
        status = lgd_fail(LGD_EINVAL, "starts: W is NULL, room for the starts is accepted");
    if (status)
        return status;
    size_t *stratum = lgd_alloc("starts", o.starts, sizeof *stratum);
    if (!stratum)
        return LGD_ENOMEM;
    draw(dim, &o, stratum, W);
    lgd_release(stratum);
    return LGD_OK;
}

/* ---- the runs */

/* A place where one run is made at a time.
 *   f, opt   its own where runs go side by side, else the caller's
 *   start    [dim] of the run
 *   points   [2 dim] its w_best and w_average */
typedef struct place {
    lgd_objective *f;
    lgd_optimizer *opt;
    double *start, *points;
    lgd_status status;
    lgd_report report;
    char sentence[384]; /* of a failure */
} place;

/* All of them.
 *   W            [starts x dim] where they start, then where they ended
 *   taken        [starts] run i ended in a minimum that none before it had; as a size_t, the room of strata
 *   best         [2 dim] w_best and w_average of the run that won
 *   range        [dim] of the starts in each coordinate
 *   places       [side] for as many runs side by side, the first of which is the `first`-th */
typedef struct starts {
    lgd_starts_options o;
    lgd_minimize_options run;
    size_t dim, *taken, side, first;
    double *W, *best, *range;
    place *places;
    lgd_callback callback;
    void *callback_ctx;
    int code; /* what the user's callback returned last */
    lgd_status failed;
    char sentence[384]; /* of the first failure */
} starts;

static int watch(void *ctx, const lgd_progress *p)
{
    starts *s = ctx;
    return s->code = s->callback(s->callback_ctx, p);
}

static void measure(starts *s)
{
    const size_t dim = s->dim;
    for (size_t j = 0; j < dim; j++) {
        double low = s->W[j], high = low;
        for (size_t i = 1; i < s->o.starts; i++) {
            low = fmin(low, s->W[i * dim + j]);
            high = fmax(high, s->W[i * dim + j]);
        }
        s->range[j] = high - low;
    }
}

static bool are_same(const starts *s, const double *a, const double *b)
{
    for (size_t j = 0; j < s->dim; j++) {
        const double size = s->range[j] > 0 ? s->range[j] : fmax(fabs(a[j]), fabs(b[j]));
        if (!(fabs(a[j] - b[j]) <= s->o.same * size))
            return false;
    }
    return true;
}

/* Is the end of run i a minimum of its own? */
static bool is_new(const starts *s, size_t i)
{
    for (size_t other = 0; other < i; other++)
        if (s->taken[other] && are_same(s, s->W + i * s->dim, s->W + other * s->dim))
            return false;
    return true;
}

/* Does a run that fails so, fail from anywhere? */
static bool ends_all(const starts *s, lgd_status status)
{
    return status == LGD_EINVAL || status == LGD_EUNSUPPORTED || status == LGD_ENOMEM || s->code < 0;
}

static void fails(starts *s, const place *at, lgd_starts_report *sum)
{
    if (sum->failed++)
        return;
    s->failed = at->status ? at->status : LGD_EDIVERGED;
    if (at->status)
        memcpy(s->sentence, at->sentence, sizeof s->sentence);
    else
        snprintf(s->sentence, sizeof s->sentence, "minimize: f is %g at its end", at->report.f);
}

static void succeeds(starts *s, size_t i, const place *at, lgd_starts_report *sum)
{
    const double f = at->report.f;
    s->taken[i] = is_new(s, i);
    sum->minima += s->taken[i];
    if (sum->runs - sum->failed > 1 && !(s->run.maximize ? f > sum->f : f < sum->f))
        return;
    memcpy(s->best, at->points, 2 * s->dim * sizeof *s->best);
    sum->best = i;
    sum->f = f;
}

static bool is_reached(const starts *s, double f)
{
    const double target = s->run.f_target == LGD_ZERO ? 0 : s->run.f_target;
    return s->run.f_target != 0 && (s->run.maximize ? f >= target : f <= target);
}

/* Run first + k, in place k. */
static lgd_status run_one(void *ctx, size_t k)
{
    starts *s = ctx;
    place *at = &s->places[k];
    double *w = s->W + (s->first + k) * s->dim;
    lgd_minimize_options run = s->run;
    memcpy(at->start, w, s->dim * sizeof *w);
    run.w_best = at->points;
    run.w_average = at->points + s->dim;
    if (s->side > 1)
        run.threads = 1;
    lgd_optimizer_reset(at->opt);
    at->status = lgd_minimize(at->f, at->opt, w, &run, &at->report);
    if (at->status)
        snprintf(at->sentence, sizeof at->sentence, "%s", lgd_last_error());
    return LGD_OK;
}

/* The one of the caller's as the last run left its own. */
static lgd_status hand_back(lgd_optimizer *opt, const lgd_optimizer *last)
{
    size_t size = 0;
    if (opt == last)
        return LGD_OK;
    lgd_status status = lgd_optimizer_save(last, NULL, &size);
    void *bytes = status ? NULL : lgd_alloc("starts", 1, size);
    if (!status && !bytes)
        status = LGD_ENOMEM;
    if (!status)
        status = lgd_optimizer_save(last, bytes, &size);
    if (!status)
        status = lgd_optimizer_load(opt, bytes, size);
    lgd_release(bytes);
    return status;
}

/* Looks at the runs of all places in their order, as if each had been made after the one before. *last: none comes after them. */
static lgd_status take(starts *s, lgd_optimizer *opt, char *reports, size_t one_size, lgd_starts_report *sum,
                       bool *last)
{
    for (size_t k = 0; k < s->side && s->first + k < s->o.starts; k++) {
        place *at = &s->places[k];
        const size_t i = s->first + k;
        if (*last) { /* as if it had not been made */
            memcpy(s->W + i * s->dim, at->start, s->dim * sizeof *s->W);
            continue;
        }
        if (reports)
            lgd_give_struct(reports + i * one_size, one_size, &at->report, sizeof at->report);
        sum->runs++;
        if (at->status && ends_all(s, at->status))
            return lgd_fail(at->status, "%s", at->sentence);
        if (at->status || !isfinite(at->report.f))
            fails(s, at, sum);
        else
            succeeds(s, i, at, sum);
        *last = (!at->status && (is_reached(s, at->report.f) || s->code)) || i + 1 == s->o.starts;
        const lgd_status status = *last ? hand_back(opt, at->opt) : LGD_OK;
        if (status)
            return status;
    }
    return LGD_OK;
}

static lgd_status run_all(starts *s, lgd_optimizer *opt, char *reports, size_t one_size, lgd_starts_report *sum)
{
    bool last = false;
    for (s->first = 0; s->first < s->o.starts && !last; s->first += s->side) {
        const size_t left = s->o.starts - s->first, count = left < s->side ? left : s->side;
        s->code = 0;
        lgd_status status = lgd_parallel(count, s->side, run_one, s);
        if (!status)
            status = take(s, opt, reports, one_size, sum, &last);
        if (status)
            return status;
    }
    if (sum->failed == sum->runs)
        return lgd_fail(s->failed,
                        "starts: %zu of %zu runs failed, at least one that does not is accepted; the first: %s",
                        sum->failed, sum->runs, s->sentence);
    return LGD_OK;
}

/* How many runs go side by side. Where f can be evaluated by several threads at once, and nothing else of the caller's would be
 * called by them or written to. */
static size_t side_by_side(const starts *s, const lgd_objective *f, const lgd_optimizer *opt)
{
    const lgd_minimize_options *o = &s->run;
    const size_t threads = lgd_thread_count(o->threads);
    if (!(f->ops.flags & LGD_CONCURRENT) || f->ops.noise || f->whole || f->plain || opt->penalty)
        return 1;
    if (o->callback || o->history || o->penalty || o->precondition || o->validation ||
        o->schedule.kind == LGD_USER_SCHEDULE || o->schedule.next)
        return 1;
    return threads < s->o.starts ? threads : s->o.starts;
}

static lgd_status allocate(starts *s, lgd_objective *f, lgd_optimizer *opt)
{
    const size_t stride = lgd_padded(s->dim), each = lgd_mul(3, stride);
    s->side = side_by_side(s, f, opt);
    const size_t numbers = lgd_add(lgd_mul(lgd_add(s->side, 1), each), lgd_mul(s->o.starts, s->dim));
    s->best = lgd_alloc("starts", numbers, sizeof *s->best);
    s->taken = s->best ? lgd_alloc("starts", s->o.starts, sizeof *s->taken) : NULL;
    s->places = s->taken ? lgd_alloc("starts", s->side, sizeof *s->places) : NULL;
    if (!s->places)
        return LGD_ENOMEM;
    s->range = s->best + 2 * stride;
    s->W = s->best + (s->side + 1) * each;
    for (size_t k = 0; k < s->side; k++)
        s->places[k] = (place){.start = s->best + (k + 1) * each, .points = s->best + (k + 1) * each + stride};
    if (s->side == 1) {
        s->places[0].f = f;
        s->places[0].opt = opt;
        return LGD_OK;
    }
    for (size_t k = 0; k < s->side; k++) {
        lgd_status status = lgd_objective_twin(&s->places[k].f, f);
        if (!status)
            status = lgd_optimizer_twin(&s->places[k].opt, opt);
        if (status)
            return status;
    }
    return LGD_OK;
}

static void release(starts *s)
{
    for (size_t k = 0; s->places && s->side > 1 && k < s->side; k++) {
        lgd_objective_free(s->places[k].f);
        lgd_optimizer_free(s->places[k].opt);
    }
    lgd_release(s->places);
    lgd_release(s->taken);
    lgd_release(s->best);
}

lgd_status lgd_minimize_starts_sized(lgd_objective *f, lgd_optimizer *opt, double *w, const lgd_starts_options *options,
                                     size_t starts_size, const lgd_minimize_options *run, size_t run_size,
                                     lgd_report *reports, size_t one_report_size, lgd_starts_report *report,
                                     size_t report_size)
{
    starts s = {.dim = lgd_objective_dim(f)};
    lgd_starts_report sum = {.f = NAN};
    lgd_give_struct(report, report_size, &sum, sizeof sum);
    if (!f || !opt || !w)
        return lgd_fail(LGD_EINVAL, "starts: %s is NULL, %s is accepted",
                        !f     ? "f"
                        : !opt ? "opt"
                               : "w",
                        !f     ? "an objective"
                        : !opt ? "an optimizer"
                               : "room for dim numbers");
    lgd_status status = lgd_take_struct("starts options", &s.o, sizeof s.o, options, starts_size);
    if (!status)
        status = lgd_take_struct("minimize options", &s.run, sizeof s.run, run, run_size);
    if (!status)
        status = check(s.dim, &s.o);
    if (status)
        return status;
    double *w_best = s.run.w_best, *w_average = s.run.w_average;
    if (reports)
        memset(reports, 0, s.o.starts * one_report_size);
    s.callback = s.run.callback;
    s.callback_ctx = s.run.callback_ctx;
    if (s.callback) {
        s.run.callback = watch;
        s.run.callback_ctx = &s;
    }
    status = allocate(&s, f, opt);
    if (!status) {
        draw(s.dim, &s.o, s.taken, s.W);
        memset(s.taken, 0, s.o.starts * sizeof *s.taken);
        measure(&s);
        status = run_all(&s, opt, (char *)reports, one_report_size, &sum);
    }
    if (!status) {
        memcpy(w, s.W + sum.best * s.dim, s.dim * sizeof *w);
        if (w_best)
            memcpy(w_best, s.best, s.dim * sizeof *w);
        if (w_average)
            memcpy(w_average, s.best + s.dim, s.dim * sizeof *w);
    }
    if (s.o.W && sum.runs)
        memcpy(s.o.W, s.W, s.o.starts * s.dim * sizeof *w);
    lgd_give_struct(report, report_size, &sum, sizeof sum);
    release(&s);
    return status;
}
