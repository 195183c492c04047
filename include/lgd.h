/* libgd: gradient descent for scientific C.
 *
 *     data -> matrix -> objective(loss) -> optimizer -> minimize(schedule, penalty) -> report
 *
 * One include for the whole library; each header below also stands alone. The conventions that hold everywhere:
 *
 * Shapes      A[m x n] is stored by rows unless a name says columns; `ld` is the distance in elements between two rows
 *             (columns). w[n*k] holds the weight of column j for output c at w[j*k + c], intercepts last.
 * Sizes       size_t; one larger than PTRDIFF_MAX is refused as a negative number that was converted.
 * Ownership   What a create function is given is borrowed and must outlive the object; options are copied. Every
 *             create has a free, and free accepts NULL. A failed create leaves *out NULL.
 * Options     A zeroed struct, or NULL, asks for the defaults. Where 0 is legal but not the default write LGD_ZERO.
 * Errors      Every function that can fail returns lgd_status; lgd_last_error() is the sentence. Nothing prints, aborts
 *             or exits.
 * Threads     Distinct objects are independent, unless they share a matrix, loss or objective of yours whose functions are
 *             not LGD_CONCURRENT. One object serves one call at a time.
 * Callbacks   Your functions return; they do not longjmp or throw through the library, which would leave BLAS held.
 * Since       Every name is there since 0.1, unless its comment names a later version.
 */
#ifndef LGD_H
#define LGD_H
#include "lgd/status.h"
#include "lgd/runtime.h"
#include "lgd/matrix.h"
#include "lgd/loss.h"
#include "lgd/objective.h"
#include "lgd/glm.h"
#include "lgd/factorization.h"
#include "lgd/mlp.h"
#include "lgd/least_squares.h"
#include "lgd/quadratic.h"
#include "lgd/penalty.h"
#include "lgd/optimizer.h"
#include "lgd/optimizers.h"
#include "lgd/schedule.h"
#include "lgd/batches.h"
#include "lgd/minimize.h"
#include "lgd/standard_errors.h"
#include "lgd/starts.h"
#include "lgd/rates.h"
#include "lgd/diagnose.h"
#include "lgd/federated.h"
#include "lgd/choose.h"
#include "lgd/piecewise.h"
#endif
