/* lgd: what its parts share.
 *
 *   main      the commands, one line each       arguments  options from a table
 *   fit       the order of a fit                options    those of fit
 *   run       steps of a method                 squares    least squares at once, and error bars
 *   pieces    losses of straight pieces         rows       rows set aside, folds
 *   table     what a person reads               judge      how near a fit is
 *   predict   numbers of a model                model      what a program reads
 *   data      tables, weights                   reading    options about them
 *   formats   tables of other formats           convert    from one to another
 *   files     sentences, memory, files          losses     a line each
 *   info      the library in use                progress   a bar on stderr
 *
 * Only the public face of libgd is used. A function that is bool says false after a sentence on stderr. */
#ifndef LGD_CLI_H
#define LGD_CLI_H
#include <lgd.h>
#include <lgd/io.h>
#include <stdio.h>

enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_DIVERGED, EXIT_UNCONVERGED };

/* A command: argv[0] is its name. Returns the exit status. */
int fit_main(int argc, char **argv);
int predict_main(int argc, char **argv);
int info_main(int argc, char **argv);
int convert_main(int argc, char **argv);

/* ---- sentences and memory (files.c) */

#ifdef __GNUC__
#define PRINTF(text, values) __attribute__((__format__(printf, text, values)))
#else
#define PRINTF(text, values)
#endif

/* "lgd: " and a sentence; false. */
bool refuse(const char *format, ...) PRINTF(1, 2);

/* The library's sentence, its hints in the words of the command line; false. */
bool refuse_last(void);

/* count * size bytes of 0, at least one; NULL after a sentence. */
void *memory_of(size_t count, size_t size);

/* ---- losses (losses.c) */

/* What the command line knows of a loss of the library. */
typedef struct loss_kind {
    const char *name;
    bool squares; /* least squares */
    bool labels;  /* two values, which become 0 and 1 */
    bool classes; /* several, a score for each */
    bool kinks;   /* piecewise linear */
    bool fades;   /* curved near the target alone, so that Newton's method does not see the way there */
    double cut;   /* with labels: predictions above it are 1 */
    const char *about;
} loss_kind;

/* That of a text as lgd_loss_parse reads it; NULL for an unknown name. */
const loss_kind *loss_find(const char *text);

/* Names of losses, for arguments: NULL beyond the last. */
const char *loss_name(const void *ctx, size_t i);

/* A line for each, with its parameter as it is preset. */
void losses_print(FILE *to);

/* ---- tables (data.c) */

typedef enum file_format { FORMAT_AUTO, FORMAT_CSV, FORMAT_LIBSVM, FORMAT_NPY, FORMAT_HDF5 } file_format;

/* That of a file, by its name: CSV where that says nothing; whether it is an .npz; and what a format is called. (formats.c) */
file_format format_of(const char *path);
bool format_is_archive(const char *path);
const char *format_title(file_format is);

/* How a file is read: what --ignore and its like say. binary, classes, target and no_target of csv are for every format. */
typedef struct reading {
    lgd_csv_options csv;
    file_format format; /* FORMAT_AUTO until reading_suits */
    lgd_index_base base;
    size_t cols;                                        /* of LIBSVM's format; 0: as found */
    size_t column;                                      /* the target's, where it has a number alone; 0: none */
    const char *dataset, *target_file, *target_dataset; /* of arrays */
    const char *weights;                                /* a column; NULL: none */
    const char *weights_file;
    bool stream;   /* rows stay in their file */
    bool nameless; /* columns without names get none: there may be billions */
    bool plain;    /* there is no loss, so that labels are numbers */
    char *ignored; /* --ignore as it was given, cut at its commas; csv.ignore points into it */
} reading;

/* The reader's sentence about a table that it does not take; false. */
bool refuse_table(const reading *how);

/* One more column, or several between commas. */
bool reading_ignore(reading *how, const char *columns);
void reading_free(reading *how);

/* The same with --ignore as the reader takes it; uncut takes that back. */
bool reading_cut(const reading *how, reading *cut);
void reading_uncut(const reading *how, reading *cut);

/* Settles the format, and are the options such as it has? (formats.c) */
bool reading_suits(reading *how, const char *path, bool needs_target);

/* A table that is not CSV; the library's sentence is the last. */
lgd_status format_read(lgd_table **t, const char *path, const reading *how);

/* X [rows x cols] without the column of weights; NULL where the numbers are floats or sparse, and A alone has them. */
typedef struct data {
    const char *path;
    lgd_table *table;
    size_t rows, cols;
    double *X, *y; /* the table's */
    const char **names;
    double *weights; /* [rows], NULL: none */
    lgd_matrix *A;
    lgd_csr sparse; /* row_start NULL: it is not */
    char *numbers;  /* text of names that are numbers */
    double *wide;   /* X of floats */
    double *copy;   /* not NULL: X, y and weights lie in it, and the table and the names are another's */
} data;
bool data_read(data *d, const char *path, const reading *how, bool quiet);
bool data_try(data *d, const char *path, const reading *how); /* without a sentence */
bool data_number(data *d, const reading *how);                /* names of columns that have none (formats.c) */
bool data_stream(data *d, const reading *how);                /* y, and A whose rows stay in their file */
bool data_widen(data *d);                                     /* X of floats */
void data_free(data *d);

