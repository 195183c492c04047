/* The cost model as people and programs read it. */
#include "model.h"
#include "report.h"
#include <jansson.h>
#include <math.h>

static const char *const verdicts[] = {[OK] = "ok", [WRONG] = "wrong", [FAILED] = "failed"};

static const char *word_of(const model_cell *c)
{
    return c->verdict != OK ? verdicts[c->verdict] : !c->beyond_cache ? "in cache" : model_is_off(c) ? "OFF" : "ok";
}

static size_t count_off(const model *m, size_t *beyond)
{
    size_t off = 0;
    *beyond = 0;
    for (size_t i = 0; i < m->cells; i++) {
        *beyond += m->cell[i].verdict == OK && m->cell[i].beyond_cache;
        off += model_is_off(&m->cell[i]);
    }
    return off;
}

void table_model(const model *m)
{
    char t[6][NAME_SIZE], range[2 * NAME_SIZE];
    size_t beyond;
    const size_t off = count_off(m, &beyond);
    printf("\nTime of an epoch over all rows against bytes/rate: plain descent, %zu rounds\n", m->rounds);
    if (m->note[0]) {
        printf("  %s\n", m->note);
        return;
    }
    printf("\n  %8s %6s %7s %9s %9s %7s %8s %7s   %-20s %s\n", "rows", "cols", "threads", "MB", "ms", "GB/s", "GFLOP/s",
           "read", "time / (bytes/rate)", "check");
    for (size_t i = 0; i < m->cells; i++) {
        const model_cell *c = &m->cell[i];
        printf("  %8zu %6zu %7zu ", c->rows, c->cols, c->threads);
        if (c->verdict != OK) {
            printf("%s: %s (off by %.1e)\n", verdicts[c->verdict], c->verdict == FAILED ? c->why : "the weights",
                   c->error);
            continue;
        }
        snprintf(range, sizeof range, "%s (%s-%s)", digits(t[0], c->ratio.median, 3), digits(t[1], c->ratio.low, 3),
                 digits(t[2], c->ratio.high, 3));
        printf("%9s %9s ", digits(t[0], 1e-6 * c->bytes, 4), digits(t[1], 1e3 * c->seconds.median, 4));
        printf("%7s %8s %7s   %-20s %s\n", digits(t[2], 1e-9 * c->bytes / c->seconds.median, 3),
               digits(t[3], 1e-9 * c->flops / c->seconds.median, 3), digits(t[4], 1e-9 * c->rate, 3), range,
               word_of(c));
    }
    printf(
        "\n  MB: 8 (columns + 1) bytes a row, by the report of the run. read: GB/s of a read of X by 8 streams in the "
        "same "
        "rounds, which\n  is the rate. in cache: X is below twice the last-level cache, %.0f MB. OFF: beyond that, and "
        "more than 20 %% away.\n  %zu shapes out of cache: %zu within 20 %%, %zu OFF\n",
        1e-6 * (double)m->cache, beyond, beyond - off, off);
}

void write_model(FILE *to, const results *r)
{
    const model *m = &r->model;
    fprintf(
        to,
        "rows\tcols\tthreads\tbytes\tflops\tmedian_s\tq1_s\tq3_s\tmin_s\tread_s\trate\tratio\tratio_low\tratio_high\t"
        "beyond_cache\terror\tcheck\n");
    for (size_t i = 0; i < m->cells; i++) {
        const model_cell *c = &m->cell[i];
        fprintf(to, "%zu\t%zu\t%zu\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.6g\t%.6g\t%.6g\t%.6g\t%d\t%.3g\t%s\n",
                c->rows, c->cols, c->threads, c->bytes, c->flops, c->seconds.median, c->seconds.q1, c->seconds.q3,
                c->seconds.min, c->reading.median, c->rate, c->ratio.median, c->ratio.low, c->ratio.high,
                c->beyond_cache, c->error, verdicts[c->verdict]);
    }
}

static json_t *real(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

json_t *model_json(const model *m)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < m->cells; i++) {
        const model_cell *c = &m->cell[i];
        (void)json_array_append_new(
            cells, json_pack("{sI sI sI so so so so so so so sb ss}", "rows", (json_int_t)c->rows, "columns",
                             (json_int_t)c->cols, "threads", (json_int_t)c->threads, "bytes", real(c->bytes), "flops",
                             real(c->flops), "seconds", real(c->seconds.median), "rate", real(c->rate), "ratio",
                             real(c->ratio.median), "ratio_low", real(c->ratio.low), "ratio_high", real(c->ratio.high),
                             "beyond_cache", c->beyond_cache, "check", verdicts[c->verdict]));
    }
    return json_pack("{sI sI ss so}", "rounds", (json_int_t)m->rounds, "cache", (json_int_t)m->cache, "left_out",
                     m->note, "cells", cells);
}

static void number(FILE *to, double x, int significant)
{
    char text[NAME_SIZE];
    html(to, "<td class=\"n\">%s</td>", digits(text, x, significant));
}

void report_model(FILE *to, const model *m)
{
    static const char *const heads[] = {
        " rows",  "columns", "threads", "MB", "ms", "GB/s", "GFLOP/s", "a read, GB/s", "time / (bytes/rate)",
        " check", NULL};
    size_t beyond;
    const size_t off = count_off(m, &beyond);
    html(to, "<p>Plain descent over all rows, %zu rounds, beside a read of the same memory by 8 streams.</p>\n",
         m->rounds);
    if (m->note[0]) {
        html(to, "<p class=\"help\">%s</p>\n", m->note);
        return;
    }
    report_begin(to, "model", "table", "Time of an epoch against bytes over rate", heads);
    for (size_t i = 0; i < m->cells; i++) {
        const model_cell *c = &m->cell[i];
        html(to, "<tr><th scope=\"row\">%zu</th><td class=\"n\">%zu</td><td class=\"n\">%zu</td>", c->rows, c->cols,
             c->threads);
        number(to, 1e-6 * c->bytes, 4);
        number(to, 1e3 * c->seconds.median, 4);
        number(to, 1e-9 * c->bytes / c->seconds.median, 3);
        number(to, 1e-9 * c->flops / c->seconds.median, 3);
        number(to, 1e-9 * c->rate, 3);
        number(to, c->ratio.median, 3);
        html(to, "<td class=\"%s\">%s</td></tr>\n", c->verdict == OK ? "ok" : "bad", word_of(c));
    }
    report_end(to);
    html(to,
         "<p class=\"help\">Out of cache are %zu shapes, of which %zu are more than 20 %% from bytes over rate.</p>\n",
         beyond, off);
}
