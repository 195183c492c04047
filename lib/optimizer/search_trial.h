/* Inside of the line searches:
 *   search.c               which search, what it remembers, what it takes and why it finds nothing; the first step of all
 *   search_trial.c         a trial: the point, f and slope there, by an evaluation or along the scores; when one will do
 *   search_more_thuente.c, search_hager_zhang.c, search_backtracking.c
 *                          where to look next; each ends when lgd_look says that no further trial is wanted */
#ifndef LGD_SEARCH_TRIAL_H
#define LGD_SEARCH_TRIAL_H
#include "search.h"

/* A point along the line. Without `sound` f or slope is no number there, or the point itself. */
typedef struct lgd_trial {
    double alpha, f, slope;
    bool sound;
} lgd_trial;

/* A search under way. phi(alpha) is f at w + alpha d. */
typedef struct lgd_search_run lgd_search_run;
struct lgd_search_run {
    lgd_step *s;
    const lgd_search_rules *rules;
    lgd_line *line;
    bool (*accepts)(const lgd_search_run *q, const lgd_trial *t); /* ends the search */
    lgd_trial zero;                                               /* phi(0), phi'(0) */
    double reference;        /* what a trial has to be below; phi(0), or the largest of the last values */
    double rounding;         /* so far values that are equal may lie apart */
    double perturbed;        /* approximate Wolfe: as far above phi(0) is well; 0 without it */
    double first;            /* alpha of the first trial */
    double high, high_slope; /* the shortest trial that did not decrease enough; INFINITY */
    bool along;              /* trials go along the scores */
    double at;               /* the alpha that w_new, f_new and g_new of the line are of; NAN */
    lgd_trial best;          /* the lowest that decreased enough, if sound */
    lgd_trial taken;         /* what was accepted, if sound */
    bool any_value, any_sound, unmoved, unbounded; /* a trial had a value, was sound, was w itself, ... */
    bool jumps, contrary;                          /* values at `high` are not what slopes say */
    lgd_status status;                             /* of the oracle */
};

/* The trial at alpha. False: the search is over, since *t was accepted, since no trial is left or of use, or by an error. */
bool lgd_look(lgd_search_run *q, double alpha, lgd_trial *t);

/* w_new, f_new, g_new and slope_new of the line are those at alpha, by an evaluation unless they are already. `slope_new` is NAN
 * where the point is not finite; q->unmoved where it is w. */
lgd_status lgd_look_fully(lgd_search_run *q, double alpha);

/* Sufficient decrease from the reference. */
bool lgd_decreases(const lgd_search_run *q, const lgd_trial *t);

/* Sufficient decrease of a parabola, by slopes alone, and phi above phi(0) by no more than `above`. */
bool lgd_decreases_by_slope(const lgd_search_run *q, const lgd_trial *t, double above);

/* What is accepted whichever the search: where the decrease asked for is within the rounding of f, that by slopes, which have
 * digits left; and at alpha_max, whose slope nothing can be done about. */
bool lgd_will_do(const lgd_search_run *q, const lgd_trial *t);

/* The searches, from q->first on. */
void lgd_search_more_thuente(lgd_search_run *q);
void lgd_search_hager_zhang(lgd_search_run *q);
void lgd_search_backtracking(lgd_search_run *q);

/* ---- interpolation */

/* The minimiser of the cubic with these values and slopes as a + r (b - a): r. NaN where there is none. */
double lgd_cubic(const lgd_trial *a, const lgd_trial *b);

/* The minimiser of the parabola with a's value and slope and b's value, and that with both slopes, as a share r of the way from a
 * to b. */
double lgd_parabola(const lgd_trial *a, const lgd_trial *b);
double lgd_secant(const lgd_trial *a, const lgd_trial *b);

/* And of the cubic with the value and slope of `zero` and the values of two trials, as a share of the way to t. */
double lgd_cubic_by_values(const lgd_trial *zero, const lgd_trial *t, const lgd_trial *before);

/* The trial after one at alpha that was no number: half the way back to `low`, which was sound; as long as none was, shorter by more
 * and more decades, since alpha may be off by any number of them. */
double lgd_shorten(const lgd_search_run *q, double low, double alpha);

#endif
