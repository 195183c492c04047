/* Generalised linear models: a matrix, targets, a loss.
 *
 *     f(w) = 1/(m omega) sum_i omega_i loss(x_i^T W + b + offset_i, y_i) + l2/2 |W|^2
 *
 * W [cols x outputs] and b [outputs] lie in one array w of (cols + intercept)*outputs numbers: element (column j,
 * output c) at w[j*outputs + c], intercepts at w[cols*outputs + c]. The L2 term spares the intercepts and does not
 * depend on rows, batch or weights.
 */
#ifndef LGD_GLM_H
#define LGD_GLM_H
#include "loss.h"
#include "objective.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Options of a generalised linear model. A zeroed struct, or NULL: no penalty, no intercept, one output.
 *
 * l2             strength >= 0 of l2/2 |W|^2
 * intercept      one more weight per output, never penalised
 * outputs        scores per row; 0: 1
 * weights        [rows] >= 0, borrowed; NULL: all 1. Rows of weight 0 are left out for good: the terms
 *                of the objective are the other rows, counted anew; in full batch weight 2 is the row twice
 * offset         [rows x outputs] added to the scores, borrowed; NULL: none
 * class_weights  [classes] >= 0, by which the weight of a row is multiplied according to its target, for losses with LGD_CLASSES and
 *                one target a row: two classes with one output, else as many as outputs; not needed after creation. A class of
 *                weight 0 is left out; NULL: all 1
 * balanced       in their place those with which every class weighs the same and the rows as much as before: (weight of all rows)/
 *                (classes x weight of the rows of the class) */
typedef struct lgd_glm_options {
    double l2;
    bool intercept;
    size_t outputs;
    const double *weights;
    const double *offset;
    const double *class_weights;
    bool balanced;
} lgd_glm_options;

/* A generalised linear model as an objective. X [m x n] and y [m x targets of the loss] are borrowed. Errors: LGD_EINVAL
 * for NULL, l2 < 0, the first target, weight or offset that is not legal, by row, and with balanced a class without rows, by number.
 * Without it such a class is legal: its probability goes to 0, with an intercept without end. One gradient reads X once: forward
 * and adjoint of a panel of rows follow one another while it is in cache; 4 m n outputs flops. */
LGD_API lgd_status lgd_glm_create_sized(lgd_objective **out, const lgd_matrix *X, const double *y, const lgd_loss *loss,
                                        const lgd_glm_options *options, size_t options_size);
static inline lgd_status lgd_glm_create(lgd_objective **out, const lgd_matrix *X, const double *y, const lgd_loss *loss,
                                        const lgd_glm_options *options)
{
    return lgd_glm_create_sized(out, X, y, loss, options, sizeof *options);
}

/* Predictions link(X W + b) of a model f made by lgd_glm_create for the rows of any X of the same columns:
 * out [rows of X x outputs, ld >= outputs]. No offset is added. For the logistic loss these are probabilities. */
LGD_API lgd_status lgd_glm_predict(lgd_objective *f, const lgd_matrix *X, const double *w, double *out, size_t ld);

#ifdef __cplusplus
}
#endif
#endif
