/* Line searches for the methods; the public face has their options. */
#ifndef LGD_SEARCH_INSIDE_H
#define LGD_SEARCH_INSIDE_H
#include "optimizer.h"

/* The options of the search, as the struct of a method has them. */
typedef struct lgd_search_rules {
    lgd_search search; /* never LGD_SEARCH_USUAL */
    double c1, c2, first_step;
    size_t max_trials;
} lgd_search_rules;

/* The rows of the option table for these members of the struct S, and the rules from its members. `usual` is what
 * LGD_SEARCH_USUAL stands for. */
#define LGD_SEARCH_OPTIONS(S, decrease, slope)                                                                         \
    LGD_OPTION_CHOICE(S, search, "usual|more_thuente|hager_zhang|backtracking|nonmonotone", "which line search"),      \
        LGD_OPTION(S, c1, decrease, LGD_WITHIN_ONE, "sufficient decrease"),                                            \
        LGD_OPTION(S, c2, slope, LGD_WITHIN_ONE, "of the slope, above c1"), LGD_TRIAL_OPTIONS(S)
#define LGD_TRIAL_OPTIONS(S)                                                                                           \
    LGD_OPTION(S, first_step, 0, LGD_NOT_NEGATIVE, "length of the very first trial, 0: found"),                        \
    {                                                                                                                  \
        .name = "max_trials", .offset = offsetof(S, max_trials), .type = LGD_SIZE, .preset = 40, .low = 1,             \
        .high = 1000, .help = "points a search looks at, at most"                                                      \
    }
#define LGD_WITHIN_ONE .low = 0, .high = 1, .open = 3 /* 0 < x < 1 */
#define LGD_SEARCH_RULES(o, usual)                                                                                     \
    {                                                                                                                  \
        (o)->search ? (o)->search : (usual), (o)->c1, (o)->c2, (o)->first_step, (o)->max_trials                        \
    }

/* For `check` of a method: LGD_EINVAL unless c1 < c2, and with LGD_HAGER_ZHANG c1 < 1/2. */
lgd_status lgd_search_check(const char *method, lgd_search search, double c1, double c2);

/* What a search remembers from step to step, in the state of the method; zeroed at the start. A search that begins at another
 * value than the last one ended with begins anew: with another objective, after an escape from a saddle. */
enum { LGD_SEARCH_VALUES = 10 };
typedef struct lgd_search_memory {
    double value[LGD_SEARCH_VALUES]; /* the last values, for LGD_NONMONOTONE */
    uint64_t values;                 /* how many there were */
    double mean_size, weight;        /* C_k and Q_k of Hager and Zhang: a mean of |f| */
    double close;                    /* not 0: approximate Wolfe from now on */
    double lowest, foretold;         /* value and alpha |slope| of a step so far, */
    uint64_t idle;                   /* and how many steps have brought neither down */
} lgd_search_memory;

/* One search. In: d with slope = g.d < 0 at s->w, the first alpha to try > 0, and two arrays of dim; out: the point, and f and its
 * gradient there. The methods that seldom look twice begin with a full evaluation; with `scores` the search goes along the scores
 * from its first trial, where the run can (oracle->begin_line). Own cost of a search that takes its first trial: w and d are read,
 * w_new is written, and the product g_new.d. */
typedef struct lgd_line {
    const double *d;             /* [dim] */
    double slope, alpha;         /* in; out: of the step taken */
    double alpha_max;            /* in: no trial beyond it; INFINITY: none */
    const double *lower, *upper; /* in: [dim] each, or NULL: rounding is kept within them */
    bool scores;                 /* in */
    bool guessed;                /* in: alpha knows nothing of f's curvature */
    double *w_new, *g_new;       /* [dim] each, out */
    double f_new, slope_new;     /* out: f there, and g_new.d */
    size_t trials;               /* out */
    bool found; /* out; if not, s->stop says why: LGD_STOP_ROUNDING, _SEARCH, _UNBOUNDED or _DIVERGED */
} lgd_line;

/* Searches; s->w, s->g and s->f are as they were, `memory` too unless a point was found. A status of the oracle is passed through.
 * Where a search that finds nothing has set s->stop, a method may try another direction: the next search takes it back. */
lgd_status lgd_search_along(lgd_step *s, const lgd_search_rules *rules, lgd_search_memory *memory, lgd_line *line);

/* The first alpha that a method without any knowledge of f's curvature tries along d (-g, or -P g), as lgd/search.h has it. `hd` is
 * scratch [dim]. */
lgd_status lgd_search_first(lgd_step *s, const lgd_search_rules *rules, const double *d, double slope, double *hd,
                            double *alpha);

/* The alpha of the option first_step > 0, or where w would not move by that the least one that moves it. */
double lgd_search_given(const lgd_step *s, double first_step, const double *d);

/* Takes the point of a search that found one: w, g, f of the step, fresh. A method that goes over both points anyway saves these
 * copies by writing them itself. */
void lgd_search_take(lgd_step *s, const lgd_line *line);

#endif
