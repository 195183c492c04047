/* The command line. One table makes the parser and --help. */
#include "bench.h"
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
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

static const struct line {
    enum id id;
    const char *name;
    int takes; /* no_argument, required_argument, optional_argument */
    const char *shape, *help;
} lines[] = {
    {DATA, "data", required_argument, " FILE",
     "a CSV or TSV file of your own; labels {0, 1} or {-1, 1}: logistic, else linear"},
    {TARGET, "target", required_argument, " NAME",
     "the column of FILE to predict, by name or number from 1 (the last)"},
    {HEADER, "header", required_argument, " WORD", "line 1 of FILE holds names: yes, no or auto (auto)"},
    {SKIP_LINES, "skip-lines", required_argument, " N", "lines of FILE before the table (0)"},
    {QUICK, "quick", no_argument, "", "under 30 seconds: 5 rounds, 30 epochs, short timings, no full gradient"},
    {ROUNDS, "rounds", required_argument, " N", "timings of each cell, at least 3 (11)"},
    {EPOCHS, "epochs", required_argument, " N", "epochs of each method in the comparison (100)"},
    {BATCH, "batch", required_argument, " LIST", "batch sizes (1,8,32,64,256,1024,4096,full)"},
    {THREADS, "threads", required_argument, " LIST", "numbers of threads (1)"},
    {ONLY, "only", required_argument, " LIST", "patterns of what to run, such as 'gemv@64' or '*@full'; see --list"},
    {FULL_GRADIENT, "full-gradient", optional_argument, "[=RxC]",
     "also with --quick: one gradient of R x C (200000x500)"},
    {LIST, "list", optional_argument, " [WHAT]", "names for --only; WHAT: variants or optimizers"},
    {OUT, "out", required_argument, " DIR", "where tables, pictures and report.html go (bench/out)"},
    {JSON, "json", required_argument, " FILE", "where the JSON goes (DIR/run.json)"},
    {REDRAW, "redraw", no_argument, "", "draw the pictures of DIR again from the tables there, measure nothing"},
    {SEED, "seed", required_argument, " N", "of the order of rows, of rounds, of the bootstrap (7)"},
    {VERSION, "version", no_argument, "", "print the version"},
    {HELP, "help", no_argument, "", "print this"},
};
enum { LINES = sizeof lines / sizeof *lines };

void settings_help(FILE *to)
{
    fputs("usage: lgd-bench [option...]\n"
          "Compares descent methods on real data, then times the ways to write a step against libgd.\n"
          "Writes tables, JSON, pictures and one page that shows it all, DIR/report.html.\n\n",
          to);
    for (size_t i = 0; i < LINES; i++) {
        char left[NAME_SIZE];
        snprintf(left, sizeof left, "--%s%s", lines[i].name, lines[i].shape);
        fprintf(to, "  %-23s %s\n", left, lines[i].help);
    }
    fputs("\nbench/peers, in the source tree, has PyTorch beside a step of Adam and scikit-learn beside a lasso.\n"
          "Results go to stdout, progress to stderr. Exit: 0 all checks passed, 1 a check or a file failed, 2 usage, "
          "4 no JSON made.\n",
          to);
}

/* ---- the nearest name, by Levenshtein's distance */

static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 32 };
    size_t row[LONGEST + 1], m = strlen(a), n = strlen(b);
    if (m > LONGEST || n > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; i < m; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t change = corner + (a[i] != b[j]), least = row[j] < row[j + 1] ? row[j] + 1 : row[j + 1] + 1;
            corner = row[j + 1];
            row[j + 1] = change < least ? change : least;
        }
    }
    return row[n];
}

static void refuse_option(const char *text)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "="), text);
    const char *near = NULL;
    size_t least = 4;
    for (size_t i = 0; i < LINES; i++) {
        size_t d = distance(name + strspn(name, "-"), lines[i].name);
        if (d < least) {
            least = d;
            near = lines[i].name;
        }
    }
    if (near)
        fprintf(stderr, "lgd-bench: unknown option %s; did you mean --%s?   (lgd-bench --help)\n", name, near);
    else
        fprintf(stderr, "lgd-bench: unknown option %s   (lgd-bench --help)\n", name);
}

/* ---- numbers */

static bool number(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
    char *end = NULL;
    errno = 0;
    *value = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && !errno && *value >= least && *value <= most)
        return true;
    fprintf(stderr, "lgd-bench: --%s is \"%s\", a number from %llu to %llu is accepted\n", option, text,
            (unsigned long long)least, (unsigned long long)most);
    return false;
}

static bool size(const char *option, const char *text, uint64_t least, uint64_t most, size_t *value)
{
    uint64_t wide;
    bool ok = number(option, text, least, most, &wide);
    if (ok)
        *value = (size_t)wide;
    return ok;
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

static bool header(const char *text, int *choice)
{
    static const struct {
        const char *word;
        lgd_csv_header choice;
    } words[] = {{"auto", LGD_HEADER_AUTO}, {"yes", LGD_HEADER_YES}, {"no", LGD_HEADER_NO}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(text, words[i].word)) {
            *choice = (int)words[i].choice;
            return true;
        }
    fprintf(stderr, "lgd-bench: --header is \"%s\", yes, no or auto is accepted\n", text);
    return false;
}

/* ---- parsing */

static bool take(settings *s, enum id id, const char *arg)
{
    enum { MOST_THREADS = 256 };
    switch (id) {
    case DATA:
        s->data = arg;
        return true;
    case TARGET:
        s->told_about_file = true;
        s->target = arg;
        return true;
    case HEADER:
        s->told_about_file = true;
        return header(arg, &s->header);
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
        return number("seed", arg, 0, UINT64_MAX, &s->seed);
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
    struct option known[LINES + 1] = {{0, 0, 0, 0}};
    bool about_measuring = false;
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
    for (size_t i = 0; i < LINES; i++)
        known[i] = (struct option){lines[i].name, lines[i].takes, NULL, (int)lines[i].id};
    opterr = 0;
    for (int got; (got = getopt_long(argc, argv, ":", known, NULL)) != -1;) {
        if (got == '?' && optopt > ' ') {
            fprintf(stderr, "lgd-bench: unknown option -%c: options have two dashes   (lgd-bench --help)\n", optopt);
            return false;
        }
        if (got == '?' && optopt) {
            fprintf(stderr, "lgd-bench: %.*s takes no value   (lgd-bench --help)\n",
                    (int)strcspn(argv[optind - 1], "="), argv[optind - 1]);
            return false;
        }
        if (got == '?') {
            refuse_option(argv[optind - 1]);
            return false;
        }
        if (got == ':') {
            fprintf(stderr, "lgd-bench: %s needs a value   (lgd-bench --help)\n", argv[optind - 1]);
            return false;
        }
        about_measuring = about_measuring || (got != REDRAW && got != OUT);
        if (!take(s, (enum id)got, optarg))
            return false;
    }
    if (s->wants_list && !s->list && optind < argc)
        s->list = argv[optind++];
    if (optind < argc) {
        fprintf(stderr, "lgd-bench: \"%s\" is not an option   (lgd-bench --help)\n", argv[optind]);
        return false;
    }
    if (s->told_about_file && !s->data) {
        fprintf(stderr, "lgd-bench: --target, --header and --skip-lines are about a file: give --data FILE too\n");
        return false;
    }
    if (s->wants_redraw && about_measuring) {
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
