/* Batch, stochastic and mini-batch descent, and every other built-in optimizer, on the same data for the same number of
 * epochs. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TYPICAL_BATCH = 64 };

/* ---- rates. For the methods whose step is linear in the gradient the rate follows from the data: 1/L(b), the expected
 * smoothness of a batch of b rows drawn without replacement (Gower et al. 2019), times 1 - momentum. L(1) is the largest
 * curvature of one row, L(m) that of all. */

static double smoothness(const comparison *c, size_t batch)
{
    double m = (double)c->data->rows, b = batch ? (double)batch : m;
    if (m < 2)
        return c->worst;
    return m * (b - 1) / (b * (m - 1)) * c->curvature + (m - b) / (b * (m - 1)) * c->worst;
}

/* ---- one run */

typedef struct trial {
    lgd_report report;
    double loss;                       /* at the point to use */
    double *w, *point, *curve, *clock; /* [dim] the point to use, [dim], [epochs + 1], [epochs + 1] */
} trial;

static void trial_free(trial *t)
{
    free(t->w);
    *t = (trial){0};
}

static bool trial_make(trial *t, size_t dim, size_t epochs)
{
    *t = (trial){.w = calloc(2 * dim + 2 * (epochs + 1), sizeof *t->w)};
    if (t->w) {
        t->point = t->w + dim;
        t->curve = t->point + dim;
        t->clock = t->curve + epochs + 1;
    }
    return t->w != NULL;
}

/* Where a method has a point of its own: the loss there after each epoch. */
typedef struct watcher {
    lgd_objective *f;
    const lgd_optimizer *opt;
    double *w, *point, *curve;
} watcher;

static int watch_point(void *ctx, const lgd_progress *at)
{
    watcher *own = ctx;
    const bool ok = !lgd_optimizer_result(own->opt, own->w, own->point) &&
                    !lgd_objective_eval(own->f, NULL, own->point, &own->curve[at->epoch], NULL);
    return ok ? 0 : -1;
}

/* With watch the loss over all rows is taken at the end of each epoch; without, the clock is that of the descent alone. The
 * rate is lowered in batches, unless the method lowers its noise by averaging. */
static lgd_status run_once(const comparison *c, lgd_objective *f, const method *m, bool watch, uint64_t seed, trial *t)
{
    lgd_optimizer *opt = NULL;
    lgd_history *history = NULL;
    char text[sizeof m->optimizer + 32];
    if (isnan(m->lr))
        snprintf(text, sizeof text, "%s", m->optimizer);
    else
        snprintf(text, sizeof text, "%s%clr=%.17g", m->optimizer, strchr(m->optimizer, ':') ? ',' : ':', m->lr);
    memset(t->w, 0, lgd_objective_dim(f) * sizeof *t->w);
    lgd_status st = lgd_optimizer_parse(&opt, text);
    watcher own = {f, opt, t->w, t->point, t->curve};
    if (!st)
        st = lgd_history_create(&history);
    lgd_minimize_options options = {.batch_size = m->batch,
                                    .max_epochs = m->epochs,
                                    .grad_tol = LGD_ZERO,
                                    .check_every = watch && m->batch,
                                    .seed = seed,
                                    .threads = c->threads,
                                    .history = history,
                                    .w_average = m->own_point ? t->point : NULL,
                                    .callback = watch && m->own_point ? watch_point : NULL,
                                    .callback_ctx = &own};
    if (m->batch && !m->own_point)
        options.schedule = (lgd_schedule){.kind = LGD_COSINE, .period = (double)m->epochs};
    if (!st)
        st = lgd_minimize(f, opt, t->w, &options, &t->report);
    if (!st) {
        const double *loss = lgd_history_series(history, "loss", NULL);
        const double *seconds = lgd_history_series(history, "seconds", NULL);
        for (size_t e = 0; e < t->report.epochs; e++) {
            if (!m->own_point || !e)
                t->curve[e] = loss[e];
            t->clock[e + 1] = seconds[e];
        }
        if (m->own_point)
            memcpy(t->w, t->point, lgd_objective_dim(f) * sizeof *t->w);
        t->loss = t->curve[t->report.epochs] = m->own_point ? t->report.f_average : t->report.f;
    }
    lgd_history_free(history);
    lgd_optimizer_free(opt);
    return st;
}

/* ---- one method */

