/* The scene of a fit to a measurement: the example's own, so that what it writes and what is drawn are one. */
#include "scenes.h"
#define main fit_curve_main
#include "../examples/fit_curve.c"

static lgd_status fill_curve(FILE *to)
{
    static measurement m;
    static fit a;
    char path[PATH_SIZE];
    lgd_status st = read_measurement(&m, file_of_data(path, sizeof path, "nist/Thurber.dat"));
    if (!st)
        st = fit_curve(&a, &m);
    if (!st)
        write_table(to, &m, &a);
    return st;
}

const scene scenes_of_curve[] = {{"fit_curve.tsv", fill_curve}, {NULL, NULL}};
