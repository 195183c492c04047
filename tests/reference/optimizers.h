/* Every optimizer once more, in long double and in the plainest way, from the formulas of the papers that
 * lgd/optimizers.h cites. Shares the options structs with the library, and nothing else. */
#ifndef LGD_TESTS_REFERENCE_OPTIMIZERS_H
#define LGD_TESTS_REFERENCE_OPTIMIZERS_H

typedef long double real;

enum { REFERENCE_STATE = 3 };

/* All methods here treat each coordinate by itself: the next w of one coordinate. `s` is its state, zero before t = 1;
 * `factor` is what a schedule multiplies the rate by. */
typedef real reference_step(const void *options, unsigned t, real factor, real w, real g, real s[REFERENCE_STATE]);

typedef struct reference {
    const char *text;  /* for lgd_optimizer_parse */
    const char *trace; /* the trace in traces.h with the same formula, or NULL */
    double tolerance;  /* of 1000 steps fed the same gradients */
    reference_step *step;
    const void *options; /* what the text stands for, every preset spelt out */
} reference;

extern const reference references[]; /* ended by a NULL text */

#endif