/* R2, or the fraction of rows on the right side of one half. */
static double score(const dataset *d, lgd_objective *f, const double *w)
{
    double *p = malloc(d->rows * sizeof *p), hits = 0, mean = 0, off = 0, spread = 0;
    if (!p || lgd_glm_predict(f, d->A, w, p, 1)) {
        free(p);
        return NAN;
    }
    for (size_t i = 0; i < d->rows; i++) {
        hits += (p[i] >= 0.5) == (d->y[i] == 1);
        mean += d->y[i] / (double)d->rows;
    }
    for (size_t i = 0; i < d->rows; i++) {
        off += (p[i] - d->y[i]) * (p[i] - d->y[i]);
        spread += (mean - d->y[i]) * (mean - d->y[i]);
    }
    free(p);
    return d->logistic ? hits / (double)d->rows : 1 - off / spread;
}

/* The watched run at the rate of m, or without one; where it is still 0, at the best of the method's preset and three more. */
static lgd_status tune(const comparison *c, lgd_objective *f, method *m, uint64_t seed, trial *best)
{
    const double rates[] = {m->preset, 0.001, 0.01, 0.1};
    if (m->lr > 0 || isnan(m->lr))
        return run_once(c, f, m, true, seed, best);
    trial t;
    method candidate = *m;
    lgd_status st = LGD_ENOMEM;
    if (!trial_make(&t, lgd_objective_dim(f), m->epochs))
        return st;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        if (i && rates[i] == m->preset)
            continue;
        candidate.lr = rates[i];
        lgd_status this_one = run_once(c, f, &candidate, true, seed, &t);
        if (!this_one && (m->lr <= 0 || t.loss < best->loss)) {
            trial swap = *best;
            *best = t;
            t = swap;
            m->lr = rates[i];
        }
        st = m->lr > 0 ? LGD_OK : this_one;
    }
    trial_free(&t);
    return st;
}

/* The clock of the run that is the median of c->runs, each of which must end with the bits of the watched one. */
static lgd_status clock_it(const comparison *c, lgd_objective *f, method *m, uint64_t seed, const trial *watched)
{
    size_t dim = lgd_objective_dim(f), taken = 0;
    trial t[MAX_RUNS] = {{.w = NULL}};
    lgd_status st = LGD_OK;
    for (; !st && taken < c->runs; taken++) {
        st = trial_make(&t[taken], dim, m->epochs) ? run_once(c, f, m, false, seed, &t[taken]) : LGD_ENOMEM;
        if (!st && memcmp(t[taken].w, watched->w, dim * sizeof(double))) {
            m->verdict = WRONG;
            m->error = difference(dim, t[taken].w, watched->w);
        }
        for (size_t i = taken; !st && i > 0 && t[i].report.seconds < t[i - 1].report.seconds; i--) {
            trial swap = t[i];
            t[i] = t[i - 1];
            t[i - 1] = swap;
        }
    }
    if (!st)
        memcpy(m->clock, t[c->runs / 2].clock, (m->epochs + 1) * sizeof *m->clock);
    while (taken-- > 0)
        trial_free(&t[taken]);
    return st;
}

static bool run_method(const comparison *c, lgd_objective *f, method *m, uint64_t seed)
{
    trial watched;
    m->curve = calloc(2 * (m->epochs + 1), sizeof *m->curve);
    if (!m->curve || !trial_make(&watched, lgd_objective_dim(f), m->epochs))
        return false;
    m->clock = m->curve + m->epochs + 1;
    lgd_status st = tune(c, f, m, seed, &watched);
    if (!st)
        st = clock_it(c, f, m, seed, &watched);
    if (st) {
        m->verdict = FAILED;
        m->epochs = 0;
        m->loss = m->gap = m->score = m->seconds = m->to_one = NAN;
        utf8_text(m->why, sizeof m->why, st == LGD_ENOMEM ? lgd_strerror(st) : lgd_last_error());
    } else {
        m->epochs = watched.report.epochs;
        memcpy(m->curve, watched.curve, (m->epochs + 1) * sizeof *m->curve);
        m->loss = watched.loss;
        m->gap = m->loss - c->optimum;
        m->score = score(c->data, f, watched.w);
        m->seconds = m->clock[m->epochs];
        m->to_one = NAN;
        for (size_t e = 0; e <= m->epochs && isnan(m->to_one); e++)
            if (m->curve[e] <= 1.01 * c->optimum) {
                m->to_one = m->clock[e];
                m->epochs_to_one = e;
            }
        if (m->gap < -1e-10 * c->start) { /* nothing is below the optimum */
            m->verdict = WRONG;
            m->error = -m->gap / c->start;
        }
    }
    trial_free(&watched);
    return true;
}

