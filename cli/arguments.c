/* The parser of command lines, around getopt_long. */
#include "arguments.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64, LETTERS = 256, LONGEST = 32 };

void arguments_help(const arguments *a, FILE *to)
{
    bool letters = false;
    for (size_t i = 0; i < a->count; i++)
        letters = letters || a->list[i].letter;
    for (size_t i = 0; i < a->count; i++) {
        const argument *one = a->list + i;
        char left[2 * LONGEST + 8], letter[8];
        snprintf(letter, sizeof letter, "-%c, ", one->letter);
        snprintf(left, sizeof left, "%s--%s%s", one->letter ? letter : letters ? "    " : "", one->name, one->shape);
        fprintf(to, "  %-*s %s\n", letters ? 27 : 23, left, one->help);
    }
}

/* ---- the nearest name, by Levenshtein's distance */

static size_t distance(const char *a, const char *b)
{
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

const char *argument_nearest(const char *text, const char *(*name)(const void *ctx, size_t i), const void *ctx)
{
    const char *near = NULL, *one;
    size_t least = 4;
    for (size_t i = 0; (one = name(ctx, i)); i++) {
        size_t d = distance(text, one);
        if (d < least && d < strlen(text)) { /* else nothing of it is left */
            least = d;
            near = one;
        }
    }
    return near;
}

static const char *name_of(const void *ctx, size_t i)
{
    const arguments *a = ctx;
    return i < a->count ? a->list[i].name : NULL;
}

/* ---- what is refused */

static bool refuse_option(const arguments *a, const char *text)
{
    char name[LONGEST + 16];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "="), text);
    const char *near = argument_nearest(name + strspn(name, "-"), name_of, a);
    if (near)
        fprintf(stderr, "%s: unknown option %s; did you mean --%s?   (%s --help)\n", a->program, name, near,
                a->command);
    else
        fprintf(stderr, "%s: unknown option %s   (%s --help)\n", a->program, name, a->command);
    return false;
}

static bool refuse_letter(const arguments *a, int letter, const char *letters)
{
    const char *why = letters[1] ? "" : ": options have two dashes";
    fprintf(stderr, "%s: unknown option -%c%s   (%s --help)\n", a->program, letter, why, a->command);
    return false;
}

static bool refuse(const arguments *a, const char *text, const char *why)
{
    fprintf(stderr, "%s: %.*s %s   (%s --help)\n", a->program, (int)strcspn(text, "="), text, why, a->command);
    return false;
}

/* ---- parsing */

static const argument *met(const arguments *a, int got)
{
    if (got >= LETTERS)
        return a->list + (got - LETTERS);
    size_t i = 0;
    while (a->list[i].letter != got)
        i++;
    return a->list + i;
}

bool arguments_parse(const arguments *a, int argc, char **argv, void *ctx, int *rest)
{
    struct option known[MOST + 1] = {{0, 0, 0, 0}};
    char letters[2 * MOST + 2] = ":";
    for (size_t i = 0; i < a->count && i < MOST; i++) {
        const argument *one = a->list + i;
        known[i] = (struct option){one->name, one->takes, NULL, LETTERS + (int)i};
        if (one->letter)
            strcat(strncat(letters, &one->letter, 1), one->takes == no_argument ? "" : ":");
    }
    opterr = 0;
    optind = 1;
    for (int got; (got = getopt_long(argc, argv, letters, known, NULL)) != -1;) {
        if (got == '?' && optopt >= LETTERS)
            return refuse(a, argv[optind - 1], "takes no value");
        if (got == '?' && optopt)
            return refuse_letter(a, optopt, letters);
        if (got == '?')
            return refuse_option(a, argv[optind - 1]);
        if (got == ':')
            return refuse(a, argv[optind - 1], "needs a value");
        if (!a->take(ctx, met(a, got)->id, optarg))
            return false;
    }
    *rest = optind;
    return true;
}

/* ---- values */

bool argument_count(const arguments *a, const char *option, const char *text, uint64_t least, uint64_t most,
                    uint64_t *value)
{
    char *end = NULL;
    errno = 0;
    *value = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && !errno && *value >= least && *value <= most)
        return true;
    fprintf(stderr, "%s: --%s is \"%s\", a number from %llu to %llu is accepted\n", a->program, option, text,
            (unsigned long long)least, (unsigned long long)most);
    return false;
}

bool argument_size(const arguments *a, const char *option, const char *text, uint64_t least, uint64_t most,
                   size_t *value)
{
    uint64_t wide;
    bool ok = argument_count(a, option, text, least, most, &wide);
    if (ok)
        *value = (size_t)wide;
    return ok;
}

bool argument_real(const arguments *a, const char *option, const char *text, double least, bool closed, double *value)
{
    char *end = NULL;
    *value = strtod(text, &end);
    const bool digits = strspn(text, "0123456789.+-eE") == strlen(text); /* no blanks, hexadecimal or words */
    if (*text && digits && !*end && isfinite(*value) && (*value > least || (closed && *value == least)))
        return true;
    fprintf(stderr, "%s: --%s is \"%s\", a number %s %g is accepted\n", a->program, option, text,
            closed ? "at least" : "above", least);
    return false;
}

bool argument_word(const arguments *a, const char *option, const char *text, const char *const *words, int *choice)
{
    for (*choice = 0; words[*choice]; (*choice)++)
        if (!strcmp(text, words[*choice]))
            return true;
    fprintf(stderr, "%s: --%s is \"%s\", ", a->program, option, text);
    for (size_t i = 0; words[i]; i++)
        fprintf(stderr, "%s%s", words[i], !words[i + 1] ? " is accepted\n" : words[i + 2] ? ", " : " or ");
    return false;
}
