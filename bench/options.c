/* The command line. */
#include "../cli/arguments.h"
#include "bench.h"
#include <fnmatch.h>
#include <lgd/io.h>
#include <stdlib.h>
#include <string.h>

enum id {
    DATA,
    TARGET,
    HEADER,
    SKIP_LINES,
    QUICK,
    ROUNDS,
    EPOCHS,
    BATCH,
    THREADS,
    ONLY,
    FULL_GRADIENT,
    LIST,
    OUT,
    JSON,
    REDRAW,
    SEED,
    VERSION,
    HELP
};

static const argument lines[] = {
    {DATA, 0, "data", required_argument, " FILE",
     "a CSV or TSV file of your own; labels {0, 1} or {-1, 1}: logistic, else linear"},
    {TARGET, 0, "target", required_argument, " NAME",
     "the column of FILE to predict, by name or number from 1 (the last)"},
    {HEADER, 0, "header", required_argument, " WORD", "line 1 of FILE holds names: yes, no or auto (auto)"},
    {SKIP_LINES, 0, "skip-lines", required_argument, " N", "lines of FILE before the table (0)"},
    {QUICK, 0, "quick", no_argument, "", "under 30 seconds: 5 rounds, 30 epochs, short timings, no full gradient"},
    {ROUNDS, 0, "rounds", required_argument, " N", "timings of each cell, at least 3 (11)"},
    {EPOCHS, 0, "epochs", required_argument, " N", "epochs of each method in the comparison (100)"},
    {BATCH, 0, "batch", required_argument, " LIST", "batch sizes (1,8,32,64,256,1024,4096,full)"},
    {THREADS, 0, "threads", required_argument, " LIST", "numbers of threads (1)"},
    {ONLY, 0, "only", required_argument, " LIST", "patterns of what to run, such as 'gemv@64' or '*@full'; see --list"},
    {FULL_GRADIENT, 0, "full-gradient", optional_argument, "[=RxC]",
     "also with --quick: one gradient of R x C (200000x500)"},
    {LIST, 0, "list", optional_argument, " [WHAT]", "names for --only; WHAT: variants or optimizers"},
    {OUT, 0, "out", required_argument, " DIR", "where tables, pictures and report.html go (bench/out)"},
    {JSON, 0, "json", required_argument, " FILE", "where the JSON goes (DIR/run.json)"},
    {REDRAW, 0, "redraw", no_argument, "", "draw the pictures of DIR again from the tables there, measure nothing"},
    {SEED, 0, "seed", required_argument, " N", "of the order of rows, of rounds, of the bootstrap (7)"},
    {VERSION, 0, "version", no_argument, "", "print the version"},
    {HELP, 0, "help", no_argument, "", "print this"},
};
static bool take(void *ctx, int id, const char *arg);
static const arguments known = {"lgd-bench", "lgd-bench", lines, sizeof lines / sizeof *lines, take};

void settings_help(FILE *to)
{
    fputs("usage: lgd-bench [option...]\n"
          "Compares descent methods on real data, then times the ways to write a step against libgd.\n"
          "Writes tables, JSON, pictures and one page that shows it all, DIR/report.html.\n\n",
          to);
    arguments_help(&known, to);
    fputs("\nbench/peers, in the source tree, has PyTorch beside a step of Adam and scikit-learn beside a lasso.\n"
          "Results go to stdout, progress to stderr. Exit: 0 all checks passed, 1 a check or a file failed, 2 usage, "
          "4 no JSON made.\n",
          to);
}

/* ---- values */

static bool size(const char *option, const char *text, uint64_t least, uint64_t most, size_t *value)
{
    return argument_size(&known, option, text, least, most, value);
}

/* Numbers between commas; full: the word "full" is 0. A number twice is taken once. */
static bool list(const char *option, const char *text, size_t room, uint64_t most, bool full, size_t *out,
                 size_t *count)
{
    char copy[512];
    if ((size_t)snprintf(copy, sizeof copy, "%s", text) >= sizeof copy || !*text) {
        fprintf(stderr, "lgd-bench: --%s is a list that is %s\n", option, *text ? "too long" : "empty");
        return false;
    }
    *count = 0;
    for (char *at = copy, *next; at; at = next) {
        size_t value = 0, seen = 0;
        next = strchr(at, ',');
        if (next)
            *next++ = 0;
        if (!(full && !strcmp(at, "full")) && !size(option, at, 1, most, &value))
            return false;
        while (seen < *count && out[seen] != value)
            seen++;
        if (seen == room) {
            fprintf(stderr, "lgd-bench: --%s has more than %zu members\n", option, room);
            return false;
        }
        out[seen] = value;
        *count = seen == *count ? seen + 1 : *count;
    }
    return true;
}

