/* Methods that use second derivatives: one options struct and one create function each. */
#ifndef LGD_NEWTON_H
#define LGD_NEWTON_H
#include "optimizer.h"
#include "search.h"
#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
