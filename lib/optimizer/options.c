/* The table walk: one table of lgd_option per method says what its struct holds, and presets, ranges, text and saved
 * values all follow it. */
#include "optimizer.h"
#include <stdio.h>
#include <string.h>

/* ---- members */

static size_t size_of(lgd_option_type type)
{
    switch (type) {
    case LGD_DOUBLE:
        return sizeof(double);
    case LGD_SIZE:
        return sizeof(size_t);
    case LGD_BOOL:
        return sizeof(bool);
    case LGD_CHOICE:
        return sizeof(int);
    }
    return 0;
}

/* Members are copied byte by byte: a caller's bool may hold what a bool cannot. */
double lgd_options_get(const lgd_option *o, const void *options)
{
    const char *member = (const char *)options + o->offset;
    double x = 0;
    size_t n = 0;
    int choice = 0;
    switch (o->type) {
    case LGD_DOUBLE:
        memcpy(&x, member, sizeof x);
        return x;
    case LGD_SIZE:
        memcpy(&n, member, sizeof n);
        return (double)n;
    case LGD_BOOL:
        return *(const unsigned char *)member;
    case LGD_CHOICE:
        memcpy(&choice, member, sizeof choice);
        return choice;
    }
    return x;
}

void lgd_options_set(const lgd_option *o, void *options, double x)
{
    char *member = (char *)options + o->offset;
    const size_t n = o->type == LGD_SIZE ? (size_t)x : 0;
    const int choice = o->type == LGD_CHOICE ? (int)x : 0;
    switch (o->type) {
    case LGD_DOUBLE:
        memcpy(member, &x, sizeof x);
        break;
    case LGD_SIZE:
        memcpy(member, &n, sizeof n);
        break;
    case LGD_BOOL:
        *(unsigned char *)member = x != 0;
        break;
    case LGD_CHOICE:
        memcpy(member, &choice, sizeof choice);
        break;
    }
}

static const char *option_name(const void *ctx, size_t i)
{
    const lgd_option *o = ((const lgd_optimizer_ops *)ctx)->options;
    return o ? o[i].name : NULL;
}

const lgd_option *lgd_options_look(const lgd_optimizer_ops *ops, const char *name)
{
    for (const lgd_option *o = ops->options; o && o->name; o++)
        if (!strcmp(o->name, name))
            return o;
    return NULL;
}

const lgd_option *lgd_options_find(const lgd_optimizer_ops *ops, const char *name)
{
    const lgd_option *known = lgd_options_look(ops, name);
    if (known)
        return known;
    const char *nearest = lgd_nearest(name, option_name, ops);
    const char *some = nearest ? nearest : option_name(ops, 0);
    if (!some)
        lgd_fail(LGD_EINVAL, "%s: option is \"%.64s\", none is accepted", ops->name, name);
    else
        lgd_fail(LGD_EINVAL,
                 nearest ? "%s: option is \"%.64s\", did you mean \"%s\"?"
                         : "%s: option is \"%.64s\", a name such as \"%s\" is accepted",
                 ops->name, name, some);
    return NULL;
}

/* ---- choices: "classical|pytorch" */

static size_t choice_count(const lgd_option *o)
{
    size_t count = 1;
    for (const char *c = o->choices; *c; c++)
        count += *c == '|';
    return count;
}

/* The number of the choice, or the count if it is none. */
static size_t choice_of(const lgd_option *o, const char *text, size_t length)
{
    size_t i = 0;
    for (const char *c = o->choices; *c; i++) {
        const size_t n = strcspn(c, "|");
        if (n == length && !memcmp(c, text, n))
            return i;
        c += n + (c[n] == '|');
    }
    return i;
}

static void say_choice(lgd_words *t, const char *choices, size_t i)
{
    for (; i; i--)
        choices += strcspn(choices, "|") + 1;
    lgd_say(t, "%.*s", (int)strcspn(choices, "|"), choices);
}

void lgd_optimizer_say(lgd_words *t, const lgd_optimizer *opt)
{
    lgd_say(t, "%s", opt->ops.name);
    for (const lgd_option *o = opt->ops.options; o && o->name; o++) {
        const double x = lgd_optimizer_given(opt, o);
        lgd_say(t, "%s%s=", o == opt->ops.options ? ":" : ",", o->name);
        if (o->type == LGD_CHOICE)
            say_choice(t, o->choices, (size_t)x);
        else if (o->type == LGD_BOOL)
            lgd_say(t, x > 0 ? "true" : "false");
        else if (x == LGD_AUTO)
            lgd_say(t, "auto");
        else
            lgd_say_number(t, x);
    }
}

