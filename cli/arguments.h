/* The words of a command line. One table makes the parser and --help; what is wrong is refused by a sentence on stderr. */
#ifndef LGD_CLI_ARGUMENTS_H
#define LGD_CLI_ARGUMENTS_H
#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* An option: --name, or -letter where that is not 0. takes: no_argument, required_argument or optional_argument; shape: what --help
 * shows of its value. */
typedef struct argument {
    int id; /* the caller's */
    char letter;
    const char *name;
    int takes;
    const char *shape, *help;
} argument;

/* Those of a command. Sentences begin with program, "lgd: ", and end with where to ask, "(lgd fit --help)". take receives each option
 * as it is met, and its value or NULL; it is false after a sentence. */
typedef struct arguments {
    const char *program, *command;
    const argument *list;
    size_t count;
    bool (*take)(void *ctx, int id, const char *value);
} arguments;

/* False after a sentence. argv is put in order: the words that are no options begin at *rest. */
bool arguments_parse(const arguments *a, int argc, char **argv, void *ctx, int *rest);

/* One line for each option. */
void arguments_help(const arguments *a, FILE *to);

/* The name(ctx, i), ended by NULL, that is at most three letters from text, and not all of it; NULL if none is. */
const char *argument_nearest(const char *text, const char *(*name)(const void *ctx, size_t i), const void *ctx);

/* The value of --option, or false after a sentence: a whole number; a number (least itself only if `closed`); one of words, which end
 * with NULL, by its place. */
bool argument_count(const arguments *a, const char *option, const char *text, uint64_t least, uint64_t most,
                    uint64_t *value);
bool argument_size(const arguments *a, const char *option, const char *text, uint64_t least, uint64_t most,
                   size_t *value);
bool argument_real(const arguments *a, const char *option, const char *text, double least, bool closed, double *value);
bool argument_word(const arguments *a, const char *option, const char *text, const char *const *words, int *choice);

#endif
