/* One step of every optimizer on vectors that lie in memory, beside the loop that moves the same state. Each is checked
 * against the references of the tests before it is timed. */
#include "../tests/reference/optimizers.h"
#include "bench.h"
#include "loops.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64, COPIES = 1563, CHECK_DIM = BLOCK * COPIES, CHECK_STEPS = 3, SMALL = 1000000, LARGE = 10000000 };
#define SAME_POINT 1e-12
#define VALUE 1.0 /* f, for the methods that use it */

/* ---- the reference: the scalar one in double, or where coordinates interact the one in long double */

static const scalar_reference *find_scalar(const char *name)
{
    for (size_t i = 0; i < REFERENCE_FAMILIES; i++)
        for (const scalar_reference *r = scalar_families[i]; r->name; r++)
            if (!strcmp(r->name, name))
                return r;
    return NULL;
}

/* The row with presets, spelt out. */
static const reference *find_row(const char *name)
{
    for (size_t i = 0; i < REFERENCE_FAMILIES; i++)
        for (const reference *r = reference_families[i]; r->text; r++)
            if (!strcmp(r->text, name))
                return r;
    return NULL;
}

/* A problem of BLOCK coordinates, and vectors that repeat it: sums over all coordinates then grow by COPIES, and so does the
 * value, which leaves every ratio between them as it was. */
typedef struct check {
    double start[BLOCK], gradient[CHECK_STEPS][BLOCK], expected[BLOCK];
    double *w, *g, *vec[LOOP_VECTORS]; /* [CHECK_DIM] each, one allocation */
} check;

static bool check_make(check *c, uint64_t seed)
{
    lgd_uniform(seed, 0, BLOCK, c->start);
    lgd_uniform(seed, BLOCK, BLOCK * CHECK_STEPS, c->gradient[0]);
    for (size_t j = 0; j < BLOCK * CHECK_STEPS; j++)
        c->gradient[j / BLOCK][j % BLOCK] -= 0.5;
    c->w = calloc((size_t)CHECK_DIM * (2 + LOOP_VECTORS), sizeof *c->w);
    c->g = c->w ? c->w + CHECK_DIM : NULL;
    for (size_t k = 0; c->w && k < LOOP_VECTORS; k++)
        c->vec[k] = c->w + (2 + k) * CHECK_DIM;
    return c->w != NULL;
}

static bool reference_point(check *c, const char *name)
{
    const scalar_reference *scalar = find_scalar(name);
    const reference *row = find_row(name);
    memcpy(c->expected, c->start, sizeof c->expected);
    if (row && scalar && scalar->step) {
        for (size_t j = 0; j < BLOCK; j++) {
            double state[REFERENCE_STATE] = {0};
            for (uint64_t t = 1; t <= CHECK_STEPS; t++)
                scalar->step(row->options, t, 1, c->gradient[t - 1][j], &c->expected[j], state);
        }
        return true;
    }
    if (!row || !row->whole)
        return false;
    real w[BLOCK], g[BLOCK], state[BLOCK][REFERENCE_STATE] = {{0}}, common[REFERENCE_STATE] = {0};
    for (size_t j = 0; j < BLOCK; j++)
        w[j] = c->start[j];
    for (unsigned t = 1; t <= CHECK_STEPS; t++) {
        for (size_t j = 0; j < BLOCK; j++)
            g[j] = c->gradient[t - 1][j];
        row->whole(row->options, t, 1, VALUE, BLOCK, w, g, state, common);
    }
    for (size_t j = 0; j < BLOCK; j++)
        c->expected[j] = (double)w[j];
    return true;
}

/* The loop of the same vectors, coordinate by coordinate. */
static void moved_point(check *c, size_t vectors)
{
    for (size_t j = 0; j < BLOCK; j++) {
        double v[LOOP_VECTORS] = {0};
        c->expected[j] = c->start[j];
        for (size_t t = 0; t < CHECK_STEPS; t++) {
            double x = c->gradient[t][j];
            for (size_t k = 0; k < vectors; k++)
                x = v[k] = v[k] / 2 + x;
            c->expected[j] -= x * 1e-3;
        }
    }
}

