/* What a run costs, by a model, and where its time goes. */
#ifndef LGD_PROFILE_H
#define LGD_PROFILE_H
#include "base/phases.h"
#include "lgd/minimize.h"

struct lgd_run;

/* Seconds of what happens again and again, of which some is timed, see base/phases.h.
 *   exact        of what stands for itself
 *   sampled      of what stands for others, `timed` of those beyond the first */
typedef struct lgd_tally {
    uint64_t count, timed;
    double exact, sampled;
} lgd_tally;

/* With profile: evaluations and steps, and what panels tell. */
typedef struct lgd_profile {
    lgd_tally evaluations, steps;
    lgd_phases phases, *before; /* before: where the thread told them when the evaluation began */
    bool evaluates, stepping;   /* one of them is being timed, */
    bool stands;                /* the evaluation for itself or others, and not for a step alone */
    double within;              /* and so much of a step's time were evaluations */
} lgd_profile;

/* Without profile nothing is timed. Around an evaluation of `rows` rows, and around a step: what begin returns is handed to end. */
double lgd_profile_evaluation(struct lgd_run *run, double rows);
void lgd_profile_evaluated(struct lgd_run *run, double rows, double begun);
double lgd_profile_step(struct lgd_run *run);
void lgd_profile_stepped(struct lgd_run *run, double begun);

/* What the run has cost, for its report. */
void lgd_profile_tell(struct lgd_run *run, lgd_report *r);

#endif
