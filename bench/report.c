/* The report: one HTML file that needs nothing beside it, for a browser, a printer or a letter. */
#include "bench.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char look[] =
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d5dae0;--stripe:#f5f7f9;"
    "--best:#dceefb;--link:#0a58a6;--good:#1a6b3c;--goodback:#e4f5ea;--bad:#a40e26;--badback:#fde8ea}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e4e8ec;--soft:#a3acb5;--line:#3a4149;"
    "--stripe:#1c2025;--best:#15324a;--link:#7ab8f5;--good:#7fd6a1;--goodback:#12301f;--bad:#ff9aa5;"
    "--badback:#401a20}}\n"
    "body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:58rem;background:var(--paper);color:var(--ink);"
    "font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\n"
    "h1{font-size:1.7rem;line-height:1.25;margin:0 0 .3rem}"
    "h3{font-size:1rem;margin:1.2rem 0 .3rem}"
    "h2{font-size:1.3rem;margin:2.6rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--line)}"
    "p,dl,ul{margin:.6rem 0}a{color:var(--link)}nav ul{columns:2 18rem;padding-left:1.2rem}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem}dt{font-weight:600}dd{margin:0}"
    "code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}\n"
    ".sub,.help,figcaption{color:var(--soft)}.help,figcaption{font-size:.92rem}"
    ".verdict{display:inline-block;font-weight:600;padding:.35rem .8rem;border-radius:.4rem}"
    ".verdict.good{color:var(--good);background:var(--goodback)}.bad{color:var(--bad);background:var(--badback);"
    "font-weight:600}ul.bad{padding:.6rem .6rem .6rem 2rem;border-radius:.4rem}td.ok{color:var(--good)}\n"
    ".wide{overflow-x:auto;margin:1rem 0}"
    "table{border-collapse:collapse;font-size:.88rem;line-height:1.4;font-variant-numeric:tabular-nums}"
    "caption{text-align:left;font-weight:600;padding:0 0 .3rem .5rem}"
    "th,td{padding:.2rem .5rem;text-align:left;white-space:nowrap;border-bottom:1px solid var(--line)}"
    "th.n,td.n{text-align:right}thead th{white-space:normal;vertical-align:bottom;border-bottom:2px solid var(--line)}"
    "tbody th{font-weight:500}tbody tr:nth-child(even){background:var(--stripe)}tbody tr.best{background:var(--best)}"
    "tbody tr.bad,td.bad{color:var(--bad);background:var(--badback)}"
    ".facts th,.facts td{white-space:normal;vertical-align:top}.facts th{font-weight:600;white-space:nowrap}\n"
    ".grid{table-layout:fixed;width:63em}.grid th{box-sizing:border-box;width:5em}"
    ".grid th:nth-child(1){width:9.5em}.grid th:nth-child(2){width:7em}.grid th:nth-child(3){width:9em}"
    ".grid th:nth-child(4){width:6em}.grid th:nth-child(7){width:10em}.grid th:nth-child(8){width:11.5em}\n"
    "figure{margin:1.6rem 0;break-inside:avoid}"
    "figure svg{display:block;width:100%;max-width:50rem;height:auto;background:#fff;border:1px solid "
    "var(--line);border-radius:.4rem;box-sizing:border-box}figcaption{margin-top:.4rem;max-width:50rem}\n"
    "@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--stripe:#f5f7f9;"
    "--best:#dceefb;--link:#000;--good:#1a6b3c;--goodback:#e4f5ea;--bad:#a40e26;--badback:#fde8ea}"
    "body{max-width:none;padding:0;font-size:10pt}nav{display:none}h2{break-after:avoid}tr{break-inside:avoid}"
    ".wide{overflow:visible}table{font-size:7.5pt}.grid{table-layout:auto;width:auto}th,td{padding:.12rem .3rem}"
    "*{print-color-adjust:exact}}\n";

/* ---- small things */

