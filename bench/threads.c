/* What threads cost and bring: several callers at once beside one, sums in fixed chunks beside one sum for each thread, and a step of Adam
 * on several threads. */
#include "bench.h"
#include "loops.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CALLERS = 8, EPOCHS = 4, SMALL_BATCH = 64, PAIR = 2 };

static bool fill(race *r)
{
    lgd_uniform(r->seed, 0, r->rows * r->cols, r->X);
    for (size_t i = 0; i < r->rows * r->cols; i++)
        r->X[i] -= 0.5;
    race_targets(r);
    return true;
}

static bool is(const runner *k, const char *name)
{
    return !strcmp(k->name, name);
}

/* work(each + i*size) of `count` parts at once, on threads of their own or in a parallel region of OpenMP. */
static bool at_once(size_t count, void *each, size_t size, void *work(void *part), bool region)
{
    pthread_t thread[CALLERS];
    size_t begun = 0;
#ifdef _OPENMP
    if (region) {
#pragma omp parallel for num_threads((int)count) schedule(static, 1)
        for (size_t i = 0; i < count; i++)
            work((char *)each + i * size);
        return true;
    }
#endif
    (void)region;
    while (begun + 1 < count && !pthread_create(&thread[begun], NULL, work, (char *)each + (begun + 1) * size))
        begun++;
    work(each);
    for (size_t i = 0; i < begun; i++)
        pthread_join(thread[i], NULL);
    return begun + 1 == count;
}

/* ---- callers */

static void describe_callers(race *r)
{
    static const runner runners[] = {{.name = "one", .optimizer = "sgd:lr=0.01"},
                                     {.name = "eight", .optimizer = "sgd:lr=0.01"},
                                     {.name = "region", .optimizer = "sgd:lr=0.01"},
                                     {.name = "eight_of_two", .optimizer = "sgd:lr=0.01"},
                                     {.name = "region_of_two", .optimizer = "sgd:lr=0.01"}};
    r->name = "callers";
    r->where = "memory";
    r->title = "Eight callers at once, in batches of 64";
    r->timed = "4 epochs of one caller, or of eight at once, each with a model of its own: on c cores they need 8/c of "
               "the time of one";
    r->must = "the weights of each caller have the bits of those of one";
    r->tolerance = 0;
    r->rows = 20000;
    r->quick_rows = 4000;
    r->cols = 100;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
    for (size_t i = 0; i < r->runners; i++)
        r->runner[i].batch = SMALL_BATCH;
}

static void describe_callers_full(race *r)
{
    describe_callers(r);
    r->name = "callers_full";
    r->title = "Eight callers at once, over all rows";
    for (size_t i = 0; i < r->runners; i++)
        r->runner[i].batch = 0;
}

typedef struct caller {
    const runner *runner;
    lgd_status status;
    double *w; /* [cols] */
} caller;

static void *call(void *ctx)
{
    caller *c = ctx;
    const race *r = c->runner->race;
    const lgd_minimize_options options = {.batch_size = c->runner->batch,
                                          .max_epochs = EPOCHS,
                                          .grad_tol = LGD_ZERO,
                                          .seed = r->seed,
                                          .threads = strstr(c->runner->name, "two") ? 2 : 1};
    lgd_objective *f = NULL;
    lgd_optimizer *opt = NULL;
    memset(c->w, 0, r->cols * sizeof *c->w);
    c->status = lgd_glm_create(&f, r->A, r->y, lgd_loss_half_squared(), NULL);
    if (!c->status)
        c->status = lgd_optimizer_parse(&opt, c->runner->optimizer);
    if (!c->status)
        c->status = lgd_minimize(f, opt, c->w, &options, NULL);
    lgd_optimizer_free(opt);
    lgd_objective_free(f);
    return NULL;
}

