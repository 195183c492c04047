/* libgd's methods for sums of squares beside GSL's: NIST's sets, and the problems of More, Garbow and Hillstrom.
 *
 *     least_squares [--header | --tsv]
 *
 * Without arguments the tables of docs/least-squares-peers.md; with --header what tests/reference/gsl.h holds, which the
 * suites nist and mgh compare with. `meson compile least-squares-peers` writes both. With --tsv the lines of
 * bench/run --peers. */
#include "least_squares.h"
#include "lines.h"
#include <gsl/gsl_version.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* `text` for lgd_optimizer_parse; NULL: a kind of GSL's. Those from MGH on are for NIST's sets alone. */
typedef struct method {
    const char *name, *text;
    int kind;
    tolerances tol;
} method;
static const method methods[] = {
    {.name = "lm", .text = "lm"},
    {.name = "lm, accelerated", .text = "lm:accelerated=true"},
    {.name = "dogleg", .text = "dogleg"},
    {.name = "GSL lm", .kind = GSL_LM, .tol.x = 1e-10}, /* as libgd's */
    {.name = "GSL lmaccel", .kind = GSL_LMACCEL, .tol.x = 1e-10},
    {.name = "GSL dogleg", .kind = GSL_DOGLEG, .tol.x = 1e-10},
    {.name = "GSL lm, as its manual", .kind = GSL_LM, .tol = {1e-8, 6.055454452393343e-6}}, /* eps^(1/3) */
};
enum {
    METHODS = sizeof methods / sizeof *methods,
    MGH = METHODS - 1,
    OURS = 3,
    RUNS = 2 * MGH_PROBLEMS,
    REFERENCE = 3
};

static outcome run(squares *s, const method *m, bool to_tolerances)
{
    if (!m->text)
        return run_gsl(s, m->kind, to_tolerances ? m->tol : (tolerances){0, 0});
    const squares_result r = squares_run(s, m->text);
    outcome o = {.reason = r.status ? lgd_last_error() : lgd_stop_string(r.report.stop)};
    memcpy(o.w, r.w, sizeof o.w);
    memcpy(o.errors, r.errors, sizeof o.errors);
    return o;
}

static void head(const char *first, size_t count)
{
    printf("| %s | start |", first);
    for (size_t k = 0; k < count; k++)
        printf(" %s |", methods[k].name);
    printf("\n|---|---|");
    for (size_t k = 0; k < count; k++)
        printf("---:|");
    printf("\n");
}

/* ---- NIST's sets */

typedef struct fit {
    squares s;
    outcome o;
} fit;

static double digits_of(const nist *set, const fit *f, bool errors)
{
    return fmax(errors ? nist_digits(set->model->dim, f->o.errors, set->errors, 11)
                       : nist_digits(set->model->dim, f->o.w, set->certified, 11),
                0);
}

enum { FITS = 2 * NIST_NONLINEAR };

static void digits_table(const char *title, const nist *sets, fit fits[FITS][METHODS], bool errors)
{
    printf("\n### %s\n\n", title);
    head("set", METHODS);
    for (size_t i = 0; i < FITS; i++) {
        printf("| %s | %zu |", sets[i / 2].model->name, i % 2 + 1);
        for (size_t k = 0; k < METHODS; k++)
            printf(" %.1f |", digits_of(&sets[i / 2], &fits[i][k], errors));
        printf("\n");
    }
    printf("| median | |");
    for (size_t k = 0; k < METHODS; k++) {
        double digits[FITS];
        for (size_t i = 0; i < FITS; i++)
            digits[i] = digits_of(&sets[i / 2], &fits[i][k], errors);
        printf(" %.1f |", quantile(FITS, digits, 0.5));
    }
    printf("\n");
}