/* ---- all methods */

static method *add(comparison *c, const char *name, const char *optimizer, size_t batch, size_t epochs)
{
    method *m = &c->method[c->methods++];
    *m = (method){.batch = batch, .epochs = epochs};
    snprintf(m->name, sizeof m->name, "%s", name);
    snprintf(m->optimizer, sizeof m->optimizer, "%s", optimizer);
    return m;
}

/* The preset of an option, or `otherwise` where there is none of that name. */
static double preset(const lgd_optimizer_ops *ops, const char *name, double otherwise)
{
    for (const lgd_option *o = ops->options; o && o->name; o++)
        if (!strcmp(o->name, name))
            return o->preset;
    return otherwise;
}

static void add_methods(comparison *c, size_t epochs)
{
    static const size_t batches[] = {1, 32, 64, 256};
    size_t rows = c->data->rows, usual = rows >= TYPICAL_BATCH ? TYPICAL_BATCH : 0;
    add(c, "batch", "sgd", 0, epochs)->lr = 1 / smoothness(c, 0);
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++)
        if (batches[i] <= rows)
            add(c, batches[i] == 1 ? "stochastic" : "mini-batch", "sgd", batches[i], epochs)->lr =
                1 / smoothness(c, batches[i]);
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) && c->methods < MAX_METHODS; i++) {
        if (!strcmp(ops->name, "sgd") ||
            (c->data->logistic && ops->flags & (LGD_NEEDS_RESIDUALS | LGD_NEEDS_QUADRATIC)))
            continue;
        size_t batch = ops->flags & LGD_FULL_BATCH ? 0 : usual;
        method *m = add(c, ops->name, ops->name, batch, epochs);
        m->own_point = ops->result != NULL;
        m->preset = preset(ops, "lr", NAN);
        if (isnan(m->preset)) /* it finds its steps */
            m->lr = NAN;
        else if (ops->flags & LGD_LINEAR)
            m->lr = (1 - preset(ops, "momentum", 0)) / smoothness(c, batch);
        if (!isnan(preset(ops, "f_min", NAN))) /* a method that asks for the least value is told it */
            snprintf(m->optimizer, sizeof m->optimizer, "%s:f_min=%.17g", ops->name, c->optimum);
    }
}

bool compare_run(comparison *c, const dataset *d, const settings *s)
{
    *c = (comparison){.data = d, .l2 = d->logistic ? 1e-2 : 0, .runs = s->quick ? 1 : 3, .threads = s->thread[0]};
    lgd_objective *f = NULL;
    double *w = calloc(d->cols + 1, sizeof *w);
    lgd_glm_options options = {.l2 = c->l2, .intercept = true};
    progress bar;
    bool ok = w &&
              !lgd_glm_create(&f, d->A, d->y, d->logistic ? lgd_loss_logistic() : lgd_loss_half_squared(), &options) &&
              !lgd_objective_eval(f, NULL, w, &c->start, NULL);
    if (ok && !optimum_find(d, f, c->l2, w, &c->optimum)) {
        fprintf(stderr, "lgd-bench: %s: no optimum found to compare with\n", d->name);
        ok = false;
    } else if (!ok) {
        fprintf(stderr, "lgd-bench: %s: %s\n", d->name, w ? lgd_last_error() : "out of memory");
    }
    if (ok) {
        dataset_curvature(d, &c->curvature, &c->worst);
        double bend = d->logistic ? 0.25 : 1; /* the largest second derivative of the loss */
        c->curvature = bend * c->curvature + c->l2;
        c->worst = bend * c->worst + c->l2;
        add_methods(c, s->epochs);
        progress_begin(&bar, d->name, c->methods);
        for (size_t i = 0; ok && i < c->methods; i++) {
            ok = run_method(c, f, &c->method[i], s->seed);
            progress_step(&bar);
        }
        progress_end(&bar);
        if (!ok)
            fprintf(stderr, "lgd-bench: %s: out of memory\n", d->name);
    }
    lgd_objective_free(f);
    free(w);
    return ok;
}

void compare_free(comparison *c)
{
    for (size_t i = 0; i < c->methods; i++)
        free(c->method[i].curve);
}