/* Weights of all callers in r->expected. */
static double run_callers(void *ctx, size_t repeats)
{
    runner *k = ctx;
    caller each[CALLERS];
    bool ok = true;
    const size_t count = is(k, "one") ? 1 : CALLERS;
    for (size_t i = 0; i < count; i++)
        each[i] = (caller){.runner = k, .w = k->race->expected + i * k->race->cols};
    const double begun = now();
    for (size_t i = 0; i < repeats && ok; i++) {
        ok = at_once(count, each, sizeof *each, call, strstr(k->name, "region"));
        for (size_t j = 0; j < count; j++)
            ok = ok && !each[j].status;
    }
    return ok ? (now() - begun) / (double)repeats : -1;
}

static bool make_callers(race *r)
{
    r->expected = calloc(CALLERS * r->cols, sizeof *r->expected);
    return r->expected && fill(r);
}

static void check_callers(race *r, runner *k)
{
    runner one = *k;
    one.name = "one";
    if (run_callers(&one, 1) < 0) {
        utf8_text(k->why, sizeof k->why, lgd_last_error());
        return;
    }
    memcpy(k->w, r->expected, r->cols * sizeof *k->w);
    if (run_callers(k, 1) < 0) {
        snprintf(k->why, sizeof k->why, "a caller failed");
        return;
    }
    k->verdict = OK;
    k->error = 0;
    for (size_t i = 0; i < (is(k, "one") ? 1 : CALLERS); i++)
        k->error = fmax(k->error, (double)memcmp(r->expected + i * r->cols, k->w, r->cols * sizeof *k->w) != 0);
}

const race_ops race_of_callers = {describe_callers, make_callers, check_callers, run_callers};
const race_ops race_of_callers_full = {describe_callers_full, make_callers, check_callers, run_callers};

/* ---- fixed chunks: one function over rows, called by the library over its chunks, and by two threads each over half the rows */

static void describe_wide(race *r)
{
    static const runner runners[] = {{.name = "per_thread", .optimizer = "sgd"},
                                     {.name = "chunks", .optimizer = "sgd"}};
    r->name = "same_bits_wide";
    r->where = "memory";
    r->title = "Sums that do not depend on threads, 500 columns";
    r->timed = "a linear gradient on 2 threads by one function, whose sums are added up for each thread or in the "
               "library's chunks";
    r->must = "the gradients are the same to 1e-10";
    r->tolerance = 1e-10;
    r->rows = 200000;
    r->quick_rows = 20000;
    r->cols = 500;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
}

static void describe_tall(race *r)
{
    describe_wide(r);
    r->name = "same_bits_tall";
    r->title = "Sums that do not depend on threads, 10 columns";
    r->rows = 1000000;
    r->quick_rows = 100000;
    r->cols = 10;
}

static lgd_status eval(void *ctx, const lgd_rows *rows, const double *w, double *f, double *g)
{
    const race *r = ctx;
    *f += loop_rows(rows->count, r->cols, r->X + rows->first * r->cols, r->y + rows->first, w, g);
    return LGD_OK;
}

static bool make_sums(race *r)
{
    const lgd_objective_ops ops = {.name = "rows", .flags = LGD_CONCURRENT, .eval = eval};
    r->expected = calloc((PAIR + 1) * r->cols, sizeof *r->expected); /* the point, and two gradients */
    if (!r->expected)
        return false;
    lgd_uniform(r->seed, r->rows, r->cols, r->expected);
    return fill(r) && !lgd_objective_create(&r->f, r->cols, r->rows, &ops, r);
}

typedef struct half {
    const race *race;
    size_t first, count;
    double f, *g;
} half;

static void *add_half(void *ctx)
{
    half *h = ctx;
    const lgd_rows rows = {h->first, h->count, NULL};
    h->f = 0;
    memset(h->g, 0, h->race->cols * sizeof *h->g);
    eval((void *)(size_t)h->race, &rows, h->race->expected, &h->f, h->g);
    return NULL;
}

