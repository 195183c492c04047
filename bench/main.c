/* lgd-bench: the order of events. */
#include "bench.h"
#include <stdlib.h>

/* ---- the run */

static bool load(results *r)
{
    const settings *s = r->settings;
    r->datasets = 1;
    if (s->data)
        return dataset_read(&r->data[0], s);
    r->datasets = 2;
    return dataset_housing(&r->data[0]) && dataset_breast_cancer(&r->data[1]);
}

static bool any_variant(const settings *s)
{
    variant all[MAX_VARIANTS];
    char where[NAME_SIZE];
    size_t count = variants_list(all, 1);
    for (size_t i = 0; i < count; i++)
        for (size_t b = 0; b < s->batches; b++)
            if (settings_choose(s, all[i].name, batch_name(where, s->batch[b])))
                return true;
    return false;
}

static bool compare(results *r)
{
    for (size_t k = 0; k < r->datasets; k++) {
        const dataset *d = &r->data[k];
        if (!settings_choose(r->settings, "compare", d->name))
            continue;
        table_data(d);
        if (!compare_run(&r->comparison[r->comparisons++], d, r->settings))
            return false;
        table_compare(&r->comparison[r->comparisons - 1]);
        fflush(stdout);
    }
    if (r->comparisons)
        table_compare_legend(&r->comparison[0]);
    return true;
}

static bool time_grid(results *r)
{
    r->has_grid = any_variant(r->settings);
    if (!r->has_grid)
        return true;
    if (!r->comparisons)
        table_data(&r->data[0]);
    if (!grid_run(&r->grid, &r->data[0], r->settings))
        return false;
    table_grid(&r->grid);
    fflush(stdout);
    return true;
}

static bool time_gradient(results *r)
{
    r->has_gradient = settings_choose(r->settings, "gradient", "memory") || r->settings->full_gradient;
    if (!r->has_gradient)
        return true;
    settings wanted = *r->settings;
    wanted.full_gradient = wanted.full_gradient || wanted.only || !wanted.quick;
    if (!gradient_run(&r->gradient, &wanted))
        return false;
    table_gradient(&r->gradient);
    if (!wanted.full_gradient)
        printf("\n  The full gradient is left out of --quick; --full-gradient adds it.\n");
    fflush(stdout);
    return true;
}

static bool time_steps(results *r)
{
    r->has_steps = steps_choose(r->settings, NULL);
    if (!r->has_steps)
        return true;
    if (!steps_run(&r->steps, r->settings))
        return false;
    table_steps(&r->steps);
    fflush(stdout);
    return true;
}

static bool time_model(results *r)
{
    r->has_model = model_choose(r->settings);
    if (!r->has_model)
        return true;
    if (!model_run(&r->model, r->settings))
        return false;
    table_model(&r->model);
    fflush(stdout);
    return true;
}

static bool time_races(results *r)
{
    for (race_id id = 0; id < RACES; id++) {
        race there;
        race_describe(&there, id);
        if (!race_choose(r->settings, &there))
            continue;
        if (!race_run(&r->race[id], id, r->settings))
            return false;
        table_race(&r->race[id]);
        fflush(stdout);
        r->has_race = true;
    }
    return true;
}

static void release(results *r)
{
    for (size_t k = 0; k < r->comparisons; k++)
        compare_free(&r->comparison[k]);
    grid_free(&r->grid);
    gradient_free(&r->gradient);
    steps_free(&r->steps);
    model_free(&r->model);
    for (race_id id = 0; id < RACES; id++)
        race_free(&r->race[id]);
    for (size_t k = 0; k < r->datasets; k++)
        dataset_free(&r->data[k]);
}

/* ---- what is written */

/* Tables, pictures, report. EXIT_OK, or what output_write has to say, or EXIT_FAILED after a sentence. */
static int write_all(results *r)
{
    char path[PATH_SIZE];
    const char *out = r->settings->out;
    int status = output_write(r);
    if (status != EXIT_OK)
        return status;
    snprintf(path, sizeof path, "%s/report.html", out);
    bool scenes = r->settings->only || scenes_write(out);
    if (!scenes || !pictures_draw(&r->pictures, r, out) || !report_write(r, path))
        return EXIT_FAILED;
    printf("report  %s\n", path);
    return EXIT_OK;
}

/* Measures nothing. */
static int redraw(const settings *s)
{
    static pictures all;
    bool ok = folder_make(s->out) && scenes_write(s->out) && pictures_draw(&all, NULL, s->out);
    tally t = check_pictures(&all);
    for (size_t i = 0; i < all.count; i++)
        if (all.picture[i].state == LEFT_OUT)
            printf("left out: %s, %s\n", all.picture[i].name, all.picture[i].why);
    ok = ok && t.passed + t.failed;
    printf("%zu passed, %zu failed\n", t.passed, t.failed + !ok);
    return ok && !t.failed ? EXIT_OK : EXIT_FAILED;
}

int main(int argc, char **argv)
{
    static results r; /* several hundred kilobytes */
    settings s;
    if (!settings_parse(&s, argc, argv))
        return EXIT_USAGE;
    if (s.wants_help)
        settings_help(stdout);
    else if (s.wants_version)
        printf("lgd-bench %s\n", LGD_VERSION);
    if (s.wants_help || s.wants_version)
        return EXIT_OK;
    if (s.wants_list)
        return list_print(&s);
    if (s.wants_redraw)
        return redraw(&s);

    double begun = now();
    int written = EXIT_OK;
    r.settings = &s;
    table_head(&s);
    bool ok = load(&r) && compare(&r) && time_grid(&r) && time_gradient(&r) && time_steps(&r) && time_model(&r) &&
              time_races(&r);
    if (ok && !r.comparisons && !r.has_grid && !r.has_gradient && !r.has_steps && !r.has_model && !r.has_race) {
        fprintf(stderr, "lgd-bench: --only '%s' matches nothing; see lgd-bench --list\n", s.only);
        release(&r);
        return EXIT_USAGE;
    }
    r.seconds = now() - begun;
    if (ok) {
        unsigned long whole = (unsigned long)r.seconds;
        printf("\nelapsed %lu:%02lu:%02lu\n", whole / 3600, whole / 60 % 60, whole % 60);
        written = write_all(&r);
        ok = written == EXIT_OK;
    }
    tally t = check_all(&r);
    release(&r);
    printf("%zu passed, %zu failed\n", t.passed, t.failed + !ok);
    return written != EXIT_OK ? written : ok && !t.failed ? EXIT_OK : EXIT_FAILED;
}
