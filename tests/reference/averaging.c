/* Methods whose point to use is another than w, and those that find their own rate. */
#include "optimizers.h"
#include "lgd/optimizers.h"

const reference averaging_references[] = {
    {0},
};

/* ---- in double */

const scalar_reference averaging_scalars[] = {
    {0},
};
