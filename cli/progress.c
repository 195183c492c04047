/* How far the run has come, on stderr. */
#include "progress.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void clock_text(char text[32], double seconds)
{
    unsigned long s = seconds > 0 ? (unsigned long)(seconds + 0.5) : 0;
    snprintf(text, 32, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
}

static void draw_bar(const progress *p)
{
    enum { WIDTH = 30 };
    char bar[WIDTH + 1], eta[32];
    size_t full = p->total ? p->done * WIDTH / p->total : WIDTH;
    for (size_t i = 0; i < WIDTH; i++)
        bar[i] = i < full ? '=' : i == full ? '>' : '-';
    bar[WIDTH] = 0;
    if (p->done)
        clock_text(eta, p->rate * (double)(p->total - p->done));
    else
        snprintf(eta, sizeof eta, "-:--:--");
    fprintf(stderr, "\r%-24s %4zu/%zu [%s] %3zu%%  eta %s\033[K", p->title, p->done, p->total, bar,
            p->total ? p->done * 100 / p->total : 100, eta);
    fflush(stderr);
}

void progress_begin(progress *p, const char *title, size_t total)
{
    double t = now();
    const char *term = getenv("TERM");
    *p = (progress){.title = title, .total = total, .begun = t, .drawn = 0, .last = t};
    p->terminal = isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
    if (p->terminal)
        draw_bar(p);
}

static void write_line(const progress *p)
{
    char so_far[32];
    clock_text(so_far, now() - p->begun);
    fprintf(stderr, "%-24s %4zu/%zu  %s\n", p->title, p->done, p->total, so_far);
}

void progress_step(progress *p)
{
    double t = now(), took = t - p->last;
    p->rate = p->done ? p->rate + 0.2 * (took - p->rate) : took;
    p->last = t;
    p->done++;
    if (p->terminal) {
        if (t - p->drawn >= 0.1) {
            draw_bar(p);
            p->drawn = t;
        }
    } else if (!(p->done & (p->done - 1)) || p->done == p->total) {
        write_line(p);
    }
}

/* The bar makes room for the results. */
void progress_end(progress *p)
{
    if (p->terminal)
        fputs("\r\033[K", stderr);
    fflush(stderr);
}
