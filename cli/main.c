/* lgd: linear models from tables, by the command line. */
#include "arguments.h"
#include "cli.h"
#include <string.h>

static const struct command {
    const char *name, *shape, *about;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"fit", " DATA", "fits a linear model to a table and prints its coefficients", fit_main},
    {"predict", " MODEL DATA", "prints what a model predicts for each row of a table", predict_main},
    {"convert", " DATA FILE", "writes a table in another format", convert_main},
    {"info", " [DATA]", "prints the library in use and what it knows, or what stands in a file", info_main},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const char *command_name(const void *ctx, size_t i)
{
    (void)ctx;
    return i < COMMANDS ? commands[i].name : NULL;
}

static void print_help(FILE *to)
{
    fputs("usage: lgd COMMAND [word...]\nFits linear models to tables, by libgd.\n\n", to);
    for (size_t i = 0; i < COMMANDS; i++) {
        char left[32];
        snprintf(left, sizeof left, "%s%s", commands[i].name, commands[i].shape);
        fprintf(to, "  lgd %-19s %s\n", left, commands[i].about);
    }
    fputs("\n  --version               prints the version\n  --help                  prints this; lgd COMMAND --help "
          "has the "
          "options\n",
          to);
}

static int refuse_word(const char *word)
{
    const char *near = argument_nearest(word, command_name, NULL);
    if (*word == '-')
        refuse("unknown option %s; options of a command come after its name   (lgd --help)", word);
    else if (near)
        refuse("unknown command %s; did you mean %s?   (lgd --help)", word, near);
    else
        refuse("unknown command %s   (lgd --help)", word);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (!strcmp(word, commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    if (!strcmp(word, "--version"))
        printf("lgd %s\n", LGD_VERSION);
    else if (!strcmp(word, "--help") || !strcmp(word, "-h"))
        print_help(stdout);
    else
        return refuse_word(word);
    return stdout_finish() ? EXIT_OK : EXIT_FAILED;
}
