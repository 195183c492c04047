/* How far a run has come: a bar where stderr is a terminal, otherwise lines at 1, 2, 4, 8, ... and the last. */
#ifndef LGD_CLI_PROGRESS_H
#define LGD_CLI_PROGRESS_H
#include <stdbool.h>
#include <stddef.h>

double now(void); /* seconds, monotonic */

typedef struct progress {
    const char *title;
    size_t done, total;
    double begun, drawn, last, rate; /* rate: seconds a step, a moving mean */
    bool terminal;
} progress;
void progress_begin(progress *p, const char *title, size_t total);
void progress_step(progress *p);
void progress_end(progress *p);

#endif
