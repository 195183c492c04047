/* The classic functions of tests/classic.h by libgd's methods that search along lines, libLBFGS, NLopt and GSL.
 *
 *     classic [--header | --tsv]
 *
 * Without arguments the tables of docs/classic-functions.md; with --header what tests/reference/mgh_peers.h holds, which the
 * suite mgh compares with. `meson compile classic-functions` writes both. With --tsv the lines of bench/run --peers. */
#include "classic.h"
#include "lines.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static outcome run_ours(const classic *p, double factor, const char *text)
{
    const classic_result r = classic_run(p, factor, text, NULL);
    const char *reason = r.status ? lgd_strerror(r.status) : lgd_stop_string(r.report.stop);
    return (outcome){r.evaluations, r.solved, r.report.f, r.grad_norm,
                     r.evaluations < CLASSIC_MOST ? reason : "10000 evaluations"};
}

static outcome run_lbfgs(const classic *p, double factor)
{
    return run_ours(p, factor, "lbfgs");
}

static outcome run_bfgs(const classic *p, double factor)
{
    return run_ours(p, factor, "bfgs");
}

static outcome run_cg(const classic *p, double factor)
{
    return run_ours(p, factor, "cg");
}

static outcome run_newton_cg(const classic *p, double factor)
{
    return run_ours(p, factor, "newton_cg");
}

/* Methods are compared within a kind; of the last there is no other here. */
enum { LBFGS, BFGS, CG, NEWTON };
static const char *const kinds[] = {"LBFGS", "BFGS", "CG"};

static const method methods[] = {
    {"lbfgs", LBFGS, true, run_lbfgs},
    {"libLBFGS", LBFGS, false, run_liblbfgs},
    {"NLopt LD_LBFGS", LBFGS, false, run_nlopt},
    {"bfgs", BFGS, true, run_bfgs},
    {"GSL vector_bfgs2", BFGS, false, run_gsl_bfgs2},
    {"cg", CG, true, run_cg},
    {"GSL conjugate_pr", CG, false, run_gsl_conjugate_pr},
    {"newton_cg", NEWTON, true, run_newton_cg},
};
enum { METHODS = sizeof methods / sizeof *methods, RUNS = 2 * MGH_PROBLEMS, LIBLBFGS = 1 };

/* One problem from one start by all. */
typedef struct row {
    const classic *p;
    int number, factor;
    outcome by[METHODS];
} row;

static size_t run_all(const classic *problems, size_t count, row *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (int factor = 1; factor <= (problems[i].once ? 1 : 10); factor += 9, n++) {
            rows[n] = (row){.p = &problems[i], .number = (int)i + 1, .factor = factor};
            for (size_t k = 0; k < METHODS; k++)
                rows[n].by[k] = methods[k].run(&problems[i], factor);
        }
    return n;
}

static int ascending(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x < y ? -1 : x > y;
}

/* The median of a method's evaluations over the rows that it and another one solved. */
static double median(const row *rows, size_t count, size_t one, size_t other)
{
    size_t both[RUNS], n = 0;
    for (size_t i = 0; i < count; i++)
        if (rows[i].by[one].solved && rows[i].by[other].solved)
            both[n++] = rows[i].by[one].solved;
    qsort(both, n, sizeof *both, ascending);
    return n ? (double)(both[(n - 1) / 2] + both[n / 2]) / 2 : NAN;
}

static size_t solved(const row *rows, size_t count, size_t one)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += rows[i].by[one].solved > 0;
    return n;
}

/* ---- tables */

static void head(const char *first, const char *second)
{
    printf("| %s | %s |", first, second);
    for (size_t k = 0; k < METHODS; k++)
        printf(" %s |", methods[k].name);
    printf("\n|---|---|");
    for (size_t k = 0; k < METHODS; k++)
        printf("---:|");
    printf("\n");
}

static void summary(const row *rows, size_t count)
{
    head("", "");
    printf("| solved | of %zu |", count);
    for (size_t k = 0; k < METHODS; k++)
        printf(" %zu |", solved(rows, count, k));
    printf("\n| median of evaluations | where libLBFGS solves it too |");
    for (size_t k = 0; k < METHODS; k++)
        printf(" %g |", median(rows, count, k, LIBLBFGS));
    printf("\n| the same of libLBFGS | there |");
    for (size_t k = 0; k < METHODS; k++)
        printf(" %g |", median(rows, count, LIBLBFGS, k));
    printf("\n");
}

static const char *start_of(const row *r)
{
    return r->factor == 1 ? "x0" : "10 x0";
}

