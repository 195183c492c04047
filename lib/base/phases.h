/* Where the time of a run goes. A clock is read for some of what there is to time, and what was timed stands for the rest:
 *
 *     evaluations  by the run: of 32768 numbers or more each, of the others the first 64 and then every 61st
 *     steps        by the run: of w of 4096 numbers or more each, of the others the first 64 and then every 61st
 *     the loss     within an evaluation that is timed, for the first 64 panels and then every 61st, by its share of the panel's time
 *
 * A prime, since loops have periods of their own, and the first ones as they come, since they are dearer than the rest. Reading the
 * clock takes some 25 ns, twice for what is timed: 2 % of 2.5 us, which is about what the smallest of all that is always timed takes. */
#ifndef LGD_PHASES_H
#define LGD_PHASES_H
#include "base.h"
#include <stdatomic.h>

enum { LGD_TIMED_FIRST = 64, LGD_TIMED_EVERY = 61 };

/* Is the n-th, from 0, one that is timed? */
static inline bool lgd_is_timed(uint64_t n)
{
    return n < LGD_TIMED_FIRST || n % LGD_TIMED_EVERY == 0;
}

/* What the panels of an evaluation have told: nanoseconds of some of them, and of the loss within those. */
typedef struct lgd_phases {
    _Atomic uint64_t panels, whole, loss;
} lgd_phases;

/* That of the evaluation which this thread works on; NULL: it is not timed. A sum over chunks hands it to its threads. */
extern _Thread_local lgd_phases *lgd_phases_now;

static inline lgd_phases *lgd_phases_swap(lgd_phases *with)
{
    lgd_phases *const before = lgd_phases_now;
    lgd_phases_now = with;
    return before;
}

/* A panel that is timed, and its loss: of a loss that is called for a few rows at a time every eighth call stands for all. */
typedef struct lgd_watch {
    lgd_phases *to;           /* NULL: it is not timed */
    double begun, look, loss; /* look: what one look at the clock takes */
    size_t calls, timed;
} lgd_watch;

/* Nothing but the first look costs anything where nothing is timed. */
void lgd_watch_start(lgd_watch *w);
void lgd_watch_finish(lgd_watch *w);

static inline lgd_watch lgd_watch_begin(void)
{
    lgd_watch w = {.to = lgd_phases_now};
    if (w.to)
        lgd_watch_start(&w);
    return w;
}

static inline void lgd_watch_end(lgd_watch *w)
{
    if (w->to)
        lgd_watch_finish(w);
}

/* Around a call of the loss. */
static inline double lgd_watch_loss_begin(lgd_watch *w)
{
    return w->to && w->calls++ % 8 == 0 ? lgd_seconds() : 0;
}

static inline void lgd_watch_loss_end(lgd_watch *w, double begun)
{
    if (begun > 0) {
        w->loss += lgd_seconds() - begun;
        w->timed++;
    }
}

#endif
