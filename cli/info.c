/* lgd info: the library in use, and what it knows; or what stands in a file. */
#include "reading.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum id { HELP };

typedef struct info_settings {
    reading how;
    bool help;
} info_settings;

static const argument lines[] = {READING_LINES, {HELP, 'h', "help", no_argument, "", "prints this"}};

static bool take(void *ctx, int id, const char *value);
static const arguments known = {"lgd", "lgd info", lines, sizeof lines / sizeof *lines, take};

static bool take(void *ctx, int id, const char *value)
{
    info_settings *s = ctx;
    return id >= READ_IGNORE ? reading_take(&s->how, &known, id, value) : (s->help = true);
}

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

/* Every column, words and missing cells only counted. */
static bool print_file(reading *how, const char *path)
{
    data d = {0};
    how->csv.no_target = how->format != FORMAT_LIBSVM && !how->target_file && !how->target_dataset;
    how->csv.text = LGD_TEXT_IGNORE;
    how->csv.missing = LGD_MISSING_MEAN;
    how->nameless = true;
    const bool ok = data_read(&d, path, how, true);
    if (ok) {
        printf("%s: %s, %zu rows, %zu columns", path, format_title(how->format), d.rows, d.cols);
        if (d.sparse.row_start) {
            const double numbers = (double)d.sparse.row_start[d.rows];
            printf(", sparse, %.0f numbers, %.3g %% of them all\n", numbers,
                   100 * numbers / ((double)d.rows * (double)d.cols));
        } else {
            printf(", %s precision\n", d.table->X_f32 ? "single" : "double");
        }
        fputs(d.table->notes, stdout);
    }
    data_free(&d);
    return ok;
}

int info_main(int argc, char **argv)
{
    info_settings s = {0};
    int rest;
    if (!arguments_parse(&known, argc, argv, &s, &rest)) {
        reading_free(&s.how);
        return EXIT_USAGE;
    }
    const char *word = rest < argc ? argv[rest] : NULL;
    const bool losses = word && !strcmp(word, "losses"), optimizers = word && !strcmp(word, "optimizers");
    const bool file = word && !losses && !optimizers && !access(word, F_OK);
    if (rest + 1 < argc || (word && !losses && !optimizers && !file)) {
        refuse("\"%s\" is no list, losses or optimizers is accepted, nor a file   (lgd info --help)", argv[argc - 1]);
        reading_free(&s.how);
        return EXIT_USAGE;
    }
    if (s.help) {
        fputs("usage: lgd info [losses | optimizers | DATA]\nPrints the library in use, its BLAS and LAPACK, its "
              "threads, losses and "
              "optimizers; or only these, with\ntheir parameters; or what stands in a file, of any format of lgd "
              "fit.\n\n",
              stdout);
        arguments_help(&known, stdout);
    } else if (file) {
        const bool suits = reading_suits(&s.how, word, false), ok = suits && print_file(&s.how, word);
        reading_free(&s.how);
        return !suits ? EXIT_USAGE : ok && stdout_finish() ? EXIT_OK : EXIT_FAILED;
    } else if (losses) {
        losses_print(stdout);
    } else if (optimizers) {
        print_optimizers();
    } else {
        print_all();
    }
    return stdout_finish() ? EXIT_OK : EXIT_FAILED;
}
