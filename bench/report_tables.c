/* The tables of the report: the figures of table.c as HTML. */
#include "report.h"
#include <math.h>
#include <string.h>

static void number(FILE *to, double x, int significant)
{
    char text[NAME_SIZE];
    html(to, "<td class=\"n\">%s</td>", digits(text, x, significant));
}

static void range(FILE *to, double low, double high)
{
    char t[2][NAME_SIZE];
    if (isnan(low) || isnan(high))
        html(to, "<td class=\"n\">-</td>");
    else
        html(to, "<td class=\"n\">%s to %s</td>", digits(t[0], low, 3), digits(t[1], high, 3));
}

/* Ends a row. */
static void bad(FILE *to, size_t columns, const char *why)
{
    html(to, "<td colspan=\"%zu\" class=\"bad\">%s</td></tr>\n", columns, why);
}

void report_begin(FILE *to, const char *kind, const char *part, const char *caption, const char *const *heads)
{
    html(to, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s-%s\">\n", kind, part);
    html(to, "<table class=\"%s\">\n<caption id=\"%s-%s\">%s</caption>\n<thead><tr>", kind, kind, part, caption);
    for (size_t i = 0; heads[i]; i++)
        html(to, *heads[i] == ' ' ? "<th scope=\"col\">%s</th>" : "<th scope=\"col\" class=\"n\">%s</th>",
             heads[i] + (*heads[i] == ' '));
    html(to, "</tr></thead>\n<tbody>\n");
}

void report_end(FILE *to)
{
    html(to, "</tbody>\n</table>\n</div>\n");
}

/* ---- comparison */

static const method *soonest(const comparison *c)
{
    const method *best = NULL;
    for (size_t i = 0; i < c->methods; i++)
        if (c->method[i].verdict == OK && !isnan(c->method[i].to_one) && (!best || c->method[i].to_one < best->to_one))
            best = &c->method[i];
    return best;
}

void report_comparison(FILE *to, const comparison *c, const char *id)
{
    const dataset *d = c->data;
    const char *heads[] = {" method",
                           "batch",
                           "rate",
                           "epochs",
                           "loss",
                           "above optimum",
                           d->logistic ? "accuracy" : "R²",
                           "seconds",
                           "seconds to within 1 %",
                           "epochs to within 1 %",
                           " check",
                           NULL};
    char t[3][NAME_SIZE], caption[2 * NAME_SIZE], why[ILL_SIZE];
    const method *best = soonest(c);
    html(to, "<p>%s regression", d->logistic ? "Logistic" : "Linear");
    if (c->l2 > 0)
        html(to, " with L2 %s", digits(t[0], c->l2, 3));
    html(to, ", %zu thread%s. The loss is %s at w = 0 and %s at the optimum, which Newton's method finds.", c->threads,
         c->threads > 1 ? "s" : "", digits(t[0], c->start, 4), digits(t[1], c->optimum, 6));
    if (best)
        html(to, " First to within 1 %% of it: <strong>%s</strong>, batch %s, in %s s and %zu epoch%s.", best->name,
             batch_name(t[0], best->batch), digits(t[1], best->to_one, 3), best->epochs_to_one,
             best->epochs_to_one == 1 ? "" : "s");
    html(to, "</p>\n");
    snprintf(caption, sizeof caption, "Descent compared on %s", d->name);
    report_begin(to, id, "table", caption, heads);
    for (size_t i = 0; i < c->methods; i++) {
        const method *m = &c->method[i];
        html(to, m == best ? "<tr class=\"best\">" : "<tr>");
        html(to, "<th scope=\"row\">%s</th><td class=\"n\">%s</td>", m->name, batch_name(t[0], m->batch));
        if (m->verdict == FAILED) {
            bad(to, 9, ill_method(why, m));
            continue;
        }
        number(to, m->lr, 3);
        html(to, "<td class=\"n\">%zu</td>", m->epochs);
        number(to, m->loss, 5);
        number(to, m->gap, 2);
        number(to, m->score, 4);
        number(to, m->seconds, 3);
        number(to, m->to_one, 3);
        if (isnan(m->to_one))
            html(to, "<td class=\"n\">-</td>");
        else
            html(to, "<td class=\"n\">%zu</td>", m->epochs_to_one);
        if (m->verdict == WRONG) {
            bad(to, 1, ill_method(why, m));
            continue;
        }
        html(to, "<td class=\"ok\">ok</td></tr>\n");
    }
    report_end(to);
}

/* ---- grid */

