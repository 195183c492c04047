/* What passed and what failed: the figures of the last line. */
#include "bench.h"

static void count(tally *t, bool passed)
{
    ++*(passed ? &t->passed : &t->failed);
}

static void add(tally *t, tally part)
{
    t->passed += part.passed;
    t->failed += part.failed;
}

tally check_comparison(const comparison *c)
{
    tally t = {0, 0};
    for (size_t i = 0; i < c->methods; i++)
        count(&t, c->method[i].verdict == OK);
    return t;
}

/* The scalar reference is not counted when all is well: it agrees with itself. */
tally check_grid(const grid *g)
{
    tally t = {0, 0};
    for (size_t i = 0; i < g->cells; i++)
        if (g->cell[i].verdict != OK || g->cell[i].variant != &g->variant[0])
            count(&t, g->cell[i].verdict == OK);
    return t;
}

tally check_gradient(const gradient *g)
{
    tally t = {0, 0};
    for (size_t i = 0; i < g->cells; i++)
        if (!g->cell[i].streams)
            count(&t, g->cell[i].verdict == OK);
    return t;
}

tally check_steps(const step_times *s)
{
    tally t = {0, 0};
    for (size_t i = 0; i < s->cells; i++)
        count(&t, s->cell[i].verdict == OK);
    return t;
}

tally check_model(const model *m)
{
    tally t = {0, 0};
    for (size_t i = 0; i < m->cells; i++)
        count(&t, m->cell[i].verdict == OK);
    return t;
}

tally check_race(const race *r)
{
    tally t = {0, 0};
    for (size_t i = 0; i < r->runners; i++)
        count(&t, r->runner[i].verdict == OK);
    return t;
}

tally check_pictures(const pictures *p)
{
    tally t = {0, 0};
    for (size_t i = 0; i < p->count; i++)
        if (p->picture[i].state == DRAWN || p->picture[i].state == NOT_DRAWN)
            count(&t, p->picture[i].state == DRAWN);
    return t;
}

tally check_all(const results *r)
{
    tally all = {0, 0};
    for (size_t k = 0; k < r->comparisons; k++)
        add(&all, check_comparison(&r->comparison[k]));
    add(&all, check_grid(&r->grid));
    add(&all, check_gradient(&r->gradient));
    add(&all, check_steps(&r->steps));
    add(&all, check_model(&r->model));
    for (race_id id = 0; id < RACES; id++)
        add(&all, check_race(&r->race[id]));
    add(&all, check_pictures(&r->pictures));
    return all;
}
