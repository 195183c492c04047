/* lgd-bench --list: names for --only, and what the library's own table says of every built-in optimizer. */
#include "bench.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of state per coordinate with the presets. */
static size_t state_bytes(const lgd_optimizer_ops *ops)
{
    lgd_optimizer *opt = NULL;
    if (lgd_optimizer_create(&opt, ops, NULL, 0))
        return 0;
    const size_t bytes = lgd_optimizer_state_bytes(opt, 2) - lgd_optimizer_state_bytes(opt, 1);
    lgd_optimizer_free(opt);
    return bytes;
}

static void print_flags(const lgd_optimizer_ops *ops)
{
    const struct {
        bool holds;
        const char *words;
    } facts[] = {{ops->flags & LGD_FULL_BATCH, "full batch only"},
                 {ops->flags & LGD_NEEDS_EVAL, "asks for values elsewhere than at w"},
                 {ops->flags & LGD_FINDS_STEP, "finds its steps"},
                 {ops->flags & LGD_TAKES_L1, "takes a penalty l1"},
                 {ops->flags & LGD_TAKES_BOX, "takes a box"},
                 {ops->flags & LGD_TAKES_COORDINATES, "takes L1, L2 and bounds of each coordinate"},
                 {ops->flags & LGD_NEEDS_QUADRATIC, "for quadratics"},
                 {ops->flags & LGD_NEEDS_RESIDUALS, "for sums of squares"},
                 {ops->flags & (LGD_LINEAR | LGD_PRECONDITIONED), "takes a metric"},
                 {ops->flags & LGD_LINEAR, "step linear in the gradient"},
                 {ops->flags & LGD_LAYERED, "coordinates of a group interact"},
                 {ops->measure != NULL, "sums over all coordinates first"},
                 {ops->result != NULL, "has a point of its own to use"},
                 {ops->flags & LGD_OWN_POINTS, "its state holds points: lr_scale 0 or 1"}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (facts[i].holds)
            printf("; %s", facts[i].words);
}

/* "classical|pytorch" as "classical, pytorch" */
static void print_choices(const char *choices)
{
    for (const char *c = choices; *c; c++)
        *c == '|' ? (void)printf(", ") : (void)putchar(*c);
}

/* What the library says is accepted: the end of its refusal of a number that never is. */
static void print_accepted(const lgd_optimizer_ops *ops, const lgd_option *o)
{
    const double never = NAN;
    const size_t most = SIZE_MAX;
    char *options = calloc(1, ops->options_size);
    lgd_optimizer *opt = NULL;
    if (!options)
        return;
    memcpy(options + o->offset, o->type == LGD_SIZE ? (const void *)&most : &never,
           o->type == LGD_SIZE ? sizeof most : sizeof never);
    if (lgd_optimizer_create(&opt, ops, options, ops->options_size)) {
        const char *said = strchr(lgd_last_error(), ',');
        if (said)
            printf("%.*s", (int)(strlen(said + 2) - strlen(" is accepted")), said + 2);
    }
    lgd_optimizer_free(opt);
    free(options);
}

static void print_option(const lgd_optimizer_ops *ops, const lgd_option *o)
{
    if (o->type == LGD_CHOICE)
        printf("  %-17s %-10.*s %s; one of ", o->name, (int)strcspn(o->choices, "|"), o->choices, o->help);
    else if (o->type == LGD_BOOL)
        printf("  %-17s %-10s %s; ", o->name, "false", o->help);
    else
        printf("  %-17s %-10g %s; ", o->name, o->preset, o->help);
    if (o->type == LGD_CHOICE || o->type == LGD_BOOL)
        print_choices(o->type == LGD_BOOL ? "true|false" : o->choices);
    else
        print_accepted(ops, o);
    printf("\n");
}

static void list_optimizers(void)
{
    const lgd_optimizer_ops *ops;
    for (size_t i = 0; (ops = lgd_optimizer_builtin(i)); i++) {
        printf("%s%s: %s. %s\n  %zu bytes of state per coordinate", i ? "\n" : "", ops->name, ops->about, ops->source,
               state_bytes(ops));
        print_flags(ops);
        printf("\n");
        for (const lgd_option *o = ops->options; o && o->name; o++)
            print_option(ops, o);
    }
}

static void list_variants(void)
{
    variant all[MAX_VARIANTS];
    size_t count = variants_list(all, 1);
    for (size_t i = 0; i < count; i++)
        printf("  %-22s %s\n", all[i].name, all[i].about);
}

int list_print(const settings *s)
{
    char name[NAME_SIZE];
    if (s->list && !strcmp(s->list, "optimizers")) {
        list_optimizers();
        return EXIT_OK;
    }
    if (s->list && !strcmp(s->list, "variants")) {
        list_variants();
        return EXIT_OK;
    }
    if (s->list) {
        fprintf(stderr, "lgd-bench: --list knows variants and optimizers, not \"%s\"\n", s->list);
        return EXIT_USAGE;
    }
    printf("compare@housing, compare@breast_cancer (with --data FILE: compare@ and FILE's name)\n"
           "gradient@memory\nsteps@memory, or steps/METHOD@memory, METHOD one of --list optimizers\n"
           "model@memory, minutes long and only when asked for\n");
    for (race_id id = 0; id < RACES; id++) {
        race r;
        race_describe(&r, id);
        printf("%s@%s, or %s/METHOD@%s, METHOD one of", r.name, r.where, r.name, r.where);
        for (size_t i = 0; i < r.runners; i++)
            printf(" %s", r.runner[i].name);
        printf("\n");
    }
    printf("VARIANT@BATCH, BATCH one of");
    for (size_t i = 0; i < s->batches; i++)
        printf(" %s", batch_name(name, s->batch[i]));
    printf(" (see --batch), VARIANT one of\n");
    list_variants();
    return EXIT_OK;
}