static void grid_line(FILE *to, const grid_cell *c, bool threads)
{
    char name[2 * NAME_SIZE], why[ILL_SIZE];
    bool reference = c->variant == &c->grid->variant[0];
    snprintf(name, sizeof name, threads ? "%s x%zu" : "%s", c->variant->name, c->threads);
    html(to, c->best ? "<tr class=\"best\"><th scope=\"row\">%s</th>" : "<tr><th scope=\"row\">%s</th>", name);
    if (c->verdict != OK) {
        bad(to, 8, ill_cell(why, c));
        return;
    }
    number(to, 1e3 * c->seconds.median, 4);
    range(to, 1e3 * c->seconds.q1, 1e3 * c->seconds.q3);
    number(to, c->gflops, 3);
    number(to, c->gbytes, 3);
    number(to, c->streaming, 2);
    number(to, c->ratio.median, 3);
    range(to, reference ? NAN : c->ratio.low, c->ratio.high);
    html(to, "<td class=\"ok\">%s%s%s</td></tr>\n", reference ? "reference" : "ok", c->best ? ", best" : "",
         c->noisy ? ", noisy" : "");
}

void report_grid_head(FILE *to, const grid *g)
{
    html(to,
         "<p>Linear regression on %s, %zu × %zu doubles, %zu rounds, the cells of a batch size in random order.</p>\n",
         g->name, g->problem.rows, g->problem.cols, g->rounds);
    html(to, "<dl><dt>scalar</dt><dd>plain loops in C, the reference</dd>\n"
             "<dt>blas1</dt><dd>ddot and daxpy for each row</dd>\n"
             "<dt>gemv</dt><dd>the batch gathered, then two dgemv</dd>\n"
             "<dt>libgd/…</dt><dd>lgd_minimize with that optimizer; sgd does the work of the first three</dd></dl>\n");
}

void report_grid(FILE *to, const grid *g)
{
    static const char *const heads[] = {" variant", "epoch, ms", "quartiles, ms", "GFLOP/s", "GB/s",
                                        "of rate",  "ratio",     "95 % interval", " check",  NULL};
    char batch[NAME_SIZE], caption[2 * NAME_SIZE];
    bool threads = false;
    for (size_t i = 0; i < g->cells; i++)
        threads = threads || g->cell[i].threads > 1;
    for (size_t i = 0; i < g->cells; i++) {
        const grid_cell *c = &g->cell[i];
        if (!i || c->batch != c[-1].batch) {
            if (i)
                report_end(to);
            batch_name(batch, c->batch);
            snprintf(caption, sizeof caption, c->batch ? "Batches of %s rows" : "All rows in one batch (%s)", batch);
            report_begin(to, "grid", batch, c->batch == 1 ? "Batches of 1 row" : caption, heads);
        }
        grid_line(to, c, threads);
    }
    if (g->cells)
        report_end(to);
    html(to,
         "<dl class=\"help\"><dt>epoch</dt><dd>median time of one pass over the data, with its quartiles</dd>\n"
         "<dt>GFLOP/s, GB/s</dt><dd>by the model 4mn flop and 8mn bytes an epoch</dd>\n"
         "<dt>of rate</dt><dd>GB/s over those at which memory can be read, above 1 where data stay in cache</dd>\n"
         "<dt>ratio</dt><dd>the time of the reference over this one's, median over the rounds; above 1 is faster than "
         "the reference</dd>\n"
         "<dt>ok</dt><dd>the weights after 2 epochs are those of the plain loops to 1e-10</dd>\n"
         "<dt>noisy</dt><dd>the quartiles are more than 10 %% of the median apart</dd>\n"
         "<dt>best</dt><dd>the fastest of its batch size</dd></dl>\n");
    if (g->note[0])
        html(to, "<p class=\"help\">Left out: %s.</p>\n", g->note);
}

/* ---- gradient */

static void ratio(FILE *to, interval r)
{
    number(to, r.median, 3);
    range(to, r.low, r.high);
}

void report_gradient(FILE *to, const gradient *g)
{
    static const char *const all[] = {
        " what",         "threads", "ms", "quartiles, ms", "GB/s", "against gemv", "95 % interval", "against 8 streams",
        "95 % interval", " check",  NULL};
    static const char *const reads[] = {" what",         "threads", "ms", "quartiles, ms", "GB/s", "against 8 streams",
                                        "95 % interval", NULL};
    char t[NAME_SIZE], why[ILL_SIZE];
    html(to, "<p>%s X of %zu × %zu doubles, %s MB, %zu rounds.</p>\n",
         g->only_read ? "How fast memory can be read, the limit of all that reads X once:"
                      : "One gradient over all rows of",
         g->problem.rows, g->problem.cols, digits(t, 8e-6 * (double)g->problem.rows * (double)g->problem.cols, 3),
         g->rounds);
    if (g->note[0]) {
        html(to, "<p class=\"help\">%s</p>\n", g->note);
        return;
    }
    report_begin(to, "gradient", "table", g->only_read ? "Reading memory" : "One gradient over all of X",
                 g->only_read ? reads : all);
    for (size_t i = 0; i < g->cells; i++) {
        const gradient_cell *c = &g->cell[i];
        html(to, "<tr><th scope=\"row\">%s</th><td class=\"n\">%zu</td>", c->name, c->threads);
        if (c->verdict != OK) {
            bad(to, 8, ill_gradient(why, c));
            continue;
        }
        number(to, 1e3 * c->seconds.median, 4);
        range(to, 1e3 * c->seconds.q1, 1e3 * c->seconds.q3);
        number(to, c->gbytes, 3);
        if (!g->only_read)
            ratio(to, c->to_gemv);
        ratio(to, c->to_read);
        if (!g->only_read)
            html(to, "<td class=\"ok\">%s</td>", c->streams ? "" : "ok");
        html(to, "</tr>\n");
    }
    report_end(to);
    html(to,
         "<p class=\"help\">GB/s: 8mn bytes over the time, as if X were read once; what comes near a plain read of X "
         "reads it once.%s</p>\n",
         g->only_read ? ""
                      : " gemv, twice: what most programs do, X read two times. Ratios are speeds, above 1 is faster.");
}

