/* A locale whose decimal point is a comma, for readers and writers whose numbers have a point whatever the locale is. */
#ifndef LGD_TESTS_COMMA_H
#define LGD_TESTS_COMMA_H
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline bool comma_is_in(const char *name)
{
    const bool found = setlocale(LC_NUMERIC, name) && !strcmp(localeconv()->decimal_point, ",");
    setlocale(LC_ALL, "C");
    return found;
}

/* The name of one that is installed, or of one that localedef makes in `folder` of four lines; NULL, and a line of TAP, where none can be
 * had: the cases for it then run in the C locale. */
static inline const char *comma_locale_in(const char *folder)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8",  "de_DE",
                                        "fr_FR.UTF-8", "pl_PL.UTF-8", "ru_RU.UTF-8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (comma_is_in(names[i]))
            return names[i];
    char text[600];
    snprintf(text, sizeof text, "%s/comma.src", folder);
    FILE *file = fopen(text, "w");
    fputs("LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \".\"\ngrouping 3;3\nEND LC_NUMERIC\n", file);
    fclose(file);
    snprintf(text, sizeof text, "localedef -c -i %s/comma.src %s/comma >/dev/null 2>&1", folder, folder);
    if (system(text) != -1) /* it warns of what is left out, so its status says nothing */
        setenv("LOCPATH", folder, 1);
    if (comma_is_in("comma"))
        return "comma";
    printf("# no comma locale can be had: cases for it run in the C locale\n");
    fflush(stdout);
    return NULL;
}

/* Sets it, or leaves the C locale. */
static inline bool comma_locale_set(const char *name)
{
    return !name || setlocale(LC_ALL, name) || setlocale(LC_NUMERIC, name);
}

#endif