/* ---- ranges */

static bool in_range(const lgd_option *o, double x)
{
    return (o->open & 1 ? x > o->low : x >= o->low) && (o->open & 2 ? x < o->high : x <= o->high);
}

/* "a number at least 0 and below 1"; an infinite bound is said as "finite". */
static void range_in_words(const lgd_option *o, char *words, size_t size)
{
    char low[40] = "", high[40] = "";
    const char *kind = o->type == LGD_SIZE ? "whole number" : "number";
    if (!isinf(o->low))
        snprintf(low, sizeof low, o->open & 1 ? " above %g" : " at least %g", o->low);
    if (!isinf(o->high))
        snprintf(high, sizeof high, o->open & 2 ? " below %g" : " at most %g", o->high);
    snprintf(words, size, "a %s%s%s%s%s", isinf(o->high) ? "finite " : "", kind, low, *low && *high ? " and" : "",
             high);
}

lgd_status lgd_options_check_range(const char *object, const lgd_option *o, double x)
{
    char words[160];
    if (in_range(o, x))
        return LGD_OK;
    range_in_words(o, words, sizeof words);
    return lgd_fail(LGD_EINVAL, "%s: %s is %.17g, %s is accepted", object, o->name, x, words);
}

lgd_status lgd_options_check_table(const lgd_optimizer_ops *ops)
{
    if (!ops->name || !*ops->name)
        return lgd_fail(LGD_EINVAL, "optimizer: ops.name is missing, a word is accepted");
    if (!ops->step)
        return lgd_fail(LGD_EINVAL, "%s: its step is NULL, a function is accepted", ops->name);
    for (const lgd_option *o = ops->options; o && o->name; o++) {
        const size_t size = size_of(o->type);
        if (!size)
            return lgd_fail(LGD_EINVAL, "%s: the type of option %s is %d, one of lgd_option_type is accepted",
                            ops->name, o->name, (int)o->type);
        if (o->offset > ops->options_size || size > ops->options_size - o->offset)
            return lgd_fail(LGD_EINVAL, "%s: option %s is at bytes %zu + %zu, within options_size %zu is accepted",
                            ops->name, o->name, o->offset, size, ops->options_size);
        if (o->type == LGD_CHOICE && (!o->choices || !*o->choices))
            return lgd_fail(LGD_EINVAL, "%s: the choices of option %s are missing, names separated by | are accepted",
                            ops->name, o->name);
        if ((o->type == LGD_DOUBLE || o->type == LGD_SIZE) && !in_range(o, o->preset))
            return lgd_fail(LGD_EINVAL, "%s: the preset of option %s is %g, one within its own range is accepted",
                            ops->name, o->name, o->preset);
    }
    return LGD_OK;
}

/* The rate of a method whose step is linear in g can be found from the curvature. */
static bool can_be_auto(const lgd_optimizer_ops *ops, const lgd_option *o)
{
    return o->type == LGD_DOUBLE && !strcmp(o->name, "lr") && ops->flags & LGD_LINEAR;
}

static lgd_status refuse_auto(const lgd_optimizer_ops *ops, const lgd_option *o)
{
    char words[160];
    range_in_words(o, words, sizeof words);
    return lgd_fail(LGD_EINVAL,
                    "%s: %s is auto, %s is accepted (auto: as lr of a method whose step is linear in g, as sgd)",
                    ops->name, o->name, words);
}

