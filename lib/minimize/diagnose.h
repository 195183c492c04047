/* Inside of a diagnosis: diagnose_read.c takes the numbers, diagnose.c decides, diagnose_trend.c has medians and slopes. */
#ifndef LGD_DIAGNOSE_INSIDE_H
#define LGD_DIAGNOSE_INSIDE_H
#include "base/base.h"
#include "lgd/diagnose.h"

/* Values that a diagnosis needs at least. */
enum { LGD_FEWEST = 8 };

/* The numbers, in the sign of minimisation.
 *   v, entry, n    values, all rows (`all`) or means of batches, and the entries that they are of
 *   g              [n] |g| there, NaN where it is not known; has_g: there are enough
 *   bend, bends    [2 (count + 1)] rate times curvature along g of each step that tells one; the second half of the room, and of entry, is
 *                  for who needs another series
 *   room           [2 count] scratch */
typedef struct lgd_reading {
    lgd_series s;
    lgd_diagnose_options o;
    double sign, *v, *g, *bend, *room;
    size_t n, bends, *entry;
    bool all, batches, has_g, no_number;
    double lr;
} lgd_reading;

/* Sets label, sentences and numbers. */
void lgd_diagnose_decide(const lgd_reading *r, lgd_diagnosis *d);

/* Copies the numbers of x that are some, and the entries that they are of; how many there are. */
size_t lgd_trend_finite(size_t count, const double *x, double *values, size_t *entry);

/* The median, of a copy that is sorted in room [count]. NaN of none. */
double lgd_trend_median(size_t count, const double *x, double *room);

/* How much x changes from its first to its last entry along a line through it, whose slope is the median of those between entries half
 * the length apart, as H. Theil (1950) has it. *noise, unless NULL: the median distance of the entries from that line. room [2 count]. */
double lgd_trend_change(size_t count, const double *x, double *noise, double *room);

#endif
