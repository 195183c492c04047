/* What a program reads: TSV and JSON. */
#include "bench.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* ---- machine */

const char *machine_name(void)
{
    static char text[256];
    char line[256], cpu[128] = "unknown processor";
    struct utsname u = {.sysname = "?"};
    FILE *info = fopen("/proc/cpuinfo", "r");
    while (info && fgets(line, sizeof line, info))
        if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
            snprintf(cpu, sizeof cpu, "%s", strchr(line, ':') + 2);
            cpu[strcspn(cpu, "\n")] = 0;
            break;
        }
    if (info)
        fclose(info);
    uname(&u);
    snprintf(text, sizeof text, "%s, %ld cores, %.0f GB, %.32s %.32s", cpu, sysconf(_SC_NPROCESSORS_ONLN),
             1e-9 * (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE), u.sysname, u.machine);
    return text;
}

/* ---- TSV */

static const char *const verdicts[] = {"ok", "wrong", "failed"};

static void write_compare(FILE *file, const results *r)
{
    char name[NAME_SIZE];
    fprintf(file, "data\tmethod\tbatch\trate\tepochs\tloss\tabove_optimum\tscore\tseconds\tseconds_to_1_percent\t"
                  "epochs_to_1_percent\tcheck\n");
    for (size_t k = 0; k < r->comparisons; k++)
        for (size_t i = 0; i < r->comparison[k].methods; i++) {
            const method *m = &r->comparison[k].method[i];
            fprintf(file, "%s\t%s\t%s\t%.17g\t%zu\t%.17g\t%.17g\t%.17g\t%.9g\t%.9g\t%zu\t%s\n",
                    r->comparison[k].data->name, m->name, batch_name(name, m->batch), m->lr, m->epochs, m->loss, m->gap,
                    m->score, m->seconds, m->to_one, m->epochs_to_one, verdicts[m->verdict]);
        }
}

static void write_curves(FILE *file, const results *r)
{
    char name[NAME_SIZE];
    fprintf(file, "data\tmethod\tbatch\tepoch\tseconds\tloss\tabove_optimum\n");
    for (size_t k = 0; k < r->comparisons; k++)
        for (size_t i = 0; i < r->comparison[k].methods; i++) {
            const comparison *c = &r->comparison[k];
            const method *m = &c->method[i];
            for (size_t e = 0; m->verdict != FAILED && e <= m->epochs; e++)
                fprintf(file, "%s\t%s\t%s\t%zu\t%.9g\t%.17g\t%.17g\n", c->data->name, m->name,
                        batch_name(name, m->batch), e, m->clock[e], m->curve[e], m->curve[e] - c->optimum);
        }
}

static void write_grid(FILE *file, const results *r)
{
    char name[NAME_SIZE];
    fprintf(file, "batch\tvariant\tthreads\tmedian_s\tq1_s\tq3_s\tmin_s\tgflops\tgbytes\tratio\tratio_low\tratio_high\t"
                  "repeats\terror\tcheck\tnoisy\trows\tstreaming\n");
    for (size_t i = 0; i < r->grid.cells; i++) {
        const grid_cell *c = &r->grid.cell[i];
        fprintf(file,
                "%s\t%s\t%zu\t%.9g\t%.9g\t%.9g\t%.9g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%zu\t%.3g\t%s\t%d\t%zu\t%.4g\n",
                batch_name(name, c->batch), c->variant->name, c->threads, c->seconds.median, c->seconds.q1,
                c->seconds.q3, c->seconds.min, c->gflops, c->gbytes, c->ratio.median, c->ratio.low, c->ratio.high,
                c->repeats, c->error, verdicts[c->verdict], c->noisy, r->grid.problem.rows, c->streaming);
    }
}

static void write_gradient(FILE *file, const results *r)
{
    fprintf(file, "what\tthreads\trows\tcols\tmedian_s\tq1_s\tq3_s\tmin_s\tgbytes\tto_gemv\tto_gemv_low\tto_gemv_high\t"
                  "to_read\tto_read_low\tto_read_high\terror\tcheck\n");
    for (size_t i = 0; i < r->gradient.cells; i++) {
        const gradient_cell *c = &r->gradient.cell[i];
        fprintf(file, "%s\t%zu\t%zu\t%zu\t%.9g\t%.9g\t%.9g\t%.9g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.3g\t%s\n",
                c->name, c->threads, r->gradient.problem.rows, r->gradient.problem.cols, c->seconds.median,
                c->seconds.q1, c->seconds.q3, c->seconds.min, c->gbytes, c->to_gemv.median, c->to_gemv.low,
                c->to_gemv.high, c->to_read.median, c->to_read.low, c->to_read.high, c->error, verdicts[c->verdict]);
    }
}