static double run_sums(void *ctx, size_t repeats)
{
    runner *k = ctx;
    const race *r = k->race;
    const size_t n = r->cols;
    half each[PAIR];
    bool ok = true;
    double f;
    for (size_t i = 0; i < PAIR; i++) {
        const size_t first = i * r->rows / PAIR;
        each[i] = (half){r, first, (i + 1) * r->rows / PAIR - first, 0, r->expected + (i + 1) * n};
    }
    setenv("LGD_NUM_THREADS", "2", 1);
    const double begun = now();
    for (size_t t = 0; t < repeats && ok; t++) {
        if (is(k, "chunks")) {
            ok = !lgd_objective_eval(r->f, NULL, r->expected, &f, k->w);
            continue;
        }
        ok = at_once(PAIR, each, sizeof *each, add_half, true);
        for (size_t j = 0; j < n; j++)
            k->w[j] = (each[0].g[j] + each[1].g[j]) / (double)r->rows;
    }
    const double seconds = now() - begun;
    unsetenv("LGD_NUM_THREADS");
    return ok ? seconds / (double)repeats : -1;
}

static void check_sums(race *r, runner *k)
{
    double f, *g = malloc(r->cols * sizeof *g);
    if (g && !lgd_objective_eval(r->f, NULL, r->expected, &f, g) && run_sums(k, 1) >= 0) {
        k->error = difference(r->cols, k->w, g);
        k->verdict = OK;
    } else {
        utf8_text(k->why, sizeof k->why, g ? lgd_last_error() : "out of memory");
    }
    free(g);
}

const race_ops race_of_same_bits_tall = {describe_tall, make_sums, check_sums, run_sums};
const race_ops race_of_same_bits_wide = {describe_wide, make_sums, check_sums, run_sums};

/* ---- a step on several threads */

static void describe_step(race *r)
{
    static const runner runners[] = {{.name = "one", .optimizer = "adam"},
                                     {.name = "two", .optimizer = "adam"},
                                     {.name = "four", .optimizer = "adam"}};
    r->name = "step_threads";
    r->where = "memory";
    r->title = "A step of Adam on several threads";
    r->timed = "a step of 5,000,000 coordinates";
    r->must = "the bits after 2 steps are those of one thread";
    r->tolerance = 0;
    r->rows = r->quick_rows = 1;
    r->cols = 5000000;
    r->runners = sizeof runners / sizeof *runners;
    memcpy(r->runner, runners, sizeof runners);
}

static bool make_step(race *r)
{
    r->expected = calloc(r->cols, sizeof *r->expected);
    return r->expected && fill(r);
}

static bool step(runner *k, double *w, const char *threads)
{
    setenv("LGD_NUM_THREADS", threads, 1);
    const lgd_status status = lgd_optimizer_step(k->opt, k->race->cols, w, k->race->X, 1, 1);
    unsetenv("LGD_NUM_THREADS");
    return !status;
}

static double run_step(void *ctx, size_t repeats)
{
    runner *k = ctx;
    bool ok = true;
    const double begun = now();
    for (size_t i = 0; i < repeats && ok; i++)
        ok = step(k, k->w, is(k, "one") ? "1" : is(k, "two") ? "2" : "4");
    return ok ? (now() - begun) / (double)repeats : -1;
}

static void check_step(race *r, runner *k)
{
    bool ok = true;
    memset(r->expected, 0, r->cols * sizeof *r->expected);
    for (size_t t = 0; t < 2 && ok; t++)
        ok = step(k, r->expected, "1");
    lgd_optimizer_reset(k->opt);
    if (!ok || run_step(k, 2) < 0) {
        utf8_text(k->why, sizeof k->why, lgd_last_error());
        return;
    }
    k->verdict = OK;
    k->error = memcmp(k->w, r->expected, r->cols * sizeof *k->w) ? 1 : 0;
}

const race_ops race_of_step_threads = {describe_step, make_step, check_step, run_step};