lgd_status lgd_options_fill(const lgd_optimizer_ops *ops, void *options)
{
    lgd_status status = LGD_OK;
    for (const lgd_option *o = ops->options; !status && o && o->name; o++) {
        const double given = lgd_options_get(o, options);
        double x = given;
        switch (o->type) {
        case LGD_DOUBLE:
            if (given == LGD_AUTO) {
                status = can_be_auto(ops, o) ? LGD_OK : refuse_auto(ops, o);
                break;
            }
            x = given == 0 ? o->preset : (given == LGD_ZERO ? 0 : given);
            status = lgd_options_check_range(ops->name, o, x);
            break;
        case LGD_SIZE:
            x = given == 0 ? o->preset : given;
            status = lgd_options_check_range(ops->name, o, x);
            if (!status && x >= (double)PTRDIFF_MAX)
                status =
                    lgd_fail(LGD_EINVAL, "%s: %s is %g (was a negative number converted?), at most %td is accepted",
                             ops->name, o->name, x, PTRDIFF_MAX);
            break;
        case LGD_BOOL:
            if (x > 1)
                status = lgd_fail(LGD_EINVAL, "%s: %s is %g, true or false is accepted", ops->name, o->name, x);
            break;
        case LGD_CHOICE:
            if (!(x >= 0 && x < (double)choice_count(o)))
                status = lgd_fail(LGD_EINVAL, "%s: %s is %g, the number of one of %s is accepted", ops->name, o->name,
                                  x, o->choices);
            break;
        }
        if (!status && x != given) /* a size that a double cannot hold exactly stays as it is */
            lgd_options_set(o, options, x);
    }
    return status;
}

/* ---- text */

/* One value, text[0..length-1], which a comma or the end follows. */
static lgd_status parse_value(const char *object, const lgd_option *o, const char *text, size_t length, void *options)
{
    const int shown = (int)(length < 64 ? length : 64);
    if (o->type == LGD_CHOICE) {
        const size_t i = choice_of(o, text, length);
        if (i == choice_count(o))
            return lgd_fail(LGD_EINVAL, "%s: %s is \"%.*s\", one of %s is accepted", object, o->name, shown, text,
                            o->choices);
        lgd_options_set(o, options, (double)i);
        return LGD_OK;
    }
    if (o->type == LGD_BOOL) {
        static const lgd_option words = {.choices = "false|true|0|1"};
        const size_t i = choice_of(&words, text, length);
        if (i == choice_count(&words))
            return lgd_fail(LGD_EINVAL, "%s: %s is \"%.*s\", true, false, 1 or 0 is accepted", object, o->name, shown,
                            text);
        lgd_options_set(o, options, i % 2 ? 1 : 0);
        return LGD_OK;
    }
    if (o->type == LGD_DOUBLE && length == 4 && !memcmp(text, "auto", length)) { /* fill knows who may */
        lgd_options_set(o, options, LGD_AUTO);
        return LGD_OK;
    }
    char *end = NULL;
    const double x = length && strchr("+-.0123456789", *text) ? lgd_strtod(text, &end) : 0;
    if (end != text + length)
        return lgd_fail(LGD_EINVAL, "%s: %s is \"%.*s\", a number is accepted", object, o->name, shown, text);
    if (o->type == LGD_SIZE && !(in_range(o, x) && x >= 0 && x <= 0x1p53 && floor(x) == x)) {
        char words[160]; /* here, since fill would take a 0 for the preset */
        range_in_words(o, words, sizeof words);
        return lgd_fail(LGD_EINVAL, "%s: %s is %.*s, %s is accepted", object, o->name, shown, text, words);
    }
    lgd_options_set(o, options, o->type == LGD_DOUBLE ? lgd_zero(x) : x);
    return LGD_OK;
}

/* Was the option at `at` already given before it? */
static bool given_before(const char *text, const char *at, size_t length)
{
    for (const char *p = text; p < at; p += strcspn(p, ",") + 1)
        if (!strncmp(p, at, length) && p[length] == '=')
            return true;
    return false;
}

lgd_status lgd_options_parse(const lgd_optimizer_ops *ops, const char *text, void *options)
{
    for (const char *p = text;; p++) {
        char key[64];
        const size_t length = strcspn(p, "=,");
        if (p[length] != '=' || !length)
            return lgd_fail(LGD_EINVAL, "%s: an option is \"%.*s\", key=value is accepted", ops->name,
                            (int)(length < sizeof key ? strcspn(p, ",") : sizeof key), p);
        snprintf(key, sizeof key, "%.*s", (int)(length < sizeof key ? length : sizeof key - 1), p);
        const lgd_option *o = lgd_options_find(ops, key);
        if (!o)
            return LGD_EINVAL;
        if (given_before(text, p, length))
            return lgd_fail(LGD_EINVAL, "%s: %s is given twice, once is accepted", ops->name, key);
        p += length + 1;
        const size_t value = strcspn(p, ",");
        const lgd_status status = parse_value(ops->name, o, p, value, options);
        if (status)
            return status;
        p += value;
        if (!*p)
            return LGD_OK;
    }
}
