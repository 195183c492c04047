/* What the library's own tables say of every built-in optimizer, for the pages of this folder: a line "== <name> <state>"
 * and then the table of options and the bytes of state, in Markdown. pages.sh puts them into the pages. */
#include <lgd.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 512, LARGE_DIM = 10000 };

static void fail(const char *name, const char *why)
{
    fprintf(stderr, "%s: %s\n", name, why);
    exit(EXIT_FAILURE);
}

/* Longer text by what printf would print. */
static void append(char text[TEXT], const char *format, ...)
{
    const size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    const int more = vsnprintf(text + used, TEXT - used, format, args);
    va_end(args);
    if (more < 0 || (size_t)more >= TEXT - used)
        fail(text, "too long");
}

/* 1e-8, not 1e-08 */
static const char *number(char text[TEXT], double x)
{
    snprintf(text, TEXT, "%g", x);
    char *zero = strstr(text, "e-0");
    if (zero)
        memmove(zero + 2, zero + 3, strlen(zero + 3) + 1);
    return text;
}

/* "classical|pytorch" as "classical, pytorch" */
static void print_choices(const char *choices)
{
    for (const char *c = choices; *c; c++)
        *c == '|' ? (void)printf(", ") : (void)putchar(*c);
}

/* > 0;  0 <= beta1 < 1;  classical, pytorch */
static void print_range(const lgd_option *o)
{
    char text[TEXT];
    if (o->type == LGD_BOOL || o->type == LGD_CHOICE) {
        print_choices(o->type == LGD_BOOL ? "false|true" : o->choices);
        return;
    }
    if (o->type == LGD_SIZE)
        printf("whole, ");
    const char *above = o->open & 1 ? ">" : ">=", *below = o->open & 2 ? "<" : "<=";
    if (isinf(o->low) && isinf(o->high))
        printf("finite");
    else if (isinf(o->high))
        printf("%s %s", above, number(text, o->low));
    else if (isinf(o->low))
        printf("%s %s", below, number(text, o->high));
    else {
        printf("%s %s %s ", number(text, o->low), o->open & 1 ? "<" : "<=", o->name);
        printf("%s %s", below, number(text, o->high));
    }
}

static void print_preset(const lgd_option *o)
{
    char text[TEXT];
    if (o->type == LGD_BOOL)
        printf("false");
    else if (o->type == LGD_CHOICE)
        printf("%.*s", (int)strcspn(o->choices, "|"), o->choices);
    else
        printf("%s", number(text, o->preset));
}

static void print_table(const lgd_optimizer_ops *ops)
{
    printf("| option | preset | range | meaning |\n|---|---|---|---|\n");
    for (const lgd_option *o = ops->options; o && o->name; o++) {
        printf("| `%s` | ", o->name);
        print_preset(o);
        printf(" | ");
        print_range(o);
        printf(" | %s |\n", o->help ? o->help : "");
    }
}

/* Bytes of state per coordinate of the method with these options (key=value and commas); *once is what does not depend on
 * the number of coordinates, SIZE_MAX where there is more than a number for each. False if the options are refused. */
static bool state(const lgd_optimizer_ops *ops, const char *options, size_t *bytes, size_t *once)
{
    char text[2 * TEXT];
    lgd_optimizer *opt = NULL;
    snprintf(text, sizeof text, *options ? "%s:%s" : "%s", ops->name, options);
    if (lgd_optimizer_parse(&opt, text))
        return false;
    const size_t one = lgd_optimizer_state_bytes(opt, 1), two = lgd_optimizer_state_bytes(opt, 2);
    const size_t many = lgd_optimizer_state_bytes(opt, LARGE_DIM);
    lgd_optimizer_free(opt);
    *bytes = two - one;
    *once = one - *bytes;
    if (many == *once + *bytes * LARGE_DIM)
        return true;
    *bytes = many / LARGE_DIM;
    *once = SIZE_MAX;
    return true;
}

/* The same with this option alone at a value that is not its preset, the first that is accepted; "name=value" in text. */
static bool state_without_preset(const lgd_optimizer_ops *ops, const lgd_option *o, size_t *bytes, char text[TEXT])
{
    const double value[] = {1, 0.5, 2 * o->preset, o->preset / 2, o->preset + 1};
    size_t once;
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        if (o->type == LGD_CHOICE) {
            const char *second = o->choices + strcspn(o->choices, "|") + 1;
            snprintf(text, TEXT, "%s=%.*s", o->name, (int)strcspn(second, "|"), second);
        } else
            snprintf(text, TEXT, "%s=%.17g", o->name, value[i]);
        if ((o->type > LGD_SIZE || value[i] != o->preset) && state(ops, text, bytes, &once))
            return true;
    }
    return false;
}

/* Which options need more state than the presets do, and all of them together. */
static void print_method(const lgd_optimizer_ops *ops)
{
    char option[TEXT], all[TEXT] = "", sentence[TEXT] = "";
    size_t presets, once, bytes, count = 0;
    if (!state(ops, "", &presets, &once))
        fail(ops->name, lgd_last_error());
    size_t most = presets;
    for (const lgd_option *o = ops->options; o && o->name; o++) {
        if (!state_without_preset(ops, o, &bytes, option) || bytes == presets)
            continue;
        append(sentence, "%s%zu with `%s`", count ? ", " : " (", bytes, o->name);
        append(all, "%s%s", count ? "," : "", option);
        count++;
        most = bytes;
    }
    if (count > 1 && state(ops, all, &most, &bytes))
        append(sentence, ", %zu with %s", most, count == 2 ? "both" : "all of these");
    printf("== %s %zu", ops->name, most < presets ? most : presets);
    if (most != presets)
        printf(" to %zu", most > presets ? most : presets);
    printf(once == SIZE_MAX ? " at dim %d\n" : "\n", LARGE_DIM);
    print_table(ops);
    printf("\nState: %zu bytes per coordinate%s%s", presets, sentence, count ? ")" : "");
    if (once == SIZE_MAX)
        printf(" at dim %d, in proportion to dim", LARGE_DIM);
    else if (once)
        printf(", and %zu bytes once", once);
    printf(".\n");
}

int main(void)
{
    for (size_t i = 0; lgd_optimizer_builtin(i); i++)
        print_method(lgd_optimizer_builtin(i));
    return EXIT_SUCCESS;
}