static void write_steps(FILE *file, const results *r)
{
    static const char *const names[] = {[LOOP] = "to_loop", [PASSES] = "to_passes", [OWN] = "to_plain"};
    const step_times *s = &r->steps;
    fprintf(file, "method\tdim\tstate_bytes\tpasses\tmedian_s\tq1_s\tq3_s\tmin_s\tgbytes");
    for (timed_as what = LOOP; what < TIMED_AS; what++)
        fprintf(file, "\t%s\t%s_low\t%s_high", names[what], names[what], names[what]);
    fprintf(file, "\terror\tcheck\n");
    for (size_t i = 0; i < s->cells; i++) {
        const step_cell *c = &s->cell[i];
        fprintf(file, "%s\t%zu\t%zu\t%d\t%.9g\t%.9g\t%.9g\t%.9g\t%.6g", c->ops->name, s->dim, 8 * c->vectors,
                c->two_passes ? 2 : 1, c->seconds.median, c->seconds.q1, c->seconds.q3, c->seconds.min, c->gbytes);
        for (timed_as what = LOOP; what < TIMED_AS; what++)
            fprintf(file, "\t%.6g\t%.6g\t%.6g", c->against[what].median, c->against[what].low, c->against[what].high);
        fprintf(file, "\t%.3g\t%s\n", c->error, verdicts[c->verdict]);
    }
}

static void write_race(FILE *file, const race *r)
{
    char name[NAME_SIZE];
    fprintf(file,
            "method\tbatch\trows\tcols\tsteps\tpasses\tmedian_s\tq1_s\tq3_s\tmin_s\tratio\tratio_low\tratio_high\t"
            "error\tcheck\tgbytes\tgflops\n");
    for (size_t i = 0; i < r->runners; i++) {
        const runner *k = &r->runner[i];
        fprintf(file, "%s\t%s\t%zu\t%zu\t%zu\t%.6g\t%.9g\t%.9g\t%.9g\t%.9g\t%.6g\t%.6g\t%.6g\t%.3g\t%s\t%.6g\t%.6g\n",
                k->name, batch_name(name, k->batch), r->rows, r->cols, (size_t)k->steps, k->passes, k->seconds.median,
                k->seconds.q1, k->seconds.q3, k->seconds.min, k->ratio.median, k->ratio.low, k->ratio.high, k->error,
                verdicts[k->verdict], 1e-9 * k->bytes / k->seconds.median, 1e-9 * k->flops / k->seconds.median);
    }
}

/* ---- JSON: every figure; null where there is none. What memory does not suffice for is NULL, and so is all around it:
 * append and json_pack take no NULL. */

static json_t *word(const char *text)
{
    size_t size = strlen(text) + 1;
    char *safe = malloc(size);
    json_t *string = safe ? json_string(utf8_text(safe, size, text)) : NULL;
    free(safe);
    return string;
}

/* The array with one more item; neither if either is NULL. */
static json_t *append(json_t *array, json_t *item)
{
    if (!json_array_append_new(array, item))
        return array;
    json_decref(array);
    return NULL;
}

static json_t *real(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *reals(size_t count, const double *x)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        array = append(array, real(x[i]));
    return array;
}

static json_t *of_quartiles(quartiles q)
{
    return json_pack("{so so so so}", "min", real(q.min), "q1", real(q.q1), "median", real(q.median), "q3", real(q.q3));
}

static json_t *of_interval(interval r)
{
    return json_pack("{so so so}", "median", real(r.median), "low", real(r.low), "high", real(r.high));
}

