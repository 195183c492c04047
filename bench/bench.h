/* lgd-bench: what its parts share.
 *
 *   main      order of events                   data     CSV to a standardised problem
 *   options   the command line                  list     --list
 *   compare   descent methods on real data      optimum  the value they are compared with
 *   grid      variants x batch sizes            variants what is timed; the one file that calls BLAS itself
 *   gradient  one full gradient, memory rate    model    an epoch against bytes/rate
 *   steps     a step of every optimizer         loops    what the steps are compared with
 *   races     ways to do one thing              epochs   an epoch with each estimator of the gradient
 *   lasso     a lasso to a gap                  logistic a logistic regression to its lowest value
 *   reduction descent on rows or their reduction       factorization  an epoch entry by entry
 *   csv       text into memory and into arrays
 *   measure   rounds, quartiles, ratios         table    what a person reads
 *   report    one page of HTML with it all      output   what a program reads: TSV, JSON
 *   files     files, their sentences, text      pictures gnuplot, scripts beside their data
 *   checks    what passed and failed            ../cli   arguments; progress, a bar or lines on stderr
 *   scenes    tables of pictures that measure nothing
 *
 * Only the public face of libgd is used, so that every figure is one a user can have. */
#ifndef LGD_BENCH_H
#define LGD_BENCH_H
#include "files.h"
#include "measure.h"
#include "model.h"
#include "races.h"
#include <lgd.h>

enum { MAX_BATCHES = 32, MAX_THREADS = 16, NAME_SIZE = 48, PATH_SIZE = 4096 };
enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_LOST = 4 }; /* 3 is that of bench/run */

/* ---- settings (options.c) */

typedef struct settings {
    int words; /* argc and argv, for the report to show */
    char **word;
    const char *data, *target, *only, *out, *json, *list;
    int header; /* lgd_csv_header */
    size_t skip_lines;
    bool told_about_file; /* by an option that needs data */
    bool quick, full_gradient, wants_list, wants_redraw, wants_help, wants_version;
    size_t rounds, epochs;              /* filled in from quick or not */
    size_t batch[MAX_BATCHES], batches; /* 0: full */
    size_t thread[MAX_THREADS], thread_counts;
    size_t gradient_rows, gradient_cols;
    uint64_t seed;
} settings;

/* False after a sentence on stderr. */
bool settings_parse(settings *s, int argc, char **argv);
void settings_help(FILE *to);

/* Does --only choose name@where? Without --only: yes. */
bool settings_choose(const settings *s, const char *name, const char *where);

/* A batch size as people write it: "64", "full". Returns its argument. */
char *batch_name(char name[NAME_SIZE], size_t batch);

/* --list (list.c): its exit status. */
int list_print(const settings *s);

/* ---- data (data.c) */

/* A regression (loss half squared, y standardised) or a classification (loss logistic, y in {0, 1}). */
typedef struct dataset {
    char name[NAME_SIZE];
    const char *title;
    bool logistic;
    size_t rows, cols;
    struct lgd_table *table; /* as read */
    double *Z;               /* [rows x cols] each column of mean 0 and deviation 1 */
    double *y;               /* [rows] */
    double y_mean, y_scale;  /* of the target as read */
    char *said;              /* what was done to the file, one fact a line */
    lgd_matrix *dense, *A;   /* the table, and the table standardised by the library */
} dataset;

/* One of the two data sets of the tree, or a file. False after a sentence on stderr. */
bool dataset_housing(dataset *d);
bool dataset_breast_cancer(dataset *d);
bool dataset_read(dataset *d, const settings *s);
void dataset_free(dataset *d);

/* Largest curvature of the mean loss over all rows, and over the worst single row, intercept included. */
void dataset_curvature(const dataset *d, double *all, double *worst);

/* ---- optimum (optimum.c) */

/* Newton's method with conjugate gradients from 0: w[cols + 1] and the value F(w) at it. False if the gradient did not fall
 * to 1e-9 of where it began. */
bool optimum_find(const dataset *d, lgd_objective *f, double l2, double *w, double *value);

/* ---- variants (variants.c) */

/* Linear least squares without intercept on X [rows x cols], by rows without gaps. */
typedef struct problem {
    size_t rows, cols;
    const double *X, *y;
    lgd_objective *f; /* the same for libgd */
    double lr;
    uint64_t seed;
} problem;

typedef struct variant {
    char name[NAME_SIZE];
    const char *about;
    /* out -= a * sum over the rows of (x_i w - y_i) x_i; index NULL: rows 0 .. count-1. Absent: libgd itself */
    void (*descend)(const problem *p, const size_t *index, size_t count, const double *w, double a, double *out,
                    double *scratch);
    bool direct;                   /* all scores are known before out changes, so out may be w */
    bool threaded;                 /* can use more than one thread */
    bool usual;                    /* part of the grid without --only */
    unsigned flags;                /* of the optimizer */
    char optimizer[NAME_SIZE * 2]; /* for lgd_optimizer_parse */
} variant;

