/* Panels that are timed. */
#include "phases.h"

_Thread_local lgd_phases *lgd_phases_now;

void lgd_watch_start(lgd_watch *w)
{
    if (!lgd_is_timed(atomic_fetch_add_explicit(&w->to->panels, 1, memory_order_relaxed))) {
        w->to = NULL;
    } else {
        const double before = lgd_seconds();
        w->begun = lgd_seconds();
        w->look = w->begun - before;
    }
}

static uint64_t nanoseconds(double seconds)
{
    return seconds > 0 ? (uint64_t)(1e9 * seconds + 0.5) : 0;
}

/* What looking at the clock took is no part of the loss, nor of the panel. */
void lgd_watch_finish(lgd_watch *w)
{
    const double now = lgd_seconds(), cost = w->look;
    const double timed = w->loss - (double)w->timed * cost;
    const double all = w->timed ? timed * (double)w->calls / (double)w->timed : 0;
    const double whole = now - w->begun - (double)(1 + 2 * w->timed) * cost;
    atomic_fetch_add_explicit(&w->to->loss, nanoseconds(all < whole ? all : whole), memory_order_relaxed);
    atomic_fetch_add_explicit(&w->to->whole, nanoseconds(whole), memory_order_relaxed);
}