static bool shape(settings *s, const char *text)
{
    char rows[32];
    const char *x = strchr(text, 'x');
    snprintf(rows, sizeof rows, "%.*s", x ? (int)(x - text) : 0, text);
    return size("full-gradient", x ? rows : text, 1, INT32_MAX, &s->gradient_rows) &&
           size("full-gradient", x ? x + 1 : "", 1, INT32_MAX / 8, &s->gradient_cols);
}

/* ---- parsing */

typedef struct parsing {
    settings *s;
    bool about_measuring;
} parsing;

static bool take(void *ctx, int id, const char *arg)
{
    enum { MOST_THREADS = 256 };
    static const char *const headers[] = {"auto", "yes", "no", NULL}; /* as in lgd_csv_header */
    parsing *p = ctx;
    settings *s = p->s;
    p->about_measuring = p->about_measuring || (id != REDRAW && id != OUT);
    switch ((enum id)id) {
    case DATA:
        s->data = arg;
        return true;
    case TARGET:
        s->told_about_file = true;
        s->target = arg;
        return true;
    case HEADER:
        s->told_about_file = true;
        return argument_word(&known, "header", arg, headers, &s->header);
    case SKIP_LINES:
        s->told_about_file = true;
        return size("skip-lines", arg, 0, INT32_MAX, &s->skip_lines);
    case QUICK:
        s->quick = true;
        return true;
    case ROUNDS:
        return size("rounds", arg, 3, 100000, &s->rounds);
    case EPOCHS:
        return size("epochs", arg, 1, 1000000, &s->epochs);
    case BATCH:
        return list("batch", arg, MAX_BATCHES, INT32_MAX, true, s->batch, &s->batches);
    case THREADS:
        return list("threads", arg, MAX_THREADS, MOST_THREADS, false, s->thread, &s->thread_counts);
    case ONLY:
        s->only = arg;
        return true;
    case FULL_GRADIENT:
        s->full_gradient = true;
        return !arg || shape(s, arg);
    case LIST:
        s->wants_list = true;
        s->list = arg;
        return true;
    case OUT:
        s->out = arg;
        return true;
    case JSON:
        s->json = arg;
        return true;
    case REDRAW:
        s->wants_redraw = true;
        return true;
    case SEED:
        return argument_count(&known, "seed", arg, 0, UINT64_MAX, &s->seed);
    case VERSION:
        s->wants_version = true;
        return true;
    case HELP:
        s->wants_help = true;
        return true;
    }
    return false;
}

bool settings_parse(settings *s, int argc, char **argv)
{
    static const size_t batches[] = {1, 8, 32, 64, 256, 1024, 4096, 0};
    parsing p = {s, false};
    int rest;
    *s = (settings){.words = argc,
                    .word = argv,
                    .out = "bench/out",
                    .seed = 7,
                    .thread = {1},
                    .thread_counts = 1,
                    .batches = 8,
                    .gradient_rows = 200000,
                    .gradient_cols = 500};
    memcpy(s->batch, batches, sizeof batches);
    if (!arguments_parse(&known, argc, argv, &p, &rest))
        return false;
    if (s->wants_list && !s->list && rest < argc)
        s->list = argv[rest++];
    if (rest < argc) {
        fprintf(stderr, "lgd-bench: \"%s\" is not an option   (lgd-bench --help)\n", argv[rest]);
        return false;
    }
    if (s->told_about_file && !s->data) {
        fprintf(stderr, "lgd-bench: --target, --header and --skip-lines are about a file: give --data FILE too\n");
        return false;
    }
    if (s->wants_redraw && p.about_measuring) {
        fprintf(stderr, "lgd-bench: --redraw measures nothing: it goes with --out alone   (lgd-bench --help)\n");
        return false;
    }
    s->rounds = s->rounds ? s->rounds : s->quick ? 5 : 11;
    s->epochs = s->epochs ? s->epochs : s->quick ? 30 : 100;
    return true;
}

bool settings_choose(const settings *s, const char *name, const char *where)
{
    if (!s->only)
        return true;
    char whole[2 * NAME_SIZE + 1], pattern[PATH_SIZE];
    snprintf(whole, sizeof whole, "%s@%s", name, where);
    for (const char *at = s->only; at; at = strchr(at, ','), at = at ? at + 1 : NULL) {
        snprintf(pattern, sizeof pattern, "%.*s", (int)strcspn(at, ","), at);
        if (!fnmatch(pattern, strchr(pattern, '@') ? whole : name, 0))
            return true;
    }
    return false;
}

char *batch_name(char name[NAME_SIZE], size_t batch)
{
    snprintf(name, NAME_SIZE, batch ? "%zu" : "full", batch);
    return name;
}