/* ---- steps */

void report_steps(FILE *to, const step_times *s)
{
    static const char *const heads[] = {" method",         "state, bytes",
                                        "passes",          "ms",
                                        "quartiles, ms",   "GB/s",
                                        "time / its loop", "95 % interval",
                                        "/ its passes",    "95 % interval",
                                        "/ plain method",  "95 % interval",
                                        " check",          NULL};
    char why[ILL_SIZE];
    html(to, "<p>One step of every optimizer with its presets: %zu coordinates, 1 thread, %zu rounds.</p>\n", s->dim,
         s->rounds);
    if (s->note[0]) {
        html(to, "<p class=\"help\">%s</p>\n", s->note);
        return;
    }
    report_begin(to, "steps", "table", "One step of every optimizer", heads);
    for (size_t i = 0; i < s->cells; i++) {
        const step_cell *c = &s->cell[i];
        html(to, "<tr><th scope=\"row\">%s</th>", c->ops->name);
        if (c->verdict != OK) {
            bad(to, 12, ill_step(why, c));
            continue;
        }
        html(to, "<td class=\"n\">%zu</td><td class=\"n\">%s</td>", 8 * c->vectors, c->two_passes ? "2" : "1");
        number(to, 1e3 * c->seconds.median, 4);
        range(to, 1e3 * c->seconds.q1, 1e3 * c->seconds.q3);
        number(to, c->gbytes, 3);
        ratio(to, c->against[LOOP]);
        ratio(to, c->against[PASSES]);
        ratio(to, c->against[OWN]);
        html(to, "<td class=\"ok\">ok</td></tr>\n");
    }
    report_end(to);
    html(to, "<dl class=\"help\"><dt>its loop</dt><dd>reads w, g and the state of the method, writes w and the state"
             "</dd>\n"
             "<dt>passes</dt><dd>2 for methods that need sums over all coordinates first; its passes: w and g are read "
             "once more before its loop</dd>\n"
             "<dt>plain method</dt><dd>its formula in a loop that checks nothing, while a step looks for numbers that "
             "are not finite</dd>\n"
             "<dt>ratios</dt><dd>of times, below 1 the step is faster; medians over the rounds</dd></dl>\n");
}

/* ---- races */

void report_race(FILE *to, const race *r)
{
    char against[NAME_SIZE], batch[NAME_SIZE], why[ILL_SIZE];
    snprintf(against, sizeof against, "time / %s", r->runner[0].name);
    const char *heads[] = {" method", "batch",         "steps", "passes",        "GB/s",   "GFLOP/s",
                           "ms",      "quartiles, ms", against, "95 % interval", " check", NULL};
    html(to, "<p>%zu × %zu doubles, 1 thread, %zu rounds. Timed is %s.</p>\n", r->rows, r->cols, r->rounds, r->timed);
    if (r->note[0]) {
        html(to, "<p class=\"help\">%s</p>\n", r->note);
        return;
    }
    report_begin(to, r->name, "table", r->title, heads);
    for (size_t i = 0; i < r->runners; i++) {
        const runner *k = &r->runner[i];
        html(to, "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td>", k->name, batch_name(batch, k->batch));
        if (k->verdict != OK) {
            bad(to, 9, ill_runner(why, k));
            continue;
        }
        html(to, "<td class=\"n\">%zu</td>", (size_t)k->steps);
        number(to, k->passes, 3);
        number(to, 1e-9 * k->bytes / k->seconds.median, 3);
        number(to, 1e-9 * k->flops / k->seconds.median, 3);
        number(to, 1e3 * k->seconds.median, 4);
        range(to, 1e3 * k->seconds.q1, 1e3 * k->seconds.q3);
        ratio(to, k->ratio);
        html(to, "<td class=\"ok\">ok</td></tr>\n");
    }
    report_end(to);
    html(to,
         "<dl class=\"help\"><dt>passes</dt><dd>rows evaluated over the rows there are</dd>\n"
         "<dt>ratios</dt><dd>of times, above 1 is slower; medians over the rounds</dd>\n"
         "<dt>ok</dt><dd>%s</dd></dl>\n",
         r->must);
    if (r->remark[0])
        html(to, "<p class=\"help\">%s.</p>\n", r->remark);
}