static json_t *whole(size_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *of_comparison(const comparison *c)
{
    json_t *methods = json_array();
    for (size_t i = 0; i < c->methods; i++) {
        const method *m = &c->method[i];
        bool done = m->verdict != FAILED;
        methods = append(
            methods,
            json_pack("{so so so so so so so so so so so so so so}", "method", word(m->name), "batch", whole(m->batch),
                      "rate", real(m->lr), "epochs", whole(m->epochs), "loss", real(m->loss), "above_optimum",
                      real(m->gap), "score", real(m->score), "seconds", real(m->seconds), "seconds_to_1_percent",
                      real(m->to_one), "epochs_to_1_percent", isnan(m->to_one) ? json_null() : whole(m->epochs_to_one),
                      "check", word(verdicts[m->verdict]), "why", word(m->why), "curve",
                      reals(done ? m->epochs + 1 : 0, m->curve), "clock", reals(done ? m->epochs + 1 : 0, m->clock)));
    }
    const dataset *d = c->data;
    return json_pack("{so so so so so so so so so so so}", "data", word(d->name), "rows", whole(d->rows), "columns",
                     whole(d->cols), "loss", word(d->logistic ? "logistic" : "half_squared"), "l2", real(c->l2),
                     "start", real(c->start), "optimum", real(c->optimum), "curvature", real(c->curvature), "worst_row",
                     real(c->worst), "threads", whole(c->threads), "methods", methods);
}

static json_t *of_grid(const grid *g)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < g->cells; i++) {
        const grid_cell *c = &g->cell[i];
        cells = append(cells,
                       json_pack("{so so so so so so so so so so so so so so so}", "variant", word(c->variant->name),
                                 "batch", whole(c->batch), "threads", whole(c->threads), "check",
                                 word(verdicts[c->verdict]), "why", word(c->why), "error", real(c->error), "repeats",
                                 whole(c->repeats), "seconds", of_quartiles(c->seconds), "ratio", of_interval(c->ratio),
                                 "gflops", real(c->gflops), "gbytes", real(c->gbytes), "streaming", real(c->streaming),
                                 "samples", reals(c->repeats ? g->rounds : 0, c->sample), "noisy",
                                 json_boolean(c->noisy), "best", json_boolean(c->best)));
    }
    return json_pack("{so so so so so so so}", "data", word(g->name), "rows", whole(g->problem.rows), "columns",
                     whole(g->problem.cols), "rate", real(g->problem.lr), "rounds", whole(g->rounds), "left_out",
                     word(g->note), "cells", cells);
}

static json_t *of_gradient(const gradient *g)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < g->cells; i++) {
        const gradient_cell *c = &g->cell[i];
        cells = append(cells, json_pack("{so so so so so so so so so so so}", "what", word(c->name), "streams",
                                        whole(c->streams), "threads", whole(c->threads), "check",
                                        word(verdicts[c->verdict]), "error", real(c->error), "repeats",
                                        whole(c->repeats), "seconds", of_quartiles(c->seconds), "to_gemv",
                                        of_interval(c->to_gemv), "to_read", of_interval(c->to_read), "gbytes",
                                        real(c->gbytes), "samples", reals(c->repeats ? g->rounds : 0, c->sample)));
    }
    return json_pack("{so so so so so}", "rows", whole(g->problem.rows), "columns", whole(g->problem.cols), "rounds",
                     whole(g->rounds), "left_out", word(g->note), "cells", cells);
}

static json_t *of_steps(const step_times *s)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < s->cells; i++) {
        const step_cell *c = &s->cell[i];
        json_t *samples = json_array();
        for (timed_as what = STEP; what < TIMED_AS; what++)
            samples = append(samples, reals(c->sample[what] ? s->rounds : 0, c->sample[what]));
        cells = append(cells,
                       json_pack("{so so so so so so so so so so so so}", "method", word(c->ops->name), "state_bytes",
                                 whole(8 * c->vectors), "passes", whole(c->two_passes ? 2 : 1), "check",
                                 word(verdicts[c->verdict]), "why", word(c->why), "error", real(c->error), "seconds",
                                 of_quartiles(c->seconds), "gbytes", real(c->gbytes), "to_loop",
                                 of_interval(c->against[LOOP]), "to_passes", of_interval(c->against[PASSES]),
                                 "to_plain", of_interval(c->against[OWN]), "samples_step_loop_passes_plain", samples));
    }
    return json_pack("{so so so so}", "dim", whole(s->dim), "rounds", whole(s->rounds), "left_out", word(s->note),
                     "cells", cells);
}

static json_t *of_race(const race *r)
{
    if (!r->name)
        return json_null();
    json_t *runners = json_array();
    for (size_t i = 0; i < r->runners; i++) {
        const runner *k = &r->runner[i];
        runners = append(runners, json_pack("{so so so so so so so so so so so so}", "method", word(k->name), "batch",
                                            whole(k->batch), "steps", whole((size_t)k->steps), "passes",
                                            real(k->passes), "bytes", real(k->bytes), "flops", real(k->flops), "check",
                                            word(verdicts[k->verdict]), "why", word(k->why), "error", real(k->error),
                                            "seconds", of_quartiles(k->seconds), "ratio", of_interval(k->ratio),
                                            "samples", reals(k->repeats ? r->rounds : 0, k->sample)));
    }
    return json_pack("{so so so so so so}", "rows", whole(r->rows), "columns", whole(r->cols), "rounds",
                     whole(r->rounds), "left_out", word(r->note), "remark", word(r->remark), "methods", runners);
}