static void nist_tables(const nist *sets)
{
    static fit fits[FITS][METHODS];
    for (size_t i = 0; i < FITS; i++)
        for (size_t k = 0; k < METHODS; k++) {
            fits[i][k].s = squares_nist(&sets[i / 2], i % 2);
            fits[i][k].o = run(&fits[i][k].s, &methods[k], true);
        }
    printf("\n## NIST's sets\n");
    digits_table("Digits of the worst parameter", sets, fits, false);
    digits_table("Digits of the worst standard error", sets, fits, true);
    printf("\n### Evaluations of the residuals, and of the Jacobian\n\n");
    head("set", METHODS);
    for (size_t i = 0; i < FITS; i++) {
        printf("| %s | %zu |", sets[i / 2].model->name, i % 2 + 1);
        for (size_t k = 0; k < METHODS; k++)
            printf(" %zu, %zu |", fits[i][k].s.evaluations, fits[i][k].s.jacobians);
        printf("\n");
    }
    printf("\n### Why runs ended\n\n");
    head("set", METHODS);
    for (size_t i = 0; i < FITS; i++) {
        printf("| %s | %zu |", sets[i / 2].model->name, i % 2 + 1);
        for (size_t k = 0; k < METHODS; k++)
            printf(" %s |", fits[i][k].o.reason);
        printf("\n");
    }
}

/* ---- the problems of More, Garbow and Hillstrom */

typedef struct row {
    const classic *p;
    int number, factor;
    fit by[MGH];
} row;

static size_t run_all(row *rows)
{
    size_t n = 0;
    for (int i = 0; i < MGH_PROBLEMS; i++)
        for (int factor = 1; factor <= (mgh_problems[i].once ? 1 : 10); factor += 9, n++) {
            rows[n] = (row){.p = &mgh_problems[i], .number = i + 1, .factor = factor};
            for (size_t k = 0; k < MGH; k++) {
                rows[n].by[k].s = squares_classic(&mgh_problems[i], factor);
                rows[n].by[k].o = run(&rows[n].by[k].s, &methods[k], false);
            }
        }
    return n;
}

static size_t solved(const row *rows, size_t count, size_t one)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += rows[i].by[one].s.solved > 0;
    return n;
}

/* The median of a method's evaluations over the rows that it and another one solved. */
static double median_of_both(const row *rows, size_t count, size_t one, size_t other)
{
    double both[RUNS];
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (rows[i].by[one].s.solved && rows[i].by[other].s.solved)
            both[n++] = (double)rows[i].by[one].s.solved;
    return quantile(n, both, 0.5);
}

static const char *start_of(const row *r)
{
    return r->factor == 1 ? "x0" : "10 x0";
}

static void mgh_table(const row *rows, size_t count, bool norms)
{
    printf("\n### %s\n\n", norms ? "The gradient at the end" : "Evaluations until solved");
    head("problem", MGH);
    for (size_t i = 0; i < count; i++) {
        printf("| %d %s, n = %d | %s |", rows[i].number, rows[i].p->name, rows[i].p->n, start_of(&rows[i]));
        for (size_t k = 0; k < MGH; k++) {
            const fit *f = &rows[i].by[k];
            if (norms)
                printf(" %.1e |", classic_grad_norm(rows[i].p, f->o.w));
            else
                printf(f->s.solved ? " %zu |" : " (%zu) |", f->s.solved ? f->s.solved : f->s.evaluations);
        }
        printf("\n");
    }
}

static void mgh_tables(row *rows)
{
    const size_t count = run_all(rows);
    printf("\n## The problems of More, Garbow and Hillstrom\n\n");
    head("", MGH);
    printf("| solved | of %zu |", count);
    for (size_t k = 0; k < MGH; k++)
        printf(" %zu |", solved(rows, count, k));
    printf("\n| median of evaluations | where GSL lm solves it too |");
    for (size_t k = 0; k < MGH; k++)
        printf(" %g |", median_of_both(rows, count, k, REFERENCE));
    printf("\n| the same of GSL lm | there |");
    for (size_t k = 0; k < MGH; k++)
        printf(" %g |", median_of_both(rows, count, REFERENCE, k));
    printf("\n");
    mgh_table(rows, count, false);
    printf("\n### Why libgd's runs ended that solved nothing\n\n");
    printf("| problem | start | method | f | reason |\n|---|---|---|---:|---|\n");
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < OURS; k++)
            if (!rows[i].by[k].s.solved)
                printf("| %d %s | %s | %s | %.6g | %s |\n", rows[i].number, rows[i].p->name, start_of(&rows[i]),
                       methods[k].name, classic_eval(rows[i].p, rows[i].by[k].o.w, NULL), rows[i].by[k].o.reason);
    mgh_table(rows, count, true);
}