/* How far what is timed is from what was expected, after CHECK_STEPS steps; NAN if a step failed. */
static double distance(check *c, step_cell *cell, timed_as what)
{
    double far = 0;
    for (size_t j = 0; j < CHECK_DIM; j++)
        c->w[j] = c->start[j % BLOCK];
    memset(c->vec[0], 0, CHECK_DIM * LOOP_VECTORS * sizeof *c->w);
    for (uint64_t t = 1; t <= CHECK_STEPS; t++) {
        for (size_t j = 0; j < CHECK_DIM; j++)
            c->g[j] = c->gradient[t - 1][j % BLOCK];
        if (what == STEP && lgd_optimizer_step(cell->opt, CHECK_DIM, c->w, c->g, COPIES * VALUE, 1))
            return NAN;
        cell->spoils = cell->spoils || memcmp(c->g, c->gradient[t - 1], sizeof c->gradient[0]);
        if (what == OWN)
            loop_find(cell->ops->name)(CHECK_DIM, c->w, c->g, c->vec, t);
        if (what == LOOP)
            loop_move(CHECK_DIM, cell->vectors, c->w, c->g, c->vec);
    }
    for (size_t first = 0; first < CHECK_DIM; first += BLOCK)
        far = fmax(far, difference(BLOCK, c->w + first, c->expected));
    return far;
}

static void check_cell(check *c, step_cell *cell)
{
    const char *name = cell->ops->name;
    cell->verdict = FAILED;
    cell->error = NAN;
    if (lgd_optimizer_create(&cell->opt, cell->ops, NULL, 0)) {
        utf8_text(cell->why, sizeof cell->why, lgd_last_error());
        return;
    }
    cell->vectors =
        (lgd_optimizer_state_bytes(cell->opt, 2) - lgd_optimizer_state_bytes(cell->opt, 1)) / sizeof(double);
    if (cell->vectors > LOOP_VECTORS || !reference_point(c, name)) {
        snprintf(cell->why, sizeof cell->why,
                 cell->vectors > LOOP_VECTORS ? "%s: no loop moves so many vectors"
                                              : "%s has no row in tests/reference",
                 name);
        return;
    }
    cell->error = distance(c, cell, STEP);
    if (isnan(cell->error)) {
        utf8_text(cell->why, sizeof cell->why, lgd_last_error());
        return;
    }
    if (loop_find(name))
        cell->error = fmax(cell->error, distance(c, cell, OWN));
    moved_point(c, cell->vectors);
    cell->error = fmax(cell->error, distance(c, cell, LOOP));
    cell->verdict = cell->error <= SAME_POINT ? OK : WRONG;
    lgd_optimizer_reset(cell->opt);
}

/* ---- timing */

typedef struct item {
    step_times *all;
    step_cell *cell;
    timed_as what;
} item;

static double run(void *ctx, size_t repeats)
{
    const item *i = ctx;
    step_times *s = i->all;
    double seconds = 0;
    loop_of_method *own = loop_find(i->cell->ops->name);
    for (size_t k = 0; k < repeats; k++) {
        if (i->cell->spoils)
            memcpy(s->g, s->kept, s->dim * sizeof *s->g);
        const double begun = now();
        switch (i->what) {
        case STEP:
            if (lgd_optimizer_step(i->cell->opt, s->dim, s->w, s->g, VALUE, 1))
                return -1;
            break;
        case PASSES:
            i->cell->sum = loop_read(s->dim, s->w, s->g);
            loop_move(s->dim, i->cell->vectors, s->w, s->g, s->vec[0]);
            break;
        case LOOP:
            loop_move(s->dim, i->cell->vectors, s->w, s->g, s->vec[0]);
            break;
        default:
            own(s->dim, s->w, s->g, s->vec[1], ++s->t);
            break;
        }
        seconds += now() - begun;
    }
    return seconds / (double)repeats;
}

static interval against(const step_times *s, const step_cell *c, timed_as what)
{
    return ratio_of(s->rounds, c->sample[STEP], c->sample[what], s->seed);
}

/* The state of one method at a time is in memory, with vectors as long for the loops: a plain loop of the method has its own,
 * since no others are a state of it. */
