/* lgd info: the library in use, and what it knows. */
#include "arguments.h"
#include "cli.h"
#include <stdlib.h>
#include <string.h>

enum id { HELP };

static const argument lines[] = {{HELP, 'h', "help", no_argument, "", "prints this"}};

static bool take(void *ctx, int id, const char *value)
{
    (void)id;
    (void)value;
    return *(bool *)ctx = true;
}

static const arguments known = {"lgd", "lgd info", lines, sizeof lines / sizeof *lines, take};

/* What lgd_minimize goes by where nothing is said: LGD_NUM_THREADS, then OMP_NUM_THREADS, then 1. */
static void print_threads(void)
{
    const char *own = getenv("LGD_NUM_THREADS"), *openmp = getenv("OMP_NUM_THREADS");
    if (own && *own)
        printf("threads    LGD_NUM_THREADS is %s\n", own);
    else if (openmp && *openmp)
        printf("threads    OMP_NUM_THREADS is %s\n", openmp);
    else
        printf("threads    1; LGD_NUM_THREADS is not set\n");
}

static void print_optimizers(void)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)); i++)
        printf("  %-20s %s\n", ops->name, ops->about);
}

static void print_all(void)
{
    printf("lgd        %s\n", LGD_VERSION);
    printf("library    %s\n", lgd_build_info());
    print_threads();
    printf("\nlosses\n");
    losses_print(stdout);
    printf("\noptimizers\n");
    print_optimizers();
}

int info_main(int argc, char **argv)
{
    bool help = false;
    int rest;
    if (!arguments_parse(&known, argc, argv, &help, &rest))
        return EXIT_USAGE;
    const char *word = rest < argc ? argv[rest] : NULL;
    const bool losses = word && !strcmp(word, "losses"), optimizers = word && !strcmp(word, "optimizers");
    if (rest + 1 < argc || (word && !losses && !optimizers)) {
        refuse("\"%s\" is no list, losses or optimizers is accepted   (lgd info --help)", argv[argc - 1]);
        return EXIT_USAGE;
    }
    if (help) {
        fputs("usage: lgd info [losses | optimizers]\nPrints the library in use, its BLAS and LAPACK, its threads, "
              "losses and optimizers; "
              "or only these, with\ntheir parameters.\n\n",
              stdout);
        arguments_help(&known, stdout);
    } else if (losses) {
        losses_print(stdout);
    } else if (optimizers) {
        print_optimizers();
    } else {
        print_all();
    }
    return stdout_finish() ? EXIT_OK : EXIT_FAILED;
}
