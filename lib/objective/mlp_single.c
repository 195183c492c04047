/* The passes of a perceptron in float. */
#define LGD_MLP_SINGLE
#include "mlp.c" /* NOLINT(bugprone-suspicious-include) */