/* scalar, blas1, gemv, then libgd with each built-in optimizer; returns how many. The first is the reference. lr is for
 * the optimizers whose step is linear in the gradient; the others have their presets. Usual are those without the library,
 * and of the library sgd, momentum and adam, which move 0, 1 and 2 vectors: what others cost more, the steps tell. */
enum { MAX_VARIANTS = 64 };
size_t variants_list(variant out[MAX_VARIANTS], double lr);

/* Numbers of scratch that descend needs for a batch (0: full). */
size_t variants_scratch(const problem *p, size_t batch);

/* Threads of the BLAS for the variants that call it themselves; libgd holds its own. False: this BLAS offers no way. */
bool variants_blas_threads(size_t threads);

/* g[cols] = X^T (X w - y) / rows by two gemv over the whole of X, and by plain loops. residual[rows] */
void variants_gradient_gemv(const problem *p, const double *w, double *g, double *residual);
void variants_gradient_scalar(const problem *p, const double *w, double *g);

/* An epoch of steps w -= lr g in batches, rows as they are stored, by two gemv for each. scores[batch] */
void variants_epoch_gemv(const problem *p, size_t batch, double lr, double *w, double *scores);

/* ---- grid (grid.c) */

typedef struct grid_cell {
    const variant *variant;
    const struct grid *grid;
    size_t batch, threads;
    verdict verdict;
    double error;       /* difference from the reference's weights */
    char why[256];      /* of FAILED */
    lgd_optimizer *opt; /* of libgd's */
    double *w, *sample; /* [cols], [rounds] seconds of an epoch */
    size_t repeats;     /* epochs in one timing */
    quartiles seconds;
    interval ratio;        /* reference / this */
    double gflops, gbytes; /* a second; 4 m n flop and 8 m n bytes an epoch */
    double streaming;      /* gbytes over the rate at which memory can be read */
    bool noisy, best;
} grid_cell;

typedef struct grid {
    const char *name;
    problem problem;
    variant variant[MAX_VARIANTS];
    grid_cell *cell;
    size_t variants, cells, rounds;
    char note[512]; /* what was left out */
    size_t *index;  /* workspace of the cells */
    double *g, *scratch;
} grid;

bool grid_run(grid *out, const dataset *d, const settings *s);
void grid_free(grid *out);

/* ---- gradient (gradient.c) */

enum { MAX_GRADIENT_CELLS = 8 * MAX_THREADS };

typedef struct gradient_cell {
    char name[NAME_SIZE];
    size_t streams, threads; /* streams > 0: a read of X */
    bool gemv, single;
    verdict verdict;
    double error, *sample;
    size_t repeats;
    quartiles seconds;
    interval to_gemv, to_read; /* ratios: two gemv / this, a read by eight streams / this; same number of threads */
    double gbytes;
    const struct gradient *gradient;
} gradient_cell;

typedef struct gradient {
    problem problem;
    bool only_read;
    size_t cells, rounds;
    gradient_cell cell[MAX_GRADIENT_CELLS];
    double *X, *y, *w, *g, *residual;
    float *floats; /* those of X */
    lgd_objective *single;
    char note[256]; /* why there is nothing here */
} gradient;

bool gradient_run(gradient *out, const settings *s);
void gradient_free(gradient *out);

/* Are so many bytes at most half of the machine's memory, so that it does not begin to swap? */
bool memory_suffices(double bytes);

/* ---- steps (steps.c) */

enum { MAX_METHODS = 64 };

/* What is timed of a method: its step, the loop that moves its state, the same after a pass over w and g, which is the least
 * that sums over all coordinates cost, and a plain loop of the method itself. */
typedef enum timed_as { STEP, LOOP, PASSES, OWN, TIMED_AS } timed_as;

typedef struct step_cell {
    const lgd_optimizer_ops *ops;
    size_t vectors;          /* of state */
    bool two_passes, spoils; /* needs sums first; writes to g */
    verdict verdict;
    double error; /* difference from the references of the tests */
    char why[256];
    lgd_optimizer *opt;
    double *sample[TIMED_AS];   /* [rounds] each, NULL where not timed */
    quartiles seconds;          /* of the step */
    interval against[TIMED_AS]; /* time of the step / time of that, NAN where not timed */
    double gbytes, sum;         /* gbytes a second, of the loop that the method needs; sum of its first pass */
} step_cell;