static void section(FILE *to, const char *id, const char *title)
{
    html(to, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", id, id, title);
}

/* A word as a shell would take it. */
static void shell_word(FILE *to, const char *word)
{
    char part[PATH_SIZE];
    bool plain = *word && !strpbrk(word, " \t\n\"'\\$`&|;<>()*?[]#~!{}");
    html(to, plain ? " " : " '");
    while (*word) {
        size_t length = strcspn(word, "'");
        snprintf(part, sizeof part, "%.*s", (int)(length < sizeof part ? length : sizeof part - 1), word);
        html(to, "%s", part);
        word += strlen(part);
        if (*word == '\'') {
            html(to, "'\\''");
            word++;
        }
    }
    html(to, plain ? "" : "'");
}

static void fact(FILE *to, const char *name, const char *value)
{
    html(to, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n", name, value);
}

/* ---- what ran */

static void facts(FILE *to, const results *r)
{
    const settings *s = r->settings;
    char text[1024], date[64] = "", *next;
    size_t used = 0;
    time_t t = time(NULL);
    struct tm local;
    if (localtime_r(&t, &local))
        strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S %z", &local);
    section(to, "run", "What ran");
    html(to, "<table class=\"facts\">\n<caption>The run</caption>\n<tbody>\n<tr><th "
             "scope=\"row\">command</th>"
             "<td><code>lgd-bench");
    for (int i = 1; i < s->words; i++)
        shell_word(to, s->word[i]);
    html(to, "</code></td></tr>\n");
    fact(to, "date", date);
    fact(to, "machine", machine_name());
    snprintf(text, sizeof text, "%s", lgd_build_info());
    html(to, "<tr><th scope=\"row\">library</th><td>");
    for (char *part = text; part; part = next) { /* its parts end in semicolons */
        next = strstr(part, "; ");
        if (next) {
            *next = 0;
            next += 2;
        }
        html(to, part == text ? "%s" : "<br>%s", part);
    }
    html(to, "</td></tr>\n");
    fact(to, "program", "lgd-bench " LGD_VERSION ", " LGD_BENCH_BUILD);
    for (size_t i = 0; i < s->thread_counts; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, i ? ", %zu" : "%zu", s->thread[i]);
    fact(to, "threads", text);
    snprintf(text, sizeof text, "%llu: the order of rows and of rounds follows from it", (unsigned long long)s->seed);
    fact(to, "seed", text);
    snprintf(text, sizeof text, "%zu of each time, %zu epochs of each descent%s", s->rounds, s->epochs,
             s->quick ? " (--quick: short timings)" : "");
    fact(to, "rounds", text);
    snprintf(text, sizeof text, "%.0f s", r->seconds);
    fact(to, "took", text);
    html(to, "</tbody>\n</table>\n</section>\n");
}

/* ---- pictures */

/* The part of the report a picture belongs to: that of the first table it is made from. */
static const char *part_of(const picture *p)
{
    return !strncmp(p->data, "curves.tsv", 10) || !strncmp(p->data, "compare.tsv", 11) ? "descent"
           : !strncmp(p->data, "grid.tsv", 8)                                          ? "grid"
           : !strncmp(p->data, "gradient.tsv", 12)                                     ? "gradient"
           : !strncmp(p->data, "model.tsv", 9)                                         ? "model"
                                                                                       : "scenes";
}

static bool has_picture(const results *r, const char *part)
{
    for (size_t i = 0; i < r->pictures.count; i++)
        if (r->pictures.picture[i].state == DRAWN && !strcmp(part_of(&r->pictures.picture[i]), part))
            return true;
    return false;
}

static bool figure(FILE *to, const picture *p, const char *out)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s.svg", out, p->name);
    char *svg = file_read(path);
    if (!svg)
        return file_refused(path);
    html(to, "<figure id=\"picture-%s\">\n", p->name);
    fputs(strstr(svg, "<svg"), to);
    free(svg);
    html(to,
         "<figcaption><strong>%s.</strong> %s <span class=\"sub\">Data: <code>%s</code>; script: <code>%s.gp</code>."
         "</span></figcaption>\n</figure>\n",
         p->title, p->alt, p->data, p->name);
    return true;
}

static bool figures(FILE *to, const results *r, const char *part)
{
    for (size_t i = 0; i < r->pictures.count; i++) {
        const picture *p = &r->pictures.picture[i];
        if (p->state == DRAWN && !strcmp(part_of(p), part) && !figure(to, p, r->settings->out))
            return false;
    }
    return true;
}

/* ---- the parts */

static bool descents(FILE *to, const results *r)
{
    char id[NAME_SIZE];
    for (size_t k = 0; k < r->comparisons; k++) {
        const comparison *c = &r->comparison[k];
        const dataset *d = c->data;
        snprintf(id, sizeof id, "data-%zu", k + 1);
        html(to, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">Descent compared on %s</h2>\n", id, id, d->name);
        html(to, "<p>%s: %zu rows, %zu columns.</p>\n<ul class=\"help\">\n", d->title, d->rows, d->cols);
        for (char *said = d->said; said && *said;) {
            size_t length = strcspn(said, "\n");
            bool more = said[length];
            said[length] = 0;
            html(to, "<li>%s</li>\n", said);
            said[length] = more ? '\n' : 0;
            said += length + more;
        }
        html(to, "</ul>\n");
        report_comparison(to, c, id);
        html(to, "</section>\n");
    }
    if (!r->comparisons)
        return true;
    html(
        to,
        "<h3>How to read it</h3>\n<dl class=\"help\"><dt>batch</dt><dd>rows in a step</dd>\n"
        "<dt>epochs</dt><dd>in full batch steps. A method without a rate finds its steps, as proximal_gradient and "
        "fista do, which may take more than one evaluation of the rows, in Newton's methods the Hessian or products "
        "with "
        "it; once rounding leaves it nothing to gain it ends</dd>\n"
        "<dt>rate</dt><dd>of the first step; with batches it falls to 0 along a cosine. It is 1/L(b), L(b) the "
        "expected "
        "smoothness of a batch of b rows, times 1 - momentum; for methods whose step is not linear in the gradient the "
        "best of their preset, 0.001, 0.01 and 0.1. A method that averages keeps its rate and is judged at the "
        "average; "
        "one that asks for the least value of the loss is told it</dd>\n"
        "<dt>above optimum</dt><dd>how much of the loss could still go</dd>\n");
    html(to,
         "<dt>seconds</dt><dd>of the descent alone%s</dd>\n"
         "<dt>to within 1 %%</dt><dd>until the loss was that near the optimum; - if it never was. The first to "
         "arrive is highlighted</dd>\n"
         "<dt>ok</dt><dd>the losses on the way come from another run, and its last weights have the same "
         "bits</dd></dl>\n",
         r->comparison[0].runs > 1 ? ", median of 3 runs" : "");
    if (!has_picture(r, "descent"))
        return true;
    section(to, "descent", "The descents, drawn");
    bool ok = figures(to, r, "descent");
    html(to, "</section>\n");
    return ok;
}

static bool times(FILE *to, const results *r)
{
    bool ok = true;
    if (r->has_grid) {
        section(to, "grid", "Time of one epoch for each batch size");
        report_grid_head(to, &r->grid);
        ok = figures(to, r, "grid");
        report_grid(to, &r->grid);
        html(to, "</section>\n");
    }
    if (r->has_gradient && ok) {
        section(to, "gradient", "One gradient over all rows");
        ok = figures(to, r, "gradient");
        report_gradient(to, &r->gradient);
        if (r->gradient.only_read)
            html(to, "<p class=\"help\">The gradient itself is left out of --quick; --full-gradient adds it.</p>\n");
        html(to, "</section>\n");
    }
    if (r->has_model && ok) {
        section(to, "model", "Time of an epoch against bytes over rate");
        ok = figures(to, r, "model");
        report_model(to, &r->model);
        html(to, "</section>\n");
    }
    if (r->has_steps && ok) {
        section(to, "steps", "One step of every optimizer");
        report_steps(to, &r->steps);
        html(to, "</section>\n");
    }
    for (race_id id = 0; id < RACES && ok; id++)
        if (r->race[id].name) {
            section(to, r->race[id].name, r->race[id].title);
            report_race(to, &r->race[id]);
            html(to, "</section>\n");
        }
    if (ok && has_picture(r, "scenes")) {
        section(to, "scenes", "How the methods move");
        html(to, "<p>These measure no time: they are the same on every machine.</p>\n");
        ok = figures(to, r, "scenes");
        html(to, "</section>\n");
    }
    return ok;
}

/* ---- files */

static void files(FILE *to, const results *r)
{
    static const struct {
        const char *name, *what;
    } list[] = {{"compare.tsv", "the descents, a line for each method"},
                {"curves.tsv", "loss and seconds after each epoch of each method"},
                {"grid.tsv", "the times of an epoch, a line for each variant and batch size"},
                {"gradient.tsv", "the times of one gradient"},
                {"steps.tsv", "the times of one step, a line for each optimizer"},
                {"model.tsv", "epochs and reads, a line for each shape"},
                {"epochs.tsv", "the times of an epoch, a line for each estimator of the gradient"},
                {"factorization.tsv", "the times of an epoch of a factorisation"},
                {"lasso.tsv", "the times to a value of a lasso, a line for each method"},
                {"logistic.tsv", "and of a logistic regression"}};
    const settings *s = r->settings;
    const char *drawn = "NAME";
    for (size_t i = r->pictures.count; i-- > 0;)
        if (r->pictures.picture[i].state == DRAWN)
            drawn = r->pictures.picture[i].name;
    section(to, "files", "Data, and drawing again");
    html(to, "<p>All figures lie in <code>%s</code>, as tables with tabs between the columns and as JSON:</p>\n<dl>",
         s->out);
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (output_has(r, list[i].name))
            html(to, "<dt><code>%s</code></dt><dd>%s</dd>\n", list[i].name, list[i].what);
    html(to, "<dt><code>%s</code></dt><dd>all of it, every sample included</dd></dl>\n",
         s->json ? s->json : "run.json");
    html(to,
         "<p>The script of each picture lies beside its data; <code>gnuplot %s.gp</code> in that folder draws it "
         "again, and "
         "<code>lgd-bench --redraw --out",
         drawn);
    shell_word(to, s->out);
    html(to, "</code> draws them all.</p>\n</section>\n");
}

/* ---- all of it */

static void contents(FILE *to, const results *r)
{
    html(to, "<nav aria-label=\"Contents\">\n<ul>\n<li><a href=\"#run\">What ran</a></li>\n");
    for (size_t k = 0; k < r->comparisons; k++)
        html(to, "<li><a href=\"#data-%zu\">Descent compared on %s</a></li>\n", k + 1, r->comparison[k].data->name);
    html(to,
         has_picture(r, "descent") && r->comparisons ? "<li><a href=\"#descent\">The descents, drawn</a></li>\n" : "");
    html(to, r->has_grid ? "<li><a href=\"#grid\">Time of one epoch for each batch size</a></li>\n" : "");
    html(to, r->has_gradient ? "<li><a href=\"#gradient\">One gradient over all rows</a></li>\n" : "");
    html(to, r->has_model ? "<li><a href=\"#model\">Time of an epoch against bytes over rate</a></li>\n" : "");
    html(to, r->has_steps ? "<li><a href=\"#steps\">One step of every optimizer</a></li>\n" : "");
    for (race_id id = 0; id < RACES; id++)
        if (r->race[id].name)
            html(to, "<li><a href=\"#%s\">%s</a></li>\n", r->race[id].name, r->race[id].title);
    html(to, has_picture(r, "scenes") ? "<li><a href=\"#scenes\">How the methods move</a></li>\n" : "");
    html(to, "<li><a href=\"#checks\">Checks</a></li>\n<li><a href=\"#files\">Data, and drawing "
             "again</a></li>\n</ul>\n</nav>\n");
}

bool report_write(const results *r, const char *path)
{
    FILE *to = fopen(path, "w");
    if (!to)
        return file_refused(path);
    tally all = check_all(r);
    html(to, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
             "<title>Gradient descent compared: lgd-bench " LGD_VERSION "</title>\n<style>\n");
    fputs(look, to);
    html(to, "</style>\n</head>\n<body>\n<header>\n<h1>Gradient descent by all rows, by single rows and by "
             "mini-batches</h1>\n"
             "<p class=\"sub\">Measured by lgd-bench " LGD_VERSION " on");
    for (size_t k = 0; k < r->datasets; k++)
        html(to, k ? " and %s" : " %s", r->data[k].name);
    html(to, ": %s</p>\n<p class=\"verdict %s\">%zu passed, %zu failed</p>\n", machine_name(),
         all.failed ? "bad" : "good", all.passed, all.failed);
    if (all.failed) {
        html(to, "<ul class=\"bad\">\n");
        report_failures(to, r);
        html(to, "</ul>\n");
    }
    html(to, "</header>\n");
    contents(to, r);
    html(to, "<main>\n");
    facts(to, r);
    bool ok = descents(to, r) && times(to, r);
    section(to, "checks", "Checks");
    report_checks(to, r);
    html(to, "</section>\n");
    files(to, r);
    html(to, "</main>\n</body>\n</html>\n");
    return file_finish(to, path) && ok;
}