static void table(const row *rows, size_t count, bool norms)
{
    printf("\n### %s\n\n", norms ? "The gradient at the end" : "Evaluations until solved");
    head("problem", "start");
    for (size_t i = 0; i < count; i++) {
        printf("| %d %s, n = %d | %s |", rows[i].number, rows[i].p->name, rows[i].p->n, start_of(&rows[i]));
        for (size_t k = 0; k < METHODS; k++) {
            const outcome *o = &rows[i].by[k];
            if (norms)
                printf(" %.1e |", o->grad_norm);
            else
                printf(o->solved ? " %zu |" : " (%zu) |", o->solved ? o->solved : o->evaluations);
        }
        printf("\n");
    }
}

/* Ours alone: why they ended where they had not solved it. */
static void reasons(const row *rows, size_t count)
{
    printf("\n### Why libgd's runs ended that solved nothing\n\n");
    printf("| problem | start | method | f | reason |\n|---|---|---|---:|---|\n");
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < METHODS; k++)
            if (methods[k].ours && !rows[i].by[k].solved)
                printf("| %d %s | %s | %s | %.6g | %s |\n", rows[i].number, rows[i].p->name, start_of(&rows[i]),
                       methods[k].name, rows[i].by[k].f, rows[i].by[k].reason);
}

static void all(const char *title, const classic *problems, size_t number, row *rows)
{
    const size_t count = run_all(problems, number, rows);
    printf("\n## %s\n\n", title);
    summary(rows, count);
    table(rows, count, false);
    reasons(rows, count);
    table(rows, count, true);
}

static void header(const row *rows, size_t count, const char *versions)
{
    printf("/* Written by bench/peers/classic.c: what others make of the problems of More, Garbow and Hillstrom.\n * "
           "%s */\n",
           versions);
    printf(
        "#ifndef LGD_TESTS_REFERENCE_MGH_PEERS_H\n#define LGD_TESTS_REFERENCE_MGH_PEERS_H\n/* clang-format off */\n\n");
    printf("/* The most that one of a kind solves, of the %zu problems and starts. */\nenum {", count);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t best = 0;
        for (size_t k = 0; k < METHODS; k++)
            if (!methods[k].ours && methods[k].kind == (int)i)
                best = solved(rows, count, k) > best ? solved(rows, count, k) : best;
        printf("%s PEERS_%s = %zu", i ? "," : "", kinds[i], best);
    }
    printf(" };\n\n/* Evaluations of libLBFGS until solved from x0 and from 10 x0; 0: never. */\n");
    printf("static const unsigned liblbfgs_evaluations[%d][2] = {\n", MGH_PROBLEMS);
    for (size_t i = 0; i < count; i++) {
        const bool next = i + 1 < count && rows[i + 1].p == rows[i].p;
        printf("    {%zu, %zu},\n", rows[i].by[LIBLBFGS].solved, next ? rows[i + 1].by[LIBLBFGS].solved : 0);
        i += next;
    }
    printf("};\n\n#endif\n");
}

/* Evaluations of each of libgd's methods and of each other one of its kind, where both solve: a problem is a round. */
static void pairs(const row *rows, size_t count)
{
    double mine[RUNS], theirs[RUNS];
    char version[40], checked[120];
    lines_begin();
    for (size_t i = 0; i < METHODS; i++)
        for (size_t k = 0; k < METHODS; k++) {
            size_t n = 0;
            if (!methods[i].ours || methods[k].ours || methods[i].kind != methods[k].kind)
                continue;
            for (size_t r = 0; r < count; r++)
                if (rows[r].by[i].solved && rows[r].by[k].solved) {
                    mine[n] = (double)rows[r].by[i].solved;
                    theirs[n++] = (double)rows[r].by[k].solved;
                }
            peers_version(methods[k].name, version, sizeof version);
            snprintf(checked, sizeof checked,
                     "both at a known minimum, which libgd finds in %zu of %zu runs and it in %zu",
                     solved(rows, count, i), count, solved(rows, count, k));
            lines_add(&(line){"classic functions", "until solved", "evaluations", methods[i].name, methods[k].name,
                              version, checked},
                      n, mine, theirs);
        }
}

int main(int argc, char **argv)
{
    static row rows[RUNS];
    char versions[200];
    if (argc > 2 || (argc == 2 && strcmp(argv[1], "--header") != 0 && strcmp(argv[1], "--tsv") != 0)) {
        fprintf(stderr, "usage: classic [--header | --tsv]\n");
        return 2;
    }
    peers_versions(versions, sizeof versions);
    if (argc == 2) {
        const size_t count = run_all(mgh_problems, MGH_PROBLEMS, rows);
        if (!strcmp(argv[1], "--tsv"))
            pairs(rows, count);
        else
            header(rows, count, versions);
        return 0;
    }
    printf("libgd " LGD_VERSION " beside %s.\n", versions);
    all("The problems of More, Garbow and Hillstrom", mgh_problems, MGH_PROBLEMS, rows);
    all("Other functions", classic_functions, classic_function_count, rows);
    return 0;
}