static bool time_cell(step_times *s, step_cell *c, progress *bar)
{
    const bool plain = loop_find(c->ops->name) != NULL;
    const size_t bytes = s->dim * c->vectors * (plain ? 2 : 1) * sizeof(double);
    double *block = aligned_alloc(64, (bytes + 64) / 64 * 64); /* as the library's vectors are */
    item items[TIMED_AS];
    timed t[TIMED_AS];
    size_t count = 0;
    for (size_t k = 0; block && k < c->vectors; k++)
        for (size_t b = 0; b < (plain ? 2 : 1); b++)
            s->vec[b][k] = block + (b * c->vectors + k) * s->dim;
    for (timed_as what = STEP; what < TIMED_AS; what++) {
        if ((what == PASSES && !c->two_passes) || (what == OWN && !plain))
            continue;
        items[count] = (item){s, c, what};
        c->sample[what] = calloc(s->rounds, sizeof(double));
        t[count] = (timed){run, &items[count], 0, c->sample[what]};
        if (!c->sample[what]) {
            free(block);
            return false;
        }
        count++;
    }
    if (block)
        memset(block, 0, bytes);
    lgd_uniform(s->seed, s->dim, s->dim, s->w);
    memcpy(s->g, s->kept, s->dim * sizeof *s->g);
    s->t = 0;
    const bool ok = block && measure(t, count, s->rounds, 1e-3, s->seed, bar);
    if (ok) {
        const double numbers = (double)s->dim * (3 + 2 * (double)c->vectors + (c->two_passes ? 2 : 0));
        c->seconds = quartiles_of(s->rounds, c->sample[STEP]);
        c->gbytes = 8e-9 * numbers / c->seconds.median;
        c->against[LOOP] = against(s, c, LOOP);
        if (c->two_passes)
            c->against[PASSES] = against(s, c, PASSES);
        if (c->sample[OWN])
            c->against[OWN] = against(s, c, OWN);
    }
    free(block);
    return ok;
}

/* ---- all of them */

static void add_cells(step_times *s, const settings *wanted)
{
    const interval none = {NAN, NAN, NAN};
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)) && s->cells < MAX_METHODS; i++)
        if (!(ops->flags & LGD_NEEDS_EVAL) && steps_choose(wanted, ops->name))
            s->cell[s->cells++] = (step_cell){.ops = ops,
                                              .two_passes = ops->measure || ops->flags & LGD_LAYERED,
                                              .seconds = {NAN, NAN, NAN, NAN},
                                              .against = {none, none, none, none},
                                              .gbytes = NAN};
}

static bool make(step_times *s)
{
    s->w = malloc(3 * s->dim * sizeof *s->w);
    if (!s->w)
        return false;
    s->g = s->w + s->dim;
    s->kept = s->g + s->dim;
    lgd_uniform(s->seed, 0, s->dim, s->kept);
    for (size_t j = 0; j < s->dim; j++)
        s->kept[j] -= 0.5;
    return true;
}

bool steps_choose(const settings *s, const char *of)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "steps/%s", of ? of : "");
    if (settings_choose(s, "steps", "memory") || (of && settings_choose(s, name, "memory")))
        return true;
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; !of && (ops = lgd_optimizer_builtin(i)); i++)
        if (steps_choose(s, ops->name))
            return true;
    return false;
}

bool steps_run(step_times *s, const settings *wanted)
{
    *s = (step_times){.dim = wanted->quick ? SMALL : LARGE, .rounds = wanted->rounds, .seed = wanted->seed};
    check c = {.w = NULL};
    progress bar;
    add_cells(s, wanted);
    if (!memory_suffices(8.0 * (double)s->dim * (3 + 2 * LOOP_VECTORS))) {
        snprintf(s->note, sizeof s->note,
                 "left out: vectors of %zu numbers, which take more than half of this machine's memory", s->dim);
        s->cells = 0;
        return true;
    }
    progress_begin(&bar, "steps", s->cells * s->rounds);
    bool ok = check_make(&c, s->seed) && make(s);
    for (size_t i = 0; ok && i < s->cells; i++) {
        step_cell *cell = &s->cell[i];
        check_cell(&c, cell);
        if (cell->verdict == OK)
            ok = time_cell(s, cell, &bar);
        lgd_optimizer_free(cell->opt);
        cell->opt = NULL;
    }
    progress_end(&bar);
    if (!ok)
        fprintf(stderr, "lgd-bench: the steps could not be measured: %s\n",
                *lgd_last_error() ? lgd_last_error() : "out of memory");
    free(c.w);
    free(s->w);
    s->w = s->g = s->kept = NULL;
    return ok;
}

void steps_free(step_times *s)
{
    for (size_t i = 0; i < s->cells; i++)
        for (timed_as what = STEP; what < TIMED_AS; what++)
            free(s->cell[i].sample[what]);
}
