/* The checks of the report: what failed, and what was asked. */
#include "report.h"

/* ---- what is not OK */

/* What to say of a cell that is not OK. */
static char *ill(char text[ILL_SIZE], verdict v, const char *wrong, double error, const char *why)
{
    if (v == WRONG)
        snprintf(text, ILL_SIZE, "WRONG: %s %.1e", wrong, error);
    else
        snprintf(text, ILL_SIZE, "FAILED: %s", why);
    return text;
}

char *ill_method(char text[ILL_SIZE], const method *m)
{
    return ill(text, m->verdict, "the timed and the watched run differ by", m->error, m->why);
}

char *ill_cell(char text[ILL_SIZE], const grid_cell *c)
{
    return ill(text, c->verdict, "the weights differ by", c->error, c->why);
}

char *ill_gradient(char text[ILL_SIZE], const gradient_cell *c)
{
    return ill(text, WRONG, "the gradient differs by", c->error, "");
}

char *ill_step(char text[ILL_SIZE], const step_cell *c)
{
    return ill(text, c->verdict, "the point differs by", c->error, c->why);
}

char *ill_runner(char text[ILL_SIZE], const runner *k)
{
    return ill(text, k->verdict, "the result is off by", k->error, k->why);
}

/* ---- checks */

static void check_line(FILE *to, const char *what, const char *name, const char *how, tally t)
{
    html(to, t.failed ? "<tr class=\"bad\">" : "<tr>");
    html(to, "<th scope=\"row\">%s%s</th><td class=\"n\">%zu</td><td class=\"n\">%zu</td><td>%s</td></tr>\n", what,
         name, t.passed, t.failed, how);
}

void report_failures(FILE *to, const results *r)
{
    char batch[NAME_SIZE], why[ILL_SIZE];
    for (size_t k = 0; k < r->comparisons; k++)
        for (size_t i = 0; i < r->comparison[k].methods; i++) {
            const method *m = &r->comparison[k].method[i];
            if (m->verdict != OK)
                html(to, "<li>%s on %s, batch %s: %s</li>\n", m->name, r->comparison[k].data->name,
                     batch_name(batch, m->batch), ill_method(why, m));
        }
    for (size_t i = 0; i < r->grid.cells; i++) {
        const grid_cell *c = &r->grid.cell[i];
        if (c->verdict != OK)
            html(to, "<li>%s, batch %s: %s</li>\n", c->variant->name, batch_name(batch, c->batch), ill_cell(why, c));
    }
    for (size_t i = 0; i < r->gradient.cells; i++) {
        const gradient_cell *c = &r->gradient.cell[i];
        if (c->verdict != OK)
            html(to, "<li>gradient, %s: %s</li>\n", c->name, ill_gradient(why, c));
    }
    for (size_t i = 0; i < r->model.cells; i++) {
        const model_cell *c = &r->model.cell[i];
        if (c->verdict != OK)
            html(to, "<li>epoch of %zu x %zu: %s</li>\n", c->rows, c->cols,
                 c->verdict == FAILED ? c->why : "its weights differ from those of plain loops");
    }
    for (size_t i = 0; i < r->steps.cells; i++) {
        const step_cell *c = &r->steps.cell[i];
        if (c->verdict != OK)
            html(to, "<li>step of %s: %s</li>\n", c->ops->name, ill_step(why, c));
    }
    for (race_id id = 0; id < RACES; id++)
        for (size_t i = 0; i < r->race[id].runners; i++) {
            const runner *k = &r->race[id].runner[i];
            if (k->verdict != OK)
                html(to, "<li>%s, %s: %s</li>\n", r->race[id].name, k->name, ill_runner(why, k));
        }
    for (size_t i = 0; i < r->pictures.count; i++)
        if (r->pictures.picture[i].state == NOT_DRAWN)
            html(to, "<li>picture %s: FAILED: %s</li>\n", r->pictures.picture[i].name, r->pictures.picture[i].why);
}

void report_checks(FILE *to, const results *r)
{
    static const char *const heads[] = {" part", "passed", "failed", " what must hold", NULL};
    report_begin(to, "checks", "table", "What was checked", heads);
    for (size_t k = 0; k < r->comparisons; k++)
        check_line(to, "descents on ", r->comparison[k].data->name,
                   "the timed run and the watched run end with the same bits", check_comparison(&r->comparison[k]));
    if (r->has_grid)
        check_line(to, "times of an epoch", "", "the weights after 2 epochs are those of plain loops to 1e-10",
                   check_grid(&r->grid));
    if (r->has_gradient)
        check_line(to, "one gradient", "", "it is that of plain loops", check_gradient(&r->gradient));
    if (r->has_model)
        check_line(to, "model", "", "the weights after a step are those of plain loops to 1e-10",
                   check_model(&r->model));
    if (r->has_steps)
        check_line(to, "steps", "", "the points after 3 steps are those of the references of the tests to 1e-12",
                   check_steps(&r->steps));
    for (race_id id = 0; id < RACES; id++)
        if (r->race[id].name)
            check_line(to, r->race[id].name, "", r->race[id].must, check_race(&r->race[id]));
    check_line(to, "pictures", "", "gnuplot draws them whole", check_pictures(&r->pictures));
    check_line(to, "all", "", "", check_all(r));
    report_end(to);
    bool none = true;
    for (size_t i = 0; i < r->pictures.count; i++) {
        const picture *p = &r->pictures.picture[i];
        if (p->state != LEFT_OUT)
            continue;
        html(to, none ? "<p>Pictures left out:</p>\n<ul>\n" : "");
        html(to, "<li>%s: %s</li>\n", p->name, p->why);
        none = false;
    }
    html(to, none ? "" : "</ul>\n");
}