static void header(const nist *sets, const row *rows, size_t count)
{
    static const char *const names[] = {"LM", "LMACCEL", "DOGLEG"};
    printf("/* Written by bench/peers/least_squares.c: what the trust region methods of multifit_nlinear of GSL %s "
           "make of\n"
           " * NIST's sets and of the problems of More, Garbow and Hillstrom. */\n",
           gsl_version);
    printf("#ifndef LGD_TESTS_REFERENCE_GSL_H\n#define LGD_TESTS_REFERENCE_GSL_H\n/* clang-format off */\n\n");
    printf("/* Evaluations of the first on NIST's sets from both starts, with libgd's tolerances. */\n");
    printf("static const unsigned gsl_nist_evaluations[%d][2] = {\n", NIST_NONLINEAR);
    for (size_t i = 0; i < NIST_NONLINEAR; i++) {
        squares s[2] = {squares_nist(&sets[i], 0), squares_nist(&sets[i], 1)};
        for (size_t k = 0; k < 2; k++)
            run(&s[k], &methods[REFERENCE], true);
        printf("    {%zu, %zu},\n", s[0].evaluations, s[1].evaluations);
    }
    printf("};\n\n/* What each solves, of the %zu problems and starts. */\nenum {", count);
    for (size_t k = 0; k < 3; k++)
        printf("%s MGH_GSL_%s = %zu", k ? "," : "", names[k], solved(rows, count, REFERENCE + k));
    printf(" };\n\n/* Evaluations of the first until solved from x0 and from 10 x0; 0: never. */\n");
    printf("static const unsigned gsl_lm_evaluations[%d][2] = {\n", MGH_PROBLEMS);
    for (size_t i = 0; i < count; i++) {
        const bool next = i + 1 < count && rows[i + 1].p == rows[i].p;
        printf("    {%zu, %zu},\n", rows[i].by[REFERENCE].s.solved, next ? rows[i + 1].by[REFERENCE].s.solved : 0);
        i += next;
    }
    printf("};\n\n#endif\n");
}

/* Evaluations of lm and dogleg and of GSL's, where both solve: a problem is a round. */
static void pairs(const row *rows, size_t count)
{
    static const size_t pair[][2] = {
        {0, REFERENCE + GSL_LM}, {1, REFERENCE + GSL_LMACCEL}, {2, REFERENCE + GSL_DOGLEG}};
    double mine[RUNS], theirs[RUNS];
    char checked[120];
    lines_begin();
    for (size_t k = 0; k < sizeof pair / sizeof *pair; k++) {
        const size_t ours = pair[k][0], peer = pair[k][1];
        size_t n = 0;
        for (size_t i = 0; i < count; i++)
            if (rows[i].by[ours].s.solved && rows[i].by[peer].s.solved) {
                mine[n] = (double)rows[i].by[ours].s.solved;
                theirs[n++] = (double)rows[i].by[peer].s.solved;
            }
        snprintf(checked, sizeof checked, "both at a known minimum, which libgd finds in %zu of %zu runs and it in %zu",
                 solved(rows, count, ours), count, solved(rows, count, peer));
        lines_add(&(line){"classic sums of squares", "until solved", "evaluations", methods[ours].name,
                          methods[peer].name, "GSL " GSL_VERSION, checked},
                  n, mine, theirs);
    }
}

int main(int argc, char **argv)
{
    static row rows[RUNS];
    static nist sets[NIST_NONLINEAR];
    if (argc > 2 || (argc == 2 && strcmp(argv[1], "--header") != 0 && strcmp(argv[1], "--tsv") != 0)) {
        fprintf(stderr, "usage: least_squares [--header | --tsv]\n");
        return 2;
    }
    for (size_t i = 0; i < NIST_NONLINEAR; i++) {
        const char *wrong = nist_read(&sets[i], &nist_nonlinear[i], NIST_DATA);
        if (wrong) {
            fprintf(stderr, "%s/%s.dat: %s\n", NIST_DATA, nist_nonlinear[i].name, wrong);
            return 1;
        }
    }
    if (argc == 2) {
        const size_t count = run_all(rows);
        if (!strcmp(argv[1], "--tsv"))
            pairs(rows, count);
        else
            header(sets, rows, count);
        return 0;
    }
    printf("libgd " LGD_VERSION " beside GSL %s.\n", gsl_version);
    nist_tables(sets);
    mgh_tables(rows);
    return 0;
}
