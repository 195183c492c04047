/* What a person reads, on stdout. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *digits(char text[NAME_SIZE], double x, int significant)
{
    double size = fabs(x);
    if (isnan(x))
        snprintf(text, NAME_SIZE, "-");
    else if (size != 0 && (size < 1e-3 || size >= 1e6))
        snprintf(text, NAME_SIZE, "%.*e", significant - 1, x);
    else {
        int before = size >= 1 ? (int)floor(log10(size)) + 1 : size == 0 ? 1 : (int)floor(log10(size)) + 1;
        snprintf(text, NAME_SIZE, "%.*f", significant > before ? significant - before : 0, x);
    }
    return text;
}

/* Colour for words of state, where a person looks at a terminal and has not asked for none. */
static const char *state(const char *word, const char *colour)
{
    static char text[NAME_SIZE];
    static int coloured = -1;
    if (coloured < 0) {
        const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
        coloured = isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
    }
    if (!coloured)
        return word;
    snprintf(text, sizeof text, "\033[%sm%s\033[0m", colour, word);
    return text;
}

static const char *verdict_word(verdict v)
{
    return v == OK ? "ok" : v == WRONG ? state("WRONG", "1;31") : state("FAILED", "1;31");
}

static void indented(const char *lines)
{
    while (lines && *lines) {
        size_t length = strcspn(lines, "\n");
        printf("  %.*s\n", (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}

void table_head(const settings *s)
{
    printf("lgd-bench %s (%s): gradient descent by all rows, by single rows and by mini-batches, on real data\n",
           LGD_VERSION, LGD_BENCH_BUILD);
    char info[1024];
    snprintf(info, sizeof info, "%s", lgd_build_info());
    for (char *part = info, *end; part; part = end) { /* its parts end in semicolons */
        end = strstr(part, "; ");
        if (end) {
            *end = 0;
            end += 2;
        }
        printf("  %s\n", part);
    }
    printf("  machine: %s\n  seed %llu\n", machine_name(), (unsigned long long)s->seed);
}

void table_data(const dataset *d)
{
    printf("\n%s\n  %zu rows, %zu columns\n", d->title, d->rows, d->cols);
    indented(d->said);
}

/* ---- comparison */

void table_compare(const comparison *c)
{
    const dataset *d = c->data;
    char t[8][NAME_SIZE];
    printf("\nDescent compared on %s: %s regression", d->name, d->logistic ? "logistic" : "linear");
    if (c->l2 > 0)
        printf(", L2 %g", c->l2);
    printf(", %zu thread%s\n", c->threads, c->threads > 1 ? "s" : "");
    printf("  loss %s at w = 0, %s at the optimum (Newton's method)\n\n", digits(t[0], c->start, 4),
           digits(t[1], c->optimum, 6));
    printf("  %-19s %5s %10s %7s %10s %14s %9s %9s   %s\n", "method", "batch", "rate", "epochs", "loss",
           "above optimum", d->logistic ? "accuracy" : "R2", "seconds", "to within 1 % of the optimum");
    for (size_t i = 0; i < c->methods; i++) {
        const method *m = &c->method[i];
        if (m->verdict == FAILED) {
            printf("  %-19s %5s %s: %s\n", m->name, batch_name(t[0], m->batch), verdict_word(FAILED), m->why);
            continue;
        }
        printf("  %-19s %5s %10s %7zu %10s %14s %9s %9s   ", m->name, batch_name(t[0], m->batch),
               digits(t[1], m->lr, 3), m->epochs, digits(t[2], m->loss, 5), digits(t[3], m->gap, 2),
               digits(t[4], m->score, 4), digits(t[5], m->seconds, 3));
        if (isnan(m->to_one))
            printf("%s", "not reached");
        else
            printf("%s s, %zu epoch%s", digits(t[6], m->to_one, 3), m->epochs_to_one, m->epochs_to_one == 1 ? "" : "s");
        if (m->verdict == WRONG)
            printf("  %s (off by %.1e)", verdict_word(WRONG), m->error);
        printf("\n");
    }
}

void table_compare_legend(const comparison *c)
{
    printf(
        "\n  batch: rows in a step. above optimum: how much of the loss could still go. rate: of the first step; with\n"
        "  batches it falls to 0 along a cosine. It is 1/L(b), L(b) the expected smoothness of a batch of b rows, "
        "times\n"
        "  1 - momentum; for methods whose step is not linear in the gradient the best of their preset, 0.001, 0.01 "
        "and\n"
        "  0.1. A method that averages keeps its rate and is judged at the average; one that asks for the least value "
        "of\n"
        "  the loss is told it. seconds: of the descent alone%s. The losses on the way come from\n"
        "  another run, whose last weights must have the same bits. In full batch an epoch is a step. A method without "
        "a\n"
        "  rate finds its steps, as proximal_gradient and fista do, which may take more than one evaluation of the "
        "rows, "
        "in\n"
        "  Newton's methods the Hessian or products with it; once rounding leaves it nothing to gain it ends.\n",
        c->runs > 1 ? ", median of 3 runs" : "");
}

/* ---- grid */

static void grid_row(const grid_cell *c, bool threads)
{
    char t[8][NAME_SIZE], name[2 * NAME_SIZE], range[2 * NAME_SIZE];
    const char *batch = batch_name(t[0], c->batch);
    if (threads)
        snprintf(name, sizeof name, "%s x%zu", c->variant->name, c->threads);
    else
        snprintf(name, sizeof name, "%s", c->variant->name);
    if (c->verdict == FAILED) {
        printf("  %5s  %-18s %s: %s\n", batch, name, verdict_word(FAILED), c->why);
        return;
    }
    if (c->verdict == WRONG) {
        printf("  %5s  %-18s %s: weights differ by %.1e\n", batch, name, verdict_word(WRONG), c->error);
        return;
    }
    bool reference = c->variant == &c->grid->variant[0];
    snprintf(range, sizeof range, "[%s - %s]", digits(t[1], 1e3 * c->seconds.q1, 3),
             digits(t[2], 1e3 * c->seconds.q3, 3));
    printf("  %5s  %-18s %9s  %-17s %8s %7s %7s   %5s ", batch, name, digits(t[3], 1e3 * c->seconds.median, 4), range,
           digits(t[4], c->gflops, 3), digits(t[5], c->gbytes, 3), digits(t[7], c->streaming, 2),
           digits(t[6], c->ratio.median, 3));
    if (reference)
        printf("%-15s ref", "");
    else {
        snprintf(range, sizeof range, "(%s-%s)", digits(t[1], c->ratio.low, 3), digits(t[2], c->ratio.high, 3));
        printf("%-15s ok", range);
    }
    if (c->best)
        printf("%s  %s", reference ? "" : " ", state("best", "32"));
    if (c->noisy)
        printf("%s  %s", reference || c->best ? "" : " ", state("noisy", "33"));
    printf("\n");
}

void table_grid(const grid *g)
{
    bool threads = false;
    size_t wrong = 0, noisy = 0, sound = 0;
    const grid_cell *noisiest = NULL;
    for (size_t i = 0; i < g->cells; i++)
        threads = threads || g->cell[i].threads > 1;
    printf("\nTime of one epoch: linear regression on %s, %zu x %zu doubles, %zu rounds, cells in random order\n",
           g->name, g->problem.rows, g->problem.cols, g->rounds);
    printf("  scalar: plain C loops, the reference. blas1: ddot and daxpy a row. gemv: batch gathered, two dgemv.\n"
           "  libgd/...: lgd_minimize with that optimizer; sgd does the work of the first three.\n\n");
    printf("  %5s  %-18s %9s  %-17s %8s %7s %7s   %5s %-15s %s\n", "batch", "variant", "epoch ms", "[   q1 -    q3]",
           "GFLOP/s", "GB/s", "of rate", "ratio", "(95 % interval)", "check");
    for (size_t i = 0; i < g->cells; i++) {
        const grid_cell *c = &g->cell[i];
        if (i && c->batch != g->cell[i - 1].batch)
            printf("\n");
        grid_row(c, threads);
        bool reference = c->variant == &g->variant[0];
        sound += c->verdict == OK && !reference;
        wrong += c->verdict != OK;
        noisy += c->verdict == OK && c->noisy;
        if (c->verdict == OK && c->noisy &&
            (!noisiest || c->seconds.q3 - c->seconds.q1 > noisiest->seconds.q3 - noisiest->seconds.q1))
            noisiest = c;
    }
    printf("\n  ms: median and quartiles. GFLOP/s and GB/s by the model 4mn flop and 8mn bytes an epoch. of rate: "
           "GB/s\n  over those at which memory "
           "can be read, above 1 where data stay in cache. ratio: the "
           "reference's\n"
           "  time over this one's, median over the rounds. ok: the weights of 2 epochs are those of scalar loops to "
           "1e-10.\n"
           "  noisy: the quartiles are more than 10 %% of the median apart.\n");
    if (g->note[0])
        printf("  left out: %s.\n", g->note);
    printf("  %zu cells: %zu ok, %zu wrong, %zu noisy", g->cells, sound, wrong, noisy);
    if (noisiest) {
        char name[NAME_SIZE];
        printf(" (to repeat one: lgd-bench --only '%s@%s' --rounds 31)", noisiest->variant->name,
               batch_name(name, noisiest->batch));
    }
    printf("\n");
}

/* ---- gradient */

static const char *ratio_text(char text[NAME_SIZE], interval r)
{
    char t[3][NAME_SIZE];
    if (isnan(r.median))
        return strcpy(text, "-");
    snprintf(text, NAME_SIZE, "%.8s (%.8s-%.8s)", digits(t[0], r.median, 3), digits(t[1], r.low, 3),
             digits(t[2], r.high, 3));
    return text;
}

void table_gradient(const gradient *g)
{
    char t[8][NAME_SIZE], range[2 * NAME_SIZE];
    double bytes = 8.0 * (double)g->problem.rows * (double)g->problem.cols;
    if (g->only_read)
        printf("\nReading memory, %.0f MB, %zu rounds: the limit of all that reads X once\n", 1e-6 * bytes, g->rounds);
    else
        printf("\nOne gradient over all of X: %zu x %zu doubles, %.0f MB, %zu rounds; is X read only once?\n",
               g->problem.rows, g->problem.cols, 1e-6 * bytes, g->rounds);
    if (g->note[0]) {
        printf("  %s\n", g->note);
        return;
    }
    printf("\n  %-18s %7s %9s  %-17s %7s", "what", "threads", "ms", "[   q1 -    q3]", "GB/s");
    if (!g->only_read)
        printf("   %-20s", "speed against gemv");
    printf(g->only_read ? "   %s\n" : "   %-20s check\n", "against 8 streams");
    for (size_t i = 0; i < g->cells; i++) {
        const gradient_cell *c = &g->cell[i];
        printf("  %-18s %7zu ", c->name, c->threads);
        if (c->verdict != OK) {
            printf("%s: the gradient differs by %.1e\n", verdict_word(c->verdict), c->error);
            continue;
        }
        snprintf(range, sizeof range, "[%s - %s]", digits(t[0], 1e3 * c->seconds.q1, 3),
                 digits(t[1], 1e3 * c->seconds.q3, 3));
        printf("%9s  %-17s %7s", digits(t[2], 1e3 * c->seconds.median, 4), range, digits(t[3], c->gbytes, 3));
        if (!g->only_read)
            printf("   %-20s", ratio_text(t[4], c->to_gemv));
        printf(c->streams ? "   %s\n" : "   %-20s ok\n", ratio_text(t[5], c->to_read));
    }
    if (!g->only_read)
        printf("\n  gemv, twice: what most programs do, X read two times. GB/s: 8mn bytes over the time, as if read "
               "once.\n");
}

/* ---- steps */

void table_steps(const step_times *s)
{
    char t[8][NAME_SIZE], range[2 * NAME_SIZE];
    printf(
        "\nOne step of every optimizer: %zu coordinates, presets, 1 thread, %zu rounds; what does it cost beside the "
        "loop\nthat moves the same state?\n",
        s->dim, s->rounds);
    if (s->note[0]) {
        printf("  %s\n", s->note);
        return;
    }
    printf("\n  %-19s %5s %6s %8s  %-15s %5s   %-18s %-18s %-18s check\n", "method", "state", "passes", "ms",
           "[  q1 -   q3]", "GB/s", "time / its loop", "/ its passes", "/ plain method");
    for (size_t i = 0; i < s->cells; i++) {
        const step_cell *c = &s->cell[i];
        printf("  %-19s ", c->ops->name);
        if (c->verdict != OK) {
            printf("%s: %s (differs by %.1e)\n", verdict_word(c->verdict), c->verdict == FAILED ? c->why : "the point",
                   c->error);
            continue;
        }
        snprintf(range, sizeof range, "[%s - %s]", digits(t[0], 1e3 * c->seconds.q1, 3),
                 digits(t[1], 1e3 * c->seconds.q3, 3));
        printf("%5zu %6d %8s  %-15s %5s   %-18s %-18s %-18s ok\n", 8 * c->vectors, c->two_passes ? 2 : 1,
               digits(t[2], 1e3 * c->seconds.median, 4), range, digits(t[3], c->gbytes, 3),
               ratio_text(t[4], c->against[LOOP]), ratio_text(t[5], c->against[PASSES]),
               ratio_text(t[6], c->against[OWN]));
    }
    printf("\n  state: bytes a coordinate. its loop: reads w, g and the state, writes w and the state. passes: 2 for "
           "methods that\n"
           "  need sums over all coordinates first; its passes: w and g are read once more before its loop. plain "
           "method: the\n"
           "  formula in a loop that checks nothing, while a step looks for numbers that are not finite. Ratios of "
           "times, below\n"
           "  1 is faster, medians over the rounds. GB/s: 8 (3 + 2 vectors) bytes a coordinate, and 16 where there "
           "are 2 passes.\n");
}

/* ---- races */

void table_race(const race *r)
{
    char t[5][NAME_SIZE], range[2 * NAME_SIZE];
    printf("\n%s: %zu x %zu doubles, 1 thread, %zu rounds\n", r->title, r->rows, r->cols, r->rounds);
    if (r->note[0]) {
        printf("  %s\n", r->note);
        return;
    }
    printf("\n  %-19s %6s %8s %8s %7s %8s %9s  %-17s   time / %-13s check\n", "method", "batch", "steps", "passes",
           "GB/s", "GFLOP/s", "ms", "[  q1 -   q3]", r->runner[0].name);
    for (size_t i = 0; i < r->runners; i++) {
        const runner *k = &r->runner[i];
        printf("  %-19s %6s ", k->name, batch_name(t[0], k->batch));
        if (k->verdict != OK) {
            printf("%s: %s (off by %.1e)\n", verdict_word(k->verdict), k->verdict == FAILED ? k->why : "the result",
                   k->error);
            continue;
        }
        snprintf(range, sizeof range, "[%s - %s]", digits(t[0], 1e3 * k->seconds.q1, 3),
                 digits(t[1], 1e3 * k->seconds.q3, 3));
        printf("%8zu %8s ", (size_t)k->steps, digits(t[2], k->passes, 3));
        printf("%7s %8s ", digits(t[2], 1e-9 * k->bytes / k->seconds.median, 3),
               digits(t[3], 1e-9 * k->flops / k->seconds.median, 3));
        printf("%9s  %-17s   %-20s ok\n", digits(t[3], 1e3 * k->seconds.median, 4), range, ratio_text(t[4], k->ratio));
    }
    printf("\n  Timed is %s. Steps, passes over the rows, bytes and flops are those of it, by the run's report.\n  "
           "Ratios of times, above 1 is slower, "
           "medians over the rounds. ok: %s.\n",
           r->timed, r->must);
    for (size_t i = 0; i < r->runners && r->counted; i++)
        if (r->runner[i].verdict == OK)
            printf("  %s: %s million %s a second.\n", r->runner[i].name,
                   digits(t[0], 1e-6 * (double)r->rows / r->runner[i].seconds.median, 3), r->counted);
    if (r->remark[0])
        printf("  %s.\n", r->remark);
}