/* ---- files (files.c) */

/* A file to be written: under another name until it is whole; a device or pipe as it is. "-" is stdout. */
typedef struct output {
    const char *path;
    char *part;
    FILE *file;
} output;

/* Without force a file that is there already is refused, and a folder that takes no files is. */
bool output_allowed(const char *path, bool force);

/* Would the one be written over the other, however the two are called? */
bool output_same(const char *a, const char *b);
bool output_open(output *o, const char *path);
bool output_finish(output *o);

/* What was printed has arrived. */
bool stdout_finish(void);

/* ---- fits (fit.c) */

/* Above so many coefficients no matrix of them all is made, unless --solver or --optimizer asks for it. */
enum { MATRIX_MOST = 5000 };

typedef enum solver { SOLVER_AUTO, SOLVER_QR, SOLVER_SVD, SOLVER_REDUCTION, SOLVER_STREAM } solver;

typedef struct settings {
    const char *path, *out, *optimizer;
    reading how;
    const loss_kind *kind;
    lgd_loss *loss;
    bool standardize, intercept, force, quiet, strict, help, balanced, diagnose, verbose;
    bool asks_steps; /* by an option that is about them */
    double l1, l2, tol, validate;
    int solver, order, estimator, schedule; /* below 0: not told */
    uint64_t steps, epochs, seed, patience;
    size_t batch, threads, folds;
} settings;

/* Those of `lgd fit` (options.c). */
bool settings_parse(settings *s, int argc, char **argv);
void settings_free(settings *s);
void settings_help(FILE *to);

/* What a fit found: w [(cols + intercept) x outputs] of the columns as they are in the file. */
typedef struct fit {
    const settings *settings;
    data data;
    data whole, held;      /* with --validate: the table, and the rows of it that the fit does not see */
    lgd_matrix *held_A;    /* held.A, or that scaled as A */
    lgd_objective *held_f; /* mean loss there */
    bool inside;           /* of a fold: nothing is said */
    size_t outputs;
    lgd_matrix *A;        /* data.A, or that standardised */
    lgd_objective *f, *q; /* q: f reduced, which steps are on then */
    size_t dim;
    double *w, *errors; /* [dim]; errors NULL: not known */
    double *at;         /* [dim] of the columns of A */
    double *covariance; /* [dim x dim] of at; NULL: not known */
    lgd_report report;  /* of a run; stop LGD_STOP_NONE: there was none */
    bool converged;     /* the run */
    char *method;       /* what the steps are of */
    char *plan;         /* how least squares are solved, and why */
    size_t rank;
    double condition, digits;  /* NaN: not known */
    double value;              /* of the objective, with penalties */
    double freedom, sigma, r2; /* of least squares: residual deviation, share of the variance */
    double accuracy;           /* of labels */
    double gap;                /* value - minimum at most; NaN: not known */
    double held_loss, held_accuracy;
    lgd_cv_report cv; /* with --folds */
    char *words;      /* what is minimised and how, with --verbose */
} fit;

bool fit_prepare(fit *a);           /* matrix, objective, room */
bool fit_find(fit *a, int *status); /* at */
bool fit_restore(fit *a);           /* w */
void fit_free(fit *a);

bool fit_run(fit *a, int *status);     /* by steps of a method (run.c) */
bool fit_squares(fit *a, int *status); /* of least squares, at once (squares.c) */
bool fit_steps(fit *a, int *status);   /* of least squares, by steps */
bool fit_pieces(fit *a, int *status);  /* of losses with kinks (pieces.c) */
bool fit_judge(fit *a);                /* sigma, r2, accuracy; those of the rows held (judge.c) */
bool fit_describe(fit *a, const lgd_optimizer *opt, const lgd_minimize_options *o); /* words (run.c) */
void fit_print(FILE *to, const fit *a);                                             /* (table.c) */
const char *fit_column(const fit *a, size_t j);

/* ---- rows (rows.c) */

bool rows_hold(fit *a);              /* data is cut into data and held */
bool rows_fold(fit *a, int *status); /* cv */

/* ---- models (model.c) */

typedef struct model {
    const char *path;
    const loss_kind *kind;
    lgd_loss *loss;
    char *target;
    bool intercept;
    size_t cols, outputs;
    char **names;
    size_t class_count; /* 0: the target is a number */
    char **classes;
    double *w; /* [(cols + intercept) x outputs] */
} model;

/* Can the names of the columns be written, and are they told apart by them? */
bool model_allowed(const data *d);
bool model_write(const fit *a, const char *path);
bool model_read(model *m, const char *path);
void model_free(model *m);

#endif