static int write_json(const results *r, const char *path)
{
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)r->settings->seed);
    json_t *comparisons = json_array();
    for (size_t k = 0; k < r->comparisons; k++)
        comparisons = append(comparisons, of_comparison(&r->comparison[k]));
    json_t *root = json_pack(
        "{so so so so so so so so so so so so so so}", "lgd_bench", word(LGD_VERSION), "buildtype",
        word(LGD_BENCH_BUILD), "build", word(lgd_build_info()), "machine", word(machine_name()), "seed", word(seed),
        "quick", json_boolean(r->settings->quick), "seconds", real(r->seconds), "bytes_and_flops",
        json_pack("{so so}", "bytes_per_epoch", word("8 rows columns"), "flop_per_epoch", word("4 rows columns")),
        "comparisons", comparisons, "grid", r->has_grid ? of_grid(&r->grid) : json_null(), "gradient",
        r->has_gradient ? of_gradient(&r->gradient) : json_null(), "steps",
        r->has_steps ? of_steps(&r->steps) : json_null(), "model", r->has_model ? model_json(&r->model) : json_null(),
        "cpu_and_kernels", word(lgd_machine()));
    bool whole_tree = root != NULL;
    for (race_id id = 0; id < RACES && whole_tree; id++) {
        race there;
        race_describe(&there, id);
        whole_tree = !json_object_set_new(root, there.name, of_race(&r->race[id]));
    }
    if (!whole_tree) {
        json_decref(root);
        root = NULL;
    }
    FILE *file = root ? fopen(path, "w") : NULL;
    whole_tree = file && !json_dumpf(root, file, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    if (root && (file ? !file_finish(file, path) : !file_refused(path))) {
        json_decref(root);
        return EXIT_FAILED;
    }
    json_decref(root);
    if (whole_tree)
        return EXIT_OK;
    fprintf(stderr, "lgd-bench: %s: memory does not suffice for the JSON of the results\n", path);
    return EXIT_LOST;
}

/* ---- all of it */

static const struct {
    const char *name;
    void (*write)(FILE *file, const results *r);
} tables[] = {{"compare.tsv", write_compare},   {"curves.tsv", write_curves}, {"grid.tsv", write_grid},
              {"gradient.tsv", write_gradient}, {"steps.tsv", write_steps},   {"model.tsv", write_model}};

bool output_has(const results *r, const char *name)
{
    bool has[] = {r->comparisons > 0, r->comparisons > 0, r->has_grid, r->has_gradient, r->has_steps, r->has_model};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (!strcmp(name, tables[i].name))
            return has[i];
    for (race_id id = 0; id < RACES; id++) {
        race there;
        race_describe(&there, id);
        const size_t length = strlen(there.name);
        if (!strncmp(name, there.name, length) && !strcmp(name + length, ".tsv"))
            return r->race[id].name != NULL;
    }
    return !r->settings->only; /* the scenes */
}

/* Of a table in the folder; false after a sentence on stderr. */
static bool finish(FILE *file, const char *path, char *names, size_t size)
{
    const size_t used = strlen(names);
    if (file ? !file_finish(file, path) : !file_refused(path))
        return false;
    snprintf(names + used, size - used, " %s", path);
    return true;
}

int output_write(const results *r)
{
    char path[PATH_SIZE], names[(sizeof tables / sizeof *tables + RACES) * PATH_SIZE] = "";
    const char *out = r->settings->out, *json = r->settings->json;
    if (!folder_make(out))
        return EXIT_FAILED;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (!output_has(r, tables[i].name))
            continue;
        snprintf(path, sizeof path, "%s/%s", out, tables[i].name);
        FILE *file = fopen(path, "w");
        if (file)
            tables[i].write(file, r);
        if (!finish(file, path, names, sizeof names))
            return EXIT_FAILED;
    }
    for (race_id id = 0; id < RACES; id++) {
        if (!r->race[id].name)
            continue;
        snprintf(path, sizeof path, "%s/%s.tsv", out, r->race[id].name);
        FILE *file = fopen(path, "w");
        if (file)
            write_race(file, &r->race[id]);
        if (!finish(file, path, names, sizeof names))
            return EXIT_FAILED;
    }
    snprintf(path, sizeof path, "%s/run.json", out);
    int status = write_json(r, json ? json : path);
    if (status == EXIT_OK)
        printf("wrote%s %s\n", names, json ? json : path);
    return status;
}