typedef struct step_times {
    size_t dim, rounds, cells;
    step_cell cell[MAX_METHODS];
    uint64_t seed, t;
    double *w, *g, *kept, *vec[2][8];
    char note[256]; /* why there is nothing here */
} step_times;

/* Does --only choose the steps of this method, NULL: of any? */
bool steps_choose(const settings *s, const char *of);
bool steps_run(step_times *out, const settings *s);
void steps_free(step_times *out);

/* ---- compare (compare.c) */

typedef struct method {
    char name[NAME_SIZE], optimizer[NAME_SIZE * 2];
    size_t batch, epochs;
    double lr, preset;       /* NaN: it has no rate */
    bool own_point;          /* which it is judged at */
    double loss, gap, score; /* score: R2 or accuracy */
    double seconds, to_one;  /* to_one: until 1 % above the optimum, NaN if never */
    size_t epochs_to_one;
    double *curve, *clock; /* [epochs + 1] loss and seconds, from the start to the end of the last epoch */
    verdict verdict;
    double error;
    char why[256];
} method;

enum { MAX_RUNS = 3 };
typedef struct comparison {
    const dataset *data;
    double l2, optimum, start, curvature, worst;
    method method[MAX_METHODS];
    size_t methods, runs, threads; /* runs: timed ones */
} comparison;

bool compare_run(comparison *c, const dataset *d, const settings *s);
void compare_free(comparison *c);

/* ---- pictures (pictures.c) */

/* LEFT_OUT: its data are not there, or gnuplot is not; it counts neither as passed nor as failed. */
typedef enum drawing { NOT_YET, DRAWN, LEFT_OUT, NOT_DRAWN } drawing;

enum { MAX_PICTURES = 32 };
typedef struct picture {
    const char *name;
    char title[256], alt[2048], data[256]; /* as the head of its script says; data: files between spaces */
    drawing state;
    char why[512]; /* it is not drawn */
} picture;

typedef struct pictures {
    picture picture[MAX_PICTURES];
    size_t count;
} pictures;

/* ---- what is shown (table.c) and written (output.c) */

typedef struct results {
    const settings *settings;
    dataset data[2];
    size_t datasets;
    comparison comparison[2];
    size_t comparisons;
    grid grid;
    gradient gradient;
    step_times steps;
    model model;
    race race[RACES]; /* without a name where it did not run */
    bool has_grid, has_gradient, has_steps, has_model, has_race;
    pictures pictures;
    double seconds;
} results;

/* Puts the scripts of all pictures into the folder and draws those whose data are there and, unless r is NULL, were made
 * by this run. What goes wrong with a picture is said on stderr and kept in its `why`; false only if a file cannot be
 * written, after a sentence. */
bool pictures_draw(pictures *all, const results *r, const char *folder);

/* What passed and failed (checks.c). */
typedef struct tally {
    size_t passed, failed;
} tally;
tally check_comparison(const comparison *c);
tally check_grid(const grid *g);
tally check_gradient(const gradient *g);
tally check_steps(const step_times *s);
tally check_model(const model *m);
tally check_race(const race *r);
tally check_pictures(const pictures *p);
tally check_all(const results *r);

void table_head(const settings *s);
void table_data(const dataset *d);
void table_compare(const comparison *c);
void table_compare_legend(const comparison *c);
void table_grid(const grid *g);
void table_gradient(const gradient *g);
void table_steps(const step_times *s);
void table_race(const race *r);

/* x with so many significant digits: fixed where that is short, else with an exponent; NaN as "-". */
char *digits(char text[NAME_SIZE], double x, int significant);

/* EXIT_OK, or after a sentence on stderr that names the path EXIT_FAILED, or EXIT_LOST where memory did not suffice for
 * the JSON; the names of what was written go to stdout. */
int output_write(const results *r);

/* Whether this run makes that table; those of the scenes belong to a run of all parts, without --only. */
bool output_has(const results *r, const char *name);

/* The page that shows it all (report.c), its tables (report_tables.c) and its checks (report_checks.c). False after a sentence on stderr. */
bool report_write(const results *r, const char *path);
void report_comparison(FILE *to, const comparison *c, const char *id);
void report_grid_head(FILE *to, const grid *g);
void report_grid(FILE *to, const grid *g);
void report_gradient(FILE *to, const gradient *g);
void report_steps(FILE *to, const step_times *s);
void report_race(FILE *to, const race *r);
void report_checks(FILE *to, const results *r);
void report_failures(FILE *to, const results *r); /* items of a list */

/* ---- scenes (scenes.c) */

/* Writes the tables of the pictures that measure nothing, such as paths, rates and schedules, into a folder that is
 * there: the same numbers on every machine, to rounding. False after a sentence on stderr that names the path. */
bool scenes_write(const char *folder);

/* Processor, cores, memory, system. */
const char *machine_name(void);

#endif
